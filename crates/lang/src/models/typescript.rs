//! Reads what a TypeScript file declares: interfaces, type aliases and enums, and the names that
//! go in and out of it.
//!
//! Classes, functions and namespaces declare no models and are passed over, and so are variables
//! that do not configure one (`config`); a class is remembered by name, to say why it is of no use
//! as a type.

mod config;
mod enums;
mod types;
mod values;

use std::sync::Arc;

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use oxc_allocator::Allocator;
use oxc_ast::ast::{
    BindingIdentifier, ClassType, Declaration as TsDeclaration, ExportDefaultDeclarationKind,
    ImportDeclaration, ImportDeclarationSpecifier, Statement, TSInterfaceDeclaration, VariableDeclaration,
};
use oxc_parser::Parser;
use oxc_span::SourceType;

use super::{
    aliases::Aliases,
    language::Language,
    outline::{Declaration, Export, Import, Kind, Outline, Parameter, Role, Source, Span, Type},
};
use config::Constants;
pub(super) use types::known;

/// Reads what a file declares.
pub(super) fn read(file: &Arc<SourceFile>, aliases: &Aliases) -> Outline {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &file.text, SourceType::ts()).parse();
    let constants = config::constants(&parsed.program);
    let mut reader = Reader { outline: Outline::empty(file, Language::TypeScript), constants, aliases };
    for error in parsed.diagnostics {
        let mut problem = Diagnostic::error(Code::Syntax, error.message.to_string()).in_file(file);
        for label in &error.labels {
            problem = problem.with_label(file, span(label.span()), label.label().unwrap_or("here"));
        }
        problem.help = error.help.as_ref().map(ToString::to_string);
        reader.outline.problems.push(problem);
    }
    for statement in &parsed.program.body {
        reader.statement(statement);
    }
    reader.values_of_constants();
    reader.finish()
}

struct Reader<'a> {
    outline: Outline,
    constants: Constants<'a>,
    aliases: &'a Aliases,
}

/// Whether a declaration can be seen from other files.
#[derive(Clone, Copy)]
enum Visibility {
    Exported,
    Local,
}

impl Reader<'_> {
    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::ImportDeclaration(import) => self.import(import),
            Statement::ExportDeclaration(export) => {
                self.declaration(&export.declaration, Visibility::Exported)
            }
            Statement::ExportNamedDeclaration(export) => {
                for specifier in &export.specifiers {
                    self.outline.export(specifier.exported.name().as_str(), specifier.local.name().as_str());
                }
            }
            Statement::ExportFromDeclaration(export) => {
                for specifier in &export.specifiers {
                    let import = self.import_of(
                        export.source.value.as_str(),
                        span(export.source.span),
                        Some(specifier.local.name().as_str()),
                    );
                    let exported = specifier.exported.name().to_string();
                    self.outline.exports.insert(exported, Export::From(import));
                }
            }
            Statement::ExportAllDeclaration(export) => {
                let import = self.import_of(export.source.value.as_str(), span(export.source.span), None);
                match &export.exported {
                    Some(name) => {
                        self.outline.exports.insert(name.name().to_string(), Export::From(import));
                    }
                    None => self.outline.exports_all.push(import),
                }
            }
            Statement::ExportDefaultDeclaration(export) => match &export.declaration {
                ExportDefaultDeclarationKind::TSInterfaceDeclaration(interface) => {
                    self.interface(interface);
                    self.outline.export("default", interface.id.name.as_str());
                }
                ExportDefaultDeclarationKind::Identifier(identifier) => {
                    self.outline.export("default", identifier.name.as_str());
                }
                _ => {}
            },
            _ => {
                if let Some(declaration) = statement.as_declaration() {
                    self.declaration(declaration, Visibility::Local);
                }
            }
        }
    }

    fn declaration(&mut self, declaration: &TsDeclaration, visibility: Visibility) {
        let name = match declaration {
            TsDeclaration::TSInterfaceDeclaration(interface) => {
                self.interface(interface);
                &interface.id
            }
            TsDeclaration::TSTypeAliasDeclaration(alias) => {
                let of = types::read(&alias.type_annotation);
                let parameters = types::parameters(alias.type_parameters.as_deref());
                self.declare(&alias.id, parameters, of, types::role(&alias.type_annotation));
                &alias.id
            }
            TsDeclaration::TSEnumDeclaration(declaration) => {
                self.declare(&declaration.id, Vec::new(), enums::read_enum(declaration), Role::Part);
                self.value(&declaration.id, enums::object(declaration));
                &declaration.id
            }
            TsDeclaration::ClassDeclaration(class) => {
                let (Some(id), ClassType::ClassDeclaration) = (&class.id, class.r#type) else { return };
                let of = Type::refused(
                    span(id.span),
                    format!("the class `{}` cannot be stored", id.name),
                    "Declare an interface with its fields.",
                );
                self.declare(id, Vec::new(), of, Role::Part);
                id
            }
            TsDeclaration::VariableDeclaration(variables) => {
                self.configs(variables, visibility);
                self.values(variables, visibility);
                return;
            }
            TsDeclaration::FunctionDeclaration(_)
            | TsDeclaration::TSExternalModuleDeclaration(_)
            | TsDeclaration::TSNamespaceDeclaration(_)
            | TsDeclaration::TSGlobalDeclaration(_)
            | TsDeclaration::TSImportEqualsDeclaration(_) => return,
        };
        if let Visibility::Exported = visibility {
            self.outline.export(name.name.as_str(), name.name.as_str());
        }
    }

    fn interface(&mut self, interface: &TSInterfaceDeclaration) {
        let of = Type::new(span(interface.span), Kind::Record(types::read_interface(interface)));
        let parameters = types::parameters(interface.type_parameters.as_deref());
        self.declare(&interface.id, parameters, of, Role::Candidate);
    }

    fn declare(&mut self, id: &BindingIdentifier, parameters: Vec<Parameter>, of: Type, role: Role) {
        // What has to be told something first is no model by itself.
        let role = if parameters.is_empty() { role } else { Role::Part };
        let name_span = span(id.span);
        self.outline.declare(id.name.as_str(), Declaration { name_span, parameters, of, role });
    }

    /// The types of constants.
    fn values(&mut self, variables: &VariableDeclaration, visibility: Visibility) {
        if !variables.kind.is_const() {
            return;
        }
        for variable in &variables.declarations {
            let (Some(id), Some(value)) = (variable.id.get_binding_identifier(), &variable.init) else {
                continue;
            };
            let of = match &variable.type_annotation {
                Some(annotation) => types::read(&annotation.type_annotation),
                None => values::constant(value),
            };
            self.value(id, of);
            if let Visibility::Exported = visibility {
                self.outline.export(id.name.as_str(), id.name.as_str());
            }
        }
    }

    fn value(&mut self, id: &BindingIdentifier, of: Type) {
        self.outline.value(id.name.as_str(), span(id.span), of);
    }

    fn import(&mut self, import: &ImportDeclaration) {
        let (module, at) = (import.source.value.as_str(), span(import.source.span));
        for specifier in import.specifiers.iter().flatten() {
            let (local, imported) = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    (&named.local, Some(named.imported.name().to_string()))
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
                    (&default.local, Some("default".to_owned()))
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(namespace) => (&namespace.local, None),
            };
            let import = self.import_of(module, at.clone(), imported.as_deref());
            self.outline.imports.insert(local.name.to_string(), import);
        }
    }

    fn import_of(&self, module: &str, span: Span, name: Option<&str>) -> Import {
        let sources = candidates(&self.outline.file.path, module, self.aliases)
            .into_iter()
            .map(|path| Source { path, name: name.map(str::to_owned) })
            .collect();
        Import { module: module.to_owned(), span, original: name.unwrap_or_default().to_owned(), sources }
    }

    /// What is not exported is no model.
    fn finish(mut self) -> Outline {
        let exported: Vec<_> = self
            .outline
            .exports
            .values()
            .filter_map(|export| match export {
                Export::Local(name) => Some(name.clone()),
                Export::From(_) => None,
            })
            .collect();
        for (name, declaration) in &mut self.outline.declarations {
            if !exported.contains(name) {
                declaration.role = Role::Part;
            }
        }
        self.outline
    }
}

/// The files that a module specifier may mean, seen from a file.
///
/// A specifier that is not relative is looked up as the project's configuration says, and from the
/// project's folder and from `app`, the two base folders that projects configure; it is a package
/// when nothing is found there.
pub(crate) fn candidates(from: &str, module: &str, aliases: &Aliases) -> Vec<String> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let bases = if module.starts_with('.') {
        Vec::from_iter(join(folder, module))
    } else {
        let aliased = aliases.of(module).into_iter().filter_map(|path| join("", &path));
        aliased.chain(["", "app"].iter().filter_map(|base| join(base, module))).collect()
    };
    let mut paths = Vec::new();
    for base in bases {
        // With ECMAScript modules, `./a.js` is how `a.ts` is imported.
        let stem = base.strip_suffix(".js").unwrap_or(&base);
        paths.extend([format!("{stem}.ts"), format!("{base}/index.ts"), base.clone()]);
    }
    paths
}

/// Joins paths, resolving `.` and `..`; `None` if that leaves the project.
pub(super) fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn span(span: oxc_span::Span) -> Span {
    span.start as usize..span.end as usize
}
