//! TypeScript types to the types of an outline.

use antler_core::schema::DataType;
use oxc_ast::ast::{
    Expression, TSEnumDeclaration, TSInterfaceDeclaration, TSLiteral, TSSignature, TSType, TSTypeName,
    TSTypeOperatorOperator, UnaryOperator,
};
use oxc_span::GetSpan;

use super::span;
use crate::models::outline::{
    Constant, EnumMember, Kind, Member, Record, Refusal, Span, Type, enumeration, literal,
};

/// A type as it is written.
pub(super) fn read(written: &TSType) -> Type {
    let at = span(written.span());
    let kind = match written {
        TSType::TSStringKeyword(_) => Kind::Value(DataType::String),
        TSType::TSNumberKeyword(_) => Kind::Value(DataType::Number),
        TSType::TSBooleanKeyword(_) => Kind::Value(DataType::Boolean),
        TSType::TSBigIntKeyword(_) => Kind::Value(DataType::BigInt),
        TSType::TSNullKeyword(_) => Kind::Null,
        TSType::TSUndefinedKeyword(_) => Kind::Undefined,
        TSType::TSParenthesizedType(inner) => return read(&inner.type_annotation),
        TSType::TSArrayType(array) => Kind::List(Box::new(read(&array.element_type))),
        TSType::TSTypeOperatorType(operator) if operator.operator == TSTypeOperatorOperator::Readonly => {
            return read(&operator.type_annotation);
        }
        TSType::TSUnionType(union) => Kind::OneOf(union.types.iter().map(read).collect()),
        TSType::TSTypeLiteral(object) => Kind::Record(read_members(&object.members)),
        TSType::TSLiteralType(of) => return read_literal(at, &of.literal),
        TSType::TSTypeReference(reference) => {
            let arguments =
                reference.type_arguments.iter().flat_map(|arguments| &arguments.params).map(read).collect();
            return named(at, &reference.type_name, arguments);
        }
        _ => {
            let (what, help) = refusal(written);
            return Type::refused(at, format!("{what} cannot be stored"), help);
        }
    };
    Type::new(at, kind)
}

/// What is not supported, and what to write in its place.
fn refusal(written: &TSType) -> (&'static str, &'static str) {
    const SAY_WHAT_IT_IS: &str = "Say what the values are, such as `string` or `{ name: string }`.";
    match written {
        TSType::TSAnyKeyword(_) => ("`any`", SAY_WHAT_IT_IS),
        TSType::TSUnknownKeyword(_) => ("`unknown`", SAY_WHAT_IT_IS),
        TSType::TSObjectKeyword(_) => ("`object`", SAY_WHAT_IT_IS),
        TSType::TSNeverKeyword(_) => ("`never`", "Remove the field."),
        TSType::TSVoidKeyword(_) => ("`void`", "Use `null` for a value that may not be there."),
        TSType::TSSymbolKeyword(_) => ("`symbol`", "Use `string`."),
        TSType::TSFunctionType(_) | TSType::TSConstructorType(_) => {
            ("a function", "Events hold data only: remove the field.")
        }
        TSType::TSTupleType(_) | TSType::TSNamedTupleMember(_) => {
            ("a tuple", "Use an object with a name for each part, or an array of one type.")
        }
        TSType::TSIntersectionType(_) => (
            "an intersection",
            "Declare an interface that extends the others: `interface A extends B, C {}`.",
        ),
        TSType::TSTemplateLiteralType(_) => ("a template literal type", "Use `string`."),
        TSType::TSMappedType(_) => {
            ("a mapped type", "Write the fields out, or use an array of `{ key: string; value: T }`.")
        }
        TSType::TSConditionalType(_)
        | TSType::TSIndexedAccessType(_)
        | TSType::TSInferType(_)
        | TSType::TSTypeOperatorType(_)
        | TSType::TSTypeQuery(_)
        | TSType::TSTypePredicate(_)
        | TSType::TSIntrinsicKeyword(_) => ("a computed type", "Write the type out."),
        TSType::TSImportType(_) => ("an inline import", "Import the type at the top of the file."),
        _ => ("this type", SAY_WHAT_IT_IS),
    }
}

fn read_literal(at: Span, of: &TSLiteral) -> Type {
    match of {
        TSLiteral::StringLiteral(text) => literal(at, Constant::Text(text.value.to_string())),
        TSLiteral::NumericLiteral(number) => number_literal(at, number.value),
        TSLiteral::UnaryExpression(unary) => match (unary.operator, &unary.argument) {
            (UnaryOperator::UnaryNegation, Expression::NumericLiteral(number)) => {
                number_literal(at, -number.value)
            }
            _ => literal(at, Constant::Other),
        },
        TSLiteral::BooleanLiteral(of) => {
            Type::refused(at, format!("the literal `{}` cannot be stored", of.value), "Use `boolean`.")
        }
        TSLiteral::BigIntLiteral(_) => Type::refused(
            at,
            "a bigint literal cannot be stored",
            "Use `bigint`, or integers such as `1 | 2`.",
        ),
        TSLiteral::TemplateLiteral(_) => Type::refused(
            at,
            "a template literal type cannot be stored",
            "Use `string`, or a string literal.",
        ),
    }
}

fn number_literal(at: Span, value: f64) -> Type {
    match integer(value) {
        Some(integer) => literal(at, Constant::Integer(integer)),
        None => Type::refused(
            at,
            format!("the literal `{value}` is not an integer"),
            "Use `number`: only integers can be listed one by one.",
        ),
    }
}

/// The integer that a number literal stands for. Larger ones than this would not be exact.
fn integer(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() <= 9_007_199_254_740_991.0).then_some(value as i64)
}

fn named(at: Span, name: &TSTypeName, arguments: Vec<Type>) -> Type {
    fn collect(name: &TSTypeName, path: &mut Vec<String>) {
        match name {
            TSTypeName::IdentifierReference(identifier) => path.push(identifier.name.to_string()),
            TSTypeName::QualifiedName(qualified) => {
                collect(&qualified.left, path);
                path.push(qualified.right.name.to_string());
            }
            TSTypeName::ThisExpression(_) => path.push("this".to_owned()),
        }
    }
    let mut path = Vec::new();
    collect(name, &mut path);
    Type::new(at, Kind::Named { path, arguments })
}

/// The fields of an interface.
pub(super) fn read_interface(interface: &TSInterfaceDeclaration) -> Record {
    let base = |heritage: &oxc_ast::ast::TSInterfaceHeritage| {
        let arguments =
            heritage.type_arguments.iter().flat_map(|arguments| &arguments.params).map(read).collect();
        named(span(heritage.span), &heritage.type_name, arguments)
    };
    Record { bases: interface.extends.iter().map(base).collect(), ..read_members(&interface.body.body) }
}

fn read_members(signatures: &[TSSignature]) -> Record {
    let mut record = Record::default();
    for signature in signatures {
        match signature {
            TSSignature::TSPropertySignature(property) => {
                let name_span = span(property.key.span());
                let (Some(name), false) = (property.key.static_name(), property.computed) else {
                    record.refused.push(Refusal::new(
                        name_span,
                        "a field needs a name that is written out",
                        "Write the name without brackets.",
                    ));
                    continue;
                };
                let of = match &property.type_annotation {
                    Some(annotation) => read(&annotation.type_annotation),
                    None => Type::refused(
                        name_span.clone(),
                        format!("the field `{name}` has no type"),
                        "Say what its values are.",
                    ),
                };
                let name = name.into_owned();
                record.members.push(Member { name, name_span, optional: property.optional, of });
            }
            TSSignature::TSIndexSignature(index) => record.refused.push(Refusal::new(
                span(index.span),
                "an object with any fields cannot be stored",
                OPEN_OBJECT_HELP,
            )),
            TSSignature::TSMethodSignature(_)
            | TSSignature::TSCallSignatureDeclaration(_)
            | TSSignature::TSConstructSignatureDeclaration(_) => record.refused.push(Refusal::new(
                span(signature.span()),
                "a function cannot be stored",
                "Events hold data only: remove it.",
            )),
        }
    }
    record
}

const OPEN_OBJECT_HELP: &str = "Name the fields, or use an array of `{ key: string; value: T }`.";

/// The values of an enum.
pub(super) fn read_enum(declaration: &TSEnumDeclaration) -> Type {
    // A member without a value is one more than the member before it.
    let mut next = Some(0);
    let members = declaration.body.members.iter().map(|member| {
        let value = match &member.initializer {
            None => next.map_or(Constant::Other, Constant::Integer),
            Some(value) => constant(value),
        };
        next = match value {
            Constant::Integer(integer) => integer.checked_add(1),
            Constant::Text(_) | Constant::Other => None,
        };
        EnumMember { name: member.id.static_name().to_string(), span: span(member.span), value }
    });
    let members = members.collect();
    enumeration(span(declaration.id.span), members)
}

fn constant(value: &Expression) -> Constant {
    let number = |value: f64| integer(value).map_or(Constant::Other, Constant::Integer);
    match value {
        Expression::StringLiteral(text) => Constant::Text(text.value.to_string()),
        Expression::NumericLiteral(literal) => number(literal.value),
        Expression::TemplateLiteral(template) => {
            template.single_quasi().map_or(Constant::Other, |text| Constant::Text(text.to_string()))
        }
        Expression::ParenthesizedExpression(inner) => constant(&inner.expression),
        Expression::UnaryExpression(unary) if unary.operator == UnaryOperator::UnaryNegation => {
            match &unary.argument {
                Expression::NumericLiteral(literal) => number(-literal.value),
                _ => Constant::Other,
            }
        }
        _ => Constant::Other,
    }
}

/// The type of a declaration with type parameters.
pub(super) fn generic(at: Span) -> Type {
    Type::refused(at, "generic types cannot be stored", "Declare it without type parameters.")
}

/// The types that TypeScript and the editor types of Antler bring along.
pub(in crate::models) fn known(at: &Span, name: &str, arguments: &[Type]) -> Option<Type> {
    let kind = match (name, arguments) {
        ("Key", [of]) => Kind::Key(Box::new(of.clone())),
        ("Array" | "ReadonlyArray", [of]) => Kind::List(Box::new(of.clone())),
        ("Readonly", [of]) => of.kind.clone(),
        ("Date", []) => Kind::Value(DataType::Date),
        _ => {
            let (what, help) = known_refusal(name)?;
            return Some(Type::refused(at.clone(), format!("{what} cannot be stored"), help));
        }
    };
    Some(Type::new(at.clone(), kind))
}

fn known_refusal(name: &str) -> Option<(String, &'static str)> {
    let help = match name {
        "Record" | "Map" | "WeakMap" => OPEN_OBJECT_HELP,
        "Set" | "ReadonlySet" => "Use an array.",
        "String" => "Use `string`.",
        "Number" => "Use `number`.",
        "Boolean" => "Use `boolean`.",
        "BigInt" => "Use `bigint`.",
        "Object" | "Function" | "Symbol" | "Promise" => "Events hold data only: say what the values are.",
        "Partial" | "Required" | "Pick" | "Omit" | "Exclude" | "Extract" | "NonNullable" => {
            "Write the fields or the values out."
        }
        "Uint8Array" | "ArrayBuffer" | "Buffer" => "Use `string`, with the bytes in Base64.",
        "Key" => return Some(("`Key` without one type".to_owned(), "Say what the key is: `Key<string>`.")),
        "Array" | "ReadonlyArray" => {
            return Some((format!("`{name}` without one type"), "Say what the elements are: `string[]`."));
        }
        _ => return None,
    };
    Some((format!("`{name}`"), help))
}
