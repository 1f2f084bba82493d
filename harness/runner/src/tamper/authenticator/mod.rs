//! In what is signed: the authenticator data and who vouches for it, signed again by whoever does.

mod aaguid;
mod bs_without_be;
mod ca_leaf;
mod chain_with_root;
mod clear_up;
mod clear_uv;
mod client_data_hash;
mod credential_id_of_another_user;
mod expired_leaf;
mod extension_flag;
mod flip_be;
mod foreign_binding;
mod future_leaf;
mod impostor_root;
mod key_algorithm;
mod leaf_aaguid;
mod leaf_key;
mod leaf_ou;
mod leftover_bytes;
mod long_credential_id;
mod no_attestation;
mod no_leaf_aaguid;
mod off_curve_key;
mod other_root;
mod reserved_flags;
mod reversed_chain;
mod rp_id_hash;
mod self_attestation;
mod sign_count_back;
mod sign_count_jump;
mod tpm_magic;
mod u2f_attestation;
mod unsolicited_extension;

use super::Tamper;

/// Every tamper of this seam, sorted by id.
pub(super) const ALL: &[&Tamper] = &[
    &aaguid::TAMPER,
    &bs_without_be::TAMPER,
    &ca_leaf::TAMPER,
    &chain_with_root::TAMPER,
    &clear_up::TAMPER,
    &clear_uv::TAMPER,
    &client_data_hash::TAMPER,
    &credential_id_of_another_user::TAMPER,
    &expired_leaf::TAMPER,
    &extension_flag::TAMPER,
    &flip_be::TAMPER,
    &foreign_binding::TAMPER,
    &future_leaf::TAMPER,
    &impostor_root::TAMPER,
    &key_algorithm::TAMPER,
    &leaf_aaguid::TAMPER,
    &leaf_key::TAMPER,
    &leaf_ou::TAMPER,
    &leftover_bytes::TAMPER,
    &long_credential_id::TAMPER,
    &no_attestation::TAMPER,
    &no_leaf_aaguid::TAMPER,
    &off_curve_key::TAMPER,
    &other_root::TAMPER,
    &reserved_flags::TAMPER,
    &reversed_chain::TAMPER,
    &rp_id_hash::TAMPER,
    &self_attestation::TAMPER,
    &sign_count_back::TAMPER,
    &sign_count_jump::TAMPER,
    &tpm_magic::TAMPER,
    &u2f_attestation::TAMPER,
    &unsolicited_extension::TAMPER,
];
