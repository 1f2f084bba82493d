//! The arithmetic of the benchmarks: what they say of a round that was disturbed, and of one that misses its target.

#[path = "../benches/measure/mod.rs"]
#[expect(dead_code, reason = "a test prints no rows")]
mod measure;

use std::time::Duration;

use measure::{Beside, Target};

fn round(one: u64, other: u64) -> Beside {
    Beside { one: Duration::from_nanos(one), other: Duration::from_nanos(other) }
}

#[test]
fn a_ratio_is_of_times() {
    assert_eq!(round(5_000, 10_000).ratio(), 0.5);
    assert_eq!(round(10_000, 5_000).ratio(), 2.0);
}

#[test]
fn a_slow_machine_changes_nothing() {
    let rounds = (1..=101).map(|slower| round(5_000 * slower, 10_000 * slower)).collect();
    assert_eq!(Beside::in_the_middle(rounds).ratio(), 0.5);
}

#[test]
fn disturbed_rounds_do_not_decide() {
    let mut rounds = vec![round(5_000, 10_000); 61];
    rounds.extend([round(900_000, 10_000); 20]);
    rounds.extend([round(5_000, 1_000_000); 20]);
    assert_eq!(Beside::in_the_middle(rounds).ratio(), 0.5);
}

#[test]
fn a_command_that_became_slower_misses_its_target() {
    let target = Target::AtLeast(0.90);
    assert!(target.holds(Beside::in_the_middle(vec![round(9_100, 10_000); 101]).ratio()));
    assert!(!target.holds(Beside::in_the_middle(vec![round(8_900, 10_000); 101]).ratio()));
}

#[test]
fn targets_have_edges() {
    assert!(Target::AtLeast(0.90).holds(0.90) && !Target::AtLeast(0.90).holds(0.899));
    assert!(Target::AtMost(1.20).holds(1.20) && !Target::AtMost(1.20).holds(1.201));
    assert!(Target::Below(1.0).holds(0.999) && !Target::Below(1.0).holds(1.0));
    for target in [Target::AtLeast(0.90), Target::AtMost(1.20), Target::Below(1.0)] {
        assert!(!target.holds(f64::NAN), "{target}");
    }
}

#[test]
fn twice_the_work_is_half_the_ratio() {
    let work = |times: u32| move || (0..times * 500).for_each(|n| _ = std::hint::black_box(n));
    let Beside { one, other } = Beside::in_turns(&mut work(1), &mut work(2));
    let ratio = Beside { one, other }.ratio();
    assert!((0.4..0.6).contains(&ratio), "{ratio}: {one:?} of {other:?}");
}
