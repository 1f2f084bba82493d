"""What keys of Yubico's profiles answer to getInfo, decoded by python-fido2, beside the statements of the FIDO Metadata
Service, member by member; and the certification of everything in our catalogue beside the service's.

    compare.py PORT METADATA.json LEFT_OUT.yaml CATALOGUE.json

Prints one TAP line per product, and how many are equal; exits 1 when one of the checks fails.
"""

import json
import sys
from dataclasses import fields
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "python-fido2"))

import yaml
from bridge import Key, PulledOut
from fido2 import cbor
from fido2.ctap2 import Info
from fido2.hid import CTAPHID

GET_INFO = b"\x04"
PRODUCTS = 83
MEMBERS = [
    "versions", "extensions", "aaguid", "options", "maxMsgSize", "pinUvAuthProtocols", "maxCredentialCountInList",
    "maxCredentialIdLength", "transports", "algorithms", "maxSerializedLargeBlobArray", "forcePINChange",
    "minPINLength", "firmwareVersion", "maxCredBlobLength", "maxRPIDsForSetMinPINLength",
    "preferredPlatformUvAttempts", "uvModality", "certifications", "remainingDiscoverableCredentials",
    "vendorPrototypeConfigCommands", "attestationFormats", "uvCountSinceLastPinEntry", "longTouchForReset",
    "encIdentifier", "transportsForReset", "pinComplexityPolicy", "pinComplexityPolicyURL", "maxPINLength",
    "encCredStoreState", "authenticatorConfigCommands",
]  # fmt: skip
assert len(MEMBERS) == len(fields(Info))


class Checks:
    """Counts and prints, in TAP."""

    def __init__(self):
        self.count = self.failed = 0

    def expect(self, name, findings):
        """A check that holds when there is nothing to be found."""
        self.count += 1
        self.failed += bool(findings)
        print(f"{'not ok' if findings else 'ok'} {self.count} - {name}")
        for finding in findings:
            print(f"# {finding}")


def is_yubico(entry):
    """Whether an entry is about a FIDO2 product of Yubico's, by the name there."""
    name = entry["metadataStatement"].get("description", "")
    theirs = "Yubi" in name or name.startswith(("Security Key", "Enterprise Security Key"))
    return theirs and "aaguid" in entry


def flat(members):
    """The members, each option and certification one of its own."""
    found = {}
    for name, value in members.items():
        if isinstance(value, dict):
            found.update({f"{name}.{key}": inner for key, inner in value.items()})
        else:
            found[name] = value.hex() if isinstance(value, bytes) else value
    return found


def answered(aaguid):
    """What a new key of this product answers, by python-fido2's decoder and by its Info."""
    with Key(aaguid) as key:
        answer = key.call(CTAPHID.CBOR, GET_INFO)
    assert answer[0] == 0, f"status {answer[0]:#04x}"
    raw = cbor.decode(answer[1:])
    assert cbor.encode(raw) == answer[1:], "not canonical"
    info = Info.from_dict(raw)
    assert {number: info[number] for number in raw} == raw, "Info reads something else"
    return flat({MEMBERS[number - 1]: value for number, value in raw.items()})


def differences(stated, found):
    return [name for name in sorted({*stated, *found}) if stated.get(name, ...) != found.get(name, ...)]


def shown(members, name):
    return json.dumps(members[name]) if name in members else "nothing"


def is_about(entry, name, aaguid):
    return entry["member"] == name and entry.get("of", aaguid) == aaguid


def leaves_out(entry, stated, found):
    """Whether an entry leaves out the whole member, or the one value that makes the difference."""
    if "value" not in entry:
        return True
    return isinstance(stated, list) and [value for value in stated if value != entry["value"]] == found


def compare(entry, left_out, needed):
    """Each member that differs, is not left out, and so is a finding."""
    aaguid, findings = entry["aaguid"], []
    stated = flat(entry["metadataStatement"]["authenticatorGetInfo"])
    try:
        found = answered(aaguid)
    except (AssertionError, PulledOut, ValueError) as error:
        return [f"{aaguid}: {error}"]
    for name in differences(stated, found):
        about = [at for at, entry in enumerate(left_out) if is_about(entry, name, aaguid)]
        reasons = [at for at in about if leaves_out(left_out[at], stated.get(name), found.get(name))]
        needed.update(reasons)
        if not reasons:
            findings.append(f"{name} is to be {shown(stated, name)} and is {shown(found, name)}")
    return findings


def certification(entry):
    """The highest level of its status reports; what the first says, where none of them tells a level."""
    statuses = [report["status"] for report in entry["statusReports"]]
    levels = [status for status in statuses if status.startswith("FIDO_CERTIFIED_L")]
    return max(levels) if levels else statuses[0]


def miscertified(catalogue, entries):
    """Each entry of the catalogue that tells another certification than the table, or one that is not there."""
    stated = {entry["aaguid"]: certification(entry) for entry in entries if "aaguid" in entry}
    for ours in catalogue:
        found, there = ours["certification"], stated.get(ours["aaguid"])
        if found != there:
            yield f"{ours['aaguid']} {ours['name']}: is to be {there} and is {found}"


def main(port, metadata, left_out, catalogue):
    Key.port = int(port)
    with open(metadata, encoding="utf-8") as file:
        everything = json.load(file)["entries"]
    with open(catalogue, encoding="utf-8") as file:
        catalogue = json.load(file)
    entries = [entry for entry in everything if is_yubico(entry)]
    with open(left_out, encoding="utf-8") as file:
        left_out = yaml.safe_load(file)
    checks, needed = Checks(), set()
    for entry in entries:
        name = f"{entry['aaguid']} {entry['metadataStatement']['description']}"
        checks.expect(name, compare(entry, left_out, needed))
    equal = checks.count - checks.failed

    lacking = [f"{entry} has no reason" for entry in left_out if not entry.get("why")]
    checks.expect("each member that is left out has a reason", lacking)
    idle = [f"{entry} leaves out nothing" for at, entry in enumerate(left_out) if at not in needed]
    checks.expect("and no other is left out", idle)
    blob = [] if len(entries) == PRODUCTS else [f"{len(entries)} products: look at what is new in this BLOB"]
    checks.expect(f"the BLOB has {PRODUCTS} products", blob)

    stated = flat(entries[0]["metadataStatement"]["authenticatorGetInfo"])
    unseen = [name for name in stated if differences(stated, {**stated, name: "something else"}) != [name]]
    unseen += [name for name in stated if differences(stated, {n: v for n, v in stated.items() if n != name}) != [name]]
    checks.expect("a difference in any member is seen", unseen)

    checks.expect("the catalogue tells each certification as the table does", list(miscertified(catalogue, everything)))
    wrong = [{**ours, "certification": "FIDO_CERTIFIED_L3+"} for ours in catalogue]
    seen = len(list(miscertified(wrong, everything)))
    checks.expect("a wrong one is seen", [] if seen == len(catalogue) else [f"{seen} of {len(catalogue)} were seen"])

    print(f"1..{checks.count}")
    print(f"{equal}/{len(entries)} Yubico products equal to their statements")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
