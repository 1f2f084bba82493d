"""A relying party, a person and a client, all of python-fido2, at one key."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fido2.attestation import AttestationType, AttestationVerifier, NoneAttestation
from fido2.client import DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.ctap2 import ClientPin, Ctap2
from fido2.ctap2.bio import FPBioEnrollment
from fido2.ctap2.extensions import (
    _DEFAULT_EXTENSIONS,
    HmacSecretExtension,
    PinComplexityPolicyExtension,
    ThirdPartyPaymentExtension,
)
from fido2.server import Fido2Server

PIN = "24681357"
RP_ID = "example.org"
ORIGIN = "https://login.example.org"
ALICE = {"id": b"alice", "name": "alice@example.org", "displayName": "Alice"}
BOB = {"id": b"bob", "name": "bob@example.org", "displayName": "Bob"}
PERMISSION = ClientPin.PERMISSION
HASH = b"\x5a" * 32
ES256 = [{"type": "public-key", "alg": -7}]
EXTENSIONS = [extension for extension in _DEFAULT_EXTENSIONS if not isinstance(extension, HmacSecretExtension)] + [
    HmacSecretExtension(allow_hmac_secret=True),
    PinComplexityPolicyExtension(),
    ThirdPartyPaymentExtension(),
]


class Trust(AttestationVerifier):
    """Trusts the key's own test roots, and self attestation or none where there is no root."""

    def __init__(self, key):
        super().__init__()
        pem = key.anchors()
        self.roots = x509.load_pem_x509_certificates(pem) if pem else []
        self.type = None

    def verify_attestation(self, attestation_object, client_data_hash):
        if self.roots:
            return super().verify_attestation(attestation_object, client_data_hash)
        known = {kind.FORMAT: kind for kind in (*self._attestation_types, NoneAttestation())}
        statement, auth_data = attestation_object.att_stmt, attestation_object.auth_data
        self.type = known[attestation_object.fmt].verify(statement, auth_data, client_data_hash).attestation_type
        assert self.type == {"packed": AttestationType.SELF, "none": AttestationType.NONE}[attestation_object.fmt]

    def ca_lookup(self, attestation_result, auth_data):
        self.type = attestation_result.attestation_type
        issuer = x509.load_der_x509_certificate(attestation_result.trust_path[-1]).issuer
        for root in self.roots:
            if root.subject == issuer:
                return root.public_bytes(Encoding.DER)


class Person(UserInteraction):
    """Knows the PIN, and remembers what they were asked for."""

    def __init__(self, pin=PIN):
        self.pin = pin
        self.asked = []

    def prompt_up(self):
        self.asked.append("touch")

    def request_pin(self, permissions, rp_id):
        self.asked.append("PIN")
        return self.pin

    def request_uv(self, permissions, rp_id):
        self.asked.append("verification")
        return True


class Desk:
    """A client with a person at `key`, and the accounts that a relying party has of them."""

    def __init__(self, key, verification=None, attestation="direct"):
        self.key = key
        self.person = Person()
        self.verification = verification
        self.trust = Trust(key)
        rp = {"id": RP_ID, "name": "Example"}
        self.server = Fido2Server(rp, attestation=attestation, verify_attestation=self.trust)
        self.client = Fido2Client(key, DefaultClientDataCollector(ORIGIN), self.person, EXTENSIONS)
        self.credentials = []

    def register(self, user=ALICE, discoverable=False, extensions=None, exclude=None, touch=None):
        """Registers; the relying party verifies it, with its attestation. Returns authenticator data and client outputs."""
        options, state = self.server.register_begin(
            user,
            exclude,
            resident_key_requirement="required" if discoverable else "discouraged",
            user_verification=self.verification,
            extensions=extensions,
        )
        response = self.client.make_credential(options.public_key, touch)
        data = self.server.register_complete(state, response)
        self.credentials.append(data.credential_data)
        return data, response.client_extension_results

    def sign_in(self, allow=None, extensions=None, pick=0):
        """Signs in; the relying party verifies it. Returns authenticator data and client outputs."""
        responses = self.sign_ins(allow, extensions)
        return responses[pick]

    def sign_ins(self, allow=None, extensions=None):
        """Each assertion that the key has, verified."""
        options, state = self.server.authenticate_begin(allow, self.verification, extensions=extensions)
        selection = self.client.get_assertion(options.public_key)
        verified = []
        for index in range(len(selection.get_assertions())):
            response = selection.get_response(index)
            self.server.authenticate_complete(state, self.credentials, response)
            verified.append((response.response.authenticator_data, response.client_extension_results, response))
        return verified


def with_pin(key):
    """The key, once its person has set a PIN."""
    ctap = Ctap2(key)
    ClientPin(ctap).set_pin(PIN)
    return Ctap2(key)


def token(ctap, permissions, rp_id=None, pin=PIN):
    """A token by PIN, and the protocol it is for."""
    client_pin = ClientPin(ctap)
    return client_pin.protocol, client_pin.get_pin_token(pin, permissions, rp_id)


def make(ctap, user=ALICE, rp_id=RP_ID, extensions=None, options=None, pin=PIN, enterprise=None):
    """A credential by CTAP alone, with a token by PIN where the key has one."""
    param = (None, None)
    if ctap.get_info().options.get("clientPin"):
        protocol, secret = token(ctap, PERMISSION.MAKE_CREDENTIAL, rp_id, pin)
        param = (protocol.authenticate(secret, HASH), protocol.VERSION)
    rp = {"id": rp_id, "name": rp_id}
    return ctap.make_credential(HASH, rp, user, ES256, None, extensions, options, *param, enterprise)


def get(ctap, allow=None, rp_id=RP_ID, extensions=None, options=None, pin=PIN):
    """Assertions by CTAP alone, with a token by PIN unless `pin` is None."""
    param = (None, None)
    if pin:
        protocol, secret = token(ctap, PERMISSION.GET_ASSERTION, rp_id, pin)
        param = (protocol.authenticate(secret, HASH), protocol.VERSION)
    allow = allow and [{"type": "public-key", "id": id} for id in allow]
    return ctap.get_assertions(rp_id, HASH, allow, extensions, options, *param)


def enroll(ctap, name=None):
    """Enrols a finger, all samples good."""
    bio = FPBioEnrollment(ctap, *token(ctap, PERMISSION.BIO_ENROLL))
    context, template = bio.enroll(), None
    while template is None:
        template = context.capture()
    if name:
        bio.set_name(template, name)
    return template
