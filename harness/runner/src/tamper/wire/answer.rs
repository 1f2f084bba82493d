//! The client's answer as JSON, with its parts decoded where a lie needs them.

use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::cbor::{Tree, Value as Cbor};
use serde_json::{Map, Value};

use crate::base64url;

/// A `RegistrationResponseJSON` or `AuthenticationResponseJSON` on its way to the target.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer(
    /// The JSON.
    pub Value,
);

impl Answer {
    /// The member `response`.
    ///
    /// # Errors
    ///
    /// Says that it is not there.
    pub fn response(&mut self) -> Result<&mut Map<String, Value>, &'static str> {
        self.0.get_mut("response").and_then(Value::as_object_mut).ok_or("the answer has no response")
    }

    /// Replaces the credential id, in both its members.
    pub fn set_id(&mut self, id: &[u8]) {
        if let Some(members) = self.0.as_object_mut() {
            let id = base64url::encode(id);
            members.insert("id".to_owned(), id.clone().into());
            members.insert("rawId".to_owned(), id.into());
        }
    }

    /// A member of `response`, decoded.
    ///
    /// # Errors
    ///
    /// Says that it is not there.
    pub fn bytes(&mut self, member: &str) -> Result<Vec<u8>, &'static str> {
        let text = self.response()?.get(member).and_then(Value::as_str);
        text.and_then(base64url::decode).ok_or("the answer has no such member")
    }

    /// Replaces a member of `response`.
    ///
    /// # Errors
    ///
    /// Says that there is no `response`.
    pub fn set_bytes(&mut self, member: &str, bytes: &[u8]) -> Result<(), &'static str> {
        self.response()?.insert(member.to_owned(), base64url::encode(bytes).into());
        Ok(())
    }

    /// The attestation object.
    ///
    /// # Errors
    ///
    /// Says that it is not there or cannot be read.
    pub fn attestation(&mut self) -> Result<AttestationObject, &'static str> {
        AttestationObject::parse(&self.bytes("attestationObject")?).map_err(|_| "the attestation object cannot be read")
    }

    /// Replaces the attestation object; `authenticatorData`, which repeats a part of it, follows.
    ///
    /// # Errors
    ///
    /// Says that there is no `response`.
    pub fn set_attestation(&mut self, object: &AttestationObject) -> Result<(), &'static str> {
        self.set_bytes("authenticatorData", &object.auth_data)?;
        self.set_bytes("attestationObject", &object.encode())
    }

    /// Changes the members of the attestation statement.
    ///
    /// # Errors
    ///
    /// Says that there are none, or what `change` says.
    pub fn change_statement(
        &mut self,
        change: impl FnOnce(&mut Vec<(Cbor, Cbor)>) -> Result<(), &'static str>,
    ) -> Result<(), &'static str> {
        let mut object = self.attestation()?;
        let statement = Tree::parse(&object.statement).map(|tree| Cbor::from(&tree.root));
        let Ok(Cbor::Map(mut members)) = statement else { return Err("the attestation statement is not a map") };
        change(&mut members)?;
        object.statement = Cbor::Map(members).to_canonical();
        self.set_attestation(&object)
    }

    /// Changes the authenticator data, which lies in the attestation object at registration.
    ///
    /// # Errors
    ///
    /// Says that it is not there.
    pub fn change_auth_data(&mut self, change: impl FnOnce(&mut Vec<u8>)) -> Result<(), &'static str> {
        if let Ok(mut object) = self.attestation() {
            change(&mut object.auth_data);
            return self.set_attestation(&object);
        }
        let mut bytes = self.bytes("authenticatorData")?;
        change(&mut bytes);
        self.set_bytes("authenticatorData", &bytes)
    }

    /// Changes the signature, which is a member of the statement at registration.
    ///
    /// # Errors
    ///
    /// Says that there is none.
    pub fn change_signature(&mut self, change: impl FnOnce(&mut Vec<u8>)) -> Result<(), &'static str> {
        if let Ok(mut signature) = self.bytes("signature") {
            change(&mut signature);
            return self.set_bytes("signature", &signature);
        }
        self.change_statement(|members| {
            let signature = members.iter_mut().find(|(name, _)| *name == Cbor::from("sig"));
            match signature {
                Some((_, Cbor::Bytes(bytes))) => {
                    change(bytes);
                    Ok(())
                }
                _ => Err("nobody signed the attestation statement"),
            }
        })
    }
}
