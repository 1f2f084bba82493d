//! The stream of a run. Every report is a consumer of it.

use crate::evidence::StepReport;
use crate::summary::{Case, Header, Summary};

/// Something happened in a run.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// The run begins.
    RunBegins {
        /// What it was given.
        header: &'a Header,
        /// How many scenarios it has.
        scenarios: usize,
    },
    /// A scenario begins.
    CaseBegins {
        /// Its id.
        id: &'a str,
        /// Its title.
        title: &'a str,
    },
    /// A step, or a control of one, has ended.
    StepEnded {
        /// The scenario's id.
        id: &'a str,
        /// What happened.
        step: &'a StepReport,
    },
    /// A scenario has ended.
    CaseEnded {
        /// What it showed.
        case: &'a Case,
    },
    /// The run has ended.
    RunEnded {
        /// What it showed.
        summary: &'a Summary,
    },
}
