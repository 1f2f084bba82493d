"""Keys that speak U2F and nothing else: python-fido2's client falls back to it, and what CTAP2 asks has no answer."""

from checks import ERR, raises, refused, refused_apdu, test
from desk import HASH, RP_ID, Desk
from fido2.attestation import AttestationType
from fido2.client import ClientError
from fido2.ctap import CtapError
from fido2.ctap1 import APDU, Ctap1
from fido2.ctap2 import Ctap2
from fido2.hid import CTAPHID
from fido2.utils import sha256

ONLY_U2F = ["yubikey-4", "yubikey-neo"]


@test(*ONLY_U2F)
def client(key):
    """the client registers by U2F, is excluded and signs in; the relying party verifies its attestation"""
    desk = Desk(key, verification="discouraged")
    assert desk.client.info.versions == ["U2F_V2"]
    data, _ = desk.register()
    assert desk.trust.type == AttestationType.BASIC
    assert data.credential_data.aaguid == bytes(16)
    assert data.flags == data.FLAG.UP | data.FLAG.AT and data.counter == 0
    counters = [desk.sign_in(desk.credentials)[0].counter for _ in range(2)]
    assert counters[0] < counters[1]
    error = raises(ClientError, desk.register, exclude=desk.credentials)
    assert error.code == ClientError.ERR.DEVICE_INELIGIBLE


@test(*ONLY_U2F)
def verified(key):
    """nobody is verified, and no credential is discoverable"""
    for desk, discoverable in ((Desk(key, verification="required"), False), (Desk(key), True)):
        error = raises(ClientError, desk.register, discoverable=discoverable)
        assert error.code == ClientError.ERR.CONFIGURATION_UNSUPPORTED
    assert key.asked == []


@test(*ONLY_U2F)
def silent(key):
    """no message of CTAP2 is known"""
    refused(ERR.INVALID_COMMAND, Ctap2, key)
    for command in range(256):
        try:
            answer = key.call(CTAPHID.CBOR, bytes([command]))
        except CtapError as error:
            assert error.code == ERR.INVALID_COMMAND
        else:
            assert answer == bytes([ERR.INVALID_COMMAND]), f"{command:#04x}: {answer.hex()}"
    assert key.asked == []


@test(*ONLY_U2F)
def touches(key):
    """a touch that comes late is waited for, by asking again"""
    ctap1 = Ctap1(key)
    key.will(1)
    refused_apdu(APDU.USE_NOT_SATISFIED, ctap1.register, HASH, sha256(RP_ID.encode()))
    key.will(1, 1)
    desk = Desk(key, verification="discouraged")
    desk.register()
    assert len(key.asked) == 4, key.asked
