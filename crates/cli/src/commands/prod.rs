//! `antler prod`: serves the project as it was last committed to the main branch.
//!
//! The state is applied once, at the start, by the plan that was shown if its id is given. When it cannot be applied, nothing changes and the
//! process ends with an error, so that whoever deploys notices.

use std::sync::mpsc;

use antler_core::plan::Edits;
use antler_server::terms::{FullDisk, Terms};
use anyhow::Result;

use crate::{
    args::ProdArgs,
    printer::Printer,
    progress::LoadProgress,
    project::Project,
    service::{Ends, Service},
    serving::{self, Applied},
    settings::Settings,
};

/// Serves until it is asked to stop.
///
/// # Errors
/// The project cannot be opened or applied, or its data folder or ports are taken.
pub fn run(args: &ProdArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let project = Project::open_main(settings)?;
    let mut service = Service::start(&project, Edits::FromNowOn, Ends::WhenAsked)?;
    let progress = LoadProgress::follow(&service.runtime, printer);
    let (stopped, stop) = mpsc::channel();
    service.when_asked_to_stop(move || {
        // Nobody listens any more when the service could not start.
        let _ = stopped.send(());
    });
    serving::banner(&project, &service, &progress);
    let edits = if args.serve.reload { Edits::Reload } else { Edits::FromNowOn };
    let terms = Terms { plan: args.plan.clone(), full_disk: FullDisk::Refused, deployer: None };
    let applied = serving::apply(&project, &service, edits, &terms, &progress, &Applied::default());
    if applied.is_ok() {
        // An error means that the sender is gone: the runtime of the listeners has ended.
        let _ = stop.recv();
        progress.say("Stopping; what was accepted is kept.");
    }
    drop(progress);
    service.stop()?;
    applied.map(drop).map_err(Into::into)
}
