//! The cases, as they lie in their folders.

use std::{collections::BTreeMap, fs, path::Path, path::PathBuf, sync::Arc};

use antler_core::{
    diagnostic::{Diagnostic, SourceFile},
    names::ModelName,
};
use antler_lang::models::{self, ParsedModel};

/// Something that somebody may write.
pub(crate) struct Case {
    /// Where it lies, without extension: `good/typescript/enums`.
    pub(crate) name: String,
    /// The files in the folder of models.
    pub(crate) files: Vec<Arc<SourceFile>>,
    /// The other files of the project, which are read when they are asked for.
    pub(crate) others: Vec<Arc<SourceFile>>,
    /// The file with what becomes of it.
    pub(crate) expected: PathBuf,
}

/// The cases of all languages, in the order of their names.
pub(crate) fn cases(folder: &str) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/models").join(folder);
    let mut cases = Vec::new();
    let mut expected = Vec::new();
    for language in entries(&folder) {
        for path in entries(&language) {
            if path.extension().is_some_and(|extension| extension == "expected") {
                expected.push(path);
            } else {
                cases.push(Case::read(&path));
            }
        }
    }
    let without_case: Vec<_> =
        expected.iter().filter(|path| !cases.iter().any(|case| case.expected == **path)).collect();
    assert!(without_case.is_empty(), "nothing has this outcome: {without_case:?}");
    cases
}

impl Case {
    /// The models in it.
    pub(crate) fn parse(&self) -> Result<BTreeMap<ModelName, ParsedModel>, Vec<Diagnostic>> {
        models::parse_with(&self.files, |paths| {
            Ok(self.others.iter().filter(|file| paths.contains(&file.path)).cloned().collect())
        })
    }

    fn read(path: &Path) -> Self {
        let mut files = Vec::new();
        if path.is_dir() {
            collect(path, "", &mut files);
        } else {
            files.push(file(path, format!("app/datamodels/{}", name(path))));
        }
        let (files, others) = files.into_iter().partition(|file| file.path.starts_with("app/datamodels/"));
        let parts: Vec<_> = path.components().rev().take(3).map(|part| part.as_os_str()).collect();
        let shown: PathBuf = parts.into_iter().rev().collect();
        Self {
            name: shown.with_extension("").to_str().unwrap().to_owned(),
            files,
            others,
            expected: path.with_extension("expected"),
        }
    }
}

/// All files of a project, with paths as the command line gives them.
fn collect(folder: &Path, below: &str, files: &mut Vec<Arc<SourceFile>>) {
    for entry in entries(folder) {
        let path = if below.is_empty() { name(&entry) } else { format!("{below}/{}", name(&entry)) };
        if entry.is_dir() {
            collect(&entry, &path, files);
        } else {
            files.push(file(&entry, path));
        }
    }
}

fn file(at: &Path, path: String) -> Arc<SourceFile> {
    Arc::new(SourceFile { path, text: fs::read_to_string(at).unwrap() })
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
