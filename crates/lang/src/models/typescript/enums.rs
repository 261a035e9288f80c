//! Enums of TypeScript, and the constants that their members may be.

use oxc_ast::ast::{BinaryOperator, Expression, TSEnumDeclaration, UnaryOperator};

use super::span;
use crate::models::outline::{Constant, EnumMember, Kind, Member, Record, Type, enumeration};

/// The values of an enum.
pub(super) fn read_enum(declaration: &TSEnumDeclaration) -> Type {
    enumeration(span(declaration.id.span), members(declaration))
}

/// An enum as a value: a record of its members.
pub(super) fn object(declaration: &TSEnumDeclaration) -> Type {
    let members = members(declaration).into_iter().map(|member| {
        let (name, name_span) = (member.name.clone(), member.span.clone());
        let of = enumeration(name_span.clone(), vec![member]);
        Member { name, name_span, optional: false, of }
    });
    let record = Record { members: members.collect(), ..Record::default() };
    Type::new(span(declaration.id.span), Kind::Record(record))
}

fn members(declaration: &TSEnumDeclaration) -> Vec<EnumMember> {
    // A member without a value is one more than the member before it.
    let mut next = Some(0);
    let mut members: Vec<EnumMember> = Vec::new();
    for member in &declaration.body.members {
        let value = match &member.initializer {
            None => next.map_or(Constant::Other, Constant::Integer),
            Some(value) => constant(value, declaration.id.name.as_str(), &members),
        };
        next = match value {
            Constant::Integer(integer) => integer.checked_add(1),
            Constant::Text(_) | Constant::Other => None,
        };
        members.push(EnumMember {
            name: member.id.static_name().to_string(),
            span: span(member.span),
            value,
        });
    }
    members
}

/// A value that is written out, or worked out from members before it: `Read | Write`.
fn constant(value: &Expression, of: &str, earlier: &[EnumMember]) -> Constant {
    let member = |name: &str| {
        let found = earlier.iter().find(|member| member.name == name);
        found.map_or(Constant::Other, |member| member.value.clone())
    };
    match value {
        Expression::ParenthesizedExpression(inner) => constant(&inner.expression, of, earlier),
        Expression::Identifier(name) => member(name.name.as_str()),
        Expression::StaticMemberExpression(path) => match &path.object {
            Expression::Identifier(name) if name.name == of => member(path.property.name.as_str()),
            _ => Constant::Other,
        },
        Expression::UnaryExpression(unary) if unary.operator == UnaryOperator::UnaryNegation => {
            match constant(&unary.argument, of, earlier) {
                Constant::Integer(integer) => {
                    integer.checked_neg().map_or(Constant::Other, Constant::Integer)
                }
                Constant::Text(_) | Constant::Other => Constant::Other,
            }
        }
        Expression::BinaryExpression(binary) => {
            let (a, b) = (constant(&binary.left, of, earlier), constant(&binary.right, of, earlier));
            match (a, b) {
                (Constant::Text(a), Constant::Text(b)) if binary.operator == BinaryOperator::Addition => {
                    Constant::Text(a + &b)
                }
                (Constant::Integer(a), Constant::Integer(b)) => {
                    combined(binary.operator, a, b).map_or(Constant::Other, Constant::Integer)
                }
                _ => Constant::Other,
            }
        }
        value => literal(value),
    }
}

/// The result where it is that of JavaScript beyond doubt: what enums hold is far smaller than the
/// 32 bits of its operators.
fn combined(operator: BinaryOperator, a: i64, b: i64) -> Option<i64> {
    let small = |value: i64| i32::try_from(value).ok();
    let (a, b) = (i64::from(small(a)?), i64::from(small(b)?));
    let result = match operator {
        BinaryOperator::Addition => a + b,
        BinaryOperator::Subtraction => a - b,
        BinaryOperator::Multiplication => a * b,
        BinaryOperator::ShiftLeft if (0..31).contains(&b) => a << b,
        BinaryOperator::ShiftRight if (0..32).contains(&b) => a >> b,
        BinaryOperator::BitwiseOR => a | b,
        BinaryOperator::BitwiseAnd => a & b,
        BinaryOperator::BitwiseXOR => a ^ b,
        _ => return None,
    };
    small(result).map(i64::from)
}

/// A text or an integer that is written out.
pub(super) fn literal(value: &Expression) -> Constant {
    match value {
        Expression::StringLiteral(text) => Constant::Text(text.value.to_string()),
        Expression::NumericLiteral(number) => {
            integer(number.value).map_or(Constant::Other, Constant::Integer)
        }
        Expression::TemplateLiteral(template) => {
            template.single_quasi().map_or(Constant::Other, |text| Constant::Text(text.to_string()))
        }
        _ => Constant::Other,
    }
}

/// The integer that a number literal stands for. Larger ones than this would not be exact.
pub(super) fn integer(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_991.0).then_some(value as i64)
}
