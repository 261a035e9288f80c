//! The segment at the end of a topic, which is not complete yet, and the rule when it is.
//!
//! Segments are what a topic is trimmed by: large enough that there are few of them, small enough
//! that a limit is not overshot by much.

use antler_core::retention::Segment;

use crate::topics::Offset;

/// A segment of this size is complete.
const FULL_BYTES: u64 = 4 << 20;
/// A segment whose first and last record came this many milliseconds apart is complete.
const FULL_MS: u64 = 60_000;

/// The records after the last complete segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenSegment {
    /// What it would be if it were complete now.
    pub(super) so_far: Segment,
    /// When its first record was received.
    since: i64,
}

impl OpenSegment {
    /// An empty one.
    pub(super) fn at(first: Offset) -> Self {
        Self { so_far: Segment { first, end: first, bytes: 0, newest: i64::MIN }, since: 0 }
    }

    /// Whether there are no records in it.
    pub(super) fn is_empty(&self) -> bool {
        self.so_far.first == self.so_far.end
    }

    /// Whether a record that was received at a time belongs to a new segment.
    pub(super) fn is_complete(&self, received_at: i64) -> bool {
        let long = received_at.abs_diff(self.since) >= FULL_MS;
        !self.is_empty() && (self.so_far.bytes >= FULL_BYTES || long)
    }

    /// Adds records up to an offset.
    pub(super) fn grow(&mut self, end: Offset, bytes: u64, received_at: i64) {
        if self.is_empty() {
            self.since = received_at;
        }
        self.so_far.end = end;
        self.so_far.bytes += bytes;
        self.so_far.newest = self.so_far.newest.max(received_at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_complete_by_size_or_by_time_in_either_direction_but_never_empty() {
        assert!(!OpenSegment::at(5).is_complete(i64::MAX));
        let mut open = OpenSegment::at(5);
        open.grow(7, 100, 1_000_000);
        assert!(!open.is_complete(1_059_999) && open.is_complete(1_060_000));
        assert!(!open.is_complete(940_001) && open.is_complete(940_000), "a clock that was set back");
        assert!(open.is_complete(i64::MIN) && open.is_complete(i64::MAX));
        open.grow(8, FULL_BYTES - 101, 900_000);
        assert!(!open.is_complete(1_000_000));
        open.grow(9, 1, 900_000);
        assert!(open.is_complete(1_000_000));
        assert_eq!(open.so_far, Segment { first: 5, end: 9, bytes: FULL_BYTES, newest: 1_000_000 });
    }
}
