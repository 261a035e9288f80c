//! The pace of a load: how long it rests after a chunk.
//!
//! A load rests for two reasons, and the longer rest counts:
//!
//! - it must not be faster than somebody wants. That holds on average: a chunk is loaded at full speed,
//!   and the rest after it makes up for that;
//! - sinks are behind their topics, so the machine has too much to do, and fresh events come first. The
//!   rest grows with what waits, in proportion to what the chunk took. It has an end: a load that waited
//!   for producers to be quiet would never end where they never are.

use std::{num::NonZeroU64, time::Duration};

/// Records that may wait in topics without a load giving way: a batch or two, which a sink takes at once.
const UNNOTICED: u64 = 20_000;
/// The most a load gives way: this many times as long as its chunks take. It has a fifth of the time then.
const MOST_WAY: u32 = 4;

/// A chunk that was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loaded {
    /// Its rows.
    pub rows: u64,
    /// How long it took.
    pub took: Duration,
}

impl Loaded {
    /// How long the load rests after this chunk, with so many rows allowed in a second and so many
    /// records waiting in topics.
    pub fn rest(self, max_rate: Option<NonZeroU64>, lag: u64) -> Duration {
        let steps = u32::try_from(lag / UNNOTICED).unwrap_or(u32::MAX).min(MOST_WAY);
        let way = self.took.saturating_mul(steps);
        let slower = max_rate.map(|rate| self.at(rate).saturating_sub(self.took));
        way.max(slower.unwrap_or_default())
    }

    /// How long the chunk would take at a rate.
    fn at(self, rate: NonZeroU64) -> Duration {
        let milliseconds = u128::from(self.rows) * 1000 / u128::from(rate.get());
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHUNK: Loaded = Loaded { rows: 100_000, took: Duration::from_millis(50) };

    fn rest(max_rate: u64, lag: u64) -> u128 {
        CHUNK.rest(NonZeroU64::new(max_rate), lag).as_millis()
    }

    #[test]
    fn a_load_that_nothing_stands_against_does_not_rest() {
        assert_eq!(rest(0, 0), 0);
        assert_eq!(rest(0, UNNOTICED - 1), 0);
    }

    #[test]
    fn a_rest_makes_up_for_what_a_chunk_was_too_fast() {
        assert_eq!(rest(100_000, 0), 950);
        assert_eq!(rest(10_000_000, 0), 0, "it was slower than that");
        assert_eq!(rest(1, 0), 99_999_950);
        let widest = Loaded { rows: u64::MAX, took: Duration::ZERO };
        assert_eq!(widest.rest(NonZeroU64::new(1), 0), Duration::from_millis(u64::MAX));
    }

    #[test]
    fn a_load_gives_way_to_what_waits_but_never_stands_still() {
        let rests = [1, 2, 3, 4, 5, 1_000_000].map(|times| rest(0, UNNOTICED * times));
        assert_eq!(rests, [50, 100, 150, 200, 200, 200]);
        assert_eq!(rest(0, u64::MAX), 200);
    }

    #[test]
    fn the_longer_rest_counts() {
        assert_eq!(rest(100_000, u64::MAX), 950);
        assert_eq!(rest(1_000_000, u64::MAX), 200);
    }
}
