//! The sending side.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Job, SCHEMA};
use crate::audit::By;
use crate::service::Service;
use crate::store::{Credential, State};

/// How long a relying party downstream may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long one that failed is left alone, by the relying party's clock.
const RETRY_AFTER: Duration = Duration::from_secs(10);

/// Pushes one at a time.
#[derive(Debug)]
pub(crate) struct Pusher {
    http: reqwest::Client,
    turn: tokio::sync::Mutex<()>,
}

impl Default for Pusher {
    /// Goes to relying parties downstream and nowhere else: no proxy, and no redirect is followed.
    fn default() -> Self {
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { http: http.build().expect("a client without TLS can be made"), turn: tokio::sync::Mutex::default() }
    }
}

impl Service {
    /// Pushes everything that is due. What fails stays due and is tried again a little later, and so is everything else
    /// for the same relying party: whoever waits for this waits once for one that is away.
    ///
    /// Whoever comes while another pushes leaves it to them: a ring of relying parties must not wait for itself.
    pub(crate) async fn push_due(&self) {
        let Ok(_turn) = self.pusher.turn.try_lock() else { return };
        let jobs = self.state().downstreams.due(self.now());
        let mut away: BTreeMap<String, String> = BTreeMap::new();
        for job in jobs {
            let outcome = match away.get(&job.url) {
                Some(why) => Err(why.clone()),
                None => {
                    let patch = patch(&self.state(), &job.username);
                    self.pusher.send(&job, &patch).await
                }
            };
            if let Err(why) = &outcome {
                away.insert(job.url.clone(), why.clone());
            }
            self.note(&job, outcome);
        }
    }

    fn note(&self, job: &Job, outcome: Result<(), String>) {
        let now = self.now();
        let mut guard = self.state();
        let state = &mut *guard;
        let Some(downstream) = state.downstreams.find(&job.url) else { return };
        let (event, details) = match outcome {
            Ok(()) => {
                downstream.due.remove(&job.username);
                downstream.last_push = Some(now);
                downstream.last_error = None;
                ("pushed_downstream", json!({"url": job.url}))
            }
            Err(why) => {
                let news = downstream.last_error.as_ref() != Some(&why);
                downstream.last_error = Some(why.clone());
                downstream.due.insert(job.username.clone(), now.after(RETRY_AFTER));
                if !news {
                    return;
                }
                ("push_failed", json!({"url": job.url, "why": why}))
            }
        };
        state.audit.log(now, event, &job.username, By { actor: "rotation", method: "scim" }, details);
    }
}

impl Pusher {
    async fn send(&self, job: &Job, patch: &Value) -> Result<(), String> {
        let mut url = url::Url::parse(&job.url).map_err(|error| error.to_string())?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(["scim", "v2", "Users", &job.username]);
        }
        let request = self.http.patch(url).bearer_auth(&job.token).json(patch).timeout(PATIENCE);
        let response = request.send().await.map_err(|error| error.without_url().to_string())?;
        match response.status().is_success() {
            true => Ok(()),
            false => Err(format!("it answered {}", response.status().as_u16())),
        }
    }
}

/// Everything a relying party downstream has to know about an account.
fn patch(state: &State, username: &str) -> Value {
    let account = state.accounts.get(username);
    let working: Value = state.credentials.working(username).map(credential).collect();
    let revoked = state.credentials.of(username).filter(|credential| credential.revoked.is_some());
    let revoked: Value = revoked.map(|credential| id(&credential.record.id)).collect();
    let replace = |path: String, value: Value| json!({"op": "replace", "path": path, "value": value});
    let active = account.is_some_and(|account| !account.disabled);
    let handle = account.map(|account| id(&account.user_handle));
    json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            replace("active".to_owned(), active.into()),
            replace(format!("{SCHEMA}:userHandle"), handle.into()),
            replace(format!("{SCHEMA}:credentials"), working),
            replace(format!("{SCHEMA}:revokedCredentials"), revoked),
        ],
    })
}

fn credential(credential: &Credential) -> Value {
    json!({
        "credId": id(&credential.record.id),
        "aaguid": credential.aaguid,
        "createdAt": credential.created,
        "lastUsedAt": credential.last_used,
        "publicKey": id(credential.record.public_key.bytes()),
        "signCount": credential.record.sign_count,
        "uvInitialized": credential.record.uv_initialized,
        "backupEligible": credential.record.backup_eligible,
        "backupState": credential.record.backup_state,
        "transports": credential.transports,
        "attachment": credential.attachment,
        "attestationFormat": credential.attestation_format,
        "aaguidAttested": credential.aaguid_attested,
        "attestationTrusted": credential.attestation == crate::verify::AttestationKind::Basic { trusted: true },
    })
}

fn id(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
