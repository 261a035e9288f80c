//! Calls of global functions, of `Math` and its like, and `new Date`.

use std::collections::BTreeSet;

use antler_core::{diagnostic::Code, schema::Precise};
use oxc_ast::ast::{Argument, CallExpression, Expression, NewExpression};
use oxc_span::{GetSpan, Span};

use super::{Binding, Id, Lowered, Lowering, Reported, expressions::Chain};
use crate::migration::{
    ir::Function,
    javascript::{self, bits::Radix, calendar::Years, number::Extreme},
    types::Kind,
};

/// What stands in a draft where only its author knows the value.
const HOLE: &str = "FILL_IN";

impl<'a> Lowering<'a> {
    /// A call, on its own or as a link of a chain.
    pub(super) fn call(&mut self, call: &'a CallExpression<'a>, chain: Option<&mut Chain>) -> Lowered {
        if call.optional {
            return Err(self.refuse(call.span, "an optional call", "Call the method without `?.`."));
        }
        match call.callee.without_parentheses() {
            Expression::Identifier(name) => {
                let binding = self.bindings.iter().rev().find(|(bound, _)| name.name == bound.as_str());
                match binding.map(|(_, binding)| binding.clone()) {
                    Some(Binding::Function(function)) => {
                        let arguments = self.arguments(&call.arguments)?;
                        let value = self.inline(call.span, function, &arguments)?;
                        return Ok(self.narrowed(value));
                    }
                    Some(Binding::Broken) => return Err(Reported),
                    Some(_) => {
                        let message = format!("`{}` is not a function", name.name);
                        return Err(self.mismatch(call.span, message, "Call a function or a method."));
                    }
                    None => {}
                }
                if self.missing.contains_key(name.name.as_str()) {
                    return Err(self.unknown_name(name));
                }
                let name = name.name.to_string();
                if name == HOLE {
                    return Err(self.hole(call));
                }
                self.global(call, &name)
            }
            Expression::StaticMemberExpression(member) => {
                if let Some(function) = self.function_in(member) {
                    let arguments = self.arguments(&call.arguments)?;
                    let value = self.inline(call.span, function, &arguments)?;
                    return Ok(self.narrowed(value));
                }
                if let Some(value) = self.collection_call(call, member)? {
                    return Ok(value);
                }
                if let Some(pattern) = self.pattern(&member.object)? {
                    return self.test(call, &member.property.name, &pattern);
                }
                if let Some(namespace) = self.namespace(&member.object) {
                    let name = format!("{namespace}.{}", member.property.name);
                    return self.namespace_call(call, &name);
                }
                let object = self.object_of(&member.object, member.optional, chain)?;
                let name = member.property.name.as_str();
                if let Kind::Array(_) = self.ty(object).kind
                    && let Some(value) = self.over_elements(call, member, object)?
                {
                    return Ok(self.narrowed(value));
                }
                if self.ty(object).kind.is_text()
                    && let Some(first) = call.arguments.first().and_then(Argument::as_expression)
                    && let Some(pattern) = self.pattern(first)?
                {
                    return self.with_pattern(call, name, object, &pattern);
                }
                if let Some(function) = call.arguments.iter().find(|argument| is_function(argument)) {
                    let help = "Functions are called over the elements of arrays, and by their names.";
                    return Err(self.refuse(
                        function.span(),
                        format!("a function given to `.{name}()`"),
                        help,
                    ));
                }
                let arguments = self.arguments(&call.arguments)?;
                self.method(member.property.span, call, object, &member.property.name, &arguments)
            }
            callee => Err(self.refuse(callee.span(), "this call", "Call a method by its name.")),
        }
    }

    /// Refuses what differs from run to run.
    fn forbid(&mut self, span: Span, what: &str) -> Reported {
        let message = format!("{what} cannot be used in a migration");
        let help = "A migration must give the same row whenever it runs again.";
        self.report(Code::NotRepeatable, span, message, "gives another value every time", help)
    }

    /// A hole that a draft left for its author.
    fn hole(&mut self, call: &'a CallExpression<'a>) -> Reported {
        let what = match call.arguments.first().and_then(Argument::as_expression) {
            Some(Expression::StringLiteral(text)) => format!(": {}", text.value),
            _ => String::new(),
        };
        self.report(
            Code::Hole,
            call.span,
            format!("a value still has to be filled in{what}"),
            "only you know it",
            format!("Replace `{HOLE}(…)` by the value, or `return null` where there is none."),
        )
    }

    pub(super) fn arguments(&mut self, arguments: &'a [Argument<'a>]) -> Result<Vec<Id>, Reported> {
        let mut values = Vec::new();
        for argument in arguments {
            match argument.as_expression() {
                Some(expression) => values.push(self.expression(expression)?),
                None => {
                    return Err(self.refuse(
                        argument.span(),
                        "a spread argument",
                        "Write the arguments out.",
                    ));
                }
            }
        }
        Ok(values)
    }

    /// The global object that an expression names, unless the file declares that name itself.
    fn namespace(&self, expression: &'a Expression<'a>) -> Option<&'static str> {
        const NAMESPACES: [&str; 9] =
            ["Math", "Number", "String", "Date", "BigInt", "JSON", "Object", "Array", "console"];
        let Expression::Identifier(name) = expression else { return None };
        let is_declared = self.bindings.iter().any(|(bound, _)| name.name == bound.as_str());
        NAMESPACES.into_iter().find(|namespace| name.name == *namespace && !is_declared)
    }

    /// `Math.PI`, `Number.MAX_SAFE_INTEGER`, or a member of an enum.
    pub(super) fn namespace_member(
        &mut self,
        object: &'a Expression<'a>,
        name: &str,
        span: Span,
    ) -> Result<Option<Id>, Reported> {
        let Expression::Identifier(owner) = object else { return Ok(None) };
        let binding = self.bindings.iter().rev().find(|(bound, _)| owner.name == bound.as_str());
        match binding.map(|(_, binding)| binding) {
            Some(Binding::Enum(members)) => {
                if let Some(value) = members.get(name) {
                    return Ok(Some(*value));
                }
                let help = format!("It has {}.", members.keys().cloned().collect::<Vec<_>>().join(", "));
                let message = format!("the enum `{}` has no member `{name}`", owner.name);
                return Err(self.report(Code::UnknownName, span, message, "no such member", help));
            }
            Some(Binding::Namespace(at)) => return self.value_in(*at, span, name).map(Some),
            Some(_) => return Ok(None),
            None => {}
        }
        let constant = match (owner.name.as_str(), name) {
            ("Math", "PI") => std::f64::consts::PI,
            ("Math", "E") => std::f64::consts::E,
            ("Number", "MAX_SAFE_INTEGER") => 9_007_199_254_740_991.0,
            ("Number", "MIN_SAFE_INTEGER") => -9_007_199_254_740_991.0,
            ("Number", "MAX_VALUE") => f64::MAX,
            ("Number", "MIN_VALUE") => 5e-324,
            ("Number", "EPSILON") => f64::EPSILON,
            ("Number", "NaN") => f64::NAN,
            ("Number", "POSITIVE_INFINITY") => f64::INFINITY,
            ("Number", "NEGATIVE_INFINITY") => f64::NEG_INFINITY,
            ("undefined" | "NaN" | "Infinity", _) => return Ok(None),
            _ if self.namespace(object).is_some() => {
                let help = "Call one of its functions.";
                return Err(self.refuse(span, format!("`{}.{name}` as a value", owner.name), help));
            }
            // A name from another file: only an enum can have members that are constants.
            _ => return self.imported_member(span, &owner.name, name).map(Some),
        };
        Ok(Some(self.graph.number(constant)))
    }

    /// A member of an enum of the models. Enums of integers keep the names of their members.
    fn imported_member(&mut self, span: Span, owner: &str, name: &str) -> Lowered {
        let mut values = BTreeSet::new();
        for model in [self.to, self.from] {
            for field in &model.fields {
                integer_members(&field.data_type, name, &mut values);
            }
        }
        let mut values = values.into_iter();
        match (values.next(), values.next()) {
            (Some(value), None) => Ok(self.graph.number(f64::from(value))),
            (Some(_), Some(_)) => {
                let help = "Write the number.";
                Err(self.refuse(span, format!("`{owner}.{name}`, which two enums of the models have,"), help))
            }
            (None, _) => {
                let help = match self.missing.get(owner) {
                    Some(why) => format!("It cannot be imported: {why}."),
                    None => {
                        "Write the value itself (for an enum of strings: the string), or import it from a file of the project."
                            .to_owned()
                    }
                };
                let message = format!("the value of `{owner}.{name}` is not known here");
                Err(self.report(Code::UnknownName, span, message, "not declared in this file", help))
            }
        }
    }

    fn global(&mut self, call: &'a CallExpression<'a>, name: &str) -> Lowered {
        let span = call.span;
        let arguments = self.arguments(&call.arguments)?;
        match (name, arguments.as_slice()) {
            ("Number", []) => Ok(self.graph.number(0.0)),
            ("Number", [value]) => self.number_of(span, *value),
            ("String", []) => Ok(self.graph.text("")),
            ("String", [value]) => self.text_of(span, *value),
            ("Boolean", [value]) => Ok(self.truth(*value)),
            ("BigInt", [value]) => self.big_int(span, *value),
            ("isNaN" | "isFinite", [value]) => {
                let number = self.number_of(span, *value)?;
                let function = if name == "isNaN" { Function::IsNaN } else { Function::IsFinite };
                Ok(self.graph.apply(function, &[number]))
            }
            ("parseFloat", [value]) => {
                let text = self.text_of(span, *value)?;
                Ok(javascript::number::parse_float(&mut self.graph, text))
            }
            ("parseInt", [value, radix @ ..]) if radix.len() < 2 => self.parse_int(span, *value, radix),
            ("parseInt", _) => {
                Err(self.refuse(span, "`parseInt` with these arguments", "Write `parseInt(text, 10)`."))
            }
            ("Date", _) => Err(self.forbid(span, "`Date()`")),
            _ => {
                let help = "The compiled subset has Number, String, Boolean, BigInt, parseInt, parseFloat, isNaN and isFinite.";
                Err(self.refuse(span, format!("a call of `{name}`"), help))
            }
        }
    }

    fn big_int(&mut self, span: Span, value: Id) -> Lowered {
        let ty = self.ty(value).clone();
        match ty.kind {
            _ if ty.is_optional() => Err(self.possibly_absent(span, &ty, "`BigInt`")),
            Kind::BigInt | Kind::Precise(Precise::UInt64) => Ok(value),
            Kind::Precise(of) if of.whole_numbers().is_some() => {
                let integer = self.graph.apply(Function::NumberToInteger, &[value]);
                Ok(self.graph.known(integer))
            }
            Kind::Boolean => {
                let (one, zero) = (self.graph.big_int(1), self.graph.big_int(0));
                Ok(self.graph.if_else(value, one, zero))
            }
            kind if kind.is_number() => {
                let integer = javascript::number::to_big_int(&mut self.graph, value);
                Ok(self.take(integer))
            }
            kind if kind.is_text() => {
                let integer = javascript::number::big_int_from_text(&mut self.graph, value);
                Ok(self.take(integer))
            }
            _ => {
                let help = "Convert a number or a text.";
                Err(self.refuse(span, format!("`BigInt` of a `{ty}`"), help))
            }
        }
    }

    fn namespace_call(&mut self, call: &'a CallExpression<'a>, name: &str) -> Lowered {
        let span = call.span;
        let values = self.arguments(&call.arguments)?;
        match (name, values.as_slice()) {
            ("Object.keys" | "Object.values", [object]) => return self.fields_of(span, name, *object),
            ("Object.hasOwn", [object, key]) => return self.has_key(span, *object, *key, false),
            ("Array.isArray", [value]) if !self.ty(*value).is_optional() => {
                let is_array = matches!(self.ty(*value).kind, Kind::Array(_));
                return Ok(self.graph.boolean(is_array));
            }
            _ => {}
        }
        let g = &mut self.graph;
        match (name, values.as_slice()) {
            ("Number.isNaN", [x]) if g.ty(*x).known() == *g.ty(*x) && g.ty(*x).kind.is_number() => {
                Ok(g.apply(Function::IsNaN, &[*x]))
            }
            ("Number.isFinite", [x]) if !g.ty(*x).is_optional() && g.ty(*x).kind.is_number() => {
                Ok(g.apply(Function::IsFinite, &[*x]))
            }
            ("Number.isInteger", [x]) if !g.ty(*x).is_optional() && g.ty(*x).kind.is_number() => {
                Ok(javascript::number::is_integer(g, *x))
            }
            ("Number.isSafeInteger", [x]) if !g.ty(*x).is_optional() && g.ty(*x).kind.is_number() => {
                Ok(javascript::number::is_safe_integer(g, *x))
            }
            ("Number.parseFloat", [x]) => {
                let text = self.text_of(span, *x)?;
                Ok(javascript::number::parse_float(&mut self.graph, text))
            }
            ("Number.parseInt", [x, radix @ ..]) if radix.len() < 2 => self.parse_int(span, *x, radix),
            ("Math.pow", [base, exponent]) => self.power(span, *base, *exponent),
            ("String.fromCharCode", values) => {
                let mut parts = vec![self.graph.text("")];
                for value in values.iter().copied() {
                    let code = self.numeric(span, name, value)?;
                    let character = javascript::code::from_char_code(&mut self.graph, code);
                    parts.push(self.take(character));
                }
                Ok(self.graph.apply(Function::Concatenate, &parts))
            }
            ("Date.UTC", [_, ..]) => self.time_of(span, name, &values),
            ("Math.min" | "Math.max", values) => {
                let (which, mut result) = match name {
                    "Math.min" => (Extreme::Least, f64::INFINITY),
                    _ => (Extreme::Greatest, f64::NEG_INFINITY),
                };
                let Some((first, others)) = values.split_first() else {
                    result += 0.0;
                    return Ok(self.graph.number(result));
                };
                let mut result = self.numeric(span, name, *first)?;
                for value in others {
                    let value = self.numeric(span, name, *value)?;
                    result = javascript::number::extreme(&mut self.graph, which, result, value);
                }
                Ok(result)
            }
            ("Math.round" | "Math.sign", [x]) => {
                let x = self.numeric(span, name, *x)?;
                Ok(match name {
                    "Math.round" => javascript::number::round(&mut self.graph, x),
                    _ => javascript::number::sign(&mut self.graph, x),
                })
            }
            ("Math.floor" | "Math.ceil" | "Math.trunc" | "Math.abs" | "Math.sqrt", [x]) => {
                let x = self.numeric(span, name, *x)?;
                let function = match name {
                    "Math.floor" => Function::Floor,
                    "Math.ceil" => Function::Ceil,
                    "Math.trunc" => Function::Truncate,
                    "Math.abs" => Function::Absolute,
                    _ => Function::SquareRoot,
                };
                Ok(self.graph.apply(function, &[x]))
            }
            ("Math.random" | "Date.now", _) => Err(self.forbid(span, &format!("`{name}`"))),
            ("Date.parse", [text]) => {
                let text = self.text_argument(span, name, *text)?;
                let date = javascript::date::from_text(&mut self.graph, text);
                let date = self.take(date);
                Ok(self.graph.apply(Function::DateToNumber, &[date]))
            }
            _ if name.starts_with("Math.") => {
                let help = "Its last bit differs between implementations, so it has no exact form in SQL.";
                Err(self.refuse(span, format!("`{name}`"), help))
            }
            _ => {
                let help = "The compiled subset has Math.floor, ceil, round, trunc, abs, sign, sqrt, min and max, and Number.isNaN and its like.";
                Err(self.refuse(span, format!("`{name}` with these arguments"), help))
            }
        }
    }

    /// `parseInt` with the base that is given, if any is.
    fn parse_int(&mut self, span: Span, value: Id, radix: &[Id]) -> Lowered {
        let text = self.text_of(span, value)?;
        let told = match radix {
            [] => Some(0.0),
            [radix, ..] => self.graph.as_number(*radix),
        };
        let radix = match told {
            Some(10.0) => return Ok(javascript::number::parse_int(&mut self.graph, text)),
            Some(0.0) => Radix::Told,
            Some(2.0) => Radix::Two,
            Some(8.0) => Radix::Eight,
            Some(16.0) => Radix::Sixteen,
            _ => {
                let help = "Digits in the bases 2, 8, 10 and 16 are compiled.";
                return Err(self.refuse(span, "`parseInt` with this base", help));
            }
        };
        Ok(javascript::bits::parse_int(&mut self.graph, text, radix))
    }

    /// The time value of a year, a month and so on.
    fn time_of(&mut self, span: Span, name: &str, parts: &[Id]) -> Lowered {
        let parts: Result<Vec<_>, _> =
            parts.iter().take(7).map(|part| self.numeric(span, name, *part)).collect();
        Ok(javascript::calendar::from_parts(&mut self.graph, &parts?, Years::Short))
    }

    /// An argument that must be a number.
    pub(super) fn numeric(&mut self, span: Span, name: &str, value: Id) -> Lowered {
        let ty = self.ty(value).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(span, &ty, &format!("`{name}`")));
        }
        if !ty.kind.is_number() {
            let message = format!("`{name}` of a `{ty}`");
            return Err(self.mismatch(span, message, "Convert it with `Number(…)` first."));
        }
        Ok(value)
    }

    /// An argument that must be a text.
    pub(super) fn text_argument(&mut self, span: Span, name: &str, value: Id) -> Lowered {
        let ty = self.ty(value).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(span, &ty, &format!("`{name}`")));
        }
        if !ty.kind.is_text() {
            let message = format!("`{name}` with a `{ty}`");
            return Err(self.mismatch(span, message, "Convert it with `String(…)` first."));
        }
        Ok(value)
    }

    /// `new Date(…)`.
    pub(super) fn construct(&mut self, new: &'a NewExpression<'a>) -> Lowered {
        let span = new.span;
        let is_declared = self.bindings.iter().any(|(bound, _)| bound == "Date");
        if !new.callee.is_specific_id("Date") || is_declared {
            return Err(self.refuse(span, "an object of a class", "Use plain objects and `new Date(…)`."));
        }
        let arguments = self.arguments(&new.arguments)?;
        let value = match arguments.as_slice() {
            [] => return Err(self.forbid(span, "`new Date()`")),
            [value] => value,
            parts => {
                let time = self.time_of(span, "`new Date`", parts)?;
                return Ok(self.graph.apply(Function::NumberToDate, &[time]));
            }
        };
        let ty = self.ty(*value).clone();
        match ty.kind {
            _ if ty.is_optional() => Err(self.possibly_absent(span, &ty, "`new Date`")),
            Kind::Date => Ok(*value),
            kind if kind.is_text() => {
                let date = javascript::date::from_text(&mut self.graph, *value);
                Ok(self.take(date))
            }
            kind if kind.is_number() => Ok(javascript::date::from_number(&mut self.graph, *value)),
            _ => {
                let message = format!("`new Date` of a `{ty}`");
                Err(self.mismatch(span, message, "Give it a text, a number of milliseconds or a Date."))
            }
        }
    }
}

fn is_function(argument: &Argument) -> bool {
    matches!(argument, Argument::ArrowFunctionExpression(_) | Argument::FunctionExpression(_))
}

/// The values of a member's name in all integer enums of a type.
fn integer_members(data_type: &antler_core::schema::DataType, name: &str, values: &mut BTreeSet<i16>) {
    use antler_core::schema::DataType;
    match data_type {
        DataType::IntegerEnum(members) => values.extend(members.get(name)),
        DataType::Array(item) => integer_members(&item.data_type, name, values),
        DataType::Object(fields) => {
            fields.iter().for_each(|field| integer_members(&field.data_type, name, values));
        }
        DataType::String
        | DataType::Number
        | DataType::Boolean
        | DataType::BigInt
        | DataType::Date
        | DataType::StringEnum(_)
        | DataType::Precise(_) => {}
    }
}
