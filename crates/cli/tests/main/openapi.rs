//! `GET /openapi.json`: the endpoints as they are described to tools.

use serde_json::{Value, json};

use crate::{
    sandbox::Sandbox,
    server::{Server, eventually},
};

const MODELS: &str = "app/datamodels/models.ts";

fn models(ingestion: &str) -> String {
    format!(
        "import {{ DataModelConfig, IngestionFormat, Key }} from \"antler\";\n\
         export interface Event {{ id: Key<string>; at?: Date }}\n\
         export const EventConfig: DataModelConfig<Event> = {{ ingestion: {{ {ingestion} }} }};\n\
         export interface Plain {{ id: Key<bigint> }}\n"
    )
}

fn document(server: &Server<'_>) -> Value {
    let answer = server.get("/openapi.json").unwrap();
    assert_eq!(answer.status, 200);
    serde_json::from_str(&answer.body).unwrap()
}

fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// Every `$ref` in a value.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str));
            members.values().for_each(|member| references(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn every_live_endpoint_is_described_as_it_is_configured() {
    let sandbox = Sandbox::project();
    sandbox.write(MODELS, models("format: IngestionFormat.JSON_ARRAY"));
    sandbox.edit("moose.config.toml", "port = 4000", "port = 4000\npath_prefix = \"api\"");
    sandbox.commit();
    assert!(sandbox.antler(&["bump-version"]).starts_with("exit 0"));
    sandbox.write(MODELS, models("format: IngestionFormat.JSON, unknownFields: \"refuse\""));
    let server = sandbox.serve();
    sandbox.wait_for("/api/ingest/Plain/0.1");

    let described = document(&server);
    assert_eq!(
        keys(&described["paths"]),
        [
            "/api/ingest/Event",
            "/api/ingest/Event/0.0",
            "/api/ingest/Event/0.1",
            "/api/ingest/Plain",
            "/api/ingest/Plain/0.0",
            "/api/ingest/Plain/0.1",
        ]
    );
    assert_eq!(described["info"]["version"], "0.1");
    let body = |path: &str| {
        let content = &described["paths"][path]["post"]["requestBody"]["content"];
        assert_eq!(keys(content), ["application/json", "application/x-ndjson"]);
        content["application/json"]["schema"].clone()
    };
    let record = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let array = |name: &str| json!({ "type": "array", "items": record(name) });
    assert_eq!(body("/api/ingest/Event/0.0"), array("Event_0_0"));
    assert_eq!(body("/api/ingest/Event/0.1"), record("Event_0_1"));
    assert_eq!(body("/api/ingest/Event"), record("Event_0_1"));
    assert_eq!(body("/api/ingest/Plain"), json!({ "anyOf": [record("Plain_0_1"), array("Plain_0_1")] }));
    let schemas = &described["components"]["schemas"];
    assert_eq!(schemas["Event_0_0"].get("additionalProperties"), None);
    assert_eq!(schemas["Event_0_1"]["additionalProperties"], false);

    let mut found = Vec::new();
    references(&described, &mut found);
    for reference in found {
        assert!(described.pointer(&reference[1..]).is_some(), "{reference}");
    }
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&described["paths"]["/api/ingest/Event/0.1"]).unwrap()
    );
}

#[test]
fn the_description_follows_what_is_saved() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    assert_eq!(keys(&document(&server)["paths"]), ["/ingest/UserActivity", "/ingest/UserActivity/0.0"]);
    sandbox.write(MODELS, models(""));
    eventually("the description of the new models", || {
        let described = document(&server);
        (keys(&described["paths"]).first() == Some(&"/ingest/Event")).then_some(())
    });
    sandbox.write(MODELS, models("format: IngestionFormat.JSON"));
    eventually("the description of the new promise", || {
        let described = document(&server);
        let content = &described["paths"]["/ingest/Event"]["post"]["requestBody"]["content"];
        (keys(&content["application/json"]["schema"]) == ["$ref"]).then_some(())
    });
}

#[test]
fn whatever_is_asked_the_refusal_is_a_problem_document() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let asked = [
        ("GET", "/ingest/UserActivity"),
        ("DELETE", "/ingest/UserActivity/0.0"),
        ("POST", "/openapi.json"),
        ("POST", "/ingest/%ff"),
        ("POST", "/ingest/UserActivity/%ff"),
        ("GET", "/%ff"),
    ];
    let answers = asked.map(|(method, path)| {
        let answer = server.ask(method, path).unwrap();
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{method} {path}");
        let allow = answer.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned());
        let problem: Value = serde_json::from_str(&answer.into_body().read_to_string().unwrap()).unwrap();
        (problem["status"].as_u64().unwrap(), problem["type"].as_str().unwrap().to_owned(), allow)
    });
    let refused =
        |status, kind: &str, allow: Option<&str>| (status, kind.to_owned(), allow.map(str::to_owned));
    assert_eq!(
        answers,
        [
            refused(405, "method-not-allowed", Some("POST")),
            refused(405, "method-not-allowed", Some("POST")),
            refused(405, "method-not-allowed", Some("GET,HEAD")),
            refused(404, "no-such-endpoint", None),
            refused(404, "no-such-endpoint", None),
            refused(404, "no-such-endpoint", None),
        ]
    );
}

#[test]
fn one_model_and_one_version_are_described_alone() {
    let sandbox = Sandbox::project();
    sandbox.write(MODELS, models("unknownFields: \"refuse\""));
    sandbox.commit();
    assert!(sandbox.antler(&["bump-version"]).starts_with("exit 0"));
    let server = sandbox.serve();
    sandbox.wait_for("/ingest/Plain/0.1");
    let ask = |path: &str| {
        let answer = server.get(path).unwrap();
        (answer.status, serde_json::from_str::<Value>(&answer.body).unwrap())
    };
    for (path, described) in [
        ("/openapi/Event.json", &["/ingest/Event", "/ingest/Event/0.0", "/ingest/Event/0.1"][..]),
        ("/openapi/Event/0.0.json", &["/ingest/Event/0.0"]),
        ("/openapi/Plain/0.1", &["/ingest/Plain", "/ingest/Plain/0.1"]),
    ] {
        let (status, document) = ask(path);
        assert_eq!((status, keys(&document["paths"])), (200, described.to_vec()), "{path}");
        let mut found = Vec::new();
        references(&document, &mut found);
        assert!(
            found.iter().all(|reference| document.pointer(&reference[1..]).is_some()),
            "{path}: {found:?}"
        );
    }
    let (status, schema) = ask("/schemas/Event/0.0.json");
    assert_eq!(
        (status, &schema["additionalProperties"], &schema["title"]),
        (200, &json!(false), &json!("Event"))
    );
    assert_eq!(ask("/schemas/Event.json"), ask("/schemas/Event/0.1"));
    let (status, problem) = ask("/schemas/Event/0.7.json");
    assert_eq!((status, &problem["type"]), (404, &json!("no-such-endpoint")));
    assert_eq!(problem["endpoints"][0], "/ingest/Event/0.0");
    assert_eq!(ask("/openapi/Nothing.json").0, 404);
    assert_eq!(ask("/schemas/Nothing").0, 404);
}
