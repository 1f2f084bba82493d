//! The keys of certification authorities, each derived from the names of whose it is.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::cose::PublicKey;
use keyrig_ctap::profile::AuthorityKey;
use keyrig_ctap::seal::CannotVouch;
use rsa::RsaPrivateKey;

use super::SlowKeys;
use super::key::{derive, digest};
use crate::entropy::Seeded;
use crate::provider::{self, p256_pair, pair};

/// Primes that were searched for already: a line holds bits, names, and the two primes in hexadecimal, between tabs, and
/// each of the names but the last ends with a `|`. They are what a search finds, so a line spares time and decides nothing.
const PRIMES: &str = include_str!("authority-primes.txt");

/// What an authority signs certificates with.
#[derive(Clone)]
pub enum IssuingKey {
    /// ECDSA on P-256 with SHA-256.
    P256(p256::SecretKey),
    /// ECDSA on P-384 with SHA-384.
    P384(p384::SecretKey),
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa(Box<RsaPrivateKey>),
}

impl IssuingKey {
    /// The key of this kind that follows from these names. One that has to be searched for is searched for once: `slow`
    /// keeps it.
    pub(super) fn derive(kind: AuthorityKey, names: &[&str], slow: &mut SlowKeys) -> Self {
        match kind {
            AuthorityKey::Es256 => Self::P256(derive(names)),
            AuthorityKey::Es384 => {
                let mut entropy = Seeded::new(digest("private key", names, 0));
                Self::P384(provider::secret::<p384::NistP384>(&mut entropy))
            }
            AuthorityKey::Rs256With2048Bits => Self::Rsa(Box::new(rsa_key(2048, names, slow))),
            AuthorityKey::Rs256With4096Bits => Self::Rsa(Box::new(rsa_key(4096, names, slow))),
        }
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        let point = "a scalar of its curve can be encoded";
        match self {
            Self::P256(key) => p256_pair(key).expect(point).public,
            Self::P384(key) => pair(key).expect(point).public,
            Self::Rsa(key) => provider::rsa::public(key),
        }
    }
}

/// Whether a key of this kind and these names does not have to be searched for.
pub(super) fn is_at_hand(kind: AuthorityKey, names: &[String]) -> bool {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match kind {
        AuthorityKey::Es256 | AuthorityKey::Es384 => true,
        AuthorityKey::Rs256With2048Bits => kept(2048, &names).is_some(),
        AuthorityKey::Rs256With4096Bits => kept(4096, &names).is_some(),
    }
}

fn rsa_key(bits: usize, names: &[&str], slow: &mut SlowKeys) -> RsaPrivateKey {
    let found = || provider::rsa::pair(&search(bits, names)).map_err(|_| CannotVouch("the authority has no key"));
    kept(bits, names)
        .or_else(|| provider::rsa::load(&slow(&["authority", &names.join("\n")].join("\n"), &found).ok()?.private).ok())
        .unwrap_or_else(|| search(bits, names))
}

fn search(bits: usize, names: &[&str]) -> RsaPrivateKey {
    let mut entropy = Seeded::new(digest("private key", names, 0));
    provider::rsa::search(&mut entropy, bits).expect("a search for primes of 1,024 bits or more finds some")
}

fn kept(bits: usize, names: &[&str]) -> Option<RsaPrivateKey> {
    let label = names.join("|");
    let mut lines = PRIMES.lines().map(|line| line.split('\t'));
    lines.find_map(|mut fields| {
        let (line_bits, line_label) = (fields.next()?, fields.next()?);
        let (p, q) = (bytes(fields.next()?)?, bytes(fields.next()?)?);
        let same = line_bits.parse() == Ok(bits) && line_label == label;
        if same { provider::rsa::from_primes(&p, &q).ok() } else { None }
    })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks_exact(2);
    digits.map(|pair| u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::string::ToString;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use rsa::traits::PrivateKeyParts;

    use super::*;
    use crate::attestation::key::hex;
    use crate::provider::KeyPair;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/attestation/authority-primes.txt");

    fn line(bits: usize, label: &str) -> String {
        let names: Vec<&str> = label.split('|').collect();
        let key = search(bits, &names);
        let prime = |at: usize| hex(&key.primes()[at].to_be_bytes());
        [bits.to_string(), label.to_string(), prime(0), prime(1)].join("\t")
    }

    fn wanted() -> Vec<(usize, &'static str)> {
        PRIMES
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .filter_map(|(bits, rest)| Some((bits.parse().ok()?, rest.split('\t').next()?)))
            .collect()
    }

    #[test]
    fn a_kept_key_is_the_one_that_a_search_finds() {
        let wanted = wanted();
        let (bits, label) = wanted[0];
        let names: Vec<&str> = label.split('|').collect();
        assert!(kept(bits, &names).unwrap() == search(bits, &names));
        for (bits, label) in &wanted {
            let names: Vec<&str> = label.split('|').collect();
            let key = kept(*bits, &names).unwrap_or_else(|| panic!("{label} has no primes"));
            let PublicKey::Rsa { n, .. } = provider::rsa::public(&key) else { panic!("{label} is no RSA key") };
            assert_eq!(n.len() * 8, *bits, "{label}");
        }
        assert!(kept(2048, &["nobody"]).is_none());
    }

    #[test]
    fn a_key_is_searched_for_once() {
        let searches = Arc::new(AtomicUsize::new(0));
        let (mut found, counted) = (None, Arc::clone(&searches));
        let mut slow = move |_: &str, make: &dyn Fn() -> Result<KeyPair, CannotVouch>| {
            if found.is_none() {
                counted.fetch_add(1, Ordering::Relaxed);
                found = Some(make()?);
            }
            found.clone().ok_or(CannotVouch("nothing was found"))
        };
        let keys = [(); 2].map(|()| rsa_key(2048, &["root", "product", "A Root Of A User's"], &mut slow));
        assert!(keys[0] == keys[1]);
        assert_eq!(searches.load(Ordering::Relaxed), 1);
        assert!(keys[0] == search(2048, &["root", "product", "A Root Of A User's"]));
    }

    #[test]
    fn the_kept_keys_are_written_anew_when_asked() {
        if std::env::var_os("KEYRIG_GENERATE").is_some() {
            let lines: Vec<String> = wanted().into_iter().map(|(bits, label)| line(bits, label) + "\n").collect();
            std::fs::write(FILE, lines.concat()).unwrap();
        }
    }
}
