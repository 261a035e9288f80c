//! What the command line asks a running server, over HTTP.

use std::{fmt, time::Duration};

use antler_core::{
    ledger::Account,
    load::course::Order,
    names::Version,
    plan::{Change, Observed, proposal::Conditions},
    validate::Violation,
    verify::Comparison,
};
use antler_server::{
    letters::{LettersAnswer, LettersRequest},
    load::LoadsStatus,
    status::Status,
    terms::ChangeRequest,
    verify::VerifyRequest,
};
use antler_store::folder::ServerNote;
use anyhow::{Context, anyhow, bail};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use ureq::{Agent, Body, http::Response};

/// A running server of the project.
#[derive(Debug)]
pub struct Client {
    note: ServerNote,
    agent: Agent,
}

/// A problem document, as far as a person wants to read it.
#[derive(Debug, Deserialize)]
struct Problem {
    title: String,
    #[serde(default)]
    detail: String,
    #[serde(default)]
    errors: Vec<Violation>,
    #[serde(default)]
    more_errors: u64,
}

impl Client {
    /// A client of the server that left this note.
    pub fn new(note: ServerNote) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(5)))
            // Only ever this machine: a proxy of the environment has nothing to do here.
            .proxy(None)
            .build();
        Self { note, agent: Agent::new_with_config(config) }
    }

    /// What the server is doing.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn status(&self) -> anyhow::Result<Status> {
        self.get("status")
    }

    /// What is there, to plan from.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn observed(&self) -> anyhow::Result<Observed> {
        self.get("observed")
    }

    /// What is known of the machine.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn conditions(&self) -> anyhow::Result<Conditions> {
        self.get("conditions")
    }

    /// The answer to a statement, in an output format.
    ///
    /// # Errors
    /// It cannot be reached, or the statement was refused.
    pub fn query(&self, statement: &str, format: &str) -> anyhow::Result<Vec<u8>> {
        let url = format!("http://{}/query", self.note.management);
        let request = self.agent.post(&url).query("format", format).header("x-antler", "1");
        self.answer(request.send(statement))
    }

    /// The accounts of the ledger.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn ledger(&self) -> anyhow::Result<Vec<Account>> {
        self.get("ledger")
    }

    /// Does something with dead letters.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn letters(&self, request: &LettersRequest) -> anyhow::Result<LettersAnswer> {
        self.post("letters", request)
    }

    /// Lets the server make the plan of a change, and apply it if the terms hold.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn apply(&self, request: &ChangeRequest) -> anyhow::Result<()> {
        self.post::<u64>("apply", request).map(drop)
    }

    /// Takes the next step of a comparison.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn verify(&self, request: &VerifyRequest) -> anyhow::Result<Comparison> {
        self.post("verify", request)
    }

    /// Deletes for good what only a retired version has.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn purge(&self, version: &Version) -> anyhow::Result<Vec<Change>> {
        self.post(&format!("purge/{version}"), &())
    }

    /// What loads are doing.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn load_status(&self) -> anyhow::Result<LoadsStatus> {
        self.get("load")
    }

    /// Pauses loads or lets them go on.
    ///
    /// # Errors
    /// It cannot be reached, or says why not.
    pub fn order_loads(&self, order: Order) -> anyhow::Result<LoadsStatus> {
        self.post("load", &order)
    }

    /// Posts NDJSON to an endpoint, given as the path after `/ingest/`. All of it is accepted, or
    /// nothing.
    ///
    /// # Errors
    /// It cannot be reached, or refused the events.
    pub fn ingest(&self, prefix: &str, endpoint: &str, ndjson: &[u8]) -> anyhow::Result<()> {
        let url = format!("http://{}{prefix}/ingest/{endpoint}?strict=true", self.note.http);
        let request = self.agent.post(&url).header("content-type", "application/x-ndjson");
        self.answer(request.send(ndjson)).map(drop)
    }

    fn get<T: DeserializeOwned>(&self, what: &str) -> anyhow::Result<T> {
        let url = format!("http://{}/{what}", self.note.management);
        let response = self.agent.get(&url).header("x-antler", "1").call();
        serde_json::from_slice(&self.answer(response)?).context("the server answered in an unexpected form")
    }

    fn post<T: DeserializeOwned>(&self, what: &str, request: &impl Serialize) -> anyhow::Result<T> {
        let url = format!("http://{}/{what}", self.note.management);
        let post = self.agent.post(&url).header("x-antler", "1").header("content-type", "application/json");
        serde_json::from_slice(&self.answer(post.send(serde_json::to_vec(request)?))?)
            .context("the server answered in an unexpected form")
    }

    fn answer(&self, response: Result<Response<Body>, ureq::Error>) -> anyhow::Result<Vec<u8>> {
        let unreachable = || format!("the server (pid {}) does not answer", self.note.pid);
        let response = response.with_context(unreachable)?;
        let status = response.status();
        let body = response.into_body().into_with_config().limit(u64::MAX).read_to_vec();
        let body = body.with_context(unreachable)?;
        if status.is_success() {
            return Ok(body);
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) => Err(anyhow!("{problem}")),
            Err(_) => bail!("the server answered {status}"),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.title)?;
        if !self.detail.is_empty() {
            write!(f, ": {}", self.detail)?;
        }
        for error in &self.errors {
            write!(f, "\n  {error}")?;
        }
        if self.more_errors > 0 {
            write!(f, "\n  and {} more", self.more_errors)?;
        }
        Ok(())
    }
}
