//! The names of precise types, which mean the same in all languages.

use antler_core::schema::{DataType, Precise};

use super::outline::{Kind, Type};

/// The type of that name. `Int64` and `Float64` are types that the languages have themselves.
pub(super) fn named(name: &str) -> Option<DataType> {
    match name {
        "Int64" => Some(DataType::BigInt),
        "Float64" => Some(DataType::Number),
        other => other.parse().ok().map(DataType::Precise),
    }
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
            let is_named = |of: &Precise| of.name().eq_ignore_ascii_case(text);
            Precise::ALL.into_iter().find(is_named).map(DataType::Precise)
        }
    }
}
