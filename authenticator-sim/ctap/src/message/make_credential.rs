//! authenticatorMakeCredential (CTAP 2.3 §6.1).

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Descriptor, RelyingParty, User};
use crate::cbor::{
    DecodeError, Fields, Node, Problem, Writer, expect_array, expect_bool, expect_bytes, expect_text, expect_uint,
    parse_canonical, parse_canonical_but,
};
use crate::cose::Algorithm;

/// One offered algorithm; entries of other types than `public-key` survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The credential type.
    pub kind: String,
}

/// The options that the platform gave; what it left out is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Discoverable credential.
    pub rk: Option<bool>,
    /// User presence.
    pub up: Option<bool>,
    /// Built-in user verification.
    pub uv: Option<bool>,
}

/// What the platform asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// SHA-256 of the client data.
    pub client_data_hash: [u8; 32],
    /// The relying party.
    pub rp: RelyingParty,
    /// The account.
    pub user: User,
    /// Offered algorithms, the preferred one first.
    pub parameters: Vec<Parameter>,
    /// Credentials that must not be here already.
    pub exclude_list: Option<Vec<Descriptor>>,
    /// Extension inputs: the CBOR map they are.
    pub extensions: Option<Vec<u8>>,
    /// Options.
    pub options: Options,
    /// `pinUvAuthParam`; of zero length it asks for a selection touch.
    pub pin_uv_auth_param: Option<Vec<u8>>,
    /// `pinUvAuthProtocol`.
    pub pin_uv_auth_protocol: Option<u64>,
    /// `enterpriseAttestation`.
    pub enterprise_attestation: Option<u64>,
    /// `attestationFormatsPreference`.
    pub attestation_formats: Option<Vec<String>>,
}

/// What the authenticator answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The attestation statement format.
    pub format: String,
    /// The authenticator data.
    pub auth_data: Vec<u8>,
    /// The statement, as the CBOR it is.
    pub statement: Vec<u8>,
    /// `epAtt`.
    pub enterprise: Option<bool>,
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
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "")?;
        Ok(Self {
            client_data_hash: hash(&fields, 1)?,
            rp: RelyingParty::decode(fields.require(2, "rp")?)?,
            user: User::decode(fields.require(3, "user")?)?,
            parameters: parameters(&fields)?,
            exclude_list: fields.uint(5).map(|n| Descriptor::decode_list(n, "excludeList")).transpose()?,
            extensions: extensions(&fields, 6, bytes)?,
            options: Options::decode(&fields, 7)?,
            pin_uv_auth_param: fields.optional_bytes(8, "pinUvAuthParam")?,
            pin_uv_auth_protocol: fields.uint(9).map(|n| expect_uint(n, "pinUvAuthProtocol")).transpose()?,
            enterprise_attestation: fields.uint(10).map(|n| expect_uint(n, "enterpriseAttestation")).transpose()?,
            attestation_formats: fields
                .uint(11)
                .map(|n| {
                    expect_array(n, "attestationFormatsPreference")?
                        .iter()
                        .map(|item| expect_text(item, "attestationFormatsPreference").map(str::to_string))
                        .collect()
                })
                .transpose()?,
        })
    }

    /// The parameter map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        let optional = [
            self.exclude_list.is_some(),
            self.extensions.is_some(),
            self.options != Options::default(),
            self.pin_uv_auth_param.is_some(),
            self.pin_uv_auth_protocol.is_some(),
            self.enterprise_attestation.is_some(),
            self.attestation_formats.is_some(),
        ];
        out.map(4 + optional.iter().filter(|there| **there).count());
        out.uint(1).bytes(&self.client_data_hash).uint(2);
        self.rp.encode(&mut out);
        out.uint(3);
        self.user.encode(&mut out);
        out.uint(4).array(self.parameters.len());
        for parameter in &self.parameters {
            out.map(2).text("alg").int(parameter.algorithm.0).text("type").text(&parameter.kind);
        }
        if let Some(list) = &self.exclude_list {
            Descriptor::encode_list(list, out.uint(5));
        }
        if let Some(extensions) = &self.extensions {
            out.uint(6).raw(extensions);
        }
        self.options.encode(&mut out, 7);
        if let Some(param) = &self.pin_uv_auth_param {
            out.uint(8).bytes(param);
        }
        if let Some(protocol) = self.pin_uv_auth_protocol {
            out.uint(9).uint(protocol);
        }
        if let Some(enterprise) = self.enterprise_attestation {
            out.uint(10).uint(enterprise);
        }
        if let Some(formats) = &self.attestation_formats {
            out.uint(11).array(formats.len());
            for format in formats {
                out.text(format);
            }
        }
        out.into_bytes()
    }
}

impl Response {
    /// Reads the response map. A compound statement, legal itself, is deeper than other messages may be.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let statement = |root: &Node<'_>| Some(Fields::of(root, "").ok()?.uint(3)?.span);
        let root = parse_canonical_but(bytes, statement)?;
        let fields = Fields::of(&root, "")?;
        Ok(Self {
            format: expect_text(fields.require(1, "fmt")?, "fmt")?.to_string(),
            auth_data: expect_bytes(fields.require(2, "authData")?, "authData")?.to_vec(),
            statement: fields.require(3, "attStmt")?.span.of(bytes).to_vec(),
            enterprise: fields.uint(4).map(|n| expect_bool(n, "epAtt")).transpose()?,
            large_blob_key: fields.optional_bytes(5, "largeBlobKey")?,
            unsigned_extensions: fields.uint(6).map(|n| n.span.of(bytes).to_vec()),
        })
    }

    /// The response map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.encode_into(&mut out);
        out.into_bytes()
    }

    /// Appends the response map to `out`, as after a status byte.
    pub fn encode_into(&self, out: &mut Writer) {
        let optional = [self.enterprise.is_some(), self.large_blob_key.is_some(), self.unsigned_extensions.is_some()];
        out.map(3 + optional.iter().filter(|there| **there).count());
        out.uint(1).text(&self.format).uint(2).bytes(&self.auth_data).uint(3).raw(&self.statement);
        if let Some(enterprise) = self.enterprise {
            out.uint(4).bool(enterprise);
        }
        if let Some(key) = &self.large_blob_key {
            out.uint(5).bytes(key);
        }
        if let Some(outputs) = &self.unsigned_extensions {
            out.uint(6).raw(outputs);
        }
    }
}

impl Options {
    pub(super) fn decode(fields: &Fields<'_, '_>, key: u64) -> Result<Self, DecodeError> {
        let Some(node) = fields.uint(key) else { return Ok(Self::default()) };
        let options = Fields::of(node, "options")?;
        let option = |name: &'static str| options.text(name).map(|n| expect_bool(n, name)).transpose();
        Ok(Self { rk: option("rk")?, up: option("up")?, uv: option("uv")? })
    }

    pub(super) fn encode(self, out: &mut Writer, key: u64) {
        let options = [("rk", self.rk), ("up", self.up), ("uv", self.uv)];
        let given = options.iter().filter(|(_, value)| value.is_some()).count();
        if given == 0 {
            return;
        }
        out.uint(key).map(given);
        for (name, value) in options {
            if let Some(value) = value {
                out.text(name).bool(value);
            }
        }
    }
}

pub(super) fn hash(fields: &Fields<'_, '_>, key: u64) -> Result<[u8; 32], DecodeError> {
    let node = fields.require(key, "clientDataHash")?;
    expect_bytes(node, "clientDataHash")?.try_into().map_err(|_| DecodeError {
        at: node.span.start,
        field: "clientDataHash",
        problem: Problem::Length,
    })
}

pub(super) fn extensions(fields: &Fields<'_, '_>, key: u64, bytes: &[u8]) -> Result<Option<Vec<u8>>, DecodeError> {
    let Some(node) = fields.uint(key) else { return Ok(None) };
    Fields::of(node, "extensions")?;
    Ok(Some(node.span.of(bytes).to_vec()))
}

fn parameters(fields: &Fields<'_, '_>) -> Result<Vec<Parameter>, DecodeError> {
    expect_array(fields.require(4, "pubKeyCredParams")?, "pubKeyCredParams")?
        .iter()
        .map(|node| {
            let entry = Fields::of(node, "pubKeyCredParams")?;
            let alg = entry.require_text("alg")?;
            let algorithm = alg.as_integer().ok_or(DecodeError {
                at: alg.span.start,
                field: "alg",
                problem: Problem::NotA("an integer"),
            })?;
            let kind = expect_text(entry.require_text("type")?, "type")?.to_string();
            Ok(Parameter { algorithm: Algorithm(algorithm), kind })
        })
        .collect()
}
