//! What the README says that each of its commands does, and how that is seen.

use super::super::super::desk::{Desk, Red, holds, says};
use super::super::super::key::{Key, nodes};

/// What has been typed so far.
struct Table<'a> {
    desk: &'a mut Desk,
    key: Option<Key>,
}

/// A command, and what is to be seen when it is typed.
struct Claim {
    command: &'static str,
    hold: fn(&mut Table<'_>, &str) -> Result<(), Red>,
}

/// In the README's order: each finds the key as the one before has left it.
const CLAIMS: &[Claim] = &[
    Claim { command: "keyrig plug yubikey-5-nfc-5.7 --page", hold: plug },
    Claim { command: "fido2-token -L", hold: listed },
    Claim { command: "keyrig key status", hold: status },
    Claim { command: "keyrig key touch", hold: touch },
    Claim { command: "keyrig key gestures always", hold: gestures },
    Claim { command: "keyrig key remove", hold: remove },
    Claim { command: "keyrig key insert", hold: insert },
    Claim { command: "keyrig key fault stall --hold-ms 500", hold: fault },
    Claim { command: "keyrig key log", hold: log },
];

/// Types all of them.
///
/// # Errors
/// When one does not do what is said of it, and when the README shows others than those that are known here.
pub(super) fn hold(desk: &mut Desk, commands: &[String]) -> Result<(), Red> {
    known(commands)?;
    let mut table = Table { desk, key: None };
    CLAIMS.iter().try_for_each(|claim| {
        (claim.hold)(&mut table, claim.command).map_err(|Red(why)| Red(format!("`{}`: {why}", claim.command)))
    })
}

fn known(commands: &[String]) -> Result<(), Red> {
    let known: Vec<&str> = CLAIMS.iter().map(|claim| claim.command).collect();
    holds(commands == known, &format!("the README shows {commands:?}, and what is known of are {known:?}"))
}

impl Table<'_> {
    fn node(&self) -> Result<&str, Red> {
        self.key.as_ref().map(|key| key.node.as_str()).ok_or_else(|| Red("no key is plugged in".into()))
    }

    /// A registration that runs while something else is typed, which has to wait until the key asks.
    fn meanwhile(&self, typed: &str) -> Result<String, Red> {
        let asks = "until keyrig key status | grep -q blinking; do sleep 0.1; done";
        Ok(format!("fido2-cred -M -i new -o made {} & {asks}; {typed}; wait $!", self.node()?))
    }
}

fn plug(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    let words: Vec<&str> = command.split_whitespace().skip(2).collect();
    let mut key = table.desk.plug_with(&words)?;
    let page = (0..2).map(|_| key.next_line()).collect::<Result<String, _>>()?;
    let url = page.split_whitespace().find(|word| word.starts_with("http://127.0.0.1:"));
    let url = url.ok_or_else(|| Red(format!("no page is told: {page}")))?.to_owned();
    table.key = Some(key);
    says(&table.desk.run(format!("curl -sS --fail '{url}'"))?, "<html")
}

fn listed(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    let node = table.node()?.to_owned();
    says(&table.desk.run(command)?, &node)
}

fn status(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    let said = table.desk.run(command)?;
    ["product       YubiKey 5 NFC", "light         on", "PIN           not set"]
        .iter()
        .try_for_each(|line| says(&said, line))
}

fn touch(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    says(&table.desk.line(command).exits(1)?, "it asks nothing")?;
    let line = table.meanwhile(command)?;
    table.desk.run(line)?;
    table.desk.run("fido2-cred -V -i made -o /dev/null").map(drop)
}

fn gestures(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    table.desk.run(command)?;
    let line = format!("rm made; fido2-cred -M -i new -o made {}; fido2-cred -V -i made -o /dev/null", table.node()?);
    table.desk.run(line).map(drop)
}

fn remove(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    table.desk.run("keyrig key gestures person")?;
    let line = table.meanwhile(command)?;
    table.desk.line(line).refused("fido_dev_make_cred: FIDO_ERR_RX")?;
    holds(nodes()?.is_empty(), "it has a node still")?;
    holds(table.desk.run("fido2-token -L")?.is_empty(), "it is listed still")
}

fn insert(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    table.desk.run(command)?;
    table.key.as_mut().ok_or_else(|| Red("no key is plugged in".into()))?.wait_for_node()?;
    listed(table, "fido2-token -L")
}

fn fault(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    let waits = |table: &mut Table<'_>| table.desk.run("keyrig key status").map(|said| said.contains("stall"));
    table.desk.run(command)?;
    holds(waits(table)?, "no fault waits")?;
    let info = format!("time -p fido2-token -I {}", table.node()?);
    let said = table.desk.run(info)?;
    let real = said.lines().find_map(|line| line.strip_prefix("real ")?.trim().parse::<f64>().ok());
    holds(real.is_some_and(|seconds| seconds >= 0.5), &format!("the link did not stall: {real:?} s"))?;
    holds(!waits(table)?, "it fails more than once")
}

fn log(table: &mut Table<'_>, command: &str) -> Result<(), Red> {
    let said = table.desk.run(command)?;
    let told = ["authenticatorMakeCredential", "authenticatorGetInfo", "touch", "out of its port", "in its port"];
    told.iter().try_for_each(|words| says(&said, words))
}

#[cfg(test)]
mod tests {
    use super::super::block;
    use super::*;

    #[test]
    fn every_command_that_the_readme_shows_is_known() {
        known(&block::commands().unwrap()).unwrap();
        assert!(known(&["keyrig key status".to_owned()]).is_err());
    }
}
