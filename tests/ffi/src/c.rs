//! Calls of C as Rust likes them: results, owned handles, texts.

use crate::api::*;
use serde_json::{Value, json};
use std::{
    ffi::{CStr, CString, c_char, c_int},
    ptr::null_mut,
};

/// An error in the form of every face, or what came.
pub type Outcome<T = Value> = Result<T, Value>;

/// A handle, freed at its end.
pub struct Owned<T> {
    pub at: *mut T,
    free: unsafe extern "C" fn(*mut T),
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: a function of libirsa gave it, and it is freed once.
        unsafe { (self.free)(self.at) }
    }
}

impl Api {
    /// A call that ends in `err`.
    pub fn try_call(&self, call: impl FnOnce(*mut *mut irsa_error) -> c_int) -> Outcome<()> {
        // Not NULL, so that it is seen to be set.
        let mut err = std::ptr::dangling_mut::<irsa_error>();
        let number = call(&raw mut err);
        assert_eq!(number != 0, !err.is_null(), "{number}: an error where it failed, and there alone");
        if number == 0 { Ok(()) } else { Err(self.error(number, err)) }
    }

    /// A call that leaves a handle.
    pub fn make<T>(
        &self,
        free: unsafe extern "C" fn(*mut T),
        call: impl FnOnce(*mut *mut T, *mut *mut irsa_error) -> c_int,
    ) -> Outcome<Owned<T>> {
        let untouched = 8 as *mut T;
        let mut at = untouched;
        let made = self.try_call(|err| call(&raw mut at, err));
        assert_eq!(at == untouched, made.is_err(), "an output that a failure has touched, or a success has not");
        made.map(|()| Owned { at, free })
    }

    /// A handle that came beside another.
    pub fn own<T>(&self, at: *mut T, free: unsafe extern "C" fn(*mut T)) -> Owned<T> {
        assert!(!at.is_null(), "an output that was not set");
        Owned { at, free }
    }

    /// A call that leaves a buffer: its content.
    pub fn buffer(&self, call: impl FnOnce(*mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int) -> Outcome<Vec<u8>> {
        let buffer = self.make(self.irsa_buffer_free, call)?;
        // SAFETY: a buffer; what it lends is read before it is freed.
        Ok(unsafe { of_bytes((self.irsa_buffer_bytes)(buffer.at)) })
    }

    /// The same, as text.
    pub fn text(&self, call: impl FnOnce(*mut *mut irsa_buffer, *mut *mut irsa_error) -> c_int) -> Outcome<String> {
        Ok(String::from_utf8(self.buffer(call)?).expect("UTF-8"))
    }

    /// All seven fields, as `Error::to_json` has them.
    fn error(&self, number: c_int, err: *mut irsa_error) -> Value {
        let err = Owned { at: err, free: self.irsa_error_free };
        // SAFETY: an error that was just given; what it lends is read before it is freed.
        unsafe {
            assert_eq!(number, (self.irsa_error_code)(err.at));
            let name = of_text((self.irsa_error_name)(err.at)).expect("a name");
            let c_name = text(&name);
            assert_eq!(number, (self.irsa_code_of)(c_name.as_ptr()), "{name}");
            let kinds = ["misuse", "refused", "broken", "bug"];
            let retries = ["no", "soon", "slowly", "reread"];
            json!({
                "kind": (kinds[(self.irsa_error_kind)(err.at) as usize - 1]),
                "code": name,
                "at": of_text((self.irsa_error_at)(err.at)),
                "message": of_text((self.irsa_error_message)(err.at)),
                "fix": of_text((self.irsa_error_fix)(err.at)),
                "retry": (retries[(self.irsa_error_retry)(err.at) as usize - 1]),
                "request_id": of_text((self.irsa_error_request_id)(err.at)),
            })
        }
    }
}

/// All zero, as IRSA_ZERO.
pub fn zero<T: Copy>() -> T {
    // SAFETY: a struct of integers and pointers.
    unsafe { std::mem::zeroed() }
}

pub fn text(text: &str) -> CString {
    CString::new(text).expect("no NUL")
}

pub fn view(text: &str) -> irsa_str {
    irsa_str { data: text.as_ptr().cast(), len: text.len() }
}

pub fn view_bytes(bytes: &[u8]) -> irsa_bytes {
    irsa_bytes { data: bytes.as_ptr(), len: bytes.len() }
}

/// # Safety
/// NULL, or a C string.
pub unsafe fn of_text(pointer: *const c_char) -> Option<String> {
    // SAFETY: as the caller says.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_str().expect("UTF-8").to_owned())
}

/// # Safety
/// The view is good.
pub unsafe fn of_bytes(view: irsa_bytes) -> Vec<u8> {
    if view.len == 0 {
        return Vec::new();
    }
    // SAFETY: as the caller says.
    unsafe { std::slice::from_raw_parts(view.data, view.len) }.to_vec()
}

/// Text that irsa lends: it has a NUL behind it.
///
/// # Safety
/// The view is good.
pub unsafe fn of_str(view: irsa_str) -> String {
    if view.data.is_null() {
        assert_eq!(view.len, 0);
        return String::new();
    }
    // SAFETY: as the caller says; the NUL is promised by the header.
    unsafe {
        assert_eq!(*view.data.add(view.len), 0, "no NUL behind a text");
        String::from_utf8(of_bytes(irsa_bytes { data: view.data.cast(), len: view.len })).expect("UTF-8")
    }
}

/// # Safety
/// Good for so many.
pub unsafe fn of_headers(data: *const irsa_header, len: usize) -> Vec<(String, String)> {
    // SAFETY: as the caller says.
    (0..len).map(|at| unsafe { (of_str((*data.add(at)).name), of_str((*data.add(at)).value)) }).collect()
}

/// NULL for an output or a handle that is not wanted.
pub fn none<T>() -> *mut T {
    null_mut()
}
