//! The relying party on the network.

mod answer;

use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::config::Config;

/// Why a relying party cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener is of no use.
    #[error("listen")]
    Listen(#[from] io::Error),
    /// The trust anchors cannot be read.
    #[error("read the trust anchors: {0}")]
    TrustAnchors(String),
}

/// A relying party that runs until it is shut down or dropped.
#[derive(Debug)]
pub struct Running {
    /// Where it listens, such as `http://127.0.0.1:8080`.
    pub url: String,
    /// What the admin API wants as bearer token.
    pub admin_token: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Stops it and waits until it has.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        // A task that fails has stopped as well.
        let _ = self.task.await;
    }

    /// Waits until it stops by itself, which it does only when it fails.
    ///
    /// # Errors
    ///
    /// What made it stop.
    pub async fn wait(self) -> io::Result<()> {
        self.task.await.unwrap_or_else(|error| Err(io::Error::other(error)))
    }
}

/// Starts a relying party on the current Tokio runtime.
///
/// # Errors
///
/// [`ServeError`] where the listener has no address or the trust anchors are no certificates.
pub fn serve(listener: TcpListener, config: Config) -> Result<Running, ServeError> {
    let address: SocketAddr = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let admin_token = config.admin_token.clone();
    let server = axum::serve(listener, router()).with_graceful_shutdown(async {
        let _ = stopped.await;
    });
    let task = tokio::spawn(server.into_future());
    Ok(Running { url: format!("http://{address}"), admin_token, stop: Some(stop), task })
}

fn router() -> Router {
    Router::new().route("/health", get(|| async { answer::ok() }))
}
