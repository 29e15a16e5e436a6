//! An authority of one's own, and certificates of servers.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivateKeyDer;

/// Vouches for servers.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new(vec![]).expect("because there is no name in it");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let made = CertifiedIssuer::self_signed(params, key());
        Self(made.expect("a certificate"))
    }

    /// Writes its certificate to a file.
    pub fn save(&self, folder: &Path) -> PathBuf {
        let path = folder.join("authority.pem");
        std::fs::write(&path, self.0.pem()).expect("written");
        path
    }

    /// A server of this name, with a certificate that is valid in these years.
    pub fn server(&self, name: &str, years: std::ops::Range<i32>) -> Arc<ServerConfig> {
        let name = vec![name.to_owned()];
        let mut params = CertificateParams::new(name).expect("because it is a name");
        params.not_before = date_time_ymd(years.start, 1, 1);
        params.not_after = date_time_ymd(years.end, 1, 1);
        let key = key();
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        let private = PrivateKeyDer::try_from(key.serialize_der()).expect("because it is one");
        let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("because the provider has all it takes")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private);
        Arc::new(config.expect("because the key is the certificate's"))
    }
}

fn key() -> KeyPair {
    KeyPair::generate().expect("because it takes randomness alone")
}
