//! `credentialProtectionPolicy` and `enforceCredentialProtectionPolicy` (CTAP 2.3 §12.1, "client extension input").

use keyrig_ctap::message::get_info::Info;
use serde_json::Value;

use super::input;
use crate::client::ClientError;

/// The authenticator's extension.
pub(super) const ID: &str = "credProtect";

const POLICIES: [&str; 3] =
    ["userVerificationOptional", "userVerificationOptionalWithCredentialIDList", "userVerificationRequired"];

/// How a credential is to be protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protection {
    /// The level on the wire, 1 to 3.
    pub level: u64,
    /// Whether no credential is better than one without this protection.
    pub enforced: bool,
}

impl Protection {
    /// Reads both members.
    pub(super) fn from_json(extensions: &Value) -> Result<Option<Self>, ClientError> {
        const POLICY: &str = "credentialProtectionPolicy";
        let enforced = input::flag(extensions, "enforceCredentialProtectionPolicy")? == Some(true);
        let Some(policy) = input::text(extensions, POLICY)? else { return Ok(None) };
        let known = POLICIES.iter().position(|known| *known == policy);
        let level = known.ok_or_else(|| input::bad(POLICY, &format!("one of {}", POLICIES.join(", "))))? as u64 + 1;
        Ok(Some(Self { level, enforced }))
    }

    /// An authenticator that does not protect its credentials is passed over where protection is enforced.
    pub(super) fn check(self, info: &Info) -> Result<(), ClientError> {
        if self.enforced && self.level > 1 && !info.extensions.iter().any(|id| id == ID) {
            return Err(ClientError::not_allowed(
                "the options enforce a credential protection policy and the authenticator has none",
            ));
        }
        Ok(())
    }
}
