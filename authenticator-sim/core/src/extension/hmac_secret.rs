//! `hmac-secret` (CTAP 2.3 §12.7) and `hmac-secret-mc` (§12.8).

use alloc::vec::Vec;

use keyrig_ctap::cbor::{Fields, Node, expect_bytes, expect_uint};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, hmac_sha256};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::reason::Reason;
use crate::state::CredentialSource;

pub(super) const ID: &str = "hmac-secret";
pub(super) const AT_CREATION: &str = "hmac-secret-mc";

/// Bytes of the two secrets of a credential: with user verification, then without.
pub(crate) const SECRETS: usize = 64;

/// The salts of one ceremony, decrypted.
pub(crate) struct Salts {
    shared: SharedSecret,
    salts: Zeroizing<Vec<u8>>,
}

impl Salts {
    /// Reads and decrypts `{1: keyAgreement, 2: saltEnc, 3: saltAuth, 4: pinUvAuthProtocol}`.
    ///
    /// # Errors
    ///
    /// [`Reason::HmacSecretWithoutPresence`], [`Reason::Decode`], [`Reason::ProtocolUnsupported`],
    /// [`Reason::KeyAgreement`], [`Reason::HmacSecretSaltAuth`], [`Reason::ExtensionValue`].
    pub(super) fn read(cx: &mut Context, node: &Node<'_>, inputs: &[u8], up: bool) -> Result<Self, Reason> {
        if !up {
            return Err(Reason::HmacSecretWithoutPresence);
        }
        let fields = Fields::of(node, ID)?;
        let peer = fields.require(1, "keyAgreement")?.span.of(inputs);
        let encrypted = expect_bytes(fields.require(2, "saltEnc")?, "saltEnc")?;
        let auth = expect_bytes(fields.require(3, "saltAuth")?, "saltAuth")?;
        let number = fields.uint(4).map(|n| expect_uint(n, "pinUvAuthProtocol")).transpose()?;
        let protocol = cx.protocol(number.unwrap_or(Protocol::One.number()))?;
        let shared = cx.decapsulate(protocol, peer)?;
        if !shared.verify(&[encrypted], auth) {
            return Err(Reason::HmacSecretSaltAuth);
        }
        let salts = shared.decrypt(encrypted).map_err(|_| Reason::ExtensionValue)?;
        if !matches!(salts.len(), 32 | 64) {
            return Err(Reason::ExtensionValue);
        }
        Ok(Self { shared, salts })
    }

    /// The output for a credential: an HMAC for each salt, encrypted. A credential without secrets has none.
    pub(super) fn outputs(&self, iv: [u8; 16], source: &CredentialSource, verified: bool) -> Option<Vec<u8>> {
        let (with, without) = source.hmac_secret.as_ref()?.split_at_checked(SECRETS / 2)?;
        let secret = if verified { with } else { without };
        let plain: Vec<u8> = self.salts.chunks(32).flat_map(|salt| hmac_sha256(secret, &[salt])).collect();
        let plain = Zeroizing::new(plain);
        self.shared.encrypt(&plain, iv).ok()
    }
}
