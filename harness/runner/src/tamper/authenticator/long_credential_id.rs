//! The credential id has 1,024 bytes.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/long-credential-id",
    ceremonies: REGISTRATION,
    summary: "The credential id has 1,024 bytes.",
    changes: &["authenticatorData.credentialId"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let attested = draft.auth_data.attested.as_mut().ok_or("there is no attested credential")?;
    attested.credential_id.resize(1024, 0x5a);
    Ok(())
}
