//! Which fields a lie changed.

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::{Tree, Value as Cbor};
use keyrig_ctap::seal::{Draft, Leaf, Statement};
use serde::Serialize;
use serde_json::Value;

use crate::base64url;
use crate::client::ClientDraft;
use crate::exchange::to_hex;

/// What stands for a field that is not there.
const ABSENT: &str = "absent";

/// Longer values are cut when they are shown.
const LONGEST_SHOWN: usize = 160;

/// A field that is not what an honest client and authenticator would have sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where: `clientData.origin`, `authenticatorData.flags`, `response.signature`.
    pub path: String,
    /// What honesty would have sent.
    pub honest: String,
    /// What was sent.
    pub sent: String,
}

/// What differs between two drafts of a client.
pub(crate) fn of_client_drafts(honest: &ClientDraft, told: &ClientDraft) -> Vec<Difference> {
    of_fields(&client_draft(honest), &client_draft(told))
}

/// What differs between two drafts of an authenticator.
pub(crate) fn of_drafts(honest: &Draft, told: &Draft) -> Vec<Difference> {
    of_fields(&draft(honest), &draft(told))
}

/// What differs between two answers of a client. Members that only repeat the attestation object are passed over.
pub(crate) fn of_answers(honest: &Value, sent: &Value) -> Vec<Difference> {
    of_fields(&answer(honest), &answer(sent))
}

#[derive(Default)]
struct Fields(Vec<(String, String)>);

impl Fields {
    fn put(&mut self, path: &str, value: impl Into<String>) {
        self.0.push((path.to_owned(), value.into()));
    }

    fn get(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == path).map(|(_, value)| value.as_str())
    }
}

impl Fields {
    /// What `told` holds as a whole because it cannot be read, a whole here too.
    fn as_whole_as(&self, told: &Self) -> Self {
        let is_part_of = |part: &str, whole: &str| part.strip_prefix(whole).is_some_and(|rest| rest.starts_with('.'));
        let is_whole = |path: &str| self.0.iter().any(|(known, _)| is_part_of(known, path));
        let wholes: Vec<_> = told.0.iter().map(|(path, _)| path.as_str()).filter(|path| is_whole(path)).collect();
        let parts = self.0.iter().filter(|(path, _)| !wholes.iter().any(|whole| is_part_of(path, whole)));
        let wholes = wholes.iter().map(|path| ((*path).to_owned(), "as the authenticator made it".to_owned()));
        Self(parts.cloned().chain(wholes).collect())
    }
}

fn of_fields(honest: &Fields, told: &Fields) -> Vec<Difference> {
    let honest = &honest.as_whole_as(told);
    let new = told.0.iter().filter(|(path, _)| honest.get(path).is_none());
    let paths = honest.0.iter().chain(new).map(|(path, _)| path);
    paths
        .filter(|path| honest.get(path) != told.get(path))
        .map(|path| Difference {
            path: path.clone(),
            honest: shown(honest.get(path).unwrap_or(ABSENT)),
            sent: shown(told.get(path).unwrap_or(ABSENT)),
        })
        .collect()
}

fn shown(value: &str) -> String {
    match value.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}… ({} characters)", &value[..end], value.chars().count()),
        None => value.to_owned(),
    }
}

fn client_draft(draft: &ClientDraft) -> Fields {
    let mut fields = Fields::default();
    let data = &draft.client_data;
    fields.put("clientData.type", &data.kind);
    fields.put("clientData.challenge", &data.challenge);
    fields.put("clientData.origin", &data.origin);
    fields.put("clientData.crossOrigin", data.cross_origin.to_string());
    if let Some(top_origin) = &data.top_origin {
        fields.put("clientData.topOrigin", top_origin);
    }
    for (name, value) in &data.other {
        fields.put(&format!("clientData.{name}"), value.to_string());
    }
    let algorithms: Vec<_> = draft.algorithms.iter().map(ToString::to_string).collect();
    fields.put("pubKeyCredParams", algorithms.join(", "));
    fields.put("rpId", &draft.rp_id);
    fields
}

fn draft(draft: &Draft) -> Fields {
    let mut fields = Fields::default();
    auth_data(&mut fields, "authenticatorData", &draft.auth_data);
    fields.put("clientDataHash", to_hex(&draft.client_data_hash));
    statement(&mut fields, "", &draft.statement);
    fields
}

/// The fields of a statement; those of a compound one's members stand behind their places.
fn statement(fields: &mut Fields, path: &str, told: &Statement) {
    fields.put(&format!("{path}statement"), name(told));
    let binding = match told {
        Statement::Assertion | Statement::None => None,
        Statement::PackedSelf { algorithm } => {
            fields.put(&format!("{path}statement.alg"), algorithm.to_string());
            None
        }
        Statement::Packed { leaf: certificate } | Statement::FidoU2f { leaf: certificate } => {
            leaf(fields, path, certificate);
            None
        }
        Statement::Tpm { leaf: certificate, tpm, binding } => {
            leaf(fields, path, certificate);
            fields.put(&format!("{path}certInfo.magic"), format!("{:#010x}", tpm.magic));
            Some(binding)
        }
        Statement::AndroidKey { leaf: certificate, binding } | Statement::Apple { leaf: certificate, binding } => {
            leaf(fields, path, certificate);
            Some(binding)
        }
        Statement::Compound { members } => {
            let each = members.iter().enumerate();
            each.for_each(|(at, member)| statement(fields, &format!("{path}member.{at}."), member));
            None
        }
    };
    if let Some(binding) = binding {
        fields.put(&format!("{path}binding"), format!("{binding:?}"));
    }
}

const fn name(told: &Statement) -> &'static str {
    match told {
        Statement::Assertion => "assertion",
        Statement::None => "none",
        Statement::PackedSelf { .. } => "packed self",
        Statement::Packed { .. } => "packed",
        Statement::FidoU2f { .. } => "fido-u2f",
        Statement::Tpm { .. } => "tpm",
        Statement::AndroidKey { .. } => "android-key",
        Statement::Apple { .. } => "apple",
        Statement::Compound { .. } => "compound",
    }
}

fn leaf(fields: &mut Fields, path: &str, leaf: &Leaf) {
    let mut put = |name: &str, value: String| fields.put(&format!("{path}{name}"), value);
    put("leaf.aaguid", leaf.aaguid_extension.map_or_else(|| ABSENT.to_owned(), |aaguid| aaguid.to_string()));
    put("leaf.issuer", format!("{:?}", leaf.issuer));
    put("leaf.validity", format!("{:?}", leaf.validity));
    put("leaf.ca", leaf.ca.to_string());
    put("leaf.ou", leaf.organizational_unit.clone());
    put("leaf.key", if leaf.foreign_key { "another" } else { "its own" }.to_owned());
    put("x5c", format!("{:?}", leaf.chain));
}

fn auth_data(fields: &mut Fields, path: &str, data: &AuthData) {
    fields.put(&format!("{path}.rpIdHash"), to_hex(&data.rp_id_hash));
    fields.put(&format!("{path}.flags"), data.flags.to_string());
    fields.put(&format!("{path}.signCount"), data.sign_count.to_string());
    if let Some(attested) = &data.attested {
        fields.put(&format!("{path}.aaguid"), attested.aaguid.to_string());
        fields.put(&format!("{path}.credentialId"), to_hex(&attested.credential_id));
        fields.put(&format!("{path}.publicKey"), to_hex(attested.public_key.bytes()));
    }
    if let Some(extensions) = &data.extensions {
        fields.put(&format!("{path}.extensions"), to_hex(extensions));
    }
    if !data.rest.is_empty() {
        fields.put(&format!("{path}.rest"), to_hex(&data.rest));
    }
}

fn answer(json: &Value) -> Fields {
    let mut fields = Fields::default();
    let registration = json.pointer("/response/attestationObject").is_some();
    flatten(&mut fields, "", json, registration);
    fields
}

fn flatten(fields: &mut Fields, path: &str, json: &Value, registration: bool) {
    const REPEATED: [&str; 3] = ["response.authenticatorData", "response.publicKey", "response.publicKeyAlgorithm"];
    if registration && REPEATED.contains(&path) {
        return;
    }
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(fields, &path, value, registration);
            }
        }
        Value::String(text) if path == "response.attestationObject" => attestation_object(fields, path, text),
        Value::String(text) if path == "response.authenticatorData" => {
            opaque_auth_data(fields, path, &base64url::decode(text).unwrap_or_default());
        }
        other => fields.put(path, other.to_string()),
    }
}

fn attestation_object(fields: &mut Fields, path: &str, text: &str) {
    let bytes = base64url::decode(text).unwrap_or_default();
    let Ok(object) = AttestationObject::parse(&bytes) else { return fields.put(path, to_hex(&bytes)) };
    fields.put(&format!("{path}.fmt"), &object.format);
    let flaws: Vec<_> = object.flaws.iter().map(|flaw| flaw.kind.to_string()).collect();
    fields.put(&format!("{path}.form"), if flaws.is_empty() { "canonical".to_owned() } else { flaws.join(", ") });
    match Tree::parse(&object.statement).map(|tree| Cbor::from(&tree.root)) {
        Ok(Cbor::Map(members)) => {
            for (name, value) in members {
                let Cbor::Text(name) = name else { continue };
                fields.put(&format!("{path}.attStmt.{name}"), to_hex(&value.to_canonical()));
            }
        }
        _ => fields.put(&format!("{path}.attStmt"), to_hex(&object.statement)),
    }
    opaque_auth_data(fields, &format!("{path}.authData"), &object.auth_data);
}

fn opaque_auth_data(fields: &mut Fields, path: &str, bytes: &[u8]) {
    match AuthData::parse(bytes) {
        Ok(data) => auth_data(fields, path, &data),
        Err(_) => fields.put(path, to_hex(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changed_came_and_went_is_told() {
        let honest = json!({"id": "AA", "response": {"signature": "AQ", "userHandle": "Ag"}});
        let sent = json!({"id": "AA", "response": {"signature": "AQE", "extra": 1}});
        let paths: Vec<_> = of_answers(&honest, &sent).into_iter().map(|d| (d.path, d.honest, d.sent)).collect();
        let owned = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            paths,
            [
                owned("response.signature", "\"AQ\"", "\"AQE\""),
                owned("response.userHandle", "\"Ag\"", "absent"),
                owned("response.extra", "absent", "1"),
            ]
        );
        assert_eq!(of_answers(&honest, &honest), []);
    }

    #[test]
    fn long_values_are_cut_only_for_showing() {
        let long = "é".repeat(LONGEST_SHOWN + 1);
        let differences = of_answers(&json!({"id": long}), &json!({"id": format!("{long}x")}));
        assert_eq!(differences.len(), 1);
        assert!(differences[0].honest.ends_with("… (163 characters)"), "{}", differences[0].honest);
    }
}
