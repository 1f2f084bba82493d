use keyrig_core::{Authenticator, Entropy, Provider, Setup};
use keyrig_ctap::profile::Profile;
use keyrig_ctap::seal::Seal;

use crate::profiles;

/// A new authenticator of `profile`, which knows the attestation chains of all embedded profiles.
pub fn assemble(
    profile: &Profile,
    provider: Box<dyn Provider>,
    entropy: Box<dyn Entropy>,
    seal: Box<dyn Seal>,
) -> Authenticator {
    let mut setup = Setup::new(profile.clone(), provider, entropy, seal);
    setup.chains = Box::new(|id| profiles::find(id)?.attestation.chain.clone());
    Authenticator::new(setup)
}
