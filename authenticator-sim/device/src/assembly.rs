use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use keyrig_core::provider::KeyPair;
use keyrig_core::{Authenticator, Entropy, Product, Provider, Setup, State};
use keyrig_ctap::profile::Profile;
use keyrig_ctap::seal::{CannotVouch, Seal};

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
    let mut setup = Setup::new(product(profile), provider, entropy, seal);
    setup.chains = Box::new(|id| profiles::find(id)?.attestation.chain.clone());
    setup.slow_keys = Box::new(kept);
    setup
}

/// Embedded profiles that are in use, once for all authenticators of the process.
static EMBEDDED: Mutex<BTreeMap<&str, Product>> = Mutex::new(BTreeMap::new());

fn product(profile: &Profile) -> Product {
    let embedded = profiles::find(&profile.id).filter(|embedded| std::ptr::eq(*embedded, profile));
    let Some(embedded) = embedded else { return profile.clone().into() };
    let mut products = EMBEDDED.lock().unwrap_or_else(PoisonError::into_inner);
    products.entry(&embedded.id).or_insert_with(|| embedded.clone().into()).clone()
}

/// RSA keys of leaves and of authorities that no embedded profile names, kept for the whole process: every authenticator
/// of a batch has the same.
static KEPT: Mutex<BTreeMap<String, KeyPair>> = Mutex::new(BTreeMap::new());

/// How many are kept. The embedded profiles need one each at most.
const MOST: usize = 64;

fn kept(name: &str, make: &dyn Fn() -> Result<KeyPair, CannotVouch>) -> Result<KeyPair, CannotVouch> {
    let mut keys = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pair) = keys.get(name) {
        return Ok(pair.clone());
    }
    let pair = make()?;
    if keys.len() == MOST {
        keys.pop_first();
    }
    keys.insert(name.to_owned(), pair.clone());
    Ok(pair)
}
