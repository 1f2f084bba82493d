//! Steps that are ceremonies, or their beginning.

use serde_json::Value;

use super::actor::{Act, Stop, Take};
use super::world::{World, order};
use super::{hold, needs};
use crate::ceremony::{Ceremony, CeremonyError, OptionsRequest, Order, Record, perform};
use crate::client::Page;
use crate::device::Pin;
use crate::environment_error::EnvironmentError;
use crate::evidence::{CeremonyReport, Role};
use crate::outcome::Outcome;
use crate::scenario::{Authenticate, Options, Plug, Register, Scene};
use crate::tamper::{Argument, TamperCall};
use crate::target::{self, Session};

/// The PIN of people who were not told another; long enough for every profile.
pub(super) const PIN: &str = "83190457";

/// A ceremony, ready to be performed.
struct Ready<'a> {
    ceremony: Ceremony,
    account: Option<String>,
    owner: String,
    device: String,
    request: OptionsRequest,
    scene: &'a Scene,
    transports: Option<Vec<String>>,
    session: Session,
    origin: String,
    take: Take,
}

impl World<'_> {
    pub(super) async fn register(&mut self, register: &Register, take: Take) -> Result<Act, Stop> {
        let account = self.stand_in(&register.user, take.role).await?;
        let device = match (&register.plug, order(take.role)) {
            (None, _) => register.device.clone(),
            (Some(plug), None) => self.plugged(&register.device, plug)?,
            (Some(plug), Some(order)) => self.plugged(&format!("{}+control-{order}", register.device), plug)?,
        };
        let name = register.scene.session.clone().unwrap_or_else(|| account.clone());
        let session = self.sessions.remove(&name).unwrap_or_else(|| self.target.session());
        let what = self.devices.get(&device).map(|held| held.device.describe().name).unwrap_or_default();
        let ready = Ready {
            ceremony: Ceremony::Registration,
            owner: account.clone(),
            account: Some(account.clone()),
            device: device.clone(),
            request: register.request.clone(),
            scene: &register.scene,
            transports: register.transports.clone(),
            session,
            origin: self.target.file().origin.clone(),
            take,
        };
        let (record, session) = self.perform(ready).await?;
        not_passed_over(&register.request, &register.scene, &record)?;
        self.sessions.insert(name, session);
        if let (true, Some(id), Some(held)) =
            (record.outcome.is_accepted(), &record.credential_id, self.devices.get_mut(&device))
        {
            held.credentials.insert(account.clone(), id.clone());
        }
        Ok(self.ceremony_act(format!("register {account} with {what}"), &register.scene, record).await)
    }

    pub(super) async fn authenticate(&mut self, authenticate: &Authenticate, take: Take) -> Result<Act, Stop> {
        let target = match &authenticate.at {
            Some(at) => self.downstream.get(at).cloned().unwrap_or_else(|| self.target.clone()),
            None => self.target.clone(),
        };
        let account = authenticate.user.as_ref().map(|user| self.account(user));
        let owner = account.clone().unwrap_or_else(|| self.owner(&authenticate.device));
        let name = authenticate.scene.session.clone().unwrap_or_else(|| match &authenticate.at {
            Some(at) => format!("{owner} at {at}"),
            None => owner.clone(),
        });
        let kept = authenticate.scene.session.as_ref().and_then(|name| self.sessions.remove(name));
        let kept_one = kept.is_some();
        let what = self.devices.get(&authenticate.device).map(|held| held.device.describe().name).unwrap_or_default();
        let place = authenticate.at.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
        let who = account.clone().unwrap_or_else(|| "without a name".to_owned());
        let ready = Ready {
            ceremony: Ceremony::Authentication,
            account,
            owner,
            device: authenticate.device.clone(),
            request: authenticate.request.clone(),
            scene: &authenticate.scene,
            transports: None,
            session: kept.unwrap_or_else(|| target.session()),
            origin: target.file().origin.clone(),
            take,
        };
        let (record, session) = self.perform(ready).await?;
        not_passed_over(&authenticate.request, &authenticate.scene, &record)?;
        if matches!(take.role, Role::Step | Role::Attack) {
            self.sessions.insert(name, session);
        }
        let action = format!("authenticate {who}{place} with {what}");
        let sign_ins = record.exchanges.iter().filter(|exchange| exchange.label == "authentication result").count();
        let act = self.ceremony_act(action, &authenticate.scene, record).await;
        Ok(Act { fresh_session: !kept_one && sign_ins <= 1, ..act })
    }

    pub(super) async fn options(&mut self, options: &Options) -> Result<Act, Stop> {
        let account = options.user.as_ref().map(|user| self.account(user));
        let mut session = self.target.session();
        let file = self.target.file();
        let origin = file.http_origin.clone().unwrap_or_else(|| file.origin.clone());
        let answer = session.options(options.ceremony, account.as_deref(), &options.request, &origin).await?;
        let of = account.map(|account| format!(" of {account}")).unwrap_or_default();
        let mut act = Act::done(format!("fetch the {} options{of}", options.ceremony.as_str()));
        match answer {
            target::Options::Refused(outcome) => act.outcome = outcome,
            target::Options::Given(found) => {
                if let Some(difference) = hold::difference(&options.hold, &found) {
                    act.detail = Some(format!("the options differ: {difference}"));
                    act.outcome = Outcome::Rejected { class: None, reason: act.detail.clone() };
                }
            }
        }
        act.exchanges = session.take_exchanges();
        Ok(act)
    }

    fn plugged(&mut self, name: &str, plug: &Plug) -> Result<String, Stop> {
        self.plug(name, plug)?;
        Ok(name.to_owned())
    }

    /// The account of the only credential that a device holds, or the last in order.
    fn owner(&self, device: &str) -> String {
        let held = self.devices.get(device).and_then(|held| held.credentials.keys().last());
        held.cloned().unwrap_or_else(|| device.to_owned())
    }

    async fn perform(&mut self, ready: Ready<'_>) -> Result<(Record, Session), Stop> {
        let Ready { ceremony, account, owner, device, request, scene, transports, mut session, origin, take } = ready;
        let tampers: Vec<TamperCall> = scene.tampers.iter().map(|call| self.with_account(&call.value)).collect();
        let page_origin = scene.origin.clone().unwrap_or(origin);
        let seed = self.seed.of(&["step", &take.number.to_string(), &take.role.to_string()]);
        let client = self.client(scene.client.as_deref());
        let http_origin = scene.http_origin.clone().or_else(|| self.target.file().http_origin.clone());
        let held = self.devices.get_mut(&device).ok_or_else(|| trouble(format!("no device is called {device}")))?;
        if !needs::can_lie(&tampers, ceremony, &*held.device) {
            return Err(Stop::Skipped(needs::A_REAL_KEY.to_owned()));
        }
        let choose = match ceremony {
            Ceremony::Registration => None,
            Ceremony::Authentication => held.credentials.get(&owner).and_then(|id| crate::base64url::decode(id)),
        };
        let owned = held.device.pin();
        let pin = owned.as_ref().map(Pin::as_str);
        let order = Order {
            ceremony,
            user: account.as_deref(),
            request,
            tampers: &tampers,
            client,
            page: Page { origin: page_origin, top_origin: scene.top_origin.clone(), http_origin },
            pin: scene.pin.as_deref().or(pin).unwrap_or(PIN),
            mediation: scene.mediation,
            ignore: scene.ignore,
            transports,
            choose,
            seed: seed.bytes(),
        };
        match perform(&order, &mut *held.device, &mut session).await {
            Ok(record) => Ok((record, session)),
            Err(CeremonyError::CannotLie(why)) => Err(Stop::NotApplicable(why.to_string())),
            Err(CeremonyError::Unable(why)) => Err(Stop::NotApplicable(why)),
            Err(CeremonyError::Environment(error)) => Err(Stop::Environment(error)),
        }
    }

    /// A tamper whose argument is a user gets the account's whole name.
    fn with_account(&self, call: &TamperCall) -> TamperCall {
        let about_user = matches!(call.tamper.argument, Argument::Required("user") | Argument::Optional("user"));
        let argument = call.argument.as_ref().map(|argument| match about_user {
            true => self.account(argument),
            false => argument.clone(),
        });
        TamperCall { argument, ..call.clone() }
    }

    async fn ceremony_act(&self, action: String, scene: &Scene, record: Record) -> Act {
        let differs = results_differ(scene, &record);
        let outcome = match &differs {
            Some(why) => Outcome::Rejected { class: None, reason: Some(why.clone()) },
            None => record.outcome.clone(),
        };
        let page = scene.origin.as_ref().map(|origin| format!(" on a page of {origin}")).unwrap_or_default();
        Act {
            action: format!("{action}{page}"),
            outcome: self.settled(outcome).await,
            detail: differs,
            ceremony: Some(CeremonyReport::of(&record)),
            exchanges: record.exchanges,
            fresh_session: true,
        }
    }
}

/// A target whose options pass over the extensions that a step asks for has no say in their results.
fn not_passed_over(request: &OptionsRequest, scene: &Scene, record: &Record) -> Result<(), Stop> {
    let asked = request.extensions.as_ref().filter(|_| scene.results.is_some());
    match asked.and_then(|asked| passed_over(asked, &record.options)) {
        Some(name) => Err(Stop::NotApplicable(format!("the options do not ask for the extension {name}"))),
        None => Ok(()),
    }
}

/// The first extension that is asked for and not in the options. Where there are no options, nothing was passed over.
fn passed_over<'a>(asked: &'a Value, options: &Value) -> Option<&'a str> {
    let names = asked.as_object().filter(|_| options.is_object())?.keys();
    names.map(String::as_str).find(|name| options["extensions"][name].is_null())
}

/// How the extension results of an accepted ceremony differ from what the step wants of them.
fn results_differ(scene: &Scene, record: &Record) -> Option<String> {
    let wanted = scene.results.as_ref().filter(|_| record.outcome.is_accepted())?;
    let found = hold::difference(wanted, &record.credential["clientExtensionResults"])?;
    Some(format!("the extension results differ: {found}"))
}

fn trouble(why: String) -> Stop {
    Stop::Environment(EnvironmentError::Target { why })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_extension_that_the_options_pass_over_is_found() {
        let asked = json!({"credProps": true, "prf": {}});
        assert_eq!(passed_over(&asked, &json!({"extensions": {"credProps": true}})), Some("prf"));
        assert_eq!(passed_over(&asked, &json!({"challenge": ""})), Some("credProps"));
        assert_eq!(passed_over(&asked, &json!({"extensions": {"prf": {}, "credProps": false}})), None);
        assert_eq!(passed_over(&asked, &Value::Null), None, "no options at all are another matter");
    }
}
