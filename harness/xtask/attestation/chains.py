"""Each profile's attestation certificates, verified by OpenSSL's command up to the trust anchors that are exported.

An anchor may be an intermediate, and valid until the year 9999. Prints TAP; each chain is refused under another anchor.
"""

import json
import subprocess
import sys
from base64 import urlsafe_b64decode
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from fido2 import cbor

sys.path.insert(0, str(Path(__file__).parent.parent / "tap"))

from tally import Tally  # noqa: E402

# What OpenSSL calls the keys that a profile can name.
KEYS = {
    "ES256": ("ASN1 OID: prime256v1", "ecdsa-with-SHA256"),
    "ES384": ("ASN1 OID: secp384r1", "ecdsa-with-SHA384"),
    "RS256-2048": ("Public-Key: (2048 bit)", "sha256WithRSAEncryption"),
    "RS256-4096": ("Public-Key: (4096 bit)", "sha256WithRSAEncryption"),
}
NO_END = "notAfter=Dec 31 23:59:59 9999 GMT"
tally = Tally()
check = tally.check


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=600, check=False)
    return done.returncode == 0, done.stdout


def certificates(statement):
    """The longest x5c of a statement, or of the members of a compound one."""
    members = [member["attStmt"] for member in statement] if isinstance(statement, list) else [statement]
    return max((member.get("x5c", []) for member in members), key=len)


def chain(told, foreign, folder):
    """Says whether an intermediate alone was anchor enough, and whether an anchor never ends."""
    name = told["name"]
    parsed = cbor.decode(urlsafe_b64decode(told["attestationObject"] + "=="))
    x5c = [load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in certificates(parsed["attStmt"])]
    leaf, sent, anchors = folder / "leaf.pem", folder / "sent.pem", folder / "anchors.pem"
    leaf.write_bytes(x5c[0])
    sent.write_bytes(b"".join(x5c[1:]))
    untrusted = ("-untrusted", str(sent)) if x5c[1:] else ()

    def verifies(pems, *options):
        anchors.write_text("".join(pems))
        return openssl("verify", *options, "-trusted", str(anchors), *untrusted, str(leaf))[0]

    if told["expired"]:
        check(not verifies(told["anchors"], "-partial_chain"), f"{name}: an authority whose time is over is refused")
    options = ("-partial_chain", "-no_check_time") if told["expired"] else ("-partial_chain",)
    check(verifies(told["anchors"], *options), f"{name}: the leaf verifies")
    check(not verifies([foreign(told)], *options), f"{name}: and does not under another root")
    anchors.write_text(told["anchors"][0])
    _, text = openssl("x509", "-in", str(anchors), "-noout", "-text", "-enddate")
    kind, signed = KEYS[told["rootKey"]]
    check(kind in text and signed in text, f"{name}: the root's key is {told['rootKey']}")
    beside = told["anchors"][1:]
    if beside:
        check(verifies(beside[-1:], *options), f"{name}: the last intermediate is anchor enough")
        check(not verifies(beside[-1:]), f"{name}: where a partial chain is wanted")
    return bool(beside), NO_END in text


with open(sys.argv[1], encoding="utf-8") as file:
    CHAINS = json.load(file)
ROOTS = [told["anchors"][0] for told in CHAINS]
with TemporaryDirectory() as path:
    seen = [chain(told, lambda own: next(pem for pem in ROOTS if pem != own["anchors"][0]), Path(path)) for told in CHAINS]
check(sum(partial for partial, _ in seen) > 40, "dozens of profiles have intermediates as anchors")
check(any(endless for _, endless in seen), "some roots never end")
check({told["rootKey"] for told in CHAINS} == set(KEYS), "every kind of key signs for some profile")
sys.exit(tally.end())
