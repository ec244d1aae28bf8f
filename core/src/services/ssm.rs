//! Parameter Store (Systems Manager): reading parameters.
//!
//! Follows the API 2014-11-06 (JSON 1.1): GetParameter, GetParameters, GetParametersByPath. An ARN's own Region goes before
//! the one that is configured. Limits: a name of 1 to 2,048 characters (ARN and `:version` or `:label` included), 1 to 10
//! names at once, 1 to 10 parameters on a page, a path that begins with `/`; a value has at most 8 KiB.
//! Values live in wiping memory from the answer's body on, those of plain strings too.

mod answers;

pub use answers::{Parameter, ParameterKind, Parameters, read};

use super::shown;
use crate::{
    Code, Credentials, Error, Timestamp,
    call::{Call, Service, post, signed},
    effect::{HttpRequest, HttpResponse},
    endpoint::{Endpoint, Settings},
    flow::Io,
    json,
    sigv4::{self, KeyCache},
};
use alloc::{boxed::Box, format, string::String, vec::Vec};

/// The most that is read of an answer: ten values of 8 KiB, escaped at their worst, and what stands around them.
pub const RESPONSE_LIMIT: u32 = 1024 * 1024;

/// The most names for one call, and the most parameters on a page.
pub const AT_ONCE: usize = 10;

/// The service, as calls and endpoint settings name it.
pub const SERVICE: Service = Service {
    name: "Parameter Store",
    signing_name: "ssm",
    at: "parameter store",
    variable: "AWS_ENDPOINT_URL_SSM",
    property: "aws.endpointUrlSsm",
    section: "ssm",
};

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetParameter {
    /// Its name or ARN, with `:version` or `:label` behind it where not the latest is meant. From another account only
    /// the ARN will do.
    pub name: Box<str>,
    /// A SecureString is decrypted; without it its value is the ciphertext.
    pub with_decryption: bool,
}

/// Up to ten parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetParameters {
    /// Names or ARNs, as in [`GetParameter::name`], of one Region.
    pub names: Vec<Box<str>>,
    /// As in [`GetParameter`].
    pub with_decryption: bool,
}

/// A page of the parameters under a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetParametersByPath {
    /// `/`, `/shop` or `/shop/`.
    pub path: Box<str>,
    /// Those further below, too.
    pub recursive: bool,
    /// As in [`GetParameter`].
    pub with_decryption: bool,
    /// The most on a page, 1 to 10; `None`: 10.
    pub max_results: Option<u8>,
    /// Where the page begins: that of the page before.
    pub next_token: Option<Box<str>>,
}

/// What is asked: one of the three calls. This list is complete.
#[derive(Clone, Copy, Debug)]
pub enum Ask<'a> {
    /// One parameter.
    Parameter(&'a GetParameter),
    /// Several.
    Parameters(&'a GetParameters),
    /// Those under a path.
    Path(&'a GetParametersByPath),
}

impl GetParameter {
    /// The latest version, decrypted.
    pub fn new(name: impl Into<Box<str>>) -> Self {
        Self { name: name.into(), with_decryption: true }
    }
}

impl GetParameters {
    /// The latest versions, decrypted.
    pub fn new<N: Into<Box<str>>>(names: impl IntoIterator<Item = N>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect(), with_decryption: true }
    }
}

impl GetParametersByPath {
    /// All right under a path, decrypted, from the first page on.
    pub fn new(path: impl Into<Box<str>>) -> Self {
        Self { path: path.into(), recursive: false, with_decryption: true, max_results: None, next_token: None }
    }
}

impl<'a> Ask<'a> {
    /// The call's name: `GetParameter`.
    pub fn action(self) -> &'static str {
        match self {
            Self::Parameter(_) => "GetParameter",
            Self::Parameters(_) => "GetParameters",
            Self::Path(_) => "GetParametersByPath",
        }
    }

    /// The Region in the ARN that is asked for: `arn:aws:ssm:eu-west-1:123456789012:parameter/shop/db`.
    pub fn region(self) -> Option<&'a str> {
        match self {
            Self::Parameter(ask) => region(&ask.name),
            Self::Parameters(ask) => ask.names.iter().find_map(|name| region(name)),
            Self::Path(_) => None,
        }
    }

    /// Where to ask for it: at the Region of its ARN, else at that of the settings.
    pub fn endpoint(self, settings: &Settings<'_>) -> Result<Endpoint, Error> {
        let Settings { fips, dual_stack, .. } = *settings;
        let settings = Settings { region: self.region().or(settings.region), ..*settings };
        Endpoint::choose(&settings, None, |region, partition| {
            // GovCloud's plain names are the FIPS ones.
            let name = if fips && (dual_stack || partition.id != "aws-us-gov") { "ssm-fips" } else { "ssm" };
            let suffix = if dual_stack { partition.dual_stack_suffix } else { partition.dns_suffix };
            (format!("https://{name}.{region}.{suffix}"), String::from(region))
        })
    }

    fn check(self) -> Result<(), Error> {
        match self {
            Self::Parameter(ask) => name("Name", &ask.name),
            Self::Parameters(ask) => {
                let count = ask.names.len();
                if !(1..=AT_ONCE).contains(&count) {
                    let message = format!("Names: {count} names, Parameter Store takes 1 to {AT_ONCE} at once");
                    return Err(parameter(message, format!("ask for at most {AT_ONCE} names in one call")));
                }
                ask.names.iter().try_for_each(|it| name("Names", it))?;
                let first = self.region();
                match ask.names.iter().filter_map(|name| region(name)).find(|region| Some(*region) != first) {
                    Some(other) => Err(parameter(
                        format!("Names: ARNs of two Regions, {} and {other}", first.unwrap_or_default()),
                        "ask in each Region for the parameters that are there".into(),
                    )),
                    None => Ok(()),
                }
            }
            Self::Path(ask) => {
                name("Path", &ask.path)?;
                if !ask.path.starts_with('/') {
                    let message = format!("Path: “{}” does not begin with a slash", shown(&ask.path));
                    return Err(parameter(message, "begin the path with /; an ARN is none".into()));
                }
                match ask.max_results {
                    Some(0 | 11..) => Err(parameter(
                        format!("MaxResults: {}, Parameter Store takes 1 to 10", ask.max_results.unwrap_or_default()),
                        "set MaxResults to 1 to 10, or leave it away".into(),
                    )),
                    _ => Ok(()),
                }
            }
        }
    }

    fn body(self) -> String {
        let mut body = String::from("{");
        let decryption = match self {
            Self::Parameter(ask) => {
                member("Name", &ask.name, &mut body);
                ask.with_decryption
            }
            Self::Parameters(ask) => {
                body.push_str("\"Names\":[");
                for (at, name) in ask.names.iter().enumerate() {
                    body.push_str(if at > 0 { "," } else { "" });
                    json::quote(name, &mut body);
                }
                body.push(']');
                ask.with_decryption
            }
            Self::Path(ask) => {
                member("Path", &ask.path, &mut body);
                if ask.recursive {
                    body.push_str(",\"Recursive\":true");
                }
                if let Some(most) = ask.max_results {
                    body.push_str(&format!(",\"MaxResults\":{most}"));
                }
                if let Some(token) = &ask.next_token {
                    body.push(',');
                    member("NextToken", token, &mut body);
                }
                ask.with_decryption
            }
        };
        body.push_str(if decryption { ",\"WithDecryption\":true}" } else { "}" });
        body
    }
}

/// Reads a parameter; tries again where the answer says that this can help.
pub async fn get_parameter(
    io: &Io,
    call: &Call,
    ask: &GetParameter,
    credentials: &Credentials,
) -> Result<Parameter, Error> {
    let all = one_call(io, call, Ask::Parameter(ask), credentials).await?;
    // `read` has seen that there is one.
    all.parameters.into_iter().next().ok_or_else(|| Error::bug(SERVICE.at, "an answer without its parameter was read"))
}

/// Reads up to ten. A name that is none of a parameter's is no error: it stands in [`Parameters::invalid`].
pub async fn get_parameters(
    io: &Io,
    call: &Call,
    ask: &GetParameters,
    credentials: &Credentials,
) -> Result<Parameters, Error> {
    one_call(io, call, Ask::Parameters(ask), credentials).await
}

/// Reads all parameters under a path from the page of `ask` on, page by page. More than `most` of them are an error, as
/// are pages that do not end.
pub async fn get_parameters_by_path(
    io: &Io,
    call: &Call,
    ask: &GetParametersByPath,
    credentials: &Credentials,
    most: usize,
) -> Result<Vec<Parameter>, Error> {
    let mut ask = ask.clone();
    let mut all = Vec::new();
    let mut empty = 0;
    loop {
        let page = one_call(io, call, Ask::Path(&ask), credentials).await?;
        // Filters and deleted parameters may leave a page empty, but not many in a row.
        empty = if page.parameters.is_empty() { empty + 1 } else { 0 };
        all.extend(page.parameters);
        let wrong = if all.len() > most {
            format!("more than {most} parameters are under {}", shown(&ask.path))
        } else {
            match page.next_token {
                None => return Ok(all),
                Some(token) if ask.next_token.as_ref() == Some(&token) => {
                    "one page gave its own token as the next".into()
                }
                Some(_) if empty >= EMPTY_PAGES => format!("{empty} pages in a row were empty"),
                Some(token) => {
                    ask.next_token = Some(token);
                    continue;
                }
            }
        };
        return Err(Error::new(Code::ServicePages, SERVICE.at, wrong));
    }
}

const EMPTY_PAGES: u32 = 100;

/// The signed request, for a host that sends it by itself; its answer is for [`read`].
pub fn request(
    call: &Call,
    ask: Ask<'_>,
    credentials: &Credentials,
    keys: &mut KeyCache,
    now: Timestamp,
) -> Result<HttpRequest, Error> {
    let mut request = unsigned(call, ask)?;
    let signing = SERVICE.signing(credentials, call.endpoint.signing_region());
    sigv4::sign(&mut request, &signing, keys, now)?;
    Ok(request)
}

async fn one_call(io: &Io, call: &Call, ask: Ask<'_>, credentials: &Credentials) -> Result<Parameters, Error> {
    let make = || unsigned(call, ask);
    let read = |answer: &HttpResponse| read(ask.action(), answer).map_err(|error| advise(error, call, ask));
    let (value, _) = signed(io, call, &SERVICE, credentials, ask.action(), make, read).await?;
    Ok(value)
}

fn unsigned(call: &Call, ask: Ask<'_>) -> Result<HttpRequest, Error> {
    ask.check()?;
    let target = format!("AmazonSSM.{}", ask.action());
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", &*target)];
    Ok(post(call, &headers, ask.body().into(), RESPONSE_LIMIT))
}

/// The same error, with a fix that names what was asked for where that is what to look at.
fn advise(error: Error, call: &Call, ask: Ask<'_>) -> Error {
    let region = call.endpoint.signing_region();
    let what = match ask {
        Ask::Parameter(ask) => shown(&ask.name),
        Ask::Parameters(ask) => ask.names.iter().map(|name| shown(name)).collect::<Vec<_>>().join(", "),
        Ask::Path(ask) => shown(&ask.path),
    };
    let fix = match (error.code(), ask) {
        (Code::ParameterNotFound, _) => format!(
            "check the name {what} with all its slashes, the Region {region} (AWS_REGION) and the version or label behind \
             its colon; from another account the whole ARN is needed"
        ),
        (Code::ParameterDenied, Ask::Path(_)) => format!(
            "allow ssm:GetParametersByPath in the role's policy on the path's ARN: arn:aws:ssm:{region}:ACCOUNT:parameter{} \
             and the same with /* behind it",
            what.trim_end_matches('/')
        ),
        (Code::ParameterDenied, _) => format!(
            "allow ssm:{} in the role's policy on {}",
            ask.action(),
            match ask {
                Ask::Parameter(GetParameter { name, .. }) => resource(name, region),
                _ => format!("the ARN of each of {what}"),
            }
        ),
        (Code::ParameterDecryption, _) => {
            format!("allow kms:Decrypt on the key of {what} to the role, and see that the key is enabled")
        }
        _ => return error,
    };
    error.with_fix(fix)
}

/// What a policy names for a parameter: no version, and one slash behind `parameter`.
fn resource(name: &str, region: &str) -> String {
    let selector = if name.starts_with("arn:") { 6 } else { 1 };
    let plain = name.split(':').take(selector).collect::<Vec<_>>().join(":");
    if plain.starts_with("arn:") {
        return shown(&plain);
    }
    format!("arn:aws:ssm:{region}:ACCOUNT:parameter/{}", shown(plain.trim_start_matches('/')))
}

fn region(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("arn:")?;
    rest.split(':').nth(2).filter(|region| !region.is_empty())
}

fn name(member: &str, name: &str) -> Result<(), Error> {
    let length = name.chars().count();
    if (1..=2048).contains(&length) {
        return Ok(());
    }
    let message = format!("{member}: {length} characters, Parameter Store takes 1 to 2048");
    Err(parameter(message, format!("change {member}")))
}

fn parameter(message: String, fix: String) -> Error {
    Error::new(Code::ServiceParameter, SERVICE.at, message).with_fix(fix)
}

fn member(name: &str, value: &str, body: &mut String) {
    body.push_str(&format!("\"{name}\":"));
    json::quote(value, body);
}

#[cfg(test)]
mod tests;
