//! Arrays in another order: `sort`, `toSorted` and `reverse`.

use oxc_ast::ast::{Argument, CallExpression, Expression, StaticMemberExpression};
use oxc_span::GetSpan;
use oxc_syntax::operator::BinaryOperator;

use super::{
    Binding, Id, Lowered, Lowering, Reported,
    functions::{Body, Callable, Scope},
};
use crate::migration::ir::{Each, Function, Node};

const ORDER: &str =
    "Order by a number, up or down: `(a, b) => a.count - b.count`; without a function, texts are ordered.";

impl<'a> Lowering<'a> {
    /// `sort`, `toSorted` and `reverse`. Two of them change the array that they are called on, which
    /// nobody sees when it was just made.
    pub(super) fn reordered(
        &mut self,
        call: &'a CallExpression<'a>,
        member: &'a StaticMemberExpression<'a>,
        array: Id,
    ) -> Lowered {
        let name = member.property.name.as_str();
        let place = member.property.span;
        if name != "toSorted" && !is_fresh(&member.object) {
            let help = format!("Change a copy: `[...array].{name}(…)`.");
            return Err(self.refuse(place, format!("`.{name}()`, which changes the array itself,"), help));
        }
        if name == "reverse" {
            return Ok(self.graph.apply(Function::Reverse, &[array]));
        }
        let item = self.graph.item_type(array);
        let (element, position) = (self.graph.element_of(array, item.clone()), self.graph.position());
        let (how, key) = match call.arguments.as_slice() {
            [] if item.is_optional() => return Err(self.possibly_absent(place, &item, "the order")),
            [] => (Each::Ascending, self.text_of(place, element)?),
            [order] => self.order(order, element)?,
            _ => return Err(self.refuse(place, format!("`.{name}()` with these arguments"), ORDER)),
        };
        if self.ty(key).kind.is_number() {
            let is_nan = self.graph.apply(Function::IsNaN, &[key]);
            let any = self.graph.each(Each::Exists, array, (element, position), is_nan);
            let reason = self.graph.text("an array with NaN has no order");
            let failure = self.graph.failure_if(any, reason);
            self.fail(failure);
        }
        Ok(self.graph.each(how, array, (element, position), key))
    }

    /// `(a, b) => a.x - b.x`, or the other way round: an order by a number.
    fn order(&mut self, order: &'a Argument<'a>, element: Id) -> Result<(Each, Id), Reported> {
        let span = order.span();
        let here = Scope::Here(self.bindings.len());
        let function = order.as_expression().and_then(|order| Callable::of_expression(order, here));
        let Some(function) = function else { return Err(self.refuse(span, "this order", ORDER)) };
        let body = match function.body {
            Body::Expression(body) => body.without_parentheses(),
            Body::Statements(_) => return Err(self.refuse(span, "this order", ORDER)),
        };
        let Expression::BinaryExpression(difference) = body else {
            return Err(self.refuse(span, "this order", ORDER));
        };
        let names: Vec<_> =
            function.params.items.iter().filter_map(|item| item.pattern.get_identifier_name()).collect();
        let ([a, b], BinaryOperator::Subtraction) = (names.as_slice(), difference.operator) else {
            return Err(self.refuse(span, "this order", ORDER));
        };
        let known = self.diagnostics.len();
        for (how, left, right) in [(Each::Ascending, a, b), (Each::Descending, b, a)] {
            let (x, failure) = self.isolated(|this| {
                let x = this.with_name(left, element, |this| this.expression(&difference.left))?;
                let y = this.with_name(right, element, |this| this.expression(&difference.right))?;
                if x == y { this.numeric(span, "the order", x) } else { Err(Reported) }
            });
            if let Ok(key) = x
                && matches!(self.graph.node(failure), Node::Nothing(_))
            {
                self.diagnostics.truncate(known);
                return Ok((how, key));
            }
        }
        self.diagnostics.truncate(known);
        Err(self.refuse(span, "this order", ORDER))
    }

    fn with_name<T>(&mut self, name: &str, value: Id, lower: impl FnOnce(&mut Self) -> T) -> T {
        self.bindings.push((name.to_owned(), Binding::Value(value)));
        let result = lower(self);
        self.bindings.pop();
        result
    }
}

/// Whether an expression makes an array, an object or a date that nothing else refers to.
pub(super) fn is_fresh(expression: &Expression) -> bool {
    match expression.get_inner_expression() {
        Expression::ArrayExpression(_) | Expression::ObjectExpression(_) => true,
        Expression::NewExpression(new) => new.callee.is_specific_id("Date"),
        Expression::CallExpression(call) => match call.callee.without_parentheses() {
            Expression::StaticMemberExpression(member) => {
                matches!(
                    member.property.name.as_str(),
                    "map"
                        | "filter"
                        | "flatMap"
                        | "flat"
                        | "concat"
                        | "slice"
                        | "split"
                        | "toSorted"
                        | "toReversed"
                ) || (matches!(member.property.name.as_str(), "sort" | "reverse") && is_fresh(&member.object))
            }
            _ => false,
        },
        _ => false,
    }
}
