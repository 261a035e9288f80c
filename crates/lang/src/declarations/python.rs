//! Models as typed dictionaries of Python: what `json` reads and writes, for type checkers.
//!
//! Whatever JSON has is declared: names that are no names in Python too, by the other way to write a
//! `TypedDict`. `NotRequired` is in Python since 3.11 only, so it has to stand where nothing evaluates it.

use std::{
    collections::{BTreeSet, HashSet},
    fmt::Write as _,
};

use antler_core::schema::{Absence, DataType, Field, Item, Model};

/// Words that cannot name an attribute.
const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Whether a text is a name in Python.
pub(crate) fn is_name(text: &str) -> bool {
    let plain = text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
    plain && !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit()) && !KEYWORDS.contains(&text)
}

/// A class with the fields of a model, after those that it refers to. `about` is what it is, in words.
pub(crate) fn typed_dict(name: &str, model: &Model, about: &str) -> String {
    let mut printer = Printer { out: String::new(), names: HashSet::from([name.to_owned()]) };
    printer.class(name, &model.fields, Some(about));
    printer.out
}

struct Printer {
    out: String,
    names: HashSet<String>,
}

impl Printer {
    fn class(&mut self, name: &str, fields: &[Field], about: Option<&str>) {
        let types: Vec<_> = fields.iter().map(|field| self.of_field(name, field)).collect();
        let written = fields.iter().zip(&types);
        // In the body of a class, two leading underscores make another name.
        let plain =
            fields.iter().all(|field| is_name(field.name.as_str()) && !field.name.as_str().starts_with("__"));
        if plain {
            let _ = writeln!(self.out, "class {name}(TypedDict):");
            if let Some(about) = about {
                let _ = writeln!(self.out, "    \"\"\"{about}\"\"\"\n");
            }
            if fields.is_empty() && about.is_none() {
                self.out.push_str("    pass\n");
            }
            for (field, of) in written {
                let _ = writeln!(self.out, "    {}: {of}", field.name);
            }
        } else {
            if let Some(about) = about {
                let _ = writeln!(self.out, "# {about}");
            }
            let _ = writeln!(self.out, "{name} = TypedDict(\n    \"{name}\",\n    {{");
            for (field, of) in written {
                let evaluated = !of.starts_with("NotRequired");
                let of = if evaluated { of.clone() } else { text(of) };
                let _ = writeln!(self.out, "        {}: {of},", text(field.name.as_str()));
            }
            self.out.push_str("    },\n)\n");
        }
        self.out.push_str("\n\n");
    }

    fn of_field(&mut self, class: &str, field: &Field) -> String {
        let of = self.of_type(class, field.name.as_str(), &field.data_type);
        match field.absence {
            Absence::Never => of,
            Absence::Undefined => format!("NotRequired[{of}]"),
            Absence::Null => format!("Optional[{of}]"),
            Absence::Either => format!("NotRequired[Optional[{of}]]"),
        }
    }

    fn of_type(&mut self, class: &str, field: &str, data_type: &DataType) -> String {
        match data_type {
            DataType::String => "str".to_owned(),
            DataType::Number => "float".to_owned(),
            DataType::Boolean => "bool".to_owned(),
            DataType::BigInt => "int".to_owned(),
            DataType::Date => "datetime".to_owned(),
            DataType::Precise(of) if of.is_text() => "str".to_owned(),
            DataType::Precise(of) if of.whole_numbers().is_some() => "int".to_owned(),
            DataType::Precise(_) => "float".to_owned(),
            DataType::StringEnum(values) => literal(values.iter().map(|value| text(value))),
            DataType::IntegerEnum(names) => {
                let values: BTreeSet<_> = names.values().collect();
                literal(values.into_iter().map(ToString::to_string))
            }
            DataType::Array(item) => {
                let Item { data_type, nullable } = &**item;
                let of = self.of_type(class, field, data_type);
                if *nullable { format!("List[Optional[{of}]]") } else { format!("List[{of}]") }
            }
            DataType::Object(fields) => {
                let name = self.fresh(&format!("{class}_{field}"));
                self.class(&name, fields, None);
                name
            }
        }
    }

    /// A name for a nested object that no other has.
    fn fresh(&mut self, wanted: &str) -> String {
        let plain: String = wanted.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let mut name = plain.clone();
        for n in 2.. {
            if self.names.insert(name.clone()) {
                break;
            }
            name = format!("{plain}_{n}");
        }
        name
    }
}

fn literal(values: impl Iterator<Item = String>) -> String {
    format!("Literal[{}]", values.collect::<Vec<_>>().join(", "))
}

/// A text as a literal of Python.
fn text(value: &str) -> String {
    let mut out = String::from('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            c if c.is_alphanumeric() => out.push(c),
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_model_has_is_declared() {
        let model: Model = serde_json::from_value(serde_json::json!({ "name": "Flight", "fields": [
            { "name": "id", "type": "string", "key": true },
            { "name": "at", "type": "date", "absence": "null" },
            { "name": "haul", "type": { "string_enum": ["lo\"ng", "é\u{301}"] }, "absence": "undefined" },
            { "name": "terminal", "type": { "integer_enum": { "A": 2, "B": -1, "C": 2 } } },
            { "name": "stops", "type": { "array": { "nullable": true, "type": { "object": [
                { "name": "kind-of", "type": "big_int" },
                { "name": "from", "type": "boolean", "absence": "either" },
                { "name": "deep", "type": { "object": [{ "name": "__x", "type": "number" }] } },
            ] } } } },
        ] }))
        .unwrap();
        insta::assert_snapshot!(typed_dict("Flight_0_0", &model, "`Flight` 0.0."), @r#"
        Flight_0_0_stops_deep = TypedDict(
            "Flight_0_0_stops_deep",
            {
                "__x": float,
            },
        )


        Flight_0_0_stops = TypedDict(
            "Flight_0_0_stops",
            {
                "kind-of": int,
                "from": "NotRequired[Optional[bool]]",
                "deep": Flight_0_0_stops_deep,
            },
        )


        class Flight_0_0(TypedDict):
            """`Flight` 0.0."""

            id: str
            at: Optional[datetime]
            haul: NotRequired[Literal["lo\"ng", "é\U00000301"]]
            terminal: Literal[-1, 2]
            stops: List[Optional[Flight_0_0_stops]]
        "#);
    }

    #[test]
    fn nested_objects_have_names_of_their_own() {
        let object = |fields| serde_json::json!({ "object": fields });
        let number = serde_json::json!([{ "name": "n", "type": "number" }]);
        let model: Model = serde_json::from_value(serde_json::json!({ "name": "A", "fields": [
            { "name": "b_c", "type": object(number.clone()) },
            { "name": "b", "type": object(serde_json::json!([{ "name": "c", "type": object(number) }])) },
        ] }))
        .unwrap();
        let text = typed_dict("A", &model, "A.");
        let classes: Vec<_> = text.lines().filter(|line| line.starts_with("class ")).collect();
        assert_eq!(
            classes,
            [
                "class A_b_c(TypedDict):",
                "class A_b_c_2(TypedDict):",
                "class A_b(TypedDict):",
                "class A(TypedDict):"
            ]
        );
    }
}
