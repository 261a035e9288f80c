//! Versions whose models are written in different languages.

use serde_json::Value;

use crate::{sandbox::Sandbox, server::eventually};

const MODELS: &str = "app/datamodels/models.ts";

/// The same model in another language: the name of its file and its text.
const OTHERS: &[(&str, &str)] = &[
    (
        "old.prisma",
        "model Visit {\n  id String @id\n  at DateTime\n  pages BigInt\n  place Place?\n}\n\ntype Place {\n  city String\n}\n",
    ),
    (
        "old.schema.json",
        r##"{
  "title": "Visit",
  "type": "object",
  "required": ["id", "at", "pages"],
  "properties": {
    "id": { "type": "string", "x-antler-key": true },
    "at": { "type": "string", "format": "date-time" },
    "pages": { "type": "integer" },
    "place": { "anyOf": [{ "$ref": "#/$defs/Place" }, { "type": "null" }] }
  },
  "$defs": { "Place": { "properties": { "city": { "type": "string" } }, "required": ["city"] } }
}
"##,
    ),
    (
        "old.avsc",
        r#"{ "type": "record", "name": "Visit", "namespace": "web", "fields": [
  { "name": "id", "type": "string", "x-antler-key": true },
  { "name": "at", "type": { "type": "long", "logicalType": "timestamp-millis" } },
  { "name": "pages", "type": "long" },
  { "name": "place", "default": null, "type": ["null",
    { "type": "record", "name": "Place", "fields": [{ "name": "city", "type": "string" }] }] }
] }
"#,
    ),
    (
        "old.proto",
        "syntax = \"proto3\";\npackage web;\nimport \"google/protobuf/timestamp.proto\";\n\nmessage Visit {\n  string id = 1; // @key\n  google.protobuf.Timestamp at = 2; // @required\n  int64 pages = 3;\n  Place place = 4;\n}\n\nmessage Place {\n  string city = 1;\n}\n",
    ),
];

const TYPESCRIPT: &str = "export interface Visit {\n  id: Key<string>;\n  at: Date;\n  pages: bigint;\n  place?: { city: string };\n}\n";

impl Sandbox {
    /// The versions that share the table of a model with 0.0.
    fn shared_by(&self, model: &str) -> Value {
        let listed = self.antler(&["versions", "ls", "--json"]);
        let json = listed.strip_prefix("exit 0\n--- stdout\n").unwrap_or_else(|| panic!("{listed}"));
        serde_json::from_str::<Value>(json).unwrap()["0.0"]["models"][model]["shared_by"].clone()
    }
}

#[test]
fn a_version_in_another_language_and_the_same_one_in_typescript_share_a_table() {
    for (file, text) in OTHERS {
        let sandbox = Sandbox::project();
        let path = format!("app/datamodels/{file}");
        sandbox.remove(MODELS);
        sandbox.write(&path, text);
        sandbox.commit();
        sandbox.antler(&["bump-version"]);
        sandbox.remove(&path);
        sandbox.write(MODELS, TYPESCRIPT);
        let shared = sandbox.shared_by("Visit");
        assert_eq!(shared, serde_json::json!(["0.0", "0.1"]), "{file}");
        // From the commit, with the lock gone.
        sandbox.commit();
        sandbox.remove("antler.lock");
        assert_eq!(sandbox.shared_by("Visit"), shared, "{file}");
    }
}

#[test]
fn a_migration_from_a_version_in_another_language_is_drafted_and_checked() {
    for (file, text) in OTHERS {
        let sandbox = Sandbox::project();
        let path = format!("app/datamodels/{file}");
        sandbox.remove(MODELS);
        sandbox.write(&path, text);
        sandbox.commit();
        sandbox.antler(&["bump-version"]);
        sandbox.remove(&path);
        sandbox.write(MODELS, TYPESCRIPT.replace("pages: bigint", "pageCount: bigint"));
        let drafted = sandbox.antler(&["generate", "migrations"]);
        assert!(drafted.starts_with("exit 0"), "{file}: {drafted}");
        let migration = sandbox.read("app/functions/Visit_migrate__0_0__0_1.ts");
        assert!(migration.contains("pageCount: event.pages"), "{file}: {migration}");
        let declared = sandbox.read(".antler/versions/0_0.ts");
        // Some languages say that it may be null, too.
        let declared: Vec<_> = declared.lines().skip(4).map(|line| line.replace(" | null", "")).collect();
        assert_eq!(declared.join("\n"), TYPESCRIPT.trim_end(), "{file}");
        sandbox.antler(&["plan"]);
        sandbox.commit();
        let checked = sandbox.antler(&["check"]);
        assert_eq!(checked, "exit 0\n--- stderr\nnothing speaks against it\n", "{file}");
    }
}

#[test]
fn a_model_named_in_another_script_is_served_and_migrated_as_any_other() {
    let sandbox = Sandbox::project();
    let model = |fields: &str| format!("export interface Größe_航班 {{\n  id: Key<string>;\n{fields}}}\n");
    sandbox.write(MODELS, model("  wert: number;\n"));
    sandbox.commit();
    let server = sandbox.serve();
    sandbox.wait_for("/ingest/Gr%C3%B6%C3%9Fe_%E8%88%AA%E7%8F%AD/0.0  →  topic Gr-f6--df-e_-822a--73ed-_0_0");
    server.accept("Gr%C3%B6%C3%9Fe_%E8%88%AA%E7%8F%AD/0.0", r#"{"id":"1","wert":1}"#);
    server.accept("Gr%c3%b6%c3%9fe_%e8%88%aa%e7%8f%ad", r#"{"id":"2","wert":2}"#);
    // Refused, and kept as a dead letter.
    let path = "/ingest/Gr%C3%B6%C3%9Fe_%E8%88%AA%E7%8F%AD/0.0";
    let answer =
        server.post(path, "application/x-ndjson", "{\"id\":\"3\"}\n{\"id\":\"0\",\"wert\":0}\n").unwrap();
    assert!(answer.body.contains(r#""accepted":1"#), "{}", answer.body);
    sandbox.write("more.ndjson", "{\"id\":\"4\",\"wert\":4}\n");
    let imported = sandbox.antler(&["import", "Größe_航班", "more.ndjson"]);
    assert!(imported.starts_with("exit 0"), "{imported}");
    sandbox.settle();
    assert_eq!(
        sandbox.ask("SELECT groupArray(id) FROM (SELECT id FROM `Größe_航班` ORDER BY id)"),
        "['0','1','2','4']"
    );

    sandbox.antler(&["bump-version"]);
    sandbox.write(MODELS, model("  wert: number;\n  doppelt: number;\n"));
    assert!(
        sandbox.antler(&["generate", "migrations"]).contains("app/functions/Größe_航班_migrate__0_0__0_1.ts")
    );
    sandbox.edit(
        "app/functions/Größe_航班_migrate__0_0__0_1.ts",
        r#"FILL_IN("doppelt: number is new in 0.1")"#,
        "event.wert * 2",
    );
    sandbox.wait_for("/ingest/Gr%C3%B6%C3%9Fe_%E8%88%AA%E7%8F%AD/0.1");
    server.accept("Gr%C3%B6%C3%9Fe_%E8%88%AA%E7%8F%AD/0.0", r#"{"id":"5","wert":5}"#);
    sandbox.settle();
    let all = "SELECT groupArray((id, doppelt)) FROM (SELECT id, doppelt FROM `Größe_航班_0_1` ORDER BY id)";
    eventually("the rows of 0.0 are in 0.1", || {
        (sandbox.ask(all) == "[('0',0),('1',2),('2',4),('4',8),('5',10)]").then_some(())
    });
    let letters = sandbox.antler(&["dlq", "ls", "Größe_航班"]);
    assert!(letters.starts_with("exit 0") && letters.contains("Größe_航班"), "{letters}");
    let verified = sandbox.antler(&["verify", "Größe_航班"]);
    assert!(verified.starts_with("exit 0"), "{verified}");
    let document = server.get("/openapi.json").unwrap();
    assert!(document.body.contains("/ingest/Gr%C3%B6%C3%9Fe_%E8%88%AA%E7%8F%AD/0.1"), "{}", document.body);
    assert!(document.body.contains("#/components/schemas/Gr-f6--df-e_-822a--73ed-_0_1"), "{}", document.body);
    assert!(server.stop().success(), "{}", sandbox.said());
}
