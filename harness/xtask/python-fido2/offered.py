"""Which key has which extensions: one of each generation of keys, and of each provider whose extensions differ."""

from checks import EVERYTHING_2_3, FEITIAN, GOOGLE, ICLOUD, ICLOUD_MANAGED, NITROKEY, ONLY_2_0, ONE_PASSWORD, SECURITY_KEY_5_4
from checks import YUBIKEY_5_1, YUBIKEY_5_2, YUBIKEY_5_7, YUBIKEY_5_8, YUBIKEY_5_FIPS, YUBIKEY_BIO, YUBIKEY_BIO_5_5
from checks import YUBIKEY_BIO_5_8

OF_5_1 = {"hmac-secret"}
OF_5_2 = OF_5_1 | {"credProtect"}
OF_5_5 = OF_5_2 | {"largeBlobKey", "credBlob", "minPinLength"}
OF_5_8 = OF_5_5 | {"hmac-secret-mc", "thirdPartyPayment"}
OF_2_3 = OF_5_8 | {"pinComplexityPolicy"}

OFFERED = {
    YUBIKEY_5_1: OF_5_1,
    YUBIKEY_5_2: OF_5_2,
    SECURITY_KEY_5_4: OF_5_2,
    YUBIKEY_BIO_5_5: OF_5_5,
    YUBIKEY_5_7: OF_5_5,
    YUBIKEY_5_FIPS: OF_5_5,
    YUBIKEY_BIO: OF_5_5,
    YUBIKEY_5_8: OF_5_8,
    YUBIKEY_BIO_5_8: OF_5_8,
    FEITIAN: OF_5_2,
    NITROKEY: OF_5_2,
    ONLY_2_0: set(),
    EVERYTHING_2_3: OF_2_3,
    GOOGLE: {"prf"},
    ICLOUD: {"prf", "largeBlob"},
    ICLOUD_MANAGED: {"prf", "largeBlob"},
    ONE_PASSWORD: set(),
}
PROVIDERS = [GOOGLE, ICLOUD, ICLOUD_MANAGED, ONE_PASSWORD]
KEYS = [profile for profile in OFFERED if profile not in PROVIDERS]


def having(extension):
    """The profiles with `extension`."""
    return [profile for profile in OFFERED if extension in OFFERED[profile]]


def keys_lacking(extension):
    """The keys without `extension`: python-fido2 can set a PIN for them."""
    return [profile for profile in KEYS if extension not in OFFERED[profile]]
