//! What a service says when it refuses, whichever service it is: for requests that are signed and sent as they are.
//!
//! Reads the Query protocol's, S3's, EC2's and the JSON protocols' forms. Texts of others: short, on one line, without
//! tokens.

use crate::{effect::HttpResponse, wire::Wire};
use alloc::{boxed::Box, string::String};
use core::fmt;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// Such as `SignatureDoesNotMatch`.
    pub code: Box<str>,
    /// Code and message, as people read them.
    shown: String,
}

impl Refused {
    /// The refusal in an answer; `None` where it is none, or says no code (S3 answers HEAD without a body).
    pub fn of(response: &HttpResponse) -> Option<Self> {
        let wire = (response.status >= 300).then(|| Wire::of(response))??;
        let code = wire.code.chars().take(100).filter(|c| !c.is_control()).collect::<String>().into();
        Some(Self { code, shown: wire.shown() })
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use std::{string::ToString, vec};

    fn of(status: u16, headers: &[(&str, &str)], body: &str) -> Option<(String, String)> {
        let headers = headers.iter().map(|(name, value)| (Box::from(*name), Secret::from(*value))).collect();
        let refused = Refused::of(&HttpResponse { status, headers, body: body.as_bytes().into() })?;
        Some((refused.code.to_string(), refused.to_string()))
    }

    #[test]
    fn every_protocols_refusal() {
        let xml = "<Error><Code>AccessDenied</Code><Message>no &amp; no</Message><RequestId>r</RequestId></Error>";
        for (headers, body) in [
            (vec![], xml.to_string()),
            (
                vec![("content-type", "text/html")],
                std::format!("<?xml version='1.0'?>\n<ErrorResponse>{xml}</ErrorResponse>"),
            ),
            (vec![], r#"{"__type":"com.amazonaws.x#AccessDenied","Message":"no & no"}"#.to_string()),
            (vec![("x-amzn-ErrorType", "AccessDenied:http://x")], r#"{"message":"no & no"}"#.to_string()),
        ] {
            assert_eq!(
                of(403, &headers, &body),
                Some(("AccessDenied".into(), "AccessDenied: no & no".into())),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_none() {
        let xml = "<Error><Code>A</Code></Error>";
        for (status, body) in
            [(200, xml), (404, ""), (403, "<html>x"), (403, r#"{"message":"Forbidden"}"#), (500, "oops")]
        {
            assert_eq!(of(status, &[], body), None, "{body}");
        }
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
        let odd = std::format!("<Error><Code>A\u{1b}[31m</Code><Message>a\n{token}</Message></Error>");
        assert_eq!(of(403, &[], &odd), Some(("A[31m".into(), "A\\u{1b}[31m: a [token]".into())));
    }
}
