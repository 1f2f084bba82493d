//! The terminal, lent for as long as the view is open.

use std::io::{self, Stdout};

use ratatui::backend::CrosstermBackend;
use ratatui::{Frame, Terminal};

/// A terminal in raw mode, on its other screen. It is given back as it was when this is dropped, and when a thread panics.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
}

impl Screen {
    pub(super) fn open() -> io::Result<Self> {
        // It puts a panic hook before the one that is there, which gives the terminal back first.
        ratatui::try_init().map(|terminal| Self { terminal })
    }

    pub(super) fn draw(&mut self, draw: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        self.terminal.draw(draw).map(drop)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Where the terminal is gone, there is nothing to give back.
        let _ = ratatui::try_restore();
        let _ = self.terminal.show_cursor();
    }
}
