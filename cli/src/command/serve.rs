//! `serve`: credentials for programs that cannot link irsa, by the container-credentials endpoint that all SDKs know.

use super::{
    credentials::{Format, STALE},
    exec::failed,
};
use crate::{
    args::{Args, Ended, Word, usage},
    identity::Identity,
    output,
    serve::{Endpoint, HEALTH, Listener, PATH, Place, Running, listen, read_token},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use irsa_core::{Code, Error};
use ring::rand::{SecureRandom, SystemRandom};
use rustix::process::{Pid, Signal, kill_process};
use signal_hook::{
    consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use std::{
    ffi::OsString,
    fs,
    io::{self, IsTerminal, Read, Write},
    net::{Ipv4Addr, Ipv6Addr, TcpStream},
    os::unix::{net::UnixStream, process::ExitStatusExt},
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::Arc,
    time::Duration,
};
use zeroize::Zeroizing;

/// What is left of credentials when they are handed out. SDKs come again before the end: botocore and Java 15 minutes
/// (`_DEFAULT_ADVISORY_REFRESH_TIMEOUT`, `ContainerCredentialsProvider.prefetchTime`), JavaScript and Go 5 (`EXPIRATION_MS`,
/// `resolveHTTPCredProvider`). One that gets less than that comes again at every call.
const HEADROOM: Duration = Duration::from_secs(20 * 60);

/// Ends when it is told to, or with the command it runs.
pub fn run(args: &mut Args) -> Result<(), Ended> {
    let asked = Asked::read(args)?;
    if asked.health {
        return Ok(health(&asked)?);
    }
    let served = if asked.command.is_none() { alone(asked) } else { around(asked) };
    Ok(served?)
}

/// The arguments.
#[derive(Default)]
struct Asked {
    identity: Identity,
    port: Option<u16>,
    ipv6: bool,
    socket: Option<PathBuf>,
    auth_file: Option<PathBuf>,
    auth_from: Option<PathBuf>,
    port_file: Option<PathBuf>,
    format: Option<Format>,
    health: bool,
    command: Option<(OsString, Vec<OsString>)>,
}

impl Asked {
    fn read(args: &mut Args) -> Result<Self, Ended> {
        let mut asked = Self::default();
        let mut format = None;
        while let Some(word) = args.next()? {
            let Word::Flag(flag) = &word else {
                let Word::Value(program) = word else { continue };
                asked.command = Some((program, args.rest()?));
                break;
            };
            match flag.as_str() {
                "--port" => {
                    let number = args.number(flag)?;
                    let wrong = || usage("serve", format!("--port takes 0 to 65535, not {number}"));
                    asked.port = Some(u16::try_from(number).map_err(|_| wrong())?);
                }
                "--ipv6" => asked.ipv6 = true,
                "--socket" => asked.socket = Some(args.value()?.into()),
                "--auth-file" => asked.auth_file = Some(args.value()?.into()),
                "--auth-from" => asked.auth_from = Some(args.value()?.into()),
                "--port-file" => asked.port_file = Some(args.value()?.into()),
                "--format" => format = Some(args.value()?),
                "--health" => asked.health = true,
                _ => asked.identity.take(&word, args)?,
            }
        }
        asked.format = Some(Format::named("serve", format.as_deref(), args.json)?);
        asked.check()?;
        Ok(asked)
    }

    fn check(&self) -> Result<(), Error> {
        let wrong = |message: &str| Err(usage("serve", message));
        if self.socket.is_some() && (self.port.is_some() || self.ipv6 || self.port_file.is_some()) {
            return wrong("--socket is instead of a port: no --port, --ipv6 or --port-file beside it");
        }
        if self.socket.is_some() && self.command.is_some() {
            return wrong("SDKs cannot ask a unix socket: no command beside --socket");
        }
        if self.auth_file.is_some() && self.auth_from.is_some() {
            return wrong("--auth-file is written, --auth-from is read: one of them");
        }
        if self.health && self.socket.is_none() && self.port.is_none() && self.port_file.is_none() {
            return wrong("--health of which server? say --port, --port-file or --socket");
        }
        Ok(())
    }
}

/// A server in the foreground.
fn alone(asked: Asked) -> Result<(), Error> {
    let mut signals = signals()?;
    let mut place = Place::default();
    let (listener, port) = open(&asked, &mut place)?;
    let (token, token_file) = token(&asked, &mut place)?;
    let provider = Arc::new(asked.identity.provider(HEADROOM)?);
    let running = Running::start(listener, Endpoint { provider, token }).map_err(|e| threads(&e))?;
    if let Some(path) = &asked.port_file {
        place.file(path, port.unwrap_or(0).to_string().as_bytes())?;
    }
    match (&asked.socket, port) {
        (Some(path), _) => output::note(&format!("serving on {}, for users who may open it", path.display())),
        (None, port) => {
            let url = url(asked.ipv6, port.unwrap_or(0));
            output::note(&format!("serving on {url}"));
            let variables = variables(url, token_file.as_deref());
            output::data(asked.format.unwrap_or(Format::Sh).write(&variables).as_bytes())?;
        }
    }
    // So that $(irsa serve &) ends: whoever reads has everything.
    let closed = fs::OpenOptions::new().write(true).open("/dev/null").map(rustix::stdio::dup2_stdout);
    drop(closed);
    signals.forever().find(|signal| *signal != SIGCHLD);
    drop(running);
    drop(place);
    Ok(())
}

/// A server around a command, which ends with it and as it does.
fn around(mut asked: Asked) -> Result<(), Error> {
    let mut place = Place::default();
    let (listener, port) = open(&asked, &mut place)?;
    let provider = Arc::new(std::mem::take(&mut asked.identity).provider(HEADROOM)?);
    // As under exec: without credentials there is nothing to run for. A signal meanwhile ends it, as it would have, and
    // finds no file to take away yet.
    let snapshot = provider.snapshot(&irsa::Cancel::new())?;
    let mut signals = signals()?;
    let (token, token_file) = token(&asked, &mut place)?;
    let running = Running::start(listener, Endpoint { provider, token }).map_err(|e| threads(&e))?;
    let port = port.unwrap_or(0);
    if let Some(path) = &asked.port_file {
        place.file(path, port.to_string().as_bytes())?;
    }
    let (program, arguments) = asked.command.unwrap_or_default();
    let mut command = Command::new(&program);
    command.args(arguments);
    for name in STALE {
        command.env_remove(name);
    }
    command.envs(variables(url(asked.ipv6, port), token_file.as_deref()));
    if let Some(region) = snapshot.region() {
        command.envs(["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| (name, region)));
    }
    let mut child = command.spawn().map_err(|e| failed(&program, &e))?;
    let code = attend(&mut child, &mut signals);
    drop(running);
    drop(place);
    std::process::exit(code)
}

/// Passes signals on until the child has ended; its exit code, as a shell gives it.
fn attend(child: &mut Child, signals: &mut Signals) -> i32 {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    for signal in signals.forever() {
        let passed = match signal {
            // The terminal has sent it to the child as well.
            SIGINT if io::stdin().is_terminal() => None,
            SIGINT => Some(Signal::INT),
            SIGTERM => Some(Signal::TERM),
            SIGHUP => Some(Signal::HUP),
            _ => None,
        };
        if let (Some(pid), Some(signal)) = (pid, passed) {
            // An error means that it has just ended.
            let _ = kill_process(pid, signal);
        }
        if let Ok(Some(status)) = child.try_wait() {
            return status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        }
    }
    125
}

fn signals() -> Result<Signals, Error> {
    Signals::new([SIGTERM, SIGINT, SIGHUP, SIGCHLD]).map_err(|e| threads(&e))
}

fn threads(e: &io::Error) -> Error {
    Error::new(Code::HostUnsupported, "serve", format!("threads, pipes and signals: {e}"))
}

fn open(asked: &Asked, place: &mut Place) -> Result<(Listener, Option<u16>), Error> {
    if let Some(path) = &asked.socket {
        return Ok((Listener::Unix(place.socket(path)?), None));
    }
    let listener = listen(asked.port.unwrap_or(0), asked.ipv6)?;
    let address = listener.local_addr().map_err(|e| Error::new(Code::ServeAddress, "serve", e.to_string()))?;
    Ok((Listener::Tcp(listener), Some(address.port())))
}

type Token = (Option<Zeroizing<String>>, Option<PathBuf>);

/// The authorization token and the file it is in. A socket has none, unless one is asked for: its mode decides.
fn token(asked: &Asked, place: &mut Place) -> Result<Token, Error> {
    if let Some(path) = &asked.auth_from {
        return Ok((Some(read_token(path)?), Some(absolute(path))));
    }
    let token = random(32)?;
    if let Some(path) = &asked.auth_file {
        place.file(path, token.as_bytes())?;
        return Ok((Some(token), Some(absolute(path))));
    }
    if asked.socket.is_some() {
        return Ok((None, None));
    }
    let path = place.private_file("token", &random(12)?, token.as_bytes())?;
    Ok((Some(token), Some(path)))
}

/// Text without a line feed, from the system's randomness.
fn random(bytes: usize) -> Result<Zeroizing<String>, Error> {
    let mut all = Zeroizing::new(vec![0; bytes]);
    let filled = SystemRandom::new().fill(&mut all);
    filled.map_err(|_| Error::new(Code::HostUnsupported, "serve", "the system gives no random bytes"))?;
    Ok(Zeroizing::new(URL_SAFE_NO_PAD.encode(&*all)))
}

/// Programs may run in another folder.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

fn url(ipv6: bool, port: u16) -> String {
    let host = if ipv6 { "[::1]" } else { "127.0.0.1" };
    format!("http://{host}:{port}{PATH}")
}

fn variables(url: String, token_file: Option<&Path>) -> Vec<(&'static str, String)> {
    let mut all = vec![("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)];
    let file = token_file.map(|path| path.display().to_string());
    all.extend(file.map(|file| ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file)));
    all
}

/// Asks a server that runs. For probes: an image with nothing in it but irsa has no curl.
fn health(asked: &Asked) -> Result<(), Error> {
    let unhealthy = |message: String| Error::new(Code::ServeUnhealthy, "serve", message);
    let (place, answer) = match (&asked.socket, asked.port, &asked.port_file) {
        (Some(path), ..) => (path.display().to_string(), open_socket(path).and_then(ask)),
        (None, Some(port), _) => (format!("port {port}"), connect(asked.ipv6, port).and_then(ask)),
        (None, None, Some(path)) => {
            let text = fs::read_to_string(path).map_err(|e| unhealthy(format!("{}: {e}", path.display())))?;
            let port = text.trim().parse().map_err(|_| unhealthy(format!("{} holds no port", path.display())))?;
            (format!("port {port}"), connect(asked.ipv6, port).and_then(ask))
        }
        (None, None, None) => return Err(Error::bug("serve", "health of nothing")),
    };
    let (status, body) = answer.map_err(|e| unhealthy(format!("{place}: {e}")))?;
    match status.as_str() {
        "200" => output::line(&body),
        _ => Err(unhealthy(format!("{place} answered {status}: {body}"))),
    }
}

/// A server that hangs is no healthy one.
const HEALTH_TIME: Duration = Duration::from_secs(2);

fn open_socket(path: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(path)?;
    stream.set_read_timeout(Some(HEALTH_TIME))?;
    Ok(stream)
}

fn connect(ipv6: bool, port: u16) -> io::Result<TcpStream> {
    let stream = match ipv6 {
        true => TcpStream::connect((Ipv6Addr::LOCALHOST, port)),
        false => TcpStream::connect((Ipv4Addr::LOCALHOST, port)),
    }?;
    stream.set_read_timeout(Some(HEALTH_TIME))?;
    Ok(stream)
}

/// Status and body of the health page.
fn ask(mut stream: impl Read + Write) -> io::Result<(String, String)> {
    stream.write_all(format!("GET {HEALTH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut text = String::new();
    stream.take(4096).read_to_string(&mut text)?;
    let status = text.split(' ').nth(1).unwrap_or_default().to_owned();
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    Ok((status, body))
}
