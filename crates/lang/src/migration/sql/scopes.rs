//! Lambdas while they are printed: which parameters are in scope, and what is shared within them.
//!
//! A shared expression is a column of the row as long as it depends on the row alone. One that
//! depends on a parameter is computed within the lambda of that parameter instead.

use std::collections::{BTreeMap, BTreeSet};

use antler_core::{names::SqlIdent, schema::DataType, sql::Expr};

use crate::migration::ir::{Graph, Id, Node};

/// The lambdas around what is printed, innermost last.
pub(super) struct Scopes {
    /// The parameters that a node depends on; nodes without any are left out.
    free: BTreeMap<Id, BTreeSet<u32>>,
    open: Vec<Scope>,
    names: BTreeMap<u32, SqlIdent>,
    /// The types of elements that are as they are stored, and whether they may be `NULL`.
    elements: BTreeMap<u32, (DataType, bool)>,
}

/// One lambda.
#[derive(Default)]
pub(super) struct Scope {
    parameters: BTreeSet<u32>,
    /// What its body uses under a name, in the order of use.
    pub(super) lets: Vec<(SqlIdent, Expr)>,
}

impl Scopes {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut free: BTreeMap<Id, BTreeSet<u32>> = BTreeMap::new();
        for id in graph.ids() {
            let node = graph.node(id);
            let mut found = BTreeSet::new();
            node.for_each_child(|child| found.extend(free.get(&child).into_iter().flatten()));
            for parameter in parameters_of(graph, node) {
                found.remove(&parameter);
            }
            // What the array and the initial value depend on is outside of the lambda.
            if let Node::Each { array, .. } = node {
                found.extend(free.get(array).into_iter().flatten());
            }
            if let Node::Fold { array, initial, .. } = node {
                found.extend([array, initial].into_iter().flat_map(|id| free.get(id)).flatten());
            }
            if let Node::Parameter(parameter) = node {
                found.insert(parameter.number);
            }
            if !found.is_empty() {
                free.insert(id, found);
            }
        }
        Self { free, open: Vec::new(), names: BTreeMap::new(), elements: BTreeMap::new() }
    }

    /// Whether a node depends on a parameter.
    pub(super) fn depends_on(&self, id: Id, parameter: u32) -> bool {
        self.free.get(&id).is_some_and(|free| free.contains(&parameter))
    }

    pub(super) fn open(&mut self, parameters: impl IntoIterator<Item = u32>) {
        self.open.push(Scope { parameters: parameters.into_iter().collect(), lets: Vec::new() });
    }

    /// Closes the innermost lambda: what its body uses under names.
    pub(super) fn close(&mut self) -> Vec<(SqlIdent, Expr)> {
        self.open.pop().unwrap_or_default().lets
    }

    /// The innermost lambda that a node depends on.
    pub(super) fn innermost_of(&mut self, id: Id) -> Option<&mut Scope> {
        let free = self.free.get(&id)?;
        self.open.iter_mut().rev().find(|scope| !scope.parameters.is_disjoint(free))
    }

    pub(super) fn name(&self, parameter: u32) -> Option<SqlIdent> {
        self.names.get(&parameter).cloned()
    }

    pub(super) fn set_name(&mut self, parameter: u32, name: &SqlIdent) {
        self.names.insert(parameter, name.clone());
    }

    pub(super) fn element_type(&self, parameter: u32) -> Option<(DataType, bool)> {
        self.elements.get(&parameter).cloned()
    }

    pub(super) fn set_element_type(&mut self, parameter: u32, data_type: DataType, nullable: bool) {
        self.elements.insert(parameter, (data_type, nullable));
    }
}

/// The parameters that a node gives to its body.
fn parameters_of(graph: &Graph, node: &Node) -> Vec<u32> {
    let ids = match node {
        Node::Each { element, position, .. } => vec![element, position],
        Node::Fold { accumulator, element, position, .. } => vec![accumulator, element, position],
        _ => Vec::new(),
    };
    ids.into_iter().filter_map(|id| graph.parameter_number(*id)).collect()
}
