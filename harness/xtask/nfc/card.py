"""A key of ours on the virtual reader, put there and controlled by `keyrig`."""

import json
import os
import subprocess
import tempfile
import time

from fido2.pcsc import CtapPcscDevice
from smartcard import scard

READER = "Virtual PCD 00 00"
PATIENCE = 180

# What pcscd says while it has not looked at its readers yet.
NO_READER_YET = (scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_NO_READERS_AVAILABLE, scard.SCARD_E_READER_UNAVAILABLE)


class Card:
    """`keyrig plug --link nfc`, and the device that python-fido2 finds by it."""

    keyrig = None

    def __init__(self, profile):
        self.profile = profile
        self.folder = tempfile.TemporaryDirectory(prefix="keyrig-nfc-")
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": self.folder.name}
        self.trace = os.path.join(self.folder.name, "trace.jsonl")
        words = [self.keyrig, "plug", profile, "--link", "nfc", "--name", "card", "--gestures", "person", "--json"]
        self.plugged = subprocess.Popen(
            [*words, "--trace", self.trace], stdout=subprocess.PIPE, text=True, env=self.environment
        )
        ready = self.plugged.stdout.readline()
        assert json.loads(ready)["profile"] == profile, ready

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.plugged.terminate()
        self.plugged.wait(timeout=PATIENCE)
        self.plugged.stdout.close()
        self.folder.cleanup()
        wait_for(scard.SCARD_STATE_EMPTY)

    def device(self):
        """The card, selected anew."""
        wait_for(scard.SCARD_STATE_PRESENT)
        [device] = CtapPcscDevice.list_devices(READER)
        device.anchors = self.anchors
        return device

    def anchors(self):
        """The test roots that its attestation leads to, as PEM."""
        return self.asked("profile", "export", "--roots", self.profile)

    def key(self, *words):
        """Runs `keyrig key` on the card."""
        self.asked("key", "--key", "card", *words)

    def told(self):
        """The messages of the trace."""
        return json.loads(self.asked("decode", "--trace", self.trace, "--json"))

    def asked(self, *words):
        """What `keyrig` prints, which has to end well."""
        asked = subprocess.run(
            [self.keyrig, *words], check=True, capture_output=True, env=self.environment, timeout=PATIENCE
        )
        return asked.stdout


def wait_for(state):
    """Waits until `pcscd` has noticed that a card is on the reader, or that none is."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
    until = time.monotonic() + PATIENCE
    known = scard.SCARD_STATE_UNAWARE
    while True:
        left = int(1000 * (until - time.monotonic()))
        code, [(_, seen, _)] = scard.SCardGetStatusChange(context, max(left, 0), [(READER, known)])
        if code in NO_READER_YET and left > 0:
            time.sleep(0.05)
            continue
        assert code == scard.SCARD_S_SUCCESS, scard.SCardGetErrorMessage(code)
        if seen & state:
            break
        known = seen
    scard.SCardReleaseContext(context)
