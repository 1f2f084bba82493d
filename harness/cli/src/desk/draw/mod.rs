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

/// Rows of a list where there is little room, its title counted.
const LIST: u16 = 3;

/// Draws everything.
pub(super) fn screen(state: &mut State, look: Look, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let (columns, rows) = LEAST;
        frame.render_widget(Paragraph::new(format!("too small: {columns} × {rows} at least")), area);
        return;
    }
    let [header, middle, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Min(0), Constraint::Length(1)]).areas(area);
    frame.render_widget(heading(state, header, look), header);
    let lists = if is_narrow(area) { stacked(state, look, frame, middle) } else { abreast(state, look, frame, middle) };
    below(state, look, frame, lists);
    frame.render_widget(footing(state, look, footer.width), footer);
    over::draw(state, look, frame, area);
}

/// The key, and beside it what it is; gives what is left.
fn abreast(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) -> Rect {
    let facts = facts::lines(state, look, area.width.saturating_sub(KEY_WIDTH + 1)).len();
    let top = key::ROWS.max(rows(facts)) + 1;
    let [top, rest] = Layout::vertical([Constraint::Length(top), Constraint::Min(LIST)]).areas(area);
    let [left, _, right] =
        Layout::horizontal([Constraint::Length(KEY_WIDTH), Constraint::Length(1), Constraint::Min(20)]).areas(top);
    key::draw(state, look, frame, left);
    facts::draw(state, look, frame, right);
    rest
}

/// The key, and under it what it is; gives what is left. Where there is little room, the key goes without its picture,
/// and then some of what it is goes.
fn stacked(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) -> Rect {
    let facts = rows(facts::lines(state, look, area.width).len()) + 1;
    let picture = key::ROWS + 1;
    let key = if area.height >= picture + facts + 2 * LIST { picture } else { key::ROWS_WITHOUT_PICTURE + 1 };
    let room = area.height.saturating_sub(key + 2 * LIST);
    let facts = if room < LIST { 0 } else { facts.min(room) };
    let [top, below, rest] =
        Layout::vertical([Constraint::Length(key), Constraint::Length(facts), Constraint::Min(LIST)]).areas(area);
    key::draw(state, look, frame, top);
    if facts > 0 {
        facts::draw(state, look, frame, below);
    }
    rest
}

/// The credentials, and under them the log, which has the room where there is little.
fn below(state: &mut State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let credentials = if area.height < 2 * LIST { 0 } else { (area.height / 3).max(LIST + 1).min(area.height - LIST) };
    let [top, log] = Layout::vertical([Constraint::Length(credentials), Constraint::Min(LIST)]).areas(area);
    if credentials > 0 {
        credentials::draw(state, look, frame, top);
    }
    log::draw(state, look, frame, log);
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

fn footing(state: &State, look: Look, columns: u16) -> Paragraph<'_> {
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
    // What the help has as well goes first.
    for dispensable in [4, 3, 2] {
        let width: usize = hints.iter().map(|(key, what)| key.len() + what.len() + 3).sum();
        if width > usize::from(columns) {
            hints.remove(dispensable);
        }
    }
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
