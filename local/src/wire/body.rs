//! Bodies of answers: whole, cut off, a byte a second, or as s3s gives them.

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::time::{Sleep, sleep};

pub(crate) enum Body {
    Whole(Bytes),
    /// These bytes, then the connection breaks.
    Cut(Bytes),
    /// A byte a second.
    Drip(Bytes, Pin<Box<Sleep>>),
    /// An object's.
    Stream(s3s::Body),
}

const DRIP: Duration = Duration::from_secs(1);

impl Body {
    pub(crate) fn drip(bytes: Bytes) -> Self {
        Self::Drip(bytes, Box::pin(sleep(DRIP)))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = |bytes| Poll::Ready(Some(Ok(Frame::data(bytes))));
        match self.get_mut() {
            Self::Whole(bytes) | Self::Drip(bytes, _) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => frame(std::mem::take(bytes)),
            Self::Cut(bytes) if bytes.is_empty() => Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into()))),
            Self::Cut(bytes) => frame(std::mem::take(bytes)),
            Self::Drip(bytes, timer) => match timer.as_mut().poll(cx) {
                Poll::Pending => Poll::Pending,
                Poll::Ready(()) => {
                    timer.set(sleep(DRIP));
                    frame(bytes.split_to(1))
                }
            },
            Self::Stream(body) => Pin::new(body).poll_frame(cx).map_err(io::Error::other),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Cut(_) | Self::Drip(..) => false,
            Self::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) | Self::Drip(bytes, _) => SizeHint::with_exact(bytes.len() as u64),
            Self::Cut(_) => SizeHint::default(),
            Self::Stream(body) => body.size_hint(),
        }
    }
}
