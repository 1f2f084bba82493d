//! The attestation is `fido-u2f`, which does not vouch for the AAGUID.

use keyrig_ctap::cose::{Curve, PublicKey};
use keyrig_ctap::seal::{Draft, Statement};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/u2f-attestation",
    ceremonies: REGISTRATION,
    summary: "The attestation is `fido-u2f`, which does not vouch for the AAGUID.",
    changes: &["statement"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let attested = draft.auth_data.attested.as_ref().ok_or("there is no attested credential")?;
    if !matches!(attested.public_key.public_key(), Ok(PublicKey::Ec2 { curve: Curve::P256, .. })) {
        return Err("fido-u2f is for keys on P-256");
    }
    let Statement::Packed { leaf } = &draft.statement else {
        return Err("the statement is not packed, with a certificate");
    };
    draft.statement = Statement::FidoU2f { leaf: leaf.clone() };
    Ok(())
}
