//! Objects: calls of classes, `replace(row, …)`, and dictionaries of fields.

use std::collections::BTreeMap;

use antler_core::{names::SqlIdent, schema::Absence};
use ruff_python_ast::{Expr, ExprCall, ExprDict};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, Reported, Value, literal, spelled};
use crate::migration::{
    cpython,
    types::{Kind, Type},
};

/// The fields of an object, in the order in which they were written.
type Fields = Vec<(SqlIdent, Id)>;

impl<'a> Lowering<'a> {
    /// `Order(id=row.id, …)`.
    pub(super) fn construct(&mut self, call: &'a ExprCall, class: &str) -> Lowered {
        let place = call.range();
        let is_target = class == self.to.name.as_str();
        let mut fields = Fields::new();
        for (position, argument) in call.arguments.args.iter().enumerate() {
            let name = self.to.fields.get(position).map(|field| field.name.clone()).filter(|_| is_target);
            let Some(name) = name.filter(|_| !matches!(argument, Expr::Starred(_))) else {
                let help = "Name the fields: `Address(street=…)`.";
                return Err(self.refuse(
                    argument.range(),
                    format!("`{class}` with values by position"),
                    help,
                ));
            };
            let value = self.expression(argument)?;
            self.set_field(place, &mut fields, name, value)?;
        }
        for keyword in &call.arguments.keywords {
            match &keyword.arg {
                Some(name) => {
                    let value = self.expression(&keyword.value)?;
                    let name = self.ident(keyword.range, name)?;
                    self.set_field(keyword.range, &mut fields, name, value)?;
                }
                None => {
                    for (name, value) in self.spread(&keyword.value)? {
                        self.set_field(keyword.range, &mut fields, name, value)?;
                    }
                }
            }
        }
        if !is_target {
            return Ok(self.graph.object(fields));
        }
        self.as_target(call.func.range(), fields)
    }

    fn set_field(
        &mut self,
        place: TextRange,
        fields: &mut Fields,
        name: SqlIdent,
        value: Id,
    ) -> Result<(), Reported> {
        if fields.iter().any(|(other, _)| *other == name) {
            let message = format!("`{name}` is given twice");
            return Err(self.mismatch(place, message, "Give it once."));
        }
        fields.push((name, value));
        Ok(())
    }

    /// The fields of a new row, each as its column holds it.
    fn as_target(&mut self, place: TextRange, fields: Fields) -> Lowered {
        let mut given: BTreeMap<SqlIdent, Id> = fields.into_iter().collect();
        let mut values = Fields::new();
        for field in &self.to.fields {
            let value = match given.remove(&field.name) {
                Some(value) => value,
                None if matches!(field.absence, Absence::Undefined | Absence::Either) => self.graph.null(),
                None => {
                    let what = format!("`{}(…)` without `{}`", self.to.name, field.name);
                    let help = "Give it a value: a default of the class is not known here.";
                    return Err(self.refuse(place, what, help));
                }
            };
            let wanted = Type::of_field(field);
            let value = cpython::value::adapted(&mut self.graph, value, &wanted.kind);
            values.push((field.name.clone(), value));
        }
        if let Some(name) = given.into_keys().next() {
            let message = format!("`{}` has no field `{name}`", self.to.name);
            return Err(self.mismatch(place, message, "Leave it out, or add it to the model."));
        }
        Ok(self.graph.object(values))
    }

    pub(super) fn ident(&mut self, place: TextRange, name: &str) -> Result<SqlIdent, Reported> {
        name.parse().map_err(|_| {
            self.mismatch(place, format!("`{name}` is no name of a field"), "Choose another one.")
        })
    }

    /// The fields of what stands behind `**`.
    fn spread(&mut self, expression: &'a Expr) -> Result<Fields, Reported> {
        let place = expression.range();
        let object = self.expression(expression)?;
        let object = self.required(object, "TypeError: 'NoneType' object is not a mapping");
        let Kind::Object(types) = self.ty(object).kind.clone() else {
            let message = format!("`**` of a `{}`", spelled(self.ty(object)));
            return Err(self.mismatch(place, message, "Use `**asdict(row)`."));
        };
        Ok(types.into_iter().map(|(name, _)| (name.clone(), self.graph.field(object, &name))).collect())
    }

    /// `replace(row, field=value)`.
    pub(super) fn replaced(&mut self, call: &'a ExprCall) -> Lowered {
        let [object] = &*call.arguments.args else {
            return Err(self.refuse(
                call.range(),
                "`replace` with these arguments",
                "Give it an object and fields.",
            ));
        };
        let mut fields = self.spread(object)?;
        for keyword in &call.arguments.keywords {
            let Some(name) = &keyword.arg else {
                return Err(self.refuse(keyword.range, "`**` in a call", "Write the arguments out."));
            };
            let value = self.expression(&keyword.value)?;
            let found = fields.iter_mut().find(|(field, _)| field.as_str() == name.as_str());
            let Some((_, field)) = found else {
                let message = format!("`replace` of the field `{name}`, which the object does not have");
                return Err(self.mismatch(
                    keyword.range,
                    message,
                    "Call the class of the new model instead.",
                ));
            };
            *field = value;
        }
        Ok(self.graph.object(fields))
    }

    /// `{**row, "name": value}`: later entries win.
    pub(super) fn dict_object(&mut self, dictionary: &'a ExprDict) -> Lowered {
        let mut fields = Fields::new();
        for item in &dictionary.items {
            let more = match &item.key {
                None => self.spread(&item.value)?,
                Some(key) => {
                    let Some(name) = literal(key) else {
                        return Err(self.refuse(
                            key.range(),
                            "a computed name of a field",
                            "Write its name.",
                        ));
                    };
                    let value = self.expression(&item.value)?;
                    vec![(self.ident(key.range(), name)?, value)]
                }
            };
            for (name, value) in more {
                match fields.iter_mut().find(|(other, _)| *other == name) {
                    Some((_, field)) => *field = value,
                    None => fields.push((name, value)),
                }
            }
        }
        Ok(self.graph.object(fields))
    }

    /// What `return` gives: a row, `None`, or any value of a function.
    pub(super) fn returned(&mut self, expression: &'a Expr) -> Lowered {
        let value = self.value(expression)?;
        match value {
            Value::Table(entries) => {
                let mut fields = Fields::new();
                for (key, value) in entries.iter() {
                    let Some(name) = self.graph.as_text(*key).map(str::to_owned) else {
                        return self.node(expression.range(), Value::Table(entries));
                    };
                    let value = self.record(expression.range(), value.clone())?;
                    fields.push((self.ident(expression.range(), &name)?, value));
                }
                if self.calls.len() == 1 {
                    let wanted = self.to.fields.clone();
                    for (name, value) in &mut fields {
                        if let Some(field) = wanted.iter().find(|field| field.name == *name) {
                            let kind = Type::of_field(field).kind;
                            *value = cpython::value::adapted(&mut self.graph, *value, &kind);
                        }
                    }
                }
                Ok(self.graph.object(fields))
            }
            Value::Tuple(_) | Value::List(_) if self.calls.len() == 1 => Err(self.refuse(
                expression.range(),
                "a migration that returns several rows",
                "Return one row, or `None`.",
            )),
            value => self.node(expression.range(), value),
        }
    }

    /// A value of a field: a dictionary there is a record.
    fn record(&mut self, place: TextRange, value: Value<'a>) -> Lowered {
        let Value::Table(entries) = value else { return self.node(place, value) };
        let mut fields = Fields::new();
        for (key, value) in entries.iter() {
            let Some(name) = self.graph.as_text(*key).map(str::to_owned) else {
                return self.node(place, Value::Table(entries));
            };
            let value = self.record(place, value.clone())?;
            fields.push((self.ident(place, &name)?, value));
        }
        Ok(self.graph.object(fields))
    }

    /// A method of a row or of a record.
    pub(super) fn object_method(
        &mut self,
        call: &'a ExprCall,
        place: TextRange,
        object: Id,
        name: &str,
    ) -> Lowered {
        match (name, &*call.arguments.args) {
            ("get", [key, others @ ..]) if others.len() < 2 && literal(key).is_some() => {
                let field = self.member(place, object, literal(key).unwrap_or_default())?;
                let Some(default) = others.first() else { return Ok(field) };
                let default = self.expression(default)?;
                let ty = self.ty(field).clone();
                if !ty.undefined {
                    return Ok(field);
                }
                if ty.null {
                    return Err(self.refuse(
                        place,
                        "a default for what may be missing or `None`",
                        "Write `or`.",
                    ));
                }
                let missing = self.graph.is_nothing(field);
                let known = self.graph.known(field);
                self.choose(place, missing, default, known)
            }
            ("model_dump" | "dict" | "copy" | "_asdict", []) if call.arguments.keywords.is_empty() => {
                Ok(object)
            }
            _ => Err(self.refuse(place, format!("`.{name}()` of a row"), "Use its fields.")),
        }
    }

    /// `Status("a")` of an enum of the file: one of its values.
    pub(super) fn enum_value(&mut self, call: &'a ExprCall, members: &BTreeMap<String, Id>) -> Lowered {
        let value = self.only_argument(call)?;
        let place = call.range();
        let mut found = self.graph.boolean(false);
        for member in members.values() {
            let same = self.equal(place, value, *member)?;
            found = self.graph.or(found, same);
        }
        let name = self.source(call.func.range()).to_owned();
        let shown = self.shown(place, value)?;
        let (start, end) =
            (self.graph.text("ValueError: "), self.graph.text(&format!(" is not a valid {name}")));
        let reason = self.concatenated(&[start, shown, end]);
        let fails = self.graph.not(found);
        let failure = self.graph.failure_if(fails, reason);
        self.fail(failure);
        let all: Vec<_> = members.values().copied().collect();
        let mut member = self.graph.unreachable();
        for wanted in all {
            let same = self.equal(place, value, wanted)?;
            member = self.choose(place, same, wanted, member)?;
        }
        Ok(member)
    }
}
