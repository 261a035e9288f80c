//! Expressions: literals, names, members, chains and assertions.

use antler_core::{
    diagnostic::Code,
    schema::{DataType, Field},
};
use oxc_ast::ast::{ChainElement, Expression, IdentifierReference, TSType, TSTypeName, TemplateLiteral};
use oxc_span::{GetSpan, Span};

use super::{Binding, Id, Lowered, Lowering, Reported};
use crate::migration::{
    ir::{Function, Nothing},
    javascript,
    types::{Kind, Type},
};

/// An optional chain (`a?.b.c`) while it is lowered.
pub(super) struct Chain {
    /// Whether some link before was absent: the whole chain is then `undefined`.
    absent: Id,
    /// The failure of everything before the last `?.`.
    failure: Id,
}

impl<'a> Lowering<'a> {
    /// An expression as it stands.
    pub(super) fn expression(&mut self, expression: &'a Expression<'a>) -> Lowered {
        self.expected(expression, None)
    }

    /// An expression that is to become an object with these fields, if any are given.
    pub(super) fn expected(&mut self, expression: &'a Expression<'a>, fields: Option<&[Field]>) -> Lowered {
        self.nested(expression.span(), |this| this.lower(expression, fields))
    }

    fn lower(&mut self, expression: &'a Expression<'a>, fields: Option<&[Field]>) -> Lowered {
        let span = expression.span();
        match expression {
            Expression::BooleanLiteral(literal) => Ok(self.graph.boolean(literal.value)),
            Expression::NullLiteral(_) => Ok(self.graph.null()),
            Expression::NumericLiteral(literal) => Ok(self.graph.number(literal.value)),
            Expression::BigIntLiteral(literal) => match literal.value.parse::<i64>() {
                Ok(value) => Ok(self.graph.big_int(value)),
                Err(_) => {
                    Err(self.refuse(span, "a bigint of more than 64 bits", "Columns hold 64-bit integers."))
                }
            },
            Expression::StringLiteral(literal) if literal.lone_surrogates => {
                Err(self.refuse(span, "half of a surrogate pair", "Write whole characters."))
            }
            Expression::StringLiteral(literal) => Ok(self.graph.text(&literal.value)),
            Expression::TemplateLiteral(template) => self.template(template),
            Expression::Identifier(name) => self.name(name),
            Expression::ArrayExpression(array) => self.array_literal(array),
            Expression::ObjectExpression(object) => self.object(object, fields),
            Expression::ParenthesizedExpression(inner) => self.expected(&inner.expression, fields),
            Expression::ConditionalExpression(conditional) => {
                let condition = self.condition(&conditional.test)?;
                let (a, b) = self.branches(
                    condition,
                    |this| this.expected(&conditional.consequent, fields),
                    |this| this.expected(&conditional.alternate, fields),
                )?;
                self.choose(span, condition, a, b)
            }
            Expression::LogicalExpression(logical) => self.logical(logical, fields),
            Expression::BinaryExpression(binary) => self.binary(binary),
            Expression::UnaryExpression(unary) => self.unary(unary),
            Expression::StaticMemberExpression(_) | Expression::ComputedMemberExpression(_) => {
                self.link(expression, None)
            }
            Expression::CallExpression(_) => self.link(expression, None),
            Expression::ChainExpression(chain) => self.chain(&chain.expression),
            Expression::NewExpression(new) => self.construct(new),
            Expression::TSAsExpression(assertion) => {
                let value = self.expected(&assertion.expression, fields)?;
                Ok(self.assert(value, &assertion.type_annotation))
            }
            Expression::TSTypeAssertion(assertion) => {
                let value = self.expected(&assertion.expression, fields)?;
                Ok(self.assert(value, &assertion.type_annotation))
            }
            Expression::TSSatisfiesExpression(inner) => self.expected(&inner.expression, fields),
            Expression::TSNonNullExpression(inner) => {
                let value = self.expected(&inner.expression, fields)?;
                Ok(self.assert_present(inner.expression.span(), value))
            }
            other => {
                let (what, help) = describe(other);
                Err(self.refuse(span, what, help))
            }
        }
    }

    pub(super) fn array(&mut self, span: Span, items: Vec<Id>) -> Lowered {
        let mut item = Type::of(Kind::Never);
        for value in &items {
            item = match item.join(self.ty(*value)) {
                Some(joined) => joined,
                None => {
                    let message =
                        format!("the elements of this array are `{item}` and `{}`", self.ty(*value));
                    return Err(self.mismatch(span, message, "Convert them to one type."));
                }
            };
        }
        let items = items.iter().map(|x| javascript::array::conform(&mut self.graph, *x, &item)).collect();
        let ty = Type::of(Kind::Array(Box::new(item)));
        Ok(self.graph.intern(crate::migration::ir::Node::Array(items), ty))
    }

    fn template(&mut self, template: &'a TemplateLiteral<'a>) -> Lowered {
        let mut parts = Vec::new();
        for (position, quasi) in template.quasis.iter().enumerate() {
            match &quasi.value.cooked {
                Some(text) if !quasi.lone_surrogates => parts.push(self.graph.text(text)),
                _ => {
                    return Err(self.refuse(
                        quasi.span,
                        "half of a surrogate pair",
                        "Write whole characters.",
                    ));
                }
            }
            if let Some(expression) = template.expressions.get(position) {
                let value = self.expression(expression)?;
                parts.push(self.text_of(expression.span(), value)?);
            }
        }
        Ok(self.graph.apply(Function::Concatenate, &parts))
    }

    /// `String(value)`, or a message about why it has no exact text.
    pub(super) fn text_of(&mut self, span: Span, value: Id) -> Lowered {
        if let Some(text) = javascript::value::to_text(&mut self.graph, value) {
            return Ok(text);
        }
        let ty = self.ty(value).clone();
        Err(match ty.kind {
            Kind::Date => {
                let help = "Use `.toISOString()`; the text of a Date depends on the machine's time zone.";
                self.refuse(span, "the text of a Date", help)
            }
            Kind::Array(_) => self.refuse(span, "the text of an array", "Use `.join(\",\")`."),
            Kind::Object(_) => self.mismatch(span, "an object has no useful text", "Use one of its fields."),
            _ => self.ambiguous(span, &ty),
        })
    }

    /// Refuses to tell `null` from `undefined` where the database cannot.
    pub(super) fn ambiguous(&mut self, span: Span, ty: &Type) -> Reported {
        let message = format!("`{ty}` may be null or undefined, and the database has one kind of nothing");
        self.mismatch(span, message, "Decide first: `… ?? null`, or test with `== null`.")
    }

    pub(super) fn name(&mut self, name: &IdentifierReference) -> Lowered {
        let bound = self.bindings.iter_mut().rev().find(|(bound, _)| name.name == bound.as_str());
        if let Some((_, Binding::List { escaped, number, .. })) = bound {
            *escaped = true;
            self.escapes.push(*number);
        }
        let binding = self.bindings.iter().rev().find(|(bound, _)| name.name == bound.as_str());
        match binding.map(|(_, binding)| binding.clone()) {
            Some(Binding::Pattern(_)) => {
                let help = "Use it in `.test()`, `.match()`, `.replace()` or `.split()`.";
                Err(self.refuse(name.span, "a regular expression as a value", help))
            }
            Some(Binding::Map(_) | Binding::Set(_)) => {
                Err(self.refuse(name.span, "a collection as a value", "Call its `.get()` or `.has()`."))
            }
            Some(Binding::Value(value) | Binding::Variable(value) | Binding::List { value, .. }) => {
                Ok(self.narrowed(value))
            }
            Some(Binding::Enum(_)) => {
                Err(self.refuse(name.span, "an enum as a value", "Use one of its members."))
            }
            Some(Binding::Namespace(_)) => {
                Err(self.refuse(name.span, "all of another file as a value", "Use one of its names."))
            }
            Some(Binding::Function(_) | Binding::Class) => {
                let what = format!("`{}`, a function or class, as a value", name.name);
                Err(self.refuse(name.span, what, "Call the function where its value is needed."))
            }
            Some(Binding::Broken) => Err(Reported),
            None => match name.name.as_str() {
                "undefined" => Ok(self.graph.nothing(Nothing::Undefined)),
                "NaN" => Ok(self.graph.number(f64::NAN)),
                "Infinity" => Ok(self.graph.number(f64::INFINITY)),
                _ => Err(self.unknown_name(name)),
            },
        }
    }

    pub(super) fn unknown_name(&mut self, name: &IdentifierReference) -> Reported {
        const GLOBALS: [&str; 12] = [
            "Math",
            "Number",
            "String",
            "Boolean",
            "BigInt",
            "Date",
            "JSON",
            "Object",
            "Array",
            "console",
            "process",
            "globalThis",
        ];
        if GLOBALS.contains(&name.name.as_str()) {
            return self.refuse(
                name.span,
                format!("`{}` as a value", name.name),
                "Call one of its functions.",
            );
        }
        let (label, help) = match self.missing.get(name.name.as_str()) {
            Some(why) => (why.clone(), "Check the path of the import, and that the value is exported there."),
            None => (
                "not declared in this file".to_owned(),
                "Declare it in this file, or import it from a file of the project.",
            ),
        };
        self.report(Code::UnknownName, name.span, format!("there is no `{}` here", name.name), label, help)
    }

    /// `a.b`, `a["b"]`, `a[0]` and calls of methods, as links of a chain or on their own.
    pub(super) fn link(&mut self, expression: &'a Expression<'a>, chain: Option<&mut Chain>) -> Lowered {
        match expression {
            Expression::StaticMemberExpression(member) => {
                if let Some(value) =
                    self.namespace_member(&member.object, &member.property.name, member.span)?
                {
                    return Ok(value);
                }
                let object = self.object_of(&member.object, member.optional, chain)?;
                self.member(member.property.span, object, &member.property.name)
            }
            Expression::ComputedMemberExpression(member) => {
                let object = self.object_of(&member.object, member.optional, chain)?;
                let key = self.expression(&member.expression)?;
                if let Some(name) = self.graph.as_text(key).map(str::to_owned) {
                    return self.member(member.expression.span(), object, &name);
                }
                self.element(member.span, object, key)
            }
            Expression::CallExpression(call) => self.call(call, chain),
            Expression::ParenthesizedExpression(inner) if chain.is_none() => {
                self.expression(&inner.expression)
            }
            Expression::TSNonNullExpression(inner) if chain.is_some() => {
                let value = self.link(&inner.expression, chain)?;
                Ok(self.assert_present(inner.expression.span(), value))
            }
            other => self.expression(other),
        }
    }

    /// The object of a member or call. Behind `?.` it is there, and the chain knows when it is not.
    pub(super) fn object_of(
        &mut self,
        object: &'a Expression<'a>,
        optional: bool,
        mut chain: Option<&mut Chain>,
    ) -> Lowered {
        if let Some(list) = self.list(object) {
            return Ok(list);
        }
        let value = self.nested(object.span(), |this| this.link(object, chain.as_deref_mut()))?;
        let Some(chain) = chain.filter(|_| optional) else { return Ok(value) };
        self.flush(chain);
        let absent = self.is_nothing(value);
        chain.absent = self.graph.or(chain.absent, absent);
        Ok(self.graph.known(value))
    }

    fn chain(&mut self, element: &'a ChainElement<'a>) -> Lowered {
        let mut chain = Chain { absent: self.graph.boolean(false), failure: self.graph.null() };
        let (value, failure) = self.isolated(|this| {
            let value = match element {
                ChainElement::CallExpression(call) => this.call(call, Some(&mut chain)),
                ChainElement::TSNonNullExpression(inner) => this
                    .link(&inner.expression, Some(&mut chain))
                    .map(|value| this.assert_present(inner.expression.span(), value)),
                ChainElement::StaticMemberExpression(member) => this
                    .object_of(&member.object, member.optional, Some(&mut chain))
                    .and_then(|object| this.member(member.property.span, object, &member.property.name)),
                ChainElement::ComputedMemberExpression(member) => {
                    match this.object_of(&member.object, member.optional, Some(&mut chain)) {
                        Ok(object) => this.expression(&member.expression).and_then(|key| {
                            match this.graph.as_text(key).map(str::to_owned) {
                                Some(name) => this.member(member.expression.span(), object, &name),
                                None => this.element(member.span, object, key),
                            }
                        }),
                        Err(reported) => Err(reported),
                    }
                }
                ChainElement::PrivateFieldExpression(member) => {
                    Err(this.refuse(member.span, "a private field", "Use a field of the row."))
                }
            };
            this.flush(&mut chain);
            value
        });
        debug_assert_eq!(failure, self.graph.null());
        self.fail(chain.failure);
        let value = value?;
        let undefined = self.graph.nothing(Nothing::Undefined);
        let result = self.graph.if_else(chain.absent, undefined, value);
        Ok(self.narrowed(result))
    }

    /// Moves what failed since the last `?.` into the chain: it counts only when that link was there.
    fn flush(&mut self, chain: &mut Chain) {
        let nothing = self.graph.null();
        let failure = std::mem::replace(&mut self.failure, nothing);
        let failure = self.graph.if_else(chain.absent, nothing, failure);
        chain.failure = self.graph.first_failure(chain.failure, failure);
    }

    /// A property of a value.
    pub(super) fn member(&mut self, span: Span, object: Id, name: &str) -> Lowered {
        let ty = self.ty(object).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(span, &ty, &format!("`.{name}`")));
        }
        if self.is_dead(object) {
            return Ok(self.graph.unreachable());
        }
        match &ty.kind {
            Kind::Object(fields) => match fields.iter().find(|(field, _)| field.as_str() == name) {
                Some((field, _)) => {
                    let value = self.graph.field(object, field);
                    Ok(self.narrowed(value))
                }
                None => {
                    let known: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
                    let help = match closest(name, &known) {
                        Some(similar) => format!("Did you mean `{similar}`?"),
                        None => format!("It has {}.", known.join(", ")),
                    };
                    Err(self.report(
                        Code::UnknownName,
                        span,
                        format!("there is no field `{name}` in `{}`", shorten(&ty.to_string())),
                        "no such field",
                        help,
                    ))
                }
            },
            kind if kind.is_text() && name == "length" => {
                Ok(javascript::text::length(&mut self.graph, object))
            }
            Kind::Array(_) if name == "length" => Ok(self.graph.apply(Function::ArrayLength, &[object])),
            _ => {
                let message = format!("`{}` has no property `{name}`", shorten(&ty.to_string()));
                Err(self.mismatch(span, message, "Methods are called with parentheses: `.method()`."))
            }
        }
    }

    /// An element of an array by position.
    pub(super) fn element(&mut self, span: Span, object: Id, key: Id) -> Lowered {
        let ty = self.ty(object).clone();
        if ty.is_optional() {
            return Err(self.possibly_absent(span, &ty, "an element"));
        }
        if self.is_dead(object) || self.is_dead(key) {
            return Ok(self.graph.unreachable());
        }
        let key_ty = self.ty(key).clone();
        match &ty.kind {
            Kind::Array(item) if matches!(item.kind, Kind::Array(_)) => Err(self.refuse(
                span,
                "an element that is an array",
                "Flatten it, or take it apart in `.map()`.",
            )),
            Kind::Array(_) => {
                let position = self.numeric(span, "a position", key)?;
                Ok(javascript::array::element(&mut self.graph, object, position))
            }
            kind if kind.is_text() && key_ty.kind.is_number() => {
                let position = self.numeric(span, "a position", key)?;
                self.character(object, position)
            }
            Kind::Object(_) => self.lookup(span, object, key),
            _ => Err(self.refuse(span, "a computed property", "Write the name of the field.")),
        }
    }

    /// `text[position]`: `undefined` where there is no such code unit.
    fn character(&mut self, text: Id, position: Id) -> Lowered {
        let g = &mut self.graph;
        let (zero, length) = (g.number(0.0), javascript::text::length(g, text));
        let is_after_start = g.apply(Function::LessOrEqual, &[zero, position]);
        let is_before_end = g.apply(Function::Less, &[position, length]);
        let mut is_inside = g.and(is_after_start, is_before_end);
        if !g.is_whole(position) {
            let whole = g.apply(Function::Truncate, &[position]);
            let is_whole = g.equal(whole, position);
            is_inside = g.and(is_inside, is_whole);
        }
        let unit = javascript::text::char_at(g, text, position);
        let (nothing, undefined) = (g.null(), g.nothing(Nothing::Undefined));
        let failure = g.if_else(is_inside, unit.failure, nothing);
        let value = g.if_else(is_inside, unit.value, undefined);
        self.fail(failure);
        Ok(value)
    }

    /// Refuses an operation on what may be absent.
    pub(super) fn possibly_absent(&mut self, span: Span, ty: &Type, operation: &str) -> Reported {
        let absent = match (ty.null, ty.undefined) {
            (true, true) => "null or undefined",
            (true, false) => "null",
            (false, _) => "undefined",
        };
        let message = format!("{operation} of a value that may be {absent}");
        let help = "Test for it first, use `?.`, or give a default with `??`.";
        self.mismatch(span, message, help)
    }

    /// `value as T`: the author vouches for the type; what storage needs is checked for each row.
    fn assert(&mut self, value: Id, annotation: &'a TSType<'a>) -> Id {
        let is_const = matches!(
            annotation,
            TSType::TSTypeReference(reference)
                if matches!(&reference.type_name, TSTypeName::IdentifierReference(name) if name.name == "const")
        );
        if !is_const {
            self.asserted.insert(value);
        }
        value
    }

    /// `value!`: the row fails where the author was wrong.
    fn assert_present(&mut self, span: Span, value: Id) -> Id {
        let ty = self.ty(value).clone();
        if !ty.is_optional() {
            return value;
        }
        let absent = self.is_nothing(value);
        let what = if ty.null { "null" } else { "undefined" };
        let reason = format!("`{}` is {what}, though `!` says that it is not", shorten(self.source(span)));
        let reason = self.graph.text(&reason);
        let failure = self.graph.failure_if(absent, reason);
        self.fail(failure);
        self.graph.known(value)
    }

    /// The fields that a nested object is to have.
    pub(super) fn nested_fields(field: &Field) -> Option<&[Field]> {
        match &field.data_type {
            DataType::Object(fields) => Some(fields),
            DataType::String
            | DataType::Number
            | DataType::Boolean
            | DataType::BigInt
            | DataType::Date
            | DataType::StringEnum(_)
            | DataType::IntegerEnum(_)
            | DataType::Array(_)
            | DataType::Precise(_) => None,
        }
    }
}

/// The name that is most alike, if any is alike enough to be a slip.
pub(super) fn closest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    known
        .iter()
        .map(|other| (distance(&name.to_lowercase(), &other.to_lowercase()), *other))
        .min()
        .filter(|(distance, other)| *distance <= other.len().max(name.len()) / 3)
        .map(|(_, other)| other)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The beginning of a long text.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

/// What an expression is called, and what to write instead.
fn describe(expression: &Expression) -> (&'static str, &'static str) {
    match expression {
        Expression::RegExpLiteral(_) => (
            "a regular expression as a value",
            "Use it in `.test()`, `.match()`, `.replace()` or `.split()`.",
        ),
        Expression::ArrowFunctionExpression(_) | Expression::FunctionExpression(_) => {
            ("a function inside of the migration", "Write its body where it is used.")
        }
        Expression::AwaitExpression(_) | Expression::ImportExpression(_) => {
            ("waiting for something", "A migration computes the new row from the old one alone.")
        }
        Expression::AssignmentExpression(_) | Expression::UpdateExpression(_) => {
            ("an assignment", "Use `const`, and build the returned object in one place.")
        }
        Expression::ClassExpression(_) => ("a class", "Use plain objects."),
        Expression::ThisExpression(_) | Expression::Super(_) => ("`this`", "Use the parameter."),
        Expression::TaggedTemplateExpression(_) => ("a tagged template", "Use a plain template."),
        Expression::SequenceExpression(_) => ("the comma operator", "Write one expression."),
        _ => ("this expression", "Use the operators and methods of the compiled subset."),
    }
}
