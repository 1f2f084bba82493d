//! The kernel's module behind virtual keys, its node, and who may open that.

use std::io;

use super::{Check, Finding, fine, in_the_way};
use crate::doctor::Machine;
use crate::transport::uhid::{Kernel, NODE, Problem};

pub(super) const CHECK: Check = Check { name: "uhid", needed_to: "plug a virtual key in", look };

fn look(machine: &dyn Machine) -> Finding {
    let kernel = Kernel::told_by(|path| machine.text(path));
    // Without its module, a node that was left behind opens nothing.
    let opened = if kernel.is_loaded() { machine.open(NODE) } else { Err(io::ErrorKind::NotFound.into()) };
    match opened {
        Ok(()) => fine(format!("{NODE} may be opened")),
        Err(error) => {
            let problem = Problem::found(NODE.as_ref(), &error, &kernel);
            in_the_way(problem.to_string(), problem.remedy())
        }
    }
}
