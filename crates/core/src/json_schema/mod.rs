//! The records of a model as JSON Schema (2020-12): what [`crate::validate`] accepts, for tools.
//!
//! A schema describes values, and the validator reads text, so some differences cannot be helped.
//! The validator refuses, and the schema does not:
//! - a `bigint` as a string whose digits are escaped, and one with a point or an exponent that is out
//!   of range as it is written and within it as the nearest double;
//! - a `number` beyond the largest double, and a `Date` with more digits before its point than any
//!   time has (`0e30`);
//! - a decimal number that has more digits behind its point than its column;
//! - a string with half of a surrogate pair;
//! - a field that stands twice, and anything nested deeper than 128 levels in a field that the
//!   model does not have.
//!
//! Within a day of the years 1900 and 2300 it depends on the offset whether a text is a `Date`; the
//! schema looks at the year alone.

mod patterns;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::{
    schema::{Absence, DataType, Field, Model, Precise, Spelled},
    validate::UnknownFields,
};

/// The schema of one record of a model, complete in itself.
pub fn document(model: &Model, unknown_fields: UnknownFields) -> Value {
    let mut schema = record(model, unknown_fields, "#/$defs");
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["$defs"] = Value::Object(definitions());
    schema
}

/// The schema of one record of a model, as a part of a document that has [`definitions`] at the
/// pointer given, such as `#/components/schemas`.
pub fn record(model: &Model, unknown_fields: UnknownFields, definitions: &str) -> Value {
    let mut schema = Writer { unknown_fields, definitions }.object(&model.fields);
    schema["title"] = json!(model.name.to_string());
    schema
}

/// The types that records refer to, by name.
pub fn definitions() -> Map<String, Value> {
    let big_int = json!({
        "description": "A signed 64-bit integer. As a string of digits it survives readers that know doubles only.",
        "examples": [42, "9223372036854775807"],
        "anyOf": [
            { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX },
            { "type": "string", "pattern": patterns::big_int() },
        ],
    });
    // The years 1900 to 2299.
    let [seconds, milliseconds] =
        [1, 1000].map(|unit| (-2_208_988_800_i64 * unit, 10_413_792_000_i64 * unit));
    let date = json!({
        "description": "A time in the years 1900 to 2299: RFC 3339, the same with a space or without an offset \
                        (UTC), a date alone (its midnight), or Unix time in seconds or, from 10^11 away \
                        from zero, in milliseconds.",
        "examples": ["2026-01-31T12:00:00Z", "2026-01-31 12:00:00", "2026-01-31", 1_769_860_800_000_i64],
        "anyOf": [
            { "type": "string", "pattern": patterns::date() },
            { "type": "number", "minimum": seconds.0, "exclusiveMaximum": seconds.1 },
            { "type": "number", "minimum": 100_000_000_000_i64, "exclusiveMaximum": milliseconds.1 },
            // Milliseconds are whole, rounded towards the past.
            { "type": "number", "minimum": milliseconds.0, "exclusiveMaximum": -99_999_999_999_i64 },
        ],
    });
    Map::from_iter([(BIG_INT.to_owned(), big_int), (DATE.to_owned(), date)])
}

const BIG_INT: &str = "BigInt";
const DATE: &str = "Date";

struct Writer<'a> {
    unknown_fields: UnknownFields,
    definitions: &'a str,
}

impl Writer<'_> {
    fn object(&self, fields: &[Field]) -> Value {
        let property = |field: &Field| {
            let of = self.data_type(&field.data_type);
            let of = if field.absence == Absence::Never { of } else { or_null(of) };
            (field.name.to_string(), of)
        };
        let required: Vec<_> =
            fields.iter().filter(|field| field.absence == Absence::Never).map(|field| &field.name).collect();
        let mut schema = json!({
            "type": "object",
            "properties": fields.iter().map(property).collect::<Map<_, _>>(),
            "required": required,
        });
        match self.unknown_fields {
            UnknownFields::Drop => {}
            UnknownFields::Refuse => schema["additionalProperties"] = json!(false),
        }
        schema
    }

    fn data_type(&self, of: &DataType) -> Value {
        match of {
            DataType::String => json!({ "type": "string" }),
            DataType::Number => json!({ "type": "number", "format": "double" }),
            DataType::Boolean => json!({ "type": "boolean" }),
            DataType::BigInt => self.reference(BIG_INT),
            DataType::Date => self.reference(DATE),
            DataType::StringEnum(values) => json!({ "enum": values }),
            DataType::IntegerEnum(names) => {
                let values: BTreeSet<_> = names.values().collect();
                json!({ "enum": values })
            }
            DataType::Array(item) => {
                let of = self.data_type(&item.data_type);
                json!({ "type": "array", "items": if item.nullable { or_null(of) } else { of } })
            }
            DataType::Object(fields) => self.object(fields),
            DataType::Precise(of) => precise(*of),
        }
    }

    fn reference(&self, name: &str) -> Value {
        json!({ "$ref": format!("{}/{name}", self.definitions) })
    }
}

fn spelled(of: Spelled) -> Value {
    let mut text = json!({ "type": "string" });
    if let Some(pattern) = of.pattern() {
        text["pattern"] = json!(pattern);
    }
    match of {
        Spelled::LowCardinality => {}
        Spelled::Uuid => text["format"] = json!("uuid"),
        Spelled::CalendarDate => text["format"] = json!("date"),
        Spelled::Decimal { precision, scale } => {
            let beyond = 10_f64.powi(i32::from(precision - scale));
            return json!({
                "description": format!("{}. As a string it keeps its digits whoever reads it.", capital(&of.values())),
                "anyOf": [{ "type": "number", "exclusiveMinimum": -beyond, "exclusiveMaximum": beyond }, text],
            });
        }
    }
    text
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
}

fn precise(of: Precise) -> Value {
    if let Precise::Text(of) = of {
        return spelled(of);
    }
    let number = match of.whole_numbers() {
        Some((least, greatest)) => json!({
            "type": "integer",
            "format": of.to_string().to_ascii_lowercase(),
            "minimum": Value::from(least as i64),
            // None of them is negative, and the largest needs all 64 bits.
            "maximum": Value::from(greatest as u64),
        }),
        // What is nearer to infinity than to the largest single is no single.
        None => json!({
            "type": "number",
            "format": "float",
            "exclusiveMinimum": -BEYOND_SINGLES,
            "exclusiveMaximum": BEYOND_SINGLES,
        }),
    };
    if of.is_double() {
        return number;
    }
    json!({
        "description": "A 64-bit integer without a sign. As a string of digits it survives readers that know doubles only.",
        "anyOf": [number, { "type": "string", "pattern": patterns::unsigned() }],
    })
}

/// Half way between the largest single and the next one, if there were one.
const BEYOND_SINGLES: f64 = 3.402_823_567_797_336_6e38;

/// The schema of a value or `null`.
fn or_null(mut schema: Value) -> Value {
    if let Some(values) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        values.push(Value::Null);
        return schema;
    }
    match schema.get("type").cloned() {
        Some(name) => {
            schema["type"] = json!([name, "null"]);
            schema
        }
        None => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::validate::{
        Validator,
        laws::{any_model, any_value, model_and_record},
    };

    fn model(fields: Value) -> Model {
        serde_json::from_value(json!({ "name": "M", "fields": fields })).unwrap()
    }

    #[test]
    fn a_model_is_a_schema_that_people_can_read() {
        let fields = json!([
            { "name": "id", "type": "string", "key": true },
            { "name": "at", "type": "date" },
            { "name": "n", "type": "big_int", "absence": "null" },
            { "name": "tags", "type": { "array": { "type": "string", "nullable": true } } },
            { "name": "kind", "type": { "string_enum": ["a", "b"] }, "absence": "undefined" },
            { "name": "stop", "type": { "object": [{ "name": "terminal", "type": { "integer_enum": { "A": 1 } } }] } },
        ]);
        let schema = record(&model(fields), UnknownFields::Refuse, "#/components/schemas");
        insta::assert_snapshot!(serde_json::to_string_pretty(&schema).unwrap());
    }

    /// Whether the schema and the validator may disagree, as the head of this module says.
    fn may_differ(of: &DataType, value: &Value) -> bool {
        match (of, value) {
            (DataType::BigInt, Value::Number(number)) => {
                number.is_f64() && number.as_f64() == Some(i64::MIN as f64)
            }
            (DataType::Precise(Precise::UInt64), Value::Number(number)) => {
                number.is_f64() && number.as_f64() == Some(u64::MAX as f64)
            }
            (DataType::Precise(Precise::Text(Spelled::Decimal { .. })), Value::Number(_)) => true,
            (DataType::Date, Value::String(text)) => {
                ["1899-", "1900-01-01", "2299-12-31", "2300-"].iter().any(|edge| text.starts_with(edge))
            }
            (DataType::Array(item), Value::Array(items)) => {
                items.iter().any(|value| may_differ(&item.data_type, value))
            }
            (DataType::Object(fields), Value::Object(members)) => fields.iter().any(|field| {
                members.get(field.name.as_str()).is_some_and(|value| may_differ(&field.data_type, value))
            }),
            _ => false,
        }
    }

    fn agree(model: &Model, value: &Value) -> Result<(), TestCaseError> {
        if may_differ(&DataType::Object(model.fields.clone()), value) {
            return Ok(());
        }
        for unknown in [UnknownFields::Drop, UnknownFields::Refuse] {
            let schema = jsonschema::draft202012::new(&document(model, unknown)).unwrap();
            let accepted =
                Validator::new(model, unknown).record(value.to_string().as_bytes(), &mut Vec::new());
            prop_assert_eq!(schema.is_valid(value), accepted.is_ok(), "{:?}: {:?}", unknown, accepted);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn a_record_conforms_to_the_schema_if_and_only_if_it_is_accepted(
            (model, record) in model_and_record()
        ) {
            agree(&model, &record)?;
        }

        #[test]
        fn any_other_value_is_judged_alike(model in any_model(), value in any_value()) {
            agree(&model, &value)?;
        }

        #[test]
        fn a_bigint_and_a_date_are_judged_alike_near_their_bounds(
            text in prop_oneof![
                "-?0{0,2}922337203685477(5[78]0[678]|58[01][0-9])",
                "-?[0-9]{17,20}",
                "(19|2[0-3])[0-9][0-9]-(0[0-9]|1[0-3])-(2[7-9]|3[0-2]|0[01])",
                "2024-02-29[Tt ]2[0-4]:[0-6]0:(00|59|60)(\\.[0-9]{0,2})?([Zz]|[+-](2[34]|00):(59|60))?",
            ],
            number in prop_oneof![
                Just(i64::MAX as u64 + 1).prop_map(Value::from),
                select_near(&[i64::MIN, i64::MAX, 0, -2_208_988_800, 10_413_792_000, 100_000_000_000,
                    -100_000_000_000, -2_208_988_800_000, 10_413_792_000_000]),
            ],
            fraction in proptest::sample::select(vec![0.0, 0.5, 0.0001, -0.0001, -0.5]),
        ) {
            let model = model(json!([{ "name": "n", "type": "big_int", "absence": "null" },
                { "name": "at", "type": "date", "absence": "null" }]));
            for value in [json!(text), number.clone(), json!(number.as_f64().unwrap() + fraction)] {
                agree(&model, &json!({ "n": value }))?;
                agree(&model, &json!({ "at": value }))?;
            }
        }
    }

    fn select_near(bounds: &[i64]) -> impl Strategy<Value = Value> + use<> {
        let near = bounds.iter().flat_map(|bound| [-2, -1, 0, 1, 2].map(|step| bound.saturating_add(step)));
        proptest::sample::select(near.map(Value::from).collect::<Vec<_>>())
    }
}
