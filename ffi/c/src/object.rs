//! What S3 answers: heads of objects, pages of keys, refusals.
//!
//! See `irsa_core::services::s3`.

use crate::{
    edge::{given, guard, hand, run},
    error::irsa_error,
    http::{irsa_http_response, read_response},
    s3::operation,
    text::{Text, pointer},
    token::IRSA_UNKNOWN,
};
use irsa_core::{
    Timestamp,
    services::s3::{self, Listed, Listing, ObjectHead},
};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// What the headers of an answer say of an object.
pub struct irsa_s3_head {
    etag: Option<Text>,
    version_id: Option<Text>,
    content_type: Option<Text>,
    length: Option<u64>,
    size: Option<u64>,
    last_modified: Option<Timestamp>,
    metadata: Box<[(Text, Text)]>,
}

impl irsa_s3_head {
    fn new(head: &ObjectHead) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(Text::from);
        Self {
            etag: text(&head.etag),
            version_id: text(&head.version_id),
            content_type: text(&head.content_type),
            length: head.length,
            size: head.size,
            last_modified: head.last_modified,
            metadata: head.metadata.iter().map(|(name, value)| ((&**name).into(), value.expose().into())).collect(),
        }
    }
}

/// Reads the head of S3's answer to `irsa_s3_object`; `operation` as there. The body may be left out of `response`, but for
/// an answer of another status than 200 and 206: it then says why. `head` may be NULL; the caller frees it.
/// Errors: `IRSA_OBJECT_…`, `IRSA_BUCKET_…`, `IRSA_SERVICE_…` where it is refused, `IRSA_C_…`. Since 0.1.
///
///     irsa_http_response response = IRSA_ZERO;
///     irsa_s3_head *head = NULL;
///     response.size = sizeof response;
///     response.status = 404;
///     if (irsa_s3_object_read(&response, IRSA_S3_HEAD, &head, NULL) == IRSA_OBJECT_NOT_FOUND)
///         puts("none");
///     irsa_s3_head_free(head);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_s3_object_read(
    response: *const irsa_http_response,
    operation: u32,
    head: Option<&mut MaybeUninit<*mut irsa_s3_head>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_s3_object_read", err, || {
        // SAFETY: by the header's rules.
        let response = unsafe { read_response(response) }?;
        let read = s3::read(self::operation(operation, "operation")?, &response)?;
        if let Some(head) = head {
            hand(head, irsa_s3_head::new(&read));
        }
        Ok(())
    })
}

fn said(
    name: &'static str,
    head: Option<&irsa_s3_head>,
    read: impl FnOnce(&irsa_s3_head) -> Option<&Text>,
) -> *const c_char {
    guard(name, std::ptr::null, || pointer(head.and_then(read)))
}

/// The entity tag, with its quotes, as conditions want it. NULL where there is none, and for NULL. Since 0.1.
///
///     const char *etag = irsa_s3_head_etag(NULL);
///     puts(etag != NULL ? etag : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_head_etag(head: Option<&irsa_s3_head>) -> *const c_char {
    said("irsa_s3_head_etag", head, |head| head.etag.as_ref())
}

/// The version, in a bucket that keeps them, likewise. Since 0.1.
///
///     const char *version = irsa_s3_head_version_id(NULL);
///     puts(version != NULL ? version : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_head_version_id(head: Option<&irsa_s3_head>) -> *const c_char {
    said("irsa_s3_head_version_id", head, |head| head.version_id.as_ref())
}

/// `content-type`, likewise. Since 0.1.
///
///     const char *type = irsa_s3_head_content_type(NULL);
///     puts(type != NULL ? type : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_head_content_type(head: Option<&irsa_s3_head>) -> *const c_char {
    said("irsa_s3_head_content_type", head, |head| head.content_type.as_ref())
}

/// A value that was written along with the object, by its name without `x-amz-meta-` in lower case, likewise. Since 0.1.
///
///     const char *owner = irsa_s3_head_metadata(NULL, "owner");
///     puts(owner != NULL ? owner : "none");
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_s3_head_metadata(head: Option<&irsa_s3_head>, name: *const c_char) -> *const c_char {
    said("irsa_s3_head_metadata", head, |head| {
        // SAFETY: NULL or a C string, by the header's rules.
        let name = unsafe { crate::edge::text(name, "name") }.ok()?;
        let named = head.metadata.iter().find(|(known, _)| known.is(name));
        named.map(|(_, value)| value)
    })
}

fn signed(number: Option<u64>) -> i64 {
    number.and_then(|number| i64::try_from(number).ok()).unwrap_or(-1)
}

/// Bytes of this answer's body: of the object, or of the range of it. -1 where the answer does not say, and for NULL.
/// Since 0.1.
///
///     printf("%lld\n", (long long)irsa_s3_head_length(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_head_length(head: Option<&irsa_s3_head>) -> i64 {
    guard("irsa_s3_head_length", || -1, || signed(head.and_then(|head| head.length)))
}

/// Bytes of the whole object, likewise. Since 0.1.
///
///     printf("%lld\n", (long long)irsa_s3_head_size(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_head_size(head: Option<&irsa_s3_head>) -> i64 {
    guard("irsa_s3_head_size", || -1, || signed(head.and_then(|head| head.size)))
}

/// When it was written, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_UNKNOWN` where the answer does not say, and for
/// NULL. Since 0.1.
///
///     puts(irsa_s3_head_modified_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_head_modified_ms(head: Option<&irsa_s3_head>) -> i64 {
    let time = || head.and_then(|head| head.last_modified);
    guard("irsa_s3_head_modified_ms", || IRSA_UNKNOWN, || time().map_or(IRSA_UNKNOWN, Timestamp::unix_millis))
}

/// Frees it. NULL is fine. Since 0.1.
///
///     irsa_s3_head_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_head_free(head: Option<Box<irsa_s3_head>>) {
    guard("irsa_s3_head_free", || (), || drop(head));
}

/// A page of a bucket's keys.
pub struct irsa_s3_page {
    objects: Box<[Entry]>,
    prefixes: Box<[Text]>,
    next_token: Option<Text>,
}

struct Entry {
    key: Text,
    etag: Option<Text>,
    size: Option<u64>,
    last_modified: Option<Timestamp>,
}

impl irsa_s3_page {
    fn new(listing: &Listing) -> Self {
        let entry = |listed: &Listed| Entry {
            key: (&*listed.key).into(),
            etag: listed.etag.as_deref().map(Text::from),
            size: listed.size,
            last_modified: listed.last_modified,
        };
        Self {
            objects: listing.objects.iter().map(entry).collect(),
            prefixes: listing.common_prefixes.iter().map(|prefix| Text::from(&**prefix)).collect(),
            next_token: listing.next_token.as_deref().map(Text::from),
        }
    }
}

/// Reads S3's answer to `irsa_s3_list`, of any status. The caller frees `page`.
/// Errors: `IRSA_BUCKET_…`, `IRSA_SERVICE_…` where it is refused, `IRSA_C_…`. Since 0.1.
///
///     irsa_http_response response = IRSA_ZERO;
///     irsa_s3_page *page = NULL;
///     response.size = sizeof response;
///     response.status = 503;
///     if (irsa_s3_list_read(&response, &page, NULL) != IRSA_OK)
///         puts("none");
///     irsa_s3_page_free(page);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_s3_list_read(
    response: *const irsa_http_response,
    page: Option<&mut MaybeUninit<*mut irsa_s3_page>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_s3_list_read", err, || {
        // SAFETY: by the header's rules.
        let response = unsafe { read_response(response) }?;
        let out = given(page, "page")?;
        hand(out, irsa_s3_page::new(&s3::read_list(&response)?));
        Ok(())
    })
}

/// How many objects are on the page. 0 for NULL. Since 0.1.
///
///     printf("%zu\n", irsa_s3_page_count(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_page_count(page: Option<&irsa_s3_page>) -> usize {
    guard("irsa_s3_page_count", || 0, || page.map_or(0, |page| page.objects.len()))
}

fn entry(page: Option<&irsa_s3_page>, at: usize) -> Option<&Entry> {
    page.and_then(|page| page.objects.get(at))
}

/// The key of the object at a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
///
///     const char *key = irsa_s3_page_key_at(NULL, 0);
///     puts(key != NULL ? key : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_page_key_at(page: Option<&irsa_s3_page>, at: usize) -> *const c_char {
    guard("irsa_s3_page_key_at", std::ptr::null, || pointer(entry(page, at).map(|entry| &entry.key)))
}

/// Its entity tag, with its quotes, likewise. Since 0.1.
///
///     const char *etag = irsa_s3_page_etag_at(NULL, 0);
///     puts(etag != NULL ? etag : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_page_etag_at(page: Option<&irsa_s3_page>, at: usize) -> *const c_char {
    guard("irsa_s3_page_etag_at", std::ptr::null, || pointer(entry(page, at).and_then(|entry| entry.etag.as_ref())))
}

/// Its bytes. -1 where S3 did not say, where there is none, and for NULL. Since 0.1.
///
///     printf("%lld\n", (long long)irsa_s3_page_size_at(NULL, 0));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_page_size_at(page: Option<&irsa_s3_page>, at: usize) -> i64 {
    guard("irsa_s3_page_size_at", || -1, || signed(entry(page, at).and_then(|entry| entry.size)))
}

/// When it was written, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_UNKNOWN` where S3 did not say, where there is
/// none, and for NULL. Since 0.1.
///
///     puts(irsa_s3_page_modified_ms_at(NULL, 0) == IRSA_UNKNOWN ? "unknown" : "known");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_page_modified_ms_at(page: Option<&irsa_s3_page>, at: usize) -> i64 {
    let time = || entry(page, at).and_then(|entry| entry.last_modified);
    guard("irsa_s3_page_modified_ms_at", || IRSA_UNKNOWN, || time().map_or(IRSA_UNKNOWN, Timestamp::unix_millis))
}

/// What keys have in common up to the delimiter, by a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
///
///     const char *folder = irsa_s3_page_prefix_at(NULL, 0);
///     puts(folder != NULL ? folder : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_page_prefix_at(page: Option<&irsa_s3_page>, at: usize) -> *const c_char {
    guard("irsa_s3_page_prefix_at", std::ptr::null, || pointer(page.and_then(|page| page.prefixes.get(at))))
}

/// Where the next page begins, for `irsa_s3_list_ask`. NULL where this is the last, and for NULL. Since 0.1.
///
///     const char *next = irsa_s3_page_next_token(NULL);
///     puts(next != NULL ? "there is more" : "that was all");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_page_next_token(page: Option<&irsa_s3_page>) -> *const c_char {
    guard("irsa_s3_page_next_token", std::ptr::null, || pointer(page.and_then(|page| page.next_token.as_ref())))
}

/// Frees it. NULL is fine. Since 0.1.
///
///     irsa_s3_page_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_s3_page_free(page: Option<Box<irsa_s3_page>>) {
    guard("irsa_s3_page_free", || (), || drop(page));
}
