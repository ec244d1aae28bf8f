//! The file that the token stands in, as a flow reads it.
//!
//! The kubelet replaces a projected token by swapping a symlink, so for a moment the file may be missing, empty or cut:
//! it is opened once more after [`PAUSE`]. Limits: [`FILE_LIMIT`] bytes; white space around the token is fine.

use super::{AT, Token};
use crate::{
    Code, Error,
    effect::{FileContent, FileFault},
    flow::Io,
};
use alloc::format;
use core::time::Duration;

/// The most that is read: the longest token, and room for white space around it.
pub const FILE_LIMIT: u32 = 24 * 1024;

/// How long to wait before a file that is missing, empty or cut is opened once more.
pub const PAUSE: Duration = Duration::from_millis(20);

/// Reads the token file at `path`. Every error names the path and what to do about it.
pub async fn read(io: &Io, path: &str) -> Result<Token, Error> {
    match look(io, path).await {
        Err(error) if passing(&error) => {}
        other => return other,
    }
    io.wait_until(io.now().mono + PAUSE, "web identity token, being replaced").await?;
    look(io, path).await
}

/// What the kubelet's swap can look like.
fn passing(error: &Error) -> bool {
    matches!(error.code(), Code::TokenFileMissing | Code::TokenEmpty | Code::TokenCut)
}

async fn look(io: &Io, path: &str) -> Result<Token, Error> {
    match io.read_file(path, FILE_LIMIT, AT).await? {
        Ok(content) => parse(path, &content),
        Err(fault) => Err(refused(path, &fault)),
    }
}

/// The token within a file's content.
fn parse(path: &str, content: &FileContent) -> Result<Token, Error> {
    let bytes = content.bytes.expose();
    if bytes.starts_with(b"\xEF\xBB\xBF") || bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let kind = if bytes.starts_with(b"\xEF") { "UTF-8" } else { "UTF-16" };
        let fix =
            format!("save {path} as plain ASCII without a byte order mark (PowerShell: Out-File -Encoding ascii)");
        return Err(
            Error::new(Code::TokenFileBom, AT, format!("{path} begins with a byte order mark ({kind})")).with_fix(fix)
        );
    }
    let text = core::str::from_utf8(bytes).map_err(|e| {
        let fix = format!(
            "write the token alone into {path}, as plain ASCII; what is there is binary or in another encoding"
        );
        let message = format!("{path} is not UTF-8 at byte {} of {}", e.valid_up_to(), bytes.len());
        Error::new(Code::TokenFileUtf8, AT, message).with_fix(fix)
    })?;
    Token::parse(text).map_err(|error| {
        let fix = match error.code() {
            Code::TokenEmpty => {
                format!("see why {path} is empty: the kubelet writes it, so look at the pod's projected volume")
            }
            Code::TokenCut => format!("write a whole token into {path}: three parts joined by dots"),
            Code::TokenUnsigned => format!("{}; write such a token into {path}", error.fix()),
            Code::TokenParts => {
                format!("write a signed token into {path}: three parts joined by dots; five are an encrypted one")
            }
            Code::TokenTrailing => {
                format!("cut {path} off at that byte: nothing but one line feed may follow the token")
            }
            Code::TokenTooLong => format!("have the issuer put fewer or shorter claims into the token in {path}"),
            // What stands around it is named there.
            Code::TokenCharacter if text.trim_ascii().starts_with(['{', '[', '"', '\'']) => {
                format!("write the token alone into {path}, without what stands around it")
            }
            _ => format!("write the token into {path} as it was issued"),
        };
        let message = format!("{path}: {}", error.message());
        Error::new(error.code(), AT, message).with_fix(fix)
    })
}

fn refused(path: &str, fault: &FileFault) -> Error {
    let (code, message, fix) = match fault {
        FileFault::Missing => (
            Code::TokenFileMissing,
            format!("{path} is not there"),
            format!(
                "mount the projected service-account token so that {path} exists, or point AWS_WEB_IDENTITY_TOKEN_FILE elsewhere"
            ),
        ),
        FileFault::Denied { owner, .. } => (
            Code::TokenFileDenied,
            format!("{path}: {fault}"),
            match owner {
                Some(0) | None => {
                    format!("set securityContext.fsGroup on the pod, so that the kubelet lets its group read {path}")
                }
                Some(owner) => {
                    format!("run as user {owner}, who owns {path}, or set securityContext.fsGroup on the pod")
                }
            },
        ),
        FileFault::Directory => (
            Code::TokenFileDirectory,
            format!("{path} is a directory"),
            format!("set AWS_WEB_IDENTITY_TOKEN_FILE to the file in it, mostly {}/token", path.trim_end_matches('/')),
        ),
        FileFault::TooLarge(_) => (
            Code::TokenFileTooLarge,
            format!("{path} is {fault}, at most {FILE_LIMIT} bytes are read"),
            format!("point AWS_WEB_IDENTITY_TOKEN_FILE at the token's own file; {path} holds something else"),
        ),
        FileFault::Other(_) => (
            Code::TokenFileUnreadable,
            format!("{path}: {fault}"),
            format!("look at the volume that {path} is on; the system's own words are in the message"),
        ),
    };
    Error::new(code, AT, message).with_fix(fix)
}
