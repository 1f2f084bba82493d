//! The crate `ctap-hid-fido2`. It is handed the client data, hashes it, and does the rest alone.
//!
//! It cannot cancel: a person who is not there is waited for until the key gives up. What it does not know of an answer,
//! it says on standard output.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ctap_hid_fido2::fidokey::credential_management::credential_management_params::CredentialProtectionPolicy;
use ctap_hid_fido2::fidokey::get_assertion::get_assertion_params::{self, GetAssertionArgs};
use ctap_hid_fido2::fidokey::make_credential::{Attestation, MakeCredentialArgs};
use ctap_hid_fido2::fidokey::{
    AssertionExtension, CredentialExtension, CredentialSupportedKeyType, GetAssertionArgsBuilder,
    MakeCredentialArgsBuilder,
};
use ctap_hid_fido2::public_key_credential_user_entity::PublicKeyCredentialUserEntity;
use ctap_hid_fido2::{Cfg, FidoKeyHid, FidoKeyHidFactory, HidParam};
use keyrig_ctap::Status;
use keyrig_ctap::cbor::Value as Cbor;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::{Descriptor, User, get_assertion, make_credential};

use super::{Assertion, NewCredential, Trouble, Verification, Wanted};
use crate::device::LinkError;

/// Before the status of a refusal in its messages.
const STATUS: &str = "response_status err = 0x";

/// Has the key at `path`, called `name`, make a credential.
pub(super) fn make(path: &str, name: &str, new: &NewCredential) -> Result<make_credential::Response, Trouble> {
    let key_types = key_types(&new.algorithms)?;
    let extensions = at_creation(new)?;
    let made = with_key((path, name), &new.verification, |key| {
        key.make_credential_with_args(&creation(new, key_types, extensions))
    })?;
    statement(&made).map(|statement| make_credential::Response {
        format: made.fmt,
        auth_data: made.auth_data,
        statement,
        enterprise: None,
        large_blob_key: None,
        unsigned_extensions: None,
    })
}

/// Has the key at `path`, called `name`, assert.
pub(super) fn assert(path: &str, name: &str, wanted: &Wanted) -> Result<Vec<Assertion>, Trouble> {
    let extensions = at_sign_in(wanted)?;
    let signed =
        with_key((path, name), &wanted.verification, |key| key.get_assertion_with_args(&request(wanted, extensions)))?;
    Ok(signed.into_iter().map(assertion).collect())
}

/// Opens the key for one request, so that nothing of the crate's is there between two. It reads answers without a look
/// at their length: a panic is the key's doing.
fn with_key<T, E: Display>(
    (path, name): (&str, &str),
    verification: &Verification,
    talk: impl FnOnce(&FidoKeyHid) -> Result<T, E>,
) -> Result<T, Trouble> {
    let mut config = Cfg::init().with_keep_alive_msg_to_stderr(true);
    config.keep_alive_msg = format!("touch your key now: {name}");
    let talked = catch_unwind(AssertUnwindSafe(|| {
        let key = FidoKeyHidFactory::create_by_params(&[HidParam::Path(path.to_owned())], &config)
            .map_err(|error| trouble(&error.to_string()))?;
        let key = match verification {
            Verification::Pin(_, protocol) => key.with_pin_protocol_version(*protocol),
            Verification::None | Verification::BuiltIn => key,
        };
        talk(&key).map_err(|error| trouble(&error.to_string()))
    }));
    talked.unwrap_or_else(|_| Err(link("its answer makes the client ctap-hid-fido2 panic")))
}

/// The algorithms that the crate can ask for, in the order of the options.
fn key_types(algorithms: &[Algorithm]) -> Result<Vec<CredentialSupportedKeyType>, Trouble> {
    let known: Vec<_> = algorithms
        .iter()
        .filter_map(|algorithm| match *algorithm {
            Algorithm::ES256 => Some(CredentialSupportedKeyType::Ecdsa256),
            Algorithm::EDDSA => Some(CredentialSupportedKeyType::Ed25519),
            _ => None,
        })
        .collect();
    if known.is_empty() {
        return Err(unable("asks for ES256 and EdDSA only"));
    }
    Ok(known)
}

fn creation(
    new: &NewCredential,
    key_types: Vec<CredentialSupportedKeyType>,
    extensions: Vec<CredentialExtension>,
) -> MakeCredentialArgs<'_> {
    let user = PublicKeyCredentialUserEntity::new(
        Some(&new.user.id),
        new.user.name.as_deref(),
        new.user.display_name.as_deref(),
    );
    let mut ask = MakeCredentialArgsBuilder::new(&new.rp_id, new.client_data_json.as_bytes()).user_entity(&user);
    ask = match &new.verification {
        Verification::None => ask.without_pin_and_uv(),
        Verification::BuiltIn => ask,
        Verification::Pin(pin, _) => ask.pin(pin.as_str()),
    };
    ask = key_types.into_iter().fold(ask, MakeCredentialArgsBuilder::key_type);
    ask = new.exclude.iter().fold(ask, |ask, id| ask.exclude_authenticator(id));
    if new.discoverable {
        ask = ask.resident_key();
    }
    if !extensions.is_empty() {
        ask = ask.extensions(&extensions);
    }
    ask.build()
}

fn at_creation(new: &NewCredential) -> Result<Vec<CredentialExtension>, Trouble> {
    let policy = match new.protection {
        None => None,
        Some(level) => match u32::try_from(level).map(CredentialProtectionPolicy::from) {
            Ok(policy) => Some(CredentialExtension::CredProtect(Some(policy))),
            Err(_) => return Err(unable("knows no such level of credProtect")),
        },
    };
    let all = [
        policy,
        new.blob.clone().map(|blob| CredentialExtension::CredBlob((Some(blob), None))),
        new.hmac_secret.then_some(CredentialExtension::HmacSecret(Some(true))),
        new.min_pin_length.then_some(CredentialExtension::MinPinLength((Some(true), None))),
    ];
    Ok(all.into_iter().flatten().collect())
}

fn request(wanted: &Wanted, extensions: Vec<AssertionExtension>) -> GetAssertionArgs<'_> {
    let mut ask = GetAssertionArgsBuilder::new(&wanted.rp_id, wanted.client_data_json.as_bytes());
    ask = match &wanted.verification {
        Verification::None => ask.without_pin_and_uv(),
        Verification::BuiltIn => ask,
        Verification::Pin(pin, _) => ask.pin(pin.as_str()),
    };
    ask = wanted.allow.iter().fold(ask, |ask, id| ask.add_credential_id(id));
    if !wanted.presence {
        ask = ask.without_up();
    }
    if !extensions.is_empty() {
        ask = ask.extensions(&extensions);
    }
    ask.build()
}

fn at_sign_in(wanted: &Wanted) -> Result<Vec<AssertionExtension>, Trouble> {
    let salted = match *wanted.salts.as_slice() {
        [] => None,
        [one] => Some(AssertionExtension::HmacSecret(Some(one))),
        [one, two] => Some(AssertionExtension::HmacSecret2(Some((one, two)))),
        _ => return Err(unable("sends two salts at most")),
    };
    let blob = wanted.blob.then_some(AssertionExtension::CredBlob((Some(true), None)));
    Ok([salted, blob].into_iter().flatten().collect())
}

/// The attestation statement, from what the crate keeps of it.
fn statement(made: &Attestation) -> Result<Vec<u8>, Trouble> {
    let mut members: Vec<(Cbor, Cbor)> = Vec::new();
    match made.fmt.as_str() {
        "none" => {}
        "packed" => members.push(("alg".into(), Cbor::from(i64::from(made.attstmt_alg)))),
        "fido-u2f" => {}
        other => return Err(unable(&format!("keeps nothing of an attestation of the format {other}"))),
    }
    if !made.attstmt_sig.is_empty() {
        members.push(("sig".into(), Cbor::from(made.attstmt_sig.as_slice())));
    }
    if !made.attstmt_x5c.is_empty() {
        let chain = made.attstmt_x5c.iter().map(|certificate| Cbor::from(certificate.as_slice())).collect();
        members.push(("x5c".into(), Cbor::Array(chain)));
    }
    Ok(Cbor::Map(members).to_canonical())
}

fn assertion(signed: get_assertion_params::Assertion) -> Assertion {
    let secrets = signed
        .extensions
        .iter()
        .flat_map(|extension| match *extension {
            AssertionExtension::HmacSecret(Some(one)) => vec![one],
            AssertionExtension::HmacSecret2(Some((one, two))) => vec![one, two],
            _ => Vec::new(),
        })
        .collect();
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let user = (!signed.user.id.is_empty()).then(|| User {
        id: signed.user.id.clone(),
        name: text(&signed.user.name),
        display_name: text(&signed.user.display_name),
    });
    let response = get_assertion::Response {
        credential: (!signed.credential_id.is_empty()).then(|| Descriptor::public_key(&signed.credential_id)),
        auth_data: signed.auth_data,
        signature: signed.signature,
        user,
        number_of_credentials: None,
        user_selected: None,
        large_blob_key: None,
        unsigned_extensions: None,
    };
    Assertion { response, secrets }
}

/// What one of its messages says.
fn trouble(message: &str) -> Trouble {
    let status = message.strip_prefix(STATUS).and_then(|rest| rest.split_once(' '));
    match status.and_then(|(number, _)| u8::from_str_radix(number, 16).ok()) {
        Some(status) => Trouble::Status(Status(status)),
        None => link(&format!("the client ctap-hid-fido2 says: {message}")),
    }
}

fn link(why: &str) -> Trouble {
    Trouble::Link(LinkError(why.to_owned()))
}

fn unable(why: &str) -> Trouble {
    Trouble::Unable(format!("the client ctap-hid-fido2 {why}"))
}

#[cfg(test)]
mod tests;
