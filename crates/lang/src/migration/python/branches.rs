//! `if`: two paths that become one again, or that each return.

use ruff_python_ast::{ElifElseClause, Expr, Stmt, StmtIf};
use ruff_text_size::{Ranged, TextRange};

use super::{
    Lowered, Lowering, Names, Reported, Value,
    statements::{Path, Rest},
};
use crate::migration::ir::Id;

/// Whether a body or one behind it has a `return`, or a jump out of a loop around it.
pub(super) fn leaves(body: &[Stmt], clauses: &[ElifElseClause]) -> bool {
    has_jump(body) || clauses.iter().any(|clause| has_jump(&clause.body))
}

/// Whether statements return, or jump out of a loop around them.
pub(super) fn has_jump(list: &[Stmt]) -> bool {
    list.iter().any(|statement| match statement {
        Stmt::Return(_) | Stmt::Break(_) | Stmt::Continue(_) => true,
        Stmt::If(statement) => leaves(&statement.body, &statement.elif_else_clauses),
        Stmt::Match(statement) => statement.cases.iter().any(|case| has_jump(&case.body)),
        Stmt::Try(statement) => {
            has_jump(&statement.body)
                || super::tries::handlers(statement).any(|handler| has_jump(&handler.body))
        }
        _ => false,
    })
}

/// What follows a condition that does not hold: the next condition, or the body of `else`.
fn next(clauses: &[ElifElseClause]) -> Option<(Option<&Expr>, &[Stmt], &[ElifElseClause])> {
    let (first, others) = clauses.split_first()?;
    Some((first.test.as_ref(), &first.body, others))
}

impl<'a> Lowering<'a> {
    /// An `if` that returns on some path.
    pub(super) fn branching(&mut self, statement: &'a StmtIf, rest: &Rest<'_, 'a>) -> Lowered {
        self.branch(statement.range, &statement.test, &statement.body, &statement.elif_else_clauses, rest)
    }

    fn branch(
        &mut self,
        place: TextRange,
        test: &'a Expr,
        body: &'a [Stmt],
        clauses: &'a [ElifElseClause],
        rest: &Rest<'_, 'a>,
    ) -> Lowered {
        let condition = self.condition(test)?;
        let names = self.names.clone();
        let (a, b) = self.either(
            condition,
            |this| this.statements(body, rest),
            |this| {
                this.names = names;
                match next(clauses) {
                    Some((Some(test), body, others)) => {
                        this.nested(test.range(), |this| this.branch(place, test, body, others, rest))
                    }
                    Some((None, body, _)) => this.statements(body, rest),
                    None => this.statements(&[], rest),
                }
            },
        )?;
        self.choose(place, condition, a, b)
    }

    /// An `if` behind which all paths go on or raise.
    pub(super) fn if_statement(&mut self, statement: &'a StmtIf) -> Result<Path, Reported> {
        self.merge(&statement.test, &statement.body, &statement.elif_else_clauses)
    }

    fn merge(
        &mut self,
        test: &'a Expr,
        body: &'a [Stmt],
        clauses: &'a [ElifElseClause],
    ) -> Result<Path, Reported> {
        let condition = self.condition(test)?;
        self.merged(
            condition,
            |this| this.execute_all(body),
            |this| match next(clauses) {
                Some((Some(test), body, others)) => {
                    this.nested(test.range(), |this| this.merge(test, body, others))
                }
                Some((None, body, _)) => this.execute_all(body),
                None => Ok(Path::GoesOn),
            },
        )
    }

    /// Runs both sides of a condition, and gives the names behind them conditional values.
    pub(super) fn merged(
        &mut self,
        condition: Id,
        then: impl FnOnce(&mut Self) -> Result<Path, Reported>,
        otherwise: impl FnOnce(&mut Self) -> Result<Path, Reported>,
    ) -> Result<Path, Reported> {
        match self.graph.as_boolean(condition) {
            Some(true) => return then(self),
            Some(false) => return otherwise(self),
            None => {}
        }
        let before = self.names.clone();
        let (a, failure_a) = self.isolated(|this| this.assuming(condition, true, then));
        let names_a = std::mem::replace(&mut self.names, before);
        let (b, failure_b) = self.isolated(|this| this.assuming(condition, false, otherwise));
        let names_b = std::mem::take(&mut self.names);
        let failure = self.graph.if_else(condition, failure_a, failure_b);
        self.fail(failure);
        match (a?, b?) {
            (Path::Ends, Path::Ends) => return Ok(Path::Ends),
            (Path::Ends, Path::GoesOn) => {
                self.names = names_b;
                self.learn(condition, false);
            }
            (Path::GoesOn, Path::Ends) => {
                self.names = names_a;
                self.learn(condition, true);
            }
            (Path::GoesOn, Path::GoesOn) => self.names = self.both(condition, names_a, names_b),
        }
        Ok(Path::GoesOn)
    }

    /// The names of two paths behind the place where they meet.
    fn both(&mut self, condition: Id, a: Names<'a>, mut b: Names<'a>) -> Names<'a> {
        let mut both = Names::new();
        for (name, value) in a {
            let other = b.remove(&name);
            let value = match (value, other) {
                (value, Some(other)) if same(&value, &other) => value,
                (Value::Broken(found), _) | (_, Some(Value::Broken(found))) => Value::Broken(found),
                (value, Some(other)) => self.value_of_both(condition, value, other),
                (_, None) => Value::Broken(Default::default()),
            };
            if let Value::Node(id) | Value::List(id) = value {
                self.graph.suggest_name(id, &name);
            }
            both.insert(name, value);
        }
        both.extend(b.into_keys().map(|name| (name, Value::Broken(Default::default()))));
        both
    }

    fn value_of_both(&mut self, condition: Id, a: Value<'a>, b: Value<'a>) -> Value<'a> {
        let joined = match (&a, &b) {
            (Value::List(a), Value::List(b)) => self.joined(condition, *a, *b).map(Value::List),
            (Value::Node(a) | Value::List(a), Value::Node(b) | Value::List(b)) => {
                self.joined(condition, *a, *b).map(Value::Node)
            }
            (Value::Span(a), Value::Span(b)) => Some(Value::Span(self.graph.if_else(condition, *a, *b))),
            (Value::Tuple(a), Value::Tuple(b)) if a.len() == b.len() => {
                let pairs = a.iter().cloned().zip(b.iter().cloned());
                Some(Value::Tuple(pairs.map(|(a, b)| self.value_of_both(condition, a, b)).collect()))
            }
            _ => None,
        };
        joined.unwrap_or_else(|| Value::Broken(Default::default()))
    }
}

fn same(a: &Value<'_>, b: &Value<'_>) -> bool {
    match (a, b) {
        (Value::Node(a), Value::Node(b))
        | (Value::List(a), Value::List(b))
        | (Value::Span(a), Value::Span(b)) => a == b,
        (Value::Table(a), Value::Table(b)) => std::rc::Rc::ptr_eq(a, b),
        (Value::Tuple(a), Value::Tuple(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => false,
    }
}
