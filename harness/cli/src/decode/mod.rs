//! Bytes of WebAuthn and CTAP, taken apart for a person or a program. One kind a file.

#[cfg(target_os = "linux")]
mod apart;
mod attestation_object;
mod auth_data;
mod cbor;
mod certificate;
mod client_data;
mod cose_key;
mod ctap;
mod encoding;
mod field;
mod print;
mod shape;
pub(crate) mod trace;
mod u2f;

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::{Fields, Kind as Item, Node, Tree};
use keyrig_ctap::{Command, Status};
use keyrig_device::capture::{Carries, Side};

#[cfg(target_os = "linux")]
pub(crate) use apart::apart;
pub(crate) use encoding::{Encoding, readings};
pub(crate) use field::Decoded;
#[cfg(target_os = "linux")]
pub(crate) use field::hex;
pub(crate) use print::print;

/// A kind of input.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    /// The name on the command line.
    pub(crate) name: &'static str,
    /// What it is, for the help text.
    pub(crate) about: &'static str,
    /// Reads it, or says why it is something else.
    pub(crate) decode: fn(&[u8]) -> Result<Decoded, String>,
    /// Whether bytes look like it.
    looks_so: fn(&[u8]) -> bool,
}

/// Every kind, the ones that fit least often by accident first.
pub(crate) const ALL: &[Kind] = &[
    Kind {
        name: "client-data",
        about: "clientDataJSON",
        decode: client_data::decode,
        looks_so: |bytes| bytes.first() == Some(&b'{') && client_data::decode(bytes).is_ok(),
    },
    Kind {
        name: "attestation-object",
        about: "attestationObject, with its statement and authenticator data",
        decode: attestation_object::decode,
        looks_so: |bytes| root(bytes, |node| Fields::of(node, "").is_ok_and(|map| map.text("fmt").is_some())),
    },
    Kind {
        name: "cose-key",
        about: "a COSE_Key",
        decode: cose_key::decode,
        looks_so: |bytes| root(bytes, cose_key::is_key),
    },
    Kind {
        name: "get-info",
        about: "the map that authenticatorGetInfo yields, without a status byte",
        decode: ctap::get_info,
        looks_so: |bytes| root(bytes, |node| ctap::yields(node) == Some(Command::GET_INFO)),
    },
    Kind {
        name: "ctap-request",
        about: "a CTAP command byte and its parameters",
        decode: ctap::request,
        looks_so: |bytes| {
            bytes.split_first().is_some_and(|(first, rest)| {
                Command(*first).name().is_some() && (rest.is_empty() || root(rest, is_map))
            })
        },
    },
    Kind {
        name: "ctap-response",
        about: "a CTAP status byte and what follows it",
        decode: ctap::response,
        looks_so: |bytes| {
            bytes.split_first().is_some_and(|(first, rest)| {
                let status = Status(*first);
                status.name().is_some() && if status == Status::OK { root(rest, is_map) } else { rest.is_empty() }
            })
        },
    },
    Kind {
        name: "auth-data",
        about: "authenticator data",
        decode: auth_data::decode,
        looks_so: |bytes| AuthData::parse(bytes).is_ok_and(|data| data.rest.is_empty()),
    },
    Kind {
        name: "cbor",
        about: "any CBOR item",
        decode: cbor::decode,
        looks_so: |bytes| root(bytes, |node| matches!(node.kind, Item::Map(_) | Item::Array(_))),
    },
];

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Option<&'static Kind> {
    ALL.iter().find(|kind| kind.name == name)
}

/// The kind that `bytes` look like.
pub(crate) fn guess(bytes: &[u8]) -> Option<&'static Kind> {
    ALL.iter().find(|kind| (kind.looks_so)(bytes))
}

/// Takes a payload apart that this side sent; `None` where it cannot be.
pub(crate) fn payload(from: Side, carries: Carries, name: &str, bytes: &[u8]) -> Option<Decoded> {
    let decoded = match (carries, from) {
        (Carries::Ctap2, Side::Host) => ctap::request(bytes),
        (Carries::Ctap2, Side::Key) => ctap::response(bytes),
        (Carries::Apdu, Side::Host) => u2f::request(bytes),
        (Carries::Apdu, Side::Key) => u2f::response(bytes),
        (Carries::Data, Side::Host) => u2f::command(name, bytes),
        (Carries::Data, Side::Key) => u2f::answer(bytes),
        (Carries::Other, _) => return None,
    };
    decoded.ok()
}

/// What programs are told that a payload is.
pub(crate) const fn kind_of(from: Side, carries: Carries) -> &'static str {
    match (carries, from) {
        (Carries::Ctap2, Side::Host) => "ctap-request",
        (Carries::Ctap2, Side::Key) => "ctap-response",
        (Carries::Apdu | Carries::Data | Carries::Other, Side::Host) => "apdu",
        (Carries::Apdu | Carries::Data | Carries::Other, Side::Key) => "apdu-response",
    }
}

fn root(bytes: &[u8], holds: impl Fn(&Node<'_>) -> bool) -> bool {
    Tree::parse(bytes).is_ok_and(|tree| tree.root.span.end == bytes.len() && holds(&tree.root))
}

fn is_map(node: &Node<'_>) -> bool {
    matches!(node.kind, Item::Map(_))
}

#[cfg(test)]
mod tests;
