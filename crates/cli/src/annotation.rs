//! Diagnostics as GitHub shows them beside the lines of a change.
//!
//! An annotation is a line that a job prints:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use std::fmt;

use antler_core::diagnostic::{Diagnostic, Severity};

/// A diagnostic as one line. Paths are seen from the root of the repository.
pub struct Annotation<'a> {
    /// What it says.
    pub diagnostic: &'a Diagnostic,
    /// Where the project is in the repository: empty, or ended by `/`.
    pub prefix: &'a str,
}

impl fmt::Display for Annotation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic { code, severity, message, help, .. } = self.diagnostic;
        f.write_str(match severity {
            Severity::Error => "::error ",
            Severity::Warning => "::warning ",
        })?;
        if let Some(file) = &self.diagnostic.source_file {
            write!(f, "file={},", property(&format!("{}{}", self.prefix, file.path)))?;
        }
        if let Some((line, column)) = self.diagnostic.line_and_column() {
            write!(f, "line={line},col={column},")?;
        }
        write!(f, "title=antler {code}::{}", data(message))?;
        match help {
            Some(help) => write!(f, "{}", data(&format!("\nhelp: {help}"))),
            None => Ok(()),
        }
    }
}

/// Text after the last `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use antler_core::diagnostic::{Code, SourceFile};

    use super::*;

    #[test]
    fn what_would_end_a_property_or_a_line_is_escaped() {
        let file = Arc::new(SourceFile { path: "app/a,b:c.ts".into(), text: "\n ab".into() });
        let diagnostic = Diagnostic::warning(Code::Syntax, "100% of it:\nno, really")
            .with_label(&file, 2..3, "here")
            .with_help("fix it");
        assert_eq!(
            Annotation { diagnostic: &diagnostic, prefix: "my-app/" }.to_string(),
            "::warning file=my-app/app/a%2Cb%3Ac.ts,line=2,col=2,title=antler A201::100%25 of it:%0Ano, \
             really%0Ahelp: fix it"
        );
    }

    #[test]
    fn a_diagnostic_without_a_place_has_only_a_title() {
        let diagnostic = Diagnostic::error(Code::Lock, "it is damaged");
        let annotation = Annotation { diagnostic: &diagnostic, prefix: "" };
        assert_eq!(annotation.to_string(), "::error title=antler A403::it is damaged");
    }
}
