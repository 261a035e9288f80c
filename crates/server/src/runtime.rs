//! The running whole: sinks, loads, endpoints, and the plans that change them.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem::ManuallyDrop,
    num::NonZeroU64,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
    thread,
    time::{Duration, Instant},
};

use antler_core::{
    deployment::{Deployed, Desired},
    diagnostic::Diagnostic,
    ledger::Account,
    load::{Load, course::Order},
    names::{Naming, TopicName, Version},
    plan::{self, Edits, Facts, Observed, Plan, Stage, proposal::Conditions},
    retention::Retention,
    sql::statement,
    verify::Comparison,
};
use antler_store::{
    journal::Journal,
    tables::{Session, Tables},
    topics::{Append, Appending, NewBlock, Once, Topics},
};

use crate::{
    ServerError, apply, conditions,
    endpoints::{CurrentEndpoints, Endpoint, Endpoints, Entered},
    fail_point::{FailPoint, reach},
    ledger,
    letters::{Desk, LettersAnswer, LettersRequest},
    load::{self, LoadPhase, Loads, LoadsStatus},
    retention::{self, Trimmer},
    sink::{self, SinkStatus, Sinks, Until},
    state::State,
    status::{self, Sizes, Status},
    terms::{Deployer, Terms},
    ticker::Ticker,
    usage::{self, Counter},
    verify::{self, VerifyRequest},
};

/// The adapters that a runtime stands on.
#[derive(Clone)]
pub struct Backends {
    /// The database.
    pub tables: Arc<dyn Tables>,
    /// The topics.
    pub topics: Arc<dyn Topics>,
    /// The state journal.
    pub journal: Arc<dyn Journal>,
}

/// Everything that runs for one project.
pub struct Runtime {
    tables: Arc<dyn Tables>,
    topics: Arc<dyn Topics>,
    state: State,
    naming: Naming,
    endpoints: CurrentEndpoints,
    sinks: Mutex<Option<Arc<Sinks>>>,
    loads: Mutex<Option<Arc<Loads>>>,
    trimmer: Trimmer,
    trimming: Mutex<Option<Ticker>>,
    usage: Arc<Counter>,
    counting: Mutex<Option<Ticker>>,
    /// One plan at a time.
    changing: Mutex<Changing>,
    /// Whose plan that is, if somebody asked for it.
    deployer: Mutex<Option<Deployer>>,
}

/// Somebody whom others hear of.
struct Known<'a>(&'a Mutex<Option<Deployer>>);

impl Drop for Known<'_> {
    fn drop(&mut self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Whether plans can be applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changing {
    Possible,
    /// A plan could not be finished. The sinks that it holds stay held, because what it does next
    /// is only right while nothing has moved; the next start finishes it.
    Unfinished,
}

/// A plan that somebody wants.
struct Wanted<'a> {
    /// Makes it from what is there.
    make: &'a dyn Fn(&Observed) -> Result<Plan, Vec<Diagnostic>>,
    /// Whether it may be applied over what was deployed before.
    allow: &'a dyn Fn(&Plan, &Deployed) -> Result<(), ServerError>,
    /// Who wants it, if others are to hear that.
    deployer: Option<Deployer>,
}

/// How often a step of a plan is tried, and how long to wait before the second time.
const ATTEMPTS: u32 = 5;
const RETRY: Duration = Duration::from_millis(100);

impl Runtime {
    /// Takes up where the last process ended: finishes an interrupted plan, then starts sinks,
    /// loads and endpoints.
    ///
    /// # Errors
    /// An adapter failed, or what is stored cannot be read.
    pub fn start(backends: Backends, naming: Naming) -> Result<Self, ServerError> {
        let Backends { tables, topics, journal } = backends.clone();
        let state = State::new(journal);
        let mut session = tables.session()?;
        for database in [naming.database(), naming.internal_database()] {
            session.execute(&statement::create_database(database))?;
        }
        let interrupted = state.applying()?.map(|applying| applying.plan.after).unwrap_or_default();
        provide(&*tables, &[&state.deployed()?, &interrupted])?;
        finish_interrupted(&state, &naming, &*topics, &mut *session)?;
        let stored = |topic: &TopicName| Ok(state.sink(topic)?.stored());
        Desk { state: &state, naming: &naming, topics: &*topics, session: &mut *session, stored: &stored }
            .finish_interrupted()?;
        let deployed = state.deployed()?;
        provide(&*tables, &[&deployed])?;
        drop_orphans(&deployed, &state, &naming, &mut *session)?;

        let sinks = Sinks::start(&tables, &topics, &state)?;
        sinks.serve(sink::targets(&deployed, &naming))?;
        let sinks = Arc::new(sinks);
        let loads = Loads::start(&backends, &state, Arc::clone(&sinks))?;
        let endpoints = CurrentEndpoints::default();
        endpoints.set(&deployed);
        let usage = Arc::new(Counter::new(state.clone())?);
        let counting = Mutex::new(Some(usage.start()?));
        let trimmer = Trimmer::new(Arc::clone(&topics), state.clone());
        Ok(Self {
            tables,
            topics,
            state,
            naming,
            endpoints,
            sinks: Mutex::new(Some(sinks)),
            loads: Mutex::new(Some(Arc::new(loads))),
            trimmer,
            trimming: Mutex::new(None),
            usage,
            counting,
            changing: Mutex::new(Changing::Possible),
            deployer: Mutex::new(None),
        })
    }

    /// Applies whatever leads to the desired state; see [`Runtime::apply`].
    ///
    /// # Errors
    /// As [`Runtime::apply`].
    pub fn change(
        &self,
        desired: &Desired,
        edits: Edits,
        show: &mut dyn FnMut(&Plan),
    ) -> Result<Duration, ServerError> {
        self.apply(desired, edits, &Terms::default(), show)
    }

    /// Plans the way to the desired state and goes it, if the terms hold. `show` sees the plan before
    /// anything is done; the plan may be empty. Waits for running loads first, unless there is nothing
    /// to do. Returns how long the sinks concerned were held. Blocks: not for async code.
    ///
    /// # Errors
    /// The change was refused, or an adapter failed again and again. In the second case no other
    /// change can be made, events are accepted but wait, and the next start finishes it.
    pub fn apply(
        &self,
        desired: &Desired,
        edits: Edits,
        terms: &Terms,
        show: &mut dyn FnMut(&Plan),
    ) -> Result<Duration, ServerError> {
        if desired.naming != self.naming {
            return Err(ServerError::OtherNames);
        }
        let make = |observed: &Observed| plan::plan(desired, observed, edits);
        let allow = |plan: &Plan, before: &Deployed| {
            terms.allow(plan, (desired, edits), before, || self.conditions())
        };
        self.carry_out(&Wanted { make: &make, allow: &allow, deployer: terms.deployer }, show)
    }

    /// Deletes what only a retired version has, for good; returns what that was. Blocks: not for async
    /// code.
    ///
    /// # Errors
    /// No retired version has this number, or as [`Runtime::change`].
    pub fn purge(&self, version: &Version) -> Result<Vec<plan::Change>, ServerError> {
        let mut changes = Vec::new();
        let make = |observed: &Observed| plan::purge(version, &self.naming, observed);
        let wanted = Wanted { make: &make, allow: &|_, _| Ok(()), deployer: None };
        self.carry_out(&wanted, &mut |plan| changes.clone_from(&plan.changes))?;
        Ok(changes)
    }

    fn carry_out(&self, wanted: &Wanted<'_>, show: &mut dyn FnMut(&Plan)) -> Result<Duration, ServerError> {
        let mut changing = self.turn(wanted.deployer)?;
        let _known = self.known_as(wanted.deployer);
        if *changing == Changing::Unfinished {
            return Err(ServerError::Unfinished);
        }
        let mut session = self.tables.session()?;
        let (plan, before) = self.plan(wanted.make, &mut *session)?;
        if plan.is_empty(&before) {
            show(&plan);
            return Ok(Duration::ZERO);
        }
        // Before the loads too, so that nobody waits for hours to hear it.
        (wanted.allow)(&plan, &before)?;
        let (sinks, loads) = (self.sinks()?, self.loads()?);
        loads.finished_for_change()?;
        // Events may have come since the plan was made. From here on none comes to a table that
        // is made anew or goes, so the plan made now stays true.
        let gates = self.endpoints.gates(apply::pausing(&plan, &before));
        let paused: Vec<_> = gates.iter().map(|gate| gate.blocking_write()).collect();
        let (plan, before) = self.plan(wanted.make, &mut *session)?;
        (wanted.allow)(&plan, &before)?;
        show(&plan);
        *changing = Changing::Unfinished;
        let plan = apply::begin(plan, Stage::Prepare, &self.state)?;
        repeat(|| provide(&*self.tables, &[&before, &plan.after]))?;
        repeat(|| apply::prepare(&plan, &*self.topics, &mut *session))?;
        self.drain_retiring(&plan, &before, &sinks)?;

        let holding = Instant::now();
        let held = ManuallyDrop::new(sinks.hold(&plan.cut.hold)?);
        reach(FailPoint::PlanHeld);
        let plan = apply::begin(plan, Stage::Cut, &self.state)?;
        let topics_may_go = self.trimmer.pause();
        let new_loads = repeat(|| apply::cut(&plan, &self.state, &*self.topics, &mut *session))?;
        drop(topics_may_go);
        let deployed = self.state.deployed()?;
        sinks.serve(sink::targets(&deployed, &self.naming))?;
        drop(ManuallyDrop::into_inner(held));
        let pause = holding.elapsed();
        tracing::info!(milliseconds = pause.as_secs_f64() * 1e3, "a change is applied; sinks were held");
        *changing = Changing::Possible;
        // A function too many does no harm, and the next start removes it.
        if let Err(error) = provide(&*self.tables, &[&deployed]) {
            tracing::warn!(%error, "functions that nothing calls any more are not removed");
        }
        loads.enqueue(new_loads);
        self.endpoints.set(&deployed);
        drop(paused);
        Ok(pause)
    }

    /// Keeps everybody else from changes. Somebody who has a name does not wait for that.
    fn turn(&self, deployer: Option<Deployer>) -> Result<MutexGuard<'_, Changing>, ServerError> {
        if deployer.is_none() {
            return Ok(self.changing.lock().unwrap_or_else(PoisonError::into_inner));
        }
        match self.changing.try_lock() {
            Ok(turn) => Ok(turn),
            Err(TryLockError::Poisoned(poisoned)) => Ok(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {
                Err(ServerError::Busy(*self.deployer.lock().unwrap_or_else(PoisonError::into_inner)))
            }
        }
    }

    /// Lets others hear who is changing something, until the result is dropped.
    fn known_as(&self, deployer: Option<Deployer>) -> Known<'_> {
        *self.deployer.lock().unwrap_or_else(PoisonError::into_inner) = deployer;
        Known(&self.deployer)
    }

    fn plan(
        &self,
        make: &dyn Fn(&Observed) -> Result<Plan, Vec<Diagnostic>>,
        session: &mut dyn Session,
    ) -> Result<(Plan, Deployed), ServerError> {
        let observed = observe(&self.state, &self.naming, &*self.topics, session)?;
        let plan = make(&observed).map_err(ServerError::Refused)?;
        Ok((plan, observed.deployed))
    }

    /// Waits until what endpoints that close have accepted is stored.
    fn drain_retiring(&self, plan: &Plan, before: &Deployed, sinks: &Sinks) -> Result<(), ServerError> {
        let mut ends = BTreeMap::new();
        for topic in apply::retiring(plan, before) {
            ends.insert(topic.clone(), self.topics.end(topic)?);
        }
        sinks.drained(&ends)
    }

    /// The endpoints of now.
    pub fn endpoints(&self) -> Arc<Endpoints> {
        self.endpoints.get()
    }

    /// Finds an endpoint and keeps it as it is; waits while a plan changes it.
    pub async fn enter(&self, model: &str, version: Option<&str>) -> Option<Entered> {
        self.endpoints.enter(model, version).await
    }

    /// Appends validated records to the topic of an endpoint, and dead letters beside them.
    /// Resolves once all of them are durable; none is before. `once` makes a repetition harmless.
    pub fn append(
        &self,
        endpoint: &Endpoint,
        records: Vec<NewBlock>,
        letters: Vec<NewBlock>,
        once: Option<Once>,
    ) -> Appending {
        let records = records.into_iter().map(|block| (endpoint.topic.clone(), block));
        let letters = letters.into_iter().map(|block| (endpoint.dead_letters.clone(), block));
        self.topics.append(Append { blocks: records.chain(letters).collect(), once })
    }

    /// What loads are doing; those of this process that are done included.
    ///
    /// # Errors
    /// The runtime is shutting down.
    pub fn load_status(&self) -> Result<LoadsStatus, ServerError> {
        Ok(self.loads()?.status())
    }

    /// Pauses loads or lets them go on; see [`Loads::order`].
    ///
    /// # Errors
    /// The runtime is shutting down, or the journal cannot be written.
    pub fn order_loads(&self, order: Order) -> Result<LoadsStatus, ServerError> {
        let loads = self.loads()?;
        loads.order(order)?;
        Ok(loads.status())
    }

    /// From now on, loads at most so many rows in a second where no order says otherwise.
    ///
    /// # Errors
    /// The runtime is shutting down.
    pub fn limit_loads(&self, max_rate: Option<NonZeroU64>) -> Result<(), ServerError> {
        self.loads()?.configure(max_rate);
        Ok(())
    }

    /// What everything is doing. Blocks: not for async code.
    ///
    /// # Errors
    /// An adapter failed.
    pub fn status(&self) -> Result<Status, ServerError> {
        let sinks = self.sinks()?.status();
        let loads = self.loads()?.status().loads;
        let deployed = self.state.deployed()?;
        let sink = |topic: &TopicName| match sinks.get(topic) {
            Some(status) => Ok(status.clone()),
            None => stored_sink(&self.state, topic),
        };
        let usages = self.usage.versions();
        let session = &mut *self.tables.session()?;
        status::collect(&deployed, &self.naming, &*self.topics, sink, &loads, &usages, session)
    }

    /// What was applied so far.
    ///
    /// # Errors
    /// What is stored cannot be read.
    pub fn deployed(&self) -> Result<Deployed, ServerError> {
        self.state.deployed()
    }

    /// What is there, to plan from. Blocks: not for async code.
    ///
    /// # Errors
    /// An adapter failed.
    pub fn observed(&self) -> Result<Observed, ServerError> {
        observe(&self.state, &self.naming, &*self.topics, &mut *self.tables.session()?)
    }

    /// What is known of the machine, to say what a plan takes. Blocks: not for async code.
    ///
    /// # Errors
    /// An adapter failed.
    pub fn conditions(&self) -> Result<Conditions, ServerError> {
        conditions::conditions(&self.state, self.loads()?.status().max_rate, &mut *self.tables.session()?)
    }

    /// Runs a statement of the user's and returns the answer in an output format. The statement
    /// cannot write. Blocks: not for async code.
    ///
    /// # Errors
    /// The database refused it.
    pub fn query(&self, statement: &str, format: &str) -> Result<Vec<u8>, ServerError> {
        let answer = query(&*self.tables, &self.naming, statement, format)?;
        // What is no question about tables has no names in it.
        if !statement::trial::is_own(statement)
            && let Ok(names) = query(&*self.tables, &self.naming, &statement::names_in(statement), "TSVRaw")
            && let Ok(names) = std::str::from_utf8(&names)
        {
            self.usage.read(&usage::names_in(names), &self.state.deployed()?, &self.naming);
        }
        Ok(answer)
    }

    /// Counts events that an endpoint has accepted, and who sent them.
    pub fn count(&self, endpoint: &Endpoint, events: u32, at: i64, writer: Option<&str>) {
        self.usage.wrote(&endpoint.of, events, at, writer);
    }

    /// Opens the accounts of the ledger. Blocks: not for async code.
    ///
    /// # Errors
    /// An adapter failed.
    pub fn ledger(&self) -> Result<Vec<Account>, ServerError> {
        let stored = |topic: &TopicName| self.stored(topic);
        ledger::accounts(&self.state, &self.naming, &*self.topics, stored, &mut *self.tables.session()?)
    }

    /// Takes the next step of a comparison: a question of seconds. Blocks: not for async code.
    ///
    /// # Errors
    /// The hop is not deployed, or an adapter failed.
    pub fn verify(&self, request: &VerifyRequest) -> Result<Comparison, ServerError> {
        let stored = |topic: &TopicName| self.stored(topic);
        verify::step(request, &self.state, &self.naming, stored, &mut *self.tables.session()?)
    }

    /// Does something with dead letters. No plan and no load runs meanwhile. Blocks: not for async
    /// code.
    ///
    /// # Errors
    /// A load is running, or an adapter failed.
    pub fn letters(&self, request: &LettersRequest) -> Result<LettersAnswer, ServerError> {
        // To look at them changes nothing.
        let changing =
            request.changes().then(|| self.changing.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(changing) = &changing {
            if **changing == Changing::Unfinished {
                return Err(ServerError::Unfinished);
            }
            let running = self.loads()?.status().loads.into_iter().find(|load| load.phase != LoadPhase::Done);
            if let Some(load) = running {
                return Err(ServerError::Loading(load.target));
            }
        }
        let stored = |topic: &TopicName| self.stored(topic);
        Desk {
            state: &self.state,
            naming: &self.naming,
            topics: &*self.topics,
            session: &mut *self.tables.session()?,
            stored: &stored,
        }
        .answer(request)
    }

    /// Every record of a topic before this offset is in the tables.
    fn stored(&self, topic: &TopicName) -> Result<u64, ServerError> {
        match self.sinks()?.status().get(topic) {
            Some(status) => Ok(status.stored),
            None => Ok(self.state.sink(topic)?.stored()),
        }
    }

    /// Returns when every accepted event is in the tables and every load is done. Blocks: not
    /// for async code.
    ///
    /// # Errors
    /// The runtime is shutting down, or an adapter failed.
    pub fn settle(&self) -> Result<(), ServerError> {
        let mut ends = BTreeMap::new();
        for node in self.state.deployed()?.nodes.values() {
            for topic in [&node.topic, &node.dead_letters] {
                ends.insert(topic.clone(), self.topics.end(topic)?);
            }
        }
        self.sinks()?.drained(&ends)?;
        self.loads()?.finished()
    }

    /// From now on, deletes records that are stored and old or too many from the topics, every
    /// minute.
    ///
    /// # Errors
    /// No thread.
    pub fn retain(&self, retention: Retention) -> Result<(), ServerError> {
        let trimming = retention::start(self.trimmer.clone(), retention)?;
        *self.trimming.lock().unwrap_or_else(PoisonError::into_inner) = Some(trimming);
        Ok(())
    }

    /// Deletes what may go at a time, in milliseconds since 1970, UTC. Blocks: not for async code.
    ///
    /// # Errors
    /// An adapter failed.
    pub fn trim(&self, retention: &Retention, now: i64) -> Result<(), ServerError> {
        self.trimmer.trim(retention, now)
    }

    /// Lets running batches and chunks end and stops all threads. What is accepted stays in the
    /// topics for the next start.
    pub fn stop(&self) {
        let sinks = self.sinks.lock().unwrap_or_else(PoisonError::into_inner).take();
        let loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner).take();
        for ticker in [&self.trimming, &self.counting] {
            drop(ticker.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
        self.usage.write_down();
        if let Some(sinks) = &sinks {
            sinks.stop();
        }
        if let Some(loads) = &loads {
            loads.stop();
        }
    }

    fn sinks(&self) -> Result<Arc<Sinks>, ServerError> {
        let sinks = self.sinks.lock().unwrap_or_else(PoisonError::into_inner);
        sinks.clone().ok_or(ServerError::ShuttingDown)
    }

    fn loads(&self) -> Result<Arc<Loads>, ServerError> {
        let loads = self.loads.lock().unwrap_or_else(PoisonError::into_inner);
        loads.clone().ok_or(ServerError::ShuttingDown)
    }
}

/// Tries a step that can be repeated from its beginning until it succeeds, for a while.
fn repeat<T>(mut step: impl FnMut() -> Result<T, ServerError>) -> Result<T, ServerError> {
    let mut wait = RETRY;
    for _ in 1..ATTEMPTS {
        match step() {
            Ok(done) => return Ok(done),
            Err(error) => tracing::warn!(%error, "a step of a change failed; it is repeated"),
        }
        thread::sleep(wait);
        wait *= 2;
    }
    step()
}

/// Runs a statement that cannot write; see [`Runtime::query`].
///
/// # Errors
/// The database refused it.
pub fn query(
    tables: &dyn Tables,
    naming: &Naming,
    statement: &str,
    format: &str,
) -> Result<Vec<u8>, ServerError> {
    let mut session = tables.session()?;
    session.execute(&statement::use_database(naming.database()))?;
    session.execute(statement::READ_ONLY)?;
    Ok(session.query(statement, format)?)
}

pub(crate) fn stored_sink(state: &State, topic: &TopicName) -> Result<SinkStatus, ServerError> {
    Ok(SinkStatus { stored: state.sink(topic)?.stored(), failure: None })
}

/// What is there. While a plan is on its way, its new tables are not there yet.
pub(crate) fn observe(
    state: &State,
    naming: &Naming,
    topics: &dyn Topics,
    session: &mut dyn Session,
) -> Result<Observed, ServerError> {
    // In this order: a table that is seen belongs to a plan that is on its way then, or done after that.
    let sizes = Sizes::read(naming, session)?;
    let on_its_way = state.applying()?;
    let deployed = state.deployed()?;
    let made = on_its_way.iter().flat_map(|applying| applying.plan.after.nodes.keys());
    let made: BTreeSet<_> =
        made.filter(|id| !deployed.is_live(id)).map(|id| naming.storage(id).table).collect();
    let mut facts = BTreeMap::new();
    for (id, node) in &deployed.nodes {
        let (rows, bytes) = sizes.of(&node.rows(naming));
        facts.insert(id.clone(), Facts { own_events: topics.end(&node.topic)?, rows, bytes });
    }
    let mut tables = sizes.names(naming.database());
    tables.retain(|table| !made.contains(table));
    Ok(Observed { deployed, facts, tables })
}

/// Lets statements call the functions of these states, and no others.
fn provide(tables: &dyn Tables, states: &[&Deployed]) -> Result<(), ServerError> {
    let functions: Vec<_> = states.iter().flat_map(|deployed| deployed.functions()).collect();
    Ok(tables.provide(&functions)?)
}

/// Finishes the plan that a process left when it died.
fn finish_interrupted(
    state: &State,
    naming: &Naming,
    topics: &dyn Topics,
    session: &mut dyn Session,
) -> Result<(), ServerError> {
    let Some(applying) = state.applying()? else { return Ok(()) };
    tracing::info!("finishing a change that was interrupted");
    let plan = match applying.stage {
        Stage::Prepare => {
            // A batch may have reached some tables and not others. It has to reach all of them
            // before anything is cloned; and a topic that closes has to be drained.
            let before = state.deployed()?;
            for target in sink::targets(&before, naming) {
                let retires = apply::retiring(&applying.plan, &before).any(|topic| *topic == target.topic);
                let until = if retires { Until::Drained } else { Until::NothingPending };
                sink::catch_up(&target, until, topics, state, session)?;
            }
            apply::prepare(&applying.plan, topics, session)?;
            apply::begin(applying.plan, Stage::Cut, state)?
        }
        Stage::Cut => applying.plan,
    };
    apply::cut(&plan, state, topics, session).map(drop)
}

/// Drops clones, and tables that took the place of others, that no load needs: a process died between the end of a load and the drop.
fn drop_orphans(
    deployed: &Deployed,
    state: &State,
    naming: &Naming,
    session: &mut dyn Session,
) -> Result<(), ServerError> {
    let loads = state.loads()?;
    let needed: Vec<_> = loads.iter().map(|load| &load.spec.clone).collect();
    let beside = |load: &Load| Some(load.spec.beside.as_ref()?.new.storage.clone());
    let beside: Vec<_> = loads.iter().filter_map(beside).collect();
    for node in deployed.nodes.keys() {
        let clone = naming.load_source(node);
        if !needed.contains(&&clone) {
            load::drop_table(&clone, session)?;
        }
        let [storage, letters, filtered] = naming.beside(node);
        if !beside.contains(&storage) {
            for table in [storage, letters, filtered] {
                load::drop_table(&table, session)?;
            }
        }
    }
    Ok(())
}
