//! Streaming functions: edges between two models of the current version.
//!
//! A function is a step of paths like a migration, so what older versions bring to its source goes on to
//! its target, and from there to the target's other versions. It has no direction of its own. What the functions of a
//! project do together has to be one thing for each event and each table, as a row has one place.

use std::collections::BTreeSet;

use super::{EdgeError, Lineage, Node};
use crate::names::ModelVersion;

impl Lineage {
    /// Adds a function and returns the nodes that it connects.
    ///
    /// # Errors
    /// It cannot be an edge; the lineage is unchanged.
    pub fn connect_function(
        &mut self,
        from: &ModelVersion,
        to: &ModelVersion,
    ) -> Result<(&Node, &Node), EdgeError> {
        let find = |of: &ModelVersion| self.node_of(of).ok_or_else(|| EdgeError::NotLive(of.clone()));
        let (from, to) = (find(from)?.id.clone(), find(to)?.id.clone());
        if from == to {
            return Err(EdgeError::Itself(from));
        }
        if !self.edges.entry(from.clone()).or_default().insert(to.clone()) {
            return Err(EdgeError::Twice { from, to });
        }
        self.functions.entry(from.clone()).or_default().insert(to.clone());
        if let Some((first, last)) = self.two_ways_through(&from) {
            self.disconnect_function(&from, &to);
            return Err(EdgeError::TwoWays { from: first, to: last });
        }
        match (self.nodes.get(&from), self.nodes.get(&to)) {
            (Some(from_node), Some(to_node)) => Ok((from_node, to_node)),
            _ => Err(EdgeError::NotLive(to)),
        }
    }

    /// Takes a function away again: it turned out that it cannot run.
    pub fn disconnect_function(&mut self, from: &ModelVersion, to: &ModelVersion) {
        if self.functions.get_mut(from).is_some_and(|targets| targets.remove(to))
            && let Some(targets) = self.edges.get_mut(from)
        {
            targets.remove(to);
        }
    }

    /// Whether the edge between two nodes is a function.
    pub(super) fn is_function(&self, from: &ModelVersion, to: &ModelVersion) -> bool {
        self.functions.get(from).is_some_and(|targets| targets.contains(to))
    }

    /// The same without functions.
    pub(super) fn migrations_only(&self) -> Self {
        let mut lineage = self.clone();
        for (from, targets) in &self.functions {
            targets.iter().for_each(|to| lineage.disconnect_function(from, to));
        }
        lineage
    }

    /// Two nodes between which functions lead in more than one way, of those that come through a node.
    fn two_ways_through(&self, node: &ModelVersion) -> Option<(ModelVersion, ModelVersion)> {
        let mut starts = vec![node];
        let mut looked_at = 0;
        while let Some(at) = starts.get(looked_at).copied() {
            let before = self.functions.iter().filter(|(_, targets)| targets.contains(at));
            let new: Vec<_> = before.map(|(from, _)| from).filter(|from| !starts.contains(from)).collect();
            starts.extend(new);
            looked_at += 1;
        }
        starts.into_iter().find_map(|start| Some((start.clone(), self.reached_twice(start)?.clone())))
    }

    /// A node that functions reach from another one in more than one way.
    fn reached_twice<'a>(&'a self, start: &'a ModelVersion) -> Option<&'a ModelVersion> {
        let mut reached = BTreeSet::from([start]);
        let mut open = vec![vec![start]];
        while let Some(path) = open.pop() {
            let targets = path.last().and_then(|at| self.functions.get(*at));
            for to in targets.into_iter().flatten().filter(|to| !path.contains(to)) {
                if !reached.insert(to) {
                    return Some(to);
                }
                open.push([path.as_slice(), &[to]].concat());
            }
        }
        None
    }
}
