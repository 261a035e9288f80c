//! Numbers as bits: ECMAScript's bitwise operators, and digits in bases that are powers of two.

use super::{
    super::ir::{Base, Bitwise, Function as F, Graph, Id},
    Fallible, number, text,
};

/// An operator between two numbers.
pub(in super::super) fn operation(g: &mut Graph, op: Bitwise, a: Id, b: Id) -> Id {
    g.apply(F::Bits(op), &[a, b])
}

/// `~x`.
pub(in super::super) fn not(g: &mut Graph, x: Id) -> Id {
    g.apply(F::Bits(Bitwise::Not), &[x])
}

/// `toString(base)`: of whole numbers. Others have digits that the standard leaves open, and fail.
pub(in super::super) fn to_text_in(g: &mut Graph, base: Base, x: Id) -> Fallible {
    let size = g.apply(F::Absolute, &[x]);
    let digits = g.apply(F::DigitsIn(base), &[size]);
    let (minus, zero) = (g.text("-"), g.number(0.0));
    let is_negative = g.apply(F::Less, &[x, zero]);
    let negative = g.apply(F::Concatenate, &[minus, digits]);
    let usual = g.if_else(is_negative, negative, digits);
    let is_finite = g.apply(F::IsFinite, &[x]);
    // NaN and Infinity are words in every base.
    let words = number::to_text(g, x);
    let value = g.if_else(is_finite, usual, words);
    let is_safe = number::is_safe_integer(g, x);
    let is_other = g.not(is_safe);
    let fails = g.and(is_finite, is_other);
    let other_base = g.text(" is no whole number, and has no exact digits in another base");
    let reason = g.apply(F::Concatenate, &[words, other_base]);
    Fallible { value, failure: g.failure_if(fails, reason) }
}

/// What `parseInt` takes for digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Radix {
    /// Base 16 behind `0x`, and else base 10.
    Told,
    Two,
    Eight,
    Sixteen,
}

/// `parseInt` in another base than 10. In powers of two the nearest double is the exact result.
pub(in super::super) fn parse_int(g: &mut Graph, s: Id, radix: Radix) -> Id {
    let trimmed = text::trim_start(g, s);
    let (digits, prefix) = match radix {
        Radix::Two => ("^[+-]?([01]+)", "0b"),
        Radix::Eight => ("^[+-]?([0-7]+)", "0o"),
        Radix::Told | Radix::Sixteen => ("^[+-]?([0-9a-fA-F]+)", "0x"),
    };
    if let Radix::Two | Radix::Eight = radix {
        return prefixed(g, trimmed, digits, prefix);
    }
    let is_marked = g.apply(F::Matches("^[+-]?0[xX]".to_owned()), &[trimmed]);
    let marked = prefixed(g, trimmed, "^[+-]?0[xX]([0-9a-fA-F]+)", prefix);
    let plain = match radix {
        Radix::Told => number::parse_int(g, s),
        _ => prefixed(g, trimmed, digits, prefix),
    };
    g.if_else(is_marked, marked, plain)
}

/// The number of the digits that a pattern finds; NaN where there are none.
fn prefixed(g: &mut Graph, s: Id, pattern: &str, prefix: &str) -> Id {
    let digits = g.apply(F::Extract(pattern.to_owned()), &[s]);
    let prefix = g.text(prefix);
    let text = g.apply(F::Concatenate, &[prefix, digits]);
    let number = g.apply(F::TextToNumber, &[text]);
    let minus = g.text("-");
    let is_negative = g.apply(F::StartsWith, &[s, minus]);
    let negative = g.apply(F::Negate, &[number]);
    let number = g.if_else(is_negative, negative, number);
    let (empty, not_a_number) = (g.text(""), g.number(f64::NAN));
    let is_empty = g.equal(digits, empty);
    g.if_else(is_empty, not_a_number, number)
}
