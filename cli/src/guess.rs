//! Service and Region from a host name of AWS, where it says them plainly.
//!
//! `<service>[-fips].<region>.<suffix>`, with a bucket, an API id or a VPC endpoint before it; S3's and the global
//! services' own forms. Everything else has to be said by the user.

/// What a host says; a missing Region has to be said, a missing service too.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Guess<'a> {
    pub service: Option<&'a str>,
    pub region: Option<&'a str>,
}

const SUFFIXES: &[&str] =
    &[".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws", ".c2s.ic.gov", ".sc2s.sgov.gov", ".on.aws"];

/// Services without a Region in their names, and the Region they are signed for.
const GLOBAL: &[(&str, &str)] = &[
    ("iam", "us-east-1"),
    ("sts", "us-east-1"),
    ("s3", "us-east-1"),
    ("cloudfront", "us-east-1"),
    ("route53", "us-east-1"),
    ("organizations", "us-east-1"),
];

/// Names in host names that are not the signing name.
const SIGNED_AS: &[(&str, &str)] =
    &[("lambda-url", "lambda"), ("s3-accelerate", "s3"), ("s3-website", "s3"), ("email", "ses")];

impl<'a> Guess<'a> {
    /// `host` without a port, in lower case.
    pub fn of(host: &'a str) -> Self {
        let Some(name) = SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix)) else { return Self::default() };
        let name = name.strip_suffix(".vpce").unwrap_or(name);
        let mut labels: Vec<&str> = name.split('.').collect();
        labels.retain(|label| *label != "dualstack");
        let region = labels.iter().rposition(|label| is_region(label));
        let service = match region {
            // `sts.eu-west-1`, `bucket.s3.eu-west-1`, `id.execute-api.eu-west-1`, `domain.eu-west-1.es`
            Some(at) if at + 1 < labels.len() => labels.get(at + 1),
            Some(at) => at.checked_sub(1).and_then(|before| labels.get(before)),
            None => labels.last(),
        };
        let service = service.map(|service| service.strip_suffix("-fips").unwrap_or(service));
        let region = match region {
            Some(at) => labels.get(at).copied(),
            None => GLOBAL.iter().find(|(global, _)| Some(*global) == service).map(|(_, region)| *region),
        };
        let service = service.map(signed_as);
        Self { service, region }
    }
}

fn signed_as(service: &str) -> &str {
    SIGNED_AS.iter().find(|(name, _)| *name == service).map_or(service, |(_, signed)| signed)
}

/// `eu-west-1`, `us-gov-west-1`, `eusc-de-east-1`: letters in two or three parts and a number.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let Some((number, words)) = parts.split_last() else { return false };
    (2..=3).contains(&words.len())
        && words.iter().all(|word| word.len() >= 2 && word.bytes().all(|b| b.is_ascii_lowercase()))
        && matches!(number.as_bytes(), [b'1'..=b'9'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_say_it_plainly() {
        let cases = [
            ("sts.eu-west-1.amazonaws.com", "sts eu-west-1"),
            ("sts.amazonaws.com", "sts us-east-1"),
            ("sts-fips.us-east-1.amazonaws.com", "sts us-east-1"),
            ("sts.cn-north-1.amazonaws.com.cn", "sts cn-north-1"),
            ("sts.us-gov-west-1.amazonaws.com", "sts us-gov-west-1"),
            ("sts.eusc-de-east-1.amazonaws.eu", "sts eusc-de-east-1"),
            ("sts.us-iso-east-1.c2s.ic.gov", "sts us-iso-east-1"),
            ("secretsmanager.ap-southeast-2.amazonaws.com", "secretsmanager ap-southeast-2"),
            ("s3.amazonaws.com", "s3 us-east-1"),
            ("my.bucket.s3.eu-central-1.amazonaws.com", "s3 eu-central-1"),
            ("bucket.s3.amazonaws.com", "s3 us-east-1"),
            ("bucket.s3.dualstack.eu-west-1.amazonaws.com", "s3 eu-west-1"),
            ("bucket.s3-accelerate.amazonaws.com", "s3 -"),
            ("abc123.execute-api.eu-west-1.amazonaws.com", "execute-api eu-west-1"),
            ("abc.lambda-url.eu-west-1.on.aws", "lambda eu-west-1"),
            ("search-x.eu-west-1.es.amazonaws.com", "es eu-west-1"),
            ("vpce-0a-1b.sts.eu-west-1.vpce.amazonaws.com", "sts eu-west-1"),
            ("iam.amazonaws.com", "iam us-east-1"),
            ("email.eu-west-1.amazonaws.com", "ses eu-west-1"),
            ("lambda.eu-west-1.api.aws", "lambda eu-west-1"),
            ("unknown.amazonaws.com", "unknown -"),
            ("localhost", "- -"),
            ("evil-amazonaws.com", "- -"),
            ("sts.eu-west-1.amazonaws.com.evil.example", "- -"),
        ];
        for (host, expected) in cases {
            let guess = Guess::of(host);
            let said = format!("{} {}", guess.service.unwrap_or("-"), guess.region.unwrap_or("-"));
            assert_eq!(said, expected, "{host}");
        }
    }
}
