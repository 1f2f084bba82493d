use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use keyrig_ctap::message::make_credential;

use super::{Pin, RealKey};
use crate::device::foreign::{Assertion, NewCredential, Speaker, Trouble, Wanted};
use crate::device::{Device, DeviceDescription, LinkError};

/// A real key that scenarios borrow, one after the other.
pub struct Lender {
    key: Arc<Mutex<RealKey>>,
    loan: Mutex<Weak<Loan>>,
}

/// A real key as one scenario has it, by as many names as it likes. When all are given back, what the key was made to
/// keep is taken off.
pub struct Lent(Arc<Loan>);

struct Loan(Arc<Mutex<RealKey>>);

impl Lender {
    /// Lends `key` from now on.
    pub fn new(key: RealKey) -> Self {
        Self { key: Arc::new(Mutex::new(key)), loan: Mutex::new(Weak::new()) }
    }

    /// The key, for whoever asks while nobody has it.
    pub fn lend(&self) -> Lent {
        let mut loan = self.loan.lock().unwrap_or_else(PoisonError::into_inner);
        let lent = loan.upgrade().unwrap_or_else(|| Arc::new(Loan(self.key.clone())));
        *loan = Arc::downgrade(&lent);
        Lent(lent)
    }

    /// The key itself, between scenarios.
    pub fn key(&self) -> MutexGuard<'_, RealKey> {
        lock(&self.key)
    }
}

impl Lent {
    fn key(&self) -> MutexGuard<'_, RealKey> {
        lock(&self.0.0)
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        lock(&self.0).tidy();
    }
}

fn lock(key: &Mutex<RealKey>) -> MutexGuard<'_, RealKey> {
    key.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Device for Lent {
    fn transact(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        self.key().transact(message)
    }

    fn transact_u2f(&mut self, message: &[u8]) -> Result<Vec<u8>, LinkError> {
        self.key().transact_u2f(message)
    }

    fn make(&mut self, speaker: Speaker, new: &NewCredential) -> Result<make_credential::Response, Trouble> {
        self.key().make(speaker, new)
    }

    fn assert(&mut self, speaker: Speaker, wanted: &Wanted) -> Result<Vec<Assertion>, Trouble> {
        self.key().assert(speaker, wanted)
    }

    fn grant(&mut self, span: Duration) {
        self.key().grant(span);
    }

    fn describe(&self) -> DeviceDescription {
        self.key().describe()
    }

    fn pin(&self) -> Option<Pin> {
        self.key().pin()
    }

    fn may_get_pin(&self) -> bool {
        self.key().may_get_pin()
    }

    fn entropy(&self) -> Option<[u8; 32]> {
        self.key().entropy()
    }
}
