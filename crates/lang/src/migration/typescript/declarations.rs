//! Declarations: names, patterns and their values.

use oxc_ast::ast::{ArrayPattern, BindingPattern, Expression, VariableDeclarationKind, VariableDeclarator};
use oxc_span::Span;

use super::{
    Binding, Id, Lowered, Lowering, Reported,
    functions::{Callable, Scope},
    orders::is_fresh,
};
use crate::migration::{ir::Nothing, javascript, types::Kind};

impl<'a> Lowering<'a> {
    /// `const` and `let`. Broken names are bound as broken; lowering goes on to find more.
    pub(super) fn declare(&mut self, kind: VariableDeclarationKind, variable: &'a VariableDeclarator<'a>) {
        let scope = Scope::Here(self.bindings.len());
        let function = variable.init.as_ref().and_then(|init| Callable::of_expression(init, scope));
        if let (Some(function), Some(name)) = (function, variable.id.get_identifier_name()) {
            return self.declare_function(&name, function);
        }
        let first = self.bindings.len();
        let _ = self.variable(variable);
        if let (Some(init), Some(name)) = (&variable.init, variable.id.get_identifier_name())
            && is_fresh(init)
            && let Some((_, Binding::Value(value))) = self.bindings.last().cloned()
        {
            self.bindings.truncate(first);
            self.lists += 1;
            let assignable = kind == VariableDeclarationKind::Let;
            let list = Binding::List { value, number: self.lists, escaped: false, assignable };
            self.bindings.push((name.to_string(), list));
        }
        match kind {
            VariableDeclarationKind::Const => {}
            VariableDeclarationKind::Let => self.make_variable(first),
            VariableDeclarationKind::Var
            | VariableDeclarationKind::Using
            | VariableDeclarationKind::AwaitUsing => {
                let help = "Use `const`, or `let` for what is assigned later.";
                let place = Span::sized(variable.span.start, 1);
                self.refuse(place, format!("`{}`", kind.as_str()), help);
            }
        }
    }

    /// `const` with a name or a pattern.
    pub(super) fn variable(&mut self, variable: &'a VariableDeclarator<'a>) -> Result<(), Reported> {
        if let Some(Expression::NewExpression(new)) =
            variable.init.as_ref().map(Expression::get_inner_expression)
            && let Some(name) = variable.id.get_identifier_name()
        {
            let collection = self.collection(new);
            if let Some(binding) = collection.unwrap_or(Some(Binding::Broken)) {
                self.bindings.push((name.to_string(), binding));
                return Ok(());
            }
        }
        if let Some(init) = &variable.init
            && let Expression::RegExpLiteral(_) = init.get_inner_expression()
            && let Some(name) = variable.id.get_identifier_name()
        {
            let pattern = self.pattern(init).unwrap_or(None);
            self.bindings.push((name.to_string(), pattern.map_or(Binding::Broken, Binding::Pattern)));
            return Ok(());
        }
        let value = match &variable.init {
            Some(init) => self.expression(init),
            None => Ok(self.graph.nothing(Nothing::Undefined)),
        };
        match value {
            Ok(value) => {
                if let Some(name) = variable.id.get_identifier_name() {
                    self.graph.suggest_name(value, name.as_str());
                }
                // What was not bound is not reported again.
                self.bind(&variable.id, value).inspect_err(|_| self.bind_broken(&variable.id))
            }
            Err(reported) => {
                self.bind_broken(&variable.id);
                Err(reported)
            }
        }
    }

    /// Binds the names of a pattern to a value.
    pub(super) fn bind(&mut self, pattern: &'a BindingPattern<'a>, value: Id) -> Result<(), Reported> {
        match pattern {
            BindingPattern::BindingIdentifier(name) => {
                self.bindings.push((name.name.to_string(), Binding::Value(value)));
                Ok(())
            }
            BindingPattern::AssignmentPattern(pattern) => {
                let value = self.with_default(pattern.span, value, &pattern.right)?;
                self.bind(&pattern.left, value)
            }
            BindingPattern::ObjectPattern(pattern) => {
                let mut taken = Vec::new();
                for property in &pattern.properties {
                    let Some(name) = property.key.static_name() else {
                        let help = "Write the name of the field.";
                        return Err(self.refuse(property.span, "a computed name in a pattern", help));
                    };
                    let field = self.member(property.span, value, &name)?;
                    self.bind(&property.value, field)?;
                    taken.push(name.to_string());
                }
                if let Some(rest) = &pattern.rest {
                    let Kind::Object(fields) = self.ty(value).kind.clone() else {
                        let help = "Only an object has other fields.";
                        return Err(self.mismatch(rest.span, "there is nothing left to collect", help));
                    };
                    let others = fields
                        .into_iter()
                        .filter(|(name, _)| !taken.iter().any(|taken| taken == name.as_str()))
                        .map(|(name, _)| (name.clone(), self.graph.field(value, &name)))
                        .collect();
                    let others = self.graph.object(others);
                    self.bind(&rest.argument, others)?;
                }
                Ok(())
            }
            BindingPattern::ArrayPattern(pattern) => self.bind_elements(pattern, value),
        }
    }

    /// `[first, second = "", ...others]`.
    fn bind_elements(&mut self, pattern: &'a ArrayPattern<'a>, value: Id) -> Result<(), Reported> {
        let ty = self.ty(value).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(pattern.span, &ty, "an element"));
        }
        let Kind::Array(_) = ty.kind else {
            let message = format!("there are no elements in a `{ty}`");
            return Err(self.mismatch(pattern.span, message, "Take an array apart."));
        };
        for (position, element) in pattern.elements.iter().enumerate() {
            if let Some(element) = element {
                let position = self.graph.number(position as f64);
                let taken = self.element(pattern.span, value, position)?;
                self.bind(element, taken)?;
            }
        }
        if let Some(rest) = &pattern.rest {
            let start = self.graph.number(pattern.elements.len() as f64);
            let others = javascript::array::slice(&mut self.graph, value, start, None);
            self.bind(&rest.argument, others)?;
        }
        Ok(())
    }

    /// A value, or a default where it is `undefined`.
    pub(super) fn with_default(&mut self, span: Span, value: Id, default: &'a Expression<'a>) -> Lowered {
        let ty = self.ty(value).clone();
        if !ty.undefined {
            return Ok(value);
        }
        if ty.null {
            let help = "Use `??`, which treats both alike.";
            return Err(self.refuse(span, "a default for what may be `null` or `undefined`", help));
        }
        let condition = self.is_nothing(value);
        let (a, b) =
            self.branches(condition, |this| this.expression(default), |this| Ok(this.graph.known(value)))?;
        self.choose(span, condition, a, b)
    }

    fn bind_broken(&mut self, pattern: &'a BindingPattern<'a>) {
        for name in pattern.get_binding_identifiers() {
            self.bindings.push((name.name.to_string(), Binding::Broken));
        }
    }
}
