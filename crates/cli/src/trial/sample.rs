//! A sample of the rows that a project has of a model version.

use antler_core::{
    deployment::Deployed,
    lineage::Node,
    names::{ModelVersion, Naming},
    plan::Observed,
    sql::statement::trial,
};
use anyhow::Result;

use crate::{access::Access, host::DATA_FOLDER, project::Project};

/// About so many rows of a node's table in the database's own format, and the name that the node has
/// there. `None` where there are none: nothing is deployed, or the node is new or empty.
///
/// # Errors
/// The data is there, but cannot be read.
pub fn of_project(project: &Project, node: &Node, wanted: u64) -> Result<Option<(ModelVersion, Vec<u8>)>> {
    // Data that is not there yet would be made by looking for it.
    if !project.folder.path(DATA_FOLDER).join("engine").exists() {
        return Ok(None);
    }
    let access = Access::to(project)?;
    let observed = access.observed()?;
    of(&observed, &project.config.naming, node, wanted, |statement| access.query(statement, "Native"))
}

/// How many rows of a table a migration is checked on before it is planned.
const CHECKED: u64 = 1000;

/// The rows that a migration of a node is checked on; none where there are none.
///
/// # Errors
/// Those of `ask`, which gets a statement and a format.
pub fn for_check(
    observed: &Observed,
    project: &Project,
    node: &Node,
    ask: impl FnOnce(&str, &str) -> Result<Vec<u8>>,
) -> Result<Option<Vec<u8>>> {
    let found = of(observed, &project.config.naming, node, CHECKED, |statement| ask(statement, "Native"))?;
    Ok(found.map(|(_, rows)| rows))
}

/// The same, of what was observed.
///
/// # Errors
/// Those of `ask`.
fn of(
    observed: &Observed,
    naming: &Naming,
    node: &Node,
    wanted: u64,
    ask: impl FnOnce(&str) -> Result<Vec<u8>>,
) -> Result<Option<(ModelVersion, Vec<u8>)>> {
    let id = deployed_as(&observed.deployed, node);
    let rows = observed.facts.get(&id).map_or(0, |facts| facts.rows);
    let Some(deployed) = observed.deployed.nodes.get(&id).filter(|_| rows > 0) else { return Ok(None) };
    // A model that was edited in place is about to have another table.
    if deployed.node.model.schema_hash() != node.model.schema_hash() {
        return Ok(None);
    }
    let statement = trial::sample(&deployed.rows(naming), &node.model, rows, wanted);
    Ok(Some((id, ask(&statement)?)))
}

/// The name that a node has where it is deployed.
fn deployed_as(deployed: &Deployed, node: &Node) -> ModelVersion {
    let names = deployed.names_of(std::iter::once(node));
    names.get(&node.id).cloned().unwrap_or_else(|| node.id.clone())
}
