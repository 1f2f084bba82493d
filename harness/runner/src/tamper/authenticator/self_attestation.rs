//! The credential key vouches for itself in place of a certificate.

use keyrig_ctap::seal::{Draft, Statement};

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/self-attestation",
    ceremonies: REGISTRATION,
    summary: "The credential key vouches for itself in place of a certificate.",
    changes: &[
        "statement",
        "leaf.aaguid",
        "leaf.issuer",
        "leaf.validity",
        "leaf.ca",
        "leaf.ou",
        "leaf.key",
        "x5c",
        "statement.alg",
    ],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let attested = draft.auth_data.attested.as_ref().ok_or("there is no attested credential")?;
    let algorithm = attested.public_key.algorithm().ok_or("the key has no algorithm")?;
    if matches!(draft.statement, Statement::PackedSelf { .. }) {
        return Err("it is self attestation anyway");
    }
    draft.statement = Statement::PackedSelf { algorithm };
    Ok(())
}
