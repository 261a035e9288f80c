//! Whatever is sent as a body: the validator must not panic, and what it accepts and refuses must
//! add up.
//!
//! The first byte of an input chooses how the rest is read; in the seeds it is one of `0` to `?`:
//!
//! ```text
//! bit 0     the format: JSON or NDJSON
//! bit 1     unknown fields: dropped or refused
//! bits 2-3  the model, of those in models.json
//! ```
//!
//! libFuzzer watches memory and time; the limits are in the Makefile.
#![no_main]

use std::{ops::Range, sync::LazyLock};

use antler_core::{
    dead_letter::Refused,
    names::ModelVersion,
    schema::Model,
    validate::{BodyFormat, Record, UnknownFields, Validator, Violations},
};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, value::RawValue};

/// The longest that the canonical form of a record can be, compared with its text: an array of
/// dates, `[0,0,…]`, of which each is written out.
const LONGER: usize = 13;

/// Each model, with unknown fields dropped and refused.
static VALIDATORS: LazyLock<Vec<[Validator; 2]>> = LazyLock::new(|| {
    let models: Vec<Model> = serde_json::from_str(include_str!("../models.json")).expect("the models");
    let both =
        |model| [UnknownFields::Drop, UnknownFields::Refuse].map(|unknown| Validator::new(model, unknown));
    models.iter().map(both).collect()
});

static ENDPOINT: LazyLock<ModelVersion> =
    LazyLock::new(|| ModelVersion::try_from("Model 0.1".to_owned()).expect("an endpoint"));

fuzz_target!(|input: &[u8]| {
    let Some((head, body)) = input.split_first() else { return };
    let head = usize::from(*head);
    let format = if head & 1 == 0 { BodyFormat::Json } else { BodyFormat::Ndjson };
    let of_model = &VALIDATORS[(head >> 2) % VALIDATORS.len()];
    check(&of_model[(head >> 1) & 1], body, format);
});

fn check(validator: &Validator, body: &[u8], format: BodyFormat) {
    let (mut kept, mut count, mut ends_at) = (Vec::new(), 0, 0);
    let mut violations = Violations::of_body();
    let mut records = validator.records(body, format);
    loop {
        let before = kept.len();
        let Some(record) = records.next(&mut kept) else { break };
        assert_eq!(record.index, count, "records are counted from zero");
        count += 1;
        let place = place_in(body, record.raw);
        assert!(place.start >= ends_at, "a record begins before the last one ends");
        ends_at = place.end;
        match &record.outcome {
            Ok(()) => accepted(validator, &record, &kept[before..]),
            Err(found) => {
                assert_eq!(kept.len(), before, "something of a refused record was kept");
                refused(&record, found);
                violations.absorb(found.clone());
            }
        }
        if format == BodyFormat::Ndjson {
            well_formed(record.raw, record.outcome.as_ref().err());
        }
    }
    assert!(records.next(&mut kept).is_none(), "there is something after the end");
    if format == BodyFormat::Json {
        let text = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii();
        well_formed(text, Some(&violations));
    }

    let mut whole = b"before\n".to_vec();
    match validator.body(body, format, &mut whole) {
        Ok(accepted) => {
            assert!(violations.is_empty(), "a body was accepted with a bad record: {violations}");
            assert_eq!(
                (accepted, &whole[7..]),
                (count, &kept[..]),
                "a body is more or less than its records"
            );
        }
        Err(found) => {
            assert_eq!(found, violations, "a body is refused for what is wrong with its records");
            assert_eq!(whole, b"before\n", "something of a refused body was kept");
        }
    }
}

/// What an accepted record became: one line of JSON, which becomes itself.
fn accepted(validator: &Validator, record: &Record<'_>, line: &[u8]) {
    assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1), "one line");
    serde_json::from_slice::<Value>(line).expect("the canonical form is JSON");
    assert!(line.len() <= LONGER * record.raw.len() + 1, "the canonical form is too long");
    let mut again = Vec::new();
    assert_eq!(validator.record(line, &mut again), Ok(()), "the canonical form is a record");
    assert_eq!(again, line, "the canonical form is its own");
}

/// What is said of a refused record: something, but not much, and a letter that holds it.
fn refused(record: &Record<'_>, found: &Violations) {
    assert!((1..=Violations::LISTED_PER_RECORD).contains(&found.listed().len()));
    assert!(found.listed().iter().all(|violation| violation.record == record.index));
    // Names of unknown fields are told as they are, and `~` is told as `~0`.
    let most = 2 * record.raw.len() + 512 * Violations::LISTED_PER_RECORD;
    assert!(found.of_one_record().len() <= most, "too much is said of a refused record");

    let mut letter = Vec::new();
    let received_at = 1_769_860_800_000;
    Refused { endpoint: &ENDPOINT, violations: found, record: record.raw, received_at }.write(&mut letter);
    assert_eq!(letter.iter().position(|byte| *byte == b'\n'), Some(letter.len() - 1), "one line");
    let letter: Value = serde_json::from_slice(&letter).expect("a letter is JSON");
    if let Ok(text) = std::str::from_utf8(record.raw) {
        assert_eq!(letter["record"], text);
    }
}

/// A second opinion on what is JSON.
fn well_formed(text: &[u8], found: Option<&Violations>) {
    let malformed = found.is_some_and(Violations::is_malformed);
    let another = std::str::from_utf8(text).is_ok() && serde_json::from_slice::<&RawValue>(text).is_ok();
    // The other parser has no limit for what is nested in unknown fields.
    if another == malformed && !found.is_some_and(|found| found.to_string().contains("nested deeper")) {
        panic!("malformed: {malformed}, JSON for another parser: {another}");
    }
}

/// Where a part of a text is in it.
fn place_in(text: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize).expect("a part of the text");
    assert!(start + part.len() <= text.len(), "a part of the text");
    start..start + part.len()
}
