//! Certificates written by hand, so that each can break exactly one rule.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};

const UTF8: u8 = 0x0c;
const PRINTABLE: u8 = 0x13;
const COUNTRY: &[u8] = &[0x55, 4, 6];
const ORGANIZATION: &[u8] = &[0x55, 4, 10];
const UNIT: &[u8] = &[0x55, 4, 11];
const COMMON_NAME: &[u8] = &[0x55, 4, 3];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
const AAGUID: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0xe5, 0x1c, 1, 1, 4];
const ECDSA_WITH_SHA256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

const SUBJECT_ALTERNATIVE_NAME: &[u8] = &[0x55, 0x1d, 17];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 37];
const CERTIFICATE_POLICIES: &[u8] = &[0x55, 0x1d, 32];
const KEY_DESCRIPTION: &[u8] = &[0x2b, 6, 1, 4, 1, 0xd6, 0x79, 2, 1, 17];
const APPLE_NONCE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 8, 2];
/// `tcg-at-tpmManufacturer`, `tcg-at-tpmModel` and `tcg-at-tpmVersion`.
pub(crate) const TPM_ATTRIBUTES: [&[u8]; 3] = [&[0x67, 0x81, 5, 2, 1], &[0x67, 0x81, 5, 2, 2], &[0x67, 0x81, 5, 2, 3]];
/// `tcg-kp-AIKCertificate`.
pub(crate) const AIK_USAGE: &[u8] = &[0x67, 0x81, 5, 8, 3];
/// `id-kp-clientAuth`.
pub(crate) const CLIENT_USAGE: &[u8] = &[0x2b, 6, 1, 5, 5, 7, 3, 2];

/// A certificate to be: every part free to be wrong.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) version: u8,
    pub(crate) issuer: Vec<(&'static [u8], u8, String)>,
    pub(crate) subject: Vec<(&'static [u8], u8, String)>,
    pub(crate) not_before: &'static str,
    pub(crate) not_after: &'static str,
    pub(crate) spki: Vec<u8>,
    pub(crate) extensions: Vec<Extension>,
}

#[derive(Clone)]
pub(crate) struct Extension {
    oid: &'static [u8],
    critical: bool,
    value: Vec<u8>,
}

impl Draft {
    pub(crate) fn root(key: &SigningKey) -> Self {
        let name = vec![(COMMON_NAME, UTF8, "keyrig test root".to_owned())];
        Self { issuer: name.clone(), subject: name, extensions: vec![basic_constraints(true)], ..Self::of(key) }
    }

    pub(crate) fn intermediate(key: &SigningKey, issuer: &Self) -> Self {
        let subject = vec![(COMMON_NAME, UTF8, "keyrig test intermediate".to_owned())];
        let issuer = issuer.subject.clone();
        Self { issuer, subject, extensions: vec![basic_constraints(true)], ..Self::of(key) }
    }

    /// A leaf as packed attestation wants it.
    pub(crate) fn leaf(key: &SigningKey, issuer: &Self, aaguid: [u8; 16]) -> Self {
        let subject = vec![
            (COUNTRY, PRINTABLE, "SE".to_owned()),
            (ORGANIZATION, UTF8, "keyrig".to_owned()),
            (UNIT, UTF8, "Authenticator Attestation".to_owned()),
            (COMMON_NAME, UTF8, "keyrig test authenticator".to_owned()),
        ];
        let extensions = vec![basic_constraints(false), aaguid_extension(&aaguid, false)];
        Self { issuer: issuer.subject.clone(), subject, extensions, ..Self::of(key) }
    }

    fn of(key: &SigningKey) -> Self {
        let point = key.verifying_key().to_sec1_point(false);
        Self {
            version: 3,
            issuer: vec![],
            subject: vec![],
            not_before: "20240101000000Z",
            not_after: "20540101000000Z",
            spki: sequence(&[
                sequence(&[tlv(0x06, EC_PUBLIC_KEY), tlv(0x06, P256)]),
                tlv(0x03, &[&[0], point.as_bytes()].concat()),
            ]),
            extensions: vec![],
        }
    }

    pub(crate) fn without_subject(mut self, oid: &[u8]) -> Self {
        self.subject.retain(|(found, ..)| *found != oid);
        self
    }

    pub(crate) fn sign(&self, issuer: &SigningKey) -> Vec<u8> {
        let algorithm = sequence(&[tlv(0x06, ECDSA_WITH_SHA256)]);
        let mut parts = vec![];
        if self.version > 1 {
            parts.push(tlv(0xa0, &tlv(0x02, &[self.version - 1])));
        }
        parts.extend([
            tlv(0x02, &[7]),
            algorithm.clone(),
            name(&self.issuer),
            sequence(&[time(self.not_before), time(self.not_after)]),
            name(&self.subject),
            self.spki.clone(),
        ]);
        if !self.extensions.is_empty() {
            let list: Vec<Vec<u8>> = self.extensions.iter().map(Extension::encode).collect();
            parts.push(tlv(0xa3, &sequence(&list)));
        }
        let body = sequence(&parts);
        let signature: Signature = issuer.sign(&body);
        let bits = [&[0], signature.to_der().as_bytes()].concat();
        sequence(&[body, algorithm, tlv(0x03, &bits)])
    }
}

impl Extension {
    fn encode(&self) -> Vec<u8> {
        let mut parts = vec![tlv(0x06, self.oid)];
        if self.critical {
            parts.push(tlv(0x01, &[0xff]));
        }
        parts.push(tlv(0x04, &self.value));
        sequence(&parts)
    }
}

pub(crate) fn basic_constraints(ca: bool) -> Extension {
    let body = if ca { tlv(0x01, &[0xff]) } else { vec![] };
    Extension { oid: BASIC_CONSTRAINTS, critical: true, value: tlv(0x30, &body) }
}

/// The AAGUID in two octet strings.
pub(crate) fn aaguid_extension(aaguid: &[u8], critical: bool) -> Extension {
    Extension { oid: AAGUID, critical, value: tlv(0x04, aaguid) }
}

/// The AAGUID in one octet string only.
pub(crate) fn bare_aaguid_extension(aaguid: &[u8]) -> Extension {
    Extension { oid: AAGUID, critical: false, value: aaguid.to_vec() }
}

pub(crate) fn extended_key_usage(usages: &[&[u8]]) -> Extension {
    let usages: Vec<Vec<u8>> = usages.iter().map(|usage| tlv(0x06, usage)).collect();
    Extension { oid: EXTENDED_KEY_USAGE, critical: false, value: sequence(&usages) }
}

/// A directory name of several relative names, each of several attributes.
pub(crate) fn directory_name(relative_names: &[&[(&'static [u8], &str)]]) -> Extension {
    let attribute = |(oid, text): &(&[u8], &str)| sequence(&[tlv(0x06, oid), tlv(UTF8, text.as_bytes())]);
    let relative_name = |attributes: &&[(&[u8], &str)]| {
        let mut members: Vec<Vec<u8>> = attributes.iter().map(attribute).collect();
        members.sort();
        tlv(0x31, &members.concat())
    };
    let name = sequence(&relative_names.iter().map(relative_name).collect::<Vec<_>>());
    Extension { oid: SUBJECT_ALTERNATIVE_NAME, critical: true, value: sequence(&[tlv(0xa4, &name)]) }
}

/// A host name instead of a directory name.
pub(crate) fn host_name(name: &str) -> Extension {
    let value = sequence(&[tlv(0x82, name.as_bytes())]);
    Extension { oid: SUBJECT_ALTERNATIVE_NAME, critical: true, value }
}

/// Any policy.
pub(crate) fn certificate_policies(critical: bool) -> Extension {
    let value = sequence(&[sequence(&[tlv(0x06, &[0x55, 0x1d, 32, 0])])]);
    Extension { oid: CERTIFICATE_POLICIES, critical, value }
}

/// An extension that nobody knows.
pub(crate) fn unknown_extension(critical: bool) -> Extension {
    Extension { oid: &[0x2a, 3], critical, value: vec![5, 0] }
}

/// `KeyDescription` with everything in software, and these contents of the two authorization lists.
pub(crate) fn key_description(challenge: &[u8], software: &[u8], tee: &[u8]) -> Extension {
    let levels = [tlv(0x02, &[0x01, 0x2c]), tlv(0x0a, &[0]), tlv(0x02, &[0]), tlv(0x0a, &[0])];
    let rest = [tlv(0x04, challenge), tlv(0x04, &[]), tlv(0x30, software), tlv(0x30, tee)];
    Extension { oid: KEY_DESCRIPTION, critical: false, value: sequence(&[levels, rest].concat()) }
}

pub(crate) fn apple_nonce(nonce: &[u8]) -> Extension {
    let value = sequence(&[tlv(0xa1, &tlv(0x04, nonce))]);
    Extension { oid: APPLE_NONCE, critical: false, value }
}

/// The subject attributes that packed attestation wants.
pub(crate) const SUBJECT: [&[u8]; 4] = [COUNTRY, ORGANIZATION, UNIT, COMMON_NAME];

fn name(attributes: &[(&'static [u8], u8, String)]) -> Vec<u8> {
    let rdn =
        |(oid, tag, text): &(&[u8], u8, String)| tlv(0x31, &sequence(&[tlv(0x06, oid), tlv(*tag, text.as_bytes())]));
    sequence(&attributes.iter().map(rdn).collect::<Vec<_>>())
}

/// UTCTime until 2049, GeneralizedTime after it (RFC 5280 §4.1.2.5).
fn time(text: &str) -> Vec<u8> {
    if text < "2050" { tlv(0x17, &text.as_bytes()[2..]) } else { tlv(0x18, text.as_bytes()) }
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..0x80 => out.push(length as u8),
        0x80..0x100 => out.extend([0x81, length as u8]),
        _ => out.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    out.extend_from_slice(content);
    out
}
