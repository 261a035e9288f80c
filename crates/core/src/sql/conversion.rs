//! Whether what an expression of the user's gives can be stored in a field, as nothing else than it is.
//!
//! The database would convert nearly anything into nearly anything, and lose what does not fit without a
//! word. So conversions that can lose something have to be written.

use crate::schema::{DataType, Field, Precise, Spelled};

/// Why a value of a type of the database cannot be stored in a field, and what to do; `None` where it can.
pub fn misfit(field: &Field, found: &str) -> Option<&'static str> {
    let found = inner(found, "LowCardinality").unwrap_or(found);
    let may_be_null = !field.absence.is_never();
    let (found, is_nullable) = inner(found, "Nullable").map_or((found, false), |found| (found, true));
    if is_nullable && !may_be_null {
        return Some("it may be NULL, and the field may not: use ifNull, coalesce or assumeNotNull");
    }
    // NULL itself, and what is in an empty array.
    if found == "Nothing" {
        return None;
    }
    let begins = |names: &[&str]| names.iter().any(|name| found.split('(').next() == Some(name));
    let (fits, help) = match field.data_type {
        DataType::String => {
            (begins(&["String", "FixedString", "Enum8", "Enum16"]), "make a text of it: toString")
        }
        DataType::Number => (
            begins(&[
                "Int8", "Int16", "Int32", "Int64", "Int128", "Int256", "UInt8", "UInt16", "UInt32", "UInt64",
                "UInt128", "UInt256", "Float32", "Float64", "BFloat16", "Decimal",
            ]),
            "make a number of it: toFloat64OrNull, toUnixTimestamp",
        ),
        DataType::BigInt => (
            begins(&["Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32"]),
            "make a whole number of it: toInt64, accurateCastOrNull",
        ),
        DataType::Boolean => (begins(&["Bool", "UInt8"]), "make a truth value of it: x != 0"),
        DataType::Date => (
            begins(&["Date", "Date32", "DateTime", "DateTime64"]),
            "make a date of it: parseDateTime64BestEffortOrNull(x, 3, 'UTC'), fromUnixTimestamp64Milli",
        ),
        DataType::StringEnum(_) | DataType::IntegerEnum(_) => {
            (begins(&["String", "Enum8", "Enum16"]), "give one of its words")
        }
        DataType::Array(_) => (begins(&["Array", "Variant"]), "make an array of it: [x], splitByChar"),
        DataType::Object(_) => (begins(&["Tuple"]), "make an object of it: (x, y)"),
        DataType::Precise(of) => {
            let fits = match of {
                Precise::Text(Spelled::LowCardinality) => {
                    begins(&["String", "FixedString", "Enum8", "Enum16"])
                }
                Precise::Text(Spelled::CalendarDate) => begins(&["Date", "Date32"]),
                of => found.parse().is_ok_and(|found| of.holds(found)),
            };
            (fits, "make the type of the column of it, such as accurateCastOrNull(x, 'Int32')")
        }
    };
    (!fits).then_some(help)
}

/// What is between the brackets of a type of this name.
fn inner<'t>(found: &'t str, name: &str) -> Option<&'t str> {
    found.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Absence;

    #[test]
    fn what_could_lose_something_has_to_be_written() {
        let fits = |data_type: DataType, absence, found| {
            let field = Field { name: "x".parse().unwrap(), data_type, absence, key: false };
            misfit(&field, found).is_none()
        };
        let (never, null) = (Absence::Never, Absence::Null);
        assert!(fits(DataType::Number, never, "UInt16"));
        assert!(fits(DataType::String, never, "LowCardinality(String)"));
        assert!(fits(DataType::String, null, "LowCardinality(Nullable(String))"));
        assert!(fits(DataType::String, null, "Nullable(Nothing)"));
        assert!(fits(DataType::Date, never, "DateTime64(3, 'UTC')"));
        assert!(!fits(DataType::String, never, "Nullable(String)"));
        assert!(!fits(DataType::String, never, "Nullable(Nothing)"));
        assert!(!fits(DataType::String, never, "Float64"));
        assert!(!fits(DataType::BigInt, never, "Float64"));
        assert!(!fits(DataType::BigInt, never, "UInt64"));
        assert!(!fits(DataType::Number, never, "DateTime"));
        let precise = |name: &str| DataType::Precise(name.parse().unwrap());
        assert!(fits(precise("Int32"), never, "UInt8") && !fits(precise("Int32"), never, "Int64"));
        assert!(fits(precise("Decimal(10, 2)"), never, "Decimal(9, 2)"));
        assert!(!fits(precise("Decimal(10, 2)"), never, "Float64"));
        assert!(fits(precise("Date32"), null, "Nullable(Date)") && !fits(precise("UUID"), never, "String"));
    }
}
