//! Versions whose models changed without becoming another version.
//!
//! [`edits`] compares what versions were, at some earlier point, with what they are. It knows
//! nothing of where either comes from. What a version was when it was the newest one may still be
//! worked on, as long as nobody has to change anything; an older one stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    compatibility::{Compatibility, FieldVerdict, compare, overall},
    ingestion::Declared,
    names::{ModelName, ModelVersion, Version},
    schema::Model,
};

/// A model of a version that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The model and the version.
    pub of: ModelVersion,
    /// What happened to it.
    pub kind: EditKind,
    /// Whether it has to become a new version.
    pub weight: Weight,
}

/// What happened to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditKind {
    /// The version did not have it.
    Added,
    /// The version has it no more.
    Removed,
    /// Its fields are others. Those that stayed are not listed.
    Changed(Vec<FieldVerdict>),
}

/// Whether an edit has to become a new version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It has to.
    Refused,
    /// It may stay, and is worth a look.
    Noted,
}

/// The models of versions.
pub type Versions = BTreeMap<Version, Vec<Declared>>;

/// Everything that changed in versions that were there and still are, in the order of versions and
/// models. `current` was the newest version then.
pub fn edits(before: &Versions, current: &Version, now: &Versions) -> Vec<Edit> {
    let both = before.iter().filter_map(|(version, models)| Some((version, models, now.get(version)?)));
    let edits = |(version, before, now): (&Version, &Vec<Declared>, &Vec<Declared>)| {
        let age = if version == current { Age::Newest } else { Age::Older };
        version_edits(version, age, &by_name(before), &by_name(now))
    };
    both.flat_map(edits).collect()
}

/// What a version was then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Age {
    Newest,
    Older,
}

type ByName<'a> = BTreeMap<&'a ModelName, &'a Model>;

fn version_edits(version: &Version, age: Age, before: &ByName, now: &ByName) -> Vec<Edit> {
    let names: BTreeSet<_> = before.keys().chain(now.keys()).copied().collect();
    let edit = |name: &ModelName| {
        let (kind, compatibility) = match (before.get(name), now.get(name)) {
            (Some(before), Some(now)) => {
                let mut verdicts = compare(&before.fields, &now.fields);
                let compatibility = overall(&verdicts);
                verdicts.retain(|verdict| verdict.compatibility != Compatibility::Identical);
                (EditKind::Changed(verdicts), compatibility)
            }
            (Some(_), None) => (EditKind::Removed, Compatibility::Breaking),
            // A version that is being worked on gets more models.
            (None, _) if age == Age::Newest => (EditKind::Added, Compatibility::Identical),
            (None, _) => (EditKind::Added, Compatibility::Compatible),
        };
        let weight = match compatibility {
            Compatibility::Identical => return None,
            Compatibility::Compatible if age == Age::Newest => Weight::Noted,
            Compatibility::Compatible | Compatibility::Breaking => Weight::Refused,
        };
        Some(Edit { of: ModelVersion::new(name.clone(), version.clone()), kind, weight })
    };
    names.into_iter().filter_map(edit).collect()
}

fn by_name(models: &[Declared]) -> ByName<'_> {
    models.iter().map(|declared| (&declared.model.name, &declared.model)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        ingestion::Ingestion,
        schema::{Absence, DataType, Field},
    };

    /// Models as `A id note?`: the name, then the fields.
    fn versions(list: &[(&str, &[&str])]) -> Versions {
        let field = |name: &str| Field {
            name: name.trim_end_matches('?').parse().unwrap(),
            data_type: DataType::String,
            absence: if name.ends_with('?') { Absence::Undefined } else { Absence::Never },
            key: name == "id",
        };
        let model = |text: &&str| {
            let mut words = text.split(' ');
            let name = words.next().unwrap().parse().unwrap();
            Declared {
                model: Model { name, fields: words.map(field).collect(), order_by: Vec::new() },
                ingestion: Ingestion::default(),
            }
        };
        let version = |(version, models): &(&str, &[&str])| {
            (version.parse().unwrap(), models.iter().map(model).collect())
        };
        list.iter().map(version).collect()
    }

    fn said(before: &[(&str, &[&str])], now: &[(&str, &[&str])]) -> Vec<String> {
        let current = before.last().unwrap().0.parse().unwrap();
        let edits = edits(&versions(before), &current, &versions(now));
        edits.iter().map(|edit| format!("{:?} {}", edit.weight, edit.of)).collect()
    }

    #[test]
    fn the_newest_version_may_grow_and_an_older_one_stays_as_it_is() {
        let before: &[(&str, &[&str])] = &[("0.0", &["A id"]), ("0.1", &["A id"])];
        let grown: &[&str] = &["A id note?"];
        assert_eq!(said(before, &[("0.0", grown), ("0.1", grown)]), ["Refused A 0.0", "Noted A 0.1"]);
        let more: &[&str] = &["A id", "B id"];
        assert_eq!(said(before, &[("0.0", more), ("0.1", more)]), ["Refused B 0.0"]);
        assert_eq!(said(before, &[("0.0", &["A id"]), ("0.1", &["A id other"])]), ["Refused A 0.1"]);
        assert_eq!(said(before, &[("0.0", &["A id"]), ("0.1", &[])]), ["Refused A 0.1"]);
        assert_eq!(said(before, before), [""; 0]);
    }

    #[test]
    fn a_version_that_came_or_went_was_not_edited() {
        let before: &[(&str, &[&str])] = &[("0.0", &["A id"]), ("0.1", &["A id"])];
        assert_eq!(said(before, &[("0.1", &["A id"]), ("0.2", &["A other"])]), [""; 0]);
    }
}
