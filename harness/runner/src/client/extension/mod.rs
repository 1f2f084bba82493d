//! Extensions at the client: what WebAuthn's members ask for, put into CTAP's, and the answers told to the page
//! (WebAuthn L3 §10.1; CTAP 2.3 §12, "client extension").
//!
//! An extension that the authenticator lacks is passed over, save where the text stops the client.

mod app_id;
mod creation;
mod cred_protect;
mod input;
mod large_blob;
mod large_blob_array;
mod of_others;
mod outputs;
mod payment;
mod prf;
mod request;

pub(super) use app_id::check_facet;
pub(super) use creation::Creation;
pub use creation::CreationExtensions;
pub use cred_protect::Protection;
pub use large_blob::{LargeBlobUse, Support};
pub(crate) use large_blob::{fetch as fetch_large_blobs, store as store_large_blobs};
pub use prf::{Evaluation, PrfInputs};
pub use request::RequestExtensions;
pub(super) use request::Use;

#[cfg(test)]
mod tests;
