//! The verb of one step.

use std::ops::Range;

use keyrig_ctap::Aaguid;
use serde_saphyr::Spanned;

use super::duration;
use super::entries::Entries;
use super::grammar::is_path;
use super::handle::{Deed, Handle};
use super::mistake::Mistake;
use super::node::{Node, Placed, range};
use super::read::Reader;
use super::step::{Authenticate, Hold, Options, Plug, Recover, Register, RegisterU2f, Scene, Verb};
use crate::ceremony::{Ceremony, OptionsRequest};
use crate::client::{Ignore, Mediation};
use crate::tamper::TamperCall;

/// Reads the verb `name` with the value `value`, whose entries are `entries`.
pub(super) fn read_verb(reader: &mut Reader<'_>, name: &str, value: &Placed, entries: Entries<'_>) -> Option<Verb> {
    let user = || entries.text("user");
    let groups = || entries.texts("groups");
    Some(match name {
        "register" => register(reader, value, entries)?,
        "register-u2f" => register_u2f(reader, value, entries)?,
        "authenticate" => authenticate(reader, value, entries)?,
        "options" => options(entries)?,
        "session-action" => {
            Verb::SessionAction { user: user()?, tier: u8::try_from(entries.count("tier")?).unwrap_or(u8::MAX) }
        }
        "logout" => Verb::Logout { user: user()? },
        "create-user" => Verb::CreateUser { user: user()?, groups: groups() },
        "set-groups" => Verb::SetGroups { user: user()?, groups: groups() },
        "disable" => Verb::Disable { user: user()? },
        "enable" => Verb::Enable { user: user()? },
        "issue-pass" => Verb::IssuePass { user: user()?, valid_for: entries.duration("valid-for") },
        "use-pass" => Verb::UsePass { user: user()?, code: entries.text("code") },
        "recover" => Verb::Recover(Box::new(recover(reader, entries)?)),
        "approve" => Verb::Approve { user: user()?, by: entries.text("by")?, purpose: entries.text("purpose") },
        "revoke" => {
            let user = user()?;
            let device = known_device(reader, entries.placed_text("device"), &user, &range(value))?;
            Verb::Revoke { user, device }
        }
        "list-credentials" => Verb::ListCredentials(hold(entries)?),
        "audit" => Verb::Audit(hold(entries)?),
        "advance-clock" => Verb::AdvanceClock(duration::parse(value.value.text()?).ok()?),
        "downstream" => downstream(reader, entries)?,
        _ => device_verb(reader, name, value, entries)?,
    })
}

fn device_verb(reader: &mut Reader<'_>, name: &str, value: &Placed, entries: Entries<'_>) -> Option<Verb> {
    let device = known_device(reader, entries.placed_text("device"), "", &range(value))?;
    let deed = Deed::read(name, entries)?;
    match &deed {
        Deed::Snapshot(name) => drop(reader.snapshots.insert(name.clone())),
        Deed::Restore(name) => known_snapshot(reader, name, entries),
        Deed::Clone(_) | Deed::Duplicate(_) => name_copy(reader, entries),
        _ => (),
    }
    Some(Verb::Handle(Handle { device, deed }))
}

/// The name of a copy is its own: it would take the place of another device of that name.
fn name_copy(reader: &mut Reader<'_>, entries: Entries<'_>) {
    let Some(name) = entries.placed_text("as") else { return };
    if !reader.devices.insert(name.value.clone()) {
        let mistake = Mistake::at(range(&name), format!("there is a device called `{}` already", name.value));
        reader.mistakes.push(mistake.help("give the copy a name of its own"));
    }
}

fn known_snapshot(reader: &mut Reader<'_>, name: &str, entries: Entries<'_>) {
    let Some(from) = entries.get("from").filter(|_| !reader.snapshots.contains(name)) else { return };
    let mistake = Mistake::at(range(from), format!("no `snapshot` step is called `{name}`"));
    reader.mistakes.push(mistake.nearest(name, reader.snapshots.iter().map(String::as_str)));
}

fn register(reader: &mut Reader<'_>, value: &Placed, entries: Entries<'_>) -> Option<Verb> {
    let user = entries.text("user")?;
    let (device, plug) = device_of(reader, &user, value, entries)?;
    let transports = entries.get("transports").map(|_| entries.texts("transports"));
    let scene = scene(reader, entries, Ceremony::Registration);
    Some(Verb::Register(Box::new(Register { user, device, plug, request: request(entries), scene, transports })))
}

fn register_u2f(reader: &mut Reader<'_>, value: &Placed, entries: Entries<'_>) -> Option<Verb> {
    let (user, app_id) = (entries.text("user")?, entries.text("app-id")?);
    let (device, plug) = device_of(reader, &user, value, entries)?;
    Some(Verb::RegisterU2f(Box::new(RegisterU2f { user, device, plug, app_id })))
}

/// The device that registers, by name, and what is plugged in under that name first.
fn device_of(
    reader: &mut Reader<'_>,
    user: &str,
    value: &Placed,
    entries: Entries<'_>,
) -> Option<(String, Option<Plug>)> {
    let plug = plug(reader, value, entries);
    if plug.is_none() {
        return Some((known_device(reader, entries.placed_text("device"), user, &range(value))?, None));
    }
    let name = entries.text("as").unwrap_or_else(|| user.to_owned());
    reader.devices.insert(name.clone());
    Some((name, plug))
}

fn plug(reader: &mut Reader<'_>, value: &Placed, entries: Entries<'_>) -> Option<Plug> {
    let named: Vec<&str> =
        ["profile", "aaguid", "device"].into_iter().filter(|key| entries.get(key).is_some()).collect();
    if let [first, second, ..] = named.as_slice() {
        let message = format!("`{first}` and `{second}` both say which device; keep one of them");
        reader.mistakes.push(Mistake::at(entries.get(second).map_or_else(|| range(value), range), message));
    }
    if let Some(profile) = entries.placed_text("profile") {
        profile_file(reader, &profile);
        return Some(Plug::Profile(profile));
    }
    if let Some(aaguid) = entries.text("aaguid").and_then(|text| text.parse::<Aaguid>().ok()) {
        return Some(Plug::Aaguid(aaguid));
    }
    entries.get("device").is_none().then_some(Plug::Default)
}

/// A profile that is a path has to be there, beside the scenario's file.
fn profile_file(reader: &mut Reader<'_>, profile: &Spanned<String>) {
    if !is_path(&profile.value) {
        return;
    }
    let path = reader.file.parent().map_or_else(|| profile.value.clone().into(), |folder| folder.join(&profile.value));
    if !path.is_file() {
        let message = format!("there is no file `{}` beside this one", profile.value);
        let siblings = siblings(&path);
        let mistake = Mistake::at(range(profile), message);
        reader.mistakes.push(mistake.nearest(&profile.value, siblings.iter().map(String::as_str)));
    }
}

fn siblings(path: &std::path::Path) -> Vec<String> {
    let entries = path.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let names = entries.into_iter().flatten().flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| is_path(name)).collect();
    names.sort();
    names
}

fn authenticate(reader: &mut Reader<'_>, value: &Placed, entries: Entries<'_>) -> Option<Verb> {
    let user = entries.text("user").filter(|_| !entries.flag("discoverable"));
    if entries.get("user").is_none() && entries.get("device").is_none() {
        let message = "`authenticate` needs a `user` or a `device`";
        reader.mistakes.push(Mistake::at(range(value), message));
        return None;
    }
    let owner = entries.text("user").unwrap_or_default();
    let device = known_device(reader, entries.placed_text("device"), &owner, &range(value))?;
    let at = entries.placed_text("at");
    if let Some(at) = at.as_ref().filter(|at| !reader.relying_parties.contains(&at.value)) {
        let mistake = Mistake::at(range(at), format!("no `downstream` step is called `{}`", at.value));
        reader.mistakes.push(mistake.nearest(&at.value, reader.relying_parties.iter().map(String::as_str)));
    }
    let scene = scene(reader, entries, Ceremony::Authentication);
    let at = at.map(|at| at.value);
    Some(Verb::Authenticate(Box::new(Authenticate { user, device, at, request: request(entries), scene })))
}

/// The device called `named`, or else the one of `owner`; either has to be there by now.
fn known_device(
    reader: &mut Reader<'_>,
    named: Option<Spanned<String>>,
    owner: &str,
    around: &Range<usize>,
) -> Option<String> {
    let (name, span) = match named {
        Some(named) => (named.value.clone(), range(&named)),
        None => (owner.to_owned(), around.clone()),
    };
    if reader.devices.contains(&name) {
        return Some(name);
    }
    let mistake = Mistake::at(span, format!("no earlier step plugs in a device called `{name}`"));
    reader.mistakes.push(mistake.nearest(&name, reader.devices.iter().map(String::as_str)));
    None
}

fn scene(reader: &mut Reader<'_>, entries: Entries<'_>, ceremony: Ceremony) -> Scene {
    let ignored = entries.texts("ignore");
    let ignores = |name: &str| ignored.iter().any(|ignored| ignored == name);
    Scene {
        tampers: entries.many("tamper").iter().filter_map(|node| tamper(reader, node, ceremony)).collect(),
        origin: entries.text("origin"),
        top_origin: entries.text("top-origin"),
        http_origin: entries.text("http-origin"),
        client: entries.text("client"),
        pin: entries.text("pin"),
        session: entries.text("session"),
        results: entries.json("results"),
        mediation: match entries.text("mediation").as_deref() {
            Some("conditional") => Mediation::Conditional,
            _ => Mediation::Optional,
        },
        ignore: Ignore {
            attachment: ignores("attachment"),
            attestation: ignores("attestation"),
            user_verification: ignores("user-verification"),
            resident_key: ignores("resident-key"),
            exclude_credentials: ignores("exclude-credentials"),
            allow_credentials: ignores("allow-credentials"),
        },
    }
}

fn tamper(reader: &mut Reader<'_>, node: &Placed, ceremony: Ceremony) -> Option<Spanned<TamperCall>> {
    let (id, argument) = match &node.value {
        Node::Text(id) => (id.as_str(), None),
        Node::Map(entries) => entries.first().map(|(id, argument)| (id.value.as_str(), Some(argument)))?,
        _ => return None,
    };
    let argument = argument.map(|argument| match &argument.value {
        Node::Text(text) => text.clone(),
        other => other.to_json().to_string(),
    });
    match TamperCall::new(id, argument.as_deref()) {
        Ok(call) if call.tamper.fits(ceremony) => Some(Spanned::new(call, node.referenced, node.defined)),
        Ok(_) => {
            let message = format!("`{id}` cannot be told in a {} ceremony", ceremony.as_str());
            reader.mistakes.push(Mistake::at(range(node), message));
            None
        }
        Err(error) => {
            reader.mistakes.push(Mistake::at(range(node), error.to_string()));
            None
        }
    }
}

fn request(entries: Entries<'_>) -> OptionsRequest {
    OptionsRequest {
        display_name: None,
        attestation: entries.text("attestation"),
        user_verification: entries.text("user-verification"),
        authenticator_attachment: entries.text("attachment"),
        resident_key: entries.text("resident-key"),
        extensions: entries.json("extensions"),
    }
}

fn options(entries: Entries<'_>) -> Option<Verb> {
    let ceremony = match entries.text("ceremony")?.as_str() {
        "registration" => Ceremony::Registration,
        _ => Ceremony::Authentication,
    };
    let hold = entries.json("hold")?;
    Some(Verb::Options(Box::new(Options { ceremony, user: entries.text("user"), request: request(entries), hold })))
}

fn recover(reader: &mut Reader<'_>, entries: Entries<'_>) -> Option<Recover> {
    let device = match entries.placed_text("device") {
        Some(named) => {
            let span = range(&named);
            Some(known_device(reader, Some(named), "", &span)?)
        }
        None => None,
    };
    let proofs = entries.json("proofs").unwrap_or_default();
    Some(Recover { user: entries.text("user")?, method: entries.text("method")?, device, proofs })
}

fn hold(entries: Entries<'_>) -> Option<Hold> {
    Some(Hold { user: entries.text("user")?, hold: entries.json("hold"), count: entries.count("count") })
}

fn downstream(reader: &mut Reader<'_>, entries: Entries<'_>) -> Option<Verb> {
    let name = entries.text("as")?;
    reader.relying_parties.insert(name.clone());
    Some(Verb::Downstream { name })
}
