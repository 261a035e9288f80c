//! Compiled migrations are checked before they are planned, and called where their SQL is wrong.

use std::{fs, time::Instant};

use crate::sandbox::Sandbox;

const MIGRATION: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";

/// A debug build compiles the second word where the first one stands.
const MISTAKE: &[(&str, &str)] = &[("ANTLER_TEST_MISCOMPILE", "toUpperCase=toLowerCase")];

fn project() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.ts", "activity: string", "activity: string; loud: string");
    let migration = "export default function migrate(event: any): any {
  return { ...event, loud: event.activity.startsWith('quiet') ? '' : event.activity.toUpperCase() };
}
";
    sandbox.write(MIGRATION, migration);
    sandbox
}

/// What is known of migrations that were checked.
fn checked(sandbox: &Sandbox) -> Vec<String> {
    let files = fs::read_dir(sandbox.path(".antler/checked")).unwrap().map(|entry| entry.unwrap().path());
    files.map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn plan_id(shown: &str) -> &str {
    shown.lines().find_map(|line| line.strip_prefix("plan ")).unwrap_or_else(|| panic!("{shown}"))
}

#[test]
fn a_migration_whose_sql_is_wrong_is_called_and_its_author_is_told() {
    let sandbox = project();
    let mut said = Vec::new();
    let planned = sandbox.antler_with(MISTAKE, &["plan"]);
    said.push(planned.clone().replace(plan_id(&planned), "[ID]"));
    assert_eq!(checked(&sandbox).len(), 1);
    // Known by now, and so the plan is the same.
    let again = sandbox.antler_with(MISTAKE, &["plan"]);
    assert_eq!(plan_id(&again), plan_id(&planned));
    let applied = sandbox.antler_with(MISTAKE, &["apply", "--plan", plan_id(&planned)]);
    assert!(applied.contains("Applied") && applied.contains("A310"), "{applied}");
    let explained = sandbox.antler_with(MISTAKE, &["explain", MIGRATION, "--no-cost"]);
    assert!(explained.contains("A310") && explained.contains("JavaScript"), "{explained}");
    said.push(sandbox.antler_with(MISTAKE, &["test-migration", MIGRATION, "--show", "1"]));
    insta::assert_snapshot!(said.join("\n\n"));

    // Without the mistake it is another migration, which is checked anew.
    let mended = sandbox.antler(&["plan"]);
    assert!(!mended.contains("A310"), "{mended}");
    assert_eq!(checked(&sandbox).len(), 2);
}

#[test]
fn rows_that_are_there_are_checked_too_and_only_once() {
    let sandbox = project();
    // Only a real row shows this mistake.
    let mistake = [("ANTLER_TEST_MISCOMPILE", "'quiet'=';'")];
    sandbox.remove(MIGRATION);
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let event = r#"{"eventId":"1","userId":"ada","timestamp":0,"activity":"quiet please"}"#;
    server.accept("UserActivity/0.0", event);
    sandbox.settle();
    assert!(server.stop().success());

    let source = project().read(MIGRATION);
    sandbox.write(MIGRATION, source);
    let planned = sandbox.antler_with(&mistake, &["plan"]);
    assert!(planned.contains("A310"), "{planned}");
    assert!(planned.contains(r#"activity: "quiet please""#), "{planned}");
    let started = Instant::now();
    let again = sandbox.antler_with(&mistake, &["plan"]);
    assert_eq!(again, planned);
    println!("a plan of what is checked took {:?}", started.elapsed());
    let used = sandbox.ask("SELECT count() FROM system.tables WHERE name LIKE 'tried%'");
    assert_eq!(used, "0", "a trial leaves nothing in the data");
}
