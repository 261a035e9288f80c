//! Arrays: literals with spreads, and the methods that take a function.
//!
//! A function over elements is lowered once, for a parameter that stands for an element. What it
//! may fail with counts for the elements that JavaScript would call it with: all of them, or those
//! up to the one that decides.

use oxc_ast::ast::{
    Argument, ArrayExpression, ArrayExpressionElement, CallExpression, Expression, StaticMemberExpression,
};
use oxc_span::{GetSpan, Span};

use super::{Binding, Id, Lowered, Lowering, Reported, functions::Callable};
use crate::migration::{
    ir::{Each, Function, Node},
    javascript,
    types::{Kind, Type},
};

/// What is called for each element.
#[derive(Clone, Copy)]
pub(super) enum Callback<'a> {
    Function(Callable<'a>),
    /// `String`, `Number`, `Boolean`: each takes one argument.
    Global(&'a str),
}

/// What a function made of an element.
#[derive(Clone, Copy)]
struct Made {
    /// The element and its position.
    over: (Id, Id),
    value: Id,
    failure: Id,
    /// Whether the element is there where the value, taken for a condition, holds.
    narrows: bool,
}

impl<'a> Lowering<'a> {
    /// `[a, ...b]`.
    pub(super) fn array_literal(&mut self, array: &'a ArrayExpression<'a>) -> Lowered {
        let mut parts = Vec::new();
        let mut items = Vec::new();
        for element in &array.elements {
            match element {
                ArrayExpressionElement::SpreadElement(spread) => {
                    let value = self.spread_elements(&spread.argument)?;
                    let ty = self.ty(value).clone();
                    match ty.kind {
                        _ if ty.is_optional() => {
                            return Err(self.possibly_absent(spread.span, &ty, "the elements"));
                        }
                        Kind::Array(_) => {}
                        kind if kind.is_text() => {
                            parts.push(self.array(array.span, std::mem::take(&mut items))?);
                            parts.push(javascript::text::characters(&mut self.graph, value));
                            continue;
                        }
                        _ => {
                            let message = format!("a `{ty}` cannot be spread into an array");
                            return Err(self.mismatch(spread.span, message, "Spread an array."));
                        }
                    }
                    parts.push(self.array(array.span, std::mem::take(&mut items))?);
                    parts.push(value);
                }
                ArrayExpressionElement::Elision(hole) => {
                    return Err(self.refuse(hole.span, "a hole in an array", "Write `undefined`."));
                }
                element => items.push(self.expression(element.to_expression())?),
            }
        }
        if parts.is_empty() {
            return self.array(array.span, items);
        }
        parts.push(self.array(array.span, items)?);
        self.chained(array.span, &parts)
    }

    /// What is spread into an array: a copy, so that a list stays with its name.
    fn spread_elements(&mut self, argument: &'a Expression<'a>) -> Lowered {
        if let Expression::NewExpression(new) = argument.get_inner_expression()
            && let Some(Binding::Set(values)) = self.collection(new)?
        {
            return self.distinct(new.span, values);
        }
        if let Some(list) = self.list(argument) {
            return Ok(list);
        }
        self.expression(argument)
    }

    /// What a list holds, when an expression is the name of one.
    pub(super) fn list(&self, expression: &Expression) -> Option<Id> {
        let Expression::Identifier(name) = expression else { return None };
        match self.bindings.iter().rev().find(|(bound, _)| name.name == bound.as_str())? {
            (_, Binding::List { value, .. }) => Some(*value),
            _ => None,
        }
    }

    /// Arrays after each other, whose elements have types that join.
    pub(super) fn chained(&mut self, span: Span, parts: &[Id]) -> Lowered {
        let mut item = Type::of(Kind::Never);
        for part in parts {
            let ty = self.ty(*part).clone();
            if ty.is_optional() {
                return Err(self.possibly_absent(span, &ty, "the elements"));
            }
            let found = self.graph.item_type(*part);
            item = match item.join(&found) {
                Some(joined) => joined,
                None => {
                    let message = format!("the elements of this array are `{item}` and `{found}`");
                    return Err(self.mismatch(span, message, "Convert them to one type."));
                }
            };
        }
        let mut all = Vec::new();
        for part in parts {
            let found = self.graph.item_type(*part);
            let is_other = matches!(item.kind, Kind::Object(_)) && found.kind != item.kind;
            if !is_other || found.kind == Kind::Never {
                all.push(*part);
                continue;
            }
            let (element, position) = (self.graph.element_of(*part, found), self.graph.position());
            let same = javascript::array::conform(&mut self.graph, element, &item);
            all.push(self.graph.each(Each::Map, *part, (element, position), same));
        }
        Ok(self.graph.chain(&all))
    }

    /// `includes`.
    pub(super) fn array_includes(&mut self, span: Span, array: Id, item: &Type, searched: Id) -> Lowered {
        let wanted = self.ty(searched).clone();
        if *item == Type::of(Kind::Never) {
            return Ok(self.graph.boolean(false));
        }
        let is_plain = item.kind.is_text() && wanted.kind.is_text()
            || item.kind == Kind::BigInt && wanted.kind == Kind::BigInt;
        if is_plain && !item.is_optional() && !wanted.is_optional() {
            return Ok(self.graph.apply(Function::ArrayIncludes, &[array, searched]));
        }
        let (element, position) = (self.graph.element_of(array, item.clone()), self.graph.position());
        self.strictly_equal(span, element, searched)?;
        let is_same = javascript::array::same_value_zero(&mut self.graph, element, searched);
        Ok(self.graph.each(Each::Exists, array, (element, position), is_same))
    }

    /// The methods that take a function, and those that change the array they are called on.
    pub(super) fn over_elements(
        &mut self,
        call: &'a CallExpression<'a>,
        member: &'a StaticMemberExpression<'a>,
        array: Id,
    ) -> Result<Option<Id>, Reported> {
        let name = member.property.name.as_str();
        let place = member.property.span;
        let is_known = matches!(
            name,
            "map" | "filter" | "find" | "findLast" | "findIndex" | "some" | "every" | "flatMap" | "reduce"
        );
        let is_order = matches!(name, "sort" | "toSorted" | "reverse");
        if !is_known && !is_order {
            return Ok(None);
        }
        let ty = self.ty(array).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(place, &ty, &format!("`.{name}()`")));
        }
        if is_order {
            return self.reordered(call, member, array).map(Some);
        }
        if name == "reduce" {
            return self.reduce(call, array).map(Some);
        }
        let [function] = call.arguments.as_slice() else {
            let help = "Give it one function over the elements.";
            return Err(self.refuse(place, format!("`.{name}()` with these arguments"), help));
        };
        let callback = self.callback(function)?;
        let item = self.graph.item_type(array);
        let made = self.over(call.span, callback, array, item)?;
        Ok(Some(match name {
            "map" => self.mapped(place, array, made)?,
            "flatMap" => {
                let is_array = matches!(self.ty(made.value).kind, Kind::Array(_));
                let mapped = self.mapped(place, array, made)?;
                if is_array { self.graph.apply(Function::Flatten, &[mapped]) } else { mapped }
            }
            "filter" => {
                self.fail_for_all(array, made);
                self.filtered(array, made)
            }
            "find" | "findLast" => {
                if let Kind::Array(_) = self.graph.item_type(array).kind {
                    return Err(self.refuse(place, "an element that is an array", "Flatten it first."));
                }
                if name == "find" {
                    self.fail_until(call.span, array, made, true)?;
                } else if self.graph.null() != made.failure {
                    let help = "Use `.find()` or `.filter()`.";
                    return Err(self.refuse(place, "`.findLast()` with a function that may fail", help));
                }
                let found = self.filtered(array, made);
                let found = match name {
                    "find" => found,
                    _ => self.graph.apply(Function::Reverse, &[found]),
                };
                let first = self.graph.number(0.0);
                self.graph.apply(Function::Element, &[found, first])
            }
            "findIndex" => {
                self.fail_until(call.span, array, made, true)?;
                let truth = self.truth(made.value);
                javascript::array::first_position(&mut self.graph, array, made.over, truth)
            }
            _ => {
                let is_some = name == "some";
                self.fail_until(call.span, array, made, is_some)?;
                let truth = self.truth(made.value);
                let how = if is_some { Each::Exists } else { Each::All };
                self.graph.each(how, array, made.over, truth)
            }
        }))
    }

    /// The function that an argument is or names.
    pub(super) fn callback(&mut self, argument: &'a Argument<'a>) -> Result<Callback<'a>, Reported> {
        let span = argument.span();
        let help = "Write a function: `(item) => …`.";
        let Some(expression) = argument.as_expression() else {
            return Err(self.refuse(span, "a spread argument", help));
        };
        if let Some(function) = self.function_of(expression) {
            return Ok(Callback::Function(function));
        }
        if let Expression::Identifier(name) = expression
            && matches!(name.name.as_str(), "String" | "Number" | "Boolean")
            && !self.bindings.iter().any(|(bound, _)| name.name == bound.as_str())
        {
            return Ok(Callback::Global(name.name.as_str()));
        }
        Err(self.refuse(span, "this function over elements", help))
    }

    pub(super) fn invoke(&mut self, span: Span, callback: Callback<'a>, arguments: &[Id]) -> Lowered {
        match (callback, arguments) {
            (Callback::Function(function), _) => self.inline(span, function, arguments),
            (Callback::Global("String"), [value, ..]) => self.text_of(span, *value),
            (Callback::Global("Number"), [value, ..]) => self.number_of(span, *value),
            (Callback::Global(_), [value, ..]) => Ok(self.truth(*value)),
            (Callback::Global(_), []) => Ok(self.graph.null()),
        }
    }

    /// What a function makes of each element.
    fn over(&mut self, span: Span, callback: Callback<'a>, array: Id, item: Type) -> Result<Made, Reported> {
        let (element, position) = (self.graph.element_of(array, item), self.graph.position());
        if let Callback::Function(function) = callback {
            for (parameter, id) in function.params.items.iter().zip([element, position]) {
                if let Some(name) = parameter.pattern.get_identifier_name() {
                    self.graph.suggest_name(id, &name);
                }
            }
        }
        let (value, failure) = self.isolated(|this| this.invoke(span, callback, &[element, position, array]));
        let value = value?;
        let truth = self.truth(value);
        let narrows = self.ty(element).is_optional()
            && self.assuming(truth, true, |this| this.present.contains(&element));
        Ok(Made { over: (element, position), value, failure, narrows })
    }

    fn mapped(&mut self, place: Span, array: Id, made: Made) -> Lowered {
        let ty = self.ty(made.value).clone();
        if !can_be_element(&ty) {
            let help = "Let it return an empty array instead of nothing.";
            return Err(self.refuse(place, format!("an array of `{ty}`"), help));
        }
        self.fail_for_all(array, made);
        let value = javascript::array::conform(&mut self.graph, made.value, &ty);
        Ok(self.graph.each(Each::Map, array, made.over, value))
    }

    fn filtered(&mut self, array: Id, made: Made) -> Id {
        let truth = self.truth(made.value);
        let filtered = self.graph.each(Each::Filter, array, made.over, truth);
        if !made.narrows {
            return filtered;
        }
        let item = self.graph.item_type(filtered);
        let (element, position) = (self.graph.element_of(filtered, item), self.graph.position());
        let known = self.graph.known(element);
        self.graph.each(Each::Map, filtered, (element, position), known)
    }

    /// The function is called with every element.
    fn fail_for_all(&mut self, array: Id, made: Made) {
        let failure = self.graph.each(Each::First, array, made.over, made.failure);
        self.fail(failure);
    }

    /// The function is called with elements until one of them decides: the first for which the
    /// value, taken for a condition, is `decisive`.
    fn fail_until(&mut self, span: Span, array: Id, made: Made, decisive: bool) -> Result<(), Reported> {
        if matches!(self.graph.node(made.failure), Node::Nothing(_)) {
            return Ok(());
        }
        let truth = self.truth(made.value);
        let decides = if decisive { truth } else { self.graph.not(truth) };
        let fails = self.graph.is_there(made.failure);
        let ends = self.graph.or(fails, decides);
        if self.uses(ends, made.over.1) || self.uses(made.failure, made.over.1) {
            let help = "Let the function use the element alone.";
            return Err(self.refuse(span, "a function that may fail and uses the position", help));
        }
        let last = self.graph.each(Each::Filter, array, made.over, ends);
        let (zero, one) = (self.graph.number(0.0), self.graph.number(1.0));
        let last = self.graph.apply(Function::Slice, &[last, zero, one]);
        let failure = self.graph.each(Each::First, last, made.over, made.failure);
        self.fail(failure);
        Ok(())
    }

    /// Whether a node depends on another.
    fn uses(&self, id: Id, wanted: Id) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if id == wanted {
                return true;
            }
            if seen.insert(id) {
                self.graph.node(id).for_each_child(|child| open.push(child));
            }
        }
        false
    }
}

/// Whether the database can hold such values in an array: arrays in it are always there.
pub(super) fn can_be_element(ty: &Type) -> bool {
    match &ty.kind {
        Kind::Array(item) => !ty.is_optional() && can_be_element(item),
        Kind::Object(fields) => fields.iter().all(|(_, ty)| can_be_element(ty)),
        _ => true,
    }
}
