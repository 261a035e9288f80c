//! Constants of TypeScript as types: what `typeof` gives.
//!
//! Only what is written out has a type in here; nothing is run. `as const` keeps values apart, and
//! without it a text is any text, as for the compiler.

use antler_core::schema::DataType;
use oxc_ast::ast::{Expression, ObjectPropertyKind, TSType, TSTypeName, UnaryOperator};
use oxc_span::GetSpan;

use super::{enums, span, types};
use crate::models::outline::{
    Constant, EnumMember, Kind, Member, Record, Refusal, Span, Type, enumeration, literal,
};

/// How exactly a value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// As it is written: of a `const`, or under `as const`.
    Exact,
    /// As what may be in its place later.
    Wide,
}

/// The type of a constant of that value.
pub(super) fn constant(value: &Expression) -> Type {
    typed(value, None, Width::Exact)
}

/// The type of a value. `name` is that of its property; an integer of an enum is called so.
fn typed(value: &Expression, name: Option<&str>, width: Width) -> Type {
    let at = span(value.span());
    match value {
        Expression::ParenthesizedExpression(inner) => typed(&inner.expression, name, width),
        Expression::TSSatisfiesExpression(inner) => typed(&inner.expression, name, width),
        Expression::TSAsExpression(inner) if is_const(&inner.type_annotation) => {
            frozen(&inner.expression, name)
        }
        Expression::TSAsExpression(inner) => types::read(&inner.type_annotation),
        Expression::CallExpression(call) if is_freeze(&call.callee) => match call.arguments.as_slice() {
            [argument] => argument.as_expression().map_or_else(|| unknown(at), |of| typed(of, name, width)),
            _ => unknown(at),
        },
        Expression::BooleanLiteral(_) => Type::new(at, Kind::Value(DataType::Boolean)),
        Expression::BigIntLiteral(_) => Type::new(at, Kind::Value(DataType::BigInt)),
        Expression::NullLiteral(_) => Type::new(at, Kind::Null),
        Expression::Identifier(name) => Type::new(at, Kind::TypeOf(vec![name.name.to_string()])),
        Expression::ArrayExpression(array) => {
            let of = array.elements.iter().map(|element| match element.as_expression() {
                Some(element) => typed(element, None, Width::Wide),
                None => unknown(span(element.span())),
            });
            let of = Type::new(at.clone(), Kind::OneOf(of.collect()));
            Type::new(at, Kind::List(Box::new(of)))
        }
        Expression::ObjectExpression(_) => object(value, Width::Wide),
        value => scalar(value, name, width),
    }
}

/// The type of a value under `as const`.
fn frozen(value: &Expression, name: Option<&str>) -> Type {
    match value {
        Expression::ParenthesizedExpression(inner) => frozen(&inner.expression, name),
        Expression::ArrayExpression(array) => {
            let types = array.elements.iter().map(|element| match element.as_expression() {
                Some(element) => frozen(element, None),
                None => unknown(span(element.span())),
            });
            Type::new(span(array.span), Kind::Tuple(types.collect()))
        }
        Expression::ObjectExpression(_) => object(value, Width::Exact),
        value => typed(value, name, Width::Exact),
    }
}

fn object(value: &Expression, width: Width) -> Type {
    let at = span(value.span());
    let Expression::ObjectExpression(object) = value else { return unknown(at) };
    let mut record = Record::default();
    for property in &object.properties {
        let named = match property {
            ObjectPropertyKind::ObjectProperty(property) if !property.computed => {
                property.key.static_name().map(|name| (name.into_owned(), property))
            }
            ObjectPropertyKind::ObjectProperty(_) | ObjectPropertyKind::SpreadProperty(_) => None,
        };
        let Some((name, property)) = named else {
            record.refused.push(not_written_out(span(property.span())));
            continue;
        };
        let of = match width {
            Width::Exact => frozen(&property.value, Some(&name)),
            Width::Wide => typed(&property.value, Some(&name), Width::Wide),
        };
        record.members.push(Member { name, name_span: span(property.key.span()), optional: false, of });
    }
    Type::new(at, Kind::Record(record))
}

fn scalar(value: &Expression, name: Option<&str>, width: Width) -> Type {
    let at = span(value.span());
    let negated = match value {
        Expression::UnaryExpression(unary) if unary.operator == UnaryOperator::UnaryNegation => {
            Some(enums::literal(&unary.argument))
        }
        _ => None,
    };
    let constant = match (negated, enums::literal(value)) {
        (Some(Constant::Integer(integer)), _) => Constant::Integer(-integer),
        (_, constant) => constant,
    };
    let wide = match (&constant, value) {
        (Constant::Text(_), _) => DataType::String,
        (Constant::Integer(_), _) | (_, Expression::NumericLiteral(_) | Expression::UnaryExpression(_)) => {
            DataType::Number
        }
        (Constant::Other, _) => return unknown(at),
    };
    match (width, constant, name) {
        (Width::Wide, _, _) | (_, Constant::Other, _) => Type::new(at, Kind::Value(wide)),
        (Width::Exact, constant, None) => literal(at, constant),
        (Width::Exact, value, Some(name)) => {
            let member = EnumMember { name: name.to_owned(), span: at.clone(), value };
            enumeration(at, vec![member])
        }
    }
}

fn unknown(at: Span) -> Type {
    let refusal = not_written_out(at.clone());
    Type::new(at, Kind::Refused(vec![refusal]))
}

fn not_written_out(at: Span) -> Refusal {
    Refusal::new(
        at,
        "the type of this value is not known without running the program",
        "Write the values out, or declare the type.",
    )
}

fn is_const(of: &TSType) -> bool {
    matches!(of, TSType::TSTypeReference(reference)
        if matches!(&reference.type_name, TSTypeName::IdentifierReference(name) if name.name == "const"))
}

fn is_freeze(callee: &Expression) -> bool {
    matches!(callee, Expression::StaticMemberExpression(member)
        if member.property.name == "freeze"
            && matches!(&member.object, Expression::Identifier(of) if of.name == "Object"))
}
