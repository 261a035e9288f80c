//! `datetime` in UTC, with whole milliseconds, and `timedelta` as milliseconds.

use super::{
    super::ir::{DatePart, Function as F, Graph, Id},
    Fallible, number,
};

/// Milliseconds of a day.
pub(in super::super) const DAY: f64 = 86_400_000.0;

/// A part of a date, counted as Python counts it.
pub(in super::super) fn part(g: &mut Graph, part: DatePart, date: Id) -> Id {
    let number = g.apply(F::DatePart(part), &[date]);
    let number = match part {
        DatePart::Month => {
            let one = g.number(1.0);
            g.apply(F::Add, &[number, one])
        }
        DatePart::Year
        | DatePart::Day
        | DatePart::Weekday
        | DatePart::Hour
        | DatePart::Minute
        | DatePart::Second
        | DatePart::Millisecond => number,
    };
    g.apply(F::CountToInteger, &[number])
}

/// `weekday()`: from 0, Monday.
pub(in super::super) fn weekday(g: &mut Graph, date: Id) -> Id {
    let from_sunday = g.apply(F::DatePart(DatePart::Weekday), &[date]);
    let from_sunday = g.apply(F::CountToInteger, &[from_sunday]);
    let (six, seven) = (g.big_int(6), g.big_int(7));
    let (later, _) = g.integer_arithmetic(super::super::ir::Arithmetic::Add, from_sunday, six);
    g.apply(F::FloorRemainder, &[later, seven])
}

/// `timestamp()`: seconds since 1970, the double nearest to the exact value.
pub(in super::super) fn timestamp(g: &mut Graph, date: Id) -> Id {
    let milliseconds = g.apply(F::DateToNumber, &[date]);
    seconds(g, milliseconds)
}

/// `total_seconds()` of milliseconds.
pub(in super::super) fn seconds(g: &mut Graph, milliseconds: Id) -> Id {
    let thousand = g.number(1000.0);
    g.apply(F::Divide, &[milliseconds, thousand])
}

/// The date that is milliseconds behind 1970.
pub(in super::super) fn of_milliseconds(g: &mut Graph, milliseconds: Id) -> Id {
    let clipped = g.apply(F::TimeClip, &[milliseconds]);
    g.apply(F::NumberToDate, &[clipped])
}

/// A date some milliseconds later.
pub(in super::super) fn later(g: &mut Graph, date: Id, milliseconds: Id) -> Fallible {
    let start = g.apply(F::DateToNumber, &[date]);
    let time = g.apply(F::Add, &[start, milliseconds]);
    let value = of_milliseconds(g, time);
    let failure = super::super::javascript::date::remote_failure(g, value);
    Fallible { value, failure }
}

/// `isoformat()`: with microseconds unless there are none.
pub(in super::super) fn iso_text(g: &mut Graph, date: Id) -> Id {
    let text = g.apply(F::DateToText, &[date]);
    let (zero, whole, all) = (g.number(0.0), g.number(19.0), g.number(23.0));
    let seconds = g.apply(F::Substring, &[text, zero, whole]);
    let fraction = g.apply(F::Substring, &[text, zero, all]);
    let (zone, long_zone) = (g.text("+00:00"), g.text("000+00:00"));
    let short = super::concatenated(g, &[seconds, zone]);
    let long = super::concatenated(g, &[fraction, long_zone]);
    let (milliseconds, nothing) = (g.apply(F::DatePart(DatePart::Millisecond), &[date]), g.number(0.0));
    let is_whole = g.equal(milliseconds, nothing);
    g.if_else(is_whole, short, long)
}

/// Whole days of milliseconds, rounded down, and the seconds of the day that is left.
pub(in super::super) fn days(g: &mut Graph, milliseconds: Id) -> Fallible {
    let day = g.number(DAY);
    let days = g.apply(F::Divide, &[milliseconds, day]);
    let days = g.apply(F::Floor, &[days]);
    number::truncate(g, days)
}
