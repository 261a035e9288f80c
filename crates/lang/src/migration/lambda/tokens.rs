//! The words of an SQL lambda, with their places.
//!
//! It knows where strings, quoted names and comments end, and nothing else of the language: what the words
//! mean is for the database to say.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, quoted or not.
    Word,
    Number,
    Text,
    /// `->`.
    Arrow,
    /// One character, or `::`.
    Symbol,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
    /// Whether white space or a comment stands before it.
    pub(super) apart: bool,
}

/// A string, name or comment that does not end: where it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unclosed(pub(super) usize);

/// Takes a text apart.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Unclosed> {
    let mut tokens = Vec::new();
    let (mut at, mut apart) = (0, false);
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let blank = if first.is_whitespace() {
            Some(first.len_utf8())
        } else if rest.starts_with("--") {
            Some(rest.find('\n').unwrap_or(rest.len()))
        } else if rest.starts_with("/*") {
            Some(rest.find("*/").ok_or(Unclosed(at))? + 2)
        } else {
            None
        };
        if let Some(length) = blank {
            (at, apart) = (at + length, true);
            continue;
        }
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let (kind, length) = match first {
            '\'' => (Kind::Text, closed(rest, '\'').ok_or(Unclosed(at))?),
            '`' | '"' => (Kind::Word, closed(rest, first).ok_or(Unclosed(at))?),
            c if c.is_ascii_digit() => (Kind::Number, number(rest)),
            c if word(c) => (Kind::Word, rest.find(|c| !word(c)).unwrap_or(rest.len())),
            _ if rest.starts_with("->") => (Kind::Arrow, 2),
            _ if rest.starts_with("::") => (Kind::Symbol, 2),
            c => (Kind::Symbol, c.len_utf8()),
        };
        tokens.push(Token { kind, span: at..at + length, apart });
        (at, apart) = (at + length, false);
    }
    Ok(tokens)
}

/// The length of what is between two of the same quotes. A quote in it is doubled, or has a backslash.
fn closed(text: &str, quote: char) -> Option<usize> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            if chars.peek().is_some_and(|(_, next)| *next == quote) {
                chars.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}

/// The length of a number: digits, a point, an exponent with its sign, letters of other bases.
fn number(text: &str) -> usize {
    let mut before = ' ';
    let is_hex = text.starts_with("0x") || text.starts_with("0X");
    let end = text.find(|c: char| {
        let sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E') && !is_hex;
        before = c;
        !(c.is_ascii_alphanumeric() || c == '_' || c == '.' || sign)
    });
    end.unwrap_or(text.len())
}

/// What a word names, without its quotes.
pub(super) fn named(word: &str) -> String {
    let Some(quote) = word.chars().next().filter(|quote| matches!(quote, '`' | '"')) else {
        return word.to_owned();
    };
    let inner = word.strip_prefix(quote).and_then(|word| word.strip_suffix(quote)).unwrap_or(word);
    let mut out = String::new();
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        let is_escape = c == '\\' || (c == quote && chars.peek() == Some(&quote));
        out.extend(if is_escape { chars.next() } else { Some(c) });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_names_and_comments_are_whole() {
        let text = "(a, `b c`) -> -- why, (\n ('it''s \\' ->', 1.5e-3 /* no */ + 0x1F, a::String)";
        let found: Vec<_> = tokens(text).unwrap().into_iter().map(|token| &text[token.span]).collect();
        let expected = [
            "(",
            "a",
            ",",
            "`b c`",
            ")",
            "->",
            "(",
            "'it''s \\' ->'",
            ",",
            "1.5e-3",
            "+",
            "0x1F",
            ",",
            "a",
            "::",
            "String",
            ")",
        ];
        assert_eq!(found, expected);
        assert_eq!(named("`b\\`c`"), "b`c");
        assert_eq!(tokens("(a) -> 'x"), Err(Unclosed(7)));
    }
}
