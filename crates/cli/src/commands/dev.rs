//! `antler dev`: serves the project while its author works on it.
//!
//! What was deployed before is served at once. Then the working tree is applied, and again after
//! every save. What cannot be applied is reported and changes nothing: the server goes on with
//! what it has.

use antler_core::plan::Edits;
use antler_server::terms::{FullDisk, Terms};
use anyhow::Result;

use crate::{
    args::ServeArgs,
    printer::Printer,
    progress::LoadProgress,
    project::Project,
    service::{Ends, Service},
    serving::{self, Applied},
    settings::Settings,
    watch::{Event, Watch},
};

/// Serves until it is asked to stop.
///
/// # Errors
/// The project cannot be opened, or its data folder or ports are taken.
pub fn run(args: &ServeArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let project = Project::open(settings)?;
    let mut service = Service::start(&project, Edits::Rebuild, Ends::WhenAsked)?;
    let progress = LoadProgress::follow(&service.runtime, printer);
    let mut watch = Watch::new(project.folder.root(), |sender| {
        service.when_asked_to_stop(move || {
            // Nobody listens any more when the loop has ended by itself.
            let _ = sender.send(Event::Stop);
        });
    })?;
    serving::banner(&project, &service, &progress);
    let (mut applied, mut refused) = (Applied::default(), None);
    let mut edits = if args.reload { Edits::Reload } else { Edits::Rebuild };
    let terms = Terms { full_disk: FullDisk::Refused, ..Terms::default() };
    loop {
        let outcome = Project::open(settings).and_then(|project| {
            let outcome = serving::apply(&project, &service, edits, &terms, &progress, &applied);
            watch.follow(&project.folder.asked());
            outcome
        });
        match outcome {
            Ok(now) => {
                if refused.take().is_some() {
                    progress.say("Applied.");
                }
                (applied, edits) = (now, Edits::Rebuild);
            }
            Err(problems) if refused.as_ref() != Some(&problems) => {
                progress.above(|printer| problems.iter().for_each(|problem| printer.diagnostic(problem)));
                progress.say("Not applied. What was deployed before is served; save again to try again.");
                refused = Some(problems);
            }
            Err(_said_already) => {}
        }
        match watch.next() {
            Event::Saved => {}
            Event::Stop => break,
        }
    }
    progress.say("Stopping; what was accepted is kept.");
    drop(progress);
    service.stop()?;
    Ok(())
}
