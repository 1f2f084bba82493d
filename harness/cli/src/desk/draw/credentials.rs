//! The credentials, one a row.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::state::{Focus, State};
use super::{Look, first_shown, part};

pub(super) fn draw(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let has_focus = state.focus == Focus::Credentials;
    let count = state.credentials.len();
    let block = part(format!("Credentials {count}"), has_focus, look);
    if count == 0 {
        frame.render_widget(Paragraph::new(Line::styled(" None yet.", look.quiet())).block(block), area);
        return;
    }
    let rows = usize::from(area.height.saturating_sub(1));
    let first = first_shown(state.credential, rows, count);
    let lines = state.credentials.iter().enumerate().skip(first).take(rows).map(|(at, one)| {
        let chosen = at == state.credential;
        let line = Line::from(vec![
            Span::raw(if chosen && has_focus { "›" } else { " " }),
            Span::styled(one.place.as_str(), look.strong()),
            Span::raw(format!("  {}  ", one.who)),
            Span::styled(one.about.as_str(), look.quiet()),
        ]);
        if chosen && has_focus { line.style(look.chosen(true)) } else { line }
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).block(block), area);
}
