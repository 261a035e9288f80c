//! `antler versions ls`: a line for each model of each version.

use std::collections::BTreeMap;

use antler_core::names::{ModelName, Version};
use anyhow::Result;
use serde::Serialize;

use super::{commit, day};
use crate::{
    args::ListArgs,
    printer::Printer,
    project::roll::{Entry, Roll, State},
    render::{self, Align},
};

/// A version, for programs.
#[derive(Serialize)]
struct Listed<'a> {
    state: State,
    commit: Option<&'a str>,
    committed: Option<String>,
    models: BTreeMap<&'a ModelName, ListedModel>,
}

/// A model of a version.
#[derive(Serialize)]
struct ListedModel {
    schema: String,
    table: String,
    /// The versions that share the table.
    shared_by: Vec<String>,
}

/// Lists them.
///
/// # Errors
/// Nobody takes it.
pub fn run(args: &ListArgs, roll: &Roll, printer: &Printer) -> Result<()> {
    let out = if args.json {
        let all =
            roll.versions.iter().map(|(version, entry)| (version.to_string(), listed(roll, version, entry)));
        serde_json::to_string_pretty(&all.collect::<BTreeMap<_, _>>())? + "\n"
    } else {
        table(roll)
    };
    Ok(printer.data(out.as_bytes())?)
}

fn listed<'a>(roll: &Roll, version: &Version, entry: &'a Entry) -> Listed<'a> {
    let model = |declared: &'a antler_core::ingestion::Declared| {
        let name = &declared.model.name;
        let listed = ListedModel {
            schema: declared.model.schema_hash().to_string(),
            table: roll.table(name, version).table.to_string(),
            shared_by: roll.run(name, version).iter().map(ToString::to_string).collect(),
        };
        (name, listed)
    };
    Listed {
        state: entry.state,
        commit: entry.commit.as_ref().map(|commit| commit.as_str()),
        committed: entry.committed.map(|at| at.to_string()),
        models: entry.models.iter().map(model).collect(),
    }
}

fn table(roll: &Roll) -> String {
    let columns =
        ["VERSION", "STATE", "COMMIT", "DATE", "MODEL", "TABLE", "SAME AS"].map(|name| (name, Align::Left));
    let mut rows = Vec::new();
    for (version, entry) in roll.versions.iter().rev() {
        let mut head =
            [version.to_string(), entry.state.word().to_owned(), commit(entry), day(entry)].to_vec();
        for declared in &entry.models {
            let name = &declared.model.name;
            let others: Vec<_> = roll
                .run(name, version)
                .iter()
                .filter(|other| *other != version)
                .map(ToString::to_string)
                .collect();
            let row = [name.to_string(), roll.table(name, version).table.to_string(), others.join(", ")];
            rows.push([head.clone(), row.to_vec()].concat());
            head = vec![String::new(); head.len()];
        }
        if entry.models.is_empty() {
            rows.push([head, vec!["-".to_owned(), String::new(), String::new()]].concat());
        }
    }
    render::table(&columns, rows)
}
