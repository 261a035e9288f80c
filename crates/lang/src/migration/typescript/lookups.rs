//! Values by key: objects taken as tables, and constants that are a `Map` or a `Set`.

use antler_core::{diagnostic::Code, names::SqlIdent};
use oxc_ast::ast::{
    ArrayExpressionElement, CallExpression, Expression, NewExpression, StaticMemberExpression,
};
use oxc_span::{GetSpan, Span};

use super::{Binding, Id, Lowered, Lowering, Reported};
use crate::migration::{
    ir::{Each, Function, Nothing},
    javascript,
    types::Kind,
};

/// What every object has beside its own fields.
const INHERITED: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

impl<'a> Lowering<'a> {
    /// `table[key]` of an object, with a key that depends on the row.
    pub(super) fn lookup(&mut self, span: Span, object: Id, key: Id) -> Lowered {
        let Kind::Object(fields) = self.ty(object).kind.clone() else { return Err(Reported) };
        let key = self.key(span, key)?;
        let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        self.refuse_inherited(key, &names);
        let mut entries: Vec<(Id, Id)> = Vec::new();
        for (name, _) in &fields {
            if self.may_be(key, name.as_str()) {
                entries.push((self.graph.text(name.as_str()), self.graph.field(object, name)));
            }
        }
        let covered = match &self.ty(key).kind {
            Kind::Words(words) => words.iter().all(|word| names.contains(&word.as_str())),
            _ => false,
        };
        let otherwise =
            if covered { self.graph.unreachable() } else { self.graph.nothing(Nothing::Undefined) };
        self.first_match(span, key, &entries, otherwise)
    }

    /// A key as the text that it is for an object.
    fn key(&mut self, span: Span, key: Id) -> Lowered {
        let ty = self.ty(key).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(span, &ty, "a key"));
        }
        if ty.kind.is_text() || ty.kind.is_number() {
            return self.text_of(span, key);
        }
        Err(self.mismatch(span, format!("a `{ty}` as a key"), "Use a text or a number."))
    }

    fn may_be(&self, key: Id, name: &str) -> bool {
        match &self.ty(key).kind {
            Kind::Words(words) => words.contains(name),
            _ => true,
        }
    }

    /// Rows whose key is a name that all objects have fail: it stands for a function.
    fn refuse_inherited(&mut self, key: Id, own: &[&str]) {
        let names = INHERITED.iter().filter(|name| !own.contains(name) && self.may_be(key, name));
        let names: std::collections::BTreeSet<String> = names.map(|name| (*name).to_owned()).collect();
        if names.is_empty() {
            return;
        }
        let is_inherited = self.graph.one_of(key, &names);
        let (quote, rest) =
            (self.graph.text("`"), self.graph.text("` is not a key of its own, but every object has it"));
        let reason = self.graph.apply(Function::Concatenate, &[quote, key, rest]);
        let failure = self.graph.failure_if(is_inherited, reason);
        self.fail(failure);
    }

    /// The value of the entry whose key is the same.
    fn first_match(&mut self, span: Span, key: Id, entries: &[(Id, Id)], otherwise: Id) -> Lowered {
        let mut result = otherwise;
        for (entry, value) in entries.iter().rev() {
            let is_same = javascript::array::same_value_zero(&mut self.graph, key, *entry);
            result = self.choose(span, is_same, *value, result)?;
        }
        Ok(self.narrowed(result))
    }

    /// `key in table`, and `Object.hasOwn(table, key)` without what all objects have.
    pub(super) fn has_key(&mut self, span: Span, object: Id, key: Id, inherited: bool) -> Lowered {
        let ty = self.ty(object).clone();
        let Kind::Object(fields) = &ty.kind else {
            return Err(self.mismatch(span, format!("a `{ty}` has no keys"), "Ask an object."));
        };
        if ty.is_optional() || fields.iter().any(|(_, ty)| ty.undefined) {
            let help = "Compare the field with `undefined`.";
            return Err(self.refuse(span, "the keys of an object with fields that may be missing", help));
        }
        let key = self.key(span, key)?;
        let own = fields.iter().map(|(name, _)| name.to_string());
        let all = own.chain(INHERITED.iter().filter(|_| inherited).map(|name| (*name).to_owned())).collect();
        Ok(self.graph.one_of(key, &all))
    }

    /// `Object.keys`, `values` and `entries` of an object whose fields are all there.
    pub(super) fn fields_of(&mut self, span: Span, name: &str, object: Id) -> Lowered {
        let ty = self.ty(object).clone();
        let Kind::Object(fields) = ty.kind.clone() else {
            return Err(self.mismatch(span, format!("a `{ty}` has no fields"), "Give it an object."));
        };
        if ty.is_optional() {
            return Err(self.possibly_absent(span, &ty, &format!("`{name}`")));
        }
        let is_index = |name: &SqlIdent| name.as_str().bytes().all(|byte| byte.is_ascii_digit());
        if fields.iter().any(|(name, ty)| ty.undefined || is_index(name)) {
            let help = "Write the fields out.";
            return Err(self.refuse(span, format!("`{name}` of an object like this"), help));
        }
        let items = fields
            .iter()
            .map(|(field, _)| match name {
                "Object.keys" => self.graph.text(field.as_str()),
                _ => self.graph.field(object, field),
            })
            .collect();
        self.array(span, items)
    }

    /// `new Map([[key, value], …])` and `new Set([value, …])` as the value of a constant.
    pub(super) fn collection(&mut self, new: &'a NewExpression<'a>) -> Result<Option<Binding<'a>>, Reported> {
        let is_map = new.callee.is_specific_id("Map");
        if (!is_map && !new.callee.is_specific_id("Set"))
            || self.bindings.iter().any(|(bound, _)| bound == if is_map { "Map" } else { "Set" })
        {
            return Ok(None);
        }
        let help = "Write its entries out: `new Map([[\"a\", 1]])`, `new Set([\"a\"])`.";
        let argument = new.arguments.first().and_then(|argument| argument.as_expression());
        let Some(argument) = argument else {
            return Err(self.refuse(new.span, "a collection that starts empty", help));
        };
        if !is_map {
            let values = self.expression(argument)?;
            let ty = self.ty(values).clone();
            return match ty.kind {
                Kind::Array(_) if !ty.is_optional() => Ok(Some(Binding::Set(values))),
                _ => Err(self.refuse(new.span, format!("a set of a `{ty}`"), help)),
            };
        }
        let Expression::ArrayExpression(list) = argument.get_inner_expression() else {
            return Err(self.refuse(argument.span(), "a map of computed entries", help));
        };
        let mut entries: Vec<(Id, Id)> = Vec::new();
        for element in &list.elements {
            let Some(Expression::ArrayExpression(pair)) =
                element.as_expression().map(Expression::get_inner_expression)
            else {
                return Err(self.refuse(element.span(), "a map of computed entries", help));
            };
            let [key, value] = pair.elements.as_slice() else {
                return Err(self.refuse(pair.span, "an entry like this", help));
            };
            let both = |element: &'a ArrayExpressionElement<'a>| element.as_expression();
            let (Some(key), Some(value)) = (both(key), both(value)) else {
                return Err(self.refuse(pair.span, "an entry like this", help));
            };
            let (key, value) = (self.expression(key)?, self.expression(value)?);
            let is_constant = self.graph.as_text(key).is_some()
                || self.graph.as_number(key).is_some_and(|number| !number.is_nan() && number != 0.0);
            if !is_constant {
                return Err(self.refuse(pair.span, "a key that is not a constant", help));
            }
            // A later entry replaces an earlier one.
            entries.retain(|(before, _)| *before != key);
            entries.push((key, value));
        }
        Ok(Some(Binding::Map(entries)))
    }

    /// `map.get(key)`, `map.has(key)` and `set.has(value)`.
    pub(super) fn collection_call(
        &mut self,
        call: &'a CallExpression<'a>,
        member: &'a StaticMemberExpression<'a>,
    ) -> Result<Option<Id>, Reported> {
        let Expression::Identifier(name) = &member.object else { return Ok(None) };
        let found = self.bindings.iter().rev().find(|(bound, _)| name.name == bound.as_str());
        let binding = match found {
            Some((_, binding @ (Binding::Map(_) | Binding::Set(_)))) => binding.clone(),
            _ => return Ok(None),
        };
        let method = member.property.name.as_str();
        let arguments = self.arguments(&call.arguments)?;
        let [key] = arguments.as_slice() else {
            let help = "Of a map, the compiled subset has get and has; of a set, has.";
            return Err(self.refuse(member.property.span, format!("`.{method}()` of a collection"), help));
        };
        let value = match (method, binding) {
            ("has", Binding::Set(values)) => {
                let item = self.graph.item_type(values);
                self.array_includes(call.span, values, &item, *key)?
            }
            ("has", Binding::Map(entries)) => {
                let mut found = self.graph.boolean(false);
                for (entry, _) in entries {
                    let is_same = self.same_key(call.span, *key, entry)?;
                    found = self.graph.or(found, is_same);
                }
                found
            }
            ("get", Binding::Map(entries)) => {
                let mut entries_of_kind = Vec::new();
                for (entry, value) in entries {
                    self.same_key(call.span, *key, entry)?;
                    entries_of_kind.push((entry, value));
                }
                let undefined = self.graph.nothing(Nothing::Undefined);
                self.first_match(call.span, *key, &entries_of_kind, undefined)?
            }
            _ => {
                let help = "Of a map, the compiled subset has get and has; of a set, has.";
                return Err(self.refuse(
                    member.property.span,
                    format!("`.{method}()` of a collection"),
                    help,
                ));
            }
        };
        Ok(Some(value))
    }

    fn same_key(&mut self, span: Span, key: Id, entry: Id) -> Lowered {
        let (a, b) = (self.ty(key).kind.clone(), self.ty(entry).kind.clone());
        if !a.is_comparable_to(&b) {
            let message = format!("a key of this collection is a `{b}`, and this is a `{a}`");
            return Err(self.report(
                Code::TypeMismatch,
                span,
                message,
                "never found",
                "Use keys of one type.",
            ));
        }
        Ok(javascript::array::same_value_zero(&mut self.graph, key, entry))
    }

    /// `typeof value`.
    pub(super) fn type_of(&mut self, span: Span, value: Id) -> Lowered {
        let ty = self.ty(value).clone();
        let name = match &ty.kind {
            kind if kind.is_text() => "string",
            kind if kind.is_number() => "number",
            Kind::Boolean => "boolean",
            kind if kind.is_big() => "bigint",
            _ => "object",
        };
        let known = self.graph.text(name);
        let absent = match (ty.null, ty.undefined) {
            (false, false) => return Ok(known),
            (true, true) => return Err(self.ambiguous(span, &ty)),
            (true, false) => self.graph.text("object"),
            (false, true) => self.graph.text("undefined"),
        };
        let is_nothing = self.is_nothing(value);
        Ok(self.graph.if_else(is_nothing, absent, known))
    }

    /// `[...new Set(array)]`: the elements without those that stood before.
    pub(super) fn distinct(&mut self, span: Span, array: Id) -> Lowered {
        let item = self.graph.item_type(array);
        if item.is_optional() || !(item.kind.is_text() || item.kind == Kind::BigInt) {
            let help = "Compiled for arrays of texts.";
            return Err(self.refuse(span, format!("a set of a `{item}`"), help));
        }
        let (element, position) = (self.graph.element_of(array, item.clone()), self.graph.position());
        let (other, place) = (self.graph.element_of(array, item), self.graph.position());
        let is_same = self.graph.equal(other, element);
        let first = javascript::array::first_position(&mut self.graph, array, (other, place), is_same);
        let is_first = self.graph.equal(first, position);
        Ok(self.graph.each(Each::Filter, array, (element, position), is_first))
    }
}
