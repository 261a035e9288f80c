//! Configurations to the models that they are of.

use std::collections::BTreeMap;

use antler_core::{
    diagnostic::{Code, Diagnostic},
    names::SqlIdent,
    schema::DataType,
};

use super::{Candidate, Resolver, is_in_folder};
use crate::models::{
    config::{self, Config, Entry, Setting, Subject, Value},
    lookup::{Found, Place, Space},
    outline::{Outline, Refusal, Span},
};

impl<'a> Resolver<'a> {
    /// Gives each record what its configuration says.
    pub(super) fn configure(&mut self, candidates: &mut BTreeMap<Place<'a>, Candidate>) {
        // A model that could not be read may be the one that is configured.
        let all_were_read = self.problems.is_empty();
        let mut configured: BTreeMap<Place, (usize, &Span)> = BTreeMap::new();
        for (file, outline) in self.outlines.iter().enumerate() {
            if outline.is_broken() || !is_in_folder(outline) {
                continue;
            }
            for Config { subject, settings } in &outline.configs {
                let (Subject::Named { path, span } | Subject::Perhaps { path, span }) = subject;
                let place = match self.files.find(file, path) {
                    Found::Declaration(place) => candidates.get_mut(&place).map(|found| (place, found)),
                    Found::Foreign | Found::Broken(_) | Found::Missing(_) => None,
                };
                let is_named = matches!(subject, Subject::Named { .. });
                let Some((place, candidate)) = place else {
                    if all_were_read && is_named {
                        self.problems.push(no_such_model(outline, path, span));
                    }
                    continue;
                };
                if let Some(first) = configured.insert(place, (file, span)) {
                    self.problems.push(configured_twice(place.1, (outline, span), self.outlines, first));
                }
                let settings = self.settled(file, settings, 0);
                let refusals = match config::read(outline.language, &settings) {
                    Ok(read) => {
                        candidate.ingestion = read.ingestion;
                        candidate.has_order |= read.storage.is_off;
                        candidate.order(place.1, &read.storage.order_by)
                    }
                    Err(refusals) => {
                        candidate.has_order = true;
                        refusals
                    }
                };
                if all_were_read && is_named && !candidate.is_model() && self.used.contains(&place) {
                    self.problems.push(no_such_model(outline, path, span));
                }
                self.problems.extend(refusals.into_iter().map(|refusal| {
                    Diagnostic::error(Code::ModelConfig, refusal.message)
                        .with_label(&outline.file, refusal.span, "here")
                        .with_help(refusal.help)
                }));
            }
        }
    }
}

/// How many constants may lead to one value. More is a circle.
const LONGEST_CHAIN: u32 = 16;

impl Resolver<'_> {
    /// A value with the constants that it is made of in their places. `hops` counts those that led to it.
    fn settled(&self, file: usize, setting: &Setting, hops: u32) -> Setting {
        let value = match &setting.value {
            Value::Named(name) => self
                .constant_value(file, name)
                .filter(|_| hops < LONGEST_CHAIN)
                .map_or(Value::Unreadable, |(file, value)| {
                    placed(self.settled(file, value, hops + 1), &setting.span).value
                }),
            Value::List(items) => {
                Value::List(items.iter().map(|item| self.settled(file, item, hops)).collect())
            }
            Value::Group(entries) => {
                Value::Group(entries.iter().flat_map(|entry| self.settled_entry(file, entry, hops)).collect())
            }
            Value::Text(_)
            | Value::Member(..)
            | Value::True
            | Value::False
            | Value::Nothing
            | Value::Unreadable => setting.value.clone(),
        };
        Setting { span: setting.span.clone(), value }
    }

    fn settled_entry(&self, file: usize, entry: &Entry, hops: u32) -> Vec<Entry> {
        match entry {
            Entry::Named { name, name_span, setting } => vec![Entry::Named {
                name: name.clone(),
                name_span: name_span.clone(),
                setting: self.settled(file, setting, hops),
            }],
            Entry::Spread(spread) => match self.settled(file, spread, hops).value {
                Value::Group(entries) => entries,
                Value::Nothing => Vec::new(),
                Value::Text(_)
                | Value::Member(..)
                | Value::True
                | Value::False
                | Value::List(_)
                | Value::Named(_)
                | Value::Unreadable => vec![Entry::Unreadable(spread.span.clone())],
            },
            Entry::Unreadable(span) => vec![Entry::Unreadable(span.clone())],
        }
    }

    /// The value of a constant, and the file that it is in.
    fn constant_value(&self, file: usize, name: &str) -> Option<(usize, &Setting)> {
        let path = [name.to_owned()];
        // In Python, a variable is found among the types, one of which it may be.
        [Space::Values, Space::Types].into_iter().find_map(|space| {
            let Found::Declaration((file, name)) = self.files.find_in(space, file, &path) else {
                return None;
            };
            Some((file, self.outlines.get(file)?.constants.get(name)?))
        })
    }
}

impl Candidate {
    /// Notes the fields that its table is ordered by, and tells which of them cannot be.
    fn order(&mut self, shown: &str, names: &[(String, Span)]) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        for (name, span) in names {
            self.has_order = true;
            match self.sortable(shown, name) {
                Ok(name) if self.order_by.contains(&name) => refusals.push(Refusal::new(
                    span.clone(),
                    format!("`{shown}` is ordered by `{name}` twice"),
                    "Remove one of them.",
                )),
                Ok(name) => self.order_by.push(name),
                Err((message, help)) => refusals.push(Refusal::new(span.clone(), message, help)),
            }
        }
        refusals
    }

    /// The field of a name, if a table can be ordered by it.
    fn sortable(&self, shown: &str, name: &str) -> Result<SqlIdent, (String, String)> {
        let Some(field) = self.fields.iter().find(|field| field.name.as_str() == name) else {
            let known: Vec<_> = self.fields.iter().map(|field| format!("`{}`", field.name)).collect();
            return Err((
                format!("`{shown}` has no field `{name}`"),
                format!("It has {}.", known.join(", ")),
            ));
        };
        let complaint = match may_be_missing_in(&field.data_type) {
            _ if !field.absence.is_never() => "it may be missing",
            true => "something in it may be missing",
            false => return Ok(field.name.clone()),
        };
        Err((
            format!("`{shown}` cannot be ordered by `{name}`: {complaint}"),
            "Use a text, a number, a date, a boolean or an enum that is always there.".to_owned(),
        ))
    }
}

/// A value with everything in it at one place: it is written in another file, and messages point at
/// the constant that stands for it.
fn placed(setting: Setting, span: &Span) -> Setting {
    let value = match setting.value {
        Value::List(items) => Value::List(items.into_iter().map(|item| placed(item, span)).collect()),
        Value::Group(entries) => {
            let entries = entries.into_iter().map(|entry| match entry {
                Entry::Named { name, name_span: _, setting } => {
                    Entry::Named { name, name_span: span.clone(), setting: placed(setting, span) }
                }
                Entry::Spread(spread) => Entry::Spread(placed(spread, span)),
                Entry::Unreadable(_) => Entry::Unreadable(span.clone()),
            });
            Value::Group(entries.collect())
        }
        value @ (Value::Text(_)
        | Value::Member(..)
        | Value::True
        | Value::False
        | Value::Nothing
        | Value::Named(_)
        | Value::Unreadable) => value,
    };
    Setting { span: span.clone(), value }
}

/// Whether a part of a value may be missing, by which the database cannot order.
fn may_be_missing_in(data_type: &DataType) -> bool {
    match data_type {
        DataType::Array(item) => item.nullable || may_be_missing_in(&item.data_type),
        DataType::Object(fields) => {
            fields.iter().any(|field| !field.absence.is_never() || may_be_missing_in(&field.data_type))
        }
        DataType::String
        | DataType::Number
        | DataType::Boolean
        | DataType::BigInt
        | DataType::Date
        | DataType::StringEnum(_)
        | DataType::IntegerEnum(_)
        | DataType::Precise(_) => false,
    }
}

fn no_such_model(outline: &Outline, path: &[String], span: &Span) -> Diagnostic {
    let message = format!("`{}` is configured, and is not a data model", path.join("."));
    Diagnostic::error(Code::ModelConfig, message)
        .with_label(&outline.file, span.clone(), "no data model of this name")
        .with_help("Name a type in app/datamodels that is exported and has a key.")
}

fn configured_twice(
    model: &str,
    (outline, span): (&Outline, &Span),
    outlines: &[Outline],
    (first_file, first_span): (usize, &Span),
) -> Diagnostic {
    let message = format!("`{model}` is configured twice");
    let problem = Diagnostic::error(Code::ModelConfig, message)
        .with_label(&outline.file, span.clone(), "here again")
        .with_help("Keep one of the configurations.");
    match outlines.get(first_file) {
        Some(first) if first.file.path == outline.file.path => {
            problem.with_label(&outline.file, first_span.clone(), "first configured here")
        }
        Some(_) | None => problem,
    }
}
