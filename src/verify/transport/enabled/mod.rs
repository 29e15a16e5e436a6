//! Sends requests with ureq and rustls, one connection for each.

mod authorities;
mod failing;
mod proxy;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::config::Config;
use ureq::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, HeaderMap, HeaderName, RETRY_AFTER, TRANSFER_ENCODING,
};
use ureq::http::{HeaderValue, Response};
use ureq::tls::TlsConfig;
use ureq::unversioned::transport::DefaultConnector;

use super::{Answer, BODY, Failure, Transport};
use crate::error;
use crate::model::Secret;
use crate::verify::Options;
use failing::{Names, failure};

/// The status line and the headers may take so many bytes.
const HEAD: usize = 16 << 10;

/// Opens nothing yet: connections are made when they are needed.
///
/// # Errors
/// A file of authorities that cannot be used, or a proxy that is none.
pub fn open(options: &Options) -> error::Result<Box<dyn Transport>> {
    let authorities = options.authorities.as_deref();
    let roots = authorities.map(authorities::read).transpose()?;
    let proxy = options.proxy.as_deref().map(proxy::parse).transpose()?;
    let is_proxied = proxy.is_some();
    let tls = match roots {
        Some(roots) => TlsConfig::builder().root_certs(roots).build(),
        None => TlsConfig::default(),
    };
    let config = Config::builder()
        .tls_config(tls)
        // ureq takes one from the environment unless it is told.
        .proxy(proxy)
        .http_status_as_error(false)
        // A redirect is an answer, which nothing follows.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("aisaleaks/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        // What does not fit in here has to be body. ureq's own limit for headers is larger, and counts what follows an interim
        // response too.
        .input_buffer_size(HEAD)
        .output_buffer_size(HEAD)
        // An answer that comes too late, or twice, on a connection that is used again would be taken for that about the
        // next key.
        .max_idle_connections(0)
        .build();
    Ok(Box::new(Client {
        agent: Agent::with_parts(config, DefaultConnector::new(), Names::default()),
        is_proxied,
    }))
}

#[derive(Clone)]
struct Client {
    agent: Agent,
    is_proxied: bool,
}

impl Transport for Client {
    /// In a thread of its own, which is left to itself when the time is up: ureq does not count how long a proxy takes to
    /// answer in small pieces.
    fn get(&self, url: &str, key: &Secret, within: Duration) -> Result<Answer, Failure> {
        if within.is_zero() {
            return Err(Failure::TimedOut);
        }
        let bearer = format!("Bearer {}", key.expose());
        let mut bearer = HeaderValue::try_from(bearer).map_err(|_| Failure::Broken)?;
        bearer.set_sensitive(true);
        let (client, url) = (self.clone(), url.to_owned());
        let (answers, answered) = mpsc::sync_channel(1);
        // Nobody may be there to be answered any more.
        let ask = move || drop(answers.send(client.ask(&url, bearer, within)));
        let asking = thread::Builder::new().name("live check".to_owned());
        asking.spawn(ask).map_err(|_| Failure::Broken)?;
        match answered.recv_timeout(within) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(Failure::TimedOut),
            // The library panicked.
            Err(RecvTimeoutError::Disconnected) => Err(Failure::Broken),
        }
    }
}

impl Client {
    fn ask(&self, url: &str, bearer: HeaderValue, within: Duration) -> Result<Answer, Failure> {
        let request = self.agent.get(url).header(AUTHORIZATION, bearer);
        let request = request.header(ACCEPT, "application/json");
        let request = request.config().timeout_global(Some(within)).build();
        let response = request.call().map_err(|e| failure(e, self.is_proxied))?;
        self.answer(response)
    }

    fn answer(&self, response: Response<ureq::Body>) -> Result<Answer, Failure> {
        let (head, body) = response.into_parts();
        let retry_after = head.headers.get(RETRY_AFTER);
        let mut answer = Answer {
            status: head.status.as_u16(),
            retry_after: retry_after.and_then(|value| Some(value.to_str().ok()?.to_owned())),
            is_encoded: is_encoded(&head.headers),
            ..Answer::default()
        };
        if answer.is_encoded {
            return Ok(answer);
        }
        // One more, so that a longer body is told as one.
        let mut body = body.into_reader().take(BODY as u64 + 1);
        let read = body.read_to_end(&mut answer.body);
        answer.is_cut = answer.body.len() > BODY;
        answer.body.truncate(BODY);
        match read {
            Err(error) if !answer.is_cut => Err(failure(error.into(), self.is_proxied)),
            _ => Ok(answer),
        }
    }
}

/// Whether the body is anything but itself, in pieces or not (RFC 9110, section 8.4; RFC 9112, section 6.1).
fn is_encoded(headers: &HeaderMap) -> bool {
    let has_other = |name: HeaderName, plain: &str| {
        let values = headers.get_all(name);
        let mut names = values
            .iter()
            .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
        names.any(|name| !name.trim_ascii().eq_ignore_ascii_case(plain.as_bytes()))
    };
    has_other(CONTENT_ENCODING, "identity") || has_other(TRANSFER_ENCODING, "chunked")
}
