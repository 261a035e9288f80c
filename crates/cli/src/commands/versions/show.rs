//! `antler versions show`: the models of a version, with their fields.

use antler_core::{
    ingestion::{Declared, Ingestion},
    names::Version,
    schema::Model,
    sql::column_type,
    version_diff::values,
};
use anyhow::Result;
use serde::Serialize;

use super::{commit, day};
use crate::{
    args::VersionsShowArgs,
    palette::{Colour, Palette},
    printer::Printer,
    problems::Problems,
    project::{
        Project,
        roll::{Entry, Roll, State},
    },
    render::{self, Align},
};

/// A version, for programs.
#[derive(Serialize)]
struct Shown<'a> {
    version: &'a Version,
    state: State,
    commit: Option<&'a str>,
    committed: Option<String>,
    models: Vec<ShownModel<'a>>,
}

/// A model of it.
#[derive(Serialize)]
struct ShownModel<'a> {
    table: String,
    shared_by: Vec<String>,
    sorting_key: Vec<&'a str>,
    ingestion: &'a Ingestion,
    schema: String,
    model: &'a Model,
}

/// Shows it.
///
/// # Errors
/// There is no such version, or nobody takes it.
pub fn run(args: &VersionsShowArgs, project: &Project, roll: &Roll, printer: &Printer) -> Result<()> {
    let version = args.version.as_ref().unwrap_or(project.version());
    let entry = roll.version(version).map_err(Problems::from)?;
    let out = if args.json {
        serde_json::to_string_pretty(&shown(roll, version, entry))? + "\n"
    } else {
        page(roll, version, entry, printer.palette())
    };
    Ok(printer.data(out.as_bytes())?)
}

fn shown<'a>(roll: &Roll, version: &'a Version, entry: &'a Entry) -> Shown<'a> {
    let model = |Declared { model, ingestion }: &'a Declared| ShownModel {
        table: roll.table(&model.name, version).table.to_string(),
        shared_by: roll.run(&model.name, version).iter().map(ToString::to_string).collect(),
        sorting_key: model.sorting_key().map(|name| name.as_str()).collect(),
        ingestion,
        schema: model.schema_hash().to_string(),
        model,
    };
    Shown {
        version,
        state: entry.state,
        commit: entry.commit.as_ref().map(|commit| commit.as_str()),
        committed: entry.committed.map(|at| at.to_string()),
        models: entry.models.iter().map(model).collect(),
    }
}

fn page(roll: &Roll, version: &Version, entry: &Entry, palette: Palette) -> String {
    let mut head = format!("{version} is {}", entry.state.word());
    head += &match (&entry.commit, entry.committed) {
        (Some(_), Some(_)) => format!(", as it was at {} of {}", commit(entry), day(entry)),
        (Some(_), None) => format!(", as it was at {}", commit(entry)),
        (None, _) => ", as it is in the working tree".to_owned(),
    };
    let models = entry.models.iter().map(|declared| model(roll, version, declared, palette));
    std::iter::once(head + "\n").chain(models).collect::<Vec<_>>().join("\n")
}

fn model(roll: &Roll, version: &Version, declared: &Declared, palette: Palette) -> String {
    let Declared { model, ingestion } = declared;
    let table = roll.table(&model.name, version).table;
    let others: Vec<_> = roll
        .run(&model.name, version)
        .iter()
        .filter(|other| *other != version)
        .map(ToString::to_string)
        .collect();
    let shared =
        if others.is_empty() { String::new() } else { format!(", shared with {}", others.join(", ")) };
    let key: Vec<_> = model.sorting_key().map(|name| name.as_str()).collect();
    let sorted = if key.is_empty() { "nothing".to_owned() } else { key.join(", ") };
    let columns = ["  FIELD", "TYPE", "COLUMN"].map(|name| (name, Align::Left));
    let rows = model.fields.iter().map(|field| {
        // The type of a column names the numbers of enums and the fields of objects again.
        let column = column_type(field);
        let column = if column.len() > 40 { "…".to_owned() } else { column };
        vec![format!("  {}", field.name), values(field), column]
    });
    format!(
        "{}  in {table}{shared}\n  sorted by {sorted}; the endpoint takes {ingestion}\n{}",
        palette.paint(Colour::Heading, model.name.as_str()),
        render::table(&columns, rows.collect()),
    )
}
