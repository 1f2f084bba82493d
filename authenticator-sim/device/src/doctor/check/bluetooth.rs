//! The controller and the daemon behind Bluetooth.

use super::{Check, Finding, fine, in_the_way};
use crate::doctor::Machine;

pub(super) const CHECK: Check = Check { name: "bluetooth", needed_to: "be a phone that is near", look };

const DAEMONS: [&str; 2] = ["/usr/libexec/bluetooth/bluetoothd", "/usr/lib/bluetooth/bluetoothd"];

/// What the daemon is asked over.
const BUS: &str = "/run/dbus/system_bus_socket";

fn look(machine: &dyn Machine) -> Finding {
    if !DAEMONS.iter().any(|path| machine.exists(path)) {
        return in_the_way("BlueZ is not installed", "sudo apt-get install bluez");
    }
    if !machine.exists(BUS) {
        return in_the_way("there is no system bus", "sudo apt-get install dbus && sudo systemctl start dbus");
    }
    let controllers = machine.list("/sys/class/bluetooth");
    match controllers.iter().find(|name| name.starts_with("hci")) {
        Some(controller) => fine(format!("BlueZ is installed, and there is a controller: {controller}")),
        None => in_the_way(
            "there is no controller",
            "sudo modprobe btusb  # with an adapter plugged in; for virtual ones: \
             sudo apt-get install bluez-test-tools && sudo modprobe hci_vhci && sudo btvirt -l2",
        ),
    }
}
