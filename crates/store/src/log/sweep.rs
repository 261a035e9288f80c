//! Deleting blocks that nobody can read any more, a few at a time: those of removed topics and
//! those that were trimmed.
//!
//! Deleting needs no sync. What says that the blocks are gone (the mark of a removed topic, the
//! start of a trimmed one) is durable before a sweep begins, so one that was cut short begins
//! again when the log is opened.

use std::thread::{self, JoinHandle};

use fjall::PersistMode;

use super::{
    database::{Database, cause},
    layout::{self, TopicId},
};
use crate::topics::Offset;

/// How many entries are deleted at once, after one group.
const PORTION: usize = 256;

/// Fewer deleted bytes than these are not worth it, nor fewer than half of what is left.
const RECLAIM_FROM: u64 = 32 << 20;

/// Blocks to delete.
#[derive(Debug)]
pub(super) struct Sweep {
    /// Whose.
    pub(super) id: TopicId,
    /// Those before it are deleted already.
    pub(super) from: Offset,
    /// Up to where.
    pub(super) until: SweepUntil,
    /// What they take, as far as it is known.
    pub(super) bytes: u64,
}

/// Gives space back once it is worth it. fjall's own compactions do not: they wait for levels to
/// fill, and what is deleted here is never overwritten (measured: of 400 MB none came back).
#[derive(Debug, Default)]
pub(super) struct Reclaim {
    /// Bytes that were deleted since it ran.
    deleted: u64,
    running: Option<JoinHandle<()>>,
}

impl Reclaim {
    /// Notes that bytes were deleted, of which so many are left.
    pub(super) fn deleted(&mut self, bytes: u64, left: u64, database: &Database) {
        self.deleted += bytes;
        let is_running = self.running.as_ref().is_some_and(|running| !running.is_finished());
        if is_running || self.deleted < RECLAIM_FROM.max(left / 2) {
            return;
        }
        let database = database.clone();
        let compact = move || {
            if let Err(error) = database.compact() {
                tracing::warn!(error = cause(&error), "the space of deleted records was not given back");
            }
        };
        // Without a thread now, the next deletion tries again.
        if let Ok(running) = thread::Builder::new().name("antler-log-space".to_owned()).spawn(compact) {
            (self.deleted, self.running) = (0, Some(running));
        }
    }
}

impl Drop for Reclaim {
    /// The thread has the folder of the log open.
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            // A panic was reported when it happened.
            let _ = running.join();
        }
    }
}

/// How far a sweep goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SweepUntil {
    /// To the block that starts there.
    Offset(Offset),
    /// The topic was removed.
    NothingIsLeft,
}

impl Sweep {
    /// Deletes some. Whether it was the last of them.
    pub(super) fn step(&mut self, database: &Database) -> Result<bool, String> {
        let mut batch = database.batch();
        let end = match self.until {
            SweepUntil::Offset(end) => end,
            SweepUntil::NothingIsLeft => Offset::MAX,
        };
        let mut deleted = 0;
        for block in database.blocks.range(self.id.block(self.from)..self.id.block(end)).take(PORTION) {
            let key = block.key().map_err(|error| cause(&error))?;
            self.from = layout::offset_of(&key)?;
            batch.remove(&database.blocks, key);
            deleted += 1;
        }
        let done = deleted < PORTION;
        if done && self.until == SweepUntil::NothingIsLeft {
            for segment in database.segments.range(self.id.blocks_from(0)) {
                batch.remove(&database.segments, segment.key().map_err(|error| cause(&error))?);
            }
            batch.remove(&database.catalogue, layout::start_key(self.id));
            batch.remove(&database.catalogue, layout::removed_key(self.id));
        }
        database.commit(batch, PersistMode::Buffer).map_err(|error| cause(&error))?;
        Ok(done)
    }
}
