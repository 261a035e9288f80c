//! Arrays: positions, parts and searches.

use super::{
    super::{
        ir::{Each, Function as F, Graph, Id, Nothing},
        types::{Kind, Type},
    },
    text::relative_to,
    value,
};

/// `array[position]` and `at` from the start: `undefined` where there is no such element.
pub(in super::super) fn element(g: &mut Graph, array: Id, position: Id) -> Id {
    if let Some(value) = g.as_number(position)
        && value >= 0.0
        && value.fract() == 0.0
        && value < 1e9
    {
        return g.apply(F::Element, &[array, position]);
    }
    let undefined = g.nothing(Nothing::Undefined);
    if g.as_number(position).is_some() {
        return undefined;
    }
    let zero = g.number(0.0);
    let length = g.apply(F::ArrayLength, &[array]);
    let is_after_start = g.apply(F::LessOrEqual, &[zero, position]);
    let is_before_end = g.apply(F::Less, &[position, length]);
    let mut is_inside = g.and(is_after_start, is_before_end);
    if !g.is_whole(position) {
        let whole = g.apply(F::Truncate, &[position]);
        let is_whole = g.equal(whole, position);
        is_inside = g.and(is_inside, is_whole);
    }
    let element = g.apply(F::Element, &[array, position]);
    g.if_else(is_inside, element, undefined)
}

/// `at`: negative positions count from the end.
pub(in super::super) fn at(g: &mut Graph, array: Id, position: Id) -> Id {
    let position = super::text::to_integer(g, position);
    let (zero, length) = (g.number(0.0), g.apply(F::ArrayLength, &[array]));
    let is_negative = g.apply(F::Less, &[position, zero]);
    let from_end = g.apply(F::Add, &[length, position]);
    let position = g.if_else(is_negative, from_end, position);
    element(g, array, position)
}

/// `slice`: negative positions count from the end.
pub(in super::super) fn slice(g: &mut Graph, array: Id, start: Id, end: Option<Id>) -> Id {
    let length = g.apply(F::ArrayLength, &[array]);
    let start = relative_to(g, length, start);
    let Some(end) = end else {
        if g.as_number(start) == Some(0.0) {
            return array;
        }
        return g.apply(F::Slice, &[array, start, length]);
    };
    let end = relative_to(g, length, end);
    let count = if g.as_number(start) == Some(0.0) {
        end
    } else {
        let (count, zero) = (g.apply(F::Subtract, &[end, start]), g.number(0.0));
        let is_empty = g.apply(F::Less, &[count, zero]);
        g.if_else(is_empty, zero, count)
    };
    g.apply(F::Slice, &[array, start, count])
}

/// Whether two values are the same but for the sign of zero, as `includes` asks: also two NaN.
pub(in super::super) fn same_value_zero(g: &mut Graph, a: Id, b: Id) -> Id {
    let equal = value::equal(g, a, b);
    if !g.ty(a).kind.is_number() || !g.ty(b).kind.is_number() {
        return equal;
    }
    let (a_known, b_known) = (g.known(a), g.known(b));
    let (a_is_nan, b_is_nan) = (g.apply(F::IsNaN, &[a_known]), g.apply(F::IsNaN, &[b_known]));
    let (a_there, b_there) = (g.is_there(a), g.is_there(b));
    let a_is_nan = g.and(a_there, a_is_nan);
    let b_is_nan = g.and(b_there, b_is_nan);
    let both = g.and(a_is_nan, b_is_nan);
    g.or(equal, both)
}

/// The first position for which a condition on the element and its position holds, or -1.
pub(in super::super) fn first_position(g: &mut Graph, array: Id, over: (Id, Id), condition: Id) -> Id {
    let nothing = g.null();
    let found = g.if_else(condition, over.1, nothing);
    let first = g.each(Each::First, array, over, found);
    let (absent, none) = (g.is_nothing(first), g.number(-1.0));
    let known = g.known(first);
    g.if_else(absent, none, known)
}

/// `join`: nothing is the empty text. `None` for elements without an exact text.
pub(in super::super) fn join(g: &mut Graph, array: Id, separator: Id) -> Option<Id> {
    let item = g.item_type(array);
    if item.kind.is_text() && !item.is_optional() {
        return Some(g.apply(F::Join, &[array, separator]));
    }
    let element = g.element_of(array, item);
    let position = g.position();
    let known = g.known(element);
    let text = value::to_text(g, known)?;
    let (absent, empty) = (g.is_nothing(element), g.text(""));
    let text = g.if_else(absent, empty, text);
    let texts = g.each(Each::Map, array, (element, position), text);
    Some(g.apply(F::Join, &[texts, separator]))
}

/// A value in the shape of a type that it joins into: objects get the fields of all.
pub(in super::super) fn conform(g: &mut Graph, x: Id, ty: &Type) -> Id {
    let Kind::Object(fields) = &ty.kind else { return x };
    if g.ty(x).kind == ty.kind || g.ty(x).kind == Kind::Never {
        return x;
    }
    let known = g.known(x);
    let values = fields
        .iter()
        .map(|(name, ty)| {
            let value = g.field(known, name);
            (name.clone(), conform(g, value, ty))
        })
        .collect();
    let object = g.object(values);
    let (absent, nothing) = (g.is_nothing(x), g.null());
    g.if_else(absent, nothing, object)
}
