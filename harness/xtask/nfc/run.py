"""python-fido2's PC/SC device against keys of ours on the virtual reader of vsmartcard.

    run.py KEYRIG

Prints one TAP line per test; exits 1 when one of them fails.
"""

import json
import sys
import threading
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("python-fido2", "tap")]

from card import Card, scard, wait_for  # noqa: E402
from desk import PERMISSION, PIN, RP_ID, Desk, get, make, token, with_pin  # noqa: E402
from fido2.ctap import CtapError  # noqa: E402
from fido2.ctap1 import Ctap1  # noqa: E402
from fido2.ctap2 import ClientPin, Ctap2  # noqa: E402
from fido2.ctap2.credman import CredentialManagement  # noqa: E402
from suite import Suite  # noqa: E402

YUBIKEY = "yubikey-5-nfc-5.7"
OLD_YUBIKEY = "yubikey-5-nfc-5.2"
EVERYTHING = "ctap-2.3-everything"
NEO = "yubikey-neo"

suite = Suite(Card)
test = suite.test


@test(YUBIKEY, OLD_YUBIKEY, EVERYTHING)
def ceremonies(card):
    """registers and signs in, verified; being on the reader is the touch"""
    card.key("gestures", "always")
    device = card.device()
    with_pin(device)
    desk = Desk(device, verification="required")
    data, _ = desk.register(discoverable=True)
    assert data.is_user_present() and data.is_user_verified()
    data, _, _ = desk.sign_in()
    assert data.is_user_present()
    told = [message["name"] for message in card.told()]
    assert told[:2] == ["SELECT", "SW_NO_ERROR"] and "NFCCTAP_MSG" in told


@test(YUBIKEY)
def runner(card):
    """is a key that keyrig's own runner reaches through pcscd: found, registered with, and left as it was found"""
    card.key("gestures", "always")
    card.device()
    [found] = json.loads(card.asked("devices", "--device", "nfc", "--json"))
    assert found["catalogue"]["profile"] == card.profile, found
    card.asked("register", "--device", "nfc", "--target", "builtin:default", "--user", "alice@corp.example.com")
    run = ["run", "--device", "nfc", "--target", "builtin:default", "--allow-inconclusive"]
    card.asked(*run, "attack/origin-suffix", "attack/signature-broken", "attack/user-not-present-at-sign-in")


@test(YUBIKEY)
def extended(card):
    """understands extended lengths, and a platform that does not poll"""
    device = card.device()
    with_pin(device)
    device.use_ext_apdu = True
    device.use_nfcctap_getresponse = False
    desk = Desk(device)
    desk.register()
    desk.sign_in(desk.credentials)
    device.use_ext_apdu = False
    desk.sign_in(desk.credentials)


@test(YUBIKEY)
def chained(card):
    """takes requests and gives answers that are longer than one APDU"""
    exclude = [{"type": "public-key", "id": bytes([at]) * 64} for at in range(5)]
    rp, user = {"id": RP_ID, "name": "x"}, {"id": b"alice", "name": "alice"}
    algorithms = [{"type": "public-key", "alg": -7}]
    answer = Ctap2(card.device()).make_credential(b"\1" * 32, rp, user, algorithms, exclude_list=exclude)
    assert len(answer.auth_data) + len(answer.att_stmt["x5c"][0]) > 512


@test(YUBIKEY)
def wrong_pin(card):
    """refuses a wrong PIN and counts it"""
    pin = ClientPin(with_pin(card.device()))
    try:
        pin.get_pin_token("000000", PERMISSION.GET_ASSERTION, RP_ID)
    except CtapError as error:
        assert error.code == CtapError.ERR.PIN_INVALID
    else:
        raise AssertionError("a wrong PIN got a token")
    assert pin.get_pin_retries()[0] == 7


@test(YUBIKEY)
def management(card):
    """lists and deletes its discoverable credentials"""
    ctap = with_pin(card.device())
    for name in (b"alice", b"bob"):
        make(ctap, {"id": name, "name": name.decode()}, options={"rk": True})

    def manager():
        return CredentialManagement(ctap, *token(ctap, PERMISSION.CREDENTIAL_MGMT))

    [rp] = manager().enumerate_rps()
    found = manager().enumerate_creds(rp[CredentialManagement.RESULT.RP_ID_HASH])
    assert len(found) == 2
    manager().delete_cred(found[0][CredentialManagement.RESULT.CREDENTIAL_ID])
    assert manager().get_metadata()[CredentialManagement.RESULT.EXISTING_CRED_COUNT] == 1


@test(YUBIKEY, OLD_YUBIKEY)
def u2f(card):
    """speaks U2F, and what it makes is verified"""
    ctap = Ctap1(card.device())
    assert ctap.get_version() == "U2F_V2"
    client, app = b"\2" * 32, b"\3" * 32
    made = ctap.register(client, app)
    made.verify(app, client)
    signed = ctap.authenticate(client, app, made.key_handle)
    signed.verify(app, client, made.public_key)


@test(NEO)
def only_u2f(card):
    """a card that speaks U2F only is registered with and signs in, by python-fido2 and by keyrig's own runner"""
    desk = Desk(card.device(), verification="discouraged")
    assert desk.client.info.versions == ["U2F_V2"]
    desk.register()
    desk.sign_in(desk.credentials)
    [found] = json.loads(card.asked("devices", "--device", "nfc", "--json"))
    assert found["aaguid"] is None and found["versions"] == ["U2F_V2"], found
    run = ["run", "--device", "nfc", "--target", "builtin:default"]
    card.asked(*run, "ceremony/server-side-credential", "ceremony/u2f-account-moves", "attack/signature-broken")


@test(YUBIKEY)
def taken_away(card):
    """is gone when it is taken away, and back when it is put there again"""
    card.device()
    card.key("remove")
    wait_for(scard.SCARD_STATE_EMPTY)
    card.key("insert")
    assert "FIDO_2_0" in Ctap2(card.device()).info.versions


@test(EVERYTHING)
def finger(card):
    """tells a platform that polls that it waits, until the person does it or the platform cancels"""
    pin = ClientPin(with_pin(card.device()))
    heard = []

    def ready(status):
        heard.append(int(status))
        card.key("finger", "good")

    assert pin.get_uv_token(PERMISSION.GET_ASSERTION, RP_ID, on_keepalive=ready)
    assert heard == [2], heard
    cancel = threading.Event()
    try:
        pin.get_uv_token(PERMISSION.GET_ASSERTION, RP_ID, event=cancel, on_keepalive=lambda _: cancel.set())
    except CtapError as error:
        assert error.code == CtapError.ERR.KEEPALIVE_CANCEL
    else:
        raise AssertionError("it was verified without a person")


@test(YUBIKEY)
def broken(card):
    """the control: a signature with one bit changed is refused here"""
    ctap = Ctap2(card.device())
    made = make(ctap)
    [signed] = get(ctap, [made.auth_data.credential_data.credential_id], pin=None)
    key = made.auth_data.credential_data.public_key
    signed.verify(b"\x5a" * 32, key)
    signature = bytearray(signed.signature)
    signature[-1] ^= 1
    try:
        key.verify(bytes(signed.auth_data) + b"\x5a" * 32, bytes(signature))
    except Exception as error:
        assert type(error).__name__ == "InvalidSignature", error
    else:
        raise AssertionError("it was accepted")


if __name__ == "__main__":
    Card.keyrig = sys.argv[1]
    sys.exit(1 if suite.run() else 0)
