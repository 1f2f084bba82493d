"""LargeBlobs: the array that the platform writes."""

from checks import ERR, EVERYTHING_2_3, YUBIKEY_5_7, YUBIKEY_5_FIPS, refused, test
from desk import ALICE, BOB, PERMISSION, make, token, with_pin
from fido2.ctap2 import Ctap2, LargeBlobs
from fido2.utils import sha256
from os import urandom

STORES = [YUBIKEY_5_7, YUBIKEY_5_FIPS, EVERYTHING_2_3]


def blobs(ctap):
    return LargeBlobs(ctap, *token(ctap, PERMISSION.LARGE_BLOB_WRITE))


def large_blob_key(ctap, user):
    made = make(ctap, user, extensions={"largeBlobKey": True}, options={"rk": True})
    assert len(made.large_blob_key) == 32
    return made.large_blob_key


@test(*STORES)
def kept(key):
    """blobs of two credentials are written in fragments, read without a token, and outlive the power"""
    ctap = with_pin(key)
    assert LargeBlobs(ctap).read_blob_array() == []
    alice, bob = large_blob_key(ctap, ALICE), large_blob_key(ctap, BOB)
    texts = {alice: urandom(1500), bob: urandom(400)}
    for each, text in texts.items():
        blobs(ctap).put_blob(each, text)
    key.power_cycle()
    for each, text in texts.items():
        assert LargeBlobs(ctap).get_blob(each) == text
    assert LargeBlobs(ctap).get_blob(bytes(32)) is None
    blobs(ctap).delete_blob(alice)
    assert LargeBlobs(ctap).get_blob(alice) is None and LargeBlobs(ctap).get_blob(bob) == texts[bob]


@test(*STORES)
def full(key):
    """what does not fit is refused, and what was there stays"""
    ctap = with_pin(key)
    alice = large_blob_key(ctap, ALICE)
    blobs(ctap).put_blob(alice, b"small")
    refused(ERR.LARGE_BLOB_STORAGE_FULL, blobs(ctap).put_blob, alice, urandom(ctap.info.max_large_blob))
    assert LargeBlobs(ctap).get_blob(alice) == b"small"


@test(*STORES)
def damaged(key):
    """an array with a wrong checksum, and one without the right token, is not stored"""
    ctap = with_pin(key)
    data = b"\x80" + bytes(16)
    protocol, secret = token(ctap, PERMISSION.LARGE_BLOB_WRITE)

    def param(data):
        message = b"\xff" * 32 + b"\x0c\x00" + bytes(4) + sha256(data)
        return protocol.authenticate(secret, message), protocol.VERSION

    refused(ERR.INTEGRITY_FAILURE, ctap.large_blobs, 0, None, data, len(data), *param(data))
    right = b"\x80" + sha256(b"\x80")[:16]
    ctap.large_blobs(0, None, right, len(right), *param(right))
    refused(ERR.PUAT_REQUIRED, LargeBlobs(ctap).write_blob_array, [])
    other = LargeBlobs(ctap, *token(ctap, PERMISSION.GET_ASSERTION, "example.org"))
    refused(ERR.PIN_AUTH_INVALID, other.write_blob_array, [])
    refused(ERR.INVALID_LENGTH, ctap.large_blobs, 0, ctap.info.max_msg_size - 63)
