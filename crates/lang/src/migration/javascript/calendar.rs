//! Dates from their parts: `Date.UTC`, `new Date(year, month, …)` and the setters. The zone is UTC.

use super::{
    super::ir::{DatePart, Function as F, Graph, Id},
    Fallible, date,
};

/// Whether years from 0 to 99 are of the 20th century.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Years {
    Short,
    Full,
}

/// What is not given.
const DEFAULTS: [f64; 7] = [f64::NAN, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0];

/// The time value of a year, a month from 0, and what else is given: `MakeDate` and `TimeClip`. Years
/// and months beyond those that V8 takes are NaN, as there.
pub(in super::super) fn from_parts(g: &mut Graph, parts: &[Id], years: Years) -> Id {
    let mut whole = Vec::new();
    for (position, default) in DEFAULTS.into_iter().enumerate() {
        whole.push(match parts.get(position) {
            Some(part) => g.apply(F::Truncate, &[*part]),
            None => g.number(default),
        });
    }
    let [year, month, day, hour, minute, second, millisecond] = whole.as_slice() else {
        return g.number(f64::NAN);
    };
    let full = match years {
        Years::Full => *year,
        Years::Short => short_year(g, *year),
    };
    let days = days(g, full, *month);
    let one = g.number(1.0);
    let from_first = g.apply(F::Subtract, &[*day, one]);
    let days = g.apply(F::Add, &[days, from_first]);
    let scaled = |g: &mut Graph, x: Id, by: f64| {
        let by = g.number(by);
        g.apply(F::Multiply, &[x, by])
    };
    // In the order of the standard: rounding is the same.
    let (hours, minutes) = (scaled(g, *hour, 3_600_000.0), scaled(g, *minute, 60_000.0));
    let seconds = scaled(g, *second, 1000.0);
    let time = g.apply(F::Add, &[hours, minutes]);
    let time = g.apply(F::Add, &[time, seconds]);
    let time = g.apply(F::Add, &[time, *millisecond]);
    let days = scaled(g, days, 86_400_000.0);
    let value = g.apply(F::Add, &[days, time]);
    let value = g.apply(F::TimeClip, &[value]);

    let (is_year, is_month) = (is_within(g, *year, 1e6), is_within(g, *month, 1e7));
    let is_valid = g.and(is_year, is_month);
    let not_a_number = g.number(f64::NAN);
    g.if_else(is_valid, value, not_a_number)
}

fn is_within(g: &mut Graph, x: Id, limit: f64) -> Id {
    let (size, limit) = (g.apply(F::Absolute, &[x]), g.number(limit));
    g.apply(F::LessOrEqual, &[size, limit])
}

fn short_year(g: &mut Graph, year: Id) -> Id {
    let (zero, last, century) = (g.number(0.0), g.number(99.0), g.number(1900.0));
    let (from, to) = (g.apply(F::LessOrEqual, &[zero, year]), g.apply(F::LessOrEqual, &[year, last]));
    let is_short = g.and(from, to);
    let long = g.apply(F::Add, &[century, year]);
    g.if_else(is_short, long, year)
}

/// Days from 1970 to the first of a month. Years begin with March, so that leap days are at their end.
fn days(g: &mut Graph, year: Id, month: Id) -> Id {
    let divided = |g: &mut Graph, x: Id, by: f64| {
        let by = g.number(by);
        let quotient = g.apply(F::Divide, &[x, by]);
        g.apply(F::Floor, &[quotient])
    };
    let minus = |g: &mut Graph, x: Id, y: f64| {
        let y = g.number(y);
        g.apply(F::Subtract, &[x, y])
    };
    let times = |g: &mut Graph, x: Id, y: f64| {
        let y = g.number(y);
        g.apply(F::Multiply, &[x, y])
    };
    let from_march = minus(g, month, 2.0);
    let turns = divided(g, from_march, 12.0);
    let year = g.apply(F::Add, &[year, turns]);
    let months = times(g, turns, 12.0);
    let month = g.apply(F::Subtract, &[from_march, months]);
    let of_years = times(g, year, 365.0);
    let (fourth, hundredth, of_400) =
        (divided(g, year, 4.0), divided(g, year, 100.0), divided(g, year, 400.0));
    let leap_days = g.apply(F::Subtract, &[fourth, hundredth]);
    let leap_days = g.apply(F::Add, &[leap_days, of_400]);
    let of_months = times(g, month, 153.0);
    let two = g.number(2.0);
    let of_months = g.apply(F::Add, &[of_months, two]);
    let of_months = divided(g, of_months, 5.0);
    let days = g.apply(F::Add, &[of_years, leap_days]);
    let days = g.apply(F::Add, &[days, of_months]);
    minus(g, days, 719_468.0)
}

/// The parts of a date with some of them replaced, from one on: `setUTCHours(0, 0, 0, 0)`.
pub(in super::super) fn with_parts(g: &mut Graph, of: Id, first: usize, values: &[Id]) -> Fallible {
    const PARTS: [DatePart; 7] = [
        DatePart::Year,
        DatePart::Month,
        DatePart::Day,
        DatePart::Hour,
        DatePart::Minute,
        DatePart::Second,
        DatePart::Millisecond,
    ];
    let epoch = g.number(0.0);
    let epoch = g.apply(F::NumberToDate, &[epoch]);
    let is_invalid = date::is_invalid(g, of);
    // A year makes an invalid date valid.
    let of = if first == 0 { g.if_else(is_invalid, epoch, of) } else { of };
    let mut failure = g.null();
    let mut parts = Vec::new();
    for (position, part) in PARTS.into_iter().enumerate() {
        let given = position.checked_sub(first).and_then(|position| values.get(position));
        parts.push(match given {
            Some(value) => *value,
            None => {
                let old = date::part(g, part, of);
                failure = g.first_failure(failure, old.failure);
                old.value
            }
        });
    }
    let time = from_parts(g, &parts, Years::Full);
    let not_a_number = g.number(f64::NAN);
    let time = if first == 0 { time } else { g.if_else(is_invalid, not_a_number, time) };
    Fallible { value: g.apply(F::NumberToDate, &[time]), failure }
}
