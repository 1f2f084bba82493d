//! The seam where an authenticator vouches: what is about to be signed, and by whom.
//!
//! The honest [`Seal`] signs the draft as it stands. A tamper wraps a `Seal`, changes the draft and passes it on: the
//! lie is then signed by whoever vouches for it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Aaguid;
use crate::auth_data::AuthData;
use crate::cose::{Algorithm, PublicKey};

/// What an authenticator is about to vouch for.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The authenticator data.
    pub auth_data: AuthData,
    /// SHA-256 of the client data, 32 bytes in honest drafts.
    pub client_data_hash: Vec<u8>,
    /// Who vouches, and in which form.
    pub statement: Statement,
}

/// Who vouches, and in which form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// An assertion: the credential key signs.
    Assertion,
    /// Attestation `none`: nobody signs.
    None,
    /// Attestation `packed` without a chain: the credential key signs, `alg` is this one.
    PackedSelf {
        /// The `alg` member; honest statements have the credential's.
        algorithm: Algorithm,
    },
    /// Attestation `packed` with a chain: the leaf's key signs.
    Packed {
        /// The certificate whose key signs.
        leaf: Leaf,
    },
    /// Attestation `fido-u2f`: the leaf's key signs RP ID hash, client data hash, credential id and public key only.
    FidoU2f {
        /// The certificate whose key signs.
        leaf: Leaf,
    },
    /// Attestation `tpm`: the leaf's key, an attestation identity key, signs what the TPM says of the credential key.
    Tpm {
        /// The certificate whose key signs.
        leaf: Leaf,
        /// What the TPM says besides.
        tpm: Tpm,
        /// Where `extraData` is from.
        binding: Binding,
    },
    /// Attestation `android-key`: the leaf is for the credential key, which signs.
    AndroidKey {
        /// The certificate for the credential key.
        leaf: Leaf,
        /// Where the attestation challenge is from.
        binding: Binding,
    },
    /// Attestation `apple`: the leaf is for the credential key, and nobody signs but its issuer.
    Apple {
        /// The certificate for the credential key.
        leaf: Leaf,
        /// Where the nonce is from.
        binding: Binding,
    },
    /// Attestation `compound`: each member vouches.
    Compound {
        /// The statements, in order.
        members: Vec<Statement>,
    },
}

impl Statement {
    /// The leaf, where there is one; of a compound statement, the first.
    pub fn leaf_mut(&mut self) -> Option<&mut Leaf> {
        match self {
            Self::Packed { leaf }
            | Self::FidoU2f { leaf }
            | Self::Tpm { leaf, .. }
            | Self::AndroidKey { leaf, .. }
            | Self::Apple { leaf, .. } => Some(leaf),
            Self::Compound { members } => members.iter_mut().find_map(Self::leaf_mut),
            Self::Assertion | Self::None | Self::PackedSelf { .. } => None,
        }
    }

    /// What ties it to the ceremony beside a signature, where there is such a thing; of a compound statement, the first.
    pub fn binding_mut(&mut self) -> Option<&mut Binding> {
        match self {
            Self::Tpm { binding, .. } | Self::AndroidKey { binding, .. } | Self::Apple { binding, .. } => Some(binding),
            Self::Compound { members } => members.iter_mut().find_map(Self::binding_mut),
            Self::Assertion | Self::None | Self::PackedSelf { .. } | Self::Packed { .. } | Self::FidoU2f { .. } => None,
        }
    }

    /// What a TPM says, where there is one; of a compound statement, the first.
    pub fn tpm_mut(&mut self) -> Option<&mut Tpm> {
        match self {
            Self::Tpm { tpm, .. } => Some(tpm),
            Self::Compound { members } => members.iter_mut().find_map(Self::tpm_mut),
            _ => None,
        }
    }
}

/// Where the value is from that ties a statement to its ceremony: `extraData`, the attestation challenge, the nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// From this ceremony.
    Own,
    /// From another one; a lie.
    Foreign,
}

/// What a TPM says in `certInfo` and `pubArea` beside what the ceremony determines (TPM 2.0 Part 2, "TPMS_ATTEST" and
/// "TPMT_PUBLIC").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tpm {
    /// `magic`; honest statements have [`Tpm::GENERATED`].
    pub magic: u32,
    /// `clockInfo.clock`: milliseconds of power.
    pub clock: u64,
    /// `clockInfo.resetCount`.
    pub reset_count: u32,
    /// `clockInfo.restartCount`.
    pub restart_count: u32,
    /// `clockInfo.safe`, one byte as it is on the wire.
    pub safe: u8,
    /// `firmwareVersion`.
    pub firmware_version: u64,
    /// `objectAttributes` of the credential key.
    pub object_attributes: u32,
    /// `authPolicy` of the credential key: a digest, or nothing.
    pub auth_policy: Vec<u8>,
}

impl Tpm {
    /// `TPM_GENERATED_VALUE`: the TPM made the statement from what is inside it.
    pub const GENERATED: u32 = 0xff54_4347;
}

/// An attestation certificate, before it is issued. AAGUID in the authenticator data, AAGUID here, issuer and root are
/// four separate dials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The `id-fido-gen-ce-aaguid` extension; absent if `None`.
    pub aaguid_extension: Option<Aaguid>,
    /// Who issues it.
    pub issuer: Issuer,
    /// When it is valid.
    pub validity: Validity,
    /// `cA` in its basic constraints; true is a lie.
    pub ca: bool,
    /// The subject's OU; honest leaves have `Authenticator Attestation`.
    pub organizational_unit: String,
    /// `id-fido-gen-ce-sernum`, which enterprise attestation alone has (WebAuthn L3 §8.2.2); absent if `None`.
    pub serial_number: Option<Vec<u8>>,
    /// What it is for.
    pub role: Role,
    /// The algorithm of its key, where that is not the credential's.
    pub algorithm: Algorithm,
    /// Whether it certifies another key than the one that signs, or than the credential's; true is a lie.
    pub foreign_key: bool,
    /// Which certificates follow the leaf.
    pub chain: ChainForm,
}

/// What a leaf is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A key that a batch of authenticators shares, or that one has for enterprises: `packed`, `fido-u2f`.
    Authenticator,
    /// An attestation identity key of a TPM: no subject, the TPM as its alternative name (WebAuthn L3 §8.3.1).
    Tpm,
    /// The credential key itself: `android-key`, `apple`.
    Credential,
}

/// Who issues a leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issuer {
    /// The product's own attestation root, the one `keyrig profile export --roots` writes.
    Product,
    /// The product's root of another profile, named by its id.
    Profile(String),
    /// A root of the same name that nobody trusts.
    Impostor,
}

/// When a leaf is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Now.
    Current,
    /// It ended in 2020.
    Expired,
    /// It begins in 2090.
    NotYet,
}

/// Which certificates `x5c` holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChainForm {
    /// The leaf and what lies between it and the root.
    Proper,
    /// The root too.
    WithRoot,
    /// The issuer first and the leaf last.
    Reversed,
}

/// What came of a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// An assertion.
    Assertion {
        /// The authenticator data.
        auth_data: Vec<u8>,
        /// The signature.
        signature: Vec<u8>,
    },
    /// An attestation.
    Attestation {
        /// The format identifier.
        format: &'static str,
        /// The authenticator data.
        auth_data: Vec<u8>,
        /// The statement, as canonical CBOR.
        statement: Vec<u8>,
    },
}

/// The keys that can vouch during one ceremony.
pub trait Voucher {
    /// Signs with the credential's private key.
    ///
    /// # Errors
    ///
    /// [`CannotVouch`] where the provider fails.
    fn sign_as_credential(&mut self, message: &[u8]) -> Result<Vec<u8>, CannotVouch>;

    /// Signs with the key of `leaf`, in its algorithm.
    ///
    /// # Errors
    ///
    /// [`CannotVouch`] where the provider fails or the issuer is unknown.
    fn sign_as_leaf(&mut self, leaf: &Leaf, message: &[u8]) -> Result<Vec<u8>, CannotVouch>;

    /// The certificates for `x5c`, DER, in the order that [`Leaf::chain`] asks for.
    ///
    /// # Errors
    ///
    /// [`CannotVouch`] where the issuer is unknown.
    fn chain(&mut self, leaf: &Leaf) -> Result<Vec<Vec<u8>>, CannotVouch>;

    /// The certificates for `x5c` where `leaf` is for the credential key: issued now, with `proof` in it.
    ///
    /// # Errors
    ///
    /// [`CannotVouch`] where the issuer is unknown or no certificate can hold `key`.
    fn certify(&mut self, leaf: &Leaf, key: &PublicKey, proof: Proof<'_>) -> Result<Vec<Vec<u8>>, CannotVouch>;
}

/// What a certificate for a credential key proves that it was issued for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof<'a> {
    /// The key description of an Android key store with this challenge (WebAuthn L3 §8.4.1).
    AndroidChallenge(&'a [u8]),
    /// Apple's extension with this nonce (WebAuthn L3 §8.8).
    AppleNonce(&'a [u8]),
}

/// The draft cannot be signed as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CannotVouch(
    /// Why, as a fragment that follows "failed to sign: ".
    pub &'static str,
);

/// Turns drafts into signed answers.
pub trait Seal: Send {
    /// Signs `draft` with what `voucher` has.
    ///
    /// # Errors
    ///
    /// [`CannotVouch`] where the draft cannot be signed as it stands.
    fn seal(&mut self, draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch>;
}
