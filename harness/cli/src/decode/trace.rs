//! A trace, message by message.

use std::io::{self, Write};
use std::time::Duration;

use keyrig_ctap::ctaphid::{Command as Hid, ErrorCode, Keepalive, Message};
use keyrig_ctap::iso7816::StatusWord;
use keyrig_ctap::u2f;
use keyrig_device::capture::{Conversation, Frame, Said, What};
use keyrig_device::transport::fault::Direction;
use serde_json::{Value, json};

use super::ctap;
use super::field::{Decoded, counted, hex};

/// Writes what both sides said, for people. Keepalives that repeat the one before are left out.
pub(crate) fn print(frames: &[Frame], out: &mut dyn Write) -> io::Result<()> {
    let begin = frames.first().map_or(Duration::ZERO, |frame| frame.at);
    let mut last = None;
    for said in conversation(frames) {
        if is_keepalive(&said) && last.as_ref() == Some(&said.what) {
            continue;
        }
        last = Some(said.what.clone());
        let at = said.at.saturating_sub(begin);
        let arrow = match said.direction {
            Direction::ToKey => "host > key",
            Direction::ToHost => "key > host",
        };
        writeln!(out, "{:>4}.{:06}  {arrow}  {}", at.as_secs(), at.subsec_micros(), headline(&said.what))?;
        if let Some(decoded) = decoded(&said) {
            let mut text = Vec::new();
            super::print(&decoded, &mut text)?;
            for line in String::from_utf8_lossy(&text).lines() {
                writeln!(out, "{}", format!("    {line}").trim_end())?;
            }
            writeln!(out)?;
        }
    }
    Ok(())
}

/// What both sides said, for programs; nothing is left out.
pub(crate) fn to_json(frames: &[Frame]) -> Value {
    conversation(frames).map(|said| message(&said)).collect()
}

fn conversation(frames: &[Frame]) -> impl Iterator<Item = Said> {
    let mut conversation = Conversation::default();
    frames.iter().filter_map(move |frame| conversation.hear(frame))
}

fn message(said: &Said) -> Value {
    let mut value = json!({
        "at_us": u64::try_from(said.at.as_micros()).unwrap_or(u64::MAX),
        "direction": said.direction,
        "message": headline(&said.what),
        "payload": hex(payload(&said.what)),
    });
    if let What::Hid(message) = &said.what {
        value["channel"] = message.channel.to_string().into();
        value["command"] = message.command.to_string().into();
    }
    if let Some(decoded) = decoded(said) {
        value["ctap"] = decoded.to_json(match said.direction {
            Direction::ToKey => "ctap-request",
            Direction::ToHost => "ctap-response",
        });
    }
    value
}

/// The CTAP2 message, taken apart; `None` where there is none, or it cannot be.
fn decoded(said: &Said) -> Option<Decoded> {
    let message = said.what.ctap2()?;
    match said.direction {
        Direction::ToKey => ctap::request(message).ok(),
        Direction::ToHost => ctap::response(message).ok(),
    }
}

fn payload(what: &What) -> &[u8] {
    match what {
        What::Hid(message) => &message.payload,
        What::Command { data, .. } | What::Answer { data, .. } | What::Rubbish(data) => data,
    }
}

fn is_keepalive(said: &Said) -> bool {
    matches!(
        said.what,
        What::Hid(Message { command: Hid::KEEPALIVE, .. }) | What::Answer { status: StatusWord::STATUS_UPDATE, .. }
    )
}

fn headline(what: &What) -> String {
    let length = counted(payload(what).len(), "byte");
    match what {
        What::Hid(Message { channel, command, payload }) => {
            let more = match (*command, payload.as_slice()) {
                (Hid::KEEPALIVE, [status]) => Keepalive(*status).to_string(),
                (Hid::ERROR, [code]) => ErrorCode(*code).to_string(),
                _ => length,
            };
            format!("channel {channel}  {command}  {more}")
        }
        What::Command { instruction, ctap: true, .. } => format!("card  {instruction}  {length}"),
        What::Command { instruction, ctap: false, .. } => match u2f::Instruction(instruction.0).name() {
            Some(name) => format!("card  {name}  {length}"),
            None => format!("card  {instruction}  {length}"),
        },
        What::Answer { status: StatusWord::STATUS_UPDATE, data, .. } => {
            let told = data.first().map_or_else(String::new, |status| Keepalive(*status).to_string());
            format!("card  {}  {told}", StatusWord::STATUS_UPDATE)
        }
        What::Answer { status, .. } => format!("card  {status}  {length}"),
        What::Rubbish(_) => format!("card  no APDU  {length}"),
    }
}
