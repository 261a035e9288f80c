//! Versions that are retired, come back, and are purged, with the real binary.

use crate::{sandbox::Sandbox, server::eventually};

fn event(id: &str) -> String {
    format!(r#"{{"eventId":"{id}","userId":"ada","timestamp":"2026-01-02T03:04:05Z","activity":"login"}}"#)
}

/// A table's size depends on how its parts were merged.
fn without_sizes(text: &str) -> String {
    let words: Vec<_> = text.split(' ').collect();
    let next = |i: usize| words.get(i + 1).is_some_and(|unit| unit.trim_end_matches(',').starts_with("KiB"));
    let word = |(i, word): (usize, &&str)| if next(i) { "[SIZE]".to_owned() } else { (*word).to_owned() };
    words.iter().enumerate().map(word).collect::<Vec<_>>().join(" ")
}

impl Sandbox {
    /// Waits until just these versions are retired.
    pub fn wait_until_retired(&self, versions: &[&str]) {
        eventually(&format!("{versions:?} are retired"), || {
            let status = self.status();
            let tables = status["tables"].as_array().unwrap().iter();
            let retired: Vec<_> =
                tables.flat_map(|table| table["retired"].as_array().unwrap().clone()).collect();
            (retired == versions).then_some(())
        });
    }
}

#[test]
fn a_version_is_retired_comes_back_with_what_came_meanwhile_and_is_purged() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    sandbox.bump_to_loud();
    sandbox.write(
        "app/functions/UserActivity_migrate__0_1__0_0.ts",
        "export default function migrate({ loud, ...rest }: any) {\n  return rest;\n}\n",
    );
    sandbox.wait_for("table local.UserActivity_0_1");
    sandbox.wait_for("UserActivity 0.1 → 0.0");
    let loud = |id: &str| event(id).replace('}', r#","loud":true}"#);
    ["a", "b"].into_iter().for_each(|id| server.accept("UserActivity/0.0", &event(id)));
    server.accept("UserActivity/0.1", &loud("c"));
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity_0_0"), "3");
    let newest = "SELECT count(), sum(cityHash64(*)) FROM UserActivity_0_1";
    let before = sandbox.ask(newest);

    let mut shown = vec![
        sandbox.antler(&["retire", "0.1", "--yes"]),
        sandbox.antler(&["retire", "7.7", "--yes"]),
        sandbox.antler(&["unretire", "0.0"]),
        sandbox.antler(&["purge", "0.0", "--yes"]),
        sandbox.antler(&["retire", "0.0"]),
        sandbox.antler(&["retire", "0.0", "--yes"]),
    ];
    sandbox.wait_until_retired(&["0.0"]);
    let gone = server.post("/ingest/UserActivity/0.0", "application/json", event("d")).unwrap();
    assert_eq!(gone.status, 410);
    assert!(gone.body.contains(r#""endpoints":["/ingest/UserActivity/0.1"]"#), "{}", gone.body);
    server.accept("UserActivity/0.1", &loud("e"));
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity_0_1"), "4");
    shown.extend([sandbox.antler(&["plan"]), sandbox.antler(&["retire", "0.0", "--yes"])]);
    shown.push(sandbox.antler(&["purge", "0.0"]));

    shown.push(sandbox.antler(&["unretire", "0.0"]));
    sandbox.wait_until_retired(&[]);
    server.accept("UserActivity/0.0", &event("f"));
    sandbox.settle();
    assert_eq!(
        sandbox.ask("SELECT arraySort(groupArray(eventId)) FROM UserActivity_0_0"),
        "['a','b','c','e','f']"
    );
    assert_ne!(sandbox.ask(newest), before);

    // Without the command: the line is deleted.
    let config = sandbox.read("moose.config.toml");
    let line = config.lines().find(|line| line.starts_with("\"0.0\"")).unwrap();
    sandbox.edit("moose.config.toml", &format!("{line}\n"), "");
    sandbox.wait_until_retired(&["0.0"]);
    assert!(server.stop().success());
    let all = sandbox.status();
    shown.push(sandbox.antler(&["purge", "0.0", "--yes"]));
    shown.push(sandbox.antler(&["unretire", "0.0"]));
    shown.push(sandbox.antler(&["ls"]).lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
    assert_eq!(all["tables"][0]["usage"]["0.0"]["written"], 3);
    assert!(sandbox.antler(&["verify", "--ledger"]).contains("The ledger adds up"));
    insta::assert_snapshot!(without_sizes(&shown.join("\n\n")));
}

#[test]
fn rows_of_an_old_version_reach_a_new_one_through_a_retired_one() {
    let sandbox = Sandbox::project();
    sandbox.bump_to_loud();
    sandbox.bump_to_user();
    let server = sandbox.serve();
    sandbox.wait_for("UserActivity/0.2");
    server.accept("UserActivity/0.0", &event("a"));
    sandbox.settle();
    sandbox.antler(&["retire", "0.1", "--yes"]);
    sandbox.wait_until_retired(&["0.1"]);
    server.accept("UserActivity/0.0", &event("b"));
    sandbox.settle();
    assert_eq!(
        sandbox.ask("SELECT arraySort(groupArray((eventId, user.id))) FROM UserActivity"),
        "[('a','ada'),('b','ada')]"
    );
    assert!(sandbox.antler(&["verify"]).starts_with("exit 0"));
}

#[test]
fn the_oldest_version_of_a_run_leaves_its_table_to_the_next() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    server.accept("UserActivity/0.0", &event("a"));
    sandbox.antler(&["bump-version"]);
    sandbox.wait_for("shares the table");
    sandbox.antler(&["retire", "0.0", "--yes"]);
    sandbox.wait_until_retired(&["0.0"]);
    assert_eq!(server.post("/ingest/UserActivity/0.0", "application/json", event("b")).unwrap().status, 410);
    server.accept("UserActivity/0.1", &event("c"));
    sandbox.settle();
    for table in ["UserActivity_0_1", "UserActivity"] {
        assert_eq!(sandbox.ask(&format!("SELECT arraySort(groupArray(eventId)) FROM {table}")), "['a','c']");
    }
}
