"""A foreign authenticator, soft-webauthn, registers and signs in at a running keyrig relying party.

    sign_in.py URL ORIGIN

Speaks the FIDO2 server conformance API. Prints one TAP line per check; exits 1 when one of them fails.
"""

import copy
import json
import sys
import urllib.error
import urllib.request
from base64 import urlsafe_b64decode, urlsafe_b64encode
from http.cookiejar import CookieJar

from soft_webauthn import SoftWebauthnDevice

SECONDS = 120
USER = "soft@corp.example.com"


class RelyingParty:
    """One browser's view of the relying party: its cookies and its JSON."""

    def __init__(self, url):
        self.url = url
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def ask(self, path, body=None):
        """The status and the JSON of the answer; without a body by GET."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"content-type": "application/json"})
        try:
            with self.opener.open(request, timeout=SECONDS) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)


class Checks:
    """Counts and prints, in TAP."""

    def __init__(self):
        self.count = self.failed = 0

    def expect(self, name, holds, seen):
        self.count += 1
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {self.count} - {name}")
        if not holds:
            print(f"# seen: {seen}")


def encode(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def as_json(credential):
    """The credential with every byte string in base64url."""
    response = {name: encode(value) for name, value in credential["response"].items() if value is not None}
    raw = encode(credential["rawId"])
    return {"id": raw, "rawId": raw, "type": credential["type"], "response": response, "clientExtensionResults": {}}


def registration(relying_party, device, origin):
    request = {"username": USER, "displayName": "Soft", "attestation": "none"}
    _, options = relying_party.ask("/attestation/options", request)
    public_key = dict(options, challenge=decode(options["challenge"]))
    public_key["user"] = dict(options["user"], id=decode(options["user"]["id"]))
    return as_json(device.create({"publicKey": public_key}, origin))


def authentication(relying_party, device, origin):
    _, options = relying_party.ask("/assertion/options", {"username": USER, "userVerification": "discouraged"})
    public_key = dict(options, challenge=decode(options["challenge"]))
    return as_json(device.get({"publicKey": public_key}, origin))


def with_broken_signature(credential):
    """The same assertion, with the last bit of its signature turned."""
    broken = copy.deepcopy(credential)
    signature = bytearray(decode(broken["response"]["signature"]))
    signature[-1] ^= 1
    broken["response"]["signature"] = encode(bytes(signature))
    return broken


def main(url, origin):
    checks = Checks()
    relying_party, device = RelyingParty(url), SoftWebauthnDevice()

    status, answer = relying_party.ask("/attestation/result", registration(relying_party, device, origin))
    checks.expect("soft-webauthn registers", status == 200 and answer["status"] == "ok", answer)

    relying_party = RelyingParty(url)
    status, answer = relying_party.ask("/session")
    checks.expect("nobody is signed in before the assertion", status == 401, answer)

    assertion = authentication(relying_party, device, origin)
    status, answer = relying_party.ask("/assertion/result", assertion)
    checks.expect("soft-webauthn signs in", status == 200 and answer["status"] == "ok", answer)
    status, answer = relying_party.ask("/session")
    checks.expect("the session is real", status == 200 and USER in json.dumps(answer), answer)

    status, answer = relying_party.ask("/assertion/result", assertion)
    checks.expect("the same assertion is not taken twice", 400 <= status < 500, answer)

    stranger = RelyingParty(url)
    broken = with_broken_signature(authentication(stranger, device, origin))
    status, answer = stranger.ask("/assertion/result", broken)
    checks.expect("a turned bit in the signature is refused", status == 400 and answer.get("class") == "signature", answer)
    status, answer = stranger.ask("/session")
    checks.expect("and gives no session", status == 401, answer)

    phished = authentication(stranger, device, "https://evil.example")
    status, answer = stranger.ask("/assertion/result", phished)
    checks.expect("another origin is refused", status == 400 and answer.get("class") == "origin", answer)

    status, answer = stranger.ask("/assertion/result", authentication(stranger, device, origin))
    checks.expect("soft-webauthn still signs in", status == 200 and answer["status"] == "ok", answer)

    print(f"1..{checks.count}")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
