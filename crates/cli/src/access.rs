//! A project's data, whether a server runs or not.
//!
//! The data folder belongs to the running server, so its answers come over HTTP. When none runs,
//! the folder is opened for the time of the command.

use std::{
    num::NonZeroU64,
    thread,
    time::{Duration, Instant},
};

use antler_core::{
    diagnostic::Code,
    ledger::Account,
    load::course::Order,
    names::{Naming, Version},
    plan::{Change, Observed, proposal::Conditions},
    verify::Comparison,
};
use antler_server::{
    AtRest,
    letters::{LettersAnswer, LettersRequest},
    load::LoadsStatus,
    status::Status,
    verify::VerifyRequest,
};
use antler_store::folder::DataFolder;
use anyhow::Result;

use crate::{
    client::Client,
    explain::{explain_server, explain_store},
    host::{DATA_FOLDER, Host},
    problems::Problems,
    project::Project,
};

/// How long to wait for a data folder that another process has, and between two looks.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Where a project's data is.
pub enum Access {
    /// A server has it.
    Running(Client),
    /// It is at rest, and this process has it.
    AtRest(Box<Host>, Naming),
}

/// Takes a project's data for this process. Waits a moment for a command that has it; not for a server,
/// which keeps it.
///
/// # Errors
/// It belongs to another process, or cannot be opened.
pub fn take(project: &Project) -> Result<Host> {
    let started = Instant::now();
    loop {
        match Host::open(project) {
            Err(problems)
                if is_in_use(&problems)
                    && started.elapsed() < PATIENCE
                    && Access::server(project)?.is_none() =>
            {
                thread::sleep(PAUSE);
            }
            outcome => return Ok(outcome?),
        }
    }
}

impl Access {
    /// Finds the data of a project. Waits a moment for another command to finish with it, or for
    /// a server that is just starting to listen.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn to(project: &Project) -> Result<Self> {
        let started = Instant::now();
        loop {
            if let Some(client) = Self::server(project)? {
                return Ok(Self::Running(client));
            }
            match Host::open(project) {
                Ok(host) => return Ok(Self::AtRest(Box::new(host), project.config.naming.clone())),
                Err(problems) if is_in_use(&problems) && started.elapsed() < PATIENCE => thread::sleep(PAUSE),
                Err(problems) => return Err(problems.into()),
            }
        }
    }

    /// The running server of a project, if there is one.
    ///
    /// # Errors
    /// Its note cannot be read.
    pub fn server(project: &Project) -> Result<Option<Client>> {
        let note = DataFolder::server(&project.folder.path(DATA_FOLDER)).map_err(explain_store)?;
        Ok(note.map(Client::new))
    }

    /// What everything is doing.
    ///
    /// # Errors
    /// The server or the database failed.
    pub fn status(&self) -> Result<Status> {
        match self {
            Self::Running(client) => client.status(),
            Self::AtRest(host, naming) => Ok(at_rest(host, naming).status().map_err(explain_server)?),
        }
    }

    /// What is there, to plan from.
    ///
    /// # Errors
    /// The server or the database failed.
    pub fn observed(&self) -> Result<Observed> {
        match self {
            Self::Running(client) => client.observed(),
            Self::AtRest(host, naming) => Ok(at_rest(host, naming).observed().map_err(explain_server)?),
        }
    }

    /// What is known of the machine. `configured` is how fast loads may be where no order says
    /// otherwise; a server knows it already.
    ///
    /// # Errors
    /// The server or the database failed.
    pub fn conditions(&self, configured: Option<NonZeroU64>) -> Result<Conditions> {
        match self {
            Self::Running(client) => client.conditions(),
            Self::AtRest(host, naming) => {
                Ok(at_rest(host, naming).conditions(configured).map_err(explain_server)?)
            }
        }
    }

    /// The answer to a statement, in an output format.
    ///
    /// # Errors
    /// The statement was refused.
    pub fn query(&self, statement: &str, format: &str) -> Result<Vec<u8>> {
        match self {
            Self::Running(client) => client.query(statement, format),
            Self::AtRest(host, naming) => {
                Ok(at_rest(host, naming).query(statement, format).map_err(explain_server)?)
            }
        }
    }

    /// The accounts of the ledger.
    ///
    /// # Errors
    /// The server or the database failed.
    pub fn ledger(&self) -> Result<Vec<Account>> {
        match self {
            Self::Running(client) => client.ledger(),
            Self::AtRest(host, naming) => Ok(at_rest(host, naming).ledger().map_err(explain_server)?),
        }
    }

    /// Takes the next step of a comparison.
    ///
    /// # Errors
    /// The server or the database failed.
    pub fn verify(&self, request: &VerifyRequest) -> Result<Comparison> {
        match self {
            Self::Running(client) => client.verify(request),
            Self::AtRest(host, naming) => {
                Ok(at_rest(host, naming).verify(request).map_err(explain_server)?)
            }
        }
    }

    /// Deletes for good what only a retired version has.
    ///
    /// # Errors
    /// It is not retired, or the server or the database failed.
    pub fn purge(&self, version: &Version) -> Result<Vec<Change>> {
        match self {
            Self::Running(client) => client.purge(version),
            Self::AtRest(host, naming) => Ok(at_rest(host, naming).purge(version).map_err(explain_server)?),
        }
    }

    /// What loads are doing, after an order if there is one. `configured` is the limit that holds
    /// where no order says otherwise; a server knows it already.
    ///
    /// # Errors
    /// The server failed, or the journal.
    pub fn loads(&self, order: Option<Order>, configured: Option<NonZeroU64>) -> Result<LoadsStatus> {
        match (self, order) {
            (Self::Running(client), None) => client.load_status(),
            (Self::Running(client), Some(order)) => client.order_loads(order),
            (Self::AtRest(host, naming), order) => {
                let data = at_rest(host, naming);
                order.map_or(Ok(()), |order| data.order_loads(order)).map_err(explain_server)?;
                Ok(data.load_status(configured).map_err(explain_server)?)
            }
        }
    }

    /// Does something with dead letters.
    ///
    /// # Errors
    /// Rows are being loaded, or the server or the database failed.
    pub fn letters(&self, request: &LettersRequest) -> Result<LettersAnswer> {
        match self {
            Self::Running(client) => client.letters(request),
            Self::AtRest(host, naming) => {
                Ok(at_rest(host, naming).letters(request).map_err(explain_server)?)
            }
        }
    }
}

fn at_rest<'a>(host: &'a Host, naming: &'a Naming) -> AtRest<'a> {
    AtRest::new(&host.backends, naming)
}

fn is_in_use(problems: &Problems) -> bool {
    problems.iter().any(|problem| problem.code == Code::FolderInUse)
}
