//! Numbers: ECMAScript's `Number`, `Math` and conversions to and from text.

use super::{
    super::ir::{Function as F, Graph, Id},
    Fallible, text,
};

/// 2^53: from here on not every whole number is a double.
const UNSAFE: f64 = 9_007_199_254_740_992.0;

/// What `parseFloat` reads of a text.
const DECIMAL_PREFIX: &str = "^[+-]?(?:Infinity|(?:[0-9]+[.]?[0-9]*|[.][0-9]+)(?:[eE][+-]?[0-9]+)?)";
/// What `parseInt` reads of a text in base 10.
const DIGITS_PREFIX: &str = "^[+-]?[0-9]+";
/// `Number::toString` in base 10.
pub(in super::super) fn to_text(g: &mut Graph, x: Id) -> Id {
    if let Some(value) = g.as_number(x)
        && value.fract() == 0.0
        && value.abs() < UNSAFE
    {
        return g.text(&format!("{}", value as i64));
    }
    let digits = g.apply(F::DigitsOfNumber, &[x]);
    let (e, e_plus) = (g.text("e"), g.text("e+"));
    let large = g.apply(F::ReplaceFirst, &[digits, e, e_plus]);
    let threshold = g.number(1e21);
    let size = g.apply(F::Absolute, &[x]);
    let is_large = g.apply(F::LessOrEqual, &[threshold, size]);
    let finite = g.if_else(is_large, large, digits);

    let zero = g.number(0.0);
    let is_zero = g.equal(x, zero);
    let zero_text = g.text("0");
    let rest = g.if_else(is_zero, zero_text, finite);
    let (positive, negative, nan) = (g.text("Infinity"), g.text("-Infinity"), g.text("NaN"));
    let is_positive = g.apply(F::Less, &[zero, x]);
    let infinite = g.if_else(is_positive, positive, negative);
    let is_finite = g.apply(F::IsFinite, &[x]);
    let is_nan = g.apply(F::IsNaN, &[x]);
    let unusual = g.if_else(is_nan, nan, infinite);
    g.if_else(is_finite, rest, unusual)
}

/// `parseFloat`.
pub(in super::super) fn parse_float(g: &mut Graph, s: Id) -> Id {
    prefix(g, s, DECIMAL_PREFIX)
}

/// `parseInt` in base 10.
pub(in super::super) fn parse_int(g: &mut Graph, s: Id) -> Id {
    prefix(g, s, DIGITS_PREFIX)
}

/// The number that a text begins with, after white space.
fn prefix(g: &mut Graph, s: Id, pattern: &'static str) -> Id {
    let trimmed = text::trim_start(g, s);
    let digits = g.apply(F::Extract(pattern.to_owned()), &[trimmed]);
    let (empty, not_a_number) = (g.text(""), g.number(f64::NAN));
    let is_empty = g.equal(digits, empty);
    let number = g.apply(F::TextToNumber, &[digits]);
    g.if_else(is_empty, not_a_number, number)
}

/// `Number::remainder`, and whether it fails: where the exact result needs more than 64 bits.
pub(in super::super) fn remainder(g: &mut Graph, a: Id, b: Id) -> (Id, Id) {
    let (exact, fails) = match g.as_number(b) {
        Some(divisor) if divisor != 0.0 && divisor.fract() == 0.0 && divisor.abs() < UNSAFE => {
            remainder_of_whole(g, a, b)
        }
        _ => remainder_of_any(g, a, b),
    };
    // A zero has the sign of the dividend.
    let zero = g.number(0.0);
    let is_zero = g.equal(exact, zero);
    let signed_zero = g.apply(F::Multiply, &[a, zero]);
    (g.if_else(is_zero, signed_zero, exact), fails)
}

/// By a whole constant: the fraction of the dividend passes through unchanged.
fn remainder_of_whole(g: &mut Graph, a: Id, b: Id) -> (Id, Id) {
    let value = if g.is_whole(a) {
        g.apply(F::IntegerRemainder, &[a, b])
    } else {
        let whole = g.apply(F::Truncate, &[a]);
        let fraction = g.apply(F::Subtract, &[a, whole]);
        let remainder = g.apply(F::IntegerRemainder, &[whole, b]);
        g.apply(F::Add, &[remainder, fraction])
    };
    let limit = g.number(UNSAFE);
    let size = g.apply(F::Absolute, &[a]);
    let is_large = g.apply(F::LessOrEqual, &[limit, size]);
    let is_finite = g.apply(F::IsFinite, &[a]);
    (value, g.and(is_finite, is_large))
}

fn remainder_of_any(g: &mut Graph, a: Id, b: Id) -> (Id, Id) {
    let scaled = g.apply(F::ScaledRemainder, &[a, b]);
    let (size_a, size_b) = (g.apply(F::Absolute, &[a]), g.apply(F::Absolute, &[b]));
    let is_smaller = g.apply(F::Less, &[size_a, size_b]);
    let known = g.known(scaled);
    let divided = g.if_else(is_smaller, a, known);

    let (zero, not_a_number) = (g.number(0.0), g.number(f64::NAN));
    let by_zero = g.equal(b, zero);
    let by_nan = g.apply(F::IsNaN, &[b]);
    let is_finite = g.apply(F::IsFinite, &[a]);
    let is_infinite = g.not(is_finite);
    let undefined = g.or(by_zero, by_nan);
    let undefined = g.or(is_infinite, undefined);
    let value = g.if_else(undefined, not_a_number, divided);

    let trivial = g.or(undefined, is_smaller);
    let fails = g.is_nothing(scaled);
    let nontrivial = g.not(trivial);
    (value, g.and(nontrivial, fails))
}

/// `Math.round`: to the nearest, halves up, with the sign of zero.
pub(in super::super) fn round(g: &mut Graph, x: Id) -> Id {
    let floor = g.apply(F::Floor, &[x]);
    let fraction = g.apply(F::Subtract, &[x, floor]);
    let (half, one, zero) = (g.number(0.5), g.number(1.0), g.number(0.0));
    let up = g.apply(F::LessOrEqual, &[half, fraction]);
    let above = g.apply(F::Add, &[floor, one]);
    let rounded = g.if_else(up, above, floor);
    let is_zero = g.equal(rounded, zero);
    let signed_zero = g.apply(F::Multiply, &[x, zero]);
    g.if_else(is_zero, signed_zero, rounded)
}

/// `Math.sign`.
pub(in super::super) fn sign(g: &mut Graph, x: Id) -> Id {
    let (zero, one, minus_one) = (g.number(0.0), g.number(1.0), g.number(-1.0));
    let is_positive = g.apply(F::Less, &[zero, x]);
    let is_negative = g.apply(F::Less, &[x, zero]);
    let rest = g.if_else(is_negative, minus_one, x);
    g.if_else(is_positive, one, rest)
}

/// Which of two numbers [`extreme`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Extreme {
    Least,
    Greatest,
}

/// `Math.min` and `Math.max` of two numbers: NaN wins, and -0 is less than 0.
pub(in super::super) fn extreme(g: &mut Graph, which: Extreme, a: Id, b: Id) -> Id {
    let (low, high) = match which {
        Extreme::Least => (a, b),
        Extreme::Greatest => (b, a),
    };
    let is_less = g.apply(F::Less, &[low, high]);
    let constant = |id| g.as_number(id).is_some_and(|value| value != 0.0 && !value.is_nan());
    let rest = if constant(a) || constant(b) {
        b
    } else {
        // Equal numbers differ at most in the sign of zero, which division shows.
        let (zero, one) = (g.number(0.0), g.number(1.0));
        let reciprocal = g.apply(F::Divide, &[one, a]);
        let is_negative = g.apply(F::Less, &[reciprocal, zero]);
        let (if_negative, otherwise) = match which {
            Extreme::Least => (a, b),
            Extreme::Greatest => (b, a),
        };
        let zeros = g.if_else(is_negative, if_negative, otherwise);
        let is_equal = g.equal(a, b);
        g.if_else(is_equal, zeros, b)
    };
    let chosen = g.if_else(is_less, a, rest);
    let a_is_nan = g.apply(F::IsNaN, &[a]);
    let b_is_nan = g.apply(F::IsNaN, &[b]);
    let chosen = g.if_else(b_is_nan, b, chosen);
    g.if_else(a_is_nan, a, chosen)
}

/// `Number.isInteger`.
pub(in super::super) fn is_integer(g: &mut Graph, x: Id) -> Id {
    let whole = g.apply(F::Truncate, &[x]);
    let is_whole = g.equal(whole, x);
    let is_finite = g.apply(F::IsFinite, &[x]);
    g.and(is_finite, is_whole)
}

/// `Number.isSafeInteger`.
pub(in super::super) fn is_safe_integer(g: &mut Graph, x: Id) -> Id {
    let is_integer = is_integer(g, x);
    let (size, limit) = (g.apply(F::Absolute, &[x]), g.number(UNSAFE));
    let is_safe = g.apply(F::Less, &[size, limit]);
    g.and(is_integer, is_safe)
}

/// `Number.prototype.toFixed` with a constant count of decimals.
pub(in super::super) fn to_fixed(g: &mut Graph, x: Id, decimals: u8) -> Id {
    let fixed = g.apply(F::Fixed(decimals), &[x]);
    let (size, limit) = (g.apply(F::Absolute, &[x]), g.number(1e21));
    let is_usual = g.apply(F::Less, &[size, limit]);
    let general = to_text(g, x);
    g.if_else(is_usual, fixed, general)
}

/// `BigInt` of a number: throws a `RangeError` unless it is an integer, and fails outside of 64 bits.
pub(in super::super) fn to_big_int(g: &mut Graph, x: Id) -> Fallible {
    if let Some(value) = g.as_number(x)
        && value.fract() == 0.0
        && value.abs() < UNSAFE
    {
        let value = g.big_int(value as i64);
        return Fallible::total(g, value);
    }
    let integer = g.apply(F::NumberToInteger, &[x]);
    let number = to_text(g, x);
    let the_number = g.text("The number ");
    let not_an_integer = g.text(" cannot be converted to a BigInt because it is not an integer");
    let not_an_integer = g.apply(F::Concatenate, &[the_number, number, not_an_integer]);
    let too_large = g.text(" does not fit into 64 bits");
    let too_large = g.apply(F::Concatenate, &[number, too_large]);
    let is_integer = is_integer(g, x);
    let reason = g.if_else(is_integer, too_large, not_an_integer);
    let fails = g.is_nothing(integer);
    Fallible { value: g.known(integer), failure: g.failure_if(fails, reason) }
}

/// `BigInt` of a text: throws a `SyntaxError` unless it is an integer, and fails outside of 64 bits
/// and for digits in another base.
pub(in super::super) fn big_int_from_text(g: &mut Graph, s: Id) -> Fallible {
    let digits = text::trim(g, s);
    let integer = g.apply(F::TextToInteger, &[digits]);
    let (empty, zero) = (g.text(""), g.big_int(0));
    let is_empty = g.equal(digits, empty);
    let known = g.known(integer);
    let value = g.if_else(is_empty, zero, known);

    let mut reason = |start: &str, end: &str| {
        let (start, end) = (g.text(start), g.text(end));
        g.apply(F::Concatenate, &[start, s, end])
    };
    let too_large = reason("", " does not fit into 64 bits");
    let other_base = reason("`", "` is not written in decimal digits");
    let no_integer = reason("Cannot convert ", " to a BigInt");
    let is_other_base = g.apply(F::Matches("^0[xXoObB][0-9a-fA-F]+$".to_owned()), &[digits]);
    let otherwise = g.if_else(is_other_base, other_base, no_integer);
    let is_decimal = g.apply(F::Matches("^[+-]?[0-9]+$".to_owned()), &[digits]);
    let reason = g.if_else(is_decimal, too_large, otherwise);
    let (absent, is_text) = (g.is_nothing(integer), g.not(is_empty));
    let fails = g.and(is_text, absent);
    Fallible { value, failure: g.failure_if(fails, reason) }
}
