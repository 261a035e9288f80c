//! `antler ls` and `antler ps`: what there is, and what it is doing.

use std::collections::BTreeSet;

use antler_core::names::{ModelName, Version};
use antler_server::status::{
    DeadLetterStatus, LoadCount, MigrationPhase, MigrationStatus, Status, TableStatus,
};
use anyhow::Result;

use crate::{
    access::Access,
    args::ListArgs,
    printer::Printer,
    project::Project,
    render::{self, Align, bytes, count},
    settings::Settings,
};

/// Lists models and versions, with their endpoints, topics and tables.
///
/// # Errors
/// There is no project, or its data cannot be opened.
pub fn ls(args: &ListArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    list(args, settings, printer, |status| {
        if status.tables.is_empty() { NOTHING_YET.to_owned() } else { tables(status) }
    })
}

/// Lists sinks and migrations, with their state and lag.
///
/// # Errors
/// As [`ls`].
pub fn ps(args: &ListArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    list(args, settings, printer, |status| {
        if status.tables.is_empty() {
            return NOTHING_YET.to_owned();
        }
        let parts = [sinks(status), migrations(status), dead_letters(status), failures(status)];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    })
}

const NOTHING_YET: &str = "Nothing is deployed yet. Start with: antler dev\n";

fn list(
    args: &ListArgs,
    settings: &Settings,
    printer: &Printer,
    text: impl Fn(&Status) -> String,
) -> Result<()> {
    let project = Project::open(settings)?;
    let status = Access::to(&project)?.status()?;
    let out = if args.json { serde_json::to_string_pretty(&status)? + "\n" } else { text(&status) };
    Ok(printer.data(out.as_bytes())?)
}

fn tables(status: &Status) -> String {
    let columns = [
        ("MODEL", Align::Left),
        ("VERSION", Align::Left),
        ("ENDPOINT", Align::Left),
        ("TOPIC", Align::Left),
        ("TABLE", Align::Left),
        ("ROWS", Align::Right),
        ("SIZE", Align::Right),
    ];
    let row = |table: &TableStatus, version: &Version| {
        let endpoint = match table.retired.contains(version) {
            false => format!("/ingest/{}/{version}", table.model.in_url()),
            true => "retired".to_owned(),
        };
        let current = if status.current.as_ref() == Some(version) { " (current)" } else { "" };
        vec![
            table.model.to_string(),
            format!("{version}{current}"),
            endpoint,
            table.topic.clone(),
            table.table.clone(),
            count(table.rows),
            bytes(table.bytes),
        ]
    };
    let rows = status.tables.iter().flat_map(|table| {
        let versions = table.versions.iter().chain(&table.retired).collect::<BTreeSet<_>>();
        versions.into_iter().map(move |version| row(table, version))
    });
    render::table(&columns, rows.collect())
}

fn sinks(status: &Status) -> String {
    let columns = [
        ("TABLE", Align::Left),
        ("RECEIVED", Align::Right),
        ("STORED", Align::Right),
        ("LAG", Align::Right),
        ("ROWS", Align::Right),
        ("STATE", Align::Left),
    ];
    let row = |table: &TableStatus| {
        let state = match (&table.failure, table.versions.is_empty()) {
            (Some(_), _) => "failing",
            (None, false) => "open",
            (None, true) => "retired",
        };
        vec![
            table.table.clone(),
            count(table.received),
            count(table.stored),
            count(table.received.saturating_sub(table.stored)),
            count(table.rows),
            state.to_owned(),
        ]
    };
    render::table(&columns, status.tables.iter().map(row).collect())
}

fn migrations(status: &Status) -> String {
    if status.migrations.is_empty() {
        return String::new();
    }
    let columns =
        [("MIGRATION", Align::Left), ("STATE", Align::Left), ("LOADED", Align::Right), ("LAG", Align::Right)];
    let row = |migration: &MigrationStatus| {
        let state = match (&migration.failure, migration.phase) {
            (_, MigrationPhase::Paused) => "paused",
            (Some(_), MigrationPhase::Loading | MigrationPhase::Live) => "failing",
            (None, MigrationPhase::Loading) => "loading",
            (None, MigrationPhase::Live) => "live",
        };
        let loaded = migration.load.map(|load| loaded(&load));
        vec![
            format!("{} → {}", migration.from, migration.to),
            state.to_owned(),
            loaded.unwrap_or_else(|| "-".to_owned()),
            count(migration.lag),
        ]
    };
    render::table(&columns, status.migrations.iter().map(row).collect())
}

/// How far a load is, and how fast while it runs.
fn loaded(load: &LoadCount) -> String {
    let rows = format!("{} of {}", count(load.done), count(load.total));
    match load.rows_per_second {
        Some(rate) => format!("{rows}, {}", render::pace(rate, load.left_ms)),
        None => rows,
    }
}

fn dead_letters(status: &Status) -> String {
    let line = |(model, letters): (&ModelName, &DeadLetterStatus)| match letters.open + letters.lag {
        0 => None,
        1 => Some(format!("1 dead letter of {model} is open: antler dlq ls {model}\n")),
        many => Some(format!("{} dead letters of {model} are open: antler dlq ls {model}\n", count(many))),
    };
    status.dead_letters.iter().filter_map(line).collect()
}

fn failures(status: &Status) -> String {
    let tables =
        status.tables.iter().filter_map(|table| Some((table.table.clone(), table.failure.as_ref()?)));
    let migrations = status.migrations.iter().filter_map(|migration| {
        Some((format!("{} → {}", migration.from, migration.to), migration.failure.as_ref()?))
    });
    let letters = status.dead_letters.iter().filter_map(|(model, letters)| {
        Some((format!("the sink of {model}_dead_letters"), letters.failure.as_ref()?))
    });
    tables
        .chain(migrations)
        .chain(letters)
        .map(|(what, failure)| format!("{what} is being repeated: {failure}\n"))
        .collect()
}
