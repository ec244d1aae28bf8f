//! What s3s asks before it does anything: may this caller do that? Also where s3s-fs is kept from what it would do wrong:
//! a key that leaves its bucket, an upload that another key of the same role goes on with.

use super::body;
use crate::{iam::Iam, session::Session, wire::Why};
use irsa_trust::policy::{Context, Decision};
use s3s::{
    S3Error, S3ErrorCode, S3Request, S3Result, StdError,
    access::{S3Access, S3AccessContext},
    dto::{
        AbortMultipartUploadInput, CompleteMultipartUploadInput, CopyObjectInput, CopySource,
        CreateMultipartUploadInput, DeleteObjectInput, DeleteObjectsInput, ListObjectsInput, ListObjectsV2Input,
        ListPartsInput, PutObjectInput, UploadPartCopyInput, UploadPartInput,
    },
    s3_error,
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// A request whose signature is right, and what was found out of it since.
pub(super) struct Judged {
    pub(super) caller: Arc<Session>,
    context: Context,
    found: Mutex<Found>,
}

#[derive(Default)]
struct Found {
    operation: Option<String>,
    why: Option<Why>,
    /// How the body was broken.
    fault: Option<String>,
}

impl Judged {
    pub(super) fn new(caller: Arc<Session>, context: Context) -> Self {
        Self { caller, context, found: Mutex::default() }
    }

    pub(super) fn operation(&self) -> Option<String> {
        self.found().operation.clone()
    }

    pub(super) fn why(&self) -> Option<Why> {
        self.found().why.clone()
    }

    pub(super) fn fault(&self) -> Option<String> {
        self.found().fault.clone()
    }

    /// Keeps the first fault of the body, which s3s-fs calls an internal error.
    pub(super) fn broken_body(&self, fault: StdError) -> StdError {
        self.found().fault.get_or_insert_with(|| fault.to_string());
        fault
    }

    fn found(&self) -> std::sync::MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) struct Access {
    pub(super) iam: Arc<Iam>,
    /// The folder whose folders are buckets.
    pub(super) root: PathBuf,
}

impl Access {
    fn may(&self, judged: &Judged, action: &str, resource: &str) -> S3Result<()> {
        let caller = &judged.caller;
        let resource = format!("arn:{}:s3:::{resource}", caller.role.partition().id);
        let permission = self.iam.permits(caller, action, &resource, &judged.context);
        if permission.decision() == Decision::Allowed {
            return Ok(());
        }
        judged.found().why.get_or_insert_with(|| permission.why());
        let who = caller.arn();
        let because = permission.because(action);
        Err(s3_error!(
            AccessDenied,
            "User: {who} is not authorized to perform: {action} on resource: \"{resource}\" {because}"
        ))
    }

    fn bucket(&self, bucket: &str) -> S3Result<()> {
        // A name that is none would be a path.
        match s3s::path::check_bucket_name(bucket) && self.root.join(bucket).is_dir() {
            true => Ok(()),
            false => Err(S3ErrorCode::NoSuchBucket.into()),
        }
    }

    /// To the caller who may list the bucket it is said that there is no such key; to others, nothing.
    fn object(&self, judged: &Judged, bucket: &str, key: &str) -> S3Result<()> {
        if self.root.join(bucket).join(key).is_file() {
            return Ok(());
        }
        self.may(judged, "s3:ListBucket", bucket)?;
        Err(S3ErrorCode::NoSuchKey.into())
    }

    fn source(&self, judged: &Judged, source: &CopySource) -> S3Result<()> {
        let CopySource::Bucket { bucket, key, .. } = source else { return Err(S3ErrorCode::NotImplemented.into()) };
        check_key(key)?;
        self.bucket(bucket)?;
        self.may(judged, "s3:GetObject", &format!("{bucket}/{key}"))?;
        self.object(judged, bucket, key)
    }
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let judged = judged(cx.extensions_mut())?;
        let operation = cx.s3_op().name();
        judged.found().operation = Some(operation.to_owned());
        // s3s leaves out forms with no signature of their own.
        if cx.credentials().is_none_or(|keys| keys.access_key != judged.caller.access_key_id()) {
            return Err(s3_error!(AccessDenied, "Access Denied"));
        }
        let (bucket, key) = (cx.s3_path().get_bucket_name(), cx.s3_path().get_object_key());
        if let Some(key) = key {
            check_key(key)?;
        }
        if let Some(bucket) = bucket.filter(|_| operation != "CreateBucket") {
            self.bucket(bucket)?;
        }
        let version = cx.uri().query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("versionId=")));
        let Some(action) = action(operation, version) else { return Ok(()) };
        let resource = match (bucket, key) {
            (Some(bucket), Some(key)) => format!("{bucket}/{key}"),
            (Some(bucket), None) => bucket.to_owned(),
            (None, _) => "*".to_owned(),
        };
        self.may(&judged, &action, &resource)?;
        match (operation, bucket, key) {
            ("GetObject" | "HeadObject", Some(bucket), Some(key)) => self.object(&judged, bucket, key),
            ("PutObject" | "CopyObject" | "CreateMultipartUpload", Some(bucket), Some(key)) => {
                check_place(&self.root, bucket, key, operation == "CreateMultipartUpload")
            }
            _ => Ok(()),
        }
    }

    async fn delete_objects(&self, req: &mut S3Request<DeleteObjectsInput>) -> S3Result<()> {
        let judged = judged(&mut req.extensions)?;
        for object in &mut req.input.delete.objects {
            check_key(&object.key)?;
            let action = if object.version_id.is_some() { "s3:DeleteObjectVersion" } else { "s3:DeleteObject" };
            self.may(&judged, action, &format!("{}/{}", req.input.bucket, object.key))?;
            spare_folder(&self.root.join(&req.input.bucket), &mut object.key);
        }
        Ok(())
    }

    async fn delete_object(&self, req: &mut S3Request<DeleteObjectInput>) -> S3Result<()> {
        spare_folder(&self.root.join(&req.input.bucket), &mut req.input.key);
        Ok(())
    }

    async fn copy_object(&self, req: &mut S3Request<CopyObjectInput>) -> S3Result<()> {
        self.source(&*judged(&mut req.extensions)?, &req.input.copy_source)
    }

    async fn upload_part_copy(&self, req: &mut S3Request<UploadPartCopyInput>) -> S3Result<()> {
        of_role(req)?;
        self.source(&*judged(&mut req.extensions)?, &req.input.copy_source)
    }

    async fn put_object(&self, req: &mut S3Request<PutObjectInput>) -> S3Result<()> {
        let judged = judged(&mut req.extensions)?;
        req.input.body = req.input.body.take().map(|blob| body::watched(blob, judged));
        // How the body came is no property of the object.
        req.input.content_encoding = req.input.content_encoding.take().and_then(|all| {
            let left: Vec<&str> = all.split(',').map(str::trim).filter(|name| *name != "aws-chunked").collect();
            (!left.is_empty()).then(|| left.join(","))
        });
        Ok(())
    }

    async fn upload_part(&self, req: &mut S3Request<UploadPartInput>) -> S3Result<()> {
        of_role(req)?;
        let judged = judged(&mut req.extensions)?;
        req.input.body = req.input.body.take().map(|blob| body::watched(blob, judged));
        Ok(())
    }

    async fn create_multipart_upload(&self, req: &mut S3Request<CreateMultipartUploadInput>) -> S3Result<()> {
        of_role(req)
    }

    async fn complete_multipart_upload(&self, req: &mut S3Request<CompleteMultipartUploadInput>) -> S3Result<()> {
        of_role(req)
    }

    async fn abort_multipart_upload(&self, req: &mut S3Request<AbortMultipartUploadInput>) -> S3Result<()> {
        of_role(req)
    }

    async fn list_parts(&self, req: &mut S3Request<ListPartsInput>) -> S3Result<()> {
        of_role(req)
    }

    async fn list_objects(&self, req: &mut S3Request<ListObjectsInput>) -> S3Result<()> {
        let input = &mut req.input;
        // s3s-fs says that it encoded the keys, and does not.
        input.encoding_type = None;
        check_listing(input.delimiter.as_deref(), &mut input.max_keys)
    }

    async fn list_objects_v2(&self, req: &mut S3Request<ListObjectsV2Input>) -> S3Result<()> {
        let input = &mut req.input;
        input.encoding_type = None;
        check_listing(input.delimiter.as_deref(), &mut input.max_keys)
    }
}

/// What was put beside the request.
fn judged(extensions: &mut hyper::http::Extensions) -> S3Result<Arc<Judged>> {
    extensions.get::<Arc<Judged>>().cloned().ok_or_else(|| s3_error!(InternalError, "nobody judged this request"))
}

/// An upload in parts belongs to the role: its credentials may be newer than its beginning.
fn of_role<T>(req: &mut S3Request<T>) -> S3Result<()> {
    let role = judged(&mut req.extensions)?.caller.role.as_str().to_owned();
    if let Some(credentials) = &mut req.credentials {
        credentials.access_key = role;
    }
    Ok(())
}

/// The action of IAM's that allows it; `None`: each of its objects is asked for by itself.
fn action(operation: &str, version: bool) -> Option<String> {
    Some(match operation {
        "DeleteObjects" => return None,
        "GetObject" | "HeadObject" if version => "s3:GetObjectVersion".into(),
        "GetObject" | "HeadObject" => "s3:GetObject".into(),
        "DeleteObject" if version => "s3:DeleteObjectVersion".into(),
        "PutObject"
        | "PostObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "s3:PutObject".into(),
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "s3:ListBucket".into(),
        "ListObjectVersions" => "s3:ListBucketVersions".into(),
        "ListBuckets" => "s3:ListAllMyBuckets".into(),
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads".into(),
        "ListParts" => "s3:ListMultipartUploadParts".into(),
        other => format!("s3:{other}"),
    })
}

/// Of a file.
const NAME_LIMIT: usize = 255;

/// A key is a path below its bucket's folder, so its parts must be names.
fn check_key(key: &str) -> S3Result<()> {
    let parts = key.strip_suffix('/').unwrap_or(key);
    let is_name = |part: &str| !matches!(part, "" | "." | "..") && part.len() <= NAME_LIMIT && !part.contains('\0');
    match parts.split('/').all(is_name) {
        true => Ok(()),
        false => Err(unfit("has a part that is no file name")),
    }
}

/// What is a file cannot be a folder, too; and s3s-fs keeps what it knows of an object under a name made of its key.
fn check_place(root: &Path, bucket: &str, key: &str, in_parts: bool) -> S3Result<()> {
    let base64 = |text: &str| (text.len() * 4).div_ceil(3);
    let upload = if in_parts { ".upload-".len() + 36 } else { 0 };
    if ".bucket-.object-.metadata.json".len() + base64(bucket) + base64(key) + upload > NAME_LIMIT {
        return Err(unfit("has so many bytes"));
    }
    let folder = root.join(bucket);
    let path = folder.join(key);
    if !key.ends_with('/') && path.is_dir() && !remove_empty(&path) {
        return Err(unfit("is the beginning of another, up to its /"));
    }
    if path.ancestors().skip(1).take_while(|path| *path != folder).any(Path::is_file) {
        return Err(unfit("goes on behind another, after a /"));
    }
    Ok(())
}

/// Removes a folder that holds nothing but folders, as it is left behind by objects that are gone.
fn remove_empty(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().all(|entry| entry.path().is_dir() && remove_empty(&entry.path()))
        && fs::remove_dir(folder).is_ok()
}

/// There is no object where a folder is; under its name with a slash s3s-fs lets a full one be.
fn spare_folder(bucket: &Path, key: &mut String) {
    if !key.ends_with('/') && bucket.join(&*key).is_dir() {
        key.push('/');
    }
}

fn unfit(what: &str) -> S3Error {
    s3_error!(InvalidArgument, "irsa-local keeps objects as files: it cannot have a key that {what}")
}

fn check_listing(delimiter: Option<&str>, max_keys: &mut Option<i32>) -> S3Result<()> {
    *max_keys = Some(max_keys.unwrap_or(1000).min(1000));
    if max_keys.is_some_and(|most| most < 0) {
        return Err(s3_error!(InvalidArgument, "Argument maxKeys must be an integer between 0 and 2147483647"));
    }
    match delimiter {
        Some(text) if text.len() > 1 || !text.is_ascii() => {
            Err(s3_error!(NotImplemented, "irsa-local takes one ASCII character as delimiter"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stays_in_its_bucket() {
        for key in ["a", "a/b.txt", "a/", ".hidden", "a/..b", "ü/🦀", "a b+c%"] {
            assert!(check_key(key).is_ok(), "{key}");
        }
        let long = "x".repeat(256);
        for key in ["", "/", "/etc/passwd", "../x", "a/../../b", "a/./b", "a//b", "a/..", "a\0", &long] {
            assert!(check_key(key).is_err(), "{key}");
        }
    }

    #[test]
    fn operations_have_the_actions_of_iam() {
        for (operation, version, expected) in [
            ("GetObject", false, "s3:GetObject"),
            ("HeadObject", true, "s3:GetObjectVersion"),
            ("UploadPart", false, "s3:PutObject"),
            ("HeadBucket", false, "s3:ListBucket"),
            ("ListBuckets", false, "s3:ListAllMyBuckets"),
            ("GetBucketLocation", false, "s3:GetBucketLocation"),
        ] {
            assert_eq!(action(operation, version).as_deref(), Some(expected));
        }
        assert_eq!(action("DeleteObjects", false), None);
    }
}
