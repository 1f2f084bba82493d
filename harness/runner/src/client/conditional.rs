//! Conditional mediation at authentication (WebAuthn L3 §5.1.4): what the client finds without asking anybody is
//! suggested, and the person's pick is what they agree to.

use keyrig_ctap::Command;
use keyrig_ctap::message::Descriptor;
use keyrig_ctap::message::get_assertion::{Request, Response};
use keyrig_ctap::message::make_credential::Options;

use super::link::{Failure, Link};
use super::options::RequestOptions;
use super::{Client, ClientError, Stop};

/// An authenticator that goes on counting is not followed.
const MOST: u64 = 256;

impl Client<'_> {
    /// The credential that the person picks among those suggested, as the allow list of the request. Only discoverable
    /// ones are suggested, and where the options name some, only those.
    ///
    /// An authenticator that does not tell without its user is asked for any; it shows its own choice.
    pub(super) fn suggested(
        &self,
        options: &RequestOptions,
        rp_id: &str,
        link: &mut Link<'_>,
    ) -> Result<Option<Vec<Descriptor>>, Stop> {
        let Some(mut found) = discover(rp_id, link)? else { return Ok(None) };
        if !self.ignore.allow_credentials && !options.allow.is_empty() {
            found.retain(|id| options.allow.iter().any(|allowed| allowed.id == *id));
        }
        let place = found.iter().position(|id| Some(id.as_slice()) == self.choose).unwrap_or(0);
        match found.get(place) {
            Some(id) => Ok(Some(vec![Descriptor::public_key(id)])),
            None => Err(ClientError::not_allowed("there is no passkey to suggest, and nothing else is picked").into()),
        }
    }
}

/// The ids of the discoverable credentials that show themselves without a touch and without verification; `None` where
/// the authenticator does not tell (WebAuthn L3 §6.3.5, "silentCredentialDiscovery").
fn discover(rp_id: &str, link: &mut Link<'_>) -> Result<Option<Vec<Vec<u8>>>, Stop> {
    const NOBODY_ASKED: [u8; 32] = [0; 32];
    if link.speaks_only_u2f() {
        return Ok(Some(Vec::new()));
    }
    let silently = Request {
        rp_id: rp_id.to_owned(),
        client_data_hash: NOBODY_ASKED,
        allow_list: None,
        extensions: None,
        options: Options { up: Some(false), ..Options::default() },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
    };
    let first = match link.call(Command::GET_ASSERTION, &silently.encode(), Response::decode) {
        Ok(first) => first,
        Err(Failure::Status(keyrig_ctap::Status::NO_CREDENTIALS)) => return Ok(Some(Vec::new())),
        Err(Failure::Status(_)) => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    let others = first.number_of_credentials.unwrap_or(1).saturating_sub(1).min(MOST);
    let mut found = vec![first];
    for _ in 0..others {
        found.push(link.call(Command::GET_NEXT_ASSERTION, &[], Response::decode)?);
    }
    Ok(Some(found.into_iter().filter_map(|answer| answer.credential).map(|credential| credential.id).collect()))
}
