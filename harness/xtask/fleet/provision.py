"""A script that prepares a new key for alice, by python-fido2.

    provision.py [--but MISTAKE]

It knows nothing of rehearsals but where its key is: $KEYRIG_DEVICE, `hid` or `socket:<path>`.
"""

import argparse
import os
import socket

from fido2.ctap2 import ClientPin, Config, Ctap2
from fido2.hid import CtapHidDevice
from fido2.hid.base import CtapHidConnection, HidDescriptor

SECONDS = 300
REPORT = 64
PIN = "24681357"
RP_ID = "corp.example.com"
ES256 = [{"type": "public-key", "alg": -7}]
MISTAKES = [
    "no-always-uv",
    "no-credential",
    "no-enterprise-attestation",
    "no-forced-change",
    "no-minimum-length",
    "no-pin",
    "other-user-handle",
    "server-side-credential",
    "shorter-minimum-length",
    "two-credentials",
    "uses-the-pin-it-wants-changed",
]
PERMISSION = ClientPin.PERMISSION


class SocketConnection(CtapHidConnection):
    """A socket that carries reports."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS)
        self._socket.connect(path)

    def read_packet(self):
        report = b""
        while len(report) < REPORT:
            part = self._socket.recv(REPORT - len(report))
            if not part:
                raise OSError("the key is gone")
            report += part
        return report

    def write_packet(self, data):
        self._socket.sendall(data)

    def close(self):
        self._socket.close()


def plugged_in(place):
    """The key that is there."""
    kind, _, path = place.partition(":")
    if kind == "socket":
        return CtapHidDevice(HidDescriptor(path, 0, 0, REPORT, REPORT, None, None), SocketConnection(path))
    [device] = CtapHidDevice.list_devices()
    return device


def token(ctap, pin, permission, rp_id=None):
    """The PIN protocol, and a token that may do this."""
    client_pin = ClientPin(ctap)
    return client_pin.protocol, client_pin.get_pin_token(pin, permission, rp_id)


def enroll(ctap, user_handle, discoverable):
    """Makes a credential, as a relying party would have it made."""
    protocol, secret = token(ctap, PIN, PERMISSION.MAKE_CREDENTIAL, RP_ID)
    client_data_hash = os.urandom(32)
    ctap.make_credential(
        client_data_hash,
        {"id": RP_ID, "name": "Corp"},
        {"id": user_handle, "name": "alice"},
        ES256,
        options={"rk": discoverable},
        pin_uv_param=protocol.authenticate(secret, client_data_hash),
        pin_uv_protocol=protocol.VERSION,
    )


def configure(ctap, mistake):
    """The settings, of which the one that has the PIN changed comes last: no token is had after it."""

    def config():
        return Config(ctap, *token(ctap, PIN, PERMISSION.AUTHENTICATOR_CFG))

    if mistake != "no-enterprise-attestation":
        config().enable_enterprise_attestation()
    if mistake != "no-always-uv":
        config().toggle_always_uv()
    if mistake != "no-minimum-length":
        config().set_min_pin_length(5 if mistake == "shorter-minimum-length" else 6)
    if mistake != "no-forced-change":
        config().set_min_pin_length(force_change_pin=True)
    if mistake == "uses-the-pin-it-wants-changed":
        ClientPin(ctap).change_pin(PIN, PIN[::-1])


def provision(ctap, mistake):
    """Everything, but for a mistake."""
    if mistake == "no-pin":
        return
    ClientPin(ctap).set_pin(PIN)
    ctap = Ctap2(ctap.device)
    if mistake != "no-credential":
        handle = b"bob" if mistake == "other-user-handle" else b"alice"
        enroll(ctap, handle, mistake != "server-side-credential")
    if mistake == "two-credentials":
        enroll(ctap, b"bob", True)
    configure(ctap, mistake)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--but", choices=MISTAKES)
    provision(Ctap2(plugged_in(os.environ["KEYRIG_DEVICE"])), parser.parse_args().but)
