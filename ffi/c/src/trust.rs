//! What AWS does with a token, as JSON: a whole set-up judged, STS's decision, IAM's providers, policies.
//!
//! See `irsa_trust::documents` for the forms of the documents, `irsa_trust::policy` for the policies.

use crate::{
    buffer::irsa_buffer,
    edge::{given, hand, optional_text, run, str, text},
    error::irsa_error,
    types::irsa_str,
};
use irsa_core::{Code, Error};
use irsa_trust::{
    documents,
    policy::{
        Policy,
        generate::{Wanted, pretty, trust_policy},
        lint::{self, Place, SIZE},
    },
};
use serde_json::Value;
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// A document in, a document out.
///
/// # Safety
/// The header's rules.
unsafe fn answer(
    document: irsa_str,
    answer: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    judge: fn(&Value) -> Result<Value, Error>,
) -> Result<(), Error> {
    // SAFETY: by the header's rules.
    let document = unsafe { str(document, "document") }?;
    let out = given(answer, "answer")?;
    let document = serde_json::from_str(document)
        .map_err(|e| Error::new(Code::DocumentMalformed, "document", format!("it is not JSON: {e}")))?;
    hand(out, irsa_buffer::json(&judge(&document)?));
    Ok(())
}

/// What STS decides on AssumeRoleWithWebIdentity, in its order and words. `document` is JSON: `{world: {providers: [{arn,
/// url, client_ids}], roles: [{arn, trust_policy, max_session_duration}]}, request: {RoleArn, RoleSessionName,
/// WebIdentityToken, …, connection: [[key, value]]}, discovery, jwks, now}`, where `discovery` and `jwks` are what the
/// issuer publishes, as texts, or `{failed: why}`, and `now` is in seconds. The answer: `{accepted}` or `{denied, error}`.
/// The caller frees `answer`. Errors: `IRSA_DOCUMENT_MALFORMED`, `IRSA_POLICY_…`, `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *answer = NULL;
///     if (irsa_trust_decide(irsa_str_of("{\"world\":{},\"request\":{},\"discovery\":\"\",\"jwks\":\"\",\"now\":0}"), &answer,
///                           NULL) == IRSA_OK)
///         puts(irsa_buffer_text(answer));
///     irsa_buffer_free(answer);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_trust_decide(
    document: irsa_str,
    answer: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    // SAFETY: by the header's rules.
    run("irsa_trust_decide", err, || unsafe { self::answer(document, answer, documents::decision) })
}

/// What becomes of a whole set-up, why, and what mends it. `document` is JSON: `{now, issuer, service_account, providers,
/// role, token: {text} or {header, claims}, keys: {discovery, jwks}, pod, request, connection}`; a member that is missing is
/// not known, and taken to be right; null is known to be absent. The answer: `{verdict, findings, assumed, evaluations,
/// cause, text, lines}`. The caller frees `answer`. Errors: `IRSA_DOCUMENT_MALFORMED`, `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *answer = NULL;
///     if (irsa_trust_judge(irsa_str_of("{\"now\":0,\"role\":null}"), &answer, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(answer));
///     irsa_buffer_free(answer);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_trust_judge(
    document: irsa_str,
    answer: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    // SAFETY: by the header's rules.
    run("irsa_trust_judge", err, || unsafe { self::answer(document, answer, documents::judgement) })
}

/// What IAM does when OIDC providers are made and changed. `document` is JSON: `{partition, account, quota, now, steps:
/// [{operation, input}]}`, operations and inputs as the IAM API names them. The answer: `{steps: [{ok} or {refused}],
/// providers}`. The caller frees `answer`. Errors: `IRSA_DOCUMENT_MALFORMED`, `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *answer = NULL;
///     if (irsa_trust_providers(irsa_str_of("{\"account\":\"123456789012\",\"steps\":[]}"), &answer, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(answer));
///     irsa_buffer_free(answer);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_trust_providers(
    document: irsa_str,
    answer: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    // SAFETY: by the header's rules.
    run("irsa_trust_providers", err, || unsafe { self::answer(document, answer, documents::providers) })
}

/// Whether IAM would store this trust policy, and what a person should know of it: JSON `{refusal, warnings}`.
/// `partition` and `account`, which may be NULL, are those of the role. `size` is the quota in characters; 0: IAM's default.
/// The caller frees `report`. Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *report = NULL;
///     if (irsa_policy_lint(irsa_str_of("{\"Statement\":[]}"), NULL, NULL, 0, &report, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(report));
///     irsa_buffer_free(report);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_policy_lint(
    policy: irsa_str,
    partition: *const c_char,
    account: *const c_char,
    size: usize,
    report: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_policy_lint", err, || {
        // SAFETY: by the header's rules.
        let (policy, partition, account) = unsafe {
            (str(policy, "policy")?, optional_text(partition, "partition")?, optional_text(account, "account")?)
        };
        let out = given(report, "report")?;
        let place = Place { partition, account, size: if size == 0 { SIZE } else { size } };
        hand(out, irsa_buffer::json(&lint::trust_policy(policy, &place).to_json()));
        Ok(())
    })
}

/// Whether a policy can be read at all. Errors: `IRSA_POLICY_…` say what is wrong with it, `IRSA_C_…`. Since 0.1.
///
///     irsa_error *err = NULL;
///     if (irsa_policy_check(irsa_str_of("{\"Statement\":[]}"), &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_error_free(err);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_policy_check(policy: irsa_str, err: Option<&mut MaybeUninit<*mut irsa_error>>) -> c_int {
    run("irsa_policy_check", err, || {
        // SAFETY: by the header's rules.
        Policy::parse(unsafe { str(policy, "policy") }?).map(|_| ())
    })
}

/// The trust policy that lets in one subject and nobody else, as text. `provider` is the ARN of the IAM provider, `subject`
/// what the token's `sub` is to be, a pattern where it has `*` or `?`. `audience` may be NULL: any. The caller frees
/// `policy`. Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_buffer *policy = NULL;
///     if (irsa_policy_generate("arn:aws:iam::123456789012:oidc-provider/oidc.example", "system:serviceaccount:shop:web",
///                              "sts.amazonaws.com", &policy, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(policy));
///     irsa_buffer_free(policy);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_policy_generate(
    provider: *const c_char,
    subject: *const c_char,
    audience: *const c_char,
    policy: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_policy_generate", err, || {
        // SAFETY: by the header's rules.
        let (provider, subject, audience) =
            unsafe { (text(provider, "provider")?, text(subject, "subject")?, optional_text(audience, "audience")?) };
        let made = trust_policy(&Wanted { provider, subject, audience });
        hand(given(policy, "policy")?, irsa_buffer::new(pretty(&made).as_bytes()));
        Ok(())
    })
}
