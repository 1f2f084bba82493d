//! Reports as the command line names them, `junit=out.xml`, and all of them together.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write, stdout};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::str::FromStr;

use keyrig_runner::Event;
use keyrig_runner::report::{Kind, Looks, Reporter, Terminal, open};
use miette::miette;

use crate::failure::Failure;
use crate::whole_file;

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
#[derive(Default)]
pub(crate) struct Reports<'w> {
    reporters: Vec<Box<dyn Reporter + 'w>>,
    documents: Vec<Document>,
    trouble: Option<io::Error>,
}

/// A report that is of use only when it is whole.
struct Document {
    path: PathBuf,
    text: Text,
}

/// What has been written of a document.
#[derive(Clone, Default)]
struct Text(Rc<RefCell<Vec<u8>>>);

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
        let mut reports = Self::default();
        for wanted in files {
            reports.open_file(wanted.kind, wanted.path.as_deref().unwrap_or(Path::new("-")))?;
        }
        reports.reporters.push(match on_output.first().map_or(Kind::Terminal, |wanted| wanted.kind) {
            Kind::Terminal => Box::new(Terminal::new(out, looks())),
            kind => open(kind, Box::new(out)),
        });
        Ok(reports)
    }

    /// Opens the reports that go to files.
    ///
    /// # Errors
    ///
    /// Where a file cannot be created.
    pub(crate) fn to_files(files: &[(Kind, PathBuf)]) -> Result<Self, Failure> {
        let mut reports = Self::default();
        for (kind, path) in files {
            reports.open_file(*kind, path)?;
        }
        Ok(reports)
    }

    fn open_file(&mut self, kind: Kind, path: &Path) -> Result<(), Failure> {
        let cannot = |e| Failure::environment(miette!("failed to create the report {}: {e}", path.display()));
        whole_file::prepare(path).map_err(cannot)?;
        self.reporters.push(match kind {
            // Its lines can be read while the run goes on.
            Kind::Terminal => open(kind, Box::new(BufWriter::new(File::create(path).map_err(cannot)?))),
            Kind::Html | Kind::Json | Kind::Junit => {
                let text = Text::default();
                self.documents.push(Document { path: path.to_owned(), text: text.clone() });
                open(kind, Box::new(text))
            }
        });
        Ok(())
    }

    /// Tells all of them; what goes wrong is kept for [`Reports::close`].
    pub(crate) fn hear(&mut self, event: Event<'_>) {
        for reporter in &mut self.reporters {
            if let Err(error) = reporter.hear(event) {
                self.trouble.get_or_insert(error);
            }
        }
    }

    /// Puts the documents where they belong, once all of the reports are written.
    ///
    /// # Errors
    ///
    /// The first thing that went wrong.
    pub(crate) fn close(self) -> Result<(), Failure> {
        if let Some(error) = self.trouble {
            return Err(Failure::environment(miette!("failed to write a report: {error}")));
        }
        for Document { path, text } in self.documents {
            whole_file::write(&path, &text.0.borrow())
                .map_err(|e| Failure::environment(miette!("failed to write the report {}: {e}", path.display())))?;
        }
        Ok(())
    }
}

impl Write for Text {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
