//! The chain: where credentials come from, in what order, and why.
//!
//! The order is the default chain's of the AWS SDK for Java 2.x: system properties, environment, web identity, profile,
//! container, instance metadata. A source that is configured, but does not work, stops the chain with its error; one
//! that is not configured is passed by. [`Rule`] says how that changes by `strict`; docs/chain.md lists every setting
//! and every deliberate difference from Java. What the chain sees it writes into the flow's [`Explanation`].
//!
//! ```text
//! let mut flow = chain::resolve(Inputs::new(environment), deadline);
//! let result = host.drive(&mut flow);          // Resolved, or the error of the source that failed
//! let explanation = flow.explanation();        // either way
//! ```
//!
//! Limits: files of 1 MiB, 16 profiles that hang on each other.

mod endpoints;
mod exchange;
pub mod explain;
mod keys;
mod later;
pub mod profile;
mod settings;
mod web_identity;

pub use endpoints::endpoint;
pub use explain::{Explanation, Rule};
pub use settings::{Origin, Setting};

use crate::{
    Code, Credentials, Error, Mono, Secret,
    flow::{Flow, Io},
};
use alloc::{borrow::ToOwned, boxed::Box, collections::BTreeMap, format, string::String, sync::Arc, vec::Vec};
use core::time::Duration;
use explain::{Found, Outcome, Place, Strict};
use profile::Files;

/// Everything that a chain reads besides files: handed in, never looked up.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Environment variables. [`Inputs::new`] keeps only those that mean something here.
    pub environment: BTreeMap<Box<str>, Secret>,
    /// System properties of a JVM; empty elsewhere.
    pub properties: BTreeMap<Box<str>, Secret>,
    /// What the calling program says itself: it beats the others.
    pub options: Options,
    /// For the jitter of retries: different in every pod, the same to replay a flow.
    pub seed: u64,
}

/// What the calling program says itself. Absent is a fair start.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Instead of AWS_REGION.
    pub region: Option<Box<str>>,
    /// Instead of AWS_PROFILE. It puts the profile before all other sources.
    pub profile: Option<Box<str>>,
    /// Instead of AWS_ROLE_ARN. This and `token_file` put web identity before all other sources.
    pub role_arn: Option<Box<str>>,
    /// Instead of AWS_WEB_IDENTITY_TOKEN_FILE.
    pub token_file: Option<Box<str>>,
    /// Instead of AWS_ROLE_SESSION_NAME, and of a profile's role_session_name for its last role.
    pub session_name: Option<Box<str>>,
    /// How long the last role is assumed for, in seconds; instead of a profile's duration_seconds.
    pub duration_seconds: Option<u32>,
    /// A session policy (JSON) for the last role.
    pub policy: Option<Box<str>>,
    /// ARNs of managed session policies for the last role.
    pub policy_arns: Vec<Box<str>>,
    /// Instead of AWS_ENDPOINT_URL_STS.
    pub endpoint: Option<Box<str>>,
    /// Instead of IRSA_STRICT.
    pub strict: Option<bool>,
    /// What STS is told in `User-Agent`; `None`: irsa and its version.
    pub user_agent: Option<Box<str>>,
    /// These are flags of a command: texts call `token_file` `--token-file`.
    pub flags: bool,
}

/// The sources, in their order. More may come. Their numbers are the same on every face and never
/// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Source {
    /// System properties of a JVM.
    Properties = 1,
    /// Environment keys.
    Environment = 2,
    /// A token that Kubernetes (or another issuer) writes into a file, and a role.
    WebIdentity = 3,
    /// The shared config and credentials files.
    Profile = 4,
    /// The container's own endpoint (ECS, EKS Pod Identity). Not built yet.
    Container = 5,
    /// The node's own endpoint (EC2). Not built yet.
    InstanceMetadata = 6,
}

/// What a chain ends in.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The credentials.
    pub credentials: Credentials,
    /// Which source gave them.
    pub source: Source,
    /// The Region for the services, and who said it; `None` where nobody did and no role was assumed.
    pub region: Option<Setting>,
    /// STS's clock minus the wall clock, in milliseconds, where STS was asked.
    pub skew_millis: Option<i64>,
    /// Running the chain again gives newer ones: a role was assumed.
    pub renewable: bool,
}

impl Inputs {
    /// With these variables, as far as they mean something here; other people's secrets are not kept.
    pub fn new<N: AsRef<str>, V: Into<Secret>>(environment: impl IntoIterator<Item = (N, V)>) -> Self {
        let known = |name: &str| {
            let others = ["HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "HOSTNAME"];
            name.starts_with("AWS_") || name.starts_with("IRSA_") || others.contains(&name)
        };
        let kept = environment.into_iter().filter(|(name, _)| known(name.as_ref()));
        Self {
            environment: kept.map(|(name, value)| (name.as_ref().into(), value.into())).collect(),
            ..Self::default()
        }
    }
}

impl Source {
    /// All of them, in the order in which they are looked at.
    pub const ORDER: &'static [Self] = &[
        Self::Properties,
        Self::Environment,
        Self::WebIdentity,
        Self::Profile,
        Self::Container,
        Self::InstanceMetadata,
    ];

    /// In words, as errors and explanations say it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Properties => "system properties",
            Self::Environment => "environment",
            Self::WebIdentity => "web identity",
            Self::Profile => "profile",
            Self::Container => "container",
            Self::InstanceMetadata => "instance metadata",
        }
    }
}

/// The chain as a flow. Its [`Explanation`] is `flow.explanation()`, whatever it ends in.
pub fn resolve(inputs: impl Into<Arc<Inputs>>, deadline: Mono) -> Flow<Resolved> {
    let inputs = inputs.into();
    Flow::new(deadline, |io| async move { resolve_in(&io, &inputs).await })
}

/// The chain within another flow.
pub async fn resolve_in(io: &Io, inputs: &Inputs) -> Result<Resolved, Error> {
    let mut chain = Chain::new(io, inputs);
    let places = chain.order.iter().map(|source| Place {
        source: *source,
        found: Vec::new(),
        outcome: Outcome::NotReached,
        begun: None,
        took: Duration::ZERO,
    });
    let fresh = Explanation { places: places.collect(), ..Explanation::default() };
    io.explain(|e| *e = fresh);
    let strict = strict(inputs)?;
    chain.rule = strict.rule;
    io.explain(|e| e.strict = Some(strict));
    chain.run().await
}

/// A role, a token file or a profile that the calling program gives is meant, whatever else lies about.
fn order(inputs: &Inputs) -> Vec<Source> {
    let Options { role_arn, token_file, profile, .. } = &inputs.options;
    let mut order = Source::ORDER.to_owned();
    order.sort_by_key(|source| match source {
        Source::WebIdentity if role_arn.is_some() || token_file.is_some() => 0,
        Source::Profile if profile.is_some() => 1,
        _ => 2,
    });
    order
}

/// How failing sources are treated. A web identity variable is reason enough to be strict.
fn strict(inputs: &Inputs) -> Result<Strict, Error> {
    let by = |on: bool, because: String| Strict { rule: if on { Rule::Strict } else { Rule::Lenient }, because };
    if let Some(on) = inputs.options.strict {
        return Ok(by(on, format!("{}", inputs.origin("strict"))));
    }
    if let Some(setting) = inputs.setting(&settings::STRICT) {
        return Ok(by(setting.boolean()?, format!("{}", setting.from)));
    }
    let web_identity = web_identity::settings(inputs);
    match web_identity.iter().flatten().next() {
        Some(setting) => Ok(by(true, format!("{} is set", setting.from))),
        None => Ok(Strict { rule: Rule::Default, because: "no web identity is set".into() }),
    }
}

/// A chain that is running.
struct Chain<'a> {
    io: &'a Io,
    inputs: &'a Inputs,
    rule: Rule,
    order: Vec<Source>,
    /// The shared files, once something has asked for them.
    files: Option<Files>,
}

/// What a look at a source gives, where the source is not broken.
enum Look {
    Ready(Box<Ready>),
    /// Nothing there; what is missing.
    Absent(String),
    /// By a rule.
    Skipped(String),
    NotBuilt(String),
}

/// Credentials, and what came with them.
struct Ready {
    credentials: Credentials,
    /// What they were made of, in words.
    because: String,
    /// The Region of the call, where there was one.
    region: Option<Setting>,
    skew_millis: Option<i64>,
    /// A role was assumed.
    assumed: bool,
}

impl Look {
    fn ready(ready: Ready) -> Self {
        Self::Ready(Box::new(ready))
    }
}

impl Ready {
    /// Keys that came ready-made.
    fn new(credentials: Credentials, because: String) -> Self {
        Self { credentials, because, region: None, skew_millis: None, assumed: false }
    }
}

impl<'a> Chain<'a> {
    fn new(io: &'a Io, inputs: &'a Inputs) -> Self {
        Self { io, inputs, rule: Rule::Default, order: order(inputs), files: None }
    }
}

impl Chain<'_> {
    async fn run(mut self) -> Result<Resolved, Error> {
        let mut passed: Vec<(Source, String)> = Vec::new();
        let mut failed: Option<Error> = None;
        for source in self.order.clone() {
            let begun = self.io.now().mono;
            self.place(source, |place| (place.begun, place.outcome) = (Some(begun), Outcome::Open));
            let look = self.look(source).await.and_then(|look| self.suits(look)).map_err(|e| at(source, e));
            let took = self.io.now().mono.since(begun);
            let outcome = match &look {
                Ok(Look::Ready(ready)) => Outcome::Chosen(ready.because.clone()),
                Ok(Look::Absent(why)) => Outcome::NotConfigured(why.clone()),
                Ok(Look::Skipped(why)) => Outcome::Skipped(why.clone()),
                Ok(Look::NotBuilt(why)) => Outcome::NotBuilt(why.clone()),
                Err(error) => Outcome::Failed(error.clone()),
            };
            passed.push((source, outcome.because().to_owned()));
            self.place(source, |place| (place.took, place.outcome) = (took, outcome));
            match look {
                Ok(Look::Ready(ready)) => return self.done(source, *ready).await,
                Ok(_) => {}
                Err(error) if self.rule == Rule::Lenient => drop(failed.get_or_insert(error)),
                Err(error) => return Err(error),
            }
        }
        Err(nothing(&passed, failed))
    }

    async fn look(&mut self, source: Source) -> Result<Look, Error> {
        match source {
            Source::Properties => keys::properties(self),
            Source::Environment => keys::environment(self),
            Source::WebIdentity => web_identity::look(self).await,
            Source::Profile => profile::look(self).await,
            Source::Container => later::container(self),
            Source::InstanceMetadata => later::instance_metadata(self),
        }
    }

    /// Ready-made keys cannot carry a session policy.
    fn suits(&self, look: Look) -> Result<Look, Error> {
        let options = &self.inputs.options;
        let narrowed = options.policy.is_some() || !options.policy_arns.is_empty();
        match look {
            Look::Ready(ready) if narrowed && !ready.assumed => {
                let message = format!("a session policy was asked for, but {} give keys as they are", ready.because);
                Err(Error::new(Code::SessionPolicyUnused, "chain", message))
            }
            look => Ok(look),
        }
    }

    async fn done(mut self, source: Source, ready: Ready) -> Result<Resolved, Error> {
        let region = match ready.region {
            Some(region) => Some(region),
            None => self.region().await?,
        };
        let shadowed = web_identity::settings(self.inputs).into_iter().flatten().next();
        if let (Source::Properties | Source::Environment, Some(shadowed)) = (source, shadowed) {
            self.notice(format!("{} is not used: {} give keys, and come first", shadowed.from, ready.because));
        }
        self.io.explain(|e| e.region = region.as_ref().map(|region| Found::of(settings::REGION.what, region)));
        let Ready { credentials, skew_millis, assumed, .. } = ready;
        Ok(Resolved { credentials, source, region, skew_millis, renewable: assumed })
    }

    /// The Region that somebody said: the option, the property, a variable, the profile.
    async fn region(&mut self) -> Result<Option<Setting>, Error> {
        let said = self.inputs.option("region", self.inputs.options.region.as_deref());
        if let Some(region) = said.or_else(|| self.inputs.setting(&settings::REGION)) {
            return Ok(Some(region));
        }
        let files = self.files().await?;
        Ok(files.section().and_then(|s| settings::in_profile(s, files.profile.text(), settings::REGION.profile)))
    }

    /// The shared files, read at the first call.
    async fn files(&mut self) -> Result<&Files, Error> {
        let files = match self.files.take() {
            Some(files) => files,
            None => {
                let files = Files::read(self.io, self.inputs).await?;
                self.io.explain(|e| match &files.read {
                    Ok(profiles) => e.notices.extend(profiles.notices().iter().cloned()),
                    Err(error) => e.notices.push(format!("no profile can be used: {}", error.message())),
                });
                files
            }
        };
        Ok(self.files.insert(files))
    }

    /// Writes down what was found at the source that is being looked at.
    fn found(&self, found: impl IntoIterator<Item = Found>) {
        self.io.explain(|e| {
            if let Some(place) = e.places.iter_mut().find(|place| place.outcome == Outcome::Open) {
                place.found.extend(found);
            }
        });
    }

    /// Says it once.
    fn notice(&self, text: String) {
        self.io.explain(|e| {
            if !e.notices.contains(&text) {
                e.notices.push(text);
            }
        });
    }

    fn place(&self, source: Source, change: impl FnOnce(&mut Place)) {
        self.io.explain(|e| {
            if let Some(place) = e.places.iter_mut().find(|place| place.source == source) {
                change(place);
            }
        });
    }
}

/// The error says which source it was.
fn at(source: Source, error: Error) -> Error {
    match error.at() {
        "chain" => error.with_at(source.name()),
        at if at.starts_with(source.name()) => error,
        at => {
            let at = format!("{}, {at}", source.name());
            error.with_at(at)
        }
    }
}

/// Names every source, with what was missing or wrong there.
fn nothing(passed: &[(Source, String)], failed: Option<Error>) -> Error {
    let all: Vec<String> = passed.iter().map(|(source, why)| format!("{}: {why}", source.name())).collect();
    let error = Error::new(Code::NoCredentials, "chain", format!("no source gave credentials; {}", all.join("; ")));
    match failed {
        Some(first) => error.with_retry(first.retry()).with_fix(first.fix().to_owned()),
        None => error,
    }
}
