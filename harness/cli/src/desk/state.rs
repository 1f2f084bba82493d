//! What is to be seen, and where in it somebody is.

use std::collections::VecDeque;

use keyrig_device::control::{Listed, Logged, View};

/// Entries of the log that are kept.
const KEPT: usize = 1000;

/// Rows that the list of credentials is turned by.
const LEAF: usize = 50;

/// What leaving the view does to the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Nothing.
    Stays,
    /// It is unplugged.
    Unplugs,
}

/// What is heard of the key.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// How it is.
    View(Box<View>),
    /// Its credentials, those that are looked at.
    Credentials(Page),
    /// Something happened.
    Entry(Box<Logged>),
    /// What it refused, in words; `None` where it did as it was told.
    Notice(Option<String>),
}

/// A part of the list of credentials, which may be long.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// The place of its first, counted from 0.
    pub(super) from: usize,
    pub(super) listed: Vec<Listed>,
}

/// Which list the arrow keys move in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    Credentials,
    Log,
}

/// What lies over the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The keys and what they do.
    Help,
    /// A message of the log, taken apart, scrolled down by so many lines.
    Message { number: u64, scroll: u16 },
    /// The question whether this credential is to be deleted.
    Delete { id: String },
    /// The faults of a link, one of them chosen.
    Faults { chosen: usize },
}

/// All that is drawn.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) view: Option<Box<View>>,
    /// Those around the chosen one.
    pub(super) page: Page,
    /// The oldest first.
    pub(super) log: VecDeque<Logged>,
    pub(super) focus: Focus,
    /// The chosen credential, counted from 0.
    pub(super) credential: usize,
    /// The number of the chosen entry; the newest, whichever that is, if `None`.
    pub(super) entry: Option<u64>,
    /// The last entry that is shown while others wait.
    pub(super) paused: Option<u64>,
    pub(super) over: Option<Over>,
    pub(super) notice: Option<String>,
    /// Whether the light is bright just now, where it blinks.
    pub(super) lit: bool,
    pub(super) leave: Leave,
}

impl State {
    pub(super) const fn new(leave: Leave) -> Self {
        Self {
            view: None,
            page: Page { from: 0, listed: Vec::new() },
            log: VecDeque::new(),
            focus: Focus::Log,
            credential: 0,
            entry: None,
            paused: None,
            over: None,
            notice: None,
            lit: true,
            leave,
        }
    }

    pub(super) fn hear(&mut self, news: News) {
        match news {
            News::View(view) => {
                self.credential = self.credential.min(view.status.credentials.saturating_sub(1));
                self.view = Some(view);
            }
            News::Credentials(page) => {
                self.page = page;
                if let Some(Over::Delete { id }) = &self.over
                    && !self.page.listed.iter().any(|one| one.credential.id == *id)
                {
                    self.over = None;
                }
            }
            News::Entry(entry) => {
                if self.log.len() == KEPT {
                    self.log.pop_front();
                }
                self.log.push_back(*entry);
            }
            News::Notice(notice) => self.notice = notice,
        }
    }

    /// Whether the light blinks.
    pub(super) fn blinks(&self) -> bool {
        self.view.as_ref().is_some_and(|view| view.status.prompt.is_some())
    }

    /// The entries that are shown, the oldest first.
    pub(super) fn shown(&self) -> impl DoubleEndedIterator<Item = &Logged> {
        self.log.iter().take(self.shown_count())
    }

    /// How many entries are shown.
    pub(super) fn shown_count(&self) -> usize {
        match self.paused {
            Some(last) => self.log.partition_point(|logged| logged.entry.number <= last),
            None => self.log.len(),
        }
    }

    /// Where the chosen entry is among those that are shown.
    pub(super) fn chosen_entry(&self) -> Option<usize> {
        let last = self.shown_count().checked_sub(1)?;
        let number = self.entry.unwrap_or(u64::MAX);
        Some(self.log.partition_point(|logged| logged.entry.number < number).min(last))
    }

    /// The entry of this number, while it is kept.
    pub(super) fn logged(&self, number: u64) -> Option<&Logged> {
        let at = self.log.binary_search_by_key(&number, |logged| logged.entry.number).ok()?;
        self.log.get(at)
    }

    /// How many credentials the key has.
    pub(super) fn credentials(&self) -> usize {
        self.view.as_ref().map_or(0, |view| view.status.credentials)
    }

    /// The credential that is chosen.
    pub(super) fn chosen_credential(&self) -> Option<&Listed> {
        self.page.at(self.credential)
    }

    /// Where the page begins that has the chosen credential and those around it.
    pub(super) const fn wanted(&self) -> usize {
        (self.credential / LEAF).saturating_sub(1) * LEAF
    }
}

impl Page {
    /// The most credentials on one.
    pub(super) const MOST: usize = 3 * LEAF;

    /// The credential at this place of the list, where it is on the page.
    pub(super) fn at(&self, place: usize) -> Option<&Listed> {
        self.listed.get(place.checked_sub(self.from)?)
    }
}
