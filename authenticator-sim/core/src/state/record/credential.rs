//! The record of a credential; its id is what a store finds it by.

use alloc::vec::Vec;

use keyrig_ctap::cbor::{DecodeError, Members, Node, Problem, expect_bytes, parse_canonical};
use keyrig_ctap::cose::{Algorithm, CoseKey};
use keyrig_ctap::message::User;
use keyrig_ctap::profile::Backup;

use super::members::{Member, Reader, wrong};
use crate::provider::PrivateKey;
use crate::state::{CredentialSource, LargeBlob, Protection, Stored};

const RP_ID: Member = (1, "rp_id");
const U2F_APPLICATION: Member = (2, "u2f_application");
const USER_ID: Member = (3, "user id");
const USER_NAME: Member = (4, "user name");
const USER_DISPLAY_NAME: Member = (5, "user display name");
const PRIVATE_KEY: Member = (6, "private_key");
const PUBLIC_KEY: Member = (7, "public_key");
const DISCOVERABLE: Member = (8, "discoverable");
const PROTECTION: Member = (9, "protection");
const BACKUP_ELIGIBLE: Member = (10, "backup eligible");
const BACKUP_STATE: Member = (11, "backup state");
const SIGN_COUNT: Member = (12, "sign_count");
const PERSISTED: Member = (13, "persisted sign_count");
const CREATED: Member = (14, "created");
const HMAC_SECRET: Member = (15, "hmac_secret");
const CRED_BLOB: Member = (16, "cred_blob");
const LARGE_BLOB_KEY: Member = (17, "large_blob_key");
const THIRD_PARTY_PAYMENT: Member = (18, "third_party_payment");
const LARGE_BLOB: Member = (19, "large_blob");
const LARGE_BLOB_SIZE: Member = (20, "original size of large_blob");

pub(super) fn encode(stored: &Stored) -> Vec<u8> {
    let Stored { source, persisted } = stored;
    let User { id, name, display_name } = &source.user;
    let mut map = Members::default();
    map.member(RP_ID.0).text(&source.rp_id);
    map.bytes(U2F_APPLICATION.0, source.u2f_application.as_ref().map(|application| &application[..]));
    map.member(USER_ID.0).bytes(id);
    map.text(USER_NAME.0, name.as_deref());
    map.text(USER_DISPLAY_NAME.0, display_name.as_deref());
    map.member(PRIVATE_KEY.0).bytes(source.private_key.pkcs8());
    map.member(PUBLIC_KEY.0).bytes(&source.public_key.to_cose(source.algorithm));
    map.member(DISCOVERABLE.0).bool(source.discoverable);
    map.member(PROTECTION.0).uint(source.protection.number());
    map.member(BACKUP_ELIGIBLE.0).bool(source.backup.eligible);
    map.member(BACKUP_STATE.0).bool(source.backup.state);
    map.member(SIGN_COUNT.0).uint(source.sign_count.into());
    map.member(PERSISTED.0).uint((*persisted).into());
    map.member(CREATED.0).uint(source.created);
    map.bytes(HMAC_SECRET.0, source.hmac_secret.as_ref().map(|secret| &secret[..]));
    map.bytes(CRED_BLOB.0, source.cred_blob.as_deref());
    map.bytes(LARGE_BLOB_KEY.0, source.large_blob_key.as_ref().map(|key| &key[..]));
    map.member(THIRD_PARTY_PAYMENT.0).bool(source.third_party_payment);
    map.bytes(LARGE_BLOB.0, source.large_blob.as_ref().map(|blob| &blob.compressed[..]));
    map.uint(LARGE_BLOB_SIZE.0, source.large_blob.as_ref().map(|blob| blob.original_size));
    map.into_bytes()
}

pub(super) fn decode(id: &[u8], record: &[u8]) -> Result<Stored, DecodeError> {
    let root = parse_canonical(record)?;
    let map = Reader::of(&root, "the credential's record")?;
    let (algorithm, public_key) = public_key(map.node(PUBLIC_KEY)?)?;
    let source = CredentialSource {
        id: id.to_vec(),
        rp_id: map.text(RP_ID)?,
        u2f_application: map.optional_array(U2F_APPLICATION)?,
        user: User {
            id: map.bytes(USER_ID)?,
            name: map.optional_text(USER_NAME)?,
            display_name: map.optional_text(USER_DISPLAY_NAME)?,
        },
        algorithm,
        private_key: PrivateKey::from_pkcs8(expect_bytes(map.node(PRIVATE_KEY)?, PRIVATE_KEY.1)?),
        public_key,
        discoverable: map.bool(DISCOVERABLE)?,
        protection: Protection::from_number(map.uint(PROTECTION)?).ok_or(wrong(
            map.node(PROTECTION)?,
            PROTECTION,
            Problem::Value,
        ))?,
        backup: Backup { eligible: map.bool(BACKUP_ELIGIBLE)?, state: map.bool(BACKUP_STATE)? },
        sign_count: map.uint(SIGN_COUNT)?,
        created: map.uint(CREATED)?,
        hmac_secret: map.optional_secret(HMAC_SECRET)?,
        cred_blob: map.optional_bytes(CRED_BLOB)?,
        large_blob_key: map.optional_secret(LARGE_BLOB_KEY)?,
        large_blob: large_blob(&map)?,
        third_party_payment: map.bool(THIRD_PARTY_PAYMENT)?,
    };
    Ok(Stored { source, persisted: map.uint(PERSISTED)? })
}

fn large_blob(map: &Reader<'_, '_>) -> Result<Option<LargeBlob>, DecodeError> {
    let Some(compressed) = map.optional_bytes(LARGE_BLOB)? else { return Ok(None) };
    Ok(Some(LargeBlob { compressed, original_size: map.uint(LARGE_BLOB_SIZE)? }))
}

/// A `COSE_Key`, which names its algorithm.
fn public_key(node: &Node<'_>) -> Result<(Algorithm, keyrig_ctap::cose::PublicKey), DecodeError> {
    let key = CoseKey::from_bytes(expect_bytes(node, PUBLIC_KEY.1)?);
    let numbers = key.public_key().ok();
    key.algorithm().zip(numbers).ok_or(wrong(node, PUBLIC_KEY, Problem::Value))
}
