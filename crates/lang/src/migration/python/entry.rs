//! The function to run.

use std::sync::Arc;

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use ruff_python_ast::{Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};

const HELP: &str = "Write `def migrate(event): …`, which returns the new row.";

/// The function to run, whether it is compiled or called: `migrate`, or else the only one without `_` before it.
///
/// # Errors
/// There is none, or it cannot be called with one event.
pub(in crate::migration) fn of<'m>(
    file: &Arc<SourceFile>,
    body: &'m [Stmt],
) -> Result<&'m StmtFunctionDef, Vec<Diagnostic>> {
    let functions: Vec<&StmtFunctionDef> = body
        .iter()
        .filter_map(|statement| match statement {
            Stmt::FunctionDef(function) if !function.name.starts_with('_') => Some(function),
            _ => None,
        })
        .collect();
    let refuse = |range: TextRange, message: String, label: &str| {
        let diagnostic = Diagnostic::error(Code::MigrationFunction, message);
        Err(vec![diagnostic.with_label(file, range.into(), label).with_help(HELP)])
    };
    let named = functions.iter().rev().find(|function| function.name.as_str() == "migrate");
    let entry: &StmtFunctionDef = match (named, functions.as_slice()) {
        (Some(entry), _) | (None, [entry]) => entry,
        (None, []) => {
            let line = file.text.lines().next().map_or(0, str::len) as u32;
            let range = TextRange::up_to(line.into());
            return refuse(range, "this file has no function".to_owned(), "a migration is a function");
        }
        (None, [.., last]) => {
            let message =
                format!("a migration has one function to run, but this file has {}", functions.len());
            return refuse(last.name.range(), message, "one of them: call it `migrate`");
        }
    };
    if entry.is_async {
        let message = "a migration cannot wait for something".to_owned();
        return refuse(entry.name.range(), message, "asynchronous");
    }
    let parameters = &entry.parameters;
    let positional = parameters.posonlyargs.iter().chain(&parameters.args);
    let needed = positional.clone().filter(|parameter| parameter.default.is_none()).count();
    let takes_one = positional.count() > 0 || parameters.vararg.is_some();
    let is_asking = parameters.kwonlyargs.iter().any(|parameter| parameter.default.is_none());
    if needed > 1 || !takes_one || is_asking {
        let message = "a migration is called with one event".to_owned();
        return refuse(parameters.range(), message, "it takes something else");
    }
    Ok(entry)
}
