//! What an AAGUID really is, what it is often mistaken for, and what came before and after it.

mod advisory;
mod line;

use crate::Aaguid;

pub use advisory::Advisory;

/// What kind of thing carries an AAGUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A roaming security key.
    SecurityKey,
    /// Part of a computer or phone; its credentials stay there.
    Platform,
    /// A provider whose credentials are synchronised.
    Provider,
    /// Anything: the AAGUID tells nothing.
    Anonymous,
}

/// The firmware versions that carry one AAGUID, both ends included; each is major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Firmware {
    /// The oldest that is known.
    pub first: [u8; 3],
    /// The newest that is known.
    pub last: [u8; 3],
}

/// Certification by the FIDO Alliance: `AuthenticatorStatus` of FIDO Metadata Service 3.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certification {
    /// `NOT_FIDO_CERTIFIED`.
    None,
    /// `FIDO_CERTIFIED_L1` and so on: the highest level that was reached.
    Level(u8),
}

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The AAGUID.
    pub aaguid: Aaguid,
    /// What it is.
    pub name: &'static str,
    /// What kind of thing.
    pub kind: Kind,
    /// What public lists call it by mistake.
    pub mistaken_for: &'static [&'static str],
    /// The firmware that carries it, where that is known.
    pub firmware: Option<Firmware>,
    /// Whether it is certified, as BLOB no. 291 has it; nothing where that has no entry.
    pub certification: Option<Certification>,
    /// The profile that describes it, by id; empty where there is none yet.
    pub profile: &'static str,
    /// Where the name comes from.
    pub source: &'static str,
}

impl Entry {
    /// Whether `label` is one of the names that public lists give it by mistake, in any letter case.
    pub fn is_mistaken_for(&self, label: &str) -> bool {
        self.mistaken_for.iter().any(|name| name.eq_ignore_ascii_case(label.trim()))
    }

    /// The same product, one generation earlier. Nobody updates into it: such a key is replaced.
    pub fn predecessor(&self) -> Option<&'static Self> {
        line::before(self.aaguid).and_then(find)
    }

    /// The same product, one generation later.
    pub fn successor(&self) -> Option<&'static Self> {
        line::after(self.aaguid).and_then(find)
    }

    /// What its maker published about a firmware that carries it, the oldest first.
    pub fn advisories(&self) -> impl Iterator<Item = &'static Advisory> {
        let firmware = self.firmware;
        advisory::YUBICO.iter().filter(move |advisory| firmware.is_some_and(|firmware| advisory.affects(firmware)))
    }
}

/// The entry of `aaguid`.
pub fn find(aaguid: Aaguid) -> Option<&'static Entry> {
    ALL.binary_search_by_key(&aaguid, |entry| entry.aaguid).ok().map(|i| &ALL[i])
}

const MDS: &str = "FIDO Metadata Service, BLOB no. 291";
const COMMUNITY: &str = "passkeydeveloper/passkey-authenticator-aaguids";
const MICROSOFT: &str = "Microsoft, Entra documents: passkeys in Authenticator";
const REGISTRATIONS: &str = "registrations of Apple devices in the tests of py_webauthn and java-webauthn-server";
const OWN: &str = "keyrig's own: no product has it";
const NOBODY: &str = "sixteen zero bytes: U2F keys have no AAGUID, and some clients take it away";

/// Every entry, sorted by AAGUID.
#[rustfmt::skip]
pub const ALL: &[Entry] = &[

    anonymous("00000000-0000-0000-0000-000000000000", "no AAGUID told", NOBODY)
        .described_by("bare"),
    security_key("03012cb7-4fb2-42e7-9e8d-a81f10e2a5e9", "YubiKey 5Ci, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5ci-5.8"),
    platform("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello, hardware (TPM)", MDS)
        .certified(1)
        .described_by("windows-hello-hardware"),
    security_key("0a357157-9b18-4c8a-920e-d156e972b2f8", "YubiKey 5 without NFC, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-5.8"),
    security_key("0b4c2d8e-71f5-4a96-b3e0-5d9a6c1f8e27", "CTAP 2.0 key", OWN)
        .described_by("ctap-2.0-only"),
    security_key("0bb43545-fd2c-4185-87dd-feb0b2916ace", "Yubico Security Key, enterprise edition with NFC, firmware 5.4.3", MDS)
        .certified(2).firmware([5, 4, 3])
        .described_by("security-key-nfc-enterprise-5.4"),
    security_key("0ebd9f2c-f685-441c-8c3e-a02a234a840a", "YubiKey 5 with NFC, enhanced PIN, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-nfc-enhanced-pin-5.8"),
    security_key("0f083f18-4105-43a8-ad69-24e812e38141", "Yubico Security Key with NFC, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("security-key-nfc-5.8"),
    security_key("149a2021-8ef6-4133-96b8-81f8d5b7f1f5", "Yubico Security Key with NFC, firmware 5.2", MDS)
        .certified(1).firmware([5, 2, 0])
        .described_by("security-key-nfc-5.2"),
    security_key("19083c3d-8383-4b18-bc03-8f1c9ab2fd1b", "YubiKey 5 without NFC, firmware 5.7.1", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("yubikey-5-5.7"),
    security_key("1ac71f64-468d-4fe0-bef1-0e5f2f551f18", "YubiKey 5 with NFC, firmware 5.7.1, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("yubikey-5-nfc-ep-5.7"),
    security_key("20ac7a17-c814-4833-93fe-539f0d5e3389", "YubiKey 5 without NFC, firmware 5.7.1, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("yubikey-5-ep-5.7"),
    security_key("234cd403-35a2-4cc2-8015-77ea280c77f5", "Feitian ePass FIDO2 with NFC, CTAP 2.1", MDS)
        .certified(1),
    security_key("24083bcb-3034-4867-99de-a3b52e1d426a", "Yubico Security Key, enterprise edition with NFC, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("security-key-nfc-enterprise-5.8"),
    security_key("24673149-6c86-42e7-98d9-433fb5b73296", "YubiKey 5Ci, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5ci-5.7.4"),
    security_key("260e3021-482d-442d-838c-7edfbe153b7e", "Feitian ePass FIDO2 with NFC Plus", MDS)
        .uncertified(),
    security_key("2772ce93-eb4b-4090-8b73-330f48477d73", "Yubico Security Key, enterprise edition with NFC, firmware 5.7.0, preview sample", MDS)
        .uncertified().firmware([5, 7, 0])
        .described_by("security-key-nfc-enterprise-preview-5.7"),
    security_key("2cd2f727-f6ca-44da-8f48-5c2e5da000a2", "Nitrokey 3A Mini", MDS)
        .certified(1)
        .described_by("nitrokey-3"),
    security_key("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey 5 with NFC, firmware 5.2 and 5.4", MDS)
        .certified(1)
        .mistaken_for(&["YubiKey 5C"])
        .firmware([5, 2, 0]).up_to([5, 4, 3])
        .described_by("yubikey-5-nfc-5.4"),
    security_key("3124e301-f14e-4e38-876d-fbeeb090e7bf", "YubiKey 5Ci, firmware 5.7.0, preview sample", MDS)
        .uncertified().firmware([5, 7, 0])
        .described_by("yubikey-5ci-preview-5.7"),
    security_key("34744913-4f57-4e6e-a527-e9ec3c4b94e6", "YubiKey Bio, multi-protocol, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-bio-multi-protocol-5.7.4"),
    security_key("34f5766d-1536-4a24-9033-0e294e510fb0", "YubiKey 5 with NFC, firmware 5.7.0, preview sample", MDS)
        .uncertified().firmware([5, 5, 4]).up_to([5, 7, 0])
        .described_by("yubikey-5-nfc-preview-5.7"),
    security_key("39589099-9a75-49fc-afaa-801ca211c62a", "Feitian ePass FIDO2 with NFC, enterprise profile", MDS)
        .certified(2),
    security_key("3a662962-c6d4-4023-bebb-98ae92e78e20", "YubiKey 5Ci FIPS, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5ci-fips-ep-5.7.4"),
    security_key("3aa78eb1-ddd8-46a8-a821-8f8ec57a7bd5", "YubiKey 5 CCN with NFC, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-ccn-nfc-5.7.4"),
    security_key("3b24bf49-1d45-4484-a917-13175df0867b", "YubiKey 5Ci, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5ci-ep-5.7.4"),
    security_key("3ec9c8d3-a5a7-415b-a7b5-f1d606368d3f", "YubiKey 5 CCN with NFC, firmware 5.8.0, enterprise profile", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-ccn-nfc-ep-5.8"),
    security_key("41e39911-c669-4811-b860-c6ad0b411b96", "YubiKey 5 with NFC, firmware 5.8.0, enterprise profile", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-nfc-ep-5.8"),
    security_key("4599062e-6926-4fe7-9566-9e8fb1aedaa0", "YubiKey 5 without NFC, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-ep-5.7.4"),
    security_key("47ab2fb4-66ac-4184-9ae1-86be814012d5", "Yubico Security Key, enterprise edition with NFC, firmware 5.7.1", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("security-key-nfc-enterprise-5.7"),
    security_key("4fc84f16-2545-4e53-b8fc-7bf4d7282a10", "YubiKey 5 CCN with NFC, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-ccn-nfc-ep-5.7.4"),
    security_key("524de2de-982f-49b4-a769-2b5e3b73ad79", "YubiKey 5 without NFC, firmware 5.8.0, enterprise profile", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-ep-5.8"),
    provider("531126d6-e717-415c-9320-3d9aa6981239", "Dashlane", MDS)
        .uncertified()
        .described_by("dashlane"),
    provider("53414d53-554e-4700-0000-000000000000", "Samsung Pass", MDS)
        .uncertified()
        .described_by("samsung-pass"),
    security_key("57f7de54-c807-4eab-b1c6-1c9be7984e92", "YubiKey 5 FIPS without NFC, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-fips-5.7.4"),
    security_key("58276709-bb4b-4bb3-baf1-60eea99282a7", "YubiKey Bio, multi-protocol, firmware 5.7.4, variant 1VDJSN", MDS)
        .certified(2).firmware([5, 7, 2]).up_to([5, 7, 4])
        .described_by("yubikey-bio-multi-protocol-1vdjsn-5.7.4"),
    security_key("5b0e46ba-db02-44ac-b979-ca9b84f5e335", "YubiKey 5Ci FIPS, firmware 5.7.0, preview sample", MDS)
        .uncertified().firmware([5, 7, 0])
        .described_by("yubikey-5ci-fips-preview-5.7"),
    platform("6028b017-b1d4-4c02-b4b3-afcdafc96bb2", "Windows Hello, software", MDS)
        .certified(1)
        .described_by("windows-hello-software"),
    security_key("62e54e98-c209-4df3-b692-de71bb6a8528", "YubiKey 5 FIPS with NFC, firmware 5.7.0, preview sample", MDS)
        .uncertified().firmware([5, 7, 0])
        .described_by("yubikey-5-fips-nfc-preview-5.7"),
    security_key("662ef48a-95e2-4aaa-a6c1-5b9c40375824", "YubiKey 5 with NFC, enhanced PIN, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-nfc-enhanced-pin-5.7.4"),
    security_key("6ab56fad-881f-4a43-acb2-0be065924522", "YubiKey 5 with NFC, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-nfc-ep-5.7.4"),
    security_key("6d44ba9b-f6ec-2e49-b930-0c8fe920cb73", "Yubico Security Key with NFC, firmware 5.1", MDS)
        .certified(1).firmware([5, 1, 0])
        .described_by("security-key-nfc-5.1"),
    security_key("6ec5cff2-a0f9-4169-945b-f33b563f7b99", "YubiKey Bio, multi-protocol, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-bio-multi-protocol-ep-5.7.4"),
    security_key("6f0d52a1-9c3e-4b77-8a15-d2e4b80c7f39", "key with compound attestation", OWN)
        .described_by("compound-key"),
    security_key("6f1d3a52-8c47-4e0b-9a35-d2b7c90e4f18", "updatable key, before and after its update", OWN)
        .described_by("updatable-key-2"),
    security_key("72c6b72d-8512-4c66-8359-9d3d10d9222f", "Yubico Security Key, enterprise edition with NFC, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("security-key-nfc-enterprise-ep-5.7.4"),
    security_key("73bb0cd4-e502-49b8-9c6f-b59445bf720b", "YubiKey 5 FIPS without NFC, firmware 5.4.2", MDS)
        .certified(2)
        .mistaken_for(&["YubiKey 5C Bio", "YubiKey 5C", "YubiKey 5C NFC"])
        .firmware([5, 4, 2])
        .described_by("yubikey-5-fips-5.4"),
    security_key("7409272d-1ff9-4e10-9fc9-ac0019c124fd", "YubiKey Bio, FIDO only, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-bio-5.7.4"),
    security_key("760eda36-00aa-4d29-855b-4012a182cdeb", "Yubico Security Key with NFC, firmware 5.7.0, preview sample", MDS)
        .uncertified().firmware([5, 7, 0])
        .described_by("security-key-nfc-preview-5.7"),
    platform("771b48fd-d3d4-4f74-9232-fc157ab0507a", "Edge on Mac, credentials of the Edge profile", COMMUNITY)
        .described_by("edge-on-mac"),
    security_key("78ba3993-d784-4f44-8d6e-cc0a8ad5230e", "Feitian ePass FIDO2 with NFC, certified to level 2", MDS)
        .certified(2),
    security_key("79f3c8ba-9e35-484b-8f47-53a5a0f5c630", "YubiKey 5 FIPS with NFC, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-fips-nfc-ep-5.7.4"),
    security_key("7b96457d-e3cd-432b-9ceb-c9fdd7ef7432", "YubiKey 5Ci FIPS, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5ci-fips-5.7.4"),
    security_key("7d1351a6-e097-4852-b8bf-c9ac5c9ce4a3", "YubiKey Bio, multi-protocol, firmware 5.6.6", MDS)
        .certified(1).firmware([5, 6, 6])
        .described_by("yubikey-bio-multi-protocol-5.6"),
    security_key("7dab85a5-d16d-4eaf-a7ef-4c1385b151c5", "YubiKey 5 with NFC, firmware 5.8.0, variant KVZR57-2", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-nfc-kvzr57-5.8"),
    security_key("833b721a-ff5f-4d00-bb2e-bdda3ec01e29", "Feitian ePass FIDO2, USB only", MDS)
        .certified(1)
        .mistaken_for(&["Feitian K40"])
        .described_by("feitian-epass-fido2"),
    security_key("83c47309-aabb-4108-8470-8be838b573cb", "YubiKey Bio, FIDO only, firmware 5.5.5, enterprise profile", MDS)
        .certified(1).firmware([5, 5, 5])
        .described_by("yubikey-bio-ep-5.5"),
    security_key("85203421-48f9-4355-9bc8-8a53846e5083", "YubiKey 5Ci FIPS, firmware 5.4.2", MDS)
        .certified(2).firmware([5, 4, 2])
        .described_by("yubikey-5ci-fips-5.4"),
    security_key("8c39ee86-7f9a-4a95-9ba3-f6b097e5c2ee", "YubiKey Bio, FIDO only, firmware 5.7.2, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 2])
        .described_by("yubikey-bio-ep-5.7.2"),
    security_key("905b4cb4-ed6f-4da9-92fc-45e0d4e9b5c7", "YubiKey 5 FIPS without NFC, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-fips-ep-5.7.4"),
    security_key("90636e1f-ef82-43bf-bdcf-5255f139d12f", "YubiKey Bio, multi-protocol, firmware 5.7.2", MDS)
        .certified(2).firmware([5, 7, 2])
        .described_by("yubikey-bio-multi-protocol-5.7.2"),
    platform("90a3ccdf-635c-4729-a248-9b709135078f", "Microsoft Authenticator for iOS", MICROSOFT)
        .described_by("microsoft-authenticator-ios"),
    security_key("97e6a830-c952-4740-95fc-7c78dc97ce47", "YubiKey Bio, multi-protocol, firmware 5.7.2, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 2])
        .described_by("yubikey-bio-multi-protocol-ep-5.7.2"),
    security_key("9806a2c8-c0da-478e-b4ca-620005d34182", "YubiKey Bio, multi-protocol, firmware 5.8.0, variant 1VDJSN-2", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-bio-multi-protocol-1vdjsn-5.8"),
    security_key("9a3f2abd-a73d-439c-9ee7-1b53a857eaa7", "YubiKey 5 with NFC, enhanced PIN, firmware 5.8.0, enterprise profile", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-nfc-enhanced-pin-ep-5.8"),
    security_key("9dd8d593-2213-438a-97f8-d6b813d51c27", "YubiKey Bio, FIDO only, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-bio-5.8"),
    platform("9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "Windows Hello, VBS hardware", MDS)
        .certified(1)
        .described_by("windows-hello-vbs"),
    security_key("9e66c661-e428-452a-a8fb-51f7ed088acf", "YubiKey 5Ci FIPS, firmware 5.7.4, release-candidate sample", MDS)
        .uncertified().firmware([5, 7, 3]).up_to([5, 7, 4])
        .described_by("yubikey-5ci-fips-rc-5.7.4"),
    security_key("9eb7eabc-9db5-49a1-b6c3-555a802093f4", "YubiKey 5 with NFC, firmware 5.7.4, variant KVZR57", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-nfc-kvzr57-5.7.4"),
    security_key("9ff4cc65-6154-4fff-ba09-9e2af7882ad2", "Yubico Security Key, enterprise edition with NFC, firmware 5.7.1, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("security-key-nfc-enterprise-ep-5.7"),
    security_key("a02167b9-ae71-4ac7-9a07-06432ebb6f1c", "YubiKey 5Ci, firmware 5.7.1", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("yubikey-5ci-5.7"),
    security_key("a25342c0-3cdc-4414-8e46-f4807fca511c", "YubiKey 5 with NFC, firmware 5.7.1", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("yubikey-5-nfc-5.7"),
    security_key("a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa", "Yubico Security Key with NFC, firmware 5.4.3", MDS)
        .certified(2).firmware([5, 4, 3])
        .described_by("security-key-nfc-5.4"),
    security_key("ab7d1767-3fa0-4388-b6c4-feef7a844809", "Yubico Security Key, enterprise edition with NFC, firmware 5.8.0, enterprise profile", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("security-key-nfc-enterprise-ep-5.8"),
    security_key("ad08c78a-4e41-49b9-86a2-ac15b06899e2", "YubiKey Bio, FIDO only, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-bio-ep-5.7.4"),
    platform("adce0002-35bc-c60a-648b-0b25f1f05503", "Chrome on Mac, credentials of the Chrome profile", COMMUNITY)
        .mistaken_for(&["Apple iCloud Keychain", "Apple iCloud", "iCloud Keychain", "Touch ID"])
        .described_by("chrome-on-mac"),
    security_key("add92433-0d69-4026-8166-29b25bce64e9", "YubiKey Bio, FIDO only, firmware 5.8.0, enterprise profile", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-bio-ep-5.8"),
    security_key("b2c1a50b-dad8-4dc7-ba4d-0ce9597904bc", "YubiKey 5 with NFC, enhanced PIN, firmware 5.7.4, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-nfc-enhanced-pin-ep-5.7.4"),
    platform("b5397666-4885-aa6b-cebf-e52262a439a2", "Chromium, credentials of the browser profile", COMMUNITY),
    security_key("b7d3f68e-88a6-471e-9ecf-2df26d041ede", "Yubico Security Key with NFC, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("security-key-nfc-5.7.4"),
    security_key("b90e7dc1-316e-4fee-a25a-56a666a670fe", "YubiKey 5Ci, firmware 5.7.1, enterprise profile", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("yubikey-5ci-ep-5.7"),
    security_key("b92c3f9a-c014-4056-887f-140a2501163b", "Yubico Security Key without NFC, firmware 5.2", MDS)
        .certified(1).firmware([5, 2, 0])
        .described_by("security-key-5.2"),
    platform("b93fd961-f2e6-462f-b122-82002247de78", "Android's key store", MDS)
        .certified(1)
        .described_by("android-authenticator"),
    security_key("ba0a9266-40d8-4048-9786-d710b5474752", "YubiKey Bio, multi-protocol, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-bio-multi-protocol-5.8"),
    provider("bada5566-a7aa-401f-bd96-45619a55120d", "1Password", COMMUNITY)
        .described_by("1password"),
    security_key("c1f9a0bc-1dd2-404a-b27f-8e29047a43fd", "YubiKey 5 FIPS with NFC, firmware 5.4.2", MDS)
        .certified(2).firmware([5, 4, 2])
        .described_by("yubikey-5-fips-nfc-5.4"),
    security_key("c3479970-e58a-4f70-836f-853bf42fb063", "YubiKey 5Ci, firmware 5.8.0, enterprise profile", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5ci-ep-5.8"),
    security_key("c5ef55ff-ad9a-4b9f-b580-adebafe026d0", "YubiKey 5Ci, firmware 5.2 and 5.4", MDS)
        .certified(1)
        .mistaken_for(&["YubiKey 5 Nano", "YubiKey 5C"])
        .firmware([5, 2, 0]).up_to([5, 4, 3])
        .described_by("yubikey-5ci-5.4"),
    security_key("c85e19d4-2ab7-4f63-8d01-e47b3f60a952", "CTAP 2.3 key", OWN)
        .described_by("ctap-2.3-everything"),
    security_key("cb69481e-8ff7-4039-93ec-0a2729a154a8", "YubiKey 5 without NFC, firmware 5.1", MDS)
        .certified(1)
        .mistaken_for(&["YubiKey 5 USB-C", "YubiKey 5 NFC (FIPS)"])
        .firmware([5, 1, 0])
        .described_by("yubikey-5-5.1"),
    security_key("ce6bf97f-9f69-4ba7-9032-97adc6ca5cf1", "YubiKey 5 FIPS with NFC, firmware 5.7.4, release-candidate sample", MDS)
        .uncertified().firmware([5, 7, 3]).up_to([5, 7, 4])
        .described_by("yubikey-5-fips-nfc-rc-5.7.4"),
    security_key("d2fbd093-ee62-488d-9dad-1e36389f8826", "YubiKey 5 FIPS without NFC, firmware 5.7.4, release-candidate sample", MDS)
        .uncertified().firmware([5, 7, 3]).up_to([5, 7, 4])
        .described_by("yubikey-5-fips-rc-5.7.4"),
    provider("d3452668-01fd-4c12-926c-83a4204853aa", "Microsoft Password Manager", COMMUNITY)
        .described_by("microsoft-password-manager"),
    provider("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden", COMMUNITY)
        .described_by("bitwarden"),
    security_key("d7781e5d-e353-46aa-afe2-3ca49f13332a", "YubiKey 5 with NFC, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-nfc-5.7.4"),
    security_key("d8522d9f-575b-4866-88a9-ba99fa02f35b", "YubiKey Bio, FIDO only, firmware 5.5.5", MDS)
        .certified(1).firmware([5, 5, 5])
        .described_by("yubikey-bio-5.5"),
    security_key("dc5e949d-f939-43b3-9877-a85c7186b753", "YubiKey Bio, multi-protocol, firmware 5.8.0, enterprise profile", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-bio-multi-protocol-ep-5.8"),
    provider("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "iCloud Keychain, managed", COMMUNITY)
        .mistaken_for(&["Apple Touch ID"])
        .described_by("icloud-keychain-managed"),
    security_key("dd86a2da-86a0-4cbe-b462-4bd31f57bc6f", "YubiKey Bio, FIDO only, firmware 5.7.2", MDS)
        .certified(2).firmware([5, 7, 2])
        .described_by("yubikey-bio-5.7.2"),
    platform("de1e552d-db1d-4423-a619-566b625cdc84", "Microsoft Authenticator for Android", MICROSOFT)
        .described_by("microsoft-authenticator-android"),
    security_key("e77e3c64-05e3-428b-8824-0cbeb04b829d", "Yubico Security Key with NFC, firmware 5.7.1", MDS)
        .certified(2).firmware([5, 7, 1])
        .described_by("security-key-nfc-5.7"),
    provider("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager", COMMUNITY)
        .described_by("google-password-manager"),
    security_key("eb7ef748-cbe0-4b40-b8f6-07bd2d592d35", "YubiKey 5 CCN with NFC, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-ccn-nfc-5.8"),
    security_key("ed042a3a-4b22-4455-bb69-a267b652ae7e", "Yubico Security Key, enterprise edition with NFC, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("security-key-nfc-enterprise-5.7.4"),
    security_key("ee041bce-25e5-4cdb-8f86-897fd6418464", "Feitian ePass FIDO2 with NFC", MDS)
        .certified(1),
    security_key("ee882879-721c-4913-9775-3dfcce97072a", "YubiKey 5 without NFC, firmware 5.2 and 5.4", MDS)
        .certified(1).firmware([5, 2, 0]).up_to([5, 4, 3])
        .described_by("yubikey-5-5.4"),
    platform("f24a8e70-d0d3-f82c-2937-32523cc4de5a", "Apple devices of iOS 14 and macOS 11, before passkeys", REGISTRATIONS)
        .described_by("apple-anonymous"),
    security_key("f4ce5fc0-57d3-46f5-a736-efb7d5bc63b5", "YubiKey 5 with NFC, firmware 5.8.0", MDS)
        .certified(2).firmware([5, 8, 0])
        .described_by("yubikey-5-nfc-5.8"),
    security_key("f8a011f3-8c0a-4d15-8006-17111f9edc7d", "Yubico Security Key without NFC, firmware 5.1", MDS)
        .certified(1)
        .mistaken_for(&["YubiKey 5 Nano"])
        .firmware([5, 1, 0])
        .described_by("security-key-5.1"),
    security_key("fa2b99dc-9e39-4257-8f92-4a30d23c4118", "YubiKey 5 with NFC, firmware 5.1", MDS)
        .certified(1)
        .mistaken_for(&["YubiKey 5 USB-A", "YubiKey 5Ci", "YubiKey 5 FIPS"])
        .firmware([5, 1, 0])
        .described_by("yubikey-5-nfc-5.1"),
    provider("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "iCloud Keychain (Apple Passwords)", COMMUNITY)
        .described_by("icloud-keychain"),
    security_key("fcc0118f-cd45-435b-8da1-9782b2da0715", "YubiKey 5 FIPS with NFC, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-fips-nfc-5.7.4"),
    security_key("ff4dac45-ede8-4ec2-aced-cf66103f4335", "YubiKey 5 without NFC, firmware 5.7.4", MDS)
        .certified(2).firmware([5, 7, 4])
        .described_by("yubikey-5-5.7.4"),
];

const fn entry(kind: Kind, aaguid: &str, name: &'static str, source: &'static str) -> Entry {
    let aaguid = Aaguid::from_literal(aaguid);
    Entry { aaguid, name, kind, mistaken_for: &[], firmware: None, certification: None, profile: "", source }
}

const fn security_key(aaguid: &str, name: &'static str, source: &'static str) -> Entry {
    entry(Kind::SecurityKey, aaguid, name, source)
}

const fn platform(aaguid: &str, name: &'static str, source: &'static str) -> Entry {
    entry(Kind::Platform, aaguid, name, source)
}

const fn provider(aaguid: &str, name: &'static str, source: &'static str) -> Entry {
    entry(Kind::Provider, aaguid, name, source)
}

const fn anonymous(aaguid: &str, name: &'static str, source: &'static str) -> Entry {
    entry(Kind::Anonymous, aaguid, name, source)
}

impl Entry {
    const fn mistaken_for(mut self, names: &'static [&'static str]) -> Self {
        self.mistaken_for = names;
        self
    }

    /// Of Yubico: nothing else here has a firmware that is known.
    const fn firmware(mut self, version: [u8; 3]) -> Self {
        self.firmware = Some(Firmware { first: version, last: version });
        self
    }

    const fn up_to(mut self, version: [u8; 3]) -> Self {
        if let Some(firmware) = &mut self.firmware {
            firmware.last = version;
        }
        self
    }

    /// Certified to this level, as BLOB no. 291 has it.
    const fn certified(mut self, level: u8) -> Self {
        self.certification = Some(Certification::Level(level));
        self
    }

    const fn uncertified(mut self) -> Self {
        self.certification = Some(Certification::None);
        self
    }

    const fn described_by(mut self, profile: &'static str) -> Self {
        self.profile = profile;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_sorted_and_none_comes_twice() {
        for pair in ALL.windows(2) {
            assert!(pair[0].aaguid < pair[1].aaguid, "{} before {}", pair[0].aaguid, pair[1].aaguid);
        }
    }

    #[test]
    fn every_entry_is_found() {
        for entry in ALL {
            assert_eq!(find(entry.aaguid), Some(entry));
        }
        assert_eq!(find(Aaguid([0xff; 16])), None);
    }

    fn entry(aaguid: &str) -> &'static Entry {
        find(aaguid.parse().unwrap()).unwrap()
    }

    #[test]
    fn generations_follow_one_another() {
        let newest = entry("f4ce5fc0-57d3-46f5-a736-efb7d5bc63b5");
        assert_eq!(newest.successor(), None);
        let before = newest.predecessor().unwrap();
        assert_eq!(before.profile, "yubikey-5-nfc-5.7.4");
        assert_eq!(before.successor(), Some(newest));
        assert_eq!(entry("fa2b99dc-9e39-4257-8f92-4a30d23c4118").predecessor(), None);
        assert_eq!(entry("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4").successor(), None);
    }

    #[test]
    fn advisories_follow_the_firmware() {
        let ids = |aaguid: &str| entry(aaguid).advisories().map(|advisory| advisory.id).collect::<alloc::vec::Vec<_>>();
        assert_eq!(ids("fa2b99dc-9e39-4257-8f92-4a30d23c4118"), ["YSA-2024-03"], "5.1");
        assert_eq!(ids("2fc0579f-8113-47ea-b116-bb5a8db9202a"), ["YSA-2024-03", "YSA-2025-02"], "5.2 to 5.4");
        assert_eq!(ids("a25342c0-3cdc-4414-8e46-f4807fca511c"), ["YSA-2025-02"], "5.7.1");
        assert_eq!(ids("d7781e5d-e353-46aa-afe2-3ca49f13332a"), [""; 0], "5.7.4");
        assert_eq!(ids("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"), [""; 0], "no key at all");
    }

    #[test]
    fn certification_is_told_where_the_metadata_service_tells_it() {
        for entry in ALL {
            let listed = entry.source == MDS;
            assert!(!listed || entry.certification.is_some(), "{}", entry.name);
            assert!(entry.source != OWN || entry.certification.is_none(), "{}", entry.name);
        }
        assert_eq!(entry("73bb0cd4-e502-49b8-9c6f-b59445bf720b").certification, Some(Certification::Level(2)));
    }

    #[test]
    fn no_entry_is_mistaken_for_itself() {
        for entry in ALL {
            assert!(!entry.is_mistaken_for(entry.name), "{}", entry.name);
        }
    }

    #[test]
    fn the_wrong_labels_of_public_lists_are_known() {
        let label = |aaguid, label| entry(aaguid).is_mistaken_for(label);
        assert!(label("adce0002-35bc-c60a-648b-0b25f1f05503", "Apple iCloud Keychain"));
        assert!(label("73bb0cd4-e502-49b8-9c6f-b59445bf720b", "yubikey 5c bio"));
        assert!(label("833b721a-ff5f-4d00-bb2e-bdda3ec01e29", "Feitian K40"));
        assert!(label("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey 5C"));
        assert!(!label("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "Apple iCloud Keychain"));
        assert!(!label("2fc0579f-8113-47ea-b116-bb5a8db9202a", "YubiKey 5 NFC"));
    }
}
