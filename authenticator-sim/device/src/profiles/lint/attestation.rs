//! What its certificates have to look like.

use keyrig_ctap::Aaguid;
use keyrig_ctap::profile::{AttestationFormat, Profile};

use super::{Findings, Severity};
use crate::profiles::all;

/// RFC 5280, appendix A: the upper bound of a common name.
const COMMON_NAME_MAX: usize = 64;

pub(super) fn check(profile: &Profile, findings: &mut Findings) {
    let Some(chain) = &profile.attestation.chain else { return };
    if profile.attestation.format != AttestationFormat::Packed {
        findings.add(Severity::Warning, "attestation.chain", "only the format packed has a chain");
        return;
    }
    for (name, text) in [("root", &chain.root), ("common_name", &chain.common_name)] {
        let wrong = text.is_empty() || text.chars().count() > COMMON_NAME_MAX;
        findings.error_if(wrong, &format!("attestation.chain.{name}"), "a common name has 1 to 64 characters");
    }
    findings.error_if(
        chain.country.len() != 2 || !chain.country.bytes().all(|b| b.is_ascii_uppercase()),
        "attestation.chain.country",
        "two capital letters of ISO 3166 (WebAuthn L3 §8.2.1, Subject-C)",
    );
    findings.error_if(chain.organization.is_empty(), "attestation.chain.organization", "must not be empty");
    let shares_root = |other: &&Profile| {
        other.aaguid != profile.aaguid && other.attestation.chain.as_ref().is_some_and(|c| c.root == chain.root)
    };
    if !chain.aaguid_extension
        && let Some(other) = all().iter().find(shares_root)
    {
        let message = format!("{} has the same root, so the extension must be there (WebAuthn L3 §8.2.1)", other.id);
        findings.add(Severity::Error, "attestation.chain.aaguid_extension", message);
    }
    if profile.aaguid == Aaguid::ZERO {
        findings.add(Severity::Warning, "aaguid", "zero, and a certificate that says who it is");
    }
}
