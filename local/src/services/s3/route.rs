//! Which requests are S3's, since it shares its port with the others, and whose bucket a host names.

use hyper::{Method, http::request::Parts};
use s3s::{
    S3Result,
    host::{S3Host, VirtualHost},
};

/// A request signed for S3; or one that is not signed and asks for more than `/`, as only S3 has it.
pub(crate) fn is_asked(head: &Parts) -> bool {
    let text = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let authorization = text("authorization");
    let at_root = head.uri.path() == "/" && bucket(text("host")).is_none();
    if at_root && head.method == Method::POST {
        // Which S3 has nothing for, and to the others everything is.
        return false;
    }
    if let Some(name) = signing_name(authorization, head.uri.query().unwrap_or_default()) {
        return name == super::SIGNING_NAME;
    }
    !at_root || authorization.starts_with("AWS ")
}

/// The service that a signature is for, in a header or in the query.
pub(crate) fn signing_name(authorization: &str, query: &str) -> Option<String> {
    let credential = match authorization.split_once("Credential=") {
        Some((_, credential)) => credential.split(',').next()?.to_owned(),
        None => query
            .split('&')
            .find_map(|pair| pair.strip_prefix("X-Amz-Credential="))?
            .replace("%2F", "/")
            .replace("%2f", "/"),
    };
    credential.trim().rsplit('/').nth(1).map(str::to_owned)
}

/// The bucket that stands before `.s3.REGION.amazonaws.com`, `.s3.localhost` or `.localhost`.
fn bucket(host: &str) -> Option<&str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => host,
    };
    let bucket = if let Some(name) = name.strip_suffix(".localhost") {
        name.strip_suffix(".s3").unwrap_or(name)
    } else if name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn") {
        let at = name.rfind(".s3.").or_else(|| name.rfind(".s3-"))?;
        &name[..at]
    } else {
        return None;
    };
    (bucket != "s3" && !bucket.is_empty()).then_some(bucket)
}

/// For s3s.
pub(super) struct Hosts;

impl S3Host for Hosts {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let parsed = VirtualHost::new(host);
        Ok(match bucket(host) {
            Some(bucket) => parsed.with_bucket(bucket),
            None => parsed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Request;

    #[test]
    fn a_host_may_name_a_bucket() {
        for (host, expected) in [
            ("127.0.0.1:8200", None),
            ("[::1]:8200", None),
            ("localhost:8200", None),
            ("s3.localhost", None),
            ("data.localhost:8200", Some("data")),
            ("data.s3.localhost:8200", Some("data")),
            ("my.data.s3.localhost", Some("my.data")),
            ("data.s3.eu-west-1.amazonaws.com", Some("data")),
            ("a.s3.b.s3.eu-west-1.amazonaws.com", Some("a.s3.b")),
            ("data.s3.amazonaws.com", Some("data")),
            ("data.s3-eu-west-1.amazonaws.com", Some("data")),
            ("s3.eu-west-1.amazonaws.com", None),
            ("sts.amazonaws.com", None),
            ("", None),
        ] {
            assert_eq!(bucket(host), expected, "{host}");
        }
    }

    #[test]
    fn the_signing_name_decides() {
        let is = |uri: &str, authorization: &str, host: &str| {
            let request = Request::builder().uri(uri).header("authorization", authorization).header("host", host);
            is_asked(&request.body(()).unwrap().into_parts().0)
        };
        let signed = |name: &str| {
            format!(
                "AWS4-HMAC-SHA256 Credential=ASIA/20260101/eu-west-1/{name}/aws4_request, SignedHeaders=host, Signature=0"
            )
        };
        assert!(is("/", &signed("s3"), "127.0.0.1"));
        assert!(!is("/data/key", &signed("sts"), "127.0.0.1"));
        assert!(is("/data/key", "", "127.0.0.1"));
        assert!(!is("/", "", "127.0.0.1"));
        let posted = Request::post("/").header("authorization", signed("s3")).body(()).unwrap();
        assert!(!is_asked(&posted.into_parts().0), "it is STS that answers for the wrong name");
        assert!(is("/", "", "data.s3.localhost"));
        assert!(is("/", "AWS AKIA:x", "127.0.0.1"));
        assert!(is("/d/k?X-Amz-Credential=ASIA%2F20260101%2Feu-west-1%2Fs3%2Faws4_request", "", "127.0.0.1"));
        assert!(!is("/?X-Amz-Credential=ASIA%2F20260101%2Feu-west-1%2Fsts%2Faws4_request", "", "127.0.0.1"));
    }
}
