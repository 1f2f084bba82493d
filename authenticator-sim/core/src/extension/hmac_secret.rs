//! `hmac-secret` (CTAP 2.3 §12.7) and `hmac-secret-mc` (§12.8).

use alloc::vec::Vec;

use keyrig_ctap::cbor::{Fields, Node, expect_bytes, expect_uint};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, hmac_sha256};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::reason::Reason;
use crate::state::CredentialSource;

pub(super) const ID: &str = "hmac-secret";
pub(super) const AT_CREATION: &str = "hmac-secret-mc";

/// Bytes of the two secrets of a credential: with user verification, then without.
pub(crate) const SECRETS: usize = 64;

/// The salts of one ceremony, decrypted.
pub(crate) struct Salts {
    shared: SharedSecret,
    salts: Zeroizing<Vec<u8>>,
}

impl Salts {
    /// Reads and decrypts `{1: keyAgreement, 2: saltEnc, 3: saltAuth, 4: pinUvAuthProtocol}`.
    ///
    /// # Errors
    ///
    /// [`Reason::HmacSecretWithoutPresence`], [`Reason::Decode`], [`Reason::ProtocolUnsupported`],
    /// [`Reason::KeyAgreement`], [`Reason::HmacSecretSaltAuth`], [`Reason::ExtensionValue`].
    pub(super) fn read(cx: &mut Context, node: &Node<'_>, inputs: &[u8], up: bool) -> Result<Self, Reason> {
        if !up {
            return Err(Reason::HmacSecretWithoutPresence);
        }
        let fields = Fields::of(node, ID)?;
        let peer = fields.require(1, "keyAgreement")?.span.of(inputs);
        let encrypted = expect_bytes(fields.require(2, "saltEnc")?, "saltEnc")?;
        let auth = expect_bytes(fields.require(3, "saltAuth")?, "saltAuth")?;
        let number = fields.uint(4).map(|n| expect_uint(n, "pinUvAuthProtocol")).transpose()?;
        let protocol = cx.protocol(number.unwrap_or(Protocol::One.number()))?;
        let shared = cx.decapsulate(protocol, peer)?;
        if !shared.verify(&[encrypted], auth) {
            return Err(Reason::HmacSecretSaltAuth);
        }
        let salts = shared.decrypt(encrypted).map_err(|_| Reason::ExtensionValue)?;
        if !matches!(salts.len(), 32 | 64) {
            return Err(Reason::ExtensionValue);
        }
        Ok(Self { shared, salts })
    }

    /// The output for a credential: an HMAC for each salt, encrypted. A credential without secrets has none.
    pub(super) fn outputs(&self, iv: [u8; 16], source: &CredentialSource, verified: bool) -> Option<Vec<u8>> {
        let (with, without) = source.hmac_secret.as_ref()?.split_at_checked(SECRETS / 2)?;
        self.outputs_under(if verified { with } else { without }, iv)
    }

    fn outputs_under(&self, secret: &[u8], iv: [u8; 16]) -> Option<Vec<u8>> {
        let plain: Vec<u8> = self.salts.chunks(32).flat_map(|salt| hmac_sha256(secret, &[salt])).collect();
        let plain = Zeroizing::new(plain);
        self.shared.encrypt(&plain, iv).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::println;

    use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
    use serde_json::Value;

    use super::*;

    const VECTORS: &str = include_str!("../../../../vectors/prf/webauthn-l3.json");

    fn hex(value: &Value, member: &str) -> Vec<u8> {
        let digits = value[member].as_str().unwrap();
        (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
    }

    /// Whether the authenticator's half of a set comes out: the shared secret, the salts and the encrypted outputs.
    fn is_reproduced(file: &Value, set: &Value) -> bool {
        let protocol = Protocol::from_number(set["protocol"].as_u64().unwrap()).unwrap();
        let (x, y) = (hex(file, "authenticatorKeyX"), hex(file, "authenticatorKeyY"));
        let peer = PublicKey::Ec2 { curve: Curve::P256, x, y }.to_cose(Algorithm::ES256);
        // ECDH gives both sides the same, and the private key that is published is the platform's.
        let own = p256::SecretKey::from_slice(&hex(file, "platformPrivateKey")).unwrap();
        let shared = SharedSecret::agree(protocol, &own, &CoseKey::from_bytes(&peer)).unwrap();
        let salts = shared.decrypt(&hex(set, "saltEnc")).unwrap();
        let second = set.get("salt2").map(|_| hex(set, "salt2")).unwrap_or_default();
        let salts_are_right = salts[..] == [hex(set, "salt1"), second].concat();
        let expected = hex(set, "outputEnc");
        let iv = if protocol == Protocol::Two { expected[..16].try_into().unwrap() } else { [0; 16] };
        salts_are_right && Salts { shared, salts }.outputs_under(&hex(file, "credRandom"), iv) == Some(expected)
    }

    #[test]
    fn the_published_vectors_come_out() {
        let file: Value = serde_json::from_str(VECTORS).unwrap();
        let sets = file["cases"].as_array().unwrap();
        let same = sets.iter().filter(|set| is_reproduced(&file, set)).count();
        println!("vectors: prf hmac-secret sets: {same} reproduced, {} differ", sets.len() - same);
        assert_eq!((same, sets.len()), (3, 3));
    }

    #[test]
    fn a_changed_vector_is_found() {
        let file: Value = serde_json::from_str(VECTORS).unwrap();
        for (member, at) in [("saltEnc", 33), ("outputEnc", 40), ("salt1", 0)] {
            let mut set = file["cases"][0].clone();
            let mut digits: Vec<char> = set[member].as_str().unwrap().chars().collect();
            digits[at] = if digits[at] == '0' { '1' } else { '0' };
            set[member] = digits.into_iter().collect::<std::string::String>().into();
            assert!(!is_reproduced(&file, &set), "{member}");
        }
    }
}
