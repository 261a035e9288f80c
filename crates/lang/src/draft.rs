//! First drafts of migrations.
//!
//! A draft has one line for each field of the target, in its order. What is certain is written
//! out; what is likely is written out with a comment that asks to check it; where nothing
//! sensible can be guessed stands a call of `FILL_IN`. No such function exists, so that editors
//! and type checkers mark the call, and the migration compiler refuses it.

mod conversion;
mod page;
mod syntax;
#[cfg(test)]
mod tests;

use antler_core::{
    diff::{Diff, Origin},
    names::MigrationName,
    schema::{Absence, DataType, Field, Model},
};

use conversion::{Source, brief, convert};
use page::{Property, Value, wrapped};
use syntax::Syntax;

/// A draft in TypeScript of the migration between two models. `from_module` and `to_module` are
/// the import paths of their type declarations.
pub fn typescript(
    name: &MigrationName,
    from: &Model,
    to: &Model,
    from_module: &str,
    to_module: &str,
) -> String {
    let (older, newer) = (name.from.flat(), name.to.flat());
    let syntax = Syntax::TypeScript;
    let mut draft = Draft { name, syntax, removed: Vec::new(), holes: false };
    let object = draft.object("event", &from.fields, &to.fields);
    let what = what(name);

    let mut out = format!(
        "import type {{ {} as {older} }} from {};\nimport type {{ {} as {newer} }} from {};\n\n",
        from.name,
        syntax.quoted(from_module),
        to.name,
        syntax.quoted(to_module),
    );
    out.push_str(&format!("// Migrates {what}. Antler compiles this function to SQL.\n"));
    if draft.holes {
        out.push_str(
            "// FILL_IN stands where only you know the value: it cannot run before you replace it.\n",
        );
    }
    out.push_str(&format!("export default function migrate(event: {older}): {newer} {{\n"));
    if !draft.removed.is_empty() {
        let intro = format!("Not in {}:", name.to.version);
        out.push_str(&wrapped(&intro, &draft.removed, syntax));
    }
    out.push_str(&format!("  return {};\n}}\n", page::block(&object, 1, syntax)));
    out
}

/// A draft in Python of the migration between two models. It returns a dictionary: a class of the data models
/// will be that of the next version one day.
pub fn python(name: &MigrationName, from: &Model, to: &Model) -> String {
    let syntax = Syntax::Python;
    let mut draft = Draft { name, syntax, removed: Vec::new(), holes: false };
    let object = draft.object("event", &from.fields, &to.fields);
    let object = page::block(&object, 1, syntax);
    let used = [("datetime", "datetime.from"), ("timezone", "timezone.utc")];
    let imports = used.into_iter().filter(|(_, use_)| object.contains(use_)).map(|(name, _)| name);
    let imports: Vec<_> = imports.collect();
    let mut out = String::new();
    if !imports.is_empty() {
        out.push_str(&format!("from datetime import {}\n\n", imports.join(", ")));
    }
    out.push_str(&format!("# Migrates {}: an event goes in, and what it becomes comes out.\n", what(name)));
    if draft.holes {
        out.push_str(
            "# FILL_IN stands where only you know the value: it cannot run before you replace it.\n",
        );
    }
    out.push_str("def migrate(event):\n");
    if !draft.removed.is_empty() {
        let intro = format!("Not in {}:", name.to.version);
        out.push_str(&wrapped(&intro, &draft.removed, syntax));
    }
    out.push_str(&format!("    return {object}\n"));
    out
}

/// What a migration migrates.
fn what(name: &MigrationName) -> String {
    if name.from.model == name.to.model {
        format!("{} from {} to {}", name.from.model, name.from.version, name.to.version)
    } else {
        format!("{} to {}", name.from, name.to)
    }
}

/// A draft being written.
struct Draft<'a> {
    name: &'a MigrationName,
    syntax: Syntax,
    /// Older fields that the target does not use.
    removed: Vec<String>,
    /// Whether there is something to fill in.
    holes: bool,
}

impl Draft<'_> {
    /// The properties of the newer object, made from the older one that `path` leads to.
    fn object(&mut self, path: &str, older: &[Field], newer: &[Field]) -> Vec<Property> {
        let diff = Diff::between(older, newer);
        let shown = |field: &Field| {
            let path = self.syntax.member(path, field.name.as_str());
            path.strip_prefix("event.").unwrap_or(&path).to_owned()
        };
        self.removed.extend(diff.removed.iter().map(|field| shown(field)));
        for (object, inner) in left_inside(&diff) {
            self.removed.push(format!("{}.{}", shown(object), inner.name));
        }
        diff.fields.iter().map(|(field, origin)| self.property(path, field, origin)).collect()
    }

    fn property(&mut self, path: &str, field: &Field, origin: &Origin) -> Property {
        match origin {
            Origin::Same(from) | Origin::Changed(from, _) => {
                Property::new(field, self.value(field, &Source::field(path, from, self.syntax)))
            }
            Origin::Renamed(from) => {
                Property::new(field, self.value(field, &Source::field(path, from, self.syntax)))
                    .with_note(&format!("renamed from `{}`? please check", from.name))
            }
            Origin::Extracted { object, inner } => {
                Property::new(field, self.value(field, &Source::inner(path, object, inner, self.syntax)))
                    .with_note(&format!("moved from `{}.{}`? please check", object.name, inner.name))
            }
            Origin::Gathered(parts) => {
                let parts = parts.iter().map(|(inner, outer)| match outer {
                    Some(outer) => {
                        Property::new(inner, self.value(inner, &Source::field(path, outer, self.syntax)))
                    }
                    None => self.new_field(inner),
                });
                let parts = parts.collect();
                Property::new(field, Value::Object { before: String::new(), properties: parts })
                    .with_note("moved together? please check")
            }
            Origin::New => self.new_field(field),
        }
    }

    fn new_field(&mut self, field: &Field) -> Property {
        let (from, to) = (&self.name.from.version, &self.name.to.version);
        let new = if from <= to { format!("new in {to}") } else { format!("not in {from}") };
        match field.absence {
            Absence::Undefined | Absence::Either => {
                Property::Omitted(format!("{field} is {new} and may be left out"))
            }
            Absence::Null => {
                let nothing = self.syntax.nothing(field.absence).unwrap_or_default();
                Property::new(field, Value::code(nothing)).with_note(&new)
            }
            Absence::Never => {
                let text = format!("{}: {} is {new}", field.name, brief(&field.data_type));
                Property::new(field, Value::code(self.hole(&text)))
            }
        }
    }

    /// The value of a field, made from a source, with what the source or the field may lack.
    fn value(&mut self, field: &Field, source: &Source) -> Value {
        let nothing = self.syntax.nothing(field.absence);
        let present = self.present(field, source);
        if source.absence == Absence::Never {
            return present;
        }
        let copied = matches!(&present, Value::Code { code, .. } if *code == source.path);
        let kept = source.absence == field.absence
            || field.absence == Absence::Either
            // There is one nothing.
            || (self.syntax == Syntax::Python && field.absence != Absence::Never);
        if copied && kept {
            return present;
        }
        let nothing = match nothing {
            Some(nothing) => nothing.to_owned(),
            None => {
                let text = format!("{}, where {} has none", field.name, self.name.from.version);
                self.hole(&text)
            }
        };
        let path = &source.path;
        if copied {
            return Value::code(self.syntax.or(path, &nothing));
        }
        present.after(&self.syntax.unless_absent(path, source.absence, &nothing))
    }

    /// The value of a field on the rows where the source has one.
    fn present(&mut self, field: &Field, source: &Source) -> Value {
        if let Some(value) = convert(source, &field.data_type, self.syntax) {
            return value;
        }
        if let (DataType::Object(older), DataType::Object(newer)) = (source.data_type, &field.data_type) {
            let properties = self.object(&source.path, older, newer);
            return Value::Object { before: String::new(), properties };
        }
        let text = format!(
            "{}: {} was {} in {}",
            field.name,
            brief(&field.data_type),
            brief(source.data_type),
            self.name.from.version
        );
        Value::code(self.hole(&text))
    }

    fn hole(&mut self, what: &str) -> String {
        self.holes = true;
        format!("FILL_IN({})", self.syntax.quoted(what))
    }
}

/// The fields of objects that are gone, except those that were moved out of them.
fn left_inside<'a>(diff: &Diff<'a>) -> Vec<(&'a Field, &'a Field)> {
    let moved: Vec<_> = diff
        .fields
        .iter()
        .filter_map(|(_, origin)| {
            let Origin::Extracted { object, inner } = origin else { return None };
            Some((*object, *inner))
        })
        .collect();
    let mut left: Vec<(&Field, &Field)> = Vec::new();
    for (object, _) in &moved {
        let DataType::Object(fields) = &object.data_type else { continue };
        for field in fields {
            let pair = (*object, field);
            if !moved.contains(&pair) && !left.contains(&pair) {
                left.push(pair);
            }
        }
    }
    left
}
