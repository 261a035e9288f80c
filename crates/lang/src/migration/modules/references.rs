//! The names that a statement uses as values, in whatever scope.

use std::collections::BTreeSet;

use oxc_ast::ast::{
    IdentifierReference, Statement, TSClassImplements, TSInterfaceDeclaration, TSType, TSTypeAnnotation,
    TSTypeParameterDeclaration, TSTypeParameterInstantiation,
};
use oxc_ast_visit::Visit;

pub(super) fn references<'a>(statement: &'a Statement<'a>) -> BTreeSet<&'a str> {
    let mut found = References { names: BTreeSet::new() };
    found.visit_statement(statement);
    found.names
}

struct References<'a> {
    names: BTreeSet<&'a str>,
}

impl<'a> Visit<'a> for References<'a> {
    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'a>) {
        self.names.insert(name.name.as_str());
    }

    // Names of types are no values.
    fn visit_ts_type(&mut self, _: &TSType<'a>) {}
    fn visit_ts_type_annotation(&mut self, _: &TSTypeAnnotation<'a>) {}
    fn visit_ts_type_parameter_instantiation(&mut self, _: &TSTypeParameterInstantiation<'a>) {}
    fn visit_ts_type_parameter_declaration(&mut self, _: &TSTypeParameterDeclaration<'a>) {}
    fn visit_ts_class_implements(&mut self, _: &TSClassImplements<'a>) {}
    fn visit_ts_interface_declaration(&mut self, _: &TSInterfaceDeclaration<'a>) {}
}
