//! Listening: loopback sockets, TLS where wanted, HTTP/1.1 with bounded heads, a stop that lets answers finish.
//!
//! Below axum on purpose: a handler that fails closes its connection without an answer, which `down` needs.

use crate::wire::Body;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use irsa_core::{Code, Error};
use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// For a TLS handshake, for the head of a request on an open connection, and for its body.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a handler gives to have its connection closed without an answer.
#[derive(Debug)]
pub(crate) struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

/// Answers requests.
pub(crate) trait Handler: Send + Sync + 'static {
    fn handle(&self, request: Request<Incoming>) -> impl Future<Output = Result<Response<Body>, Closed>> + Send;
}

/// Binds a port of a loopback address; any other is refused.
/// Within a runtime, since the listener belongs to one.
pub(crate) fn bind(address: IpAddr, port: u16, what: &str) -> Result<TcpListener, Error> {
    if !address.is_loopback() {
        return Err(Error::new(Code::LocalAddress, what.to_owned(), format!("{address} is no loopback address"))
            .with_fix("listen on 127.0.0.1 or ::1: whoever reaches this port can make tokens"));
    }
    let bound = std::net::TcpListener::bind(SocketAddr::new(address, port));
    let listener =
        bound.and_then(|listener| listener.set_nonblocking(true).map(|()| listener)).and_then(TcpListener::from_std);
    listener.map_err(|e| {
        Error::new(Code::LocalAddress, what.to_owned(), format!("{address} port {port}: {e}"))
            .with_fix(format!("give another port than {port}, or 0 for a free one"))
    })
}

/// Serves until `stop` says true, then lets open answers finish.
pub(crate) async fn serve<H: Handler>(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    handler: Arc<H>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        let stream = tokio::select! {
            () = stopped(&mut stop) => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Out of file descriptors, or the peer is gone already.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
        };
        let _ = stream.set_nodelay(true);
        let (tls, handler, stop) = (tls.clone(), handler.clone(), stop.clone());
        tokio::spawn(async move {
            match tls {
                None => connection(stream, handler, stop).await,
                Some(tls) => {
                    if let Ok(Ok(stream)) = timeout(PATIENCE, tls.accept(stream)).await {
                        connection(stream, handler, stop).await;
                    }
                }
            }
        });
    }
}

/// Waits for the word to stop, or for the end of who could give it.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn connection<H: Handler>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    handler: Arc<H>,
    mut stop: watch::Receiver<bool>,
) {
    let service = service_fn(move |request| {
        let handler = handler.clone();
        async move { handler.handle(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    // A connection that breaks is the client's affair, or a fault's.
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stopped(&mut stop) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
