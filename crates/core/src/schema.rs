//! The schema of a data model, independent of the language it was written in.
//!
//! A [`Model`] is what the languages parse into and what everything else reads: validation, the
//! difference between versions, the tables. Its identity ([`Model::schema_hash`]) ignores the
//! order of fields, so that moving a line in a file never makes a new table.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::names::{ModelName, SqlIdent};

mod precise;
pub(crate) mod spelled;

pub use precise::{NoSuchType, Precise};
pub use spelled::{Spelled, absent_decimals};

/// A named record type of `app/datamodels`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its name, unique in a version.
    pub name: ModelName,
    /// Its fields, in the order they were written.
    pub fields: Vec<Field>,
    /// Fields of the sorting key after those that are marked as keys. It has at least one of both, unless
    /// its author wants no table.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order_by: Vec<SqlIdent>,
}

/// A field of a model or of a nested object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name in events, and the name of its column.
    pub name: SqlIdent,
    /// What its values are.
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// Which kinds of nothing it may hold instead of a value.
    #[serde(default, skip_serializing_if = "Absence::is_never")]
    pub absence: Absence,
    /// Whether it is part of the sorting key of the storage table (`Key<T>`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub key: bool,
}

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataType {
    /// Unicode text.
    String,
    /// An IEEE 754 double: TypeScript `number`, Python `float`.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A signed 64-bit integer: TypeScript `bigint`, Python `int`.
    BigInt,
    /// A point in time, UTC, to the millisecond.
    Date,
    /// One of a fixed set of strings.
    StringEnum(BTreeSet<String>),
    /// One of a fixed set of named integers; events hold the integer.
    IntegerEnum(BTreeMap<String, i16>),
    /// A list.
    Array(Box<Item>),
    /// A nested record.
    Object(Vec<Field>),
    /// Held by the database as it is told.
    Precise(Precise),
}

/// What the elements of an array are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The type of an element.
    #[serde(rename = "type")]
    pub data_type: DataType,
    /// Whether an element may be `null`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub nullable: bool,
}

/// The kinds of nothing that a field may hold.
///
/// The database has one (`NULL`), JavaScript has two. A field declared with only one of them
/// reads back as that one; a field declared with both reads back as `null`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// A value is always there.
    #[default]
    Never,
    /// `field?: T`: the field may be missing.
    Undefined,
    /// `field: T | null`.
    Null,
    /// `field?: T | null`.
    Either,
}

impl Absence {
    /// What a field may hold that may be `null`, and may be missing.
    pub fn of(null: bool, missing: bool) -> Self {
        match (null, missing) {
            (false, false) => Self::Never,
            (false, true) => Self::Undefined,
            (true, false) => Self::Null,
            (true, true) => Self::Either,
        }
    }

    /// Whether a value is always there.
    pub fn is_never(&self) -> bool {
        *self == Self::Never
    }
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// The identity of a schema: SHA-256 over its canonical form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaHash(String);

impl fmt::Display for SchemaHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Model {
    /// The fields of the sorting key: those that are marked, in the order they were written, and then
    /// those that the model is said to be ordered by.
    pub fn sorting_key(&self) -> impl Iterator<Item = &SqlIdent> {
        let is_key = |name: &SqlIdent| self.field(name.as_str()).is_some_and(|field| field.key);
        let keys = self.fields.iter().filter(|field| field.key).map(|field| &field.name);
        keys.chain(self.order_by.iter().filter(move |name| !is_key(name)))
    }

    /// The field of that name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name.as_str() == name)
    }

    /// The identity of this schema. Equal for models that differ only in the order of fields or
    /// in which kind of nothing a field may hold, since both are stored alike; and in what they are
    /// ordered by beside their keys, which moves no value.
    pub fn schema_hash(&self) -> SchemaHash {
        let mut canonical = String::new();
        write_fields(&mut canonical, &self.fields);
        let digest = Sha256::digest(canonical.as_bytes());
        SchemaHash(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// Writes the canonical form: fields sorted by name, names quoted, nothing else.
fn write_fields(out: &mut String, fields: &[Field]) {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    out.push('{');
    for field in sorted {
        out.push_str(&format!("{:?}:", field.name.as_str()));
        write_type(out, &field.data_type);
        if !field.absence.is_never() {
            out.push('?');
        }
        if field.key {
            out.push('!');
        }
        out.push(',');
    }
    out.push('}');
}

fn write_type(out: &mut String, data_type: &DataType) {
    match data_type {
        DataType::String => out.push_str("string"),
        DataType::Number => out.push_str("number"),
        DataType::Boolean => out.push_str("boolean"),
        DataType::BigInt => out.push_str("bigint"),
        DataType::Date => out.push_str("date"),
        DataType::StringEnum(values) => out.push_str(&format!("enum{values:?}")),
        DataType::IntegerEnum(values) => out.push_str(&format!("enum{values:?}")),
        DataType::Array(item) => {
            out.push('[');
            write_type(out, &item.data_type);
            if item.nullable {
                out.push('?');
            }
            out.push(']');
        }
        DataType::Object(fields) => write_fields(out, fields),
        DataType::Precise(of) => out.push_str(&of.to_string()),
    }
}

impl fmt::Display for DataType {
    /// The type as a TypeScript reader would write it; used in messages.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Boolean => f.write_str("boolean"),
            Self::BigInt => f.write_str("bigint"),
            Self::Date => f.write_str("Date"),
            Self::StringEnum(values) => {
                let quoted: Vec<_> = values.iter().map(|value| format!("{value:?}")).collect();
                f.write_str(&quoted.join(" | "))
            }
            Self::IntegerEnum(values) => {
                let numbers: BTreeSet<_> = values.values().collect();
                let numbers: Vec<_> = numbers.into_iter().map(ToString::to_string).collect();
                f.write_str(&numbers.join(" | "))
            }
            Self::Array(item) => {
                let compound =
                    item.nullable || matches!(item.data_type, Self::StringEnum(_) | Self::IntegerEnum(_));
                let null = if item.nullable { " | null" } else { "" };
                if compound {
                    write!(f, "({}{null})[]", item.data_type)
                } else {
                    write!(f, "{}[]", item.data_type)
                }
            }
            Self::Object(fields) => {
                let fields: Vec<_> = fields.iter().map(ToString::to_string).collect();
                write!(f, "{{ {} }}", fields.join("; "))
            }
            Self::Precise(of) => f.write_str(&of.typescript()),
        }
    }
}

impl fmt::Display for Field {
    /// The field as a line of a TypeScript interface, without the semicolon.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, null) = match self.absence {
            Absence::Never => ("", ""),
            Absence::Undefined => ("?", ""),
            Absence::Null => ("", " | null"),
            Absence::Either => ("?", " | null"),
        };
        let plain = self
            .name
            .as_str()
            .chars()
            .enumerate()
            .all(|(i, c)| c == '_' || c == '$' || c.is_alphabetic() || (i > 0 && c.is_alphanumeric()));
        if plain {
            write!(f, "{}{mark}: ", self.name)?;
        } else {
            write!(f, "{:?}{mark}: ", self.name.as_str())?;
        }
        if self.key {
            write!(f, "Key<{}>{null}", self.data_type)
        } else {
            write!(f, "{}{null}", self.data_type)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, data_type: DataType) -> Field {
        Field { name: name.parse().unwrap(), data_type, absence: Absence::Never, key: false }
    }

    fn model(fields: Vec<Field>) -> Model {
        Model { name: "Flight".parse().unwrap(), fields, order_by: Vec::new() }
    }

    #[test]
    fn identity_ignores_the_order_of_fields() {
        let a = model(vec![field("a", DataType::String), field("b", DataType::Number)]);
        let b = model(vec![field("b", DataType::Number), field("a", DataType::String)]);
        assert_eq!(a.schema_hash(), b.schema_hash());
    }

    #[test]
    fn identity_sees_names_types_keys_and_nullability() {
        let base = model(vec![field("a", DataType::String)]);
        let mut key = base.clone();
        key.fields[0].key = true;
        let mut optional = base.clone();
        optional.fields[0].absence = Absence::Undefined;
        let mut nullable = base.clone();
        nullable.fields[0].absence = Absence::Null;
        let renamed = model(vec![field("b", DataType::String)]);
        let retyped = model(vec![field("a", DataType::Date)]);
        for other in [&key, &optional, &renamed, &retyped] {
            assert_ne!(base.schema_hash(), other.schema_hash());
        }
        assert_eq!(optional.schema_hash(), nullable.schema_hash(), "both are stored as NULL");
    }

    #[test]
    fn keys_come_first_in_the_sorting_key() {
        let mut of = model(["a", "b", "c", "d"].map(|name| field(name, DataType::String)).to_vec());
        of.fields[2].key = true;
        let hash = of.schema_hash();
        of.order_by = ["d", "c", "a"].map(|name| name.parse().unwrap()).to_vec();
        let sorting_key: Vec<_> = of.sorting_key().map(ToString::to_string).collect();
        assert_eq!(sorting_key, ["c", "d", "a"]);
        assert_eq!(of.schema_hash(), hash);
    }

    #[test]
    fn a_field_reads_like_a_line_of_typescript() {
        let item = Item {
            data_type: DataType::StringEnum(BTreeSet::from(["x".to_owned(), "y".to_owned()])),
            nullable: false,
        };
        let mut list = field("kind-of", DataType::Array(Box::new(item)));
        list.absence = Absence::Either;
        assert_eq!(list.to_string(), r#""kind-of"?: ("x" | "y")[] | null"#);
    }
}
