//! `antler explain` and `antler test-migration`, as a person uses them.

use crate::sandbox::Sandbox;

const MIGRATION: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";

/// A migration with all three fates.
const COMPILED: &str = "export default function migrate({ activity, ...rest }: any): any {
  if (activity === '') return null;
  if (activity.startsWith('!')) throw new Error(`no ${activity}`);
  return { ...rest, userId: rest.userId.toUpperCase(), kind: activity.trim(), parts: activity.split(',').length };
}
";

/// A loop that is not SQL.
const CALLED: &str = "export default function migrate(event: any): any {
  let loud = event.activity;
  while (loud.endsWith('!')) loud = loud.slice(0, -1);
  return { ...event, loud };
}
";

fn project() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.ts", "activity: string", "kind: string; parts: number");
    sandbox.write(MIGRATION, COMPILED);
    sandbox
}

/// What was measured differs from run to run.
fn without_costs(shown: &str) -> String {
    let is_cost = |line: &&str| !line.contains(" a row on one core, which is ");
    shown.lines().filter(is_cost).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_migration_is_explained_with_its_sql_its_cost_and_what_keeps_it_from_being_sql() {
    let sandbox = project();
    let mut said = Vec::new();
    let shown = sandbox.antler(&["explain", MIGRATION]);
    assert!(shown.contains(" a row on one core, which is "), "{shown}");
    said.push(without_costs(&shown));
    said.push(sandbox.antler(&["explain", "UserActivity_migrate__0_0__0_1", "--no-cost", "--json"]));

    // A third version, whose migration is called.
    sandbox.commit();
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.ts", "kind: string; parts: number", "activity: string; loud: string");
    let called = CALLED.replace("event.activity", "event.kind").replace(
        "{ ...event, loud }",
        "{ eventId: event.eventId, userId: event.userId, timestamp: event.timestamp, activity: event.kind, loud }",
    );
    sandbox.write("app/functions/UserActivity_migrate__0_1__0_2.ts", called);
    let shown = sandbox.antler(&["explain", "UserActivity", "0.0", "0.2"]);
    assert!(shown.contains(" a row on one core, which is "), "{shown}");
    said.push(without_costs(&shown));
    said.push(sandbox.antler(&["explain", "UserActivity", "0.2", "0.0"]));
    said.push(sandbox.antler(&["explain", "Nobody"]));
    sandbox.edit(MIGRATION, "kind:", "kinds:");
    said.push(sandbox.antler(&["explain", "UserActivity", "0.0", "0.1"]));
    insta::assert_snapshot!(said.join("\n\n"));
}

#[test]
fn rows_are_shown_before_and_after_and_both_ways_to_run_them_agree() {
    let sandbox = project();
    let mut said = Vec::new();
    // Without data: rows of edge values.
    said.push(sandbox.antler(&["test-migration", "UserActivity", "0.0", "0.1", "--show", "2"]));
    assert!(!sandbox.path(".antler/engine").exists(), "to look for data makes none");
    said.push(sandbox.antler(&["test-migration", MIGRATION, "--sample", "5"]));
    let record = |id, activity| {
        format!(r#"{{"eventId":"{id}","userId":"ada","timestamp":0,"activity":"{activity}"}}"#)
    };
    let records = [record("1", " login, again "), record("2", ""), record("3", "!boom")].join("\n");
    sandbox.write("events.ndjson", &records);
    said.push(sandbox.antler(&["test-migration", MIGRATION, "--input", "events.ndjson"]));
    said.push(sandbox.antler(&["test-migration", MIGRATION, "--input", "events.ndjson", "--json"]));
    sandbox.write("events.ndjson", format!("{records}\n{{\"eventId\": 4}}\n"));
    said.push(sandbox.antler(&["test-migration", MIGRATION, "--input", "events.ndjson"]));
    insta::assert_snapshot!(said.join("\n\n"));
}

#[test]
fn rows_of_the_project_are_taken_whether_a_server_has_them_or_not() {
    let sandbox = project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    for (id, activity) in [("1", "login"), ("2", "logout, now")] {
        let event = format!(r#"{{"eventId":"{id}","userId":"ada","timestamp":0,"activity":"{activity}"}}"#);
        server.accept("UserActivity/0.0", &event);
    }
    sandbox.settle();
    let with_server = sandbox.antler(&["test-migration", "UserActivity", "0.0", "0.1"]);
    assert!(server.stop().success());
    let at_rest = sandbox.antler(&["test-migration", "UserActivity", "0.0", "0.1"]);
    assert_eq!(with_server, at_rest);
    insta::assert_snapshot!(at_rest);
}

#[test]
fn both_ways_agree_on_what_looks_different_and_is_the_same() {
    let sandbox = Sandbox::project();
    let model = "import type { Key } from \"antler\";\nenum Level { Low = 1, High = 2 }\n
        export interface Event { id: Key<string>; a: number; b: number; level?: Level; words?: (string | null)[] }\n";
    sandbox.write("app/datamodels/models.ts", model);
    sandbox.commit();
    sandbox.antler(&["bump-version"]);
    let fields = "rest: number; before?: Level; inner?: { level?: Level; words?: (string | null)[] }; words";
    sandbox.write("app/datamodels/models.ts", model.replace("words", fields));
    let migration = "export default (event: any): any => ({
  ...event,
  // NaN has a sign for the processor, and none for JavaScript.
  rest: event.a % event.b,
  // Behind a NULL there may be no word of the enum.
  before: event.words?.length === 1 ? event.level : undefined,
  inner: event.a > 0 ? { level: event.level, words: event.words } : undefined,
});
";
    sandbox.write("app/functions/Event_migrate__0_0__0_1.ts", migration);
    let shown = sandbox.antler(&["test-migration", "Event", "0.0", "0.1", "--show", "1"]);
    assert!(shown.starts_with("exit 0") && shown.contains("both ways to run it agree on "), "{shown}");
}
