//! Where AIsa's API is: an address that a key may be sent to.

use std::net::IpAddr;

/// The address that requests start with, such as `https://api.aisa.one/v1`, without a slash at its end: `https`, or `http` to this
/// machine, where nobody listens on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

impl Base {
    /// AIsa's own (its documentation, "Authentication").
    pub const AISA: &str = "https://api.aisa.one/v1";

    /// From its text. What is not needed in the address of an API is refused, so that nobody can read it in two ways.
    ///
    /// # Errors
    /// It is none that a key may be sent to: the reason, which quotes nothing of it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (is_secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://"))
        {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err("it begins neither with https:// nor with http://"),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if authority.contains('@') {
            return Err("a name or a password has no place in it: the key alone is sent");
        }
        if path.contains(['?', '#']) {
            return Err("it goes on behind its path; what is asked is added to the path");
        }
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
        let segments = || path.split('/');
        if !path.bytes().all(is_plain) || segments().any(|part| part == "." || part == "..") {
            return Err("its path has other signs than letters, digits, and - . _ ~ /");
        }
        let host = host(authority).ok_or("its host cannot be read: write HOST or HOST:PORT")?;
        if !is_secure && !is_this_machine(host) {
            return Err(
                "a key goes over the network by https alone; http is for this machine: 127.0.0.1, [::1] or localhost",
            );
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is AIsa's own.
    pub fn is_aisa(&self) -> bool {
        self.0 == Self::AISA
    }
}

impl Default for Base {
    fn default() -> Self {
        Self(Self::AISA.to_owned())
    }
}

/// The host of `HOST`, `HOST:PORT` or `[IPv6]:PORT` (RFC 3986, section 3.2), without brackets.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, port)
        }
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
            (!host.is_empty() && host.bytes().all(is_name)).then_some(())?;
            (host, port)
        }
    };
    match port.strip_prefix(':') {
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse::<u16>().ok().filter(|&port| port > 0)?;
        }
        Some(_) => return None,
        None if port.is_empty() => {}
        None => return None,
    }
    Some(host)
}

/// Whether a host is this machine by its very name (RFC 6761, section 6.3, for `localhost`).
fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn https_anywhere_and_http_on_this_machine() {
        for (text, expected) in [
            (Base::AISA, Base::AISA),
            (
                "https://gateway.example:8443/aisa/v1/",
                "https://gateway.example:8443/aisa/v1",
            ),
            ("https://gateway.example", "https://gateway.example"),
            ("https://192.0.2.1/v1", "https://192.0.2.1/v1"),
            (
                "https://[2001:db8::1]:443/v1",
                "https://[2001:db8::1]:443/v1",
            ),
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://LocalHost/v1", "http://LocalHost/v1"),
        ] {
            let base = Base::parse(text).expect("an address");
            assert_eq!(base.as_str(), expected);
        }
        assert!(Base::default().is_aisa());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "api.aisa.one/v1",
            "ftp://api.aisa.one",
            "HTTPS://api.aisa.one",
            "http://api.aisa.one/v1",
            "http://127.0.0.1.example/v1",
            "http://localhost.example/v1",
            "http://2130706433/v1",
            "http://127.1/v1",
            "http://0.0.0.0/v1",
            "https://",
            "https:///v1",
            "https://user:password@api.aisa.one/v1",
            "https://api.aisa.one@evil.example/v1",
            "https://api.aisa.one\\@evil.example/v1",
            "https://api.aisa.one/v1?key=",
            "https://api.aisa.one/v1#",
            "https://api.aisa.one/../v1",
            "https://api.aisa.one/v%31",
            "https://api.aisa.one/v1 ",
            "https://api.aisa.one:0/v1",
            "https://api.aisa.one:65536/v1",
            "https://api.aisa.one:+80/v1",
            "https://api.aisa.one:/v1",
            "https://[::1/v1",
            "https://[::1]x/v1",
            "https://[api.aisa.one]/v1",
            "https://äisa.one/v1",
            "https://api.aisa.one\r\nHost: evil/v1",
        ] {
            assert!(Base::parse(text).is_err(), "{text}");
        }
    }
}
