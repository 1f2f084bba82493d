//! Reports as the command line names them, `junit=out.xml`, and all of them together.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use keyrig_runner::Event;
use keyrig_runner::report::{Kind, Looks, Reporter, Terminal, open};
use miette::miette;

use crate::failure::Failure;

/// A report as the command line names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Its form.
    pub(crate) kind: Kind,
    /// Its file; standard output if there is none.
    pub(crate) path: Option<PathBuf>,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (kind, path) = text.split_once('=').map_or((text, None), |(kind, path)| (kind, Some(path)));
        let known = || Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
        let kind = Kind::find(kind).ok_or_else(|| format!("{kind:?} is none of {}", known()))?;
        match path {
            Some("") => Err("a file follows the equals sign".into()),
            path => Ok(Self { kind, path: path.filter(|path| *path != "-").map(PathBuf::from) }),
        }
    }
}

/// Every report of a run.
pub(crate) struct Reports<'w> {
    reporters: Vec<Box<dyn Reporter + 'w>>,
    trouble: Option<io::Error>,
}

impl<'w> Reports<'w> {
    /// Opens the reports; the terminal's goes to `out` unless another one does.
    ///
    /// # Errors
    ///
    /// Where a file cannot be created, or two reports want standard output.
    pub(crate) fn open(wanted: &[Wanted], out: &'w mut dyn Write) -> Result<Self, Failure> {
        let (files, on_output): (Vec<&Wanted>, Vec<&Wanted>) = wanted.iter().partition(|wanted| wanted.path.is_some());
        if on_output.len() > 1 {
            let help = "give all but one of them a file: --reporter junit=out.xml";
            return Err(Failure::usage(miette!(help = help, "failed to write two reports to standard output")));
        }
        let mut reporters = Vec::new();
        for wanted in files {
            let path = wanted.path.as_deref().unwrap_or(Path::new("-"));
            reporters.push(open(wanted.kind, Box::new(BufWriter::new(create(path)?))));
        }
        reporters.push(match on_output.first().map_or(Kind::Terminal, |wanted| wanted.kind) {
            Kind::Terminal => Box::new(Terminal::new(out, looks())),
            kind => open(kind, Box::new(out)),
        });
        Ok(Self { reporters, trouble: None })
    }

    /// Opens the reports that go to files.
    ///
    /// # Errors
    ///
    /// Where a file cannot be created.
    pub(crate) fn to_files(files: &[(Kind, PathBuf)]) -> Result<Self, Failure> {
        let open_one = |(kind, path): &(Kind, PathBuf)| -> Result<Box<dyn Reporter>, Failure> {
            Ok(open(*kind, Box::new(BufWriter::new(create(path)?))))
        };
        Ok(Self { reporters: files.iter().map(open_one).collect::<Result<_, _>>()?, trouble: None })
    }

    /// Tells all of them; what goes wrong is kept for [`Reports::close`].
    pub(crate) fn hear(&mut self, event: Event<'_>) {
        for reporter in &mut self.reporters {
            if let Err(error) = reporter.hear(event) {
                self.trouble.get_or_insert(error);
            }
        }
    }

    /// Whether all of them were written.
    ///
    /// # Errors
    ///
    /// The first thing that went wrong.
    pub(crate) fn close(self) -> Result<(), Failure> {
        match self.trouble {
            Some(error) => Err(Failure::environment(miette!("failed to write a report: {error}"))),
            None => Ok(()),
        }
    }
}

fn create(path: &Path) -> Result<File, Failure> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| File::create(path))
        .map_err(|e| Failure::environment(miette!("failed to create the report {}: {e}", path.display())))
}

fn looks() -> Looks {
    let colour = stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    Looks { colour, ..Looks::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_and_a_file() {
        let wanted: Wanted = "junit=a=b.xml".parse().unwrap();
        assert_eq!(wanted, Wanted { kind: Kind::Junit, path: Some("a=b.xml".into()) });
        assert_eq!("json".parse::<Wanted>().unwrap().path, None);
        assert_eq!("json=-".parse::<Wanted>().unwrap().path, None);
        for wrong in ["pdf=a.pdf", "junit=", ""] {
            assert!(wrong.parse::<Wanted>().is_err(), "{wrong}");
        }
    }
}
