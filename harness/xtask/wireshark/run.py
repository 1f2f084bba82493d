"""Wireshark reads what `keyrig plug --trace` wrote down, also where the program was killed or the file was cut off.

    run.py KEYRIG

Prints one TAP line per test; exits 1 when one of them fails. The link is driven by hand here, so what went over it is
known without keyrig's words for it.
"""

import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tap"))

from suite import Suite  # noqa: E402

PROFILE = "yubikey-5-nfc-5.7"
# How long anything may take: nothing here is about speed.
SECONDS = 600
INIT = bytes.fromhex("ffffffff860008") + b"keyrig!?"
GET_INFO = b"\x04"
SELECT = bytes.fromhex("00a4040008a0000006472f000100")
ASK_INFO = bytes.fromhex("80108000010400")

# How many bytes a packet of pcapng has before its data, and the data before a report; what a packet begins with.
OF_PACKET, OF_USBMON = 28, 64
ENHANCED_PACKET = (6).to_bytes(4, "little")

suite = Suite(lambda _: tempfile.TemporaryDirectory())
test = suite.test


class Plugged:
    """A key whose trace is kept until it is killed."""

    def __init__(self, folder, link):
        self.trace = Path(folder) / "trace.pcapng"
        words = [KEYRIG, "plug", PROFILE, "--gestures", "always", "--link", link, "--trace", self.trace]
        environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, env=environment, text=True)

    def __enter__(self):
        assert "is plugged in" in self.process.stdout.readline()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def exactly(connection, count):
    got = b""
    while len(got) < count:
        more = connection.recv(count - len(got))
        assert more, "the key hung up"
        got += more
    return got


def usb(folder):
    """The trace of a key on USB, and what went over its link: direction and report."""
    said = []
    with Plugged(folder, f"socket:{folder}/hid") as plugged, socket.socket(socket.AF_UNIX) as link:
        link.settimeout(SECONDS)
        link.connect(f"{folder}/hid")

        def send(begin):
            said.append(("out", begin.ljust(64, b"\0")))
            link.sendall(said[-1][1])

        def receive():
            said.append(("in", exactly(link, 64)))
            return said[-1][1]

        send(INIT)
        channel = receive()[15:19]
        for command, payload in [(0x90, GET_INFO), (0x81, bytes(range(200)))]:
            length = len(payload).to_bytes(2, "big")
            send(channel + bytes([command]) + length + payload[:57])
            for sequence, at in enumerate(range(57, len(payload), 59)):
                send(channel + bytes([sequence]) + payload[at : at + 59])
            left = int.from_bytes(receive()[5:7], "big") - 57
            while left > 0:
                receive()
                left -= 59
        return plugged.trace, said


def card(folder):
    """The trace of a key on a reader, which is played here, and the APDUs that went both ways."""
    said = []
    with socket.create_server(("127.0.0.1", 0)) as reader:
        reader.settimeout(SECONDS)
        with Plugged(folder, f"nfc:{reader.getsockname()[1]}") as plugged, reader.accept()[0] as link:
            link.settimeout(SECONDS)

            def message(content):
                link.sendall(len(content).to_bytes(2, "big") + content)

            message(b"\x01")
            for apdu in (SELECT, ASK_INFO):
                message(apdu)
                response = exactly(link, int.from_bytes(exactly(link, 2), "big"))
                said += [("out", apdu), ("in", response)]
            return plugged.trace, said


def tshark(trace, *words):
    """What tshark prints of a file, a list a packet, and what it complains of."""
    command = ["tshark", "-n", "-r", trace, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    complaints = [line for line in done.stderr.splitlines() if not line.startswith("Running as user")]
    return [line.split("\t") for line in done.stdout.splitlines()], complaints


def fields(trace, *names):
    return tshark(trace, "-T", "fields", *[word for name in names for word in ("-e", name)])


def reports(trace):
    """The reports that tshark finds, as the client knows them."""
    packets, complaints = fields(trace, "usb.endpoint_address.direction", "usb.capdata", "usbhid.data")
    found = [(direction, captured or hid) for direction, captured, hid in packets if captured or hid]
    return [("in" if int(direction) else "out", bytes.fromhex(data)) for direction, data in found], complaints


def troubles(trace):
    """Packets that tshark cannot take apart."""
    return tshark(trace, "-Y", "_ws.malformed || _ws.short || _ws.unreassembled")


@test("USB")
def usb_reports(folder):
    """every report is there as it went over the link, after the program was killed"""
    trace, said = usb(folder)
    assert reports(trace) == (said, [])
    assert troubles(trace) == ([], [])


@test("USB")
def usb_device(folder):
    """the capture begins with a HID device that has the usage page of FIDO"""
    trace, _ = usb(folder)
    packets, _ = tshark(trace, "-V", "-Y", "usbhid || usb.bInterfaceClass == 3")
    text = "\n".join("\t".join(packet) for packet in packets)
    assert "bInterfaceClass: HID (0x03)" in text and "FIDO" in text, text


@test("NFC")
def nfc_apdus(folder):
    """every APDU is there as it went to and fro, put together where it came in several blocks"""
    trace, said = card(folder)
    assert any(len(apdu) > 256 for _, apdu in said), "none came in several blocks"
    packets, complaints = fields(trace, "iso14443.event", "data.data")
    directions = {0xFE: "out", 0xFF: "in"}
    found = [(directions[int(event, 0)], bytes.fromhex(data)) for event, data in packets if data]
    assert (found, complaints) == (said, [])
    assert troubles(trace) == ([], [])


@test("NFC")
def nfc_commands(folder):
    """decoded as ISO 7816, a selection is one, and has its response"""
    trace, _ = card(folder)
    packets, _ = tshark(trace, "-d", "iso14443.subdissector,iso7816", "-Y", "iso7816")
    text = "\n".join("\t".join(packet) for packet in packets)
    assert "Select file" in text and "Response APDU (to Select file)" in text, text


@test("USB")
def cut_off(folder):
    """a file that was cut off within a packet is opened, and has what came before"""
    trace, said = usb(folder)
    whole = trace.read_bytes()
    last = int.from_bytes(whole[-4:], "little")
    for missing in (1, last // 2, last - 1):
        cut = Path(folder) / "cut.pcapng"
        cut.write_bytes(whole[: len(whole) - missing])
        found, complaints = reports(cut)
        assert found == said[:-1], missing
        assert any("cut short" in line for line in complaints), complaints


@test("USB")
def defects(folder):
    """a changed report and a changed length are noticed"""
    trace, said = usb(folder)
    whole = trace.read_bytes()
    changed = Path(folder) / "changed.pcapng"
    changed.write_bytes(whole.replace(b"keyrig!?", b"keyrig??", 1))
    assert reports(changed)[0] != said
    length = whole.index(INIT) - OF_USBMON - OF_PACKET + 4
    assert whole[length - 4 : length] == ENHANCED_PACKET
    changed.write_bytes(whole[:length] + b"\x0c\0\0\0" + whole[length + 4 :])
    assert reports(changed)[1] != []


if __name__ == "__main__":
    KEYRIG = sys.argv[1]
    sys.exit(1 if suite.run() else 0)
