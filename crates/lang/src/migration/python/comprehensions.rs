//! `[… for … in … if …]`, and the generators that functions take.

use ruff_python_ast::{Comprehension, Expr};
use ruff_text_size::{Ranged, TextRange};

use super::{Id, Lowered, Lowering, Reported, Value, spelled};
use crate::migration::{
    cpython,
    ir::{Each, Function, Node},
    javascript,
    types::Kind,
};

/// What a body makes of the elements of a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Made {
    pub(super) array: Id,
    /// The element and its position.
    pub(super) over: (Id, Id),
    pub(super) value: Id,
    pub(super) failure: Id,
    /// Whether a failure of a condition was placed already, for all elements.
    pub(super) settled: bool,
}

impl Made {
    /// The elements as they are.
    pub(super) fn plain(array: Id, over: (Id, Id), failure: Id) -> Self {
        Self { array, over, value: over.0, failure, settled: false }
    }
}

impl<'a> Lowering<'a> {
    /// The list of a comprehension.
    pub(super) fn comprehension(
        &mut self,
        place: TextRange,
        element: &'a Expr,
        generators: &'a [Comprehension],
    ) -> Lowered {
        if let ([outer, inner @ ..], false) = (generators, generators.len() == 1) {
            // `[x for a in as for x in a.xs]`: the lists of the inner loops, after each other.
            let made = self.made(place, outer, |this| this.comprehension(place, element, inner))?;
            let lists = self.mapped(place, made)?;
            return Ok(self.graph.apply(Function::Flatten, &[lists]));
        }
        let Some(generator) = generators.first() else { return Err(Reported) };
        let made = self.made(place, generator, |this| this.expression(element))?;
        self.mapped(place, made)
    }

    /// The list of what a body makes of each element.
    pub(super) fn mapped(&mut self, place: TextRange, made: Made) -> Lowered {
        let ty = self.ty(made.value).clone();
        if matches!(ty.kind, Kind::Array(_)) && ty.is_optional() {
            return Err(self.refuse(place, "a list of lists that may be `None`", "Use empty lists."));
        }
        self.fail_for_all(made);
        let value = javascript::array::conform(&mut self.graph, made.value, &ty);
        Ok(self.graph.each(Each::Map, made.array, made.over, value))
    }

    /// What a body makes of the elements that a generator goes over.
    pub(super) fn made(
        &mut self,
        place: TextRange,
        generator: &'a Comprehension,
        body: impl FnOnce(&mut Self) -> Lowered,
    ) -> Result<Made, Reported> {
        if generator.is_async {
            return Err(self.refuse(place, "an async loop", "Write a plain loop."));
        }
        let (array, kind) = self.iterated(&generator.iter)?;
        let item = self.graph.item_type(array);
        let (element, position) = (self.graph.element_of(array, item), self.graph.position());
        let outer = self.names.clone();
        let present = self.present.clone();
        let result = self.isolated_elements(generator, array, (element, position), kind, body);
        let inner = std::mem::replace(&mut self.names, outer);
        for (name, value) in &mut self.names {
            if let (Value::List(list), Some(Value::Node(_))) = (&*value, inner.get(name)) {
                *value = Value::Node(*list);
            }
        }
        self.present = present;
        result
    }

    fn isolated_elements(
        &mut self,
        generator: &'a Comprehension,
        array: Id,
        over: (Id, Id),
        kind: Iteration,
        body: impl FnOnce(&mut Self) -> Lowered,
    ) -> Result<Made, Reported> {
        if generator.ifs.is_empty() {
            self.bind_element(&generator.target, over, kind)?;
            let (value, failure) = self.isolated(body);
            return Ok(Made { array, over, value: value?, failure, settled: false });
        }
        // The elements for which the conditions hold; what they make of the others does not matter.
        self.bind_element(&generator.target, over, kind)?;
        let (condition, failure) = self.isolated(|this| {
            let mut all = this.graph.boolean(true);
            for test in &generator.ifs {
                let (condition, failure) =
                    this.isolated(|this| this.assuming(all, true, |this| this.condition(test)));
                let condition = condition?;
                let nothing = this.graph.null();
                let failure = this.graph.if_else(all, failure, nothing);
                this.fail(failure);
                all = this.graph.and(all, condition);
            }
            Ok(all)
        });
        let condition: Id = condition?;
        let nothing = self.graph.null();
        if failure != nothing {
            // Conditions and bodies take turns; the first failure of either is the one that counts.
            let (value, body_failure) = self.isolated(|this| this.assuming(condition, true, body));
            let value = value?;
            if body_failure != nothing {
                let body_failure = self.graph.if_else(condition, body_failure, nothing);
                let first = self.graph.first_failure(failure, body_failure);
                let first = self.graph.each(Each::First, array, over, first);
                self.fail(first);
            } else {
                let first = self.graph.each(Each::First, array, over, failure);
                self.fail(first);
            }
            return Ok(Made { settled: true, ..self.filtered(array, over, condition, value, nothing)? });
        }
        let (value, failure) = self.isolated(|this| this.assuming(condition, true, body));
        self.filtered(array, over, condition, value?, failure)
    }

    /// The bodies of the elements for which a condition holds.
    fn filtered(
        &mut self,
        array: Id,
        over: (Id, Id),
        condition: Id,
        value: Id,
        failure: Id,
    ) -> Result<Made, Reported> {
        if self.depends(value, over.1) || self.depends(failure, over.1) {
            let place = TextRange::default();
            let help = "Number the elements first, in a comprehension without `if`.";
            return Err(self.refuse(
                place,
                "a comprehension that leaves out elements and uses positions",
                help,
            ));
        }
        let array = self.graph.each(Each::Filter, array, over, condition);
        Ok(Made { array, over, value, failure, settled: false })
    }

    /// Whether a node depends on another.
    fn depends(&self, id: Id, wanted: Id) -> bool {
        let mut seen = std::collections::BTreeSet::new();
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            if id == wanted {
                return true;
            }
            if seen.insert(id) {
                self.graph.node(id).for_each_child(|child| open.push(child));
            }
        }
        false
    }

    /// The body is run for every element.
    pub(super) fn fail_for_all(&mut self, made: Made) {
        let failure = self.graph.each(Each::First, made.array, made.over, made.failure);
        self.fail(failure);
    }

    /// `any` and `all`: the body is run up to the first element that decides.
    pub(super) fn decided(&mut self, place: TextRange, made: Made, how: Each) -> Lowered {
        if made.settled {
            let help = "Test for it in the body: `any(test and … for …)`.";
            return Err(self.refuse(place, "a condition that may raise here", help));
        }
        let truth = cpython::value::truth(&mut self.graph, made.value);
        if !matches!(self.graph.node(made.failure), Node::Nothing(_)) {
            let decides = if how == Each::Exists { truth } else { self.graph.not(truth) };
            let fails = self.graph.is_there(made.failure);
            let ends = self.graph.or(fails, decides);
            if self.depends(ends, made.over.1) {
                let help = "Let it use the element alone.";
                return Err(self.refuse(place, "a body that may raise and uses the position", help));
            }
            let last = self.graph.each(Each::Filter, made.array, made.over, ends);
            let (zero, one) = (self.graph.number(0.0), self.graph.number(1.0));
            let last = self.graph.apply(Function::Slice, &[last, zero, one]);
            let failure = self.graph.each(Each::First, last, made.over, made.failure);
            self.fail(failure);
        }
        Ok(self.graph.each(how, made.array, made.over, truth))
    }

    /// The elements up to the first one.
    pub(super) fn first_of(&mut self, place: TextRange, made: Made) -> Result<Made, Reported> {
        if made.settled || self.depends(made.value, made.over.1) {
            let help = "Use a loop with `break`.";
            return Err(self.refuse(place, "a first element of this form", help));
        }
        let (zero, one) = (self.graph.number(0.0), self.graph.number(1.0));
        let array = self.graph.apply(Function::Slice, &[made.array, zero, one]);
        Ok(Made { array, ..made })
    }

    /// A list to go over, and what its loop variables get.
    pub(super) fn iterated(&mut self, iter: &'a Expr) -> Result<(Id, Iteration), Reported> {
        if let Expr::Call(call) = iter
            && let Expr::Name(name) = &*call.func
            && !self.names.contains_key(name.id.as_str())
            && !self.module.contains_key(name.id.as_str())
            && call.arguments.keywords.is_empty()
        {
            match (name.id.as_str(), &*call.arguments.args) {
                ("enumerate", [list]) => {
                    let (array, kind) = self.iterated(list)?;
                    if kind != Iteration::Elements {
                        return Err(self.refuse(iter.range(), "this loop", "Go over a list."));
                    }
                    return Ok((array, Iteration::Numbered));
                }
                ("range", [Expr::Call(length)])
                    if matches!(&*length.func, Expr::Name(name) if name.id == "len")
                        && length.arguments.args.len() == 1 =>
                {
                    let (array, kind) = self.iterated(&length.arguments.args[0])?;
                    if kind == Iteration::Elements {
                        return Ok((array, Iteration::Positions));
                    }
                }
                _ => {}
            }
        }
        let array = match self.peeked(iter)? {
            Value::Tuple(items) => {
                let items =
                    items.into_iter().map(|item| self.node(iter.range(), item)).collect::<Result<_, _>>()?;
                self.array(iter.range(), items)?
            }
            other => self.node(iter.range(), other)?,
        };
        let array = self.required(array, "TypeError: 'NoneType' object is not iterable");
        if self.ty(array).kind.is_text() {
            return Ok((cpython::text::characters(&mut self.graph, array), Iteration::Elements));
        }
        if !self.is_list(array) {
            let what = format!("a loop over a `{}`", spelled(self.ty(array)));
            return Err(self.refuse(iter.range(), what, "Go over a list."));
        }
        Ok((array, Iteration::Elements))
    }

    /// Gives the loop variables an element.
    pub(super) fn bind_element(
        &mut self,
        target: &'a Expr,
        (element, position): (Id, Id),
        kind: Iteration,
    ) -> Result<(), Reported> {
        let element = cpython::number::loaded(&mut self.graph, element);
        let number = self.graph.apply(Function::CountToInteger, &[position]);
        let value = match kind {
            Iteration::Elements => Value::Node(element),
            Iteration::Numbered => Value::Tuple(vec![Value::Node(number), Value::Node(element)]),
            Iteration::Positions => Value::Node(number),
        };
        self.assign(target, value)
    }
}

/// What loop variables get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Iteration {
    Elements,
    /// `enumerate(list)`
    Numbered,
    /// `range(len(list))`
    Positions,
}
