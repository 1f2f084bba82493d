"""The extensions as Fido2Client maps them, input to output."""

from checks import ALWAYS_VERIFY, ERR, raises, test
from desk import ALICE, BOB, Desk, PERMISSION, RP_ID, get, make, token, with_pin
from fido2.client import ClientError
from fido2.ctap2 import Config, Ctap2
from fido2.utils import websafe_encode
from offered import KEYS, having, keys_lacking


def desk_of(key, verification="required"):
    with_pin(key)
    return Desk(key, verification)


def prf(first, second=None):
    values = {"first": websafe_encode(first)}
    if second:
        values["second"] = websafe_encode(second)
    return {"prf": {"eval": values}}


def results(outputs):
    found = outputs.prf.results
    return found.first, found.second or None


@test(*having("hmac-secret"))
def pseudo_random(key):
    """prf gives each input its own result, each credential its own, and the same again"""
    desk = desk_of(key)
    for user in (ALICE, BOB):
        _, outputs = desk.register(user, extensions={"prf": {}})
        assert outputs.prf.enabled is True
    alice, bob = desk.credentials
    one, two = results(desk.sign_in([alice], prf(b"one", b"two"))[1])
    assert len(one) == len(two) == 32 and one != two
    assert results(desk.sign_in([alice], prf(b"two", b"one"))[1]) == (two, one)
    assert results(desk.sign_in([alice], prf(b"one"))[1]) == (one, None)
    assert results(desk.sign_in([bob], prf(b"one"))[1])[0] not in (one, two)
    by_credential = {websafe_encode(alice.credential_id): {"first": websafe_encode(b"one")}}
    mapped = dict(prf(b"two")["prf"], evalByCredential=by_credential)
    assert results(desk.sign_in([alice], {"prf": mapped})[1]) == (one, None)


@test(*[profile for profile in having("hmac-secret") if profile not in ALWAYS_VERIFY])
def verified_or_not(key):
    """hmac-secret has one secret with verification and another without"""
    desk = desk_of(key)
    _, outputs = desk.register(extensions={"hmacCreateSecret": True})
    assert outputs.hmac_create_secret is True
    salts = {"hmacGetSecret": {"salt1": websafe_encode(b"s" * 32), "salt2": websafe_encode(b"t" * 32)}}
    seen = {}
    for desk.verification in ("required", "discouraged"):
        output = desk.sign_in(desk.credentials, salts)[1].hmac_get_secret
        assert len(output.output1) == len(output.output2) == 32
        seen[desk.verification] = (output.output1, output.output2)
    assert not set(seen["required"]) & set(seen["discouraged"])


@test(*having("hmac-secret-mc"))
def at_creation(key):
    """prf at creation gives what it gives at login"""
    desk = desk_of(key)
    _, outputs = desk.register(extensions=prf(b"one", b"two"))
    assert outputs.prf.enabled is True
    assert results(outputs) == results(desk.sign_in(desk.credentials, prf(b"one", b"two"))[1])


@test(*[profile for profile in having("hmac-secret") if profile in keys_lacking("hmac-secret-mc")])
def not_at_creation(key):
    """a key without hmac-secret-mc gives no result at creation"""
    _, outputs = desk_of(key).register(extensions=prf(b"one"))
    assert outputs.prf.enabled is True and outputs.prf.results is None


@test(*having("largeBlobKey"))
def large_blob(key):
    """largeBlob writes and reads"""
    desk = desk_of(key)
    _, outputs = desk.register(discoverable=True, extensions={"largeBlob": {"support": "required"}})
    assert outputs.large_blob.supported is True
    assert desk.sign_in(extensions={"largeBlob": {"read": True}})[1].large_blob.blob is None
    text = b"ssh-ed25519 " * 150
    assert desk.sign_in(extensions={"largeBlob": {"write": websafe_encode(text)}})[1].large_blob.written is True
    assert desk.sign_in(extensions={"largeBlob": {"read": True}})[1].large_blob.blob == text


@test(*keys_lacking("largeBlobKey"))
def no_large_blob(key):
    """a key without large blobs cannot be made to have them"""
    raises((ClientError, ValueError), desk_of(key).register, extensions={"largeBlob": {"support": "required"}})


@test(*having("credBlob"))
def cred_blob(key):
    """credBlob keeps as much as getInfo says, and no more"""
    desk = desk_of(key)
    most = desk.client.info.max_cred_blob_length
    data, _ = desk.register(discoverable=True, extensions={"credBlob": b"b" * most})
    assert data.extensions["credBlob"] is True
    assert desk.sign_in(extensions={"getCredBlob": True})[0].extensions["credBlob"] == b"b" * most
    made = make(Ctap2(key), BOB, extensions={"credBlob": b"b" * (most + 1)}, options={"rk": True})
    assert made.auth_data.extensions["credBlob"] is False


@test(*having("credProtect"))
def cred_protect(key):
    """credProtect hides a credential as its level says"""
    ctap = with_pin(key)
    desk = Desk(key, verification="required")
    policies = ("userVerificationOptional", "userVerificationOptionalWithCredentialIDList", "userVerificationRequired")
    ids = []
    for level, policy in enumerate(policies, 1):
        extensions = {"credentialProtectionPolicy": policy, "enforceCredentialProtectionPolicy": True}
        user = {"id": bytes([level]), "name": str(level)}
        data, _ = desk.register(user, discoverable=True, extensions=extensions)
        assert data.extensions["credProtect"] == level
        ids.append(data.credential_data.credential_id)
    assert [answer.credential["id"] for answer in get(ctap)] == ids[::-1]
    if not ctap.info.options.get("alwaysUv"):
        assert [answer.credential["id"] for answer in get(ctap, pin=None)] == ids[:1]
        assert get(ctap, ids[1:2], pin=None)[0].credential["id"] == ids[1]
        desk.verification = "discouraged"
        error = raises(ClientError, desk.sign_in, desk.credentials[2:])
        assert error.cause.code == ERR.NO_CREDENTIALS


@test(*keys_lacking("credProtect"))
def no_cred_protect(key):
    """a key without credProtect cannot be made to have it"""
    extensions = {"credentialProtectionPolicy": "userVerificationRequired", "enforceCredentialProtectionPolicy": True}
    raises((ClientError, ValueError), desk_of(key).register, extensions=extensions)


@test(*having("minPinLength"))
def policies(key):
    """minPinLength, and pinComplexityPolicy where there is one, answer the relying party on the list"""
    ctap = with_pin(key)
    asked = {"minPinLength": True, "pinComplexityPolicy": True}
    desk = Desk(key)
    data, _ = desk.register(extensions=asked)
    assert not data.extensions
    length = max(6, ctap.info.min_pin_length)
    Config(ctap, *token(ctap, PERMISSION.AUTHENTICATOR_CFG)).set_min_pin_length(length, [RP_ID])
    data, _ = desk.register(BOB, extensions=asked)
    complexity = {"pinComplexityPolicy": False} if key.profile in having("pinComplexityPolicy") else {}
    assert data.extensions == {"minPinLength": length} | complexity


@test(*having("thirdPartyPayment"))
def payment(key):
    """thirdPartyPayment is kept with the credential, and told at login"""
    desk = desk_of(key)
    paying = {"payment": {"isPayment": True}}
    data, _ = desk.register(ALICE, extensions=paying)
    assert not data.extensions
    desk.register(BOB)
    alice, bob = desk.credentials
    assert desk.sign_in([alice], paying)[0].extensions == {"thirdPartyPayment": True}
    assert desk.sign_in([bob], paying)[0].extensions == {"thirdPartyPayment": False}


@test(*KEYS)
def properties(key):
    """credProps tells what the credential is, and the credential is it"""
    desk = desk_of(key)
    for user, discoverable in ((ALICE, True), (BOB, False)):
        _, outputs = desk.register(user, discoverable, {"credProps": True})
        assert outputs.cred_props.rk is discoverable
    [(_, _, response)] = desk.sign_ins()
    assert response.response.user_handle == ALICE["id"]


@test(*KEYS)
def together(key):
    """every extension that the key has, at once"""
    ctap = with_pin(key)
    inputs = {
        "credProtect": 2, "hmac-secret": True, "largeBlobKey": True, "credBlob": b"blob", "minPinLength": True,
        "pinComplexityPolicy": True, "thirdPartyPayment": True,
    }
    inputs = {name: value for name, value in inputs.items() if name in ctap.info.extensions}
    made = make(ctap, extensions=inputs or None, options={"rk": True})
    outputs = made.auth_data.extensions or {}
    assert set(outputs) == set(inputs) & {"credProtect", "hmac-secret", "credBlob"}
    assert (made.large_blob_key is not None) == ("largeBlobKey" in inputs)
