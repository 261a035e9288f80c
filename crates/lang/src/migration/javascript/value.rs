//! Operations on values of any type: truth, equality, conversion to text and to number.

use super::{
    super::{
        ir::{Function as F, Graph, Id},
        types::{Kind, Type},
    },
    number,
};

/// `ToBoolean`.
pub(in super::super) fn truth(g: &mut Graph, x: Id) -> Id {
    let there = g.is_there(x);
    let known = g.known(x);
    let truth = match g.ty(known).kind.clone() {
        Kind::Boolean => known,
        ref kind if kind.is_text() => {
            let empty = g.text("");
            let is_empty = g.equal(known, empty);
            g.not(is_empty)
        }
        ref kind if kind.is_number() => {
            let zero = g.number(0.0);
            let is_zero = g.equal(known, zero);
            let is_nan = g.apply(F::IsNaN, &[known]);
            let is_false = g.or(is_zero, is_nan);
            g.not(is_false)
        }
        Kind::Precise(_) | Kind::BigInt => {
            let zero = g.big_int(0);
            let is_zero = g.equal(known, zero);
            g.not(is_zero)
        }
        Kind::Date | Kind::Array(_) | Kind::Object(_) => g.boolean(true),
        Kind::Never | Kind::Number | Kind::Integers(_) | Kind::Text | Kind::Words(_) => g.boolean(false),
    };
    g.and(there, truth)
}

/// `===` of two values of comparable kinds, either of which may be absent.
pub(in super::super) fn equal(g: &mut Graph, a: Id, b: Id) -> Id {
    let (ty_a, ty_b) = (g.ty(a).clone(), g.ty(b).clone());
    let (a_known, b_known) = (g.known(a), g.known(b));
    let both = g.equal(a_known, b_known);
    let (a_there, b_there) = (g.is_there(a), g.is_there(b));
    let equal = g.and(b_there, both);
    let equal = g.and(a_there, equal);
    // Nothing equals nothing of its own kind.
    if (ty_a.null && ty_b.null) || (ty_a.undefined && ty_b.undefined) {
        let (a_absent, b_absent) = (g.not(a_there), g.not(b_there));
        let neither = g.and(a_absent, b_absent);
        g.or(neither, equal)
    } else {
        equal
    }
}

/// `ToString`, for the types where it is exact: `None` for dates, arrays and objects, and for
/// values that may be both `null` and `undefined`.
pub(in super::super) fn to_text(g: &mut Graph, x: Id) -> Option<Id> {
    let ty = g.ty(x).clone();
    let nothing = nothing_text(&ty)?;
    let known = g.known(x);
    let text = match ty.kind {
        ref kind if kind.is_text() => known,
        Kind::Precise(of) if of.whole_numbers().is_some() => g.apply(F::IntegerToText, &[known]),
        ref kind if kind.is_number() => number::to_text(g, known),
        Kind::Boolean => {
            let (yes, no) = (g.text("true"), g.text("false"));
            g.if_else(known, yes, no)
        }
        Kind::Precise(_) | Kind::BigInt => match g.node(known) {
            super::super::ir::Node::BigInt(value) => {
                let value = value.to_string();
                g.text(&value)
            }
            _ => g.apply(F::IntegerToText, &[known]),
        },
        Kind::Never | Kind::Number | Kind::Integers(_) | Kind::Text | Kind::Words(_) => g.unreachable(),
        Kind::Date | Kind::Array(_) | Kind::Object(_) => return None,
    };
    let is_nothing = g.is_nothing(x);
    let nothing = g.text(nothing);
    Some(g.if_else(is_nothing, nothing, text))
}

fn nothing_text(ty: &Type) -> Option<&'static str> {
    match (ty.null, ty.undefined) {
        (true, true) => None,
        (_, true) => Some("undefined"),
        (_, false) => Some("null"),
    }
}

/// `ToNumber`, for the types where it is exact. A bigint is a number for `Number(…)` only.
pub(in super::super) fn to_number(g: &mut Graph, x: Id) -> Option<Id> {
    let ty = g.ty(x).clone();
    let nothing = match (ty.null, ty.undefined) {
        (true, true) => return None,
        (_, true) => f64::NAN,
        (_, false) => 0.0,
    };
    let known = g.known(x);
    let value = match ty.kind {
        ref kind if kind.is_text() => g.apply(F::TextToNumber, &[known]),
        ref kind if kind.is_number() => known,
        Kind::Boolean => {
            let (one, zero) = (g.number(1.0), g.number(0.0));
            g.if_else(known, one, zero)
        }
        Kind::Precise(_) | Kind::BigInt => g.apply(F::IntegerToNumber, &[known]),
        Kind::Date => g.apply(F::DateToNumber, &[known]),
        Kind::Never | Kind::Number | Kind::Integers(_) | Kind::Text | Kind::Words(_) => g.unreachable(),
        Kind::Array(_) | Kind::Object(_) => return None,
    };
    let is_nothing = g.is_nothing(x);
    let nothing = g.number(nothing);
    Some(g.if_else(is_nothing, nothing, value))
}
