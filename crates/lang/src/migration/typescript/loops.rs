//! Loops over arrays, as what each element makes of the variables that the body assigns.
//!
//! The values of these variables are one object, and the body a function from this object to the
//! next. `continue` is the object as it stands; after `break` it stays as it is.

use std::cell::Cell;

use antler_core::names::SqlIdent;
use oxc_ast::ast::{
    AssignmentTarget, Expression, ForOfStatement, ForStatement, ForStatementInit, ForStatementLeft,
    SimpleAssignmentTarget, Statement,
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::operator::{BinaryOperator, UpdateOperator};

use super::{
    Binding, Id, Lowered, Lowering, Reported, changes::changed, expressions::shorten, statements::Rest,
};
use crate::migration::{
    javascript::{self, Fallible},
    types::Kind,
};

/// The field that says that a loop was left.
const LEFT: &str = "left";

/// The fields for what a function returns out of a loop, and whether it does.
pub(super) const RETURNED: &str = "returned";
pub(super) const RESULT: &str = "returned_value";

/// Where the body of a loop ends.
pub(super) struct Loop {
    /// The variables that the body assigns, as places among the names in scope.
    variables: Vec<usize>,
    /// Whether a `break` or a `return` leaves it.
    breaks: bool,
    /// Whether a `return` leaves it, and with what.
    returns: Returns,
    /// Whether something that may be absent is returned.
    optional: Cell<bool>,
}

/// What the body of a loop returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Returns {
    Never,
    /// `null` alone.
    Null,
    Value,
}

/// What a function returned out of a loop: whether it did, and the value.
pub(super) type Returned = Option<(Id, Id)>;

impl<'a> Lowering<'a> {
    /// `for (const item of array) …`
    pub(super) fn for_of(&mut self, statement: &'a ForOfStatement<'a>) -> Result<Returned, Reported> {
        let mut array = self.expression(&statement.right)?;
        if self.ty(array).kind.is_text() && !self.ty(array).is_optional() {
            array = javascript::text::characters(&mut self.graph, array);
        }
        let ty = self.ty(array).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(statement.right.span(), &ty, "a loop over the elements"));
        }
        let Kind::Array(_) = ty.kind else {
            let help = "Go over an array.";
            return Err(self.refuse(statement.right.span(), format!("a loop over a `{ty}`"), help));
        };
        let pattern = match &statement.left {
            ForStatementLeft::VariableDeclaration(variables) if !statement.r#await => {
                variables.declarations.first().map(|variable| &variable.id)
            }
            _ => None,
        };
        let Some(pattern) = pattern else {
            let help = "Write `for (const item of array)`.";
            return Err(self.refuse(statement.left.span(), "a loop that assigns what it goes over", help));
        };
        let name = pattern.get_identifier_name().map(|name| name.to_string());
        let names = [None, name, None];
        self.run_loop(statement.span, array, &statement.body, &names, |this, element, _| {
            let first = this.bindings.len();
            this.bind(pattern, element)?;
            this.make_variable(first);
            Ok(())
        })
    }

    /// `for (let i = 0; i < array.length; i++) …`
    pub(super) fn for_index(&mut self, statement: &'a ForStatement<'a>) -> Result<Returned, Reported> {
        let Some((name, array)) = index_loop(statement) else {
            let help = "Write `for (const item of array)` or `for (let i = 0; i < array.length; i++)`.";
            return Err(self.refuse(Span::sized(statement.span.start, 3), "a loop of this form", help));
        };
        let list = self.expression(array)?;
        let ty = self.ty(list).clone();
        if ty.is_optional() || !matches!(ty.kind, Kind::Array(_)) {
            let help = "Go over the positions of an array.";
            return Err(self.refuse(array.span(), format!("a loop over a `{ty}`"), help));
        }
        let mut assigned = Vec::new();
        assigned_names(&statement.body, &mut assigned);
        let is_changed = |expression: &Expression| match expression {
            Expression::Identifier(array) => assigned.contains(&array.name.as_str()),
            _ => false,
        };
        if assigned.contains(&name) || is_changed(array) {
            let help = "Leave the array and its positions alone in the body.";
            return Err(self.refuse(Span::sized(statement.span.start, 3), "a loop of this form", help));
        }
        let names = [None, None, Some(name.to_owned())];
        self.run_loop(statement.span, list, &statement.body, &names, |this, _, position| {
            this.bindings.push((name.to_owned(), Binding::Value(position)));
            Ok(())
        })
    }

    fn run_loop(
        &mut self,
        span: Span,
        array: Id,
        body: &'a Statement<'a>,
        names: &[Option<String>],
        bind: impl Fn(&mut Self, Id, Id) -> Result<(), Reported>,
    ) -> Result<Returned, Reported> {
        self.give_up_lists(body);
        let mut assigned = Vec::new();
        assigned_names(body, &mut assigned);
        let mut variables: Vec<usize> = assigned
            .iter()
            .filter_map(|name| self.bindings.iter().rposition(|(bound, _)| bound == name))
            .filter(|position| {
                matches!(self.bindings[*position].1, Binding::Variable(_) | Binding::List { .. })
            })
            .collect();
        variables.sort_unstable();
        variables.dedup();
        // A state has at least one part.
        let returns = returns(body);
        let breaks = has_break(body) || returns != Returns::Never || variables.is_empty();
        let end = Loop { variables, breaks, returns, optional: Cell::new(false) };
        let initial = self.state(&end, false);
        let mut before = self.bindings.clone();
        let escapes = self.escapes.len();
        let state = self.folded(span, array, initial, names, |this, state, element, position| {
            this.bindings.clone_from(&before);
            this.restore(&end, state);
            bind(this, element, position)?;
            let lower = |this: &mut Self| this.statements(std::slice::from_ref(body), &Rest::Loop(&end));
            let (next, failure) = this.isolated(lower);
            let next = next.map(|next| this.by_variable(next));
            this.bindings.clone_from(&before);
            if !end.breaks {
                this.fail(failure);
                return next;
            }
            // Once it was left, nothing happens any more.
            let (left, nothing) = (this.graph.field(state, &field(LEFT)), this.graph.null());
            let failure = this.graph.if_else(left, nothing, failure);
            this.fail(failure);
            Ok(this.graph.if_else(left, state, next?))
        });
        let escaped_here = self.escapes.split_off(escapes);
        for (place, (name, binding)) in before.iter_mut().enumerate() {
            if let Binding::List { number, escaped, .. } = binding
                && escaped_here.contains(number)
            {
                *escaped = true;
                if end.variables.contains(&place) {
                    let what = format!("a loop that pushes to `{name}` and uses it as a value,");
                    self.refuse(Span::sized(span.start, 3), what, "Use it behind the loop.");
                }
            }
        }
        self.escapes.extend(escaped_here);
        self.bindings = before;
        let state = state?;
        self.restore(&end, state);
        Ok(self.returned_by(&end, state))
    }

    /// What a loop says about whether its function returned.
    fn returned_by(&mut self, end: &Loop, state: Id) -> Returned {
        let returned = match end.returns {
            Returns::Never => return None,
            Returns::Null | Returns::Value => self.graph.field(state, &field(RETURNED)),
        };
        let value = match end.returns {
            Returns::Value => self.graph.field(state, &field(RESULT)),
            Returns::Never | Returns::Null => self.graph.null(),
        };
        let is_there = end.returns == Returns::Value && !end.optional.get();
        let value = match self.ty(value).kind {
            // No `return` is ever reached, or all of them return nothing.
            Kind::Never if is_there => self.graph.unreachable(),
            Kind::Never => self.graph.null(),
            _ if is_there => self.graph.known(value),
            _ => value,
        };
        Some((returned, value))
    }

    /// The state after a `return` in the body.
    pub(super) fn returning(&mut self, span: Span, end: &Loop, value: Id) -> Lowered {
        let ty = self.ty(value).clone();
        if ty.undefined || matches!(ty.kind, Kind::Object(_) | Kind::Array(_)) {
            let help = "Find the element with `.find()`, and return behind the loop.";
            return Err(self.refuse(
                span,
                format!("a `return` of a `{}` out of a loop", shorten(&ty.to_string())),
                help,
            ));
        }
        if ty.is_optional() {
            end.optional.set(true);
        }
        Ok(self.state_with(end, true, Some(value)))
    }

    /// The values of the variables at an end of the body.
    pub(super) fn state(&mut self, end: &Loop, left: bool) -> Id {
        self.state_with(end, left, None)
    }

    fn state_with(&mut self, end: &Loop, left: bool, returned: Option<Id>) -> Id {
        let mut fields = Vec::new();
        for (count, position) in end.variables.iter().enumerate() {
            if let Binding::Variable(value) | Binding::List { value, .. } = self.bindings[*position].1 {
                fields.push((field(&format!("v{count}")), value));
            }
        }
        if end.breaks {
            fields.push((field(LEFT), self.graph.boolean(left)));
        }
        if end.returns != Returns::Never {
            fields.push((field(RETURNED), self.graph.boolean(returned.is_some())));
        }
        if end.returns == Returns::Value {
            let value = returned.unwrap_or_else(|| self.graph.null());
            fields.push((field(RESULT), value));
        }
        self.graph.object(fields)
    }

    /// A state as a choice for each variable rather than between whole states.
    fn by_variable(&mut self, state: Id) -> Id {
        let Kind::Object(fields) = self.ty(state).kind.clone() else { return state };
        let values = fields.into_iter().map(|(name, _)| (name.clone(), self.graph.field(state, &name)));
        let values = values.collect();
        self.graph.object(values)
    }

    /// Gives the variables the values of a state.
    fn restore(&mut self, end: &Loop, state: Id) {
        for (count, position) in end.variables.iter().enumerate() {
            let new = self.graph.field(state, &field(&format!("v{count}")));
            let name = self.bindings[*position].0.clone();
            if let Binding::Variable(value) | Binding::List { value, .. } = &mut self.bindings[*position].1 {
                *value = new;
            }
            self.graph.suggest_name(new, &name);
        }
    }

    /// `list.push(value, …)`: the list with more elements.
    pub(super) fn push(&mut self, expression: &'a Expression<'a>) -> Result<bool, Reported> {
        let Some((name, call)) = pushed(expression) else { return Ok(false) };
        let Some(place) = self.bindings.iter().rposition(|(bound, _)| bound == name) else {
            return Ok(false);
        };
        let (value, number, escaped, assignable) = match self.bindings[place].1 {
            Binding::List { value, number, escaped, assignable } => (value, number, escaped, assignable),
            _ => {
                let help = format!("Start with an array of your own: `const {name} = [];`");
                return Err(self.refuse(call.span, "a `.push()` to an array that others may see", help));
            }
        };
        if escaped || place < self.first_own() {
            let help = "Build the array first, and use it afterwards.";
            return Err(self.refuse(call.span, "a `.push()` to an array that is in use elsewhere", help));
        }
        let items = self.arguments(&call.arguments)?;
        let items = self.array(call.span, items)?;
        let longer = self.chained(call.span, &[value, items])?;
        self.graph.suggest_name(longer, name);
        self.bindings[place].1 = Binding::List { value: longer, number, escaped, assignable };
        Ok(true)
    }

    /// A reduction that may fail: the first failure stays.
    pub(super) fn failing(&mut self, state: Id) -> (Id, Id) {
        (self.graph.field(state, &field("value")), self.graph.field(state, &field("failure")))
    }

    /// The state of a reduction that may fail.
    pub(super) fn fallible_state(&mut self, made: Fallible) -> Id {
        self.graph.object(vec![(field("value"), made.value), (field("failure"), made.failure)])
    }
}

/// A name of our own for a part of a state.
fn field(name: &str) -> SqlIdent {
    match name.parse() {
        Ok(name) => name,
        Err(_) => unreachable!("these names are letters and digits"),
    }
}

/// `i` and `array` of `for (let i = 0; i < array.length; i++)`.
fn index_loop<'a>(statement: &'a ForStatement<'a>) -> Option<(&'a str, &'a Expression<'a>)> {
    let Some(ForStatementInit::VariableDeclaration(variables)) = &statement.init else { return None };
    let [variable] = variables.declarations.as_slice() else { return None };
    let oxc_ast::ast::BindingPattern::BindingIdentifier(name) = &variable.id else { return None };
    let name = name.name.as_str();
    let is_name =
        |expression: &Expression| matches!(expression, Expression::Identifier(found) if found.name == name);
    let is_zero = matches!(variable.init.as_ref()?, Expression::NumericLiteral(zero) if zero.value == 0.0);
    let Expression::UpdateExpression(update) = statement.update.as_ref()? else { return None };
    let is_step = update.operator == UpdateOperator::Increment
        && matches!(&update.argument, SimpleAssignmentTarget::AssignmentTargetIdentifier(found) if found.name == name);
    let Expression::BinaryExpression(test) = statement.test.as_ref()? else { return None };
    let Expression::StaticMemberExpression(length) = &test.right else { return None };
    let is_test =
        test.operator == BinaryOperator::LessThan && is_name(&test.left) && length.property.name == "length";
    (is_zero && is_step && is_test && !length.optional).then_some((name, &length.object))
}

/// `name.push(…)`.
fn pushed<'a>(expression: &'a Expression<'a>) -> Option<(&'a str, &'a oxc_ast::ast::CallExpression<'a>)> {
    let Expression::CallExpression(call) = expression else { return None };
    let Expression::StaticMemberExpression(member) = &call.callee else { return None };
    let Expression::Identifier(name) = &member.object else { return None };
    (member.property.name == "push" && !call.optional).then_some((name.name.as_str(), call))
}

/// The names that statements assign, or push to.
fn assigned_names<'a>(statement: &'a Statement<'a>, names: &mut Vec<&'a str>) {
    match statement {
        Statement::ExpressionStatement(statement) => match &statement.expression {
            expression if changed(expression).is_some() => names.extend(changed(expression)),
            Expression::AssignmentExpression(assignment) => {
                if let AssignmentTarget::AssignmentTargetIdentifier(name) = &assignment.left {
                    names.push(name.name.as_str());
                }
            }
            Expression::UpdateExpression(update) => {
                if let SimpleAssignmentTarget::AssignmentTargetIdentifier(name) = &update.argument {
                    names.push(name.name.as_str());
                }
            }
            call => names.extend(pushed(call).map(|(name, _)| name)),
        },
        other => inner_statements(other).into_iter().for_each(|inner| assigned_names(inner, names)),
    }
}

/// Whether a `break` in a body leaves the loop of the body.
fn has_break(statement: &Statement) -> bool {
    match statement {
        Statement::BreakStatement(_) => true,
        Statement::SwitchStatement(_)
        | Statement::ForOfStatement(_)
        | Statement::ForStatement(_)
        | Statement::WhileStatement(_)
        | Statement::DoWhileStatement(_)
        | Statement::ForInStatement(_) => false,
        other => inner_statements(other).into_iter().any(has_break),
    }
}

/// What a body returns.
fn returns(statement: &Statement) -> Returns {
    match statement {
        Statement::ReturnStatement(statement) => match &statement.argument {
            Some(Expression::NullLiteral(_)) => Returns::Null,
            Some(_) | None => Returns::Value,
        },
        other => inner_statements(other).into_iter().map(returns).fold(Returns::Never, |a, b| match (a, b) {
            (Returns::Value, _) | (_, Returns::Value) => Returns::Value,
            (Returns::Null, _) | (_, Returns::Null) => Returns::Null,
            (Returns::Never, Returns::Never) => Returns::Never,
        }),
    }
}

/// The statements of a statement.
pub(super) fn inner_statements<'a>(statement: &'a Statement<'a>) -> Vec<&'a Statement<'a>> {
    match statement {
        Statement::BlockStatement(block) => block.body.iter().collect(),
        Statement::IfStatement(branch) => {
            [&branch.consequent].into_iter().chain(branch.alternate.as_ref()).collect()
        }
        Statement::SwitchStatement(switch) => switch.cases.iter().flat_map(|case| &case.consequent).collect(),
        Statement::ForOfStatement(inner) => vec![&inner.body],
        Statement::ForStatement(inner) => vec![&inner.body],
        _ => Vec::new(),
    }
}
