//! What can be asked: one table for the router and for the description of the API.

use axum::handler::Handler;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::body::{Ask, Backup, FaultOrder, Gesture, Gestures, Snapshot, Upgrade, read, schema};
use super::problem::Problem;
use super::stream::{Follow, Logged};
use super::view::{Listed, View};
use super::{Shared, answer};
use crate::plugged::{Prompted, Status};

/// One route.
#[derive(Debug)]
pub struct Route {
    /// In lower case, as OpenAPI writes it.
    pub method: &'static str,
    /// The path, with its parts in braces.
    pub path: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Judges a body; `None` where the route takes none.
    pub judge: Option<Judge>,
    pub(super) access: Access,
    pub(super) body: Option<fn(&mut SchemaGenerator) -> Schema>,
    pub(super) answer: Option<fn(&mut SchemaGenerator) -> Schema>,
    /// Whether the answer is a stream of events, each of this kind.
    pub(super) streams: bool,
    /// The numbers that its query may have.
    pub(super) queries: &'static [&'static str],
    /// What it may refuse with, beside 401.
    pub(super) refusals: &'static [u16],
    pub(super) handler: MethodRouter<Shared>,
}

/// Whether a body is one that a route takes.
pub type Judge = fn(&[u8]) -> Result<(), Problem>;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Anybody,
    Token,
}

/// Every route.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/openapi.json", "Describes this API.", answer::description).open(),
        Route::get("/v1/status", "How the key is.", answer::status).answers::<Status>(),
        Route::get("/v1/view", "How the key is, in words for people.", answer::view).answers::<View>(),
        Route::post("/v1/gestures", "The user answers what the key asks.", answer::gesture)
            .takes::<Gesture>()
            .answers::<Prompted>()
            .refuses(&[409, 410]),
        Route::put("/v1/gestures", "Says who answers from now on.", answer::gestures)
            .takes::<Gestures>()
            .answers::<Status>(),
        Route::post("/v1/remove", "Pulls the key out of its port.", answer::remove).answers::<Status>(),
        Route::post("/v1/insert", "Puts the key back.", answer::insert).answers::<Status>().refuses(&[409, 503]),
        Route::post("/v1/power-cycle", "Takes its power away for a moment.", answer::power_cycle)
            .answers::<Status>()
            .refuses(&[409]),
        Route::patch("/v1/backup", "Sets BE and BS of every credential, and of those to come.", answer::backup)
            .takes::<Backup>()
            .answers::<Status>()
            .refuses(&[422]),
        Route::post("/v1/upgrade", "Makes it another product: an update, or a replacement.", answer::upgrade)
            .takes::<Upgrade>()
            .answers::<Status>()
            .refuses(&[503]),
        Route::get("/v1/snapshot", "Everything that it remembers, private keys too.", answer::snapshot)
            .answers::<Snapshot>(),
        Route::post("/v1/restore", "Lets it remember a snapshot, and nothing else.", answer::restore)
            .takes::<Snapshot>()
            .answers::<Status>()
            .refuses(&[409, 422]),
        Route::get(
            "/v1/credentials",
            "Lists the credentials, without their secrets: ?most of them, after the first ?from.",
            answer::credentials,
        )
        .answers::<Vec<Listed>>()
        .queries(&["from", "most"])
        .refuses(&[400]),
        Route::delete("/v1/credentials/{id}", "Deletes a credential, by its id in hexadecimal.", answer::forget)
            .answers::<Status>()
            .refuses(&[400, 404]),
        Route::get("/v1/faults", "Lists the faults of a link.", answer::faults).answers::<Vec<answer::KnownFault>>(),
        Route::post("/v1/faults", "Arms a fault of the link.", answer::arm).takes::<FaultOrder>().answers::<Status>(),
        Route::delete("/v1/faults", "Disarms every fault.", answer::disarm).answers::<Status>(),
        Route::get("/v1/log", "What happened, after the entry whose number is ?after.", answer::log)
            .answers::<Vec<Logged>>()
            .queries(&["after"])
            .refuses(&[400]),
        Route::get("/v1/log/follow", "What happened and happens, as server-sent events.", answer::follow)
            .streams::<Follow>()
            .queries(&["after"])
            .refuses(&[400]),
    ]
}

macro_rules! methods {
    ($($name:ident $filter:ident),*) => {$(
        fn $name<H: Handler<T, Shared>, T: 'static>(path: &'static str, summary: &'static str, handler: H) -> Self {
            Self::new(stringify!($name), MethodFilter::$filter, path, summary, handler)
        }
    )*};
}

impl Route {
    methods!(get GET, post POST, put PUT, patch PATCH, delete DELETE);

    fn new<H: Handler<T, Shared>, T: 'static>(
        method: &'static str,
        filter: MethodFilter,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self {
        Self {
            method,
            path,
            summary,
            judge: None,
            access: Access::Token,
            body: None,
            answer: None,
            streams: false,
            queries: &[],
            refusals: &[],
            handler: on(filter, handler),
        }
    }

    fn open(self) -> Self {
        Self { access: Access::Anybody, ..self }
    }

    fn takes<T: Ask>(self) -> Self {
        Self { body: Some(schema::<T>), judge: Some(|bytes| read::<T>(bytes).map(drop)), ..self }
    }

    fn answers<T: JsonSchema>(self) -> Self {
        Self { answer: Some(|generator| generator.subschema_for::<T>()), ..self }
    }

    fn streams<T: JsonSchema>(self) -> Self {
        Self { streams: true, ..self.answers::<T>() }
    }

    fn queries(self, queries: &'static [&'static str]) -> Self {
        Self { queries, ..self }
    }

    fn refuses(self, refusals: &'static [u16]) -> Self {
        Self { refusals, ..self }
    }
}
