//! The issuer as an outside verifier sees it: documents, keys, tokens, rotation; and the loopback issuer.

mod support;

use irsa_core::{Code, Credentials, Secret};
use irsa_local::{Config, Local, Mint, Role, Script, ServiceAccount};
use irsa_trust::oidc::{Discovery, Jwks, Jws};
use serde_json::Value;
use std::{net::IpAddr, path::Path, time::Duration};
use support::*;

fn get(url: &str) -> Answer {
    send(url, "GET", &[], "").unwrap()
}

fn jwks(local: &Local) -> Jwks {
    let document = get(&format!("{}/.well-known/openid-configuration", local.issuer_url()));
    assert_eq!(document.header("content-type"), "application/json");
    let discovery = Discovery::parse(document.body.as_bytes()).unwrap().of(local.issuer()).unwrap();
    let keys = get(&discovery.jwks_uri);
    assert_eq!(keys.header("content-type"), "application/jwk-set+json");
    Jwks::parse(keys.body.as_bytes()).unwrap()
}

/// Verifies a token with a key set, and gives its claims.
fn verified(token: &Secret, jwks: &Jwks) -> Option<Value> {
    let jws = Jws::parse(token.expose()).unwrap();
    let key = jwks.keys().iter().find(|key| key.kid() == jws.kid())?;
    jws.verify(&key.public_key().unwrap()).ok()?;
    Some(Value::Object(jws.claims().unwrap()))
}

#[test]
fn tokens_are_those_of_kube_apiserver() {
    let local = start();
    let keys = jwks(&local);
    let token = local.mint(&Mint::default()).unwrap();
    let jws = Jws::parse(token.expose()).unwrap();
    assert_eq!((jws.alg(), jws.kid().map(str::len)), ("RS256", Some(43)));
    let claims = verified(&token, &keys).unwrap();
    let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
    assert_eq!(names, ["aud", "exp", "iat", "iss", "jti", "kubernetes.io", "nbf", "sub"]);
    assert_eq!(claims["aud"], serde_json::json!(["sts.amazonaws.com"]));
    assert_eq!((claims["iss"].as_str(), claims["sub"].as_str()), (Some(ISSUER), Some(SUBJECT)));
    assert_eq!(claims["nbf"], claims["iat"]);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 86_400);
    let own = &claims["kubernetes.io"];
    assert_eq!((own["namespace"].as_str(), own["serviceaccount"]["name"].as_str()), (Some("demo"), Some("app")));
    assert!(own["pod"]["name"].as_str().unwrap().starts_with("app-"));
    for who in ["pod", "node", "serviceaccount"] {
        assert_eq!(own[who]["uid"].as_str().unwrap().len(), 36, "{who}");
    }
    let again = verified(&local.mint(&Mint::default()).unwrap(), &keys).unwrap();
    assert_eq!(again["kubernetes.io"], claims["kubernetes.io"], "one pod");
    assert_ne!(again["jti"], claims["jti"]);
}

#[test]
fn wrong_tokens_are_wrong_in_one_thing() {
    let local = start();
    let keys = jwks(&local);
    let mint = |change: fn(&mut Mint)| {
        let mut mint = Mint::default();
        change(&mut mint);
        local.mint(&mint).unwrap()
    };
    assert!(verified(&mint(|m| m.tampered = true), &keys).is_none());
    assert!(verified(&mint(|m| m.foreign_key = true), &keys).is_none());
    assert!(verified(&mint(|m| m.unknown_kid = true), &keys).is_none());
    let claims = verified(&mint(|m| m.expired = true), &keys).unwrap();
    let ago = now().unix() - claims["exp"].as_i64().unwrap();
    assert!((3600..=3605).contains(&ago), "{ago}");
    let claims = verified(&mint(|m| m.issued_in_future = true), &keys).unwrap();
    assert!(claims["iat"].as_i64().unwrap() > now().unix() + 3590);
    assert!(claims["nbf"].as_i64().unwrap() <= now().unix());
    let claims = verified(&mint(|m| m.audience = vec!["a".into(), "b".into()]), &keys).unwrap();
    assert_eq!(claims["aud"], serde_json::json!(["a", "b"]));
    let claims = verified(&mint(|m| m.lifetime = Some(Duration::from_secs(7))), &keys).unwrap();
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 7);
    let claims = verified(&mint(|m| m.missing_claims = vec!["kubernetes.io".into(), "jti".into()]), &keys).unwrap();
    assert_eq!(claims.as_object().unwrap().len(), 6);
    let nothing = local.mint(&Mint { missing_claims: vec!["azp".into()], ..Mint::default() }).unwrap_err();
    assert!(nothing.fix().contains("aud, exp, iat"), "{nothing}");
}

#[test]
fn a_rotated_key_still_verifies() {
    let local = start();
    let old = local.mint(&Mint::default()).unwrap();
    let before = jwks(&local);
    local.rotate_keys().unwrap();
    let new = local.mint(&Mint::default()).unwrap();
    let after = jwks(&local);
    assert_eq!((before.keys().len(), after.keys().len()), (1, 2));
    assert!(verified(&new, &before).is_none() && verified(&new, &after).is_some() && verified(&old, &after).is_some());
    for token in [&old, &new] {
        assert_eq!(exchange_with(&local, &[("WebIdentityToken", token.expose())]).unwrap().status, 200);
    }
}

#[test]
fn documents_stand_below_the_issuers_path_too() {
    let local = start();
    let root = get(&format!("{}/.well-known/openid-configuration", local.issuer_url()));
    let below = get(&format!("{}/id/0123456789ABCDEF/.well-known/openid-configuration", local.issuer_url()));
    assert_eq!((root.status, &root.body), (below.status, &below.body));
    assert_eq!(get(&format!("{}/id/other/.well-known/openid-configuration", local.issuer_url())).status, 404);
    assert_eq!(get(local.issuer_url()).status, 404);
    let head = send(&format!("{}/openid/v1/jwks", local.issuer_url()), "HEAD", &[], "").unwrap();
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(send(&format!("{}/openid/v1/jwks", local.issuer_url()), "POST", &[], "").unwrap().status, 405);
}

#[test]
fn the_loopback_issuer_is_named_everywhere() {
    let mut config = config();
    config.issuer_loopback = true;
    let local = Local::start(config).unwrap();
    assert_eq!(local.issuer(), local.issuer_url());
    let claims = verified(&local.mint(&Mint::default()).unwrap(), &jwks(&local)).unwrap();
    assert_eq!(claims["iss"], local.issuer_url());
    // The trust policy's principal and condition keys moved with it, and still decide.
    let answer = exchange_with(&local, &[]).unwrap();
    let host = local.issuer_url().strip_prefix("http://").unwrap();
    assert_eq!(answer.text("Provider"), format!("arn:aws:iam::111122223333:oidc-provider/{host}"));
    let other = Mint { subject: Some("system:serviceaccount:demo:other".into()), ..Mint::default() };
    let denied = exchange(&local, &other);
    assert!(
        denied.header("x-irsa-why").contains(&format!("StringEquals {host}:sub")),
        "{}",
        denied.header("x-irsa-why")
    );
    let named = Mint { issuer: Some(ISSUER.into()), ..Mint::default() };
    assert!(exchange(&local, &named).refusal().1.starts_with("No OpenIDConnect provider found in your account"));
}

#[test]
fn the_token_file_is_renewed() {
    let mut config = config();
    config.rotate = Some(Duration::from_millis(50));
    let local = Local::start(config).unwrap();
    let read = || std::fs::read_to_string(local.token_file()).unwrap();
    let first = read();
    assert!(!first.ends_with('\n'));
    let renewed = (0..1_000).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        read() != first
    });
    assert!(renewed);
    assert_eq!(exchange_with(&local, &[]).unwrap().status, 200);
    assert_eq!(local.env()["AWS_WEB_IDENTITY_TOKEN_FILE"], local.token_file().display().to_string());
}

#[test]
fn one_of_several_pods_is_played() {
    let mut config = config();
    let manifest = format!(
        "kind: ServiceAccount\nmetadata: {{name: other, namespace: demo, annotations: {{eks.amazonaws.com/role-arn: {OTHER}}}}}"
    );
    let account = ServiceAccount::parse(&manifest, "f").unwrap();
    config.roles.push(Role {
        service_account: Some(account),
        ..role(OTHER, &trust_for("system:serviceaccount:demo:other"), &[])
    });
    config.role = Some("other".into());
    let local = Local::start(config).unwrap();
    assert_eq!(local.env()["AWS_ROLE_ARN"], OTHER);
    let app = local.mint(&Mint { role: Some("app".into()), ..Mint::default() }).unwrap();
    let token = std::fs::read_to_string(local.token_file()).unwrap();
    for (role, token, status) in
        [(OTHER, &*token, 200), (ROLE, app.expose(), 200), (ROLE, &token, 403), (OTHER, app.expose(), 403)]
    {
        let answer = exchange_with(&local, &[("RoleArn", role), ("WebIdentityToken", token)]).unwrap();
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    // Credentials of one role with the session token of the other are nobody's.
    let keys =
        |role, token| exchange_with(&local, &[("RoleArn", role), ("WebIdentityToken", token)]).unwrap().credentials();
    let (own, other) = (keys(OTHER, &*token), keys(ROLE, app.expose()));
    let mixed = Credentials::new(own.access_key_id(), own.secret_access_key().clone(), "test");
    let mixed = mixed.with_session_token(other.session_token().unwrap().clone());
    assert_eq!(whoami(&local, &mixed).refusal().0, "InvalidClientTokenId");
    assert_eq!(whoami(&local, &own).status, 200);
}

#[test]
fn several_roles_and_a_foreign_issuer() {
    let (one, two) = (start(), "https://gitlab.example");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("several-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write(
        "sa.yaml",
        &format!(
            "kind: ServiceAccount\nmetadata: {{name: app, namespace: demo, annotations: {{eks.amazonaws.com/role-arn: {ROLE}}}}}"
        ),
    );
    write("trust.json", &trust_for(SUBJECT));
    write("keys.json", &get(&format!("{}/openid/v1/jwks", one.issuer_url())).body);
    write("value.txt", "from a file");
    write(
        "irsa-local.yaml",
        &format!(
            "region: {REGION}
roles:
  - service-account: sa.yaml
    trust-policy: trust.json
    max-session-duration: 12h
  - role-arn: {OTHER}
    trust-policy:
      Version: 2012-10-17
      Statement:
        Effect: Allow
        Principal: {{Federated: arn:aws:iam::111122223333:oidc-provider/gitlab.example}}
        Action: sts:AssumeRoleWithWebIdentity
    policy:
      - Version: 2012-10-17
        Statement: {{Effect: Allow, Action: ['secretsmanager:*', 'ssm:*'], Resource: '*'}}
providers:
  - arn: arn:aws:iam::111122223333:oidc-provider/{HOST}
  - arn: arn:aws:iam::111122223333:oidc-provider/gitlab.example
    client-ids: [https://gitlab.example]
    jwks: keys.json
secrets:
  number: 0042
  file: {{file: value.txt}}
parameters:
  /app/number: 0042
  /app/list: [a, b]
  /app/file: {{file: value.txt}}
  /app/secure: {{secure: x}}
  /app/secure-file: {{secure-file: value.txt}}
buckets: [data]
bucket-folder: objects
"
        ),
    );
    let local = Local::start(Config::from_file(&folder.join("irsa-local.yaml")).unwrap()).unwrap();
    assert_eq!(exchange_with(&local, &[("DurationSeconds", "43200")]).unwrap().status, 200);
    // A token that another issuer signed, verified with the keys given for it.
    let token = one.mint(&Mint { issuer: Some(two.into()), audience: vec![two.into()], ..Mint::default() }).unwrap();
    let parameters = [("RoleArn", OTHER), ("WebIdentityToken", token.expose())];
    let own = exchange_with(&local, &parameters).unwrap().credentials();
    assert_eq!(secret(&local, &own, r#"{"SecretId": "number"}"#).text("SecretString"), "0042");
    assert_eq!(secret(&local, &own, r#"{"SecretId": "file"}"#).text("SecretString"), "from a file");
    let read = ssm(&local, &own, "GetParametersByPath", r#"{"Path": "/app", "WithDecryption": true}"#);
    let read: serde_json::Value = serde_json::from_str(&read.body).unwrap();
    let read: Vec<_> = read["Parameters"].as_array().unwrap().iter().map(|p| (&p["Type"], &p["Value"])).collect();
    assert_eq!(
        serde_json::json!(read),
        serde_json::json!([
            ["String", "from a file"],
            ["StringList", "a,b"],
            ["String", "0042"],
            ["SecureString", "x"],
            ["SecureString", "from a file"]
        ])
    );
    assert!(folder.join("objects/data").is_dir(), "beside the file");
    let forged = local.mint(&Mint { issuer: Some(two.into()), audience: vec![two.into()], ..Mint::default() }).unwrap();
    let parameters = [("RoleArn", OTHER), ("WebIdentityToken", forged.expose())];
    assert_eq!(exchange_with(&local, &parameters).unwrap().refusal().0, "InvalidIdentityToken");
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_cannot_be_played_is_said() {
    let fails = |change: fn(&mut Config)| {
        let mut config = config();
        change(&mut config);
        Local::start(config).expect_err("does not start")
    };
    let cases = [
        (
            fails(|c| c.address = IpAddr::from([0, 0, 0, 0])),
            Code::LocalAddress,
            "0.0.0.0 is no loopback address",
            "127.0.0.1 or ::1",
        ),
        (fails(|c| c.role = Some("nobody".into())), Code::LocalSetup, "no role “nobody”", "--role app"),
        (fails(|c| c.roles.push(c.roles[0].clone())), Code::LocalSetup, "two roles have the ARN", "once"),
        (fails(|c| c.roles[0].trust_policy.text = "{".into()), Code::LocalPolicy, "trust.json: ", "trust.json: "),
        (
            fails(|c| {
                c.roles[0].trust_policy.text =
                    policy(r#"{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}"#);
            }),
            Code::LocalSetup,
            "trust.json names no OIDC provider",
            "\"Federated\": \"arn:aws:iam::111122223333:oidc-provider/",
        ),
        (
            fails(|c| {
                c.roles[0].trust_policy.text = trust_for(SUBJECT).replace("oidc-provider/", "oidc-provider/https://")
            }),
            Code::ArnName,
            "holds a scheme",
            "trust.json, Federated: leave out the scheme",
        ),
        (
            fails(|c| c.roles[0].service_account = None),
            Code::LocalSetup,
            "no role has a service account",
            "--service-account FILE",
        ),
    ];
    for (error, code, message, fix) in cases {
        assert_eq!(error.code(), code, "{error}");
        assert!(error.message().contains(message) && error.fix().contains(fix), "{error}");
    }
    assert!(Script::parse("throttle", "f").is_err());
    assert!(ServiceAccount::parse("", "f").is_err());
    assert_eq!(Config::from_file(Path::new("/nowhere/x.yaml")).unwrap_err().code(), Code::LocalFile);
    assert_eq!(Config::from_file(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_err().code(), Code::LocalFile);
}
