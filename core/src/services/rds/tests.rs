use super::*;
use std::{string::ToString, vec::Vec};

const HOST: &str = "db.abc123.eu-west-1.rds.amazonaws.com";
const NOW: Timestamp = Timestamp::from_unix(1_795_514_400);

fn credentials() -> Credentials {
    Credentials::new("AKID", "SECRET", "test").with_session_token("TO/KEN")
}

#[test]
fn a_token() {
    let connect = Connect::new(&format!("{HOST}:5432"), "app user@x").unwrap();
    let made = token(&connect, &credentials(), &mut KeyCache::new(), NOW).unwrap();
    let text = made.token.expose();
    let start = format!("{HOST}:5432/?Action=connect&DBUser=app%20user%40x&X-Amz-Algorithm=AWS4-HMAC-SHA256&");
    assert!(text.starts_with(&start), "{text}");
    for part in [
        "X-Amz-Credential=AKID%2F20261124%2Feu-west-1%2Frds-db%2Faws4_request",
        "X-Amz-Expires=900",
        "X-Amz-Security-Token=TO%2FKEN",
        "X-Amz-SignedHeaders=host",
    ] {
        assert!(text.split(['?', '&']).any(|piece| piece == part), "{part}: {text}");
    }
    assert_eq!((&*made.region, made.expires), ("eu-west-1", Timestamp::from_unix(1_795_515_300)));
    let shown = format!("{made:?}");
    assert!(!shown.contains("AKID") && !shown.contains("TO%2FKEN"), "{shown}");
    // The host is written as RDS knows it.
    let upper = Connect { host: HOST.to_uppercase().into(), ..connect.clone() };
    assert_eq!(token(&upper, &credentials(), &mut KeyCache::new(), NOW).unwrap(), made);
    // It dies with the credentials.
    let soon = Timestamp::from_unix(1_795_514_460);
    let made = token(&connect, &credentials().with_expiration(soon), &mut KeyCache::new(), NOW).unwrap();
    assert_eq!(made.expires, soon);
}

#[test]
fn the_region_in_a_host_name() {
    for (host, region) in [
        (HOST, Some("eu-west-1")),
        ("DB.ABC123.EU-WEST-1.RDS.AMAZONAWS.COM", Some("eu-west-1")),
        ("proxy.proxy-abc123.us-gov-west-1.rds.amazonaws.com", Some("us-gov-west-1")),
        ("db.cluster-ro-abc123.us-east-2.rds-preview.amazonaws.com", Some("us-east-2")),
        ("db.abc123.cn-north-1.rds.amazonaws.com.cn", Some("cn-north-1")),
        ("db.abc123.rds.cn-northwest-1.amazonaws.com.cn", Some("cn-northwest-1")),
        ("db.abc123.us-iso-east-1.rds.c2s.ic.gov", Some("us-iso-east-1")),
        ("db.example.com", None),
        ("rds.amazonaws.com", None),
        ("db.rds.amazonaws.com", None),
        ("eu-west-1.rds.amazonaws.com.evil.example", None),
        ("db.abc123.eu-west-1.redshift.amazonaws.com", None),
        ("evilamazonaws.com", None),
        ("127.0.0.1", None),
    ] {
        let connect = Connect::new(&format!("{host}:3306"), "app").unwrap();
        assert_eq!(connect.region().as_deref(), region, "{host}");
    }
    let given = Connect::new(&format!("{HOST}:3306"), "app").unwrap().with_region("us-east-1");
    assert_eq!(given.region().as_deref(), Some("us-east-1"));
    let made = token(&given, &credentials(), &mut KeyCache::new(), NOW).unwrap();
    assert!(made.token.expose().contains("%2Fus-east-1%2Frds-db%2F"), "{:?}", made.region);
    let other = Connect::new("db.example.com:5432", "app").unwrap();
    let error = token(&other, &credentials(), &mut KeyCache::new(), NOW).unwrap_err();
    assert_eq!(error.code(), Code::RegionMissing);
    assert!(error.fix().contains("rds.amazonaws.com"), "{error}");
}

#[test]
fn addresses_that_are_none() {
    let long = std::format!("{}:1", "a".repeat(254));
    for (address, user, says, mends) in [
        ("db.example.com", "app", "has no port", "db.example.com:5432"),
        ("https://db.example.com:5432/", "app", "has a scheme", "db.example.com:5432"),
        ("db.example.com:", "app", "no number from 1 to 65535", "with its port"),
        ("db.example.com:65536", "app", "no number from 1 to 65535", "with its port"),
        ("db.example.com:+5432", "app", "no number from 1 to 65535", "with its port"),
        ("db.example.com:0", "app", "the port is 0", "with its port"),
        (":5432", "app", "is no host name", "with its port"),
        ("db.example.com/x?a=b:1", "app", "is no host name", "with its port"),
        ("a@b:1", "app", "is no host name", "with its port"),
        (&long, "app", "is no host name", "with its port"),
        ("db.example.com:5432", "", "has 0 bytes", "rds-db:connect"),
        ("db.example.com:5432", "a\n", "has 2 bytes", "rds-db:connect"),
    ] {
        let error = Connect::new(address, user).unwrap_err();
        assert_eq!(error.code(), Code::RdsAddress, "{address}: {error}");
        assert!(error.message().contains(says), "{address}: {error}");
        assert!(error.fix().contains(mends), "{address}: {error}");
    }
    let made_by_hand = Connect { host: "a b".into(), port: 1, user: "app".into(), region: Some("us-east-1".into()) };
    let error = token(&made_by_hand, &credentials(), &mut KeyCache::new(), NOW).unwrap_err();
    assert_eq!(error.code(), Code::RdsAddress);
}

/// A user with any byte in it stays one parameter.
#[test]
fn users_are_encoded() {
    for (user, encoded) in [("a&b=c", "a%26b%3Dc"), ("a+b", "a%2Bb"), ("dä", "d%C3%A4"), ("a.b-c_d~", "a.b-c_d~")] {
        let connect = Connect::new(&format!("{HOST}:3306"), user).unwrap();
        let made = token(&connect, &credentials(), &mut KeyCache::new(), NOW).unwrap();
        let query: Vec<&str> = made.token.expose().split(['?', '&']).collect();
        assert_eq!(query.get(2).map(ToString::to_string), Some(format!("DBUser={encoded}")));
    }
}
