//! Policies: files in the shape of the rollout guides, and what they mean for one user.
//!
//! A [`Policy`] is a file as read; [`Policy::rules`] is what it says about somebody, all rules of all their groups
//! together; [`Rules::judge_registration`] and [`Rules::judge_authentication`] compare a verified ceremony with them
//! and gather every refusal.

mod document;
pub(crate) mod error;
mod judge;
mod rules;
mod settings;
mod span;

#[cfg(test)]
mod tests;

use std::path::Path;

use keyrig_ctap::{Aaguid, catalogue};
use schemars::{Schema, schema_for};
use serde_saphyr::Spanned;

pub use document::{
    ApprovalMethod, ApprovalQuorum, AuditRule, AuthenticationMethod, CodeChannel, Cooldown, CredentialType, Document,
    Factor, Fido2Policy, OnComplete, PasskeyPolicy, RecoveryEvent, RecoveryProof, RecoveryStep, RecoveryWorkflow,
    VideoIdProof,
};
pub use error::FileError;
pub use judge::{Evidence, in_order};
pub use rules::{Recovery, Rules};
pub use settings::{
    AccessPass, AdditionalCredentials, Attachment, BackupStateMonitor, Conveyance, Enrolment, Hint, MemberOrder,
    OnBackupStateChange, OriginCheck, Origins, RecoveryRules, RegistrationOptions, Requirement, Rotation, SessionRules,
    SignCountRule, Tier, TransportSemantics,
};
pub use span::{NotASpan, Span};

/// A policy that was read and makes sense.
#[derive(Clone, Debug)]
pub struct Policy {
    name: String,
    document: Document,
}

/// Names and texts of the policies in the crate.
const BUILTIN: [(&str, &str); 4] = [
    ("default", include_str!("../../policies/default.yaml")),
    ("guide-a", include_str!("../../policies/guide-a.yaml")),
    ("guide-b-literal", include_str!("../../policies/guide-b-literal.yaml")),
    ("hardened", include_str!("../../policies/hardened.yaml")),
];

impl Policy {
    /// The names of the policies in the crate, sorted.
    pub fn builtin_names() -> impl Iterator<Item = &'static str> {
        BUILTIN.iter().map(|(name, _)| *name)
    }

    /// The text of the policy in the crate with this name.
    pub fn builtin_text(name: &str) -> Option<&'static str> {
        BUILTIN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }

    /// The policy in the crate with this name.
    pub fn builtin(name: &str) -> Option<Self> {
        Some(Self::read(name, Self::builtin_text(name)?).expect("the policies in the crate are tested"))
    }

    /// Reads the text of a policy file; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// [`FileError`] names line and column, and the nearest right name where there is one.
    pub fn read(name: &str, text: &str) -> Result<Self, Box<FileError>> {
        let document: Document = error::read(name, text)?;
        for model in document.passkey_policy.values().filter_map(|rule| rule.approved_authenticators.as_ref()).flatten()
        {
            if document.models_named(&model.value).is_empty() {
                return Err(Box::new(unknown_model(name, text, model, &document)));
            }
        }
        Ok(Self { name: name.to_owned(), document })
    }

    /// Reads a policy file.
    ///
    /// # Errors
    ///
    /// [`FileError`], as [`Self::read`]; also where the file cannot be read at all.
    pub fn load(path: &Path) -> Result<Self, Box<FileError>> {
        let text = keyrig_files::text(path).map_err(|error| Box::new(FileError::unreadable(path, &error)))?;
        Self::read(&path.display().to_string(), &text)
    }

    /// The name of the builtin policy or the file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file as read.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The JSON Schema of a policy file.
    pub fn schema() -> Schema {
        schema_for!(Document)
    }
}

impl Document {
    /// The AAGUIDs behind a name in `approved_authenticators`.
    fn models_named(&self, name: &str) -> Vec<Aaguid> {
        match self.authenticator_models.get(name) {
            Some(models) => models.clone(),
            None => catalogue::ALL.iter().filter(|e| e.name.starts_with(name)).map(|e| e.aaguid).collect(),
        }
    }
}

fn unknown_model(file: &str, text: &str, model: &Spanned<String>, document: &Document) -> FileError {
    let known = document.authenticator_models.keys().map(String::as_str).chain(catalogue::ALL.iter().map(|e| e.name));
    let help = error::nearest(&model.value, known)
        .unwrap_or_else(|| "list its AAGUIDs under `authenticator_models`".to_owned());
    let message = format!("find the authenticator `{}`: no model has a name like that", model.value);
    FileError::at(file, text, model.referenced, message, Some(help))
}
