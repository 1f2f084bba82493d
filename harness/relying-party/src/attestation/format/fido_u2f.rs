//! FIDO U2F attestation (WebAuthn L3 §8.6).

use keyrig_ctap::ReasonClass;
use keyrig_ctap::cose::{Algorithm, Curve, PublicKey};

use super::{Claim, Format, Voucher, signed};
use crate::Refusal;
use crate::attestation::statement::Statement;
use crate::certificate::Certificate;
use crate::verify::{Step, VerifyingKey};

pub(super) const FORMAT: Format = Format { id: "fido-u2f", vouches_for_aaguid: false, procedure: verify };

const SYNTAX: Step = step("Verify that attStmt is valid CBOR conforming to the syntax");
const ONE_CERTIFICATE: Step = step("Check that x5c has exactly one element");
const CONVERT: Step = step("Convert the COSE_KEY formatted credentialPublicKey");
const SIGNATURE: Step = step("Verify the sig using verificationData and the certificate public key");

const fn step(words: &'static str) -> Step {
    Step { section: "8.6", words }
}

fn verify(claim: &Claim<'_>) -> Result<Voucher, Refusal> {
    let statement = Statement::parse(claim.statement, &["sig", "x5c"], SYNTAX)?;
    let signature = statement.signature()?;
    let chain = statement.certificates()?;
    let key = certificate_key(&chain)?;
    let data = verification_data(claim)?;
    signed::verify(&key, &data, signature, SIGNATURE)?;
    Ok(Voucher::Certificate(chain))
}

fn certificate_key(chain: &[Vec<u8>]) -> Result<VerifyingKey, Refusal> {
    let [certificate] = chain else {
        let message = format!("x5c has {} certificates, not one", chain.len());
        let (class, reason) = (ReasonClass::AttestationMalformed, "u2f_not_one_certificate");
        return Err(Refusal::new(class, reason, message, ONE_CERTIFICATE));
    };
    let key = Certificate::parse(certificate, SYNTAX)?.public_key(ONE_CERTIFICATE)?;
    VerifyingKey::new(&key, Algorithm::ES256).map_err(|problem| {
        let (class, reason) = (ReasonClass::AttestationCertificate, "u2f_certificate_key_not_p256");
        Refusal::new(
            class,
            reason,
            format!("the certificate's key is not on P-256: {}", problem.message),
            ONE_CERTIFICATE,
        )
    })
}

/// `0x00 ‖ rpIdHash ‖ clientDataHash ‖ credentialId ‖ publicKeyU2F`: flags, counter and AAGUID are not in it.
fn verification_data(claim: &Claim<'_>) -> Result<Vec<u8>, Refusal> {
    match claim.credential.public_key.public_key() {
        Ok(PublicKey::Ec2 { curve: Curve::P256, x, y }) => Ok([
            &[0x00],
            &claim.auth_data.rp_id_hash[..],
            claim.client_data_hash,
            &claim.credential.credential_id,
            &[0x04],
            &x,
            &y,
        ]
        .concat()),
        _ => {
            let message = "a FIDO U2F credential has a P-256 key";
            Err(Refusal::new(ReasonClass::AttestationMalformed, "u2f_credential_key_not_p256", message, CONVERT))
        }
    }
}
