//! Functions of the file: a call is the body with its arguments, as if it stood there.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{Arguments, Expr, ExprLambda, Parameters, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

use super::{
    Id, Lowered, Lowering, Names, Reported, Value,
    statements::{Rest, shared},
};

impl<'a> Lowering<'a> {
    /// What a function returns for these names.
    pub(super) fn body(&mut self, function: &'a StmtFunctionDef, arguments: Names<'a>) -> Lowered {
        let place = function.name.range;
        if function.is_async {
            return Err(self.refuse(
                place,
                "an async function",
                "Write a plain function that returns a value.",
            ));
        }
        if !function.decorator_list.is_empty() {
            return Err(self.refuse(place, "a function with a decorator", "Write a plain function."));
        }
        if self.calls.contains(&function.start()) {
            return Err(self.refuse(
                place,
                "a function that calls itself",
                "Compute the value without recursion.",
            ));
        }
        let mut own = BTreeSet::new();
        assigned(&function.body, &mut own);
        let names = std::mem::replace(&mut self.names, arguments);
        let own = std::mem::replace(&mut self.own, own);
        self.calls.push(function.start());
        let result = self.statements(&function.body, &Rest::End);
        self.calls.pop();
        self.names = names;
        self.own = own;
        result
    }

    /// A call of a function of the file.
    pub(super) fn call_function(
        &mut self,
        place: TextRange,
        function: &'a StmtFunctionDef,
        arguments: &'a Arguments,
    ) -> Lowered {
        let mut given = Vec::new();
        for argument in &arguments.args {
            if let Expr::Starred(_) = argument {
                return Err(self.refuse(place, "`*` in a call", "Write the arguments out."));
            }
            given.push((None, argument));
        }
        for keyword in &arguments.keywords {
            let Some(name) = &keyword.arg else {
                return Err(self.refuse(place, "`**` in a call", "Write the arguments out."));
            };
            given.push((Some(name.as_str()), &keyword.value));
        }
        let mut values = Vec::new();
        for (name, argument) in given {
            values.push((name, shared(self.value(argument)?)));
        }
        let names = self.arguments(place, &function.parameters, values)?;
        self.nested(place, |this| this.body(function, names))
    }

    /// The parameters of a function with the values of a call.
    fn arguments(
        &mut self,
        place: TextRange,
        parameters: &'a Parameters,
        values: Vec<(Option<&str>, Value<'a>)>,
    ) -> Result<Names<'a>, Reported> {
        if parameters.vararg.is_some() || parameters.kwarg.is_some() {
            return Err(self.refuse(place, "a function that takes any arguments", "Name its parameters."));
        }
        let positional: Vec<_> = parameters.posonlyargs.iter().chain(&parameters.args).collect();
        let all: Vec<_> = positional.iter().copied().chain(&parameters.kwonlyargs).collect();
        let mut names = BTreeMap::new();
        for (position, (name, value)) in values.into_iter().enumerate() {
            let parameter = match name {
                Some(name) => all.iter().find(|parameter| parameter.name().as_str() == name),
                None => positional.get(position),
            };
            let taken = parameter.map(|parameter| names.insert(parameter.name().to_string(), value));
            if !matches!(taken, Some(None)) {
                return Err(self.mismatch(
                    place,
                    "this function does not take these arguments",
                    "See its parameters.",
                ));
            }
        }
        for parameter in all {
            if names.contains_key(parameter.name().as_str()) {
                continue;
            }
            let Some(default) = parameter.default() else {
                let message = format!("`{}` is missing in this call", parameter.name());
                return Err(self.mismatch(place, message, "Give it a value."));
            };
            // Defaults are computed once, in the module.
            let caller = std::mem::take(&mut self.names);
            let (value, failure) = self.isolated(|this| this.value(default));
            self.names = caller;
            let value = value?;
            if failure != self.graph.null() {
                return Err(self.refuse(place, "a default that may raise", "Use a constant."));
            }
            names.insert(parameter.name().to_string(), shared(value));
        }
        Ok(names)
    }

    /// The value of a `lambda`, or of a function of one parameter, for an element.
    pub(super) fn applied(&mut self, place: TextRange, function: &Value<'a>, element: Id) -> Lowered {
        match function {
            Value::Lambda(lambda) => self.lambda(place, lambda, element),
            Value::Function(function) => {
                let names =
                    self.arguments(place, &function.parameters, vec![(None, Value::Node(element))])?;
                self.nested(place, |this| this.body(function, names))
            }
            _ => Err(self.refuse(place, "this function over elements", "Write a `lambda`.")),
        }
    }

    fn lambda(&mut self, place: TextRange, lambda: &'a ExprLambda, element: Id) -> Lowered {
        let parameters = lambda.parameters.as_deref();
        let parameter = parameters.and_then(|parameters| match parameters.args.as_slice() {
            [only] if parameters.posonlyargs.is_empty() && parameters.kwonlyargs.is_empty() => Some(only),
            _ => None,
        });
        let Some(parameter) = parameter else {
            return Err(self.refuse(place, "a `lambda` with these parameters", "Give it one parameter."));
        };
        self.with_name(parameter.name().as_str(), Value::Node(element), |this| this.expression(&lambda.body))
    }

    /// Lowers something with one more name.
    pub(super) fn with_name<T>(
        &mut self,
        name: &str,
        value: Value<'a>,
        lower: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if let Value::Node(id) = value {
            self.graph.suggest_name(id, name);
        }
        let hidden = self.names.insert(name.to_owned(), value);
        let result = lower(self);
        match hidden {
            Some(hidden) => self.names.insert(name.to_owned(), hidden),
            None => self.names.remove(name),
        };
        result
    }
}

/// The names that statements assign.
pub(super) fn assigned<'a>(list: &'a [Stmt], names: &mut BTreeSet<&'a str>) {
    for statement in list {
        match statement {
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| targets(target, names)),
            Stmt::AnnAssign(assign) => targets(&assign.target, names),
            Stmt::AugAssign(assign) => targets(&assign.target, names),
            Stmt::If(statement) => {
                assigned(&statement.body, names);
                statement.elif_else_clauses.iter().for_each(|clause| assigned(&clause.body, names));
            }
            Stmt::For(statement) => {
                targets(&statement.target, names);
                assigned(&statement.body, names);
            }
            Stmt::Try(statement) => {
                assigned(&statement.body, names);
                super::tries::handlers(statement).for_each(|handler| assigned(&handler.body, names));
            }
            Stmt::Match(statement) => statement.cases.iter().for_each(|case| {
                pattern_names(&case.pattern, names);
                assigned(&case.body, names);
            }),
            _ => {}
        }
    }
}

fn pattern_names<'a>(pattern: &'a ruff_python_ast::Pattern, names: &mut BTreeSet<&'a str>) {
    use ruff_python_ast::Pattern;
    match pattern {
        Pattern::MatchAs(pattern) => {
            names.extend(pattern.name.as_ref().map(|name| name.as_str()));
            if let Some(inner) = &pattern.pattern {
                pattern_names(inner, names);
            }
        }
        Pattern::MatchOr(pattern) => pattern.patterns.iter().for_each(|inner| pattern_names(inner, names)),
        _ => {}
    }
}

fn targets<'a>(target: &'a Expr, names: &mut BTreeSet<&'a str>) {
    match target {
        Expr::Name(name) => {
            names.insert(name.id.as_str());
        }
        Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| targets(target, names)),
        Expr::List(list) => list.elts.iter().for_each(|target| targets(target, names)),
        Expr::Starred(starred) => targets(&starred.value, names),
        _ => {}
    }
}
