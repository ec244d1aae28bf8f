//! Made from `core/errors.toml` by `make errors`; do not edit.

/// The numbers of errors. They never change; more may come. Their pages: docs/errors.
#[allow(dead_code, reason = "for the header alone")]
#[repr(C)]
pub enum irsa_code {
    /// No error.
    IRSA_OK = 0,
    /// irsa broke one of its own rules.
    IRSA_BUG = 1,
    /// The host answered a question that is not open: a late answer, a second one, or one with another id.
    IRSA_FLOW_ANSWER_UNASKED = 2,
    /// The host answered an effect with an answer of another kind, such as a file for an HTTP request.
    IRSA_FLOW_ANSWER_MISMATCH = 3,
    /// The flow has already given its result.
    IRSA_FLOW_FINISHED = 4,
    /// The total deadline of the flow passed before it was done.
    IRSA_DEADLINE = 5,
    /// This host cannot do what the flow needs, such as running a process inside a Wasm plugin.
    IRSA_HOST_UNSUPPORTED = 6,
    /// Bytes that should be an encoded effect or answer are not.
    IRSA_ENCODING = 7,
    /// The calling program cancelled the call.
    IRSA_CANCELLED = 8,
    /// The web identity token is empty.
    IRSA_TOKEN_EMPTY = 10,
    /// The web identity token lacks one of its three parts, so it is cut or no JWT.
    IRSA_TOKEN_CUT = 11,
    /// The web identity token has more than three parts.
    IRSA_TOKEN_PARTS = 12,
    /// The web identity token is longer than the 20,000 characters that STS takes.
    IRSA_TOKEN_TOO_LONG = 13,
    /// Something stands behind the web identity token.
    IRSA_TOKEN_TRAILING = 14,
    /// The web identity token has a character that no JWT has.
    IRSA_TOKEN_CHARACTER = 15,
    /// The web identity token is not signed: its header says alg none, and the signature is empty.
    IRSA_TOKEN_UNSIGNED = 16,
    /// The web identity token file is not there.
    IRSA_TOKEN_FILE_MISSING = 20,
    /// The web identity token file may not be read by this process.
    IRSA_TOKEN_FILE_DENIED = 21,
    /// The path of the web identity token is a directory.
    IRSA_TOKEN_FILE_DIRECTORY = 22,
    /// The web identity token file is far larger than any token.
    IRSA_TOKEN_FILE_TOO_LARGE = 23,
    /// The web identity token file is not text.
    IRSA_TOKEN_FILE_UTF8 = 24,
    /// The web identity token file begins with a byte order mark.
    IRSA_TOKEN_FILE_BOM = 25,
    /// The web identity token file could not be read, for a reason that the system gives.
    IRSA_TOKEN_FILE_UNREADABLE = 26,
    /// The role's trust policy does not let this identity in, or something above it forbids it.
    IRSA_STS_ACCESS_DENIED = 40,
    /// STS says that the web identity token has expired.
    IRSA_STS_EXPIRED_TOKEN = 41,
    /// STS could not reach the identity provider.
    IRSA_STS_IDP_COMMUNICATION = 42,
    /// The identity provider rejected the claim.
    IRSA_STS_IDP_REJECTED_CLAIM = 43,
    /// STS answered with an error of its own.
    IRSA_STS_INTERNAL = 44,
    /// STS could not validate the web identity token.
    IRSA_STS_INVALID_TOKEN = 45,
    /// STS could not fetch the key that verifies the token.
    IRSA_STS_VERIFICATION_KEY = 46,
    /// The role's account has no IAM OIDC provider for the token's issuer.
    IRSA_STS_NO_PROVIDER = 47,
    /// STS says that the token was issued in the future or is not yet valid.
    IRSA_STS_TOKEN_NOT_YET_VALID = 48,
    /// The certificate of the issuer does not match the provider's thumbprints.
    IRSA_STS_THUMBPRINT = 49,
    /// The session policy is not a policy.
    IRSA_STS_MALFORMED_POLICY = 50,
    /// The session policy and tags are too large when packed.
    IRSA_STS_PACKED_POLICY = 51,
    /// STS is not activated in this Region for the account.
    IRSA_STS_REGION_DISABLED = 52,
    /// STS is throttling.
    IRSA_STS_THROTTLED = 53,
    /// STS says that a parameter is wrong.
    IRSA_STS_VALIDATION = 54,
    /// STS says that the role ARN is invalid.
    IRSA_STS_ROLE_ARN_INVALID = 55,
    /// STS does not grant so long a session.
    IRSA_STS_DURATION = 56,
    /// The clock of this machine is too far off for a signed request.
    IRSA_STS_CLOCK = 57,
    /// STS says that the signature is wrong.
    IRSA_STS_SIGNATURE = 58,
    /// STS does not know the access key or the session token.
    IRSA_STS_CREDENTIALS = 59,
    /// The credentials that signed the request have expired.
    IRSA_STS_CREDENTIALS_EXPIRED = 60,
    /// STS refused, with a code that irsa has no advice for.
    IRSA_STS_REFUSED = 61,
    /// The token's roles claim does not name the role that is asked for.
    IRSA_STS_ROLES_CLAIM = 62,
    /// The token lacks a claim that STS needs.
    IRSA_STS_MISSING_CLAIM = 63,
    /// The token has more than one audience and no authorized party.
    IRSA_STS_AUDIENCES = 64,
    /// Instead of STS something answered with a web page.
    IRSA_ANSWER_HTML = 65,
    /// The answer ends before it is whole.
    IRSA_ANSWER_CUT = 66,
    /// The answer is far larger than any that STS gives.
    IRSA_ANSWER_TOO_LARGE = 67,
    /// The endpoint answered with a redirect, which is never followed.
    IRSA_ANSWER_REDIRECT = 68,
    /// The answer has no body.
    IRSA_ANSWER_EMPTY = 69,
    /// The answer is well formed, but it is not what was asked for.
    IRSA_ANSWER_UNKNOWN = 70,
    /// The answer is neither XML nor JSON that irsa reads.
    IRSA_ANSWER_MALFORMED = 71,
    /// A parameter of the call is outside the limits of the STS API.
    IRSA_REQUEST_LIMIT = 72,
    /// FIPS and a custom endpoint are set at once.
    IRSA_ENDPOINT_FIPS_CUSTOM = 73,
    /// Dual-stack and a custom endpoint are set at once.
    IRSA_ENDPOINT_DUALSTACK_CUSTOM = 74,
    /// The endpoint URL is not one.
    IRSA_ENDPOINT_URL = 76,
    /// This is no Region.
    IRSA_REGION_INVALID = 77,
    /// This STS does not have the call.
    IRSA_STS_NO_ACTION = 78,
    /// The request could not be made: its URL, the proxy's URL, a header or the bundle of certificate authorities is wrong.
    IRSA_NET_INVALID = 80,
    /// The host name did not resolve.
    IRSA_NET_RESOLVE = 81,
    /// No connection could be made.
    IRSA_NET_CONNECT = 82,
    /// The proxy could not be reached, or refused.
    IRSA_NET_PROXY = 83,
    /// The TLS handshake failed.
    IRSA_NET_TLS = 84,
    /// No answer came in time.
    IRSA_NET_TIMEOUT = 85,
    /// The connection was closed before the answer was whole.
    IRSA_NET_CLOSED = 86,
    /// The request failed, and the host program cannot tell at which step.
    IRSA_NET_UNKNOWN = 87,
    /// The proxy refuses to reach this host, or wants another user and password.
    IRSA_NET_PROXY_REFUSED = 88,
    /// No source of the chain gave credentials.
    IRSA_NO_CREDENTIALS = 100,
    /// Of the two settings that web identity needs, the role's ARN and the token's file, one is missing.
    IRSA_WEB_IDENTITY_INCOMPLETE = 101,
    /// Of an access key id and its secret access key one is missing.
    IRSA_KEYS_INCOMPLETE = 102,
    /// The keys have expired, by the time that stands beside them.
    IRSA_KEYS_EXPIRED = 103,
    /// A setting has a value that it cannot have.
    IRSA_SETTING_INVALID = 104,
    /// The source that is configured is not built into this version of irsa.
    IRSA_SOURCE_NOT_BUILT = 105,
    /// A session policy was asked for, but the source gives keys without a call that could carry it.
    IRSA_SESSION_POLICY_UNUSED = 106,
    /// A config or credentials file may not be read by this process.
    IRSA_PROFILE_FILE_DENIED = 110,
    /// The path of a config or credentials file is a directory.
    IRSA_PROFILE_FILE_DIRECTORY = 111,
    /// A config or credentials file is larger than 1 MiB.
    IRSA_PROFILE_FILE_TOO_LARGE = 112,
    /// A config or credentials file could not be read, for a reason that the system gives.
    IRSA_PROFILE_FILE_UNREADABLE = 113,
    /// A config or credentials file is not UTF-8.
    IRSA_PROFILE_ENCODING = 114,
    /// A config or credentials file has a line that cannot be read.
    IRSA_PROFILE_SYNTAX = 115,
    /// The profile that was asked for is not there.
    IRSA_PROFILE_MISSING = 116,
    /// A profile's source_profile is not there.
    IRSA_SOURCE_PROFILE_MISSING = 117,
    /// Profiles name each other as source_profile, round and round.
    IRSA_SOURCE_PROFILE_CYCLE = 118,
    /// More than 16 profiles hang on each other by source_profile.
    IRSA_SOURCE_PROFILE_DEPTH = 119,
    /// A profile has both source_profile and credential_source.
    IRSA_ROLE_SOURCE_BOTH = 120,
    /// A profile has a role to assume, but nothing to assume it with.
    IRSA_ROLE_SOURCE_MISSING = 121,
    /// A profile is named as source_profile, but has no credentials.
    IRSA_SOURCE_PROFILE_EMPTY = 122,
    /// A profile's credential_source is none that exists.
    IRSA_CREDENTIAL_SOURCE_UNKNOWN = 123,
    /// The role is in another partition than the Region whose STS would be asked.
    IRSA_ROLE_PARTITION = 124,
    /// A profile takes its credentials from the environment, but there are no keys in it.
    IRSA_CREDENTIAL_SOURCE_EMPTY = 125,
    /// A profile's role is assumed with MFA (mfa_serial), and there is nobody whom irsa could ask for the code.
    IRSA_PROFILE_MFA = 126,
    /// This is not an ARN but a placeholder.
    IRSA_ARN_PLACEHOLDER = 140,
    /// The ARN has too many colons, or a Region where none belongs.
    IRSA_ARN_COLONS = 141,
    /// The ARN has too few parts.
    IRSA_ARN_CUT = 142,
    /// The ARN is IAM's, but of another kind of thing.
    IRSA_ARN_RESOURCE = 143,
    /// The ARN is of a session, not of the role.
    IRSA_ARN_ASSUMED_ROLE = 144,
    /// The ARN is of another service.
    IRSA_ARN_SERVICE = 145,
    /// The ARN names a partition that irsa does not know.
    IRSA_ARN_PARTITION = 146,
    /// The account in the ARN is not a number.
    IRSA_ARN_ACCOUNT = 147,
    /// The name or path in the ARN is not one that IAM gives.
    IRSA_ARN_NAME = 148,
    /// No Region is set.
    IRSA_REGION_MISSING = 149,
    /// The output has no room for the signed headers or the signed query.
    IRSA_SIGN_TOO_SMALL = 150,
    /// A request has more headers, query parameters or path segments than are signed without scratch.
    IRSA_SIGN_TOO_MANY_ITEMS = 151,
    /// A header cannot be signed: its name is no token, or its value has a control character.
    IRSA_SIGN_HEADER = 152,
    /// The path has a % that is not followed by two hexadecimal digits.
    IRSA_SIGN_ESCAPE = 153,
    /// An input of the signature is empty, or has characters that would break the signature's own syntax.
    IRSA_SIGN_UNUSABLE = 154,
    /// A presigned request was to live for less than a second or more than seven days.
    IRSA_SIGN_EXPIRES = 155,
    /// The query to be presigned holds parameters of a signature already.
    IRSA_SIGN_ALREADY_SIGNED = 156,
    /// A URL that is to be signed cannot be taken apart.
    IRSA_SIGN_URL = 157,
    /// A request without a host header was to be signed.
    IRSA_SIGN_NO_HOST = 158,
    /// A request that had to be signed is not.
    IRSA_VERIFY_NO_AUTH = 159,
    /// A request has a signature that is not whole or not well formed.
    IRSA_VERIFY_MALFORMED = 160,
    /// Nobody has the access key id that a request was signed with.
    IRSA_VERIFY_UNKNOWN_KEY = 161,
    /// A request was signed with a temporary key and has no session token.
    IRSA_VERIFY_TOKEN_MISSING = 162,
    /// The session token of a request is not that of its access key.
    IRSA_VERIFY_TOKEN_WRONG = 163,
    /// The temporary credentials that a request was signed with have ended.
    IRSA_VERIFY_CREDENTIALS_EXPIRED = 164,
    /// A presigned request came after its end.
    IRSA_VERIFY_EXPIRED = 165,
    /// A request was signed too long ago, or in the future.
    IRSA_VERIFY_SKEWED = 166,
    /// A request was signed for another region, service or day.
    IRSA_VERIFY_SCOPE = 167,
    /// The body of a request is not the one that was signed.
    IRSA_VERIFY_PAYLOAD = 168,
    /// The signature of a request is not the one that its secret gives.
    IRSA_VERIFY_MISMATCH = 169,
    /// The credentials that came have ended already, or will within a second, by STS's clock.
    IRSA_CREDENTIALS_ENDED = 170,
    /// The host began an exchange and never reported how it ended.
    IRSA_EXCHANGE_LOST = 171,
    /// The host reported an exchange that is not open.
    IRSA_EXCHANGE_UNKNOWN = 172,
    /// The host dropped several exchanges in a row before they had ended.
    IRSA_EXCHANGE_CANCELLED = 173,
    /// Too many callers wait for credentials already.
    IRSA_WAITERS_FULL = 174,
    /// An exported snapshot comes from the future: the clock was set back since, so its age is unknown.
    IRSA_SNAPSHOT_CLOCK = 175,
    /// Secrets Manager has no such secret in this Region and account.
    IRSA_SECRET_NOT_FOUND = 180,
    /// The role may not read the secret.
    IRSA_SECRET_DENIED = 181,
    /// Secrets Manager cannot decrypt the secret.
    IRSA_SECRET_DECRYPTION = 182,
    /// The secret cannot be read in its present state.
    IRSA_SECRET_STATE = 183,
    /// The service is throttling.
    IRSA_SERVICE_THROTTLED = 184,
    /// The service answered with an error of its own.
    IRSA_SERVICE_INTERNAL = 185,
    /// The service does not accept the credentials.
    IRSA_SERVICE_CREDENTIALS = 186,
    /// The service refused, with a code that irsa has no advice for.
    IRSA_SERVICE_REFUSED = 187,
    /// The answer is not one that the service gives.
    IRSA_SERVICE_ANSWER = 188,
    /// A parameter of the call is outside the service's limits.
    IRSA_SERVICE_PARAMETER = 189,
    /// Parameter Store has no such parameter, version or label in this Region and account.
    IRSA_PARAMETER_NOT_FOUND = 190,
    /// The role may not read the parameter.
    IRSA_PARAMETER_DENIED = 191,
    /// Parameter Store cannot decrypt the parameter.
    IRSA_PARAMETER_DECRYPTION = 192,
    /// The address of a database is not host:port, or its user is none.
    IRSA_RDS_ADDRESS = 193,
    /// S3 has no bucket of this name.
    IRSA_BUCKET_NOT_FOUND = 194,
    /// The bucket has no object of this key, or none of this version.
    IRSA_OBJECT_NOT_FOUND = 195,
    /// S3 does not let the role do this.
    IRSA_OBJECT_DENIED = 196,
    /// The bucket is in another Region than the one that was asked or signed for.
    IRSA_BUCKET_REGION = 197,
    /// The object lies in an archive and cannot be read at once.
    IRSA_OBJECT_ARCHIVED = 198,
    /// The condition of the request does not hold: the object has changed, or has not.
    IRSA_OBJECT_CONDITION = 199,
    /// The text is not a signed token: three base64url parts with a JSON header and an `alg`.
    IRSA_JWS_MALFORMED = 200,
    /// The token's `alg` is none, an HMAC, unknown, or does not fit the key.
    IRSA_JWS_ALGORITHM = 201,
    /// The signature does not belong to this token and this key.
    IRSA_JWS_SIGNATURE = 202,
    /// A public key of the key set cannot be used.
    IRSA_JWK_UNUSABLE = 203,
    /// The key set is not a JSON object with an array `keys`.
    IRSA_JWKS_MALFORMED = 204,
    /// The key set has no key for this token, or more than one that could be meant.
    IRSA_JWKS_NO_KEY = 205,
    /// The discovery document is not what OpenID Connect Discovery 1.0 section 3 asks for.
    IRSA_DISCOVERY_MALFORMED = 206,
    /// The discovery document names another issuer than the token.
    IRSA_DISCOVERY_ISSUER = 207,
    /// The policy is not JSON.
    IRSA_POLICY_JSON = 210,
    /// An element of the policy is missing, unknown or of the wrong kind.
    IRSA_POLICY_GRAMMAR = 211,
    /// A condition uses an operator that IAM does not have.
    IRSA_POLICY_OPERATOR = 212,
    /// The policy is larger than irsa reads.
    IRSA_POLICY_TOO_LARGE = 213,
    /// STS would refuse this token for this role.
    IRSA_STS_WOULD_REFUSE = 220,
    /// IAM would not store this trust policy.
    IRSA_POLICY_WOULD_REFUSE = 221,
    /// A file that irsa-local was given cannot be read.
    IRSA_LOCAL_FILE = 230,
    /// A ServiceAccount manifest or irsa-local.yaml is not YAML, or does not hold what it has to.
    IRSA_LOCAL_MANIFEST = 231,
    /// A trust policy or permission policy that irsa-local was given is no policy that IAM would store.
    IRSA_LOCAL_POLICY = 232,
    /// The files are readable, but together they make no pod with a role.
    IRSA_LOCAL_SETUP = 233,
    /// A line of a fault script is none that irsa-local knows.
    IRSA_LOCAL_FAULT_SCRIPT = 234,
    /// irsa-local cannot listen there: not a loopback address, or the port is taken.
    IRSA_LOCAL_ADDRESS = 235,
    /// The state folder or the log file of irsa-local cannot be written, or holds no running irsa-local.
    IRSA_LOCAL_STATE = 236,
    /// The command line of irsa-local, or a request to its control paths, is not understood.
    IRSA_LOCAL_USAGE = 237,
    /// The command that `irsa-local run` was given could not be started.
    IRSA_LOCAL_COMMAND = 238,
    /// No running irsa-local answered, or what answered is none.
    IRSA_LOCAL_CONTROL = 239,
    /// The command's arguments are wrong.
    IRSA_USAGE = 260,
    /// The file of `--request` is not an HTTP request as it is on the wire.
    IRSA_REQUEST_FILE = 261,
    /// A file that the arguments name, or standard input, cannot be read.
    IRSA_INPUT_UNREADABLE = 262,
    /// Standard output cannot be written to.
    IRSA_OUTPUT_UNWRITABLE = 263,
    /// There is no such command to run.
    IRSA_EXEC_MISSING = 264,
    /// The command exists and cannot be run.
    IRSA_EXEC_DENIED = 265,
    /// The program irsa-local, which `irsa local` runs, is not there.
    IRSA_COMMAND_MISSING = 266,
    /// For which service to sign cannot be seen from the host's name.
    IRSA_SERVICE_UNKNOWN = 267,
    /// The server answered a request that was sent as it was with an error status.
    IRSA_SEND_REFUSED = 268,
    /// `irsa doctor --offline` found something that keeps this pod from its credentials.
    IRSA_DOCTOR_FOUND = 278,
    /// `irsa serve` cannot listen where it was told to.
    IRSA_SERVE_ADDRESS = 280,
    /// A file of `irsa serve` cannot be written or read: the authorization token's, or the port's.
    IRSA_SERVE_FILE = 281,
    /// A client of `irsa serve` sent something else than a GET or HEAD of what there is.
    IRSA_SERVE_REQUEST = 282,
    /// A request to `irsa serve` did not come straight from a program on this machine.
    IRSA_SERVE_FORBIDDEN = 283,
    /// A request to `irsa serve` had no authorization token, or a wrong one.
    IRSA_SERVE_UNAUTHORIZED = 284,
    /// The `irsa serve` that was asked by `--health` is not there, or has no credentials that can be used.
    IRSA_SERVE_UNHEALTHY = 285,
    /// An async call was made outside of a tokio runtime.
    IRSA_RUNTIME_MISSING = 290,
    /// A function of libirsa was given NULL where it needs an argument.
    IRSA_C_NULL = 300,
    /// A text given to a function of libirsa is not UTF-8, or has a NUL within.
    IRSA_C_TEXT = 301,
    /// A struct given to a function of libirsa has a size that this version does not know.
    IRSA_C_STRUCT = 302,
    /// A number given to a function of libirsa is none of those that irsa.h lists for it, or out of range.
    IRSA_C_VALUE = 303,
    /// A log callback asked for credentials when there were none in hand.
    IRSA_C_CALLBACK = 304,
    /// A function of libirsa was called before its handle was ready for it, or on a handle of another use.
    IRSA_C_ORDER = 305,
    /// A JSON document that is to be judged is not of the form that it has to have.
    IRSA_DOCUMENT_MALFORMED = 306,
    /// A request has headers that must be under its signature and are not.
    IRSA_VERIFY_HEADERS_NOT_SIGNED = 310,
    /// An answer in pages has more than was to be read, or its pages do not end.
    IRSA_SERVICE_PAGES = 330,
}
