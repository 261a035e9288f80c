//! `antler plan`: what would be done to bring what is deployed to what the project says.

use antler_core::plan::{self, Change, Edits};
use anyhow::Result;

use crate::{
    access::Access,
    args::PlanArgs,
    printer::Printer,
    problems::Problems,
    project::{Project, desired},
    render,
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
    let observed = Access::to(&project)?.observed()?;
    let prepared = desired::prepare(&project, &observed.deployed)?;
    prepared.warnings.iter().for_each(|warning| printer.diagnostic(warning));
    let plan = plan::plan(&prepared.desired, &observed, edits).map_err(Problems::from)?;
    let out =
        if args.json { serde_json::to_string_pretty(&plan.changes)? + "\n" } else { text(&plan.changes) };
    Ok(printer.data(out.as_bytes())?)
}

fn text(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "Nothing to do: what is deployed is what the project says.\n".to_owned();
    }
    changes.iter().map(|change| render::change(change) + "\n").collect()
}
