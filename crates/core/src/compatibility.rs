//! What a change of a schema does to those who use it, field by field.
//!
//! One rule decides: a change is *compatible* when every event that was taken before is still
//! taken, every stored value is still a value, and everybody who reads a column still finds it
//! under its name. Everything else is *breaking*, and belongs into a new version.
//!
//! A renamed field is told apart from one that went while another came. That is a guess of
//! [`Diff`], and it is shown to people; both are breaking, so nothing depends on it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    diff::{Aspect, Diff, Origin, same_type},
    schema::{Absence, DataType, Field, Item, Precise::Text, Spelled},
};

/// How a change weighs, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Compatibility {
    /// Nothing changed but the order of fields.
    Identical,
    /// Nobody has to know.
    Compatible,
    /// Somebody who sends events or reads rows has to change something.
    Breaking,
}

/// What became of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum FieldChange {
    /// Nothing.
    Same,
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// Likely, it had another name.
    Renamed {
        /// That name.
        from: String,
    },
    /// Likely, it stood elsewhere: inside an object, or outside of one.
    Moved {
        /// Its path there.
        from: String,
    },
    /// It says something else.
    Changed {
        /// What it said, as a line of a TypeScript interface.
        from: String,
        /// What it says.
        to: String,
    },
}

/// A field, what became of it, and how that weighs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldVerdict {
    /// The path of the field: `route.origin` for one in an object, `legs[].origin` for one in the
    /// objects of an array.
    pub field: String,
    /// What became of it.
    #[serde(flatten)]
    pub change: FieldChange,
    /// How that weighs.
    pub compatibility: Compatibility,
}

impl fmt::Display for Compatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identical => "identical",
            Self::Compatible => "compatible",
            Self::Breaking => "breaking",
        })
    }
}

impl fmt::Display for FieldVerdict {
    /// Reads on after the weight: `breaking: origin is gone`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        match &self.change {
            FieldChange::Same => write!(f, "{field} stays"),
            FieldChange::Added => write!(f, "{field} is new"),
            FieldChange::Removed => write!(f, "{field} is gone"),
            FieldChange::Renamed { from } => write!(f, "{field} was probably {from}"),
            FieldChange::Moved { from } => write!(f, "{field} probably stood at {from}"),
            FieldChange::Changed { from, to } => write!(f, "{field} was `{from}` and is `{to}`"),
        }
    }
}

/// Compares two lists of fields: a line for each newer field in its order, then one for each older
/// field that is gone. A nested object that changed has a line for each of its fields.
pub fn compare(older: &[Field], newer: &[Field]) -> Vec<FieldVerdict> {
    let mut verdicts = Verdicts::default();
    verdicts.fields("", older, newer);
    verdicts.0
}

/// How all of it weighs together.
pub fn overall(verdicts: &[FieldVerdict]) -> Compatibility {
    verdicts.iter().map(|verdict| verdict.compatibility).max().unwrap_or(Compatibility::Identical)
}

#[derive(Default)]
struct Verdicts(Vec<FieldVerdict>);

impl Verdicts {
    fn fields(&mut self, prefix: &str, older: &[Field], newer: &[Field]) {
        let diff = Diff::between(older, newer);
        for (field, origin) in &diff.fields {
            let path = format!("{prefix}{}", field.name);
            match origin {
                Origin::Same(_) => self.add(path, FieldChange::Same, Compatibility::Identical),
                Origin::Changed(before, aspects) => {
                    let within = nested(&before.data_type, &field.data_type);
                    // What is inside an object has its own lines.
                    if within.is_none() || aspects.iter().any(|aspect| *aspect != Aspect::Type) {
                        let (from, to) = (before.to_string(), field.to_string());
                        let weight = if within.is_some() {
                            apart_from_type(before, field)
                        } else {
                            apart_from_type(before, field).max(widened(&before.data_type, &field.data_type))
                        };
                        self.add(path.clone(), FieldChange::Changed { from, to }, weight);
                    }
                    if let Some((marks, inner_before, inner)) = within {
                        self.fields(&format!("{path}{marks}."), inner_before, inner);
                    }
                }
                Origin::Renamed(before) => {
                    let from = format!("{prefix}{}", before.name);
                    self.add(path, FieldChange::Renamed { from }, Compatibility::Breaking);
                }
                Origin::Gathered(parts) => {
                    for (inner, outside) in parts {
                        let path = format!("{path}.{}", inner.name);
                        match outside {
                            Some(outside) => {
                                let from = format!("{prefix}{}", outside.name);
                                self.add(path, FieldChange::Moved { from }, Compatibility::Breaking);
                            }
                            None => self.add(path, FieldChange::Added, added(inner)),
                        }
                    }
                }
                Origin::Extracted { object, inner } => {
                    let from = format!("{prefix}{}.{}", object.name, inner.name);
                    self.add(path, FieldChange::Moved { from }, Compatibility::Breaking);
                }
                Origin::New => self.add(path, FieldChange::Added, added(field)),
            }
        }
        for field in &diff.removed {
            self.add(format!("{prefix}{}", field.name), FieldChange::Removed, Compatibility::Breaking);
        }
    }

    fn add(&mut self, field: String, change: FieldChange, compatibility: Compatibility) {
        self.0.push(FieldVerdict { field, change, compatibility });
    }
}

/// Nobody sends a new field yet, so it must not be asked for.
fn added(field: &Field) -> Compatibility {
    if field.absence.is_never() || field.key { Compatibility::Breaking } else { Compatibility::Compatible }
}

/// What a key and the kinds of nothing weigh.
fn apart_from_type(older: &Field, newer: &Field) -> Compatibility {
    if older.key != newer.key {
        // The key is the order of the table.
        return Compatibility::Breaking;
    }
    match (older.absence, newer.absence) {
        (before, now) if before == now => Compatibility::Identical,
        (Absence::Never, _) | (_, Absence::Either) => Compatibility::Compatible,
        (Absence::Undefined | Absence::Null | Absence::Either, _) => Compatibility::Breaking,
    }
}

/// What it weighs that values of one type become values of another.
fn widened(older: &DataType, newer: &DataType) -> Compatibility {
    use DataType::{Array, BigInt, IntegerEnum, Number, Object, Precise, String, StringEnum};
    let compatible = match (older, newer) {
        _ if same_type(older, newer) => return Compatibility::Identical,
        (StringEnum(before), StringEnum(now)) => before.is_subset(now),
        (StringEnum(_), String) => true,
        // A column of named integers reads as names, so each keeps its name and its number.
        (IntegerEnum(before), IntegerEnum(now)) => {
            before.iter().all(|(name, number)| now.get(name) == Some(number))
        }
        (Precise(before), Precise(now)) => now.holds(*before),
        // Those that are always texts in events, and all texts that a text can be.
        (Precise(Text(before)), String) => !matches!(before, Spelled::Decimal { .. }),
        (String, Precise(Text(now))) => *now == Spelled::LowCardinality,
        (Precise(before), Number) => before.is_double(),
        (Precise(before), BigInt) => before.whole_numbers().is_some_and(|(_, most)| most <= i64::MAX.into()),
        (Array(before), Array(now)) => {
            (now.nullable || !before.nullable)
                && widened(&before.data_type, &now.data_type) <= Compatibility::Compatible
        }
        (Object(before), Object(now)) => return overall(&compare(before, now)),
        // Every other pair loses something: digits of a bigint in a number, for one.
        (_, _) => false,
    };
    if compatible { Compatibility::Compatible } else { Compatibility::Breaking }
}

/// The fields of two objects, or of the objects of two arrays that are otherwise the same; with
/// the marks that stand for the arrays.
fn nested<'a>(older: &'a DataType, newer: &'a DataType) -> Option<(String, &'a [Field], &'a [Field])> {
    match (older, newer) {
        (DataType::Object(before), DataType::Object(now)) => Some((String::new(), before, now)),
        (DataType::Array(before), DataType::Array(now)) => {
            let Item { data_type: inner_before, nullable } = before.as_ref();
            let (marks, before, now) =
                nested(inner_before, &now.data_type).filter(|_| *nullable == now.nullable)?;
            Some((format!("[]{marks}"), before, now))
        }
        (_, _) => None,
    }
}

#[cfg(test)]
mod tests;
