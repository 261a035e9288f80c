//! Migrations that the database calls: what is on the disk for them, and what happens when somebody
//! kills the server, or the process that runs them.

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use crate::{
    sandbox::Sandbox,
    server::{Server, eventually},
};

/// A migration with a loop, which writes how loud an activity is in its own way.
fn migration(word: &str) -> String {
    format!(
        "export default function migrate(event: any): any {{
  let loud = false;
  for (const c of event.activity) loud ||= c === c.toUpperCase() && c !== c.toLowerCase();
  return {{ ...event, activity: event.activity + \" {word}\", loud }};
}}
"
    )
}

const MIGRATION: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";

/// A project whose version 0.1 is made by a migration that is called.
fn project(sandbox: &Sandbox) {
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.ts", "activity: string;", "activity: string;\n  loud: boolean;");
    sandbox.write(MIGRATION, migration("first"));
}

fn post(server: &Server<'_>, ids: std::ops::Range<u32>) {
    let event =
        |id| format!(r#"{{"eventId":"{id}","userId":"u","timestamp":1700000000,"activity":"Hello"}}"#) + "\n";
    let events: String = ids.map(event).collect();
    let answer = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", &events).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
}

/// The files of functions, without those of the program.
pub fn functions(sandbox: &Sandbox) -> BTreeSet<String> {
    let names = fs::read_dir(sandbox.path(".antler/functions")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name != "antler").collect()
}

/// The processes that run functions of a project.
fn runners(sandbox: &Sandbox) -> Vec<u32> {
    let folder = sandbox.path(".antler/functions").canonicalize().unwrap();
    let is_runner = |process: &PathBuf| {
        let line = fs::read(process.join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        line.contains(" udf ") && line.contains(folder.to_str().unwrap())
    };
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    processes.filter(is_runner).filter_map(|process| process.file_name()?.to_str()?.parse().ok()).collect()
}

fn rows(sandbox: &Sandbox) -> String {
    sandbox.ask("SELECT count(), uniqExact(eventId), countIf(loud), any(activity) FROM UserActivity_0_1")
}

#[test]
fn a_killed_server_goes_on_with_its_functions_and_a_killed_process_costs_no_row() {
    let sandbox = Sandbox::project();
    project(&sandbox);
    let server = sandbox.serve();
    sandbox.wait_for("/ingest/UserActivity/0.1");
    assert!(sandbox.said().contains("is not compiled to SQL"), "{}", sandbox.said());
    post(&server, 0..1000);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "1000\t1000\t1000\tHello first");

    let before = runners(&sandbox);
    assert!(!before.is_empty(), "somebody runs it");
    for pid in &before {
        assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
    }
    post(&server, 1000..2000);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "2000\t2000\t2000\tHello first");

    server.kill_now();
    drop(server);
    let server = sandbox.serve();
    post(&server, 2000..3000);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "3000\t3000\t3000\tHello first");
    assert!(server.stop().success());
    eventually("the end of the processes", || runners(&sandbox).is_empty().then_some(()));
    // Without a server, too: the tables are asked what the migration makes of their rows.
    let verified = sandbox.antler(&["verify"]);
    assert!(verified.starts_with("exit 0") && verified.contains("3,000"), "{verified}");
}

#[test]
fn a_folder_may_have_any_name() {
    let mut sandbox = Sandbox::project();
    let named = sandbox.root.with_file_name("my [app] {1,2} * 'x'");
    fs::rename(&sandbox.root, &named).unwrap();
    sandbox.root = named;
    project(&sandbox);
    let server = sandbox.serve();
    sandbox.wait_for("/ingest/UserActivity/0.1");
    post(&server, 0..10);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "10\t10\t10\tHello first");
    assert!(server.stop().success());
}

#[test]
fn an_edited_migration_is_another_function_and_the_old_one_goes() {
    let sandbox = Sandbox::project();
    project(&sandbox);
    let server = sandbox.serve();
    sandbox.wait_for("/ingest/UserActivity/0.1");
    post(&server, 0..10);
    sandbox.settle();
    let first = functions(&sandbox);
    assert_eq!(first.len(), 2, "{first:?}");

    sandbox.write(MIGRATION, migration("second"));
    let second = eventually("the end of the first function", || {
        let now = functions(&sandbox);
        (now.len() == 2 && now.is_disjoint(&first)).then_some(now)
    });
    sandbox.settle();
    assert_eq!(rows(&sandbox), "10\t10\t10\tHello second", "the version is loaded again");

    // Compiled, it needs no function.
    sandbox.write(
        MIGRATION,
        "export default (event: any) => ({ ...event, activity: event.activity + \" third\", loud: true });",
    );
    eventually("the end of the second function", || functions(&sandbox).is_empty().then_some(()));
    sandbox.settle();
    assert_eq!(rows(&sandbox), "10\t10\t10\tHello third");
    assert!(server.stop().success());

    // A folder that was lost is made again from what is deployed.
    sandbox.write(MIGRATION, migration("second"));
    let server = sandbox.serve();
    eventually("the second function again", || (functions(&sandbox) == second).then_some(()));
    sandbox.settle();
    assert!(server.stop().success());
    fs::remove_dir_all(sandbox.path(".antler/functions")).unwrap();
    let server = sandbox.serve();
    post(&server, 10..20);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "20\t20\t20\tHello second");
    assert!(server.stop().success());
}
