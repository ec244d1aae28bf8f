//! Messages: effects and answers that came as bytes from another process. docs/effects.md has them byte by byte.

use crate::{
    answer::{self, irsa_answer},
    edge::{bytes, given, guard, hand, run},
    effect::{self, irsa_effect},
    error::irsa_error,
    types::irsa_bytes,
};
use irsa_core::codec;
use std::{ffi::c_int, mem::MaybeUninit, ptr::null};

/// An effect or an answer that was read from bytes.
pub struct irsa_message(Content);

enum Content {
    Effect(Box<effect::Lent>),
    Answer(Box<answer::Lent>),
}

/// Reads an effect. Reading is strict, and takes no more memory than a few times the input. The caller frees the message.
/// Errors: `IRSA_ENCODING`, whose message begins with the field and the byte where it is wrong; `IRSA_C_TEXT` where a text
/// has a NUL within; `IRSA_C_NULL`. Since 0.1.
///
///     irsa_bytes encoded = {NULL, 0};
///     irsa_message *message = NULL;
///     if (irsa_message_read_effect(encoded, &message, NULL) == IRSA_OK)
///         printf("effect %u\n", (unsigned)irsa_message_effect(message)->id);
///     irsa_message_free(message);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_message_read_effect(
    encoded: irsa_bytes,
    message: Option<&mut MaybeUninit<*mut irsa_message>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_message_read_effect", err, || {
        let out = given(message, "message")?;
        // SAFETY: by the header's rules.
        let effect = codec::decode_effect(unsafe { bytes(encoded, "encoded") }?)?;
        hand(out, irsa_message(Content::Effect(effect::Lent::new(&effect)?)));
        Ok(())
    })
}

/// Reads an answer, likewise. Errors: as `irsa_message_read_effect`. Since 0.1.
///
///     irsa_bytes encoded = {NULL, 0};
///     irsa_message *message = NULL;
///     if (irsa_message_read_answer(encoded, &message, NULL) == IRSA_OK)
///         printf("to effect %u\n", (unsigned)irsa_message_answer(message)->id);
///     irsa_message_free(message);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_message_read_answer(
    encoded: irsa_bytes,
    message: Option<&mut MaybeUninit<*mut irsa_message>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_message_read_answer", err, || {
        let out = given(message, "message")?;
        // SAFETY: by the header's rules.
        let (id, answer) = codec::decode_answer(unsafe { bytes(encoded, "encoded") }?)?;
        hand(out, irsa_message(Content::Answer(answer::Lent::new(id, &answer)?)));
        Ok(())
    })
}

/// The effect, lent; NULL where it is an answer, and for NULL. Since 0.1.
///
///     const irsa_effect *effect = irsa_message_effect(NULL);
///     puts(effect != NULL ? effect->why.data : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_message_effect(message: Option<&irsa_message>) -> *const irsa_effect {
    guard("irsa_message_effect", null, || match message {
        Some(irsa_message(Content::Effect(effect))) => effect.view(),
        _ => null(),
    })
}

/// The answer, lent, to be given to `irsa_flow_answer`; NULL where it is an effect, and for NULL. Since 0.1.
///
///     const irsa_answer *answer = irsa_message_answer(NULL);
///     printf("%u\n", answer != NULL ? (unsigned)answer->kind : 0u);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_message_answer(message: Option<&irsa_message>) -> *const irsa_answer {
    guard("irsa_message_answer", null, || match message {
        Some(irsa_message(Content::Answer(answer))) => answer.view(),
        _ => null(),
    })
}

/// Wipes and frees it. NULL is fine. Since 0.1.
///
///     irsa_message_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_message_free(message: Option<Box<irsa_message>>) {
    guard("irsa_message_free", || (), || drop(message));
}
