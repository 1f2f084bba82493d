//! The root and the intermediates of a chain.

use alloc::string::String;
use alloc::vec::Vec;

use keyrig_ctap::cose::PublicKey;
use keyrig_ctap::profile::{CaValidity, Chain, Day};
use p256::SecretKey;

use super::certificate::{Attribute, Authority, NO_END, Template, Usage, day};
use super::key::{derive, derive_serial};
use crate::provider::p256_pair;

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
    authority: Authority,
    serial: [u8; 16],
}

impl Link {
    fn new(common_name: &str, names: &[&str]) -> Self {
        let attribute = |attribute, text: &str| (attribute, String::from(text));
        let subject = [attribute(Attribute::Organization, ORGANIZATION), attribute(Attribute::CommonName, common_name)];
        let authority = Authority { subject: subject.to_vec(), key: derive(names) };
        Self { authority, serial: derive_serial(names) }
    }
}

impl Authorities {
    pub(super) fn of(chain: &Chain, trust: Trust) -> Self {
        let root = Link::new(&chain.root, &["root", trust.label(), &chain.root]);
        let issued = |name: &String| Link::new(name, &["intermediate", trust.label(), &chain.root, name]);
        let validity = chain.ca_validity.map_or(LONG, |CaValidity { from, to }| (from, to));
        Self { validity, path: core::iter::once(root).chain(chain.intermediates.iter().map(issued)).collect() }
    }

    /// Who issues the leaf.
    pub(super) fn issuer(&self) -> &Authority {
        &self.path.last().expect("there is a root").authority
    }

    /// Certificates, the root's first.
    pub(super) fn certificates(&self) -> impl DoubleEndedIterator<Item = Vec<u8>> + '_ {
        (0..self.path.len()).map(|at| self.certificate(at))
    }

    fn certificate(&self, at: usize) -> Vec<u8> {
        let Link { authority, serial } = &self.path[at];
        let issuer = &self.path[at.saturating_sub(1)].authority;
        let template = Template {
            subject: authority.subject.clone(),
            serial: *serial,
            not_before: self.validity.0,
            not_after: self.validity.1,
            ca: true,
            usage: Usage::Certificates,
            extensions: Vec::new(),
        };
        issuer.issue(&template, &public(&authority.key)).expect("a certificate of names that are texts can be encoded")
    }
}

fn public(key: &SecretKey) -> PublicKey {
    p256_pair(key).expect("a scalar of P-256 can be encoded").public
}
