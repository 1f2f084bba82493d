"""`keyrig fleet plug` on a provisioning script of python-fido2: as it should be, and with each of its mistakes.

    run.py KEYRIG

Prints one TAP line per check; exits 1 when one of them fails.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "tap"))

from provision import MISTAKES  # noqa: E402
from tally import Tally  # noqa: E402

KEYS = ["yubikey-5-nfc-ep-5.7", "yubikey-5-nfc-ep-5.7.4", "yubikey-5-nfc-ep-5.8"]
NONE = "no credential of corp.example.com is as expected; there is "
SAID = {
    "no-always-uv": ["always-uv is false, not true"],
    "no-credential": ["slots-left is 100, not 99", f"{NONE}none"],
    "no-enterprise-attestation": ["enterprise-attestation is false, not true"],
    "no-forced-change": ["pin-must-change is false, not true"],
    "no-minimum-length": ["min-pin-length is 4, not 6"],
    "no-pin": [
        "pin-is-set is false, not true",
        "pin-must-change is false, not true",
        "min-pin-length is 4, not 6",
        "always-uv is false, not true",
        "enterprise-attestation is false, not true",
        "slots-left is 100, not 99",
        f"{NONE}none",
    ],
    "other-user-handle": [f"{NONE}one of user handle 626f62 (alice, discoverable)"],
    "server-side-credential": [
        "slots-left is 100, not 99",
        f"{NONE}one of user handle 616c696365 (alice, server-side)",
    ],
    "shorter-minimum-length": ["min-pin-length is 5, not 6"],
    "two-credentials": ["slots-left is 98, not 99"],
    "uses-the-pin-it-wants-changed": ["pin-must-change is false, not true"],
}


def rehearse(keyrig, keys, script):
    """What `keyrig fleet` ends with and says."""
    words = [keyrig, "fleet", "plug", *keys, "--link", "socket", "--json", "--time-limit", "900", "--expect", str(HERE / "provisioned.yaml")]
    with tempfile.TemporaryDirectory(prefix="keyrig-fleet-") as folder:
        ended = subprocess.run(
            [*words, "--", sys.executable, str(HERE / "provision.py"), *script],
            stdout=subprocess.PIPE,
            text=True,
            env={"XDG_RUNTIME_DIR": folder, "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=1200,
        )
    return ended.returncode, json.loads(ended.stdout)


def main(keyrig):
    tally = Tally()
    code, told = rehearse(keyrig, KEYS, [])
    tally.check(code == 0 and all(one["good"] for one in told), "the script as it should be leaves what is expected")
    for mistake in MISTAKES:
        code, [one] = rehearse(keyrig, KEYS[:1], ["--but", mistake])
        caught = (code, one["command"], one["differences"]) == (1, "ended with 0", SAID[mistake])
        tally.check(caught, f"a script that has it wrong is caught, which ends well itself: {mistake}")
        if not caught:
            print(f"# {code} {one}")
    return tally.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
