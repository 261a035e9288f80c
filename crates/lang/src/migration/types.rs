//! Types of expressions: what a value can be, and which kinds of nothing may stand in its place.

use std::{collections::BTreeSet, fmt};

use antler_core::{
    names::SqlIdent,
    schema::{Absence, DataType, Field, Item, Precise, Spelled},
};

use super::ir::Nothing;

/// The type of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Type {
    pub(super) kind: Kind,
    /// Whether it may be `null`.
    pub(super) null: bool,
    /// Whether it may be `undefined`.
    pub(super) undefined: bool,
}

/// The type of an expression that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// No value at all: the type of `null` beside its absence.
    Never,
    Text,
    /// A text that is one of these: a string enum, or constants.
    Words(BTreeSet<String>),
    Number,
    /// A number that is one of these: an integer enum, or constants.
    Integers(BTreeSet<i16>),
    Boolean,
    BigInt,
    Date,
    Array(Box<Type>),
    Object(Vec<(SqlIdent, Type)>),
    /// A value that a column can hold: a number, a text in its canonical form, or for `UInt64` a bigint
    /// without a sign.
    Precise(Precise),
}

impl Type {
    /// The type of values that are always there.
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, null: false, undefined: false }
    }

    pub(super) fn nothing(nothing: Nothing) -> Self {
        Self { kind: Kind::Never, null: nothing == Nothing::Null, undefined: nothing == Nothing::Undefined }
    }

    /// What a field reads as. One that may be missing or `null` reads as `null`.
    pub(super) fn of_field(field: &Field) -> Self {
        let kind = Kind::of(&field.data_type);
        match field.absence {
            Absence::Never => Self::of(kind),
            Absence::Undefined => Self { kind, null: false, undefined: true },
            Absence::Null | Absence::Either => Self { kind, null: true, undefined: false },
        }
    }

    fn of_item(item: &Item) -> Self {
        Self { kind: Kind::of(&item.data_type), null: item.nullable, undefined: false }
    }

    /// Whether there may be nothing in its place.
    pub(super) fn is_optional(&self) -> bool {
        self.null || self.undefined
    }

    /// The type of the value where it is there.
    pub(super) fn known(&self) -> Self {
        Self::of(self.kind.clone())
    }

    /// The type of a value of one type or the other, if there is one.
    pub(super) fn join(&self, other: &Self) -> Option<Self> {
        Some(Self {
            kind: self.kind.join(&other.kind)?,
            null: self.null || other.null,
            undefined: self.undefined || other.undefined,
        })
    }
}

impl Kind {
    pub(super) fn of(data_type: &DataType) -> Self {
        match data_type {
            DataType::String => Self::Text,
            DataType::Number => Self::Number,
            DataType::Boolean => Self::Boolean,
            DataType::BigInt => Self::BigInt,
            DataType::Date => Self::Date,
            DataType::StringEnum(words) => Self::Words(words.clone()),
            DataType::IntegerEnum(values) => Self::Integers(values.values().copied().collect()),
            DataType::Array(item) => Self::Array(Box::new(Type::of_item(item))),
            DataType::Object(fields) => {
                Self::Object(fields.iter().map(|field| (field.name.clone(), Type::of_field(field))).collect())
            }
            // What the column does with its texts is not seen.
            DataType::Precise(Precise::Text(Spelled::LowCardinality)) => Self::Text,
            DataType::Precise(of) => Self::Precise(*of),
        }
    }

    pub(super) fn is_text(&self) -> bool {
        match self {
            Self::Text | Self::Words(_) => true,
            Self::Precise(of) => of.is_text(),
            _ => false,
        }
    }

    pub(super) fn is_number(&self) -> bool {
        match self {
            Self::Number | Self::Integers(_) => true,
            Self::Precise(of) => of.is_double(),
            _ => false,
        }
    }

    /// Whether it is an integer that is no double.
    pub(super) fn is_big(&self) -> bool {
        *self == Self::BigInt || *self == Self::Precise(Precise::UInt64)
    }

    /// Whether both are texts, both numbers, and so on.
    pub(super) fn is_comparable_to(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Boolean, Self::Boolean) | (Self::Date, Self::Date) => true,
            (a, b) if a.is_big() && b.is_big() => true,
            _ => (self.is_text() && other.is_text()) || (self.is_number() && other.is_number()),
        }
    }

    fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (a, b) if a == b => Some(a.clone()),
            (Self::Never, kind) | (kind, Self::Never) => Some(kind.clone()),
            (Self::Words(a), Self::Words(b)) => Some(Self::Words(a.union(b).cloned().collect())),
            (Self::Integers(a), Self::Integers(b)) => Some(Self::Integers(a.union(b).copied().collect())),
            (a, b) if a.is_text() && b.is_text() => Some(Self::Text),
            (a, b) if a.is_number() && b.is_number() => Some(Self::Number),
            (Self::Array(a), Self::Array(b)) => Some(Self::Array(Box::new(a.join(b)?))),
            (Self::Object(a), Self::Object(b)) => join_objects(a, b).map(Self::Object),
            _ => None,
        }
    }
}

/// The fields of both; one that only one of them has may be `undefined`.
fn join_objects(a: &[(SqlIdent, Type)], b: &[(SqlIdent, Type)]) -> Option<Vec<(SqlIdent, Type)>> {
    let find = |fields: &[(SqlIdent, Type)], name: &SqlIdent| {
        fields.iter().find(|(other, _)| other == name).map(|(_, ty)| ty.clone())
    };
    let missing = Type::nothing(Nothing::Undefined);
    let mut fields = Vec::new();
    for (name, ty) in a {
        let other = find(b, name);
        fields.push((name.clone(), ty.join(other.as_ref().unwrap_or(&missing))?));
    }
    for (name, ty) in b {
        if find(a, name).is_none() {
            fields.push((name.clone(), ty.join(&missing)?));
        }
    }
    Some(fields)
}

impl fmt::Display for Type {
    /// The type as a TypeScript reader would write it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.kind != Kind::Never {
            parts.push(self.kind.to_string());
        }
        if self.null {
            parts.push("null".to_owned());
        }
        if self.undefined {
            parts.push("undefined".to_owned());
        }
        if parts.is_empty() { f.write_str("never") } else { f.write_str(&parts.join(" | ")) }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::Text => f.write_str("string"),
            Self::Words(words) => {
                let quoted: Vec<_> = words.iter().map(|word| format!("{word:?}")).collect();
                f.write_str(&quoted.join(" | "))
            }
            Self::Number => f.write_str("number"),
            Self::Integers(values) => {
                let values: Vec<_> = values.iter().map(ToString::to_string).collect();
                f.write_str(&values.join(" | "))
            }
            Self::Boolean => f.write_str("boolean"),
            Self::BigInt => f.write_str("bigint"),
            Self::Date => f.write_str("Date"),
            Self::Array(item) => {
                let text = item.to_string();
                if text.contains(" | ") { write!(f, "({text})[]") } else { write!(f, "{text}[]") }
            }
            Self::Object(fields) => {
                let fields: Vec<_> = fields
                    .iter()
                    .map(|(name, ty)| {
                        if ty.undefined {
                            let ty = Type { undefined: false, ..ty.clone() };
                            format!("{name}?: {ty}")
                        } else {
                            format!("{name}: {ty}")
                        }
                    })
                    .collect();
                if fields.is_empty() { f.write_str("{}") } else { write!(f, "{{ {} }}", fields.join("; ")) }
            }
            Self::Precise(of) => f.write_str(&of.typescript()),
        }
    }
}
