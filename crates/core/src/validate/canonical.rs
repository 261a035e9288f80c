//! The canonical form of a record: what topics hold and what the landing table is given.
//!
//! It is one line of JSON, written so that ClickHouse's JSONEachRow reads exactly the validated
//! values into the columns of [`crate::sql::column_type`]:
//! - Fields stand in the order of the schema, without white space. Unknown fields are not there,
//!   and neither are fields that hold nothing: the database reads a missing field as NULL, for
//!   `Nullable`, for nested objects and for arrays that may be absent. Nothing is `null` only as
//!   an element of an array.
//! - A `number` is the double nearest to what was sent, in the shortest decimal text that reads
//!   back as it; whole numbers below 2^53 have no point. `-0` stays `-0.0`.
//! - A `bigint` is an integer literal, and so is every other whole number. A `Float32` is the single
//!   nearest to what was sent, in the shortest text that reads back as it.
//! - A `Date` is `"YYYY-MM-DD HH:MM:SS.mmm"`, UTC.
//! - An enum of integers is its integer.
//! - A string is escaped only where JSON demands it.
//!
//! Equal records have equal bytes, and validating a canonical record gives the same bytes again.

use std::io::Write as _;

/// The settings under which ClickHouse reads the canonical form as it is meant.
///
/// Most are defaults of today's version; they are sent all the same, so that neither the profile
/// of a server nor another version changes what an event means. A field that the table does not
/// have is an error here, never dropped: validation has dropped what may be dropped.
///
/// No setting makes the engine refuse every row that is not canonical: for a column that is not
/// `Nullable`, a missing field is the default of its type, and `null` is NaN in a `Float64`. Only
/// validated records may be inserted.
///
/// See <https://clickhouse.com/docs/operations/settings/formats>.
pub const INSERT_SETTINGS: &[(&str, &str)] = &[
    // Without it one double in seven is off by one unit in the last place, and 5e-324 is 0.
    ("precise_float_parsing", "1"),
    ("date_time_input_format", "basic"),
    ("input_format_defaults_for_omitted_fields", "1"),
    ("input_format_null_as_default", "0"),
    ("input_format_skip_unknown_fields", "0"),
    ("input_format_json_named_tuples_as_objects", "1"),
    ("input_format_json_defaults_for_missing_elements_in_named_tuple", "1"),
    ("input_format_json_ignore_unknown_keys_in_named_tuple", "0"),
    ("input_format_json_empty_as_default", "0"),
    ("input_format_allow_errors_num", "0"),
    ("input_format_allow_errors_ratio", "0"),
];

/// Appends a string with its quotes.
pub(super) fn write_string(out: &mut Vec<u8>, text: &str) {
    // Writing to memory does not fail.
    let _ = serde_json::to_writer(out, text);
}

/// Appends the double nearest to the literal. When there is none but infinity, it appends
/// nothing and says so.
pub(super) fn write_number(out: &mut Vec<u8>, literal: &str) -> Result<(), NotFinite> {
    if is_its_own_shortest_text(literal) {
        out.extend_from_slice(literal.as_bytes());
        return Ok(());
    }
    match literal.parse::<f64>() {
        Ok(value) if value.is_finite() => {
            write_double(out, value);
            Ok(())
        }
        Ok(_) | Err(_) => Err(NotFinite),
    }
}

/// Appends the single nearest to the literal, in the same form.
pub(super) fn write_single(out: &mut Vec<u8>, literal: &str) -> Result<(), NotFinite> {
    let value = literal.parse::<f32>().ok().filter(|value| value.is_finite()).ok_or(NotFinite)?;
    let is_whole = value.trunc() == value && value.abs() < WHOLE_SINGLE;
    // Writing to memory does not fail.
    let _ = if is_whole && !(value == 0.0 && value.is_sign_negative()) {
        write!(out, "{value:.0}")
    } else {
        serde_json::to_writer(out, &value).map_err(Into::into)
    };
    Ok(())
}

/// The literal is beyond the largest double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotFinite;

/// Integers to this bound are written without a point.
const WHOLE: f64 = 9_007_199_254_740_992.0;

/// The same for singles.
const WHOLE_SINGLE: f32 = 16_777_216.0;

fn write_double(out: &mut Vec<u8>, value: f64) {
    let whole = value.trunc() == value && value.abs() < WHOLE && !(value == 0.0 && value.is_sign_negative());
    // Writing to memory does not fail.
    let _ = if whole {
        write!(out, "{value:.0}")
    } else {
        serde_json::to_writer(out, &value).map_err(Into::into)
    };
}

/// Whether [`write_double`] would write the literal as it stands.
///
/// Decimals of at most 15 digits survive the way through a double, so no shorter text stands for
/// the same one. This is most numbers of most events, and it saves reading and writing them. It
/// may say no for a literal that is.
fn is_its_own_shortest_text(literal: &str) -> bool {
    let digits = literal.strip_prefix('-').unwrap_or(literal).as_bytes();
    if digits.len() > 15 || digits.iter().any(|byte| matches!(byte, b'e' | b'E')) {
        return false;
    }
    match digits.iter().position(|byte| *byte == b'.') {
        // An integer; JSON has no leading zeros.
        None => literal != "-0",
        // The shortest text of small numbers has an exponent.
        Some(1) if digits[0] == b'0' => digits[2] != b'0' && !digits.ends_with(b"0"),
        Some(_) => !digits.ends_with(b"0"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(literal: &str) -> String {
        let mut out = Vec::new();
        write_number(&mut out, literal).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_have_one_spelling() {
        for (literal, canonical) in [
            ("1.0", "1"),
            ("1e2", "100"),
            ("0.10", "0.1"),
            ("-0", "-0.0"),
            ("-0.0", "-0.0"),
            ("0e5", "0"),
            ("0.05", "0.05"),
            ("0.00000001", "1e-8"),
            ("9007199254740991", "9007199254740991"),
            ("9007199254740993", "9007199254740992.0"),
            ("1e23", "1e+23"),
            ("100000000000000000000000", "1e+23"),
            ("5e-324", "5e-324"),
            ("1e-400", "0"),
        ] {
            assert_eq!(number(literal), canonical, "{literal}");
        }
    }

    #[test]
    fn a_single_is_the_nearest_to_what_was_sent() {
        let single = |literal: &str| {
            let mut out = Vec::new();
            write_single(&mut out, literal).map(|()| String::from_utf8(out).unwrap())
        };
        for (literal, canonical) in [
            ("0.1", "0.1"),
            ("0.10000000149011612", "0.1"),
            ("1.0", "1"),
            ("-0", "-0.0"),
            ("16777215", "16777215"),
            ("16777217", "16777216.0"),
            ("3.4028235e38", "3.4028235e+38"),
            ("1e-50", "0"),
        ] {
            assert_eq!(single(literal).unwrap(), canonical, "{literal}");
            assert_eq!(single(canonical).unwrap(), canonical);
        }
        assert_eq!(single("3.5e38"), Err(NotFinite));
    }

    #[test]
    fn a_number_beyond_the_largest_double_is_not_finite() {
        for literal in ["1e400", "-1e309", "1.8e308"] {
            assert_eq!(write_number(&mut Vec::new(), literal), Err(NotFinite), "{literal}");
        }
        assert_eq!(number("1.7976931348623157e308").parse(), Ok(f64::MAX));
    }

    proptest! {
        #[test]
        fn the_short_cut_writes_what_the_long_way_would(
            literal in r"-?(0|[1-9][0-9]{0,16})(\.[0-9]{1,16})?(e-?[0-9]{1,3})?"
        ) {
            let value: f64 = literal.parse().unwrap();
            prop_assume!(value.is_finite());
            let mut long = Vec::new();
            write_double(&mut long, value);
            prop_assert_eq!(number(&literal), String::from_utf8(long).unwrap());
        }

        #[test]
        fn every_double_reads_back_as_itself(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            let mut out = Vec::new();
            write_double(&mut out, value);
            let text = String::from_utf8(out).unwrap();
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), bits);
            prop_assert_eq!(number(&text), text);
        }
    }
}
