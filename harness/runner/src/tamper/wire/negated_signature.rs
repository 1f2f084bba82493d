//! The other of the two signatures that ECDSA has for the same message; a relying party must not mind.

use p256::ecdsa::Signature;

use super::Answer;
use crate::tamper::{Argument, BOTH, Lie, Need, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/negated-signature",
    ceremonies: BOTH,
    summary: "The other of the two signatures that ECDSA has for the same message; a relying party must not mind.",
    changes: &["response.signature", "response.attestationObject.attStmt.sig"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let mut flaw = None;
    answer.change_signature(|signature| match negated(signature) {
        Some(other) => *signature = other,
        None => flaw = Some("the signature is not ECDSA on P-256"),
    })?;
    flaw.map_or(Ok(()), Err)
}

fn negated(der: &[u8]) -> Option<Vec<u8>> {
    let signature = Signature::from_der(der).ok()?;
    let (r, s) = signature.split_scalars();
    Some(Signature::from_scalars(r, -s).ok()?.to_der().as_bytes().to_vec())
}
