//! authenticatorGetAssertion and authenticatorGetNextAssertion (CTAP 2.3 §6.2, §6.3).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::make_credential::{Options, extensions, hash};
use super::{Descriptor, User};
use crate::cbor::{
    DecodeError, Fields, Node, Span, Writer, expect_bool, expect_bytes, expect_text, expect_uint, parse_canonical,
    parse_canonical_but,
};

/// What the platform asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The RP ID.
    pub rp_id: String,
    /// SHA-256 of the client data.
    pub client_data_hash: [u8; 32],
    /// Credentials that may sign; absent, any discoverable one.
    pub allow_list: Option<Vec<Descriptor>>,
    /// Extension inputs: the CBOR map they are.
    pub extensions: Option<Vec<u8>>,
    /// Options; `rk` is not allowed here and survives so that it can be refused.
    pub options: Options,
    /// `pinUvAuthParam`; of zero length it asks for a selection touch.
    pub pin_uv_auth_param: Option<Vec<u8>>,
    /// `pinUvAuthProtocol`.
    pub pin_uv_auth_protocol: Option<u64>,
}

/// What the authenticator answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The credential that signed.
    pub credential: Option<Descriptor>,
    /// The authenticator data.
    pub auth_data: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// The account of a discoverable credential.
    pub user: Option<User>,
    /// How many credentials fit, if more than one.
    pub number_of_credentials: Option<u64>,
    /// The user chose on the authenticator's own display.
    pub user_selected: Option<bool>,
    /// `largeBlobKey`.
    pub large_blob_key: Option<Vec<u8>>,
    /// `unsignedExtensionOutputs`, as the CBOR they are.
    pub unsigned_extensions: Option<Vec<u8>>,
}

impl Request {
    /// Reads the parameter map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]; its status is the one to answer with.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical_but(bytes, prf)?;
        let fields = Fields::of(&root, "")?;
        Ok(Self {
            rp_id: expect_text(fields.require(1, "rpId")?, "rpId")?.to_string(),
            client_data_hash: hash(&fields, 2)?,
            allow_list: fields.uint(3).map(|n| Descriptor::decode_list(n, "allowList")).transpose()?,
            extensions: extensions(&fields, 4, bytes)?,
            options: Options::decode(&fields, 5)?,
            pin_uv_auth_param: fields.optional_bytes(6, "pinUvAuthParam")?,
            pin_uv_auth_protocol: fields.uint(7).map(|n| expect_uint(n, "pinUvAuthProtocol")).transpose()?,
        })
    }

    /// The parameter map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        let optional = [
            self.allow_list.is_some(),
            self.extensions.is_some(),
            self.options != Options::default(),
            self.pin_uv_auth_param.is_some(),
            self.pin_uv_auth_protocol.is_some(),
        ];
        out.map(2 + optional.iter().filter(|there| **there).count());
        out.uint(1).text(&self.rp_id).uint(2).bytes(&self.client_data_hash);
        if let Some(list) = &self.allow_list {
            Descriptor::encode_list(list, out.uint(3));
        }
        if let Some(extensions) = &self.extensions {
            out.uint(4).raw(extensions);
        }
        self.options.encode(&mut out, 5);
        if let Some(param) = &self.pin_uv_auth_param {
            out.uint(6).bytes(param);
        }
        if let Some(protocol) = self.pin_uv_auth_protocol {
            out.uint(7).uint(protocol);
        }
        out.into_bytes()
    }
}

impl Response {
    /// Reads the response map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "")?;
        Ok(Self {
            credential: fields.uint(1).map(Descriptor::decode).transpose()?,
            auth_data: expect_bytes(fields.require(2, "authData")?, "authData")?.to_vec(),
            signature: expect_bytes(fields.require(3, "signature")?, "signature")?.to_vec(),
            user: fields.uint(4).map(User::decode).transpose()?,
            number_of_credentials: fields.uint(5).map(|n| expect_uint(n, "numberOfCredentials")).transpose()?,
            user_selected: fields.uint(6).map(|n| expect_bool(n, "userSelected")).transpose()?,
            large_blob_key: fields.optional_bytes(7, "largeBlobKey")?,
            unsigned_extensions: fields.uint(8).map(|n| n.span.of(bytes).to_vec()),
        })
    }

    /// The response map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::with_capacity(256);
        self.encode_into(&mut out);
        out.into_bytes()
    }

    /// Appends the response map to `out`, as after a status byte.
    pub fn encode_into(&self, out: &mut Writer) {
        let optional = [
            self.credential.is_some(),
            self.user.is_some(),
            self.number_of_credentials.is_some(),
            self.user_selected.is_some(),
            self.large_blob_key.is_some(),
            self.unsigned_extensions.is_some(),
        ];
        out.map(2 + optional.iter().filter(|there| **there).count());
        if let Some(credential) = &self.credential {
            credential.encode(out.uint(1));
        }
        out.uint(2).bytes(&self.auth_data).uint(3).bytes(&self.signature);
        if let Some(user) = &self.user {
            user.encode(out.uint(4));
        }
        if let Some(n) = self.number_of_credentials {
            out.uint(5).uint(n);
        }
        if let Some(selected) = self.user_selected {
            out.uint(6).bool(selected);
        }
        if let Some(key) = &self.large_blob_key {
            out.uint(7).bytes(key);
        }
        if let Some(outputs) = &self.unsigned_extensions {
            out.uint(8).raw(outputs);
        }
    }
}

/// `prf` of phones maps credential ids to maps, which is one level more than messages may have.
fn prf(root: &Node<'_>) -> Option<Span> {
    let extensions = Fields::of(root, "").ok()?.uint(4)?;
    Fields::of(extensions, "extensions").ok()?.text("prf").map(|node| node.span)
}
