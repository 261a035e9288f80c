//! Constructors of nodes that apply the laws of the intermediate form as they build.
//!
//! Everything that builds nodes goes through here, so that a graph is always simplified: a
//! frontend may be naive, and composing two migrations (which is substitution) makes the fields
//! of constructed objects, the tests of known absences and the branches of known conditions
//! disappear by themselves. Each law is one that holds for every row.

use std::collections::BTreeSet;

use antler_core::names::SqlIdent;

use super::{
    ir::{Arithmetic, Function, Graph, Id, Node, Nothing},
    types::{Kind, Type},
};

/// How many constants a choice may have to be compared one by one.
const MAX_CHOICES: usize = 12;

impl Graph {
    /// A node rebuilt from the same kind of node over other children.
    pub(super) fn rebuild(&mut self, node: &Node, ty: &Type, mut child: impl FnMut(Id) -> Id) -> Id {
        match node {
            Node::Unreachable
            | Node::Nothing(_)
            | Node::Boolean(_)
            | Node::Number(_)
            | Node::BigInt(_)
            | Node::Text(_)
            | Node::Parameter(_)
            | Node::Column(_) => self.intern(node.clone(), ty.clone()),
            Node::Field(object, name) => self.field(child(*object), name),
            Node::Known(value) => self.known(child(*value)),
            Node::If(condition, a, b) => self.if_else(child(*condition), child(*a), child(*b)),
            Node::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), child(*value))).collect();
                self.object(fields)
            }
            Node::Array(items) => {
                let items = items.iter().map(|item| child(*item)).collect();
                self.intern(Node::Array(items), ty.clone())
            }
            Node::Each { how, array, element, position, body } => {
                let (array, over) = (child(*array), (child(*element), child(*position)));
                self.each(*how, array, over, child(*body))
            }
            Node::Fold { array, accumulator, element, position, initial, body } => {
                let (array, over) = (child(*array), (child(*element), child(*position)));
                let (accumulator, initial) = (child(*accumulator), child(*initial));
                self.fold_over(array, accumulator, over, initial, child(*body))
            }
            Node::Apply(function, args) => {
                let args: Vec<_> = args.iter().map(|arg| child(*arg)).collect();
                self.apply(function.clone(), &args)
            }
        }
    }

    /// `condition ? a : b`. The branches have types that join.
    pub(super) fn if_else(&mut self, condition: Id, a: Id, b: Id) -> Id {
        if let Some(known) = self.as_boolean(condition) {
            return if known { a } else { b };
        }
        // A branch that is the condition is decided.
        if a == condition {
            let a = self.boolean(true);
            return self.if_else(condition, a, b);
        }
        if b == condition {
            let b = self.boolean(false);
            return self.if_else(condition, a, b);
        }
        if let Node::Apply(Function::Not, args) = self.node(condition) {
            let opposite = args[0];
            return self.if_else(opposite, b, a);
        }
        if a == b || *self.node(b) == Node::Unreachable {
            return a;
        }
        if *self.node(a) == Node::Unreachable {
            return b;
        }
        match (self.as_boolean(a), self.as_boolean(b)) {
            (Some(true), Some(false)) => return condition,
            (Some(false), Some(true)) => return self.not(condition),
            (Some(true), None) => return self.or(condition, b),
            (Some(false), None) => {
                let opposite = self.not(condition);
                return self.and(opposite, b);
            }
            (None, Some(true)) => {
                let opposite = self.not(condition);
                return self.or(opposite, a);
            }
            (None, Some(false)) => return self.and(condition, a),
            (Some(true), Some(true)) | (Some(false), Some(false)) | (None, None) => {}
        }
        // A branch of a branch on the same condition is decided.
        if let Node::If(inner, inner_a, _) = *self.node(a)
            && inner == condition
        {
            return self.if_else(condition, inner_a, b);
        }
        if let Node::If(inner, _, inner_b) = *self.node(b)
            && inner == condition
        {
            return self.if_else(condition, a, inner_b);
        }
        // `x is nothing ? nothing : x` is x.
        if let (Node::Apply(Function::IsNothing, args), Node::Nothing(_), Node::Known(known)) =
            (self.node(condition), self.node(a), self.node(b))
            && args[0] == *known
        {
            let value = *known;
            let ty = self.ty(value).clone();
            if self.ty(a).null == ty.null && self.ty(a).undefined == ty.undefined {
                return value;
            }
        }
        let ty = self.ty(a).join(self.ty(b)).unwrap_or_else(|| self.ty(a).clone());
        self.intern(Node::If(condition, a, b), ty)
    }

    /// The value of something where it is there.
    pub(super) fn known(&mut self, value: Id) -> Id {
        let ty = self.ty(value).clone();
        if !ty.is_optional() {
            return value;
        }
        match *self.node(value) {
            Node::Nothing(_) => self.unreachable(),
            Node::If(condition, a, b) => {
                let (a, b) = (self.known(a), self.known(b));
                self.if_else(condition, a, b)
            }
            _ => self.intern(Node::Known(value), ty.known()),
        }
    }

    /// Whether something is absent.
    pub(super) fn is_nothing(&mut self, value: Id) -> Id {
        match *self.node(value) {
            _ if !self.ty(value).is_optional() => self.boolean(false),
            Node::Nothing(_) => self.boolean(true),
            Node::If(condition, a, b) => {
                let (a, b) = (self.is_nothing(a), self.is_nothing(b));
                self.if_else(condition, a, b)
            }
            _ => self.intern(Node::Apply(Function::IsNothing, vec![value]), Type::of(Kind::Boolean)),
        }
    }

    /// Whether something is there.
    pub(super) fn is_there(&mut self, value: Id) -> Id {
        let absent = self.is_nothing(value);
        self.not(absent)
    }

    /// A field of an object that is there; `undefined` when it has no such field.
    pub(super) fn field(&mut self, object: Id, name: &SqlIdent) -> Id {
        match self.node(object).clone() {
            Node::Unreachable => object,
            Node::Object(fields) => match fields.iter().find(|(other, _)| other == name) {
                Some((_, value)) => *value,
                None => self.nothing(Nothing::Undefined),
            },
            Node::If(condition, a, b) => {
                let (a, b) = (self.field(a, name), self.field(b, name));
                self.if_else(condition, a, b)
            }
            _ => match &self.ty(object).kind {
                Kind::Object(fields) => match fields.iter().find(|(other, _)| other == name) {
                    Some((_, ty)) => {
                        let ty = ty.clone();
                        self.intern(Node::Field(object, name.clone()), ty)
                    }
                    None => self.nothing(Nothing::Undefined),
                },
                _ => self.nothing(Nothing::Undefined),
            },
        }
    }

    /// An object of these fields.
    pub(super) fn object(&mut self, fields: Vec<(SqlIdent, Id)>) -> Id {
        // An object of all fields of another is that object.
        if let Some((_, first)) = fields.first()
            && let Node::Field(whole, _) = *self.node(*first)
            && let Kind::Object(types) = &self.ty(whole).kind
            && types.len() == fields.len()
            && types.iter().zip(&fields).all(|((a, _), (b, value))| {
                a == b && matches!(self.node(*value), Node::Field(of, name) if *of == whole && name == b)
            })
        {
            return whole;
        }
        let types = fields.iter().map(|(name, value)| (name.clone(), self.ty(*value).clone())).collect();
        self.intern(Node::Object(fields), Type::of(Kind::Object(types)))
    }

    pub(super) fn not(&mut self, value: Id) -> Id {
        match self.node(value) {
            Node::Boolean(known) => {
                let known = !known;
                self.boolean(known)
            }
            Node::Apply(Function::Not, args) => args[0],
            _ => self.intern(Node::Apply(Function::Not, vec![value]), Type::of(Kind::Boolean)),
        }
    }

    pub(super) fn and(&mut self, a: Id, b: Id) -> Id {
        match (self.as_boolean(a), self.as_boolean(b)) {
            (Some(true), _) => b,
            (_, Some(true)) => a,
            (Some(false), _) | (_, Some(false)) => self.boolean(false),
            (None, None) if a == b => a,
            (None, None) => self.intern(Node::Apply(Function::And, vec![a, b]), Type::of(Kind::Boolean)),
        }
    }

    pub(super) fn or(&mut self, a: Id, b: Id) -> Id {
        match (self.as_boolean(a), self.as_boolean(b)) {
            (Some(false), _) => b,
            (_, Some(false)) => a,
            (Some(true), _) | (_, Some(true)) => self.boolean(true),
            (None, None) if a == b => a,
            (None, None) => self.intern(Node::Apply(Function::Or, vec![a, b]), Type::of(Kind::Boolean)),
        }
    }

    /// The first of two failures: texts that are absent where nothing fails.
    pub(super) fn first_failure(&mut self, first: Id, second: Id) -> Id {
        match *self.node(first) {
            Node::Nothing(_) => second,
            _ if matches!(self.node(second), Node::Nothing(_)) || first == second => first,
            Node::If(condition, reason, rest) if !self.ty(reason).is_optional() => {
                let rest = self.first_failure(rest, second);
                self.if_else(condition, reason, rest)
            }
            _ if !self.ty(first).is_optional() => first,
            _ => {
                let mut all = Vec::new();
                for failure in [first, second] {
                    match self.node(failure) {
                        Node::Apply(Function::FirstOf, inner) => all.extend(inner.clone()),
                        _ => all.push(failure),
                    }
                }
                let known = |id: &Id| !self.ty(*id).is_optional();
                let ty = Type { null: !all.iter().any(known), ..Type::of(Kind::Text) };
                self.intern(Node::Apply(Function::FirstOf, all), ty)
            }
        }
    }

    /// The failure with this reason on the rows where the condition holds.
    pub(super) fn failure_if(&mut self, condition: Id, reason: Id) -> Id {
        let passes = self.null();
        self.if_else(condition, reason, passes)
    }

    pub(super) fn equal(&mut self, a: Id, b: Id) -> Id {
        // Constants of one kind are one node when they are equal, except for NaN and zeros.
        let (left, right) = (self.node(a), self.node(b));
        let known = match (left, right) {
            (Node::Text(a), Node::Text(b)) => Some(a == b),
            (Node::BigInt(a), Node::BigInt(b)) => Some(a == b),
            (Node::Boolean(a), Node::Boolean(b)) => Some(a == b),
            (Node::Number(a), Node::Number(b)) => Some(a.value() == b.value()),
            (Node::Boolean(true), _) => return b,
            (_, Node::Boolean(true)) => return a,
            (Node::Boolean(false), _) => return self.not(b),
            (_, Node::Boolean(false)) => return self.not(a),
            _ => None,
        };
        if let Some(known) = known {
            return self.boolean(known);
        }
        // A choice between constants that is compared with one is a choice between answers.
        for (choice, constant) in [(a, b), (b, a)] {
            if let (Node::If(condition, x, y), Some(_)) = (self.node(choice), self.as_text(constant))
                && self.is_choice_of_texts(choice, &mut { MAX_CHOICES })
            {
                let (condition, x, y) = (*condition, *x, *y);
                let (x, y) = (self.equal(x, constant), self.equal(y, constant));
                return self.if_else(condition, x, y);
            }
        }
        self.intern(Node::Apply(Function::Equal, vec![a, b]), Type::of(Kind::Boolean))
    }

    /// Whether a value is one of a few constant texts, whatever the conditions are. Choices share their
    /// branches, so there may be more ways through them than nodes.
    fn is_choice_of_texts(&self, value: Id, left: &mut usize) -> bool {
        match self.node(value) {
            _ if *left == 0 => false,
            Node::Text(_) => {
                *left -= 1;
                true
            }
            Node::If(_, a, b) => self.is_choice_of_texts(*a, left) && self.is_choice_of_texts(*b, left),
            _ => false,
        }
    }

    /// A function of arguments that are there.
    pub(super) fn apply(&mut self, function: Function, args: &[Id]) -> Id {
        if args.iter().any(|arg| *self.node(*arg) == Node::Unreachable) {
            return self.unreachable();
        }
        match (&function, args) {
            (Function::IsNothing, [value]) => return self.is_nothing(*value),
            (Function::Not, [value]) => return self.not(*value),
            (Function::And, [a, b]) => return self.and(*a, *b),
            (Function::Or, [a, b]) => return self.or(*a, *b),
            (Function::Equal, [a, b]) => return self.equal(*a, *b),
            (Function::Concatenate, parts) => return self.concatenate(parts),
            (Function::Element, [array, position]) => {
                if let Some(element) = self.element(*array, *position) {
                    return element;
                }
            }
            (Function::FirstOf, [first, others @ ..]) => {
                return others.iter().fold(*first, |first, second| self.first_failure(first, *second));
            }
            _ => {}
        }
        if let Some(folded) = self.fold(&function, args) {
            return folded;
        }
        let ty = self.result_type(&function, args);
        self.intern(Node::Apply(function, args.to_vec()), ty)
    }

    /// The element of an array that was just made.
    fn element(&mut self, array: Id, position: Id) -> Option<Id> {
        match self.node(array).clone() {
            Node::Array(items) => {
                let position = self.as_number(position)?;
                match items.get(position as usize) {
                    Some(item) => Some(*item),
                    None => Some(self.nothing(Nothing::Undefined)),
                }
            }
            Node::If(condition, a, b) => {
                let a = self.apply(Function::Element, &[a, position]);
                let b = self.apply(Function::Element, &[b, position]);
                Some(self.if_else(condition, a, b))
            }
            _ => None,
        }
    }

    /// Texts after each other, with neighbouring constants joined.
    fn concatenate(&mut self, parts: &[Id]) -> Id {
        let mut flat: Vec<Id> = Vec::new();
        for part in parts {
            let inner = match self.node(*part) {
                Node::Apply(Function::Concatenate, inner) => inner.clone(),
                _ => vec![*part],
            };
            for part in inner {
                let joined = match (flat.last().and_then(|last| self.as_text(*last)), self.as_text(part)) {
                    (Some(a), Some(b)) => Some(format!("{a}{b}")),
                    _ => None,
                };
                if let Some(joined) = joined {
                    flat.pop();
                    let joined = self.text(&joined);
                    flat.push(joined);
                } else {
                    flat.push(part);
                }
            }
        }
        if flat.len() > 1 {
            flat.retain(|part| self.as_text(*part) != Some(""));
        }
        match flat.as_slice() {
            [] => self.text(""),
            [only] => *only,
            _ => self.intern(Node::Apply(Function::Concatenate, flat), Type::of(Kind::Text)),
        }
    }

    /// The exact result of integer arithmetic, and the condition on which there is none.
    pub(super) fn integer_arithmetic(&mut self, op: Arithmetic, a: Id, b: Id) -> (Id, Id) {
        if let (Node::BigInt(a), Node::BigInt(b)) = (self.node(a), self.node(b)) {
            let result = match op {
                Arithmetic::Add => a.checked_add(*b),
                Arithmetic::Subtract => a.checked_sub(*b),
                Arithmetic::Multiply => a.checked_mul(*b),
            };
            if let Some(result) = result {
                return (self.big_int(result), self.boolean(false));
            }
        }
        let value = self.apply(Function::IntegerArithmetic(op), &[a, b]);
        (value, self.apply(Function::Overflows(op), &[a, b]))
    }

    /// Whether a text is one of the words.
    pub(super) fn one_of(&mut self, text: Id, words: &BTreeSet<String>) -> Id {
        match self.as_text(text) {
            Some(known) => {
                let known = words.contains(known);
                self.boolean(known)
            }
            None => self.apply(Function::OneOf(words.clone()), &[text]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(graph: &mut Graph, name: &str, ty: Type) -> Id {
        graph.column(&name.parse().unwrap(), ty)
    }

    fn optional(kind: Kind) -> Type {
        Type { null: true, ..Type::of(kind) }
    }

    #[test]
    fn equal_nodes_are_one_node_and_zeros_are_two() {
        let mut g = Graph::default();
        let (a, b) = (g.number(1.5), g.number(1.5));
        assert_eq!(a, b);
        let (zero, minus_zero) = (g.number(0.0), g.number(-0.0));
        assert_ne!(zero, minus_zero);
        let equal = g.equal(zero, minus_zero);
        assert_eq!(g.as_boolean(equal), Some(true));
    }

    #[test]
    fn the_fields_of_a_constructed_object_are_its_values() {
        let mut g = Graph::default();
        let a = column(&mut g, "a", Type::of(Kind::Text));
        let name: SqlIdent = "x".parse().unwrap();
        let object = g.object(vec![(name.clone(), a)]);
        assert_eq!(g.field(object, &name), a);
        let missing = g.field(object, &"y".parse().unwrap());
        assert_eq!(*g.node(missing), Node::Nothing(Nothing::Undefined));
    }

    #[test]
    fn a_choice_between_objects_is_a_choice_for_each_field() {
        let mut g = Graph::default();
        let condition = column(&mut g, "c", Type::of(Kind::Boolean));
        let (a, b) = (g.number(1.0), g.number(2.0));
        let name: SqlIdent = "x".parse().unwrap();
        let (first, second) = (g.object(vec![(name.clone(), a)]), g.object(vec![(name.clone(), b)]));
        let either = g.if_else(condition, first, second);
        let field = g.field(either, &name);
        assert_eq!(field, g.if_else(condition, a, b));
    }

    #[test]
    fn what_is_known_to_be_there_needs_no_test() {
        let mut g = Graph::default();
        let a = column(&mut g, "a", optional(Kind::Number));
        let known = g.known(a);
        let test = g.is_nothing(known);
        assert_eq!(g.as_boolean(test), Some(false));
        let condition = column(&mut g, "c", Type::of(Kind::Boolean));
        let nothing = g.null();
        let sometimes = g.if_else(condition, nothing, known);
        assert_eq!(g.is_nothing(sometimes), condition);
        assert_eq!(g.known(sometimes), known);
    }

    #[test]
    fn the_branch_after_a_throw_leaves_no_trace_in_the_value() {
        let mut g = Graph::default();
        let condition = column(&mut g, "c", Type::of(Kind::Boolean));
        let (a, thrown) = (g.number(1.5), g.unreachable());
        assert_eq!(g.if_else(condition, thrown, a), a);
        assert_eq!(g.if_else(condition, a, thrown), a);
    }

    #[test]
    fn failures_keep_their_order() {
        let mut g = Graph::default();
        let (c, d) =
            (column(&mut g, "c", Type::of(Kind::Boolean)), column(&mut g, "d", Type::of(Kind::Boolean)));
        let (one, two) = (g.text("one"), g.text("two"));
        let (first, second) = (g.failure_if(c, one), g.failure_if(d, two));
        let both = g.first_failure(first, second);
        assert_eq!(*g.node(both), Node::If(c, one, second));
        let nothing = g.null();
        assert_eq!(g.first_failure(nothing, second), second);
        assert_eq!(g.first_failure(first, nothing), first);
    }

    #[test]
    fn elements_of_a_list_that_was_just_made_are_its_items() {
        let mut g = Graph::default();
        let (a, zero, five) = (g.text("a"), g.number(0.0), g.number(5.0));
        let ty = Type::of(Kind::Array(Box::new(Type::of(Kind::Text))));
        let list = g.intern(Node::Array(vec![a]), ty);
        assert_eq!(g.apply(Function::Element, &[list, zero]), a);
        let missing = g.apply(Function::Element, &[list, five]);
        assert_eq!(*g.node(missing), Node::Nothing(Nothing::Undefined));
    }
}
