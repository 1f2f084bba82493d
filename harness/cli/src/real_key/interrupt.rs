use std::process::exit;
use std::thread;

use keyrig_runner::device::Interrupt;
use tokio::runtime::Builder;

use crate::ctrl_c;

/// The exit code of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Set by Ctrl-C, so that the key is told to cancel; a second one ends the program.
pub(crate) fn on_ctrl_c() -> Interrupt {
    let interrupt = Interrupt::default();
    let told = interrupt.clone();
    // Without a runtime of its own, Ctrl-C ends the program as it does anywhere.
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return interrupt };
    let entered = runtime.enter();
    let Ok(mut presses) = ctrl_c::presses() else { return interrupt };
    drop(entered);
    thread::spawn(move || {
        runtime.block_on(async {
            while presses.recv().await.is_some() {
                if told.is_set() {
                    exit(INTERRUPTED);
                }
                told.set();
            }
        });
    });
    interrupt
}
