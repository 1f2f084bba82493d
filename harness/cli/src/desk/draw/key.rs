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

pub(super) fn draw(state: &State, look: Look, frame: &mut Frame<'_>, area: Rect) {
    let Some(view) = &state.view else { return };
    let block = part("Key".to_owned(), false, look);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let mut lines = picture(view.status.led, state.lit, look);
    lines.push(Line::default());
    let mut flags: Vec<Span<'_>> = vec![Span::raw(" ")];
    for flag in &view.flags {
        let (mark, style) = match flag.set {
            Some(true) => ("+", look.strong()),
            Some(false) => ("-", look.quiet()),
            None => (" ", look.quiet()),
        };
        flags.push(Span::styled(format!("{mark}{}  ", flag.flag), style));
    }
    let style = if view.status.prompt.is_some() { look.light() } else { look.strong() };
    let asks = Paragraph::new(Line::styled(view.asks.as_str(), style)).wrap(Wrap { trim: true });
    frame.render_widget(Paragraph::new(lines), inner);
    let below = |rows: u16, height: u16| {
        let y = inner.y.saturating_add(rows).min(inner.bottom());
        Rect { y, height: height.min(inner.bottom() - y), ..inner }
    };
    let asked = below(4, 3);
    frame.render_widget(asks, Rect { x: asked.x + 1, width: asked.width.saturating_sub(1), ..asked });
    frame.render_widget(Paragraph::new(Line::from(flags)), below(7, 1));
}

fn picture(led: Led, lit: bool, look: Look) -> Vec<Line<'static>> {
    let light = match led {
        Led::Off => "·",
        Led::On => "●",
        Led::Blinking if lit => "◉",
        Led::Blinking => "○",
    };
    let light = Span::styled(light, if led == Led::Off { look.quiet() } else { look.light() });
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
