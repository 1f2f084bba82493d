//! WebAuthn L3's own examples from their seeds, byte for byte (vectors/webauthn-l3/authenticator.json).

mod example;
mod issuer;

use std::boxed::Box;
use std::collections::BTreeMap;
use std::println;
use std::string::String;
use std::vec::Vec;

use keyrig_ctap::Aaguid;
use keyrig_ctap::attestation::AttestationObject;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::profile::{Attestation, AttestationFormat, Backup, CredentialIdLengths, SignCount};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::platform::{Key, chain, get_request, make_request, passkey_provider};
use crate::entropy::Scripted;
use crate::provider::{Deterministic, KeyPair, PrivateKey, ProviderError};
use crate::{Authenticator, Entropy, Provider, Setup};
use example::{Example, File};
use issuer::{Issuer, VectorSeal};

const VECTORS: &str = include_str!("../../../../../vectors/webauthn-l3/authenticator.json");

/// How many of each kind came out as published, and how many did not.
type Counts = BTreeMap<&'static str, (usize, usize)>;

#[test]
fn every_example_comes_out_of_its_seeds() {
    let counts = reproduce(&serde_json::from_str(VECTORS).unwrap());
    for (kind, (reproduced, differ)) in &counts {
        println!("vectors: webauthn-l3 {kind}: {reproduced} reproduced, {differ} differ");
    }
    assert!(counts.values().all(|(_, differ)| *differ == 0), "{counts:?}");
    for (kind, least) in [("registrations", 15), ("authentications", 15), ("root certificates", 1), ("seeds", 160)] {
        assert!(counts[kind].0 >= least, "{kind}: {:?}", counts[kind]);
    }
}

#[test]
fn one_changed_digit_is_found_wherever_it_is() {
    let original: Value = serde_json::from_str(VECTORS).unwrap();
    for (pointer, kind) in [
        ("/root/certificate", "root certificates"),
        ("/root/seeds/privateKey/value", "seeds"),
        ("/cases/0/registration/attestationObject", "registrations"),
        ("/cases/8/registration/attestationObject", "registrations"),
        ("/cases/11/registration/attestationObject", "registrations"),
        ("/cases/13/registration/clientDataJSON", "registrations"),
        ("/cases/10/authentication/signature", "authentications"),
        ("/cases/5/authentication/authenticatorData", "authentications"),
        ("/cases/2/registration/seeds/aaguid/value", "seeds"),
    ] {
        let mut changed = original.clone();
        let place = changed.pointer_mut(pointer).unwrap();
        let text = place.as_str().unwrap();
        let last = if text.ends_with('0') { '1' } else { '0' };
        *place = [&text[..text.len() - 1], &String::from(last)].concat().into();
        assert!(reproduce(&changed)[kind].1 > 0, "{pointer}");
    }
}

fn reproduce(file: &Value) -> Counts {
    let file = File(file);
    let mut counts = Counts::new();
    let mut count = |kind, same: bool| {
        let (reproduced, differ) = counts.entry(kind).or_default();
        *if same { reproduced } else { differ } += 1;
    };
    file.seeds().for_each(|(derived, published)| count("seeds", derived == published));
    let issuer = Issuer::of(&file);
    count("root certificates", issuer.root() == file.bytes("/root/certificate"));
    for example in file.examples() {
        let mut key = authenticator(&example, &issuer);
        count("registrations", registration(&example, &mut key) == example.bytes("/registration/attestationObject"));
        let expected = (example.bytes("/authentication/authenticatorData"), example.bytes("/authentication/signature"));
        count("authentications", authentication(&example, &mut key) == Some(expected));
    }
    counts
}

/// An authenticator whose keys, identifiers and flags are the example's.
fn authenticator(example: &Example<'_>, issuer: &Issuer) -> Key {
    let mut profile = passkey_provider();
    profile.aaguid = Aaguid(example.seed("/registration", "aaguid").try_into().unwrap());
    profile.attestation = Attestation::new(example.format(), Some(chain("unused")));
    profile.sign_count = SignCount::Zero;
    let id = example.seed("/registration", "credentialId");
    let length = u16::try_from(id.len()).unwrap();
    profile.credential_id = CredentialIdLengths { server_side: length, discoverable: length };
    profile.algorithms = Vec::from([example.algorithm()]);
    profile.get_info.max_msg_size = Some(7609);
    profile.get_info.max_credential_id_length = Some(u64::from(length));
    profile.get_info.options.insert("makeCredUvNotRqd".into(), true);
    let flags = example.flags("/registration");
    profile.backup = Backup { eligible: flags.eligible, state: flags.backed_up() };
    let provider = Box::new(Imported(example.key_pair()));
    let seal = Box::new(VectorSeal::new(issuer, example));
    Key::of(Authenticator::new(Setup::new(profile, provider, Box::new(Scripted::new([id])), seal)))
}

/// The attestation object.
fn registration(example: &Example<'_>, key: &mut Key) -> Vec<u8> {
    let mut request = make_request();
    request.parameters[0].algorithm = example.algorithm();
    request.client_data_hash = Sha256::digest(example.bytes("/registration/clientDataJSON")).into();
    request.options.uv = example.flags("/registration").verified.then_some(true);
    let made = key.make(&request).unwrap();
    let (format, statement, auth_data) = (made.format, made.statement, made.auth_data);
    AttestationObject { format, statement, auth_data, flaws: Vec::new() }.encode()
}

/// The authenticator data and the signature; nothing where the authenticator refuses.
fn authentication(example: &Example<'_>, key: &mut Key) -> Option<(Vec<u8>, Vec<u8>)> {
    let (made, now) = (example.flags("/registration"), example.flags("/authentication"));
    let state = made.eligible && now.state;
    let _ = key.authenticator.set_backup(Backup { eligible: made.eligible, state });
    let mut request = get_request(&[example.seed("/registration", "credentialId")]);
    request.client_data_hash = Sha256::digest(example.bytes("/authentication/clientDataJSON")).into();
    request.options.uv = now.verified.then_some(true);
    let got = key.get(&request).ok()?;
    Some((got.auth_data, got.signature))
}

/// The deterministic provider with one key that is written down.
struct Imported(KeyPair);

impl Provider for Imported {
    fn generate(&mut self, _: Algorithm, _: &mut dyn Entropy) -> Result<KeyPair, ProviderError> {
        Ok(self.0.clone())
    }

    fn sign(&mut self, algorithm: Algorithm, key: &PrivateKey, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        Deterministic.sign(algorithm, key, message)
    }

    fn agree(
        &mut self,
        key: &PrivateKey,
        peer: &keyrig_ctap::cose::PublicKey,
    ) -> Result<zeroize::Zeroizing<[u8; 32]>, ProviderError> {
        Deterministic.agree(key, peer)
    }
}

impl Example<'_> {
    fn format(&self) -> AttestationFormat {
        match self.text("/format") {
            "none" => AttestationFormat::None,
            "packed-self" => AttestationFormat::PackedSelf,
            "packed" => AttestationFormat::Packed,
            "fido-u2f" => AttestationFormat::FidoU2f,
            "tpm" => AttestationFormat::Tpm,
            "android-key" => AttestationFormat::AndroidKey,
            "apple" => AttestationFormat::Apple,
            other => panic!("{other}"),
        }
    }
}
