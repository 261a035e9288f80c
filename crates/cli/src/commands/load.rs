//! `antler load`: how far initial loads are, and whether they go on.

use std::num::NonZeroU64;

use antler_core::load::course::{Motion, Order};
use antler_server::load::{LoadPhase, LoadStatus, LoadsStatus};
use anyhow::Result;

use crate::{
    access::Access,
    args::LoadCommand,
    printer::Printer,
    project::Project,
    render::{self, Align, count},
    settings::Settings,
};

/// Does what was asked, and shows how loads stand then.
///
/// # Errors
/// There is no project, or its data cannot be opened.
pub fn run(command: &LoadCommand, settings: &Settings, printer: &Printer) -> Result<()> {
    let (order, json) = match command {
        LoadCommand::Status(args) => (None, args.json),
        LoadCommand::Pause(args) => (Some(Order::Pause), args.json),
        LoadCommand::Resume(args) => (Some(Order::Resume { max_rate: args.max_rate }), args.json),
        LoadCommand::Accept(args) => (Some(Order::Accept { load: args.load }), args.json),
    };
    let project = Project::open(settings)?;
    let status = Access::to(&project)?.loads(order, project.config.load_max_rate)?;
    let out = if json { serde_json::to_string_pretty(&status)? + "\n" } else { page(&status) };
    Ok(printer.data(out.as_bytes())?)
}

fn page(status: &LoadsStatus) -> String {
    let nothing = "No load is running or waiting.\n";
    let mut out = if status.loads.is_empty() { nothing.to_owned() } else { loads(&status.loads) };
    for load in &status.loads {
        if let Some(failure) = &load.failure {
            out += &format!("{} is being repeated: {failure}\n", name(load));
        }
        if load.differs {
            out += &format!(
                "It is compared again every minute. To take it as it is: antler load accept {}\n",
                load.id
            );
        }
    }
    out += &limit(status.max_rate);
    if status.motion == Motion::Paused {
        out += "Loads are paused. Let them go on with: antler load resume\n";
    }
    if status.change_waits {
        out += "A change of the project waits until they are done.\n";
    }
    out
}

fn limit(max_rate: Option<NonZeroU64>) -> String {
    max_rate.map(|rate| format!("At most {} rows/s are loaded.\n", count(rate.get()))).unwrap_or_default()
}

fn loads(loads: &[LoadStatus]) -> String {
    let columns =
        [("LOAD", Align::Left), ("STATE", Align::Left), ("LOADED", Align::Right), ("SPEED", Align::Left)];
    let row = |load: &LoadStatus| {
        let state = match (&load.failure, load.phase) {
            (_, LoadPhase::Done) => "done",
            (_, LoadPhase::Paused) => "paused",
            (Some(_), LoadPhase::Running | LoadPhase::Waiting) => "failing",
            (None, LoadPhase::Running) => "running",
            (None, LoadPhase::Waiting) => "waiting",
        };
        let speed = load.pace.map(|pace| render::pace(pace.rows_per_second, pace.left_ms));
        vec![
            name(load),
            state.to_owned(),
            format!("{} of {}", count(load.progress.done), count(load.progress.total)),
            speed.unwrap_or_else(|| "-".to_owned()),
        ]
    };
    render::table(&columns, loads.iter().map(row).collect())
}

fn name(load: &LoadStatus) -> String {
    format!("{} → {}", load.source, load.target)
}
