//! Narrowing: what a condition that holds says about values.
//!
//! A fact is about a node, not about a name, so `const x = event.a; if (x !== null) … event.a …`
//! narrows as well. Nothing is ever assigned, so a fact stays true for the rest of its branch.

use std::collections::BTreeSet;

use super::{Id, Lowering};
use crate::migration::{
    ir::{Function, Node},
    types::Kind,
};

/// How many words a text is told to be one of. More would make the SQL longer than they are worth.
const MAX_WORDS: usize = 8;
/// How many words may be left of an enum: a field that is only carried over is better left alone.
const MAX_LEFT: usize = 2;

impl<'a> Lowering<'a> {
    /// Lowers something on the path where a condition has a truth value.
    pub(super) fn assuming<T>(
        &mut self,
        condition: Id,
        holds: bool,
        lower: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let (present, words) = (self.present.clone(), self.words.clone());
        self.learn(condition, holds);
        let result = lower(self);
        (self.present, self.words) = (present, words);
        result
    }

    /// Records what a condition says from here on.
    pub(super) fn learn(&mut self, condition: Id, holds: bool) {
        if !holds && let Some(values) = self.absent_if.get(&condition) {
            self.present.extend(values.clone());
        }
        if let Some((text, words)) = self.words_of(condition) {
            self.learn_words(text, words, holds);
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

    /// The text that a condition is about, and the words that it is one of when the condition holds.
    fn words_of(&self, condition: Id) -> Option<(Id, BTreeSet<String>)> {
        match self.graph.node(condition) {
            Node::Apply(Function::Equal, args) => {
                let word = |id: Id| self.graph.as_text(id).map(|word| BTreeSet::from([word.to_owned()]));
                match (word(args[0]), word(args[1])) {
                    (None, Some(words)) => Some((args[0], words)),
                    (Some(words), None) => Some((args[1], words)),
                    (Some(_), Some(_)) | (None, None) => None,
                }
            }
            Node::Apply(Function::OneOf(words), args) => Some((args[0], words.clone())),
            Node::Apply(Function::Or, args) => {
                let (text, mut words) = self.words_of(args[0])?;
                for other in &args[1..] {
                    let (same, more) = self.words_of(*other)?;
                    if same != text {
                        return None;
                    }
                    words.extend(more);
                }
                Some((text, words))
            }
            _ => None,
        }
    }

    fn learn_words(&mut self, text: Id, words: BTreeSet<String>, holds: bool) {
        let before = match (self.words.get(&text), &self.ty(text).kind) {
            (Some(before), _) => Some(before.clone()),
            (None, Kind::Words(all)) => Some(all.clone()),
            (None, _) => None,
        };
        let left = match (holds, before) {
            (true, Some(before)) => before.intersection(&words).cloned().collect(),
            (true, None) => words,
            (false, Some(before)) => before.difference(&words).cloned().collect(),
            (false, None) => return,
        };
        if left.len() <= if holds { MAX_WORDS } else { MAX_LEFT } {
            self.words.insert(text, left);
        }
    }

    /// The value as it is known on this path. A text that is one of a few words is the one that it
    /// equals.
    pub(super) fn narrowed(&mut self, value: Id) -> Id {
        let value = if self.present.contains(&value) { self.graph.known(value) } else { value };
        let Some(words) = self.words.get(&value).cloned() else { return value };
        let mut words = words.into_iter().rev();
        let Some(last) = words.next() else { return self.graph.unreachable() };
        let mut result = self.graph.text(&last);
        for word in words {
            let word = self.graph.text(&word);
            let is_word = self.graph.equal(value, word);
            result = self.graph.if_else(is_word, word, result);
        }
        result
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
