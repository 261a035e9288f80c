//! Any model makes a table that the database takes, and any record of it is stored as it is.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU32, Ordering},
};

use antler_core::{
    route,
    schema::{Absence, DataType, Field, Item, Model, Precise, Spelled, absent_decimals},
    sql::statement,
    validate::{INSERT_SETTINGS, UnknownFields, Validator},
};
use proptest::{
    collection::{btree_map, btree_set, vec},
    option,
    prelude::*,
    sample::{select, subsequence},
};
use serde_json::{Map, Value};

use super::{assert_same, rows, session, table};

/// Names that mean something elsewhere, and any others.
fn name() -> impl Strategy<Value = String> {
    let words = [
        "select", "from", "index", "null", "primary", "nested", "event", "Tuple", "key", "order by", "a b",
        "a-b",
    ];
    let odd = [
        "1", "1a", "é", "名前", "🌡", "'", "\"", "`", "\\", "a.b", "a.", ".", "{}", "%s", "$", "--", "/*",
        "size0",
    ];
    prop_oneof![
        3 => select([words.as_slice(), odd.as_slice()].concat()).prop_map(str::to_owned),
        1 => "[a-zA-Z_][a-z0-9_]{0,7}",
        1 => "\\PC{1,8}",
    ]
    .prop_filter("not a name of a field", |name| name.parse::<antler_core::names::SqlIdent>().is_ok())
    .prop_filter("a name that every table has", |name| !route::is_reserved(name))
}

fn scalar() -> impl Strategy<Value = DataType> {
    let texts = btree_set("\\PC{0,6}", 1..5).prop_map(DataType::StringEnum);
    let integers = btree_map("[A-Za-z]{1,6}", any::<i16>(), 1..5).prop_map(|named| {
        let mut taken = BTreeSet::new();
        DataType::IntegerEnum(named.into_iter().filter(|(_, number)| taken.insert(*number)).collect())
    });
    prop_oneof![
        4 => select(vec![
            DataType::String,
            DataType::Number,
            DataType::Boolean,
            DataType::BigInt,
            DataType::Date,
        ]),
        1 => texts,
        1 => integers,
        2 => select(Precise::NUMBERS.to_vec()).prop_map(DataType::Precise),
        2 => spelled().prop_map(|of| DataType::Precise(Precise::Text(of))),
    ]
}

fn spelled() -> impl Strategy<Value = Spelled> {
    let decimal = (1..=76_u8).prop_flat_map(|precision| {
        (0..=precision).prop_map(move |scale| Spelled::Decimal { precision, scale })
    });
    prop_oneof![
        3 => select(vec![Spelled::Uuid, Spelled::CalendarDate, Spelled::LowCardinality]),
        1 => decimal,
    ]
}

fn any_type() -> impl Strategy<Value = DataType> {
    scalar().prop_recursive(3, 10, 4, |inner| {
        let list = (inner.clone(), any::<bool>())
            .prop_map(|(data_type, nullable)| DataType::Array(Box::new(Item { data_type, nullable })));
        let inside = fields(inner, 4).prop_map(|mut fields| {
            for field in &mut fields {
                if route::is_reserved_inside(field.name.as_str()) {
                    field.name = "nothing".parse().unwrap();
                }
            }
            DataType::Object(fields)
        });
        prop_oneof![list, inside]
    })
}

fn fields(of: impl Strategy<Value = DataType>, most: usize) -> impl Strategy<Value = Vec<Field>> {
    let absence = select(vec![Absence::Never, Absence::Undefined, Absence::Null, Absence::Either]);
    vec((name(), of, absence), 1..most + 1).prop_map(|fields| {
        let fields: BTreeMap<_, _> =
            fields.into_iter().map(|(name, data_type, absence)| (name, (data_type, absence))).collect();
        let fields = fields.into_iter().map(|(name, (data_type, absence))| {
            // The parser refuses a list with a dot in its name.
            let name = match data_type {
                DataType::Array(_) => name.replace('.', "_"),
                _ => name,
            };
            Field { name: name.parse().unwrap(), data_type, absence, key: false }
        });
        let mut names = BTreeSet::new();
        fields.filter(|field| names.insert(field.name.clone())).collect()
    })
}

fn model() -> impl Strategy<Value = Model> {
    let parts = (fields(any_type(), 6), (name(), scalar()), any::<bool>());
    let sorted = parts.prop_map(|(mut fields, (name, data_type), key)| {
        fields.retain(|field| field.name.as_str() != name);
        fields.push(Field { name: name.parse().unwrap(), data_type, absence: Absence::Never, key });
        fields
    });
    let sortable = |field: &&Field| {
        field.absence.is_never() && !matches!(field.data_type, DataType::Array(_) | DataType::Object(_))
    };
    sorted
        .prop_flat_map(move |fields| {
            let names: Vec<_> = fields.iter().filter(sortable).map(|field| field.name.clone()).collect();
            (Just(fields), subsequence(names.clone(), 0..=names.len()).prop_shuffle())
        })
        .prop_filter("a list that the parser refuses", |(fields, _)| absent_decimals(fields).is_none())
        .prop_map(|(fields, order_by)| Model { name: "Any".parse().unwrap(), fields, order_by })
}

fn value(data_type: &DataType) -> BoxedStrategy<Value> {
    match data_type {
        DataType::String => any::<String>().prop_map(Value::from).boxed(),
        DataType::Number => {
            let finite = any::<f64>().prop_filter("JSON has no infinity", |number| number.is_finite());
            finite.prop_map(Value::from).boxed()
        }
        DataType::Boolean => any::<bool>().prop_map(Value::from).boxed(),
        DataType::BigInt => any::<i64>().prop_map(Value::from).boxed(),
        DataType::Date => "(19|20|22)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8]) ([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}"
            .prop_map(Value::from)
            .boxed(),
        DataType::StringEnum(values) => {
            select(values.iter().cloned().collect::<Vec<_>>()).prop_map(Value::from).boxed()
        }
        DataType::IntegerEnum(values) => {
            select(values.values().copied().collect::<Vec<_>>()).prop_map(Value::from).boxed()
        }
        DataType::Array(item) => {
            let element = if item.nullable {
                option::of(value(&item.data_type)).prop_map(|value| value.unwrap_or(Value::Null)).boxed()
            } else {
                value(&item.data_type)
            };
            vec(element, 0..4).prop_map(Value::from).boxed()
        }
        DataType::Object(fields) => record(fields),
        DataType::Precise(Precise::Text(of)) => match *of {
            Spelled::Uuid => "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}".prop_map(Value::from).boxed(),
            Spelled::CalendarDate => "(19|20|22)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])"
                .prop_map(Value::from)
                .boxed(),
            Spelled::LowCardinality => any::<String>().prop_map(Value::from).boxed(),
            Spelled::Decimal { precision, scale } => {
                let text = match (precision - scale, scale) {
                    (0, scale) => format!("-?0[.][0-9]{{1,{scale}}}"),
                    (whole, 0) => format!("-?[0-9]{{1,{whole}}}"),
                    (whole, scale) => format!("-?[0-9]{{1,{whole}}}[.][0-9]{{1,{scale}}}"),
                };
                proptest::string::string_regex(&text).unwrap().prop_map(Value::from).boxed()
            }
        },
        DataType::Precise(of) => match of.whole_numbers() {
            Some((least, greatest)) => {
                (least..=greatest).prop_map(|n| serde_json::from_str(&n.to_string()).unwrap()).boxed()
            }
            None => any::<f32>()
                .prop_filter("JSON has no infinity", |number| number.is_finite())
                .prop_map(Value::from)
                .boxed(),
        },
    }
}

fn record(fields: &[Field]) -> BoxedStrategy<Value> {
    let members: Vec<_> = fields
        .iter()
        .map(|field| {
            let name = field.name.to_string();
            let value = value(&field.data_type);
            let value = match field.absence {
                Absence::Never => value.prop_map(Some).boxed(),
                Absence::Undefined | Absence::Null | Absence::Either => option::of(value).boxed(),
            };
            value.prop_map(move |value| value.map(|value| (name.clone(), value)))
        })
        .collect();
    members.prop_map(|members| Value::Object(members.into_iter().flatten().collect::<Map<_, _>>())).boxed()
}

fn model_and_records() -> impl Strategy<Value = (Model, Vec<Value>)> {
    model().prop_flat_map(|model| {
        let records = vec(record(&model.fields), 1..4);
        (Just(model), records)
    })
}

/// Tables need names of their own.
static NEXT: AtomicU32 = AtomicU32::new(0);

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_record_of_any_model_is_stored_and_read_back_unchanged((model, records) in model_and_records()) {
        let mut session = session();
        let name = format!("any_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let (table, _) = table(&mut *session, &name, &model);
        let columns: Vec<_> = model.fields.iter().map(|field| field.name.clone()).collect();
        for (i, record) in records.iter().enumerate() {
            let mut accepted = Vec::new();
            let validator = Validator::new(&model, UnknownFields::Refuse);
            let outcome = validator.record(record.to_string().as_bytes(), &mut accepted);
            prop_assert_eq!(outcome, Ok(()));
            let insert = statement::insert_batch(&table, &columns, &format!("{name} {i}"), INSERT_SETTINGS);
            session.execute(&format!("TRUNCATE TABLE {name}")).unwrap();
            session.insert(&insert, "JSONEachRow", &accepted).unwrap();
            let stored = rows(&mut *session, &name);
            prop_assert_eq!(stored.len(), 1);
            assert_same(&DataType::Object(model.fields.clone()), record, &stored[0], "");
        }
        session.execute(&statement::drop_table(&table)).unwrap();
    }
}
