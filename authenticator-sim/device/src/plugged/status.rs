use keyrig_core::{Ask, CredentialSource, Prompt, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a key is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Status {
    /// What it is called among the keys of this machine.
    pub name: String,
    /// The id of its profile.
    pub profile: String,
    /// The name on the box.
    pub product: String,
    /// Who makes it.
    pub maker: String,
    /// Its firmware, where the profile says.
    pub firmware: Option<String>,
    /// Its AAGUID.
    pub aaguid: String,
    /// Whether it is in its port.
    pub inserted: bool,
    /// What its light does.
    pub led: Led,
    /// What it asks its user just now.
    pub prompt: Option<Prompted>,
    /// Who answers when it asks.
    pub gestures: String,
    /// BE and BS of new credentials.
    pub backup_eligible: bool,
    /// See `backup_eligible`.
    pub backup_state: bool,
    /// The flags of what it signed last.
    pub last_flags: Option<Flags>,
    /// Whether a PIN is set.
    pub pin_is_set: bool,
    /// Wrong PINs that are left.
    pub pin_retries: u8,
    /// Failed built-in verifications that are left.
    pub uv_retries: u8,
    /// Fingers that are enrolled.
    pub fingers: usize,
    /// Credentials it has.
    pub credentials: usize,
    /// Those of them that are found without their id.
    pub discoverable: usize,
    /// Discoverable credentials that it has room for.
    pub room: u32,
    /// Faults of the link that wait for their report, by name.
    pub faults: Vec<String>,
}

/// What the light of a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Led {
    /// The key is not in its port.
    Off,
    /// Nothing is asked.
    On,
    /// The key waits for its user.
    Blinking,
}

/// What a key asks its user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Prompted {
    /// `touch`, `verification` or `long-touch`.
    pub ask: String,
    /// The command that asks.
    pub command: String,
}

/// The flags of authenticator data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Flags {
    /// User present.
    pub up: bool,
    /// User verified.
    pub uv: bool,
    /// Backup eligible.
    pub be: bool,
    /// Backup state.
    pub bs: bool,
}

/// A credential, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Credential {
    /// Its id, in hexadecimal.
    pub id: String,
    /// The RP ID; empty where U2F made it.
    pub rp_id: String,
    /// The user handle, in hexadecimal.
    pub user_id: String,
    /// The account, where its name is known.
    pub user_name: Option<String>,
    /// The COSE algorithm.
    pub algorithm: i64,
    /// Whether it is found without its id.
    pub discoverable: bool,
    /// BE.
    pub backup_eligible: bool,
    /// BS.
    pub backup_state: bool,
    /// The last signature counter that was told.
    pub sign_count: u32,
}

/// What a key was set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Settings {
    /// Whether a PIN is set.
    pub pin_is_set: bool,
    /// Whether it has to be changed before anything else.
    pub pin_must_change: bool,
    /// The fewest code points of a new PIN.
    pub min_pin_length: u64,
    /// Whether it verifies its user each time.
    pub always_uv: bool,
    /// Whether enterprise attestation is turned on.
    pub enterprise_attestation: bool,
}

impl From<&State> for Settings {
    fn from(state: &State) -> Self {
        let configuration = state.configuration();
        Self {
            pin_is_set: state.pin_is_set(),
            pin_must_change: state.pin_must_change(),
            min_pin_length: configuration.min_pin_length,
            always_uv: configuration.always_uv,
            enterprise_attestation: configuration.enterprise_attestation,
        }
    }
}

impl From<Prompt> for Prompted {
    fn from(prompt: Prompt) -> Self {
        Self { ask: word(prompt.ask).to_owned(), command: prompt.command.to_string() }
    }
}

pub(super) const fn word(ask: Ask) -> &'static str {
    match ask {
        Ask::Presence => "touch",
        Ask::Verification => "verification",
        Ask::LongTouch => "long-touch",
    }
}

impl From<&CredentialSource> for Credential {
    fn from(source: &CredentialSource) -> Self {
        Self {
            id: hex(&source.id),
            rp_id: source.rp_id.clone(),
            user_id: hex(&source.user.id),
            user_name: source.user.name.clone(),
            algorithm: source.algorithm.0,
            discoverable: source.discoverable,
            backup_eligible: source.backup.eligible,
            backup_state: source.backup.state,
            sign_count: source.sign_count,
        }
    }
}

/// Lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
