//! What its statements and certificates have to look like.

use keyrig_core::attestation::extension;
use keyrig_ctap::Aaguid;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::profile::{Attestation, AttestationFormat, Chain, LeafAlgorithm, Profile, TpmIdentity};

use super::{Findings, Severity};
use crate::profiles::all;

/// RFC 5280, appendix A: the upper bound of a common name.
const COMMON_NAME_MAX: usize = 64;

pub(super) fn check(profile: &Profile, findings: &mut Findings) {
    let attestation = &profile.attestation;
    members(attestation, findings);
    algorithms(profile, findings);
    enterprise(profile, findings);
    let Some(chain) = &attestation.chain else { return };
    if !attestation.needs_chain() {
        findings.add(Severity::Warning, "attestation.chain", "only a format with certificates has a chain");
        return;
    }
    names(chain, findings);
    tpm(attestation, chain, findings);
    authorities(profile, chain, findings);
    extensions(profile, chain, findings);
}

fn members(attestation: &Attestation, findings: &mut Findings) {
    let compound = attestation.format == AttestationFormat::Compound;
    let member = "attestation.members";
    findings.error_if(!compound && !attestation.members.is_empty(), member, "only the format compound has members");
    findings.error_if(compound && attestation.members.len() < 2, member, "two at least (WebAuthn L3 §8.9)");
    findings.error_if(
        attestation.members.contains(&AttestationFormat::Compound),
        member,
        "a compound statement is no member of another (WebAuthn L3 §8.9)",
    );
}

/// Each format attests keys of some algorithms only.
fn algorithms(profile: &Profile, findings: &mut Findings) {
    const ON_P256: &[Algorithm] = &[Algorithm::ES256];
    const IN_A_TPM: &[Algorithm] =
        &[Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::RS256, Algorithm::PS256];
    for (format, known) in [
        (AttestationFormat::FidoU2f, ON_P256),
        (AttestationFormat::AndroidKey, ON_P256),
        (AttestationFormat::Apple, ON_P256),
        (AttestationFormat::Tpm, IN_A_TPM),
    ] {
        let others: Vec<_> = profile.algorithms.iter().filter(|algorithm| !known.contains(algorithm)).collect();
        findings.error_if(
            profile.attestation.includes(format) && !others.is_empty(),
            "algorithms",
            format!("{others:?}: no key of theirs is attested as {}", format.id()),
        );
    }
}

fn enterprise(profile: &Profile, findings: &mut Findings) {
    let attestation = &profile.attestation;
    let member = "attestation.enterprise_rp_ids";
    let capable = profile.get_info.option("ep").is_some();
    findings.error_if(
        !capable && !attestation.enterprise_rp_ids.is_empty(),
        member,
        "without the option ep there is no enterprise attestation (CTAP 2.3 §7.1)",
    );
    findings.error_if(
        capable && !attestation.includes(AttestationFormat::Packed),
        "attestation.format",
        "the option ep, and no packed statement to tell the serial number (WebAuthn L3 §8.2.2)",
    );
}

fn names(chain: &Chain, findings: &mut Findings) {
    let intermediates = chain.intermediates.iter().map(|name| ("intermediates", name));
    for (name, text) in [("root", &chain.root), ("common_name", &chain.common_name)].into_iter().chain(intermediates) {
        let wrong = text.is_empty() || text.chars().count() > COMMON_NAME_MAX;
        findings.error_if(wrong, &format!("attestation.chain.{name}"), "a common name has 1 to 64 characters");
    }
    findings.error_if(
        chain.country.len() != 2 || !chain.country.bytes().all(|b| b.is_ascii_uppercase()),
        "attestation.chain.country",
        "two capital letters of ISO 3166 (WebAuthn L3 §8.2.1, Subject-C)",
    );
    findings.error_if(chain.organization.is_empty(), "attestation.chain.organization", "must not be empty");
}

fn tpm(attestation: &Attestation, chain: &Chain, findings: &mut Findings) {
    let member = "attestation.chain.tpm";
    let Some(tpm) = &chain.tpm else {
        findings.error_if(
            attestation.includes(AttestationFormat::Tpm),
            member,
            "the certificate names the TPM (WebAuthn L3 §8.3.1)",
        );
        return;
    };
    let TpmIdentity { manufacturer, model, version } = tpm;
    let digits = |text: &str| {
        let digits = text.strip_prefix("id:").filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.map_or(0, str::len)
    };
    findings.error_if(digits(manufacturer) != 8, member, "manufacturer: `id:` and eight hexadecimal digits");
    findings.error_if(model.is_empty(), member, "model: must not be empty");
    findings.error_if(digits(version) == 0, member, "version: `id:` and hexadecimal digits");
}

/// Certificates of the same name are the same, wherever they are named.
fn authorities(profile: &Profile, chain: &Chain, findings: &mut Findings) {
    if let Some(validity) = chain.ca_validity {
        findings.error_if(validity.from > validity.to, "attestation.chain.ca_validity", "it ends before it begins");
    }
    let u2f = profile.attestation.includes(AttestationFormat::FidoU2f)
        || profile.get_info.versions.iter().any(|version| version == "U2F_V2");
    findings.error_if(
        u2f && chain.algorithm != LeafAlgorithm::Es256,
        "attestation.chain.algorithm",
        "U2F knows certificates of P-256 keys only (WebAuthn L3 §8.6)",
    );
    let others = all().iter().filter(|other| other.id != profile.id);
    for (other, theirs) in others.filter_map(|other| Some((other, other.attestation.chain.as_ref()?))) {
        findings.error_if(
            theirs.root == chain.root && theirs.ca_validity != chain.ca_validity,
            "attestation.chain.ca_validity",
            format!("{} has the same root with another validity", other.id),
        );
    }
}

fn extensions(profile: &Profile, chain: &Chain, findings: &mut Findings) {
    for (oid, value) in &chain.extensions {
        let wrong = extension::described(oid, value, profile).is_err();
        findings.error_if(
            wrong,
            "attestation.chain.extensions",
            format!("{oid} is no object identifier, or its value is none"),
        );
    }
    // The formats whose certificates say it (WebAuthn L3 §8.2.1, §8.3.1).
    let says = profile.attestation.includes(AttestationFormat::Packed);
    let shares_root = |other: &&Profile| {
        other.aaguid != profile.aaguid && other.attestation.chain.as_ref().is_some_and(|c| c.root == chain.root)
    };
    if says
        && !chain.aaguid_extension
        && let Some(other) = all().iter().find(shares_root)
    {
        let message = format!("{} has the same root, so the extension must be there (WebAuthn L3 §8.2.1)", other.id);
        findings.add(Severity::Error, "attestation.chain.aaguid_extension", message);
    }
    // U2F has no AAGUID.
    if profile.aaguid == Aaguid::ZERO && profile.get_info.speaks_ctap2() {
        findings.add(Severity::Warning, "aaguid", "zero, and a certificate that says who it is");
    }
}
