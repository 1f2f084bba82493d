//! Authenticator data (WebAuthn L3 §6.1): the steps that both ceremonies share.

use aws_lc_rs::digest::{SHA256, digest};
use keyrig_ctap::ReasonClass;
use keyrig_ctap::auth_data::{AuthData, Flags};

use super::{Observation, Step};
use crate::Refusal;

/// Reads authenticator data that ends where its flags say.
pub(super) fn parse(bytes: &[u8], step: Step) -> Result<AuthData, Refusal> {
    let auth_data = AuthData::parse(bytes)
        .map_err(|e| Refusal::new(ReasonClass::Malformed, "authenticator_data_unreadable", e.to_string(), step))?;
    if auth_data.rest.is_empty() {
        return Ok(auth_data);
    }
    let message = format!("{} bytes follow the authenticator data", auth_data.rest.len());
    Err(Refusal::new(ReasonClass::Malformed, "authenticator_data_leftover", message, step))
}

pub(super) fn verify_rp_id_hash(auth_data: &AuthData, rp_id: &str, step: Step) -> Result<(), Refusal> {
    if auth_data.rp_id_hash[..] == *digest(&SHA256, rp_id.as_bytes()).as_ref() {
        return Ok(());
    }
    let message = format!("the RP ID hash is not that of \"{rp_id}\"");
    Err(Refusal::new(ReasonClass::RpId, "rp_id_hash_mismatch", message, step))
}

pub(super) fn verify_user_present(flags: Flags, step: Step) -> Result<(), Refusal> {
    if flags.contains(Flags::UP) {
        return Ok(());
    }
    let message = "the user-present bit is not set";
    Err(Refusal::new(ReasonClass::UserNotPresent, "user_not_present", message, step))
}

pub(super) fn verify_user_verified(flags: Flags, required: bool, step: Step) -> Result<(), Refusal> {
    if !required || flags.contains(Flags::UV) {
        return Ok(());
    }
    let message = "user verification is required and the user-verified bit is not set";
    Err(Refusal::new(ReasonClass::UserNotVerified, "user_not_verified", message, step))
}

pub(super) fn verify_backup_state_possible(flags: Flags, step: Step) -> Result<(), Refusal> {
    if flags.contains(Flags::BE) || !flags.contains(Flags::BS) {
        return Ok(());
    }
    let message = "the backup-state bit is set and the backup-eligible bit is not";
    Err(Refusal::new(ReasonClass::BackupStateImpossible, "backup_state_without_eligibility", message, step))
}

/// Reserved bits that are set: the text gives them no meaning and no reason to refuse.
pub(super) fn observe_reserved_bits(flags: Flags) -> Option<Observation> {
    let reserved = flags & (Flags::RFU1 | Flags::RFU2);
    (reserved != Flags::default())
        .then(|| Observation::new("reserved_flag_bits", format!("reserved flag bits are set: {reserved}")))
}
