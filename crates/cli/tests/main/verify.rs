//! `antler verify`, as a person uses it.

use crate::sandbox::Sandbox;

const MIGRATION: &str = "app/functions/UserActivity_migrate__0_0__0_1.ts";

#[test]
fn versions_are_compared_with_what_their_migrations_make_with_and_without_a_server() {
    let sandbox = Sandbox::project();
    let mut said = Vec::new();
    let mut run = |args: &[&str]| said.push(format!("$ antler {}\n{}", args.join(" "), sandbox.antler(args)));
    run(&["verify"]);
    sandbox.antler(&["bump-version"]);
    sandbox.edit("app/datamodels/models.ts", "activity: string", "kind: string; seconds: number | null");
    sandbox.write(
        MIGRATION,
        "export default function migrate({ activity, ...rest }: any) {\n  \
         return { ...rest, kind: activity.toUpperCase(), seconds: null };\n}\n",
    );
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    for (id, activity) in [("1", "login"), ("2", "LOGIN"), ("3", "crash")] {
        let event = format!(r#"{{"eventId":"{id}","userId":"ada","timestamp":0,"activity":"{activity}"}}"#);
        server.accept("UserActivity/0.0", &event);
    }
    // An event of its own keeps 0.1 from being filled again by an edit.
    let own = r#"{"eventId":"4","userId":"bob","timestamp":0,"kind":"LOGIN","seconds":null}"#;
    server.accept("UserActivity/0.1", own);
    sandbox.settle();
    run(&["verify"]);

    sandbox.edit(MIGRATION, ".toUpperCase()", "");
    sandbox.wait_for("the edited migration");
    run(&["verify", "UserActivity", "--from", "0.0", "--to", "0.1", "--max-diffs", "1"]);
    assert!(server.stop().success());
    run(&["verify", "--sample", "3"]);
    run(&["verify", "--to", "0.0"]);
    run(&["verify", "Nobody"]);
    run(&["verify", "--from", "0.7"]);
    run(&["verify", "--json", "--max-diffs", "1"]);
    insta::assert_snapshot!(said.join("\n\n"));
}
