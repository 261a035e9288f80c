//! What the configuration of a model promises of its endpoint.

use serde_json::{Value, json};

use crate::{
    sandbox::Sandbox,
    server::{Server, eventually},
};

const MODELS: &str = "app/datamodels/models.ts";
const EVENT: &str = r#"{"id":"1","n":1}"#;

/// A model with a configuration of its endpoint.
fn models(ingestion: &str) -> String {
    format!(
        "import {{ DataModelConfig, IngestionFormat, Key }} from \"@514labs/moose-lib\";\n\
         export interface Event {{ id: Key<string>; n: number }}\n\
         export const EventConfig: DataModelConfig<Event> = {{\n\
         \u{20} ingestion: {{ {ingestion} }},\n\
         \u{20} storage: {{ enabled: true, order_by_fields: [\"id\"] }},\n}};\n"
    )
}

fn project(ingestion: &str) -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.write(MODELS, models(ingestion));
    sandbox.commit();
    sandbox
}

/// The status, and the type of the problem if it is one.
fn post(server: &Server<'_>, path: &str, content_type: &str, body: &str) -> (u16, Value) {
    let answer = server.post(path, content_type, body).unwrap();
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    (answer.status, body.get("type").cloned().unwrap_or(body))
}

#[test]
fn a_body_of_the_form_that_is_not_configured_is_refused_and_says_what_configured_it() {
    let sandbox = project("format: IngestionFormat.JSON_ARRAY");
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let endpoint = "/ingest/Event/0.0";
    let array = format!("[{EVENT}]");
    assert_eq!(post(&server, endpoint, "application/json", &array), (200, json!({"accepted": 1})));
    assert_eq!(post(&server, endpoint, "application/x-ndjson", EVENT), (200, json!({"accepted": 1})));
    insta::assert_snapshot!(server.post(endpoint, "application/json", EVENT).unwrap().body, @r#"{"type":"unexpected-form","title":"The endpoint takes JSON bodies of another form","status":400,"detail":"The body is one object, and Event 0.0 takes an array of objects: ingestion.format is JSON_ARRAY in the DataModelConfig of Event. Nothing of it was accepted. Lines of NDJSON are taken too."}"#);
    assert_eq!(post(&server, endpoint, "application/json", "7").1, "invalid-record");
    assert_eq!(post(&server, endpoint, "application/json", "oops").1, "malformed-json");

    sandbox.write(MODELS, models("format: IngestionFormat.JSON"));
    sandbox.wait_for("Event 0.0  takes one object as JSON, and drops unknown fields, from now on");
    eventually("the new promise", || {
        (post(&server, endpoint, "application/json", EVENT).0 == 200).then_some(())
    });
    insta::assert_snapshot!(server.post("/ingest/Event", "application/json", array).unwrap().body, @r#"{"type":"unexpected-form","title":"The endpoint takes JSON bodies of another form","status":400,"detail":"The body is an array, and Event 0.0 takes one object: ingestion.format is JSON in the DataModelConfig of Event. Nothing of it was accepted. Lines of NDJSON are taken too."}"#);
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM Event"), "3");
}

#[test]
fn unknown_fields_are_dropped_or_refused_as_configured_and_no_table_is_touched_when_that_changes() {
    let sandbox = project("");
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let more = r#"{"id":"2","n":2,"other":true}"#;
    assert_eq!(post(&server, "/ingest/Event", "application/json", more), (200, json!({"accepted": 1})));
    sandbox.settle();
    let made = "SELECT uuid FROM system.tables WHERE database = currentDatabase() AND name = 'Event_0_0'";
    let before = sandbox.ask(made);

    sandbox.write(MODELS, models("unknownFields: \"refuse\""));
    let change = "Event 0.0  takes an object or an array as JSON, and refuses unknown fields, from now on";
    let plan = sandbox.antler(&["plan"]);
    assert!(plan.contains(change) || sandbox.said().contains(change), "{plan}");
    sandbox.wait_for(change);
    eventually("the new promise", || {
        (post(&server, "/ingest/Event", "application/json", more) == (400, json!("invalid-record")))
            .then_some(())
    });
    server.accept("Event/0.0", EVENT);
    assert!(server.stop().success());

    let server = sandbox.serve();
    assert_eq!(post(&server, "/ingest/Event", "application/json", more).0, 400, "over a restart too");
    sandbox.settle();
    assert_eq!(sandbox.ask(made), before, "the table is the one that it was");
    assert_eq!(sandbox.ask("SELECT uniqExact(id) FROM Event"), "2");
    assert!(sandbox.antler(&["plan"]).contains("Nothing to do"));
}

#[test]
fn each_version_keeps_the_promise_that_it_was_pinned_with_though_both_share_a_table() {
    let sandbox = project("format: IngestionFormat.JSON_ARRAY");
    let bumped = sandbox.antler(&["bump-version"]);
    assert!(bumped.starts_with("exit 0"), "{bumped}");
    assert!(sandbox.read("antler.lock").contains("\"format\": \"JSON_ARRAY\""));
    sandbox.write(MODELS, models("format: IngestionFormat.JSON"));
    let server = sandbox.serve();
    sandbox.wait_for("/ingest/Event/0.1");
    let array = format!("[{EVENT}]");
    let status = |path: &str, body: &str| post(&server, path, "application/json", body).0;
    assert_eq!([status("/ingest/Event/0.0", &array), status("/ingest/Event/0.0", EVENT)], [200, 400]);
    assert_eq!([status("/ingest/Event/0.1", &array), status("/ingest/Event/0.1", EVENT)], [400, 200]);
    assert_eq!([status("/ingest/Event", &array), status("/ingest/Event", EVENT)], [400, 200]);
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM Event_0_0"), "3", "one table");
}

#[test]
fn a_promise_that_only_running_the_program_would_tell_is_refused_with_its_place() {
    let sandbox = project("format: choose()");
    let shown = sandbox.antler(&["plan"]);
    assert!(shown.starts_with("exit 1"), "{shown}");
    assert!(shown.contains("A208") && shown.contains("app/datamodels/models.ts:4:24"), "{shown}");
}

#[test]
fn a_version_is_not_pinned_with_another_promise_than_the_working_tree_has() {
    let sandbox = project("format: IngestionFormat.JSON_ARRAY");
    sandbox.git(&["update-index", "--assume-unchanged", MODELS]);
    sandbox.write(MODELS, models("format: IngestionFormat.JSON"));
    let shown = sandbox.antler(&["bump-version"]);
    assert!(shown.starts_with("exit 1") && shown.contains("other data models"), "{shown}");
}
