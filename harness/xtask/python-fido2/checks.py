"""Tests by name, each on a new key of each profile it is for; one TAP line each."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tap"))

from bridge import Key
from fido2.ctap import CtapError
from fido2.ctap1 import ApduError
from suite import Suite

ERR = CtapError.ERR

YUBIKEY_5_7 = "yubikey-5-nfc-5.7"
YUBIKEY_5_2 = "yubikey-5-nfc-5.2"
YUBIKEY_5_FIPS = "yubikey-5-fips-nfc-5.7.4"
YUBIKEY_BIO = "yubikey-bio-5.7.2"
ONLY_2_0 = "ctap-2.0-only"
EVERYTHING_2_3 = "ctap-2.3-everything"
NITROKEY = "nitrokey-3"
YUBIKEY_5_1 = "yubikey-5-nfc-5.1"
YUBIKEY_5_8 = "yubikey-5-nfc-5.8"
YUBIKEY_BIO_5_5 = "yubikey-bio-5.5"
YUBIKEY_BIO_5_8 = "yubikey-bio-5.8"
SECURITY_KEY_5_4 = "security-key-nfc-5.4"
FEITIAN = "feitian-epass-fido2"
ICLOUD = "icloud-keychain"
ICLOUD_MANAGED = "icloud-keychain-managed"
GOOGLE = "google-password-manager"
ONE_PASSWORD = "1password"

ALL = [YUBIKEY_5_7, YUBIKEY_5_2, YUBIKEY_5_FIPS, YUBIKEY_BIO, ONLY_2_0, EVERYTHING_2_3, NITROKEY]
ALWAYS_VERIFY = [YUBIKEY_5_FIPS, YUBIKEY_BIO, YUBIKEY_BIO_5_5, YUBIKEY_BIO_5_8]

suite = Suite(Key)
test = suite.test


def refused(status, call, *args, **kwargs):
    """Insists that a CTAP2 command ends with `status`."""
    try:
        answer = call(*args, **kwargs)
    except CtapError as error:
        assert error.code == status, f"{error.code!r} instead of {status!r}"
    else:
        raise AssertionError(f"{answer!r} instead of {status!r}")


def refused_apdu(status, call, *args, **kwargs):
    """Insists that a U2F message ends with the status word `status`."""
    try:
        answer = call(*args, **kwargs)
    except ApduError as error:
        assert error.code == status, f"{error.code:#06x} instead of {status:#06x}"
    else:
        raise AssertionError(f"{answer!r} instead of {status:#06x}")


def raises(kind, call, *args, **kwargs):
    """Insists that `call` raises an exception of `kind`, and returns it."""
    try:
        answer = call(*args, **kwargs)
    except kind as error:
        return error
    raise AssertionError(f"{answer!r} instead of {kind.__name__}")
