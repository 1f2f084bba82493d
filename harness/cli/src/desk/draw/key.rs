//! The key itself: its light, what it asks, and the flags of what it signed last.

use keyrig_device::plugged::Led;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};

use super::super::state::State;
use super::{Look, part};

/// Rows that it takes, its title not counted.
pub(super) const ROWS: u16 = 8;

/// The same where the picture is left out.
pub(super) const ROWS_WITHOUT_PICTURE: u16 = 3;

pub(super) fn draw(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let Some(view) = &state.view else { return };
    let block = part("Key".to_owned(), false, look);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let style = if view.status.prompt.is_some() { look.light() } else { look.strong() };
    let asks = Paragraph::new(Line::styled(view.asks.as_str(), style)).wrap(Wrap { trim: true });
    let row = |from: u16, height: u16| {
        let y = inner.y.saturating_add(from).min(inner.bottom());
        Rect { y, height: height.min(inner.bottom() - y), ..inner }
    };
    let indented = |area: Rect| Rect { x: area.x + 1, width: area.width.saturating_sub(1), ..area };
    if inner.height < ROWS {
        let mut lit = vec![Span::raw(" "), light(view.status.led, state.lit, look), Span::raw(" ")];
        lit.extend(flags(state, look));
        frame.render_widget(Paragraph::new(Line::from(lit)), row(0, 1));
        frame.render_widget(asks, indented(row(1, 2)));
        return;
    }
    frame.render_widget(Paragraph::new(picture(view.status.led, state.lit, look)), inner);
    frame.render_widget(asks, indented(row(4, 3)));
    frame.render_widget(Paragraph::new(Line::from(flags(state, look))), row(7, 1));
}

/// The flags of what it signed last.
fn flags(state: &State, look: Look) -> Vec<Span<'static>> {
    let mut flags = vec![Span::raw(" ")];
    for flag in state.view.iter().flat_map(|view| &view.flags) {
        let (mark, style) = match flag.set {
            Some(true) => ("+", look.strong()),
            Some(false) => ("-", look.quiet()),
            None => (" ", look.quiet()),
        };
        flags.push(Span::styled(format!("{mark}{}  ", flag.flag), style));
    }
    flags
}

fn light(led: Led, lit: bool, look: Look) -> Span<'static> {
    let light = match led {
        Led::Off => "·",
        Led::On => "●",
        Led::Blinking if lit => "◉",
        Led::Blinking => "○",
    };
    Span::styled(light, if led == Led::Off { look.quiet() } else { look.light() })
}

fn picture(led: Led, lit: bool, look: Look) -> Vec<Line<'static>> {
    let light = light(led, lit, look);
    let shift = if led == Led::Off { "      " } else { "" };
    let plug = if led == Led::Off { "" } else { "▐" };
    let edge = if led == Led::Off { look.quiet() } else { look.strong() };
    let port = |text: &'static str| Span::styled(format!("{plug}{shift}{text}"), edge);
    vec![
        Line::from(vec![port("   ╭────────────────╮")]),
        Line::from(vec![
            port("▒▒▒│   "),
            light,
            Span::raw("    "),
            Span::styled("( ◎ )", look.gold()),
            Span::styled("   ◦│", edge),
        ]),
        Line::from(vec![port("   ╰────────────────╯")]),
    ]
}
