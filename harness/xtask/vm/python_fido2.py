"""PyPI's fido2, the library that ykman is made of, at the one key that this machine sees.

Its argument is the ceremony: the name of a function below. A ceremony that goes wrong raises.
"""

import contextlib
import functools
import itertools
import signal
import sys
import time

from fido2.client import ClientError, DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap import CtapError
from fido2.ctap1 import Ctap1
from fido2.ctap2 import ClientPin, Config, CredentialManagement, Ctap2, FPBioEnrollment, LargeBlobs
from fido2.hid import CtapHidDevice, ConnectionFailure
from fido2.server import Fido2Server
from fido2.utils import websafe_decode

PIN = "24681357"
ORIGIN = "https://example.org"
RP = {"id": "example.org", "name": "Example"}
ALICE = {"id": b"alice", "name": "alice", "displayName": "Alice"}
PERMISSION = ClientPin.PERMISSION

# How long the longest message is tried, in seconds.
PATIENCE = 400


class Person(UserInteraction):
    """Somebody who knows the PIN, or believes so."""

    def __init__(self, pin=PIN):
        self.pin = pin

    def request_pin(self, permissions, rp_id):
        return self.pin


def opened():
    (key,) = CtapHidDevice.list_devices()
    return key


@functools.cache
def the_key():
    """Opened once: whoever has a node open hears all answers, also those to others."""
    return opened()


def client(pin=PIN):
    return Fido2Client(the_key(), DefaultClientDataCollector(ORIGIN), user_interaction=Person(pin))


def register(**options):
    """A registration that python-fido2's own relying party verifies."""
    server = Fido2Server(RP, attestation="direct")
    asked, state = server.register_begin(ALICE, **options)
    answer = client().make_credential(asked.public_key)
    return server, server.register_complete(state, answer).credential_data, answer


def sign_in(server, credential, **options):
    asked, state = server.authenticate_begin([credential], **options)
    selection = client().get_assertion(asked.public_key)
    server.authenticate_complete(state, [credential], selection.get_response(0))
    return selection.get_response(0)


def set_pin():
    ClientPin(Ctap2(the_key())).set_pin(PIN)


def token(ctap, permission):
    pin = ClientPin(ctap)
    return pin.protocol, pin.get_pin_token(PIN, permission)


def refused(error, work):
    try:
        work()
    except (CtapError, ClientError) as found:
        assert error in repr(found), repr(found)
    else:
        raise AssertionError(f"not refused with {error}")


def ceremonies():
    server, credential, answer = register(user_verification="discouraged")
    assert answer.response.attestation_object.fmt == "packed"
    sign_in(server, credential, user_verification="discouraged")


def verified_ceremonies():
    set_pin()
    server, credential, answer = register(user_verification="required", resident_key_requirement="required")
    assert answer.response.attestation_object.auth_data.is_user_verified()
    assert sign_in(server, credential, user_verification="required").response.authenticator_data.is_user_verified()
    asked, _ = server.authenticate_begin([credential], user_verification="required")
    refused("PIN_INVALID", lambda: client("00000000").get_assertion(asked.public_key))


def u2f():
    ctap, parameter, hashed = Ctap1(the_key()), b"p" * 32, b"c" * 32
    assert ctap.get_version() == "U2F_V2"
    made = ctap.register(hashed, parameter)
    made.verify(parameter, hashed)
    signed = ctap.authenticate(hashed, parameter, made.key_handle)
    signed.verify(parameter, hashed, made.public_key)


def extensions():
    set_pin()
    wanted = {"credentialProtectionPolicy": "userVerificationOptional", "credProps": True, "prf": {}}
    server, credential, answer = register(
        user_verification="required", resident_key_requirement="required", extensions=wanted
    )
    assert answer.client_extension_results["credProps"]["rk"] is True
    assert answer.client_extension_results["prf"]["enabled"] is True
    secret = lambda salt: sign_in(server, credential, extensions={"prf": {"eval": {"first": salt}}})
    first, again, other = (secret(salt).client_extension_results["prf"]["results"]["first"] for salt in (b"1", b"1", b"2"))
    assert first == again != other


def credentials_are_managed():
    set_pin()
    register(user_verification="required", resident_key_requirement="required")
    ctap = Ctap2(the_key())
    manager = CredentialManagement(ctap, *token(ctap, PERMISSION.CREDENTIAL_MGMT))
    found = CredentialManagement.RESULT
    assert manager.get_metadata()[found.EXISTING_CRED_COUNT] == 1
    (rp,) = manager.enumerate_rps()
    assert rp[found.RP]["id"] == RP["id"]
    (credential,) = manager.enumerate_creds(rp[found.RP_ID_HASH])
    manager.update_user_info(credential[found.CREDENTIAL_ID], {**ALICE, "name": "bob"})
    (credential,) = manager.enumerate_creds(rp[found.RP_ID_HASH])
    assert credential[found.USER]["name"] == "bob"
    manager.delete_cred(credential[found.CREDENTIAL_ID])
    assert manager.get_metadata()[found.EXISTING_CRED_COUNT] == 0


def large_blobs():
    set_pin()
    server, credential, answer = register(
        user_verification="required",
        resident_key_requirement="required",
        extensions={"largeBlob": {"support": "required"}},
    )
    assert answer.client_extension_results["largeBlob"]["supported"] is True
    text = b"what fits into a key" * 30
    written = sign_in(server, credential, extensions={"largeBlob": {"write": text}})
    assert written.client_extension_results["largeBlob"]["written"] is True
    read = sign_in(server, credential, extensions={"largeBlob": {"read": True}})
    assert websafe_decode(read.client_extension_results["largeBlob"]["blob"]) == text
    ctap = Ctap2(the_key())
    assert len(LargeBlobs(ctap, *token(ctap, PERMISSION.LARGE_BLOB_WRITE)).read_blob_array()) == 1


def configuration():
    set_pin()
    ctap = Ctap2(the_key())
    config = lambda: Config(ctap, *token(ctap, PERMISSION.AUTHENTICATOR_CFG))
    assert ctap.info.options["ep"] is False
    config().enable_enterprise_attestation()
    assert ctap.get_info().options["ep"] is True
    config().toggle_always_uv()
    assert ctap.get_info().options["alwaysUv"] is True
    config().toggle_always_uv()
    config().set_min_pin_length(min_pin_length=8, rp_ids=[RP["id"]], force_change_pin=True)
    info = ctap.get_info()
    assert info.min_pin_length == 8 and info.force_pin_change
    refused("PIN_POLICY_VIOLATION", lambda: token(ctap, PERMISSION.AUTHENTICATOR_CFG))
    ClientPin(ctap).change_pin(PIN, "97531468")
    assert not ctap.get_info().force_pin_change


def fingers():
    set_pin()
    ctap = Ctap2(the_key())
    fingers = FPBioEnrollment(ctap, *token(ctap, PERMISSION.BIO_ENROLL))
    enrolment, template = fingers.enroll(), None
    while template is None:
        template = enrolment.capture()
    fingers.set_name(template, "thumb")
    assert list(fingers.enumerate_enrollments().values()) == ["thumb"]
    server, credential, _ = register(user_verification="required")
    assert sign_in(server, credential, user_verification="required").response.authenticator_data.is_user_verified()
    fingers = FPBioEnrollment(ctap, *token(ctap, PERMISSION.BIO_ENROLL))
    fingers.remove_enrollment(template)
    assert fingers.enumerate_enrollments() == {}


def link():
    """CTAPHID itself: any bytes come back, and the key shows which it is. The kernel's uhid keeps 31 packets for a key
    that is slow to read and drops the rest, so what is longer than so many packets may take several tries, each of
    which is written more slowly: USB takes a packet in a millisecond, and uhid all that it is given."""
    text = bytes(range(256)) * 30
    with contextlib.closing(opened()) as key:
        for length in (0, 1, 57, 58, 1280, 57 + 30 * 59):
            assert key.ping(text[:length]) == text[:length], length
        key.wink()
    begun, longest = time.monotonic(), text[:7609]
    pauses = itertools.chain(range(10), itertools.repeat(10))
    for tries, pause in enumerate(pauses, 1):
        if echoed(longest, pause / 1000) == longest:
            break
        assert time.monotonic() < begun + PATIENCE, f"the longest message never came back, {tries} times"
    print(f"the longest message came back at try {tries}")


def echoed(text, pause):
    """What comes back, if something does. The kernel keeps 63 reports of an answer for who is slow to read; who was given
    none any more waits for it for ever."""
    signal.signal(signal.SIGALRM, late)
    signal.alarm(10)
    try:
        with contextlib.closing(opened()) as key:
            write = key._connection.write_packet
            key._connection.write_packet = lambda packet: (time.sleep(pause), write(packet))
            return key.ping(text)
    except CtapError as error:
        assert error.code in (CtapError.ERR.INVALID_SEQ, CtapError.ERR.TIMEOUT), error
    except (ConnectionFailure, TimeoutError):
        pass
    finally:
        signal.alarm(0)


def late(*_):
    raise TimeoutError


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    print(f"{sys.argv[1]}: as it should be")
