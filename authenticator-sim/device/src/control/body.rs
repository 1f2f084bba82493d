//! What requests carry. Whatever comes gives a value or a [`Problem`].

use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header;
use keyrig_core::Keep;
use keyrig_ctap::profile::Profile;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::timeout;
use zeroize::Zeroizing;

use super::Shared;
use super::answer::from_hex;
use super::guests::PATIENCE;
use super::problem::Problem;
use crate::plugged::{Deed, Hand, NO_DIALOG};
use crate::profiles;
use crate::transport::fault::{self, Armed, Direction};

/// The longest body, in bytes.
const LONGEST: usize = 4 * 1024 * 1024;

/// The longest time that a request waits for the key to ask.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// `POST /v1/gestures`: what the user does to the prompt that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gesture {
    /// What they do.
    pub gesture: Deed,
    /// How long they wait for the key to ask, in milliseconds; not at all if left out, ten minutes at most.
    #[serde(default)]
    pub wait_ms: u64,
}

/// `PUT /v1/gestures`: who answers from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gestures {
    /// `always`, `person`, or a script such as `touch,decline@500ms`.
    pub gestures: String,
}

/// `PATCH /v1/backup`: BE and BS of every credential, and of those to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// BE; as it is if left out.
    #[serde(default)]
    pub eligible: Option<bool>,
    /// BS; as it is if left out.
    #[serde(default)]
    pub state: Option<bool>,
}

/// `POST /v1/faults`: a fault of the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultOrder {
    /// Its name, as `GET /v1/faults` lists it.
    pub fault: String,
    /// Which reports it strikes; those to the host if left out.
    #[serde(default = "to_host")]
    pub direction: Direction,
    /// How many of them; one if left out, 1,000 at most.
    #[serde(default = "once")]
    pub times: u32,
    /// How long `stall` holds a report back, in milliseconds; two seconds if left out, ten minutes at most.
    #[serde(default = "two_seconds")]
    pub hold_ms: u64,
}

/// `POST /v1/upgrade`: the product that the key becomes; one of the two members says which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upgrade {
    /// The id of an embedded profile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// A whole profile, with nothing left to extend.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<Value>,
    /// What it keeps.
    pub keep: Kept,
}

/// What a key keeps when it becomes another product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// All that it remembers: a firmware update.
    Everything,
    /// The numbers of the device: a firmware update that wipes.
    Device,
    /// Nothing: a replacement.
    Nothing,
}

/// `POST /v1/restore`, and what `GET /v1/snapshot` answers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Everything that the key remembers, private keys too, in hexadecimal.
    pub snapshot: String,
}

/// `GET /v1/log?after=…`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LogFrom {
    /// The number of the last entry that is known already.
    pub after: u64,
}

/// A body that a request may carry.
pub trait Ask: DeserializeOwned + JsonSchema {
    /// What its values have to be like beyond their form.
    ///
    /// # Errors
    ///
    /// [`Problem`].
    fn check(&self) -> Result<(), Problem> {
        Ok(())
    }
}

const fn to_host() -> Direction {
    Direction::ToHost
}

const fn once() -> u32 {
    1
}

const fn two_seconds() -> u64 {
    2000
}

impl Gesture {
    /// How long the user waits.
    pub fn patience(&self) -> Duration {
        Duration::from_millis(self.wait_ms).min(LONGEST_WAIT)
    }
}

impl Ask for Gesture {
    fn check(&self) -> Result<(), Problem> {
        if self.gesture != Deed::Cancel {
            return Ok(());
        }
        Err(Problem::new(400, "body.gesture", "answer the key by `cancel`", NO_DIALOG))
    }
}

impl Ask for Gestures {
    fn check(&self) -> Result<(), Problem> {
        self.hand().map(drop)
    }
}

impl Gestures {
    pub(super) fn hand(&self) -> Result<Hand, Problem> {
        let refuse = |what: String| Problem::new(400, "body.gestures", format!("read the gestures: {what}"), HELP);
        self.gestures.parse().map_err(refuse)
    }
}

const HELP: &str = "keyrig plug --help says how gestures are written";

impl Ask for Backup {}

impl Ask for Upgrade {
    fn check(&self) -> Result<(), Problem> {
        self.target().map(drop)
    }
}

impl Upgrade {
    pub(super) fn target(&self) -> Result<Profile, Problem> {
        match (&self.profile, &self.definition) {
            (Some(id), None) => profiles::find(id).cloned().ok_or_else(|| {
                let title = format!("find the profile `{id}`");
                Problem::new(400, "body.profile", title, "`keyrig profile list` names them all")
            }),
            (None, Some(definition)) => Profile::deserialize(definition).map_err(|error| {
                let help = "`keyrig profile show --json <id>` shows a whole one";
                Problem::new(400, "body.definition", format!("read the profile: {error}"), help)
            }),
            _ => {
                let title = "tell which product it becomes: one of `profile` and `definition` is to say so";
                Err(Problem::new(400, "body", title, "leave one of them out"))
            }
        }
    }

    pub(super) const fn keep(&self) -> Keep {
        match self.keep {
            Kept::Everything => Keep::Everything,
            Kept::Device => Keep::Device,
            Kept::Nothing => Keep::Nothing,
        }
    }
}

impl Ask for Snapshot {
    fn check(&self) -> Result<(), Problem> {
        self.bytes().map(drop)
    }
}

impl Snapshot {
    pub(super) fn bytes(&self) -> Result<Zeroizing<Vec<u8>>, Problem> {
        from_hex(&self.snapshot).map(Zeroizing::new).ok_or_else(|| {
            let title = "read the snapshot: it is not hexadecimal";
            Problem::new(400, "body.snapshot", title, "send what GET /v1/snapshot answers")
        })
    }
}

impl Ask for FaultOrder {
    fn check(&self) -> Result<(), Problem> {
        self.armed().map(drop)
    }
}

impl FaultOrder {
    pub(super) fn armed(&self) -> Result<Armed, Problem> {
        let known = || fault::ALL.iter().map(|fault| fault.name).collect::<Vec<_>>().join(", ");
        let fault = fault::find(&self.fault).ok_or_else(|| {
            let title = format!("find the fault `{}`", self.fault);
            Problem::new(400, "body.fault", title, format!("one of {}", known()))
        })?;
        if !(1..=1000).contains(&self.times) {
            let title = format!("arm the fault {} times", self.times);
            return Err(Problem::new(400, "body.times", title, "1 to 1,000 times"));
        }
        let hold = Duration::from_millis(self.hold_ms).min(LONGEST_WAIT);
        Ok(Armed { fault, direction: self.direction, times: self.times, hold })
    }
}

/// Reads a body.
///
/// # Errors
///
/// [`Problem`].
pub fn read<T: Ask>(bytes: &[u8]) -> Result<T, Problem> {
    // Serde would take an array for the members in their order.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Problem::body("read the body: it is an array, not an object"));
    }
    let body: T = serde_json::from_slice(bytes).map_err(|error| Problem::body(format!("read the body: {error}")))?;
    body.check()?;
    Ok(body)
}

pub(super) fn schema<T: Ask>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// A body in JSON.
pub(super) struct Body<T>(pub(super) T);

impl<T: Ask> FromRequest<Shared> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &Shared) -> Result<Self, Problem> {
        let kind = request.headers().get(header::CONTENT_TYPE).map(|value| value.as_bytes()).unwrap_or_default();
        if !kind.to_ascii_lowercase().starts_with(b"application/json") {
            let help = "say Content-Type: application/json";
            return Err(Problem::new(415, "headers", "read the body: it does not say that it is JSON", help));
        }
        read(&whole(request).await?).map(Self)
    }
}

/// All of a body, which has to come in time and to have an end.
///
/// # Errors
///
/// [`Problem`].
pub(super) async fn whole(request: Request) -> Result<Bytes, Problem> {
    let body = to_bytes(request.into_body(), LONGEST);
    let come = timeout(PATIENCE, body).await.map_err(|_| {
        let title = format!("read the body: it did not come within {} s", PATIENCE.as_secs());
        Problem::new(408, "body", title, "send it at once")
    })?;
    come.map_err(|_| {
        let title = format!("read the body: it was cut off, or is longer than {LONGEST} bytes");
        Problem::new(413, "body", title, "send less")
    })
}
