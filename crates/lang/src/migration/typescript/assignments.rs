//! Assignments: from here on, a name stands for another value.
//!
//! What stands behind an `if` is lowered for each branch on its own, so a variable needs no place
//! in the row: each path knows its value. A function assigns only names of its own.

use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, Expression, IdentifierReference, SimpleAssignmentTarget,
    UpdateExpression,
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, UpdateOperator};

use super::{Binding, Id, Lowered, Lowering, Reported, functions::Frame};
use crate::migration::types::Kind;

/// Whether an expression only assigns.
pub(super) fn is_assignment(expression: &Expression) -> bool {
    matches!(expression, Expression::AssignmentExpression(_) | Expression::UpdateExpression(_))
}

impl<'a> Lowering<'a> {
    /// `name = value`, `name += value`, `name++` as statements.
    pub(super) fn assignment(&mut self, expression: &'a Expression<'a>) -> Result<(), Reported> {
        match expression {
            Expression::AssignmentExpression(assignment) => self.assign_expression(assignment),
            Expression::UpdateExpression(update) => self.update(update),
            other => Err(self.refuse(other.span(), "this statement", "Assign a variable.")),
        }
    }

    fn assign_expression(&mut self, assignment: &'a AssignmentExpression<'a>) -> Result<(), Reported> {
        let operator = match assignment.operator {
            AssignmentOperator::Assign => None,
            AssignmentOperator::Addition => Some(BinaryOperator::Addition),
            AssignmentOperator::Subtraction => Some(BinaryOperator::Subtraction),
            AssignmentOperator::Multiplication => Some(BinaryOperator::Multiplication),
            AssignmentOperator::Division => Some(BinaryOperator::Division),
            AssignmentOperator::Remainder => Some(BinaryOperator::Remainder),
            other => {
                let help = "Use `=`, or one of `+=`, `-=`, `*=`, `/=`, `%=`.";
                return Err(self.refuse(assignment.span, format!("`{}`", other.as_str()), help));
            }
        };
        let AssignmentTarget::AssignmentTargetIdentifier(name) = &assignment.left else {
            return self.assign_field(assignment, operator);
        };
        let value = match operator {
            None => self.expression(&assignment.right)?,
            Some(operator) => {
                let before = self.variable_value(name)?;
                let by = self.expression(&assignment.right)?;
                self.operation(assignment.span, operator, before, by)?
            }
        };
        self.assign(name.span, &name.name, value)
    }

    fn update(&mut self, update: &'a UpdateExpression<'a>) -> Result<(), Reported> {
        let SimpleAssignmentTarget::AssignmentTargetIdentifier(name) = &update.argument else {
            return self.update_field(update);
        };
        let before = self.variable_value(name)?;
        let value = self.stepped(update, before)?;
        self.assign(name.span, &name.name, value)
    }

    /// One more, or one less.
    pub(super) fn stepped(&mut self, update: &'a UpdateExpression<'a>, before: Id) -> Lowered {
        let one = match self.ty(before).kind {
            Kind::BigInt => self.graph.big_int(1),
            _ => self.graph.number(1.0),
        };
        let operator = match update.operator {
            UpdateOperator::Increment => BinaryOperator::Addition,
            UpdateOperator::Decrement => BinaryOperator::Subtraction,
        };
        if self.ty(before).kind.is_text() {
            let message = format!("`{}` of a string", update.operator.as_str());
            return Err(self.mismatch(update.span, message, "Convert it with `Number(…)` first."));
        }
        self.operation(update.span, operator, before, one)
    }

    fn variable_value(&mut self, name: &'a IdentifierReference<'a>) -> Result<Id, Reported> {
        self.name(name)
    }

    /// The first of the names in scope that are of the function itself.
    pub(super) fn first_own(&self) -> usize {
        match self.frame {
            Frame::Migration => self.module,
            Frame::Function(first) => first,
        }
    }

    /// Gives a variable another value, on this path from here on.
    pub(super) fn assign(&mut self, span: Span, name: &str, value: Id) -> Result<(), Reported> {
        let first = self.first_own();
        let found = self.bindings.iter().enumerate().rev().find(|(_, (bound, _))| bound == name);
        let found = found.map(|(position, (_, binding))| (position, binding.clone()));
        match found {
            Some((position, Binding::Variable(_))) if position >= first => {
                self.graph.suggest_name(value, name);
                self.bindings[position].1 = Binding::Variable(value);
                Ok(())
            }
            Some((position, Binding::List { assignable: true, .. })) if position >= first => {
                self.graph.suggest_name(value, name);
                self.bindings[position].1 = Binding::Variable(value);
                Ok(())
            }
            Some((_, Binding::Broken)) => Err(Reported),
            Some((_, Binding::Variable(_) | Binding::List { assignable: true, .. })) => {
                let help = "Return the value, and assign it where the function is called.";
                Err(self.refuse(
                    span,
                    format!("an assignment to `{name}`, which is of another function,"),
                    help,
                ))
            }
            Some(_) | None => {
                let message = format!("`{name}` cannot be assigned");
                Err(self.mismatch(span, message, "Declare it with `let`."))
            }
        }
    }
}
