//! The file: its constants and enums, and the one function to run.

use std::collections::BTreeMap;

use antler_core::diagnostic::Code;
use oxc_ast::ast::{
    Declaration, ExportDefaultDeclarationKind, Expression, FormalParameters, Program, Statement,
    TSEnumDeclaration, TSEnumMemberName, VariableDeclaration, VariableDeclarationKind,
};
use oxc_span::{GetSpan, Span};

use super::{
    Binding, Lowered, Lowering, Reported,
    functions::{Body, Callable, Scope},
    statements::Rest,
};
use crate::migration::{Migration, modules::Module, types::Type};

impl<'a> Lowering<'a> {
    /// Lowers the last file, after those that it imports from.
    pub(super) fn program(&mut self, modules: &[Module<'a>]) -> Result<Migration, Reported> {
        let Some((migration, imported)) = modules.split_last() else { return Err(Reported) };
        imported.iter().for_each(|module| self.import(module));
        self.enter(migration);
        let entry = self.entry(migration.program)?;
        self.module(migration);
        if let Some(what) = entry.deferred {
            let help = "A migration is a plain function that returns the new row.";
            return Err(self.refuse(Span::sized(entry.span.start, 5), what, help));
        }
        let fields = self
            .from
            .fields
            .iter()
            .map(|field| (field.name.clone(), Type::of_field(field)))
            .collect::<Vec<_>>();
        let columns =
            fields.into_iter().map(|(name, ty)| (name.clone(), self.graph.column(&name, ty))).collect();
        let row = self.graph.object(columns);
        self.parameters(entry.span, entry.params, row)?;
        self.calls.push((self.at, entry.span));
        let (returned, span) = match entry.body {
            Body::Statements(list) => {
                let end = Span::new(entry.span.end.saturating_sub(1), entry.span.end);
                (self.statements(list, &Rest::End(end))?, entry.span)
            }
            Body::Expression(expression) => (self.returned(expression)?, expression.span()),
        };
        let head = Span::new(span.start, span.start + first_line(self.source(span)));
        self.migration(returned, head)
    }

    /// Finds the function to run: the default export, or else the only exported function.
    fn entry(&mut self, program: &'a Program<'a>) -> Result<Callable<'a>, Reported> {
        let scope = Scope::Module(self.at);
        let mut named: Vec<Callable<'a>> = Vec::new();
        for statement in &program.body {
            match statement {
                Statement::ExportDefaultDeclaration(export) => {
                    let entry = match &export.declaration {
                        ExportDefaultDeclarationKind::FunctionDeclaration(function) => {
                            Callable::of_function(function, scope)
                        }
                        ExportDefaultDeclarationKind::Identifier(name) => {
                            declared(program, name.name.as_str(), scope)
                        }
                        other => other.as_expression().and_then(|it| Callable::of_expression(it, scope)),
                    };
                    return entry.ok_or_else(|| {
                        self.report(
                            Code::MigrationFunction,
                            export.span,
                            "the default export of a migration must be a function",
                            "not a function",
                            "Write `export default function migrate(event: …): … { … }`.",
                        )
                    });
                }
                Statement::ExportDeclaration(export) => named.extend(functions(&export.declaration, scope)),
                Statement::ExportNamedDeclaration(export) => {
                    for specifier in &export.specifiers {
                        named.extend(declared(program, specifier.local.name().as_str(), scope));
                    }
                }
                _ => {}
            }
        }
        let count = named.len();
        match named.pop() {
            Some(entry) if count == 1 => Ok(entry),
            Some(entry) => Err(self.report(
                Code::MigrationFunction,
                entry.span,
                format!("a migration has one function to run, but this file exports {count}"),
                "one of them",
                "Make the function to run the default export.",
            )),
            None => Err(self.report(
                Code::MigrationFunction,
                Span::sized(0, first_line(&self.file.text)),
                "this file exports no function",
                "a migration is an exported function",
                "Write `export default function migrate(event: …): … { … }`.",
            )),
        }
    }

    /// Binds what the file declares beside the function to run. Functions are there from the start.
    pub(super) fn module(&mut self, module: &Module<'a>) {
        let scope = Scope::Module(self.at);
        for statement in module.statements() {
            match declaration(statement) {
                Some(Declaration::FunctionDeclaration(function)) => {
                    if let (Some(id), Some(function)) = (&function.id, Callable::of_function(function, scope))
                    {
                        self.declare_function(&id.name, function);
                    }
                }
                Some(Declaration::ClassDeclaration(class)) => {
                    if let Some(id) = &class.id {
                        self.bindings.push((id.name.to_string(), Binding::Class));
                    }
                }
                Some(_) | None => {}
            }
        }
        self.module = self.bindings.len();
        for statement in module.statements() {
            match declaration(statement) {
                Some(Declaration::VariableDeclaration(variables)) => self.constants(variables),
                Some(Declaration::TSEnumDeclaration(declaration)) => self.declare_enum(declaration),
                Some(_) | None => {
                    if let Statement::ExpressionStatement(statement) = statement {
                        let help =
                            "Only declarations may stand beside the function; its body runs for each row.";
                        self.refuse(statement.span, "a statement at the top level", help);
                    }
                }
            }
            self.module = self.bindings.len();
        }
    }

    /// Constants of the module. Functions among them are bound as such.
    fn constants(&mut self, variables: &'a VariableDeclaration<'a>) {
        for variable in &variables.declarations {
            let function =
                variable.init.as_ref().and_then(|init| Callable::of_expression(init, Scope::Module(self.at)));
            match (function, variable.id.get_identifier_name()) {
                (Some(function), Some(name)) => self.declare_function(&name, function),
                _ if variables.kind == VariableDeclarationKind::Const => {
                    // A broken constant is reported; what uses it is not reported again.
                    let _ = self.variable(variable);
                }
                _ => {
                    let help = "Use `const`.";
                    self.refuse(variables.span, "a variable of the module that can change", help);
                }
            }
        }
    }

    /// An enum of the file: members without a value count on from the one before.
    fn declare_enum(&mut self, declaration: &'a TSEnumDeclaration<'a>) {
        let mut members = BTreeMap::new();
        let mut next = Some(0.0);
        for member in &declaration.body.members {
            let name = match &member.id {
                TSEnumMemberName::Identifier(name) => name.name.to_string(),
                TSEnumMemberName::String(text) | TSEnumMemberName::ComputedString(text) => {
                    text.value.to_string()
                }
                TSEnumMemberName::ComputedTemplateString(_) => {
                    self.refuse(member.span, "a computed name of an enum member", "Write the name out.");
                    continue;
                }
            };
            let value = match (&member.initializer, next) {
                (Some(init), _) => self.expression(init),
                (None, Some(number)) => Ok(self.graph.number(number)),
                (None, None) => Err(self.mismatch(
                    member.span,
                    format!("`{name}` needs a value, because the member before it is not a number"),
                    "Give it a value.",
                )),
            };
            if let Ok(value) = value {
                next = self.graph.as_number(value).map(|number| number + 1.0);
                members.insert(name, value);
            }
        }
        self.bindings.push((declaration.id.name.to_string(), Binding::Enum(members)));
    }

    /// Binds the parameter to the row.
    fn parameters(
        &mut self,
        function: Span,
        params: &'a FormalParameters<'a>,
        row: super::Id,
    ) -> Result<(), Reported> {
        match params.items.as_slice() {
            [] if params.rest.is_none() => Ok(()),
            [only] if params.rest.is_none() && only.initializer.is_none() => self.bind(&only.pattern, row),
            _ => Err(self.report(
                Code::MigrationFunction,
                Span::new(function.start, params.span.end),
                "a migration has one parameter: the row",
                "this function",
                "Write `function migrate(event: …): … { … }`.",
            )),
        }
    }

    /// The value of a whole function: what `return expression` returns.
    pub(super) fn returned(&mut self, expression: &'a Expression<'a>) -> Lowered {
        let fields = &self.to.fields;
        let value = self.expected(expression, Some(fields))?;
        let ty = self.ty(value).clone();
        if let crate::migration::types::Kind::Array(_) = ty.kind {
            let help = "Return one object, or `null` to leave the row out.";
            let message = "a migration that returns several rows is not possible yet";
            return Err(self.report(
                Code::MigrationOutput,
                expression.span(),
                message,
                format!("`{ty}`"),
                help,
            ));
        }
        if ty.undefined {
            return Err(self.report(
                Code::MigrationOutput,
                expression.span(),
                "a migration returns a row or `null`, but this may be `undefined`",
                format!("`{ty}`"),
                "To leave the row out, return `null`.",
            ));
        }
        let is_row = matches!(
            ty.kind,
            crate::migration::types::Kind::Object(_) | crate::migration::types::Kind::Never
        );
        if !is_row {
            return Err(self.report(
                Code::MigrationOutput,
                expression.span(),
                format!("a migration returns a `{}`, but this is `{ty}`", self.to.name),
                format!("`{ty}`"),
                "Return an object with the fields of the target model.",
            ));
        }
        Ok(value)
    }
}

/// What a statement of the module declares.
fn declaration<'a>(statement: &'a Statement<'a>) -> Option<&'a Declaration<'a>> {
    match statement {
        Statement::ExportDeclaration(export) => Some(&export.declaration),
        other => other.as_declaration(),
    }
}

/// The function that a file declares under a name.
fn declared<'a>(program: &'a Program<'a>, name: &str, scope: Scope) -> Option<Callable<'a>> {
    program.body.iter().find_map(|statement| match statement.as_declaration()? {
        Declaration::FunctionDeclaration(function) if function.id.as_ref()?.name == name => {
            Callable::of_function(function, scope)
        }
        Declaration::VariableDeclaration(variables) => variables
            .declarations
            .iter()
            .find(|variable| variable.id.get_identifier_name().is_some_and(|found| found == name))
            .and_then(|variable| Callable::of_expression(variable.init.as_ref()?, scope)),
        _ => None,
    })
}

/// The functions that a declaration declares.
fn functions<'a>(declaration: &'a Declaration<'a>, scope: Scope) -> Vec<Callable<'a>> {
    match declaration {
        Declaration::FunctionDeclaration(function) => {
            Callable::of_function(function, scope).into_iter().collect()
        }
        Declaration::VariableDeclaration(variables) => variables
            .declarations
            .iter()
            .filter_map(|variable| Callable::of_expression(variable.init.as_ref()?, scope))
            .collect(),
        _ => Vec::new(),
    }
}

fn first_line(text: &str) -> u32 {
    u32::try_from(text.lines().next().unwrap_or_default().len()).unwrap_or(0)
}
