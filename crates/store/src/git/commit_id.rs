//! The full name of a commit.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The full hash of a commit: 40 hexadecimal digits, or 64 in a repository with SHA-256. Never
/// abbreviated: a short hash can come to mean another commit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CommitId(String);

/// The text is not a full commit hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a full commit hash: expected 40 digits, 0 to 9 and a to f")]
pub struct NotACommitId(String);

impl CommitId {
    /// The hash as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CommitId {
    type Err = NotACommitId;

    fn from_str(text: &str) -> Result<Self, NotACommitId> {
        let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if hex && matches!(text.len(), 40 | 64) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotACommitId(text.to_owned()))
        }
    }
}

impl TryFrom<String> for CommitId {
    type Error = NotACommitId;
    fn try_from(text: String) -> Result<Self, NotACommitId> {
        text.parse()
    }
}

impl From<CommitId> for String {
    fn from(commit: CommitId) -> Self {
        commit.0
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_full_hashes_in_lower_case_are_commit_ids() {
        let full = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(full.parse::<CommitId>().unwrap().to_string(), full);
        assert!("ab".repeat(32).parse::<CommitId>().is_ok());
        for text in ["", "0123456", &full.to_uppercase(), &full[1..], &format!("{full}0"), "main"] {
            assert!(text.parse::<CommitId>().is_err(), "{text}");
        }
    }
}
