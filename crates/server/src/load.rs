//! Initial loads: the rows that exist already, from a clone, in chunks.
//!
//! One thread works on one load at a time, beside the live path. After each chunk it records how
//! far it is; a chunk that is sent twice is dropped by the database, because its token is the
//! same. When the last load of a clone is done, the clone goes; when the last one is done that gathered
//! rows beside the table that is read, the two change places (`beside`).
//!
//! Between two chunks it looks at what people have said ([`Loads::order`]), which holds over restarts:
//! it stands still while loads are paused, and rests as long as `core/load/pace.rs` says.

mod beside;
mod status;

use std::{
    collections::VecDeque,
    num::NonZeroU64,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use antler_core::{
    load::{
        Carry, Load, LoadSpec, Step,
        course::{Course, Motion, Order},
        pace::Loaded,
    },
    names::TableName,
    route::Fate,
    sql::statement,
    verify::Comparand,
};
use antler_store::{StoreError, tables::Session, topics::Topics};

use status::Running;
pub use status::{LoadPhase, LoadStatus, LoadsStatus, Pace};

use crate::{
    Backends, ServerError, apply,
    fail_point::{FailPoint, attempt, reach},
    sink::Sinks,
    state::State,
    verify,
};

/// How long to wait after a chunk that failed: at first, and at the most.
const RETRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(10));
/// How long to wait after a load was found to differ from what it should have brought.
const COMPARE_AGAIN: Duration = Duration::from_secs(60);
/// How often a resting load looks whether it still has to.
const LOOK: Duration = Duration::from_millis(100);
/// How many finished loads are remembered for the status.
const REMEMBERED: usize = 100;

/// The loads of a runtime.
pub struct Loads {
    shared: Arc<Shared>,
    worker: Mutex<Option<JoinHandle<()>>>,
}

struct Shared {
    queue: Mutex<Queue>,
    changed: Condvar,
    state: State,
    sinks: Arc<Sinks>,
    topics: Arc<dyn Topics>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Load>,
    running: Option<Running>,
    done: VecDeque<LoadStatus>,
    course: Course,
    /// The most rows in a second where nobody has said otherwise.
    configured: Option<NonZeroU64>,
    /// Whether a change waits for all of them.
    change_waits: bool,
    stopping: bool,
}

/// A chunk that was loaded, and when that ended.
struct Chunk {
    loaded: Loaded,
    ended: Instant,
}

impl Loads {
    /// Starts the thread, and the loads that were not done when the last process ended. They give way
    /// while records wait for sinks.
    ///
    /// # Errors
    /// No session with the database, or no thread.
    pub(crate) fn start(
        Backends { tables, topics, .. }: &Backends,
        state: &State,
        sinks: Arc<Sinks>,
    ) -> Result<Self, ServerError> {
        let queue = Queue { waiting: state.loads()?.into(), course: state.course()?, ..Queue::default() };
        let (queue, topics) = (Mutex::new(queue), Arc::clone(topics));
        let shared = Shared { queue, changed: Condvar::new(), state: state.clone(), sinks, topics };
        let shared = Arc::new(shared);
        let session = tables.session()?;
        let for_worker = Arc::clone(&shared);
        let worker = thread::Builder::new().name("load".to_owned()).spawn(move || work(&for_worker, session));
        Ok(Self { shared, worker: Mutex::new(Some(worker.map_err(|_| ServerError::Thread("load"))?)) })
    }

    /// Adds loads that the journal knows already.
    pub(crate) fn enqueue(&self, loads: Vec<Load>) {
        self.shared.lock().waiting.extend(loads);
        self.shared.changed.notify_all();
    }

    /// Returns when no load is running or waiting.
    ///
    /// # Errors
    /// The runtime is shutting down.
    pub fn finished(&self) -> Result<(), ServerError> {
        let mut queue = self.shared.lock();
        while queue.running.is_some() || !queue.waiting.is_empty() {
            if queue.stopping {
                return Err(ServerError::ShuttingDown);
            }
            queue = self.shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    /// The same, for a change; the status says that it waits.
    pub(crate) fn finished_for_change(&self) -> Result<(), ServerError> {
        self.shared.lock().change_waits = true;
        let outcome = self.finished();
        self.shared.lock().change_waits = false;
        outcome
    }

    /// Does what somebody wants of the loads. The chunk that is under way ends; the order is durable
    /// on return, and holds until the next one.
    ///
    /// # Errors
    /// The load to accept does not differ, or the journal cannot be written. The order does not hold then.
    pub fn order(&self, order: Order) -> Result<(), ServerError> {
        let mut queue = self.shared.lock();
        if let Order::Accept { load } = order
            && !queue.running.as_ref().is_some_and(|running| running.differs(load))
        {
            return Err(ServerError::DiffersNot(load));
        }
        let course = queue.course.clone().after(order);
        self.shared.state.set_course(&course)?;
        queue.course = course;
        drop(queue);
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Limits loads to so many rows in a second, where no order says otherwise.
    pub(crate) fn configure(&self, max_rate: Option<NonZeroU64>) {
        self.shared.lock().configured = max_rate;
        self.shared.changed.notify_all();
    }

    /// What all loads of this process are doing.
    pub fn status(&self) -> LoadsStatus {
        let queue = self.shared.lock();
        let waiting = queue.waiting.iter().map(|load| LoadStatus::new(load, LoadPhase::Waiting));
        let running = queue.running.as_ref().map(Running::now);
        let loads = queue.done.iter().cloned().chain(running).chain(waiting).collect();
        let status = LoadsStatus::new(&queue.course, queue.configured, loads);
        LoadsStatus { change_waits: queue.change_waits && !status.all_done(), ..status }
    }

    /// Lets the running chunk end and stops the thread. The next start goes on from there.
    pub fn stop(&self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
        let worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(worker) = worker
            && worker.join().is_err()
        {
            tracing::error!("the load thread died");
        }
    }
}

impl Drop for Loads {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    /// See the note on poisoned locks in the sinks: the queue is whole after every statement.
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes something of the running load and wakes those who wait for it.
    fn report(&self, change: impl FnOnce(&mut Running)) {
        if let Some(running) = &mut self.lock().running {
            change(running);
        }
        self.changed.notify_all();
    }

    /// Whether somebody takes the load as it is.
    fn is_accepted(&self, load: &Load) -> bool {
        self.lock().course.accepted.contains(&load.id)
    }

    /// Forgets that: the load is done, and its number means nothing any more.
    fn forget_accepted(&self, load: &Load) -> Result<(), ServerError> {
        let mut queue = self.lock();
        let mut course = queue.course.clone();
        if course.accepted.remove(&load.id) {
            self.state.set_course(&course)?;
            queue.course = course;
        }
        Ok(())
    }

    /// Waits before a step is taken again, unless the load is accepted or the runtime stops; returns whether
    /// it goes on.
    fn pause(&self, time: Duration, load: &Load) -> bool {
        let until = Instant::now() + time;
        let mut queue = self.lock();
        while !queue.stopping {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || queue.course.accepted.contains(&load.id) {
                return true;
            }
            queue =
                self.changed.wait_timeout(queue, left).map_or_else(|e| e.into_inner().0, |(queue, _)| queue);
        }
        false
    }

    /// How many records wait for sinks. A topic that cannot be read is for the sinks to report; a load is
    /// none the worse for it.
    fn lag(&self) -> u64 {
        self.sinks.lag(&*self.topics).unwrap_or(0)
    }

    /// Waits until the next chunk may begin, after the last one if there was one; returns whether one
    /// does: none when the runtime stops.
    fn wait_for_turn(&self, last: Option<&Chunk>) -> bool {
        loop {
            // Asked before the queue is locked: sinks and topics have locks of their own.
            let lag = if last.is_some() { self.lag() } else { 0 };
            let mut queue = self.lock();
            if queue.stopping {
                return false;
            }
            let wait = match queue.course.motion {
                Motion::Paused => LOOK,
                Motion::Going => {
                    let max_rate = queue.course.max_rate.limit(queue.configured);
                    last.map_or(Duration::ZERO, |last| {
                        last.loaded.rest(max_rate, lag).saturating_sub(last.ended.elapsed()).min(LOOK)
                    })
                }
            };
            if wait.is_zero() {
                return true;
            }
            if queue.course.motion == Motion::Paused
                && let Some(running) = &mut queue.running
            {
                running.resumed();
            }
            drop(self.changed.wait_timeout(queue, wait));
        }
    }
}

/// The life of the load thread.
fn work(shared: &Shared, mut session: Box<dyn Session>) {
    loop {
        let mut queue = shared.lock();
        let load = loop {
            if queue.stopping {
                return;
            }
            if let Some(load) = queue.waiting.pop_front() {
                break load;
            }
            queue = shared.changed.wait(queue).unwrap_or_else(PoisonError::into_inner);
        };
        queue.running = Some(Running::new(&load));
        drop(queue);
        if !run(shared, load, &mut *session) {
            return;
        }
        let mut queue = shared.lock();
        if let Some(running) = queue.running.take() {
            queue.done.push_back(running.done());
            while queue.done.len() > REMEMBERED {
                queue.done.pop_front();
            }
        }
        shared.changed.notify_all();
    }
}

/// Runs a load to its end; returns false when the runtime stops before.
fn run(shared: &Shared, mut load: Load, session: &mut dyn Session) -> bool {
    let mut wait = RETRY.0;
    let mut last = None;
    let mut all = Loaded { rows: 0, took: Duration::ZERO };
    loop {
        if !shared.wait_for_turn(last.as_ref()) {
            return false;
        }
        let begun = Instant::now();
        let outcome = match load.next_step() {
            Some(_) => take_step(&load, shared, session).and_then(|()| {
                let next = load.clone().advance();
                shared.state.set_load(&next)?;
                reach(FailPoint::LoadAdvanced);
                Ok(Some(next))
            }),
            None => end(shared, &load, session).map(|()| None),
        };
        match outcome {
            Ok(Some(next)) => {
                let rows = next.progress().done.saturating_sub(load.progress().done);
                let (ended, took) = (Instant::now(), begun.elapsed());
                last = Some(Chunk { loaded: Loaded { rows, took }, ended });
                all = Loaded { rows: all.rows + rows, took: all.took + took };
                load = next;
                wait = RETRY.0;
                shared.report(|running| running.advanced(load.progress()));
            }
            Ok(None) => {
                if let Err(error) = learn(&shared.state, all) {
                    tracing::warn!(%error, "how fast this load was is not remembered");
                }
                return true;
            }
            Err(error) => {
                tracing::warn!(source = %load.spec.source, target = %load.spec.target, %error, "a chunk of a load failed; it is repeated");
                shared.report(|running| running.failed(&error));
                // It is more than a moment's work, and only a person can mend it.
                let again = if matches!(error, ServerError::LoadDiffers(_)) { COMPARE_AGAIN } else { wait };
                if !shared.pause(again, &load) {
                    return false;
                }
                wait = (wait * 2).min(RETRY.1);
            }
        }
    }
}

/// Remembers how fast a load was, for plans.
fn learn(state: &State, all: Loaded) -> Result<(), ServerError> {
    let before = state.speed()?;
    let after = before.after(all);
    if after == before { Ok(()) } else { state.set_speed(&after) }
}

/// Takes the step at the cursor.
fn take_step(load: &Load, shared: &Shared, session: &mut dyn Session) -> Result<(), ServerError> {
    let Some((step, token)) = load.next_step() else { return Ok(()) };
    let token = attempt(token);
    let LoadSpec { source, target, outlets, .. } = &load.spec;
    match step {
        Step::Rows(chunk) => {
            for outlet in outlets {
                let token = format!("{token}/{}", outlet.fate);
                session.execute(&statement::load_rows(outlet, &load.spec, &chunk, &token))?;
                reach(match outlet.fate {
                    Fate::Stored => FailPoint::LoadInserted,
                    Fate::Failed => FailPoint::LoadFailuresInserted,
                    Fate::Filtered => FailPoint::LoadFilteredInserted,
                });
            }
        }
        Step::Carry { carry: Carry { topic, from, to }, events } => {
            let hop = [source, target];
            let [letters, filtered] = from;
            let [letters_to, filtered_to] = to;
            let letters = statement::carry_letters([letters, letters_to], hop, topic, events, &token);
            session.execute(&letters)?;
            reach(FailPoint::LoadLettersCarried);
            let filtered = statement::carry_filtered([filtered, filtered_to], hop, topic, events, &token);
            session.execute(&filtered)?;
        }
        Step::Compare { carry, events } => {
            if !shared.is_accepted(load)
                && let Some(comparand) = Comparand::of_load(&shared.state.deployed()?, &load.spec, carry)
            {
                verify::of_load(&comparand, target, events, session)?;
            }
        }
    }
    Ok(())
}

/// Checks that the clone stood still, which is what makes the chunks complete. Antler makes it so
/// that nothing merges its parts; this notices whoever else has touched it.
fn check_clone(load: &Load, session: &mut dyn Session) -> Result<(), ServerError> {
    let parts = apply::parts(&statement::parts(&load.spec.clone), session)?;
    if parts == load.parts() {
        return Ok(());
    }
    let reason = "its parts have changed since it was made, so rows may be missing from the load".to_owned();
    Err(StoreError::Damaged { what: format!("the clone {}", load.spec.clone), reason }.into())
}

/// Forgets the load, and drops its clone when no other load needs it. In this order: a clone
/// that nobody needs is found and dropped at the next start.
fn end(shared: &Shared, load: &Load, session: &mut dyn Session) -> Result<(), ServerError> {
    reach(FailPoint::LoadCopied);
    if shared.state.loads()?.iter().any(|known| known.id == load.id) {
        check_clone(load, session)?;
        let gathers = |other: &Load| other.id != load.id && same_place(other, load);
        // The last one of those that gather rows in one place exchanges it.
        if let Some(beside) = &load.spec.beside
            && !shared.state.loads()?.iter().any(gathers)
        {
            beside::take_place(load, beside, &shared.state, &shared.sinks, session)?;
        }
        shared.state.remove_load(load.id)?;
        shared.forget_accepted(load)?;
        reach(FailPoint::LoadForgotten);
    }
    if let Some(beside) = &load.spec.beside
        && !shared.state.loads()?.iter().any(|other| same_place(other, load))
    {
        beside::clear(beside, session)?;
    }
    let needed = shared.state.loads()?.iter().any(|other| other.spec.clone == load.spec.clone);
    if !needed {
        drop_table(&load.spec.clone, session)?;
    }
    Ok(())
}

/// Whether two loads gather rows in one table, which is not the one that is read.
fn same_place(one: &Load, other: &Load) -> bool {
    let place = |load: &Load| load.spec.beside.as_ref().map(|beside| beside.new.storage.clone());
    place(one).is_some() && place(one) == place(other)
}

/// Drops a table of a load: its clone.
///
/// # Errors
/// The database refused.
pub(crate) fn drop_table(clone: &TableName, session: &mut dyn Session) -> Result<(), ServerError> {
    Ok(session.execute(&statement::drop_table(clone))?)
}
