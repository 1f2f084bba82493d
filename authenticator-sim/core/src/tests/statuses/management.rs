use std::time::Duration;
use std::vec::Vec;

use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::credential_management::{Parameters, Request, Subcommand};
use keyrig_ctap::message::{Descriptor, User};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::{Command, Status};
use sha2::{Digest, Sha256};

use super::super::persistent::persistent;
use super::super::platform::{Key, PIN, RP, discoverable_request, management_request, security_key, touch_only};
use super::{Attempt, Row, row};

pub(super) const ROWS: &[Row] = &[
    row("management without a token", Status::PUAT_REQUIRED, security_key, |a| {
        metadata(a, |request| request.pin_uv_auth_param = None)
    }),
    row("management without a protocol", Status::MISSING_PARAMETER, security_key, |a| {
        metadata(a, |request| request.pin_uv_auth_protocol = None)
    }),
    row("management with an unsupported protocol", Status::INVALID_PARAMETER, security_key, |a| {
        metadata(a, |request| request.pin_uv_auth_protocol = Some(3))
    }),
    row("management with a parameter that does not verify", Status::PIN_AUTH_INVALID, security_key, |a| {
        metadata(a, |request| request.pin_uv_auth_param.as_mut().unwrap()[0] ^= 1)
    }),
    row("management without its permission", Status::PIN_AUTH_INVALID, security_key, |a| {
        two_accounts(a);
        let token = a.key.token(PIN, a.either(Permissions::MC, Permissions::CM)).unwrap();
        let subject = Parameters { rp_id_hash: Some(hash(RP)), ..Parameters::default() };
        let answer = a.key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, Some(subject));
        answer.err().unwrap_or(Status::OK)
    }),
    row("metadata by a token for one relying party", Status::PIN_AUTH_INVALID, security_key, |a| {
        bound(a, Subcommand::GET_CREDS_METADATA)
    }),
    row("relying parties by a token for one of them", Status::PIN_AUTH_INVALID, security_key, |a| {
        bound(a, Subcommand::ENUMERATE_RPS_BEGIN)
    }),
    row("credentials of another relying party than the token's", Status::PIN_AUTH_INVALID, security_key, |a| {
        two_accounts(a);
        let mut other = discoverable_request(3);
        other.rp.id = "example.com".into();
        let other = a.key.verified_make_for(other);
        a.key.make(&other).unwrap();
        let token = a.key.token(PIN, Permissions::CM).unwrap();
        let subject = Parameters { rp_id_hash: Some(hash(a.either("example.com", RP))), ..Parameters::default() };
        let answer = a.key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, Some(subject));
        answer.err().unwrap_or(Status::OK)
    }),
    row("credentials without an RP ID hash", Status::MISSING_PARAMETER, security_key, |a| {
        let subject = Parameters { rp_id_hash: (!a.defect).then(|| hash(RP)), ..Parameters::default() };
        about(a, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, subject)
    }),
    row("credentials without a token and an RP ID hash", Status::PUAT_REQUIRED, security_key, |a| {
        two_accounts(a);
        let token = a.key.unbound_token(Permissions::CM).unwrap();
        let subject = Parameters { rp_id_hash: Some(hash(RP)), ..Parameters::default() };
        let subcommand = Subcommand::ENUMERATE_CREDENTIALS_BEGIN;
        let proved = management_request(&token, subcommand, Some(subject));
        let request = a.either(Request::new(subcommand), proved);
        a.key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0
    }),
    row("the next credential after the token's end", Status::NOT_ALLOWED, security_key, |a| {
        two_accounts(a);
        let token = a.key.unbound_token(Permissions::CM).unwrap();
        a.key.manage(&token, Subcommand::GET_CREDS_METADATA, None).unwrap();
        a.key.wait(Duration::from_secs(590));
        let subject = Parameters { rp_id_hash: Some(hash(RP)), ..Parameters::default() };
        a.key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, Some(subject)).unwrap();
        a.key.wait(Duration::from_secs(a.either(10, 9)));
        let request = Request::new(Subcommand::ENUMERATE_CREDENTIALS_NEXT);
        a.key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0
    }),
    row("credentials of nobody", Status::NO_CREDENTIALS, security_key, |a| {
        let subject = Parameters { rp_id_hash: Some(hash(a.either("example.com", RP))), ..Parameters::default() };
        about(a, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, subject)
    }),
    row("relying parties of an empty store", Status::NO_CREDENTIALS, security_key, |a| {
        if !a.defect {
            a.key.enrol(&discoverable_request(1));
        }
        a.key.set_pin(Protocol::Two, PIN);
        let token = a.key.unbound_token(Permissions::CM).unwrap();
        a.key.manage(&token, Subcommand::ENUMERATE_RPS_BEGIN, None).err().unwrap_or(Status::OK)
    }),
    row("the next credential when none was begun", Status::NOT_ALLOWED, security_key, |a| {
        next(a, |a| {
            a.key.info();
        })
    }),
    row("the next credential after more than 30 s", Status::NOT_ALLOWED, security_key, |a| {
        next(a, |a| a.key.wait(Duration::from_secs(31)))
    }),
    row("the next relying party amid credentials", Status::NOT_ALLOWED, security_key, |a| {
        begun(a);
        let subcommand = a.either(Subcommand::ENUMERATE_RPS_NEXT, Subcommand::ENUMERATE_CREDENTIALS_NEXT);
        a.key.command(Command::CREDENTIAL_MANAGEMENT, &Request::new(subcommand).encode()).0
    }),
    row("an unknown subcommand of management", Status::INVALID_SUBCOMMAND, security_key, |a| {
        a.key.set_pin(Protocol::Two, PIN);
        let token = a.key.unbound_token(Permissions::CM).unwrap();
        a.key.manage(&token, a.either(Subcommand(8), Subcommand::GET_CREDS_METADATA), None).err().unwrap_or(Status::OK)
    }),
    row("deleting what is not here", Status::NO_CREDENTIALS, security_key, |a| delete(a, |id| id.push(0))),
    row("deleting what is no public key", Status::NO_CREDENTIALS, security_key, |a| {
        two_accounts(a);
        let token = a.key.unbound_token(Permissions::CM).unwrap();
        let mut credential = Descriptor::public_key(&first_id(a));
        if a.defect {
            credential.kind = "private-key".into();
        }
        let subject = Parameters { credential: Some(credential), ..Parameters::default() };
        a.key.manage(&token, Subcommand::DELETE_CREDENTIAL, Some(subject)).err().unwrap_or(Status::OK)
    }),
    row("deleting by the token that may only read", Status::PIN_AUTH_INVALID, persistent, |a| {
        two_accounts(a);
        let token = a.key.unbound_token(a.either(Permissions::PCMR, Permissions::CM)).unwrap();
        let credential = Some(Descriptor::public_key(&first_id(a)));
        let subject = Parameters { credential, ..Parameters::default() };
        a.key.manage(&token, Subcommand::DELETE_CREDENTIAL, Some(subject)).err().unwrap_or(Status::OK)
    }),
    row("deleting nothing", Status::MISSING_PARAMETER, security_key, |a| {
        two_accounts(a);
        let token = a.key.unbound_token(Permissions::CM).unwrap();
        let id = first_id(a);
        let credential = (!a.defect).then(|| Descriptor::public_key(&id));
        let subject = Parameters { credential, ..Parameters::default() };
        a.key.manage(&token, Subcommand::DELETE_CREDENTIAL, Some(subject)).err().unwrap_or(Status::OK)
    }),
    row("names for another account", Status::INVALID_PARAMETER, security_key, |a| {
        two_accounts(a);
        let (id, owner) = (first_id(a), a.key.authenticator.state().discoverable(RP).next().unwrap().user.id.clone());
        let token = a.key.unbound_token(Permissions::CM).unwrap();
        let user = User { id: a.either(Vec::from([9]), owner), name: Some("carol".into()), display_name: None };
        let credential = Some(Descriptor::public_key(&id));
        let subject = Parameters { credential, user: Some(user), rp_id_hash: None };
        a.key.manage(&token, Subcommand::UPDATE_USER_INFORMATION, Some(subject)).err().unwrap_or(Status::OK)
    }),
    row("names for no account", Status::MISSING_PARAMETER, security_key, |a| rename(a, |subject| subject.user = None)),
    row("names for no credential", Status::MISSING_PARAMETER, security_key, |a| {
        rename(a, |subject| subject.credential = None)
    }),
    row("names for a credential that is not here", Status::NO_CREDENTIALS, security_key, |a| {
        rename(a, |subject| subject.credential = Some(Descriptor::public_key(&[0; 16])))
    }),
    row("names by the token that may only read", Status::PIN_AUTH_INVALID, persistent, |a| {
        two_accounts(a);
        let subject = renaming(a);
        let token = a.key.unbound_token(a.either(Permissions::PCMR, Permissions::CM)).unwrap();
        a.key.manage(&token, Subcommand::UPDATE_USER_INFORMATION, Some(subject)).err().unwrap_or(Status::OK)
    }),
    row(
        "deleting a credential of another relying party than the token's",
        Status::PIN_AUTH_INVALID,
        security_key,
        |a| of_another(a, Subcommand::DELETE_CREDENTIAL, |_| ()),
    ),
    row(
        "names for an account of another relying party than the token's",
        Status::PIN_AUTH_INVALID,
        security_key,
        |a| {
            let user = a.either(elsewhere(), discoverable_request(2)).user;
            of_another(a, Subcommand::UPDATE_USER_INFORMATION, |subject| subject.user = Some(user))
        },
    ),
    row("the next relying party when none was begun", Status::NOT_ALLOWED, security_key, |a| {
        next_rp(a, |a| {
            a.key.info();
        })
    }),
    row("the next relying party after more than 30 s", Status::NOT_ALLOWED, security_key, |a| {
        next_rp(a, |a| a.key.wait(Duration::from_secs(31)))
    }),
    row("management where nobody can be verified", Status::INVALID_COMMAND, touch_only, |a| {
        let request = Request::new(Subcommand::GET_CREDS_METADATA);
        if !a.defect {
            a.key = Key::new(&security_key());
            return metadata(a, |_| ());
        }
        a.key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0
    }),
    row("the preview form where it is not offered", Status::INVALID_COMMAND, security_key, |a| {
        if !a.defect {
            a.key = Key::new(&preview());
        }
        preview_metadata(a)
    }),
];

/// Of the time before CTAP 2.1: tokens have no permissions.
fn preview() -> Profile {
    let mut profile = super::old_key();
    profile.get_info.options.insert("credentialMgmtPreview".into(), true);
    profile
}

fn preview_metadata(a: &mut Attempt) -> Status {
    a.key.set_pin(Protocol::Two, PIN);
    let token = a.key.legacy_token();
    let request = management_request(&token, Subcommand::GET_CREDS_METADATA, None);
    a.key.command(Command::CREDENTIAL_MANAGEMENT_PREVIEW, &request.encode()).0
}

fn hash(rp_id: &str) -> Vec<u8> {
    Sha256::digest(rp_id).to_vec()
}

fn two_accounts(a: &mut Attempt) {
    a.key.enrol(&discoverable_request(1));
    a.key.enrol(&discoverable_request(2));
    a.key.set_pin(Protocol::Two, PIN);
}

fn first_id(a: &Attempt) -> Vec<u8> {
    a.key.authenticator.state().discoverable(RP).next().unwrap().id.clone()
}

fn metadata(a: &mut Attempt, change: impl FnOnce(&mut Request)) -> Status {
    a.key.set_pin(Protocol::Two, PIN);
    let token = a.key.unbound_token(Permissions::CM).unwrap();
    let mut request = management_request(&token, Subcommand::GET_CREDS_METADATA, None);
    if a.defect {
        change(&mut request);
    }
    a.key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0
}

fn bound(a: &mut Attempt, subcommand: Subcommand) -> Status {
    two_accounts(a);
    let token =
        if a.defect { a.key.token(PIN, Permissions::CM) } else { a.key.unbound_token(Permissions::CM) }.unwrap();
    a.key.manage(&token, subcommand, None).err().unwrap_or(Status::OK)
}

fn about(a: &mut Attempt, subcommand: Subcommand, subject: Parameters) -> Status {
    two_accounts(a);
    let token = a.key.unbound_token(Permissions::CM).unwrap();
    a.key.manage(&token, subcommand, Some(subject)).err().unwrap_or(Status::OK)
}

fn begun(a: &mut Attempt) {
    two_accounts(a);
    let token = a.key.unbound_token(Permissions::CM).unwrap();
    let subject = Parameters { rp_id_hash: Some(hash(RP)), ..Parameters::default() };
    a.key.manage(&token, Subcommand::ENUMERATE_CREDENTIALS_BEGIN, Some(subject)).unwrap();
}

fn next(a: &mut Attempt, between: impl FnOnce(&mut Attempt)) -> Status {
    begun(a);
    if a.defect {
        between(a);
    }
    let request = Request::new(Subcommand::ENUMERATE_CREDENTIALS_NEXT);
    a.key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0
}

/// The second of two relying parties.
fn next_rp(a: &mut Attempt, between: impl FnOnce(&mut Attempt)) -> Status {
    a.key.enrol(&discoverable_request(1));
    a.key.enrol(&elsewhere());
    a.key.set_pin(Protocol::Two, PIN);
    let token = a.key.unbound_token(Permissions::CM).unwrap();
    a.key.manage(&token, Subcommand::ENUMERATE_RPS_BEGIN, None).unwrap();
    if a.defect {
        between(a);
    }
    let request = Request::new(Subcommand::ENUMERATE_RPS_NEXT);
    a.key.command(Command::CREDENTIAL_MANAGEMENT, &request.encode()).0
}

fn elsewhere() -> keyrig_ctap::message::make_credential::Request {
    let mut request = discoverable_request(3);
    request.rp.id = "example.com".into();
    request
}

/// What a token for one relying party does to a credential of another, or of its own.
fn of_another(a: &mut Attempt, subcommand: Subcommand, change: impl FnOnce(&mut Parameters)) -> Status {
    let other = a.key.enrol(&elsewhere());
    two_accounts(a);
    let own = first_id(a);
    let token = a.key.token(PIN, Permissions::CM).unwrap();
    let credential = Some(Descriptor::public_key(a.either(&other, &own)));
    let mut subject = Parameters { credential, ..Parameters::default() };
    change(&mut subject);
    a.key.manage(&token, subcommand, Some(subject)).err().unwrap_or(Status::OK)
}

/// A new name for the first account.
fn renaming(a: &Attempt) -> Parameters {
    let source = a.key.authenticator.state().discoverable(RP).next().unwrap();
    let user = User { id: source.user.id.clone(), name: Some("carol".into()), display_name: None };
    Parameters { credential: Some(Descriptor::public_key(&source.id)), user: Some(user), rp_id_hash: None }
}

fn rename(a: &mut Attempt, change: impl FnOnce(&mut Parameters)) -> Status {
    two_accounts(a);
    let mut subject = renaming(a);
    if a.defect {
        change(&mut subject);
    }
    let token = a.key.unbound_token(Permissions::CM).unwrap();
    a.key.manage(&token, Subcommand::UPDATE_USER_INFORMATION, Some(subject)).err().unwrap_or(Status::OK)
}

fn delete(a: &mut Attempt, change: impl FnOnce(&mut Vec<u8>)) -> Status {
    two_accounts(a);
    let token = a.key.unbound_token(Permissions::CM).unwrap();
    let mut id = first_id(a);
    if a.defect {
        change(&mut id);
    }
    let subject = Parameters { credential: Some(Descriptor::public_key(&id)), ..Parameters::default() };
    a.key.manage(&token, Subcommand::DELETE_CREDENTIAL, Some(subject)).err().unwrap_or(Status::OK)
}
