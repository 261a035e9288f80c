//! Lists of fields, and the rules that fields keep.

use std::collections::BTreeMap;

use antler_core::{
    diagnostic::{Code, Diagnostic},
    names::SqlIdent,
    route,
    schema::{Absence, DataType, Field},
};

use super::{Reported, Resolver, Value};
use crate::models::{
    lookup::Found,
    outline::{Kind, Member, Record, Refusal, Span, Type},
};

/// Where a list of fields stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has a name, and may be a model.
    Declared,
    /// It is written out as the type of a field.
    Inline,
}

impl Resolver<'_> {
    /// The fields of a record. Those of its bases come first, as in both languages.
    pub(super) fn record(
        &mut self,
        file: usize,
        record: &Record,
        span: &Span,
        standing: Standing,
    ) -> Result<Vec<Field>, Reported> {
        let mut fields = Vec::new();
        let mut reported = None;
        for base in &record.bases {
            match self.base(file, base) {
                Ok(inherited) => inherited.into_iter().for_each(|field| put(&mut fields, field)),
                // The key may be among what could not be read.
                Err(_) => Reported { key: true }.add(&mut reported),
            }
        }
        for refusal in &record.refused {
            self.refuse(file, refusal.clone()).add(&mut reported);
        }
        let mut names: BTreeMap<&str, &Member> = BTreeMap::new();
        for member in &record.members {
            if let Some(first) = names.get(member.name.as_str()) {
                self.report_twice(file, first, member);
                Reported { key: false }.add(&mut reported);
                continue;
            }
            names.insert(&member.name, member);
            match self.field(file, member, standing) {
                Ok(field) => put(&mut fields, field),
                Err(failure) => failure.add(&mut reported),
            }
        }
        if let Some(Reported { key }) = reported {
            return Err(Reported { key: key || fields.iter().any(|field| field.key) });
        }
        if fields.is_empty() {
            self.report_empty(file, span, standing);
            return Err(Reported { key: false });
        }
        Ok(fields)
    }

    fn base(&mut self, file: usize, base: &Type) -> Result<Vec<Field>, Reported> {
        if self.adds_nothing(file, base) {
            return Ok(Vec::new());
        }
        if let DataType::Object(fields) = self.kept(file, base, Standing::Declared)?.data_type {
            return Ok(fields);
        }
        let refusal =
            Refusal::new(base.span.clone(), "only a record can be extended", "Write its fields out.");
        Err(self.refuse(file, refusal))
    }

    /// Whether a base is there for its methods or its configuration only.
    fn adds_nothing(&mut self, file: usize, base: &Type) -> bool {
        if let Kind::Named { path, .. } = &base.kind
            && let Found::Declaration(place) = self.files.find(file, path)
            && let Some(Kind::Record(record)) = self.files.declaration(place).map(|found| &found.of.kind)
            && record.breeds
        {
            self.used.insert(place);
            return record.members.is_empty() && record.refused.is_empty() && record.bases.is_empty();
        }
        false
    }

    fn field(&mut self, file: usize, member: &Member, standing: Standing) -> Result<Field, Reported> {
        let value = self.value(file, &member.of);
        self.named_field(file, member, value, standing)
    }

    /// A field of a resolved type.
    pub(super) fn field_of(
        &mut self,
        file: usize,
        member: &Member,
        value: Value,
        standing: Standing,
    ) -> Result<Field, Reported> {
        self.named_field(file, member, Ok(value.without_keys()), standing)
    }

    fn named_field(
        &mut self,
        file: usize,
        member: &Member,
        value: Result<Value, Reported>,
        standing: Standing,
    ) -> Result<Field, Reported> {
        let name = member.name.parse::<SqlIdent>();
        if let Err(error) = &name {
            self.report_name(file, member, &error.to_string(), "the name of a column");
        }
        let value = value?;
        // <https://clickhouse.com/docs/sql-reference/data-types/nested-data-structures/nested>:
        // `a.b` and `a.c` would have to be lists of equal length.
        if matches!(value.data_type, DataType::Array(_)) && member.name.contains('.') {
            let message = format!("a list cannot have a dot in its name, as `{}` has", member.name);
            self.report_name(file, member, &message, "the database would tie it to other lists");
            return Err(Reported { key: value.key });
        }
        if route::is_reserved(&member.name) {
            let message = format!("`{}` is the name of a column that every table has", member.name);
            self.report_name(file, member, &message, "antler and the database use it themselves");
            return Err(Reported { key: value.key });
        }
        if let Some(name) = reserved_inside(&value.data_type) {
            let message = format!("`{name}` cannot be the name of a field of an object");
            self.report_name(file, member, &message, "an object with such a field");
            return Err(Reported { key: value.key });
        }
        if value.key && standing == Standing::Inline {
            let refusal = Refusal::new(
                member.of.span.clone(),
                "a field of a nested object cannot be a key",
                "Mark a field of the model itself.",
            );
            return Err(self.refuse(file, refusal));
        }
        if value.key && member.optional {
            let refusal = Refusal::new(
                member.name_span.clone(),
                format!("the key `{}` cannot be optional", member.name),
                "A key identifies an event: make it always there, or choose another field.",
            );
            self.refuse(file, refusal);
            return Err(Reported { key: true });
        }
        let absence = Absence::of(value.null, value.undefined || member.optional);
        let name = name.map_err(|_| Reported { key: value.key })?;
        Ok(Field { name, data_type: value.data_type, absence, key: value.key })
    }

    fn report_name(&mut self, file: usize, member: &Member, message: &str, label: &str) {
        let Some(outline) = self.files.outline(file) else { return };
        self.problems.push(
            Diagnostic::error(Code::ModelName, message)
                .with_label(&outline.file, member.name_span.clone(), label)
                .with_help("Give the field another name."),
        );
    }

    fn report_twice(&mut self, file: usize, first: &Member, second: &Member) {
        let Some(outline) = self.files.outline(file) else { return };
        self.problems.push(
            Diagnostic::error(Code::ModelName, format!("the field `{}` is declared twice", second.name))
                .with_label(&outline.file, second.name_span.clone(), "here again")
                .with_label(&outline.file, first.name_span.clone(), "first declared here")
                .with_help("Remove one of them."),
        );
    }

    fn report_empty(&mut self, file: usize, span: &Span, standing: Standing) {
        let Some(outline) = self.files.outline(file) else { return };
        let message = match standing {
            Standing::Declared => {
                format!("`{}` has no fields", outline.file.text.get(span.clone()).unwrap_or_default())
            }
            Standing::Inline => "a nested object needs fields".to_owned(),
        };
        self.problems.push(
            Diagnostic::error(Code::EmptyModel, message)
                .with_label(&outline.file, span.clone(), "nothing to store")
                .with_help("Declare the fields, or remove it."),
        );
    }
}

/// The name of a field inside of a value that the database uses itself.
fn reserved_inside(of: &DataType) -> Option<&SqlIdent> {
    match of {
        DataType::Array(item) => reserved_inside(&item.data_type),
        DataType::Object(fields) => {
            fields.iter().map(|field| &field.name).find(|name| route::is_reserved_inside(name.as_str()))
        }
        DataType::String
        | DataType::Number
        | DataType::Boolean
        | DataType::BigInt
        | DataType::Date
        | DataType::StringEnum(_)
        | DataType::IntegerEnum(_)
        | DataType::Precise(_) => None,
    }
}

/// Adds a field, or replaces the inherited one of that name in its place.
fn put(fields: &mut Vec<Field>, field: Field) {
    match fields.iter_mut().find(|other| other.name == field.name) {
        Some(inherited) => *inherited = field,
        None => fields.push(field),
    }
}
