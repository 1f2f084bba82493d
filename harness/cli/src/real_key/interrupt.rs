use std::process::exit;
use std::thread;

use keyrig_runner::device::Interrupt;
use tokio::runtime::Builder;
use tokio::signal;

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Set by Ctrl-C, so that the key is told to cancel; a second one ends the program.
pub(crate) fn on_ctrl_c() -> Interrupt {
    let interrupt = Interrupt::default();
    let told = interrupt.clone();
    thread::spawn(move || {
        // Without a runtime of its own, Ctrl-C ends the program as it does anywhere.
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
        runtime.block_on(async {
            while signal::ctrl_c().await.is_ok() {
                if told.is_set() {
                    exit(INTERRUPTED);
                }
                told.set();
            }
        });
    });
    interrupt
}
