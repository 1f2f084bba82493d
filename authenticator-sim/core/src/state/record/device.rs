//! The record of what there is once: PIN, retries, settings, fingers, the device's own numbers.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::cbor::{
    DecodeError, Kind, Members, Node, Problem, expect_array, expect_bytes, expect_text, parse_canonical,
};
use keyrig_ctap::profile::Backup;
use zeroize::Zeroizing;

use super::members::{Member, Reader, wrong};
use crate::state::{Configuration, Count, Fingerprint, Pin, State};

const PROFILE: Member = (1, "profile");
const PIN_HASH: Member = (2, "pin hash");
const PIN_LENGTH: Member = (3, "pin length");
const PIN_RETRIES: Member = (4, "pin_retries");
const UV_RETRIES: Member = (5, "uv_retries");
const FORCE_PIN_CHANGE: Member = (6, "force_pin_change");
const ALWAYS_UV: Member = (7, "always_uv");
const MIN_PIN_LENGTH: Member = (8, "min_pin_length");
const MIN_PIN_LENGTH_RP_IDS: Member = (9, "min_pin_length_rp_ids");
const ENTERPRISE_ATTESTATION: Member = (10, "enterprise_attestation");
const LONG_TOUCH_FOR_RESET: Member = (11, "long_touch_for_reset");
const PIN_COMPLEXITY: Member = (12, "pin_complexity");
const BACKUP_ELIGIBLE: Member = (13, "backup eligible");
const BACKUP_STATE: Member = (14, "backup state");
const SIGN_COUNT: Member = (15, "sign_count");
const PERSISTED: Member = (16, "persisted sign_count");
const SERIAL_NUMBER: Member = (17, "serial_number");
const PERSISTENT_TOKEN: Member = (18, "persistent_token");
const IDENTIFIER: Member = (19, "identifier");
const UV_COUNT: Member = (20, "uv_count");
const FINGERPRINTS: Member = (21, "fingerprints");
const DISCOVERABLE_CHANGES: Member = (22, "discoverable_changes");
const CREATED: Member = (23, "created");
const WORN_OUT: Member = (24, "worn_out");

pub(super) fn encode(state: &State) -> Vec<u8> {
    let mut map = Members::default();
    map.member(PROFILE.0).text(&state.profile);
    map.bytes(PIN_HASH.0, state.pin.as_ref().map(|pin| &pin.hash[..]));
    map.uint(PIN_LENGTH.0, state.pin.as_ref().map(|pin| pin.code_points.into()));
    map.member(PIN_RETRIES.0).uint(state.pin_retries.into());
    map.member(UV_RETRIES.0).uint(state.uv_retries.into());
    map.member(FORCE_PIN_CHANGE.0).bool(state.force_pin_change);
    settings(&state.config, &mut map);
    map.member(BACKUP_ELIGIBLE.0).bool(state.backup.eligible);
    map.member(BACKUP_STATE.0).bool(state.backup.state);
    map.member(SIGN_COUNT.0).uint(state.sign_count.told.into());
    map.member(PERSISTED.0).uint(state.sign_count.persisted.into());
    map.bytes(SERIAL_NUMBER.0, state.serial_number.as_ref().map(|number| &number[..]));
    map.bytes(PERSISTENT_TOKEN.0, state.persistent_token.as_ref().map(|token| &token[..]));
    map.bytes(IDENTIFIER.0, state.identifier.as_ref().map(|identifier| &identifier[..]));
    map.member(UV_COUNT.0).uint(state.uv_count);
    fingers(&state.fingerprints, &mut map);
    map.member(DISCOVERABLE_CHANGES.0).uint(state.discoverable_changes);
    map.member(CREATED.0).uint(state.created);
    map.member(WORN_OUT.0).uint(state.worn_out.into());
    map.into_bytes()
}

fn settings(config: &Configuration, map: &mut Members) {
    map.member(ALWAYS_UV.0).bool(config.always_uv);
    map.member(MIN_PIN_LENGTH.0).uint(config.min_pin_length);
    let list = map.member(MIN_PIN_LENGTH_RP_IDS.0).array(config.min_pin_length_rp_ids.len());
    config.min_pin_length_rp_ids.iter().for_each(|rp_id| {
        list.text(rp_id);
    });
    map.member(ENTERPRISE_ATTESTATION.0).bool(config.enterprise_attestation);
    map.member(LONG_TOUCH_FOR_RESET.0).bool(config.long_touch_for_reset);
    map.member(PIN_COMPLEXITY.0).bool(config.pin_complexity);
}

/// Each finger is its template id and its name, or null.
fn fingers(fingers: &[Fingerprint], map: &mut Members) {
    let list = map.member(FINGERPRINTS.0).array(fingers.len());
    for Fingerprint { id, name } in fingers {
        list.array(2).bytes(id);
        match name {
            Some(name) => list.text(name),
            None => list.null(),
        };
    }
}

/// The state without credentials and large blobs.
pub(super) fn decode(record: &[u8]) -> Result<State, DecodeError> {
    let root = parse_canonical(record)?;
    let map = Reader::of(&root, "the device's record")?;
    let pin = match map.optional_array(PIN_HASH)? {
        Some(hash) => Some(Pin { hash: Zeroizing::new(hash), code_points: map.uint(PIN_LENGTH)? }),
        None => None,
    };
    Ok(State {
        profile: map.text(PROFILE)?,
        pin,
        pin_retries: map.uint(PIN_RETRIES)?,
        uv_retries: map.uint(UV_RETRIES)?,
        force_pin_change: map.bool(FORCE_PIN_CHANGE)?,
        config: Configuration {
            always_uv: map.bool(ALWAYS_UV)?,
            min_pin_length: map.uint(MIN_PIN_LENGTH)?,
            min_pin_length_rp_ids: texts(map.node(MIN_PIN_LENGTH_RP_IDS)?, MIN_PIN_LENGTH_RP_IDS)?,
            enterprise_attestation: map.bool(ENTERPRISE_ATTESTATION)?,
            long_touch_for_reset: map.bool(LONG_TOUCH_FOR_RESET)?,
            pin_complexity: map.bool(PIN_COMPLEXITY)?,
        },
        backup: Backup { eligible: map.bool(BACKUP_ELIGIBLE)?, state: map.bool(BACKUP_STATE)? },
        worn_out: map.uint(WORN_OUT)?,
        sign_count: Count { told: map.uint(SIGN_COUNT)?, persisted: map.uint(PERSISTED)? },
        serial_number: map.optional_array(SERIAL_NUMBER)?,
        persistent_token: map.optional_array(PERSISTENT_TOKEN)?.map(Zeroizing::new),
        identifier: map.optional_array(IDENTIFIER)?,
        uv_count: map.uint(UV_COUNT)?,
        fingerprints: enrolled(map.node(FINGERPRINTS)?)?,
        large_blobs: Vec::new(),
        discoverable_changes: map.uint(DISCOVERABLE_CHANGES)?,
        created: map.uint(CREATED)?,
        credentials: BTreeMap::new(),
        discoverable: BTreeMap::new(),
    })
}

fn texts(node: &Node<'_>, (_, name): Member) -> Result<Vec<String>, DecodeError> {
    expect_array(node, name)?.iter().map(|item| expect_text(item, name).map(String::from)).collect()
}

fn enrolled(node: &Node<'_>) -> Result<Vec<Fingerprint>, DecodeError> {
    let name = FINGERPRINTS.1;
    let finger = |item: &Node<'_>| match expect_array(item, name)? {
        [id, Node { kind: Kind::Simple(22), .. }] => {
            Ok(Fingerprint { id: expect_bytes(id, name)?.to_vec(), name: None })
        }
        [id, called] => {
            Ok(Fingerprint { id: expect_bytes(id, name)?.to_vec(), name: Some(expect_text(called, name)?.into()) })
        }
        _ => Err(wrong(item, FINGERPRINTS, Problem::Length)),
    };
    expect_array(node, name)?.iter().map(finger).collect()
}
