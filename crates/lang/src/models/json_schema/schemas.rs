//! A schema to the type that its values have.

use std::collections::BTreeSet;

use antler_core::schema::DataType;

use super::{Reader, number, references, text};
use crate::models::{
    json::{Entry, Json, Value},
    outline::{Kind, Member, Record, Refusal, Span, Type, literal},
};

/// The keywords that say what values are.
const DESCRIBING: [&str; 8] = ["type", "properties", "items", "enum", "const", "allOf", "anyOf", "oneOf"];

/// Keywords with which values of one field have several forms, and what to write in their stead.
const REFUSED: [(&str, &str); 6] = [
    (
        "patternProperties",
        "List the fields as `properties`, or use an array of objects with a key and a value.",
    ),
    ("prefixItems", "Use an object with a name for each part, or `items` of one type."),
    ("if", "Describe every field in `properties`; those that are not always there are not `required`."),
    (
        "dependentSchemas",
        "Describe every field in `properties`; those that are not always there are not `required`.",
    ),
    ("$dynamicRef", "Use `$ref`."),
    ("$recursiveRef", "Use `$ref`."),
];

const SAY_WHAT: &str =
    "Say what the values are, such as `\"type\": \"string\"`, or describe the `properties` of an object.";

/// Whether a schema says what values are, and not only which of them.
fn describes(schema: &Json) -> bool {
    schema.get("$ref").is_some() || describes_more_than_a_reference(schema)
}

/// Whether it says so itself.
pub(super) fn describes_more_than_a_reference(schema: &Json) -> bool {
    schema
        .entries()
        .iter()
        .any(|entry| DESCRIBING.contains(&entry.name.as_str()) && !references::is_definitions(&entry.name))
}

impl Reader<'_> {
    /// The type of the values of a schema.
    pub(super) fn schema(&mut self, schema: &Json, pointer: &str) -> Type {
        let of = self.unmarked(schema, pointer);
        if !schema.is_key() {
            return of;
        }
        let span = of.span.clone();
        self.at(pointer, span, Kind::Key(Box::new(of)))
    }

    fn unmarked(&mut self, schema: &Json, pointer: &str) -> Type {
        if !matches!(schema.value, Value::Object(_)) {
            return self.refused(pointer, schema.place(), "values of any type cannot be stored", SAY_WHAT);
        }
        for (keyword, help) in REFUSED {
            if let Some(entry) = schema.entry(keyword) {
                let pointer = format!("{pointer}/{keyword}");
                let message = format!("`{keyword}` cannot be stored in columns");
                return self.refused(&pointer, entry.name_span.clone(), message, help);
            }
        }
        let mut parts = Vec::new();
        if let Some(target) = schema.get("$ref") {
            parts.push(self.reference(target, &format!("{pointer}/$ref")));
        }
        for (keyword, all) in [("allOf", true), ("anyOf", false), ("oneOf", false)] {
            let Some(entry) = schema.entry(keyword) else { continue };
            let inner = format!("{pointer}/{keyword}");
            let mut types = Vec::new();
            for (i, part) in entry.value.items().iter().enumerate() {
                // `anyOf` may only say which fields go together.
                if describes(part) || !matches!(part.value, Value::Object(_)) {
                    types.push(self.schema(part, &format!("{inner}/{i}")));
                }
            }
            if all {
                parts.extend(types);
            } else if !types.is_empty() {
                parts.push(self.at(&inner, entry.name_span.clone(), Kind::OneOf(types)));
            }
        }
        parts.extend(self.own(schema, pointer));
        let nullable = schema.get("nullable").is_some_and(Json::is_true);
        let of = match (parts.len(), parts.pop()) {
            (0, _) | (_, None) => {
                return self.refused(
                    pointer,
                    schema.place(),
                    "values of any type cannot be stored",
                    SAY_WHAT,
                );
            }
            (1, Some(only)) => only,
            (_, Some(last)) => {
                parts.push(last);
                self.at(pointer, schema.place(), Kind::AllOf(parts))
            }
        };
        if nullable {
            // Of OpenAPI 3.0.
            let (span, null) = (of.span.clone(), Type::new(of.span.clone(), Kind::Null));
            return self.at(pointer, span, Kind::OneOf(vec![of, null]));
        }
        of
    }

    /// What a schema says by itself.
    fn own(&mut self, schema: &Json, pointer: &str) -> Option<Type> {
        if let Some(entry) = schema.entry("const") {
            return Some(self.listed(&entry.name_span, std::slice::from_ref(&entry.value), pointer));
        }
        if let Some(entry) = schema.entry("enum") {
            return Some(self.listed(&entry.name_span, entry.value.items(), pointer));
        }
        let Some(entry) = schema.entry("type") else {
            // Many leave it out where it goes without saying.
            return if let Some(fields) = schema.entry("properties") {
                Some(self.object(schema, fields.name_span.clone(), pointer))
            } else {
                schema.entry("items").map(|items| self.list(schema, items.name_span.clone(), pointer))
            };
        };
        let names = match &entry.value.value {
            Value::List(names) => names.iter().collect(),
            _ => vec![&entry.value],
        };
        let mut types: Vec<_> = names.iter().map(|name| self.named_type(schema, name, pointer)).collect();
        match types.len() {
            1 => types.pop(),
            _ => Some(self.at(&format!("{pointer}/type"), entry.name_span.clone(), Kind::OneOf(types))),
        }
    }

    fn named_type(&mut self, schema: &Json, name: &Json, pointer: &str) -> Type {
        let span = name.place();
        let kind = match name.text() {
            Some("null") => Kind::Null,
            Some("boolean") => Kind::Value(DataType::Boolean),
            Some("string") => {
                Kind::Value(text(schema.get("format").and_then(Json::text).unwrap_or_default()))
            }
            Some(name @ ("integer" | "number")) => Kind::Value(number(name)),
            Some("object") => return self.object(schema, span, pointer),
            Some("array") => return self.list(schema, span, pointer),
            other => {
                let message = match other {
                    Some(name) => format!("there is no type `{name}` in JSON Schema"),
                    None => "a type is a text".to_owned(),
                };
                let help = "Use string, integer, number, boolean, array, object or null.";
                return self.refused(pointer, span, message, help);
            }
        };
        self.at(pointer, span, kind)
    }

    fn list(&mut self, schema: &Json, span: Span, pointer: &str) -> Type {
        let Some(items) = schema.get("items") else {
            let message = "a list of values of any type cannot be stored";
            return self.refused(pointer, span, message, "Say what `items` are.");
        };
        let inner = format!("{pointer}/items");
        if matches!(items.value, Value::List(_)) {
            let help = "Use an object with a name for each part, or `items` of one type.";
            return self.refused(&inner, items.place(), "a tuple cannot be stored", help);
        }
        let item = self.schema(items, &inner);
        self.at(pointer, span, Kind::List(Box::new(item)))
    }

    fn object(&mut self, schema: &Json, span: Span, pointer: &str) -> Type {
        let properties = schema.get("properties").map(Json::entries).unwrap_or_default();
        let required: Vec<&Json> =
            schema.get("required").map(|names| names.items().iter().collect()).unwrap_or_default();
        let always: BTreeSet<&str> = required.iter().filter_map(|name| name.text()).collect();
        let mut record = Record::default();
        for Entry { name, name_span, value } in properties {
            let of = self.schema(value, &format!("{pointer}/properties/{}", references::escaped(name)));
            record.members.push(Member {
                name: name.clone(),
                name_span: name_span.clone(),
                optional: !always.contains(name.as_str()),
                of,
            });
        }
        let others = schema.entry("additionalProperties");
        if let Some(others) = others.filter(|others| matches!(others.value.value, Value::Object(_))) {
            self.outline.pointers.insert(others.name_span.start, format!("{pointer}/additionalProperties"));
            record.refused.push(Refusal::new(
                others.name_span.clone(),
                "an object with any field names cannot be stored",
                "List the fields as `properties`, or use an array of objects with a key and a value.",
            ));
        }
        for name in required {
            let known = |name: &str| properties.iter().any(|property| property.name == name);
            if name.text().is_some_and(|name| !known(name)) {
                self.outline.pointers.insert(name.place().start, format!("{pointer}/required"));
                record.refused.push(Refusal::new(
                    name.place(),
                    format!("`{}` is required, and nothing says what it is", name.text().unwrap_or_default()),
                    "Describe it in `properties`.",
                ));
            }
        }
        self.at(pointer, span, Kind::Record(record))
    }

    /// The type of values that are listed one by one.
    fn listed(&mut self, span: &Span, values: &[Json], pointer: &str) -> Type {
        if values.is_empty() {
            let help = "List the values, or say their `type`.";
            return self.refused(pointer, span.clone(), "an enum without values cannot be stored", help);
        }
        let mut types = Vec::new();
        for value in values {
            let span = value.place();
            self.outline.pointers.insert(span.start, pointer.to_owned());
            types.push(match value.value {
                Value::Null => Type::new(span, Kind::Null),
                Value::Boolean(_) => Type::refused(
                    span,
                    "only texts and integers can be listed one by one",
                    "Use `\"type\": \"boolean\"`.",
                ),
                _ => literal(span, value.constant()),
            });
        }
        self.at(pointer, span.clone(), Kind::OneOf(types))
    }
}
