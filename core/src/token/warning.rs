//! What STS may not like about a token: said, never enforced.
//!
//! The tolerance of five minutes is AWS's, as observed (see the notes at `sts-expired-token`).

use super::{Claims, Header};
use crate::{Timestamp, time::Span};
use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;
use serde_json::{Value, json};

/// Seconds by which AWS lets `iat`, `nbf` and `exp` be off.
const TOLERANCE: i64 = 300;

/// Algorithms that AWS verifies.
const ALGORITHMS: &[&str] = &["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

/// One thing. `Display` says it with its values; `name` is for programs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// An algorithm that AWS does not verify.
    Algorithm(Box<str>),
    /// None of the audiences (nor azp) is the expected one.
    Audience {
        /// What the token has.
        got: Vec<Box<str>>,
        /// What was expected.
        expected: Box<str>,
    },
    /// More than one audience and no azp: STS refuses that.
    Audiences(usize),
    /// Past its end.
    Expired {
        /// Its end.
        exp: Timestamp,
        /// Seconds since then.
        ago: i64,
        /// Within AWS's tolerance, so that it may still work.
        tolerated: bool,
    },
    /// A token from a Secret: neither audience nor end.
    Legacy,
    /// A claim that STS needs is not there.
    Missing(&'static str),
    /// Near its end: it should have been replaced long ago.
    NearEnd {
        /// Its end.
        exp: Timestamp,
        /// Seconds left.
        left: i64,
    },
    /// Issued, or valid, only from a moment that lies ahead.
    NotYet {
        /// `iat` or `nbf`.
        claim: &'static str,
        /// The moment.
        from: Timestamp,
        /// Seconds ahead.
        ahead: i64,
        /// Within AWS's tolerance.
        tolerated: bool,
    },
    /// A member stands there more than once; the last one counts.
    Repeated(String),
    /// A time that is not whole seconds.
    TimeFormat(&'static str),
    /// The header or payload is not base64url or not a JSON object.
    Unreadable(&'static str),
}

impl Warning {
    /// For programs: `expired`, `near-end`, …
    pub fn name(&self) -> &'static str {
        match self {
            Self::Algorithm(_) => "algorithm",
            Self::Audience { .. } => "audience",
            Self::Audiences(_) => "audiences",
            Self::Expired { .. } => "expired",
            Self::Legacy => "legacy",
            Self::Missing(_) => "missing-claim",
            Self::NearEnd { .. } => "near-end",
            Self::NotYet { .. } => "not-yet-valid",
            Self::Repeated(_) => "repeated-member",
            Self::TimeFormat(_) => "time-format",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// As plain data: `{name, text}`.
    pub fn to_json(&self) -> Value {
        json!({ "name": self.name(), "text": self.to_string() })
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm(alg) => write!(f, "algorithm {alg} is none that AWS verifies"),
            Self::Audience { got, expected } => write!(f, "audience is {}, not {expected}", got.join(", ")),
            Self::Audiences(count) => write!(f, "{count} audiences and no azp: STS refuses that"),
            Self::Expired { exp, ago, tolerated } => {
                write!(f, "expired {} ago ({exp})", Span(*ago))?;
                f.write_str(if *tolerated { ", which AWS still tolerates" } else { ": it is not being rotated" })
            }
            Self::Legacy => f.write_str("a token from a Secret: it has no audience and no end, so STS refuses it"),
            Self::Missing(claim) => write!(f, "claim {claim} is missing: STS needs it"),
            Self::NearEnd { exp, left } => write!(f, "ends in {} ({exp}): it is not being rotated", Span(*left)),
            Self::NotYet { claim, from, ahead, tolerated } => {
                write!(f, "{claim} lies {} ahead ({from})", Span(*ahead))?;
                f.write_str(if *tolerated { ", which AWS tolerates" } else { ": a clock is wrong" })
            }
            Self::Repeated(name) => write!(f, "member {name} stands there more than once; the last one counts"),
            Self::TimeFormat(claim) => write!(f, "{claim} is not whole seconds: STS refuses that"),
            Self::Unreadable(part) => write!(f, "the {part} is not JSON in base64url"),
        }
    }
}

/// Adds what header and claims give cause for.
pub(super) fn judge(header: &Header, claims: &Claims, now: Timestamp, audience: &str, all: &mut Vec<Warning>) {
    let unreadable = |part| all.contains(&Warning::Unreadable(part));
    let (no_header, no_claims) = (unreadable("header"), unreadable("payload"));
    match header.alg.as_deref() {
        Some(alg) if !ALGORITHMS.contains(&alg) => all.push(Warning::Algorithm(alg.into())),
        None if !no_header => all.push(Warning::Algorithm("(none given)".into())),
        _ => {}
    }
    if no_claims {
        return;
    }
    let legacy =
        claims.kubernetes.as_ref().is_some_and(|k| k.legacy) && (claims.aud.is_empty() || claims.exp.is_none());
    if legacy {
        all.push(Warning::Legacy);
    } else {
        let there = [
            ("iss", claims.iss.is_some()),
            ("sub", claims.sub.is_some()),
            ("aud", !claims.aud.is_empty()),
            ("iat", claims.iat.is_some()),
            ("exp", claims.exp.is_some()),
        ];
        all.extend(there.iter().filter(|(_, there)| !there).map(|(claim, _)| Warning::Missing(claim)));
    }
    // AWS takes azp for the audience where there is one.
    let counts = match &claims.azp {
        Some(azp) => core::slice::from_ref(azp),
        None => claims.aud.as_slice(),
    };
    if counts.len() > 1 {
        all.push(Warning::Audiences(counts.len()));
    }
    if !counts.is_empty() && !counts.iter().any(|got| **got == *audience) {
        all.push(Warning::Audience { got: counts.iter().take(8).cloned().collect(), expected: audience.into() });
    }
    times(claims, now, all);
}

fn times(claims: &Claims, now: Timestamp, all: &mut Vec<Warning>) {
    for (claim, from) in [("iat", claims.iat), ("nbf", claims.nbf)] {
        if let Some(from) = from
            && from.unix() > now.unix()
        {
            let ahead = from.unix() - now.unix();
            all.push(Warning::NotYet { claim, from, ahead, tolerated: ahead <= TOLERANCE });
        }
    }
    let Some(exp) = claims.exp else { return };
    let left = exp.unix() - now.unix();
    if left <= 0 {
        all.push(Warning::Expired { exp, ago: -left, tolerated: -left < TOLERANCE });
        return;
    }
    // The kubelet replaces a token at 80 % of its life, so that the last tenth is never seen in a healthy pod.
    let life = claims.iat.map_or(0, |iat| exp.unix() - iat.unix());
    if left < (life / 10).max(60) {
        all.push(Warning::NearEnd { exp, left });
    }
}
