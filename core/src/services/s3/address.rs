//! Where S3 is, and where a bucket's name goes: before the host (virtual-hosted) or into the path.
//!
//! Follows the endpoint rule set of S3, without accelerate, access points by ARN, Outposts and directory buckets, and
//! “Bucket naming rules” of the S3 user guide. At AWS a name has 3 to 63 of lower-case letters, digits, `.` and `-`; those
//! with capitals and `_` (up to 255) that us-east-1 once had go into the path. Elsewhere (a custom endpoint) any text does.

use super::{parameter, push_encoded, shown};
use crate::{
    Code, Error,
    endpoint::{Endpoint, Settings},
};
use alloc::{format, string::String};

/// Where a bucket's name goes. This list is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// Before AWS's hosts where it can (no dot in it, which no certificate covers); into the path of a custom endpoint,
    /// which mostly has no name for each bucket.
    #[default]
    Auto,
    /// Before a custom endpoint's host as well, where it can: a label of a host name, and no IP address behind it.
    Virtual,
    /// Into the path, always.
    Path,
}

/// The endpoint for these settings, without a bucket: one is good for all buckets of a Region.
pub fn endpoint(settings: &Settings<'_>) -> Result<Endpoint, Error> {
    let Settings { fips, dual_stack, custom, .. } = *settings;
    let global = settings.region == Some("aws-global");
    if global && (fips || dual_stack || custom.is_some()) {
        return endpoint(&Settings { region: Some("us-east-1"), ..*settings });
    }
    let chosen = Endpoint::choose(settings, None, |region, partition| {
        if global {
            return ("https://s3.amazonaws.com".into(), "us-east-1".into());
        }
        let name = if fips { "s3-fips" } else { "s3" };
        let dual_stack = if dual_stack { ".dualstack" } else { "" };
        (format!("https://{name}{dual_stack}.{region}.{}", partition.dns_suffix), String::from(region))
    })?;
    if fips && chosen.url().ends_with(".amazonaws.com.cn") {
        let error = Error::new(Code::SettingInvalid, "endpoint", "Partition does not support FIPS");
        return Err(error.with_fix("unset AWS_USE_FIPS_ENDPOINT: S3 has no FIPS endpoints in China"));
    }
    Ok(chosen)
}

/// The URL of a bucket, without a slash behind it.
pub(super) fn bucket(endpoint: &Endpoint, bucket: &str, style: Style) -> Result<String, Error> {
    check(bucket, endpoint.is_custom())?;
    let base = endpoint.url().trim_end_matches('/');
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    let hosted = match style {
        Style::Path => false,
        Style::Auto => !endpoint.is_custom() && is_hostable(bucket, false),
        Style::Virtual => !is_address(rest) && is_hostable(bucket, scheme.eq_ignore_ascii_case("http")),
    };
    if hosted {
        return Ok(format!("{scheme}://{bucket}.{rest}"));
    }
    let mut url = format!("{base}/");
    push_encoded(bucket, &mut url);
    Ok(url)
}

/// Whether a name can stand before a host: labels of lower-case letters, digits and `-`, one of them or `many`.
fn is_hostable(bucket: &str, many: bool) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let label = |label: &str| {
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|b| plain(*b))
            && bytes.last().is_some_and(|b| plain(*b))
            && bytes.iter().all(|b| plain(*b) || *b == b'-')
    };
    (3..=63).contains(&bucket.len())
        && (many || !bucket.contains('.'))
        && bucket.split('.').all(label)
        && !is_ipv4(bucket)
}

/// Whether host and port, and what follows, begin with an IP address.
fn is_address(rest: &str) -> bool {
    let authority = rest.split('/').next().unwrap_or_default();
    authority.starts_with('[') || is_ipv4(authority.split(':').next().unwrap_or_default())
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<core::net::Ipv4Addr>().is_ok()
}

fn check(bucket: &str, custom: bool) -> Result<(), Error> {
    let said = shown(bucket);
    if bucket.starts_with("arn:") {
        let message = format!("Bucket: {said} is an ARN");
        return Err(parameter(message, "name the bucket, or an access point by its alias (…-s3alias)"));
    }
    if custom {
        return match bucket.len() {
            1..=255 if bucket != "." && bucket != ".." => Ok(()),
            length => Err(parameter(format!("Bucket: “{said}”, {length} bytes, is no name"), "name a bucket")),
        };
    }
    for (end, what) in
        [("--x-s3", "directory bucket"), ("--xa-s3", "directory bucket's access point"), ("--op-s3", "Outpost")]
    {
        if bucket.ends_with(end) {
            let message = format!("Bucket: {said} is a {what}, which has calls and endpoints of its own");
            return Err(parameter(message, "name a general purpose bucket; irsa knows no others"));
        }
    }
    let legacy = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    let legacy = (3..=255).contains(&bucket.len()) && bucket.bytes().all(legacy);
    if is_hostable(bucket, true) || legacy && bucket.bytes().any(|b| b.is_ascii_uppercase() || b == b'_') {
        return Ok(());
    }
    let mend = match bucket {
        _ if bucket.starts_with("s3://") => "leave out s3://, and the key behind the name",
        _ if bucket.contains('/') => "name the bucket alone: what stands behind the slash is part of the key",
        _ if is_ipv4(bucket) => "a bucket's name is no IP address",
        _ => {
            "a bucket's name has 3 to 63 lower-case letters, digits, dots and dashes, and begins and ends with a letter or digit"
        }
    };
    Err(parameter(format!("Bucket: “{said}” is no bucket's name"), mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(settings: &Settings<'_>, name: &str, style: Style) -> Result<String, Error> {
        bucket(&endpoint(settings)?, name, style)
    }

    #[test]
    fn hosts_and_paths() {
        let aws = Settings { region: Some("eu-west-1"), ..Settings::default() };
        let custom = |url| Settings { custom: Some(url), ..aws };
        let china = Settings { region: Some("cn-north-1"), dual_stack: true, ..aws };
        let fips = Settings { fips: true, dual_stack: true, ..aws };
        let global = Settings { region: Some("aws-global"), ..aws };
        for (settings, name, style, url) in [
            (aws, "my-bucket", Style::Auto, "https://my-bucket.s3.eu-west-1.amazonaws.com"),
            (aws, "my-bucket", Style::Virtual, "https://my-bucket.s3.eu-west-1.amazonaws.com"),
            (aws, "my-bucket", Style::Path, "https://s3.eu-west-1.amazonaws.com/my-bucket"),
            (aws, "my.bucket", Style::Auto, "https://s3.eu-west-1.amazonaws.com/my.bucket"),
            (aws, "my.bucket", Style::Virtual, "https://s3.eu-west-1.amazonaws.com/my.bucket"),
            (aws, "My_Bucket", Style::Auto, "https://s3.eu-west-1.amazonaws.com/My_Bucket"),
            (aws, "x-abc-s3alias", Style::Auto, "https://x-abc-s3alias.s3.eu-west-1.amazonaws.com"),
            (china, "my-bucket", Style::Auto, "https://my-bucket.s3.dualstack.cn-north-1.amazonaws.com.cn"),
            (fips, "my-bucket", Style::Auto, "https://my-bucket.s3-fips.dualstack.eu-west-1.amazonaws.com"),
            (global, "my-bucket", Style::Auto, "https://my-bucket.s3.amazonaws.com"),
            (custom("http://127.0.0.1:9000/"), "my-bucket", Style::Auto, "http://127.0.0.1:9000/my-bucket"),
            (custom("http://127.0.0.1:9000"), "my-bucket", Style::Virtual, "http://127.0.0.1:9000/my-bucket"),
            (custom("http://[::1]:9000"), "my-bucket", Style::Virtual, "http://[::1]:9000/my-bucket"),
            (custom("http://minio:9000/p"), "my-bucket", Style::Auto, "http://minio:9000/p/my-bucket"),
            (custom("http://minio:9000/p"), "my-bucket", Style::Virtual, "http://my-bucket.minio:9000/p"),
            (custom("http://minio:9000"), "my.bucket", Style::Virtual, "http://my.bucket.minio:9000"),
            (custom("https://minio:9000"), "my.bucket", Style::Virtual, "https://minio:9000/my.bucket"),
            (custom("http://ceph"), "tenant:b/ä", Style::Virtual, "http://ceph/tenant%3Ab%2F%C3%A4"),
        ] {
            assert_eq!(at(&settings, name, style).unwrap(), url);
        }
        assert_eq!(endpoint(&global).unwrap().signing_region(), "us-east-1");
        let global = Settings { region: Some("aws-global"), ..custom("http://minio") };
        assert_eq!(endpoint(&global).unwrap().signing_region(), "us-east-1");
    }

    #[test]
    fn names_that_are_none() {
        let aws = Settings { region: Some("eu-west-1"), ..Settings::default() };
        let long = "a".repeat(64);
        for (name, mends) in [
            ("", "3 to 63"),
            ("aa", "3 to 63"),
            (&*long, "3 to 63"),
            ("my bucket", "3 to 63"),
            ("-bucket", "3 to 63"),
            ("a..b", "3 to 63"),
            ("evil.example#", "3 to 63"),
            ("192.168.5.4", "no IP address"),
            ("bucket/key", "part of the key"),
            ("s3://bucket", "leave out s3://"),
            ("arn:aws:s3:::bucket", "alias"),
            ("x--use1-az4--x-s3", "general purpose"),
        ] {
            let error = at(&aws, name, Style::Auto).unwrap_err();
            assert_eq!(error.code(), Code::ServiceParameter, "{name}");
            assert!(error.fix().contains(mends), "{name}: {error}");
        }
        let minio = Settings { custom: Some("http://minio"), ..aws };
        for name in ["", ".", "..", "arn:x"] {
            assert_eq!(at(&minio, name, Style::Auto).unwrap_err().code(), Code::ServiceParameter, "{name}");
        }
        let china = Settings { region: Some("cn-north-1"), fips: true, ..aws };
        assert_eq!(endpoint(&china).unwrap_err().code(), Code::SettingInvalid);
    }
}
