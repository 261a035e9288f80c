//! Reads what an Avro schema (`.avsc`) declares: records, enums and fixed sizes, with their namespaces.
//!
//! The record that a file is, or each record of a list of them, may be a model; those inside are parts.
//! A custom property of a field, `"x-antler-key": true`, marks the key. Names are resolved within a file, as
//! in Avro. Events are JSON as for all models, not Avro's binary form or its JSON encoding of unions.
//!
//! An Avro schema is JSON and a crate for it would tell no places, so it is read from `json`.

use std::{collections::BTreeMap, sync::Arc};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::DataType,
};

use super::{
    json::{self, Json, Value},
    language::Language,
    outline::{
        Constant, Declaration, EnumMember, Kind, Member, Outline, Record, Refusal, Role, Span, Type,
        enumeration,
    },
};

/// Reads what a file declares.
pub(super) fn read(file: &Arc<SourceFile>) -> Outline {
    let mut outline = Outline::empty(file, Language::Avro);
    match json::parse(file) {
        Ok(root) => {
            let models = match &root.value {
                Value::List(schemas) => schemas.iter().collect(),
                _ => vec![&root],
            };
            let mut reader = Reader { outline, names: BTreeMap::new() };
            for model in &models {
                reader.name(model);
            }
            if reader.names.is_empty() {
                let message = "no data model is declared here: a data model is a record";
                reader.outline.problems.push(
                    Diagnostic::error(Code::UnsupportedType, message)
                        .with_label(file, root.place(), "here")
                        .with_help(
                            "Declare a record: `{ \"type\": \"record\", \"name\": …, \"fields\": [ … ] }`.",
                        ),
                );
            }
            for model in models {
                reader.schema(model, "", Role::Candidate);
            }
            reader.outline
        }
        Err(problem) => {
            outline.problems.push(problem);
            outline
        }
    }
}

/// The types of Avro: what columns they get is decided here. `None` for a name that is not Avro's.
fn primitive(name: &str, logical: Option<&str>) -> Option<Result<DataType, (String, &'static str)>> {
    let refused = |what: &str, help| Some(Err((format!("{what} cannot be stored"), help)));
    Some(Ok(match (name, logical) {
        ("long", Some("timestamp-millis" | "timestamp-micros" | "timestamp-nanos")) => DataType::Date,
        (_, Some("date")) => return refused("a date without a time", "Use `timestamp-millis`."),
        (
            _,
            Some(local @ ("local-timestamp-millis" | "local-timestamp-micros" | "local-timestamp-nanos")),
        ) => {
            return refused(&format!("`{local}`, which names no instant,"), "Use `timestamp-millis`.");
        }
        (_, Some("decimal")) => {
            return refused("a decimal", "Use `double`, or `string` to keep every digit.");
        }
        (_, Some("duration")) => return refused("a duration", "Use `long`, in a unit that the name tells."),
        ("bytes" | "fixed", _) => return refused("binary data", "Use `string`, with the bytes in Base64."),
        // A logical type that is not known is passed over, as Avro wants it.
        ("string", _) => DataType::String,
        ("int" | "long", _) => DataType::BigInt,
        ("float" | "double", _) => DataType::Number,
        ("boolean", _) => DataType::Boolean,
        (_, _) => return None,
    }))
}

struct Reader {
    outline: Outline,
    /// The names under which types are declared, by their full names.
    names: BTreeMap<String, String>,
}

impl Reader {
    /// Notes that a model is declared under its short name.
    fn name(&mut self, model: &Json) {
        if let (Some("record" | "error"), Some((full, short))) =
            (model.get("type").and_then(Json::text), full_name(model, ""))
        {
            self.names.insert(full, short);
        }
    }

    /// The type of a schema. Types with a name are declared on the way.
    fn schema(&mut self, schema: &Json, namespace: &str, role: Role) -> Type {
        let span = schema.place();
        match &schema.value {
            Value::Text(name) => self.reference(name, None, span, namespace),
            Value::List(types) => {
                let types = types.iter().map(|of| self.schema(of, namespace, Role::Part)).collect();
                Type::new(span, Kind::OneOf(types))
            }
            Value::Object(_) => self.complex(schema, namespace, role),
            Value::Null | Value::Boolean(_) | Value::Number(_) => no_schema(span),
        }
    }

    fn complex(&mut self, schema: &Json, namespace: &str, role: Role) -> Type {
        let Some(of) = schema.get("type") else { return no_schema(schema.place()) };
        let span = of.place();
        let logical = schema.get("logicalType").and_then(Json::text);
        match of.text() {
            Some("record" | "error") => self.named(schema, namespace, role, Self::record),
            Some("enum") => self.named(schema, namespace, Role::Part, Self::symbols),
            Some("fixed") => self.named(schema, namespace, Role::Part, |reader, schema, namespace| {
                reader.reference("fixed", logical, schema.place(), namespace)
            }),
            Some("array") => match schema.get("items") {
                Some(items) => {
                    let item = self.schema(items, namespace, Role::Part);
                    Type::new(span, Kind::List(Box::new(item)))
                }
                None => Type::refused(span, "an array has `items`", "Say what they are."),
            },
            Some("map") => Type::refused(
                span,
                "an object with any field names cannot be stored",
                "Use a record, or an array of records with a key and a value.",
            ),
            Some(name) => self.reference(name, logical, span, namespace),
            // `{ "type": { "type": "string" } }`
            None => self.schema(of, namespace, role),
        }
    }

    /// Declares a type, and refers to it.
    fn named(
        &mut self,
        schema: &Json,
        namespace: &str,
        role: Role,
        read: impl FnOnce(&mut Self, &Json, &str) -> Type,
    ) -> Type {
        let (Some((full, _)), Some(name)) = (full_name(schema, namespace), schema.get("name")) else {
            return Type::refused(schema.place(), "this type has no name", "Give it a `name`.");
        };
        let declared = self.names.entry(full.clone()).or_insert_with(|| full.clone()).clone();
        let inner = full.rsplit_once('.').map_or("", |(namespace, _)| namespace);
        let mut of = read(self, schema, inner);
        let name_span = last_part(name);
        if matches!(of.kind, Kind::Record(_)) {
            of.span = name_span.clone();
        }
        self.outline.export(&declared, &declared);
        self.outline.declare(&declared, Declaration { name_span, parameters: Vec::new(), of, role });
        Type::new(schema.place(), Kind::Named { path: vec![declared], arguments: Vec::new() })
    }

    fn record(&mut self, schema: &Json, namespace: &str) -> Type {
        let mut record = Record::default();
        for field in schema.get("fields").map(Json::items).unwrap_or_default() {
            let (Some(name), Some(of)) = (field.get("name"), field.get("type")) else {
                record.refused.push(Refusal::new(
                    field.place(),
                    "a field has a name and a type",
                    "Write `{ \"name\": …, \"type\": … }`.",
                ));
                continue;
            };
            // A logical type belongs into the type; beside it, Avro does not see it.
            let mut of = self.schema(of, namespace, Role::Part);
            if field.is_key() {
                of = Type::new(of.span.clone(), Kind::Key(Box::new(of)));
            }
            record.members.push(Member {
                name: name.text().unwrap_or_default().to_owned(),
                name_span: name.place(),
                // Another default says what readers see, not that senders may leave it out.
                optional: field.get("default").is_some_and(|value| matches!(value.value, Value::Null)),
                of,
            });
        }
        Type::new(schema.place(), Kind::Record(record))
    }

    fn symbols(&mut self, schema: &Json, _: &str) -> Type {
        let symbols = schema.get("symbols").map(Json::items).unwrap_or_default();
        let members = symbols.iter().map(|symbol| EnumMember {
            name: symbol.text().unwrap_or_default().to_owned(),
            span: symbol.place(),
            value: symbol.text().map_or(Constant::Other, |text| Constant::Text(text.to_owned())),
        });
        enumeration(schema.get("name").map_or_else(|| schema.place(), Json::place), members.collect())
    }

    /// A type by its name: one of Avro, or one that is declared in the file.
    fn reference(&mut self, name: &str, logical: Option<&str>, span: Span, namespace: &str) -> Type {
        if name == "null" {
            return Type::new(span, Kind::Null);
        }
        match primitive(name, logical) {
            Some(Ok(data_type)) => Type::new(span, Kind::Value(data_type)),
            Some(Err((message, help))) => Type::refused(span, message, help),
            None => {
                let full = qualified(name, namespace);
                let declared = self.names.get(&full).cloned().unwrap_or(full);
                Type::new(span, Kind::Named { path: vec![declared], arguments: Vec::new() })
            }
        }
    }
}

fn no_schema(span: Span) -> Type {
    Type::refused(
        span,
        "this is no schema",
        "Write the name of a type, such as `\"string\"`, or an object with a `type`.",
    )
}

/// The full and the short name of a type.
fn full_name(schema: &Json, namespace: &str) -> Option<(String, String)> {
    let name = schema.get("name")?.text()?;
    let namespace = schema.get("namespace").and_then(Json::text).unwrap_or(namespace);
    let short = name.rsplit('.').next().unwrap_or(name).to_owned();
    Some((qualified(name, namespace), short))
}

/// A name with a dot is a full one already.
fn qualified(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}

/// The place of a name without its namespace.
fn last_part(name: &Json) -> Span {
    let span = name.place();
    let short = name.text().map_or(0, |name| name.rsplit('.').next().unwrap_or(name).len());
    span.end.saturating_sub(short).max(span.start)..span.end
}
