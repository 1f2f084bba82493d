//! The public key claims an algorithm that is not for its curve.

use keyrig_ctap::cose::{Algorithm, CoseKey};
use keyrig_ctap::seal::Draft;

use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "authenticator/key-algorithm",
    ceremonies: REGISTRATION,
    summary: "The public key claims an algorithm that is not for its curve.",
    changes: &["authenticatorData.publicKey"],
    argument: Argument::Optional("algorithm"),
    need: Need::Nothing,
    lie: Lie::Authenticator(lie),
};

fn lie(draft: &mut Draft, telling: &Telling<'_>) -> Result<(), &'static str> {
    let attested = draft.auth_data.attested.as_mut().ok_or("there is no attested credential")?;
    let key = attested.public_key.public_key().map_err(|_| "the key cannot be read")?;
    let algorithm = telling.argument.map_or(Ok(Algorithm::RS256), str::parse);
    let algorithm = algorithm.map_err(|_| "the algorithm has neither a known name nor a number")?;
    attested.public_key = CoseKey::from_bytes(&key.to_cose(algorithm));
    Ok(())
}
