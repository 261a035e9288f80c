//! `antler apply`: exactly the plan that was shown, by one deployer at a time.

use std::{
    io::Write as _,
    process::{Child, Command, Stdio},
};

use insta::assert_snapshot;
use serde_json::json;

use crate::{sandbox::Sandbox, server::eventually};

const MIGRATION: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";

fn event(id: u32) -> String {
    format!(
        r#"{{"eventId":"{id}","userId":"ada","timestamp":"2026-01-02T03:04:05Z","activity":"{}"}}"#,
        if id.is_multiple_of(3) { "shout" } else { "login" }
    )
}

/// A project with 30 rows in 0.0, and a version 0.1 that is not applied yet.
fn changed() -> Sandbox {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    (0..30).for_each(|id| server.accept("UserActivity/0.0", &event(id)));
    sandbox.settle();
    assert!(server.stop().success());
    sandbox.bump_to_loud();
    sandbox
}

impl Sandbox {
    /// The id of the plan of now.
    fn plan_id(&self, args: &[&str]) -> String {
        let args = [&["plan", "--json"], args].concat();
        self.document(&args)["id"].as_str().unwrap().to_owned()
    }

    /// What a command prints as JSON.
    fn document(&self, args: &[&str]) -> serde_json::Value {
        let output = self.command(env!("CARGO_BIN_EXE_antler")).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn spawn(&self, args: &[&str]) -> Child {
        let mut command = self.command(env!("CARGO_BIN_EXE_antler"));
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// `antler apply` on a terminal that it can ask.
    fn on_a_terminal(&self) -> Child {
        let antler = format!("exec '{}' apply", env!("CARGO_BIN_EXE_antler"));
        let mut script = self.command("script");
        script.args(["--quiet", "--return", "--flush", "--command", &antler]).arg(self.path("terminal.log"));
        script.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Waits until the terminal shows something.
    fn terminal_shows(&self, text: &str) {
        let log = self.path("terminal.log");
        eventually(&format!("`{text}` on the terminal"), || {
            std::fs::read_to_string(&log).ok().filter(|shown| shown.contains(text))
        });
    }
}

/// With the id of a plan replaced.
fn without_id(shown: &str, id: &str) -> String {
    shown.replace(id, "[ID]")
}

#[test]
fn a_plan_is_applied_without_a_server_and_its_rows_are_loaded_and_a_second_run_has_nothing_to_do() {
    let sandbox = changed();
    let id = sandbox.plan_id(&[]);
    let shown = sandbox.antler(&["apply", "--plan", &id]);
    assert!(shown.starts_with("exit 0"), "{shown}");
    for line in [
        "3. UserActivity 0.0 → 0.1  initial load of about 30 rows",
        &format!("Applied {id}."),
        "loaded 30 rows",
    ] {
        assert!(shown.contains(line), "{line} in {shown}");
    }
    assert_eq!(sandbox.ask("SELECT count(), countIf(loud) FROM UserActivity_0_1"), "30\t10");
    assert_eq!(sandbox.document(&["plan", "--json"])["changes"], json!([]));
    assert_snapshot!(sandbox.antler(&["apply", "--plan", &id]), @r"
    exit 0
    --- stderr
    Nothing to do: what is deployed is what the project says.
    ");
}

#[test]
fn nothing_is_applied_where_nobody_says_yes() {
    let sandbox = changed();
    assert_snapshot!(sandbox.antler(&["apply"]), @r"
    exit 1
    --- stderr
      error: nobody is there to say yes: apply a plan that was read with --plan and its id, as antler
      | plan prints it, or whatever it is now with --yes
    ");
    assert!(sandbox.antler(&["apply", "--plan", "1234"]).starts_with("exit 2"));

    let mut apply = sandbox.on_a_terminal();
    sandbox.terminal_shows("Apply it? Only `yes` is a yes: ");
    apply.stdin.as_mut().unwrap().write_all(b"y\n").unwrap();
    assert!(!apply.wait().unwrap().success());
    sandbox.terminal_shows("nothing was applied");
    assert_eq!(sandbox.ask("SELECT count() FROM system.tables WHERE name = 'UserActivity_0_1'"), "0");

    let mut apply = sandbox.on_a_terminal();
    sandbox.terminal_shows("Apply it? Only `yes` is a yes: ");
    apply.stdin.as_mut().unwrap().write_all(b"yes\n").unwrap();
    assert!(apply.wait().unwrap().success());
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity_0_1"), "30");
}

#[test]
fn another_plan_than_the_one_that_was_shown_is_refused_and_says_what_moved() {
    let sandbox = changed();
    let id = sandbox.plan_id(&[]);
    sandbox.edit(MIGRATION, "=== \"shout\"", "=== \"login\"");
    let shown = sandbox.antler(&["apply", "--plan", &id]);
    assert!(shown.starts_with("exit 1"), "{shown}");
    let now = sandbox.plan_id(&[]);
    assert!(shown.contains(&format!("plan {now}")) && now != id, "what would be done now is shown: {shown}");
    let message = shown.split("error").nth(1).unwrap();
    assert_snapshot!(without_id(message, &id), @r"
    [A407]: the plan [ID] is not what would be done now, which is above:
      | the project says something else since; nothing was applied
      help: look at what would be done now with: antler plan
    ");

    assert!(sandbox.antler(&["apply", "--yes"]).starts_with("exit 0"));
    let shown = sandbox.antler(&["apply", "--plan", &id]);
    assert!(shown.contains("something was deployed") && shown.starts_with("exit 1"), "{shown}");
    assert_eq!(sandbox.ask("SELECT count(), countIf(loud) FROM UserActivity_0_1"), "30\t20");
}

#[test]
fn a_running_server_applies_the_plan_itself_and_refuses_a_second_deployer() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve_as(&["prod"]);
    sandbox.wait_for("POST http://localhost");
    (0..30).for_each(|id| server.accept("UserActivity/0.0", &event(id)));
    sandbox.settle();
    sandbox.bump_to_loud();
    sandbox.commit();
    let id = sandbox.plan_id(&["--prod"]);
    assert!(sandbox.antler(&["load", "pause"]).starts_with("exit 0"));
    let shown = sandbox.antler(&["apply", "--prod", "--plan", &id]);
    assert!(shown.starts_with("exit 0") && shown.contains("Loads are paused."), "{shown}");
    server.accept("UserActivity/0.1", &event(30).replace('}', r#","loud":true}"#));

    // The next change waits for the load; meanwhile nobody else deploys, though the client is killed.
    sandbox.write("notes.txt", "something to commit");
    sandbox.bump_to_user();
    let other = sandbox.antler(&["apply", "--yes"]);
    assert!(other.starts_with("exit 1") && other.contains("this server is antler prod"), "{other}");
    sandbox.commit();
    let mut first = sandbox.spawn(&["apply", "--prod", "--yes"]);
    eventually("a change that waits", || {
        (sandbox.document(&["load", "status", "--json"])["change_waits"] == true).then_some(())
    });
    let refused = sandbox.antler(&["apply", "--prod", "--yes"]);
    let who = format!("antler apply (pid {}) is changing what is deployed", first.id());
    assert!(refused.starts_with("exit 1") && refused.contains(&who), "{who}: {refused}");
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(sandbox.antler(&["load", "resume"]).starts_with("exit 0"));
    eventually("the change that was asked for", || {
        (sandbox.document(&["plan", "--prod", "--json"])["changes"] == json!([])).then_some(())
    });
    sandbox.settle();
    assert!(sandbox.antler(&["apply", "--prod", "--yes"]).contains("Nothing to do"));
    assert_eq!(sandbox.ask("SELECT count(), countIf(loud) FROM UserActivity_0_2"), "31\t11");
}

#[test]
fn without_a_server_the_data_belongs_to_one_deployer_and_a_killed_one_leaves_no_lock() {
    let sandbox = changed();
    let mut first = sandbox.on_a_terminal();
    sandbox.terminal_shows("Apply it? Only `yes` is a yes: ");
    let pid = sandbox.read(".antler/lock").trim().to_owned();
    let refused = sandbox.antler(&["apply", "--yes"]);
    assert!(refused.starts_with("exit 1") && refused.contains(&format!("(pid {pid})")), "{pid}: {refused}");
    assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    first.wait().unwrap();
    assert!(sandbox.antler(&["apply", "--yes"]).contains("loaded 30 rows"));
}

#[test]
fn production_starts_with_the_plan_that_was_shown_or_not_at_all() {
    let sandbox = changed();
    sandbox.commit();
    let (id, free) = (sandbox.plan_id(&["--prod"]), ["PORT", "MANAGEMENT_PORT"]);
    let free = free.map(|name| format!("MOOSE_HTTP_SERVER_CONFIG__{name}"));
    let free = [(free[0].as_str(), "0"), (free[1].as_str(), "0")];
    let refused = sandbox.antler_with(&free, &["prod", "--plan", "0123456789ab-012345-012345"]);
    assert!(refused.starts_with("exit 1") && refused.contains("A407"), "{refused}");
    assert_eq!(sandbox.plan_id(&["--prod"]), id, "nothing was applied");

    let mut prod = sandbox.command(env!("CARGO_BIN_EXE_antler"));
    let prod = prod.args(["prod", "--plan", &id]).envs(free).stdin(Stdio::null()).stderr(Stdio::null());
    let mut prod = prod.stdout(Stdio::null()).spawn().unwrap();
    // Whoever asks before it listens would have the data folder.
    eventually("a listening server", || {
        let note = std::fs::read_to_string(sandbox.path(".antler/server.json")).ok()?;
        note.contains(&format!("\"pid\": {}", prod.id())).then_some(())
    });
    eventually("the version that was planned", || {
        (sandbox.document(&["plan", "--prod", "--json"])["changes"] == json!([])).then_some(())
    });
    prod.kill().unwrap();
    prod.wait().unwrap();
}
