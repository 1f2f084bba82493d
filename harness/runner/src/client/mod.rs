//! A WebAuthn Level 3 client: from options, a page and an authenticator to a credential.

pub mod client_data;
mod conditional;
mod conveyance;
mod create;
mod draft;
mod error;
mod extension;
mod foreign;
mod get;
mod hint;
mod link;
mod options;
mod page;
mod profile;
mod random;
mod response;
mod rp_id;
mod spki;
mod u2f;
mod user_verification;

use std::time::Duration;

use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_info::Info;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::device::LinkError;
use crate::tamper::CannotLie;

pub use client_data::ClientData;
pub use draft::{ClientDraft, Ignore, Withhold};
pub use error::ClientError;
pub use extension::{CreationExtensions, Evaluation, LargeBlobUse, PrfInputs, Protection, RequestExtensions, Support};
pub(crate) use extension::{fetch_large_blobs, store_large_blobs};
pub(crate) use hint::followed as hints_followed;
pub use hint::{Hint, HintHabit};
pub(crate) use link::Failure;
pub use link::Link;
pub use options::{Conveyance, CreationOptions, RequestOptions, Requirement};
pub use page::Page;
pub use profile::{AaguidHabit, ClientProfile, EnterpriseHabit};
pub(crate) use rp_id::may_use as may_use_rp_id;
pub(crate) use u2f::{KeyHandle, register_for_app_id};
pub(crate) use user_verification::Token;

/// A client and the human in front of it.
#[derive(Clone, Copy, Debug)]
pub struct Client<'a> {
    /// The habits of the client.
    pub profile: &'a ClientProfile,
    /// The page that calls it.
    pub page: &'a Page,
    /// The PIN that the human types.
    pub pin: &'a str,
    /// Options that it passes over.
    pub ignore: Ignore,
    /// What it leaves out when it asks for an assertion.
    pub withhold: Withhold,
    /// Told in place of the authenticator's transports.
    pub transports: Option<&'a [String]>,
    /// The credential that the human picks where several fit; the first one if `None`.
    pub choose: Option<&'a [u8]>,
    /// How the page asks.
    pub mediation: Mediation,
    /// Where its random numbers come from.
    pub seed: [u8; 32],
}

/// How a page asks for a ceremony (Credential Management Level 1, "mediation").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mediation {
    /// With a dialogue.
    #[default]
    Optional,
    /// Without one: a registration after a sign-in by other means, which the human agreed to; a sign-in by a pick among
    /// what is suggested.
    Conditional,
}

/// What came of a ceremony.
#[derive(Clone, Debug, PartialEq)]
pub struct Made {
    /// The client data as it was hashed.
    pub client_data_json: String,
    /// `RegistrationResponseJSON` or `AuthenticationResponseJSON`.
    pub credential: Value,
    /// The credential id that the authenticator gave.
    pub credential_id: Vec<u8>,
}

/// Changes the draft after every check: where the client-seam tampers are told.
pub type Tell<'t> = &'t mut dyn FnMut(&mut ClientDraft) -> Result<(), CannotLie>;

/// Why a ceremony brought no credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// WebAuthn makes the client stop.
    Refused(ClientError),
    /// The authenticator does not answer.
    Link(LinkError),
    /// A lie cannot be told.
    CannotLie(CannotLie),
    /// The client has no way to do what the options ask for.
    Unable(String),
}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Self {
        Self::Refused(error)
    }
}

impl From<CannotLie> for Stop {
    fn from(error: CannotLie) -> Self {
        Self::CannotLie(error)
    }
}

impl Client<'_> {
    /// The client data of an honest ceremony on this page.
    fn client_data(&self, kind: &str, challenge: &[u8]) -> ClientData {
        let cross_origin = self.page.is_cross_origin();
        ClientData {
            kind: kind.to_owned(),
            challenge: crate::base64url::encode(challenge),
            origin: self.page.origin.clone(),
            cross_origin,
            top_origin: if cross_origin { self.page.top_origin.clone() } else { None },
            other: Vec::new(),
        }
    }

    /// How long the human gets: what the options ask for, up to what the client grants at most.
    fn granted(&self, asked_ms: Option<u64>) -> Duration {
        let longest = self.profile.longest_timeout_ms;
        Duration::from_millis(asked_ms.map_or(longest, |asked| asked.min(longest)))
    }

    fn user_verification(&self, wanted: Requirement) -> Requirement {
        if self.ignore.user_verification { Requirement::Discouraged } else { wanted }
    }
}

/// A token for `permissions` at any relying party, by the PIN.
///
/// # Errors
///
/// `NotAllowedError` where the PIN is wrong.
pub(crate) fn token(link: &mut Link<'_>, info: &Info, pin: &str, permissions: Permissions) -> Result<Token, Stop> {
    let mut random = link.random([0; 32]);
    let verifier = user_verification::Verifier { info, pin, permissions, rp_id: "", discoverable: false };
    verifier.token_by_pin(link, &mut random)
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Cuts a list of credentials into pieces that the authenticator takes.
fn pieces<'l>(list: &'l [Descriptor], info: &Info) -> impl Iterator<Item = &'l [Descriptor]> {
    let most = info.max_credential_count_in_list.and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX);
    list.chunks(most.max(1))
}

/// The form that authenticators get: without transports, which only clients need.
fn bare(list: &[Descriptor]) -> Vec<Descriptor> {
    list.iter().map(|descriptor| Descriptor { transports: Vec::new(), ..descriptor.clone() }).collect()
}
