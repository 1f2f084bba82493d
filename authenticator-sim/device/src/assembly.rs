use keyrig_core::{Authenticator, Entropy, Provider, Setup, State};
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
    Authenticator::new(setup(profile, provider, entropy, seal))
}

/// An authenticator of `profile` that gets power back and remembers `state`, as a [`Store`](crate::Store) has it.
pub fn restore(
    profile: &Profile,
    provider: Box<dyn Provider>,
    entropy: Box<dyn Entropy>,
    seal: Box<dyn Seal>,
    state: State,
) -> Authenticator {
    Authenticator::restore(setup(profile, provider, entropy, seal), state)
}

fn setup(profile: &Profile, provider: Box<dyn Provider>, entropy: Box<dyn Entropy>, seal: Box<dyn Seal>) -> Setup {
    let mut setup = Setup::new(profile.clone(), provider, entropy, seal);
    setup.chains = Box::new(|id| profiles::find(id)?.attestation.chain.clone());
    setup
}
