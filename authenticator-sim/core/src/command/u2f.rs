//! CTAP1/U2F (FIDO U2F Raw Message Formats 1.2; CTAP 2.3 §10.3): register, authenticate in its three forms, version.
//!
//! A key handle is a credential id and an application parameter the hash of an RP ID, so what is made here can be used by
//! authenticatorGetAssertion. The statement and the assertion go through the [`Seal`](keyrig_ctap::seal::Seal) like all
//! others.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use keyrig_ctap::Command;
use keyrig_ctap::auth_data::{AttestedCredential, AuthData, Flags};
use keyrig_ctap::cbor::{Fields, Tree, expect_array, expect_bytes};
use keyrig_ctap::cose::{Algorithm, CoseKey, PublicKey};
use keyrig_ctap::message::User;
use keyrig_ctap::profile::Profile;
use keyrig_ctap::seal::{Draft, Role, Sealed, Statement};
pub(crate) use keyrig_ctap::u2f::VERSION;
use keyrig_ctap::u2f::{Apdu, Control, Instruction, LONGEST_KEY_HANDLE, Parameters, Registration, StatusWord, answer};
use sha2::{Digest, Sha256};

use super::statement::leaf;
use super::{Pending, Step};
use crate::context::Context;
use crate::cut::cut;
use crate::reason::Reason;
use crate::state::{Configuration, CredentialSource, Edit};
use crate::user::{self, Answer, Ask};

/// How long a message waits for the user before it says that it has to be sent again.
pub(super) const USER_ACTION: Duration = Duration::from_millis(500);

/// Waiting for the touch.
pub(crate) struct Awaiting {
    parameters: Parameters,
    what: What,
}

enum What {
    Register,
    Sign { id: Vec<u8> },
}

impl Awaiting {
    /// The CTAP2 command that does the same.
    pub(super) const fn command(&self) -> Command {
        match self.what {
            What::Register => Command::MAKE_CREDENTIAL,
            What::Sign { .. } => Command::GET_ASSERTION,
        }
    }

    /// Goes on with what the user did.
    pub(super) fn resume(self, cx: &mut Context, given: Answer) -> Step {
        let done = user::presence(given).and_then(|_| match self.what {
            What::Register => register(cx, &self.parameters),
            What::Sign { ref id } => sign(cx, &self.parameters, id, Flags::UP),
        });
        Step::Done(match done {
            Ok(data) => answer(&data, StatusWord::NO_ERROR),
            Err(reason) => refusal(reason),
        })
    }
}

/// The answer where something else came between: everything but a mistake of ours can be tried again.
pub(crate) fn refusal(reason: Reason) -> Vec<u8> {
    let status = match reason {
        Reason::CannotVouch(_) | Reason::Provider(_) | Reason::WrongSeal => StatusWord::UNKNOWN,
        _ => StatusWord::CONDITIONS_NOT_SATISFIED,
    };
    answer(&[], status)
}

/// Whether an authenticator of `profile` knows U2F.
pub(crate) fn speaks_u2f(profile: &Profile) -> bool {
    cut(profile).info.speaks_u2f()
}

/// Whether `alwaysUv` has switched U2F off, which verifies nobody (CTAP 2.3 §7.2). Products that leave the factory with
/// both keep both.
pub(super) fn is_off(cx: &Context) -> bool {
    cx.state.config.always_uv && !Configuration::factory(&cx.profile).always_uv
}

/// Runs an APDU up to its end or to the touch.
pub(crate) fn begin(cx: &mut Context, message: &[u8]) -> Step {
    cx.volatile.remembered = None;
    cx.volatile.enumeration = None;
    cx.volatile.enrollment = None;
    match command(cx, message) {
        Ok(step) => step,
        Err(status) => Step::Done(answer(&[], status)),
    }
}

fn command(cx: &mut Context, message: &[u8]) -> Result<Step, StatusWord> {
    let apdu = Apdu::parse(message)?;
    if apdu.class != 0 {
        return Err(StatusWord::CLA_NOT_SUPPORTED);
    }
    if !cx.cut.info.speaks_u2f() {
        return Err(StatusWord::INS_NOT_SUPPORTED);
    }
    match apdu.instruction {
        Instruction::VERSION if apdu.data.is_empty() => {
            Ok(Step::Done(answer(VERSION.as_bytes(), StatusWord::NO_ERROR)))
        }
        Instruction::VERSION => Err(StatusWord::WRONG_LENGTH),
        Instruction::REGISTER | Instruction::AUTHENTICATE if is_off(cx) => Err(StatusWord::COMMAND_NOT_ALLOWED),
        Instruction::REGISTER => {
            let (parameters, rest) = Parameters::split(apdu.data).ok_or(StatusWord::WRONG_LENGTH)?;
            if rest.is_empty() { Ok(ask(parameters, What::Register)) } else { Err(StatusWord::WRONG_LENGTH) }
        }
        Instruction::AUTHENTICATE => authenticate(cx, Control(apdu.p1), apdu.data),
        _ => Err(StatusWord::INS_NOT_SUPPORTED),
    }
}

fn authenticate(cx: &mut Context, control: Control, data: &[u8]) -> Result<Step, StatusWord> {
    let (parameters, rest) = Parameters::split(data).ok_or(StatusWord::WRONG_LENGTH)?;
    let (length, id) = rest.split_first().ok_or(StatusWord::WRONG_LENGTH)?;
    if usize::from(*length) != id.len() {
        return Err(StatusWord::WRONG_LENGTH);
    }
    let known = cx.state.credential(id).is_some_and(|source| signs(cx, source, parameters.application));
    match control {
        Control::CHECK_ONLY | Control::ENFORCE | Control::DONT_ENFORCE if !known => Err(StatusWord::WRONG_DATA),
        Control::CHECK_ONLY => Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        Control::ENFORCE => Ok(ask(parameters, What::Sign { id: id.to_vec() })),
        Control::DONT_ENFORCE => {
            let signed = sign(cx, &parameters, id, Flags::default());
            Ok(Step::Done(signed.map_or_else(refusal, |data| answer(&data, StatusWord::NO_ERROR))))
        }
        _ => Err(StatusWord::WRONG_P1P2),
    }
}

/// Whether U2F signs with it for this application: what U2F made, and where the product does so, what CTAP2 made; not
/// what only a verified user may see, and with the one algorithm that U2F has.
fn signs(cx: &Context, source: &CredentialSource, application: [u8; 32]) -> bool {
    match source.u2f_application {
        Some(own) => own == application,
        None => {
            cx.profile.u2f_uses_ctap2_credentials
                && !source.discoverable
                && source.algorithm == Algorithm::ES256
                && source.is_visible(true, false)
                && Sha256::digest(&source.rp_id)[..] == application
        }
    }
}

fn ask(parameters: Parameters, what: What) -> Step {
    Step::ask(Ask::Presence, Pending::U2f(Awaiting { parameters, what }))
}

/// The response data of a registration.
fn register(cx: &mut Context, parameters: &Parameters) -> Result<Vec<u8>, Reason> {
    let source = credential(cx, parameters.application)?;
    let key = CoseKey::from(source.public_key.to_cose(Algorithm::ES256));
    let draft = Draft {
        auth_data: AuthData {
            rp_id_hash: parameters.application,
            flags: Flags::UP | Flags::AT,
            sign_count: source.sign_count,
            attested: Some(AttestedCredential {
                aaguid: cx.profile.aaguid,
                credential_id: source.id.clone(),
                public_key: key,
            }),
            extensions: None,
            rest: Vec::new(),
        },
        client_data_hash: parameters.challenge.to_vec(),
        statement: Statement::FidoU2f { leaf: leaf(cx, Role::Authenticator, None) },
    };
    let Sealed::Attestation { statement, .. } = cx.vouch(draft, &source)? else { return Err(Reason::WrongSeal) };
    let (certificate, signature) = attestation(&statement).ok_or(Reason::WrongSeal)?;
    let answer = Registration {
        public_key: &point(&source)?,
        key_handle: &source.id,
        certificate: &certificate,
        signature: &signature,
    };
    let data = answer.encode();
    cx.edit(Edit::PutCredential(Box::new(source)));
    Ok(data)
}

/// The response data of an authentication.
fn sign(cx: &mut Context, parameters: &Parameters, id: &[u8], flags: Flags) -> Result<Vec<u8>, Reason> {
    let draft = Draft {
        auth_data: AuthData {
            rp_id_hash: parameters.application,
            flags,
            sign_count: cx.count_signature(id),
            attested: None,
            extensions: None,
            rest: Vec::new(),
        },
        client_data_hash: parameters.challenge.to_vec(),
        statement: Statement::Assertion,
    };
    let Sealed::Assertion { auth_data, signature } = cx.vouch_stored(draft, id)? else {
        return Err(Reason::WrongSeal);
    };
    Ok([auth_data.get(32..).unwrap_or_default(), &signature].concat())
}

fn credential(cx: &mut Context, application: [u8; 32]) -> Result<CredentialSource, Reason> {
    let pair = cx.provider.generate(Algorithm::ES256, &mut *cx.entropy)?;
    let length = usize::from(cx.profile.credential_id.server_side).min(LONGEST_KEY_HANDLE);
    let mut id = alloc::vec![0; length];
    cx.entropy.fill(&mut id);
    Ok(CredentialSource {
        id,
        rp_id: String::new(),
        u2f_application: Some(application),
        // There is no account in U2F.
        user: User { id: Vec::new(), name: None, display_name: None },
        algorithm: Algorithm::ES256,
        private_key: pair.private,
        public_key: pair.public,
        discoverable: false,
        protection: crate::state::Protection::Optional,
        backup: cx.state.backup,
        sign_count: cx.creation_count(),
        created: cx.state.next_created(),
        hmac_secret: None,
        cred_blob: None,
        large_blob_key: None,
        large_blob: None,
        third_party_payment: false,
    })
}

/// The public key as an uncompressed point.
fn point(source: &CredentialSource) -> Result<Vec<u8>, Reason> {
    let PublicKey::Ec2 { x, y, .. } = &source.public_key else { return Err(Reason::WrongSeal) };
    Ok([&[4], x.as_slice(), y].concat())
}

/// Certificate and signature of a `fido-u2f` statement.
fn attestation(statement: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let tree = Tree::parse(statement).ok()?;
    let fields = Fields::of(&tree.root, "attStmt").ok()?;
    let x5c = expect_array(fields.text("x5c")?, "x5c").ok()?;
    let certificate = expect_bytes(x5c.first()?, "x5c").ok()?;
    let signature = expect_bytes(fields.text("sig")?, "sig").ok()?;
    Some((certificate.to_vec(), signature.to_vec()))
}
