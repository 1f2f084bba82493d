//! The words of a scenario file.

use super::grammar::{Key, Kind, Names, Shape};
use super::handle::KEEPS;

const USER: &str = "The account; a name without a domain gets the target's.";
const DEVICE: &str = "The device, by the name it got when it came.";

/// A scenario file.
pub(crate) const SCENARIO: Shape = Shape {
    name: "scenario",
    doc: "What a relying party has to do, who demands it, and the steps that show it.",
    keys: &[
        Key::must("id", Kind::Text, "The name: its folder, a slash, and the file's name without its ending."),
        Key::must("title", Kind::Text, "What the relying party does when all is well, in one line."),
        Key::may("source", Kind::OneOrMore(&Kind::Text), "The controls and checks that it covers, by their ids."),
        Key::must("requirement", Kind::Text, "Who demands it: document, edition, clause and its first words."),
        Key::must(
            "basis",
            Kind::WordOr(&["must", "should", "rp-specific", "hardening"], "policy"),
            "How binding the requirement is.",
        ),
        Key::may("attacker", Kind::Word(ATTACKERS), "Who could use it if it fails."),
        Key::may("applies", Kind::OneOrMore(&Kind::Condition), "Conditions; where one does not hold, not applicable."),
        Key::may(
            "policy",
            Kind::Name(Names::Policy),
            "The policy of the built-in relying party; `hardened` if absent.",
        ),
        Key::may(
            "row",
            Kind::Map(&ROW),
            "The row of the rollout guide's table of expected behaviour that it measures.",
        ),
        Key::may("not-proved", Kind::OneOrMore(&Kind::Text), "What a pass leaves open."),
        Key::must("steps", Kind::List(&Kind::Step(&VERBS, &AROUND)), "What happens, in order."),
    ],
};

/// Who could use it.
pub(crate) const ATTACKERS: &[&str] = &["phisher", "other-user", "account-owner", "thief", "insider"];

const ROW: Shape = Shape {
    name: "row",
    doc: "A row of the table of expected behaviour.",
    keys: &[
        Key::must("number", Kind::Count, "Its place in the table, from one."),
        Key::must("signal", Kind::Text, "What is looked for."),
        Key::must("pass", Kind::Text, "The cell's words when the scenario passes."),
        Key::must("fail", Kind::Text, "The cell's words when it fails."),
        Key::may("not-proved", Kind::Text, "What the measurement leaves open, for the table's last column."),
    ],
};

const AROUND: Shape = Shape {
    name: "step",
    doc: "What stands beside a verb.",
    keys: &[
        Key::may("expect", EXPECTATION, "How it has to end; `accepted` if absent."),
        Key::may("expect-by-driver", Kind::Map(&BY_DRIVER), "Where a browser or a real key ends it otherwise."),
        Key::may("control", Kind::Control, "What the two controls do otherwise; nothing takes a key away."),
        Key::may("note", Kind::Text, "What the step is for."),
    ],
};

const EXPECTATION: Kind = Kind::WordOrChoice(&["accepted", "rejected"], &ENDS);

const ENDS: Shape = Shape {
    name: "expectation",
    doc: "An end that says more than one word.",
    keys: &[
        Key::may("rejected", Kind::OneOrMore(&Kind::Name(Names::Reason)), "Refused for this reason, or one of these."),
        Key::may("client-refuses", Kind::Word(EXCEPTIONS), "The client stops before it asks the relying party."),
    ],
};

const EXCEPTIONS: &[&str] = &[
    "AbortError",
    "ConstraintError",
    "InvalidStateError",
    "NotAllowedError",
    "NotSupportedError",
    "SecurityError",
    "TypeError",
    "UnknownError",
];

const BY_DRIVER: Shape = Shape {
    name: "list of drivers",
    doc: "Ends by the driver of the ceremony.",
    keys: &[
        Key::may("forge", EXPECTATION, "Our own client over HTTP."),
        Key::may("browser", EXPECTATION, "A real browser."),
        Key::may("hid", EXPECTATION, "Our own client and a real key."),
    ],
};

/// The verbs of steps.
pub(crate) const VERBS: Shape = Shape {
    name: "step",
    doc: "One thing that happens.",
    keys: &[
        Key::may("register", Kind::Map(&REGISTER), "A registration ceremony."),
        Key::may(
            "register-u2f",
            Kind::Map(&REGISTER_U2F),
            "A registration by U2F, which the relying party takes over.",
        ),
        Key::may("authenticate", Kind::Map(&AUTHENTICATE), "An authentication ceremony."),
        Key::may("options", Kind::Map(&OPTIONS), "Fetches options and compares them with a document."),
        Key::may("session-action", Kind::Map(&SESSION_ACTION), "Does something in the user's session."),
        Key::may("logout", Kind::Map(&ACCOUNT), "Ends the user's session."),
        Key::may("create-user", Kind::Map(&GROUPS), "Creates an account."),
        Key::may("set-groups", Kind::Map(&GROUPS), "Puts an account into these groups and no others."),
        Key::may("disable", Kind::Map(&ACCOUNT), "Disables an account."),
        Key::may("enable", Kind::Map(&ACCOUNT), "Enables an account again."),
        Key::may("issue-pass", Kind::Map(&ISSUE_PASS), "Issues a temporary access pass for an account."),
        Key::may("use-pass", Kind::Map(&USE_PASS), "Signs in with the pass that was issued last."),
        Key::may("recover", Kind::Map(&RECOVER), "Asks for a recovery of an account."),
        Key::may("approve", Kind::Map(&APPROVE), "Approves the recovery of an account, or something else about it."),
        Key::may("revoke", Kind::Map(&REVOKE), "Revokes the credential that a device made for an account."),
        Key::may("list-credentials", Kind::Map(&LIST), "Compares the credentials of an account with a document."),
        Key::may("audit", Kind::Map(&LIST), "Looks for an entry in the audit log about an account."),
        Key::may("advance-clock", Kind::Duration, "Moves the relying party's clock forward."),
        Key::may("downstream", Kind::Map(&DOWNSTREAM), "Joins a second relying party that trusts the first."),
        Key::may("set-backup", Kind::Map(&SET_BACKUP), "Sets the backup flags of a device and its credentials."),
        Key::may("clone", Kind::Map(&CLONE), "Another device of the same provider account, which shares its passkeys."),
        Key::may("duplicate", Kind::Map(&CLONE), "A device with a copy of all that is in this one, counters too."),
        Key::may("upgrade", Kind::Map(&UPGRADE), "Makes another product of a device, or replaces it."),
        Key::may("snapshot", Kind::Map(&SNAPSHOT), "Takes all that is in a device."),
        Key::may("restore", Kind::Map(&RESTORE), "Puts back what was taken from a device."),
        Key::may("wear-out", Kind::Map(&WEAR_OUT), "Leaves a device little room for discoverable credentials."),
        Key::may("allow-enterprise", Kind::Map(&HANDLED), "Turns enterprise attestation on in a device that has it."),
        Key::may("lock-out", Kind::Map(&HANDLED), "Locks a device as wrong PINs and wrong fingers do."),
        Key::may("wipe", Kind::Map(&HANDLED), "Wipes a device as a reset does."),
        Key::may("gesture", Kind::Map(&GESTURE), "What the person in front of a device does at the next prompts."),
        Key::may("power-cycle", Kind::Map(&HANDLED), "Takes a device's power away and gives it back."),
    ],
};

const CONVEYANCES: &[&str] = &["none", "indirect", "direct", "enterprise"];
const NEEDS: &[&str] = &["required", "preferred", "discouraged"];

const REGISTER: Shape = Shape {
    name: "register step",
    doc: "A registration ceremony.",
    keys: &[
        Key::must("user", Kind::Text, USER),
        Key::may("profile", Kind::Name(Names::Profile), "Plugs in a new device of this profile."),
        Key::may("aaguid", Kind::Aaguid, "Plugs in a new device with this AAGUID."),
        Key::may("as", Kind::Text, "The name of the new device; the user's if absent."),
        Key::may("device", Kind::Text, "A device that is there already."),
        Key::may("attestation", Kind::Word(CONVEYANCES), "The conveyance to ask the relying party for."),
        Key::may("user-verification", Kind::Word(NEEDS), "The user verification to ask the relying party for."),
        Key::may("resident-key", Kind::Word(NEEDS), "Whether to ask for a discoverable credential."),
        Key::may("attachment", Kind::Word(&["platform", "cross-platform"]), "The attachment to ask for."),
        Key::may("ignore", Kind::OneOrMore(&Kind::Word(IGNORABLE)), "Members of the options that the client ignores."),
        Key::may(
            "transports",
            Kind::List(&Kind::Text),
            "The transports that the client reports, whatever the device has.",
        ),
        MEDIATION,
        EXTENSIONS,
        RESULTS,
        TAMPER,
        ORIGIN,
        TOP_ORIGIN,
        HTTP_ORIGIN,
        CLIENT,
        PIN,
        SESSION,
    ],
};

const AUTHENTICATE: Shape = Shape {
    name: "authenticate step",
    doc: "An authentication ceremony.",
    keys: &[
        Key::may("user", Kind::Text, USER),
        Key::may("discoverable", Kind::Flag, "Whether the relying party is asked without the account's name."),
        Key::may("device", Kind::Text, "The device; the user's if absent."),
        Key::may("user-verification", Kind::Word(NEEDS), "The user verification to ask the relying party for."),
        Key::may("ignore", Kind::OneOrMore(&Kind::Word(IGNORABLE)), "Members of the options that the client ignores."),
        MEDIATION,
        Key::may("at", Kind::Text, "The relying party, by the name it got from `downstream`; the first if absent."),
        EXTENSIONS,
        RESULTS,
        TAMPER,
        ORIGIN,
        TOP_ORIGIN,
        HTTP_ORIGIN,
        CLIENT,
        PIN,
        SESSION,
    ],
};

const IGNORABLE: &[&str] =
    &["allow-credentials", "attachment", "attestation", "exclude-credentials", "resident-key", "user-verification"];

const MEDIATION: Key = Key::may(
    "mediation",
    Kind::Word(&["optional", "conditional"]),
    "Whether the page asks with a dialogue, or without one: a registration after a sign-in by other means, a sign-in by \
     a pick among suggested passkeys.",
);

const EXTENSIONS: Key = Key::may(
    "extensions",
    Kind::Any,
    "The extensions to ask the relying party for, as WebAuthn's JSON has them; bytes are base64url.",
);
const RESULTS: Key = Key::may(
    "results",
    Kind::Any,
    "What `clientExtensionResults` have to hold; members that are not named may be anything.",
);
const TAMPER: Key = Key::may("tamper", Kind::OneOrMore(&Kind::Tamper), "The lies, applied in this order.");
const ORIGIN: Key = Key::may("origin", Kind::Text, "The page's origin; the target's if absent.");
const TOP_ORIGIN: Key =
    Key::may("top-origin", Kind::Text, "The origin of the top-level page, where the page is in a frame.");
const HTTP_ORIGIN: Key = Key::may("http-origin", Kind::Text, "The HTTP header `Origin`; the target's if absent.");
const CLIENT: Key = Key::may("client", Kind::Name(Names::Client), "The client profile; the run's if absent.");
const PIN: Key = Key::may("pin", Kind::Text, "The PIN that the person types.");
const SESSION: Key = Key::may("session", Kind::Text, "The name of the session; a ceremony of the same name shares it.");

const OPTIONS: Shape = Shape {
    name: "options step",
    doc: "Fetches options and compares them with a document.",
    keys: &[
        Key::must("ceremony", Kind::Word(&["registration", "authentication"]), "Of which ceremony."),
        Key::may("user", Kind::Text, USER),
        Key::may("attestation", Kind::Word(CONVEYANCES), "The conveyance to ask for."),
        Key::may("user-verification", Kind::Word(NEEDS), "The user verification to ask for."),
        Key::must("hold", Kind::Any, "What the options have to hold; members that are not named may be anything."),
    ],
};

const SESSION_ACTION: Shape = Shape {
    name: "session-action step",
    doc: "Does something in the user's session.",
    keys: &[
        Key::must("user", Kind::Text, USER),
        Key::must("tier", Kind::Count, "The tier that the action is for; 0 is the most guarded."),
    ],
};

const ACCOUNT: Shape = Shape { name: "account", doc: "An account.", keys: &[Key::must("user", Kind::Text, USER)] };

const GROUPS: Shape = Shape {
    name: "account with groups",
    doc: "An account and its groups.",
    keys: &[Key::must("user", Kind::Text, USER), Key::must("groups", Kind::List(&Kind::Text), "The groups it is in.")],
};

const REGISTER_U2F: Shape = Shape {
    name: "register-u2f step",
    doc: "A registration of the U2F years: a device makes a key handle for an AppID, and the relying party takes it over.",
    keys: &[
        Key::must("user", Kind::Text, USER),
        Key::must("app-id", Kind::Text, "What the key handle is scoped to; the extension `appid` names it later."),
        Key::may("profile", Kind::Name(Names::Profile), "Plugs in a new device of this profile."),
        Key::may("as", Kind::Text, "The name of the new device; the user's if absent."),
        Key::may("device", Kind::Text, "A device that is there already."),
    ],
};

const ISSUE_PASS: Shape = Shape {
    name: "issue-pass step",
    doc: "Issues a temporary access pass.",
    keys: &[
        Key::must("user", Kind::Text, USER),
        Key::may("valid-for", Kind::Duration, "How long it is valid; the target's habit if absent."),
    ],
};

const USE_PASS: Shape = Shape {
    name: "use-pass step",
    doc: "Signs in with a pass.",
    keys: &[
        Key::must("user", Kind::Text, USER),
        Key::may("code", Kind::Text, "Another code than the one that was issued."),
    ],
};

const RECOVER: Shape = Shape {
    name: "recover step",
    doc: "Asks for a recovery.",
    keys: &[
        Key::must("user", Kind::Text, USER),
        Key::must("method", Kind::Text, "The method, in the target's words: `sms`, `hardware-key`, `contacts`."),
        Key::may("device", Kind::Text, "The device that gives the proof, where the method wants an assertion."),
        Key::may("proofs", Kind::Any, "A mapping of further proofs, as the target takes them."),
    ],
};

const APPROVE: Shape = Shape {
    name: "approve step",
    doc: "Approves a recovery.",
    keys: &[
        Key::must("user", Kind::Text, "The account that is being recovered."),
        Key::must("by", Kind::Text, "The account that approves."),
        Key::may("purpose", Kind::Text, "What is approved, in the target's words; a recovery if absent."),
    ],
};

const REVOKE: Shape = Shape {
    name: "revoke step",
    doc: "Revokes a credential.",
    keys: &[Key::must("user", Kind::Text, USER), Key::may("device", Kind::Text, DEVICE)],
};

const LIST: Shape = Shape {
    name: "list step",
    doc: "Compares a list about an account with a document.",
    keys: &[
        Key::must("user", Kind::Text, USER),
        Key::may("hold", Kind::Any, "What one entry has to hold; members that are not named may be anything."),
        Key::may("count", Kind::Count, "How many entries there are, those that `hold` names if it is there."),
    ],
};

const DOWNSTREAM: Shape = Shape {
    name: "downstream step",
    doc: "Joins a second relying party.",
    keys: &[Key::must("as", Kind::Text, "The name that `at` uses.")],
};

const SET_BACKUP: Shape = Shape {
    name: "set-backup step",
    doc: "Sets the backup flags.",
    keys: &[
        Key::must("device", Kind::Text, DEVICE),
        Key::may("user", Kind::Text, "Of the credential that the device made for this account; of all if absent."),
        Key::must("eligible", Kind::Flag, "Backup eligible (BE)."),
        Key::must("state", Kind::Flag, "Backup state (BS)."),
    ],
};

const CLONE: Shape = Shape {
    name: "clone step",
    doc: "A second device.",
    keys: &[Key::must("device", Kind::Text, DEVICE), Key::must("as", Kind::Text, "The name of the copy.")],
};

const UPGRADE: Shape = Shape {
    name: "upgrade step",
    doc: "Makes another product of a device.",
    keys: &[
        Key::must("device", Kind::Text, DEVICE),
        Key::must("profile", Kind::Name(Names::Profile), "The profile that it has from now on."),
        Key::must(
            "keep",
            Kind::Word(KEEPS),
            "An update that keeps everything, one that keeps the device's own counter and serial number alone, or a \
             replacement, of which nothing was there before.",
        ),
    ],
};

const SNAPSHOT: Shape = Shape {
    name: "snapshot step",
    doc: "Takes what is in a device.",
    keys: &[Key::must("device", Kind::Text, DEVICE), Key::must("as", Kind::Text, "The name that `from` uses.")],
};

const RESTORE: Shape = Shape {
    name: "restore step",
    doc: "Puts back what was taken.",
    keys: &[Key::must("device", Kind::Text, DEVICE), Key::must("from", Kind::Text, "The name of the snapshot.")],
};

const WEAR_OUT: Shape = Shape {
    name: "wear-out step",
    doc: "Wears a device's storage out.",
    keys: &[
        Key::must("device", Kind::Text, DEVICE),
        Key::must("room", Kind::Count, "Discoverable credentials that there is still room for."),
    ],
};

const GESTURE: Shape = Shape {
    name: "gesture step",
    doc: "What the person does.",
    keys: &[
        Key::must("device", Kind::Text, DEVICE),
        Key::must(
            "do",
            Kind::Gestures,
            "One gesture for each prompt, `wait 2s, touch, wrong-finger x3`; consent afterwards, unless it ends in \
             `then decline` or is `always decline`.",
        ),
    ],
};

const HANDLED: Shape = Shape { name: "device", doc: "A device.", keys: &[Key::must("device", Kind::Text, DEVICE)] };
