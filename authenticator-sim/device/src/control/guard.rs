//! Who may ask.

use std::net::SocketAddr;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::guests::Known;
use super::problem::Problem;

/// Lets in whoever has the token and, on the network, calls this machine by its own name: a page elsewhere whose name was
/// bound to this address says another, and one that only sends requests here says where it comes from.
pub(super) async fn guard(State(desk): State<Shared>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if let Some(address) = desk.host {
        if !is_called(headers.get(header::HOST), address) {
            let help = format!("open http://{address}/");
            return Problem::new(421, "headers.host", "answer: this is not where the page lives", help).into_response();
        }
        if headers.get(header::ORIGIN).is_some_and(|origin| !is_from(origin, address)) {
            let help = "ask from the key's own page, or from a program that is no browser";
            return Problem::new(403, "headers.origin", "answer another page", help).into_response();
        }
    }
    if has_token(headers, &desk.face.token) {
        request.extensions().get::<Known>().inspect(|connection| connection.note());
    } else if !desk.open.contains(&request.uri().path()) {
        let help = "Authorization: Bearer <token>; keyrig plug prints where it is kept";
        return Problem::new(401, "headers.authorization", "answer without the token", help).into_response();
    }
    let mut response = next.run(request).await;
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    verify_slices_are_equal(given, format!("Bearer {token}").as_bytes()).is_ok()
}

fn names(address: SocketAddr) -> [String; 2] {
    [address.to_string(), format!("localhost:{}", address.port())]
}

pub(super) fn is_called(host: Option<&HeaderValue>, address: SocketAddr) -> bool {
    let host = host.map(HeaderValue::as_bytes).unwrap_or_default();
    names(address).iter().any(|name| host.eq_ignore_ascii_case(name.as_bytes()))
}

fn is_from(origin: &HeaderValue, address: SocketAddr) -> bool {
    names(address).iter().any(|name| origin.as_bytes() == format!("http://{name}").as_bytes())
}
