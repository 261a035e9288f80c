//! `antler generate sdk` and `antler generate types`: code for those who send events and those who read
//! rows, made of the models of the live versions.
//!
//! The files are made anew each time. One that was not made so is somebody's, and is kept.

use antler_core::{
    diagnostic::{Code, Diagnostic},
    ingestion::Declared,
    names::Version,
};
use antler_lang::{
    client::{self, MARK, Published},
    rows,
};

use crate::{
    args::{CodeLanguage, GenerateSdkArgs, GenerateTypesArgs, OutArgs},
    printer::Printer,
    problems::Problems,
    project::{Folder, Project},
    settings::Settings,
};

/// How many lines a file begins with that may say that it is made.
const HEADER_LINES: usize = 3;

/// Writes a client for producers.
///
/// # Errors
/// The project is broken, or the file is somebody's, or cannot be written.
pub fn sdk(args: &GenerateSdkArgs, settings: &Settings, printer: &Printer) -> anyhow::Result<()> {
    let project = Project::open(settings)?;
    let versions = project.versions()?;
    let published = Published::new(&versions.live, project.version());
    let prefix =
        project.config.http.path_prefix.as_ref().map(|prefix| format!("/{prefix}")).unwrap_or_default();
    let (file, text) = match args.out.lang {
        CodeLanguage::Ts => ("antler-client.ts", client::typescript(&published, &prefix)),
        CodeLanguage::Python => ("antler_client.py", client::python(&published, &prefix)),
    };
    write(&args.out, file, &text, settings, printer)
}

/// Writes the types of rows for consumers.
///
/// # Errors
/// The project is broken, a version is not live, or the file is somebody's, or cannot be written.
pub fn types(args: &GenerateTypesArgs, settings: &Settings, printer: &Printer) -> anyhow::Result<()> {
    let project = Project::open(settings)?;
    let versions = project.versions()?;
    let chosen = |(version, _): &(&Version, &Vec<Declared>)| {
        args.version.as_ref().is_none_or(|chosen| chosen == *version)
    };
    let published = Published::new(versions.live.iter().filter(chosen), project.version());
    if let Some(version) = args.version.as_ref().filter(|version| !versions.live.contains_key(version)) {
        let live: Vec<_> = versions.live.keys().map(ToString::to_string).collect();
        let problem = Diagnostic::error(Code::Config, format!("{version} is not a live version"));
        return Err(Problems::from(problem.with_help(format!("live are: {}", live.join(", ")))).into());
    }
    let (file, text) = match args.out.lang {
        CodeLanguage::Ts => ("antler-rows.ts", rows::typescript(&published)),
        CodeLanguage::Python => ("antler_rows.py", rows::python(&published)),
    };
    write(&args.out, file, &text, settings, printer)
}

fn write(
    out: &OutArgs,
    file: &str,
    text: &str,
    settings: &Settings,
    printer: &Printer,
) -> anyhow::Result<()> {
    let folder = Folder::new(settings.directory.clone());
    let path = out.out.join(file);
    let path = path.to_string_lossy();
    let somebodys = |before: &str| !before.lines().take(HEADER_LINES).any(|line| line.contains(MARK));
    if folder.read(&path).map_err(Problems::from)?.is_some_and(|before| somebodys(&before.text)) {
        let problem = Diagnostic::error(Code::File, format!("{path} is there, and antler did not make it"));
        return Err(
            Problems::from(problem.with_help("move it away, or choose another folder with --out")).into()
        );
    }
    folder.replace(&path, text).map_err(Problems::from)?;
    Ok(printer.data(format!("{path}\n").as_bytes())?)
}
