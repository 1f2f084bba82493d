//! What the FIDO Alliance's conformance tools send to `http://localhost:3000` where test automation is enabled
//! (fido-alliance/conformance-test-tools-resources, docs/FIDO2/Automation.md): `POST`, answered once it is done. It is
//! the first key that they mean.

use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use serde::Deserialize;
use serde_json::Value;

use super::super::body::whole;
use super::super::problem::Problem;
use super::Shared;
use crate::plugged::{Deed, Key, NotDone};

/// How long the user waits for the key to ask.
const PATIENCE: Duration = Duration::from_secs(20);

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/conformance/userpresence", post(user_presence))
        .route("/conformance/powercycle", post(power_cycle))
        .route("/conformance/results", post(results))
}

/// What `/conformance/results` carries; what else is in it is passed over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Results {
    passed_tests_count: u64,
    failed_tests_count: u64,
    #[serde(default)]
    failed_tests: Vec<Value>,
}

fn first(desk: &Shared) -> Result<&Key, Problem> {
    desk.keys.first().ok_or_else(|| Problem::new(503, "key", "find a key: none is plugged in", "keyrig plug <profile>"))
}

async fn user_presence(State(desk): State<Shared>) -> Result<StatusCode, Problem> {
    first(&desk)?.answer_within(PATIENCE, Deed::Consent).await?;
    Ok(StatusCode::OK)
}

/// Power goes as where a key is pulled out and put back.
async fn power_cycle(State(desk): State<Shared>) -> Result<StatusCode, Problem> {
    let key = first(&desk)?;
    key.remove().await?;
    match key.insert().await {
        Ok(()) | Err(NotDone::InsertedAlready) => Ok(StatusCode::OK),
        Err(why) => Err(why.into()),
    }
}

async fn results(State(desk): State<Shared>, request: Request) -> Result<StatusCode, Problem> {
    let body = whole(request).await?;
    let Results { passed_tests_count: passed, failed_tests_count: failed, failed_tests } = read(&body)?;
    let named: Vec<String> = failed_tests.iter().take(20).map(Value::to_string).collect();
    first(&desk)?.note(format!("conformance results: {passed} passed, {failed} failed {}", named.join(", ")));
    Ok(StatusCode::OK)
}

fn read(body: &[u8]) -> Result<Results, Problem> {
    serde_json::from_slice(body).map_err(|error| Problem::body(format!("read the results: {error}")))
}

/// Judges a body of `/conformance/results`.
///
/// # Errors
///
/// [`Problem`].
pub fn judge_results(body: &[u8]) -> Result<(), Problem> {
    read(body).map(drop)
}
