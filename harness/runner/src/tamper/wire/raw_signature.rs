//! The signature is r and s side by side, as JOSE has it.

use p256::ecdsa::Signature;

use super::Answer;
use crate::tamper::{AUTHENTICATION, Argument, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/raw-signature",
    ceremonies: AUTHENTICATION,
    summary: "The signature is r and s side by side, as JOSE has it.",
    changes: &["response.signature"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let der = answer.bytes("signature")?;
    let signature = Signature::from_der(&der).map_err(|_| "the signature is not ECDSA on P-256")?;
    answer.set_bytes("signature", &signature.to_bytes())
}
