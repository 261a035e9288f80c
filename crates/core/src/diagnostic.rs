//! What went wrong, where, and what to do: the form of every message about a user's files.
//!
//! A [`Diagnostic`] is data. The command line renders it with source lines and colours, the
//! server answers with its code; nothing in this crate prints.

use std::{fmt, ops::Range, sync::Arc};

/// Stable numbers of the messages, in groups of one hundred.
///
/// A number keeps its meaning for ever; a code that is no longer raised is not given to another
/// message.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal;)+) => {
        /// The stable code of a message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];

            /// Its number, as shown to users: `A201`.
            pub fn id(self) -> &'static str {
                match self { $(Code::$name => concat!("A", $number),)+ }
            }

            /// What it means, in a sentence or two.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$name => concat!($($doc),+).trim_ascii_start(),)+ }
            }
        }
    };
}

codes! {
    /// The project's configuration cannot be read.
    Config = "101";
    /// The current version is missing or is not a version.
    CurrentVersion = "102";
    /// There is no project in this folder.
    NoProject = "103";
    /// A file or folder of the project cannot be read or written.
    File = "104";
    /// A source file is not valid in its language.
    Syntax = "201";
    /// A type cannot be stored.
    UnsupportedType = "202";
    /// A model has no key.
    NoKey = "203";
    /// Two models have one name.
    DuplicateModel = "204";
    /// A name in a model is not usable.
    ModelName = "205";
    /// A name that a model refers to cannot be found.
    UnresolvedType = "206";
    /// A model has no fields.
    EmptyModel = "207";
    /// The configuration of a model cannot be used.
    ModelConfig = "208";
    /// The name of a migration file does not say what it migrates.
    MigrationFileName = "301";
    /// A migration file does not have one function to run.
    MigrationFunction = "302";
    /// A construct cannot be compiled with its exact meaning.
    NotCompilable = "303";
    /// The value that a migration returns does not fit the target model.
    MigrationOutput = "304";
    /// A migration uses a field or variable that does not exist.
    UnknownName = "305";
    /// An operation is not defined for the types it is used with.
    TypeMismatch = "306";
    /// A migration still has a hole that its author has to fill.
    Hole = "307";
    /// Migrations lead nowhere, or rows would reach a version in no way or in more than one.
    MigrationGraph = "308";
    /// A migration would give another row when it runs again.
    NotRepeatable = "309";
    /// The SQL of a migration gives another row than its language does, so it is called instead.
    Demoted = "310";
    /// A streaming function is not run.
    FunctionNotRun = "320";
    /// A part of the project is none that Antler has, and is left alone.
    LeftAlone = "321";
    /// A live version has no pinned schema.
    NotPinned = "401";
    /// The pinned commit cannot be used.
    PinnedCommit = "402";
    /// `antler.lock` cannot be read, or does not agree with the configuration.
    Lock = "403";
    /// The schema of a version has changed in place, where it is deployed or others rely on it.
    ChangedInPlace = "404";
    /// A table of a name that Antler needs is there already, and is not Antler's.
    ForeignTable = "405";
    /// A version is retired or purged, or is not, and what was asked for needs the contrary.
    Retired = "406";
    /// The plan that was to be applied is not what would be done now.
    OtherPlan = "407";
    /// The embedded engine is missing or cannot be used.
    Engine = "601";
    /// The data folder belongs to another process.
    FolderInUse = "602";
    /// The database, a topic or the journal failed.
    Storage = "603";
    /// A port cannot be listened on.
    Port = "604";
    /// A file of events cannot be imported.
    Import = "605";
    /// The disk has too little room for the rows that a plan would load.
    NoRoom = "606";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// A file of the user's project: where it is, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path from the project's folder, with `/` between its parts.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// A place in a source file, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The bytes it points at.
    pub span: Range<usize>,
    /// What to say there.
    pub text: String,
}

/// How much a message weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The thing asked for was not done.
    Error,
    /// It was done, and there is something to know.
    Warning,
}

/// A message for a person about a file of theirs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Diagnostic {
    /// Its stable code.
    pub code: Code,
    /// How much it weighs.
    pub severity: Severity,
    /// What happened, in one sentence.
    pub message: String,
    /// The file it is about.
    pub source_file: Option<Arc<SourceFile>>,
    /// Places in that file.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error without a place.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            source_file: None,
            labels: Vec::new(),
            help: None,
        }
    }

    /// A warning without a place.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a place in a file. All labels of a message are in one file; the last one given wins.
    #[must_use]
    pub fn with_label(mut self, file: &Arc<SourceFile>, span: Range<usize>, text: impl Into<String>) -> Self {
        self.source_file = Some(Arc::clone(file));
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Names the file without pointing into it.
    #[must_use]
    pub fn in_file(mut self, file: &Arc<SourceFile>) -> Self {
        self.source_file = Some(Arc::clone(file));
        self
    }

    /// `path:line:column` of the first label, or the path alone.
    pub fn location(&self) -> Option<String> {
        let file = self.source_file.as_ref()?;
        Some(match self.line_and_column() {
            Some((line, column)) => format!("{}:{line}:{column}", file.path),
            None => file.path.clone(),
        })
    }

    /// Where the first label begins in its file: the line and the character in it, from one.
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        let file = self.source_file.as_ref()?;
        let before = file.text.get(..self.labels.first()?.span.start).unwrap_or(&file.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |text| text.chars().count()) + 1;
        Some((line, column))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_has_its_own_number() {
        let ids: BTreeSet<_> = Code::ALL.iter().map(|code| code.id()).collect();
        assert_eq!(ids.len(), Code::ALL.len());
    }

    #[test]
    fn a_location_counts_lines_and_columns_from_one() {
        let file = Arc::new(SourceFile { path: "app/datamodels/a.ts".into(), text: "ü\nab: x".into() });
        let diagnostic = Diagnostic::error(Code::Syntax, "no").with_label(&file, 7..8, "here");
        assert_eq!(diagnostic.location().as_deref(), Some("app/datamodels/a.ts:2:5"));
    }
}
