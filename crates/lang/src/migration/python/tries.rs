//! `try`: a failure that a handler takes.
//!
//! Failures are texts that begin with the name of the error. What Antler cannot compute exactly is no
//! error of Python, and no handler takes it.

use std::collections::BTreeSet;

use ruff_python_ast::{ExceptHandler, ExceptHandlerExceptHandler, Expr, Stmt, StmtTry};

use super::{
    Id, Lowered, Lowering, Reported, Value,
    functions::assigned,
    keyword,
    statements::{Path, Rest},
};
use crate::migration::ir::Function;

/// The errors of Python that a handler takes.
const TAKEN: &[(&str, &str)] = &[
    ("ValueError", "^ValueError: "),
    ("TypeError", "^TypeError: "),
    ("KeyError", "^KeyError: "),
    ("IndexError", "^IndexError: "),
    ("LookupError", "^(KeyError|IndexError|LookupError): "),
    ("ZeroDivisionError", "^ZeroDivisionError: "),
    ("OverflowError", "^OverflowError: "),
    ("ArithmeticError", "^(ZeroDivisionError|OverflowError|ArithmeticError): "),
    ("AttributeError", "^AttributeError: "),
    ("AssertionError", "^AssertionError: "),
    ("RuntimeError", "^(RuntimeError|NotImplementedError): "),
    ("Exception", "^([A-Z][A-Za-z]*Error|Exception): "),
];

pub(super) fn handlers(statement: &StmtTry) -> impl Iterator<Item = &ExceptHandlerExceptHandler> {
    statement.handlers.iter().map(|ExceptHandler::ExceptHandler(handler)| handler)
}

/// Whether it ends with `return`, or a handler does.
pub(super) fn returns(statement: &StmtTry) -> bool {
    super::branches::has_jump(&statement.body)
        || handlers(statement).any(|handler| super::branches::has_jump(&handler.body))
}

impl<'a> Lowering<'a> {
    /// A `try` behind which all paths go on or raise.
    pub(super) fn try_statement(&mut self, statement: &'a StmtTry) -> Result<Path, Reported> {
        self.check(statement)?;
        let before = self.names.clone();
        let (body, failure) = self.guarded(|this| this.execute_all(&statement.body));
        let (body, after) = (body?, std::mem::take(&mut self.names));
        let caught = self.caught(statement, failure)?;
        self.names = self.interrupted(statement, before);
        let mut handlers = handlers(statement).zip(caught);
        let (Some((handler, takes)), None) = (handlers.next(), handlers.next()) else {
            return Err(self.refuse(
                keyword(statement, 3),
                "`try` with several handlers",
                "Write one handler.",
            ));
        };
        self.merged(
            takes,
            |this| this.execute_all(&handler.body),
            |this| {
                this.names = after;
                this.fail(failure);
                Ok(body)
            },
        )
    }

    /// A `try` of which each path through the body returns.
    pub(super) fn try_branching(&mut self, statement: &'a StmtTry, rest: &Rest<'_, 'a>) -> Lowered {
        self.check(statement)?;
        if !super::branches::has_jump(&statement.body) {
            // The body goes on, and the handler does not.
            return self.try_with_leaving_handler(statement, rest);
        }
        let ends = matches!(statement.body.last(), Some(Stmt::Return(_) | Stmt::Raise(_)));
        if !ends || rest.around().is_some() {
            let help = "Let the body end with `return`, or only assign there.";
            return Err(self.refuse(keyword(statement, 3), "a `try` that returns on some paths", help));
        }
        let before = self.names.clone();
        let (value, failure) = self.guarded(|this| this.statements(&statement.body, &Rest::End));
        let value = value?;
        let interrupted = self.interrupted(statement, before);
        let (handler, takes) = self.only_handler(statement, failure)?;
        let (handled, value) = self.either(
            takes,
            |this| {
                this.names = interrupted;
                this.statements(&handler.body, rest)
            },
            |this| {
                this.fail(failure);
                Ok(value)
            },
        )?;
        self.choose(keyword(statement, 3), takes, handled, value)
    }

    fn try_with_leaving_handler(&mut self, statement: &'a StmtTry, rest: &Rest<'_, 'a>) -> Lowered {
        let before = self.names.clone();
        let (path, failure) = self.guarded(|this| this.execute_all(&statement.body));
        let (path, after) = (path?, std::mem::take(&mut self.names));
        let interrupted = self.interrupted(statement, before);
        let (handler, takes) = self.only_handler(statement, failure)?;
        let (handled, value) = self.either(
            takes,
            |this| {
                this.names = interrupted;
                this.statements(&handler.body, rest)
            },
            |this| {
                this.names = after;
                this.fail(failure);
                if path == Path::Ends {
                    return Ok(this.graph.unreachable());
                }
                this.statements(&[], rest)
            },
        )?;
        self.choose(keyword(statement, 3), takes, handled, value)
    }

    /// Runs a body whose facts are not known in its handler.
    fn guarded<T>(&mut self, lower: impl FnOnce(&mut Self) -> T) -> (T, Id) {
        let present = self.present.clone();
        let result = self.isolated(lower);
        self.present = present;
        result
    }

    fn check(&mut self, statement: &'a StmtTry) -> Result<(), Reported> {
        let place = keyword(statement, 3);
        if !statement.orelse.is_empty() || !statement.finalbody.is_empty() || statement.is_star {
            return Err(self.refuse(
                place,
                "`try` with `else` or `finally`",
                "Write what follows behind it.",
            ));
        }
        if let Some(named) = handlers(statement).find(|handler| handler.name.is_some()) {
            return Err(self.refuse(
                named.range,
                "the error of a handler as a value",
                "Write `except ValueError:`.",
            ));
        }
        Ok(())
    }

    /// The handler of a statement that has one, and whether it takes a failure.
    fn only_handler(
        &mut self,
        statement: &'a StmtTry,
        failure: Id,
    ) -> Result<(&'a ExceptHandlerExceptHandler, Id), Reported> {
        let caught = self.caught(statement, failure)?;
        let mut handlers = handlers(statement).zip(caught);
        match (handlers.next(), handlers.next()) {
            (Some(only), None) => Ok(only),
            _ => {
                let place = keyword(statement, 3);
                Err(self.refuse(place, "`try` with several handlers", "Write one handler."))
            }
        }
    }

    /// For each handler, whether it takes a failure.
    fn caught(&mut self, statement: &'a StmtTry, failure: Id) -> Result<Vec<Id>, Reported> {
        let fails = self.graph.is_there(failure);
        let reason = self.graph.known(failure);
        let mut caught = Vec::new();
        for handler in handlers(statement) {
            let classes = match handler.type_.as_deref() {
                None => vec!["Exception"],
                Some(Expr::Name(name)) => vec![name.id.as_str()],
                Some(Expr::Tuple(names)) => names.elts.iter().filter_map(super::last_name).collect(),
                Some(_) => vec![""],
            };
            let mut takes = self.graph.boolean(false);
            for class in classes {
                let pattern = TAKEN.iter().find(|(name, _)| *name == class && self.is_free(class));
                let Some((_, pattern)) = pattern else {
                    let help = "Name one of Python's own errors, such as `ValueError`.";
                    return Err(self.refuse(handler.range, "a handler of other errors", help));
                };
                let is_it = self.graph.apply(Function::Matches((*pattern).to_owned()), &[reason]);
                takes = self.graph.or(takes, is_it);
            }
            caught.push(if self.graph.as_boolean(fails) == Some(false) {
                self.graph.boolean(false)
            } else {
                self.graph.and(fails, takes)
            });
        }
        Ok(caught)
    }

    /// The names where a handler starts: of those that the body assigns, it is not known how far it came.
    fn interrupted(&mut self, statement: &'a StmtTry, mut before: super::Names<'a>) -> super::Names<'a> {
        // What raises in a single assignment does so before it assigns.
        if let [Stmt::Assign(_) | Stmt::AugAssign(_) | Stmt::AnnAssign(_) | Stmt::Expr(_)] = &*statement.body
        {
            return before;
        }
        let mut names = BTreeSet::new();
        assigned(&statement.body, &mut names);
        super::loops::appended(&statement.body, &mut names);
        for name in names {
            before.insert(name.to_owned(), Value::Broken(Default::default()));
        }
        before
    }
}
