use std::collections::BTreeMap;

use keyrig_core::attestation::trust_anchors;
use keyrig_ctap::profile::{Chain, Profile, Sends};
use pem_rfc7468::LineEnding;

/// The trust anchors of these profiles, as PEM: roots, sorted by their common names, and after each the intermediates
/// that do not come with its leaves. Profiles that name the same root share it.
pub fn roots_pem<'p>(profiles: impl IntoIterator<Item = &'p Profile>) -> String {
    let mut anchors: BTreeMap<(&str, Option<&str>), Vec<u8>> = BTreeMap::new();
    for chain in profiles.into_iter().filter_map(|profile| profile.attestation.chain.as_ref()) {
        // Signing takes its time, and dozens of profiles have one chain.
        let known = anchors.contains_key(&(chain.root.as_str(), None))
            && (chain.sends != Sends::Leaf
                || chain.intermediates.iter().all(|name| anchors.contains_key(&(&chain.root, Some(name)))));
        if !known {
            anchors.extend(named(chain));
        }
    }
    anchors.values().map(|der| pem(der)).collect()
}

/// The anchors of a chain by root and, where it is one, intermediate.
fn named(chain: &Chain) -> impl Iterator<Item = ((&str, Option<&str>), Vec<u8>)> {
    let names = std::iter::once(None).chain(chain.intermediates.iter().map(|name| Some(name.as_str())));
    names.map(|name| (chain.root.as_str(), name)).zip(trust_anchors(chain))
}

fn pem(der: &[u8]) -> String {
    pem_rfc7468::encode_string("CERTIFICATE", LineEnding::LF, der).expect("a certificate fits into memory twice")
}
