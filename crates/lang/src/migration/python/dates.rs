//! `datetime` and `timedelta`.
//!
//! A date of a row is an instant in UTC, with its zone: what `datetime.fromtimestamp(…, tz=timezone.utc)`
//! makes.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, Reported, Value, last_name};
use crate::migration::{cpython, ir::Function, javascript::date::remote_failure, types::Kind};

impl<'a> Lowering<'a> {
    pub(super) fn date_method(
        &mut self,
        call: &'a ExprCall,
        place: TextRange,
        date: Id,
        name: &str,
    ) -> Lowered {
        if !self.graph.is_stored_date(date) {
            let failure = remote_failure(&mut self.graph, date);
            self.fail(failure);
        }
        if name == "strftime" {
            let format = self.only_argument(call)?;
            return self.strftime(place, date, format);
        }
        if !call.arguments.is_empty() {
            let what = format!("`.{name}()` with these arguments");
            return Err(self.refuse(place, what, "Use it without arguments."));
        }
        match name {
            "timestamp" => Ok(cpython::date::timestamp(&mut self.graph, date)),
            "isoformat" => Ok(cpython::date::iso_text(&mut self.graph, date)),
            "weekday" => Ok(cpython::date::weekday(&mut self.graph, date)),
            "isoweekday" => {
                let weekday = cpython::date::weekday(&mut self.graph, date);
                let one = self.graph.big_int(1);
                let sum = cpython::number::operation(
                    &mut self.graph,
                    cpython::number::Operation::Add,
                    weekday,
                    one,
                );
                Ok(self.take(sum))
            }
            _ => Err(self.refuse(place, format!("`.{name}()` of a `datetime`"), "Use its parts.")),
        }
    }

    /// `strftime`, for the directives that are the same everywhere.
    fn strftime(&mut self, place: TextRange, date: Id, format: Id) -> Lowered {
        let Some(format) = self.graph.as_text(format).map(str::to_owned) else {
            return Err(self.refuse(place, "a format that is computed", "Write the format out."));
        };
        let text = self.graph.apply(Function::DateToText, &[date]);
        let mut parts = Vec::new();
        let mut characters = format.chars();
        while let Some(character) = characters.next() {
            if character != '%' {
                parts.push(self.graph.text(&character.to_string()));
                continue;
            }
            // Where each part is in `2013-01-01T10:00:00.000Z`.
            let pieces: &[(u8, u8)] = match characters.next() {
                Some('Y') => &[(0, 4)],
                Some('m') => &[(5, 2)],
                Some('d') => &[(8, 2)],
                Some('H') => &[(11, 2)],
                Some('M') => &[(14, 2)],
                Some('S') => &[(17, 2)],
                Some('F') => &[(0, 10)],
                Some('T') => &[(11, 8)],
                Some('%') => {
                    parts.push(self.graph.text("%"));
                    continue;
                }
                _ => {
                    let help = "Use %Y, %m, %d, %H, %M, %S, %F and %T.";
                    return Err(self.refuse(place, "this format of a date", help));
                }
            };
            for (start, length) in pieces {
                let (start, length) =
                    (self.graph.number(f64::from(*start)), self.graph.number(f64::from(*length)));
                parts.push(self.graph.apply(Function::Substring, &[text, start, length]));
            }
        }
        Ok(self.concatenated(&parts))
    }

    /// `datetime.fromtimestamp(seconds, tz=timezone.utc)`, of whole seconds, or of whole milliseconds
    /// that are divided by 1000.
    pub(super) fn datetime_function(&mut self, call: &'a ExprCall, name: &str) -> Lowered {
        let place = call.range();
        if name != "fromtimestamp" {
            let help = "A migration gives the same row whenever it runs; take the time from a field.";
            return Err(self.refuse(place, format!("`datetime.{name}()`"), help));
        }
        let (time, zone) = match (&*call.arguments.args, &*call.arguments.keywords) {
            ([time, zone], []) => (time, zone),
            ([time], [zone]) if zone.arg.as_ref().is_some_and(|name| name == "tz") => (time, &zone.value),
            _ => {
                let help = "Say in which zone: `datetime.fromtimestamp(seconds, tz=timezone.utc)`.";
                return Err(self.refuse(place, "a local time", help));
            }
        };
        if !matches!(last_name(zone), Some("utc" | "UTC")) {
            return Err(self.refuse(place, "another zone than UTC", "Use `timezone.utc`."));
        }
        let (number, scale) = match time {
            Expr::BinOp(quotient) if quotient.op == ruff_python_ast::Operator::Div => {
                let by = self.expression(&quotient.right)?;
                let is_thousand =
                    self.graph.as_big_int(by) == Some(1000) || self.graph.as_number(by) == Some(1000.0);
                if !is_thousand {
                    return Err(self.refuse(
                        place,
                        "a date from this number",
                        "Divide milliseconds by 1000.",
                    ));
                }
                (self.expression(&quotient.left)?, 1.0)
            }
            other => (self.expression(other)?, 1000.0),
        };
        let number =
            self.required(number, "TypeError: 'NoneType' object cannot be interpreted as an integer");
        if self.ty(number).kind != Kind::BigInt {
            let help = "Give it an `int` of seconds, or of milliseconds divided by 1000.";
            return Err(self.refuse(place, "a date from a `float`", help));
        }
        let number = self.graph.apply(Function::IntegerToNumber, &[number]);
        let scale = self.graph.number(scale);
        let milliseconds = self.graph.apply(Function::Multiply, &[number, scale]);
        // Up to here, seconds as a double are nearer to the millisecond than half a microsecond.
        let limit = self.graph.number(4_000_000_000_000.0);
        let size = self.graph.apply(Function::Absolute, &[milliseconds]);
        let is_far = self.graph.apply(Function::Less, &[limit, size]);
        let reason = self.graph.text("the date is outside of the years 1900 to 2096");
        let failure = self.graph.failure_if(is_far, reason);
        self.fail(failure);
        let nothing = self.graph.number(0.0);
        let milliseconds = self.graph.if_else(is_far, nothing, milliseconds);
        let date = cpython::date::of_milliseconds(&mut self.graph, milliseconds);
        let failure = remote_failure(&mut self.graph, date);
        self.fail(failure);
        Ok(date)
    }

    /// `timedelta(days=…, hours=…, …)` of integers.
    pub(super) fn time_span(&mut self, call: &'a ExprCall) -> Result<Value<'a>, Reported> {
        let place = call.range();
        let mut parts = Vec::new();
        match &*call.arguments.args {
            [] => {}
            [days] => parts.push(("days", days)),
            _ => {
                return Err(self.refuse(
                    place,
                    "a `timedelta` by position",
                    "Name its parts: `timedelta(hours=1)`.",
                ));
            }
        }
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(name) => parts.push((name.as_str(), &keyword.value)),
                None => return Err(self.refuse(place, "`**` in a call", "Write the arguments out.")),
            }
        }
        let mut sum = self.graph.number(0.0);
        for (name, value) in parts {
            let scale = match name {
                "milliseconds" => 1.0,
                "seconds" => 1000.0,
                "minutes" => 60_000.0,
                "hours" => 3_600_000.0,
                "days" => cpython::date::DAY,
                "weeks" => 7.0 * cpython::date::DAY,
                _ => {
                    return Err(self.refuse(
                        place,
                        format!("`{name}` of a `timedelta`"),
                        "Use milliseconds.",
                    ));
                }
            };
            let value = self.expression(value)?;
            let reason = format!("TypeError: unsupported type for timedelta {name} component: NoneType");
            let value = self.required(value, &reason);
            if self.ty(value).kind != Kind::BigInt {
                return Err(self.refuse(place, "a `timedelta` of anything but `int`", "Use a smaller unit."));
            }
            let number = self.graph.apply(Function::IntegerToNumber, &[value]);
            let scale = self.graph.number(scale);
            let part = self.graph.apply(Function::Multiply, &[number, scale]);
            if self.graph.as_number(part).is_none() {
                // Python has limits of its own, and far below them whole milliseconds are doubles.
                let (size, limit) = (self.graph.apply(Function::Absolute, &[part]), self.graph.number(1e14));
                let is_far = self.graph.apply(Function::Less, &[limit, size]);
                let reason = self.graph.text("this time span is too large to be computed exactly");
                let failure = self.graph.failure_if(is_far, reason);
                self.fail(failure);
            }
            sum = self.graph.apply(Function::Add, &[part, sum]);
        }
        Ok(Value::Span(sum))
    }
}
