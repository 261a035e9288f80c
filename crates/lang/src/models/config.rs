//! What the configuration of a model says about its endpoint and its table.
//!
//! Each language turns what is written into [`Setting`]s, without running anything; what they mean
//! is decided here, once for all languages.
//!
//! - Constants are looked up by the resolver, across files, before a configuration is read here.
//! - Only `ingestion`, and `order_by_fields` and `enabled` of `storage`, are looked at. Everything else is accepted
//!   in silence: projects also configure what Antler decides by itself.
//! - What stands under `ingestion` is a promise to producers. A part of it that is unknown, or
//!   that only running the program would tell, is a problem and never a default. So is an order that
//!   only running the program would tell.

use antler_core::{
    ingestion::{Ingestion, JsonForm},
    validate::UnknownFields,
};

use super::{
    language::Language,
    outline::{Refusal, Span},
};

/// A configuration as it was written.
#[derive(Debug)]
pub(super) struct Config {
    pub subject: Subject,
    pub settings: Setting,
}

/// Which model a configuration is of.
#[derive(Debug)]
pub(super) enum Subject {
    /// The one that it names.
    Named { path: Vec<String>, span: Span },
    /// The one of this name, by convention. If there is none, it is no configuration of a model.
    Perhaps { path: Vec<String>, span: Span },
}

/// A value in a configuration.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub span: Span,
    pub value: Value,
}

/// The values that can be read without running anything.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    /// `IngestionFormat.JSON`: the name of an enum where it is declared, and of its member.
    Member(String, String),
    True,
    False,
    List(Vec<Setting>),
    /// `undefined`, `None`: as if it were not written.
    Nothing,
    Group(Vec<Entry>),
    /// A constant, of this file or of another one.
    Named(String),
    /// Anything else.
    Unreadable,
}

/// A part of a group.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Named {
        name: String,
        name_span: Span,
        setting: Setting,
    },
    /// The entries of a constant.
    Spread(Setting),
    /// Entries whose names only running the program would tell.
    Unreadable(Span),
}

/// What a configuration says.
#[derive(Debug, Default)]
pub(super) struct Configured {
    pub ingestion: Ingestion,
    pub storage: Storage,
}

/// What a configuration says about the table.
#[derive(Debug, Default)]
pub(super) struct Storage {
    /// The names of the fields that it is ordered by, and where they are written.
    pub order_by: Vec<(String, Span)>,
    /// Whether the author wants none. There is one all the same: it is where rows of other versions
    /// come from.
    pub is_off: bool,
}

/// Reads a configuration.
pub(super) fn read(language: Language, config: &Setting) -> Result<Configured, Vec<Refusal>> {
    let Value::Group(entries) = &config.value else {
        return match config.value {
            Value::Nothing => Ok(Configured::default()),
            _ => {
                Err(vec![unreadable(config.span.clone(), "the configuration", "Write it out in this file.")])
            }
        };
    };
    let mut refusals = Vec::new();
    let mut part = |name| {
        entry(entries, name).unwrap_or_else(|span| {
            let help = format!("Write `{name}` out after it.");
            refusals.push(unreadable(span, "what this adds to the configuration", &help));
            None
        })
    };
    let (ingestion, storage) = (part("ingestion"), part("storage"));
    // One message for an addition that hides both.
    refusals.truncate(1);
    let ingestion = ingestion.map_or_else(|| Ok(Ingestion::default()), |setting| group(language, setting));
    let storage = storage.map_or_else(|| Ok(Storage::default()), read_storage);
    match (ingestion, storage) {
        (Ok(ingestion), Ok(storage)) if refusals.is_empty() => Ok(Configured { ingestion, storage }),
        (ingestion, storage) => {
            refusals.extend(ingestion.err().into_iter().flatten());
            refusals.extend(storage.err().into_iter().flatten());
            Err(refusals)
        }
    }
}

/// The entry of a name. A later one counts, and what cannot be read may have any name.
fn entry<'e>(entries: &'e [Entry], wanted: &str) -> Result<Option<&'e Setting>, Span> {
    let mut found = Ok(None);
    for entry in entries {
        match entry {
            Entry::Named { name, setting, .. } if name == wanted => found = Ok(Some(setting)),
            Entry::Named { .. } => {}
            Entry::Spread(Setting { span, .. }) | Entry::Unreadable(span) => found = Err(span.clone()),
        }
    }
    found
}

fn read_storage(storage: &Setting) -> Result<Storage, Vec<Refusal>> {
    const HELP: &str = "Write the names out, as in `[\"at\", \"device\"]`.";
    let refused = |span: &Span, what: &str, help: &str| vec![unreadable(span.clone(), what, help)];
    let entries = match &storage.value {
        Value::Group(entries) => entries,
        // Later Moose projects say that there is a table, or none, and nothing about it.
        Value::True | Value::Nothing => return Ok(Storage::default()),
        Value::False => return Ok(Storage { is_off: true, ..Storage::default() }),
        Value::Text(_) | Value::Member(..) | Value::List(_) | Value::Named(_) | Value::Unreadable => {
            return Err(refused(&storage.span, "`storage`", "Write it out in this file."));
        }
    };
    let fields = match entry(entries, "order_by_fields") {
        Ok(fields) => fields,
        Err(span) => {
            let help = "Write `order_by_fields` out after it.";
            return Err(refused(&span, "what this adds to `storage`", help));
        }
    };
    let is_off = matches!(entry(entries, "enabled"), Ok(Some(Setting { value: Value::False, .. })));
    let order_by = match fields.map(|fields| (&fields.value, &fields.span)) {
        Some((Value::List(names), _)) => names
            .iter()
            .map(|name| match &name.value {
                Value::Text(text) => Ok((text.clone(), name.span.clone())),
                _ => Err(refused(&name.span, "a name in `order_by_fields`", HELP)),
            })
            .collect::<Result<_, _>>()?,
        None | Some((Value::Nothing, _)) => Vec::new(),
        Some((_, span)) => return Err(refused(span, "`order_by_fields`", HELP)),
    };
    Ok(Storage { order_by, is_off })
}

fn group(language: Language, setting: &Setting) -> Result<Ingestion, Vec<Refusal>> {
    let entries = match &setting.value {
        Value::Group(entries) => entries,
        // Later Moose projects say that there is an endpoint, and nothing about it.
        Value::True | Value::Nothing => return Ok(Ingestion::default()),
        Value::Text(_)
        | Value::Member(..)
        | Value::False
        | Value::List(_)
        | Value::Named(_)
        | Value::Unreadable => {
            return Err(vec![unreadable(setting.span.clone(), "`ingestion`", "Write it out in this file.")]);
        }
    };
    let unknown_fields = language.unknown_fields_setting();
    let mut ingestion = Ingestion::default();
    let mut refusals = Vec::new();
    for entry in entries {
        match entry {
            Entry::Named { name, setting, .. } if name == "format" => match format(setting) {
                Some(format) => ingestion.format = format,
                None => refusals.push(Refusal::new(
                    setting.span.clone(),
                    "`ingestion.format` is not one of its values, written out",
                    "Write `IngestionFormat.JSON` for one object in a body, or `IngestionFormat.JSON_ARRAY` for an array; without it both are taken.",
                )),
            },
            Entry::Named { name, setting, .. } if name == unknown_fields => match unknown(setting) {
                Some(unknown) => ingestion.unknown_fields = unknown,
                None => refusals.push(Refusal::new(
                    setting.span.clone(),
                    format!("`ingestion.{unknown_fields}` is not one of its values, written out"),
                    "Write \"drop\" to take records without the fields that the model does not have, or \"refuse\" to refuse such records.",
                )),
            },
            Entry::Named { name, name_span, .. } => refusals.push(Refusal::new(
                name_span.clone(),
                format!("`ingestion` has no setting `{name}`"),
                format!("It has `format` and `{unknown_fields}`."),
            )),
            Entry::Spread(Setting { span, .. }) | Entry::Unreadable(span) => refusals.push(unreadable(
                span.clone(),
                "what this adds to `ingestion`",
                "Write the settings out in this file.",
            )),
        }
    }
    if refusals.is_empty() { Ok(ingestion) } else { Err(refusals) }
}

fn format(setting: &Setting) -> Option<JsonForm> {
    let name = match &setting.value {
        Value::Text(name) => name,
        Value::Member(of, name) if of == "IngestionFormat" => name,
        Value::Nothing => return Some(JsonForm::Either),
        Value::Member(..)
        | Value::True
        | Value::False
        | Value::List(_)
        | Value::Group(_)
        | Value::Named(_)
        | Value::Unreadable => return None,
    };
    JsonForm::NAMED.into_iter().find(|(known, _)| known == name).map(|(_, form)| form)
}

fn unknown(setting: &Setting) -> Option<UnknownFields> {
    match &setting.value {
        Value::Text(text) if text == "drop" => Some(UnknownFields::Drop),
        Value::Text(text) if text == "refuse" => Some(UnknownFields::Refuse),
        Value::Nothing => Some(UnknownFields::default()),
        Value::Text(_)
        | Value::Member(..)
        | Value::True
        | Value::False
        | Value::List(_)
        | Value::Group(_)
        | Value::Named(_)
        | Value::Unreadable => None,
    }
}

fn unreadable(span: Span, what: &str, help: &str) -> Refusal {
    Refusal::new(span, format!("{what} cannot be read without running the program"), help)
}
