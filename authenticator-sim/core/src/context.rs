//! What a command works on.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use keyrig_ctap::cbor::Writer;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY};
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret};
use keyrig_ctap::profile::{Profile, SignCount};
use keyrig_ctap::quirk::PIN_PROTOCOL_2_SHORT_VERIFY;
use keyrig_ctap::seal::{Draft, Seal, Sealed};
use keyrig_ctap::{Instant, Status};
use zeroize::Zeroizing;

use crate::attestation::{Attester, Vouching};
use crate::command::{Enrollment, Enumeration, Remembered, Writing};
use crate::cut::Cut;
use crate::key_agreement::KeyAgreement;
use crate::reason::Reason;
use crate::state::{Change, CredentialSource, Edit, PersistentToken, State};
use crate::token::{Compare, Token};
use crate::{Entropy, Provider};

/// Signatures for which a counter is persisted ahead.
const COUNT_STEP: u32 = 64;

/// Everything but the question that is open.
pub(crate) struct Context {
    pub(crate) now: Instant,
    pub(crate) profile: Arc<Profile>,
    /// By which transport messages come, where the driver says so.
    pub(crate) transport: Option<String>,
    pub(crate) cut: Arc<Cut>,
    pub(crate) provider: Box<dyn Provider>,
    pub(crate) entropy: Box<dyn Entropy>,
    pub(crate) seal: Box<dyn Seal>,
    pub(crate) attester: Attester,
    pub(crate) state: State,
    pub(crate) change: Change,
    pub(crate) volatile: Volatile,
}

/// What a power cut takes away. Most of it is not there most of the time, and takes no room then.
#[derive(Debug, Default)]
pub(crate) struct Volatile {
    pub(crate) powered: Instant,
    pub(crate) token: Option<Box<Token>>,
    pub(crate) key_agreement: KeyAgreement,
    pub(crate) remembered: Option<Box<Remembered>>,
    pub(crate) enumeration: Option<Box<Enumeration>>,
    pub(crate) writing: Option<Box<Writing>>,
    pub(crate) enrollment: Option<Box<Enrollment>>,
    /// Wrong PINs since the last right one or the last power-up.
    pub(crate) wrong_pins: u8,
}

impl Context {
    /// Makes an edit and notes it for the store.
    pub(crate) fn edit(&mut self, edit: Edit) {
        self.state.apply(&edit);
        self.change.edits.push(edit);
    }

    /// The token that is in use now.
    pub(crate) fn token(&mut self) -> Option<&mut Token> {
        let now = self.now;
        if !self.volatile.token.as_mut().is_some_and(|token| token.is_alive(now)) {
            self.volatile.token = None;
        }
        self.volatile.token.as_deref_mut()
    }

    /// Tokens that were given out are of no use any more.
    pub(crate) fn reset_tokens(&mut self) {
        self.volatile.token = None;
        if self.state.persistent_token.is_some() {
            self.edit(Edit::PersistentToken(None));
        }
    }

    /// The persistent token, drawn when somebody first asks for it.
    pub(crate) fn persistent_token(&mut self) -> PersistentToken {
        if let Some(token) = &self.state.persistent_token {
            return token.clone();
        }
        let mut token = Zeroizing::new([0; 32]);
        self.entropy.fill(&mut token[..]);
        self.edit(Edit::PersistentToken(Some(token.clone())));
        token
    }

    /// What is behind `encIdentifier`, drawn when somebody first asks for it.
    pub(crate) fn identifier(&mut self) -> [u8; 16] {
        if let Some(identifier) = self.state.identifier {
            return identifier;
        }
        let identifier = self.draw();
        self.edit(Edit::Identifier(identifier));
        identifier
    }

    /// Whether getInfo offers an extension.
    pub(crate) fn has_extension(&self, id: &str) -> bool {
        self.cut.info.extensions.iter().any(|offered| offered == id)
    }

    /// Whether an option of getInfo is true.
    pub(crate) fn offers(&self, option: &str) -> bool {
        self.cut.info.option(option) == Some(true)
    }

    /// Permissions that some command of the product honours, for a token by PIN or by what is built in.
    pub(crate) fn permissions(&self, built_in: bool) -> Permissions {
        let mut all = Permissions::MC.with(Permissions::GA);
        if self.offers("credMgmt") || self.offers("credentialMgmtPreview") {
            all = all.with(Permissions::CM);
        }
        if self.enrolls_fingers() && (!built_in || self.offers("uvBioEnroll")) {
            all = all.with(Permissions::BE);
        }
        if self.offers("perCredMgmtRO") {
            all = all.with(Permissions::PCMR);
        }
        if self.offers("largeBlobs") {
            all = all.with(Permissions::LBW);
        }
        if self.offers("authnrCfg") && (!built_in || self.offers("uvAcfg")) {
            all = all.with(Permissions::ACFG);
        }
        all
    }

    /// Whether the product can have a PIN.
    pub(crate) fn has_client_pin(&self) -> bool {
        self.cut.info.option("clientPin").is_some()
    }

    /// Code points of the longest PIN: what `maxPINLength` says, or 63 (CTAP 2.3 §6.4, member 0x1D).
    pub(crate) fn longest_pin(&self) -> u64 {
        self.cut.info.max_pin_length.unwrap_or(63)
    }

    /// Whether built-in verification is there and set up: where fingers can be enrolled, one has to be.
    pub(crate) fn has_built_in(&self) -> bool {
        if self.enrolls_fingers() { !self.state.fingerprints().is_empty() } else { self.offers("uv") }
    }

    /// Whether the product lets fingers be enrolled.
    pub(crate) fn enrolls_fingers(&self) -> bool {
        ["bioEnroll", "userVerificationMgmtPreview"].iter().any(|option| self.cut.info.option(option).is_some())
    }

    /// "Protected by some form of user verification".
    pub(crate) fn is_protected(&self) -> bool {
        (self.has_client_pin() && self.state.pin_is_set()) || self.has_built_in()
    }

    /// The protocol with this number, if getInfo offers it.
    ///
    /// # Errors
    ///
    /// [`Reason::ProtocolUnsupported`].
    pub(crate) fn protocol(&self, number: u64) -> Result<Protocol, Reason> {
        let offered = self.cut.info.pin_uv_auth_protocols.contains(&number);
        Protocol::from_number(number).filter(|_| offered).ok_or(Reason::ProtocolUnsupported)
    }

    /// How a `pinUvAuthParam` under `protocol` is compared: the one place that reads the quirk.
    pub(crate) fn compare(&self, protocol: Protocol) -> Compare {
        Compare { protocol, short: self.profile.has_quirk(PIN_PROTOCOL_2_SHORT_VERIFY) }
    }

    /// Whether `param` is what the shared secret makes of `message`.
    ///
    /// # Errors
    ///
    /// [`Reason::PinAuthInvalid`].
    pub(crate) fn check_param(&self, shared: &SharedSecret, message: &[&[u8]], param: &[u8]) -> Result<(), Reason> {
        let right = shared.authenticate(message);
        if self.compare(shared.protocol()).matches(&right, param) { Ok(()) } else { Err(Reason::PinAuthInvalid) }
    }

    /// The secret shared with a platform's key-agreement key.
    ///
    /// # Errors
    ///
    /// [`Reason::KeyAgreement`].
    pub(crate) fn decapsulate(&mut self, protocol: Protocol, peer: &[u8]) -> Result<SharedSecret, Reason> {
        self.volatile.key_agreement.decapsulate(protocol, peer, &mut *self.provider, &mut *self.entropy)
    }

    /// Takes from the token what a ceremony with a touch takes.
    pub(crate) fn spend_token(&mut self) {
        if let Some(token) = &mut self.volatile.token {
            token.spend();
        }
    }

    /// Discoverable credentials that there is room for.
    pub(crate) fn room(&self) -> usize {
        let places = self.profile.discoverable_credentials.saturating_sub(self.state.worn_out);
        (places as usize).saturating_sub(self.state.discoverable_count())
    }

    /// Whether a list is within `maxCredentialCountInList`.
    ///
    /// # Errors
    ///
    /// [`Reason::ListTooLong`].
    pub(crate) fn check_list(&self, list: &[Descriptor]) -> Result<(), Reason> {
        match self.cut.info.max_credential_count_in_list {
            Some(most) if list.len() as u64 > most => Err(Reason::ListTooLong),
            _ => Ok(()),
        }
    }

    /// The credential that a list names, if it is here and of this relying party.
    pub(crate) fn listed(&self, descriptor: &Descriptor, rp_id: &str) -> Option<&CredentialSource> {
        let source = self.state.credential(&descriptor.id)?;
        (descriptor.kind == PUBLIC_KEY && source.belongs_to(rp_id)).then_some(source)
    }

    /// The counter for a new credential. It is spent when the authenticator [vouches](Self::vouch) for the credential.
    pub(crate) fn creation_count(&self) -> u32 {
        match self.profile.sign_count {
            SignCount::Zero | SignCount::PerCredential => 0,
            SignCount::Global => self.state.sign_count.told.saturating_add(1),
        }
    }

    /// The counter for a signature with the credential of `id`.
    pub(crate) fn count_signature(&mut self, id: &[u8]) -> u32 {
        match self.profile.sign_count {
            SignCount::Zero => 0,
            SignCount::Global => self.count_globally(),
            SignCount::PerCredential => {
                let told = self.state.credential(id).map_or(0, |source| source.sign_count).saturating_add(1);
                if self.state.tell_sign_count(id, told) {
                    let up_to = told.saturating_add(COUNT_STEP);
                    self.edit(Edit::SignCount { credential: Some(id.to_vec()), up_to });
                }
                told
            }
        }
    }

    /// 16 fresh bytes: as many as an initialisation vector has.
    pub(crate) fn draw(&mut self) -> [u8; 16] {
        let mut drawn = [0; 16];
        self.entropy.fill(&mut drawn);
        drawn
    }

    /// The serial number of the device: 8 bytes, drawn when somebody first asks for it.
    pub(crate) fn serial_number(&mut self) -> [u8; 8] {
        if let Some(number) = self.state.serial_number {
            return number;
        }
        let mut number = [0; 8];
        self.entropy.fill(&mut number);
        self.edit(Edit::SerialNumber(number));
        number
    }

    /// Signs `draft` for the credential `source`, which is not stored yet.
    pub(crate) fn vouch(&mut self, draft: Draft, source: &CredentialSource) -> Result<Sealed, Reason> {
        let mut voucher = Vouching::new(&mut *self.provider, &mut self.attester, &self.profile, source);
        let sealed = self.seal.seal(draft, &mut voucher)?;
        if self.profile.sign_count == SignCount::Global {
            self.count_globally();
        }
        Ok(sealed)
    }

    /// Signs `draft` for the stored credential of `id`.
    pub(crate) fn vouch_stored(&mut self, draft: Draft, id: &[u8]) -> Result<Sealed, Reason> {
        let source = self.state.credential(id).ok_or(Reason::NoCredentials)?;
        let mut voucher = Vouching::new(&mut *self.provider, &mut self.attester, &self.profile, source);
        Ok(self.seal.seal(draft, &mut voucher)?)
    }

    fn count_globally(&mut self) -> u32 {
        let count = &mut self.state.sign_count;
        count.told = count.told.saturating_add(1);
        if count.told > count.persisted {
            let up_to = count.told.saturating_add(COUNT_STEP);
            self.edit(Edit::SignCount { credential: None, up_to });
        }
        self.state.sign_count.told
    }
}

/// A reply that says success, with `parameters` behind it.
pub(crate) fn success(parameters: &[u8]) -> Vec<u8> {
    let mut out = Writer::with_capacity(1 + parameters.len());
    out.raw(&[Status::OK.0]).raw(parameters);
    out.into_bytes()
}
