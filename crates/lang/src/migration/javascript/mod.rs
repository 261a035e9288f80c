//! What JavaScript's operations mean, in terms of the intermediate form.
//!
//! Each function builds the nodes of one operation of ECMAScript for all values of its argument
//! types, edge cases included, and names the clause where it is not obvious. An operation that
//! can fail returns its failure beside its value. Nothing here knows syntax or SQL; the oracle
//! test runs every one of them against Node on the real engine.

pub(super) mod array;
pub(super) mod bits;
pub(super) mod calendar;
pub(super) mod code;
pub(super) mod date;
pub(super) mod number;
pub(super) mod pattern;
pub(super) mod text;
pub(super) mod value;

use super::ir::{Graph, Id};

/// A value, and the failure of computing it: a text that is there only on rows that fail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fallible {
    pub(super) value: Id,
    pub(super) failure: Id,
}

impl Fallible {
    /// A value that is computed without failure.
    pub(super) fn total(graph: &mut Graph, value: Id) -> Self {
        Self { value, failure: graph.null() }
    }
}
