//! A WebAuthn Level 3 client: from options, a page and an authenticator to a credential.

pub mod client_data;
mod draft;
mod error;
mod page;
mod profile;

pub use client_data::ClientData;
pub use draft::{ClientDraft, Ignore};
pub use error::ClientError;
pub use page::Page;
pub use profile::{AaguidHabit, ClientProfile};
