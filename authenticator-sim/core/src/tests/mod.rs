//! The authenticator by its CTAP bytes.

mod advertised;
mod blobs;
mod card;
mod ceremonies;
mod certificates;
mod configuration;
mod fabric;
mod fingers;
mod hostile;
mod hostile_state;
mod lies;
mod life;
mod limits;
mod management;
mod persistent;
mod phones;
mod pin;
mod platform;
mod quirks;
mod replay;
mod requests;
mod snapshots;
mod statuses;
mod store;
mod u2f;
mod vectors;
