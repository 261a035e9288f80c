//! The file that holds the current version: `package.json`, `setup.py` or `pyproject.toml`.
//!
//! A version is found together with its place, so that raising it changes those bytes and no
//! others. In a Python project `setup.py` goes first; a `pyproject.toml` without a version, as
//! many have beside it, does not matter.

use std::{ops::Range, sync::Arc};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    names::Version,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use toml_edit::Document;

use crate::{
    problems::Problems,
    project::{config::Language, setup_py, tree::Tree},
};

/// The file that holds the current version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionFile {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The version in it.
    pub version: Version,
    /// The place of the version, with its quotes.
    span: Range<usize>,
}

/// The forms of the file, in the order in which they are tried.
const FORMS: [(&str, Language, Finder); 3] = [
    ("package.json", Language::Typescript, in_package_json),
    ("setup.py", Language::Python, setup_py::version),
    ("pyproject.toml", Language::Python, in_pyproject),
];

/// Finds the string literal of the version, with its quotes.
type Finder = fn(&Arc<SourceFile>) -> Result<Option<Range<usize>>, Diagnostic>;

impl VersionFile {
    /// Finds the file of a project and reads it.
    ///
    /// # Errors
    /// There is none, it has no version, or what it has is not a version.
    pub fn find(tree: &Tree, language: Option<Language>) -> Result<Self, Problems> {
        let mut without_version = None;
        for (name, form_language, _) in FORMS {
            if language.is_some_and(|language| language != form_language) {
                continue;
            }
            let Some(file) = tree.read(name)? else { continue };
            match Self::read(&file)? {
                Some(found) => return Ok(found),
                None => without_version = without_version.or(Some(file)),
            }
        }
        let help = "the current version of the data models stands there, such as \"version\": \"0.0\" in package.json";
        Err(match without_version {
            Some(file) => Diagnostic::error(Code::CurrentVersion, format!("{} has no version", file.path)),
            None => {
                let expected = match language {
                    Some(Language::Typescript) => "package.json",
                    Some(Language::Python) => "setup.py or pyproject.toml",
                    None => "package.json, setup.py or pyproject.toml",
                };
                Diagnostic::error(Code::CurrentVersion, format!("the project has no {expected}"))
            }
        }
        .with_help(help)
        .into())
    }

    /// Reads the file, whose name tells its form. `None`: it has no version.
    ///
    /// # Errors
    /// It is not valid in its form, or what it has is not a version.
    pub fn read(file: &Arc<SourceFile>) -> Result<Option<Self>, Diagnostic> {
        let Some((_, _, finder)) = FORMS.iter().find(|(name, ..)| *name == file.path) else {
            return Ok(None);
        };
        let Some(span) = finder(file)? else { return Ok(None) };
        let literal = file.text.get(span.clone()).unwrap_or_default();
        let quoted = literal.starts_with(['"', '\'']);
        let version = literal.trim_matches(['"', '\'']).parse().ok().filter(|_| quoted).ok_or_else(|| {
            Diagnostic::error(Code::CurrentVersion, format!("{literal} is not a version"))
                .with_label(file, span.clone(), "this is the current version")
                .with_help("write one to four numbers separated by dots, in quotes: \"0.1\"")
        })?;
        Ok(Some(Self { file: Arc::clone(file), version, span }))
    }

    /// The text of the file with another version in it.
    pub fn with_version(&self, version: &Version) -> String {
        let text = &self.file.text;
        let quote = if text[self.span.clone()].starts_with('\'') { '\'' } else { '"' };
        format!("{}{quote}{version}{quote}{}", &text[..self.span.start], &text[self.span.end..])
    }
}

fn in_package_json(file: &Arc<SourceFile>) -> Result<Option<Range<usize>>, Diagnostic> {
    /// Borrows the value as it stands in the text, which tells its place.
    #[derive(Deserialize)]
    struct Package<'a> {
        #[serde(borrow)]
        version: Option<&'a RawValue>,
    }
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let package: Package = serde_json::from_str(text).map_err(|error| {
        let at = offset(text, error.line(), error.column()) + (file.text.len() - text.len());
        Diagnostic::error(Code::CurrentVersion, format!("{} is not valid JSON", file.path)).with_label(
            file,
            at..at,
            plain(&error),
        )
    })?;
    Ok(package.version.map(|raw| {
        let start = raw.get().as_ptr() as usize - file.text.as_ptr() as usize;
        start..start + raw.get().len()
    }))
}

fn in_pyproject(file: &Arc<SourceFile>) -> Result<Option<Range<usize>>, Diagnostic> {
    let document = Document::parse(file.text.as_str()).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        Diagnostic::error(Code::CurrentVersion, format!("{} is not valid TOML", file.path)).with_label(
            file,
            span,
            error.message().to_owned(),
        )
    })?;
    Ok(document
        .as_table()
        .get("project")
        .and_then(|project| project.get("version"))
        .and_then(toml_edit::Item::span))
}

/// The byte at a line and column, both counted from one, as serde_json counts them.
pub fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What serde_json says, without the place that it adds.
pub fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::Folder;

    fn file(path: &str, text: &str) -> Arc<SourceFile> {
        Arc::new(SourceFile { path: path.into(), text: text.into() })
    }

    fn raised(path: &str, text: &str) -> String {
        let found = VersionFile::read(&file(path, text)).unwrap().unwrap();
        found.with_version(&found.version.successor())
    }

    fn refused(path: &str, text: &str) -> String {
        let problem = VersionFile::read(&file(path, text)).unwrap_err();
        format!("{}: {problem}", problem.location().unwrap())
    }

    #[test]
    fn raising_the_version_changes_nothing_else() {
        let package = "\u{feff}{\r\n  \"scripts\" : {\"version\": \"9.9\"},\r\n\t\"version\" :\"0.0\" }";
        assert_eq!(raised("package.json", package), package.replace("0.0", "0.1"));
        let setup = "# version='9.9'\nfrom setuptools import setup\nsetup(\n    version='1.9',  # now\n)\n";
        assert_eq!(raised("setup.py", setup), setup.replace("1.9", "1.10"));
        let project = "version = '9.9'\n[project]\nname = \"x\"\nversion = '0.0.1' # now\n";
        assert_eq!(raised("pyproject.toml", project), project.replace("0.0.1", "0.0.2"));
    }

    #[test]
    fn what_is_not_a_version_is_refused_at_its_place() {
        assert_eq!(
            refused("package.json", "{\n  \"version\": \"v1\"\n}"),
            "package.json:2:14: \"v1\" is not a version"
        );
        assert_eq!(refused("package.json", "{\"version\": 0.1}"), "package.json:1:13: 0.1 is not a version");
        assert_eq!(
            refused("package.json", "{\"version\": \"0.1\""),
            "package.json:1:17: package.json is not valid JSON"
        );
        assert_eq!(
            refused("pyproject.toml", "[project\n"),
            "pyproject.toml:1:9: pyproject.toml is not valid TOML"
        );
    }

    #[test]
    fn the_version_of_a_python_project_may_be_in_either_file() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path().to_owned());
        let tree = Tree::Working(folder.clone());
        let find = |language| VersionFile::find(&tree, language).map(|found| found.version.to_string());
        let missing = find(Some(Language::Python)).unwrap_err();
        assert_eq!(missing.to_string(), "the project has no setup.py or pyproject.toml");
        folder.create("pyproject.toml", "[project]\nversion = \"0.2\"\n").unwrap();
        folder.create("setup.py", "from setuptools import setup\nsetup(name='x')\n").unwrap();
        assert_eq!(find(None).unwrap(), "0.2");
        folder.replace("setup.py", "setup(version='0.3')\n").unwrap();
        assert_eq!(find(Some(Language::Python)).unwrap(), "0.3");
        assert!(find(Some(Language::Typescript)).is_err());
    }
}
