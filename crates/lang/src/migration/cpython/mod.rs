//! What Python's operations mean, in terms of the intermediate form.
//!
//! Each function builds the nodes of one operation of CPython for all values of its argument types,
//! edge cases included. An operation that can raise returns its failure beside its value: the name of
//! the exception and its text. Nothing here knows syntax or SQL; the oracle test runs every one of
//! them against CPython on the real engine.
//!
//! An `int` is a 64-bit integer here, a `float` a double, a `str` Unicode text, and a `datetime` an
//! instant in UTC with whole milliseconds. Where an integer would need more than 64 bits, the row
//! fails.

pub(super) mod array;
pub(super) mod date;
pub(super) mod number;
pub(super) mod pattern;
pub(super) mod text;
pub(super) mod value;

use super::ir::{Function, Graph, Id};
pub(super) use super::javascript::Fallible;

impl Fallible {
    /// A value, and the reason why there is none where a condition holds.
    fn unless(graph: &mut Graph, value: Id, condition: Id, reason: &str) -> Self {
        let reason = graph.text(reason);
        Self { value, failure: graph.failure_if(condition, reason) }
    }

    /// The same value, which something else came before.
    fn after(self, graph: &mut Graph, failure: Id) -> Self {
        Self { value: self.value, failure: graph.first_failure(failure, self.failure) }
    }
}

/// Texts after each other.
fn concatenated(graph: &mut Graph, parts: &[Id]) -> Id {
    graph.apply(Function::Concatenate, parts)
}
