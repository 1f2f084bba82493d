"""A key behind the bridge of keyrig-device, as python-fido2 sees any other key, and the person in front of it."""

import socket
import struct

from fido2.ctap import STATUS, CtapDevice
from fido2.hid import CAPABILITY, CTAPHID

SECONDS = 300
WILLING = {"presence": "touch", "verification": "verify", "long-touch": "long-touch"}


class PulledOut(Exception):
    """The bridge has hung up or refuses a frame."""


class Key(CtapDevice):
    """A new key of `profile`, with a user who does what it asks for, and a clock that stands still."""

    port = None

    def __init__(self, profile, mode=""):
        self._link = socket.create_connection(("127.0.0.1", self.port), SECONDS)
        self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.profile = profile
        self.gestures = []
        self.asked = []
        self._exchange(b"p", f"{profile} {mode}".strip().encode())

    @property
    def capabilities(self):
        return CAPABILITY.CBOR

    def call(self, cmd, data=b"", event=None, on_keepalive=None):
        kind, body = self._exchange({CTAPHID.CBOR: b"c", CTAPHID.MSG: b"u"}[cmd], data)
        while kind == b"?":
            self.asked.append(body.decode())
            if on_keepalive:
                on_keepalive(STATUS.UPNEEDED)
            kind, body = self._exchange(*self._answer(body.decode(), event))
        return body

    @classmethod
    def list_devices(cls):
        return iter(())

    def close(self):
        self._link.close()

    def will(self, *gestures):
        """What the user does at the next prompts, then they are willing again: a gesture, or a number of seconds."""
        self.gestures = list(gestures)

    def wait(self, seconds):
        """Lets time pass."""
        self._exchange(b"t", struct.pack(">Q", int(seconds * 1_000_000)))

    def power_cycle(self):
        """Takes its power away and gives it back."""
        self._exchange(b"z")

    def anchors(self):
        """Whom its attestation comes from, as PEM."""
        return self._exchange(b"a")[1]

    def _answer(self, ask, event):
        if event and event.is_set():
            return b"x", b""
        gesture = self.gestures.pop(0) if self.gestures else WILLING[ask]
        if isinstance(gesture, str):
            return b"g", gesture.encode()
        return b"t", struct.pack(">Q", gesture * 1_000_000)

    def _exchange(self, kind, body=b""):
        self._link.sendall(kind + struct.pack(">I", len(body)) + body)
        kind, length = struct.unpack(">cI", self._receive(5))
        body = self._receive(length)
        if kind == b"e":
            raise PulledOut(body.decode())
        return kind, body

    def _receive(self, length):
        received = b""
        while len(received) < length:
            part = self._link.recv(length - len(received))
            if not part:
                raise PulledOut("the bridge has hung up")
            received += part
        return received
