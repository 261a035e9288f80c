//! The only place that prints.
//!
//! Standard output is data: what a command was asked for, and nothing else. Standard error is
//! talk: what is going on, and messages. Diagnostics are drawn here, with the lines of the file
//! they point into; where no person is watching, they are drawn in plain ASCII.

use std::io::{self, Write};

use antler_core::diagnostic::{self, Diagnostic};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode};

use crate::{palette::Palette, problems::Problems};

/// How messages look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// ASCII without colours.
    Plain,
    /// Lines and arrows without colours.
    Drawn,
    /// Lines and arrows in colours.
    Coloured,
}

/// Prints.
#[derive(Debug, Clone)]
pub struct Printer {
    theme: GraphicalTheme,
    palette: Palette,
}

impl Printer {
    /// A printer to the standard streams.
    pub fn new(style: Style) -> Self {
        Self {
            theme: match style {
                Style::Plain => GraphicalTheme::none(),
                Style::Drawn => GraphicalTheme::unicode_nocolor(),
                Style::Coloured => GraphicalTheme::unicode(),
            },
            palette: Palette::Plain,
        }
    }

    /// The same, with colours for data or without.
    #[must_use]
    pub fn with_palette(self, palette: Palette) -> Self {
        Self { palette, ..self }
    }

    /// What data may be coloured with.
    pub fn palette(&self) -> Palette {
        self.palette
    }

    /// Data, as it is.
    ///
    /// # Errors
    /// Nobody takes it: the other end of the pipe is closed, or the disk is full.
    pub fn data(&self, data: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(data)?;
        out.flush()
    }

    /// A line of talk.
    pub fn say(&self, line: impl AsRef<str>) {
        // Nothing is left to tell a user whose standard error is closed.
        let _ = writeln!(io::stderr().lock(), "{}", line.as_ref());
    }

    /// A question. The answer is a line, without what is around its words.
    ///
    /// # Errors
    /// Nobody answers.
    pub fn ask(&self, question: &str) -> io::Result<String> {
        let mut talk = io::stderr().lock();
        write!(talk, "{question}")?;
        talk.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    /// A diagnostic that does not stop the command, or one of those that do.
    pub fn diagnostic(&self, diagnostic: &Diagnostic) {
        self.say(self.drawn(&Rendered::new(diagnostic), &format!("[{}]", diagnostic.code)));
    }

    /// What stopped the command.
    pub fn failure(&self, error: &anyhow::Error) {
        match (error.downcast_ref::<Problems>(), error.downcast_ref::<Diagnostic>()) {
            (Some(problems), _) => problems.iter().for_each(|problem| self.diagnostic(problem)),
            (None, Some(problem)) => self.diagnostic(problem),
            (None, None) => {
                let message = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
                self.say(self.drawn(&Message(message), ""));
            }
        }
    }

    /// `error[A101]: …`, and below it the lines it is about. `code` stands behind the first word.
    fn drawn(&self, report: &dyn miette::Diagnostic, code: &str) -> String {
        let mut theme = self.theme.clone();
        theme.characters.error = format!("error{code}:");
        theme.characters.warning = format!("warning{code}:");
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(100)
            .with_links(false)
            .without_syntax_highlighting();
        let mut drawn = String::new();
        match handler.render_report(&mut drawn, report) {
            Ok(()) => drawn.trim_end().trim_start_matches('\n').to_owned() + "\n",
            Err(_) => format!("{report}\n"),
        }
    }
}

/// A message without code and place.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Message(String);

impl miette::Diagnostic for Message {}

/// A diagnostic as miette wants to see it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Rendered<'a> {
    message: String,
    diagnostic: &'a Diagnostic,
    source_code: Option<NamedSource<String>>,
}

impl<'a> Rendered<'a> {
    fn new(diagnostic: &'a Diagnostic) -> Self {
        // The name of the file is drawn with its lines, so it needs a word when none are drawn.
        let message = match &diagnostic.source_file {
            Some(file) if diagnostic.labels.is_empty() => format!("{}: {diagnostic}", file.path),
            Some(_) | None => diagnostic.to_string(),
        };
        let source_code =
            diagnostic.source_file.as_ref().map(|file| NamedSource::new(&file.path, file.text.clone()));
        Self { message, diagnostic, source_code }
    }
}

impl miette::Diagnostic for Rendered<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(match self.diagnostic.severity {
            diagnostic::Severity::Error => Severity::Error,
            diagnostic::Severity::Warning => Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.diagnostic.help.as_ref().map(|help| Box::new(help) as _)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source_code.as_ref().map(|source| source as _)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = &self.diagnostic.labels;
        if labels.is_empty() {
            return None;
        }
        Some(Box::new(labels.iter().map(|label| {
            LabeledSpan::new_with_span(Some(label.text.clone()), label.span.start..label.span.end)
        })))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use antler_core::diagnostic::{Code, SourceFile};

    use super::*;

    fn plain(diagnostic: &Diagnostic) -> String {
        Printer::new(Style::Plain).drawn(&Rendered::new(diagnostic), "[A101]")
    }

    #[test]
    fn a_diagnostic_is_drawn_with_its_place_code_and_help() {
        let text = "[http_server_config]\nport = \"4000\"\n";
        let file = Arc::new(SourceFile { path: "moose.config.toml".into(), text: text.into() });
        let diagnostic = Diagnostic::error(Code::Config, "http_server_config.port is not a port")
            .with_label(&file, 28..34, "this is a string")
            .with_help("write a number from 0 to 65535");
        insta::assert_snapshot!(plain(&diagnostic), @r#"
         error[A101]: http_server_config.port is not a port
          ,-[moose.config.toml:2:8]
        1 | [http_server_config]
        2 | port = "4000"
          :        ^^^|^^
          :           `-- this is a string
          `----
         help: write a number from 0 to 65535
        "#);
    }

    #[test]
    fn a_file_without_a_place_is_named_in_the_message() {
        let file = Arc::new(SourceFile { path: "antler.lock".into(), text: String::new() });
        let diagnostic = Diagnostic::warning(Code::Lock, "it is empty").in_file(&file);
        insta::assert_snapshot!(plain(&diagnostic), @"  warning[A101]: antler.lock: it is empty");
    }
}
