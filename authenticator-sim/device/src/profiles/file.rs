use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use keyrig_ctap::Aaguid;
use keyrig_ctap::cose::Algorithm;
use keyrig_ctap::message::get_info::Info;
use keyrig_ctap::profile::{
    Attachment, Attestation, AttestationFormat, Backup, CredentialIdLengths, FingerprintSensor, Profile, SignCount,
    UserVerification,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};
use serde_saphyr::{Location, Spanned};

use super::error::ProfileError;
use super::{Bases, nearest_id};

/// One product generation.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyrig profile", extend("anyOf" = [{ "required": ["extends"] }, { "required": NEEDED }]))]
pub(super) struct ProfileFile {
    /// The id of an embedded profile: what this file does not say is taken from there. Members of `get_info`, options
    /// and sources are taken one by one, everything else as a whole.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    extends: Option<Spanned<String>>,
    /// The file's name without its ending, which is also what it is if this is left out.
    #[serde(default)]
    id: Option<String>,
    /// The name on the box.
    #[serde(default)]
    name: Option<String>,
    /// Who makes it.
    #[serde(default)]
    maker: Option<String>,
    /// The AAGUID in the authenticator data.
    #[serde(default)]
    #[schemars(with = "Option<String>", regex(pattern = r"^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$"))]
    aaguid: Option<Aaguid>,
    /// The firmware generation, for people.
    #[serde(default)]
    firmware: Option<String>,
    /// Where it sits.
    #[serde(default)]
    attachment: Option<Attachment>,
    /// What the client is told; getInfo may say less.
    #[serde(default)]
    transports: Option<Vec<String>>,
    /// How it verifies its user.
    #[serde(default)]
    user_verification: Option<UserVerification>,
    /// BE and BS of a new credential; neither if left out.
    #[serde(default)]
    backup: Option<Backup>,
    /// How it attests when it is asked to.
    #[serde(default)]
    #[schemars(with = "Option<Attestation>")]
    attestation: Option<Spanned<Attestation>>,
    /// What the signature counter counts.
    #[serde(default)]
    sign_count: Option<SignCount>,
    /// Algorithms it makes keys for, the preferred one first; getInfo may not tell them.
    #[serde(default)]
    algorithms: Option<Vec<AlgorithmName>>,
    /// Discoverable credentials it has room for.
    #[serde(default)]
    discoverable_credentials: Option<u32>,
    /// Lengths of credential ids in bytes.
    #[serde(default)]
    credential_id: Option<CredentialIdLengths>,
    /// Whether U2F signs with server-side credentials that CTAP2 made; it does not if left out.
    #[serde(default)]
    u2f_uses_ctap2_credentials: Option<bool>,
    /// Relying parties that may know `minPINLength` from the factory on.
    #[serde(default)]
    min_pin_length_rp_ids: Option<Vec<String>>,
    /// What its fingerprint sensor can do; as in a YubiKey Bio if left out.
    #[serde(default)]
    fingerprint_sensor: Option<FingerprintSensor>,
    /// What getInfo says.
    #[serde(default)]
    get_info: GetInfoFile,
    /// Observed deviations, by name.
    #[serde(default)]
    quirks: Option<Vec<String>>,
    /// Where each claim comes from, by the member it is about.
    #[serde(default)]
    sources: BTreeMap<String, String>,
}

impl ProfileFile {
    /// The profile: this file over the one of `bases` that it extends. `name` and `text` are the file's, for messages.
    pub(super) fn complete(self, bases: Bases, name: &str, text: &str) -> Result<Profile, ProfileError> {
        let error = |location, problem: String, help| ProfileError::at(name, text, location, problem, help);
        let base = match &self.extends {
            None => None,
            Some(id) => Some(bases(&id.value).ok_or_else(|| {
                let problem = format!("there is no profile `{}` to extend", id.value);
                let help = match nearest_id(&id.value) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "it is the id of an embedded profile; `keyrig profile list` names them all".to_owned(),
                };
                error(id.referenced, problem, Some(help))
            })?),
        };
        if let Some(attestation) = &self.attestation
            && attestation.value.needs_chain()
            && attestation.value.chain.is_none()
        {
            let help = "write `chain:` with root, common_name, organization and country, or `format: packed-self`";
            let problem = format!("attestation `{}` has no `chain`", attestation.value.format.id());
            return Err(error(attestation.referenced, problem, Some(help.to_owned())));
        }
        let missing = if base.is_none() { self.missing() } else { Vec::new() };
        if !missing.is_empty() {
            let problem = format!("{} missing: {}", keys_are(missing.len()), missing.join(", "));
            let help = "write them, or begin with `extends: <id of a profile>`".to_owned();
            return Err(error(Location::UNKNOWN, problem, Some(help)));
        }
        Ok(self.over(base, name))
    }

    /// The keys of [`NEEDED`] that are not here.
    fn missing(&self) -> Vec<&'static str> {
        let there = [
            self.name.is_some(),
            self.maker.is_some(),
            self.aaguid.is_some(),
            self.attachment.is_some(),
            self.transports.is_some(),
            self.user_verification.is_some(),
            self.attestation.is_some(),
            self.sign_count.is_some(),
            self.algorithms.is_some(),
            self.discoverable_credentials.is_some(),
            self.credential_id.is_some(),
            self.get_info.versions.is_some(),
        ];
        NEEDED.iter().zip(there).filter(|(_, there)| !there).map(|(key, _)| *key).collect()
    }

    fn over(self, base: Option<&Profile>, name: &str) -> Profile {
        let stem = Path::new(name).file_stem().map_or_else(|| name.to_owned(), |stem| stem.display().to_string());
        let mut profile = base.cloned().unwrap_or_else(blank);
        profile.id = self.id.unwrap_or(stem);
        replace(&mut profile.name, self.name);
        replace(&mut profile.maker, self.maker);
        replace(&mut profile.aaguid, self.aaguid);
        replace(&mut profile.firmware, self.firmware.map(Some));
        replace(&mut profile.attachment, self.attachment);
        replace(&mut profile.transports, self.transports);
        replace(&mut profile.user_verification, self.user_verification);
        replace(&mut profile.backup, self.backup);
        replace(&mut profile.attestation, self.attestation.map(|spanned| spanned.value));
        replace(&mut profile.sign_count, self.sign_count);
        replace(&mut profile.algorithms, self.algorithms.map(plain));
        replace(&mut profile.discoverable_credentials, self.discoverable_credentials);
        replace(&mut profile.credential_id, self.credential_id);
        replace(&mut profile.u2f_uses_ctap2_credentials, self.u2f_uses_ctap2_credentials);
        replace(&mut profile.min_pin_length_rp_ids, self.min_pin_length_rp_ids);
        replace(&mut profile.fingerprint_sensor, self.fingerprint_sensor);
        replace(&mut profile.quirks, self.quirks);
        profile.sources.extend(self.sources);
        self.get_info.over(&mut profile.get_info);
        profile.get_info.aaguid = profile.aaguid;
        profile
    }
}

/// The keys without which a file that extends nothing is not a profile.
const NEEDED: [&str; 12] = [
    "name",
    "maker",
    "aaguid",
    "attachment",
    "transports",
    "user_verification",
    "attestation",
    "sign_count",
    "algorithms",
    "discoverable_credentials",
    "credential_id",
    "get_info",
];

/// What a file without `extends` lies over; `missing` sees to it that nothing of it but the defaults remains.
fn blank() -> Profile {
    Profile {
        id: String::new(),
        name: String::new(),
        maker: String::new(),
        aaguid: Aaguid::ZERO,
        firmware: None,
        attachment: Attachment::CrossPlatform,
        transports: Vec::new(),
        user_verification: UserVerification::None,
        backup: Backup::default(),
        attestation: Attestation::new(AttestationFormat::None, None),
        sign_count: SignCount::Zero,
        algorithms: Vec::new(),
        discoverable_credentials: 0,
        credential_id: CredentialIdLengths { server_side: 0, discoverable: 0 },
        get_info: Info::default(),
        u2f_uses_ctap2_credentials: false,
        min_pin_length_rp_ids: Vec::new(),
        fingerprint_sensor: FingerprintSensor::default(),
        quirks: Vec::new(),
        sources: BTreeMap::new(),
    }
}

fn replace<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}

const fn keys_are(count: usize) -> &'static str {
    if count == 1 { "a key is" } else { "keys are" }
}

macro_rules! get_info_file {
    ($($(#[$doc:meta])* $member:ident: $type:ty,)*) => {
        /// What getInfo says (CTAP 2.3 §6.4). Its AAGUID is the profile's.
        #[derive(Default, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        #[schemars(rename = "GetInfo")]
        struct GetInfoFile {
            /// 0x04: what is left out has the default of the specification.
            options: BTreeMap<String, bool>,
            /// 0x0A: in order of preference.
            algorithms: Option<Vec<AlgorithmName>>,
            /// 0x13.
            certifications: BTreeMap<String, u64>,
            $($(#[$doc])* $member: Option<$type>,)*
        }

        impl GetInfoFile {
            fn over(self, info: &mut Info) {
                info.options.extend(self.options);
                info.certifications.extend(self.certifications);
                replace(&mut info.algorithms, self.algorithms.map(plain));
                $(replace(&mut info.$member, self.$member.map(Into::into));)*
            }
        }
    };
}

get_info_file! {
    /// 0x01.
    versions: Vec<String>,
    /// 0x02.
    extensions: Vec<String>,
    /// 0x05: bytes; 1024 if left out.
    max_msg_size: u64,
    /// 0x06: in order of preference.
    pin_uv_auth_protocols: Vec<u64>,
    /// 0x07.
    max_credential_count_in_list: u64,
    /// 0x08: bytes.
    max_credential_id_length: u64,
    /// 0x09.
    transports: Vec<String>,
    /// 0x0B: bytes.
    max_serialized_large_blob_array: u64,
    /// 0x0C.
    force_pin_change: bool,
    /// 0x0D: code points; 4 if left out.
    min_pin_length: u64,
    /// 0x0E.
    firmware_version: u64,
    /// 0x0F: bytes.
    max_cred_blob_length: u64,
    /// 0x10.
    max_rp_ids_for_set_min_pin_length: u64,
    /// 0x11.
    preferred_platform_uv_attempts: u64,
    /// 0x12: bits of the FIDO registry of user verification methods.
    uv_modality: u64,
    /// 0x14.
    remaining_discoverable_credentials: u64,
    /// 0x15.
    vendor_prototype_config_commands: Vec<u64>,
    /// 0x16.
    attestation_formats: Vec<String>,
    /// 0x17.
    uv_count_since_last_pin_entry: u64,
    /// 0x18.
    long_touch_for_reset: bool,
    /// 0x1A.
    transports_for_reset: Vec<String>,
    /// 0x1B.
    pin_complexity_policy: bool,
    /// 0x1C: the URL.
    pin_complexity_policy_url: String,
    /// 0x1D: bytes; 63 if left out.
    max_pin_length: u64,
    /// 0x1F: subcommands of authenticatorConfig.
    authenticator_config_commands: Vec<u64>,
}

/// An algorithm by its registered name, or by its number where it has none here.
struct AlgorithmName(Algorithm);

/// The names of those that have one.
const NAMES: [&str; Algorithm::NAMED.len()] = {
    let mut names = [""; Algorithm::NAMED.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Algorithm::NAMED[at].name().expect("what is listed as named has a name");
        at += 1;
    }
    names
};

fn plain(names: Vec<AlgorithmName>) -> Vec<Algorithm> {
    names.into_iter().map(|AlgorithmName(algorithm)| algorithm).collect()
}

impl<'de> Deserialize<'de> for AlgorithmName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AlgorithmVisitor).map(Self)
    }
}

struct AlgorithmVisitor;

impl de::Visitor<'_> for AlgorithmVisitor {
    type Value = Algorithm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an algorithm, such as ES256 or -7")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Algorithm, E> {
        Ok(Algorithm(number))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Algorithm, E> {
        i64::try_from(number).map(Algorithm).map_err(|_| E::invalid_value(de::Unexpected::Unsigned(number), &self))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Algorithm, E> {
        name.parse().map_err(|_| E::unknown_variant(name, &NAMES))
    }
}

impl JsonSchema for AlgorithmName {
    fn schema_name() -> Cow<'static, str> {
        "Algorithm".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A COSE algorithm: its registered name, or its number.",
            "anyOf": [{ "enum": NAMES }, { "type": "integer" }],
        })
    }
}
