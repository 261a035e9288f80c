//! Characters as numbers: UTF-16 code units and code points.

use super::{
    super::ir::{Bitwise, Function as F, Graph, Id, Nothing},
    Fallible, text,
};

/// `charCodeAt`: NaN where there is no such code unit.
pub(in super::super) fn char_code_at(g: &mut Graph, s: Id, position: Id) -> Id {
    let position = text::to_integer(g, position);
    let is_inside = is_inside(g, s, position);
    let unit = g.apply(F::CodeUnit, &[s, position]);
    let not_a_number = g.number(f64::NAN);
    g.if_else(is_inside, unit, not_a_number)
}

/// `codePointAt`: `undefined` where there is no such code unit. A high surrogate is always the first
/// half of a character, since texts are whole.
pub(in super::super) fn code_point_at(g: &mut Graph, s: Id, position: Id) -> Id {
    let position = text::to_integer(g, position);
    let is_inside = is_inside(g, s, position);
    let unit = g.apply(F::CodeUnit, &[s, position]);
    let mut point = unit;
    if !text::is_basic(g, s) {
        let one = g.number(1.0);
        let next = g.apply(F::Add, &[position, one]);
        let low = g.apply(F::CodeUnit, &[s, next]);
        let (first, last) = (g.number(f64::from(0xD800)), g.number(f64::from(0xDC00)));
        let (from, to) = (g.apply(F::LessOrEqual, &[first, unit]), g.apply(F::Less, &[unit, last]));
        let is_high = g.and(from, to);
        // (high - 0xD800) * 0x400 + (low - 0xDC00) + 0x10000
        let (width, rest) = (g.number(1024.0), g.number(f64::from(0x0001_0000 - 0xD800 * 0x400 - 0xDC00)));
        let high = g.apply(F::Multiply, &[unit, width]);
        let both = g.apply(F::Add, &[high, low]);
        let pair = g.apply(F::Add, &[both, rest]);
        point = g.if_else(is_high, pair, unit);
    }
    let undefined = g.nothing(Nothing::Undefined);
    g.if_else(is_inside, point, undefined)
}

fn is_inside(g: &mut Graph, s: Id, position: Id) -> Id {
    let (zero, length) = (g.number(0.0), text::length(g, s));
    let is_after_start = g.apply(F::LessOrEqual, &[zero, position]);
    let is_before_end = g.apply(F::Less, &[position, length]);
    g.and(is_after_start, is_before_end)
}

/// `String.fromCharCode` of one code unit: fails for half of a character.
pub(in super::super) fn from_char_code(g: &mut Graph, x: Id) -> Fallible {
    let all = g.number(65_535.0);
    let unit = g.apply(F::Bits(Bitwise::And), &[x, all]);
    let (first, last) = (g.number(f64::from(0xD800)), g.number(f64::from(0xE000)));
    let (from, to) = (g.apply(F::LessOrEqual, &[first, unit]), g.apply(F::Less, &[unit, last]));
    let is_half = g.and(from, to);
    let reason = g.text("the result would be cut inside a character that is two UTF-16 code units");
    Fallible { value: g.apply(F::Character, &[unit]), failure: g.failure_if(is_half, reason) }
}
