//! The authenticator data has another AAGUID; the certificate has not.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/aaguid",
    ceremonies: REGISTRATION,
    summary: "The authenticator data has another AAGUID; the certificate has not.",
    changes: &["authenticatorData.aaguid"],
    argument: Argument::Required("aaguid"),
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, telling: &Telling<'_>) -> Result<(), &'static str> {
    let attested = draft.auth_data.attested.as_mut().ok_or("there is no attested credential")?;
    attested.aaguid = telling.argument.unwrap_or_default().parse().map_err(|_| "that is not an AAGUID")?;
    Ok(())
}
