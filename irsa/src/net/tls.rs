//! TLS 1.2 and 1.3 by rustls with ring, and the roots it trusts.
//!
//! Roots: `AWS_CA_BUNDLE` alone, where it is set; else `SSL_CERT_FILE` and `SSL_CERT_DIR`, where one of them is set;
//! else the system's bundle; else the roots of Mozilla that are built in. Nothing is read before the first handshake.

use crate::net::{Fault, wire::Timed};
use irsa_core::{Timestamp, effect::HttpStep};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, InvalidMessage, RootCertStore, StreamOwned,
    client::Resumption,
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
};
use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// Where roots come from, and the TLS configuration once it was needed.
pub(crate) struct Tls {
    bundle: Option<String>,
    files: Option<PathBuf>,
    folders: Vec<PathBuf>,
    made: Mutex<Option<Made>>,
}

#[derive(Clone)]
struct Made {
    config: Arc<ClientConfig>,
    /// For faults: `any of the 144 roots of /etc/ssl/certs/ca-certificates.crt`.
    roots: Arc<str>,
}

/// An encrypted stream over any other.
pub(crate) type Encrypted<S> = StreamOwned<ClientConnection, S>;

impl Tls {
    pub(crate) fn new(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let folders =
            set("SSL_CERT_DIR").map(|all| env::split_paths(&all).filter(|path| path.as_os_str() != "").collect());
        Self {
            bundle: set("AWS_CA_BUNDLE"),
            files: set("SSL_CERT_FILE").map(PathBuf::from),
            folders: folders.unwrap_or_default(),
            made: Mutex::new(None),
        }
    }

    /// Shakes hands with `host` over `stream`.
    pub(crate) fn shake_hands<S: Timed>(&self, host: &str, mut stream: S) -> Result<Encrypted<S>, Fault> {
        let made = self.made()?;
        let name = ServerName::try_from(host.to_owned()).map_err(|_| {
            Fault::new(HttpStep::Invalid, format!("“{host}” is no host name that a certificate could have"))
        })?;
        let refused = |e: rustls::Error| Fault::new(HttpStep::Tls, explain(&e, host, &made.roots));
        let mut connection = ClientConnection::new(made.config.clone(), name).map_err(refused)?;
        connection.complete_io(&mut stream).map_err(|e| match e.downcast::<rustls::Error>() {
            Ok(e) => refused(e),
            Err(e) => Fault::from_io(e, HttpStep::Tls, &format!("during the TLS handshake with {host}")),
        })?;
        Ok(StreamOwned::new(connection, stream))
    }

    /// The configuration, made once. A failure is not kept: the bundle may be mended.
    fn made(&self) -> Result<Made, Fault> {
        let mut slot = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = &*slot {
            return Ok(made.clone());
        }
        let (store, said) = self.roots()?;
        let roots = match store.len() {
            1 => format!("the only root of {said}").into(),
            count => format!("any of the {count} roots of {said}").into(),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| Fault::new(HttpStep::Unknown, e.to_string()))?
            .with_root_certificates(store)
            .with_no_client_auth();
        // Connections are not kept, so a few sessions save round trips; rustls's default of 256 costs memory.
        config.resumption = Resumption::in_memory_sessions(8);
        Ok(slot.insert(Made { config: Arc::new(config), roots }).clone())
    }

    fn roots(&self) -> Result<(RootCertStore, String), Fault> {
        if let Some(path) = &self.bundle {
            return bundle(path).map(|store| (store, format!("AWS_CA_BUNDLE={path}")));
        }
        let (found, said) = self.system();
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(found);
        if store.is_empty() {
            store.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            return Ok((store, "Mozilla, built in (the system has none that can be read)".into()));
        }
        Ok((store, said))
    }

    fn system(&self) -> (Vec<CertificateDer<'static>>, String) {
        let mut found = Vec::new();
        let mut said: Vec<_> = self.files.iter().map(|file| format!("SSL_CERT_FILE={}", file.display())).collect();
        if let Some(file) = &self.files {
            found.extend(rustls_native_certs::load_certs_from_paths(Some(file), None).certs);
        }
        for folder in &self.folders {
            found.extend(rustls_native_certs::load_certs_from_paths(None, Some(folder)).certs);
            said.push(format!("SSL_CERT_DIR={}", folder.display()));
        }
        if !said.is_empty() {
            return (found, said.join(" and "));
        }
        // One bundle holds what the folder beside it holds in a hundred files, and reads ten times faster.
        if let Some(file) = system_bundle() {
            let found = rustls_native_certs::load_certs_from_paths(Some(&file), None).certs;
            if !found.is_empty() {
                return (found, file.display().to_string());
            }
        }
        (rustls_native_certs::load_native_certs().certs, "the system".into())
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("bundle", &self.bundle).field("files", &self.files).finish_non_exhaustive()
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn system_bundle() -> Option<PathBuf> {
    openssl_probe::probe().cert_file
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
fn system_bundle() -> Option<PathBuf> {
    None
}

/// A bundle that the user named: all of it has to be right.
fn bundle(path: &str) -> Result<RootCertStore, Fault> {
    let broken = |why: String| Fault::new(HttpStep::Invalid, format!("AWS_CA_BUNDLE={path}: {why}"));
    let bytes = fs::read(Path::new(path)).map_err(|e| broken(e.to_string()))?;
    let mut store = RootCertStore::empty();
    for (index, found) in CertificateDer::pem_slice_iter(&bytes).enumerate() {
        let place = index + 1;
        let certificate = found.map_err(|_| broken(format!("certificate {place} is no whole PEM")))?;
        store.add(certificate).map_err(|e| broken(format!("certificate {place} cannot be a root: {e}")))?;
    }
    if store.is_empty() {
        return Err(broken("no certificate in it (PEM, “-----BEGIN CERTIFICATE-----”)".into()));
    }
    Ok(store)
}

/// What is wrong, with its values, and what to type where that is more than one thing.
fn explain(e: &rustls::Error, host: &str, roots: &str) -> String {
    let wrong = match e {
        rustls::Error::InvalidCertificate(wrong) => wrong,
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType) => {
            return format!("{host} answers, and not in TLS: another protocol is spoken on that port, such as http://");
        }
        _ => return format!("{host}: {e}"),
    };
    let of = format!("the certificate of {host}");
    let at = |time: &UnixTime| Timestamp::from_unix(i64::try_from(time.as_secs()).unwrap_or(i64::MAX));
    match wrong {
        CertificateError::UnknownIssuer => {
            format!("{of} does not lead to {roots}; the authority that signed it has to be in AWS_CA_BUNDLE")
        }
        CertificateError::BadSignature => format!(
            "{of} is signed by an authority of the same name as {roots}, but with another key: what is trusted here is \
             an older or newer certificate of that authority, or another's"
        ),
        CertificateError::ExpiredContext { time, not_after } => {
            format!("{of} has expired at {}; this machine's clock says {}", at(not_after), at(time))
        }
        CertificateError::NotValidYetContext { time, not_before } => {
            format!("{of} is valid from {} on; this machine's clock says {}", at(not_before), at(time))
        }
        CertificateError::NotValidForNameContext { presented, .. } if !presented.is_empty() => {
            // The names come from the other side: bounded, and nothing that a terminal would act upon.
            let clean = |c: char| if c.is_control() { ' ' } else { c };
            // `DnsName("sts.example")`
            let bare = |name: &String| name.split('(').next_back().unwrap_or(name).trim_matches(['"', ')']).to_owned();
            let names = presented.iter().map(bare).collect::<Vec<_>>().join(", ");
            let names: String = names.chars().take(300).map(clean).collect();
            format!("{of} is for other names: {names}")
        }
        _ => format!("{of} is refused: {e}"),
    }
}
