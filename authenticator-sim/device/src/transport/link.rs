use std::future::Future;
use std::io;

use keyrig_ctap::ctaphid::Report;

/// One end of what carries reports.
pub trait Link: Send {
    /// The next report from the other end; `None` where that is gone for good. A call that is dropped before it has
    /// ended loses nothing.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    fn receive(&mut self) -> impl Future<Output = io::Result<Option<Report>>> + Send;

    /// Sends a report to the other end.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    fn send(&mut self, report: &Report) -> impl Future<Output = io::Result<()>> + Send;
}
