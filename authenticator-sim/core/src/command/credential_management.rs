//! authenticatorCredentialManagement (CTAP 2.3 §6.8). The preview form differs in its command byte alone.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::{self, Vec};
use core::time::Duration;

use keyrig_ctap::Instant;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::credential_management::{Parameters, Request, Response, Subcommand};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY, RelyingParty};
use sha2::{Digest, Sha256};

use super::Step;
use super::verification::{self, Manager};
use crate::context::{Context, success};
use crate::extension::THIRD_PARTY_PAYMENT;
use crate::reason::Reason;
use crate::state::{CredentialSource, Edit, kept};

/// How long an enumeration, or its last step, is remembered.
const REMEMBERED: Duration = Duration::from_secs(30);

/// An enumeration that was begun; any command but its next step makes the authenticator forget it, and so does the end of
/// the token that began it (CTAP 2.3 §6, stateful commands).
pub(crate) struct Enumeration {
    left: Left,
    last: Instant,
    /// The token that does not end began it.
    persistent: bool,
}

enum Left {
    RelyingParties(vec::IntoIter<String>),
    Credentials(vec::IntoIter<Vec<u8>>),
}

impl core::fmt::Debug for Enumeration {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match &self.left {
            Left::RelyingParties(left) => write!(f, "Enumeration({} relying parties left)", left.len()),
            Left::Credentials(left) => write!(f, "Enumeration({} credentials left)", left.len()),
        }
    }
}

/// Runs a subcommand; the steps of an enumeration are the only ones that need no token.
pub(super) fn begin(cx: &mut Context, parameters: &[u8], begun: Option<Enumeration>) -> Result<Step, Reason> {
    let request = Request::decode(parameters)?;
    match request.subcommand {
        Subcommand::GET_CREDS_METADATA => metadata(cx, &request),
        Subcommand::ENUMERATE_RPS_BEGIN => relying_parties(cx, &request),
        Subcommand::ENUMERATE_CREDENTIALS_BEGIN => credentials(cx, &request),
        Subcommand::ENUMERATE_RPS_NEXT | Subcommand::ENUMERATE_CREDENTIALS_NEXT => {
            go_on(cx, begun.ok_or(Reason::NothingToContinue)?, request.subcommand)
        }
        Subcommand::DELETE_CREDENTIAL => delete(cx, &request),
        Subcommand::UPDATE_USER_INFORMATION => update(cx, &request),
        _ => Err(Reason::UnknownSubcommand),
    }
}

/// getCredsMetadata (CTAP 2.3 §6.8.2).
fn metadata(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    manager(cx, request, Permissions::PCMR)?.unbound()?;
    let (existing, remaining) = (cx.state.discoverable_count() as u64, cx.room() as u64);
    done(&Response { existing: Some(existing), remaining: Some(remaining), ..Response::default() })
}

/// enumerateRPsBegin (CTAP 2.3 §6.8.3).
fn relying_parties(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let manager = manager(cx, request, Permissions::PCMR)?;
    manager.unbound()?;
    let mut all = cx.state.relying_parties().map(String::from).collect::<Vec<_>>().into_iter();
    let total = all.len() as u64;
    let first = all.next().ok_or(Reason::NoCredentials)?;
    remember(cx, Left::RelyingParties(all), &manager);
    done(&Response { total_rps: Some(total), ..relying_party(&first) })
}

/// enumerateCredentialsBegin (CTAP 2.3 §6.8.4), newest first.
fn credentials(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let hash = subject(request)?.rp_id_hash.ok_or(Reason::Missing)?;
    let manager = manager(cx, request, Permissions::PCMR)?;
    let rp_id = cx.state.relying_parties().find(|id| Sha256::digest(id)[..] == hash).map(String::from);
    manager.for_hash(&hash)?;
    let ids = cx.state.discoverable(rp_id.as_deref().unwrap_or_default()).map(|source| source.id.clone());
    let mut all = ids.collect::<Vec<_>>().into_iter();
    let total = all.len() as u64;
    let first = all.next().ok_or(Reason::NoCredentials)?;
    remember(cx, Left::Credentials(all), &manager);
    done(&Response { total_credentials: Some(total), ..credential(cx, &first)? })
}

fn remember(cx: &mut Context, left: Left, manager: &Manager) {
    let persistent = manager.is_persistent();
    cx.volatile.enumeration = Some(Box::new(Enumeration { left, last: cx.now, persistent }));
}

/// enumerateRPsGetNextRP and enumerateCredentialsGetNextCredential (CTAP 2.3 §6.8.3, §6.8.4).
fn go_on(cx: &mut Context, mut enumeration: Enumeration, subcommand: Subcommand) -> Result<Step, Reason> {
    if cx.now.since(enumeration.last) > REMEMBERED || (!enumeration.persistent && cx.token().is_none()) {
        return Err(Reason::NothingToContinue);
    }
    let response = match (&mut enumeration.left, subcommand) {
        (Left::RelyingParties(left), Subcommand::ENUMERATE_RPS_NEXT) => {
            relying_party(&left.next().ok_or(Reason::NothingToContinue)?)
        }
        (Left::Credentials(left), Subcommand::ENUMERATE_CREDENTIALS_NEXT) => {
            credential(cx, &left.next().ok_or(Reason::NothingToContinue)?)?
        }
        _ => return Err(Reason::NothingToContinue),
    };
    cx.volatile.enumeration = Some(Box::new(Enumeration { last: cx.now, ..enumeration }));
    done(&response)
}

/// deleteCredential (CTAP 2.3 §6.8.5).
fn delete(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let descriptor = subject(request)?.credential.ok_or(Reason::Missing)?;
    let manager = manager(cx, request, Permissions::CM)?;
    let source = named(cx, &descriptor)?;
    manager.for_rp(&source.rp_id)?;
    let id = source.id.clone();
    cx.edit(Edit::RemoveCredential(id));
    done(&Response::default())
}

/// updateUserInformation (CTAP 2.3 §6.8.6): names that are not given are gone.
fn update(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let subject = subject(request)?;
    let descriptor = subject.credential.ok_or(Reason::Missing)?;
    let user = subject.user.ok_or(Reason::Missing)?;
    let manager = manager(cx, request, Permissions::CM)?;
    let source = named(cx, &descriptor)?;
    manager.for_rp(&source.rp_id)?;
    if source.user.id != user.id {
        return Err(Reason::Parameter);
    }
    let updated = CredentialSource { user: kept(user), ..source.clone() };
    cx.edit(Edit::PutCredential(Box::new(updated)));
    done(&Response::default())
}

/// Who asks, by a token that manages credentials; where `or` says so, one that only reads will do.
fn manager(cx: &mut Context, request: &Request, or: Permissions) -> Result<Manager, Reason> {
    let (param, number) = (request.pin_uv_auth_param.as_deref(), request.pin_uv_auth_protocol);
    verification::manager(cx, param, number, &request.authenticated(), Permissions::CM, or)
}

/// What a subcommand is about; without a `pinUvAuthParam` nobody looks (step 1 of each).
fn subject(request: &Request) -> Result<Parameters, Reason> {
    if request.pin_uv_auth_param.is_none() {
        return Err(Reason::VerificationNeeded);
    }
    let parameters = request.parameters.as_deref().map(Parameters::decode).transpose()?;
    Ok(parameters.unwrap_or_default())
}

/// The discoverable credential that a descriptor names.
fn named<'a>(cx: &'a Context, descriptor: &Descriptor) -> Result<&'a CredentialSource, Reason> {
    let named = cx.state.credential(&descriptor.id).filter(|_| descriptor.kind == PUBLIC_KEY);
    named.filter(|source| source.discoverable).ok_or(Reason::NoCredentials)
}

fn relying_party(id: &str) -> Response {
    let hash = Sha256::digest(id).to_vec();
    Response { rp: Some(RelyingParty::from(id)), rp_id_hash: Some(hash), ..Response::default() }
}

fn credential(cx: &Context, id: &[u8]) -> Result<Response, Reason> {
    let source = cx.state.credential(id).ok_or(Reason::NoCredentials)?;
    Ok(Response {
        user: Some(source.user.clone()),
        credential: Some(Descriptor::public_key(&source.id)),
        public_key: Some(source.public_key.to_cose(source.algorithm)),
        cred_protect: Some(source.protection.number()),
        large_blob_key: source.large_blob_key.as_ref().map(|key| key.to_vec()),
        third_party_payment: cx.has_extension(THIRD_PARTY_PAYMENT).then_some(source.third_party_payment),
        ..Response::default()
    })
}

fn done(response: &Response) -> Result<Step, Reason> {
    Ok(Step::Done(success(&response.encode())))
}
