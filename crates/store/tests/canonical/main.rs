//! The canonical form of records, read by the real engine: what validation accepts is what the
//! table then holds, for edge values of every type in every place that a schema can give them, and
//! for any model at all (`generated`).
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod generated;

use std::sync::OnceLock;

use antler_core::{
    names::TableName,
    route,
    schema::{Absence, DataType, Field, Item, Model, Precise, Spelled},
    sql::{
        Projection,
        statement::{self, Sync},
    },
    validate::{BodyFormat, INSERT_SETTINGS, UnknownFields, Validator},
};
use antler_store::{
    StoreError,
    engine::{self, Engine, EngineOptions},
    tables::{Session, Tables as _},
};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A session of the engine that the tests share: a process can run only one.
fn session() -> Box<dyn Session> {
    static SHARED: OnceLock<(Engine, TempDir)> = OnceLock::new();
    let (engine, _) = SHARED.get_or_init(|| {
        let data = TempDir::new().unwrap();
        let library = engine::locate().unwrap();
        (Engine::open(&library, data.path(), &EngineOptions::default()).unwrap(), data)
    });
    engine.session().unwrap()
}

/// A new storage table, and the statement that inserts into it as a sink does.
fn table(session: &mut dyn Session, name: &str, model: &Model) -> (TableName, String) {
    let table = TableName { database: "default".parse().unwrap(), table: name.parse().unwrap() };
    session.execute(&statement::create_storage(&table, model, Sync::Os)).unwrap();
    let columns: Vec<_> = model.fields.iter().map(|field| field.name.clone()).collect();
    let insert = statement::insert_batch(&table, &columns, name, INSERT_SETTINGS);
    (table, insert)
}

/// What a table holds.
fn rows(session: &mut dyn Session, name: &str) -> Vec<Value> {
    let select = format!(
        "SELECT * FROM {name} SETTINGS output_format_json_quote_64bit_integers = 0, output_format_json_quote_decimals = 1"
    );
    let stored = session.query(&select, "JSONEachRow").unwrap();
    serde_json::Deserializer::from_slice(&stored).into_iter().collect::<Result<_, _>>().unwrap()
}

/// Every type of a single value, with values at its edges.
fn scalars() -> Vec<(&'static str, DataType, Vec<Value>)> {
    let texts = [
        "",
        " ",
        "null",
        "1",
        "ü€😀",
        "\u{0}\u{1}\u{8}\u{c}\u{1f}\u{7f}",
        "\"\\/\n\r\t'`",
        "\u{2028}",
        "[1]",
    ];
    let names = ["", "1", "2", "a\"b\\c'd\ne", "ü€"];
    let numbers = [("one", 2), ("two", 1), ("1", -128), ("2", 127)];
    let wide = [("low", i16::MIN), ("high", i16::MAX)];
    let named = |values: &[(&str, i16)]| {
        DataType::IntegerEnum(values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect())
    };
    let enumeration = DataType::StringEnum(names.iter().map(|name| (*name).to_owned()).collect());
    vec![
        ("string", DataType::String, texts.map(Value::from).to_vec()),
        ("number", DataType::Number, doubles()),
        ("boolean", DataType::Boolean, vec![json!(true), json!(false)]),
        (
            "bigint",
            DataType::BigInt,
            [i64::MIN, -(1 << 53) - 1, -1, 0, (1 << 53) + 1, i64::MAX].map(Value::from).to_vec(),
        ),
        ("date", DataType::Date, dates().map(Value::from).to_vec()),
        ("int8", DataType::Precise(Precise::Int8), whole(Precise::Int8)),
        ("int16", DataType::Precise(Precise::Int16), whole(Precise::Int16)),
        ("int32", DataType::Precise(Precise::Int32), whole(Precise::Int32)),
        ("uint8", DataType::Precise(Precise::UInt8), whole(Precise::UInt8)),
        ("uint16", DataType::Precise(Precise::UInt16), whole(Precise::UInt16)),
        ("uint32", DataType::Precise(Precise::UInt32), whole(Precise::UInt32)),
        ("uint64", DataType::Precise(Precise::UInt64), whole(Precise::UInt64)),
        ("float32", DataType::Precise(Precise::Float32), singles()),
        (
            "uuid",
            DataType::Precise(Precise::Text(Spelled::Uuid)),
            ["61f0c404-5cb3-11e7-907b-a6006ad3dba0", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
                .map(Value::from)
                .to_vec(),
        ),
        (
            "day",
            DataType::Precise(Precise::Text(Spelled::CalendarDate)),
            ["1900-01-01", "1969-12-31", "1970-01-01", "2024-02-29", "2299-12-31"].map(Value::from).to_vec(),
        ),
        ("low", DataType::Precise(Precise::Text(Spelled::LowCardinality)), texts.map(Value::from).to_vec()),
        ("names", enumeration, names.map(Value::from).to_vec()),
        ("numbers", named(&numbers), numbers.map(|(_, number)| json!(number)).to_vec()),
        ("wide", named(&wide), wide.map(|(_, number)| json!(number)).to_vec()),
    ]
}

fn decimal(precision: u8, scale: u8) -> DataType {
    DataType::Precise(Precise::Text(Spelled::Decimal { precision, scale }))
}

fn whole(of: Precise) -> Vec<Value> {
    let (least, greatest) = of.whole_numbers().unwrap();
    [least, least + 1, 0, 1, greatest / 3, greatest - 1, greatest]
        .map(|number| serde_json::from_str(&number.to_string()).unwrap())
        .to_vec()
}

fn singles() -> Vec<Value> {
    let edges = [0.0, -0.0, 1.0, 0.1, f32::MIN_POSITIVE, f32::MAX, f32::MIN, 1e-45, 1e10, 16_777_216.0];
    let powers = (-148..127).step_by(3).map(|power| 1.7_f32 * 2_f32.powi(power));
    edges.into_iter().chain(powers).map(Value::from).collect()
}

fn doubles() -> Vec<Value> {
    let edges = [
        0.0,
        -0.0,
        1.0,
        0.1,
        1.0 / 3.0,
        5e-324,
        f64::MIN_POSITIVE,
        f64::MAX,
        f64::MIN,
        1e15,
        1e16,
        1e21,
        1e23,
    ];
    let powers = (-1074..1024).step_by(7).map(|power| 1.7_f64 * 2_f64.powi(power));
    let whole = [1_u64 << 53, (1 << 53) + 1, u64::MAX].map(Value::from);
    edges.into_iter().chain(powers).map(Value::from).chain(whole).collect()
}

fn dates() -> [&'static str; 7] {
    [
        "1900-01-01 00:00:00.000",
        "1900-01-01 00:00:00.001",
        "1969-12-31 23:59:59.999",
        "1970-01-01 00:00:00.000",
        "2024-02-29 12:34:56.789",
        "2038-01-19 03:14:08.000",
        "2299-12-31 23:59:59.999",
    ]
}

/// A model with the type in every place there is: always or perhaps, alone, in lists, in lists of
/// lists, in nested objects and in lists of them.
fn places(data_type: &DataType) -> Model {
    let field = |name: &str, data_type: &DataType, absence| Field {
        name: name.parse().unwrap(),
        data_type: data_type.clone(),
        absence,
        key: false,
    };
    let list = |data_type: &DataType, nullable| {
        DataType::Array(Box::new(Item { data_type: data_type.clone(), nullable }))
    };
    let gaps = list(data_type, true);
    let object = DataType::Object(vec![
        field("always", data_type, Absence::Never),
        field("a.b", data_type, Absence::Undefined),
        field("from \"here\\", &gaps, Absence::Null),
        field("é`", &DataType::Object(vec![field("x", data_type, Absence::Either)]), Absence::Undefined),
    ]);
    let mut fields = vec![field("id", &DataType::String, Absence::Never)];
    fields[0].key = true;
    for (name, data_type) in [
        ("value", data_type.clone()),
        ("select", list(data_type, false)),
        ("with \"gaps\\", gaps.clone()),
        ("matrix", list(&gaps, true)),
        ("object", object.clone()),
        ("ob.jects", list(&object, true)),
    ] {
        fields.push(field(name, &data_type, Absence::Never));
        fields.push(field(&format!("{name}?"), &data_type, Absence::Either));
    }
    Model { name: "Places".parse().unwrap(), fields, order_by: Vec::new() }
}

/// Records of that model. Each value is in each place of one of them; the last ones hold as
/// little as they may.
fn records(values: &[Value]) -> Vec<Value> {
    let mut records: Vec<_> = values
        .iter()
        .zip(values.iter().cycle().skip(1))
        .enumerate()
        .map(|(i, (value, other))| {
            let object = json!({
                "always": value, "a.b": other, "from \"here\\": [null, value, other], "é`": {"x": value},
            });
            let least = json!({"always": value, "é`": {}});
            json!({
                "id": i.to_string(),
                "value": value, "value?": value,
                "select": [value, other], "select?": [value],
                "with \"gaps\\": [null, value], "with \"gaps\\?": [value, null],
                "matrix": [[value, null], null, []], "matrix?": [null, [other]],
                "object": object, "object?": object,
                "ob.jects": [object, null, least], "ob.jects?": [least],
            })
        })
        .collect();
    let object = json!({"always": values[0]});
    records.push(json!({
        "id": "empty", "value": values[0], "select": [], "select?": [], "with \"gaps\\": [], "with \"gaps\\?": [],
        "matrix": [], "matrix?": [], "object": object, "object?": object, "ob.jects": [], "ob.jects?": [],
    }));
    records.push(json!({
        "id": "nothing", "value": values[0], "value?": null, "select": [], "with \"gaps\\": [],
        "matrix": [], "object": object, "ob.jects": [null],
    }));
    records
}

#[test]
fn the_table_holds_exactly_what_was_accepted() {
    let mut session = session();
    for (name, data_type, values) in scalars() {
        let (model, records) = (places(&data_type), records(&values));
        let body = Value::Array(records.clone()).to_string();
        let mut accepted = Vec::new();
        Validator::new(&model, UnknownFields::Refuse)
            .body(body.as_bytes(), BodyFormat::Json, &mut accepted)
            .unwrap_or_else(|violations| panic!("{name}: {violations}"));

        let (_, insert) = table(&mut *session, name, &model);
        session.insert(&insert, "JSONEachRow", &accepted).unwrap();
        let stored = rows(&mut *session, name);
        assert_eq!(stored.len(), records.len());
        for sent in records {
            let row = stored.iter().find(|row| row["id"] == sent["id"]).unwrap();
            assert_same(&DataType::Object(model.fields.clone()), &sent, row, name);
        }
    }
}

/// The table's answer means the value that was sent: a field that is absent is `null` in the
/// answer, and an enum is its name.
fn assert_same(data_type: &DataType, sent: &Value, stored: &Value, place: &str) {
    match data_type {
        DataType::Object(fields) if sent.is_object() && stored.is_object() => {
            for field in fields {
                let name = field.name.as_str();
                let sent = sent.get(name).unwrap_or(&Value::Null);
                assert_same(&field.data_type, sent, &stored[name], &format!("{place}/{name}"));
            }
        }
        DataType::Array(item) if sent.is_array() && stored.is_array() => {
            let (sent, stored) = (sent.as_array().unwrap(), stored.as_array().unwrap());
            assert_eq!(sent.len(), stored.len(), "{place}");
            for (sent, stored) in sent.iter().zip(stored) {
                assert_same(&item.data_type, sent, stored, &format!("{place}/-"));
            }
        }
        DataType::Number if !sent.is_null() => {
            let bits = |value: &Value| value.as_f64().map(f64::to_bits);
            assert_eq!(bits(sent), bits(stored), "{place}: {sent} became {stored}");
        }
        // The table leaves zeros behind the point out.
        DataType::Precise(Precise::Text(of @ Spelled::Decimal { .. })) if !sent.is_null() => {
            let canonical = |value: &Value| of.canonical(value.as_str().unwrap()).unwrap().into_owned();
            assert_eq!(canonical(sent), canonical(stored), "{place}");
        }
        DataType::Precise(Precise::Float32) if !sent.is_null() => {
            let bits = |value: &Value| value.as_f64().map(|value| (value as f32).to_bits());
            assert_eq!(bits(sent), bits(stored), "{place}: {sent} became {stored}");
        }
        DataType::IntegerEnum(values) if !sent.is_null() => {
            let number = stored.as_str().and_then(|name| values.get(name));
            assert_eq!(sent.as_i64(), number.copied().map(i64::from), "{place}: {sent} became {stored}");
        }
        DataType::String
        | DataType::Number
        | DataType::Boolean
        | DataType::BigInt
        | DataType::Date
        | DataType::StringEnum(_)
        | DataType::IntegerEnum(_)
        | DataType::Array(_)
        | DataType::Object(_)
        | DataType::Precise(_) => assert_eq!(sent, stored, "{place}"),
    }
}

#[test]
fn a_decimal_number_keeps_every_digit() {
    let mut session = session();
    let nines = |count: usize| "9".repeat(count);
    for (precision, scale, values) in [
        (9, 2, ["0.00".to_owned(), "-9999999.99".to_owned()]),
        (18, 18, ["0.000000000000000001".to_owned(), "-0.999999999999999999".to_owned()]),
        (38, 0, [nines(38), format!("-{}", nines(38))]),
        (76, 6, [format!("{}.000001", nines(70)), format!("-{}.999999", nines(70))]),
    ] {
        let of = decimal(precision, scale);
        let field = |name: &str, data_type, absence| Field {
            name: name.parse().unwrap(),
            data_type,
            absence,
            key: name == "value",
        };
        let list = DataType::Array(Box::new(Item { data_type: of.clone(), nullable: true }));
        let fields = vec![
            field("value", of.clone(), Absence::Never),
            field("perhaps", of.clone(), Absence::Undefined),
            field("list", list.clone(), Absence::Never),
            field("object", DataType::Object(vec![field("list", list, Absence::Never)]), Absence::Null),
        ];
        let model = Model { name: "Decimals".parse().unwrap(), fields, order_by: Vec::new() };
        let name = format!("decimal{precision}");
        let (_, insert) = table(&mut *session, &name, &model);
        let [first, second] = &values;
        let sent =
            json!({"value": first, "perhaps": second, "list": [first, null], "object": {"list": [second]}});
        let mut accepted = Vec::new();
        let validator = Validator::new(&model, UnknownFields::Refuse);
        validator.record(sent.to_string().as_bytes(), &mut accepted).unwrap();
        session.insert(&insert, "JSONEachRow", &accepted).unwrap();
        let stored = rows(&mut *session, &name);
        assert_same(&DataType::Object(model.fields), &sent, &stored[0], &name);
    }
}

#[test]
fn a_field_that_the_table_does_not_have_is_an_error_and_never_dropped() {
    let mut session = session();
    let model = places(&DataType::Number);
    let (table, insert) = table(&mut *session, "strict", &model);
    let object = json!({"always": 1});
    let row = json!({
        "id": "1", "value": 1, "select": [], "with \"gaps\\": [], "matrix": [], "object": object, "ob.jects": [],
    });
    for place in ["/unknown", "/object/unknown"] {
        let mut row = row.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        row.pointer_mut(parent).unwrap()[name] = json!(1);
        let answer = session.insert(&insert, "JSONEachRow", row.to_string().as_bytes());
        assert!(matches!(answer, Err(StoreError::Database { .. })), "{place}: {answer:?}");
    }
    let count = session.query(&format!("SELECT count() FROM {}", table.table), "TSV").unwrap();
    assert_eq!(count, b"0\n");
}

/// Names are written without quotes where that can be read, so every word that means something to the
/// database is tried as the name of a column, of a key and of a part of an object.
#[test]
fn every_word_of_the_database_can_name_a_field() {
    let mut session = session();
    let words = session
        .query("SELECT DISTINCT lower(arrayJoin(splitByNonAlpha(keyword))) FROM system.keywords", "TSV");
    let words = String::from_utf8(words.unwrap()).unwrap();
    let field = |name: &str, data_type, key| Field {
        name: name.parse().unwrap(),
        data_type,
        absence: Absence::Never,
        key,
    };
    let mut refused = Vec::new();
    for word in words.lines().filter(|word| word.len() > 1 && !route::is_reserved_inside(word)) {
        let object = DataType::Object(vec![field(word, DataType::String, false)]);
        let fields = vec![field(word, DataType::String, true), field("inside", object, false)];
        let model = Model { name: "Words".parse().unwrap(), fields, order_by: Vec::new() };
        let name = format!("word_{word}");
        let table = TableName { database: "default".parse().unwrap(), table: name.parse().unwrap() };
        let alias = TableName { database: "default".parse().unwrap(), table: "word".parse().unwrap() };
        let columns: Vec<_> = model.fields.iter().map(|field| field.name.clone()).collect();
        let landing = Projection::identity(&columns).rows().over(&table);
        let row = json!({ word: "a", "inside": { word: "b" } }).to_string();
        let mut tried = session
            .execute(&statement::create_storage(&table, &model, Sync::Os))
            .and_then(|()| session.execute(&statement::create_alias(&alias, &table, &model)))
            .and_then(|()| session.query(&landing, "Null").map(drop));
        if tried.is_ok() {
            let insert = statement::insert_batch(&table, &columns, &name, INSERT_SETTINGS);
            tried = session.insert(&insert, "JSONEachRow", row.as_bytes());
        }
        if tried.is_err() || rows(&mut *session, &name) != [serde_json::from_str::<Value>(&row).unwrap()] {
            refused.push(word);
        }
    }
    assert_eq!(refused, Vec::<&str>::new());
}
