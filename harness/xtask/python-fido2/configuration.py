"""Config, and Ctap2.reset: what an administrator does with a key."""

from checks import ALL, ERR, EVERYTHING_2_3, YUBIKEY_5_2, YUBIKEY_5_7, YUBIKEY_BIO, refused, test
from cryptography import x509
from desk import HASH, PERMISSION, PIN, RP_ID, Trust, get, make, token, with_pin
from fido2.ctap2 import ClientPin, Config, Ctap2
from fido2.ctap2.pin import PinProtocolV2

CONFIGURABLE = [YUBIKEY_5_7, YUBIKEY_BIO, EVERYTHING_2_3]
LONG_TOUCH = 4
SERIAL_NUMBER = "1.3.6.1.4.1.45724.1.1.2"


def config(ctap):
    return Config(ctap, *token(ctap, PERMISSION.AUTHENTICATOR_CFG))


@test(YUBIKEY_5_7, EVERYTHING_2_3)
def always_uv(key):
    """alwaysUv goes on and off; while it is on a touch is not enough"""
    ctap = with_pin(key)
    id = make(ctap).auth_data.credential_data.credential_id
    get(ctap, [id], pin=None)
    config(ctap).toggle_always_uv()
    info = Ctap2(key).info
    assert info.options["alwaysUv"] is True and info.options["makeCredUvNotRqd"] is False
    if info.options.get("uv"):
        assert get(ctap, [id], pin=None)[0].auth_data.is_user_verified() and key.asked[-1] == "verification"
    else:
        refused(ERR.PUAT_REQUIRED, get, ctap, [id], pin=None)
    assert get(ctap, [id])[0].auth_data.is_user_verified()
    config(ctap).toggle_always_uv()
    assert Ctap2(key).info.options["alwaysUv"] is False
    assert not get(ctap, [id], pin=None)[0].auth_data.is_user_verified()


@test(*CONFIGURABLE)
def min_pin_length(key):
    """the least PIN length rises, never falls, and is told to the relying parties on the list"""
    ctap = with_pin(key)
    config(ctap).set_min_pin_length(len(PIN), [RP_ID])
    assert Ctap2(key).info.min_pin_length == len(PIN)
    extensions = {"minPinLength": True}
    assert make(ctap, extensions=extensions).auth_data.extensions == {"minPinLength": len(PIN)}
    assert not make(ctap, rp_id="other.example", extensions=extensions).auth_data.extensions
    refused(ERR.PIN_POLICY_VIOLATION, config(ctap).set_min_pin_length, len(PIN) - 1)
    most = ctap.info.max_rpids_for_min_pin
    refused(ERR.KEY_STORE_FULL, config(ctap).set_min_pin_length, None, [f"{at}.example" for at in range(most + 1)])
    refused(ERR.PIN_POLICY_VIOLATION, ClientPin(ctap).change_pin, PIN, PIN[1:])


@test(*CONFIGURABLE)
def forced(key):
    """a forced change stands until the PIN is another one"""
    ctap = with_pin(key)
    config(ctap).set_min_pin_length(force_change_pin=True)
    assert Ctap2(key).info.force_pin_change is True
    client_pin = ClientPin(ctap)
    refused(ERR.PIN_POLICY_VIOLATION, client_pin.get_pin_token, PIN, PERMISSION.GET_ASSERTION, RP_ID)
    refused(ERR.PIN_INVALID, client_pin.get_pin_token, PIN)
    refused(ERR.PIN_POLICY_VIOLATION, client_pin.change_pin, PIN, PIN)
    client_pin.change_pin(PIN, PIN[::-1])
    assert not Ctap2(key).info.force_pin_change
    make(ctap, pin=PIN[::-1])


@test(*CONFIGURABLE)
def too_short_now(key):
    """a PIN that is too short for the new least length has to change"""
    ctap = with_pin(key)
    config(ctap).set_min_pin_length(len(PIN) + 1)
    assert Ctap2(key).info.force_pin_change is True
    ClientPin(ctap).change_pin(PIN, PIN + "9")
    assert not Ctap2(key).info.force_pin_change


@test(EVERYTHING_2_3)
def enterprise(key):
    """enterprise attestation is off, then on, and names the key to the relying party that the platform chose"""
    ctap = with_pin(key)
    assert ctap.info.options["ep"] is False
    config(ctap).enable_enterprise_attestation()
    assert Ctap2(key).info.options["ep"] is True
    serial_numbers = set()
    for kind in (None, 2):
        made = make(ctap, enterprise=kind)
        Trust(key).verify_attestation(made, HASH)
        leaf = x509.load_der_x509_certificate(made.att_stmt["x5c"][0])
        named = [extension.value.value for extension in leaf.extensions if extension.oid.dotted_string == SERIAL_NUMBER]
        assert (made.ep_att, len(named)) == (kind and True, 1 if kind else 0)
        serial_numbers.update(named)
    assert len(serial_numbers) == 1
    Ctap2(key).reset()
    assert Ctap2(key).info.options["ep"] is False


@test(*CONFIGURABLE)
def unauthorized(key):
    """without the right token nothing is configured"""
    ctap = with_pin(key)
    refused(ERR.PUAT_REQUIRED, Config(ctap).set_min_pin_length, 8)
    other = Config(ctap, *token(ctap, PERMISSION.GET_ASSERTION, RP_ID))
    refused(ERR.PIN_AUTH_INVALID, other.set_min_pin_length, 8)
    refused(ERR.PIN_AUTH_INVALID, Config(ctap, PinProtocolV2(), bytes(32)).set_min_pin_length, 8)


@test(*ALL)
def reset(key):
    """a reset after power-up leaves a key as new, and a late one is refused"""
    window = 5 if key.profile == YUBIKEY_5_2 else 10
    ctap = with_pin(key)
    id = make(ctap, options={"rk": True}).auth_data.credential_data.credential_id
    key.wait(window + 1)
    refused(ERR.NOT_ALLOWED, ctap.reset)
    get(ctap, [id])
    key.power_cycle()
    key.will("decline")
    refused(ERR.OPERATION_DENIED, ctap.reset)
    get(ctap, [id])
    key.power_cycle()
    key.wait(window - 1)
    ctap.reset()
    assert Ctap2(key).info.options["clientPin"] is False
    ctap = with_pin(key)
    refused(ERR.NO_CREDENTIALS, get, ctap, [id])
    refused(ERR.NO_CREDENTIALS, get, ctap)


@test(EVERYTHING_2_3)
def long_touch(key):
    """where a long touch is asked for, a short one resets nothing"""
    ctap = with_pin(key)
    assert ctap.info.long_touch_for_reset is False
    config(ctap)._call(LONG_TOUCH)
    assert Ctap2(key).info.long_touch_for_reset is True
    key.power_cycle()
    key.will("touch")
    refused(ERR.USER_ACTION_TIMEOUT, ctap.reset)
    assert Ctap2(key).info.options["clientPin"] is True
    key.power_cycle()
    ctap.reset()
    assert key.asked[-1] == "long-touch" and Ctap2(key).info.options["clientPin"] is False
