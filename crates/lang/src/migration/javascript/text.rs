//! Strings: sequences of UTF-16 code units in JavaScript, Unicode characters in the database.
//!
//! Texts without characters beyond the Basic Multilingual Plane have the same positions in both.
//! The others take a slower way, and an operation that would cut such a character into its two
//! surrogates fails, since half a character is not text.

use super::{
    super::ir::{Function as F, Graph, Id, MAX_REPEAT, Node},
    super::types::Kind,
    Fallible,
};

/// `WhiteSpace` and `LineTerminator` of ECMAScript.
macro_rules! whitespace {
    () => {
        r"[\s\v\pZ\x{FEFF}]+"
    };
}
const LEADING: &str = concat!("^", whitespace!());
const TRAILING: &str = concat!(whitespace!(), "$");
const SURROUNDING: &str = concat!("^", whitespace!(), "|", whitespace!(), "$");

/// `trim`.
pub(in super::super) fn trim(g: &mut Graph, s: Id) -> Id {
    g.apply(F::Without(SURROUNDING.to_owned()), &[s])
}

/// `trimStart`.
pub(in super::super) fn trim_start(g: &mut Graph, s: Id) -> Id {
    g.apply(F::Without(LEADING.to_owned()), &[s])
}

/// `trimEnd`.
pub(in super::super) fn trim_end(g: &mut Graph, s: Id) -> Id {
    g.apply(F::Without(TRAILING.to_owned()), &[s])
}

/// `length`.
pub(in super::super) fn length(g: &mut Graph, s: Id) -> Id {
    if let Some(text) = g.as_text(s) {
        let units = text.encode_utf16().count();
        return g.number(units as f64);
    }
    let characters = g.apply(F::CharacterCount, &[s]);
    if is_basic(g, s) {
        return characters;
    }
    let astral = g.apply(F::AstralCount, &[s]);
    g.apply(F::Add, &[characters, astral])
}

/// `slice`: negative positions count from the end.
pub(in super::super) fn slice(g: &mut Graph, s: Id, start: Id, end: Option<Id>) -> Fallible {
    let start = relative(g, s, start);
    let end = end.map(|end| relative(g, s, end));
    between(g, s, start, end)
}

/// `substring`: negative positions are 0, and the smaller one is the start.
pub(in super::super) fn substring(g: &mut Graph, s: Id, start: Id, end: Option<Id>) -> Fallible {
    let start = absolute(g, s, start);
    let Some(end) = end else { return between(g, s, start, None) };
    let end = absolute(g, s, end);
    let is_ordered = g.apply(F::LessOrEqual, &[start, end]);
    let (low, high) = (g.if_else(is_ordered, start, end), g.if_else(is_ordered, end, start));
    between(g, s, low, Some(high))
}

/// `charAt`.
pub(in super::super) fn char_at(g: &mut Graph, s: Id, position: Id) -> Fallible {
    let zero = g.number(0.0);
    let position = to_integer(g, position);
    let is_before = g.apply(F::Less, &[position, zero]);
    let start = clamped(g, s, position);
    let one = g.number(1.0);
    let end = g.apply(F::Add, &[start, one]);
    let unit = between(g, s, start, Some(end));
    let (empty, passes) = (g.text(""), g.null());
    Fallible {
        value: g.if_else(is_before, empty, unit.value),
        failure: g.if_else(is_before, passes, unit.failure),
    }
}

/// The code units between two positions that are whole and not negative. Positions behind the
/// end are the end.
fn between(g: &mut Graph, s: Id, start: Id, end: Option<Id>) -> Fallible {
    if g.as_number(start) == Some(0.0) && end.is_none() {
        return Fallible::total(g, s);
    }
    let count = end.map(|end| {
        let zero = g.number(0.0);
        let count = g.apply(F::Subtract, &[end, start]);
        let is_empty = g.apply(F::Less, &[count, zero]);
        g.if_else(is_empty, zero, count)
    });
    let characters: Vec<_> = [s, start].into_iter().chain(count).collect();
    let basic = g.apply(F::Substring, &characters);
    if is_basic(g, s) {
        return Fallible::total(g, basic);
    }
    let units: Vec<_> = [s, start].into_iter().chain(end).collect();
    let units = g.apply(F::CodeUnits, &units);
    let has_astral = g.apply(F::HasAstral, &[s]);
    let value = g.if_else(has_astral, units, basic);

    let mut cuts = g.boolean(false);
    for position in [start].into_iter().chain(end) {
        if g.as_number(position) != Some(0.0) {
            let splits = g.apply(F::SplitsPair, &[s, position]);
            cuts = g.or(cuts, splits);
        }
    }
    let cuts = g.and(has_astral, cuts);
    let (quote, reason) =
        (g.text("`"), g.text("` would be cut inside a character that is two UTF-16 code units"));
    let reason = g.apply(F::Concatenate, &[quote, s, reason]);
    Fallible { value, failure: g.failure_if(cuts, reason) }
}

/// `ToIntegerOrInfinity`, for positions.
pub(super) fn to_integer(g: &mut Graph, x: Id) -> Id {
    let (is_nan, zero) = (g.apply(F::IsNaN, &[x]), g.number(0.0));
    let whole = g.apply(F::Truncate, &[x]);
    g.if_else(is_nan, zero, whole)
}

fn relative(g: &mut Graph, s: Id, x: Id) -> Id {
    let length = length(g, s);
    relative_to(g, length, x)
}

/// A position that counts from the end when it is negative.
pub(super) fn relative_to(g: &mut Graph, length: Id, x: Id) -> Id {
    let position = to_integer(g, x);
    let zero = g.number(0.0);
    let is_negative = g.apply(F::Less, &[position, zero]);
    let from_end = g.apply(F::Add, &[length, position]);
    let is_before = g.apply(F::Less, &[from_end, zero]);
    let from_end = g.if_else(is_before, zero, from_end);
    let from_start = limited(g, position, length);
    g.if_else(is_negative, from_end, from_start)
}

fn absolute(g: &mut Graph, s: Id, x: Id) -> Id {
    let position = to_integer(g, x);
    clamped(g, s, position)
}

/// A whole position within the text.
fn clamped(g: &mut Graph, s: Id, position: Id) -> Id {
    let (zero, length) = (g.number(0.0), length(g, s));
    let is_negative = g.apply(F::Less, &[position, zero]);
    let position = limited(g, position, length);
    g.if_else(is_negative, zero, position)
}

/// A position that is not behind the end; a constant one needs no check.
fn limited(g: &mut Graph, position: Id, length: Id) -> Id {
    if g.as_number(position).is_some_and(|value| value.abs() <= MAX_REPEAT) {
        return position;
    }
    let is_behind = g.apply(F::Less, &[length, position]);
    g.if_else(is_behind, length, position)
}

/// `indexOf` from the start.
pub(in super::super) fn index_of(g: &mut Graph, s: Id, searched: Id) -> Id {
    let (contains, absent) = (g.apply(F::Contains, &[s, searched]), g.number(-1.0));
    let before = g.apply(F::Before, &[s, searched]);
    let position = length(g, before);
    g.if_else(contains, position, absent)
}

/// `lastIndexOf` from the end: `indexOf` of the texts in the other direction.
pub(in super::super) fn last_index_of(g: &mut Graph, s: Id, searched: Id) -> Id {
    let (contains, absent) = (g.apply(F::Contains, &[s, searched]), g.number(-1.0));
    let (backwards, wanted) = (g.apply(F::Backwards, &[s]), g.apply(F::Backwards, &[searched]));
    let behind = g.apply(F::Before, &[backwards, wanted]);
    let (all, behind, width) = (length(g, s), length(g, behind), length(g, searched));
    let end = g.apply(F::Subtract, &[all, behind]);
    let position = g.apply(F::Subtract, &[end, width]);
    g.if_else(contains, position, absent)
}

/// The texts of the code units: fails for a character that is two of them.
pub(in super::super) fn code_units(g: &mut Graph, s: Id) -> Fallible {
    let value = characters(g, s);
    if is_basic(g, s) {
        return Fallible::total(g, value);
    }
    let has_astral = g.apply(F::HasAstral, &[s]);
    let (quote, reason) =
        (g.text("`"), g.text("` would be cut inside a character that is two UTF-16 code units"));
    let reason = g.apply(F::Concatenate, &[quote, s, reason]);
    Fallible { value, failure: g.failure_if(has_astral, reason) }
}

/// The characters of a text, as its iterator gives them.
pub(in super::super) fn characters(g: &mut Graph, s: Id) -> Id {
    g.apply(F::ExtractAll("(?s).".to_owned()), &[s])
}

/// `replace` and `replaceAll` of a text that is not empty. A `$` in the replacement may stand for a part
/// of the text: what is known is written out, and rows where that is not known fail.
pub(in super::super) fn replace(g: &mut Graph, which: F, s: Id, searched: Id, by: Id) -> Option<Fallible> {
    let known = g.as_text(by).map(str::to_owned);
    if let Some(known) = &known {
        let found = g.as_text(searched).map(str::to_owned);
        let by = written_out(known, found.as_deref())?;
        let by = g.text(&by);
        let value = g.apply(which, &[s, searched, by]);
        return Some(Fallible::total(g, value));
    }
    let value = g.apply(which, &[s, searched, by]);
    let is_special = g.apply(F::Matches("[$][$&`']".to_owned()), &[by]);
    let (quote, reason) = (g.text("the `$` in `"), g.text("` stands for a part of what is replaced"));
    let reason = g.apply(F::Concatenate, &[quote, by, reason]);
    Some(Fallible { value, failure: g.failure_if(is_special, reason) })
}

/// A replacement with what its `$` stand for; `None` where that depends on what is around.
fn written_out(by: &str, found: Option<&str>) -> Option<String> {
    let mut out = String::new();
    let mut rest = by.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, rest.peek()) {
            ('$', Some('$')) => {
                rest.next();
                out.push('$');
            }
            ('$', Some('&')) => {
                rest.next();
                out.push_str(found?);
            }
            ('$', Some('`' | '\'')) => return None,
            (c, _) => out.push(c),
        }
    }
    Some(out)
}

/// How much a text may be filled, and how often and to what length it may be repeated, where that
/// depends on the row: a mistake must not take the memory of the database.
const MAX_ROW_REPEAT: f64 = 10_000.0;

/// `repeat`: throws a `RangeError` for negative and infinite counts, and fails for very large ones.
pub(in super::super) fn repeat(g: &mut Graph, s: Id, count: Id) -> Fallible {
    let whole = to_integer(g, count);
    let (zero, limit) = (g.number(0.0), g.number(MAX_ROW_REPEAT));
    let is_negative = g.apply(F::Less, &[whole, zero]);
    let is_finite = g.apply(F::IsFinite, &[whole]);
    let is_infinite = g.not(is_finite);
    let is_invalid = g.or(is_negative, is_infinite);
    let (invalid, shown) = (g.text("Invalid count value: "), super::number::to_text(g, count));
    let invalid_reason = g.apply(F::Concatenate, &[invalid, shown]);
    let length = length(g, s);
    let size = g.apply(F::Multiply, &[length, whole]);
    let (is_long, is_often) = (g.apply(F::Less, &[limit, size]), g.apply(F::Less, &[limit, whole]));
    let is_large = g.or(is_often, is_long);
    let (before, after) = (g.text("a text "), g.text(" times is too large to be computed exactly"));
    let large_reason = g.apply(F::Concatenate, &[before, shown, after]);
    let (invalid, large) = (g.failure_if(is_invalid, invalid_reason), g.failure_if(is_large, large_reason));
    let fails = g.or(is_invalid, is_large);
    let bounded = g.if_else(fails, zero, whole);
    Fallible { value: g.apply(F::Repeat, &[s, bounded]), failure: g.first_failure(invalid, large) }
}

/// `padStart` and `padEnd` to a length that depends on the row, with a constant filler of basic
/// characters.
pub(in super::super) fn pad_to(g: &mut Graph, s: Id, side: Side, target: Id, filler: &str) -> Fallible {
    let width = filler.chars().count();
    if width == 0 {
        return Fallible::total(g, s);
    }
    let (length, target) = (length(g, s), to_integer(g, target));
    let (zero, limit) = (g.number(0.0), g.number(MAX_ROW_REPEAT));
    let missing = g.apply(F::Subtract, &[target, length]);
    let is_short = g.apply(F::Less, &[zero, missing]);
    let missing = g.if_else(is_short, missing, zero);
    let is_large = g.apply(F::Less, &[limit, missing]);
    let reason = g.text("a text with so much filling is too large to be computed exactly");
    let failure = g.failure_if(is_large, reason);
    let missing = g.if_else(is_large, zero, missing);
    let fillers = if width == 1 {
        missing
    } else {
        let width = g.number(width as f64);
        let fillers = g.apply(F::Divide, &[missing, width]);
        g.apply(F::Ceil, &[fillers])
    };
    let filler = g.text(filler);
    let full = g.apply(F::Repeat, &[filler, fillers]);
    let padding = if fillers == missing { full } else { g.apply(F::Substring, &[full, zero, missing]) };
    let value = match side {
        Side::Start => g.apply(F::Concatenate, &[padding, s]),
        Side::End => g.apply(F::Concatenate, &[s, padding]),
    };
    Fallible { value, failure }
}

/// Where [`pad`] puts the filler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Side {
    Start,
    End,
}

/// `padStart` and `padEnd` to a constant length with a constant filler of basic characters.
pub(in super::super) fn pad(g: &mut Graph, s: Id, side: Side, target: u32, filler: &str) -> Id {
    let width = filler.chars().count();
    if width == 0 {
        return s;
    }
    let full = filler.repeat((target as usize).div_ceil(width));
    let full = g.text(&full);
    let (length, target, zero) = (length(g, s), g.number(f64::from(target)), g.number(0.0));
    let missing = g.apply(F::Subtract, &[target, length]);
    let is_short = g.apply(F::Less, &[length, target]);
    let missing = g.if_else(is_short, missing, zero);
    let padding = g.apply(F::Substring, &[full, zero, missing]);
    match side {
        Side::Start => g.apply(F::Concatenate, &[padding, s]),
        Side::End => g.apply(F::Concatenate, &[s, padding]),
    }
}

/// Whether a text never has characters beyond the Basic Multilingual Plane.
pub(in super::super) fn is_basic(g: &Graph, s: Id) -> bool {
    let basic = |text: &str| text.chars().all(|c| c.len_utf16() == 1);
    match g.node(s) {
        Node::Text(text) => basic(text),
        Node::If(_, a, b) => is_basic(g, *a) && is_basic(g, *b),
        Node::Apply(F::Concatenate, parts) => parts.iter().all(|part| is_basic(g, *part)),
        Node::Apply(
            F::Substring | F::Repeat | F::Without(_) | F::Extract(_) | F::Before | F::Backwards,
            args,
        ) => is_basic(g, args[0]),
        Node::Apply(
            F::DigitsOfNumber
            | F::IntegerToText
            | F::DigitsIn(_)
            | F::Character
            | F::Fixed(_)
            | F::DateToText,
            _,
        ) => true,
        Node::Apply(F::ReplaceFirst | F::ReplaceAll, args) => is_basic(g, args[0]) && is_basic(g, args[2]),
        _ => matches!(&g.ty(s).kind, Kind::Words(words) if words.iter().all(|word| basic(word))),
    }
}
