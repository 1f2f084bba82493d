//! Keys on USB, through the operating system's HID interface.

use std::ffi::CString;
use std::time::Duration;

use hidapi::{DeviceInfo, HidApi, HidDevice};
use keyrig_ctap::ctaphid::{REPORT_LENGTH, Report};

use super::Wire;
use crate::device::{LOOK, LinkError};

/// The usage page and usage of an authenticator (CTAP 2.3 §11.2).
const FIDO: (u16, u16) = (0xf1d0, 0x01);

/// What the operating system knows of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it is: `/dev/hidraw3`.
    pub path: String,
    /// Maker and product as the key names them.
    pub product: String,
    /// The USB vendor.
    pub vendor_id: u16,
    /// The vendor's product.
    pub product_id: u16,
    /// The release number, which many makers set to the firmware's.
    pub release: u16,
}

/// The keys that the operating system sees.
///
/// # Errors
///
/// [`LinkError`] where it does not tell.
pub fn find() -> Result<Vec<Found>, LinkError> {
    let api = HidApi::new().map_err(failed)?;
    let mut found: Vec<Found> =
        api.device_list().filter(|info| (info.usage_page(), info.usage()) == FIDO).map(Found::from).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

impl From<&DeviceInfo> for Found {
    fn from(info: &DeviceInfo) -> Self {
        let names = [info.manufacturer_string(), info.product_string()];
        let names: Vec<&str> = names.into_iter().flatten().map(str::trim).filter(|name| !name.is_empty()).collect();
        Self {
            path: info.path().to_string_lossy().into_owned(),
            product: names.join(" "),
            vendor_id: info.vendor_id(),
            product_id: info.product_id(),
            release: info.release_number(),
        }
    }
}

/// A key that is open.
pub struct Raw {
    device: HidDevice,
}

impl Raw {
    /// Opens the key at `path`.
    ///
    /// # Errors
    ///
    /// [`LinkError`] where nothing is there, or this user may not open it.
    pub fn open(path: &str) -> Result<Self, LinkError> {
        let name = CString::new(path).map_err(|_| LinkError(format!("{path:?} is no path")))?;
        let api = HidApi::new().map_err(failed)?;
        let device =
            api.open_path(&name).map_err(|error| LinkError(format!("{path} cannot be opened: {error}; {LOOK}")))?;
        Ok(Self { device })
    }
}

impl Wire for Raw {
    /// Before the report goes the number that it does not have.
    fn send(&mut self, report: &Report) -> Result<(), LinkError> {
        let mut numbered = [0; 1 + REPORT_LENGTH];
        numbered[1..].copy_from_slice(report);
        self.device.write(&numbered).map(|_| ()).map_err(gone)
    }

    fn receive(&mut self, patience: Duration) -> Result<Option<Report>, LinkError> {
        let mut report = [0; REPORT_LENGTH];
        let patience = i32::try_from(patience.as_millis()).unwrap_or(i32::MAX);
        match self.device.read_timeout(&mut report, patience).map_err(gone)? {
            0 => Ok(None),
            _ => Ok(Some(report)),
        }
    }
}

fn gone(error: hidapi::HidError) -> LinkError {
    LinkError(format!("it was pulled out ({error})"))
}

fn failed(error: hidapi::HidError) -> LinkError {
    LinkError(format!("the operating system tells of no HID device: {error}"))
}
