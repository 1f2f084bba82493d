//! What python-fido2's device tests send to a robot (Yubico/python-fido2, tests/device, `--controller`): `GET`, with the
//! number of the port counted from 1. A finger rests on the key from `touch/on` to `touch/off`.

use std::sync::PoisonError;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;

use super::super::problem::Problem;
use super::Shared;
use crate::plugged::{Deed, Key, NotDone};

/// How long a finger rests on a key at most; the robot takes it away after as long.
const PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/", get(|| async { StatusCode::OK }))
        .route("/{port}/touch/on", get(finger_on))
        .route("/{port}/touch/off", get(finger_off))
        .route("/{port}/power/on", get(power_on))
        .route("/{port}/power/off", get(power_off))
}

/// The key in `usb1`, `usb2`, and so on, and its place.
fn key_in<'a>(desk: &'a Shared, port: &str) -> Result<(usize, &'a Key), Problem> {
    let number = port.strip_prefix("usb").and_then(|number| number.parse::<usize>().ok());
    let place = number.and_then(|number| number.checked_sub(1));
    place.and_then(|place| Some((place, desk.keys.get(place)?))).ok_or_else(|| {
        let title = format!("find the port `{port}`");
        Problem::new(404, "path", title, format!("usb1 to usb{}", desk.keys.len()))
    })
}

async fn finger_on(State(desk): State<Shared>, Path(port): Path<String>) -> Result<StatusCode, Problem> {
    let (place, key) = key_in(&desk, &port)?;
    let answered = key.answer(Deed::Consent).await;
    let rests = match answered {
        Ok(_) => None,
        Err(NotDone::NothingAsked) => {
            let key = key.clone();
            // What it does not come to touch in time, it does not touch.
            Some(tokio::spawn(async move { key.answer_within(PATIENCE, Deed::Consent).await }).abort_handle())
        }
        Err(why) => return Err(why.into()),
    };
    put(&desk, place, rests);
    Ok(StatusCode::OK)
}

async fn finger_off(State(desk): State<Shared>, Path(port): Path<String>) -> Result<StatusCode, Problem> {
    let (place, _) = key_in(&desk, &port)?;
    put(&desk, place, None);
    Ok(StatusCode::OK)
}

async fn power_on(State(desk): State<Shared>, Path(port): Path<String>) -> Result<StatusCode, Problem> {
    match key_in(&desk, &port)?.1.insert().await {
        Ok(()) | Err(NotDone::InsertedAlready) => Ok(StatusCode::OK),
        Err(why) => Err(why.into()),
    }
}

async fn power_off(State(desk): State<Shared>, Path(port): Path<String>) -> Result<StatusCode, Problem> {
    let (place, key) = key_in(&desk, &port)?;
    put(&desk, place, None);
    key.remove().await?;
    Ok(StatusCode::OK)
}

/// Takes the finger away that rests there, and puts another one, or none.
fn put(desk: &Shared, place: usize, finger: Option<tokio::task::AbortHandle>) {
    let mut fingers = desk.fingers.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(here) = fingers.get_mut(place)
        && let Some(before) = std::mem::replace(here, finger)
    {
        before.abort();
    }
}
