/* What libirsa.so.0 promises to the programs that are linked with it. Made of irsa.h by `make abi`. */
#include <stddef.h>
#include <stdint.h>
#define IRSA_NEVER INT64_MAX
typedef enum irsa_code {
    IRSA_OK = 0,
    IRSA_BUG = 1,
    IRSA_FLOW_ANSWER_UNASKED = 2,
    IRSA_FLOW_ANSWER_MISMATCH = 3,
    IRSA_FLOW_FINISHED = 4,
    IRSA_DEADLINE = 5,
    IRSA_HOST_UNSUPPORTED = 6,
    IRSA_ENCODING = 7,
    IRSA_CANCELLED = 8,
    IRSA_TOKEN_EMPTY = 10,
    IRSA_TOKEN_CUT = 11,
    IRSA_TOKEN_PARTS = 12,
    IRSA_TOKEN_TOO_LONG = 13,
    IRSA_TOKEN_TRAILING = 14,
    IRSA_TOKEN_CHARACTER = 15,
    IRSA_TOKEN_UNSIGNED = 16,
    IRSA_TOKEN_FILE_MISSING = 20,
    IRSA_TOKEN_FILE_DENIED = 21,
    IRSA_TOKEN_FILE_DIRECTORY = 22,
    IRSA_TOKEN_FILE_TOO_LARGE = 23,
    IRSA_TOKEN_FILE_UTF8 = 24,
    IRSA_TOKEN_FILE_BOM = 25,
    IRSA_TOKEN_FILE_UNREADABLE = 26,
    IRSA_STS_ACCESS_DENIED = 40,
    IRSA_STS_EXPIRED_TOKEN = 41,
    IRSA_STS_IDP_COMMUNICATION = 42,
    IRSA_STS_IDP_REJECTED_CLAIM = 43,
    IRSA_STS_INTERNAL = 44,
    IRSA_STS_INVALID_TOKEN = 45,
    IRSA_STS_VERIFICATION_KEY = 46,
    IRSA_STS_NO_PROVIDER = 47,
    IRSA_STS_TOKEN_NOT_YET_VALID = 48,
    IRSA_STS_THUMBPRINT = 49,
    IRSA_STS_MALFORMED_POLICY = 50,
    IRSA_STS_PACKED_POLICY = 51,
    IRSA_STS_REGION_DISABLED = 52,
    IRSA_STS_THROTTLED = 53,
    IRSA_STS_VALIDATION = 54,
    IRSA_STS_ROLE_ARN_INVALID = 55,
    IRSA_STS_DURATION = 56,
    IRSA_STS_CLOCK = 57,
    IRSA_STS_SIGNATURE = 58,
    IRSA_STS_CREDENTIALS = 59,
    IRSA_STS_CREDENTIALS_EXPIRED = 60,
    IRSA_STS_REFUSED = 61,
    IRSA_STS_ROLES_CLAIM = 62,
    IRSA_STS_MISSING_CLAIM = 63,
    IRSA_STS_AUDIENCES = 64,
    IRSA_ANSWER_HTML = 65,
    IRSA_ANSWER_CUT = 66,
    IRSA_ANSWER_TOO_LARGE = 67,
    IRSA_ANSWER_REDIRECT = 68,
    IRSA_ANSWER_EMPTY = 69,
    IRSA_ANSWER_UNKNOWN = 70,
    IRSA_ANSWER_MALFORMED = 71,
    IRSA_REQUEST_LIMIT = 72,
    IRSA_ENDPOINT_FIPS_CUSTOM = 73,
    IRSA_ENDPOINT_DUALSTACK_CUSTOM = 74,
    IRSA_ENDPOINT_URL = 76,
    IRSA_REGION_INVALID = 77,
    IRSA_STS_NO_ACTION = 78,
    IRSA_NET_INVALID = 80,
    IRSA_NET_RESOLVE = 81,
    IRSA_NET_CONNECT = 82,
    IRSA_NET_PROXY = 83,
    IRSA_NET_TLS = 84,
    IRSA_NET_TIMEOUT = 85,
    IRSA_NET_CLOSED = 86,
    IRSA_NET_UNKNOWN = 87,
    IRSA_NET_PROXY_REFUSED = 88,
    IRSA_NO_CREDENTIALS = 100,
    IRSA_WEB_IDENTITY_INCOMPLETE = 101,
    IRSA_KEYS_INCOMPLETE = 102,
    IRSA_KEYS_EXPIRED = 103,
    IRSA_SETTING_INVALID = 104,
    IRSA_SOURCE_NOT_BUILT = 105,
    IRSA_SESSION_POLICY_UNUSED = 106,
    IRSA_PROFILE_FILE_DENIED = 110,
    IRSA_PROFILE_FILE_DIRECTORY = 111,
    IRSA_PROFILE_FILE_TOO_LARGE = 112,
    IRSA_PROFILE_FILE_UNREADABLE = 113,
    IRSA_PROFILE_ENCODING = 114,
    IRSA_PROFILE_SYNTAX = 115,
    IRSA_PROFILE_MISSING = 116,
    IRSA_SOURCE_PROFILE_MISSING = 117,
    IRSA_SOURCE_PROFILE_CYCLE = 118,
    IRSA_SOURCE_PROFILE_DEPTH = 119,
    IRSA_ROLE_SOURCE_BOTH = 120,
    IRSA_ROLE_SOURCE_MISSING = 121,
    IRSA_SOURCE_PROFILE_EMPTY = 122,
    IRSA_CREDENTIAL_SOURCE_UNKNOWN = 123,
    IRSA_ROLE_PARTITION = 124,
    IRSA_CREDENTIAL_SOURCE_EMPTY = 125,
    IRSA_PROFILE_MFA = 126,
    IRSA_ARN_PLACEHOLDER = 140,
    IRSA_ARN_COLONS = 141,
    IRSA_ARN_CUT = 142,
    IRSA_ARN_RESOURCE = 143,
    IRSA_ARN_ASSUMED_ROLE = 144,
    IRSA_ARN_SERVICE = 145,
    IRSA_ARN_PARTITION = 146,
    IRSA_ARN_ACCOUNT = 147,
    IRSA_ARN_NAME = 148,
    IRSA_REGION_MISSING = 149,
    IRSA_SIGN_TOO_SMALL = 150,
    IRSA_SIGN_TOO_MANY_ITEMS = 151,
    IRSA_SIGN_HEADER = 152,
    IRSA_SIGN_ESCAPE = 153,
    IRSA_SIGN_UNUSABLE = 154,
    IRSA_SIGN_EXPIRES = 155,
    IRSA_SIGN_ALREADY_SIGNED = 156,
    IRSA_SIGN_URL = 157,
    IRSA_SIGN_NO_HOST = 158,
    IRSA_VERIFY_NO_AUTH = 159,
    IRSA_VERIFY_MALFORMED = 160,
    IRSA_VERIFY_UNKNOWN_KEY = 161,
    IRSA_VERIFY_TOKEN_MISSING = 162,
    IRSA_VERIFY_TOKEN_WRONG = 163,
    IRSA_VERIFY_CREDENTIALS_EXPIRED = 164,
    IRSA_VERIFY_EXPIRED = 165,
    IRSA_VERIFY_SKEWED = 166,
    IRSA_VERIFY_SCOPE = 167,
    IRSA_VERIFY_PAYLOAD = 168,
    IRSA_VERIFY_MISMATCH = 169,
    IRSA_CREDENTIALS_ENDED = 170,
    IRSA_EXCHANGE_LOST = 171,
    IRSA_EXCHANGE_UNKNOWN = 172,
    IRSA_EXCHANGE_CANCELLED = 173,
    IRSA_WAITERS_FULL = 174,
    IRSA_SNAPSHOT_CLOCK = 175,
    IRSA_SECRET_NOT_FOUND = 180,
    IRSA_SECRET_DENIED = 181,
    IRSA_SECRET_DECRYPTION = 182,
    IRSA_SECRET_STATE = 183,
    IRSA_SERVICE_THROTTLED = 184,
    IRSA_SERVICE_INTERNAL = 185,
    IRSA_SERVICE_CREDENTIALS = 186,
    IRSA_SERVICE_REFUSED = 187,
    IRSA_SERVICE_ANSWER = 188,
    IRSA_SERVICE_PARAMETER = 189,
    IRSA_JWS_MALFORMED = 200,
    IRSA_JWS_ALGORITHM = 201,
    IRSA_JWS_SIGNATURE = 202,
    IRSA_JWK_UNUSABLE = 203,
    IRSA_JWKS_MALFORMED = 204,
    IRSA_JWKS_NO_KEY = 205,
    IRSA_DISCOVERY_MALFORMED = 206,
    IRSA_DISCOVERY_ISSUER = 207,
    IRSA_POLICY_JSON = 210,
    IRSA_POLICY_GRAMMAR = 211,
    IRSA_POLICY_OPERATOR = 212,
    IRSA_POLICY_TOO_LARGE = 213,
    IRSA_STS_WOULD_REFUSE = 220,
    IRSA_POLICY_WOULD_REFUSE = 221,
    IRSA_LOCAL_FILE = 230,
    IRSA_LOCAL_MANIFEST = 231,
    IRSA_LOCAL_POLICY = 232,
    IRSA_LOCAL_SETUP = 233,
    IRSA_LOCAL_FAULT_SCRIPT = 234,
    IRSA_LOCAL_ADDRESS = 235,
    IRSA_LOCAL_STATE = 236,
    IRSA_LOCAL_USAGE = 237,
    IRSA_LOCAL_COMMAND = 238,
    IRSA_LOCAL_CONTROL = 239,
    IRSA_USAGE = 260,
    IRSA_REQUEST_FILE = 261,
    IRSA_INPUT_UNREADABLE = 262,
    IRSA_OUTPUT_UNWRITABLE = 263,
    IRSA_EXEC_MISSING = 264,
    IRSA_EXEC_DENIED = 265,
    IRSA_COMMAND_MISSING = 266,
    IRSA_SERVICE_UNKNOWN = 267,
    IRSA_SEND_REFUSED = 268,
    IRSA_DOCTOR_FOUND = 278,
    IRSA_SERVE_ADDRESS = 280,
    IRSA_SERVE_FILE = 281,
    IRSA_SERVE_REQUEST = 282,
    IRSA_SERVE_FORBIDDEN = 283,
    IRSA_SERVE_UNAUTHORIZED = 284,
    IRSA_SERVE_UNHEALTHY = 285,
    IRSA_RUNTIME_MISSING = 290,
    IRSA_C_NULL = 300,
    IRSA_C_TEXT = 301,
    IRSA_C_STRUCT = 302,
    IRSA_C_VALUE = 303,
    IRSA_VERIFY_HEADERS_NOT_SIGNED = 310,
} irsa_code;
typedef enum irsa_kind {
    IRSA_KIND_MISUSE = 1,
    IRSA_KIND_REFUSED = 2,
    IRSA_KIND_BROKEN = 3,
    IRSA_KIND_BUG = 4,
} irsa_kind;
typedef enum irsa_retry {
    IRSA_RETRY_NO = 1,
    IRSA_RETRY_SOON = 2,
    IRSA_RETRY_SLOWLY = 3,
    IRSA_RETRY_REREAD = 4,
} irsa_retry;
typedef enum irsa_payload {
    IRSA_PAYLOAD_BODY = 0,
    IRSA_PAYLOAD_HASH = 1,
    IRSA_PAYLOAD_UNSIGNED = 2,
} irsa_payload;
typedef enum irsa_choice {
    IRSA_AUTO = 0,
    IRSA_YES = 1,
    IRSA_NO = 2,
} irsa_choice;
typedef enum irsa_path {
    IRSA_PATH_AUTO = 0,
    IRSA_PATH_TWICE = 1,
    IRSA_PATH_ONCE = 2,
    IRSA_PATH_AS_IS = 3,
} irsa_path;
typedef enum irsa_signed_headers {
    IRSA_HEADERS_AUTO = 0,
    IRSA_HEADERS_ONLY = 1,
    IRSA_HEADERS_ALL_BUT = 2,
} irsa_signed_headers;
typedef struct irsa_buffer irsa_buffer;
typedef struct irsa_cancel irsa_cancel;
typedef struct irsa_credentials irsa_credentials;
typedef struct irsa_error irsa_error;
typedef struct irsa_keys irsa_keys;
typedef struct irsa_prepared irsa_prepared;
typedef struct irsa_bytes {
    const uint8_t *data;
    size_t len;
} irsa_bytes;
typedef struct irsa_str {
    const char *data;
    size_t len;
} irsa_str;
typedef struct irsa_signing {
    size_t size;
    struct irsa_str access_key_id;
    struct irsa_str secret_access_key;
    struct irsa_str session_token;
    struct irsa_str region;
    struct irsa_str service;
    int64_t time_ms;
    uint32_t expires;
    uint32_t content_sha256;
    uint32_t path;
    uint32_t normalise;
    uint32_t token_after;
    uint32_t signed_headers;
    const struct irsa_str *listed;
    size_t listed_count;
} irsa_signing;
typedef struct irsa_header {
    struct irsa_str name;
    struct irsa_str value;
} irsa_header;
typedef struct irsa_http_request {
    struct irsa_str method;
    struct irsa_str url;
    const struct irsa_header *headers;
    size_t header_count;
    struct irsa_bytes body;
    uint32_t response_limit;
    uint32_t direct;
} irsa_http_request;
typedef struct irsa_request {
    size_t size;
    struct irsa_str method;
    struct irsa_str path;
    struct irsa_str query;
    const struct irsa_header *headers;
    size_t header_count;
    uint32_t payload;
    struct irsa_bytes body;
    struct irsa_str hash;
} irsa_request;
const char *irsa_buffer_text(const struct irsa_buffer *buffer);
struct irsa_bytes irsa_buffer_bytes(const struct irsa_buffer *buffer);
void irsa_buffer_free(struct irsa_buffer *buffer);
int irsa_cancel_new(struct irsa_cancel **cancel, struct irsa_error **err);
void irsa_cancel_throw(const struct irsa_cancel *cancel);
int irsa_cancel_is_thrown(const struct irsa_cancel *cancel);
void irsa_cancel_free(struct irsa_cancel *cancel);
int irsa_credentials_new(const char *access_key_id, const char *secret_access_key, const char *session_token, int64_t expiration_ms, struct irsa_credentials **credentials, struct irsa_error **err);
const char *irsa_credentials_access_key_id(const struct irsa_credentials *credentials);
const char *irsa_credentials_secret_access_key(const struct irsa_credentials *credentials);
const char *irsa_credentials_session_token(const struct irsa_credentials *credentials);
const char *irsa_credentials_account_id(const struct irsa_credentials *credentials);
const char *irsa_credentials_source(const struct irsa_credentials *credentials);
const char *irsa_credentials_region(const struct irsa_credentials *credentials);
int64_t irsa_credentials_expiration_ms(const struct irsa_credentials *credentials);
uint64_t irsa_credentials_generation(const struct irsa_credentials *credentials);
int irsa_credentials_lend(const struct irsa_credentials *credentials, int64_t now_ms, struct irsa_signing *signing, struct irsa_error **err);
void irsa_credentials_free(struct irsa_credentials *credentials);
int irsa_error_code(const struct irsa_error *error);
int irsa_error_kind(const struct irsa_error *error);
int irsa_error_retry(const struct irsa_error *error);
const char *irsa_error_name(const struct irsa_error *error);
const char *irsa_error_at(const struct irsa_error *error);
const char *irsa_error_message(const struct irsa_error *error);
const char *irsa_error_fix(const struct irsa_error *error);
const char *irsa_error_request_id(const struct irsa_error *error);
const char *irsa_error_text(const struct irsa_error *error);
void irsa_error_free(struct irsa_error *error);
int irsa_code_of(const char *name);
int irsa_code_fix(int code, struct irsa_buffer **fix, struct irsa_error **err);
int irsa_code_name(int code, struct irsa_buffer **name, struct irsa_error **err);
const struct irsa_http_request *irsa_prepared_request(const struct irsa_prepared *prepared);
void irsa_prepared_free(struct irsa_prepared *prepared);
int irsa_headers_next(struct irsa_str *rest, struct irsa_header *header);
int irsa_keys_new(size_t slots, struct irsa_keys **keys, struct irsa_error **err);
void irsa_keys_free(struct irsa_keys *keys);
int irsa_request_sign(const struct irsa_signing *signing, const struct irsa_request *request, struct irsa_keys *keys, char *out, size_t room, size_t *length, struct irsa_error **err);
const char *irsa_version(void);
