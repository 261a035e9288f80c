//! `antler dev` and the commands that ask it.

use crate::{sandbox::Sandbox, server::eventually};

const EVENT: &str =
    r#"{"eventId":"1","userId":"ada","timestamp":"2026-01-02T03:04:05.678Z","activity":"login"}"#;

#[test]
fn an_accepted_event_can_be_queried_and_survives_a_restart() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    server.accept("UserActivity/0.0", EVENT);
    server.accept("UserActivity", &EVENT.replace("\"1\"", "\"2\""));
    let many: String = (3..=1000).map(|id| EVENT.replace("\"1\"", &format!("\"{id}\"")) + "\n").collect();
    let answer = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", &many).unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"accepted":998}"#));
    let list = format!("[{},{}]", EVENT.replace("\"1\"", "\"1001\""), EVENT.replace("\"1\"", "\"1002\""));
    assert_eq!(server.post("/ingest/UserActivity/0.0", "application/json", list).unwrap().status, 200);
    sandbox.settle();
    let content = "SELECT count(), uniqExact(eventId), any(timestamp) FROM UserActivity";
    assert_eq!(sandbox.ask(content), "1002\t1002\t2026-01-02 03:04:05.678");
    assert!(server.stop().success(), "{}", sandbox.said());
    assert_eq!(sandbox.ask(content), "1002\t1002\t2026-01-02 03:04:05.678", "at rest");
    let server = sandbox.serve();
    server.accept("UserActivity", &EVENT.replace("\"1\"", "\"1003\""));
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity_0_0"), "1003");
}

#[test]
fn a_request_that_cannot_be_taken_says_why_and_stores_nothing() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let post = |path: &str, content_type: &str, body: &str| {
        let answer = server.post(path, content_type, body).unwrap();
        format!("{} {}", answer.status, answer.body)
    };
    let endpoint = "/ingest/UserActivity/0.0";
    let json = "application/json";
    let answers = [
        post(endpoint, json, "{\"eventId\": \"1\",\n oops}"),
        post(endpoint, json, &EVENT.replace("\"ada\"", "7")),
        post(endpoint, json, r#"{"eventId":"1"}"#),
        post(&format!("{endpoint}?strict=true"), "application/x-ndjson", &format!("{EVENT}\n{{}}\n")),
        post(&format!("{endpoint}?strict=perhaps"), json, EVENT),
        post(endpoint, "text/csv", "a,b"),
        post("/ingest/UserActivity/0.9", json, EVENT),
        post("/ingest/Nothing/0.0", json, EVENT),
        post("/elsewhere", json, EVENT),
        post(endpoint, json, &format!("[{}]", vec!["1"; 17 << 20].join(","))),
    ];
    insta::assert_snapshot!(answers.join("\n\n"));
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity"), "0");
}

#[test]
fn ports_and_the_data_folder_have_one_owner() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    let port = server.http.port().to_string();
    let taken =
        sandbox.antler_with(&[("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "0")], &["dev", "--port", &port]);
    assert!(taken.starts_with("exit 1"), "{taken}");
    assert!(taken.contains("A604") && taken.contains(&format!("127.0.0.1:{port}")), "{taken}");
    let second =
        sandbox.antler_with(&[("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "0")], &["dev", "--port", "0"]);
    assert!(second.starts_with("exit 1"), "{second}");
    assert!(
        second.contains("A602") && second.contains("is in use by another antler") && second.contains("(pid "),
        "{second}"
    );
    drop(server);
}

#[test]
fn commands_at_rest_wait_for_each_other() {
    let sandbox = Sandbox::project();
    assert!(sandbox.serve().stop().success());
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| sandbox.antler(&["query", "SELECT 1", "--format", "TSV"])))
            .collect();
        for answer in asked {
            assert_eq!(answer.join().unwrap(), "exit 0\n--- stdout\n1\n");
        }
    });
}

#[test]
fn without_the_engine_the_message_says_how_to_get_it() {
    let sandbox = Sandbox::project();
    let shown = sandbox.antler_with(&[("ANTLER_LIBCHDB", "/nowhere/libchdb.so")], &["ps"]);
    assert!(shown.starts_with("exit 1") && shown.contains("A601"), "{shown}");
}

#[test]
fn a_saved_model_is_applied_or_refused_with_its_place_while_events_go_on() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");

    // Nothing was posted yet, so the model may change its shape.
    sandbox.edit("app/datamodels/models.ts", "activity: string;", "activity: string;\n  device?: string;");
    sandbox.wait_for("UserActivity 0.0  is made anew");
    eventually("the new shape", || {
        sandbox.ask("SELECT name FROM system.columns WHERE name = 'device'").lines().next().map(drop)
    });
    server.accept("UserActivity", &EVENT.replace('}', r#","device":"phone"}"#));
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT device FROM UserActivity"), "phone");

    // A broken file is reported with its place, and what was deployed is served.
    sandbox.edit("app/datamodels/models.ts", "activity: string;", "activity: any;");
    sandbox.wait_for("app/datamodels/models.ts:8");
    sandbox.wait_for("A202");
    server.accept("UserActivity", EVENT);

    // Now there are events, so a changed shape needs a version.
    sandbox.edit("app/datamodels/models.ts", "activity: any;", "activity: number;");
    sandbox.wait_for("A404");
    server.accept("UserActivity", EVENT);
    sandbox.edit("app/datamodels/models.ts", "activity: number;", "activity: string;");
    sandbox.wait_for("Applied.");
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity"), "3");
}

#[test]
fn lists_are_tables_for_people_and_json_for_programs() {
    let sandbox = Sandbox::project();
    insta::assert_snapshot!(sandbox.antler(&["ls"]));
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    server.accept("UserActivity", EVENT);
    sandbox.settle();
    let running = sandbox.antler(&["ps"]);
    insta::assert_snapshot!(running);
    assert_eq!(sandbox.status()["tables"][0]["rows"], 1);
    assert!(server.stop().success());
    assert_eq!(sandbox.antler(&["ps"]), running, "at rest it says the same");
}

#[test]
fn a_file_is_imported_with_or_without_a_server() {
    let sandbox = Sandbox::project();
    let rows = |from: u32, to: u32| -> String {
        let row = |id| format!("{id},ada,2026-01-02 03:04:05,\"log, in\"\n");
        "eventId,userId,timestamp,activity\n".to_owned() + &(from..to).map(row).collect::<String>()
    };
    sandbox.write("first.csv", rows(0, 1000));
    sandbox.write("second.csv", rows(1000, 3000));
    sandbox.write("bad.csv", rows(3000, 3002) + "x,ada,yesterday,login\n");
    let free = [("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "0"), ("MOOSE_HTTP_SERVER_CONFIG__PORT", "0")];

    let early = sandbox.antler_with(&free, &["import", "UserActivity", "first.csv"]);
    assert!(early.contains("UserActivity 0.0 is not deployed yet"), "{early}");
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let import = ["import", "UserActivity", "--version", "0.0"];
    let with = |file| sandbox.antler_with(&free, &[import[0], import[1], import[2], import[3], file]);
    assert!(with("first.csv").contains("1,000 events accepted by UserActivity 0.0"));
    assert!(server.stop().success());
    assert!(with("second.csv").contains("2,000 events accepted by UserActivity 0.0"));
    assert_eq!(
        sandbox.ask("SELECT count(), uniqExact(eventId), any(activity) FROM UserActivity"),
        "3000\t3000\tlog, in"
    );

    insta::assert_snapshot!(with("bad.csv"));
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity"), "3002");
    insta::assert_snapshot!(with("missing.csv"));
    insta::assert_snapshot!(with("app/datamodels/models.ts"));
    insta::assert_snapshot!(sandbox.antler_with(&free, &["import", "Nope", "first.csv"]));
}

#[test]
fn a_file_outside_of_app_counts_as_soon_as_something_imports_it() {
    let sandbox = Sandbox::project();
    let _server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let models = "app/datamodels/models.ts";
    sandbox.edit(models, "activity: string;", "activity: string;\n  place: Place;");
    let import = "import type { Place } from \"../../lib/geo/place\";\n";
    sandbox.write(models, import.to_owned() + &sandbox.read(models));
    sandbox.wait_for("Not applied.");
    sandbox.write("lib/geo/place.ts", "export interface Place {\n  city: string;\n}\n");
    sandbox.wait_for("Applied.");
    let described = "SELECT type FROM system.columns WHERE table = 'UserActivity_0_0' AND name = 'place'";
    let before = sandbox.ask(described);
    sandbox.edit("lib/geo/place.ts", "city: string;", "city: string;\n  country: string;");
    eventually("the new field of an imported type is in the table", || {
        (sandbox.ask(described) != before).then_some(())
    });
}
