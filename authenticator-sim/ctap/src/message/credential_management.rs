//! authenticatorCredentialManagement (CTAP 2.3 §6.8), and its preview form, which differs in the command byte alone.

use alloc::string::ToString;
use alloc::vec::Vec;

use super::{Descriptor, RelyingParty, User};
use crate::cbor::{DecodeError, Fields, Members, expect_bool, expect_uint, parse_canonical};
use crate::open::open_enum;

open_enum! {
    /// What a request asks of authenticatorCredentialManagement.
    Subcommand(u64, "{:#04x}") {
        /// How many discoverable credentials there are, and how many more may be.
        GET_CREDS_METADATA = 1 => "getCredsMetadata",
        /// The first relying party.
        ENUMERATE_RPS_BEGIN = 2 => "enumerateRPsBegin",
        /// The next one.
        ENUMERATE_RPS_NEXT = 3 => "enumerateRPsGetNextRP",
        /// The first credential of a relying party.
        ENUMERATE_CREDENTIALS_BEGIN = 4 => "enumerateCredentialsBegin",
        /// The next one.
        ENUMERATE_CREDENTIALS_NEXT = 5 => "enumerateCredentialsGetNextCredential",
        /// Forget a credential.
        DELETE_CREDENTIAL = 6 => "deleteCredential",
        /// Give an account other names.
        UPDATE_USER_INFORMATION = 7 => "updateUserInformation",
    }
}

/// What the platform asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub subcommand: Subcommand,
    /// `subCommandParams`: the CBOR map they are, for [`Parameters::decode`].
    pub parameters: Option<Vec<u8>>,
    /// `pinUvAuthProtocol`.
    pub pin_uv_auth_protocol: Option<u64>,
    /// `pinUvAuthParam`, over [`Request::authenticated`].
    pub pin_uv_auth_param: Option<Vec<u8>>,
}

/// What a subcommand is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// `rpIDHash`.
    pub rp_id_hash: Option<Vec<u8>>,
    /// `credentialID`.
    pub credential: Option<Descriptor>,
    /// `user`.
    pub user: Option<User>,
}

/// What the authenticator answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// `existingResidentCredentialsCount`.
    pub existing: Option<u64>,
    /// `maxPossibleRemainingResidentCredentialsCount`.
    pub remaining: Option<u64>,
    /// `rp`.
    pub rp: Option<RelyingParty>,
    /// `rpIDHash`.
    pub rp_id_hash: Option<Vec<u8>>,
    /// `totalRPs`, with the first one.
    pub total_rps: Option<u64>,
    /// `user`.
    pub user: Option<User>,
    /// `credentialID`.
    pub credential: Option<Descriptor>,
    /// `publicKey`, a `COSE_Key`.
    pub public_key: Option<Vec<u8>>,
    /// `totalCredentials`, with the first one.
    pub total_credentials: Option<u64>,
    /// `credProtect`.
    pub cred_protect: Option<u64>,
    /// `largeBlobKey`.
    pub large_blob_key: Option<Vec<u8>>,
    /// `thirdPartyPayment`.
    pub third_party_payment: Option<bool>,
}

impl Request {
    /// A request that needs no more than its subcommand.
    pub const fn new(subcommand: Subcommand) -> Self {
        Self { subcommand, parameters: None, pin_uv_auth_protocol: None, pin_uv_auth_param: None }
    }

    /// What `pinUvAuthParam` covers: subcommand and parameters as they travel, and the subcommand alone where there are
    /// none to be (CTAP 2.3 §6.8.2, §6.8.3).
    pub fn authenticated(&self) -> Vec<u8> {
        let parameters = match self.subcommand {
            Subcommand::GET_CREDS_METADATA | Subcommand::ENUMERATE_RPS_BEGIN => None,
            _ => self.parameters.as_deref(),
        };
        // A subcommand above 255 exists nowhere and is refused before anything is verified.
        [&[self.subcommand.0 as u8], parameters.unwrap_or_default()].concat()
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

impl Parameters {
    /// Reads `subCommandParams`.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "subCommandParams")?;
        Ok(Self {
            rp_id_hash: fields.optional_bytes(1, "rpIDHash")?,
            credential: fields.uint(2).map(Descriptor::decode).transpose()?,
            user: fields.uint(3).map(User::decode).transpose()?,
        })
    }

    /// The map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.bytes(1, self.rp_id_hash.as_deref());
        if let Some(credential) = &self.credential {
            credential.encode(map.member(2));
        }
        if let Some(user) = &self.user {
            user.encode(map.member(3));
        }
        map.into_bytes()
    }
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
            existing: fields.optional_uint(1, "existingResidentCredentialsCount")?,
            remaining: fields.optional_uint(2, "maxPossibleRemainingResidentCredentialsCount")?,
            rp: fields.uint(3).map(RelyingParty::decode).transpose()?,
            rp_id_hash: fields.optional_bytes(4, "rpIDHash")?,
            total_rps: fields.optional_uint(5, "totalRPs")?,
            user: fields.uint(6).map(User::decode).transpose()?,
            credential: fields.uint(7).map(Descriptor::decode).transpose()?,
            public_key: fields.optional_map(8, "publicKey", bytes)?,
            total_credentials: fields.optional_uint(9, "totalCredentials")?,
            cred_protect: fields.optional_uint(10, "credProtect")?,
            large_blob_key: fields.optional_bytes(11, "largeBlobKey")?,
            third_party_payment: fields.uint(12).map(|n| expect_bool(n, "thirdPartyPayment")).transpose()?,
        })
    }

    /// The response map in canonical form; nothing at all where there is nothing to tell.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.uint(1, self.existing);
        map.uint(2, self.remaining);
        if let Some(rp) = &self.rp {
            rp.encode(map.member(3));
        }
        map.bytes(4, self.rp_id_hash.as_deref());
        map.uint(5, self.total_rps);
        if let Some(user) = &self.user {
            user.encode(map.member(6));
        }
        if let Some(credential) = &self.credential {
            credential.encode(map.member(7));
        }
        map.raw(8, self.public_key.as_deref());
        map.uint(9, self.total_credentials);
        map.uint(10, self.cred_protect);
        map.bytes(11, self.large_blob_key.as_deref());
        map.bool(12, self.third_party_payment);
        map.into_bytes_unless_empty()
    }
}

/// A relying party of which the authenticator keeps the RP ID alone.
impl From<&str> for RelyingParty {
    fn from(id: &str) -> Self {
        Self { id: id.to_string(), name: None }
    }
}
