//! The edge: the one place where pointers of C become Rust's and a panic ends.
//!
//! What is relied on is in the header's rules: a pointer is NULL or good for the call, a handle came from irsa and was
//! not freed, texts do not change during the call. NULL is checked here, so nothing that is NULL is read.

use crate::{
    error::irsa_error,
    types::{irsa_bytes, irsa_header, irsa_str},
};
use irsa_core::{Code, Error, Secret};
use std::{
    cell::Cell,
    ffi::{CStr, c_char, c_int},
    mem::MaybeUninit,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

/// Where a function leaves a result: NULL is a misuse, but for errors.
pub(crate) type Out<'a, T> = Option<&'a mut MaybeUninit<T>>;

/// Where a function leaves a handle.
pub(crate) type OutHandle<'a, T> = Out<'a, *mut T>;

/// Where a function leaves its error, if the caller wants it.
pub(crate) type OutError<'a> = OutHandle<'a, irsa_error>;

/// Runs a function of the header that can fail. 0, or the error's number; the error itself into `err`.
#[inline]
pub(crate) fn run(name: &'static str, err: OutError<'_>, body: impl FnOnce() -> Result<(), Error>) -> c_int {
    let result = guard(name, || Err(panicked(name)), body);
    match result {
        Ok(()) => {
            if let Some(err) = err {
                err.write(std::ptr::null_mut());
            }
            0
        }
        Err(error) => fail(error, err),
    }
}

#[cold]
fn fail(error: Error, err: OutError<'_>) -> c_int {
    let number = c_int::from(error.code().number());
    if let Some(err) = err {
        err.write(Box::into_raw(Box::new(irsa_error::new(error))));
    }
    number
}

/// Runs a function of the header that cannot fail otherwise; `fallen` is what it gives where it panics.
#[inline]
pub(crate) fn guard<T>(name: &'static str, fallen: impl FnOnce() -> T, body: impl FnOnce() -> T) -> T {
    quiet();
    catch_unwind(AssertUnwindSafe(|| {
        injected(name);
        body()
    }))
    .unwrap_or_else(|_| fallen())
}

fn panicked(name: &str) -> Error {
    let place = PLACE.try_with(Cell::take).ok().flatten();
    Error::bug("libirsa", format!("{name} panicked{}", place.unwrap_or_default()))
}

/// The copy of Rust's library within libirsa prints panics on standard error; a library has no business there.
fn quiet() {
    // Not a `Once`: a child after fork could inherit one that is being run, and wait for ever.
    static HOOKED: AtomicBool = AtomicBool::new(false);
    if !HOOKED.load(Relaxed) && !HOOKED.swap(true, Relaxed) {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(|at| format!(" at {}:{}", at.file(), at.line()));
            // It may be gone where the thread is about to be: a panic in here would be the end of the process.
            let _ = PLACE.try_with(|kept| kept.set(place));
        }));
    }
}

thread_local! {
    /// Where the latest panic of this thread was.
    static PLACE: Cell<Option<String>> = const { Cell::new(None) };
}

#[cfg(not(feature = "panic-injection"))]
#[inline(always)]
fn injected(_: &'static str) {}

#[cfg(feature = "panic-injection")]
fn injected(name: &'static str) {
    #[allow(clippy::panic)]
    if injection::TARGET.with_borrow(|target| target == name) {
        injection::TARGET.with_borrow_mut(String::clear);
        panic!("as the test asked");
    }
}

/// For the tests in C alone.
#[cfg(feature = "panic-injection")]
pub(crate) mod injection {
    use super::{CStr, c_char, c_int};
    use std::cell::RefCell;

    thread_local! {
        pub(super) static TARGET: RefCell<String> = const { RefCell::new(String::new()) };
    }

    /// The next call of the function of this name panics, once, on this thread. 1 where the function named before has not
    /// been called since.
    ///
    /// # Safety
    /// `name` is a C string.
    #[unsafe(no_mangle)]
    pub unsafe extern "C" fn irsa_test_panic(name: *const c_char) -> c_int {
        // SAFETY: the contract above.
        let name = unsafe { CStr::from_ptr(name) };
        let before = TARGET.replace(name.to_string_lossy().into_owned());
        c_int::from(!before.is_empty())
    }
}

/// A handle or an output that must be there.
#[inline]
pub(crate) fn given<T>(it: Option<T>, name: &str) -> Result<T, Error> {
    it.ok_or_else(|| null(name))
}

#[cold]
fn null(name: &str) -> Error {
    Error::new(Code::CNull, "libirsa", format!("{name} is NULL"))
}

/// A handle that stands in a struct, or that a program's function gave.
///
/// # Safety
/// NULL, or good for the call.
pub(crate) unsafe fn lent<'a, T>(handle: *const T) -> Option<&'a T> {
    // SAFETY: as the caller says.
    unsafe { handle.as_ref() }
}

/// Leaves a new handle with the caller.
pub(crate) fn hand<T>(out: &mut MaybeUninit<*mut T>, value: T) {
    out.write(Box::into_raw(Box::new(value)));
}

/// Leaves a handle that is counted.
pub(crate) fn share<T>(out: &mut MaybeUninit<*mut T>, value: Arc<T>) {
    out.write(Arc::into_raw(value).cast_mut());
}

/// Takes a counted handle back.
///
/// # Safety
/// NULL, or from [`share`] and not taken back yet.
pub(crate) unsafe fn release<T>(handle: *mut T) {
    if !handle.is_null() {
        // SAFETY: it is of `Arc::into_raw`.
        drop(unsafe { Arc::from_raw(handle.cast_const()) });
    }
}

/// A C string that must be there.
///
/// # Safety
/// NULL, or a C string that is good for the call.
pub(crate) unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str, Error> {
    // SAFETY: as the caller says.
    given(unsafe { optional_text(pointer, name) }?, name)
}

/// A C string, or `None` for NULL.
///
/// # Safety
/// As of [`text`].
pub(crate) unsafe fn optional_text<'a>(pointer: *const c_char, name: &str) -> Result<Option<&'a str>, Error> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: it is not NULL, hence a C string.
    utf8(unsafe { CStr::from_ptr(pointer) }.to_bytes(), name).map(Some)
}

/// C strings up to a NULL, as `environ` has them; `None` for NULL.
///
/// # Safety
/// NULL, or an array that ends in NULL, of C strings that are good for the call.
pub(crate) unsafe fn optional_list<'a>(list: *const *const c_char) -> Option<Vec<&'a CStr>> {
    if list.is_null() {
        return None;
    }
    let mut all = Vec::new();
    for at in 0.. {
        // SAFETY: the NULL that ends it has not come yet.
        let text = unsafe { *list.add(at) };
        if text.is_null() {
            break;
        }
        // SAFETY: it is not NULL, hence a C string.
        all.push(unsafe { CStr::from_ptr(text) });
    }
    Some(all)
}

/// So many C strings, each text.
///
/// # Safety
/// `list` is NULL, or good for `len` pointers, of which each is NULL or a C string.
pub(crate) unsafe fn list<'a>(list: *const *const c_char, len: u32, name: &str) -> Result<Vec<&'a str>, Error> {
    // SAFETY: as the caller says.
    let all = unsafe { slice(list, usize::try_from(len).unwrap_or(usize::MAX), name) }?;
    // SAFETY: as the caller says.
    all.iter().map(|pointer| unsafe { text(*pointer, name) }).collect()
}

/// Text of a length. It may be empty; it has no NUL in it.
///
/// # Safety
/// `data` is NULL, or good for `len` bytes during the call.
#[inline(always)]
pub(crate) unsafe fn str<'a>(view: irsa_str, name: &str) -> Result<&'a str, Error> {
    // The texts of a signature are many and short: nearly all end here, in registers.
    if view.len == 0 {
        return Ok("");
    }
    if !view.data.is_null() && view.len <= isize::MAX as usize {
        // SAFETY: it is not NULL, of a length that can be, and good as the caller says.
        let bytes = unsafe { std::slice::from_raw_parts(view.data.cast::<u8>(), view.len) };
        if plain(bytes) {
            // SAFETY: ASCII is UTF-8.
            return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
        }
    }
    // SAFETY: as the caller says.
    unsafe { odd_str(view, name) }
}

/// # Safety
/// As of [`str`].
#[cold]
#[inline(never)]
unsafe fn odd_str<'a>(view: irsa_str, name: &str) -> Result<&'a str, Error> {
    // SAFETY: as the caller says.
    utf8(unsafe { slice(view.data.cast::<u8>(), view.len, name) }?, name)
}

/// Text of a length, or `None` where it is empty.
///
/// # Safety
/// As of [`str`].
#[inline]
pub(crate) unsafe fn optional_str<'a>(view: irsa_str, name: &str) -> Result<Option<&'a str>, Error> {
    // SAFETY: as the caller says.
    unsafe { str(view, name) }.map(|text| (!text.is_empty()).then_some(text))
}

/// An array of texts.
///
/// # Safety
/// As of [`slice`], and so for each of them.
pub(crate) unsafe fn strs<'a>(data: *const irsa_str, len: usize, name: &str) -> Result<Vec<&'a str>, Error> {
    // SAFETY: as the caller says.
    unsafe { slice(data, len, name) }?.iter().map(|text| unsafe { str(*text, name) }).collect()
}

/// The bytes of a view.
///
/// # Safety
/// As of [`str`].
#[inline]
pub(crate) unsafe fn bytes<'a>(view: irsa_bytes, name: &str) -> Result<&'a [u8], Error> {
    // SAFETY: as the caller says.
    unsafe { slice(view.data, view.len, name) }
}

/// An array. NULL is fine where it is empty.
///
/// # Safety
/// `data` is NULL, or good for `len` items during the call.
#[inline]
pub(crate) unsafe fn slice<'a, T>(data: *const T, len: usize, name: &str) -> Result<&'a [T], Error> {
    if len == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(null(name));
    }
    if len > isize::MAX as usize / size_of::<T>().max(1) {
        return Err(Error::new(Code::CValue, "libirsa", format!("{name} has {len} items")));
    }
    if !data.is_aligned() {
        return Err(unaligned(name));
    }
    // SAFETY: it is not NULL, and of a length that can be.
    Ok(unsafe { std::slice::from_raw_parts(data, len) })
}

#[cold]
fn unaligned(name: &str) -> Error {
    Error::new(Code::CValue, "libirsa", format!("{name} is at an address that its type cannot have"))
}

/// An array to be written to.
///
/// # Safety
/// As of [`slice`], and nobody else looks at it during the call.
#[inline]
pub(crate) unsafe fn slice_mut<'a>(data: *mut c_char, len: usize, name: &str) -> Result<&'a mut [u8], Error> {
    if len == 0 {
        return Ok(&mut []);
    }
    if data.is_null() {
        return Err(null(name));
    }
    if len > isize::MAX as usize {
        return Err(Error::new(Code::CValue, "libirsa", format!("{name} has {len} bytes")));
    }
    // SAFETY: it is not NULL, and of a length that can be.
    Ok(unsafe { std::slice::from_raw_parts_mut(data.cast::<u8>(), len) })
}

pub(crate) fn utf8<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) if !bytes.contains(&0) => Ok(text),
        Ok(_) => Err(not_text(name, "has a NUL within")),
        Err(e) => Err(not_text(name, &format!("is not UTF-8 from byte {} on", e.valid_up_to()))),
    }
}

/// Whether all are ASCII and none is NUL: nearly every text. Eight at a time.
#[inline(never)]
fn plain(bytes: &[u8]) -> bool {
    const ONE: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    const fn word(bytes: &[u8; 8]) -> u64 {
        u64::from_ne_bytes(*bytes)
    }
    // Taking 1 from each byte sets the high bit of the first that is 0; from those above it borrows, but only then.
    let odd = |eight: u64| (eight.wrapping_sub(ONE) | eight) & HIGH;
    let mut rest = bytes;
    while let Some((eight, more)) = rest.split_first_chunk::<8>() {
        if odd(word(eight)) != 0 {
            return false;
        }
        rest = more;
    }
    // What is left overlaps with what was seen, or is one to seven bytes in halves that overlap.
    match (rest, bytes.last_chunk::<8>()) {
        ([], _) => true,
        (_, Some(last)) => odd(word(last)) == 0,
        _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>(), bytes) {
            (Some(&[a, b, c, d]), Some(&[e, f, g, h]), _) => odd(word(&[a, b, c, d, e, f, g, h])) == 0,
            (.., &[a, b, c]) => odd(word(&[a, b, c, c, c, c, c, c])) == 0,
            (.., &[a, b]) => odd(word(&[a, b, b, b, b, b, b, b])) == 0,
            (.., bytes) => bytes.iter().all(|byte| (1..0x80).contains(byte)),
        },
    }
}

#[cold]
fn not_text(name: &str, why: &str) -> Error {
    Error::new(Code::CText, "libirsa", format!("{name} {why}"))
}

/// A number that is none of those that the header lists.
#[cold]
pub(crate) fn no_such(name: &str, number: impl std::fmt::Display) -> Error {
    Error::new(Code::CValue, "libirsa", format!("{name} is {number}"))
}

/// A struct that begins with its size, and may grow.
///
/// # Safety
/// `#[repr(C)]`; its first member is a `usize`; all zero is a value of it.
pub(crate) unsafe trait Versioned: Copy {
    /// Of the header's first version.
    const LEAST: usize;
}

/// Such a struct as far as this library knows it; what an older header does not have is zero.
///
/// # Safety
/// NULL, or good for as many bytes as its first member says.
#[inline]
pub(crate) unsafe fn versioned<T: Versioned>(pointer: *const T, name: &str) -> Result<T, Error> {
    if pointer.is_null() {
        return Err(null(name));
    }
    // SAFETY: it is not NULL, and begins with its size.
    let size = unsafe { pointer.cast::<usize>().read_unaligned() };
    if size == size_of::<T>() {
        // SAFETY: all of it is there. (Alignment is the caller's to give, but costs nothing to do without.)
        return Ok(unsafe { pointer.read_unaligned() });
    }
    // SAFETY: as the caller says.
    unsafe { other_version(pointer, size, name) }
}

/// # Safety
/// `pointer` is good for `size` bytes.
#[cold]
unsafe fn other_version<T: Versioned>(pointer: *const T, size: usize, name: &str) -> Result<T, Error> {
    let wrong = |why: String| Err(Error::new(Code::CStruct, "libirsa", format!("{name}.size is {size}: {why}")));
    // More than this is no struct of any version, but a size that was never set.
    const MOST: usize = 4096;
    if !(T::LEAST..=MOST).contains(&size) {
        return wrong(format!("it has {} bytes here, and had {} at first", size_of::<T>(), T::LEAST));
    }
    // SAFETY: as the caller says; what lies behind what is known here is only looked at.
    let all = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), size) };
    if all.iter().skip(size_of::<T>()).any(|b| *b != 0) {
        return wrong(format!(
            "it is of a newer irsa.h, and what libirsa {} does not know is set",
            crate::version::TEXT
        ));
    }
    let mut known = MaybeUninit::<T>::zeroed();
    // SAFETY: both are good for so many bytes; all zero is a value of T, and so is any that C has written over it.
    Ok(unsafe {
        std::ptr::copy_nonoverlapping(all.as_ptr(), known.as_mut_ptr().cast::<u8>(), size.min(size_of::<T>()));
        known.assume_init()
    })
}

/// Writes a struct back over the one that [`versioned`] read, no more of it than the caller has.
///
/// # Safety
/// `versioned` has taken `pointer`, and nobody else looks at it during the call.
pub(crate) unsafe fn write_back<T: Versioned>(pointer: *mut T, value: &T) {
    // SAFETY: it begins with its size, which is among those that `versioned` takes.
    unsafe {
        let size = pointer.cast::<usize>().read_unaligned();
        std::ptr::copy_nonoverlapping((&raw const *value).cast::<u8>(), pointer.cast::<u8>(), size.min(size_of::<T>()));
    }
}

/// The headers of a request that C lends, checked once: names are text.
#[derive(Clone, Copy)]
pub(crate) struct Headers<'a>(&'a [irsa_header]);

impl<'a> Headers<'a> {
    /// # Safety
    /// As of [`slice`], and so for each name and value.
    pub(crate) unsafe fn new(data: *const irsa_header, len: usize) -> Result<Self, Error> {
        // SAFETY: as the caller says.
        unsafe { RawHeaders::new(data, len) }?.checked()
    }

    /// Name and value of each.
    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a [u8])> + Clone + use<'a> {
        self.0.iter().map(|header| {
            // SAFETY: `new` has looked at all of them.
            unsafe { (std::str::from_utf8_unchecked(raw(header.name)), raw(header.value)) }
        })
    }
}

impl Headers<'_> {
    /// As effects have them. What is not UTF-8 in a value is replaced: AWS sends none that matters.
    pub(crate) fn owned(&self) -> Vec<(Box<str>, Secret)> {
        self.iter().map(|(name, value)| (name.into(), Secret::new(String::from_utf8_lossy(value)))).collect()
    }
}

impl<'a> irsa_core::sigv4::Headers<'a> for Headers<'a> {
    fn each(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.iter().map(|(name, value)| (name.as_bytes(), value))
    }
}

/// The same, but that names may be any bytes: signing looks at each of them, and refuses what is no name.
#[derive(Clone, Copy)]
pub(crate) struct RawHeaders<'a>(&'a [irsa_header]);

impl<'a> RawHeaders<'a> {
    /// # Safety
    /// As of [`slice`], and so for each name and value.
    #[inline(always)]
    pub(crate) unsafe fn new(data: *const irsa_header, len: usize) -> Result<Self, Error> {
        // SAFETY: as the caller says.
        let headers = unsafe { slice(data, len, "headers") }?;
        let good = |view: irsa_str| view.len == 0 || (!view.data.is_null() && view.len <= isize::MAX as usize);
        for header in headers {
            if !good(header.name) || !good(header.value) {
                return Err(null_header(header));
            }
        }
        Ok(Self(headers))
    }

    pub(crate) fn checked(self) -> Result<Headers<'a>, Error> {
        for header in self.0 {
            // SAFETY: `new` has looked at it.
            utf8(unsafe { raw(header.name) }, "a header's name")?;
        }
        Ok(Headers(self.0))
    }
}

impl<'a> irsa_core::sigv4::Headers<'a> for RawHeaders<'a> {
    #[inline]
    fn each(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        // SAFETY: `new` has looked at all of them.
        self.0.iter().map(|header| unsafe { (raw(header.name), raw(header.value)) })
    }
}

#[cold]
fn null_header(header: &irsa_header) -> Error {
    // SAFETY: nothing is read that is NULL or longer than can be, and one of both is.
    let name = unsafe { slice(header.name.data.cast::<u8>(), header.name.len, "a header's name") };
    // SAFETY: as above.
    let value = unsafe { slice(header.value.data.cast::<u8>(), header.value.len, "a header's value") };
    name.err().or(value.err()).unwrap_or_else(|| null("a header"))
}

/// # Safety
/// The view was checked.
#[inline]
unsafe fn raw<'a>(view: irsa_str) -> &'a [u8] {
    if view.len == 0 {
        return &[];
    }
    // SAFETY: it was checked, so it is not NULL.
    unsafe { std::slice::from_raw_parts(view.data.cast::<u8>(), view.len) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_seen_at_every_place_and_length() {
        for length in 0..40 {
            let mut text = vec![b'a'; length];
            assert!(plain(&text), "{length}");
            for at in 0..length {
                for byte in 0..=255 {
                    text[at] = byte;
                    assert_eq!(plain(&text), (1..0x80).contains(&byte), "{byte} at {at} of {length}");
                    assert_eq!(utf8(&text, "it").is_ok(), (1..0x80).contains(&byte), "{byte} at {at} of {length}");
                }
                text[at] = b'a';
            }
        }
        assert_eq!(utf8("zürich-straße".as_bytes(), "it"), Ok("zürich-straße"));
        assert_eq!(utf8("zürich\0".as_bytes(), "it").unwrap_err().code(), Code::CText);
    }
}

#[cfg(test)]
mod reads;

#[cfg(all(test, target_pointer_width = "64"))]
mod first_versions {
    use super::Versioned;
    use crate::{
        answer::irsa_answer, chain::irsa_chain, effect::irsa_effect, endpoint::irsa_endpoint, http::irsa_http_response,
        request::irsa_request, request::irsa_signing, sign::irsa_http_call, sts::irsa_assume_role,
        sts::irsa_web_identity, verify::irsa_verifying,
    };

    /// Whoever adds a member to a struct has to write down what it had before: what a program built then has of it.
    #[test]
    fn what_was_enough_at_first_stays_enough() {
        let first = [
            (irsa_answer::LEAST, 112),
            (irsa_assume_role::LEAST, 192),
            (irsa_chain::LEAST, 176),
            (irsa_effect::LEAST, 96),
            (irsa_endpoint::LEAST, 72),
            (irsa_http_call::LEAST, 80),
            (irsa_http_response::LEAST, 48),
            (irsa_request::LEAST, 112),
            (irsa_signing::LEAST, 136),
            (irsa_verifying::LEAST, 96),
            (irsa_web_identity::LEAST, 112),
        ];
        for (index, (least, then)) in first.into_iter().enumerate() {
            assert_eq!(least, then, "LEAST of struct {index} of this list");
        }
    }
}
