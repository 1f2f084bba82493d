//! How a key looks to people: the words that its page, its view in a terminal and the command line show alike.

use keyrig_ctap::{Aaguid, catalogue};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::capture::Side;
use crate::plugged::{Credential, Happening, Prompted, Status};

/// How a key is, and the words for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct View {
    /// How it is.
    pub status: Status,
    /// Its maker and its firmware.
    pub generation: String,
    /// What it asks its user, in a sentence.
    pub asks: String,
    /// What there is to know about it.
    pub facts: Vec<Fact>,
    /// The flags of what it signed last.
    pub flags: Vec<ShownFlag>,
}

/// One thing that there is to know about a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fact {
    /// What it is about.
    pub name: String,
    /// What there is to know.
    pub value: String,
}

/// A flag of authenticator data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ShownFlag {
    /// Its two letters.
    pub flag: String,
    /// What it means.
    pub meaning: String,
    /// Whether it was set; `None` where nothing was signed yet.
    pub set: Option<bool>,
    /// The same in words.
    pub state: String,
}

/// A credential, and the words for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Listed {
    /// The credential.
    #[serde(flatten)]
    pub credential: Credential,
    /// Where it is used.
    pub place: String,
    /// Whose it is.
    pub who: String,
    /// What else there is to know.
    pub about: String,
}

impl From<Status> for View {
    fn from(status: Status) -> Self {
        let firmware = status.firmware.as_ref().map(|firmware| format!(" · firmware {firmware}")).unwrap_or_default();
        Self {
            generation: format!("{}{firmware}", status.maker),
            asks: asks(&status),
            facts: facts(&status),
            flags: flags(&status),
            status,
        }
    }
}

impl From<Credential> for Listed {
    fn from(credential: Credential) -> Self {
        let place = if credential.rp_id.is_empty() { "a U2F application" } else { &credential.rp_id };
        let kind = if credential.discoverable { "discoverable" } else { "server-side" };
        let backup = match (credential.backup_eligible, credential.backup_state) {
            (_, true) => " · backed up",
            (true, false) => " · backup eligible",
            (false, false) => "",
        };
        Self {
            place: printable(place),
            who: printable(credential.user_name.as_deref().unwrap_or(&credential.user_id)),
            about: format!("{kind} · counter {}{backup}", credential.sign_count),
            credential,
        }
    }
}

fn asks(status: &Status) -> String {
    match &status.prompt {
        Some(Prompted { ask, command }) => {
            let sentence = match ask.as_str() {
                "verification" => "Verify: finger, face or code",
                "long-touch" => "Touch it and stay on it",
                _ => "Touch the key",
            };
            format!("{sentence}, for {command}")
        }
        None if status.inserted => "It asks nothing.".to_owned(),
        None => "It is out of its port.".to_owned(),
    }
}

fn facts(status: &Status) -> Vec<Fact> {
    let yes = |is| if is { "yes" } else { "no" };
    let known = status.aaguid.parse::<Aaguid>().ok().and_then(catalogue::find);
    let tries = |left: u8| if left == 1 { "1 try left".to_owned() } else { format!("{left} tries left") };
    let mut facts = vec![
        ("Name", status.name.clone()),
        ("Profile", status.profile.clone()),
        ("AAGUID", status.aaguid.clone()),
        ("which is", known.map_or("in no list that keyrig knows", |known| known.name).to_owned()),
        ("Backup", format!("eligible: {}, state: {}", yes(status.backup_eligible), yes(status.backup_state))),
        ("PIN", if status.pin_is_set { format!("set, {}", tries(status.pin_retries)) } else { "not set".to_owned() }),
    ];
    if status.fingers > 0 {
        facts.push(("Fingers", format!("{} enrolled, {}", status.fingers, tries(status.uv_retries))));
    }
    facts.push(("Gestures", status.gestures.clone()));
    facts.push(("Keeps", format!("{} of {} discoverable credentials", status.discoverable, status.room)));
    if !status.faults.is_empty() {
        facts.push(("Faults", status.faults.join(", ")));
    }
    facts.into_iter().map(|(name, value)| Fact { name: name.to_owned(), value }).collect()
}

fn flags(status: &Status) -> Vec<ShownFlag> {
    let last = status.last_flags;
    [
        ("UP", "user present", last.map(|flags| flags.up)),
        ("UV", "user verified", last.map(|flags| flags.uv)),
        ("BE", "backup eligible", last.map(|flags| flags.be)),
        ("BS", "backed up", last.map(|flags| flags.bs)),
    ]
    .map(|(flag, meaning, set)| ShownFlag {
        flag: flag.to_owned(),
        meaning: meaning.to_owned(),
        set,
        state: match set {
            Some(true) => "set",
            Some(false) => "not set",
            None => "nothing signed yet",
        }
        .to_owned(),
    })
    .into()
}

impl Happening {
    /// What happened, in a line; who sent a message is not in it.
    pub fn said(&self) -> String {
        match self {
            Self::Message { command, summary, .. } => {
                format!("{} {summary}", command.trim_start_matches("CTAPHID_"))
            }
            Self::Asks { ask, command } => format!("asks for {ask}, for {command}"),
            Self::AsksNoMore => "asks no more".to_owned(),
            Self::Did { deed } => format!("the user: {deed}"),
            Self::Winks => "winks".to_owned(),
            Self::Writes { edits: 1 } => "remembers 1 change".to_owned(),
            Self::Writes { edits } => format!("remembers {edits} changes"),
            Self::Inserted => "in its port".to_owned(),
            Self::Removed => "out of its port".to_owned(),
            Self::PowerCycled => "its power goes for a moment".to_owned(),
            Self::Changed { how } => format!("changed: {how}"),
        }
    }

    /// Which way a message went: `→` to the key, `←` to its host; empty for everything else.
    pub const fn way(&self) -> &'static str {
        match self {
            Self::Message { from: Side::Host, .. } => "→",
            Self::Message { from: Side::Key, .. } => "←",
            _ => "",
        }
    }
}

/// Text that somebody else wrote, with what would command a terminal or turn the line around written out.
fn printable(text: &str) -> String {
    let turns =
        |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| if c.is_control() || turns(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}
