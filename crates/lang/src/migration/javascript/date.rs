//! Dates: milliseconds since 1970, or NaN for the invalid date. The zone is UTC.

use super::{
    super::ir::{DatePart, Function as F, Graph, Id, Node},
    Fallible,
};

/// The first and last millisecond that storage can hold: the years 1900 to 2299.
pub(in super::super) const STORABLE: (f64, f64) = (-2_208_988_800_000.0, 10_413_791_999_999.0);

/// The time value of `new Date(text)`.
///
/// ECMAScript defines one form of date text and leaves all others to the implementation. Other
/// texts fail, unless they have no digit: every implementation gives the invalid date for those.
pub(in super::super) fn from_text(g: &mut Graph, s: Id) -> Fallible {
    let is_date = g.apply(F::IsDateText, &[s]);
    let parsed = g.apply(F::TextToDate, &[s]);
    let invalid = invalid(g);
    let value = g.if_else(is_date, parsed, invalid);
    let has_digit = g.apply(F::Matches("[0-9]".to_owned()), &[s]);
    let is_other = g.not(is_date);
    let guessed = g.and(is_other, has_digit);
    let (quote, end) = (g.text("`"), g.text("` is not an ISO 8601 date of the years 1900 to 2299"));
    let reason = g.apply(F::Concatenate, &[quote, s, end]);
    Fallible { value, failure: g.failure_if(guessed, reason) }
}

/// The time value of `new Date(number)`: `TimeClip`.
pub(in super::super) fn from_number(g: &mut Graph, x: Id) -> Id {
    if let Node::Apply(F::DateToNumber, args) = g.node(x) {
        return args[0];
    }
    let clipped = g.apply(F::TimeClip, &[x]);
    g.apply(F::NumberToDate, &[clipped])
}

/// The invalid date.
fn invalid(g: &mut Graph) -> Id {
    let not_a_number = g.number(f64::NAN);
    g.apply(F::NumberToDate, &[not_a_number])
}

/// Whether a date is the invalid one.
pub(in super::super) fn is_invalid(g: &mut Graph, date: Id) -> Id {
    let time = g.apply(F::DateToNumber, &[date]);
    g.apply(F::IsNaN, &[time])
}

/// Whether a valid date is outside of what storage and the database's functions reach.
pub(in super::super) fn is_remote(g: &mut Graph, date: Id) -> Id {
    if g.is_stored_date(date) {
        return g.boolean(false);
    }
    if let Node::If(condition, a, b) = *g.node(date) {
        let (a, b) = (is_remote(g, a), is_remote(g, b));
        return g.if_else(condition, a, b);
    }
    let time = g.apply(F::DateToNumber, &[date]);
    let (first, last) = (g.number(STORABLE.0), g.number(STORABLE.1));
    let (before, after) = (g.apply(F::Less, &[time, first]), g.apply(F::Less, &[last, time]));
    g.or(before, after)
}

/// The failure of using a date that is outside of the storable years.
pub(in super::super) fn remote_failure(g: &mut Graph, date: Id) -> Id {
    let is_remote = is_remote(g, date);
    let reason = g.text("the date is outside of the years 1900 to 2299");
    g.failure_if(is_remote, reason)
}

/// A part of a date in UTC; NaN for the invalid date.
pub(in super::super) fn part(g: &mut Graph, part: DatePart, date: Id) -> Fallible {
    let not_a_number = g.number(f64::NAN);
    let is_invalid = is_invalid(g, date);
    let part = g.apply(F::DatePart(part), &[date]);
    Fallible { value: g.if_else(is_invalid, not_a_number, part), failure: remote_failure(g, date) }
}

/// `toISOString`: throws a `RangeError` for the invalid date.
pub(in super::super) fn to_iso(g: &mut Graph, date: Id) -> Fallible {
    let is_invalid = is_invalid(g, date);
    let reason = g.text("Invalid time value");
    let invalid = g.failure_if(is_invalid, reason);
    let remote = remote_failure(g, date);
    Fallible { value: g.apply(F::DateToText, &[date]), failure: g.first_failure(invalid, remote) }
}
