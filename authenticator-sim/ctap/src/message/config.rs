//! authenticatorConfig (CTAP 2.3 §6.11).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::cbor::{DecodeError, Fields, Members, expect_array, expect_bool, expect_text, expect_uint, parse_canonical};
use crate::open::open_enum;

open_enum! {
    /// What a request asks of authenticatorConfig.
    Subcommand(u64, "{:#04x}") {
        /// Allow enterprise attestation.
        ENABLE_ENTERPRISE_ATTESTATION = 0x01 => "enableEnterpriseAttestation",
        /// Require user verification always, or no longer.
        TOGGLE_ALWAYS_UV = 0x02 => "toggleAlwaysUv",
        /// Rules for PINs.
        SET_MIN_PIN_LENGTH = 0x03 => "setMinPINLength",
        /// Ask for a long touch before a reset.
        ENABLE_LONG_TOUCH_FOR_RESET = 0x04 => "enableLongTouchForReset",
        /// A maker's own.
        VENDOR_PROTOTYPE = 0xff => "vendorPrototype",
    }
}

/// What the platform asks. The answer is a status alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub subcommand: Subcommand,
    /// `subCommandParams`: the CBOR map they are, for [`MinPinLength::decode`].
    pub parameters: Option<Vec<u8>>,
    /// `pinUvAuthProtocol`.
    pub pin_uv_auth_protocol: Option<u64>,
    /// `pinUvAuthParam`, over [`Request::authenticated`].
    pub pin_uv_auth_param: Option<Vec<u8>>,
}

/// Parameters of setMinPINLength; what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MinPinLength {
    /// `newMinPINLength`, in code points.
    pub length: Option<u64>,
    /// `minPinLengthRPIDs`: who may know the length.
    pub rp_ids: Option<Vec<String>>,
    /// `forceChangePin`.
    pub force_change: Option<bool>,
    /// `pinComplexityPolicy`.
    pub complexity: Option<bool>,
}

impl Request {
    /// A request that needs no more than its subcommand.
    pub const fn new(subcommand: Subcommand) -> Self {
        Self { subcommand, parameters: None, pin_uv_auth_protocol: None, pin_uv_auth_param: None }
    }

    /// What `pinUvAuthParam` covers: 32 bytes of 0xFF, the command, subcommand and parameters as they travel.
    pub fn authenticated(&self) -> Vec<u8> {
        // A subcommand above 255 exists nowhere and is refused before anything is verified.
        let head = [crate::Command::CONFIG.0, self.subcommand.0 as u8];
        [&[0xff; 32][..], &head, self.parameters.as_deref().unwrap_or_default()].concat()
    }

    /// Reads the parameter map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]; its status is the one to answer with.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "")?;
        Ok(Self {
            subcommand: Subcommand(expect_uint(fields.require(1, "subCommand")?, "subCommand")?),
            parameters: fields.optional_map(2, "subCommandParams", bytes)?,
            pin_uv_auth_protocol: fields.optional_uint(3, "pinUvAuthProtocol")?,
            pin_uv_auth_param: fields.optional_bytes(4, "pinUvAuthParam")?,
        })
    }

    /// The parameter map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.uint(1, Some(self.subcommand.0));
        map.raw(2, self.parameters.as_deref());
        map.uint(3, self.pin_uv_auth_protocol);
        map.bytes(4, self.pin_uv_auth_param.as_deref());
        map.into_bytes()
    }
}

impl MinPinLength {
    /// Reads `subCommandParams`.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "subCommandParams")?;
        let rp_ids = fields.uint(2).map(|node| {
            let list = expect_array(node, "minPinLengthRPIDs")?;
            list.iter().map(|id| expect_text(id, "minPinLengthRPIDs").map(str::to_string)).collect()
        });
        Ok(Self {
            length: fields.optional_uint(1, "newMinPINLength")?,
            rp_ids: rp_ids.transpose()?,
            force_change: fields.uint(3).map(|node| expect_bool(node, "forceChangePin")).transpose()?,
            complexity: fields.uint(4).map(|node| expect_bool(node, "pinComplexityPolicy")).transpose()?,
        })
    }

    /// The map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.uint(1, self.length);
        if let Some(rp_ids) = &self.rp_ids {
            let out = map.member(2).array(rp_ids.len());
            for id in rp_ids {
                out.text(id);
            }
        }
        map.bool(3, self.force_change);
        map.bool(4, self.complexity);
        map.into_bytes()
    }
}
