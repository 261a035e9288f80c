//! Configurations of models in TypeScript: constants of the type `DataModelConfig<Model>`, and
//! exported constants called `<Model>Config` that do not say their type.

use std::collections::BTreeMap;

use oxc_ast::ast::{
    ArrayExpressionElement, Expression, ObjectPropertyKind, Program, Statement, TSType, TSTypeName,
    VariableDeclaration,
};
use oxc_span::GetSpan;

use super::{Reader, Visibility, span, types};
use crate::models::{
    config::{Config, Entry, Setting, Subject, Value},
    outline::{Kind, Span},
};

/// How many constants may lead to one value. More is a circle.
const LONGEST_CHAIN: u32 = 16;

/// The constants of a file, by name.
pub(super) type Constants<'a> = BTreeMap<&'a str, &'a Expression<'a>>;

/// Finds the constants of a file.
pub(super) fn constants<'a>(program: &'a Program<'a>) -> Constants<'a> {
    let declarations = program.body.iter().filter_map(|statement| match statement {
        Statement::VariableDeclaration(variables) => Some(&**variables),
        Statement::ExportDeclaration(export) => match &export.declaration {
            oxc_ast::ast::Declaration::VariableDeclaration(variables) => Some(&**variables),
            _ => None,
        },
        _ => None,
    });
    declarations
        .filter(|variables| variables.kind.is_const())
        .flat_map(|variables| &variables.declarations)
        .filter_map(|variable| {
            Some((variable.id.get_binding_identifier()?.name.as_str(), variable.init.as_ref()?))
        })
        .collect()
}

impl Reader<'_> {
    /// Reads the configurations among declared variables.
    pub(super) fn configs(&mut self, variables: &VariableDeclaration, visibility: Visibility) {
        for variable in &variables.declarations {
            let (Some(name), Some(value)) = (variable.id.get_binding_identifier(), &variable.init) else {
                continue;
            };
            let annotation = variable.type_annotation.as_ref().map(|annotation| &annotation.type_annotation);
            let subject = match annotation.or_else(|| stated_type(value)) {
                Some(of) => self.subject(of),
                None => match (visibility, name.name.strip_suffix("Config")) {
                    (Visibility::Exported, Some(model)) => {
                        Some(Subject::Perhaps { path: vec![model.to_owned()], span: span(name.span) })
                    }
                    (Visibility::Exported | Visibility::Local, _) => None,
                },
            };
            if let Some(subject) = subject {
                let settings = self.setting(value, 0);
                self.outline.configs.push(Config { subject, settings });
            }
        }
    }

    /// Notes the values of constants for the configurations of other files, without those that they
    /// are made of: nobody may ask for them.
    pub(super) fn values_of_constants(&mut self) {
        let read = self
            .constants
            .iter()
            .map(|(name, value)| ((*name).to_owned(), self.setting(value, LONGEST_CHAIN)));
        self.outline.constants = read.collect();
    }

    /// The model that a type names, if it is `DataModelConfig<Model>`.
    fn subject(&self, of: &TSType) -> Option<Subject> {
        let TSType::TSTypeReference(reference) = of else { return None };
        let name = match &reference.type_name {
            TSTypeName::IdentifierReference(identifier) => self.original(identifier.name.as_str()),
            TSTypeName::QualifiedName(qualified) => qualified.right.name.as_str(),
            TSTypeName::ThisExpression(_) => return None,
        };
        let arguments = reference.type_arguments.as_ref().map(|arguments| &arguments.params);
        let [of] = arguments.map_or(&[][..], |arguments| arguments.as_slice()) else { return None };
        let of = types::read(of);
        match of.kind {
            Kind::Named { path, .. } if name == "DataModelConfig" => {
                Some(Subject::Named { path, span: of.span })
            }
            _ => None,
        }
    }

    /// A name as it is called where it is declared.
    fn original<'n>(&'n self, name: &'n str) -> &'n str {
        self.outline.imports.get(name).map_or(name, |import| &import.original)
    }

    /// Reads a value; `hops` counts the constants that led to it.
    fn setting(&self, value: &Expression, hops: u32) -> Setting {
        let at = span(value.span());
        let read = match value {
            Expression::StringLiteral(text) => Value::Text(text.value.to_string()),
            Expression::BooleanLiteral(literal) => {
                if literal.value {
                    Value::True
                } else {
                    Value::False
                }
            }
            Expression::ArrayExpression(array) => {
                Value::List(array.elements.iter().map(|element| self.element(element, hops)).collect())
            }
            Expression::ParenthesizedExpression(inner) => return self.setting(&inner.expression, hops),
            Expression::TSAsExpression(inner) => return self.setting(&inner.expression, hops),
            Expression::TSSatisfiesExpression(inner) => return self.setting(&inner.expression, hops),
            Expression::Identifier(name) if name.name == "undefined" => Value::Nothing,
            Expression::Identifier(name) => match self.constants.get(name.name.as_str()) {
                // The place in the configuration says more than that of the constant.
                Some(value) if hops < LONGEST_CHAIN => {
                    return Setting { span: at, ..self.setting(value, hops + 1) };
                }
                Some(_) | None => Value::Named(name.name.to_string()),
            },
            Expression::StaticMemberExpression(member) => match &member.object {
                Expression::Identifier(of) => {
                    let of = self.original(of.name.as_str()).to_owned();
                    Value::Member(of, member.property.name.to_string())
                }
                Expression::StaticMemberExpression(of) => {
                    Value::Member(of.property.name.to_string(), member.property.name.to_string())
                }
                _ => Value::Unreadable,
            },
            Expression::ObjectExpression(object) => Value::Group(
                object.properties.iter().flat_map(|property| self.entries(property, hops)).collect(),
            ),
            _ => Value::Unreadable,
        };
        Setting { span: at, value: read }
    }

    fn element(&self, element: &ArrayExpressionElement, hops: u32) -> Setting {
        match element.as_expression() {
            Some(value) => self.setting(value, hops),
            None => Setting { span: span(element.span()), value: Value::Unreadable },
        }
    }

    fn entries(&self, property: &ObjectPropertyKind, hops: u32) -> Vec<Entry> {
        let at: Span = span(property.span());
        match property {
            ObjectPropertyKind::ObjectProperty(property) => match property.key.static_name() {
                Some(name) => vec![Entry::Named {
                    name: name.into_owned(),
                    name_span: span(property.key.span()),
                    setting: self.setting(&property.value, hops),
                }],
                None => vec![Entry::Unreadable(at)],
            },
            ObjectPropertyKind::SpreadProperty(spread) => match self.setting(&spread.argument, hops).value {
                Value::Group(entries) => entries,
                Value::Nothing => Vec::new(),
                named @ Value::Named(_) => vec![Entry::Spread(Setting { span: at, value: named })],
                Value::Text(_)
                | Value::Member(..)
                | Value::True
                | Value::False
                | Value::List(_)
                | Value::Unreadable => {
                    vec![Entry::Unreadable(at)]
                }
            },
        }
    }
}

/// The type that `value as T` or `value satisfies T` states.
fn stated_type<'a>(value: &'a Expression<'a>) -> Option<&'a TSType<'a>> {
    match value {
        Expression::TSAsExpression(stated) => Some(&stated.type_annotation),
        Expression::TSSatisfiesExpression(stated) => Some(&stated.type_annotation),
        Expression::ParenthesizedExpression(inner) => stated_type(&inner.expression),
        _ => None,
    }
}
