"""soft-webauthn does ceremonies on demand: a line on standard input names one, `registration` or `authentication`, and
how often; the answer is the time it took, in nanoseconds.
"""

import sys
from time import perf_counter_ns

from soft_webauthn import SoftWebauthnDevice

ORIGIN = "https://corp.example.com"
RP_ID = "corp.example.com"
CHALLENGE = bytes(32)

REGISTRATION = {
    "publicKey": {
        "rp": {"id": RP_ID, "name": "Corp"},
        "user": {"id": b"alice", "name": "alice", "displayName": "Alice"},
        "challenge": CHALLENGE,
        "pubKeyCredParams": [{"alg": -7, "type": "public-key"}],
        "attestation": "none",
    }
}
AUTHENTICATION = {"publicKey": {"rpId": RP_ID, "challenge": CHALLENGE}}


def main():
    device = SoftWebauthnDevice()
    device.create(REGISTRATION, ORIGIN)
    ceremonies = {
        "registration": lambda: device.create(REGISTRATION, ORIGIN),
        "authentication": lambda: device.get(AUTHENTICATION, ORIGIN),
    }
    for line in sys.stdin:
        name, times = line.split()
        ceremony = ceremonies[name]
        begin = perf_counter_ns()
        for _ in range(int(times)):
            ceremony()
        print(perf_counter_ns() - begin, flush=True)


if __name__ == "__main__":
    main()
