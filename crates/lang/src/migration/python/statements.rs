//! Statements: a function body as one value.
//!
//! What a path returns is lowered together with what follows it: behind an `if` that returns on some
//! of its paths, the rest of the body is lowered for each branch. All other statements only give
//! names new values, and those of both branches of an `if` become conditional values (`branches`).

use ruff_python_ast::{Expr, Operator, Stmt, StmtAugAssign, StmtRaise};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::{Lowered, Lowering, Reported, Value, keyword, literal, loops::Loop};

/// What follows a list of statements.
pub(super) enum Rest<'r, 'a> {
    /// The end of the function.
    End,
    /// The end of the body of a loop.
    Loop(&'r Loop),
    /// More statements, and what follows those.
    Then { statements: &'a [Stmt], rest: &'r Rest<'r, 'a> },
}

impl<'r> Rest<'r, '_> {
    /// The loop around it.
    pub(super) fn around(&self) -> Option<&'r Loop> {
        match self {
            Self::End => None,
            Self::Loop(end) => Some(end),
            Self::Then { rest, .. } => rest.around(),
        }
    }
}

/// Whether a path goes on behind a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Path {
    GoesOn,
    /// It raised.
    Ends,
}

impl<'a> Lowering<'a> {
    /// What a list of statements and everything behind it returns.
    pub(super) fn statements(&mut self, list: &'a [Stmt], rest: &Rest<'_, 'a>) -> Lowered {
        let place = list.first().map_or(TextRange::empty(TextSize::from(0)), Ranged::range);
        self.nested(place, |this| this.statement_list(list, rest))
    }

    fn statement_list(&mut self, list: &'a [Stmt], rest: &Rest<'_, 'a>) -> Lowered {
        for (position, statement) in list.iter().enumerate() {
            let others = &list[position + 1..];
            match statement {
                Stmt::Return(statement) if rest.around().is_some() => {
                    let help = "Find the element with `next(…)` or `any(…)`, and return behind it.";
                    return Err(self.refuse(statement.range, "a `return` out of a loop", help));
                }
                Stmt::Return(statement) => {
                    return match &statement.value {
                        Some(value) => self.returned(value),
                        None => Ok(self.graph.null()),
                    };
                }
                Stmt::Break(_) | Stmt::Continue(_) if rest.around().is_some() => {
                    let Some(end) = rest.around() else { return Err(Reported) };
                    let left = matches!(statement, Stmt::Break(_));
                    return self.state(end, left);
                }
                Stmt::If(statement)
                    if super::branches::leaves(&statement.body, &statement.elif_else_clauses) =>
                {
                    let rest = Rest::Then { statements: others, rest };
                    return self.branching(statement, &rest);
                }
                Stmt::Match(statement)
                    if statement.cases.iter().any(|case| super::branches::has_jump(&case.body)) =>
                {
                    let rest = Rest::Then { statements: others, rest };
                    return self.match_branching(statement, &rest);
                }
                Stmt::Try(statement) if super::tries::returns(statement) => {
                    let rest = Rest::Then { statements: others, rest };
                    return self.try_branching(statement, &rest);
                }
                other => {
                    if self.execute(other)? == Path::Ends {
                        return Ok(self.graph.unreachable());
                    }
                }
            }
        }
        match rest {
            // A function that reaches its end returns `None`.
            Rest::End => Ok(self.graph.null()),
            Rest::Loop(end) => self.state(end, false),
            Rest::Then { statements, rest } => self.statements(statements, rest),
        }
    }

    /// Runs statements none of which returns.
    pub(super) fn execute_all(&mut self, list: &'a [Stmt]) -> Result<Path, Reported> {
        for statement in list {
            if self.execute(statement)? == Path::Ends {
                return Ok(Path::Ends);
            }
        }
        Ok(Path::GoesOn)
    }

    fn execute(&mut self, statement: &'a Stmt) -> Result<Path, Reported> {
        match statement {
            Stmt::Assign(assign) => {
                let value = self.value(&assign.value);
                let value = self.bound(value, &assign.targets);
                for target in &assign.targets {
                    let value = value.clone()?;
                    // Two names of one list are one list.
                    let value = if assign.targets.len() > 1 { shared(value) } else { value };
                    self.assign(target, value)?;
                }
            }
            Stmt::AnnAssign(assign) => {
                if let Some(value) = &assign.value {
                    let value = self.value(value)?;
                    self.assign(&assign.target, value)?;
                }
            }
            Stmt::AugAssign(assign) => self.augment(assign)?,
            Stmt::Expr(statement) => {
                if literal(&statement.value).is_none()
                    && !matches!(&*statement.value, Expr::EllipsisLiteral(_))
                {
                    self.effect(&statement.value)?;
                }
            }
            Stmt::Raise(statement) => {
                self.raise(statement)?;
                return Ok(Path::Ends);
            }
            Stmt::Assert(statement) => {
                let condition = self.condition(&statement.test)?;
                let fails = self.graph.not(condition);
                let (message, failure) = self.isolated(|this| match &statement.msg {
                    Some(message) => {
                        let text = this.text_of(message)?;
                        let start = this.graph.text("AssertionError: ");
                        Ok(this.concatenated(&[start, text]))
                    }
                    None => Ok(this.graph.text("AssertionError: ")),
                });
                let message = message?;
                let reason = self.graph.first_failure(failure, message);
                let failure = self.graph.failure_if(fails, reason);
                self.fail(failure);
                self.learn(condition, true);
            }
            Stmt::If(statement) => return self.if_statement(statement),
            Stmt::Match(statement) => return self.match_statement(statement),
            Stmt::For(statement) => self.for_loop(statement)?,
            Stmt::Try(statement) => return self.try_statement(statement),
            Stmt::Pass(_) => {}
            other => {
                let (what, help) = describe(other);
                return Err(self.refuse(keyword(other, 1), what, help));
            }
        }
        Ok(Path::GoesOn)
    }

    /// Keeps the names that a value was refused for, so that lowering goes on to find more.
    fn bound(
        &mut self,
        value: Result<Value<'a>, Reported>,
        targets: &'a [Expr],
    ) -> Result<Value<'a>, Reported> {
        if value.is_err() {
            for target in targets {
                if let Expr::Name(name) = target {
                    self.names.insert(name.id.to_string(), Value::Broken(Default::default()));
                }
            }
        }
        value
    }

    /// Gives a name, or each name of a pattern, a value.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Value<'a>) -> Result<(), Reported> {
        match target {
            Expr::Name(name) => {
                if let Value::Node(id) | Value::List(id) = value {
                    self.graph.suggest_name(id, &name.id);
                }
                self.names.insert(name.id.to_string(), value);
                Ok(())
            }
            Expr::Tuple(tuple) => self.unpack(target, &tuple.elts, value),
            Expr::List(list) => self.unpack(target, &list.elts, value),
            other => {
                let help = "Build a new object in one place: `replace(row, field=value)`.";
                Err(self.refuse(other.range(), "an assignment into an object or list", help))
            }
        }
    }

    /// `a, b = value`.
    fn unpack(&mut self, target: &'a Expr, names: &'a [Expr], value: Value<'a>) -> Result<(), Reported> {
        if names.iter().any(|name| matches!(name, Expr::Starred(_))) {
            let help = "Take the elements by position: `parts[0]`, `parts[1:]`.";
            return Err(self.refuse(target.range(), "the rest of a list", help));
        }
        let values = match value {
            Value::Tuple(values) if values.len() == names.len() => values,
            Value::Node(array) | Value::List(array) if self.is_list(array) => {
                self.exactly(array, names.len())
            }
            _ => {
                let help = "Unpack a tuple or list of that many elements.";
                return Err(self.refuse(target.range(), "this unpacking", help));
            }
        };
        for (name, value) in names.iter().zip(values) {
            self.assign(name, value)?;
        }
        Ok(())
    }

    /// The elements of a list, which must be this many.
    fn exactly(&mut self, array: crate::migration::ir::Id, count: usize) -> Vec<Value<'a>> {
        use crate::migration::{cpython, ir::Function};
        let length = self.graph.apply(Function::ArrayLength, &[array]);
        let wanted = self.graph.number(count as f64);
        let few = self.graph.apply(Function::Less, &[length, wanted]);
        let many = self.graph.apply(Function::Less, &[wanted, length]);
        let found = self.graph.apply(Function::CountToInteger, &[length]);
        let found = self.graph.apply(Function::IntegerToText, &[found]);
        let start = format!("ValueError: not enough values to unpack (expected {count}, got ");
        let (start, end) = (self.graph.text(&start), self.graph.text(")"));
        let too_few = self.concatenated(&[start, found, end]);
        let too_many = format!("ValueError: too many values to unpack (expected {count})");
        let too_many = self.graph.text(&too_many);
        for (condition, reason) in [(few, too_few), (many, too_many)] {
            let failure = self.graph.failure_if(condition, reason);
            self.fail(failure);
        }
        let elements = (0..count).map(|position| {
            let position = self.graph.big_int(position as i64);
            Value::Node(cpython::array::element(&mut self.graph, array, position).value)
        });
        elements.collect()
    }

    /// `name += value`.
    fn augment(&mut self, assign: &'a StmtAugAssign) -> Result<(), Reported> {
        let Expr::Name(name) = &*assign.target else {
            let help = "Build a new object in one place.";
            return Err(self.refuse(assign.target.range(), "an assignment into an object or list", help));
        };
        if assign.op == Operator::Add
            && let Some(Value::List(list)) = self.names.get(name.id.as_str()).cloned()
        {
            let items = self.expression(&assign.value)?;
            let longer = self.chained(assign.range, &[list, items])?;
            self.names.insert(name.id.to_string(), Value::List(longer));
            return Ok(());
        }
        let before = self.value(&assign.target)?;
        let by = self.value(&assign.value)?;
        let value = self.binary(assign.range, assign.op, before, by)?;
        self.assign(&assign.target, value)
    }

    /// `raise ValueError(message)`: the row fails with the name of the error and its message.
    fn raise(&mut self, statement: &'a StmtRaise) -> Result<(), Reported> {
        let help = "Write `raise ValueError(\"…\")`; it becomes the reason in the dead letters.";
        let (name, message) = match statement.exc.as_deref() {
            Some(Expr::Call(call)) if call.arguments.keywords.is_empty() => {
                match (&*call.func, &*call.arguments.args) {
                    (Expr::Name(name), []) => (name.id.as_str(), None),
                    (Expr::Name(name), [message]) => (name.id.as_str(), Some(message)),
                    _ => return Err(self.refuse(statement.range, "raising this", help)),
                }
            }
            Some(Expr::Name(name)) => (name.id.as_str(), None),
            _ => return Err(self.refuse(statement.range, "raising this", help)),
        };
        const ERRORS: [&str; 11] = [
            "Exception",
            "ValueError",
            "TypeError",
            "KeyError",
            "IndexError",
            "RuntimeError",
            "ArithmeticError",
            "LookupError",
            "AssertionError",
            "NotImplementedError",
            "OverflowError",
        ];
        if !ERRORS.contains(&name) || self.names.contains_key(name) || self.module.contains_key(name) {
            return Err(self.refuse(statement.range, "an error that is not one of Python's own", help));
        }
        let message = match message {
            // The text of a `KeyError` is how Python shows the key.
            Some(message) if name == "KeyError" => {
                let key = self.expression(message)?;
                self.shown(message.range(), key)?
            }
            Some(message) => self.text_of(message)?,
            None => self.graph.text(""),
        };
        let start = self.graph.text(&format!("{name}: "));
        let reason = self.concatenated(&[start, message]);
        self.fail(reason);
        Ok(())
    }
}

/// A value that two names refer to.
pub(super) fn shared(value: Value<'_>) -> Value<'_> {
    match value {
        Value::List(list) => Value::Node(list),
        other => other,
    }
}

fn describe(statement: &Stmt) -> (&'static str, &'static str) {
    match statement {
        Stmt::While(_) => ("a `while` loop", "Write `for item in items:`."),
        Stmt::With(_) => ("`with`", "A migration needs no resources."),
        Stmt::Global(_) | Stmt::Nonlocal(_) => {
            ("a variable of another function", "Return the value instead.")
        }
        Stmt::Delete(_) => ("`del`", "Build a new value without it."),
        Stmt::Import(_) | Stmt::ImportFrom(_) => {
            ("an import in a function", "Import at the top of the file.")
        }
        Stmt::FunctionDef(_) => ("a function in a function", "Declare it in the module."),
        Stmt::ClassDef(_) => ("a class in a function", "Declare it in the module."),
        Stmt::Break(_) | Stmt::Continue(_) => ("this jump", "Let each path end with `return` or `raise`."),
        _ => ("this statement", "Use assignments, `if`, `for`, `return` and `raise`."),
    }
}
