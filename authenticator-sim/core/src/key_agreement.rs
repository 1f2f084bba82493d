//! The authenticator's key-agreement key (CTAP 2.3 §6.5.5.4).

use alloc::vec::Vec;

use keyrig_ctap::cose::{Algorithm, CoseKey};
use keyrig_ctap::pin_uv_auth::{KEY_AGREEMENT_ALGORITHM, Protocol, SharedSecret};

use crate::provider::KeyPair;
use crate::reason::Reason;
use crate::{Entropy, Provider};

/// The key pair, drawn when it is first asked for, for both protocols.
#[derive(Debug, Default)]
pub(crate) struct KeyAgreement(Option<KeyPair>);

impl KeyAgreement {
    /// `getPublicKey`, as a `COSE_Key`.
    ///
    /// # Errors
    ///
    /// [`Reason::Provider`].
    pub(crate) fn public(&mut self, provider: &mut dyn Provider, entropy: &mut dyn Entropy) -> Result<Vec<u8>, Reason> {
        Ok(self.pair(provider, entropy)?.public.to_cose(KEY_AGREEMENT_ALGORITHM))
    }

    /// `decapsulate`.
    ///
    /// # Errors
    ///
    /// [`Reason::KeyAgreement`] where the peer's key is not a point on P-256.
    pub(crate) fn decapsulate(
        &mut self,
        protocol: Protocol,
        peer: &[u8],
        provider: &mut dyn Provider,
        entropy: &mut dyn Entropy,
    ) -> Result<SharedSecret, Reason> {
        let peer = CoseKey::from_bytes(peer).public_key().map_err(|_| Reason::KeyAgreement)?;
        let own = self.pair(provider, entropy)?;
        let z = provider.agree(&own.private, &peer).map_err(|_| Reason::KeyAgreement)?;
        Ok(SharedSecret::derive(protocol, &z[..]))
    }

    /// `regenerate`: the next use draws another.
    pub(crate) fn regenerate(&mut self) {
        self.0 = None;
    }

    fn pair(&mut self, provider: &mut dyn Provider, entropy: &mut dyn Entropy) -> Result<&KeyPair, Reason> {
        if self.0.is_none() {
            self.0 = Some(provider.generate(Algorithm::ES256, entropy)?);
        }
        self.0.as_ref().ok_or(Reason::KeyAgreement)
    }
}
