//! Where a change is applied: by the running server, or by this process when none runs.
//!
//! Either way there is one deployer at a time. A server refuses the second one and says who is the first;
//! without a server the data folder is locked by the process that has it, and the lock of a process that
//! was killed is gone with it.

use std::{num::NonZeroU32, process, sync::Arc};

use antler_core::{
    load::course::Motion,
    plan::{
        Observed,
        proposal::{Conditions, Proposal},
    },
};
use antler_server::{
    Runtime,
    load::LoadsStatus,
    terms::{ChangeRequest, Deployer},
};
use anyhow::Result;

use crate::{
    access::Access, client::Client, explain::explain_server, host::Host, printer::Printer,
    progress::LoadProgress, project::Project,
};

/// Where a change is applied.
pub enum Site {
    /// A server runs, and does it.
    Server(Client),
    /// None runs, so this process does it, and has the data until it is closed.
    Here(Box<Here>),
}

/// The data of a project, in this process.
pub struct Here {
    runtime: Arc<Runtime>,
    host: Host,
}

/// This process, as others hear of it.
pub fn deployer() -> Deployer {
    Deployer { pid: NonZeroU32::new(process::id()).unwrap_or(NonZeroU32::MIN) }
}

impl Site {
    /// Finds the data of a project. What an earlier process has left undone is finished when it is here.
    ///
    /// # Errors
    /// Another process has the data, or it cannot be opened.
    pub fn of(project: &Project) -> Result<Self> {
        let (host, naming) = match Access::to(project)? {
            Access::Running(client) => return Ok(Self::Server(client)),
            Access::AtRest(host, naming) => (host, naming),
        };
        let runtime = Runtime::start(host.backends.clone(), naming).map_err(explain_server)?;
        runtime.limit_loads(project.config.load_max_rate).map_err(explain_server)?;
        Ok(Self::Here(Box::new(Here { runtime: Arc::new(runtime), host: *host })))
    }

    /// What is there, to plan from.
    ///
    /// # Errors
    /// The server or the database failed.
    pub fn observed(&self) -> Result<Observed> {
        match self {
            Self::Server(client) => client.observed(),
            Self::Here(here) => Ok(here.runtime.observed().map_err(explain_server)?),
        }
    }

    /// What is known of the machine.
    ///
    /// # Errors
    /// The server or the database failed.
    pub fn conditions(&self) -> Result<Conditions> {
        match self {
            Self::Server(client) => client.conditions(),
            Self::Here(here) => Ok(here.runtime.conditions().map_err(explain_server)?),
        }
    }

    /// The answer to a statement, in an output format.
    ///
    /// # Errors
    /// The statement was refused.
    pub fn query(&self, statement: &str, format: &str) -> Result<Vec<u8>> {
        match self {
            Self::Server(client) => client.query(statement, format),
            Self::Here(here) => Ok(here.runtime.query(statement, format).map_err(explain_server)?),
        }
    }

    /// Applies a change. It waits for loads that are under way.
    ///
    /// # Errors
    /// The terms do not hold, somebody else deploys, or the server or the database failed.
    pub fn apply(&self, request: &ChangeRequest, printer: &Printer) -> Result<()> {
        let ChangeRequest { desired, edits, terms } = request;
        if !self.loads()?.all_done() {
            printer.say("It waits for the loads that are under way: antler load status");
        }
        match self {
            Self::Server(client) => client.apply(request),
            Self::Here(here) => {
                here.runtime.apply(desired, *edits, terms, &mut |_| {}).map_err(explain_server)?;
                Ok(())
            }
        }
    }

    /// Follows the loads that a plan began to their end, when they are here; a server does that itself.
    ///
    /// # Errors
    /// The database failed.
    pub fn load(&self, plan: &Proposal, printer: &Printer) -> Result<()> {
        if plan.total.data.is_none() {
            return Ok(());
        }
        match (self, self.loads()?.motion) {
            (_, Motion::Paused) => printer.say("Loads are paused. Let them go on with: antler load resume"),
            (Self::Server(_), Motion::Going) => {
                printer.say("The server loads the rows now: antler load status");
            }
            (Self::Here(here), Motion::Going) => {
                printer.say("Loading; Ctrl-C leaves the rest to the next antler dev or antler prod.");
                let progress = LoadProgress::follow(&here.runtime, printer);
                here.runtime.settle().map_err(explain_server)?;
                progress.catch_up(&here.runtime);
            }
        }
        Ok(())
    }

    /// Closes what is open here.
    ///
    /// # Errors
    /// Something could not be closed; what was applied is durable all the same.
    pub fn close(self) -> Result<()> {
        match self {
            Self::Server(_) => Ok(()),
            Self::Here(here) => {
                let Here { runtime, host } = *here;
                runtime.stop();
                drop(runtime);
                Ok(host.close()?)
            }
        }
    }

    fn loads(&self) -> Result<LoadsStatus> {
        match self {
            Self::Server(client) => client.load_status(),
            Self::Here(here) => Ok(here.runtime.load_status().map_err(explain_server)?),
        }
    }
}
