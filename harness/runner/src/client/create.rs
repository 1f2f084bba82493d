//! The registration ceremony at the client (WebAuthn L3 §5.1.3, "Create a New Credential").

use keyrig_ctap::Command;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::{Options, Parameter, Request};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, RelyingParty, get_assertion};
use keyrig_ctap::profile::Attachment;
use serde_json::{Map, Value};

use super::conveyance::{self, Told};
use super::extension::{self, Creation};
use super::link::{Failure, Link};
use super::options::{Conveyance, CreationOptions, Requirement};
use super::user_verification::{Token, Verification, Verifier};
use super::{
    Client, ClientDraft, ClientError, Made, Mediation, Stop, Tell, bare, hint, pieces, response, rp_id, sha256, u2f,
};
use crate::device::DeviceDescription;
use crate::device::foreign::Speaker;

impl Client<'_> {
    /// Makes a credential. `tell` may change what is asked of the authenticator, after every check.
    ///
    /// # Errors
    ///
    /// [`Stop`] says who stopped, and why.
    pub fn create(&self, options: &CreationOptions, link: &mut Link<'_>, tell: Tell<'_>) -> Result<Made, Stop> {
        if self.mediation == Mediation::Conditional && self.page.is_cross_origin() {
            return Err(
                ClientError::not_allowed("a page in a frame of another origin gets no conditional create").into()
            );
        }
        let rp_id = rp_id::effective(&self.page.origin, options.rp_id.as_deref())?;
        let description = link.describe();
        if let Some(app_id) = &options.extensions.app_id_exclude {
            extension::check_facet(&self.page.origin, app_id)?;
        }
        let wanted = hint::attachment_beside(&options.hints, self.profile.hints, options.attachment);
        let attachment = self.attachment(wanted, &description)?;
        link.device().grant(self.granted(options.timeout_ms));
        let info = link.get_info()?;
        let discoverable = self.discoverable(options.resident_key, &info, description.emulated)?;
        let mut extensions = Creation::begin(&options.extensions, &info, discoverable)?;
        let client_data = self.client_data("webauthn.create", &options.challenge);
        let (algorithms, supported) = (options.algorithms.clone(), info.algorithms.clone());
        let mut draft = ClientDraft { client_data, algorithms, supported, rp_id };
        tell(&mut draft)?;
        if self.profile.speaker != Speaker::Own {
            return self.create_by_other(options, &draft, (discoverable, attachment), &info, link);
        }

        let client_data_json = draft.client_data.to_json();
        let mut ask = request(options, &draft, sha256(client_data_json.as_bytes()), discoverable);
        if options.attestation == Conveyance::Enterprise && !self.ignore.attestation && info.option("ep") == Some(true)
        {
            ask.enterprise_attestation = self.profile.enterprise_attestation(&draft.rp_id);
        }
        ask.exclude_list = self.exclude_list(options, &draft, &info, link)?;
        let mut random = link.random(self.seed);
        let verifier =
            Verifier { info: &info, pin: self.pin, permissions: Permissions::MC, rp_id: &draft.rp_id, discoverable };
        let mut wanted = self.wanted_verification(options.user_verification, verifier.can_verify(link))?;
        if extensions.needs_verification() && verifier.can_verify(link) && !self.ignore.user_verification {
            wanted = Requirement::Required;
        }
        let verification = verifier.verify(link, wanted, &mut random)?;
        ask.options.uv = (verification == Verification::BuiltIn).then_some(true);
        if let Some(token) = verification.token() {
            ask.pin_uv_auth_protocol = Some(token.protocol.number());
            ask.pin_uv_auth_param = Some(token.authenticate(&ask.client_data_hash));
        }
        ask.extensions = extensions.inputs(verification.is_some(), link, &mut random)?;
        let made = link.make(&ask)?;
        let results = extensions.results(&made);
        let conveyance = if self.ignore.attestation { Conveyance::None } else { options.attestation };
        let told = conveyance::convey(conveyance, self.profile.aaguid_under_none, description.roams(), made);
        self.registration(&told, client_data_json, results, attachment, description)
    }

    /// An authenticator of the other attachment is passed over (WebAuthn L3 §5.4.4). A phone is also one that roams:
    /// hybrid reaches it.
    fn attachment(&self, wanted: Option<Attachment>, device: &DeviceDescription) -> Result<Attachment, ClientError> {
        let has = device.attachment;
        match wanted {
            Some(wanted) if wanted == has => Ok(has),
            Some(Attachment::CrossPlatform) if device.transports.iter().any(|t| t == "hybrid") => {
                Ok(Attachment::CrossPlatform)
            }
            Some(wanted) if !self.ignore.attachment => Err(ClientError::not_allowed(format!(
                "the options ask for {} and the authenticator is {}",
                wanted.as_str(),
                has.as_str()
            ))),
            _ => Ok(has),
        }
    }

    /// The verification that the ceremony collects: under conditional mediation only what is required, and nothing that
    /// cannot be (WebAuthn L3 §5.1.3, "effective user verification requirement for credential creation").
    pub(super) fn wanted_verification(&self, wanted: Requirement, possible: bool) -> Result<Requirement, ClientError> {
        let wanted = self.user_verification(wanted);
        match (self.mediation, wanted) {
            (Mediation::Conditional, Requirement::Required) if !possible => {
                Err(ClientError::constraint("user verification is required and cannot be collected"))
            }
            (Mediation::Conditional, Requirement::Preferred) => Ok(Requirement::Discouraged),
            _ => Ok(wanted),
        }
    }

    /// A real key has few slots for discoverable credentials: it spends one only where it must.
    fn discoverable(&self, wanted: Requirement, info: &Info, emulated: bool) -> Result<bool, ClientError> {
        let able = info.option("rk") == Some(true);
        match wanted {
            _ if self.ignore.resident_key => Ok(false),
            Requirement::Required if !able => {
                Err(ClientError::not_allowed("the authenticator makes no discoverable credentials"))
            }
            Requirement::Required => Ok(true),
            Requirement::Preferred => Ok(able && emulated),
            Requirement::Discouraged => Ok(false),
        }
    }

    /// The exclude list for the request. One that is too long is asked about piece by piece, silently.
    fn exclude_list(
        &self,
        options: &CreationOptions,
        draft: &ClientDraft,
        info: &Info,
        link: &mut Link<'_>,
    ) -> Result<Option<Vec<Descriptor>>, Stop> {
        if self.ignore.exclude_credentials || options.exclude.is_empty() {
            return Ok(None);
        }
        let list = bare(&options.exclude);
        let mut pieces: Vec<_> = pieces(&list, info).collect();
        if let Some(app_id) = &options.extensions.app_id_exclude {
            for piece in &pieces {
                if holds(link, app_id, piece, None)?.is_some() {
                    return Err(excluded());
                }
            }
        }
        let last = pieces.pop().unwrap_or_default();
        for piece in pieces {
            if holds(link, &draft.rp_id, piece, None)?.is_some() {
                return Err(excluded());
            }
        }
        Ok(Some(last.to_vec()))
    }

    pub(super) fn registration(
        &self,
        told: &Told,
        client_data_json: String,
        extensions: Map<String, Value>,
        attachment: Attachment,
        description: DeviceDescription,
    ) -> Result<Made, Stop> {
        let mut transports = self.transports.map_or(description.transports, <[String]>::to_vec);
        transports.sort();
        transports.dedup();
        let credential_id = told.credential_id().ok_or_else(|| ClientError::unknown("there is no credential id"))?;
        let credential = response::Registration {
            credential_id: &credential_id,
            client_data_json: &client_data_json,
            attestation_object: &told.attestation_object(),
            auth_data: &told.auth_data,
            transports: &transports,
            attachment,
            extensions,
        };
        Ok(Made { credential: credential.into_json(), credential_id, client_data_json })
    }
}

fn excluded() -> Stop {
    ClientError::invalid_state("the authenticator holds a credential of excludeCredentials").into()
}

/// The first of `list` that the authenticator holds, asked without the human (CTAP 2.3 §6.2, "pre-flight"). Those that
/// show themselves only after user verification need its token.
pub(super) fn holds(
    link: &mut Link<'_>,
    rp_id: &str,
    list: &[Descriptor],
    token: Option<&Token>,
) -> Result<Option<Descriptor>, Stop> {
    const NOBODY_ASKED: [u8; 32] = [0; 32];
    if link.speaks_only_u2f() {
        return u2f::holds(link, rp_id, list);
    }
    let request = get_assertion::Request {
        rp_id: rp_id.to_owned(),
        client_data_hash: NOBODY_ASKED,
        allow_list: Some(list.to_vec()),
        extensions: None,
        options: Options { up: Some(false), ..Options::default() },
        pin_uv_auth_param: token.map(|token| token.authenticate(&NOBODY_ASKED)),
        pin_uv_auth_protocol: token.map(|token| token.protocol.number()),
    };
    match link.call(Command::GET_ASSERTION, &request.encode(), get_assertion::Response::decode) {
        Ok(answer) => Ok(answer.credential.or_else(|| list.first().cloned())),
        Err(Failure::Status(keyrig_ctap::Status::NO_CREDENTIALS)) => Ok(None),
        Err(failure) => Err(failure.into()),
    }
}

fn request(options: &CreationOptions, draft: &ClientDraft, client_data_hash: [u8; 32], discoverable: bool) -> Request {
    let parameter = |algorithm: &_| Parameter { algorithm: *algorithm, kind: PUBLIC_KEY.to_owned() };
    Request {
        client_data_hash,
        rp: RelyingParty { id: draft.rp_id.clone(), name: options.rp_name.clone() },
        user: options.user.clone(),
        parameters: draft.algorithms.iter().map(parameter).collect(),
        exclude_list: None,
        extensions: None,
        options: Options { rk: discoverable.then_some(true), ..Options::default() },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    }
}
