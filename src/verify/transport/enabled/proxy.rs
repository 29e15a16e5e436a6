//! The proxy that somebody asks for.

use ureq::Proxy;
use ureq::http::Uri;

use crate::error::{self, Error};

/// An HTTP proxy, which is asked for a tunnel (`CONNECT`: RFC 9110, section 9.3.6).
///
/// # Errors
/// It is anything else. Nothing of it is shown: a password may be in it.
pub fn parse(text: &str) -> error::Result<Proxy> {
    read(text).ok_or_else(|| Error::Live {
        reason: "the proxy is none that can be used\n  write --verify-proxy http://HOST:PORT, or \
                 http://USER:PASSWORD@HOST:PORT with %XX in USER and PASSWORD for what is no letter and no digit"
            .to_owned(),
    })
}

fn read(text: &str) -> Option<Proxy> {
    let uri: Uri = text.parse().ok()?;
    let authority = uri.authority()?;
    let is_http = uri.scheme_str()?.eq_ignore_ascii_case("http");
    let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none() && !text.contains('#');
    let names_port = authority.port_u16().is_some_and(|port| port > 0);
    let names_host = !authority.host().is_empty();
    if !(is_http && is_bare && names_port && names_host)
        || authority.as_str().matches('@').count() > 1
    {
        return None;
    }
    let proxy = Proxy::new(text).ok()?;
    if !authority.as_str().contains('@') {
        return Some(proxy);
    }
    // RFC 7617, section 2: what is before the first colon is the user, and nothing is a control character.
    let (user, password) = (proxy.username()?, proxy.password().unwrap_or_default());
    let is_sound = !user.is_empty()
        && !user.contains(':')
        && !(user.chars().chain(password.chars())).any(char::is_control);
    is_sound.then_some(proxy)
}
