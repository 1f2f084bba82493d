"""FPBioEnrollment: the whole dialogue."""

from dataclasses import replace
from threading import Event

from checks import ERR, EVERYTHING_2_3, YUBIKEY_BIO, raises, refused, test
from desk import PERMISSION, enroll, token, with_pin
from fido2.ctap2 import Ctap2
from fido2.ctap2.bio import BioEnrollment, CaptureError, FPBioEnrollment

SENSORS = [YUBIKEY_BIO, EVERYTHING_2_3]
RESULT = BioEnrollment.RESULT

# Longer than the key's own, which are random.
UNKNOWN = b"???"


def fingers(ctap):
    return FPBioEnrollment(ctap, *token(ctap, PERMISSION.BIO_ENROLL))


def dialogue(ctap):
    """Enrols one finger and counts its samples."""
    bio = fingers(ctap)
    needed = bio.get_fingerprint_sensor_info()[RESULT.MAX_SAMPLES_REQUIRED]
    enrollment, template, samples = bio.enroll(), None, 0
    while template is None:
        left = enrollment.remaining
        template = enrollment.capture()
        samples += 1
        assert left is None or enrollment.remaining == left - 1
    assert samples <= needed
    return bio, template


@test(*SENSORS)
def enrolled(key):
    """a finger is enrolled sample by sample, named, listed and removed"""
    ctap = with_pin(key)
    bio, template = dialogue(ctap)
    assert Ctap2(key).info.options["uv"] is True
    bio.set_name(template, "right thumb")
    assert bio.enumerate_enrollments()[template] == "right thumb"
    _, second = dialogue(ctap)
    bio = fingers(ctap)
    assert {template, second} <= set(bio.enumerate_enrollments()) and second != template
    for each in list(bio.enumerate_enrollments()):
        bio.remove_enrollment(each)
    assert bio.enumerate_enrollments() == {}
    assert Ctap2(key).info.options["uv"] is False


@test(*SENSORS)
def feedback(key):
    """a poor sample is told and does not count; the same finger goes on"""
    ctap = with_pin(key)
    enrollment = fingers(ctap).enroll()
    enrollment.capture()
    left = enrollment.remaining
    key.will("wrong-finger")
    error = raises(CaptureError, enrollment.capture)
    assert error.code != FPBioEnrollment.FEEDBACK.FP_GOOD and enrollment.remaining == left
    enrollment.timeout = 2000
    key.will(3)
    assert raises(CaptureError, enrollment.capture).code == FPBioEnrollment.FEEDBACK.NO_USER_ACTIVITY
    enrollment.capture()
    assert enrollment.remaining == left - 1


@test(*SENSORS)
def given_up(key):
    """an enrolment that is given up leaves nothing"""
    ctap = with_pin(key)
    bio = fingers(ctap)
    before = bio.enumerate_enrollments()
    enrollment = bio.enroll()
    enrollment.capture()
    template = enrollment.template_id
    enrollment.cancel()
    assert bio.enumerate_enrollments() == before
    refused(ERR.INVALID_OPTION, bio.enroll_capture_next, template)
    closed = Event()
    refused(ERR.KEEPALIVE_CANCEL, bio.enroll().capture, closed, lambda status: closed.set())
    assert bio.enumerate_enrollments() == before


@test(*SENSORS)
def limits(key):
    """a name that is too long, a template that is unknown, and a token for something else are refused"""
    ctap = with_pin(key)
    template = enroll(ctap)
    bio = fingers(ctap)
    most = bio.get_fingerprint_sensor_info().get(RESULT.MAX_TEMPLATE_FRIENDLY_NAME, 64)
    bio.set_name(template, "x" * most)
    refused(ERR.INVALID_LENGTH, bio.set_name, template, "x" * (most + 1))
    for call in (lambda: bio.set_name(UNKNOWN, "x"), lambda: bio.remove_enrollment(UNKNOWN)):
        refused(ERR.INVALID_OPTION, call)
    other = FPBioEnrollment(ctap, *token(ctap, PERMISSION.GET_ASSERTION, "example.org"))
    refused(ERR.PIN_AUTH_INVALID, other.enumerate_enrollments)


@test(YUBIKEY_BIO)
def preview(key):
    """the preview form has the same dialogue"""
    ctap = with_pin(key)
    options = {name: value for name, value in ctap.info.options.items() if name != "bioEnroll"}
    ctap._info = replace(ctap.info, options=options)
    bio, template = dialogue(ctap)
    bio.set_name(template, "right thumb")
    assert bio.enumerate_enrollments() == {template: "right thumb"}
