//! Made from `core/errors.toml` by `make errors`; do not edit.

use super::{Kind, Retry};

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
}

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
        Self::CredentialsEnded,
        Self::ExchangeLost,
        Self::ExchangeUnknown,
        Self::ExchangeCancelled,
        Self::WaitersFull,
        Self::SnapshotClock,
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
    ];

    /// The number that every face uses.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// From its number.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.number() == number)
    }

    /// From its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|c| c.name() == name)
    }

    /// The name that programs match on, such as `token-missing`.
    #[rustfmt::skip]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bug => "bug",
            Self::FlowAnswerUnasked => "flow-answer-unasked",
            Self::FlowAnswerMismatch => "flow-answer-mismatch",
            Self::FlowFinished => "flow-finished",
            Self::Deadline => "deadline",
            Self::HostUnsupported => "host-unsupported",
            Self::Encoding => "encoding",
            Self::Cancelled => "cancelled",
            Self::CredentialsEnded => "credentials-ended",
            Self::ExchangeLost => "exchange-lost",
            Self::ExchangeUnknown => "exchange-unknown",
            Self::ExchangeCancelled => "exchange-cancelled",
            Self::WaitersFull => "waiters-full",
            Self::SnapshotClock => "snapshot-clock",
            Self::JwsMalformed => "jws-malformed",
            Self::JwsAlgorithm => "jws-algorithm",
            Self::JwsSignature => "jws-signature",
            Self::JwkUnusable => "jwk-unusable",
            Self::JwksMalformed => "jwks-malformed",
            Self::JwksNoKey => "jwks-no-key",
            Self::DiscoveryMalformed => "discovery-malformed",
            Self::DiscoveryIssuer => "discovery-issuer",
            Self::PolicyJson => "policy-json",
            Self::PolicyGrammar => "policy-grammar",
            Self::PolicyOperator => "policy-operator",
            Self::PolicyTooLarge => "policy-too-large",
            Self::StsWouldRefuse => "sts-would-refuse",
        }
    }

    /// Whose fault.
    #[rustfmt::skip]
    pub fn kind(self) -> Kind {
        match self {
            Self::Bug => Kind::Bug,
            Self::FlowAnswerUnasked => Kind::Misuse,
            Self::FlowAnswerMismatch => Kind::Misuse,
            Self::FlowFinished => Kind::Misuse,
            Self::Deadline => Kind::Broken,
            Self::HostUnsupported => Kind::Misuse,
            Self::Encoding => Kind::Misuse,
            Self::Cancelled => Kind::Misuse,
            Self::CredentialsEnded => Kind::Broken,
            Self::ExchangeLost => Kind::Broken,
            Self::ExchangeUnknown => Kind::Misuse,
            Self::ExchangeCancelled => Kind::Broken,
            Self::WaitersFull => Kind::Broken,
            Self::SnapshotClock => Kind::Broken,
            Self::JwsMalformed => Kind::Broken,
            Self::JwsAlgorithm => Kind::Broken,
            Self::JwsSignature => Kind::Refused,
            Self::JwkUnusable => Kind::Broken,
            Self::JwksMalformed => Kind::Broken,
            Self::JwksNoKey => Kind::Broken,
            Self::DiscoveryMalformed => Kind::Broken,
            Self::DiscoveryIssuer => Kind::Broken,
            Self::PolicyJson => Kind::Broken,
            Self::PolicyGrammar => Kind::Broken,
            Self::PolicyOperator => Kind::Broken,
            Self::PolicyTooLarge => Kind::Broken,
            Self::StsWouldRefuse => Kind::Refused,
        }
    }

    /// What to change, unless the error itself says it more exactly.
    #[rustfmt::skip]
    pub fn fix(self) -> &'static str {
        match self {
            Self::Bug => "report it with this text; nothing you configured causes it",
            Self::FlowAnswerUnasked => "answer the effect that `next` returned last, once, with its id",
            Self::FlowAnswerMismatch => "answer each effect with its own kind of answer, or with Unsupported",
            Self::FlowFinished => "make a new flow; each runs once",
            Self::Deadline => "look at the open question named in the message: that is what did not answer in time",
            Self::HostUnsupported => "use another credential source, or a host that can do it",
            Self::Encoding => "use the encoder of the same version, and hand over exactly its bytes",
            Self::Cancelled => "nothing is wrong; call again when an answer is wanted",
            Self::CredentialsEnded => "set this machine's clock (compare `date -u` with the time in the message), and look for a cache between irsa and the credential source",
            Self::ExchangeLost => "report every exchange by handle_exchanged or handle_cancelled, also when its thread fails",
            Self::ExchangeUnknown => "report an exchange once, with the id that `poll` gave, and drop it where `poll` says Abandon",
            Self::ExchangeCancelled => "let an exchange go on when the caller who began it leaves: others wait for it; or give callers more time than an exchange takes",
            Self::WaitersFull => "give callers a timeout and take those that have gone out by handle_gone",
            Self::SnapshotClock => "export it again, or let this keeper make its own exchange",
            Self::JwsMalformed => "use the token exactly as the issuer made it; the message names the part that is wrong",
            Self::JwsAlgorithm => "sign with RS256 (what Kubernetes does) or another of RS/PS/ES 256, 384, 512, with a key of that kind",
            Self::JwsSignature => "the token was changed after it was signed, or signed with another key: compare the issuer's key set with the token's `kid`",
            Self::JwkUnusable => "publish the key as RSA of 2,048 to 8,192 bits, or EC on P-256, P-384 or P-521, with the members that RFC 7518 section 6 asks for",
            Self::JwksMalformed => "publish a JWKS (RFC 7517 section 5) at the `jwks_uri` of the discovery document",
            Self::JwksNoKey => "publish the key under the `kid` that the message names; after a rotation keep the old key until its last token has expired",
            Self::DiscoveryMalformed => "publish issuer, jwks_uri, response_types_supported, subject_types_supported and id_token_signing_alg_values_supported at <issuer>/.well-known/openid-configuration",
            Self::DiscoveryIssuer => "make the issuer of the document, of the token and of the IAM provider the same text, down to letter case and the last slash",
            Self::PolicyJson => "mend the JSON at the line and column that the message names",
            Self::PolicyGrammar => "mend the element at the JSON pointer that the message names",
            Self::PolicyOperator => "use one of the operators of IAM, such as StringEquals or StringLike, spelt exactly; the message names the place",
            Self::PolicyTooLarge => "split the policy; IAM itself stores far smaller ones (a trust policy has 2,048 characters unless the quota was raised)",
            Self::StsWouldRefuse => "see the check that failed, named in the message",
        }
    }

    /// Whether trying again helps, unless the error itself knows better.
    #[rustfmt::skip]
    pub fn retry(self) -> Retry {
        match self {
            Self::Bug => Retry::No,
            Self::FlowAnswerUnasked => Retry::No,
            Self::FlowAnswerMismatch => Retry::No,
            Self::FlowFinished => Retry::No,
            Self::Deadline => Retry::Soon,
            Self::HostUnsupported => Retry::No,
            Self::Encoding => Retry::No,
            Self::Cancelled => Retry::No,
            Self::CredentialsEnded => Retry::Soon,
            Self::ExchangeLost => Retry::Soon,
            Self::ExchangeUnknown => Retry::No,
            Self::ExchangeCancelled => Retry::Soon,
            Self::WaitersFull => Retry::Soon,
            Self::SnapshotClock => Retry::Soon,
            Self::JwsMalformed => Retry::No,
            Self::JwsAlgorithm => Retry::No,
            Self::JwsSignature => Retry::No,
            Self::JwkUnusable => Retry::No,
            Self::JwksMalformed => Retry::No,
            Self::JwksNoKey => Retry::Reread,
            Self::DiscoveryMalformed => Retry::No,
            Self::DiscoveryIssuer => Retry::No,
            Self::PolicyJson => Retry::No,
            Self::PolicyGrammar => Retry::No,
            Self::PolicyOperator => Retry::No,
            Self::PolicyTooLarge => Retry::No,
            Self::StsWouldRefuse => Retry::No,
        }
    }

    /// What has happened, in one sentence.
    #[rustfmt::skip]
    pub fn what(self) -> &'static str {
        match self {
            Self::Bug => "irsa broke one of its own rules.",
            Self::FlowAnswerUnasked => "The host answered a question that is not open: a late answer, a second one, or one with another id.",
            Self::FlowAnswerMismatch => "The host answered an effect with an answer of another kind, such as a file for an HTTP request.",
            Self::FlowFinished => "The flow has already given its result.",
            Self::Deadline => "The total deadline of the flow passed before it was done.",
            Self::HostUnsupported => "This host cannot do what the flow needs, such as running a process inside a Wasm plugin.",
            Self::Encoding => "Bytes that should be an encoded effect or answer are not.",
            Self::Cancelled => "The calling program cancelled the call.",
            Self::CredentialsEnded => "The credentials that came have ended already, or will within a second, by STS's clock.",
            Self::ExchangeLost => "The host began an exchange and never reported how it ended.",
            Self::ExchangeUnknown => "The host reported an exchange that is not open.",
            Self::ExchangeCancelled => "The host dropped several exchanges in a row before they had ended.",
            Self::WaitersFull => "Too many callers wait for credentials already.",
            Self::SnapshotClock => "An exported snapshot comes from the future: the clock was set back since, so its age is unknown.",
            Self::JwsMalformed => "The text is not a signed token: three base64url parts with a JSON header and an `alg`.",
            Self::JwsAlgorithm => "The token's `alg` is none, an HMAC, unknown, or does not fit the key.",
            Self::JwsSignature => "The signature does not belong to this token and this key.",
            Self::JwkUnusable => "A public key of the key set cannot be used.",
            Self::JwksMalformed => "The key set is not a JSON object with an array `keys`.",
            Self::JwksNoKey => "The key set has no key for this token, or more than one that could be meant.",
            Self::DiscoveryMalformed => "The discovery document is not what OpenID Connect Discovery 1.0 section 3 asks for.",
            Self::DiscoveryIssuer => "The discovery document names another issuer than the token.",
            Self::PolicyJson => "The policy is not JSON.",
            Self::PolicyGrammar => "An element of the policy is missing, unknown or of the wrong kind.",
            Self::PolicyOperator => "A condition uses an operator that IAM does not have.",
            Self::PolicyTooLarge => "The policy is larger than irsa reads.",
            Self::StsWouldRefuse => "STS would refuse this token for this role.",
        }
    }

    /// The exit code of the command.
    #[rustfmt::skip]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Bug => 70,
            Self::FlowAnswerUnasked => 70,
            Self::FlowAnswerMismatch => 70,
            Self::FlowFinished => 70,
            Self::Deadline => 5,
            Self::HostUnsupported => 70,
            Self::Encoding => 70,
            Self::Cancelled => 5,
            Self::CredentialsEnded => 3,
            Self::ExchangeLost => 70,
            Self::ExchangeUnknown => 70,
            Self::ExchangeCancelled => 5,
            Self::WaitersFull => 5,
            Self::SnapshotClock => 3,
            Self::JwsMalformed => 3,
            Self::JwsAlgorithm => 3,
            Self::JwsSignature => 4,
            Self::JwkUnusable => 3,
            Self::JwksMalformed => 3,
            Self::JwksNoKey => 3,
            Self::DiscoveryMalformed => 3,
            Self::DiscoveryIssuer => 3,
            Self::PolicyJson => 3,
            Self::PolicyGrammar => 3,
            Self::PolicyOperator => 3,
            Self::PolicyTooLarge => 3,
            Self::StsWouldRefuse => 4,
        }
    }
}
