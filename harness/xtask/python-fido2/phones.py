"""The extensions of passkey providers, whose outputs are not signed: `prf` in clear, and `largeBlob` of CTAP 2.3.

python-fido2 has a class for neither, and its client wants a PIN/UV protocol, which providers have not. What it judges
here is each message: its CTAP2 commands write and read them, and verify what is signed.
"""

import zlib
from os import urandom

from checks import test
from desk import ALICE, BOB, ES256, HASH, PIN, RP_ID, Trust, get, make, with_pin
from fido2.ctap2 import AssertionResponse, Ctap2
from fido2.ctap2.base import args
from fido2.utils import sha256
from fido2.webauthn import AttestationObject
from offered import KEYS, OFFERED, having

AT_CREATION = {
    "credBlob": b"blob",
    "credProtect": 3,
    "hmac-secret": True,
    "largeBlob": {"support": "required"},
    "largeBlobKey": True,
    "minPinLength": True,
    "pinComplexityPolicy": True,
    "prf": {"eval": {"first": bytes(32)}},
    "previewSign": {3: [-7]},
    "thirdPartyPayment": True,
}
AT_LOGIN = {
    "credBlob": True,
    "largeBlob": {"read": True},
    "largeBlobKey": True,
    "prf": {"eval": {"first": bytes(32)}},
    "thirdPartyPayment": True,
}


class Phone:
    """A provider that verifies its user, and a platform that asks it for one extension."""

    def __init__(self, key, extension):
        self.key = key
        self.ctap = Ctap2(key)
        self.extension = extension
        self.credentials = []

    def register(self, given, user=ALICE):
        """Makes a discoverable credential. Returns what is told of the extension."""
        rp = {"id": RP_ID, "name": RP_ID}
        options = {"rk": True, "uv": True}
        made = self.ctap.make_credential(HASH, rp, user, ES256, None, {self.extension: given}, options)
        Trust(self.key).verify_attestation(AttestationObject.create(made.fmt, made.auth_data, made.att_stmt), HASH)
        self.credentials.append(made.auth_data.credential_data)
        return self._told(made.auth_data, made.unsigned_extension_outputs)

    def sign_in(self, given, number=None):
        """Signs in with the credential of the number, or any. Returns what is told of the extension."""
        allow = None if number is None else [{"type": "public-key", "id": self.id(number)}]
        request = args(RP_ID, HASH, allow, {self.extension: given}, {"uv": True})
        answer = self.ctap.send_cbor(Ctap2.CMD.GET_ASSERTION, request)
        unsigned = answer.pop(8, {})
        assertion = AssertionResponse.from_dict(answer)
        [credential] = [known for known in self.credentials if known.credential_id == assertion.credential["id"]]
        assertion.verify(HASH, credential.public_key)
        return self._told(assertion.auth_data, unsigned)

    def id(self, number):
        """The id of a credential."""
        return self.credentials[number].credential_id

    def _told(self, auth_data, unsigned):
        assert auth_data.is_user_verified() and auth_data.extensions is None
        assert set(unsigned) <= {self.extension}
        return unsigned.get(self.extension)


def salts(first, second=None):
    hashed = {name: sha256(b"WebAuthn PRF\0" + value) for name, value in (("first", first), ("second", second)) if value}
    return hashed


@test(*having("prf"))
def pseudo_random(key):
    """prf in clear gives each input its own result, each credential its own, at creation what it gives at login"""
    phone = Phone(key, "prf")
    made = phone.register({"eval": salts(b"one", b"two")})
    assert made["enabled"] is True and set(made["results"]) == {"first", "second"}
    one, two = made["results"]["first"], made["results"]["second"]
    assert len(one) == len(two) == 32 and one != two
    assert phone.register({}, BOB) == {"enabled": True}
    assert phone.sign_in({"eval": salts(b"two", b"one")}, 0) == {"results": {"first": two, "second": one}}
    assert phone.sign_in({"eval": salts(b"one")}, 0) == {"results": {"first": one}}
    bobs = phone.sign_in({"eval": salts(b"one")}, 1)["results"]["first"]
    assert len(bobs) == 32 and bobs not in (one, two)
    key.power_cycle()
    mapped = {"eval": salts(b"two"), "evalByCredential": {phone.id(1): salts(b"one")}}
    assert phone.sign_in(mapped, 0) == {"results": {"first": two}}
    assert phone.sign_in(mapped, 1) == {"results": {"first": bobs}}


@test(*having("largeBlob"))
def large_blob(key):
    """largeBlob keeps what the platform has compressed, for each credential its own"""
    phone = Phone(key, "largeBlob")
    for user, support in ((ALICE, "required"), (BOB, "preferred")):
        assert phone.register({"support": support}, user) == {"supported": True}
    assert phone.sign_in({"read": True}, 0) is None
    text = urandom(300) + b"ssh-ed25519 " * 150
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    packed = packer.compress(text) + packer.flush()
    assert phone.sign_in({"write": packed, "originalSize": len(text)}, 0) == {"written": True}
    assert phone.sign_in({"read": True}, 1) is None
    key.power_cycle()
    told = phone.sign_in({"read": True}, 0)
    assert told["originalSize"] == len(text)
    assert zlib.decompress(told["blob"], wbits=-zlib.MAX_WBITS) == text


@test(*having("largeBlob"))
def not_for_two(key):
    """largeBlob is not written where either of two credentials could have signed"""
    phone = Phone(key, "largeBlob")
    for user in (ALICE, BOB):
        phone.register({"support": "required"}, user)
    assert phone.sign_in({"write": b"packed", "originalSize": 9}) == {"written": False}
    assert phone.sign_in({"read": True}, 0) is None and phone.sign_in({"read": True}, 1) is None


@test(*OFFERED)
def told(key):
    """getInfo offers the extensions that the key is tested for, and an input for any other changes nothing"""
    ctap = with_pin(key) if key.profile in KEYS else Ctap2(key)
    assert set(ctap.info.extensions) == OFFERED[key.profile]
    verify = {} if key.profile in KEYS else {"uv": True}
    made = make(ctap, extensions=foreign(key, AT_CREATION), options={"rk": True} | verify)
    assert (made.auth_data.extensions, made.large_blob_key, made.unsigned_extension_outputs) == (None, None, {})
    pin = PIN if key.profile in KEYS else None
    [got] = get(ctap, extensions=foreign(key, AT_LOGIN), options=verify or None, pin=pin)
    assert (got.auth_data.extensions, got.large_blob_key) == (None, None)


def foreign(key, inputs):
    return {name: value for name, value in inputs.items() if name not in OFFERED[key.profile]}
