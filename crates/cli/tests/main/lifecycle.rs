//! From one version to the next with the real binary: bump, edit, draft, load, live.

use crate::sandbox::Sandbox;

fn event(id: u32) -> String {
    let activity = if id.is_multiple_of(3) { "shout" } else { "login" };
    format!(
        r#"{{"eventId":"{id}","userId":"u{id}","timestamp":"2026-01-02T03:04:05Z","activity":"{activity}"}}"#
    )
}

impl Sandbox {
    /// Bumps the version, gives the model another shape, and writes its migration.
    pub fn bump_to_loud(&self) {
        assert!(self.antler(&["bump-version"]).starts_with("exit 0"));
        self.edit("app/datamodels/models.ts", "activity: string;", "activity: string;\n  loud: boolean;");
        assert!(self.antler(&["generate", "migrations"]).starts_with("exit 0"));
        let draft = "app/functions/UserActivity_migrate__0_0__0_1.ts";
        self.edit(draft, r#"FILL_IN("loud: boolean is new in 0.1")"#, r#"event.activity === "shout""#);
    }

    /// Bumps once more: the version after [`Sandbox::bump_to_loud`] renames a field.
    pub fn bump_to_user(&self) {
        self.commit();
        assert!(self.antler(&["bump-version"]).starts_with("exit 0"));
        self.edit("app/datamodels/models.ts", "userId: string;", "user: { id: string };");
        self.write(
            "app/functions/UserActivity_migrate__0_1__0_2.ts",
            "export default function migrate({ userId, ...rest }: any) {\n  return { ...rest, user: { id: userId } };\n}\n",
        );
    }
}

#[test]
fn a_new_version_appears_beside_the_old_one_with_all_its_rows() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    (0..30).for_each(|id| server.accept("UserActivity/0.0", &event(id)));
    sandbox.settle();

    sandbox.bump_to_loud();
    sandbox.wait_for("UserActivity 0.0 → 0.1  loaded 30 rows");
    (30..60).for_each(|id| server.accept("UserActivity/0.0", &event(id)));
    server.accept("UserActivity/0.1", &event(60).replace('}', r#","loud":true}"#));
    sandbox.settle();
    assert_eq!(
        sandbox.ask("SELECT count(), countIf(loud), uniqExact(eventId) FROM UserActivity_0_1"),
        "61\t21\t61"
    );
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity_0_0"), "60", "0.1 does not reach back");
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity"), "61");

    sandbox.bump_to_user();
    sandbox.wait_for("UserActivity 0.1 → 0.2  loaded 61 rows");
    server.accept("UserActivity/0.0", &event(61));
    server.accept("UserActivity/0.1", &event(62).replace('}', r#","loud":true}"#));
    sandbox.settle();
    let newest = "SELECT count(), countIf(loud), uniqExact(eventId), countIf(user.id = 'u' || eventId) FROM UserActivity_0_2";
    assert_eq!(sandbox.ask(newest), "63\t22\t63\t63");

    assert!(server.stop().success());
    let server = sandbox.serve();
    sandbox.wait_for("Stopping");
    server.accept("UserActivity/0.0", &event(63));
    sandbox.settle();
    assert_eq!(sandbox.ask(newest), "64\t23\t64\t64", "the next start goes on");
}

#[test]
fn a_migration_with_a_hole_or_a_mistake_is_refused_with_its_place_and_nothing_is_applied() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    server.accept("UserActivity/0.0", &event(0));
    assert!(sandbox.antler(&["bump-version"]).starts_with("exit 0"));
    sandbox.edit("app/datamodels/models.ts", "activity: string;", "activity: string;\n  loud: boolean;");
    assert!(sandbox.antler(&["generate", "migrations"]).starts_with("exit 0"));
    sandbox.wait_for("app/functions/UserActivity_migrate__0_0__0_1.ts:12");
    sandbox.wait_for("A307");
    let draft = "app/functions/UserActivity_migrate__0_0__0_1.ts";
    sandbox.edit(draft, r#"FILL_IN("loud: boolean is new in 0.1")"#, "event.volume > 3");
    sandbox.wait_for("A305");
    server.accept("UserActivity/0.0", &event(1));
    sandbox.edit(draft, "event.volume > 3", "event.userId.length > 2");
    sandbox.wait_for("Applied.");
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count(), countIf(loud) FROM UserActivity_0_1"), "2\t0");
}

#[test]
fn a_plan_shows_what_a_start_does_and_is_empty_afterwards() {
    let sandbox = Sandbox::project();
    let first = sandbox.antler(&["plan"]);
    assert!(first.contains("UserActivity 0.0  has its own table, topic and endpoint"), "{first}");
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    (0..3).for_each(|id| server.accept("UserActivity/0.0", &event(id)));
    sandbox.settle();
    assert!(server.stop().success());
    sandbox.bump_to_loud();
    let plan = sandbox.antler(&["plan"]);
    assert!(plan.contains("UserActivity 0.0 → 0.1  initial load of about 3 rows"), "{plan}");
    let _server = sandbox.serve();
    sandbox.wait_for("loaded 3 rows");
    insta::assert_snapshot!(sandbox.antler(&["plan"]), @r"
    exit 0
    --- stdout
    Nothing to do: what is deployed is what the project says.
    ");
}

#[test]
fn a_version_without_a_change_of_the_schema_is_not_copied() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    server.accept("UserActivity/0.0", &event(0));
    assert!(sandbox.antler(&["bump-version"]).starts_with("exit 0"));
    sandbox.wait_for("UserActivity 0.1  shares the table of 0.0: same schema");
    sandbox.wait_for("/ingest/UserActivity/0.1");
    server.accept("UserActivity/0.1", &event(1));
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity_0_1"), "2");
    assert_eq!(sandbox.ask("SELECT count() FROM system.tables WHERE engine = 'MergeTree' AND database = 'local' AND name LIKE 'UserActivity_0%'"), "1");
}

#[test]
fn production_serves_the_main_branch_and_not_the_working_tree() {
    let sandbox = Sandbox::project();
    sandbox.edit("app/datamodels/models.ts", "activity: string;", "activity: any;");
    let server = sandbox.serve_as(&["prod"]);
    sandbox.wait_for("POST http://localhost");
    server.accept("UserActivity", &event(0));
    sandbox.settle();
    assert!(sandbox.said().contains("serving my-app 0.0  commit "), "{}", sandbox.said());
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity"), "1");
    assert!(server.stop().success());
    // What was committed since cannot be applied, so the process ends and says why.
    sandbox.edit("app/datamodels/models.ts", "activity: any;", "activity: number;");
    sandbox.commit();
    let free = ["MOOSE_HTTP_SERVER_CONFIG__PORT", "MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT"]
        .map(|name| (name, "0"));
    let refused = sandbox.antler_with(&free, &["prod"]);
    assert!(refused.starts_with("exit 1") && refused.contains("A404"), "{refused}");
}

#[test]
fn an_edited_migration_is_for_new_rows_and_with_reload_for_all() {
    let sandbox = Sandbox::project();
    sandbox.bump_to_loud();
    sandbox.commit();
    let server = sandbox.serve_as(&["prod"]);
    sandbox.wait_for("UserActivity/0.1");
    (0..3).for_each(|id| server.accept("UserActivity/0.0", &event(id)));
    server.accept("UserActivity/0.1", &event(3).replace('}', r#","loud":true}"#));
    sandbox.settle();
    assert!(server.stop().success());
    let loud = "SELECT arraySort(groupArray((eventId, loud))) FROM UserActivity";
    assert_eq!(sandbox.ask(loud), "[('0',true),('1',false),('2',false),('3',true)]");

    sandbox.edit(
        "app/functions/UserActivity_migrate__0_0__0_1.ts",
        r#"event.activity === "shout""#,
        r#"event.activity !== "shout""#,
    );
    sandbox.commit();
    let plan = sandbox.antler(&["plan", "--prod"]);
    assert!(
        plan.contains("UserActivity 0.0 → 0.1  the edited migration, for every event from now on"),
        "{plan}"
    );
    assert!(!plan.contains("about 3 rows"), "{plan}");
    let server = sandbox.serve_as(&["prod"]);
    sandbox.wait_for("the edited migration, for every event from now on");
    sandbox.settle();
    assert_eq!(sandbox.ask(loud), "[('0',true),('1',false),('2',false),('3',true)]");
    assert!(server.stop().success());

    let plan = sandbox.antler(&["plan", "--prod", "--reload"]);
    assert!(plan.contains("UserActivity 0.0 → 0.1  the edited migration over about 3 rows, "), "{plan}");
    let server = sandbox.serve_as(&["prod", "--reload"]);
    sandbox.wait_for("UserActivity 0.0 → 0.1  loaded 3 rows");
    sandbox.settle();
    assert_eq!(sandbox.ask(loud), "[('0',false),('1',true),('2',true),('3',true)]");
    assert!(server.stop().success());
    assert!(sandbox.antler(&["plan", "--prod", "--reload"]).contains("Nothing to do"));
    assert!(sandbox.antler(&["verify"]).starts_with("exit 0"));
}
