//! The person in front of passkey-rs, a foreign authenticator and client: see `tests/` and `main.rs`.

use async_trait::async_trait;
use passkey_authenticator::{UiHint, UserCheck, UserValidationMethod};
use passkey_types::Passkey;
use passkey_types::ctap2::Ctap2Error;

/// A person who agrees to everything but a second credential, and is always recognised.
pub struct Agrees;

#[async_trait]
impl UserValidationMethod for Agrees {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        hint: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        match hint {
            UiHint::InformExcludedCredentialFound(_) => Err(Ctap2Error::CredentialExcluded),
            _ => Ok(UserCheck { presence, verification }),
        }
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}
