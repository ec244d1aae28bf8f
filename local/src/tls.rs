//! TLS with a CA of its own, made anew at each start (P-256, by ring); its key never leaves memory.

use irsa_core::{Code, Error};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use std::{net::IpAddr, sync::Arc};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// An acceptor for this loopback address and `localhost`, and the CA's certificate as PEM.
pub(crate) fn acceptor(address: IpAddr) -> Result<(TlsAcceptor, String), Error> {
    let broken = |e: &dyn std::fmt::Display| Error::new(Code::Bug, "tls", format!("certificate: {e}"));
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, "irsa-local CA");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().map_err(|e| broken(&e))?).map_err(|e| broken(&e))?;

    let names = vec![address.to_string(), "localhost".to_owned()];
    let mut leaf = CertificateParams::new(names).map_err(|e| broken(&e))?;
    leaf.distinguished_name.push(DnType::CommonName, "irsa-local");
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    leaf.use_authority_key_identifier_extension = true;
    let key = KeyPair::generate().map_err(|e| broken(&e))?;
    let leaf = leaf.signed_by(&key, &ca).map_err(|e| broken(&e))?;

    let key = PrivateKeyDer::try_from(key.serialize_der()).map_err(|e| broken(&e))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(vec![leaf.der().clone()], key))
        .map_err(|e| broken(&e))?;
    Ok((TlsAcceptor::from(Arc::new(config)), ca.pem()))
}
