//! The hooks that other suites call where a person would touch a key or pull it out.
//!
//! Their tools know no token, so these are served only where that is asked for, on loopback only, and never to a page of
//! a browser.

mod conformance;
mod rig;

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinHandle};

pub use conformance::judge_results;

use super::guard::is_called;
use super::guests;
use super::problem::Problem;
use crate::plugged::Key;

/// Who can be hooked: the keys, in the order of their ports, and the finger that rests on each.
#[derive(Debug)]
struct Desk {
    keys: Vec<Key>,
    fingers: Mutex<Vec<Option<AbortHandle>>>,
    address: SocketAddr,
}

type Shared = Arc<Desk>;

/// Serves the hooks for these keys, until the task is aborted.
///
/// # Errors
///
/// Where the port has no address, or is not on loopback.
pub fn serve_hooks(listener: TcpListener, keys: Vec<Key>) -> io::Result<JoinHandle<io::Result<()>>> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "hooks are for this machine only"));
    }
    let fingers = Mutex::new(keys.iter().map(|_| None).collect());
    let desk = Arc::new(Desk { keys, fingers, address });
    let router = [conformance::routes(), rig::routes()]
        .into_iter()
        .fold(Router::new(), Router::merge)
        .fallback(|| async { Problem::new(404, "path", "find the hook", HELP) })
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), guard))
        .with_state(desk);
    Ok(tokio::spawn(guests::serve(listener, router)))
}

const HELP: &str = "POST /conformance/userpresence, powercycle or results; GET /usb1/touch/on, touch/off, power/on or \
                    power/off";

/// Lets programs in, and no page of a browser: one that was bound to this address calls it by another name, and the
/// others say where they come from.
async fn guard(State(desk): State<Shared>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if !is_called(headers.get(header::HOST), desk.address) || is_from_a_page(headers) {
        return Problem::new(403, "headers", "answer a page", "call the hook from a program").into_response();
    }
    next.run(request).await
}

fn is_from_a_page(headers: &HeaderMap) -> bool {
    let foreign = |site: &HeaderValue| site.as_bytes() != b"none" && site.as_bytes() != b"same-origin";
    headers.contains_key(header::ORIGIN) || headers.get("sec-fetch-site").is_some_and(foreign)
}
