//! `str`: sequences of Unicode characters, as in the database.

use super::{
    super::ir::{Function as F, Graph, Id, Occurrences},
    Fallible,
    value::is_negative,
};

/// What `str.strip`, `str.split` and `str.isspace` take for white space.
macro_rules! whitespace {
    () => {
        r"\t-\r\x1c- \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
    };
}
pub(super) const WHITESPACE: &str = whitespace!();
const WORD: &str = concat!("[^", whitespace!(), "]+");
/// The same without the separators of ASCII, which are no white space for numbers.
const AROUND_NUMBER: &str =
    r"\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}";

/// Letters whose case CPython 3.11 does not know yet, or knows differently.
const YOUNG_LETTERS: &str = r"[\x{19b}\x{264}\x{1c89}\x{1c8a}\x{a7cb}-\x{a7cf}\x{a7d2}-\x{a7d5}\x{a7da}-\x{a7dc}\x{10d50}-\x{10d65}\x{10d70}-\x{10d85}\x{16ea0}-\x{16eb8}\x{16ebb}-\x{16ed3}]";

/// Which ends of a text are stripped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Ends {
    Both,
    Left,
    Right,
}

/// `strip`, `lstrip`, `rstrip`: of white space, or of these characters.
pub(in super::super) fn strip(g: &mut Graph, s: Id, ends: Ends, characters: Option<&str>) -> Id {
    let class = match characters {
        None => WHITESPACE.to_owned(),
        Some("") => return s,
        Some(characters) => characters.chars().map(|c| format!(r"\x{{{:x}}}", u32::from(c))).collect(),
    };
    without_ends(g, s, ends, &class)
}

fn without_ends(g: &mut Graph, s: Id, ends: Ends, class: &str) -> Id {
    let pattern = match ends {
        Ends::Both => format!("^[{class}]+|[{class}]+$"),
        Ends::Left => format!("^[{class}]+"),
        Ends::Right => format!("[{class}]+$"),
    };
    g.apply(F::Without(pattern), &[s])
}

/// What is read as a number.
pub(super) fn trimmed_number(g: &mut Graph, s: Id) -> Id {
    without_ends(g, s, Ends::Both, AROUND_NUMBER)
}

/// `len`.
pub(in super::super) fn length(g: &mut Graph, s: Id) -> Id {
    if let Some(text) = g.as_text(s) {
        let count = text.chars().count() as i64;
        return g.big_int(count);
    }
    let count = g.apply(F::CharacterCount, &[s]);
    g.apply(F::CountToInteger, &[count])
}

/// `upper` and `lower`.
pub(in super::super) fn cased(g: &mut Graph, function: F, s: Id) -> Fallible {
    let value = g.apply(function, &[s]);
    let is_young = g.apply(F::Matches(YOUNG_LETTERS.to_owned()), &[s]);
    Fallible::unless(g, value, is_young, "the case of a letter is too young to be computed exactly")
}

/// `capitalize`, of texts that begin with a letter of ASCII or with none.
pub(in super::super) fn capitalized(g: &mut Graph, s: Id) -> Fallible {
    let (zero, one) = (g.number(0.0), g.number(1.0));
    let first = g.apply(F::Substring, &[s, zero, one]);
    let first = g.apply(F::Upper, &[first]);
    let rest = g.apply(F::Substring, &[s, one]);
    // Of a sigma the place in the text matters.
    let rest_cased = g.apply(F::Lower, &[rest]);
    let value = super::concatenated(g, &[first, rest_cased]);
    let is_other = g.apply(F::Matches(r"[^\x00-\x7f]".to_owned()), &[s]);
    Fallible::unless(
        g,
        value,
        is_other,
        "letters outside of ASCII are not capitalized: too complex to be computed exactly",
    )
}

/// `text[position]`.
pub(in super::super) fn character(g: &mut Graph, s: Id, position: Id) -> Fallible {
    let length = length(g, s);
    let (start, is_outside) = inside(g, length, position);
    let one = g.number(1.0);
    let value = g.apply(F::Substring, &[s, start, one]);
    Fallible::unless(g, value, is_outside, "IndexError: string index out of range")
}

/// A position from the start, as a number that is meaningful unless it is outside.
pub(super) fn inside(g: &mut Graph, length: Id, position: Id) -> (Id, Id) {
    let zero = g.big_int(0);
    if let Some(position) = g.as_big_int(position) {
        if position >= 0 {
            let wanted = g.big_int(position);
            let is_outside = g.apply(F::LessOrEqual, &[length, wanted]);
            return (g.number(position as f64), is_outside);
        }
        let least = g.big_int(position.saturating_neg());
        let is_outside = g.apply(F::Less, &[length, least]);
        let (length, back) = (g.apply(F::IntegerToNumber, &[length]), g.number(position as f64));
        let start = g.apply(F::Add, &[length, back]);
        let from_end = clamped_at_zero(g, start);
        return (from_end, is_outside);
    }
    let is_negative = g.apply(F::Less, &[position, zero]);
    let length = g.apply(F::IntegerToNumber, &[length]);
    let wanted = g.apply(F::IntegerToNumber, &[position]);
    let from_end = g.apply(F::Add, &[length, wanted]);
    let place = g.if_else(is_negative, from_end, wanted);
    let zero = g.number(0.0);
    let is_before = g.apply(F::Less, &[place, zero]);
    let is_behind = g.apply(F::LessOrEqual, &[length, place]);
    let is_outside = g.or(is_before, is_behind);
    (g.if_else(is_outside, zero, place), is_outside)
}

fn clamped_at_zero(g: &mut Graph, x: Id) -> Id {
    let zero = g.number(0.0);
    let is_before = g.apply(F::Less, &[x, zero]);
    g.if_else(is_before, zero, x)
}

/// Where a slice begins, and how long it is, as numbers within the length; the count is absent for
/// all that follows.
pub(super) fn bounds(g: &mut Graph, length: Id, start: Option<Id>, end: Option<Id>) -> (Id, Option<Id>) {
    let length = g.apply(F::IntegerToNumber, &[length]);
    let start = match start {
        Some(start) => bound(g, length, start),
        None => g.number(0.0),
    };
    let Some(end) = end else { return (start, None) };
    let end = bound(g, length, end);
    if g.as_number(start) == Some(0.0) {
        return (start, Some(end));
    }
    let count = g.apply(F::Subtract, &[end, start]);
    (start, Some(clamped_at_zero(g, count)))
}

/// A position that counts from the end when it is negative, moved into the length. A constant one
/// may be behind the end, where there is nothing.
fn bound(g: &mut Graph, length: Id, position: Id) -> Id {
    if let Some(position) = g.as_big_int(position)
        && (0..1_000_000).contains(&position)
    {
        return g.number(position as f64);
    }
    let is_negative = is_negative(g, position);
    let wanted = g.apply(F::IntegerToNumber, &[position]);
    let from_end = g.apply(F::Add, &[length, wanted]);
    let from_end = clamped_at_zero(g, from_end);
    let is_behind = g.apply(F::Less, &[length, wanted]);
    let from_start = g.if_else(is_behind, length, wanted);
    g.if_else(is_negative, from_end, from_start)
}

/// `text[start:end]`.
pub(in super::super) fn slice(g: &mut Graph, s: Id, start: Option<Id>, end: Option<Id>) -> Id {
    let length = length(g, s);
    let (start, count) = bounds(g, length, start, end);
    if g.as_number(start) == Some(0.0) && count.is_none() {
        return s;
    }
    let args: Vec<_> = [s, start].into_iter().chain(count).collect();
    g.apply(F::Substring, &args)
}

/// `find`: the first position of a text, or -1.
pub(in super::super) fn find(g: &mut Graph, s: Id, searched: Id) -> Id {
    let contains = g.apply(F::Contains, &[s, searched]);
    let before = g.apply(F::Before, &[s, searched]);
    let (position, absent) = (length(g, before), g.big_int(-1));
    g.if_else(contains, position, absent)
}

/// `index`.
pub(in super::super) fn index(g: &mut Graph, s: Id, searched: Id) -> Fallible {
    let contains = g.apply(F::Contains, &[s, searched]);
    let before = g.apply(F::Before, &[s, searched]);
    let position = length(g, before);
    let is_absent = g.not(contains);
    Fallible::unless(g, position, is_absent, "ValueError: substring not found")
}

/// `split()`: the words between white space.
pub(in super::super) fn words(g: &mut Graph, s: Id) -> Id {
    g.apply(F::ExtractAll(WORD.to_owned()), &[s])
}

/// The characters of a text, each a text.
pub(in super::super) fn characters(g: &mut Graph, s: Id) -> Id {
    g.apply(F::ExtractAll("(?s).".to_owned()), &[s])
}

/// The texts before and behind the first occurrence of another, which is there.
pub(in super::super) fn around(g: &mut Graph, s: Id, separator: Id) -> (Id, Id) {
    let before = g.apply(F::Before, &[s, separator]);
    let (start, width) = (g.apply(F::CharacterCount, &[before]), length(g, separator));
    let width = g.apply(F::IntegerToNumber, &[width]);
    let start = g.apply(F::Add, &[start, width]);
    (before, g.apply(F::Substring, &[s, start]))
}

/// `count`, of a text that is not empty.
pub(in super::super) fn count(g: &mut Graph, s: Id, searched: Id) -> Id {
    let parts = g.apply(F::Split, &[s, searched]);
    let (count, one) = (g.apply(F::ArrayLength, &[parts]), g.number(1.0));
    let count = g.apply(F::Subtract, &[count, one]);
    g.apply(F::CountToInteger, &[count])
}

/// `removeprefix` and `removesuffix`.
pub(in super::super) fn without_affix(g: &mut Graph, s: Id, affix: Id, ends: Ends) -> Id {
    let (count, width) = (g.apply(F::CharacterCount, &[s]), length(g, affix));
    let width = g.apply(F::IntegerToNumber, &[width]);
    let (test, shorter) = match ends {
        Ends::Right => {
            let rest = g.apply(F::Subtract, &[count, width]);
            let (zero, rest) = (g.number(0.0), clamped_at_zero(g, rest));
            (F::EndsWith, g.apply(F::Substring, &[s, zero, rest]))
        }
        Ends::Left | Ends::Both => (F::StartsWith, g.apply(F::Substring, &[s, width])),
    };
    let has_it = g.apply(test, &[s, affix]);
    g.if_else(has_it, shorter, s)
}

/// `isdigit` and `isdecimal`. Digits outside of ASCII are left to Python.
pub(in super::super) fn is_digits(g: &mut Graph, s: Id) -> Fallible {
    let value = g.apply(F::Matches("^[0-9]+$".to_owned()), &[s]);
    let only_numbers = g.apply(F::Matches(r"^\pN+$".to_owned()), &[s]);
    let is_other = g.not(value);
    let is_other = g.and(only_numbers, is_other);
    let (quote, end) = (g.text("`"), g.text("` is not written in decimal digits"));
    let reason = super::concatenated(g, &[quote, s, end]);
    Fallible { value, failure: g.failure_if(is_other, reason) }
}

/// `isspace`.
pub(in super::super) fn is_space(g: &mut Graph, s: Id) -> Id {
    g.apply(F::Matches(concat!("^[", whitespace!(), "]+$").to_owned()), &[s])
}

/// Whether padding goes before or behind a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Side {
    Before,
    Behind,
}

/// `ljust` and `rjust` to a constant width.
pub(in super::super) fn pad(g: &mut Graph, s: Id, side: Side, width: u16, filler: char) -> Id {
    let padding = padding(g, s, width, filler);
    match side {
        Side::Before => super::concatenated(g, &[padding, s]),
        Side::Behind => super::concatenated(g, &[s, padding]),
    }
}

fn padding(g: &mut Graph, s: Id, width: u16, filler: char) -> Id {
    let full = String::from(filler).repeat(usize::from(width));
    let (full, width) = (g.text(&full), g.number(f64::from(width)));
    let count = g.apply(F::CharacterCount, &[s]);
    let missing = g.apply(F::Subtract, &[width, count]);
    let (zero, missing) = (g.number(0.0), clamped_at_zero(g, missing));
    g.apply(F::Substring, &[full, zero, missing])
}

/// `zfill`: zeros behind the sign.
pub(in super::super) fn zero_fill(g: &mut Graph, s: Id, width: u16) -> Id {
    let zeros = padding(g, s, width, '0');
    let sign = g.apply(F::Extract("^[+-]".to_owned()), &[s]);
    let rest = g.apply(F::Without("^[+-]".to_owned()), &[s]);
    super::concatenated(g, &[sign, zeros, rest])
}

/// `repr` of a text. Characters that cannot be printed stand for themselves.
pub(in super::super) fn repr(g: &mut Graph, s: Id) -> Id {
    if let Some(text) = g.as_text(s)
        && text.chars().all(|c| (' '..='~').contains(&c) && c != '\'' && c != '\\')
    {
        let shown = format!("'{text}'");
        return g.text(&shown);
    }
    let mut escaped = s;
    for (plain, spelled) in [("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")] {
        let (plain, spelled) = (g.text(plain), g.text(spelled));
        escaped = g.apply(F::ReplaceAll, &[escaped, plain, spelled]);
    }
    let (single, double) = (g.text("'"), g.text("\""));
    let has_single = g.apply(F::Contains, &[s, single]);
    let has_double = g.apply(F::Contains, &[s, double]);
    let has_both = g.and(has_single, has_double);
    let is_double = {
        let no_double = g.not(has_double);
        g.and(has_single, no_double)
    };
    let escape =
        F::Substitute { pattern: "'".to_owned(), replacement: r"\\'".to_owned(), which: Occurrences::All };
    let both = g.apply(escape, &[escaped]);
    let inner = g.if_else(has_both, both, escaped);
    let quote = g.if_else(is_double, double, single);
    super::concatenated(g, &[quote, inner, quote])
}
