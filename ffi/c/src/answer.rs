//! Answers: what came of an effect, as one plain struct. docs/effects.md says what each means.

use crate::{
    buffer::irsa_buffer,
    edge::{Headers, Versioned, bytes, given, hand, no_such, run, versioned},
    effect::{irsa_effect_kind, without_nul},
    error::irsa_error,
    http::status,
    text::Text,
    types::{irsa_bytes, irsa_header, irsa_str},
};
use irsa_core::{
    Error, codec,
    effect::{Answer, FileContent, FileFault, HttpFault, HttpResponse, HttpStep, RunFault, RunOutput},
};
use std::{ffi::c_int, mem::MaybeUninit, ptr::null};

/// Why a file could not be read or written.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_file_fault {
    /// No such file, or a folder on the way is missing.
    IRSA_FILE_FAULT_MISSING = 1,
    /// It is there, but this user may not; `owner` and `mode` as far as known.
    IRSA_FILE_FAULT_DENIED = 2,
    /// It is a directory.
    IRSA_FILE_FAULT_DIRECTORY = 3,
    /// It has more bytes than the limit; `file_size` where known.
    IRSA_FILE_FAULT_TOO_LARGE = 4,
    /// Anything else; `detail` says it.
    IRSA_FILE_FAULT_OTHER = 5,
}

/// The step at which a request broke; `detail` has the system's words and the address, no header, body or query.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_http_fault {
    /// The URL, the proxy's URL or a header cannot be used; nothing was sent.
    IRSA_HTTP_FAULT_INVALID = 1,
    /// The name did not resolve.
    IRSA_HTTP_FAULT_RESOLVE = 2,
    /// No connection.
    IRSA_HTTP_FAULT_CONNECT = 3,
    /// The proxy could not be reached, or cannot tunnel now.
    IRSA_HTTP_FAULT_PROXY = 4,
    /// The TLS handshake, certificates included.
    IRSA_HTTP_FAULT_TLS = 5,
    /// The deadline passed.
    IRSA_HTTP_FAULT_TIMEOUT = 6,
    /// The connection ended before the answer was whole.
    IRSA_HTTP_FAULT_CLOSED = 7,
    /// The answer went over the limit.
    IRSA_HTTP_FAULT_TOO_LARGE = 8,
    /// What came is no HTTP, or the program cannot tell.
    IRSA_HTTP_FAULT_UNKNOWN = 9,
    /// The proxy answered CONNECT with 400 to 499.
    IRSA_HTTP_FAULT_PROXY_REFUSED = 10,
}

/// Why a program gave no output.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_run_fault {
    /// No such program.
    IRSA_RUN_FAULT_MISSING = 1,
    /// Not executable by this user.
    IRSA_RUN_FAULT_DENIED = 2,
    /// Killed at the deadline.
    IRSA_RUN_FAULT_TIMEOUT = 3,
    /// It wrote more than the limit, and was killed.
    IRSA_RUN_FAULT_TOO_LARGE = 4,
    /// Anything else; `detail` says it.
    IRSA_RUN_FAULT_OTHER = 5,
}

/// What came of an effect. Zero it, then set `size`, `id`, `kind`, and what the kind has: all zero but `size` and `id` says
/// that this program cannot do it. With a `fault`, the members of a success are not read.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_answer {
    /// `sizeof(irsa_answer)`.
    pub size: usize,
    /// The effect's.
    pub id: u32,
    /// The effect's `IRSA_EFFECT_…`, or `IRSA_EFFECT_UNSUPPORTED`.
    pub kind: u32,
    /// 0: it went well. Else an `IRSA_FILE_FAULT_…`, `IRSA_HTTP_FAULT_…` or `IRSA_RUN_FAULT_…`, by the kind.
    pub fault: u32,
    /// HTTP's status, 100 to 599; or the exit status, 128 + n where signal n ended the program. Any is a success.
    pub status: i32,
    /// A fault in the system's words, without secrets. What is not UTF-8 in it is replaced.
    pub detail: irsa_str,
    /// The file's content, the HTTP body, the standard output.
    pub bytes: irsa_bytes,
    /// The first 4 KiB of standard error.
    pub error_bytes: irsa_bytes,
    /// HTTP's headers, in order, names in any case. A value that is not UTF-8 has its other bytes replaced: AWS sends
    /// none that matter.
    pub headers: *const irsa_header,
    /// How many.
    pub header_count: usize,
    /// Not 0: `owner` is known.
    pub has_owner: u32,
    /// The file's user id; also for `IRSA_FILE_FAULT_DENIED`.
    pub owner: u32,
    /// Not 0: `mode` is known.
    pub has_mode: u32,
    /// The permission bits alone, such as 0600.
    pub mode: u32,
    /// For `IRSA_FILE_FAULT_TOO_LARGE`: bytes, 0 where not known.
    pub file_size: u64,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_answer {
    const LEAST: usize = size_of::<Self>();
}

/// An answer that C hands in.
///
/// # Safety
/// The header's rules.
pub(crate) unsafe fn read_answer(answer: *const irsa_answer) -> Result<(u32, Answer), Error> {
    // SAFETY: by the header's rules.
    let it = unsafe { versioned(answer, "answer") }?;
    // SAFETY: by the header's rules.
    let detail = || unsafe { words(it.detail) };
    // SAFETY: by the header's rules.
    let content = || unsafe { bytes(it.bytes, "answer.bytes") };
    let known = |has: u32, value: u32| (has != 0).then_some(value);
    let (owner, mode) = (known(it.has_owner, it.owner), known(it.has_mode, it.mode));
    let file_fault = || {
        Ok(match it.fault {
            1 => FileFault::Missing,
            2 => FileFault::Denied { owner, mode },
            3 => FileFault::Directory,
            4 => FileFault::TooLarge(it.file_size),
            5 => FileFault::Other(detail()?),
            other => return Err(no_such("answer.fault", other)),
        })
    };
    let answer = match it.kind {
        0 => Answer::Unsupported,
        1 if it.fault == 0 => Answer::File(Ok(FileContent { bytes: content()?.into(), owner, mode })),
        1 => Answer::File(Err(file_fault()?)),
        2 if it.fault == 0 => Answer::Written(Ok(())),
        2 => Answer::Written(Err(file_fault()?)),
        3 if it.fault == 0 => {
            let status = status(it.status, "answer.status")?;
            // SAFETY: by the header's rules.
            let headers = unsafe { Headers::new(it.headers, it.header_count) }?;
            let body = content()?.into();
            Answer::Http(Ok(HttpResponse { status, headers: headers.owned(), body }))
        }
        3 => {
            let step = u8::try_from(it.fault).ok().and_then(HttpStep::from_number);
            let step = step.ok_or_else(|| no_such("answer.fault", it.fault))?;
            Answer::Http(Err(HttpFault { step, detail: detail()? }))
        }
        4 if it.fault == 0 => {
            // SAFETY: by the header's rules.
            let stderr = unsafe { bytes(it.error_bytes, "answer.error_bytes") }?;
            Answer::Ran(Ok(RunOutput { status: it.status, stdout: content()?.into(), stderr: stderr.into() }))
        }
        4 => Answer::Ran(Err(match it.fault {
            1 => RunFault::Missing,
            2 => RunFault::Denied,
            3 => RunFault::Timeout,
            4 => RunFault::TooLarge,
            5 => RunFault::Other(detail()?),
            other => return Err(no_such("answer.fault", other)),
        })),
        5 => Answer::Woken,
        other => return Err(no_such("answer.kind", other)),
    };
    Ok((it.id, answer))
}

/// The system's words may be in any encoding, and may not hold up the answer.
///
/// # Safety
/// The header's rules.
unsafe fn words(view: irsa_str) -> Result<Box<str>, Error> {
    // SAFETY: by the header's rules.
    let words = unsafe { bytes(irsa_bytes { data: view.data.cast(), len: view.len }, "answer.detail") }?;
    Ok(String::from_utf8_lossy(words).replace('\0', "\u{fffd}").into())
}

/// An answer in C's form, with what its pointers go to.
pub(crate) struct Lent {
    view: irsa_answer,
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
    headers: Box<[irsa_header]>,
}

impl Kept {
    fn keep(&mut self, bytes: &[u8]) -> irsa_str {
        let text = Text::new(bytes);
        let view = text.view();
        self.texts.push(text);
        view
    }

    fn bytes(&mut self, bytes: &[u8]) -> irsa_bytes {
        let view = self.keep(bytes);
        irsa_bytes { data: view.data.cast(), len: view.len }
    }
}

impl Lent {
    /// An error where a text has a NUL within.
    pub(crate) fn new(id: u32, answer: &Answer) -> Result<Box<Self>, Error> {
        let mut kept = Kept::default();
        let mut view = blank(id);
        use irsa_effect_kind as Kind;
        view.kind = match answer {
            Answer::File(file) => {
                match file {
                    Ok(file) => {
                        view.bytes = kept.bytes(file.bytes.expose());
                        view.owned(file.owner, file.mode);
                    }
                    Err(fault) => view.file_fault(fault, &mut kept)?,
                }
                Kind::IRSA_EFFECT_READ_FILE
            }
            Answer::Written(written) => {
                if let Err(fault) = written {
                    view.file_fault(fault, &mut kept)?;
                }
                Kind::IRSA_EFFECT_WRITE_FILE
            }
            Answer::Http(Ok(response)) => {
                view.status = i32::from(response.status);
                view.bytes = kept.bytes(response.body.expose());
                let mut headers = Vec::with_capacity(response.headers.len());
                for (name, value) in &response.headers {
                    without_nul(name, "answer.headers")?;
                    let (name, value) = (kept.keep(name.as_bytes()), kept.keep(value.expose().as_bytes()));
                    headers.push(irsa_header { name, value });
                }
                kept.headers = headers.into_boxed_slice();
                (view.headers, view.header_count) = (kept.headers.as_ptr(), kept.headers.len());
                Kind::IRSA_EFFECT_HTTP
            }
            Answer::Http(Err(fault)) => {
                view.fault = fault.step.number().into();
                view.detail = detail(&fault.detail, &mut kept)?;
                Kind::IRSA_EFFECT_HTTP
            }
            Answer::Ran(Ok(output)) => {
                view.status = output.status;
                view.bytes = kept.bytes(output.stdout.expose());
                view.error_bytes = kept.bytes(output.stderr.expose());
                Kind::IRSA_EFFECT_RUN
            }
            Answer::Ran(Err(fault)) => {
                view.fault = fault.number().into();
                if let RunFault::Other(words) = fault {
                    view.detail = detail(words, &mut kept)?;
                }
                Kind::IRSA_EFFECT_RUN
            }
            Answer::Woken => Kind::IRSA_EFFECT_WAIT,
            _ => Kind::IRSA_EFFECT_UNSUPPORTED,
        } as u32;
        Ok(Box::new(Self { view, kept }))
    }

    pub(crate) fn view(&self) -> &irsa_answer {
        &self.view
    }
}

impl irsa_answer {
    fn owned(&mut self, owner: Option<u32>, mode: Option<u32>) {
        (self.has_owner, self.owner) = (owner.is_some().into(), owner.unwrap_or(0));
        (self.has_mode, self.mode) = (mode.is_some().into(), mode.unwrap_or(0));
    }

    fn file_fault(&mut self, fault: &FileFault, kept: &mut Kept) -> Result<(), Error> {
        self.fault = fault.number().into();
        match fault {
            FileFault::Denied { owner, mode } => self.owned(*owner, *mode),
            FileFault::TooLarge(size) => self.file_size = *size,
            FileFault::Other(words) => self.detail = detail(words, kept)?,
            FileFault::Missing | FileFault::Directory => {}
        }
        Ok(())
    }
}

fn detail(words: &str, kept: &mut Kept) -> Result<irsa_str, Error> {
    without_nul(words, "answer.detail")?;
    Ok(kept.keep(words.as_bytes()))
}

fn blank(id: u32) -> irsa_answer {
    irsa_answer {
        size: size_of::<irsa_answer>(),
        id,
        kind: 0,
        fault: 0,
        status: 0,
        detail: irsa_str::NONE,
        bytes: irsa_bytes::NONE,
        error_bytes: irsa_bytes::NONE,
        headers: null(),
        header_count: 0,
        has_owner: 0,
        owner: 0,
        has_mode: 0,
        mode: 0,
        file_size: 0,
    }
}

/// The answer as bytes, for the process that asked: docs/effects.md says which. Secrets may be in them. The caller frees
/// the buffer. Errors: `IRSA_C_…`. Since 0.1.
///
///     irsa_answer answer = IRSA_ZERO;
///     irsa_buffer *bytes = NULL;
///     answer.size = sizeof answer;
///     answer.id = 1;
///     answer.kind = IRSA_EFFECT_READ_FILE;
///     answer.fault = IRSA_FILE_FAULT_MISSING;
///     if (irsa_answer_encode(&answer, &bytes, NULL) == IRSA_OK)
///         printf("%zu bytes\n", irsa_buffer_bytes(bytes).len);
///     irsa_buffer_free(bytes);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_answer_encode(
    answer: *const irsa_answer,
    encoded: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_answer_encode", err, || {
        // SAFETY: by the header's rules.
        let (id, answer) = unsafe { read_answer(answer) }?;
        hand(given(encoded, "encoded")?, irsa_buffer::new(codec::encode_answer(id, &answer).expose()));
        Ok(())
    })
}
