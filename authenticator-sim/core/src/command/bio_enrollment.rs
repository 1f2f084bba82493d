//! authenticatorBioEnrollment (CTAP 2.3 §6.7). The preview form differs in its command byte alone.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use keyrig_ctap::Command;
use keyrig_ctap::message::bio_enrollment::{
    FINGERPRINT, Parameters, Request, Response, SampleStatus, Subcommand, Template,
};
use keyrig_ctap::message::client_pin::Permissions;

use super::{Pending, Step, verification};
use crate::authenticator::Gesture;
use crate::context::{Context, success};
use crate::reason::Reason;
use crate::state::{Edit, Fingerprint};
use crate::user::{Answer, Ask};

/// A sensor that is touched, not swiped over.
const TOUCH_SENSOR: u64 = 1;

/// Bytes of a template's id.
const ID_LENGTH: usize = 2;

/// A template of which not every sample is there. Any command but the next sample ends it.
#[derive(Debug)]
pub(crate) struct Enrollment {
    id: Vec<u8>,
    remaining: u64,
}

/// Waiting for a finger on the sensor.
pub(crate) struct Awaiting {
    enrollment: Enrollment,
    begun: bool,
    preview: bool,
    timeout: Option<Duration>,
}

impl Awaiting {
    pub(super) const fn command(&self) -> Command {
        if self.preview { Command::BIO_ENROLLMENT_PREVIEW } else { Command::BIO_ENROLLMENT }
    }

    /// How long the platform lets the sensor wait, if it said so.
    pub(crate) const fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// What became of the sample: a finger that does not come is feedback, not an error.
    pub(super) fn resume(self, cx: &mut Context, answer: Answer) -> Result<Step, Reason> {
        let mut enrollment = self.enrollment;
        let sample = match answer {
            Answer::Gesture(Gesture::Touch | Gesture::LongTouch | Gesture::Verify) => SampleStatus::GOOD,
            Answer::Gesture(Gesture::FailVerification) => SampleStatus::POOR_QUALITY,
            Answer::Gesture(Gesture::Decline) => return Err(Reason::Declined),
            Answer::NobodyThere | Answer::TimedOut => SampleStatus::NO_USER_ACTIVITY,
        };
        enrollment.remaining -= u64::from(sample == SampleStatus::GOOD);
        let response = Response {
            template_id: self.begun.then(|| enrollment.id.clone()),
            last_sample: Some(sample),
            remaining_samples: Some(enrollment.remaining),
            ..Response::default()
        };
        if enrollment.remaining == 0 {
            cx.edit(Edit::PutFingerprint(Fingerprint { id: enrollment.id, name: None }));
        } else {
            cx.volatile.enrollment = Some(Box::new(enrollment));
        }
        done(&response)
    }
}

/// Runs a subcommand; what the sensor is like, anybody may ask.
pub(super) fn begin(
    cx: &mut Context,
    parameters: &[u8],
    begun: Option<Enrollment>,
    preview: bool,
) -> Result<Step, Reason> {
    let request = Request::decode(parameters)?;
    if request.get_modality == Some(true) {
        return done(&Response { modality: Some(FINGERPRINT), ..Response::default() });
    }
    match request.subcommand.ok_or(Reason::Missing)? {
        Subcommand::GET_FINGERPRINT_SENSOR_INFO => about_fingers(&request).and_then(|()| sensor_info(cx)),
        Subcommand::CANCEL_CURRENT_ENROLLMENT => about_fingers(&request).and_then(|()| done(&Response::default())),
        Subcommand::ENROLL_BEGIN => enroll(cx, &request, preview),
        Subcommand::ENROLL_CAPTURE_NEXT_SAMPLE => capture(cx, &request, begun, preview),
        Subcommand::ENUMERATE_ENROLLMENTS => enumerate(cx, &request),
        Subcommand::SET_FRIENDLY_NAME => rename(cx, &request),
        Subcommand::REMOVE_ENROLLMENT => remove(cx, &request),
        _ => Err(Reason::UnknownSubcommand),
    }
}

fn sensor_info(cx: &Context) -> Result<Step, Reason> {
    done(&Response {
        modality: Some(FINGERPRINT),
        fingerprint_kind: Some(TOUCH_SENSOR),
        max_samples: Some(samples(cx)),
        max_friendly_name: Some(cx.profile.fingerprint_sensor.name_length.into()),
        ..Response::default()
    })
}

/// Good samples that make a template.
fn samples(cx: &Context) -> u64 {
    cx.profile.fingerprint_sensor.samples.max(1).into()
}

/// enrollBegin.
fn enroll(cx: &mut Context, request: &Request, preview: bool) -> Result<Step, Reason> {
    let subject = subject(request)?;
    authorize(cx, request)?;
    if cx.state.fingerprints().len() >= cx.profile.fingerprint_sensor.templates as usize {
        return Err(Reason::FingerprintsFull);
    }
    let mut id = alloc::vec![0; ID_LENGTH];
    cx.entropy.fill(&mut id);
    while cx.state.fingerprints().iter().any(|finger| finger.id == id) {
        cx.entropy.fill(&mut id);
    }
    let remaining = samples(cx);
    sample(Enrollment { id, remaining }, &subject, true, preview)
}

/// enrollCaptureNextSample, of the template that was begun.
fn capture(cx: &mut Context, request: &Request, begun: Option<Enrollment>, preview: bool) -> Result<Step, Reason> {
    let subject = subject(request)?;
    let id = subject.template_id.as_ref().ok_or(Reason::Missing)?;
    authorize(cx, request)?;
    let enrollment = begun.filter(|begun| begun.id == *id).ok_or(Reason::NoFingerprint)?;
    sample(enrollment, &subject, false, preview)
}

fn sample(enrollment: Enrollment, subject: &Parameters, begun: bool, preview: bool) -> Result<Step, Reason> {
    let timeout = subject.timeout_milliseconds.map(Duration::from_millis);
    let awaiting = Awaiting { enrollment, begun, preview, timeout };
    Ok(Step::ask(Ask::Presence, Pending::BioEnrollment(awaiting)))
}

fn enumerate(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    subject(request)?;
    authorize(cx, request)?;
    // A name that nobody gave is empty: clients of real keys count on the member (python-fido2 2.2.1 fails without it).
    let name = |finger: &Fingerprint| finger.name.clone().unwrap_or_default();
    let template = |finger: &Fingerprint| Template { id: finger.id.clone(), friendly_name: Some(name(finger)) };
    let templates: Vec<_> = cx.state.fingerprints().iter().map(template).collect();
    if templates.is_empty() {
        return Err(Reason::NoFingerprint);
    }
    done(&Response { templates: Some(templates), ..Response::default() })
}

fn rename(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let subject = subject(request)?;
    let id = subject.template_id.ok_or(Reason::Missing)?;
    let name = subject.friendly_name.ok_or(Reason::Missing)?;
    about_fingers(request)?;
    protocol(cx, request)?;
    if name.len() > cx.profile.fingerprint_sensor.name_length as usize {
        return Err(Reason::FingerprintName);
    }
    authorize(cx, request)?;
    known(cx, &id)?;
    cx.edit(Edit::PutFingerprint(Fingerprint { id, name: Some(name) }));
    done(&Response::default())
}

fn remove(cx: &mut Context, request: &Request) -> Result<Step, Reason> {
    let id = subject(request)?.template_id.ok_or(Reason::Missing)?;
    authorize(cx, request)?;
    known(cx, &id)?;
    cx.edit(Edit::RemoveFingerprint(id));
    done(&Response::default())
}

/// Steps 1 and 2 of the subcommands that a token is needed for: a `pinUvAuthParam`, then what they are about.
fn subject(request: &Request) -> Result<Parameters, Reason> {
    if request.pin_uv_auth_param.is_none() {
        return Err(Reason::VerificationNeeded);
    }
    request.modality.ok_or(Reason::Missing)?;
    Ok(request.parameters.as_deref().map(Parameters::decode).transpose()?.unwrap_or_default())
}

/// The steps that come next, up to the permission of the token.
fn authorize(cx: &mut Context, request: &Request) -> Result<(), Reason> {
    about_fingers(request)?;
    let (param, number) = (request.pin_uv_auth_param.as_deref(), request.pin_uv_auth_protocol);
    verification::manager(cx, param, number, &request.authenticated(), Permissions::BE, Permissions::BE)?;
    Ok(())
}

fn protocol(cx: &Context, request: &Request) -> Result<(), Reason> {
    cx.protocol(request.pin_uv_auth_protocol.ok_or(Reason::ProtocolMissing)?).map(|_| ())
}

fn about_fingers(request: &Request) -> Result<(), Reason> {
    if request.modality.ok_or(Reason::Missing)? == FINGERPRINT { Ok(()) } else { Err(Reason::Parameter) }
}

fn known(cx: &Context, id: &[u8]) -> Result<(), Reason> {
    let known = cx.state.fingerprints().iter().any(|finger| finger.id == id);
    if known { Ok(()) } else { Err(Reason::NoFingerprint) }
}

fn done(response: &Response) -> Result<Step, Reason> {
    Ok(Step::Done(success(&response.encode())))
}
