"""Ctap1, the client that has nothing else, and what CTAP2 can do with a U2F credential."""

from checks import ALL, ERR, EVERYTHING_2_3, NITROKEY, YUBIKEY_5_2, YUBIKEY_5_7, raises, refused, refused_apdu, test
from desk import HASH, PERMISSION, RP_ID, Desk, token, with_pin
from fido2.client import ClientError
from fido2.cose import ES256
from fido2.ctap import CtapError
from fido2.ctap1 import APDU, Ctap1
from fido2.ctap2 import Ctap2
from fido2.hid import CTAPHID
from fido2.utils import sha256

U2F = [YUBIKEY_5_2, YUBIKEY_5_7, EVERYTHING_2_3, NITROKEY]
APP = sha256(RP_ID.encode())


@test(*U2F)
def ceremonies(key):
    """U2F registers and authenticates, and both signatures verify"""
    ctap1 = Ctap1(key)
    assert ctap1.get_version() == "U2F_V2"
    registered = ctap1.register(HASH, APP)
    registered.verify(APP, HASH)
    counters = []
    for _ in range(2):
        signed = ctap1.authenticate(HASH, APP, registered.key_handle)
        signed.verify(APP, HASH, registered.public_key)
        assert signed.user_presence == 1
        counters.append(signed.counter)
    assert counters[0] < counters[1]


@test(*U2F)
def refusals(key):
    """U2F tells a key handle that is here from one that is not, and wants a touch"""
    ctap1 = Ctap1(key)
    handle = ctap1.register(HASH, APP).key_handle
    refused_apdu(APDU.USE_NOT_SATISFIED, ctap1.authenticate, HASH, APP, handle, True)
    refused_apdu(APDU.WRONG_DATA, ctap1.authenticate, HASH, sha256(b"other.example"), handle, True)
    refused_apdu(APDU.WRONG_DATA, ctap1.authenticate, HASH, APP, bytes(len(handle)))
    for attempt in (lambda: ctap1.register(HASH, APP), lambda: ctap1.authenticate(HASH, APP, handle)):
        key.will(1)
        refused_apdu(APDU.USE_NOT_SATISFIED, attempt)
        attempt()


@test(*U2F)
def client(key):
    """a client without CTAP2 registers, is excluded, and signs in"""
    call = key.call

    def only_u2f(cmd, *arguments):
        if cmd == CTAPHID.CBOR:
            raise CtapError(ERR.INVALID_COMMAND)
        return call(cmd, *arguments)

    key.call = only_u2f
    desk = Desk(key, verification="discouraged")
    assert desk.client.info.versions == ["U2F_V2"]
    desk.register()
    desk.sign_in(desk.credentials)
    error = raises(ClientError, desk.register, exclude=desk.credentials)
    assert error.code == ClientError.ERR.DEVICE_INELIGIBLE
    del key.call
    desk = Desk(key, verification="discouraged")
    desk.register()


@test(*U2F)
def shared(key):
    """a credential that U2F made signs in by CTAP2"""
    registered = Ctap1(key).register(HASH, APP)
    ctap = with_pin(key)
    protocol, secret = token(ctap, PERMISSION.GET_ASSERTION, RP_ID)
    allow = [{"type": "public-key", "id": registered.key_handle}]
    param = (protocol.authenticate(secret, HASH), protocol.VERSION)
    assertion = ctap.get_assertion(RP_ID, HASH, allow, None, None, *param)
    assertion.verify(HASH, ES256.from_ctap1(registered.public_key))


@test(*[profile for profile in ALL if profile not in U2F])
def absent(key):
    """a key that does not tell U2F_V2 does not speak it"""
    assert "U2F_V2" not in Ctap2(key).info.versions
    ctap1 = Ctap1(key)
    for call, arguments in ((ctap1.get_version, ()), (ctap1.register, (HASH, APP))):
        refused_apdu(0x6D00, call, *arguments)
    assert key.asked == []
