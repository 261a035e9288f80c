//! Sinks: they move batches from topics to tables, exactly once: events to the landing table of
//! their node, dead letters to the table of their model.
//!
//! A few threads serve all topics. A topic is worked on by one thread at a time, so each topic
//! has one writer and its batches follow each other. Which topic is next, and how long it rests
//! after a batch, is in `schedule`.
//!
//! [`Sinks::hold`] stops topics between two batches: when it returns, no batch of theirs is
//! running or pending, and none starts until the [`Hold`] is dropped.

mod batch;
mod schedule;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Instant,
};

use antler_core::{
    coordinates, dead_letter,
    deployment::Deployed,
    names::{Naming, TopicName},
};
use antler_store::{
    tables::{Session, Tables},
    topics::{Offset, Topics},
};
pub(crate) use batch::{Form, Target};
use schedule::{Phase, Schedule, Slot, Woken};

use crate::{ServerError, staging::Ways, state::State};

/// Threads that insert. The engine uses more cores for one insert by itself.
const WORKERS: usize = 3;

/// All sinks of a runtime.
pub struct Sinks {
    shared: Arc<Shared>,
    state: State,
    workers: Mutex<Vec<JoinHandle<()>>>,
}

/// What callers, threads and the listener of the topics share. It holds no adapter: the topics
/// call the listener, and must not be kept alive by it.
#[derive(Default)]
struct Shared {
    schedule: Mutex<Schedule>,
    changed: Condvar,
}

/// What a sink is doing, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SinkStatus {
    /// Every record before this offset is in the tables.
    pub stored: Offset,
    /// Why the last attempt failed; it is being repeated.
    pub failure: Option<String>,
}

/// Keeps sinks between two batches while it lives.
pub struct Hold<'a> {
    sinks: &'a Sinks,
    topics: BTreeSet<TopicName>,
}

impl Sinks {
    /// Starts the threads. No topic is served before [`Sinks::serve`].
    ///
    /// # Errors
    /// No session with the database, or no thread.
    pub fn start(
        tables: &Arc<dyn Tables>,
        topics: &Arc<dyn Topics>,
        state: &State,
    ) -> Result<Self, ServerError> {
        let shared = Arc::new(Shared::default());
        let mut workers = Vec::new();
        for _ in 0..WORKERS {
            let (shared, topics, state) = (Arc::clone(&shared), Arc::clone(topics), state.clone());
            let session = tables.session()?;
            let worker = thread::Builder::new()
                .name("sink".to_owned())
                .spawn(move || work(&shared, &*topics, &state, session));
            workers.push(worker.map_err(|_| ServerError::Thread("sink"))?);
        }
        let listener = Arc::clone(&shared);
        topics.on_append(Arc::new(move |topic| listener.wake(topic)));
        Ok(Self { shared, state: state.clone(), workers: Mutex::new(workers) })
    }

    /// Serves exactly these topics from now on. Topics that are not in the list any more must be
    /// held.
    ///
    /// # Errors
    /// The state of a new sink cannot be read.
    pub(crate) fn serve(&self, targets: impl IntoIterator<Item = Target>) -> Result<(), ServerError> {
        let mut slots = BTreeMap::new();
        for target in targets {
            let state = self.state.sink(&target.topic)?;
            slots.insert(target.topic.clone(), Slot::new(target, state));
        }
        let mut schedule = self.shared.lock();
        for (topic, mut old) in std::mem::take(&mut schedule.slots) {
            if let Some(new) = slots.remove(&topic) {
                old.target = new.target;
                schedule.slots.insert(topic, old);
            }
        }
        schedule.slots.append(&mut slots);
        drop(schedule);
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Holds the topics: returns when none of them has a batch running or pending.
    ///
    /// # Errors
    /// The sinks are stopping.
    pub fn hold(&self, topics: &BTreeSet<TopicName>) -> Result<Hold<'_>, ServerError> {
        let mut schedule = self.shared.lock();
        for topic in topics {
            *schedule.held.entry(topic.clone()).or_default() += 1;
        }
        let hold = Hold { sinks: self, topics: topics.clone() };
        let busy =
            |slot: &Slot| matches!(slot.phase, Phase::Running { .. }) || slot.state.pending().is_some();
        loop {
            if schedule.stopping {
                drop(schedule);
                return Err(ServerError::ShuttingDown);
            }
            if !topics.iter().filter_map(|topic| schedule.slots.get(topic)).any(busy) {
                return Ok(hold);
            }
            schedule = self.shared.wait(schedule, None);
        }
    }

    /// Returns when every record of the topics before the given offsets is stored.
    ///
    /// # Errors
    /// The sinks are stopping.
    pub fn drained(&self, until: &BTreeMap<TopicName, Offset>) -> Result<(), ServerError> {
        let mut schedule = self.shared.lock();
        loop {
            if schedule.stopping {
                return Err(ServerError::ShuttingDown);
            }
            let behind = |(topic, end): (&TopicName, &Offset)| {
                schedule.slots.get(topic).is_some_and(|slot| slot.state.stored() < *end)
            };
            if !until.iter().any(behind) {
                return Ok(());
            }
            schedule = self.shared.wait(schedule, None);
        }
    }

    /// What each sink is doing.
    pub fn status(&self) -> BTreeMap<TopicName, SinkStatus> {
        let schedule = self.shared.lock();
        let status = |slot: &Slot| SinkStatus { stored: slot.state.stored(), failure: slot.failure.clone() };
        schedule.slots.iter().map(|(topic, slot)| (topic.clone(), status(slot))).collect()
    }

    /// How many records of all topics are not in the tables yet.
    ///
    /// # Errors
    /// An adapter failed.
    pub(crate) fn lag(&self, topics: &dyn Topics) -> Result<u64, ServerError> {
        let mut lag = 0;
        for (topic, SinkStatus { stored, .. }) in self.status() {
            lag += topics.end(&topic)?.saturating_sub(stored);
        }
        Ok(lag)
    }

    /// Lets running batches end and stops the threads. What is in the topics stays there for the
    /// next start.
    pub fn stop(&self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
        let workers = std::mem::take(&mut *self.workers.lock().unwrap_or_else(PoisonError::into_inner));
        for worker in workers {
            if worker.join().is_err() {
                tracing::error!("a sink thread died");
            }
        }
    }
}

impl Drop for Sinks {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        let mut schedule = self.sinks.shared.lock();
        for topic in &self.topics {
            if let Some(count) = schedule.held.get_mut(topic) {
                *count -= 1;
            }
        }
        schedule.held.retain(|_, count| *count > 0);
        drop(schedule);
        self.sinks.shared.changed.notify_all();
    }
}

impl Shared {
    /// A poisoned lock only says that a thread panicked elsewhere; the schedule is changed in
    /// single assignments and stays whole.
    fn lock(&self) -> MutexGuard<'_, Schedule> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(
        &self,
        schedule: MutexGuard<'a, Schedule>,
        until: Option<Instant>,
    ) -> MutexGuard<'a, Schedule> {
        match until {
            None => self.changed.wait(schedule).unwrap_or_else(PoisonError::into_inner),
            Some(until) => {
                let timeout = until.saturating_duration_since(Instant::now());
                self.changed
                    .wait_timeout(schedule, timeout)
                    .map_or_else(|e| e.into_inner().0, |(guard, _)| guard)
            }
        }
    }

    fn wake(&self, topic: &TopicName) {
        let Woken::ToServe = self.lock().slots.get_mut(topic).map_or(Woken::Already, Slot::wake) else {
            return;
        };
        self.changed.notify_all();
    }
}

/// The life of a sink thread.
fn work(shared: &Shared, topics: &dyn Topics, journal: &State, mut session: Box<dyn Session>) {
    let mut schedule = shared.lock();
    while !schedule.stopping {
        let started = Instant::now();
        match schedule.next(WORKERS) {
            Some((topic, at)) if at <= started => {
                let Some(slot) = schedule.slots.get_mut(&topic) else { continue };
                slot.phase = Phase::Running { woken: false };
                let (target, mut state) = (Arc::clone(&slot.target), slot.state);
                drop(schedule);
                let outcome = batch::run(&target, &mut state, topics, journal, &mut *session);
                if let Err(error) = &outcome {
                    tracing::warn!(topic = %topic, %error, "a batch could not be stored; it is sent again");
                }
                schedule = shared.lock();
                if let Some(slot) = schedule.slots.get_mut(&topic) {
                    slot.state = state;
                    slot.ended(outcome, started, Instant::now());
                }
                shared.changed.notify_all();
            }
            Some((_, at)) => schedule = shared.wait(schedule, Some(at)),
            None => schedule = shared.wait(schedule, None),
        }
    }
}

/// How much of a topic to bring into the tables before sinks are started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Until {
    /// The batch that was pending when the last process died, if any.
    NothingPending,
    /// Everything.
    Drained,
}

/// Works on a topic before sinks are started.
pub(crate) fn catch_up(
    target: &Target,
    until: Until,
    topics: &dyn Topics,
    journal: &State,
    session: &mut dyn Session,
) -> Result<(), ServerError> {
    let mut state = journal.sink(&target.topic)?;
    while state.pending().is_some() || until == Until::Drained {
        if batch::run(target, &mut state, topics, journal, session)?.records == 0 {
            break;
        }
    }
    Ok(())
}

/// The targets of a deployment.
pub(crate) fn targets(deployed: &Deployed, naming: &Naming) -> Vec<Target> {
    let mut targets = BTreeMap::new();
    for node in deployed.nodes.values() {
        let events = Target {
            topic: node.topic.clone(),
            table: naming.landing(&node.node.id),
            columns: coordinates::input_columns(node.node.model.fields.iter().map(|field| &field.name)),
            form: Form::Rows {
                ways: Arc::new(Ways::of(node, deployed, naming)),
                staging: naming.staging(&node.node.id),
            },
        };
        let letters = Target {
            topic: node.dead_letters.clone(),
            table: naming.dead_letters(&node.node.id.model),
            columns: dead_letter::columns().collect(),
            form: Form::Letters,
        };
        // The nodes of a model share one topic of letters.
        targets.extend([events, letters].map(|target| (target.topic.clone(), target)));
    }
    targets.into_values().collect()
}
