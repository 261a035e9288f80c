//! `antler plan`: what would be done to bring what is deployed to what the project says.

use antler_core::plan::{self, Edits, proposal::Proposal};
use anyhow::Result;

use crate::{
    access::Access,
    args::PlanArgs,
    printer::Printer,
    problems::Problems,
    project::{Project, desired},
    proposal,
    settings::Settings,
};

/// Prints the plan. Nothing is done.
///
/// # Errors
/// The project has mistakes, or the change would be refused.
pub fn run(args: &PlanArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let (project, edits) = if args.prod {
        (Project::open_main(settings)?, Edits::FromNowOn)
    } else {
        (Project::open(settings)?, Edits::Rebuild)
    };
    let edits = if args.reload { Edits::Reload } else { edits };
    let access = Access::to(&project)?;
    let (observed, conditions) = (access.observed()?, access.conditions(project.config.load_max_rate)?);
    let prepared = desired::prepare(&project, &observed.deployed)?;
    prepared.warnings.iter().for_each(|warning| printer.diagnostic(warning));
    let plan = plan::plan(&prepared.desired, &observed, edits).map_err(Problems::from)?;
    let shown = Proposal::of(&plan, &prepared.desired, edits, &observed.deployed, &conditions);
    proposal::no_room(&shown.total).iter().for_each(|warning| printer.diagnostic(warning));
    let out = if args.json { serde_json::to_string_pretty(&shown)? + "\n" } else { proposal::page(&shown) };
    Ok(printer.data(out.as_bytes())?)
}
