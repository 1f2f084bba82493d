//! `prf` as phones have it: salts and results in clear, because hybrid encrypts the whole channel. The results are not
//! signed, so that they need not reach the relying party (WebAuthn L3 §10.1.4, "MUST NOT contain cleartext").

use alloc::vec::Vec;

use keyrig_ctap::cbor::{Fields, Node, Value, expect_bytes};
use keyrig_ctap::pin_uv_auth::hmac_sha256;

use super::hmac_secret::SECRETS;
use crate::reason::Reason;
use crate::state::CredentialSource;

pub(super) const ID: &str = "prf";

/// One salt or two, 32 bytes each: the platform hashed the page's inputs.
type Salts = Vec<[u8; 32]>;

/// What is to be evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Evaluation {
    eval: Option<Salts>,
    by_credential: Vec<(Vec<u8>, Salts)>,
}

impl Evaluation {
    /// Reads `{"eval": {"first": …, "second": …}, "evalByCredential": {id: {…}}}`; every member may be missing.
    ///
    /// # Errors
    ///
    /// [`Reason::Decode`], [`Reason::ExtensionValue`] where a salt has not 32 bytes.
    pub(super) fn read(node: &Node<'_>) -> Result<Self, Reason> {
        let fields = Fields::of(node, ID)?;
        let mut by_credential = Vec::new();
        if let Some(entries) = fields.text("evalByCredential") {
            for (id, evaluation) in Fields::of(entries, "evalByCredential")?.entries() {
                by_credential.push((expect_bytes(id, "evalByCredential")?.to_vec(), salts(evaluation)?));
            }
        }
        Ok(Self { eval: fields.text("eval").map(salts).transpose()?, by_credential })
    }

    /// `{"first": …, "second": …}` for a credential that can evaluate and has something to.
    ///
    /// The function is the one of `hmac-secret` with user verification, whether or not there was any.
    pub(super) fn results(&self, source: &CredentialSource) -> Option<Value> {
        let own = self.by_credential.iter().find(|(id, _)| *id == source.id).map(|(_, salts)| salts);
        let salts = own.or(self.eval.as_ref())?;
        let (secret, _) = source.hmac_secret.as_ref()?.split_at_checked(SECRETS / 2)?;
        let results = ["first", "second"].into_iter().zip(salts);
        let result = |salt: &[u8; 32]| Value::from(&hmac_sha256(secret, &[salt])[..]);
        Some(Value::Map(results.map(|(name, salt)| (name.into(), result(salt))).collect()))
    }
}

fn salts(node: &Node<'_>) -> Result<Salts, Reason> {
    let fields = Fields::of(node, "eval")?;
    let salt = |node, name| expect_bytes(node, name)?.try_into().map_err(|_| Reason::ExtensionValue);
    let mut salts = Vec::from([salt(fields.require_text("first")?, "first")?]);
    if let Some(second) = fields.text("second") {
        salts.push(salt(second, "second")?);
    }
    Ok(salts)
}
