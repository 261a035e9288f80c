//! Rows full of edge values, in their forms for Node and for comparison.

use antler_core::{
    schema::{DataType, Field, Precise, Spelled},
    sql::item_type,
};
use serde_json::{Value as Json, json};

pub use antler_core::edge::{Chance, Value, rows};

/// A value as `oracle.mjs` reads it.
pub fn json(value: &Value) -> Json {
    match value {
        Value::Nothing => Json::Null,
        Value::Text(text) => json!(text),
        Value::Number(number) => json!(number.to_bits().to_string()),
        Value::Boolean(value) => json!(value),
        Value::BigInt(number) => json!(number.to_string()),
        Value::Unsigned(number) => json!(number.to_string()),
        Value::Date(ms) => json!(ms),
        Value::Member(_, number) => json!(number),
        Value::List(items) | Value::Object(items) => items.iter().map(json).collect(),
    }
}

/// SQL for the canonical text of a column, as `oracle.mjs` writes it.
pub fn canonical(column: &str, field: &Field) -> String {
    let optional = !field.absence.is_never();
    match &field.data_type {
        DataType::Array(item) if optional => {
            let array =
                format!("variantElement({column}, 'Array({})')", item_type(item).replace('\'', "\\'"));
            format!("if(isNull({column}), 'null', {})", plain(&array, &field.data_type))
        }
        DataType::Object(_) if optional => {
            format!(
                "if(isNull({column}), 'null', {})",
                plain(&format!("assumeNotNull({column})"), &field.data_type)
            )
        }
        data_type if optional => format!("ifNull({}, 'null')", plain(column, data_type)),
        data_type => plain(column, data_type),
    }
}

fn plain(value: &str, data_type: &DataType) -> String {
    match data_type {
        DataType::String => format!("hex({value})"),
        DataType::Number => {
            format!("if(isNaN({value}), 'nan', toString(reinterpretAsUInt64({value})))")
        }
        DataType::Precise(Precise::Text(Spelled::Decimal { scale, .. })) => {
            format!("hex(toDecimalString({value}, {scale}))")
        }
        DataType::Precise(Precise::Text(_)) => format!("hex(toString({value}))"),
        DataType::Precise(Precise::Float32) => {
            format!("if(isNaN({value}), 'nan', toString(reinterpretAsUInt32({value})))")
        }
        DataType::Boolean | DataType::BigInt | DataType::Precise(_) => format!("toString({value})"),
        DataType::Date => format!("toString(toUnixTimestamp64Milli({value}))"),
        DataType::StringEnum(_) => format!("hex(toString({value}))"),
        DataType::IntegerEnum(_) => format!("toString(toInt16({value}))"),
        DataType::Array(item) => {
            let inner = plain("item", &item.data_type);
            let inner = if item.nullable { format!("ifNull({inner}, 'null')") } else { inner };
            format!("concat('[', arrayStringConcat(arrayMap(item -> {inner}, {value}), ','), ']')")
        }
        DataType::Object(fields) => {
            let parts: Vec<_> = fields
                .iter()
                .map(|field| canonical(&format!("tupleElement({value}, '{}')", field.name), field))
                .collect();
            format!("concat('{{', {}, '}}')", parts.join(", ',', "))
        }
    }
}
