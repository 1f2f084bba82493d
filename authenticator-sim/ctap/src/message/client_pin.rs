//! authenticatorClientPIN (CTAP 2.3 §6.5).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::cbor::{DecodeError, Fields, Writer, expect_bool, expect_text, expect_uint, parse_canonical};
use crate::open::open_enum;

open_enum! {
    /// What a request asks of authenticatorClientPIN.
    Subcommand(u64, "{:#04x}") {
        /// How many wrong PINs are left.
        GET_PIN_RETRIES = 1 => "getPINRetries",
        /// The authenticator's key-agreement key.
        GET_KEY_AGREEMENT = 2 => "getKeyAgreement",
        /// Set the first PIN.
        SET_PIN = 3 => "setPIN",
        /// Replace the PIN.
        CHANGE_PIN = 4 => "changePIN",
        /// A token without permissions (CTAP 2.0).
        GET_PIN_TOKEN = 5 => "getPinToken",
        /// A token by built-in user verification.
        GET_TOKEN_USING_UV = 6 => "getPinUvAuthTokenUsingUvWithPermissions",
        /// How many failed built-in verifications are left.
        GET_UV_RETRIES = 7 => "getUVRetries",
        /// A token by PIN.
        GET_TOKEN_USING_PIN = 9 => "getPinUvAuthTokenUsingPinWithPermissions",
    }
}

/// Permission bits of a `pinUvAuthToken` (CTAP 2.3 §6.5.5.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(pub u64);

impl Permissions {
    /// makeCredential.
    pub const MC: Self = Self(0x01);
    /// getAssertion.
    pub const GA: Self = Self(0x02);
    /// credentialManagement.
    pub const CM: Self = Self(0x04);
    /// bioEnrollment.
    pub const BE: Self = Self(0x08);
    /// largeBlobs write.
    pub const LBW: Self = Self(0x10);
    /// authenticatorConfig.
    pub const ACFG: Self = Self(0x20);
    /// Read-only credentialManagement, persistent.
    pub const PCMR: Self = Self(0x40);
    /// Every permission that there is a name for.
    pub const DEFINED: Self = Self(0x7f);

    /// Whether every bit of `other` is set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With the bits of `other` set.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What the platform asks. Keys travel as the `COSE_Key` bytes they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `pinUvAuthProtocol`.
    pub protocol: Option<u64>,
    /// What is asked.
    pub subcommand: Subcommand,
    /// The platform's key-agreement key.
    pub key_agreement: Option<Vec<u8>>,
    /// `pinUvAuthParam`.
    pub pin_uv_auth_param: Option<Vec<u8>>,
    /// `newPinEnc`.
    pub new_pin_enc: Option<Vec<u8>>,
    /// `pinHashEnc`.
    pub pin_hash_enc: Option<Vec<u8>>,
    /// Permissions wanted.
    pub permissions: Option<Permissions>,
    /// The RP ID that the permissions are for.
    pub rp_id: Option<String>,
}

impl Request {
    /// A request with nothing but its subcommand.
    pub const fn new(subcommand: Subcommand) -> Self {
        Self {
            protocol: None,
            subcommand,
            key_agreement: None,
            pin_uv_auth_param: None,
            new_pin_enc: None,
            pin_hash_enc: None,
            permissions: None,
            rp_id: None,
        }
    }

    /// Reads the parameter map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]; its status is the one to answer with.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "")?;
        let key_agreement = fields.uint(3).map(|n| {
            Fields::of(n, "keyAgreement")?;
            Ok(n.span.of(bytes).to_vec())
        });
        Ok(Self {
            protocol: fields.uint(1).map(|n| expect_uint(n, "pinUvAuthProtocol")).transpose()?,
            subcommand: Subcommand(expect_uint(fields.require(2, "subCommand")?, "subCommand")?),
            key_agreement: key_agreement.transpose()?,
            pin_uv_auth_param: fields.optional_bytes(4, "pinUvAuthParam")?,
            new_pin_enc: fields.optional_bytes(5, "newPinEnc")?,
            pin_hash_enc: fields.optional_bytes(6, "pinHashEnc")?,
            permissions: fields.uint(9).map(|n| expect_uint(n, "permissions")).transpose()?.map(Permissions),
            rp_id: fields.uint(10).map(|n| expect_text(n, "rpId")).transpose()?.map(str::to_string),
        })
    }

    /// The parameter map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let optional = [
            self.protocol.is_some(),
            self.key_agreement.is_some(),
            self.pin_uv_auth_param.is_some(),
            self.new_pin_enc.is_some(),
            self.pin_hash_enc.is_some(),
            self.permissions.is_some(),
            self.rp_id.is_some(),
        ];
        let mut out = Writer::new();
        out.map(1 + optional.iter().filter(|there| **there).count());
        if let Some(protocol) = self.protocol {
            out.uint(1).uint(protocol);
        }
        out.uint(2).uint(self.subcommand.0);
        if let Some(key) = &self.key_agreement {
            out.uint(3).raw(key);
        }
        for (key, bytes) in [(4, &self.pin_uv_auth_param), (5, &self.new_pin_enc), (6, &self.pin_hash_enc)] {
            if let Some(bytes) = bytes {
                out.uint(key).bytes(bytes);
            }
        }
        if let Some(permissions) = self.permissions {
            out.uint(9).uint(permissions.0);
        }
        if let Some(rp_id) = &self.rp_id {
            out.uint(10).text(rp_id);
        }
        out.into_bytes()
    }
}

/// What the authenticator answers; empty where nothing is to be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The authenticator's key-agreement key, a `COSE_Key`.
    pub key_agreement: Option<Vec<u8>>,
    /// The encrypted `pinUvAuthToken`.
    pub pin_uv_auth_token: Option<Vec<u8>>,
    /// PIN retries left.
    pub pin_retries: Option<u64>,
    /// A power cycle is needed before the next PIN.
    pub power_cycle_state: Option<bool>,
    /// Built-in verification retries left.
    pub uv_retries: Option<u64>,
}

impl Response {
    /// Reads the response map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "")?;
        Ok(Self {
            key_agreement: fields.uint(1).map(|n| n.span.of(bytes).to_vec()),
            pin_uv_auth_token: fields.optional_bytes(2, "pinUvAuthToken")?,
            pin_retries: fields.uint(3).map(|n| expect_uint(n, "pinRetries")).transpose()?,
            power_cycle_state: fields.uint(4).map(|n| expect_bool(n, "powerCycleState")).transpose()?,
            uv_retries: fields.uint(5).map(|n| expect_uint(n, "uvRetries")).transpose()?,
        })
    }

    /// The response map in canonical form; nothing at all where there is nothing to tell.
    pub fn encode(&self) -> Vec<u8> {
        let members = usize::from(self.key_agreement.is_some())
            + usize::from(self.pin_uv_auth_token.is_some())
            + usize::from(self.pin_retries.is_some())
            + usize::from(self.power_cycle_state.is_some())
            + usize::from(self.uv_retries.is_some());
        let mut out = Writer::new();
        if members == 0 {
            return out.into_bytes();
        }
        out.map(members);
        if let Some(key) = &self.key_agreement {
            out.uint(1).raw(key);
        }
        if let Some(token) = &self.pin_uv_auth_token {
            out.uint(2).bytes(token);
        }
        if let Some(n) = self.pin_retries {
            out.uint(3).uint(n);
        }
        if let Some(state) = self.power_cycle_state {
            out.uint(4).bool(state);
        }
        if let Some(n) = self.uv_retries {
            out.uint(5).uint(n);
        }
        out.into_bytes()
    }
}
