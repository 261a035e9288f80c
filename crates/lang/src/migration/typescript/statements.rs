//! Statements: a function body as one value.
//!
//! A list of statements is lowered together with what follows it, so that a branch which does not
//! return goes on behind the `if`. Both branches of an `if` become one conditional value.

use antler_core::diagnostic::Code;
use oxc_ast::ast::{Expression, IfStatement, Statement, SwitchStatement};
use oxc_span::{GetSpan, Span};

use super::{
    Id, Lowered, Lowering, Reported,
    assignments::is_assignment,
    functions::{Callable, Scope},
    loops::Loop,
};
use crate::migration::{MAX_DEPTH, types::Kind};

/// What follows a list of statements.
pub(super) enum Rest<'r, 'a> {
    /// The end of the function, at this place.
    End(Span),
    /// The end of the body of a loop.
    Loop(&'r Loop),
    /// The end of a `switch`, where `break` goes.
    Switch(&'r Rest<'r, 'a>),
    /// More statements, in the scope that had this many names, and what follows those.
    Then { statements: &'a [Statement<'a>], scope: usize, rest: &'r Rest<'r, 'a> },
}

impl<'r, 'a> Rest<'r, 'a> {
    /// Where a `break` goes.
    fn behind(&self) -> Option<Behind<'r, 'a>> {
        match self {
            Self::End(_) => None,
            Self::Loop(end) => Some(Behind::Loop(end)),
            Self::Switch(rest) => Some(Behind::Switch(rest)),
            Self::Then { rest, .. } => rest.behind(),
        }
    }

    /// The loop around it, where a `continue` goes.
    fn around(&self) -> Option<&'r Loop> {
        match self {
            Self::End(_) => None,
            Self::Loop(end) => Some(end),
            Self::Switch(rest) | Self::Then { rest, .. } => rest.around(),
        }
    }

    /// A place to point at when there is too much of it.
    fn place(&self) -> Span {
        match self {
            Self::End(span) => *span,
            Self::Loop(_) => Span::default(),
            Self::Switch(rest) => rest.place(),
            Self::Then { statements, rest, .. } => statements.first().map_or(rest.place(), GetSpan::span),
        }
    }
}

/// Where a `break` goes.
enum Behind<'r, 'a> {
    Switch(&'r Rest<'r, 'a>),
    Loop(&'r Loop),
}

/// How many expressions may be lowered. What stands behind an `if` that does not return is
/// lowered once for each branch.
const MAX_STEPS: usize = 100_000;

impl<'a> Lowering<'a> {
    /// What a list of statements and everything behind it returns.
    pub(super) fn statements(&mut self, list: &'a [Statement<'a>], rest: &Rest<'_, 'a>) -> Lowered {
        self.nested(rest.place(), |this| this.statement_list(list, rest))
    }

    fn statement_list(&mut self, list: &'a [Statement<'a>], rest: &Rest<'_, 'a>) -> Lowered {
        for (position, statement) in list.iter().enumerate() {
            let others = &list[position + 1..];
            match statement {
                Statement::VariableDeclaration(variables) => {
                    for variable in &variables.declarations {
                        self.declare(variables.kind, variable);
                    }
                }
                Statement::ReturnStatement(statement) => {
                    let value = match &statement.argument {
                        Some(argument) => self.return_value(argument),
                        None => self.return_nothing(|this| {
                            this.report(
                                Code::MigrationOutput,
                                statement.span,
                                "a migration returns a row or `null`",
                                "this returns `undefined`",
                                "To leave the row out, write `return null`.",
                            )
                        }),
                    };
                    return self.leave(statement.span, value?, rest);
                }
                Statement::ThrowStatement(statement) => return self.throw(&statement.argument),
                Statement::IfStatement(statement) => return self.if_statement(statement, others, rest),
                Statement::SwitchStatement(statement) => return self.switch(statement, others, rest),
                Statement::BlockStatement(block) => {
                    let scope = self.bindings.len();
                    return self.statements(&block.body, &Rest::Then { statements: others, scope, rest });
                }
                Statement::BreakStatement(jump) if jump.label.is_none() => {
                    return match rest.behind() {
                        Some(Behind::Switch(rest)) => self.statements(&[], rest),
                        Some(Behind::Loop(end)) => Ok(self.state(end, true)),
                        None => {
                            let help = "Let each path end with `return` or `throw`.";
                            Err(self.refuse(jump.span, "this jump", help))
                        }
                    };
                }
                Statement::ContinueStatement(jump) if jump.label.is_none() && rest.around().is_some() => {
                    let Some(end) = rest.around() else { return Err(Reported) };
                    return Ok(self.state(end, false));
                }
                Statement::ForOfStatement(_) | Statement::ForStatement(_) => {
                    let returned = match statement {
                        Statement::ForOfStatement(statement) => self.for_of(statement)?,
                        Statement::ForStatement(statement) => self.for_index(statement)?,
                        _ => None,
                    };
                    if let Some((returned, value)) = returned {
                        let span = statement.span();
                        let names = self.bindings.clone();
                        let (a, b) = self.branches(
                            returned,
                            |this| this.leave(span, value, rest),
                            |this| {
                                this.bindings = names;
                                this.statements(others, rest)
                            },
                        )?;
                        return self.choose(span, returned, a, b);
                    }
                }
                Statement::ExpressionStatement(statement)
                    if self.push(&statement.expression)? || self.set_date(&statement.expression)? => {}
                Statement::FunctionDeclaration(function) => {
                    let scope = Scope::Here(self.bindings.len());
                    if let (Some(id), Some(function)) = (&function.id, Callable::of_function(function, scope))
                    {
                        self.declare_function(&id.name, function);
                    }
                }
                Statement::ExpressionStatement(statement) if is_assignment(&statement.expression) => {
                    self.assignment(&statement.expression)?;
                }
                Statement::EmptyStatement(_)
                | Statement::TSTypeAliasDeclaration(_)
                | Statement::TSInterfaceDeclaration(_) => {}
                other => {
                    let (what, help) = describe(other);
                    return Err(self.refuse(other.span(), what, help));
                }
            }
        }
        match rest {
            Rest::End(span) => self.return_nothing(|this| this.report(
                Code::MigrationOutput,
                *span,
                "a path through this function returns nothing",
                "the end is reached here",
                "Return the new row; to leave a row out, return `null`; to send it to the dead letters, throw.",
            )),
            Rest::Loop(end) => Ok(self.state(end, false)),
            Rest::Switch(rest) => self.statements(&[], rest),
            Rest::Then { statements, scope, rest } => {
                self.bindings.truncate(*scope);
                self.statements(statements, rest)
            }
        }
    }

    /// What a `return` of a value becomes: inside of a loop, the end of the loop.
    fn leave(&mut self, span: Span, value: Id, rest: &Rest<'_, 'a>) -> Lowered {
        match rest.around() {
            Some(end) => self.returning(span, end, value),
            None => Ok(value),
        }
    }

    fn if_statement(
        &mut self,
        statement: &'a IfStatement<'a>,
        others: &'a [Statement<'a>],
        rest: &Rest<'_, 'a>,
    ) -> Lowered {
        let condition = self.condition(&statement.test)?;
        let scope = self.bindings.len();
        let names = self.bindings.clone();
        let (a, b) = self.branches(
            condition,
            |this| {
                let rest = Rest::Then { statements: others, scope, rest };
                this.statements(std::slice::from_ref(&statement.consequent), &rest)
            },
            |this| {
                this.bindings = names;
                let rest = Rest::Then { statements: others, scope, rest };
                match &statement.alternate {
                    Some(alternate) => this.statements(std::slice::from_ref(alternate), &rest),
                    None => this.statements(&[], &rest),
                }
            },
        )?;
        self.choose(statement.span, condition, a, b)
    }

    /// `switch`: a chain of conditions. Cases may share a body, but not run into the next one.
    fn switch(
        &mut self,
        statement: &'a SwitchStatement<'a>,
        others: &'a [Statement<'a>],
        rest: &Rest<'_, 'a>,
    ) -> Lowered {
        let value = self.expression(&statement.discriminant)?;
        let scope = self.bindings.len();
        let behind = Rest::Then { statements: others, scope, rest };
        let after = Rest::Switch(&behind);
        let mut groups: Vec<Group<'a>> = Vec::new();
        let mut pending: Vec<Option<&'a Expression<'a>>> = Vec::new();
        for (position, case) in statement.cases.iter().enumerate() {
            pending.push(case.test.as_ref());
            if case.consequent.is_empty() && position + 1 < statement.cases.len() {
                continue;
            }
            let body = match case.consequent.as_slice() {
                [Statement::BlockStatement(block)] => block.body.as_slice(),
                body => body,
            };
            let is_last = position + 1 == statement.cases.len();
            let body = match body.split_last() {
                Some((Statement::BreakStatement(end), body)) if end.label.is_none() => body,
                Some((last, _)) if !is_last && !leaves(last) => {
                    let help = "End each case with `return`, `throw` or `break`.";
                    return Err(self.refuse(case.span, "a case that runs into the next one", help));
                }
                _ => body,
            };
            groups.push(Group { tests: std::mem::take(&mut pending), body });
        }
        let default = groups.iter().position(|group| group.tests.iter().any(Option::is_none));
        let covered = default.is_none() && self.covers(value, &groups);
        let cases: Vec<_> = groups
            .iter()
            .enumerate()
            .filter(|(position, _)| Some(*position) != default)
            .map(|(_, g)| g)
            .collect();
        let otherwise = match default.and_then(|position| groups.get(position)) {
            Some(group) => Otherwise::Body(group.body),
            None if covered => Otherwise::Never,
            None => Otherwise::After,
        };
        self.cases(statement.span, value, &cases, &otherwise, &after)
    }

    fn cases(
        &mut self,
        span: Span,
        value: Id,
        cases: &[&Group<'a>],
        otherwise: &Otherwise<'a>,
        after: &Rest<'_, 'a>,
    ) -> Lowered {
        let Some((first, others)) = cases.split_first() else {
            return match otherwise {
                Otherwise::Body(body) => self.statements(body, after),
                Otherwise::After => self.statements(&[], after),
                Otherwise::Never => Ok(self.graph.unreachable()),
            };
        };
        let mut matches = self.graph.boolean(false);
        for test in first.tests.iter().flatten() {
            let wanted = self.expression(test)?;
            let is_equal = self.strictly_equal(test.span(), value, wanted)?;
            matches = self.graph.or(matches, is_equal);
        }
        let names = self.bindings.clone();
        let (a, b) = self.branches(
            matches,
            |this| this.statements(first.body, after),
            |this| {
                this.bindings = names;
                this.nested(span, |this| this.cases(span, value, others, otherwise, after))
            },
        )?;
        self.choose(span, matches, a, b)
    }

    /// Whether the constant cases name every value of an enum.
    fn covers(&mut self, value: Id, groups: &[Group<'a>]) -> bool {
        let tests: Vec<_> = groups.iter().flat_map(|group| group.tests.iter().flatten()).collect();
        let mut words = std::collections::BTreeSet::new();
        let mut integers = std::collections::BTreeSet::new();
        for test in tests {
            let (Ok(test), _) = self.isolated(|this| this.expression(test)) else { return false };
            match &self.ty(test).kind {
                Kind::Words(found) if self.graph.as_text(test).is_some() => words.extend(found.clone()),
                Kind::Integers(found) if self.graph.as_number(test).is_some() => {
                    integers.extend(found.clone())
                }
                _ => return false,
            }
        }
        let ty = self.ty(value);
        match &ty.kind {
            _ if ty.is_optional() => false,
            Kind::Words(all) => all.is_subset(&words),
            Kind::Integers(all) => all.is_subset(&integers),
            _ => false,
        }
    }

    /// `throw new Error(message)`: the row fails with the message.
    fn throw(&mut self, thrown: &'a Expression<'a>) -> Lowered {
        let help = "Write `throw new Error(\"…\")`; the message becomes the reason in the dead letters.";
        let Expression::NewExpression(new) = thrown.get_inner_expression() else {
            return Err(self.refuse(thrown.span(), "throwing anything but a new error", help));
        };
        const ERRORS: [&str; 4] = ["Error", "TypeError", "RangeError", "SyntaxError"];
        if !ERRORS.iter().any(|name| new.callee.is_specific_id(name)) {
            return Err(self.refuse(thrown.span(), "throwing anything but a new error", help));
        }
        let message = match new.arguments.as_slice() {
            [] => self.graph.text(""),
            [message] => match message.as_expression() {
                Some(message) => {
                    let value = self.expression(message)?;
                    self.text_of(message.span(), value)?
                }
                None => return Err(self.refuse(message.span(), "a spread argument", help)),
            },
            _ => return Err(self.refuse(thrown.span(), "an error with more than a message", help)),
        };
        self.fail(message);
        Ok(self.graph.unreachable())
    }

    /// Lowers something one level deeper, within what the stack and a reader can take.
    pub(super) fn nested<T>(
        &mut self,
        span: Span,
        lower: impl FnOnce(&mut Self) -> Result<T, Reported>,
    ) -> Result<T, Reported> {
        self.depth += 1;
        self.steps += 1;
        let result = if self.steps > MAX_STEPS + 1 {
            // That was reported already.
            Err(Reported)
        } else if self.depth > MAX_DEPTH || self.steps > MAX_STEPS {
            self.steps = MAX_STEPS + 1;
            let help = "Split it into smaller steps, or into two migrations.";
            Err(self.refuse(Span::sized(span.start, 1), "a function of this size", help))
        } else {
            lower(self)
        };
        self.depth -= 1;
        result
    }
}

/// Cases of a `switch` that share a body; `None` is `default`.
struct Group<'g> {
    tests: Vec<Option<&'g Expression<'g>>>,
    body: &'g [Statement<'g>],
}

/// What happens when no case of a `switch` matches.
enum Otherwise<'o> {
    Body(&'o [Statement<'o>]),
    After,
    Never,
}

/// Whether a statement never goes on to the next one.
fn leaves(statement: &Statement) -> bool {
    match statement {
        Statement::ReturnStatement(_) | Statement::ThrowStatement(_) | Statement::ContinueStatement(_) => {
            true
        }
        Statement::BlockStatement(block) => block.body.last().is_some_and(leaves),
        Statement::IfStatement(branch) => {
            leaves(&branch.consequent) && branch.alternate.as_ref().is_some_and(leaves)
        }
        _ => false,
    }
}

/// What a statement is called, and what to write instead.
fn describe(statement: &Statement) -> (&'static str, &'static str) {
    match statement {
        Statement::ForInStatement(_) | Statement::WhileStatement(_) | Statement::DoWhileStatement(_) => (
            "a loop of this form",
            "Go over an array: `for (const item of array)`, or `.map()` and its like.",
        ),
        Statement::TryStatement(_) => {
            ("`try`", "A row that throws goes to the dead letters by itself; test for what may fail instead.")
        }
        Statement::ExpressionStatement(statement) => match &statement.expression {
            Expression::CallExpression(_) => {
                ("a call for its effect", "A migration only computes the new row; remove the call.")
            }
            _ => ("an expression without an effect", "Remove it."),
        },
        Statement::ClassDeclaration(_) => ("a class", "Use plain objects."),
        Statement::BreakStatement(_) | Statement::ContinueStatement(_) => {
            ("this jump", "Let each path end with `return` or `throw`.")
        }
        _ => ("this statement", "Use `const`, `if`, `switch`, `return` and `throw`."),
    }
}
