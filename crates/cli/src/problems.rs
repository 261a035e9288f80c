//! What a command reports about the user's project: one or more diagnostics.
//!
//! The layers below commands fail with [`Problems`]; commands pass them on inside an
//! [`anyhow::Error`], and the printer finds them there. Nothing here renders.

use std::{fmt, io, path::Path};

use antler_core::diagnostic::{Code, Diagnostic};

/// Diagnostics that stop a command. There is at least one.
#[derive(Debug, PartialEq, Eq)]
pub struct Problems(Vec<Diagnostic>);

impl Problems {
    /// The value, if no problem was found on the way to it.
    pub fn none_of<T>(found: Vec<Diagnostic>, value: T) -> Result<T, Self> {
        if found.is_empty() { Ok(value) } else { Err(Self(found)) }
    }

    /// Every one of them, in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }
}

impl From<Diagnostic> for Problems {
    fn from(diagnostic: Diagnostic) -> Self {
        Self(vec![diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Problems {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self(diagnostics)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            let separator = if i > 0 { "\n" } else { "" };
            let location = diagnostic.location().map(|place| format!("{place}: ")).unwrap_or_default();
            write!(f, "{separator}{location}{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A file or folder that could not be used. `action` completes "cannot …", such as "read".
pub fn file_problem(action: &str, path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::error(Code::File, format!("cannot {action} {}: {}", path.display(), plain(error)))
}

/// What the system said, without the number that Rust adds to it.
fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}
