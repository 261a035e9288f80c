//! What a migration imports of its project.
//!
//! An absolute module is looked for in the project's folder, in `app` and beside the file, as the imports
//! of data models are. What is found under several names is one module with one name, which its path gives:
//! `app/lib/words.py` is `app.lib.words`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use antler_core::{
    diagnostic::SourceFile,
    python::{Module, Program},
};
use ruff_python_ast::{
    ModModule, Stmt, StmtImport, StmtImportFrom,
    visitor::{Visitor, walk_stmt},
};

use super::{is_for_editors, parsed, unused};
use crate::models::python_folders;

/// The files that migrations import, and what those import in turn, by path. `more` is asked for those at
/// any of some paths, most of which are not there.
pub(in crate::migration) fn imported<E>(
    migrations: &[Arc<SourceFile>],
    mut more: impl FnMut(&[String]) -> Result<Vec<Arc<SourceFile>>, E>,
) -> Result<Vec<Arc<SourceFile>>, E> {
    let mut all: BTreeMap<String, Arc<SourceFile>> = BTreeMap::new();
    let mut asked: BTreeSet<_> = migrations.iter().map(|file| file.path.clone()).collect();
    let mut new = migrations.to_vec();
    while !new.is_empty() {
        let mut wanted = BTreeSet::new();
        for file in &new {
            wanted.extend(packages(&file.path));
            // What does not parse is reported elsewhere.
            if let Ok(module) = parsed(file) {
                let places = imports(file, module.syntax()).into_iter().flatten().flatten();
                wanted.extend(places.map(|place| place.path));
            }
        }
        wanted.retain(|path| !asked.contains(path));
        let paths: Vec<_> = wanted.iter().cloned().collect();
        asked.extend(wanted);
        new = if paths.is_empty() { Vec::new() } else { more(&paths)? };
        all.extend(new.iter().map(|file| (file.path.clone(), Arc::clone(file))));
    }
    Ok(all.into_values().collect())
}

/// A migration with what it needs of some files. What it imports for its types alone is taken away, as it is
/// in TypeScript: an edit of a data model does not make another function of it.
pub(super) fn program(
    file: &Arc<SourceFile>,
    module: &ModModule,
    entry: String,
    files: &[Arc<SourceFile>],
) -> Program {
    let files: BTreeMap<&str, &Arc<SourceFile>> =
        files.iter().map(|file| (file.path.as_str(), file)).collect();
    let is_project = |import: &StmtImportFrom| {
        from_places(&file.path, import).iter().flatten().any(|place| files.contains_key(place.path.as_str()))
    };
    let text = unused::without(&file.text, module, is_project);
    let main = Arc::new(SourceFile { path: file.path.clone(), text });
    let name = module_name(&file.path);
    let mut program = Program { main: name.clone(), entry, modules: BTreeMap::new(), names: BTreeMap::new() };
    note(&mut program.names, &name, &name);
    let mut rest = vec![main];
    while let Some(file) = rest.pop() {
        let name = module_name(&file.path);
        let package = file.path.ends_with("/__init__.py");
        let (path, text) = (file.path.clone(), file.text.clone());
        if program.modules.insert(name, Module { path, package, text }).is_some() {
            continue;
        }
        let inits = packages(&file.path).into_iter().filter_map(|path| files.get(path.as_str()));
        rest.extend(inits.map(|file| Arc::clone(file)));
        let Ok(module) = parsed(&file) else { continue };
        for bases in imports(&file, module.syntax()) {
            let found = bases.into_iter().find_map(|places| {
                let found: Vec<_> =
                    places.into_iter().filter(|place| files.contains_key(place.path.as_str())).collect();
                (!found.is_empty()).then_some(found)
            });
            for place in found.into_iter().flatten() {
                let name = module_name(&place.path);
                note(&mut program.names, &name, &name);
                note(&mut program.names, &place.name, &name);
                rest.extend(files.get(place.path.as_str()).map(|file| Arc::clone(file)));
            }
        }
    }
    program
}

/// Notes a name of a module, and those of the packages that it is in.
fn note(names: &mut BTreeMap<String, String>, name: &str, of: &str) {
    let (mut name, mut of) = (name, of);
    loop {
        names.entry(name.to_owned()).or_insert_with(|| of.to_owned());
        match (name.rsplit_once('.'), of.rsplit_once('.')) {
            (Some((outer, _)), Some((outer_of, _))) => (name, of) = (outer, outer_of),
            _ => return,
        }
    }
}

/// The name that a path gives a module.
fn module_name(path: &str) -> String {
    let path = path.strip_suffix(".py").unwrap_or(path);
    path.strip_suffix("/__init__").unwrap_or(path).replace('/', ".")
}

/// The files of the packages that a file is in, where there are such.
fn packages(path: &str) -> Vec<String> {
    path.match_indices('/')
        .map(|(at, _)| format!("{}/__init__.py", path.get(..at).unwrap_or_default()))
        .collect()
}

/// A file that may be meant, and the name under which Python asks for it.
struct Place {
    path: String,
    name: String,
}

/// For each import of a file the places that it may mean: those of one base after the other, of which the
/// first one counts that has any.
type Places = Vec<Vec<Place>>;

fn imports(file: &SourceFile, module: &ModModule) -> Vec<Places> {
    let mut found = Imports { path: &file.path, places: Vec::new() };
    found.visit_body(&module.body);
    found.places
}

struct Imports<'f> {
    path: &'f str,
    places: Vec<Places>,
}

impl<'a> Visitor<'a> for Imports<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(import) => self.places.extend(import_places(self.path, import)),
            Stmt::ImportFrom(import) => self.places.push(from_places(self.path, import)),
            Stmt::If(conditional) if is_for_editors(&conditional.test) => {
                conditional.elif_else_clauses.iter().for_each(|clause| self.visit_elif_else_clause(clause));
            }
            _ => walk_stmt(self, statement),
        }
    }
}

fn import_places(path: &str, import: &StmtImport) -> Vec<Places> {
    let of = |module: &str| {
        let folders = python_folders(path, module, 0).into_iter();
        folders.map(|folder| files(&folder, module).into()).collect()
    };
    import.names.iter().map(|alias| of(alias.name.as_str())).collect()
}

fn from_places(path: &str, import: &StmtImportFrom) -> Places {
    let module = import.module.as_ref().map_or("", |module| module.as_str());
    let of_base = |folder: String| {
        // Python makes the name of a relative import from that of the file.
        let name = if import.level == 0 { module.to_owned() } else { folder.replace('/', ".") };
        let mut places = Vec::from(files(&folder, &name));
        for alias in &import.names {
            let inner = alias.name.as_str();
            let name = if name.is_empty() { inner.to_owned() } else { format!("{name}.{inner}") };
            places.extend(files(&format!("{folder}/{inner}"), &name));
        }
        places
    };
    python_folders(path, module, import.level).into_iter().map(of_base).collect()
}

/// The files that a module of that path may be.
fn files(path: &str, name: &str) -> [Place; 2] {
    let place = |path| Place { path, name: name.to_owned() };
    [place(format!("{path}.py")), place(format!("{path}/__init__.py"))]
}
