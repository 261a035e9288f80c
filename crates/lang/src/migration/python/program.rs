//! The file: its constants, enums and functions, and the one function to run.

use std::{collections::BTreeMap, rc::Rc};

use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtIf};
use ruff_text_size::{Ranged, TextRange};

use super::{Lowering, Reported, Value, entry, keyword, last_name, literal};
use crate::migration::{Migration, types::Type};

impl<'a> Lowering<'a> {
    /// Lowers a whole file.
    pub(super) fn program(&mut self, body: &'a [Stmt]) -> Result<Migration, Reported> {
        let entry = entry::of(self.file, body).map_err(|problems| {
            self.diagnostics.extend(problems);
            Reported
        })?;
        for statement in body {
            self.declaration(statement);
        }
        let parameters = &entry.parameters;
        let mut required = parameters.posonlyargs.iter().chain(&parameters.args);
        let (Some(row), None, [], None, None) = (
            required.next(),
            required.next(),
            parameters.kwonlyargs.as_slice(),
            &parameters.vararg,
            &parameters.kwarg,
        ) else {
            let help = "Write `def migrate(row): …`.";
            return Err(self.refuse(
                entry.parameters.range,
                "a migration with other parameters than one",
                help,
            ));
        };
        let fields = self.from.fields.iter().map(|field| (field.name.clone(), Type::of_field(field)));
        let fields: Vec<_> = fields.collect();
        let columns =
            fields.into_iter().map(|(name, ty)| (name.clone(), self.graph.column(&name, ty))).collect();
        let columns = self.graph.object(columns);
        let arguments = BTreeMap::from([(row.name().to_string(), Value::Node(columns))]);
        let returned = self.body(entry, arguments)?;
        self.migration(returned, TextRange::new(entry.start(), entry.parameters.end()))
    }

    /// A statement of the module. What is not compiled there counts only if the migration uses it.
    fn declaration(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    let first = module.split('.').next().unwrap_or(module);
                    let (name, module) = match &alias.asname {
                        Some(name) => (name.as_str(), module),
                        None => (first, first),
                    };
                    self.module.insert(name.to_owned(), Value::Imported(module, ""));
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).to_string();
                    self.module.insert(name, Value::Imported(module, alias.name.as_str()));
                }
            }
            Stmt::FunctionDef(function) => {
                self.module.insert(function.name.to_string(), Value::Function(function));
            }
            Stmt::ClassDef(class) => self.class(class),
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [Expr::Name(name)] => self.constant(&name.id, &assign.value),
                _ => {
                    let help = "Give one name its value: `LIMIT = 10`.";
                    self.refuse(assign.range, "this assignment of the module", help);
                }
            },
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                    self.constant(&name.id, value);
                }
            }
            Stmt::If(statement) if is_skipped(statement) => {}
            Stmt::Expr(statement) if literal(&statement.value).is_some() => {}
            Stmt::Expr(statement) if matches!(&*statement.value, Expr::EllipsisLiteral(_)) => {}
            Stmt::Pass(_) | Stmt::TypeAlias(_) => {}
            other => {
                let place = keyword(other, 1);
                self.refuse(
                    place,
                    "a statement that runs when the file is loaded",
                    "Keep to constants and functions.",
                );
            }
        }
    }

    fn constant(&mut self, name: &str, value: &'a Expr) {
        let (lowered, failure) = self.isolated(|this| this.attempt(|this| this.value(value)));
        let bound = match lowered {
            Ok(value) if failure == self.graph.null() => value,
            Ok(_) => {
                let lowered = self.attempt(|this| -> Result<(), Reported> {
                    Err(this.refuse(value.range(), "a constant that may raise", "Write its value."))
                });
                Value::Broken(lowered.err().unwrap_or_default())
            }
            Err(found) => Value::Broken(found),
        };
        self.module.insert(name.to_owned(), bound);
    }

    fn class(&mut self, class: &'a StmtClassDef) {
        let bases: Vec<_> = class.arguments.iter().flat_map(|arguments| &arguments.args).collect();
        let is_enum =
            bases.iter().any(|base| matches!(last_name(base), Some("Enum" | "StrEnum" | "IntEnum")));
        let value = if is_enum { self.members(class) } else { Value::Class(class.name.as_str()) };
        self.module.insert(class.name.to_string(), value);
    }

    /// The members of an enum, which are constants.
    fn members(&mut self, class: &'a StmtClassDef) -> Value<'a> {
        let mut members = BTreeMap::new();
        let mut broken = Vec::new();
        for statement in &class.body {
            let (name, value) = match statement {
                Stmt::Assign(assign) => match assign.targets.as_slice() {
                    [Expr::Name(name)] => (name.id.to_string(), &assign.value),
                    _ => continue,
                },
                Stmt::Expr(statement) if literal(&statement.value).is_some() => continue,
                Stmt::Pass(_) => continue,
                other => {
                    let found = self.attempt(|this| -> Result<(), Reported> {
                        let help = "Keep to members with constant values.";
                        Err(this.refuse(keyword(other, 1), "an enum with methods", help))
                    });
                    broken.extend(found.err().unwrap_or_default().iter().cloned());
                    continue;
                }
            };
            let (value, _) = self.isolated(|this| this.attempt(|this| this.expression(value)));
            match value {
                Ok(value) if self.is_constant(value) => {
                    members.insert(name, value);
                }
                Ok(_) => {}
                Err(found) => broken.extend(found.iter().cloned()),
            }
        }
        if broken.is_empty() { Value::Enum(Rc::new(members)) } else { Value::Broken(Rc::new(broken)) }
    }
}

/// `if TYPE_CHECKING:` and `if __name__ == "__main__":`, which do not run.
fn is_skipped(statement: &StmtIf) -> bool {
    let is_name = |expression: &Expr, wanted| last_name(expression) == Some(wanted);
    let skips = match &*statement.test {
        Expr::Compare(compare) => is_name(&compare.left, "__name__"),
        test => is_name(test, "TYPE_CHECKING"),
    };
    skips && statement.elif_else_clauses.is_empty()
}
