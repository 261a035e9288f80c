//! A model made ready for validation: what to compare, to write and to say is worked out once.

use std::collections::BTreeSet;

use super::{date, precise};
use crate::schema::{Absence, DataType, Field, Item, Precise};

/// A place for a value: a field or an element.
#[derive(Debug)]
pub(super) struct Slot {
    pub(super) shape: Shape,
    /// Whether there may be nothing.
    pub(super) nullable: bool,
    /// What belongs here, in the words of a message.
    pub(super) expected: String,
}

/// What the values of a type look like.
#[derive(Debug)]
pub(super) enum Shape {
    String,
    Number,
    Boolean,
    BigInt,
    Date,
    /// Sorted.
    StringEnum(Vec<String>),
    IntegerEnum(Vec<i16>),
    Array(Box<Slot>),
    Object(Record),
    Precise(Precise),
}

/// The fields of an object.
#[derive(Debug)]
pub(super) struct Record {
    /// In the order of the schema.
    pub(super) fields: Vec<Member>,
    /// Positions in `fields`, sorted by name.
    by_name: Vec<usize>,
}

/// A field of an object.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Its name as JSON, with the colon.
    pub(super) label: Vec<u8>,
    pub(super) slot: Slot,
}

impl Record {
    pub(super) fn new(fields: &[Field]) -> Self {
        let fields: Vec<_> = fields.iter().map(Member::new).collect();
        let mut by_name: Vec<_> = (0..fields.len()).collect();
        by_name.sort_by(|a, b| fields[*a].name.cmp(&fields[*b].name));
        Self { fields, by_name }
    }

    /// The position of the field of that name. `guess` is looked at first: producers tend to
    /// write fields in the order of the schema.
    pub(super) fn position(&self, name: &str, guess: usize) -> Option<usize> {
        if self.fields.get(guess).is_some_and(|field| field.name == name) {
            return Some(guess);
        }
        let found = self.by_name.binary_search_by(|position| self.fields[*position].name.as_str().cmp(name));
        found.ok().map(|rank| self.by_name[rank])
    }
}

impl Member {
    fn new(field: &Field) -> Self {
        let name = field.name.as_str().to_owned();
        let mut label = Vec::new();
        super::canonical::write_string(&mut label, &name);
        label.push(b':');
        Self { name, label, slot: Slot::new(&field.data_type, field.absence != Absence::Never) }
    }
}

impl Slot {
    fn new(data_type: &DataType, nullable: bool) -> Self {
        let mut expected = describe(data_type);
        if nullable {
            expected.push_str(", or null");
        }
        Self { shape: Shape::new(data_type), nullable, expected }
    }
}

impl Shape {
    fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::String => Self::String,
            DataType::Number => Self::Number,
            DataType::Boolean => Self::Boolean,
            DataType::BigInt => Self::BigInt,
            DataType::Date => Self::Date,
            DataType::StringEnum(values) => Self::StringEnum(values.iter().cloned().collect()),
            DataType::IntegerEnum(values) => Self::IntegerEnum(values.values().copied().collect()),
            DataType::Array(item) => {
                let Item { data_type, nullable } = item.as_ref();
                Self::Array(Box::new(Slot::new(data_type, *nullable)))
            }
            DataType::Object(fields) => Self::Object(Record::new(fields)),
            DataType::Precise(of) => Self::Precise(*of),
        }
    }
}

fn describe(data_type: &DataType) -> String {
    match data_type {
        DataType::String => "string".to_owned(),
        DataType::Number => "number".to_owned(),
        DataType::Boolean => "true or false".to_owned(),
        DataType::BigInt => format!("bigint from {} to {}, in digits", i64::MIN, i64::MAX),
        DataType::Date => date::EXPECTED.to_owned(),
        DataType::StringEnum(values) => one_of(values.iter().map(|value| format!("{value:?}"))),
        DataType::IntegerEnum(values) => {
            one_of(values.values().collect::<BTreeSet<_>>().into_iter().map(ToString::to_string))
        }
        DataType::Array(_) => "array".to_owned(),
        DataType::Object(_) => "object".to_owned(),
        DataType::Precise(of) => precise::expected(*of),
    }
}

/// The first values, and how many there are if those are not all.
fn one_of(values: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 12;
    let count = values.len();
    let shown = values.take(SHOWN).collect::<Vec<_>>().join(", ");
    if count > SHOWN { format!("one of {count} values: {shown}, …") } else { format!("one of {shown}") }
}
