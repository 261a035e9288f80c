//! Types as they are written to types that can be stored.

use antler_core::{
    diagnostic::{Code, Diagnostic},
    schema::{DataType, Item},
};

use super::{Reported, Resolver, Value, records::Standing};
use crate::models::{
    lookup::{Found, Missing, Place, Space},
    outline::{Kind, Refusal, Type},
};

impl Resolver<'_> {
    /// Resolves the type of a field as it is written in a file.
    pub(super) fn value(&mut self, file: usize, of: &Type) -> Result<Value, Reported> {
        self.kept(file, of, Standing::Inline).map(Value::without_keys)
    }

    /// Resolves a type with the keys that its fields have.
    pub(super) fn kept(&mut self, file: usize, of: &Type, standing: Standing) -> Result<Value, Reported> {
        self.deeper(file, of, |resolver| resolver.resolved(file, of, standing))
    }

    fn resolved(&mut self, file: usize, of: &Type, standing: Standing) -> Result<Value, Reported> {
        match &of.kind {
            Kind::Value(data_type) => Ok(Value::plain(data_type.clone())),
            Kind::Record(record) => self
                .record(file, record, &of.span, standing)
                .map(|fields| Value::plain(DataType::Object(fields))),
            Kind::AllOf(types) => self.all_of(file, of, types, standing),
            Kind::Derived(derived) => self.derived(file, of, derived, standing),
            Kind::TypeOf(path) => self.type_of(file, of, path),
            Kind::Tuple(_) => Err(self.refuse(
                file,
                Refusal::new(
                    of.span.clone(),
                    "a tuple cannot be stored",
                    "Use an object with a name for each part, or an array of one type.",
                ),
            )),
            Kind::Key(inner) => self.key(file, of, inner).map_err(|_| Reported { key: true }),
            Kind::List(item) => self.list(file, item),
            Kind::OneOf(types) => self.one_of(file, of, types),
            Kind::Named { path, arguments } => self.named(file, of, path, arguments, standing),
            Kind::Refused(refusals) => {
                for refusal in refusals {
                    self.refuse(file, refusal.clone());
                }
                Err(Reported { key: false })
            }
            Kind::Null | Kind::Undefined => Err(self.refuse(
                file,
                Refusal::new(
                    of.span.clone(),
                    "a field that never has a value cannot be stored",
                    "Give it a type.",
                ),
            )),
        }
    }

    fn key(&mut self, file: usize, of: &Type, inner: &Type) -> Result<Value, Reported> {
        let value = self.value(file, inner)?;
        let complaint = match value.data_type {
            _ if value.null || value.undefined => Some("a key always has a value"),
            DataType::Array(_) => Some("a list cannot be a key"),
            DataType::Object(_) => Some("an object cannot be a key"),
            DataType::String
            | DataType::Number
            | DataType::Boolean
            | DataType::BigInt
            | DataType::Date
            | DataType::StringEnum(_)
            | DataType::IntegerEnum(_)
            | DataType::Precise(_) => None,
        };
        match complaint {
            None => Ok(Value { key: true, ..value }),
            Some(message) => Err(self.refuse(
                file,
                Refusal::new(
                    of.span.clone(),
                    message,
                    "Use a text, a number, a date, a boolean or an enum that is always there.",
                ),
            )),
        }
    }

    fn list(&mut self, file: usize, item: &Type) -> Result<Value, Reported> {
        let value = self.value(file, item)?;
        if value.key {
            return Err(self.refuse(
                file,
                Refusal::new(
                    item.span.clone(),
                    "the elements of a list cannot be keys",
                    "Mark a field of the model itself.",
                ),
            ));
        }
        if value.undefined {
            let help = self.files.outline(file).map_or("", |outline| outline.language.null_item_help());
            return Err(self.refuse(
                file,
                Refusal::new(item.span.clone(), "the elements of a list cannot be undefined", help),
            ));
        }
        let item = Item { data_type: value.data_type, nullable: value.null };
        Ok(Value::plain(DataType::Array(Box::new(item))))
    }

    pub(super) fn one_of(&mut self, file: usize, of: &Type, types: &[Type]) -> Result<Value, Reported> {
        let is_null = |of: &Type| matches!(of.kind, Kind::Null);
        let is_undefined = |of: &Type| matches!(of.kind, Kind::Undefined);
        let mut values = Vec::new();
        let mut reported = None;
        for part in types.iter().filter(|part| !is_null(part) && !is_undefined(part)) {
            match self.value(file, part) {
                Ok(value) => values.push(value),
                Err(failure) => failure.add(&mut reported),
            }
        }
        if let Some(reported) = reported {
            return Err(reported);
        }
        let (null, undefined) = (types.iter().any(is_null), types.iter().any(is_undefined));
        if let Some(value) = values.first_mut() {
            value.null |= null;
            value.undefined |= undefined;
        }
        self.united(file, of, values)
    }

    /// The one type of several values.
    pub(super) fn united(&mut self, file: usize, of: &Type, values: Vec<Value>) -> Result<Value, Reported> {
        let null = values.iter().any(|value| value.null);
        let undefined = values.iter().any(|value| value.undefined);
        let key = values.iter().any(|value| value.key);
        if key && (null || undefined || values.len() > 1) {
            let refusal = Refusal::new(
                of.span.clone(),
                "a key always has a value, and one type",
                "Make the field itself a `Key` and nothing else.",
            );
            self.refuse(file, refusal);
            return Err(Reported { key: true });
        }
        let outline = self.files.outline(file);
        match unite(values.into_iter().map(|value| value.data_type).collect()) {
            Some(data_type) => Ok(Value { data_type, null, undefined, key }),
            None => Err(self.refuse(
                file,
                Refusal::new(
                    of.span.clone(),
                    "values of several types cannot be stored in one field",
                    outline.map_or("", |outline| outline.language.union_help()),
                ),
            )),
        }
    }

    fn named(
        &mut self,
        file: usize,
        of: &Type,
        path: &[String],
        arguments: &[Type],
        standing: Standing,
    ) -> Result<Value, Reported> {
        if let ([name], []) = (path, arguments)
            && let Some(value) = self.scope.get(name)
        {
            return Ok(value.clone());
        }
        let Some(outline) = self.files.outline(file) else { return Err(Reported { key: false }) };
        // In Protobuf, a mark tells that a message may be left out.
        let shown = path.join(".").trim_end_matches('?').to_owned();
        let original = self.files.original(file, path).to_owned();
        // These are the same whoever declares them.
        let is_mark = outline.language.is_mark(&original);
        let found = if is_mark { Found::Foreign } else { self.files.find(file, path) };
        let found = match found {
            Found::Declaration(place) if original == "Decimal" && self.is_column(place) => Found::Foreign,
            found => found,
        };
        let (label, help, import) = match found {
            Found::Declaration(place) if !arguments.is_empty() || self.is_generic(place) => {
                return self.applied(file, of, &shown, place, arguments);
            }
            Found::Declaration(place) => return self.reference(file, of, &shown, place),
            Found::Broken(other) => {
                self.report_file(other);
                return Err(Reported { key: false });
            }
            Found::Foreign => {
                if let Some(known) = outline.language.known(&of.span, &original, arguments) {
                    return self.kept(file, &known, standing);
                }
                match self.files.import(file, path) {
                    Some(import) => (
                        "its declaration is outside the project",
                        "Declare the type in a file of the project: Antler does not read packages.",
                        Some((import.span.clone(), format!("imported from `{}`", import.module))),
                    ),
                    None => ("not declared or imported in this file", outline.language.name_help(), None),
                }
            }
            Found::Missing(Missing::Inside) => {
                if let Some(member) = self.enum_member(file, path) {
                    return member;
                }
                ("there is no such type", "Refer to a type that is declared with a name of its own.", None)
            }
            Found::Missing(Missing::Import { module, span }) => (
                "not found where it is imported from",
                "Check the path of the import, and that the type is exported there.",
                Some((span, format!("`{module}` has no such type, or is no file of the project"))),
            ),
        };
        let mut problem =
            Diagnostic::error(Code::UnresolvedType, format!("the type `{shown}` cannot be found"))
                .with_label(&outline.file, of.span.clone(), label)
                .with_help(help);
        if let Some((span, text)) = import {
            problem = problem.with_label(&outline.file, span, text);
        }
        self.report(problem);
        Err(Reported { key: false })
    }

    /// Whether a declaration is made as the package of types makes it.
    fn is_column(&self, place: Place) -> bool {
        let is_mark = |of: &Type| matches!(&of.kind, Kind::Named { path, .. } if *path == ["AntlerColumn"]);
        self.files.declaration(place).is_some_and(|declaration| match &declaration.of.kind {
            Kind::AllOf(types) => types.iter().any(is_mark),
            _ => false,
        })
    }

    fn is_generic(&self, place: Place) -> bool {
        self.files.declaration(place).is_some_and(|declaration| !declaration.parameters.is_empty())
    }

    /// `Level.Debug`: the type of one value of an enum.
    fn enum_member(&mut self, file: usize, path: &[String]) -> Option<Result<Value, Reported>> {
        let (member, name) = path.split_last()?;
        let Found::Declaration(place) = self.files.find_in(Space::Values, file, name) else { return None };
        let Kind::Record(members) = &self.files.constant(place)?.of.kind else { return None };
        let member = members.members.iter().find(|found| found.name == *member)?;
        Some(self.value(place.0, &member.of))
    }
}

/// The one type of all the types, if enums of one kind can be united to one.
fn unite(types: Vec<DataType>) -> Option<DataType> {
    let mut types = types.into_iter();
    let first = types.next()?;
    types.try_fold(first, |united, next| match (united, next) {
        (DataType::StringEnum(mut values), DataType::StringEnum(more)) => {
            values.extend(more);
            Some(DataType::StringEnum(values))
        }
        (DataType::IntegerEnum(mut values), DataType::IntegerEnum(more)) => {
            for (name, number) in more {
                // One number has one name, and one name has one number.
                let taken = values.iter().any(|(n, v)| (*n == name) != (*v == number));
                if taken {
                    return None;
                }
                values.insert(name, number);
            }
            Some(DataType::IntegerEnum(values))
        }
        (united, next) => (united == next).then_some(united),
    })
}
