//! S3: reading, writing and looking at objects, listing them, and URLs that are good by themselves.
//!
//! Follows the API 2006-03-01: GetObject, HeadObject, PutObject, ListObjectsV2. A key may be any text; it is encoded
//! strictly, and `.`, `..` and `//` in it stand, so that a client must send the path as it is (curl: `--path-as-is`).
//! Limits: a key of 1 to 1,024 bytes, a bucket's name as S3 has it (`address`), 1 to 1,000 keys on a page.
//! Bodies of any size: [`request`] makes the signed head of a request and [`read`] reads the head of an answer, and
//! neither looks at a body. Not here: directory buckets, access points by ARN (their alias is a bucket's name), parts of
//! an upload, chunked signatures.

mod address;
mod answers;
mod list;

pub use address::{Style, endpoint};
pub use answers::{ObjectHead, read};
pub use list::{ListObjects, Listed, Listing, list_all, list_objects, list_request, read_list};

use super::shown;
use crate::{
    Code, Credentials, Error, Secret, SecretBytes, Timestamp,
    call::{Call, Service, signed},
    effect::{HttpRequest, HttpResponse},
    flow::Io,
    partition::Partition,
    sigv4::{self, KeyCache, Payload, append},
};
use alloc::{boxed::Box, format, string::String, vec::Vec};

/// The most that is read of an answer which holds no object: refusals.
pub const REFUSAL_LIMIT: u32 = 64 * 1024;

/// The longest key, in bytes.
pub const KEY_LIMIT: usize = 1024;

/// The service, as calls and endpoint settings name it.
pub const SERVICE: Service = Service {
    name: "S3",
    signing_name: "s3",
    at: "s3",
    variable: "AWS_ENDPOINT_URL_S3",
    property: "aws.endpointUrlS3",
    section: "s3",
};

/// What is done with an object. This list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Its content and its head.
    GetObject,
    /// Its head alone.
    HeadObject,
    /// Writes it.
    PutObject,
}

impl Operation {
    /// `GET`, `HEAD` or `PUT`.
    pub fn method(self) -> &'static str {
        match self {
            Self::GetObject => "GET",
            Self::HeadObject => "HEAD",
            Self::PutObject => "PUT",
        }
    }

    /// As the API calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::GetObject => "GetObject",
            Self::HeadObject => "HeadObject",
            Self::PutObject => "PutObject",
        }
    }
}

/// Which object, and what is sent along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// The bucket's name, or the alias of an access point.
    pub bucket: Box<str>,
    /// The key.
    pub key: Box<str>,
    /// A version; `None`: the latest. Not for PutObject.
    pub version_id: Option<Box<str>>,
    /// Where the bucket's name goes.
    pub style: Style,
    /// Further parameters of the URL, decoded: `response-content-disposition`, `partNumber`.
    pub query: Vec<(Box<str>, Box<str>)>,
    /// Further headers: `range`, `if-none-match`, `content-type`, `x-amz-meta-…`, `x-amz-server-side-encryption`. They
    /// are signed; of a presigned URL they have to be sent with it just so.
    pub headers: Vec<(Box<str>, Secret)>,
}

/// An object that was read whole.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GotObject {
    /// Its head.
    pub head: ObjectHead,
    /// Its content, or the range of it that was asked for.
    pub body: SecretBytes,
}

impl Object {
    /// The latest version of an object.
    pub fn new(bucket: impl Into<Box<str>>, key: impl Into<Box<str>>) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            version_id: None,
            style: Style::Auto,
            query: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// With a parameter of the URL more.
    #[must_use]
    pub fn with_query(mut self, name: &str, value: impl Into<Box<str>>) -> Self {
        self.query.push((name.into(), value.into()));
        self
    }

    /// With a header more.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<Secret>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    fn check(&self, operation: Operation) -> Result<(), Error> {
        let length = self.key.len();
        if !(1..=KEY_LIMIT).contains(&length) {
            let message = format!("Key: {length} bytes, S3 takes 1 to {KEY_LIMIT}");
            return Err(parameter(message, "change the key; it counts in bytes of UTF-8"));
        }
        if operation == Operation::PutObject && self.version_id.is_some() {
            return Err(parameter(
                "VersionId: S3 itself names a version that is written".into(),
                "leave VersionId away",
            ));
        }
        match self
            .headers
            .iter()
            .find(|(name, _)| ["host", "authorization"].iter().any(|no| name.eq_ignore_ascii_case(no)))
        {
            Some((name, _)) => {
                let message = format!("the header {} is made by the request itself", shown(name));
                Err(parameter(message, "leave the header away"))
            }
            None => Ok(()),
        }
    }

    fn unsigned(&self, call: &Call, operation: Operation) -> Result<HttpRequest, Error> {
        self.check(operation)?;
        let mut url = address::bucket(&call.endpoint, &self.bucket, self.style)?;
        url.push('/');
        for (at, part) in self.key.split('/').enumerate() {
            url.push_str(if at > 0 { "/" } else { "" });
            push_encoded(part, &mut url);
        }
        let version = self.version_id.iter().map(|version| ("versionId", &**version));
        let more = self.query.iter().map(|(name, value)| (&**name, &**value));
        for (at, (name, value)) in version.chain(more).enumerate() {
            url.push(if at > 0 { '&' } else { '?' });
            push_encoded(name, &mut url);
            url.push('=');
            push_encoded(value, &mut url);
        }
        Ok(HttpRequest {
            method: operation.method().into(),
            url: url.into(),
            headers: self.headers.clone(),
            body: SecretBytes::default(),
            response_limit: REFUSAL_LIMIT,
            direct: false,
        })
    }
}

/// The signed head of a request: its body is empty, and `payload` is what the signature says of the body that is sent
/// after it (for GetObject and HeadObject `Payload::Bytes(b"")`). `content-length` is the sender's to add. Where the
/// request is sent as it is, set its `body` and its `response_limit`.
///
/// `Payload::Unsigned` saves the pass over the body; S3 takes it over TLS alone.
pub fn request(
    call: &Call,
    operation: Operation,
    object: &Object,
    payload: Payload<'_>,
    credentials: &Credentials,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<HttpRequest, Error> {
    let mut request = named(call, object.unsigned(call, operation)?);
    let signing = SERVICE.signing(credentials, call.endpoint.signing_region());
    sigv4::sign_head(&mut request, payload, &signing, keys, now)?;
    Ok(request)
}

/// A URL that lets its bearer do this one thing for `expires` seconds (1 to 604,800), with the headers of `object` and
/// any body. It dies with the credentials, if that is sooner.
pub fn presign(
    call: &Call,
    operation: Operation,
    object: &Object,
    expires: u32,
    credentials: &Credentials,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<Secret, Error> {
    let mut request = object.unsigned(call, operation)?;
    let signing = SERVICE.signing(credentials, call.endpoint.signing_region()).presigned(expires);
    sigv4::sign(&mut request, &signing, keys, now)?;
    Ok(Secret::new(request.url))
}

/// Reads an object of at most `limit` bytes; tries again where the answer says that this can help.
pub async fn get_object(
    io: &Io,
    call: &Call,
    object: &Object,
    limit: u32,
    credentials: &Credentials,
) -> Result<GotObject, Error> {
    let operation = Operation::GetObject;
    let make = || {
        let request = named(call, object.unsigned(call, operation)?);
        Ok(HttpRequest { response_limit: limit.max(REFUSAL_LIMIT), ..request })
    };
    let read = |answer: &HttpResponse| {
        let head = read(operation, answer).map_err(|error| advise(error, call, operation, object))?;
        let length = answer.body.len();
        if u32::try_from(length).map_or(true, |length| length > limit) {
            let message = format!("{} has {length} bytes, more than {limit}", place(object));
            return Err(Error::new(Code::AnswerTooLarge, SERVICE.at, message)
                .with_fix("allow more, or read it in ranges (the header range)"));
        }
        Ok(GotObject { head, body: answer.body.clone() })
    };
    let (got, _) = signed(io, call, &SERVICE, credentials, operation.name(), make, read).await?;
    Ok(got)
}

/// Reads an object's head.
pub async fn head_object(
    io: &Io,
    call: &Call,
    object: &Object,
    credentials: &Credentials,
) -> Result<ObjectHead, Error> {
    one_call(io, call, Operation::HeadObject, object, &SecretBytes::default(), credentials).await
}

/// Writes an object. Its body is held in memory, once more while it is sent.
pub async fn put_object(
    io: &Io,
    call: &Call,
    object: &Object,
    body: &SecretBytes,
    credentials: &Credentials,
) -> Result<ObjectHead, Error> {
    one_call(io, call, Operation::PutObject, object, body, credentials).await
}

async fn one_call(
    io: &Io,
    call: &Call,
    operation: Operation,
    object: &Object,
    body: &SecretBytes,
    credentials: &Credentials,
) -> Result<ObjectHead, Error> {
    let make = || Ok(HttpRequest { body: body.clone(), ..named(call, object.unsigned(call, operation)?) });
    let read = |answer: &HttpResponse| read(operation, answer).map_err(|error| advise(error, call, operation, object));
    let (head, _) = signed(io, call, &SERVICE, credentials, operation.name(), make, read).await?;
    Ok(head)
}

/// With the header `User-Agent`, unless the caller has one.
fn named(call: &Call, mut request: HttpRequest) -> HttpRequest {
    if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("user-agent")) {
        request.headers.push(("user-agent".into(), (&*call.user_agent).into()));
    }
    request
}

/// The same error, with a fix that names bucket and key where those are what to look at.
fn advise(error: Error, call: &Call, operation: Operation, object: &Object) -> Error {
    let (bucket, key) = (shown(&object.bucket), shown(&object.key));
    let fix = match error.code() {
        Code::BucketNotFound => no_bucket(call, &bucket),
        Code::ObjectNotFound => format!(
            "check the key {key} letter for letter in the bucket {bucket}{}",
            object.version_id.as_ref().map_or(String::new(), |version| format!(", and the version {}", shown(version)))
        ),
        Code::ObjectDenied => {
            let action = match (operation, &object.version_id) {
                (Operation::PutObject, _) => "s3:PutObject",
                (_, Some(_)) => "s3:GetObjectVersion",
                (_, None) => "s3:GetObject",
            };
            let but = match operation {
                Operation::PutObject => "",
                _ => "; a key that is missing is denied, too, where s3:ListBucket is not allowed on the bucket",
            };
            format!(
                "allow {action} on {}/{key} in the role's policy, and see that the bucket's policy and its KMS key allow \
                 it too{but}",
                arn(call, &bucket)
            )
        }
        _ => return error,
    };
    error.with_fix(fix)
}

fn no_bucket(call: &Call, bucket: &str) -> String {
    format!("check the bucket's name {bucket}, and that {} is where it is", call.endpoint.url())
}

fn arn(call: &Call, bucket: &str) -> String {
    format!("arn:{}:s3:::{bucket}", Partition::of_region(call.endpoint.signing_region()).id)
}

fn place(object: &Object) -> String {
    format!("s3://{}/{}", shown(&object.bucket), shown(&object.key))
}

fn parameter(message: String, fix: impl Into<alloc::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::ServiceParameter, SERVICE.at, message).with_fix(fix)
}

fn push_encoded(text: &str, url: &mut String) {
    let mut encoded = Vec::with_capacity(text.len());
    append(text.as_bytes(), &mut encoded);
    url.push_str(core::str::from_utf8(&encoded).unwrap_or_default());
}

#[cfg(test)]
mod tests;
