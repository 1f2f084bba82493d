//! What a key of the keyboard does.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use keyrig_device::plugged::Deed;
use keyrig_device::transport::fault;

use super::order::Order;
use super::state::{Focus, Leave, Over, State};

/// Lines that Page Up and Page Down move by.
const PAGE: isize = 10;

/// Each key and what it does, as the help shows it.
pub(super) const HELP: &[(&str, &str)] = &[
    ("t", "touch the key"),
    ("T", "touch it and stay on it"),
    ("g, w", "the right finger, the wrong finger"),
    ("d", "decline"),
    ("r", "pull it out, put it back"),
    ("p", "power cycle"),
    ("e, s", "backup eligible, backup state: on or off"),
    ("a", "somebody who always consents, or a person"),
    ("f", "faults of the link"),
    ("Tab", "go between credentials and log"),
    ("↑ ↓ PgUp PgDn Home End", "move in the list"),
    ("Enter", "open a message"),
    ("Del, x", "delete the chosen credential"),
    ("Space", "pause the log"),
    ("q, Esc, Ctrl-C", "leave"),
];

/// Changes what is seen, or gives an order.
pub(super) fn press(state: &mut State, key: KeyEvent) -> Option<Order> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    if key.modifiers.contains(KeyModifiers::CONTROL) {
        return matches!(key.code, KeyCode::Char('c')).then_some(Order::Leave);
    }
    state.notice = None;
    match state.over.take() {
        Some(over) => press_over(state, over, key.code),
        None => press_view(state, key.code),
    }
}

fn press_view(state: &mut State, code: KeyCode) -> Option<Order> {
    let status = state.view.as_ref().map(|view| &view.status);
    let backup = status.map_or((false, false), |status| (status.backup_eligible, status.backup_state));
    match code {
        KeyCode::Char('t') => return Some(Order::Answer(Deed::Touch)),
        KeyCode::Char('T') => return Some(Order::Answer(Deed::LongTouch)),
        KeyCode::Char('g') => return Some(Order::Answer(Deed::GoodFinger)),
        KeyCode::Char('w') => return Some(Order::Answer(Deed::WrongFinger)),
        KeyCode::Char('d') => return Some(Order::Answer(Deed::Decline)),
        KeyCode::Char('r') => return status.map(|status| Order::Insert(!status.inserted)),
        KeyCode::Char('p') => return Some(Order::PowerCycle),
        KeyCode::Char('e') => return Some(Order::Backup { eligible: !backup.0, state: backup.1 }),
        KeyCode::Char('s') => return Some(Order::Backup { eligible: backup.0, state: !backup.1 }),
        KeyCode::Char('a') => return status.map(|status| Order::Gestures(other_hand(&status.gestures))),
        KeyCode::Char('q') | KeyCode::Esc => return Some(Order::Leave),
        KeyCode::Char('f') => state.over = Some(Over::Faults { chosen: 0 }),
        KeyCode::Char('?' | 'h') | KeyCode::F(1) => state.over = Some(Over::Help),
        KeyCode::Char(' ') => state.paused = if state.paused.is_some() { None } else { last_number(state) },
        KeyCode::Char('x') | KeyCode::Delete | KeyCode::Backspace if state.focus == Focus::Credentials => {
            state.over = state.chosen_credential().map(|one| Over::Delete { id: one.credential.id.clone() });
        }
        KeyCode::Enter if state.focus == Focus::Log => {
            state.over = state
                .chosen_entry()
                .and_then(|at| state.log.get(at))
                .map(|logged| Over::Message { number: logged.entry.number, scroll: 0 });
        }
        KeyCode::Tab | KeyCode::BackTab => {
            state.focus = match state.focus {
                Focus::Credentials => Focus::Log,
                Focus::Log => Focus::Credentials,
            };
        }
        _ => step(code).into_iter().for_each(|by| state.go(by)),
    }
    None
}

fn press_over(state: &mut State, over: Over, code: KeyCode) -> Option<Order> {
    match (over, code) {
        (Over::Delete { id }, KeyCode::Char('y')) => return Some(Order::Delete(id)),
        (over @ Over::Delete { .. }, code) if !matches!(code, KeyCode::Char('n' | 'q') | KeyCode::Esc) => {
            state.over = Some(over);
        }
        (_, KeyCode::Char('q') | KeyCode::Esc) | (Over::Delete { .. }, _) => {}
        (Over::Help, _) => {}
        (Over::Message { .. }, KeyCode::Enter) => {}
        (Over::Message { number, scroll }, code) => {
            let scroll = match step(code) {
                Some(by) => scroll.saturating_add_signed(by.clamp(-4096, 4096) as i16),
                None => scroll,
            };
            state.over = Some(Over::Message { number, scroll });
        }
        (Over::Faults { chosen }, KeyCode::Enter) => return fault::ALL.get(chosen).map(|fault| Order::Arm(fault.name)),
        (Over::Faults { .. }, KeyCode::Char('c')) => return Some(Order::Disarm),
        (Over::Faults { chosen }, code) => {
            let chosen = moved(chosen, step(code).unwrap_or_default(), fault::ALL.len());
            state.over = Some(Over::Faults { chosen });
        }
    }
    None
}

impl State {
    fn go(&mut self, by: isize) {
        match self.focus {
            Focus::Credentials => self.credential = moved(self.credential, by, self.credentials()),
            Focus::Log => {
                let Some(at) = self.chosen_entry() else { return };
                let to = moved(at, by, self.shown_count());
                // Who is at the end stays there as the log grows.
                let is_last = to + 1 == self.shown_count();
                self.entry = self.log.get(to).filter(|_| !is_last).map(|logged| logged.entry.number);
            }
        }
    }

    /// What leaving does, in a word.
    pub(super) const fn leaves_by(&self) -> &'static str {
        match self.leave {
            Leave::Stays => "leave",
            Leave::Unplugs => "unplug",
        }
    }
}

fn step(code: KeyCode) -> Option<isize> {
    Some(match code {
        KeyCode::Up | KeyCode::Char('k') => -1,
        KeyCode::Down | KeyCode::Char('j') => 1,
        KeyCode::PageUp => -PAGE,
        KeyCode::PageDown => PAGE,
        KeyCode::Home => isize::MIN / 2,
        KeyCode::End => isize::MAX / 2,
        _ => return None,
    })
}

fn moved(at: usize, by: isize, length: usize) -> usize {
    at.saturating_add_signed(by).min(length.saturating_sub(1))
}

fn last_number(state: &State) -> Option<u64> {
    state.log.back().map(|logged| logged.entry.number)
}

fn other_hand(now: &str) -> &'static str {
    if now == "person" { "always" } else { "person" }
}
