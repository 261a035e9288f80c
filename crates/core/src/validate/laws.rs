//! What holds for any model and any text, checked against a naive second opinion.

use std::collections::BTreeMap;

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{BodyFormat, UnknownFields, Validator, date};
use crate::schema::{Absence, DataType, Field, Item, Model, Precise, Spelled};

/// What the canonical form should hold, or `None` for a value that is not of the type. Written
/// over whole JSON values, without a thought for speed.
fn opinion(data_type: &DataType, value: &Value) -> Option<Value> {
    match (data_type, value) {
        (DataType::String, Value::String(_)) | (DataType::Boolean, Value::Bool(_)) => Some(value.clone()),
        (DataType::Number, Value::Number(number)) => number.as_f64().map(double),
        (DataType::BigInt, Value::Number(number)) => {
            whole(&number.to_string()).and_then(|value| i64::try_from(value).ok()).map(Value::from)
        }
        (DataType::BigInt, Value::String(text)) if !text.contains('+') => {
            text.parse::<i64>().ok().map(Value::from)
        }
        (DataType::Date, Value::String(text)) => date::from_text(text).map(instant),
        (DataType::Date, Value::Number(number)) => date::from_number(&number.to_string()).map(instant),
        (DataType::StringEnum(values), Value::String(text)) => values.contains(text).then(|| value.clone()),
        (DataType::IntegerEnum(values), Value::Number(number)) => {
            let same = |allowed: &&i16| number.as_f64() == Some(f64::from(**allowed));
            values.values().find(same).map(|number| Value::from(*number))
        }
        (DataType::Precise(Precise::UInt64), Value::String(text)) if !text.contains('+') => {
            text.parse::<u64>().ok().map(Value::from)
        }
        (DataType::Precise(Precise::Text(of)), Value::String(text)) => {
            of.canonical(text).map(|text| Value::from(text.into_owned()))
        }
        (DataType::Precise(Precise::Text(of)), Value::Number(number)) => {
            of.canonical_number(&number.to_string()).map(Value::from)
        }
        (DataType::Precise(of), Value::Number(number)) => match of.whole_numbers() {
            Some((least, greatest)) => {
                let value = whole(&number.to_string()).filter(|n| (least..=greatest).contains(n))?;
                serde_json::from_str(&value.to_string()).ok()
            }
            None => number.to_string().parse().ok().filter(|single: &f32| single.is_finite()).map(single),
        },
        (DataType::Array(item), Value::Array(elements)) => {
            let one = |element: &Value| match element {
                Value::Null if item.nullable => Some(Value::Null),
                element => opinion(&item.data_type, element),
            };
            elements.iter().map(one).collect::<Option<Vec<_>>>().map(Value::from)
        }
        (DataType::Object(fields), Value::Object(members)) => {
            let mut kept = Map::new();
            for field in fields {
                match members.get(field.name.as_str()).unwrap_or(&Value::Null) {
                    Value::Null if field.absence == Absence::Never => return None,
                    Value::Null => {}
                    value => drop(kept.insert(field.name.to_string(), opinion(&field.data_type, value)?)),
                }
            }
            Some(Value::Object(kept))
        }
        _ => None,
    }
}

/// An integer, or the text of a double that is one.
fn whole(text: &str) -> Option<i128> {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let shift = exponent.parse::<usize>().ok().filter(|shift| *shift < 20)?;
    let after = format!("{:0<20}", after);
    let (inside, outside) = after.split_at(shift);
    outside.bytes().all(|digit| digit == b'0').then(|| format!("{before}{inside}").parse().ok()).flatten()
}

fn double(value: f64) -> Value {
    let whole =
        value.fract() == 0.0 && value.abs() < 2_f64.powi(53) && !(value == 0.0 && value.is_sign_negative());
    if whole { Value::from(value as i64) } else { Value::from(value) }
}

fn single(value: f32) -> Value {
    let whole =
        value.fract() == 0.0 && value.abs() < 2_f32.powi(24) && !(value == 0.0 && value.is_sign_negative());
    let text = if whole { format!("{value:.0}") } else { format!("{value:?}") };
    serde_json::from_str(&text).unwrap()
}

fn instant(time: jiff::civil::DateTime) -> Value {
    Value::from(time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string())
}

pub(crate) fn any_model() -> impl Strategy<Value = Model> {
    any_fields(any_type()).prop_map(|fields| Model {
        name: "M".parse().unwrap(),
        fields,
        order_by: Vec::new(),
    })
}

fn any_type() -> impl Strategy<Value = DataType> {
    let strings = vec(select(vec!["", "a", "A", "\"\n", "ü"]), 1..4)
        .prop_map(|values| DataType::StringEnum(values.into_iter().map(str::to_owned).collect()));
    let integers = vec(any::<i16>(), 1..4).prop_map(|values| {
        DataType::IntegerEnum(values.into_iter().map(|value| (format!("v{value}"), value)).collect())
    });
    let plain =
        select(vec![DataType::String, DataType::Number, DataType::Boolean, DataType::BigInt, DataType::Date]);
    let precise = prop_oneof![select(Precise::NUMBERS.to_vec()), any_spelled().prop_map(Precise::Text)]
        .prop_map(DataType::Precise);
    prop_oneof![3 => plain, 1 => strings, 1 => integers, 2 => precise].prop_recursive(3, 12, 4, |inner| {
        let list = (inner.clone(), any::<bool>())
            .prop_map(|(data_type, nullable)| DataType::Array(Box::new(Item { data_type, nullable })));
        prop_oneof![list, any_fields(inner).prop_map(DataType::Object)]
    })
}

fn any_spelled() -> impl Strategy<Value = Spelled> {
    let decimal = (1..30_u8).prop_flat_map(|precision| {
        (0..=precision).prop_map(move |scale| Spelled::Decimal { precision, scale })
    });
    prop_oneof![select(vec![Spelled::Uuid, Spelled::CalendarDate, Spelled::LowCardinality]), decimal,]
}

fn any_fields(data_type: impl Strategy<Value = DataType>) -> impl Strategy<Value = Vec<Field>> {
    let absence = select(vec![Absence::Never, Absence::Undefined, Absence::Null, Absence::Either]);
    let one = (any_name(), data_type, absence);
    // The names of a map are different; the order of the fields comes from elsewhere.
    let named = vec(one, 1..6).prop_map(|fields| {
        fields
            .into_iter()
            .map(|(name, data_type, absence)| (name, (data_type, absence)))
            .collect::<BTreeMap<_, _>>()
    });
    named
        .prop_map(|fields| {
            let field = |(name, (data_type, absence)): (String, _)| Field {
                name: name.parse().unwrap(),
                data_type,
                absence,
                key: false,
            };
            fields.into_iter().map(field).collect::<Vec<_>>()
        })
        .prop_shuffle()
}

fn any_name() -> impl Strategy<Value = String> {
    select(vec!["a", "b", "c", "from", "x.y", "é", "a\"b\\", "~/"]).prop_map(str::to_owned)
}

pub(crate) fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        select(vec![
            "2026-01-31",
            "2026-02-30",
            "2026-01-31T12:00:00.5+01:00",
            "12",
            "-9223372036854775809",
            "a"
        ])
        .prop_map(str::to_owned),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i16>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(vec![1.0, -0.0, 1e300, 1e16, 0.1]).prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((any_name(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Mostly values of the type, sometimes any other.
fn value_of(data_type: &DataType) -> BoxedStrategy<Value> {
    let fitting = match data_type {
        DataType::String => any::<String>().prop_map(Value::from).boxed(),
        DataType::Number => {
            prop_oneof![any::<f64>().prop_map(Value::from), any::<i64>().prop_map(Value::from)].boxed()
        }
        DataType::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        DataType::BigInt => {
            prop_oneof![any::<i64>().prop_map(Value::from), any::<i64>().prop_map(|n| json!(n.to_string()))].boxed()
        }
        DataType::Date => prop_oneof![
            (-2_208_988_800_i64..10_413_792_000).prop_map(Value::from),
            "(19|20|22)[0-9]{2}-[01][0-9]-[0-3][0-9]([T ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-]0[0-9]:30)?)?"
                .prop_map(Value::from),
        ]
        .boxed(),
        DataType::StringEnum(values) => {
            select(values.iter().cloned().collect::<Vec<_>>()).prop_map(Value::from).boxed()
        }
        DataType::IntegerEnum(values) => {
            select(values.values().copied().collect::<Vec<_>>()).prop_map(Value::from).boxed()
        }
        DataType::Precise(Precise::Text(of)) => match *of {
            Spelled::Uuid => "[0-9a-fA-F]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}".prop_map(Value::from).boxed(),
            Spelled::CalendarDate => "(19|2[0-2])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
                .prop_map(Value::from)
                .boxed(),
            Spelled::LowCardinality => any::<String>().prop_map(Value::from).boxed(),
            Spelled::Decimal { precision, scale } => {
                let text = match (precision - scale, scale) {
                    (0, scale) => format!("-?0[.][0-9]{{1,{scale}}}"),
                    (whole, 0) => format!("-?[0-9]{{1,{whole}}}"),
                    (whole, scale) => format!("-?[0-9]{{1,{whole}}}([.][0-9]{{1,{scale}}})?"),
                };
                let text = proptest::string::string_regex(&text).unwrap();
                prop_oneof![text.prop_map(Value::from), any::<i16>().prop_map(Value::from), any::<f32>().prop_map(Value::from)]
                    .boxed()
            }
        },
        DataType::Precise(of) => match (*of, of.whole_numbers()) {
            (of, Some((least, greatest))) => prop_oneof![
                (least..=greatest).prop_map(|n| serde_json::from_str(&n.to_string()).unwrap()),
                select(vec![least, 0, greatest]).prop_map(|n| json!(n as f64)),
                (least..=greatest).prop_map(move |n| if of == Precise::UInt64 { json!(n.to_string()) } else { json!(n as f64) }),
            ]
            .boxed(),
            (_, None) => prop_oneof![
                any::<f32>().prop_map(|n| json!(f64::from(n))),
                any::<f64>().prop_map(Value::from),
                any::<i64>().prop_map(Value::from),
            ]
            .boxed(),
        },
        DataType::Array(item) => vec(value_of(&item.data_type), 0..4).prop_map(Value::from).boxed(),
        DataType::Object(fields) => record_of(fields),
    };
    prop_oneof![40 => fitting, 1 => any_value()].boxed()
}

/// Objects with the fields, sometimes without one of them, or with one more.
fn record_of(fields: &[Field]) -> BoxedStrategy<Value> {
    let mut members: BoxedStrategy<Map<String, Value>> =
        prop_oneof![3 => Just(Map::new()), 1 => any_value().prop_map(|value| Map::from_iter([("b".to_owned(), value)]))]
            .boxed();
    for field in fields {
        let name = field.name.to_string();
        let kept = if field.absence == Absence::Never { 60 } else { 2 };
        let value = prop_oneof![kept => value_of(&field.data_type).prop_map(Some), 1 => Just(None)];
        members = (members, value)
            .prop_map(move |(mut members, value)| {
                members.extend(value.map(|value| (name.clone(), value)));
                members
            })
            .boxed();
    }
    members.prop_map(Value::Object).boxed()
}

pub(crate) fn model_and_record() -> impl Strategy<Value = (Model, Value)> {
    any_model().prop_flat_map(|model| {
        let record = value_of(&DataType::Object(model.fields.clone()));
        (Just(model), record)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_record_is_accepted_if_and_only_if_it_conforms_and_nothing_is_changed_on_the_way(
        (model, record) in model_and_record()
    ) {
        let validator = Validator::new(&model, UnknownFields::Drop);
        let mut out = Vec::new();
        let accepted = validator.record(record.to_string().as_bytes(), &mut out);
        match opinion(&DataType::Object(model.fields), &record) {
            None => {
                prop_assert!(accepted.is_err());
                prop_assert!(out.is_empty());
            }
            Some(expected) => {
                prop_assert_eq!(accepted, Ok(()));
                prop_assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
                prop_assert_eq!(serde_json::from_slice::<Value>(&out).unwrap(), expected);
                let mut again = Vec::new();
                prop_assert_eq!(validator.record(&out, &mut again), Ok(()));
                prop_assert_eq!(out, again);
            }
        }
    }

    #[test]
    fn a_body_is_accepted_if_and_only_if_each_of_its_records_is(
        (model, records) in any_model().prop_flat_map(|model| {
            let records = vec(value_of(&DataType::Object(model.fields.clone())), 0..5);
            (Just(model), records)
        })
    ) {
        let validator = Validator::new(&model, UnknownFields::Drop);
        let mut alone = Vec::new();
        let mut good = 0;
        for record in &records {
            good += u32::from(validator.record(record.to_string().as_bytes(), &mut alone).is_ok());
        }
        let lines: Vec<_> = records.iter().map(Value::to_string).collect();
        let array = Value::Array(records.clone()).to_string();
        for (body, format) in [(lines.join("\r\n\n"), BodyFormat::Ndjson), (array, BodyFormat::Json)] {
            let mut whole = Vec::new();
            let accepted = validator.body(body.as_bytes(), format, &mut whole);
            if good as usize == records.len() {
                prop_assert_eq!(accepted, Ok(good));
                prop_assert_eq!(&whole, &alone);
            } else {
                prop_assert!(accepted.is_err());
                prop_assert!(whole.is_empty());
            }
            let (mut kept, mut raw) = (Vec::new(), Vec::new());
            let mut each = validator.records(body.as_bytes(), format);
            while let Some(record) = each.next(&mut kept) {
                raw.push(String::from_utf8(record.raw.to_vec()).unwrap());
            }
            prop_assert_eq!(&kept, &alone);
            prop_assert_eq!(&raw, &lines);
        }
    }

    #[test]
    fn no_text_makes_it_panic_and_only_json_is_accepted(
        (model, record) in model_and_record(),
        cuts in vec((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), select(b"{}[]\",:\\ 0en-\n".to_vec())]), 1..4)
    ) {
        let validator = Validator::new(&model, UnknownFields::Refuse);
        let mut text = record.to_string().into_bytes();
        for (index, byte) in cuts {
            let at = index.index(text.len());
            text[at] = byte;
        }
        for format in [BodyFormat::Json, BodyFormat::Ndjson] {
            let mut out = b"before".to_vec();
            if validator.body(&text, format, &mut out).is_err() {
                prop_assert_eq!(&out, b"before");
            } else if format == BodyFormat::Json {
                prop_assert!(serde_json::from_slice::<serde::de::IgnoredAny>(&text).is_ok());
            }
        }
    }
}
