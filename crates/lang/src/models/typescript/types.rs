//! TypeScript types to the types of an outline.

use antler_core::schema::DataType;
use oxc_ast::ast::{
    Expression, TSIndexedAccessType, TSInterfaceDeclaration, TSLiteral, TSMappedType,
    TSMappedTypeModifierOperator, TSSignature, TSTupleElement, TSType, TSTypeName, TSTypeOperatorOperator,
    TSTypeParameter, TSTypeParameterDeclaration, UnaryOperator,
};
use oxc_span::GetSpan;

use super::{enums, span};
use crate::models::{
    outline::{
        Constant, Derived, Keep, Kind, Member, Parameter, Presence, Record, Refusal, Role, Span, Type,
        literal,
    },
    precise,
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
        TSType::TSIntersectionType(of) => Kind::AllOf(of.types.iter().map(read).collect()),
        TSType::TSTypeOperatorType(operator) if operator.operator == TSTypeOperatorOperator::Keyof => {
            derived(Derived::Names { of: read(&operator.type_annotation) })
        }
        TSType::TSTypeQuery(query) => match query.expr_name.as_ts_type_name() {
            Some(name) => Kind::TypeOf(path(name)),
            None => return Type::refused(at, "an inline import cannot be stored", INLINE_IMPORT_HELP),
        },
        TSType::TSIndexedAccessType(access) => indexed(access),
        TSType::TSMappedType(mapped) => match read_mapped(mapped) {
            Some(of) => derived(of),
            None => {
                let message = "a mapped type that renames its fields cannot be stored";
                return Type::refused(at, message, "Write the fields out.");
            }
        },
        TSType::TSTupleType(tuple) => match tuple.element_types.iter().map(read_element).collect() {
            Some(types) => Kind::Tuple(types),
            None => {
                let message = "a tuple cannot be stored";
                return Type::refused(at, message, TUPLE_HELP);
            }
        },
        TSType::TSNamedTupleMember(member) => match read_element(&member.element_type) {
            Some(of) => return of,
            None => return Type::refused(at, "a tuple cannot be stored", TUPLE_HELP),
        },
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
        TSType::TSTemplateLiteralType(_) => ("a template literal type", "Use `string`."),
        TSType::TSConditionalType(_)
        | TSType::TSInferType(_)
        | TSType::TSTypeOperatorType(_)
        | TSType::TSTypePredicate(_)
        | TSType::TSIntrinsicKeyword(_) => ("a computed type", "Write the type out."),
        TSType::TSImportType(_) => ("an inline import", INLINE_IMPORT_HELP),
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
    match enums::integer(value) {
        Some(integer) => literal(at, Constant::Integer(integer)),
        None => Type::refused(
            at,
            format!("the literal `{value}` is not an integer"),
            "Use `number`: only integers can be listed one by one.",
        ),
    }
}

fn named(at: Span, name: &TSTypeName, arguments: Vec<Type>) -> Type {
    Type::new(at, Kind::Named { path: path(name), arguments })
}

fn path(name: &TSTypeName) -> Vec<String> {
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
    path
}

fn derived(of: Derived) -> Kind {
    Kind::Derived(Box::new(of))
}

/// An element of a tuple that is always there.
fn read_element(element: &TSTupleElement) -> Option<Type> {
    match element {
        TSTupleElement::TSOptionalType(_) | TSTupleElement::TSRestType(_) => None,
        element => element.as_ts_type().map(read),
    }
}

fn indexed(access: &TSIndexedAccessType) -> Kind {
    let of = read(&access.object_type);
    derived(match &access.index_type {
        TSType::TSNumberKeyword(_) => Derived::Element { of },
        names => Derived::Field { of, names: read(names) },
    })
}

fn read_mapped(mapped: &TSMappedType) -> Option<Derived> {
    let (None, Some(of)) = (&mapped.name_type, &mapped.type_annotation) else { return None };
    Some(Derived::Mapped {
        parameter: Some(mapped.key.name.to_string()),
        names: read(&mapped.constraint),
        of: read(of),
        presence: mapped.optional.map(|optional| match optional {
            TSMappedTypeModifierOperator::True | TSMappedTypeModifierOperator::Plus => Presence::Optional,
            TSMappedTypeModifierOperator::Minus => Presence::Required,
        }),
    })
}

/// The type parameters of a declaration.
pub(super) fn parameters(declared: Option<&TSTypeParameterDeclaration>) -> Vec<Parameter> {
    let parameter = |parameter: &TSTypeParameter| Parameter {
        name: parameter.name.name.to_string(),
        default: parameter.default.as_ref().map(read),
    };
    declared.map_or_else(Vec::new, |declared| declared.params.iter().map(parameter).collect())
}

/// Whether a type alias may have been meant to be a model.
pub(super) fn role(written: &TSType) -> Role {
    match written {
        TSType::TSParenthesizedType(inner) => role(&inner.type_annotation),
        TSType::TSTypeLiteral(_) | TSType::TSMappedType(_) => Role::Candidate,
        // A scalar with a brand is a name for a type.
        TSType::TSIntersectionType(of) if of.types.iter().any(is_scalar) => Role::Part,
        TSType::TSIntersectionType(_) => Role::Candidate,
        TSType::TSTypeReference(reference) if reference.type_arguments.is_some() => {
            match path(&reference.type_name).last().map(String::as_str) {
                Some("Omit" | "Pick" | "Partial" | "Required" | "Readonly") => Role::Candidate,
                _ => Role::Applied,
            }
        }
        _ => Role::Part,
    }
}

fn is_scalar(written: &TSType) -> bool {
    matches!(
        written,
        TSType::TSStringKeyword(_)
            | TSType::TSNumberKeyword(_)
            | TSType::TSBooleanKeyword(_)
            | TSType::TSBigIntKeyword(_)
    )
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

const TUPLE_HELP: &str = "Use an object with a name for each part, or an array of one type.";

const INLINE_IMPORT_HELP: &str = "Import the type at the top of the file.";

const OPEN_OBJECT_HELP: &str = "Name the fields, or use an array of `{ key: string; value: T }`.";

/// The types that TypeScript and the editor types of Antler bring along.
pub(in crate::models) fn known(at: &Span, name: &str, arguments: &[Type]) -> Option<Type> {
    let kind = match (name, arguments) {
        ("Key", [of]) => Kind::Key(Box::new(of.clone())),
        ("Array" | "ReadonlyArray", [of]) => Kind::List(Box::new(of.clone())),
        // What a claim says stands in the event like any other field.
        ("JWT", [of]) | ("Readonly", [of]) => of.kind.clone(),
        ("Partial", [of]) => derived(Derived::Presence { of: of.clone(), presence: Presence::Optional }),
        ("Required", [of]) => derived(Derived::Presence { of: of.clone(), presence: Presence::Required }),
        ("Pick", [of, names]) => {
            derived(Derived::Fields { of: of.clone(), names: names.clone(), keep: Keep::Named })
        }
        ("Omit", [of, names]) => {
            derived(Derived::Fields { of: of.clone(), names: names.clone(), keep: Keep::Others })
        }
        ("Record", [names, of]) => {
            derived(Derived::Mapped { parameter: None, names: names.clone(), of: of.clone(), presence: None })
        }
        ("Extract", [of, by]) => {
            derived(Derived::Values { of: of.clone(), by: by.clone(), keep: Keep::Named })
        }
        ("Exclude", [of, by]) => {
            derived(Derived::Values { of: of.clone(), by: by.clone(), keep: Keep::Others })
        }
        ("NonNullable", [of]) => derived(Derived::Present { of: of.clone() }),
        ("Date", []) => Kind::Value(DataType::Date),
        ("AntlerColumn" | "ClickHouseInt", [of]) => match precise::marked(of) {
            Some(data_type) => Kind::Value(data_type),
            None => {
                let help = "Use the types of antler-types, such as `Int32`.";
                return Some(Type::refused(of.span.clone(), "there is no column of this type", help));
            }
        },
        ("Decimal" | "ClickHouseDecimal", [precision, scale]) => match precise::decimal(precision, scale) {
            Some(data_type) => Kind::Value(data_type),
            None => {
                let help =
                    "Give it 1 to 76 digits and how many of them stand behind the point: `Decimal<10, 2>`.";
                return Some(Type::refused(at.clone(), "there is no such decimal number", help));
            }
        },
        (name, []) if let Some(data_type) = precise::named(name) => Kind::Value(data_type),
        _ => {
            let (what, help) = known_refusal(name)?;
            return Some(Type::refused(at.clone(), format!("{what} cannot be stored"), help));
        }
    };
    Some(Type::new(at.clone(), kind))
}

fn known_refusal(name: &str) -> Option<(String, &'static str)> {
    let help = match name {
        "Map" | "WeakMap" => OPEN_OBJECT_HELP,
        "Set" | "ReadonlySet" => "Use an array.",
        "String" => "Use `string`.",
        "Number" => "Use `number`.",
        "Boolean" => "Use `boolean`.",
        "BigInt" => "Use `bigint`.",
        "Object" | "Function" | "Symbol" | "Promise" => "Events hold data only: say what the values are.",
        "Partial" | "Required" | "Readonly" | "NonNullable" => {
            return Some((format!("`{name}` without one type"), "Say what it is made of."));
        }
        "Pick" | "Omit" | "Record" | "Exclude" | "Extract" => {
            return Some((format!("`{name}` without two types"), "Say what it is made of."));
        }
        "Parameters" | "ReturnType" | "Awaited" | "InstanceType" | "ThisType" | "Uppercase" | "Lowercase"
        | "Capitalize" | "Uncapitalize" => "Write the type out.",
        "Uint8Array" | "ArrayBuffer" | "Buffer" => "Use `string`, with the bytes in Base64.",
        "Decimal" => {
            let help = "Say how many digits it has, and how many of them behind the point: `Decimal<10, 2>`.";
            return Some(("`Decimal` without its digits".to_owned(), help));
        }
        "Key" => return Some(("`Key` without one type".to_owned(), "Say what the key is: `Key<string>`.")),
        "Array" | "ReadonlyArray" => {
            return Some((format!("`{name}` without one type"), "Say what the elements are: `string[]`."));
        }
        _ => return None,
    };
    Some((format!("`{name}`"), help))
}
