//! TypeScript to JavaScript, by taking away what is not JavaScript.
//!
//! Types are blanked where they stand, so that everything else stays where the author wrote it. The few
//! things of TypeScript that have a meaning at run time are written out (enums) or refused
//! (namespaces, parameter properties, decorators). There is no `import` or `export` in the result.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use oxc_ast::ast::{
    ArrowFunctionExpression, BindingIdentifier, CatchParameter, Class, ClassElement, Declaration, Decorator,
    ExportDefaultDeclarationKind, Expression, FormalParameter, Function, FunctionType, MethodDefinition,
    MethodDefinitionType, PropertyDefinition, PropertyDefinitionType, Statement, TSAsExpression,
    TSEnumDeclaration, TSEnumMemberName, TSInstantiationExpression, TSNonNullExpression,
    TSSatisfiesExpression, TSThisParameter, TSTypeAnnotation, TSTypeAssertion, TSTypeParameterDeclaration,
    TSTypeParameterInstantiation, VariableDeclarator,
};
use oxc_ast_visit::{
    Visit,
    walk::{
        walk_arrow_function_expression, walk_catch_parameter, walk_class, walk_class_element,
        walk_declaration, walk_expression, walk_formal_parameter, walk_function, walk_statement,
        walk_variable_declarator,
    },
};
use oxc_span::{GetSpan, Span};
use oxc_syntax::scope::ScopeFlags;

use crate::migration::modules::Module;

/// The name of a default export that has none.
pub(super) const ANONYMOUS: &str = "$migrate";

/// What a file becomes, or why it becomes nothing.
pub(super) fn strip(module: &Module) -> Result<Stripped, Vec<Diagnostic>> {
    let mut stripper = Stripper {
        file: module.file,
        edits: Vec::new(),
        missing: &module.missing,
        entry: None,
        problems: Vec::new(),
    };
    module.statements().for_each(|statement| stripper.visit_statement(statement));
    if !stripper.problems.is_empty() {
        return Err(stripper.problems);
    }
    stripper.edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    Ok(Stripped { file: Arc::clone(module.file), edits: stripper.edits, entry: stripper.entry })
}

/// A file without what is only TypeScript.
pub(super) struct Stripped {
    file: Arc<SourceFile>,
    edits: Vec<Edit>,
    /// The name of the function to run.
    pub(super) entry: Option<String>,
}

impl Stripped {
    /// All of it.
    pub(super) fn text(&self) -> String {
        self.part(0, self.file.text.len())
    }

    /// The text between two places that are in no edit.
    pub(super) fn part(&self, start: usize, end: usize) -> String {
        let text = &self.file.text;
        let (mut out, mut at) = (String::new(), start);
        let inside = |edit: &&Edit| edit.span.start as usize >= start && edit.span.end as usize <= end;
        for Edit { span, text: by } in self.edits.iter().filter(inside) {
            out.push_str(text.get(at..span.start as usize).unwrap_or_default());
            out.push_str(by);
            at = at.max(span.end as usize);
        }
        out.push_str(text.get(at..end).unwrap_or_default());
        out
    }
}

/// A text in the place of another.
struct Edit {
    span: Span,
    text: String,
}

struct Stripper<'s> {
    file: &'s Arc<SourceFile>,
    edits: Vec<Edit>,
    /// What the file would take from other files if it were there.
    missing: &'s BTreeMap<String, String>,
    /// The name of the function to run. A default export goes before others.
    entry: Option<String>,
    problems: Vec<Diagnostic>,
}

impl Stripper<'_> {
    fn source(&self, span: Span) -> &str {
        self.file.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    fn replace(&mut self, span: Span, text: impl Into<String>) {
        self.edits.push(Edit { span, text: text.into() });
    }

    /// Takes something away, and leaves its lines.
    fn blank(&mut self, span: Span) {
        let blank: String = self.source(span).chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        self.replace(span, blank);
    }

    /// Takes something away from where no new line may begin.
    fn blank_in_line(&mut self, span: Span) {
        self.replace(span, " ");
    }

    /// Takes a statement away. The semicolon ends the one before it, as its beginning did.
    fn blank_statement(&mut self, span: Span) {
        let blank: String = self.source(span).chars().filter(|c| *c == '\n').collect();
        self.replace(span, format!(";{blank}"));
    }

    /// Takes these characters away from a text that has nothing else of interest.
    fn blank_marks(&mut self, start: u32, end: u32, marks: &[char]) {
        let span = Span::new(start, end.max(start));
        let found: Vec<_> = self.source(span).match_indices(marks).map(|(at, _)| at).collect();
        for at in found {
            let at = start + u32::try_from(at).unwrap_or_default();
            self.blank(Span::new(at, at + 1));
        }
    }

    /// Takes modifiers away that stand before the name of a class or of a member.
    fn blank_modifiers(&mut self, start: u32, end: u32) {
        const MODIFIERS: [&str; 7] =
            ["public", "private", "protected", "readonly", "override", "abstract", "declare"];
        let text = self.source(Span::new(start, end)).to_owned();
        let mut at = 0;
        for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
            let plain = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            if MODIFIERS.contains(&plain) {
                let from = start + u32::try_from(at).unwrap_or_default();
                self.blank(Span::sized(from, u32::try_from(plain.len()).unwrap_or_default()));
            }
            at += word.len();
        }
    }

    fn refuse(&mut self, span: Span, what: &str, help: &str) {
        let diagnostic =
            Diagnostic::error(Code::NotCompilable, format!("{what} cannot be used in a migration"))
                .with_label(self.file, span.start as usize..span.end as usize, "here")
                .with_help(help);
        self.problems.push(diagnostic);
    }

    /// An enum as an object that has its names, and back from its numbers.
    fn write_enum(&mut self, declaration: &TSEnumDeclaration) {
        let name = declaration.id.name.as_str();
        let mut members = String::new();
        let mut before: Option<String> = None;
        for member in &declaration.body.members {
            let key = match &member.id {
                TSEnumMemberName::Identifier(name) => name.name.to_string(),
                TSEnumMemberName::String(text) | TSEnumMemberName::ComputedString(text) => {
                    text.value.to_string()
                }
                TSEnumMemberName::ComputedTemplateString(_) => {
                    self.refuse(member.span, "a computed name of an enum member", "Write the name out.");
                    continue;
                }
            };
            let quoted = quoted(&key);
            let is_text = matches!(
                &member.initializer,
                Some(Expression::StringLiteral(_) | Expression::TemplateLiteral(_))
            );
            let value = match (&member.initializer, &before) {
                (Some(init), _) => self.source(init.span()).to_owned(),
                (None, Some(before)) => format!("{name}[{before}] + 1"),
                (None, None) => "0".to_owned(),
            };
            // Members may name those before them.
            let own = match &member.id {
                TSEnumMemberName::Identifier(_) => format!("const {key} = "),
                _ => String::new(),
            };
            let _ = match is_text {
                true => write!(members, "{own}{name}[{quoted}] = {value}; "),
                false => {
                    write!(members, "{own}{name}[{quoted}] = {value}; {name}[{name}[{quoted}]] = {quoted}; ")
                }
            };
            before = Some(quoted);
        }
        let lines = self.source(declaration.span).matches('\n').count();
        let text =
            format!("var {name} = (({name}) => {{ {members}return {name}; }})({{}});{}", "\n".repeat(lines));
        self.replace(declaration.span, text);
    }

    /// Whether a name is one that could not be imported.
    fn check_import(&mut self, name: &str, span: Span) {
        if let Some(why) = self.missing.get(name) {
            let message = format!("`{name}` cannot be imported: {why}");
            let diagnostic = Diagnostic::error(Code::UnknownName, message)
                .with_label(self.file, span.start as usize..span.end as usize, "used here")
                .with_help("Check the path of the import, and that the value is exported there.");
            self.problems.push(diagnostic);
        }
    }
}

/// A text in JavaScript.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl<'a> Visit<'a> for Stripper<'_> {
    fn visit_statement(&mut self, statement: &Statement<'a>) {
        let span = statement.span();
        match statement {
            Statement::ImportDeclaration(_)
            | Statement::ExportAllDeclaration(_)
            | Statement::ExportFromDeclaration(_) => self.blank_statement(span),
            Statement::ExportNamedDeclaration(export) => {
                for specifier in &export.specifiers {
                    let is_default = specifier.exported.name() == "default";
                    if is_default || self.entry.is_none() {
                        self.entry = Some(specifier.local.name().to_string());
                    }
                }
                self.blank_statement(span);
            }
            Statement::ExportDeclaration(export) => {
                let declared = match &export.declaration {
                    Declaration::FunctionDeclaration(function) if function.body.is_some() => {
                        function.id.as_ref().map(|id| id.name.to_string())
                    }
                    Declaration::VariableDeclaration(variables) => variables
                        .declarations
                        .iter()
                        .find(|variable| is_function(variable.init.as_ref()))
                        .and_then(|variable| variable.id.get_identifier_name())
                        .map(|name| name.to_string()),
                    _ => None,
                };
                self.entry = self.entry.take().or(declared);
                self.blank(Span::new(span.start, export.declaration.span().start));
                walk_statement(self, statement);
                self.end(span);
            }
            Statement::ExportDefaultDeclaration(export) => {
                let inner = export.declaration.span();
                let keywords = Span::new(span.start, inner.start);
                match &export.declaration {
                    ExportDefaultDeclarationKind::TSInterfaceDeclaration(_) => {
                        return self.blank_statement(span);
                    }
                    ExportDefaultDeclarationKind::FunctionDeclaration(function)
                        if function.body.is_none() =>
                    {
                        return self.blank_statement(span);
                    }
                    ExportDefaultDeclarationKind::FunctionDeclaration(function) => match &function.id {
                        Some(id) => {
                            self.entry = Some(id.name.to_string());
                            self.blank(keywords);
                        }
                        None => {
                            self.entry = Some(ANONYMOUS.to_owned());
                            self.replace(keywords, format!("const {ANONYMOUS} = "));
                        }
                    },
                    _ => {
                        self.entry = Some(ANONYMOUS.to_owned());
                        self.replace(keywords, format!("const {ANONYMOUS} = "));
                    }
                }
                walk_statement(self, statement);
                self.end(span);
            }
            Statement::ExpressionStatement(_)
            | Statement::VariableDeclaration(_)
            | Statement::ReturnStatement(_)
            | Statement::ThrowStatement(_) => {
                walk_statement(self, statement);
                self.end(span);
            }
            _ => walk_statement(self, statement),
        }
    }

    fn visit_declaration(&mut self, declaration: &Declaration<'a>) {
        let span = declaration.span();
        match declaration {
            Declaration::TSTypeAliasDeclaration(_)
            | Declaration::TSInterfaceDeclaration(_)
            | Declaration::TSExternalModuleDeclaration(_)
            | Declaration::TSGlobalDeclaration(_) => self.blank_statement(span),
            Declaration::VariableDeclaration(variables) if variables.declare => self.blank_statement(span),
            Declaration::FunctionDeclaration(function) if function.body.is_none() => {
                self.blank_statement(span)
            }
            Declaration::ClassDeclaration(class) if class.declare => self.blank_statement(span),
            Declaration::TSEnumDeclaration(declaration) if declaration.declare => self.blank_statement(span),
            Declaration::TSEnumDeclaration(declaration) => {
                self.write_enum(declaration);
                // What its values name is looked at, and nothing in it is edited: they are copied.
                let edits = self.edits.len();
                walk_declaration_values(self, declaration);
                self.edits.truncate(edits);
            }
            Declaration::TSNamespaceDeclaration(_) => {
                self.refuse(span, "a namespace", "Write its functions at the top level of the file.");
            }
            Declaration::TSImportEqualsDeclaration(_) => {
                self.refuse(span, "`import … = …`", "Copy what you need of it into this file.");
            }
            Declaration::VariableDeclaration(_)
            | Declaration::FunctionDeclaration(_)
            | Declaration::ClassDeclaration(_) => walk_declaration(self, declaration),
        }
    }

    fn visit_expression(&mut self, expression: &Expression<'a>) {
        if let Expression::ImportExpression(import) = expression {
            self.refuse(import.span, "another file", "Copy what you need of it into this file.");
        }
        walk_expression(self, expression);
    }

    fn visit_identifier_reference(&mut self, name: &oxc_ast::ast::IdentifierReference<'a>) {
        self.check_import(name.name.as_str(), name.span);
    }

    fn visit_binding_identifier(&mut self, _name: &BindingIdentifier<'a>) {}

    fn visit_ts_type_annotation(&mut self, annotation: &TSTypeAnnotation<'a>) {
        self.blank(annotation.span);
    }

    fn visit_ts_type_parameter_declaration(&mut self, parameters: &TSTypeParameterDeclaration<'a>) {
        self.blank_in_line(parameters.span);
    }

    fn visit_ts_type_parameter_instantiation(&mut self, arguments: &TSTypeParameterInstantiation<'a>) {
        self.blank_in_line(arguments.span);
    }

    fn visit_ts_this_parameter(&mut self, this: &TSThisParameter<'a>) {
        self.refuse(this.span, "a `this` parameter", "Use an ordinary parameter.");
    }

    fn visit_ts_as_expression(&mut self, expression: &TSAsExpression<'a>) {
        self.visit_expression(&expression.expression);
        self.blank_in_line(Span::new(expression.expression.span().end, expression.span.end));
    }

    fn visit_ts_satisfies_expression(&mut self, expression: &TSSatisfiesExpression<'a>) {
        self.visit_expression(&expression.expression);
        self.blank_in_line(Span::new(expression.expression.span().end, expression.span.end));
    }

    fn visit_ts_non_null_expression(&mut self, expression: &TSNonNullExpression<'a>) {
        self.visit_expression(&expression.expression);
        self.blank_in_line(Span::new(expression.expression.span().end, expression.span.end));
    }

    fn visit_ts_instantiation_expression(&mut self, expression: &TSInstantiationExpression<'a>) {
        self.visit_expression(&expression.expression);
        self.blank_in_line(Span::new(expression.expression.span().end, expression.span.end));
    }

    fn visit_ts_type_assertion(&mut self, assertion: &TSTypeAssertion<'a>) {
        self.blank_in_line(Span::new(assertion.span.start, assertion.expression.span().start));
        self.visit_expression(&assertion.expression);
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        // `=>` must be on the line on which the parameters end.
        if let Some(annotation) = &arrow.return_type {
            self.blank_in_line(annotation.span);
            if let Some(parameters) = &arrow.type_parameters {
                self.visit_ts_type_parameter_declaration(parameters);
            }
            self.visit_formal_parameters(&arrow.params);
            self.visit_arrow_function_body(&arrow.body);
        } else {
            walk_arrow_function_expression(self, arrow);
        }
    }

    fn visit_formal_parameter(&mut self, parameter: &FormalParameter<'a>) {
        if parameter.accessibility.is_some() || parameter.readonly || parameter.r#override {
            self.refuse(
                parameter.span,
                "a parameter that declares a property",
                "Assign it in the constructor.",
            );
        }
        if parameter.optional {
            let end = parameter
                .type_annotation
                .as_ref()
                .map_or(parameter.span.end, |annotation| annotation.span.start);
            self.blank_marks(parameter.pattern.span().end, end, &['?']);
        }
        walk_formal_parameter(self, parameter);
    }

    fn visit_variable_declarator(&mut self, variable: &VariableDeclarator<'a>) {
        if variable.definite {
            let end = variable
                .type_annotation
                .as_ref()
                .map_or(variable.span.end, |annotation| annotation.span.start);
            self.blank_marks(variable.id.span().end, end, &['!']);
        }
        walk_variable_declarator(self, variable);
    }

    fn visit_catch_parameter(&mut self, parameter: &CatchParameter<'a>) {
        walk_catch_parameter(self, parameter);
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        if function.r#type != FunctionType::TSDeclareFunction {
            walk_function(self, function, flags);
        }
    }

    fn visit_class(&mut self, class: &Class<'a>) {
        if class.r#abstract {
            let end = class.id.as_ref().map_or(class.body.span.start, |id| id.span.start);
            self.blank_modifiers(class.span.start, end);
        }
        if let (Some(first), Some(last)) = (class.implements.first(), class.implements.last()) {
            let before = [
                class.heritage.as_ref().map(|heritage| {
                    heritage
                        .type_arguments
                        .as_ref()
                        .map_or(heritage.expression.span().end, |args| args.span.end)
                }),
                class.type_parameters.as_ref().map(|parameters| parameters.span.end),
                class.id.as_ref().map(|id| id.span.end),
            ];
            let start = before.into_iter().flatten().max().unwrap_or(first.span.start);
            if before.iter().flatten().next().is_none() {
                self.refuse(first.span, "`implements` of a class without a name", "Leave it out.");
            }
            self.blank(Span::new(start, last.span.end));
        }
        walk_class(self, class);
    }

    fn visit_ts_class_implements(&mut self, _implements: &oxc_ast::ast::TSClassImplements<'a>) {}

    fn visit_class_element(&mut self, element: &ClassElement<'a>) {
        match element {
            ClassElement::TSIndexSignature(signature) => self.blank_statement(signature.span),
            ClassElement::MethodDefinition(method)
                if method.r#type == MethodDefinitionType::TSAbstractMethodDefinition
                    || method.value.body.is_none() =>
            {
                self.blank_statement(method.span);
            }
            ClassElement::PropertyDefinition(property)
                if property.r#type == PropertyDefinitionType::TSAbstractPropertyDefinition
                    || property.declare =>
            {
                self.blank_statement(property.span);
            }
            ClassElement::AccessorProperty(property) => {
                self.refuse(property.span, "`accessor`", "Write a getter and a setter.");
            }
            _ => walk_class_element(self, element),
        }
    }

    fn visit_method_definition(&mut self, method: &MethodDefinition<'a>) {
        self.blank_modifiers(method.span.start, method.key.span().start);
        if method.optional {
            self.blank_marks(method.key.span().end, method.value.span.start, &['?']);
        }
        oxc_ast_visit::walk::walk_method_definition(self, method);
    }

    fn visit_property_definition(&mut self, property: &PropertyDefinition<'a>) {
        self.blank_modifiers(property.span.start, property.key.span().start);
        if property.optional || property.definite {
            let end = property.type_annotation.as_ref().map(|annotation| annotation.span.start);
            let end =
                end.or(property.value.as_ref().map(|value| value.span().start)).unwrap_or(property.span.end);
            self.blank_marks(property.key.span().end, end, &['?', '!']);
        }
        oxc_ast_visit::walk::walk_property_definition(self, property);
        // The next member may begin with what goes on with this one.
        self.end(property.span);
    }

    fn visit_decorator(&mut self, decorator: &Decorator<'a>) {
        self.refuse(decorator.span, "a decorator", "Call the function that it stands for.");
    }
}

impl Stripper<'_> {
    /// Ends a statement that the author left to the end of the line: what is taken away behind it may
    /// have been what ended it.
    fn end(&mut self, span: Span) {
        if !self.source(span).ends_with([';', '}']) {
            self.replace(Span::empty(span.end), ";");
        }
    }
}

/// Looks at the values of an enum.
fn walk_declaration_values<'a>(stripper: &mut Stripper, declaration: &TSEnumDeclaration<'a>) {
    for member in &declaration.body.members {
        if let Some(value) = &member.initializer {
            stripper.visit_expression(value);
        }
    }
}

fn is_function(value: Option<&Expression>) -> bool {
    value.is_some_and(|value| {
        matches!(
            value.get_inner_expression(),
            Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_)
        )
    })
}
