//! Imports that a migration has for its types alone.
//!
//! The types of its parameters and results are not looked at when it runs, so the names in them need not be
//! there.

use std::collections::BTreeSet;

use ruff_python_ast::{
    Expr, ModModule, Stmt, StmtImportFrom,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use ruff_text_size::Ranged as _;

/// The text of a file without its top-level imports from the project that nothing but types uses. Lines keep
/// their numbers.
pub(super) fn without(
    text: &str,
    module: &ModModule,
    is_project: impl Fn(&StmtImportFrom) -> bool,
) -> String {
    let mut used = Used::default();
    used.visit_body(&module.body);
    let mut out = text.to_owned();
    for statement in module.body.iter().rev() {
        let Stmt::ImportFrom(import) = statement else { continue };
        let is_used = import.names.iter().any(|alias| {
            let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            local == "*" || used.names.contains(local)
        });
        if is_used || !is_project(import) {
            continue;
        }
        let range: std::ops::Range<usize> = import.range().into();
        let lines = text.get(range.clone()).map_or(0, |text| text.matches('\n').count());
        out.replace_range(range, &format!("pass{}", "\n".repeat(lines)));
    }
    out
}

/// The names that are used when a file runs.
#[derive(Default)]
struct Used {
    names: BTreeSet<String>,
}

impl<'a> Visitor<'a> for Used {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::ClassDef(class) = statement {
            // What makes a class into a record may look at the types of its fields.
            for field in &class.body {
                if let Stmt::AnnAssign(field) = field {
                    self.visit_expr(&field.annotation);
                }
            }
        }
        walk_stmt(self, statement);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => {
                self.names.insert(name.id.to_string());
            }
            // A type in quotes, such as the one that `cast` is given.
            Expr::StringLiteral(text) => {
                self.names.insert(text.value.to_str().to_owned());
            }
            _ => walk_expr(self, expression),
        }
    }
}
