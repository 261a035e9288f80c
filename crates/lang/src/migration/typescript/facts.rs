//! Narrowing: what a condition that holds says about values.
//!
//! A fact is about a node, not about a name, so `const x = event.a; if (x !== null) … event.a …`
//! narrows as well. Nothing is ever assigned, so a fact stays true for the rest of its branch.

use super::{Id, Lowering};
use crate::migration::ir::{Function, Node};

impl<'a> Lowering<'a> {
    /// Lowers something on the path where a condition has a truth value.
    pub(super) fn assuming<T>(
        &mut self,
        condition: Id,
        holds: bool,
        lower: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.present.clone();
        self.learn(condition, holds);
        let result = lower(self);
        self.present = before;
        result
    }

    /// Records what a condition says from here on.
    pub(super) fn learn(&mut self, condition: Id, holds: bool) {
        if !holds && let Some(values) = self.absent_if.get(&condition) {
            self.present.extend(values.clone());
        }
        match self.graph.node(condition).clone() {
            Node::Apply(Function::Not, args) => self.learn(args[0], !holds),
            Node::Apply(Function::And, args) if holds => {
                args.into_iter().for_each(|arg| self.learn(arg, true))
            }
            Node::Apply(Function::Or, args) if !holds => {
                args.into_iter().for_each(|arg| self.learn(arg, false))
            }
            Node::Apply(Function::IsNothing, args) if !holds => {
                self.present.insert(args[0]);
            }
            _ => {}
        }
    }

    /// The value as it is known on this path.
    pub(super) fn narrowed(&mut self, value: Id) -> Id {
        if self.present.contains(&value) { self.graph.known(value) } else { value }
    }

    /// Whether a value is absent, as a condition that narrows it.
    pub(super) fn is_nothing(&mut self, value: Id) -> Id {
        let condition = self.graph.is_nothing(value);
        self.absent_if.entry(condition).or_default().insert(value);
        condition
    }

    /// The truth of a value, as a condition that narrows it.
    pub(super) fn truth(&mut self, value: Id) -> Id {
        self.is_nothing(value);
        crate::migration::javascript::value::truth(&mut self.graph, value)
    }
}
