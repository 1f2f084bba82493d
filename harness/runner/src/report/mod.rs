//! Reports. Each is a consumer of the one stream of events, and each ends with what was not shown.
//!
//! A new one is a file here, a line in [`Kind::ALL`] and an arm in [`open`].

mod html;
mod json;
mod junit;
mod plain;
mod terminal;

use std::io::{self, Write};

pub use html::Html;
pub use json::{Json, schema};
pub use junit::Junit;
pub use terminal::{Looks, Terminal};

use crate::event::Event;

/// Hears of a run and writes about it.
pub trait Reporter {
    /// Takes in one event.
    ///
    /// # Errors
    ///
    /// Where it cannot write.
    fn hear(&mut self, event: Event<'_>) -> io::Result<()>;
}

/// A form of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One self-contained HTML file.
    Html,
    /// The whole of the run.
    Json,
    /// What CI systems read.
    Junit,
    /// For people, as it happens.
    Terminal,
}

impl Kind {
    /// Every form, sorted by name.
    pub const ALL: &'static [Self] = &[Self::Html, Self::Json, Self::Junit, Self::Terminal];

    /// As it is written on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Terminal => "terminal",
        }
    }

    /// The form called `name`.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

/// A report of this form into `out`.
pub fn open<'w>(kind: Kind, out: Box<dyn Write + 'w>) -> Box<dyn Reporter + 'w> {
    match kind {
        Kind::Html => Box::new(Html::new(out)),
        Kind::Json => Box::new(Json::new(out)),
        Kind::Junit => Box::new(Junit::new(out)),
        Kind::Terminal => Box::new(Terminal::new(out, Looks::default())),
    }
}

#[cfg(test)]
mod tests;
