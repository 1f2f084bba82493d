//! The authentication ceremony at the client (WebAuthn L3 §5.1.4).

use keyrig_ctap::Command;
use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_assertion::{Request, Response};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::Options;
use serde_json::{Map, Value};

use super::create::holds;
use super::extension::{self, Use};
use super::link::Link;
use super::options::{RequestOptions, Requirement};
use super::user_verification::{Verification, Verifier};
use super::{Client, ClientDraft, ClientError, Made, Mediation, Stop, Tell, bare, pieces, response, rp_id, sha256};
use crate::device::foreign::Speaker;

impl Client<'_> {
    /// Gets an assertion. `tell` may change what is asked of the authenticator, after every check.
    ///
    /// # Errors
    ///
    /// [`Stop`] says who stopped, and why.
    pub fn get(&self, options: &RequestOptions, link: &mut Link<'_>, tell: Tell<'_>) -> Result<Made, Stop> {
        let rp_id = rp_id::effective(&self.page.origin, options.rp_id.as_deref())?;
        if let Some(app_id) = &options.extensions.app_id {
            extension::check_facet(&self.page.origin, app_id)?;
        }
        let asked_ms = options.timeout_ms.filter(|_| self.mediation == Mediation::Optional);
        link.device().grant(self.granted(asked_ms));
        let info = link.get_info()?;
        let client_data = self.client_data("webauthn.get", &options.challenge);
        let mut draft = ClientDraft { client_data, algorithms: Vec::new(), supported: Vec::new(), rp_id };
        tell(&mut draft)?;
        if self.profile.speaker != Speaker::Own {
            return self.get_by_other(options, &draft, &info, link);
        }

        let (allow_list, by_app_id) = match self.mediation {
            Mediation::Conditional => (self.suggested(options, &draft.rp_id, link)?, false),
            Mediation::Optional => self.allow_list(options, &mut draft, &info, link)?,
        };
        let client_data_json = draft.client_data.to_json();
        let mut ask = request(&draft.rp_id, sha256(client_data_json.as_bytes()), allow_list);
        ask.options.up = self.withhold.presence.then_some(false);
        let mut extensions = Use::begin(&options.extensions, &info);
        let verifier = Verifier {
            info: &info,
            pin: self.pin,
            permissions: Permissions::GA.with(extensions.permissions()),
            rp_id: &draft.rp_id,
            discoverable: false,
        };
        let mut random = link.random(self.seed);
        let mut wanted = self.user_verification(options.user_verification);
        if extensions.needs_verification() && verifier.can_verify(link) && !self.ignore.user_verification {
            wanted = Requirement::Required;
        }
        if self.withhold.verification {
            wanted = Requirement::Discouraged;
        }
        let verification = verifier.verify(link, wanted, &mut random)?;
        ask.options.uv = (verification == Verification::BuiltIn).then_some(true);
        if let Some(token) = verification.token() {
            ask.pin_uv_auth_protocol = Some(token.protocol.number());
            ask.pin_uv_auth_param = Some(token.authenticate(&ask.client_data_hash));
        }
        if extensions.depends_on_the_credential() {
            narrow(&mut ask, &verification, link)?;
        }
        ask.extensions = extensions.inputs(only(&ask), verification.is_some(), link, &mut random)?;
        let answer = self.assertion(link, &ask)?;
        let only = only(&ask).map(<[u8]>::to_vec);
        let results = extensions.results(&answer, by_app_id, verification.token(), link, &mut random)?;
        self.authentication(answer, only, client_data_json, results, link)
    }

    /// The allow list for the request; `None` asks for any discoverable credential. Of one that is too long, the
    /// credential that is there. True where only the AppID leads to one: it has taken the place of the RP ID then.
    fn allow_list(
        &self,
        options: &RequestOptions,
        draft: &mut ClientDraft,
        info: &Info,
        link: &mut Link<'_>,
    ) -> Result<(Option<Vec<Descriptor>>, bool), Stop> {
        if self.ignore.allow_credentials || options.allow.is_empty() {
            return Ok((None, false));
        }
        let mut list = bare(&options.allow);
        if let Some(choice) = self.choose
            && list.iter().any(|descriptor| descriptor.id == choice)
        {
            list.retain(|descriptor| descriptor.id == choice);
        }
        let pieces: Vec<_> = pieces(&list, info).collect();
        if let ([only], None) = (pieces.as_slice(), &options.extensions.app_id) {
            return Ok((Some(only.to_vec()), false));
        }
        for (rp_id, by_app_id) in [(Some(draft.rp_id.clone()), false), (options.extensions.app_id.clone(), true)] {
            let Some(rp_id) = rp_id else { continue };
            for piece in &pieces {
                if let Some(found) = holds(link, &rp_id, piece, None)? {
                    draft.rp_id = rp_id;
                    return Ok((Some(vec![found]), by_app_id));
                }
            }
        }
        match pieces.as_slice() {
            // One that shows itself only after user verification.
            [only] => Ok((Some(only.to_vec()), false)),
            _ => Err(ClientError::not_allowed("the authenticator has no credential that fits").into()),
        }
    }

    /// What the page gets of an assertion; `only` is the credential that alone may have answered.
    pub(super) fn authentication(
        &self,
        answer: Response,
        only: Option<Vec<u8>>,
        client_data_json: String,
        extensions: Map<String, Value>,
        link: &mut Link<'_>,
    ) -> Result<Made, Stop> {
        let named = answer.credential.map(|credential| credential.id).or(only);
        let credential_id =
            named.ok_or_else(|| ClientError::unknown("the authenticator does not say which credential signed"))?;
        let credential = response::Authentication {
            credential_id: &credential_id,
            client_data_json: &client_data_json,
            auth_data: &answer.auth_data,
            signature: &answer.signature,
            user_handle: answer.user.as_ref().map(|user| user.id.as_slice()),
            attachment: link.describe().attachment,
            extensions,
        };
        Ok(Made { credential: credential.into_json(), credential_id, client_data_json })
    }

    /// The assertion of the credential that the human picks.
    fn assertion(&self, link: &mut Link<'_>, ask: &Request) -> Result<Response, Stop> {
        let mut answer = link.assert(ask)?;
        let Some(choice) = self.choose else { return Ok(answer) };
        let chosen = |answer: &Response| answer.credential.as_ref().is_some_and(|credential| credential.id == choice);
        let others = answer.number_of_credentials.unwrap_or(1).saturating_sub(1);
        for _ in 0..others {
            if chosen(&answer) {
                break;
            }
            answer = link.call(Command::GET_NEXT_ASSERTION, &[], Response::decode)?;
        }
        Ok(answer)
    }
}

/// Leaves in the allow list the credential that will answer, where the authenticator shows it.
fn narrow(ask: &mut Request, verification: &Verification, link: &mut Link<'_>) -> Result<(), Stop> {
    if let Some(list) = ask.allow_list.as_deref().filter(|list| list.len() > 1)
        && let Some(found) = holds(link, &ask.rp_id, list, verification.token())?
    {
        ask.allow_list = Some(vec![found]);
    }
    Ok(())
}

/// The id of the one credential that may answer.
fn only(ask: &Request) -> Option<&[u8]> {
    match ask.allow_list.as_deref() {
        Some([only]) => Some(&only.id),
        _ => None,
    }
}

fn request(rp_id: &str, client_data_hash: [u8; 32], allow_list: Option<Vec<Descriptor>>) -> Request {
    Request {
        rp_id: rp_id.to_owned(),
        client_data_hash,
        allow_list,
        extensions: None,
        options: Options::default(),
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    }
}
