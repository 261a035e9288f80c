//! Retention: how much of a topic may go.
//!
//! A topic is kept in segments, and goes segment by segment, oldest first. What no sink has stored
//! yet stays, whatever its age, its size and the clock say: a clock that jumps can make records go
//! early or late, but never one that is needed.

use std::time::Duration;

/// Neighbouring records of a topic that go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The offset of the first record.
    pub first: u64,
    /// The offset after the last record.
    pub end: u64,
    /// The bytes of its records.
    pub bytes: u64,
    /// When the youngest of them was received, in milliseconds since 1970, UTC.
    pub newest: i64,
}

/// How long and how much of a topic is kept. Without a limit, everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Records of this age may go.
    pub age: Option<Duration>,
    /// Of each topic, so many bytes are kept.
    pub bytes: Option<u64>,
}

impl Default for Retention {
    /// A week: long enough to look into what happened, and the tables have everything anyway.
    fn default() -> Self {
        Self { age: Some(Duration::from_secs(7 * 24 * 60 * 60)), bytes: None }
    }
}

impl Retention {
    /// The offset before which everything may go, if anything may.
    ///
    /// `segments` are the oldest of the topic, in order, and `bytes` is the size of all there are.
    /// Every record before `stored` is in the tables and in no batch that is pending. `now` is in
    /// milliseconds since 1970, UTC.
    pub fn trim_before(&self, segments: &[Segment], bytes: u64, stored: u64, now: i64) -> Option<u64> {
        let mut left = bytes;
        let mut before = None;
        for segment in segments.iter().take_while(|segment| segment.end <= stored) {
            let is_old = self.age.is_some_and(|age| self::age(segment, now) >= age);
            let is_too_much = self.bytes.is_some_and(|limit| left > limit);
            if !is_old && !is_too_much {
                break;
            }
            left = left.saturating_sub(segment.bytes);
            before = Some(segment.end);
        }
        before
    }
}

/// Records from the future, as a clock makes them that was set back, are new.
fn age(segment: &Segment, now: i64) -> Duration {
    if now > segment.newest { Duration::from_millis(now.abs_diff(segment.newest)) } else { Duration::ZERO }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;

    fn segments(sizes: &[(u64, u64, i64)]) -> Vec<Segment> {
        let mut first = 0;
        let segment = |&(records, bytes, newest): &(u64, u64, i64)| {
            let segment = Segment { first, end: first + records, bytes, newest };
            first = segment.end;
            segment
        };
        sizes.iter().map(segment).collect()
    }

    fn older_than(ms: u64) -> Retention {
        Retention { age: Some(Duration::from_millis(ms)), bytes: None }
    }

    #[test]
    fn what_is_old_goes_and_what_is_young_stays() {
        let topic = segments(&[(10, 1, 100), (10, 1, 200), (10, 1, 300)]);
        let trim = |now| older_than(50).trim_before(&topic, 3, 30, now);
        assert_eq!([149, 150, 249, 250, 350].map(trim), [None, Some(10), Some(10), Some(20), Some(30)]);
    }

    #[test]
    fn the_oldest_go_until_the_rest_is_small_enough() {
        let topic = segments(&[(1, 40, 0), (1, 40, 0), (1, 40, 0)]);
        let trim = |limit| Retention { age: None, bytes: Some(limit) }.trim_before(&topic, 120, 3, 0);
        assert_eq!([120, 119, 80, 79, 40, 0].map(trim), [None, Some(1), Some(1), Some(2), Some(2), Some(3)]);
    }

    #[test]
    fn a_segment_that_is_only_partly_stored_stays() {
        let topic = segments(&[(10, 1, 0), (10, 1, 0)]);
        let trim = |stored| older_than(1).trim_before(&topic, 2, stored, i64::MAX);
        assert_eq!([0, 9, 10, 19, 20].map(trim), [None, None, Some(10), Some(10), Some(20)]);
    }

    #[test]
    fn without_limits_everything_stays() {
        let everything = Retention { age: None, bytes: None };
        assert_eq!(everything.trim_before(&segments(&[(1, 1, 0)]), 1, 1, i64::MAX), None);
    }

    proptest! {
        /// Whatever a clock says, now or when records came.
        #[test]
        fn nothing_goes_that_is_not_stored_and_nothing_stays_without_a_reason(
            sizes in vec((1..50_u64, 0..1000_u64, any::<i64>()), 0..20),
            stored in 0..600_u64,
            now in any::<i64>(),
            age in option::of(0..u64::MAX),
            limit in option::of(0..10_000_u64),
        ) {
            let topic = segments(&sizes);
            let bytes = topic.iter().map(|segment| segment.bytes).sum();
            let retention = Retention { age: age.map(Duration::from_millis), bytes: limit };
            let before = retention.trim_before(&topic, bytes, stored, now);
            prop_assert!(before.is_none_or(|before| before <= stored), "{before:?} is not stored");
            let (gone, kept): (Vec<&Segment>, Vec<&Segment>) =
                topic.iter().partition(|segment| before.is_some_and(|before| segment.end <= before));
            prop_assert!(before.is_none_or(|before| gone.last().is_some_and(|last| last.end == before)));
            // The oldest that is left says why.
            if let Some(oldest) = kept.first() {
                let left: u64 = kept.iter().map(|segment| segment.bytes).sum();
                let passed = (i128::from(now) - i128::from(oldest.newest)).max(0);
                let is_young = age.is_none_or(|age| passed < i128::from(age));
                let fits = limit.is_none_or(|limit| left <= limit);
                prop_assert!(oldest.end > stored || (is_young && fits));
            }
        }

        #[test]
        fn a_clock_that_is_ahead_lets_no_more_go_than_is_stored(
            sizes in vec((1..50_u64, 0..1000_u64, 0..1_000_000_i64), 1..20),
            stored in 0..600_u64,
        ) {
            let topic = segments(&sizes);
            let before = older_than(0).trim_before(&topic, 0, stored, i64::MAX);
            let whole = topic.iter().map(|segment| segment.end).take_while(|end| *end <= stored).last();
            prop_assert_eq!(before, whole);
        }
    }
}
