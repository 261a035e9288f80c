//! What makes a server die, and which fail points have done so.

use std::{collections::BTreeMap, fmt, time::Duration};

use antler_server::fail_point::FailPoint;

use crate::chance::Chance;

/// How long a server lives if its fail point is not reached.
const PATIENCE: Duration = Duration::from_millis(2500);

/// The points that events pass all the time.
pub const SINKS: [FailPoint; 4] =
    [FailPoint::SinkChosen, FailPoint::SinkIntended, FailPoint::SinkInserted, FailPoint::SinkDone];

/// The points on the way of dead letters that are replayed.
pub const REPLAYS: [FailPoint; 3] =
    [FailPoint::ReplayAppended, FailPoint::ReplayFilled, FailPoint::ReplaySettled];

/// What a server will die of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `kill -9` after a time.
    Instant(Duration),
    /// A fail point that is reached some number of times.
    Point {
        /// Which.
        point: FailPoint,
        /// The time that it dies.
        times: u64,
    },
}

impl Fault {
    /// Chooses one: an instant, or one of these points. Points that have had no death yet come
    /// first, because some can only be reached a few times in a run; then those that have had few.
    pub fn choose(chance: &mut Chance, mut points: Vec<FailPoint>, coverage: &Coverage) -> Self {
        if points.is_empty() || chance.happens(4, 10) {
            // Some die before they listen.
            let latest = if chance.happens(1, 2) { 500 } else { 1500 };
            return Self::Instant(Duration::from_millis(chance.from(0..latest)));
        }
        points.sort_by_key(|point| coverage.deaths(*point));
        let new = points.iter().filter(|point| coverage.deaths(**point) == 0).count();
        points.truncate(if new > 0 { new } else { 4 });
        let point = points[chance.from(0..points.len() as u64) as usize];
        let times = match point {
            FailPoint::SinkChosen
            | FailPoint::SinkIntended
            | FailPoint::SinkInserted
            | FailPoint::SinkDone => chance.from(1..9),
            FailPoint::CutDropped
            | FailPoint::CutConnected
            | FailPoint::LoadInserted
            | FailPoint::LoadAdvanced => chance.from(1..3),
            _ => 1,
        };
        Self::Point { point, times }
    }

    /// When to kill a server that has not died by itself.
    pub fn latest(self) -> Duration {
        match self {
            Self::Instant(after) => after,
            Self::Point { .. } => PATIENCE,
        }
    }
}

/// How often each fail point was the end of a server.
#[derive(Debug, Default)]
pub struct Coverage(BTreeMap<FailPoint, u32>);

impl Coverage {
    /// Notes a death.
    pub fn note(&mut self, point: FailPoint) {
        *self.0.entry(point).or_default() += 1;
    }

    /// Whether every fail point was the end of a server.
    pub fn is_complete(&self) -> bool {
        FailPoint::ALL.iter().all(|point| self.deaths(*point) > 0)
    }

    fn deaths(&self, point: FailPoint) -> u32 {
        self.0.get(&point).copied().unwrap_or_default()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deaths at fail points:")?;
        FailPoint::ALL.iter().try_for_each(|point| write!(f, " {point} {}", self.deaths(*point)))
    }
}
