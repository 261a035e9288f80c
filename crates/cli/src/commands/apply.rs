//! Brings what is deployed to what a project says, and tells about it.

use antler_core::{diagnostic::Diagnostic, plan::Edits};
use antler_server::Runtime;
use anyhow::Result;

use crate::{
    explain::explain_server,
    problems::Problems,
    progress::LoadProgress,
    project::{Project, desired},
    render,
    service::Service,
};

/// What was said the last time, so that a save that changes nothing says nothing.
#[derive(Debug, Default, PartialEq)]
pub struct Applied {
    warnings: Vec<Diagnostic>,
    problems: Vec<Diagnostic>,
    endpoints: Vec<String>,
}

/// Applies the project as it is now. Problems are printed; the last state goes on being served.
pub fn apply(
    project: Result<Project, Problems>,
    runtime: &Runtime,
    service: &Service,
    edits: Edits,
    progress: &LoadProgress,
    before: Applied,
) -> Applied {
    let mut applied = Applied::default();
    let outcome = project.and_then(|project| {
        let prepared = desired::prepare(&project)?;
        applied.warnings = prepared.warnings;
        let mut show = |plan: &antler_core::plan::Plan| {
            for change in &plan.changes {
                progress.say(format!("  {}", render::change(change)));
            }
        };
        runtime.change(&prepared.desired, edits, &mut show).map_err(explain_server)?;
        applied.endpoints = endpoints(&project, runtime, service);
        Ok(())
    });
    if let Err(problems) = outcome {
        applied.problems = problems.iter().cloned().collect();
        applied.endpoints.clone_from(&before.endpoints);
    }
    tell(&applied, &before, progress);
    applied
}

/// Prints what is new since the last time.
fn tell(applied: &Applied, before: &Applied, progress: &LoadProgress) {
    if applied.warnings != before.warnings || applied.problems != before.problems {
        progress.above(|printer| {
            applied.warnings.iter().chain(&applied.problems).for_each(|found| printer.diagnostic(found));
        });
    }
    if !applied.problems.is_empty() {
        progress.say("Not applied. What was deployed before is served; save again to try again.");
    } else if !before.problems.is_empty() {
        progress.say("Applied.");
    }
    if applied.endpoints != before.endpoints {
        applied.endpoints.iter().for_each(|line| progress.say(line));
    }
}

/// One line for each live version of each model.
fn endpoints(project: &Project, runtime: &Runtime, service: &Service) -> Vec<String> {
    let prefix = project.config.http.path_prefix.as_deref().map(|prefix| format!("/{prefix}")).unwrap_or_default();
    let base = format!("http://{}:{}{prefix}", project.config.http.host, service.note.http.port());
    let endpoints = runtime.endpoints();
    let line = |endpoint: &std::sync::Arc<antler_server::endpoints::Endpoint>| {
        let of = &endpoint.of;
        let table = project.config.naming.storage(of);
        format!("  POST {base}/ingest/{}/{}  →  topic {}  →  table {table}", of.model, of.version, endpoint.topic)
    };
    endpoints.iter().map(line).collect()
}

/// What is served, and where its data is.
pub fn banner(project: &Project, service: &Service, progress: &LoadProgress) {
    let name = project.folder.root().file_name().map(|name| name.to_string_lossy().into_owned());
    progress.say(format!(
        "antler {}  serving {} {}  pid {}",
        env!("CARGO_PKG_VERSION"),
        name.unwrap_or_default(),
        project.version(),
        service.note.pid
    ));
    progress.say(format!("  management http://{}", service.note.management));
}
