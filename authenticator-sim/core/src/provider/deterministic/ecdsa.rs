//! ECDSA with the nonces of RFC 6979, on four curves.

use keyrig_ctap::cose::{Curve, PublicKey};
use p256::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use p256::elliptic_curve::{AffinePoint, CurveArithmetic, FieldBytesSize, SecretKey};
use p256::pkcs8::{AssociatedOid, EncodePrivateKey};
use zeroize::Zeroizing;

use super::{KeyPair, PrivateKey, ProviderError};
use crate::Entropy;

/// A curve with its number in COSE.
pub(crate) trait Named: CurveArithmetic {
    /// RFC 9053 §7.1.
    const CURVE: Curve;
    /// Octets of a scalar.
    const LENGTH: usize;
    /// The bits that a scalar may have in its first octet.
    const FIRST: u8;
}

impl Named for p256::NistP256 {
    const CURVE: Curve = Curve::P256;
    const LENGTH: usize = 32;
    const FIRST: u8 = 0xff;
}

impl Named for p384::NistP384 {
    const CURVE: Curve = Curve::P384;
    const LENGTH: usize = 48;
    const FIRST: u8 = 0xff;
}

impl Named for p521::NistP521 {
    const CURVE: Curve = Curve::P521;
    const LENGTH: usize = 66;
    const FIRST: u8 = 0x01;
}

impl Named for k256::Secp256k1 {
    const CURVE: Curve = Curve::SECP256K1;
    const LENGTH: usize = 32;
    const FIRST: u8 = 0xff;
}

/// A scalar: as many bytes as it has, again and again until they are one.
pub(crate) fn secret<C: Named>(entropy: &mut dyn Entropy) -> SecretKey<C> {
    let mut bytes = Zeroizing::new([0; p521::NistP521::LENGTH]);
    let bytes = &mut bytes[..C::LENGTH];
    loop {
        entropy.fill(bytes);
        bytes[0] &= C::FIRST;
        if let Ok(key) = SecretKey::from_slice(bytes) {
            return key;
        }
    }
}

/// The scalar in `secret`, big-endian; leading zeros may be left out.
pub(super) fn import<C: Named>(secret: &[u8]) -> Result<SecretKey<C>, ProviderError> {
    let mut bytes = Zeroizing::new([0; p521::NistP521::LENGTH]);
    let bytes = &mut bytes[..C::LENGTH];
    let start = C::LENGTH.checked_sub(secret.len()).ok_or(ProviderError::Key)?;
    bytes[start..].copy_from_slice(secret);
    SecretKey::from_slice(bytes).map_err(|_| ProviderError::Key)
}

/// The pair of a scalar.
pub(crate) fn pair<C>(key: &SecretKey<C>) -> Result<KeyPair, ProviderError>
where
    C: Named + AssociatedOid,
    AffinePoint<C>: FromSec1Point<C> + ToSec1Point<C>,
    FieldBytesSize<C>: ModulusSize,
{
    let point = key.public_key().to_sec1_point(false);
    let (Some(x), Some(y)) = (point.x(), point.y()) else { return Err(ProviderError::Key) };
    let private = key.to_pkcs8_der().map_err(|_| ProviderError::Key)?;
    Ok(KeyPair {
        private: PrivateKey::from_pkcs8(private.as_bytes()),
        public: PublicKey::Ec2 { curve: C::CURVE, x: x.to_vec(), y: y.to_vec() },
    })
}

/// The pair of a P-256 scalar.
pub(crate) fn p256_pair(key: &p256::SecretKey) -> Result<KeyPair, ProviderError> {
    pair(key)
}
