//! `antler dlq` and `antler verify --ledger`, as a person uses them.

use crate::sandbox::Sandbox;

const MIGRATION: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";

fn event(id: &str, activity: &str) -> String {
    format!(r#"{{"eventId":"{id}","userId":"ada","timestamp":0,"activity":"{activity}"}}"#)
}

/// Two versions, and a migration that throws at one activity.
fn project() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.ts", "activity: string", "kind: string");
    sandbox.write(
        MIGRATION,
        "export default function migrate({ activity, ...rest }: any) {\n  \
         if (activity === \"crash\") throw new Error(\"no such activity\");\n  \
         if (activity === \"noise\") return null;\n  \
         return { ...rest, kind: activity };\n}\n",
    );
    sandbox
}

/// With the times of failures, which differ from run to run, replaced.
fn timeless(shown: &str) -> String {
    let mut out = Vec::new();
    for line in shown.lines() {
        match line.find("20").filter(|at| line.get(at + 4..at + 5) == Some("-")) {
            Some(at) => out.push(format!("{}[TIME]{}", &line[..at], &line[at + 23..])),
            None => out.push(line.to_owned()),
        }
    }
    out.join("\n")
}

#[test]
fn dead_letters_are_listed_shown_replayed_and_discarded_with_and_without_a_server() {
    let sandbox = project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let ndjson = [
        event("1", "login"),
        event("2", "crash"),
        r#"{"eventId": 3}"#.to_owned(),
        event("4", "noise"),
        event("5", "crash"),
    ];
    let posted = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", ndjson.join("\n")).unwrap();
    assert_eq!(posted.status, 200, "{}", posted.body);
    // An event of its own keeps 0.1 from being filled again by an edit.
    let own = r#"{"eventId":"6","userId":"bob","timestamp":0,"kind":"login"}"#;
    server.accept("UserActivity/0.1", own);
    sandbox.settle();
    let mut said = Vec::new();
    let mut run = |args: &[&str]| {
        said.push(format!("$ antler {}\n{}", args.join(" "), timeless(&sandbox.antler(args))));
    };
    run(&["dlq", "ls"]);
    run(&["dlq", "show", "UserActivity_0_0/1/UserActivity_0_1"]);
    run(&["dlq", "replay", "UserActivity", "--from", "0.0"]);
    run(&["verify", "--ledger"]);

    sandbox.edit(MIGRATION, "  if (activity === \"crash\") throw new Error(\"no such activity\");\n", "");
    sandbox.wait_for("the edited migration");
    run(&["dlq", "replay", "UserActivity_0_0/1/UserActivity_0_1"]);
    run(&["dlq", "discard", "--reason", "expected string", "--since", "1h"]);
    assert!(server.stop().success());

    run(&["dlq", "replay", "--all"]);
    run(&["dlq", "ls", "--status", "all"]);
    run(&["dlq", "ls", "--from", "ingest", "--status", "open"]);
    run(&["dlq", "show", "UserActivity_0_0/9/UserActivity_0_1"]);
    run(&["dlq", "ls", "Nobody"]);
    run(&["verify", "--ledger"]);
    insta::assert_snapshot!(said.join("\n\n"));
    assert_eq!(
        sandbox.ask("SELECT eventId, kind FROM UserActivity ORDER BY ALL"),
        "1\tlogin\n2\tcrash\n5\tcrash\n6\tlogin"
    );
}

#[test]
fn a_record_that_an_endpoint_refused_is_replayed_once_the_model_takes_it() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let lines = format!("{}\n{}", event("1", "login"), r#"{"eventId":"2","userId":"eve","timestamp":0}"#);
    let posted = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", lines).unwrap();
    assert_eq!(posted.status, 200, "{}", posted.body);
    sandbox.settle();
    assert!(sandbox.antler(&["dlq", "replay", "--all"]).contains("1 letter stays open"));
    let json = sandbox.antler(&["dlq", "replay", "--all", "--json"]);
    assert!(json.contains("\"replayed\": 0") && json.contains("/activity: expected string"), "{json}");
    let listed = sandbox.antler(&["dlq", "ls", "--json"]);
    assert!(listed.contains(r#""id": "UserActivity_dead_letters/0""#), "{listed}");
    assert!(sandbox.antler(&["verify", "--ledger", "--json"]).contains(r#""failed": 1"#));
}
