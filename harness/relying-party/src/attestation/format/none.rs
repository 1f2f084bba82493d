//! No attestation (WebAuthn L3 §8.7).

use super::{Claim, Format, Voucher};
use crate::Refusal;
use crate::attestation::statement::Statement;
use crate::verify::Step;

pub(super) const FORMAT: Format = Format { id: "none", vouches_for_aaguid: false, procedure: verify };

const SYNTAX: Step = Step { section: "8.7", words: "The syntax of a none attestation statement" };

fn verify(claim: &Claim<'_>) -> Result<Voucher, Refusal> {
    Statement::parse(claim.statement, &[], SYNTAX)?;
    Ok(Voucher::Nobody)
}
