//! A server without its threads: what it does between two moments of theirs.

use super::*;
use irsa_core::{flow::Flow, keeper::Obtained};

/// A server whose asker is not there yet, and clients that have asked.
fn waiting_clients(count: usize) -> (Server, Vec<UnixStream>, Receiver<()>) {
    let exchange = |deadline| Flow::<Obtained>::new(deadline, |_| async { Err(Error::bug("tests", "it was run")) });
    let host = irsa::Host::new(|_| None);
    let provider = Arc::new(irsa::Provider::builder().host(host).build_with(exchange).unwrap());
    let name = std::env::temp_dir().join(format!("irsa-serve-tests-{}-{count}", std::process::id()));
    let listener = UnixListener::bind(&name).unwrap();
    std::fs::remove_file(name).unwrap();
    let (demand, demands) = mpsc::channel();
    let mut server = Server {
        listener: Listener::Unix(listener),
        endpoint: Endpoint { provider, token: None },
        connections: Vec::new(),
        woken: UnixStream::pair().unwrap().0,
        demand,
        outcomes: mpsc::channel().1,
        asked: None,
        failure: None,
        told: BTreeSet::new(),
    };
    let mut clients = Vec::new();
    for _ in 0..count {
        let (mut client, socket) = UnixStream::pair().unwrap();
        socket.set_nonblocking(true).unwrap();
        client.write_all(b"GET /v1/credentials HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        clients.push(client);
        server.connections.push(Connection::new(socket.into(), Instant::now()));
    }
    (server, clients, demands)
}

/// Each look that finds an exchange to run gives it back; the keeper takes the third in a row for a failure.
#[test]
fn a_crowd_before_the_asker_has_come_is_no_failure() {
    let (mut server, _clients, demands) = waiting_clients(8);
    for i in 0..8 {
        server.go_on(i, Instant::now());
    }
    assert!(server.connections.iter().all(Connection::is_waiting), "somebody was refused");
    assert_eq!(demands.try_iter().count(), 1);
    assert!(now_or_never(&server.endpoint).is_none());
}

/// 256 of these would lock out everybody else.
#[test]
fn who_does_not_read_can_be_let_go() {
    let (mut client, socket) = UnixStream::pair().unwrap();
    socket.set_nonblocking(true).unwrap();
    let mut connection = Connection::new(socket.into(), Instant::now());
    client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    connection.go_on(Instant::now(), &mut |_| Reply::Answer(200, "x".repeat(4 << 20).into()));
    assert!(connection.wants_to_write() && connection.is_silent());
}
