//! How irsa.h is declared here, and libirsa.so loaded. What the macros make knows enough of itself for the C compiler to
//! hold it against irsa.h: see tests/header.rs.

use std::ffi::{CStr, CString, c_char, c_int, c_void};

/// Handles: nobody looks inside.
macro_rules! handles {
    ($($name:ident)*) => {
        $(#[repr(C)] pub struct $name { _nobody: [u8; 0] })*
    };
}

/// Structs, with each member's offset and type in words.
macro_rules! structs {
    ($($name:ident { $($member:ident: $type:ty,)* })*) => {
        $(#[repr(C)] #[derive(Clone, Copy)] pub struct $name { $(pub $member: $type,)* })*

        /// Name, size, and each member's name, offset and type.
        pub const STRUCTS: &[(&str, usize, &[(&str, usize, &str)])] = &[$((
            stringify!($name),
            size_of::<$name>(),
            &[$((stringify!($member), std::mem::offset_of!($name, $member), stringify!($type)),)*],
        ),)*];
    };
}

/// Functions, as members of `Api`, with their types in words.
macro_rules! functions {
    ($($name:ident($($type:ty),*) -> $result:ty;)*) => {
        /// libirsa.so, loaded.
        pub struct Api { $(pub $name: unsafe extern "C" fn($($type),*) -> $result,)* }

        impl Api {
            /// The file at `path`; it stays loaded.
            pub fn load(path: &str) -> Result<Self, String> {
                let library = $crate::load::open(path)?;
                // SAFETY: tests/header.rs has the C compiler hold each type against irsa.h.
                Ok(unsafe { Self { $($name: std::mem::transmute::<
                    *mut std::ffi::c_void, unsafe extern "C" fn($($type),*) -> $result
                >($crate::load::symbol(library, stringify!($name))?),)* } })
            }
        }

        /// Name, types of the arguments, type of the result.
        pub const FUNCTIONS: &[(&str, &[&str], &str)] =
            &[$((stringify!($name), &[$(stringify!($type)),*], stringify!($result)),)*];
    };
}

pub(crate) use {functions, handles, structs};

unsafe extern "C" {
    fn dlopen(path: *const c_char, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn dlerror() -> *const c_char;
}

const RTLD_NOW: c_int = 2;

pub(crate) fn open(path: &str) -> Result<*mut c_void, String> {
    let path = CString::new(path).map_err(|e| e.to_string())?;
    // SAFETY: a C string, and a flag that dlopen knows.
    let library = unsafe { dlopen(path.as_ptr(), RTLD_NOW) };
    if library.is_null() { Err(why()) } else { Ok(library) }
}

pub(crate) fn symbol(library: *mut c_void, name: &str) -> Result<*mut c_void, String> {
    let name = CString::new(name).map_err(|e| e.to_string())?;
    // SAFETY: what dlopen gave, and a C string.
    let found = unsafe { dlsym(library, name.as_ptr()) };
    if found.is_null() { Err(why()) } else { Ok(found) }
}

fn why() -> String {
    // SAFETY: NULL, or a C string that is good until the next call of dl… on this thread.
    unsafe { dlerror().as_ref().map(|text| CStr::from_ptr(text).to_string_lossy().into_owned()) }.unwrap_or_default()
}
