//! Points in time as producers write them.
//!
//! Accepted are
//! - RFC 3339, with `T` or a space: `2026-01-31T12:00:00.5+01:00`;
//! - the same without an offset, which is UTC: `2026-01-31 12:00:00`;
//! - a date alone, which is its midnight in UTC: `2026-01-31`;
//! - a number: Unix time, in milliseconds from 10^11 away from zero (in 1973, and in 1966), in
//!   seconds below. `Date.now()` and `time.time()` are both read right, and a number that would
//!   mean different times to different readers is hardly ever a time that anyone sends.
//!
//! Digits after the millisecond are cut off, always towards the past. Leap seconds (`:60`) do not
//! exist, as in JavaScript. Times have to lie in the years 1900 to 2299, which the database can
//! hold.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::Offset,
};

/// What is accepted, in the words of a message.
pub(super) const EXPECTED: &str =
    "Date, such as \"2026-01-31T12:00:00Z\" or 1769860800000, in the years 1900 to 2299";

/// Numbers this far from zero count milliseconds.
const FIRST_MILLISECONDS: u64 = 100_000_000_000;

/// The time, in UTC, that a string stands for.
pub(super) fn from_text(text: &str) -> Option<DateTime> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.number::<4>()?;
    rest.byte(b"-")?;
    let month = rest.number::<2>()?;
    rest.byte(b"-")?;
    let day = rest.number::<2>()?;
    let date = Date::new(year, small(month)?, small(day)?).ok()?;
    if rest.0.is_empty() {
        return in_range(date.to_datetime(Time::midnight()));
    }
    rest.byte(b"Tt ")?;
    let hour = rest.number::<2>()?;
    rest.byte(b":")?;
    let minute = rest.number::<2>()?;
    rest.byte(b":")?;
    let second = rest.number::<2>()?;
    let millisecond = rest.milliseconds()?;
    let time =
        Time::new(small(hour)?, small(minute)?, small(second)?, i32::from(millisecond) * 1_000_000).ok()?;
    let local = date.to_datetime(time);
    let offset = rest.offset()?;
    // Most times are in UTC already, and arithmetic costs more than all the rest.
    in_range(if offset.is_zero() { local } else { local.checked_sub(offset).ok()? })
}

/// The time, in UTC, that the literal of a JSON number stands for.
pub(super) fn from_number(literal: &str) -> Option<DateTime> {
    let whole = floor_scaled(literal, 0)?;
    let milliseconds =
        if whole.unsigned_abs() >= FIRST_MILLISECONDS { whole } else { floor_scaled(literal, 3)? };
    in_range(Offset::UTC.to_datetime(Timestamp::from_millisecond(milliseconds).ok()?))
}

/// An instant as [`write`] writes it, without quotes. What the database cannot hold is 1970.
pub(super) fn text(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).map(|instant| Offset::UTC.to_datetime(instant));
    let mut out = Vec::new();
    write(
        &mut out,
        time.ok().and_then(in_range).unwrap_or_else(|| Offset::UTC.to_datetime(Timestamp::UNIX_EPOCH)),
    );
    String::from_utf8_lossy(&out).replace('"', "")
}

/// Appends `"YYYY-MM-DD HH:MM:SS.mmm"`, with its quotes.
pub(super) fn write(out: &mut Vec<u8>, time: DateTime) {
    let mut text = *b"\"0000-00-00 00:00:00.000\"";
    let (year, millisecond) = (time.year().unsigned_abs(), time.millisecond().unsigned_abs());
    let pairs = [
        (1, (year / 100) as u8),
        (3, (year % 100) as u8),
        (6, time.month().unsigned_abs()),
        (9, time.day().unsigned_abs()),
        (12, time.hour().unsigned_abs()),
        (15, time.minute().unsigned_abs()),
        (18, time.second().unsigned_abs()),
        (22, (millisecond % 100) as u8),
    ];
    for (place, number) in pairs {
        text[place] += number / 10;
        text[place + 1] += number % 10;
    }
    text[21] += (millisecond / 100) as u8;
    out.extend_from_slice(&text);
}

fn in_range(time: DateTime) -> Option<DateTime> {
    (1900..=2299).contains(&time.year()).then_some(time)
}

fn small(number: i16) -> Option<i8> {
    i8::try_from(number).ok()
}

/// The largest integer that is not above the literal times 10^places, without rounding on the way.
fn floor_scaled(literal: &str, places: i64) -> Option<i64> {
    let (magnitude, negative) = match literal.strip_prefix('-') {
        Some(magnitude) => (magnitude, true),
        None => (literal, false),
    };
    let (mantissa, exponent) = match magnitude.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (magnitude, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes()).map(|digit| i64::from(digit - b'0'));
    let kept = i64::try_from(whole.len()).ok()? + i64::from(exponent) + places;
    // More digits than this are out of range, unless they are zeros that nobody writes.
    if kept > 18 {
        return None;
    }
    let kept = usize::try_from(kept).unwrap_or(0);
    let value = digits().chain(std::iter::repeat(0)).take(kept).fold(0, |value, digit| value * 10 + digit);
    let cut = digits().skip(kept).any(|digit| digit != 0);
    Some(if negative { -value - i64::from(cut) } else { value })
}

/// What is left to read of a text.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    /// Exactly that many digits.
    fn number<const DIGITS: usize>(&mut self) -> Option<i16> {
        let (digits, rest) = self.0.split_first_chunk::<DIGITS>()?;
        self.0 = rest;
        digits.iter().try_fold(0, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i16::from(digit - b'0'))
        })
    }

    /// One of these bytes.
    fn byte(&mut self, allowed: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        allowed.contains(first).then_some(*first)
    }

    /// A fraction of a second, if there is one.
    fn milliseconds(&mut self) -> Option<i16> {
        let Some(fraction) = self.0.strip_prefix(b".") else { return Some(0) };
        let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = fraction.split_at(length);
        self.0 = rest;
        let padded = digits.iter().chain(b"00").take(3);
        (length > 0).then(|| padded.fold(0, |number, digit| number * 10 + i16::from(digit - b'0')))
    }

    /// The offset from UTC, up to the end of the text.
    fn offset(&mut self) -> Option<SignedDuration> {
        let sign = match self.0 {
            [] | [b'Z' | b'z'] => return Some(SignedDuration::ZERO),
            [b'+', ..] => 1,
            [b'-', ..] => -1,
            _ => return None,
        };
        self.byte(b"+-")?;
        let hours = self.number::<2>()?;
        self.byte(b":")?;
        let minutes = self.number::<2>()?;
        let valid = hours < 24 && minutes < 60 && self.0.is_empty();
        valid.then(|| SignedDuration::from_mins(sign * i64::from(hours * 60 + minutes)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(time: Option<DateTime>) -> Option<String> {
        let mut out = Vec::new();
        write(&mut out, time?);
        Some(String::from_utf8(out).unwrap().trim_matches('"').to_owned())
    }

    fn text(text: &str) -> Option<String> {
        written(from_text(text))
    }

    fn number(literal: &str) -> Option<String> {
        written(from_number(literal))
    }

    #[test]
    fn every_common_spelling_of_an_instant_is_read() {
        for spelling in [
            "2026-01-31T12:00:00.500Z",
            "2026-01-31t12:00:00.5z",
            "2026-01-31 12:00:00.5",
            "2026-01-31T12:00:00.5",
            "2026-01-31T13:30:00.500000+01:30",
            "2026-01-30 13:00:00.5-23:00",
        ] {
            assert_eq!(text(spelling).as_deref(), Some("2026-01-31 12:00:00.500"), "{spelling}");
        }
        assert_eq!(text("2024-02-29").as_deref(), Some("2024-02-29 00:00:00.000"));
        for literal in
            ["1769860800500", "1769860800.5", "1769860800.5009", "17698608005e-1", "1.7698608005E+9"]
        {
            assert_eq!(number(literal).as_deref(), Some("2026-01-31 12:00:00.500"), "{literal}");
        }
    }

    #[test]
    fn digits_after_the_millisecond_are_cut_off_towards_the_past() {
        assert_eq!(text("1969-12-31T23:59:59.9999Z").as_deref(), Some("1969-12-31 23:59:59.999"));
        assert_eq!(number("0.0019").as_deref(), Some("1970-01-01 00:00:00.001"));
        assert_eq!(number("-0.0001").as_deref(), Some("1969-12-31 23:59:59.999"));
        assert_eq!(number("-1e-300").as_deref(), Some("1969-12-31 23:59:59.999"));
        assert_eq!(number("-100000000000.5").as_deref(), Some("1966-10-31 14:13:19.999"));
    }

    #[test]
    fn numbers_far_from_zero_are_milliseconds() {
        assert_eq!(number("100000000000").as_deref(), Some("1973-03-03 09:46:40.000"));
        assert_eq!(number("99999999999"), None, "the year 5138");
        assert_eq!(number("9999999999").as_deref(), Some("2286-11-20 17:46:39.000"));
        assert_eq!(number("1769860800500000"), None, "microseconds");
    }

    #[test]
    fn times_end_where_the_database_does() {
        assert_eq!(text("1900-01-01T00:00:00Z").as_deref(), Some("1900-01-01 00:00:00.000"));
        assert_eq!(text("2299-12-31T23:59:59.999Z").as_deref(), Some("2299-12-31 23:59:59.999"));
        for outside in ["1899-12-31", "2300-01-01", "1900-01-01T00:00:00+00:01", "2299-12-31T23:59:59-00:01"]
        {
            assert_eq!(text(outside), None, "{outside}");
        }
        for outside in ["-2208988800001", "10413792000000", "1e300", "-1e18", "1e99999999999"] {
            assert_eq!(number(outside), None, "{outside}");
        }
    }

    #[test]
    fn what_is_not_quite_a_date_is_refused() {
        for wrong in [
            "",
            "now",
            "1769860800",
            "2026",
            "2026-01",
            "2026-1-31",
            "2026-02-29",
            "2026-00-10",
            "2026-01-31T",
            "2026-01-31T12:00",
            "2026-01-31T12:00:00.",
            "2026-01-31T24:00:00Z",
            "2026-01-31T12:60:00Z",
            "2026-12-31T23:59:60Z",
            "2026-01-31T12:00:00+1:00",
            "2026-01-31T12:00:00+24:00",
            "2026-01-31T12:00:00+0100",
            "2026-01-31T12:00:00Z ",
            " 2026-01-31",
            "2026-01-31Z",
            "+2026-01-31",
            "20260131T120000Z",
            "2026-01-31T12:00:00,5Z",
            "２０２６-01-31",
        ] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_time_is_read_from_text_and_from_a_number_alike(ms in -2_208_988_800_000_i64..10_413_792_000_000) {
            let expected = Timestamp::from_millisecond(ms).unwrap();
            let read = from_text(&expected.to_string()).unwrap();
            prop_assert_eq!(Offset::UTC.to_timestamp(read).unwrap(), expected);
            let seconds = format!("{}{}.{:03}", if ms < 0 { "-" } else { "" }, ms.abs() / 1000, ms.abs() % 1000);
            prop_assert_eq!(from_number(&seconds).unwrap(), read);
            prop_assert_eq!(from_text(&written(Some(read)).unwrap()).unwrap(), read);
        }
    }
}
