//! An issuer's documents and the signatures of its tokens, really verified.
//!
//! See `irsa_trust::oidc`: RS, PS and ES with 256, 384 and 512.

use crate::{
    buffer::irsa_buffer,
    edge::{bytes, given, hand, optional_text, run, str, text},
    error::irsa_error,
    types::{irsa_bytes, irsa_str},
};
use irsa_trust::{
    documents,
    oidc::{Algorithm, Jwk, Jwks, Jws},
};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// Verifies the signature of a token with the key of a set that its header means. Its times and claims are not judged:
/// `irsa_trust_decide` does that. `claims` is JSON: `{alg, kid, critical, key, payload, claims}`; the caller frees it.
/// Errors: `IRSA_JWS_…`, `IRSA_JWKS_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *claims = NULL;
///     irsa_error *err = NULL;
///     if (irsa_jws_verify(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"), irsa_str_of("{\"keys\":[]}"), &claims, &err) !=
///         IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_buffer_free(claims);
///     irsa_error_free(err);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_jws_verify(
    token: irsa_str,
    jwks: irsa_str,
    claims: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_jws_verify", err, || {
        // SAFETY: by the header's rules.
        let (token, jwks) = unsafe { (str(token, "token")?, str(jwks, "jwks")?) };
        let out = given(claims, "claims")?;
        let jws = Jws::parse(token)?;
        let jwks = Jwks::parse(jwks.as_bytes())?;
        let key = jwks.find(Algorithm::parse(jws.alg())?, jws.kid())?.public_key()?;
        hand(out, irsa_buffer::json(&documents::verified(token, &key)?));
        Ok(())
    })
}

/// As `irsa_jws_verify`, with this one key (a JWK). Since 0.1.
///
///     irsa_buffer *claims = NULL;
///     irsa_error *err = NULL;
///     if (irsa_jws_verify_by(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"), irsa_str_of("{\"kty\":\"RSA\"}"), &claims,
///                            &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_buffer_free(claims);
///     irsa_error_free(err);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_jws_verify_by(
    token: irsa_str,
    jwk: irsa_str,
    claims: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_jws_verify_by", err, || {
        // SAFETY: by the header's rules.
        let (token, jwk) = unsafe { (str(token, "token")?, str(jwk, "jwk")?) };
        let out = given(claims, "claims")?;
        Jws::parse(token)?;
        let key = Jwk::parse(jwk.as_bytes())?.public_key()?;
        hand(out, irsa_buffer::json(&documents::verified(token, &key)?));
        Ok(())
    })
}

/// Verifies a bare signature over `message` by a JWK and an algorithm of JOSE, such as `RS256`; of ES it is r and s side by
/// side. Errors: as `irsa_jws_verify`. Since 0.1.
///
///     irsa_bytes message = {(const uint8_t *)"x", 1};
///     irsa_error *err = NULL;
///     if (irsa_jwk_verify(irsa_str_of("{\"kty\":\"RSA\"}"), "RS256", message, message, &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_error_free(err);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_jwk_verify(
    jwk: irsa_str,
    alg: *const c_char,
    message: irsa_bytes,
    signature: irsa_bytes,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_jwk_verify", err, || {
        // SAFETY: by the header's rules.
        let (jwk, alg, message, signature) = unsafe {
            (str(jwk, "jwk")?, text(alg, "alg")?, bytes(message, "message")?, bytes(signature, "signature")?)
        };
        let key = Jwk::parse(jwk.as_bytes())?.public_key()?;
        key.verify(Algorithm::parse(alg)?, message, signature)
    })
}

/// What an issuer's key set holds, as JSON: `[{kid, kty, use, key_ops, complete, certificate_agrees, key}]`. The caller
/// frees `json`. Errors: `IRSA_JWKS_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *json = NULL;
///     irsa_bytes keys = {(const uint8_t *)"{\"keys\":[]}", 11};
///     if (irsa_jwks_json(keys, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_jwks_json(
    jwks: irsa_bytes,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_jwks_json", err, || {
        // SAFETY: by the header's rules.
        let jwks = unsafe { bytes(jwks, "jwks") }?;
        let out = given(json, "json")?;
        hand(out, irsa_buffer::json(&documents::jwks(jwks)?));
        Ok(())
    })
}

/// What an issuer's discovery document says, as JSON with its required members. With `issuer`, which may be NULL, it has to
/// be that issuer's. The caller frees `json`. Errors: `IRSA_DISCOVERY_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *json = NULL;
///     irsa_error *err = NULL;
///     irsa_bytes document = {(const uint8_t *)"{}", 2};
///     if (irsa_discovery_json(document, NULL, &json, &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_buffer_free(json);
///     irsa_error_free(err);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_discovery_json(
    document: irsa_bytes,
    issuer: *const c_char,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_discovery_json", err, || {
        // SAFETY: by the header's rules.
        let (document, issuer) = unsafe { (bytes(document, "document")?, optional_text(issuer, "issuer")?) };
        let out = given(json, "json")?;
        hand(out, irsa_buffer::json(&documents::discovery(document, issuer)?));
        Ok(())
    })
}
