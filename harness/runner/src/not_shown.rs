//! What a run did not show, and why: the end of every report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::summary::{Case, End};
use crate::verdict::{Proof, Verdict};

/// Something that was not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotShown {
    /// What.
    pub what: String,
    /// Why.
    pub why: NotShownWhy,
    /// The same in words.
    pub words: String,
}

/// Why something was not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NotShownWhy {
    /// It was not tested.
    NotTested,
    /// It was tested, and nothing came of it.
    NoProof,
    /// The proof is the weaker one.
    WeakProof,
    /// A pass leaves it open.
    LeftOpen,
    /// A relying party cannot see it.
    NotObservable,
    /// It needs a real key.
    NeedsRealKey,
}

/// What no run over HTTP shows, whatever its scenarios say.
const ALWAYS: &[(NotShownWhy, &str, &str)] = &[
    (
        NotShownWhy::NotObservable,
        "proximity of a phone that answers by hybrid",
        "the client checks the Bluetooth advert; nothing of it reaches a relying party",
    ),
    (
        NotShownWhy::NotObservable,
        "attachment and discoverability of a credential",
        "both are reported by the client and signed by nobody",
    ),
    (
        NotShownWhy::NotObservable,
        "transports that were really used",
        "they are reported at registration, unsigned, and mean \"believed to support\"; assertions carry none",
    ),
    (
        NotShownWhy::NeedsRealKey,
        "that a maker's genuine attestation root is trusted, and only that",
        "emulated authenticators attest under test roots of our own",
    ),
];

/// Everything that `cases` leave open; `not_selected` scenarios were not run.
pub(crate) fn gather(cases: &[Case], not_selected: usize) -> Vec<NotShown> {
    let mut all: Vec<NotShown> = cases.iter().flat_map(of_case).collect();
    if not_selected > 0 {
        let what = match not_selected {
            1 => "1 scenario that was not selected".to_owned(),
            many => format!("{many} scenarios that were not selected"),
        };
        all.push(NotShown { what, why: NotShownWhy::NotTested, words: "left out by name or by shard".to_owned() });
    }
    all.extend(ALWAYS.iter().map(|(why, what, words)| NotShown {
        what: (*what).to_owned(),
        why: *why,
        words: (*words).to_owned(),
    }));
    all
}

fn of_case(case: &Case) -> Vec<NotShown> {
    let about = |why, words: String| NotShown { what: case.id.clone(), why, words };
    let mut all = Vec::new();
    match &case.end {
        End::Judged(Verdict::Pass { proof: proof @ Proof::Difference { .. } }) => {
            all.push(about(NotShownWhy::WeakProof, format!("refused, but no reason was readable: {proof}")));
        }
        End::Judged(Verdict::Pass { .. } | Verdict::Fail { .. }) => {}
        End::Judged(Verdict::Inconclusive { gap }) => all.push(about(NotShownWhy::NoProof, gap.clone())),
        End::Judged(Verdict::Skipped { why }) => all.push(about(NotShownWhy::NotTested, why.clone())),
        End::Judged(Verdict::NotApplicable { why }) => all.push(about(NotShownWhy::NotTested, why.clone())),
        End::Trouble(why) => all.push(about(NotShownWhy::NotTested, why.clone())),
    }
    if matches!(case.end, End::Judged(Verdict::Pass { .. })) {
        all.extend(case.not_proved.iter().map(|words| about(NotShownWhy::LeftOpen, words.clone())));
    }
    all
}
