/// A curve of RFC 9053 §7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Curve(pub i64);

impl Curve {
    /// NIST P-256.
    pub const P256: Self = Self(1);
    /// NIST P-384.
    pub const P384: Self = Self(2);
    /// NIST P-521.
    pub const P521: Self = Self(3);
    /// Ed25519.
    pub const ED25519: Self = Self(6);
    /// Ed448.
    pub const ED448: Self = Self(7);
    /// secp256k1.
    pub const SECP256K1: Self = Self(8);
}
