//! Every parser of core and trust on texts that went wrong: cut, doubled, spliced, with the bytes that hurt.
//!
//! An answer or a typed error is right; a panic, the code `bug`, or an answer out of all proportion is not. Mutations
//! come from a fixed seed, so a failure repeats. `IRSA_LONG=1` (`make test-long`) runs a hundred times as many.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use irsa_pure::call;
use serde_json::{Value, json};
use std::panic::catch_unwind;

/// An entry, how a text becomes its input, and texts to begin with.
struct Parser {
    entry: &'static str,
    input: fn(&str) -> Value,
    seeds: &'static [&'static str],
}

const CLAIMS: &str = r#"{"iss":"https://oidc.example/id/A","sub":"system:serviceaccount:shop:checkout","aud":["sts.amazonaws.com"],
    "iat":1795514400,"nbf":1795514400,"exp":1795518000,"kubernetes.io":{"namespace":"shop","pod":{"name":"p","uid":"u"},
    "serviceaccount":{"name":"checkout","uid":"u"}},"https://aws.amazon.com/tags":{"principal_tags":{"a":["b"]},"transitive_tag_keys":["a"]}}"#;
const POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"Federated":
    "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":
    {"StringLike":{"oidc.example/id/A:sub":"system:serviceaccount:${aws:PrincipalTag/team, '*'}:*"},"ForAllValues:StringEqualsIfExists":{"a:aud":["b"]},
    "Null":{"a:b":"true"},"Bool":{"c":"false"}}},{"Effect":"Deny","NotAction":["s3:Get*"],"Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":["accounts.google.com",
    "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"]},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"],
    "Condition":{"StringEquals":{"accounts.google.com:aud":["b"],"token.actions.githubusercontent.com:sub":"repo:a/b:${*}"},
    "ForAllValues:StringLike":{"token.actions.githubusercontent.com:sub":"repo:*","aws:PrincipalTag/a":"b"}}},{"Effect":"Deny","Principal":{"AWS":"*"},"NotAction":"sts:AssumeRole"}]}"#;
/// What a token of [`CLAIMS`] nearly gets through.
const MEANT: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":
    "arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A"},"Action":["sts:AssumeRoleWithWebIdentity"],"Condition":
    {"StringEquals":{"oidc.example/id/A:sub":"system:serviceaccount:shop:*","sts:RoleSessionName":"${aws:userid}"}}}]}"#;
const JWKS: &str = r#"{"keys":[{"kty":"RSA","kid":"1","use":"sig","alg":"RS256","n":"sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4gs_7svlJJQ4H9_NxsiIoLwAEk7-Q3UXERGYw_75IDrGA84-lA_-Ct4eTlXHBIY2EaV7t7LjJaynVJCpkv4LKjTTAumiGUIuQhrNhZLuF_RJLqHpM2kgWFLU7-VTdL1VbC2tejvcI2BlMkEpk1BzBZI0KQB0GaDWFLN-aEAw3vRw","e":"AQAB"},
    {"kty":"EC","kid":"2","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
const DISCOVERY: &str = r#"{"issuer":"https://oidc.example/id/A","jwks_uri":"https://oidc.example/id/A/keys",
    "response_types_supported":["id_token"],"subject_types_supported":["public"],"id_token_signing_alg_values_supported":["RS256"]}"#;
const XML: &str = "<?xml version=\"1.0\"?><a:AssumeRoleWithWebIdentityResponse xmlns:a=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
    <AssumeRoleWithWebIdentityResult><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser>\
    <Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>&#x61;&amp;<![CDATA[b]]></SecretAccessKey><SessionToken>t</SessionToken>\
    <Expiration>2026-11-24T11:00:00.5Z</Expiration></Credentials><!-- c --></AssumeRoleWithWebIdentityResult></a:AssumeRoleWithWebIdentityResponse>";
const REFUSAL: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code><Message>Token expired: current date/time 1 \
    must be before the expiration date/time 2</Message></Error><RequestId>r</RequestId></ErrorResponse>";
const ANSWER: &str = r#"{"AssumeRoleWithWebIdentityResponse":{"AssumeRoleWithWebIdentityResult":{"Credentials":{"AccessKeyId":"A",
    "SecretAccessKey":"b\u0061","SessionToken":"c","Expiration":1.795518E9},"PackedPolicySize":7},"ResponseMetadata":{"RequestId":"r"}}}"#;

const PARAMETERS: &str = r#"{"InvalidParameters":["/x"],"Parameters":[{"ARN":"arn:aws:ssm:eu-west-1:123456789012:parameter/a",
    "LastModifiedDate":1.582657288996E9,"Name":"/a","Type":"SecureString","Value":"h\u00e4\ud83d\ude00","Version":3}],"NextToken":"t"}"#;
const LIST: &str = "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Prefix/><EncodingType>url</EncodingType>\
    <Contents><Key>a%2Fb+c%C3%A4</Key><LastModified>2014-11-21T19:40:05.000Z</LastModified><ETag>&quot;e&quot;</ETag><Size>11</Size>\
    </Contents><CommonPrefixes><Prefix>x%2F</Prefix></CommonPrefixes><IsTruncated>true</IsTruncated><NextContinuationToken>t\
    </NextContinuationToken></ListBucketResult>";
const S3_REFUSAL: &str = "<Error><Code>PermanentRedirect</Code><Message>m</Message><Region>ap-south-1</Region></Error>";

const CONFIG: &str = "# c\n[default]\nrole_arn = arn:aws:iam::123456789012:role/a\nsource_profile = \"b c\" ; d\nservices = s\n\
    duration_seconds=900\n[profile \"b c\"]\r\naws_access_key_id = A\naws_secret_access_key = B # c\n  more\n\
    [profile default]\nregion = eu-west-1\nsource_profile = default\nrole_arn = arn:aws:iam::123456789012:role/b\n\
    [services s]\nsts =\n  endpoint_url = http://127.0.0.1:1\n[sso-session s]\nx = y\n";

const PARSERS: &[Parser] = &[
    Parser {
        entry: "arn.role",
        input: |text| json!({ "arn": text }),
        seeds: &["arn:aws:iam::123456789012:role/a/b/name", "arn:aws:sts::123456789012:assumed-role/a/b"],
    },
    Parser {
        entry: "arn.provider",
        input: |text| json!({ "arn": text }),
        seeds: &["arn:aws-cn:iam::123456789012:oidc-provider/oidc.example/id/A"],
    },
    Parser {
        entry: "chain.profiles",
        input: |text| json!({ "config": text, "credentials": text, "services": ["s"], "sso_sessions": ["s"] }),
        seeds: &[CONFIG],
    },
    Parser {
        entry: "chain.resolve",
        input: |text| json!({ "environment": { "HOME": "/h", "AWS_REGION": "eu-west-1" }, "files": { "/h/.aws/config": text } }),
        seeds: &[CONFIG],
    },
    Parser { entry: "oidc.discovery", input: |text| json!({ "text": text }), seeds: &[DISCOVERY] },
    Parser { entry: "oidc.jwks", input: |text| json!({ "text": text }), seeds: &[JWKS] },
    Parser {
        entry: "oidc.verify",
        input: |text| json!({ "jws": jwt(r#"{"alg":"RS256","kid":"1"}"#, text), "jwks": JWKS }),
        seeds: &[CLAIMS],
    },
    Parser { entry: "findings.judge", input: setup, seeds: &[TRUST, POLICY, MEANT] },
    Parser {
        entry: "findings.judge",
        input: |text| {
            let mut setup = setup(MEANT);
            setup["token"] = json!({ "text": jwt(r#"{"alg":"RS256"}"#, text) });
            setup
        },
        seeds: &[CLAIMS],
    },
    Parser {
        entry: "findings.judge",
        input: |text| {
            let mut setup = setup(MEANT);
            setup["token"] = json!({ "text": text });
            setup
        },
        seeds: &["eyJhbGciOiJSUzI1NiJ9.e30.AAAA\n", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA.eyJhbGciOiJSUzI1NiJ9.e30.AAAA"],
    },
    Parser { entry: "policy.lint", input: |text| json!({ "policy": text }), seeds: &[TRUST, POLICY] },
    Parser { entry: "policy.parse", input: |text| json!({ "policy": text }), seeds: &[POLICY] },
    Parser {
        entry: "policy.evaluate",
        input: |text| json!({ "policy": text, "action": "sts:AssumeRoleWithWebIdentity", "context": { "a:aud": ["b"] } }),
        seeds: &[POLICY],
    },
    Parser {
        entry: "provider.run",
        input: |text| {
            let input =
                serde_json::from_str(text).unwrap_or_else(|_| json!({ "Url": text, "ClientIDList": [text, text] }));
            let steps =
                ["CreateOpenIDConnectProvider", "TagOpenIDConnectProvider", "UpdateOpenIDConnectProviderThumbprint"];
            let steps: Vec<_> =
                steps.iter().map(|operation| json!({ "operation": operation, "input": input })).collect();
            json!({ "account": "123456789012", "steps": steps })
        },
        seeds: &[
            "https://oidc.example:443/id/A",
            r#"{"Url":"https://oidc.example/id/A","ClientIDList":["b"],"ThumbprintList":["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"],"Tags":[{"Key":"a","Value":"b"}],"OpenIDConnectProviderArn":"arn:aws:iam::123456789012:oidc-provider/oidc.example/id/A"}"#,
        ],
    },
    Parser {
        entry: "rds.token",
        input: |text| json!({ "address": text, "user": text, "region": "eu-west-1" }),
        seeds: &["db.abc123.eu-west-1.rds.amazonaws.com:5432"],
    },
    Parser {
        entry: "s3.read",
        input: |text| json!({ "status": 301, "headers": { "x-amz-bucket-region": text }, "body": text }),
        seeds: &[S3_REFUSAL, "ap-south-1"],
    },
    Parser { entry: "s3.read_list", input: |text| json!({ "body": text }), seeds: &[LIST] },
    Parser {
        entry: "s3.request",
        input: |text| {
            json!({ "input": { "Bucket": text, "Key": text, "VersionId": text }, "style": "virtual",
                "env": { "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": "http://minio:9000" } })
        },
        seeds: &["my-bucket", "a/../b//c d%41?#@"],
    },
    Parser {
        entry: "ssm.read",
        input: |text| json!({ "action": "GetParameters", "status": 200, "body": text }),
        seeds: &[PARAMETERS],
    },
    Parser {
        entry: "sts.endpoint",
        input: |text| json!({ "env": { "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_STS": text } }),
        seeds: &["https://sts.example:8443/path", "http://[::1]:80"],
    },
    Parser { entry: "sts.session_name", input: |text| json!({ "text": text }), seeds: &["checkout-6f9d7c=@x,+."] },
    Parser {
        entry: "sts.response",
        input: |text| json!({ "action": "AssumeRoleWithWebIdentity", "status": 200, "body": text }),
        seeds: &[XML, ANSWER, REFUSAL],
    },
    Parser {
        entry: "sts.response",
        input: |text| json!({ "action": "GetCallerIdentity", "status": 403, "body": text }),
        seeds: &[REFUSAL, XML],
    },
    Parser { entry: "time.parse", input: |text| json!({ "text": text }), seeds: &["2026-11-24T10:00:00.123+01:00"] },
    Parser {
        entry: "token.view",
        input: |text| json!({ "token": jwt(r#"{"alg":"RS256"}"#, text), "now": 1_795_514_400 }),
        seeds: &[CLAIMS],
    },
    Parser { entry: "token.view", input: |text| json!({ "token": text }), seeds: &["eyJhbGciOiJSUzI1NiJ9.e30.AAAA\n"] },
];

const HURTS: [&str; 24] = [
    "\0",
    "\u{feff}",
    "\u{2028}",
    "é",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "<",
    ">",
    "&",
    "<!DOCTYPE a [<!ENTITY b \"c\">]>&b;",
    "1e999",
    "-0",
    "99999999999999999999",
    "null",
    "%",
    "${",
];

#[test]
fn no_text_breaks_a_parser() {
    let rounds = if std::env::var_os("IRSA_LONG").is_some_and(|long| !long.is_empty()) { 100_000 } else { 1_000 };
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut runs, mut refused) = (0, 0);
    for parser in PARSERS {
        // Each of these is some hundred decisions.
        let rounds = if parser.entry == "findings.judge" { rounds / 10 } else { rounds };
        for round in 0..rounds {
            let text = random.spoilt(parser.seeds);
            let input = (parser.input)(&text);
            let answer = catch_unwind(|| call(parser.entry, &input));
            let Ok(answer) = answer else { panic!("{} panics in round {round} on {text:?}", parser.entry) };
            assert!(answer.get("unknown").is_none(), "no entry {}", parser.entry);
            assert_ne!(answer["error"]["code"], "bug", "{} on {text:?}", parser.entry);
            let size = answer.to_string().len();
            assert!(size < 20 * text.len() + 10_000, "{} answers {text:?} with {size} bytes", parser.entry);
            runs += 1;
            refused += usize::from(answer.get("error").is_some());
        }
    }

    println!("{runs} texts, {refused} of them refused");
    assert!(refused > runs / 4, "hardly anything was refused: the mutations do nothing");
}

#[test]
fn depth_is_bounded() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("<a>", "</a>")] {
        for depth in [20, 1_000, 100_000] {
            let text = open.repeat(depth) + &close.repeat(depth);
            for parser in PARSERS {
                assert_ne!(call(parser.entry, &(parser.input)(&text))["error"]["code"], "bug", "{}", parser.entry);
            }
        }
    }
}

/// A pod of [`CLAIMS`] with this trust policy.
fn setup(policy: &str) -> Value {
    let policy = serde_json::from_str(policy).unwrap_or_else(|_| json!({ "Statement": policy }));
    json!({
        "now": 1_795_514_460,
        "issuer": "https://oidc.example/id/A",
        "role": { "arn": "arn:aws:iam::123456789012:role/a", "trust_policy": policy },
        "token": { "text": jwt(r#"{"alg":"RS256"}"#, CLAIMS) },
        "pod": { "env": { "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/a", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t", "AWS_REGION": "eu-west-1" } },
        "request": { "session_name": "session" },
    })
}

fn jwt(header: &str, claims: &str) -> String {
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(header), part(claims), part("signature"))
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit.max(1)
    }

    /// One of the seeds with one to four things done to it.
    fn spoilt(&mut self, seeds: &[&str]) -> String {
        let mut text: Vec<char> = seeds[self.below(seeds.len())].chars().collect();
        for _ in 0..=self.below(4) {
            let from = self.below(text.len() + 1);
            let span = self.below(20).min(text.len() - from);
            match self.below(6) {
                0 => drop(text.drain(from..from + span)),
                1 => text.truncate(from),
                2 => {
                    let again: Vec<char> = text[from..from + span].to_vec();
                    let times = 1 + self.below(8);
                    text.splice(from..from, again.repeat(times));
                }
                3 => {
                    let other: Vec<char> = seeds[self.below(seeds.len())].chars().collect();
                    let at = self.below(other.len() + 1);
                    text.splice(from..from + span, other[at..].iter().copied());
                }
                _ => {
                    let hurt = HURTS[self.below(HURTS.len())];
                    text.splice(from..from + span.min(1), hurt.chars());
                }
            }
        }
        text.into_iter().collect()
    }
}
