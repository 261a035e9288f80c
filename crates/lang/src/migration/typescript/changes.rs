//! Changes of what a function made itself: fields of its objects, and parts of its dates.
//!
//! As long as nothing else refers to an object, a change of it is another value under its name.

use oxc_ast::ast::{
    AssignmentExpression, AssignmentTarget, CallExpression, Expression, SimpleAssignmentTarget, Statement,
    UpdateExpression,
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator};

use super::{Binding, Id, Lowering, Reported, loops::inner_statements};
use crate::migration::{javascript, types::Kind};

/// What is changed: the name of the object, and of its field.
struct Place<'a> {
    object: &'a str,
    field: &'a str,
    span: Span,
}

/// The methods that set parts of a date: which one is the first, and how many may be given.
const SETTERS: [(&str, usize, usize); 7] = [
    ("FullYear", 0, 3),
    ("Month", 1, 2),
    ("Date", 2, 1),
    ("Hours", 3, 4),
    ("Minutes", 4, 3),
    ("Seconds", 5, 2),
    ("Milliseconds", 6, 1),
];

impl<'a> Lowering<'a> {
    /// `object.field = value`, and the like with `+=`.
    pub(super) fn assign_field(
        &mut self,
        assignment: &'a AssignmentExpression<'a>,
        operator: Option<BinaryOperator>,
    ) -> Result<(), Reported> {
        let place = match &assignment.left {
            AssignmentTarget::StaticMemberExpression(member) => {
                place(&member.object, &member.property.name, member.span)
            }
            AssignmentTarget::ComputedMemberExpression(member) => match &member.expression {
                Expression::StringLiteral(name) => place(&member.object, &name.value, member.span),
                _ => None,
            },
            _ => None,
        };
        let Some(place) = place else {
            let help = "Build a new object or array in one place: `{ ...object, field: value }`.";
            return Err(self.refuse(assignment.left.span(), "an assignment into an object or pattern", help));
        };
        let value = match operator {
            None => self.expression(&assignment.right)?,
            Some(operator) => {
                let before = self.field_at(&place)?;
                let by = self.expression(&assignment.right)?;
                self.operation(assignment.span, operator, before, by)?
            }
        };
        self.set_field(&place, value)
    }

    /// `object.field++`.
    pub(super) fn update_field(&mut self, update: &'a UpdateExpression<'a>) -> Result<(), Reported> {
        let place = match &update.argument {
            SimpleAssignmentTarget::StaticMemberExpression(member) => {
                place(&member.object, &member.property.name, member.span)
            }
            _ => None,
        };
        let Some(place) = place else {
            let help = "Build a new object or array in one place.";
            return Err(self.refuse(update.span, "an assignment into an object", help));
        };
        let before = self.field_at(&place)?;
        let value = self.stepped(update, before)?;
        self.set_field(&place, value)
    }

    fn field_at(&mut self, place: &Place<'a>) -> Result<Id, Reported> {
        let position = self.own(place.object, place.span)?;
        match self.bindings[position].1 {
            Binding::List { value, .. } => self.member(place.span, value, place.field),
            _ => Err(Reported),
        }
    }

    fn set_field(&mut self, place: &Place<'a>, value: Id) -> Result<(), Reported> {
        let position = self.own(place.object, place.span)?;
        let Binding::List { value: object, number, escaped, assignable } = self.bindings[position].1 else {
            return Err(Reported);
        };
        let Kind::Object(fields) = self.ty(object).kind.clone() else {
            let help = "Build a new array in one place, or use `.push()`.";
            return Err(self.refuse(place.span, "an assignment into an array", help));
        };
        let Ok(name) = place.field.parse() else {
            return Err(self.refuse(place.span, "this name of a field", "Use letters, digits and `_`."));
        };
        let mut changed: Vec<_> =
            fields.into_iter().map(|(name, _)| (name.clone(), self.graph.field(object, &name))).collect();
        match changed.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => changed.push((name, value)),
        }
        self.graph.suggest_name(value, place.field);
        let value = self.graph.object(changed);
        self.bindings[position].1 = Binding::List { value, number, escaped, assignable };
        Ok(())
    }

    /// Where the name of something stands that only this function knows.
    fn own(&mut self, name: &str, span: Span) -> Result<usize, Reported> {
        let Some(position) = self.bindings.iter().rposition(|(bound, _)| bound == name) else {
            return Err(self.refuse(span, "an assignment into an object", "Declare the object first."));
        };
        let what = match self.bindings[position].1 {
            Binding::Broken => return Err(Reported),
            Binding::List { escaped: false, .. } if position >= self.first_own() => return Ok(position),
            Binding::List { .. } => "a change of an object that is in use elsewhere",
            _ => "a change of an object that others may see",
        };
        let help = format!("Change one of your own before it is used: `const {name} = {{ ...object }};`");
        Err(self.refuse(span, what, help))
    }

    /// `date.setUTCHours(…)` and its like, as a statement.
    pub(super) fn set_date(&mut self, expression: &'a Expression<'a>) -> Result<bool, Reported> {
        let Some((name, method, call)) = setter(expression) else { return Ok(false) };
        let is_date = |binding: &Binding| match binding {
            Binding::List { value, .. } | Binding::Value(value) | Binding::Variable(value) => {
                self.ty(*value).kind == Kind::Date
            }
            _ => false,
        };
        if !self.bindings.iter().rev().find(|(bound, _)| bound == name).is_some_and(|(_, it)| is_date(it)) {
            return Ok(false);
        }
        let mut values = Vec::new();
        for value in self.arguments(&call.arguments)? {
            values.push(self.numeric(call.span, "a part of a date", value)?);
        }
        let position = self.own(name, call.span)?;
        let Binding::List { value: date, number, escaped, assignable } = self.bindings[position].1 else {
            return Err(Reported);
        };
        let part = method.strip_prefix("UTC").unwrap_or(method);
        let value = match (SETTERS.iter().find(|(setter, _, _)| *setter == part), values.as_slice()) {
            (None, [time]) if method == "Time" => javascript::date::from_number(&mut self.graph, *time),
            (Some((_, first, most)), values) if !values.is_empty() && values.len() <= *most => {
                let changed = javascript::calendar::with_parts(&mut self.graph, date, *first, values);
                self.take(changed)
            }
            _ => {
                let help = "Give it the parts of a date, as numbers.";
                return Err(self.refuse(call.span, format!("`.set{method}()` with these arguments"), help));
            }
        };
        self.graph.suggest_name(value, name);
        self.bindings[position].1 = Binding::List { value, number, escaped, assignable };
        Ok(true)
    }

    /// What the body of a loop gives another value is a plain variable from the start: after the first
    /// round it may be something that has another name.
    pub(super) fn give_up_lists(&mut self, body: &'a Statement<'a>) {
        let mut names = Vec::new();
        replaced_names(body, &mut names);
        for (bound, binding) in &mut self.bindings {
            if let Binding::List { value, assignable: true, .. } = binding
                && names.contains(&bound.as_str())
            {
                *binding = Binding::Variable(*value);
            }
        }
    }
}

fn place<'a>(object: &'a Expression<'a>, field: &'a str, span: Span) -> Option<Place<'a>> {
    match object {
        Expression::Identifier(name) => Some(Place { object: name.name.as_str(), field, span }),
        _ => None,
    }
}

/// `date`, `Hours` and the call, of `date.setHours(…)`.
pub(super) fn setter<'a>(
    expression: &'a Expression<'a>,
) -> Option<(&'a str, &'a str, &'a CallExpression<'a>)> {
    let Expression::CallExpression(call) = expression else { return None };
    let Expression::StaticMemberExpression(member) = &call.callee else { return None };
    let Expression::Identifier(name) = &member.object else { return None };
    let method = member.property.name.as_str().strip_prefix("set")?;
    (!call.optional && !member.optional).then_some((name.name.as_str(), method, call))
}

/// The name of the object whose field an expression changes.
pub(super) fn changed<'a>(expression: &'a Expression<'a>) -> Option<&'a str> {
    let object = match expression {
        Expression::AssignmentExpression(assignment) => match &assignment.left {
            AssignmentTarget::StaticMemberExpression(member) => &member.object,
            AssignmentTarget::ComputedMemberExpression(member) => &member.object,
            _ => return None,
        },
        Expression::UpdateExpression(update) => match &update.argument {
            SimpleAssignmentTarget::StaticMemberExpression(member) => &member.object,
            _ => return None,
        },
        other => return setter(other).map(|(name, _, _)| name),
    };
    match object {
        Expression::Identifier(name) => Some(name.name.as_str()),
        _ => None,
    }
}

/// The names that statements give another value altogether.
fn replaced_names<'a>(statement: &'a Statement<'a>, names: &mut Vec<&'a str>) {
    match statement {
        Statement::ExpressionStatement(statement) => {
            if let Expression::AssignmentExpression(assignment) = &statement.expression
                && assignment.operator == AssignmentOperator::Assign
                && let AssignmentTarget::AssignmentTargetIdentifier(name) = &assignment.left
            {
                names.push(name.name.as_str());
            }
        }
        other => inner_statements(other).into_iter().for_each(|inner| replaced_names(inner, names)),
    }
}
