//! The functions that Python brings along, and `math`.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, Reported, Value, comprehensions::Made, spelled};
use crate::migration::{
    cpython::{self, Fallible},
    ir::{Each, Function},
    types::Kind,
};

impl<'a> Lowering<'a> {
    pub(super) fn builtin(&mut self, call: &'a ExprCall, name: &str) -> Result<Value<'a>, Reported> {
        let place = call.range();
        let value = match name {
            "str" => {
                let value = self.only_argument(call)?;
                self.text(place, value)?
            }
            "int" => {
                let value = self.only_argument(call)?;
                self.int_of(place, value)?
            }
            "float" => {
                let value = self.only_argument(call)?;
                self.float_of(place, value)?
            }
            "bool" => match (&*call.arguments.args, &*call.arguments.keywords) {
                ([value], []) => self.condition(value)?,
                _ => return Err(self.refuse(place, "`bool` with these arguments", "Give it one argument.")),
            },
            "len" => return self.length(call).map(Value::Node),
            "abs" => {
                let value = self.number_argument(call, "abs")?;
                let absolute = cpython::number::absolute(&mut self.graph, value);
                self.take(absolute)
            }
            "round" => self.round(call)?,
            "min" | "max" => self.extreme(call, name == "min")?,
            "sum" => self.sum(call)?,
            "any" | "all" => {
                let made = match (&*call.arguments.args, &*call.arguments.keywords) {
                    // Only the truth of the elements is asked for.
                    ([Expr::Generator(generator)], []) if generator.generators.len() == 1 => {
                        let body = |this: &mut Self| this.condition(&generator.elt);
                        self.made(place, &generator.generators[0], body)?
                    }
                    _ => self.over_argument(call)?,
                };
                let how = if name == "any" { Each::Exists } else { Each::All };
                self.decided(place, made, how)?
            }
            "list" | "tuple" => {
                let made = self.over_argument(call)?;
                return Ok(Value::List(self.mapped(place, made)?));
            }
            "next" => self.next(call)?,
            "sorted" => return self.sorted(call).map(Value::List),
            "isinstance" => self.is_instance(call)?,
            "vars" => self.only_argument(call)?,
            "print" | "open" | "input" | "eval" | "exec" => {
                return Err(self.refuse(place, format!("`{name}`"), "A migration only computes a row."));
            }
            _ => {
                return match self.value(&call.func) {
                    Ok(_) => {
                        Err(self.refuse(place, format!("`{name}`"), "Compute it with what is compiled."))
                    }
                    Err(reported) => Err(reported),
                };
            }
        };
        Ok(Value::Node(value))
    }

    fn int_of(&mut self, place: TextRange, value: Id) -> Lowered {
        let reason = "TypeError: int() argument must be a string, a bytes-like object or a real number, not 'NoneType'";
        let value = self.required(value, reason);
        let result = match self.ty(value).kind.clone() {
            Kind::Never => return Ok(self.graph.unreachable()),
            kind if kind.is_text() => cpython::number::parse_integer(&mut self.graph, value),
            _ if cpython::number::is_number(&self.graph, value) => {
                cpython::number::truncate(&mut self.graph, value)
            }
            _ => {
                let message = format!("`int()` of a `{}`", spelled(self.ty(value)));
                return Err(self.mismatch(place, message, "Use a number or a text."));
            }
        };
        Ok(self.take(result))
    }

    fn float_of(&mut self, place: TextRange, value: Id) -> Lowered {
        let value = self
            .required(value, "TypeError: float() argument must be a string or a real number, not 'NoneType'");
        match self.ty(value).kind.clone() {
            Kind::Never => Ok(self.graph.unreachable()),
            kind if kind.is_text() => {
                let number = cpython::number::parse_float(&mut self.graph, value);
                Ok(self.take(number))
            }
            _ if cpython::number::is_number(&self.graph, value) => {
                let number = cpython::number::to_float(&mut self.graph, value);
                if !self.is_blended(number) {
                    return Ok(number);
                }
                // The same number, of which is known now what it is.
                let zero = self.graph.number(-0.0);
                Ok(self.graph.intern(
                    crate::migration::ir::Node::Apply(Function::Add, vec![number, zero]),
                    crate::migration::types::Type::of(Kind::Number),
                ))
            }
            _ => {
                let message = format!("`float()` of a `{}`", spelled(self.ty(value)));
                Err(self.mismatch(place, message, "Use a number or a text."))
            }
        }
    }

    /// `len(x)`.
    fn length(&mut self, call: &'a ExprCall) -> Lowered {
        let [argument] = &*call.arguments.args else {
            return Err(self.refuse(call.range(), "`len` with these arguments", "Give it one argument."));
        };
        let value = match self.peeked(argument)? {
            Value::Tuple(items) => return Ok(self.graph.big_int(items.len() as i64)),
            Value::Table(entries) => return Ok(self.graph.big_int(entries.len() as i64)),
            other => self.node(argument.range(), other)?,
        };
        let value = self.required(value, "TypeError: object of type 'NoneType' has no len()");
        match self.ty(value).kind.clone() {
            Kind::Never => Ok(self.graph.unreachable()),
            kind if kind.is_text() => Ok(cpython::text::length(&mut self.graph, value)),
            Kind::Array(_) => Ok(cpython::array::length(&mut self.graph, value)),
            _ => {
                let message = format!("a `{}` has no length", spelled(self.ty(value)));
                Err(self.mismatch(call.range(), message, "Use a text or a list."))
            }
        }
    }

    /// The argument of a function of one number.
    fn number_argument(&mut self, call: &'a ExprCall, name: &str) -> Lowered {
        let value = self.only_argument(call)?;
        let reason = match name {
            "abs" => "TypeError: bad operand type for abs(): 'NoneType'".to_owned(),
            "round" => "TypeError: type NoneType doesn't define __round__ method".to_owned(),
            _ => "TypeError: must be real number, not NoneType".to_owned(),
        };
        let value = self.required(value, &reason);
        if !cpython::number::is_number(&self.graph, value) && self.ty(value).kind != Kind::Never {
            let message = format!("`{name}()` of a `{}`", spelled(self.ty(value)));
            return Err(self.mismatch(call.range(), message, "Use a number."));
        }
        Ok(value)
    }

    fn round(&mut self, call: &'a ExprCall) -> Lowered {
        let decimals = match &*call.arguments.args {
            [_, decimals] => {
                let decimals = self.expression(decimals)?;
                match self.graph.as_big_int(decimals).and_then(|count| u8::try_from(count).ok()) {
                    Some(count) if count <= 15 => Some(count),
                    _ => {
                        let help = "Give a constant from 0 to 15.";
                        return Err(self.refuse(call.range(), "`round` to this count of decimals", help));
                    }
                }
            }
            _ => None,
        };
        let [value, ..] = &*call.arguments.args else {
            return Err(self.refuse(call.range(), "`round` with these arguments", "Give it a number."));
        };
        let value = self.expression(value)?;
        let value = self.required(value, "TypeError: type NoneType doesn't define __round__ method");
        if !cpython::number::is_number(&self.graph, value) {
            let message = format!("`round()` of a `{}`", spelled(self.ty(value)));
            return Err(self.mismatch(call.range(), message, "Use a number."));
        }
        if self.is_blended(value) {
            let help = "Convert it with `float(…)` first.";
            return Err(self.refuse(
                call.range(),
                "`round` of what is sometimes an `int` and sometimes a `float`",
                help,
            ));
        }
        let rounded = match decimals {
            Some(decimals) if cpython::number::is_float(&self.graph, value) => {
                cpython::number::round_to(&mut self.graph, value, decimals)
            }
            _ => cpython::number::round(&mut self.graph, value),
        };
        Ok(self.take(rounded))
    }

    /// What a function goes over: a generator, a comprehension or a list.
    fn over_argument(&mut self, call: &'a ExprCall) -> Result<Made, Reported> {
        match (&*call.arguments.args, &*call.arguments.keywords) {
            ([argument], []) => self.over(argument),
            _ => Err(self.refuse(
                call.range(),
                "a call with these arguments",
                "Give it one list or generator.",
            )),
        }
    }

    pub(super) fn over(&mut self, argument: &'a Expr) -> Result<Made, Reported> {
        if let Expr::Generator(generator) = argument
            && let [only] = generator.generators.as_slice()
        {
            return self.made(argument.range(), only, |this| this.expression(&generator.elt));
        }
        if let Expr::Call(call) = argument
            && let Expr::Name(name) = &*call.func
            && name.id == "map"
            && self.is_free("map")
            && let [function, list] = &*call.arguments.args
        {
            return self.mapped_over(argument.range(), function, list);
        }
        let array = match argument {
            Expr::Generator(generator) => {
                self.comprehension(argument.range(), &generator.elt, &generator.generators)?
            }
            _ => {
                let (array, kind) = self.iterated(argument)?;
                if kind != super::comprehensions::Iteration::Elements {
                    return Err(self.refuse(argument.range(), "this iteration", "Go over a list."));
                }
                array
            }
        };
        Ok(self.elements(array))
    }

    /// Whether a name means what Python gives it.
    pub(super) fn is_free(&self, name: &str) -> bool {
        !self.names.contains_key(name) && !self.module.contains_key(name) && !self.own.contains(name)
    }

    /// `map(function, list)`.
    fn mapped_over(
        &mut self,
        place: TextRange,
        function: &'a Expr,
        list: &'a Expr,
    ) -> Result<Made, Reported> {
        let Made { array, over, .. } = self.over_plain(list)?;
        let element = cpython::number::loaded(&mut self.graph, over.0);
        let builtin = match function {
            Expr::Name(name) if self.is_free(&name.id) => Some(name.id.as_str()),
            _ => None,
        };
        let (value, failure) = match builtin {
            Some("str") => self.isolated(|this| this.text(place, element)),
            Some("int") => self.isolated(|this| this.int_of(place, element)),
            Some("float") => self.isolated(|this| this.float_of(place, element)),
            _ => {
                let function = self.value(function)?;
                self.isolated(|this| this.applied(place, &function, element))
            }
        };
        Ok(Made { value: value?, ..Made::plain(array, over, failure) })
    }

    /// A list to go over, as it is.
    fn over_plain(&mut self, list: &'a Expr) -> Result<Made, Reported> {
        let made = self.over(list)?;
        let list = self.mapped(list.range(), made)?;
        Ok(self.elements(list))
    }

    /// `next((… for … in … if …), default)`: of the first element.
    fn next(&mut self, call: &'a ExprCall) -> Lowered {
        let place = call.range();
        let [generator, default] = &*call.arguments.args else {
            return Err(self.refuse(
                place,
                "`next` with these arguments",
                "Give it a generator and a default.",
            ));
        };
        let made = self.over(generator)?;
        let default = self.expression(default)?;
        let first = self.first_of(place, made)?;
        let list = self.mapped(place, first)?;
        let ty = self.graph.item_type(list);
        if ty.is_optional() || matches!(ty.kind, Kind::Array(_)) {
            let help = "Use a loop with `break`.";
            return Err(self.refuse(place, "`next` of what may be `None`, or of lists", help));
        }
        let zero = self.graph.number(0.0);
        let found = self.graph.apply(Function::Element, &[list, zero]);
        let found = cpython::number::loaded(&mut self.graph, found);
        let (absent, known) = (self.graph.is_nothing(found), self.graph.known(found));
        self.choose(place, absent, default, known)
    }

    /// A list as it is.
    fn elements(&mut self, array: Id) -> Made {
        let item = self.graph.item_type(array);
        let (element, position) = (self.graph.element_of(array, item), self.graph.position());
        Made::plain(array, (element, position), self.graph.null())
    }

    /// `sum(…)` of integers, or of floats that are added one after the other.
    fn sum(&mut self, call: &'a ExprCall) -> Lowered {
        let place = call.range();
        let made = self.over_argument(call)?;
        let list = self.mapped(place, made)?;
        let item = self.graph.item_type(list);
        if item.kind == Kind::Never {
            return Ok(self.graph.big_int(0));
        }
        let zero = self.graph.big_int(0);
        if item.is_optional() || !matches!(item.kind, Kind::BigInt | Kind::Boolean) {
            // Of no element it is the integer 0; and later versions of Python add floats more exactly.
            let help = "Add the elements in a loop.";
            return Err(self.refuse(place, format!("`sum` of `{}`", spelled(&item)), help));
        }
        self.folded(place, list, zero, |this, sum, element, _| {
            let element = cpython::number::to_integer(&mut this.graph, element);
            let sum =
                cpython::number::operation(&mut this.graph, cpython::number::Operation::Add, sum, element);
            Ok(this.take(sum))
        })
    }

    /// `min` and `max`: of two values or more, or of a list, the first of those that are equal.
    fn extreme(&mut self, call: &'a ExprCall, least: bool) -> Lowered {
        let place = call.range();
        let name = if least { "min" } else { "max" };
        if let [_, _, ..] = &*call.arguments.args {
            let values = self.positional(call)?;
            let mut values = values.into_iter();
            let Some(mut best) = values.next() else { return Err(Reported) };
            for value in values {
                best = self.better(place, name, best, value)?;
            }
            return Ok(best);
        }
        let [list] = &*call.arguments.args else {
            return Err(self.refuse(
                place,
                format!("`{name}` with these arguments"),
                "Give it a list or values.",
            ));
        };
        let mut default = None;
        for keyword in &call.arguments.keywords {
            if keyword.arg.as_ref().is_some_and(|name| name == "default") {
                default = Some(self.expression(&keyword.value)?);
            } else {
                return Err(self.refuse(
                    place,
                    format!("`{name}` with these arguments"),
                    "Give it a list or values.",
                ));
            }
        }
        let made = self.over(list)?;
        let list = self.mapped(place, made)?;
        let item = self.graph.item_type(list);
        let is_ordered = item.kind.is_text() || matches!(item.kind, Kind::BigInt);
        if item.is_optional() || !is_ordered {
            return Err(self.refuse(place, format!("`{name}` of `{}`", spelled(&item)), "Use a loop."));
        }
        let zero = self.graph.big_int(0);
        let first = cpython::array::element(&mut self.graph, list, zero);
        let best = self.folded(place, list, first.value, |this, best, element, _| {
            this.better(place, name, best, element)
        })?;
        let length = self.graph.apply(Function::ArrayLength, &[list]);
        let none = self.graph.number(0.0);
        let is_empty = self.graph.equal(length, none);
        match default {
            Some(default) => self.choose(place, is_empty, default, best),
            None => {
                let reason = self.graph.text(&format!("ValueError: {name}() arg is an empty sequence"));
                let failure = self.graph.failure_if(is_empty, reason);
                self.fail(failure);
                Ok(best)
            }
        }
    }

    /// The better of two values: the second only if it is less, or greater.
    fn better(&mut self, place: TextRange, name: &str, best: Id, value: Id) -> Lowered {
        let (a, b) = if name == "min" { (value, best) } else { (best, value) };
        let both = [a, b];
        if both.iter().any(|id| self.ty(*id).is_optional()) {
            let help = "Give it a default first.";
            return Err(self.refuse(place, format!("`{name}` of what may be `None`"), help));
        }
        let less = if both.iter().all(|id| cpython::number::is_number(&self.graph, *id)) {
            cpython::number::order(&mut self.graph, Function::Less, a, b)
        } else if both.iter().all(|id| self.ty(*id).kind.is_text()) {
            let less = self.graph.apply(Function::Less, &[a, b]);
            Fallible::total(&mut self.graph, less)
        } else if both.iter().all(|id| self.ty(*id).kind == Kind::Date) {
            let (a, b) = (self.milliseconds(a), self.milliseconds(b));
            let less = self.graph.apply(Function::Less, &[a, b]);
            Fallible::total(&mut self.graph, less)
        } else {
            let (a, b) = (spelled(self.ty(a)), spelled(self.ty(b)));
            return Err(self.refuse(
                place,
                format!("`{name}` of `{a}` and `{b}`"),
                "Convert them to one type.",
            ));
        };
        let less = self.take(less);
        self.choose(place, less, value, best)
    }

    /// `sorted(list, key=…, reverse=…)`: equal ones stay in their order.
    fn sorted(&mut self, call: &'a ExprCall) -> Lowered {
        let place = call.range();
        let [list] = &*call.arguments.args else {
            return Err(self.refuse(place, "`sorted` with these arguments", "Give it a list."));
        };
        let made = self.over(list)?;
        let list = self.mapped(place, made)?;
        let Made { over, .. } = self.elements(list);
        let mut key = over.0;
        let mut how = Each::Ascending;
        for keyword in &call.arguments.keywords {
            match keyword.arg.as_ref().map(|name| name.as_str()) {
                Some("key") => {
                    let function = self.value(&keyword.value)?;
                    let (made, failure) = self.isolated(|this| this.applied(place, &function, over.0));
                    key = made?;
                    let failure = self.graph.each(Each::First, list, over, failure);
                    self.fail(failure);
                }
                Some("reverse") => {
                    let reverse = self.expression(&keyword.value)?;
                    how = match self.graph.as_boolean(reverse) {
                        Some(true) => Each::Descending,
                        Some(false) => Each::Ascending,
                        None => return Err(self.refuse(place, "a computed order", "Write `reverse=True`.")),
                    };
                }
                _ => {
                    return Err(self.refuse(
                        place,
                        "`sorted` with these arguments",
                        "Use `key` and `reverse`.",
                    ));
                }
            }
        }
        let key = self.order_key(place, list, over, key)?;
        Ok(self.graph.each(how, list, over, key))
    }

    /// What elements are ordered by. Texts stand in a record of their own, where the database orders them
    /// by their characters.
    fn order_key(&mut self, place: TextRange, list: Id, over: (Id, Id), key: Id) -> Lowered {
        let ty = self.ty(key).clone();
        match ty.kind {
            _ if ty.is_optional() => {}
            Kind::BigInt => return Ok(key),
            Kind::Text | Kind::Words(_) => {
                let name = self.ident(place, "order")?;
                return Ok(self.graph.object(vec![(name, key)]));
            }
            Kind::Number | Kind::Integers(_) => {
                let is_nan = self.graph.apply(Function::IsNaN, &[key]);
                let reason = self.graph.text("NaN has no order");
                let failure = self.graph.failure_if(is_nan, reason);
                let failure = self.graph.each(Each::First, list, over, failure);
                self.fail(failure);
                return Ok(key);
            }
            _ => {}
        }
        Err(self.refuse(place, format!("an order by `{}`", spelled(&ty)), "Order by a number or a text."))
    }

    /// `isinstance(x, str)`: what the model says, and whether it is there.
    fn is_instance(&mut self, call: &'a ExprCall) -> Lowered {
        let place = call.range();
        let [value, Expr::Name(class)] = &*call.arguments.args else {
            return Err(self.refuse(place, "this `isinstance`", "Name one type."));
        };
        let value = self.expression(value)?;
        let is_it = match (&self.ty(value).kind, class.id.as_str()) {
            (Kind::Text, "str")
            | (Kind::BigInt, "int")
            | (Kind::Number | Kind::Integers(_), "float")
            | (Kind::Boolean, "bool" | "int")
            | (Kind::Array(_), "list") => true,
            (
                Kind::Text | Kind::BigInt | Kind::Number | Kind::Boolean,
                "str" | "int" | "float" | "bool" | "list" | "dict",
            ) => false,
            _ => return Err(self.refuse(place, "this `isinstance`", "Compare with `None`.")),
        };
        if self.is_blended(value) {
            return Err(self.refuse(place, "this `isinstance`", "Convert it with `float(…)` first."));
        }
        let there = self.graph.is_there(value);
        let is_it = self.graph.boolean(is_it);
        Ok(self.graph.and(there, is_it))
    }

    /// A function of `math`.
    pub(super) fn math(&mut self, call: &'a ExprCall, name: &str) -> Lowered {
        let known =
            matches!(name, "floor" | "ceil" | "trunc" | "sqrt" | "isnan" | "isinf" | "isfinite" | "fabs");
        if !known {
            // Their last digit depends on the library.
            let help = "Its last digit may differ between machines.";
            return Err(self.refuse(call.range(), format!("`math.{name}`"), help));
        }
        let value = self.number_argument(call, name)?;
        if matches!(name, "floor" | "ceil" | "trunc") && cpython::number::is_integral(&self.graph, value) {
            return Ok(cpython::number::to_integer(&mut self.graph, value));
        }
        let x = cpython::number::to_float(&mut self.graph, value);
        let result = match name {
            "floor" | "ceil" | "trunc" => {
                let function = match name {
                    "floor" => Function::Floor,
                    "ceil" => Function::Ceil,
                    _ => Function::Truncate,
                };
                let whole = self.graph.apply(function, &[x]);
                cpython::number::truncate(&mut self.graph, whole)
            }
            "sqrt" => {
                let zero = self.graph.number(0.0);
                let is_negative = self.graph.apply(Function::Less, &[x, zero]);
                let reason = self.graph.text("ValueError: math domain error");
                let value = self.graph.apply(Function::SquareRoot, &[x]);
                Fallible { value, failure: self.graph.failure_if(is_negative, reason) }
            }
            "fabs" => cpython::number::absolute(&mut self.graph, x),
            "isnan" => return Ok(self.graph.apply(Function::IsNaN, &[x])),
            "isfinite" => return Ok(self.graph.apply(Function::IsFinite, &[x])),
            _ => {
                let (finite, nan) =
                    (self.graph.apply(Function::IsFinite, &[x]), self.graph.apply(Function::IsNaN, &[x]));
                let usual = self.graph.or(finite, nan);
                return Ok(self.graph.not(usual));
            }
        };
        Ok(self.take(result))
    }
}
