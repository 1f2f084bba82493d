//! The only emulator code that touches the operating system.
//!
//! [`profiles`] says what products can do; [`in_process::InProcess`] plugs one into this process, and [`transport`] into
//! what other programs reach. [`plugged`] is a key that stays, and [`control`] the face by which it is told what to do;
//! [`store`] keeps what it remembers. [`doctor`] knows what all that needs of this machine.

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
