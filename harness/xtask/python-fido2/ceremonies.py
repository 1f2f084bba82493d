"""Fido2Client registers and signs in; Fido2Server verifies both."""

from threading import Event

from checks import (
    ALL,
    ALWAYS_VERIFY,
    ERR,
    EVERYTHING_2_3,
    ONLY_2_0,
    YUBIKEY_5_7,
    YUBIKEY_5_FIPS,
    YUBIKEY_BIO,
    raises,
    refused,
    test,
)
from desk import ALICE, BOB, Desk, HASH, PERMISSION, RP_ID, enroll, get, make, token, with_pin
from fido2.attestation import AttestationType
from fido2.client import ClientError
from fido2.cose import CoseKey
from fido2.ctap2 import Ctap2
from fido2.webauthn import PublicKeyCredentialDescriptor, PublicKeyCredentialParameters

# Whose firmware says that a touch did not come (quirk tells-touch-timeout).
TELL_TOUCH_TIMEOUT = [YUBIKEY_5_7, YUBIKEY_5_FIPS, YUBIKEY_BIO]
TOUCH_ONLY = [profile for profile in ALL if profile not in ALWAYS_VERIFY]


def refusal(call, *args, **kwargs):
    """The status behind the client's error."""
    return raises(ClientError, call, *args, **kwargs).cause.code


@test(*ALL)
def information(key):
    """getInfo is canonical CBOR that python-fido2 reads"""
    info = Ctap2(key, strict_cbor=True).info
    assert "FIDO_2_0" in info.versions
    assert len(info.aaguid) == 16 and any(info.aaguid)


@test(*TOUCH_ONLY)
def touch(key):
    """registers and signs in by touch, with its attestation verified"""
    desk = Desk(key, verification="discouraged")
    data, _ = desk.register()
    self_attested = AttestationType.SELF if not desk.trust.roots else AttestationType.BASIC
    assert desk.trust.type == self_attested
    assert data.is_user_present() and not data.is_user_verified()
    assert data.credential_data.aaguid == desk.client.info.aaguid
    data, _, response = desk.sign_in(desk.credentials)
    assert data.is_user_present() and not data.is_user_verified()
    assert desk.person.asked == ["touch", "touch"] and key.asked == ["presence", "presence"]
    assert response.response.user_handle is None, "a server-side credential tells no user"


@test(*ALL)
def verified(key):
    """registers and signs in with verification"""
    with_pin(key)
    desk = Desk(key, verification="required")
    data, _ = desk.register()
    assert data.is_user_verified()
    asked = "verification" if desk.client.info.options.get("uv") else "PIN"
    assert asked in desk.person.asked
    data, _, _ = desk.sign_in(desk.credentials)
    assert data.is_user_verified() and data.is_user_present()


@test(EVERYTHING_2_3, YUBIKEY_BIO)
def finger(key):
    """registers and signs in by finger, and asks for no PIN"""
    enroll(with_pin(key))
    desk = Desk(key, verification="required")
    data, _ = desk.register(discoverable=True)
    assert data.is_user_verified()
    data, _, _ = desk.sign_in()
    assert data.is_user_verified()
    assert "PIN" not in desk.person.asked and "verification" in key.asked


@test(*ALL)
def accounts(key):
    """two discoverable accounts come newest first, and getNextAssertion has the other"""
    with_pin(key)
    desk = Desk(key, verification="required")
    desk.register(ALICE, discoverable=True)
    desk.register(BOB, discoverable=True)
    handles = [response.response.user_handle for _, _, response in desk.sign_ins()]
    assert handles == [b"bob", b"alice"]
    refused(ERR.NOT_ALLOWED, Ctap2(key).get_next_assertion)


@test(*ALL)
def replaced(key):
    """the same account again takes the place of its discoverable credential"""
    with_pin(key)
    desk = Desk(key, verification="required")
    first, _ = desk.register(ALICE, discoverable=True)
    second, _ = desk.register(ALICE, discoverable=True)
    [(_, _, response)] = desk.sign_ins()
    assert response.raw_id == second.credential_data.credential_id != first.credential_data.credential_id


@test(*ALL)
def names_need_verification(key):
    """names of several accounts are told after verification only"""
    ctap = with_pin(key)
    for user in (ALICE, BOB):
        make(ctap, user, options={"rk": True})
    verified = get(ctap)
    assert [answer.user for answer in verified] == [BOB, ALICE]
    if not ctap.get_info().options.get("alwaysUv"):
        unverified = get(ctap, pin=None)
        assert [answer.user for answer in unverified] == [{"id": b"bob"}, {"id": b"alice"}]


@test(*ALL)
def excluded(key):
    """an excluded credential stops a registration, after the touch"""
    with_pin(key)
    desk = Desk(key)
    desk.register()
    before = len(key.asked)
    assert refusal(desk.register, exclude=desk.credentials) == ERR.CREDENTIAL_EXCLUDED
    assert len(key.asked) == before + 1
    strangers = [PublicKeyCredentialDescriptor(type="public-key", id=bytes([at]) * 64) for at in range(30)]
    desk.register(BOB, exclude=strangers)
    assert refusal(desk.register, exclude=strangers + desk.credentials[1:]) == ERR.CREDENTIAL_EXCLUDED


@test(*ALL)
def allowed(key):
    """of a list of thirty the one that is here signs in, and of strangers none"""
    with_pin(key)
    desk = Desk(key)
    desk.register()
    strangers = [PublicKeyCredentialDescriptor(type="public-key", id=bytes([at]) * 64) for at in range(30)]
    _, _, response = desk.sign_in(strangers + desk.credentials)
    assert response.raw_id == desk.credentials[0].credential_id
    assert refusal(desk.sign_in, strangers) == ERR.NO_CREDENTIALS
    assert refusal(desk.sign_in) == ERR.NO_CREDENTIALS


@test(*ALL)
def strangers_get_nothing(key):
    """a credential is its own relying party's"""
    ctap = with_pin(key)
    id = make(ctap).auth_data.credential_data.credential_id
    refused(ERR.NO_CREDENTIALS, get, ctap, [id], rp_id="other.example")
    assert len(get(ctap, [id])) == 1


@test(*ALL)
def unwilling(key):
    """no, nothing and a closed dialog are answers, which not each firmware tells apart, and then all is well again"""
    with_pin(key)
    desk = Desk(key)
    key.will("decline")
    assert refusal(desk.register) == ERR.OPERATION_DENIED
    key.will(31)
    status = refusal(desk.register)
    told = key.profile in TELL_TOUCH_TIMEOUT or key.asked[-1] == "verification"
    assert status == (ERR.USER_ACTION_TIMEOUT if told else ERR.OPERATION_DENIED)
    closed = Event()
    desk.person.prompt_up = closed.set
    assert refusal(desk.register, touch=closed) == ERR.KEEPALIVE_CANCEL
    del desk.person.prompt_up
    desk.register()


@test(*ALL)
def algorithms(key):
    """each algorithm that getInfo tells makes credentials whose signatures verify"""
    with_pin(key)
    desk = Desk(key)
    told = [algorithm["alg"] for algorithm in desk.client.info.algorithms] or [-7]
    known = [algorithm for algorithm in told if algorithm in CoseKey.supported_algorithms()]
    assert -7 in known
    for algorithm in known:
        desk.server.allowed_algorithms = [PublicKeyCredentialParameters(type="public-key", alg=algorithm)]
        data, _ = desk.register()
        assert data.credential_data.public_key[3] == algorithm
        desk.sign_in([data.credential_data])
    desk.server.allowed_algorithms = [PublicKeyCredentialParameters(type="public-key", alg=-65535)]
    assert refusal(desk.register) == ERR.UNSUPPORTED_ALGORITHM


@test(*ALL)
def counters(key):
    """the signature counter rises with each signature"""
    ctap = with_pin(key)
    made = make(ctap).auth_data
    counts = [made.counter] + [get(ctap, [made.credential_data.credential_id])[0].auth_data.counter for _ in range(3)]
    assert counts == sorted(set(counts)), counts


@test(*ALL)
def silent(key):
    """a silent request answers without a touch, and sets no flag"""
    ctap = with_pin(key)
    id = make(ctap).auth_data.credential_data.credential_id
    before = list(key.asked)
    [answer] = get(ctap, [id], options={"up": False}, pin=None)
    assert key.asked == before and not answer.auth_data.is_user_present() and not answer.auth_data.is_user_verified()


@test(*ALL)
def selected(key):
    """selection is a touch and nothing else"""
    Desk(key).client.selection()
    assert key.asked == ["presence"]


@test(YUBIKEY_5_7, EVERYTHING_2_3)
def spent(key):
    """a token is spent by the ceremony with a touch"""
    ctap = with_pin(key)
    protocol, secret = token(ctap, PERMISSION.MAKE_CREDENTIAL, RP_ID)
    param = (protocol.authenticate(secret, HASH), protocol.VERSION)
    arguments = (HASH, {"id": RP_ID, "name": "x"}, ALICE, [{"type": "public-key", "alg": -7}], None, None, None)
    ctap.make_credential(*arguments, *param)
    refused(ERR.PIN_AUTH_INVALID, ctap.make_credential, *arguments, *param)


@test(ONLY_2_0)
def only_2_0(key):
    """what came after CTAP 2.0 is not there"""
    ctap = Ctap2(key)
    assert ctap.info.extensions == [] and ctap.info.pin_uv_protocols == [1]
    for command in (ctap.CMD.SELECTION, ctap.CMD.LARGE_BLOBS, ctap.CMD.CONFIG, ctap.CMD.CREDENTIAL_MGMT):
        refused(ERR.INVALID_COMMAND, ctap.send_cbor, command, {1: 1})
