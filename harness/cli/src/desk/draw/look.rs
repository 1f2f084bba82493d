//! How things look, with colours and without.

use ratatui::style::{Color, Modifier, Style};

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::desk) struct Look {
    colours: bool,
}

impl Look {
    /// Without colours where `NO_COLOR` says something.
    pub(in crate::desk) fn of_environment() -> Self {
        Self { colours: std::env::var_os("NO_COLOR").is_none_or(|said| said.is_empty()) }
    }

    #[cfg(test)]
    pub(in crate::desk) const fn new(colours: bool) -> Self {
        Self { colours }
    }

    fn coloured(self, colour: Color) -> Style {
        if self.colours { Style::new().fg(colour) } else { Style::new() }
    }

    pub(super) const fn heading(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    pub(super) fn title(self, has_focus: bool) -> Style {
        let bold = self.coloured(Color::Green).add_modifier(Modifier::BOLD).remove_modifier(Modifier::DIM);
        if has_focus { bold.add_modifier(Modifier::UNDERLINED) } else { bold }
    }

    pub(super) const fn quiet(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    pub(super) const fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    pub(super) fn key(self) -> Style {
        self.coloured(Color::Green).add_modifier(Modifier::BOLD)
    }

    pub(super) fn bad(self) -> Style {
        self.coloured(Color::Red).add_modifier(Modifier::BOLD)
    }

    pub(super) fn light(self) -> Style {
        self.coloured(Color::Green).add_modifier(Modifier::BOLD)
    }

    pub(super) fn gold(self) -> Style {
        self.coloured(Color::Yellow)
    }

    /// A chosen row, in the list that has the keyboard or in another.
    pub(super) const fn chosen(self, has_focus: bool) -> Style {
        let marked = Style::new().add_modifier(Modifier::BOLD);
        if has_focus { marked.add_modifier(Modifier::REVERSED) } else { marked }
    }
}
