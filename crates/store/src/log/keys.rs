//! The memory of appends that carry a key: what makes a repeated request harmless.
//!
//! ```text
//! key known?  ── no ──▶ blocks, key and answer in one group: all durable, or nothing
//!      │
//!      └── yes, and its time is not over ──▶ nothing is stored, the first answer is given again
//! ```
//!
//! A key is forgotten when its time is over, told by the requests that come in: this crate has no
//! clock. There are never many more than a fixed number of keys; beyond it the ones that would be
//! forgotten first go early.
//!
//! Only the writer thread uses this, so two appends with one key have an order.

use std::collections::BTreeMap;

use fjall::{Keyspace, Readable as _};

use super::{
    database::{Database, cause},
    layout::{self, StoredKey, UNTIL_PREFIX},
};
use crate::topics::{Appended, Once};

/// Keys that are remembered at the most.
pub(super) const MOST: usize = 1_000_000;
/// Keys that are forgotten after one group, beside twice as many as it has added.
const FORGET: usize = 256;

/// Changes of the keyspace `keys`.
pub(super) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Every key that is remembered.
pub(super) struct Keys {
    keyspace: Keyspace,
    most: usize,
    /// How many there are.
    count: usize,
    /// The time that the last request has told. Not the latest one: a clock that was wrong for a
    /// moment must not make every later key short-lived.
    now: i64,
    /// No key is to be forgotten before this time.
    next: i64,
}

/// What a group adds.
#[derive(Default)]
pub(super) struct NewKeys {
    pub(super) changes: Changes,
    /// Keys that this group has remembered, not yet durable.
    fresh: BTreeMap<String, Once>,
}

impl Keys {
    /// The keys of a database.
    pub(super) fn recover(database: &Database, most: usize) -> Result<Self, String> {
        let keyspace = database.keys.clone();
        let (mut count, mut next) = (0, i64::MAX);
        for entry in database.snapshot().prefix(&keyspace, UNTIL_PREFIX) {
            let entry = entry.key().map_err(|error| cause(&error))?;
            next = next.min(layout::until_of(&entry)?.0);
            count += 1;
        }
        Ok(Self { keyspace, most, count, now: i64::MIN, next })
    }

    /// What was answered to an earlier append with this key.
    pub(super) fn earlier(&mut self, once: &Once, group: &mut NewKeys) -> Result<Option<Appended>, String> {
        self.now = once.at;
        if let Some(Once { fingerprint, answer, .. }) = group.fresh.get(&once.key) {
            return Ok(Some(Appended::Before { fingerprint: *fingerprint, answer: answer.clone() }));
        }
        let stored = self.keyspace.get(layout::key_key(&once.key)).map_err(|error| cause(&error))?;
        let Some(stored) = stored else { return Ok(None) };
        let StoredKey { until, fingerprint, answer } = StoredKey::decode(&stored)?;
        if until > once.at {
            return Ok(Some(Appended::Before { fingerprint, answer: answer.to_vec() }));
        }
        group.changes.insert(layout::until_key(until, &once.key), None);
        self.count = self.count.saturating_sub(1);
        Ok(None)
    }

    /// Remembers an append that the group stores.
    pub(super) fn remember(&mut self, once: Once, group: &mut NewKeys) {
        group.changes.insert(layout::key_key(&once.key), Some(StoredKey::encode(&once)));
        group.changes.insert(layout::until_key(once.until, &once.key), Some(Vec::new()));
        self.count += 1;
        self.next = self.next.min(once.until);
        group.fresh.insert(once.key.clone(), once);
    }

    /// What to forget after a group that has added some keys. Forgetting later than that does no
    /// harm: a key whose time is over is known by its time.
    pub(super) fn forget(&mut self, added: usize) -> Result<Changes, String> {
        let mut changes = Changes::new();
        if self.next > self.now && self.count <= self.most {
            return Ok(changes);
        }
        self.next = i64::MAX;
        for entry in self.keyspace.prefix(UNTIL_PREFIX) {
            let entry = entry.key().map_err(|error| cause(&error))?;
            let (until, key) = layout::until_of(&entry)?;
            let is_over = until <= self.now || self.count > self.most;
            if !is_over || changes.len() / 2 >= FORGET + 2 * added {
                self.next = until;
                break;
            }
            changes.insert(layout::key_key(key), None);
            changes.insert(entry.to_vec(), None);
            self.count = self.count.saturating_sub(1);
        }
        Ok(changes)
    }
}

impl NewKeys {
    /// How many keys the group adds.
    pub(super) fn added(&self) -> usize {
        self.fresh.len()
    }
}
