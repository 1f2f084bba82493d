//! The log, the newest entry last.

use keyrig_device::control::Logged;
use keyrig_device::plugged::Happening;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::super::state::{Focus, State};
use super::{Look, first_shown, part};

pub(super) fn draw(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let has_focus = state.focus == Focus::Log;
    let count = state.shown_count();
    let title = match (state.paused, state.entry) {
        (Some(_), _) => format!("Log, paused: {} more", state.log.len() - count),
        (None, Some(_)) => format!("Log, {} newer below", count - 1 - state.chosen_entry().unwrap_or(0)),
        (None, None) => "Log".to_owned(),
    };
    let rows = usize::from(area.height.saturating_sub(1));
    let chosen = state.chosen_entry().unwrap_or(0);
    let first = first_shown(chosen, rows, count);
    let lines = state.shown().enumerate().skip(first).take(rows);
    let lines: Vec<Line<'_>> = lines.map(|(at, logged)| row(logged, at == chosen && has_focus, look)).collect();
    frame.render_widget(Paragraph::new(lines).block(part(title, has_focus, look)), area);
}

fn row(logged: &Logged, chosen: bool, look: Look) -> Line<'_> {
    let at = Span::styled(format!("{:>9.3} ", logged.entry.at_ms as f64 / 1000.0), look.quiet());
    let what = &logged.entry.what;
    let way = Span::styled(format!("{:1} ", what.way()), look.key());
    let said = match what {
        Happening::Message { .. } => Span::raw(logged.said.as_str()),
        Happening::Asks { .. } | Happening::Did { .. } => Span::styled(logged.said.as_str(), look.strong()),
        _ => Span::styled(logged.said.as_str(), look.quiet()),
    };
    let line = Line::from(vec![Span::raw(if chosen { "›" } else { " " }), at, way, said]);
    if chosen { line.style(look.chosen(true)) } else { line }
}
