//! What the author of a model says about its endpoint, beside the schema.
//!
//! It belongs to one version of a model and takes no part in the identity of its schema: versions
//! that share a table may have endpoints that promise different things, and changing a promise
//! moves no data.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    schema::Model,
    validate::{BodyFormat, UnknownFields},
};

/// A model as its author declared it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its schema.
    pub model: Model,
    /// What its endpoint promises.
    pub ingestion: Ingestion,
}

/// What an endpoint promises.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ingestion {
    /// Which JSON bodies it takes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub format: JsonForm,
    /// What becomes of a field that the model does not have.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unknown_fields: UnknownFields,
}

/// How a JSON body holds its records. NDJSON is taken whatever this says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum JsonForm {
    /// As the sender likes: one object, or an array of them.
    #[default]
    Either,
    /// One object.
    #[serde(rename = "JSON")]
    Object,
    /// An array of objects.
    #[serde(rename = "JSON_ARRAY")]
    Array,
}

impl Ingestion {
    /// Whether nothing is said, so that the defaults hold.
    pub fn is_default(&self) -> bool {
        is_default(self)
    }
}

impl JsonForm {
    /// The values that a configuration may have, and what they mean.
    pub const NAMED: [(&'static str, Self); 2] = [("JSON", Self::Object), ("JSON_ARRAY", Self::Array)];

    /// Whether a body is of this form, as far as its first character tells. What is neither an
    /// object nor an array passes: validation says better what is wrong with it.
    pub fn takes(self, format: BodyFormat, body: &[u8]) -> bool {
        let begins_with = |bracket| format.first_character(body) == Some(bracket);
        match (format, self) {
            (BodyFormat::Ndjson, _) | (BodyFormat::Json, Self::Either) => true,
            (BodyFormat::Json, Self::Object) => !begins_with(b'['),
            (BodyFormat::Json, Self::Array) => !begins_with(b'{'),
        }
    }
}

impl fmt::Display for Ingestion {
    /// The promise in words, as they follow "the endpoint takes".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.format {
            JsonForm::Either => "an object or an array as JSON",
            JsonForm::Object => "one object as JSON",
            JsonForm::Array => "an array as JSON",
        })?;
        f.write_str(match self.unknown_fields {
            UnknownFields::Drop => ", and drops unknown fields",
            UnknownFields::Refuse => ", and refuses unknown fields",
        })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_the_other_form_is_not_taken() {
        let taken = |form: JsonForm, body: &str| form.takes(BodyFormat::Json, body.as_bytes());
        for (body, object, array) in [
            ("{}", true, false),
            (" \n{", true, false),
            ("\u{feff}[{}]", false, true),
            ("\t[", false, true),
            // Neither form: validation refuses it.
            ("7", true, true),
            ("", true, true),
        ] {
            assert!(taken(JsonForm::Either, body), "{body}");
            assert_eq!(taken(JsonForm::Object, body), object, "{body}");
            assert_eq!(taken(JsonForm::Array, body), array, "{body}");
        }
    }

    #[test]
    fn lines_are_taken_in_all_cases() {
        for form in [JsonForm::Either, JsonForm::Object, JsonForm::Array] {
            assert!(form.takes(BodyFormat::Ndjson, b"{}\n{}"));
        }
    }

    /// Stored in `antler.lock` and in the journal.
    #[test]
    fn only_what_was_said_is_stored() {
        let stored = |ingestion: Ingestion| {
            let text = serde_json::to_string(&ingestion).unwrap();
            assert_eq!(serde_json::from_str::<Ingestion>(&text).unwrap(), ingestion);
            text
        };
        assert_eq!(stored(Ingestion::default()), "{}");
        assert_eq!(
            stored(Ingestion { format: JsonForm::Array, unknown_fields: UnknownFields::Refuse }),
            r#"{"format":"JSON_ARRAY","unknown_fields":"refuse"}"#
        );
    }
}
