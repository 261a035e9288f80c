//! Python annotations to the types of an outline.

use std::collections::BTreeMap;

use antler_core::schema::{DataType, Precise, Spelled};
use ruff_python_ast::{Expr, ExprName, ExprStringLiteral, Operator};
use ruff_python_parser::typing::parse_type_annotation;
use ruff_text_size::Ranged;

use super::{enums::constant, span};
use crate::models::{
    outline::{Constant, Import, Kind, Member, Span, Type, literal},
    precise,
};

/// What is needed to read names in a file.
pub(super) struct Names<'a> {
    pub text: &'a str,
    pub imports: &'a BTreeMap<String, Import>,
}

impl Names<'_> {
    /// A field of a dataclass.
    pub(super) fn member(&self, name: &ExprName, annotation: &Expr, default: Option<&Expr>) -> Member {
        let mut of = self.read(annotation);
        let optional = default.is_some_and(defaults_to_none);
        if optional && !self.may_be_none(&of) {
            of = Type::refused(
                of.span,
                format!("`None` is not a value of the field `{}`", name.id),
                "Write `Optional[T] = None` for a field that may be left out.",
            );
        }
        Member { name: name.id.to_string(), name_span: span(name.range), optional, of }
    }

    /// Whether a type says that it may be `None`. A name may stand for one that does.
    fn may_be_none(&self, of: &Type) -> bool {
        match &of.kind {
            Kind::Null | Kind::Refused(_) => true,
            Kind::OneOf(types) => types.iter().any(|of| self.may_be_none(of)),
            Kind::Named { path, arguments } => {
                let name = path.last().map_or("", String::as_str);
                let original = self.imports.get(name).map_or(name, |import| &import.original);
                match original {
                    "Optional" => true,
                    "Union" => arguments.iter().any(|of| self.may_be_none(of)),
                    "str" | "int" | "float" | "bool" | "datetime" | "list" | "List" | "Key" => false,
                    _ => true,
                }
            }
            Kind::Value(_)
            | Kind::Undefined
            | Kind::Key(_)
            | Kind::List(_)
            | Kind::Record(_)
            | Kind::AllOf(_)
            | Kind::Tuple(_)
            | Kind::Derived(_)
            | Kind::TypeOf(_) => false,
        }
    }

    /// A type as it is written.
    pub(super) fn read(&self, written: &Expr) -> Type {
        let at = span(written.range());
        let kind = match written {
            Expr::NoneLiteral(_) => Kind::Null,
            Expr::Name(_) | Expr::Attribute(_) => match self.path(written) {
                Some(path) => Kind::Named { path, arguments: Vec::new() },
                None => return not_a_type(at),
            },
            Expr::BinOp(binary) if binary.op == Operator::BitOr => {
                Kind::OneOf(vec![self.read(&binary.left), self.read(&binary.right)])
            }
            Expr::StringLiteral(text) => return self.quoted(at, text),
            Expr::Subscript(subscript) => {
                let arguments = subscripts(written);
                let Some(path) = self.path(&subscript.value) else { return not_a_type(at) };
                match (path.last().map(String::as_str), arguments) {
                    (Some("Literal"), values) => {
                        Kind::OneOf(values.iter().map(|value| self.read_literal(value)).collect())
                    }
                    (Some("tuple" | "Tuple"), [of, Expr::EllipsisLiteral(_)]) => {
                        Kind::List(Box::new(self.read(of)))
                    }
                    (Some("Annotated"), [of, marks @ ..]) => {
                        let mark = marks.iter().find_map(column);
                        let Some((at_mark, data_type)) = mark else { return self.read(of) };
                        // On its own it does not say how many digits it has.
                        if last_name(of) == Some("Decimal") && is_decimal(&data_type) {
                            return Type::new(at, Kind::Value(data_type));
                        }
                        Kind::AllOf(vec![self.read(of), Type::new(at_mark, Kind::Value(data_type))])
                    }
                    (_, arguments) => {
                        Kind::Named { path, arguments: arguments.iter().map(|of| self.read(of)).collect() }
                    }
                }
            }
            _ => return not_a_type(at),
        };
        Type::new(at, kind)
    }

    fn read_literal(&self, value: &Expr) -> Type {
        let at = span(value.range());
        match (value, constant(value)) {
            (Expr::NoneLiteral(_), _) => Type::new(at, Kind::Null),
            // `Kind.CLICK`
            (Expr::Attribute(_), _) if let Some(path) = self.path(value) => {
                Type::new(at, Kind::Named { path, arguments: Vec::new() })
            }
            (_, Constant::Other) => Type::refused(
                at,
                "only texts and integers can be listed one by one",
                "Use `str`, `int`, `float` or `bool`.",
            ),
            (_, constant) => literal(at, constant),
        }
    }

    /// An annotation in quotes.
    fn quoted(&self, at: Span, text: &ExprStringLiteral) -> Type {
        match parse_type_annotation(text, self.text) {
            Ok(parsed) => self.read(parsed.expression()),
            Err(_) => not_a_type(at),
        }
    }

    /// A dotted name. The part that `import a.b` brought in is one name: `a.b`.
    fn path(&self, written: &Expr) -> Option<Vec<String>> {
        let mut path = dotted(written)?;
        let imported = (2..path.len())
            .rev()
            .find(|n| path.get(..*n).is_some_and(|prefix| self.imports.contains_key(&prefix.join("."))));
        if let Some(n) = imported {
            let rest = path.split_off(n);
            path = [vec![path.join(".")], rest].concat();
        }
        Some(path)
    }
}

/// The type of a column that stands in `Annotated`.
fn column(mark: &Expr) -> Option<(Span, DataType)> {
    let data_type = match mark {
        Expr::StringLiteral(text) => precise::annotated(text.value.to_str())?,
        // Of `moose_lib`.
        Expr::Call(call) if last_name(&call.func) == Some("clickhouse_decimal") => {
            let [precision, scale] = &*call.arguments.args else { return None };
            let (Constant::Integer(precision), Constant::Integer(scale)) =
                (constant(precision), constant(scale))
            else {
                return None;
            };
            precise::digits(precision, scale)?
        }
        _ => return None,
    };
    Some((span(mark.range()), data_type))
}

fn is_decimal(of: &DataType) -> bool {
    matches!(of, DataType::Precise(Precise::Text(Spelled::Decimal { .. })))
}

fn dotted(written: &Expr) -> Option<Vec<String>> {
    match written {
        Expr::Name(name) => Some(vec![name.id.to_string()]),
        Expr::Attribute(attribute) => {
            let mut path = dotted(&attribute.value)?;
            path.push(attribute.attr.to_string());
            Some(path)
        }
        _ => None,
    }
}

fn not_a_type(at: Span) -> Type {
    Type::refused(
        at,
        "this is not a type that can be stored",
        "Say what the values are, such as `str` or a dataclass.",
    )
}

/// Whether a default is `None`, `field(default=None)` or pydantic's `Field(None)`.
fn defaults_to_none(default: &Expr) -> bool {
    match default {
        Expr::NoneLiteral(_) => true,
        Expr::Call(call) if matches!(call.arguments.args.first(), Some(Expr::NoneLiteral(_))) => true,
        Expr::Call(call) => call.arguments.keywords.iter().any(|keyword| {
            keyword.arg.as_ref().is_some_and(|name| name == "default")
                && matches!(keyword.value, Expr::NoneLiteral(_))
        }),
        _ => false,
    }
}

/// What stands between the brackets of `Generic[T, U]`.
pub(super) fn subscripts(of: &Expr) -> &[Expr] {
    match of {
        Expr::Subscript(subscript) => match &*subscript.slice {
            Expr::Tuple(tuple) => &tuple.elts,
            single => std::slice::from_ref(single),
        },
        _ => &[],
    }
}

/// The last part of a decorator, base or annotation: `dataclass` of
/// `@dataclasses.dataclass(frozen=True)`.
pub(super) fn last_name(written: &Expr) -> Option<&str> {
    match written {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Call(call) => last_name(&call.func),
        Expr::Subscript(subscript) => last_name(&subscript.value),
        _ => None,
    }
}

/// The types that Python and its libraries bring along.
pub(in crate::models) fn known(at: &Span, name: &str, arguments: &[Type]) -> Option<Type> {
    let kind = match (name, arguments) {
        ("str", []) => Kind::Value(DataType::String),
        ("int", []) => Kind::Value(DataType::BigInt),
        ("float", []) => Kind::Value(DataType::Number),
        ("bool", []) => Kind::Value(DataType::Boolean),
        ("datetime", []) => Kind::Value(DataType::Date),
        ("date", []) => return known(at, "CalendarDate", arguments),
        (name, []) if let Some(data_type) = precise::named(name) => Kind::Value(data_type),
        ("Key", [of]) => Kind::Key(Box::new(of.clone())),
        ("list" | "List" | "Sequence", [of]) => Kind::List(Box::new(of.clone())),
        // Of a `TypedDict`.
        ("NotRequired", [of]) => Kind::OneOf(vec![of.clone(), Type::new(at.clone(), Kind::Undefined)]),
        ("Required" | "ReadOnly" | "Final", [of]) => of.kind.clone(),
        // What a claim says stands in the event like any other field.
        ("JWT", [of]) => of.kind.clone(),
        ("Optional", [of]) => Kind::OneOf(vec![of.clone(), Type::new(at.clone(), Kind::Null)]),
        ("Union", types @ [_, ..]) => Kind::OneOf(types.to_vec()),
        _ => {
            let (what, help) = known_refusal(name)?;
            return Some(Type::refused(at.clone(), format!("{what} cannot be stored"), help));
        }
    };
    Some(Type::new(at.clone(), kind))
}

fn known_refusal(name: &str) -> Option<(String, &'static str)> {
    let help = match name {
        "Any" | "object" => "Say what the values are, such as `str` or a dataclass.",
        "dict" | "Dict" | "Mapping" | "defaultdict" | "TypedDict" => {
            "Declare a dataclass with the fields, or use a list of key and value."
        }
        "set" | "Set" | "frozenset" | "FrozenSet" => "Use `list[T]`.",
        "tuple" | "Tuple" | "NamedTuple" => "Use a dataclass with a name for each part, or `list[T]`.",
        "bytes" | "bytearray" => "Use `str`, with the bytes in Base64.",
        "time" | "timedelta" => "Use `float`, in a unit that the name tells.",
        "Decimal" => {
            let help = "Say how many digits it has, and how many of them behind the point: \
                        `Annotated[Decimal, \"Decimal(10, 2)\"]`.";
            return Some(("`Decimal` without its digits".to_owned(), help));
        }
        "complex" => "Use two fields of type `float`.",
        "Callable" | "Type" | "type" => "Events hold data only: remove the field.",
        "Key" => return Some(("`Key` without one type".to_owned(), "Say what the key is: `Key[str]`.")),
        "list" | "List" | "Sequence" => {
            return Some((format!("`{name}` without one type"), "Say what the elements are: `list[str]`."));
        }
        "Optional" | "Union" => return Some((format!("`{name}` without types"), "Say what the values are.")),
        _ => return None,
    };
    Some((format!("`{name}`"), help))
}
