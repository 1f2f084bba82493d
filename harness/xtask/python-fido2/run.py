"""python-fido2's own logic against the keys behind a bridge of keyrig-device.

    run.py PORT

Prints one TAP line per test; exits 1 when one of them fails.
"""

import sys

import broken  # noqa: F401 each module notes its tests when it is read
import ceremonies  # noqa: F401
import client_pin  # noqa: F401
import configuration  # noqa: F401
import extensions  # noqa: F401
import fingers  # noqa: F401
import large_blobs  # noqa: F401
import management  # noqa: F401
import only_u2f  # noqa: F401
import phones  # noqa: F401
import u2f  # noqa: F401
from bridge import Key
from checks import suite

if __name__ == "__main__":
    Key.port = int(sys.argv[1])
    sys.exit(1 if suite.run() else 0)
