//! W5: an exchange without the network: the request of AssumeRoleWithWebIdentity is made, its answer read.

use irsa_core::{
    arn::RoleArn,
    call::USER_AGENT,
    effect::HttpResponse,
    sts::{
        Call, Endpoint, SessionName, WebIdentity,
        endpoint::Settings,
        request,
        response::{self, Action},
    },
    token::Token,
};
use std::hint::black_box;

/// Of the size that Kubernetes gives: 999 characters.
fn token() -> String {
    let claims = |name: &str, length: usize| format!("{{\"{name}\":\"{}\"}}", "x".repeat(length));
    let encode = |text: &str| -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut out = String::new();
        for three in text.as_bytes().chunks(3) {
            let bits = three.iter().fold(0u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - three.len()));
            for at in 0..=three.len() {
                out.push(char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]));
            }
        }
        out
    };
    let body = r#"{"aud":["sts.amazonaws.com"],"exp":1795600400,"iat":1795514000,"iss":"https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE","kubernetes.io":{"namespace":"payments","pod":{"name":"api-7d9c6b5f4-x2v8k","uid":"6c2a3c2e-1a52-4f0e-9d5b-2b1f4a7c9e10"},"serviceaccount":{"name":"api","uid":"0a9b8c7d-6e5f-4a3b-2c1d-0e9f8a7b6c5d"}},"nbf":1795514000,"sub":"system:serviceaccount:payments:api"}"#;
    let mut token = format!("{}.{}.", encode(&claims("alg", 30)), encode(body));
    token.push_str(&"A".repeat(999usize.saturating_sub(token.len())));
    token
}

/// As STS writes it, with a session token of 1,000 characters.
fn answer() -> HttpResponse {
    let token = crate::signing::session_token();
    let body = format!(
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <AssumeRoleWithWebIdentityResult>\n    \
         <Audience>sts.amazonaws.com</Audience>\n    <AssumedRoleUser>\n      <AssumedRoleId>AROAEXAMPLEROLEID1234:api</AssumedRoleId>\n      \
         <Arn>arn:aws:sts::111122223333:assumed-role/payments/api</Arn>\n    </AssumedRoleUser>\n    \
         <Provider>arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE</Provider>\n    \
         <Credentials>\n      <AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>\n      \
         <SecretAccessKey>wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY</SecretAccessKey>\n      <SessionToken>{token}</SessionToken>\n      \
         <Expiration>2026-11-24T11:00:00Z</Expiration>\n    </Credentials>\n    \
         <SubjectFromWebIdentityToken>system:serviceaccount:payments:api</SubjectFromWebIdentityToken>\n  \
         </AssumeRoleWithWebIdentityResult>\n  <ResponseMetadata>\n    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>\n  \
         </ResponseMetadata>\n</AssumeRoleWithWebIdentityResponse>\n"
    );
    HttpResponse {
        status: 200,
        headers: vec![("content-type".into(), "text/xml".into())],
        body: body.into_bytes().into(),
    }
}

/// The request is made from a token that has been read, and an answer becomes credentials.
pub fn exchange() -> impl FnMut() {
    let (call, ask, answer) = given();
    let token = Token::parse(&token()).expect("a token");
    move || {
        black_box(request::web_identity(&call, &ask, black_box(&token)).expect("a request"));
        let action = Action::AssumeRoleWithWebIdentity;
        black_box(response::assumed(black_box(&answer), action, "web identity").expect("credentials"));
    }
}

/// What peers leave out: the token is looked into, for warnings and for the fix of a refusal.
pub fn token_read() -> impl FnMut() {
    let token = token();
    move || {
        black_box(Token::parse(black_box(&*token)).expect("a token"));
    }
}

fn given() -> (Call, WebIdentity, HttpResponse) {
    let role = RoleArn::parse("arn:aws:iam::111122223333:role/payments").expect("a role");
    let settings = Settings { region: Some("eu-central-1"), ..Settings::default() };
    let endpoint = Endpoint::resolve(&settings, Some(&role)).expect("an endpoint");
    let call = Call { endpoint, user_agent: USER_AGENT.into(), seed: 0 };
    let ask = WebIdentity {
        session_name: Some(SessionName::clean("api-7d9c6b5f4-x2v8k")),
        ..WebIdentity::new("/token", role)
    };
    (call, ask, answer())
}
