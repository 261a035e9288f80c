//! `value[…]`: elements, slices, fields by name, and what is looked up in constants.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprDict, ExprSlice, ExprSubscript};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, Reported, Value, literal, spelled};
use crate::migration::{cpython, ir::Function, types::Kind};

impl<'a> Lowering<'a> {
    pub(super) fn subscript(&mut self, subscript: &'a ExprSubscript) -> Result<Value<'a>, Reported> {
        let place = subscript.range;
        let value = self.peeked(&subscript.value)?;
        match value {
            Value::Tuple(values) => {
                let position = self.expression(&subscript.slice)?;
                let found = self.graph.as_big_int(position).and_then(|position| {
                    let position = if position < 0 { position + values.len() as i64 } else { position };
                    values.get(usize::try_from(position).ok()?).cloned()
                });
                if let Some(value) = found {
                    return Ok(value);
                }
                let items =
                    values.into_iter().map(|value| self.node(place, value)).collect::<Result<_, _>>()?;
                let array = self.array(place, items)?;
                let fallible = self.indexed(place, array, position)?;
                let reason = self.graph.text("IndexError: tuple index out of range");
                let failure = self.graph.is_there(fallible.failure);
                let failure = self.graph.failure_if(failure, reason);
                self.fail(failure);
                Ok(Value::Node(fallible.value))
            }
            Value::Table(entries) => {
                let key = self.expression(&subscript.slice)?;
                self.looked_up(place, &entries, key, None)
            }
            Value::Enum(members) => match literal(&subscript.slice).and_then(|name| members.get(name)) {
                Some(member) => Ok(Value::Node(*member)),
                None => Err(self.refuse(place, "a member of an enum by its name", "Write `Name.MEMBER`.")),
            },
            value => {
                let value = self.node(subscript.value.range(), value)?;
                self.part(place, value, &subscript.slice).map(Value::Node)
            }
        }
    }

    fn part(&mut self, place: TextRange, value: Id, index: &'a Expr) -> Lowered {
        let ty = self.ty(value).clone();
        let value = self.required(value, "TypeError: 'NoneType' object is not subscriptable");
        if let Kind::Object(_) = ty.kind {
            let Some(name) = literal(index) else {
                return Err(self.refuse(place, "a field by a computed name", "Write the name of the field."));
            };
            let field = self.member(place, value, name)?;
            if !self.ty(field).undefined {
                return Ok(field);
            }
            // The key of a `TypedDict` may be missing.
            return Ok(self.required(field, &format!("KeyError: '{name}'")));
        }
        if let Expr::Slice(slice) = index {
            return self.slice(place, value, slice);
        }
        let position = self.expression(index)?;
        match ty.kind {
            Kind::Never => Ok(self.graph.unreachable()),
            kind if kind.is_text() => {
                let position = self.integer(index.range(), position)?;
                let character = cpython::text::character(&mut self.graph, value, position);
                Ok(self.take(character))
            }
            Kind::Array(_) => {
                let element = self.indexed(index.range(), value, position)?;
                Ok(self.take(element))
            }
            _ => {
                let message = format!("a `{}` has no elements", spelled(&ty));
                Err(self.mismatch(place, message, "Use a list, a text or a constant dictionary."))
            }
        }
    }

    fn indexed(&mut self, place: TextRange, array: Id, position: Id) -> Result<cpython::Fallible, Reported> {
        if let Kind::Array(_) = self.graph.item_type(array).kind {
            return Err(self.refuse(place, "an element that is a list", "Use a loop."));
        }
        let position = self.integer(place, position)?;
        let element = cpython::array::element(&mut self.graph, array, position);
        Ok(cpython::Fallible { value: cpython::number::loaded(&mut self.graph, element.value), ..element })
    }

    /// A position, which must be an `int`.
    pub(super) fn integer(&mut self, place: TextRange, position: Id) -> Lowered {
        let position = self.required(position, "TypeError: indices must be integers, not NoneType");
        if !cpython::number::is_integral(&self.graph, position) {
            let message = format!("a position cannot be a `{}`", spelled(self.ty(position)));
            return Err(self.mismatch(place, message, "Use an `int`."));
        }
        Ok(cpython::number::to_integer(&mut self.graph, position))
    }

    /// `value[start:end]`.
    fn slice(&mut self, place: TextRange, value: Id, slice: &'a ExprSlice) -> Lowered {
        let is_list = self.is_list(value);
        if let Some(step) = &slice.step {
            let step = self.expression(step)?;
            if is_list
                && slice.lower.is_none()
                && slice.upper.is_none()
                && self.graph.as_big_int(step) == Some(-1)
            {
                return Ok(self.graph.apply(Function::Reverse, &[value]));
            }
            if self.graph.as_big_int(step) != Some(1) {
                return Err(self.refuse(place, "a slice with a step", "Use `[start:end]`."));
            }
        }
        let bound = |this: &mut Self, bound: &'a Option<Box<Expr>>| -> Result<Option<Id>, Reported> {
            let Some(bound) = bound else { return Ok(None) };
            let position = this.expression(bound)?;
            if this.ty(position).is_optional() {
                return Err(this.refuse(bound.range(), "a bound that may be `None`", "Give it a default."));
            }
            this.integer(bound.range(), position).map(Some)
        };
        let (start, end) = (bound(self, &slice.lower)?, bound(self, &slice.upper)?);
        if self.ty(value).kind.is_text() {
            return Ok(cpython::text::slice(&mut self.graph, value, start, end));
        }
        if is_list {
            return Ok(cpython::array::slice(&mut self.graph, value, start, end));
        }
        let message = format!("a `{}` has no parts", spelled(self.ty(value)));
        Err(self.mismatch(place, message, "Use a list or a text."))
    }

    /// `{key: value, …}`: an object of fields, or a table of constants.
    pub(super) fn dictionary(&mut self, dictionary: &'a ExprDict) -> Result<Value<'a>, Reported> {
        let mut entries: Vec<(Id, Value<'a>)> = Vec::new();
        for item in &dictionary.items {
            let Some(key) = &item.key else {
                // `{**row, …}` is an object.
                return self.dict_object(dictionary).map(Value::Node);
            };
            let key_node = self.expression(key)?;
            if !self.is_constant(key_node) {
                return Err(self.refuse(key.range(), "a key that is computed", "Use constants as keys."));
            }
            let value = self.value(&item.value)?;
            let value = super::statements::shared(value);
            entries.retain(|(other, _)| *other != key_node);
            entries.push((key_node, value));
        }
        Ok(Value::Table(Rc::new(entries)))
    }

    /// `{a, b}`.
    pub(super) fn set(&mut self, items: &'a [Expr]) -> Result<Value<'a>, Reported> {
        let mut entries = Vec::new();
        for item in items {
            let key = self.expression(item)?;
            if !self.is_constant(key) {
                return Err(self.refuse(item.range(), "a set of computed values", "Use a list."));
            }
            entries.push((key, Value::Node(key)));
        }
        Ok(Value::Table(Rc::new(entries)))
    }

    /// `TABLE[key]`, or `TABLE.get(key, default)`.
    pub(super) fn looked_up(
        &mut self,
        place: TextRange,
        entries: &[(Id, Value<'a>)],
        key: Id,
        default: Option<Id>,
    ) -> Result<Value<'a>, Reported> {
        let mut found = match default {
            Some(default) => default,
            None if self.covers(entries, key) => self.graph.unreachable(),
            None => {
                let shown = self.shown(place, key)?;
                let start = self.graph.text("KeyError: ");
                let reason = self.concatenated(&[start, shown]);
                let mut is_key = self.graph.boolean(false);
                for (wanted, _) in entries {
                    let same = self.equal(place, key, *wanted)?;
                    is_key = self.graph.or(is_key, same);
                }
                let is_missing = self.graph.not(is_key);
                let failure = self.graph.failure_if(is_missing, reason);
                self.fail(failure);
                self.graph.unreachable()
            }
        };
        for (wanted, value) in entries.iter().rev() {
            let same = self.equal(place, key, *wanted)?;
            let value = self.node(place, value.clone())?;
            found = self.choose(place, same, value, found)?;
        }
        Ok(Value::Node(found))
    }

    /// Whether a table has every value of an enum.
    fn covers(&self, entries: &[(Id, Value<'a>)], key: Id) -> bool {
        let Kind::Words(words) = &self.ty(key).kind else { return false };
        let has = |word: &String| entries.iter().any(|(key, _)| self.graph.as_text(*key) == Some(word));
        !self.ty(key).is_optional() && words.iter().all(has)
    }

    /// `repr(x)`, as errors show a key.
    pub(super) fn shown(&mut self, place: TextRange, x: Id) -> Lowered {
        let known = self.graph.known(x);
        let shown = if self.ty(x).kind.is_text() {
            Some(cpython::text::repr(&mut self.graph, known))
        } else {
            cpython::value::to_text(&mut self.graph, known)
        };
        let Some(shown) = shown else {
            let what = format!("the text of a `{}`", spelled(self.ty(x)));
            return Err(self.refuse(place, what, "Use a text or a number."));
        };
        let (absent, nothing) = (self.graph.is_nothing(x), self.graph.text("None"));
        Ok(self.graph.if_else(absent, nothing, shown))
    }
}
