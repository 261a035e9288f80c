//! Which topic a sink thread serves next, and when.
//!
//! ```text
//!          records came                  a thread takes it
//!   Idle ───────────────▶ Ready ───────────────────────────▶ Running
//!    ▲                      ▲      once it has rested           │
//!    │ there was nothing    │ there was something, or it failed │
//!    └──────────────────────┴───────────────────────────────────┘
//! ```
//!
//! A topic that was idle is served at once; after a batch it rests, as [`antler_core::pace`] says. The one
//! that has rested longest comes first, so none starves. Topics that are catching up never have all
//! threads: one is kept for those whose events can still be fresh.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use antler_core::{
    names::TopicName,
    pace::{Batch, Pace},
    sink::SinkState,
};

use super::Target;
use crate::ServerError;

/// How long a topic rests after a failure: at first, and at the most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// All topics that are served.
#[derive(Default)]
pub(super) struct Schedule {
    pub(super) slots: BTreeMap<TopicName, Slot>,
    /// Topics that a [`super::Hold`] keeps from starting a batch, with how many holds there are.
    pub(super) held: BTreeMap<TopicName, usize>,
    pub(super) stopping: bool,
}

/// A topic that is served.
pub(super) struct Slot {
    pub(super) target: Arc<Target>,
    pub(super) state: SinkState,
    pub(super) phase: Phase,
    /// Why the last attempt failed.
    pub(super) failure: Option<String>,
    /// Not before this instant.
    rests_until: Instant,
    retry_after: Duration,
    catching_up: bool,
}

/// What happens with a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing to do that we know of.
    Idle,
    /// Records may be waiting, or a batch is pending.
    Ready,
    /// A thread works on it. Whether records came while it did.
    Running { woken: bool },
}

/// What new records mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    /// A thread should look at the schedule.
    ToServe,
    /// One will anyway.
    Already,
}

impl Schedule {
    /// The topic to serve next, and when. A held topic may only finish its pending batch.
    pub(super) fn next(&self, threads: usize) -> Option<(TopicName, Instant)> {
        let running = |slot: &&Slot| slot.catching_up && matches!(slot.phase, Phase::Running { .. });
        let may_catch_up = self.slots.values().filter(running).count() + 1 < threads;
        self.slots
            .iter()
            .filter(|(_, slot)| slot.phase == Phase::Ready)
            .filter(|(topic, slot)| slot.state.pending().is_some() || !self.held.contains_key(*topic))
            .filter(|(_, slot)| may_catch_up || !slot.catching_up)
            .min_by_key(|(_, slot)| slot.rests_until)
            .map(|(topic, slot)| (topic.clone(), slot.rests_until))
    }
}

impl Slot {
    /// A topic of which nothing is known yet.
    pub(super) fn new(target: Target, state: SinkState) -> Self {
        Self {
            target: Arc::new(target),
            state,
            phase: Phase::Ready,
            failure: None,
            rests_until: Instant::now(),
            retry_after: RETRY.0,
            catching_up: false,
        }
    }

    /// Records came.
    pub(super) fn wake(&mut self) -> Woken {
        match self.phase {
            Phase::Idle => {
                self.phase = Phase::Ready;
                return Woken::ToServe;
            }
            Phase::Running { .. } => self.phase = Phase::Running { woken: true },
            Phase::Ready => {}
        }
        Woken::Already
    }

    /// A batch has ended.
    pub(super) fn ended(&mut self, outcome: Result<Batch, ServerError>, started: Instant, now: Instant) {
        let woken = self.phase == Phase::Running { woken: true };
        match outcome {
            Ok(batch) if batch.records == 0 => {
                self.phase = if woken { Phase::Ready } else { Phase::Idle };
                self.catching_up = false;
            }
            Ok(batch) => {
                let pace = batch.pace(now.saturating_duration_since(started));
                self.phase = Phase::Ready;
                self.catching_up = pace == Pace::CatchingUp;
                self.rests_until = match pace {
                    Pace::Steady(rest) => now + rest,
                    Pace::CatchingUp => now,
                };
            }
            Err(error) => {
                self.phase = Phase::Ready;
                self.rests_until = now + self.retry_after;
                self.retry_after = (self.retry_after * 2).min(RETRY.1);
                self.failure = Some(error.to_string());
                return;
            }
        }
        self.retry_after = RETRY.0;
        self.failure = None;
    }
}

#[cfg(test)]
mod tests {
    use antler_core::names::TableName;

    use super::{super::Form, *};

    const SMALL: Batch = Batch { records: 10, bytes: 1000 };
    const FULL: Batch = Batch { records: 100_000, bytes: 10 << 20 };

    fn schedule(topics: &[&str]) -> Schedule {
        let slot = |topic: &&str| {
            let topic: TopicName = topic.parse().unwrap();
            let table = TableName { database: "db".parse().unwrap(), table: "t".parse().unwrap() };
            let target = Target { topic: topic.clone(), table, columns: Vec::new(), form: Form::Letters };
            (topic, Slot::new(target, SinkState::new()))
        };
        Schedule { slots: topics.iter().map(slot).collect(), ..Schedule::default() }
    }

    impl Schedule {
        fn slot(&mut self, topic: &str) -> &mut Slot {
            self.slots.get_mut(&topic.parse().unwrap()).unwrap()
        }

        /// A thread has taken a topic and brought a batch into the tables.
        fn served(&mut self, topic: &str, batch: Batch) {
            let now = Instant::now();
            self.slot(topic).phase = Phase::Running { woken: false };
            self.slot(topic).ended(Ok(batch), now, now);
        }

        fn next_of_three(&self) -> Option<String> {
            self.next(3).map(|(topic, _)| topic.to_string())
        }
    }

    #[test]
    fn a_topic_with_a_full_batch_is_served_again_before_one_that_rests() {
        let mut schedule = schedule(&["full", "small"]);
        schedule.served("small", SMALL);
        schedule.served("full", FULL);
        assert_eq!(schedule.next_of_three().as_deref(), Some("full"));
    }

    #[test]
    fn topics_that_catch_up_leave_a_thread_to_those_that_do_not() {
        let mut schedule = schedule(&["full1", "full2", "full3", "small"]);
        for topic in ["full1", "full2", "full3"] {
            schedule.served(topic, FULL);
        }
        schedule.served("small", SMALL);
        for topic in ["full1", "full2"] {
            assert_eq!(schedule.next_of_three().as_deref(), Some(topic));
            schedule.slot(topic).phase = Phase::Running { woken: false };
        }
        assert_eq!(
            schedule.next_of_three().as_deref(),
            Some("small"),
            "a thread is kept, even while it rests"
        );
        schedule.served("full2", SMALL);
        assert_eq!(schedule.next_of_three().as_deref(), Some("full3"));
    }

    #[test]
    fn a_topic_is_idle_once_it_has_nothing_and_ready_again_at_once_when_records_come() {
        let mut schedule = schedule(&["a"]);
        schedule.served("a", SMALL);
        let rested = schedule.slot("a").rests_until;
        schedule.served("a", Batch::default());
        assert_eq!(schedule.next_of_three(), None);
        assert_eq!(schedule.slot("a").wake(), Woken::ToServe);
        assert_eq!(schedule.slot("a").wake(), Woken::Already);
        assert_eq!(
            schedule.next(3).map(|(_, at)| at),
            Some(rested),
            "which is in the past once it was empty"
        );
    }

    #[test]
    fn a_failure_is_repeated_later_and_later_until_it_is_over() {
        let mut schedule = schedule(&["a"]);
        let now = Instant::now();
        for wait in [100, 200, 400] {
            schedule.slot("a").ended(Err(ServerError::ShuttingDown), now, now);
            assert_eq!(schedule.slot("a").rests_until, now + Duration::from_millis(wait));
            assert!(schedule.slot("a").failure.is_some());
        }
        schedule.served("a", SMALL);
        assert_eq!((schedule.slot("a").retry_after, &schedule.slot("a").failure), (RETRY.0, &None));
    }
}
