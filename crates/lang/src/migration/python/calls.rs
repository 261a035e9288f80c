//! Calls: by what is called.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;

use super::{
    Id, Lowered, Lowering, Reported, Value,
    hole::{self, HOLE},
};

impl<'a> Lowering<'a> {
    pub(super) fn call(&mut self, call: &'a ExprCall) -> Result<Value<'a>, Reported> {
        let place = call.range();
        match &*call.func {
            Expr::Name(name) => {
                let named = match self.names.get(name.id.as_str()) {
                    Some(value) => Some(value.clone()),
                    None => self.module.get(name.id.as_str()).cloned(),
                };
                match named {
                    None if name.id.as_str() == HOLE => {
                        self.diagnostics.push(hole::asked(self.file, call));
                        Err(Reported)
                    }
                    None => self.builtin(call, name.id.as_str()),
                    Some(Value::Function(function)) => {
                        self.call_function(place, function, &call.arguments).map(Value::Node)
                    }
                    Some(function @ Value::Lambda(_)) => {
                        match (&*call.arguments.args, &*call.arguments.keywords) {
                            ([argument], []) => {
                                let argument = self.expression(argument)?;
                                self.applied(place, &function, argument).map(Value::Node)
                            }
                            _ => Err(self.refuse(
                                place,
                                "this call of a `lambda`",
                                "Write a function with `def`.",
                            )),
                        }
                    }
                    Some(Value::Imported(module, imported)) => self.imported(call, module, imported),
                    Some(Value::Class(class)) => self.construct(call, class).map(Value::Node),
                    Some(Value::Enum(members)) => self.enum_value(call, &members).map(Value::Node),
                    Some(_) => {
                        self.value(&call.func)?;
                        Err(self.refuse(place, "this call", "Call a function of the file."))
                    }
                }
            }
            Expr::Attribute(attribute) => {
                let receiver = self.peeked(&attribute.value)?;
                let name = attribute.attr.as_str();
                match receiver {
                    // `datetime.fromtimestamp` has two ways to be imported.
                    Value::Imported(module, imported) => {
                        let path = if imported.is_empty() { module } else { imported };
                        self.member_of_import(call, module, path, name)
                    }
                    receiver => self.method(call, attribute, receiver, name),
                }
            }
            _ => Err(self.refuse(place, "this call", "Call a function of the file, or a method.")),
        }
    }

    /// A call of something that was imported by its name.
    fn imported(
        &mut self,
        call: &'a ExprCall,
        module: &'a str,
        name: &'a str,
    ) -> Result<Value<'a>, Reported> {
        match (module, name) {
            ("dataclasses", "replace") => self.replaced(call).map(Value::Node),
            ("dataclasses", "asdict") => self.only_argument(call).map(Value::Node),
            ("datetime", "timedelta") => self.time_span(call),
            ("re", function) => self.regular(call, function),
            ("math", function) => self.math(call, function).map(Value::Node),
            _ if name.starts_with(char::is_uppercase) => self.construct(call, name).map(Value::Node),
            _ => {
                let what = format!("`{name}` of `{module}`");
                Err(self.refuse(call.range(), what, "Declare the function in this file."))
            }
        }
    }

    fn member_of_import(
        &mut self,
        call: &'a ExprCall,
        module: &'a str,
        path: &'a str,
        name: &'a str,
    ) -> Result<Value<'a>, Reported> {
        match (module, path, name) {
            ("datetime", "datetime", "fromtimestamp" | "now" | "utcnow" | "today") => {
                self.datetime_function(call, name).map(Value::Node)
            }
            ("datetime", "datetime", "timedelta") => self.time_span(call),
            ("re", _, function) => self.regular(call, function),
            ("math", _, function) => self.math(call, function).map(Value::Node),
            ("dataclasses", _, "replace") => self.replaced(call).map(Value::Node),
            ("dataclasses", _, "asdict") => self.only_argument(call).map(Value::Node),
            _ if name.starts_with(char::is_uppercase) => self.construct(call, name).map(Value::Node),
            _ => {
                let what = format!("`{path}.{name}`");
                Err(self.refuse(call.range(), what, "Compute it with what a row has."))
            }
        }
    }

    /// The argument of a call that takes one.
    pub(super) fn only_argument(&mut self, call: &'a ExprCall) -> Lowered {
        match (&*call.arguments.args, &*call.arguments.keywords) {
            ([argument], []) if !matches!(argument, Expr::Starred(_)) => self.expression(argument),
            _ => Err(self.refuse(call.range(), "a call with these arguments", "Give it one argument.")),
        }
    }

    /// The arguments of a call that takes them by position.
    pub(super) fn positional(&mut self, call: &'a ExprCall) -> Result<Vec<Id>, Reported> {
        let is_plain = call.arguments.keywords.is_empty()
            && !call.arguments.args.iter().any(|argument| matches!(argument, Expr::Starred(_)));
        if !is_plain {
            return Err(self.refuse(call.range(), "a call with these arguments", "Give them by position."));
        }
        call.arguments.args.iter().map(|argument| self.expression(argument)).collect()
    }
}
