//! The only emulator code that touches the operating system.
//!
//! [`profiles`] says what products can do; [`in_process::InProcess`] plugs one into this process, and [`transport`] into
//! what other programs reach. [`plugged`] is a key that stays, and [`control`] the face by which it is told what to do;
//! [`store`] keeps what it remembers. [`doctor`] knows what all that needs of this machine.
//!
//! ```
//! use keyrig_ctap::message::get_info::Info;
//! use keyrig_ctap::{Command, Status};
//! use keyrig_device::{InProcess, profiles};
//!
//! let product = profiles::find("yubikey-5-nfc-5.7").expect("it is embedded");
//! let mut key = InProcess::plug(product, [7; 32], |honest| honest);
//! let answer = key.transact(&[Command::GET_INFO.0]);
//! assert_eq!(answer[0], Status::OK.0);
//! assert_eq!(Info::decode(&answer[1..])?.aaguid, product.aaguid);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assembly;
mod gesture;

pub mod capture;
#[cfg(unix)]
pub mod control;
#[cfg(target_os = "linux")]
pub mod doctor;
pub mod in_process;
#[cfg(unix)]
pub mod plugged;
pub mod profiles;
pub mod provider;
pub mod store;
pub mod transport;
#[cfg(target_os = "linux")]
pub mod udev;

pub use assembly::{assemble, restore};
pub use in_process::InProcess;
pub use profiles::{ProfileError, roots_pem};
pub use store::Store;
