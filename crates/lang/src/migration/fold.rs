//! Constant results, and what follows about a value from how it was made.

use super::ir::{Each, Function, Graph, Id, Node, Role};

impl Graph {
    /// The constant result of constant arguments, for the functions where Rust's arithmetic is
    /// the same IEEE arithmetic.
    pub(super) fn fold(&mut self, function: &Function, args: &[Id]) -> Option<Id> {
        if let (Function::IsNaN, [value]) = (function, args)
            && let Some(decided) = self.is_nan(*value)
        {
            return Some(decided);
        }
        match (function, args) {
            // A date is a number again and again.
            (Function::NumberToDate, [value]) => {
                if let Node::Apply(Function::DateToNumber, inner) = self.node(*value) {
                    return Some(inner[0]);
                }
            }
            (Function::DateToNumber, [value]) => {
                if let Node::Apply(Function::NumberToDate, inner) = self.node(*value) {
                    return Some(inner[0]);
                }
                if let Node::If(condition, a, b) = *self.node(*value) {
                    let a = self.apply(Function::DateToNumber, &[a]);
                    let b = self.apply(Function::DateToNumber, &[b]);
                    return Some(self.if_else(condition, a, b));
                }
            }
            // A count is one again.
            (Function::IntegerToNumber, [value]) => {
                if let Node::Apply(Function::CountToInteger, inner) = self.node(*value) {
                    return Some(inner[0]);
                }
            }
            (Function::Floor | Function::Ceil | Function::Truncate, [value]) if self.is_whole(*value) => {
                return Some(*value);
            }
            // `x + -1` reads better as `x - 1`, and is the same.
            (Function::Add, [a, b]) => {
                if let (None, Some(constant)) = (self.as_number(*a), self.as_number(*b))
                    && constant < 0.0
                {
                    let constant = self.number(-constant);
                    return Some(self.apply(Function::Subtract, &[*a, constant]));
                }
            }
            _ => {}
        }
        let integers: Option<Vec<i64>> = args.iter().map(|arg| self.as_big_int(*arg)).collect();
        if let Some(folded) = integers.and_then(|integers| self.fold_integers(function, &integers)) {
            return Some(folded);
        }
        let numbers: Option<Vec<f64>> = args.iter().map(|arg| self.as_number(*arg)).collect();
        let result = match (function, numbers?.as_slice()) {
            (Function::Add, [a, b]) => a + b,
            (Function::Subtract, [a, b]) => a - b,
            (Function::Multiply, [a, b]) => a * b,
            (Function::Divide, [a, b]) => a / b,
            (Function::Negate, [a]) => -a,
            (Function::Floor, [a]) => a.floor(),
            (Function::Ceil, [a]) => a.ceil(),
            (Function::Truncate, [a]) => a.trunc(),
            (Function::Absolute, [a]) => a.abs(),
            (Function::TimeClip, [a]) if a.abs() <= 8.64e15 => a.trunc() + 0.0,
            (Function::TimeClip, [_]) => f64::NAN,
            (Function::CountToInteger, [a]) => return Some(self.big_int(*a as i64)),
            (Function::Less, [a, b]) => return Some(self.boolean(a < b)),
            (Function::LessOrEqual, [a, b]) => return Some(self.boolean(a <= b)),
            (Function::IsFinite, [a]) => {
                let is_finite = a.is_finite();
                return Some(self.boolean(is_finite));
            }
            _ => return None,
        };
        Some(self.number(result))
    }

    /// The same for integers.
    fn fold_integers(&mut self, function: &Function, args: &[i64]) -> Option<Id> {
        Some(match (function, args) {
            (Function::Less, [a, b]) => self.boolean(a < b),
            (Function::LessOrEqual, [a, b]) => self.boolean(a <= b),
            (Function::IntegerToNumber, [a]) => self.number(*a as f64),
            (Function::IntegerToText, [a]) => self.text(&a.to_string()),
            _ => return None,
        })
    }

    /// Whether a number is NaN, where that follows from how it was made.
    fn is_nan(&mut self, x: Id) -> Option<Id> {
        match self.node(x).clone() {
            Node::Number(bits) => Some(self.boolean(bits.value().is_nan())),
            Node::If(condition, a, b) => {
                let (a, b) = (self.is_nan(a)?, self.is_nan(b)?);
                Some(self.if_else(condition, a, b))
            }
            Node::Apply(Function::TimeClip, args) => {
                let limit = self.number(8.64e15);
                let size = self.apply(Function::Absolute, &args);
                let is_valid = self.apply(Function::LessOrEqual, &[size, limit]);
                Some(self.not(is_valid))
            }
            Node::Apply(Function::DateToNumber, args) if self.is_stored_date(args[0]) => {
                Some(self.boolean(false))
            }
            _ if self.is_count(x) => Some(self.boolean(false)),
            _ => None,
        }
    }

    /// Whether a number is a count, or a sum or difference of counts: whole, finite and small.
    fn is_count(&self, x: Id) -> bool {
        match self.node(x) {
            Node::Number(bits) => bits.value().fract() == 0.0 && bits.value().abs() < 1e9,
            Node::If(_, a, b) => self.is_count(*a) && self.is_count(*b),
            Node::Parameter(parameter) => parameter.role == Role::Position,
            Node::Apply(Function::Add | Function::Subtract, args) => {
                args.iter().all(|arg| self.is_count(*arg))
            }
            Node::Apply(
                Function::CharacterCount
                | Function::Bits(_)
                | Function::CodeUnit
                | Function::AstralCount
                | Function::ArrayLength
                | Function::DatePart(_),
                _,
            ) => true,
            _ => false,
        }
    }

    /// Whether a number never has a fraction.
    pub(super) fn is_whole(&self, x: Id) -> bool {
        match self.node(x) {
            Node::Number(bits) => bits.value().fract() == 0.0,
            Node::If(_, a, b) => self.is_whole(*a) && self.is_whole(*b),
            Node::Apply(
                Function::Floor
                | Function::Ceil
                | Function::Truncate
                | Function::Bits(_)
                | Function::DateToNumber
                | Function::TimeClip,
                _,
            ) => true,
            Node::Apply(Function::Add | Function::Subtract | Function::Multiply, args) => {
                args.iter().all(|arg| self.is_whole(*arg))
            }
            _ => self.is_count(x),
        }
    }

    /// Whether a date comes straight from a column or a parsed text, so that it is valid and
    /// within the range of storage.
    pub(super) fn is_stored_date(&self, date: Id) -> bool {
        match self.node(date) {
            Node::Apply(Function::TextToDate, _) => true,
            Node::Apply(Function::Element, args) => self.is_stored(args[0]),
            _ => self.is_stored(date),
        }
    }

    /// Whether a value is a column or a part of one, in the form in which it is stored.
    pub(super) fn is_stored(&self, value: Id) -> bool {
        match self.node(value) {
            Node::Column(_)
            | Node::Apply(Function::Migration(_) | Function::Narrow(_) | Function::Written(_), _) => true,
            Node::Parameter(parameter) => parameter.role == Role::StoredElement,
            Node::Each { how: Each::Filter | Each::Ascending | Each::Descending, array, .. } => {
                self.is_stored(*array)
            }
            Node::Apply(Function::Slice | Function::Reverse, args) => self.is_stored(args[0]),
            Node::Field(inner, _) | Node::Known(inner) => self.is_stored(*inner),
            Node::Apply(Function::Element, args) => self.is_stored(args[0]),
            _ => false,
        }
    }
}
