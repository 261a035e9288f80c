//! Names for shared expressions, for people who read the SQL.

use std::collections::BTreeSet;

use antler_core::names::SqlIdent;

use crate::migration::ir::{Function, Graph, Id, Node, Role};

/// Names in use. Ours differ from all columns of the source and from each other.
pub(super) struct Names(BTreeSet<String>);

impl Names {
    pub(super) fn new<'n>(taken: impl Iterator<Item = &'n SqlIdent>) -> Self {
        Self(taken.map(|name| name.to_string()).collect())
    }

    /// A new name like this one.
    pub(super) fn unique(&mut self, wanted: &str) -> SqlIdent {
        let plain: String =
            wanted.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(60).collect();
        let plain =
            if plain.starts_with(|c: char| c.is_ascii_alphabetic()) { plain } else { format!("v_{plain}") };
        let mut count = 1;
        loop {
            let name = if count == 1 { plain.clone() } else { format!("{plain}_{count}") };
            if let Ok(ident) = name.parse::<SqlIdent>()
                && self.0.insert(name)
            {
                return ident;
            }
            count += 1;
        }
    }

    /// A name within a lambda of the migration, unlike the parameters of all lambdas of our own.
    pub(super) fn local(&mut self, wanted: &str) -> SqlIdent {
        let is_ours = OURS.contains(&wanted);
        self.unique(&if is_ours { format!("{wanted}_") } else { wanted.to_owned() })
    }

    /// The parameter of a lambda of our own. It hides nothing, since columns are printed with their table.
    pub(super) fn parameter(&mut self, name: &str) -> SqlIdent {
        self.0.remove(name);
        self.unique(name)
    }
}

/// The parameters that [`Names::parameter`] is asked for.
const OURS: [&str; 9] =
    ["bits", "character", "character_end", "digit", "each", "element", "reason", "scale", "text"];

/// What to call a node: by its name in the source, or by what it was made from.
pub(super) fn describe(graph: &Graph, id: Id) -> String {
    if let Some(name) = graph.suggested_name(id) {
        return name.to_owned();
    }
    match graph.node(id) {
        Node::Column(name) => name.to_string(),
        Node::Field(object, name)
            if matches!(graph.node(*object), Node::Apply(Function::Migration(_), _)) =>
        {
            name.to_string()
        }
        Node::Parameter(parameter) => match parameter.role {
            Role::StoredElement | Role::Element => "item".to_owned(),
            Role::Position => "position".to_owned(),
            Role::Accumulator => "result".to_owned(),
        },
        Node::Each { array, .. } | Node::Fold { array, .. } => describe(graph, *array),
        Node::Field(object, name) => format!("{}_{name}", describe(graph, *object)),
        Node::Known(value) => describe(graph, *value),
        Node::Apply(function, args) => {
            let of = args.first().map_or_else(|| "value".to_owned(), |arg| describe(graph, *arg));
            match word(function) {
                "" => of,
                word => format!("{of}_{word}"),
            }
        }
        Node::If(condition, a, b) => {
            let [a, b] = [*a, *b].map(|branch| describe(graph, branch));
            match (a.as_str(), b.as_str()) {
                ("value", "value") => describe(graph, *condition),
                ("value", _) => b,
                _ => a,
            }
        }
        Node::Unreachable
        | Node::Nothing(_)
        | Node::Boolean(_)
        | Node::Number(_)
        | Node::BigInt(_)
        | Node::Text(_)
        | Node::Object(_)
        | Node::Array(_) => "value".to_owned(),
    }
}

/// A word for what a function computes, where it changes what the value is about.
fn word(function: &Function) -> &'static str {
    match function {
        Function::IsNothing => "absent",
        Function::Not => "not",
        Function::Equal | Function::OneOf(_) => "is",
        Function::Less | Function::LessOrEqual | Function::TextLess => "less",
        Function::TextToNumber => "number",
        Function::DigitsOfNumber | Function::IntegerToText | Function::Fixed(_) => "digits",
        Function::Matches(_) | Function::Contains | Function::StartsWith | Function::EndsWith => "matches",
        Function::Without(_) => "trimmed",
        Function::Extract(_) => "part",
        Function::CharacterCount | Function::AstralCount | Function::ArrayLength => "length",
        Function::HasAstral => "has_pairs",
        Function::SplitsPair => "is_cut",
        Function::IsDateText => "is_date",
        Function::TextToDate | Function::NumberToDate | Function::TimeClip => "time",
        Function::DateToNumber => "ms",
        Function::Floor | Function::Ceil | Function::Truncate => "whole",
        Function::IntegerRemainder | Function::ScaledRemainder => "remainder",
        Function::Upper => "upper",
        Function::Lower => "lower",
        Function::Split | Function::SplitBy(_) | Function::ExtractAll(_) => "parts",
        Function::Substitute { .. } => "replaced",
        _ => "",
    }
}
