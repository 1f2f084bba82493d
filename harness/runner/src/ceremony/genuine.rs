//! What an authenticator-seam tamper is about, from an authenticator that does not lie.

use keyrig_ctap::auth_data::{AuthData, Flags};
use serde_json::Value;

use super::play::{honest, stopped};
use super::{Ceremony, CeremonyError, Order};
use crate::base64url;
use crate::client::{Link, Withhold};
use crate::tamper::{CannotLie, Difference, Genuine, Seam, TamperCall};
use crate::target::{Options, Session};

/// What the client leaves out for the order's lies; `None` where a lie has no honest way.
pub(super) fn withheld(order: &Order<'_>) -> Option<Withhold> {
    let mut withhold = Withhold::default();
    for call in of_authenticator(order) {
        match Genuine::way(call, order.ceremony)? {
            Genuine::WithoutPresence => withhold.presence = true,
            Genuine::WithoutVerification => withhold.verification = true,
            Genuine::Overtaken => {}
        }
    }
    Some(withhold)
}

/// What came of what the client left out.
///
/// # Errors
///
/// [`CannotLie`] where the authenticator did it all the same.
pub(super) fn differences(order: &Order<'_>, credential: &Value) -> Result<Vec<Difference>, CannotLie> {
    let mut differences = Vec::new();
    for call in of_authenticator(order) {
        let bit = match Genuine::way(call, order.ceremony) {
            Some(Genuine::WithoutPresence) => Flags::UP,
            Some(Genuine::WithoutVerification) => Flags::UV,
            Some(Genuine::Overtaken) | None => continue,
        };
        let flags = auth_data(credential).ok_or_else(|| call.cannot("its authenticator data cannot be read"))?.flags;
        if flags.contains(bit) {
            return Err(call.cannot("the authenticator does not go along"));
        }
        let path = "authenticatorData.flags".to_owned();
        differences.push(Difference { path, honest: flags.with(bit).to_string(), sent: flags.to_string() });
    }
    Ok(differences)
}

/// Lets a later assertion of the same credential be accepted before `credential` is handed in, where the order asks
/// for a counter that goes back.
///
/// # Errors
///
/// [`CeremonyError::CannotLie`] where the later one is not accepted, or the counter does not move.
pub(super) async fn overtake(
    order: &Order<'_>,
    credential: &Value,
    link: &mut Link<'_>,
    session: &mut Session,
) -> Result<Vec<Difference>, CeremonyError> {
    let Some(call) = overtaken(order).filter(|_| link.device().lies().is_none()) else { return Ok(Vec::new()) };
    let mut other = session.another();
    let answer = other.options(order.ceremony, order.user, &order.request, order.http_origin()).await;
    let later = match answer? {
        Options::Given(options) => {
            honest(order, &options, link, &mut |_| Ok(())).map_err(|stop| stopped(stop, call))?
        }
        Options::Refused(_) => return Err(call.cannot("the other session got no options").into()),
    };
    let outcome = other.result(order.ceremony, &later.credential, order.http_origin()).await;
    session.keep_exchanges_of(&mut other);
    if !outcome.is_accepted() {
        return Err(call.cannot("the assertion that overtakes it was not accepted").into());
    }
    let counts = (auth_data(credential), auth_data(&later.credential));
    let (Some(sent), Some(later)) = counts else {
        return Err(call.cannot("its authenticator data cannot be read").into());
    };
    if sent.sign_count >= later.sign_count {
        return Err(call.cannot("its counter does not move").into());
    }
    let honest = format!("more than {}", later.sign_count);
    let path = "authenticatorData.signCount".to_owned();
    Ok(vec![Difference { path, honest, sent: sent.sign_count.to_string() }])
}

/// The lie that takes a later assertion to be true.
pub(super) fn overtaken<'o>(order: &Order<'o>) -> Option<&'o TamperCall> {
    of_authenticator(order).find(|call| Genuine::way(call, order.ceremony) == Some(Genuine::Overtaken))
}

fn of_authenticator<'o>(order: &Order<'o>) -> impl Iterator<Item = &'o TamperCall> {
    order.tampers.iter().filter(|call| call.tamper.seam() == Seam::Authenticator)
}

fn auth_data(credential: &Value) -> Option<AuthData> {
    let bytes = credential.pointer("/response/authenticatorData")?.as_str().and_then(base64url::decode)?;
    AuthData::parse(&bytes).ok()
}

/// Whether every lie of the order that is the authenticator's can be had from one that does not lie.
pub(crate) fn has_a_way<'t>(calls: impl IntoIterator<Item = &'t TamperCall>, ceremony: Ceremony) -> bool {
    let mut lies = calls.into_iter().filter(|call| call.tamper.seam() == Seam::Authenticator);
    lies.all(|call| Genuine::way(call, ceremony).is_some())
}
