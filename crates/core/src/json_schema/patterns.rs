//! Regular expressions (ECMA-262) for the strings that stand for numbers and times.

use crate::schema::spelled::CALENDAR;

/// The digits of an integer of 64 bits, with as many zeros before them as anyone likes.
pub(super) fn big_int() -> String {
    let (largest, smallest) = (i64::MAX.to_string(), i64::MIN.unsigned_abs().to_string());
    let rest = largest.len() - 1;
    // Of as many digits as the largest one: the first is not zero, or there would be fewer.
    format!("^(?:-?0*(?:[0-9]{{1,{rest}}}|{})|-0*{smallest})$", up_to(&largest, '1'))
}

/// The digits of an integer of 64 bits without a sign.
pub(super) fn unsigned() -> String {
    let largest = u64::MAX.to_string();
    format!("^0*(?:[0-9]{{1,{}}}|{})$", largest.len() - 1, up_to(&largest, '1'))
}

/// The numbers of as many digits as the bound that are not above it; `least` is what their first
/// digit is at the least.
fn up_to(bound: &str, least: char) -> String {
    let mut digits = bound.chars();
    let Some(digit) = digits.next() else { return String::new() };
    let (rest, bounded) = (digits.as_str().len(), up_to(digits.as_str(), '0'));
    match (least..digit).next_back() {
        None => format!("{digit}{bounded}"),
        Some(_) if rest == 0 => format!("[{least}-{digit}]"),
        Some(below) => format!("(?:[{least}-{below}][0-9]{{{rest}}}|{digit}{bounded})"),
    }
}

/// A date of the calendar, perhaps with a time, perhaps with an offset.
pub(super) fn date() -> String {
    let hours_and_minutes = "(?:[01][0-9]|2[0-3]):[0-5][0-9]";
    format!(
        "^{CALENDAR}(?:[Tt ]{hours_and_minutes}:[0-5][0-9](?:\\.[0-9]+)?(?:[Zz]|[+-]{hours_and_minutes})?)?$"
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_patterns_are_these() {
        insta::assert_snapshot!(super::up_to("5048", '1'), @"(?:[1-4][0-9]{3}|50(?:[0-3][0-9]{1}|4[0-8]))");
        insta::assert_snapshot!("date", super::date());
    }
}
