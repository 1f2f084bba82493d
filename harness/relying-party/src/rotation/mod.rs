//! Telling relying parties downstream about changes, over HTTP, when the policy says so.
//!
//! What is sent is a SCIM 2.0 `PatchOp` (RFC 7644 §3.5.2) with the credentials of one account, those that were revoked
//! by name: a list that merely lacks one could be an old list.

mod push;
mod receive;

use std::collections::BTreeMap;

use keyrig_ctap::ReasonClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::audit::By;
use crate::clock::Timestamp;
use crate::denied::Denied;
use crate::service::Service;
use crate::store::State;

pub(crate) use push::Pusher;
pub(crate) use receive::PatchRequest;

/// The schema of everything in a patch that SCIM itself does not know.
const SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:fido2:2.0:User";

/// What `POST /admin/downstream` takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DownstreamRequest {
    /// Where it listens; on this machine only.
    url: String,
    /// What it wants as bearer token.
    token: String,
}

/// Relying parties that are told about changes.
#[derive(Debug, Default)]
pub(crate) struct Downstreams(Vec<Downstream>);

/// A relying party that is told about changes.
#[derive(Debug, Serialize)]
pub(crate) struct Downstream {
    url: String,
    #[serde(skip)]
    token: String,
    /// Accounts that changed, and when it has to know.
    due: BTreeMap<String, Timestamp>,
    last_push: Option<Timestamp>,
    last_error: Option<String>,
}

/// One push.
#[derive(Clone, Debug)]
struct Job {
    url: String,
    token: String,
    username: String,
}

impl Downstreams {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Downstream> {
        self.0.iter()
    }

    fn due(&self, now: Timestamp) -> Vec<Job> {
        let jobs = self.0.iter().flat_map(|downstream| {
            let due = downstream.due.iter().filter(move |(_, at)| **at <= now);
            due.map(|(username, _)| Job {
                url: downstream.url.clone(),
                token: downstream.token.clone(),
                username: username.clone(),
            })
        });
        jobs.collect()
    }

    fn find(&mut self, url: &str) -> Option<&mut Downstream> {
        self.0.iter_mut().find(|downstream| downstream.url == url)
    }
}

impl Service {
    /// Joins a relying party; it learns about everybody who has a credential at once. One that is known gets the new
    /// token.
    pub(crate) fn join_downstream(&self, request: DownstreamRequest) -> Result<(), Denied> {
        let url = check_url(&request.url)?;
        let now = self.now();
        let mut guard = self.state();
        let state = &mut *guard;
        let due = state.credentials.iter().map(|credential| (credential.owner.clone(), now)).collect();
        state.audit.log(now, "downstream_joined", "", By::ADMIN, json!({"url": url}));
        match state.downstreams.find(&url) {
            Some(known) => (known.token, known.due) = (request.token, due),
            None => {
                let downstream = Downstream { url, token: request.token, due, last_push: None, last_error: None };
                state.downstreams.0.push(downstream);
            }
        }
        Ok(())
    }

    /// The account changed: everybody downstream learns of it as soon as the policy wants.
    pub(crate) fn mark_for_push(&self, state: &mut State, username: &str) {
        let at = self.now().after(self.policy.document().rotation.push_after.duration());
        for downstream in &mut state.downstreams.0 {
            downstream.due.entry(username.to_owned()).or_insert(at);
        }
    }
}

/// Nobody's secrets leave this machine.
fn check_url(text: &str) -> Result<String, Denied> {
    let refuse = || {
        let message =
            "a relying party downstream is named by its http URL on this machine, such as http://127.0.0.1:8081";
        Denied::new(400, ReasonClass::Malformed, "downstream_url", message)
    };
    let url = url::Url::parse(text).map_err(|_| refuse())?;
    let local = match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    match url.scheme() == "http" && local && bare {
        true => Ok(url.origin().ascii_serialization()),
        false => Err(refuse()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_downstream() {
        for url in ["http://127.0.0.1:8081", "http://localhost:1/", "http://[::1]:80"] {
            assert!(check_url(url).is_ok(), "{url}");
        }
        for url in [
            "http://10.0.0.1",
            "https://corp.example.com",
            "http://127.0.0.1:1/x",
            "http://a@127.0.0.1",
            "file:///x",
            "127.0.0.1:80",
            "",
        ] {
            assert_eq!(check_url(url).unwrap_err().status(), 400, "{url}");
        }
    }
}
