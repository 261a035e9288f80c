//! How fast a load is, and how long it will take.
//!
//! The rate is that of the last [`WINDOW`]: rows that were loaded in it, over the time that it took,
//! rests included. So it tells of now, not of an hour ago; it falls while a chunk takes long; and
//! after an interruption it begins anew, since what happened before says nothing of what comes.

use std::{collections::VecDeque, time::Duration};

/// How far the rate looks back.
const WINDOW: Duration = Duration::from_secs(10);

/// Measures a load while it runs. Times are those since any one instant.
#[derive(Debug, Clone)]
pub struct Meter {
    /// How far the load was, and when; the oldest first, never empty.
    marks: VecDeque<(Duration, u64)>,
}

impl Meter {
    /// Begins to measure a load that has this many rows done.
    pub fn start(now: Duration, done: u64) -> Self {
        Self { marks: VecDeque::from([(now, done)]) }
    }

    /// Notes how many rows are done.
    pub fn mark(&mut self, now: Duration, done: u64) {
        self.marks.push_back((now, done));
        // The window begins at the last mark before it, so that it is never shorter than it says.
        while self.marks.get(1).is_some_and(|(at, _)| *at + WINDOW <= now) {
            self.marks.pop_front();
        }
    }

    /// Rows in a second; `None` before the first chunk is done.
    pub fn rows_per_second(&self, now: Duration) -> Option<u64> {
        let ((since, before), (_, done)) = (self.marks.front()?, self.marks.back()?);
        let (rows, took) = (done.checked_sub(*before)?, now.checked_sub(*since)?.as_secs_f64());
        (rows > 0 && took > 0.0).then(|| (rows as f64 / took) as u64)
    }
}

/// How long the rest takes at this rate, in milliseconds. `None` when nothing moves.
pub fn left_ms(rows: u64, rows_per_second: u64) -> Option<u64> {
    let milliseconds = (u128::from(rows) * 1000).checked_div(u128::from(rows_per_second))?;
    Some(u64::try_from(milliseconds).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn there_is_no_rate_before_the_first_chunk_and_then_it_is_rows_over_time() {
        let mut meter = Meter::start(at(5), 1000);
        assert_eq!(meter.rows_per_second(at(7)), None);
        meter.mark(at(7), 3000);
        assert_eq!(meter.rows_per_second(at(7)), Some(1000));
    }

    #[test]
    fn the_rate_forgets_what_was_before_its_window() {
        let mut meter = Meter::start(at(0), 0);
        (1..=60).for_each(|second| meter.mark(at(second), second * 100));
        (61..=75).for_each(|second| meter.mark(at(second), 6000 + (second - 60) * 500));
        assert_eq!(meter.rows_per_second(at(75)), Some(500));
        assert!(meter.marks.len() <= 12, "{} marks are kept", meter.marks.len());
    }

    #[test]
    fn the_rate_falls_while_a_chunk_takes_long() {
        let mut meter = Meter::start(at(0), 0);
        meter.mark(at(1), 1000);
        assert_eq!([1, 2, 10].map(|now| meter.rows_per_second(at(now))), [1000, 500, 100].map(Some));
    }

    #[test]
    fn what_is_left_takes_as_long_as_the_rate_says_and_for_ever_at_none() {
        assert_eq!(left_ms(3000, 2000), Some(1500));
        assert_eq!(left_ms(0, 2000), Some(0));
        assert_eq!(left_ms(3000, 0), None);
        assert_eq!(left_ms(u64::MAX, 1), Some(u64::MAX));
    }
}
