//! `prf` (WebAuthn L3 §10.1.4): through `hmac-secret` and `hmac-secret-mc` (CTAP 2.3 §12.7, §12.8), or through the
//! extension `prf` of phones, which get the same salts in clear because hybrid is encrypted throughout.

use keyrig_ctap::cbor::{Tree, Value as Cbor};
use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::pin_uv_auth::SharedSecret;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::input;
use super::outputs::{Outputs, as_bool, as_bytes, member};
use crate::base64url;
use crate::client::random::Random;
use crate::client::user_verification::{agree, broken, encrypt, preferred_protocol};
use crate::client::{ClientError, Link, Stop};

const HMAC_SECRET: &str = "hmac-secret";
const HMAC_SECRET_AT_CREATION: &str = "hmac-secret-mc";
const OF_PHONES: &str = "prf";

/// Bytes of a salt, and of a result.
const BLOCK: usize = 32;

/// What the function is evaluated on: one input or two, of any length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// `first`.
    pub first: Vec<u8>,
    /// `second`.
    pub second: Option<Vec<u8>>,
}

/// `prf` in the options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrfInputs {
    /// `eval`.
    pub eval: Option<Evaluation>,
    /// `evalByCredential`, by credential id; only at authentication.
    pub by_credential: Vec<(Vec<u8>, Evaluation)>,
}

impl Evaluation {
    fn from_json(json: &Value, name: &str) -> Result<Self, ClientError> {
        let first = input::bytes(json, "first")?.ok_or_else(|| input::bad(&format!("{name}.first"), "there"))?;
        Ok(Self { first, second: input::bytes(json, "second")? })
    }

    /// `SHA-256("WebAuthn PRF" ‖ 0x00 ‖ input)` of each input.
    pub fn salts(&self) -> Vec<[u8; BLOCK]> {
        let salt =
            |input: &Vec<u8>| Sha256::new().chain_update(b"WebAuthn PRF\0").chain_update(input).finalize().into();
        [Some(&self.first), self.second.as_ref()].into_iter().flatten().map(salt).collect()
    }

    /// The salts as phones get them.
    fn to_cbor(&self) -> Cbor {
        let names = ["first", "second"].map(Cbor::from);
        Cbor::Map(names.into_iter().zip(self.salts()).map(|(name, salt)| (name, Cbor::from(&salt[..]))).collect())
    }
}

impl PrfInputs {
    /// At registration, where nobody knows yet which credential there will be.
    pub(super) fn at_creation(extensions: &Value) -> Result<Option<Self>, ClientError> {
        let Some(prf) = input::object(extensions, "prf")? else { return Ok(None) };
        if prf.contains_key("evalByCredential") {
            return Err(ClientError::not_supported("prf.evalByCredential has no place in a registration"));
        }
        Ok(Some(Self { eval: eval(&extensions["prf"])?, by_credential: Vec::new() }))
    }

    /// At authentication with any credential of `allow`.
    pub(super) fn at_sign_in(extensions: &Value, allow: &[Descriptor]) -> Result<Option<Self>, ClientError> {
        if input::object(extensions, "prf")?.is_none() {
            return Ok(None);
        }
        let prf = &extensions["prf"];
        let mut by_credential = Vec::new();
        if let Some(entries) = input::object(prf, "evalByCredential")? {
            if !entries.is_empty() && allow.is_empty() {
                return Err(ClientError::not_supported("prf.evalByCredential needs allowCredentials"));
            }
            for (key, value) in entries {
                by_credential.push((allowed(key, allow)?, Evaluation::from_json(value, "prf.evalByCredential")?));
            }
        }
        Ok(Some(Self { eval: eval(prf)?, by_credential }))
    }

    /// What is evaluated for the credential that will answer, where that one is known.
    pub(super) fn for_credential(&self, id: Option<&[u8]>) -> Option<&Evaluation> {
        let own = self.by_credential.iter().find(|(of, _)| Some(of.as_slice()) == id).map(|(_, evaluation)| evaluation);
        own.or(self.eval.as_ref())
    }
}

fn eval(prf: &Value) -> Result<Option<Evaluation>, ClientError> {
    let there = input::object(prf, "eval")?.is_some();
    there.then(|| Evaluation::from_json(&prf["eval"], "prf.eval")).transpose()
}

/// A key of `evalByCredential` names a credential of `allowCredentials`.
fn allowed(key: &str, allow: &[Descriptor]) -> Result<Vec<u8>, ClientError> {
    let id = base64url::decode(key).filter(|id| !id.is_empty() && allow.iter().any(|allowed| allowed.id == *id));
    id.ok_or_else(|| {
        ClientError::syntax(format!("the key {key:?} of prf.evalByCredential is no credential of allowCredentials"))
    })
}

/// By which extension an authenticator evaluates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// `hmac-secret`; whether also at creation.
    HmacSecret { at_creation: bool },
    /// `prf`.
    Prf,
}

impl Means {
    pub(super) fn of(info: &Info) -> Option<Self> {
        let has = |wanted: &str| info.extensions.iter().any(|id| id == wanted);
        if has(HMAC_SECRET) && !info.pin_uv_auth_protocols.is_empty() {
            return Some(Self::HmacSecret { at_creation: has(HMAC_SECRET_AT_CREATION) });
        }
        has(OF_PHONES).then_some(Self::Prf)
    }
}

/// An evaluation that was asked of the authenticator.
#[derive(Default)]
pub(super) struct Asked {
    secret: Option<SharedSecret>,
}

impl Asked {
    /// The inputs at creation: always that the credential can evaluate, and the salts where there are any.
    pub(super) fn at_creation(
        &mut self,
        means: Means,
        evaluation: Option<&Evaluation>,
        (link, info, random): (&mut Link<'_>, &Info, &mut Random),
    ) -> Result<Vec<(Cbor, Cbor)>, Stop> {
        if means == Means::Prf {
            return Ok(vec![(OF_PHONES.into(), of_phones(evaluation))]);
        }
        let mut inputs = vec![(HMAC_SECRET.into(), true.into())];
        if let Some(evaluation) = evaluation {
            inputs.push((HMAC_SECRET_AT_CREATION.into(), self.encrypted(evaluation, (link, info, random))?));
        }
        Ok(inputs)
    }

    /// The input at authentication.
    pub(super) fn at_sign_in(
        &mut self,
        means: Means,
        evaluation: &Evaluation,
        (link, info, random): (&mut Link<'_>, &Info, &mut Random),
    ) -> Result<(Cbor, Cbor), Stop> {
        match means {
            Means::Prf => Ok((OF_PHONES.into(), of_phones(Some(evaluation)))),
            Means::HmacSecret { .. } => Ok((HMAC_SECRET.into(), self.encrypted(evaluation, (link, info, random))?)),
        }
    }

    /// `{1: keyAgreement, 2: saltEnc, 3: saltAuth, 4: pinUvAuthProtocol}`.
    fn encrypted(
        &mut self,
        evaluation: &Evaluation,
        (link, info, random): (&mut Link<'_>, &Info, &mut Random),
    ) -> Result<Cbor, Stop> {
        let protocol = preferred_protocol(info);
        let (secret, own_key) = agree(link, protocol, random)?;
        let own_key = Tree::parse(&own_key).map_err(|e| broken(&e.to_string()))?;
        let salts = encrypt(&secret, &evaluation.salts().concat(), random)?;
        let members = [
            (1, Cbor::from(&own_key.root)),
            (2, Cbor::from(salts.as_slice())),
            (3, Cbor::from(secret.authenticate(&[&salts]))),
            (4, Cbor::from(protocol.number())),
        ];
        self.secret = Some(secret);
        Ok(Cbor::Map(members.into_iter().map(|(key, value)| (Cbor::Unsigned(key), value)).collect()))
    }

    /// `enabled`, whichever extension says so.
    pub(super) fn enabled(outputs: &Outputs) -> bool {
        let phone = outputs.unsigned(OF_PHONES, "enabled");
        outputs.signed(HMAC_SECRET).or(phone).and_then(as_bool) == Some(true)
    }

    /// `results`, decrypted; `None` where there are none, or none that can be read.
    pub(super) fn results(&self, outputs: &Outputs) -> Option<Value> {
        if let Some(results) = outputs.unsigned(OF_PHONES, "results") {
            let result = |name| member(results, name).and_then(as_bytes);
            return Some(to_json(result("first")?, result("second")));
        }
        let signed = [HMAC_SECRET, HMAC_SECRET_AT_CREATION].into_iter().find_map(|id| as_bytes(outputs.signed(id)?));
        let clear = self.secret.as_ref()?.decrypt(signed?).ok()?;
        let (first, second) = clear.split_at_checked(BLOCK)?;
        matches!(second.len(), 0 | BLOCK).then(|| to_json(first, (!second.is_empty()).then_some(second)))
    }
}

fn of_phones(evaluation: Option<&Evaluation>) -> Cbor {
    Cbor::Map(evaluation.map(|evaluation| (Cbor::from("eval"), evaluation.to_cbor())).into_iter().collect())
}

fn to_json(first: &[u8], second: Option<&[u8]>) -> Value {
    let mut results = Map::new();
    results.insert("first".to_owned(), base64url::encode(first).into());
    if let Some(second) = second {
        results.insert("second".to_owned(), base64url::encode(second).into());
    }
    results.into()
}
