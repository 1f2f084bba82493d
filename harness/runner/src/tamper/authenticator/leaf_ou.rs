//! The certificate's subject has another OU than `Authenticator Attestation`.

use keyrig_ctap::seal::{Draft, Role};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/leaf-ou",
    ceremonies: REGISTRATION,
    summary: "The certificate's subject has another OU than `Authenticator Attestation`.",
    changes: &["leaf.ou"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let leaf = draft.statement.leaf_mut().ok_or("there is no certificate")?;
    if leaf.role == Role::Tpm {
        return Err("a TPM's certificate has no subject");
    }
    leaf.organizational_unit = "Authenticator Imitation".to_owned();
    Ok(())
}
