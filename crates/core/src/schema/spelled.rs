//! Columns whose values a language spells as text: it has no type of its own for them, or none that
//! keeps every digit.
//!
//! Every value has one canonical text, which is what topics hold and what a migration sees.

use std::{borrow::Cow, fmt, str::FromStr};

use super::{DataType, Field, NoSuchType, Precise};

/// A type of column whose values are texts elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Spelled {
    /// A UUID: `61f0c404-5cb3-11e7-907b-a6006ad3dba0`.
    Uuid,
    /// A day of the calendar, without a time: `2026-01-31`.
    CalendarDate,
    /// A decimal number: `-12.50`.
    Decimal {
        /// How many digits it has, 1 to 76.
        precision: u8,
        /// How many of them stand behind the point.
        scale: u8,
    },
    /// Any text, of which the column has few different ones.
    LowCardinality,
}

/// Days of the calendar that a column can hold, as a regular expression that ECMA-262 and RE2 read alike.
/// By the length of their months; of the hundreds of years, only 2000 is a leap year.
pub(crate) const CALENDAR: &str = "(?:(?:19|2[0-2])[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])\
                                   |(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))\
                                   |(?:(?:19|2[0-2])(?:0[48]|[2468][048]|[13579][26])|2000)-02-29)";

impl Spelled {
    /// A decimal number with so many digits, so many of them behind the point, if there is a column for it.
    pub fn decimal(precision: u8, scale: u8) -> Option<Self> {
        ((1..=76).contains(&precision) && scale <= precision).then_some(Self::Decimal { precision, scale })
    }

    /// The type as TypeScript has it.
    pub fn typescript(self) -> String {
        match self {
            Self::Uuid => "UUID".to_owned(),
            Self::CalendarDate => "CalendarDate".to_owned(),
            Self::Decimal { precision, scale } => format!("Decimal<{precision}, {scale}>"),
            Self::LowCardinality => "LowCardinality".to_owned(),
        }
    }

    /// What its values are, for a message.
    pub fn values(self) -> String {
        match self {
            Self::Uuid => "a UUID".to_owned(),
            Self::CalendarDate => "a date of the years 1900 to 2299".to_owned(),
            Self::Decimal { precision, scale } => {
                let before = precision - scale;
                format!("a number of at most {before} digits before the point and {scale} behind it")
            }
            Self::LowCardinality => "a string".to_owned(),
        }
    }

    /// The texts that are its values, as a regular expression that ECMA-262 and RE2 read alike. `None`
    /// when every text is.
    pub fn pattern(self) -> Option<String> {
        match self {
            Self::Uuid => Some("^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$".to_owned()),
            Self::CalendarDate => Some(format!("^{CALENDAR}$")),
            Self::Decimal { precision, scale } => {
                let whole = match precision - scale {
                    0 => "0+".to_owned(),
                    digits => format!("0*[0-9]{{1,{digits}}}"),
                };
                let fraction = match scale {
                    0 => "0+".to_owned(),
                    digits => format!("[0-9]{{1,{digits}}}0*"),
                };
                Some(format!("^-?{whole}(?:[.]{fraction})?$"))
            }
            Self::LowCardinality => None,
        }
    }

    /// The canonical form of a text that is one of its values.
    pub fn canonical(self, text: &str) -> Option<Cow<'_, str>> {
        match self {
            Self::Uuid => is_uuid(text).then(|| Cow::Owned(text.to_ascii_lowercase())),
            Self::CalendarDate => is_day(text).then_some(Cow::Borrowed(text)),
            Self::Decimal { precision, scale } if !text.contains(['e', 'E']) => {
                decimal(text, precision, scale).map(Cow::Owned)
            }
            Self::Decimal { .. } => None,
            Self::LowCardinality => Some(Cow::Borrowed(text)),
        }
    }

    /// The canonical form of a number, given as a literal of JSON. It never is a double.
    pub fn canonical_number(self, literal: &str) -> Option<String> {
        match self {
            Self::Decimal { precision, scale } => decimal(literal, precision, scale),
            Self::Uuid | Self::CalendarDate | Self::LowCardinality => None,
        }
    }

    /// Whether every value of another type is one of this type.
    pub fn holds(self, other: Self) -> bool {
        match (self, other) {
            (Self::Decimal { precision, scale }, Self::Decimal { precision: other, scale: other_scale }) => {
                scale >= other_scale && precision - scale >= other - other_scale
            }
            (Self::LowCardinality, _) => true,
            (of, other) => of == other,
        }
    }
}

/// A field with a list of decimal numbers that may be absent itself, or is in a list that says so. Such a
/// list is a `Variant`, from which the database reads everything but these.
pub fn absent_decimals(fields: &[Field]) -> Option<&Field> {
    fields.iter().find(|field| cannot_be_read(&field.data_type, !field.absence.is_never()))
}

fn cannot_be_read(of: &DataType, may_be_absent: bool) -> bool {
    match of {
        DataType::Array(item) => {
            (may_be_absent && holds_decimals(of)) || cannot_be_read(&item.data_type, item.nullable)
        }
        DataType::Object(fields) => absent_decimals(fields).is_some(),
        _ => false,
    }
}

fn holds_decimals(of: &DataType) -> bool {
    match of {
        DataType::Precise(Precise::Text(Spelled::Decimal { .. })) => true,
        DataType::Array(item) => holds_decimals(&item.data_type),
        DataType::Object(fields) => fields.iter().any(|field| holds_decimals(&field.data_type)),
        _ => false,
    }
}

fn is_uuid(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

fn is_day(text: &str) -> bool {
    let is_shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse::<u16>().ok());
    let (true, Some(year), Some(month), Some(day)) = (is_shaped, number(0, 4), number(5, 7), number(8, 10))
    else {
        return false;
    };
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1900..=2299).contains(&year) && (1..=days).contains(&day)
}

/// A decimal number with all digits behind its point, if it has no more than there is room for.
fn decimal(text: &str, precision: u8, scale: u8) -> Option<String> {
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(magnitude) => (true, magnitude),
        None => (false, text),
    };
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (mantissa, ""),
    };
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let all = [whole, fraction].concat();
    let digits = all.trim_start_matches('0');
    let zeros = all.len() - digits.len();
    let digits = digits.trim_end_matches('0');
    let scale = usize::from(scale);
    if digits.is_empty() {
        return Some(with_point(false, "0", &"0".repeat(scale)));
    }
    // How many of the digits stand before the point; below zero, how many zeros behind it.
    let before = i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()?;
    let before = before.checked_add(exponent.parse().ok()?)?;
    let behind = i64::try_from(digits.len()).ok()?.checked_sub(before)?;
    if before > i64::from(precision) - scale as i64 || behind > scale as i64 {
        return None;
    }
    let leading = "0".repeat(usize::try_from(-before).unwrap_or(0));
    let trailing = "0".repeat(usize::try_from(-behind).unwrap_or(0));
    let padded = [&leading, digits, &trailing].concat();
    let (whole, fraction) = padded.split_at_checked(usize::try_from(before).unwrap_or(0))?;
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(with_point(negative, whole, &format!("{fraction:0<scale$}")))
}

fn with_point(negative: bool, whole: &str, fraction: &str) -> String {
    let sign = if negative { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

impl fmt::Display for Spelled {
    /// The type of the column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uuid => f.write_str("UUID"),
            Self::CalendarDate => f.write_str("Date32"),
            Self::Decimal { precision, scale } => write!(f, "Decimal({precision}, {scale})"),
            Self::LowCardinality => f.write_str("LowCardinality(String)"),
        }
    }
}

impl FromStr for Spelled {
    type Err = NoSuchType;

    fn from_str(name: &str) -> Result<Self, NoSuchType> {
        let digits = || {
            let (precision, scale) = name.strip_prefix("Decimal(")?.strip_suffix(')')?.split_once(", ")?;
            Self::decimal(precision.parse().ok()?, scale.parse().ok()?)
        };
        let plain = [Self::Uuid, Self::CalendarDate, Self::LowCardinality];
        let plain = plain.into_iter().find(|of| of.to_string() == name);
        plain.or_else(digits).ok_or_else(|| NoSuchType(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PRICE: Spelled = Spelled::Decimal { precision: 5, scale: 2 };

    #[test]
    fn a_decimal_keeps_every_digit_or_is_none() {
        let number = |literal| PRICE.canonical_number(literal);
        for (literal, canonical) in [
            ("1", "1.00"),
            ("-1.5", "-1.50"),
            ("999.99", "999.99"),
            ("1.100", "1.10"),
            ("0.01", "0.01"),
            ("1e2", "100.00"),
            ("12345e-2", "123.45"),
            ("0.1E1", "1.00"),
            ("-0.000", "0.00"),
            ("0e99999999999999999999", "0.00"),
        ] {
            assert_eq!(number(literal).as_deref(), Some(canonical), "{literal}");
        }
        for literal in ["0.001", "1000", "1e3", "1e-3", "1e99999999999999999999", "1e9223372036854775807"] {
            assert_eq!(number(literal), None, "{literal}");
        }
        let whole = Spelled::Decimal { precision: 2, scale: 0 };
        assert_eq!(whole.canonical("042.0").as_deref(), Some("42"));
        let fraction = Spelled::Decimal { precision: 2, scale: 2 };
        assert_eq!(fraction.canonical("-.5"), None);
        assert_eq!(fraction.canonical("-00.5").as_deref(), Some("-0.50"));
        assert_eq!(fraction.canonical("1.5"), None);
    }

    #[test]
    fn a_type_is_written_down_by_the_name_of_its_column() {
        for of in [Spelled::Uuid, Spelled::CalendarDate, Spelled::LowCardinality, PRICE] {
            assert_eq!(of.to_string().parse(), Ok(of));
        }
        for wrong in ["Decimal(77, 2)", "Decimal(2, 3)", "Decimal(0, 0)", "Decimal(2,1)", "uuid"] {
            assert!(wrong.parse::<Spelled>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_uuid_and_a_date_have_one_canonical_form() {
        let uuid = |text| Spelled::Uuid.canonical(text).map(Cow::into_owned);
        let canonical = "61f0c404-5cb3-11e7-907b-a6006ad3dba0";
        assert_eq!(uuid("61F0C404-5cb3-11E7-907b-a6006ad3dba0").as_deref(), Some(canonical));
        for wrong in ["", "61f0c4045cb311e7907ba6006ad3dba0", "61f0c404-5cb3-11e7-907b-a6006ad3dbag"] {
            assert_eq!(uuid(wrong), None, "{wrong}");
        }
        let day = |text| Spelled::CalendarDate.canonical(text).is_some();
        assert!(day("2024-02-29") && day("1900-01-01") && day("2299-12-31") && day("2000-02-29"));
        for wrong in
            ["2023-02-29", "1900-02-29", "1899-12-31", "2300-01-01", "2026-1-01", "2026-04-31", "2026-00-01"]
        {
            assert!(!day(wrong), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_pattern_takes_what_has_a_canonical_form_and_nothing_else(
            text in "-?[0-9]{0,6}([.][0-9]{0,4})?|(19|2[0-3])[0-9]0-[01][0-9]-[0-3][0-9]|[1-9]0{9}",
            precision in 1..8_u8, scale in 0..5_u8,
        ) {
            let decimal = Spelled::decimal(precision, scale);
            for of in [Spelled::Uuid, Spelled::CalendarDate].into_iter().chain(decimal) {
                let schema = serde_json::json!({ "pattern": of.pattern() });
                let matches = jsonschema::is_valid(&schema, &serde_json::json!(text));
                prop_assert_eq!(of.canonical(&text).is_some(), matches, "{} {}", of, text);
            }
        }
    }
}
