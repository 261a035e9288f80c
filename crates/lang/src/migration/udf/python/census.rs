//! What a file needs of the world: refused where a migration does not have it.
//!
//! A migration gives the same row whenever it runs. The runner keeps the world out whatever the code does
//! (`antler-udf`, `python/world.py`) but for the clock of `datetime`, which cannot be taken away there; this
//! says so before it runs, and where.

use std::{collections::BTreeMap, sync::Arc};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use ruff_python_ast::{
    Expr, ExprCall, ModModule, Stmt,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use ruff_text_size::{Ranged as _, TextRange};

use super::sharing;
use crate::migration::python::hole::{self, HOLE};

/// Functions whose result is another one every time.
const CHANGING: &[&str] = &[
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "os.urandom",
    "os.getrandom",
    "os.getpid",
    "time.time",
    "time.time_ns",
    "time.monotonic",
    "time.monotonic_ns",
    "time.perf_counter",
    "time.perf_counter_ns",
    "time.process_time",
    "time.process_time_ns",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.getnode",
    "random.SystemRandom",
];

/// Functions that take the current time, or chance, where they are given less than so many arguments.
const CHANGING_WITHOUT: &[(&str, usize)] = &[
    ("random.Random", 1),
    ("time.localtime", 1),
    ("time.gmtime", 1),
    ("time.ctime", 1),
    ("time.asctime", 1),
    ("time.strftime", 2),
];

/// Functions of `random` that give the same whenever they run: none but what has a seed of its own.
const SEEDED: &str = "random.Random";

/// What reaches out of the migration.
const OUTSIDE: &[&str] = &["open", "input", "breakpoint"];

/// Everything in a file that would make a migration give another row the next time.
pub(super) fn changing(file: &Arc<SourceFile>, module: &ModModule) -> Vec<Diagnostic> {
    let mut census = Census { file, imports: BTreeMap::new(), problems: Vec::new() };
    Imported(&mut census.imports).visit_body(&module.body);
    census.visit_body(&module.body);
    census.problems.extend(sharing::between_rows(file, module));
    census.problems
}

/// What the names that a file imports are.
struct Imported<'i>(&'i mut BTreeMap<String, String>);

impl<'a> Visitor<'a> for Imported<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let module = alias.name.as_str();
                    let (local, of) = match &alias.asname {
                        Some(local) => (local.as_str(), module),
                        None => {
                            let top = module.split('.').next().unwrap_or(module);
                            (top, top)
                        }
                    };
                    self.0.insert(local.to_owned(), of.to_owned());
                }
            }
            Stmt::ImportFrom(import) if import.level == 0 => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for alias in &import.names {
                    let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.0.insert(local.to_owned(), format!("{module}.{}", alias.name));
                }
            }
            _ => walk_stmt(self, statement),
        }
    }
}

struct Census<'s> {
    file: &'s Arc<SourceFile>,
    imports: BTreeMap<String, String>,
    problems: Vec<Diagnostic>,
}

impl Census<'_> {
    fn report(&mut self, code: Code, range: TextRange, message: String, label: &str, help: &str) {
        let diagnostic =
            Diagnostic::error(code, message).with_label(self.file, range.into(), label).with_help(help);
        self.problems.push(diagnostic);
    }

    fn changes(&mut self, range: TextRange, path: &str) {
        let help = "A migration must give the same row whenever it runs again.";
        let message = format!("`{path}()` cannot be used in a migration");
        self.report(Code::NotRepeatable, range, message, "gives another value every time", help);
    }

    /// What an expression is by its full name: `datetime.datetime.now`.
    fn path(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::Name(name) => self.imports.get(name.id.as_str()).cloned(),
            Expr::Attribute(attribute) => {
                Some(format!("{}.{}", self.path(&attribute.value)?, attribute.attr))
            }
            _ => None,
        }
    }

    fn call(&mut self, call: &ExprCall) {
        let count = call.arguments.args.len() + call.arguments.keywords.len();
        if let Some(path) = self.path(&call.func)
            && CHANGING_WITHOUT.iter().any(|(function, needed)| *function == path && count < *needed)
        {
            self.changes(call.range(), &path);
        }
        let Expr::Name(name) = &*call.func else { return };
        let name = name.id.as_str();
        if name == HOLE {
            self.problems.push(hole::asked(self.file, call));
        } else if OUTSIDE.contains(&name) && !self.imports.contains_key(name) {
            let message = format!("`{name}()` cannot be used in a migration");
            let help = "A migration has nothing but the event and what its project imports: no files and no network.";
            self.report(Code::NotRepeatable, call.range(), message, "reaches outside", help);
        }
    }

    fn waits(&mut self, range: TextRange) {
        let message = "a migration cannot wait for something".to_owned();
        let help = "A migration is a plain function that returns the new row.";
        self.report(Code::MigrationFunction, range, message, "asynchronous", help);
    }
}

/// Whether a function of that name gives another value every time.
fn is_changing(path: &str) -> bool {
    let of_random = path.strip_prefix("random.").is_some_and(|name| !name.contains('.'));
    CHANGING.contains(&path) || path.starts_with("secrets.") || (of_random && path != SEEDED)
}

impl<'a> Visitor<'a> for Census<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::FunctionDef(function) = statement
            && function.is_async
        {
            self.waits(function.name.range());
        }
        walk_stmt(self, statement);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(_) | Expr::Attribute(_) => {
                if let Some(path) = self.path(expression)
                    && is_changing(&path)
                {
                    return self.changes(expression.range(), &path);
                }
            }
            Expr::Call(call) => self.call(call),
            Expr::Await(wait) => self.waits(wait.range()),
            _ => {}
        }
        walk_expr(self, expression);
    }
}
