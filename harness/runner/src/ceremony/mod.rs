//! One ceremony from end to end: options, client, authenticator, lies, result, session check.

mod order;
mod record;

pub use order::{Ceremony, OptionsRequest, Order};
pub use record::{CeremonyError, Record, SessionCheck, Stage};

/// Performs one ceremony.
///
/// # Errors
///
/// [`CeremonyError`] where a lie cannot be told or the surroundings fail; whatever the target does is an outcome.
pub async fn perform(
    order: &Order<'_>,
    device: &mut dyn crate::device::Device,
    session: &mut crate::target::Session,
) -> Result<Record, CeremonyError> {
    let _ = (order, device, session);
    Err(CeremonyError::Environment(crate::EnvironmentError::Target { why: "ceremonies are being written".to_owned() }))
}
