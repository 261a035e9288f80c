//! A running `antler dev`, asked over HTTP like any server.

use std::{
    fs::{self, File},
    net::SocketAddr,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use ureq::{
    Agent, Body,
    http::{Request, Response},
};

use crate::sandbox::Sandbox;

/// How long anything may take before a test gives up. Only a failing test takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server that is killed when the test ends.
pub struct Server<'a> {
    sandbox: &'a Sandbox,
    child: Child,
    pub http: SocketAddr,
    agent: Agent,
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// Calls until there is a value, or panics with what was waited for.
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < PATIENCE, "{what} did not come to pass");
        thread::sleep(Duration::from_millis(20));
    }
}

impl Sandbox {
    /// Starts `antler dev` on free ports and waits until it listens.
    pub fn serve(&self) -> Server<'_> {
        self.serve_as(&["dev"])
    }

    /// Starts `antler dev` or `antler prod` on free ports and waits until it listens.
    pub fn serve_as(&self, command: &[&str]) -> Server<'_> {
        let mut child = self.server(command).stderr(self.log()).spawn().unwrap();
        let note = self.path(".antler/server.json");
        let pid = u64::from(child.id());
        let http = eventually("a listening server", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!("the server ended with {status}:\n{}", self.said());
            }
            let note: Value = serde_json::from_str(&fs::read_to_string(&note).ok()?).ok()?;
            (note["pid"] == pid).then(|| note["http"].as_str().unwrap().parse().unwrap())
        });
        let config = Agent::config_builder().http_status_as_error(false).build();
        Server { sandbox: self, child, http, agent: Agent::new_with_config(config) }
    }

    fn server(&self, command: &[&str]) -> Command {
        let mut server = self.command(env!("CARGO_BIN_EXE_antler"));
        server.args(command).args(["--port", "0"]).env("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "0");
        server.stdin(Stdio::null()).stdout(Stdio::null());
        server
    }

    /// What servers have said so far.
    pub fn said(&self) -> String {
        fs::read_to_string(self.path("server.log")).unwrap_or_default()
    }

    /// Waits until servers have said something.
    pub fn wait_for(&self, text: &str) {
        eventually(&format!("`{text}` in:\n{}", self.said()), || self.said().contains(text).then_some(()));
    }

    /// The answer to a question, as TSV.
    pub fn ask(&self, statement: &str) -> String {
        let output = self
            .command(env!("CARGO_BIN_EXE_antler"))
            .args(["query", statement, "--format", "TSV"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    /// `antler ps --json`.
    pub fn status(&self) -> Value {
        let output = self.command(env!("CARGO_BIN_EXE_antler")).args(["ps", "--json"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Waits until every accepted event is stored and every load is done.
    pub fn settle(&self) {
        eventually("rest", || {
            let status = self.status();
            let done = |table: &Value| table["received"] == table["stored"];
            let live = |migration: &Value| migration["phase"] == "live" && migration["lag"] == 0;
            let tables = status["tables"].as_array().unwrap();
            let migrations = status["migrations"].as_array().unwrap();
            let letters = status["dead_letters"].as_object().unwrap().values().all(|of| of["lag"] == 0);
            (tables.iter().all(done) && migrations.iter().all(live) && letters).then_some(())
        });
    }

    fn log(&self) -> File {
        File::options().create(true).append(true).open(self.path("server.log")).unwrap()
    }
}

impl Server<'_> {
    /// Gets a path.
    pub fn get(&self, path: &str) -> Result<Answer, ureq::Error> {
        let response = self.ask("GET", path)?;
        let status = response.status().as_u16();
        Ok(Answer { status, body: response.into_body().read_to_string()? })
    }

    /// Asks with any method, and without a body.
    pub fn ask(&self, method: &str, path: &str) -> Result<Response<Body>, ureq::Error> {
        let request = Request::builder().method(method).uri(format!("http://{}{path}", self.http));
        self.agent.run(request.body(()).unwrap())
    }

    /// Posts to a path.
    pub fn post(
        &self,
        path: &str,
        content_type: &str,
        body: impl AsRef<[u8]>,
    ) -> Result<Answer, ureq::Error> {
        self.post_with(path, &[("content-type", content_type)], body)
    }

    /// Posts to a path, with headers.
    pub fn post_with(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(format!("http://{}{path}", self.http));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send(body.as_ref())?;
        let status = response.status().as_u16();
        Ok(Answer { status, body: response.into_body().read_to_string()? })
    }

    /// The most memory that the process has had so far, in MiB. Linux only.
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Posts one JSON event, which must be accepted.
    pub fn accept(&self, endpoint: &str, event: &str) {
        let answer = self.post(&format!("/ingest/{endpoint}"), "application/json", event).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    /// Kills the process at once, as `kill -9` does. Requests under way get no answer.
    pub fn kill_now(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    }

    /// Asks the process to stop.
    pub fn ask_to_stop(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }

    /// Asks the process to stop, and waits for its end.
    pub fn stop(self) -> ExitStatus {
        self.ask_to_stop();
        self.ended()
    }

    /// Waits for the end of the process.
    pub fn ended(mut self) -> ExitStatus {
        eventually("the end of the server", || self.child.try_wait().unwrap())
    }
}

impl Drop for Server<'_> {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            // The harness shows what a failing test has printed.
            println!("the server said:\n{}", self.sandbox.said());
        }
    }
}
