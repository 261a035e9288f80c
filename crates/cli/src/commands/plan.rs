//! `antler plan`: what would be done to bring what is deployed to what the project says.

use antler_core::{
    diagnostic::{Diagnostic, Severity},
    lineage::Node,
    plan::{self, Edits, proposal::Proposal},
};
use anyhow::Result;

use crate::{
    access::Access,
    args::{PlanArgs, SourceArgs},
    printer::Printer,
    problems::Problems,
    project::{Project, desired},
    proposal,
    settings::Settings,
    trial::sample,
};

/// Prints the plan. Nothing is done.
///
/// # Errors
/// The project has mistakes, or the change would be refused.
pub fn run(args: &PlanArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let (project, edits) = source(&args.source, settings)?;
    let access = Access::to(&project)?;
    let (observed, conditions) = (access.observed()?, access.conditions(project.config.load_max_rate)?);
    let rows =
        |node: &Node| sample::for_check(&observed, &project, node, |sql, form| access.query(sql, form));
    let prepared = desired::prepare(&project, &observed.deployed, &rows)?;
    prepared.warnings.iter().for_each(|warning| printer.diagnostic(warning));
    let plan = plan::plan(&prepared.desired, &observed, edits).map_err(Problems::from)?;
    let shown = Proposal::of(&plan, &prepared.desired, edits, &observed.deployed, &conditions);
    if let Some(no_room) = proposal::no_room(&shown.total) {
        printer.diagnostic(&Diagnostic { severity: Severity::Warning, ..no_room });
    }
    if args.json {
        return Ok(printer.data((serde_json::to_string_pretty(&shown)? + "\n").as_bytes())?);
    }
    printer.data(proposal::page(&shown).as_bytes())?;
    if !shown.changes.is_empty() {
        let SourceArgs { prod, reload } = args.source;
        let flags = [(prod, "--prod "), (reload, "--reload ")];
        let flags: String = flags.into_iter().filter_map(|(is_set, flag)| is_set.then_some(flag)).collect();
        printer.say(format!("next: antler apply {flags}--plan {}", shown.id));
    }
    Ok(())
}

/// What is planned: a project, and what its edits do.
///
/// # Errors
/// There is no project, or it cannot be read.
pub fn source(args: &SourceArgs, settings: &Settings) -> Result<(Project, Edits), Problems> {
    let (project, edits) = if args.prod {
        (Project::open_main(settings)?, Edits::FromNowOn)
    } else {
        (Project::open(settings)?, Edits::Rebuild)
    };
    Ok((project, if args.reload { Edits::Reload } else { edits }))
}
