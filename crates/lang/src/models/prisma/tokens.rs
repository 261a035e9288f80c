//! The words and marks of a Prisma schema. Comments are passed over; the ends of lines are not, since they
//! end a field.

use crate::models::outline::Span;

/// A piece of a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name or a number.
    Word(&'t str),
    /// A text in quotes.
    Text,
    /// A single character.
    Mark(char),
    /// The end of a line.
    Line,
}

/// The pieces of a file, and how far they have been read.
pub(super) struct Tokens<'t> {
    tokens: Vec<(Token<'t>, Span)>,
    next: usize,
}

impl<'t> Tokens<'t> {
    pub fn of(text: &'t str) -> Self {
        let mut tokens = Vec::new();
        let mut rest = text.trim_start_matches('\u{feff}');
        while let Some(c) = rest.chars().next() {
            let start = text.len() - rest.len();
            let (token, length) = match c {
                '/' if rest.starts_with("//") => (None, rest.find('\n').unwrap_or(rest.len())),
                '/' if rest.starts_with("/*") => (None, rest.find("*/").map_or(rest.len(), |end| end + 2)),
                '\n' => (Some(Token::Line), 1),
                '"' => (Some(Token::Text), quoted(rest)),
                c if is_of_word(c) => {
                    let length = rest.find(|c| !is_of_word(c)).unwrap_or(rest.len());
                    (rest.get(..length).map(Token::Word), length)
                }
                c if c.is_whitespace() => (None, c.len_utf8()),
                c => (Some(Token::Mark(c)), c.len_utf8()),
            };
            tokens.extend(token.map(|token| (token, start..start + length)));
            rest = rest.get(length..).unwrap_or_default();
        }
        Self { tokens, next: 0 }
    }

    /// The next piece.
    pub fn next(&mut self) -> Option<(Token<'t>, Span)> {
        let found = self.tokens.get(self.next).cloned()?;
        self.next += 1;
        Some(found)
    }

    /// Takes the last piece back.
    pub fn back(&mut self) {
        self.next = self.next.saturating_sub(1);
    }

    /// The next piece, if it is this one.
    pub fn take(&mut self, wanted: Token) -> Option<Span> {
        let (token, at) = self.tokens.get(self.next)?;
        if *token != wanted {
            return None;
        }
        self.next += 1;
        Some(at.clone())
    }

    /// Goes on to the next piece that is not the end of a line.
    pub fn skip_lines(&mut self) {
        while self.take(Token::Line).is_some() {}
    }

    /// How far they have been read.
    pub fn place(&self) -> usize {
        self.next
    }

    /// What has been read since.
    pub fn since(&self, place: usize) -> &[(Token<'t>, Span)] {
        self.tokens.get(place..self.next).unwrap_or_default()
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-')
}

/// How long a text in quotes is. One that is not closed ends with its line.
fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return at,
            '"' if !escaped => return at + 1,
            c => escaped = c == '\\' && !escaped,
        }
    }
    rest.len()
}
