//! `antler apply`: does exactly the plan that was shown.
//!
//! The plan is shown, then somebody is asked, then the same plan is applied, or nothing: whatever has
//! moved in between is noticed where nothing can move any more, by the server that has the data, or by
//! this process when none runs.

use antler_core::{
    diagnostic::{Code, Diagnostic},
    lineage::Node,
    plan::{self, Edits, Moved, proposal::Proposal},
};
use antler_server::terms::{ChangeRequest, FullDisk, Terms};
use anyhow::{Result, bail};

use super::plan::source;
use crate::{
    args::ApplyArgs,
    explain::LOOK,
    printer::Printer,
    problems::Problems,
    project::{Project, desired},
    proposal,
    settings::Settings,
    site::{self, Site},
    trial::sample,
};

/// Applies the plan.
///
/// # Errors
/// The project has mistakes, the change was refused or declined, or somebody else deploys. Nothing was
/// applied then.
pub fn run(args: &ApplyArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    if !(args.yes || args.plan.is_some() || settings.is_attended) {
        bail!(
            "nobody is there to say yes: apply a plan that was read with --plan and its id, as antler plan \
             prints it, or whatever it is now with --yes"
        );
    }
    let (project, edits) = source(&args.source, settings)?;
    let site = Site::of(&project)?;
    let outcome = at(&site, &project, edits, args, printer);
    let closed = site.close();
    outcome.and(closed)
}

fn at(site: &Site, project: &Project, edits: Edits, args: &ApplyArgs, printer: &Printer) -> Result<()> {
    let (observed, conditions) = (site.observed()?, site.conditions()?);
    let rows = |node: &Node| sample::for_check(&observed, project, node, |sql, form| site.query(sql, form));
    let prepared = desired::prepare(project, &observed.deployed, &rows)?;
    prepared.warnings.iter().for_each(|warning| printer.diagnostic(warning));
    let terms = Terms {
        plan: None,
        full_disk: if args.ignore_space { FullDisk::Accepted } else { FullDisk::Refused },
        deployer: Some(site::deployer()),
    };
    let mut request = ChangeRequest { desired: prepared.desired, edits, terms };
    let ChangeRequest { desired, edits, .. } = &request;
    let plan = plan::plan(desired, &observed, *edits).map_err(Problems::from)?;
    let shown = Proposal::of(&plan, desired, *edits, &observed.deployed, &conditions);
    let moved = args.plan.as_ref().and_then(|expected| expected.moved(&shown.id));
    match moved {
        // The same project is deployed already: by this very plan, most likely, and this is the second run.
        Some(Moved::Deployed | Moved::Events) | None if plan.is_empty(&observed.deployed) => {}
        Some(moved) => return Err(other_plan(args, moved, &shown, printer).into()),
        None => {}
    }
    printer.say(proposal::page(&shown).trim_end());
    if plan.is_empty(&observed.deployed) {
        return Ok(());
    }
    if let (FullDisk::Refused, Some(no_room)) = (request.terms.full_disk, proposal::no_room(&shown.total)) {
        return Err(no_room.into());
    }
    // Views may be spelled anew though there is nothing to show: nobody is asked about that.
    let asks = !args.yes && args.plan.is_none() && !shown.changes.is_empty();
    if asks && printer.ask("Apply it? Only `yes` is a yes: ")? != "yes" {
        bail!("nothing was applied");
    }
    request.terms.plan = Some(shown.id.clone());
    site.apply(&request, printer)?;
    printer.say(format!("Applied {}.", shown.id));
    site.load(&shown, printer)
}

fn other_plan(args: &ApplyArgs, moved: Moved, now: &Proposal, printer: &Printer) -> Diagnostic {
    printer.say(proposal::page(now).trim_end());
    let asked = args.plan.as_ref().map(ToString::to_string).unwrap_or_default();
    let message = format!(
        "the plan {asked} is not what would be done now, which is above: {moved}; nothing was applied"
    );
    Diagnostic::error(Code::OtherPlan, message).with_help(LOOK)
}
