//! Gathering what some lies need before they can be told.

use serde_json::Value;

use super::play::{honest, stopped};
use super::{Ceremony, CeremonyError, OptionsRequest, Order};
use crate::base64url;
use crate::client::Link;
use crate::tamper::{Foil, Need, TamperCall};
use crate::target::{Options, Session};

/// Gathers what the order's lies need.
///
/// # Errors
///
/// [`CeremonyError::CannotLie`] where it is not to be had.
pub(super) async fn foil(
    order: &Order<'_>,
    options: &Value,
    link: &mut Link<'_>,
    session: &mut Session,
) -> Result<Foil, CeremonyError> {
    let mut foil = Foil::default();
    for call in order.tampers {
        match call.tamper.need {
            Need::Nothing => {}
            Need::OtherSession => foil.other_session = Some(challenge_of_another_session(order, call, session).await?),
            Need::UsedChallenge => {
                foil.used_challenge = Some(used_challenge(order, call, options, link, session).await?)
            }
            Need::OtherUser => other_user(order, call, session, &mut foil).await?,
            Need::OtherAnswer => foil.other_answer = Some(other_answer(order, call, options, link)?),
        }
    }
    Ok(foil)
}

/// The challenge that the target gives to another session of the same user.
async fn challenge_of_another_session(
    order: &Order<'_>,
    call: &TamperCall,
    session: &mut Session,
) -> Result<Vec<u8>, CeremonyError> {
    let mut other = session.another();
    let answer = other.options(order.ceremony, order.user, &order.request, order.http_origin()).await;
    session.keep_exchanges_of(&mut other);
    match answer? {
        Options::Given(options) => challenge(&options).ok_or(call.cannot("the other session got no challenge").into()),
        Options::Refused(_) => Err(call.cannot("the other session got no options").into()),
    }
}

/// Lets an honest ceremony succeed; its challenge is used then.
async fn used_challenge(
    order: &Order<'_>,
    call: &TamperCall,
    options: &Value,
    link: &mut Link<'_>,
    session: &mut Session,
) -> Result<Vec<u8>, CeremonyError> {
    let made = honest(order, options, link, &mut |_| Ok(())).map_err(|stop| stopped(stop, call))?;
    if !session.result(order.ceremony, &made.credential, order.http_origin()).await.is_accepted() {
        return Err(call.cannot("the honest ceremony before it was not accepted").into());
    }
    challenge(options).ok_or(call.cannot("the options have no challenge").into())
}

/// An honest answer of the same authenticator to a challenge that nobody gave.
fn other_answer(
    order: &Order<'_>,
    call: &TamperCall,
    options: &Value,
    link: &mut Link<'_>,
) -> Result<Value, CeremonyError> {
    let mut bytes = challenge(options).ok_or(call.cannot("the options have no challenge"))?;
    bytes.iter_mut().for_each(|byte| *byte ^= 0xff);
    let mut options = options.clone();
    options["challenge"] = base64url::encode(&bytes).into();
    let made = honest(order, &options, link, &mut |_| Ok(())).map_err(|stop| stopped(stop, call))?;
    Ok(made.credential)
}

/// Another user's handle and one of their credential ids: of an account that was registered here, what was seen then;
/// of any other, what the options endpoints tell anybody.
async fn other_user(
    order: &Order<'_>,
    call: &TamperCall,
    session: &mut Session,
    foil: &mut Foil,
) -> Result<(), CeremonyError> {
    let user = call.argument.as_deref();
    if let Some(known) = user.and_then(|user| session.target().acquaintance(user)) {
        (foil.other_user_handle, foil.other_credential) = (known.user_handle, known.credential_id);
        return Ok(());
    }
    let request = OptionsRequest::default();
    let mut other = session.another();
    let registration = other.options(Ceremony::Registration, user, &request, order.http_origin()).await;
    let authentication = other.options(Ceremony::Authentication, user, &request, order.http_origin()).await;
    session.keep_exchanges_of(&mut other);
    if let Options::Given(options) = registration? {
        foil.other_user_handle = user_handle(&options);
    }
    if let Options::Given(options) = authentication? {
        foil.other_credential = bytes(&options, "/allowCredentials/0/id");
    }
    Ok(())
}

/// The user handle in the options of a registration.
pub(super) fn user_handle(options: &Value) -> Option<Vec<u8>> {
    bytes(options, "/user/id")
}

fn challenge(options: &Value) -> Option<Vec<u8>> {
    bytes(options, "/challenge").filter(|challenge| !challenge.is_empty())
}

fn bytes(options: &Value, pointer: &str) -> Option<Vec<u8>> {
    options.pointer(pointer).and_then(Value::as_str).and_then(base64url::decode)
}
