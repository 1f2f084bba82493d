"""CredentialManagement, its preview form, and the persistent token that may only read."""

from dataclasses import replace

from checks import ERR, EVERYTHING_2_3, NITROKEY, YUBIKEY_5_2, YUBIKEY_5_7, YUBIKEY_5_FIPS, YUBIKEY_BIO, refused, test
from desk import ALICE, BOB, PERMISSION, PIN, RP_ID, get, make, token, with_pin
from fido2.ctap2 import ClientPin, CredentialManagement, Ctap2
from fido2.utils import sha256

MANAGED = [YUBIKEY_5_7, YUBIKEY_5_FIPS, YUBIKEY_BIO, EVERYTHING_2_3, NITROKEY]
PREVIEW = [YUBIKEY_5_2, YUBIKEY_5_7]
OTHER = "other.example"
RESULT = CredentialManagement.RESULT
RP_ID_HASH = sha256(RP_ID.encode())


def filled(key):
    """A key with two accounts here and one elsewhere, and their credential ids, oldest first."""
    ctap = with_pin(key)
    accounts = ((ALICE, RP_ID), (BOB, RP_ID), (ALICE, OTHER))
    made = [make(ctap, user, rp_id, options={"rk": True}).auth_data.credential_data for user, rp_id in accounts]
    return ctap, made


def manager(ctap):
    return CredentialManagement(ctap, *token(ctap, PERMISSION.CREDENTIAL_MGMT))


def as_preview(ctap):
    """The same key to a client that knows the preview only."""
    options = {name: value for name, value in ctap.info.options.items() if name != "credMgmt"}
    ctap._info = replace(ctap.info, options=options)
    return ctap


def looks_through(key, ctap, made):
    """Counts, lists and deletes, all that the preview has too."""
    manage = manager(ctap)
    before = manage.get_metadata()
    assert before[RESULT.EXISTING_CRED_COUNT] == 3
    parties = {party[RESULT.RP_ID_HASH]: party[RESULT.RP]["id"] for party in manage.enumerate_rps()}
    assert parties == {sha256(rp_id.encode()): rp_id for rp_id in (RP_ID, OTHER)}
    found = {bytes(entry[RESULT.CREDENTIAL_ID]["id"]): entry for entry in manage.enumerate_creds(RP_ID_HASH)}
    assert set(found) == {data.credential_id for data in made[:2]}
    for data, user in zip(made, (ALICE, BOB)):
        entry = found[data.credential_id]
        assert entry[RESULT.USER] == user and entry[RESULT.PUBLIC_KEY] == data.public_key
    manage.delete_cred({"type": "public-key", "id": made[0].credential_id})
    after = manage.get_metadata()
    assert after[RESULT.EXISTING_CRED_COUNT] == 2
    assert after[RESULT.MAX_REMAINING_COUNT] == before[RESULT.MAX_REMAINING_COUNT] + 1
    refused(ERR.NO_CREDENTIALS, manage.delete_cred, {"type": "public-key", "id": made[0].credential_id})
    assert [answer.credential["id"] for answer in get(ctap)] == [made[1].credential_id]


@test(*MANAGED)
def managed(key):
    """credentials are counted, listed and deleted"""
    ctap, made = filled(key)
    looks_through(key, ctap, made)


@test(*PREVIEW)
def preview(key):
    """the preview counts, lists and deletes too"""
    ctap, made = filled(key)
    looks_through(key, as_preview(ctap), made)


@test(*MANAGED)
def renamed(key):
    """a user's names change, and their id does not"""
    ctap, made = filled(key)
    manage = manager(ctap)
    credential = {"type": "public-key", "id": made[0].credential_id}
    renamed = dict(ALICE, name="a.liddell@example.org", displayName="A. Liddell")
    manage.update_user_info(credential, renamed)
    users = [entry[RESULT.USER] for entry in manage.enumerate_creds(RP_ID_HASH)]
    assert renamed in users and BOB in users
    refused(ERR.INVALID_PARAMETER, manage.update_user_info, credential, dict(renamed, id=b"mallory"))
    refused(ERR.NO_CREDENTIALS, manage.update_user_info, {"type": "public-key", "id": b"?" * 48}, renamed)


@test(*MANAGED)
def empty(key):
    """a key without credentials has none to list"""
    ctap = with_pin(key)
    manage = manager(ctap)
    assert manage.get_metadata()[RESULT.EXISTING_CRED_COUNT] == 0
    assert manage.enumerate_rps() == [] and manage.enumerate_creds(RP_ID_HASH) == []
    refused(ERR.NO_CREDENTIALS, manage.enumerate_rps_begin)
    refused(ERR.NOT_ALLOWED, manage.enumerate_rps_next)


@test(*MANAGED)
def unauthorized(key):
    """a token for something else manages nothing"""
    ctap, _ = filled(key)
    manage = CredentialManagement(ctap, *token(ctap, PERMISSION.GET_ASSERTION, RP_ID))
    refused(ERR.PIN_AUTH_INVALID, manage.get_metadata)
    refused(ERR.PUAT_REQUIRED, ctap.credential_mgmt, CredentialManagement.CMD.GET_CREDS_METADATA)


@test(EVERYTHING_2_3)
def read_only(key):
    """the persistent token reads, outlives the power, changes nothing and ends with the PIN"""
    ctap, made = filled(key)
    client_pin = ClientPin(ctap)
    secret = client_pin.get_pin_token(PIN, PERMISSION.PERSISTENT_CREDENTIAL_MGMT)
    key.power_cycle()
    manage = CredentialManagement(ctap, client_pin.protocol, secret)
    assert manage.get_metadata()[RESULT.EXISTING_CRED_COUNT] == 3
    assert len(manage.enumerate_rps()) == 2 and len(manage.enumerate_creds(RP_ID_HASH)) == 2
    refused(ERR.PIN_AUTH_INVALID, manage.delete_cred, {"type": "public-key", "id": made[0].credential_id})
    client_pin.change_pin(PIN, PIN + "x")
    refused(ERR.PIN_AUTH_INVALID, manage.get_metadata)


@test(EVERYTHING_2_3)
def recognized(key):
    """encIdentifier names the key for ever, and encCredStoreState the state of its store"""
    ctap, _ = filled(key)
    client_pin = ClientPin(ctap)

    def seen(pin=PIN):
        secret = client_pin.get_pin_token(pin, PERMISSION.PERSISTENT_CREDENTIAL_MGMT)
        infos = [Ctap2(key).info for _ in range(2)]
        assert infos[0].enc_identifier != infos[1].enc_identifier, "each time under an IV of its own"
        [identifier] = {info.get_identifier(secret) for info in infos}
        [state] = {info.get_cred_store_state(secret) for info in infos}
        assert len(identifier) == len(state) == 16
        return identifier, state

    identifier, state = seen()
    assert seen() == (identifier, state)
    make(ctap, ALICE, "third.example", options={"rk": True})
    assert seen()[0] == identifier and seen()[1] != state
    client_pin.change_pin(PIN, PIN + "x")
    assert seen(PIN + "x")[0] == identifier
