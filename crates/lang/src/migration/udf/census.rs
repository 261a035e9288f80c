//! What a file needs of the world: refused where a migration does not have it.
//!
//! A migration has the language and nothing else, and gives the same row whenever it runs. The runner
//! holds to that whatever the code does; this says so before it runs, and where.

use std::{collections::BTreeSet, sync::Arc};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use oxc_ast::ast::{
    ArrowFunctionExpression, AwaitExpression, BindingIdentifier, CallExpression, Expression, Function,
    IdentifierReference, NewExpression, StaticMemberExpression, TSEnumMember, TSEnumMemberName, TSType,
    TSTypeAnnotation, TSTypeParameterInstantiation,
};
use oxc_ast_visit::{
    Visit,
    walk::{
        walk_arrow_function_expression, walk_await_expression, walk_call_expression, walk_function,
        walk_new_expression, walk_static_member_expression, walk_ts_enum_member,
    },
};
use oxc_span::Span;
use oxc_syntax::scope::ScopeFlags;

use crate::migration::modules::Module;

/// The global names that a migration has.
const GLOBALS: &[&str] = &[
    "AggregateError",
    "Array",
    "ArrayBuffer",
    "BigInt",
    "BigInt64Array",
    "BigUint64Array",
    "Boolean",
    "DataView",
    "Date",
    "Error",
    "EvalError",
    "Float32Array",
    "Float64Array",
    "Function",
    "Infinity",
    "Int16Array",
    "Int32Array",
    "Int8Array",
    "Iterator",
    "JSON",
    "Map",
    "Math",
    "NaN",
    "Number",
    "Object",
    "Proxy",
    "RangeError",
    "ReferenceError",
    "Reflect",
    "RegExp",
    "Set",
    "String",
    "Symbol",
    "SyntaxError",
    "TypeError",
    "URIError",
    "Uint16Array",
    "Uint32Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "WeakMap",
    "WeakSet",
    "arguments",
    "decodeURI",
    "decodeURIComponent",
    "encodeURI",
    "encodeURIComponent",
    "escape",
    "globalThis",
    "isFinite",
    "isNaN",
    "parseFloat",
    "parseInt",
    "undefined",
    "unescape",
];

/// Methods whose result depends on where they run.
const LOCAL: &[&str] = &[
    "localeCompare",
    "toLocaleString",
    "toLocaleDateString",
    "toLocaleTimeString",
    "toLocaleLowerCase",
    "toLocaleUpperCase",
];

/// Whether a migration has a global of that name.
pub(super) fn is_global(name: &str) -> bool {
    GLOBALS.contains(&name)
}

/// Everything in a file that a migration does not have.
pub(super) fn missing(module: &Module) -> Vec<Diagnostic> {
    let mut declared = Declared::default();
    // Names that cannot be imported are told elsewhere.
    declared.visit_program(module.program);
    let mut census = Census { file: module.file, declared: declared.names, problems: Vec::new() };
    module.statements().for_each(|statement| census.visit_statement(statement));
    census.problems
}

/// The names that a file declares, in whatever scope.
#[derive(Default)]
struct Declared {
    names: BTreeSet<String>,
}

impl<'a> Visit<'a> for Declared {
    fn visit_binding_identifier(&mut self, name: &BindingIdentifier<'a>) {
        self.names.insert(name.name.to_string());
    }

    fn visit_ts_enum_member(&mut self, member: &TSEnumMember<'a>) {
        if let TSEnumMemberName::Identifier(name) = &member.id {
            self.names.insert(name.name.to_string());
        }
        walk_ts_enum_member(self, member);
    }
}

struct Census<'s> {
    file: &'s Arc<SourceFile>,
    declared: BTreeSet<String>,
    problems: Vec<Diagnostic>,
}

impl Census<'_> {
    fn report(&mut self, code: Code, span: Span, message: String, label: &str, help: &str) {
        let diagnostic = Diagnostic::error(code, message)
            .with_label(self.file, span.start as usize..span.end as usize, label)
            .with_help(help);
        self.problems.push(diagnostic);
    }

    fn changes(&mut self, span: Span, what: &str) {
        let help = "A migration must give the same row whenever it runs again.";
        let message = format!("{what} cannot be used in a migration");
        self.report(Code::NotRepeatable, span, message, "gives another value every time", help);
    }

    fn is_local(&mut self, span: Span, name: &str) {
        let help =
            "A migration must give the same row wherever it runs. Compare with `<`, or format by hand.";
        let message = format!("`.{name}()` cannot be used in a migration");
        self.report(Code::NotRepeatable, span, message, "depends on the machine", help);
    }

    fn waits(&mut self, span: Span) {
        let message = "a migration cannot wait for something".to_owned();
        let help = "A migration is a plain function that returns the new row.";
        self.report(Code::MigrationFunction, span, message, "asynchronous", help);
    }

    fn is_global(&self, expression: &Expression, name: &str) -> bool {
        matches!(expression, Expression::Identifier(found) if found.name == name)
            && !self.declared.contains(name)
    }
}

impl<'a> Visit<'a> for Census<'_> {
    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'a>) {
        let text = name.name.as_str();
        if !self.declared.contains(text) && !GLOBALS.contains(&text) {
            let help = "A migration has the language itself and what its file declares: no files, no network, no clock and no timers.";
            self.report(
                Code::UnknownName,
                name.span,
                format!("there is no `{text}` in a migration"),
                "unknown",
                help,
            );
        }
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        let name = member.property.name.as_str();
        if name == "now" && self.is_global(&member.object, "Date") {
            self.changes(member.span, "`Date.now()`");
        } else if name == "random" && self.is_global(&member.object, "Math") {
            self.changes(member.span, "`Math.random()`");
        } else if LOCAL.contains(&name) {
            self.is_local(member.property.span, name);
        }
        walk_static_member_expression(self, member);
    }

    fn visit_new_expression(&mut self, new: &NewExpression<'a>) {
        if new.arguments.is_empty() && self.is_global(&new.callee, "Date") {
            self.changes(new.span, "the current time");
        }
        walk_new_expression(self, new);
    }

    fn visit_call_expression(&mut self, call: &CallExpression<'a>) {
        if self.is_global(&call.callee, "Date") {
            self.changes(call.span, "the current time");
        }
        walk_call_expression(self, call);
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: ScopeFlags) {
        if function.r#async {
            self.waits(Span::sized(function.span.start, 5));
        }
        walk_function(self, function, flags);
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        if arrow.r#async {
            self.waits(Span::sized(arrow.span.start, 5));
        }
        walk_arrow_function_expression(self, arrow);
    }

    fn visit_await_expression(&mut self, wait: &AwaitExpression<'a>) {
        self.waits(wait.span);
        walk_await_expression(self, wait);
    }

    // Names of types are no values.
    fn visit_ts_type(&mut self, _: &TSType<'a>) {}
    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}
    fn visit_ts_type_parameter_instantiation(&mut self, _: &TSTypeParameterInstantiation<'a>) {}
    fn visit_ts_type_parameter_declaration(&mut self, _: &oxc_ast::ast::TSTypeParameterDeclaration<'a>) {}
    fn visit_ts_class_implements(&mut self, _: &oxc_ast::ast::TSClassImplements<'a>) {}
    fn visit_ts_interface_declaration(&mut self, _: &oxc_ast::ast::TSInterfaceDeclaration<'a>) {}
    fn visit_export_specifier(&mut self, _: &oxc_ast::ast::ExportSpecifier<'a>) {}
}
