//! Comparisons, chained ones too, `is`, and `in`.

use ruff_python_ast::{CmpOp, Expr, ExprCompare};
use ruff_text_size::TextRange;

use super::{Id, Lowered, Lowering, Value, expressions::is_identity, spelled};
use crate::migration::{
    cpython,
    ir::{Each, Function, Node},
    types::Kind,
};

impl<'a> Lowering<'a> {
    /// `a < b <= c`: each value once, and no further than to the first that does not hold.
    pub(super) fn compare(&mut self, compare: &'a ExprCompare) -> Lowered {
        let left = self.peeked(&compare.left)?;
        self.compare_rest(compare, left, 0)
    }

    fn compare_rest(&mut self, compare: &'a ExprCompare, left: Value<'a>, position: usize) -> Lowered {
        let (Some(op), Some(right)) = (compare.ops.get(position), compare.comparators.get(position)) else {
            return Ok(self.graph.boolean(true));
        };
        let value = self.peeked(right)?;
        let condition = self.comparison(compare.range, *op, left, value.clone())?;
        if position + 1 == compare.ops.len() || self.graph.as_boolean(condition) == Some(false) {
            return Ok(condition);
        }
        let (rest, failure) = self.isolated(|this| {
            this.assuming(condition, true, |this| this.compare_rest(compare, value, position + 1))
        });
        let rest = rest?;
        let nothing = self.graph.null();
        let failure = self.graph.if_else(condition, failure, nothing);
        self.fail(failure);
        Ok(self.graph.and(condition, rest))
    }

    /// A value that is only looked at: a list stays with its name.
    pub(super) fn peeked(&mut self, expression: &'a Expr) -> Result<Value<'a>, super::Reported> {
        if let Expr::Name(name) = expression
            && let Some(Value::List(list)) = self.names.get(name.id.as_str())
        {
            return Ok(Value::Node(*list));
        }
        Ok(match self.value(expression)? {
            Value::List(list) => Value::Node(list),
            other => other,
        })
    }

    fn comparison(&mut self, place: TextRange, op: CmpOp, left: Value<'a>, right: Value<'a>) -> Lowered {
        match op {
            CmpOp::In => self.contains(place, left, right),
            CmpOp::NotIn => {
                let contains = self.contains(place, left, right)?;
                Ok(self.graph.not(contains))
            }
            _ if is_identity(op) && matches!(left, Value::Match(_)) => {
                let (Value::Match(found), right) = (left, self.node(place, right)?) else {
                    return Err(super::Reported);
                };
                if !matches!(self.graph.node(right), Node::Nothing(_)) {
                    return Err(self.refuse(place, "this `is`", "Compare with `None`."));
                }
                Ok(if op == CmpOp::Is { self.graph.not(found.found) } else { found.found })
            }
            _ if is_identity(op) => {
                let (a, b) = (self.node(place, left)?, self.node(place, right)?);
                let same = self.identical(place, a, b)?;
                Ok(if op == CmpOp::Is { same } else { self.graph.not(same) })
            }
            CmpOp::Eq | CmpOp::NotEq => {
                let same = match (left, right) {
                    (Value::Span(a), Value::Span(b)) => self.graph.equal(a, b),
                    (left, right) => {
                        let (a, b) = (self.node(place, left)?, self.node(place, right)?);
                        self.equal(place, a, b)?
                    }
                };
                Ok(if op == CmpOp::Eq { same } else { self.graph.not(same) })
            }
            CmpOp::Lt => self.order(place, op, Function::Less, left, right, false),
            CmpOp::LtE => self.order(place, op, Function::LessOrEqual, left, right, false),
            CmpOp::Gt => self.order(place, op, Function::Less, left, right, true),
            CmpOp::GtE => self.order(place, op, Function::LessOrEqual, left, right, true),
            CmpOp::Is | CmpOp::IsNot => Err(super::Reported),
        }
    }

    /// `a is None`, or with `True` and `False`.
    fn identical(&mut self, place: TextRange, a: Id, b: Id) -> Lowered {
        let nothing = |this: &Self, id: Id| matches!(this.graph.node(id), Node::Nothing(_));
        let truth = |this: &Self, id: Id| this.graph.as_boolean(id).is_some();
        if nothing(self, b) {
            return Ok(self.graph.is_nothing(a));
        }
        if nothing(self, a) {
            return Ok(self.graph.is_nothing(b));
        }
        let both_booleans = [a, b].iter().all(|id| self.ty(*id).kind == Kind::Boolean);
        if both_booleans && (truth(self, a) || truth(self, b)) {
            return self.equal(place, a, b);
        }
        Err(self.refuse(place, "`is` with anything but `None`", "Write `==`."))
    }

    pub(super) fn equal(&mut self, place: TextRange, a: Id, b: Id) -> Lowered {
        match cpython::value::equal(&mut self.graph, a, b) {
            Some(equal) => Ok(self.take(equal)),
            None => {
                let is_empty = |this: &Self, id: Id| matches!(this.graph.node(id), Node::Array(items) if items.is_empty());
                for (array, other) in [(a, b), (b, a)] {
                    if self.is_list(array) && is_empty(self, other) {
                        let truth = cpython::value::truth(&mut self.graph, array);
                        return Ok(self.graph.not(truth));
                    }
                }
                Err(self.refuse(place, "a comparison of lists or records", "Compare their parts."))
            }
        }
    }

    /// `a < b`, or with the sides exchanged.
    fn order(
        &mut self,
        place: TextRange,
        op: CmpOp,
        function: Function,
        left: Value<'a>,
        right: Value<'a>,
        exchanged: bool,
    ) -> Lowered {
        if let (Value::Span(a), Value::Span(b)) = (&left, &right) {
            let (a, b) = if exchanged { (*b, *a) } else { (*a, *b) };
            return Ok(self.graph.apply(function, &[a, b]));
        }
        let (a, b) = (self.node(place, left)?, self.node(place, right)?);
        let symbol = op.as_str();
        let name = |this: &mut Self, id: Id| {
            let (known, nothing) = (this.type_name(id), this.graph.text("NoneType"));
            let known = this.graph.text(known);
            let absent = this.graph.is_nothing(id);
            this.graph.if_else(absent, nothing, known)
        };
        self.sometimes(a);
        self.sometimes(b);
        let (a_absent, b_absent) = (self.graph.is_nothing(a), self.graph.is_nothing(b));
        let absent = self.graph.or(a_absent, b_absent);
        let (left, right) = (name(self, a), name(self, b));
        let (start, middle, end) = (
            self.graph.text(&format!("TypeError: '{symbol}' not supported between instances of '")),
            self.graph.text("' and '"),
            self.graph.text("'"),
        );
        let reason = self.concatenated(&[start, left, middle, right, end]);
        let failure = self.graph.failure_if(absent, reason);
        self.fail(failure);
        let (a, b) = (self.graph.known(a), self.graph.known(b));
        let (a, b) = if exchanged { (b, a) } else { (a, b) };
        let (a_kind, b_kind) = (self.ty(a).kind.clone(), self.ty(b).kind.clone());
        let result = match (&a_kind, &b_kind) {
            (Kind::Never, _) | (_, Kind::Never) => return Ok(self.graph.unreachable()),
            (a_kind, b_kind) if a_kind.is_text() && b_kind.is_text() => {
                return Ok(self.text_order(function, a, b));
            }
            (Kind::Date, Kind::Date) => {
                let (a, b) = (self.milliseconds(a), self.milliseconds(b));
                return Ok(self.graph.apply(function, &[a, b]));
            }
            _ if [a, b].iter().all(|id| cpython::number::is_number(&self.graph, *id)) => {
                cpython::number::order(&mut self.graph, function, a, b)
            }
            _ => {
                let (a, b) = (spelled(self.ty(a)), spelled(self.ty(b)));
                let message = format!("`{symbol}` of `{a}` and `{b}`");
                return Err(self.mismatch(
                    place,
                    message,
                    "Convert one of them, so that both have one type.",
                ));
            }
        };
        Ok(self.take(result))
    }

    /// The order of texts by their characters is that of their bytes in the database.
    fn text_order(&mut self, function: Function, a: Id, b: Id) -> Id {
        self.graph.apply(function, &[a, b])
    }

    /// `x in container`.
    fn contains(&mut self, place: TextRange, x: Value<'a>, container: Value<'a>) -> Lowered {
        match container {
            Value::Tuple(items) => self.one_of(place, x, items),
            Value::Table(entries) => {
                let keys = entries.iter().map(|(key, _)| Value::Node(*key)).collect();
                self.one_of(place, x, keys)
            }
            Value::Node(container) | Value::List(container) => {
                let x = self.node(place, x)?;
                let container =
                    self.required(container, "TypeError: argument of type 'NoneType' is not iterable");
                match self.ty(container).kind.clone() {
                    Kind::Never => Ok(self.graph.unreachable()),
                    Kind::Array(_) => {
                        if let Node::Array(items) = self.graph.node(container).clone() {
                            return self.one_of(
                                place,
                                Value::Node(x),
                                items.into_iter().map(Value::Node).collect(),
                            );
                        }
                        let item = self.graph.item_type(container);
                        let is_plain = item.kind == self.ty(x).kind
                            && matches!(item.kind, Kind::Text | Kind::BigInt)
                            && !item.is_optional()
                            && !self.ty(x).is_optional();
                        if is_plain
                            || (item.kind == Kind::Text
                                && self.ty(x).kind.is_text()
                                && !item.is_optional()
                                && !self.ty(x).is_optional())
                        {
                            return Ok(self.graph.apply(Function::ArrayIncludes, &[container, x]));
                        }
                        // A NaN is in a list that holds the very same object.
                        let is_float = item.kind == Kind::Number;
                        let is_enum = matches!(item.kind, Kind::Integers(_));
                        let (element, position) =
                            (self.graph.element_of(container, item), self.graph.position());
                        if is_float {
                            return Err(self.refuse(
                                place,
                                "`in` of a list of `float`",
                                "Compare with `any(…)`.",
                            ));
                        }
                        let element_value =
                            if is_enum { cpython::number::loaded(&mut self.graph, element) } else { element };
                        let (same, failure) = self.isolated(|this| this.equal(place, element_value, x));
                        let same = same?;
                        if failure != self.graph.null() {
                            return Err(self.refuse(place, "this `in`", "Convert both sides to one type."));
                        }
                        Ok(self.graph.each(Each::Exists, container, (element, position), same))
                    }
                    kind if kind.is_text() => {
                        let reason = "TypeError: 'in <string>' requires string as left operand, not NoneType";
                        let x = self.required(x, reason);
                        if !self.ty(x).kind.is_text() {
                            let message = format!("`in` of a `{}` and a `str`", spelled(self.ty(x)));
                            return Err(self.mismatch(place, message, "Convert it with `str(…)`."));
                        }
                        Ok(self.graph.apply(Function::Contains, &[container, x]))
                    }
                    _ => {
                        let what = format!("`in` of a `{}`", spelled(self.ty(container)));
                        Err(self.refuse(place, what, "Use a list, a text or constants."))
                    }
                }
            }
            other => {
                self.node(place, other)?;
                Err(self.refuse(place, "this `in`", "Use a list, a text or constants."))
            }
        }
    }

    /// Whether a value is one of several.
    fn one_of(&mut self, place: TextRange, x: Value<'a>, items: Vec<Value<'a>>) -> Lowered {
        let x = self.node(place, x)?;
        let known = self.graph.known(x);
        let mut words = std::collections::BTreeSet::new();
        let mut found = self.graph.boolean(false);
        for item in items {
            let item = self.node(place, item)?;
            match self.graph.as_text(item) {
                Some(word) if self.ty(x).kind.is_text() => {
                    words.insert(word.to_owned());
                }
                _ => {
                    let same = self.equal(place, x, item)?;
                    found = self.graph.or(found, same);
                }
            }
        }
        if words.is_empty() {
            return Ok(found);
        }
        let there = self.graph.is_there(x);
        let is_word = self.graph.one_of(known, &words);
        let is_word = self.graph.and(there, is_word);
        Ok(self.graph.or(is_word, found))
    }
}
