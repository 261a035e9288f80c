//! What the function returns, fitted to the target model.

use std::collections::BTreeSet;

use antler_core::diagnostic::Code;
use ruff_text_size::TextRange;

use super::{Id, Lowering, Reported, spelled};
use crate::migration::{
    Migration, Output, cpython,
    fit::{self, Misfit},
    types::{Kind, Type},
};

impl<'a> Lowering<'a> {
    /// The migration that returns a value.
    pub(super) fn migration(&mut self, returned: Id, place: TextRange) -> Result<Migration, Reported> {
        let ty = self.ty(returned).clone();
        if !matches!(ty.kind, Kind::Object(_) | Kind::Never) {
            let message = format!("this returns `{}`", spelled(&ty));
            let help = "Return an object of the new model, or `None` to leave the row out.";
            return Err(self.report(
                Code::MigrationOutput,
                place,
                message,
                "a migration returns a row",
                help,
            ));
        }
        let keep = self.graph.is_there(returned);
        let row = self.graph.known(returned);
        let nothing = self.graph.null();
        let mut columns = Vec::new();
        let mut failure = nothing;
        for field in &self.to.fields {
            let value = self.graph.field(row, &field.name);
            let value = cpython::value::adapted(&mut self.graph, value, &Type::of_field(field).kind);
            let mut unchecked = BTreeSet::new();
            self.unchecked(value, &mut unchecked);
            match fit::fit(&mut self.graph, value, field, field.name.as_str(), &unchecked) {
                Ok(fitted) => {
                    failure = self.graph.first_failure(failure, fitted.failure);
                    columns.push(Output { field: field.clone(), value: fitted.value });
                }
                Err(misfit) => return Err(self.misfit(place, &misfit)),
            }
        }
        let failure = self.graph.if_else(keep, failure, nothing);
        self.fail(failure);
        Ok(Migration {
            graph: std::mem::take(&mut self.graph),
            source: self.from.fields.clone(),
            columns,
            keep,
            failure: self.failure,
        })
    }

    /// The values that Python does not check against an enum, which are checked for each row.
    fn unchecked(&self, id: Id, found: &mut BTreeSet<Id>) {
        if found.insert(id) {
            self.graph.node(id).for_each_child(|child| self.unchecked(child, found));
        }
    }

    fn misfit(&mut self, place: TextRange, misfit: &Misfit) -> Reported {
        let Misfit { path, found, expected } = misfit;
        let wanted = Type::of_field(expected);
        let Some(found) = found else {
            let what = format!("a row without `{path}`");
            let help = "Give it a value: a default of the class is not known here.";
            return self.refuse(place, what, help);
        };
        let message = format!("`{path}` must be `{}`, but this is `{}`", spelled(&wanted), spelled(found));
        let help = conversion(found, &wanted);
        self.report(Code::MigrationOutput, place, message, "what this returns", help)
    }
}

/// What to write to get from one type to another.
fn conversion(found: &Type, wanted: &Type) -> &'static str {
    if found.is_optional() && !wanted.is_optional() {
        return "It may be `None` here: give a default, or test for it and return `None` or raise.";
    }
    match (&found.kind, &wanted.kind) {
        (kind, Kind::Number) if kind.is_text() => "Convert it with `float(…)`.",
        (kind, Kind::BigInt) if kind.is_text() => "Convert it with `int(…)`.",
        (Kind::Number | Kind::Boolean, Kind::BigInt) => "Convert it with `int(…)` or `round(…)`.",
        (Kind::BigInt | Kind::Number | Kind::Boolean, Kind::Text) => "Convert it with `str(…)`.",
        (_, Kind::Boolean) => "Compare it, or convert it with `bool(…)`.",
        (Kind::Date, Kind::Text) => "Convert it with `.isoformat()`.",
        (Kind::Date, Kind::Number) => "Convert it with `.timestamp()`.",
        _ => "Convert it to the type of the target field.",
    }
}
