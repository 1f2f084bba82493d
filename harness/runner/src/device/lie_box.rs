//! The authenticator seam: lies that are told before the authenticator signs, so that it signs them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use keyrig_ctap::seal::{CannotVouch, Draft, Seal, Sealed, Voucher};

use crate::tamper::{CannotLie, Difference, DraftLie, difference};

/// A handle on the lies that an authenticator tells next. Clones share them.
#[derive(Clone, Default)]
pub struct LieBox(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    armed: Vec<DraftLie>,
    report: LieReport,
}

/// What became of the lies that were armed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LieReport {
    /// The fields that were changed before signing.
    pub differences: Vec<Difference>,
    /// The first lie that could not be told, and why.
    pub failure: Option<CannotLie>,
    /// How many drafts were seen.
    pub drafts: usize,
}

impl LieBox {
    /// Tells `lies`, in order, about each draft until [`LieBox::disarm`].
    pub fn arm(&self, lies: Vec<DraftLie>) {
        *self.state() = State { armed: lies, report: LieReport::default() };
    }

    /// Back to the truth; says what was changed since [`LieBox::arm`].
    pub fn disarm(&self) -> LieReport {
        std::mem::take(&mut *self.state()).report
    }

    fn apply(&self, draft: &mut Draft) {
        let mut state = self.state();
        if state.armed.is_empty() {
            return;
        }
        let honest = draft.clone();
        let State { armed, report } = &mut *state;
        report.drafts += 1;
        for lie in armed.iter() {
            if let Err(why) = lie.tell(draft) {
                report.failure.get_or_insert(why);
            }
        }
        report.differences = difference::of_drafts(&honest, draft);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A [`Seal`] that tells the lies of a [`LieBox`] and has the honest one sign them.
pub struct LyingSeal {
    honest: Box<dyn Seal>,
    lies: LieBox,
}

impl LyingSeal {
    /// Puts `lies` before `honest`.
    pub fn new(honest: Box<dyn Seal>, lies: LieBox) -> Self {
        Self { honest, lies }
    }
}

impl Seal for LyingSeal {
    fn seal(&mut self, mut draft: Draft, voucher: &mut dyn Voucher) -> Result<Sealed, CannotVouch> {
        self.lies.apply(&mut draft);
        self.honest.seal(draft, voucher)
    }
}
