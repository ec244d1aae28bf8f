//! The wasm face: memory is handed over as pointer and length. Only here is `unsafe` allowed.
#![cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]

/// Room for `len` bytes of a call, to be written by the host and given to [`irsa_pure_call`].
#[unsafe(no_mangle)]
pub extern "C" fn irsa_pure_alloc(len: usize) -> *mut u8 {
    Box::leak(vec![0u8; len].into_boxed_slice()).as_mut_ptr()
}

/// Takes `name`, a line feed and JSON; gives pointer << 32 | length of the JSON answer, to be freed.
///
/// # Safety
/// `at` came from [`irsa_pure_alloc`] with this `len`, and is not used again.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_pure_call(at: *mut u8, len: usize) -> u64 {
    // SAFETY: the contract above.
    let input = unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(at, len)) };
    let text = String::from_utf8_lossy(&input);
    let (name, json) = text.split_once('\n').unwrap_or((&text, "null"));
    let answer = match serde_json::from_str(json) {
        Ok(value) => crate::call(name, &value).to_string(),
        Err(e) => format!("{{\"unknown\":\"{e}\"}}"),
    };
    let answer = Box::leak(answer.into_bytes().into_boxed_slice());
    ((answer.as_ptr() as u64) << 32) | answer.len() as u64
}

/// Frees an answer.
///
/// # Safety
/// Both values came from one [`irsa_pure_call`], once.
#[cfg(target_arch = "wasm32")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_pure_free(at: *mut u8, len: usize) {
    // SAFETY: the contract above.
    drop(unsafe { Box::from_raw(core::ptr::slice_from_raw_parts_mut(at, len)) });
}
