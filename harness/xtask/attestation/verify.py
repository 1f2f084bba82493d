"""Registrations of ours, verified by python-fido2: every format that it knows, up to the trust anchors.

A compound statement is taken apart by the rules of WebAuthn L3 (section 8.9), and python-fido2 verifies each member.
Prints TAP. For each registration there are controls: the same with one byte changed has to be refused.
"""

import json
import sys
from base64 import urlsafe_b64decode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from fido2 import cbor
from fido2.attestation import (
    AppleAttestation,
    FidoU2FAttestation,
    InvalidData,
    NoneAttestation,
    PackedAttestation,
    TpmAttestation,
    verify_x509_chain,
)
from fido2.webauthn import AuthenticatorData

sys.path.insert(0, str(Path(__file__).parent.parent / "tap"))

from tally import Tally  # noqa: E402

VERIFIERS = {
    verifier.FORMAT: verifier
    for verifier in (AppleAttestation, FidoU2FAttestation, NoneAttestation, PackedAttestation, TpmAttestation)
}

tally = Tally()
check = tally.check


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(fmt, statement, auth_data, client_data_hash, anchors):
    """Raises InvalidData, or another error where the bytes make no sense."""
    if fmt == "compound":
        if not isinstance(statement, list) or len(statement) < 2:
            raise InvalidData("fewer than two members")
        for member in statement:
            if set(member) != {"fmt", "attStmt"} or member["fmt"] == "compound":
                raise InvalidData("no member of a compound statement")
            verify(member["fmt"], member["attStmt"], auth_data, client_data_hash, anchors)
        return
    result = VERIFIERS[fmt]().verify(statement, AuthenticatorData(auth_data), client_data_hash)
    if result.trust_path:
        if not anchors:
            raise InvalidData("no anchor")
        # From the certificate that was sent last up to the root.
        verify_x509_chain([*result.trust_path, *reversed(anchors)])


def is_refused(*arguments):
    try:
        verify(*arguments)
    except Exception:
        return True
    return False


def changed(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def bent(statement):
    """The statement with one byte changed in each member that holds bytes, one after the other."""
    if isinstance(statement, list):
        for at, member in enumerate(statement):
            for name, other in bent(member["attStmt"]):
                others = [*statement[:at], {**member, "attStmt": other}, *statement[at + 1 :]]
                yield f"member {at}, {name}", others
        return
    for name, value in statement.items():
        if isinstance(value, bytes):
            yield name, {**statement, name: changed(value, len(value) - 1)}
        elif name == "x5c":
            yield name, {**statement, name: [changed(value[0], len(value[0]) - 1), *value[1:]]}


def registration(told):
    name, fmt = told["name"], told["format"]
    parsed = cbor.decode(decode(told["attestationObject"]))
    auth_data, statement = parsed["authData"], parsed["attStmt"]
    client_data_hash = sha256(decode(told["clientDataJSON"])).digest()
    anchors = [load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER) for pem in told["anchors"]]
    try:
        verify(fmt, statement, auth_data, client_data_hash, anchors)
        check(parsed["fmt"] == fmt, f"{name}: {fmt} verifies")
    except Exception as problem:
        check(False, f"{name}: {fmt}: {problem!r}")
        return
    if fmt == "none":
        check(is_refused(fmt, {"sig": b"1"}, auth_data, client_data_hash, anchors), f"{name}: a statement is refused")
        return
    # The last byte of the public key is signed in every format, and no length depends on it.
    other_data = changed(auth_data, len(auth_data) - 1)
    check(is_refused(fmt, statement, other_data, client_data_hash, anchors), f"{name}: another key is refused")
    other_hash = changed(client_data_hash, 0)
    check(is_refused(fmt, statement, auth_data, other_hash, anchors), f"{name}: other client data is refused")
    for member, other in bent(statement):
        refused = is_refused(fmt, other, auth_data, client_data_hash, anchors)
        check(refused, f"{name}: one byte changed in {member} is refused")
    if anchors:
        foreign = FOREIGN[0] if FOREIGN[0] != anchors[0] else FOREIGN[1]
        check(is_refused(fmt, statement, auth_data, client_data_hash, [foreign]), f"{name}: another root is refused")


with open(sys.argv[1], encoding="utf-8") as file:
    REGISTRATIONS = json.load(file)

FOREIGN = [
    load_pem_x509_certificate(told["anchors"][0].encode()).public_bytes(Encoding.DER)
    for told in REGISTRATIONS
    if told["anchors"]
][:2]

for told in REGISTRATIONS:
    # python-fido2 has no android-key; npm's @simplewebauthn/server verifies it.
    if told["format"] != "android-key":
        registration(told)

sys.exit(tally.end())
