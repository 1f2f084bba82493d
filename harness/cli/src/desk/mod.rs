//! The key on the desk, in a terminal: what its page shows, drawn in characters.
//!
//! The words come from the key itself, which tells its page the same. What a key press or the news of the key change is a
//! [`State`], and what is drawn is made of that alone.

mod draw;
mod feed;
mod keys;
mod order;
mod screen;
mod state;
#[cfg(test)]
mod tests;

use std::io::{IsTerminal, stdin, stdout};
use std::time::Duration;

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt as _;
use miette::miette;
use tokio::select;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};

use crate::control::Control;
use crate::failure::{Exit, Failure};
use draw::Look;
use order::Order;
use screen::Screen;
pub(crate) use state::Leave;
use state::{News, State};

/// Half of the time between two flashes of the light.
const BLINK: Duration = Duration::from_millis(400);

/// News that wait to be drawn.
const WAITING: usize = 1024;

/// Makes sure that there is a terminal to draw on.
///
/// # Errors
///
/// A usage error where there is none.
pub(crate) fn expect_a_terminal() -> Result<(), Failure> {
    let is_dumb = std::env::var("TERM").is_ok_and(|kind| kind == "dumb");
    if stdin().is_terminal() && stdout().is_terminal() && !is_dumb {
        return Ok(());
    }
    let help = "`keyrig key status` and `keyrig key log --follow` print the same as lines";
    Err(Failure::usage(miette!(help = help, "failed to show the key on the desk: this is no terminal to draw on")))
}

/// Shows a key until somebody leaves, or it is gone.
///
/// # Errors
///
/// An environment error where the key is gone, or the terminal does not do as it is told.
pub(crate) async fn show(key: &Control, leave: Leave) -> Result<Exit, Failure> {
    expect_a_terminal()?;
    let mut state = State::new(leave);
    state.hear(feed::look(key).await?);
    let (news, mut heard) = mpsc::channel(WAITING);
    let (give, orders) = mpsc::unbounded_channel();
    let (page, wanted) = watch::channel(state.wanted());
    let mut stop = Stop::new()?;
    let look = Look::of_environment();
    let mut screen = Screen::open().map_err(unusable)?;
    let ended = select! {
        gone = feed::follow(key, &news, wanted) => Err(gone),
        () = order::carry_out(key, orders, &news) => Ok(()),
        ended = stay(&mut state, &mut screen, look, &mut heard, (&give, &page)) => ended,
        () = stop.asked() => Ok(()),
    };
    drop(screen);
    ended.map(|()| Exit::Success)
}

async fn stay(
    state: &mut State,
    screen: &mut Screen,
    look: Look,
    heard: &mut mpsc::Receiver<News>,
    (orders, page): (&mpsc::UnboundedSender<Order>, &watch::Sender<usize>),
) -> Result<(), Failure> {
    let mut events = EventStream::new();
    let mut blink = interval(BLINK);
    blink.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        page.send_if_modified(|now| std::mem::replace(now, state.wanted()) != state.wanted());
        screen.draw(|frame| draw::screen(&mut *state, look, frame)).map_err(unusable)?;
        select! {
            event = events.next() => match event {
                Some(Ok(Event::Key(key))) => match keys::press(state, key) {
                    Some(Order::Leave) => return Ok(()),
                    // The receiver lives as long as this loop.
                    Some(order) => drop(orders.send(order)),
                    None => {}
                },
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(unusable(error)),
                // The terminal was closed.
                None => return Ok(()),
            },
            Some(news) = heard.recv() => {
                state.hear(news);
                while let Ok(news) = heard.try_recv() {
                    state.hear(news);
                }
            }
            _ = blink.tick(), if state.blinks() => state.lit = !state.lit,
        }
    }
}

fn unusable(error: std::io::Error) -> Failure {
    Failure::environment(miette!("failed to draw on the terminal: {error}"))
}

/// Whatever ends a program from outside, the terminal is given back before.
struct Stop([Signal; 3]);

impl Stop {
    fn new() -> Result<Self, Failure> {
        let wait = |kind| signal(kind).map_err(|e| Failure::environment(miette!("failed to wait for a signal: {e}")));
        Ok(Self([wait(SignalKind::interrupt())?, wait(SignalKind::terminate())?, wait(SignalKind::hangup())?]))
    }

    async fn asked(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
