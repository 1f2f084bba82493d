//! authenticatorGetAssertion (CTAP 2.3 §6.2).

use alloc::boxed::Box;
use alloc::vec::Vec;

use keyrig_ctap::Command;
use keyrig_ctap::Status;
use keyrig_ctap::auth_data::{AuthData, Flags};
use keyrig_ctap::cbor::Writer;
use keyrig_ctap::message::client_pin::Permissions;
use keyrig_ctap::message::get_assertion::{Request, Response};
use keyrig_ctap::message::{Descriptor, User};
use keyrig_ctap::seal::{Draft, Sealed, Statement};
use sha2::{Digest, Sha256};

use super::get_next_assertion::Remembered;
use super::verification::{self, Evidence, Method};
use super::{Pending, Step};
use crate::context::Context;
use crate::extension::Use;
use crate::reason::Reason;
use crate::user::{self, Answer, Ask};

/// The steps of CTAP 2.3 §6.2.2 up to the first question.
pub(super) fn begin(cx: &mut Context, parameters: &[u8]) -> Result<Step, Reason> {
    let request = Request::decode(parameters)?;
    let param = request.pin_uv_auth_param.as_deref();
    if let Some(step) = verification::selection_probe(cx, Command::GET_ASSERTION, param) {
        return Ok(step); // Step 1
    }
    let protocol = verification::protocol(cx, param, request.pin_uv_auth_protocol)?; // Step 2
    let method = verification::method(cx, protocol, request.options.uv)?; // Step 4
    if request.options.rk.is_some() {
        return Err(Reason::RkUnsupported);
    }
    let method = if up(&request) { verification::always_uv(cx, method)? } else { method }; // Step 5
    verify(cx, request, method) // Step 6
}

/// Waiting for the user. Holds what the remaining steps need, and nothing else.
pub(crate) struct Awaiting {
    request: Request,
    what: What,
}

enum What {
    /// Step 6: built-in verification.
    Verification,
    /// Step 9: the touch, once it is known which credentials fit.
    Presence { fitting: Vec<Vec<u8>>, evidence: Evidence },
}

impl Awaiting {
    /// Goes on with what the user did.
    pub(super) fn resume(self, cx: &mut Context, answer: Answer) -> Result<Step, Reason> {
        match self.what {
            What::Verification => {
                let evidence = verification::by_built_in(cx, answer)?;
                locate(cx, self.request, evidence)
            }
            What::Presence { fitting, evidence } => {
                let present = Some(verification::touch(cx, answer)?);
                cx.spend_token(); // Step 9.4
                answer_with(cx, &self.request, fitting, Evidence { present, ..evidence })
            }
        }
    }
}

fn up(request: &Request) -> bool {
    request.options.up.unwrap_or(true)
}

/// Step 6.
fn verify(cx: &mut Context, request: Request, method: Method) -> Result<Step, Reason> {
    match method {
        Method::None => locate(cx, request, Evidence::default()),
        Method::BuiltIn => {
            let awaiting = Awaiting { request, what: What::Verification };
            verification::ask_built_in(cx, Pending::GetAssertion(awaiting))
        }
        Method::Token(protocol) => {
            let param = request.pin_uv_auth_param.as_deref().unwrap_or_default();
            let (hash, rp_id) = (&request.client_data_hash, &request.rp_id);
            let evidence = verification::by_token(cx, protocol, param, hash, Permissions::GA, rp_id)?;
            locate(cx, request, evidence)
        }
    }
}

/// Steps 7 to 9: which credentials fit, then the touch.
fn locate(cx: &mut Context, request: Request, evidence: Evidence) -> Result<Step, Reason> {
    let verified = evidence.verified.is_some();
    let fitting: Vec<Vec<u8>> = match request.allow_list.as_deref() {
        Some(list) if !list.is_empty() => {
            cx.check_list(list)?;
            let sources = list.iter().filter_map(|descriptor| cx.listed(descriptor, &request.rp_id));
            sources.filter(|source| source.is_visible(true, verified)).take(1).map(|source| source.id.clone()).collect()
        }
        _ => {
            let sources = cx.state.discoverable(&request.rp_id);
            sources.filter(|source| source.is_visible(false, verified)).map(|source| source.id.clone()).collect()
        }
    };
    if fitting.is_empty() {
        return Err(Reason::NoCredentials);
    }
    if up(&request) && evidence.present.is_none() {
        let awaiting = Awaiting { request, what: What::Presence { fitting, evidence } };
        return Ok(Step::ask(Ask::Presence, Pending::GetAssertion(awaiting)));
    }
    // Step 9.4, which presence by built-in verification skips.
    if up(&request) && request.pin_uv_auth_param.is_some() {
        cx.spend_token();
    }
    // Built-in verification is a touch, but a platform that said `up: false` gets no UP.
    let present = if up(&request) { evidence.present } else { None };
    answer_with(cx, &request, fitting, Evidence { present, ..evidence })
}

/// Steps 10 to 13.
fn answer_with(cx: &mut Context, request: &Request, fitting: Vec<Vec<u8>>, evidence: Evidence) -> Result<Step, Reason> {
    let extensions = Use::read(cx, request.extensions.as_deref(), up(request))?; // Step 10
    let mut ids = fitting.into_iter();
    let id = ids.next().ok_or(Reason::NoCredentials)?;
    let total = 1 + ids.len();
    let question = Question {
        rp_id_hash: Sha256::digest(&request.rp_id).into(),
        client_data_hash: request.client_data_hash,
        evidence,
        extensions,
        several: total > 1,
        named: request.allow_list.as_ref().is_some_and(|list| !list.is_empty()),
        by_token: request.pin_uv_auth_param.is_some(),
    };
    let reply = sign(cx, &question, &id, (total > 1).then_some(total as u64))?; // Steps 11 to 13
    if total > 1 {
        cx.volatile.remembered = Some(Box::new(Remembered::new(question, ids, cx.now)));
    }
    Ok(Step::Done(reply))
}

/// What is the same for each assertion that answers one request.
pub(super) struct Question {
    rp_id_hash: [u8; 32],
    client_data_hash: [u8; 32],
    evidence: Evidence,
    extensions: Use,
    several: bool,
    named: bool,
    pub(super) by_token: bool,
}

/// Step 13: one assertion, status byte included.
pub(super) fn sign(cx: &mut Context, question: &Question, id: &[u8], count: Option<u64>) -> Result<Vec<u8>, Reason> {
    let extensions = question.extensions.outputs(cx, id, question.evidence.verified.is_some());
    let sign_count = cx.count_signature(id);
    let source = cx.state.credential(id).ok_or(Reason::NoCredentials)?;
    let large_blob_key = source.large_blob_key.as_ref().filter(|_| question.extensions.large_blob_key);
    let large_blob_key = large_blob_key.map(|key| key.to_vec());
    let user = source.discoverable.then(|| account(&source.user, question));
    let ed = if extensions.is_some() { Flags::ED } else { Flags::default() };
    let seen = user::flags(question.evidence.present.as_ref(), question.evidence.verified.as_ref());
    let draft = Draft {
        auth_data: AuthData {
            rp_id_hash: question.rp_id_hash,
            flags: seen | source.backup_flags() | ed,
            sign_count,
            attested: None,
            extensions,
            rest: Vec::new(),
        },
        client_data_hash: question.client_data_hash.to_vec(),
        statement: Statement::Assertion,
    };
    let Sealed::Assertion { auth_data, signature } = cx.vouch_stored(draft, id)? else {
        return Err(Reason::WrongSeal);
    };
    let unsigned_extensions = question.extensions.unsigned_outputs(cx, id, question.named);
    let response = Response {
        credential: Some(Descriptor::public_key(id)),
        auth_data,
        signature,
        user,
        number_of_credentials: count,
        user_selected: None,
        large_blob_key,
        unsigned_extensions,
    };
    let mut out = Writer::with_capacity(256 + id.len());
    out.raw(&[Status::OK.0]);
    response.encode_into(&mut out);
    Ok(out.into_bytes())
}

/// The account: names only after verification, and only where there are several to choose from.
fn account(user: &User, question: &Question) -> User {
    if question.several && question.evidence.verified.is_some() {
        user.clone()
    } else {
        User { id: user.id.clone(), name: None, display_name: None }
    }
}
