//! From the issuer's documents to a verified signature, with AWS's choice of the key.
//!
//! As observed: the header's `alg` decides and a JWK's own is passed over; a key needs a `kid`; of keys with one `kid`
//! the last counts; `use` other than `sig`, members that are missing, or an `x5c` of another key make it no key; any
//! `key_ops` makes it one that verifies nothing; a token without `kid` takes the only key there is; over 100 keys of
//! one type, and none of that type is found.

use super::{Check, Denied, Documents, Fetched, denied};
use crate::json::short;
use crate::oidc::{Algorithm, Discovery, Jwk, Jwks, Jws};
use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

pub(super) fn verify(jws: &Jws<'_>, issuer: &str, documents: &Documents<'_>) -> Result<(), Denied> {
    let alg = algorithm(jws)?;
    let discovery = fetched("discovery document", documents.discovery)?;
    Discovery::parse(discovery)
        .and_then(|d| d.of(issuer))
        .map_err(|e| no_key(e.message().into(), e.fix().to_string()))?;
    let jwks = fetched("key set", documents.jwks)?;
    let jwks = Jwks::parse(jwks).map_err(|e| no_key(e.message().into(), e.fix().to_string()))?;
    let key = choose(&jwks, alg, jws.kid())?;
    if key.operations().is_some() {
        let what = format!("key {} has key_ops, and AWS takes no key that has", short(key.kid().unwrap_or_default()));
        return Err(signature(what, "remove key_ops from the key in the issuer's key set".into()));
    }
    let verified = key.public_key().and_then(|key| jws.verify(&key));
    verified.map_err(|e| {
        signature(format!("{} with key {}", e.message(), short(key.kid().unwrap_or_default())), e.fix().to_string())
    })
}

/// AWS takes neither PSS nor EdDSA nor HMAC. Which text it gives then is not observed.
pub(super) fn algorithm(jws: &Jws<'_>) -> Result<Algorithm, Denied> {
    let fix = || "have the issuer sign with RS or ES and 256, 384 or 512, which is what AWS takes".into();
    match Algorithm::parse(jws.alg()) {
        Ok(alg @ (Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512)) => {
            Err(signature(format!("alg {} is not one that AWS takes", alg.name()), fix()))
        }
        Ok(alg) => Ok(alg),
        Err(e) => Err(signature(e.message().into(), fix())),
    }
}

fn choose<'k>(jwks: &'k Jwks, alg: Algorithm, kid: Option<&str>) -> Result<&'k Jwk, Denied> {
    let of_type = |key: &&Jwk| key.key_type() == alg.key_type();
    let count = jwks.keys().iter().filter(of_type).count();
    if count > MOST_KEYS {
        let what = format!("the key set has {count} {} keys, AWS reads at most {MOST_KEYS}", alg.key_type());
        return Err(no_key(what, "remove old keys from the issuer's key set".into()));
    }
    let Some(kid) = kid else {
        let mut keys = jwks.keys().iter().filter(|key| refusal(key).is_none());
        return match (keys.next(), keys.next()) {
            (Some(key), None) if of_type(&key) => Ok(key),
            _ => {
                let what = "the token's header has no kid, and the key set has not exactly one key that could be meant";
                Err(no_key(what.into(), "have the issuer write the kid into the token's header".into()))
            }
        };
    };
    let named: Vec<&Jwk> = jwks.keys().iter().filter(|key| key.kid() == Some(kid)).collect();
    if let Some(key) = named.iter().rfind(|key| of_type(key) && refusal(key).is_none()) {
        return Ok(key);
    }
    let what = match named.last() {
        Some(key) => {
            format!("key {} of the key set {}", short(kid), refusal(key).unwrap_or("has another type than alg needs"))
        }
        None => {
            let kids: Vec<String> = jwks.keys().iter().filter_map(Jwk::kid).take(10).map(short).collect();
            format!("the key set has no key with kid {}; it has {}", short(kid), kids.join(", "))
        }
    };
    Err(no_key(
        what,
        format!("publish key {} in the issuer's key set; keep old keys until their last token has expired", short(kid)),
    ))
}

/// Why a key counts as none.
fn refusal(key: &Jwk) -> Option<&'static str> {
    if key.kid().is_none_or(str::is_empty) {
        Some("has no kid")
    } else if key.usage().is_some_and(|usage| usage != "sig") {
        Some("is not meant for signatures (use)")
    } else if !key.is_complete() {
        Some("lacks the members of a public key (an x5c alone is not enough)")
    } else if key.certificate_agrees() == Some(false) {
        Some("has an x5c that is not a certificate of the same key")
    } else {
        None
    }
}

fn fetched<'a>(name: &str, document: Fetched<'a>) -> Result<&'a [u8], Denied> {
    match document {
        Fetched::Body(body) => Ok(body),
        Fetched::OtherCertificate => Err(Denied::token(
            "OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint",
            Check::Keys,
            format!(
                "the server of the issuer's {name} has a certificate that no thumbprint of the provider stands for"
            ),
            "set the provider's thumbprints to that of the top certificate that the issuer's server presents",
        )),
        // The code is documented, the text is not observed.
        Fetched::Failed(why) => Err(Denied::new(
            "IDPCommunicationError",
            "The identity provider could not be reached",
            Check::Keys,
            format!("the issuer's {name} could not be fetched: {why}"),
            "make <issuer>/.well-known/openid-configuration and its jwks_uri reachable from AWS, by https with a public certificate",
        )),
    }
}

fn no_key(what: String, fix: String) -> Denied {
    Denied::token(
        "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
        Check::Keys,
        what,
        fix,
    )
}

fn signature(what: String, fix: String) -> Denied {
    Denied::token(denied::NOT_VALIDATED, Check::Signature, what, fix)
}

const MOST_KEYS: usize = 100;
