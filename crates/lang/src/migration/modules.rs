//! A migration and what it needs of the files that it imports from.
//!
//! Names are followed through imports and exports. Of another file only the declarations that are
//! needed are taken, so a migration stays what it is when the rest of that file changes. A file is
//! there before those that import from it; files that import each other are refused.

mod exports;
pub(super) use exports::DEFAULT;
mod references;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use oxc_allocator::Allocator;
use oxc_ast::ast::{ImportDeclarationSpecifier, ImportOrExportKind, Program, Statement};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};

use super::library::Library;
use exports::{Export, Names};
use references::references;

/// A file, or the part of it that is needed.
pub(super) struct Module<'a> {
    pub(super) file: &'a Arc<SourceFile>,
    pub(super) program: &'a Program<'a>,
    /// The values that it takes from other files.
    pub(super) imports: Vec<Import>,
    /// Values that it would take from other files if they were there, and why they are not.
    pub(super) missing: BTreeMap<String, String>,
    /// What is taken from it: the names that it exports, and what they are called inside.
    pub(super) exports: BTreeMap<String, String>,
    /// Which of its statements are needed.
    needed: BTreeSet<usize>,
}

/// A name for a value of another file, or for all that it exports.
pub(super) struct Import {
    pub(super) name: String,
    /// Which of the modules it is in; they are in the order in which they are evaluated.
    pub(super) module: usize,
    /// What it is called there; `None` for all that it exports.
    pub(super) inside: Option<String>,
    span: Span,
}

impl<'a> Module<'a> {
    /// The statements that are needed.
    pub(super) fn statements(&self) -> impl Iterator<Item = &'a Statement<'a>> {
        let body = &self.program.body;
        self.needed.iter().filter_map(|position| body.get(*position))
    }
}

/// Reads a migration and what it imports. The migration is the last one.
///
/// # Errors
/// A file that is needed has syntax errors, or imports go in a circle.
pub(super) fn link<'a>(
    allocator: &'a Allocator,
    file: &'a Arc<SourceFile>,
    library: &'a Library,
) -> Result<Vec<Module<'a>>, Vec<Diagnostic>> {
    let mut linker = Linker { allocator, library, modules: Vec::new(), problems: Vec::new() };
    linker.open(file);
    linker.need_all(0);
    let order = linker.order();
    if linker.problems.is_empty() { Ok(sorted(linker.modules, &order)) } else { Err(linker.problems) }
}

struct Linker<'a> {
    allocator: &'a Allocator,
    library: &'a Library,
    modules: Vec<Draft<'a>>,
    problems: Vec<Diagnostic>,
}

/// A file while it is looked at.
struct Draft<'a> {
    module: Module<'a>,
    names: Names<'a>,
    /// The names that it may take from other files: module, name there, and place.
    imported: BTreeMap<&'a str, (&'a str, Option<&'a str>, Span)>,
}

/// What a name of another file turned out to be.
enum Found {
    Value(usize, String),
    All(usize),
    Type,
    Missing(String),
}

impl<'a> Linker<'a> {
    /// The number of a file, which is parsed when it is met for the first time.
    fn open(&mut self, file: &'a Arc<SourceFile>) -> usize {
        if let Some(known) = self.modules.iter().position(|draft| draft.module.file.path == file.path) {
            return known;
        }
        let parsed = Parser::new(self.allocator, &file.text, SourceType::ts()).parse();
        let is_broken = parsed.panicked || !parsed.diagnostics.is_empty();
        if is_broken {
            self.problems.extend(parsed.diagnostics.into_iter().map(|error| {
                let mut problem = Diagnostic::error(Code::Syntax, error.message.to_string()).in_file(file);
                for label in &error.labels {
                    problem = problem.with_label(file, range(label.span()), label.label().unwrap_or("here"));
                }
                problem.help = error.help.as_ref().map(ToString::to_string);
                problem
            }));
        }
        let program: &'a Program<'a> = self.allocator.alloc(parsed.program);
        let module = Module {
            file,
            program,
            imports: Vec::new(),
            missing: BTreeMap::new(),
            exports: BTreeMap::new(),
            needed: BTreeSet::new(),
        };
        self.modules.push(Draft { module, names: Names::of(program), imported: imported(program) });
        self.modules.len() - 1
    }

    fn need_all(&mut self, at: usize) {
        let count = self.modules[at].module.program.body.len();
        (0..count).for_each(|position| self.need(at, position));
    }

    /// Marks a statement and all that it refers to.
    fn need(&mut self, at: usize, position: usize) {
        let draft = &mut self.modules[at];
        if !draft.module.needed.insert(position) {
            return;
        }
        let Some(statement) = draft.module.program.body.get(position) else { return };
        for name in references(statement) {
            self.need_name(at, name);
        }
    }

    fn need_name(&mut self, at: usize, name: &str) {
        let draft = &self.modules[at];
        if let Some(position) = draft.names.values.get(name).copied() {
            return self.need(at, position);
        }
        let Some((module, inside, span)) = draft.imported.get(name).copied() else { return };
        let is_known = draft.module.imports.iter().any(|import| import.name == name);
        if is_known || draft.module.missing.contains_key(name) {
            return;
        }
        let found = self.follow(at, module, inside, &mut BTreeSet::new());
        let (from, inside) = match found {
            Found::Type => return,
            Found::Missing(why) => {
                self.modules[at].module.missing.insert(name.to_owned(), why);
                return;
            }
            Found::Value(from, inside) => (from, Some(inside)),
            Found::All(from) => (from, None),
        };
        let import = Import { name: name.to_owned(), module: from, inside: inside.clone(), span };
        self.modules[at].module.imports.push(import);
        let side_effects = self.modules[from].names.effects.clone();
        side_effects.into_iter().for_each(|position| self.need(from, position));
        match inside {
            Some(inside) => self.take(at, span, from, &inside.clone(), inside),
            None => {
                let all = self.modules[from].names.exported();
                for (exported, inside) in all {
                    self.take(at, span, from, &exported, inside);
                }
            }
        }
    }

    /// Takes a value from a file.
    fn take(&mut self, at: usize, span: Span, from: usize, exported: &str, inside: String) {
        if self.modules[from].names.variables.contains(inside.as_str()) {
            let message = format!("`{inside}` is a variable that can change, and is imported");
            let problem = Diagnostic::error(Code::NotCompilable, message)
                .with_label(self.modules[at].module.file, range(span), "imported here")
                .with_help("Declare it with `const`.");
            self.problems.push(problem);
        }
        self.need_name(from, &inside);
        self.modules[from].module.exports.insert(exported.to_owned(), inside);
    }

    /// What an import means, through re-exports, which may go in circles.
    fn follow(
        &mut self,
        at: usize,
        module: &str,
        name: Option<&str>,
        seen: &mut BTreeSet<(usize, String)>,
    ) -> Found {
        let Some(file) = self.library.resolve(&self.modules[at].module.file.path, module) else {
            return Found::Missing(match module.starts_with('.') {
                true => format!("there is no file `{module}` in the project"),
                false => format!("`{module}` is no file of the project, and packages cannot be imported"),
            });
        };
        let from = self.open(file);
        match name {
            Some(name) => self.exported(from, name, seen),
            None => Found::All(from),
        }
    }

    fn exported(&mut self, at: usize, name: &str, seen: &mut BTreeSet<(usize, String)>) -> Found {
        let missing = |this: &Self| {
            let path = &this.modules[at].module.file.path;
            Found::Missing(format!("{path} exports no `{name}`"))
        };
        if !seen.insert((at, name.to_owned())) {
            return missing(self);
        }
        let names = &self.modules[at].names;
        let all = names.all.clone();
        match names.exports.get(name).copied() {
            Some(Export::From(module, inside)) => self.follow(at, module, inside, seen),
            Some(Export::Local(local)) if names.values.contains_key(local) => {
                Found::Value(at, local.to_owned())
            }
            Some(Export::Local(local)) => match self.modules[at].imported.get(local).copied() {
                Some((module, inside, _)) => self.follow(at, module, inside, seen),
                None => Found::Type,
            },
            None => {
                for module in all {
                    match self.follow(at, module, Some(name), seen) {
                        Found::Missing(_) => {}
                        found => return found,
                    }
                }
                missing(self)
            }
        }
    }

    /// The files, each behind those that it imports from.
    fn order(&mut self) -> Vec<usize> {
        let mut order = Vec::new();
        self.visit(0, &mut Vec::new(), &mut order);
        order
    }

    fn visit(&mut self, at: usize, above: &mut Vec<usize>, order: &mut Vec<usize>) {
        if order.contains(&at) {
            return;
        }
        above.push(at);
        let imports: Vec<_> =
            self.modules[at].module.imports.iter().map(|import| (import.module, import.span)).collect();
        for (module, span) in imports {
            if above.contains(&module) {
                let circle = above.iter().skip_while(|other| **other != module).chain([&module]);
                let paths: Vec<_> =
                    circle.map(|other| self.modules[*other].module.file.path.as_str()).collect();
                let message = format!("imports go in a circle: {}", paths.join(" → "));
                let problem = Diagnostic::error(Code::NotCompilable, message)
                    .with_label(self.modules[at].module.file, range(span), "leads back")
                    .with_help("Move what both need into a file of its own.");
                if !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
                continue;
            }
            self.visit(module, above, order);
        }
        above.pop();
        order.push(at);
    }
}

/// The modules in an order, with their numbers in it.
fn sorted<'a>(drafts: Vec<Draft<'a>>, order: &[usize]) -> Vec<Module<'a>> {
    let place = |module: usize| order.iter().position(|other| *other == module).unwrap_or_default();
    let mut modules: Vec<_> = drafts
        .into_iter()
        .enumerate()
        .filter(|(number, _)| order.contains(number))
        .map(|(number, draft)| {
            let mut module = draft.module;
            module.imports.iter_mut().for_each(|import| import.module = place(import.module));
            (place(number), module)
        })
        .collect();
    modules.sort_by_key(|(place, _)| *place);
    modules.into_iter().map(|(_, module)| module).collect()
}

/// The names that a file may take values from other files under.
fn imported<'a>(program: &'a Program<'a>) -> BTreeMap<&'a str, (&'a str, Option<&'a str>, Span)> {
    let mut found = BTreeMap::new();
    for statement in &program.body {
        let Statement::ImportDeclaration(import) = statement else { continue };
        if import.import_kind == ImportOrExportKind::Type {
            continue;
        }
        for specifier in import.specifiers.iter().flatten() {
            let name = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(one)
                    if one.import_kind == ImportOrExportKind::Type =>
                {
                    continue;
                }
                ImportDeclarationSpecifier::ImportSpecifier(one) => Some(one.imported.name().as_str()),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(_) => Some("default"),
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => None,
            };
            let local = specifier.local().name.as_str();
            found.insert(local, (import.source.value.as_str(), name, specifier.span()));
        }
    }
    found
}

fn range(span: Span) -> std::ops::Range<usize> {
    span.start as usize..span.end as usize
}
