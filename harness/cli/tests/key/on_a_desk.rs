//! A key that is plugged in at a socket, and a program that uses it.

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Lines, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command as Process, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use keyrig_ctap::auth_data::AuthData;
use keyrig_ctap::cbor::{Fields, Tree, Writer, expect_bytes};
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::ctaphid::{
    Assembly, Channel, Command as Hid, ErrorCode, Keepalive, Message, Packet, Progress, Report, Welcome,
};
use keyrig_ctap::message::make_credential::{Options, Parameter, Request};
use keyrig_ctap::message::{PUBLIC_KEY, RelyingParty, User};
use keyrig_ctap::{Command, Status};

/// How long anybody waits for a key.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A key called `desk` at `key.hid` in a folder of its own.
pub(crate) struct Desk {
    words: Vec<String>,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    folder: Option<tempfile::TempDir>,
}

impl Desk {
    pub(crate) fn with(words: &[&str]) -> Self {
        Self::of("yubikey-5-nfc-5.7", words)
    }

    pub(crate) fn of(profile: &str, words: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut all = vec!["plug", profile, "--name", "desk", "--link", "socket:key.hid", "--json"];
        all.extend(words);
        let words: Vec<String> = all.into_iter().map(str::to_owned).collect();
        let (child, lines) = plug(folder.path(), &words);
        Self { child, lines, words, folder: Some(folder) }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.as_ref().unwrap().path()
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn link(&self) -> PathBuf {
        self.folder().join("key.hid")
    }

    /// What `keyrig key` prints.
    pub(crate) fn key(&self, words: &[&str]) -> String {
        let output = self.output(words);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?}: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// How `keyrig key` fails, and what it says.
    pub(crate) fn key_fails(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.output(words);
        assert!(!output.status.success(), "{words:?}");
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    }

    /// Waits until no fault waits any more.
    pub(crate) fn wait_for_the_fault(&self) {
        let until = Instant::now() + PATIENCE;
        while self.key(&["fault"]) != "desk: faults that wait: none\n" {
            assert!(Instant::now() < until, "the fault does not strike");
        }
    }

    /// Where the hooks are.
    pub(crate) fn hooks(&mut self) -> String {
        let told: serde_json::Value = serde_json::from_str(&self.lines.next().unwrap().unwrap()).unwrap();
        told["hooks"].as_str().unwrap().to_owned()
    }

    pub(crate) fn kill_and_plug_again(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.lines) = plug(self.folder.as_ref().unwrap().path(), &self.words);
    }

    /// Ends the key as Ctrl-C does, and leaves its folder.
    pub(crate) fn leave(mut self) -> tempfile::TempDir {
        let id = self.child.id().to_string();
        assert!(Process::new("kill").args(["-INT", &id]).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        self.folder.take().unwrap()
    }

    /// Kills the key, and leaves its folder.
    pub(crate) fn killed(mut self) -> tempfile::TempDir {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.folder.take().unwrap()
    }

    /// Reads `keyrig key log --follow --json` to its end.
    pub(crate) fn follow_log(&self) -> JoinHandle<Vec<serde_json::Value>> {
        let mut command = keyrig(self.folder());
        command.args(["key", "log", "--follow", "--json"]).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        assert!(first.contains("inserted"), "{first}");
        thread::spawn(move || {
            let lines = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
            assert!(child.wait().unwrap().success());
            lines
        })
    }

    fn output(&self, words: &[&str]) -> Output {
        keyrig(self.folder()).arg("key").args(words).output().unwrap()
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary, in a folder that holds its sockets too.
pub(crate) fn keyrig(folder: &Path) -> Process {
    let mut command = Process::new(env!("CARGO_BIN_EXE_keyrig"));
    command.current_dir(folder).env("XDG_RUNTIME_DIR", folder).env("NO_COLOR", "1");
    command
}

fn plug(folder: &Path, words: &[String]) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut child = keyrig(folder).args(words).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let told: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!((&told["key"], &told["link"]), (&"desk".into(), &"socket:key.hid".into()));
    assert!(fs::exists(folder.join(told["control"].as_str().unwrap())).unwrap());
    (child, lines)
}

/// A program with a channel of its own.
pub(crate) struct Host {
    stream: UnixStream,
    channel: Channel,
}

impl Host {
    pub(crate) fn at(desk: &Desk) -> Self {
        let stream = UnixStream::connect(desk.link()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut host = Self { stream, channel: Channel::BROADCAST };
        let nonce: [u8; 8] = std::process::id().to_be_bytes().repeat(2).try_into().unwrap();
        host.say(Hid::INIT, &nonce);
        loop {
            let message = host.hear().unwrap();
            if message.command == Hid::INIT && message.payload.starts_with(&nonce) {
                host.channel = Welcome::parse(&message.payload).unwrap().channel;
                return host;
            }
        }
    }

    pub(crate) fn send(&mut self, request: &[u8]) {
        self.say(Hid::CBOR, request);
    }

    /// The answer: the status, and what follows it.
    pub(crate) fn answer(&mut self) -> (Status, Vec<u8>) {
        loop {
            let message = self.hear().unwrap();
            if message.channel == self.channel && message.command == Hid::CBOR {
                let (status, body) = message.payload.split_first().unwrap();
                return (Status(*status), body.to_vec());
            }
        }
    }

    pub(crate) fn cancel(&mut self) {
        self.say(Hid::CANCEL, &[]);
    }

    /// Whether the next message on its channel is that the key is busy.
    pub(crate) fn is_told_busy(&mut self) -> bool {
        loop {
            let message = self.hear().unwrap();
            if message.channel == self.channel {
                return message.command == Hid::ERROR && message.payload == [ErrorCode::CHANNEL_BUSY.0];
            }
        }
    }

    pub(crate) fn wait_until_asked(&mut self) {
        while self.hear().unwrap().payload != [Keepalive::UP_NEEDED.0] {}
    }

    /// Whether nothing comes but keepalives, until the link ends.
    pub(crate) fn is_cut_off(&mut self) -> bool {
        loop {
            match self.hear() {
                Some(message) if message.command == Hid::KEEPALIVE => {}
                Some(_) => return false,
                // Silence is no end.
                None => {
                    let more = self.stream.read(&mut [0]);
                    return more.map_or_else(|e| e.kind() == ErrorKind::ConnectionReset, |read| read == 0);
                }
            }
        }
    }

    /// Whether what comes is what this fault makes of an answer.
    pub(crate) fn is_wrong(&mut self, fault: &str) -> bool {
        let mut heard_within = |patience| {
            self.stream.set_read_timeout(Some(patience)).unwrap();
            self.hear()
        };
        match fault {
            "wrong-channel" => {
                heard_within(PATIENCE).is_some_and(|message| message.channel == Channel(!self.channel.0))
            }
            "error-reply" => heard_within(PATIENCE).is_some_and(|message| message.command == Hid::ERROR),
            _ => heard_within(Duration::from_millis(300)).is_none(),
        }
    }

    fn say(&mut self, command: Hid, payload: &[u8]) {
        let message = Message { channel: self.channel, command, payload: payload.to_vec() };
        for report in message.fragment().unwrap() {
            self.stream.write_all(&report).unwrap();
        }
    }

    /// The next whole message; `None` where the link ends, or nothing comes in time.
    fn hear(&mut self) -> Option<Message> {
        let mut partial: Option<Assembly> = None;
        loop {
            let mut report: Report = [0; 64];
            match self.stream.read_exact(&mut report) {
                Ok(()) => {}
                Err(e)
                    if [ErrorKind::UnexpectedEof, ErrorKind::WouldBlock, ErrorKind::ConnectionReset]
                        .contains(&e.kind()) =>
                {
                    return None;
                }
                Err(e) => panic!("{e}"),
            }
            let progress = match (Packet::from(&report), partial.take()) {
                (Packet::Initialization(packet), _) => Assembly::begin(&packet).unwrap(),
                (Packet::Continuation(packet), Some(assembly)) => assembly.accept(&packet).unwrap(),
                (Packet::Continuation(_), None) => continue,
            };
            match progress {
                Progress::Complete(message) => return Some(message),
                Progress::Partial(assembly) => partial = Some(assembly),
            }
        }
    }
}

/// A request for a server-side credential, with built-in verification if it is wanted.
pub(crate) fn registration(rp_id: &str, verified: bool) -> Vec<u8> {
    let request = Request {
        client_data_hash: [0xcd; 32],
        rp: RelyingParty { id: rp_id.to_owned(), name: None },
        user: User { id: vec![1], name: Some("alice".to_owned()), display_name: None },
        parameters: vec![Parameter { algorithm: Algorithm::ES256, kind: PUBLIC_KEY.to_owned() }],
        exclude_list: None,
        extensions: None,
        options: Options { uv: verified.then_some(true), ..Options::default() },
        pin_uv_auth_param: None,
        pin_uv_auth_protocol: None,
        enterprise_attestation: None,
        attestation_formats: None,
    };
    [&[Command::MAKE_CREDENTIAL.0], &request.encode()[..]].concat()
}

pub(crate) fn assertion(rp_id: &str, id: &[u8]) -> Vec<u8> {
    let mut out = Writer::new();
    out.map(3).uint(1).text(rp_id).uint(2).bytes(&[0xcd; 32]).uint(3).array(1);
    out.map(2).text("id").bytes(id).text("type").text(PUBLIC_KEY);
    [&[Command::GET_ASSERTION.0], &out.into_bytes()[..]].concat()
}

fn auth_data(body: &[u8]) -> Vec<u8> {
    let tree = Tree::parse(body).unwrap();
    let fields = Fields::of(&tree.root, "answer").unwrap();
    expect_bytes(fields.uint(2).unwrap(), "authData").unwrap().to_vec()
}

pub(crate) fn flags(body: &[u8]) -> u8 {
    AuthData::parse(&auth_data(body)).unwrap().flags.0
}

pub(crate) fn sign_count(body: &[u8]) -> u32 {
    AuthData::parse(&auth_data(body)).unwrap().sign_count
}

pub(crate) fn credential_id(body: &[u8]) -> Vec<u8> {
    AuthData::parse(&auth_data(body)).unwrap().attested.unwrap().credential_id.to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
