//! `antler.lock`: the schemas of old versions, pinned.
//!
//! What a version was is read from git once, and then from here, so that production needs no git
//! and a rewritten history changes nothing. The file is committed. It is text that people review
//! and git merges, so it has one form: pretty JSON in the order of versions and models.
//!
//! Every model stands beside its schema hash; a file in which they differ was edited by hand or
//! merged wrongly, and is refused.

use std::{collections::BTreeMap, sync::Arc};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    ingestion::{Declared, Ingestion},
    names::Version,
    schema::{Model, SchemaHash},
};
use antler_store::git::CommitId;
use serde::{Deserialize, Serialize};

use crate::project::{
    folder::Folder,
    version_file::{offset, plain},
};

/// The name of the file.
pub const FILE_NAME: &str = "antler.lock";

/// The form that this program writes, and the newest that it reads.
const FORMAT: u32 = 4;

/// The pinned schemas of old versions.
pub type Lock = BTreeMap<Version, Pinned>;

/// A version as it was at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pinned {
    /// The full name of the commit.
    pub commit: CommitId,
    /// The name that git gives to the folder of data models in that commit.
    pub tree: String,
    /// The models, in the order of their names.
    pub models: Vec<Declared>,
}

/// Reads the file; a project without one has nothing pinned.
///
/// # Errors
/// It is damaged, or from a newer antler.
pub fn read(folder: &Folder) -> Result<Lock, Diagnostic> {
    match folder.read(FILE_NAME)? {
        Some(file) => parse(&file),
        None => Ok(Lock::new()),
    }
}

/// The text of the file.
pub fn text(lock: &Lock) -> String {
    let versions = lock
        .iter()
        .map(|(version, pinned)| {
            let stored = |Declared { model, ingestion }: &Declared| StoredModel {
                schema: model.schema_hash(),
                model: model.clone(),
                ingestion: *ingestion,
            };
            let version_text = StoredVersion {
                commit: pinned.commit.clone(),
                tree: pinned.tree.clone(),
                models: pinned.models.iter().map(stored).collect(),
            };
            (version.clone(), version_text)
        })
        .collect();
    let stored = Stored { format: FORMAT, versions };
    // Serializing fails for maps with keys that are no text; here they are all text.
    serde_json::to_string_pretty(&stored).unwrap_or_default() + "\n"
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: u32,
    versions: BTreeMap<Version, StoredVersion>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredVersion {
    commit: CommitId,
    tree: String,
    models: Vec<StoredModel>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredModel {
    schema: SchemaHash,
    model: Model,
    /// Since format 2.
    #[serde(default, skip_serializing_if = "Ingestion::is_default")]
    ingestion: Ingestion,
}

/// Reads the text of the file, from wherever it was kept.
///
/// # Errors
/// As [`read`].
pub fn parse(file: &Arc<SourceFile>) -> Result<Lock, Diagnostic> {
    const RENEW: &str =
        "restore it from git, or delete it: any command makes it anew from the pinned commits";
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let damaged = |error: &serde_json::Error| {
        let at = offset(&file.text, error.line(), error.column());
        Diagnostic::error(Code::Lock, format!("{FILE_NAME} is damaged"))
            .with_label(file, at..at, plain(error))
            .with_help(RENEW)
    };
    let Format { format } = serde_json::from_str(&file.text).map_err(|error| damaged(&error))?;
    if format > FORMAT {
        let message = format!("{FILE_NAME} has format {format}, and this antler knows {FORMAT}");
        return Err(Diagnostic::error(Code::Lock, message).with_help("use a newer antler"));
    }
    let stored: Stored = serde_json::from_str(&file.text).map_err(|error| damaged(&error))?;
    let mut lock = Lock::new();
    for (version, stored) in stored.versions {
        for StoredModel { schema, model, ingestion: _ } in &stored.models {
            if model.schema_hash() != *schema {
                let message = format!(
                    "{FILE_NAME} is damaged: the schema of {} {version} is not the pinned one",
                    model.name
                );
                return Err(Diagnostic::error(Code::Lock, message).with_help(RENEW));
            }
        }
        let declared =
            |StoredModel { model, ingestion, schema: _ }: StoredModel| Declared { model, ingestion };
        let models = stored.models.into_iter().map(declared).collect();
        lock.insert(version, Pinned { commit: stored.commit, tree: stored.tree, models });
    }
    Ok(lock)
}

#[cfg(test)]
mod tests {
    use antler_core::{
        ingestion::JsonForm,
        schema::{Absence, DataType, Field, Precise},
    };

    use super::*;

    fn sample() -> Lock {
        let field = |name: &str, data_type, absence, key| Field {
            name: name.parse().unwrap(),
            data_type,
            absence,
            key,
        };
        let model = Model {
            name: "UserActivity".parse().unwrap(),
            fields: vec![
                field("eventId", DataType::String, Absence::Never, true),
                field("timestamp", DataType::Date, Absence::Null, false),
                field("attempt", DataType::Precise(Precise::UInt8), Absence::Never, false),
            ],
            order_by: Vec::new(),
        };
        let pinned = |format| {
            let ingestion = Ingestion { format, ..Ingestion::default() };
            Pinned {
                commit: "a".repeat(40).parse().unwrap(),
                tree: "b".repeat(40),
                models: vec![Declared { model: model.clone(), ingestion }],
            }
        };
        Lock::from([
            ("0.10".parse().unwrap(), pinned(JsonForm::Array)),
            ("0.9".parse().unwrap(), pinned(JsonForm::Either)),
        ])
    }

    fn refused(text: &str) -> String {
        let file = Arc::new(SourceFile { path: FILE_NAME.into(), text: text.into() });
        let problem = parse(&file).unwrap_err();
        assert_eq!(problem.code, Code::Lock);
        problem.message
    }

    /// Lock files of this form are committed in people's projects: every later antler must read
    /// this text.
    #[test]
    fn the_fourth_form_is_frozen() {
        insta::assert_snapshot!(text(&sample()), @r#"
        {
          "format": 4,
          "versions": {
            "0.9": {
              "commit": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
              "tree": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
              "models": [
                {
                  "schema": "4b4b35e0b7dbc30feaa9c118aa130ec2854ac0e3f806e86900d1c5ced6527748",
                  "model": {
                    "name": "UserActivity",
                    "fields": [
                      {
                        "name": "eventId",
                        "type": "string",
                        "key": true
                      },
                      {
                        "name": "timestamp",
                        "type": "date",
                        "absence": "null"
                      },
                      {
                        "name": "attempt",
                        "type": {
                          "precise": "UInt8"
                        }
                      }
                    ]
                  }
                }
              ]
            },
            "0.10": {
              "commit": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
              "tree": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
              "models": [
                {
                  "schema": "4b4b35e0b7dbc30feaa9c118aa130ec2854ac0e3f806e86900d1c5ced6527748",
                  "model": {
                    "name": "UserActivity",
                    "fields": [
                      {
                        "name": "eventId",
                        "type": "string",
                        "key": true
                      },
                      {
                        "name": "timestamp",
                        "type": "date",
                        "absence": "null"
                      },
                      {
                        "name": "attempt",
                        "type": {
                          "precise": "UInt8"
                        }
                      }
                    ]
                  },
                  "ingestion": {
                    "format": "JSON_ARRAY"
                  }
                }
              ]
            }
          }
        }
        "#);
    }

    /// The first form did not say what endpoints promise, the second one not what models are ordered by,
    /// and the third one had no precise types.
    #[test]
    fn earlier_forms_are_read() {
        let commit = "a".repeat(40);
        let mut first = sample();
        first.retain(|version, _| version.to_string() == "0.9");
        let model = &mut first.values_mut().next().unwrap().models[0].model;
        model.fields.retain(|field| field.name.as_str() != "attempt");
        let schema = model.schema_hash();
        let text = format!(
            r#"{{"format": 1, "versions": {{"0.9": {{"commit": "{commit}", "tree": "{}", "models": [
                {{"schema": "{schema}", "model": {{"name": "UserActivity", "fields": [
                    {{"name": "eventId", "type": "string", "key": true}},
                    {{"name": "timestamp", "type": "date", "absence": "null"}}]}}}}]}}}}}}"#,
            "b".repeat(40)
        );
        let file = Arc::new(SourceFile { path: FILE_NAME.into(), text });
        assert_eq!(parse(&file).unwrap(), first);
    }

    #[test]
    fn a_lock_reads_back_as_it_was_written() {
        let file = Arc::new(SourceFile { path: FILE_NAME.into(), text: text(&sample()) });
        assert_eq!(parse(&file).unwrap(), sample());
    }

    #[test]
    fn a_lock_that_was_edited_or_is_newer_is_refused() {
        let good = text(&sample());
        assert_eq!(refused(&good[..good.len() / 2]), "antler.lock is damaged");
        assert_eq!(refused(&format!("<<<<<<< ours\n{good}")), "antler.lock is damaged");
        assert_eq!(
            refused(&good.replacen("timestamp", "time", 1)),
            "antler.lock is damaged: the schema of UserActivity 0.9 is not the pinned one"
        );
        assert_eq!(
            refused(&good.replacen("\"format\": 4", "\"format\": 5, \"more\": 3", 1)),
            "antler.lock has format 5, and this antler knows 4"
        );
    }
}
