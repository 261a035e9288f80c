//! The records of a body, the good apart from the bad.
//!
//! One bad record of many does not hold up the others: they are accepted, and it becomes a dead
//! letter. Where there is no telling one record from the next, or nothing to accept, the body is
//! refused as a whole and nothing of it is kept.

use antler_core::{
    dead_letter::Refused,
    names::ModelVersion,
    validate::{BodyFormat, Validator, Violations},
};

/// What is stored of one body, at the most, in bytes: its canonical form may be longer than itself.
const STORED: usize = 64 << 20;
/// The largest record that becomes a dead letter; written as JSON it may be six times as long.
const LARGEST_LETTER: usize = 4 << 20;

/// What to do with a body in which some records are bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Take the good ones.
    Partial,
    /// Refuse it.
    Strict,
}

/// Records as a topic takes them: a line each.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lines {
    pub(super) records: u32,
    pub(super) ndjson: Vec<u8>,
}

/// A body that is accepted, at least in parts.
#[derive(Debug)]
pub(super) struct Sorted {
    /// The good records, in their canonical form.
    pub(super) good: Lines,
    /// A dead letter for each of the others.
    pub(super) letters: Lines,
    /// What is wrong with the others.
    pub(super) violations: Violations,
}

/// Why nothing of a body is accepted.
#[derive(Debug)]
pub(super) enum Unsorted {
    /// Because of what is wrong with it.
    Invalid {
        violations: Violations,
        /// Why not even its good records were accepted, where that is not plain to see.
        reason: Option<&'static str>,
    },
    /// Its records take more than [`STORED`] bytes.
    TooLarge,
}

/// Sorts a body of records that were sent to an endpoint.
pub(super) fn sort(
    endpoint: &ModelVersion,
    validator: &Validator,
    body: &[u8],
    format: BodyFormat,
    mode: Mode,
    received_at: i64,
) -> Result<Sorted, Unsorted> {
    let mut good = Lines { records: 0, ndjson: Vec::with_capacity(body.len() + body.len() / 4) };
    let mut letters = Lines::default();
    let mut violations = Violations::of_body();
    // Once it is clear that nothing is accepted, the rest is only read for what is wrong with it.
    let mut refusal = (mode == Mode::Strict).then_some("All of its records have to be good (strict=true).");
    let single = !format.is_batch(body);
    let mut records = validator.records(body, format);
    while let Some(record) = records.next(&mut good.ndjson) {
        let Err(found) = record.outcome else {
            good.records = good.records.saturating_add(1);
            if good.ndjson.len() > STORED {
                return Err(Unsorted::TooLarge);
            }
            continue;
        };
        if format == BodyFormat::Json && !single && found.is_malformed() {
            refusal = Some("An array has to be whole: after the mistake its records cannot be told apart.");
        } else if record.raw.len() > LARGEST_LETTER || letters.ndjson.len() > STORED / 2 {
            refusal = Some("Too much of it is bad to be kept as dead letters.");
        }
        if refusal.is_none() && !single {
            Refused { endpoint, violations: &found, record: record.raw, received_at }
                .write(&mut letters.ndjson);
            letters.records = letters.records.saturating_add(1);
        } else {
            letters = Lines::default();
        }
        violations.absorb(found);
    }
    if violations.is_empty() {
        return Ok(Sorted { good, letters, violations });
    }
    match refusal {
        None if good.records > 0 => Ok(Sorted { good, letters, violations }),
        reason => Err(Unsorted::Invalid { violations, reason: reason.filter(|_| good.records > 0) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(body: &str, format: BodyFormat, mode: Mode) -> Result<(u32, u32, usize), Option<&'static str>> {
        let model = r#"{"name": "A", "fields": [{"name": "id", "type": "string", "key": true}]}"#;
        let validator = Validator::new(&serde_json::from_str(model).unwrap(), Default::default());
        let endpoint = ModelVersion::try_from("A 0.0".to_owned()).unwrap();
        match sort(&endpoint, &validator, body.as_bytes(), format, mode, 0) {
            Ok(Sorted { good, letters, violations }) => {
                let lines = |lines: &Lines| lines.ndjson.iter().filter(|byte| **byte == b'\n').count();
                assert_eq!(
                    (lines(&good), lines(&letters)),
                    (good.records as usize, letters.records as usize)
                );
                Ok((good.records, letters.records, violations.listed().len()))
            }
            Err(Unsorted::Invalid { violations, reason }) => {
                assert!(!violations.is_empty());
                Err(reason)
            }
            Err(Unsorted::TooLarge) => panic!("too large"),
        }
    }

    const GOOD: &str = r#"{"id":"a"}"#;

    #[test]
    fn good_records_are_taken_and_each_bad_one_becomes_a_letter() {
        let json = format!("[{GOOD}, {{}}, {GOOD}, 7]");
        assert_eq!(sorted(&json, BodyFormat::Json, Mode::Partial), Ok((2, 2, 2)));
        let lines = format!("{GOOD}\n{{\n{GOOD}\n");
        assert_eq!(sorted(&lines, BodyFormat::Ndjson, Mode::Partial), Ok((2, 1, 1)));
        for good in [GOOD, "[]", &format!("[{GOOD}]")] {
            let records = u32::from(good != "[]");
            assert_eq!(sorted(good, BodyFormat::Json, Mode::Strict), Ok((records, 0, 0)), "{good}");
        }
    }

    #[test]
    fn a_body_is_refused_whole_when_nothing_in_it_is_good() {
        for body in ["{}", "7", "", "[{}]", " \u{feff}[{}, 7]"] {
            assert_eq!(sorted(body, BodyFormat::Json, Mode::Partial), Err(None), "{body}");
        }
        assert_eq!(sorted("{}\n{", BodyFormat::Ndjson, Mode::Partial), Err(None));
    }

    #[test]
    fn a_body_with_good_records_that_is_refused_whole_says_why() {
        let refused = |body: &str, format, mode| sorted(body, format, mode).unwrap_err().unwrap();
        assert!(refused(&format!("[{GOOD}, {{}}]"), BodyFormat::Json, Mode::Strict).contains("strict"));
        assert!(refused(&format!("[{GOOD}, {{]"), BodyFormat::Json, Mode::Partial).contains("array"));
        let long = format!("{GOOD}\n\"{}\"\n", "x".repeat(LARGEST_LETTER));
        assert!(refused(&long, BodyFormat::Ndjson, Mode::Partial).contains("Too much"));
        let many = format!("{GOOD}\n{}", format!("{{\"id\":{}}}\n", "1".repeat(1 << 20)).repeat(40));
        assert!(refused(&many, BodyFormat::Ndjson, Mode::Partial).contains("Too much"));
    }
}
