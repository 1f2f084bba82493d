//! The root and the intermediates of a chain.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use keyrig_ctap::profile::{AuthorityKey, CaValidity, Chain, Day};

use super::SlowKeys;
use super::authority_key::{self, IssuingKey};
use super::certificate::{Attribute, Authority, NO_END, Template, Usage, day};
use super::key::derive_serial;

/// O of every authority: nobody should take one for a maker's.
const ORGANIZATION: &str = "keyrig test roots";

/// When authorities are valid of whose times nothing is said.
const LONG: (Day, Day) = (day(2020, 1, 1), NO_END);

/// Whether anybody has the root as a trust anchor.
#[derive(Clone, Copy)]
pub(super) enum Trust {
    Product,
    Impostor,
}

impl Trust {
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Impostor => "impostor",
        }
    }
}

/// The root of a chain and what it issued down to the leaf's issuer. The subjects depend on their CNs alone, the keys on
/// who owns them too.
pub(super) struct Authorities {
    validity: (Day, Day),
    /// The root first.
    path: Vec<Link>,
}

struct Link {
    subject: Vec<(Attribute, String)>,
    serial: [u8; 16],
    key: AuthorityKey,
    /// What the key follows from.
    names: Vec<String>,
}

impl Link {
    fn new(common_name: &str, key: AuthorityKey, names: &[&str]) -> Self {
        let attribute = |attribute, text: &str| (attribute, String::from(text));
        let subject = [attribute(Attribute::Organization, ORGANIZATION), attribute(Attribute::CommonName, common_name)];
        let mut names = names.to_vec();
        if key != AuthorityKey::Es256 {
            names.push(key.id());
        }
        let serial = derive_serial(&names);
        Self { subject: subject.to_vec(), serial, key, names: names.into_iter().map(String::from).collect() }
    }

    fn authority(&self, slow: &mut SlowKeys) -> Authority {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        Authority { subject: self.subject.clone(), key: IssuingKey::derive(self.key, &names, slow) }
    }
}

impl Authorities {
    pub(super) fn of(chain: &Chain, trust: Trust) -> Self {
        let root = Link::new(&chain.root, chain.root_key, &["root", trust.label(), &chain.root]);
        let issued = |name: &String| {
            Link::new(name, chain.intermediate_key, &["intermediate", trust.label(), &chain.root, name])
        };
        let validity = chain.ca_validity.map_or(LONG, |CaValidity { from, to }| (from, to));
        Self { validity, path: core::iter::once(root).chain(chain.intermediates.iter().map(issued)).collect() }
    }

    /// Who issues the leaf.
    pub(super) fn issuer(&self, slow: &mut SlowKeys) -> Authority {
        self.path.last().expect("there is a root").authority(slow)
    }

    /// The certificates at `range`, where the root's is at 0, in this order.
    pub(super) fn certificates(&self, range: Range<usize>, slow: &mut SlowKeys) -> Vec<Vec<u8>> {
        let above = range.start.saturating_sub(1);
        let authorities: Vec<Authority> = self.path[above..range.end].iter().map(|link| link.authority(slow)).collect();
        let at = |at: usize| (&authorities[at - above], &authorities[at.saturating_sub(1).max(above) - above]);
        range.map(|link| self.certificate(&self.path[link], at(link))).collect()
    }

    /// How many certificates there are above the leaf.
    pub(super) const fn count(&self) -> usize {
        self.path.len()
    }

    /// Whether no key has to be searched for.
    pub(super) fn are_at_hand(&self) -> bool {
        self.path.iter().all(|link| authority_key::is_at_hand(link.key, &link.names))
    }

    fn certificate(&self, link: &Link, (authority, issuer): (&Authority, &Authority)) -> Vec<u8> {
        let template = Template {
            subject: authority.subject.clone(),
            serial: link.serial,
            not_before: self.validity.0,
            not_after: self.validity.1,
            ca: true,
            usage: Usage::Certificates,
            extensions: Vec::new(),
        };
        let issued = issuer.issue(&template, &authority.key.public());
        issued.expect("a certificate of names that are texts can be encoded")
    }
}
