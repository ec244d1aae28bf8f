//! Set-ups that are wrong in the ways people get them wrong: each is named, and cured by what we mend. Two clusters of
//! different partitions, Regions and names go through all of it, so that nothing hangs on a name.

mod mends;
mod policies;
mod set_ups;

use super::*;
use crate::federation::Provider;
use crate::policy::generate;
use alloc::{borrow::ToOwned, collections::BTreeMap, vec};
use irsa_core::Timestamp;
use std::println;

/// A cluster and a service account in it.
struct World {
    issuer: &'static str,
    partition: &'static str,
    account: &'static str,
    region: &'static str,
    namespace: &'static str,
    name: &'static str,
}

const WORLDS: [World; 2] = [
    World {
        issuer: "https://oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF",
        partition: "aws",
        account: "111122223333",
        region: "eu-west-1",
        namespace: "shop",
        name: "checkout",
    },
    World {
        issuer: "https://oidc.eks.cn-north-1.amazonaws.com.cn/id/FEDCBA9876543210FEDCBA9876543210",
        partition: "aws-cn",
        account: "999988887777",
        region: "cn-north-1",
        namespace: "data-lake",
        name: "etl",
    },
];

const NOW: i64 = 1_790_000_000;
const PATH: &str = "/var/run/secrets/eks.amazonaws.com/serviceaccount/token";

impl World {
    fn provider(&self) -> Provider {
        Provider::new(self.partition, self.account, self.issuer, ["sts.amazonaws.com"])
    }

    fn role(&self) -> String {
        format!("arn:{}:iam::{}:role/app", self.partition, self.account)
    }

    fn subject(&self) -> String {
        generate::subject(self.namespace, self.name)
    }

    fn policy(&self) -> Value {
        let (provider, subject) = (self.provider().arn, self.subject());
        let wanted = generate::Wanted { provider: &provider, subject: &subject, audience: Some("sts.amazonaws.com") };
        generate::trust_policy(&wanted)
    }

    fn claims(&self) -> Map<String, Value> {
        let claims = json!({
            "iss": self.issuer, "sub": self.subject(), "aud": ["sts.amazonaws.com"], "iat": NOW - 60, "nbf": NOW - 60,
            "exp": NOW + 3000, "kubernetes.io": { "namespace": self.namespace },
        });
        claims.as_object().unwrap().clone()
    }

    /// All is right.
    fn healthy(&self) -> Setup {
        let role = self.role();
        let env = [("AWS_ROLE_ARN", role.as_str()), ("AWS_WEB_IDENTITY_TOKEN_FILE", PATH), ("AWS_REGION", self.region)];
        let file = File { state: FileState::Content, mode: Some(0o644), owner: Some((0, 0)) };
        let annotations = BTreeMap::from([("eks.amazonaws.com/role-arn".to_owned(), role.clone())]);
        let mut setup = Setup::new(Timestamp::from_unix(NOW));
        setup.issuer = Fact::Is(self.issuer.into());
        setup.service_account = Fact::Is(ServiceAccount {
            namespace: self.namespace.into(),
            name: self.name.into(),
            annotations: Some(annotations),
        });
        setup.providers = Fact::Is(vec![self.provider()]);
        setup.role = Fact::Is(Role {
            arn: role.clone(),
            trust_policy: Some(self.policy()),
            max_session_duration: Some(3600),
            age: None,
        });
        setup.token = Token::Claims { header: Map::new(), claims: self.claims() };
        setup.pod = Fact::Is(Pod {
            env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            files: Fact::Is(BTreeMap::from([(PATH.to_owned(), file)])),
            uid: Some(1000),
            sts_failure: Fact::Absent,
            ..Pod::default()
        });
        setup.request.session_name = Some("session".into());
        setup
    }

    /// The words of a table: `ISS` the issuer as keys have it, `PROV` the provider's ARN, `SUB`, `NS`, `NAME`, `ACCT`.
    fn fill(&self, text: &str) -> String {
        let other = "0000111122223333444455556666AAAA";
        let id = self.issuer.rsplit('/').next().unwrap();
        text.replace("PROV", &self.provider().arn)
            .replace("ISS", self.issuer.trim_start_matches("https://"))
            .replace("OTHERID", &self.issuer.trim_start_matches("https://").replace(id, other))
            .replace("SUB", &self.subject())
            .replace("SSA", "system:serviceaccount")
            .replace("NAME", self.name)
            .replace("NS", self.namespace)
            .replace("ACCT", self.account)
            .replace("PART", self.partition)
            .replace("REGION", self.region)
            .replace("CLUSTER", id)
    }
}

fn role_mut(setup: &mut Setup) -> &mut Role {
    let Fact::Is(role) = &mut setup.role else { panic!("no role") };
    role
}

fn pod_mut(setup: &mut Setup) -> &mut Pod {
    let Fact::Is(pod) = &mut setup.pod else { panic!("no pod") };
    pod
}

fn claims_mut(setup: &mut Setup) -> &mut Map<String, Value> {
    let Token::Claims { claims, .. } = &mut setup.token else { panic!("no claims") };
    claims
}

fn providers_mut(setup: &mut Setup) -> &mut Vec<Provider> {
    let Fact::Is(providers) = &mut setup.providers else { panic!("no providers") };
    providers
}

fn succeeds(setup: &Setup) -> bool {
    judge(setup).verdict == Verdict::Succeeds
}

#[test]
fn what_is_right_has_no_finding() {
    for world in &WORLDS {
        let judgement = judge(&world.healthy());
        assert_eq!((judgement.verdict, judgement.findings), (Verdict::Succeeds, vec![]));
        assert_eq!(judgement.assumed, ["signature"]);
    }
}

#[test]
fn what_is_not_known_is_assumed_and_said() {
    let world = &WORLDS[0];
    let judgement = judge(&Setup::new(Timestamp::from_unix(NOW)));
    assert_eq!((judgement.verdict, judgement.findings.len()), (Verdict::Succeeds, 0));
    assert_eq!(judgement.assumed, ["token", "provider", "trust policy"]);

    // A pod and nothing of AWS: what the pod has is judged, the rest taken to be right.
    let mut setup = world.healthy();
    (setup.providers, setup.role) = (Fact::Unknown, Fact::Unknown);
    let judgement = judge(&setup);
    assert_eq!(judgement.verdict, Verdict::Succeeds);
    assert_eq!(judgement.assumed, ["signature", "provider", "trust policy"]);
    pod_mut(&mut setup).env.remove("AWS_REGION");
    assert_eq!(judge(&setup).cause().unwrap().id, "env-region-missing");

    // A policy and a service account, and no token: the token that the pod should have is judged.
    let mut setup = world.healthy();
    setup.token = Token::Unknown;
    assert!(succeeds(&setup));
    role_mut(&mut setup).trust_policy =
        Some(serde_json::from_str(&world.policy().to_string().replace(world.namespace, "elsewhere")).unwrap());
    let judgement = judge(&setup);
    assert_eq!(judgement.cause().unwrap().id, "trust-sub-namespace");
    assert!(judgement.assumed.contains(&"token"), "{:?}", judgement.assumed);
}

#[test]
fn every_id_of_a_finding_is_listed_and_none_twice() {
    let mut all: Vec<&str> = IDS.iter().map(|known| known.id).collect();
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    assert_eq!(all.len(), count);
    for source in [
        include_str!("../cause.rs"),
        include_str!("../condition.rs"),
        include_str!("../iam.rs"),
        include_str!("../pod.rs"),
        include_str!("../principal.rs"),
        include_str!("../token.rs"),
        include_str!("../value.rs"),
        include_str!("../stage.rs"),
        include_str!("../warn.rs"),
    ] {
        let quoted = source.split('"').skip(1).step_by(2);
        let kinds =
            ["trust-", "env-", "token-", "role-arn", "role-not", "role-wrong", "principal-", "policy-", "keys-"];
        for word in
            quoted.filter(|word| kinds.iter().any(|kind| word.starts_with(kind)) && !word.contains([' ', '{', '.']))
        {
            assert!(all.contains(&word), "{word} is not listed");
        }
    }
    println!("{count} ids");
}
