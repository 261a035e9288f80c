//! Source text as a tree, so that what goes wrong can be made smaller.

use std::fmt;

/// What a piece of source text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Boolean,
    Date,
    Texts,
    Numbers,
    OptionalText,
    OptionalNumber,
    /// Declarations before what is returned; an empty text is one as well.
    Statements,
}

/// A piece of source text, made of fixed text and smaller pieces.
#[derive(Debug, Clone)]
pub struct Tree {
    pub kind: Kind,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone)]
pub enum Part {
    Fixed(String),
    Piece(Tree),
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Fixed(text.to_owned())
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Fixed(text)
    }
}

impl From<Tree> for Part {
    fn from(tree: Tree) -> Self {
        Self::Piece(tree)
    }
}

impl Tree {
    pub fn leaf(kind: Kind, text: impl Into<String>) -> Self {
        Self { kind, parts: vec![Part::Fixed(text.into())] }
    }

    /// The smaller trees to try in its place: its pieces of the same kind, plain values, and itself
    /// with one piece made smaller.
    pub fn smaller(&self) -> Vec<Tree> {
        let mut found = Vec::new();
        if self.parts.len() > 1 {
            self.pieces_of(self.kind, &mut found);
            found.extend(plain(self.kind).iter().map(|text| Tree::leaf(self.kind, *text)));
        }
        for (position, part) in self.parts.iter().enumerate() {
            let Part::Piece(piece) = part else { continue };
            for smaller in piece.smaller() {
                let mut copy = self.clone();
                copy.parts[position] = Part::Piece(smaller);
                found.push(copy);
            }
        }
        found
    }

    fn pieces_of(&self, kind: Kind, found: &mut Vec<Tree>) {
        for part in &self.parts {
            if let Part::Piece(piece) = part {
                match piece.kind == kind {
                    true => found.push(piece.clone()),
                    false => piece.pieces_of(kind, found),
                }
            }
        }
    }
}

/// Plain values of a kind.
fn plain(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => &["\"\"", "row.a"],
        Kind::Number => &["0", "row.n"],
        Kind::Boolean => &["row.f"],
        Kind::Date => &["row.d"],
        Kind::Texts => &["row.ts"],
        Kind::Numbers => &["row.ns"],
        Kind::OptionalText => &["row.os"],
        Kind::OptionalNumber => &["row.on"],
        Kind::Statements => &[""],
    }
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Fixed(text) => f.write_str(text),
            Part::Piece(tree) => tree.fmt(f),
        })
    }
}
