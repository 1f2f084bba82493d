//! The credentials, one a row.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::state::{Focus, State};
use super::{Look, first_shown, part};

pub(super) fn draw(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let has_focus = state.focus == Focus::Credentials;
    let count = state.credentials();
    let block = part(format!("Credentials {count}"), has_focus, look);
    if count == 0 {
        frame.render_widget(Paragraph::new(Line::styled(" None yet.", look.quiet())).block(block), area);
        return;
    }
    let rows = usize::from(area.height.saturating_sub(1));
    let first = first_shown(state.credential, rows, count);
    let lines = (first..count).take(rows).map(|at| {
        let chosen = at == state.credential && has_focus;
        let mut line = Line::raw(if chosen { "›" } else { " " });
        line.extend(match state.page.at(at) {
            Some(one) => vec![
                Span::styled(one.place.as_str(), look.strong()),
                Span::raw(format!("  {}  ", one.who)),
                Span::styled(one.about.as_str(), look.quiet()),
            ],
            None => vec![Span::styled("…", look.quiet())],
        });
        if chosen { line.style(look.chosen(true)) } else { line }
    });
    frame.render_widget(Paragraph::new(lines.collect::<Vec<_>>()).block(block), area);
}
