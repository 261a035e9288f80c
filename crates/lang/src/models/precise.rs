//! The names of precise types, which mean the same in all languages.

use antler_core::schema::{DataType, Precise, Spelled};

use super::outline::{Kind, Type};

/// The type of that name. `Int64` and `Float64` are types that the languages have themselves.
pub(super) fn named(name: &str) -> Option<DataType> {
    match name {
        "Int64" => Some(DataType::BigInt),
        "Float64" => Some(DataType::Number),
        "UUID" => Some(text(Spelled::Uuid)),
        "CalendarDate" => Some(text(Spelled::CalendarDate)),
        "LowCardinality" => Some(text(Spelled::LowCardinality)),
        other => Precise::NUMBERS.into_iter().find(|of| of.to_string() == other).map(DataType::Precise),
    }
}

/// `Decimal<10, 2>`.
pub(super) fn decimal(precision: &Type, scale: &Type) -> Option<DataType> {
    let integer = |of: &Type| match &of.kind {
        Kind::Value(DataType::IntegerEnum(values)) => values.values().next().copied(),
        _ => None,
    };
    digits(integer(precision)?.into(), integer(scale)?.into())
}

/// A decimal number with so many digits, so many of them behind the point.
pub(super) fn digits(precision: i64, scale: i64) -> Option<DataType> {
    Spelled::decimal(precision.try_into().ok()?, scale.try_into().ok()?).map(text)
}

fn text(of: Spelled) -> DataType {
    DataType::Precise(Precise::Text(of))
}

/// The type of a mark such as `AntlerColumn<"Int32">`, or of `ClickHouseInt<"int32">` of
/// `@514labs/moose-lib`.
pub(super) fn marked(of: &Type) -> Option<DataType> {
    let Kind::Value(DataType::StringEnum(words)) = &of.kind else { return None };
    annotated(words.first()?)
}

/// The type that a text names, as it may stand in `Annotated[int, "int32"]`.
pub(super) fn annotated(text: &str) -> Option<DataType> {
    match text {
        "int64" | "Int64" => Some(DataType::BigInt),
        "float64" | "Float64" => Some(DataType::Number),
        _ => {
            let is_named = |of: &Precise| of.to_string().eq_ignore_ascii_case(text);
            let number = Precise::NUMBERS.into_iter().find(is_named);
            number.or_else(|| text.parse().ok()).map(DataType::Precise).or_else(|| named(text))
        }
    }
}
