//! `antler check`: whether a change of the project may be merged. For CI.
//!
//! It needs neither the engine nor a server, reads files and git, and writes nothing.

use antler_core::diagnostic::{Diagnostic, Severity};
use anyhow::{Result, bail};
use serde::Serialize;

use crate::{
    annotation::Annotation,
    args::CheckArgs,
    printer::Printer,
    project::{History, Project, findings},
    settings::Settings,
};

/// The findings, for programs.
#[derive(Serialize)]
struct Report<'a> {
    findings: Vec<Finding<'a>>,
}

/// A finding. What it does not have is null.
#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    help: Option<&'a str>,
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

impl<'a> Finding<'a> {
    fn of(diagnostic: &'a Diagnostic) -> Self {
        let place = diagnostic.line_and_column();
        Self {
            code: diagnostic.code.id(),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &diagnostic.message,
            file: diagnostic.source_file.as_ref().map(|file| file.path.as_str()),
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            help: diagnostic.help.as_deref(),
        }
    }
}

/// Where the project is in its repository.
fn prefix(project: &Project) -> String {
    History::of(&project.folder).map(|history| history.repository().prefix().to_owned()).unwrap_or_default()
}
