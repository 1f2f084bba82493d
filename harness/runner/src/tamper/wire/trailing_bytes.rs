//! Bytes follow the attestation object.

use super::Answer;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/trailing-bytes",
    ceremonies: REGISTRATION,
    summary: "Bytes follow the attestation object.",
    changes: &["response.attestationObject.form"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let mut bytes = answer.bytes("attestationObject")?;
    bytes.extend([0; 4]);
    answer.set_bytes("attestationObject", &bytes)
}
