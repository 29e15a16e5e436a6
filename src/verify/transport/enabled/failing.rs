//! What ureq's errors say.

use std::io;

use rustls::CertificateError as Refused;
use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::verify::transport::Failure;

/// Finds addresses as the system does. That there is none is told apart from all else that goes wrong, which ureq does not.
#[derive(Debug, Default)]
pub struct Names(DefaultResolver);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.0.resolve(uri, config, timeout);
        found.map_err(|error| match error {
            Error::Io(_) => Error::HostNotFound,
            other => other,
        })
    }
}

/// Why there is no answer. Only the proxy's name is looked up if there is one, and only the proxy is connected to.
pub fn failure(error: Error, is_proxied: bool) -> Failure {
    match error {
        Error::Timeout(_) => Failure::TimedOut,
        Error::ConnectProxyFailed(_) => Failure::Proxy,
        Error::HostNotFound | Error::ConnectionFailed if is_proxied => Failure::Proxy,
        Error::HostNotFound => Failure::NoName,
        Error::ConnectionFailed => Failure::Unreachable,
        Error::Rustls(error) => insecure(&error),
        Error::Tls(_) | Error::TlsRequired => Failure::Insecure,
        Error::Io(error) => broken(&error, is_proxied),
        _ => Failure::Broken,
    }
}

fn broken(error: &io::Error, is_proxied: bool) -> Failure {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable,
        PermissionDenied, TimedOut,
    };
    if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
        return insecure(error);
    }
    match error.kind() {
        TimedOut => Failure::TimedOut,
        // A firewall on this machine says that it is not permitted.
        ConnectionRefused | HostUnreachable | NetworkUnreachable | NetworkDown
        | AddrNotAvailable | PermissionDenied => match is_proxied {
            true => Failure::Proxy,
            false => Failure::Unreachable,
        },
        _ => Failure::Broken,
    }
}

fn insecure(error: &rustls::Error) -> Failure {
    let rustls::Error::InvalidCertificate(refused) = error else {
        return Failure::Insecure;
    };
    match refused {
        Refused::NotValidForName | Refused::NotValidForNameContext { .. } => Failure::WrongName,
        Refused::Expired
        | Refused::ExpiredContext { .. }
        | Refused::NotValidYet
        | Refused::NotValidYetContext { .. } => Failure::NotNow,
        _ => Failure::Untrusted,
    }
}
