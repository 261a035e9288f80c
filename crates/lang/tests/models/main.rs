//! Every case under `good` and `bad` is what somebody may write, and the text beside it is what
//! becomes of it, as a person would be told: the models with the types of their columns, or the
//! messages.
//!
//! A case is one file, which then stands in `app/datamodels`, or a folder, which then is the
//! project. `WRITE_EXPECTED=1` writes down what came out; read it before you commit it.
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod cases;
mod told;

use std::sync::Arc;

use antler_core::diagnostic::SourceFile;
use antler_lang::models;
use cases::{Case, cases};
use told::told;

#[test]
fn what_can_be_stored_is_read_as_its_author_meant_it() {
    check("good");
}

#[test]
fn what_cannot_be_stored_is_told_with_its_place_and_what_to_write_in_its_stead() {
    check("bad");
}

#[test]
fn the_order_in_which_files_are_given_does_not_matter() {
    for mut case in ["good", "bad"].into_iter().flat_map(cases) {
        let first = told(case.parse());
        case.files.reverse();
        assert_eq!(told(case.parse()), first, "{}", case.name);
    }
}

/// As while somebody types, or after a disk was full.
#[test]
fn a_file_that_ends_anywhere_is_read_or_told_in_every_language() {
    for case in ["good", "bad"].into_iter().flat_map(cases) {
        for (at, whole) in case.files.iter().enumerate() {
            for (end, _) in whole.text.char_indices().step_by(7) {
                let mut files = case.files.clone();
                files[at] =
                    Arc::new(SourceFile { path: whole.path.clone(), text: whole.text[..end].to_owned() });
                let problems = models::parse(&files).err().unwrap_or_default();
                for problem in problems {
                    let file = problem.source_file.as_ref().unwrap();
                    for label in &problem.labels {
                        assert!(
                            file.text.get(label.span.clone()).is_some(),
                            "{} at {end}: {problem:?}",
                            case.name
                        );
                    }
                }
            }
        }
    }
}

/// Compares every case of a folder with what is expected of it.
fn check(folder: &str) {
    let mut wrong = Vec::new();
    for case in cases(folder) {
        let parsed = case.parse();
        assert_eq!(parsed.is_ok(), folder == "good", "{}: {}", case.name, told(parsed));
        compare(&case, &told(parsed), &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn compare(case: &Case, told: &str, wrong: &mut Vec<String>) {
    if std::env::var_os("WRITE_EXPECTED").is_some() {
        std::fs::write(&case.expected, told).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&case.expected).unwrap_or_default();
    if expected != told {
        wrong.push(format!("{} expects\n{expected}\nand came out as\n{told}", case.name));
    }
}

/// The sources of a model, and the same with everything else about them.
#[test]
fn a_schema_is_the_same_in_another_order_form_file_or_configuration() {
    let hash = |path: &str, text: &str| {
        let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
        let models = models::parse(&[Arc::new(file)]).unwrap();
        models.into_values().next().unwrap().model.schema_hash()
    };
    let plain = hash(
        "app/datamodels/a.ts",
        "export interface A { id: Key<string>; kind: 'a' | 'b'; part: { x: number; y?: Date } }",
    );
    for (path, text) in [
        (
            "app/datamodels/a.ts",
            "export interface A { part: { y?: Date, x: number }, kind: 'b' | 'a', id: Key<string> }",
        ),
        (
            "app/datamodels/deep/b.ts",
            "/** A. */\nexport type A = {\n  id: Key<string>; // its key\n  kind: 'a' | 'b';\n\n  part: { x: number; y: Date | null };\n};\n",
        ),
        (
            "app/datamodels/a.ts",
            "enum Kind { A = 'a', B = 'b' }\ninterface Part { x: number; y?: Date | null }\ninterface Base { id: Key<string> }\n\
             export interface A extends Base { kind: Kind; part: Part }\n\
             export const AConfig: DataModelConfig<A> = { ingestion: { format: 'JSON' }, storage: { order_by_fields: ['kind'] } };",
        ),
        (
            "app/datamodels/a.py",
            "class Part(BaseModel):\n    x: float\n    y: datetime | None\n\nclass A(BaseModel):\n    part: Part\n    kind: Literal['b', 'a']\n    id: Key[str]\n",
        ),
        (
            "app/datamodels/a.json",
            r##"{ "title": "A", "required": ["part", "id", "kind"], "properties": {
                "kind": { "enum": ["b", "a"] },
                "id": { "type": "string", "x-antler-key": true },
                "part": { "$ref": "#/$defs/Part" } },
              "$defs": { "Part": { "required": ["x"], "properties": {
                "y": { "type": "string", "format": "date-time" }, "x": { "type": "number" } } } } }"##,
        ),
        (
            "app/datamodels/a.avsc",
            r#"{ "type": "record", "name": "A", "namespace": "n", "fields": [
              { "name": "kind", "type": { "type": "enum", "name": "Kind", "symbols": ["b", "a"] } },
              { "name": "part", "type": { "type": "record", "name": "Part", "fields": [
                { "name": "x", "type": "double" },
                { "name": "y", "type": ["null", { "type": "long", "logicalType": "timestamp-millis" }] }] } },
              { "name": "id", "type": "string", "x-antler-key": true }] }"#,
        ),
        (
            "app/datamodels/a.proto",
            "syntax = \"proto3\";\nmessage A {\n  enum Kind { b = 0; a = 1; }\n  message Part { google.protobuf.Timestamp y = 1; double x = 2; }\n  Part part = 7; // @required\n  Kind kind = 2;\n  string id = 1; // @key\n}\n",
        ),
        (
            "app/datamodels/a.prisma",
            "type Part {\n  y DateTime?\n  x Float\n}\nenum Kind {\n  b\n  a\n}\nmodel A {\n  kind Kind\n  id String @id\n  part Part\n}\n",
        ),
    ] {
        assert_eq!(hash(path, text), plain, "{text}");
    }
    for text in [
        "export interface A { id: string; kind: Key<'a' | 'b'>; part: { x: number; y?: Date } }",
        "export interface A { id: Key<string>; kind: 'a' | 'b'; part: { x: number; y: Date } }",
        "export interface A { id: Key<string>; kind: 'a' | 'c'; part: { x: number; y?: Date } }",
        "export interface A { id: Key<string>; kind: 'a' | 'b'; part: { x: bigint; y?: Date } }",
    ] {
        assert_ne!(hash("app/datamodels/a.ts", text), plain, "{text}");
    }
}
