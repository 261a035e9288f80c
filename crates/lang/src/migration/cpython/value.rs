//! Operations on values of any type: truth, equality, conversion to text.

use super::{
    super::{
        ir::{Function as F, Graph, Id, Nothing},
        types::{Kind, Type},
    },
    Fallible, number,
};

/// `bool(x)`.
pub(in super::super) fn truth(g: &mut Graph, x: Id) -> Id {
    let there = g.is_there(x);
    let known = g.known(x);
    let truth = match g.ty(known).kind.clone() {
        Kind::Boolean => known,
        Kind::Text | Kind::Words(_) => {
            let empty = g.text("");
            let is_empty = g.equal(known, empty);
            g.not(is_empty)
        }
        Kind::Number | Kind::Integers(_) => {
            let zero = g.number(0.0);
            let is_zero = g.equal(known, zero);
            g.not(is_zero)
        }
        Kind::BigInt => {
            let zero = g.big_int(0);
            let is_zero = g.equal(known, zero);
            g.not(is_zero)
        }
        Kind::Array(_) => {
            let (length, zero) = (g.apply(F::ArrayLength, &[known]), g.number(0.0));
            let is_empty = g.equal(length, zero);
            g.not(is_empty)
        }
        Kind::Date | Kind::Object(_) => g.boolean(true),
        Kind::Never => g.boolean(false),
        // No migration with such columns comes here.
        Kind::Precise(_) => g.unreachable(),
    };
    g.and(there, truth)
}

/// Whether an integer is below zero.
pub(super) fn is_negative(g: &mut Graph, x: Id) -> Id {
    let zero = g.big_int(0);
    g.apply(F::Less, &[x, zero])
}

/// `a == b`, of values either of which may be `None`. `None` here for arrays and objects.
pub(in super::super) fn equal(g: &mut Graph, a: Id, b: Id) -> Option<Fallible> {
    let (a_known, b_known) = (g.known(a), g.known(b));
    let kinds = (g.ty(a).kind.clone(), g.ty(b).kind.clone());
    let both = match &kinds {
        (Kind::Never, _) | (_, Kind::Never) => {
            let differs = g.boolean(false);
            Fallible::total(g, differs)
        }
        (Kind::Array(_) | Kind::Object(_), _) | (_, Kind::Array(_) | Kind::Object(_)) => return None,
        _ if number::is_number(g, a_known) && number::is_number(g, b_known) => {
            number::equal(g, a_known, b_known)
        }
        (Kind::Date, Kind::Date) => {
            let (a, b) = (g.apply(F::DateToNumber, &[a_known]), g.apply(F::DateToNumber, &[b_known]));
            let value = g.equal(a, b);
            Fallible::total(g, value)
        }
        (a, b) if a.is_text() && b.is_text() => {
            let value = g.equal(a_known, b_known);
            Fallible::total(g, value)
        }
        _ => {
            let differs = g.boolean(false);
            Fallible::total(g, differs)
        }
    };
    let (a_there, b_there) = (g.is_there(a), g.is_there(b));
    let there = g.and(a_there, b_there);
    let equal = g.and(there, both.value);
    let (a_absent, b_absent) = (g.not(a_there), g.not(b_there));
    let neither = g.and(a_absent, b_absent);
    let passes = g.null();
    Some(Fallible { value: g.or(neither, equal), failure: g.if_else(there, both.failure, passes) })
}

/// `str(x)`, for the types where it is exact: `None` for dates, arrays and objects.
pub(in super::super) fn to_text(g: &mut Graph, x: Id) -> Option<Id> {
    let known = g.known(x);
    let text = match g.ty(x).kind.clone() {
        Kind::Text | Kind::Words(_) => known,
        Kind::Number | Kind::Integers(_) => number::to_text(g, known),
        Kind::Boolean => {
            let (yes, no) = (g.text("True"), g.text("False"));
            g.if_else(known, yes, no)
        }
        Kind::BigInt => g.apply(F::IntegerToText, &[known]),
        Kind::Never => g.unreachable(),
        Kind::Date | Kind::Array(_) | Kind::Object(_) | Kind::Precise(_) => return None,
    };
    let (is_nothing, nothing) = (g.is_nothing(x), g.text("None"));
    Some(g.if_else(is_nothing, nothing, text))
}

/// The name of a type in the texts of errors.
pub(in super::super) fn type_name(ty: &Type) -> Option<&'static str> {
    Some(match ty.kind {
        Kind::Text | Kind::Words(_) => "str",
        Kind::Number | Kind::Integers(_) => "float",
        Kind::Boolean => "bool",
        Kind::BigInt => "int",
        Kind::Date => "datetime.datetime",
        Kind::Array(_) => "list",
        Kind::Never => "NoneType",
        Kind::Object(_) | Kind::Precise(_) => return None,
    })
}

/// A value as a field holds it: an `int` where a `float` is wanted is one, and an integer of an enum
/// is a number among others.
pub(in super::super) fn adapted(g: &mut Graph, x: Id, wanted: &Kind) -> Id {
    let known = g.known(x);
    let kind = g.ty(x).kind.clone();
    let value = match (&kind, wanted) {
        (Kind::BigInt, Kind::Number | Kind::Integers(_)) => to_number(g, known),
        (Kind::Integers(_), Kind::BigInt) if g.is_stored(known) => number::loaded(g, known),
        (Kind::Array(found), Kind::Array(item)) if found.kind != item.kind => {
            super::array::adapted(g, known, &item.kind)
        }
        (Kind::Object(found), Kind::Object(fields)) if found != fields => {
            let mut values = Vec::new();
            for (name, _) in found {
                let value = g.field(known, name);
                let wanted = fields.iter().find(|(other, _)| other == name);
                let value = match wanted {
                    Some((_, ty)) => adapted(g, value, &ty.kind),
                    None => value,
                };
                values.push((name.clone(), value));
            }
            g.object(values)
        }
        _ => return x,
    };
    let (is_nothing, nothing) = (g.is_nothing(x), g.nothing(Nothing::Null));
    g.if_else(is_nothing, nothing, value)
}

/// An integer as a number: each branch on its own, so that constants stay constants.
fn to_number(g: &mut Graph, x: Id) -> Id {
    match *g.node(x) {
        super::super::ir::Node::If(condition, a, b) => {
            let (a, b) = (to_number(g, a), to_number(g, b));
            g.if_else(condition, a, b)
        }
        _ => number::to_float(g, x),
    }
}
