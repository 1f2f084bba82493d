//! The attestation object is a map of indefinite length, which CTAP forbids.

use super::Answer;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/indefinite-lengths",
    ceremonies: REGISTRATION,
    summary: "The attestation object is a map of indefinite length, which CTAP forbids.",
    changes: &["response.attestationObject.form"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    const OPEN_MAP: u8 = 0xbf;
    const BREAK: u8 = 0xff;
    let mut bytes = answer.bytes("attestationObject")?;
    *bytes.first_mut().ok_or("the attestation object is empty")? = OPEN_MAP;
    bytes.push(BREAK);
    answer.set_bytes("attestationObject", &bytes)
}
