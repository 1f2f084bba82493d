use keyrig_ctap::cose::Algorithm;

use super::*;

fn groups(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[track_caller]
fn mistake(text: &str) -> (Option<u64>, Option<u64>, String, Option<String>) {
    let error = Policy::read("policy.yaml", text).unwrap_err();
    (error.line(), error.column(), error.to_string(), error.advice().map(str::to_owned))
}

#[test]
fn the_builtin_policies_read() {
    for name in Policy::builtin_names() {
        assert_eq!(Policy::builtin(name).unwrap().name(), name);
    }
    assert!(Policy::builtin("nope").is_none());
}

#[test]
fn a_file_in_the_shape_of_guide_a_is_read_as_it_stands() {
    let policy = Policy::read(
        "a.yaml",
        r#"
passkey_policy:
  everybody:
    allowed_credential_types:
      - synced_passkey      # a comment
      - platform_authenticator
      - security_key
    minimum_credentials: 2
    attestation_required: false
    sync_allowed: true
  few:
    allowed_credential_types:
      - security_key
    minimum_credentials: 3
    attestation_required: true
    sync_allowed: false
    approved_authenticators:
      - "Feitian ePass FIDO2"
"#,
    )
    .unwrap();
    let everybody = policy.rules(&groups(&["everybody"]));
    assert_eq!((everybody.tier, everybody.sync_allowed, everybody.allowed), (2, true, None));
    let few = policy.rules(&groups(&["everybody", "few"]));
    assert_eq!((few.minimum_credentials, few.sync_allowed, few.attestation_required), (3, false, true));
    assert_eq!(few.conveyance, Some(Conveyance::Direct));
    assert_eq!(few.credential_types.unwrap().into_iter().collect::<Vec<_>>(), [CredentialType::SecurityKey]);
    assert!(few.allowed.unwrap().contains(&Aaguid::from_literal("833b721a-ff5f-4d00-bb2e-bdda3ec01e29")));
}

#[test]
fn a_file_in_the_shape_of_guide_b_is_read_as_it_stands() {
    let policy = Policy::read(
        "b.yaml",
        r#"
fido2_policies:
  - target: "tier-0-root"
    enforce_attestation: true
    aaguid_allowlist:
      - 2fc0579f-8113-47ea-b116-bb5a8db9202a  # a comment
    aaguid_blocklist:
      - adce0002-35bc-c60a-648b-0b25f1f05503
  - target: "tier-2-staff"
    enforce_attestation: false
    require_user_verification: true
authentication_methods:
  - target: tier-0-root
    allowed_transports: [usb, nfc]
    require_ble_proximity: false
recovery_workflow:
  on_event: passkey_reset_requested
  steps:
    - require_at_least_one:
        - assertion_from_factor: hardware_security_key
        - approval_quorum:
            count: 2
            from_groups: [user.manager, security_team]
            method: webauthn_step_up
        - video_id_proof:
            provider: persona
            require_employee_badge_match: true
    - on_complete:
        register_new_passkey: true
        set_attribute: passkey_recovery_cooldown_until=now+24h
    - audit:
        log: passkey_reset
        retain_days: 365
"#,
    )
    .unwrap();
    let root = policy.rules(&groups(&["tier-2-staff", "tier-0-root"]));
    assert_eq!((root.tier, root.blocked.len(), root.transports), (0, 1, Some(groups(&["usb", "nfc"]))));
    assert_eq!(root.user_verification, Some(Requirement::Required));
    let recovery = policy.recovery();
    assert_eq!((recovery.proofs.len(), recovery.cooldown), (3, Some(Span::hours(24))));
    assert_eq!((recovery.audit_name, recovery.retain_days), (Some("passkey_reset"), Some(365)));
    assert_eq!(policy.user_verification_of_strangers(), None);
}

#[test]
fn the_strictest_rule_of_all_groups_holds() {
    let policy = Policy::read(
        "two.yaml",
        "
fido2_policies:
  - {target: a, enforce_attestation: false, aaguid_allowlist: [2fc0579f-8113-47ea-b116-bb5a8db9202a, \
         833b721a-ff5f-4d00-bb2e-bdda3ec01e29]}
  - {target: b, enforce_attestation: true, aaguid_allowlist: [833b721a-ff5f-4d00-bb2e-bdda3ec01e29]}
registration_options:
  - {target: a, user_verification: required, attestation: enterprise, algorithms: [-8]}
  - {target: b, user_verification: discouraged, attestation: none}
",
    )
    .unwrap();
    for order in [["a", "b"], ["b", "a"]] {
        let rules = policy.rules(&groups(&order));
        assert_eq!(rules.allowed.unwrap().len(), 1);
        assert_eq!(rules.user_verification, Some(Requirement::Required));
        assert_eq!(rules.conveyance, Some(Conveyance::Enterprise));
        assert_eq!(rules.algorithms, [Algorithm::EDDSA]);
    }
}

#[test]
fn tiers_are_those_listed_or_those_in_the_names() {
    let listed = Policy::read("l", "tiers:\n  - {tier: 1, groups: [ops]}\n").unwrap();
    assert_eq!(listed.rules(&groups(&["ops"])).tier, 1);
    assert_eq!(listed.rules(&groups(&["tier-0-admins"])).tier, 2);
    let named = Policy::builtin("guide-b-literal").unwrap();
    assert_eq!(named.rules(&groups(&["tier-2-workforce", "tier-0"])).tier, 0);
    assert_eq!(named.rules(&groups(&["tier-x", "ops"])).tier, 2);
}

#[test]
fn each_mistake_names_its_place_and_the_nearest_right_name() {
    let cases = [
        ("rotatoin:\n  push_after: 1h\n", (1, 1), "rotatoin", Some("did you mean `rotation`?")),
        ("rotation: {push_after: 1h\n", (1, 11), "unclosed bracket", None),
        ("rotation:\n  push_after: soon\n", (2, 15), "a span of time", None),
        ("rotation:\n  push_after: 1h\n  push_after: 2h\n", (3, 3), "twice", None),
        ("transport_semantics: subst\n", (1, 22), "subst", Some("did you mean `subset`?")),
        ("enforce_at_authentication: [1]\n", (1, 28), "", None),
        ("fido2_policies:\n  - enforce_attestation: true\n", (2, 5), "`target`", None),
        (
            "fido2_policies:\n  - target: a\n    enforce_attestation: true\n    aaguid_allowlist: [12]\n",
            (4, 24),
            "32 hexadecimal digits",
            None,
        ),
        (
            "recovery_workflow:\n  on_event: passkey_reset_requested\n  steps:\n    - on_complete:\n        \
             register_new_passkey: true\n        set_attribute: x=1\n",
            (6, 24),
            "passkey_recovery_cooldown_until",
            None,
        ),
        (
            "recovery_workflow:\n  on_event: passkey_reset_requested\n  steps:\n    - on_complete:\n        \
             register_new_passkey: false\n",
            (5, 31),
            "no new credential",
            None,
        ),
        (
            "recovery_workflow:\n  on_event: passkey_reset_requested\n  steps:\n    - require_at_least_one:\n        \
             - approval_quorum: {count: 0, from_groups: [], method: admin_record}\n",
            (5, 29),
            "read integer `0`: expected a nonzero u32",
            None,
        ),
    ];
    for (text, (line, column), words, advice) in cases {
        let (at_line, at_column, message, help) = mistake(text);
        assert!(!message.contains(" at line "), "{message}");
        assert_eq!((at_line, at_column), (Some(line), Some(column)), "{message}");
        assert!(message.contains(words), "{message}");
        assert_eq!(help.as_deref(), advice, "{message}");
    }
}

#[test]
fn a_model_that_nobody_knows_is_a_mistake() {
    let text = "\
passkey_policy:
  few:
    allowed_credential_types: [security_key]
    attestation_required: true
    sync_allowed: false
    approved_authenticators: [Own Key 2]
authenticator_models:
  Own Key: [2fc0579f-8113-47ea-b116-bb5a8db9202a]
";
    let (line, _, message, help) = mistake(text);
    assert_eq!((line, help.as_deref()), (Some(6), Some("did you mean `Own Key`?")), "{message}");
    assert!(Policy::read("ok", &text.replace("Own Key 2", "Own Key")).is_ok());
}

#[test]
fn a_mistake_is_shown_with_its_line() {
    let error = Policy::read("p.yaml", "enrolment:\n  additional_credential: anybody\n").unwrap_err();
    let shown = format!("{:?}", miette::Report::new(*error));
    for part in ["p.yaml:2:3", "additional_credential: anybody", "did you mean `additional_credentials`?"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn a_policy_written_out_is_read_back() {
    for name in Policy::builtin_names() {
        let text = serde_json::to_string(Policy::builtin(name).unwrap().document()).unwrap();
        let again = Policy::read(name, &text).unwrap();
        assert_eq!(serde_json::to_string(again.document()).unwrap(), text);
    }
}

#[test]
fn the_builtin_files_are_as_their_schemas_say() {
    let files = Policy::builtin_names().map(|name| (Policy::builtin_text(name).unwrap(), Policy::schema()));
    let users = (include_str!("../../policies/users.yaml"), crate::Users::schema());
    for (text, schema) in files.chain([users]) {
        let schema = jsonschema::validator_for(schema.as_value()).unwrap();
        let file: serde_json::Value = serde_saphyr::from_str(text).unwrap();
        let mistakes: Vec<String> = schema.iter_errors(&file).map(|mistake| mistake.to_string()).collect();
        assert_eq!(mistakes, [""; 0]);
        assert!(!schema.is_valid(&serde_json::json!({"rotatoin": {}})));
    }
}

#[test]
fn algorithms_are_those_that_every_group_offers() {
    let policy = Policy::read(
        "two.yaml",
        "
registration_options:
  - {target: a, algorithms: [-7, -8, -257]}
  - {target: b, algorithms: [-257, -7]}
",
    )
    .unwrap();
    assert_eq!(policy.rules(&groups(&["a", "b"])).algorithms, [Algorithm::ES256, Algorithm::RS256]);
    assert_eq!(policy.rules(&groups(&["b", "a"])).algorithms, [Algorithm::RS256, Algorithm::ES256]);
    assert_eq!(policy.rules(&groups(&["b"])).algorithms, [Algorithm::RS256, Algorithm::ES256]);
}

#[test]
fn a_list_of_algorithms_names_some() {
    let (line, _, message, _) = mistake("registration_options:\n  - target: a\n    algorithms: []\n");
    assert_eq!(line, Some(3), "{message}");
    assert!(message.contains("at least one algorithm"), "{message}");
}

#[test]
fn each_step_of_a_recovery_stands_once() {
    let text = "\
recovery_workflow:
  on_event: passkey_reset_requested
  steps:
    - require_at_least_one:
        - assertion_from_factor: hardware_security_key
    - require_at_least_one:
        - one_time_code: email
";
    let (line, _, message, _) = mistake(text);
    assert_eq!(line, Some(4), "{message}");
    assert!(message.contains("`require_at_least_one` stands twice"), "{message}");
}

#[test]
fn an_empty_file_is_no_policy() {
    for text in ["", "\n", "# nothing yet\n", "---\n"] {
        let (line, _, message, _) = mistake(text);
        assert_eq!(line, Some(1), "{text:?}");
        assert!(message.contains("the file is empty"), "{message}");
    }
    assert!(Policy::read("ok", "{}").is_ok());
}
