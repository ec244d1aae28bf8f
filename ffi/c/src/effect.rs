//! Effects: what a flow asks of the program, as plain structs. docs/effects.md says what each wants.
//!
//! A text of C has no NUL within. One that would have (a path out of a profile, a message of another process) is not
//! lent at all: the flow is told that it cannot be done, and a message is refused.

use crate::{
    buffer::irsa_buffer,
    edge::{Versioned, bytes, given, hand, list, no_such, run, str, versioned},
    error::irsa_error,
    http::{irsa_http_request, irsa_prepared, read_http_request},
    text::Text,
    types::{irsa_bytes, irsa_str},
};
use irsa_core::{
    Code, Error, Mono,
    effect::{Ask, Effect, HttpRequest},
};
use std::{ffi::c_char, ffi::c_int, mem::MaybeUninit, ptr::null};

/// What a flow asks for. The numbers never change; others may come, and are answered with `IRSA_EFFECT_UNSUPPORTED`.
#[repr(C)]
pub enum irsa_effect_kind {
    /// As the kind of an answer: this program cannot do it.
    IRSA_EFFECT_UNSUPPORTED = 0,
    /// Read the file `path` whole, at most `limit` bytes.
    IRSA_EFFECT_READ_FILE = 1,
    /// Replace the file `path` by `bytes` at once: write a new file with mode 0600 beside it, rename it.
    IRSA_EFFECT_WRITE_FILE = 2,
    /// Send `request`, read its answer, until `time_ms`.
    IRSA_EFFECT_HTTP = 3,
    /// Run `argv` without a shell, with nothing to read, until `time_ms`; read at most `limit` bytes of its output.
    IRSA_EFFECT_RUN = 4,
    /// Answer once the monotonic clock has reached `time_ms`.
    IRSA_EFFECT_WAIT = 5,
}

/// One question. What its kind does not name is zero. Secrets may be in it: log none of it but `why` and `path`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_effect {
    /// `sizeof(irsa_effect)`, as the library has it.
    pub size: usize,
    /// Which question: the answer carries it back.
    pub id: u32,
    /// An `IRSA_EFFECT_…`.
    pub kind: u32,
    /// What for, in words: `web identity token`.
    pub why: irsa_str,
    /// The file. A relative one counts from the working directory.
    pub path: irsa_str,
    /// What to write.
    pub bytes: irsa_bytes,
    /// The most bytes to read of a file or an output; what has more is the fault `…_TOO_LARGE`.
    pub limit: u32,
    /// How many `argv` has, without the NULL.
    pub argc: u32,
    /// The program and its arguments, then NULL, as execvp wants them.
    pub argv: *const *const c_char,
    /// The request, whole: follow no redirect, resend nothing, verify the certificate.
    pub request: *const irsa_http_request,
    /// When to stop or to wake, by the monotonic clock that `irsa_flow_next` is told. `UINT64_MAX`: never.
    pub time_ms: u64,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_effect {
    const LEAST: usize = size_of::<Self>();
}

/// An effect in C's form, with what its pointers go to. Boxed, so that it stays where it is.
pub(crate) struct Lent {
    view: irsa_effect,
    #[expect(dead_code, reason = "the view's pointers go there")]
    kept: Kept,
}

// SAFETY: the pointers go to what is kept beside them, which nobody changes.
unsafe impl Send for Lent {}
// SAFETY: as above.
unsafe impl Sync for Lent {}

#[derive(Default)]
struct Kept {
    texts: Vec<Text>,
    argv: Box<[*const c_char]>,
    request: Option<Box<irsa_prepared>>,
}

impl Lent {
    /// An error where a text has a NUL within, or C has no form for the effect.
    pub(crate) fn new(effect: &Effect) -> Result<Box<Self>, Error> {
        let mut kept = Kept::default();
        let why = kept.text(&effect.why, "effect.why")?;
        let mut view = blank(effect.id, why);
        match &effect.ask {
            Ask::ReadFile { path, limit } => {
                view.kind = irsa_effect_kind::IRSA_EFFECT_READ_FILE as u32;
                view.path = kept.text(path, "effect.path")?;
                view.limit = *limit;
            }
            Ask::WriteFile { path, bytes } => {
                view.kind = irsa_effect_kind::IRSA_EFFECT_WRITE_FILE as u32;
                view.path = kept.text(path, "effect.path")?;
                view.bytes = kept.bytes(bytes.expose());
            }
            Ask::Http { request, deadline } => {
                view.kind = irsa_effect_kind::IRSA_EFFECT_HTTP as u32;
                view.time_ms = deadline.0;
                view.request = kept.request(request)?;
            }
            Ask::Run { argv, deadline, output_limit } => {
                view.kind = irsa_effect_kind::IRSA_EFFECT_RUN as u32;
                view.time_ms = deadline.0;
                view.limit = *output_limit;
                (view.argv, view.argc) = kept.argv(argv)?;
            }
            Ask::WaitUntil(time) => {
                view.kind = irsa_effect_kind::IRSA_EFFECT_WAIT as u32;
                view.time_ms = time.0;
            }
            _ => return Err(Error::new(Code::HostUnsupported, "libirsa", "an effect that irsa.h has no form for")),
        }
        Ok(Box::new(Self { view, kept }))
    }

    pub(crate) fn view(&self) -> &irsa_effect {
        &self.view
    }
}

fn blank(id: u32, why: irsa_str) -> irsa_effect {
    irsa_effect {
        size: size_of::<irsa_effect>(),
        id,
        kind: irsa_effect_kind::IRSA_EFFECT_UNSUPPORTED as u32,
        why,
        path: irsa_str::NONE,
        bytes: irsa_bytes::NONE,
        limit: 0,
        argc: 0,
        argv: null(),
        request: null(),
        time_ms: 0,
    }
}

impl Kept {
    fn text(&mut self, text: &str, name: &str) -> Result<irsa_str, Error> {
        without_nul(text, name)?;
        let text = Text::from(text);
        let view = text.view();
        self.texts.push(text);
        Ok(view)
    }

    fn bytes(&mut self, bytes: &[u8]) -> irsa_bytes {
        let text = Text::new(bytes);
        let view = text.bytes();
        self.texts.push(text);
        view
    }

    fn argv(&mut self, argv: &[Box<str>]) -> Result<(*const *const c_char, u32), Error> {
        let mut pointers = Vec::with_capacity(argv.len() + 1);
        for part in argv {
            pointers.push(self.text(part, "effect.argv")?.data);
        }
        pointers.push(null());
        self.argv = pointers.into_boxed_slice();
        Ok((self.argv.as_ptr(), u32::try_from(argv.len()).unwrap_or(u32::MAX)))
    }

    fn request(&mut self, request: &HttpRequest) -> Result<*const irsa_http_request, Error> {
        without_nul(&request.method, "effect.method")?;
        without_nul(&request.url, "effect.url")?;
        for (name, _) in &request.headers {
            without_nul(name, "effect.headers")?;
        }
        let request = self.request.insert(Box::new(irsa_prepared::new(request)));
        Ok(request.view())
    }
}

pub(crate) fn without_nul(text: &str, name: &str) -> Result<(), Error> {
    match text.contains('\0') {
        true => Err(Error::new(Code::CText, "libirsa", format!("{name} has a NUL within"))),
        false => Ok(()),
    }
}

/// An effect that C hands in.
///
/// # Safety
/// The header's rules.
unsafe fn read_effect(effect: *const irsa_effect) -> Result<Effect, Error> {
    // SAFETY: by the header's rules.
    unsafe {
        let effect = versioned(effect, "effect")?;
        let (id, why) = (effect.id, str(effect.why, "effect.why")?.into());
        let path = || str(effect.path, "effect.path");
        let ask = match effect.kind {
            1 => Ask::ReadFile { path: path()?.into(), limit: effect.limit },
            2 => Ask::WriteFile {
                path: path()?.into(),
                bytes: std::sync::Arc::new(bytes(effect.bytes, "effect.bytes")?.into()),
            },
            3 => Ask::Http { request: read_http_request(effect.request)?.into(), deadline: Mono(effect.time_ms) },
            4 => Ask::Run {
                argv: list(effect.argv, effect.argc, "effect.argv")?.into_iter().map(Box::from).collect(),
                deadline: Mono(effect.time_ms),
                output_limit: effect.limit,
            },
            5 => Ask::WaitUntil(Mono(effect.time_ms)),
            other => return Err(no_such("effect.kind", other)),
        };
        Ok(Effect { id, why, ask })
    }
}

/// The effect as bytes, to have another process do it: docs/effects.md says which. Secrets may be in them. The caller
/// frees the buffer. Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_effect effect = IRSA_ZERO;
///     irsa_buffer *bytes = NULL;
///     effect.size = sizeof effect;
///     effect.id = 1;
///     effect.kind = IRSA_EFFECT_READ_FILE;
///     effect.path = irsa_str_of("/var/run/secrets/token");
///     effect.limit = 20000;
///     if (irsa_effect_encode(&effect, &bytes, NULL) == IRSA_OK)
///         printf("%zu bytes\n", irsa_buffer_bytes(bytes).len);
///     irsa_buffer_free(bytes);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_effect_encode(
    effect: *const irsa_effect,
    encoded: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_effect_encode", err, || {
        // SAFETY: by the header's rules.
        let effect = unsafe { read_effect(effect) }?;
        let encoded = given(encoded, "encoded")?;
        hand(encoded, irsa_buffer::new(irsa_core::codec::encode_effect(&effect).expose()));
        Ok(())
    })
}

/// The id of an encoded effect, also of one that this version does not know: so that it can be answered with
/// `IRSA_EFFECT_UNSUPPORTED`. Errors: `IRSA_ENCODING`, `IRSA_C_NULL`. Since 0.1.
///
///     irsa_bytes encoded = {NULL, 0};
///     uint32_t id = 0;
///     if (irsa_effect_id(encoded, &id, NULL) != IRSA_OK)
///         puts("no effect");
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_effect_id(
    encoded: irsa_bytes,
    id: Option<&mut MaybeUninit<u32>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_effect_id", err, || {
        let out = given(id, "id")?;
        // SAFETY: by the header's rules.
        let encoded = unsafe { bytes(encoded, "encoded") }?;
        out.write(irsa_core::codec::effect_id(encoded)?);
        Ok(())
    })
}
