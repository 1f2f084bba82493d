//! The whole of a run as JSON.

use std::io::{self, Write};

use serde_json::Value;

use super::Reporter;
use crate::event::Event;
use crate::summary::Summary;

/// Writes the whole of a run as JSON when it ends.
pub struct Json<W> {
    out: W,
}

impl<W: Write> Json<W> {
    /// Into `out`.
    pub const fn new(out: W) -> Self {
        Self { out }
    }
}

impl<W: Write> Reporter for Json<W> {
    fn hear(&mut self, event: Event<'_>) -> io::Result<()> {
        let Event::RunEnded { summary } = event else { return Ok(()) };
        serde_json::to_writer_pretty(&mut self.out, summary)?;
        writeln!(self.out)?;
        self.out.flush()
    }
}

/// The JSON Schema of what [`Json`] writes.
pub fn schema() -> Value {
    schemars::schema_for!(Summary).to_value()
}
