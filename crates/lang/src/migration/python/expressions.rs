//! Expressions: literals, names, conditions and choices.

use antler_core::diagnostic::Code;
use ruff_python_ast::{BoolOp, CmpOp, Expr, ExprAttribute, ExprBoolOp, Number, UnaryOp};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, Reported, Value, names, spelled, statements::shared};
use crate::migration::{
    cpython,
    ir::{DatePart, Function, Node},
    types::{Kind, Type},
};

impl<'a> Lowering<'a> {
    /// The value of an expression that rows have.
    pub(super) fn expression(&mut self, expression: &'a Expr) -> Lowered {
        let value = self.value(expression)?;
        self.node(expression.range(), value)
    }

    /// A value as one that rows have.
    pub(super) fn node(&mut self, place: TextRange, value: Value<'a>) -> Lowered {
        match value {
            Value::Node(id) => Ok(self.narrowed(id)),
            Value::List(id) => Ok(id),
            Value::Broken(found) => Err(self.broken(place, &found)),
            Value::Tuple(_) => {
                Err(self.refuse(place, "a tuple as a value", "Use its parts: `pair[0]`, or a list."))
            }
            Value::Table(_) => Err(self.refuse(
                place,
                "a dictionary or set as a value",
                "Look something up in it: `NAMES[key]`.",
            )),
            Value::Span(_) => {
                Err(self.refuse(place, "a time span as a value", "Use `.total_seconds()` of it."))
            }
            Value::Pattern(_) | Value::Match(_) => Err(self.refuse(
                place,
                "a regular expression as a value",
                "Use what it finds: `found.group(1)`.",
            )),
            Value::Function(_) | Value::Lambda(_) => {
                Err(self.refuse(place, "a function as a value", "Call it."))
            }
            Value::Class(_) | Value::Enum(_) | Value::Imported(..) => {
                let what = format!("`{}`", self.source(place));
                Err(self.refuse(
                    place,
                    what,
                    "Values of other files cannot be used yet; declare it in this file.",
                ))
            }
        }
    }

    /// Reports why a name has no value, at its first use.
    fn broken(&mut self, place: TextRange, found: &[antler_core::diagnostic::Diagnostic]) -> Reported {
        for diagnostic in found {
            if !self.diagnostics.contains(diagnostic) {
                self.diagnostics.push(diagnostic.clone());
            }
        }
        if self.diagnostics.is_empty() {
            let what = format!(
                "`{}`, which has no value, or values of several types, on some paths,",
                self.source(place)
            );
            return self.refuse(place, what, "Give it a value of one type before.");
        }
        Reported
    }

    /// What an expression stands for.
    pub(super) fn value(&mut self, expression: &'a Expr) -> Result<Value<'a>, Reported> {
        self.nested(expression.range(), |this| {
            let outer = std::mem::replace(&mut this.place, expression.range());
            let value = this.any(expression);
            this.place = outer;
            value
        })
    }

    fn any(&mut self, expression: &'a Expr) -> Result<Value<'a>, Reported> {
        let place = expression.range();
        let node = match expression {
            Expr::NoneLiteral(_) => self.graph.null(),
            Expr::BooleanLiteral(literal) => self.graph.boolean(literal.value),
            Expr::StringLiteral(literal) => self.graph.text(literal.value.to_str()),
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Float(value) => self.graph.number(*value),
                Number::Int(value) => match value.as_i64() {
                    Some(value) => self.graph.big_int(value),
                    None => {
                        return Err(self.refuse(place, "an integer beyond 64 bits", "Use a smaller one."));
                    }
                },
                Number::Complex { .. } => {
                    return Err(self.refuse(place, "a complex number", "Use `float`."));
                }
            },
            Expr::FString(literal) => self.f_string(literal)?,
            Expr::Name(name) => return self.name(place, &name.id),
            Expr::Attribute(attribute) => return self.attribute(attribute),
            Expr::Subscript(subscript) => return self.subscript(subscript),
            Expr::Call(call) => return self.call(call),
            Expr::BinOp(binary) => {
                let (left, right) = (self.peeked(&binary.left)?, self.peeked(&binary.right)?);
                return self.binary(place, binary.op, left, right);
            }
            Expr::UnaryOp(unary) => match unary.op {
                UnaryOp::Not => {
                    let condition = self.condition(&unary.operand)?;
                    self.graph.not(condition)
                }
                UnaryOp::USub | UnaryOp::UAdd => {
                    let value = self.expression(&unary.operand)?;
                    self.sign(place, unary.op, value)?
                }
                UnaryOp::Invert => return Err(self.refuse(place, "`~`", "Use arithmetic.")),
            },
            Expr::Compare(_) => self.condition(expression)?,
            Expr::BoolOp(operation) => self.operand(operation, &operation.values)?,
            Expr::If(choice) => {
                let condition = self.condition(&choice.test)?;
                let (a, b) = self.either(
                    condition,
                    |this| this.expression(&choice.body),
                    |this| this.expression(&choice.orelse),
                )?;
                self.choose(place, condition, a, b)?
            }
            Expr::Tuple(tuple) => {
                let values = tuple.elts.iter().map(|item| self.value(item).map(shared));
                return Ok(Value::Tuple(values.collect::<Result<_, _>>()?));
            }
            Expr::List(list) => return Ok(Value::List(self.list(place, &list.elts)?)),
            Expr::Set(set) => return self.set(&set.elts),
            Expr::Dict(dictionary) => return self.dictionary(dictionary),
            Expr::ListComp(list) => {
                return Ok(Value::List(self.comprehension(place, &list.elt, &list.generators)?));
            }
            Expr::Lambda(lambda) => return Ok(Value::Lambda(lambda)),
            other => {
                let (what, help) = describe(other);
                return Err(self.refuse(place, what, help));
            }
        };
        Ok(Value::Node(node))
    }

    fn name(&mut self, place: TextRange, name: &str) -> Result<Value<'a>, Reported> {
        let value = match self.names.get(name) {
            Some(value) => Some(value.clone()),
            // A function that assigns a name has no other one.
            None if self.own.contains(name) => Some(Value::Broken(Default::default())),
            None => self.module.get(name).cloned(),
        };
        match value {
            Some(Value::Broken(found)) => Err(self.broken(place, &found)),
            Some(Value::Node(id)) => Ok(Value::Node(self.narrowed(id))),
            Some(Value::List(id)) => {
                // From here on, the list is not only its name's.
                self.names.insert(name.to_owned(), Value::Node(id));
                Ok(Value::Node(id))
            }
            Some(value) => Ok(value),
            None if names::is_builtin(name) => {
                let help =
                    "It runs in Python. To have it compiled, do the same with what docs/migrations.md lists.";
                Err(self.refuse(place, format!("`{name}`"), help))
            }
            None => Err(self.report(
                Code::UnknownName,
                place,
                format!("there is no `{name}` here"),
                "not declared in this file",
                "Values of other files cannot be used yet; declare a constant in this file.",
            )),
        }
    }

    /// `value.name`.
    fn attribute(&mut self, attribute: &'a ExprAttribute) -> Result<Value<'a>, Reported> {
        let place = attribute.range;
        let name = attribute.attr.as_str();
        let value = self.value(&attribute.value)?;
        match &value {
            Value::Imported(module, "") => {
                // A module keeps its names; `import a.b` brings in `a`.
                return match (*module, name) {
                    ("math", "pi") => Ok(Value::Node(self.graph.number(std::f64::consts::PI))),
                    ("math", "e") => Ok(Value::Node(self.graph.number(std::f64::consts::E))),
                    ("math", "inf") => Ok(Value::Node(self.graph.number(f64::INFINITY))),
                    ("math", "nan") => Ok(Value::Node(self.graph.number(f64::NAN))),
                    _ => Ok(Value::Imported(module, name)),
                };
            }
            Value::Enum(members) => {
                return match members.get(name) {
                    Some(member) => Ok(Value::Node(*member)),
                    None => {
                        let message = format!("this enum has no member `{name}`");
                        Err(self.mismatch(place, message, "Name one of its members."))
                    }
                };
            }
            Value::Span(milliseconds) => {
                let milliseconds = *milliseconds;
                return match name {
                    "days" => {
                        let days = cpython::date::days(&mut self.graph, milliseconds);
                        Ok(Value::Node(self.take(days)))
                    }
                    _ => Err(self.refuse(
                        place,
                        format!("`.{name}` of a time span"),
                        "Use `.total_seconds()`.",
                    )),
                };
            }
            _ => {}
        }
        let object = self.node(attribute.value.range(), value)?;
        self.member(place, object, name).map(Value::Node)
    }

    /// A field of an object, or an attribute of another value.
    pub(super) fn member(&mut self, place: TextRange, object: Id, name: &str) -> Lowered {
        let ty = self.ty(object).clone();
        let reason = format!("AttributeError: 'NoneType' object has no attribute '{name}'");
        let known = self.required(object, &reason);
        match (&ty.kind, name) {
            (Kind::Object(fields), _) => {
                let Some((field, _)) = fields.iter().find(|(field, _)| field.as_str() == name) else {
                    let names: Vec<_> = fields.iter().map(|(name, _)| format!("`{name}`")).collect();
                    let message = format!("the old row has no field `{name}`");
                    let help = format!("It has {}.", names.join(", "));
                    return Err(self.mismatch(place, message, help));
                };
                let field = field.clone();
                let value = self.graph.field(known, &field);
                let value = cpython::number::loaded(&mut self.graph, value);
                Ok(self.narrowed(value))
            }
            // An enum is its value, whatever class the model gives it.
            (Kind::Words(_), "value") => Ok(known),
            (Kind::BigInt, "value") if self.is_member(known) => Ok(known),
            (Kind::Date, _) => {
                let part = match name {
                    "year" => DatePart::Year,
                    "month" => DatePart::Month,
                    "day" => DatePart::Day,
                    "hour" => DatePart::Hour,
                    "minute" => DatePart::Minute,
                    "second" => DatePart::Second,
                    _ => {
                        return Err(self.refuse(
                            place,
                            format!("`.{name}` of a `datetime`"),
                            "Use its parts.",
                        ));
                    }
                };
                if !self.graph.is_stored_date(known) {
                    let failure = crate::migration::javascript::date::remote_failure(&mut self.graph, known);
                    self.fail(failure);
                }
                Ok(cpython::date::part(&mut self.graph, part, known))
            }
            (Kind::Never, _) => Ok(self.graph.unreachable()),
            _ => {
                let what = format!("`.{name}` of `{}`", spelled(&ty));
                Err(self.refuse(place, what, "Use a field of the row, or a method."))
            }
        }
    }

    /// Whether an integer is one of an enum.
    fn is_member(&self, id: Id) -> bool {
        match self.graph.node(id) {
            Node::BigInt(_) => true,
            Node::If(_, a, b) => self.is_member(*a) && self.is_member(*b),
            Node::Apply(Function::CountToInteger, args) => matches!(self.ty(args[0]).kind, Kind::Integers(_)),
            _ => false,
        }
    }

    /// The truth of an expression, as a condition that narrows.
    pub(super) fn condition(&mut self, expression: &'a Expr) -> Lowered {
        let outer = std::mem::replace(&mut self.place, expression.range());
        let condition = self.truth_of(expression);
        self.place = outer;
        condition
    }

    fn truth_of(&mut self, expression: &'a Expr) -> Lowered {
        self.nested(expression.range(), |this| match expression {
            Expr::BoolOp(operation) => this.conditions(operation.op, &operation.values),
            Expr::Compare(compare) => this.compare(compare),
            Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => {
                let condition = this.condition(&unary.operand)?;
                Ok(this.graph.not(condition))
            }
            other => {
                let value = this.peeked(other)?;
                this.truth(other.range(), value)
            }
        })
    }

    pub(super) fn truth(&mut self, place: TextRange, value: Value<'a>) -> Lowered {
        match value {
            Value::List(id) | Value::Node(id) => {
                let id = self.narrowed(id);
                Ok(cpython::value::truth(&mut self.graph, id))
            }
            Value::Tuple(values) => Ok(self.graph.boolean(!values.is_empty())),
            Value::Table(entries) => Ok(self.graph.boolean(!entries.is_empty())),
            Value::Match(found) => Ok(found.found),
            other => {
                let id = self.node(place, other)?;
                Ok(cpython::value::truth(&mut self.graph, id))
            }
        }
    }

    fn conditions(&mut self, op: BoolOp, values: &'a [Expr]) -> Lowered {
        let Some((first, others)) = values.split_first() else { return Ok(self.graph.boolean(true)) };
        let condition = self.condition(first)?;
        if others.is_empty() {
            return Ok(condition);
        }
        let holds = op == BoolOp::And;
        if self.graph.as_boolean(condition).is_some_and(|known| known != holds) {
            return Ok(condition);
        }
        let (rest, failure) =
            self.isolated(|this| this.assuming(condition, holds, |this| this.conditions(op, others)));
        let rest = rest?;
        let nothing = self.graph.null();
        let failure = match op {
            BoolOp::And => self.graph.if_else(condition, failure, nothing),
            BoolOp::Or => self.graph.if_else(condition, nothing, failure),
        };
        self.fail(failure);
        Ok(match op {
            BoolOp::And => self.graph.and(condition, rest),
            BoolOp::Or => self.graph.or(condition, rest),
        })
    }

    /// `a and b` and `a or b` are one of their operands.
    fn operand(&mut self, operation: &'a ExprBoolOp, values: &'a [Expr]) -> Lowered {
        let Some((first, others)) = values.split_first() else { return Err(Reported) };
        let value = self.expression(first)?;
        if others.is_empty() {
            return Ok(value);
        }
        let truth = cpython::value::truth(&mut self.graph, value);
        // Of what is true, nothing is left to be `None`.
        let known = self.graph.known(value);
        match operation.op {
            BoolOp::And => {
                let (rest, value) =
                    self.either(truth, |this| this.operand(operation, others), |_| Ok(value))?;
                self.choose(operation.range, truth, rest, value)
            }
            BoolOp::Or => {
                let (value, rest) =
                    self.either(truth, |_| Ok(known), |this| this.operand(operation, others))?;
                self.choose(operation.range, truth, value, rest)
            }
        }
    }

    /// `-x` and `+x`.
    fn sign(&mut self, place: TextRange, op: UnaryOp, value: Id) -> Lowered {
        let symbol = op.as_str();
        let reason = format!("TypeError: bad operand type for unary {symbol}: 'NoneType'");
        let value = self.required(value, &reason);
        if self.ty(value).kind == Kind::Never {
            return Ok(self.graph.unreachable());
        }
        if !cpython::number::is_number(&self.graph, value) {
            let message = format!("`{symbol}` of a `{}`", spelled(self.ty(value)));
            return Err(self.mismatch(place, message, "Convert it with `int(…)` or `float(…)` first."));
        }
        let fallible = match op {
            UnaryOp::USub => cpython::number::negate(&mut self.graph, value),
            _ if cpython::number::is_integral(&self.graph, value) => {
                cpython::number::truncate(&mut self.graph, value)
            }
            _ => return Ok(value),
        };
        Ok(self.take(fallible))
    }

    /// `[a, *b]`.
    fn list(&mut self, place: TextRange, items: &'a [Expr]) -> Lowered {
        let mut parts = Vec::new();
        let mut single = Vec::new();
        for item in items {
            if let Expr::Starred(starred) = item {
                parts.push(self.array(place, std::mem::take(&mut single))?);
                parts.push(self.expression(&starred.value)?);
            } else {
                single.push(self.expression(item)?);
            }
        }
        let last = self.array(place, single)?;
        if parts.is_empty() {
            return Ok(last);
        }
        parts.push(last);
        self.chained(place, &parts)
    }

    /// A list of these elements, which have types that join.
    pub(super) fn array(&mut self, place: TextRange, items: Vec<Id>) -> Lowered {
        let mut item = Type::of(Kind::Never);
        for id in &items {
            let found = self.ty(*id).clone();
            item = match item.join(&found) {
                Some(joined) => joined,
                None => {
                    let what = format!("a list of `{}` and `{}`", spelled(&item), spelled(&found));
                    return Err(self.refuse(place, what, "Convert them to one type."));
                }
            };
        }
        if matches!(item.kind, Kind::Array(_)) && item.is_optional() {
            return Err(self.refuse(place, "a list of lists that may be `None`", "Use empty lists."));
        }
        let items = items
            .into_iter()
            .map(|id| crate::migration::javascript::array::conform(&mut self.graph, id, &item))
            .collect();
        Ok(self.graph.intern(Node::Array(items), Type::of(Kind::Array(Box::new(item)))))
    }

    /// Lists after each other, whose elements have types that join.
    pub(super) fn chained(&mut self, place: TextRange, parts: &[Id]) -> Lowered {
        let mut item = Type::of(Kind::Never);
        let mut known = Vec::new();
        for part in parts {
            let part =
                self.required(*part, "TypeError: can only concatenate list (not \"NoneType\") to list");
            if !self.is_list(part) {
                let message = format!("a `{}` has no elements", spelled(self.ty(part)));
                return Err(self.mismatch(place, message, "Use a list."));
            }
            let found = self.graph.item_type(part);
            let joined = item.join(&found);
            let same = matches!(&joined, Some(joined) if joined.kind == found.kind || found.kind == Kind::Never || !matches!(found.kind, Kind::Object(_)));
            item = match joined {
                Some(joined) if same => joined,
                _ => {
                    let what = format!("a list of `{}` and `{}`", spelled(&item), spelled(&found));
                    return Err(self.refuse(place, what, "Convert them to one type."));
                }
            };
            known.push(part);
        }
        Ok(self.graph.chain(&known))
    }

    pub(super) fn is_list(&self, id: Id) -> bool {
        matches!(self.ty(id).kind, Kind::Array(_)) && !self.ty(id).is_optional()
    }

    /// Whether a value is the same for all rows.
    pub(super) fn is_constant(&self, id: Id) -> bool {
        matches!(
            self.graph.node(id),
            Node::Text(_) | Node::BigInt(_) | Node::Number(_) | Node::Boolean(_) | Node::Nothing(_)
        )
    }

    pub(super) fn concatenated(&mut self, parts: &[Id]) -> Id {
        self.graph.apply(Function::Concatenate, parts)
    }
}

/// Whether a comparison asks whether something is `None`.
pub(super) fn is_identity(op: CmpOp) -> bool {
    matches!(op, CmpOp::Is | CmpOp::IsNot)
}

fn describe(expression: &Expr) -> (&'static str, &'static str) {
    match expression {
        Expr::Generator(_) => {
            ("a generator as a value", "Use it in `any`, `all`, `sum`, `min`, `max`, `join` or `list`.")
        }
        Expr::SetComp(_) | Expr::DictComp(_) => ("a set or dictionary that is made of rows", "Use a list."),
        Expr::Named(_) => ("`:=`", "Assign the name before."),
        Expr::Await(_) => ("`await`", "A migration is a plain function."),
        Expr::Yield(_) | Expr::YieldFrom(_) => ("`yield`", "A migration returns one row."),
        Expr::BytesLiteral(_) => ("bytes", "Use `str`."),
        Expr::Starred(_) => ("`*` here", "Write the elements out."),
        _ => ("this expression", "Use fields, arithmetic, methods and conditions."),
    }
}
