//! What each route does.

use axum::Json;
use axum::extract::{Path, Query, State};
use keyrig_ctap::profile::Backup as Flags;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use super::body::{Backup, Body, FaultOrder, Gesture, Gestures, LogFrom, Snapshot, Upgrade};
use super::problem::Problem;
use super::stream::{self, Logged};
use super::view::{Listed, View};
use super::{Shared, document};
use crate::plugged::{Prompted, Status, hex};
use crate::transport::fault::{self, Direction};

type Answer<T> = Result<Json<T>, Problem>;

/// A fault that a link can have.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct KnownFault {
    /// Its name.
    name: String,
    /// What it does.
    about: String,
}

pub(super) async fn description() -> Json<Value> {
    Json(document())
}

pub(super) async fn status(State(desk): State<Shared>) -> Answer<Status> {
    Ok(Json(desk.face.key.status().await?))
}

pub(super) async fn view(State(desk): State<Shared>) -> Answer<View> {
    Ok(Json(desk.face.key.status().await?.into()))
}

pub(super) async fn gesture(State(desk): State<Shared>, Body(body): Body<Gesture>) -> Answer<Prompted> {
    let key = &desk.face.key;
    Ok(Json(match body.wait_ms {
        0 => key.answer(body.gesture).await?,
        _ => key.answer_within(body.patience(), body.gesture).await?,
    }))
}

pub(super) async fn gestures(State(desk): State<Shared>, Body(body): Body<Gestures>) -> Answer<Status> {
    desk.face.key.set_hand(body.hand()?).await?;
    status(State(desk)).await
}

pub(super) async fn remove(State(desk): State<Shared>) -> Answer<Status> {
    desk.face.key.remove().await?;
    status(State(desk)).await
}

pub(super) async fn insert(State(desk): State<Shared>) -> Answer<Status> {
    desk.face.key.insert().await?;
    status(State(desk)).await
}

pub(super) async fn power_cycle(State(desk): State<Shared>) -> Answer<Status> {
    desk.face.key.power_cycle().await?;
    status(State(desk)).await
}

pub(super) async fn backup(State(desk): State<Shared>, Body(body): Body<Backup>) -> Answer<Status> {
    let now = desk.face.key.status().await?;
    let eligible = body.eligible.unwrap_or(now.backup_eligible);
    let state = body.state.unwrap_or(now.backup_state);
    desk.face.key.set_backup(Flags { eligible, state }).await?;
    status(State(desk)).await
}

pub(super) async fn upgrade(State(desk): State<Shared>, Body(body): Body<Upgrade>) -> Answer<Status> {
    desk.face.key.upgrade(body.target()?, body.keep()).await?;
    status(State(desk)).await
}

pub(super) async fn snapshot(State(desk): State<Shared>) -> Answer<Snapshot> {
    Ok(Json(Snapshot { snapshot: hex(&desk.face.key.snapshot().await?) }))
}

pub(super) async fn restore(State(desk): State<Shared>, Body(body): Body<Snapshot>) -> Answer<Status> {
    desk.face.key.restore(&body.bytes()?).await?;
    status(State(desk)).await
}

pub(super) async fn credentials(
    State(desk): State<Shared>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer<Vec<Listed>> {
    let [from, most] = numbers(&query, ["from", "most"])?;
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let some = desk.face.key.credentials(count(from.unwrap_or(0)), count(most.unwrap_or(u64::MAX))).await?;
    Ok(Json(some.into_iter().map(Listed::from).collect()))
}

pub(super) async fn forget(State(desk): State<Shared>, Path(id): Path<String>) -> Answer<Status> {
    let bytes = from_hex(&id).ok_or_else(|| {
        let title = "read the credential id: it is not hexadecimal";
        Problem::new(400, "path.id", title, "write it as GET /v1/credentials and `keyrig key credentials list` do")
    })?;
    desk.face.key.delete_credential(bytes).await?;
    status(State(desk)).await
}

pub(super) async fn faults() -> Json<Vec<KnownFault>> {
    let known = |fault: &&fault::Fault| KnownFault { name: fault.name.to_owned(), about: fault.about.to_owned() };
    Json(fault::ALL.iter().map(known).collect())
}

pub(super) async fn arm(State(desk): State<Shared>, Body(body): Body<FaultOrder>) -> Answer<Status> {
    let armed = body.armed()?;
    if armed.fault.name == "error-reply" && armed.direction == Direction::ToKey {
        let title = "arm error-reply for reports to the key: only the key replies";
        return Err(Problem::new(422, "body.direction", title, "leave the direction out"));
    }
    desk.face.key.arm(armed).await?;
    status(State(desk)).await
}

pub(super) async fn disarm(State(desk): State<Shared>) -> Answer<Status> {
    desk.face.key.disarm().await?;
    status(State(desk)).await
}

pub(super) async fn log(
    State(desk): State<Shared>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Answer<Vec<Logged>> {
    let from = log_from(&query)?;
    let (entries, _) = desk.face.key.log().read(from.after);
    Ok(Json(entries.iter().map(|entry| Logged::new(entry, desk.face.decoder)).collect()))
}

pub(super) async fn follow(
    State(desk): State<Shared>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Result<impl axum::response::IntoResponse, Problem> {
    let from = log_from(&query)?;
    Ok(stream::follow(desk.face.key.log(), from.after, desk.face.decoder))
}

fn log_from(query: &BTreeMap<String, String>) -> Result<LogFrom, Problem> {
    let [after] = numbers(query, ["after"])?;
    Ok(LogFrom { after: after.unwrap_or_default() })
}

/// The numbers of a query, by name.
fn numbers<const N: usize>(query: &BTreeMap<String, String>, names: [&str; N]) -> Result<[Option<u64>; N], Problem> {
    if let Some((name, value)) = query.iter().find(|(name, _)| !names.contains(&name.as_str())) {
        let title = format!("read `{name}={value}` in the query");
        let help = format!("only `{}` is known here", names.join("` and `"));
        return Err(Problem::new(400, format!("query.{name}"), title, help));
    }
    let mut numbers = [None; N];
    for (number, name) in numbers.iter_mut().zip(names) {
        let Some(value) = query.get(name) else { continue };
        *number = Some(value.parse().map_err(|_| {
            let title = format!("read `{name}={value}` in the query");
            Problem::new(400, format!("query.{name}"), title, "it is a number, 0 or more")
        })?);
    }
    Ok(numbers)
}

pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}
