//! The face of a key that is plugged in: HTTP and JSON over a Unix socket, and a page on loopback for who likes to see it.
//!
//! The socket is guarded by its folder, by its mode and by a token; the page by the token and by the name that it is
//! called by, so that no other page of the same browser reaches it. [`document`] describes the API.

mod answer;
mod body;
mod guard;
mod guests;
mod hooks;
mod openapi;
mod page;
mod place;
mod problem;
mod route;
mod stream;
mod view;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;

pub use body::{Ask, Backup, FaultOrder, Gesture, Gestures, Kept, LogFrom, Snapshot, Upgrade, read};
pub use hooks::{judge_results, serve_hooks};
pub use openapi::document;
pub use place::{Place, PlaceError, folder};
pub use problem::Problem;
use route::Access;
pub use route::{Judge, Route, routes};
pub use stream::{Apart, Line, Logged};
pub use view::{Fact, Listed, ShownFlag, View};

use crate::capture::{Carries, Side};
use crate::plugged::Key;

/// Takes a payload apart that this side sent: what it is, the name of its message and its bytes. `None` where it cannot.
pub type Decoder = fn(Side, Carries, &str, &[u8]) -> Option<Apart>;

/// What a face shows, and to whom.
#[derive(Clone, Debug)]
pub struct Face {
    /// The key.
    pub key: Key,
    /// What has to be said to touch it: `Authorization: Bearer <token>`.
    pub token: String,
    /// Takes messages apart.
    pub decoder: Decoder,
}

/// What every handler gets.
#[derive(Debug)]
struct Desk {
    face: Face,
    /// What a browser has to call the face, where it is on the network.
    host: Option<SocketAddr>,
    /// The paths that take no token.
    open: Vec<&'static str>,
}

type Shared = Arc<Desk>;

/// Serves the API at a Unix socket, until the task is aborted.
pub fn serve(listener: UnixListener, face: Face) -> JoinHandle<io::Result<()>> {
    let router = router(face, None);
    tokio::spawn(guests::serve(listener, router))
}

/// Serves the API and the page at a port of this machine, until the task is aborted.
///
/// # Errors
///
/// Where the port has no address, or is not on loopback.
pub fn serve_page(listener: TcpListener, face: Face) -> io::Result<JoinHandle<io::Result<()>>> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the page is for this machine only"));
    }
    let router = router(face, Some(address));
    Ok(tokio::spawn(guests::serve(listener, router)))
}

fn router(face: Face, host: Option<SocketAddr>) -> Router {
    let routes = routes();
    let without_token = routes.iter().filter(|route| route.access == Access::Anybody).map(|route| route.path);
    let open = without_token.chain(page::paths()).collect();
    let desk = Arc::new(Desk { face, host, open });
    let router = if host.is_some() { page::add(Router::new()) } else { Router::new() };
    let router = routes.into_iter().fold(router, |router, route| router.route(route.path, route.handler));
    router
        .fallback(|| async { Problem::no_route(404, "there is nothing at this path") })
        .method_not_allowed_fallback(|| async { Problem::no_route(405, "this path takes other methods") })
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&desk), guard::guard))
        .with_state(desk)
}

#[cfg(test)]
mod tests;
