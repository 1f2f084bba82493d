//! The view, in characters.

mod credentials;
mod facts;
mod key;
mod log;
mod look;
mod over;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

use super::state::{Focus, State};
pub(super) use look::Look;

/// The fewest columns and rows that there is something to see in.
const LEAST: (u16, u16) = (40, 12);

/// Columns of the picture of the key and of what it asks.
const KEY_WIDTH: u16 = 32;

/// Rows of the lists where there is little room.
const CREDENTIALS: u16 = 4;

/// Draws everything.
pub(super) fn screen(state: &mut State, look: Look, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let (columns, rows) = LEAST;
        frame.render_widget(Paragraph::new(format!("too small: {columns} × {rows} at least")), area);
        return;
    }
    let facts = state.view.as_ref().map_or(0, |view| view.facts.len());
    let top = if is_narrow(area) { key::ROWS } else { key::ROWS.max(rows(facts)) } + 1;
    let lists = area.height.saturating_sub(top + 2);
    let credentials = if lists < 2 * CREDENTIALS { 0 } else { CREDENTIALS.max(lists / 3) };
    let [header, top, below, log, footer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(top),
        Constraint::Length(credentials),
        Constraint::Min(3),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(heading(state, header, look), header);
    upper(state, look, frame, top);
    if credentials > 0 {
        credentials::draw(state, look, frame, below);
    }
    log::draw(state, look, frame, log);
    frame.render_widget(footing(state, look), footer);
    over::draw(state, look, frame, area);
}

fn upper(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    if is_narrow(area) {
        key::draw(state, look, frame, area);
        return;
    }
    let [left, _, right] =
        Layout::horizontal([Constraint::Length(KEY_WIDTH), Constraint::Length(1), Constraint::Min(20)]).areas(area);
    key::draw(state, look, frame, left);
    facts::draw(state, look, frame, right);
}

const fn is_narrow(area: Rect) -> bool {
    area.width < 72
}

fn heading(state: &State, area: Rect, look: Look) -> Paragraph<'static> {
    let Some(view) = &state.view else { return Paragraph::default() };
    let name = format!(" {} ", view.status.name);
    let mut what = format!(" keyrig  {} · {}", view.status.product, view.generation);
    let room = usize::from(area.width).saturating_sub(Span::raw(&*name).width());
    while Span::raw(&*what).width() > room {
        what.pop();
    }
    let gap = " ".repeat(room.saturating_sub(Span::raw(&*what).width()));
    Paragraph::new(format!("{what}{gap}{name}")).style(look.heading())
}

fn footing(state: &State, look: Look) -> Paragraph<'_> {
    if let Some(notice) = &state.notice {
        return Paragraph::new(format!(" {notice}")).style(look.bad());
    }
    let asks = state.view.as_ref().is_some_and(|view| view.status.prompt.is_some());
    let mut hints = vec![("t", "touch"), ("d", "decline"), ("r", "pull out"), ("Tab", "go on"), ("Space", "pause")];
    if state.view.as_ref().is_some_and(|view| !view.status.inserted) {
        hints[2].1 = "put back";
    }
    if state.focus == Focus::Credentials {
        hints[4] = ("x", "delete");
    }
    hints.extend([("?", "help"), ("q", state.leaves_by())]);
    let mut spans = vec![Span::raw(" ")];
    for (at, (key, what)) in hints.into_iter().enumerate() {
        let style = if asks && at < 2 { look.chosen(true) } else { look.key() };
        spans.extend([Span::styled(key, style), Span::styled(format!(" {what}  "), look.quiet())]);
    }
    Paragraph::new(Line::from(spans))
}

/// A part of the view under its title.
fn part(title: String, has_focus: bool, look: Look) -> Block<'static> {
    let title = Span::styled(format!("{title} "), look.title(has_focus));
    Block::new().borders(Borders::TOP).border_style(look.quiet()).title(title)
}

/// The first of the rows that are shown, so that the chosen one is among them.
fn first_shown(chosen: usize, rows: usize, count: usize) -> usize {
    let last_first = count.saturating_sub(rows);
    (chosen + 1).saturating_sub(rows).max(chosen.saturating_sub(rows / 2).min(last_first)).min(last_first)
}

fn rows(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
