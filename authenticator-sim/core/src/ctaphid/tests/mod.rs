//! The driver by its reports and by time that nobody waits for.

mod channels;
mod errors;
mod replay;
mod requests;
mod u2f;
mod world;

pub(crate) use errors::observed;
