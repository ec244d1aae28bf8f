//! An answer that irsa has received for the program.

use crate::{
    edge::guard,
    http::irsa_http_response,
    text::Text,
    types::{irsa_bytes, irsa_header},
};
use irsa_core::effect::HttpResponse;

/// What a server answered: owned, wiped when freed.
pub struct irsa_received {
    view: irsa_http_response,
    #[expect(dead_code, reason = "the view's pointers go there")]
    headers: Box<[irsa_header]>,
    #[expect(dead_code, reason = "the view's pointers go there")]
    texts: Vec<Text>,
}

// SAFETY: the pointers go to what is kept beside them, which nobody changes.
unsafe impl Send for irsa_received {}
// SAFETY: as above.
unsafe impl Sync for irsa_received {}

impl irsa_received {
    pub(crate) fn new(answer: &HttpResponse) -> Self {
        let mut texts = Vec::with_capacity(1 + 2 * answer.headers.len());
        let mut keep = |bytes: &[u8]| {
            let text = Text::new(bytes);
            let view = text.view();
            texts.push(text);
            view
        };
        let body = keep(answer.body.expose());
        let headers: Box<[irsa_header]> = answer
            .headers
            .iter()
            .map(|(name, value)| irsa_header { name: keep(name.as_bytes()), value: keep(value.expose().as_bytes()) })
            .collect();
        let view = irsa_http_response {
            size: size_of::<irsa_http_response>(),
            status: answer.status.into(),
            headers: headers.as_ptr(),
            header_count: headers.len(),
            body: irsa_bytes { data: body.data.cast(), len: body.len },
        };
        Self { view, headers, texts }
    }
}

/// The answer, lent: it lives as long as `received`. It may be given to the functions that read one. NULL for NULL.
/// Since 0.1.
///
///     const irsa_http_response *response = irsa_received_response(NULL);
///     if (response != NULL)
///         fwrite(response->body.data, 1, response->body.len, stdout);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_received_response(received: Option<&irsa_received>) -> *const irsa_http_response {
    guard("irsa_received_response", std::ptr::null, || {
        received.map_or(std::ptr::null(), |received| &raw const received.view)
    })
}

/// Wipes and frees it. NULL is fine. Since 0.1.
///
///     irsa_received_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_received_free(received: Option<Box<irsa_received>>) {
    guard("irsa_received_free", || (), || drop(received));
}
