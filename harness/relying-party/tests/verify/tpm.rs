//! Attacks on TPM attestation.

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA384, SHA512, digest};
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::cose::{Algorithm, CoseKey, PublicKey};
use keyrig_ctap::{Aaguid, ReasonClass};
use keyrig_relying_party::verify;
use p256::ecdsa::SigningKey;

use crate::certificate::{
    AIK_USAGE, CLIENT_USAGE, Draft, SUBJECT, TPM_ATTRIBUTES, aaguid_extension, basic_constraints, directory_name,
    extended_key_usage, host_name,
};
use crate::forge::{
    AAGUID, Registration, Statement, assert_refusal, chain_of, cose, credential_key, leaf_key, registration_refused,
    root_key, sign, signing_key, trusted_under_its_root_alone,
};

/// A TPM statement to be.
#[derive(Clone)]
pub(crate) struct Tpm {
    version: &'static str,
    algorithm: Algorithm,
    signer: SigningKey,
    aik: Draft,
    /// `pubArea`.
    area: Vec<u8>,
    magic: u32,
    kind: u16,
    /// Another value than the hash of what is attested.
    extra_data: Option<Vec<u8>>,
    /// Another name than that of [`Self::area`].
    name: Option<Vec<u8>>,
    /// What follows the structure in `certInfo`.
    trailer: Vec<u8>,
    /// A member to leave out.
    without: Option<&'static str>,
    extra_member: bool,
}

/// Where the extensions of the honest certificate stand.
const CONSTRAINTS: usize = 0;
const USAGE: usize = 1;
const NAME: usize = 2;
const AAGUID_AT: usize = 3;

pub(crate) fn honest() -> Statement {
    let [manufacturer, model, version] = TPM_ATTRIBUTES;
    let attributes = [(manufacturer, "id:414D4400"), (model, "AMD"), (version, "id:13")];
    let aik = Draft {
        subject: vec![],
        extensions: vec![
            basic_constraints(false),
            extended_key_usage(&[AIK_USAGE]),
            directory_name(&[&attributes]),
            aaguid_extension(&AAGUID, false),
        ],
        ..Draft::leaf(&leaf_key(), &Draft::root(&root_key()), AAGUID)
    };
    Statement::Tpm(Box::new(Tpm {
        version: "2.0",
        algorithm: Algorithm::ES256,
        signer: leaf_key(),
        aik,
        area: area_of(&cose(&credential_key()), 0x000b),
        magic: 0xff54_4347,
        kind: 0x8017,
        extra_data: None,
        name: None,
        trailer: vec![],
        without: None,
        extra_member: false,
    }))
}

impl Tpm {
    pub(crate) fn encode(&self, signed: &[u8]) -> Vec<u8> {
        let cert_info = self.cert_info(signed);
        let all = ["alg", "sig", "ver", "x5c", "pubArea", "certInfo"];
        let members: Vec<_> = all.into_iter().filter(|name| self.without != Some(name)).collect();
        let mut out = Writer::new();
        out.map(members.len() + usize::from(self.extra_member));
        for member in members {
            out.text(member);
            match member {
                "alg" => out.int(self.algorithm.0),
                "sig" => out.bytes(&sign(&self.signer, &cert_info)),
                "ver" => out.text(self.version),
                "x5c" => out.array(1).bytes(&chain_of(&self.aik)[0]),
                "pubArea" => out.bytes(&self.area),
                _ => out.bytes(&cert_info),
            };
        }
        if self.extra_member {
            out.text("ecdaaKeyId").bytes(&[]);
        }
        out.into_bytes()
    }

    fn cert_info(&self, signed: &[u8]) -> Vec<u8> {
        let extra_data = self.extra_data.clone().unwrap_or_else(|| digest(&SHA256, signed).as_ref().to_vec());
        let name = self.name.clone().unwrap_or_else(|| name_of(&self.area));
        [
            &self.magic.to_be_bytes()[..],
            &self.kind.to_be_bytes(),
            &sized(b"signer"),
            &sized(&extra_data),
            &[0x11; 17],
            &[0x22; 8],
            &sized(&name),
            &sized(b"qualified name"),
            &self.trailer,
        ]
        .concat()
    }
}

fn words(words: &[u16]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

fn sized(bytes: &[u8]) -> Vec<u8> {
    [&words(&[bytes.len() as u16])[..], bytes].concat()
}

/// The public area of a key that signs without a scheme, its attributes `sign` only.
fn area_of(key: &CoseKey, name_algorithm: u16) -> Vec<u8> {
    let head = |kind| [words(&[kind, name_algorithm]), 0x0004_0000_u32.to_be_bytes().to_vec(), sized(&[])].concat();
    match key.public_key().unwrap() {
        PublicKey::Ec2 { x, y, .. } => {
            [head(0x0023), words(&[0x0010, 0x0010, 0x0003, 0x0010]), sized(&x), sized(&y)].concat()
        }
        PublicKey::Rsa { n, .. } => [head(0x0001), words(&[0x0010, 0x0010, 2048, 0, 0]), sized(&n)].concat(),
        PublicKey::Okp { .. } | PublicKey::Akp { .. } => unreachable!(),
    }
}

/// The name algorithm, and with it the hash of the area.
fn name_of(area: &[u8]) -> Vec<u8> {
    let Some([_, _, algorithm @ ..]) = area.first_chunk::<4>() else { return vec![] };
    let hash: &digest::Algorithm = match algorithm {
        [0, 0x04] => &SHA1_FOR_LEGACY_USE_ONLY,
        [0, 0x0c] => &SHA384,
        [0, 0x0d] => &SHA512,
        _ => &SHA256,
    };
    [&algorithm[..], digest(hash, area).as_ref()].concat()
}

fn change(registration: &mut Registration, attack: impl FnOnce(&mut Tpm)) {
    match &mut registration.statement {
        Statement::Tpm(tpm) => attack(tpm),
        _ => unreachable!(),
    }
}

#[track_caller]
fn refused(attack: impl FnOnce(&mut Tpm), class: ReasonClass, reason: &str) {
    registration_refused(Registration::honest(honest()), |r| change(r, attack), class, reason);
}

#[track_caller]
fn accepted(variation: impl FnOnce(&mut Registration)) {
    let mut odd = Registration::honest(honest());
    variation(&mut odd);
    odd.outcome().expect("accepted");
}

#[test]
fn an_honest_statement_is_trusted_and_without_its_root_it_is_not() {
    trusted_under_its_root_alone(honest());
}

#[test]
fn a_statement_with_a_member_too_few_or_too_many_is_refused() {
    let (class, reason) = (ReasonClass::AttestationMalformed, "attestation_statement_malformed");
    for member in ["alg", "sig", "ver", "x5c", "pubArea", "certInfo"] {
        refused(|tpm| tpm.without = Some(member), class, reason);
    }
    refused(|tpm| tpm.extra_member = true, class, reason);
    for version in ["1.2", "2", ""] {
        refused(|tpm| tpm.version = version, class, "tpm_version");
    }
}

#[test]
fn a_public_area_of_another_key_or_of_none_is_refused() {
    let class = ReasonClass::AttestationMalformed;
    refused(|tpm| tpm.area = area_of(&cose(&signing_key(7)), 0x000b), class, "tpm_key_differs");
    let rsa = PublicKey::Rsa { n: vec![0xc5; 256], e: vec![1, 0, 1] }.to_cose(Algorithm::RS256);
    refused(|tpm| tpm.area = area_of(&CoseKey::from_bytes(&rsa), 0x000b), class, "tpm_key_differs");
    refused(|tpm| tpm.area.push(0), class, "tpm_public_area");
    refused(|tpm| tpm.area.truncate(tpm.area.len() - 1), class, "tpm_public_area");
    refused(|tpm| tpm.area.clear(), class, "tpm_public_area");
    // A TPM2B_PUBLIC: the length in front was to be removed.
    refused(|tpm| tpm.area = sized(&tpm.area), class, "tpm_public_area");
}

#[test]
fn an_rsa_credential_is_attested_too() {
    let rsa = |e: &[u8]| PublicKey::Rsa { n: vec![0xc5; 256], e: e.to_vec() };
    let cose = |e| CoseKey::from_bytes(&rsa(e).to_cose(Algorithm::RS256));
    let mut honest = Registration::honest(honest());
    honest.credential().public_key = cose(&[1, 0, 1]);
    change(&mut honest, |tpm| tpm.area = area_of(&cose(&[1, 0, 1]), 0x000b));
    // An exponent of zero in the area stands for 65537, not for 3.
    let attack = |r: &mut Registration| r.credential().public_key = cose(&[3]);
    registration_refused(honest, attack, ReasonClass::AttestationMalformed, "tpm_key_differs");
}

#[test]
fn a_certificate_that_breaks_a_requirement_of_tpm_is_refused() {
    let refused = |attack: &dyn Fn(&mut Draft), reason: &str| {
        refused(|tpm| attack(&mut tpm.aik), ReasonClass::AttestationCertificate, reason);
    };
    refused(&|aik| (aik.version, aik.extensions) = (1, vec![]), "certificate_version");
    refused(&|aik| aik.subject = vec![(SUBJECT[3], 0x0c, "AIK".to_owned())], "certificate_subject_not_empty");
    refused(&|aik| drop(aik.extensions.remove(NAME)), "certificate_alternative_name");
    refused(&|aik| aik.extensions[NAME] = host_name("tpm.example"), "certificate_alternative_name");
    refused(&|aik| aik.extensions.push(aik.extensions[NAME].clone()), "certificate_extension_twice");
    refused(&|aik| drop(aik.extensions.remove(USAGE)), "certificate_extended_key_usage");
    refused(&|aik| aik.extensions[USAGE] = extended_key_usage(&[CLIENT_USAGE]), "certificate_extended_key_usage");
    refused(&|aik| aik.extensions[CONSTRAINTS] = basic_constraints(true), "certificate_is_ca");
    refused(&|aik| drop(aik.extensions.remove(CONSTRAINTS)), "certificate_basic_constraints");
}

#[test]
fn each_attribute_of_the_tpm_has_to_be_in_the_name_and_well_formed() {
    let honest = ["id:414D4400", "AMD", "id:13"];
    let named = |texts: [Option<&str>; 3]| {
        let attributes: Vec<_> = TPM_ATTRIBUTES.into_iter().zip(texts).filter_map(|(oid, t)| Some((oid, t?))).collect();
        directory_name(&[&attributes])
    };
    let reasons = ["certificate_tpm_manufacturer", "certificate_tpm_model", "certificate_tpm_version"];
    let broken: [&[Option<&str>]; 3] = [
        &[None, Some(""), Some("414D4400"), Some("id:414D44"), Some("id:414D440G"), Some("id:414D440000")],
        &[None, Some("")],
        &[None, Some(""), Some("13"), Some("id:"), Some("id:1.3")],
    ];
    for (index, texts) in broken.into_iter().enumerate() {
        for text in texts {
            let mut all = honest.map(Some);
            all[index] = *text;
            let attack = |tpm: &mut Tpm| tpm.aik.extensions[NAME] = named(all);
            refused(attack, ReasonClass::AttestationCertificate, reasons[index]);
        }
    }
}

#[test]
fn what_the_text_leaves_open_in_a_certificate_is_accepted() {
    let [manufacturer, model, version] = TPM_ATTRIBUTES;
    let apart: [&[_]; 3] = [&[(manufacturer, "id:00000000")], &[(model, "AMD")], &[(version, "id:00070002")]];
    accepted(|r| change(r, |tpm| tpm.aik.extensions[NAME] = directory_name(&apart)));
    let usages = extended_key_usage(&[CLIENT_USAGE, AIK_USAGE]);
    accepted(|r| change(r, |tpm| tpm.aik.extensions[USAGE] = usages));
    accepted(|r| change(r, |tpm| drop(tpm.aik.extensions.remove(AAGUID_AT))));
}

#[test]
fn an_aaguid_that_the_certificate_is_not_for_is_refused() {
    let (class, reason) = (ReasonClass::AttestationAaguidMismatch, "attestation_aaguid_mismatch");
    refused(|tpm| tpm.aik.extensions[AAGUID_AT] = aaguid_extension(&[0xb8; 16], false), class, reason);
    let attack = |r: &mut Registration| r.credential().aaguid = Aaguid([0xc9; 16]);
    registration_refused(Registration::honest(honest()), attack, class, reason);
}

#[test]
fn a_signature_by_another_key_or_of_another_algorithm_is_refused() {
    let class = ReasonClass::AttestationSignature;
    refused(|tpm| tpm.signer = signing_key(7), class, "attestation_signature_invalid");
    refused(|tpm| tpm.signer = credential_key(), class, "attestation_signature_invalid");
    for algorithm in [Algorithm::RS256, Algorithm::ES384, Algorithm::EDDSA, Algorithm::RS1] {
        refused(|tpm| tpm.algorithm = algorithm, class, "attestation_key_unfit");
    }
}

#[test]
fn what_a_tpm_did_not_make_or_did_not_certify_is_refused() {
    let class = ReasonClass::AttestationMalformed;
    refused(|tpm| tpm.magic = 0xff54_4346, class, "tpm_magic");
    // TPM_ST_ATTEST_QUOTE, TPM_ST_ATTEST_CREATION.
    for kind in [0x8018, 0x801a] {
        refused(|tpm| tpm.kind = kind, class, "tpm_type");
    }
    refused(|tpm| tpm.trailer = vec![0], class, "tpm_certify_info");
}

#[test]
fn extra_data_that_is_not_of_this_registration_is_refused() {
    let signed = |r: &Registration| {
        [r.auth_data.encode(), digest(&SHA256, &r.response().client_data_json).as_ref().to_vec()].concat()
    };
    let signed = signed(&Registration::honest(honest()));
    let hashed = |hash| digest(hash, &signed).as_ref().to_vec();
    let longer = [hashed(&SHA256), vec![0]].concat();
    for extra_data in [vec![], vec![7; 32], hashed(&SHA1_FOR_LEGACY_USE_ONLY), hashed(&SHA384), longer] {
        let class = ReasonClass::AttestationSignature;
        refused(|tpm| tpm.extra_data = Some(extra_data), class, "tpm_extra_data");
    }
    accepted(|r| change(r, |tpm| tpm.extra_data = Some(hashed(&SHA256))));
}

#[test]
fn authenticator_data_that_changed_after_signing_is_refused() {
    let honest = Registration::honest(honest());
    let mut response = honest.response();
    let object = AttestationObject::parse(&response.attestation_object).unwrap();
    let mut forged = honest.auth_data.clone();
    forged.sign_count += 1;
    response.attestation_object = AttestationObject { auth_data: forged.encode(), ..object }.encode();
    let outcome = verify::registration(&honest.expected, &response).map(drop);
    assert_refusal(outcome, ReasonClass::AttestationSignature, "tpm_extra_data");
}

#[test]
fn a_name_of_another_object_is_refused() {
    let another = name_of(&area_of(&cose(&signing_key(7)), 0x000b));
    let own = name_of(&area_of(&cose(&credential_key()), 0x000b));
    let longer = [&own[..], &[0]].concat();
    for name in [another, own[2..].to_vec(), own[..own.len() - 1].to_vec(), longer, vec![]] {
        refused(|tpm| tpm.name = Some(name), ReasonClass::AttestationSignature, "tpm_name_differs");
    }
    accepted(|r| change(r, |tpm| tpm.name = Some(own)));
}

#[test]
fn a_name_is_hashed_as_the_area_says_and_not_with_sha_1() {
    let named = |algorithm| area_of(&cose(&credential_key()), algorithm);
    for algorithm in [0x000c, 0x000d] {
        accepted(|r| change(r, |tpm| tpm.area = named(algorithm)));
    }
    // TPM_ALG_SHA1, TPM_ALG_NULL.
    for algorithm in [0x0004, 0x0010] {
        refused(|tpm| tpm.area = named(algorithm), ReasonClass::AttestationMalformed, "tpm_name_algorithm");
    }
}
