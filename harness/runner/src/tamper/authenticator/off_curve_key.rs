//! The public key is not a point on its curve.

use keyrig_ctap::cose::{CoseKey, PublicKey};
use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/off-curve-key",
    ceremonies: REGISTRATION,
    summary: "The public key is not a point on its curve.",
    changes: &["authenticatorData.publicKey"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let attested = draft.auth_data.attested.as_mut().ok_or("there is no attested credential")?;
    let algorithm = attested.public_key.algorithm().ok_or("the key has no algorithm")?;
    let Ok(PublicKey::Ec2 { curve, x, mut y }) = attested.public_key.public_key() else {
        return Err("the key is not a point");
    };
    *y.last_mut().ok_or("the key has no y")? ^= 1;
    attested.public_key = CoseKey::from_bytes(&PublicKey::Ec2 { curve, x, y }.to_cose(algorithm));
    Ok(())
}
