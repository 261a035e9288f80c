//! Rows full of edge values: what a migration is tried on before real rows go through it.
//!
//! Rows are made from a model alone, so the same model has the same rows everywhere. Together they have
//! every edge value of every field, first beside each other and then in random combinations. They are
//! values as storage holds them, not as endpoints accept them: NaN and infinities may come from
//! another migration.

mod lists;

use crate::{
    schema::{DataType, Field, Model, Precise, Spelled},
    sql::{Expr, column_type, item_type},
};

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null` or `undefined`: both are stored as NULL.
    Nothing,
    /// A text, or a word of an enum.
    Text(String),
    /// A double.
    Number(f64),
    /// A truth value.
    Boolean(bool),
    /// A 64-bit integer.
    BigInt(i64),
    /// One without a sign.
    Unsigned(u64),
    /// Milliseconds since 1970.
    Date(i64),
    /// The name of an integer enum's member, and its number.
    Member(String, i16),
    /// An array.
    List(Vec<Value>),
    /// The fields of a nested object, in their order.
    Object(Vec<Value>),
}

/// A stream of numbers that only looks random (SplitMix64).
#[derive(Debug)]
pub struct Chance(pub u64);

impl Chance {
    /// A number below the limit; 0 for a limit of 0.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let below = (z ^ (z >> 31)).checked_rem(limit as u64).unwrap_or_default();
        usize::try_from(below).unwrap_or_default()
    }

    fn value(&mut self, data_type: &DataType, position: usize) -> Value {
        match data_type {
            DataType::Array(item) => {
                let length = self.below(4);
                let items = (0..length).map(|_| match item.nullable && self.below(4) == 0 {
                    true => Value::Nothing,
                    false => self.value(&item.data_type, usize::MAX),
                });
                Value::List(items.collect())
            }
            DataType::Object(fields) => {
                Value::Object(fields.iter().map(|field| self.field(field, position)).collect())
            }
            _ => {
                let mut edges = edges(data_type);
                let index = if position < edges.len() { position } else { self.below(edges.len()) };
                // Only an enum without values has no edges, and no model has one.
                if edges.is_empty() { Value::Nothing } else { edges.swap_remove(index) }
            }
        }
    }

    fn field(&mut self, field: &Field, position: usize) -> Value {
        if !field.absence.is_never() && self.below(5) == 0 {
            return Value::Nothing;
        }
        self.value(&field.data_type, position)
    }
}

/// Rows of a model: so many that each edge value is in one of them, and `count` random ones.
pub fn rows(model: &Model, count: usize, seed: u64) -> Vec<Vec<Value>> {
    let mut chance = Chance(seed);
    let most = model.fields.iter().map(|field| edges(&field.data_type).len()).max().unwrap_or(1).max(10);
    (0..most + count)
        .map(|row| {
            let row_of = |field: usize| if row < most { (row + 17 * field) % most } else { usize::MAX };
            model.fields.iter().enumerate().map(|(i, field)| chance.field(field, row_of(i))).collect()
        })
        .collect()
}

/// The edge values of a type. Arrays and objects have those of what is in them.
fn edges(data_type: &DataType) -> Vec<Value> {
    match data_type {
        DataType::String => lists::TEXTS.iter().map(|text| Value::Text((*text).to_owned())).collect(),
        DataType::Number => lists::NUMBERS.iter().map(|number| Value::Number(*number)).collect(),
        DataType::Boolean => vec![Value::Boolean(true), Value::Boolean(false)],
        DataType::BigInt => lists::BIG_INTS.iter().map(|number| Value::BigInt(*number)).collect(),
        DataType::Date => lists::DATES.iter().map(|date| Value::Date(*date)).collect(),
        DataType::StringEnum(words) => words.iter().map(|word| Value::Text(word.clone())).collect(),
        DataType::IntegerEnum(members) => {
            members.iter().map(|(name, value)| Value::Member(name.clone(), *value)).collect()
        }
        DataType::Array(_) | DataType::Object(_) => Vec::new(),
        DataType::Precise(of) => edges_of_precise(*of),
    }
}

fn edges_of_precise(of: Precise) -> Vec<Value> {
    if let Precise::Text(of) = of {
        let texts: &[&str] = match of {
            Spelled::Uuid => {
                &["61f0c404-5cb3-11e7-907b-a6006ad3dba0", "00000000-0000-0000-0000-000000000000"]
            }
            Spelled::CalendarDate => &["1900-01-01", "1970-01-01", "1969-12-31", "2024-02-29", "2299-12-31"],
            Spelled::Decimal { .. } => &["0", "1", "-1", "0.5", "-0.01", "12.34", "999.9", "123456.789"],
            Spelled::LowCardinality => lists::TEXTS,
        };
        let values = texts.iter().filter_map(|text| of.canonical(text));
        return values.map(|text| Value::Text(text.into_owned())).collect();
    }
    match of.whole_numbers() {
        Some(_) if !of.is_double() => {
            [0, 1, 1 << 53, (1 << 53) + 1, 1 << 63, u64::MAX - 1, u64::MAX].map(Value::Unsigned).to_vec()
        }
        Some((least, greatest)) => {
            [0, least, greatest, 1, 42, least / 2, greatest / 3].map(|n| Value::Number(n as f64)).to_vec()
        }
        None => [0.0, -0.0, 0.1, 1.5, -2.5, 1e10, f32::MAX, f32::MIN, 1e-45, f32::NAN, f32::INFINITY]
            .map(|n: f32| Value::Number(n.into()))
            .to_vec(),
    }
}

impl Value {
    /// The value as an SQL expression of its column's type.
    pub fn sql(&self, field: &Field) -> Expr {
        let mut plain = self.plain(&field.data_type);
        // An empty array has no type of its own that a variant could take.
        if let (Self::List(_), DataType::Array(item)) = (self, &field.data_type) {
            plain = Expr::cast(plain, format!("Array({})", item_type(item)));
        }
        Expr::cast(plain, column_type(field))
    }

    fn plain(&self, data_type: &DataType) -> Expr {
        match (self, data_type) {
            (Self::Text(text), _) => Expr::string(text.clone()),
            (Self::Number(number), _) => Expr::float(*number),
            (Self::Boolean(value), _) => Expr::bool(*value),
            (Self::BigInt(number), _) => Expr::int(*number),
            (Self::Unsigned(number), _) => Expr::call("toUInt64", [Expr::string(number.to_string())]),
            (Self::Date(ms), _) => {
                Expr::call("fromUnixTimestamp64Milli", [Expr::int(*ms), Expr::string("UTC")])
            }
            (Self::Member(name, _), _) => Expr::string(name.clone()),
            (Self::List(items), DataType::Array(item)) => {
                let items =
                    items.iter().map(|value| Expr::cast(value.plain(&item.data_type), item_type(item)));
                Expr::call("array", items)
            }
            (Self::Object(values), DataType::Object(fields)) => {
                Expr::call("tuple", values.iter().zip(fields).map(|(value, field)| value.sql(field)))
            }
            (Self::Nothing | Self::List(_) | Self::Object(_), _) => Expr::null(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_has_the_same_rows_everywhere_and_each_edge_value_is_in_one() {
        let model: Model = serde_json::from_str(
            r#"{"name": "M", "fields": [
                {"name": "id", "type": "string", "key": true},
                {"name": "n", "type": "number"},
                {"name": "tags", "absence": "null", "type": {"array": {"type": "string", "nullable": true}}}
            ]}"#,
        )
        .unwrap();
        let made = rows(&model, 20, 1);
        assert_eq!(format!("{made:?}"), format!("{:?}", rows(&model, 20, 1)));
        for (column, field) in model.fields.iter().enumerate().take(2) {
            for edge in edges(&field.data_type) {
                // By their texts: NaN is not equal to itself.
                let edge = format!("{edge:?}");
                assert!(made.iter().any(|row| format!("{:?}", row[column]) == edge), "{edge}");
            }
        }
        assert!(
            made.iter().any(|row| row[2] == Value::Nothing)
                && made.iter().any(|row| row[2] == Value::List(Vec::new()))
        );
    }
}
