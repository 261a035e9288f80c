//! Loops over lists, as what each element makes of the variables that the body assigns.
//!
//! The values of these variables are one object, and the body a function from this object to the
//! next. `continue` is the object as it stands; after `break` it stays as it is.

use std::collections::BTreeSet;

use antler_core::names::SqlIdent;
use ruff_python_ast::{Expr, Stmt, StmtFor};
use ruff_text_size::TextRange;

use super::{
    Id, Lowered, Lowering, Names, Reported, Value, functions::assigned, keyword, spelled, statements::Rest,
};
use crate::migration::{
    cpython::Fallible,
    ir::{Node, Role},
    javascript,
    types::{Kind, Type},
};

/// The field that says that a loop was left.
const LEFT: &str = "left";

/// Where the body of a loop ends.
pub(super) struct Loop {
    /// The variables that the body assigns, and whether each is a list of its own name.
    variables: Vec<(String, bool)>,
    /// Whether a `break` leaves it.
    breaks: bool,
    place: TextRange,
}

impl<'a> Lowering<'a> {
    /// `for item in list: …`
    pub(super) fn for_loop(&mut self, statement: &'a StmtFor) -> Result<(), Reported> {
        let place = keyword(statement, 3);
        if statement.is_async || !statement.orelse.is_empty() {
            return Err(self.refuse(
                place,
                "a loop of this form",
                "Write `for item in items:` without `else`.",
            ));
        }
        let (array, kind) = self.iterated(&statement.iter)?;
        let mut names = BTreeSet::new();
        assigned(&statement.body, &mut names);
        appended(&statement.body, &mut names);
        let mut variables = Vec::new();
        for name in names {
            match self.names.get(name) {
                Some(Value::Node(_)) => variables.push((name.to_owned(), false)),
                Some(Value::List(_)) => variables.push((name.to_owned(), true)),
                // A name of each round alone.
                None | Some(Value::Broken(_)) => {}
                Some(_) => {
                    let what = format!("a loop that assigns `{name}`, which is no plain value,");
                    return Err(self.refuse(place, what, "Use a text, a number or a list."));
                }
            }
        }
        let breaks = has_break(&statement.body) || variables.is_empty();
        let end = Loop { variables, breaks, place };
        let initial = self.state(&end, false)?;
        let mut before = self.names.clone();
        let present = self.present.clone();
        let mut escapes = BTreeSet::new();
        let state = self.folded(place, array, initial, |this, state, element, position| {
            this.names.clone_from(&before);
            this.present.clone_from(&present);
            this.restore(&end, state);
            this.bind_element(&statement.target, (element, position), kind)?;
            let (next, failure) = this.isolated(|this| this.statements(&statement.body, &Rest::Loop(&end)));
            escapes.extend(escaped(&before, &this.names));
            let escaped = end
                .variables
                .iter()
                .find(|(name, is_list)| *is_list && !matches!(this.names.get(name), Some(Value::List(_))));
            if let Some((name, _)) = escaped {
                let what = format!("a loop that appends to `{name}` and uses it as a value,");
                return Err(this.refuse(place, what, "Use it behind the loop."));
            }
            let next = next.map(|next| this.by_variable(next));
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
        // What holds in a round need not hold behind the loop, which may have none.
        self.present = present;
        for name in escapes {
            if let Some(Value::List(list)) = before.get(&name) {
                let list = Value::Node(*list);
                before.insert(name, list);
            }
        }
        self.names = before;
        let state = state?;
        self.restore(&end, state);
        // The loop variables, and names of each round, may have no value behind the loop.
        let mut inner = BTreeSet::new();
        assigned(&statement.body, &mut inner);
        target_names(&statement.target, &mut inner);
        for name in inner {
            if !end.variables.iter().any(|(variable, _)| variable == name) {
                self.names.insert(name.to_owned(), Value::Broken(Default::default()));
            }
        }
        Ok(())
    }

    /// The values of the variables at an end of the body.
    pub(super) fn state(&mut self, end: &Loop, left: bool) -> Lowered {
        let mut fields = Vec::new();
        for (count, (name, _)) in end.variables.iter().enumerate() {
            let (Some(Value::Node(value)) | Some(Value::List(value))) = self.names.get(name) else {
                let what = format!("a loop on some of whose paths `{name}` has no value of its type,");
                return Err(self.refuse(end.place, what, "Give it a value of one type on each path."));
            };
            fields.push((field(&format!("v{count}")), *value));
        }
        if end.breaks {
            fields.push((field(LEFT), self.graph.boolean(left)));
        }
        Ok(self.graph.object(fields))
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
        for (count, (name, is_list)) in end.variables.iter().enumerate() {
            let new = self.graph.field(state, &field(&format!("v{count}")));
            self.graph.suggest_name(new, name);
            let value = if *is_list { Value::List(new) } else { Value::Node(new) };
            self.names.insert(name.clone(), value);
        }
    }

    /// What elements make of an initial value one after the other. The type of the result is the
    /// smallest that holds the initial value and what is made of it.
    pub(super) fn folded(
        &mut self,
        place: TextRange,
        array: Id,
        initial: Id,
        mut body: impl FnMut(&mut Self, Id, Id, Id) -> Lowered,
    ) -> Lowered {
        let item = self.graph.item_type(array);
        let over = (self.graph.element_of(array, item), self.graph.position());
        let mut ty = widened(self.ty(initial));
        for _ in 0..6 {
            let result = self.graph.parameter(Role::Accumulator, ty.clone());
            let (made, failure) = self.isolated(|this| body(this, result, over.0, over.1));
            let made = made?;
            let Some(joined) = ty.join(&widened(self.ty(made))) else {
                let what =
                    format!("a value that is first `{}` and then `{}`", spelled(&ty), spelled(self.ty(made)));
                return Err(self.refuse(place, what, "Convert one of them, so that both have one type."));
            };
            if joined != ty {
                ty = joined;
                continue;
            }
            if !can_hold(&ty) || ty.kind == Kind::Never {
                let what = format!("a loop that makes `{}`", spelled(&ty));
                return Err(self.refuse(place, what, "Start with a value of the type of the result."));
            }
            if !matches!(self.graph.node(failure), Node::Nothing(_)) {
                return self.folded_or_failed(array, initial, &ty, over, &mut body);
            }
            let initial = javascript::array::conform(&mut self.graph, initial, &ty);
            let made = javascript::array::conform(&mut self.graph, made, &ty);
            return Ok(self.graph.fold_over(array, result, over, initial, made));
        }
        let help = "Start with a value of the type of the result.";
        Err(self.refuse(place, "a loop that changes a type in each round", help))
    }

    /// The same for a body that may fail: once it did, nothing is run any more.
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
        let (before, failed) =
            (self.graph.field(state, &field("value")), self.graph.field(state, &field("failure")));
        let (made, failure) = self.isolated(|this| body(this, before, over.0, over.1));
        let made = javascript::array::conform(&mut self.graph, made?, ty);
        let next = self.fallible_state(Fallible { value: made, failure });
        let has_failed = self.graph.is_there(failed);
        let next = self.graph.if_else(has_failed, state, next);
        let result = self.graph.fold_over(array, state, over, initial, next);
        let (value, failure) =
            (self.graph.field(result, &field("value")), self.graph.field(result, &field("failure")));
        self.fail(failure);
        Ok(value)
    }

    fn fallible_state(&mut self, made: Fallible) -> Id {
        self.graph.object(vec![(field("value"), made.value), (field("failure"), made.failure)])
    }
}

/// The lists that something else refers to since then.
fn escaped(before: &Names<'_>, after: &Names<'_>) -> Vec<String> {
    let is_shared = |name: &String| matches!(after.get(name), Some(Value::Node(_)));
    let lists = before.iter().filter(|(_, value)| matches!(value, Value::List(_)));
    lists.map(|(name, _)| name.clone()).filter(is_shared).collect()
}

/// A name of our own for a part of a state.
fn field(name: &str) -> SqlIdent {
    match name.parse() {
        Ok(name) => name,
        Err(_) => unreachable!("these names are letters and digits"),
    }
}

/// The names that statements append to.
pub(super) fn appended<'a>(list: &'a [Stmt], names: &mut BTreeSet<&'a str>) {
    for statement in list {
        match statement {
            Stmt::Expr(statement) => {
                if let Expr::Call(call) = &*statement.value
                    && let Expr::Attribute(attribute) = &*call.func
                    && let Expr::Name(name) = &*attribute.value
                {
                    names.insert(name.id.as_str());
                }
            }
            Stmt::If(statement) => {
                appended(&statement.body, names);
                statement.elif_else_clauses.iter().for_each(|clause| appended(&clause.body, names));
            }
            Stmt::For(statement) => appended(&statement.body, names),
            Stmt::Try(statement) => {
                appended(&statement.body, names);
                super::tries::handlers(statement).for_each(|handler| appended(&handler.body, names));
            }
            Stmt::Match(statement) => statement.cases.iter().for_each(|case| appended(&case.body, names)),
            _ => {}
        }
    }
}

fn target_names<'a>(target: &'a Expr, names: &mut BTreeSet<&'a str>) {
    match target {
        Expr::Name(name) => {
            names.insert(name.id.as_str());
        }
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| target_names(target, names)),
        _ => {}
    }
}

/// Whether a `break` in a body leaves the loop of the body.
fn has_break(list: &[Stmt]) -> bool {
    list.iter().any(|statement| match statement {
        Stmt::Break(_) => true,
        Stmt::If(statement) => {
            has_break(&statement.body)
                || statement.elif_else_clauses.iter().any(|clause| has_break(&clause.body))
        }
        Stmt::Match(statement) => statement.cases.iter().any(|case| has_break(&case.body)),
        Stmt::Try(statement) => {
            has_break(&statement.body)
                || super::tries::handlers(statement).any(|handler| has_break(&handler.body))
        }
        _ => false,
    })
}

/// Whether the database can hold such values: arrays in it are always there.
fn can_hold(ty: &Type) -> bool {
    match &ty.kind {
        Kind::Array(item) => !ty.is_optional() && can_hold(item),
        Kind::Object(fields) => fields.iter().all(|(_, ty)| can_hold(ty)),
        _ => true,
    }
}

/// A type without the knowledge of constants, which a loop would widen step by step.
fn widened(ty: &Type) -> Type {
    let kind = match &ty.kind {
        Kind::Words(_) => Kind::Text,
        Kind::Integers(_) => Kind::Number,
        Kind::Array(item) => Kind::Array(Box::new(widened(item))),
        Kind::Object(fields) => {
            Kind::Object(fields.iter().map(|(name, ty)| (name.clone(), widened(ty))).collect())
        }
        other => other.clone(),
    };
    Type { kind, ..ty.clone() }
}
