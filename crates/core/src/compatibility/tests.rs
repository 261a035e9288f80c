//! The table of changes: the older fields, the newer fields, and what is said about them.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::schema::Precise as Column;
use crate::schema::Precise::{Float32, Int16, Int32, UInt8, UInt16, UInt64};
use DataType::{BigInt, Date, Number, Precise, String as Text};

fn field(name: &str, data_type: DataType) -> Field {
    Field { name: name.parse().unwrap(), data_type, absence: Absence::Never, key: false }
}

fn absent(name: &str, data_type: DataType, absence: Absence) -> Field {
    Field { absence, ..field(name, data_type) }
}

fn key(name: &str, data_type: DataType) -> Field {
    Field { key: true, ..field(name, data_type) }
}

fn one_of(values: &[&str]) -> DataType {
    DataType::StringEnum(values.iter().map(ToString::to_string).collect::<BTreeSet<_>>())
}

fn numbered(values: &[(&str, i16)]) -> DataType {
    let named = values.iter().map(|(name, number)| ((*name).to_owned(), *number));
    DataType::IntegerEnum(named.collect::<BTreeMap<_, _>>())
}

fn object(fields: &[Field]) -> DataType {
    DataType::Object(fields.to_vec())
}

fn list(data_type: DataType, nullable: bool) -> DataType {
    DataType::Array(Box::new(Item { data_type, nullable }))
}

/// What is said, without what stays.
fn said(older: &[Field], newer: &[Field]) -> Vec<String> {
    let verdicts = compare(older, newer);
    let changed = verdicts.iter().filter(|verdict| verdict.change != FieldChange::Same);
    changed.map(|verdict| format!("{}: {verdict}", verdict.compatibility)).collect()
}

#[test]
fn what_became_of_a_field_and_how_it_weighs() {
    type Row<'a> = (&'a str, &'a [Field], &'a [Field], &'a [&'a str]);
    let id = || field("id", Text);
    let [uuid, low] = [Spelled::Uuid, Spelled::LowCardinality].map(Column::Text);
    let [price, wider] =
        [(5, 2), (7, 3)].map(|(precision, scale)| Column::Text(Spelled::Decimal { precision, scale }));
    let rows: &[Row] = &[
        ("nothing", &[id(), field("n", Number)], &[field("n", Number), id()], &[]),
        (
            "a new field that may be absent",
            &[id()],
            &[id(), absent("delay", Number, Absence::Undefined)],
            &["compatible: delay is new"],
        ),
        (
            "a new field that is asked for",
            &[id()],
            &[id(), field("delay", Number)],
            &["breaking: delay is new"],
        ),
        ("a field goes", &[id(), field("delay", Number)], &[id()], &["breaking: delay is gone"]),
        (
            "a field has another name",
            &[id(), field("arrDelay", Number)],
            &[id(), field("arr_delay", Number)],
            &["breaking: arr_delay was probably arrDelay"],
        ),
        (
            "a field goes and an unlike one comes",
            &[id(), field("origin", Text)],
            &[id(), absent("temperature", Text, Absence::Undefined)],
            &["compatible: temperature is new", "breaking: origin is gone"],
        ),
        (
            "another type",
            &[field("at", Text)],
            &[field("at", Date)],
            &["breaking: at was `at: string` and is `at: Date`"],
        ),
        (
            "a bigint has digits that a number has not",
            &[field("n", BigInt)],
            &[field("n", Number)],
            &["breaking: n was `n: bigint` and is `n: number`"],
        ),
        (
            "more values",
            &[field("s", one_of(&["a"]))],
            &[field("s", one_of(&["a", "b"]))],
            &[r#"compatible: s was `s: "a"` and is `s: "a" | "b"`"#],
        ),
        (
            "fewer values",
            &[field("s", one_of(&["a", "b"]))],
            &[field("s", one_of(&["a"]))],
            &[r#"breaking: s was `s: "a" | "b"` and is `s: "a"`"#],
        ),
        (
            "any value",
            &[field("s", one_of(&["a"]))],
            &[field("s", Text)],
            &[r#"compatible: s was `s: "a"` and is `s: string`"#],
        ),
        (
            "one more number",
            &[field("s", numbered(&[("Idle", 0)]))],
            &[field("s", numbered(&[("Busy", 1), ("Idle", 0)]))],
            &["compatible: s was `s: 0` and is `s: 0 | 1`"],
        ),
        (
            "a number of another name",
            &[field("s", numbered(&[("Idle", 0)]))],
            &[field("s", numbered(&[("Free", 0)]))],
            &["breaking: s was `s: 0` and is `s: 0`"],
        ),
        (
            "it may be absent now",
            &[field("n", Number)],
            &[absent("n", Number, Absence::Null)],
            &["compatible: n was `n: number` and is `n: number | null`"],
        ),
        (
            "it may be absent in both ways now",
            &[absent("n", Number, Absence::Undefined)],
            &[absent("n", Number, Absence::Either)],
            &["compatible: n was `n?: number` and is `n?: number | null`"],
        ),
        (
            "it may be absent in another way",
            &[absent("n", Number, Absence::Undefined)],
            &[absent("n", Number, Absence::Null)],
            &["breaking: n was `n?: number` and is `n: number | null`"],
        ),
        (
            "it has to be there now",
            &[absent("n", Number, Absence::Undefined)],
            &[field("n", Number)],
            &["breaking: n was `n?: number` and is `n: number`"],
        ),
        (
            "a type of column that holds more",
            &[field("n", Precise(Int32)), field("m", Precise(UInt8)), field("f", Precise(Float32))],
            &[field("n", BigInt), field("m", Precise(Int16)), field("f", Number)],
            &[
                "compatible: n was `n: Int32` and is `n: bigint`",
                "compatible: m was `m: UInt8` and is `m: Int16`",
                "compatible: f was `f: Float32` and is `f: number`",
            ],
        ),
        (
            "texts",
            &[field("u", Precise(uuid)), field("p", Precise(price)), field("c", Text)],
            &[field("u", Text), field("p", Precise(wider)), field("c", Precise(low))],
            &[
                "compatible: u was `u: UUID` and is `u: string`",
                "compatible: p was `p: Decimal<5, 2>` and is `p: Decimal<7, 3>`",
                "compatible: c was `c: string` and is `c: LowCardinality`",
            ],
        ),
        (
            "texts that may not fit",
            &[field("u", Text), field("p", Precise(wider)), field("q", Precise(price))],
            &[field("u", Precise(uuid)), field("p", Precise(price)), field("q", Text)],
            &[
                "breaking: u was `u: string` and is `u: UUID`",
                "breaking: p was `p: Decimal<7, 3>` and is `p: Decimal<5, 2>`",
                "breaking: q was `q: Decimal<5, 2>` and is `q: string`",
            ],
        ),
        (
            "a type of column that does not",
            &[field("n", Precise(Int16)), field("m", Precise(UInt64)), field("f", Number)],
            &[field("n", Precise(UInt16)), field("m", BigInt), field("f", Precise(Float32))],
            &[
                "breaking: n was `n: Int16` and is `n: UInt16`",
                "breaking: m was `m: UInt64` and is `m: bigint`",
                "breaking: f was `f: number` and is `f: Float32`",
            ],
        ),
        (
            "another key",
            &[key("id", Text)],
            &[field("id", Text)],
            &["breaking: id was `id: Key<string>` and is `id: string`"],
        ),
        (
            "inside an object",
            &[field("route", object(&[field("from", Text), field("to", Text)]))],
            &[field("route", object(&[field("from", Text), absent("via", Text, Absence::Undefined)]))],
            &["compatible: route.via is new", "breaking: route.to is gone"],
        ),
        (
            "inside the objects of an array",
            &[field("legs", list(object(&[field("n", Number)]), false))],
            &[field("legs", list(object(&[absent("n", Number, Absence::Null)]), false))],
            &["compatible: legs[].n was `n: number` and is `n: number | null`"],
        ),
        (
            "elements may be null now",
            &[field("tags", list(Text, false))],
            &[field("tags", list(Text, true))],
            &["compatible: tags was `tags: string[]` and is `tags: (string | null)[]`"],
        ),
        (
            "into an object",
            &[field("origin", Text), field("dest", Text)],
            &[field("route", object(&[field("origin", Text), field("dest", Text)]))],
            &[
                "breaking: route.origin probably stood at origin",
                "breaking: route.dest probably stood at dest",
            ],
        ),
        (
            "out of an object",
            &[field("route", object(&[field("origin", Text)]))],
            &[field("origin", Text)],
            &["breaking: origin probably stood at route.origin"],
        ),
    ];
    for (what, older, newer, expected) in rows {
        assert_eq!(said(older, newer), *expected, "{what}");
    }
}

#[test]
fn all_of_it_weighs_as_much_as_the_heaviest() {
    let older = [field("id", Text)];
    let optional = [field("id", Text), absent("n", Number, Absence::Null)];
    let weight = |newer: &[Field]| overall(&compare(&older, newer));
    assert_eq!(weight(&older), Compatibility::Identical);
    assert_eq!(weight(&optional), Compatibility::Compatible);
    assert_eq!(weight(&[optional[1].clone()]), Compatibility::Breaking);
    assert_eq!(overall(&[]), Compatibility::Identical);
}

#[test]
fn programs_read_the_change_and_its_weight_beside_the_field() {
    let renamed = compare(&[field("arrDelay", Number)], &[field("arr_delay", Number)]);
    assert_eq!(
        serde_json::to_string(&renamed).unwrap(),
        r#"[{"field":"arr_delay","change":"renamed","from":"arrDelay","compatibility":"breaking"}]"#
    );
}
