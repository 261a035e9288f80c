//! Migrations in Python that the database calls: what they bring along, what happens when somebody kills the
//! processes that run them, and a machine without an interpreter.

use std::{collections::BTreeSet, fs, process::Command};

use crate::{
    called::functions,
    sandbox::Sandbox,
    server::{Server, eventually},
};

const MIGRATION: &str = "app/functions/UserActivity_migrate__0_0__0_1.py";
const HELPER: &str = "app/lib/loudness.py";

const TEXT: &str = "
from app.lib.loudness import is_loud
from app.datamodels.old import UserActivity

def migrate(event: UserActivity) -> dict:
    while event.activity == 'never':
        pass
    return {**event, 'activity': event.activity + ' seen', 'loud': any(map(is_loud, event.activity))}
";

/// A project whose version 0.1 is made by a migration in Python with a helper.
fn project(sandbox: &Sandbox) {
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.ts", "activity: string;", "activity: string;\n  loud: boolean;");
    // For its types alone, which nobody needs: it does not even have what is imported from it.
    sandbox.write("app/datamodels/old.py", "raise RuntimeError('this runs')\n");
    sandbox.write(HELPER, "def is_loud(letter):\n    return letter.isupper()\n");
    sandbox.write(MIGRATION, TEXT);
}

fn post(server: &Server<'_>, ids: std::ops::Range<u32>) {
    let event =
        |id| format!(r#"{{"eventId":"{id}","userId":"u","timestamp":1700000000,"activity":"Hello"}}"#) + "\n";
    let events: String = ids.map(event).collect();
    let answer = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", &events).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
}

fn rows(sandbox: &Sandbox) -> String {
    sandbox.ask("SELECT count(), uniqExact(eventId), countIf(loud), any(activity) FROM UserActivity_0_1")
}

/// The interpreters that run functions of a project, with the processes that have started them.
fn interpreters(sandbox: &Sandbox) -> BTreeSet<(u32, u32)> {
    let folder = sandbox.path(".antler/functions").canonicalize().unwrap();
    let line = |pid: u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).replace('\0', " ")
    };
    let parent = |pid: u32| -> Option<u32> {
        let status = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        status.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
    };
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().file_name());
    let numbers = processes.filter_map(|name| name.to_str()?.parse().ok());
    numbers
        .filter_map(|pid: u32| Some((pid, parent(pid)?)))
        .filter(|(_, parent)| {
            line(*parent).contains(folder.to_str().unwrap()) && line(*parent).contains(" udf ")
        })
        .collect()
}

fn kill(pid: u32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

#[test]
fn killed_interpreters_cost_no_row_and_end_with_whoever_has_started_them() {
    let sandbox = Sandbox::project();
    project(&sandbox);
    let server = sandbox.serve();
    sandbox.wait_for("/ingest/UserActivity/0.1");
    assert!(sandbox.said().contains("is not compiled to SQL"), "{}", sandbox.said());
    post(&server, 0..1000);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "1000\t1000\t1000\tHello seen");

    let before = interpreters(&sandbox);
    assert!(!before.is_empty(), "somebody runs it");
    before.iter().for_each(|(pid, _)| kill(*pid));
    post(&server, 1000..2000);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "2000\t2000\t2000\tHello seen");

    let before = interpreters(&sandbox);
    assert!(!before.is_empty(), "somebody runs it again");
    before.iter().for_each(|(_, parent)| kill(*parent));
    let exists = |pid: u32| fs::exists(format!("/proc/{pid}/exe")).unwrap_or_default();
    eventually("the end of the interpreters", || before.iter().all(|(pid, _)| !exists(*pid)).then_some(()));
    post(&server, 2000..3000);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "3000\t3000\t3000\tHello seen");

    server.kill_now();
    drop(server);
    let server = sandbox.serve();
    post(&server, 3000..4000);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "4000\t4000\t4000\tHello seen");
    assert!(server.stop().success());
    eventually("the end of the processes", || interpreters(&sandbox).is_empty().then_some(()));
    let verified = sandbox.antler(&["verify"]);
    assert!(verified.starts_with("exit 0") && verified.contains("4,000"), "{verified}");
}

#[test]
fn an_edited_module_makes_another_function_of_the_migrations_that_import_it() {
    let sandbox = Sandbox::project();
    project(&sandbox);
    let server = sandbox.serve();
    sandbox.wait_for("/ingest/UserActivity/0.1");
    post(&server, 0..10);
    sandbox.settle();
    assert_eq!(rows(&sandbox), "10\t10\t10\tHello seen");
    let first = functions(&sandbox);
    sandbox.write(HELPER, "def is_loud(letter):\n    return letter == '!'\n");
    eventually("another function", || {
        let now = functions(&sandbox);
        (now.len() == 2 && now.is_disjoint(&first)).then_some(())
    });
    sandbox.settle();
    assert_eq!(rows(&sandbox), "10\t10\t0\tHello seen", "the version is loaded again");
    assert!(server.stop().success());
}

#[test]
fn without_an_interpreter_the_plan_says_what_to_install() {
    let sandbox = Sandbox::project();
    project(&sandbox);
    let without = sandbox.antler_with(&[("ANTLER_PYTHON", "/nowhere/python3")], &["plan"]);
    assert!(without.starts_with("exit 1"), "{without}");
    let said: String = without.split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ");
    let expected = "Python 3.9 or newer is needed, and `/nowhere/python3` cannot be started";
    assert!(said.contains(expected) && said.contains("say in ANTLER_PYTHON where it is"), "{without}");
    let with = sandbox.antler(&["plan"]);
    assert!(with.starts_with("exit 0"), "{with}");
}
