//! How fast the loads of a project have been, so that a plan can say how long the next one takes.
//!
//! What counts is the time that chunks took, without the rests between them: limits change from load to
//! load, the machine and the rows much less. The last load counts half, the one before a quarter, and so
//! on. A small load says nothing, since it is mostly beginnings and ends.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::pace::Loaded;

/// The least rows of a load that says something.
const TELLING: u64 = 10_000;
/// What is assumed before the first load, in rows each second. Narrow rows were loaded fifty times as
/// fast: `docs/benchmarks.md`.
const ASSUMED: NonZeroU64 = NonZeroU64::new(100_000).expect("it is not zero");

/// What was measured. The stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speed {
    format: u32,
    rows: u64,
    milliseconds: u64,
}

/// Rows in a second, and why one believes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// So many.
    pub rows_per_second: NonZeroU64,
    /// Why.
    pub basis: Basis,
}

/// Why one believes a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Earlier loads of this project were so fast.
    Measured,
    /// Nothing was measured yet; most loads are faster.
    Assumed,
    /// Loads may not be faster.
    Limited,
}

impl Speed {
    /// The version of the stored form.
    pub const FORMAT: u32 = 1;

    /// What is known after a load whose chunks were so many rows and took so long together.
    #[must_use]
    pub fn after(self, load: Loaded) -> Self {
        let milliseconds = u64::try_from(load.took.as_millis()).unwrap_or(u64::MAX);
        if load.rows < TELLING || milliseconds == 0 {
            return self;
        }
        // As much weight as the loads before it together, however long each of them was.
        let (rows, before) = match self.milliseconds {
            0 => (0, 0),
            before => (scaled(self.rows, milliseconds, before), milliseconds),
        };
        Self {
            rows: rows.saturating_add(load.rows),
            milliseconds: before.saturating_add(milliseconds),
            ..self
        }
    }

    /// How fast the next load will likely be, where it may not be faster than `max_rate`.
    pub fn next(self, max_rate: Option<NonZeroU64>) -> Rate {
        let measured = (self.milliseconds > 0).then(|| scaled(self.rows, 1000, self.milliseconds));
        let rate = match measured.and_then(NonZeroU64::new) {
            Some(rows_per_second) => Rate { rows_per_second, basis: Basis::Measured },
            None => Rate { rows_per_second: ASSUMED, basis: Basis::Assumed },
        };
        match max_rate {
            Some(limit) if limit < rate.rows_per_second => {
                Rate { rows_per_second: limit, basis: Basis::Limited }
            }
            Some(_) | None => rate,
        }
    }
}

impl Default for Speed {
    fn default() -> Self {
        Self { format: Self::FORMAT, rows: 0, milliseconds: 0 }
    }
}

/// `number * by / of`, for an `of` that is not zero.
fn scaled(number: u64, by: u64, of: u64) -> u64 {
    let scaled = (u128::from(number) * u128::from(by)).checked_div(u128::from(of)).unwrap_or_default();
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn load(rows: u64, seconds: u64) -> Loaded {
        Loaded { rows, took: Duration::from_secs(seconds) }
    }

    fn next(speed: Speed, max_rate: u64) -> (u64, Basis) {
        let Rate { rows_per_second, basis } = speed.next(NonZeroU64::new(max_rate));
        (rows_per_second.get(), basis)
    }

    #[test]
    fn something_is_assumed_until_a_load_has_said_something() {
        let new = Speed::default();
        assert_eq!(next(new, 0), (100_000, Basis::Assumed));
        for nothing in [load(9_999, 1), load(10_000, 0), load(0, 3)] {
            assert_eq!(new.after(nothing), new);
        }
        assert_eq!(next(new.after(load(1_000_000, 2)), 0), (500_000, Basis::Measured));
    }

    #[test]
    fn the_last_load_counts_half_however_long_the_ones_before_were() {
        let known = Speed::default().after(load(4_000_000_000, 4_000)).after(load(20_000, 1));
        assert_eq!(next(known, 0), (510_000, Basis::Measured));
        assert_eq!(next(known.after(load(510_000, 1)), 0), (510_000, Basis::Measured));
        let most = Speed::default().after(load(u64::MAX, 1)).after(load(u64::MAX, u64::MAX));
        assert!(next(most, 0).0 > 0);
    }

    #[test]
    fn no_load_is_faster_than_it_may_be() {
        let known = Speed::default().after(load(1_000_000, 1));
        assert_eq!(next(known, 500), (500, Basis::Limited));
        assert_eq!(next(known, 2_000_000), (1_000_000, Basis::Measured));
        assert_eq!(next(Speed::default(), 500), (500, Basis::Limited));
    }

    #[test]
    fn the_stored_form_is_read_back() {
        let stored = serde_json::to_string(&Speed::default().after(load(10_000, 1))).unwrap();
        assert_eq!(stored, r#"{"format":1,"rows":10000,"milliseconds":1000}"#);
        assert_eq!(next(serde_json::from_str(&stored).unwrap(), 0), (10_000, Basis::Measured));
    }
}
