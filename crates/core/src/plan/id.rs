//! Which plan it is: the same id means that the same would be done.
//!
//! An id has three parts, so that two of them also tell why they differ: what is done, what the project
//! says, and what is deployed. Rows and bytes are left out: events come all the time, and as long as they
//! change nothing but the size of a load, it is the same plan.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Change, Edits, Plan};
use crate::deployment::{Deployed, Desired};

/// The id of a plan: `5f3c09ab12de-71d2e0-e4a0b7`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PlanId {
    done: String,
    project: String,
    deployed: String,
}

/// A text is no id of a plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected the id of a plan, such as 5f3c09ab12de-71d2e0-e4a0b7: antler plan prints it")]
pub struct NotAPlanId;

/// Why a plan is not the one that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// The project says something else.
    Project,
    /// Something was deployed.
    Deployed,
    /// Both.
    Both,
    /// Neither; events have come, and what may be done with a table depends on whether it has any.
    Events,
}

/// Digits of the first part, and of each of the others.
const DIGITS: (usize, usize) = (12, 6);

impl PlanId {
    /// The id of a plan that leads from `before` to what is desired.
    pub fn of(plan: &Plan, desired: &Desired, edits: Edits, before: &Deployed) -> Self {
        let mut done = plan.clone();
        for change in &mut done.changes {
            match change {
                Change::Load { rows, bytes, .. }
                | Change::Reload { rows, bytes, .. }
                | Change::Archive { rows, bytes, .. }
                | Change::Restore { rows, bytes, .. }
                | Change::Purge { rows, bytes, .. } => (*rows, *bytes) = (0, 0),
                Change::Create { .. }
                | Change::Share { .. }
                | Change::Rebuild { .. }
                | Change::Drop { .. }
                | Change::Retire { .. }
                | Change::Unretire { .. }
                | Change::Configure { .. }
                | Change::Connect { .. }
                | Change::Replace { .. }
                | Change::Disconnect { .. } => {}
            }
        }
        let (long, short) = DIGITS;
        Self {
            done: hash(&done, long),
            project: hash(&(desired, edits), short),
            deployed: hash(before, short),
        }
    }

    /// Why `now` is another plan. `None` when it is the same.
    pub fn moved(&self, now: &Self) -> Option<Moved> {
        match (self.project == now.project, self.deployed == now.deployed) {
            (true, true) if self.done == now.done => None,
            (true, true) => Some(Moved::Events),
            (false, true) => Some(Moved::Project),
            (true, false) => Some(Moved::Deployed),
            (false, false) => Some(Moved::Both),
        }
    }
}

/// The first digits of a hash of a value.
fn hash<T: Serialize>(value: &T, digits: usize) -> String {
    // A value that cannot be written is none of these; it would hash as nothing.
    let text = serde_json::to_vec(value).unwrap_or_default();
    let hash = Sha256::digest(&text);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    hex.chars().take(digits).collect()
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { done, project, deployed } = self;
        write!(f, "{done}-{project}-{deployed}")
    }
}

impl FromStr for PlanId {
    type Err = NotAPlanId;

    fn from_str(text: &str) -> Result<Self, NotAPlanId> {
        let part = |text: &str, digits| {
            let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if hex && text.len() == digits { Ok(text.to_owned()) } else { Err(NotAPlanId) }
        };
        let (long, short) = DIGITS;
        match text.split('-').collect::<Vec<_>>()[..] {
            [done, project, deployed] => Ok(Self {
                done: part(done, long)?,
                project: part(project, short)?,
                deployed: part(deployed, short)?,
            }),
            _ => Err(NotAPlanId),
        }
    }
}

impl TryFrom<String> for PlanId {
    type Error = NotAPlanId;
    fn try_from(text: String) -> Result<Self, NotAPlanId> {
        text.parse()
    }
}

impl From<PlanId> for String {
    fn from(id: PlanId) -> Self {
        id.to_string()
    }
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Project => "the project says something else since",
            Self::Deployed => "something was deployed since",
            Self::Both => "the project says something else since, and something was deployed",
            Self::Events => "events have come since, so that another thing has to be done with their table",
        })
    }
}
