//! What the key is.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::state::State;
use super::{Look, part};

pub(super) fn draw(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let Some(view) = &state.view else { return };
    let widest = view.facts.iter().map(|fact| fact.name.len()).max().unwrap_or(0);
    let row = |name: &str, value: &str| {
        Line::from(vec![Span::styled(format!("{name:<widest$}  "), look.quiet()), Span::raw(value.to_owned())])
    };
    let rows: Vec<Line<'_>> = view.facts.iter().map(|fact| row(&fact.name, &fact.value)).collect();
    frame.render_widget(Paragraph::new(rows).block(part("What it is".to_owned(), false, look)), area);
}
