//! The difference between two lists of fields: where every field of the newer one comes from,
//! and what became of the rest.
//!
//! Names decide first: a field of the same name is the same field. What is then left over on
//! both sides may be a field that was moved into or out of a nested object, or renamed. Those
//! two are guesses, offered to a person who writes a migration and never acted upon alone.
//!
//! Invariants: every field of the newer side is listed exactly once, in its order; every field
//! of the older side is either the origin of something or removed, never both; the guesses do
//! not depend on the order of fields. Nested objects are compared as values here; call
//! [`Diff::between`] again on their fields to look inside.

mod similarity;

use std::{cmp::Reverse, collections::BTreeSet};

use similarity::{Likeness, likeness};

use crate::schema::{DataType, Field};

/// The difference between an older and a newer list of fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diff<'a> {
    /// Each newer field, in its order, and where its values come from.
    pub fields: Vec<(&'a Field, Origin<'a>)>,
    /// The older fields that nothing comes from, in their order.
    pub removed: Vec<&'a Field>,
}

/// Where the values of a newer field come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin<'a> {
    /// The field was there, and was the same.
    Same(&'a Field),
    /// A field of the same name was there, but it was different.
    Changed(&'a Field, BTreeSet<Aspect>),
    /// Likely: a field of another name.
    Renamed(&'a Field),
    /// Likely: fields that stood outside were gathered into this object. Each field of the
    /// object is listed; one without a partner is new.
    Gathered(Vec<(&'a Field, Option<&'a Field>)>),
    /// Likely: a field inside an object was moved out of it.
    Extracted {
        /// The object, which is gone.
        object: &'a Field,
        /// The field that stood in it.
        inner: &'a Field,
    },
    /// Nothing in the older fields resembles it.
    New,
}

/// In what two fields of one name differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// They hold other values.
    Type,
    /// They may hold other kinds of nothing.
    Absence,
    /// One is part of the key and the other is not.
    Key,
}

impl<'a> Diff<'a> {
    /// Compares two lists of fields: those of two models, or of two nested objects.
    pub fn between(older: &'a [Field], newer: &'a [Field]) -> Self {
        let mut matching = Matching::by_name(older, newer);
        matching.gather();
        matching.extract();
        matching.rename();
        matching.finish()
    }

    /// Whether the two lists say the same, apart from the order of their fields.
    pub fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.fields.iter().all(|(_, origin)| matches!(origin, Origin::Same(_)))
    }
}

/// In what two fields differ, apart from their names.
pub fn aspects(older: &Field, newer: &Field) -> BTreeSet<Aspect> {
    let mut aspects = BTreeSet::new();
    if !same_type(&older.data_type, &newer.data_type) {
        aspects.insert(Aspect::Type);
    }
    if older.absence != newer.absence {
        aspects.insert(Aspect::Absence);
    }
    if older.key != newer.key {
        aspects.insert(Aspect::Key);
    }
    aspects
}

/// Whether two types hold the same values. The order of an object's fields does not matter.
pub fn same_type(a: &DataType, b: &DataType) -> bool {
    match (a, b) {
        (DataType::Object(a), DataType::Object(b)) => {
            let same_field = |x: &Field, y: &Field| x.name == y.name && aspects(x, y).is_empty();
            a.len() == b.len() && a.iter().all(|x| b.iter().any(|y| same_field(x, y)))
        }
        (DataType::Array(a), DataType::Array(b)) => {
            a.nullable == b.nullable && same_type(&a.data_type, &b.data_type)
        }
        (a, b) => a == b,
    }
}

/// Fields being matched: what is still without a partner, and what has been found.
struct Matching<'a> {
    older: Vec<&'a Field>,
    newer: Vec<&'a Field>,
    origins: Vec<(&'a Field, Origin<'a>)>,
    order: &'a [Field],
}

impl<'a> Matching<'a> {
    fn by_name(older: &'a [Field], newer: &'a [Field]) -> Self {
        let mut matching =
            Self { older: older.iter().collect(), newer: Vec::new(), origins: Vec::new(), order: newer };
        for field in newer {
            let Some(at) = matching.older.iter().position(|other| other.name == field.name) else {
                matching.newer.push(field);
                continue;
            };
            let other = matching.older.remove(at);
            let aspects = aspects(other, field);
            let origin =
                if aspects.is_empty() { Origin::Same(other) } else { Origin::Changed(other, aspects) };
            matching.origins.push((field, origin));
        }
        matching
    }

    /// Finds new objects whose fields stood outside.
    fn gather(&mut self) {
        for object in by_name(&self.newer) {
            let DataType::Object(inner) = &object.data_type else { continue };
            let partners = nested_pairs(object, inner, &self.older);
            if partners.is_empty() {
                continue;
            }
            let partner =
                |field: &Field| partners.iter().find(|(inner, _)| inner.name == field.name).map(|(_, o)| *o);
            let parts = inner.iter().map(|field| (field, partner(field))).collect();
            self.older.retain(|field| !partners.iter().any(|(_, outer)| outer.name == field.name));
            self.found(object, Origin::Gathered(parts));
        }
    }

    /// Finds old objects whose fields now stand outside.
    fn extract(&mut self) {
        for object in by_name(&self.older) {
            let DataType::Object(inner) = &object.data_type else { continue };
            let partners = nested_pairs(object, inner, &self.newer);
            if partners.is_empty() {
                continue;
            }
            self.older.retain(|field| field.name != object.name);
            for (inner, outer) in partners {
                self.found(outer, Origin::Extracted { object, inner });
            }
        }
    }

    /// Pairs what is left by likeness.
    fn rename(&mut self) {
        let pairs = best_pairs(&self.older, &self.newer, |older, newer| {
            Some(likeness(older.name.as_str(), newer.name.as_str())).filter(|likeness| likeness.is_likely())
        });
        for (older, newer) in pairs {
            self.older.retain(|field| field.name != older.name);
            self.found(newer, Origin::Renamed(older));
        }
    }

    fn found(&mut self, field: &'a Field, origin: Origin<'a>) {
        self.newer.retain(|other| other.name != field.name);
        self.origins.push((field, origin));
    }

    fn finish(mut self) -> Diff<'a> {
        for field in std::mem::take(&mut self.newer) {
            self.origins.push((field, Origin::New));
        }
        let place = |field: &Field| self.order.iter().position(|other| other.name == field.name);
        self.origins.sort_by_key(|(field, _)| place(field));
        Diff { fields: self.origins, removed: self.older }
    }
}

fn by_name<'a>(fields: &[&'a Field]) -> Vec<&'a Field> {
    let mut fields = fields.to_vec();
    fields.sort_by_key(|field| field.name.as_str());
    fields
}

/// Pairs the fields of an object with fields outside that say the same: `route.origin` with
/// `origin` or `route_origin`, but not with `originCode`.
fn nested_pairs<'a>(
    object: &Field,
    inner: &'a [Field],
    outside: &[&'a Field],
) -> Vec<(&'a Field, &'a Field)> {
    best_pairs(&inner.iter().collect::<Vec<_>>(), outside, |inner, outer| {
        let full_name = format!("{}_{}", object.name, inner.name);
        let outer = outer.name.as_str();
        let best = likeness(inner.name.as_str(), outer).max(likeness(&full_name, outer));
        (best >= Likeness::SAME_WORDS).then_some(best)
    })
}

/// Pairs fields of compatible types, the most alike first; each field has one partner at most.
fn best_pairs<'a>(
    left: &[&'a Field],
    right: &[&'a Field],
    alike: impl Fn(&Field, &Field) -> Option<Likeness>,
) -> Vec<(&'a Field, &'a Field)> {
    let mut candidates: Vec<_> = left
        .iter()
        .flat_map(|a| right.iter().map(move |b| (*a, *b)))
        .filter(|(a, b)| compatible(&a.data_type, &b.data_type))
        .filter_map(|(a, b)| Some((alike(a, b)?, a, b)))
        .collect();
    candidates.sort_by_key(|(likeness, a, b)| {
        (Reverse(*likeness), !same_type(&a.data_type, &b.data_type), a.name.as_str(), b.name.as_str())
    });
    let mut pairs: Vec<(&Field, &Field)> = Vec::new();
    for (_, a, b) in candidates {
        if !pairs.iter().any(|(x, y)| x.name == a.name || y.name == b.name) {
            pairs.push((a, b));
        }
    }
    pairs
}

/// Whether values of one type are plausibly values of the other, written differently.
fn compatible(a: &DataType, b: &DataType) -> bool {
    use DataType::{Array, BigInt, Boolean, Date, IntegerEnum, Number, Object, Precise, String, StringEnum};
    match (a, b) {
        (Object(_), Object(_)) => true,
        (Array(a), Array(b)) => compatible(&a.data_type, &b.data_type),
        (Object(_) | Array(_), _) | (_, Object(_) | Array(_)) => false,
        (String | StringEnum(_), _) | (_, String | StringEnum(_)) => true,
        (Precise(of), other) | (other, Precise(of)) if of.is_text() => compatible(&String, other),
        (Precise(_), other) | (other, Precise(_)) => compatible(&Number, other),
        (Number | BigInt | IntegerEnum(_), Number | BigInt | IntegerEnum(_) | Date) => true,
        (Date, Number | BigInt | IntegerEnum(_) | Date) => true,
        (Boolean, Boolean | Number | BigInt | IntegerEnum(_)) => true,
        (Number | BigInt | IntegerEnum(_), Boolean) => true,
        (Boolean, Date) | (Date, Boolean) => false,
    }
}

#[cfg(test)]
mod tests;
