//! `+`, `-`, `*`, `/`, `//`, `%`, `**` on numbers, texts, lists, dates and time spans.

use ruff_python_ast::Operator;
use ruff_text_size::TextRange;

use super::{Id, Lowered, Lowering, Reported, Value, spelled};
use crate::migration::{
    cpython::{self, number::Operation},
    ir::{Function, MAX_REPEAT},
    types::Kind,
};

impl<'a> Lowering<'a> {
    /// `left op right`.
    pub(super) fn binary(
        &mut self,
        place: TextRange,
        op: Operator,
        left: Value<'a>,
        right: Value<'a>,
    ) -> Result<Value<'a>, Reported> {
        if matches!(left, Value::Span(_)) || matches!(right, Value::Span(_)) {
            return self.with_span(place, op, left, right);
        }
        let (a, b) = (self.node(place, left)?, self.node(place, right)?);
        if op == Operator::Sub && self.ty(a).kind == Kind::Date && self.ty(b).kind == Kind::Date {
            let (a, b) = self.both_there(op, a, b);
            let (a, b) = (self.milliseconds(a), self.milliseconds(b));
            return Ok(Value::Span(self.graph.apply(Function::Subtract, &[a, b])));
        }
        if op == Operator::Add && self.is_list(a) && self.is_list(b) {
            return self.chained(place, &[a, b]).map(Value::List);
        }
        self.operation(place, op, a, b).map(Value::Node)
    }

    /// Both operands where they are there; where one is `None`, the row fails as in Python.
    fn both_there(&mut self, op: Operator, a: Id, b: Id) -> (Id, Id) {
        let symbol = if op == Operator::Pow { "** or pow()" } else { op.as_str() };
        let (a_optional, b_optional) = (self.ty(a).is_optional(), self.ty(b).is_optional());
        if !a_optional && !b_optional {
            return (a, b);
        }
        self.sometimes(a);
        self.sometimes(b);
        let name = |this: &mut Self, id: Id| {
            let (known, nothing) = (this.type_name(id), this.graph.text("NoneType"));
            let known = this.graph.text(known);
            let absent = this.graph.is_nothing(id);
            this.graph.if_else(absent, nothing, known)
        };
        let (left, right) = (name(self, a), name(self, b));
        let (start, middle, end) = (
            self.graph.text(&format!("TypeError: unsupported operand type(s) for {symbol}: '")),
            self.graph.text("' and '"),
            self.graph.text("'"),
        );
        let mut reason = self.concatenated(&[start, left, middle, right, end]);
        if op == Operator::Add && self.ty(a).kind.is_text() {
            let concatenation =
                self.graph.text("TypeError: can only concatenate str (not \"NoneType\") to str");
            let absent = self.graph.is_nothing(a);
            reason = self.graph.if_else(absent, reason, concatenation);
        }
        let (a_absent, b_absent) = (self.graph.is_nothing(a), self.graph.is_nothing(b));
        let absent = self.graph.or(a_absent, b_absent);
        let failure = self.graph.failure_if(absent, reason);
        self.fail(failure);
        (self.graph.known(a), self.graph.known(b))
    }

    fn operation(&mut self, place: TextRange, op: Operator, a: Id, b: Id) -> Lowered {
        let (a, b) = self.both_there(op, a, b);
        let (a_kind, b_kind) = (self.ty(a).kind.clone(), self.ty(b).kind.clone());
        if a_kind == Kind::Never || b_kind == Kind::Never {
            return Ok(self.graph.unreachable());
        }
        if op == Operator::Add && a_kind.is_text() && b_kind.is_text() {
            return Ok(self.concatenated(&[a, b]));
        }
        if op == Operator::Mult && a_kind.is_text() && b_kind == Kind::BigInt {
            return self.repeat(place, a, b);
        }
        if op == Operator::Mod && a_kind.is_text() {
            return Err(self.refuse(place, "formatting with `%`", "Use an f-string."));
        }
        let is_number = |id| cpython::number::is_number(&self.graph, id);
        if !is_number(a) || !is_number(b) {
            let (a, b) = (spelled(self.ty(a)), spelled(self.ty(b)));
            let message = format!("`{}` of `{a}` and `{b}`", op.as_str());
            return Err(self.mismatch(
                place,
                message,
                "Convert one of them with `str(…)`, `int(…)` or `float(…)`.",
            ));
        }
        let operation = match op {
            Operator::Add => Operation::Add,
            Operator::Sub => Operation::Subtract,
            Operator::Mult => Operation::Multiply,
            Operator::Div => Operation::Divide,
            Operator::FloorDiv => Operation::FloorDivide,
            Operator::Mod => Operation::Remainder,
            Operator::Pow => return self.power(place, a, b),
            other => {
                let what = format!("`{}`", other.as_str());
                return Err(self.refuse(place, what, "Use arithmetic."));
            }
        };
        let divides = matches!(operation, Operation::Divide | Operation::FloorDivide | Operation::Remainder);
        if divides && (self.is_blended(a) || self.is_blended(b)) {
            let help = "Convert it with `float(…)` first.";
            return Err(self.refuse(
                place,
                "division of what is sometimes an `int` and sometimes a `float`",
                help,
            ));
        }
        let result = cpython::number::operation(&mut self.graph, operation, a, b);
        Ok(self.take(result))
    }

    /// `text * count`.
    fn repeat(&mut self, place: TextRange, text: Id, count: Id) -> Lowered {
        match self.graph.as_big_int(count) {
            Some(count) if count <= MAX_REPEAT as i64 => {
                let count = self.graph.number(count.max(0) as f64);
                Ok(self.graph.apply(Function::Repeat, &[text, count]))
            }
            _ => Err(self.refuse(
                place,
                "a text repeated by a count that is not constant",
                "Use `ljust` or `rjust`.",
            )),
        }
    }

    /// `x ** n`, for a small constant `n` and integers.
    fn power(&mut self, place: TextRange, base: Id, exponent: Id) -> Lowered {
        let count = self.graph.as_big_int(exponent).filter(|count| (1..=18).contains(count));
        let Some(count) = count.filter(|_| cpython::number::is_integral(&self.graph, base)) else {
            let help = "Multiply, or write the constant out.";
            return Err(self.refuse(place, "this power", help));
        };
        let mut value = cpython::number::to_integer(&mut self.graph, base);
        let base = value;
        for _ in 1..count {
            let result = cpython::number::operation(&mut self.graph, Operation::Multiply, value, base);
            value = self.take(result);
        }
        Ok(value)
    }

    /// A date as milliseconds since 1970.
    pub(super) fn milliseconds(&mut self, date: Id) -> Id {
        self.graph.apply(Function::DateToNumber, &[date])
    }

    /// An operation with a time span.
    fn with_span(
        &mut self,
        place: TextRange,
        op: Operator,
        left: Value<'a>,
        right: Value<'a>,
    ) -> Result<Value<'a>, Reported> {
        let help = "Add it to a `datetime`, or use its `.total_seconds()`.";
        match (left, op, right) {
            (Value::Span(a), Operator::Add | Operator::Sub, Value::Span(b)) => {
                let function = if op == Operator::Add { Function::Add } else { Function::Subtract };
                Ok(Value::Span(self.graph.apply(function, &[a, b])))
            }
            (Value::Span(a), Operator::Div, Value::Span(b)) => {
                // Both are whole milliseconds, so the quotient is the nearest double to the exact one.
                let is_zero = self.graph.number(0.0);
                let is_zero = self.graph.equal(b, is_zero);
                let reason = self.graph.text("ZeroDivisionError: division by zero");
                let failure = self.graph.failure_if(is_zero, reason);
                self.fail(failure);
                Ok(Value::Node(self.graph.apply(Function::Divide, &[a, b])))
            }
            (Value::Span(span), Operator::Add, Value::Node(date))
            | (Value::Node(date), Operator::Add, Value::Span(span))
                if self.ty(date).kind == Kind::Date =>
            {
                let date = self.required(
                    date,
                    "TypeError: unsupported operand type(s) for +: 'NoneType' and 'datetime.timedelta'",
                );
                let later = cpython::date::later(&mut self.graph, date, span);
                Ok(Value::Node(self.take(later)))
            }
            (Value::Node(date), Operator::Sub, Value::Span(span)) if self.ty(date).kind == Kind::Date => {
                let date = self.required(
                    date,
                    "TypeError: unsupported operand type(s) for -: 'NoneType' and 'datetime.timedelta'",
                );
                let back = match self.graph.as_number(span) {
                    Some(span) => self.graph.number(0.0 - span),
                    None => self.graph.apply(Function::Negate, &[span]),
                };
                let earlier = cpython::date::later(&mut self.graph, date, back);
                Ok(Value::Node(self.take(earlier)))
            }
            _ => Err(self.refuse(place, format!("`{}` with a time span", op.as_str()), help)),
        }
    }
}
