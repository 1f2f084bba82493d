//! The authentication ceremony at the client (WebAuthn L3 §5.1.4).

use keyrig_ctap::Command;
use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_assertion::{Request, Response};
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::message::make_credential::Options;

use super::create::holds;
use super::link::Link;
use super::options::RequestOptions;
use super::random::Random;
use super::user_verification::{Verification, Verifier};
use super::{Client, ClientDraft, ClientError, Made, Stop, Tell, bare, pieces, response, rp_id, sha256};

impl Client<'_> {
    /// Gets an assertion. `tell` may change what is asked of the authenticator, after every check.
    ///
    /// # Errors
    ///
    /// [`Stop`] says who stopped, and why.
    pub fn get(&self, options: &RequestOptions, link: &mut Link<'_>, tell: Tell<'_>) -> Result<Made, Stop> {
        let rp_id = rp_id::effective(&self.page.origin, options.rp_id.as_deref())?;
        link.device().grant(self.granted(options.timeout_ms));
        let info = link.get_info()?;
        let client_data = self.client_data("webauthn.get", &options.challenge);
        let mut draft = ClientDraft { client_data, algorithms: Vec::new(), supported: Vec::new(), rp_id };
        tell(&mut draft)?;

        let client_data_json = draft.client_data.to_json();
        let mut ask = Request {
            rp_id: draft.rp_id.clone(),
            client_data_hash: sha256(client_data_json.as_bytes()),
            allow_list: self.allow_list(options, &draft, &info, link)?,
            extensions: None,
            options: Options::default(),
            pin_uv_auth_param: None,
            pin_uv_auth_protocol: None,
        };
        let verifier = Verifier {
            info: &info,
            pin: self.pin,
            permission: Permissions::GA,
            rp_id: &draft.rp_id,
            client_data_hash: &ask.client_data_hash,
            discoverable: false,
        };
        let mut random = Random::new(self.seed);
        match verifier.verify(link, self.user_verification(options.user_verification), &mut random)? {
            Verification::None => {}
            Verification::BuiltIn => ask.options.uv = Some(true),
            Verification::Proof { protocol, param } => {
                ask.pin_uv_auth_protocol = Some(protocol);
                ask.pin_uv_auth_param = Some(param);
            }
        }
        let answer = self.assertion(link, &ask)?;
        let credential_id = match (&answer.credential, &ask.allow_list) {
            (Some(credential), _) => credential.id.clone(),
            (None, Some(list)) if list.len() == 1 => list[0].id.clone(),
            _ => return Err(ClientError::unknown("the authenticator does not say which credential signed").into()),
        };
        let credential = response::Authentication {
            credential_id: &credential_id,
            client_data_json: &client_data_json,
            auth_data: &answer.auth_data,
            signature: &answer.signature,
            user_handle: answer.user.as_ref().map(|user| user.id.as_slice()),
            attachment: link.describe().attachment,
        };
        Ok(Made { credential: credential.to_json(), credential_id, client_data_json })
    }

    /// The allow list for the request; `None` asks for any discoverable credential. Of one that is too long, the
    /// credential that is there.
    fn allow_list(
        &self,
        options: &RequestOptions,
        draft: &ClientDraft,
        info: &Info,
        link: &mut Link<'_>,
    ) -> Result<Option<Vec<Descriptor>>, Stop> {
        if self.ignore.allow_credentials || options.allow.is_empty() {
            return Ok(None);
        }
        let mut list = bare(&options.allow);
        if let Some(choice) = self.choose
            && list.iter().any(|descriptor| descriptor.id == choice)
        {
            list.retain(|descriptor| descriptor.id == choice);
        }
        let pieces: Vec<_> = pieces(&list, info).collect();
        if let [only] = pieces.as_slice() {
            return Ok(Some(only.to_vec()));
        }
        for piece in pieces {
            if let Some(found) = holds(link, &draft.rp_id, piece)? {
                return Ok(Some(vec![found]));
            }
        }
        Err(ClientError::not_allowed("the authenticator has no credential that fits").into())
    }

    /// The assertion of the credential that the human picks.
    fn assertion(&self, link: &mut Link<'_>, ask: &Request) -> Result<Response, Stop> {
        let mut answer = link.call(Command::GET_ASSERTION, &ask.encode(), Response::decode)?;
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
