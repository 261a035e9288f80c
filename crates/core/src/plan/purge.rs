//! Deleting what only a retired version has.

use super::{Change, Cut, Observed, Plan};
use crate::{
    deployment::DeployedNode,
    diagnostic::{Code, Diagnostic},
    names::{ModelVersion, Naming, Version},
    sql::statement,
};

/// A purged node that somebody wants back.
pub(super) fn gone(id: &ModelVersion) -> Diagnostic {
    Diagnostic::error(Code::Retired, format!("{id} was purged, and cannot come back"))
        .with_help("give its data model a new version: antler bump-version")
}

pub(super) fn plan(version: &Version, naming: &Naming, observed: &Observed) -> Result<Plan, Vec<Diagnostic>> {
    let mut after = observed.deployed.clone();
    let mut cut = Cut::default();
    let mut changes = Vec::new();
    let mut known = false;
    for (id, node) in &observed.deployed.nodes {
        if !node.retired.contains(version) {
            continue;
        }
        known = true;
        if let Some(left) = after.nodes.get_mut(id) {
            left.retired.remove(version);
            if left.is_live() || !left.retired.is_empty() {
                continue;
            }
        }
        let DeployedNode { topic, .. } = node;
        cut.hold.insert(topic.clone());
        after.routes.retain(|hop, _| hop.to != *id);
        for (hop, route) in after.routes.iter_mut().filter(|(hop, route)| hop.from == *id && route.flows) {
            let views = route.outlets.iter().map(|outlet| outlet.view(naming, hop));
            cut.drop.extend(views.map(|view| statement::drop_view(&view)));
            route.flows = false;
        }
        cut.drop.push(statement::drop_table(&naming.landing(id)));
        cut.drop.push(statement::drop_table(&naming.archive(id)));
        cut.drop.push(statement::forget_dead_letters(&naming.dead_letters(&id.model), id));
        cut.drop.push(statement::forget_filtered(&naming.filtered(&id.model), id));
        cut.forget.push(topic.clone());
        after.nodes.remove(id);
        after.purged.insert(id.clone(), topic.clone());
        let facts = observed.facts.get(id).copied().unwrap_or_default();
        changes.push(Change::Purge { node: id.clone(), rows: facts.rows, bytes: facts.bytes });
    }
    if known {
        Ok(Plan { format: Plan::FORMAT, changes, prepare: Vec::new(), cut, after })
    } else {
        let live = observed.deployed.nodes.values().any(|node| node.node.members.contains_key(version));
        let (message, help) = if live {
            let message = format!("{version} is a live version, so it cannot be purged");
            (message, format!("retire it first: antler retire {version}"))
        } else {
            let message = format!("no retired version has the number {version}");
            (message, "antler ls lists the versions there are".to_owned())
        };
        Err(vec![Diagnostic::error(Code::Retired, message).with_help(help)])
    }
}
