//! Rows full of edge values, and their forms for the database, for Node and for comparison.

use antler_core::{
    schema::{DataType, Field, Model, Precise, Spelled},
    sql::{Expr, column_type, item_type},
};
use serde_json::{Value as Json, json};

/// A value of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Nothing,
    Text(String),
    Number(f64),
    Boolean(bool),
    BigInt(i64),
    Unsigned(u64),
    Date(i64),
    /// The name of an integer enum's member, and its number.
    Member(String, i16),
    List(Vec<Value>),
    Object(Vec<Value>),
}

const NUMBERS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    2.0,
    3.0,
    5.0,
    7.0,
    0.1,
    -0.1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -1.5,
    -2.5,
    0.49999999999999994,
    -0.49999999999999994,
    4503599627370495.5,
    4503599627370497.5,
    10.0,
    59.0,
    60.0,
    99.0,
    100.0,
    517.0,
    1440.0,
    2359.0,
    2400.0,
    1e3,
    123456.789,
    -987.654,
    1.005,
    0.000001,
    1e-7,
    9.5e-7,
    1e20,
    123456789012345680000.0,
    1e21,
    -1e21,
    1e22,
    9007199254740991.0,
    9007199254740992.0,
    9007199254740993.0,
    -9007199254740991.0,
    9223372036854775807.0,
    -9223372036854775808.0,
    1e17,
    1e300,
    5e-324,
    -5e-324,
    2.2250738585072014e-308,
    f64::MAX,
    f64::MIN,
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    1357034400000.0,
    -2208988800000.0,
    -2208988800001.0,
    10413791999999.0,
    10413792000000.0,
    8.64e15,
    8.64e15 + 2.0,
    0.3,
    0.1 + 0.2,
    4.35,
    255.0,
    65535.0,
    3.7,
    -3.7,
];

const TEXTS: &[&str] = &[
    "",
    " ",
    "NA",
    "517",
    "0",
    "-0",
    "+5",
    "2400",
    "007",
    " 12 ",
    "1e3",
    "1E-7",
    "0x10",
    "0X1f",
    "0b101",
    "0o17",
    "0x",
    "-0x10",
    "0x1fffffffffffff8",
    "0x20000000000001",
    "0x20000000000003",
    "0xFFFFFFFFFFFFFFFFFFFFFFFFF",
    "0x8000000000000401",
    "0b1",
    ".5",
    "5.",
    ".",
    "1.5.2",
    "-",
    "+",
    "e5",
    "1e",
    "1e400",
    "-1e400",
    "1e-400",
    "12px",
    "3.7abc",
    "-12.5e2x",
    "Infinity",
    "-Infinity",
    "+Infinity",
    "infinity",
    "inf",
    "nan",
    "NaN",
    "null",
    "true",
    "1_000",
    "1,000",
    "１２",
    "9007199254740993",
    "123456789012345678901234567890",
    "0.1",
    "8.41",
    "4.35",
    "1.7976931348623157e308",
    "1.7976931348623159e308",
    "5e-324",
    "2e-324",
    "0.000000000000000000000000000000000000001",
    "00.10",
    "-00012.50",
    "1e0005",
    "\u{a0}7\u{a0}",
    "\u{feff}8",
    "9\u{2028}",
    "\t\n10\r\u{b}",
    "é",
    "ß",
    "İ",
    "ŉ",
    "ΑΣ",
    "ΑΣΑ",
    "ﬁ",
    "ǰ",
    "😀a",
    "a😀",
    "😀",
    "a😀b😀c",
    "\u{1f1e6}\u{1f1e7}",
    "\u{fffd}",
    "\u{e000}",
    "\u{ffff}",
    "a\u{feff}",
    "\u{feff}",
    "e\u{301}",
    "abc",
    "ABC",
    "Hello World",
    "hello, world",
    "a,b,c",
    ",",
    "a,,b",
    "a-b-c",
    "--",
    "aXbXc",
    "$&",
    "a$1",
    "back\\slash",
    "quote'",
    "new\nline",
    "nul\u{0}l",
    "2013-01-01T10:00:00Z",
    "2013-01-01T10:00:00.123Z",
    "2013-01-01T10:00:00",
    "2013-01-01T10:00",
    "2013-01-01",
    "2013-01",
    "2013",
    "2013-01-01 10:00:00",
    "2013-01-01T10:00:00+02:00",
    "2013-01-01T10:00:00.123456Z",
    "2013-02-30T00:00:00Z",
    "2013-02-29",
    "2012-02-29",
    "2013-13-01",
    "2013-01-01T24:00:00Z",
    "2013-01-01T25:00:00Z",
    "1899-12-31T23:59:59Z",
    "1900-01-01T00:00:00Z",
    "2299-12-31T23:59:59.999Z",
    "2300-01-01",
    "1900-01-01T00:00:00+01:00",
    "2299-12-31T23:59:59-01:00",
    "2013-01-01T10:00:00z",
    "Jan 1 2013",
    "01/02/2013",
    "20130101",
    "2013-1-1",
    "+002013-01-01T00:00:00Z",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00Z",
    "UA1545",
    "N14228",
    "active",
    "inactive",
    "pending",
    "early",
    "late",
    "on_time",
    "the quick brown fox jumps over the lazy dog, twice over and then some more to make it long",
];

const BIG_INTS: &[i64] = &[
    0,
    1,
    -1,
    2,
    42,
    1_000_000,
    9_007_199_254_740_993,
    -9_007_199_254_740_993,
    i64::MAX,
    i64::MIN,
    i64::MAX - 1,
    3_037_000_500,
    -3_037_000_500,
];

const DATES: &[i64] = &[
    0,
    1,
    -1,
    1_357_034_400_000,
    1_357_034_400_123,
    -2_208_988_800_000,
    10_413_791_999_999,
    951_782_400_000,
    -86_400_000,
    4_107_542_399_999,
];

/// The edge values of a type.
fn edges(data_type: &DataType) -> Vec<Value> {
    match data_type {
        DataType::String => TEXTS.iter().map(|text| Value::Text((*text).to_owned())).collect(),
        DataType::Number => NUMBERS.iter().map(|number| Value::Number(*number)).collect(),
        DataType::Boolean => vec![Value::Boolean(true), Value::Boolean(false)],
        DataType::BigInt => BIG_INTS.iter().map(|number| Value::BigInt(*number)).collect(),
        DataType::Date => DATES.iter().map(|date| Value::Date(*date)).collect(),
        DataType::StringEnum(words) => words.iter().map(|word| Value::Text(word.clone())).collect(),
        DataType::IntegerEnum(members) => {
            members.iter().map(|(name, value)| Value::Member(name.clone(), *value)).collect()
        }
        DataType::Array(_) | DataType::Object(_) => Vec::new(),
        DataType::Precise(Precise::Text(of)) => {
            let texts: &[&str] = match of {
                Spelled::Uuid => {
                    &["61f0c404-5cb3-11e7-907b-a6006ad3dba0", "00000000-0000-0000-0000-000000000000"]
                }
                Spelled::CalendarDate => {
                    &["1900-01-01", "1970-01-01", "1969-12-31", "2024-02-29", "2299-12-31"]
                }
                Spelled::Decimal { .. } => &["0", "1", "-1", "0.5", "-0.01", "12.34", "999.9", "123456.789"],
                Spelled::LowCardinality => TEXTS,
            };
            texts
                .iter()
                .filter_map(|text| of.canonical(text))
                .map(|text| Value::Text(text.into_owned()))
                .collect()
        }
        DataType::Precise(Precise::UInt64) => {
            [0, 1, 1 << 53, (1 << 53) + 1, 1 << 63, u64::MAX - 1, u64::MAX].map(Value::Unsigned).to_vec()
        }
        DataType::Precise(of) => match of.whole_numbers() {
            Some((least, greatest)) => {
                [0, least, greatest, 1, 42, least / 2, greatest / 3].map(|n| Value::Number(n as f64)).to_vec()
            }
            None => [0.0, -0.0, 0.1, 1.5, -2.5, 1e10, f32::MAX, f32::MIN, 1e-45, f32::NAN, f32::INFINITY]
                .map(|n: f32| Value::Number(n.into()))
                .to_vec(),
        },
    }
}

/// A stream of numbers that only looks random (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % limit as u64).unwrap()
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
                edges.swap_remove(index)
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

/// Rows of a model. Together they have every edge value of every field, mostly with usual values
/// beside it, and then random combinations.
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
            (Self::Nothing, _) => Expr::null(),
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
            (value, data_type) => panic!("{value:?} is not of the type {data_type}"),
        }
    }

    /// The value as `oracle.mjs` reads it.
    pub fn json(&self) -> Json {
        match self {
            Self::Nothing => Json::Null,
            Self::Text(text) => json!(text),
            Self::Number(number) => json!(number.to_bits().to_string()),
            Self::Boolean(value) => json!(value),
            Self::BigInt(number) => json!(number.to_string()),
            Self::Unsigned(number) => json!(number.to_string()),
            Self::Date(ms) => json!(ms),
            Self::Member(_, number) => json!(number),
            Self::List(items) | Self::Object(items) => items.iter().map(Self::json).collect(),
        }
    }
}

/// SQL for the canonical text of a column, as `oracle.mjs` writes it.
pub fn canonical(column: &str, field: &Field) -> String {
    let optional = !field.absence.is_never();
    match &field.data_type {
        DataType::Array(item) if optional => {
            let array =
                format!("variantElement({column}, 'Array({})')", item_type(item).replace('\'', "\\'"));
            format!("if(isNull({column}), 'null', {})", plain(&array, &field.data_type))
        }
        DataType::Object(_) if optional => {
            format!(
                "if(isNull({column}), 'null', {})",
                plain(&format!("assumeNotNull({column})"), &field.data_type)
            )
        }
        data_type if optional => format!("ifNull({}, 'null')", plain(column, data_type)),
        data_type => plain(column, data_type),
    }
}

fn plain(value: &str, data_type: &DataType) -> String {
    match data_type {
        DataType::String => format!("hex({value})"),
        DataType::Number => {
            format!("if(isNaN({value}), 'nan', toString(reinterpretAsUInt64({value})))")
        }
        DataType::Precise(Precise::Text(Spelled::Decimal { scale, .. })) => {
            format!("hex(toDecimalString({value}, {scale}))")
        }
        DataType::Precise(Precise::Text(_)) => format!("hex(toString({value}))"),
        DataType::Precise(Precise::Float32) => {
            format!("if(isNaN({value}), 'nan', toString(reinterpretAsUInt32({value})))")
        }
        DataType::Boolean | DataType::BigInt | DataType::Precise(_) => format!("toString({value})"),
        DataType::Date => format!("toString(toUnixTimestamp64Milli({value}))"),
        DataType::StringEnum(_) => format!("hex(toString({value}))"),
        DataType::IntegerEnum(_) => format!("toString(toInt16({value}))"),
        DataType::Array(item) => {
            let inner = plain("item", &item.data_type);
            let inner = if item.nullable { format!("ifNull({inner}, 'null')") } else { inner };
            format!("concat('[', arrayStringConcat(arrayMap(item -> {inner}, {value}), ','), ']')")
        }
        DataType::Object(fields) => {
            let parts: Vec<_> = fields
                .iter()
                .map(|field| canonical(&format!("tupleElement({value}, '{}')", field.name), field))
                .collect();
            format!("concat('{{', {}, '}}')", parts.join(", ',', "))
        }
    }
}
