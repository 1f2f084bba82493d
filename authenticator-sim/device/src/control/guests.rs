//! Connections: how many there may be at once, and how long each may take to say what it wants.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::task::{AbortHandle, JoinSet};

/// How long the head of a request may take, and how long a connection may rest before the next one.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Connections that may be open at once. For one more, the oldest that has not shown the token makes room.
pub(super) const MOST: usize = 128;

/// Whether a connection has shown the token; an extension of each of its requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Known(Arc<AtomicBool>);

impl Known {
    /// The token was shown.
    pub(super) fn note(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_noted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Serves whoever connects, until it is dropped; then all are cut off.
pub(super) async fn serve<L: Listener>(mut listener: L, router: Router) -> io::Result<()> {
    let mut guests = Guests::default();
    loop {
        let (stream, _) = listener.accept().await;
        guests.let_in(stream, &router);
    }
}

/// Those who are connected, the oldest first.
#[derive(Default)]
struct Guests {
    here: VecDeque<(Known, AbortHandle)>,
    tasks: JoinSet<()>,
}

impl Guests {
    fn let_in<I>(&mut self, stream: I, router: &Router)
    where
        I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        self.here.retain(|(_, task)| !task.is_finished());
        if self.here.len() >= MOST && !self.make_room() {
            return;
        }
        let known = Known::default();
        let task = self.tasks.spawn(talk(stream, router.clone(), known.clone()));
        self.here.push_back((known, task));
    }

    fn make_room(&mut self) -> bool {
        let stranger = self.here.iter().position(|(known, _)| !known.is_noted());
        let leaves = stranger.and_then(|place| self.here.remove(place));
        leaves.inspect(|(_, task)| task.abort()).is_some()
    }
}

async fn talk<I>(stream: I, router: Router, known: Known)
where
    I: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(known.clone());
        router.call(request)
    });
    let mut connection = http1::Builder::new();
    connection.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    // Who breaks off, or is too slow, has hung up.
    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
}
