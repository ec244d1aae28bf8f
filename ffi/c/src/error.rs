//! Errors: a number that programs match on, and words for the person who mends it.

use crate::{
    buffer::irsa_buffer,
    edge::{OutHandle, given, guard, hand, no_such, run, text},
    text::{Text, pointer},
};
use irsa_core::{Code, Error, Kind, Retry};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
    sync::OnceLock,
};

/// What failed, where, what was answered, and what to change. Never a secret in it.
pub struct irsa_error {
    error: Error,
    texts: OnceLock<Texts>,
}

/// C strings, made when they are asked for.
struct Texts {
    name: Text,
    at: Text,
    message: Text,
    fix: Text,
    request_id: Option<Text>,
    all: Text,
}

impl irsa_error {
    pub(crate) fn new(error: Error) -> Self {
        Self { error, texts: OnceLock::new() }
    }

    fn texts(&self) -> &Texts {
        self.texts.get_or_init(|| Texts {
            name: self.error.code().name().into(),
            at: self.error.at().into(),
            message: self.error.message().into(),
            fix: self.error.fix().into(),
            request_id: self.error.request_id().map(Text::from),
            all: Text::new(self.error.to_string().as_bytes()),
        })
    }
}

/// Whose fault an error is.
#[repr(C)]
pub enum irsa_kind {
    /// The calling program's: a wrong argument, a wrong order.
    IRSA_KIND_MISUSE = 1,
    /// AWS said no.
    IRSA_KIND_REFUSED = 2,
    /// A file, a setting or the network is not as it has to be.
    IRSA_KIND_BROKEN = 3,
    /// irsa's own: report it.
    IRSA_KIND_BUG = 4,
}

/// Whether trying again can help.
#[repr(C)]
pub enum irsa_retry {
    /// No.
    IRSA_RETRY_NO = 1,
    /// Yes, with exponential back-off and jitter.
    IRSA_RETRY_SOON = 2,
    /// Yes, but slowly: the other side is throttling.
    IRSA_RETRY_SLOWLY = 3,
    /// Read the token again first.
    IRSA_RETRY_REREAD = 4,
}

fn ask<T>(name: &'static str, error: Option<&irsa_error>, none: T, read: impl FnOnce(&irsa_error) -> T) -> T
where
    T: Copy,
{
    guard(name, || none, || error.map_or(none, read))
}

/// The number of the error, an `IRSA_…` of `enum irsa_code`; 0 for NULL. Numbers never change; a number that a program
/// does not know is treated by its kind. Since 0.1.
///
///     irsa_error *err = NULL;
///     if (irsa_error_code(err) == IRSA_OK)
///         puts("fine");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_code(error: Option<&irsa_error>) -> c_int {
    ask("irsa_error_code", error, 0, |e| c_int::from(e.error.code().number()))
}

/// Whose fault, an `IRSA_KIND_…`; 0 for NULL. Since 0.1.
///
///     irsa_error *err = NULL;
///     if (irsa_error_kind(err) == IRSA_KIND_REFUSED)
///         puts("AWS said no");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_kind(error: Option<&irsa_error>) -> c_int {
    ask("irsa_error_kind", error, 0, |e| match e.error.kind() {
        Kind::Misuse => irsa_kind::IRSA_KIND_MISUSE as c_int,
        Kind::Refused => irsa_kind::IRSA_KIND_REFUSED as c_int,
        Kind::Broken => irsa_kind::IRSA_KIND_BROKEN as c_int,
        Kind::Bug => irsa_kind::IRSA_KIND_BUG as c_int,
    })
}

/// Whether trying again can help, an `IRSA_RETRY_…`; 0 for NULL. Since 0.1.
///
///     irsa_error *err = NULL;
///     if (irsa_error_retry(err) == IRSA_RETRY_SOON)
///         puts("wait a little, then again");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_retry(error: Option<&irsa_error>) -> c_int {
    ask("irsa_error_retry", error, 0, |e| match e.error.retry() {
        Retry::No => irsa_retry::IRSA_RETRY_NO as c_int,
        Retry::Soon => irsa_retry::IRSA_RETRY_SOON as c_int,
        Retry::Slowly => irsa_retry::IRSA_RETRY_SLOWLY as c_int,
        Retry::Reread => irsa_retry::IRSA_RETRY_REREAD as c_int,
    })
}

/// The name of the error, such as `token-file-missing`; its page is docs/errors/<name>.md. NULL for NULL. Since 0.1.
///
///     irsa_error *err = NULL;
///     const char *name = irsa_error_name(err);
///     puts(name != NULL ? name : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_name(error: Option<&irsa_error>) -> *const c_char {
    ask("irsa_error_name", error, std::ptr::null(), |e| e.texts().name.pointer())
}

/// Where in the chain or the call, such as `web identity`. NULL for NULL. Since 0.1.
///
///     irsa_error *err = NULL;
///     const char *at = irsa_error_at(err);
///     puts(at != NULL ? at : "nowhere");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_at(error: Option<&irsa_error>) -> *const c_char {
    ask("irsa_error_at", error, std::ptr::null(), |e| e.texts().at.pointer())
}

/// What happened, with its values: paths, times, ARNs, what AWS answered. NULL for NULL. Since 0.1.
///
///     irsa_error *err = NULL;
///     const char *message = irsa_error_message(err);
///     puts(message != NULL ? message : "nothing happened");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_message(error: Option<&irsa_error>) -> *const c_char {
    ask("irsa_error_message", error, std::ptr::null(), |e| e.texts().message.pointer())
}

/// What to change. NULL for NULL. Since 0.1.
///
///     irsa_error *err = NULL;
///     const char *fix = irsa_error_fix(err);
///     puts(fix != NULL ? fix : "nothing to change");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_fix(error: Option<&irsa_error>) -> *const c_char {
    ask("irsa_error_fix", error, std::ptr::null(), |e| e.texts().fix.pointer())
}

/// The request id of AWS's answer; NULL where there was none, and for NULL. Since 0.1.
///
///     irsa_error *err = NULL;
///     const char *id = irsa_error_request_id(err);
///     puts(id != NULL ? id : "no answer");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_request_id(error: Option<&irsa_error>) -> *const c_char {
    ask("irsa_error_request_id", error, std::ptr::null(), |e| pointer(e.texts().request_id.as_ref()))
}

/// All of it in one line, for a log. NULL for NULL. Since 0.1.
///
///     irsa_error *err = NULL;
///     irsa_buffer *url = NULL;
///     if (irsa_code_fix(IRSA_TOKEN_FILE_MISSING, &url, &err) != IRSA_OK)
///         fprintf(stderr, "%s\n", irsa_error_text(err));
///     irsa_buffer_free(url);
///     irsa_error_free(err);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_text(error: Option<&irsa_error>) -> *const c_char {
    ask("irsa_error_text", error, std::ptr::null(), |e| e.texts().all.pointer())
}

/// Frees it. What was taken from it ends here. NULL is fine. Since 0.1.
///
///     irsa_error_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_error_free(error: Option<Box<irsa_error>>) {
    guard("irsa_error_free", || (), || drop(error));
}

/// The number that belongs to a name, such as `token-file-missing`: for programs that read names from a log. 0 where there is
/// none, and for NULL. Since 0.1.
///
///     printf("%d\n", irsa_code_of("token-file-missing"));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_code_of(name: *const c_char) -> c_int {
    guard(
        "irsa_code_of",
        || 0,
        || {
            // SAFETY: NULL or a C string, by the header's rules.
            let code = unsafe { text(name, "name") }.ok().and_then(Code::from_name);
            code.map_or(0, |code| c_int::from(code.number()))
        },
    )
}

/// What to change where an error of this number came without more to say, as text. The caller frees it.
/// Errors: `IRSA_C_VALUE` where there is no such number, `IRSA_C_NULL`. Since 0.1.
///
///     irsa_buffer *fix = NULL;
///     if (irsa_code_fix(IRSA_TOKEN_FILE_MISSING, &fix, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(fix));
///     irsa_buffer_free(fix);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_code_fix(
    code: c_int,
    fix: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_code_fix", err, || about(code, fix, Code::fix))
}

/// The name of an error's number, likewise. Errors: as `irsa_code_fix`. Since 0.1.
///
///     irsa_buffer *name = NULL;
///     if (irsa_code_name(IRSA_TOKEN_FILE_MISSING, &name, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(name));
///     irsa_buffer_free(name);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_code_name(
    code: c_int,
    name: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_code_name", err, || about(code, name, Code::name))
}

fn about(code: c_int, out: OutHandle<'_, irsa_buffer>, read: fn(Code) -> &'static str) -> Result<(), Error> {
    let out = given(out, "the output")?;
    let known = u16::try_from(code).ok().and_then(Code::from_number);
    let code = known.ok_or_else(|| no_such("code", code))?;
    hand(out, irsa_buffer::new(read(code).as_bytes()));
    Ok(())
}
