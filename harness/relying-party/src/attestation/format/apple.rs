//! Apple anonymous attestation (WebAuthn L3 §8.8).

use aws_lc_rs::digest::{SHA256, digest};
use keyrig_ctap::ReasonClass;

use super::{Claim, Format, Voucher, signed};
use crate::Refusal;
use crate::attestation::statement::Statement;
use crate::certificate::{self, Certificate};
use crate::verify::Step;

pub(super) const FORMAT: Format = Format { id: "apple", vouches_for_aaguid: true, procedure: verify };

const SYNTAX: Step = step("Verify that attStmt is valid CBOR conforming to the syntax");
const NONCE: Step = step("Verify that nonce equals the value of the extension with OID 1.2.840.113635.100.8.2");
const SAME_KEY: Step = step("Verify that the credential public key equals the Subject Public Key of credCert");

const fn step(words: &'static str) -> Step {
    Step { section: "8.8", words }
}

fn verify(claim: &Claim<'_>) -> Result<Voucher, Refusal> {
    let statement = Statement::parse(claim.statement, &["x5c"], SYNTAX)?;
    let chain = statement.certificates()?;
    let leaf = Certificate::parse(&chain[0], SYNTAX)?;
    verify_nonce(claim, &leaf)?;
    signed::verify_certifies_credential_key(claim, &leaf, SAME_KEY)?;
    Ok(Voucher::Certificate(chain))
}

fn verify_nonce(claim: &Claim<'_>, leaf: &Certificate) -> Result<(), Refusal> {
    let nonce = digest(&SHA256, &signed::message(claim));
    if certificate::apple_nonce(leaf, NONCE)? == nonce.as_ref() {
        return Ok(());
    }
    let message = "the certificate's nonce is not that of this registration";
    Err(Refusal::new(ReasonClass::AttestationCertificate, "certificate_nonce_differs", message, NONCE))
}
