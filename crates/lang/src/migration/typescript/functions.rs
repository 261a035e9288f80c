//! Functions of the project: a call is the body with its arguments, as if it stood there.
//!
//! A body sees the names where it was written, never those where it is called. It assigns only its
//! own variables, so that what a call does to a row is all in what it returns.

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, Expression, FormalParameters, Function, Statement,
};
use oxc_span::Span;

use super::{Binding, Id, Lowered, Lowering, Reported, statements::Rest};
use crate::migration::ir::Nothing;

/// A function with a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Callable<'a> {
    pub(super) span: Span,
    pub(super) params: &'a FormalParameters<'a>,
    pub(super) body: Body<'a>,
    /// `async` or a generator, which never returns a value of its own.
    pub(super) deferred: Option<&'static str>,
    pub(super) scope: Scope,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Body<'a> {
    Statements(&'a [Statement<'a>]),
    Expression(&'a Expression<'a>),
}

/// Which names a function sees.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scope {
    /// All of the file of this number, also those declared behind it.
    Module(usize),
    /// As many as there were where it was written.
    Here(usize),
}

/// Whose `return` is lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// The migration's: it returns a row.
    Migration,
    /// A function's: it returns any value. Its own names start here.
    Function(usize),
}

impl<'a> Callable<'a> {
    pub(super) fn of_function(function: &'a Function<'a>, scope: Scope) -> Option<Self> {
        let deferred = match (function.r#async, function.generator) {
            (true, _) => Some("an async function"),
            (false, true) => Some("a generator function"),
            (false, false) => None,
        };
        let body = Body::Statements(&function.body.as_ref()?.statements);
        Some(Self { span: function.span, params: &function.params, body, deferred, scope })
    }

    pub(super) fn of_arrow(arrow: &'a ArrowFunctionExpression<'a>, scope: Scope) -> Self {
        let body = match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => Body::Statements(&body.statements),
            body => match body.as_expression() {
                Some(expression) => Body::Expression(expression),
                None => Body::Statements(&[]),
            },
        };
        let deferred = arrow.r#async.then_some("an async function");
        Self { span: arrow.span, params: &arrow.params, body, deferred, scope }
    }

    pub(super) fn of_expression(expression: &'a Expression<'a>, scope: Scope) -> Option<Self> {
        match expression.get_inner_expression() {
            Expression::ArrowFunctionExpression(arrow) => Some(Self::of_arrow(arrow, scope)),
            Expression::FunctionExpression(function) => Self::of_function(function, scope),
            _ => None,
        }
    }
}

impl<'a> Lowering<'a> {
    /// What a function returns for these arguments, at the place of its call.
    pub(super) fn inline(&mut self, span: Span, function: Callable<'a>, arguments: &[Id]) -> Lowered {
        if let Some(what) = function.deferred {
            let help = "Call a plain function that returns a value.";
            return Err(self.refuse(Span::sized(function.span.start, 5), what, help));
        }
        if let Scope::Module(at) = function.scope
            && at != self.at
        {
            return self.in_file(at, |this| this.inline(function.span, function, arguments));
        }
        if self.calls.contains(&(self.at, function.span)) {
            let help = "Compute the value without recursion.";
            return Err(self.refuse(span, "a function that calls itself", help));
        }
        let scope = match function.scope {
            Scope::Module(_) => self.module,
            Scope::Here(scope) => scope.min(self.bindings.len()),
        };
        let callers = self.bindings.split_off(scope);
        // A function may use a name that is declared behind it and hides one that stood before it.
        let hidden = match function.scope {
            Scope::Module(_) => None,
            Scope::Here(_) => {
                let is_visible = |name: &str| self.bindings.iter().any(|(visible, _)| visible == name);
                callers.iter().find(|(name, _)| is_visible(name)).map(|(name, _)| name.clone())
            }
        };
        let result = match hidden {
            Some(name) => {
                let help = "Give the two different names.";
                Err(self.refuse(span, format!("a call where `{name}` has two meanings"), help))
            }
            None => {
                self.calls.push((self.at, function.span));
                let frame = std::mem::replace(&mut self.frame, Frame::Function(scope));
                let result = self.nested(span, |this| this.called(&function, arguments));
                self.frame = frame;
                self.calls.pop();
                result
            }
        };
        self.bindings.truncate(scope);
        self.bindings.extend(callers);
        result
    }

    fn called(&mut self, function: &Callable<'a>, arguments: &[Id]) -> Lowered {
        for (position, parameter) in function.params.items.iter().enumerate() {
            let mut value = match arguments.get(position) {
                Some(value) => *value,
                None => self.graph.nothing(Nothing::Undefined),
            };
            if let Some(default) = &parameter.initializer {
                value = self.with_default(parameter.span, value, default)?;
            }
            let first = self.bindings.len();
            self.bind(&parameter.pattern, value)?;
            self.make_variable(first);
        }
        if let Some(rest) = &function.params.rest {
            let others = arguments.get(function.params.items.len()..).unwrap_or_default().to_vec();
            let others = self.array(rest.span, others)?;
            self.bind(&rest.rest.argument, others)?;
        }
        match function.body {
            Body::Statements(list) => {
                let end = Span::new(function.span.end.saturating_sub(1), function.span.end);
                self.statements(list, &Rest::End(end))
            }
            Body::Expression(expression) => self.expression(expression),
        }
    }

    /// Binds a name to a function that sees what is in scope here.
    pub(super) fn declare_function(&mut self, name: &str, function: Callable<'a>) {
        self.bindings.push((name.to_owned(), Binding::Function(function)));
    }

    /// The value of `return expression`.
    pub(super) fn return_value(&mut self, expression: &'a Expression<'a>) -> Lowered {
        match self.frame {
            Frame::Migration => self.returned(expression),
            Frame::Function(_) => self.expression(expression),
        }
    }

    /// The value of a body whose end is reached, or of `return` alone.
    pub(super) fn return_nothing(&mut self, report: impl FnOnce(&mut Self) -> Reported) -> Lowered {
        match self.frame {
            Frame::Migration => Err(report(self)),
            Frame::Function(_) => Ok(self.graph.nothing(Nothing::Undefined)),
        }
    }

    /// The names bound since `first` may be assigned.
    pub(super) fn make_variable(&mut self, first: usize) {
        for (_, binding) in self.bindings.iter_mut().skip(first) {
            if let Binding::Value(value) = binding {
                *binding = Binding::Variable(*value);
            }
        }
    }

    /// The function that a name stands for.
    pub(super) fn function_named(&self, name: &str) -> Option<Callable<'a>> {
        match self.bindings.iter().rev().find(|(bound, _)| bound == name)? {
            (_, Binding::Function(function)) => Some(*function),
            _ => None,
        }
    }

    /// The function that an expression is or names.
    pub(super) fn function_of(&self, expression: &'a Expression<'a>) -> Option<Callable<'a>> {
        match expression.get_inner_expression() {
            Expression::Identifier(name) => self.function_named(&name.name),
            inner => Callable::of_expression(inner, Scope::Here(self.bindings.len())),
        }
    }
}
