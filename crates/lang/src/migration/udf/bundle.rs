//! A migration and what it imports as one piece of JavaScript: the body of a function that returns the
//! function to run.
//!
//! Each file that is imported is a function that is called at once, and returns what is taken from it.
//! Only its declarations that are needed are in it, so the hash of a migration covers these and no
//! others.

use std::fmt::Write as _;

use antler_core::diagnostic::Diagnostic;
use oxc_span::GetSpan;

use super::strip::{ANONYMOUS, quoted, strip};
use crate::migration::modules::{DEFAULT, Module};

/// The JavaScript of a migration, or why it has none.
pub(super) fn bundle(modules: &[Module]) -> Result<String, Vec<Diagnostic>> {
    let mut out = "\"use strict\"; ".to_owned();
    let mut problems = Vec::new();
    let mut entry = None;
    for (number, module) in modules.iter().enumerate() {
        let stripped = match strip(module) {
            Ok(stripped) => stripped,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        if number + 1 == modules.len() {
            out.push_str(&imports(module, modules));
            out.push_str(&stripped.text());
            entry = stripped.entry;
            continue;
        }
        let _ = writeln!(out, "const {} = (() => {{ {}", name(number), imports(module, modules));
        for statement in module.statements() {
            let span = statement.span();
            // What ended it may have been the end of the line.
            let _ = writeln!(out, "{};", stripped.part(span.start as usize, span.end as usize));
        }
        let exports =
            module.exports.iter().map(|(name, inside)| format!("{}: {}", quoted(name), local(inside)));
        let exports: Vec<_> = exports.collect();
        let _ = writeln!(out, "return {{ {} }}; }})();", exports.join(", "));
    }
    match entry {
        Some(entry) if problems.is_empty() => {
            let _ = write!(out, "\nreturn {entry};");
            Ok(out)
        }
        _ => Err(problems),
    }
}

/// The values of other files, under their names here.
fn imports(module: &Module, modules: &[Module]) -> String {
    let mut out = String::new();
    for import in &module.imports {
        let from = name(import.module);
        let exports = modules.get(import.module).map(|module| &module.exports);
        let exported = import.inside.as_ref().and_then(|inside| {
            exports?.iter().find(|(_, local)| *local == inside).map(|(exported, _)| exported)
        });
        let _ = match exported {
            Some(exported) => write!(out, "const {} = {from}[{}]; ", import.name, quoted(exported)),
            None => write!(out, "const {} = {from}; ", import.name),
        };
    }
    out
}

/// What a file is called.
fn name(number: usize) -> String {
    format!("$file{number}")
}

/// What a name is called in JavaScript.
fn local(inside: &str) -> &str {
    if inside == DEFAULT { ANONYMOUS } else { inside }
}
