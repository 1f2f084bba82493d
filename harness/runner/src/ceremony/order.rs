//! What is ordered.

use serde::Serialize;
use serde_json::Value;

use crate::client::{ClientProfile, Ignore, Mediation, Page};
use crate::tamper::{CannotLie, TamperCall};

/// Which of the two ceremonies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ceremony {
    /// A registration ceremony (WebAuthn L3 §7.1).
    Registration,
    /// An authentication ceremony (WebAuthn L3 §7.2).
    Authentication,
}

impl Ceremony {
    /// The name in texts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registration => "registration",
            Self::Authentication => "authentication",
        }
    }
}

/// One ceremony, and the lies in it.
#[derive(Clone, Debug)]
pub struct Order<'a> {
    /// Which ceremony.
    pub ceremony: Ceremony,
    /// The account's name; `None` asks for a discoverable login.
    pub user: Option<&'a str>,
    /// What is asked of the options endpoint.
    pub request: OptionsRequest,
    /// The lies, in the order they are told.
    pub tampers: &'a [TamperCall],
    /// The habits of the client.
    pub client: &'a ClientProfile,
    /// The page that calls the client.
    pub page: Page,
    /// The PIN that the human types.
    pub pin: &'a str,
    /// How the page asks for the ceremony.
    pub mediation: Mediation,
    /// Options that the client passes over although it is honest otherwise.
    pub ignore: Ignore,
    /// Told in place of the authenticator's transports.
    pub transports: Option<Vec<String>>,
    /// The credential that the human picks where several fit; the first one if `None`.
    pub choose: Option<Vec<u8>>,
    /// Where the client's random numbers come from.
    pub seed: [u8; 32],
}

impl Order<'_> {
    /// The `Origin` header of the page's requests; empty for none.
    pub(super) fn http_origin(&self) -> &str {
        self.page.http_origin.as_deref().unwrap_or(&self.page.origin)
    }

    /// Whether each lie can be told in this ceremony at all.
    pub(super) fn check_tampers(&self) -> Result<(), CannotLie> {
        match self.tampers.iter().find(|call| !call.tamper.fits(self.ceremony)) {
            Some(call) => Err(call.cannot("it is a lie of the other ceremony")),
            None => Ok(()),
        }
    }
}

/// What is asked of the options endpoint; what is `None` is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptionsRequest {
    /// The person's name.
    pub display_name: Option<String>,
    /// `none`, `indirect`, `direct`, `enterprise`.
    pub attestation: Option<String>,
    /// `required`, `preferred`, `discouraged`.
    pub user_verification: Option<String>,
    /// `platform`, `cross-platform`.
    pub authenticator_attachment: Option<String>,
    /// `required`, `preferred`, `discouraged`.
    pub resident_key: Option<String>,
    /// Extension inputs, as WebAuthn's JSON has them.
    pub extensions: Option<Value>,
}
