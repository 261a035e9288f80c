//! Migration functions to SQL.
//!
//! A migration is compiled in three steps, each a room of its own:
//!
//! ```text
//! app/functions/….ts ──typescript──▶ graph (ir) ──sql──▶ antler_core::sql::Projection
//!                        │              ▲  compose (a.then(&b))
//!                        ├─ javascript ─┤
//!                        ├── cpython ───┘
//! app/functions/….py ──python
//! ```
//!
//! What cannot be compiled is called by the database instead ([`Tier::Udf`], `udf`), where it can be run.
//!
//! The graph says what each row becomes, exactly as the language would say it: where a value
//! cannot be computed exactly in the database, the row fails with a reason, and where that cannot be
//! told for each row, the construct is refused. What a compiled migration promises is tested
//! against Node and CPython, value for value, on the real engine (`tests/migration`).
//!
//! Rows that fail although the language has a value, each with a reason that says so:
//! - texts that are not ISO 8601 dates of the years 1900 to 2299, given to `new Date` (V8 guesses),
//!   and dates outside of those years that are stored or taken apart;
//! - bigints beyond 64 bits, and bigints read from digits that are not decimal;
//! - `%` where the exact remainder needs more than 64 bits, or 53 bits by a whole constant;
//! - a slice that cuts a character in two that is two UTF-16 code units;
//! - `x!` where x is null or undefined;
//! - a text with a character that is two UTF-16 code units, for a regular expression without the flag
//!   `u` that could tell its halves;
//! - an order by numbers one of which is NaN;
//! - a key that is the name of something that every object has, such as `constructor`.

pub mod agreement;
mod arrays;
mod compose;
mod cpython;
mod deep;
mod fit;
mod fold;
mod ir;
mod javascript;
mod lambda;
mod library;
mod modules;
mod python;
mod signature;
mod simplify;
mod sql;
mod types;
mod typescript;
mod udf;

use std::sync::Arc;

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    schema::{Field, Model},
    sql::Projection,
    udf::Function,
};

use deep::deep;
use ir::{Graph, Id};
pub use library::Library;
use types::Type;

/// How deep the statements and expressions of a migration may be nested. A chain of `else if` or
/// `? :` is as deep as it is long.
const MAX_DEPTH: usize = 1000;

/// A migration in its intermediate form: what it does to a row, independent of language and
/// database.
#[derive(Debug, Clone)]
pub struct Migration {
    graph: Graph,
    /// The fields of the source.
    source: Vec<Field>,
    /// What is stored in each field of the target.
    columns: Vec<Output>,
    /// Whether the row is kept: a boolean.
    keep: Id,
    /// Why the row fails: a text that is there only on rows that fail.
    failure: Id,
}

/// A field of the target and its value, in the form in which it is read back.
#[derive(Debug, Clone)]
struct Output {
    field: Field,
    value: Id,
}

/// Compiles the migration function of a file that imports no values.
///
/// # Errors
/// As [`compile_with`].
pub fn compile(file: &Arc<SourceFile>, from: &Model, to: &Model) -> Result<Migration, Vec<Diagnostic>> {
    compile_with(file, &Library::default(), from, to)
}

/// Compiles the migration function of a file.
///
/// # Errors
/// Everything in it that cannot be compiled with its exact meaning, with places in the file, or in a
/// file that it imports from.
pub fn compile_with(
    file: &Arc<SourceFile>,
    library: &Library,
    from: &Model,
    to: &Model,
) -> Result<Migration, Vec<Diagnostic>> {
    if file.path.ends_with(".ts") {
        return deep(|| typescript::compile(file, library, from, to));
    }
    if file.path.ends_with(".py") {
        return deep(|| python::compile(file, from, to));
    }
    if file.path.ends_with(".sql") {
        return lambda::compile(file, from, to);
    }
    let diagnostic =
        Diagnostic::error(Code::NotCompilable, "only migrations in TypeScript, Python and SQL can be run")
            .in_file(file)
            .with_help("Write the migration in a file that ends with `.ts`, `.py` or `.sql`.");
    Err(vec![diagnostic])
}

/// What an SQL lambda makes of each field, of whatever type that is: to ask the database whether it can be
/// stored. `None` for a migration that is no lambda.
///
/// # Errors
/// As [`compile`].
pub fn unfitted(
    file: &Arc<SourceFile>,
    from: &Model,
    to: &Model,
) -> Result<Option<Projection>, Vec<Diagnostic>> {
    if file.path.ends_with(".sql") { lambda::unfitted(file, from, to).map(Some) } else { Ok(None) }
}

/// How a migration runs.
#[derive(Debug, Clone)]
pub enum Tier {
    /// As SQL.
    Sql,
    /// In the runtime of its language, called by the database.
    Udf {
        /// What is called.
        function: Arc<Function>,
        /// What in the file cannot be compiled.
        because: Vec<Diagnostic>,
    },
}

/// The migration of a file that imports no values: compiled, or else called.
///
/// # Errors
/// As [`prepare_with`].
pub fn prepare(
    file: &Arc<SourceFile>,
    from: &Model,
    to: &Model,
) -> Result<(Migration, Tier), Vec<Diagnostic>> {
    prepare_with(file, &Library::default(), from, to)
}

/// The migration of a file: compiled, or else called.
///
/// # Errors
/// What is wrong with it, with places in the file; and what can neither be compiled nor be run.
pub fn prepare_with(
    file: &Arc<SourceFile>,
    library: &Library,
    from: &Model,
    to: &Model,
) -> Result<(Migration, Tier), Vec<Diagnostic>> {
    let because = match compile_with(file, library, from, to) {
        Ok(migration) => return Ok((migration, Tier::Sql)),
        Err(refusals) => refusals,
    };
    if !udf::is_runnable(file, &because) {
        // What is only not compiled is no mistake, and nothing to mend before the others are.
        let (_, wrong): (Vec<_>, Vec<_>) =
            because.iter().cloned().partition(|problem| problem.code == Code::NotCompilable);
        return Err(if wrong.is_empty() { because } else { wrong });
    }
    let (migration, function) = deep(|| udf::migration(file, library, from, to))?;
    Ok((migration, Tier::Udf { function, because }))
}

/// The migration of a file as one that is called, whether or not it could be compiled: to compare both ways to
/// run it.
///
/// # Errors
/// What in the file cannot be run.
pub fn called(
    file: &Arc<SourceFile>,
    library: &Library,
    from: &Model,
    to: &Model,
) -> Result<(Migration, Arc<Function>), Vec<Diagnostic>> {
    if file.path.ends_with(".sql") {
        let problem = Diagnostic::error(Code::NotCompilable, "SQL runs in the database, and nowhere else");
        return Err(vec![problem.in_file(file)]);
    }
    deep(|| udf::migration(file, library, from, to))
}

impl Migration {
    /// The migration that leaves every row of a model as it is.
    pub fn identity(model: &Model) -> Migration {
        let mut graph = Graph::default();
        let columns = model
            .fields
            .iter()
            .map(|field| Output {
                field: field.clone(),
                value: graph.column(&field.name, Type::of_field(field)),
            })
            .collect();
        let keep = graph.boolean(true);
        let failure = graph.null();
        Migration { graph, source: model.fields.clone(), columns, keep, failure }
    }

    /// The migration that does this one and then the next, which starts at the model where this
    /// one ends: the same rows as running one, storing its rows, and running the other.
    #[must_use]
    pub fn then(&self, next: &Migration) -> Migration {
        deep(|| compose::compose(self, next))
    }

    /// The SQL of this migration, over the columns of the source's storage table.
    pub fn projection(&self) -> Projection {
        deep(|| sql::projection(self))
    }
}
