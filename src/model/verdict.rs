//! What the issuer's answer says of a key.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether a key works. The order is that of reports: the most urgent first.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It works.
    Active,
    /// It works, within limits: a permission, a model or a region is missing.
    Restricted,
    /// It works, and its spend cap is reached for now.
    OverQuota,
    /// It was asked about, and nothing that is documented was answered. It may work.
    Unknown,
    /// Nobody asked. It may work.
    #[default]
    Unchecked,
    /// It does not work: nobody issued it, or it was revoked.
    Invalid,
    /// It was issued, and does not work any more.
    Revoked,
}

impl State {
    /// Every state, in their order.
    pub const ALL: [Self; 7] = [
        Self::Active,
        Self::Restricted,
        Self::OverQuota,
        Self::Unknown,
        Self::Unchecked,
        Self::Invalid,
        Self::Revoked,
    ];

    /// The name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Restricted => "restricted",
            Self::OverQuota => "over_quota",
            Self::Unknown => "unknown",
            Self::Unchecked => "unchecked",
            Self::Invalid => "invalid",
            Self::Revoked => "revoked",
        }
    }

    /// Whether a documented answer says that the key works.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Restricted | Self::OverQuota)
    }

    /// Whether a documented answer says that the key does not work.
    pub fn is_dead(self) -> bool {
        matches!(self, Self::Invalid | Self::Revoked)
    }
}

/// What was answered about a key, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it works.
    pub state: State,
    /// Why, in words of ours: nothing of the answer's own text is in it. `None` if nobody asked for a check.
    pub detail: Option<String>,
    /// When it was answered.
    pub checked_at: Option<Timestamp>,
    /// What the key can spend, where the answer says so.
    pub balance: Option<Balance>,
}

impl Verdict {
    /// A key that nothing was asked about, and why.
    pub fn unchecked(why: impl Into<String>) -> Self {
        Self {
            detail: Some(why.into()),
            ..Self::default()
        }
    }
}

/// What a key can spend, by what the answer says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// A number: digits, a sign and a point, and nothing else.
    pub amount: String,
    /// Three capital letters, if the answer names a currency.
    pub currency: Option<String>,
}

impl Balance {
    /// Itself, if it is written as it has to be: wherever it comes from, nothing else is shown.
    pub fn plain(self) -> Option<Self> {
        let digits = self.amount.strip_prefix('-').unwrap_or(&self.amount);
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let are_digits = |text: &str, most| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_code =
            |code: &String| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_plain = are_digits(whole, 15)
            && are_digits(part, 9)
            && self.currency.as_ref().is_none_or(is_code);
        is_plain.then_some(self)
    }
}

impl std::fmt::Display for Balance {
    /// `12.50 USD`, or `12.50`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.amount)?;
        match &self.currency {
            Some(currency) => write!(f, " {currency}"),
            None => Ok(()),
        }
    }
}

/// What a live check did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveCheck {
    /// What was asked: `https://api.aisa.one/v1`.
    pub base: String,
    /// How many requests were sent, those with keys that nobody issued among them.
    pub requests: u64,
    /// Whether somebody ended it before every key was answered.
    pub interrupted: bool,
}
