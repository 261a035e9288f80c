//! Migrations that the database calls: what does not compile, but can be run.
//!
//! In the graph such a migration is one call, whose result is read like a stored object: its
//! failure, whether the row is kept, and the row. So it composes with compiled ones: along a path
//! there is one call for each migration of this kind, and the rest is SQL around it.

mod bundle;
mod census;
mod python;
mod strip;
#[cfg(test)]
mod tests;

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    names::SqlIdent,
    schema::Model,
    udf::{self, Function, Runtime},
};
use oxc_allocator::Allocator;

pub(in crate::migration) use python::{imported as imported_in_python, is_python};

use super::{
    Migration, Output,
    ir::{self, Graph, Node},
    library::Library,
    modules::link,
    types::Type,
};

/// A function of the intermediate form that calls a migration. Equal by the name of the function,
/// which holds a hash of the rest.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) function: Arc<Function>,
    pub(super) name: SqlIdent,
}

impl PartialEq for Call {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Call {}

impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl Call {
    fn new(function: Function) -> Self {
        Self { name: function.name(), function: Arc::new(function) }
    }

    /// The type of what it returns.
    pub(super) fn result_type(&self) -> Type {
        Type::of(super::types::Kind::Object(
            self.function.result().iter().map(|field| (field.name.clone(), Type::of_field(field))).collect(),
        ))
    }
}

/// The migration that a file means, where it cannot be compiled.
///
/// # Errors
/// What in the file cannot be run either.
pub(super) fn migration(
    file: &Arc<SourceFile>,
    library: &Library,
    from: &Model,
    to: &Model,
) -> Result<(Migration, Arc<Function>), Vec<Diagnostic>> {
    let function = match is_python(file) {
        true => python::function(file, library, from, to)?,
        false => function(file, library, from, to)?,
    };
    let call = Call::new(function);
    let mut graph = Graph::default();
    let columns = from.fields.iter().map(|field| graph.column(&field.name, Type::of_field(field)));
    let columns: Vec<_> = columns.collect();
    let result_type = call.result_type();
    let function = Arc::clone(&call.function);
    let result = graph.intern(Node::Apply(ir::Function::Migration(call), columns), result_type);
    let row = graph.field(result, &udf::row());
    let columns = to
        .fields
        .iter()
        .map(|field| Output { field: field.clone(), value: graph.field(row, &field.name) })
        .collect();
    let keep = graph.field(result, &udf::keep());
    let failure = graph.field(result, &udf::failure());
    Ok((Migration { graph, source: from.fields.clone(), columns, keep, failure }, function))
}

fn function(
    file: &Arc<SourceFile>,
    library: &Library,
    from: &Model,
    to: &Model,
) -> Result<Function, Vec<Diagnostic>> {
    let allocator = Allocator::default();
    let modules = link(&allocator, file, library)?;
    let mut problems: Vec<_> = modules.iter().flat_map(census::missing).collect();
    let code = match bundle::bundle(&modules) {
        Ok(code) => code,
        Err(found) => {
            problems.extend(found);
            return Err(problems);
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(Function {
        migration: name(file),
        source: from.fields.clone(),
        target: to.fields.clone(),
        code,
        runtime: Runtime::JavaScript,
    })
}

/// What the function is called after: the name of the file.
fn name(file: &SourceFile) -> SqlIdent {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    stem.parse().unwrap_or_else(|_| udf::row())
}

/// Whether a migration that was refused may run in this way: nothing is wrong with it but that it
/// cannot be compiled, or that it names something of the language that the compiler does not know.
pub(super) fn is_runnable(file: &SourceFile, refusals: &[Diagnostic]) -> bool {
    let is_python = is_python(file);
    if !is_python && !file.path.ends_with(".ts") {
        return false;
    }
    let is_global = |diagnostic: &Diagnostic| {
        let (Some(file), Some(label)) = (&diagnostic.source_file, diagnostic.labels.first()) else {
            return false;
        };
        let named = file.text.get(label.span.clone());
        // Of Python, the compiler knows them all.
        named.is_some_and(|name| !is_python && census::is_global(name))
    };
    refusals.iter().all(|diagnostic| match diagnostic.code {
        Code::NotCompilable => true,
        Code::UnknownName => is_global(diagnostic),
        _ => false,
    })
}
