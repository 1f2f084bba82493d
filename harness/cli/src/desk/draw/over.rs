//! What lies over the view.

use keyrig_device::control::{Line as Apart, Logged};
use keyrig_device::plugged::Happening;
use keyrig_device::transport::fault;
use ratatui::Frame;
use ratatui::layout::{Constraint, Flex, Layout, Rect};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};

use super::super::keys::HELP;
use super::super::state::{Over, State};
use super::{Look, rows};
use crate::table::wrap;

pub(super) fn draw(state: &mut State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    match state.over.clone() {
        Some(Over::Help) => {
            let rows = HELP.iter().map(|(keys, what)| {
                Line::from(vec![Span::styled(format!("{keys:>22}  "), look.key()), Span::raw(*what)])
            });
            window("Keys", "any key closes", rows.collect(), look, frame, area);
        }
        Some(Over::Delete { id }) => {
            let Some(one) = state.page.listed.iter().find(|one| one.credential.id == id) else { return };
            let asked = format!("Delete the credential of {} at {}?", one.who, one.place);
            let text = vec![Line::raw(asked), Line::styled("What it signed for has no key any more.", look.quiet())];
            window("Delete", "y deletes · n keeps it", text, look, frame, area);
        }
        Some(Over::Faults { chosen }) => {
            let hint = "Enter arms it once · c disarms all · Esc closes";
            window("Faults of the link", hint, faults(chosen, look), look, frame, area);
        }
        Some(Over::Message { number, scroll }) => {
            let Some(logged) = state.logged(number) else { return };
            let shown = message(logged, look, frame, area, scroll);
            state.over = Some(Over::Message { number, scroll: shown });
        }
        None => {}
    }
}

/// Their names, and what the chosen one does to the next report to the host.
fn faults(chosen: usize, look: Look) -> Vec<Line<'static>> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (at, fault) in fault::ALL.iter().enumerate() {
        let mark = if at == chosen { "›" } else { " " };
        let style = if at == chosen { look.chosen(true) } else { look.quiet() };
        lines.push(Line::styled(format!("{mark}{} ", fault.name), style));
    }
    lines.push(Line::default());
    let about = fault::ALL.get(chosen).map_or("", |fault| fault.about);
    let mut about = wrap(about, 48);
    about.resize(2.max(about.len()), String::new());
    lines.extend(about.into_iter().map(Line::raw));
    lines
}

/// A box in the middle that is as large as what is in it, where there is room.
fn window(title: &str, hint: &str, lines: Vec<Line<'_>>, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let width = lines.iter().map(Line::width).chain([hint.chars().count() + 2]).max().unwrap_or(0);
    let [middle] = Layout::horizontal([Constraint::Length(rows(width + 2))]).flex(Flex::Center).areas(area);
    let inner = usize::from(middle.width.saturating_sub(2).max(1));
    let folded: Vec<Line<'_>> = lines.into_iter().flat_map(|line| folded(line, inner)).collect();
    let [middle] = Layout::vertical([Constraint::Length(rows(folded.len() + 2))]).flex(Flex::Center).areas(middle);
    let text = Paragraph::new(folded).block(border(title, hint, look));
    frame.render_widget(Clear, middle);
    frame.render_widget(text, middle);
}

/// A message over the whole screen; returns how far it is scrolled, which is no further than there is something.
fn message(logged: &Logged, look: Look, frame: &mut Frame<'_>, area: Rect, scroll: u16) -> u16 {
    let title = format!("{} {}", logged.entry.what.way(), logged.said);
    let block = border(title.trim_start(), "↑ ↓ scroll · Esc closes", look);
    let inner = block.inner(area);
    let text = match (&logged.apart, &logged.entry.what) {
        (Some(apart), _) => apart.lines.iter().map(|line| part(line, look)).collect::<Text<'_>>(),
        (None, Happening::Message { payload, .. }) => Text::raw(payload.as_str()),
        (None, _) => Text::raw(logged.said.as_str()),
    };
    let width = usize::from(inner.width.max(1));
    let wrapped: Vec<Line<'_>> = text.lines.into_iter().flat_map(|line| folded(line, width)).collect();
    let scroll = scroll.min(rows(wrapped.len()).saturating_sub(inner.height));
    frame.render_widget(Clear, area);
    frame.render_widget(Paragraph::new(wrapped).scroll((scroll, 0)).block(block), area);
    scroll
}

fn part(line: &Apart, look: Look) -> Line<'_> {
    let mut spans = vec![
        Span::raw("  ".repeat(line.depth)),
        Span::styled(format!("{} ", line.name), look.quiet()),
        Span::raw(line.text.as_str()),
    ];
    spans.extend(line.note.as_ref().map(|note| Span::styled(format!("  {note}"), look.quiet())));
    Line::from(spans)
}

/// The rows of a line that is wider than the screen.
fn folded(line: Line<'_>, width: usize) -> Vec<Line<'static>> {
    let mut folded = vec![Line::default().style(line.style)];
    let mut used = 0;
    for span in line.spans {
        for grapheme in span.styled_graphemes(ratatui::style::Style::default()) {
            let wide = Span::raw(grapheme.symbol).width();
            if used + wide > width {
                folded.push(Line::default().style(line.style));
                used = 0;
            }
            used += wide;
            let piece = Span::styled(grapheme.symbol.to_owned(), grapheme.style);
            folded.last_mut().expect("there is one from the start").push_span(piece);
        }
    }
    folded
}

fn border<'a>(title: &'a str, hint: &'a str, look: Look) -> Block<'a> {
    Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(look.quiet())
        .title(Span::styled(format!(" {title} "), look.title(false)))
        .title_bottom(Span::styled(format!(" {hint} "), look.quiet()))
}
