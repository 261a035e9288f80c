//! What loads are doing, for people and programs.

use std::{
    num::NonZeroU64,
    time::{Duration, Instant},
};

use antler_core::{
    load::{
        Load, Progress,
        course::{Course, Motion},
        rate::{self, Meter},
    },
    names::ModelVersion,
};
use serde::{Deserialize, Serialize};

use crate::ServerError;

/// What all loads are doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadsStatus {
    /// Whether they go on.
    pub motion: Motion,
    /// The most rows in a second that they may load, from whoever has said it.
    pub max_rate: Option<NonZeroU64>,
    /// Whether a change of the project waits until all of them are done.
    pub change_waits: bool,
    /// Each, in the order in which they begin.
    pub loads: Vec<LoadStatus>,
}

/// What a load is doing, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadStatus {
    /// Its number.
    pub id: u64,
    /// The node whose rows are loaded.
    pub source: ModelVersion,
    /// The node they are loaded into.
    pub target: ModelVersion,
    /// How far it is.
    pub progress: Progress,
    /// How long it has been running in this process, in milliseconds.
    pub elapsed_ms: u64,
    /// How fast it is, while it runs and has done something.
    pub pace: Option<Pace>,
    /// Where it stands.
    pub phase: LoadPhase,
    /// Why the last chunk failed; it is being repeated.
    pub failure: Option<String>,
    /// Whether that is because what it brought is not what the migration makes of its source. Somebody may
    /// take it as it is: [`Order::Accept`](antler_core::load::course::Order::Accept).
    pub differs: bool,
}

/// How fast a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pace {
    /// Rows of the source in a second, over the last seconds.
    pub rows_per_second: u64,
    /// How long the rest takes at this rate, in milliseconds. `None` when nothing moves.
    pub left_ms: Option<u64>,
}

/// Where a load stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoadPhase {
    /// It waits for another one.
    Waiting,
    /// It runs.
    Running,
    /// Somebody has paused the loads.
    Paused,
    /// All its rows are in the target.
    Done,
}

impl LoadsStatus {
    /// Puts it together. No load that is not done moves while all are paused.
    pub(crate) fn new(course: &Course, configured: Option<NonZeroU64>, mut loads: Vec<LoadStatus>) -> Self {
        if course.motion == Motion::Paused {
            loads.iter_mut().for_each(LoadStatus::pause);
        }
        Self {
            motion: course.motion,
            max_rate: course.max_rate.limit(configured),
            change_waits: false,
            loads,
        }
    }

    /// Whether no row is left to load.
    pub fn all_done(&self) -> bool {
        self.loads.iter().all(|load| load.phase == LoadPhase::Done)
    }
}

impl LoadStatus {
    fn pause(&mut self) {
        if self.phase != LoadPhase::Done {
            self.phase = LoadPhase::Paused;
            self.pace = None;
        }
    }

    pub(crate) fn new(load: &Load, phase: LoadPhase) -> Self {
        Self {
            id: load.id,
            source: load.spec.source.clone(),
            target: load.spec.target.clone(),
            progress: load.progress(),
            elapsed_ms: 0,
            pace: None,
            phase,
            failure: None,
            differs: false,
        }
    }
}

/// The load that is being worked on.
pub(super) struct Running {
    pub(super) status: LoadStatus,
    since: Instant,
    meter: Meter,
}

impl Running {
    pub(super) fn new(load: &Load) -> Self {
        let meter = Meter::start(Duration::ZERO, load.progress().done);
        Self { status: LoadStatus::new(load, LoadPhase::Running), since: Instant::now(), meter }
    }

    pub(super) fn now(&self) -> LoadStatus {
        let elapsed = self.since.elapsed();
        let Progress { done, total } = self.status.progress;
        let pace = self.meter.rows_per_second(elapsed).map(|rows_per_second| Pace {
            rows_per_second,
            left_ms: rate::left_ms(total.saturating_sub(done), rows_per_second),
        });
        LoadStatus { elapsed_ms: milliseconds(elapsed), pace, ..self.status.clone() }
    }

    pub(super) fn advanced(&mut self, progress: Progress) {
        self.meter.mark(self.since.elapsed(), progress.done);
        self.status.progress = progress;
        self.status.failure = None;
        self.status.differs = false;
    }

    pub(super) fn failed(&mut self, error: &ServerError) {
        self.status.failure = Some(error.to_string());
        self.status.differs = matches!(error, ServerError::LoadDiffers(_));
    }

    /// Whether it is this load, and differs from what it should have brought.
    pub(super) fn differs(&self, load: u64) -> bool {
        self.status.id == load && self.status.differs
    }

    /// After a pause: what was before says nothing about the rate.
    pub(super) fn resumed(&mut self) {
        self.meter = Meter::start(self.since.elapsed(), self.status.progress.done);
    }

    pub(super) fn done(self) -> LoadStatus {
        LoadStatus { phase: LoadPhase::Done, elapsed_ms: milliseconds(self.since.elapsed()), ..self.status }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
