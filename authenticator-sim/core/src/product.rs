//! What every authenticator of a product has in common.

use alloc::sync::Arc;

use keyrig_ctap::profile::Profile;

use crate::cut::{Cut, cut};

/// A profile and what of it is implemented. Clones share both, so that a fleet has them once.
#[derive(Clone, Debug)]
pub struct Product {
    pub(crate) profile: Arc<Profile>,
    pub(crate) cut: Arc<Cut>,
}

impl Product {
    /// What the product can do.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }
}

impl From<Profile> for Product {
    fn from(profile: Profile) -> Self {
        Self { cut: Arc::new(cut(&profile)), profile: Arc::new(profile) }
    }
}
