//! The pace of a sink: when the next batch of a topic begins.
//!
//! An insert costs the same few milliseconds for one row as for a thousand, and leaves a part behind
//! that has to be merged. So a topic rests after a small batch, in proportion to what that batch took:
//! where the database is idle, events are in their tables within moments, and where it is not, batches
//! grow until they are worth it. A batch that was full, by rows or by bytes, was not the last one of
//! what waits, and the next follows at once.

use std::time::Duration;

/// A batch of this many records is worth its insert.
const FULL_RECORDS: u64 = 10_000;
/// A batch of this many bytes is worth its insert.
const FULL_BYTES: u64 = 4 << 20;
/// How many times as long as its small batches take a topic rests, so that all its small batches
/// together cost a thread a fifth of its time.
const REST: u32 = 4;
/// The shortest and the longest rest. Freshness is the longest one and two inserts, at the worst.
const LIMITS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(150));

/// What a batch brought into the tables.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Batch {
    /// Its records. None when there was nothing to do.
    pub records: u64,
    /// What they take as JSON.
    pub bytes: u64,
}

/// How a topic goes on after a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Hardly anything waits: it rests for so long.
    Steady(Duration),
    /// Full batches wait: no rest.
    CatchingUp,
}

impl Batch {
    /// How the topic goes on after this batch, which took so long.
    pub fn pace(self, took: Duration) -> Pace {
        if self.records >= FULL_RECORDS || self.bytes >= FULL_BYTES {
            Pace::CatchingUp
        } else {
            Pace::Steady(took.saturating_mul(REST).clamp(LIMITS.0, LIMITS.1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(records: u64, bytes: u64, took: u64) -> Pace {
        Batch { records, bytes }.pace(Duration::from_millis(took))
    }

    #[test]
    fn a_small_batch_is_followed_by_a_rest_that_grows_with_what_it_took_up_to_a_limit() {
        let rests = [0, 5, 10, 30, 40, 5000].map(|took| pace(50, 5000, took));
        let expected = [20, 20, 40, 120, 150, 150].map(|rest| Pace::Steady(Duration::from_millis(rest)));
        assert_eq!(rests, expected);
    }

    #[test]
    fn a_batch_that_is_full_by_rows_or_by_bytes_is_followed_by_the_next() {
        assert_eq!(pace(FULL_RECORDS, 0, 500), Pace::CatchingUp);
        assert_eq!(pace(100, FULL_BYTES, 500), Pace::CatchingUp);
        assert_ne!(pace(FULL_RECORDS - 1, FULL_BYTES - 1, 500), Pace::CatchingUp);
    }
}
