//! How a product attests, and the certificates behind it.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::cose::Algorithm;

/// How an authenticator attests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// The format.
    pub format: AttestationFormat,
    /// Which statements a `compound` one is made of, two or more; each alone is what a platform can prefer to it.
    #[serde(default)]
    pub members: Vec<AttestationFormat>,
    /// The certificates behind it; a format that has certificates needs them.
    #[serde(default)]
    pub chain: Option<Chain>,
    /// RP IDs that get a vendor-facilitated enterprise attestation (CTAP 2.3 §7.1).
    #[serde(default)]
    pub enterprise_rp_ids: Vec<String>,
}

impl Attestation {
    /// Attestation in `format` with `chain` behind it, of one statement, and for no enterprise.
    pub const fn new(format: AttestationFormat, chain: Option<Chain>) -> Self {
        Self { format, members: Vec::new(), chain, enterprise_rp_ids: Vec::new() }
    }

    /// Whether a certificate is among what it answers with.
    pub fn needs_chain(&self) -> bool {
        self.format.has_certificate() || self.members.iter().any(|member| member.has_certificate())
    }

    /// Whether it answers with `format`, alone or in a compound statement.
    pub fn includes(&self, format: AttestationFormat) -> bool {
        self.format == format || self.members.contains(&format)
    }
}

/// The format an authenticator attests in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum AttestationFormat {
    /// `none`.
    None,
    /// `packed`, signed by the credential key.
    PackedSelf,
    /// `packed`, signed by a certificate's key.
    Packed,
    /// `fido-u2f`, signed by a certificate's key.
    FidoU2f,
    /// `tpm`, certified by an attestation identity key.
    Tpm,
    /// `android-key`: a certificate for the credential key, which also signs.
    AndroidKey,
    /// `apple`: a certificate for the credential key alone.
    Apple,
    /// `compound`: several statements.
    Compound,
}

impl AttestationFormat {
    /// The attestation statement format identifier.
    pub const fn id(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::PackedSelf | Self::Packed => "packed",
            Self::FidoU2f => "fido-u2f",
            Self::Tpm => "tpm",
            Self::AndroidKey => "android-key",
            Self::Apple => "apple",
            Self::Compound => "compound",
        }
    }

    /// Whether its statement holds certificates of its own.
    pub const fn has_certificate(self) -> bool {
        !matches!(self, Self::None | Self::PackedSelf | Self::Compound)
    }
}

/// The certificates of an attestation, issued under a test root of our own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// CN of the root; profiles that name the same root share it.
    pub root: String,
    /// When the root and the intermediates are valid; from 2020-01-01 to 9999-12-31 if left out.
    #[serde(default)]
    pub ca_validity: Option<CaValidity>,
    /// The key of the root, and so what it signs with. Profiles that name the same root give it the same key.
    #[serde(default, skip_serializing_if = "AuthorityKey::is_default")]
    pub root_key: AuthorityKey,
    /// CNs of the certificates between the root and the leaf, the root's own first.
    #[serde(default)]
    pub intermediates: Vec<String>,
    /// The key of each intermediate, and so what it signs with.
    #[serde(default, skip_serializing_if = "AuthorityKey::is_default")]
    pub intermediate_key: AuthorityKey,
    /// How much of it comes with the leaf. Intermediates that do not are trust anchors beside the root.
    #[serde(default, skip_serializing_if = "Sends::is_default")]
    pub sends: Sends,
    /// CN of the leaf. The certificate of a TPM's key has no subject; its key is made from this name all the same.
    pub common_name: String,
    /// Which of its names the leaf's subject holds.
    #[serde(default, skip_serializing_if = "LeafSubject::is_default")]
    pub subject: LeafSubject,
    /// O of the leaf.
    pub organization: String,
    /// C of the leaf, two letters.
    pub country: String,
    /// The batch that the authenticator is of. All of one batch share a key and a certificate, and no two batches do.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub batch: u32,
    /// The algorithm of the leaf's key, where it is not the credential's.
    #[serde(default, skip_serializing_if = "LeafAlgorithm::is_default")]
    pub algorithm: LeafAlgorithm,
    /// Whether the leaf carries the AAGUID extension.
    #[serde(default = "yes")]
    pub aaguid_extension: bool,
    /// Further extensions of the leaf, none of them critical, by their object identifiers.
    #[serde(default, deserialize_with = "by_object_identifier")]
    pub extensions: BTreeMap<String, ExtensionValue>,
    /// The TPM that the format `tpm` speaks for.
    #[serde(default)]
    pub tpm: Option<TpmIdentity>,
}

/// Reads a map whose keys are object identifiers: those of others no certificate can have.
fn by_object_identifier<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, ExtensionValue>, D::Error> {
    let map = BTreeMap::<String, ExtensionValue>::deserialize(deserializer)?;
    match map.keys().find(|key| !is_object_identifier(key)) {
        Some(key) => Err(D::Error::custom(format!(
            "`{key}` is no object identifier: they are numbers with dots between them, such as 1.3.6.1.4.1.45724.1.1.4"
        ))),
        None => Ok(map),
    }
}

/// Whether it is one in dotted form, of no more than 39 bytes in DER (ITU-T X.690).
fn is_object_identifier(text: &str) -> bool {
    let arc = |arc: &str| arc.parse::<u32>().ok().filter(|number| number.to_string() == arc);
    let Some(arcs) = text.split('.').map(arc).collect::<Option<Vec<u32>>>() else { return false };
    let &[first, second, ref rest @ ..] = arcs.as_slice() else { return false };
    let bytes = |arc: &u32| (u32::BITS - arc.leading_zeros()).div_ceil(7).max(1);
    // The first two arcs are the other byte.
    first <= 2 && second < 40 && !rest.is_empty() && rest.iter().map(bytes).sum::<u32>() <= 38
}

impl Chain {
    /// A leaf right under its root, with the AAGUID extension and no other.
    pub fn new(root: &str, common_name: &str, organization: &str, country: &str) -> Self {
        Self {
            root: root.to_owned(),
            ca_validity: None,
            root_key: AuthorityKey::Es256,
            intermediates: Vec::new(),
            intermediate_key: AuthorityKey::Es256,
            sends: Sends::Intermediates,
            common_name: common_name.to_owned(),
            subject: LeafSubject::Packed,
            organization: organization.to_owned(),
            country: country.to_owned(),
            batch: 0,
            algorithm: LeafAlgorithm::Es256,
            aaguid_extension: true,
            extensions: BTreeMap::new(),
            tpm: None,
        }
    }
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// Which names the subject of a leaf holds. That of a TPM's key holds none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LeafSubject {
    /// C, O, OU and CN (WebAuthn L3 §8.2.1).
    #[default]
    Packed,
    /// CN alone, as Android's Keystore writes it.
    CommonName,
    /// As Apple writes it: the hash of the key as CN, `AAA Certification` as OU, O, and `California` as ST.
    Apple,
}

impl LeafSubject {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The key of a certification authority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum AuthorityKey {
    /// ECDSA on P-256 with SHA-256.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA on P-384 with SHA-384.
    #[serde(rename = "ES384")]
    Es384,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2,048 bits.
    #[serde(rename = "RS256-2048")]
    Rs256With2048Bits,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 4,096 bits.
    #[serde(rename = "RS256-4096")]
    Rs256With4096Bits,
}

impl AuthorityKey {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// As a profile writes it.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::Rs256With2048Bits => "RS256-2048",
            Self::Rs256With4096Bits => "RS256-4096",
        }
    }
}

/// Which certificates an authenticator sends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Sends {
    /// The leaf alone.
    Leaf,
    /// The leaf and the intermediates.
    #[default]
    Intermediates,
    /// The whole chain with the root.
    Root,
}

impl Sends {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// How many certificates come with the leaf where there are this many intermediates.
    pub const fn above_leaf(self, intermediates: usize) -> usize {
        match self {
            Self::Leaf => 0,
            Self::Intermediates => intermediates,
            Self::Root => intermediates + 1,
        }
    }
}

/// The algorithm of an attestation key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LeafAlgorithm {
    /// ECDSA on P-256.
    #[default]
    #[serde(rename = "ES256")]
    Es256,
    /// RSASSA-PKCS1-v1_5 with SHA-256, 2,048 bits.
    #[serde(rename = "RS256")]
    Rs256,
}

impl LeafAlgorithm {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The COSE algorithm.
    pub const fn cose(self) -> Algorithm {
        match self {
            Self::Es256 => Algorithm::ES256,
            Self::Rs256 => Algorithm::RS256,
        }
    }
}

/// When certification authorities are valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CaValidity {
    /// The first day.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub from: Day,
    /// The day with which it ends: at midnight UTC as it begins, or its last second for 9999-12-31.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub to: Day,
}

/// A day of the Gregorian calendar, in text `2024-05-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day {
    /// The year.
    pub year: u16,
    /// The month, from 1.
    pub month: u8,
    /// The day of the month, from 1.
    pub day: u8,
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        format!("{day}")
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        let digits = |part: Option<&str>, length: usize| {
            let part = part.filter(|part| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit()));
            part.and_then(|part| part.parse::<u16>().ok()).ok_or(NotADay)
        };
        let mut parts = text.splitn(3, '-');
        let (year, month, day) = (digits(parts.next(), 4)?, digits(parts.next(), 2)?, digits(parts.next(), 2)?);
        let longest = match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        let small = |number: u16| u8::try_from(number).map_err(|_| NotADay);
        if !(1..=longest).contains(&day) {
            return Err(NotADay);
        }
        Ok(Self { year, month: small(month)?, day: small(day)? })
    }
}

/// The text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotADay;

impl fmt::Display for NotADay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a day; write it as 2024-05-01")
    }
}

/// What an extension of a certificate holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExtensionValue {
    /// The bytes of a text with no DER around them, as Yubico writes its device types.
    RawText(String),
    /// An OCTET STRING of these bytes, in hexadecimal.
    OctetString(#[cfg_attr(feature = "schema", schemars(with = "String"))] Octets),
    /// An INTEGER.
    Integer(i64),
    /// A BIT STRING of these bits, each `0` or `1`, bit 0 first.
    BitString(#[cfg_attr(feature = "schema", schemars(with = "String"))] Bits),
    /// An OCTET STRING of the three numbers in `get_info.firmware_version`.
    Firmware,
    /// A BIT STRING of the profile's transports, as U2F numbers them (FIDO U2F Authenticator Transports Extension).
    Transports,
}

/// Bytes, in text hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Octets(
    /// The bytes.
    pub Vec<u8>,
);

impl From<Octets> for String {
    fn from(Octets(bytes): Octets) -> Self {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl TryFrom<String> for Octets {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err("not bytes in hexadecimal");
        }
        let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).map_err(|_| "not bytes in hexadecimal");
        (0..text.len()).step_by(2).map(byte).collect::<Result<_, _>>().map(Self)
    }
}

/// Bits, in text `0` and `1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bits(
    /// The bits, bit 0 first.
    pub Vec<bool>,
);

impl From<Bits> for String {
    fn from(Bits(bits): Bits) -> Self {
        bits.iter().map(|bit| if *bit { '1' } else { '0' }).collect()
    }
}

impl TryFrom<String> for Bits {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let bit = |digit: char| match digit {
            '0' => Ok(false),
            '1' => Ok(true),
            _ => Err("not bits; write each as 0 or 1"),
        };
        text.chars().map(bit).collect::<Result<_, _>>().map(Self)
    }
}

/// What the certificate of a TPM's key says of the TPM (TCG EK Credential Profile, section 3.2.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TpmIdentity {
    /// `tpmManufacturer`: `id:` and the eight hexadecimal digits of the TCG's register.
    pub manufacturer: String,
    /// `tpmModel`.
    pub model: String,
    /// `tpmVersion`: `id:` and hexadecimal digits.
    pub version: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_are_told_from_other_texts() {
        for good in ["1.3.6.1.4.1.45724.1.1.4", "2.5.29.17", "0.0.0", "1.39.4294967295"] {
            assert!(is_object_identifier(good), "{good}");
        }
        let long = format!("1.3{}", ".4294967295".repeat(8));
        let bad = ["", "1", "1.3", "3.1.1", "1.40.1", "1.3.6.1.4.1.414/2.13", "1.3..6", "1.3.06", "1.3.+6", "1.3.-6"];
        for bad in bad.into_iter().chain([long.as_str()]) {
            assert!(!is_object_identifier(bad), "{bad}");
        }
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        for text in ["2024-02-29", "2000-02-29", "9999-12-31", "2025-04-30"] {
            assert_eq!(Day::try_from(text.to_owned()).map(|day| format!("{day}")), Ok(text.to_owned()));
        }
        for text in ["2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-4-01", "24-04-01", ""]
        {
            assert_eq!(Day::try_from(text.to_owned()), Err(NotADay), "{text}");
        }
    }

    #[test]
    fn bytes_and_bits_are_written_as_they_are_read() {
        for text in ["", "0507ff"] {
            assert_eq!(Octets::try_from(text.to_owned()).map(String::from).as_deref(), Ok(text));
        }
        assert!(["0", "0g", "é0"].into_iter().all(|text| Octets::try_from(text.to_owned()).is_err()));
        assert_eq!(Bits::try_from("0011".to_owned()).map(String::from).as_deref(), Ok("0011"));
        assert!(Bits::try_from("012".to_owned()).is_err());
    }
}
