//! A pod's environment, a token file and an STS of ours: what goes well, and each thing that a host alone can see.

mod common;

use common::{Folder, Identity, Server, Stream, TOKEN, answer, assumed, host};
use irsa::{
    Provider, Signer, Timeouts,
    core::{Code, Error, effect::HttpRequest},
};
use std::{sync::Arc, thread, time::Duration};

fn pod(token_file: &str, sts: &str) -> Provider {
    let timeouts = Timeouts { first_byte: Duration::from_secs(1), ..Timeouts::default() };
    common::pod(host(&[]).with_timeouts(timeouts), token_file, sts).timeout(Duration::from_secs(3)).build().unwrap()
}

#[test]
fn a_pod_gets_credentials_and_signs_with_them() {
    let folder = Folder::new();
    let server = Server::saying(assumed());
    let provider = Arc::new(pod(&folder.file("token", TOKEN), &server.url("")));
    let credentials = provider.credentials().unwrap();
    assert_eq!((credentials.access_key_id(), credentials.account_id()), ("ASIATEST", Some("111122223333")));
    let seen = &server.seen()[0];
    assert!(seen.starts_with("POST / HTTP/1.1\r\n") && seen.contains("\r\n\r\nAction=AssumeRoleWithWebIdentity&"));
    assert!(seen.contains(&format!("WebIdentityToken={TOKEN}")));
    let explanation = provider.explain().to_string();
    assert!(explanation.contains("3. web identity: chosen"), "{explanation}");
    assert!(!explanation.contains("IRSACANARY") && !format!("{provider:?}").contains("IRSACANARY"));

    let signer = Signer::new(provider.clone(), "secretsmanager");
    let mut request: HttpRequest =
        common::request("POST", "https://secretsmanager.eu-west-1.amazonaws.com/", &[], "{}");
    assert_eq!(signer.sign(&mut request).unwrap(), 1);
    signer.sign(&mut request).unwrap();
    let header = |name: &str| {
        let mut found = request.headers.iter().filter(|(known, _)| &**known == name).map(|(_, value)| value.expose());
        let first = found.next().unwrap_or_default().to_owned();
        assert_eq!(found.next(), None, "{name} stands there once");
        first
    };
    assert!(header("authorization").contains("/eu-west-1/secretsmanager/aws4_request, SignedHeaders="));
    assert_eq!(header("x-amz-security-token"), "IRSACANARY-session");
    // A worker that has made no exchange of its own knows the Region too.
    let worker = pod("/nowhere/token", &server.url(""));
    assert_eq!(worker.adopt(provider.export().unwrap().expose()), Ok(true));
    Signer::new(Arc::new(worker), "secretsmanager").sign(&mut request).unwrap();
    let url =
        Signer::new(provider, "s3").region("us-west-2").presign("GET", "https://b.s3.amazonaws.com/k", 60).unwrap();
    assert!(url.expose().contains("%2Fus-west-2%2Fs3%2Faws4_request&") && url.expose().contains("X-Amz-Expires=60"));
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn signatures_are_dated_by_the_clock_of_aws() {
    let folder = Folder::new();
    // STS's clock stands in another year.
    let dated = assumed().replacen("\r\n", "\r\nDate: Mon, 01 Jan 2035 12:00:00 GMT\r\n", 1);
    let server = Server::saying(dated);
    let signer = Signer::new(Arc::new(pod(&folder.file("token", TOKEN), &server.url(""))), "sts");
    let mut request = common::request("GET", "https://sts.amazonaws.com/", &[], "");
    signer.sign(&mut request).unwrap();
    let date = request.headers.iter().find(|(name, _)| &**name == "x-amz-date").unwrap().1.expose();
    assert!(date.starts_with("20350101T12"), "{date}");
}

fn refused(token_file: &str, sts: &str) -> Error {
    let error = pod(token_file, sts).credentials().unwrap_err();
    let said = error.to_string();
    assert!(!said.contains(TOKEN) && !said.contains("c2ln"), "{said}");
    error
}

/// Every row has a code of its own, and a fix that names the file at fault.
#[test]
fn token_files_that_cannot_be_used() {
    let folder = Folder::new();
    let server = Server::saying(assumed());
    let directory = folder.path().to_str().unwrap().to_owned();
    let rows = [
        (folder.at("missing"), Code::TokenFileMissing),
        (directory, Code::TokenFileDirectory),
        (folder.file("large", vec![b'a'; 1 << 20]), Code::TokenFileTooLarge),
        (folder.file("empty", ""), Code::TokenEmpty),
        (folder.file("binary", b"\xFFa.b.c"), Code::TokenFileUtf8),
        (folder.file("bom", format!("\u{FEFF}{TOKEN}")), Code::TokenFileBom),
        (folder.file("cut", &TOKEN[..100]), Code::TokenCut),
        (folder.file("trailing", format!("{TOKEN}\nmore")), Code::TokenTrailing),
    ];
    for (path, code) in &rows {
        let error = refused(path, &server.url(""));
        assert_eq!(error.code(), *code, "{error}");
        assert!(error.fix().contains(path.as_str()), "{error}");
    }
    let mut codes: Vec<_> = rows.iter().map(|(_, code)| *code).collect();
    codes.dedup();
    assert_eq!(codes.len(), rows.len());
    assert!(server.seen().is_empty(), "none was sent");
    let fine = folder.file("newline", format!("{TOKEN}\n"));
    pod(&fine, &server.url("")).credentials().unwrap();
}

#[cfg(unix)]
#[test]
fn a_token_file_of_somebody_else() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.file("token", TOKEN);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::read(&path).is_ok() {
        // Root reads everything: there is nothing to see here then.
        return;
    }
    let error = refused(&path, "http://127.0.0.1:1");
    assert_eq!(error.code(), Code::TokenFileDenied);
    assert!(error.fix().contains(&path) && error.message().contains("mode 0000"), "{error}");
}

type Misbehave = Box<dyn Fn(&mut dyn Stream) + Send + Sync>;

/// Every row has a code of its own, and a fix that says what to do about the endpoint.
#[test]
fn an_sts_that_is_none_or_breaks() {
    let folder = Folder::new();
    let token = folder.file("token", TOKEN);
    let say = |bytes: String| -> Misbehave { Box::new(move |stream| drop(stream.write_all(bytes.as_bytes()))) };
    let whole = assumed();
    let half = answer("200 OK", "text/xml", &whole[whole.find("<Assume").unwrap()..][..300]);
    let drip: Misbehave = Box::new(|stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n");
        while stream.write_all(b"<").is_ok() {
            thread::sleep(Duration::from_millis(200));
        }
    });
    let rows: Vec<(&str, Misbehave, Code)> = vec![
        ("html", say(answer("200 OK", "text/html", "<!DOCTYPE html><html>Welcome</html>")), Code::AnswerHtml),
        ("half an XML", say(half), Code::AnswerCut),
        ("10 MB", say("HTTP/1.1 200 OK\r\ncontent-length: 10485760\r\n\r\n".into()), Code::AnswerTooLarge),
        (
            "30x",
            say("HTTP/1.1 302 Found\r\nlocation: https://login.example/\r\ncontent-length: 0\r\n\r\n".into()),
            Code::AnswerRedirect,
        ),
        ("closing", say(String::new()), Code::NetClosed),
        ("cut short", say(whole[..whole.len() - 10].into()), Code::NetClosed),
        ("a byte at a time", drip, Code::NetTimeout),
        ("silent", Box::new(|_| thread::sleep(Duration::from_secs(20))), Code::NetTimeout),
    ];
    for (name, misbehave, code) in rows {
        let server = Server::new(misbehave);
        let error = refused(&token, &server.url(""));
        assert_eq!(error.code(), code, "{name}: {error}");
        assert!(!error.fix().is_empty());
    }
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert_eq!(refused(&token, &format!("http://127.0.0.1:{free}")).code(), Code::NetConnect);
    assert_eq!(refused(&token, "http://sts.invalid").code(), Code::NetResolve);
    let foreign = Server::tls(&Identity::of(&["127.0.0.1"]), |_| ());
    assert_eq!(refused(&token, &format!("https://127.0.0.1:{}", foreign.port)).code(), Code::NetTls);
}

#[test]
fn valid_credentials_stay_while_sts_is_broken() {
    let folder = Folder::new();
    let calls = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = calls.clone();
    let server = Server::new(move |stream| {
        let first = counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let said = if first { assumed() } else { answer("200 OK", "text/html", "<html>") };
        let _ = stream.write_all(said.as_bytes());
    });
    let provider = pod(&folder.file("token", TOKEN), &server.url(""));
    provider.credentials().unwrap();
    assert!(provider.invalidate(1));
    assert_eq!(provider.credentials().unwrap().access_key_id(), "ASIATEST");
    assert!(calls.load(std::sync::atomic::Ordering::SeqCst) > 1, "it was tried");
}
