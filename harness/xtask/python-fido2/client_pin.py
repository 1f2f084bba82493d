"""ClientPin: setting, changing, mistaking, and what a token may do; under each protocol that the key has."""

from checks import ALL, ERR, EVERYTHING_2_3, YUBIKEY_5_7, YUBIKEY_5_FIPS, YUBIKEY_BIO, refused, test
from desk import ALICE, ES256, HASH, PERMISSION, PIN, RP_ID, enroll, get, make, with_pin
from fido2.ctap2 import ClientPin, Ctap2
from fido2.ctap2.pin import PinProtocolV1, PinProtocolV2

OTHER = "97531864"
WRONG = "00000000"
TOKENS = [YUBIKEY_5_7, YUBIKEY_5_FIPS, YUBIKEY_BIO, EVERYTHING_2_3]


def protocols(ctap):
    """Each protocol that both sides have."""
    return [known for known in (PinProtocolV1, PinProtocolV2) if known.VERSION in ctap.info.pin_uv_protocols]


@test(*ALL)
def life(key):
    """a PIN is set, used and changed, under each protocol"""
    ctap = Ctap2(key)
    assert ctap.info.options["clientPin"] is False
    pins = [PIN, OTHER]
    ClientPin(ctap).set_pin(pins[0])
    ctap = Ctap2(key)
    assert ctap.info.options["clientPin"] is True
    for protocol in protocols(ctap):
        client_pin = ClientPin(ctap, protocol())
        client_pin.get_pin_token(pins[0], PERMISSION.GET_ASSERTION, RP_ID)
        client_pin.change_pin(*pins)
        refused(ERR.PIN_INVALID, client_pin.get_pin_token, pins[0], PERMISSION.GET_ASSERTION, RP_ID)
        assert client_pin.get_pin_retries()[0] == 7
        pins.reverse()
        client_pin.get_pin_token(pins[0], PERMISSION.GET_ASSERTION, RP_ID)
        assert client_pin.get_pin_retries()[0] == 8
    refused(ERR.PIN_AUTH_INVALID, ClientPin(ctap).set_pin, OTHER)


@test(*ALL)
def unset(key):
    """without a PIN there is no token and nothing to change"""
    client_pin = ClientPin(Ctap2(key))
    refused(ERR.PIN_NOT_SET, client_pin.change_pin, PIN, OTHER)
    refused(ERR.PIN_NOT_SET, client_pin.get_pin_token, PIN, PERMISSION.GET_ASSERTION, RP_ID)


@test(*ALL)
def blocked(key):
    """three mistakes want a power cycle, eight block for good, and a reset helps"""
    ctap = with_pin(key)
    client_pin = ClientPin(ctap)
    attempt = (client_pin.get_pin_token, WRONG, PERMISSION.GET_ASSERTION, RP_ID)
    for left in range(7, -1, -1):
        status = ERR.PIN_INVALID
        if (8 - left) % 3 == 0:
            status = ERR.PIN_AUTH_BLOCKED
        if left == 0:
            status = ERR.PIN_BLOCKED
        refused(status, *attempt)
        assert client_pin.get_pin_retries()[0] == left
        if status == ERR.PIN_AUTH_BLOCKED:
            refused(status, client_pin.get_pin_token, PIN, PERMISSION.GET_ASSERTION, RP_ID)
            assert client_pin.get_pin_retries() == (left, True)
            key.power_cycle()
            assert not client_pin.get_pin_retries()[1]
    refused(ERR.PIN_BLOCKED, client_pin.get_pin_token, PIN, PERMISSION.GET_ASSERTION, RP_ID)
    key.power_cycle()
    refused(ERR.PIN_BLOCKED, client_pin.get_pin_token, PIN, PERMISSION.GET_ASSERTION, RP_ID)
    ctap.reset()
    ClientPin(Ctap2(key)).set_pin(PIN)


@test(*ALL)
def forgiven(key):
    """the right PIN gives all attempts back"""
    client_pin = ClientPin(with_pin(key))
    for _ in range(2):
        refused(ERR.PIN_INVALID, client_pin.get_pin_token, WRONG, PERMISSION.GET_ASSERTION, RP_ID)
    client_pin.get_pin_token(PIN, PERMISSION.GET_ASSERTION, RP_ID)
    assert client_pin.get_pin_retries()[0] == 8


@test(YUBIKEY_5_FIPS)
def policy(key):
    """a PIN has at least as many code points as getInfo says, however many bytes"""
    ctap = Ctap2(key)
    client_pin = ClientPin(ctap)
    least = ctap.info.min_pin_length
    assert least > 4, "python-fido2 sends no shorter one"
    refused(ERR.PIN_POLICY_VIOLATION, client_pin.set_pin, "\u20ac" * (least - 1))
    client_pin.set_pin("\u20ac" * least)


@test(*TOKENS)
def permissions(key):
    """a token does what it was asked for and nothing else"""
    ctap = with_pin(key)
    client_pin = ClientPin(ctap)
    made = make(ctap).auth_data.credential_data
    allow = [{"type": "public-key", "id": made.credential_id}]

    def param(permission, rp_id=RP_ID):
        secret = client_pin.get_pin_token(PIN, permission, rp_id)
        return client_pin.protocol.authenticate(secret, HASH), client_pin.protocol.VERSION

    wrong = param(PERMISSION.MAKE_CREDENTIAL)
    refused(ERR.PIN_AUTH_INVALID, ctap.get_assertion, RP_ID, HASH, allow, None, None, *wrong)
    elsewhere = param(PERMISSION.GET_ASSERTION, "other.example")
    refused(ERR.PIN_AUTH_INVALID, ctap.get_assertion, RP_ID, HASH, allow, None, None, *elsewhere)
    other = param(PERMISSION.GET_ASSERTION)
    rp = {"id": RP_ID, "name": RP_ID}
    refused(ERR.PIN_AUTH_INVALID, ctap.make_credential, HASH, rp, ALICE, ES256, None, None, None, *other)
    right = param(PERMISSION.GET_ASSERTION)
    ctap.get_assertion(RP_ID, HASH, allow, None, None, *right).verify(HASH, made.public_key)
    refused(ERR.MISSING_PARAMETER, client_pin.get_pin_token, PIN, PERMISSION.GET_ASSERTION)
    refused(ERR.INVALID_PARAMETER, client_pin.get_pin_token, PIN, PERMISSION(0), RP_ID)


@test(*TOKENS)
def expired(key):
    """a token that nobody uses is gone after half a minute, and each with the power"""
    ctap = with_pin(key)
    client_pin = ClientPin(ctap)
    allow = [{"type": "public-key", "id": make(ctap).auth_data.credential_data.credential_id}]

    def after(passes):
        secret = client_pin.get_pin_token(PIN, PERMISSION.GET_ASSERTION, RP_ID)
        passes()
        param = (client_pin.protocol.authenticate(secret, HASH), client_pin.protocol.VERSION)
        return ctap.get_assertion(RP_ID, HASH, allow, None, None, *param)

    after(lambda: key.wait(29))
    refused(ERR.PIN_AUTH_INVALID, after, lambda: key.wait(30))
    refused(ERR.PIN_AUTH_INVALID, after, key.power_cycle)


@test(EVERYTHING_2_3, YUBIKEY_BIO)
def finger(key):
    """a token by finger; three wrong fingers block it, and the PIN brings it back"""
    ctap = with_pin(key)
    enroll(ctap)
    ctap = Ctap2(key)
    client_pin = ClientPin(ctap)
    ask = (client_pin.get_uv_token, PERMISSION.GET_ASSERTION, RP_ID)
    make(ctap)
    secret = client_pin.get_uv_token(PERMISSION.MAKE_CREDENTIAL, RP_ID)
    assert len(secret) == 32 and key.asked[-1] == "verification"
    retries = client_pin.get_uv_retries()
    for left in range(retries - 1, -1, -1):
        key.will("wrong-finger")
        refused(ERR.UV_INVALID if left else ERR.UV_BLOCKED, *ask)
        assert client_pin.get_uv_retries() == left
    refused(ERR.UV_BLOCKED, *ask)
    client_pin.get_pin_token(PIN, PERMISSION.GET_ASSERTION, RP_ID)
    assert client_pin.get_uv_retries() == retries
    client_pin.get_uv_token(PERMISSION.GET_ASSERTION, RP_ID)
    key.will(31)
    refused(ERR.USER_ACTION_TIMEOUT, *ask)


@test(*ALL)
def survives(key):
    """PIN, attempts and credentials outlive the power"""
    ctap = with_pin(key)
    made = make(ctap, options={"rk": True}).auth_data.credential_data
    client_pin = ClientPin(ctap)
    refused(ERR.PIN_INVALID, client_pin.get_pin_token, WRONG, PERMISSION.GET_ASSERTION, RP_ID)
    key.power_cycle()
    assert client_pin.get_pin_retries()[0] == 7
    [answer] = get(ctap)
    answer.verify(HASH, made.public_key)
