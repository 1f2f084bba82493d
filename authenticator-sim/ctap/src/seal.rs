//! The seam where an authenticator vouches: what is about to be signed, and by whom.
//!
//! The honest [`Seal`] signs the draft as it stands. A tamper wraps a `Seal`, changes the draft and passes it on: the
//! lie is then signed by whoever vouches for it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::Aaguid;
use crate::auth_data::AuthData;
use crate::cose::Algorithm;

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
}

impl Statement {
    /// The leaf, where there is one.
    pub fn leaf_mut(&mut self) -> Option<&mut Leaf> {
        match self {
            Self::Packed { leaf } | Self::FidoU2f { leaf } => Some(leaf),
            _ => None,
        }
    }
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
    /// Which certificates follow the leaf.
    pub chain: ChainForm,
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

    /// Signs with the key of `leaf`, in ES256.
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
