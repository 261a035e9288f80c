//! Reductions: what the elements of an array make of an initial value, one after the other.
//!
//! The database wants one type for the value at all times. It is found by lowering the body until
//! what it makes of a value of some type is of that type again.

use antler_core::names::SqlIdent;
use oxc_ast::ast::CallExpression;
use oxc_span::{GetSpan, Span};

use super::{
    Id, Lowered, Lowering,
    arrays::{Callback, can_be_element},
    loops::RESULT,
};
use crate::migration::{
    ir::{Node, Role},
    javascript::{self, Fallible},
    types::{Kind, Type},
};

impl<'a> Lowering<'a> {
    /// `reduce` with an initial value.
    pub(super) fn reduce(&mut self, call: &'a CallExpression<'a>, array: Id) -> Lowered {
        let [function, initial] = call.arguments.as_slice() else {
            let help = "Give it a function and the initial value: `reduce((sum, x) => sum + x, 0)`.";
            return Err(self.refuse(call.span, "`.reduce()` with these arguments", help));
        };
        let callback = self.callback(function)?;
        let Some(initial) = initial.as_expression() else {
            return Err(self.refuse(initial.span(), "a spread argument", "Write the arguments out."));
        };
        let initial = self.expression(initial)?;
        let names: Vec<_> = match callback {
            Callback::Function(function) => {
                let items = function.params.items.iter();
                items.map(|item| item.pattern.get_identifier_name().map(|name| name.to_string())).collect()
            }
            Callback::Global(_) => return Err(self.refuse(call.span, "this reduction", "Write a function.")),
        };
        self.folded(call.span, array, initial, &names, |this, result, element, position| {
            this.invoke(call.span, callback, &[result, element, position, array])
        })
    }

    /// What elements make of an initial value one after the other. The type of the result is the
    /// smallest that holds the initial value and what is made of it.
    pub(super) fn folded(
        &mut self,
        span: Span,
        array: Id,
        initial: Id,
        names: &[Option<String>],
        mut body: impl FnMut(&mut Self, Id, Id, Id) -> Lowered,
    ) -> Lowered {
        let item = self.graph.item_type(array);
        let (element, position) = (self.graph.element_of(array, item), self.graph.position());
        for (name, id) in names.iter().skip(1).zip([element, position]) {
            if let Some(name) = name {
                self.graph.suggest_name(id, name);
            }
        }
        let mut ty = widened(self.ty(initial));
        for _ in 0..6 {
            let result = self.graph.parameter(Role::Accumulator, ty.clone());
            if let Some(Some(name)) = names.first() {
                self.graph.suggest_name(result, name);
            }
            let (made, failure) = self.isolated(|this| body(this, result, element, position));
            let made = made?;
            let Some(joined) = ty.join(&widened(self.ty(made))) else {
                let message = format!("this is first `{ty}` and then `{}`", self.ty(made));
                return Err(self.mismatch(span, message, "Convert one of them, so that both have one type."));
            };
            if joined != ty {
                ty = joined;
                continue;
            }
            if !can_be_element(&ty) || ty.kind == Kind::Never {
                let help = "Start with a value of the type of the result.";
                return Err(self.refuse(span, format!("a result of type `{ty}`"), help));
            }
            if !matches!(self.graph.node(failure), Node::Nothing(_)) {
                return self.folded_or_failed(array, initial, &ty, (element, position), &mut body);
            }
            let initial = javascript::array::conform(&mut self.graph, initial, &ty);
            let made = javascript::array::conform(&mut self.graph, made, &ty);
            return Ok(self.graph.fold_over(array, result, (element, position), initial, made));
        }
        let help = "Start with a value of the type of the result.";
        Err(self.refuse(span, "a result whose type changes with each element", help))
    }

    /// The same for a body that may fail: once it did, nothing is called any more.
    fn folded_or_failed(
        &mut self,
        array: Id,
        initial: Id,
        ty: &Type,
        over: (Id, Id),
        body: &mut impl FnMut(&mut Self, Id, Id, Id) -> Lowered,
    ) -> Lowered {
        let initial = javascript::array::conform(&mut self.graph, initial, ty);
        let initial = Fallible::total(&mut self.graph, initial);
        let initial = self.fallible_state(initial);
        let value = self.graph.parameter(Role::Accumulator, ty.clone());
        let failure = self.graph.parameter(Role::Accumulator, Type { null: true, ..Type::of(Kind::Text) });
        let shape = self.fallible_state(Fallible { value, failure });
        let state = self.graph.parameter(Role::Accumulator, self.ty(shape).clone());
        let (before, failed) = self.failing(state);
        let (made, failure) = self.isolated(|this| body(this, before, over.0, over.1));
        let made = javascript::array::conform(&mut self.graph, made?, ty);
        let next = self.fallible_state(Fallible { value: made, failure });
        let has_failed = self.graph.is_there(failed);
        let next = self.graph.if_else(has_failed, state, next);
        let result = self.graph.fold_over(array, state, over, initial, next);
        let (value, failure) = self.failing(result);
        self.fail(failure);
        Ok(value)
    }
}

/// A type without the knowledge of constants, which a loop would widen step by step.
fn widened(ty: &Type) -> Type {
    let kind = match &ty.kind {
        kind if kind.is_text() => Kind::Text,
        kind if kind.is_number() => Kind::Number,
        Kind::Array(item) => Kind::Array(Box::new(widened(item))),
        Kind::Object(fields) => {
            // What a loop returns is not made of what it was.
            let keep = |name: &SqlIdent| name.as_str() == RESULT;
            let field = |(name, ty): &(SqlIdent, Type)| {
                (name.clone(), if keep(name) { ty.clone() } else { widened(ty) })
            };
            Kind::Object(fields.iter().map(field).collect())
        }
        other => other.clone(),
    };
    Type { kind, ..ty.clone() }
}
