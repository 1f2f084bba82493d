use keyrig_ctap::cose::Algorithm;

/// What an algorithm adds to a message, at most, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The `COSE_Key`.
    pub key: usize,
    /// The signature.
    pub signature: usize,
}

impl Size {
    /// That of one of [`super::ALGORITHMS`]; RSA keys have 2048 bits.
    pub const fn of(algorithm: Algorithm) -> Option<Self> {
        let (key, signature) = match algorithm.in_webauthn() {
            Algorithm::ES256 | Algorithm::ES256K => (79, 72),
            Algorithm::ES384 => (112, 104),
            Algorithm::ES512 => (148, 139),
            Algorithm::EDDSA => (43, 64),
            Algorithm::ED448 => (68, 114),
            Algorithm::RS256 | Algorithm::PS256 => (272, 256),
            Algorithm::ML_DSA_44 => (1323, 2420),
            Algorithm::ML_DSA_65 => (1963, 3309),
            Algorithm::ML_DSA_87 => (2603, 4627),
            _ => return None,
        };
        Some(Self { key, signature })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Provider;
    use crate::entropy::Seeded;
    use crate::provider::{ALGORITHMS, Deterministic};

    #[test]
    fn no_key_and_no_signature_is_longer() {
        for &algorithm in ALGORITHMS {
            let Size { key, signature } = Size::of(algorithm).unwrap();
            let rsa = matches!(algorithm, Algorithm::RS256 | Algorithm::PS256);
            let mut longest = Size { key: 0, signature: 0 };
            for seed in 0..if rsa { 1 } else { 32 } {
                let pair = Deterministic.generate(algorithm, &mut Seeded::new([seed; 32])).unwrap();
                longest.key = longest.key.max(pair.public.to_cose(algorithm).len());
                let signed = Deterministic.sign(algorithm, &pair.private, b"message").unwrap();
                longest.signature = longest.signature.max(signed.len());
            }
            assert!(longest.key <= key && longest.signature <= signature, "{algorithm}: {longest:?}");
            assert!(longest.key + 3 >= key && longest.signature + 3 >= signature, "{algorithm}: {longest:?}");
        }
    }
}
