//! A diagnostic, for programs.

use antler_core::diagnostic::{Diagnostic, Severity};
use serde::Serialize;

/// A diagnostic with its first place. What it does not have is null.
#[derive(Debug, Serialize)]
pub struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    help: Option<&'a str>,
}

impl<'a> Finding<'a> {
    /// The finding of a diagnostic.
    pub fn of(diagnostic: &'a Diagnostic) -> Self {
        let place = diagnostic.line_and_column();
        Self {
            code: diagnostic.code.id(),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            file: diagnostic.source_file.as_ref().map(|file| file.path.as_str()),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            help: diagnostic.help.as_deref(),
        }
    }
}
