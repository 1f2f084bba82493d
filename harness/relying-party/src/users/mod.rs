//! Users files: who is known from the start, and in which groups.

use std::collections::BTreeSet;
use std::path::Path;

use schemars::{JsonSchema, Schema, schema_for};
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::ceremony::name_problem;
use crate::policy::FileError;
use crate::policy::error::{nearest, read};

/// Who is known from the start, and in which groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Users {
    /// The users, in the order of the file.
    pub users: Vec<User>,
    /// The groups of somebody nobody has heard of.
    pub newcomers: Vec<String>,
}

/// Somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The name, as the client sends it.
    pub name: String,
    /// The groups.
    pub groups: Vec<String>,
    /// The name of the manager: `user.manager` in a policy.
    pub manager: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "keyrig users")]
struct UsersFile {
    /// The users.
    users: Vec<UserEntry>,
    /// The groups of somebody nobody has heard of, who may enrol.
    newcomers: Vec<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct UserEntry {
    /// The name, as the client sends it.
    #[schemars(with = "String")]
    name: Spanned<String>,
    /// The groups.
    groups: Vec<String>,
    /// The name of the manager.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    manager: Option<Spanned<String>>,
}

impl Users {
    /// The users in the crate.
    pub fn builtin() -> Self {
        Self::read("users", include_str!("../../policies/users.yaml")).expect("the users in the crate are tested")
    }

    /// Reads the text of a users file; `name` is what errors call it.
    ///
    /// # Errors
    ///
    /// [`FileError`] names line and column: also of a name that stands twice, and of a manager whom nobody knows.
    pub fn read(name: &str, text: &str) -> Result<Self, Box<FileError>> {
        let file: UsersFile = read(name, text)?;
        let mut names = BTreeSet::new();
        for user in &file.users {
            if let Some(problem) = name_problem(&user.name.value) {
                let message = format!("read the user {:?}: {problem}", user.name.value);
                return Err(Box::new(FileError::at(name, text, user.name.referenced, message, None)));
            }
            if !names.insert(user.name.value.as_str()) {
                let message = format!("read the user `{}`: that name stands twice", user.name.value);
                return Err(Box::new(FileError::at(name, text, user.name.referenced, message, None)));
            }
        }
        for manager in file.users.iter().filter_map(|user| user.manager.as_ref()) {
            if !names.contains(manager.value.as_str()) {
                let message = format!("find the manager `{}`: no user has that name", manager.value);
                let help = nearest(&manager.value, names.iter().copied());
                return Err(Box::new(FileError::at(name, text, manager.referenced, message, help)));
            }
        }
        let user = |entry: UserEntry| User {
            name: entry.name.value,
            groups: entry.groups,
            manager: entry.manager.map(|manager| manager.value),
        };
        Ok(Self { users: file.users.into_iter().map(user).collect(), newcomers: file.newcomers })
    }

    /// The JSON Schema of a users file.
    pub fn schema() -> Schema {
        schema_for!(UsersFile)
    }

    /// Reads a users file.
    ///
    /// # Errors
    ///
    /// [`FileError`], as [`Self::read`]; also where the file cannot be read at all.
    pub fn load(path: &Path) -> Result<Self, Box<FileError>> {
        let text = keyrig_files::text(path).map_err(|error| Box::new(FileError::unreadable(path, &error)))?;
        Self::read(&path.display().to_string(), &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_users_have_their_groups_and_managers() {
        let users = Users::builtin();
        let find = |name: &str| users.users.iter().find(|user| user.name == name).unwrap();
        assert_eq!(find("admin1@corp.example.com").groups, ["tier-0-admins", "privileged_users"]);
        assert_eq!(find("alice@corp.example.com").manager.as_deref(), Some("manager1@corp.example.com"));
        assert_eq!(users.newcomers, ["tier-2-workforce", "general_workforce"]);
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        let twice = "users:\n  - {name: a, groups: []}\n  - {name: a, groups: []}\nnewcomers: []\n";
        let error = Users::read("u.yaml", twice).unwrap_err();
        assert_eq!((error.line(), error.to_string().contains("stands twice")), (Some(3), true));

        for name in ["\"\"", "\"a\\u0007b\"", &"x".repeat(257)] {
            let text =
                format!("users:\n  - {{name: a, groups: []}}\n  - {{name: {name}, groups: []}}\nnewcomers: []\n");
            let error = Users::read("u.yaml", &text).unwrap_err();
            assert_eq!((error.line(), error.to_string().contains("control characters")), (Some(3), true), "{error}");
        }

        let nobody = "users:\n  - name: anna\n    groups: []\n    manager: ana\nnewcomers: []\n";
        let error = Users::read("u.yaml", nobody).unwrap_err();
        assert_eq!((error.line(), error.advice()), (Some(4), Some("did you mean `anna`?")));
    }
}
