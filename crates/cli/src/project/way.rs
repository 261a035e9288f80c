//! One migration, or one way over several, as a command names it.

use std::{collections::BTreeMap, sync::Arc};

use antler_core::{
    deployment::Hop,
    diagnostic::{Code, Diagnostic, SourceFile},
    lineage::{Lineage, Node, Path},
    names::{MigrationName, ModelName, ModelVersion, Version},
    sql::Projection,
};
use antler_lang::migration::{self, Migration, Tier};

use super::{
    Folder, MigrationFile, Project,
    desired::{self, Compiled, Sources, Step},
};
use crate::{problems::Problems, trial::checks};

/// The name of a migration: of its file, or the versions between which it leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayName {
    /// By the file.
    File(MigrationName),
    /// By its ends: the rows of one version of a model, and the version that they become.
    Ends(ModelVersion, Version),
}

/// A text names no migration.
#[derive(Debug, thiserror::Error)]
#[error(
    "expected a migration file, such as Event_migrate__0_0__0_1, or a model and two of its versions, such as Event 0.0 0.1"
)]
pub struct WayNameError;

impl WayName {
    /// Reads the words of a command line.
    ///
    /// # Errors
    /// They name nothing.
    pub fn of(words: &[String]) -> Result<Self, WayNameError> {
        let words: Vec<_> = words.iter().flat_map(|word| word.split_whitespace()).collect();
        match words[..] {
            [file] => {
                let name = file.rsplit('/').next().unwrap_or(file);
                let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
                stem.parse().map(Self::File).map_err(|_| WayNameError)
            }
            [model, from, to] => {
                let model: ModelName = model.parse().map_err(|_| WayNameError)?;
                let version = |text: &str| text.parse::<Version>().map_err(|_| WayNameError);
                Ok(Self::Ends(ModelVersion::new(model, version(from)?), version(to)?))
            }
            _ => Err(WayNameError),
        }
    }
}

/// A way that rows go: one migration or several, one after the other.
#[derive(Debug)]
pub struct ChosenWay {
    /// The nodes on it.
    pub path: Path,
    /// Where it begins.
    pub source: Node,
    /// Where it leads.
    pub target: Node,
    /// The migrations on it, by their ends: all that the path needs, and no others.
    steps: BTreeMap<Hop, Step>,
}

impl ChosenWay {
    /// Finds a way in a project.
    ///
    /// # Errors
    /// There is none, or a migration on it is wrong.
    pub fn find(project: &Project, name: &WayName) -> Result<Self, Problems> {
        let mut lineage = project.versions()?.lineage();
        let files = project.migrations()?;
        let sources = Sources { files: &files, functions: &[], current: project.version() };
        let compiled = desired::compile(&sources, |_| false, &mut lineage);
        let path = match name {
            WayName::File(name) => of_file(&lineage, &files, name, &compiled)?,
            WayName::Ends(from, to) => between(&lineage, from, to, &files, &compiled)?,
        };
        let node = |id: Option<&ModelVersion>| id.and_then(|id| lineage.node_of(id)).cloned();
        let (Some(source), Some(target)) = (node(path.first()), node(path.last())) else {
            return Err(unknown(&files).into());
        };
        let mut steps = compiled.steps;
        steps.retain(|hop, _| path.windows(2).any(|ends| ends[0] == hop.from && ends[1] == hop.to));
        Ok(Self { path, source, target, steps })
    }

    /// Takes migrations for what they were found to be when they were planned.
    pub fn as_checked(&mut self, folder: &Folder) {
        checks::recall(folder, &mut self.steps);
    }

    /// Its migrations, in their order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        desired::along(&self.path, &self.steps)
    }

    /// Its migrations with their ends, in their order.
    pub fn hops(&self) -> impl Iterator<Item = (&ModelVersion, &ModelVersion, &Step)> {
        let ends = self.path.iter().zip(self.path.iter().skip(1));
        ends.zip(self.steps()).map(|((from, to), step)| (from, to, step))
    }

    /// What it does, as it runs.
    pub fn projection(&self) -> Projection {
        composed(self.steps().map(|step| step.migration.clone()))
    }

    /// Whether a part of it was compiled to SQL, so that there is another way to run it.
    pub fn is_compiled(&self) -> bool {
        self.steps().any(|step| matches!(step.tier, Tier::Sql) && !step.is_written_in_sql())
    }

    /// The same with every migration called, whether or not it could be compiled.
    ///
    /// # Errors
    /// What in a file cannot be run.
    pub fn called(&self) -> Result<Projection, Vec<Diagnostic>> {
        let called = |step: &Step| match &step.tier {
            Tier::Udf { .. } => Ok(step.migration.clone()),
            Tier::Sql if step.is_written_in_sql() => Ok(step.migration.clone()),
            Tier::Sql => {
                migration::called(&step.file, &step.library, &step.from, &step.to).map(|(called, _)| called)
            }
        };
        let migrations: Vec<Migration> = self.steps().map(called).collect::<Result<_, _>>()?;
        Ok(composed(migrations.into_iter()))
    }
}

fn composed(migrations: impl Iterator<Item = Migration>) -> Projection {
    let composed = migrations.reduce(|before, step| before.then(&step));
    composed.map(|migration| migration.projection()).unwrap_or_default()
}

/// The path of one file.
fn of_file(
    lineage: &Lineage,
    files: &[MigrationFile],
    name: &MigrationName,
    compiled: &Compiled,
) -> Result<Path, Problems> {
    let Some(file) = files.iter().find(|file| file.name == *name) else { return Err(unknown(files).into()) };
    let ends = [&name.from, &name.to].map(|end| lineage.node_of(end).map(|node| node.id.clone()));
    if let [Some(from), Some(to)] = ends {
        let hop = Hop { from: from.clone(), to: to.clone() };
        if compiled.steps.get(&hop).is_some_and(|step| step.file == file.file) {
            return Ok(vec![from, to]);
        }
    }
    Err(about(&[&file.file], compiled).unwrap_or_else(|| unknown(files).into()))
}

/// The path between two versions.
fn between(
    lineage: &Lineage,
    from: &ModelVersion,
    to: &Version,
    files: &[MigrationFile],
    compiled: &Compiled,
) -> Result<Path, Problems> {
    let source = lineage.node_of(from).map(|node| &node.id);
    let leads = |path: &&Path| path.first() == source && source.is_some();
    let target = |path: &Path| path.last().and_then(|id| lineage.node_of(id));
    let paths = lineage.paths();
    let mut found: Vec<&Path> = paths
        .iter()
        .filter(leads)
        .filter(|path| target(path).is_some_and(|node| node.members.contains_key(to)))
        .collect();
    // A model of the same name goes before one that the rows become as well.
    found.sort_by_key(|path| path.last().is_some_and(|last| last.model != from.model));
    let Some(path) = found.first() else {
        let message = format!("no migration leads from {from} to {to}");
        return Err(Diagnostic { message, ..unknown(files) }.into());
    };
    let on_path = |file: &&MigrationFile| {
        let ends = [&file.name.from, &file.name.to].map(|end| lineage.node_of(end).map(|node| &node.id));
        path.windows(2).any(|hop| ends == [Some(&hop[0]), Some(&hop[1])])
    };
    if desired::along(path, &compiled.steps).count() + 1 < path.len() {
        let files: Vec<_> = files.iter().filter(on_path).map(|file| &file.file).collect();
        return Err(about(&files, compiled).unwrap_or_else(|| compiled.problems.clone().into()));
    }
    Ok((*path).clone())
}

/// What is wrong with some files.
fn about(files: &[&Arc<SourceFile>], compiled: &Compiled) -> Option<Problems> {
    let is_about = |problem: &&Diagnostic| {
        files.iter().any(|file| {
            problem.source_file.as_ref() == Some(*file) || problem.message.starts_with(file.path.as_str())
        })
    };
    let found: Vec<_> =
        compiled.problems.iter().chain(&compiled.warnings).filter(is_about).cloned().collect();
    (!found.is_empty()).then(|| found.into())
}

/// That there is no such migration, and which there are.
fn unknown(files: &[MigrationFile]) -> Diagnostic {
    let names: Vec<_> = files.iter().map(|file| file.name.to_string()).collect();
    let help = match names.is_empty() {
        true => "draft one with: antler generate migrations".to_owned(),
        false => format!("there are: {}", names.join(", ")),
    };
    Diagnostic::error(Code::MigrationGraph, "there is no such migration").with_help(help)
}
