//! Compound attestation (WebAuthn L3 §8.9).
//!
//! What the text leaves to the relying party: every member has to verify, and the strongest that can be trusted counts.

use keyrig_ctap::ReasonClass;
use keyrig_ctap::cbor::{Fields, Kind, Node, Tree, expect_text};

use super::{Claim, Format, Voucher, find};
use crate::Refusal;
use crate::attestation::statement::malformed;
use crate::verify::{Attestation, AttestationKind, Step};

pub(super) const FORMAT: Format = Format { id: "compound", vouches_for_aaguid: false, procedure: verify };

const SYNTAX: Step = step("The syntax of a compound attestation statement");
const EACH: Step = step("For each subStmt of attStmt, evaluate the verification procedure");

/// The fewest members.
const FEWEST: usize = 2;

const fn step(words: &'static str) -> Step {
    Step { section: "8.9", words }
}

fn verify(claim: &Claim<'_>) -> Result<Voucher, Refusal> {
    let tree = Tree::parse(claim.statement).map_err(|e| malformed(e.to_string(), SYNTAX))?;
    let Kind::Array(members) = &tree.root.kind else {
        return Err(malformed("a compound statement is not an array".to_owned(), SYNTAX));
    };
    if members.len() < FEWEST {
        let message = format!("the number of members is {}, and two is the fewest", members.len());
        return Err(refuse(ReasonClass::AttestationMalformed, "compound_too_few_members", message, SYNTAX));
    }
    let mut vouchers = members.iter().map(|member| verify_member(claim, member)).collect::<Result<Vec<_>, _>>()?;
    vouchers.sort_by_key(|voucher| match voucher {
        Voucher::Certificate(_) | Voucher::Members(_) => 0,
        Voucher::CredentialKey => 1,
        Voucher::Nobody => 2,
    });
    Ok(Voucher::Members(vouchers))
}

fn verify_member(claim: &Claim<'_>, member: &Node<'_>) -> Result<Voucher, Refusal> {
    let fields = Fields::of(member, "attStmt").map_err(|e| malformed(e.to_string(), SYNTAX))?;
    let id = fields.require_text("fmt").and_then(|id| expect_text(id, "fmt"));
    let id = id.map_err(|e| malformed(e.to_string(), SYNTAX))?;
    let statement = fields.require_text("attStmt").map_err(|e| malformed(e.to_string(), SYNTAX))?;
    if fields.entries().len() != 2 {
        return Err(malformed("a member has more than fmt and attStmt".to_owned(), SYNTAX));
    }
    if id == FORMAT.id {
        let message = "a compound statement is a member of a compound statement";
        return Err(refuse(ReasonClass::AttestationMalformed, "compound_in_compound", message.to_owned(), SYNTAX));
    }
    let format = find(id).ok_or_else(|| {
        let message = format!("the attestation format \"{id}\" of a member is not supported");
        refuse(ReasonClass::AttestationFormat, "attestation_format_not_supported", message, EACH)
    })?;
    format.verify(&Claim { statement: statement.span.of(claim.statement), ..*claim })
}

fn refuse(class: ReasonClass, reason: &'static str, message: String, step: Step) -> Refusal {
    Refusal::new(class, reason, message, step)
}

/// Of the members that were assessed, the one that is worth most; the first refusal where every one was refused.
pub(crate) fn strongest(
    assessed: impl IntoIterator<Item = Result<Attestation, Refusal>>,
) -> Result<Attestation, Refusal> {
    let worth = |attestation: &Attestation| match attestation.kind {
        AttestationKind::Basic { trusted: true } => 3,
        AttestationKind::Basic { trusted: false } => 2,
        AttestationKind::SelfAttested => 1,
        AttestationKind::None => 0,
    };
    let better = |best: Result<Attestation, Refusal>, next: Result<Attestation, Refusal>| match (&best, &next) {
        (Ok(known), Ok(found)) if worth(found) > worth(known) => next,
        (Err(_), Ok(_)) => next,
        _ => best,
    };
    let none = malformed("a compound statement has no members".to_owned(), SYNTAX);
    assessed.into_iter().reduce(better).unwrap_or(Err(none))
}
