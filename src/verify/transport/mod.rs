//! The one place from which anything is sent, behind a seam: all else about a live check is told without a network.

#[cfg(not(feature = "live"))]
mod disabled;
#[cfg(feature = "live")]
mod enabled;

use std::time::Duration;

use crate::model::Secret;

#[cfg(not(feature = "live"))]
pub use disabled::open;
#[cfg(feature = "live")]
pub use enabled::open;

/// So much of an answer's body is read, in bytes: an error takes a few hundred.
pub const BODY: usize = 16 << 10;

/// Sends requests.
pub trait Transport: Sync {
    /// Sends `GET` to a URL, with the key as a bearer token (RFC 6750, section 2.1) and nowhere else, and waits so long for the
    /// whole answer. No redirect is followed.
    ///
    /// # Errors
    /// There is no answer. The reason holds nothing of the key.
    fn get(&self, url: &str, key: &Secret, within: Duration) -> Result<Answer, Failure>;
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status (RFC 9110, section 15).
    pub status: u16,
    /// The header `Retry-After` as it was sent (RFC 9110, section 10.2.3).
    pub retry_after: Option<String>,
    /// Whether the body is encoded, although that was not asked for: it cannot be read then.
    pub is_encoded: bool,
    /// The beginning of the body, at most [`BODY`] bytes.
    pub body: Vec<u8>,
    /// Whether there was more of the body, or it broke off.
    pub is_cut: bool,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The host's name leads to no address.
    NoName,
    /// Nobody takes the connection.
    Unreachable,
    /// The proxy does not let it through.
    Proxy,
    /// The server's certificate is for another name.
    WrongName,
    /// The server's certificate is not valid now: it has expired, or is not valid yet.
    NotNow,
    /// Nobody that is trusted vouches for the server's certificate.
    Untrusted,
    /// The connection could not be made secure.
    Insecure,
    /// It took too long.
    TimedOut,
    /// The connection broke, or what came is no HTTP.
    Broken,
}

impl Failure {
    /// Whether it may go well the next time.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Unreachable | Self::TimedOut | Self::Broken)
    }

    /// Why there is no answer, for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoName => {
                "the host's name leads nowhere: look at the network, and at --verify-base-url"
            }
            Self::Unreachable => {
                "nobody takes the connection: look at the network, and whether a proxy is needed (--verify-proxy)"
            }
            Self::Proxy => "the proxy does not let the connection through",
            Self::WrongName => {
                "the server's certificate is for another name, so that nobody knows who answers"
            }
            Self::NotNow => {
                "the server's certificate is not valid at this machine's time: look at its clock"
            }
            Self::Untrusted => {
                "nobody that is trusted vouches for the server: for one of your own, name its authority (--verify-ca)"
            }
            Self::Insecure => "no secure connection to the server came about",
            Self::TimedOut => "the server did not answer in time",
            Self::Broken => "the connection broke, or what came is no answer",
        }
    }
}
