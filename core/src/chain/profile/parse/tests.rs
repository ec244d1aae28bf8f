use super::*;
use std::{string::ToString, vec};

fn config(text: &str) -> Result<Profiles, Error> {
    Profiles::parse(Some(SharedFile { path: "/c", content: text.as_bytes() }), None)
}

fn credentials(text: &str) -> Result<Profiles, Error> {
    Profiles::parse(None, Some(SharedFile { path: "/s", content: text.as_bytes() }))
}

/// `profile.key=value` for each, in order.
fn flat(profiles: &Profiles) -> Vec<String> {
    let mut flat = vec![];
    for (name, section) in profiles.profiles() {
        if section.properties().next().is_none() {
            flat.push(name.to_string());
        }
        flat.extend(section.properties().map(|(key, property)| format!("{name}.{key}={}", property.value().expose())));
    }
    flat
}

#[test]
fn a_file_is_never_printed() {
    let file = SharedFile { path: "/s", content: b"aws_secret_access_key = k" };
    assert_eq!(std::format!("{file:?}"), "SharedFile(/s, 25 bytes)");
}

#[test]
fn config_file() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("# only a comment", &[]),
        ("[default]\na=1", &["default.a=1"]),
        ("[profile x]\nA_B = One  Two ", &["x.a_b=One  Two"]),
        ("[profile x]\r\na = 1\r\n\r\nb = 2\r\n", &["x.a=1", "x.b=2"]),
        ("\u{feff}[profile x]\na = 1", &["x.a=1"]),
        ("  [profile x]\na = 1", &["x.a=1"]),
        ("[profile \"my name\"]\na = 1", &["my name.a=1"]),
        ("[profile 'my name']\na = 1", &["my name.a=1"]),
        ("[profile \"x\"]\na = 1", &["x.a=1"]),
        ("[profile \"x\" \"y\"]\na = 1", &[]),
        ("[profile \"]\na = 1", &[]),
        ("[profile \"\"]\na = 1", &[]),
        ("[x]\na = 1", &[]),
        ("[profilex]\na = 1", &[]),
        ("[profile x]\na = 1#2", &["x.a=1#2"]),
        ("[profile x]\na = 1 #2", &["x.a=1"]),
        ("[profile x]\na = 1\t;2", &["x.a=1"]),
        ("[profile x]\na = # nothing", &["x.a="]),
        ("[profile x]\na = 1\n b\n  c = d # e", &["x.a=1\nb\nc = d # e"]),
        ("[profile x]\na =\n b = c\n\n d = e", &["x.a=\nb = c\nd = e"]),
        ("[profile x]\na = 1\n[profile y]\n[profile x]\na = 2\nb = 3", &["x.a=2", "x.b=3", "y"]),
        ("[default]\na = 1\n[profile default]\nb = 2", &["default.b=2"]),
        ("[profile default]\nb = 2\n[default]\na = 1", &["default.b=2"]),
        ("[sso-session s]\na = 1\n[services t]\nb = 2\n[profile x]", &["x"]),
        ("[profile x]\nno name = 1\n continued\nb = 2", &["x.b=2"]),
    ];
    for (text, expected) in cases {
        let profiles = config(text).unwrap_or_else(|e| panic!("{text:?}: {e}"));
        assert_eq!(flat(&profiles), *expected, "{text:?}");
    }
}

#[test]
fn credentials_file() {
    let cases: &[(&str, &[&str])] = &[
        ("[x]\na = 1", &["x.a=1"]),
        ("[profile x]\na = 1", &[]),
        ("[sso-session x]\na = 1", &[]),
        ("[default]\na = 1\n[default]\nb = 2", &["default.a=1", "default.b=2"]),
        ("[\"my name\"]\na = 1", &["my name.a=1"]),
    ];
    for (text, expected) in cases {
        assert_eq!(flat(&credentials(text).unwrap()), *expected, "{text:?}");
    }
}

#[test]
fn the_credentials_file_wins_key_by_key_and_each_key_knows_its_place() {
    let config = "[profile default]\nregion = r\naws_access_key_id = old\n";
    let credentials = "\n\n[default]\naws_access_key_id = new\n";
    let both = Profiles::parse(
        Some(SharedFile { path: "/c", content: config.as_bytes() }),
        Some(SharedFile { path: "/s", content: credentials.as_bytes() }),
    )
    .unwrap();
    assert_eq!(flat(&both), ["default.aws_access_key_id=new", "default.region=r"]);
    let section = both.profile("default").unwrap();
    let place = |key| section.get(key).map(|p| (p.file().to_string(), p.line()));
    assert_eq!(place("aws_access_key_id"), Some(("/s".into(), 4)));
    assert_eq!(place("region"), Some(("/c".into(), 2)));
    assert_eq!(place("REGION"), None, "names are asked for in lower case");
}

#[test]
fn services_and_sub_properties() {
    let text =
        "[profile x]\nservices = s\nplain = a = b\n[services s]\nsts =\n  Endpoint_URL = http://h:1 # c\n  other=1\n";
    let profiles = config(text).unwrap();
    let services = profiles.services("s").unwrap();
    let sts = services.get("sts").unwrap();
    assert_eq!(sts.nested("endpoint_url"), Some("http://h:1"));
    assert_eq!((sts.nested("other"), sts.nested("none")), (Some("1"), None));
    assert_eq!(profiles.profile("x").unwrap().get("plain").unwrap().nested("a"), None, "not nested");
    assert!(profiles.services("t").is_none() && profiles.sso_session("s").is_none());
}

#[test]
fn faults_name_the_file_and_the_line_and_never_the_text() {
    let cases = [
        ("a = hunter2", "/c, line 1: expected a profile definition before the first property"),
        ("[default]\n\nhunter2", "/c, line 3: expected an '=' sign defining a property"),
        ("[default]\n= hunter2", "/c, line 2: property did not have a name"),
        ("[default]\n hunter2", "/c, line 2: expected a property definition, but the line is indented"),
        (" hunter2 = 1", "/c, line 1: expected a profile definition before the first property"),
        ("[default]\na =\n hunter2", "/c, line 3: expected an '=' sign defining a sub-property"),
        ("[default]\na =\n = hunter2", "/c, line 3: sub-property did not have a name"),
        ("[default\na = hunter2", "/c, line 1: profile definition must end with ']'"),
        ("[default] hunter2", "/c, line 1: profile definition must end with ']'"),
        ("[default]\na = 1\r\n\r\n[profile hunter2 # c]", "/c, line 4: profile definition must end with ']'"),
        ("[default]\na = 1 # c\nb # = 2", "/c, line 3: expected an '=' sign defining a property"),
    ];
    for (text, message) in cases {
        let error = config(text).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::ProfileSyntax, message), "{text:?}");
        assert!(!error.to_string().contains("hunter2"));
        assert!(error.fix().starts_with("mend line "), "{}", error.fix());
    }
}

#[test]
fn bytes_that_are_no_utf8_are_named_by_offset_and_line() {
    let cases: &[(&[u8], &str)] = &[
        (b"[default]\na = \xff", "/c, line 2: byte 14 is not UTF-8"),
        (b"\xc3", "/c, line 1: byte 0 is not UTF-8"),
        (b"\xff\xfe[\0d\0", "/c, line 1: byte 0 is not UTF-8 (it looks like UTF-16)"),
    ];
    for (content, message) in cases {
        let error = Profiles::parse(Some(SharedFile { path: "/c", content }), None).unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::ProfileEncoding, *message));
    }
}

#[test]
fn what_is_ignored_is_noticed_up_to_a_limit() {
    let profiles = config("[dev]\na = 1\n[profile a b]\n[profile c]\nin valid = 1").unwrap();
    assert_eq!(
        profiles.notices(),
        [
            "/c, line 1: ignored: in the config file it has to be [profile dev]",
            "/c, line 3: ignored: its name is not one that SDKs take (in quotes it may hold spaces)",
            "/c, line 5: ignored: a property's name is not one that SDKs take",
        ]
    );
    assert_eq!(config(&"[x]\n".repeat(1000)).unwrap().notices().len(), NOTICE_LIMIT);
}

#[test]
fn a_long_continuation_stays_linear() {
    let text = format!("[profile x]\na = 1\n{}", " b\n".repeat(300_000));
    assert_eq!(config(&text).unwrap().profile("x").unwrap().get("a").unwrap().value().len(), 1 + 2 * 300_000);
}
