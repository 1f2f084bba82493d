//! User verification as the platform drives it (CTAP 2.3 §6.1.1, §6.5.5).

use keyrig_ctap::Command;
use keyrig_ctap::cose::CoseKey;
use keyrig_ctap::message::client_pin::{Permissions, Request, Response, Subcommand};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::pin_uv_auth::{Protocol, SharedSecret, key_agreement_key, pin_hash};
use unicode_normalization::UnicodeNormalization as _;

use super::link::Link;
use super::options::Requirement;
use super::random::Random;
use super::{ClientError, Stop};
use crate::device::{LinkError, Pin, foreign};

/// A PIN is padded to this many bytes before it is encrypted.
const PADDED_PIN: usize = 64;

/// How the authenticator is to verify its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verification {
    /// Not at all.
    None,
    /// By something of its own: the option `uv`.
    BuiltIn,
    /// It was: this token proves it.
    Proof(Token),
}

/// A `pinUvAuthToken`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// The protocol under which it was given.
    pub(crate) protocol: Protocol,
    pub(super) bytes: Vec<u8>,
}

impl Token {
    /// `pinUvAuthParam` over `message`.
    pub(crate) fn authenticate(&self, message: &[u8]) -> Vec<u8> {
        self.protocol.authenticate(&self.bytes, &[message])
    }
}

impl Verification {
    /// Whether the user is verified, or will be.
    pub(super) fn is_some(&self) -> bool {
        *self != Self::None
    }

    /// The token, where there is one.
    pub(super) fn token(&self) -> Option<&Token> {
        match self {
            Self::Proof(token) => Some(token),
            Self::None | Self::BuiltIn => None,
        }
    }
}

/// What the ceremony at hand needs to know.
pub(super) struct Verifier<'a> {
    pub(super) info: &'a Info,
    pub(super) pin: &'a str,
    pub(super) permissions: Permissions,
    pub(super) rp_id: &'a str,
    /// Whether the credential to be made is discoverable; false at authentication.
    pub(super) discoverable: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Method {
    Nothing,
    BuiltIn,
    Pin,
    NewPin,
}

impl Verifier<'_> {
    /// Has the user verified, as far as `wanted` asks for it and the authenticator can.
    ///
    /// # Errors
    ///
    /// `NotAllowedError` where it is required and cannot be, or where the PIN is wrong.
    pub(super) fn verify(
        &self,
        link: &mut Link<'_>,
        wanted: Requirement,
        random: &mut Random,
    ) -> Result<Verification, Stop> {
        let method = self.method(wanted, link.device().may_get_pin())?;
        match method {
            Method::Nothing => return Ok(Verification::None),
            Method::BuiltIn if !self.needs_token() => return Ok(Verification::BuiltIn),
            Method::BuiltIn | Method::Pin | Method::NewPin => {}
        }
        let protocol = preferred_protocol(self.info);
        if method == Method::NewPin {
            self.set_pin(link, protocol, random)?;
        }
        let bytes = self.token(link, protocol, method, random)?;
        Ok(Verification::Proof(Token { protocol, bytes }))
    }

    /// How another program is to have the user verified, as far as `wanted` asks for it and the authenticator can.
    ///
    /// # Errors
    ///
    /// `NotAllowedError` where it is required and cannot be; [`Stop::Unable`] where a PIN would have to be set.
    pub(super) fn told_to_others(
        &self,
        link: &mut Link<'_>,
        wanted: Requirement,
    ) -> Result<foreign::Verification, Stop> {
        match self.method(wanted, link.device().may_get_pin())? {
            Method::Nothing => Ok(foreign::Verification::None),
            Method::BuiltIn => Ok(foreign::Verification::BuiltIn),
            Method::Pin => {
                let protocol = if preferred_protocol(self.info) == Protocol::Two { 2 } else { 1 };
                Ok(foreign::Verification::Pin(Pin::new(self.normal_pin()), protocol))
            }
            Method::NewPin => Err(Stop::Unable("this client sets no PIN, and the key has none".to_owned())),
        }
    }

    /// Whether there is a way to verify the user, or there would be after a PIN has been set.
    pub(super) fn can_verify(&self, link: &mut Link<'_>) -> bool {
        match (self.info.option("uv"), self.info.option("clientPin")) {
            (Some(true), _) | (_, Some(true)) => true,
            (_, Some(false)) => link.device().may_get_pin(),
            _ => false,
        }
    }

    /// Whether something after the ceremony needs the token as well.
    fn needs_token(&self) -> bool {
        let ceremony = Permissions::MC.with(Permissions::GA);
        self.permissions.0 & !ceremony.0 != 0 && self.info.option("pinUvAuthToken") == Some(true)
    }

    fn method(&self, wanted: Requirement, may_set_pin: bool) -> Result<Method, Stop> {
        let option = |name| self.info.option(name);
        let always = option("alwaysUv") == Some(true);
        let available = match (option("uv"), option("clientPin")) {
            (Some(true), _) => Method::BuiltIn,
            (_, Some(true)) => Method::Pin,
            (_, Some(false)) if may_set_pin => Method::NewPin,
            _ => Method::Nothing,
        };
        match wanted {
            _ if always || wanted == Requirement::Required => match available {
                Method::Nothing => {
                    Err(ClientError::not_allowed("the authenticator cannot verify its user, which is required").into())
                }
                method => Ok(method),
            },
            Requirement::Preferred if available != Method::NewPin => Ok(available),
            Requirement::Discouraged if self.guards_new_credentials() && available != Method::NewPin => Ok(available),
            _ => Ok(Method::Nothing),
        }
    }

    /// A protected authenticator makes no credential without verification, save where it says so for those that are
    /// not discoverable (`makeCredUvNotRqd`).
    fn guards_new_credentials(&self) -> bool {
        let excepted = self.info.option("makeCredUvNotRqd") == Some(true) && !self.discoverable;
        self.permissions.contains(Permissions::MC) && !excepted
    }

    /// The PIN as the authenticator gets it: the platform normalises it (CTAP 2.3 §6.5.1, "NFC").
    fn normal_pin(&self) -> String {
        self.pin.nfc().collect()
    }

    fn set_pin(&self, link: &mut Link<'_>, protocol: Protocol, random: &mut Random) -> Result<(), Stop> {
        let pin = self.normal_pin();
        if pin.len() >= PADDED_PIN {
            return Err(ClientError::not_allowed("a PIN has at most 63 bytes").into());
        }
        let (secret, key) = agree(link, protocol, random)?;
        let mut padded = [0; PADDED_PIN];
        padded[..pin.len()].copy_from_slice(pin.as_bytes());
        let new_pin_enc = encrypt(&secret, &padded, random)?;
        let request = Request {
            protocol: Some(protocol.number()),
            key_agreement: Some(key),
            pin_uv_auth_param: Some(secret.authenticate(&[&new_pin_enc])),
            new_pin_enc: Some(new_pin_enc),
            ..Request::new(Subcommand::SET_PIN)
        };
        link.call(Command::CLIENT_PIN, &request.encode(), Response::decode)?;
        Ok(())
    }

    /// A token by the PIN, for what is none of a ceremony.
    pub(super) fn token_by_pin(&self, link: &mut Link<'_>, random: &mut Random) -> Result<Token, Stop> {
        let protocol = preferred_protocol(self.info);
        let bytes = self.token(link, protocol, Method::Pin, random)?;
        Ok(Token { protocol, bytes })
    }

    fn token(
        &self,
        link: &mut Link<'_>,
        protocol: Protocol,
        method: Method,
        random: &mut Random,
    ) -> Result<Vec<u8>, Stop> {
        let (secret, key) = agree(link, protocol, random)?;
        let by_pin = method != Method::BuiltIn;
        let pin_hash = pin_hash(self.normal_pin().as_bytes());
        let pin_hash_enc = by_pin.then(|| encrypt(&secret, &pin_hash[..], random)).transpose()?;
        let with_permissions = self.info.option("pinUvAuthToken") == Some(true);
        let subcommand = match (by_pin, with_permissions) {
            (false, _) => Subcommand::GET_TOKEN_USING_UV,
            (true, true) => Subcommand::GET_TOKEN_USING_PIN,
            (true, false) => Subcommand::GET_PIN_TOKEN,
        };
        let request = Request {
            protocol: Some(protocol.number()),
            key_agreement: Some(key),
            pin_hash_enc,
            permissions: with_permissions.then_some(self.permissions),
            rp_id: (with_permissions && !self.rp_id.is_empty()).then(|| self.rp_id.to_owned()),
            ..Request::new(subcommand)
        };
        let answer = link.call(Command::CLIENT_PIN, &request.encode(), Response::decode)?;
        let token = answer.pin_uv_auth_token.ok_or_else(|| broken("it gave no pinUvAuthToken"))?;
        Ok(secret.decrypt(&token).map_err(|e| broken(&e.to_string()))?.to_vec())
    }
}

/// The first protocol of the authenticator's that this client knows.
pub(super) fn preferred_protocol(info: &Info) -> Protocol {
    info.pin_uv_auth_protocols.iter().find_map(|n| Protocol::from_number(*n)).unwrap_or(Protocol::One)
}

/// Agrees on a secret; the second value is the platform's key as a `COSE_Key`.
pub(super) fn agree(
    link: &mut Link<'_>,
    protocol: Protocol,
    random: &mut Random,
) -> Result<(SharedSecret, Vec<u8>), Stop> {
    let request = Request { protocol: Some(protocol.number()), ..Request::new(Subcommand::GET_KEY_AGREEMENT) };
    let answer = link.call(Command::CLIENT_PIN, &request.encode(), Response::decode)?;
    let peer = answer.key_agreement.ok_or_else(|| broken("it gave no key-agreement key"))?;
    let own = random.p256_key();
    let secret =
        SharedSecret::agree(protocol, &own, &CoseKey::from_bytes(&peer)).map_err(|e| broken(&e.to_string()))?;
    Ok((secret, key_agreement_key(&own.public_key()).bytes().to_vec()))
}

pub(super) fn encrypt(secret: &SharedSecret, plaintext: &[u8], random: &mut Random) -> Result<Vec<u8>, Stop> {
    secret.encrypt(plaintext, random.bytes()).map_err(|e| broken(&e.to_string()))
}

pub(super) fn broken(why: &str) -> Stop {
    Stop::Link(LinkError(format!("PIN/UV auth failed: {why}")))
}
