//! `antler generate migrations`

use insta::assert_snapshot;

use crate::sandbox::Sandbox;

const MODELS: &str = "app/datamodels/models.ts";
const FIRST: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";
const SECOND: &str = "app/functions/UserActivity_migrate__0_1__0_2.ts";

fn generate(sandbox: &Sandbox) -> String {
    sandbox.antler(&["generate", "migrations"])
}

/// Commits, and starts the next version.
fn bump(sandbox: &Sandbox) {
    sandbox.commit();
    let bumped = sandbox.antler(&["bump-version"]);
    assert!(bumped.starts_with("exit 0"), "{bumped}");
}

/// A project at 0.1 in which the one model has changed since 0.0.
fn changed() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.write("notes.txt", "something to commit");
    bump(&sandbox);
    sandbox.edit(MODELS, "  userId: string;\n", "  userId: number;\n  country: string;\n");
    sandbox
}

#[test]
fn a_draft_is_written_for_a_changed_model() {
    let sandbox = changed();
    assert_snapshot!(generate(&sandbox), @r"
    exit 0
    --- stdout
    app/functions/UserActivity_migrate__0_0__0_1.ts
    --- stderr
    next: read and finish it
    ");
    assert_snapshot!(sandbox.read(FIRST), @r#"
    import type { UserActivity as UserActivity_0_0 } from "../../.antler/versions/0_0";
    import type { UserActivity as UserActivity_0_1 } from "../../.antler/versions/0_1";

    // Migrates UserActivity from 0.0 to 0.1. Antler compiles this function to SQL.
    // FILL_IN stands where only you know the value: it cannot run before you replace it.
    export default function migrate(event: UserActivity_0_0): UserActivity_0_1 {
      return {
        eventId: event.eventId,
        userId: Number(event.userId), // NaN where the text is not a number
        country: FILL_IN("country: string is new in 0.1"),
        timestamp: event.timestamp,
        activity: event.activity,
      };
    }
    "#);
    assert_snapshot!(sandbox.read(".antler/versions/0_0.ts"), @r"
    // The data models of one version. Written by Antler: changes here are lost.

    export type Key<T> = T;

    export interface UserActivity {
      eventId: Key<string>;
      userId: string;
      timestamp: Date;
      activity: string;
    }
    ");
    assert_snapshot!(sandbox.read(".antler/versions/0_1.ts"), @r"
    // The data models of one version. Written by Antler: changes here are lost.

    export type Key<T> = T;

    export interface UserActivity {
      eventId: Key<string>;
      userId: number;
      country: string;
      timestamp: Date;
      activity: string;
    }
    ");
}

#[test]
fn a_migration_that_is_there_is_never_touched() {
    let sandbox = changed();
    sandbox.write(FIRST, "// mine\n");
    assert_snapshot!(generate(&sandbox), @r"
    exit 0
    --- stderr
    app/functions/UserActivity_migrate__0_0__0_1.ts is there already
    no migration is missing
    ");
    assert_eq!(sandbox.read(FIRST), "// mine\n");
}

#[test]
fn a_model_that_did_not_change_needs_no_migration() {
    let sandbox = changed();
    sandbox.git(&["checkout", "--quiet", MODELS]);
    sandbox.edit(
        MODELS,
        "  eventId: Key<string>;\n  userId: string;\n",
        "  userId: string;\n  eventId: Key<string>;\n",
    );
    assert_snapshot!(generate(&sandbox), @r"
    exit 0
    --- stderr
    no migration is missing
    ");
}

#[test]
fn every_hop_between_live_versions_has_its_draft() {
    let sandbox = changed();
    bump(&sandbox);
    sandbox.edit(MODELS, "country", "land");
    assert_snapshot!(generate(&sandbox), @r"
    exit 0
    --- stdout
    app/functions/UserActivity_migrate__0_0__0_1.ts
    app/functions/UserActivity_migrate__0_1__0_2.ts
    --- stderr
    next: read and finish them
    ");
    assert!(sandbox.read(SECOND).contains("../../.antler/versions/0_1"));
    assert!(sandbox.read(SECOND).contains("../../.antler/versions/0_2"));
}

#[test]
fn versions_with_one_schema_are_left_from_the_newest() {
    let sandbox = changed();
    sandbox.git(&["checkout", "--quiet", MODELS]);
    bump(&sandbox);
    sandbox.edit(MODELS, "activity", "action");
    assert_snapshot!(generate(&sandbox), @r"
    exit 0
    --- stdout
    app/functions/UserActivity_migrate__0_1__0_2.ts
    --- stderr
    next: read and finish it
    ");
}

#[test]
fn a_migration_between_versions_of_one_schema_is_told() {
    let sandbox = changed();
    sandbox.git(&["checkout", "--quiet", MODELS]);
    sandbox.write(FIRST, "// not needed\n");
    assert_snapshot!(generate(&sandbox), @r"
    exit 0
    --- stderr
      warning[A308]: app/functions/UserActivity_migrate__0_0__0_1.ts: UserActivity 0.0 and
      | UserActivity 0.1 have the same schema and share one table, so there is nothing to migrate

    no migration is missing
    ");
}

#[test]
fn a_misnamed_migration_is_refused() {
    let sandbox = changed();
    sandbox.write("app/functions/UserActivity_migrate__0_0.ts", "");
    assert_snapshot!(generate(&sandbox), @r"
    exit 1
    --- stderr
      error[A301]: app/functions/UserActivity_migrate__0_0.ts: `UserActivity_migrate__0_0` is not the
      | name of a migration: expected <Model>_migrate__0_0__0_1 or <Model>_migrate__0_0__<Target>__0_1
    ");
}

#[test]
fn a_python_project_gets_drafts_in_python() {
    let mut sandbox = Sandbox::empty();
    sandbox.antler(&["init", "my-app", "python"]);
    sandbox.root.push("my-app");
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.py", "userId: str", "user: str");
    assert_snapshot!(generate(&sandbox), @r"
    exit 0
    --- stdout
    app/functions/UserActivity_migrate__0_0__0_1.py
    --- stderr
    next: read and finish it
    ");
    assert_snapshot!(sandbox.read("app/functions/UserActivity_migrate__0_0__0_1.py"), @r#"
    # Migrates UserActivity from 0.0 to 0.1: an event goes in, and what it becomes comes out.
    def migrate(event):
        return {
            "eventId": event.eventId,
            "user": event.userId,  # renamed from `userId`? please check
            "timestamp": event.timestamp,
            "activity": event.activity,
        }
    "#);
    // It runs as it stands.
    let plan = sandbox.antler(&["plan"]);
    assert!(plan.starts_with("exit 0"), "{plan}");
}
