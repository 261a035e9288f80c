//! A project in which nothing runs: what can be asked and done without a server.

use std::{num::NonZeroU64, sync::Arc};

use antler_core::{
    ledger::Account,
    load::course::Order,
    names::{Naming, TopicName, Version},
    plan::{Change, Observed, proposal::Conditions},
    verify::Comparison,
};

use crate::{
    Backends, Runtime, ServerError, conditions, ledger,
    letters::{Desk, LettersAnswer, LettersRequest},
    load::{LoadPhase, LoadStatus, LoadsStatus},
    runtime::{observe, query, stored_sink},
    state::State,
    status::{self, Status},
    verify::{self, VerifyRequest},
};

/// The data of a project, opened by this process for the time of a command.
pub struct AtRest<'a> {
    backends: &'a Backends,
    naming: &'a Naming,
    state: State,
}

impl<'a> AtRest<'a> {
    /// Over adapters that nobody else uses.
    pub fn new(backends: &'a Backends, naming: &'a Naming) -> Self {
        Self { backends, naming, state: State::new(Arc::clone(&backends.journal)) }
    }

    /// What everything would be doing.
    ///
    /// # Errors
    /// An adapter failed, or what is stored cannot be read.
    pub fn status(&self) -> Result<Status, ServerError> {
        let Backends { tables, topics, .. } = self.backends;
        let LoadsStatus { loads, .. } = self.load_status(None)?;
        let sink = |topic: &TopicName| stored_sink(&self.state, topic);
        let deployed = self.state.deployed()?;
        let usages = self.state.usages()?.by_version();
        status::collect(&deployed, self.naming, &**topics, sink, &loads, &usages, &mut *tables.session()?)
    }

    /// What loads will do once a server runs, where the configuration limits them so.
    ///
    /// # Errors
    /// What is stored cannot be read.
    pub fn load_status(&self, configured: Option<NonZeroU64>) -> Result<LoadsStatus, ServerError> {
        let loads = self.state.loads()?;
        let loads = loads.iter().map(|load| LoadStatus::new(load, LoadPhase::Waiting)).collect();
        Ok(LoadsStatus::new(&self.state.course()?, configured, loads))
    }

    /// Pauses loads or lets them go on, once a server runs.
    ///
    /// # Errors
    /// The journal cannot be read or written, or a load is to be accepted: only a server compares.
    pub fn order_loads(&self, order: Order) -> Result<(), ServerError> {
        if let Order::Accept { load } = order {
            return Err(ServerError::DiffersNot(load));
        }
        self.state.set_course(&self.state.course()?.after(order))
    }

    /// What is there, to plan from.
    ///
    /// # Errors
    /// As [`AtRest::status`].
    pub fn observed(&self) -> Result<Observed, ServerError> {
        let Backends { tables, topics, .. } = self.backends;
        observe(&self.state, self.naming, &**topics, &mut *tables.session()?)
    }

    /// What is known of the machine, where the configuration limits loads so.
    ///
    /// # Errors
    /// As [`AtRest::status`].
    pub fn conditions(&self, configured: Option<NonZeroU64>) -> Result<Conditions, ServerError> {
        let max_rate = self.state.course()?.max_rate.limit(configured);
        conditions::conditions(&self.state, max_rate, &mut *self.backends.tables.session()?)
    }

    /// Runs a statement that cannot write; see [`crate::Runtime::query`].
    ///
    /// # Errors
    /// The database refused it.
    pub fn query(&self, statement: &str, format: &str) -> Result<Vec<u8>, ServerError> {
        query(&*self.backends.tables, self.naming, statement, format)
    }

    /// Opens the accounts of the ledger.
    ///
    /// # Errors
    /// As [`AtRest::status`].
    pub fn ledger(&self) -> Result<Vec<Account>, ServerError> {
        let Backends { tables, topics, .. } = self.backends;
        let stored = |topic: &TopicName| self.stored(topic);
        ledger::accounts(&self.state, self.naming, &**topics, stored, &mut *tables.session()?)
    }

    /// Takes the next step of a comparison.
    ///
    /// # Errors
    /// The hop is not deployed, or as [`AtRest::status`].
    pub fn verify(&self, request: &VerifyRequest) -> Result<Comparison, ServerError> {
        let stored = |topic: &TopicName| self.stored(topic);
        verify::step(request, &self.state, self.naming, stored, &mut *self.backends.tables.session()?)
    }

    /// Does something with dead letters.
    ///
    /// # Errors
    /// A plan or a load is not finished, or as [`AtRest::status`].
    pub fn letters(&self, request: &LettersRequest) -> Result<LettersAnswer, ServerError> {
        if request.changes() {
            if self.state.applying()?.is_some() {
                return Err(ServerError::Unfinished);
            }
            if let Some(load) = self.state.loads()?.into_iter().next() {
                return Err(ServerError::Loading(load.spec.target));
            }
        }
        let Backends { tables, topics, .. } = self.backends;
        let stored = |topic: &TopicName| self.stored(topic);
        let mut session = tables.session()?;
        let mut desk = Desk {
            state: &self.state,
            naming: self.naming,
            topics: &**topics,
            session: &mut *session,
            stored: &stored,
        };
        if request.changes() {
            desk.finish_interrupted()?;
        }
        desk.answer(request)
    }

    /// Deletes what only a retired version has; see [`Runtime::purge`].
    ///
    /// # Errors
    /// As there.
    pub fn purge(&self, version: &Version) -> Result<Vec<Change>, ServerError> {
        let runtime = Runtime::start(self.backends.clone(), self.naming.clone())?;
        let purged = runtime.purge(version);
        runtime.stop();
        purged
    }

    fn stored(&self, topic: &TopicName) -> Result<u64, ServerError> {
        Ok(self.state.sink(topic)?.stored())
    }
}
