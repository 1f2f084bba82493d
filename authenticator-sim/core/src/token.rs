//! The `pinUvAuthToken` and how long it lives (CTAP 2.3 §6.5.2.1).

use alloc::string::{String, ToString};
use core::time::Duration;

use keyrig_ctap::Instant;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::pin_uv_auth::Protocol;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::Entropy;
use crate::reason::Reason;

/// A token that nobody uses within this span is gone.
const INITIAL_USAGE: Duration = Duration::from_secs(30);

/// No token lives longer.
const MAX_USAGE: Duration = Duration::from_secs(600);

/// How long a token remembers that the user was there.
const USER_PRESENT: Duration = Duration::from_secs(30);

/// How a `pinUvAuthParam` is compared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compare {
    pub(crate) protocol: Protocol,
    /// Of the 32 bytes of protocol 2, the first 16 alone.
    pub(crate) short: bool,
}

impl Compare {
    /// Whether `given` is `right`, in constant time.
    pub(crate) fn matches(self, right: &[u8], given: &[u8]) -> bool {
        const SHORT: usize = 16;
        let (right, given) = match (right.get(..SHORT), given.get(..SHORT)) {
            (Some(right), Some(given)) if self.short && self.protocol == Protocol::Two => (right, given),
            _ => (right, given),
        };
        right.ct_eq(given).into()
    }
}

/// A token in use.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) key: Zeroizing<[u8; 32]>,
    pub(crate) protocol: Protocol,
    pub(crate) permissions: Permissions,
    pub(crate) rp_id: Option<String>,
    pub(crate) user_verified: bool,
    pub(crate) user_present: bool,
    begun: Instant,
    used: bool,
}

impl Token {
    /// `resetPinUvAuthToken` and `beginUsingPinUvAuthToken`.
    pub(crate) fn begin(protocol: Protocol, user_present: bool, now: Instant, entropy: &mut dyn Entropy) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        entropy.fill(&mut key[..]);
        Self {
            key,
            protocol,
            permissions: Permissions::default(),
            rp_id: None,
            user_verified: true,
            user_present,
            begun: now,
            used: false,
        }
    }

    /// Whether it is still in use at `now`; forgets presence that is too old. Each limit ends it when it is reached, not
    /// only when it is passed (`pinUvAuthTokenUsageTimerObserver`).
    pub(crate) fn is_alive(&mut self, now: Instant) -> bool {
        let age = now.since(self.begun);
        if age >= USER_PRESENT {
            self.user_present = false;
        }
        age < if self.used { MAX_USAGE } else { INITIAL_USAGE }
    }

    /// `verify(pinUvAuthToken, message, pinUvAuthParam)`; a parameter that verifies is a use.
    ///
    /// # Errors
    ///
    /// [`Reason::PinAuthInvalid`].
    pub(crate) fn verify(&mut self, compare: Compare, message: &[u8], param: &[u8]) -> Result<(), Reason> {
        let right = compare.protocol.authenticate(&self.key[..], &[message]);
        if compare.protocol != self.protocol || !compare.matches(&right, param) {
            return Err(Reason::PinAuthInvalid);
        }
        self.used = true;
        Ok(())
    }

    /// Whether it has `permission`.
    ///
    /// # Errors
    ///
    /// [`Reason::PermissionMissing`].
    pub(crate) fn permits(&self, permission: Permissions) -> Result<(), Reason> {
        if self.permissions.contains(permission) { Ok(()) } else { Err(Reason::PermissionMissing) }
    }

    /// Checks the RP ID it is bound to, and binds one that is not.
    ///
    /// # Errors
    ///
    /// [`Reason::TokenRpId`].
    pub(crate) fn bind(&mut self, rp_id: &str) -> Result<(), Reason> {
        match &self.rp_id {
            Some(bound) if bound == rp_id => Ok(()),
            Some(_) => Err(Reason::TokenRpId),
            None => {
                self.rp_id = Some(rp_id.to_string());
                Ok(())
            }
        }
    }

    /// What a ceremony with a touch leaves of it: `clearUserPresentFlag`, `clearUserVerifiedFlag`,
    /// `clearPinUvAuthTokenPermissionsExceptLbw`.
    pub(crate) fn spend(&mut self) {
        self.user_present = false;
        self.user_verified = false;
        self.permissions = Permissions(self.permissions.0 & Permissions::LBW.0);
    }
}
