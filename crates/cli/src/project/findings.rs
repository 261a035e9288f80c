//! Everything that speaks against merging a project, from its files and git alone.
//!
//! Nothing is written: what is missing in `antler.lock` is told, not repaired, since it has to be
//! committed. As much as possible is found in one run; a part that cannot be read hides only what
//! depends on it.

use std::collections::BTreeMap;

use antler_core::{
    compatibility::FieldVerdict,
    diagnostic::{Code, Diagnostic},
    in_place::{self, Edit, EditKind, Versions, Weight},
    lineage::{Lineage, Node},
    names::{ModelName, Version},
};
use antler_lang::models::ParsedModel;
use antler_store::git::CommitId;

use super::{
    History, Lock, Project,
    desired::{self, Sources},
    history,
};
use crate::{problems::Problems, settings::Settings};

/// Checks a project, and with `base`, a commit, branch or tag, what became of its versions since.
/// Errors speak against merging, warnings do not.
pub fn of(project: &Project, settings: &Settings, base: Option<&str>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let pins = kept(project.old_versions_and_lock(), &mut found);
    let models = kept(project.models(), &mut found);
    let migrations = kept(project.migrations(), &mut found);
    let functions = kept(project.functions(), &mut found).unwrap_or_default();
    if let Some((pins, lock)) = &pins {
        found.extend(unpinned(project, pins, lock));
        found.extend(differs_from_commits(project, pins));
    }
    let (Some((pins, lock)), Some(models)) = (pins, models) else { return found };

    let retired = retired(project, &pins, lock);
    let old = pins.into_iter().map(|(version, pinned)| (version, pinned.models));
    let current = models.values().cloned().map(ParsedModel::into_declared).collect();
    let versions: Versions = old.chain([(project.version().clone(), current)]).collect();
    if let Some(migrations) = migrations {
        let beside_model = |problem: Diagnostic, node: &Node| match models.get(&node.id.model) {
            Some(parsed) if node.members.contains_key(project.version()) => {
                problem.with_label(&parsed.file, parsed.span.clone(), "this model")
            }
            Some(_) | None => problem,
        };
        let lineage = Lineage::with_retired(&versions, &retired);
        let sources = Sources { files: &migrations, functions: &functions, current: project.version() };
        found.extend(desired::mistakes(lineage, &sources, beside_model));
    }
    if let Some(base) = base {
        let edits = edits_since(project, &models, settings, base, &versions);
        let edits = kept(edits, &mut found).unwrap_or_default();
        found.extend(edits);
    }
    found
}

/// What versions were that are pinned and not alive any more.
fn retired(project: &Project, pins: &Lock, lock: Lock) -> Versions {
    let is_retired = |version: &Version| version < project.version() && !pins.contains_key(version);
    let retired = lock.into_iter().filter(|(version, _)| is_retired(version));
    retired.map(|(version, pinned)| (version, pinned.models)).collect()
}

/// The value, or its problems among the others.
fn kept<T>(result: Result<T, Problems>, found: &mut Vec<Diagnostic>) -> Option<T> {
    result.map_err(|problems| found.extend(problems.iter().cloned())).ok()
}

/// Old versions that git knows and `antler.lock` does not.
fn unpinned(project: &Project, pins: &Lock, lock: &Lock) -> Vec<Diagnostic> {
    let differs = pins.iter().filter(|(version, pinned)| lock.get(*version) != Some(*pinned));
    let problem = |(version, _)| {
        let (code, state) = if lock.contains_key(version) {
            (Code::Lock, "has another commit for")
        } else {
            (Code::NotPinned, "does not have")
        };
        let problem = Diagnostic::error(code, format!("antler.lock {state} version {version}"));
        at_pin(project, problem, version)
            .with_help("run antler plan, which writes antler.lock anew, and commit it")
    };
    differs.map(problem).collect()
}

/// Old versions whose schema in `antler.lock` is not the one of their commit: somebody edited the
/// lock. A project in no repository has nothing to compare with.
fn differs_from_commits(project: &Project, pins: &Lock) -> Vec<Diagnostic> {
    let Ok(repository) = History::of(&project.folder) else { return Vec::new() };
    let mut found = Vec::new();
    for (version, pinned) in pins {
        let is_there = repository.repository().resolve(pinned.commit.as_str());
        if !matches!(is_there, Ok(Some(_))) {
            let message =
                format!("version {version} was not compared with its commit, which this clone does not have");
            found.push(
                at_pin(project, Diagnostic::warning(Code::PinnedCommit, message), version)
                    .with_help("fetch the whole history; for actions/checkout: fetch-depth: 0"),
            );
            continue;
        }
        let Some(committed) = kept(repository.pinned(&pinned.commit), &mut found) else { continue };
        let before = Versions::from([(version.clone(), committed.models)]);
        let now = Versions::from([(version.clone(), pinned.models.clone())]);
        found.extend(in_place::edits(&before, project.version(), &now).iter().map(|edit| {
            let message = format!(
                "antler.lock has another schema of {} than commit {}{}",
                edit.of,
                history::short(&pinned.commit),
                told(edit)
            );
            at_pin(project, Diagnostic::error(Code::ChangedInPlace, message), version)
                .with_help("restore antler.lock from git, or delete it: any command makes it anew")
        }));
    }
    found
}

/// A commit to compare with, and how it is called.
struct Base {
    commit: CommitId,
    name: String,
}

/// Where the checked-out commit left a commit, branch or tag: what happened there since is not a
/// change of this project.
fn base(history: &History, named: &str) -> Result<Base, Problems> {
    let unusable = |reason: &str| {
        Diagnostic::error(Code::PinnedCommit, format!("cannot compare with {named}: {reason}"))
            .with_help("fetch it first; for actions/checkout: fetch-depth: 0")
    };
    let repository = history.repository();
    let commit = repository.resolve(named).map_err(|error| unusable(&error.to_string()))?;
    let commit = commit.ok_or_else(|| unusable("it is no commit of this repository"))?;
    let left = match repository.head().map_err(history::unusable)? {
        Some(head) => repository.merge_base(&head, &commit).map_err(history::unusable)?,
        None => None,
    };
    Ok(match left {
        Some(left) if left != commit => {
            let name = format!("{} (where this left {named})", history::short(&left));
            Base { commit: left, name }
        }
        Some(_) | None => Base { commit, name: named.to_owned() },
    })
}

/// What changed in place since a commit, branch or tag.
fn edits_since(
    project: &Project,
    models: &BTreeMap<ModelName, ParsedModel>,
    settings: &Settings,
    named: &str,
    versions: &Versions,
) -> Result<Vec<Diagnostic>, Problems> {
    let history = History::of(&project.folder).map_err(|reason| {
        Diagnostic::error(Code::PinnedCommit, format!("cannot compare with {named}: {reason}"))
    })?;
    let Base { commit, name } = base(&history, named)?;
    let before = project.at(history, commit, settings).and_then(|before| match before {
        Some(before) => Ok(Some((before.recorded_versions()?, before.version().clone()))),
        // A project that is new has nothing to keep.
        None => Ok(None),
    });
    match before {
        Ok(Some((before, current))) => {
            let edits = in_place::edits(&before, &current, versions);
            Ok(edits.iter().map(|edit| edited(project, models, edit, &name)).collect())
        }
        Ok(None) => Ok(Vec::new()),
        // It must be possible to repair what is broken there.
        Err(problems) => {
            let message = format!("nothing was compared with {name}, which cannot be read: {problems}");
            Ok(vec![Diagnostic::warning(Code::PinnedCommit, message)])
        }
    }
}

fn edited(
    project: &Project,
    models: &BTreeMap<ModelName, ParsedModel>,
    edit: &Edit,
    base: &str,
) -> Diagnostic {
    let of = &edit.of;
    let message = match (&edit.kind, edit.weight) {
        (EditKind::Added, _) => format!("{of} was not there at {base}"),
        (EditKind::Removed, _) => format!("{of} was there at {base}, and its version is live"),
        (EditKind::Changed(_), Weight::Refused) => {
            format!("{of} is not what it was at {base}{}", told(edit))
        }
        (EditKind::Changed(_), Weight::Noted) => {
            format!("{of} takes more than it did at {base}{}", told(edit))
        }
    };
    let problem = match edit.weight {
        Weight::Refused => Diagnostic::error(Code::ChangedInPlace, message),
        Weight::Noted => Diagnostic::warning(Code::ChangedInPlace, message),
    };
    if of.version != *project.version() {
        return at_pin(project, problem, &of.version)
            .with_help("an old version stays as it is: pin the commit that it was pinned to");
    }
    let problem = match models.get(&of.model) {
        Some(parsed) => problem.with_label(&parsed.file, parsed.span.clone(), "this model"),
        None => problem,
    };
    problem.with_help(match edit.weight {
        Weight::Refused => {
            "take the change back, run antler bump-version, and make it in the new version; then: \
             antler generate migrations"
        }
        Weight::Noted => {
            "fine until the version is deployed: antler prod takes another schema only as a new version"
        }
    })
}

fn at_pin(project: &Project, problem: Diagnostic, version: &Version) -> Diagnostic {
    match project.config.old_versions.get(version) {
        Some(pin) => project.config.at_pin(problem, pin, "this version"),
        None => problem,
    }
}

/// The fields of an edit, a line each.
fn told(edit: &Edit) -> String {
    let line = |verdict: &FieldVerdict| format!("\n  {}: {verdict}", verdict.compatibility);
    match &edit.kind {
        EditKind::Added => ": the model is new".to_owned(),
        EditKind::Removed => ": the model is gone".to_owned(),
        EditKind::Changed(verdicts) => format!(":{}", verdicts.iter().map(line).collect::<String>()),
    }
}
