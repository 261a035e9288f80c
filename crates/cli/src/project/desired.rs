//! From a project to its desired state: versions into nodes, migrations into routes.
//!
//! This is where the languages meet the planner. Nothing is read here that [`Project`] does not
//! hand out, and nothing is applied.

use std::collections::BTreeMap;

use antler_core::{
    deployment::{Deployed, Desired, Hop, Route},
    diagnostic::{Code, Diagnostic, Severity},
    lineage::{EdgeError, Lineage, Node},
    sql::statement::Sync,
};
use antler_lang::migration::{self, Migration};

use super::{MigrationFile, Project, config::Durability};
use crate::problems::Problems;

/// The desired state, and what its author should know about it.
#[derive(Debug)]
pub struct Prepared {
    /// The desired state.
    pub desired: Desired,
    /// What stands in nobody's way.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the project and compiles it, for where this is deployed: tables keep the names that they have.
///
/// # Errors
/// Everything that is wrong with models, pins and migrations.
pub fn prepare(project: &Project, deployed: &Deployed) -> Result<Prepared, Problems> {
    let lineage = project.versions()?.lineage();
    let names = deployed.names_of(lineage.nodes());
    let mut lineage = lineage.named(&names);
    let Compiled { migrations, problems, unused: mut warnings } =
        compile(&project.migrations()?, &mut lineage);
    let migrations = Problems::none_of(problems, migrations)?;
    warnings.extend(lineage.gaps().into_iter().map(|(older, newer)| missing(older, newer)));
    let routes = lineage.paths().into_iter().filter_map(|path| {
        let hops = path.iter().zip(path.iter().skip(1));
        let mut steps =
            hops.filter_map(|(from, to)| migrations.get(&Hop { from: from.clone(), to: to.clone() }));
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
    files: &[MigrationFile],
    beside: impl Fn(Diagnostic, &Node) -> Diagnostic,
) -> Vec<Diagnostic> {
    let Compiled { migrations: _, mut problems, unused } = compile(files, &mut lineage);
    problems.extend(lineage.gaps().into_iter().map(|(older, newer)| {
        beside(Diagnostic { severity: Severity::Error, ..missing(older, newer) }, newer)
    }));
    problems.extend(unused);
    problems
}

/// What came of the migration files.
struct Compiled {
    migrations: BTreeMap<Hop, Migration>,
    problems: Vec<Diagnostic>,
    /// About files that lead nowhere.
    unused: Vec<Diagnostic>,
}

/// Compiles the migration files, and connects the nodes that they lead from and to.
fn compile(files: &[MigrationFile], lineage: &mut Lineage) -> Compiled {
    let mut migrations = BTreeMap::new();
    let (mut problems, mut unused) = (Vec::new(), Vec::new());
    for MigrationFile { name, file } in files {
        match lineage.connect(name) {
            Ok((from, to)) => match migration::compile(file, &from.model, &to.model) {
                Ok(migration) => {
                    migrations.insert(Hop { from: from.id.clone(), to: to.id.clone() }, migration);
                }
                Err(found) => problems.extend(found),
            },
            Err(error @ EdgeError::Twice { .. }) => problems.push(
                Diagnostic::error(Code::MigrationGraph, format!("{} cannot run: {error}", file.path))
                    .with_help("remove one of the two migrations"),
            ),
            Err(error @ (EdgeError::NotLive(_) | EdgeError::EqualRun(_))) => unused.push(
                Diagnostic::warning(Code::MigrationGraph, format!("{} is not used: {error}", file.path)),
            ),
        }
    }
    problems.extend(lineage.ambiguities().into_iter().map(|ambiguity| {
        Diagnostic::error(Code::MigrationGraph, ambiguity.to_string())
            .with_help("remove one of the migrations on the way, or add one that leads there directly")
    }));
    Compiled { migrations, problems, unused }
}

fn missing(older: &Node, newer: &Node) -> Diagnostic {
    let (from, to) = (&older.id, &newer.id);
    Diagnostic::warning(
        Code::MigrationGraph,
        format!("there is no migration from {from} to {to}: rows of {from} do not reach {to}"),
    )
    .with_help("draft one with: antler generate migrations")
}
