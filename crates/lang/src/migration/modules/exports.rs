//! The values that a file declares, and the names under which others can take them.

use std::collections::{BTreeMap, BTreeSet};

use oxc_ast::ast::{
    Declaration, ExportDefaultDeclarationKind, Expression, ImportOrExportKind, Program, Statement,
    VariableDeclarationKind,
};

/// What a default export without a name is called in its file.
pub(in super::super) const DEFAULT: &str = "default";

/// What an exported name stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Export<'a> {
    /// A name of this file.
    Local(&'a str),
    /// A name of another file, or all of it.
    From(&'a str, Option<&'a str>),
}

/// The names of a file.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    /// The values that it declares, and the statements that do.
    pub(super) values: BTreeMap<&'a str, usize>,
    /// Those of them that can change.
    pub(super) variables: BTreeSet<&'a str>,
    pub(super) exports: BTreeMap<&'a str, Export<'a>>,
    /// The modules of which it exports everything.
    pub(super) all: Vec<&'a str>,
    /// The statements that do something when the file is loaded.
    pub(super) effects: Vec<usize>,
}

impl<'a> Names<'a> {
    pub(super) fn of(program: &'a Program<'a>) -> Self {
        let mut names = Self::default();
        for (position, statement) in program.body.iter().enumerate() {
            names.statement(position, statement);
        }
        names
    }

    /// The values of the file itself that others can take, with what they are called inside.
    pub(super) fn exported(&self) -> Vec<(String, String)> {
        let local = self.exports.iter().filter_map(|(name, export)| match export {
            Export::Local(local) if self.values.contains_key(local) => {
                Some(((*name).to_owned(), (*local).to_owned()))
            }
            Export::Local(_) | Export::From(..) => None,
        });
        local.collect()
    }

    fn statement(&mut self, position: usize, statement: &'a Statement<'a>) {
        match statement {
            Statement::ExportDeclaration(export) => {
                let declared = self.declaration(position, &export.declaration);
                self.exports.extend(declared.into_iter().map(|name| (name, Export::Local(name))));
            }
            Statement::ExportNamedDeclaration(export) => {
                for specifier in &export.specifiers {
                    let local = specifier.local.name().as_str();
                    self.exports.insert(specifier.exported.name().as_str(), Export::Local(local));
                }
            }
            Statement::ExportFromDeclaration(export) if export.export_kind == ImportOrExportKind::Value => {
                for specifier in &export.specifiers {
                    let inside = specifier.local.name().as_str();
                    let from = Export::From(export.source.value.as_str(), Some(inside));
                    self.exports.insert(specifier.exported.name().as_str(), from);
                }
            }
            Statement::ExportAllDeclaration(export) if export.export_kind == ImportOrExportKind::Value => {
                let module = export.source.value.as_str();
                match &export.exported {
                    Some(name) => {
                        self.exports.insert(name.name().as_str(), Export::From(module, None));
                    }
                    None => self.all.push(module),
                }
            }
            Statement::ExportDefaultDeclaration(export) => {
                let local = match &export.declaration {
                    ExportDefaultDeclarationKind::FunctionDeclaration(function)
                        if function.body.is_some() =>
                    {
                        function.id.as_ref().map_or(DEFAULT, |id| id.name.as_str())
                    }
                    ExportDefaultDeclarationKind::ClassDeclaration(class) => {
                        class.id.as_ref().map_or(DEFAULT, |id| id.name.as_str())
                    }
                    ExportDefaultDeclarationKind::Identifier(name) => {
                        self.exports.insert(DEFAULT, Export::Local(name.name.as_str()));
                        return;
                    }
                    other if other.is_expression() => DEFAULT,
                    _ => return,
                };
                self.values.insert(local, position);
                self.exports.insert(DEFAULT, Export::Local(local));
            }
            Statement::ExpressionStatement(statement) => {
                if !matches!(statement.expression, Expression::StringLiteral(_)) {
                    self.effects.push(position);
                }
            }
            other => match other.as_declaration() {
                Some(declaration) => {
                    self.declaration(position, declaration);
                }
                None => {
                    if !matches!(
                        other,
                        Statement::ImportDeclaration(_)
                            | Statement::EmptyStatement(_)
                            | Statement::ExportFromDeclaration(_)
                            | Statement::ExportAllDeclaration(_)
                    ) {
                        self.effects.push(position);
                    }
                }
            },
        }
    }

    /// The values that a declaration declares.
    fn declaration(&mut self, position: usize, declaration: &'a Declaration<'a>) -> Vec<&'a str> {
        let names: Vec<&'a str> = match declaration {
            Declaration::VariableDeclaration(variables) => {
                let names: Vec<_> = variables
                    .declarations
                    .iter()
                    .flat_map(|variable| variable.id.get_binding_identifiers())
                    .map(|name| name.name.as_str())
                    .collect();
                if variables.kind != VariableDeclarationKind::Const {
                    self.variables.extend(names.iter().copied());
                }
                names
            }
            Declaration::FunctionDeclaration(function) if function.body.is_some() => {
                function.id.iter().map(|id| id.name.as_str()).collect()
            }
            Declaration::ClassDeclaration(class) => class.id.iter().map(|id| id.name.as_str()).collect(),
            Declaration::TSEnumDeclaration(declaration) => vec![declaration.id.name.as_str()],
            _ => Vec::new(),
        };
        self.values.extend(names.iter().map(|name| (*name, position)));
        names
    }
}
