//! What we mend cures, and lets in nobody who was kept out before.

use super::policies::{all, compound, with};
use super::*;

/// Everybody around: each name of the world, of its neighbours and of the policies, in each place of a subject.
fn subjects(world: &World) -> Vec<String> {
    let names = [world.namespace, world.name, "elsewhere", "other", "default", "batch"];
    let mut all = Vec::new();
    for namespace in names {
        for name in names {
            all.push(generate::subject(namespace, name));
        }
        all.push(generate::subject(world.namespace, &format!("{}-{namespace}", world.name)));
        all.push(namespace.to_owned());
    }
    all.extend(["system:serviceaccount:", "", "sts.amazonaws.com", "system:node:a"].map(ToOwned::to_owned));
    all.push(world.subject().to_uppercase());
    all.push(format!("{} ", world.subject()));
    all
}

/// The tokens that somebody else could come with: another subject, audience or issuer.
fn others(world: &World) -> Vec<Map<String, Value>> {
    let mut all = Vec::new();
    let mut put = |name: &str, value: Value| {
        let mut claims = world.claims();
        claims.insert(name.into(), value);
        all.push(claims);
    };
    subjects(world).into_iter().for_each(|subject| put("sub", subject.into()));
    ["vault", "sigstore"].into_iter().for_each(|audience| put("aud", audience.into()));
    ISSUERS.into_iter().for_each(|issuer| put("iss", issuer.into()));
    all.retain(|claims| *claims != world.claims());
    all
}

/// A provider of several audiences, so that one of them is let in only where the policy says so.
fn provider(world: &World, issuer: &str) -> Provider {
    Provider::new(world.partition, world.account, issuer, ["sts.amazonaws.com", "vault", "sigstore"])
}

const ISSUERS: [&str; 2] = ["https://issuer.example", "https://token.actions.githubusercontent.com"];

/// A policy, ready to be asked about tokens.
struct Gate(Setup, call::Call);

impl Gate {
    fn new(world: &World, policy: &Value) -> Self {
        let mut setup = with(world, policy);
        setup.issuer = Fact::Unknown;
        *providers_mut(&mut setup) =
            ISSUERS.iter().copied().chain([world.issuer]).map(|url| provider(world, url)).collect();
        let call = call::Call::new(&setup);
        Self(setup, call)
    }

    fn admits(&mut self, claims: &Map<String, Value>) -> bool {
        self.1.set_claims(claims);
        matches!(self.1.decide(&self.0), Some(Ok(_)))
    }
}

/// How many others were tried.
fn assert_cured(world: &World, others: &[Map<String, Value>], policy: &Value) -> usize {
    let mut setup = with(world, policy);
    *providers_mut(&mut setup) = vec![provider(world, world.issuer)];
    let judgement = judge(&setup);
    let Some(cause) = judgement.cause() else {
        assert_eq!(judgement.verdict, Verdict::Succeeds);
        return 0;
    };
    let Some(Mend::Policy(mended)) = &cause.mend else { panic!("{}: no mend for {policy}", cause.id) };
    assert!(succeeds(&with(world, mended)), "{}: {policy}\n  {mended}", cause.id);
    let (mut before, mut after) = (Gate::new(world, policy), Gate::new(world, mended));
    assert!(after.admits(&world.claims()), "{}: {mended}", cause.id);
    let report = crate::policy::lint::trust_policy(&mended.to_string(), &Default::default());
    assert_eq!(report.refusal, None, "{}: {mended}", cause.id);
    for claims in others {
        let new = after.admits(claims) && !before.admits(claims);
        assert!(!new, "{}: {claims:?} is let in\n  {policy}\n  {mended}", cause.id);
    }
    others.len()
}

#[test]
fn a_mended_policy_lets_in_the_subject_and_nobody_new() {
    let mut tried = 0;
    for world in &WORLDS {
        let others = others(world);
        tried += all(world).iter().map(|(_, policy)| assert_cured(world, &others, policy)).sum::<usize>();
    }
    println!("{tried} others tried");
    assert!(tried > 10_000);
}

#[test]
fn several_faults_are_mended_at_once() {
    for world in &WORLDS {
        let others: Vec<_> = others(world).into_iter().step_by(5).collect();
        let policies = compound(world, 100);
        let cured = policies.iter().filter(|policy| assert_cured(world, &others, policy) > 0).count();
        assert!(cured > 80, "{cured} of {} were faulty", policies.len());
    }
}

#[test]
fn what_was_let_in_stays_in_where_a_list_grows_or_a_statement_is_added() {
    let world = &WORLDS[0];
    let (a, b) = (generate::subject("a", "a"), generate::subject("b", "b"));
    let mut policy = world.policy();
    let sub = format!("{}:sub", world.issuer.trim_start_matches("https://"));
    policy["Statement"][0]["Condition"]["StringEquals"][&sub] = json!([a, b]);
    let judgement = judge(&with(world, &policy));
    let Some(Mend::Policy(mended)) = &judgement.findings[0].mend else { panic!("no mend") };
    let values = &mended["Statement"][0]["Condition"]["StringEquals"][&sub];
    assert_eq!(*values, json!([a, b, world.subject()]));
}

#[test]
fn the_smallest_edit_is_taken() {
    let world = &WORLDS[0];
    // One value, one key, one word: all else stays as it was.
    for (path, wrong) in [
        ("/Statement/0/Condition/StringEquals/ISS:sub", json!("system:serviceaccount:elsewhere:checkout")),
        ("/Statement/0/Principal/Federated", json!("arn:aws:iam::000000000000:oidc-provider/ISS")),
        ("/Statement/0/Action", json!("sts:AssumeRole")),
    ] {
        let mut policy = world.policy();
        let path = path.replace("ISS", &world.issuer.trim_start_matches("https://").replace('/', "~1"));
        *policy.pointer_mut(&path).unwrap() = serde_json::from_str(&world.fill(&wrong.to_string())).unwrap();
        let judgement = judge(&with(world, &policy));
        assert_eq!(judgement.findings[0].mend, Some(Mend::Policy(world.policy())), "{path}");
        assert_eq!(judgement.findings[0].place, format!("/role/trust_policy{path}"));
    }
}

#[test]
fn a_deny_is_taken_away_only_where_it_kept_nobody_else_out() {
    let world = &WORLDS[0];
    let policy = r#"{"Statement": [
        {"Effect": "Allow", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
         "Condition": {"StringLike": {"ISS:sub": "SSA:*"}}},
        {"Effect": "Deny", "Principal": {"Federated": "PROV"}, "Action": "sts:AssumeRoleWithWebIdentity",
         "Condition": {"StringLike": {"ISS:sub": "SSA:NS:*"}}}]}"#;
    let policy: Value = serde_json::from_str(&world.fill(policy)).unwrap();
    let judgement = judge(&with(world, &policy));
    let Some(Mend::Policy(mended)) = &judgement.findings[0].mend else { panic!("no mend") };
    assert_eq!(mended["Statement"][1]["Effect"], "Deny");
    assert_eq!(mended["Statement"][1]["Condition"]["StringNotEquals"].as_object().unwrap().len(), 1);
}

/// Whom a Deny names is somebody else too, however far from this subject.
#[test]
fn a_deny_that_names_others_stays_for_them() {
    // More than are tried.
    let many: Vec<String> =
        (0..120).map(|i| format!("SSA:n:{i}")).chain(["SSA:NS:NAME", "SSA:NS:visitor"].map(Into::into)).collect();
    for (operator, values) in [
        ("StringEquals", json!(["SSA:NS:NAME", "SSA:NS:visitor"])),
        ("StringEquals", json!(["SSA:NS:visitor", "SSA:NS:NAME"])),
        ("StringLike", json!(["SSA:NS:NAME", "SSA:vis?tors:*"])),
        ("StringEquals", json!(many)),
    ] {
        let world = &WORLDS[0];
        let policy = json!({ "Statement": [
            { "Effect": "Allow", "Principal": { "Federated": "PROV" }, "Action": "sts:AssumeRoleWithWebIdentity",
              "Condition": { "StringEquals": { "ISS:aud": "sts.amazonaws.com" }, "StringLike": { "ISS:sub": "SSA:*" } } },
            { "Effect": "Deny", "Principal": { "Federated": "PROV" }, "Action": "sts:AssumeRoleWithWebIdentity",
              "Condition": { operator: { "ISS:sub": values } } },
        ]});
        let policy: Value = serde_json::from_str(&world.fill(&policy.to_string())).unwrap();
        let others = [(world.namespace, "visitor"), ("visitors", "a")].map(|(namespace, name)| {
            let mut claims = world.claims();
            claims.insert("sub".into(), generate::subject(namespace, name).into());
            claims
        });
        assert_cured(world, &others, &policy);
    }
}
