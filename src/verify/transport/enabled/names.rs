//! Where the name of a host leads.

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

/// Finds addresses as the system does. That there is none is told apart from all else that goes wrong, which ureq does not.
#[derive(Debug)]
pub struct Names {
    system: DefaultResolver,
    /// Whether only addresses of this machine count: `localhost` is no promise of the system.
    is_here: bool,
}

impl Names {
    /// Of anywhere, or of this machine alone.
    pub fn new(is_here: bool) -> Self {
        Self {
            system: DefaultResolver::default(),
            is_here,
        }
    }
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.system.resolve(uri, config, timeout);
        let found = found.map_err(|error| match error {
            Error::Io(_) => Error::HostNotFound,
            other => other,
        })?;
        if !self.is_here {
            return Ok(found);
        }
        let mut here = self.empty();
        for address in found.iter().filter(|address| address.ip().is_loopback()) {
            here.push(*address);
        }
        match here.is_empty() {
            true => Err(Error::HostNotFound),
            false => Ok(here),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leads(names: &Names, to: &str) -> bool {
        let uri: Uri = format!("http://{to}:80/").parse().expect("an address");
        let time = NextTimeout::default();
        let config = ureq::Agent::new_with_defaults().config().clone();
        names.resolve(&uri, &config, time).is_ok()
    }

    #[test]
    fn only_this_machine_where_nothing_is_secured() {
        for (to, is_here) in [("127.0.0.1", true), ("[::1]", true), ("192.0.2.1", false)] {
            assert!(leads(&Names::new(false), to), "{to}");
            assert_eq!(leads(&Names::new(true), to), is_here, "{to}");
        }
    }
}
