//! Versions whose models are written in different languages.

use serde_json::Value;

use crate::sandbox::Sandbox;

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
