//! Extension outputs (WebAuthn L3 §9.5): which were asked for.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::cbor::{Fields, FlawKind, Kind, Tree};
use serde_json::{Map, Value};

use super::{ExtensionExpectation, Observation, Step, Unsolicited};
use crate::Refusal;

/// Client extension inputs whose authenticator output has another name.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("credentialProtectionPolicy", "credProtect"),
    ("enforceCredentialProtectionPolicy", "credProtect"),
    ("getCredBlob", "credBlob"),
    ("hmacCreateSecret", "hmac-secret"),
    ("hmacGetSecret", "hmac-secret"),
    ("payment", "thirdPartyPayment"),
    ("prf", "hmac-secret"),
    ("prf", "hmac-secret-mc"),
];

/// Judges the outputs of the client and of the authenticator; gives those that nobody asked for, if they may pass.
pub(super) fn verify(
    expected: &ExtensionExpectation,
    client: &Map<String, Value>,
    authenticator: Option<&[u8]>,
    step: Step,
) -> Result<Vec<Observation>, Refusal> {
    let mut unsolicited: Vec<String> =
        client.keys().filter(|name| !expected.requested.contains(name)).map(|name| format!("client {name}")).collect();
    for name in authenticator.map(|bytes| names(bytes, step)).transpose()?.unwrap_or_default() {
        if !was_requested(&expected.requested, &name) {
            unsolicited.push(format!("authenticator {name}"));
        }
    }
    match expected.unsolicited {
        _ if unsolicited.is_empty() => Ok(Vec::new()),
        Unsolicited::Ignore => {
            let message = format!("extension outputs that nobody asked for: {}", unsolicited.join(", "));
            Ok(vec![Observation::new("extension_unsolicited", message)])
        }
        Unsolicited::Refuse => {
            let message = format!("there are extension outputs that nobody asked for: {}", unsolicited.join(", "));
            Err(Refusal::new(ReasonClass::Extension, "extension_unsolicited", message, step))
        }
    }
}

fn was_requested(requested: &[String], output: &str) -> bool {
    requested.iter().any(|input| input == output || OTHER_NAMES.contains(&(input.as_str(), output)))
}

/// The identifiers in the authenticator's map of outputs.
fn names(bytes: &[u8], step: Step) -> Result<Vec<String>, Refusal> {
    let refuse = |message: String| Refusal::new(ReasonClass::Malformed, "extension_outputs_unreadable", message, step);
    let tree = Tree::parse(bytes).map_err(|e| refuse(e.to_string()))?;
    if let Some(flaw) = tree.flaws.iter().find(|flaw| flaw.kind != FlawKind::TooDeep) {
        return Err(refuse(format!("the extension outputs are not canonical at byte {}: {}", flaw.at, flaw.kind)));
    }
    let entries = Fields::of(&tree.root, "extensions").map_err(|e| refuse(e.to_string()))?.entries();
    let name = |key: &Kind<'_>| match key {
        Kind::Text(name) => Ok((*name).to_owned()),
        _ => Err(refuse("an extension identifier is not a text string".to_owned())),
    };
    entries.iter().map(|(key, _)| name(&key.kind)).collect()
}
