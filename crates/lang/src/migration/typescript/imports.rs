//! Files that a migration imports from: lowered before it, each with its own names.

use std::sync::Arc;

use antler_core::diagnostic::{Code, SourceFile};
use oxc_ast::ast::{ExportDefaultDeclarationKind, Expression, Statement, StaticMemberExpression};
use oxc_span::Span;

use super::{
    Binding, Lowering, Reported,
    functions::{Callable, Scope},
};
use crate::migration::modules::{DEFAULT, Module};

/// A file that was lowered.
pub(super) struct Lowered<'a> {
    file: &'a Arc<SourceFile>,
    bindings: Vec<(String, Binding<'a>)>,
    /// What is taken from it, and what that is called inside.
    exports: std::collections::BTreeMap<String, String>,
}

impl<'a> Lowered<'a> {
    /// What it calls by a name.
    fn inside(&self, name: &str) -> Option<&Binding<'a>> {
        self.bindings.iter().rev().find(|(bound, _)| bound == name).map(|(_, binding)| binding)
    }

    /// What it exports under a name.
    fn exported(&self, name: &str) -> Option<&Binding<'a>> {
        self.inside(self.exports.get(name)?)
    }
}

impl<'a> Lowering<'a> {
    /// Lowers what is needed of a file that is imported.
    pub(super) fn import(&mut self, module: &Module<'a>) {
        self.enter(module);
        module.statements().for_each(|statement| self.default_function(statement));
        self.module(module);
        module.statements().for_each(|statement| self.default_value(statement));
        let (file, exports) = (module.file, module.exports.clone());
        self.imported.push(Lowered { file, bindings: std::mem::take(&mut self.bindings), exports });
        self.at += 1;
    }

    /// Starts with a file: its imports are there.
    pub(super) fn enter(&mut self, module: &Module<'a>) {
        self.file = module.file;
        self.missing.clone_from(&module.missing);
        self.bindings = module
            .imports
            .iter()
            .map(|import| {
                let binding = match &import.inside {
                    Some(inside) => self.imported.get(import.module).and_then(|file| file.inside(inside)),
                    None => Some(&Binding::Namespace(import.module)),
                };
                (import.name.clone(), binding.cloned().unwrap_or(Binding::Broken))
            })
            .collect();
        self.module = self.bindings.len();
    }

    /// A default export that is a function, under its name.
    fn default_function(&mut self, statement: &'a Statement<'a>) {
        let Statement::ExportDefaultDeclaration(export) = statement else { return };
        let scope = Scope::Module(self.at);
        let (name, function) = match &export.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                let name = function.id.as_ref().map_or(DEFAULT, |id| id.name.as_str());
                (name, Callable::of_function(function, scope))
            }
            other => (DEFAULT, other.as_expression().and_then(|it| Callable::of_expression(it, scope))),
        };
        if let Some(function) = function {
            self.declare_function(name, function);
            self.module = self.bindings.len();
        }
    }

    /// A default export that is another value.
    fn default_value(&mut self, statement: &'a Statement<'a>) {
        let Statement::ExportDefaultDeclaration(export) = statement else { return };
        let Some(expression) = export.declaration.as_expression() else { return };
        if let Expression::Identifier(_) = expression {
            return;
        }
        if Callable::of_expression(expression, Scope::Module(self.at)).is_none() {
            let binding = self.expression(expression).map_or(Binding::Broken, Binding::Value);
            self.bindings.push((DEFAULT.to_owned(), binding));
            self.module = self.bindings.len();
        }
    }

    /// Lowers something with the names of another file, and says so in messages.
    pub(super) fn in_file<T>(
        &mut self,
        at: usize,
        lower: impl FnOnce(&mut Self) -> Result<T, Reported>,
    ) -> Result<T, Reported> {
        let Some(home) = self.imported.get(at) else { return Err(Reported) };
        let (file, bindings) = (home.file, home.bindings.clone());
        let module = std::mem::replace(&mut self.module, bindings.len());
        let file = std::mem::replace(&mut self.file, file);
        let bindings = std::mem::replace(&mut self.bindings, bindings);
        let here = std::mem::replace(&mut self.at, at);
        let result = lower(self);
        (self.module, self.file, self.bindings, self.at) = (module, file, bindings, here);
        result
    }

    /// `clean` of `import * as lib`, in `lib.clean(…)`.
    pub(super) fn function_in(&self, member: &StaticMemberExpression<'a>) -> Option<Callable<'a>> {
        let Expression::Identifier(owner) = &member.object else { return None };
        match self.bindings.iter().rev().find(|(bound, _)| owner.name == bound.as_str())? {
            (_, Binding::Namespace(at)) => match self.imported.get(*at)?.exported(&member.property.name)? {
                Binding::Function(function) => Some(*function),
                _ => None,
            },
            _ => None,
        }
    }

    /// A value that another file exports.
    pub(super) fn value_in(&mut self, at: usize, span: Span, name: &str) -> super::Lowered {
        let file = self.imported.get(at);
        match file.and_then(|file| file.exported(name)) {
            Some(Binding::Value(value)) => Ok(*value),
            Some(Binding::Broken) => Err(Reported),
            Some(_) => {
                let help = format!("Import it by its name: `import {{ {name} }} from …`.");
                Err(self.refuse(span, format!("`{name}` of another file as a value"), help))
            }
            None => {
                let path = file.map_or("that file", |file| file.file.path.as_str()).to_owned();
                let message = format!("{path} exports no `{name}`");
                let help = "Check the name, and that it is exported there.";
                Err(self.report(Code::UnknownName, span, message, "no such value", help))
            }
        }
    }
}
