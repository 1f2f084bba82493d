//! After signing: what becomes of the client's answer on its way to the target.

mod answer;
mod attachment;
mod break_signature;
mod broken_client_data;
mod clear_uv;
mod credential_id_of_another_user;
mod credential_type;
mod duplicate_key;
mod empty_signature;
mod extension_results;
mod indefinite_lengths;
mod missing_member;
mod negated_signature;
mod no_user_handle;
mod none_with_statement;
mod padded_base64;
mod raw_signature;
mod signature_of_another_challenge;
mod statement_of_another_registration;
mod strip_attestation;
mod trailing_bytes;
mod transports;
mod truncated_auth_data;
mod unknown_credential_id;
mod unknown_format;
mod user_handle_of_another_user;
mod wrong_type;

use super::Tamper;

pub use answer::Answer;

/// Every tamper of this seam, sorted by id.
pub(super) const ALL: &[&Tamper] = &[
    &attachment::TAMPER,
    &break_signature::TAMPER,
    &broken_client_data::TAMPER,
    &clear_uv::TAMPER,
    &credential_id_of_another_user::TAMPER,
    &credential_type::TAMPER,
    &duplicate_key::TAMPER,
    &empty_signature::TAMPER,
    &extension_results::TAMPER,
    &indefinite_lengths::TAMPER,
    &missing_member::TAMPER,
    &negated_signature::TAMPER,
    &no_user_handle::TAMPER,
    &none_with_statement::TAMPER,
    &padded_base64::TAMPER,
    &raw_signature::TAMPER,
    &signature_of_another_challenge::TAMPER,
    &statement_of_another_registration::TAMPER,
    &strip_attestation::TAMPER,
    &trailing_bytes::TAMPER,
    &transports::TAMPER,
    &truncated_auth_data::TAMPER,
    &unknown_credential_id::TAMPER,
    &unknown_format::TAMPER,
    &user_handle_of_another_user::TAMPER,
    &wrong_type::TAMPER,
];
