//! Types that are worked out from others: `Pick`, `Partial`, `keyof`, `T["a"]` and the like.
//!
//! Records keep their keys in here: `Omit` of a model is a model when the key stays.

use std::collections::BTreeSet;

use antler_core::schema::{Absence, DataType, Field};

use super::{Reported, Resolver, Value, records::Standing};
use crate::models::{
    lookup::{Found, Space},
    outline::{Derived, Keep, Kind, Member, Presence, Refusal, Type},
};

impl Resolver<'_> {
    /// Resolves a type that is worked out from others.
    pub(super) fn derived(
        &mut self,
        file: usize,
        of: &Type,
        derived: &Derived,
        standing: Standing,
    ) -> Result<Value, Reported> {
        match derived {
            Derived::Fields { of: record, names, keep } => {
                let fields = self.fields(file, record, standing)?;
                let chosen = self.names(file, names)?;
                if *keep == Keep::Named
                    && let Some(name) = chosen.iter().find(|name| !has(&fields, name))
                {
                    return Err(self.no_such_field(file, names, name, &fields));
                }
                let stays = |field: &Field| chosen.contains(field.name.as_str()) == (*keep == Keep::Named);
                self.object(file, of, fields.into_iter().filter(stays).collect())
            }
            Derived::Presence { of: record, presence } => {
                let fields = self.fields(file, record, standing)?;
                self.object(file, of, fields.into_iter().map(|field| present(field, *presence)).collect())
            }
            Derived::Mapped { parameter, names, of: value, presence } => {
                let mut fields = Vec::new();
                for name in self.names(file, names)? {
                    let around = parameter.as_ref().map(|parameter| {
                        let literal = Value::plain(DataType::StringEnum(BTreeSet::from([name.clone()])));
                        (parameter.clone(), self.scope.insert(parameter.clone(), literal))
                    });
                    let field = self.mapped(file, names, &name, value);
                    if let Some((parameter, before)) = around {
                        match before {
                            Some(before) => self.scope.insert(parameter, before),
                            None => self.scope.remove(&parameter),
                        };
                    }
                    let field = field?;
                    fields.push(presence.map_or(field.clone(), |presence| present(field, presence)));
                }
                self.object(file, of, fields)
            }
            Derived::Names { of: record } => {
                let fields = self.fields(file, record, standing)?;
                let names = fields.into_iter().map(|field| field.name.to_string()).collect();
                Ok(Value::plain(DataType::StringEnum(names)))
            }
            Derived::Field { of: record, names } => {
                let fields = self.fields(file, record, standing)?;
                let mut values = Vec::new();
                for name in self.names(file, names)? {
                    match fields.iter().find(|field| field.name.as_str() == name) {
                        Some(field) => values.push(Value {
                            data_type: field.data_type.clone(),
                            null: matches!(field.absence, Absence::Null | Absence::Either),
                            undefined: matches!(field.absence, Absence::Undefined | Absence::Either),
                            key: field.key,
                        }),
                        None => return Err(self.no_such_field(file, names, &name, &fields)),
                    }
                }
                self.united(file, of, values)
            }
            Derived::Element { of: list } => self.element(file, of, list),
            Derived::Values { of: from, by, keep } => self.some_values(file, of, from, by, *keep),
            Derived::Present { of } => {
                Ok(Value { null: false, undefined: false, ..self.kept(file, of, standing)? })
            }
        }
    }

    /// The fields of a type that has to be a record, with their keys.
    pub(super) fn fields(
        &mut self,
        file: usize,
        of: &Type,
        standing: Standing,
    ) -> Result<Vec<Field>, Reported> {
        // The key may be among what could not be read.
        let value = self.kept(file, of, standing).map_err(|_| Reported { key: true })?;
        match value.data_type {
            DataType::Object(fields) if !value.null && !value.undefined => Ok(fields),
            _ => Err(self.refuse(
                file,
                Refusal::new(
                    of.span.clone(),
                    "this has no fields of its own",
                    "Name a type with fields here.",
                ),
            )),
        }
    }

    /// The type of a constant.
    pub(super) fn type_of(&mut self, file: usize, of: &Type, path: &[String]) -> Result<Value, Reported> {
        match self.constant(file, of, path)? {
            Some((place, constant)) => self.kept(place, &constant, Standing::Inline),
            None => Err(Reported { key: false }),
        }
    }

    /// The type of a constant of the project, and the file that it is written in.
    fn constant(
        &mut self,
        file: usize,
        of: &Type,
        path: &[String],
    ) -> Result<Option<(usize, Type)>, Reported> {
        let missing = Refusal::new(
            of.span.clone(),
            format!("the constant `{}` cannot be found", path.join(".")),
            "Declare it with `const` in a file of the project, or write its values out as a type.",
        );
        match self.files.find_in(Space::Values, file, path) {
            Found::Declaration(place) => match self.files.constant(place) {
                Some(constant) => Ok(Some((place.0, constant.of.clone()))),
                None => Ok(None),
            },
            Found::Broken(other) => {
                self.report_file(other);
                Ok(None)
            }
            Found::Foreign | Found::Missing(_) => Err(self.refuse(file, missing)),
        }
    }

    /// The type of the elements of a list, or of a list with a type for each place.
    fn element(&mut self, file: usize, of: &Type, list: &Type) -> Result<Value, Reported> {
        match &list.kind {
            Kind::Tuple(types) => self.one_of(file, of, types),
            Kind::TypeOf(path) => match self.constant(file, list, path)? {
                Some((place, constant)) => self.deeper(place, of, |resolver| {
                    let at = Type { span: constant.span.clone(), ..constant.clone() };
                    resolver.element(place, &at, &constant)
                }),
                None => Err(Reported { key: false }),
            },
            _ => {
                // A name may stand for a list that cannot be stored itself.
                if let Kind::Named { path, arguments } = &list.kind
                    && arguments.is_empty()
                    && !self.scope.contains_key(path.first().map_or("", String::as_str))
                    && let Found::Declaration(place) = self.files.find(file, path)
                    && let Some(declaration) = self.files.declaration(place)
                    && let Kind::Tuple(_) | Kind::TypeOf(_) = declaration.of.kind
                {
                    self.used.insert(place);
                    return self
                        .deeper(place.0, of, |resolver| resolver.element(place.0, of, &declaration.of));
                }
                match self.value(file, list)?.data_type {
                    DataType::Array(item) => {
                        Ok(Value { null: item.nullable, ..Value::plain(item.data_type) })
                    }
                    _ => Err(self.refuse(
                        file,
                        Refusal::new(
                            list.span.clone(),
                            "this is not a list",
                            "Ask for `[number]` of an array or tuple, or write the type out.",
                        ),
                    )),
                }
            }
        }
    }

    /// The names that a type of texts stands for.
    fn names(&mut self, file: usize, of: &Type) -> Result<BTreeSet<String>, Reported> {
        match self.value(file, of)?.data_type {
            DataType::StringEnum(names) => Ok(names),
            _ => Err(self.refuse(
                file,
                Refusal::new(
                    of.span.clone(),
                    "the names of the fields are not known here",
                    "List them, as in `\"a\" | \"b\"`; for any names use an array of `{ key: string; value: T }`.",
                ),
            )),
        }
    }

    fn mapped(&mut self, file: usize, names: &Type, name: &str, of: &Type) -> Result<Field, Reported> {
        let value = self.kept(file, of, Standing::Inline)?;
        let member =
            Member { name: name.to_owned(), name_span: names.span.clone(), optional: false, of: of.clone() };
        self.field_of(file, &member, value, Standing::Declared)
    }

    fn some_values(
        &mut self,
        file: usize,
        of: &Type,
        from: &Type,
        by: &Type,
        keep: Keep,
    ) -> Result<Value, Reported> {
        let value = self.value(file, from)?;
        // `Exclude<T, null>` is about nothing else.
        if let (Kind::Null | Kind::Undefined, Keep::Others) = (&by.kind, keep) {
            let is_null = matches!(by.kind, Kind::Null);
            return Ok(Value {
                null: value.null && !is_null,
                undefined: value.undefined && is_null,
                ..value
            });
        }
        let by = self.value(file, by)?;
        let keeps = |is_named: bool| is_named == (keep == Keep::Named);
        let data_type = match (value.data_type, by.data_type) {
            (DataType::StringEnum(values), DataType::StringEnum(named)) => DataType::StringEnum(
                values.into_iter().filter(|value| keeps(named.contains(value))).collect(),
            ),
            (DataType::IntegerEnum(values), DataType::IntegerEnum(named)) => {
                let is_named = |value: &i16| named.values().any(|other| other == value);
                DataType::IntegerEnum(
                    values.into_iter().filter(|(_, value)| keeps(is_named(value))).collect(),
                )
            }
            _ => {
                return Err(self.refuse(
                    file,
                    Refusal::new(
                        of.span.clone(),
                        "only values that are listed one by one can be chosen from",
                        "Use a union of literals or an enum, or write the type out.",
                    ),
                ));
            }
        };
        let is_empty = match &data_type {
            DataType::StringEnum(values) => values.is_empty(),
            DataType::IntegerEnum(values) => values.is_empty(),
            _ => false,
        };
        if is_empty {
            let help = "Leave at least one value, or remove the field.";
            return Err(self.refuse(file, Refusal::new(of.span.clone(), "no value is left of this", help)));
        }
        Ok(Value { data_type, ..value })
    }

    fn object(&mut self, file: usize, of: &Type, fields: Vec<Field>) -> Result<Value, Reported> {
        if fields.is_empty() {
            let help = "Leave at least one field, or remove it.";
            self.refuse(file, Refusal::new(of.span.clone(), "no field is left of this", help));
            return Err(Reported { key: true });
        }
        Ok(Value::plain(DataType::Object(fields)))
    }

    fn no_such_field(&mut self, file: usize, names: &Type, name: &str, fields: &[Field]) -> Reported {
        let known: Vec<_> = fields.iter().map(|field| format!("`{}`", field.name)).collect();
        let refusal = Refusal::new(
            names.span.clone(),
            format!("there is no field `{name}` here"),
            format!("There is {}.", known.join(", ")),
        );
        self.refuse(file, refusal);
        Reported { key: true }
    }
}

fn has(fields: &[Field], name: &str) -> bool {
    fields.iter().any(|field| field.name.as_str() == name)
}

/// A field that may, or may not, be left out. A key that may be left out is none any more.
fn present(field: Field, presence: Presence) -> Field {
    use Absence::{Either, Never, Null, Undefined};
    let absence = match (presence, field.absence) {
        (Presence::Optional, Never | Undefined) => Undefined,
        (Presence::Optional, Null | Either) => Either,
        (Presence::Required, Never | Undefined) => Never,
        (Presence::Required, Null | Either) => Null,
    };
    Field { absence, key: field.key && absence.is_never(), ..field }
}
