//! STS in a process of its own, behind a listener that counts: `irsa-local` over TLS, told by lines on standard input.

use irsa_local::{Config, Local};
use std::{
    collections::BTreeMap,
    env, fmt,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

/// The fault script, lap after lap, with exchanges that go well between. Retries get over these, most of the time.
const PASSING: [&str; 8] =
    ["throttle 1", "verification-key-blip 1", "slow 300ms", "cut", "unavailable 2", "html", "down 3s", "drip"];

/// No retry mends these: their pause outlasts what is in hand, and callers see the error. Two of them end each lap.
const HOPELESS: [&str; 4] = ["huge", "redirect", "expired 1", "propagation 1"];

/// How many lines a lap has, and how many kinds of faults there are.
pub const LAP: usize = PASSING.len() + 2;
pub const FAULTS: usize = PASSING.len() + HOPELESS.len();

/// The process.
pub struct Sts {
    child: Child,
    says: Option<ChildStdin>,
    hears: BufReader<ChildStdout>,
    played: usize,
    /// The pod's variables.
    pub env: BTreeMap<String, String>,
}

/// What STS saw.
#[derive(Default)]
pub struct Seen {
    pub requests: u64,
    pub successes: u64,
    pub most_at_once: u64,
    pub faults: BTreeMap<String, u64>,
}

impl Sts {
    pub fn start() -> Self {
        let mut command = Command::new(env::current_exe().expect("this program has a path"));
        command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program can be run again");
        let says = child.stdin.take();
        let mut hears = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut env = BTreeMap::new();
        loop {
            let mut line = String::new();
            assert!(hears.read_line(&mut line).expect("a line") > 0, "STS did not start");
            match line.trim_end().split_once('=') {
                Some((name, value)) => env.insert(name.to_owned(), value.to_owned()),
                None => return Self { child, says, hears, played: 0, env },
            };
        }
    }

    /// Appends the next line to the fault script.
    pub fn fault(&mut self) {
        let (lap, place) = (self.played / LAP, self.played % LAP);
        self.played += 1;
        let line = PASSING.get(place).unwrap_or_else(|| &HOPELESS[(2 * lap + place - PASSING.len()) % HOPELESS.len()]);
        let says = self.says.as_mut().expect("it has not been stopped");
        writeln!(says, "{line}").and_then(|()| says.flush()).expect("STS listens");
    }

    /// Ends it, and gives what it saw.
    pub fn stop(mut self) -> Seen {
        self.says = None;
        let mut seen = Seen::default();
        for line in self.hears.lines() {
            let line = line.expect("a line");
            let (name, count) = line.split_once('=').expect("name=count");
            let count = count.parse().expect("a count");
            match name {
                "requests" => seen.requests = count,
                "successes" => seen.successes = count,
                "most at once" => seen.most_at_once = count,
                fault => drop(seen.faults.insert(fault.to_owned(), count)),
            }
        }
        let ended = self.child.wait().expect("it has run");
        assert!(ended.success(), "STS ended with {ended}");
        seen
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { requests, successes, most_at_once, faults } = self;
        write!(f, "{requests} requests, {successes} successful exchanges, at most {most_at_once} at once; faults:")?;
        faults.iter().try_for_each(|(name, count)| write!(f, " {name} {count}"))
    }
}

/// The other process: serves until its standard input ends, then says what it saw.
pub fn serve() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/irsa-local.yaml");
    let mut config = Config::from_file(&demo).expect("the demo's configuration");
    config.rotate = Some(Duration::from_secs(2));
    config.tls = true;
    let local = Local::start(config).expect("it starts");
    local.fault("lifetime 5s").expect("a line of a script");
    let counter = Counter::start(local.url().strip_prefix("https://").expect("TLS is on"));
    let mut env = local.env();
    env.insert("AWS_ENDPOINT_URL_STS".into(), format!("https://127.0.0.1:{}", counter.port));
    for (name, value) in env {
        println!("{name}={value}");
    }
    println!("ready");
    for line in io::stdin().lines() {
        local.fault(&line.expect("a line")).expect("a line of a script");
    }
    let log = local.log();
    assert!(log.len() < 10_000, "the log has lost its beginning");
    let mut faults = BTreeMap::new();
    for entry in log.iter().filter_map(|entry| entry.fault) {
        *faults.entry(entry).or_insert(0) += 1;
    }
    // What a fault spoils is no success, whatever STS itself thought of it.
    let fine = |fault: Option<&str>| matches!(fault, None | Some("slow"));
    println!("requests={}", log.len());
    println!("successes={}", log.iter().filter(|entry| entry.status == 200 && fine(entry.fault)).count());
    println!("most at once={}", counter.most.load(SeqCst));
    for (name, count) in faults {
        println!("{name}={count}");
    }
}

/// Forwards connections, and counts how many were open when one came. Each request has a connection of its own.
struct Counter {
    port: u16,
    most: Arc<AtomicUsize>,
}

impl Counter {
    fn start(to: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let most = Arc::new(AtomicUsize::new(0));
        let (to, counted) = (to.to_owned(), most.clone());
        thread::spawn(move || {
            let open: Mutex<Vec<TcpStream>> = Mutex::default();
            for stream in listener.incoming() {
                let Ok(stream) = stream else { continue };
                let mut open = open.lock().expect("no panic holds it");
                open.retain(still_open);
                open.extend(stream.try_clone());
                counted.fetch_max(open.len(), SeqCst);
                let to = to.clone();
                thread::spawn(move || forward(&stream, &to));
            }
        });
        Self { port, most }
    }
}

/// Whether the client has not closed it yet. On loopback its end is there before the next connection is. The flag is the
/// socket's, which the forwarding thread shares: it is put back at once, and that thread asks again where it was caught.
fn still_open(stream: &TcpStream) -> bool {
    for _ in 0..200 {
        let asked = stream.set_nonblocking(true).and_then(|()| stream.peek(&mut [0]));
        let _ = stream.set_nonblocking(false);
        match asked {
            Ok(0) => return false,
            // An end may stand behind what the forwarding thread has not read yet.
            Ok(_) => thread::sleep(Duration::from_millis(1)),
            Err(e) => return e.kind() == io::ErrorKind::WouldBlock,
        }
    }
    true
}

fn forward(client: &TcpStream, to: &str) -> Option<()> {
    let server = TcpStream::connect(to).ok()?;
    thread::scope(|scope| {
        scope.spawn(|| copy(client, &server));
        copy(&server, client);
    });
    Some(())
}

/// One direction to its end, then the other direction is ended too: a client that has left wants no answer.
fn copy(mut from: &TcpStream, to: &TcpStream) {
    use std::{io::Read, net::Shutdown};
    let caught = |e: &io::Error| matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted);
    let write = |mut to: &TcpStream, mut bytes: &[u8]| -> io::Result<()> {
        while !bytes.is_empty() {
            match to.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(e) if caught(&e) => thread::yield_now(),
                Err(e) => return Err(e),
            }
        }
        Ok(())
    };
    let mut buffer = [0; 16 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) if write(to, &buffer[..count]).is_ok() => {}
            Err(e) if caught(&e) => thread::yield_now(),
            _ => break,
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
