//! Object literals, checked against the fields they are to have.

use antler_core::{
    diagnostic::Code,
    names::SqlIdent,
    schema::{Absence, Field},
};
use oxc_ast::ast::{Expression, ObjectExpression, ObjectProperty, ObjectPropertyKind, PropertyKind};
use oxc_span::{GetSpan, Span};

use super::{Id, Lowered, Lowering, Reported, expressions::closest};
use crate::migration::{fit, ir::Nothing, types::Kind};

impl<'a> Lowering<'a> {
    /// An object literal. A field that the target does not have may come from a spread, but not be
    /// written out: it would be lost.
    pub(super) fn object(&mut self, object: &'a ObjectExpression<'a>, wanted: Option<&[Field]>) -> Lowered {
        let mut fields: Vec<(SqlIdent, Id)> = Vec::new();
        let mut broken = false;
        for property in &object.properties {
            let result = match property {
                ObjectPropertyKind::ObjectProperty(property) => self.property(property, wanted, &mut fields),
                ObjectPropertyKind::SpreadProperty(spread) => self.spread(&spread.argument, &mut fields),
            };
            broken |= result.is_err();
        }
        if broken {
            return Err(Reported);
        }
        for field in wanted.unwrap_or_default() {
            let required = matches!(field.absence, Absence::Never | Absence::Null);
            if required && !fields.iter().any(|(name, _)| *name == field.name) {
                self.report(
                    Code::MigrationOutput,
                    Span::new(object.span.end - 1, object.span.end),
                    format!("`{}` is missing", field.name),
                    "the object ends here",
                    format!("The target has `{field}`."),
                );
                broken = true;
            }
        }
        if broken { Err(Reported) } else { Ok(self.graph.object(fields)) }
    }

    fn property(
        &mut self,
        property: &'a ObjectProperty<'a>,
        wanted: Option<&[Field]>,
        fields: &mut Vec<(SqlIdent, Id)>,
    ) -> Result<(), Reported> {
        let help = "Write `name: value`.";
        if property.kind != PropertyKind::Init || property.method {
            return Err(self.refuse(property.span, "a method of an object", help));
        }
        let name = match property.key.static_name() {
            Some(name) => name.to_string(),
            None => match property.key.as_expression() {
                Some(key) if property.computed => {
                    let value = self.expression(key)?;
                    match self.graph.as_text(value) {
                        Some(name) => name.to_owned(),
                        None => return Err(self.refuse(key.span(), "a computed name of a field", help)),
                    }
                }
                _ => return Err(self.refuse(property.key.span(), "this name of a field", help)),
            },
        };
        let field = wanted.and_then(|wanted| wanted.iter().find(|field| field.name.as_str() == name));
        if let (Some(wanted), None) = (wanted, field) {
            let names: Vec<_> = wanted.iter().map(|field| field.name.as_str()).collect();
            let help = match closest(&name, &names) {
                Some(similar) => format!("Did you mean `{similar}`?"),
                None => format!("It has {}.", names.join(", ")),
            };
            return Err(self.report(
                Code::MigrationOutput,
                property.key.span(),
                format!("the target has no field `{name}`"),
                "not in the target model",
                help,
            ));
        }
        let value = self.expected(&property.value, field.and_then(Self::nested_fields))?;
        let Ok(ident) = name.parse::<SqlIdent>() else {
            return Err(self.refuse(property.key.span(), "this name of a field", help));
        };
        if let Some(field) = field
            && let Err(misfit) = fit::fit(&mut self.graph, value, field, field.name.as_str(), &self.asserted)
        {
            // Explicit `undefined` is a value of the wrong type rather than a missing field.
            let misfit = fit::Misfit { found: misfit.found.or(Some(self.ty(value).clone())), ..*misfit };
            return Err(self.report_misfit(property.value.span(), &misfit));
        }
        if !property.shorthand {
            self.graph.suggest_name(value, &name);
        }
        set(fields, ident, value);
        Ok(())
    }

    /// `...object`: its fields replace those before it. Nothing spreads to nothing.
    fn spread(
        &mut self,
        argument: &'a Expression<'a>,
        fields: &mut Vec<(SqlIdent, Id)>,
    ) -> Result<(), Reported> {
        // A copy, so that an object stays with its name.
        let value = match self.list(argument) {
            Some(own) => own,
            None => self.expression(argument)?,
        };
        let ty = self.ty(value).clone();
        let names = match &ty.kind {
            Kind::Object(types) => types.clone(),
            Kind::Never if ty.is_optional() => Vec::new(),
            _ => {
                let message = format!("`{ty}` has no fields to spread");
                return Err(self.mismatch(argument.span(), message, "Spread an object."));
            }
        };
        let absent = self.graph.is_nothing(value);
        let object = self.graph.known(value);
        for (name, _) in names {
            let spread = self.graph.field(object, &name);
            let spread = self.narrowed(spread);
            let before = fields.iter().find(|(other, _)| *other == name).map(|(_, value)| *value);
            let spread = match before {
                Some(before) if self.ty(spread).undefined => {
                    self.unless_missing(argument.span(), spread, before)?
                }
                _ => spread,
            };
            let before = before.unwrap_or_else(|| self.graph.nothing(Nothing::Undefined));
            let merged = self.choose(argument.span(), absent, before, spread)?;
            set(fields, name, merged);
        }
        Ok(())
    }

    /// A field that a row does not have leaves the one before it alone. Whether a constructed
    /// object has a field that is `undefined` is not known, so that is refused.
    fn unless_missing(&mut self, span: Span, spread: Id, before: Id) -> Lowered {
        if !self.graph.is_stored(spread) {
            let help = "Write the fields out instead of spreading them.";
            return Err(self.refuse(span, "a spread that may replace a field by `undefined`", help));
        }
        let missing = self.is_nothing(spread);
        let known = self.graph.known(spread);
        self.choose(span, missing, before, known)
    }
}

fn set(fields: &mut Vec<(SqlIdent, Id)>, name: SqlIdent, value: Id) {
    match fields.iter_mut().find(|(other, _)| *other == name) {
        Some((_, old)) => *old = value,
        None => fields.push((name, value)),
    }
}
