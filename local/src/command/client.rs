//! One POST to a running irsa-local: HTTP/1.1, the connection closed after, TLS with the CA of `AWS_CA_BUNDLE`.

use irsa_core::{Code, Error};
use std::{
    env, fs,
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
    time::Duration,
};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

const PATIENCE: Duration = Duration::from_secs(30);
const ANSWER_LIMIT: u64 = 1 << 20;

/// The body of an answer with status 200; anything else is an error.
pub(super) fn post(url: &str, path: &str, body: &str) -> Result<String, Error> {
    let failed = |what: &str| Error::new(Code::LocalControl, "token", format!("{url}: {what}"));
    let (tls, address) = match url.trim_end_matches('/').split_once("://") {
        Some(("http", address)) => (false, address),
        Some(("https", address)) => (true, address),
        _ => return Err(failed("no http:// or https:// URL")),
    };
    let stream = TcpStream::connect(address).map_err(|e| failed(&e.to_string()))?;
    stream.set_read_timeout(Some(PATIENCE)).map_err(|e| failed(&e.to_string()))?;
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\nuser-agent: irsa-local\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    let answer = match tls {
        false => exchange(stream, &request),
        true => exchange(secure(stream, address).map_err(|e| failed(&e))?, &request),
    };
    let answer = answer.map_err(|e| failed(&e.to_string()))?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| failed("no HTTP answer"))?;
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        _ => Err(refused(body).unwrap_or_else(|| failed(head.lines().next().unwrap_or_default()))),
    }
}

fn exchange(mut stream: impl Read + Write, request: &str) -> std::io::Result<String> {
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.take(ANSWER_LIMIT).read_to_string(&mut answer)?;
    Ok(answer)
}

fn secure(stream: TcpStream, address: &str) -> Result<StreamOwned<ClientConnection, TcpStream>, String> {
    let bundle =
        env::var("AWS_CA_BUNDLE").map_err(|_| "AWS_CA_BUNDLE is not set; it names irsa-local's ca.pem".to_owned())?;
    let pem = fs::read(&bundle).map_err(|e| format!("{bundle}: {e}"))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        roots.add(certificate.map_err(|e| format!("{bundle}: {e}"))?).map_err(|e| format!("{bundle}: {e}"))?;
    }
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']).to_owned();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host).map_err(|e| e.to_string())?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(|e| e.to_string())?;
    Ok(StreamOwned::new(connection, stream))
}

/// The error that a control path answered with, as one of ours again.
fn refused(body: &str) -> Option<Error> {
    let value: serde_json::Value = serde_json::from_str(body).ok()?;
    let text = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    let code = Code::from_name(&text("code")?)?;
    Some(Error::new(code, "token", text("message")?).with_fix(text("fix")?))
}
