//! What the key is.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::state::State;
use super::{Look, part};

pub(super) fn draw(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let mut lines = lines(state, look, area.width);
    let room = usize::from(area.height.saturating_sub(1));
    if lines.len() > room {
        let hidden = lines.len() + 1 - room.min(lines.len());
        lines.truncate(room.saturating_sub(1));
        lines.push(Line::styled(format!("{hidden} more lines in a larger window"), look.quiet()));
    }
    frame.render_widget(Paragraph::new(lines).block(part("What it is".to_owned(), false, look)), area);
}

/// A line for each fact, or several where one is too long for so many columns.
pub(super) fn lines(state: &State, look: Look, columns: u16) -> Vec<Line<'static>> {
    let Some(view) = &state.view else { return Vec::new() };
    let widest = view.facts.iter().map(|fact| fact.name.len()).max().unwrap_or(0);
    let room = usize::from(columns).saturating_sub(widest + 2).max(1);
    let mut lines = Vec::new();
    for fact in &view.facts {
        for (at, part) in parts(&fact.value, room).into_iter().enumerate() {
            let name = if at == 0 { fact.name.as_str() } else { "" };
            let name = Span::styled(format!("{name:<widest$}  "), look.quiet());
            lines.push(Line::from(vec![name, Span::raw(part)]));
        }
    }
    lines
}

/// The text in parts of so many columns at most, taken apart at its spaces and hyphens if it has any.
fn parts(text: &str, columns: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    for word in text.split_inclusive([' ', '-']) {
        let width = |text: &str| Span::raw(text.trim_end().to_owned()).width();
        let last = parts.last().map_or(0, |last| Span::raw(last.as_str()).width());
        if last > 0 && last + width(word) > columns {
            parts.push(String::new());
        }
        if let Some(last) = parts.last_mut() {
            last.push_str(word);
        }
    }
    parts
}
