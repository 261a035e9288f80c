//! What one row does that another would see: refused, because a row has to give the same whichever rows came
//! before it.
//!
//! The top level of a file runs once for many rows. Found is what is written to there by name: `global`,
//! assignments to parts of it, the methods of lists, dictionaries and sets that change them, `next`, and
//! defaults of parameters that are changed. What is changed under another name is not found.

use std::{collections::BTreeSet, sync::Arc};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use ruff_python_ast::{
    Expr, ExprContext, ExprLambda, ModModule, Parameters, Stmt, StmtFunctionDef,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use ruff_text_size::{Ranged as _, TextRange};

/// Methods that change what they are called on.
const CHANGING: &[&str] = &[
    "add",
    "append",
    "appendleft",
    "clear",
    "difference_update",
    "discard",
    "extend",
    "extendleft",
    "insert",
    "intersection_update",
    "pop",
    "popitem",
    "popleft",
    "remove",
    "reverse",
    "rotate",
    "setdefault",
    "sort",
    "symmetric_difference_update",
    "update",
];

/// Everything in a file that carries something from one row to the next.
pub(super) fn between_rows(file: &Arc<SourceFile>, module: &ModModule) -> Vec<Diagnostic> {
    let mut top = Names::default();
    top.visit_body(&module.body);
    let mut sharing = Sharing { file, shared: top.variables, imported: top.imported, problems: Vec::new() };
    for statement in &module.body {
        sharing.outside(statement);
    }
    sharing.problems
}

/// The names that some statements bind, without those that inner functions and classes bind for themselves.
#[derive(Default)]
struct Names {
    variables: BTreeSet<String>,
    imported: BTreeSet<String>,
}

impl<'a> Visitor<'a> for Names {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) => {}
            Stmt::ClassDef(class) => {
                self.imported.insert(class.name.to_string());
            }
            Stmt::Import(import) => {
                let locals = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name));
                self.imported.extend(locals.map(ToString::to_string));
            }
            Stmt::ImportFrom(import) => {
                let locals = import.names.iter().map(|alias| alias.asname.as_ref().unwrap_or(&alias.name));
                self.imported.extend(locals.map(ToString::to_string));
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.variables.insert(name.id.to_string());
            }
            Expr::Lambda(_) => {}
            _ => walk_expr(self, expression),
        }
    }
}

struct Sharing<'s> {
    file: &'s Arc<SourceFile>,
    /// Variables that live longer than a row.
    shared: BTreeSet<String>,
    /// Classes and imported names, which do so too, and whose methods are not known.
    imported: BTreeSet<String>,
    problems: Vec<Diagnostic>,
}

impl Sharing<'_> {
    fn report(&mut self, range: TextRange, what: &str) {
        let message = format!("{what} would be seen by the next row");
        let help = "Make it in the function: a migration must give the same row whichever rows came before.";
        let diagnostic = Diagnostic::error(Code::NotRepeatable, message)
            .with_label(self.file, range.into(), "changed here")
            .with_help(help);
        self.problems.push(diagnostic);
    }

    /// Goes on to the functions below something that runs once.
    fn outside(&mut self, statement: &Stmt) {
        struct Functions<'f, 's>(&'f mut Sharing<'s>);
        impl<'a> Visitor<'a> for Functions<'_, '_> {
            fn visit_stmt(&mut self, statement: &'a Stmt) {
                match statement {
                    Stmt::FunctionDef(function) => self.0.function(function),
                    _ => walk_stmt(self, statement),
                }
            }
            fn visit_expr(&mut self, expression: &'a Expr) {
                match expression {
                    Expr::Lambda(lambda) => self.0.lambda(lambda),
                    _ => walk_expr(self, expression),
                }
            }
        }
        Functions(self).visit_stmt(statement);
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        let mut own = Names::default();
        own.visit_body(&function.body);
        let inner = function.body.iter().filter_map(|statement| match statement {
            Stmt::FunctionDef(inner) => Some(inner.name.to_string()),
            _ => None,
        });
        own.variables.extend(inner);
        own.variables.extend(own.imported);
        let (shared, imported) = self.entered(own.variables, &function.parameters);
        self.visit_body(&function.body);
        (self.shared, self.imported) = (shared, imported);
    }

    fn lambda(&mut self, lambda: &ExprLambda) {
        let parameters = lambda.parameters.as_deref();
        let before = parameters.map(|parameters| self.entered(BTreeSet::new(), parameters));
        self.visit_expr(&lambda.body);
        if let Some((shared, imported)) = before {
            (self.shared, self.imported) = (shared, imported);
        }
    }

    /// Enters a function with variables and parameters of its own. Returns what was there before.
    fn entered(
        &mut self,
        mut own: BTreeSet<String>,
        parameters: &Parameters,
    ) -> (BTreeSet<String>, BTreeSet<String>) {
        let before = (self.shared.clone(), self.imported.clone());
        own.extend(parameters.iter().map(|parameter| parameter.name().to_string()));
        self.shared.retain(|name| !own.contains(name));
        self.imported.retain(|name| !own.contains(name));
        for parameter in parameters.iter_non_variadic_params() {
            if parameter.default.as_deref().is_some_and(is_changeable) {
                self.shared.insert(parameter.parameter.name.to_string());
            }
        }
        before
    }

    /// A name that lives longer than a row, in the part of which something is changed.
    fn root<'e>(&self, target: &'e Expr) -> Option<&'e str> {
        match target {
            Expr::Name(name) => {
                let name = name.id.as_str();
                (self.shared.contains(name) || self.imported.contains(name)).then_some(name)
            }
            Expr::Attribute(attribute) => self.root(&attribute.value),
            Expr::Subscript(subscript) => self.root(&subscript.value),
            _ => None,
        }
    }
}

/// Whether a default is a list, a dictionary or a set, which all calls share.
fn is_changeable(default: &Expr) -> bool {
    match default {
        Expr::List(_) | Expr::Dict(_) | Expr::Set(_) => true,
        Expr::Call(call) => match &*call.func {
            Expr::Name(name) => matches!(name.id.as_str(), "list" | "dict" | "set"),
            _ => false,
        },
        _ => false,
    }
}

impl<'a> Visitor<'a> for Sharing<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::Global(global) => {
                let names: Vec<_> = global.names.iter().map(|name| format!("`{name}`")).collect();
                self.report(global.range(), &names.join(" and "));
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expression: &'a Expr) {
        let changed = match expression {
            Expr::Lambda(lambda) => return self.lambda(lambda),
            Expr::Attribute(attribute) if attribute.ctx != ExprContext::Load => self.root(&attribute.value),
            Expr::Subscript(subscript) if subscript.ctx != ExprContext::Load => self.root(&subscript.value),
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) if CHANGING.contains(&method.attr.as_str()) => {
                    // `module.add` may be any function.
                    self.root(&method.value).filter(|name| self.shared.contains(*name))
                }
                Expr::Name(name) if name.id == "next" => match call.arguments.args.first() {
                    Some(Expr::Name(iterator)) if self.shared.contains(iterator.id.as_str()) => {
                        Some(iterator.id.as_str())
                    }
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        };
        if let Some(name) = changed {
            self.report(expression.range(), &format!("`{name}`"));
        }
        walk_expr(self, expression);
    }
}
