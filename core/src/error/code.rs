//! Made from `core/errors.toml` by `make errors`; do not edit.

use super::{Kind, Retry, Row};

/// Every error that irsa gives. Numbers never move; more may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u16)]
pub enum Code {
    /// irsa broke one of its own rules.
    Bug = 1,
    /// The host answered a question that is not open: a late answer, a second one, or one with another id.
    FlowAnswerUnasked = 2,
    /// The host answered an effect with an answer of another kind, such as a file for an HTTP request.
    FlowAnswerMismatch = 3,
    /// The flow has already given its result.
    FlowFinished = 4,
    /// The total deadline of the flow passed before it was done.
    Deadline = 5,
    /// This host cannot do what the flow needs, such as running a process inside a Wasm plugin.
    HostUnsupported = 6,
    /// Bytes that should be an encoded effect or answer are not.
    Encoding = 7,
    /// The calling program cancelled the call.
    Cancelled = 8,
    /// The web identity token is empty.
    TokenEmpty = 10,
    /// The web identity token lacks one of its three parts, so it is cut or no JWT.
    TokenCut = 11,
    /// The web identity token has more than three parts.
    TokenParts = 12,
    /// The web identity token is longer than the 20,000 characters that STS takes.
    TokenTooLong = 13,
    /// Something stands behind the web identity token.
    TokenTrailing = 14,
    /// The web identity token has a character that no JWT has.
    TokenCharacter = 15,
    /// The web identity token is not signed: its header says alg none, and the signature is empty.
    TokenUnsigned = 16,
    /// The web identity token file is not there.
    TokenFileMissing = 20,
    /// The web identity token file may not be read by this process.
    TokenFileDenied = 21,
    /// The path of the web identity token is a directory.
    TokenFileDirectory = 22,
    /// The web identity token file is far larger than any token.
    TokenFileTooLarge = 23,
    /// The web identity token file is not text.
    TokenFileUtf8 = 24,
    /// The web identity token file begins with a byte order mark.
    TokenFileBom = 25,
    /// The web identity token file could not be read, for a reason that the system gives.
    TokenFileUnreadable = 26,
    /// The role's trust policy does not let this identity in, or something above it forbids it.
    StsAccessDenied = 40,
    /// STS says that the web identity token has expired.
    StsExpiredToken = 41,
    /// STS could not reach the identity provider.
    StsIdpCommunication = 42,
    /// The identity provider rejected the claim.
    StsIdpRejectedClaim = 43,
    /// STS answered with an error of its own.
    StsInternal = 44,
    /// STS could not validate the web identity token.
    StsInvalidToken = 45,
    /// STS could not fetch the key that verifies the token.
    StsVerificationKey = 46,
    /// The role's account has no IAM OIDC provider for the token's issuer.
    StsNoProvider = 47,
    /// STS says that the token was issued in the future or is not yet valid.
    StsTokenNotYetValid = 48,
    /// The certificate of the issuer does not match the provider's thumbprints.
    StsThumbprint = 49,
    /// The session policy is not a policy.
    StsMalformedPolicy = 50,
    /// The session policy and tags are too large when packed.
    StsPackedPolicy = 51,
    /// STS is not activated in this Region for the account.
    StsRegionDisabled = 52,
    /// STS is throttling.
    StsThrottled = 53,
    /// STS says that a parameter is wrong.
    StsValidation = 54,
    /// STS says that the role ARN is invalid.
    StsRoleArnInvalid = 55,
    /// STS does not grant so long a session.
    StsDuration = 56,
    /// The clock of this machine is too far off for a signed request.
    StsClock = 57,
    /// STS says that the signature is wrong.
    StsSignature = 58,
    /// STS does not know the access key or the session token.
    StsCredentials = 59,
    /// The credentials that signed the request have expired.
    StsCredentialsExpired = 60,
    /// STS refused, with a code that irsa has no advice for.
    StsRefused = 61,
    /// The token's roles claim does not name the role that is asked for.
    StsRolesClaim = 62,
    /// The token lacks a claim that STS needs.
    StsMissingClaim = 63,
    /// The token has more than one audience and no authorized party.
    StsAudiences = 64,
    /// Instead of STS something answered with a web page.
    AnswerHtml = 65,
    /// The answer ends before it is whole.
    AnswerCut = 66,
    /// The answer is far larger than any that STS gives.
    AnswerTooLarge = 67,
    /// The endpoint answered with a redirect, which is never followed.
    AnswerRedirect = 68,
    /// The answer has no body.
    AnswerEmpty = 69,
    /// The answer is well formed, but it is not what was asked for.
    AnswerUnknown = 70,
    /// The answer is neither XML nor JSON that irsa reads.
    AnswerMalformed = 71,
    /// A parameter of the call is outside the limits of the STS API.
    RequestLimit = 72,
    /// FIPS and a custom endpoint are set at once.
    EndpointFipsCustom = 73,
    /// Dual-stack and a custom endpoint are set at once.
    EndpointDualstackCustom = 74,
    /// The endpoint URL is not one.
    EndpointUrl = 76,
    /// This is no Region.
    RegionInvalid = 77,
    /// This STS does not have the call.
    StsNoAction = 78,
    /// The request could not be made: its URL, the proxy's URL, a header or the bundle of certificate authorities is wrong.
    NetInvalid = 80,
    /// The host name did not resolve.
    NetResolve = 81,
    /// No connection could be made.
    NetConnect = 82,
    /// The proxy could not be reached, or refused.
    NetProxy = 83,
    /// The TLS handshake failed.
    NetTls = 84,
    /// No answer came in time.
    NetTimeout = 85,
    /// The connection was closed before the answer was whole.
    NetClosed = 86,
    /// The request failed, and the host program cannot tell at which step.
    NetUnknown = 87,
    /// The proxy refuses to reach this host, or wants another user and password.
    NetProxyRefused = 88,
    /// No source of the chain gave credentials.
    NoCredentials = 100,
    /// Of the two settings that web identity needs, the role's ARN and the token's file, one is missing.
    WebIdentityIncomplete = 101,
    /// Of an access key id and its secret access key one is missing.
    KeysIncomplete = 102,
    /// The keys have expired, by the time that stands beside them.
    KeysExpired = 103,
    /// A setting has a value that it cannot have.
    SettingInvalid = 104,
    /// The source that is configured is not built into this version of irsa.
    SourceNotBuilt = 105,
    /// A session policy was asked for, but the source gives keys without a call that could carry it.
    SessionPolicyUnused = 106,
    /// A config or credentials file may not be read by this process.
    ProfileFileDenied = 110,
    /// The path of a config or credentials file is a directory.
    ProfileFileDirectory = 111,
    /// A config or credentials file is larger than 1 MiB.
    ProfileFileTooLarge = 112,
    /// A config or credentials file could not be read, for a reason that the system gives.
    ProfileFileUnreadable = 113,
    /// A config or credentials file is not UTF-8.
    ProfileEncoding = 114,
    /// A config or credentials file has a line that cannot be read.
    ProfileSyntax = 115,
    /// The profile that was asked for is not there.
    ProfileMissing = 116,
    /// A profile's source_profile is not there.
    SourceProfileMissing = 117,
    /// Profiles name each other as source_profile, round and round.
    SourceProfileCycle = 118,
    /// More than 16 profiles hang on each other by source_profile.
    SourceProfileDepth = 119,
    /// A profile has both source_profile and credential_source.
    RoleSourceBoth = 120,
    /// A profile has a role to assume, but nothing to assume it with.
    RoleSourceMissing = 121,
    /// A profile is named as source_profile, but has no credentials.
    SourceProfileEmpty = 122,
    /// A profile's credential_source is none that exists.
    CredentialSourceUnknown = 123,
    /// The role is in another partition than the Region whose STS would be asked.
    RolePartition = 124,
    /// A profile takes its credentials from the environment, but there are no keys in it.
    CredentialSourceEmpty = 125,
    /// A profile's role is assumed with MFA (mfa_serial), and there is nobody whom irsa could ask for the code.
    ProfileMfa = 126,
    /// This is not an ARN but a placeholder.
    ArnPlaceholder = 140,
    /// The ARN has too many colons, or a Region where none belongs.
    ArnColons = 141,
    /// The ARN has too few parts.
    ArnCut = 142,
    /// The ARN is IAM's, but of another kind of thing.
    ArnResource = 143,
    /// The ARN is of a session, not of the role.
    ArnAssumedRole = 144,
    /// The ARN is of another service.
    ArnService = 145,
    /// The ARN names a partition that irsa does not know.
    ArnPartition = 146,
    /// The account in the ARN is not a number.
    ArnAccount = 147,
    /// The name or path in the ARN is not one that IAM gives.
    ArnName = 148,
    /// No Region is set.
    RegionMissing = 149,
    /// The output has no room for the signed headers or the signed query.
    SignTooSmall = 150,
    /// A request has more headers, query parameters or path segments than are signed without scratch.
    SignTooManyItems = 151,
    /// A header cannot be signed: its name is no token, or its value has a control character.
    SignHeader = 152,
    /// The path has a % that is not followed by two hexadecimal digits.
    SignEscape = 153,
    /// An input of the signature is empty, or has characters that would break the signature's own syntax.
    SignUnusable = 154,
    /// A presigned request was to live for less than a second or more than seven days.
    SignExpires = 155,
    /// The query to be presigned holds parameters of a signature already.
    SignAlreadySigned = 156,
    /// A URL that is to be signed cannot be taken apart.
    SignUrl = 157,
    /// A request without a host header was to be signed.
    SignNoHost = 158,
    /// A request that had to be signed is not.
    VerifyNoAuth = 159,
    /// A request has a signature that is not whole or not well formed.
    VerifyMalformed = 160,
    /// Nobody has the access key id that a request was signed with.
    VerifyUnknownKey = 161,
    /// A request was signed with a temporary key and has no session token.
    VerifyTokenMissing = 162,
    /// The session token of a request is not that of its access key.
    VerifyTokenWrong = 163,
    /// The temporary credentials that a request was signed with have ended.
    VerifyCredentialsExpired = 164,
    /// A presigned request came after its end.
    VerifyExpired = 165,
    /// A request was signed too long ago, or in the future.
    VerifySkewed = 166,
    /// A request was signed for another region, service or day.
    VerifyScope = 167,
    /// The body of a request is not the one that was signed.
    VerifyPayload = 168,
    /// The signature of a request is not the one that its secret gives.
    VerifyMismatch = 169,
    /// The credentials that came have ended already, or will within a second, by STS's clock.
    CredentialsEnded = 170,
    /// The host began an exchange and never reported how it ended.
    ExchangeLost = 171,
    /// The host reported an exchange that is not open.
    ExchangeUnknown = 172,
    /// The host dropped several exchanges in a row before they had ended.
    ExchangeCancelled = 173,
    /// Too many callers wait for credentials already.
    WaitersFull = 174,
    /// An exported snapshot comes from the future: the clock was set back since, so its age is unknown.
    SnapshotClock = 175,
    /// Secrets Manager has no such secret in this Region and account.
    SecretNotFound = 180,
    /// The role may not read the secret.
    SecretDenied = 181,
    /// Secrets Manager cannot decrypt the secret.
    SecretDecryption = 182,
    /// The secret cannot be read in its present state.
    SecretState = 183,
    /// The service is throttling.
    ServiceThrottled = 184,
    /// The service answered with an error of its own.
    ServiceInternal = 185,
    /// The service does not accept the credentials.
    ServiceCredentials = 186,
    /// The service refused, with a code that irsa has no advice for.
    ServiceRefused = 187,
    /// The answer is not one that the service gives.
    ServiceAnswer = 188,
    /// A parameter of the call is outside the service's limits.
    ServiceParameter = 189,
    /// Parameter Store has no such parameter, version or label in this Region and account.
    ParameterNotFound = 190,
    /// The role may not read the parameter.
    ParameterDenied = 191,
    /// Parameter Store cannot decrypt the parameter.
    ParameterDecryption = 192,
    /// The address of a database is not host:port, or its user is none.
    RdsAddress = 193,
    /// S3 has no bucket of this name.
    BucketNotFound = 194,
    /// The bucket has no object of this key, or none of this version.
    ObjectNotFound = 195,
    /// S3 does not let the role do this.
    ObjectDenied = 196,
    /// The bucket is in another Region than the one that was asked or signed for.
    BucketRegion = 197,
    /// The object lies in an archive and cannot be read at once.
    ObjectArchived = 198,
    /// The condition of the request does not hold: the object has changed, or has not.
    ObjectCondition = 199,
    /// The text is not a signed token: three base64url parts with a JSON header and an `alg`.
    JwsMalformed = 200,
    /// The token's `alg` is none, an HMAC, unknown, or does not fit the key.
    JwsAlgorithm = 201,
    /// The signature does not belong to this token and this key.
    JwsSignature = 202,
    /// A public key of the key set cannot be used.
    JwkUnusable = 203,
    /// The key set is not a JSON object with an array `keys`.
    JwksMalformed = 204,
    /// The key set has no key for this token, or more than one that could be meant.
    JwksNoKey = 205,
    /// The discovery document is not what OpenID Connect Discovery 1.0 section 3 asks for.
    DiscoveryMalformed = 206,
    /// The discovery document names another issuer than the token.
    DiscoveryIssuer = 207,
    /// The policy is not JSON.
    PolicyJson = 210,
    /// An element of the policy is missing, unknown or of the wrong kind.
    PolicyGrammar = 211,
    /// A condition uses an operator that IAM does not have.
    PolicyOperator = 212,
    /// The policy is larger than irsa reads.
    PolicyTooLarge = 213,
    /// STS would refuse this token for this role.
    StsWouldRefuse = 220,
    /// IAM would not store this trust policy.
    PolicyWouldRefuse = 221,
    /// A file that irsa-local was given cannot be read.
    LocalFile = 230,
    /// A ServiceAccount manifest or irsa-local.yaml is not YAML, or does not hold what it has to.
    LocalManifest = 231,
    /// A trust policy or permission policy that irsa-local was given is no policy that IAM would store.
    LocalPolicy = 232,
    /// The files are readable, but together they make no pod with a role.
    LocalSetup = 233,
    /// A line of a fault script is none that irsa-local knows.
    LocalFaultScript = 234,
    /// irsa-local cannot listen there: not a loopback address, or the port is taken.
    LocalAddress = 235,
    /// The state folder or the log file of irsa-local cannot be written, or holds no running irsa-local.
    LocalState = 236,
    /// The command line of irsa-local, or a request to its control paths, is not understood.
    LocalUsage = 237,
    /// The command that `irsa-local run` was given could not be started.
    LocalCommand = 238,
    /// No running irsa-local answered, or what answered is none.
    LocalControl = 239,
    /// The command's arguments are wrong.
    Usage = 260,
    /// The file of `--request` is not an HTTP request as it is on the wire.
    RequestFile = 261,
    /// A file that the arguments name, or standard input, cannot be read.
    InputUnreadable = 262,
    /// Standard output cannot be written to.
    OutputUnwritable = 263,
    /// There is no such command to run.
    ExecMissing = 264,
    /// The command exists and cannot be run.
    ExecDenied = 265,
    /// The program irsa-local, which `irsa local` runs, is not there.
    CommandMissing = 266,
    /// For which service to sign cannot be seen from the host's name.
    ServiceUnknown = 267,
    /// The server answered a request that was sent as it was with an error status.
    SendRefused = 268,
    /// `irsa doctor --offline` found something that keeps this pod from its credentials.
    DoctorFound = 278,
    /// `irsa serve` cannot listen where it was told to.
    ServeAddress = 280,
    /// A file of `irsa serve` cannot be written or read: the authorization token's, or the port's.
    ServeFile = 281,
    /// A client of `irsa serve` sent something else than a GET or HEAD of what there is.
    ServeRequest = 282,
    /// A request to `irsa serve` did not come straight from a program on this machine.
    ServeForbidden = 283,
    /// A request to `irsa serve` had no authorization token, or a wrong one.
    ServeUnauthorized = 284,
    /// The `irsa serve` that was asked by `--health` is not there, or has no credentials that can be used.
    ServeUnhealthy = 285,
    /// An async call was made outside of a tokio runtime.
    RuntimeMissing = 290,
    /// A function of libirsa was given NULL where it needs an argument.
    CNull = 300,
    /// A text given to a function of libirsa is not UTF-8, or has a NUL within.
    CText = 301,
    /// A struct given to a function of libirsa has a size that this version does not know.
    CStruct = 302,
    /// A number given to a function of libirsa is none of those that irsa.h lists for it, or out of range.
    CValue = 303,
    /// A log callback asked for credentials when there were none in hand.
    CCallback = 304,
    /// A function of libirsa was called before its handle was ready for it, or on a handle of another use.
    COrder = 305,
    /// A JSON document that is to be judged is not of the form that it has to have.
    DocumentMalformed = 306,
    /// A request has headers that must be under its signature and are not.
    VerifyHeadersNotSigned = 310,
    /// An answer in pages has more than was to be read, or its pages do not end.
    ServicePages = 330,
}

#[rustfmt::skip]
impl Code {
    /// All of them, by number.
    pub const ALL: &'static [Self] = &[
        Self::Bug,
        Self::FlowAnswerUnasked,
        Self::FlowAnswerMismatch,
        Self::FlowFinished,
        Self::Deadline,
        Self::HostUnsupported,
        Self::Encoding,
        Self::Cancelled,
        Self::TokenEmpty,
        Self::TokenCut,
        Self::TokenParts,
        Self::TokenTooLong,
        Self::TokenTrailing,
        Self::TokenCharacter,
        Self::TokenUnsigned,
        Self::TokenFileMissing,
        Self::TokenFileDenied,
        Self::TokenFileDirectory,
        Self::TokenFileTooLarge,
        Self::TokenFileUtf8,
        Self::TokenFileBom,
        Self::TokenFileUnreadable,
        Self::StsAccessDenied,
        Self::StsExpiredToken,
        Self::StsIdpCommunication,
        Self::StsIdpRejectedClaim,
        Self::StsInternal,
        Self::StsInvalidToken,
        Self::StsVerificationKey,
        Self::StsNoProvider,
        Self::StsTokenNotYetValid,
        Self::StsThumbprint,
        Self::StsMalformedPolicy,
        Self::StsPackedPolicy,
        Self::StsRegionDisabled,
        Self::StsThrottled,
        Self::StsValidation,
        Self::StsRoleArnInvalid,
        Self::StsDuration,
        Self::StsClock,
        Self::StsSignature,
        Self::StsCredentials,
        Self::StsCredentialsExpired,
        Self::StsRefused,
        Self::StsRolesClaim,
        Self::StsMissingClaim,
        Self::StsAudiences,
        Self::AnswerHtml,
        Self::AnswerCut,
        Self::AnswerTooLarge,
        Self::AnswerRedirect,
        Self::AnswerEmpty,
        Self::AnswerUnknown,
        Self::AnswerMalformed,
        Self::RequestLimit,
        Self::EndpointFipsCustom,
        Self::EndpointDualstackCustom,
        Self::EndpointUrl,
        Self::RegionInvalid,
        Self::StsNoAction,
        Self::NetInvalid,
        Self::NetResolve,
        Self::NetConnect,
        Self::NetProxy,
        Self::NetTls,
        Self::NetTimeout,
        Self::NetClosed,
        Self::NetUnknown,
        Self::NetProxyRefused,
        Self::NoCredentials,
        Self::WebIdentityIncomplete,
        Self::KeysIncomplete,
        Self::KeysExpired,
        Self::SettingInvalid,
        Self::SourceNotBuilt,
        Self::SessionPolicyUnused,
        Self::ProfileFileDenied,
        Self::ProfileFileDirectory,
        Self::ProfileFileTooLarge,
        Self::ProfileFileUnreadable,
        Self::ProfileEncoding,
        Self::ProfileSyntax,
        Self::ProfileMissing,
        Self::SourceProfileMissing,
        Self::SourceProfileCycle,
        Self::SourceProfileDepth,
        Self::RoleSourceBoth,
        Self::RoleSourceMissing,
        Self::SourceProfileEmpty,
        Self::CredentialSourceUnknown,
        Self::RolePartition,
        Self::CredentialSourceEmpty,
        Self::ProfileMfa,
        Self::ArnPlaceholder,
        Self::ArnColons,
        Self::ArnCut,
        Self::ArnResource,
        Self::ArnAssumedRole,
        Self::ArnService,
        Self::ArnPartition,
        Self::ArnAccount,
        Self::ArnName,
        Self::RegionMissing,
        Self::SignTooSmall,
        Self::SignTooManyItems,
        Self::SignHeader,
        Self::SignEscape,
        Self::SignUnusable,
        Self::SignExpires,
        Self::SignAlreadySigned,
        Self::SignUrl,
        Self::SignNoHost,
        Self::VerifyNoAuth,
        Self::VerifyMalformed,
        Self::VerifyUnknownKey,
        Self::VerifyTokenMissing,
        Self::VerifyTokenWrong,
        Self::VerifyCredentialsExpired,
        Self::VerifyExpired,
        Self::VerifySkewed,
        Self::VerifyScope,
        Self::VerifyPayload,
        Self::VerifyMismatch,
        Self::CredentialsEnded,
        Self::ExchangeLost,
        Self::ExchangeUnknown,
        Self::ExchangeCancelled,
        Self::WaitersFull,
        Self::SnapshotClock,
        Self::SecretNotFound,
        Self::SecretDenied,
        Self::SecretDecryption,
        Self::SecretState,
        Self::ServiceThrottled,
        Self::ServiceInternal,
        Self::ServiceCredentials,
        Self::ServiceRefused,
        Self::ServiceAnswer,
        Self::ServiceParameter,
        Self::ParameterNotFound,
        Self::ParameterDenied,
        Self::ParameterDecryption,
        Self::RdsAddress,
        Self::BucketNotFound,
        Self::ObjectNotFound,
        Self::ObjectDenied,
        Self::BucketRegion,
        Self::ObjectArchived,
        Self::ObjectCondition,
        Self::JwsMalformed,
        Self::JwsAlgorithm,
        Self::JwsSignature,
        Self::JwkUnusable,
        Self::JwksMalformed,
        Self::JwksNoKey,
        Self::DiscoveryMalformed,
        Self::DiscoveryIssuer,
        Self::PolicyJson,
        Self::PolicyGrammar,
        Self::PolicyOperator,
        Self::PolicyTooLarge,
        Self::StsWouldRefuse,
        Self::PolicyWouldRefuse,
        Self::LocalFile,
        Self::LocalManifest,
        Self::LocalPolicy,
        Self::LocalSetup,
        Self::LocalFaultScript,
        Self::LocalAddress,
        Self::LocalState,
        Self::LocalUsage,
        Self::LocalCommand,
        Self::LocalControl,
        Self::Usage,
        Self::RequestFile,
        Self::InputUnreadable,
        Self::OutputUnwritable,
        Self::ExecMissing,
        Self::ExecDenied,
        Self::CommandMissing,
        Self::ServiceUnknown,
        Self::SendRefused,
        Self::DoctorFound,
        Self::ServeAddress,
        Self::ServeFile,
        Self::ServeRequest,
        Self::ServeForbidden,
        Self::ServeUnauthorized,
        Self::ServeUnhealthy,
        Self::RuntimeMissing,
        Self::CNull,
        Self::CText,
        Self::CStruct,
        Self::CValue,
        Self::CCallback,
        Self::COrder,
        Self::DocumentMalformed,
        Self::VerifyHeadersNotSigned,
        Self::ServicePages,
    ];

    pub(super) const fn row(self) -> &'static Row {
        match self {
            Self::Bug => &Row { name: "bug", kind: Kind::Bug, exit: 70, retry: Retry::No, what: "irsa broke one of its own rules.", fix: "report it with this text; nothing you configured causes it" },
            Self::FlowAnswerUnasked => &Row { name: "flow-answer-unasked", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "The host answered a question that is not open: a late answer, a second one, or one with another id.", fix: "answer the effect that `next` returned last, once, with its id" },
            Self::FlowAnswerMismatch => &Row { name: "flow-answer-mismatch", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "The host answered an effect with an answer of another kind, such as a file for an HTTP request.", fix: "answer each effect with its own kind of answer, or with Unsupported" },
            Self::FlowFinished => &Row { name: "flow-finished", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "The flow has already given its result.", fix: "make a new flow; each runs once" },
            Self::Deadline => &Row { name: "deadline", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "The total deadline of the flow passed before it was done.", fix: "look at the open question named in the message: that is what did not answer in time" },
            Self::HostUnsupported => &Row { name: "host-unsupported", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "This host cannot do what the flow needs, such as running a process inside a Wasm plugin.", fix: "use another credential source, or a host that can do it" },
            Self::Encoding => &Row { name: "encoding", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "Bytes that should be an encoded effect or answer are not.", fix: "use the encoder of the same version, and hand over exactly its bytes" },
            Self::Cancelled => &Row { name: "cancelled", kind: Kind::Misuse, exit: 5, retry: Retry::No, what: "The calling program cancelled the call.", fix: "nothing is wrong; call again when an answer is wanted" },
            Self::TokenEmpty => &Row { name: "token-empty", kind: Kind::Broken, exit: 3, retry: Retry::Reread, what: "The web identity token is empty.", fix: "write a token there; in a pod the kubelet does it, so look at the projected volume of the service account" },
            Self::TokenCut => &Row { name: "token-cut", kind: Kind::Broken, exit: 3, retry: Retry::Reread, what: "The web identity token lacks one of its three parts, so it is cut or no JWT.", fix: "put a whole JWT there: three parts joined by dots, header.payload.signature" },
            Self::TokenParts => &Row { name: "token-parts", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The web identity token has more than three parts.", fix: "put a signed JWT there (three parts); five parts are an encrypted one, which AWS does not read" },
            Self::TokenTooLong => &Row { name: "token-too-long", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The web identity token is longer than the 20,000 characters that STS takes.", fix: "have the issuer put fewer or shorter claims into it" },
            Self::TokenTrailing => &Row { name: "token-trailing", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "Something stands behind the web identity token.", fix: "remove what stands behind the token, from the named byte on; one line feed at the end does no harm" },
            Self::TokenCharacter => &Row { name: "token-character", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The web identity token has a character that no JWT has.", fix: "write the token as it was issued: letters, digits, - and _ in three parts joined by dots" },
            Self::TokenUnsigned => &Row { name: "token-unsigned", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The web identity token is not signed: its header says alg none, and the signature is empty.", fix: "have the issuer sign its tokens; AWS takes RS256, RS384, RS512, ES256, ES384 and ES512" },
            Self::TokenFileMissing => &Row { name: "token-file-missing", kind: Kind::Broken, exit: 3, retry: Retry::Reread, what: "The web identity token file is not there.", fix: "mount the projected service-account token at that path, or mend AWS_WEB_IDENTITY_TOKEN_FILE" },
            Self::TokenFileDenied => &Row { name: "token-file-denied", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The web identity token file may not be read by this process.", fix: "let the process read it: set fsGroup (or runAsUser) in the pod's securityContext" },
            Self::TokenFileDirectory => &Row { name: "token-file-directory", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The path of the web identity token is a directory.", fix: "name the file within it, which is usually called token" },
            Self::TokenFileTooLarge => &Row { name: "token-file-too-large", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The web identity token file is far larger than any token.", fix: "name the token's own file; this one holds something else" },
            Self::TokenFileUtf8 => &Row { name: "token-file-utf8", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The web identity token file is not text.", fix: "write the token as plain ASCII; this file is binary or in another encoding" },
            Self::TokenFileBom => &Row { name: "token-file-bom", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The web identity token file begins with a byte order mark.", fix: "save the file without a byte order mark" },
            Self::TokenFileUnreadable => &Row { name: "token-file-unreadable", kind: Kind::Broken, exit: 3, retry: Retry::Soon, what: "The web identity token file could not be read, for a reason that the system gives.", fix: "look at the volume or disk of the path; the system's own words are in the message" },
            Self::StsAccessDenied => &Row { name: "sts-access-denied", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The role's trust policy does not let this identity in, or something above it forbids it.", fix: "compare the trust policy of the role with the token: principal (provider), :sub and :aud; a role or provider that is seconds old needs about ten seconds" },
            Self::StsExpiredToken => &Row { name: "sts-expired-token", kind: Kind::Refused, exit: 4, retry: Retry::Reread, what: "STS says that the web identity token has expired.", fix: "see why the token file is not rotated: the kubelet replaces it at 80 % of its life; a copy of it is not replaced" },
            Self::StsIdpCommunication => &Row { name: "sts-idp-communication", kind: Kind::Refused, exit: 4, retry: Retry::Soon, what: "STS could not reach the identity provider.", fix: "wait and see; if it stays, check that the issuer's discovery document and key set can be fetched from the internet" },
            Self::StsIdpRejectedClaim => &Row { name: "sts-idp-rejected-claim", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The identity provider rejected the claim.", fix: "have a new token issued; this one has been revoked or has expired at the provider" },
            Self::StsInternal => &Row { name: "sts-internal", kind: Kind::Refused, exit: 5, retry: Retry::Soon, what: "STS answered with an error of its own.", fix: "wait and try again; see the AWS health dashboard if it stays" },
            Self::StsInvalidToken => &Row { name: "sts-invalid-token", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS could not validate the web identity token.", fix: "compare the token's iss and aud with the IAM OIDC provider: the URL must equal iss, and aud must be one of its client IDs; a changed signature gives the same text" },
            Self::StsVerificationKey => &Row { name: "sts-verification-key", kind: Kind::Refused, exit: 4, retry: Retry::Reread, what: "STS could not fetch the key that verifies the token.", fix: "check that the issuer's key set holds the token's kid and that its discovery document is whole; for a while after a key rotation this passes by itself" },
            Self::StsNoProvider => &Row { name: "sts-no-provider", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The role's account has no IAM OIDC provider for the token's issuer.", fix: "create an IAM OIDC provider with the URL named in the message in the role's account; mind the partition (aws, aws-cn, aws-us-gov) of role and endpoint" },
            Self::StsTokenNotYetValid => &Row { name: "sts-token-not-yet-valid", kind: Kind::Refused, exit: 4, retry: Retry::Soon, what: "STS says that the token was issued in the future or is not yet valid.", fix: "set the clock of the issuer (or of this machine, if it minted the token): it is more than five minutes ahead" },
            Self::StsThumbprint => &Row { name: "sts-thumbprint", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The certificate of the issuer does not match the provider's thumbprints.", fix: "update the thumbprint list of the IAM OIDC provider to the issuer's present certificate chain" },
            Self::StsMalformedPolicy => &Row { name: "sts-malformed-policy", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The session policy is not a policy.", fix: "mend the JSON of the session policy that is passed with the call" },
            Self::StsPackedPolicy => &Row { name: "sts-packed-policy", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The session policy and tags are too large when packed.", fix: "pass fewer or shorter session policies and tags; the message says by how many per cent they are over" },
            Self::StsRegionDisabled => &Row { name: "sts-region-disabled", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS is not activated in this Region for the account.", fix: "activate the Region's STS endpoint in the account settings of IAM, or set AWS_REGION to another Region" },
            Self::StsThrottled => &Row { name: "sts-throttled", kind: Kind::Refused, exit: 4, retry: Retry::Slowly, what: "STS is throttling.", fix: "share credentials: one exchange for many workers; spread the start of pods" },
            Self::StsValidation => &Row { name: "sts-validation", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS says that a parameter is wrong.", fix: "mend the parameter that the message names" },
            Self::StsRoleArnInvalid => &Row { name: "sts-role-arn-invalid", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS says that the role ARN is invalid.", fix: "write the role ARN as arn:aws:iam::123456789012:role/NAME, with five colons and the partition of the endpoint" },
            Self::StsDuration => &Row { name: "sts-duration", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS does not grant so long a session.", fix: "ask for a shorter session, or raise the role's maximum session duration; from another role's credentials one hour is the most" },
            Self::StsClock => &Row { name: "sts-clock", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The clock of this machine is too far off for a signed request.", fix: "set the clock of this machine (NTP)" },
            Self::StsSignature => &Row { name: "sts-signature", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS says that the signature is wrong.", fix: "check the secret access key; a proxy that rewrites Host or the body breaks signatures too" },
            Self::StsCredentials => &Row { name: "sts-credentials", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS does not know the access key or the session token.", fix: "check the access key, its session token and its partition" },
            Self::StsCredentialsExpired => &Row { name: "sts-credentials-expired", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The credentials that signed the request have expired.", fix: "get new credentials for the source of the chain" },
            Self::StsRefused => &Row { name: "sts-refused", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS refused, with a code that irsa has no advice for.", fix: "look up the code in the message; where there is none, it was not STS that answered: check AWS_ENDPOINT_URL_STS and the proxy" },
            Self::StsRolesClaim => &Row { name: "sts-roles-claim", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The token's roles claim does not name the role that is asked for.", fix: "add the role's ARN to the claim https://aws.amazon.com/roles at the issuer, or leave the claim out" },
            Self::StsMissingClaim => &Row { name: "sts-missing-claim", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The token lacks a claim that STS needs.", fix: "have a projected token issued (serviceAccountToken with an audience and an expiration); a token from a Secret has neither" },
            Self::StsAudiences => &Row { name: "sts-audiences", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The token has more than one audience and no authorized party.", fix: "have the token issued for one audience alone, sts.amazonaws.com" },
            Self::AnswerHtml => &Row { name: "answer-html", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "Instead of STS something answered with a web page.", fix: "check AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL and the proxy: a captive portal or a proxy's error page has this form" },
            Self::AnswerCut => &Row { name: "answer-cut", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "The answer ends before it is whole.", fix: "try again; if it stays, look at the proxy between here and STS" },
            Self::AnswerTooLarge => &Row { name: "answer-too-large", kind: Kind::Broken, exit: 5, retry: Retry::No, what: "The answer is far larger than any that STS gives.", fix: "check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL: this is not STS" },
            Self::AnswerRedirect => &Row { name: "answer-redirect", kind: Kind::Broken, exit: 5, retry: Retry::No, what: "The endpoint answered with a redirect, which is never followed.", fix: "put the final address into AWS_ENDPOINT_URL_STS (or AWS_ENDPOINT_URL); STS itself never redirects" },
            Self::AnswerEmpty => &Row { name: "answer-empty", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "The answer has no body.", fix: "try again; if it stays, check AWS_ENDPOINT_URL_STS and the proxy" },
            Self::AnswerUnknown => &Row { name: "answer-unknown", kind: Kind::Broken, exit: 5, retry: Retry::No, what: "The answer is well formed, but it is not what was asked for.", fix: "check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL: is this STS?" },
            Self::AnswerMalformed => &Row { name: "answer-malformed", kind: Kind::Broken, exit: 5, retry: Retry::No, what: "The answer is neither XML nor JSON that irsa reads.", fix: "check AWS_ENDPOINT_URL_STS and the proxy: STS never answers like this" },
            Self::RequestLimit => &Row { name: "request-limit", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A parameter of the call is outside the limits of the STS API.", fix: "change the parameter that the message names" },
            Self::EndpointFipsCustom => &Row { name: "endpoint-fips-custom", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "FIPS and a custom endpoint are set at once.", fix: "unset AWS_USE_FIPS_ENDPOINT, or AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL (or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true)" },
            Self::EndpointDualstackCustom => &Row { name: "endpoint-dualstack-custom", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "Dual-stack and a custom endpoint are set at once.", fix: "unset AWS_USE_DUALSTACK_ENDPOINT, or AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL (or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true)" },
            Self::EndpointUrl => &Row { name: "endpoint-url", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The endpoint URL is not one.", fix: "write http:// or https://, a host and perhaps a port, such as http://127.0.0.1:8080" },
            Self::RegionInvalid => &Row { name: "region-invalid", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "This is no Region.", fix: "write a Region such as us-east-1" },
            Self::StsNoAction => &Row { name: "sts-no-action", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "This STS does not have the call.", fix: "do without the call: the STS at this endpoint does not have it, AWS's does" },
            Self::NetInvalid => &Row { name: "net-invalid", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The request could not be made: its URL, the proxy's URL, a header or the bundle of certificate authorities is wrong.", fix: "mend what the message names; settings that lead here: AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, HTTPS_PROXY, HTTP_PROXY, AWS_CA_BUNDLE" },
            Self::NetResolve => &Row { name: "net-resolve", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "The host name did not resolve.", fix: "check the Region (AWS_REGION), the DNS policy of the pod, and that the VPC resolves the endpoint" },
            Self::NetConnect => &Row { name: "net-connect", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "No connection could be made.", fix: "open the way to the host and port in the message: network policy, security group, NAT or a VPC endpoint for STS; behind a proxy set HTTPS_PROXY" },
            Self::NetProxy => &Row { name: "net-proxy", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "The proxy could not be reached, or refused.", fix: "check the proxy in the variable that the message names (HTTPS_PROXY and its like): host, port, user and password; or put the host into NO_PROXY" },
            Self::NetTls => &Row { name: "net-tls", kind: Kind::Broken, exit: 5, retry: Retry::No, what: "The TLS handshake failed.", fix: "by what the message says: trust the server's certificate authority by AWS_CA_BUNDLE, call the server by a name of its certificate, or set the clock" },
            Self::NetTimeout => &Row { name: "net-timeout", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "No answer came in time.", fix: "see whether packets are dropped on the way to the host: network policy, security group, route" },
            Self::NetClosed => &Row { name: "net-closed", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "The connection was closed before the answer was whole.", fix: "try again; if it stays, look at the proxy or load balancer between here and the host" },
            Self::NetUnknown => &Row { name: "net-unknown", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "The request failed, and the host program cannot tell at which step.", fix: "look at the system's own words in the message" },
            Self::NetProxyRefused => &Row { name: "net-proxy-refused", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The proxy refuses to reach this host, or wants another user and password.", fix: "put user and password into the variable that the message names, as http://user:password@host:port with reserved characters as %XX; or have the proxy allow the host, or put the host into NO_PROXY" },
            Self::NoCredentials => &Row { name: "no-credentials", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "No source of the chain gave credentials.", fix: "in a pod annotate the service account with eks.amazonaws.com/role-arn and start the pod anew; elsewhere set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile" },
            Self::WebIdentityIncomplete => &Row { name: "web-identity-incomplete", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "Of the two settings that web identity needs, the role's ARN and the token's file, one is missing.", fix: "set both AWS_ROLE_ARN and AWS_WEB_IDENTITY_TOKEN_FILE, or neither" },
            Self::KeysIncomplete => &Row { name: "keys-incomplete", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "Of an access key id and its secret access key one is missing.", fix: "set both halves of the key, or neither" },
            Self::KeysExpired => &Row { name: "keys-expired", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The keys have expired, by the time that stands beside them.", fix: "get new keys for where these came from: they never renew themselves" },
            Self::SettingInvalid => &Row { name: "setting-invalid", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A setting has a value that it cannot have.", fix: "set it to one of the values that the message names" },
            Self::SourceNotBuilt => &Row { name: "source-not-built", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The source that is configured is not built into this version of irsa.", fix: "use web identity, environment keys or a profile with keys or roles, or a version of irsa that has the source" },
            Self::SessionPolicyUnused => &Row { name: "session-policy-unused", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "A session policy was asked for, but the source gives keys without a call that could carry it.", fix: "leave the session policy out, or use a source that assumes a role" },
            Self::ProfileFileDenied => &Row { name: "profile-file-denied", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A config or credentials file may not be read by this process.", fix: "let the process read the file" },
            Self::ProfileFileDirectory => &Row { name: "profile-file-directory", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The path of a config or credentials file is a directory.", fix: "name the file within it" },
            Self::ProfileFileTooLarge => &Row { name: "profile-file-too-large", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A config or credentials file is larger than 1 MiB.", fix: "name the right file, or make it smaller" },
            Self::ProfileFileUnreadable => &Row { name: "profile-file-unreadable", kind: Kind::Broken, exit: 3, retry: Retry::Soon, what: "A config or credentials file could not be read, for a reason that the system gives.", fix: "look at the disk or volume of the path; the system's own words are in the message" },
            Self::ProfileEncoding => &Row { name: "profile-encoding", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A config or credentials file is not UTF-8.", fix: "save the file as UTF-8" },
            Self::ProfileSyntax => &Row { name: "profile-syntax", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A config or credentials file has a line that cannot be read.", fix: "mend the line that the message names: headings read [profile NAME], properties NAME = VALUE" },
            Self::ProfileMissing => &Row { name: "profile-missing", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The profile that was asked for is not there.", fix: "add the profile to the config or credentials file, or mend its name" },
            Self::SourceProfileMissing => &Row { name: "source-profile-missing", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A profile's source_profile is not there.", fix: "add the profile that source_profile names, or mend the name" },
            Self::SourceProfileCycle => &Row { name: "source-profile-cycle", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "Profiles name each other as source_profile, round and round.", fix: "let one of them take its credentials from elsewhere: keys, web identity or credential_source" },
            Self::SourceProfileDepth => &Row { name: "source-profile-depth", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "More than 16 profiles hang on each other by source_profile.", fix: "assume the last role from fewer roles" },
            Self::RoleSourceBoth => &Row { name: "role-source-both", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A profile has both source_profile and credential_source.", fix: "remove one of the two" },
            Self::RoleSourceMissing => &Row { name: "role-source-missing", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A profile has a role to assume, but nothing to assume it with.", fix: "add source_profile, credential_source or web_identity_token_file to the profile" },
            Self::SourceProfileEmpty => &Row { name: "source-profile-empty", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A profile is named as source_profile, but has no credentials.", fix: "add keys, a role or a token file to the profile, or name another one" },
            Self::CredentialSourceUnknown => &Row { name: "credential-source-unknown", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A profile's credential_source is none that exists.", fix: "write Environment, Ec2InstanceMetadata or EcsContainer" },
            Self::RolePartition => &Row { name: "role-partition", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The role is in another partition than the Region whose STS would be asked.", fix: "set AWS_REGION to a Region of the role's partition, or mend the role's ARN" },
            Self::CredentialSourceEmpty => &Row { name: "credential-source-empty", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A profile takes its credentials from the environment, but there are no keys in it.", fix: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or change credential_source" },
            Self::ProfileMfa => &Row { name: "profile-mfa", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A profile's role is assumed with MFA (mfa_serial), and there is nobody whom irsa could ask for the code.", fix: "get credentials with a tool that asks, such as aws sts get-session-token, and name them by source_profile; or take mfa_serial out where the role does not ask for MFA" },
            Self::ArnPlaceholder => &Row { name: "arn-placeholder", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "This is not an ARN but a placeholder.", fix: "put the role's real ARN there: arn:aws:iam::123456789012:role/NAME" },
            Self::ArnColons => &Row { name: "arn-colons", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The ARN has too many colons, or a Region where none belongs.", fix: "write arn:aws:iam::123456789012:role/NAME: two colons between iam and the account" },
            Self::ArnCut => &Row { name: "arn-cut", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The ARN has too few parts.", fix: "write arn:aws:iam::123456789012:role/NAME: five colons, two of them between iam and the account" },
            Self::ArnResource => &Row { name: "arn-resource", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The ARN is IAM's, but of another kind of thing.", fix: "write the ARN of the kind that is wanted here, such as arn:aws:iam::123456789012:role/NAME" },
            Self::ArnAssumedRole => &Row { name: "arn-assumed-role", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The ARN is of a session, not of the role.", fix: "write the role's own ARN: arn:aws:iam::123456789012:role/NAME" },
            Self::ArnService => &Row { name: "arn-service", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The ARN is of another service.", fix: "write the role's ARN, which belongs to iam: arn:aws:iam::123456789012:role/NAME" },
            Self::ArnPartition => &Row { name: "arn-partition", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The ARN names a partition that irsa does not know.", fix: "write one of aws, aws-cn, aws-eusc, aws-iso, aws-iso-b, aws-iso-e, aws-iso-f, aws-us-gov" },
            Self::ArnAccount => &Row { name: "arn-account", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The account in the ARN is not a number.", fix: "write the 12 digits of the account, with leading zeros and without dashes" },
            Self::ArnName => &Row { name: "arn-name", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "The name or path in the ARN is not one that IAM gives.", fix: "write the path and name as IAM shows them, such as role/team/app" },
            Self::RegionMissing => &Row { name: "region-missing", kind: Kind::Misuse, exit: 3, retry: Retry::No, what: "No Region is set.", fix: "set AWS_REGION, such as AWS_REGION=us-east-1" },
            Self::SignTooSmall => &Row { name: "sign-too-small", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "The output has no room for the signed headers or the signed query.", fix: "give at least as many bytes as the message says" },
            Self::SignTooManyItems => &Row { name: "sign-too-many-items", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "A request has more headers, query parameters or path segments than are signed without scratch.", fix: "call `sign_into_with` and give scratch for them, or sign fewer headers" },
            Self::SignHeader => &Row { name: "sign-header", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A header cannot be signed: its name is no token, or its value has a control character.", fix: "send a header name of letters, digits and - and a value without control characters" },
            Self::SignEscape => &Row { name: "sign-escape", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "The path has a % that is not followed by two hexadecimal digits.", fix: "write %25 for a % that is meant as itself" },
            Self::SignUnusable => &Row { name: "sign-unusable", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "An input of the signature is empty, or has characters that would break the signature's own syntax.", fix: "give the value that the message names: visible ASCII, and no / or , in region, service and access key id" },
            Self::SignExpires => &Row { name: "sign-expires", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A presigned request was to live for less than a second or more than seven days.", fix: "ask for 1 to 604800 seconds" },
            Self::SignAlreadySigned => &Row { name: "sign-already-signed", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "The query to be presigned holds parameters of a signature already.", fix: "sign the URL without its X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date, X-Amz-Expires, X-Amz-SignedHeaders, X-Amz-Security-Token and X-Amz-Signature" },
            Self::SignUrl => &Row { name: "sign-url", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A URL that is to be signed cannot be taken apart.", fix: "give https://host/path?query, without user name and without #" },
            Self::SignNoHost => &Row { name: "sign-no-host", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "A request without a host header was to be signed.", fix: "put host among the headers, as it will be on the wire: with its port where that is not the scheme's own" },
            Self::VerifyNoAuth => &Row { name: "verify-no-auth", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "A request that had to be signed is not.", fix: "sign the request: it has neither an authorization header nor X-Amz-Signature in its query" },
            Self::VerifyMalformed => &Row { name: "verify-malformed", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "A request has a signature that is not whole or not well formed.", fix: "look at the part that the message names; signers write all of it or nothing, so something on the way has changed it" },
            Self::VerifyUnknownKey => &Row { name: "verify-unknown-key", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "Nobody has the access key id that a request was signed with.", fix: "use credentials that this server has given out" },
            Self::VerifyTokenMissing => &Row { name: "verify-token-missing", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "A request was signed with a temporary key and has no session token.", fix: "set AWS_SESSION_TOKEN beside the two keys: all three belong together" },
            Self::VerifyTokenWrong => &Row { name: "verify-token-wrong", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The session token of a request is not that of its access key.", fix: "take access key, secret and session token from one and the same set of credentials" },
            Self::VerifyCredentialsExpired => &Row { name: "verify-credentials-expired", kind: Kind::Refused, exit: 4, retry: Retry::Reread, what: "The temporary credentials that a request was signed with have ended.", fix: "exchange the token again: these credentials will not come back" },
            Self::VerifyExpired => &Row { name: "verify-expired", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "A presigned request came after its end.", fix: "presign again, with a longer life where that is right (up to 604800 seconds)" },
            Self::VerifySkewed => &Row { name: "verify-skewed", kind: Kind::Refused, exit: 4, retry: Retry::Soon, what: "A request was signed too long ago, or in the future.", fix: "set the clock of the machine that signs; 15 minutes are allowed" },
            Self::VerifyScope => &Row { name: "verify-scope", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "A request was signed for another region, service or day.", fix: "sign for the region and service that the message expects" },
            Self::VerifyPayload => &Row { name: "verify-payload", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The body of a request is not the one that was signed.", fix: "sign the body that is sent; where UNSIGNED-PAYLOAD is refused, sign its hash" },
            Self::VerifyMismatch => &Row { name: "verify-mismatch", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The signature of a request is not the one that its secret gives.", fix: "compare the canonical request with that of `irsa sign --explain`: where they differ, something on the way has changed the request; where they do not, the secret is another" },
            Self::CredentialsEnded => &Row { name: "credentials-ended", kind: Kind::Broken, exit: 3, retry: Retry::Soon, what: "The credentials that came have ended already, or will within a second, by STS's clock.", fix: "set this machine's clock (compare `date -u` with the time in the message), and look for a cache between irsa and the credential source" },
            Self::ExchangeLost => &Row { name: "exchange-lost", kind: Kind::Broken, exit: 70, retry: Retry::Soon, what: "The host began an exchange and never reported how it ended.", fix: "report every exchange by handle_exchanged or handle_cancelled, also when its thread fails" },
            Self::ExchangeUnknown => &Row { name: "exchange-unknown", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "The host reported an exchange that is not open.", fix: "report an exchange once, with the id that `poll` gave, and drop it where `poll` says Abandon" },
            Self::ExchangeCancelled => &Row { name: "exchange-cancelled", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "The host dropped several exchanges in a row before they had ended.", fix: "let an exchange go on when the caller who began it leaves: others wait for it; or give callers more time than an exchange takes" },
            Self::WaitersFull => &Row { name: "waiters-full", kind: Kind::Broken, exit: 5, retry: Retry::Soon, what: "Too many callers wait for credentials already.", fix: "give callers a timeout and take those that have gone out by handle_gone" },
            Self::SnapshotClock => &Row { name: "snapshot-clock", kind: Kind::Broken, exit: 3, retry: Retry::Soon, what: "An exported snapshot comes from the future: the clock was set back since, so its age is unknown.", fix: "export it again, or let this keeper make its own exchange" },
            Self::SecretNotFound => &Row { name: "secret-not-found", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "Secrets Manager has no such secret in this Region and account.", fix: "check the secret's name, its Region and the version or stage that is asked for; from another account the whole ARN is needed" },
            Self::SecretDenied => &Row { name: "secret-denied", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The role may not read the secret.", fix: "allow secretsmanager:GetSecretValue on the secret's ARN (with its six random characters, or -?????? in their place) in the role's policy" },
            Self::SecretDecryption => &Row { name: "secret-decryption", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "Secrets Manager cannot decrypt the secret.", fix: "allow kms:Decrypt on the secret's key to the role, and see that the key is enabled" },
            Self::SecretState => &Row { name: "secret-state", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The secret cannot be read in its present state.", fix: "restore the secret, or give it a value" },
            Self::ServiceThrottled => &Row { name: "service-throttled", kind: Kind::Refused, exit: 4, retry: Retry::Slowly, what: "The service is throttling.", fix: "call less often, or cache what is read" },
            Self::ServiceInternal => &Row { name: "service-internal", kind: Kind::Refused, exit: 5, retry: Retry::Soon, what: "The service answered with an error of its own.", fix: "wait and try again" },
            Self::ServiceCredentials => &Row { name: "service-credentials", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The service does not accept the credentials.", fix: "get new credentials; check the clock and the Region" },
            Self::ServiceRefused => &Row { name: "service-refused", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The service refused, with a code that irsa has no advice for.", fix: "look up the code in the message" },
            Self::ServiceAnswer => &Row { name: "service-answer", kind: Kind::Broken, exit: 5, retry: Retry::No, what: "The answer is not one that the service gives.", fix: "check the endpoint URL and the proxy" },
            Self::ServiceParameter => &Row { name: "service-parameter", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A parameter of the call is outside the service's limits.", fix: "change the parameter that the message names" },
            Self::ParameterNotFound => &Row { name: "parameter-not-found", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "Parameter Store has no such parameter, version or label in this Region and account.", fix: "check the parameter's name with all its slashes, its Region (AWS_REGION) and the version or label behind the colon; from another account the whole ARN is needed" },
            Self::ParameterDenied => &Row { name: "parameter-denied", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The role may not read the parameter.", fix: "allow the action that the message names (ssm:GetParameter, ssm:GetParameters or ssm:GetParametersByPath) on the parameter's ARN in the role's policy" },
            Self::ParameterDecryption => &Row { name: "parameter-decryption", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "Parameter Store cannot decrypt the parameter.", fix: "allow kms:Decrypt on the parameter's key to the role, and see that the key is enabled" },
            Self::RdsAddress => &Row { name: "rds-address", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "The address of a database is not host:port, or its user is none.", fix: "give the endpoint of the database as RDS shows it, with its port: db.abc123.eu-west-1.rds.amazonaws.com:5432" },
            Self::BucketNotFound => &Row { name: "bucket-not-found", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "S3 has no bucket of this name.", fix: "check the bucket's name, and the partition of the Region that is asked" },
            Self::ObjectNotFound => &Row { name: "object-not-found", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The bucket has no object of this key, or none of this version.", fix: "check the key letter for letter (no slash at its start, unless it has one), and the version" },
            Self::ObjectDenied => &Row { name: "object-denied", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "S3 does not let the role do this.", fix: "allow the action on the object's ARN (arn:aws:s3:::BUCKET/KEY) in the role's policy, and see that the bucket's policy and its KMS key allow it too" },
            Self::BucketRegion => &Row { name: "bucket-region", kind: Kind::Refused, exit: 3, retry: Retry::No, what: "The bucket is in another Region than the one that was asked or signed for.", fix: "ask and sign in the Region that the message names" },
            Self::ObjectArchived => &Row { name: "object-archived", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The object lies in an archive and cannot be read at once.", fix: "restore the object (RestoreObject), and read it when that is done" },
            Self::ObjectCondition => &Row { name: "object-condition", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The condition of the request does not hold: the object has changed, or has not.", fix: "none is needed where that was the question; else read the object anew, and decide by its ETag" },
            Self::JwsMalformed => &Row { name: "jws-malformed", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The text is not a signed token: three base64url parts with a JSON header and an `alg`.", fix: "use the token exactly as the issuer made it; the message names the part that is wrong" },
            Self::JwsAlgorithm => &Row { name: "jws-algorithm", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The token's `alg` is none, an HMAC, unknown, or does not fit the key.", fix: "sign with RS256 (what Kubernetes does) or another of RS/PS/ES 256, 384, 512, with a key of that kind" },
            Self::JwsSignature => &Row { name: "jws-signature", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The signature does not belong to this token and this key.", fix: "the token was changed after it was signed, or signed with another key: compare the issuer's key set with the token's `kid`" },
            Self::JwkUnusable => &Row { name: "jwk-unusable", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A public key of the key set cannot be used.", fix: "publish the key as RSA of 2,048 to 8,192 bits, or EC on P-256, P-384 or P-521, with the members that RFC 7518 section 6 asks for" },
            Self::JwksMalformed => &Row { name: "jwks-malformed", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The key set is not a JSON object with an array `keys`.", fix: "publish a JWKS (RFC 7517 section 5) at the `jwks_uri` of the discovery document" },
            Self::JwksNoKey => &Row { name: "jwks-no-key", kind: Kind::Broken, exit: 3, retry: Retry::Reread, what: "The key set has no key for this token, or more than one that could be meant.", fix: "publish the key under the `kid` that the message names; after a rotation keep the old key until its last token has expired" },
            Self::DiscoveryMalformed => &Row { name: "discovery-malformed", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The discovery document is not what OpenID Connect Discovery 1.0 section 3 asks for.", fix: "publish issuer, jwks_uri, response_types_supported, subject_types_supported and id_token_signing_alg_values_supported at <issuer>/.well-known/openid-configuration" },
            Self::DiscoveryIssuer => &Row { name: "discovery-issuer", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The discovery document names another issuer than the token.", fix: "make the issuer of the document, of the token and of the IAM provider the same text, down to letter case and the last slash" },
            Self::PolicyJson => &Row { name: "policy-json", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The policy is not JSON.", fix: "mend the JSON at the line and column that the message names" },
            Self::PolicyGrammar => &Row { name: "policy-grammar", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "An element of the policy is missing, unknown or of the wrong kind.", fix: "mend the element at the JSON pointer that the message names" },
            Self::PolicyOperator => &Row { name: "policy-operator", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A condition uses an operator that IAM does not have.", fix: "use one of the operators of IAM, such as StringEquals or StringLike, spelt exactly; the message names the place" },
            Self::PolicyTooLarge => &Row { name: "policy-too-large", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The policy is larger than irsa reads.", fix: "split the policy; IAM itself stores far smaller ones (a trust policy has 2,048 characters unless the quota was raised)" },
            Self::StsWouldRefuse => &Row { name: "sts-would-refuse", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "STS would refuse this token for this role.", fix: "see the check that failed, named in the message" },
            Self::PolicyWouldRefuse => &Row { name: "policy-would-refuse", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "IAM would not store this trust policy.", fix: "mend what the message names; irsa policy lint shows the place" },
            Self::LocalFile => &Row { name: "local-file", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A file that irsa-local was given cannot be read.", fix: "name a file that exists, is readable, and holds UTF-8 text" },
            Self::LocalManifest => &Row { name: "local-manifest", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A ServiceAccount manifest or irsa-local.yaml is not YAML, or does not hold what it has to.", fix: "mend the line or the key that the message names" },
            Self::LocalPolicy => &Row { name: "local-policy", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A trust policy or permission policy that irsa-local was given is no policy that IAM would store.", fix: "mend the element that the message names by its JSON pointer" },
            Self::LocalSetup => &Row { name: "local-setup", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The files are readable, but together they make no pod with a role.", fix: "give a service account, and a trust policy that names an OIDC provider as its Federated principal" },
            Self::LocalFaultScript => &Row { name: "local-fault-script", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A line of a fault script is none that irsa-local knows.", fix: "write one of the lines that docs/local.md lists" },
            Self::LocalAddress => &Row { name: "local-address", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "irsa-local cannot listen there: not a loopback address, or the port is taken.", fix: "listen on 127.0.0.1 or ::1, with port 0 for a free one" },
            Self::LocalState => &Row { name: "local-state", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The state folder or the log file of irsa-local cannot be written, or holds no running irsa-local.", fix: "give a folder that this user may write with --state" },
            Self::LocalUsage => &Row { name: "local-usage", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "The command line of irsa-local, or a request to its control paths, is not understood.", fix: "see irsa-local --help" },
            Self::LocalCommand => &Row { name: "local-command", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The command that `irsa-local run` was given could not be started.", fix: "write a program that exists and is executable after --" },
            Self::LocalControl => &Row { name: "local-control", kind: Kind::Broken, exit: 5, retry: Retry::No, what: "No running irsa-local answered, or what answered is none.", fix: "start `irsa-local serve`, and give its URL with --url or in IRSA_LOCAL_URL" },
            Self::Usage => &Row { name: "usage", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "The command's arguments are wrong.", fix: "see irsa help" },
            Self::RequestFile => &Row { name: "request-file", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "The file of `--request` is not an HTTP request as it is on the wire.", fix: "write a request line (GET / HTTP/1.1), header lines with Host among them, an empty line, and the body" },
            Self::InputUnreadable => &Row { name: "input-unreadable", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A file that the arguments name, or standard input, cannot be read.", fix: "name a file that exists and that this user may read" },
            Self::OutputUnwritable => &Row { name: "output-unwritable", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "Standard output cannot be written to.", fix: "make room where standard output goes, or open it" },
            Self::ExecMissing => &Row { name: "exec-missing", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "There is no such command to run.", fix: "write the command's path, or put its folder on PATH" },
            Self::ExecDenied => &Row { name: "exec-denied", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The command exists and cannot be run.", fix: "make the file executable, and see that its interpreter exists and that its file system allows execution" },
            Self::CommandMissing => &Row { name: "command-missing", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "The program irsa-local, which `irsa local` runs, is not there.", fix: "put irsa-local beside irsa or on PATH; in the sources: cargo build -p irsa-local" },
            Self::ServiceUnknown => &Row { name: "service-unknown", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "For which service to sign cannot be seen from the host's name.", fix: "say it: --service secretsmanager (the service's signing name)" },
            Self::SendRefused => &Row { name: "send-refused", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "The server answered a request that was sent as it was with an error status.", fix: "read the answer on standard output: it says what the service did not like; irsa sign --explain shows what was signed" },
            Self::DoctorFound => &Row { name: "doctor-found", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "`irsa doctor --offline` found something that keeps this pod from its credentials.", fix: "do what the first finding says" },
            Self::ServeAddress => &Row { name: "serve-address", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "`irsa serve` cannot listen where it was told to.", fix: "leave --port out for a free one, or stop what listens there" },
            Self::ServeFile => &Row { name: "serve-file", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "A file of `irsa serve` cannot be written or read: the authorization token's, or the port's.", fix: "name a file in a folder that exists and that this user may write to" },
            Self::ServeRequest => &Row { name: "serve-request", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A client of `irsa serve` sent something else than a GET or HEAD of what there is.", fix: "send GET /v1/credentials without a body, as the container credentials provider of every AWS SDK does" },
            Self::ServeForbidden => &Row { name: "serve-forbidden", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A request to `irsa serve` did not come straight from a program on this machine.", fix: "ask it by its own address (127.0.0.1, [::1] or localhost) from the same pod, without a proxy; for programs elsewhere run another irsa serve" },
            Self::ServeUnauthorized => &Row { name: "serve-unauthorized", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A request to `irsa serve` had no authorization token, or a wrong one.", fix: "set AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE as irsa serve printed it; the file begins anew with each start" },
            Self::ServeUnhealthy => &Row { name: "serve-unhealthy", kind: Kind::Broken, exit: 3, retry: Retry::Soon, what: "The `irsa serve` that was asked by `--health` is not there, or has no credentials that can be used.", fix: "read what it wrote on its standard error; irsa explain says where credentials would come from" },
            Self::RuntimeMissing => &Row { name: "runtime-missing", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "An async call was made outside of a tokio runtime.", fix: "await it in a task of tokio (#[tokio::main], Runtime::block_on, Handle::enter), with time enabled; elsewhere use the blocking call of the same name" },
            Self::CNull => &Row { name: "c-null", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "A function of libirsa was given NULL where it needs an argument.", fix: "give the argument that the message names; the function's comment in irsa.h says which may be NULL" },
            Self::CText => &Row { name: "c-text", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "A text given to a function of libirsa is not UTF-8, or has a NUL within.", fix: "give UTF-8 without NUL bytes; what may be any bytes (header values, bodies) is taken as such" },
            Self::CStruct => &Row { name: "c-struct", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "A struct given to a function of libirsa has a size that this version does not know.", fix: "set all of it to zero, then its member `size` to `sizeof` it; build against the irsa.h of the library that is loaded, or an older one" },
            Self::CValue => &Row { name: "c-value", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "A number given to a function of libirsa is none of those that irsa.h lists for it, or out of range.", fix: "give one of the constants of irsa.h" },
            Self::CCallback => &Row { name: "c-callback", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "A log callback asked for credentials when there were none in hand.", fix: "ask for credentials outside of the callback; within it, irsa_provider_get gives what is in hand, and never waits" },
            Self::COrder => &Row { name: "c-order", kind: Kind::Misuse, exit: 70, retry: Retry::No, what: "A function of libirsa was called before its handle was ready for it, or on a handle of another use.", fix: "call the function that the message names first; for a flow, irsa_flow_next until it lends no effect" },
            Self::DocumentMalformed => &Row { name: "document-malformed", kind: Kind::Misuse, exit: 2, retry: Retry::No, what: "A JSON document that is to be judged is not of the form that it has to have.", fix: "change the member that the message names" },
            Self::VerifyHeadersNotSigned => &Row { name: "verify-headers-not-signed", kind: Kind::Refused, exit: 4, retry: Retry::No, what: "A request has headers that must be under its signature and are not.", fix: "sign the request with all of its headers, after the last of them was added; a proxy that adds x-amz-… headers has to sign anew" },
            Self::ServicePages => &Row { name: "service-pages", kind: Kind::Broken, exit: 3, retry: Retry::No, what: "An answer in pages has more than was to be read, or its pages do not end.", fix: "ask for a narrower path or prefix, allow more, or read page by page with the token of each" },
        }
    }
}
