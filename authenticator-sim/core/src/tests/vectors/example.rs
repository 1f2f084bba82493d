//! The file and its examples.

use std::vec::Vec;

use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::pin_uv_auth::hmac_sha256;
use serde_json::Value;

use crate::provider::{Deterministic, KeyPair};

/// The whole file.
pub(super) struct File<'v>(pub(super) &'v Value);

impl<'v> File<'v> {
    pub(super) fn examples(&self) -> impl Iterator<Item = Example<'v>> {
        self.0["cases"].as_array().unwrap().iter().map(Example)
    }

    pub(super) fn bytes(&self, pointer: &str) -> Vec<u8> {
        hex(self.0, pointer)
    }

    /// Each seed as it is derived and as it is published.
    pub(super) fn seeds(&self) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        let of_root = of_ceremony(self.0, &self.0["root"], &self.0["root"]);
        let cases = self.0["cases"].as_array().unwrap().iter();
        let of_cases = cases.flat_map(|case| {
            ["registration", "authentication"].into_iter().flat_map(|name| of_ceremony(self.0, case, &case[name]))
        });
        of_root.into_iter().chain(of_cases)
    }
}

fn of_ceremony(file: &Value, case: &Value, ceremony: &Value) -> Vec<(Vec<u8>, Vec<u8>)> {
    let key = file["inputKey"].as_str().unwrap().as_bytes();
    let info = case["info"].as_str().unwrap().as_bytes();
    let derive = |seed: &Value| {
        let published = hex(seed, "/value");
        (hkdf(key, &hex(seed, "/salt"), info, published.len()), published)
    };
    ceremony["seeds"].as_object().unwrap().values().map(derive).collect()
}

/// HKDF-SHA-256 (RFC 5869).
fn hkdf(key: &[u8], salt: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let pseudo_random = hmac_sha256(salt, &[key]);
    let (mut out, mut block) = (Vec::new(), Vec::new());
    for counter in 1..=u8::MAX {
        if out.len() >= length {
            break;
        }
        block = hmac_sha256(&pseudo_random, &[&block, info, &[counter]]).to_vec();
        out.extend(&block);
    }
    out.truncate(length);
    out
}

/// A registration and an authentication.
pub(super) struct Example<'v>(&'v Value);

/// What the seed of the flags says.
pub(super) struct FlagsSeed {
    pub(super) verified: bool,
    pub(super) eligible: bool,
    pub(super) state: bool,
}

impl FlagsSeed {
    pub(super) fn backed_up(&self) -> bool {
        self.eligible && self.state
    }
}

impl Example<'_> {
    pub(super) fn text(&self, pointer: &str) -> &str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}"))
    }

    pub(super) fn bytes(&self, pointer: &str) -> Vec<u8> {
        hex(self.0, pointer)
    }

    pub(super) fn seed(&self, ceremony: &str, name: &str) -> Vec<u8> {
        self.maybe_seed(ceremony, name).unwrap_or_else(|| panic!("{ceremony}/{name}"))
    }

    pub(super) fn maybe_seed(&self, ceremony: &str, name: &str) -> Option<Vec<u8>> {
        let seed = self.0.pointer(ceremony)?.pointer("/seeds")?.get(name)?;
        Some(hex(seed, "/value"))
    }

    /// UV, BE and BS stand where they stand in the flags; one example leaves them all out.
    pub(super) fn flags(&self, ceremony: &str) -> FlagsSeed {
        let flags = self.maybe_seed(ceremony, "authDataFlags").map_or(0, |byte| byte[0]);
        FlagsSeed { verified: flags & 0x04 != 0, eligible: flags & 0x08 != 0, state: flags & 0x10 != 0 }
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        Algorithm(self.0["algorithm"].as_i64().unwrap())
    }

    pub(super) fn key_pair(&self) -> KeyPair {
        match self.0["mersennePrimes"].as_array() {
            Some(exponents) => {
                let prime = |at: usize| mersenne(exponents[at].as_u64().unwrap() as usize);
                Deterministic::import_rsa(&prime(0), &prime(1)).unwrap()
            }
            None => {
                Deterministic::import(self.algorithm(), &self.seed("/registration", "credentialPrivateKey")).unwrap()
            }
        }
    }
}

/// 2^`bits` - 1.
fn mersenne(bits: usize) -> Vec<u8> {
    let mut out = std::vec![0xff; bits.div_ceil(8)];
    out[0] >>= 8 * out.len() - bits;
    out
}

fn hex(value: &Value, pointer: &str) -> Vec<u8> {
    let digits = value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}"));
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}
