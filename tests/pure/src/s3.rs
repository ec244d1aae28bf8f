//! `irsa_core::services::s3`.

use crate::{
    Entry,
    flow::answers,
    services::{credentials, given_credentials, settings},
    sts::{answered, sent},
};
use irsa_core::{
    Error, Mono, Secret, SecretBytes, Timestamp,
    call::{Call, USER_AGENT},
    flow::Flow,
    services::s3::{self, ListObjects, Listing, Object, ObjectHead, Operation, Style},
    sigv4::{KeyCache, Payload},
};
use serde_json::{Map, Value, json};

pub const ENTRIES: &[Entry] = &[
    // By environment variables, or by the parameters of the rule set: without a bucket.
    ("s3.endpoint", |given| {
        let endpoint = s3::endpoint(&settings(given, &s3::SERVICE)?)?;
        Ok(json!({ "url": endpoint.url(), "signing_region": endpoint.signing_region() }))
    }),
    // The signed head for {operation, input: {Bucket, Key, VersionId, query, headers}, style, payload, now}. `payload` is
    // {bytes}, {hash} or null (unsigned).
    ("s3.request", |given| {
        let payload = match &given["payload"] {
            Value::Null => Payload::Unsigned,
            payload => match payload["hash"].as_str() {
                Some(hash) => Payload::Hash(hash),
                None => Payload::Bytes(payload["bytes"].as_str().unwrap_or_default().as_bytes()),
            },
        };
        let (call, operation, object) = (call(given)?, operation(given), object(given));
        let mut keys = KeyCache::new();
        s3::request(&call, operation, &object, payload, &given_credentials(given), &mut keys, now(given))
            .map(|request| sent(&request))
    }),
    ("s3.presign", |given| {
        let expires = given["expires"].as_u64().unwrap_or_default() as u32;
        let (call, operation, object) = (call(given)?, operation(given), object(given));
        let mut keys = KeyCache::new();
        s3::presign(&call, operation, &object, expires, &given_credentials(given), &mut keys, now(given))
            .map(|url| json!({ "method": operation.method(), "url": url.expose() }))
    }),
    ("s3.read", |given| s3::read(operation(given), &answered(given)).map(|head| shown(&head))),
    ("s3.list_request", |given| {
        s3::list_request(&call(given)?, &list(given), &given_credentials(given), &mut KeyCache::new(), now(given))
            .map(|request| sent(&request))
    }),
    ("s3.read_list", |given| s3::read_list(&answered(given)).map(|listing| listed(&listing))),
    // The flow of the operation (`ListObjectsV2` for one page, `list_all` for all), with what the host answers.
    ("s3.call", |given| {
        let (call, operation, object, list) = (call(given)?, operation(given), object(given), list(given));
        let credentials = credentials();
        let most = given["most"].as_u64().unwrap_or(1000);
        let body = SecretBytes::from(given["body"].as_str().unwrap_or_default().as_bytes());
        let which = given["operation"].as_str().unwrap_or_default().to_owned();
        let flow = Flow::new(Mono::NEVER, |io| async move {
            match &*which {
                "ListObjectsV2" => s3::list_objects(&io, &call, &list, &credentials).await.map(|it| listed(&it)),
                "list_all" => s3::list_all(&io, &call, &list, &credentials, most as usize).await.map(|it| listed(&it)),
                "PutObject" => s3::put_object(&io, &call, &object, &body, &credentials).await.map(|it| shown(&it)),
                "HeadObject" => s3::head_object(&io, &call, &object, &credentials).await.map(|it| shown(&it)),
                _ => {
                    let got = s3::get_object(&io, &call, &object, most as u32, &credentials).await?;
                    let body = String::from_utf8_lossy(got.body.expose());
                    Ok(json!({ "operation": operation.name(), "head": shown(&got.head), "body": body }))
                }
            }
        });
        answers(flow, &given["answers"])
    }),
];

fn call(given: &Value) -> Result<Call, Error> {
    let endpoint = s3::endpoint(&settings(given, &s3::SERVICE)?)?;
    Ok(Call { endpoint, user_agent: USER_AGENT.into(), seed: 0 })
}

fn operation(given: &Value) -> Operation {
    match given["operation"].as_str() {
        Some("HeadObject") => Operation::HeadObject,
        Some("PutObject") => Operation::PutObject,
        _ => Operation::GetObject,
    }
}

fn style(given: &Value) -> Style {
    match given["style"].as_str() {
        Some("path") => Style::Path,
        Some("virtual") => Style::Virtual,
        _ => Style::Auto,
    }
}

fn object(given: &Value) -> Object {
    let input = &given["input"];
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    let mut object = Object::new(text("Bucket"), text("Key"));
    object.version_id = input["VersionId"].as_str().map(Box::from);
    object.style = style(given);
    for pair in input["query"].as_array().into_iter().flatten() {
        object = object.with_query(pair[0].as_str().unwrap_or_default(), pair[1].as_str().unwrap_or_default());
    }
    for pair in input["headers"].as_array().into_iter().flatten() {
        object = object.with_header(pair[0].as_str().unwrap_or_default(), pair[1].as_str().unwrap_or_default());
    }
    object
}

fn list(given: &Value) -> ListObjects {
    let input = &given["input"];
    let text = |name: &str| input[name].as_str().map(Box::from);
    let bucket = input["Bucket"].as_str().unwrap_or_default();
    let mut ask = match text("Prefix") {
        Some(prefix) => ListObjects::under(bucket, prefix),
        None => ListObjects::new(bucket),
    };
    ask.style = style(given);
    ask.delimiter = text("Delimiter");
    ask.start_after = text("StartAfter");
    ask.continuation_token = text("ContinuationToken");
    ask.max_keys = input["MaxKeys"].as_u64().map(|most| u16::try_from(most).unwrap_or(u16::MAX));
    ask
}

fn now(given: &Value) -> Timestamp {
    Timestamp::from_unix(given["now"].as_i64().unwrap_or_default())
}

fn shown(head: &ObjectHead) -> Value {
    let metadata: Map<_, _> =
        head.metadata.iter().map(|(name, value)| (name.to_string(), Secret::expose(value).into())).collect();
    json!({
        "ETag": head.etag,
        "VersionId": head.version_id,
        "ContentType": head.content_type,
        "ContentLength": head.length,
        "Size": head.size,
        "ContentRange": head.content_range,
        "LastModifiedMillis": head.last_modified.map(Timestamp::unix_millis),
        "StorageClass": head.storage_class,
        "Metadata": metadata,
    })
}

fn listed(listing: &Listing) -> Value {
    let objects: Vec<_> = listing
        .objects
        .iter()
        .map(|object| {
            json!({
                "Key": object.key,
                "Size": object.size,
                "ETag": object.etag,
                "LastModifiedMillis": object.last_modified.map(Timestamp::unix_millis),
                "StorageClass": object.storage_class,
            })
        })
        .collect();
    json!({
        "Contents": objects,
        "CommonPrefixes": listing.common_prefixes,
        "NextContinuationToken": listing.next_token,
    })
}
