//! `antler check`: whether a change of the project may be merged. For CI.
//!
//! It needs neither the engine nor a server, reads files and git, and writes nothing.

use antler_core::diagnostic::Severity;
use anyhow::{Result, bail};
use serde::Serialize;

use crate::{
    annotation::Annotation,
    args::CheckArgs,
    finding::Finding,
    printer::Printer,
    project::{History, Project, findings},
    settings::Settings,
};

/// The findings, for programs.
#[derive(Serialize)]
struct Report<'a> {
    findings: Vec<Finding<'a>>,
}

/// Checks, and prints what was found.
///
/// # Errors
/// There is something that has to be changed; warnings do not count.
pub fn run(args: &CheckArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let (found, prefix) = match Project::open(settings) {
        Ok(project) => (findings::of(&project, settings, args.base.as_deref()), prefix(&project)),
        Err(problems) => (problems.iter().cloned().collect(), String::new()),
    };
    if args.json {
        let report = Report { findings: found.iter().map(Finding::of).collect() };
        printer.data((serde_json::to_string_pretty(&report)? + "\n").as_bytes())?;
    } else {
        found.iter().for_each(|finding| printer.diagnostic(finding));
        if args.github || settings.on_github_actions {
            let lines = found.iter().map(|diagnostic| Annotation { diagnostic, prefix: &prefix });
            let lines: String = lines.map(|annotation| format!("{annotation}\n")).collect();
            printer.data(lines.as_bytes())?;
        }
    }
    match found.iter().filter(|finding| finding.severity == Severity::Error).count() {
        0 if found.is_empty() => printer.say("nothing speaks against it"),
        0 => printer.say("nothing speaks against it; see the warnings"),
        1 => bail!("one thing has to be changed"),
        more => bail!("{more} things have to be changed"),
    }
    Ok(())
}

/// Where the project is in its repository.
fn prefix(project: &Project) -> String {
    History::of(&project.folder).map(|history| history.repository().prefix().to_owned()).unwrap_or_default()
}
