//! `antler import`: brings a file of events to an endpoint.
//!
//! With a running server the events are posted to it; without one the project is served for the
//! time of the command, so that there is one way for events to come in.

use std::{fs::File, io::BufReader, time::Instant};

use antler_core::{
    diagnostic::{Code, Diagnostic},
    ingestion::Declared,
    names::ModelVersion,
    plan::Edits,
};
use antler_lang::models::ParsedModel;
use anyhow::{Result, anyhow};

use crate::{
    access::Access,
    args::ImportArgs,
    client::Client,
    explain::explain_server,
    import::{Batches, Source},
    printer::Printer,
    problems::{Problems, file_problem},
    project::Project,
    render::{count, duration},
    service::{Ends, Service},
    settings::Settings,
};

/// Imports a file.
///
/// # Errors
/// The file cannot be read, an event does not fit the model, or the endpoint refused it. The
/// message says which line, and how many events before it were accepted.
pub fn run(args: &ImportArgs, settings: &Settings, printer: &Printer) -> Result<()> {
    let project = Project::open(settings)?;
    let version = args.version.clone().unwrap_or_else(|| project.version().clone());
    let of = ModelVersion::new(args.model.clone(), version);
    let declared = find_model(&project, &of)?;
    let file = open(args, settings)?;
    let importing = |client: &Client| {
        let (source, file) = &file;
        let batches = Batches::new(*source, BufReader::new(file.try_clone()?), &declared);
        let batches = batches.map_err(|error| anyhow!("{}: {error}", args.file.display()))?;
        post(client, &project, &of, args, batches)
    };

    let started = Instant::now();
    let accepted = match Access::server(&project)? {
        Some(client) => importing(&client)?,
        None => {
            let service = Service::start(&project, Edits::FromNowOn, Ends::ByItself)?;
            if service.runtime.endpoints().find(of.model.as_str(), Some(&of.version.to_string())).is_none() {
                service.stop()?;
                return Err(not_deployed(&of).into());
            }
            let accepted = importing(&Client::new(service.note.clone()));
            let settled = service.runtime.settle().map_err(explain_server);
            service.stop()?;
            settled?;
            accepted?
        }
    };
    let elapsed = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    printer.say(format!("{} events accepted by {of} in {}", count(accepted), duration(elapsed)));
    Ok(())
}

fn not_deployed(of: &ModelVersion) -> Problems {
    Diagnostic::error(Code::Import, format!("{of} is not deployed yet"))
        .with_help("start the project once with: antler dev")
        .into()
}

fn open(args: &ImportArgs, settings: &Settings) -> Result<(Source, File), Problems> {
    let path = settings.directory.join(&args.file);
    let source = Source::of(&path).ok_or_else(|| {
        let message = format!("{} is not a kind of file that can be imported", args.file.display());
        Diagnostic::error(Code::Import, message).with_help("import .csv, .ndjson or .jsonl")
    })?;
    let file = File::open(&path).map_err(|error| file_problem("read", &args.file, &error))?;
    Ok((source, file))
}

fn find_model(project: &Project, of: &ModelVersion) -> Result<Declared, Problems> {
    let models: Vec<Declared> = if of.version == *project.version() {
        project.models()?.into_values().map(ParsedModel::into_declared).collect()
    } else {
        project.old_versions()?.remove(&of.version).map(|pinned| pinned.models).unwrap_or_default()
    };
    let names: Vec<_> = models.iter().map(|declared| declared.model.name.to_string()).collect();
    models.into_iter().find(|declared| declared.model.name == of.model).ok_or_else(|| {
        let help = if names.is_empty() {
            format!("{} is not a live version; antler ls lists those that are", of.version)
        } else {
            format!("version {} has: {}", of.version, names.join(", "))
        };
        Diagnostic::error(Code::Import, format!("there is no data model {of}")).with_help(help).into()
    })
}

fn post(
    client: &Client,
    project: &Project,
    of: &ModelVersion,
    args: &ImportArgs,
    batches: Batches,
) -> Result<u64> {
    let prefix =
        project.config.http.path_prefix.as_deref().map(|prefix| format!("/{prefix}")).unwrap_or_default();
    let endpoint = format!("{}/{}", of.model.in_url(), of.version);
    let mut accepted = 0;
    let stopped = |accepted: u64, error: anyhow::Error| {
        let before = if accepted == 0 {
            "nothing".to_owned()
        } else {
            format!("the first {} events", count(accepted))
        };
        Problems::from(
            Diagnostic::error(Code::Import, format!("{}: {error:#}", args.file.display())).with_help(
                format!("{before} of this file {} imported", if accepted == 0 { "was" } else { "were" }),
            ),
        )
    };
    for (batch, outcome) in batches {
        if batch.events > 0 {
            client.ingest(&prefix, &endpoint, &batch.ndjson).map_err(|error| stopped(accepted, error))?;
            accepted += batch.events;
        }
        outcome.map_err(|error| stopped(accepted, error.into()))?;
    }
    Ok(accepted)
}
