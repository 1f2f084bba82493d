"""The control: a key whose signatures are over something else is noticed in every place that verifies."""

from bridge import Key
from checks import ALL, NITROKEY, YUBIKEY_5_7, raises, test
from cryptography.exceptions import InvalidSignature as Wrong
from desk import ALICE, BOB, HASH, RP_ID, Desk, get, make, with_pin
from fido2.attestation import InvalidSignature
from fido2.ctap1 import Ctap1
from fido2.utils import sha256

APP = sha256(RP_ID.encode())


def broken(key):
    """Another key of the same profile, which signs something else."""
    return Key(key.profile, "broken-signatures")


@test(*ALL)
def registration(key):
    """a registration by a key that signs something else is refused"""
    with broken(key) as other:
        with_pin(other)
        raises(InvalidSignature, Desk(other).register)
    with_pin(key)
    Desk(key).register()


@test(*ALL)
def login(key):
    """an assertion by a key that signs something else is refused, and so is one of another credential"""
    ctap = with_pin(key)
    first, second = (make(ctap, user, options={"rk": True}).auth_data.credential_data for user in (ALICE, BOB))
    [answer, _] = get(ctap)
    answer.verify(HASH, second.public_key)
    raises(Wrong, answer.verify, HASH, first.public_key)
    with broken(key) as other:
        ctap = with_pin(other)
        public_key = make(ctap, options={"rk": True}).auth_data.credential_data.public_key
        raises(Wrong, get(ctap)[0].verify, HASH, public_key)


@test(YUBIKEY_5_7, NITROKEY)
def u2f(key):
    """what U2F signs is refused too where it is something else"""
    with broken(key) as other:
        registered = Ctap1(other).register(HASH, APP)
        raises(InvalidSignature, registered.verify, APP, HASH)
        signed = Ctap1(other).authenticate(HASH, APP, registered.key_handle)
        raises(Wrong, signed.verify, APP, HASH, registered.public_key)
    Ctap1(key).register(HASH, APP).verify(APP, HASH)
