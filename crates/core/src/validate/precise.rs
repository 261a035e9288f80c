//! Values of [`Precise`] types as producers write them.
//!
//! Nothing is rounded or cut to fit, with one exception: a `Float32` is the nearest single, as a `number`
//! is the nearest double. A whole number may be written in any form that JSON has for it. One of 64 bits
//! may be a string of digits as well, because many readers of JSON know doubles only.

use std::io::Write as _;

use super::{
    canonical::{write_single, write_string},
    integer,
    text::Text,
};
use crate::schema::Precise;

/// The value is none of the type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Misfit;

/// Appends the canonical form of a number, given as its literal.
pub(super) fn write_number(out: &mut Vec<u8>, of: Precise, literal: &str) -> Result<(), Misfit> {
    match (of, of.whole_numbers()) {
        (Precise::Text(of), _) => {
            write_string(out, &of.canonical_number(literal).ok_or(Misfit)?);
            Ok(())
        }
        (_, Some(range)) => write_whole(out, range, integer::from_number(literal)),
        (_, None) => write_single(out, literal).map_err(|_| Misfit),
    }
}

/// Appends the canonical form of a value that is given as a string.
pub(super) fn write_text(out: &mut Vec<u8>, of: Precise, text: Text<'_>) -> Result<(), Misfit> {
    match of {
        Precise::Text(of) => {
            let text = text.decode().map_err(|_| Misfit)?;
            write_string(out, &of.canonical(&text).ok_or(Misfit)?);
            Ok(())
        }
        // Digits that are escaped are no digits, as for a `bigint`.
        Precise::UInt64 => write_whole(
            out,
            (u64::MIN.into(), u64::MAX.into()),
            integer::from_text::<u64>(text.raw).map(i128::from),
        ),
        Precise::Int8
        | Precise::Int16
        | Precise::Int32
        | Precise::UInt8
        | Precise::UInt16
        | Precise::UInt32
        | Precise::Float32 => Err(Misfit),
    }
}

/// What is accepted, in the words of a message.
pub(super) fn expected(of: Precise) -> String {
    if let Precise::Text(of) = of {
        return format!("{}, {}", of.typescript(), of.values());
    }
    match of.whole_numbers() {
        Some((least, greatest)) if of == Precise::UInt64 => {
            format!("{of} from {least} to {greatest}, in digits")
        }
        Some((least, greatest)) => format!("{of}, a whole number from {least} to {greatest}"),
        None => format!("{of}, a number from {:e} to {:e}", f32::MIN, f32::MAX),
    }
}

fn write_whole(
    out: &mut Vec<u8>,
    (least, greatest): (i128, i128),
    value: Option<i128>,
) -> Result<(), Misfit> {
    let value = value.filter(|value| (least..=greatest).contains(value)).ok_or(Misfit)?;
    // Writing to memory does not fail.
    let _ = write!(out, "{value}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::{
        schema::Spelled,
        validate::{UnknownFields, Validator},
    };

    fn canonical(of: Precise, value: &str) -> String {
        let fields =
            format!(r#"{{"name": "M", "fields": [{{"name": "n", "type": {{"precise": "{of}"}}}}]}}"#);
        let validator = Validator::new(&serde_json::from_str(&fields).unwrap(), UnknownFields::Drop);
        let mut out = Vec::new();
        match validator.record(format!(r#"{{"n": {value}}}"#).as_bytes(), &mut out) {
            Ok(()) => String::from_utf8(out).unwrap().trim_end().to_owned(),
            Err(violations) => violations.to_string(),
        }
    }

    #[test]
    fn a_whole_number_is_taken_to_the_ends_of_its_range_in_any_form() {
        for of in Precise::NUMBERS {
            let Some((least, greatest)) = of.whole_numbers() else { continue };
            for value in [least, 0, 1, greatest] {
                for spelling in [format!("{value}"), format!("{value}.0"), format!("{value}.0e0")] {
                    assert_eq!(canonical(of, &spelling), format!(r#"{{"n":{value}}}"#), "{of}");
                }
            }
            for value in [least - 1, greatest + 1] {
                assert!(canonical(of, &value.to_string()).contains("expected"), "{of} {value}");
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_the_range() {
        assert_snapshot!(canonical(Precise::Int8, "128"), @"record 0, /n: expected Int8, a whole number from -128 to 127; found 128");
        assert_snapshot!(canonical(Precise::UInt32, "1.5"), @"record 0, /n: expected UInt32, a whole number from 0 to 4294967295; found 1.5");
        assert_snapshot!(canonical(Precise::UInt8, r#""5""#), @r#"record 0, /n: expected UInt8, a whole number from 0 to 255; found "5""#);
        assert_snapshot!(canonical(Precise::UInt64, "-1"), @"record 0, /n: expected UInt64 from 0 to 18446744073709551615, in digits; found -1");
        assert_snapshot!(canonical(Precise::Float32, "1e39"), @"record 0, /n: expected Float32, a number from -3.4028235e38 to 3.4028235e38; found 1e39");
    }

    #[test]
    fn what_is_text_elsewhere_is_taken_in_its_forms_and_written_in_one() {
        let (uuid, day) = (Precise::Text(Spelled::Uuid), Precise::Text(Spelled::CalendarDate));
        let (price, word) = (
            Precise::Text(Spelled::Decimal { precision: 5, scale: 2 }),
            Precise::Text(Spelled::LowCardinality),
        );
        assert_snapshot!(canonical(uuid, r#""61F0C404-5CB3-11E7-907B-A6006AD3DBA0""#), @r#"{"n":"61f0c404-5cb3-11e7-907b-a6006ad3dba0"}"#);
        assert_snapshot!(canonical(uuid, r#""x""#), @r#"record 0, /n: expected UUID, a UUID; found "x""#);
        assert_snapshot!(canonical(day, r#""2024-02-29""#), @r#"{"n":"2024-02-29"}"#);
        assert_snapshot!(canonical(day, r#""2024-02-29T00:00:00Z""#), @r#"record 0, /n: expected CalendarDate, a date of the years 1900 to 2299; found "2024-02-29T00:00:00Z""#);
        assert_snapshot!(canonical(price, "1.5"), @r#"{"n":"1.50"}"#);
        assert_snapshot!(canonical(price, r#""-1.500""#), @r#"{"n":"-1.50"}"#);
        assert_snapshot!(canonical(price, "0.005"), @"record 0, /n: expected Decimal<5, 2>, a number of at most 3 digits before the point and 2 behind it; found 0.005");
        assert_snapshot!(canonical(word, r#""\u00e9""#), @r#"{"n":"é"}"#);
        assert_snapshot!(canonical(word, "1"), @"record 0, /n: expected LowCardinality, a string; found 1");
    }

    #[test]
    fn a_number_of_64_bits_may_be_digits_in_a_string() {
        assert_eq!(canonical(Precise::UInt64, r#""18446744073709551615""#), r#"{"n":18446744073709551615}"#);
        for wrong in [r#""-0""#, r#""+1""#, r#""1.0""#, r#""18446744073709551616""#, r#""""#] {
            assert!(canonical(Precise::UInt64, wrong).contains("expected"), "{wrong}");
        }
    }
}
