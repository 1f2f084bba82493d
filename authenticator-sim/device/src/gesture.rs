use keyrig_core::{Ask, Gesture};
use keyrig_ctap::gesture::Deed;

/// What a deed is to the authenticator that asks; `None` for what it does not notice.
pub(crate) const fn noticed(deed: Deed, ask: Ask) -> Option<Gesture> {
    Some(match (deed, ask) {
        (Deed::Consent, Ask::Verification) | (Deed::GoodFinger, _) => Gesture::Verify,
        (Deed::Consent, Ask::LongTouch) | (Deed::LongTouch, _) => Gesture::LongTouch,
        (Deed::Consent | Deed::Touch | Deed::DoubleTouch, _) => Gesture::Touch,
        (Deed::Decline, _) => Gesture::Decline,
        (Deed::WrongFinger, _) => Gesture::FailVerification,
        (Deed::Cancel | Deed::Insert | Deed::Nothing | Deed::PowerCycle | Deed::Remove, _) => return None,
    })
}
