use std::time::Duration;

use keyrig_ctap::ctaphid::Report;

use crate::device::LinkError;

/// Moves reports between this program and one device.
pub trait Wire: Send {
    /// Sends a report.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where the device is gone.
    fn send(&mut self, report: &Report) -> Result<(), LinkError>;

    /// The next report, `None` where none came within `patience`.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where the device is gone.
    fn receive(&mut self, patience: Duration) -> Result<Option<Report>, LinkError>;
}
