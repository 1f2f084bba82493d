//! The credential id is one of another user's.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/credential-id-of-another-user",
    ceremonies: REGISTRATION,
    summary: "The credential id is one of another user's.",
    changes: &["authenticatorData.credentialId"],
    argument: Argument::Required("user"),
    need: Need::OtherUser,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, telling: &Telling<'_>) -> Result<(), &'static str> {
    let other = telling.foil.other_credential.clone().ok_or("the other user has no credential")?;
    let attested = draft.auth_data.attested.as_mut().ok_or("there is no attested credential")?;
    attested.credential_id = other;
    Ok(())
}
