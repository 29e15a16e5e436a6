//! The authorities that somebody trusts instead of those that browsers trust.

use std::io::Read;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use ureq::tls::{Certificate, PemItem, RootCerts, parse_pem};

use crate::error::{self, Error};
use crate::git::plain;

/// No file of authorities is larger, in bytes: that of a whole Linux distribution has 0.2 MB.
const LARGEST: u64 = 4 << 20;

/// Nothing more: what is told about an item may quote it, and it may be a private key.
const BROKEN: &str = "something in it is broken";

/// The certificates of a PEM file (RFC 7468, section 5), all of which can be used.
///
/// # Errors
/// The file cannot be read, is no regular file, is too large, or has no certificate, or one that cannot be used.
pub fn read(path: &Path) -> error::Result<RootCerts> {
    let certificates = certificates(path).map_err(|reason| Error::Live {
        reason: format!(
            "{}: {reason}\n  name a file with the certificates of the authorities that you trust, each from the line \
             -----BEGIN CERTIFICATE----- to the line -----END CERTIFICATE-----",
            path.display()
        ),
    })?;
    Ok(RootCerts::from(certificates))
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, String> {
    let unread = |error: std::io::Error| format!("it cannot be read: {error}");
    let mut bytes = Vec::new();
    // One more, so that a longer file is told as one.
    let mut file = plain::open(path).map_err(unread)?.take(LARGEST + 1);
    file.read_to_end(&mut bytes).map_err(unread)?;
    if bytes.len() as u64 > LARGEST {
        return Err("it is larger than 4 MiB".to_owned());
    }
    let mut certificates = Vec::new();
    for item in parse_pem(&bytes) {
        // Others may stand beside them, and are not needed.
        if let PemItem::Certificate(certificate) = item.map_err(|_| BROKEN)? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err("there is no certificate in it".to_owned());
    }
    // ureq leaves out, without a word, those that it cannot use.
    for (number, certificate) in (1..).zip(&certificates) {
        let usable = RootCertStore::empty().add(CertificateDer::from(certificate.der()));
        usable.map_err(|_| format!("certificate {number} in it cannot be used"))?;
    }
    Ok(certificates)
}
