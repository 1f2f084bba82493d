//! One route: what the router serves and what the API description says, in one value.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::Shared;

/// One route.
pub(crate) struct Route {
    /// In lower case, as OpenAPI writes it.
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) access: Access,
    /// One sentence.
    pub(crate) summary: &'static str,
    /// What the body has to be like.
    pub(crate) body: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Whether `?username=…` narrows the answer.
    pub(crate) about: bool,
    /// What success answers.
    pub(crate) success: u16,
    /// Which refusals there are beside those that every route has.
    pub(crate) refusals: &'static [u16],
    /// The members that success adds.
    pub(crate) members: &'static [&'static str],
    pub(crate) handler: MethodRouter<Shared>,
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Anybody,
    /// Whoever has a session cookie; a new one is set where it is missing.
    Session,
    /// Whoever has the admin token.
    Admin,
}

impl Route {
    pub(crate) fn get<H, T>(path: &'static str, access: Access, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, Shared>,
        T: 'static,
    {
        Self::new("get", MethodFilter::GET, path, access, summary, handler)
    }

    pub(crate) fn post<H, T>(path: &'static str, access: Access, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, Shared>,
        T: 'static,
    {
        Self::new("post", MethodFilter::POST, path, access, summary, handler)
    }

    pub(crate) fn patch<H, T>(path: &'static str, access: Access, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, Shared>,
        T: 'static,
    {
        Self::new("patch", MethodFilter::PATCH, path, access, summary, handler)
    }

    pub(crate) fn delete<H, T>(path: &'static str, access: Access, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, Shared>,
        T: 'static,
    {
        Self::new("delete", MethodFilter::DELETE, path, access, summary, handler)
    }

    fn new<H, T>(
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        access: Access,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Shared>,
        T: 'static,
    {
        Self {
            method,
            path,
            access,
            summary,
            body: None,
            about: false,
            success: 200,
            refusals: &[],
            members: &[],
            handler: on(filter, handler),
        }
    }

    pub(super) fn takes<T: JsonSchema>(self) -> Self {
        Self { body: Some(|generator| generator.subschema_for::<T>()), ..self }
    }

    pub(super) fn about_somebody(self) -> Self {
        Self { about: true, ..self }
    }

    pub(super) fn succeeds_with(self, success: u16) -> Self {
        Self { success, ..self }
    }

    pub(super) fn refuses_with(self, refusals: &'static [u16]) -> Self {
        Self { refusals, ..self }
    }

    pub(super) fn answers(self, members: &'static [&'static str]) -> Self {
        Self { members, ..self }
    }
}
