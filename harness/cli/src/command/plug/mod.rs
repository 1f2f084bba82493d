//! `keyrig plug`

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use keyrig_ctap::profile::Profile;
use keyrig_device::Store;
use keyrig_device::control::{self, Face, Place, PlaceError};
use keyrig_device::plugged::{Hand, Key, Plan, Plugged, Port, plug};
use keyrig_device::transport::uhid::Identity;
use keyrig_device::transport::vpcd;
use keyrig_runner::Seed;
use miette::miette;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use super::profile::Tolerance;
use super::tracing::Trace;
use crate::control::Control;
use crate::desk::{self, Leave};
use crate::failure::{Exit, Failure};
use crate::{decode, runtime};

/// Plug virtual security keys in that this machine sees, until Ctrl-C
#[derive(clap::Args)]
#[command(after_help = "\
A gesture script is a list of touch, long-touch, double-touch, consent, decline, good-finger,
wrong-finger, nothing, remove, insert and power-cycle, one for each time the key asks:
\"wait 2s, touch, wrong-finger x3, then decline\". What comes after it is a person's, unless it says
`then`.

Examples:
  keyrig plug yubikey-5-nfc-5.7
  keyrig plug yubikey-5-nfc-5.7 --tui
  keyrig plug yubikey-5-nfc-5.7 security-key-nfc-5.4 --gestures always
  keyrig plug yubikey-5-nfc-5.7 --store my-key.redb
  keyrig plug my-key.yaml --gestures \"touch, decline after 2s\" --seed monday
  keyrig plug yubikey-5-nfc-5.7 --link nfc
  keyrig plug yubikey-5-nfc-5.7 --link socket:/tmp/key.hid")]
pub(super) struct Words {
    /// Profiles, by id or file; one key each
    #[arg(value_name = "PROFILE", required = true)]
    profiles: Vec<String>,
    /// Who answers when a key asks: always, person, or a script
    #[arg(long, value_name = "WHO", default_value = "person")]
    gestures: Hand,
    /// What every secret comes from: 64 hexadecimal digits, or any text; the operating system's randomness if left out
    #[arg(long, value_name = "SEED")]
    seed: Option<Seed>,
    /// Where it remembers what it has to, through power cuts and kills; in this process if left out
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// What the operating system is told: a neutral device, or the product's own name and numbers
    #[arg(long, value_name = "WHOSE", value_enum, default_value_t)]
    identity: Whose,
    /// What it is plugged into: uhid, nfc for a card on the virtual PC/SC reader vpcd (nfc:PORT where it waits elsewhere),
    /// or socket:PATH for a Unix socket of raw 64-byte reports
    #[arg(long, value_name = "LINK", default_value = "uhid")]
    link: Link,
    /// Write down what goes over the link: pcapng for Wireshark if it is called so, JSON lines otherwise
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// What the key is called among those of this user; its profile's id if left out
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Show the key on a page of this machine; port 0 for a free one
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:0", value_parser = loopback)]
    page: Option<SocketAddr>,
    /// Show the key in this terminal, as `keyrig key desk` does; leaving unplugs it
    #[arg(long, conflicts_with = "json")]
    tui: bool,
    /// Let other suites touch and unplug the keys at a port of this machine: the FIDO conformance tools
    /// (127.0.0.1:3000) by POST /conformance/userpresence and the like, robots by GET /usb1/touch/on. Whoever is on this
    /// machine can
    #[arg(long, value_name = "ADDRESS", value_parser = loopback)]
    hooks: Option<SocketAddr>,
    #[command(flatten)]
    tolerance: Tolerance,
    /// Print a line of JSON for each key
    #[arg(long)]
    json: bool,
}

/// Whose USB identity the operating system is told.
#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum Whose {
    #[default]
    Neutral,
    Product,
}

impl Whose {
    /// Only what is on USB tells who it is.
    ///
    /// # Errors
    ///
    /// A usage error where the product's own identity is wanted on another link.
    pub(super) fn suits(self, is_usb: bool) -> Result<(), Failure> {
        match self {
            Self::Product if !is_usb => {
                let help = "leave --identity out, or --link: it is USB then";
                Err(Failure::usage(miette!(
                    help = help,
                    "failed to tell the product's USB identity: the link is not USB"
                )))
            }
            Self::Neutral | Self::Product => Ok(()),
        }
    }
}

#[derive(Clone)]
enum Link {
    Uhid,
    Nfc(u16),
    Socket(PathBuf),
}

impl FromStr for Link {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "it is `uhid`, `nfc`, `nfc:` and a port, or `socket:` and a path".to_owned();
        match text.split_once(':').unwrap_or((text, "")) {
            ("uhid", "") => Ok(Self::Uhid),
            ("nfc", "") => Ok(Self::Nfc(vpcd::PORT)),
            ("nfc", port) => port.parse().map(Self::Nfc).map_err(|_| wrong()),
            ("socket", path) if !path.is_empty() => Ok(Self::Socket(path.into())),
            _ => Err(wrong()),
        }
    }
}

/// An address that only this machine reaches.
fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "it is an address and a port, such as 127.0.0.1:0".to_owned())?;
    let is_ours = address.ip().is_loopback();
    is_ours
        .then_some(address)
        .ok_or_else(|| "others reach it too; 127.0.0.1:0 is a free port of this machine".to_owned())
}

impl Words {
    /// Keeps the keys plugged in until Ctrl-C or SIGTERM.
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        runtime::light()?.block_on(self.plug(out))
    }

    async fn plug(self, out: &mut dyn Write) -> Result<Exit, Failure> {
        self.identity.suits(matches!(self.link, Link::Uhid))?;
        if self.tui {
            desk::expect_a_terminal()?;
            self.is_one()?;
        }
        let mut stop = Stop::new()?;
        let mut serving = JoinSet::new();
        let mut on_desk: Vec<OnDesk> = Vec::new();
        for (name, profile) in self.named()? {
            let (one, task) = self.put_in(&name, profile).await?;
            serving.spawn(task);
            one.tell(self.json, out)?;
            on_desk.push(one);
        }
        self.hooks(&on_desk, out).await?;
        out.flush()?;
        let mut shown = on_desk.first().filter(|_| self.tui).map(OnDesk::show);
        let ended = tokio::select! {
            () = stop.asked() => Ok(Exit::Success),
            failed = failure(&mut serving) => Err(failed),
            left = left(shown.as_mut()) => left,
        };
        for one in &on_desk {
            // One that has failed is unplugged already.
            let _ = one.key.unplug().await;
        }
        while serving.join_next().await.is_some() {}
        if let Some(shown) = shown.filter(|shown| !shown.is_finished()) {
            // It ends as the key is gone, which is no news here; what it drew on is given back first.
            let _ = shown.await;
        }
        ended
    }

    /// One terminal shows one key.
    fn is_one(&self) -> Result<(), Failure> {
        if self.profiles.len() == 1 {
            return Ok(());
        }
        let help = "leave --tui out, and show each in a terminal of its own: keyrig key --key <name> desk";
        Err(Failure::usage(miette!(help = help, "failed to show several keys in one terminal")))
    }

    /// Plugs one key in, with the socket that controls it.
    async fn put_in(&self, name: &str, profile: Profile) -> Result<(OnDesk, Served), Failure> {
        let place = Place::take(&control::folder(), name).map_err(no_place)?;
        let listener = place.listen().map_err(no_place)?;
        let store = self.store(name, &profile)?;
        let port = self.port(name, &profile)?;
        let link = words_of(&port);
        let (product, id) = (profile.name.clone(), profile.id.clone());
        let mut plan = Plan::new(name, profile, port, self.gestures.clone());
        plan.seed = self.seed.map(|seed| seed.bytes());
        plan.store = store;
        if let Some(path) = &self.trace {
            plan.taps.push(Box::new(Trace::begin(&self.of(path, name), name)?));
        }
        let Plugged { key, task } = plug(plan).map_err(|e| Failure::failed_to(Exit::Environment, e))?;
        let face = Face { key: key.clone(), token: place.token().to_owned(), decoder: decode::apart };
        let page = self.page(&face).await?;
        control::serve(listener, face);
        Ok((OnDesk { name: name.to_owned(), profile: id, product, link, key, place, page }, task))
    }

    /// Each key's name and what it is; of several of one profile, the later ones are numbered.
    fn named(&self) -> Result<Vec<(String, Profile)>, Failure> {
        if let (Some(_), [_, _, ..]) = (&self.name, self.profiles.as_slice()) {
            let help = "leave --name out, or plug them in one by one";
            return Err(Failure::usage(miette!(help = help, "failed to give several keys one name")));
        }
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut named = Vec::new();
        for word in &self.profiles {
            let profile = self.tolerance.find(word)?.into_owned();
            let wanted = self.name.as_ref().unwrap_or(&profile.id);
            let count = seen.entry(wanted.clone()).and_modify(|count| *count += 1).or_insert(1);
            let name = if *count == 1 { wanted.clone() } else { format!("{wanted}-{count}") };
            named.push((name, profile));
        }
        Ok(named)
    }

    /// Serves the hooks of all keys, and says where.
    async fn hooks(&self, keys: &[OnDesk], out: &mut dyn Write) -> Result<(), Failure> {
        let Some(address) = self.hooks else { return Ok(()) };
        let keys = keys.iter().map(|one| one.key.clone()).collect();
        let served = TcpListener::bind(address).await.and_then(|listener| {
            let address = listener.local_addr()?;
            control::serve_hooks(listener, keys)?;
            Ok(format!("http://{address}"))
        });
        let url = served.map_err(|error| {
            let help = "--hooks 127.0.0.1:0 takes a free port of this machine";
            Failure::environment(miette!(help = help, "failed to serve the hooks at {address}: {error}"))
        })?;
        match self.json {
            true => writeln!(out, "{}", json!({"hooks": url}))?,
            false => writeln!(out, "hooks: {url}")?,
        }
        Ok(())
    }

    /// Serves the page of a key, and says where it is.
    async fn page(&self, face: &Face) -> Result<Option<String>, Failure> {
        let Some(address) = self.page else { return Ok(None) };
        let served = TcpListener::bind(address).await.and_then(|listener| {
            let address = listener.local_addr()?;
            control::serve_page(listener, face.clone())?;
            Ok(format!("http://{address}/#{}", face.token))
        });
        served.map(Some).map_err(|error| {
            let help = "--page 127.0.0.1:0 takes a free port of this machine";
            Failure::environment(miette!(help = help, "failed to serve the page at {address}: {error}"))
        })
    }

    /// What a key remembers, made anew where there is no such file.
    fn store(&self, name: &str, profile: &Profile) -> Result<Option<Store>, Failure> {
        let Some(path) = self.store.as_ref().map(|path| self.of(path, name)) else { return Ok(None) };
        if !path.exists() {
            let made = Store::create(&path, profile, self.seed.map(|seed| seed.bytes()));
            return made.map(Some).map_err(|e| Failure::failed_to(Exit::Environment, e));
        }
        let store = Store::open(&path).map_err(|e| Failure::failed_to(Exit::Environment, e))?;
        let kept = store.state().profile();
        if kept != profile.id {
            let help = format!("keyrig plug {kept} --store {}", path.display());
            let what = format!("failed to plug a {} in: {} is the memory of a {kept}", profile.id, path.display());
            return Err(Failure::usage(miette!(help = help, "{what}")));
        }
        Ok(Some(store))
    }

    /// The file of one key where several are plugged in.
    fn of(&self, path: &Path, name: &str) -> PathBuf {
        if self.profiles.len() == 1 { path.to_owned() } else { Trace::path_for(path, name) }
    }

    fn port(&self, name: &str, profile: &Profile) -> Result<Port, Failure> {
        match &self.link {
            Link::Uhid => Ok(Port::Uhid(identity(self.identity, name, profile)?)),
            Link::Nfc(port) => self.reader(*port, profile),
            Link::Socket(path) => Ok(Port::socket(self.of(path, name))),
        }
    }

    fn reader(&self, port: u16, profile: &Profile) -> Result<Port, Failure> {
        if self.profiles.len() > 1 {
            let help = "put one card on the reader at a time";
            return Err(Failure::usage(miette!(help = help, "failed to put several cards on one reader")));
        }
        if !profile.transports.iter().any(|transport| transport == "nfc") {
            let help = "`keyrig profile list` tells the products; those with NFC say so in their name";
            let why = profile.transports.join(", ");
            return Err(Failure::usage(miette!(
                help = help,
                "failed to put {} on a reader: it has no NFC, its transports are {why}",
                profile.id
            )));
        }
        Ok(Port::Reader(vpcd::Reader::local(port)))
    }
}

/// What the operating system is told of a key.
///
/// # Errors
///
/// A usage error where the product's own identity is not known.
pub(super) fn identity(whose: Whose, name: &str, profile: &Profile) -> Result<Identity, Failure> {
    match whose {
        Whose::Neutral => Ok(Identity::neutral(name)),
        Whose::Product => {
            let own = Identity::of_product(name, profile).ok_or_else(|| {
                let help = "leave --identity out for a neutral one";
                Failure::usage(miette!(help = help, "failed to tell the USB identity of {}", profile.id))
            })?;
            eprintln!(
                "notice: {name} says that it is {:04x}:{:04x} \"{}\", which is {}'s to say; use it where you test only",
                own.vendor, own.product, own.name, profile.maker
            );
            Ok(own)
        }
    }
}

type Shown = tokio::task::JoinHandle<Result<Exit, Failure>>;

/// Waits until somebody leaves the view.
async fn left(shown: Option<&mut Shown>) -> Result<Exit, Failure> {
    match shown {
        Some(shown) => {
            shown.await.unwrap_or_else(|error| Err(Failure::environment(miette!("failed to show the key: {error}"))))
        }
        None => std::future::pending().await,
    }
}

type Served = tokio::task::JoinHandle<std::io::Result<()>>;

/// A key that is plugged in, and its name for as long as it is.
struct OnDesk {
    name: String,
    profile: String,
    product: String,
    link: String,
    key: Key,
    place: Place,
    page: Option<String>,
}

impl OnDesk {
    /// Shows it on a thread of its own: the key waits for no terminal.
    fn show(&self) -> Shown {
        let name = self.name.clone();
        tokio::task::spawn_blocking(move || {
            runtime::light()?.block_on(async { desk::show(&Control::open(&name)?, Leave::Unplugs).await })
        })
    }

    fn tell(&self, json: bool, out: &mut dyn Write) -> Result<(), Failure> {
        let Self { name, profile, product, link, place, page, .. } = self;
        let socket = place.socket().display();
        if json {
            let told = json!({
                "key": name, "profile": profile, "product": product, "link": link, "control": socket.to_string(),
                "page": page,
            });
            writeln!(out, "{told}")?;
        } else {
            writeln!(out, "{name}: {product} is plugged in, {link}")?;
            writeln!(out, "  control it: keyrig key --key {name} status (socket {socket})")?;
            page.iter().try_for_each(|url| writeln!(out, "  see it: {url}"))?;
        }
        Ok(())
    }
}

/// A name that nobody can have is a mistake of whoever gave it.
fn no_place(error: PlaceError) -> Failure {
    let exit = if matches!(error, PlaceError::NoName { .. }) { Exit::Usage } else { Exit::Environment };
    Failure::failed_to(exit, error)
}

fn words_of(port: &Port) -> String {
    match port {
        Port::Uhid(identity) => format!("USB {:04x}:{:04x}", identity.vendor, identity.product),
        Port::Socket(path) => format!("socket:{}", path.display()),
        Port::Reader(address) => format!("NFC, on the reader at {address}"),
    }
}

/// Waits for the first key that fails.
async fn failure(serving: &mut JoinSet<Result<std::io::Result<()>, tokio::task::JoinError>>) -> Failure {
    while let Some(ended) = serving.join_next().await {
        match ended {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => return Failure::environment(miette!("failed to serve the key: {error}")),
            Ok(Err(error)) | Err(error) => {
                return Failure::environment(miette!("failed to serve the key: {error}"));
            }
        }
    }
    std::future::pending().await
}

/// Ctrl-C, SIGTERM, or a terminal that is closed.
struct Stop([tokio::signal::unix::Signal; 3]);

impl Stop {
    fn new() -> Result<Self, Failure> {
        let wait = |kind| signal(kind).map_err(|e| Failure::environment(miette!("failed to wait for a signal: {e}")));
        Ok(Self([wait(SignalKind::interrupt())?, wait(SignalKind::terminate())?, wait(SignalKind::hangup())?]))
    }

    async fn asked(&mut self) {
        let Self([interrupt, terminate, hangup]) = self;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}
