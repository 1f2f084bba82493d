//! What the relying party sent, expects and accepts.

use keyrig_ctap::Aaguid;
use keyrig_ctap::cose::Algorithm;

/// What a registration ceremony has to match (`options` in WebAuthn L3 §7.1, and the relying party's policy).
#[derive(Clone, Debug)]
pub struct RegistrationExpectation {
    /// The challenge in the options, as bytes.
    pub challenge: Vec<u8>,
    /// Every origin that may call, compared as exact strings.
    pub origins: Vec<String>,
    /// The RP ID.
    pub rp_id: String,
    /// Whether the page may be in a frame of another origin.
    pub framing: Framing,
    /// Whether the user has to be verified.
    pub user_verification_required: bool,
    /// The algorithms of `pubKeyCredParams`.
    pub algorithms: Vec<Algorithm>,
    /// Whether `mediation` was `conditional`: the user-present bit may then be clear.
    pub conditional_create: bool,
    /// The extensions that were asked for.
    pub extensions: ExtensionExpectation,
    /// Whether the members of the attestation object may stand in another order than the canonical one, which decoders
    /// should reject and many let pass (WebAuthn L3 §2.4).
    pub any_member_order: bool,
    /// Which kinds of attestation pass; what passes is told in the result.
    pub attestation: AcceptableAttestation,
    /// The attestation roots, intermediates or leaves that are trusted.
    pub trust_anchors: Vec<TrustAnchor>,
    /// The time, in seconds since 1970-01-01T00:00:00Z.
    pub now: u64,
}

/// What an authentication ceremony has to match (`options` in WebAuthn L3 §7.2, and the relying party's policy).
#[derive(Clone, Debug)]
pub struct AuthenticationExpectation {
    /// The challenge in the options, as bytes.
    pub challenge: Vec<u8>,
    /// Every origin that may call, compared as exact strings.
    pub origins: Vec<String>,
    /// The RP ID.
    pub rp_id: String,
    /// Whether the page may be in a frame of another origin.
    pub framing: Framing,
    /// Whether the user has to be verified.
    pub user_verification_required: bool,
    /// The credential ids of `allowCredentials`; empty where the options had none.
    pub allow_credentials: Vec<Vec<u8>>,
    /// The user handle of the account that was identified before the ceremony; `None` in a discoverable sign-in.
    pub identified_user: Option<Vec<u8>>,
    /// Whether backup state is used as policy: only then may backup eligibility not change.
    pub backup_state_is_policy: bool,
    /// What a signature counter that does not grow means.
    pub sign_count: SignCountPolicy,
    /// The AppID of the extension `appid`, where the options asked for it.
    pub app_id: Option<String>,
    /// The extensions that were asked for.
    pub extensions: ExtensionExpectation,
}

/// Whether the relying party expects to be in a frame of another origin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// It does not: neither `crossOrigin: true` nor a `topOrigin` passes.
    #[default]
    SameOriginOnly,
    /// It does, under pages of these origins. `crossOrigin: true` without `topOrigin` passes, as Level 2 clients send.
    Under {
        /// The origins of the top pages, compared as exact strings.
        top_origins: Vec<String>,
    },
}

/// Which extension outputs pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtensionExpectation {
    /// The client extension identifiers in the options.
    pub requested: Vec<String>,
    /// What to do with an output that nobody asked for.
    pub unsolicited: Unsolicited,
}

/// What to do with an extension output that nobody asked for; the text leaves it to the relying party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unsolicited {
    /// It passes and is listed among the observations.
    #[default]
    Ignore,
    /// It is refused.
    Refuse,
}

/// Which kinds of attestation the relying party accepts (WebAuthn L3 §7.1, "Assess the attestation trustworthiness").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AcceptableAttestation {
    /// No attestation.
    pub none: bool,
    /// Self attestation.
    pub self_attested: bool,
    /// A certificate that leads to no trust anchor.
    pub untrusted: bool,
}

impl AcceptableAttestation {
    /// All kinds pass; a policy that comes later may judge them.
    pub const ANY: Self = Self { none: true, self_attested: true, untrusted: true };
    /// Only a certificate that leads to a trust anchor passes.
    pub const TRUSTED: Self = Self { none: false, self_attested: false, untrusted: false };
}

impl Default for AcceptableAttestation {
    fn default() -> Self {
        Self::ANY
    }
}

/// A certificate that is trusted, for all authenticators or for some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustAnchor {
    /// The certificate in DER.
    pub certificate: Vec<u8>,
    /// The AAGUIDs that it may vouch for; `None` for all.
    pub aaguids: Option<Vec<Aaguid>>,
}

impl TrustAnchor {
    /// An anchor for authenticators of every type.
    pub fn for_all(certificate: Vec<u8>) -> Self {
        Self { certificate, aaguids: None }
    }

    /// Whether it may vouch for authenticators of this type.
    pub fn vouches_for(&self, aaguid: Aaguid) -> bool {
        self.aaguids.as_ref().is_none_or(|list| list.contains(&aaguid))
    }
}

/// What a signature counter means that does not grow; the text leaves it to the relying party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignCountPolicy {
    /// The ceremony is refused.
    Refuse,
    /// The ceremony passes, the result says so, and the record takes the new value.
    #[default]
    Record,
    /// The counter is not looked at.
    Ignore,
}
