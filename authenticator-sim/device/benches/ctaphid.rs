//! CTAPHID alone: whole messages through the driver, from report to report, and how many bytes of reports a second.

#[expect(dead_code, reason = "CTAPHID is beside nothing and has no target here")]
mod measure;

use std::hint::black_box;

use keyrig_core::ctaphid::{Driver, Input, Output};
use keyrig_core::seal::Honest;
use keyrig_ctap::Instant;
use keyrig_ctap::ctaphid::{Channel, Command, LONGEST_MESSAGE, Message, Report};
use keyrig_device::provider::{AwsLc, OsRandom};
use keyrig_device::{assemble, profiles};

/// Pings in a round.
const CALLS: u32 = 20;

fn main() {
    for length in [0, 1024, LONGEST_MESSAGE] {
        let mut driver = driver();
        let reports = ping(open(&mut driver), length);
        let mut exchange = || exchange(&mut driver, black_box(&reports));
        assert_eq!(exchange(), reports.len(), "a ping comes back in as many reports");
        let mut round = || _ = black_box(exchange());
        let took = measure::median(|| measure::time(&mut round, CALLS)) / CALLS;
        let (each_second, bytes) = (1.0 / took.as_secs_f64(), 2 * reports.as_flattened().len());
        let what = format!("CTAPHID alone: a ping of {length} bytes and its answer, {bytes} bytes in reports");
        measure::list(&what, format!("{took:.1?}, {each_second:.0} a second"));
    }
}

fn driver() -> Driver {
    let profile = profiles::find("yubikey-5-nfc-5.7").expect("the profile is embedded");
    Driver::new(assemble(profile, Box::new(AwsLc::new()), Box::new(OsRandom), Box::new(Honest)))
}

fn open(driver: &mut Driver) -> Channel {
    let init = Message { channel: Channel::BROADCAST, command: Command::INIT, payload: vec![7; 8] };
    for report in init.fragment().expect("it is short") {
        driver.handle(Instant::POWER_UP, Input::Report(&report)).for_each(drop);
    }
    Channel(1)
}

fn ping(channel: Channel, length: usize) -> Vec<Report> {
    let message = Message { channel, command: Command::PING, payload: vec![7; length] };
    message.fragment().expect("it is no longer than the longest").collect()
}

/// Hands the reports over and counts those that come back.
fn exchange(driver: &mut Driver, reports: &[Report]) -> usize {
    let answers = |report| driver.handle(Instant::POWER_UP, Input::Report(report)).filter(is_report).count();
    reports.iter().map(answers).sum()
}

const fn is_report(output: &Output) -> bool {
    matches!(output, Output::Report(_))
}
