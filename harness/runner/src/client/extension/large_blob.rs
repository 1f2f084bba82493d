//! `largeBlob` (WebAuthn L3 §10.1.5): through `largeBlobKey` and authenticatorLargeBlobs (CTAP 2.3 §12.3, §6.10), or
//! through the authenticator's own extension `largeBlob` (CTAP 2.3 §12.4).

use keyrig_ctap::Command;
use keyrig_ctap::cbor::Value as Cbor;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::large_blobs::{OVERHEAD, Request, Response};
use serde_json::{Value, json};

use super::input;
use super::large_blob_array::{KEY, LargeBlobArray, compress, decompress};
use super::outputs::{Outputs, as_bool, as_bytes};
use crate::base64url;
use crate::client::link::Failure;
use crate::client::random::Random;
use crate::client::user_verification::Token;
use crate::client::{ClientError, Link, Stop};

/// The extension of CTAP 2.3 §12.4.
const DIRECT: &str = "largeBlob";
const LARGE_BLOB_KEY: &str = "largeBlobKey";

/// What a serialized array may have where getInfo says nothing, in bytes (CTAP 2.3 §6.4, member 0x0B).
const LEAST_ROOM: u64 = 1024;

/// However much an authenticator says that it keeps, in bytes.
const MOST_ROOM: u64 = 1 << 24;

/// `largeBlob.support`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// An authenticator without large blobs is passed over.
    Required,
    /// It would be good.
    Preferred,
}

/// What is asked of a blob at authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LargeBlobUse {
    /// `largeBlob.read`.
    Read,
    /// `largeBlob.write`.
    Write(Vec<u8>),
}

impl Support {
    /// At registration.
    pub(super) fn from_json(extensions: &Value) -> Result<Option<Self>, ClientError> {
        let Some(inputs) = input::object(extensions, "largeBlob")? else { return Ok(None) };
        if inputs.contains_key("read") || inputs.contains_key("write") {
            return Err(ClientError::not_supported("a large blob is neither read nor written in a registration"));
        }
        match input::text(&extensions["largeBlob"], "support")? {
            Some("required") => Ok(Some(Self::Required)),
            _ => Ok(Some(Self::Preferred)),
        }
    }
}

impl LargeBlobUse {
    /// At authentication with one of `allowed` credentials. The outer `Option` is the extension, the inner one what it
    /// asks for.
    pub(super) fn from_json(extensions: &Value, allowed: usize) -> Result<Option<Self>, ClientError> {
        let Some(inputs) = input::object(extensions, "largeBlob")? else { return Ok(None) };
        if inputs.contains_key("support") {
            return Err(ClientError::not_supported("largeBlob.support has no place in an authentication"));
        }
        if inputs.contains_key("read") && inputs.contains_key("write") {
            return Err(ClientError::not_supported("a large blob is either read or written"));
        }
        let inputs = &extensions["largeBlob"];
        if let Some(blob) = input::bytes(inputs, "write")? {
            if allowed != 1 {
                return Err(ClientError::not_supported("a large blob is written with exactly one allowed credential"));
            }
            return Ok(Some(Self::Write(blob)));
        }
        Ok((input::flag(inputs, "read")? == Some(true)).then_some(Self::Read))
    }
}

/// How an authenticator keeps large blobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// In an array of its own, under a key for each discoverable credential.
    Array,
    /// With the credential.
    Direct,
}

impl Means {
    pub(super) fn of(info: &Info) -> Option<Self> {
        let has = |wanted: &str| info.extensions.iter().any(|id| id == wanted);
        if has(DIRECT) {
            return Some(Self::Direct);
        }
        (has(LARGE_BLOB_KEY) && info.option("largeBlobs") == Some(true)).then_some(Self::Array)
    }

    /// What can keep a blob for a credential that is discoverable or not.
    pub(super) fn for_new(info: &Info, discoverable: bool) -> Option<Self> {
        Self::of(info).filter(|means| *means == Self::Direct || discoverable)
    }
}

/// The input at creation.
pub(super) fn at_creation(means: Means, support: Support) -> (Cbor, Cbor) {
    let wanted = if support == Support::Required { "required" } else { "preferred" };
    match means {
        Means::Array => (LARGE_BLOB_KEY.into(), true.into()),
        Means::Direct => (DIRECT.into(), Cbor::Map(vec![("support".into(), wanted.into())])),
    }
}

/// Whether the new credential has room for a blob.
pub(super) fn is_supported(means: Option<Means>, key: Option<&[u8]>, outputs: &Outputs) -> bool {
    match means {
        None => false,
        Some(Means::Array) => key.is_some_and(|key| key.len() == KEY),
        Some(Means::Direct) => outputs.unsigned(DIRECT, "supported").and_then(as_bool) == Some(true),
    }
}

/// The input at authentication.
pub(super) fn at_sign_in(means: Means, asked: &LargeBlobUse) -> (Cbor, Cbor) {
    match (means, asked) {
        (Means::Array, _) => (LARGE_BLOB_KEY.into(), true.into()),
        (Means::Direct, LargeBlobUse::Read) => (DIRECT.into(), Cbor::Map(vec![("read".into(), true.into())])),
        (Means::Direct, LargeBlobUse::Write(blob)) => {
            let size = Cbor::from(blob.len() as u64);
            let members = vec![("write".into(), compress(blob).into()), ("originalSize".into(), size)];
            (DIRECT.into(), Cbor::Map(members))
        }
    }
}

/// The output of an authenticator that keeps the blob with the credential.
pub(super) fn told(asked: &LargeBlobUse, outputs: &Outputs) -> Value {
    match asked {
        LargeBlobUse::Write(_) => {
            json!({"written": outputs.unsigned(DIRECT, "written").and_then(as_bool) == Some(true)})
        }
        LargeBlobUse::Read => {
            let compressed = outputs.unsigned(DIRECT, "blob").and_then(as_bytes);
            let size = match outputs.unsigned(DIRECT, "originalSize") {
                Some(Cbor::Unsigned(size)) => Some(*size),
                _ => None,
            };
            read(compressed.zip(size).and_then(|(compressed, size)| decompress(compressed, size)))
        }
    }
}

/// Reads or writes the blob under `key`, in the array that the authenticator keeps.
///
/// # Errors
///
/// [`Stop::Link`] where the authenticator does not answer; a refusal is an output.
pub(super) fn through_array(
    asked: &LargeBlobUse,
    key: Option<&[u8]>,
    token: Option<&Token>,
    (link, info, random): (&mut Link<'_>, &Info, &mut Random),
) -> Result<Value, Stop> {
    let key: Option<&[u8; KEY]> = key.and_then(|key| key.try_into().ok());
    let array = match key {
        Some(_) => fetch(link, info)?.map(|serialized| LargeBlobArray::parse(&serialized)),
        None => None,
    };
    match (asked, key, array) {
        (LargeBlobUse::Read, Some(key), Some(array)) => Ok(read(array.get(key))),
        (LargeBlobUse::Read, _, _) => Ok(read(None)),
        (LargeBlobUse::Write(blob), Some(key), Some(mut array)) => {
            array.put(key, random.bytes(), blob);
            Ok(json!({"written": store(link, info, token, &array.serialize())?}))
        }
        (LargeBlobUse::Write(_), _, _) => Ok(json!({"written": false})),
    }
}

fn read(blob: Option<Vec<u8>>) -> Value {
    blob.map_or_else(|| json!({}), |blob| json!({"blob": base64url::encode(&blob)}))
}

/// The whole array as it is stored; `None` where the authenticator refuses to tell it or never comes to an end.
///
/// # Errors
///
/// [`Stop::Link`] where the authenticator does not answer.
pub(crate) fn fetch(link: &mut Link<'_>, info: &Info) -> Result<Option<Vec<u8>>, Stop> {
    let (fragment, room) = (longest_fragment(info), room(info));
    let mut serialized = Vec::new();
    loop {
        let request = Request { get: Some(fragment), offset: Some(serialized.len() as u64), ..Request::default() };
        let answer = match link.call(Command::LARGE_BLOBS, &request.encode(), Response::decode) {
            Ok(answer) => answer.config.unwrap_or_default(),
            Err(Failure::Status(_)) => return Ok(None),
            Err(failure) => return Err(failure.into()),
        };
        let last = (answer.len() as u64) < fragment;
        serialized.extend(answer);
        if serialized.len() as u64 > room {
            return Ok(None);
        }
        if last {
            return Ok(Some(serialized));
        }
    }
}

/// Whether the array could be stored, whole as it is.
///
/// # Errors
///
/// [`Stop::Link`] where the authenticator does not answer.
pub(crate) fn store(link: &mut Link<'_>, info: &Info, token: Option<&Token>, serialized: &[u8]) -> Result<bool, Stop> {
    let fragment = usize::try_from(longest_fragment(info)).unwrap_or(usize::MAX);
    for (at, piece) in serialized.chunks(fragment).enumerate() {
        let mut request = Request {
            set: Some(piece.to_vec()),
            offset: Some((at * fragment) as u64),
            length: (at == 0).then_some(serialized.len() as u64),
            ..Request::default()
        };
        if let Some(token) = token {
            request.pin_uv_auth_param = Some(token.authenticate(&request.authenticated()));
            request.pin_uv_auth_protocol = Some(token.protocol.number());
        }
        match link.call(Command::LARGE_BLOBS, &request.encode(), Response::decode) {
            Ok(_) => {}
            Err(Failure::Status(_)) => return Ok(false),
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(true)
}

fn longest_fragment(info: &Info) -> u64 {
    info.max_message_size().saturating_sub(OVERHEAD).max(1)
}

fn room(info: &Info) -> u64 {
    info.max_serialized_large_blob_array.unwrap_or(LEAST_ROOM).min(MOST_ROOM)
}
