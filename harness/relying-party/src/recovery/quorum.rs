//! Whether enough people approved, from enough different groups.

use std::collections::BTreeSet;

use crate::policy::ApprovalQuorum;
use crate::store::{Account, Accounts};

/// How a quorum calls the manager of the user it is about.
const MANAGER: &str = "user.manager";

/// Which of the quorum's groups somebody stands for, by their place in the list.
pub(super) fn stands_for(quorum: &ApprovalQuorum, user: &Account, approver: &Account) -> Vec<usize> {
    if approver.name == user.name || approver.disabled {
        return Vec::new();
    }
    let stands_for = |group: &String| match group.as_str() {
        MANAGER => user.manager.as_deref() == Some(&approver.name),
        _ => approver.groups.contains(group),
    };
    (0..quorum.from_groups.len()).filter(|at| stands_for(&quorum.from_groups[*at])).collect()
}

/// Whether enough different people approved, each for another group as far as the count allows.
pub(super) fn is_met(
    quorum: &ApprovalQuorum,
    user: &Account,
    accounts: &Accounts,
    approvers: &BTreeSet<String>,
) -> bool {
    let groups: Vec<Vec<usize>> = approvers
        .iter()
        .filter_map(|name| accounts.get(name))
        .map(|approver| stands_for(quorum, user, approver))
        .filter(|groups| !groups.is_empty())
        .collect();
    let count = usize::try_from(quorum.count.get()).unwrap_or(usize::MAX);
    groups.len() >= count && covered(&groups, quorum.from_groups.len()) >= count.min(quorum.from_groups.len())
}

/// How many groups can be covered by people who each cover one: a maximum matching, by augmenting paths.
fn covered(people: &[Vec<usize>], groups: usize) -> usize {
    fn place(person: usize, people: &[Vec<usize>], holder: &mut [Option<usize>], seen: &mut [bool]) -> bool {
        for &group in &people[person] {
            if !std::mem::replace(&mut seen[group], true)
                && holder[group].is_none_or(|other| place(other, people, holder, seen))
            {
                holder[group] = Some(person);
                return true;
            }
        }
        false
    }
    let mut holder = vec![None; groups];
    (0..people.len()).filter(|person| place(*person, people, &mut holder, &mut vec![false; groups])).count()
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::entropy::Entropy;
    use crate::policy::ApprovalMethod;

    fn met(approvers: &[&str]) -> bool {
        let entropy = Entropy::new(Some([0; 32]));
        let mut accounts = Accounts::new(Vec::new());
        let security = || vec!["security_team".to_owned()];
        accounts.create("user", security(), Some("boss".into()), &entropy);
        accounts.create("boss", security(), None, &entropy);
        accounts.create("guard1", security(), None, &entropy);
        accounts.create("guard2", security(), None, &entropy);
        accounts.create("stranger", Vec::new(), None, &entropy);
        let quorum = ApprovalQuorum {
            count: NonZeroU32::new(2).unwrap(),
            from_groups: vec![MANAGER.into(), "security_team".into()],
            method: ApprovalMethod::AdminRecord,
        };
        let approvers = approvers.iter().map(|name| (*name).to_owned()).collect();
        is_met(&quorum, accounts.get("user").unwrap(), &accounts, &approvers)
    }

    #[test]
    fn two_people_from_two_groups_are_enough() {
        assert!(met(&["boss", "guard1"]));
        assert!(met(&["boss", "guard1", "stranger"]));
    }

    #[test]
    fn one_person_one_group_strangers_and_the_user_are_not() {
        for approvers in [&["boss"][..], &["guard1", "guard2"], &["boss", "stranger"], &["boss", "user"], &[]] {
            assert!(!met(approvers), "{approvers:?}");
        }
    }

    #[test]
    fn somebody_in_both_groups_counts_for_the_one_that_is_free() {
        assert_eq!(covered(&[vec![0, 1], vec![0]], 2), 2);
        assert_eq!(covered(&[vec![0], vec![0]], 2), 1);
    }
}
