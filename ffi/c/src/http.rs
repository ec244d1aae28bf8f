//! HTTP as C and irsa hand it to each other: requests that irsa has made, answers that a program has received.

use crate::{
    edge::{Headers, Versioned, bytes, given, guard, hand, lent, no_such, str, versioned},
    text::Text,
    types::{irsa_bytes, irsa_header, irsa_str},
};
use irsa_core::{
    Code, Error,
    effect::{HttpRequest, HttpResponse},
};
use std::{ffi::c_int, mem::MaybeUninit};

/// A request to be sent as it is: follow no redirect, resend nothing, add `host` and `content-length`. Lent.
#[repr(C)]
pub struct irsa_http_request {
    /// `GET`, `POST`, …
    pub method: irsa_str,
    /// Whole and encoded.
    pub url: irsa_str,
    /// In order.
    pub headers: *const irsa_header,
    /// How many.
    pub header_count: usize,
    /// The body; `{…, 0}` where there is none. It may be secret.
    pub body: irsa_bytes,
    /// Do not read more of the answer's body than so many bytes.
    pub response_limit: u32,
    /// 1: through no proxy, whatever is configured.
    pub direct: u32,
}

/// A request that irsa has made and, where its service wants it, signed. It is good for minutes: send it at once.
pub struct irsa_prepared {
    view: irsa_http_request,
    /// Whether the program sends a body behind it that is not here.
    head_only: bool,
    #[expect(dead_code, reason = "the view's pointers go there")]
    kept: Kept,
}

// SAFETY: the pointers go to what is kept beside them, which nobody changes.
unsafe impl Send for irsa_prepared {}
// SAFETY: as above.
unsafe impl Sync for irsa_prepared {}

struct Kept {
    #[expect(dead_code, reason = "pointers go there")]
    texts: Vec<Text>,
    #[expect(dead_code, reason = "pointers go there")]
    headers: Box<[irsa_header]>,
}

impl irsa_prepared {
    pub(crate) fn new(request: &HttpRequest) -> Self {
        let mut texts = Vec::with_capacity(3 + 2 * request.headers.len());
        let mut keep = |bytes: &[u8]| {
            let text = Text::new(bytes);
            let view = text.view();
            texts.push(text);
            view
        };
        let (method, url) = (keep(request.method.as_bytes()), keep(request.url.as_bytes()));
        let body = keep(request.body.expose());
        let header = |(name, value): &(Box<str>, irsa_core::Secret)| irsa_header {
            name: keep(name.as_bytes()),
            value: keep(value.expose().as_bytes()),
        };
        let headers: Box<[irsa_header]> = request.headers.iter().map(header).collect();
        let view = irsa_http_request {
            method,
            url,
            headers: headers.as_ptr(),
            header_count: headers.len(),
            body: irsa_bytes { data: body.data.cast(), len: body.len },
            response_limit: request.response_limit,
            direct: u32::from(request.direct),
        };
        Self { view, head_only: false, kept: Kept { texts, headers } }
    }

    pub(crate) fn view(&self) -> &irsa_http_request {
        &self.view
    }

    /// As the host takes it. A head without its body is not: it would write an empty object.
    pub(crate) fn request(&self) -> Result<HttpRequest, Error> {
        if self.head_only {
            let message = "this request is the head of a PUT, and the object's body is not with it";
            let fix = "send head and body by an HTTP client, or sign the whole request by irsa_http_call_sign";
            return Err(Error::new(Code::COrder, "send", message).with_fix(fix));
        }
        // SAFETY: it was made of texts that are kept beside it.
        unsafe { read_http_request(&self.view) }
    }

    /// Leaves it with the caller.
    pub(crate) fn leave(request: &HttpRequest, out: Option<&mut MaybeUninit<*mut Self>>) -> Result<(), Error> {
        hand(given(out, "prepared")?, Self::new(request));
        Ok(())
    }

    /// Likewise, a head whose body the program sends by itself.
    pub(crate) fn leave_head(request: &HttpRequest, out: Option<&mut MaybeUninit<*mut Self>>) -> Result<(), Error> {
        hand(given(out, "prepared")?, Self { head_only: true, ..Self::new(request) });
        Ok(())
    }
}

/// The request, lent: it lives as long as `prepared`. NULL for NULL. Since 0.1.
///
///     const irsa_http_request *request = irsa_prepared_request(NULL);
///     puts(request != NULL ? request->url.data : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_prepared_request(prepared: Option<&irsa_prepared>) -> *const irsa_http_request {
    guard("irsa_prepared_request", std::ptr::null, || {
        prepared.map_or(std::ptr::null(), |prepared| &raw const *prepared.view())
    })
}

/// Wipes and frees it. NULL is fine. Since 0.1.
///
///     irsa_prepared_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_prepared_free(prepared: Option<Box<irsa_prepared>>) {
    guard("irsa_prepared_free", || (), || drop(prepared));
}

/// An answer that a program has received, to be read by irsa. Zero it, then set `size`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_http_response {
    /// `sizeof(irsa_http_response)`.
    pub size: usize,
    /// 100 to 599.
    pub status: u32,
    /// In order, names in any case.
    pub headers: *const irsa_header,
    /// How many.
    pub header_count: usize,
    /// The whole body, decoded from its transfer coding.
    pub body: irsa_bytes,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_http_response {
    const LEAST: usize = size_of::<Self>();
}

/// The answer, taken over. A header's value that is not UTF-8 has its other bytes replaced: AWS sends none that matter.
///
/// # Safety
/// The header's rules.
pub(crate) unsafe fn read_response(response: *const irsa_http_response) -> Result<HttpResponse, Error> {
    // SAFETY: by the header's rules.
    let (response, headers, body) = unsafe {
        let response = versioned(response, "response")?;
        let headers = Headers::new(response.headers, response.header_count)?;
        (response, headers, bytes(response.body, "response.body")?)
    };
    let status = status(response.status, "response.status")?;
    Ok(HttpResponse { status, headers: headers.owned(), body: body.into() })
}

/// A status that HTTP has.
pub(crate) fn status<N: Copy + std::fmt::Display + TryInto<u16>>(number: N, name: &str) -> Result<u16, Error> {
    let known = number.try_into().ok().filter(|status| (100..=599).contains(status));
    known.ok_or_else(|| no_such(name, number))
}

/// A request that is lent, taken over.
///
/// # Safety
/// The header's rules.
pub(crate) unsafe fn read_http_request(request: *const irsa_http_request) -> Result<HttpRequest, Error> {
    // SAFETY: by the header's rules.
    unsafe {
        let request = given(lent(request), "effect.request")?;
        let headers = Headers::new(request.headers, request.header_count)?;
        let direct = match request.direct {
            0 => false,
            1 => true,
            other => return Err(no_such("effect.request.direct", other)),
        };
        Ok(HttpRequest {
            method: str(request.method, "effect.request.method")?.into(),
            url: str(request.url, "effect.request.url")?.into(),
            headers: headers.owned(),
            body: bytes(request.body, "effect.request.body")?.into(),
            response_limit: request.response_limit,
            direct,
        })
    }
}

/// Takes the next header line off `rest`, which is what `irsa_request_sign` wrote in header form. 1 where there was one,
/// 0 at the end, and for NULL. `name` and `value` point into the same memory, and have no NUL behind them. Since 0.1.
///
///     irsa_str rest = IRSA_STR("x-amz-date: 20150830T123600Z\r\n");
///     irsa_header header;
///     while (irsa_headers_next(&rest, &header))
///         printf("%.*s = %.*s\n", IRSA_PRINT(header.name), IRSA_PRINT(header.value));
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_headers_next(
    rest: Option<&mut irsa_str>,
    header: Option<&mut MaybeUninit<irsa_header>>,
) -> c_int {
    guard(
        "irsa_headers_next",
        || 0,
        || {
            let (Some(rest), Some(header)) = (rest, header) else { return 0 };
            // SAFETY: by the header's rules.
            let Ok(text) = (unsafe { crate::edge::str(*rest, "rest") }) else { return 0 };
            let Some((line, after)) = text.split_once("\r\n") else { return 0 };
            let Some((name, value)) = line.split_once(": ") else { return 0 };
            let view = |text: &str| irsa_str { data: text.as_ptr().cast(), len: text.len() };
            header.write(irsa_header { name: view(name), value: view(value) });
            *rest = view(after);
            1
        },
    )
}
