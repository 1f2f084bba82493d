//! The key description of an Android key store (WebAuthn L3 §8.4.1; the schema is in Android's documentation, "Key and
//! ID attestation").

use alloc::vec::Vec;

use const_oid::ObjectIdentifier;
use der::asn1::{OctetString, SetOfVec};
use der::{Encode, Enumerated, Sequence};
use x509_cert::ext::Extension;

use super::extension::extension;

const KEY_DESCRIPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.11129.2.1.17");

/// The version of the schema, and of KeyMint.
const VERSION: i32 = 300;

/// `KM_PURPOSE_SIGN`.
const SIGN: i32 = 2;
/// `KM_ALGORITHM_EC`.
const EC: i32 = 3;
/// `KM_DIGEST_SHA_2_256`.
const SHA_256: i32 = 4;
/// `KM_EC_CURVE_P_256`.
const P_256: i32 = 1;
/// `KM_ORIGIN_GENERATED`.
const GENERATED: i32 = 0;

/// What an Android key store says of a key.
#[derive(Clone, Debug, PartialEq, Eq, Sequence)]
pub struct KeyDescription {
    attestation_version: i32,
    attestation_security_level: SecurityLevel,
    key_mint_version: i32,
    key_mint_security_level: SecurityLevel,
    attestation_challenge: OctetString,
    unique_id: OctetString,
    software_enforced: AuthorizationList,
    hardware_enforced: AuthorizationList,
}

impl KeyDescription {
    /// A P-256 key that signs, made and kept in the trusted execution environment.
    ///
    /// # Errors
    ///
    /// A challenge longer than DER can hold.
    pub fn of_signing_key(challenge: &[u8]) -> der::Result<Self> {
        let hardware_enforced = AuthorizationList {
            purpose: Some(SetOfVec::try_from(Vec::from([SIGN]))?),
            algorithm: Some(EC),
            key_size: Some(256),
            digest: Some(SetOfVec::try_from(Vec::from([SHA_256]))?),
            ec_curve: Some(P_256),
            origin: Some(GENERATED),
        };
        Self::new(SecurityLevel::TrustedEnvironment, challenge, hardware_enforced)
    }

    /// A key of which nothing is said but the challenge, as in the W3C's example.
    ///
    /// # Errors
    ///
    /// A challenge longer than DER can hold.
    pub fn of_challenge_alone(challenge: &[u8]) -> der::Result<Self> {
        Self::new(SecurityLevel::Software, challenge, AuthorizationList::default())
    }

    fn new(level: SecurityLevel, challenge: &[u8], hardware_enforced: AuthorizationList) -> der::Result<Self> {
        Ok(Self {
            attestation_version: VERSION,
            attestation_security_level: level,
            key_mint_version: if level == SecurityLevel::Software { 0 } else { VERSION },
            key_mint_security_level: level,
            attestation_challenge: OctetString::new(challenge)?,
            unique_id: OctetString::new([])?,
            software_enforced: AuthorizationList::default(),
            hardware_enforced,
        })
    }

    /// The extension that holds it.
    ///
    /// # Errors
    ///
    /// None but those of `der`.
    pub fn to_extension(&self) -> der::Result<Extension> {
        extension(KEY_DESCRIPTION, false, self.to_der()?)
    }
}

/// Who guards a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumerated)]
#[repr(u8)]
enum SecurityLevel {
    Software = 0,
    TrustedEnvironment = 1,
}

/// What a key may be used for; the tags are Android's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Sequence)]
#[asn1(tag_mode = "EXPLICIT")]
struct AuthorizationList {
    #[asn1(context_specific = "1", optional = "true")]
    purpose: Option<SetOfVec<i32>>,
    #[asn1(context_specific = "2", optional = "true")]
    algorithm: Option<i32>,
    #[asn1(context_specific = "3", optional = "true")]
    key_size: Option<i32>,
    #[asn1(context_specific = "5", optional = "true")]
    digest: Option<SetOfVec<i32>>,
    #[asn1(context_specific = "10", optional = "true")]
    ec_curve: Option<i32>,
    #[asn1(context_specific = "702", optional = "true")]
    origin: Option<i32>,
}
