//! Extensions, a file each or a file a kin. An output is there only if its input was (CTAP 2.3 §12).

mod blob;
mod cred_protect;
mod hmac_secret;
mod large_blob;
mod policy;
mod prf;
mod third_party_payment;

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::iter;

use keyrig_ctap::cbor::{DecodeError, Fields, Problem, Tree, Value, expect_bool};

pub(crate) use blob::KEY as LARGE_BLOB_KEY;
pub(crate) use hmac_secret::{SECRETS, Salts};
pub(crate) use third_party_payment::ID as THIRD_PARTY_PAYMENT;

use self::large_blob::Access;
use self::policy::Policy;
use self::prf::Evaluation;
use crate::context::Context;
use crate::reason::Reason;
use crate::state::{CredentialSource, Edit, Protection};

/// Every extension that is implemented.
pub(crate) const ALL: &[&str] = &[
    blob::CRED_BLOB,
    blob::LARGE_BLOB_KEY,
    cred_protect::ID,
    hmac_secret::AT_CREATION,
    hmac_secret::ID,
    large_blob::ID,
    policy::MIN_PIN_LENGTH,
    policy::PIN_COMPLEXITY_POLICY,
    prf::ID,
    third_party_payment::ID,
];

/// What makeCredential was asked for, of what getInfo offers.
#[derive(Default)]
pub(crate) struct Creation {
    pub(crate) protection: Option<Protection>,
    pub(crate) hmac_secret: Option<bool>,
    pub(crate) large_blob_key: bool,
    pub(crate) third_party_payment: bool,
    /// The blob, or nothing where it cannot be kept.
    pub(crate) cred_blob: Option<Option<Vec<u8>>>,
    large_blob: bool,
    prf: Option<Evaluation>,
    salts: Option<Salts>,
    policy: Policy,
}

impl Creation {
    /// Reads the extension inputs of makeCredential, for a credential that is discoverable or not.
    ///
    /// # Errors
    ///
    /// [`Reason::Decode`], [`Reason::ExtensionValue`], [`Reason::LargeBlobKeyInput`],
    /// [`Reason::HmacSecretNotEnabled`], and those of [`Salts::read`].
    pub(crate) fn read(cx: &mut Context, inputs: Option<&[u8]>, rp_id: &str, rk: bool) -> Result<Self, Reason> {
        let Some(bytes) = inputs else { return Ok(Self::default()) };
        let tree = parse(bytes)?;
        let inputs = Fields::of(&tree.root, "extensions")?;
        let input = |id: &'static str| if cx.has_extension(id) { inputs.text(id) } else { None };
        let mut creation = Self {
            protection: input(cred_protect::ID).map(cred_protect::read).transpose()?,
            hmac_secret: input(hmac_secret::ID).map(|node| expect_bool(node, hmac_secret::ID)).transpose()?,
            large_blob_key: blob::asks_for_key(cx, &inputs)?,
            third_party_payment: third_party_payment::is_asked_for(cx, &inputs)?,
            cred_blob: blob::to_keep(cx, &inputs, rk)?,
            large_blob: input(large_blob::ID).map(large_blob::at_creation).transpose()?.is_some(),
            prf: input(prf::ID).map(Evaluation::read).transpose()?,
            salts: None,
            policy: Policy::read(cx, &inputs, rp_id)?,
        };
        if creation.large_blob_key && !rk {
            return Err(Reason::LargeBlobKeyInput);
        }
        if let Some(node) = input(hmac_secret::AT_CREATION) {
            if creation.hmac_secret != Some(true) {
                return Err(Reason::HmacSecretNotEnabled);
            }
            creation.salts = Some(Salts::read(cx, node, bytes, true)?);
        }
        Ok(creation)
    }

    /// Whether the credential gets the secrets that `hmac-secret` and `prf` evaluate with.
    pub(crate) fn wants_secrets(&self) -> bool {
        self.hmac_secret == Some(true) || self.prf.is_some()
    }

    /// The outputs that are not signed.
    pub(crate) fn unsigned_outputs(&self, source: &CredentialSource) -> Option<Vec<u8>> {
        let prf = self.prf.as_ref().map(|evaluation| {
            let results = evaluation.results(source).map(|results| ("results".into(), results));
            Value::Map(iter::once(("enabled".into(), true.into())).chain(results).collect())
        });
        outputs_of([(large_blob::ID, self.large_blob.then(|| large_blob::said("supported", true))), (prf::ID, prf)])
    }

    /// The outputs, as they go into the authenticator data.
    pub(crate) fn outputs(&self, cx: &mut Context, source: &CredentialSource, verified: bool) -> Option<Vec<u8>> {
        let secrets = self.salts.as_ref().and_then(|salts| salts.outputs(cx.draw(), source, verified));
        outputs_of([
            (blob::CRED_BLOB, self.cred_blob.as_ref().map(|kept| Value::Bool(kept.is_some()))),
            (cred_protect::ID, self.protection.map(|protection| Value::Unsigned(protection.number()))),
            (hmac_secret::ID, self.hmac_secret.map(Value::Bool)),
            (policy::MIN_PIN_LENGTH, self.policy.min_pin_length.map(Value::Unsigned)),
            (hmac_secret::AT_CREATION, secrets.map(Value::Bytes)),
            (policy::PIN_COMPLEXITY_POLICY, self.policy.complexity.map(Value::Bool)),
        ])
    }
}

/// What getAssertion was asked for, of what getInfo offers.
#[derive(Default)]
pub(crate) struct Use {
    pub(crate) large_blob_key: bool,
    cred_blob: bool,
    third_party_payment: bool,
    large_blob: Option<Access>,
    prf: Option<Evaluation>,
    salts: Option<Salts>,
}

impl Use {
    /// Reads the extension inputs of getAssertion.
    ///
    /// # Errors
    ///
    /// [`Reason::Decode`], [`Reason::LargeBlobKeyInput`], and those of [`Salts::read`].
    pub(crate) fn read(cx: &mut Context, inputs: Option<&[u8]>, up: bool) -> Result<Self, Reason> {
        let Some(bytes) = inputs else { return Ok(Self::default()) };
        let tree = parse(bytes)?;
        let inputs = Fields::of(&tree.root, "extensions")?;
        let input = |id: &'static str| if cx.has_extension(id) { inputs.text(id) } else { None };
        let salts = input(hmac_secret::ID);
        Ok(Self {
            large_blob_key: blob::asks_for_key(cx, &inputs)?,
            cred_blob: blob::asks_for_blob(cx, &inputs)?,
            third_party_payment: third_party_payment::is_asked_for(cx, &inputs)?,
            large_blob: input(large_blob::ID).map(Access::read).transpose()?,
            prf: input(prf::ID).map(Evaluation::read).transpose()?,
            salts: salts.map(|node| Salts::read(cx, node, bytes, up)).transpose()?,
        })
    }

    /// The outputs for the credential of `id`, as they go into the authenticator data.
    pub(crate) fn outputs(&self, cx: &mut Context, id: &[u8], verified: bool) -> Option<Vec<u8>> {
        // Drawn here because a credential of the state is borrowed below.
        let iv = self.salts.as_ref().map(|_| cx.draw());
        let source = cx.state.credential(id)?;
        let secrets = self.salts.as_ref().zip(iv).and_then(|(salts, iv)| salts.outputs(iv, source, verified));
        let blob = || Value::Bytes(source.cred_blob.clone().unwrap_or_default());
        outputs_of([
            (blob::CRED_BLOB, self.cred_blob.then(blob)),
            (hmac_secret::ID, secrets.map(Value::Bytes)),
            (third_party_payment::ID, self.third_party_payment.then_some(Value::Bool(source.third_party_payment))),
        ])
    }

    /// The outputs for the credential of `id` that are not signed. A blob is written where the platform has `named` the
    /// credential in a list (CTAP 2.3 §12.4).
    pub(crate) fn unsigned_outputs(&self, cx: &mut Context, id: &[u8], named: bool) -> Option<Vec<u8>> {
        let source = cx.state.credential(id)?;
        let results = self.prf.as_ref().and_then(|evaluation| evaluation.results(source));
        let prf = results.map(|results| Value::Map(Vec::from([("results".into(), results)])));
        let large_blob = match &self.large_blob {
            None => None,
            Some(Access::Read) => large_blob::told(source.large_blob.as_ref()),
            Some(Access::Write(_)) if !named => Some(large_blob::said("written", false)),
            Some(Access::Write(blob)) => {
                let written = CredentialSource { large_blob: Some(blob.clone()), ..source.clone() };
                cx.edit(Edit::PutCredential(Box::new(written)));
                Some(large_blob::said("written", true))
            }
        };
        outputs_of([(large_blob::ID, large_blob), (prf::ID, prf)])
    }
}

/// The outputs that are there, as one map.
fn outputs_of<const N: usize>(outputs: [(&str, Option<Value>); N]) -> Option<Vec<u8>> {
    let there: Vec<_> =
        outputs.into_iter().filter_map(|(id, value)| value.map(|value| (Value::from(id), value))).collect();
    (!there.is_empty()).then(|| Value::Map(there).to_canonical())
}

fn parse(inputs: &[u8]) -> Result<Tree<'_>, Reason> {
    let malformed = |at| DecodeError { at, field: "extensions", problem: Problem::Malformed };
    Ok(Tree::parse(inputs).map_err(|error| malformed(error.at))?)
}
