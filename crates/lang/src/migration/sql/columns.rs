//! Values as columns hold them: each exactly of its column's type.

use std::collections::{BTreeMap, BTreeSet};

use antler_core::{
    schema::{DataType, Field, Item, Precise, Spelled},
    sql::{Expr, Literal, item_type},
};

use super::{Printer, arrays::held, choice, count_of};
use crate::migration::{
    ir::{Each, Id, Node},
    types::Kind,
};

impl Printer<'_> {
    /// A value as the column of a field holds it.
    pub(super) fn column(&mut self, id: Id, field: &Field) -> Expr {
        self.column_of(id, &field.data_type, !field.absence.is_never())
    }

    fn column_of(&mut self, id: Id, data_type: &DataType, nullable: bool) -> Expr {
        let id = self.same_nothing(id);
        let wanted = type_name(data_type, nullable);
        if let Some((stored, may_be_null)) = self.stored_type(id)
            && self.graph.is_stored(id)
        {
            let found = type_name(&stored, may_be_null);
            if found == wanted {
                return self.stored(id);
            }
        }
        let is_optional = self.graph.ty(id).is_optional();
        match self.graph.node(id).clone() {
            Node::Nothing(_) => cast(Expr::Literal(Literal::Null), wanted),
            Node::Unreachable if nullable => cast(Expr::Literal(Literal::Null), wanted),
            Node::Unreachable => cast(default(data_type), wanted),
            Node::If(..) if let Some(words) = self.constant_words(id, data_type) => cast(words, wanted),
            // Each branch is of the column's type, so the whole is.
            Node::If(condition, a, b) if self.is_converted(data_type) => {
                let condition = self.value(condition);
                let (a, b) = (self.column_of(a, data_type, nullable), self.column_of(b, data_type, nullable));
                choice(condition, a, b)
            }
            node => {
                let printed = match (data_type, &node) {
                    (DataType::String | DataType::Number | DataType::BigInt, _) => self.value(id),
                    (DataType::Boolean, Node::Boolean(_)) => self.value(id),
                    (DataType::Boolean, _) => return cast(self.value(id), wanted),
                    (DataType::Date, _) => self.instant(id),
                    (DataType::Precise(of), Node::Number(number)) if of.whole_numbers().is_some() => {
                        return cast(count_of(number.value() as i64), wanted);
                    }
                    (DataType::Precise(_), Node::BigInt(number)) => return cast(count_of(*number), wanted),
                    (DataType::Precise(of @ Precise::Text(Spelled::LowCardinality)), _) => {
                        return cast(held(self.value(id), *of, is_optional), wanted);
                    }
                    (DataType::Precise(of), _) => match self.graph.ty(id).kind {
                        // Of a type whose values this type has.
                        Kind::Precise(found) if of.holds(found) && self.graph.is_stored(id) => {
                            return cast(self.stored(id), wanted);
                        }
                        _ => held(self.value(id), *of, is_optional),
                    },
                    (DataType::StringEnum(words), _) => return cast(self.word(id, words), wanted),
                    (DataType::IntegerEnum(values), _) => return cast(self.enum_number(id, values), wanted),
                    (DataType::Array(item), Node::Array(items)) => {
                        let items: Vec<_> = items
                            .iter()
                            .map(|value| self.column_of(*value, &item.data_type, item.nullable))
                            .collect();
                        return self.array(Expr::call("array", items), data_type, nullable);
                    }
                    (
                        DataType::Array(item),
                        Node::Each { how: Each::Map, array, element, position, body },
                    ) => {
                        let (data_type_of_item, may_be_absent) = (&item.data_type, item.nullable);
                        let over = (*element, Some(*position));
                        let array = self.run("arrayMap", *array, over, |this| {
                            this.column_of(*body, data_type_of_item, may_be_absent)
                        });
                        return self.array(array, data_type, nullable);
                    }
                    (DataType::Array(item), _) => {
                        let array = self.value(id);
                        let Kind::Array(found) = self.graph.ty(id).kind.clone() else { return array };
                        let array = self.store_elements(array, &found, item);
                        return self.array(array, data_type, nullable);
                    }
                    (DataType::Object(fields), Node::Object(values)) => {
                        let mut items = Vec::new();
                        for field in fields {
                            let value = values.iter().find(|(name, _)| *name == field.name);
                            items.push(match value {
                                Some((_, value)) => self.column(*value, field),
                                None => Expr::Literal(Literal::Null),
                            });
                        }
                        return cast(Expr::call("tuple", items), wanted);
                    }
                    (DataType::Object(_), _) if self.graph.is_stored(id) => {
                        let plain = type_name(&without_enums(data_type), nullable || is_optional);
                        let object = self.stored(id);
                        return cast(if plain == wanted { object } else { cast(object, plain) }, wanted);
                    }
                    (DataType::Object(_), _) => {
                        let found = self.graph.ty(id).clone();
                        let printed = self.repeated(id);
                        return cast(self.store(printed, &found, data_type), wanted);
                    }
                };
                if nullable && !is_optional { cast(printed, wanted) } else { printed }
            }
        }
    }

    /// An array as its column holds it: one that may be absent is an array first, and then a variant.
    fn array(&self, array: Expr, data_type: &DataType, nullable: bool) -> Expr {
        let array = cast(array, type_name(data_type, false));
        if nullable { cast(array, type_name(data_type, true)) } else { array }
    }

    /// A choice between constant words of an enum.
    fn constant_words(&mut self, id: Id, data_type: &DataType) -> Option<Expr> {
        match (self.graph.node(id).clone(), data_type) {
            (Node::If(condition, a, b), _) => {
                let a = self.constant_words(a, data_type)?;
                let b = self.constant_words(b, data_type)?;
                let condition = self.value(condition);
                Some(choice(condition, a, b))
            }
            (Node::Nothing(_), DataType::StringEnum(_) | DataType::IntegerEnum(_)) => {
                Some(Expr::Literal(Literal::Null))
            }
            (Node::Text(word), DataType::StringEnum(_)) => Some(Expr::string(word)),
            (Node::Number(number), DataType::IntegerEnum(values)) => {
                let name = values.iter().find(|(_, value)| f64::from(**value) == number.value())?.0;
                Some(Expr::string(name.clone()))
            }
            _ => None,
        }
    }

    /// Whether values of this type look different in a column than while they are computed with.
    fn is_converted(&self, data_type: &DataType) -> bool {
        match data_type {
            DataType::String | DataType::Number | DataType::BigInt | DataType::Boolean => false,
            // A choice between two is a plain text.
            DataType::Precise(Precise::Text(Spelled::LowCardinality)) => false,
            DataType::Date
            | DataType::StringEnum(_)
            | DataType::IntegerEnum(_)
            | DataType::Array(_)
            | DataType::Object(_)
            | DataType::Precise(_) => true,
        }
    }

    /// A text that the enum has, on every row.
    fn word(&mut self, id: Id, words: &BTreeSet<String>) -> Expr {
        if matches!(self.graph.node(id), Node::Text(_)) {
            return self.value(id);
        }
        let text = self.repeated(id);
        let otherwise = match words.first() {
            Some(first) if !self.graph.ty(id).is_optional() => Expr::string(first.clone()),
            _ => Expr::Literal(Literal::Null),
        };
        let is_stored_word = matches!(&self.graph.ty(id).kind, Kind::Words(found) if found.is_subset(words))
            && self.graph.is_stored(id);
        if is_stored_word {
            return text;
        }
        let is_word =
            Expr::call("in", [text.clone(), tuple_of(words.iter().map(|word| Expr::string(word.clone())))]);
        Expr::call("if", [is_word, text, otherwise])
    }

    /// The name of a number that the enum has, on every row.
    fn enum_number(&mut self, id: Id, values: &BTreeMap<String, i16>) -> Expr {
        let name_of = |number: f64| {
            values
                .iter()
                .find(|(_, value)| f64::from(**value) == number)
                .map(|(name, _)| Expr::string(name.clone()))
        };
        if let Some(name) = self.graph.as_number(id).and_then(name_of) {
            return name;
        }
        let number = self.repeated(id);
        let numbers = values.values().map(|value| Expr::float(f64::from(*value)));
        let otherwise = match values.values().next() {
            Some(first) if !self.graph.ty(id).is_optional() => Expr::float(f64::from(*first)),
            _ => Expr::Literal(Literal::Null),
        };
        let is_value = Expr::call("in", [number.clone(), tuple_of(numbers)]);
        Expr::call("toInt16", [Expr::call("if", [is_value, number, otherwise])])
    }
}

/// The type of a column of a data type.
fn type_name(data_type: &DataType, nullable: bool) -> String {
    item_type(&Item { data_type: data_type.clone(), nullable })
}

/// A type whose enums are texts and integers. An enum inside of an object becomes another one only
/// through those: the database refuses to renumber it.
/// See <https://clickhouse.com/docs/sql-reference/data-types/enum>.
fn without_enums(data_type: &DataType) -> DataType {
    match data_type {
        DataType::StringEnum(_) => DataType::String,
        DataType::IntegerEnum(_) => DataType::BigInt,
        DataType::Array(item) => {
            let item = Item { data_type: without_enums(&item.data_type), nullable: item.nullable };
            DataType::Array(Box::new(item))
        }
        DataType::Object(fields) => {
            let plain = |field: &Field| Field { data_type: without_enums(&field.data_type), ..field.clone() };
            DataType::Object(fields.iter().map(plain).collect())
        }
        DataType::String
        | DataType::Number
        | DataType::Boolean
        | DataType::BigInt
        | DataType::Date
        | DataType::Precise(_) => data_type.clone(),
    }
}

/// Some value of a type, for rows that never get there.
fn default(data_type: &DataType) -> Expr {
    match data_type {
        DataType::String => Expr::string(""),
        DataType::Number => Expr::float(0.0),
        DataType::Boolean => Expr::bool(false),
        DataType::Precise(Precise::Text(Spelled::LowCardinality)) => Expr::string(""),
        DataType::Precise(Precise::Text(Spelled::CalendarDate)) => Expr::string("1970-01-01"),
        DataType::Precise(Precise::Text(Spelled::Uuid)) => {
            Expr::string("00000000-0000-0000-0000-000000000000")
        }
        DataType::BigInt | DataType::Precise(_) => Expr::int(0),
        DataType::Date => Expr::call("fromUnixTimestamp64Milli", [Expr::int(0), Expr::string("UTC")]),
        DataType::StringEnum(words) => Expr::string(words.first().cloned().unwrap_or_default()),
        DataType::IntegerEnum(values) => Expr::string(values.keys().next().cloned().unwrap_or_default()),
        DataType::Array(_) => Expr::call("array", []),
        DataType::Object(fields) => Expr::call(
            "tuple",
            fields.iter().map(|field| match field.absence.is_never() {
                true => default(&field.data_type),
                false => Expr::Literal(Literal::Null),
            }),
        ),
    }
}

fn tuple_of(items: impl Iterator<Item = Expr>) -> Expr {
    Expr::call("tuple", items)
}

fn cast(value: Expr, data_type: String) -> Expr {
    Expr::Cast { value: Box::new(value), data_type }
}
