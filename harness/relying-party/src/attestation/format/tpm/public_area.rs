//! `TPMT_PUBLIC`, how a TPM describes a key (TPM 2.0 Part 2, "TPMT_PUBLIC").

use keyrig_ctap::cose::{Curve, PublicKey};

use super::reader::Reader;

/// `TPM_ALG_RSA`.
const RSA: u16 = 0x0001;
/// `TPM_ALG_ECC`.
const ECC: u16 = 0x0023;
/// `TPM_ALG_NULL`.
const NULL: u16 = 0x0010;
/// `TPM_ALG_RSAES`, the one signing or encryption scheme without a hash.
const RSAES: u16 = 0x0015;
/// `TPM_ALG_ECDAA`, the one scheme with a counter beside its hash.
const ECDAA: u16 = 0x001a;
/// What an exponent of zero stands for.
const DEFAULT_EXPONENT: u32 = 65537;

/// `TPM_ECC_NIST_P256` and its sisters, and the bytes of a coordinate.
const CURVES: &[(u16, Curve, usize)] = &[(3, Curve::P256, 32), (4, Curve::P384, 48), (5, Curve::P521, 66)];

/// The public area of a key that signs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct PublicArea {
    /// The hash in the key's name, as a `TPM_ALG_ID`.
    pub(super) name_algorithm: u16,
    /// The key, in numbers as long as COSE wants them.
    pub(super) key: PublicKey,
}

impl PublicArea {
    /// Reads an RSA or an ECC key with nothing after it.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let kind = reader.u16()?;
        let name_algorithm = reader.u16()?;
        let _object_attributes = reader.u32()?;
        let _auth_policy = reader.sized()?;
        skip_symmetric(&mut reader)?;
        skip_scheme(&mut reader)?;
        let key = match kind {
            RSA => rsa(&mut reader)?,
            ECC => ecc(&mut reader)?,
            _ => return None,
        };
        reader.finish()?;
        Some(Self { name_algorithm, key })
    }
}

/// `TPMT_SYM_DEF_OBJECT`: a key that signs has none, and a storage key has an algorithm, a size and a mode.
fn skip_symmetric(reader: &mut Reader<'_>) -> Option<()> {
    if reader.u16()? != NULL {
        let (_key_bits, _mode) = (reader.u16()?, reader.u16()?);
    }
    Some(())
}

/// `TPMT_RSA_SCHEME`, `TPMT_ECC_SCHEME` or `TPMT_KDF_SCHEME`.
fn skip_scheme(reader: &mut Reader<'_>) -> Option<()> {
    match reader.u16()? {
        NULL | RSAES => {}
        ECDAA => _ = reader.u32()?,
        _ => _ = reader.u16()?,
    }
    Some(())
}

fn rsa(reader: &mut Reader<'_>) -> Option<PublicKey> {
    let _key_bits = reader.u16()?;
    let exponent = match reader.u32()? {
        0 => DEFAULT_EXPONENT,
        exponent => exponent,
    };
    let n = without_leading_zeros(reader.sized()?).to_vec();
    Some(PublicKey::Rsa { n, e: without_leading_zeros(&exponent.to_be_bytes()).to_vec() })
}

fn ecc(reader: &mut Reader<'_>) -> Option<PublicKey> {
    let id = reader.u16()?;
    let (_, curve, size) = *CURVES.iter().find(|(known, ..)| *known == id)?;
    skip_scheme(reader)?;
    let x = coordinate(reader.sized()?, size)?;
    let y = coordinate(reader.sized()?, size)?;
    Some(PublicKey::Ec2 { curve, x, y })
}

/// The same number in `size` bytes: some TPMs leave leading zeros out.
fn coordinate(bytes: &[u8], size: usize) -> Option<Vec<u8>> {
    let digits = without_leading_zeros(bytes);
    let zeros = size.checked_sub(digits.len())?;
    Some([&vec![0; zeros][..], digits].concat())
}

fn without_leading_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    &bytes[zeros..]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    fn sized(bytes: &[u8]) -> Vec<u8> {
        [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn head(kind: u16, name_algorithm: u16, attributes: u32, policy: &[u8]) -> Vec<u8> {
        [words(&[kind, name_algorithm]), attributes.to_be_bytes().to_vec(), sized(policy)].concat()
    }

    /// A symmetric algorithm, then a scheme, in each of their lengths.
    fn schemes() -> impl Strategy<Value = Vec<u8>> {
        let symmetric = prop::sample::select(vec![words(&[NULL]), words(&[0x0006, 128, 0x0043])]);
        (symmetric, scheme()).prop_map(|(symmetric, scheme)| [symmetric, scheme].concat())
    }

    fn scheme() -> impl Strategy<Value = Vec<u8>> {
        let schemes = vec![words(&[NULL]), words(&[RSAES]), words(&[0x0014, 0x000b]), words(&[ECDAA, 0x000b, 1])];
        prop::sample::select(schemes)
    }

    fn bytes(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(any::<u8>(), length)
    }

    fn no_part_reads(whole: &[u8]) -> Result<(), TestCaseError> {
        for end in 0..whole.len() {
            prop_assert_eq!(PublicArea::parse(&whole[..end]), None);
        }
        prop_assert_eq!(PublicArea::parse(&[whole, &[0]].concat()), None);
        Ok(())
    }

    proptest! {
        #[test]
        fn an_ecc_key_reads_back(
            name_algorithm: u16, attributes: u32, policy in bytes(0..40), schemes in schemes(), kdf in scheme(),
            curve in prop::sample::select(CURVES), x in bytes(0..33), y in bytes(0..33)
        ) {
            let (id, curve, size) = curve;
            let head = head(ECC, name_algorithm, attributes, &policy);
            let whole = [head, schemes, words(&[id]), kdf, sized(&x), sized(&y)].concat();
            let padded = |bytes: &[u8]| [&vec![0; size - bytes.len()][..], bytes].concat();
            let key = PublicKey::Ec2 { curve, x: padded(&x), y: padded(&y) };
            prop_assert_eq!(PublicArea::parse(&whole), Some(PublicArea { name_algorithm, key }));
            no_part_reads(&whole)?;
        }

        #[test]
        fn an_rsa_key_reads_back(
            name_algorithm: u16, attributes: u32, policy in bytes(0..40), schemes in schemes(), bits: u16,
            exponent in 1..=u32::MAX, first in 1..=u8::MAX, rest in bytes(0..300)
        ) {
            let n = [vec![first], rest].concat();
            let parameters = [words(&[bits]), exponent.to_be_bytes().to_vec()].concat();
            let whole = [head(RSA, name_algorithm, attributes, &policy), schemes, parameters, sized(&n)].concat();
            let PublicArea { key: PublicKey::Rsa { n: modulus, e }, .. } = PublicArea::parse(&whole).unwrap() else {
                return Err(TestCaseError::fail("not an RSA key"));
            };
            prop_assert_eq!(modulus, n);
            prop_assert_ne!(e[0], 0);
            prop_assert_eq!(e.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)), exponent);
            no_part_reads(&whole)?;
        }

        #[test]
        fn bytes_that_nobody_chose_never_panic(bytes in bytes(0..120)) {
            let _ = PublicArea::parse(&bytes);
        }
    }

    #[test]
    fn an_exponent_of_zero_is_65537() {
        let null = words(&[NULL, NULL, 2048, 0, 0]);
        let whole = [head(RSA, 0x000b, 0, &[]), null, sized(&[7])].concat();
        let key = PublicKey::Rsa { n: vec![7], e: vec![1, 0, 1] };
        assert_eq!(PublicArea::parse(&whole), Some(PublicArea { name_algorithm: 0x000b, key }));
    }

    #[test]
    fn another_type_another_curve_or_a_coordinate_too_long_is_not_read() {
        let area = |kind, curve, x: &[u8]| {
            let parameters = words(&[NULL, NULL, curve, NULL]);
            PublicArea::parse(&[head(kind, 0x000b, 0, &[]), parameters, sized(x), sized(&[7])].concat())
        };
        assert!(area(ECC, 3, &[7; 32]).is_some());
        assert!(area(ECC, 3, &[&[0], &[7; 32][..]].concat()).is_some());
        assert_eq!(area(ECC, 3, &[7; 33]), None);
        // TPM_ECC_BN_P256, and TPM_ALG_KEYEDHASH.
        assert_eq!(area(ECC, 0x10, &[7; 32]), None);
        assert_eq!(area(0x0008, 3, &[7; 32]), None);
    }
}
