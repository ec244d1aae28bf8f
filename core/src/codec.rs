//! The binary form of effects, answers and snapshots, version 1, for faces that are not Rust. docs/effects.md shows
//! it byte by byte.
//!
//! A message opens with the version and its kind, one byte each, then the effect's id. Reading is strict: what is
//! unknown, cut, too long or left over is the error `encoding`, which names the field and the byte offset. What is
//! read takes at most about four times its input (argv for a moment twice that, while it becomes shared). A new effect does not raise the version: a host that does not know it reads the
//! id by [`effect_id`] and answers [`Answer::Unsupported`].

pub(crate) mod wire;

use crate::{
    Error, Mono, Secret, SecretBytes,
    effect::{
        Answer, Ask, Effect, FileContent, FileFault, HttpFault, HttpRequest, HttpResponse, HttpStep, RunFault,
        RunOutput,
    },
};
use alloc::{boxed::Box, format, sync::Arc, vec::Vec};
use wire::{Reader, Writer};

/// The first byte of every message.
pub const VERSION: u8 = 1;

/// The second byte of every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// From a flow to its host.
    Effect = 1,
    /// Back.
    Answer = 2,
    /// From one keeper to another.
    Snapshot = 3,
}

/// An effect for a host that is not Rust. It may contain secrets: headers, bodies, what is written to a file.
pub fn encode_effect(effect: &Effect) -> SecretBytes {
    wire::build(|w| {
        open(w, Message::Effect);
        w.u32(effect.id);
        write_ask(w, &effect.why, &effect.ask);
    })
}

/// As [`encode_effect`] wrote it: for hosts that are Rust behind another language's edge, and for tests.
pub fn decode_effect(bytes: &[u8]) -> Result<Effect, Error> {
    let mut r = Reader::new(bytes);
    expect(&mut r, Message::Effect)?;
    let id = r.u32("effect.id")?;
    let (why, ask) = read_ask(&mut r)?;
    r.end()?;
    Ok(Effect { id, why, ask })
}

/// The id of an effect, known or not, so that it can be answered with [`Answer::Unsupported`].
pub fn effect_id(bytes: &[u8]) -> Result<u32, Error> {
    let mut r = Reader::new(bytes);
    expect(&mut r, Message::Effect)?;
    r.u32("effect.id")
}

/// The answer to effect `id`.
pub fn encode_answer(id: u32, answer: &Answer) -> SecretBytes {
    wire::build(|w| {
        open(w, Message::Answer);
        w.u32(id);
        write_answer(w, answer);
    })
}

/// The id and the answer. An answer of another kind than its effect wants is for the flow to refuse.
pub fn decode_answer(bytes: &[u8]) -> Result<(u32, Answer), Error> {
    let mut r = Reader::new(bytes);
    expect(&mut r, Message::Answer)?;
    let id = r.u32("answer.id")?;
    let answer = read_answer(&mut r)?;
    r.end()?;
    Ok((id, answer))
}

pub(crate) fn open(w: &mut Writer, message: Message) {
    w.u8(VERSION);
    w.u8(message as u8);
}

pub(crate) fn expect(r: &mut Reader<'_>, message: Message) -> Result<(), Error> {
    match r.u8("version")? {
        VERSION => {}
        other => return Err(r.unknown("version", other)),
    }
    match r.u8("kind")? {
        kind if kind == message as u8 => Ok(()),
        other => Err(r.unknown("kind", other)),
    }
}

fn write_ask(w: &mut Writer, why: &str, ask: &Ask) {
    let mut head = |tag| {
        w.u8(tag);
        w.text(why);
    };
    match ask {
        Ask::ReadFile { path, limit } => {
            head(1);
            w.text(path);
            w.u32(*limit);
        }
        Ask::WriteFile { path, bytes } => {
            head(2);
            w.text(path);
            w.bytes(bytes.expose());
        }
        Ask::Http { request, deadline } => {
            head(3);
            w.u64(deadline.0);
            w.text(&request.method);
            w.text(&request.url);
            write_headers(w, &request.headers);
            w.bytes(request.body.expose());
            w.u32(request.response_limit);
            w.u8(u8::from(request.direct));
        }
        Ask::Run { argv, deadline, output_limit } => {
            head(4);
            w.count(argv.len());
            argv.iter().for_each(|part| w.text(part));
            w.u64(deadline.0);
            w.u32(*output_limit);
        }
        Ask::WaitUntil(time) => {
            head(5);
            w.u64(time.0);
        }
    }
}

fn read_ask(r: &mut Reader<'_>) -> Result<(Arc<str>, Ask), Error> {
    let tag = r.u8("effect.ask")?;
    if !(1..=5).contains(&tag) {
        return Err(r.unknown("effect.ask", tag));
    }
    let why = r.text("effect.why")?.into();
    let ask = match tag {
        1 => Ask::ReadFile { path: r.text("effect.path")?.into(), limit: r.u32("effect.limit")? },
        2 => Ask::WriteFile { path: r.text("effect.path")?.into(), bytes: Arc::new(r.bytes("effect.bytes")?.into()) },
        3 => {
            let deadline = Mono(r.u64("effect.deadline")?);
            let request = HttpRequest {
                method: r.text("effect.method")?.into(),
                url: r.text("effect.url")?.into(),
                headers: read_headers(r, "effect.headers")?,
                body: r.bytes("effect.body")?.into(),
                response_limit: r.u32("effect.response_limit")?,
                direct: r.flag("effect.direct")?,
            };
            Ask::Http { request: Arc::new(request), deadline }
        }
        4 => {
            let argv = r.list("effect.argv", TEXT_LEAST, |r, field| r.text(field).map(Box::from))?.into();
            Ask::Run { argv, deadline: Mono(r.u64("effect.deadline")?), output_limit: r.u32("effect.output_limit")? }
        }
        _ => Ask::WaitUntil(Mono(r.u64("effect.time")?)),
    };
    Ok((why, ask))
}

fn write_answer(w: &mut Writer, answer: &Answer) {
    match answer {
        Answer::Unsupported => w.u8(0),
        Answer::File(result) => {
            w.u8(1);
            write_outcome(w, result, write_file_fault, |w, file| {
                w.bytes(file.bytes.expose());
                w.option(file.owner, Writer::u32);
                w.option(file.mode, Writer::u32);
            });
        }
        Answer::Written(result) => {
            w.u8(2);
            write_outcome(w, result, write_file_fault, |_, ()| {});
        }
        Answer::Http(result) => {
            w.u8(3);
            let fault = |w: &mut Writer, fault: &HttpFault| {
                w.u8(fault.step.number());
                w.text(&fault.detail);
            };
            write_outcome(w, result, fault, |w, response| {
                w.u16(response.status);
                write_headers(w, &response.headers);
                w.bytes(response.body.expose());
            });
        }
        Answer::Ran(result) => {
            w.u8(4);
            write_outcome(w, result, write_run_fault, |w, output| {
                w.i32(output.status);
                w.bytes(output.stdout.expose());
                w.bytes(output.stderr.expose());
            });
        }
        Answer::Woken => w.u8(5),
    }
}

fn read_answer(r: &mut Reader<'_>) -> Result<Answer, Error> {
    Ok(match r.u8("answer.kind")? {
        0 => Answer::Unsupported,
        1 => Answer::File(read_outcome(r, read_file_fault, |r| {
            Ok(FileContent {
                bytes: r.bytes("answer.bytes")?.into(),
                owner: r.option("answer.owner", Reader::u32)?,
                mode: r.option("answer.mode", Reader::u32)?,
            })
        })?),
        2 => Answer::Written(read_outcome(r, read_file_fault, |_| Ok(()))?),
        3 => {
            let fault =
                |r: &mut Reader<'_>| Ok(HttpFault { step: read_step(r)?, detail: r.text("answer.detail")?.into() });
            Answer::Http(read_outcome(r, fault, |r| {
                let status = r.u16("answer.status")?;
                if !(100..=599).contains(&status) {
                    return Err(r.refuse("answer.status", 2, &format!("{status} is not from 100 to 599")));
                }
                Ok(HttpResponse {
                    status,
                    headers: read_headers(r, "answer.headers")?,
                    body: r.bytes("answer.body")?.into(),
                })
            })?)
        }
        4 => Answer::Ran(read_outcome(r, read_run_fault, |r| {
            Ok(RunOutput {
                status: r.i32("answer.status")?,
                stdout: r.bytes("answer.stdout")?.into(),
                stderr: r.bytes("answer.stderr")?.into(),
            })
        })?),
        5 => Answer::Woken,
        other => return Err(r.unknown("answer.kind", other)),
    })
}

/// 0 and what came, or 1 and the fault.
fn write_outcome<T, F>(
    w: &mut Writer,
    result: &Result<T, F>,
    fault: impl FnOnce(&mut Writer, &F),
    value: impl FnOnce(&mut Writer, &T),
) {
    w.u8(u8::from(result.is_err()));
    match result {
        Ok(it) => value(w, it),
        Err(it) => fault(w, it),
    }
}

fn read_outcome<T, F>(
    r: &mut Reader<'_>,
    fault: impl FnOnce(&mut Reader<'_>) -> Result<F, Error>,
    value: impl FnOnce(&mut Reader<'_>) -> Result<T, Error>,
) -> Result<Result<T, F>, Error> {
    if r.flag("answer.failed")? { fault(r).map(Err) } else { value(r).map(Ok) }
}

fn write_headers(w: &mut Writer, headers: &[(Box<str>, Secret)]) {
    w.count(headers.len());
    for (name, value) in headers {
        w.text(name);
        w.text(value.expose());
    }
}

fn read_headers(r: &mut Reader<'_>, field: &str) -> Result<Vec<(Box<str>, Secret)>, Error> {
    r.list(field, 2 * TEXT_LEAST, |r, field| Ok((r.text(field)?.into(), r.text(field)?.into())))
}

fn write_file_fault(w: &mut Writer, fault: &FileFault) {
    w.u8(fault.number());
    match fault {
        FileFault::Missing | FileFault::Directory => {}
        FileFault::Denied { owner, mode } => {
            w.option(*owner, Writer::u32);
            w.option(*mode, Writer::u32);
        }
        FileFault::TooLarge(size) => w.u64(*size),
        FileFault::Other(text) => w.text(text),
    }
}

fn read_file_fault(r: &mut Reader<'_>) -> Result<FileFault, Error> {
    Ok(match r.u8("answer.fault")? {
        1 => FileFault::Missing,
        2 => FileFault::Denied {
            owner: r.option("answer.owner", Reader::u32)?,
            mode: r.option("answer.mode", Reader::u32)?,
        },
        3 => FileFault::Directory,
        4 => FileFault::TooLarge(r.u64("answer.size")?),
        5 => FileFault::Other(r.text("answer.detail")?.into()),
        other => return Err(r.unknown("answer.fault", other)),
    })
}

fn read_step(r: &mut Reader<'_>) -> Result<HttpStep, Error> {
    let number = r.u8("answer.step")?;
    HttpStep::from_number(number).ok_or_else(|| r.unknown("answer.step", number))
}

fn write_run_fault(w: &mut Writer, fault: &RunFault) {
    w.u8(fault.number());
    if let RunFault::Other(text) = fault {
        w.text(text);
    }
}

fn read_run_fault(r: &mut Reader<'_>) -> Result<RunFault, Error> {
    Ok(match r.u8("answer.fault")? {
        1 => RunFault::Missing,
        2 => RunFault::Denied,
        3 => RunFault::Timeout,
        4 => RunFault::TooLarge,
        5 => RunFault::Other(r.text("answer.detail")?.into()),
        other => return Err(r.unknown("answer.fault", other)),
    })
}

/// An empty text: its length alone.
const TEXT_LEAST: usize = 4;

#[cfg(test)]
mod tests;
