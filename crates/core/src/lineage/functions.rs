//! Streaming functions: edges between two models of the current version.
//!
//! A function is a step of paths like a migration, so what older versions bring to its source goes on to
//! its target, and from there to the target's other versions. It has no direction of its own. What the functions of a
//! project do together has to be one thing for each event and each table, as a row has one place.

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
        self.functions.insert((from.clone(), to.clone()));
        if let Some((first, last)) = self.two_ways() {
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
        if self.functions.remove(&(from.clone(), to.clone()))
            && let Some(targets) = self.edges.get_mut(from)
        {
            targets.remove(to);
        }
    }

    /// The same without functions.
    pub(super) fn migrations_only(&self) -> Self {
        let mut lineage = self.clone();
        for (from, to) in &self.functions {
            lineage.disconnect_function(from, to);
        }
        lineage
    }

    /// Two nodes between which functions lead in more than one way, if there are any.
    fn two_ways(&self) -> Option<(ModelVersion, ModelVersion)> {
        for (start, _) in &self.functions {
            let mut reached = vec![start];
            let mut open = vec![vec![start]];
            while let Some(path) = open.pop() {
                let at = path.last();
                let onward =
                    self.functions.iter().filter(|(from, to)| Some(&from) == at && !path.contains(&to));
                for (_, to) in onward {
                    if reached.contains(&to) {
                        return Some((start.clone(), to.clone()));
                    }
                    reached.push(to);
                    open.push([path.as_slice(), &[to]].concat());
                }
            }
        }
        None
    }
}
