//! Parameter Store: requests for parameters, and the answers.
//!
//! See `irsa_core::services::ssm`.

use crate::{
    credentials::irsa_credentials,
    edge::{Versioned, given, guard, hand, no_such, optional_str, run, strs, versioned},
    endpoint::{Where, irsa_endpoint, signed_at},
    error::irsa_error,
    http::{irsa_http_response, irsa_prepared, read_response},
    text::{Text, pointer},
    token::IRSA_UNKNOWN,
    types::irsa_str,
};
use irsa_core::{
    Code, Error, Timestamp,
    services::ssm::{self, Ask, GetParameter, GetParameters, GetParametersByPath, Parameter, Parameters},
    sigv4::KeyCache,
};
use std::{
    ffi::{c_char, c_int},
    mem::MaybeUninit,
};

/// Which parameters. Zero it, then set `size` and either `names` or `path`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct irsa_parameter_ask {
    /// `sizeof(irsa_parameter_ask)`.
    pub size: usize,
    /// Names or ARNs, with `:version` or `:label` behind them where not the latest is meant. One of them: GetParameter.
    pub names: *const irsa_str,
    /// How many, at most 10.
    pub name_count: usize,
    /// Instead of names: those under this path, which begins with `/` (GetParametersByPath).
    pub path: irsa_str,
    /// Of a path: where the page begins, as `irsa_parameters_next_token` of the page before; empty: the first page.
    pub next_token: irsa_str,
    /// Of a path: the most on a page, 1 to 10; 0: 10.
    pub max_results: u32,
    /// Of a path, not 0: those further below, too.
    pub recursive: u32,
    /// Not 0: values of SecureStrings stay encrypted.
    pub encrypted: u32,
}

// SAFETY: a C struct of integers and pointers, its size first.
unsafe impl Versioned for irsa_parameter_ask {
    const LEAST: usize = size_of::<Self>();
}

/// What is asked, taken over.
enum Owned {
    One(GetParameter),
    Several(GetParameters),
    Path(GetParametersByPath),
}

impl Owned {
    /// # Safety
    /// The header's rules.
    unsafe fn read(ask: *const irsa_parameter_ask) -> Result<Self, Error> {
        // SAFETY: by the header's rules.
        let (given, names, path, next_token) = unsafe {
            let given = versioned(ask, "ask")?;
            (
                given,
                strs(given.names, given.name_count, "ask.names")?,
                optional_str(given.path, "ask.path")?,
                optional_str(given.next_token, "ask.next_token")?,
            )
        };
        let with_decryption = given.encrypted == 0;
        let max_results = u8::try_from(given.max_results).map_err(|_| no_such("ask.max_results", given.max_results))?;
        match (path, &*names) {
            (Some(_), [_, ..]) => Err(Error::new(Code::CValue, "libirsa", "ask has names and a path")),
            (Some(path), []) => Ok(Self::Path(GetParametersByPath {
                recursive: given.recursive != 0,
                with_decryption,
                max_results: (max_results != 0).then_some(max_results),
                next_token: next_token.map(Box::from),
                ..GetParametersByPath::new(path)
            })),
            (None, [name]) => Ok(Self::One(GetParameter { with_decryption, ..GetParameter::new(*name) })),
            (None, _) => Ok(Self::Several(GetParameters { with_decryption, ..GetParameters::new(names) })),
        }
    }

    fn ask(&self) -> Ask<'_> {
        match self {
            Self::One(ask) => Ask::Parameter(ask),
            Self::Several(ask) => Ask::Parameters(ask),
            Self::Path(ask) => Ask::Path(ask),
        }
    }
}

/// The request for parameters, signed at `now_ms`: GetParameter for one name, GetParameters for more, GetParametersByPath
/// for a path. An ARN's own Region counts; `endpoint` may be NULL then. The answer is for `irsa_parameters_read`. The caller
/// frees `prepared`. Errors: `IRSA_SERVICE_PARAMETER`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`, `IRSA_C_…`.
/// Since 0.1.
///
///     irsa_str name = IRSA_STR("/shop/db/password");
///     irsa_parameter_ask ask = IRSA_ZERO;
///     irsa_endpoint endpoint = IRSA_ZERO;
///     irsa_credentials *mine = NULL;
///     irsa_prepared *prepared = NULL;
///     ask.size = sizeof ask;
///     ask.names = &name;
///     ask.name_count = 1;
///     endpoint.size = sizeof endpoint;
///     endpoint.region = irsa_str_of("eu-central-1");
///     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
///         irsa_parameters_get(&ask, &endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
///         puts(irsa_prepared_request(prepared)->url.data);
///     irsa_prepared_free(prepared);
///     irsa_credentials_free(mine);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_parameters_get(
    ask: *const irsa_parameter_ask,
    endpoint: *const irsa_endpoint,
    credentials: Option<&irsa_credentials>,
    now_ms: i64,
    prepared: Option<&mut MaybeUninit<*mut irsa_prepared>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_parameters_get", err, || {
        // SAFETY: by the header's rules.
        let (owned, place) = unsafe { (Owned::read(ask)?, Where::read(endpoint)?) };
        let credentials = given(credentials, "credentials")?;
        let ask = owned.ask();
        let call = place.call(ask.endpoint(&place.settings)?);
        let (keys, now) = (&mut KeyCache::with_slots(1), signed_at(credentials, now_ms));
        irsa_prepared::leave(&ssm::request(&call, ask, &credentials.core, keys, now)?, prepared)
    })
}

/// Parameters, as Parameter Store gave them.
pub struct irsa_parameters {
    all: Box<[One]>,
    invalid: Box<[Text]>,
    next_token: Option<Text>,
}

struct One {
    name: Option<Text>,
    arn: Option<Text>,
    value: Text,
    kind: Text,
    version: Option<u64>,
    last_modified: Option<Timestamp>,
}

impl irsa_parameters {
    fn new(read: &Parameters) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(Text::from);
        let one = |parameter: &Parameter| One {
            name: text(&parameter.name),
            arn: text(&parameter.arn),
            value: parameter.value.expose().into(),
            kind: parameter.kind.name().into(),
            version: parameter.version,
            last_modified: parameter.last_modified,
        };
        Self {
            all: read.parameters.iter().map(one).collect(),
            invalid: read.invalid.iter().map(|name| Text::from(&**name)).collect(),
            next_token: text(&read.next_token),
        }
    }
}

/// Reads the answer to `irsa_parameters_get`, of any status. The caller frees `parameters`.
/// Errors: `IRSA_PARAMETER_…`, `IRSA_SERVICE_…` where it is refused, `IRSA_C_…`. Since 0.1.
///
///     irsa_http_response response = IRSA_ZERO;
///     irsa_parameters *parameters = NULL;
///     response.size = sizeof response;
///     response.status = 503;
///     if (irsa_parameters_read(&response, &parameters, NULL) != IRSA_OK)
///         puts("none");
///     irsa_parameters_free(parameters);
///
/// # Safety
/// The header's rules.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn irsa_parameters_read(
    response: *const irsa_http_response,
    parameters: Option<&mut MaybeUninit<*mut irsa_parameters>>,
    err: Option<&mut MaybeUninit<*mut irsa_error>>,
) -> c_int {
    run("irsa_parameters_read", err, || {
        // SAFETY: by the header's rules.
        let response = unsafe { read_response(response) }?;
        let out = given(parameters, "parameters")?;
        hand(out, irsa_parameters::new(&ssm::read("the request for parameters", &response)?));
        Ok(())
    })
}

/// How many there are. 0 for NULL. Since 0.1.
///
///     printf("%zu\n", irsa_parameters_count(NULL));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_count(parameters: Option<&irsa_parameters>) -> usize {
    guard("irsa_parameters_count", || 0, || parameters.map_or(0, |parameters| parameters.all.len()))
}

fn of(
    name: &'static str,
    parameters: Option<&irsa_parameters>,
    at: usize,
    read: impl FnOnce(&One) -> Option<&Text>,
) -> *const c_char {
    guard(name, std::ptr::null, || pointer(parameters.and_then(|parameters| parameters.all.get(at)).and_then(read)))
}

/// The name of the parameter at a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
///
///     const char *name = irsa_parameters_name_at(NULL, 0);
///     puts(name != NULL ? name : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_name_at(parameters: Option<&irsa_parameters>, at: usize) -> *const c_char {
    of("irsa_parameters_name_at", parameters, at, |one| one.name.as_ref())
}

/// Its ARN, likewise. Since 0.1.
///
///     const char *arn = irsa_parameters_arn_at(NULL, 0);
///     puts(arn != NULL ? arn : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_arn_at(parameters: Option<&irsa_parameters>, at: usize) -> *const c_char {
    of("irsa_parameters_arn_at", parameters, at, |one| one.arn.as_ref())
}

/// Its value, likewise; it may be secret. Since 0.1.
///
///     const char *value = irsa_parameters_value_at(NULL, 0);
///     puts(value != NULL ? "some" : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_value_at(parameters: Option<&irsa_parameters>, at: usize) -> *const c_char {
    of("irsa_parameters_value_at", parameters, at, |one| Some(&one.value))
}

/// Its kind, `String`, `StringList` or `SecureString`; `?` for one that came later; likewise. Since 0.1.
///
///     const char *kind = irsa_parameters_kind_at(NULL, 0);
///     puts(kind != NULL ? kind : "none");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_kind_at(parameters: Option<&irsa_parameters>, at: usize) -> *const c_char {
    of("irsa_parameters_kind_at", parameters, at, |one| Some(&one.kind))
}

/// Its version, which counts up from 1; 0 where the answer does not say, where there is none, and for NULL. Since 0.1.
///
///     printf("%llu\n", (unsigned long long)irsa_parameters_version_at(NULL, 0));
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_version_at(parameters: Option<&irsa_parameters>, at: usize) -> u64 {
    let one = || parameters.and_then(|parameters| parameters.all.get(at));
    guard("irsa_parameters_version_at", || 0, || one().and_then(|one| one.version).unwrap_or(0))
}

/// When it was last changed, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_UNKNOWN` where the answer does not say,
/// where there is none, and for NULL. Since 0.1.
///
///     puts(irsa_parameters_modified_ms_at(NULL, 0) == IRSA_UNKNOWN ? "unknown" : "known");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_modified_ms_at(parameters: Option<&irsa_parameters>, at: usize) -> i64 {
    let one = || parameters.and_then(|parameters| parameters.all.get(at)).and_then(|one| one.last_modified);
    guard("irsa_parameters_modified_ms_at", || IRSA_UNKNOWN, || one().map_or(IRSA_UNKNOWN, Timestamp::unix_millis))
}

/// Of several names: one that no parameter has, or none that may be read, by a place from 0 on. NULL where there is none,
/// and for NULL. Since 0.1.
///
///     const char *name = irsa_parameters_invalid_at(NULL, 0);
///     puts(name != NULL ? name : "all are there");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_invalid_at(parameters: Option<&irsa_parameters>, at: usize) -> *const c_char {
    guard("irsa_parameters_invalid_at", std::ptr::null, || {
        pointer(parameters.and_then(|parameters| parameters.invalid.get(at)))
    })
}

/// Of a path: where the next page begins, for `irsa_parameter_ask`. NULL where this is the last, and for NULL. Since 0.1.
///
///     const char *next = irsa_parameters_next_token(NULL);
///     puts(next != NULL ? "there is more" : "that was all");
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_next_token(parameters: Option<&irsa_parameters>) -> *const c_char {
    guard("irsa_parameters_next_token", std::ptr::null, || {
        pointer(parameters.and_then(|parameters| parameters.next_token.as_ref()))
    })
}

/// Wipes and frees them. NULL is fine. Since 0.1.
///
///     irsa_parameters_free(NULL);
#[unsafe(no_mangle)]
pub extern "C" fn irsa_parameters_free(parameters: Option<Box<irsa_parameters>>) {
    guard("irsa_parameters_free", || (), || drop(parameters));
}
