//! The folders of `cases`.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use antler_core::{
    diagnostic::{Diagnostic, SourceFile},
    schema::Model,
};
use antler_lang::{
    migration::{self, Library, Migration, Tier},
    models,
};

/// One migration with its models.
pub struct Fixture {
    pub name: String,
    pub from: Model,
    pub to: Model,
    pub source: Arc<SourceFile>,
    /// The files that it may import from, from the project's folder.
    pub files: Vec<Arc<SourceFile>>,
    pub migration: Migration,
}

/// All of them, by name.
pub fn all() -> Vec<Fixture> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder("cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|folder| load(folder)).collect()
}

/// The migrations in Python, in `python`.
pub fn python() -> Vec<Fixture> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder("python")).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    folders.iter().map(|folder| load_as(folder, "py")).collect()
}

/// One of them.
pub fn named(name: &str) -> Fixture {
    load(&folder("cases").join(name))
}

/// The migrations that are called, in `called` and `called_in_python`.
pub fn called(of: &str, extension: &str) -> Vec<Fixture> {
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder(of)).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let load = |folder: &PathBuf| {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let file = |stem: &str| folder.join(format!("{stem}.{extension}"));
        let (from, to) = (model(&file("from")), model(&file("to")));
        let source = read(&file("migrate"));
        let files = files(folder);
        match migration::prepare_with(&source, &library(&source, &files), &from, &to) {
            Ok((migration, Tier::Udf { .. })) => Fixture { name, from, to, source, files, migration },
            Ok((_, Tier::Sql)) => panic!("{name} is compiled: give it something that is not"),
            Err(diagnostics) => panic!("{name} is refused:\n{}", render(&diagnostics)),
        }
    };
    folders.iter().map(load).collect()
}

fn load(folder: &Path) -> Fixture {
    load_as(folder, "ts")
}

fn load_as(folder: &Path, extension: &str) -> Fixture {
    let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
    let path = |file: &str| folder.join(format!("{file}.{extension}"));
    let (from, to) = (model(&path("from")), model(&path("to")));
    let source = read(&path("migrate"));
    let mut files = files(folder);
    // As the oracle has them: migrations in Python make objects of classes.
    for (module, file) in [("old", "from"), ("new", "to")].into_iter().filter(|_| extension == "py") {
        let text = fs::read_to_string(path(file)).unwrap();
        files.push(Arc::new(SourceFile { path: format!("app/models/{module}.py"), text }));
    }
    let migration = migration::compile_with(&source, &library(&source, &files), &from, &to)
        .unwrap_or_else(|diagnostics| panic!("{name} is refused:\n{}", render(&diagnostics)));
    Fixture { name, from, to, source, files, migration }
}

/// The files of the project around a migration: those in its folder `app`.
fn files(folder: &Path) -> Vec<Arc<SourceFile>> {
    let (mut found, mut open) = (Vec::new(), vec![folder.join("app")]);
    while let Some(inside) = open.pop() {
        for entry in fs::read_dir(&inside).into_iter().flatten() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => open.push(path),
                false => {
                    let text = fs::read_to_string(&path).unwrap();
                    let path = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                    found.push(Arc::new(SourceFile { path, text }));
                }
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// What a migration imports of these files.
pub fn library(source: &Arc<SourceFile>, files: &[Arc<SourceFile>]) -> Library {
    let some = |paths: &[String]| {
        Ok(files.iter().filter(|file| paths.contains(&file.path)).map(Arc::clone).collect())
    };
    Library::gather::<std::convert::Infallible>(&[Arc::clone(source)], some).unwrap()
}

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/migration").join(name)
}

pub fn read(path: &Path) -> Arc<SourceFile> {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    Arc::new(SourceFile { path: format!("app/functions/{name}"), text })
}

/// The only model of a file.
pub fn model(path: &Path) -> Model {
    let text = fs::read_to_string(path).unwrap();
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap();
    let file = Arc::new(SourceFile { path: format!("app/datamodels/models.{extension}"), text });
    let mut parsed = models::parse(&[file]).unwrap_or_else(|diagnostics| panic!("{}", render(&diagnostics)));
    let (_, only) = parsed.pop_first().unwrap();
    assert!(parsed.is_empty(), "{} has one model", path.display());
    only.model
}

/// Diagnostics as a reader sees them, with the lines that they point at.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&format!("{}: {}\n", diagnostic.code, diagnostic.message));
        if let Some(location) = diagnostic.location() {
            out.push_str(&format!("  at {location}\n"));
        }
        for label in &diagnostic.labels {
            let text = &diagnostic.source_file.as_ref().unwrap().text;
            let start = text[..label.span.start].rfind('\n').map_or(0, |newline| newline + 1);
            let line = text[start..].lines().next().unwrap_or_default();
            let column = text[start..label.span.start].chars().count();
            let end = label.span.end.min(start + line.len()).max(label.span.start + 1);
            let width = text.get(label.span.start..end).map_or(1, |text| text.chars().count().max(1));
            out.push_str(&format!(
                "  | {line}\n  | {}{} {}\n",
                " ".repeat(column),
                "^".repeat(width),
                label.text
            ));
        }
        if let Some(help) = &diagnostic.help {
            out.push_str(&format!("  help: {help}\n"));
        }
        out.push('\n');
    }
    out.trim_end().to_owned()
}
