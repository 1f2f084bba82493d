//! authenticatorMakeCredential (CTAP 2.3 §6.1).

use alloc::boxed::Box;
use alloc::vec::Vec;

use keyrig_ctap::auth_data::{AttestedCredential, AuthData, Flags};
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::cose::{Algorithm, CoseKey};
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::make_credential::{Request, Response};
use keyrig_ctap::message::{Descriptor, PUBLIC_KEY};
use keyrig_ctap::pin_uv_auth::Protocol;
use keyrig_ctap::seal::{Draft, Sealed, Statement};
use keyrig_ctap::{Command, Status};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::statement::statement;
use super::verification::{self, Evidence, Method};
use super::{Pending, Step};
use crate::context::Context;
use crate::extension::{Creation, LARGE_BLOB_KEY, SECRETS};
use crate::reason::Reason;
use crate::state::{CredentialSource, Edit, kept};
use crate::user::{self, Answer, Ask};

/// The steps of CTAP 2.3 §6.1.2 up to the first question.
pub(super) fn begin(cx: &mut Context, parameters: &[u8]) -> Result<Step, Reason> {
    let request = Request::decode(parameters)?;
    let param = request.pin_uv_auth_param.as_deref();
    if let Some(step) = verification::selection_probe(cx, Command::MAKE_CREDENTIAL, param) {
        return Ok(step); // Step 1
    }
    let protocol = verification::protocol(cx, param, request.pin_uv_auth_protocol)?; // Step 2
    let algorithm = algorithm(cx, &request)?; // Step 3
    let method = options(cx, &request, protocol)?; // Step 5
    let method = verification::always_uv(cx, method)?; // Step 6
    without_verification(cx, &request, method)?; // Steps 7 and 8
    let enterprise = enterprise_attestation(cx, &request)?; // Step 9
    let accepted = Accepted { request, algorithm, enterprise };
    verify(cx, accepted, method) // Steps 10 and 11
}

/// A request that passed the checks that need no user.
pub(crate) struct Accepted {
    request: Request,
    algorithm: Algorithm,
    enterprise: bool,
}

impl Accepted {
    fn rk(&self) -> bool {
        self.request.options.rk == Some(true)
    }
}

/// Waiting for the user. Holds what the remaining steps need, and nothing else.
pub(crate) struct Awaiting {
    accepted: Accepted,
    what: What,
}

enum What {
    /// Step 11: built-in verification.
    Verification,
    /// Step 12: a touch, before saying that a credential is here.
    Excluded,
    /// Step 14: the touch.
    Presence(Evidence),
}

impl Awaiting {
    /// Goes on with what the user did.
    pub(super) fn resume(self, cx: &mut Context, answer: Answer) -> Result<Step, Reason> {
        match self.what {
            What::Verification => {
                let evidence = verification::by_built_in(cx, answer)?;
                exclude_list(cx, self.accepted, evidence)
            }
            // Whatever the user did.
            What::Excluded => Err(Reason::Excluded),
            What::Presence(evidence) => {
                let present = Some(verification::touch(cx, answer)?);
                cx.spend_token(); // Step 14.4
                create(cx, &self.accepted, &Evidence { present, ..evidence })
            }
        }
    }
}

/// Step 3: the first offered algorithm that is the product's.
fn algorithm(cx: &Context, request: &Request) -> Result<Algorithm, Reason> {
    let offered = request.parameters.iter().filter(|parameter| parameter.kind == PUBLIC_KEY);
    let mut ours = offered.map(|parameter| parameter.algorithm).filter(|a| cx.cut.algorithms.contains(a));
    ours.next().ok_or(Reason::AlgorithmUnsupported)
}

/// Step 5.
fn options(cx: &Context, request: &Request, protocol: Option<Protocol>) -> Result<Method, Reason> {
    let method = verification::method(cx, protocol, request.options.uv)?;
    if request.options.rk == Some(true) && !cx.offers("rk") {
        return Err(Reason::RkUnsupported);
    }
    if request.options.up == Some(false) {
        return Err(Reason::UpFalse);
    }
    Ok(method)
}

/// Steps 7 and 8: who may create a credential without verification.
fn without_verification(cx: &Context, request: &Request, method: Method) -> Result<(), Reason> {
    if method != Method::None || !cx.is_protected() {
        return Ok(());
    }
    let not_required = cx.offers("makeCredUvNotRqd") && !cx.state.config.always_uv;
    if not_required && request.options.rk != Some(true) {
        return Ok(());
    }
    Err(verification::unverified(cx))
}

/// Step 9: whether the statement will be an enterprise attestation. For the vendor-facilitated kind the product knows
/// its relying parties, and any other gets what everybody gets (CTAP 2.3 §7.1).
fn enterprise_attestation(cx: &Context, request: &Request) -> Result<bool, Reason> {
    const VENDOR_FACILITATED: u64 = 1;
    const PLATFORM_MANAGED: u64 = 2;
    match request.enterprise_attestation {
        None => Ok(false),
        Some(_) if cx.cut.info.option("ep").is_none() || !cx.state.config.enterprise_attestation => {
            Err(Reason::EnterpriseUnsupported)
        }
        Some(VENDOR_FACILITATED) => Ok(cx.profile.attestation.enterprise_rp_ids.contains(&request.rp.id)),
        Some(PLATFORM_MANAGED) => Ok(true),
        Some(_) => Err(Reason::EnterpriseKind),
    }
}

/// Step 11.
fn verify(cx: &mut Context, accepted: Accepted, method: Method) -> Result<Step, Reason> {
    let request = &accepted.request;
    match method {
        Method::None => exclude_list(cx, accepted, Evidence::default()),
        Method::BuiltIn => {
            let awaiting = Awaiting { accepted, what: What::Verification };
            verification::ask_built_in(cx, Pending::MakeCredential(awaiting))
        }
        Method::Token(protocol) => {
            let param = request.pin_uv_auth_param.as_deref().unwrap_or_default();
            let (hash, rp_id) = (&request.client_data_hash, &request.rp.id);
            let evidence = verification::by_token(cx, protocol, param, hash, Permissions::MC, rp_id)?;
            exclude_list(cx, accepted, evidence)
        }
    }
}

/// Step 12.
fn exclude_list(cx: &mut Context, accepted: Accepted, evidence: Evidence) -> Result<Step, Reason> {
    let list = accepted.request.exclude_list.as_deref().unwrap_or_default();
    cx.check_list(list)?;
    if !list.iter().any(|descriptor| is_excluded(cx, &accepted.request, descriptor, &evidence)) {
        return presence(cx, accepted, evidence);
    }
    if evidence.present.is_some() {
        return Err(Reason::Excluded);
    }
    Ok(Step::ask(Ask::Presence, Pending::MakeCredential(Awaiting { accepted, what: What::Excluded })))
}

fn is_excluded(cx: &Context, request: &Request, descriptor: &Descriptor, evidence: &Evidence) -> bool {
    cx.listed(descriptor, &request.rp.id).is_some_and(|source| source.is_visible(true, evidence.verified.is_some()))
}

/// Steps 13 and 14.
fn presence(cx: &mut Context, accepted: Accepted, evidence: Evidence) -> Result<Step, Reason> {
    if evidence.present.is_none() {
        let awaiting = Awaiting { accepted, what: What::Presence(evidence) };
        return Ok(Step::ask(Ask::Presence, Pending::MakeCredential(awaiting)));
    }
    // Step 14.4, which presence by built-in verification skips.
    if accepted.request.pin_uv_auth_param.is_some() {
        cx.spend_token();
    }
    create(cx, &accepted, &evidence)
}

/// Steps 15 to 19.
fn create(cx: &mut Context, accepted: &Accepted, evidence: &Evidence) -> Result<Step, Reason> {
    let request = &accepted.request;
    let extensions = Creation::read(cx, request.extensions.as_deref(), &request.rp.id, accepted.rk())?; // Step 15
    // Out of order: whether there is room is known before the key of step 16 is made.
    let replaced = if accepted.rk() { replaced(cx, request)? } else { None };
    let source = credential(cx, accepted, &extensions)?; // Step 16
    let serial_number = accepted.enterprise.then(|| cx.serial_number());
    let mut statement = statement(cx, request, source.algorithm, serial_number.as_ref().map(|number| &number[..]));
    let enterprise = statement.leaf_mut().is_some_and(|leaf| leaf.serial_number.is_some());
    let draft = draft(cx, request, &source, &extensions, evidence, statement);
    let sealed = cx.vouch(draft, &source)?; // Step 19
    // Steps 17 and 18, last so that a statement that cannot be signed leaves no credential behind.
    if let Some(id) = replaced {
        cx.edit(Edit::RemoveCredential(id));
    }
    let large_blob_key = source.large_blob_key.as_ref().map(|key| key.to_vec());
    let unsigned = extensions.unsigned_outputs(&source);
    cx.edit(Edit::PutCredential(Box::new(source)));
    reply(sealed, enterprise, large_blob_key, unsigned)
}

/// Step 17: a discoverable credential of the same RP ID and user handle is overwritten.
fn replaced(cx: &Context, request: &Request) -> Result<Option<Vec<u8>>, Reason> {
    let mut same_rp = cx.state.discoverable(&request.rp.id);
    match same_rp.find(|source| source.user.id == request.user.id) {
        Some(source) => Ok(Some(source.id.clone())),
        None if cx.room() == 0 => Err(Reason::KeyStoreFull),
        None => Ok(None),
    }
}

/// Step 16, and the source of steps 17 and 18.
fn credential(cx: &mut Context, accepted: &Accepted, extensions: &Creation) -> Result<CredentialSource, Reason> {
    let pair = cx.provider.generate(accepted.algorithm, &mut *cx.entropy)?;
    let lengths = cx.profile.credential_id;
    let length = if accepted.rk() { lengths.discoverable } else { lengths.server_side };
    let mut id = alloc::vec![0; usize::from(length)];
    cx.entropy.fill(&mut id);
    let mut secret = |length: usize| {
        let mut secret = Zeroizing::new(alloc::vec![0; length]);
        cx.entropy.fill(&mut secret);
        secret
    };
    let hmac_secret = extensions.wants_secrets().then(|| secret(SECRETS));
    let large_blob_key = extensions.large_blob_key.then(|| secret(LARGE_BLOB_KEY));
    Ok(CredentialSource {
        id,
        rp_id: accepted.request.rp.id.clone(),
        u2f_application: None,
        user: kept(accepted.request.user.clone()),
        algorithm: accepted.algorithm,
        private_key: pair.private,
        public_key: pair.public,
        discoverable: accepted.rk(),
        protection: extensions.protection.unwrap_or_default(),
        backup: cx.state.backup,
        sign_count: cx.creation_count(),
        created: cx.state.next_created(),
        hmac_secret,
        cred_blob: extensions.cred_blob.clone().flatten(),
        large_blob_key,
        large_blob: None,
        third_party_payment: extensions.third_party_payment,
    })
}

fn draft(
    cx: &mut Context,
    request: &Request,
    source: &CredentialSource,
    extensions: &Creation,
    evidence: &Evidence,
    statement: Statement,
) -> Draft {
    let extensions = extensions.outputs(cx, source, evidence.verified.is_some());
    let ed = if extensions.is_some() { Flags::ED } else { Flags::default() };
    let seen = user::flags(evidence.present.as_ref(), evidence.verified.as_ref());
    let key = CoseKey::from(source.public_key.to_cose(source.algorithm));
    Draft {
        auth_data: AuthData {
            rp_id_hash: Sha256::digest(&request.rp.id).into(),
            flags: seen | source.backup_flags() | Flags::AT | ed,
            sign_count: source.sign_count,
            attested: Some(AttestedCredential {
                aaguid: cx.profile.aaguid,
                credential_id: source.id.clone(),
                public_key: key,
            }),
            extensions,
            rest: Vec::new(),
        },
        client_data_hash: request.client_data_hash.to_vec(),
        statement,
    }
}

fn reply(
    sealed: Sealed,
    enterprise: bool,
    large_blob_key: Option<Vec<u8>>,
    unsigned_extensions: Option<Vec<u8>>,
) -> Result<Step, Reason> {
    let Sealed::Attestation { format, auth_data, statement } = sealed else { return Err(Reason::WrongSeal) };
    let response = Response {
        format: format.into(),
        auth_data,
        statement,
        enterprise: enterprise.then_some(true),
        large_blob_key,
        unsigned_extensions,
    };
    let mut out = Writer::with_capacity(256 + response.auth_data.len() + response.statement.len());
    out.raw(&[Status::OK.0]);
    response.encode_into(&mut out);
    Ok(Step::Done(out.into_bytes()))
}
