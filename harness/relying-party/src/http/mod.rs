//! The relying party on the network.

mod admin;
mod answer;
mod ceremonies;
mod connections;
mod parts;
mod provisioning;
mod recoveries;
mod route;
mod sessions;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub(crate) use self::answer::Answer;
pub(crate) use self::route::{Access, Route};
use crate::anchors;
use crate::config::Config;
use crate::denied::Denied;
use crate::service::Service;

/// What every handler gets.
type Shared = Arc<Service>;

/// How often a clock that runs by itself is asked whether something is due downstream.
const PUSH_INTERVAL: Duration = Duration::from_secs(1);

/// Why a relying party cannot start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The listener is of no use.
    #[error("failed to listen")]
    Listen(#[from] io::Error),
    /// The trust anchors cannot be read.
    #[error("failed to read the trust anchors: {0}")]
    TrustAnchors(String),
}

/// A relying party that runs until it is shut down or dropped.
#[derive(Debug)]
pub struct Running {
    /// Where it listens, such as `http://127.0.0.1:8080`.
    pub url: String,
    /// What the admin API wants as bearer token.
    pub admin_token: String,
    stop: watch::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl Running {
    /// Stops it and waits until it has.
    pub async fn shutdown(self) {
        drop(self.stop);
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
    let admin_token = config.admin_token.clone();
    let trust_anchors = anchors::read(&config.trust_anchors_pem).map_err(ServeError::TrustAnchors)?;
    let service = Arc::new(Service::new(config, trust_anchors));
    let (stop, stopped) = watch::channel(());
    tokio::spawn(push_now_and_then(Arc::clone(&service), stopped.clone()));
    let task = tokio::spawn(connections::serve(listener, router(service), stopped));
    Ok(Running { url: format!("http://{address}"), admin_token, stop, task })
}

/// Every route there is.
pub(crate) fn routes() -> Vec<Route> {
    [
        ceremonies::routes(),
        sessions::routes(),
        recoveries::routes(),
        admin::routes(),
        provisioning::routes(),
        crate::openapi::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn router(service: Shared) -> Router {
    let router = routes().into_iter().fold(Router::new(), |router, route| router.route(route.path, route.handler));
    router
        .fallback(|| async { Answer::from(Denied::new_route(404, "there is nothing at this path")) })
        .method_not_allowed_fallback(|| async { Answer::from(Denied::new_route(405, "this path takes other methods")) })
        .layer(middleware::from_fn_with_state(Arc::clone(&service), push_afterwards))
        .with_state(service)
}

/// Whatever the request changed is pushed downstream before it is answered, if the policy wants it that soon.
async fn push_afterwards(State(service): State<Shared>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    service.push_due().await;
    response
}

async fn push_now_and_then(service: Shared, mut stopped: watch::Receiver<()>) {
    while tokio::time::timeout(PUSH_INTERVAL, stopped.changed()).await.is_err() {
        service.push_due().await;
    }
}
