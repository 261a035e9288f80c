//! `antler bump-version`: a new current version; the one before stays alive, pinned.
//!
//! Before anything is written, the commit that is going to be pinned is checked to hold exactly
//! the models of the working tree, at the version that the working tree says. Then three files
//! change: `antler.lock`, the configuration, the version file. The last one is what makes the
//! new version current. If the command is interrupted before it, running it again does all of
//! it again; what the first run wrote is replaced by the same.

use std::collections::{BTreeMap, BTreeSet};

use antler_core::{
    diagnostic::{Code, Diagnostic},
    ingestion::{Declared, Ingestion},
    names::ModelName,
    schema::Model,
};
use antler_lang::models::ParsedModel;
use antler_store::git::CommitId;
use anyhow::bail;

use crate::{
    args::BumpVersionArgs,
    printer::Printer,
    problems::Problems,
    project::{
        History, Project, VersionFile, declarations,
        history::{short, unusable},
        sources,
    },
    settings::Settings,
};

/// Starts the new version.
///
/// # Errors
/// The commit to pin does not hold the current version as it is, and nothing was changed; or a
/// file cannot be written.
pub fn run(args: &BumpVersionArgs, settings: &Settings, printer: &Printer) -> anyhow::Result<()> {
    let project = Project::open(settings)?;
    let old = project.version().clone();
    let new = args.new.clone().unwrap_or_else(|| old.successor());
    if new <= old {
        bail!("{new} is not greater than the current version, {old}");
    }

    let history = History::of(&project.folder).map_err(|reason| {
        Diagnostic::error(Code::PinnedCommit, format!("version {old} cannot be pinned to a commit: {reason}"))
            .with_help("put it in one: git init && git add . && git commit")
    })?;
    let head = head_of_main(&project, &history)?;
    refuse_uncommitted(&project, &history)?;
    refuse_other_version(&project, &history, &head)?;
    let pinned = history.pinned(&head)?;
    refuse_other_models(&project.models()?, &pinned.models)?;

    // Everything that will be written is made before anything is written.
    let mut lock = project.pinned_except(&old)?;
    let mut versions: BTreeMap<_, _> =
        lock.iter().map(|(version, pinned)| (version.clone(), pinned.models.clone())).collect();
    versions.extend([&old, &new].map(|version| (version.clone(), pinned.models.clone())));
    lock.insert(old.clone(), pinned);
    let config = project.config_with_old_version(&old, &head)?;
    let version_text = project.version_file.with_version(&new);
    project.write_lock(&lock)?;
    project.folder.replace(&project.config.file.path, &config)?;
    project.folder.replace(&project.version_file.file.path, &version_text)?;
    declarations::write(&project.folder, &versions)?;

    printer.say(format!("{old} stays alive, pinned to commit {}", short(&head)));
    printer.say(format!("{new} is the current version"));
    printer.say(format!(
        "\nchanged {}, {} and antler.lock; commit them",
        project.config.file.path, project.version_file.file.path
    ));
    printer.say("next: edit the data models in app/datamodels, then: antler generate migrations");
    Ok(())
}

/// The commit to pin: the newest one of the main branch, which has to be checked out.
fn head_of_main(project: &Project, history: &History) -> Result<CommitId, Problems> {
    let main = &project.config.main_branch;
    let refuse = |message: String, help: String| {
        Err(Diagnostic::error(Code::PinnedCommit, message).with_help(help).into())
    };
    match history.repository().branch().map_err(unusable)? {
        Some(branch) if branch == *main => {}
        Some(branch) => {
            return refuse(
                format!("versions are commits of {main}, and this is {branch}"),
                format!("run git switch {main}, or set main_branch_name under [git_config]"),
            );
        }
        None => {
            return refuse(
                format!("versions are commits of {main}, and no branch is checked out"),
                format!("run git switch {main}"),
            );
        }
    }
    match history.repository().head().map_err(unusable)? {
        Some(head) => Ok(head),
        None => refuse(
            format!("{main} has no commit yet"),
            "commit the project: git add . && git commit".to_owned(),
        ),
    }
}

fn refuse_uncommitted(project: &Project, history: &History) -> Result<(), Problems> {
    let paths = [sources::MODELS, &project.version_file.file.path];
    let changed = history.repository().changed(&paths).map_err(unusable)?;
    if changed.is_empty() {
        return Ok(());
    }
    let list = changed.iter().map(|path| format!("\n  {path}")).collect::<String>();
    let message = format!("the newest commit does not have what is in the working tree:{list}");
    let help = format!("commit it, so that version {} can be pinned as it is", project.version());
    Err(Diagnostic::error(Code::PinnedCommit, message).with_help(help).into())
}

fn refuse_other_version(project: &Project, history: &History, head: &CommitId) -> Result<(), Problems> {
    let path = &project.version_file.file.path;
    let committed = match history.file(head, path)? {
        Some(file) => VersionFile::read(&file)?.map(|found| found.version),
        None => None,
    };
    let current = project.version();
    let says = match committed {
        Some(version) if version == *current => return Ok(()),
        Some(version) => format!("says {version}"),
        None => "has no version".to_owned(),
    };
    let message = format!("{path} {says} in the newest commit, and {current} in the working tree");
    Err(Diagnostic::error(Code::PinnedCommit, message).with_help(format!("commit {path}")).into())
}

/// Git does not tell of files that it ignores, so the models themselves are compared too.
fn refuse_other_models(
    current: &BTreeMap<ModelName, ParsedModel>,
    committed: &[Declared],
) -> Result<(), Problems> {
    let identity =
        |model: &Model, ingestion: Ingestion| (model.name.clone(), (model.schema_hash(), ingestion));
    let committed: BTreeMap<_, _> =
        committed.iter().map(|declared| identity(&declared.model, declared.ingestion)).collect();
    let current: BTreeMap<_, _> =
        current.values().map(|parsed| identity(&parsed.model, parsed.ingestion)).collect();
    if current.is_empty() {
        let message = format!("there is no data model in {}", sources::MODELS);
        return Err(Diagnostic::error(Code::PinnedCommit, message)
            .with_help("export an interface there first: a version without data models has nothing to keep")
            .into());
    }
    let names = current.keys().chain(committed.keys());
    let different: BTreeSet<_> =
        names.filter(|name| current.get(*name) != committed.get(*name)).map(ToString::to_string).collect();
    if different.is_empty() {
        return Ok(());
    }
    let list = different.into_iter().collect::<Vec<_>>().join(", ");
    let message = format!("the newest commit has other data models than the working tree: {list}");
    Err(Diagnostic::error(Code::PinnedCommit, message)
        .with_help("commit their files; git may be told to ignore them")
        .into())
}
