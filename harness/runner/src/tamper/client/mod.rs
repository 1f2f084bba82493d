//! Before signing: what the client says to the authenticator, after every check of its own.

mod algorithm_not_offered;
mod challenge_of_another_session;
mod cross_origin;
mod empty_challenge;
mod extra_member;
mod flip_challenge;
mod http_origin;
mod nonsense_type;
mod null_origin;
mod origin;
mod padded_challenge;
mod parent_origin;
mod port_origin;
mod prefix_origin;
mod replayed_challenge;
mod rewrite;
mod rp_id;
mod subdomain_origin;
mod suffix_origin;
mod swapped_type;
mod token_binding;
mod top_origin;
mod trailing_dot_origin;

use super::Tamper;

/// Every tamper of this seam, sorted by id.
pub(super) const ALL: &[&Tamper] = &[
    &algorithm_not_offered::TAMPER,
    &challenge_of_another_session::TAMPER,
    &cross_origin::TAMPER,
    &empty_challenge::TAMPER,
    &extra_member::TAMPER,
    &flip_challenge::TAMPER,
    &http_origin::TAMPER,
    &nonsense_type::TAMPER,
    &null_origin::TAMPER,
    &origin::TAMPER,
    &padded_challenge::TAMPER,
    &parent_origin::TAMPER,
    &port_origin::TAMPER,
    &prefix_origin::TAMPER,
    &replayed_challenge::TAMPER,
    &rp_id::TAMPER,
    &subdomain_origin::TAMPER,
    &suffix_origin::TAMPER,
    &swapped_type::TAMPER,
    &token_binding::TAMPER,
    &top_origin::TAMPER,
    &trailing_dot_origin::TAMPER,
];
