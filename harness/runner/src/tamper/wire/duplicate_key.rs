//! The attestation object has its format twice, with two values.

use keyrig_ctap::cbor::Writer;

use super::Answer;
use crate::tamper::{Argument, Lie, Need, REGISTRATION, Tamper, Telling};

pub(super) const TAMPER: Tamper = Tamper {
    id: "wire/duplicate-key",
    ceremonies: REGISTRATION,
    summary: "The attestation object has its format twice, with two values.",
    changes: &["response.attestationObject.fmt", "response.attestationObject.form"],
    argument: Argument::None,
    need: Need::Nothing,
    lie: Lie::Wire(lie),
};

fn lie(answer: &mut Answer, _telling: &Telling<'_>) -> Result<(), &'static str> {
    let object = answer.attestation()?;
    let mut out = Writer::new();
    out.map(4).text("fmt").text("none").text("fmt").text(&object.format);
    out.text("attStmt").raw(&object.statement).text("authData").bytes(&object.auth_data);
    answer.set_bytes("attestationObject", &out.into_bytes())
}
