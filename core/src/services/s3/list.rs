//! ListObjectsV2: a page of a bucket's keys, and all of them within a bound.
//!
//! Keys are asked for in their encoded form (`encoding-type=url`), since XML cannot hold them all, and decoded. A server
//! that does not know that form is taken at its word. Limits: 1 to 1,000 keys on a page; prefix, delimiter and start of at
//! most 1,024 bytes.

use super::{
    KEY_LIMIT, SERVICE, Style, address, answers::refusal, arn, named, no_bucket, parameter, push_encoded, shown,
};
use crate::{
    Code, Credentials, Error, SecretBytes, Timestamp,
    call::{Call, signed},
    effect::{HttpRequest, HttpResponse},
    flow::Io,
    services::answer,
    sigv4::{self, KeyCache, decoded},
    xml,
};
use alloc::{borrow::ToOwned, boxed::Box, format, string::String, vec::Vec};

/// The most that is read of a page: a thousand keys of 1,024 bytes, all encoded, and what stands around them.
const RESPONSE_LIMIT: u32 = 8 * 1024 * 1024;

/// A page of a bucket's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListObjects {
    /// The bucket's name.
    pub bucket: Box<str>,
    /// Where the bucket's name goes.
    pub style: Style,
    /// Only keys that begin so.
    pub prefix: Option<Box<str>>,
    /// Keys are told up to this behind the prefix, as [`Listing::common_prefixes`]: mostly `/`.
    pub delimiter: Option<Box<str>>,
    /// Only keys behind this one.
    pub start_after: Option<Box<str>>,
    /// Where the page begins: that of the page before.
    pub continuation_token: Option<Box<str>>,
    /// The most on a page, 1 to 1,000; `None`: 1,000.
    pub max_keys: Option<u16>,
}

/// A page, or all pages together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listing {
    /// The objects, in the order of their keys.
    pub objects: Vec<Listed>,
    /// What keys have in common up to the delimiter.
    pub common_prefixes: Vec<Box<str>>,
    /// Where the next page begins; `None`: there is none.
    pub next_token: Option<Box<str>>,
}

/// An object in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Listed {
    /// Its key.
    pub key: Box<str>,
    /// Its bytes.
    pub size: Option<u64>,
    /// With its quotes.
    pub etag: Option<Box<str>>,
    /// When it was written.
    pub last_modified: Option<Timestamp>,
    /// `STANDARD` and the like.
    pub storage_class: Option<Box<str>>,
}

impl ListObjects {
    /// All keys, from the first page on.
    pub fn new(bucket: impl Into<Box<str>>) -> Self {
        Self {
            bucket: bucket.into(),
            style: Style::Auto,
            prefix: None,
            delimiter: None,
            start_after: None,
            continuation_token: None,
            max_keys: None,
        }
    }

    /// Those that begin so.
    pub fn under(bucket: impl Into<Box<str>>, prefix: impl Into<Box<str>>) -> Self {
        Self { prefix: Some(prefix.into()), ..Self::new(bucket) }
    }

    fn unsigned(&self, call: &Call) -> Result<HttpRequest, Error> {
        let texts = [("prefix", &self.prefix), ("delimiter", &self.delimiter), ("start-after", &self.start_after)];
        for (name, value) in texts {
            if let Some(length) = value.as_ref().map(|value| value.len()).filter(|length| *length > KEY_LIMIT) {
                let message = format!("{name}: {length} bytes, a key has at most {KEY_LIMIT}");
                return Err(parameter(message, format!("shorten {name}")));
            }
        }
        if let Some(most) = self.max_keys.filter(|most| !(1..=1000).contains(most)) {
            return Err(parameter(format!("max-keys: {most}, S3 takes 1 to 1000"), "set max-keys to 1 to 1000"));
        }
        let mut url = address::bucket(&call.endpoint, &self.bucket, self.style)?;
        // A path of a bucket ends with its name; without one it is the root.
        let path = url.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
        url.push_str(if path.is_none() { "/?list-type=2" } else { "?list-type=2" });
        let most = self.max_keys.map(|most| Box::from(format!("{most}")));
        let token = ("continuation-token", &self.continuation_token);
        for (name, value) in
            texts.into_iter().chain([token, ("max-keys", &most), ("encoding-type", &Some("url".into()))])
        {
            if let Some(value) = value {
                url.push_str(&format!("&{name}="));
                push_encoded(value, &mut url);
            }
        }
        Ok(HttpRequest {
            method: "GET".into(),
            url: url.into(),
            headers: Vec::new(),
            body: SecretBytes::default(),
            response_limit: RESPONSE_LIMIT,
            direct: false,
        })
    }
}

/// The signed request, for a host that sends it by itself; its answer is for [`read_list`].
pub fn list_request(
    call: &Call,
    ask: &ListObjects,
    credentials: &Credentials,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<HttpRequest, Error> {
    let mut request = named(call, ask.unsigned(call)?);
    let signing = SERVICE.signing(credentials, call.endpoint.signing_region());
    sigv4::sign(&mut request, &signing, keys, now)?;
    Ok(request)
}

/// One page; tries again where the answer says that this can help.
pub async fn list_objects(
    io: &Io,
    call: &Call,
    ask: &ListObjects,
    credentials: &Credentials,
) -> Result<Listing, Error> {
    let make = || Ok(named(call, ask.unsigned(call)?));
    let read = |answer: &HttpResponse| read_list(answer).map_err(|error| advise(error, call, ask));
    let (listing, _) = signed(io, call, &SERVICE, credentials, ACTION, make, read).await?;
    Ok(listing)
}

/// All pages from that of `ask` on. More than `most` objects and common prefixes are an error, as are pages that do not
/// end.
pub async fn list_all(
    io: &Io,
    call: &Call,
    ask: &ListObjects,
    credentials: &Credentials,
    most: usize,
) -> Result<Listing, Error> {
    let mut ask = ask.clone();
    let mut all = Listing::default();
    let mut empty = 0;
    loop {
        let page = list_objects(io, call, &ask, credentials).await?;
        empty = if page.objects.is_empty() && page.common_prefixes.is_empty() { empty + 1 } else { 0 };
        all.objects.extend(page.objects);
        all.common_prefixes.extend(page.common_prefixes);
        let wrong = if all.objects.len() + all.common_prefixes.len() > most {
            let prefix = ask.prefix.as_deref().unwrap_or_default();
            format!("more than {most} keys are under s3://{}/{}", shown(&ask.bucket), shown(prefix))
        } else {
            match page.next_token {
                None => return Ok(all),
                Some(token) if ask.continuation_token.as_ref() == Some(&token) => {
                    "one page gave its own token as the next".into()
                }
                Some(_) if empty >= EMPTY_PAGES => format!("{empty} pages in a row were empty"),
                Some(token) => {
                    ask.continuation_token = Some(token);
                    continue;
                }
            }
        };
        return Err(Error::new(Code::ServicePages, SERVICE.at, wrong));
    }
}

/// Keys that were deleted may leave pages empty.
const EMPTY_PAGES: u32 = 100;

const ACTION: &str = "ListObjectsV2";

/// Reads a page.
pub fn read_list(response: &HttpResponse) -> Result<Listing, Error> {
    if response.status != 200 {
        return Err(refusal(ACTION, response));
    }
    let wrong = |what: &str| answer::odd(&SERVICE, ACTION, response, what);
    let text = core::str::from_utf8(response.body.expose()).map_err(|_| wrong("bytes that are not UTF-8"))?;
    let mut listing = Listing::default();
    let mut object = Listed::default();
    let (mut is_list, mut encoded, mut truncated, mut token) = (false, false, None, None);
    let fault = xml::walk(text, |path, text| match (path, text) {
        (["ListBucketResult"], _) => is_list = true,
        (["ListBucketResult", "Contents"], None) => listing.objects.push(core::mem::take(&mut object)),
        (["ListBucketResult", "Contents", name], Some(text)) => object.take(name, text),
        (["ListBucketResult", "CommonPrefixes", "Prefix"], Some(text)) => listing.common_prefixes.push(text.into()),
        (["ListBucketResult", "EncodingType"], Some(text)) => encoded = text.trim() == "url",
        (["ListBucketResult", "IsTruncated"], Some(text)) => truncated = Some(text.trim() == "true"),
        (["ListBucketResult", "NextContinuationToken"], Some(text)) => token = Some(text.trim().to_owned()),
        _ => {}
    });
    match fault {
        Ok(()) if is_list => {}
        Ok(()) => return Err(wrong("XML that is no list")),
        Err(fault) => return Err(wrong(&format!("no XML that can be read ({fault:?})"))),
    }
    if encoded {
        let keys = listing.objects.iter_mut().map(|object| &mut object.key).chain(&mut listing.common_prefixes);
        for key in keys {
            *key = decoded(key).ok_or_else(|| wrong("a key that is not encoded as it says"))?.into();
        }
    }
    // A list that is cut and gives no way on would be taken for the whole of it.
    listing.next_token = match (truncated, token.filter(|token| !token.is_empty())) {
        (Some(true), None) => return Err(wrong("a list that is cut, without NextContinuationToken")),
        (Some(false), _) => None,
        (_, token) => token.map(Into::into),
    };
    Ok(listing)
}

impl Listed {
    fn take(&mut self, name: &str, text: &str) {
        let short = || Some(Box::from(text.trim()));
        match name {
            "Key" => self.key = text.into(),
            "Size" => self.size = text.trim().parse().ok(),
            "ETag" => self.etag = short(),
            "LastModified" => self.last_modified = Timestamp::parse(text.trim()),
            "StorageClass" => self.storage_class = short(),
            _ => {}
        }
    }
}

fn advise(error: Error, call: &Call, ask: &ListObjects) -> Error {
    let bucket: String = shown(&ask.bucket);
    let fix = match error.code() {
        Code::BucketNotFound => no_bucket(call, &bucket),
        Code::ObjectDenied => format!(
            "allow s3:ListBucket on {} (the bucket itself, without a slash) in the role's policy, and see that the \
             bucket's policy allows it too; a condition on s3:prefix has to fit the prefix {}",
            arn(call, &bucket),
            ask.prefix.as_deref().map_or_else(|| "that is empty here".into(), shown)
        ),
        _ => return error,
    };
    error.with_fix(fix)
}
