//! One migration after another, by substitution.
//!
//! The second migration reads what the first one stores: its columns are replaced by the first
//! one's outputs, which already have the form in which they are read back. It runs only on rows
//! that the first one neither fails nor filters, so its failure stands behind the first one's.

use std::collections::BTreeMap;

use super::{
    Migration,
    ir::{Graph, Id, Node, Nothing},
};

/// The migration that does the first one and then the second.
pub(super) fn compose(first: &Migration, second: &Migration) -> Migration {
    let mut graph = first.graph.clone();
    let columns: BTreeMap<_, _> =
        first.columns.iter().map(|output| (output.field.name.clone(), output.value)).collect();
    let mut copied = BTreeMap::new();
    let mut copy = |id: Id| substitute(&second.graph, id, &columns, &mut graph, &mut copied);

    let outputs: Vec<_> = second
        .columns
        .iter()
        .map(|output| super::Output { field: output.field.clone(), value: copy(output.value) })
        .collect();
    let keep = copy(second.keep);
    let failure = copy(second.failure);

    // A row that the first one filters never reaches the second.
    let nothing = graph.null();
    let failure = graph.if_else(first.keep, failure, nothing);
    let failure = graph.first_failure(first.failure, failure);
    let keep = graph.and(first.keep, keep);
    Migration { graph, source: first.source.clone(), columns: outputs, keep, failure }
}

fn substitute(
    source: &Graph,
    id: Id,
    columns: &BTreeMap<antler_core::names::SqlIdent, Id>,
    target: &mut Graph,
    copied: &mut BTreeMap<Id, Id>,
) -> Id {
    if let Some(done) = copied.get(&id) {
        return *done;
    }
    let node = source.node(id);
    // Children first, so that rebuilding does not recurse while the target is borrowed.
    let mut children = Vec::new();
    node.for_each_child(|child| children.push(child));
    if let Node::Each { array, element, .. } | Node::Fold { array, element, .. } = node
        && !copied.contains_key(element)
    {
        // Whether its elements are as they are stored may change with the array.
        let array = substitute(source, *array, columns, target, copied);
        let new = target.element_of(array, source.ty(*element).clone());
        copied.insert(*element, new);
        if let Some(name) = source.suggested_name(*element) {
            target.suggest_name(new, name);
        }
    }
    for child in children {
        substitute(source, child, columns, target, copied);
    }
    let new = match node {
        Node::Column(name) => match columns.get(name) {
            Some(value) => *value,
            None => target.nothing(Nothing::Undefined),
        },
        Node::Parameter(parameter) => target.parameter(parameter.role, source.ty(id).clone()),
        node => target.rebuild(node, source.ty(id), |child| copied.get(&child).copied().unwrap_or(child)),
    };
    if let Some(name) = source.suggested_name(id) {
        target.suggest_name(new, name);
    }
    copied.insert(id, new);
    new
}
