//! What of irsa.h the vectors need, declared by hand. tests/header.rs has a C compiler hold it against the header.
#![allow(non_camel_case_types, missing_docs, reason = "the names and the words of the header")]

use crate::load::{functions, handles, structs};
use std::ffi::{c_char, c_int, c_void};

handles! {
    irsa_buffer irsa_credentials irsa_error irsa_explanation irsa_flow irsa_hash irsa_keys irsa_message irsa_prepared
    irsa_assumed irsa_caller irsa_token irsa_verified
}

structs! {
    irsa_str {
        data: *const c_char,
        len: usize,
    }
    irsa_bytes {
        data: *const u8,
        len: usize,
    }
    irsa_header {
        name: irsa_str,
        value: irsa_str,
    }
    irsa_now {
        wall_ms: i64,
        mono_ms: u64,
    }
    irsa_request {
        size: usize,
        method: irsa_str,
        path: irsa_str,
        query: irsa_str,
        headers: *const irsa_header,
        header_count: usize,
        payload: u32,
        body: irsa_bytes,
        hash: irsa_str,
    }
    irsa_signing {
        size: usize,
        access_key_id: irsa_str,
        secret_access_key: irsa_str,
        session_token: irsa_str,
        region: irsa_str,
        service: irsa_str,
        time_ms: i64,
        expires: u32,
        content_sha256: u32,
        path: u32,
        normalise: u32,
        token_after: u32,
        signed_headers: u32,
        listed: *const irsa_str,
        listed_count: usize,
    }
    irsa_verifying {
        size: usize,
        time_ms: i64,
        region: irsa_str,
        service: irsa_str,
        lookup: irsa_lookup,
        user: *mut c_void,
        credentials: *const irsa_credentials,
        skew_s: u32,
        s3: u32,
        path: u32,
        normalise: u32,
        token_after: u32,
    }
    irsa_http_request {
        method: irsa_str,
        url: irsa_str,
        headers: *const irsa_header,
        header_count: usize,
        body: irsa_bytes,
        response_limit: u32,
        direct: u32,
    }
    irsa_http_response {
        size: usize,
        status: u32,
        headers: *const irsa_header,
        header_count: usize,
        body: irsa_bytes,
    }
    irsa_endpoint {
        size: usize,
        region: irsa_str,
        url: irsa_str,
        user_agent: irsa_str,
        fips: u32,
        dual_stack: u32,
        legacy_global: u32,
    }
    irsa_http_call {
        size: usize,
        method: irsa_str,
        url: irsa_str,
        headers: *const irsa_header,
        header_count: usize,
        body: irsa_bytes,
        response_limit: u32,
        direct: u32,
    }
    irsa_effect {
        size: usize,
        id: u32,
        kind: u32,
        why: irsa_str,
        path: irsa_str,
        bytes: irsa_bytes,
        limit: u32,
        argc: u32,
        argv: *const *const c_char,
        request: *const irsa_http_request,
        time_ms: u64,
    }
    irsa_answer {
        size: usize,
        id: u32,
        kind: u32,
        fault: u32,
        status: i32,
        detail: irsa_str,
        bytes: irsa_bytes,
        error_bytes: irsa_bytes,
        headers: *const irsa_header,
        header_count: usize,
        has_owner: u32,
        owner: u32,
        has_mode: u32,
        mode: u32,
        file_size: u64,
    }
    irsa_chain {
        size: usize,
        environment: *const *const c_char,
        region: irsa_str,
        profile: irsa_str,
        role_arn: irsa_str,
        token_file: irsa_str,
        session_name: irsa_str,
        policy: irsa_str,
        policy_arns: *const irsa_str,
        policy_arn_count: usize,
        endpoint: irsa_str,
        user_agent: irsa_str,
        seed: u64,
        duration_seconds: u32,
        strict: u32,
    }
}

pub type irsa_lookup = Option<unsafe extern "C" fn(*mut c_void, irsa_str) -> *const irsa_credentials>;

functions! {
    irsa_error_code(*const irsa_error) -> c_int;
    irsa_error_kind(*const irsa_error) -> c_int;
    irsa_error_retry(*const irsa_error) -> c_int;
    irsa_error_name(*const irsa_error) -> *const c_char;
    irsa_error_at(*const irsa_error) -> *const c_char;
    irsa_error_message(*const irsa_error) -> *const c_char;
    irsa_error_fix(*const irsa_error) -> *const c_char;
    irsa_error_request_id(*const irsa_error) -> *const c_char;
    irsa_error_free(*mut irsa_error) -> ();
    irsa_code_of(*const c_char) -> c_int;
    irsa_code_fix(c_int, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_code_name(c_int, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;

    irsa_buffer_bytes(*const irsa_buffer) -> irsa_bytes;
    irsa_buffer_free(*mut irsa_buffer) -> ();

    irsa_credentials_new(
        *const c_char, *const c_char, *const c_char, i64, *mut *mut irsa_credentials, *mut *mut irsa_error
    ) -> c_int;
    irsa_credentials_access_key_id(*const irsa_credentials) -> *const c_char;
    irsa_credentials_secret_access_key(*const irsa_credentials) -> *const c_char;
    irsa_credentials_session_token(*const irsa_credentials) -> *const c_char;
    irsa_credentials_account_id(*const irsa_credentials) -> *const c_char;
    irsa_credentials_source(*const irsa_credentials) -> *const c_char;
    irsa_credentials_region(*const irsa_credentials) -> *const c_char;
    irsa_credentials_expiration_ms(*const irsa_credentials) -> i64;
    irsa_credentials_free(*mut irsa_credentials) -> ();

    irsa_request_sign(
        *const irsa_signing, *const irsa_request, *mut irsa_keys, *mut c_char, usize, *mut usize, *mut *mut irsa_error
    ) -> c_int;
    irsa_headers_next(*mut irsa_str, *mut irsa_header) -> c_int;
    irsa_request_explain(
        *const irsa_signing, *const irsa_request, *mut irsa_keys, *mut *mut irsa_explanation, *mut *mut irsa_error
    ) -> c_int;
    irsa_explanation_shown(*const irsa_explanation) -> *const c_char;
    irsa_explanation_canonical_request(*const irsa_explanation) -> *const c_char;
    irsa_explanation_string_to_sign(*const irsa_explanation) -> *const c_char;
    irsa_explanation_signature(*const irsa_explanation) -> *const c_char;
    irsa_explanation_free(*mut irsa_explanation) -> ();
    irsa_http_call_sign(
        *const irsa_signing, *const irsa_http_call, *mut irsa_keys, *mut *mut irsa_prepared, *mut *mut irsa_error
    ) -> c_int;
    irsa_prepared_request(*const irsa_prepared) -> *const irsa_http_request;
    irsa_prepared_free(*mut irsa_prepared) -> ();
    irsa_url_presign(
        *const irsa_signing, *const c_char, *const c_char, u32, irsa_bytes, *mut irsa_keys, *mut *mut irsa_buffer,
        *mut *mut irsa_error
    ) -> c_int;
    irsa_signing_key(
        *const c_char, i64, *const c_char, *const c_char, *mut *mut irsa_buffer, *mut *mut irsa_error
    ) -> c_int;
    irsa_hash_new(*mut *mut irsa_hash, *mut *mut irsa_error) -> c_int;
    irsa_hash_update(*mut irsa_hash, irsa_bytes, *mut *mut irsa_error) -> c_int;
    irsa_hash_finish(*mut irsa_hash, *mut c_char, usize, *mut *mut irsa_error) -> c_int;
    irsa_hash_free(*mut irsa_hash) -> ();
    irsa_request_verify(
        *const irsa_verifying, *const irsa_request, *mut irsa_keys, *mut *mut irsa_verified, *mut *mut irsa_error
    ) -> c_int;
    irsa_verified_access_key_id(*const irsa_verified) -> *const c_char;
    irsa_verified_region(*const irsa_verified) -> *const c_char;
    irsa_verified_service(*const irsa_verified) -> *const c_char;
    irsa_verified_signed_headers(*const irsa_verified) -> *const c_char;
    irsa_verified_signed_at_ms(*const irsa_verified) -> i64;
    irsa_verified_expires(*const irsa_verified) -> u32;
    irsa_verified_free(*mut irsa_verified) -> ();

    irsa_effect_encode(*const irsa_effect, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_effect_id(irsa_bytes, *mut u32, *mut *mut irsa_error) -> c_int;
    irsa_answer_encode(*const irsa_answer, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_message_read_effect(irsa_bytes, *mut *mut irsa_message, *mut *mut irsa_error) -> c_int;
    irsa_message_read_answer(irsa_bytes, *mut *mut irsa_message, *mut *mut irsa_error) -> c_int;
    irsa_message_effect(*const irsa_message) -> *const irsa_effect;
    irsa_message_answer(*const irsa_message) -> *const irsa_answer;
    irsa_message_free(*mut irsa_message) -> ();

    irsa_flow_new_chain(*const irsa_chain, u64, *mut *mut irsa_flow, *mut *mut irsa_error) -> c_int;
    irsa_flow_next(*mut irsa_flow, irsa_now, *mut *const irsa_effect, *mut *mut irsa_error) -> c_int;
    irsa_flow_answer(*mut irsa_flow, *const irsa_answer, *mut *mut irsa_error) -> c_int;
    irsa_flow_credentials(*const irsa_flow, *mut *mut irsa_credentials, *mut *mut irsa_error) -> c_int;
    irsa_flow_explain(*const irsa_flow, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_flow_free(*mut irsa_flow) -> ();

    irsa_sts_assumed_read(
        *const irsa_http_response, u32, *const irsa_now, *const irsa_now, *mut *mut irsa_credentials,
        *mut *mut irsa_assumed, *mut *mut irsa_error
    ) -> c_int;
    irsa_assumed_role_arn(*const irsa_assumed) -> *const c_char;
    irsa_assumed_role_id(*const irsa_assumed) -> *const c_char;
    irsa_assumed_subject(*const irsa_assumed) -> *const c_char;
    irsa_assumed_audience(*const irsa_assumed) -> *const c_char;
    irsa_assumed_provider(*const irsa_assumed) -> *const c_char;
    irsa_assumed_source_identity(*const irsa_assumed) -> *const c_char;
    irsa_assumed_request_id(*const irsa_assumed) -> *const c_char;
    irsa_assumed_packed_policy_size(*const irsa_assumed) -> i64;
    irsa_assumed_free(*mut irsa_assumed) -> ();
    irsa_sts_caller_read(*const irsa_http_response, *mut *mut irsa_caller, *mut *mut irsa_error) -> c_int;
    irsa_caller_account(*const irsa_caller) -> *const c_char;
    irsa_caller_arn(*const irsa_caller) -> *const c_char;
    irsa_caller_user_id(*const irsa_caller) -> *const c_char;
    irsa_caller_request_id(*const irsa_caller) -> *const c_char;
    irsa_caller_free(*mut irsa_caller) -> ();
    irsa_response_skew(*const irsa_http_response, irsa_now, irsa_now, *mut i64, *mut *mut irsa_error) -> c_int;
    irsa_token_parse(irsa_str, *mut *mut irsa_token, *mut *mut irsa_error) -> c_int;
    irsa_token_json(*const irsa_token, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_token_warnings(*const irsa_token, i64, *const c_char, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_token_free(*mut irsa_token) -> ();

    irsa_trust_judge(irsa_str, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_trust_decide(irsa_str, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_trust_providers(irsa_str, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_jws_verify(irsa_str, irsa_str, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_jws_verify_by(irsa_str, irsa_str, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_policy_lint(
        irsa_str, *const c_char, *const c_char, usize, *mut *mut irsa_buffer, *mut *mut irsa_error
    ) -> c_int;
    irsa_jwks_json(irsa_bytes, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_discovery_json(irsa_bytes, *const c_char, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_role_arn_json(*const c_char, *mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int;
    irsa_endpoint_json(
        *const irsa_endpoint, *const c_char, *const c_char, *mut *mut irsa_buffer, *mut *mut irsa_error
    ) -> c_int;
    irsa_time_parse(*const c_char, *mut i64, *mut u32, *mut *mut irsa_error) -> c_int;
}
