//! Where AIsa's API is: an address that a key may be sent to.

/// The address that requests start with, such as `https://api.aisa.one/v1`: without a slash at its end. It is `https`, or `http`
/// to this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// AIsa's own (its documentation, "Authentication").
    pub const AISA: &str = "https://api.aisa.one/v1";

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Base {
    fn default() -> Self {
        Self(Self::AISA.to_owned())
    }
}
