//! A running `antler dev`, and what can be asked of it from outside.

use std::{
    fs::{self, File},
    net::SocketAddr,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{Child, Stdio},
};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use ureq::Agent;

use crate::{fault::Fault, producer, project::Project};

const SIGKILL: i32 = 9;

/// A server, which does not outlive this value.
#[derive(Debug)]
pub struct Server {
    child: Child,
    note: PathBuf,
    log: PathBuf,
    addresses: Option<Addresses>,
    agent: Agent,
}

/// Whether the server tells its database which inserts are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tokens {
    /// As it should.
    Whole,
    /// Every attempt looks like another insert.
    Broken,
}

/// Where a server listens.
#[derive(Debug, Clone, Copy)]
pub struct Addresses {
    /// For events.
    pub http: SocketAddr,
    management: SocketAddr,
}

impl Server {
    /// Starts one, which will die of the fault if it has a place.
    pub fn start(project: &Project, fault: Fault, tokens: Tokens) -> Result<Self> {
        let log = File::options().create(true).append(true).open(&project.log)?;
        let mut command = project.antler();
        command.args(["dev", "--port", "0"]).env("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "0");
        if let Fault::Point { point, times } = fault {
            command.env("ANTLER_FAIL_POINT", format!("{point}:{times}"));
        }
        if tokens == Tokens::Broken {
            command.env("ANTLER_BREAK_TOKENS", "1");
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        Ok(Self {
            child: command.spawn()?,
            note: project.root.join(".antler/server.json"),
            log: project.log.clone(),
            addresses: None,
            agent: producer::agent(),
        })
    }

    /// Where it listens, once it does.
    pub fn addresses(&mut self) -> Option<Addresses> {
        if self.addresses.is_none() {
            let note: Value = serde_json::from_str(&fs::read_to_string(&self.note).ok()?).ok()?;
            if note["pid"] == self.child.id() {
                let address = |name: &str| note[name].as_str()?.parse().ok();
                self.addresses =
                    Some(Addresses { http: address("http")?, management: address("management")? });
            }
        }
        self.addresses
    }

    /// Whether it has killed itself at a fail point. Every other end is an error.
    pub fn has_died(&mut self) -> Result<bool> {
        match self.child.try_wait()? {
            None => Ok(false),
            Some(status) if status.signal() == Some(SIGKILL) => Ok(true),
            Some(status) => bail!("the server ended by itself with {status}: see {}", self.log.display()),
        }
    }

    /// Kills it with all its threads in the middle of whatever they do.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// What it is doing; `None` when it does not answer, as it may be dying.
    pub fn status(&self) -> Option<Value> {
        let url = format!("http://{}/status", self.addresses?.management);
        let mut answer = self.agent.get(url).header("x-antler", "1").call().ok()?;
        serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()
    }

    /// Waits until every accepted event is stored and every load is done.
    pub fn settle(&self) -> Result<()> {
        self.ask("settle", "").map(drop)
    }

    /// The accounts of its ledger.
    pub fn ledger(&self) -> Result<Vec<Value>> {
        let addresses = self.addresses.context("the server does not listen yet")?;
        let url = format!("http://{}/ledger", addresses.management);
        let text = self.agent.get(url).header("x-antler", "1").call()?.body_mut().read_to_string()?;
        serde_json::from_str(&text).with_context(|| text)
    }

    /// Replays a few open dead letters on the way to a version, with this reason. A server that
    /// does not answer may be dying.
    pub fn replay_some(&self, to: &str, reason: &str) -> Result<()> {
        let filter = json!({ "to": to, "reason": reason, "status": "open" });
        let some = json!({ "action": { "list": { "limit": 40 } }, "filter": filter });
        let found: Value = serde_json::from_str(&self.ask("letters", &some.to_string())?)?;
        let letters = found["letters"].as_array().context("no list of letters")?;
        let ids: Vec<_> = letters.iter().map(|letter| letter["id"].clone()).collect();
        if ids.is_empty() { Ok(()) } else { self.replay(&json!({ "ids": ids })) }
    }

    /// Replays every open dead letter.
    pub fn replay_all(&self) -> Result<()> {
        self.replay(&json!({}))
    }

    fn replay(&self, filter: &Value) -> Result<()> {
        self.ask("letters", &json!({ "action": "replay", "filter": filter }).to_string()).map(drop)
    }

    /// The answer to a question, as TSV.
    pub fn query(&self, statement: &str) -> Result<String> {
        self.ask("query?format=TSV", statement)
    }

    fn ask(&self, path: &str, body: &str) -> Result<String> {
        let addresses = self.addresses.context("the server does not listen yet")?;
        let url = format!("http://{}/{path}", addresses.management);
        let mut answer = self
            .agent
            .post(url)
            .header("x-antler", "1")
            .header("content-type", "application/json")
            .send(body)?;
        let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string()?;
        ensure!(answer.status().is_success(), "{path} {body}: {text}");
        Ok(text)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.kill();
    }
}
