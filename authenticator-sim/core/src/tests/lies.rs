//! Each dial of a leaf, against a foreign verifier of certificates (webpki).

use std::boxed::Box;
use std::vec::Vec;

use der::Decode;
use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::{Fields, Tree, expect_array, expect_bytes};
use keyrig_ctap::message::make_credential::Response;
use keyrig_ctap::profile::Chain;
use keyrig_ctap::seal::{CannotVouch, ChainForm, Draft, Issuer, Leaf, Seal, Sealed, Statement, Validity, Voucher};
use keyrig_ctap::{Aaguid, Status};
use rustls_pki_types::{CertificateDer, UnixTime};
use x509_cert::Certificate;
use x509_cert::ext::pkix::BasicConstraints;

use super::platform::{Key, chain, get_request, make_request, security_key};
use crate::attestation::{extension, trust_anchors};
use crate::entropy::Seeded;
use crate::provider::Deterministic;
use crate::seal::Honest;
use crate::{Authenticator, Setup};

/// A tamper in miniature: it changes the statement and lets the honest seal sign.
struct Lying<F>(F);

impl<F: FnMut(&mut Draft) + Send> Seal for Lying<F> {
    fn seal(&mut self, mut draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch> {
        (self.0)(&mut draft);
        Honest.seal(draft, voucher)
    }
}

fn make(lie: impl FnMut(&mut Draft) + Send + 'static) -> Result<Response, Status> {
    lying(lie).make(&make_request())
}

#[test]
fn a_counter_is_not_spent_on_what_nobody_signs() {
    let mut refuse = false;
    let mut key = lying(move |draft| {
        refuse = !refuse;
        if refuse && let Some(leaf) = draft.statement.leaf_mut() {
            leaf.issuer = Issuer::Profile("nobody".into());
        }
    });
    let before = key.authenticator.state().clone();
    assert_eq!(key.make(&make_request()), Err(Status::OTHER));
    assert_eq!(*key.authenticator.state(), before);
    let made = key.make(&make_request()).unwrap();
    assert_eq!(AuthData::parse(&made.auth_data).unwrap().sign_count, 1);
    let id = AuthData::parse(&made.auth_data).unwrap().attested.unwrap().credential_id;
    assert_eq!(AuthData::parse(&key.get(&get_request(&[id])).unwrap().auth_data).unwrap().sign_count, 2);
}

pub(super) fn lying(lie: impl FnMut(&mut Draft) + Send + 'static) -> Key {
    let entropy = Box::new(Seeded::new([1; 32]));
    let mut setup = Setup::new(security_key(), Box::new(Deterministic), entropy, Box::new(Lying(lie)));
    setup.chains = Box::new(|id| (id == "other").then(|| chain("Root B")));
    Key::of(Authenticator::new(setup))
}

fn with_leaf(mut lie: impl FnMut(&mut Leaf) + Send + 'static) -> Vec<Vec<u8>> {
    x5c(&make(move |draft| lie(draft.statement.leaf_mut().unwrap())).unwrap())
}

fn x5c(response: &Response) -> Vec<Vec<u8>> {
    let tree = Tree::parse(&response.statement).unwrap();
    let fields = Fields::of(&tree.root, "attStmt").unwrap();
    let list = expect_array(fields.text("x5c").unwrap(), "x5c").unwrap();
    list.iter().map(|node| expect_bytes(node, "x5c").unwrap().to_vec()).collect()
}

/// 2026-01-01.
const NOW: u64 = 1_767_225_600;

/// Whether webpki leads the first certificate to the root of `anchor`.
fn leads_to(certificates: &[Vec<u8>], anchor: &Chain, now: u64) -> Result<(), webpki::Error> {
    let root = CertificateDer::from(root_certificate(anchor));
    let anchor = webpki::anchor_from_trusted_cert(&root)?;
    let leaf = CertificateDer::from(certificates[0].as_slice());
    let leaf = webpki::EndEntityCert::try_from(&leaf)?;
    let rest: Vec<_> = certificates[1..].iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let time = UnixTime::since_unix_epoch(core::time::Duration::from_secs(now));
    let algorithms = webpki::ALL_VERIFICATION_ALGS;
    leaf.verify_for_usage(algorithms, &[anchor], &rest, time, webpki::KeyUsage::client_auth(), None, None).map(|_| ())
}

fn root_certificate(chain: &Chain) -> Vec<u8> {
    trust_anchors(chain).remove(0)
}

fn parsed(der: &[u8]) -> Certificate {
    Certificate::from_der(der).unwrap()
}

#[test]
fn an_honest_leaf_leads_to_the_exported_root_and_to_no_other() {
    let certificates = with_leaf(|_| ());
    assert_eq!(certificates.len(), 1);
    assert_eq!(leads_to(&certificates, &chain("Root A"), NOW), Ok(()));
    assert!(leads_to(&certificates, &chain("Root B"), NOW).is_err());
    let leaf = parsed(&certificates[0]);
    let tbs = leaf.tbs_certificate();
    assert_eq!(tbs.subject().to_string_in_order(), "C=SE O=Maker OU=Authenticator Attestation CN=Leaf");
    let (critical, value) = aaguid_extension(&certificates[0]).unwrap();
    assert!(!critical);
    assert_eq!(value, [&[0x04, 0x10], &[7; 16][..]].concat());
}

/// The AAGUID extension: whether it is critical, and its value.
fn aaguid_extension(der: &[u8]) -> Option<(bool, Vec<u8>)> {
    let certificate = parsed(der);
    let extensions = certificate.tbs_certificate().extensions()?;
    let found = extensions.iter().find(|extension| extension.extn_id == extension::AAGUID)?;
    Some((found.critical, found.extn_value.as_bytes().to_vec()))
}

trait InOrder {
    fn to_string_in_order(&self) -> std::string::String;
}

impl InOrder for x509_cert::name::Name {
    fn to_string_in_order(&self) -> std::string::String {
        use std::string::ToString;
        self.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn an_impostor_has_the_name_and_not_the_key() {
    let certificates = with_leaf(|leaf| {
        leaf.issuer = Issuer::Impostor;
        leaf.chain = ChainForm::WithRoot;
    });
    let root = parsed(&root_certificate(&chain("Root A")));
    let impostor = parsed(&certificates[1]);
    assert_eq!(impostor.tbs_certificate().subject(), root.tbs_certificate().subject());
    assert!(leads_to(&certificates, &chain("Root A"), NOW).is_err());
}

#[test]
fn another_profiles_root_issues_for_the_products_names() {
    let certificates = with_leaf(|leaf| leaf.issuer = Issuer::Profile("other".into()));
    assert_eq!(leads_to(&certificates, &chain("Root B"), NOW), Ok(()));
    assert!(leads_to(&certificates, &chain("Root A"), NOW).is_err());
    let unknown = make(|draft| draft.statement.leaf_mut().unwrap().issuer = Issuer::Profile("nobody".into()));
    assert_eq!(unknown, Err(Status::OTHER));
}

#[test]
fn validity_is_a_dial() {
    let expired = with_leaf(|leaf| leaf.validity = Validity::Expired);
    assert!(leads_to(&expired, &chain("Root A"), NOW).is_err());
    assert_eq!(leads_to(&expired, &chain("Root A"), 1_577_836_801), Ok(()), "in 2020");
    let not_yet = with_leaf(|leaf| leaf.validity = Validity::NotYet);
    assert!(leads_to(&not_yet, &chain("Root A"), NOW).is_err());
    assert_eq!(leads_to(&not_yet, &chain("Root A"), 3_800_000_000), Ok(()), "in 2090");
}

#[test]
fn the_other_dials_change_what_they_name() {
    let ca = |der: &[u8]| {
        let certificate = parsed(der);
        let (_, constraints) = certificate.tbs_certificate().get_extension::<BasicConstraints>().unwrap().unwrap();
        constraints.ca
    };
    assert!(!ca(&with_leaf(|_| ())[0]));
    assert!(ca(&with_leaf(|leaf| leaf.ca = true)[0]));
    let unit = with_leaf(|leaf| leaf.organizational_unit = "Something".into());
    assert!(parsed(&unit[0]).tbs_certificate().subject().to_string_in_order().contains("OU=Something"));
    assert_eq!(aaguid_extension(&with_leaf(|leaf| leaf.aaguid_extension = None)[0]), None);
    let other = with_leaf(|leaf| leaf.aaguid_extension = Some(Aaguid([9; 16])));
    assert_eq!(aaguid_extension(&other[0]).unwrap().1[2..], [9; 16]);
}

#[test]
fn the_chain_has_three_forms() {
    let root = root_certificate(&chain("Root A"));
    let proper = with_leaf(|_| ());
    let with_root = with_leaf(|leaf| leaf.chain = ChainForm::WithRoot);
    let reversed = with_leaf(|leaf| leaf.chain = ChainForm::Reversed);
    assert_eq!(with_root, [proper[0].clone(), root.clone()]);
    assert_eq!(reversed, [root, proper[0].clone()]);
}

#[test]
fn a_fido_u2f_statement_vouches_for_four_things_only() {
    let response = make(|draft| {
        let Statement::Packed { leaf } = draft.statement.clone() else { panic!("packed") };
        draft.statement = Statement::FidoU2f { leaf };
        draft.auth_data.sign_count = 99;
    })
    .unwrap();
    assert_eq!(response.format, "fido-u2f");
    let data = keyrig_ctap::auth_data::AuthData::parse(&response.auth_data).unwrap();
    let attested = data.attested.unwrap();
    let Ok(keyrig_ctap::cose::PublicKey::Ec2 { x, y, .. }) = attested.public_key.public_key() else { panic!("EC2") };
    let hash = make_request().client_data_hash;
    let message =
        [&[0], data.rp_id_hash.as_slice(), &hash, &attested.credential_id, &[4], x.as_slice(), y.as_slice()].concat();
    let tree = Tree::parse(&response.statement).unwrap();
    let fields = Fields::of(&tree.root, "attStmt").unwrap();
    let signature = expect_bytes(fields.text("sig").unwrap(), "sig").unwrap();
    let leaf = x5c(&response).remove(0);
    let leaf = CertificateDer::from(leaf.as_slice());
    let leaf = webpki::EndEntityCert::try_from(&leaf).unwrap();
    let algorithm = webpki::aws_lc_rs::ECDSA_P256_SHA256;
    assert_eq!(leaf.verify_signature(algorithm, &message, signature), Ok(()));
    assert!(leaf.verify_signature(algorithm, &message[1..], signature).is_err());
}

#[test]
fn a_lie_is_signed_by_whoever_vouches_for_it() {
    let response = make(|draft| draft.auth_data.sign_count = 77).unwrap();
    let data = keyrig_ctap::auth_data::AuthData::parse(&response.auth_data).unwrap();
    assert_eq!(data.sign_count, 77);
    let tree = Tree::parse(&response.statement).unwrap();
    let fields = Fields::of(&tree.root, "attStmt").unwrap();
    let signature = expect_bytes(fields.text("sig").unwrap(), "sig").unwrap();
    let leaf = x5c(&response).remove(0);
    let leaf = CertificateDer::from(leaf.as_slice());
    let leaf = webpki::EndEntityCert::try_from(&leaf).unwrap();
    let message = [response.auth_data.as_slice(), &make_request().client_data_hash].concat();
    assert_eq!(leaf.verify_signature(webpki::aws_lc_rs::ECDSA_P256_SHA256, &message, signature), Ok(()));
}

#[test]
fn a_statement_that_cannot_be_signed_leaves_no_credential_behind() {
    let mut key = lying(|draft| draft.statement.leaf_mut().unwrap().issuer = Issuer::Profile("nobody".into()));
    assert_eq!(key.make(&make_request()), Err(Status::OTHER));
    assert_eq!(key.authenticator.state().credentials().count(), 0);
}

#[test]
fn an_attestation_is_no_answer_to_a_login() {
    let mut key = lying(|draft| {
        if draft.statement == Statement::Assertion {
            draft.statement = Statement::None;
        }
    });
    let id = key.enrol(&make_request());
    assert_eq!(key.get(&get_request(&[id])), Err(Status::OTHER));
}

#[test]
fn roots_are_the_same_in_every_run() {
    assert_eq!(root_certificate(&chain("Root A")), root_certificate(&chain("Root A")));
    assert_ne!(root_certificate(&chain("Root A")), root_certificate(&chain("Root B")));
}
