//! Integers as producers write them. They never are doubles on the way.

use std::str::FromStr;

/// The integer that a string of digits stands for.
pub(super) fn from_text<T: FromStr>(text: &str) -> Option<T> {
    // `parse` would also take a plus sign.
    if text.starts_with('+') { None } else { text.parse().ok() }
}

/// The integer that the literal of a JSON number stands for: `5`, `5.0` and `50e-1` are one number,
/// and languages without integers write whichever they like.
pub(super) fn from_number<T: FromStr>(literal: &str) -> Option<T> {
    from_text(literal).or_else(|| whole(literal))
}

#[cold]
fn whole<T: FromStr>(literal: &str) -> Option<T> {
    let magnitude = literal.strip_prefix('-').unwrap_or(literal);
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = [before, after].concat();
    let significant = digits.trim_end_matches('0');
    if significant.is_empty() {
        return "0".parse().ok();
    }
    // Of how many digits, counted from the first one of the mantissa, the integer consists.
    let length = i64::try_from(before.len()).ok()?.checked_add(exponent.parse().ok()?)?;
    let zeros = usize::try_from(length).ok()?.checked_sub(significant.len())?;
    // More zeros than this are beyond 64 bits after any digit.
    if zeros > 19 {
        return None;
    }
    let sign = if literal.starts_with('-') { "-" } else { "" };
    format!("{sign}{significant}{}", "0".repeat(zeros)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        for (literal, value) in [
            ("5", 5),
            ("-5.0", -5),
            ("50e-1", 5),
            ("0.5E1", 5),
            ("1.25e+2", 125),
            ("0.00100e5", 100),
            ("-0.0", 0),
            ("0e99999999999", 0),
            ("9223372036854775807.0", i64::MAX),
            ("-922337203685477580800e-2", i64::MIN),
            ("9007199254740993.0", 9_007_199_254_740_993),
        ] {
            assert_eq!(from_number::<i64>(literal), Some(value), "{literal}");
        }
    }

    #[test]
    fn what_is_not_whole_or_out_of_range_is_none() {
        for literal in [
            "0.5",
            "1e-1",
            "15e-1",
            "1.0000000000000000000001",
            "9223372036854775808.0",
            "-9223372036854775809",
            "1e19",
            "1e400",
            "1e99999999999999999999",
            "1e-99999999999999999999",
        ] {
            assert_eq!(from_number::<i64>(literal), None, "{literal}");
        }
    }

    #[test]
    fn a_text_is_digits_and_nothing_else() {
        assert_eq!(from_text("-007"), Some(-7));
        for text in ["", "+5", "5.0", "1e1", " 5", "-", "9223372036854775808"] {
            assert_eq!(from_text::<i64>(text), None, "{text:?}");
        }
    }
}
