//! First drafts of migrations.
//!
//! A draft has one line for each field of the target, in its order. What is certain is written
//! out; what is likely is written out with a comment that asks to check it; where nothing
//! sensible can be guessed stands a call of `FILL_IN`. No such function exists, so that editors
//! and type checkers mark the call, and the migration compiler refuses it.

mod conversion;
mod page;
#[cfg(test)]
mod tests;

use antler_core::{
    diff::{Diff, Origin},
    names::MigrationName,
    schema::{Absence, DataType, Field, Model},
};

use conversion::{Source, brief, convert};
use page::{Property, Value, member, wrapped};

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
    let mut draft = Draft { name, removed: Vec::new(), holes: false };
    let object = draft.object("event", &from.fields, &to.fields);
    let what = if from.name == to.name {
        format!("{} from {} to {}", from.name, name.from.version, name.to.version)
    } else {
        format!("{} to {}", name.from, name.to)
    };

    let mut out = format!(
        "import type {{ {} as {older} }} from {};\nimport type {{ {} as {newer} }} from {};\n\n",
        from.name,
        page::quoted(from_module),
        to.name,
        page::quoted(to_module),
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
        out.push_str(&wrapped(&intro, &draft.removed));
    }
    out.push_str(&format!("  return {};\n}}\n", page::block(&object, 1)));
    out
}

/// A draft being written.
struct Draft<'a> {
    name: &'a MigrationName,
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
            let path = member(path, field.name.as_str());
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
                Property::new(field, self.value(field, &Source::field(path, from)))
            }
            Origin::Renamed(from) => Property::new(field, self.value(field, &Source::field(path, from)))
                .with_note(&format!("renamed from `{}`? please check", from.name)),
            Origin::Extracted { object, inner } => {
                Property::new(field, self.value(field, &Source::inner(path, object, inner)))
                    .with_note(&format!("moved from `{}.{}`? please check", object.name, inner.name))
            }
            Origin::Gathered(parts) => {
                let parts = parts.iter().map(|(inner, outer)| match outer {
                    Some(outer) => Property::new(inner, self.value(inner, &Source::field(path, outer))),
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
            Absence::Null => Property::new(field, Value::code("null")).with_note(&new),
            Absence::Never => {
                let text = format!("{}: {} is {new}", field.name, brief(&field.data_type));
                Property::new(field, Value::code(self.hole(&text)))
            }
        }
    }

    /// The value of a field, made from a source, with what the source or the field may lack.
    fn value(&mut self, field: &Field, source: &Source) -> Value {
        let nothing = match field.absence {
            Absence::Never => None,
            Absence::Undefined => Some("undefined"),
            Absence::Null | Absence::Either => Some("null"),
        };
        let present = self.present(field, source);
        if source.absence == Absence::Never {
            return present;
        }
        let copied = matches!(&present, Value::Code { code, .. } if *code == source.path);
        let kept = source.absence == field.absence || field.absence == Absence::Either;
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
            return Value::code(format!("{path} ?? {nothing}"));
        }
        let test = match source.absence {
            Absence::Null => "=== null",
            Absence::Undefined => "=== undefined",
            Absence::Either | Absence::Never => "== null",
        };
        present.after(&format!("{path} {test} ? {nothing} : "))
    }

    /// The value of a field on the rows where the source has one.
    fn present(&mut self, field: &Field, source: &Source) -> Value {
        if let Some(value) = convert(source, &field.data_type) {
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
        format!("FILL_IN({})", page::quoted(what))
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
