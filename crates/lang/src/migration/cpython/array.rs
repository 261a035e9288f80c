//! `list`: positions, parts and searches.

use super::{
    super::{
        ir::{Each, Function as F, Graph, Id},
        types::Kind,
    },
    Fallible, text, value,
};

/// `len`.
pub(in super::super) fn length(g: &mut Graph, array: Id) -> Id {
    let count = g.apply(F::ArrayLength, &[array]);
    g.apply(F::CountToInteger, &[count])
}

/// `list[position]`.
pub(in super::super) fn element(g: &mut Graph, array: Id, position: Id) -> Fallible {
    let length = length(g, array);
    let (place, is_outside) = text::inside(g, length, position);
    let is_optional = g.item_type(array).is_optional();
    let element = g.apply(F::Element, &[array, place]);
    // Of a list of values that may be `None`, so may be the element.
    let value = if is_optional { element } else { g.known(element) };
    Fallible::unless(g, value, is_outside, "IndexError: list index out of range")
}

/// `list[start:end]`.
pub(in super::super) fn slice(g: &mut Graph, array: Id, start: Option<Id>, end: Option<Id>) -> Id {
    let length = length(g, array);
    let (start, count) = text::bounds(g, length, start, end);
    let count = match count {
        None if g.as_number(start) == Some(0.0) => return array,
        None => g.apply(F::ArrayLength, &[array]),
        Some(count) => count,
    };
    g.apply(F::Slice, &[array, start, count])
}

/// The elements as elements of another list hold them.
pub(super) fn adapted(g: &mut Graph, array: Id, wanted: &Kind) -> Id {
    if let super::super::ir::Node::Array(items) = g.node(array).clone() {
        let items: Vec<_> = items.into_iter().map(|item| value::adapted(g, item, wanted)).collect();
        let ty = items.iter().map(|item| g.ty(*item).clone()).reduce(|a, b| a.join(&b).unwrap_or(a));
        let Some(ty) = ty else { return array };
        let ty = super::super::types::Type::of(Kind::Array(Box::new(ty)));
        return g.intern(super::super::ir::Node::Array(items), ty);
    }
    let item = g.item_type(array);
    let (element, position) = (g.element_of(array, item), g.position());
    let body = value::adapted(g, element, wanted);
    g.each(Each::Map, array, (element, position), body)
}
