use std::collections::BTreeMap;

use keyrig_core::attestation::root_certificate;
use keyrig_ctap::profile::{Chain, Profile};
use pem_rfc7468::LineEnding;

/// The trust anchors of these profiles, as PEM, sorted by the root's common name. Profiles that name the same root
/// share it.
pub fn roots_pem<'p>(profiles: impl IntoIterator<Item = &'p Profile>) -> String {
    let chains = profiles.into_iter().filter_map(|profile| profile.attestation.chain.as_ref());
    let roots: BTreeMap<&str, &Chain> = chains.map(|chain| (chain.root.as_str(), chain)).collect();
    roots.values().map(|chain| pem(&root_certificate(chain))).collect()
}

fn pem(der: &[u8]) -> String {
    pem_rfc7468::encode_string("CERTIFICATE", LineEnding::LF, der).expect("a certificate fits into memory twice")
}
