use super::*;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use std::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

const NOW: i64 = 1_795_514_400;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(NOW + seconds)
}

/// A token of these two objects, with a signature that says nothing.
fn token(header: &str, payload: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.c2lnbmF0dXJl", part(header), part(payload))
}

fn parse(payload: &str) -> Token {
    Token::parse(&token(r#"{"alg":"RS256","kid":"k1"}"#, payload)).unwrap()
}

/// What a pod of Kubernetes 1.37 holds.
const POD: &str = r#"{"aud":["sts.amazonaws.com"],"exp":1795600800,"iat":1795514400,"iss":"https://oidc.example/id/A",
    "jti":"j","kubernetes.io":{"namespace":"demo","node":{"name":"n1","uid":"u0"},"pod":{"name":"app-7d4b","uid":"u1"},
    "serviceaccount":{"name":"app","uid":"u2"}},"nbf":1795514400,"sub":"system:serviceaccount:demo:app"}"#;

#[test]
fn a_pods_token() {
    let token = parse(POD);
    let (header, claims) = (token.header(), token.claims());
    assert_eq!(
        (header.alg.as_deref(), header.kid.as_deref(), header.typ.as_deref()),
        (Some("RS256"), Some("k1"), None)
    );
    assert_eq!(claims.iss.as_deref(), Some("https://oidc.example/id/A"));
    assert_eq!(claims.sub.as_deref(), Some("system:serviceaccount:demo:app"));
    assert_eq!((claims.iat, claims.nbf, claims.exp), (Some(at(0)), Some(at(0)), Some(at(86_400))));
    assert_eq!(claims.aud, ["sts.amazonaws.com".into()]);
    let kubernetes = claims.kubernetes.as_ref().unwrap();
    let named = |named: &Named| (named.name.clone().unwrap(), named.uid.clone().unwrap());
    assert_eq!(kubernetes.namespace.as_deref(), Some("demo"));
    assert_eq!(named(&kubernetes.service_account), ("app".into(), "u2".into()));
    assert_eq!(named(&kubernetes.pod), ("app-7d4b".into(), "u1".into()));
    assert_eq!(named(&kubernetes.node), ("n1".into(), "u0".into()));
    assert!(!kubernetes.legacy);
    assert_eq!(token.warnings(at(60), AUDIENCE), vec![]);
}

#[test]
fn the_token_is_shown_nowhere() {
    let text = token("{}", POD);
    let parsed = Token::parse(&text).unwrap();
    let shown = format!("{parsed:?}");
    for part in text.split('.') {
        assert!(!shown.contains(part), "{shown}");
    }
    for bad in [format!("{text} x"), text.replacen('.', "\n.", 1), text.replace('.', "")] {
        let error = Token::parse(&bad).unwrap_err().to_string();
        assert!(text.split('.').all(|part| !error.contains(part)), "{error}");
    }
}

#[test]
fn what_cannot_be_sent() {
    let ok = token("{}", "{}");
    let n = ok.len();
    let long = |size: usize| format!("e30.e30.{}", "x".repeat(size - 8));
    for (text, code, says) in [
        (String::new(), Code::TokenEmpty, "0 bytes".to_string()),
        (" \n\t\r".into(), Code::TokenEmpty, "4 bytes".into()),
        ("sometoken".into(), Code::TokenCut, "1 of 3 parts in 9 bytes".into()),
        ("e30.e30".into(), Code::TokenCut, "2 of 3 parts".into()),
        ("e30.e30.".into(), Code::TokenCut, "2 of 3 parts in 8 bytes: there is no signature".into()),
        ("e30..".into(), Code::TokenCut, "there is no payload and no signature".into()),
        (".e30.x".into(), Code::TokenCut, "2 of 3 parts in 6 bytes: there is no header".into()),
        // {"alg":"none"} and {"alg":"NONE"}
        ("eyJhbGciOiJub25lIn0.e30.".into(), Code::TokenUnsigned, "alg none and no signature in 24 bytes".into()),
        ("eyJhbGciOiJOT05FIn0.e30.".into(), Code::TokenUnsigned, "alg none".into()),
        ("eyJhbGciOiJub25lIn0.e30".into(), Code::TokenCut, "there is no signature".into()),
        ("a.b.c.d.e".into(), Code::TokenParts, "5 parts, not 3".into()),
        (long(20_001), Code::TokenTooLong, "20001 characters".into()),
        (format!("{ok} x"), Code::TokenTrailing, format!("2 bytes stand behind the token, from byte {n} on")),
        (format!("{ok}\nold-tail\n"), Code::TokenTrailing, format!("from byte {n} on")),
        (
            format!("\n {ok}\0\0"),
            Code::TokenTrailing,
            format!("2 bytes stand behind the token, from byte {} on", n + 2),
        ),
        (format!("{ok}\""), Code::TokenTrailing, format!("1 byte stands behind the token, byte {n}")),
        (format!("\n\"{ok}\"\n"), Code::TokenCharacter, "quotes around it, from byte 1 on".into()),
        (format!("{{\"token\": \"{ok}\"}}"), Code::TokenCharacter, "JSON around it, from byte 0 on".into()),
        (format!("{ok}\u{FEFF}"), Code::TokenTrailing, format!("from byte {n} on")),
        ("e3 0.e30.x".into(), Code::TokenCharacter, "' ' (U+0020) at byte 2".into()),
        ("e30.e3é.x".into(), Code::TokenCharacter, "'é' (U+00E9) at byte 6".into()),
        ("  e30\n.e30.x".into(), Code::TokenCharacter, "'\\n' (U+000A) at byte 5".into()),
    ] {
        let error = Token::parse(&text).expect_err(&text);
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(&says), "{error} does not say {says}");
    }
    for text in [&ok, &format!("{ok}\n"), &format!(" \r\n{ok}\r\n"), &long(20_000), &format!("{ok}==")] {
        assert!(Token::parse(text).is_ok());
    }
    assert_eq!(Token::parse(&format!("\t{ok}\n")).unwrap().secret().expose(), ok);
}

#[test]
fn other_claims_and_other_forms() {
    let token = parse(
        r#"{"aud":"one","azp":"party","sub":7,"exp":"1795514500","iat":1795514400.5,"nbf":"soon",
        "https://aws.amazon.com/tags":{"principal_tags":{"team":["a","b"],"x":["y"]},"transitive_tag_keys":["team"]},
        "https://aws.amazon.com/tags/principal_tags/flat":"f","https://aws.amazon.com/source_identity":"me",
        "https://aws.amazon.com/roles":"arn:1; arn:2","kubernetes.io/serviceaccount/namespace":"ns",
        "kubernetes.io/serviceaccount/service-account.name":"sa","kubernetes.io/serviceaccount/secret.name":"s"}"#,
    );
    let claims = token.claims();
    assert_eq!((claims.sub.as_deref(), claims.azp.as_deref()), (Some("7"), Some("party")));
    assert_eq!(claims.aud, ["one".into()]);
    assert_eq!((claims.exp, claims.iat, claims.nbf), (Some(at(100)), Some(at(0)), None));
    let tag = |key: &str, value: &str| (key.into(), value.into());
    assert_eq!(claims.tags.principal, [tag("team", "a"), tag("team", "b"), tag("x", "y"), tag("flat", "f")]);
    assert_eq!(claims.tags.transitive, ["team".into()]);
    assert_eq!(claims.source_identity.as_deref(), Some("me"));
    assert_eq!(claims.roles, ["arn:1".into(), "arn:2".into()]);
    let kubernetes = claims.kubernetes.as_ref().unwrap();
    assert!(kubernetes.legacy);
    assert_eq!(kubernetes.namespace.as_deref(), Some("ns"));
    assert_eq!(kubernetes.service_account.name.as_deref(), Some("sa"));
    let list = parse(r#"{"https://aws.amazon.com/roles":["arn:1"],"sub":null,"kubernetes.io":3}"#);
    assert_eq!(list.claims().roles, ["arn:1".into()]);
    assert_eq!((list.claims().sub.as_deref(), &list.claims().kubernetes), (None, &None));
}

/// Payload, seconds from now, names of the warnings.
const WARNINGS: &[(&str, i64, &[&str])] = &[
    (POD, 0, &[]),
    // A tenth of its life is left.
    (POD, 86_400 - 8_640, &[]),
    (POD, 86_400 - 8_639, &["near-end"]),
    (POD, 86_399, &["near-end"]),
    (POD, 86_400, &["expired"]),
    (POD, -1, &["not-yet-valid", "not-yet-valid"]),
    (r#"{"iss":"i","sub":"s","aud":"other","iat":1795514400,"exp":1795600800}"#, 0, &["audience"]),
    (r#"{"iss":"i","sub":"s","aud":["a","sts.amazonaws.com"],"iat":1795514400,"exp":1795600800}"#, 0, &["audiences"]),
    (r#"{"iss":"i","sub":"s","aud":["a","b"],"azp":"sts.amazonaws.com","iat":1795514400,"exp":1795600800}"#, 0, &[]),
    (
        r#"{"iss":"i","sub":"s","aud":"sts.amazonaws.com","azp":"p","iat":1795514400,"exp":1795600800}"#,
        0,
        &["audience"],
    ),
    (r#"{"sub":"s","aud":"sts.amazonaws.com"}"#, 0, &["missing-claim", "missing-claim", "missing-claim"]),
    (r#"{"aud":[]}"#, 0, &["missing-claim"; 5]),
    (r#"{"kubernetes.io/serviceaccount/namespace":"n","sub":"s","iss":"kubernetes/serviceaccount"}"#, 0, &["legacy"]),
    (
        r#"{"iss":"i","iss":"j","sub":"s","aud":"sts.amazonaws.com","iat":1795514400,"exp":1795600800.5}"#,
        0,
        &["repeated-member", "time-format"],
    ),
];

#[test]
fn what_sts_may_not_like_is_said() {
    for (payload, seconds, names) in WARNINGS {
        let warnings = parse(payload).warnings(at(*seconds), AUDIENCE);
        assert_eq!(warnings.iter().map(Warning::name).collect::<Vec<_>>(), *names, "{payload} {seconds} {warnings:?}");
    }
    let by_header = |header: &str, payload: &str| {
        let token = Token::parse(&token(header, payload)).unwrap();
        token.warnings(at(0), AUDIENCE).iter().map(Warning::name).collect::<Vec<_>>()
    };
    assert_eq!(by_header(r#"{"alg":"EdDSA"}"#, POD), ["algorithm"]);
    assert_eq!(by_header(r#"{"alg":"none","alg":"RS256"}"#, POD), ["repeated-member"]);
    assert_eq!(by_header("{}", POD), ["algorithm"]);
    assert_eq!(by_header("[]", POD), ["unreadable"]);
    assert_eq!(by_header(r#"{"alg":"RS256"}"#, "no JSON"), ["unreadable"]);
    let plain = Token::parse("!!.%%.x").unwrap();
    assert_eq!(plain.warnings(at(0), AUDIENCE).len(), 2, "odd, but it can be sent");
}

#[test]
fn warnings_say_their_values() {
    let say = |seconds: i64| -> Vec<String> {
        parse(POD).warnings(at(seconds), AUDIENCE).iter().map(ToString::to_string).collect()
    };
    assert_eq!(say(86_400 + 250), ["expired 4m10s ago (2026-11-25T10:00:00Z), which AWS still tolerates"]);
    assert_eq!(say(86_400 + 300), ["expired 5m00s ago (2026-11-25T10:00:00Z): it is not being rotated"]);
    assert_eq!(say(86_370), ["ends in 30s (2026-11-25T10:00:00Z): it is not being rotated"]);
    let ahead = say(-301);
    assert_eq!(ahead[0], "iat lies 5m01s ahead (2026-11-24T10:00:00Z): a clock is wrong");
    assert_eq!(say(-300)[1], "nbf lies 5m00s ahead (2026-11-24T10:00:00Z), which AWS tolerates");
}

#[test]
fn hostile_payloads_stay_small_and_quick() {
    let deep = format!(r#"{{"aud":{}1{}}}"#, "[".repeat(7_000), "]".repeat(7_000));
    assert!(parse(&deep).claims().aud.is_empty());
    let many = format!("{{{}}}", (0..1_200).map(|n| format!("\"k{}\":1", n % 50)).collect::<Vec<_>>().join(","));
    assert!(parse(&many).warnings(at(0), AUDIENCE).len() < 20);
    let big = r#"{"exp":1e400,"iat":99999999999999999999,"nbf":-1e18}"#;
    let token = parse(big);
    assert_eq!(token.claims().exp, None);
    assert!(token.warnings(at(0), AUDIENCE).iter().filter(|w| w.name() == "time-format").count() == 3);
}
