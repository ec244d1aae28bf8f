/* irsa.h: AWS credentials and signed requests for a pod with a service account. Made by cbindgen; do not edit.
 *
 * The rules
 *  1. Functions that can fail give 0 (IRSA_OK) or the error's number, and take `irsa_error **err` last. It may be NULL.
 *     After a failure *err is an error to be freed, after a success NULL. Other outputs are untouched by a failure.
 *  2. Names: irsa_<noun>_<verb>(handle, inputs, outputs, err). `const` means that nothing of it changes that one can see.
 *  3. A handle that a function leaves in an output (**) is yours: free it with irsa_<noun>_free, once. NULL is fine there.
 *     What is lent (const char *, irsa_str, irsa_bytes, const struct *) lives as long as the handle it came from.
 *  4. NULL is never read. Where a comment does not say that it may be NULL, it gives IRSA_C_NULL, and NULL or 0 from
 *     functions that cannot fail. All other pointers have to be good for the call; what is written overlaps nothing else.
 *  5. Text is UTF-8. In: a C string, or an irsa_str, which needs no NUL. Out: always with a NUL behind it. Header values
 *     and bodies are any bytes. Times are milliseconds since 1970-01-01T00:00:00Z unless their name says otherwise.
 *  6. Structs that may grow begin with `size`. Set all of it to zero (= IRSA_ZERO), then `size` to sizeof it; a program
 *     built with an older header goes on working. Structs that irsa lends only grow at their end: their `size` is that of
 *     the library's, so a copy gets its own sizeof.
 *  7. Threads: irsa_provider and irsa_cancel may be used by many at once, and so may whatever is only read (const) but an
 *     irsa_flow. All other handles by one at a time. A name is looked up, and a program's output read, on a thread that
 *     ends with that; none stays unless an option asks for it. They have the signal mask of the thread that called. Do not
 *     cancel (pthread_cancel) or jump out of a thread within irsa.
 *  8. fork: a child may use what it inherits. Its providers and cancel switches start anew at their first use: with the
 *     credentials in hand, without a lock, a thread or a connection of the parent's. Do not fork from within a callback.
 *  9. There is nothing to initialise, and nothing to shut down but handles. The library stays loaded after dlclose.
 *     It prints nothing, installs no signal handler, changes no environment. A bug of its own is IRSA_BUG, not a crash.
 * 10. Secrets are wiped when freed, and are in no error and no log line. Numbers of errors never change (docs/errors).
 *
 * The order: numbers of errors and other constants; structs; then functions, by what they are for:
 *     texts, time, errors      irsa_buffer_, irsa_clock_, irsa_code_, irsa_error_, irsa_version
 *     provider                 irsa_provider_, irsa_signed_: most programs begin here; irsa_cancel_, irsa_credentials_,
 *                              irsa_prepared_, irsa_headers_, irsa_received_
 *     signatures               irsa_keys_, irsa_request_, irsa_http_call_, irsa_url_, irsa_explanation_, irsa_hash_
 *     flows                    irsa_flow_, and irsa_effect_, irsa_answer_, irsa_message_
 *     services                 irsa_sts_, irsa_secret_, irsa_parameters_, irsa_s3_, irsa_rds_, irsa_token_: one function
 *                              makes the request, one reads the answer; irsa_provider_send is between them
 *     judging, AWS's texts     irsa_trust_, irsa_policy_, irsa_jws_, irsa_jwks_; ARNs, times, profiles
 */

#ifndef IRSA_H
#define IRSA_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Of this header; irsa_version() is that of the library. */
#define IRSA_VERSION "0.1.0"

/* What a struct is set to before its size is. */
#ifdef __cplusplus
#define IRSA_ZERO {}
#else
#define IRSA_ZERO {0}
#endif

/* An irsa_str for printf's %.*s. */
#define IRSA_PRINT(text) (int)(text).len, (text).data


/**
 * An end that never comes.
 */
#define IRSA_NEVER INT64_MAX

/**
 * A time that is not known.
 */
#define IRSA_UNKNOWN INT64_MIN

/**
 * The numbers of errors. They never change; more may come. Their pages: docs/errors.
 */
typedef enum irsa_code {
    /**
     * No error.
     */
    IRSA_OK = 0,
    /**
     * irsa broke one of its own rules.
     */
    IRSA_BUG = 1,
    /**
     * The host answered a question that is not open: a late answer, a second one, or one with another id.
     */
    IRSA_FLOW_ANSWER_UNASKED = 2,
    /**
     * The host answered an effect with an answer of another kind, such as a file for an HTTP request.
     */
    IRSA_FLOW_ANSWER_MISMATCH = 3,
    /**
     * The flow has already given its result.
     */
    IRSA_FLOW_FINISHED = 4,
    /**
     * The total deadline of the flow passed before it was done.
     */
    IRSA_DEADLINE = 5,
    /**
     * This host cannot do what the flow needs, such as running a process inside a Wasm plugin.
     */
    IRSA_HOST_UNSUPPORTED = 6,
    /**
     * Bytes that should be an encoded effect or answer are not.
     */
    IRSA_ENCODING = 7,
    /**
     * The calling program cancelled the call.
     */
    IRSA_CANCELLED = 8,
    /**
     * The web identity token is empty.
     */
    IRSA_TOKEN_EMPTY = 10,
    /**
     * The web identity token lacks one of its three parts, so it is cut or no JWT.
     */
    IRSA_TOKEN_CUT = 11,
    /**
     * The web identity token has more than three parts.
     */
    IRSA_TOKEN_PARTS = 12,
    /**
     * The web identity token is longer than the 20,000 characters that STS takes.
     */
    IRSA_TOKEN_TOO_LONG = 13,
    /**
     * Something stands behind the web identity token.
     */
    IRSA_TOKEN_TRAILING = 14,
    /**
     * The web identity token has a character that no JWT has.
     */
    IRSA_TOKEN_CHARACTER = 15,
    /**
     * The web identity token is not signed: its header says alg none, and the signature is empty.
     */
    IRSA_TOKEN_UNSIGNED = 16,
    /**
     * The web identity token file is not there.
     */
    IRSA_TOKEN_FILE_MISSING = 20,
    /**
     * The web identity token file may not be read by this process.
     */
    IRSA_TOKEN_FILE_DENIED = 21,
    /**
     * The path of the web identity token is a directory.
     */
    IRSA_TOKEN_FILE_DIRECTORY = 22,
    /**
     * The web identity token file is far larger than any token.
     */
    IRSA_TOKEN_FILE_TOO_LARGE = 23,
    /**
     * The web identity token file is not text.
     */
    IRSA_TOKEN_FILE_UTF8 = 24,
    /**
     * The web identity token file begins with a byte order mark.
     */
    IRSA_TOKEN_FILE_BOM = 25,
    /**
     * The web identity token file could not be read, for a reason that the system gives.
     */
    IRSA_TOKEN_FILE_UNREADABLE = 26,
    /**
     * The role's trust policy does not let this identity in, or something above it forbids it.
     */
    IRSA_STS_ACCESS_DENIED = 40,
    /**
     * STS says that the web identity token has expired.
     */
    IRSA_STS_EXPIRED_TOKEN = 41,
    /**
     * STS could not reach the identity provider.
     */
    IRSA_STS_IDP_COMMUNICATION = 42,
    /**
     * The identity provider rejected the claim.
     */
    IRSA_STS_IDP_REJECTED_CLAIM = 43,
    /**
     * STS answered with an error of its own.
     */
    IRSA_STS_INTERNAL = 44,
    /**
     * STS could not validate the web identity token.
     */
    IRSA_STS_INVALID_TOKEN = 45,
    /**
     * STS could not fetch the key that verifies the token.
     */
    IRSA_STS_VERIFICATION_KEY = 46,
    /**
     * The role's account has no IAM OIDC provider for the token's issuer.
     */
    IRSA_STS_NO_PROVIDER = 47,
    /**
     * STS says that the token was issued in the future or is not yet valid.
     */
    IRSA_STS_TOKEN_NOT_YET_VALID = 48,
    /**
     * The certificate of the issuer does not match the provider's thumbprints.
     */
    IRSA_STS_THUMBPRINT = 49,
    /**
     * The session policy is not a policy.
     */
    IRSA_STS_MALFORMED_POLICY = 50,
    /**
     * The session policy and tags are too large when packed.
     */
    IRSA_STS_PACKED_POLICY = 51,
    /**
     * STS is not activated in this Region for the account.
     */
    IRSA_STS_REGION_DISABLED = 52,
    /**
     * STS is throttling.
     */
    IRSA_STS_THROTTLED = 53,
    /**
     * STS says that a parameter is wrong.
     */
    IRSA_STS_VALIDATION = 54,
    /**
     * STS says that the role ARN is invalid.
     */
    IRSA_STS_ROLE_ARN_INVALID = 55,
    /**
     * STS does not grant so long a session.
     */
    IRSA_STS_DURATION = 56,
    /**
     * The clock of this machine is too far off for a signed request.
     */
    IRSA_STS_CLOCK = 57,
    /**
     * STS says that the signature is wrong.
     */
    IRSA_STS_SIGNATURE = 58,
    /**
     * STS does not know the access key or the session token.
     */
    IRSA_STS_CREDENTIALS = 59,
    /**
     * The credentials that signed the request have expired.
     */
    IRSA_STS_CREDENTIALS_EXPIRED = 60,
    /**
     * STS refused, with a code that irsa has no advice for.
     */
    IRSA_STS_REFUSED = 61,
    /**
     * The token's roles claim does not name the role that is asked for.
     */
    IRSA_STS_ROLES_CLAIM = 62,
    /**
     * The token lacks a claim that STS needs.
     */
    IRSA_STS_MISSING_CLAIM = 63,
    /**
     * The token has more than one audience and no authorized party.
     */
    IRSA_STS_AUDIENCES = 64,
    /**
     * Instead of STS something answered with a web page.
     */
    IRSA_ANSWER_HTML = 65,
    /**
     * The answer ends before it is whole.
     */
    IRSA_ANSWER_CUT = 66,
    /**
     * The answer is far larger than any that STS gives.
     */
    IRSA_ANSWER_TOO_LARGE = 67,
    /**
     * The endpoint answered with a redirect, which is never followed.
     */
    IRSA_ANSWER_REDIRECT = 68,
    /**
     * The answer has no body.
     */
    IRSA_ANSWER_EMPTY = 69,
    /**
     * The answer is well formed, but it is not what was asked for.
     */
    IRSA_ANSWER_UNKNOWN = 70,
    /**
     * The answer is neither XML nor JSON that irsa reads.
     */
    IRSA_ANSWER_MALFORMED = 71,
    /**
     * A parameter of the call is outside the limits of the STS API.
     */
    IRSA_REQUEST_LIMIT = 72,
    /**
     * FIPS and a custom endpoint are set at once.
     */
    IRSA_ENDPOINT_FIPS_CUSTOM = 73,
    /**
     * Dual-stack and a custom endpoint are set at once.
     */
    IRSA_ENDPOINT_DUALSTACK_CUSTOM = 74,
    /**
     * The endpoint URL is not one.
     */
    IRSA_ENDPOINT_URL = 76,
    /**
     * This is no Region.
     */
    IRSA_REGION_INVALID = 77,
    /**
     * This STS does not have the call.
     */
    IRSA_STS_NO_ACTION = 78,
    /**
     * The request could not be made: its URL, the proxy's URL, a header or the bundle of certificate authorities is wrong.
     */
    IRSA_NET_INVALID = 80,
    /**
     * The host name did not resolve.
     */
    IRSA_NET_RESOLVE = 81,
    /**
     * No connection could be made.
     */
    IRSA_NET_CONNECT = 82,
    /**
     * The proxy could not be reached, or refused.
     */
    IRSA_NET_PROXY = 83,
    /**
     * The TLS handshake failed.
     */
    IRSA_NET_TLS = 84,
    /**
     * No answer came in time.
     */
    IRSA_NET_TIMEOUT = 85,
    /**
     * The connection was closed before the answer was whole.
     */
    IRSA_NET_CLOSED = 86,
    /**
     * The request failed, and the host program cannot tell at which step.
     */
    IRSA_NET_UNKNOWN = 87,
    /**
     * The proxy refuses to reach this host, or wants another user and password.
     */
    IRSA_NET_PROXY_REFUSED = 88,
    /**
     * No source of the chain gave credentials.
     */
    IRSA_NO_CREDENTIALS = 100,
    /**
     * Of the two settings that web identity needs, the role's ARN and the token's file, one is missing.
     */
    IRSA_WEB_IDENTITY_INCOMPLETE = 101,
    /**
     * Of an access key id and its secret access key one is missing.
     */
    IRSA_KEYS_INCOMPLETE = 102,
    /**
     * The keys have expired, by the time that stands beside them.
     */
    IRSA_KEYS_EXPIRED = 103,
    /**
     * A setting has a value that it cannot have.
     */
    IRSA_SETTING_INVALID = 104,
    /**
     * The source that is configured is not built into this version of irsa.
     */
    IRSA_SOURCE_NOT_BUILT = 105,
    /**
     * A session policy was asked for, but the source gives keys without a call that could carry it.
     */
    IRSA_SESSION_POLICY_UNUSED = 106,
    /**
     * A config or credentials file may not be read by this process.
     */
    IRSA_PROFILE_FILE_DENIED = 110,
    /**
     * The path of a config or credentials file is a directory.
     */
    IRSA_PROFILE_FILE_DIRECTORY = 111,
    /**
     * A config or credentials file is larger than 1 MiB.
     */
    IRSA_PROFILE_FILE_TOO_LARGE = 112,
    /**
     * A config or credentials file could not be read, for a reason that the system gives.
     */
    IRSA_PROFILE_FILE_UNREADABLE = 113,
    /**
     * A config or credentials file is not UTF-8.
     */
    IRSA_PROFILE_ENCODING = 114,
    /**
     * A config or credentials file has a line that cannot be read.
     */
    IRSA_PROFILE_SYNTAX = 115,
    /**
     * The profile that was asked for is not there.
     */
    IRSA_PROFILE_MISSING = 116,
    /**
     * A profile's source_profile is not there.
     */
    IRSA_SOURCE_PROFILE_MISSING = 117,
    /**
     * Profiles name each other as source_profile, round and round.
     */
    IRSA_SOURCE_PROFILE_CYCLE = 118,
    /**
     * More than 16 profiles hang on each other by source_profile.
     */
    IRSA_SOURCE_PROFILE_DEPTH = 119,
    /**
     * A profile has both source_profile and credential_source.
     */
    IRSA_ROLE_SOURCE_BOTH = 120,
    /**
     * A profile has a role to assume, but nothing to assume it with.
     */
    IRSA_ROLE_SOURCE_MISSING = 121,
    /**
     * A profile is named as source_profile, but has no credentials.
     */
    IRSA_SOURCE_PROFILE_EMPTY = 122,
    /**
     * A profile's credential_source is none that exists.
     */
    IRSA_CREDENTIAL_SOURCE_UNKNOWN = 123,
    /**
     * The role is in another partition than the Region whose STS would be asked.
     */
    IRSA_ROLE_PARTITION = 124,
    /**
     * A profile takes its credentials from the environment, but there are no keys in it.
     */
    IRSA_CREDENTIAL_SOURCE_EMPTY = 125,
    /**
     * A profile's role is assumed with MFA (mfa_serial), and there is nobody whom irsa could ask for the code.
     */
    IRSA_PROFILE_MFA = 126,
    /**
     * This is not an ARN but a placeholder.
     */
    IRSA_ARN_PLACEHOLDER = 140,
    /**
     * The ARN has too many colons, or a Region where none belongs.
     */
    IRSA_ARN_COLONS = 141,
    /**
     * The ARN has too few parts.
     */
    IRSA_ARN_CUT = 142,
    /**
     * The ARN is IAM's, but of another kind of thing.
     */
    IRSA_ARN_RESOURCE = 143,
    /**
     * The ARN is of a session, not of the role.
     */
    IRSA_ARN_ASSUMED_ROLE = 144,
    /**
     * The ARN is of another service.
     */
    IRSA_ARN_SERVICE = 145,
    /**
     * The ARN names a partition that irsa does not know.
     */
    IRSA_ARN_PARTITION = 146,
    /**
     * The account in the ARN is not a number.
     */
    IRSA_ARN_ACCOUNT = 147,
    /**
     * The name or path in the ARN is not one that IAM gives.
     */
    IRSA_ARN_NAME = 148,
    /**
     * No Region is set.
     */
    IRSA_REGION_MISSING = 149,
    /**
     * The output has no room for the signed headers or the signed query.
     */
    IRSA_SIGN_TOO_SMALL = 150,
    /**
     * A request has more headers, query parameters or path segments than are signed without scratch.
     */
    IRSA_SIGN_TOO_MANY_ITEMS = 151,
    /**
     * A header cannot be signed: its name is no token, or its value has a control character.
     */
    IRSA_SIGN_HEADER = 152,
    /**
     * The path has a % that is not followed by two hexadecimal digits.
     */
    IRSA_SIGN_ESCAPE = 153,
    /**
     * An input of the signature is empty, or has characters that would break the signature's own syntax.
     */
    IRSA_SIGN_UNUSABLE = 154,
    /**
     * A presigned request was to live for less than a second or more than seven days.
     */
    IRSA_SIGN_EXPIRES = 155,
    /**
     * The query to be presigned holds parameters of a signature already.
     */
    IRSA_SIGN_ALREADY_SIGNED = 156,
    /**
     * A URL that is to be signed cannot be taken apart.
     */
    IRSA_SIGN_URL = 157,
    /**
     * A request without a host header was to be signed.
     */
    IRSA_SIGN_NO_HOST = 158,
    /**
     * A request that had to be signed is not.
     */
    IRSA_VERIFY_NO_AUTH = 159,
    /**
     * A request has a signature that is not whole or not well formed.
     */
    IRSA_VERIFY_MALFORMED = 160,
    /**
     * Nobody has the access key id that a request was signed with.
     */
    IRSA_VERIFY_UNKNOWN_KEY = 161,
    /**
     * A request was signed with a temporary key and has no session token.
     */
    IRSA_VERIFY_TOKEN_MISSING = 162,
    /**
     * The session token of a request is not that of its access key.
     */
    IRSA_VERIFY_TOKEN_WRONG = 163,
    /**
     * The temporary credentials that a request was signed with have ended.
     */
    IRSA_VERIFY_CREDENTIALS_EXPIRED = 164,
    /**
     * A presigned request came after its end.
     */
    IRSA_VERIFY_EXPIRED = 165,
    /**
     * A request was signed too long ago, or in the future.
     */
    IRSA_VERIFY_SKEWED = 166,
    /**
     * A request was signed for another region, service or day.
     */
    IRSA_VERIFY_SCOPE = 167,
    /**
     * The body of a request is not the one that was signed.
     */
    IRSA_VERIFY_PAYLOAD = 168,
    /**
     * The signature of a request is not the one that its secret gives.
     */
    IRSA_VERIFY_MISMATCH = 169,
    /**
     * The credentials that came have ended already, or will within a second, by STS's clock.
     */
    IRSA_CREDENTIALS_ENDED = 170,
    /**
     * The host began an exchange and never reported how it ended.
     */
    IRSA_EXCHANGE_LOST = 171,
    /**
     * The host reported an exchange that is not open.
     */
    IRSA_EXCHANGE_UNKNOWN = 172,
    /**
     * The host dropped several exchanges in a row before they had ended.
     */
    IRSA_EXCHANGE_CANCELLED = 173,
    /**
     * Too many callers wait for credentials already.
     */
    IRSA_WAITERS_FULL = 174,
    /**
     * An exported snapshot comes from the future: the clock was set back since, so its age is unknown.
     */
    IRSA_SNAPSHOT_CLOCK = 175,
    /**
     * Secrets Manager has no such secret in this Region and account.
     */
    IRSA_SECRET_NOT_FOUND = 180,
    /**
     * The role may not read the secret.
     */
    IRSA_SECRET_DENIED = 181,
    /**
     * Secrets Manager cannot decrypt the secret.
     */
    IRSA_SECRET_DECRYPTION = 182,
    /**
     * The secret cannot be read in its present state.
     */
    IRSA_SECRET_STATE = 183,
    /**
     * The service is throttling.
     */
    IRSA_SERVICE_THROTTLED = 184,
    /**
     * The service answered with an error of its own.
     */
    IRSA_SERVICE_INTERNAL = 185,
    /**
     * The service does not accept the credentials.
     */
    IRSA_SERVICE_CREDENTIALS = 186,
    /**
     * The service refused, with a code that irsa has no advice for.
     */
    IRSA_SERVICE_REFUSED = 187,
    /**
     * The answer is not one that the service gives.
     */
    IRSA_SERVICE_ANSWER = 188,
    /**
     * A parameter of the call is outside the service's limits.
     */
    IRSA_SERVICE_PARAMETER = 189,
    /**
     * Parameter Store has no such parameter, version or label in this Region and account.
     */
    IRSA_PARAMETER_NOT_FOUND = 190,
    /**
     * The role may not read the parameter.
     */
    IRSA_PARAMETER_DENIED = 191,
    /**
     * Parameter Store cannot decrypt the parameter.
     */
    IRSA_PARAMETER_DECRYPTION = 192,
    /**
     * The address of a database is not host:port, or its user is none.
     */
    IRSA_RDS_ADDRESS = 193,
    /**
     * S3 has no bucket of this name.
     */
    IRSA_BUCKET_NOT_FOUND = 194,
    /**
     * The bucket has no object of this key, or none of this version.
     */
    IRSA_OBJECT_NOT_FOUND = 195,
    /**
     * S3 does not let the role do this.
     */
    IRSA_OBJECT_DENIED = 196,
    /**
     * The bucket is in another Region than the one that was asked or signed for.
     */
    IRSA_BUCKET_REGION = 197,
    /**
     * The object lies in an archive and cannot be read at once.
     */
    IRSA_OBJECT_ARCHIVED = 198,
    /**
     * The condition of the request does not hold: the object has changed, or has not.
     */
    IRSA_OBJECT_CONDITION = 199,
    /**
     * The text is not a signed token: three base64url parts with a JSON header and an `alg`.
     */
    IRSA_JWS_MALFORMED = 200,
    /**
     * The token's `alg` is none, an HMAC, unknown, or does not fit the key.
     */
    IRSA_JWS_ALGORITHM = 201,
    /**
     * The signature does not belong to this token and this key.
     */
    IRSA_JWS_SIGNATURE = 202,
    /**
     * A public key of the key set cannot be used.
     */
    IRSA_JWK_UNUSABLE = 203,
    /**
     * The key set is not a JSON object with an array `keys`.
     */
    IRSA_JWKS_MALFORMED = 204,
    /**
     * The key set has no key for this token, or more than one that could be meant.
     */
    IRSA_JWKS_NO_KEY = 205,
    /**
     * The discovery document is not what OpenID Connect Discovery 1.0 section 3 asks for.
     */
    IRSA_DISCOVERY_MALFORMED = 206,
    /**
     * The discovery document names another issuer than the token.
     */
    IRSA_DISCOVERY_ISSUER = 207,
    /**
     * The policy is not JSON.
     */
    IRSA_POLICY_JSON = 210,
    /**
     * An element of the policy is missing, unknown or of the wrong kind.
     */
    IRSA_POLICY_GRAMMAR = 211,
    /**
     * A condition uses an operator that IAM does not have.
     */
    IRSA_POLICY_OPERATOR = 212,
    /**
     * The policy is larger than irsa reads.
     */
    IRSA_POLICY_TOO_LARGE = 213,
    /**
     * STS would refuse this token for this role.
     */
    IRSA_STS_WOULD_REFUSE = 220,
    /**
     * IAM would not store this trust policy.
     */
    IRSA_POLICY_WOULD_REFUSE = 221,
    /**
     * A file that irsa-local was given cannot be read.
     */
    IRSA_LOCAL_FILE = 230,
    /**
     * A ServiceAccount manifest or irsa-local.yaml is not YAML, or does not hold what it has to.
     */
    IRSA_LOCAL_MANIFEST = 231,
    /**
     * A trust policy or permission policy that irsa-local was given is no policy that IAM would store.
     */
    IRSA_LOCAL_POLICY = 232,
    /**
     * The files are readable, but together they make no pod with a role.
     */
    IRSA_LOCAL_SETUP = 233,
    /**
     * A line of a fault script is none that irsa-local knows.
     */
    IRSA_LOCAL_FAULT_SCRIPT = 234,
    /**
     * irsa-local cannot listen there: not a loopback address, or the port is taken.
     */
    IRSA_LOCAL_ADDRESS = 235,
    /**
     * The state folder or the log file of irsa-local cannot be written, or holds no running irsa-local.
     */
    IRSA_LOCAL_STATE = 236,
    /**
     * The command line of irsa-local, or a request to its control paths, is not understood.
     */
    IRSA_LOCAL_USAGE = 237,
    /**
     * The command that `irsa-local run` was given could not be started.
     */
    IRSA_LOCAL_COMMAND = 238,
    /**
     * No running irsa-local answered, or what answered is none.
     */
    IRSA_LOCAL_CONTROL = 239,
    /**
     * The command's arguments are wrong.
     */
    IRSA_USAGE = 260,
    /**
     * The file of `--request` is not an HTTP request as it is on the wire.
     */
    IRSA_REQUEST_FILE = 261,
    /**
     * A file that the arguments name, or standard input, cannot be read.
     */
    IRSA_INPUT_UNREADABLE = 262,
    /**
     * Standard output cannot be written to.
     */
    IRSA_OUTPUT_UNWRITABLE = 263,
    /**
     * There is no such command to run.
     */
    IRSA_EXEC_MISSING = 264,
    /**
     * The command exists and cannot be run.
     */
    IRSA_EXEC_DENIED = 265,
    /**
     * The program irsa-local, which `irsa local` runs, is not there.
     */
    IRSA_COMMAND_MISSING = 266,
    /**
     * For which service to sign cannot be seen from the host's name.
     */
    IRSA_SERVICE_UNKNOWN = 267,
    /**
     * The server answered a request that was sent as it was with an error status.
     */
    IRSA_SEND_REFUSED = 268,
    /**
     * `irsa doctor --offline` found something that keeps this pod from its credentials.
     */
    IRSA_DOCTOR_FOUND = 278,
    /**
     * `irsa serve` cannot listen where it was told to.
     */
    IRSA_SERVE_ADDRESS = 280,
    /**
     * A file of `irsa serve` cannot be written or read: the authorization token's, or the port's.
     */
    IRSA_SERVE_FILE = 281,
    /**
     * A client of `irsa serve` sent something else than a GET or HEAD of what there is.
     */
    IRSA_SERVE_REQUEST = 282,
    /**
     * A request to `irsa serve` did not come straight from a program on this machine.
     */
    IRSA_SERVE_FORBIDDEN = 283,
    /**
     * A request to `irsa serve` had no authorization token, or a wrong one.
     */
    IRSA_SERVE_UNAUTHORIZED = 284,
    /**
     * The `irsa serve` that was asked by `--health` is not there, or has no credentials that can be used.
     */
    IRSA_SERVE_UNHEALTHY = 285,
    /**
     * An async call was made outside of a tokio runtime.
     */
    IRSA_RUNTIME_MISSING = 290,
    /**
     * A function of libirsa was given NULL where it needs an argument.
     */
    IRSA_C_NULL = 300,
    /**
     * A text given to a function of libirsa is not UTF-8, or has a NUL within.
     */
    IRSA_C_TEXT = 301,
    /**
     * A struct given to a function of libirsa has a size that this version does not know.
     */
    IRSA_C_STRUCT = 302,
    /**
     * A number given to a function of libirsa is none of those that irsa.h lists for it, or out of range.
     */
    IRSA_C_VALUE = 303,
    /**
     * A log callback asked for credentials when there were none in hand.
     */
    IRSA_C_CALLBACK = 304,
    /**
     * A function of libirsa was called before its handle was ready for it, or on a handle of another use.
     */
    IRSA_C_ORDER = 305,
    /**
     * A JSON document that is to be judged is not of the form that it has to have.
     */
    IRSA_DOCUMENT_MALFORMED = 306,
    /**
     * A request has headers that must be under its signature and are not.
     */
    IRSA_VERIFY_HEADERS_NOT_SIGNED = 310,
    /**
     * An answer in pages has more than was to be read, or its pages do not end.
     */
    IRSA_SERVICE_PAGES = 330,
} irsa_code;

/**
 * Whose fault an error is.
 */
typedef enum irsa_kind {
    /**
     * The calling program's: a wrong argument, a wrong order.
     */
    IRSA_KIND_MISUSE = 1,
    /**
     * AWS said no.
     */
    IRSA_KIND_REFUSED = 2,
    /**
     * A file, a setting or the network is not as it has to be.
     */
    IRSA_KIND_BROKEN = 3,
    /**
     * irsa's own: report it.
     */
    IRSA_KIND_BUG = 4,
} irsa_kind;

/**
 * Whether trying again can help.
 */
typedef enum irsa_retry {
    /**
     * No.
     */
    IRSA_RETRY_NO = 1,
    /**
     * Yes, with exponential back-off and jitter.
     */
    IRSA_RETRY_SOON = 2,
    /**
     * Yes, but slowly: the other side is throttling.
     */
    IRSA_RETRY_SLOWLY = 3,
    /**
     * Read the token again first.
     */
    IRSA_RETRY_REREAD = 4,
} irsa_retry;

/**
 * What a signature says of the body.
 */
typedef enum irsa_payload {
    /**
     * `body` is the body, and is hashed.
     */
    IRSA_PAYLOAD_BODY = 0,
    /**
     * `hash` is its SHA-256 in lower-case hexadecimal, or a word that S3 knows.
     */
    IRSA_PAYLOAD_HASH = 1,
    /**
     * Nothing (`UNSIGNED-PAYLOAD`): S3 and a few others take it, over TLS.
     */
    IRSA_PAYLOAD_UNSIGNED = 2,
} irsa_payload;

/**
 * A choice that is the service's own unless the caller makes it.
 */
typedef enum irsa_choice {
    /**
     * As the service wants it: S3 one way, all others the other.
     */
    IRSA_AUTO = 0,
    /**
     * Yes.
     */
    IRSA_YES = 1,
    /**
     * No.
     */
    IRSA_NO = 2,
} irsa_choice;

/**
 * How a path becomes canonical.
 */
typedef enum irsa_path {
    /**
     * As the service wants it: S3 once, all others twice.
     */
    IRSA_PATH_AUTO = 0,
    /**
     * Encoded once more than on the wire.
     */
    IRSA_PATH_TWICE = 1,
    /**
     * Decoded and encoded strictly.
     */
    IRSA_PATH_ONCE = 2,
    /**
     * As on the wire.
     */
    IRSA_PATH_AS_IS = 3,
} irsa_path;

/**
 * Which headers are signed. `host` always is, `authorization` never.
 */
typedef enum irsa_signed_headers {
    /**
     * All but those that proxies and connections change (`user-agent`, `connection`, `x-amzn-trace-id`, …).
     */
    IRSA_HEADERS_AUTO = 0,
    /**
     * Those listed alone.
     */
    IRSA_HEADERS_ONLY = 1,
    /**
     * All but those listed.
     */
    IRSA_HEADERS_ALL_BUT = 2,
} irsa_signed_headers;

/**
 * What a flow asks for. The numbers never change; others may come, and are answered with `IRSA_EFFECT_UNSUPPORTED`.
 */
typedef enum irsa_effect_kind {
    /**
     * As the kind of an answer: this program cannot do it.
     */
    IRSA_EFFECT_UNSUPPORTED = 0,
    /**
     * Read the file `path` whole, at most `limit` bytes.
     */
    IRSA_EFFECT_READ_FILE = 1,
    /**
     * Replace the file `path` by `bytes` at once: write a new file with mode 0600 beside it, rename it.
     */
    IRSA_EFFECT_WRITE_FILE = 2,
    /**
     * Send `request`, read its answer, until `time_ms`.
     */
    IRSA_EFFECT_HTTP = 3,
    /**
     * Run `argv` without a shell, with nothing to read, until `time_ms`; read at most `limit` bytes of its output.
     */
    IRSA_EFFECT_RUN = 4,
    /**
     * Answer once the monotonic clock has reached `time_ms`.
     */
    IRSA_EFFECT_WAIT = 5,
} irsa_effect_kind;

/**
 * Why a file could not be read or written.
 */
typedef enum irsa_file_fault {
    /**
     * No such file, or a folder on the way is missing.
     */
    IRSA_FILE_FAULT_MISSING = 1,
    /**
     * It is there, but this user may not; `owner` and `mode` as far as known.
     */
    IRSA_FILE_FAULT_DENIED = 2,
    /**
     * It is a directory.
     */
    IRSA_FILE_FAULT_DIRECTORY = 3,
    /**
     * It has more bytes than the limit; `file_size` where known.
     */
    IRSA_FILE_FAULT_TOO_LARGE = 4,
    /**
     * Anything else; `detail` says it.
     */
    IRSA_FILE_FAULT_OTHER = 5,
} irsa_file_fault;

/**
 * The step at which a request broke; `detail` has the system's words and the address, no header, body or query.
 */
typedef enum irsa_http_fault {
    /**
     * The URL, the proxy's URL or a header cannot be used; nothing was sent.
     */
    IRSA_HTTP_FAULT_INVALID = 1,
    /**
     * The name did not resolve.
     */
    IRSA_HTTP_FAULT_RESOLVE = 2,
    /**
     * No connection.
     */
    IRSA_HTTP_FAULT_CONNECT = 3,
    /**
     * The proxy could not be reached, or cannot tunnel now.
     */
    IRSA_HTTP_FAULT_PROXY = 4,
    /**
     * The TLS handshake, certificates included.
     */
    IRSA_HTTP_FAULT_TLS = 5,
    /**
     * The deadline passed.
     */
    IRSA_HTTP_FAULT_TIMEOUT = 6,
    /**
     * The connection ended before the answer was whole.
     */
    IRSA_HTTP_FAULT_CLOSED = 7,
    /**
     * The answer went over the limit.
     */
    IRSA_HTTP_FAULT_TOO_LARGE = 8,
    /**
     * What came is no HTTP, or the program cannot tell.
     */
    IRSA_HTTP_FAULT_UNKNOWN = 9,
    /**
     * The proxy answered CONNECT with 400 to 499.
     */
    IRSA_HTTP_FAULT_PROXY_REFUSED = 10,
} irsa_http_fault;

/**
 * Why a program gave no output.
 */
typedef enum irsa_run_fault {
    /**
     * No such program.
     */
    IRSA_RUN_FAULT_MISSING = 1,
    /**
     * Not executable by this user.
     */
    IRSA_RUN_FAULT_DENIED = 2,
    /**
     * Killed at the deadline.
     */
    IRSA_RUN_FAULT_TIMEOUT = 3,
    /**
     * It wrote more than the limit, and was killed.
     */
    IRSA_RUN_FAULT_TOO_LARGE = 4,
    /**
     * Anything else; `detail` says it.
     */
    IRSA_RUN_FAULT_OTHER = 5,
} irsa_run_fault;

/**
 * What a line of the log is for.
 */
typedef enum irsa_log_level {
    /**
     * It goes as it should, or will be tried again.
     */
    IRSA_LOG_INFO = 1,
    /**
     * A person should look at it.
     */
    IRSA_LOG_WARNING = 2,
} irsa_log_level;

/**
 * Which call is answered: the same code of STS means different things for different ones.
 */
typedef enum irsa_action {
    /**
     * AssumeRole.
     */
    IRSA_ACTION_ASSUME_ROLE = 1,
    /**
     * AssumeRoleWithWebIdentity.
     */
    IRSA_ACTION_WEB_IDENTITY = 2,
} irsa_action;

/**
 * What is done with an object.
 */
typedef enum irsa_s3_operation {
    /**
     * GetObject.
     */
    IRSA_S3_GET = 1,
    /**
     * HeadObject.
     */
    IRSA_S3_HEAD = 2,
    /**
     * PutObject.
     */
    IRSA_S3_PUT = 3,
} irsa_s3_operation;

/**
 * Where a bucket's name goes.
 */
typedef enum irsa_s3_style {
    /**
     * Before AWS's hosts where it can, into the path of other endpoints.
     */
    IRSA_S3_AUTO = 0,
    /**
     * Before other endpoints' hosts as well.
     */
    IRSA_S3_VIRTUAL = 1,
    /**
     * Into the path, always.
     */
    IRSA_S3_PATH = 2,
} irsa_s3_style;

/**
 * What STS says beside the credentials.
 */
typedef struct irsa_assumed irsa_assumed;

/**
 * Text or bytes that belong to the caller: a presigned URL, a secret's value, a JSON document.
 */
typedef struct irsa_buffer irsa_buffer;

/**
 * Who credentials are, as STS says.
 */
typedef struct irsa_caller irsa_caller;

/**
 * A switch: calls that were given it end when it is thrown, from whichever thread. It stays thrown. A child after fork
 * has its own, thrown or not as the parent's was; throwing one does nothing to the other.
 */
typedef struct irsa_cancel irsa_cancel;

/**
 * An access key with its secret, and a session token and an end where it is temporary. May be read by many threads.
 */
typedef struct irsa_credentials irsa_credentials;

/**
 * What failed, where, what was answered, and what to change. Never a secret in it.
 */
typedef struct irsa_error irsa_error;

/**
 * The stages of a signature: what to compare where AWS answers SignatureDoesNotMatch.
 */
typedef struct irsa_explanation irsa_explanation;

/**
 * A conversation: it asks, the program answers, until there is a result. It does no input or output of its own, and
 * starts no thread. One thread at a time; it may move to another between two calls.
 */
typedef struct irsa_flow irsa_flow;

/**
 * The hash of a body that comes in pieces, under way.
 */
typedef struct irsa_hash irsa_hash;

/**
 * Signing keys that were derived, for one thread at a time: a day, a Region and a service have one each, and deriving it
 * is a third of a signature's cost. Keep one for each thread, worker or event loop.
 */
typedef struct irsa_keys irsa_keys;

/**
 * An effect or an answer that was read from bytes.
 */
typedef struct irsa_message irsa_message;

/**
 * Parameters, as Parameter Store gave them.
 */
typedef struct irsa_parameters irsa_parameters;

/**
 * A request that irsa has made and, where its service wants it, signed. It is good for minutes: send it at once.
 */
typedef struct irsa_prepared irsa_prepared;

/**
 * Hands out credentials to any number of threads: cached, fetched once for all of them, replaced before they end. Make
 * one for a program and keep it.
 *
 * After fork a child may go on using it, without a lock of the parent's: at its first use it is made anew as it was made,
 * with the credentials in hand, the options' `background` included. What is inherited is not freed in the child.
 */
typedef struct irsa_provider irsa_provider;

/**
 * What a server answered: owned, wiped when freed.
 */
typedef struct irsa_received irsa_received;

/**
 * What the headers of an answer say of an object.
 */
typedef struct irsa_s3_head irsa_s3_head;

/**
 * A page of a bucket's keys.
 */
typedef struct irsa_s3_page irsa_s3_page;

/**
 * A secret's value, and what is known of it.
 */
typedef struct irsa_secret irsa_secret;

/**
 * The headers that a signature adds, in place of those of the same names.
 */
typedef struct irsa_signed irsa_signed;

/**
 * A token that can be sent, and what it says.
 */
typedef struct irsa_token irsa_token;

/**
 * Who signed, when, for what.
 */
typedef struct irsa_verified irsa_verified;

/**
 * Bytes that are lent, likewise.
 */
typedef struct irsa_bytes {
    /**
     * The first byte.
     */
    const uint8_t *data;
    /**
     * How many.
     */
    size_t len;
} irsa_bytes;

/**
 * Both clocks at one moment. `irsa_clock_now` reads them; a program may bring its own.
 */
typedef struct irsa_now {
    /**
     * Milliseconds since 1970-01-01T00:00:00Z.
     */
    int64_t wall_ms;
    /**
     * Milliseconds of a clock that only goes forward, from any start.
     */
    uint64_t mono_ms;
} irsa_now;

/**
 * Text that is lent: `len` bytes of UTF-8 from `data` on. Into irsa it need not end in NUL, and `data` may be NULL where
 * `len` is 0. Out of irsa it always has a NUL behind it, and lives as long as what it was taken from. `IRSA_STR("…")`
 * makes one of a literal, `irsa_str_of` of a C string.
 */
typedef struct irsa_str {
    /**
     * The first byte.
     */
    const char *data;
    /**
     * How many, without a NUL.
     */
    size_t len;
} irsa_str;

/**
 * What a program says itself of where its credentials come from. Zero it, then set `size` and what is meant; all zero is
 * what a pod needs. A text that is empty is not said. It is read by the call it is given to, and not kept.
 */
typedef struct irsa_chain {
    /**
     * `sizeof(irsa_chain)`.
     */
    size_t size;
    /**
     * `NAME=VALUE` each, then NULL: as `environ` is, and as execve wants it. NULL: the environment of this process, read
     * during the call; no other thread may be in setenv or putenv then. What is not UTF-8 is not read.
     */
    const char *const *environment;
    /**
     * Instead of `AWS_REGION`.
     */
    struct irsa_str region;
    /**
     * Instead of `AWS_PROFILE`; the profile then goes before all other sources.
     */
    struct irsa_str profile;
    /**
     * Instead of `AWS_ROLE_ARN`; web identity then goes before all other sources.
     */
    struct irsa_str role_arn;
    /**
     * Instead of `AWS_WEB_IDENTITY_TOKEN_FILE`; likewise.
     */
    struct irsa_str token_file;
    /**
     * Instead of `AWS_ROLE_SESSION_NAME`, and of a profile's `role_session_name` for its last role.
     */
    struct irsa_str session_name;
    /**
     * A session policy (JSON) for the last role.
     */
    struct irsa_str policy;
    /**
     * ARNs of managed session policies for the last role.
     */
    const struct irsa_str *policy_arns;
    /**
     * How many.
     */
    size_t policy_arn_count;
    /**
     * STS's URL, instead of `AWS_ENDPOINT_URL_STS`.
     */
    struct irsa_str endpoint;
    /**
     * What STS is told as `User-Agent`; empty: irsa and its version.
     */
    struct irsa_str user_agent;
    /**
     * For the jitter of retries: the same gives the same pauses. 0: the system's randomness.
     */
    uint64_t seed;
    /**
     * How long the last role is assumed for, in seconds; 0: as a profile or STS has it.
     */
    uint32_t duration_seconds;
    /**
     * An `IRSA_…` of `irsa_choice`, instead of `IRSA_STRICT`: whether a source that fails ends the chain.
     */
    uint32_t strict;
} irsa_chain;

/**
 * Is told what happens: `user` is the options' `log_user`, `level` an `IRSA_LOG_…`, `text` one line that begins with the
 * name of the event (`refresh-started`, `retrying`, `refresh-ended`, `refresh-failed`, `served-stale`), without a newline
 * or a secret; it is lent for the call.
 *
 * It is called by the thread where the thing happened: one that is in `irsa_provider_get` or another function that needs
 * credentials, or, with `background`, the refreshing one; by several at once. No lock is held, and the thread waits for
 * it, so it should be quick. It may use the provider, which within it never waits: it gives what is in hand, or
 * `IRSA_C_CALLBACK`. It must not free the provider, fork, throw or longjmp.
 */
typedef void (*irsa_log)(void *user, int level, const char *text);

/**
 * How to make a provider. Zero it, then set `size` and what differs. Nothing of it is needed after the call but `log` and
 * `log_user`.
 *
 * Proxies and certificates are of the chain's environment: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`,
 * `AWS_CA_BUNDLE`, `SSL_CERT_FILE`, `SSL_CERT_DIR`.
 */
typedef struct irsa_provider_options {
    /**
     * `sizeof(irsa_provider_options)`.
     */
    size_t size;
    /**
     * Where credentials come from, as far as the program says it; NULL: as the environment of this process says.
     * A child after fork mixes its process id into the seed.
     */
    const struct irsa_chain *chain;
    /**
     * What one exchange may take in all, in milliseconds; a call waits one second longer at most. 0: 30,000.
     */
    uint32_t timeout_ms;
    /**
     * For a program that hands credentials on to others who keep them: so many milliseconds are left of them when they
     * are handed out, as long as exchanges succeed. 0: as much as a caller needs who uses them at once.
     */
    uint32_t headroom_ms;
    /**
     * An `IRSA_…` of `irsa_choice`: whether a thread replaces credentials before anybody has to wait for it. It ends with
     * the provider; a child after fork starts its own. `IRSA_AUTO`: no.
     */
    uint32_t background;
    /**
     * Is told what happens; NULL: nobody.
     */
    irsa_log log;
    /**
     * What `log` gets first.
     */
    void *log_user;
} irsa_provider_options;

/**
 * A header of a request or an answer: a name, and a value of any bytes but control characters.
 */
typedef struct irsa_header {
    /**
     * In any case.
     */
    struct irsa_str name;
    /**
     * As sent; it may be secret.
     */
    struct irsa_str value;
} irsa_header;

/**
 * A request, as it is on the wire. Zero it, then set `size`.
 */
typedef struct irsa_request {
    /**
     * `sizeof(irsa_request)`.
     */
    size_t size;
    /**
     * `GET`, `POST`, …
     */
    struct irsa_str method;
    /**
     * The path, encoded; empty counts as `/`.
     */
    struct irsa_str path;
    /**
     * The query, encoded, without `?`; empty where there is none.
     */
    struct irsa_str query;
    /**
     * The headers, in the order in which they are sent; `host` must be among them, with its port
     * where that is not the scheme's own.
     */
    const struct irsa_header *headers;
    /**
     * How many.
     */
    size_t header_count;
    /**
     * An `IRSA_PAYLOAD_…`.
     */
    uint32_t payload;
    /**
     * The body, for `IRSA_PAYLOAD_BODY`.
     */
    struct irsa_bytes body;
    /**
     * The hash, for `IRSA_PAYLOAD_HASH`.
     */
    struct irsa_str hash;
} irsa_request;

/**
 * How to sign: who, for what, when, in which form. Zero it, then set `size` and what differs; `irsa_credentials_lend`
 * fills in the key.
 */
typedef struct irsa_signing {
    /**
     * `sizeof(irsa_signing)`.
     */
    size_t size;
    /**
     * `AKIA…` or `ASIA…`.
     */
    struct irsa_str access_key_id;
    /**
     * The secret access key.
     */
    struct irsa_str secret_access_key;
    /**
     * The session token; empty where the key is not temporary.
     */
    struct irsa_str session_token;
    /**
     * Such as `eu-central-1`.
     */
    struct irsa_str region;
    /**
     * The service's signing name, such as `s3` or `execute-api`.
     */
    struct irsa_str service;
    /**
     * Milliseconds since 1970-01-01T00:00:00Z, by AWS's clock (`irsa_credentials_lend` takes the skew into account).
     * 0 is 1970, not now.
     */
    int64_t time_ms;
    /**
     * 0: into headers. 1 to 604,800: into the query, good for so many seconds.
     */
    uint32_t expires;
    /**
     * An `IRSA_…` of `irsa_choice`: whether the header `x-amz-content-sha256` is added, as S3 wants it.
     */
    uint32_t content_sha256;
    /**
     * An `IRSA_PATH_…`.
     */
    uint32_t path;
    /**
     * An `IRSA_…` of `irsa_choice`: whether `.`, `..` and `//` of the path are resolved; S3 wants them kept.
     */
    uint32_t normalise;
    /**
     * Not 0: the session token is added to the signed request, not signed itself, as IoT's WebSockets want it.
     */
    uint32_t token_after;
    /**
     * An `IRSA_HEADERS_…`.
     */
    uint32_t signed_headers;
    /**
     * Names in lower case, for `IRSA_HEADERS_ONLY` and `IRSA_HEADERS_ALL_BUT`.
     */
    const struct irsa_str *listed;
    /**
     * How many.
     */
    size_t listed_count;
} irsa_signing;

/**
 * A request to be sent as it is: follow no redirect, resend nothing, add `host` and `content-length`. Lent.
 */
typedef struct irsa_http_request {
    /**
     * `GET`, `POST`, …
     */
    struct irsa_str method;
    /**
     * Whole and encoded.
     */
    struct irsa_str url;
    /**
     * In order.
     */
    const struct irsa_header *headers;
    /**
     * How many.
     */
    size_t header_count;
    /**
     * The body; `{…, 0}` where there is none. It may be secret.
     */
    struct irsa_bytes body;
    /**
     * Do not read more of the answer's body than so many bytes.
     */
    uint32_t response_limit;
    /**
     * 1: through no proxy, whatever is configured.
     */
    uint32_t direct;
} irsa_http_request;

/**
 * An answer that a program has received, to be read by irsa. Zero it, then set `size`.
 */
typedef struct irsa_http_response {
    /**
     * `sizeof(irsa_http_response)`.
     */
    size_t size;
    /**
     * 100 to 599.
     */
    uint32_t status;
    /**
     * In order, names in any case.
     */
    const struct irsa_header *headers;
    /**
     * How many.
     */
    size_t header_count;
    /**
     * The whole body, decoded from its transfer coding.
     */
    struct irsa_bytes body;
} irsa_http_response;

/**
 * A request that a program describes whole. Zero it, then set `size`.
 */
typedef struct irsa_http_call {
    /**
     * `sizeof(irsa_http_call)`.
     */
    size_t size;
    /**
     * `GET`, `POST`, …
     */
    struct irsa_str method;
    /**
     * `https://` or `http://`, host, path and query, encoded.
     */
    struct irsa_str url;
    /**
     * In the order in which they are sent; `host` may be left to the URL, `content-length` is the sender's to add.
     */
    const struct irsa_header *headers;
    /**
     * How many.
     */
    size_t header_count;
    /**
     * The body.
     */
    struct irsa_bytes body;
    /**
     * Passed on to `irsa_http_request`. 0: 1 MiB.
     */
    uint32_t response_limit;
    /**
     * Passed on, too.
     */
    uint32_t direct;
} irsa_http_call;

/**
 * Gives the credentials of an access key id, with their session token and end; NULL where nobody has it. What it gives is
 * read until `irsa_request_verify` comes back. It must not unwind or jump out, nor use the `keys` of that call.
 */
typedef const struct irsa_credentials *(*irsa_lookup)(void *user, struct irsa_str access_key_id);

/**
 * What is asked of a request that was received. Zero it, then set `size`, the time, and either `lookup` or `credentials`.
 */
typedef struct irsa_verifying {
    /**
     * `sizeof(irsa_verifying)`.
     */
    size_t size;
    /**
     * Milliseconds since 1970-01-01T00:00:00Z, by this machine's clock.
     */
    int64_t time_ms;
    /**
     * The Region it must be signed for; empty: any.
     */
    struct irsa_str region;
    /**
     * The service it must be signed for; empty: any.
     */
    struct irsa_str service;
    /**
     * Whose signatures are taken.
     */
    irsa_lookup lookup;
    /**
     * For `lookup`.
     */
    void *user;
    /**
     * Instead of `lookup`: the one identity that is taken.
     */
    const struct irsa_credentials *credentials;
    /**
     * Seconds that the signer's clock may be off; 0: 900, as AWS has it.
     */
    uint32_t skew_s;
    /**
     * An `IRSA_…` of `irsa_choice`: whether S3's rules go for path and body. By itself where `service` begins with `s3`.
     */
    uint32_t s3;
    /**
     * An `IRSA_PATH_…`.
     */
    uint32_t path;
    /**
     * An `IRSA_…` of `irsa_choice`: whether `.`, `..` and `//` of the path are resolved.
     */
    uint32_t normalise;
    /**
     * Not 0: a session token need not be under the signature.
     */
    uint32_t token_after;
} irsa_verifying;

/**
 * What came of an effect. Zero it, then set `size`, `id`, `kind`, and what the kind has: all zero but `size` and `id` says
 * that this program cannot do it. With a `fault`, the members of a success are not read.
 */
typedef struct irsa_answer {
    /**
     * `sizeof(irsa_answer)`.
     */
    size_t size;
    /**
     * The effect's.
     */
    uint32_t id;
    /**
     * The effect's `IRSA_EFFECT_…`, or `IRSA_EFFECT_UNSUPPORTED`.
     */
    uint32_t kind;
    /**
     * 0: it went well. Else an `IRSA_FILE_FAULT_…`, `IRSA_HTTP_FAULT_…` or `IRSA_RUN_FAULT_…`, by the kind.
     */
    uint32_t fault;
    /**
     * HTTP's status, 100 to 599; or the exit status, 128 + n where signal n ended the program. Any is a success.
     */
    int32_t status;
    /**
     * A fault in the system's words, without secrets. What is not UTF-8 in it is replaced.
     */
    struct irsa_str detail;
    /**
     * The file's content, the HTTP body, the standard output.
     */
    struct irsa_bytes bytes;
    /**
     * The first 4 KiB of standard error.
     */
    struct irsa_bytes error_bytes;
    /**
     * HTTP's headers, in order, names in any case. A value that is not UTF-8 has its other bytes replaced: AWS sends
     * none that matter.
     */
    const struct irsa_header *headers;
    /**
     * How many.
     */
    size_t header_count;
    /**
     * Not 0: `owner` is known.
     */
    uint32_t has_owner;
    /**
     * The file's user id; also for `IRSA_FILE_FAULT_DENIED`.
     */
    uint32_t owner;
    /**
     * Not 0: `mode` is known.
     */
    uint32_t has_mode;
    /**
     * The permission bits alone, such as 0600.
     */
    uint32_t mode;
    /**
     * For `IRSA_FILE_FAULT_TOO_LARGE`: bytes, 0 where not known.
     */
    uint64_t file_size;
} irsa_answer;

/**
 * One question. What its kind does not name is zero. Secrets may be in it: log none of it but `why` and `path`.
 */
typedef struct irsa_effect {
    /**
     * `sizeof(irsa_effect)`, as the library has it.
     */
    size_t size;
    /**
     * Which question: the answer carries it back.
     */
    uint32_t id;
    /**
     * An `IRSA_EFFECT_…`.
     */
    uint32_t kind;
    /**
     * What for, in words: `web identity token`.
     */
    struct irsa_str why;
    /**
     * The file. A relative one counts from the working directory.
     */
    struct irsa_str path;
    /**
     * What to write.
     */
    struct irsa_bytes bytes;
    /**
     * The most bytes to read of a file or an output; what has more is the fault `…_TOO_LARGE`.
     */
    uint32_t limit;
    /**
     * How many `argv` has, without the NULL.
     */
    uint32_t argc;
    /**
     * The program and its arguments, then NULL, as execvp wants them.
     */
    const char *const *argv;
    /**
     * The request, whole: follow no redirect, resend nothing, verify the certificate.
     */
    const struct irsa_http_request *request;
    /**
     * When to stop or to wake, by the monotonic clock that `irsa_flow_next` is told. `UINT64_MAX`: never.
     */
    uint64_t time_ms;
} irsa_effect;

/**
 * Where a service is, and as whom the program calls it. Zero it, then set `size` and what is meant; a text that is empty is
 * not said. Where a function takes one it may be NULL: as all zero.
 */
typedef struct irsa_endpoint {
    /**
     * `sizeof(irsa_endpoint)`.
     */
    size_t size;
    /**
     * Such as `eu-central-1`. STS takes one of the role's partition where it is empty; all others need one.
     */
    struct irsa_str region;
    /**
     * A URL instead of AWS's own: a VPC endpoint, a proxy, `irsa-local`. `AWS_ENDPOINT_URL` and its like are not read: they
     * are the program's to pass.
     */
    struct irsa_str url;
    /**
     * The header `User-Agent`; empty: irsa and its version.
     */
    struct irsa_str user_agent;
    /**
     * Not 0: FIPS 140 endpoints.
     */
    uint32_t fips;
    /**
     * Not 0: endpoints for IPv4 and IPv6.
     */
    uint32_t dual_stack;
    /**
     * Not 0: STS's global endpoint, in the Regions that had it before there were others. For STS alone.
     */
    uint32_t legacy_global;
} irsa_endpoint;

/**
 * An object, and what is done with it. Zero it, then set `size`, `operation`, `bucket` and `key`.
 */
typedef struct irsa_s3_ask {
    /**
     * `sizeof(irsa_s3_ask)`.
     */
    size_t size;
    /**
     * An `IRSA_S3_GET`, `_HEAD` or `_PUT`.
     */
    uint32_t operation;
    /**
     * An `IRSA_S3_…` of `irsa_s3_style`.
     */
    uint32_t style;
    /**
     * The bucket's name, or the alias of an access point.
     */
    struct irsa_str bucket;
    /**
     * The key, as it is: irsa encodes it.
     */
    struct irsa_str key;
    /**
     * A version; empty: the latest. Not for PUT.
     */
    struct irsa_str version_id;
    /**
     * Further headers, which are signed: `range`, `content-type`, `x-amz-meta-…`.
     */
    const struct irsa_header *headers;
    /**
     * How many.
     */
    size_t header_count;
    /**
     * Of a PUT, an `IRSA_PAYLOAD_…`: what is signed of the body.
     */
    uint32_t payload;
    /**
     * Of a PUT: the body, or its hash, as `payload` says. It is hashed, not kept: the program sends it.
     */
    struct irsa_bytes body;
} irsa_s3_ask;

/**
 * A page of a bucket's keys. Zero it, then set `size` and `bucket`. An empty text is not sent.
 */
typedef struct irsa_s3_list_ask {
    /**
     * `sizeof(irsa_s3_list_ask)`.
     */
    size_t size;
    /**
     * The bucket's name.
     */
    struct irsa_str bucket;
    /**
     * Only keys that begin so.
     */
    struct irsa_str prefix;
    /**
     * Keys are told up to this behind the prefix: mostly `/`.
     */
    struct irsa_str delimiter;
    /**
     * Only keys behind this one.
     */
    struct irsa_str start_after;
    /**
     * Where the page begins: as `irsa_s3_page_next_token` of the page before.
     */
    struct irsa_str next_token;
    /**
     * The most on a page, 1 to 1,000; 0: 1,000.
     */
    uint32_t max_keys;
    /**
     * An `IRSA_S3_…` of `irsa_s3_style`.
     */
    uint32_t style;
} irsa_s3_list_ask;

/**
 * Which parameters. Zero it, then set `size` and either `names` or `path`.
 */
typedef struct irsa_parameter_ask {
    /**
     * `sizeof(irsa_parameter_ask)`.
     */
    size_t size;
    /**
     * Names or ARNs, with `:version` or `:label` behind them where not the latest is meant. One of them: GetParameter.
     */
    const struct irsa_str *names;
    /**
     * How many, at most 10.
     */
    size_t name_count;
    /**
     * Instead of names: those under this path, which begins with `/` (GetParametersByPath).
     */
    struct irsa_str path;
    /**
     * Of a path: where the page begins, as `irsa_parameters_next_token` of the page before; empty: the first page.
     */
    struct irsa_str next_token;
    /**
     * Of a path: the most on a page, 1 to 10; 0: 10.
     */
    uint32_t max_results;
    /**
     * Of a path, not 0: those further below, too.
     */
    uint32_t recursive;
    /**
     * Not 0: values of SecureStrings stay encrypted.
     */
    uint32_t encrypted;
} irsa_parameter_ask;

/**
 * AssumeRoleWithWebIdentity: a token for credentials. Zero it, then set `size`, `role_arn` and `token`. An empty text, and
 * a 0, is not sent.
 */
typedef struct irsa_web_identity {
    /**
     * `sizeof(irsa_web_identity)`.
     */
    size_t size;
    /**
     * `RoleArn`.
     */
    struct irsa_str role_arn;
    /**
     * `WebIdentityToken`, as it stands in its file.
     */
    struct irsa_str token;
    /**
     * `RoleSessionName`; empty: the name of the token's pod.
     */
    struct irsa_str session_name;
    /**
     * `Policy`: a session policy, of at most 2,048 characters.
     */
    struct irsa_str policy;
    /**
     * `PolicyArns`: managed session policies.
     */
    const struct irsa_str *policy_arns;
    /**
     * How many, at most 10.
     */
    size_t policy_arn_count;
    /**
     * `ProviderId`: never with an OpenID Connect token.
     */
    struct irsa_str provider_id;
    /**
     * `DurationSeconds`, 900 to 43,200; 0: STS's default of an hour.
     */
    uint32_t duration_seconds;
} irsa_web_identity;

/**
 * A key and its value, such as a tag.
 */
typedef struct irsa_pair {
    /**
     * The key.
     */
    struct irsa_str key;
    /**
     * Its value.
     */
    struct irsa_str value;
} irsa_pair;

/**
 * AssumeRole: credentials for other credentials. Zero it, then set `size`, `role_arn` and `session_name`. An empty text,
 * and a 0, is not sent.
 */
typedef struct irsa_assume_role {
    /**
     * `sizeof(irsa_assume_role)`.
     */
    size_t size;
    /**
     * `RoleArn`.
     */
    struct irsa_str role_arn;
    /**
     * `RoleSessionName`.
     */
    struct irsa_str session_name;
    /**
     * `Policy`: a session policy.
     */
    struct irsa_str policy;
    /**
     * `PolicyArns`: managed session policies.
     */
    const struct irsa_str *policy_arns;
    /**
     * How many, at most 10.
     */
    size_t policy_arn_count;
    /**
     * `Tags`.
     */
    const struct irsa_pair *tags;
    /**
     * How many, at most 50.
     */
    size_t tag_count;
    /**
     * `TransitiveTagKeys`.
     */
    const struct irsa_str *transitive_tag_keys;
    /**
     * How many, at most 50.
     */
    size_t transitive_tag_key_count;
    /**
     * `ExternalId`, 2 to 1,224 characters.
     */
    struct irsa_str external_id;
    /**
     * `SerialNumber` of an MFA device.
     */
    struct irsa_str serial_number;
    /**
     * `TokenCode`: six digits of the MFA device.
     */
    struct irsa_str token_code;
    /**
     * `SourceIdentity`, 2 to 64 characters.
     */
    struct irsa_str source_identity;
    /**
     * `ProvidedContexts`: the provider's ARN and its assertion.
     */
    const struct irsa_pair *provided_contexts;
    /**
     * How many, at most 5.
     */
    size_t provided_context_count;
    /**
     * `DurationSeconds`, 900 to 43,200; from another role's credentials at most 3,600; 0: STS's default of an hour.
     */
    uint32_t duration_seconds;
} irsa_assume_role;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * The content as a C string: with a NUL behind it. Bytes may have more of them within: see `irsa_buffer_bytes`.
 * NULL for NULL. It lives as long as the buffer. Since 0.1.
 *
 *     irsa_buffer *version = NULL;
 *     puts(irsa_buffer_text(version) == NULL ? "none" : "some");
 */
const char *irsa_buffer_text(const struct irsa_buffer *buffer);

/**
 * The content and its length, without the NUL. `{NULL, 0}` for NULL. It lives as long as the buffer. Since 0.1.
 *
 *     irsa_bytes content = irsa_buffer_bytes(NULL);
 *     printf("%zu bytes\n", content.len);
 */
struct irsa_bytes irsa_buffer_bytes(const struct irsa_buffer *buffer);

/**
 * Wipes and frees it. NULL is fine. Since 0.1.
 *
 *     irsa_buffer_free(NULL);
 */
void irsa_buffer_free(struct irsa_buffer *buffer);

/**
 * Both clocks at this moment. The monotonic one counts from the first call in this process, and goes on in a forked
 * child; it stands still while the machine is suspended. Since 0.1.
 *
 *     irsa_now now = irsa_clock_now();
 *     printf("%lld\n", (long long)now.wall_ms);
 */
struct irsa_now irsa_clock_now(void);

/**
 * The number of the error, an `IRSA_…` of `enum irsa_code`; 0 for NULL. Numbers never change; a number that a program
 * does not know is treated by its kind. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     if (irsa_error_code(err) == IRSA_OK)
 *         puts("fine");
 */
int irsa_error_code(const struct irsa_error *error);

/**
 * Whose fault, an `IRSA_KIND_…`; 0 for NULL. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     if (irsa_error_kind(err) == IRSA_KIND_REFUSED)
 *         puts("AWS said no");
 */
int irsa_error_kind(const struct irsa_error *error);

/**
 * Whether trying again can help, an `IRSA_RETRY_…`; 0 for NULL. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     if (irsa_error_retry(err) == IRSA_RETRY_SOON)
 *         puts("wait a little, then again");
 */
int irsa_error_retry(const struct irsa_error *error);

/**
 * The name of the error, such as `token-file-missing`; its page is docs/errors/<name>.md. NULL for NULL. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     const char *name = irsa_error_name(err);
 *     puts(name != NULL ? name : "none");
 */
const char *irsa_error_name(const struct irsa_error *error);

/**
 * Where in the chain or the call, such as `web identity`. NULL for NULL. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     const char *at = irsa_error_at(err);
 *     puts(at != NULL ? at : "nowhere");
 */
const char *irsa_error_at(const struct irsa_error *error);

/**
 * What happened, with its values: paths, times, ARNs, what AWS answered. NULL for NULL. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     const char *message = irsa_error_message(err);
 *     puts(message != NULL ? message : "nothing happened");
 */
const char *irsa_error_message(const struct irsa_error *error);

/**
 * What to change. NULL for NULL. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     const char *fix = irsa_error_fix(err);
 *     puts(fix != NULL ? fix : "nothing to change");
 */
const char *irsa_error_fix(const struct irsa_error *error);

/**
 * The request id of AWS's answer; NULL where there was none, and for NULL. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     const char *id = irsa_error_request_id(err);
 *     puts(id != NULL ? id : "no answer");
 */
const char *irsa_error_request_id(const struct irsa_error *error);

/**
 * All of it in one line, for a log. NULL for NULL. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     irsa_buffer *url = NULL;
 *     if (irsa_code_fix(IRSA_TOKEN_FILE_MISSING, &url, &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_buffer_free(url);
 *     irsa_error_free(err);
 */
const char *irsa_error_text(const struct irsa_error *error);

/**
 * Frees it. What was taken from it ends here. NULL is fine. Since 0.1.
 *
 *     irsa_error_free(NULL);
 */
void irsa_error_free(struct irsa_error *error);

/**
 * The number that belongs to a name, such as `token-file-missing`: for programs that read names from a log. 0 where there is
 * none, and for NULL. Since 0.1.
 *
 *     printf("%d\n", irsa_code_of("token-file-missing"));
 */
int irsa_code_of(const char *name);

/**
 * What to change where an error of this number came without more to say, as text. The caller frees it.
 * Errors: `IRSA_C_VALUE` where there is no such number, `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_buffer *fix = NULL;
 *     if (irsa_code_fix(IRSA_TOKEN_FILE_MISSING, &fix, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(fix));
 *     irsa_buffer_free(fix);
 */
int irsa_code_fix(int code, struct irsa_buffer **fix, struct irsa_error **err);

/**
 * The name of an error's number, likewise. Errors: as `irsa_code_fix`. Since 0.1.
 *
 *     irsa_buffer *name = NULL;
 *     if (irsa_code_name(IRSA_TOKEN_FILE_MISSING, &name, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(name));
 *     irsa_buffer_free(name);
 */
int irsa_code_name(int code, struct irsa_buffer **name, struct irsa_error **err);

/**
 * The version of the library that is loaded, such as `0.1.0`; `IRSA_VERSION` is that of the header. Static. Since 0.1.
 *
 *     if (strcmp(irsa_version(), IRSA_VERSION) != 0)
 *         fprintf(stderr, "built for %s, loaded %s\n", IRSA_VERSION, irsa_version());
 */
const char *irsa_version(void);

/**
 * A provider as the environment says it, on demand, with 30 s for an exchange: what a pod with a service account needs.
 * The environment is read by this call, which must not run while another thread changes it (setenv). Nothing is fetched
 * yet. The caller frees it. Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
 *
 *     irsa_provider *provider = NULL;
 *     irsa_error *err = NULL;
 *     if (irsa_provider_from_env(&provider, &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_error_free(err);
 *     irsa_provider_free(provider);
 */
int irsa_provider_from_env(struct irsa_provider **provider, struct irsa_error **err);

/**
 * A provider with more to say than the environment does. Nothing is fetched yet, unless `background` is on. The caller
 * frees it. Errors: `IRSA_C_…`; `IRSA_HOST_UNSUPPORTED` where the system gives no thread. What is wrong with a setting
 * shows at the first exchange. Since 0.1.
 *
 *     irsa_chain chain = IRSA_ZERO;
 *     irsa_provider_options options = IRSA_ZERO;
 *     irsa_provider *provider = NULL;
 *     chain.size = sizeof chain;
 *     chain.region = irsa_str_of("eu-central-1");
 *     options.size = sizeof options;
 *     options.chain = &chain;
 *     options.background = IRSA_YES;
 *     options.timeout_ms = 5000;
 *     if (irsa_provider_new(&options, &provider, NULL) == IRSA_OK)
 *         irsa_provider_free(provider);
 */
int irsa_provider_new(const struct irsa_provider_options *options,
                      struct irsa_provider **provider,
                      struct irsa_error **err);

/**
 * The credentials to use now. What is cached is there at once, without a lock or (but for a thread's first call)
 * an allocation: ask for each request, do not keep them. Else this waits for the exchange, or runs it, for `timeout_ms` and a second at most. `cancel`, which may
 * be NULL, ends the wait of this call alone. The caller frees the credentials, which also outlive the provider.
 *
 * Errors: `IRSA_CANCELLED`, `IRSA_DEADLINE`, `IRSA_C_NULL`, `IRSA_C_CALLBACK`, and whatever the chain and STS end in:
 * `IRSA_TOKEN_…`, `IRSA_STS_…`, `IRSA_NET_…`, `IRSA_PROFILE_…`, `IRSA_NO_CREDENTIALS`. While the latest credentials hold
 * a failure to replace them is none of this call's. Since 0.1.
 *
 *     irsa_provider *provider = NULL;
 *     irsa_credentials *mine = NULL;
 *     irsa_error *err = NULL;
 *     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_get(provider, NULL, &mine, &err) == IRSA_OK)
 *         puts(irsa_credentials_access_key_id(mine));
 *     else if (err != NULL)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_error_free(err);
 *     irsa_credentials_free(mine);
 *     irsa_provider_free(provider);
 */
int irsa_provider_get(const struct irsa_provider *provider,
                      const struct irsa_cancel *cancel,
                      struct irsa_credentials **credentials,
                      struct irsa_error **err);

/**
 * A service refused the credentials of this generation (`irsa_credentials_generation`, `irsa_signed_generation`): the
 * next get fetches new ones. `changed`, which may be NULL, is then 1; and 0 where newer ones are in hand, or the last
 * invalidation was moments ago. Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
 *
 *     irsa_provider *provider = NULL;
 *     int changed = 0;
 *     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_invalidate(provider, 1, &changed, NULL) == IRSA_OK)
 *         printf("%d\n", changed);
 *     irsa_provider_free(provider);
 */
int irsa_provider_invalidate(const struct irsa_provider *provider,
                             uint64_t generation,
                             int *changed,
                             struct irsa_error **err);

/**
 * Where the latest exchange looked for credentials, and why each place was passed by or chosen: the document of
 * `irsa explain --json`, without a secret. No place is in it before the first exchange. It neither waits nor fetches. The
 * caller frees it. Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
 *
 *     irsa_provider *provider = NULL;
 *     irsa_buffer *json = NULL;
 *     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_explain(provider, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 *     irsa_provider_free(provider);
 */
int irsa_provider_explain(const struct irsa_provider *provider,
                          struct irsa_buffer **json,
                          struct irsa_error **err);

/**
 * The cached credentials as bytes, for a provider of another process on this machine to adopt: a worker that was started
 * before there were any, or one of another program. A child after fork has them without this. The bytes hold the secrets;
 * the caller frees them. Empty where there are none yet. Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
 *
 *     irsa_provider *provider = NULL;
 *     irsa_buffer *bytes = NULL;
 *     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_export(provider, &bytes, NULL) == IRSA_OK)
 *         printf("%zu bytes\n", irsa_buffer_bytes(bytes).len);
 *     irsa_buffer_free(bytes);
 *     irsa_provider_free(provider);
 */
int irsa_provider_export(const struct irsa_provider *provider,
                         struct irsa_buffer **bytes,
                         struct irsa_error **err);

/**
 * Takes over what `irsa_provider_export` gave. `taken`, which may be NULL, is 1 where it was better than what is in hand,
 * else 0. Errors: `IRSA_CREDENTIALS_ENDED` where it has ended, `IRSA_SNAPSHOT_CLOCK`, `IRSA_ENCODING` where it is something
 * else, `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
 *
 *     irsa_provider *provider = NULL;
 *     irsa_buffer *bytes = NULL;
 *     int taken = 0;
 *     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK && irsa_provider_export(provider, &bytes, NULL) == IRSA_OK)
 *         irsa_provider_adopt(provider, irsa_buffer_bytes(bytes), &taken, NULL);
 *     irsa_buffer_free(bytes);
 *     irsa_provider_free(provider);
 *     printf("%d\n", taken);
 */
int irsa_provider_adopt(const struct irsa_provider *provider,
                        struct irsa_bytes exported,
                        int *taken,
                        struct irsa_error **err);

/**
 * Frees it, and waits for the end of its thread where it has one. Calls on it must have ended: throw their switches first.
 * Credentials of it stay good. NULL is fine. Since 0.1.
 *
 *     irsa_provider_free(NULL);
 */
void irsa_provider_free(struct irsa_provider *provider);

/**
 * Sends a request that irsa has made, over the provider's proxies and certificates, within its `timeout_ms`. An answer
 * comes back whatever its status. What is sent is what `irsa_prepared_request` shows, its body included; the PUT of
 * `irsa_s3_object` has none, and is refused. `cancel` may be NULL. The caller frees `received`.
 * Errors: `IRSA_C_ORDER`, `IRSA_CANCELLED`, `IRSA_NET_…`, `IRSA_ANSWER_TOO_LARGE`, `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED`. Since 0.1.
 *
 *     irsa_provider *provider = NULL;
 *     irsa_prepared *prepared = NULL;
 *     irsa_received *received = NULL;
 *     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK &&
 *         irsa_provider_send(provider, NULL, prepared, &received, NULL) == IRSA_OK)
 *         printf("%u\n", irsa_received_response(received)->status);
 *     irsa_received_free(received);
 *     irsa_prepared_free(prepared);
 *     irsa_provider_free(provider);
 */
int irsa_provider_send(const struct irsa_provider *provider,
                       const struct irsa_cancel *cancel,
                       const struct irsa_prepared *prepared,
                       struct irsa_received **received,
                       struct irsa_error **err);

/**
 * Signs a request with the current credentials: what is to be added to it comes back as headers, each also as one line for
 * clients that want that (curl_slist_append). `request` has its `host`; `region` may be NULL: then it is the one that the
 * chain found. `cancel` may be NULL. Credentials come as by `irsa_provider_get`. The caller frees `signed_`.
 *
 * For a program that signs all the time: `irsa_provider_get`, `irsa_credentials_lend` and `irsa_request_sign`, which take
 * no lock and no memory.
 *
 * Errors: as `irsa_provider_get`; `IRSA_REGION_MISSING`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_header host = {IRSA_STR("host"), IRSA_STR("abc123.execute-api.eu-west-1.amazonaws.com")};
 *     irsa_request request = IRSA_ZERO;
 *     irsa_provider *provider = NULL;
 *     irsa_signed *signed_headers = NULL;
 *     size_t i;
 *     request.size = sizeof request;
 *     request.method = irsa_str_of("GET");
 *     request.path = irsa_str_of("/orders");
 *     request.headers = &host;
 *     request.header_count = 1;
 *     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK &&
 *         irsa_provider_sign(provider, NULL, &request, "execute-api", "eu-west-1", &signed_headers, NULL) == IRSA_OK)
 *         for (i = 0; i < irsa_signed_count(signed_headers); i++)
 *             printf("%s\n", irsa_signed_header(signed_headers, i)->name.data);
 *     irsa_signed_free(signed_headers);
 *     irsa_provider_free(provider);
 */
int irsa_provider_sign(const struct irsa_provider *provider,
                       const struct irsa_cancel *cancel,
                       const struct irsa_request *request,
                       const char *service,
                       const char *region,
                       struct irsa_signed **signed_,
                       struct irsa_error **err);

/**
 * How many headers they are. 0 for NULL. Since 0.1.
 *
 *     printf("%zu\n", irsa_signed_count(NULL));
 */
size_t irsa_signed_count(const struct irsa_signed *signed_);

/**
 * The header at `index`, from 0 on, lent; NULL where there is none, and for NULL. Since 0.1.
 *
 *     const irsa_header *first = irsa_signed_header(NULL, 0);
 *     puts(first != NULL ? first->name.data : "none");
 */
const struct irsa_header *irsa_signed_header(const struct irsa_signed *signed_, size_t index);

/**
 * The header at `index` as one C string `name: value`, lent; NULL where there is none, and for NULL. Since 0.1.
 *
 *     const char *line = irsa_signed_line(NULL, 0);
 *     puts(line != NULL ? "a header" : "none");
 */
const char *irsa_signed_line(const struct irsa_signed *signed_, size_t index);

/**
 * Which credentials signed: for `irsa_provider_invalidate`, should the service refuse them. 0 for NULL. Since 0.1.
 *
 *     printf("%llu\n", (unsigned long long)irsa_signed_generation(NULL));
 */
uint64_t irsa_signed_generation(const struct irsa_signed *signed_);

/**
 * Wipes and frees them. NULL is fine. Since 0.1.
 *
 *     irsa_signed_free(NULL);
 */
void irsa_signed_free(struct irsa_signed *signed_);

/**
 * A URL that lets its bearer make this one request for `expires` seconds (1 to 604,800), though never longer than the
 * credentials hold. The body is not signed for S3, and has to be empty elsewhere. `region` may be NULL: then it is the one
 * that the chain found. `cancel` may be NULL. The caller frees `presigned`, which is as secret as what it opens.
 * Errors: as `irsa_provider_sign`. Since 0.1.
 *
 *     irsa_provider *provider = NULL;
 *     irsa_buffer *presigned = NULL;
 *     if (irsa_provider_from_env(&provider, NULL) == IRSA_OK &&
 *         irsa_provider_presign(provider, NULL, "GET", "https://orders.s3.eu-west-1.amazonaws.com/2026/11.csv", "s3",
 *                               "eu-west-1", 900, &presigned, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(presigned));
 *     irsa_buffer_free(presigned);
 *     irsa_provider_free(provider);
 */
int irsa_provider_presign(const struct irsa_provider *provider,
                          const struct irsa_cancel *cancel,
                          const char *method,
                          const char *url,
                          const char *service,
                          const char *region,
                          uint32_t expires,
                          struct irsa_buffer **presigned,
                          struct irsa_error **err);

/**
 * A switch that is not thrown. The caller frees it.
 * Errors: `IRSA_C_NULL`, `IRSA_HOST_UNSUPPORTED` where the system has no memory for a fork handler. Since 0.1.
 *
 *     irsa_cancel *cancel = NULL;
 *     if (irsa_cancel_new(&cancel, NULL) == IRSA_OK)
 *         irsa_cancel_free(cancel);
 */
int irsa_cancel_new(struct irsa_cancel **cancel, struct irsa_error **err);

/**
 * Throws it: whoever waits with it comes back with `IRSA_CANCELLED`, sockets in use are shut down. From any thread, as
 * often as one likes; not from a signal handler, since it takes a lock. NULL is fine. Since 0.1.
 *
 *     irsa_cancel_throw(NULL);
 */
void irsa_cancel_throw(const struct irsa_cancel *cancel);

/**
 * 1 where it was thrown, 0 where not, and for NULL. Since 0.1.
 *
 *     printf("%d\n", irsa_cancel_is_thrown(NULL));
 */
int irsa_cancel_is_thrown(const struct irsa_cancel *cancel);

/**
 * Frees it, once the calls that were given it have come back. NULL is fine. Since 0.1.
 *
 *     irsa_cancel_free(NULL);
 */
void irsa_cancel_free(struct irsa_cancel *cancel);

/**
 * Credentials of the caller's own. `session_token` may be NULL; `expiration_ms` is `IRSA_NEVER` for a key that has no
 * end. The caller frees them. Errors: `IRSA_C_NULL`, `IRSA_C_TEXT`. Since 0.1.
 *
 *     irsa_credentials *mine = NULL;
 *     int failed = irsa_credentials_new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL, IRSA_NEVER, &mine,
 *                                       NULL);
 *     irsa_credentials_free(mine);
 *     printf("%d\n", failed);
 */
int irsa_credentials_new(const char *access_key_id,
                         const char *secret_access_key,
                         const char *session_token,
                         int64_t expiration_ms,
                         struct irsa_credentials **credentials,
                         struct irsa_error **err);

/**
 * The access key id; it is not secret. NULL for NULL. Since 0.1.
 *
 *     const char *id = irsa_credentials_access_key_id(NULL);
 *     puts(id != NULL ? id : "none");
 */
const char *irsa_credentials_access_key_id(const struct irsa_credentials *credentials);

/**
 * The secret access key. Sign with it, never print it. NULL for NULL. Since 0.1.
 *
 *     const char *secret = irsa_credentials_secret_access_key(NULL);
 *     puts(secret != NULL ? "a secret" : "none");
 */
const char *irsa_credentials_secret_access_key(const struct irsa_credentials *credentials);

/**
 * The session token; NULL where the key is not temporary, and for NULL. Since 0.1.
 *
 *     const char *token = irsa_credentials_session_token(NULL);
 *     puts(token != NULL ? "a token" : "none");
 */
const char *irsa_credentials_session_token(const struct irsa_credentials *credentials);

/**
 * The account, of 12 digits; NULL where it is not known, and for NULL. Since 0.1.
 *
 *     const char *account = irsa_credentials_account_id(NULL);
 *     puts(account != NULL ? account : "unknown");
 */
const char *irsa_credentials_account_id(const struct irsa_credentials *credentials);

/**
 * Which source of the chain gave them, such as `web identity`. NULL for NULL. Since 0.1.
 *
 *     const char *source = irsa_credentials_source(NULL);
 *     puts(source != NULL ? source : "none");
 */
const char *irsa_credentials_source(const struct irsa_credentials *credentials);

/**
 * The Region to call services in, where the chain found one; else NULL, and for NULL. Since 0.1.
 *
 *     const char *region = irsa_credentials_region(NULL);
 *     puts(region != NULL ? region : "none");
 */
const char *irsa_credentials_region(const struct irsa_credentials *credentials);

/**
 * From when on AWS refuses them, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_NEVER` where they have no end. 0 for
 * NULL. Since 0.1.
 *
 *     printf("%lld\n", (long long)irsa_credentials_expiration_ms(NULL));
 */
int64_t irsa_credentials_expiration_ms(const struct irsa_credentials *credentials);

/**
 * Counts up with each new set of credentials of a provider: what `irsa_provider_invalidate` wants. 0 for credentials of
 * the caller's own, and for NULL. Since 0.1.
 *
 *     printf("%llu\n", (unsigned long long)irsa_credentials_generation(NULL));
 */
uint64_t irsa_credentials_generation(const struct irsa_credentials *credentials);

/**
 * Fills in what these credentials say of a signature: key, secret and session token; the Region, where `signing` has none
 * yet; the time `now_ms`, by AWS's clock where it is known to be minutes away from this machine's. The texts are lent:
 * `signing` is good for as long as the credentials. `signing->size` has to be set. No allocation.
 * Errors: `IRSA_C_NULL`, `IRSA_C_STRUCT`. Since 0.1.
 *
 *     irsa_credentials *mine = NULL;
 *     irsa_signing signing = IRSA_ZERO;
 *     signing.size = sizeof signing;
 *     signing.service = irsa_str_of("execute-api");
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK)
 *         irsa_credentials_lend(mine, INT64_C(1440938160000), &signing, NULL);
 *     irsa_credentials_free(mine);
 */
int irsa_credentials_lend(const struct irsa_credentials *credentials,
                          int64_t now_ms,
                          struct irsa_signing *signing,
                          struct irsa_error **err);

/**
 * Frees them. What was taken from them ends here. NULL is fine. Since 0.1.
 *
 *     irsa_credentials_free(NULL);
 */
void irsa_credentials_free(struct irsa_credentials *credentials);

/**
 * The request, lent: it lives as long as `prepared`. NULL for NULL. Since 0.1.
 *
 *     const irsa_http_request *request = irsa_prepared_request(NULL);
 *     puts(request != NULL ? request->url.data : "none");
 */
const struct irsa_http_request *irsa_prepared_request(const struct irsa_prepared *prepared);

/**
 * Wipes and frees it. NULL is fine. Since 0.1.
 *
 *     irsa_prepared_free(NULL);
 */
void irsa_prepared_free(struct irsa_prepared *prepared);

/**
 * Takes the next header line off `rest`, which is what `irsa_request_sign` wrote in header form. 1 where there was one,
 * 0 at the end, and for NULL. `name` and `value` point into the same memory, and have no NUL behind them. Since 0.1.
 *
 *     irsa_str rest = IRSA_STR("x-amz-date: 20150830T123600Z\r\n");
 *     irsa_header header;
 *     while (irsa_headers_next(&rest, &header))
 *         printf("%.*s = %.*s\n", IRSA_PRINT(header.name), IRSA_PRINT(header.value));
 */
int irsa_headers_next(struct irsa_str *rest, struct irsa_header *header);

/**
 * The answer, lent: it lives as long as `received`. It may be given to the functions that read one. NULL for NULL.
 * Since 0.1.
 *
 *     const irsa_http_response *response = irsa_received_response(NULL);
 *     if (response != NULL)
 *         fwrite(response->body.data, 1, response->body.len, stdout);
 */
const struct irsa_http_response *irsa_received_response(const struct irsa_received *received);

/**
 * Wipes and frees it. NULL is fine. Since 0.1.
 *
 *     irsa_received_free(NULL);
 */
void irsa_received_free(struct irsa_received *received);

/**
 * A cache for `slots` keys (1 to 1024; 0: four, for one identity, a few Regions and services). All memory is taken here;
 * signing takes none. The caller frees it. After fork, parent and child each have their own copy.
 * Errors: `IRSA_C_VALUE`, `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_keys *keys = NULL;
 *     if (irsa_keys_new(0, &keys, NULL) == IRSA_OK)
 *         irsa_keys_free(keys);
 */
int irsa_keys_new(size_t slots,
                  struct irsa_keys **keys,
                  struct irsa_error **err);

/**
 * Wipes the keys and frees the cache. NULL is fine. Since 0.1.
 *
 *     irsa_keys_free(NULL);
 */
void irsa_keys_free(struct irsa_keys *keys);

/**
 * Signs a request from the caller's memory into the caller's memory: no handle of irsa's but a cache of keys, no
 * allocation.
 *
 * In header form `out` then has lines `name: value` that each end in CR LF, ready to stand in an HTTP/1.1 request:
 * `authorization`, `x-amz-date`, and where they are due `x-amz-content-sha256` and `x-amz-security-token`. They replace
 * headers of the same name; `irsa_headers_next` takes them apart. With `expires`, `out` has the whole query of the
 * presigned URL. `length` is what was written; no NUL is.
 *
 * `keys` may be NULL: then the key is derived each time, which costs half as much again and an allocation.
 * 2,048 bytes of room are enough for headers, while the session token has less than 1,024 of them, as STS mostly gives it;
 * for a query twice the session token beside the request's own. STS promises no limit: look for `IRSA_SIGN_TOO_SMALL`.
 *
 * Errors: `IRSA_SIGN_TOO_SMALL` (then `length` is what is needed, the one output that a failure sets), `IRSA_SIGN_…`,
 * `IRSA_C_…`. After an error the content of `out` is of no use. One thread at a time for one `keys`. Since 0.1.
 *
 *     irsa_header host = {IRSA_STR("host"), IRSA_STR("iam.amazonaws.com")};
 *     irsa_request request = IRSA_ZERO;
 *     irsa_signing signing = IRSA_ZERO;
 *     char out[2048];
 *     size_t length = 0;
 *     request.size = sizeof request;
 *     request.method = irsa_str_of("GET");
 *     request.query = irsa_str_of("Action=ListUsers&Version=2010-05-08");
 *     request.headers = &host;
 *     request.header_count = 1;
 *     signing.size = sizeof signing;
 *     signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
 *     signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
 *     signing.region = irsa_str_of("us-east-1");
 *     signing.service = irsa_str_of("iam");
 *     signing.time_ms = INT64_C(1440938160000);
 *     if (irsa_request_sign(&signing, &request, NULL, out, sizeof out, &length, NULL) == IRSA_OK)
 *         fwrite(out, 1, length, stdout);
 */
int irsa_request_sign(const struct irsa_signing *signing,
                      const struct irsa_request *request,
                      struct irsa_keys *keys,
                      char *out,
                      size_t room,
                      size_t *length,
                      struct irsa_error **err);

/**
 * Signs a whole request: its headers, or with `signing->expires` its URL. The body is hashed, save in S3's query form,
 * where it stays out. `keys` may be NULL: then the key is derived anew. The caller frees `prepared`.
 * Errors: `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_http_call call = IRSA_ZERO;
 *     irsa_signing signing = IRSA_ZERO;
 *     irsa_prepared *prepared = NULL;
 *     call.size = sizeof call;
 *     call.method = irsa_str_of("GET");
 *     call.url = irsa_str_of("https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08");
 *     signing.size = sizeof signing;
 *     signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
 *     signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
 *     signing.region = irsa_str_of("us-east-1");
 *     signing.service = irsa_str_of("iam");
 *     signing.time_ms = INT64_C(1440938160000);
 *     if (irsa_http_call_sign(&signing, &call, NULL, &prepared, NULL) == IRSA_OK)
 *         printf("%zu headers\n", irsa_prepared_request(prepared)->header_count);
 *     irsa_prepared_free(prepared);
 */
int irsa_http_call_sign(const struct irsa_signing *signing,
                        const struct irsa_http_call *call,
                        struct irsa_keys *keys,
                        struct irsa_prepared **prepared,
                        struct irsa_error **err);

/**
 * A URL that lets its bearer make this one request for `signing->expires` seconds (1 to 604,800), as text. Whoever has it
 * has the right: log it nowhere. `host` alone is signed, so any header may be sent with it.
 *
 * `payload` is an `IRSA_PAYLOAD_…`, and `body` what it says: the body, or its hash; S3 wants `IRSA_PAYLOAD_UNSIGNED`.
 * `keys` may be NULL. The caller frees `presigned`. Errors: `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_bytes nothing = IRSA_ZERO;
 *     irsa_signing signing = IRSA_ZERO;
 *     irsa_buffer *presigned = NULL;
 *     signing.size = sizeof signing;
 *     signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
 *     signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
 *     signing.region = irsa_str_of("eu-central-1");
 *     signing.service = irsa_str_of("s3");
 *     signing.time_ms = INT64_C(1440938160000);
 *     signing.expires = 300;
 *     if (irsa_url_presign(&signing, "GET", "https://shop.s3.eu-central-1.amazonaws.com/a.txt", IRSA_PAYLOAD_UNSIGNED,
 *                          nothing, NULL, &presigned, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(presigned));
 *     irsa_buffer_free(presigned);
 */
int irsa_url_presign(const struct irsa_signing *signing,
                     const char *method,
                     const char *url,
                     uint32_t payload,
                     struct irsa_bytes body,
                     struct irsa_keys *keys,
                     struct irsa_buffer **presigned,
                     struct irsa_error **err);

/**
 * The stages of the signature that `irsa_request_sign` makes of the same arguments. `keys` may be NULL. The caller frees
 * `explanation`. Errors: `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_header host = {IRSA_STR("host"), IRSA_STR("iam.amazonaws.com")};
 *     irsa_request request = IRSA_ZERO;
 *     irsa_signing signing = IRSA_ZERO;
 *     irsa_explanation *explanation = NULL;
 *     request.size = sizeof request;
 *     request.method = irsa_str_of("GET");
 *     request.headers = &host;
 *     request.header_count = 1;
 *     signing.size = sizeof signing;
 *     signing.access_key_id = irsa_str_of("AKIDEXAMPLE");
 *     signing.secret_access_key = irsa_str_of("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
 *     signing.region = irsa_str_of("us-east-1");
 *     signing.service = irsa_str_of("iam");
 *     signing.time_ms = INT64_C(1440938160000);
 *     if (irsa_request_explain(&signing, &request, NULL, &explanation, NULL) == IRSA_OK)
 *         puts(irsa_explanation_shown(explanation));
 *     irsa_explanation_free(explanation);
 */
int irsa_request_explain(const struct irsa_signing *signing,
                         const struct irsa_request *request,
                         struct irsa_keys *keys,
                         struct irsa_explanation **explanation,
                         struct irsa_error **err);

/**
 * The canonical request without the session token: for a terminal or a log. NULL for NULL. Since 0.1.
 *
 *     const char *shown = irsa_explanation_shown(NULL);
 *     puts(shown != NULL ? shown : "none");
 */
const char *irsa_explanation_shown(const struct irsa_explanation *explanation);

/**
 * The canonical request as it was hashed: the session token may be in it. Header bytes that are no UTF-8 stand as U+FFFD.
 * NULL for NULL. Since 0.1.
 *
 *     const char *secret = irsa_explanation_canonical_request(NULL);
 *     puts(secret != NULL ? "some" : "none");
 */
const char *irsa_explanation_canonical_request(const struct irsa_explanation *explanation);

/**
 * The string to sign: the time, the scope, the hash of the canonical request. NULL for NULL. Since 0.1.
 *
 *     const char *string = irsa_explanation_string_to_sign(NULL);
 *     puts(string != NULL ? string : "none");
 */
const char *irsa_explanation_string_to_sign(const struct irsa_explanation *explanation);

/**
 * The signature, of 64 hexadecimal digits: whoever has it can send the request. NULL for NULL. Since 0.1.
 *
 *     const char *signature = irsa_explanation_signature(NULL);
 *     puts(signature != NULL ? "some" : "none");
 */
const char *irsa_explanation_signature(const struct irsa_explanation *explanation);

/**
 * Wipes and frees it. NULL is fine. Since 0.1.
 *
 *     irsa_explanation_free(NULL);
 */
void irsa_explanation_free(struct irsa_explanation *explanation);

/**
 * The signing key of a secret access key for a day (that of `time_ms`, in UTC), a Region and a service: 32 bytes. It signs
 * for that day, Region and service, and nothing else. The caller frees `key`. Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *key = NULL;
 *     if (irsa_signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", INT64_C(1440938160000), "us-east-1", "iam", &key,
 *                          NULL) == IRSA_OK)
 *         printf("%zu bytes\n", irsa_buffer_bytes(key).len);
 *     irsa_buffer_free(key);
 */
int irsa_signing_key(const char *secret_access_key,
                     int64_t time_ms,
                     const char *region,
                     const char *service,
                     struct irsa_buffer **key,
                     struct irsa_error **err);

/**
 * A hash of nothing yet. The caller frees it. Errors: `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_hash *hash = NULL;
 *     if (irsa_hash_new(&hash, NULL) == IRSA_OK)
 *         irsa_hash_free(hash);
 */
int irsa_hash_new(struct irsa_hash **hash, struct irsa_error **err);

/**
 * Takes the next piece, of any length. No allocation. Errors: `IRSA_C_NULL`, `IRSA_C_VALUE`. Since 0.1.
 *
 *     irsa_hash *hash = NULL;
 *     irsa_bytes piece = {(const uint8_t *)"one piece", 9};
 *     if (irsa_hash_new(&hash, NULL) == IRSA_OK)
 *         irsa_hash_update(hash, piece, NULL);
 *     irsa_hash_free(hash);
 */
int irsa_hash_update(struct irsa_hash *hash, struct irsa_bytes piece, struct irsa_error **err);

/**
 * Writes the hash of all pieces into `out`, as text for `IRSA_PAYLOAD_HASH`: 64 digits and a NUL, so that `room` is 65 at
 * least. `hash` then is one of nothing again. No allocation. Errors: `IRSA_SIGN_TOO_SMALL`, `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_hash *hash = NULL;
 *     char text[65];
 *     if (irsa_hash_new(&hash, NULL) == IRSA_OK && irsa_hash_finish(hash, text, sizeof text, NULL) == IRSA_OK)
 *         puts(text);
 *     irsa_hash_free(hash);
 */
int irsa_hash_finish(struct irsa_hash *hash,
                     char *out,
                     size_t room,
                     struct irsa_error **err);

/**
 * Wipes and frees it. NULL is fine. Since 0.1.
 *
 *     irsa_hash_free(NULL);
 */
void irsa_hash_free(struct irsa_hash *hash);

/**
 * Judges a request that was received. Its `payload` is the body as it came, or the body's hash where it was hashed on the
 * way. `keys` may be NULL: then each key is derived anew. `verified` may be NULL; the caller frees it.
 *
 * Errors: `IRSA_VERIFY_…` say why nobody is taken to have signed; `IRSA_C_…`. Since 0.1.
 *
 *     irsa_header host = {IRSA_STR("host"), IRSA_STR("example.com")};
 *     irsa_request request = IRSA_ZERO;
 *     irsa_verifying rules = IRSA_ZERO;
 *     irsa_credentials *known = NULL;
 *     irsa_error *err = NULL;
 *     request.size = sizeof request;
 *     request.method = irsa_str_of("GET");
 *     request.headers = &host;
 *     request.header_count = 1;
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &known, NULL) == IRSA_OK) {
 *         rules.size = sizeof rules;
 *         rules.time_ms = INT64_C(1440938160000);
 *         rules.service = irsa_str_of("execute-api");
 *         rules.credentials = known;
 *         if (irsa_request_verify(&rules, &request, NULL, NULL, &err) == IRSA_VERIFY_NO_AUTH)
 *             puts(irsa_error_text(err));
 *     }
 *     irsa_error_free(err);
 *     irsa_credentials_free(known);
 */
int irsa_request_verify(const struct irsa_verifying *rules,
                        const struct irsa_request *request,
                        struct irsa_keys *keys,
                        struct irsa_verified **verified,
                        struct irsa_error **err);

/**
 * Whose key it was. NULL for NULL. Since 0.1.
 *
 *     const char *id = irsa_verified_access_key_id(NULL);
 *     puts(id != NULL ? id : "nobody");
 */
const char *irsa_verified_access_key_id(const struct irsa_verified *verified);

/**
 * The Region that it was signed for. NULL for NULL. Since 0.1.
 *
 *     const char *region = irsa_verified_region(NULL);
 *     puts(region != NULL ? region : "none");
 */
const char *irsa_verified_region(const struct irsa_verified *verified);

/**
 * The service that it was signed for. NULL for NULL. Since 0.1.
 *
 *     const char *service = irsa_verified_service(NULL);
 *     puts(service != NULL ? service : "none");
 */
const char *irsa_verified_service(const struct irsa_verified *verified);

/**
 * The names of the headers under the signature, in lower case, joined by `;`. NULL for NULL. Since 0.1.
 *
 *     const char *names = irsa_verified_signed_headers(NULL);
 *     puts(names != NULL ? names : "none");
 */
const char *irsa_verified_signed_headers(const struct irsa_verified *verified);

/**
 * The signer's time, in milliseconds since 1970-01-01T00:00:00Z. 0 for NULL. Since 0.1.
 *
 *     printf("%lld\n", (long long)irsa_verified_signed_at_ms(NULL));
 */
int64_t irsa_verified_signed_at_ms(const struct irsa_verified *verified);

/**
 * How many seconds a presigned request lives; 0 for one that is signed in a header, and for NULL. Since 0.1.
 *
 *     printf("%u\n", irsa_verified_expires(NULL));
 */
uint32_t irsa_verified_expires(const struct irsa_verified *verified);

/**
 * Frees it. NULL is fine. Since 0.1.
 *
 *     irsa_verified_free(NULL);
 */
void irsa_verified_free(struct irsa_verified *verified);

/**
 * The answer as bytes, for the process that asked: docs/effects.md says which. Secrets may be in them. The caller frees
 * the buffer. Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_answer answer = IRSA_ZERO;
 *     irsa_buffer *bytes = NULL;
 *     answer.size = sizeof answer;
 *     answer.id = 1;
 *     answer.kind = IRSA_EFFECT_READ_FILE;
 *     answer.fault = IRSA_FILE_FAULT_MISSING;
 *     if (irsa_answer_encode(&answer, &bytes, NULL) == IRSA_OK)
 *         printf("%zu bytes\n", irsa_buffer_bytes(bytes).len);
 *     irsa_buffer_free(bytes);
 */
int irsa_answer_encode(const struct irsa_answer *answer, struct irsa_buffer **encoded, struct irsa_error **err);

/**
 * The effect as bytes, to have another process do it: docs/effects.md says which. Secrets may be in them. The caller
 * frees the buffer. Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_effect effect = IRSA_ZERO;
 *     irsa_buffer *bytes = NULL;
 *     effect.size = sizeof effect;
 *     effect.id = 1;
 *     effect.kind = IRSA_EFFECT_READ_FILE;
 *     effect.path = irsa_str_of("/var/run/secrets/token");
 *     effect.limit = 20000;
 *     if (irsa_effect_encode(&effect, &bytes, NULL) == IRSA_OK)
 *         printf("%zu bytes\n", irsa_buffer_bytes(bytes).len);
 *     irsa_buffer_free(bytes);
 */
int irsa_effect_encode(const struct irsa_effect *effect, struct irsa_buffer **encoded, struct irsa_error **err);

/**
 * The id of an encoded effect, also of one that this version does not know: so that it can be answered with
 * `IRSA_EFFECT_UNSUPPORTED`. Errors: `IRSA_ENCODING`, `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_bytes encoded = {NULL, 0};
 *     uint32_t id = 0;
 *     if (irsa_effect_id(encoded, &id, NULL) != IRSA_OK)
 *         puts("no effect");
 */
int irsa_effect_id(struct irsa_bytes encoded, uint32_t *id, struct irsa_error **err);

/**
 * A flow that goes through the credential chain: environment, web identity, profile. (The program of the example can do
 * nothing of what it is asked; a real one looks at `effect->kind`.) Nothing runs before the first
 * `irsa_flow_next`. `chain` may be NULL: as this process's environment says it. `deadline_ms` is when all of it has to be
 * done, by the monotonic clock that `irsa_flow_next` is told; `UINT64_MAX`: never. The result is for
 * `irsa_flow_credentials`. The caller frees the flow. Errors: `IRSA_C_…`; what is wrong with the settings comes from
 * `irsa_flow_next`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     const irsa_effect *effect = NULL;
 *     irsa_credentials *mine = NULL;
 *     irsa_error *err = NULL;
 *     int failed = irsa_flow_new_chain(NULL, irsa_clock_now().mono_ms + 30000, &flow, NULL);
 *     while (!failed && !(failed = irsa_flow_next(flow, irsa_clock_now(), &effect, &err)) && effect != NULL) {
 *         irsa_answer answer = IRSA_ZERO;
 *         answer.size = sizeof answer;
 *         answer.id = effect->id;
 *         failed = irsa_flow_answer(flow, &answer, NULL);
 *     }
 *     if (!failed && irsa_flow_credentials(flow, &mine, NULL) == IRSA_OK)
 *         puts(irsa_credentials_access_key_id(mine));
 *     irsa_error_free(err);
 *     irsa_credentials_free(mine);
 *     irsa_flow_free(flow);
 */
int irsa_flow_new_chain(const struct irsa_chain *chain,
                        uint64_t deadline_ms,
                        struct irsa_flow **flow,
                        struct irsa_error **err);

/**
 * Goes on as far as it can: to the open question, which is lent until the next call of this function or the flow's end;
 * or to the result, and then `*effect` is NULL. An open question is repeated, under the same id, until it is answered.
 * `now` is what both clocks say, such as `irsa_clock_now()`; the monotonic one must not go back.
 *
 * Errors: what the conversation failed with, once: `IRSA_DEADLINE`, what AWS refused, what is wrong with a file or a
 * setting; after the end `IRSA_FLOW_FINISHED`; `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     const irsa_effect *effect = NULL;
 *     if (irsa_flow_next(flow, irsa_clock_now(), &effect, NULL) != IRSA_OK)
 *         puts("no flow");
 */
int irsa_flow_next(struct irsa_flow *flow,
                   struct irsa_now now,
                   const struct irsa_effect **effect,
                   struct irsa_error **err);

/**
 * Answers the open question; all of the answer is copied. On an error nothing has changed: the question is still open.
 * Errors: `IRSA_FLOW_ANSWER_UNASKED` (another id, late, doubled), `IRSA_FLOW_ANSWER_MISMATCH` (another kind),
 * `IRSA_FLOW_FINISHED`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     irsa_answer answer = IRSA_ZERO;
 *     answer.size = sizeof answer;
 *     answer.id = 1;
 *     answer.kind = IRSA_EFFECT_READ_FILE;
 *     answer.fault = IRSA_FILE_FAULT_MISSING;
 *     if (irsa_flow_answer(flow, &answer, NULL) != IRSA_OK)
 *         puts("nobody asked");
 */
int irsa_flow_answer(struct irsa_flow *flow, const struct irsa_answer *answer, struct irsa_error **err);

/**
 * The credentials that a flow ended in; may be asked for again. The caller frees them.
 * Errors: `IRSA_C_ORDER` before the end, and where the flow ends in something else; the flow's own error where it failed;
 * `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     irsa_credentials *mine = NULL;
 *     if (irsa_flow_credentials(flow, &mine, NULL) == IRSA_OK)
 *         puts(irsa_credentials_access_key_id(mine));
 *     irsa_credentials_free(mine);
 */
int irsa_flow_credentials(const struct irsa_flow *flow,
                          struct irsa_credentials **credentials,
                          struct irsa_error **err);

/**
 * What a flow ended in that gives text or bytes: its constructor says what. May be asked for again. The caller frees it.
 * Errors: as `irsa_flow_credentials`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     irsa_buffer *output = NULL;
 *     if (irsa_flow_output(flow, &output, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(output));
 *     irsa_buffer_free(output);
 */
int irsa_flow_output(const struct irsa_flow *flow,
                     struct irsa_buffer **output,
                     struct irsa_error **err);

/**
 * What the credential chain has looked at, as JSON (docs/schemas/explain.json): at any time, also after a failure.
 * No secret is in it. The caller frees it. Errors: `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     irsa_buffer *json = NULL;
 *     if (irsa_flow_explain(flow, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_flow_explain(const struct irsa_flow *flow, struct irsa_buffer **json, struct irsa_error **err);

/**
 * Everything asked so far (the first 256 questions), as JSON: a list of `{"why", "what", "outcome", "asked_ms",
 * "answered_ms"}`, of which the last two are null while it is open. No secret is in it. The caller frees it.
 * Errors: `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     irsa_buffer *json = NULL;
 *     if (irsa_flow_trail(flow, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_flow_trail(const struct irsa_flow *flow, struct irsa_buffer **json, struct irsa_error **err);

/**
 * When the flow has to be done, as it was told: a program's timer need not be set for later. 0 for NULL. Since 0.1.
 *
 *     printf("%llu\n", (unsigned long long)irsa_flow_deadline(NULL));
 */
uint64_t irsa_flow_deadline(const struct irsa_flow *flow);

/**
 * Ends the conversation, wherever it is, and frees it: what was lent ends here, credentials that were taken do not. A
 * request that is under way is the program's to end. NULL is fine. Since 0.1.
 *
 *     irsa_flow_free(NULL);
 */
void irsa_flow_free(struct irsa_flow *flow);

/**
 * A flow that asks STS whose the credentials are: no policy can forbid it. `credentials` NULL: those of the chain; they
 * are not kept. The rest as `irsa_flow_new_chain`. `irsa_flow_output` then gives JSON: `{"account", "arn", "user_id"}`.
 * Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     if (irsa_flow_new_identity(NULL, NULL, irsa_clock_now().mono_ms + 30000, &flow, NULL) == IRSA_OK)
 *         irsa_flow_free(flow);
 */
int irsa_flow_new_identity(const struct irsa_chain *chain,
                           const struct irsa_credentials *credentials,
                           uint64_t deadline_ms,
                           struct irsa_flow **flow,
                           struct irsa_error **err);

/**
 * A flow that assumes a role with credentials (AssumeRole). `credentials` as in `irsa_flow_new_identity`. `external_id`
 * may be NULL. Of `chain`, `session_name`, `duration_seconds`, `policy` and `policy_arns` are about this role; without a
 * `session_name` it is the pod's name. The result is for `irsa_flow_credentials`. (A role with a token file,
 * AssumeRoleWithWebIdentity, is `irsa_flow_new_chain` with `role_arn` and `token_file`.)
 * Errors: `IRSA_C_…`, and what is wrong with `role_arn`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     const char *role = "arn:aws:iam::123456789012:role/reader";
 *     if (irsa_flow_new_role(NULL, NULL, role, NULL, irsa_clock_now().mono_ms + 30000, &flow, NULL) == IRSA_OK)
 *         irsa_flow_free(flow);
 */
int irsa_flow_new_role(const struct irsa_chain *chain,
                       const struct irsa_credentials *credentials,
                       const char *role_arn,
                       const char *external_id,
                       uint64_t deadline_ms,
                       struct irsa_flow **flow,
                       struct irsa_error **err);

/**
 * A flow that reads a secret of Secrets Manager (GetSecretValue). `credentials` as in `irsa_flow_new_identity`.
 * `secret_id` is a name or an ARN; `version_id` and `version_stage` may be NULL: then it is the current one.
 * `irsa_flow_output` then gives its value, text or bytes. Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     uint64_t end = irsa_clock_now().mono_ms + 30000;
 *     if (irsa_flow_new_secret(NULL, NULL, "prod/db", NULL, NULL, end, &flow, NULL) == IRSA_OK)
 *         irsa_flow_free(flow);
 */
int irsa_flow_new_secret(const struct irsa_chain *chain,
                         const struct irsa_credentials *credentials,
                         const char *secret_id,
                         const char *version_id,
                         const char *version_stage,
                         uint64_t deadline_ms,
                         struct irsa_flow **flow,
                         struct irsa_error **err);

/**
 * A flow that reads a parameter of Parameter Store (GetParameter), decrypted. `credentials` as in
 * `irsa_flow_new_identity`. `name` is a name or an ARN, with `:version` or `:label` behind it where it is not the latest.
 * `irsa_flow_output` then gives its value. Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_flow *flow = NULL;
 *     if (irsa_flow_new_parameter(NULL, NULL, "/prod/url", irsa_clock_now().mono_ms + 30000, &flow, NULL) == IRSA_OK)
 *         irsa_flow_free(flow);
 */
int irsa_flow_new_parameter(const struct irsa_chain *chain,
                            const struct irsa_credentials *credentials,
                            const char *name,
                            uint64_t deadline_ms,
                            struct irsa_flow **flow,
                            struct irsa_error **err);

/**
 * Reads an effect. Reading is strict, and takes no more memory than a few times the input. The caller frees the message.
 * Errors: `IRSA_ENCODING`, whose message begins with the field and the byte where it is wrong; `IRSA_C_TEXT` where a text
 * has a NUL within; `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_bytes encoded = {NULL, 0};
 *     irsa_message *message = NULL;
 *     if (irsa_message_read_effect(encoded, &message, NULL) == IRSA_OK)
 *         printf("effect %u\n", (unsigned)irsa_message_effect(message)->id);
 *     irsa_message_free(message);
 */
int irsa_message_read_effect(struct irsa_bytes encoded,
                             struct irsa_message **message,
                             struct irsa_error **err);

/**
 * Reads an answer, likewise. Errors: as `irsa_message_read_effect`. Since 0.1.
 *
 *     irsa_bytes encoded = {NULL, 0};
 *     irsa_message *message = NULL;
 *     if (irsa_message_read_answer(encoded, &message, NULL) == IRSA_OK)
 *         printf("to effect %u\n", (unsigned)irsa_message_answer(message)->id);
 *     irsa_message_free(message);
 */
int irsa_message_read_answer(struct irsa_bytes encoded, struct irsa_message **message, struct irsa_error **err);

/**
 * The effect, lent; NULL where it is an answer, and for NULL. Since 0.1.
 *
 *     const irsa_effect *effect = irsa_message_effect(NULL);
 *     puts(effect != NULL ? effect->why.data : "none");
 */
const struct irsa_effect *irsa_message_effect(const struct irsa_message *message);

/**
 * The answer, lent, to be given to `irsa_flow_answer`; NULL where it is an effect, and for NULL. Since 0.1.
 *
 *     const irsa_answer *answer = irsa_message_answer(NULL);
 *     printf("%u\n", answer != NULL ? (unsigned)answer->kind : 0u);
 */
const struct irsa_answer *irsa_message_answer(const struct irsa_message *message);

/**
 * Wipes and frees it. NULL is fine. Since 0.1.
 *
 *     irsa_message_free(NULL);
 */
void irsa_message_free(struct irsa_message *message);

/**
 * Reads the answer to AssumeRoleWithWebIdentity or AssumeRole (`action`: an `IRSA_ACTION_…`), of any status.
 *
 * `sent` and `received` are the clocks before the request and after the answer: with both, how far STS's clock is from
 * ours becomes known, and `irsa_credentials_lend` goes by it. They may be NULL. So may `assumed`. The caller frees
 * `credentials` and `assumed`.
 *
 * Errors: `IRSA_STS_…` where STS refuses, `IRSA_ANSWER_…` where it is no answer of STS, `IRSA_C_…`. `irsa_error_retry`
 * says whether to ask again. Since 0.1.
 *
 *     irsa_http_response response = IRSA_ZERO;
 *     irsa_credentials *credentials = NULL;
 *     irsa_error *err = NULL;
 *     response.size = sizeof response;
 *     response.status = 503;
 *     if (irsa_sts_assumed_read(&response, IRSA_ACTION_WEB_IDENTITY, NULL, NULL, &credentials, NULL, &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_credentials_free(credentials);
 *     irsa_error_free(err);
 */
int irsa_sts_assumed_read(const struct irsa_http_response *response,
                          uint32_t action,
                          const struct irsa_now *sent,
                          const struct irsa_now *received,
                          struct irsa_credentials **credentials,
                          struct irsa_assumed **assumed,
                          struct irsa_error **err);

/**
 * `arn:aws:sts::…:assumed-role/<role>/<session>`. NULL where STS did not say, and for NULL. Since 0.1.
 *
 *     const char *arn = irsa_assumed_role_arn(NULL);
 *     puts(arn != NULL ? arn : "unknown");
 */
const char *irsa_assumed_role_arn(const struct irsa_assumed *assumed);

/**
 * `AROA…:<session>`, likewise. Since 0.1.
 *
 *     const char *id = irsa_assumed_role_id(NULL);
 *     puts(id != NULL ? id : "unknown");
 */
const char *irsa_assumed_role_id(const struct irsa_assumed *assumed);

/**
 * The token's subject, as STS read it, likewise. Since 0.1.
 *
 *     const char *subject = irsa_assumed_subject(NULL);
 *     puts(subject != NULL ? subject : "unknown");
 */
const char *irsa_assumed_subject(const struct irsa_assumed *assumed);

/**
 * Which of the token's audiences counted, likewise. Since 0.1.
 *
 *     const char *audience = irsa_assumed_audience(NULL);
 *     puts(audience != NULL ? audience : "unknown");
 */
const char *irsa_assumed_audience(const struct irsa_assumed *assumed);

/**
 * The ARN of the IAM provider, likewise. Since 0.1.
 *
 *     const char *provider = irsa_assumed_provider(NULL);
 *     puts(provider != NULL ? provider : "unknown");
 */
const char *irsa_assumed_provider(const struct irsa_assumed *assumed);

/**
 * `SourceIdentity`, likewise. Since 0.1.
 *
 *     const char *identity = irsa_assumed_source_identity(NULL);
 *     puts(identity != NULL ? identity : "none");
 */
const char *irsa_assumed_source_identity(const struct irsa_assumed *assumed);

/**
 * The request id, for a support case at AWS, likewise. Since 0.1.
 *
 *     const char *id = irsa_assumed_request_id(NULL);
 *     puts(id != NULL ? id : "unknown");
 */
const char *irsa_assumed_request_id(const struct irsa_assumed *assumed);

/**
 * How full the packed session policy and tags are, in per cent; -1 where STS did not say, and for NULL. Since 0.1.
 *
 *     printf("%lld\n", (long long)irsa_assumed_packed_policy_size(NULL));
 */
int64_t irsa_assumed_packed_policy_size(const struct irsa_assumed *assumed);

/**
 * STS's clock minus this machine's, in milliseconds; `IRSA_UNKNOWN` where it is not known, and for NULL. Since 0.1.
 *
 *     puts(irsa_assumed_skew_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
 */
int64_t irsa_assumed_skew_ms(const struct irsa_assumed *assumed);

/**
 * Frees it. NULL is fine. Since 0.1.
 *
 *     irsa_assumed_free(NULL);
 */
void irsa_assumed_free(struct irsa_assumed *assumed);

/**
 * How far AWS's clock is ahead of this machine's, in milliseconds, by an answer's `Date`: `IRSA_UNKNOWN` where it does not
 * say, came from a cache, or took over 15 s. Any answer of AWS will do, of any status. `skew_ms` is untouched by a failure.
 * Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_header date = {IRSA_STR("date"), IRSA_STR("Sun, 30 Aug 2015 12:36:00 GMT")};
 *     irsa_now now = {INT64_C(1440938160000), 0};
 *     irsa_http_response response = IRSA_ZERO;
 *     int64_t skew = 0;
 *     response.size = sizeof response;
 *     response.status = 200;
 *     response.headers = &date;
 *     response.header_count = 1;
 *     if (irsa_response_skew(&response, now, now, &skew, NULL) == IRSA_OK)
 *         printf("%lld\n", (long long)skew);
 */
int irsa_response_skew(const struct irsa_http_response *response,
                       struct irsa_now sent,
                       struct irsa_now received,
                       int64_t *skew_ms,
                       struct irsa_error **err);

/**
 * Reads the answer to GetCallerIdentity, of any status. The caller frees `caller`. Errors: as `irsa_sts_assumed_read`.
 * Since 0.1.
 *
 *     irsa_http_response response = IRSA_ZERO;
 *     irsa_caller *caller = NULL;
 *     irsa_error *err = NULL;
 *     response.size = sizeof response;
 *     response.status = 503;
 *     if (irsa_sts_caller_read(&response, &caller, &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_caller_free(caller);
 *     irsa_error_free(err);
 */
int irsa_sts_caller_read(const struct irsa_http_response *response,
                         struct irsa_caller **caller,
                         struct irsa_error **err);

/**
 * The account, of 12 digits. NULL for NULL. Since 0.1.
 *
 *     const char *account = irsa_caller_account(NULL);
 *     puts(account != NULL ? account : "unknown");
 */
const char *irsa_caller_account(const struct irsa_caller *caller);

/**
 * The ARN of the user, or of the assumed role's session. NULL for NULL. Since 0.1.
 *
 *     const char *arn = irsa_caller_arn(NULL);
 *     puts(arn != NULL ? arn : "unknown");
 */
const char *irsa_caller_arn(const struct irsa_caller *caller);

/**
 * The unique id, of a role with the session's name. NULL for NULL. Since 0.1.
 *
 *     const char *id = irsa_caller_user_id(NULL);
 *     puts(id != NULL ? id : "unknown");
 */
const char *irsa_caller_user_id(const struct irsa_caller *caller);

/**
 * The request id, for a support case at AWS. NULL where there was none, and for NULL. Since 0.1.
 *
 *     const char *id = irsa_caller_request_id(NULL);
 *     puts(id != NULL ? id : "unknown");
 */
const char *irsa_caller_request_id(const struct irsa_caller *caller);

/**
 * Frees it. NULL is fine. Since 0.1.
 *
 *     irsa_caller_free(NULL);
 */
void irsa_caller_free(struct irsa_caller *caller);

/**
 * Where the requests of a service go, as JSON: `{url, signing_region, custom, notices}`. `service` is `sts`,
 * `secretsmanager`, `ssm` or `s3`; `subject` is what is asked for, since an ARN says a Region by itself: a role's ARN for
 * STS, a secret's id, a parameter's name. `endpoint` and `subject` may be NULL. The caller frees `json`.
 * Errors: `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_ARN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_endpoint endpoint = IRSA_ZERO;
 *     irsa_buffer *json = NULL;
 *     endpoint.size = sizeof endpoint;
 *     endpoint.region = irsa_str_of("eu-central-1");
 *     if (irsa_endpoint_json(&endpoint, "sts", NULL, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_endpoint_json(const struct irsa_endpoint *endpoint,
                       const char *service,
                       const char *subject,
                       struct irsa_buffer **json,
                       struct irsa_error **err);

/**
 * Reads the head of S3's answer to `irsa_s3_object`; `operation` as there. The body may be left out of `response`, but for
 * an answer of another status than 200 and 206: it then says why. `head` may be NULL; the caller frees it.
 * Errors: `IRSA_OBJECT_…`, `IRSA_BUCKET_…`, `IRSA_SERVICE_…` where it is refused, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_http_response response = IRSA_ZERO;
 *     irsa_s3_head *head = NULL;
 *     response.size = sizeof response;
 *     response.status = 404;
 *     if (irsa_s3_object_read(&response, IRSA_S3_HEAD, &head, NULL) == IRSA_OBJECT_NOT_FOUND)
 *         puts("none");
 *     irsa_s3_head_free(head);
 */
int irsa_s3_object_read(const struct irsa_http_response *response,
                        uint32_t operation,
                        struct irsa_s3_head **head,
                        struct irsa_error **err);

/**
 * The entity tag, with its quotes, as conditions want it. NULL where there is none, and for NULL. Since 0.1.
 *
 *     const char *etag = irsa_s3_head_etag(NULL);
 *     puts(etag != NULL ? etag : "none");
 */
const char *irsa_s3_head_etag(const struct irsa_s3_head *head);

/**
 * The version, in a bucket that keeps them, likewise. Since 0.1.
 *
 *     const char *version = irsa_s3_head_version_id(NULL);
 *     puts(version != NULL ? version : "none");
 */
const char *irsa_s3_head_version_id(const struct irsa_s3_head *head);

/**
 * `content-type`, likewise. Since 0.1.
 *
 *     const char *type = irsa_s3_head_content_type(NULL);
 *     puts(type != NULL ? type : "none");
 */
const char *irsa_s3_head_content_type(const struct irsa_s3_head *head);

/**
 * A value that was written along with the object, by its name without `x-amz-meta-` in lower case, likewise. Since 0.1.
 *
 *     const char *owner = irsa_s3_head_metadata(NULL, "owner");
 *     puts(owner != NULL ? owner : "none");
 */
const char *irsa_s3_head_metadata(const struct irsa_s3_head *head, const char *name);

/**
 * Bytes of this answer's body: of the object, or of the range of it. -1 where the answer does not say, and for NULL.
 * Since 0.1.
 *
 *     printf("%lld\n", (long long)irsa_s3_head_length(NULL));
 */
int64_t irsa_s3_head_length(const struct irsa_s3_head *head);

/**
 * Bytes of the whole object, likewise. Since 0.1.
 *
 *     printf("%lld\n", (long long)irsa_s3_head_size(NULL));
 */
int64_t irsa_s3_head_size(const struct irsa_s3_head *head);

/**
 * When it was written, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_UNKNOWN` where the answer does not say, and for
 * NULL. Since 0.1.
 *
 *     puts(irsa_s3_head_modified_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
 */
int64_t irsa_s3_head_modified_ms(const struct irsa_s3_head *head);

/**
 * Frees it. NULL is fine. Since 0.1.
 *
 *     irsa_s3_head_free(NULL);
 */
void irsa_s3_head_free(struct irsa_s3_head *head);

/**
 * Reads S3's answer to `irsa_s3_list`, of any status. The caller frees `page`.
 * Errors: `IRSA_BUCKET_…`, `IRSA_SERVICE_…` where it is refused, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_http_response response = IRSA_ZERO;
 *     irsa_s3_page *page = NULL;
 *     response.size = sizeof response;
 *     response.status = 503;
 *     if (irsa_s3_list_read(&response, &page, NULL) != IRSA_OK)
 *         puts("none");
 *     irsa_s3_page_free(page);
 */
int irsa_s3_list_read(const struct irsa_http_response *response, struct irsa_s3_page **page, struct irsa_error **err);

/**
 * How many objects are on the page. 0 for NULL. Since 0.1.
 *
 *     printf("%zu\n", irsa_s3_page_count(NULL));
 */
size_t irsa_s3_page_count(const struct irsa_s3_page *page);

/**
 * The key of the object at a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
 *
 *     const char *key = irsa_s3_page_key_at(NULL, 0);
 *     puts(key != NULL ? key : "none");
 */
const char *irsa_s3_page_key_at(const struct irsa_s3_page *page, size_t at);

/**
 * Its entity tag, with its quotes, likewise. Since 0.1.
 *
 *     const char *etag = irsa_s3_page_etag_at(NULL, 0);
 *     puts(etag != NULL ? etag : "none");
 */
const char *irsa_s3_page_etag_at(const struct irsa_s3_page *page, size_t at);

/**
 * Its bytes. -1 where S3 did not say, where there is none, and for NULL. Since 0.1.
 *
 *     printf("%lld\n", (long long)irsa_s3_page_size_at(NULL, 0));
 */
int64_t irsa_s3_page_size_at(const struct irsa_s3_page *page, size_t at);

/**
 * When it was written, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_UNKNOWN` where S3 did not say, where there is
 * none, and for NULL. Since 0.1.
 *
 *     puts(irsa_s3_page_modified_ms_at(NULL, 0) == IRSA_UNKNOWN ? "unknown" : "known");
 */
int64_t irsa_s3_page_modified_ms_at(const struct irsa_s3_page *page, size_t at);

/**
 * What keys have in common up to the delimiter, by a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
 *
 *     const char *folder = irsa_s3_page_prefix_at(NULL, 0);
 *     puts(folder != NULL ? folder : "none");
 */
const char *irsa_s3_page_prefix_at(const struct irsa_s3_page *page,
                                   size_t at);

/**
 * Where the next page begins, for `irsa_s3_list_ask`. NULL where this is the last, and for NULL. Since 0.1.
 *
 *     const char *next = irsa_s3_page_next_token(NULL);
 *     puts(next != NULL ? "there is more" : "that was all");
 */
const char *irsa_s3_page_next_token(const struct irsa_s3_page *page);

/**
 * Frees it. NULL is fine. Since 0.1.
 *
 *     irsa_s3_page_free(NULL);
 */
void irsa_s3_page_free(struct irsa_s3_page *page);

/**
 * The token with which `user` connects to a database at `host` (as RDS shows it) and `port`: the password, to be sent over
 * TLS within 900 s. `region` may be NULL: the one in the host's name. Nothing is sent. The caller frees `token`.
 * Errors: `IRSA_RDS_ADDRESS`, `IRSA_REGION_MISSING`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_credentials *mine = NULL;
 *     irsa_buffer *token = NULL;
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
 *         irsa_rds_token(mine, "db.abc123.eu-west-1.rds.amazonaws.com", 5432, "app", NULL, INT64_C(1440938160000), &token,
 *                        NULL) == IRSA_OK)
 *         printf("%zu bytes\n", irsa_buffer_bytes(token).len);
 *     irsa_buffer_free(token);
 *     irsa_credentials_free(mine);
 */
int irsa_rds_token(const struct irsa_credentials *credentials,
                   const char *host,
                   uint32_t port,
                   const char *user,
                   const char *region,
                   int64_t now_ms,
                   struct irsa_buffer **token,
                   struct irsa_error **err);

/**
 * The head of a request for an object, signed at `now_ms`. Its body is empty: the program sends the object's own behind it,
 * from wherever it is, with `content-length`. Send the path as it is (curl: `CURLOPT_PATH_AS_IS`). The head of the answer is
 * for `irsa_s3_object_read`. The caller frees `prepared`.
 *
 * `irsa_provider_send` will do for HEAD, and for GET of up to 64 KiB; not for PUT: it gives `IRSA_C_ORDER`. Small objects
 * go by `irsa_http_call_sign` and `irsa_provider_send`, with the body in the call.
 *
 * Errors: `IRSA_SERVICE_PARAMETER`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_s3_ask ask = IRSA_ZERO;
 *     irsa_endpoint endpoint = IRSA_ZERO;
 *     irsa_credentials *mine = NULL;
 *     irsa_prepared *prepared = NULL;
 *     ask.size = sizeof ask;
 *     ask.operation = IRSA_S3_PUT;
 *     ask.bucket = irsa_str_of("shop");
 *     ask.key = irsa_str_of("orders/17.json");
 *     ask.payload = IRSA_PAYLOAD_UNSIGNED;
 *     endpoint.size = sizeof endpoint;
 *     endpoint.region = irsa_str_of("eu-central-1");
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
 *         irsa_s3_object(&ask, &endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
 *         puts(irsa_prepared_request(prepared)->url.data);
 *     irsa_prepared_free(prepared);
 *     irsa_credentials_free(mine);
 */
int irsa_s3_object(const struct irsa_s3_ask *ask,
                   const struct irsa_endpoint *endpoint,
                   const struct irsa_credentials *credentials,
                   int64_t now_ms,
                   struct irsa_prepared **prepared,
                   struct irsa_error **err);

/**
 * A URL that lets its bearer do this one thing for `expires` seconds (1 to 604,800), as text: log it nowhere. The headers of
 * `ask` have to be sent with it; of a PUT's body nothing is signed. It dies with the credentials, if that is sooner. The
 * caller frees `url`. Errors: as `irsa_s3_object`. Since 0.1.
 *
 *     irsa_s3_ask ask = IRSA_ZERO;
 *     irsa_endpoint endpoint = IRSA_ZERO;
 *     irsa_credentials *mine = NULL;
 *     irsa_buffer *url = NULL;
 *     ask.size = sizeof ask;
 *     ask.operation = IRSA_S3_GET;
 *     ask.bucket = irsa_str_of("shop");
 *     ask.key = irsa_str_of("orders/17.json");
 *     endpoint.size = sizeof endpoint;
 *     endpoint.region = irsa_str_of("eu-central-1");
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
 *         irsa_s3_presign(&ask, &endpoint, mine, INT64_C(1440938160000), 300, &url, NULL) == IRSA_OK)
 *         printf("%zu bytes\n", irsa_buffer_bytes(url).len);
 *     irsa_buffer_free(url);
 *     irsa_credentials_free(mine);
 */
int irsa_s3_presign(const struct irsa_s3_ask *ask,
                    const struct irsa_endpoint *endpoint,
                    const struct irsa_credentials *credentials,
                    int64_t now_ms,
                    uint32_t expires,
                    struct irsa_buffer **url,
                    struct irsa_error **err);

/**
 * The request for a page of a bucket's keys (ListObjectsV2), signed at `now_ms`. The answer is for `irsa_s3_list_read`. The
 * caller frees `prepared`. Errors: as `irsa_s3_object`. Since 0.1.
 *
 *     irsa_s3_list_ask ask = IRSA_ZERO;
 *     irsa_endpoint endpoint = IRSA_ZERO;
 *     irsa_credentials *mine = NULL;
 *     irsa_prepared *prepared = NULL;
 *     ask.size = sizeof ask;
 *     ask.bucket = irsa_str_of("shop");
 *     ask.prefix = irsa_str_of("orders/");
 *     endpoint.size = sizeof endpoint;
 *     endpoint.region = irsa_str_of("eu-central-1");
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
 *         irsa_s3_list(&ask, &endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
 *         puts(irsa_prepared_request(prepared)->url.data);
 *     irsa_prepared_free(prepared);
 *     irsa_credentials_free(mine);
 */
int irsa_s3_list(const struct irsa_s3_list_ask *ask,
                 const struct irsa_endpoint *endpoint,
                 const struct irsa_credentials *credentials,
                 int64_t now_ms,
                 struct irsa_prepared **prepared,
                 struct irsa_error **err);

/**
 * The request of GetSecretValue, signed at `now_ms`. `secret_id` is a name or an ARN, whose Region then counts;
 * `version_id`, `version_stage` and `endpoint` may be NULL. The answer is for `irsa_secret_read`. The caller frees
 * `prepared`. Errors: `IRSA_SERVICE_PARAMETER`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_endpoint endpoint = IRSA_ZERO;
 *     irsa_credentials *mine = NULL;
 *     irsa_prepared *prepared = NULL;
 *     endpoint.size = sizeof endpoint;
 *     endpoint.region = irsa_str_of("eu-central-1");
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
 *         irsa_secret_get("shop/db", NULL, NULL, &endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
 *         puts(irsa_prepared_request(prepared)->url.data);
 *     irsa_prepared_free(prepared);
 *     irsa_credentials_free(mine);
 */
int irsa_secret_get(const char *secret_id,
                    const char *version_id,
                    const char *version_stage,
                    const struct irsa_endpoint *endpoint,
                    const struct irsa_credentials *credentials,
                    int64_t now_ms,
                    struct irsa_prepared **prepared,
                    struct irsa_error **err);

/**
 * Reads the answer to GetSecretValue, of any status. The caller frees `secret`.
 * Errors: `IRSA_SECRET_…`, `IRSA_SERVICE_…` where it is refused, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_http_response response = IRSA_ZERO;
 *     irsa_secret *secret = NULL;
 *     response.size = sizeof response;
 *     response.status = 503;
 *     if (irsa_secret_read(&response, &secret, NULL) != IRSA_OK)
 *         puts("none");
 *     irsa_secret_free(secret);
 */
int irsa_secret_read(const struct irsa_http_response *response, struct irsa_secret **secret, struct irsa_error **err);

/**
 * The value: text or bytes, with a NUL behind it that does not count. `{NULL, 0}` for NULL. Since 0.1.
 *
 *     irsa_bytes value = irsa_secret_value(NULL);
 *     printf("%zu bytes\n", value.len);
 */
struct irsa_bytes irsa_secret_value(const struct irsa_secret *secret);

/**
 * 1 where the value is text (`SecretString`), 0 where it is bytes, and for NULL. Since 0.1.
 *
 *     printf("%d\n", irsa_secret_is_text(NULL));
 */
int irsa_secret_is_text(const struct irsa_secret *secret);

/**
 * The secret's ARN. NULL where the answer does not say, and for NULL. Since 0.1.
 *
 *     const char *arn = irsa_secret_arn(NULL);
 *     puts(arn != NULL ? arn : "unknown");
 */
const char *irsa_secret_arn(const struct irsa_secret *secret);

/**
 * Its name, likewise. Since 0.1.
 *
 *     const char *name = irsa_secret_name(NULL);
 *     puts(name != NULL ? name : "unknown");
 */
const char *irsa_secret_name(const struct irsa_secret *secret);

/**
 * Which version this is, likewise. Since 0.1.
 *
 *     const char *id = irsa_secret_version_id(NULL);
 *     puts(id != NULL ? id : "unknown");
 */
const char *irsa_secret_version_id(const struct irsa_secret *secret);

/**
 * A stage of that version, by a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
 *
 *     const char *stage = irsa_secret_version_stage_at(NULL, 0);
 *     puts(stage != NULL ? stage : "none");
 */
const char *irsa_secret_version_stage_at(const struct irsa_secret *secret, size_t at);

/**
 * When it was made, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_UNKNOWN` where the answer does not say, and for
 * NULL. Since 0.1.
 *
 *     puts(irsa_secret_created_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
 */
int64_t irsa_secret_created_ms(const struct irsa_secret *secret);

/**
 * Wipes and frees it. NULL is fine. Since 0.1.
 *
 *     irsa_secret_free(NULL);
 */
void irsa_secret_free(struct irsa_secret *secret);

/**
 * What any service of AWS says in an answer that refuses, as JSON: `{code, shown}`, where `shown` is code and message for
 * people, without tokens; `null` where it is no refusal, or says no code. The caller frees `json`. Errors: `IRSA_C_…`.
 * Since 0.1.
 *
 *     irsa_http_response response = IRSA_ZERO;
 *     irsa_buffer *json = NULL;
 *     response.size = sizeof response;
 *     response.status = 403;
 *     if (irsa_response_refused(&response, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_response_refused(const struct irsa_http_response *response,
                          struct irsa_buffer **json,
                          struct irsa_error **err);

/**
 * The request for parameters, signed at `now_ms`: GetParameter for one name, GetParameters for more, GetParametersByPath
 * for a path. An ARN's own Region counts; `endpoint` may be NULL then. The answer is for `irsa_parameters_read`. The caller
 * frees `prepared`. Errors: `IRSA_SERVICE_PARAMETER`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`, `IRSA_C_…`.
 * Since 0.1.
 *
 *     irsa_str name = IRSA_STR("/shop/db/password");
 *     irsa_parameter_ask ask = IRSA_ZERO;
 *     irsa_endpoint endpoint = IRSA_ZERO;
 *     irsa_credentials *mine = NULL;
 *     irsa_prepared *prepared = NULL;
 *     ask.size = sizeof ask;
 *     ask.names = &name;
 *     ask.name_count = 1;
 *     endpoint.size = sizeof endpoint;
 *     endpoint.region = irsa_str_of("eu-central-1");
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
 *         irsa_parameters_get(&ask, &endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
 *         puts(irsa_prepared_request(prepared)->url.data);
 *     irsa_prepared_free(prepared);
 *     irsa_credentials_free(mine);
 */
int irsa_parameters_get(const struct irsa_parameter_ask *ask,
                        const struct irsa_endpoint *endpoint,
                        const struct irsa_credentials *credentials,
                        int64_t now_ms,
                        struct irsa_prepared **prepared,
                        struct irsa_error **err);

/**
 * Reads the answer to `irsa_parameters_get`, of any status. The caller frees `parameters`.
 * Errors: `IRSA_PARAMETER_…`, `IRSA_SERVICE_…` where it is refused, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_http_response response = IRSA_ZERO;
 *     irsa_parameters *parameters = NULL;
 *     response.size = sizeof response;
 *     response.status = 503;
 *     if (irsa_parameters_read(&response, &parameters, NULL) != IRSA_OK)
 *         puts("none");
 *     irsa_parameters_free(parameters);
 */
int irsa_parameters_read(const struct irsa_http_response *response,
                         struct irsa_parameters **parameters,
                         struct irsa_error **err);

/**
 * How many there are. 0 for NULL. Since 0.1.
 *
 *     printf("%zu\n", irsa_parameters_count(NULL));
 */
size_t irsa_parameters_count(const struct irsa_parameters *parameters);

/**
 * The name of the parameter at a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
 *
 *     const char *name = irsa_parameters_name_at(NULL, 0);
 *     puts(name != NULL ? name : "none");
 */
const char *irsa_parameters_name_at(const struct irsa_parameters *parameters, size_t at);

/**
 * Its ARN, likewise. Since 0.1.
 *
 *     const char *arn = irsa_parameters_arn_at(NULL, 0);
 *     puts(arn != NULL ? arn : "none");
 */
const char *irsa_parameters_arn_at(const struct irsa_parameters *parameters, size_t at);

/**
 * Its value, likewise; it may be secret. Since 0.1.
 *
 *     const char *value = irsa_parameters_value_at(NULL, 0);
 *     puts(value != NULL ? "some" : "none");
 */
const char *irsa_parameters_value_at(const struct irsa_parameters *parameters, size_t at);

/**
 * Its kind, `String`, `StringList` or `SecureString`; `?` for one that came later; likewise. Since 0.1.
 *
 *     const char *kind = irsa_parameters_kind_at(NULL, 0);
 *     puts(kind != NULL ? kind : "none");
 */
const char *irsa_parameters_kind_at(const struct irsa_parameters *parameters, size_t at);

/**
 * Its version, which counts up from 1; 0 where the answer does not say, where there is none, and for NULL. Since 0.1.
 *
 *     printf("%llu\n", (unsigned long long)irsa_parameters_version_at(NULL, 0));
 */
uint64_t irsa_parameters_version_at(const struct irsa_parameters *parameters, size_t at);

/**
 * When it was last changed, in milliseconds since 1970-01-01T00:00:00Z; `IRSA_UNKNOWN` where the answer does not say,
 * where there is none, and for NULL. Since 0.1.
 *
 *     puts(irsa_parameters_modified_ms_at(NULL, 0) == IRSA_UNKNOWN ? "unknown" : "known");
 */
int64_t irsa_parameters_modified_ms_at(const struct irsa_parameters *parameters, size_t at);

/**
 * Of several names: one that no parameter has, or none that may be read, by a place from 0 on. NULL where there is none,
 * and for NULL. Since 0.1.
 *
 *     const char *name = irsa_parameters_invalid_at(NULL, 0);
 *     puts(name != NULL ? name : "all are there");
 */
const char *irsa_parameters_invalid_at(const struct irsa_parameters *parameters,
                                       size_t at);

/**
 * Of a path: where the next page begins, for `irsa_parameter_ask`. NULL where this is the last, and for NULL. Since 0.1.
 *
 *     const char *next = irsa_parameters_next_token(NULL);
 *     puts(next != NULL ? "there is more" : "that was all");
 */
const char *irsa_parameters_next_token(const struct irsa_parameters *parameters);

/**
 * Wipes and frees them. NULL is fine. Since 0.1.
 *
 *     irsa_parameters_free(NULL);
 */
void irsa_parameters_free(struct irsa_parameters *parameters);

/**
 * The request of AssumeRoleWithWebIdentity, which is not signed. The token is in its body alone. `endpoint` may be NULL.
 * The answer is for `irsa_sts_assumed_read`. The caller frees `prepared`.
 * Errors: `IRSA_TOKEN_…`, `IRSA_ARN_…`, `IRSA_REQUEST_LIMIT`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_web_identity ask = IRSA_ZERO;
 *     irsa_prepared *prepared = NULL;
 *     ask.size = sizeof ask;
 *     ask.role_arn = irsa_str_of("arn:aws:iam::123456789012:role/app");
 *     ask.token = irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln");
 *     if (irsa_sts_web_identity(&ask, NULL, &prepared, NULL) == IRSA_OK)
 *         puts(irsa_prepared_request(prepared)->url.data);
 *     irsa_prepared_free(prepared);
 */
int irsa_sts_web_identity(const struct irsa_web_identity *ask,
                          const struct irsa_endpoint *endpoint,
                          struct irsa_prepared **prepared,
                          struct irsa_error **err);

/**
 * The request of AssumeRole, signed at `now_ms`. `endpoint` may be NULL. The answer is for `irsa_sts_assumed_read`. The
 * caller frees `prepared`. Errors: `IRSA_ARN_…`, `IRSA_REQUEST_LIMIT`, `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`,
 * `IRSA_C_…`. Since 0.1.
 *
 *     irsa_assume_role ask = IRSA_ZERO;
 *     irsa_credentials *mine = NULL;
 *     irsa_prepared *prepared = NULL;
 *     ask.size = sizeof ask;
 *     ask.role_arn = irsa_str_of("arn:aws:iam::123456789012:role/app");
 *     ask.session_name = irsa_str_of("me");
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
 *         irsa_sts_assume_role(&ask, NULL, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
 *         puts(irsa_prepared_request(prepared)->url.data);
 *     irsa_prepared_free(prepared);
 *     irsa_credentials_free(mine);
 */
int irsa_sts_assume_role(const struct irsa_assume_role *ask,
                         const struct irsa_endpoint *endpoint,
                         const struct irsa_credentials *credentials,
                         int64_t now_ms,
                         struct irsa_prepared **prepared,
                         struct irsa_error **err);

/**
 * The request of GetCallerIdentity, signed at `now_ms`: who these credentials are. Every identity may ask it. `endpoint`
 * has to name a Region: NULL gives `IRSA_REGION_MISSING`. The answer is for `irsa_sts_caller_read`. The caller frees
 * `prepared`.
 * Errors: `IRSA_REGION_…`, `IRSA_ENDPOINT_…`, `IRSA_SIGN_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_endpoint endpoint = IRSA_ZERO;
 *     irsa_credentials *mine = NULL;
 *     irsa_prepared *prepared = NULL;
 *     endpoint.size = sizeof endpoint;
 *     endpoint.region = irsa_str_of("eu-central-1");
 *     if (irsa_credentials_new("AKIDEXAMPLE", "secret", NULL, IRSA_NEVER, &mine, NULL) == IRSA_OK &&
 *         irsa_sts_caller(&endpoint, mine, INT64_C(1440938160000), &prepared, NULL) == IRSA_OK)
 *         puts(irsa_prepared_request(prepared)->url.data);
 *     irsa_prepared_free(prepared);
 *     irsa_credentials_free(mine);
 */
int irsa_sts_caller(const struct irsa_endpoint *endpoint,
                    const struct irsa_credentials *credentials,
                    int64_t now_ms,
                    struct irsa_prepared **prepared,
                    struct irsa_error **err);

/**
 * A session name that STS takes, made of any text: foreign characters become dashes, what is too long is cut and ends in a
 * hash of the whole. The caller frees `name`. Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *name = NULL;
 *     if (irsa_session_name_clean("build 17/main", &name, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(name));
 *     irsa_buffer_free(name);
 */
int irsa_session_name_clean(const char *any,
                            struct irsa_buffer **name,
                            struct irsa_error **err);

/**
 * The session name that irsa takes for a token where none is said: its pod's, else its service account's, else `irsa`.
 * The caller frees `name`. Errors: `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_token *token = NULL;
 *     irsa_buffer *name = NULL;
 *     if (irsa_token_parse(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln"), &token, NULL) == IRSA_OK &&
 *         irsa_session_name_of_token(token, &name, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(name));
 *     irsa_buffer_free(name);
 *     irsa_token_free(token);
 */
int irsa_session_name_of_token(const struct irsa_token *token, struct irsa_buffer **name, struct irsa_error **err);

/**
 * Takes a token as it stands in a file: white space around it is cut off. It is refused where STS cannot be asked with
 * it: nothing, not three parts, over 20,000 characters. Its signature is not looked at. The caller frees `token`.
 * Errors: `IRSA_TOKEN_…`, none of which has the token in it, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_token *token = NULL;
 *     irsa_error *err = NULL;
 *     if (irsa_token_parse(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln"), &token, &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_token_free(token);
 *     irsa_error_free(err);
 */
int irsa_token_parse(struct irsa_str text, struct irsa_token **token, struct irsa_error **err);

/**
 * Its issuer (`iss`): what an IAM provider is made for. NULL where it has none, and for NULL. Since 0.1.
 *
 *     const char *issuer = irsa_token_issuer(NULL);
 *     puts(issuer != NULL ? issuer : "none");
 */
const char *irsa_token_issuer(const struct irsa_token *token);

/**
 * Its subject (`sub`): of Kubernetes `system:serviceaccount:<namespace>:<name>`. NULL where it has none, and for NULL.
 * Since 0.1.
 *
 *     const char *subject = irsa_token_subject(NULL);
 *     puts(subject != NULL ? subject : "none");
 */
const char *irsa_token_subject(const struct irsa_token *token);

/**
 * How many audiences (`aud`) it has. 0 for NULL. Since 0.1.
 *
 *     printf("%zu\n", irsa_token_audience_count(NULL));
 */
size_t irsa_token_audience_count(const struct irsa_token *token);

/**
 * The audience at a place from 0 on. NULL where there is none, and for NULL. Since 0.1.
 *
 *     const char *first = irsa_token_audience_at(NULL, 0);
 *     puts(first != NULL ? first : "none");
 */
const char *irsa_token_audience_at(const struct irsa_token *token, size_t at);

/**
 * Its namespace. NULL where Kubernetes did not make it, and for NULL. Since 0.1.
 *
 *     const char *namespace_ = irsa_token_namespace(NULL);
 *     puts(namespace_ != NULL ? namespace_ : "none");
 */
const char *irsa_token_namespace(const struct irsa_token *token);

/**
 * Its service account's name, likewise. Since 0.1.
 *
 *     const char *account = irsa_token_service_account(NULL);
 *     puts(account != NULL ? account : "none");
 */
const char *irsa_token_service_account(const struct irsa_token *token);

/**
 * The name of the pod that it is bound to, likewise. Since 0.1.
 *
 *     const char *pod = irsa_token_pod(NULL);
 *     puts(pod != NULL ? pod : "none");
 */
const char *irsa_token_pod(const struct irsa_token *token);

/**
 * Which of the issuer's keys signed it (`kid`). NULL where it does not say, and for NULL. Since 0.1.
 *
 *     const char *kid = irsa_token_kid(NULL);
 *     puts(kid != NULL ? kid : "none");
 */
const char *irsa_token_kid(const struct irsa_token *token);

/**
 * The algorithm of its signature (`alg`), such as `RS256`. NULL where it does not say, and for NULL. Since 0.1.
 *
 *     const char *alg = irsa_token_alg(NULL);
 *     puts(alg != NULL ? alg : "none");
 */
const char *irsa_token_alg(const struct irsa_token *token);

/**
 * When it was issued (`iat`), in milliseconds since 1970-01-01T00:00:00Z. `IRSA_UNKNOWN` where it does not say, and for
 * NULL. Since 0.1.
 *
 *     puts(irsa_token_issued_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
 */
int64_t irsa_token_issued_ms(const struct irsa_token *token);

/**
 * When it ends (`exp`), likewise. Since 0.1.
 *
 *     puts(irsa_token_expires_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
 */
int64_t irsa_token_expires_ms(const struct irsa_token *token);

/**
 * From when on it is valid (`nbf`), likewise. Since 0.1.
 *
 *     puts(irsa_token_not_before_ms(NULL) == IRSA_UNKNOWN ? "unknown" : "known");
 */
int64_t irsa_token_not_before_ms(const struct irsa_token *token);

/**
 * Everything that it says and irsa reads, as JSON: `{header: {alg, kid, typ}, claims: {iss, sub, aud, azp, iat, nbf, exp,
 * kubernetes, tags, transitive_tag_keys, source_identity, roles}}`, as `irsa token --json` has it. The caller frees
 * `json`. Errors: `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_token *token = NULL;
 *     irsa_buffer *json = NULL;
 *     if (irsa_token_parse(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln"), &token, NULL) == IRSA_OK &&
 *         irsa_token_json(token, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 *     irsa_token_free(token);
 */
int irsa_token_json(const struct irsa_token *token,
                    struct irsa_buffer **json,
                    struct irsa_error **err);

/**
 * What STS may not like about it at `now_ms`, as a JSON array of `{name, text}`: its end, its audience, its algorithm and
 * more. STS has the last word. `audience` is the one to be expected; NULL: `sts.amazonaws.com`. The caller frees `json`.
 * Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_token *token = NULL;
 *     irsa_buffer *json = NULL;
 *     if (irsa_token_parse(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJtZSJ9.c2ln"), &token, NULL) == IRSA_OK &&
 *         irsa_token_warnings(token, INT64_C(1440938160000), NULL, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 *     irsa_token_free(token);
 */
int irsa_token_warnings(const struct irsa_token *token,
                        int64_t now_ms,
                        const char *audience,
                        struct irsa_buffer **json,
                        struct irsa_error **err);

/**
 * Wipes and frees it. What was taken from it ends here. NULL is fine. Since 0.1.
 *
 *     irsa_token_free(NULL);
 */
void irsa_token_free(struct irsa_token *token);

/**
 * The parts of a role's ARN, as JSON: `{partition, account, path, name}`. The caller frees `json`.
 * Errors: `IRSA_ARN_…` say what is wrong with it and how it should read, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *json = NULL;
 *     if (irsa_role_arn_json("arn:aws:iam::123456789012:role/team/app", &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_role_arn_json(const char *arn, struct irsa_buffer **json, struct irsa_error **err);

/**
 * The parts of the ARN of an OIDC provider, as JSON: `{partition, account, issuer, host_and_path}`. The caller frees
 * `json`. Errors: as `irsa_role_arn_json`. Since 0.1.
 *
 *     irsa_buffer *json = NULL;
 *     if (irsa_provider_arn_json("arn:aws:iam::123456789012:oidc-provider/oidc.example", &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_provider_arn_json(const char *arn, struct irsa_buffer **json, struct irsa_error **err);

/**
 * A partition by its id or by one of its Regions, as JSON: `{id, dns_suffix, dual_stack_suffix, global_region, known}`,
 * where `known` says whether the Region is one of its own, or was only taken for one. The caller frees `json`.
 * Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *json = NULL;
 *     if (irsa_partition_json("eu-central-1", &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_partition_json(const char *id_or_region, struct irsa_buffer **json, struct irsa_error **err);

/**
 * A time as AWS writes it (ISO 8601, extended or basic, with its zone), in milliseconds since 1970-01-01T00:00:00Z.
 * `nanos` may be NULL: the nanoseconds within its second. Errors: `IRSA_C_VALUE` where it is none, `IRSA_C_…`. Since 0.1.
 *
 *     int64_t time_ms = 0;
 *     if (irsa_time_parse("2015-08-30T12:36:00Z", &time_ms, NULL, NULL) == IRSA_OK)
 *         printf("%lld\n", (long long)time_ms);
 */
int irsa_time_parse(const char *time,
                    int64_t *time_ms,
                    uint32_t *nanos,
                    struct irsa_error **err);

/**
 * A time as text: `2015-08-30T12:36:00Z`, or with `basic` not 0 as signatures have it, `20150830T123600Z`. The caller
 * frees `time`. Errors: `IRSA_C_NULL`. Since 0.1.
 *
 *     irsa_buffer *time = NULL;
 *     if (irsa_time_format(INT64_C(1440938160000), 0, &time, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(time));
 *     irsa_buffer_free(time);
 */
int irsa_time_format(int64_t time_ms, uint32_t basic, struct irsa_buffer **time, struct irsa_error **err);

/**
 * Verifies the signature of a token with the key of a set that its header means. Its times and claims are not judged:
 * `irsa_trust_decide` does that. `claims` is JSON: `{alg, kid, critical, key, payload, claims}`; the caller frees it.
 * Errors: `IRSA_JWS_…`, `IRSA_JWKS_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *claims = NULL;
 *     irsa_error *err = NULL;
 *     if (irsa_jws_verify(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"), irsa_str_of("{\"keys\":[]}"), &claims, &err) !=
 *         IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_buffer_free(claims);
 *     irsa_error_free(err);
 */
int irsa_jws_verify(struct irsa_str token, struct irsa_str jwks, struct irsa_buffer **claims, struct irsa_error **err);

/**
 * As `irsa_jws_verify`, with this one key (a JWK). Since 0.1.
 *
 *     irsa_buffer *claims = NULL;
 *     irsa_error *err = NULL;
 *     if (irsa_jws_verify_by(irsa_str_of("eyJhbGciOiJSUzI1NiJ9.e30.c2ln"), irsa_str_of("{\"kty\":\"RSA\"}"), &claims,
 *                            &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_buffer_free(claims);
 *     irsa_error_free(err);
 */
int irsa_jws_verify_by(struct irsa_str token,
                       struct irsa_str jwk,
                       struct irsa_buffer **claims,
                       struct irsa_error **err);

/**
 * Verifies a bare signature over `message` by a JWK and an algorithm of JOSE, such as `RS256`; of ES it is r and s side by
 * side. Errors: as `irsa_jws_verify`. Since 0.1.
 *
 *     irsa_bytes message = {(const uint8_t *)"x", 1};
 *     irsa_error *err = NULL;
 *     if (irsa_jwk_verify(irsa_str_of("{\"kty\":\"RSA\"}"), "RS256", message, message, &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_error_free(err);
 */
int irsa_jwk_verify(struct irsa_str jwk,
                    const char *alg,
                    struct irsa_bytes message,
                    struct irsa_bytes signature,
                    struct irsa_error **err);

/**
 * What an issuer's key set holds, as JSON: `[{kid, kty, use, key_ops, complete, certificate_agrees, key}]`. The caller
 * frees `json`. Errors: `IRSA_JWKS_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *json = NULL;
 *     irsa_bytes keys = {(const uint8_t *)"{\"keys\":[]}", 11};
 *     if (irsa_jwks_json(keys, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_jwks_json(struct irsa_bytes jwks, struct irsa_buffer **json, struct irsa_error **err);

/**
 * What an issuer's discovery document says, as JSON with its required members. With `issuer`, which may be NULL, it has to
 * be that issuer's. The caller frees `json`. Errors: `IRSA_DISCOVERY_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *json = NULL;
 *     irsa_error *err = NULL;
 *     irsa_bytes document = {(const uint8_t *)"{}", 2};
 *     if (irsa_discovery_json(document, NULL, &json, &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_buffer_free(json);
 *     irsa_error_free(err);
 */
int irsa_discovery_json(struct irsa_bytes document,
                        const char *issuer,
                        struct irsa_buffer **json,
                        struct irsa_error **err);

/**
 * What the two shared files say, as JSON: `{profiles, sso_session, services, default, notices}`, each property as `{value,
 * file, line, endpoint_url}`; secrets are in it. A file whose `data` is NULL is not there. `sso_session` and `services` are
 * names of such sections to be shown, and may be NULL. The caller frees `json`, which wipes it.
 * Errors: `IRSA_PROFILE_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_bytes config = {(const uint8_t *)"[default]\nregion = eu-central-1\n", 31};
 *     irsa_bytes credentials = {NULL, 0};
 *     irsa_buffer *json = NULL;
 *     if (irsa_profiles_json(config, credentials, NULL, NULL, &json, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(json));
 *     irsa_buffer_free(json);
 */
int irsa_profiles_json(struct irsa_bytes config,
                       struct irsa_bytes credentials,
                       const char *sso_session,
                       const char *services,
                       struct irsa_buffer **json,
                       struct irsa_error **err);

/**
 * What STS decides on AssumeRoleWithWebIdentity, in its order and words. `document` is JSON: `{world: {providers: [{arn,
 * url, client_ids}], roles: [{arn, trust_policy, max_session_duration}]}, request: {RoleArn, RoleSessionName,
 * WebIdentityToken, …, connection: [[key, value]]}, discovery, jwks, now}`, where `discovery` and `jwks` are what the
 * issuer publishes, as texts, or `{failed: why}`, and `now` is in seconds. The answer: `{accepted}` or `{denied, error}`.
 * The caller frees `answer`. Errors: `IRSA_DOCUMENT_MALFORMED`, `IRSA_POLICY_…`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *answer = NULL;
 *     if (irsa_trust_decide(irsa_str_of("{\"world\":{},\"request\":{},\"discovery\":\"\",\"jwks\":\"\",\"now\":0}"), &answer,
 *                           NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(answer));
 *     irsa_buffer_free(answer);
 */
int irsa_trust_decide(struct irsa_str document,
                      struct irsa_buffer **answer,
                      struct irsa_error **err);

/**
 * What becomes of a whole set-up, why, and what mends it. `document` is JSON: `{now, issuer, service_account, providers,
 * role, token: {text} or {header, claims}, keys: {discovery, jwks}, pod, request, connection}`; a member that is missing is
 * not known, and taken to be right; null is known to be absent. The answer: `{verdict, findings, assumed, evaluations,
 * cause, text, lines}`. The caller frees `answer`. Errors: `IRSA_DOCUMENT_MALFORMED`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *answer = NULL;
 *     if (irsa_trust_judge(irsa_str_of("{\"now\":0,\"role\":null}"), &answer, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(answer));
 *     irsa_buffer_free(answer);
 */
int irsa_trust_judge(struct irsa_str document,
                     struct irsa_buffer **answer,
                     struct irsa_error **err);

/**
 * What IAM does when OIDC providers are made and changed. `document` is JSON: `{partition, account, quota, now, steps:
 * [{operation, input}]}`, operations and inputs as the IAM API names them. The answer: `{steps: [{ok} or {refused}],
 * providers}`. The caller frees `answer`. Errors: `IRSA_DOCUMENT_MALFORMED`, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *answer = NULL;
 *     if (irsa_trust_providers(irsa_str_of("{\"account\":\"123456789012\",\"steps\":[]}"), &answer, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(answer));
 *     irsa_buffer_free(answer);
 */
int irsa_trust_providers(struct irsa_str document, struct irsa_buffer **answer, struct irsa_error **err);

/**
 * Whether IAM would store this trust policy, and what a person should know of it: JSON `{refusal, warnings}`.
 * `partition` and `account`, which may be NULL, are those of the role. `size` is the quota in characters; 0: IAM's default.
 * The caller frees `report`. Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *report = NULL;
 *     if (irsa_policy_lint(irsa_str_of("{\"Statement\":[]}"), NULL, NULL, 0, &report, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(report));
 *     irsa_buffer_free(report);
 */
int irsa_policy_lint(struct irsa_str policy,
                     const char *partition,
                     const char *account,
                     size_t size,
                     struct irsa_buffer **report,
                     struct irsa_error **err);

/**
 * Whether a policy can be read at all. Errors: `IRSA_POLICY_…` say what is wrong with it, `IRSA_C_…`. Since 0.1.
 *
 *     irsa_error *err = NULL;
 *     if (irsa_policy_check(irsa_str_of("{\"Statement\":[]}"), &err) != IRSA_OK)
 *         fprintf(stderr, "%s\n", irsa_error_text(err));
 *     irsa_error_free(err);
 */
int irsa_policy_check(struct irsa_str policy, struct irsa_error **err);

/**
 * The trust policy that lets in one subject and nobody else, as text. `provider` is the ARN of the IAM provider, `subject`
 * what the token's `sub` is to be, a pattern where it has `*` or `?`. `audience` may be NULL: any. The caller frees
 * `policy`. Errors: `IRSA_C_…`. Since 0.1.
 *
 *     irsa_buffer *policy = NULL;
 *     if (irsa_policy_generate("arn:aws:iam::123456789012:oidc-provider/oidc.example", "system:serviceaccount:shop:web",
 *                              "sts.amazonaws.com", &policy, NULL) == IRSA_OK)
 *         puts(irsa_buffer_text(policy));
 *     irsa_buffer_free(policy);
 */
int irsa_policy_generate(const char *provider,
                         const char *subject,
                         const char *audience,
                         struct irsa_buffer **policy,
                         struct irsa_error **err);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus


#ifdef __cplusplus
extern "C" {
#endif

/* A text as irsa takes it: NULL is empty. */
static inline irsa_str irsa_str_of(const char *text) {
    irsa_str made;
    made.data = text;
    made.len = text == NULL ? 0 : strlen(text);
    return made;
}

#ifdef __cplusplus
}
#endif

/* A literal as an irsa_str, for initialisers: irsa_header host = {IRSA_STR("host"), IRSA_STR("example.com")}; */
#define IRSA_STR(literal) {(literal), sizeof(literal) - 1}

#endif  /* IRSA_H */
