//! Whether a value fits a field of the target model, and what may still fail at run time.
//!
//! Types decide at compile time. What they cannot know is checked for each row: a date that is
//! invalid or outside of what storage can hold, and a text or number that the author asserted
//! (`as`) to be of an enum. The fitted value is what storage gives back: fields that the target does
//! not have are gone.

use std::collections::BTreeSet;

use antler_core::schema::{Absence, DataType, Field, Item, Precise, Spelled};

use super::{
    ir::{Each, Function, Graph, Id, Node, Nothing},
    javascript::{Fallible, date},
    types::{Kind, Type},
};

/// A value that cannot be stored in a field.
#[derive(Debug, Clone)]
pub(super) struct Misfit {
    /// The field, from the model down.
    pub(super) path: String,
    /// The value's type; nothing when there is no value.
    pub(super) found: Option<Type>,
    pub(super) expected: Field,
}

/// Fits a value to a field.
pub(super) fn fit(
    graph: &mut Graph,
    value: Id,
    field: &Field,
    path: &str,
    asserted: &BTreeSet<Id>,
) -> Result<Fallible, Box<Misfit>> {
    let mut fitting = Fitting { graph, asserted };
    let ty = fitting.graph.ty(value).clone();
    let misfit = |found| Box::new(Misfit { path: path.to_owned(), found, expected: field.clone() });
    // A field may be `undefined` or missing only where the model says so.
    let is_required = matches!(field.absence, Absence::Never | Absence::Null);
    if is_required && matches!(fitting.graph.node(value), Node::Nothing(Nothing::Undefined)) {
        return Err(misfit(None));
    }
    if ty.is_optional() && field.absence.is_never() {
        return Err(misfit(Some(ty)));
    }
    fitting.optional(value, &field.data_type, path).map_err(|inner| inner.unwrap_or_else(|| misfit(Some(ty))))
}

struct Fitting<'g> {
    graph: &'g mut Graph,
    asserted: &'g BTreeSet<Id>,
}

/// A misfit of a nested field, or nothing when it is the value itself.
type Fit = Result<Fallible, Option<Box<Misfit>>>;

impl Fitting<'_> {
    /// Fits a value where it is there; where it is not, so is the result.
    fn optional(&mut self, value: Id, data_type: &DataType, path: &str) -> Fit {
        if !self.graph.ty(value).is_optional() {
            return self.known(value, data_type, path);
        }
        let known = self.graph.known(value);
        if self.asserted.contains(&value) && !self.asserted.contains(&known) {
            let mut asserted = self.asserted.clone();
            asserted.insert(known);
            return Fitting { graph: self.graph, asserted: &asserted }.optional(value, data_type, path);
        }
        let fitted = self.known(known, data_type, path)?;
        let absent = self.graph.is_nothing(value);
        let nothing = self.graph.null();
        let failure = self.graph.if_else(absent, nothing, fitted.failure);
        let value =
            if fitted.value == known { value } else { self.graph.if_else(absent, nothing, fitted.value) };
        Ok(Fallible { value, failure })
    }

    fn known(&mut self, value: Id, data_type: &DataType, path: &str) -> Fit {
        let kind = self.graph.ty(value).kind.clone();
        if *self.graph.node(value) == Node::Unreachable {
            return Ok(Fallible::total(self.graph, value));
        }
        match data_type {
            DataType::String if kind.is_text() => Ok(Fallible::total(self.graph, value)),
            DataType::Number if kind.is_number() => Ok(Fallible::total(self.graph, value)),
            DataType::Boolean if kind == Kind::Boolean => Ok(Fallible::total(self.graph, value)),
            DataType::BigInt if kind == Kind::BigInt => Ok(Fallible::total(self.graph, value)),
            DataType::Date if kind == Kind::Date => Ok(self.date(value, path)),
            DataType::StringEnum(words) => self.word(value, words, data_type, path),
            DataType::IntegerEnum(values) => {
                let values = values.values().copied().collect();
                self.integer(value, &values, data_type, path)
            }
            DataType::Array(item) => self.array(value, item, path),
            DataType::Object(fields) => self.object(value, fields, path),
            DataType::Precise(of) => self.precise(value, *of, data_type, path),
            DataType::BigInt if kind == Kind::Precise(Precise::UInt64) => Ok(self.signed(value, path)),
            DataType::String | DataType::Number | DataType::Boolean | DataType::BigInt | DataType::Date => {
                Err(None)
            }
        }
    }

    fn date(&mut self, value: Id, path: &str) -> Fallible {
        if self.graph.is_stored_date(value) {
            return Fallible::total(self.graph, value);
        }
        let is_invalid = date::is_invalid(self.graph, value);
        let reason = self.graph.text(&format!("`{path}`: Invalid Date"));
        let invalid = self.graph.failure_if(is_invalid, reason);
        let is_remote = date::is_remote(self.graph, value);
        let reason = self.graph.text(&format!("`{path}`: the date is outside of the years 1900 to 2299"));
        let remote = self.graph.failure_if(is_remote, reason);
        let failure = self.graph.first_failure(invalid, remote);
        Fallible { value: self.valid(value), failure }
    }

    /// The date without the branches that are invalid: rows that take them fail.
    fn valid(&mut self, value: Id) -> Id {
        match self.graph.node(value).clone() {
            Node::If(condition, a, b) => {
                let (a, b) = (self.valid(a), self.valid(b));
                self.graph.if_else(condition, a, b)
            }
            Node::Apply(Function::NumberToDate, args) => {
                let time = self.not_nan(args[0]);
                match self.graph.node(time) {
                    Node::Unreachable => time,
                    _ => self.graph.apply(Function::NumberToDate, &[time]),
                }
            }
            _ => value,
        }
    }

    fn not_nan(&mut self, time: Id) -> Id {
        match *self.graph.node(time) {
            Node::Number(bits) if bits.value().is_nan() => self.graph.unreachable(),
            Node::If(condition, a, b) => {
                let (a, b) = (self.not_nan(a), self.not_nan(b));
                self.graph.if_else(condition, a, b)
            }
            _ => time,
        }
    }

    fn word(&mut self, value: Id, words: &BTreeSet<String>, data_type: &DataType, path: &str) -> Fit {
        match self.graph.ty(value).kind.clone() {
            Kind::Words(found) if found.is_subset(words) => Ok(Fallible::total(self.graph, value)),
            kind if kind.is_text() => {
                if !self.asserted.contains(&value) {
                    return self.either(value, data_type, path);
                }
                let fits = self.graph.one_of(value, words);
                let fails = self.graph.not(fits);
                let (start, end) = (
                    self.graph.text(&format!("`{path}`: `")),
                    self.graph.text(&format!("` is not one of {}", Kind::Words(words.clone()))),
                );
                let reason = self.graph.apply(Function::Concatenate, &[start, value, end]);
                Ok(Fallible { value, failure: self.graph.failure_if(fails, reason) })
            }
            _ => Err(None),
        }
    }

    fn integer(&mut self, value: Id, values: &BTreeSet<i16>, data_type: &DataType, path: &str) -> Fit {
        match self.graph.ty(value).kind.clone() {
            Kind::Integers(found) if found.is_subset(values) => Ok(Fallible::total(self.graph, value)),
            kind if kind.is_number() => {
                if !self.asserted.contains(&value) {
                    return self.either(value, data_type, path);
                }
                let mut fits = self.graph.boolean(false);
                for allowed in values {
                    let allowed = self.graph.number(f64::from(*allowed));
                    let is_equal = self.graph.equal(value, allowed);
                    fits = self.graph.or(fits, is_equal);
                }
                let fails = self.graph.not(fits);
                let number = super::javascript::number::to_text(self.graph, value);
                let (start, end) = (
                    self.graph.text(&format!("`{path}`: ")),
                    self.graph.text(&format!(" is not one of {}", Kind::Integers(values.clone()))),
                );
                let reason = self.graph.apply(Function::Concatenate, &[start, number, end]);
                Ok(Fallible { value, failure: self.graph.failure_if(fails, reason) })
            }
            _ => Err(None),
        }
    }

    /// Fits each branch on its own: one of them may be constant and the other asserted.
    fn either(&mut self, value: Id, data_type: &DataType, path: &str) -> Fit {
        let Node::If(condition, a, b) = *self.graph.node(value) else { return Err(None) };
        let a = self.known(a, data_type, path)?;
        let b = self.known(b, data_type, path)?;
        Ok(Fallible {
            value: self.graph.if_else(condition, a.value, b.value),
            failure: self.graph.if_else(condition, a.failure, b.failure),
        })
    }

    /// A number as a narrower column gives it back. Types do not say whether it is one of its values.
    fn precise(&mut self, value: Id, of: Precise, data_type: &DataType, path: &str) -> Fit {
        if let Precise::Text(of) = of {
            return self.spelled(value, of, data_type, path);
        }
        let kind = self.graph.ty(value).kind.clone();
        match kind {
            Kind::Precise(found) if of.holds(found) && of.is_double() == found.is_double() => {
                return Ok(Fallible::total(self.graph, value));
            }
            _ if matches!(self.graph.node(value), Node::If(..)) => {
                return self.either(value, data_type, path);
            }
            ref kind if kind.is_number() == of.is_double() && (kind.is_number() || kind.is_big()) => {}
            _ => return Err(None),
        }
        if let Some(constant) = self.constant(value, of) {
            return Ok(Fallible::total(self.graph, constant));
        }
        let narrow = self.graph.apply(Function::Narrow(of), &[value]);
        let fails = match of.whole_numbers() {
            Some(_) => self.graph.is_nothing(narrow),
            None => {
                let is_finite = self.graph.apply(Function::IsFinite, &[value]);
                let stays_finite = self.graph.apply(Function::IsFinite, &[narrow]);
                let becomes_infinite = self.graph.not(stays_finite);
                self.graph.and(is_finite, becomes_infinite)
            }
        };
        let number = match of.is_double() {
            true => super::javascript::number::to_text(self.graph, value),
            false => self.graph.apply(Function::IntegerToText, &[value]),
        };
        let failure = self.refused(fails, path, number, &format!(" is not {}", outside(of)));
        Ok(Fallible { value: self.graph.known(narrow), failure })
    }

    /// A text as a column gives it back, if the column can hold it.
    fn spelled(&mut self, value: Id, of: Spelled, data_type: &DataType, path: &str) -> Fit {
        let kind = self.graph.ty(value).kind.clone();
        if !kind.is_text() {
            return Err(None);
        }
        if of == Spelled::LowCardinality || kind == Kind::Precise(Precise::Text(of)) {
            return Ok(Fallible::total(self.graph, value));
        }
        if matches!(self.graph.node(value), Node::If(..)) {
            return self.either(value, data_type, path);
        }
        let narrow = self.graph.apply(Function::Narrow(Precise::Text(of)), &[value]);
        let fails = self.graph.is_nothing(narrow);
        let quote = self.graph.text("`");
        let quoted = self.graph.apply(Function::Concatenate, &[quote, value, quote]);
        let failure = self.refused(fails, path, quoted, &format!(" is not {}", of.values()));
        Ok(Fallible { value: self.graph.known(narrow), failure })
    }

    /// A whole number that is written out, if the type has it.
    fn constant(&mut self, value: Id, of: Precise) -> Option<Id> {
        let (least, greatest) = of.whole_numbers()?;
        match *self.graph.node(value) {
            Node::Number(bits) if bits.value().fract() == 0.0 => {
                let number = bits.value();
                let fits = number >= least as f64 && number <= greatest as f64;
                // No column of whole numbers has a negative zero.
                fits.then(|| self.graph.number(number + 0.0))
            }
            Node::BigInt(number) => (least..=greatest).contains(&number.into()).then_some(value),
            _ => None,
        }
    }

    /// An integer without a sign as one with a sign.
    fn signed(&mut self, value: Id, path: &str) -> Fallible {
        let signed = self.graph.apply(Function::NumberToInteger, &[value]);
        let fails = self.graph.is_nothing(signed);
        let number = self.graph.apply(Function::IntegerToText, &[value]);
        let failure = self.refused(fails, path, number, " does not fit into 64 bits with a sign");
        Fallible { value: self.graph.known(signed), failure }
    }

    fn refused(&mut self, fails: Id, path: &str, number: Id, why: &str) -> Id {
        let (start, end) = (self.graph.text(&format!("`{path}`: ")), self.graph.text(why));
        let reason = self.graph.apply(Function::Concatenate, &[start, number, end]);
        self.graph.failure_if(fails, reason)
    }

    fn array(&mut self, value: Id, item: &Item, path: &str) -> Fit {
        let Kind::Array(found) = self.graph.ty(value).kind.clone() else { return Err(None) };
        match self.graph.node(value).clone() {
            Node::If(condition, a, b) => {
                let a = self.array(a, item, path)?;
                let b = self.array(b, item, path)?;
                Ok(Fallible {
                    value: self.graph.if_else(condition, a.value, b.value),
                    failure: self.graph.if_else(condition, a.failure, b.failure),
                })
            }
            Node::Array(items) => {
                let mut fitted = Vec::new();
                let mut failure = self.graph.null();
                for (position, value) in items.into_iter().enumerate() {
                    if self.graph.ty(value).is_optional() && !item.nullable {
                        return Err(None);
                    }
                    let value = self.optional(value, &item.data_type, &format!("{path}[{position}]"))?;
                    failure = self.graph.first_failure(failure, value.failure);
                    fitted.push(value.value);
                }
                let ty = self.graph.ty(value).clone();
                let value = self.graph.intern(Node::Array(fitted), ty);
                Ok(Fallible { value, failure })
            }
            Node::Each { how: Each::Map, array, element, position, body } => {
                self.elements(array, (element, position), body, item, path)
            }
            _ if found.is_optional() && !item.nullable => Err(None),
            _ if found.kind == Kind::Never => Ok(Fallible::total(self.graph, value)),
            _ if !self.graph.is_stored(value) || !items_fit(&found.kind, &item.data_type) => {
                let element = self.graph.element_of(value, (*found).clone());
                let position = self.graph.position();
                self.elements(value, (element, position), element, item, path)
            }
            _ if items_fit(&found.kind, &item.data_type) => Ok(Fallible::total(self.graph, value)),
            _ => Err(None),
        }
    }

    /// Fits what a body makes of each element; the first that does not fit is the failure.
    fn elements(&mut self, array: Id, over: (Id, Id), body: Id, item: &Item, path: &str) -> Fit {
        if self.graph.ty(body).is_optional() && !item.nullable {
            return Err(None);
        }
        let fitted = self.optional(body, &item.data_type, &format!("{path}[]"))?;
        let value = self.graph.each(Each::Map, array, over, fitted.value);
        let failure = self.graph.each(Each::First, array, over, fitted.failure);
        Ok(Fallible { value, failure })
    }

    fn object(&mut self, value: Id, fields: &[Field], path: &str) -> Fit {
        if !matches!(self.graph.ty(value).kind, Kind::Object(_)) {
            return Err(None);
        }
        let mut fitted = Vec::new();
        let mut failure = self.graph.null();
        for field in fields {
            let inner = self.graph.field(value, &field.name);
            let path = format!("{path}.{}", field.name);
            let inner = fit(self.graph, inner, field, &path, self.asserted).map_err(Some)?;
            failure = self.graph.first_failure(failure, inner.failure);
            fitted.push((field.name.clone(), inner.value));
        }
        Ok(Fallible { value: self.graph.object(fitted), failure })
    }
}

/// What a number is not that a type cannot hold.
fn outside(of: Precise) -> String {
    match of.whole_numbers() {
        Some((least, greatest)) => format!("a whole number from {least} to {greatest}"),
        None => format!("within the range of {of}"),
    }
}

/// Whether all elements of one kind can be stored as another without a check.
fn items_fit(found: &Kind, wanted: &DataType) -> bool {
    match (found, wanted) {
        (Kind::Never, _) => true,
        (Kind::Words(found), DataType::StringEnum(wanted)) => found.is_subset(wanted),
        (Kind::Integers(found), DataType::IntegerEnum(wanted)) => {
            found.iter().all(|value| wanted.values().any(|other| other == value))
        }
        (found, DataType::String) => found.is_text(),
        (found, DataType::Number) => found.is_number(),
        (found, wanted) => *found == Kind::of(wanted),
    }
}
