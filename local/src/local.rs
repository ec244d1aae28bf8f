//! The handle: starts everything, and stops it when dropped.

use crate::{
    call::Gate,
    config::Config,
    control::Control,
    fault::{Faults, Script},
    iam::Iam,
    issuer::{self, Issuer},
    log::{Entry, Log},
    mint::Mint,
    rotation::Rotation,
    serve,
    server::{AwsHandler, IssuerHandler, Shared, machine_now},
    services::{parameter_store::ParameterStore, s3::S3, secrets_manager::SecretsManager},
    state::Folder,
    sts::Sts,
    tls, webhook,
};
use irsa_core::{Code, Error, Secret};
use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf, sync::Arc, thread, time::Duration};
use tokio::{
    runtime::{Builder, Handle, Runtime},
    sync::watch,
    time::timeout,
};

/// How long open answers may take to end after a stop.
const GRACE: Duration = Duration::from_secs(2);

/// Variables that a pod does not have and that would win over its web identity, or send its calls elsewhere. Whoever
/// runs a program with [`Local::env`] removes them.
pub const UNSET: [&str; 12] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_USE_FIPS_ENDPOINT",
    "AWS_USE_DUALSTACK_ENDPOINT",
];

/// A running issuer, STS and services, with a pod whose token file rotates.
pub struct Local {
    shared: Arc<Shared>,
    rotation: Arc<Rotation>,
    folder: Arc<Folder>,
    issuer_url: String,
    url: String,
    issuer: String,
    env: BTreeMap<String, String>,
    ca: Option<String>,
    warnings: Vec<String>,
    // Last: the threads end before what they use.
    _threads: Threads,
}

impl Local {
    /// Starts it. Everything listens, and the token file is there, when this returns.
    pub fn start(config: Config) -> Result<Self, Error> {
        config.check_parameters()?;
        config.check_buckets()?;
        let threads = Threads::start()?;
        let entered = threads.handle.enter();

        let (role, account) = config.pod_role()?;
        let issuer_socket = serve::bind(config.address, config.issuer_port, "issuer")?;
        let socket = serve::bind(config.address, config.port, "sts")?;
        let (acceptor, ca) = match config.tls {
            true => tls::acceptor(config.address).map(|(acceptor, ca)| (Some(acceptor), Some(ca)))?,
            false => (None, None),
        };
        let url = |socket: &tokio::net::TcpListener| -> Result<String, Error> {
            let address: SocketAddr =
                socket.local_addr().map_err(|e| Error::new(Code::Bug, "irsa-local", e.to_string()))?;
            Ok(format!("{}://{address}", if config.tls { "https" } else { "http" }))
        };
        let (issuer_url, url) = (url(&issuer_socket)?, url(&socket)?);

        let iam = Arc::new(Iam::new(&config, config.issuer_loopback.then_some(issuer_url.as_str()))?);
        let issuer = iam.issuer_of(role)?;
        let warnings = iam.warnings.clone();
        let region = config.region(&issuer)?;
        let mut pods = vec![issuer::pod(role, issuer.clone(), &region)];
        for other in config.roles.iter().filter(|other| other.arn != role.arn && other.service_account.is_some()) {
            pods.push(issuer::pod(other, iam.issuer_of(other)?, &region));
        }
        let folder = config.state.as_deref().map_or_else(Folder::temporary, Folder::at)?;
        let pods: Vec<_> = pods.into_iter().flatten().collect();
        folder.keep_pods(&pods)?;
        let folder = Arc::new(folder);
        let played = Arc::new(Issuer::new(issuer_url.clone(), folder.ring()?, pods));
        let rotation = Arc::new(Rotation::new(played.clone(), folder.clone(), account.token_lifetime, config.rotate)?);
        rotation.write()?;

        let shared =
            Arc::new(Shared { faults: Faults::new(config.faults.clone()), log: Log::open(config.log.clone())? });
        let gate = Arc::new(Gate::new(region.clone()));
        let buckets = config.bucket_folder.clone().unwrap_or_else(|| folder.path().join("s3"));
        let handler = AwsHandler {
            shared: shared.clone(),
            iam: iam.clone(),
            gate: gate.clone(),
            sts: Sts { iam: iam.clone(), issuer: played.clone(), gate: gate.clone() },
            secrets: SecretsManager::new(&config.secrets, machine_now()),
            parameters: ParameterStore::new(&config.parameters, machine_now()),
            s3: S3::new(&buckets, &config.buckets, iam.clone(), gate.clone())?,
            control: Control { rotation: rotation.clone(), iam, gate },
            address: config.address,
            tls: config.tls,
        };
        let issuer_handler = IssuerHandler { shared: shared.clone(), issuer: played };
        let stopped = threads.stop.subscribe();
        tokio::spawn(serve::serve(issuer_socket, acceptor.clone(), Arc::new(issuer_handler), stopped.clone()));
        tokio::spawn(serve::serve(socket, acceptor, Arc::new(handler), stopped.clone()));
        let renewing = rotation.clone();
        tokio::spawn(async move { renewing.run(stopped).await });
        drop(entered);

        let mut env = BTreeMap::new();
        let mut put = |name: &str, value: &str| env.insert(name.to_owned(), value.to_owned());
        let token_file = rotation.token_file().display().to_string();
        let injected = webhook::Settings { region: Some(&region), token_file: &token_file };
        for (name, value) in webhook::inject(account, &injected, |_| false) {
            put(name, &value);
        }
        // The last of them is for all services; an own one of the user's would win over it.
        for service in ["_STS", "_SECRETS_MANAGER", "_SSM", "_S3", ""] {
            put(&format!("AWS_ENDPOINT_URL{service}"), &url);
        }
        // A pod has no files of a user's, and a laptop no instance metadata.
        for (name, file) in [("AWS_CONFIG_FILE", "aws/config"), ("AWS_SHARED_CREDENTIALS_FILE", "aws/credentials")] {
            put(name, &folder.write(file, b"")?.display().to_string());
        }
        put("AWS_EC2_METADATA_DISABLED", "true");
        if let Some(ca) = &ca {
            put("AWS_CA_BUNDLE", &folder.write("ca.pem", ca.as_bytes())?.display().to_string());
        }
        put("IRSA_LOCAL_URL", &url);
        Ok(Self { shared, rotation, folder, issuer_url, url, issuer, env, ca, warnings, _threads: threads })
    }

    /// `iss` of the pod's tokens: the issuer that the trust policy names.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The URL of the listener that serves the issuer's documents.
    pub fn issuer_url(&self) -> &str {
        &self.issuer_url
    }

    /// The URL of STS, the services and the control paths.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The pod's variables: those that the EKS webhook injects, and where the services are. Remove [`UNSET`] beside.
    pub fn env(&self) -> BTreeMap<String, String> {
        self.env.clone()
    }

    /// The token file, as in `AWS_WEB_IDENTITY_TOKEN_FILE`.
    pub fn token_file(&self) -> PathBuf {
        self.rotation.token_file()
    }

    /// The folder that holds it, and the CA's certificate.
    pub fn state_folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The CA's certificate as PEM, where TLS is on.
    pub fn ca(&self) -> Option<&str> {
        self.ca.as_deref()
    }

    /// What IAM would store of the trust policies although it is a mistake: file, place, mistake and mend in a line each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// A token, right or wrong.
    pub fn mint(&self, mint: &Mint) -> Result<Secret, Error> {
        self.rotation.issuer.token(mint, machine_now())
    }

    /// Appends lines to the fault script.
    pub fn fault(&self, lines: &str) -> Result<(), Error> {
        self.shared.faults.add(Script::parse(lines, "fault script")?)
    }

    /// From now on the issuer signs with a new key; older tokens stay good.
    pub fn rotate_keys(&self) -> Result<(), Error> {
        self.rotation.rotate_keys()
    }

    /// Writes a new token into the file now.
    pub fn rotate_token(&self) -> Result<(), Error> {
        self.rotation.write()
    }

    /// The last 10,000 requests, oldest first.
    pub fn log(&self) -> Vec<Entry> {
        self.shared.log.entries()
    }
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Local").field("url", &self.url).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// The threads that serve. Dropping it stops them, also on a thread of another runtime.
struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
    stop: watch::Sender<bool>,
}

impl Threads {
    fn start() -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("irsa-local").enable_all().build();
        let runtime = runtime.map_err(|e| Error::new(Code::Bug, "irsa-local", format!("no threads: {e}")))?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime), stop: watch::Sender::new(false) })
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let stop = std::mem::replace(&mut self.stop, watch::Sender::new(true));
        stop.send_replace(true);
        // On a thread of its own, since this one may belong to a runtime, which must not wait for another.
        let ending = thread::spawn(move || {
            // Everybody who listens, serves or rotates holds a receiver until it has ended.
            let _ = runtime.block_on(async { timeout(GRACE, stop.closed()).await });
            runtime.shutdown_timeout(GRACE);
        });
        let _ = ending.join();
    }
}
