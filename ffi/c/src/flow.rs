//! Flows: conversations with AWS of which the program does all input and output. `irsa_core::flow` is the contract,
//! docs/effects.md the table of what is asked.

use crate::{
    answer::{irsa_answer, read_answer},
    buffer::irsa_buffer,
    chain::{irsa_chain, read_chain},
    credentials::irsa_credentials,
    edge::{given, guard, hand, run, share},
    effect::{Lent, irsa_effect},
    error::irsa_error,
    text::Text,
    types::irsa_now,
};
use irsa_core::{
    Code, Error, Mono, Now, Timestamp,
    chain::{self, Resolved},
    effect::{Answer, Ask, Effect, FileFault, HttpFault, HttpStep, RunFault},
    flow::{Flow, Step},
};
use serde_json::json;
use std::{ffi::c_int, mem::MaybeUninit, ptr::null, sync::Arc};

/// A conversation: it asks, the program answers, until there is a result. It does no input or output of its own, and
/// starts no thread. One thread at a time; it may move to another between two calls.
pub struct irsa_flow {
    flow: Flow<Outcome>,
    /// The open question, where it is lent.
    lent: Option<(u32, Box<Lent>)>,
    result: Option<Result<Outcome, Error>>,
}

/// What flows end in.
pub(crate) enum Outcome {
    Credentials(Arc<irsa_credentials>),
    Output(Text),
}

impl irsa_flow {
    pub(crate) fn new(flow: Flow<Outcome>) -> Self {
        Self { flow, lent: None, result: None }
    }

    /// The open question; `None` at the end.
    fn next(&mut self, now: Now) -> Result<Option<&irsa_effect>, Error> {
        loop {
            match self.flow.next(now) {
                Step::Ask(effect) => {
                    if self.lent.as_ref().is_none_or(|(id, _)| *id != effect.id) {
                        match Lent::new(&effect) {
                            Ok(lent) => self.lent = Some((effect.id, lent)),
                            Err(error) => {
                                self.flow.answer(effect.id, unaskable(&effect, error.message()))?;
                                continue;
                            }
                        }
                    }
                    return Ok(self.lent.as_ref().map(|(_, lent)| lent.view()));
                }
                Step::Done(result) => {
                    self.lent = None;
                    if self.result.is_some() {
                        return result.map(|_| None);
                    }
                    let error = result.as_ref().err().cloned();
                    self.result = Some(result);
                    return error.map_or(Ok(None), Err);
                }
            }
        }
    }

    fn outcome(&self) -> Result<&Outcome, Error> {
        match &self.result {
            Some(result) => result.as_ref().map_err(Clone::clone),
            None => Err(Error::new(Code::COrder, "flow", "its result was asked for before it had one")),
        }
    }
}

/// The answer to a question that cannot be put to C: as a system would answer it.
fn unaskable(effect: &Effect, why: &str) -> Answer {
    match effect.ask {
        Ask::ReadFile { .. } => Answer::File(Err(FileFault::Other(why.into()))),
        Ask::WriteFile { .. } => Answer::Written(Err(FileFault::Other(why.into()))),
        Ask::Http { .. } => Answer::Http(Err(HttpFault { step: HttpStep::Invalid, detail: why.into() })),
        Ask::Run { .. } => Answer::Ran(Err(RunFault::Other(why.into()))),
        _ => Answer::Unsupported,
    }
}

pub(crate) fn now_of(now: irsa_now) -> Now {
    Now { wall: Timestamp::from_unix_millis(now.wall_ms), mono: Mono(now.mono_ms) }
}

/// Credentials as a chain has found them.
pub(crate) fn found(resolved: Resolved) -> irsa_credentials {
    let Resolved { credentials, region, skew_millis, .. } = resolved;
    irsa_credentials::new(Arc::new(credentials))
        .with_region(region.as_ref().map(chain::Setting::text))
        .with_keeping(0, skew_millis.unwrap_or(0))
}

/// A flow that goes through the credential chain: environment, web identity, profile. (The program of the example can do
/// nothing of what it is asked; a real one looks at `effect->kind`.) Nothing runs before the first
/// `irsa_flow_next`. `chain` may be NULL: as this process's environment says it. `deadline_ms` is when all of it has to be
/// done, by the monotonic clock that `irsa_flow_next` is told; `UINT64_MAX`: never. The result is for
/// `irsa_flow_credentials`. The caller frees the flow. Errors: `IRSA_C_…`; what is wrong with the settings comes from
/// `irsa_flow_next`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     const irsa_effect *effect = NULL;
///     irsa_credentials *mine = NULL;
///     irsa_error *err = NULL;
///     int failed = irsa_flow_new_chain(NULL, irsa_clock_now().mono_ms + 30000, &flow, NULL);
///     while (!failed && !(failed = irsa_flow_next(flow, irsa_clock_now(), &effect, &err)) && effect != NULL) {
///         irsa_answer answer = IRSA_ZERO;
///         answer.size = sizeof answer;
///         answer.id = effect->id;
///         failed = irsa_flow_answer(flow, &answer, NULL);
///     }
///     if (!failed && irsa_flow_credentials(flow, &mine, NULL) == IRSA_OK)
///         puts(irsa_credentials_access_key_id(mine));
///     irsa_error_free(err);
///     irsa_credentials_free(mine);
///     irsa_flow_free(flow);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_flow_new_chain(
    chain: *const irsa_chain,
    deadline_ms: u64,
    flow: Option<&mut MaybeUninit<*mut irsa_flow>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_new_chain", err, || {
        let out = given(flow, "flow")?;
        // SAFETY: by the header's rules.
        let inputs = unsafe { read_chain(chain) }?;
        let made = Flow::new(Mono(deadline_ms), |io| async move {
            let resolved = chain::resolve_in(&io, &inputs).await?;
            Ok(Outcome::Credentials(Arc::new(found(resolved))))
        });
        hand(out, irsa_flow::new(made));
        Ok(())
    })
}

/// Goes on as far as it can: to the open question, which is lent until the next call of this function or the flow's end;
/// or to the result, and then `*effect` is NULL. An open question is repeated, under the same id, until it is answered.
/// `now` is what both clocks say, such as `irsa_clock_now()`; the monotonic one must not go back.
///
/// Errors: what the conversation failed with, once: `IRSA_DEADLINE`, what AWS refused, what is wrong with a file or a
/// setting; after the end `IRSA_FLOW_FINISHED`; `IRSA_C_NULL`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     const irsa_effect *effect = NULL;
///     if (irsa_flow_next(flow, irsa_clock_now(), &effect, NULL) != IRSA_OK)
///         puts("no flow");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_flow_next(
    flow: Option<&mut irsa_flow>,
    now: irsa_now,
    effect: Option<&mut MaybeUninit<*const irsa_effect>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_next", err, || {
        let (flow, out) = (given(flow, "flow")?, given(effect, "effect")?);
        out.write(flow.next(now_of(now))?.map_or(null(), |effect| &raw const *effect));
        Ok(())
    })
}

/// Answers the open question; all of the answer is copied. On an error nothing has changed: the question is still open.
/// Errors: `IRSA_FLOW_ANSWER_UNASKED` (another id, late, doubled), `IRSA_FLOW_ANSWER_MISMATCH` (another kind),
/// `IRSA_FLOW_FINISHED`, `IRSA_C_…`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     irsa_answer answer = IRSA_ZERO;
///     answer.size = sizeof answer;
///     answer.id = 1;
///     answer.kind = IRSA_EFFECT_READ_FILE;
///     answer.fault = IRSA_FILE_FAULT_MISSING;
///     if (irsa_flow_answer(flow, &answer, NULL) != IRSA_OK)
///         puts("nobody asked");
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_flow_answer(
    flow: Option<&mut irsa_flow>,
    answer: *const irsa_answer,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_answer", err, || {
        let flow = given(flow, "flow")?;
        // SAFETY: by the header's rules.
        let (id, answer) = unsafe { read_answer(answer) }?;
        flow.flow.answer(id, answer)
    })
}

/// The credentials that a flow ended in; may be asked for again. The caller frees them.
/// Errors: `IRSA_C_ORDER` before the end, and where the flow ends in something else; the flow's own error where it failed;
/// `IRSA_C_NULL`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     irsa_credentials *mine = NULL;
///     if (irsa_flow_credentials(flow, &mine, NULL) == IRSA_OK)
///         puts(irsa_credentials_access_key_id(mine));
///     irsa_credentials_free(mine);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_flow_credentials(
    flow: Option<&irsa_flow>,
    credentials: Option<&mut MaybeUninit<*mut irsa_credentials>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_credentials", err, || {
        let (flow, out) = (given(flow, "flow")?, given(credentials, "credentials")?);
        match flow.outcome()? {
            Outcome::Credentials(credentials) => share(out, credentials.clone()),
            Outcome::Output(_) => return Err(other_end("credentials", "irsa_flow_output")),
        }
        Ok(())
    })
}

/// What a flow ended in that gives text or bytes: its constructor says what. May be asked for again. The caller frees it.
/// Errors: as `irsa_flow_credentials`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     irsa_buffer *output = NULL;
///     if (irsa_flow_output(flow, &output, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(output));
///     irsa_buffer_free(output);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_flow_output(
    flow: Option<&irsa_flow>,
    output: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_output", err, || {
        let (flow, out) = (given(flow, "flow")?, given(output, "output")?);
        match flow.outcome()? {
            Outcome::Output(text) => hand(out, irsa_buffer::new(text.expose())),
            Outcome::Credentials(_) => return Err(other_end("output", "irsa_flow_credentials")),
        }
        Ok(())
    })
}

fn other_end(asked: &str, right: &str) -> Error {
    Error::new(Code::COrder, "flow", format!("this flow does not end in {asked}"))
        .with_fix(format!("take its result by {right}"))
}

/// What the credential chain has looked at, as JSON (docs/schemas/explain.json): at any time, also after a failure.
/// No secret is in it. The caller frees it. Errors: `IRSA_C_NULL`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     irsa_buffer *json = NULL;
///     if (irsa_flow_explain(flow, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_flow_explain(
    flow: Option<&irsa_flow>,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_explain", err, || {
        let (flow, out) = (given(flow, "flow")?, given(json, "json")?);
        let credentials = match &flow.result {
            Some(Ok(Outcome::Credentials(credentials))) => Some(&*credentials.core),
            _ => None,
        };
        let document = flow.flow.explanation().document(credentials);
        hand(out, irsa_buffer::new(document.to_string().as_bytes()));
        Ok(())
    })
}

/// Everything asked so far (the first 256 questions), as JSON: a list of `{"why", "what", "outcome", "asked_ms",
/// "answered_ms"}`, of which the last two are null while it is open. No secret is in it. The caller frees it.
/// Errors: `IRSA_C_NULL`. Since 0.1.
///
///     irsa_flow *flow = NULL;
///     irsa_buffer *json = NULL;
///     if (irsa_flow_trail(flow, &json, NULL) == IRSA_OK)
///         puts(irsa_buffer_text(json));
///     irsa_buffer_free(json);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_flow_trail(
    flow: Option<&irsa_flow>,
    json: Option<&mut MaybeUninit<*mut irsa_buffer>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_flow_trail", err, || {
        let (flow, out) = (given(flow, "flow")?, given(json, "json")?);
        let lines = flow.flow.trail().into_iter().map(|line| {
            json!({
                "why": &*line.why,
                "what": line.what,
                "outcome": line.outcome,
                "asked_ms": line.asked.0,
                "answered_ms": line.answered.map(|at| at.0),
            })
        });
        let all: serde_json::Value = lines.collect();
        hand(out, irsa_buffer::new(all.to_string().as_bytes()));
        Ok(())
    })
}

/// When the flow has to be done, as it was told: a program's timer need not be set for later. 0 for NULL. Since 0.1.
///
///     printf("%llu\n", (unsigned long long)irsa_flow_deadline(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_flow_deadline(flow: Option<&irsa_flow>) -> u64 {
    guard("irsa_flow_deadline", || 0, || flow.map_or(0, |flow| flow.flow.deadline().0))
}

/// Ends the conversation, wherever it is, and frees it: what was lent ends here, credentials that were taken do not. A
/// request that is under way is the program's to end. NULL is fine. Since 0.1.
///
///     irsa_flow_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_flow_free(flow: Option<Box<irsa_flow>>) {
    guard("irsa_flow_free", || (), || drop(flow));
}
