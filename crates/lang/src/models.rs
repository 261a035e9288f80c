//! Source files to data models.
//!
//! Each language only reads its syntax, into one neutral outline of what a file declares
//! (`outline`, `typescript`, `python`). What the outlines of all files mean together is decided
//! once for all languages (`resolve`): which name refers to what, what a model is, and the rules
//! that models keep.
//!
//! - A model is a record type that is declared and exported in `app/datamodels` and has a key.
//!   One without a key is a part of other models.
//! - Files are parsed, never run, and nothing is read from disk: an imported file is found among
//!   the files given, or not at all.
//! - Types outside `app/datamodels` are looked at only when a model uses them.
//! - Every problem of every file is reported in one run, each once.
//!
//! Of values other than types, only what a model's configuration says about its endpoint is read
//! (`config`). Functions are ignored, and so are the defaults of Python dataclasses (a field with
//! a default is still required, unless it is optional and the default is `None`).

mod config;
mod language;
mod lookup;
mod outline;
mod python;
mod resolve;
mod typescript;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use antler_core::{
    diagnostic::{Diagnostic, SourceFile},
    ingestion::{Declared, Ingestion},
    names::ModelName,
    schema::Model,
};

use language::Language;

/// A data model, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedModel {
    /// The model.
    pub model: Model,
    /// What its configuration says about its endpoint.
    pub ingestion: Ingestion,
    /// The file that declares it.
    pub file: Arc<SourceFile>,
    /// Its name in that file, for messages that point at it.
    pub span: Range<usize>,
}

impl ParsedModel {
    /// What was declared, wherever it was written.
    pub fn into_declared(self) -> Declared {
        Declared { model: self.model, ingestion: self.ingestion }
    }
}

/// Reads every data model that the files declare. Files that a model imports are looked up
/// among `files` by path; the language is told by the extension.
///
/// # Errors
/// Everything that is wrong with them, so that one run shows all of it.
pub fn parse(files: &[Arc<SourceFile>]) -> Result<BTreeMap<ModelName, ParsedModel>, Vec<Diagnostic>> {
    let mut outlines: Vec<_> =
        files.iter().filter_map(|file| Some(Language::of(&file.path)?.read(file))).collect();
    outlines.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    resolve::models(&outlines)
}
