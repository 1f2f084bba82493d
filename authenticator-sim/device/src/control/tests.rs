use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::plugged::Deed;

fn judges() -> impl Iterator<Item = (&'static str, Judge)> {
    routes().into_iter().filter_map(|route| Some((route.path, route.judge?)))
}

fn is_whole(problem: &Problem) -> bool {
    let words = [&problem.place, &problem.title, &problem.help];
    (400..500).contains(&problem.status) && words.iter().all(|word| !word.is_empty())
}

/// JSON that is near to what some route takes.
fn near() -> impl Strategy<Value = Value> {
    let members =
        ["gesture", "wait_ms", "gestures", "eligible", "state", "fault", "times", "keep", "profile", "snapshot"];
    let words = ["touch", "always", "drop", "everything", "updatable-key-1", "00ff", "touch@5s", "to-key"];
    let value = prop_oneof![
        proptest::sample::select(words.to_vec()).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!({"deep": [[[]]]})),
    ];
    proptest::collection::vec((proptest::sample::select(members.to_vec()), value), 0..4)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

proptest! {
    #[test]
    fn any_bytes_are_a_body_or_a_problem(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for (path, judge) in judges() {
            prop_assert!(judge(&bytes).err().is_none_or(|problem| is_whole(&problem)), "{path}");
        }
    }

    #[test]
    fn what_is_near_to_a_body_is_one_or_a_problem(body in near()) {
        for (path, judge) in judges() {
            let bytes = body.to_string();
            prop_assert!(judge(bytes.as_bytes()).err().is_none_or(|problem| is_whole(&problem)), "{path} {bytes}");
        }
    }

    #[test]
    fn any_text_is_a_gesture_script_or_none(text in "[a-z,@0-9ms -]{0,40}") {
        let body = json!({"gestures": text}).to_string();
        let as_hand = text.parse::<crate::plugged::Hand>().is_ok();
        prop_assert_eq!(read::<Gestures>(body.as_bytes()).is_ok(), as_hand);
    }
}

#[test]
fn a_body_says_what_it_says() {
    let body: Gesture = read(br#"{"gesture": "long-touch", "wait_ms": 5}"#).unwrap();
    assert_eq!((body.gesture, body.patience().as_millis()), (Deed::LongTouch, 5));
    let cancel = read::<Gesture>(br#"{"gesture": "cancel"}"#).map_err(|problem| problem.place);
    assert_eq!(cancel, Err("body.gesture".to_owned()));
    let eternal: Gesture = read(br#"{"gesture": "touch", "wait_ms": 18446744073709551615}"#).unwrap();
    assert_eq!(eternal.patience().as_secs(), 600);
}

#[test]
fn a_problem_names_the_member() {
    let place = |result: Result<FaultOrder, Problem>| result.map(drop).map_err(|problem| problem.place);
    assert_eq!(place(read(br#"{"fault": "drop"}"#)), Ok(()));
    assert_eq!(place(read(br#"{"fault": "drp"}"#)), Err("body.fault".to_owned()));
    assert_eq!(place(read(br#"{"fault": "drop", "times": 0}"#)), Err("body.times".to_owned()));
    assert_eq!(place(read(br#"{"fault": "drop", "more": 0}"#)), Err("body".to_owned()));
    assert_eq!(read::<Backup>(b"\n [true, false]").map_err(|problem| problem.status), Err(400));
    assert_eq!(read::<Upgrade>(br#"{"keep": "nothing"}"#).map_err(|problem| problem.place), Err("body".to_owned()));
}

#[test]
fn every_route_says_what_it_is_and_bodies_go_with_writes_only() {
    for route in routes() {
        assert!(route.summary.ends_with('.'), "{}", route.path);
        assert!(route.judge.is_none() || ["post", "put", "patch"].contains(&route.method), "{}", route.path);
    }
}
