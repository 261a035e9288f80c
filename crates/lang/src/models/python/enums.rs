//! Enums of Python.

use ruff_python_ast::{Expr, Number, Stmt, StmtClassDef, UnaryOp};
use ruff_text_size::Ranged;

use super::{span, types::last_name};
use crate::models::outline::{Constant, EnumMember, Kind, Member, Record, Type, enumeration};

/// What `auto()` means in an enum.
#[derive(Clone, Copy)]
pub(super) enum Flavour {
    /// One more than the member before it, beginning at 1.
    Integers,
    /// The name of the member in lower case.
    Names,
    /// Something that is better written out.
    Unclear,
}

/// Which kind of enum a class with these bases is, if any.
pub(super) fn flavour(bases: &[Expr]) -> Option<Flavour> {
    let has = |name| bases.iter().any(|base| last_name(base) == Some(name));
    if has("StrEnum") {
        Some(Flavour::Names)
    } else if has("IntEnum") {
        Some(Flavour::Integers)
    } else if has("Enum") {
        Some(if has("str") { Flavour::Unclear } else { Flavour::Integers })
    } else {
        None
    }
}

/// The values of an enum.
pub(super) fn read_enum(class: &StmtClassDef, flavour: Flavour) -> Type {
    enumeration(span(class.name.range), members(class, flavour))
}

/// An enum as a value: a record of its members.
pub(super) fn object(class: &StmtClassDef, flavour: Flavour) -> Type {
    let members = members(class, flavour).into_iter().map(|member| {
        let (name, name_span) = (member.name.clone(), member.span.clone());
        let of = enumeration(name_span.clone(), vec![member]);
        Member { name, name_span, optional: false, of }
    });
    let record = Record { members: members.collect(), ..Record::default() };
    Type::new(span(class.name.range), Kind::Record(record))
}

fn members(class: &StmtClassDef, flavour: Flavour) -> Vec<EnumMember> {
    let mut last = 0_i64;
    let members = class.body.iter().filter_map(|statement| {
        let (target, value) = match statement {
            Stmt::Assign(assign) => (assign.targets.first()?, &*assign.value),
            Stmt::AnnAssign(assign) => (&*assign.target, assign.value.as_deref()?),
            _ => return None,
        };
        let Expr::Name(name) = target else { return None };
        // `_ignore_` and its like are instructions to Python.
        if name.id.starts_with('_') {
            return None;
        }
        let automatic = matches!(value, Expr::Call(call) if last_name(&call.func) == Some("auto"));
        let value = match flavour {
            Flavour::Integers if automatic => Constant::Integer(last.saturating_add(1)),
            Flavour::Names if automatic => Constant::Text(name.id.to_lowercase()),
            Flavour::Integers | Flavour::Names | Flavour::Unclear => constant(value),
        };
        if let Constant::Integer(integer) = value {
            last = integer;
        }
        Some(EnumMember { name: name.id.to_string(), span: span(statement.range()), value })
    });
    members.collect()
}

/// A text or an integer that is written out.
pub(super) fn constant(value: &Expr) -> Constant {
    match value {
        Expr::StringLiteral(text) => Constant::Text(text.value.to_str().to_owned()),
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(integer) => integer.as_i64().map_or(Constant::Other, Constant::Integer),
            Number::Float(_) | Number::Complex { .. } => Constant::Other,
        },
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => match constant(&unary.operand) {
            Constant::Integer(integer) => Constant::Integer(-integer),
            Constant::Text(_) | Constant::Other => Constant::Other,
        },
        _ => Constant::Other,
    }
}
