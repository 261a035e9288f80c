//! The ledger: every event that a topic has received has one fate on its way to each version.
//!
//! For each hop, `received = stored + filtered + failed`, event by event. The numbers are not
//! counted along the way: they are found in the tables, which hold the offset of every event.
//! Nothing here looks at a database; see [`crate::sql::statement::buckets`] for the questions.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::names::{ModelName, ModelVersion, TopicName};

/// The most exceptions that are named for one hop.
pub const NAMED: usize = 20;

/// What became of the events of one topic on their way to one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The way.
    pub hop: LedgerHop,
    /// The topic.
    pub topic: TopicName,
    /// Events that the sink has brought on their way. All numbers below are about these.
    pub received: u64,
    /// Events that are in the topic and wait for the sink.
    pub waiting: u64,
    /// Rows in the target's storage table.
    pub stored: u64,
    /// Events that a migration left out.
    pub filtered: u64,
    /// Events that are dead letters and were not replayed.
    pub failed: u64,
    /// Whether all of it can be expected to be there.
    pub state: AccountState,
    /// Events that do not have exactly one fate, at most [`NAMED`] ranges.
    pub exceptions: Vec<Exception>,
    /// Whether there are more.
    pub more_exceptions: bool,
}

/// From where to where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerHop {
    /// From an endpoint's topic to a version; both ends are the same for a version's own table.
    Rows {
        /// The node of the topic.
        from: ModelVersion,
        /// The node of the table.
        to: ModelVersion,
    },
    /// From the endpoints of a model to its dead letters.
    Refused {
        /// The model.
        model: ModelName,
    },
}

/// Whether the account of a hop can be closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountState {
    /// Everything that was received must be accounted for.
    Complete,
    /// An initial load is on its way to the target, so rows may be missing still.
    Loading,
}

/// Events that follow each other and have the same wrong number of fates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The offset of the first one.
    pub first: u64,
    /// The offset after the last one.
    pub end: u64,
    /// How many fates each has: none, or more than one.
    pub fates: u64,
}

impl Account {
    /// Whether every event has one fate. While a load is on its way, none may have more than one.
    pub fn adds_up(&self) -> bool {
        match self.state {
            AccountState::Complete => self.exceptions.is_empty(),
            AccountState::Loading => self.exceptions.iter().all(|exception| exception.fates == 0),
        }
    }
}

/// Puts single offsets, in order and each with its number of fates, together to ranges.
pub fn ranges(offsets: impl IntoIterator<Item = (u64, u64)>) -> Vec<Exception> {
    let mut ranges: Vec<Exception> = Vec::new();
    for (offset, fates) in offsets {
        match ranges.last_mut() {
            Some(last) if last.end == offset && last.fates == fates => last.end += 1,
            _ => ranges.push(Exception { first: offset, end: offset + 1, fates }),
        }
    }
    ranges
}

impl fmt::Display for LedgerHop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows { from, to } if from == to => write!(f, "{from}"),
            Self::Rows { from, to } => write!(f, "{from} → {to}"),
            Self::Refused { model } => write!(f, "{model} → dead letters"),
        }
    }
}

impl fmt::Display for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { first, end, fates } = *self;
        let events = end - first;
        if events == 1 {
            write!(f, "offset {first}")?;
        } else {
            write!(f, "offsets {first} to {} ({events} events)", end - 1)?;
        }
        match fates {
            0 => f.write_str(if events == 1 { " is missing" } else { " are missing" }),
            1 => Ok(()),
            2 => f.write_str(if events == 1 { " is there twice" } else { " are there twice" }),
            many => write!(f, " {} there {many} times", if events == 1 { "is" } else { "are" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_that_follow_each_other_with_the_same_fates_are_one_range() {
        let found = ranges([(3, 0), (4, 0), (5, 2), (7, 2), (8, 3), (9, 3)]);
        let shown: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "offsets 3 to 4 (2 events) are missing",
                "offset 5 is there twice",
                "offset 7 is there twice",
                "offsets 8 to 9 (2 events) are there 3 times",
            ]
        );
        assert!(ranges([]).is_empty());
    }

    #[test]
    fn while_a_load_is_on_its_way_events_may_be_missing_and_none_may_be_there_twice() {
        let of = |state, fates| Account {
            hop: LedgerHop::Refused { model: "A".parse().unwrap() },
            topic: "t".parse().unwrap(),
            received: 1,
            waiting: 0,
            stored: fates,
            filtered: 0,
            failed: 0,
            state,
            exceptions: ranges([(0, fates)]),
            more_exceptions: false,
        };
        assert!(!of(AccountState::Complete, 0).adds_up());
        assert!(of(AccountState::Loading, 0).adds_up());
        assert!(!of(AccountState::Loading, 2).adds_up());
    }
}
