//! What the signers are known to differ on: each with a predicate, who it is that differs, and who is right by the
//! documentation of Signature Version 4 (IAM guide, "Create a signed AWS API request").

use crate::case::Case;

pub struct Known {
    pub name: &'static str,
    /// `aws-sigv4`, `botocore`, or both.
    pub who: &'static [Who],
    pub holds: fn(&Case) -> bool,
    pub why: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Aws,
    Botocore,
}

impl Who {
    pub fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws-sigv4",
            Self::Botocore => "botocore",
        }
    }
}

pub const KNOWN: &[Known] = &[
    Known {
        name: "dots-at-the-end",
        who: &[Who::Aws],
        holds: |c| c.normalise && (c.path.ends_with("/.") || c.path.ends_with("/..")),
        why: "/a/. normalised: aws-sigv4 keeps a slash behind the a, as RFC 3986 (5.2.4) has it; botocore and aws-c-auth \
              do not, and irsa is with them",
    },
    Known {
        name: "not-encoded",
        who: &[Who::Aws, Who::Botocore],
        holds: |c| c.path.bytes().any(|b| b" <^`|".contains(&b) || !b.is_ascii()),
        why: "a path with characters that no URI has: aws-sigv4 takes some for no URI, botocore's S3 signer leaves them; \
              the guide encodes all but unreserved ones, as irsa does",
    },
    Known {
        name: "not-utf-8",
        who: &[Who::Aws, Who::Botocore],
        holds: |c| c.query.iter().any(|p| [&p.name, &p.value].iter().any(|text| std::str::from_utf8(text).is_err())),
        why: "escaped bytes in a query that are no UTF-8: aws-sigv4 and botocore put U+FFFD in their place; the guide \
              encodes bytes, as irsa does",
    },
    Known {
        name: "twice-presigned",
        who: &[Who::Botocore],
        holds: |c| {
            c.expires.is_some()
                && c.query.iter().enumerate().any(|(at, p)| c.query.iter().skip(at + 1).any(|q| q.name == p.name))
        },
        why: "a name twice in the query of a presigned URL: botocore keeps the first value alone; the guide has all",
    },
    Known {
        name: "tab",
        who: &[Who::Aws],
        holds: |c| c.headers.iter().any(|(_, value)| value.contains('\t')),
        why: "a tab in a header's value: aws-sigv4 takes the guide's \"spaces\" for U+0020 alone; irsa and botocore for \
              white space, as HTTP (RFC 9110, 5.5) has it around values",
    },
    Known {
        name: "wide-space",
        who: &[Who::Botocore],
        holds: |c| c.headers.iter().any(|(_, value)| value.contains(|c: char| c.is_whitespace() && !c.is_ascii())),
        why: "white space beyond ASCII in a header's value: botocore takes it for spaces; irsa and aws-sigv4 sign the \
              bytes that are sent",
    },
];
