//! `codec.*`: effects and answers through C's structs and back.
//!
//! The words of a case become bytes and bytes words by core; in between stand the structs, filled in here and read here,
//! and libirsa's own reading and writing of them.

use crate::{api::*, c::*};
use irsa_core::{
    Mono, Secret,
    codec::{decode_answer, decode_effect, encode_answer, encode_effect},
    effect::{
        Answer, Ask, Effect, FileContent, FileFault, HttpFault, HttpRequest, HttpResponse, HttpStep, RunFault,
        RunOutput,
    },
};
use serde_json::{Value, json};
use std::ffi::CString;

pub fn encode(api: &Api, kind: &str, input: &Value) -> Outcome {
    let golden = from_hex(&native(&format!("codec.encode_{kind}"), input));
    let encoded = match kind {
        "effect" => with_effect(&decode_effect(&golden).expect("it was just encoded"), |effect| {
            // SAFETY: a whole effect.
            api.buffer(|out, err| unsafe { (api.irsa_effect_encode)(effect, out, err) })
        }),
        _ => {
            let (id, answer) = decode_answer(&golden).expect("it was just encoded");
            with_answer(id, &answer, |answer| {
                // SAFETY: a whole answer.
                api.buffer(|out, err| unsafe { (api.irsa_answer_encode)(answer, out, err) })
            })
        }
    }?;
    Ok(to_hex(&encoded))
}

pub fn decode(api: &Api, kind: &str, input: &Value) -> Outcome {
    let bytes = from_hex(input);
    let encoded = view_bytes(&bytes);
    // SAFETY: the bytes are good for the call; what is lent is read before it is freed.
    let again = unsafe {
        if kind == "effect" {
            let read = |out, err| (api.irsa_message_read_effect)(encoded, out, err);
            let message = api.make(api.irsa_message_free, read)?;
            assert!((api.irsa_message_answer)(message.at).is_null());
            encode_effect(&effect_of(&*(api.irsa_message_effect)(message.at)))
        } else {
            let read = |out, err| (api.irsa_message_read_answer)(encoded, out, err);
            let message = api.make(api.irsa_message_free, read)?;
            assert!((api.irsa_message_effect)(message.at).is_null());
            let (id, answer) = answer_of(&*(api.irsa_message_answer)(message.at));
            encode_answer(id, &answer)
        }
    };
    Ok(native(&format!("codec.decode_{kind}"), &to_hex(again.expose())))
}

pub fn effect_id(api: &Api, input: &Value) -> Outcome {
    let bytes = from_hex(input);
    let mut id = 0;
    // SAFETY: the bytes are good for the call.
    api.try_call(|err| unsafe { (api.irsa_effect_id)(view_bytes(&bytes), &raw mut id, err) })?;
    Ok(json!(id))
}

fn native(name: &str, input: &Value) -> Value {
    irsa_pure::call(name, input)["ok"].take()
}

/// An effect as C hands it in.
fn with_effect<T>(effect: &Effect, then: impl FnOnce(&irsa_effect) -> T) -> T {
    let mut view_of = zero::<irsa_effect>();
    (view_of.size, view_of.id, view_of.why) = (size_of::<irsa_effect>(), effect.id, view(&effect.why));
    let (mut http, headers, words, argv);
    match &effect.ask {
        Ask::ReadFile { path, limit } => (view_of.kind, view_of.path, view_of.limit) = (1, view(path), *limit),
        Ask::WriteFile { path, bytes } => {
            (view_of.kind, view_of.path, view_of.bytes) = (2, view(path), view_bytes(bytes.expose()));
        }
        Ask::Http { request, deadline } => {
            headers = headers_of(&request.headers);
            http = zero::<irsa_http_request>();
            (http.method, http.url) = (view(&request.method), view(&request.url));
            (http.headers, http.header_count) = (headers.as_ptr(), headers.len());
            (http.body, http.response_limit) = (view_bytes(request.body.expose()), request.response_limit);
            http.direct = request.direct.into();
            (view_of.kind, view_of.request, view_of.time_ms) = (3, &raw const http, deadline.0);
        }
        Ask::Run { argv: parts, deadline, output_limit } => {
            words = parts.iter().map(|part| text(part)).collect::<Vec<CString>>();
            argv = words.iter().map(|word| word.as_ptr()).chain([std::ptr::null()]).collect::<Vec<_>>();
            (view_of.argv, view_of.argc) = (argv.as_ptr(), words.len() as u32);
            (view_of.kind, view_of.time_ms, view_of.limit) = (4, deadline.0, *output_limit);
        }
        Ask::WaitUntil(time) => (view_of.kind, view_of.time_ms) = (5, time.0),
        other => panic!("{other:?}: give it a form here"),
    }
    then(&view_of)
}

/// An effect as irsa lends it.
///
/// # Safety
/// It is lent.
pub unsafe fn effect_of(lent: &irsa_effect) -> Effect {
    assert_eq!(lent.size, size_of::<irsa_effect>());
    // SAFETY: as the caller says.
    unsafe {
        let path = || of_str(lent.path).into();
        let ask = match lent.kind {
            1 => Ask::ReadFile { path: path(), limit: lent.limit },
            2 => Ask::WriteFile { path: path(), bytes: std::sync::Arc::new(of_bytes(lent.bytes).into()) },
            3 => {
                let http = &*lent.request;
                let request = HttpRequest {
                    method: of_str(http.method).into(),
                    url: of_str(http.url).into(),
                    headers: secret(of_headers(http.headers, http.header_count)),
                    body: of_bytes(http.body).into(),
                    response_limit: http.response_limit,
                    direct: http.direct == 1,
                };
                Ask::Http { request: request.into(), deadline: Mono(lent.time_ms) }
            }
            4 => {
                let parts = (0..lent.argc as usize).map(|at| of_text(*lent.argv.add(at)).expect("a part").into());
                let argv = parts.collect();
                assert!((*lent.argv.add(lent.argc as usize)).is_null(), "argv ends in NULL");
                Ask::Run { argv, deadline: Mono(lent.time_ms), output_limit: lent.limit }
            }
            5 => Ask::WaitUntil(Mono(lent.time_ms)),
            other => panic!("an effect of kind {other}"),
        };
        Effect { id: lent.id, why: of_str(lent.why).into(), ask }
    }
}

/// An answer as C hands it in.
pub fn with_answer<T>(id: u32, answer: &Answer, then: impl FnOnce(&irsa_answer) -> T) -> T {
    let mut it = zero::<irsa_answer>();
    (it.size, it.id) = (size_of::<irsa_answer>(), id);
    let headers;
    match answer {
        Answer::File(Ok(file)) => {
            (it.kind, it.bytes) = (1, view_bytes(file.bytes.expose()));
            owned(&mut it, file.owner, file.mode);
        }
        Answer::File(Err(fault)) => file_fault(&mut it, 1, fault),
        Answer::Written(Ok(())) => it.kind = 2,
        Answer::Written(Err(fault)) => file_fault(&mut it, 2, fault),
        Answer::Http(Ok(response)) => {
            headers = headers_of(&response.headers);
            (it.headers, it.header_count) = (headers.as_ptr(), headers.len());
            (it.kind, it.status, it.bytes) = (3, response.status.into(), view_bytes(response.body.expose()));
        }
        Answer::Http(Err(fault)) => (it.kind, it.fault, it.detail) = (3, fault.step as u32, view(&fault.detail)),
        Answer::Ran(Ok(output)) => {
            (it.kind, it.status, it.bytes) = (4, output.status, view_bytes(output.stdout.expose()));
            it.error_bytes = view_bytes(output.stderr.expose());
        }
        Answer::Ran(Err(fault)) => {
            (it.kind, it.fault) = (4, fault.number().into());
            if let RunFault::Other(words) = fault {
                it.detail = view(words);
            }
        }
        Answer::Woken => it.kind = 5,
        Answer::Unsupported => {}
        other => panic!("{other:?}: give it a form here"),
    }
    then(&it)
}

fn file_fault(it: &mut irsa_answer, kind: u32, fault: &FileFault) {
    (it.kind, it.fault) = (kind, fault.number().into());
    match fault {
        FileFault::Denied { owner, mode } => owned(it, *owner, *mode),
        FileFault::TooLarge(size) => it.file_size = *size,
        FileFault::Other(words) => it.detail = view(words),
        FileFault::Missing | FileFault::Directory => {}
    }
}

fn owned(it: &mut irsa_answer, owner: Option<u32>, mode: Option<u32>) {
    (it.has_owner, it.owner) = (owner.is_some().into(), owner.unwrap_or_default());
    (it.has_mode, it.mode) = (mode.is_some().into(), mode.unwrap_or_default());
}

/// # Safety
/// It is lent.
unsafe fn answer_of(lent: &irsa_answer) -> (u32, Answer) {
    assert_eq!(lent.size, size_of::<irsa_answer>());
    let owner = (lent.has_owner != 0).then_some(lent.owner);
    let mode = (lent.has_mode != 0).then_some(lent.mode);
    // SAFETY: as the caller says.
    let (words, bytes) = unsafe { (of_str(lent.detail), of_bytes(lent.bytes)) };
    let file_fault = || match lent.fault {
        1 => FileFault::Missing,
        2 => FileFault::Denied { owner, mode },
        3 => FileFault::Directory,
        4 => FileFault::TooLarge(lent.file_size),
        5 => FileFault::Other(words.clone().into()),
        other => panic!("a file's fault {other}"),
    };
    let answer = match (lent.kind, lent.fault) {
        (0, _) => Answer::Unsupported,
        (1, 0) => Answer::File(Ok(FileContent { bytes: bytes.into(), owner, mode })),
        (1, _) => Answer::File(Err(file_fault())),
        (2, 0) => Answer::Written(Ok(())),
        (2, _) => Answer::Written(Err(file_fault())),
        (3, 0) => Answer::Http(Ok(HttpResponse {
            status: u16::try_from(lent.status).expect("a status"),
            // SAFETY: as the caller says.
            headers: secret(unsafe { of_headers(lent.headers, lent.header_count) }),
            body: bytes.into(),
        })),
        (3, step) => Answer::Http(Err(HttpFault {
            step: HttpStep::from_number(step as u8).expect("a step"),
            detail: words.into(),
        })),
        (4, 0) => Answer::Ran(Ok(RunOutput {
            status: lent.status,
            stdout: bytes.into(),
            // SAFETY: as the caller says.
            stderr: unsafe { of_bytes(lent.error_bytes) }.into(),
        })),
        (4, fault) => Answer::Ran(Err(match fault {
            1 => RunFault::Missing,
            2 => RunFault::Denied,
            3 => RunFault::Timeout,
            4 => RunFault::TooLarge,
            5 => RunFault::Other(words.into()),
            other => panic!("a program's fault {other}"),
        })),
        (5, _) => Answer::Woken,
        (other, _) => panic!("an answer of kind {other}"),
    };
    (lent.id, answer)
}

fn headers_of(headers: &[(Box<str>, Secret)]) -> Vec<irsa_header> {
    headers.iter().map(|(name, value)| irsa_header { name: view(name), value: view(value.expose()) }).collect()
}

fn secret(headers: Vec<(String, String)>) -> Vec<(Box<str>, Secret)> {
    headers.into_iter().map(|(name, value)| (name.into(), Secret::from(value))).collect()
}

fn to_hex(bytes: &[u8]) -> Value {
    json!({ "hex": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() })
}

fn from_hex(json: &Value) -> Vec<u8> {
    let hex = json["hex"].as_str().expect("hex");
    (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("hex")).collect()
}
