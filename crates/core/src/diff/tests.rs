//! Laws of the difference, over any two lists of fields, and the guesses by example.

use proptest::{collection::btree_map, prelude::*, sample::select};

use super::*;
use crate::schema::{Absence, Item, Model};

fn field(name: &str, data_type: DataType) -> Field {
    Field { name: name.parse().unwrap(), data_type, absence: Absence::Never, key: false }
}

/// One line for each field, as a person would say it.
fn told(older: &[Field], newer: &[Field]) -> String {
    let diff = Diff::between(older, newer);
    let mut lines: Vec<_> = diff
        .fields
        .iter()
        .map(|(field, origin)| match origin {
            Origin::Same(_) => format!("{} stays", field.name),
            Origin::Changed(from, aspects) => format!("{field} was {from} {aspects:?}"),
            Origin::Renamed(from) => format!("{} was {}", field.name, from.name),
            Origin::Gathered(parts) => {
                let part = |(inner, outer): &(&Field, Option<&Field>)| match outer {
                    Some(outer) => format!("{} was {}", inner.name, outer.name),
                    None => format!("{} is new", inner.name),
                };
                format!("{}: {}", field.name, parts.iter().map(part).collect::<Vec<_>>().join(", "))
            }
            Origin::Extracted { object, inner } => {
                format!("{} was {}.{}", field.name, object.name, inner.name)
            }
            Origin::New => format!("{} is new", field.name),
        })
        .collect();
    lines.extend(diff.removed.iter().map(|field| format!("{} is gone", field.name)));
    lines.join("\n")
}

#[test]
fn a_field_of_the_same_name_is_the_same_field_and_says_what_changed() {
    let mut key = field("c", DataType::Number);
    key.key = true;
    key.absence = Absence::Null;
    let older = [field("a", DataType::String), field("b", DataType::String), field("c", DataType::Number)];
    let newer = [key, field("b", DataType::Date), field("a", DataType::String)];
    insta::assert_snapshot!(told(&older, &newer), @r"
    c: Key<number> | null was c: number {Absence, Key}
    b: Date was b: string {Type}
    a stays
    ");
}

#[test]
fn renames_are_guessed_from_names_and_types() {
    let older = [
        field("year", DataType::Number),
        field("dep_time", DataType::String),
        field("dep_delay", DataType::Number),
        field("flight", DataType::Number),
        field("tags", DataType::Array(Box::new(Item { data_type: DataType::String, nullable: false }))),
    ];
    let newer = [
        field("flightNumber", DataType::String),
        field("departureTime", DataType::Date),
        field("departureDelay", DataType::Number),
        field("tag", DataType::String),
        field("carrier", DataType::String),
    ];
    insta::assert_snapshot!(told(&older, &newer), @r"
    flightNumber was flight
    departureTime was dep_time
    departureDelay was dep_delay
    tag is new
    carrier is new
    year is gone
    tags is gone
    ");
}

#[test]
fn of_several_candidates_the_most_alike_wins_whatever_their_order() {
    let older = [field("event", DataType::String), field("event_id", DataType::String)];
    let mut newer = [field("eventIdentity", DataType::String), field("eventId", DataType::String)];
    let expected = "eventId was event_id";
    assert!(told(&older, &newer).contains(expected));
    newer.reverse();
    assert!(told(&older, &newer).contains(expected));
}

#[test]
fn flat_fields_that_became_an_object_are_recognised_and_so_is_the_way_back() {
    let flat = [
        field("origin", DataType::String),
        field("dest", DataType::String),
        field("route_distance", DataType::Number),
    ];
    let nested = [field(
        "route",
        DataType::Object(vec![
            field("origin", DataType::String),
            field("destination", DataType::String),
            field("distance", DataType::Number),
            field("stops", DataType::Number),
        ]),
    )];
    insta::assert_snapshot!(told(&flat, &nested), @"route: origin was origin, destination was dest, distance was route_distance, stops is new");
    insta::assert_snapshot!(told(&nested, &flat), @r"
    origin was route.origin
    dest was route.destination
    route_distance was route.distance
    ");
}

#[test]
fn a_field_that_still_stands_outside_was_not_moved() {
    let flat = [field("origin", DataType::String)];
    let both = [
        field("origin", DataType::String),
        field("route", DataType::Object(vec![field("origin", DataType::String)])),
    ];
    insta::assert_snapshot!(told(&flat, &both), @r"
    origin stays
    route is new
    ");
}

/// Names that resemble each other, so that every kind of guess comes up.
const NAMES: [&str; 12] = [
    "origin",
    "dest",
    "destination",
    "route",
    "route_origin",
    "routeOrigin",
    "flight",
    "flight_number",
    "dep_time",
    "depTime",
    "departure",
    "x",
];

fn data_type() -> impl Strategy<Value = DataType> {
    let scalar = select(vec![DataType::String, DataType::Number, DataType::Boolean, DataType::Date]);
    scalar.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            (inner.clone(), any::<bool>())
                .prop_map(|(data_type, nullable)| DataType::Array(Box::new(Item { data_type, nullable }))),
            fields_of(inner).prop_map(DataType::Object),
        ]
    })
}

fn fields_of(data_type: impl Strategy<Value = DataType> + 'static) -> impl Strategy<Value = Vec<Field>> {
    let absence = select(vec![Absence::Never, Absence::Undefined, Absence::Null, Absence::Either]);
    btree_map(select(&NAMES[..]), (data_type, absence, any::<bool>()), 1..7)
        .prop_map(|fields| {
            let field = |(name, (data_type, absence, key)): (&str, _)| Field {
                name: name.parse().unwrap(),
                data_type,
                absence,
                key,
            };
            fields.into_iter().map(field).collect::<Vec<_>>()
        })
        .prop_shuffle()
}

fn fields() -> impl Strategy<Value = Vec<Field>> {
    fields_of(data_type())
}

/// Every older field that an origin uses; an object once, however many fields came out of it.
fn used<'a>(diff: &Diff<'a>) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut objects = BTreeSet::new();
    for (_, origin) in &diff.fields {
        match origin {
            Origin::Same(from) | Origin::Changed(from, _) | Origin::Renamed(from) => {
                names.push(from.name.as_str());
            }
            Origin::Gathered(parts) => {
                names.extend(parts.iter().filter_map(|(_, from)| from.map(|from| from.name.as_str())));
            }
            Origin::Extracted { object, .. } => {
                objects.insert(object.name.as_str());
            }
            Origin::New => {}
        }
    }
    names.extend(objects);
    names
}

proptest! {
    #[test]
    fn nothing_differs_from_itself_in_any_order(a in fields(), seed in any::<prop::sample::Index>()) {
        prop_assert!(Diff::between(&a, &a).is_empty());
        let mut rotated = a.clone();
        rotated.rotate_left(seed.index(a.len()));
        prop_assert!(Diff::between(&a, &rotated).is_empty());
    }

    #[test]
    fn every_field_of_both_sides_appears_exactly_once(a in fields(), b in fields()) {
        let diff = Diff::between(&a, &b);
        let newer: Vec<_> = diff.fields.iter().map(|(field, _)| *field).collect();
        prop_assert_eq!(newer, b.iter().collect::<Vec<_>>());

        let mut older = used(&diff);
        older.extend(diff.removed.iter().map(|field| field.name.as_str()));
        older.sort_unstable();
        let mut all: Vec<_> = a.iter().map(|field| field.name.as_str()).collect();
        all.sort_unstable();
        prop_assert_eq!(older, all);
    }

    #[test]
    fn an_empty_difference_means_one_schema(a in fields(), b in fields()) {
        let model = |fields: &[Field]| Model { name: "M".parse().unwrap(), fields: fields.to_vec(), order_by: Vec::new() };
        let same = model(&a).schema_hash() == model(&b).schema_hash();
        prop_assert!(same || !Diff::between(&a, &b).is_empty());
    }

    #[test]
    fn the_order_of_fields_decides_nothing(a in fields(), b in fields(), seed in any::<prop::sample::Index>()) {
        let (mut other_a, mut other_b) = (a.clone(), b.clone());
        other_a.rotate_left(seed.index(a.len()));
        other_b.rotate_left(seed.index(b.len()));
        let (mut diff, mut other) = (Diff::between(&a, &b), Diff::between(&other_a, &other_b));
        for diff in [&mut diff, &mut other] {
            diff.fields.sort_by_key(|(field, _)| field.name.as_str());
            diff.removed.sort_by_key(|field| field.name.as_str());
        }
        prop_assert_eq!(diff, other);
    }
}
