//! What became of each model, and of each of its fields, between two versions.
//!
//! For people and programs that read about a change. A renamed or moved field is a guess of
//! [`Diff`](crate::diff::Diff); that a model was renamed is known from the migrations alone. Which of two
//! versions is older does not matter: the difference reads from the first to the second.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    compatibility::{self, Compatibility, FieldChange, FieldVerdict},
    ingestion::Declared,
    names::{MigrationName, ModelName, Version},
    schema::{Absence, DataType, Field, Model},
};

/// A model, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelDiff {
    /// Its name in the second version; in the first one if it is gone.
    pub model: ModelName,
    /// What became of it.
    #[serde(flatten)]
    pub change: ModelChange,
    /// How that weighs for those who send events or read rows.
    pub compatibility: Compatibility,
    /// The fields that are not the same, those of nested objects one by one.
    pub fields: Vec<FieldDiff>,
    /// What its table is sorted by, where that is not the same.
    pub sorting_key: Option<Change>,
    /// What its endpoint takes, where that is not the same.
    pub endpoint: Option<Change>,
}

/// What became of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ModelChange {
    /// Nothing that a table shows.
    Same,
    /// It is only in the second version.
    Added,
    /// It is only in the first version.
    Removed,
    /// Some of its fields are not the same.
    Changed,
    /// A migration leads to it from a model of another name.
    Renamed {
        /// Its name in the first version.
        from: ModelName,
    },
}

/// A field that is not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldDiff {
    /// Its path in the second version, or in the first one if it is gone.
    pub field: String,
    /// What became of it.
    pub change: FieldFate,
    /// Its path in the first version, where that is another one.
    pub from: Option<String>,
    /// What its values were.
    pub before: Option<String>,
    /// What its values are.
    pub after: Option<String>,
    /// How that weighs.
    pub compatibility: Compatibility,
}

/// What became of a field that is not the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldFate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It holds other values.
    Changed,
    /// Likely, it had another name.
    Renamed,
    /// Likely, it stood inside an object, or outside of one.
    Moved,
}

/// Two texts that are not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// In the first version.
    pub from: String,
    /// In the second version.
    pub to: String,
}

impl Change {
    fn between(from: String, to: String) -> Option<Self> {
        (from != to).then_some(Self { from, to })
    }
}

/// Compares the models of two versions, in the order of their names in the second one. `renamed` tells the
/// name in the first version of models that had another one: see [`renames`].
pub fn compare(
    first: &[Declared],
    second: &[Declared],
    renamed: &BTreeMap<ModelName, ModelName>,
) -> Vec<ModelDiff> {
    let of = |models: &[Declared]| -> BTreeMap<ModelName, Declared> {
        models.iter().map(|declared| (declared.model.name.clone(), declared.clone())).collect()
    };
    let (mut before, after) = (of(first), of(second));
    let mut diffs: Vec<_> = after
        .into_iter()
        .map(|(name, now)| {
            let old_name = renamed.get(&name).unwrap_or(&name);
            match before.remove(old_name) {
                Some(before) => both(&before, &now),
                None => alone(name, ModelChange::Added, Compatibility::Compatible),
            }
        })
        .collect();
    diffs.extend(before.into_keys().map(|name| alone(name, ModelChange::Removed, Compatibility::Breaking)));
    diffs.sort_by(|a, b| a.model.cmp(&b.model));
    diffs
}

/// The models of the second version that had another name in the first one, with that name: those to which
/// migrations lead from a model of another name, perhaps over several versions.
pub fn renames<'m>(
    (first, before): (&Version, &[Declared]),
    (second, after): (&Version, &[Declared]),
    migrations: impl IntoIterator<Item = &'m MigrationName>,
) -> BTreeMap<ModelName, ModelName> {
    let has = |models: &[Declared], name: &ModelName| models.iter().any(|of| of.model.name == *name);
    let (low, high) = if first <= second { (first, second) } else { (second, first) };
    let within = |version: &Version| version >= low && version <= high;
    let steps: Vec<_> = migrations
        .into_iter()
        .filter(|name| name.from.model != name.to.model)
        .filter(|name| within(&name.from.version) && within(&name.to.version))
        .collect();
    let mut renamed = BTreeMap::new();
    for name in before.iter().map(|of| &of.model.name).filter(|name| !has(after, name)) {
        // Each step is taken once, so names that go round in a circle end.
        let (mut current, mut left) = (name, steps.clone());
        while let Some(at) = left.iter().position(|step| step.from.model == *current) {
            current = &left.swap_remove(at).to.model;
            if has(after, current) {
                break;
            }
        }
        if current != name && has(after, current) && !has(before, current) {
            renamed.entry(current.clone()).or_insert_with(|| name.clone());
        }
    }
    renamed
}

fn alone(model: ModelName, change: ModelChange, compatibility: Compatibility) -> ModelDiff {
    ModelDiff { model, change, compatibility, fields: Vec::new(), sorting_key: None, endpoint: None }
}

fn both(before: &Declared, now: &Declared) -> ModelDiff {
    let (older, newer) = (&before.model, &now.model);
    let verdicts = compatibility::compare(&older.fields, &newer.fields);
    let fields: Vec<_> = verdicts.iter().filter_map(|verdict| field(older, newer, verdict)).collect();
    let overall = compatibility::overall(&verdicts);
    let (change, compatibility) = if older.name != newer.name {
        (ModelChange::Renamed { from: older.name.clone() }, Compatibility::Breaking)
    } else if fields.is_empty() {
        (ModelChange::Same, overall)
    } else {
        (ModelChange::Changed, overall)
    };
    ModelDiff {
        model: newer.name.clone(),
        change,
        compatibility,
        fields,
        sorting_key: Change::between(sorted_by(older), sorted_by(newer)),
        endpoint: Change::between(before.ingestion.to_string(), now.ingestion.to_string()),
    }
}

fn sorted_by(model: &Model) -> String {
    model.sorting_key().map(|name| name.as_str()).collect::<Vec<_>>().join(", ")
}

fn field(older: &Model, newer: &Model, verdict: &FieldVerdict) -> Option<FieldDiff> {
    let (change, from) = match &verdict.change {
        FieldChange::Same => return None,
        FieldChange::Added => (FieldFate::Added, None),
        FieldChange::Removed => (FieldFate::Removed, None),
        FieldChange::Renamed { from } => (FieldFate::Renamed, Some(from.clone())),
        FieldChange::Moved { from } => (FieldFate::Moved, Some(from.clone())),
        FieldChange::Changed { .. } => (FieldFate::Changed, None),
    };
    let before = at(&older.fields, from.as_deref().unwrap_or(&verdict.field));
    let after = at(&newer.fields, &verdict.field);
    Some(FieldDiff {
        field: verdict.field.clone(),
        change,
        from,
        before: before.filter(|_| change != FieldFate::Added).map(values),
        after: after.filter(|_| change != FieldFate::Removed).map(values),
        compatibility: verdict.compatibility,
    })
}

/// The field that a path such as `legs[].origin` leads to. A name may have dots of its own.
fn at<'f>(fields: &'f [Field], path: &str) -> Option<&'f Field> {
    fields.iter().find_map(|field| {
        let rest = path.strip_prefix(field.name.as_str())?;
        if rest.is_empty() {
            return Some(field);
        }
        let (mut rest, mut inside) = (rest, &field.data_type);
        while let (Some(deeper), DataType::Array(item)) = (rest.strip_prefix("[]"), inside) {
            (rest, inside) = (deeper, &item.data_type);
        }
        match (rest.strip_prefix('.'), inside) {
            (Some(path), DataType::Object(fields)) => at(fields, path),
            (_, _) => None,
        }
    })
}

/// What the values of a field are, as TypeScript says it.
pub fn values(field: &Field) -> String {
    let plain = field.data_type.to_string();
    let plain = if field.key { format!("Key<{plain}>") } else { plain };
    plain
        + match field.absence {
            Absence::Never => "",
            Absence::Undefined => " | undefined",
            Absence::Null => " | null",
            Absence::Either => " | null | undefined",
        }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::{
        ingestion::{Ingestion, JsonForm},
        schema::Item,
    };

    fn field(name: &str, data_type: DataType) -> Field {
        Field { name: name.parse().unwrap(), data_type, absence: Absence::Never, key: name == "id" }
    }

    fn model(name: &str, fields: Vec<Field>) -> Declared {
        let mut all = vec![field("id", DataType::String)];
        all.extend(fields);
        let model = Model { name: name.parse().unwrap(), fields: all, order_by: Vec::new() };
        Declared { model, ingestion: Ingestion::default() }
    }

    fn told(diffs: &[ModelDiff]) -> String {
        let mut out = String::new();
        for diff in diffs {
            let _ = writeln!(out, "{} {:?} {}", diff.model, diff.change, diff.compatibility);
            for field in &diff.fields {
                let _ = writeln!(
                    out,
                    "  {:?} {} from {}: {} -> {}",
                    field.change,
                    field.field,
                    field.from.as_deref().unwrap_or("-"),
                    field.before.as_deref().unwrap_or("-"),
                    field.after.as_deref().unwrap_or("-"),
                );
            }
        }
        out
    }

    #[test]
    fn a_field_is_new_gone_changed_renamed_or_changed_inside() {
        let legs = |inner| {
            let item = Item { data_type: DataType::Object(vec![inner]), nullable: false };
            field("legs", DataType::Array(Box::new(item)))
        };
        let mut gate = field("gate", DataType::String);
        gate.absence = Absence::Undefined;
        let older = [model(
            "Flight",
            vec![
                field("dep_time", DataType::String),
                field("at", DataType::String),
                field("crew", DataType::Number),
                legs(field("a.b", DataType::String)),
            ],
        )];
        let newer = [model(
            "Flight",
            vec![
                field("departureTime", DataType::String),
                field("at", DataType::Date),
                gate,
                legs(field("a.b", DataType::Date)),
            ],
        )];
        insta::assert_snapshot!(told(&compare(&older, &newer, &BTreeMap::new())), @r"
        Flight Changed breaking
          Renamed departureTime from dep_time: string -> string
          Changed at from -: string -> Date
          Added gate from -: - -> string | undefined
          Changed legs[].a.b from -: string -> Date
          Removed crew from -: number -> -
        ");
    }

    #[test]
    fn models_come_go_and_stay_whatever_their_endpoints_promise() {
        let mut ping = model("Ping", Vec::new());
        ping.ingestion.format = JsonForm::Array;
        let older = [model("Flight", Vec::new()), model("Ping", Vec::new())];
        let newer = [ping, model("Trip", Vec::new())];
        let diffs = compare(&older, &newer, &BTreeMap::new());
        insta::assert_snapshot!(told(&diffs), @r"
        Flight Removed breaking
        Ping Same identical
        Trip Added compatible
        ");
        assert!(diffs[1].endpoint.is_some());
    }

    #[test]
    fn a_model_was_renamed_if_migrations_say_so_over_any_number_of_versions() {
        let [v0, v2] = ["0.0", "0.2"].map(|text| text.parse::<Version>().unwrap());
        let names = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>();
        let (older, newer) = ([model("Flight", Vec::new())], [model("Trip", Vec::new())]);
        let renamed = |migrations: &[&str]| {
            renames((&v0, &older), (&v2, &newer), &names(migrations)).into_iter().collect::<Vec<_>>()
        };
        let is_flight = [("Trip".parse().unwrap(), "Flight".parse().unwrap())];
        assert_eq!(renamed(&["Flight_migrate__0_0__Trip__0_2"]), is_flight);
        assert_eq!(
            renamed(&["Journey_migrate__0_1__Trip__0_2", "Flight_migrate__0_0__Journey__0_1"]),
            is_flight
        );
        assert_eq!(renamed(&["Flight_migrate__0_0__Journey__0_1"]), []);
        assert_eq!(renamed(&["Flight_migrate__0_2__Trip__0_3"]), []);
        let circle = ["Flight_migrate__0_0__Journey__0_1", "Journey_migrate__0_1__Flight__0_2"];
        assert_eq!(renamed(&circle), []);
        let back = renames((&v2, &newer), (&v0, &older), &names(&["Trip_migrate__0_2__Flight__0_0"]));
        assert_eq!(back.len(), 1);
    }
}
