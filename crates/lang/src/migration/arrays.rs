//! Constructors of nodes that run over arrays, with their laws.

use super::{
    ir::{Each, Function, Graph, Id, Node, Role},
    types::{Kind, Type},
};

impl Graph {
    /// A parameter for the elements of an array.
    pub(super) fn element_of(&mut self, array: Id, ty: Type) -> Id {
        let role = if self.is_stored(array) { Role::StoredElement } else { Role::Element };
        self.parameter(role, ty)
    }

    /// A parameter for the positions of elements.
    pub(super) fn position(&mut self) -> Id {
        self.parameter(Role::Position, Type::of(Kind::Number))
    }

    /// The type of an array's elements.
    pub(super) fn item_type(&self, array: Id) -> Type {
        match &self.ty(array).kind {
            Kind::Array(item) => (**item).clone(),
            _ => Type::of(Kind::Never),
        }
    }

    /// Something over all elements, with a body that depends on an element and its position.
    pub(super) fn each(&mut self, how: Each, array: Id, over: (Id, Id), body: Id) -> Id {
        let (element, position) = over;
        if *self.node(array) == Node::Unreachable {
            return array;
        }
        let is_empty = matches!(self.node(array), Node::Array(items) if items.is_empty());
        match (how, self.as_boolean(body)) {
            (Each::Map, _) if body == element => return array,
            (Each::Map | Each::Filter | Each::Ascending | Each::Descending, _) if is_empty => return array,
            (Each::Filter, Some(true)) => return array,
            (Each::Exists, Some(false)) | (Each::All, Some(true)) => return body,
            (Each::Exists, _) if is_empty => return self.boolean(false),
            (Each::All, _) if is_empty => return self.boolean(true),
            (Each::First, _) if is_empty || matches!(self.node(body), Node::Nothing(_)) => {
                return self.null();
            }
            _ => {}
        }
        let ty = match how {
            Each::Map => Type::of(Kind::Array(Box::new(self.ty(body).clone()))),
            Each::Filter | Each::Ascending | Each::Descending => self.ty(array).clone(),
            Each::Exists | Each::All => Type::of(Kind::Boolean),
            Each::First => Type { null: true, undefined: false, ..self.ty(body).clone() },
        };
        self.intern(Node::Each { how, array, element, position, body }, ty)
    }

    /// What the elements make of an initial value, one after the other.
    pub(super) fn fold_over(
        &mut self,
        array: Id,
        accumulator: Id,
        over: (Id, Id),
        initial: Id,
        body: Id,
    ) -> Id {
        let (element, position) = over;
        if *self.node(array) == Node::Unreachable || *self.node(initial) == Node::Unreachable {
            return self.unreachable();
        }
        if body == accumulator || matches!(self.node(array), Node::Array(items) if items.is_empty()) {
            return initial;
        }
        let ty = self.ty(accumulator).clone();
        self.intern(Node::Fold { array, accumulator, element, position, initial, body }, ty)
    }

    /// Arrays after each other. Neighbours that were just made are one.
    pub(super) fn chain(&mut self, arrays: &[Id]) -> Id {
        let mut all: Vec<Id> = Vec::new();
        for array in arrays {
            match (all.last().map(|last| self.node(*last).clone()), self.node(*array).clone()) {
                (_, Node::Array(items)) if items.is_empty() && arrays.len() > 1 => {}
                (Some(Node::Array(mut before)), Node::Array(items)) => {
                    match self.item_of_last(&all).join(&self.item_type(*array)) {
                        Some(item) => {
                            before.extend(items);
                            all.pop();
                            let ty = Type::of(Kind::Array(Box::new(item)));
                            all.push(self.intern(Node::Array(before), ty));
                        }
                        None => all.push(*array),
                    }
                }
                _ => all.push(*array),
            }
        }
        match all.as_slice() {
            [] => {
                self.intern(Node::Array(Vec::new()), Type::of(Kind::Array(Box::new(Type::of(Kind::Never)))))
            }
            [only] => *only,
            _ => self.apply(Function::Chain, &all),
        }
    }

    fn item_of_last(&self, all: &[Id]) -> Type {
        all.last().map_or_else(|| Type::of(Kind::Never), |last| self.item_type(*last))
    }
}
