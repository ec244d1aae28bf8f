/* What libirsa.so.0 promises to the programs that are linked with it. Made of irsa.h by `make abi`. */
#include <stddef.h>
#include <stdint.h>
#define IRSA_NEVER INT64_MAX
#define IRSA_UNKNOWN INT64_MIN
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
    IRSA_PARAMETER_NOT_FOUND = 190,
    IRSA_PARAMETER_DENIED = 191,
    IRSA_PARAMETER_DECRYPTION = 192,
    IRSA_RDS_ADDRESS = 193,
    IRSA_BUCKET_NOT_FOUND = 194,
    IRSA_OBJECT_NOT_FOUND = 195,
    IRSA_OBJECT_DENIED = 196,
    IRSA_BUCKET_REGION = 197,
    IRSA_OBJECT_ARCHIVED = 198,
    IRSA_OBJECT_CONDITION = 199,
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
    IRSA_C_CALLBACK = 304,
    IRSA_C_ORDER = 305,
    IRSA_DOCUMENT_MALFORMED = 306,
    IRSA_VERIFY_HEADERS_NOT_SIGNED = 310,
    IRSA_SERVICE_PAGES = 330,
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
typedef enum irsa_effect_kind {
    IRSA_EFFECT_UNSUPPORTED = 0,
    IRSA_EFFECT_READ_FILE = 1,
    IRSA_EFFECT_WRITE_FILE = 2,
    IRSA_EFFECT_HTTP = 3,
    IRSA_EFFECT_RUN = 4,
    IRSA_EFFECT_WAIT = 5,
} irsa_effect_kind;
typedef enum irsa_file_fault {
    IRSA_FILE_FAULT_MISSING = 1,
    IRSA_FILE_FAULT_DENIED = 2,
    IRSA_FILE_FAULT_DIRECTORY = 3,
    IRSA_FILE_FAULT_TOO_LARGE = 4,
    IRSA_FILE_FAULT_OTHER = 5,
} irsa_file_fault;
typedef enum irsa_http_fault {
    IRSA_HTTP_FAULT_INVALID = 1,
    IRSA_HTTP_FAULT_RESOLVE = 2,
    IRSA_HTTP_FAULT_CONNECT = 3,
    IRSA_HTTP_FAULT_PROXY = 4,
    IRSA_HTTP_FAULT_TLS = 5,
    IRSA_HTTP_FAULT_TIMEOUT = 6,
    IRSA_HTTP_FAULT_CLOSED = 7,
    IRSA_HTTP_FAULT_TOO_LARGE = 8,
    IRSA_HTTP_FAULT_UNKNOWN = 9,
    IRSA_HTTP_FAULT_PROXY_REFUSED = 10,
} irsa_http_fault;
typedef enum irsa_run_fault {
    IRSA_RUN_FAULT_MISSING = 1,
    IRSA_RUN_FAULT_DENIED = 2,
    IRSA_RUN_FAULT_TIMEOUT = 3,
    IRSA_RUN_FAULT_TOO_LARGE = 4,
    IRSA_RUN_FAULT_OTHER = 5,
} irsa_run_fault;
typedef enum irsa_log_level {
    IRSA_LOG_INFO = 1,
    IRSA_LOG_WARNING = 2,
} irsa_log_level;
typedef enum irsa_action {
    IRSA_ACTION_ASSUME_ROLE = 1,
    IRSA_ACTION_WEB_IDENTITY = 2,
} irsa_action;
typedef enum irsa_s3_operation {
    IRSA_S3_GET = 1,
    IRSA_S3_HEAD = 2,
    IRSA_S3_PUT = 3,
} irsa_s3_operation;
typedef enum irsa_s3_style {
    IRSA_S3_AUTO = 0,
    IRSA_S3_VIRTUAL = 1,
    IRSA_S3_PATH = 2,
} irsa_s3_style;
typedef struct irsa_assumed irsa_assumed;
typedef struct irsa_buffer irsa_buffer;
typedef struct irsa_caller irsa_caller;
typedef struct irsa_cancel irsa_cancel;
typedef struct irsa_credentials irsa_credentials;
typedef struct irsa_error irsa_error;
typedef struct irsa_explanation irsa_explanation;
typedef struct irsa_flow irsa_flow;
typedef struct irsa_hash irsa_hash;
typedef struct irsa_keys irsa_keys;
typedef struct irsa_message irsa_message;
typedef struct irsa_parameters irsa_parameters;
typedef struct irsa_prepared irsa_prepared;
typedef struct irsa_provider irsa_provider;
typedef struct irsa_received irsa_received;
typedef struct irsa_s3_head irsa_s3_head;
typedef struct irsa_s3_page irsa_s3_page;
typedef struct irsa_secret irsa_secret;
typedef struct irsa_signed irsa_signed;
typedef struct irsa_token irsa_token;
typedef struct irsa_verified irsa_verified;
typedef struct irsa_str {
    const char *data;
    size_t len;
} irsa_str;
typedef struct irsa_bytes {
    const uint8_t *data;
    size_t len;
} irsa_bytes;
typedef struct irsa_header {
    struct irsa_str name;
    struct irsa_str value;
} irsa_header;
typedef struct irsa_answer {
    size_t size;
    uint32_t id;
    uint32_t kind;
    uint32_t fault;
    int32_t status;
    struct irsa_str detail;
    struct irsa_bytes bytes;
    struct irsa_bytes error_bytes;
    const struct irsa_header *headers;
    size_t header_count;
    uint32_t has_owner;
    uint32_t owner;
    uint32_t has_mode;
    uint32_t mode;
    uint64_t file_size;
} irsa_answer;
typedef struct irsa_http_response {
    size_t size;
    uint32_t status;
    const struct irsa_header *headers;
    size_t header_count;
    struct irsa_bytes body;
} irsa_http_response;
typedef struct irsa_now {
    int64_t wall_ms;
    uint64_t mono_ms;
} irsa_now;
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
typedef struct irsa_http_request {
    struct irsa_str method;
    struct irsa_str url;
    const struct irsa_header *headers;
    size_t header_count;
    struct irsa_bytes body;
    uint32_t response_limit;
    uint32_t direct;
} irsa_http_request;
typedef struct irsa_effect {
    size_t size;
    uint32_t id;
    uint32_t kind;
    struct irsa_str why;
    struct irsa_str path;
    struct irsa_bytes bytes;
    uint32_t limit;
    uint32_t argc;
    const char *const *argv;
    const struct irsa_http_request *request;
    uint64_t time_ms;
} irsa_effect;
typedef struct irsa_endpoint {
    size_t size;
    struct irsa_str region;
    struct irsa_str url;
    struct irsa_str user_agent;
    uint32_t fips;
    uint32_t dual_stack;
    uint32_t legacy_global;
} irsa_endpoint;
typedef struct irsa_chain {
    size_t size;
    const char *const *environment;
    struct irsa_str region;
    struct irsa_str profile;
    struct irsa_str role_arn;
    struct irsa_str token_file;
    struct irsa_str session_name;
    struct irsa_str policy;
    const struct irsa_str *policy_arns;
    size_t policy_arn_count;
    struct irsa_str endpoint;
    struct irsa_str user_agent;
    uint64_t seed;
    uint32_t duration_seconds;
    uint32_t strict;
} irsa_chain;
typedef void (*irsa_log)(void *user, int level, const char *text);
typedef struct irsa_provider_options {
    size_t size;
    const struct irsa_chain *chain;
    uint32_t timeout_ms;
    uint32_t headroom_ms;
    uint32_t background;
    irsa_log log;
    void *log_user;
} irsa_provider_options;
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
typedef struct irsa_s3_ask {
    size_t size;
    uint32_t operation;
    uint32_t style;
    struct irsa_str bucket;
    struct irsa_str key;
    struct irsa_str version_id;
    const struct irsa_header *headers;
    size_t header_count;
    uint32_t payload;
    struct irsa_bytes body;
} irsa_s3_ask;
typedef struct irsa_s3_list_ask {
    size_t size;
    struct irsa_str bucket;
    struct irsa_str prefix;
    struct irsa_str delimiter;
    struct irsa_str start_after;
    struct irsa_str next_token;
    uint32_t max_keys;
    uint32_t style;
} irsa_s3_list_ask;
typedef struct irsa_http_call {
    size_t size;
    struct irsa_str method;
    struct irsa_str url;
    const struct irsa_header *headers;
    size_t header_count;
    struct irsa_bytes body;
    uint32_t response_limit;
    uint32_t direct;
} irsa_http_call;
typedef struct irsa_parameter_ask {
    size_t size;
    const struct irsa_str *names;
    size_t name_count;
    struct irsa_str path;
    struct irsa_str next_token;
    uint32_t max_results;
    uint32_t recursive;
    uint32_t encrypted;
} irsa_parameter_ask;
typedef struct irsa_web_identity {
    size_t size;
    struct irsa_str role_arn;
    struct irsa_str token;
    struct irsa_str session_name;
    struct irsa_str policy;
    const struct irsa_str *policy_arns;
    size_t policy_arn_count;
    struct irsa_str provider_id;
    uint32_t duration_seconds;
} irsa_web_identity;
typedef struct irsa_pair {
    struct irsa_str key;
    struct irsa_str value;
} irsa_pair;
typedef struct irsa_assume_role {
    size_t size;
    struct irsa_str role_arn;
    struct irsa_str session_name;
    struct irsa_str policy;
    const struct irsa_str *policy_arns;
    size_t policy_arn_count;
    const struct irsa_pair *tags;
    size_t tag_count;
    const struct irsa_str *transitive_tag_keys;
    size_t transitive_tag_key_count;
    struct irsa_str external_id;
    struct irsa_str serial_number;
    struct irsa_str token_code;
    struct irsa_str source_identity;
    const struct irsa_pair *provided_contexts;
    size_t provided_context_count;
    uint32_t duration_seconds;
} irsa_assume_role;
typedef const struct irsa_credentials *(*irsa_lookup)(void *user, struct irsa_str access_key_id);
typedef struct irsa_verifying {
    size_t size;
    int64_t time_ms;
    struct irsa_str region;
    struct irsa_str service;
    irsa_lookup lookup;
    void *user;
    const struct irsa_credentials *credentials;
    uint32_t skew_s;
    uint32_t s3;
    uint32_t path;
    uint32_t normalise;
    uint32_t token_after;
} irsa_verifying;
int irsa_answer_encode(const struct irsa_answer *answer, struct irsa_buffer **encoded, struct irsa_error **err);
int irsa_sts_assumed_read(const struct irsa_http_response *response, uint32_t action, const struct irsa_now *sent, const struct irsa_now *received, struct irsa_credentials **credentials, struct irsa_assumed **assumed, struct irsa_error **err);
const char *irsa_assumed_role_arn(const struct irsa_assumed *assumed);
const char *irsa_assumed_role_id(const struct irsa_assumed *assumed);
const char *irsa_assumed_subject(const struct irsa_assumed *assumed);
const char *irsa_assumed_audience(const struct irsa_assumed *assumed);
const char *irsa_assumed_provider(const struct irsa_assumed *assumed);
const char *irsa_assumed_source_identity(const struct irsa_assumed *assumed);
const char *irsa_assumed_request_id(const struct irsa_assumed *assumed);
int64_t irsa_assumed_packed_policy_size(const struct irsa_assumed *assumed);
int64_t irsa_assumed_skew_ms(const struct irsa_assumed *assumed);
void irsa_assumed_free(struct irsa_assumed *assumed);
int irsa_response_skew(const struct irsa_http_response *response, struct irsa_now sent, struct irsa_now received, int64_t *skew_ms, struct irsa_error **err);
int irsa_sts_caller_read(const struct irsa_http_response *response, struct irsa_caller **caller, struct irsa_error **err);
const char *irsa_caller_account(const struct irsa_caller *caller);
const char *irsa_caller_arn(const struct irsa_caller *caller);
const char *irsa_caller_user_id(const struct irsa_caller *caller);
const char *irsa_caller_request_id(const struct irsa_caller *caller);
void irsa_caller_free(struct irsa_caller *caller);
const char *irsa_buffer_text(const struct irsa_buffer *buffer);
struct irsa_bytes irsa_buffer_bytes(const struct irsa_buffer *buffer);
void irsa_buffer_free(struct irsa_buffer *buffer);
int irsa_cancel_new(struct irsa_cancel **cancel, struct irsa_error **err);
void irsa_cancel_throw(const struct irsa_cancel *cancel);
int irsa_cancel_is_thrown(const struct irsa_cancel *cancel);
void irsa_cancel_free(struct irsa_cancel *cancel);
struct irsa_now irsa_clock_now(void);
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
int irsa_effect_encode(const struct irsa_effect *effect, struct irsa_buffer **encoded, struct irsa_error **err);
int irsa_effect_id(struct irsa_bytes encoded, uint32_t *id, struct irsa_error **err);
int irsa_endpoint_json(const struct irsa_endpoint *endpoint, const char *service, const char *subject, struct irsa_buffer **json, struct irsa_error **err);
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
int irsa_flow_new_chain(const struct irsa_chain *chain, uint64_t deadline_ms, struct irsa_flow **flow, struct irsa_error **err);
int irsa_flow_next(struct irsa_flow *flow, struct irsa_now now, const struct irsa_effect **effect, struct irsa_error **err);
int irsa_flow_answer(struct irsa_flow *flow, const struct irsa_answer *answer, struct irsa_error **err);
int irsa_flow_credentials(const struct irsa_flow *flow, struct irsa_credentials **credentials, struct irsa_error **err);
int irsa_flow_output(const struct irsa_flow *flow, struct irsa_buffer **output, struct irsa_error **err);
int irsa_flow_explain(const struct irsa_flow *flow, struct irsa_buffer **json, struct irsa_error **err);
int irsa_flow_trail(const struct irsa_flow *flow, struct irsa_buffer **json, struct irsa_error **err);
uint64_t irsa_flow_deadline(const struct irsa_flow *flow);
void irsa_flow_free(struct irsa_flow *flow);
int irsa_flow_new_identity(const struct irsa_chain *chain, const struct irsa_credentials *credentials, uint64_t deadline_ms, struct irsa_flow **flow, struct irsa_error **err);
int irsa_flow_new_role(const struct irsa_chain *chain, const struct irsa_credentials *credentials, const char *role_arn, const char *external_id, uint64_t deadline_ms, struct irsa_flow **flow, struct irsa_error **err);
int irsa_flow_new_secret(const struct irsa_chain *chain, const struct irsa_credentials *credentials, const char *secret_id, const char *version_id, const char *version_stage, uint64_t deadline_ms, struct irsa_flow **flow, struct irsa_error **err);
int irsa_flow_new_parameter(const struct irsa_chain *chain, const struct irsa_credentials *credentials, const char *name, uint64_t deadline_ms, struct irsa_flow **flow, struct irsa_error **err);
const struct irsa_http_request *irsa_prepared_request(const struct irsa_prepared *prepared);
void irsa_prepared_free(struct irsa_prepared *prepared);
int irsa_headers_next(struct irsa_str *rest, struct irsa_header *header);
int irsa_keys_new(size_t slots, struct irsa_keys **keys, struct irsa_error **err);
void irsa_keys_free(struct irsa_keys *keys);
int irsa_message_read_effect(struct irsa_bytes encoded, struct irsa_message **message, struct irsa_error **err);
int irsa_message_read_answer(struct irsa_bytes encoded, struct irsa_message **message, struct irsa_error **err);
const struct irsa_effect *irsa_message_effect(const struct irsa_message *message);
const struct irsa_answer *irsa_message_answer(const struct irsa_message *message);
void irsa_message_free(struct irsa_message *message);
int irsa_role_arn_json(const char *arn, struct irsa_buffer **json, struct irsa_error **err);
int irsa_provider_arn_json(const char *arn, struct irsa_buffer **json, struct irsa_error **err);
int irsa_partition_json(const char *id_or_region, struct irsa_buffer **json, struct irsa_error **err);
int irsa_time_parse(const char *time, int64_t *time_ms, uint32_t *nanos, struct irsa_error **err);
int irsa_time_format(int64_t time_ms, uint32_t basic, struct irsa_buffer **time, struct irsa_error **err);
int irsa_s3_object_read(const struct irsa_http_response *response, uint32_t operation, struct irsa_s3_head **head, struct irsa_error **err);
const char *irsa_s3_head_etag(const struct irsa_s3_head *head);
const char *irsa_s3_head_version_id(const struct irsa_s3_head *head);
const char *irsa_s3_head_content_type(const struct irsa_s3_head *head);
const char *irsa_s3_head_metadata(const struct irsa_s3_head *head, const char *name);
int64_t irsa_s3_head_length(const struct irsa_s3_head *head);
int64_t irsa_s3_head_size(const struct irsa_s3_head *head);
int64_t irsa_s3_head_modified_ms(const struct irsa_s3_head *head);
void irsa_s3_head_free(struct irsa_s3_head *head);
int irsa_s3_list_read(const struct irsa_http_response *response, struct irsa_s3_page **page, struct irsa_error **err);
size_t irsa_s3_page_count(const struct irsa_s3_page *page);
const char *irsa_s3_page_key_at(const struct irsa_s3_page *page, size_t at);
const char *irsa_s3_page_etag_at(const struct irsa_s3_page *page, size_t at);
int64_t irsa_s3_page_size_at(const struct irsa_s3_page *page, size_t at);
int64_t irsa_s3_page_modified_ms_at(const struct irsa_s3_page *page, size_t at);
const char *irsa_s3_page_prefix_at(const struct irsa_s3_page *page, size_t at);
const char *irsa_s3_page_next_token(const struct irsa_s3_page *page);
void irsa_s3_page_free(struct irsa_s3_page *page);
int irsa_jws_verify(struct irsa_str token, struct irsa_str jwks, struct irsa_buffer **claims, struct irsa_error **err);
int irsa_jws_verify_by(struct irsa_str token, struct irsa_str jwk, struct irsa_buffer **claims, struct irsa_error **err);
int irsa_jwk_verify(struct irsa_str jwk, const char *alg, struct irsa_bytes message, struct irsa_bytes signature, struct irsa_error **err);
int irsa_jwks_json(struct irsa_bytes jwks, struct irsa_buffer **json, struct irsa_error **err);
int irsa_discovery_json(struct irsa_bytes document, const char *issuer, struct irsa_buffer **json, struct irsa_error **err);
int irsa_profiles_json(struct irsa_bytes config, struct irsa_bytes credentials, const char *sso_session, const char *services, struct irsa_buffer **json, struct irsa_error **err);
int irsa_provider_from_env(struct irsa_provider **provider, struct irsa_error **err);
int irsa_provider_new(const struct irsa_provider_options *options, struct irsa_provider **provider, struct irsa_error **err);
int irsa_provider_get(const struct irsa_provider *provider, const struct irsa_cancel *cancel, struct irsa_credentials **credentials, struct irsa_error **err);
int irsa_provider_invalidate(const struct irsa_provider *provider, uint64_t generation, int *changed, struct irsa_error **err);
int irsa_provider_explain(const struct irsa_provider *provider, struct irsa_buffer **json, struct irsa_error **err);
int irsa_provider_export(const struct irsa_provider *provider, struct irsa_buffer **bytes, struct irsa_error **err);
int irsa_provider_adopt(const struct irsa_provider *provider, struct irsa_bytes exported, int *taken, struct irsa_error **err);
void irsa_provider_free(struct irsa_provider *provider);
int irsa_provider_send(const struct irsa_provider *provider, const struct irsa_cancel *cancel, const struct irsa_prepared *prepared, struct irsa_received **received, struct irsa_error **err);
int irsa_provider_sign(const struct irsa_provider *provider, const struct irsa_cancel *cancel, const struct irsa_request *request, const char *service, const char *region, struct irsa_signed **signed_, struct irsa_error **err);
size_t irsa_signed_count(const struct irsa_signed *signed_);
const struct irsa_header *irsa_signed_header(const struct irsa_signed *signed_, size_t index);
const char *irsa_signed_line(const struct irsa_signed *signed_, size_t index);
uint64_t irsa_signed_generation(const struct irsa_signed *signed_);
void irsa_signed_free(struct irsa_signed *signed_);
int irsa_provider_presign(const struct irsa_provider *provider, const struct irsa_cancel *cancel, const char *method, const char *url, const char *service, const char *region, uint32_t expires, struct irsa_buffer **presigned, struct irsa_error **err);
int irsa_rds_token(const struct irsa_credentials *credentials, const char *host, uint32_t port, const char *user, const char *region, int64_t now_ms, struct irsa_buffer **token, struct irsa_error **err);
const struct irsa_http_response *irsa_received_response(const struct irsa_received *received);
void irsa_received_free(struct irsa_received *received);
int irsa_request_sign(const struct irsa_signing *signing, const struct irsa_request *request, struct irsa_keys *keys, char *out, size_t room, size_t *length, struct irsa_error **err);
int irsa_s3_object(const struct irsa_s3_ask *ask, const struct irsa_endpoint *endpoint, const struct irsa_credentials *credentials, int64_t now_ms, struct irsa_prepared **prepared, struct irsa_error **err);
int irsa_s3_presign(const struct irsa_s3_ask *ask, const struct irsa_endpoint *endpoint, const struct irsa_credentials *credentials, int64_t now_ms, uint32_t expires, struct irsa_buffer **url, struct irsa_error **err);
int irsa_s3_list(const struct irsa_s3_list_ask *ask, const struct irsa_endpoint *endpoint, const struct irsa_credentials *credentials, int64_t now_ms, struct irsa_prepared **prepared, struct irsa_error **err);
int irsa_secret_get(const char *secret_id, const char *version_id, const char *version_stage, const struct irsa_endpoint *endpoint, const struct irsa_credentials *credentials, int64_t now_ms, struct irsa_prepared **prepared, struct irsa_error **err);
int irsa_secret_read(const struct irsa_http_response *response, struct irsa_secret **secret, struct irsa_error **err);
struct irsa_bytes irsa_secret_value(const struct irsa_secret *secret);
int irsa_secret_is_text(const struct irsa_secret *secret);
const char *irsa_secret_arn(const struct irsa_secret *secret);
const char *irsa_secret_name(const struct irsa_secret *secret);
const char *irsa_secret_version_id(const struct irsa_secret *secret);
const char *irsa_secret_version_stage_at(const struct irsa_secret *secret, size_t at);
int64_t irsa_secret_created_ms(const struct irsa_secret *secret);
void irsa_secret_free(struct irsa_secret *secret);
int irsa_response_refused(const struct irsa_http_response *response, struct irsa_buffer **json, struct irsa_error **err);
int irsa_http_call_sign(const struct irsa_signing *signing, const struct irsa_http_call *call, struct irsa_keys *keys, struct irsa_prepared **prepared, struct irsa_error **err);
int irsa_url_presign(const struct irsa_signing *signing, const char *method, const char *url, uint32_t payload, struct irsa_bytes body, struct irsa_keys *keys, struct irsa_buffer **presigned, struct irsa_error **err);
int irsa_request_explain(const struct irsa_signing *signing, const struct irsa_request *request, struct irsa_keys *keys, struct irsa_explanation **explanation, struct irsa_error **err);
const char *irsa_explanation_shown(const struct irsa_explanation *explanation);
const char *irsa_explanation_canonical_request(const struct irsa_explanation *explanation);
const char *irsa_explanation_string_to_sign(const struct irsa_explanation *explanation);
const char *irsa_explanation_signature(const struct irsa_explanation *explanation);
void irsa_explanation_free(struct irsa_explanation *explanation);
int irsa_signing_key(const char *secret_access_key, int64_t time_ms, const char *region, const char *service, struct irsa_buffer **key, struct irsa_error **err);
int irsa_hash_new(struct irsa_hash **hash, struct irsa_error **err);
int irsa_hash_update(struct irsa_hash *hash, struct irsa_bytes piece, struct irsa_error **err);
int irsa_hash_finish(struct irsa_hash *hash, char *out, size_t room, struct irsa_error **err);
void irsa_hash_free(struct irsa_hash *hash);
int irsa_parameters_get(const struct irsa_parameter_ask *ask, const struct irsa_endpoint *endpoint, const struct irsa_credentials *credentials, int64_t now_ms, struct irsa_prepared **prepared, struct irsa_error **err);
int irsa_parameters_read(const struct irsa_http_response *response, struct irsa_parameters **parameters, struct irsa_error **err);
size_t irsa_parameters_count(const struct irsa_parameters *parameters);
const char *irsa_parameters_name_at(const struct irsa_parameters *parameters, size_t at);
const char *irsa_parameters_arn_at(const struct irsa_parameters *parameters, size_t at);
const char *irsa_parameters_value_at(const struct irsa_parameters *parameters, size_t at);
const char *irsa_parameters_kind_at(const struct irsa_parameters *parameters, size_t at);
uint64_t irsa_parameters_version_at(const struct irsa_parameters *parameters, size_t at);
int64_t irsa_parameters_modified_ms_at(const struct irsa_parameters *parameters, size_t at);
const char *irsa_parameters_invalid_at(const struct irsa_parameters *parameters, size_t at);
const char *irsa_parameters_next_token(const struct irsa_parameters *parameters);
void irsa_parameters_free(struct irsa_parameters *parameters);
int irsa_sts_web_identity(const struct irsa_web_identity *ask, const struct irsa_endpoint *endpoint, struct irsa_prepared **prepared, struct irsa_error **err);
int irsa_sts_assume_role(const struct irsa_assume_role *ask, const struct irsa_endpoint *endpoint, const struct irsa_credentials *credentials, int64_t now_ms, struct irsa_prepared **prepared, struct irsa_error **err);
int irsa_sts_caller(const struct irsa_endpoint *endpoint, const struct irsa_credentials *credentials, int64_t now_ms, struct irsa_prepared **prepared, struct irsa_error **err);
int irsa_session_name_clean(const char *any, struct irsa_buffer **name, struct irsa_error **err);
int irsa_session_name_of_token(const struct irsa_token *token, struct irsa_buffer **name, struct irsa_error **err);
int irsa_token_parse(struct irsa_str text, struct irsa_token **token, struct irsa_error **err);
const char *irsa_token_issuer(const struct irsa_token *token);
const char *irsa_token_subject(const struct irsa_token *token);
size_t irsa_token_audience_count(const struct irsa_token *token);
const char *irsa_token_audience_at(const struct irsa_token *token, size_t at);
const char *irsa_token_namespace(const struct irsa_token *token);
const char *irsa_token_service_account(const struct irsa_token *token);
const char *irsa_token_pod(const struct irsa_token *token);
const char *irsa_token_kid(const struct irsa_token *token);
const char *irsa_token_alg(const struct irsa_token *token);
int64_t irsa_token_issued_ms(const struct irsa_token *token);
int64_t irsa_token_expires_ms(const struct irsa_token *token);
int64_t irsa_token_not_before_ms(const struct irsa_token *token);
int irsa_token_json(const struct irsa_token *token, struct irsa_buffer **json, struct irsa_error **err);
int irsa_token_warnings(const struct irsa_token *token, int64_t now_ms, const char *audience, struct irsa_buffer **json, struct irsa_error **err);
void irsa_token_free(struct irsa_token *token);
int irsa_trust_decide(struct irsa_str document, struct irsa_buffer **answer, struct irsa_error **err);
int irsa_trust_judge(struct irsa_str document, struct irsa_buffer **answer, struct irsa_error **err);
int irsa_trust_providers(struct irsa_str document, struct irsa_buffer **answer, struct irsa_error **err);
int irsa_policy_lint(struct irsa_str policy, const char *partition, const char *account, size_t size, struct irsa_buffer **report, struct irsa_error **err);
int irsa_policy_check(struct irsa_str policy, struct irsa_error **err);
int irsa_policy_generate(const char *provider, const char *subject, const char *audience, struct irsa_buffer **policy, struct irsa_error **err);
int irsa_request_verify(const struct irsa_verifying *rules, const struct irsa_request *request, struct irsa_keys *keys, struct irsa_verified **verified, struct irsa_error **err);
const char *irsa_verified_access_key_id(const struct irsa_verified *verified);
const char *irsa_verified_region(const struct irsa_verified *verified);
const char *irsa_verified_service(const struct irsa_verified *verified);
const char *irsa_verified_signed_headers(const struct irsa_verified *verified);
int64_t irsa_verified_signed_at_ms(const struct irsa_verified *verified);
uint32_t irsa_verified_expires(const struct irsa_verified *verified);
void irsa_verified_free(struct irsa_verified *verified);
const char *irsa_version(void);
