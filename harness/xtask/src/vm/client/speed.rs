//! How fast a key is over its node, and how little one costs that nobody uses: as ratios or limits that hold on any
//! machine.

use std::fs;

use super::super::desk::{Desk, Red, holds};
use super::{Client, Row, nothing};
use crate::keyrig;

pub(super) const CLIENT: Client = Client {
    name: "speed",
    needs: &[],
    prepare: nothing,
    seconds: 15,
    rows: &[],
    alone: &[
        Row { ceremony: "a sign-in beside an echo and a signature", play: sign_in },
        Row { ceremony: "an idle key", play: idle },
    ],
};

/// A sign-in takes no longer than this many times an echo of as many reports and a signature.
const RATIO: f64 = 1.3;

/// Kilobytes that a plugged key may keep in memory.
const MEMORY: u64 = 15 * 1024;

fn sign_in(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    let program = keyrig::node_speed();
    let said = desk.line(format!("{} {} {RATIO}", program.display(), key.node)).within(1200).well()?;
    let ratio = said.lines().rev().find_map(|line| line.strip_prefix("ratio ")?.parse::<f64>().ok());
    let ratio = ratio.ok_or_else(|| Red(format!("no ratio in: {said}")))?;
    holds(ratio <= RATIO, &format!("a sign-in takes {ratio} times as long as its parts, more than {RATIO}"))
}

fn idle(desk: &mut Desk) -> Result<(), Red> {
    let key = desk.plug("yubikey-5-nfc-5.7")?;
    desk.run("sleep 2")?;
    let before = ticks(key.pid())?;
    desk.run("sleep 5")?;
    let spent = ticks(key.pid())? - before;
    let memory = desk.run(format!("grep VmRSS /proc/{}/status", key.pid()))?;
    let kilobytes = memory.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok());
    holds(spent == 0, &format!("an idle key has used {spent} ticks of the processor in 5 s"))?;
    holds(kilobytes.is_some_and(|kilobytes| kilobytes < MEMORY), &format!("more than {MEMORY} kB: {memory}"))
}

/// Ticks that a process has spent, in programs and in the kernel.
fn ticks(process: u32) -> Result<u64, Red> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    // The 14th and 15th field of proc(5); the first two end with the name's parenthesis.
    let spent = after_name.split_whitespace().skip(11).take(2);
    spent.map(|field| field.parse::<u64>().map_err(|error| Red(format!("{field}: {error}")))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_process_spends_is_counted() {
        let own = std::process::id();
        let before = ticks(own).unwrap();
        let begun = std::time::Instant::now();
        while ticks(own).unwrap() == before && begun.elapsed().as_secs() < 60 {}
        assert!(ticks(own).unwrap() > before);
    }
}
