//! The same signatures through libirsa.so, as a program in C has them: `irsa_request_sign` of a library that was opened.
//! What irsa.h says of the structs stands here again; each begins with its size, which the library holds against its own.

use irsa_benches::signing::{ACCESS_KEY_ID, EXPIRES, NOW, REGION, SECRET_ACCESS_KEY, Work, session_token};
use std::{
    ffi::{CString, c_char, c_int, c_void},
    hint::black_box,
    ptr::{null, null_mut},
};

#[repr(C)]
#[derive(Clone, Copy)]
struct Text {
    data: *const u8,
    len: usize,
}

const NONE: Text = Text { data: null(), len: 0 };

fn text(text: &'static (impl AsRef<[u8]> + ?Sized)) -> Text {
    Text { data: text.as_ref().as_ptr(), len: text.as_ref().len() }
}

#[repr(C)]
struct Request {
    size: usize,
    method: Text,
    path: Text,
    query: Text,
    headers: *const [Text; 2],
    header_count: usize,
    payload: u32,
    body: Text,
    hash: Text,
}

#[repr(C)]
struct Signing {
    size: usize,
    access_key_id: Text,
    secret_access_key: Text,
    session_token: Text,
    region: Text,
    service: Text,
    time_ms: i64,
    expires: u32,
    content_sha256: u32,
    path: u32,
    normalise: u32,
    token_after: u32,
    signed_headers: u32,
    listed: *const Text,
    listed_count: usize,
}

type NewKeys = unsafe extern "C" fn(usize, *mut *mut c_void, *mut *mut c_void) -> c_int;
type Sign = unsafe extern "C" fn(
    *const Signing,
    *const Request,
    *mut c_void,
    *mut c_char,
    usize,
    *mut usize,
    *mut *mut c_void,
) -> c_int;

/// What is measured of a library.
pub struct Library {
    new_keys: NewKeys,
    sign: Sign,
}

impl Library {
    /// It stays open to the end of the process.
    pub fn open(path: &str) -> Self {
        let name = CString::new(path).expect("no NUL");
        // SAFETY: a C string; what a library runs when it is opened is libirsa's own business, and that is nothing.
        let library = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW) };
        assert!(!library.is_null(), "{path} cannot be opened");
        let symbol = |name: &std::ffi::CStr| {
            // SAFETY: the library is open.
            let symbol = unsafe { libc::dlsym(library, name.as_ptr()) };
            assert!(!symbol.is_null(), "{path} has no {name:?}");
            symbol
        };
        // SAFETY: these are their types in irsa.h.
        unsafe {
            Self {
                new_keys: std::mem::transmute::<*mut c_void, NewKeys>(symbol(c"irsa_keys_new")),
                sign: std::mem::transmute::<*mut c_void, Sign>(symbol(c"irsa_request_sign")),
            }
        }
    }

    /// `Work::irsa`, but through the library. Both write the same bytes, which is looked at before anything is counted.
    pub fn signed(&self, work: &'static Work) -> impl FnMut() + use<> {
        let headers: Vec<[Text; 2]> = work.headers.iter().map(|(name, value)| [text(*name), text(*value)]).collect();
        let headers: &'static [[Text; 2]] = Box::leak(headers.into());
        let token: &'static str = Box::leak(session_token().into());
        let request = Request {
            size: size_of::<Request>(),
            method: text(work.method),
            path: text(work.path),
            query: NONE,
            headers: headers.as_ptr(),
            header_count: headers.len(),
            payload: if work.body.is_some() { 0 } else { 2 },
            body: work.body.map_or(NONE, |body| text(body)),
            hash: NONE,
        };
        let signing = Signing {
            size: size_of::<Signing>(),
            access_key_id: text(ACCESS_KEY_ID),
            secret_access_key: text(SECRET_ACCESS_KEY),
            session_token: text(token),
            region: text(REGION),
            service: text(work.service),
            time_ms: NOW * 1000,
            expires: if work.presigned { EXPIRES } else { 0 },
            content_sha256: 0,
            path: 0,
            normalise: 0,
            token_after: 0,
            signed_headers: 0,
            listed: null(),
            listed_count: 0,
        };
        let mut keys = null_mut();
        // SAFETY: as irsa.h says.
        assert_eq!(unsafe { (self.new_keys)(0, &mut keys, null_mut()) }, 0, "no cache of keys");
        let sign = self.sign;
        let once = move |out: &mut [u8]| {
            let mut length = 0;
            let (signing, request) = (black_box(&raw const signing), black_box(&raw const request));
            // SAFETY: as irsa.h says: all that is pointed to outlives the call.
            let failed =
                unsafe { sign(signing, request, keys, out.as_mut_ptr().cast(), out.len(), &mut length, null_mut()) };
            assert_eq!(failed, 0, "not signed");
            length
        };
        let mut out = vec![0; 4096];
        let length = once(&mut out);
        assert_eq!(out[..length], work.written(), "libirsa signs otherwise");
        move || {
            let length = once(&mut out);
            black_box(&out[..length]);
        }
    }
}
