//! Drafts as a reader sees them. Both models are written in TypeScript here; the text below each
//! pair is what `antler generate migrations` would write.

use std::sync::Arc;

use antler_core::diagnostic::SourceFile;

use crate::models;

fn model(source: &str) -> antler_core::schema::Model {
    let text = format!("export interface Flight {{ id: Key<string>; {source} }}");
    let file = SourceFile { path: "app/datamodels/models.ts".to_owned(), text };
    models::parse(&[Arc::new(file)]).unwrap().into_values().next().unwrap().model
}

/// The draft between two models; every one of them has an `id`.
fn draft(from: &str, to: &str) -> String {
    let name = "Flight_migrate__0_0__0_1".parse().unwrap();
    super::typescript(&name, &model(from), &model(to), "../../.antler/versions/0_0", "../datamodels/models")
}

#[test]
fn a_draft_in_python_has_the_same_lines() {
    let from = "carrier: string; flight: number; dep_time: string; origin: string; dest: string; year: number; month: number; at: number; big: bigint; class: string; inner?: { a: string; b: number }";
    let to = "carrier: string; flightNumber: number; departureTime: Date; route: { origin: string; dest: string }; gate: string; note?: string; seat: string | null; at: Date; big: string; class: string | null; a: string";
    let name = "Flight_migrate__0_0__0_1".parse().unwrap();
    insta::assert_snapshot!(super::python(&name, &model(from), &model(to)), @r#"
    from datetime import datetime, timezone

    # Migrates Flight from 0.0 to 0.1: an event goes in, and what it becomes comes out.
    # FILL_IN stands where only you know the value: it cannot run before you replace it.
    def migrate(event):
        # Not in 0.1: year, month, inner.b.
        return {
            "id": event.id,
            "carrier": event.carrier,
            "flightNumber": event.flight,  # renamed from `flight`? please check
            # renamed from `dep_time`? please check; fails where the text is not a date
            "departureTime": datetime.fromisoformat(event.dep_time),
            "route": {"origin": event.origin, "dest": event.dest},  # moved together? please check
            "gate": FILL_IN("gate: string is new in 0.1"),
            # note?: string is new in 0.1 and may be left out
            "seat": None,  # new in 0.1
            "at": datetime.fromtimestamp(event.at / 1000, timezone.utc),  # milliseconds since 1970?
            "big": str(event.big),
            "class": event["class"],
            # moved from `inner.a`? please check
            "a": event.inner.a if event.inner is not None else FILL_IN("a, where 0.0 has none"),
        }
    "#);
}

/// The lines inside of `return { … }`, without the `id`.
fn body(from: &str, to: &str) -> String {
    let text = draft(from, to);
    let (_, rest) = text.split_once("id: event.id,\n").unwrap();
    let (body, _) = rest.rsplit_once("  };\n").unwrap();
    body.lines().map(|line| format!("{}\n", line.trim_start_matches("    "))).collect()
}

#[test]
fn a_draft_copies_what_is_certain_and_asks_about_what_is_not() {
    let from = "carrier: string; flight: number; dep_time: string; origin: string; dest: string; year: number; month: number";
    let to = "carrier: string; flightNumber: number; departureTime: Date; route: { origin: string; dest: string }; gate: string; note?: string; seat: string | null";
    insta::assert_snapshot!(draft(from, to), @r#"
    import type { Flight as Flight_0_0 } from "../../.antler/versions/0_0";
    import type { Flight as Flight_0_1 } from "../datamodels/models";

    // Migrates Flight from 0.0 to 0.1. Antler compiles this function to SQL.
    // FILL_IN stands where only you know the value: it cannot run before you replace it.
    export default function migrate(event: Flight_0_0): Flight_0_1 {
      // Not in 0.1: year, month.
      return {
        id: event.id,
        carrier: event.carrier,
        flightNumber: event.flight, // renamed from `flight`? please check
        // renamed from `dep_time`? please check; fails where the text is not a date
        departureTime: new Date(event.dep_time),
        route: { origin: event.origin, dest: event.dest }, // moved together? please check
        gate: FILL_IN("gate: string is new in 0.1"),
        // note?: string is new in 0.1 and may be left out
        seat: null, // new in 0.1
      };
    }
    "#);
}

#[test]
fn what_may_not_fit_a_column_is_said() {
    let from =
        "a: Int8; b: number; c: bigint; d: UInt64; e: string; f: Int32; g: Float32; h: Int8[]; i: UInt32";
    let to =
        "a: Int32; b: Int16; c: UInt64; d: bigint; e: UInt8; f: bigint; g: number; h: Int16[]; i: string";
    insta::assert_snapshot!(body(from, to), @r"
    a: event.a,
    b: event.b, // fails where it is out of range
    c: event.c, // fails where it is negative
    d: event.d, // fails beyond 2^63
    e: Number(event.e), // fails where it is out of range
    f: BigInt(event.f),
    g: event.g,
    h: event.h,
    i: String(event.i),
    ");
}

#[test]
fn texts_become_columns_of_their_own_and_back() {
    let from = "a: string; b: number; c: Date; d: Decimal<9, 2>; e: UUID; f: LowCardinality; g: 'x' | 'y'; h: Decimal<9, 2>; i: CalendarDate; j: bigint";
    let to = "a: UUID; b: Decimal<10, 2>; c: CalendarDate; d: number; e: string; f: string; g: LowCardinality; h: Decimal<12, 3>; i: Date; j: Decimal<9, 0>";
    insta::assert_snapshot!(body(from, to), @r"
    a: event.a, // fails where the text is not a UUID
    b: event.b.toFixed(2), // rounded to 2 digits; fails where there are too many
    c: event.c.toISOString().slice(0, 10),
    d: Number(event.d), // rounded to a double
    e: event.e,
    f: event.f,
    g: event.g,
    h: event.h,
    i: new Date(event.i),
    j: String(event.j), // fails where it has more digits
    ");
}

#[test]
fn obvious_conversions_are_written_out() {
    let from = "a: number; b: string; c: string; d: Date; e: Date; f: number; g: bigint; h: number; i: boolean; j: boolean; k: bigint; l: string; m: number";
    let to = "a: string; b: number; c: Date; d: string; e: number; f: Date; g: number; h: bigint; i: string; j: number; k: string; l: bigint; m: boolean";
    insta::assert_snapshot!(body(from, to), @r"
    a: String(event.a),
    b: Number(event.b), // NaN where the text is not a number
    c: new Date(event.c), // fails where the text is not a date
    d: event.d.toISOString(),
    e: event.e.getTime(), // milliseconds since 1970
    f: new Date(event.f), // milliseconds since 1970?
    g: Number(event.g), // rounded beyond 2^53
    h: BigInt(event.h), // fails where it is not a whole number
    i: String(event.i),
    j: Number(event.j),
    k: String(event.k),
    l: BigInt(event.l), // fails where the text is not an integer
    m: event.m !== 0,
    ");
}

#[test]
fn a_field_that_may_hold_more_is_copied_and_one_that_may_hold_less_has_a_hole() {
    let from = "wider: string; fewer: string | null; other: string | null; either?: string | null; same?: string; number?: string; must: string | null; count: string | null; late?: number";
    let to = "wider: string | null; fewer: string; other?: string; either: string | null; same?: string; number: number | null; must?: number | null; count: number; late: Date";
    insta::assert_snapshot!(body(from, to), @r#"
    wider: event.wider,
    fewer: event.fewer ?? FILL_IN("fewer, where 0.0 has none"),
    other: event.other ?? undefined,
    either: event.either ?? null,
    same: event.same,
    // NaN where the text is not a number
    number: event.number === undefined ? null : Number(event.number),
    must: event.must === null ? null : Number(event.must), // NaN where the text is not a number
    // NaN where the text is not a number
    count: event.count === null ? FILL_IN("count, where 0.0 has none") : Number(event.count),
    // milliseconds since 1970?
    late: event.late === undefined ? FILL_IN("late, where 0.0 has none") : new Date(event.late),
    "#);
}

#[test]
fn enums_widen_by_themselves_and_narrow_by_hand() {
    let from = r#"wider: "a" | "b"; text: "a" | "b"; fewer: "a" | "b"; closed: string; stage: 1 | 2; digits: 1 | 2; number: 1 | 2"#;
    let to = r#"wider: "a" | "b" | "c"; text: string; fewer: "a"; closed: "a" | "b"; stage: 1 | 2 | 3; digits: string; number: number"#;
    insta::assert_snapshot!(body(from, to), @r#"
    wider: event.wider,
    text: event.text,
    fewer: FILL_IN('fewer: "a" was "a" | "b" in 0.0'),
    closed: FILL_IN('closed: "a" | "b" was string in 0.0'),
    stage: event.stage,
    digits: String(event.digits), // the number, not its name
    number: event.number,
    "#);
}

#[test]
fn nested_objects_are_written_out_when_something_in_them_changed() {
    let from = "same: { a: string; b: number }; route: { from: string; to: string; miles: number }; maybe: { a: number; gone: string } | null";
    let to = "same: { b: number; a: string }; route: { from: string; to: string; miles: string; via: string; note?: string }; maybe: { a: string } | null";
    insta::assert_snapshot!(body(from, to), @r#"
    same: event.same,
    route: {
      from: event.route.from,
      to: event.route.to,
      miles: String(event.route.miles),
      via: FILL_IN("via: string is new in 0.1"),
      // note?: string is new in 0.1 and may be left out
    },
    maybe: event.maybe === null ? null : { a: String(event.maybe.a) },
    "#);
}

#[test]
fn fields_that_moved_out_of_an_object_are_found() {
    let from = "route: { origin: string; dest?: string; miles: number }; plane?: { tail: string; seats: string | null }";
    let to = "origin: string; dest: string; tail: string; seats?: number | null";
    insta::assert_snapshot!(draft(from, to), @r#"
    import type { Flight as Flight_0_0 } from "../../.antler/versions/0_0";
    import type { Flight as Flight_0_1 } from "../datamodels/models";

    // Migrates Flight from 0.0 to 0.1. Antler compiles this function to SQL.
    // FILL_IN stands where only you know the value: it cannot run before you replace it.
    export default function migrate(event: Flight_0_0): Flight_0_1 {
      // Not in 0.1: route.miles.
      return {
        id: event.id,
        origin: event.route.origin, // moved from `route.origin`? please check
        // moved from `route.dest`? please check
        dest: event.route.dest ?? FILL_IN("dest, where 0.0 has none"),
        // moved from `plane.tail`? please check
        tail: event.plane?.tail ?? FILL_IN("tail, where 0.0 has none"),
        // moved from `plane.seats`? please check; NaN where the text is not a number
        seats: event.plane?.seats == null ? null : Number(event.plane?.seats),
      };
    }
    "#);
}

#[test]
fn fields_that_moved_into_an_object_are_converted_on_the_way() {
    let from = "origin: string; route_miles: string | null; gate: string";
    let to = "route: { origin: string; miles: number; stops: string[]; note?: string }; gate: string";
    insta::assert_snapshot!(body(from, to), @r#"
    // moved together? please check
    route: {
      origin: event.origin,
      // NaN where the text is not a number
      miles: event.route_miles === null ? FILL_IN("miles, where 0.0 has none") : Number(event.route_miles),
      stops: FILL_IN("stops: string[] is new in 0.1"),
      // note?: string is new in 0.1 and may be left out
    },
    gate: event.gate,
    "#);
}

#[test]
fn lists_are_copied_or_left_to_the_author() {
    let from = r#"tags: string[]; kinds: ("a" | "b")[]; counts: number[]; holes: (string | null)[]; maybe?: string[]"#;
    let to = "tags: string[]; kinds: (string | null)[]; counts: string[]; holes: string[]; maybe: string[]";
    insta::assert_snapshot!(body(from, to), @r#"
    tags: event.tags,
    kinds: event.kinds,
    counts: FILL_IN("counts: string[] was number[] in 0.0"),
    holes: FILL_IN("holes: string[] was (string | null)[] in 0.0"),
    maybe: event.maybe ?? FILL_IN("maybe, where 0.0 has none"),
    "#);
}

#[test]
fn names_that_are_no_identifiers_are_quoted() {
    let from = r#""kind-of": string; "it's \"x\"": string; nested?: { "a-b": number }"#;
    let to = r#""kind-of": number; "it's \"x\"": string; nested?: { "a-b": string }"#;
    insta::assert_snapshot!(body(from, to), @r#"
    "kind-of": Number(event["kind-of"]), // NaN where the text is not a number
    "it's \"x\"": event["it's \"x\""],
    nested: event.nested === undefined ? undefined : { "a-b": String(event.nested["a-b"]) },
    "#);
}

#[test]
fn a_model_can_become_another_model() {
    let name = "Flight_migrate__0_0__Leg__0_1".parse().unwrap();
    let mut leg = model("carrier: string");
    leg.name = "Leg".parse().unwrap();
    let text = super::typescript(&name, &model("carrier: string"), &leg, "./a", "./b");
    insta::assert_snapshot!(text, @r#"
    import type { Flight as Flight_0_0 } from "./a";
    import type { Leg as Leg_0_1 } from "./b";

    // Migrates Flight 0.0 to Leg 0.1. Antler compiles this function to SQL.
    export default function migrate(event: Flight_0_0): Leg_0_1 {
      return {
        id: event.id,
        carrier: event.carrier,
      };
    }
    "#);
}

#[test]
fn a_long_list_of_dropped_fields_is_wrapped() {
    let from: String = (0..30).map(|n| format!("measurement{n}: number;")).collect();
    let text = draft(&from, "");
    assert!(text.lines().all(|line| line.len() <= 100), "{text}");
    assert!(text.contains("measurement0, measurement1,") && text.contains("measurement29.\n"), "{text}");
}
