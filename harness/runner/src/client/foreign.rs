//! Ceremonies in which another program speaks CTAP ([`crate::device::foreign`]).

use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::profile::Attachment;

use super::conveyance;
use super::extension::{Creation, Use};
use super::link::Failure;
use super::options::{Conveyance, CreationOptions, RequestOptions, Requirement};
use super::user_verification::Verifier;
use super::{Client, ClientDraft, ClientError, Link, Made, Mediation, Stop};
use crate::device::foreign::{Assertion, NewCredential, Trouble, Wanted};

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Status(status) => Failure::Status(status).into(),
            Trouble::Link(error) => Self::Link(error),
            Trouble::Unable(why) => Self::Unable(why),
        }
    }
}

impl Client<'_> {
    /// Has another program make the credential of a registration that passed every check.
    pub(super) fn create_by_other(
        &self,
        options: &CreationOptions,
        draft: &ClientDraft,
        (discoverable, attachment): (bool, Attachment),
        info: &Info,
        link: &mut Link<'_>,
    ) -> Result<Made, Stop> {
        self.speaks_ctap2_with(info)?;
        let extensions = Creation::begin(&options.extensions, info, discoverable)?;
        let inputs = extensions.inputs_of_others().map_err(|extension| self.unable(extension))?;
        let verifier =
            Verifier { info, pin: self.pin, permissions: Permissions::MC, rp_id: &draft.rp_id, discoverable };
        let wanted = self.wanted_verification(options.user_verification, verifier.can_verify(link))?;
        let exclude = if self.ignore.exclude_credentials { &[][..] } else { &options.exclude };
        let new = NewCredential {
            client_data_json: draft.client_data.to_json(),
            rp_id: draft.rp_id.clone(),
            user: options.user.clone(),
            algorithms: draft.algorithms.clone(),
            exclude: self.at_once(exclude, info)?,
            discoverable,
            verification: verifier.told_to_others(link, wanted)?,
            protection: inputs.protection,
            blob: inputs.blob,
            hmac_secret: inputs.hmac_secret,
            min_pin_length: inputs.min_pin_length,
        };
        let made = link.device().make(self.profile.speaker, &new)?;
        let results = extensions.results(&made);
        let conveyance = if self.ignore.attestation { Conveyance::None } else { options.attestation };
        let description = link.describe();
        let told = conveyance::convey(conveyance, self.profile.aaguid_under_none, description.roams(), made);
        self.registration(&told, new.client_data_json, results, attachment, description)
    }

    /// Has another program get the assertion of an authentication that passed every check.
    pub(super) fn get_by_other(
        &self,
        options: &RequestOptions,
        draft: &ClientDraft,
        info: &Info,
        link: &mut Link<'_>,
    ) -> Result<Made, Stop> {
        if self.mediation == Mediation::Conditional {
            return Err(Stop::Unable(format!("the client {} suggests no passkeys", self.profile.id)));
        }
        self.speaks_ctap2_with(info)?;
        let extensions = Use::begin(&options.extensions, info);
        let allow = if self.ignore.allow_credentials { &[][..] } else { &options.allow };
        let allow = self.at_once(allow, info)?;
        let only = if let [only] = allow.as_slice() { Some(only.clone()) } else { None };
        let inputs = extensions.inputs_of_others(only.as_deref()).map_err(|extension| self.unable(extension))?;
        let verifier =
            Verifier { info, pin: self.pin, permissions: Permissions::GA, rp_id: &draft.rp_id, discoverable: false };
        let needed = !inputs.salts.is_empty() && verifier.can_verify(link) && !self.ignore.user_verification;
        let verification = match (self.withhold.verification, needed) {
            (true, _) => Requirement::Discouraged,
            (false, true) => Requirement::Required,
            (false, false) => self.user_verification(options.user_verification),
        };
        let wanted = Wanted {
            client_data_json: draft.client_data.to_json(),
            rp_id: draft.rp_id.clone(),
            allow,
            presence: !self.withhold.presence,
            verification: verifier.told_to_others(link, verification)?,
            blob: inputs.blob,
            salts: inputs.salts,
        };
        let signed = link.device().assert(self.profile.speaker, &wanted)?;
        let Assertion { response, secrets } = self.picked(signed)?;
        let results = extensions.results_of_others(&response, &secrets);
        self.authentication(response, only, wanted.client_data_json, results, link)
    }

    /// The assertion of the credential that the human picks.
    fn picked(&self, signed: Vec<Assertion>) -> Result<Assertion, Stop> {
        let is_choice =
            |signed: &Assertion| signed.response.credential.as_ref().map(|c| c.id.as_slice()) == self.choose;
        let place = signed.iter().position(is_choice).unwrap_or(0);
        signed.into_iter().nth(place).ok_or_else(|| ClientError::unknown("there is no assertion").into())
    }

    /// The ids of `list`, which another program sends all at once.
    fn at_once(&self, list: &[Descriptor], info: &Info) -> Result<Vec<Vec<u8>>, Stop> {
        match info.max_credential_count_in_list {
            Some(most) if list.len() as u64 > most => Err(Stop::Unable(format!(
                "the client {} sends all {} credentials at once, and the authenticator takes {most}",
                self.profile.id,
                list.len()
            ))),
            _ => Ok(list.iter().map(|descriptor| descriptor.id.clone()).collect()),
        }
    }

    /// Other programs are given what CTAP2 knows.
    fn speaks_ctap2_with(&self, info: &Info) -> Result<(), Stop> {
        if info.speaks_ctap2() {
            return Ok(());
        }
        Err(Stop::Unable(format!("the client {} speaks no U2F, and the key speaks nothing else", self.profile.id)))
    }

    fn unable(&self, extension: &str) -> Stop {
        Stop::Unable(format!("the client {} has not the extension {extension}", self.profile.id))
    }
}

#[cfg(test)]
mod tests;
