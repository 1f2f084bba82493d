//! Ceremonies with an authenticator that speaks U2F and nothing else (CTAP 2.3 §10): a request of CTAP2 becomes U2F
//! messages, and what they answer a response of CTAP2.

use keyrig_ctap::auth_data::{AttestedCredential, AuthData, Flags};
use keyrig_ctap::cbor::Value as Cbor;
use keyrig_ctap::cose::{Algorithm, CoseKey, Curve, PublicKey};
use keyrig_ctap::message::{Descriptor, get_assertion, make_credential};
use keyrig_ctap::u2f::{Authentication, Control, Parameters, Registration, StatusWord, VERSION, version};
use keyrig_ctap::{Aaguid, Status};

use serde_json::json;

use super::link::{Failure, Link};
use super::{ClientError, Stop, sha256};
use crate::base64url;
use crate::device::LinkError;

/// What nobody registered, and no relying party asked: it is signed so that the human touches the authenticator before the
/// page is told that it is registered already.
const NOBODY: Parameters = Parameters { challenge: [0; 32], application: [0; 32] };

/// Whether the authenticator answers `U2F_VERSION` with the version that there is.
pub(super) fn is_spoken(link: &mut Link<'_>) -> bool {
    link.call_u2f(&version()).is_ok_and(|answer| answer == (VERSION.into(), StatusWord::NO_ERROR))
}

/// Makes a credential by `U2F_REGISTER` (CTAP 2.3 §10.2).
///
/// # Errors
///
/// `NotAllowedError` where the request asks for what U2F has not, or nobody touches the authenticator;
/// `InvalidStateError` where it holds a credential of the exclude list.
pub(super) fn register(
    link: &mut Link<'_>,
    request: &make_credential::Request,
) -> Result<make_credential::Response, Stop> {
    let wants = |option: Option<bool>| option == Some(true);
    if wants(request.options.rk) || wants(request.options.uv) || request.pin_uv_auth_param.is_some() {
        return Err(Failure::Status(Status::UNSUPPORTED_OPTION).into());
    }
    if !request.parameters.iter().any(|parameter| parameter.algorithm == Algorithm::ES256) {
        return Err(Failure::Status(Status::UNSUPPORTED_ALGORITHM).into());
    }
    let application = sha256(request.rp.id.as_bytes());
    if first_held(link, application, request.exclude_list.as_deref().unwrap_or_default())?.is_some() {
        let _ = signed(link, &NOBODY.register())?;
        return Err(Failure::Status(Status::CREDENTIAL_EXCLUDED).into());
    }
    let parameters = Parameters { challenge: request.client_data_hash, application };
    let data = signed(link, &parameters.register())?;
    let registration = Registration::parse(&data).ok_or_else(|| unreadable("U2F_REGISTER"))?;
    made(application, &registration)
}

/// What `U2F_REGISTER` made before there was WebAuthn.
pub(crate) struct KeyHandle {
    /// The key handle, which is the credential id later.
    pub(crate) bytes: Vec<u8>,
    /// The public key, an uncompressed point of P-256.
    pub(crate) public_key: Vec<u8>,
}

/// Makes a key handle for `app_id` on a page of `origin`, as the U2F JavaScript API did, with any authenticator that speaks
/// U2F.
///
/// # Errors
///
/// `NotAllowedError` where it does not, or nobody touches it.
pub(crate) fn register_for_app_id(
    link: &mut Link<'_>,
    (origin, app_id): (&str, &str),
    challenge: &[u8],
) -> Result<KeyHandle, Stop> {
    let challenge = base64url::encode(challenge);
    let client_data = json!({"typ": "navigator.id.finishEnrollment", "challenge": challenge, "origin": origin});
    let parameters =
        Parameters { challenge: sha256(client_data.to_string().as_bytes()), application: sha256(app_id.as_bytes()) };
    let data = signed(link, &parameters.register())?;
    let made = Registration::parse(&data).ok_or_else(|| unreadable("U2F_REGISTER"))?;
    Ok(KeyHandle { bytes: made.key_handle.to_vec(), public_key: made.public_key.to_vec() })
}

/// Signs by `U2F_AUTHENTICATE` with the first credential of the allow list that the authenticator holds (CTAP 2.3 §10.3).
///
/// # Errors
///
/// `NotAllowedError` where the request asks for what U2F has not, the authenticator holds none of them, or nobody touches
/// it.
pub(super) fn authenticate(
    link: &mut Link<'_>,
    request: &get_assertion::Request,
) -> Result<get_assertion::Response, Stop> {
    if request.options.uv == Some(true) || request.pin_uv_auth_param.is_some() {
        return Err(Failure::Status(Status::UNSUPPORTED_OPTION).into());
    }
    let application = sha256(request.rp_id.as_bytes());
    let allowed = request.allow_list.as_deref().unwrap_or_default();
    let credential = first_held(link, application, allowed)?.ok_or(Failure::Status(Status::NO_CREDENTIALS))?;
    let control = if request.options.up == Some(false) { Control::DONT_ENFORCE } else { Control::ENFORCE };
    let parameters = Parameters { challenge: request.client_data_hash, application };
    let message = parameters.authenticate(control, &credential.id).ok_or(Failure::Status(Status::NO_CREDENTIALS))?;
    let data = signed(link, &message)?;
    let authentication = Authentication::parse(&data).ok_or_else(|| unreadable("U2F_AUTHENTICATE"))?;
    let auth_data = AuthData {
        rp_id_hash: application,
        // The other bits of the byte are none of WebAuthn's flags.
        flags: Flags(authentication.presence & (Flags::UP.0 | Flags::RFU1.0)),
        sign_count: authentication.counter,
        attested: None,
        extensions: None,
        rest: Vec::new(),
    };
    Ok(get_assertion::Response {
        credential: Some(credential.clone()),
        auth_data: auth_data.encode(),
        signature: authentication.signature.to_vec(),
        user: None,
        number_of_credentials: None,
        user_selected: None,
        large_blob_key: None,
        unsigned_extensions: None,
    })
}

/// The first of `list` that the authenticator holds for `rp_id`, an RP ID or an AppID; the human is not asked.
///
/// # Errors
///
/// [`Stop::Link`].
pub(super) fn holds(link: &mut Link<'_>, rp_id: &str, list: &[Descriptor]) -> Result<Option<Descriptor>, Stop> {
    Ok(first_held(link, sha256(rp_id.as_bytes()), list)?.cloned())
}

/// Asks by the check-only form of `U2F_AUTHENTICATE`, which answers that a touch is needed where the key handle is here.
/// Other answers, of which keys have several, mean that it is not.
fn first_held<'l>(
    link: &mut Link<'_>,
    application: [u8; 32],
    list: &'l [Descriptor],
) -> Result<Option<&'l Descriptor>, Stop> {
    let parameters = Parameters { application, ..NOBODY };
    for credential in list {
        let Some(check) = parameters.authenticate(Control::CHECK_ONLY, &credential.id) else { continue };
        let (_, status) = link.call_u2f(&check).map_err(Stop::Link)?;
        if matches!(status, StatusWord::CONDITIONS_NOT_SATISFIED | StatusWord::NO_ERROR) {
            return Ok(Some(credential));
        }
    }
    Ok(None)
}

/// The data of an answer that ends well.
fn signed(link: &mut Link<'_>, message: &[u8]) -> Result<Vec<u8>, Stop> {
    match link.call_u2f(message).map_err(Stop::Link)? {
        (data, StatusWord::NO_ERROR) => Ok(data),
        (_, StatusWord::CONDITIONS_NOT_SATISFIED) => {
            Err(ClientError::not_allowed("nobody touched the authenticator").into())
        }
        (_, status) => Err(ClientError::not_allowed(format!("the authenticator answered {status}")).into()),
    }
}

/// What an authenticator of CTAP2 would have answered: an AAGUID of zeroes, a counter of zero, and the statement in the
/// format `fido-u2f`.
fn made(application: [u8; 32], registration: &Registration<'_>) -> Result<make_credential::Response, Stop> {
    let public_key = match registration.public_key.split_first() {
        Some((0x04, point)) => {
            let (x, y) = point.split_at(point.len() / 2);
            PublicKey::Ec2 { curve: Curve::P256, x: x.to_vec(), y: y.to_vec() }
        }
        _ => return Err(unreadable("U2F_REGISTER")),
    };
    let auth_data = AuthData {
        rp_id_hash: application,
        flags: Flags::UP | Flags::AT,
        sign_count: 0,
        attested: Some(AttestedCredential {
            aaguid: Aaguid::ZERO,
            credential_id: registration.key_handle.to_vec(),
            public_key: CoseKey::from(public_key.to_cose(Algorithm::ES256)),
        }),
        extensions: None,
        rest: Vec::new(),
    };
    let statement = Cbor::Map(vec![
        ("x5c".into(), Cbor::Array(vec![registration.certificate.into()])),
        ("sig".into(), registration.signature.into()),
    ]);
    Ok(make_credential::Response {
        format: "fido-u2f".to_owned(),
        auth_data: auth_data.encode(),
        statement: statement.to_canonical(),
        enterprise: None,
        large_blob_key: None,
        unsigned_extensions: None,
    })
}

fn unreadable(what: &str) -> Stop {
    Stop::Link(LinkError(format!("{what} was answered with what cannot be read")))
}

#[cfg(test)]
mod tests;
