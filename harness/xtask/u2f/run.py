"""Keys that speak U2F only: libfido2 uses what `keyrig plug` plugs in, and python-fido2's relying party for accounts of
the U2F years verifies what our client makes with one.

    run.py KEYRIG MADE

MADE is a file that a test of keyrig writes. Prints one TAP line per test; exits 1 when one of them fails.
"""

import json
import subprocess
import sys
import tempfile
from base64 import urlsafe_b64decode
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tap"))

from fido2.cose import ES256  # noqa: E402
from fido2.server import Fido2Server  # noqa: E402
from fido2.webauthn import AttestedCredentialData, AuthenticationResponse  # noqa: E402
from libfido2 import EXCLUDED, NO_CREDENTIALS, UNSUPPORTED_OPTION, Device, Refused  # noqa: E402
from suite import Suite  # noqa: E402

YUBIKEY_4 = "yubikey-4"
YUBIKEY_NEO = "yubikey-neo"
YUBIKEY_5 = "yubikey-5-nfc-5.4"
OUR_CLIENT = "our client"
RP_ID = "example.org"
HASH = b"\x5a" * 32
WINK, CBOR = 0x01, 0x04


class Plugged:
    """A key of a profile that `keyrig plug` holds, as libfido2 sees it."""

    keyrig = None

    def __init__(self, profile):
        self._folder = tempfile.TemporaryDirectory()
        path = f"{self._folder.name}/hid"
        words = [self.keyrig, "plug", profile, "--gestures", "always", "--link", f"socket:{path}"]
        environment = {"XDG_RUNTIME_DIR": self._folder.name, "PATH": "/usr/bin:/bin"}
        self._plugged = subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)
        assert any("plugged in" in line for line in self._plugged.stdout), "it is not plugged in"
        self.device = Device(path)

    def __enter__(self):
        return self.device

    def __exit__(self, *_):
        self.device.close()
        self._plugged.kill()
        self._plugged.wait()
        self._folder.cleanup()


def subject(word):
    """What a test is noted for: a profile, or what our client made."""
    return Made() if word == OUR_CLIENT else Plugged(word)


suite = Suite(subject)
test = suite.test


def refused(code, call, *arguments, **named):
    """Insists that libfido2 ends with `code`."""
    try:
        call(*arguments, **named)
    except Refused as error:
        assert error.code == code, f"{error} ({error.code:#04x}) instead of {code:#04x}"
    else:
        raise AssertionError(f"no error instead of {code:#04x}")


@test(YUBIKEY_4, YUBIKEY_NEO)
def only_u2f(device):
    """libfido2 finds a key without CTAP2"""
    assert not device.speaks_ctap2 and device.flags == WINK, device.flags


@test(YUBIKEY_5)
def both(device):
    """the control: libfido2 finds a key with CTAP2"""
    assert device.speaks_ctap2 and device.flags == WINK | CBOR, device.flags


@test(YUBIKEY_4, YUBIKEY_NEO)
def ceremonies(device):
    """libfido2 registers by U2F and signs in, and verifies both"""
    made = device.make(HASH, RP_ID)
    assert made.format == "fido-u2f" and made.certificate
    counts = []
    for _ in range(2):
        signed = device.sign(HASH, RP_ID, [bytes(64), made.id])
        assert signed.flags == 1, signed.flags
        signed.verify(made.public_key)
        counts.append(signed.count)
    assert counts[0] < counts[1], counts
    other = device.make(HASH, RP_ID)
    try:
        signed.verify(other.public_key)
    except Refused:
        return
    raise AssertionError("another key verifies it")


@test(YUBIKEY_4)
def refusals(device):
    """libfido2 is told what a key of U2F has not, and that one is registered"""
    made = device.make(HASH, RP_ID)
    refused(EXCLUDED, device.make, HASH, RP_ID, exclude=[made.id])
    refused(UNSUPPORTED_OPTION, device.make, HASH, RP_ID, discoverable=True)
    refused(UNSUPPORTED_OPTION, device.make, HASH, RP_ID, verified=True)
    refused(NO_CREDENTIALS, device.sign, HASH, "example.com", [made.id])
    refused(NO_CREDENTIALS, device.sign, HASH, RP_ID, [bytes(64)])


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Made:
    """What our client made with a key of U2F for an AppID, and python-fido2's relying party for it."""

    told = {}

    def __init__(self):
        made = self.told
        key = ES256.from_ctap1(decode(made["publicKey"]))
        self.credential = AttestedCredentialData.create(bytes(16), decode(made["keyHandle"]), key)
        # To a relying party that reads nothing of extensions, the AppID is the RP ID.
        self.servers = {
            name: Fido2Server({"id": made[name], "name": "Corp"}, verify_origin=self.is_own) for name in ("appId", "rpId")
        }

    def is_own(self, origin):
        return origin == self.told["origin"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def verify(self, response, scope="appId"):
        state = {"challenge": self.told["challenge"], "user_verification": "discouraged"}
        answer = AuthenticationResponse.from_dict(response)
        return self.servers[scope].authenticate_complete(state, [self.credential], answer)


@test(OUR_CLIENT)
def by_app_id(desk):
    """python-fido2's relying party verifies a sign-in by AppID that our client made by U2F"""
    found = desk.verify(desk.told["response"])
    assert found.credential_id == decode(desk.told["keyHandle"])
    data = decode(desk.told["response"]["response"]["authenticatorData"])
    assert data[:32] == sha256(desk.told["appId"].encode()).digest()
    assert desk.told["response"]["clientExtensionResults"] == {"appid": True}


@test(OUR_CLIENT)
def bent(desk):
    """and refuses it for the RP ID, and with one byte changed in the signature or in what is signed"""
    try:
        desk.verify(desk.told["response"], "rpId")
    except ValueError:
        pass
    else:
        raise AssertionError("it is taken for the RP ID")
    for member in ("signature", "authenticatorData", "clientDataJSON"):
        response = json.loads(json.dumps(desk.told["response"]))
        text = response["response"][member]
        response["response"][member] = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]
        try:
            desk.verify(response)
        except Exception:
            continue
        raise AssertionError(f"another {member} is taken")


if __name__ == "__main__":
    Plugged.keyrig = sys.argv[1]
    Made.told = json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))
    sys.exit(1 if suite.run() else 0)
