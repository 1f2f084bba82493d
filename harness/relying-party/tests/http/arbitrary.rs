//! Whatever JSON comes to whatever endpoint, the answer is a refusal in our own shape, and the server lives on.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::world::World;

/// Names that endpoints look for, so that the lottery reaches further than the first missing member.
const NAMES: &[&str] = &[
    "username",
    "displayName",
    "id",
    "rawId",
    "type",
    "response",
    "clientDataJSON",
    "attestationObject",
    "code",
    "authenticatorData",
    "signature",
    "userHandle",
    "transports",
    "method",
    "token",
    "credential",
    "extensions",
    "seconds",
    "approver",
    "purpose",
    "url",
    "schemas",
    "Operations",
    "op",
    "path",
    "value",
    "groups",
    "tier",
];

fn anything() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just("public-key".to_owned()),
        Just("replace".to_owned()),
        Just("active".to_owned()),
        Just("urn:ietf:params:scim:api:messages:2.0:PatchOp".to_owned()),
        "[A-Za-z0-9_-]{0,8}",
        ".{0,8}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..8).prop_map(|members| members
                .into_iter()
                .map(|(k, v)| (k.to_owned(), v))
                .collect::<Map<_, _>>()
                .into()),
        ]
    })
}

#[test]
fn nothing_makes_the_server_fail() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let world = runtime.block_on(World::with("hardened"));
    let description = keyrig_relying_party::openapi::document();
    let mut endpoints = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation.get("requestBody").is_some() {
                endpoints.push((method.to_uppercase().parse::<Method>().unwrap(), path.replace(['{', '}'], "")));
            }
        }
    }
    assert!(endpoints.len() >= 15);
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 400, failure_persistence: None, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(&(prop::sample::select(endpoints), anything()), |((method, path), body)| {
            let answer = runtime.block_on(world.admin(method, &path, Some(body)));
            let refused = (400..500).contains(&answer.status) && answer.body["status"] == "failed";
            // Some of what is drawn is a request that makes sense.
            let granted = matches!(answer.status, 200 | 204);
            prop_assert!(refused || granted, "{path}: {} {}", answer.status, answer.body);
            Ok(())
        })
        .unwrap();
    runtime.block_on(async {
        world.browser().get("/health").await.ok();
    });
}
