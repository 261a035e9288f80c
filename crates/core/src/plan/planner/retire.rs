//! Versions that leave the configuration, and those that come back.

use std::collections::BTreeMap;

use super::{Gone, Planner};
use crate::{
    deployment::Hop,
    names::{ModelVersion, Version},
    plan::{Change, Cut, Facts},
    route,
    sql::statement,
};

impl Planner<'_> {
    /// Closes the endpoints of versions that are not desired any more. A table that no live version
    /// shares goes into the archive, and what else fills it stops. Views that begin at it stay: they
    /// carry nothing but dead letters that are replayed.
    pub(super) fn retire(
        &self,
        gone: &BTreeMap<&ModelVersion, Gone>,
        cut: &mut Cut,
        changes: &mut Vec<Change>,
    ) {
        let naming = self.naming();
        for (id, node) in &self.deployed().nodes {
            let stay = self.nodes.get(id).map(|node| &node.members);
            let retires = |version: &&Version| stay.is_none_or(|stay| !stay.contains_key(*version));
            if gone.get(id) == Some(&Gone::Dropped) {
                continue;
            }
            for version in node.node.members.keys().filter(retires) {
                let of = ModelVersion::new(id.model.clone(), version.clone());
                // A version that another run has as its own now made a table of its alias.
                if of != *id && !self.nodes.contains_key(&of) {
                    cut.drop.push(statement::drop_view(&naming.storage(&of)));
                }
                changes.push(Change::Retire { of });
            }
            if gone.get(id) == Some(&Gone::Retires) {
                self.hold(id, cut);
                for outlet in route::own(naming, id, &node.node.model) {
                    let own = Hop { from: id.clone(), to: id.clone() };
                    cut.drop.push(statement::drop_view(&outlet.view(naming, &own)));
                }
                cut.moves.push(statement::rename_table(&naming.storage(id), &naming.archive(id)));
                let Facts { rows, bytes, .. } = self.facts(id);
                changes.push(Change::Archive { node: id.clone(), rows, bytes });
            }
        }
    }

    /// Brings archived tables back.
    pub(super) fn restore(&self, cut: &mut Cut, changes: &mut Vec<Change>) {
        let naming = self.naming();
        for (id, node) in self.nodes.iter().filter(|(id, _)| self.comes_back(id) && self.is_kept(id)) {
            cut.moves.push(statement::rename_table(&naming.archive(id), &naming.storage(id)));
            let own = Hop { from: (*id).clone(), to: (*id).clone() };
            cut.views.extend(self.views(&own, &route::own(naming, id, &node.model)));
            let Facts { rows, bytes, .. } = self.facts(id);
            changes.push(Change::Restore { node: (*id).clone(), rows, bytes });
        }
    }
}
