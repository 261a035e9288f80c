//! `antler purge`: deletes what only a retired version has.

use anyhow::{Result, bail};

use crate::{
    access::Access, args::RetireArgs, commands::retire::confirmed, printer::Printer, project::Project,
    render, settings::Settings,
};

/// Deletes, after the version was typed again.
///
/// # Errors
/// The version is not retired, nobody confirms, or the database failed.
pub fn run(args: &RetireArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let version = &args.version;
    let access = Access::to(&Project::open(settings)?)?;
    let status = access.status()?;
    let archived: Vec<_> = status
        .tables
        .iter()
        .filter(|table| {
            table.versions.is_empty() && table.retired.as_slice() == std::slice::from_ref(version)
        })
        .collect();
    for table in &archived {
        printer.say(format!(
            "{} {version}  {} rows, {}, and its topic will be deleted for good",
            table.model,
            render::count(table.rows),
            render::bytes(table.bytes)
        ));
    }
    let asks = !archived.is_empty() && !args.yes;
    let question = format!("Type {version} to delete that: ");
    if asks && !confirmed(&question, |answer| answer == version.to_string(), settings, printer)? {
        bail!("nothing was deleted");
    }
    let changes = access.purge(version)?;
    changes.iter().for_each(|change| printer.say(render::change(change)));
    if changes.is_empty() {
        printer.say(format!("{version} had nothing of its own; it can be forgotten"));
    }
    Ok(())
}
