"""Registrations and assertions of our authenticator, verified by python-fido2 and OpenSSL.

    verify.py CEREMONIES

CEREMONIES has a line of JSON for each provider and algorithm, as the example `algorithms` prints them. Prints one TAP
line per check; exits 1 when one of them fails.
"""

import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_private_key
from fido2 import cose
from fido2.attestation import InvalidSignature as InvalidStatement, PackedAttestation
from fido2.webauthn import AttestationObject, AuthenticatorData

PROVIDERS = ("deterministic", "aws-lc")
ALGORITHMS = (-7, -8, -9, -19, -35, -36, -37, -47, -48, -49, -50, -51, -52, -53, -257)
KEY_TYPES = {-8: 1, -19: 1, -53: 1, -37: 3, -257: 3, -48: 7, -49: 7, -50: 7}
EC2 = 2
PS256 = -37
ES256K = -47
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SHA256, SHA384, SHA512 = hashes.SHA256(), hashes.SHA384(), hashes.SHA512()
HASHES = {-7: SHA256, -9: SHA256, ES256K: SHA256, -35: SHA384, -51: SHA384, -36: SHA512, -52: SHA512}


class Checks:
    """Counts and prints, in TAP."""

    def __init__(self):
        self.count = self.failed = 0

    def expect(self, name, holds, seen=""):
        self.count += 1
        self.failed += not holds
        print(f"{'ok' if holds else 'not ok'} {self.count} - {name}")
        if not holds:
            print(f"# seen: {seen}")

    def accepts(self, name, verify):
        try:
            verify()
        except Exception as refusal:  # noqa: BLE001 - whatever it is, it is the report
            self.expect(name, False, repr(refusal))
        else:
            self.expect(name, True)

    def refuses(self, name, verify):
        """Holds for a signature that does not verify; any other trouble proves nothing."""
        try:
            verify()
        except (InvalidSignature, InvalidStatement):
            self.expect(name, True)
        except Exception as trouble:  # noqa: BLE001
            self.expect(name, False, repr(trouble))
        else:
            self.expect(name, False, "it was accepted")


def openssl_key(key):
    """The key as OpenSSL reads its numbers; a point that is not on its curve raises."""
    if key[1] == EC2:
        curve = {1: ec.SECP256R1, 2: ec.SECP384R1, 3: ec.SECP521R1, 8: ec.SECP256K1}[key[-1]]()
        return ec.EllipticCurvePublicKey.from_encoded_point(curve, b"\x04" + key[-2] + key[-3])
    if key[1] == 3:
        return rsa.RSAPublicNumbers(int.from_bytes(key[-2], "big"), int.from_bytes(key[-1], "big")).public_key()
    name = {-8: "ed25519.Ed25519", -19: "ed25519.Ed25519", -53: "ed448.Ed448"}.get(key[3])
    name = name or {-48: "mldsa.MLDSA44", -49: "mldsa.MLDSA65", -50: "mldsa.MLDSA87"}[key[3]]
    module, kind = name.split(".")
    package = __import__(f"cryptography.hazmat.primitives.asymmetric.{module}", fromlist=[kind])
    return getattr(package, f"{kind}PublicKey").from_public_bytes(key[-2] if key[1] == 1 else key[-1])


def turned(data, at):
    """`data` with one bit turned."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def check_statement(checks, name, attestation, client_data_hash, certificates):
    verify = lambda auth_data, hash_: PackedAttestation().verify(attestation.att_stmt, auth_data, hash_)
    auth_data = attestation.auth_data
    shape = (attestation.fmt, len(attestation.att_stmt.get("x5c", [])))
    checks.expect(f"{name} is packed with {certificates} certificates", shape == ("packed", certificates), shape)
    checks.accepts(f"{name} verifies", lambda: verify(auth_data, client_data_hash))
    other_hash = turned(client_data_hash, 0)
    checks.refuses(f"{name} does not with another client data hash", lambda: verify(auth_data, other_hash))
    # The last byte of the counter.
    other_data = AuthenticatorData(turned(auth_data, 36))
    checks.refuses(f"{name} does not with another counter", lambda: verify(other_data, client_data_hash))


def check_key(checks, name, key, algorithm):
    checks.expect(f"{name}: the key has the type of the algorithm", key[1] == KEY_TYPES.get(algorithm, EC2), key)
    checks.expect(f"{name}: python-fido2 knows the algorithm", not isinstance(key, cose.UnsupportedKey), type(key))
    same = lambda: dict(type(key).from_cryptography_key(openssl_key(key))) == dict(key)
    checks.expect(f"{name}: OpenSSL's form of the key has the same bytes", same(), key)


def check_assertion(checks, name, key, message, signature):
    checks.accepts(f"{name}: the assertion verifies", lambda: key.verify(message, signature))
    checks.refuses(f"{name}: it does not with another message", lambda: key.verify(turned(message, 32), signature))
    checks.refuses(f"{name}: nor with another signature", lambda: key.verify(message, turned(signature, -1)))


def check_private_key(checks, name, private, key):
    """What OpenSSL reads in the PKCS#8 document."""
    same = lambda: dict(type(key).from_cryptography_key(private.public_key())) == dict(key)
    checks.expect(f"{name}: OpenSSL loads the private key, and it is the public key's", same(), key)


def signed_by_openssl(private, algorithm, message):
    """OpenSSL's signature, where key and message alone decide it: RFC 6979, RFC 8032, PKCS #1 v1.5; else None."""
    if algorithm in HASHES:
        signature = private.sign(message, ec.ECDSA(HASHES[algorithm], deterministic_signing=True))
        if algorithm != ES256K:
            return signature
        # Of the two s that verify, the library for this curve takes the smaller one.
        r, s = decode_dss_signature(signature)
        return encode_dss_signature(r, min(s, SECP256K1_ORDER - s))
    if algorithm in (-8, -19, -53):
        return private.sign(message)
    return private.sign(message, padding.PKCS1v15(), SHA256) if algorithm == -257 else None


def check_deterministic(checks, name, private, algorithm, message, signature):
    expected = signed_by_openssl(private, algorithm, message)
    if expected is not None:
        checks.expect(f"{name}: OpenSSL signs the same bytes", signature == expected, signature.hex())
        other = signed_by_openssl(private, algorithm, turned(message, 32))
        checks.expect(f"{name}: and others for another message", signature != other, signature.hex())


def check(checks, ceremonies):
    name = f"{ceremonies['name']} by {ceremonies['provider']}"
    data = lambda member: bytes.fromhex(ceremonies[member])
    client_data_hash, signature = data("clientDataHash"), data("signature")
    by_leaf, by_itself = AttestationObject(data("attestedByLeaf")), AttestationObject(data("attestedByItself"))
    check_statement(checks, f"{name}: the leaf's attestation", by_leaf, client_data_hash, 1)
    check_statement(checks, f"{name}: self attestation", by_itself, client_data_hash, 0)
    key = by_itself.auth_data.credential_data.public_key
    check_key(checks, name, key, ceremonies["algorithm"])
    message = data("authenticatorData") + client_data_hash
    check_assertion(checks, name, key, message, signature)
    private = load_der_private_key(data("privateKey"), password=None)
    check_private_key(checks, name, private, key)
    if ceremonies["provider"] == "deterministic":
        check_deterministic(checks, name, private, ceremonies["algorithm"], message, signature)
    if ceremonies["algorithm"] == PS256:
        check_salt(checks, name, key, message, signature)


def check_salt(checks, name, key, message, signature):
    """RFC 8230 §2: the salt is as long as the hash. python-fido2 takes any length."""
    pss = lambda length: padding.PSS(mgf=padding.MGF1(SHA256), salt_length=length)
    verify = lambda length: openssl_key(key).verify(signature, message, pss(length), SHA256)
    checks.accepts(f"{name}: the salt is as long as the hash", lambda: verify(padding.PSS.DIGEST_LENGTH))
    checks.refuses(f"{name}: it is no shorter", lambda: verify(0))


def main(path):
    checks = Checks()
    with open(path, encoding="utf-8") as lines:
        all_ceremonies = [json.loads(line) for line in lines]
    wanted = sorted((provider, algorithm) for provider in PROVIDERS for algorithm in ALGORITHMS)
    seen = sorted((ceremonies["provider"], ceremonies["algorithm"]) for ceremonies in all_ceremonies)
    checks.expect("every algorithm is here, by both providers", seen == wanted, seen)
    for ceremonies in all_ceremonies:
        check(checks, ceremonies)
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
