//! The TPM signs something that it did not make: `magic` is not `TPM_GENERATED_VALUE`.

use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/tpm-magic",
    ceremonies: REGISTRATION,
    summary: "The TPM signs something that it did not make: `magic` is not `TPM_GENERATED_VALUE`.",
    changes: &["certInfo.magic"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let tpm = draft.statement.tpm_mut().ok_or("no TPM vouches")?;
    tpm.magic ^= 1;
    Ok(())
}
