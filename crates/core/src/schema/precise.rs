//! Types that say how the database holds a value, where the types of the language leave that open.
//!
//! `number` is a double and `bigint` an integer of 64 bits, whatever a language calls them. These are
//! the others: narrower, wider or without a sign. Each is one type of the database, and is written down by
//! its name there.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Spelled;

/// A type of the database that has no type of its own in TypeScript and Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Precise {
    /// A whole number of 8 bits with a sign.
    Int8,
    /// A whole number of 16 bits with a sign.
    Int16,
    /// A whole number of 32 bits with a sign.
    Int32,
    /// A whole number of 8 bits.
    UInt8,
    /// A whole number of 16 bits.
    UInt16,
    /// A whole number of 32 bits.
    UInt32,
    /// A whole number of 64 bits.
    UInt64,
    /// An IEEE 754 single.
    Float32,
    /// What is a text elsewhere.
    Text(Spelled),
}

/// A name that is of no [`Precise`] type.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no type `{0}`")]
pub struct NoSuchType(pub(super) String);

impl Precise {
    /// All that are numbers.
    pub const NUMBERS: [Self; 8] = [
        Self::Int8,
        Self::Int16,
        Self::Int32,
        Self::UInt8,
        Self::UInt16,
        Self::UInt32,
        Self::UInt64,
        Self::Float32,
    ];

    /// The type as TypeScript has it.
    pub fn typescript(self) -> String {
        match self {
            Self::Text(of) => of.typescript(),
            number => number.to_string(),
        }
    }

    /// The smallest and the largest of its values, if those are whole numbers.
    pub fn whole_numbers(self) -> Option<(i128, i128)> {
        fn all<T: Into<i128>>(least: T, greatest: T) -> Option<(i128, i128)> {
            Some((least.into(), greatest.into()))
        }
        match self {
            Self::Int8 => all(i8::MIN, i8::MAX),
            Self::Int16 => all(i16::MIN, i16::MAX),
            Self::Int32 => all(i32::MIN, i32::MAX),
            Self::UInt8 => all(u8::MIN, u8::MAX),
            Self::UInt16 => all(u16::MIN, u16::MAX),
            Self::UInt32 => all(u32::MIN, u32::MAX),
            Self::UInt64 => all(u64::MIN, u64::MAX),
            Self::Float32 | Self::Text(_) => None,
        }
    }

    /// How many bytes a value takes in the database's binary form. `None` when that differs.
    pub fn bytes(self) -> Option<usize> {
        match self {
            Self::Int8 | Self::UInt8 => Some(1),
            Self::Int16 | Self::UInt16 => Some(2),
            Self::Int32 | Self::UInt32 | Self::Float32 => Some(4),
            Self::UInt64 => Some(8),
            Self::Text(Spelled::Uuid) => Some(16),
            Self::Text(Spelled::CalendarDate) => Some(4),
            Self::Text(Spelled::Decimal { precision, .. }) => Some(match precision {
                0..=9 => 4,
                10..=18 => 8,
                19..=38 => 16,
                _ => 32,
            }),
            Self::Text(Spelled::LowCardinality) => None,
        }
    }

    /// Whether every value is a double, and one of few enough digits to be told apart from its neighbours.
    pub fn is_double(self) -> bool {
        !matches!(self, Self::UInt64 | Self::Text(_))
    }

    /// Whether its values are texts elsewhere.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Text(_))
    }

    /// Whether every value of another type is one of this type.
    pub fn holds(self, other: Self) -> bool {
        if let (Self::Text(of), Self::Text(other)) = (self, other) {
            return of.holds(other);
        }
        if self.is_text() || other.is_text() {
            return false;
        }
        match (self.whole_numbers(), other.whole_numbers()) {
            (Some((least, greatest)), Some((other_least, other_greatest))) => {
                least <= other_least && other_greatest <= greatest
            }
            // The whole numbers of 24 bits.
            (None, Some((_, greatest))) => greatest <= u16::MAX.into(),
            (Some(_), None) => false,
            (None, None) => true,
        }
    }
}

impl fmt::Display for Precise {
    /// The type of the column.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Int8 => "Int8",
            Self::Int16 => "Int16",
            Self::Int32 => "Int32",
            Self::UInt8 => "UInt8",
            Self::UInt16 => "UInt16",
            Self::UInt32 => "UInt32",
            Self::UInt64 => "UInt64",
            Self::Float32 => "Float32",
            Self::Text(of) => return of.fmt(f),
        })
    }
}

impl FromStr for Precise {
    type Err = NoSuchType;

    fn from_str(name: &str) -> Result<Self, NoSuchType> {
        match Self::NUMBERS.into_iter().find(|of| of.to_string() == name) {
            Some(number) => Ok(number),
            None => name.parse().map(Self::Text),
        }
    }
}

impl TryFrom<String> for Precise {
    type Error = NoSuchType;

    fn try_from(name: String) -> Result<Self, NoSuchType> {
        name.parse()
    }
}

impl From<Precise> for String {
    fn from(of: Precise) -> Self {
        of.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_written_down_by_its_name() {
        let texts = [Spelled::Uuid, Spelled::Decimal { precision: 9, scale: 2 }].map(Precise::Text);
        for of in Precise::NUMBERS.into_iter().chain(texts) {
            let text = serde_json::to_string(&of).unwrap();
            assert_eq!(text, format!("\"{of}\""));
            assert_eq!(serde_json::from_str::<Precise>(&text).unwrap(), of);
        }
        let other = serde_json::from_str::<Precise>("\"Int7\"").unwrap_err();
        assert_eq!(other.to_string(), "there is no type `Int7`");
    }

    #[test]
    fn a_type_holds_another_when_nothing_is_lost() {
        let held = |of: Precise| {
            let names =
                Precise::NUMBERS.into_iter().filter(|other| of.holds(*other)).map(|of| of.to_string());
            names.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(held(Precise::Int32), "Int8 Int16 Int32 UInt8 UInt16");
        assert_eq!(held(Precise::UInt64), "UInt8 UInt16 UInt32 UInt64");
        assert_eq!(held(Precise::Float32), "Int8 Int16 UInt8 UInt16 Float32");
    }
}
