//! Brings a service to what its project says, and tells about it.

use std::{cell::OnceCell, sync::Arc};

use antler_core::{
    diagnostic::Diagnostic,
    lineage::Node,
    plan::{Edits, Observed},
};
use antler_server::{endpoints::Endpoint, terms::Terms};

use crate::{
    explain::explain_server,
    problems::Problems,
    progress::LoadProgress,
    project::{Project, desired, history},
    render,
    service::Service,
    trial::sample,
};

/// What was said about a state that was applied, so that a save that changes nothing says
/// nothing.
#[derive(Debug, Default, PartialEq)]
pub struct Applied {
    warnings: Vec<Diagnostic>,
    endpoints: Vec<String>,
}

/// Applies the project as it is now, if the terms hold, and tells what is new since the last time.
///
/// # Errors
/// It cannot be applied; the last state goes on being served.
pub fn apply(
    project: &Project,
    service: &Service,
    edits: Edits,
    terms: &Terms,
    progress: &LoadProgress,
    before: &Applied,
) -> Result<Applied, Problems> {
    let deployed = service.runtime.deployed().map_err(explain_server)?;
    let observed = OnceCell::new();
    let rows = |node: &Node| {
        // Only asked for where something has to be checked, and once.
        let observed: &Option<Observed> = observed.get_or_init(|| service.runtime.observed().ok());
        let Some(observed) = observed else { return Ok(None) };
        let ask = |sql: &str, form: &str| Ok(service.runtime.query(sql, form).map_err(explain_server)?);
        sample::for_check(observed, project, node, ask)
    };
    let prepared = desired::prepare(project, &deployed, &rows)?;
    if prepared.warnings != before.warnings {
        progress.above(|printer| prepared.warnings.iter().for_each(|warning| printer.diagnostic(warning)));
    }
    let mut show = |plan: &antler_core::plan::Plan| {
        plan.changes.iter().for_each(|change| progress.say(format!("  {}", render::change(change))));
    };
    service.runtime.apply(&prepared.desired, edits, terms, &mut show).map_err(explain_server)?;
    let endpoints = endpoints(project, service);
    if endpoints != before.endpoints {
        endpoints.iter().for_each(|line| progress.say(line));
    }
    Ok(Applied { warnings: prepared.warnings, endpoints })
}

/// One line for each live version of each model.
fn endpoints(project: &Project, service: &Service) -> Vec<String> {
    let prefix = project.config.http.path_prefix.as_deref().map(|prefix| format!("/{prefix}"));
    let (host, port) = (&project.config.http.host, service.note.http.port());
    let base = format!("http://{host}:{port}{}", prefix.unwrap_or_default());
    let line = |endpoint: &Arc<Endpoint>| {
        let of = &endpoint.of;
        let table = project.config.naming.storage(of);
        format!(
            "  POST {base}/ingest/{}/{}  →  topic {}  →  table {table}",
            of.model.in_url(),
            of.version,
            endpoint.topic
        )
    };
    service.runtime.endpoints().iter().map(line).collect()
}

/// What is served, and where to ask about it.
pub fn banner(project: &Project, service: &Service, progress: &LoadProgress) {
    let name = project.folder.root().file_name().map(|name| name.to_string_lossy().into_owned());
    let commit = project.commit().map(|commit| format!("  commit {}", history::short(commit)));
    progress.say(format!(
        "antler {}  serving {} {}{}  pid {}",
        env!("CARGO_PKG_VERSION"),
        name.unwrap_or_default(),
        project.version(),
        commit.unwrap_or_default(),
        service.note.pid
    ));
    progress.say(format!("  management http://{}", service.note.management));
}
