//! The authenticator by its CTAP bytes.

mod advertised;
mod blobs;
mod ceremonies;
mod configuration;
mod fabric;
mod hostile;
mod lies;
mod management;
mod pin;
mod platform;
mod replay;
mod requests;
mod statuses;
mod store;
mod vectors;
