//! authenticatorBioEnrollment (CTAP 2.3 §6.7), and its preview form, which differs in the command byte alone.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::cbor::{
    DecodeError, Fields, Members, Node, expect_array, expect_bool, expect_bytes, expect_text, parse_canonical,
};
use crate::open::open_enum;

/// The one modality: fingerprints.
pub const FINGERPRINT: u64 = 1;

open_enum! {
    /// What a request asks of authenticatorBioEnrollment.
    Subcommand(u64, "{:#04x}") {
        /// A new template, with its first sample.
        ENROLL_BEGIN = 1 => "enrollBegin",
        /// The next sample.
        ENROLL_CAPTURE_NEXT_SAMPLE = 2 => "enrollCaptureNextSample",
        /// No further samples.
        CANCEL_CURRENT_ENROLLMENT = 3 => "cancelCurrentEnrollment",
        /// The templates.
        ENUMERATE_ENROLLMENTS = 4 => "enumerateEnrollments",
        /// Another name for a template.
        SET_FRIENDLY_NAME = 5 => "setFriendlyName",
        /// Forget a template.
        REMOVE_ENROLLMENT = 6 => "removeEnrollment",
        /// What the sensor is like.
        GET_FINGERPRINT_SENSOR_INFO = 7 => "getFingerprintSensorInfo",
    }
}

open_enum! {
    /// What became of a sample.
    SampleStatus(u64, "{:#04x}") {
        /// It counts.
        GOOD = 0x00 => "CTAP2_ENROLL_FEEDBACK_FP_GOOD",
        /// The finger was too high.
        TOO_HIGH = 0x01 => "CTAP2_ENROLL_FEEDBACK_FP_TOO_HIGH",
        /// The finger was too low.
        TOO_LOW = 0x02 => "CTAP2_ENROLL_FEEDBACK_FP_TOO_LOW",
        /// The finger was too far left.
        TOO_LEFT = 0x03 => "CTAP2_ENROLL_FEEDBACK_FP_TOO_LEFT",
        /// The finger was too far right.
        TOO_RIGHT = 0x04 => "CTAP2_ENROLL_FEEDBACK_FP_TOO_RIGHT",
        /// The finger was too fast.
        TOO_FAST = 0x05 => "CTAP2_ENROLL_FEEDBACK_FP_TOO_FAST",
        /// The finger was too slow.
        TOO_SLOW = 0x06 => "CTAP2_ENROLL_FEEDBACK_FP_TOO_SLOW",
        /// The picture is poor.
        POOR_QUALITY = 0x07 => "CTAP2_ENROLL_FEEDBACK_FP_POOR_QUALITY",
        /// The finger was skewed.
        TOO_SKEWED = 0x08 => "CTAP2_ENROLL_FEEDBACK_FP_TOO_SKEWED",
        /// The touch was too short.
        TOO_SHORT = 0x09 => "CTAP2_ENROLL_FEEDBACK_FP_TOO_SHORT",
        /// The samples do not fit together.
        MERGE_FAILURE = 0x0a => "CTAP2_ENROLL_FEEDBACK_FP_MERGE_FAILURE",
        /// The finger is enrolled already.
        EXISTS = 0x0b => "CTAP2_ENROLL_FEEDBACK_FP_EXISTS",
        /// Nobody touched the sensor.
        NO_USER_ACTIVITY = 0x0d => "CTAP2_ENROLL_FEEDBACK_NO_USER_ACTIVITY",
        /// The finger stayed on the sensor.
        NO_USER_PRESENCE_TRANSITION = 0x0e => "CTAP2_ENROLL_FEEDBACK_NO_USER_PRESENCE_TRANSITION",
    }
}

/// What the platform asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// `modality`.
    pub modality: Option<u64>,
    /// What is asked.
    pub subcommand: Option<Subcommand>,
    /// `subCommandParams`: the CBOR map they are, for [`Parameters::decode`].
    pub parameters: Option<Vec<u8>>,
    /// `pinUvAuthProtocol`.
    pub pin_uv_auth_protocol: Option<u64>,
    /// `pinUvAuthParam`, over [`Request::authenticated`].
    pub pin_uv_auth_param: Option<Vec<u8>>,
    /// `getModality`.
    pub get_modality: Option<bool>,
}

/// What a subcommand is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters {
    /// `templateId`.
    pub template_id: Option<Vec<u8>>,
    /// `templateFriendlyName`.
    pub friendly_name: Option<String>,
    /// `timeoutMilliseconds`.
    pub timeout_milliseconds: Option<u64>,
}

/// One template, as it is enumerated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// `templateId`.
    pub id: Vec<u8>,
    /// `templateFriendlyName`.
    pub friendly_name: Option<String>,
}

/// What the authenticator answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// `modality`.
    pub modality: Option<u64>,
    /// `fingerprintKind`: 1 for touch, 2 for swipe.
    pub fingerprint_kind: Option<u64>,
    /// `maxCaptureSamplesRequiredForEnroll`.
    pub max_samples: Option<u64>,
    /// `templateId`.
    pub template_id: Option<Vec<u8>>,
    /// `lastEnrollSampleStatus`.
    pub last_sample: Option<SampleStatus>,
    /// `remainingSamples`.
    pub remaining_samples: Option<u64>,
    /// `templateInfos`.
    pub templates: Option<Vec<Template>>,
    /// `maxTemplateFriendlyName`, in bytes.
    pub max_friendly_name: Option<u64>,
}

impl Request {
    /// A fingerprint request that needs no more than its subcommand.
    pub fn new(subcommand: Subcommand) -> Self {
        Self { modality: Some(FINGERPRINT), subcommand: Some(subcommand), ..Self::default() }
    }

    /// What `pinUvAuthParam` covers: modality, subcommand and parameters as they travel.
    pub fn authenticated(&self) -> Vec<u8> {
        // Modalities and subcommands above 255 exist nowhere and are refused before anything is verified.
        let head =
            [self.modality.unwrap_or_default() as u8, self.subcommand.map_or(0, |subcommand| subcommand.0) as u8];
        [&head, self.parameters.as_deref().unwrap_or_default()].concat()
    }

    /// Reads the parameter map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`]; its status is the one to answer with.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "")?;
        Ok(Self {
            modality: fields.optional_uint(1, "modality")?,
            subcommand: fields.optional_uint(2, "subCommand")?.map(Subcommand),
            parameters: fields.optional_map(3, "subCommandParams", bytes)?,
            pin_uv_auth_protocol: fields.optional_uint(4, "pinUvAuthProtocol")?,
            pin_uv_auth_param: fields.optional_bytes(5, "pinUvAuthParam")?,
            get_modality: fields.uint(6).map(|node| expect_bool(node, "getModality")).transpose()?,
        })
    }

    /// The parameter map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.uint(1, self.modality);
        map.uint(2, self.subcommand.map(|subcommand| subcommand.0));
        map.raw(3, self.parameters.as_deref());
        map.uint(4, self.pin_uv_auth_protocol);
        map.bytes(5, self.pin_uv_auth_param.as_deref());
        map.bool(6, self.get_modality);
        map.into_bytes()
    }
}

impl Parameters {
    /// Reads `subCommandParams`.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "subCommandParams")?;
        Ok(Self {
            template_id: fields.optional_bytes(1, "templateId")?,
            friendly_name: friendly_name(&fields)?,
            timeout_milliseconds: fields.optional_uint(3, "timeoutMilliseconds")?,
        })
    }

    /// The map in canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.bytes(1, self.template_id.as_deref());
        map.text(2, self.friendly_name.as_deref());
        map.uint(3, self.timeout_milliseconds);
        map.into_bytes()
    }
}

impl Response {
    /// Reads the response map.
    ///
    /// # Errors
    ///
    /// [`DecodeError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let root = parse_canonical(bytes)?;
        let fields = Fields::of(&root, "")?;
        let templates = fields.uint(7).map(|node| {
            expect_array(node, "templateInfos")?.iter().map(template).collect::<Result<Vec<_>, DecodeError>>()
        });
        Ok(Self {
            modality: fields.optional_uint(1, "modality")?,
            fingerprint_kind: fields.optional_uint(2, "fingerprintKind")?,
            max_samples: fields.optional_uint(3, "maxCaptureSamplesRequiredForEnroll")?,
            template_id: fields.optional_bytes(4, "templateId")?,
            last_sample: fields.optional_uint(5, "lastEnrollSampleStatus")?.map(SampleStatus),
            remaining_samples: fields.optional_uint(6, "remainingSamples")?,
            templates: templates.transpose()?,
            max_friendly_name: fields.optional_uint(8, "maxTemplateFriendlyName")?,
        })
    }

    /// The response map in canonical form; nothing at all where there is nothing to tell.
    pub fn encode(&self) -> Vec<u8> {
        let mut map = Members::default();
        map.uint(1, self.modality);
        map.uint(2, self.fingerprint_kind);
        map.uint(3, self.max_samples);
        map.bytes(4, self.template_id.as_deref());
        map.uint(5, self.last_sample.map(|status| status.0));
        map.uint(6, self.remaining_samples);
        if let Some(templates) = &self.templates {
            let out = map.member(7).array(templates.len());
            for template in templates {
                let mut entry = Members::default();
                entry.bytes(1, Some(&template.id));
                entry.text(2, template.friendly_name.as_deref());
                out.raw(&entry.into_bytes());
            }
        }
        map.uint(8, self.max_friendly_name);
        map.into_bytes_unless_empty()
    }
}

fn template(node: &Node<'_>) -> Result<Template, DecodeError> {
    let fields = Fields::of(node, "templateInfos")?;
    let id = expect_bytes(fields.require(1, "templateId")?, "templateId")?.to_vec();
    Ok(Template { id, friendly_name: friendly_name(&fields)? })
}

fn friendly_name(fields: &Fields<'_, '_>) -> Result<Option<String>, DecodeError> {
    let name = "templateFriendlyName";
    fields.uint(2).map(|node| expect_text(node, name).map(str::to_string)).transpose()
}
