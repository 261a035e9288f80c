//! From a project to its desired state: versions into nodes, migrations into routes.
//!
//! This is where the languages meet the planner. Nothing is read here that [`Project`] does not
//! hand out, and nothing is applied.

use std::{collections::BTreeMap, sync::Arc};

use antler_core::{
    deployment::{Deployed, Desired, Hop, Route},
    diagnostic::{Code, Diagnostic, Severity, SourceFile},
    lineage::{EdgeError, Lineage, Node},
    names::{ModelVersion, Version},
    schema::Model,
    sql::statement::Sync,
    udf::Runtime,
};
use antler_lang::migration::{self, Library, Migration, Tier};

use super::{
    FunctionFile, MigrationFile, Project,
    config::Durability,
    functions::{self, Connected},
};
use crate::{
    problems::Problems,
    trial::{
        checks::{self, Sample},
        lambdas,
    },
};

/// The desired state, and what its author should know about it.
#[derive(Debug)]
pub struct Prepared {
    /// The desired state.
    pub desired: Desired,
    /// What stands in nobody's way.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the project and compiles it, for where this is deployed: tables keep the names that they have.
/// What was not checked before is tried first, over `sample`d rows too; see [`checks`].
///
/// # Errors
/// Everything that is wrong with models, pins and migrations.
pub fn prepare(project: &Project, deployed: &Deployed, sample: Sample<'_>) -> Result<Prepared, Problems> {
    let lineage = project.versions()?.lineage();
    let names = deployed.names_of(lineage.nodes());
    let mut lineage = lineage.named(&names);
    let (files, functions) = (project.migrations()?, project.functions()?);
    let runs = |hop: &Hop| deployed.routes.get(hop).is_some_and(|route| route.flows && route.path.len() == 2);
    let sources = Sources { files: &files, functions: &functions, current: project.version() };
    let Compiled { steps, problems, mut warnings } = compile(&sources, runs, &mut lineage);
    let mut steps = Problems::none_of(problems, steps)?;
    Problems::none_of(lambdas::mistakes(&project.folder, &steps, &lineage, sample), ())?;
    warnings.extend(checks::hold(&project.folder, &mut steps, &lineage, sample));
    warnings.extend(project.left_alone()?);
    warnings.extend(lineage.gaps().into_iter().map(|(older, newer)| missing(older, newer)));
    let routes = lineage.paths().into_iter().filter_map(|path| {
        let mut steps = along(&path, &steps).map(|step| &step.migration);
        let first = steps.next()?.clone();
        let composed = steps.fold(first, |before, step| before.then(step));
        let source = &lineage.node_of(path.first()?)?.model;
        Route::new(&project.config.naming, path, source, &composed.projection())
    });
    let desired = Desired {
        naming: project.config.naming.clone(),
        sync: match project.config.durability {
            Durability::Fsync => Sync::Fsync,
            Durability::Os => Sync::Os,
        },
        current: project.version().clone(),
        routes: routes.collect(),
        nodes: lineage.nodes().cloned().collect(),
    };
    Ok(Prepared { desired, warnings })
}

/// Everything that is wrong with the migrations between versions. A missing one is an error
/// here: nobody serves, so nothing is lost by waiting for it. `beside` gives it a place, beside the
/// node that rows do not reach.
pub fn mistakes(
    mut lineage: Lineage,
    sources: &Sources<'_>,
    beside: impl Fn(Diagnostic, &Node) -> Diagnostic,
) -> Vec<Diagnostic> {
    let Compiled { steps: _, mut problems, warnings } = compile(sources, |_| false, &mut lineage);
    problems.extend(lineage.gaps().into_iter().map(|(older, newer)| {
        beside(Diagnostic { severity: Severity::Error, ..missing(older, newer) }, newer)
    }));
    problems.extend(warnings);
    problems
}

/// What leads from one node to another.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'a> {
    /// The migrations.
    pub files: &'a [MigrationFile],
    /// The streaming functions.
    pub functions: &'a [FunctionFile],
    /// The version that functions belong to.
    pub current: &'a Version,
}

/// A migration file, and how it runs.
#[derive(Debug)]
pub struct Step {
    /// The file.
    pub file: Arc<SourceFile>,
    /// The files that it imports from.
    pub library: Arc<Library>,
    /// The model of its rows.
    pub from: Model,
    /// The model that they become.
    pub to: Model,
    /// What it does.
    pub migration: Migration,
    /// How.
    pub tier: Tier,
}

impl Step {
    /// What runs it where it is not SQL.
    pub fn runtime(&self) -> Runtime {
        if self.file.path.ends_with(".py") { Runtime::Python } else { Runtime::JavaScript }
    }

    /// Whether its author wrote SQL, which means what the database makes of it.
    pub fn is_written_in_sql(&self) -> bool {
        self.file.path.ends_with(".sql")
    }
}

/// What came of the migration files.
#[derive(Debug)]
pub struct Compiled {
    /// Between which nodes they lead.
    pub steps: BTreeMap<Hop, Step>,
    /// What is wrong with them.
    pub problems: Vec<Diagnostic>,
    /// About files that lead nowhere, or that are not SQL.
    pub warnings: Vec<Diagnostic>,
}

/// The steps of a path, in their order.
pub fn along<'a>(path: &'a [ModelVersion], steps: &'a BTreeMap<Hop, Step>) -> impl Iterator<Item = &'a Step> {
    let hops = path.iter().zip(path.iter().skip(1));
    hops.filter_map(|(from, to)| steps.get(&Hop { from: from.clone(), to: to.clone() }))
}

/// Compiles migrations and functions, and connects the nodes that they lead from and to. `runs` tells whether
/// a function runs already.
pub fn compile(sources: &Sources<'_>, runs: impl Fn(&Hop) -> bool, lineage: &mut Lineage) -> Compiled {
    let mut steps = BTreeMap::new();
    let (mut problems, mut warnings) = (Vec::new(), Vec::new());
    for MigrationFile { name, file, library } in sources.files {
        match lineage.connect(name) {
            Ok((from, to)) => match prepared(file, library, &from.model, &to.model) {
                Ok((migration, tier)) => {
                    if let Tier::Udf { function, because } = &tier {
                        warnings.push(called(file, function.runtime, because));
                        problems.extend(
                            antler_udf::check(function).err().map(|broken| cannot_run(file, &broken)),
                        );
                    }
                    let hop = Hop { from: from.id.clone(), to: to.id.clone() };
                    let (from, to) = (from.model.clone(), to.model.clone());
                    let (file, library) = (Arc::clone(file), Arc::clone(library));
                    steps.insert(hop, Step { file, library, from, to, migration, tier });
                }
                Err(found) => problems.extend(found),
            },
            Err(error @ EdgeError::Twice { .. }) => problems.push(
                Diagnostic::error(Code::MigrationGraph, format!("{} cannot run: {error}", file.path))
                    .with_help("remove one of the two migrations"),
            ),
            Err(
                error @ (EdgeError::NotLive(_)
                | EdgeError::EqualRun(_)
                | EdgeError::Itself(_)
                | EdgeError::TwoWays { .. }),
            ) => warnings.push(Diagnostic::warning(
                Code::MigrationGraph,
                format!("{} is not used: {error}", file.path),
            )),
        }
    }
    let Connected { functions, problems: of_functions, warnings: about_functions } =
        functions::connect(sources.functions, sources.current, lineage, runs);
    steps.extend(functions);
    problems.extend(of_functions);
    warnings.extend(about_functions);
    problems.extend(lineage.ambiguities().into_iter().map(|ambiguity| {
        Diagnostic::error(Code::MigrationGraph, ambiguity.to_string())
            .with_help("remove one of the migrations on the way, or add one that leads there directly")
    }));
    Compiled { steps, problems, warnings }
}

fn prepared(
    file: &Arc<SourceFile>,
    library: &Library,
    from: &Model,
    to: &Model,
) -> Result<(Migration, Tier), Vec<Diagnostic>> {
    // How a test shows what becomes of a mistake of the compiler: it compiles another text than the one
    // that is called, with some words exchanged. No release has this.
    #[cfg(debug_assertions)]
    if let Ok(words) = std::env::var("ANTLER_TEST_MISCOMPILE")
        && let Some((right, wrong)) = words.split_once('=')
        && file.text.contains(right)
    {
        let text = file.text.replace(right, wrong);
        let file = Arc::new(SourceFile { path: file.path.clone(), text });
        return migration::prepare_with(&file, library, from, to);
    }
    migration::prepare_with(file, library, from, to)
}

/// Says that a migration is not SQL, and what in it is not.
pub fn called(file: &Arc<SourceFile>, runtime: Runtime, because: &[Diagnostic]) -> Diagnostic {
    if let Some(demotion) = because.iter().find(|reason| reason.code == Code::Demoted) {
        return demotion.clone();
    }
    let message = format!("{} is not compiled to SQL: it runs in {runtime}, which is slower", file.path);
    // A message points into one file: the first that has a reason, which may be one that is imported.
    let place = because.iter().find_map(|reason| reason.source_file.as_ref()).unwrap_or(file);
    let mut warning = Diagnostic::warning(Code::NotCompilable, message).in_file(place);
    for reason in because.iter().filter(|reason| reason.source_file.as_ref() == Some(place)) {
        for label in &reason.labels {
            warning = warning.with_label(place, label.span.clone(), reason.message.clone());
        }
    }
    warning.help = because.iter().find_map(|reason| reason.help.clone());
    warning
}

/// Says that the engine does not take the code of a migration.
pub(super) fn cannot_run(file: &Arc<SourceFile>, broken: &antler_udf::Broken) -> Diagnostic {
    let message = format!("{} can neither be compiled nor be run: {broken}", file.path);
    Diagnostic::error(Code::NotCompilable, message).in_file(file)
}

fn missing(older: &Node, newer: &Node) -> Diagnostic {
    let (from, to) = (&older.id, &newer.id);
    Diagnostic::warning(
        Code::MigrationGraph,
        format!("there is no migration from {from} to {to}: rows of {from} do not reach {to}"),
    )
    .with_help("draft one with: antler generate migrations")
}
