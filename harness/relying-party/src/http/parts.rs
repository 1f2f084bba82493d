//! What handlers read from a request, each refusing in our own shape.

use std::collections::BTreeSet;
use std::fmt;

use axum::body::{Body as Stream, Bytes, to_bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum_extra::extract::CookieJar;
use keyrig_ctap::ReasonClass;
use serde::de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Shared;
use super::answer::{Answer, COOKIE};
use super::connections::PATIENCE;
use crate::denied::Denied;

/// The longest request body, in bytes.
const LONGEST_BODY: usize = 64 * 1024;

/// The value of the session cookie.
pub(super) struct Cookie(pub(super) Option<String>);

impl FromRequestParts<Shared> for Cookie {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Self::Rejection> {
        let jar = CookieJar::from_headers(&parts.headers);
        Ok(Self(jar.get(COOKIE).map(|cookie| cookie.value().to_owned())))
    }
}

/// Proof that the request has the admin token. Handlers name it first, so that a stranger learns nothing else.
pub(super) struct Admin;

impl FromRequestParts<Shared> for Admin {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Answer> {
        let given = parts.headers.get(header::AUTHORIZATION).map(|value| value.as_bytes()).unwrap_or_default();
        let wanted = format!("Bearer {}", service.admin_token);
        match aws_lc_rs::constant_time::verify_slices_are_equal(given, wanted.as_bytes()) {
            Ok(()) => Ok(Self),
            Err(_) => {
                let message = "this takes the admin token: Authorization: Bearer <token>";
                Err(Denied::new(401, ReasonClass::Session, "admin_token", message).into())
            }
        }
    }
}

/// The last part of the path.
pub(super) struct Name(pub(super) String);

impl FromRequestParts<Shared> for Name {
    type Rejection = Answer;

    async fn from_request_parts(parts: &mut Parts, service: &Shared) -> Result<Self, Answer> {
        let name: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, service).await;
        let refuse = |error: PathRejection| Denied::malformed("path", error.body_text()).into();
        name.map(|Path(name)| Self(name)).map_err(refuse)
    }
}

/// `?username=…`.
pub(super) struct About(pub(super) Option<String>);

impl FromRequestParts<Shared> for About {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Self::Rejection> {
        let query = parts.uri.query().unwrap_or_default();
        let mut pairs = url::form_urlencoded::parse(query.as_bytes());
        Ok(Self(pairs.find(|(name, _)| name == "username").map(|(_, value)| value.into_owned())))
    }
}

/// A body in JSON.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = Answer;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Answer> {
        if !is_json(request.headers()) {
            let message = "the body has to be JSON, and Content-Type has to say so";
            return Err(Denied::new(415, ReasonClass::Malformed, "content_type", message).into());
        }
        let bytes = whole(request.into_body()).await?;
        let refuse = |error: serde_json::Error| Denied::malformed("body", format!("the body cannot be read: {error}"));
        serde_json::from_slice::<DistinctMembers>(&bytes).map_err(refuse)?;
        Ok(serde_json::from_slice(&bytes).map(Self).map_err(refuse)?)
    }
}

/// All of a body, which has to come in time and to have an end.
async fn whole(body: Stream) -> Result<Bytes, Denied> {
    let come = tokio::time::timeout(PATIENCE, to_bytes(body, LONGEST_BODY)).await.map_err(|_| {
        let message = format!("the body did not come within {} s", PATIENCE.as_secs());
        Denied::new(408, ReasonClass::Malformed, "body_too_slow", message)
    })?;
    come.map_err(|_| {
        let message = format!("the body is longer than {LONGEST_BODY} bytes, or was cut off");
        Denied::new(413, ReasonClass::Malformed, "body_too_large", message)
    })
}

/// JSON in which no object, however deep, has two members of one name: readers differ in which of the two they take.
struct DistinctMembers;

impl<'de> Deserialize<'de> for DistinctMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for DistinctMembers {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, Self)) = members.next_entry::<String, Self>()? {
            if names.contains(&name) {
                return Err(de::Error::custom(format!("duplicate field `{name}`")));
            }
            names.insert(name);
        }
        Ok(self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = given.split(';').next().unwrap_or_default().trim();
    ["application/json", "application/scim+json"].iter().any(|known| kind.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use axum::body::HttpBody;
    use hyper::body::Frame;

    use super::*;

    /// A body of which nothing ever comes.
    struct Never;

    impl HttpBody for Never {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_comes_in_time_and_has_an_end() {
        let refused = |body: Stream| async { whole(body).await.map_err(|denied| denied.status()) };
        assert_eq!(refused(Stream::from("{}")).await, Ok(Bytes::from("{}")));
        assert_eq!(refused(Stream::new(Never)).await, Err(408));
        assert_eq!(refused(Stream::from(vec![b' '; LONGEST_BODY + 1])).await, Err(413));
    }
}
