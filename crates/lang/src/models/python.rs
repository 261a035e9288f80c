//! Reads what a Python file declares: records (`classes`), enums and type aliases, and the names
//! that it imports.
//!
//! A class is told by the last part of its decorator or base, whatever module it comes from.
//! Everything that a module declares or imports can be imported from it, as in Python.

mod classes;
mod config;
mod enums;
mod types;

use std::sync::Arc;

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use ruff_python_ast::{Expr, Stmt, StmtImport, StmtImportFrom};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextRange};

use super::{
    language::Language,
    outline::{Declaration, Import, Outline, Parameter, Role, Source, Span, Type},
};
use config::Variables;
pub(super) use types::known;
use types::{Names, last_name};

/// Reads what a file declares.
pub(super) fn read(file: &Arc<SourceFile>) -> Outline {
    let parsed = parse_unchecked(&file.text, ParseOptions::from(Mode::Module));
    let mut outline = Outline::empty(file, Language::Python);
    for error in parsed.errors() {
        outline.problems.push(Diagnostic::error(Code::Syntax, error.error.to_string()).with_label(
            file,
            span(error.location),
            "here",
        ));
    }
    let Some(module) = parsed.try_into_module() else { return outline };
    let mut reader = Reader { outline, variables: Variables::of(module.suite()) };
    reader.imports(module.suite());
    reader.declarations(module.suite());
    reader.values_of_variables();
    reader.outline
}

struct Reader<'a> {
    outline: Outline,
    variables: Variables<'a>,
}

impl Reader<'_> {
    /// Imports come first: they decide how dotted names are read.
    fn imports(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::Import(import) => self.import(import),
                Stmt::ImportFrom(import) => self.import_from(import),
                // `if TYPE_CHECKING:`
                Stmt::If(conditional) => self.imports(&conditional.body),
                _ => {}
            }
        }
    }

    fn import(&mut self, import: &StmtImport) {
        for alias in &import.names {
            let module = alias.name.as_str();
            let local = alias.asname.as_ref().map_or(module, |name| name.as_str());
            let sources = self
                .folders(module, 0)
                .into_iter()
                .flat_map(|path| files(&path))
                .map(|path| Source { path, name: None })
                .collect();
            let original = module.rsplit('.').next().unwrap_or(module).to_owned();
            let import = Import { module: module.to_owned(), span: span(alias.range), original, sources };
            self.outline.imports.insert(local.to_owned(), import);
            self.outline.export(local, local);
        }
    }

    fn import_from(&mut self, from: &StmtImportFrom) {
        let module = from.module.as_ref().map_or("", |module| module.as_str());
        let shown = format!("{}{module}", ".".repeat(from.level as usize));
        let at = from.module.as_ref().map_or(from.range, Ranged::range);
        let folders = self.folders(module, from.level);
        for alias in &from.names {
            let name = alias.name.as_str();
            let import = |sources| Import {
                module: shown.clone(),
                span: span(at),
                original: name.to_owned(),
                sources,
            };
            if name == "*" {
                let sources = folders.iter().flat_map(|path| files(path));
                let sources = sources.map(|path| Source { path, name: None }).collect();
                self.outline.exports_all.push(import(sources));
                continue;
            }
            let sources = folders
                .iter()
                .flat_map(|path| {
                    let member = |path| Source { path, name: Some(name.to_owned()) };
                    let submodule = |path| Source { path, name: None };
                    let inner = files(&format!("{path}/{name}")).into_iter().map(submodule);
                    files(path).into_iter().map(member).chain(inner)
                })
                .collect();
            let local = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
            let import = import(sources);
            self.outline.imports.insert(local.to_owned(), import);
            self.outline.export(local, local);
        }
    }

    fn folders(&self, module: &str, level: u32) -> Vec<String> {
        folders(&self.outline.file.path, module, level)
    }

    fn declarations(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::ClassDef(class) => self.class(class),
                Stmt::TypeAlias(alias) => {
                    let parameters = alias.type_params.as_deref().map(classes::parameters);
                    self.alias(&alias.name, &alias.value, parameters.unwrap_or_default());
                }
                Stmt::Assign(assign) => {
                    if let [target] = assign.targets.as_slice() {
                        self.alias(target, &assign.value, Vec::new());
                    }
                }
                Stmt::AnnAssign(assign) => {
                    if let Some(value) = &assign.value {
                        self.alias(&assign.target, value, Vec::new());
                    }
                }
                _ => {}
            }
        }
    }

    /// Any variable may be the name of a type; whether it is shows when a model uses it. The
    /// first value counts.
    fn alias(&mut self, target: &Expr, value: &Expr, parameters: Vec<Parameter>) {
        let Expr::Name(name) = target else { return };
        if self.outline.declarations.contains_key(name.id.as_str()) {
            return;
        }
        let of = self.names().read(new_type(value).unwrap_or(value));
        self.declare(name.id.as_str(), name.range, parameters, of, Role::Part);
    }

    fn declare(&mut self, name: &str, range: TextRange, parameters: Vec<Parameter>, of: Type, role: Role) {
        // What has to be told something first is no model by itself.
        let role = if parameters.is_empty() { role } else { Role::Part };
        self.outline.declare(name, Declaration { name_span: span(range), parameters, of, role });
        self.outline.export(name, name);
    }

    fn names(&self) -> Names<'_> {
        Names { text: &self.outline.file.text, imports: &self.outline.imports }
    }
}

/// Where a module that a file imports may be, without extension. An absolute one is looked for in the
/// project's folder, in `app` and beside the file, since projects differ in what is on their path.
pub(crate) fn folders(file: &str, module: &str, level: u32) -> Vec<String> {
    let mut here: Vec<&str> = file.split('/').collect();
    here.pop();
    let bases = match level {
        0 => vec![vec![], vec!["app"], here],
        level => {
            let up = level as usize - 1;
            if up > here.len() {
                return Vec::new();
            }
            here.truncate(here.len() - up);
            vec![here]
        }
    };
    let parts: Vec<&str> = module.split('.').filter(|part| !part.is_empty()).collect();
    bases.into_iter().map(|base| [base, parts.clone()].concat().join("/")).collect()
}

/// What `NewType("Id", str)` is made of.
fn new_type(value: &Expr) -> Option<&Expr> {
    match value {
        Expr::Call(call) if last_name(&call.func) == Some("NewType") => call.arguments.args.get(1),
        _ => None,
    }
}

/// The files that a module of that path may be.
fn files(path: &str) -> [String; 2] {
    [format!("{path}.py"), format!("{path}/__init__.py")]
}

fn span(range: TextRange) -> Span {
    range.into()
}
