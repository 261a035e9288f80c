//! Edited migrations over the rows that exist: see [`crate::load::beside`].

use std::collections::{BTreeMap, BTreeSet};

use super::{Loads, Planner};
use crate::{
    deployment::{DeployedNode, DeployedRoute, Hop},
    load::{LoadSpec, LoadedRows, beside::Beside},
    plan::{Change, Cut, Facts},
};

impl Planner<'_> {
    /// Makes the rows anew that an older migration made: from the rows of each source itself, since a
    /// table in between may have some of an older one, too.
    pub(super) fn reload(
        &self,
        routes: &mut BTreeMap<Hop, DeployedRoute>,
        loads: &mut Loads,
        cut: &mut Cut,
        changes: &mut Vec<Change>,
    ) {
        // Numbers of loads are never used again.
        let mark = format!("reload {}", self.deployed().next_load);
        let mut made = BTreeSet::new();
        for (hop, route) in routes.iter_mut() {
            let in_place = self.is_kept(&hop.from) && self.is_kept(&hop.to) && self.flows(hop);
            // Sorted as the table is that it replaces.
            let target = self.deployed().nodes.get(&hop.to).filter(|_| in_place && route.mixed);
            let Some(DeployedNode { node: target, .. }) = target else { continue };
            let beside = Beside::of(self.naming(), &hop.to, &target.model, mark.clone());
            let Some(beside) = beside else { continue };
            if made.insert(&hop.to) {
                cut.drop.extend(beside.drop());
                cut.views.extend(beside.make(&target.model, self.desired.sync));
            }
            let outlets = route.outlets.iter().map(|outlet| beside.new.instead_of(outlet.clone())).collect();
            let spec = LoadSpec {
                outlets,
                known: None,
                beside: Some(beside),
                ..self.load_spec(hop, route, &BTreeSet::from([&hop.from]), LoadedRows::OfTheseTopics)
            };
            self.hold(&hop.from, cut);
            let Facts { rows, bytes, .. } = self.facts(&hop.from);
            changes.push(Change::Reload { from: hop.from.clone(), to: hop.to.clone(), rows, bytes });
            loads.entry(hop.from.clone()).or_default().push(spec);
            route.mixed = false;
        }
    }
}
