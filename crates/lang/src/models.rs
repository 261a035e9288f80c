//! Source files to data models.
//!
//! Each language only reads its syntax, into one neutral outline of what a file declares
//! (`outline`, and a module for each language). What the outlines of all files mean together is decided
//! once for all languages (`resolve`): which name refers to what, what a model is, and the rules
//! that models keep.
//!
//! - A model is a record type that is declared and exported in `app/datamodels` and has a key.
//!   One without a key is a part of other models.
//! - Files are parsed, never run, and nothing is read from disk: the caller is asked for files that
//!   are imported and not among those given.
//! - Types outside `app/datamodels` are looked at only when a model uses them.
//! - Every problem of every file is reported in one run, each once.
//!
//! Of values other than types, only what a model's configuration says about its endpoint is read
//! (`config`). Functions are ignored, and so are the defaults of Python dataclasses (a field with
//! a default is still required, unless it is optional and the default is `None`).

mod aliases;
mod avro;
mod config;
mod json;
mod json_schema;
mod language;
mod lookup;
mod outline;
mod precise;
mod prisma;
mod protobuf;
mod python;
mod resolve;
mod typescript;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use antler_core::{
    diagnostic::{Diagnostic, SourceFile},
    ingestion::{Declared, Ingestion},
    names::ModelName,
    schema::Model,
};

pub(crate) use aliases::Aliases;
use language::Language;
use outline::Outline;
pub(crate) use python::folders as python_folders;
pub(crate) use typescript::candidates;

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

/// Reads every data model that the files declare, which are all there are: see [`parse_with`].
///
/// # Errors
/// Everything that is wrong with them, so that one run shows all of it.
pub fn parse(files: &[Arc<SourceFile>]) -> Result<BTreeMap<ModelName, ParsedModel>, Vec<Diagnostic>> {
    parse_with(files, |_| Ok(Vec::new()))
}

/// Reads every data model that the files declare. The language of a file is told by its extension.
///
/// `more` is asked for what else they need: the files of the project at any of these paths, most
/// of which are not there. It is asked again for what those import in turn.
///
/// # Errors
/// Everything that is wrong with the models, so that one run shows all of it; or `more` failed.
pub fn parse_with<E: From<Vec<Diagnostic>>>(
    files: &[Arc<SourceFile>],
    mut more: impl FnMut(&[String]) -> Result<Vec<Arc<SourceFile>>, E>,
) -> Result<BTreeMap<ModelName, ParsedModel>, E> {
    let aliases = Aliases::gather(&mut more)?;
    let mut outlines = Vec::new();
    let mut asked: BTreeSet<String> = files.iter().map(|file| file.path.clone()).collect();
    let mut found = files.to_vec();
    while !found.is_empty() {
        let read = found.iter().filter_map(|file| Some(Language::of(&file.path)?.read(file, &aliases)));
        let read: Vec<_> = read.collect();
        let wanted: BTreeSet<String> = read
            .iter()
            .flat_map(Outline::sources)
            .filter(|path| Language::of(path).is_some() && !asked.contains(*path))
            .map(str::to_owned)
            .collect();
        outlines.extend(read);
        let wanted: Vec<_> = wanted.into_iter().collect();
        found = if wanted.is_empty() { Vec::new() } else { more(&wanted)? };
        asked.extend(wanted);
    }
    outlines.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    resolve::models(&outlines).map_err(E::from)
}
