//! Columns whose values are texts in JavaScript: their bytes to canonical texts and back.
//!
//! See <https://clickhouse.com/docs/interfaces/formats/RowBinary>.

use antler_core::schema::{Precise, Spelled};

/// Reads a value as its canonical text.
pub(crate) fn read(of: Spelled, from: &mut &[u8]) -> rquickjs::Result<String> {
    let width = Precise::Text(of).bytes().unwrap_or_default();
    let (bytes, rest) = from.split_at_checked(width).ok_or(rquickjs::Error::Unknown)?;
    *from = rest;
    Ok(match of {
        Spelled::Uuid => uuid(bytes),
        Spelled::CalendarDate => {
            day(i32::from_le_bytes(bytes.try_into().map_err(|_| rquickjs::Error::Unknown)?))
        }
        Spelled::Decimal { scale, .. } => decimal(bytes, scale.into()),
        // It is read as any text.
        Spelled::LowCardinality => return Err(rquickjs::Error::Unknown),
    })
}

/// Writes a value, given as its canonical text.
pub(crate) fn write(of: Spelled, canonical: &str, to: &mut Vec<u8>) {
    let width = Precise::Text(of).bytes().unwrap_or_default();
    match of {
        Spelled::Uuid => to.extend_from_slice(&uuid_bytes(canonical)),
        Spelled::CalendarDate => to.extend_from_slice(&days_since_1970(canonical).to_le_bytes()),
        Spelled::Decimal { .. } => to.extend(decimal_bytes(canonical, width)),
        Spelled::LowCardinality => {}
    }
}

/// Two halves of eight bytes, the last one of each first.
fn uuid(bytes: &[u8]) -> String {
    let mut text = String::new();
    for (at, byte) in bytes.chunks(8).flat_map(|half| half.iter().rev()).enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

fn uuid_bytes(text: &str) -> [u8; 16] {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let value = u128::from_str_radix(&digits, 16).unwrap_or_default();
    let mut bytes = value.to_be_bytes();
    bytes.chunks_mut(8).for_each(<[u8]>::reverse);
    bytes
}

/// The days of 400 years, and those from March of the year 0 to 1970.
const ERA: i32 = 146_097;
const TO_1970: i32 = 719_468;

/// A day of the calendar by the years that begin in March, so that a leap day is the last of its year.
fn day(since_1970: i32) -> String {
    let days = since_1970 + TO_1970;
    let (era, of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / (ERA - 1)) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year + era * 400 + i32::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

fn days_since_1970(text: &str) -> i32 {
    let mut parts = text.split('-').map(|part| part.parse::<i32>().unwrap_or_default());
    let mut part = || parts.next().unwrap_or_default();
    let (year, month, day) = (part(), part(), part());
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - TO_1970
}

/// A whole number of any width with a sign, and where its point is.
fn decimal(bytes: &[u8], scale: usize) -> String {
    let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
    let mut magnitude = bytes.to_vec();
    if negative {
        negate(&mut magnitude);
    }
    let mut digits = Vec::new();
    while magnitude.iter().any(|byte| *byte != 0) {
        let mut rest = 0_u16;
        for byte in magnitude.iter_mut().rev() {
            let value = rest << 8 | u16::from(*byte);
            (*byte, rest) = ((value / 10) as u8, value % 10);
        }
        digits.push(b'0' + rest as u8);
    }
    digits.resize(digits.len().max(scale + 1), b'0');
    digits.reverse();
    let text: String = digits.into_iter().map(char::from).collect();
    let (whole, fraction) = text.split_at(text.len() - scale);
    let (sign, point) = (if negative { "-" } else { "" }, if scale > 0 { "." } else { "" });
    format!("{sign}{whole}{point}{fraction}")
}

fn decimal_bytes(text: &str, width: usize) -> Vec<u8> {
    let mut bytes = vec![0; width];
    for digit in text.bytes().filter(u8::is_ascii_digit) {
        let mut carry = u16::from(digit - b'0');
        for byte in &mut bytes {
            let value = u16::from(*byte) * 10 + carry;
            (*byte, carry) = (value as u8, value >> 8);
        }
    }
    if text.starts_with('-') {
        negate(&mut bytes);
    }
    bytes
}

/// The two's complement, the lowest byte first.
fn negate(bytes: &mut [u8]) {
    let mut carry = true;
    for byte in bytes {
        (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(of: Spelled, text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(of, text, &mut bytes);
        assert_eq!(read(of, &mut &bytes[..]).unwrap(), text);
        bytes
    }

    /// The bytes on the right are those that the engine writes.
    #[test]
    fn a_text_has_the_bytes_that_the_database_has_for_it() {
        let uuid = "61f0c404-5cb3-11e7-907b-a6006ad3dba0";
        assert_eq!(
            bytes(Spelled::Uuid, uuid),
            *b"\xe7\x11\xb3\x5c\x04\xc4\xf0\x61\xa0\xdb\xd3\x6a\x00\xa6\x7b\x90"
        );
        assert_eq!(bytes(Spelled::CalendarDate, "1900-01-01"), *b"\x21\x9c\xff\xff");
        for (precision, width) in [(9, 4), (18, 8), (38, 16), (76, 32)] {
            let of = Spelled::Decimal { precision, scale: 2 };
            let mut expected = vec![0; width];
            expected[0] = 150;
            assert_eq!(bytes(of, "1.50"), expected);
            expected.fill(0xff);
            expected[0] = 0x6a;
            assert_eq!(bytes(of, "-1.50"), expected);
        }
    }

    #[test]
    fn every_day_and_the_longest_numbers_go_there_and_back() {
        let (first, last) = (days_since_1970("1900-01-01"), days_since_1970("2299-12-31"));
        assert_eq!((first, last), (-25_567, 120_529));
        for since_1970 in first..=last {
            let text = day(since_1970);
            assert_eq!(days_since_1970(&text), since_1970);
            assert!(Spelled::CalendarDate.canonical(&text).is_some(), "{text}");
        }
        for text in ["0", "-1", &"9".repeat(76), &format!("-{}", "9".repeat(76))] {
            bytes(Spelled::Decimal { precision: 76, scale: 0 }, text);
        }
        bytes(Spelled::Decimal { precision: 3, scale: 3 }, "-0.007");
    }
}
