"""schemathesis at the control port of a plugged key: what it answers is what its description says.

    run.py KEYRIG

Prints one TAP line per check; exits 1 when one of them fails.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

sys.path.append(str(Path(__file__).parent.parent / "tap"))

from tally import Tally  # noqa: E402

# No schema says what a script of gestures, a snapshot or a profile is: some of what a schema admits is refused.
BEYOND_SCHEMAS = "positive_data_acceptance"
# It ends only with the key.
ENDLESS = "/v1/log/follow"


def asked(folder, base, token, document):
    """Whether schemathesis is content, and what it says."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(document))
    words = ["-m", "schemathesis.cli", "run", path, "--url", base, "-H", f"Authorization: Bearer {token}"]
    words += ["--exclude-path", ENDLESS, "--exclude-checks", BEYOND_SCHEMAS, "--phases", "coverage,fuzzing"]
    words += ["--max-examples", "20", "--seed", "1", "--generation-database", "none", "--no-color"]
    # Nothing here is about speed.
    words += ["--request-timeout", "120", "--suppress-health-check", "too_slow"]
    ended = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True, timeout=1800)
    return ended.returncode == 0, ended.stdout + ended.stderr


def lies(document):
    """The description with a lie in it each: by what it is, and where."""
    unsaid = json.loads(json.dumps(document))
    del unsaid["paths"]["/v1/credentials/{id}"]["delete"]["responses"]["400"]
    yield "a status that is not described", unsaid
    odd = json.loads(json.dumps(document))
    odd["components"]["schemas"]["Status"]["properties"]["name"] = {"type": "integer"}
    yield "an answer of another shape", odd
    lax = json.loads(json.dumps(document))
    lax["components"]["schemas"]["Backup"]["properties"]["state"] = {"type": "string"}
    yield "a body that is taken and is not described", lax


def main(keyrig):
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="keyrig-control-") as name:
        folder = Path(name)
        words = ["plug", "yubikey-5-nfc-5.7", "--link", "socket:key.hid", "--page", "127.0.0.1:0", "--json"]
        key = subprocess.Popen(
            [keyrig, *words], cwd=folder, stdout=subprocess.PIPE, text=True, env={"XDG_RUNTIME_DIR": name}
        )
        try:
            base, _, token = json.loads(key.stdout.readline())["page"].partition("/#")
            document = json.load(urlopen(f"{base}/openapi.json"))
            # Nobody asks the key for anything: who waits for that waits for as long as was said.
            del document["components"]["schemas"]["Gesture"]["properties"]["wait_ms"]
            content, said = asked(folder, base, token, document)
            tally.check(content, "every operation answers as its description says")
            if not content:
                print("".join(f"# {line}\n" for line in said.splitlines()), end="")
            for lie, told in lies(document):
                tally.check(not asked(folder, base, token, told)[0], f"finds a lie: {lie}")
            tally.check(key.poll() is None, "the key is there after all of it")
        finally:
            key.terminate()
            key.wait()
    return tally.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
