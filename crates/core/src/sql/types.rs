//! Which type a field has in the database.

use super::{ident, string};
use crate::schema::{Absence, DataType, Field, Item, Precise, Spelled};

/// The type of a field's column.
///
/// Scalars that may be absent are `Nullable`, and so are nested objects. An array cannot be
/// `Nullable` in ClickHouse; one that may be absent is a `Variant` of one type, which keeps an
/// absent array apart from an empty one.
/// See <https://clickhouse.com/docs/sql-reference/data-types/variant>.
pub fn column_type(field: &Field) -> String {
    with_absence(&field.data_type, field.absence != Absence::Never)
}

/// The type of an array's elements.
pub fn item_type(item: &Item) -> String {
    with_absence(&item.data_type, item.nullable)
}

fn with_absence(data_type: &DataType, nullable: bool) -> String {
    let plain = plain_type(data_type);
    match data_type {
        _ if !nullable => plain,
        DataType::Array(_) => format!("Variant({plain})"),
        // The other way round is no type.
        DataType::Precise(Precise::Text(Spelled::LowCardinality)) => {
            "LowCardinality(Nullable(String))".to_owned()
        }
        DataType::String
        | DataType::Number
        | DataType::Boolean
        | DataType::BigInt
        | DataType::Date
        | DataType::StringEnum(_)
        | DataType::IntegerEnum(_)
        | DataType::Object(_)
        | DataType::Precise(_) => format!("Nullable({plain})"),
    }
}

fn plain_type(data_type: &DataType) -> String {
    match data_type {
        DataType::String => "String".to_owned(),
        DataType::Number => "Float64".to_owned(),
        DataType::Boolean => "Bool".to_owned(),
        DataType::BigInt => "Int64".to_owned(),
        DataType::Date => "DateTime64(3, 'UTC')".to_owned(),
        DataType::StringEnum(values) => {
            enum_type(values.iter().enumerate().map(|(i, value)| (value.as_str(), i as i64 + 1)))
        }
        DataType::IntegerEnum(values) => {
            enum_type(values.iter().map(|(name, value)| (name.as_str(), i64::from(*value))))
        }
        DataType::Array(item) => format!("Array({})", item_type(item)),
        DataType::Object(fields) => object_type(fields),
        DataType::Precise(of) => of.to_string(),
    }
}

/// The type of a nested object, or of a whole record.
pub fn object_type(fields: &[Field]) -> String {
    let fields: Vec<_> =
        fields.iter().map(|field| format!("{} {}", ident(&field.name), column_type(field))).collect();
    format!("Tuple({})", fields.join(", "))
}

/// `Enum8` while every number fits into a byte, else `Enum16`.
fn enum_type<'a>(values: impl Iterator<Item = (&'a str, i64)> + Clone) -> String {
    let bits = if values.clone().all(|(_, number)| i8::try_from(number).is_ok()) { 8 } else { 16 };
    let values: Vec<_> = values.map(|(name, number)| format!("{} = {number}", string(name))).collect();
    format!("Enum{bits}({})", values.join(", "))
}
