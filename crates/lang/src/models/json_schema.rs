//! Reads what a JSON Schema (2020-12, and what is the same in earlier drafts) says that values are.
//!
//! A file is a data model of the name that its `title` says, or a bundle of models under `$defs`. What
//! only narrows values (`minimum`, `pattern`, `maxLength`) is passed over: a column does not know it.
//!
//! A type is declared under its name, and exported under its JSON pointer (`#/$defs/Place`), by which
//! `$ref` refers to it. Files refer to each other by relative paths; nothing is fetched.

mod references;
mod schemas;

use std::{collections::BTreeSet, sync::Arc};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::DataType,
};

use super::{
    json::{self, Json},
    language::Language,
    outline::{Declaration, Export, Kind, Outline, Role, Span, Type},
};

/// Where parts of a schema are declared: of 2020-12, and of drafts before 2019.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// Reads what a file declares.
pub(super) fn read(file: &Arc<SourceFile>) -> Outline {
    let mut outline = Outline::empty(file, Language::JsonSchema);
    match json::parse(file) {
        Ok(root) if is_schema(file, &root) => {
            let mut reader = Reader { outline, root: &root, wanted: BTreeSet::new() };
            reader.file();
            reader.outline
        }
        Ok(_) => outline,
        Err(problem) => {
            if is_named_schema(file) || file.text.contains("json-schema.org") {
                outline.problems.push(problem);
            }
            outline
        }
    }
}

/// The texts of JSON Schema: what columns they get is decided here.
fn text(format: &str) -> DataType {
    match format {
        "date-time" => DataType::Date,
        // A day has no time zone, so it is no point in time.
        "date" | "uuid" => DataType::String,
        // Others narrow texts, as a pattern does.
        _ => DataType::String,
    }
}

/// The numbers of JSON Schema: what columns they get is decided here.
fn number(name: &str) -> DataType {
    match name {
        "integer" => DataType::BigInt,
        _ => DataType::Number,
    }
}

fn is_named_schema(file: &SourceFile) -> bool {
    file.path.ends_with(".schema.json")
}

/// Whether a file is meant to be a schema. Other files in JSON may lie beside models.
fn is_schema(file: &SourceFile, root: &Json) -> bool {
    match root.get("$schema") {
        _ if is_named_schema(file) => true,
        Some(dialect) => dialect.text().is_some_and(|dialect| dialect.contains("json-schema.org")),
        None => {
            // A feature of GeoJSON has `properties` too.
            let is_object = root.get("type").is_none_or(|of| of.text() == Some("object"));
            let describes = ["properties", "allOf"].iter().any(|name| root.get(name).is_some());
            is_object && describes || DEFINITIONS.iter().any(|name| root.get(name).is_some())
        }
    }
}

struct Reader<'j> {
    outline: Outline,
    root: &'j Json,
    /// The pointers that something refers to.
    wanted: BTreeSet<String>,
}

impl Reader<'_> {
    fn file(&mut self) {
        let root = self.root;
        let is_bundle = root.get("title").is_none() && !schemas::describes_more_than_a_reference(root);
        let role = if is_bundle { Role::Candidate } else { Role::Part };
        for definitions in DEFINITIONS {
            for entry in root.get(definitions).map(Json::entries).unwrap_or_default() {
                let pointer = format!("#/{definitions}/{}", references::escaped(&entry.name));
                let title = entry.value.get("title").filter(|_| is_bundle);
                let (name, span) = match title.and_then(|title| Some((title.text()?, title.place()))) {
                    Some((title, span)) => (title.to_owned(), span),
                    None if is_bundle => (entry.name.clone(), entry.name_span.clone()),
                    None => (pointer.clone(), entry.name_span.clone()),
                };
                self.declare(&name, span, &entry.value, &pointer, role);
            }
        }
        if !is_bundle {
            self.root();
        } else if let Some(target) = root.get("$ref").and_then(Json::text)
            && let Some(Export::Local(name)) = self.outline.exports.get(target)
        {
            let name = name.clone();
            self.outline.export("#", &name);
        }
        // What is referred to may refer to more.
        while let Some(pointer) = self.wanted.pop_first() {
            if !self.outline.exports.contains_key(&pointer)
                && let Some(found) = references::find(root, &pointer)
            {
                self.declare(&pointer, found.place(), found, &pointer, Role::Part);
            }
        }
    }

    fn root(&mut self) {
        let root = self.root;
        match root.get("title").and_then(|title| Some((title.text()?, title.place()))) {
            Some((title, span)) => self.declare(title, span, root, "#", Role::Candidate),
            None => {
                let fields = root.get("properties").map(Json::entries).unwrap_or_default();
                if fields.iter().any(|field| field.value.is_key()) {
                    let message = "a schema that is a data model has its name as `title`";
                    self.outline.problems.push(
                        Diagnostic::error(Code::ModelName, message)
                            .with_label(&self.outline.file, root.place(), "at #")
                            .with_help("Add it, such as `\"title\": \"Flight\"`."),
                    );
                }
                self.declare("#", root.place(), root, "#", Role::Part);
            }
        }
    }

    fn declare(&mut self, name: &str, name_span: Span, schema: &Json, pointer: &str, role: Role) {
        let mut of = self.schema(schema, pointer);
        // A record without fields is told by its name.
        if matches!(of.kind, Kind::Record(_)) {
            of.span = name_span.clone();
        }
        // What is no object is a part of others, whatever it is called.
        let is_record = matches!(of.kind, Kind::Record(_) | Kind::AllOf(_) | Kind::Refused(_));
        let role = if is_record { role } else { Role::Part };
        self.outline.export(pointer, name);
        self.outline.declare(name, Declaration { name_span, parameters: Vec::new(), of, role });
    }

    /// A type at a pointer, which messages tell.
    fn at(&mut self, pointer: &str, span: Span, kind: Kind) -> Type {
        self.outline.pointers.insert(span.start, pointer.to_owned());
        Type::new(span, kind)
    }

    fn refused(
        &mut self,
        pointer: &str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Type {
        self.outline.pointers.insert(span.start, pointer.to_owned());
        Type::refused(span, message, help)
    }
}
