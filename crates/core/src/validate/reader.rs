//! Reading JSON text (RFC 8259), one token after the other.
//!
//! Written for validation instead of taken from a parser library, because every answer needs
//! what a parser drops: the literal of a number (for exact integers, and to say what was found),
//! the byte a mistake is at, and whether a string can be copied as it stands. Nothing is
//! allocated and nothing is decoded unless it is asked for. Strings with lone surrogates are
//! well-formed here, as in the RFC; [`Text::decode`] refuses them.

use super::text::{Spelling, Text};

/// How deep a value may be nested that no schema describes.
const MAX_SKIPPED_DEPTH: u32 = 128;

/// A position in JSON text.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// The text is not JSON, or cannot be read for another reason than its types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    /// The byte at which reading stopped.
    pub(super) at: usize,
    /// What is wrong there, as a sentence without a full stop.
    pub(super) problem: &'static str,
}

/// What a value is, seen from its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// The members of an object or the elements of an array, while they are being read.
#[derive(Debug, Clone)]
pub(super) struct Items {
    close: u8,
    started: bool,
}

impl<'a> Reader<'a> {
    /// Reads a text from its beginning.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that is read next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text from a byte that was read to the one that is read next.
    pub(super) fn since(&self, start: usize) -> &'a str {
        &self.text[start..self.at]
    }

    /// The text that is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Goes on to the next token.
    pub(super) fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// What the next value is; the reader then stands on its first byte.
    pub(super) fn kind(&mut self) -> Result<Kind, Broken> {
        self.skip_whitespace();
        match self.peek() {
            Some(b'{') => Ok(Kind::Object),
            Some(b'[') => Ok(Kind::Array),
            Some(b'"') => Ok(Kind::String),
            Some(b'-' | b'0'..=b'9') => Ok(Kind::Number),
            Some(b't') => Ok(Kind::True),
            Some(b'f') => Ok(Kind::False),
            Some(b'n') => Ok(Kind::Null),
            Some(b'\'') => Err(self.broken("a string needs double quotes")),
            Some(b'N' | b'I' | b'+') => {
                Err(self.broken("a value is expected; NaN and Infinity are not JSON"))
            }
            Some(_) => Err(self.broken("a value is expected")),
            None => Err(self.broken("the text ends where a value is expected")),
        }
    }

    /// Enters the object or array that the reader stands on.
    pub(super) fn open(&mut self, kind: Kind) -> Items {
        self.at += 1;
        Items { close: if kind == Kind::Object { b'}' } else { b']' }, started: false }
    }

    /// The name of the next member, and the colon after it.
    pub(super) fn key(&mut self) -> Result<Text<'a>, Broken> {
        if self.peek() != Some(b'"') {
            return Err(self.broken("a field name in double quotes is expected"));
        }
        let key = self.string()?;
        self.skip_whitespace();
        if self.peek() != Some(b':') {
            return Err(self.broken("a colon is expected after the field name"));
        }
        self.at += 1;
        Ok(key)
    }

    /// The string that the reader stands on.
    pub(super) fn string(&mut self) -> Result<Text<'a>, Broken> {
        let opening = self.at;
        self.at += 1;
        let start = self.at;
        let mut spelling = Spelling::Plain;
        let bytes = self.text.as_bytes();
        loop {
            while bytes.get(self.at).is_some_and(|byte| !ENDS_A_RUN[usize::from(*byte)]) {
                self.at += 1;
            }
            match self.peek() {
                Some(b'"') => {
                    let raw = self.since(start);
                    self.at += 1;
                    return Ok(Text { raw, spelling });
                }
                Some(b'\\') => {
                    spelling = Spelling::Escaped;
                    self.escape()?;
                }
                Some(_) => return Err(self.broken("a control character in a string must be escaped")),
                None => {
                    return Err(Broken {
                        at: opening,
                        problem: "the text ends inside the string that begins here",
                    });
                }
            }
        }
    }

    /// The literal of the number that the reader stands on.
    pub(super) fn number(&mut self) -> Result<&'a str, Broken> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                return Err(self.broken("a number has no leading zeros"));
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(self.since(start))
    }

    /// The `true`, `false` or `null` that the reader stands on.
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), Broken> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(self.broken("a value is expected; words other than true, false and null need quotes"));
        }
        self.at += word.len();
        Ok(())
    }

    /// Passes over a value and returns its text.
    pub(super) fn skip(&mut self) -> Result<&'a str, Broken> {
        self.skip_whitespace();
        let start = self.at;
        self.skip_within(0)?;
        Ok(self.since(start))
    }

    /// Nothing but white space is left.
    pub(super) fn end(&mut self) -> Result<(), Broken> {
        self.skip_whitespace();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.broken("there is more text after the end of the value")),
        }
    }

    fn skip_within(&mut self, depth: u32) -> Result<(), Broken> {
        let kind = self.kind()?;
        match kind {
            Kind::Object | Kind::Array if depth == MAX_SKIPPED_DEPTH => {
                Err(self.broken("a value that is not in the model is nested deeper than 128 levels"))
            }
            Kind::Object => {
                let mut members = self.open(kind);
                while members.more(self)? {
                    self.key()?;
                    self.skip_within(depth + 1)?;
                }
                Ok(())
            }
            Kind::Array => {
                let mut elements = self.open(kind);
                while elements.more(self)? {
                    self.skip_within(depth + 1)?;
                }
                Ok(())
            }
            Kind::String => self.string().map(drop),
            Kind::Number => self.number().map(drop),
            Kind::True => self.word("true"),
            Kind::False => self.word("false"),
            Kind::Null => self.word("null"),
        }
    }

    fn digits(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        if self.at == start { Err(self.broken("a digit is expected")) } else { Ok(()) }
    }

    fn escape(&mut self) -> Result<(), Broken> {
        let bytes = &self.text.as_bytes()[self.at..];
        match bytes.get(1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 2;
                Ok(())
            }
            Some(b'u') if bytes.get(2..6).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) => {
                self.at += 6;
                Ok(())
            }
            Some(b'u') => Err(self.broken("four hexadecimal digits are expected after \\u")),
            Some(_) | None => Err(self.broken("this escape sequence is not JSON")),
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    #[cold]
    fn broken(&self, problem: &'static str) -> Broken {
        Broken { at: self.at, problem }
    }
}

impl Items {
    /// Whether another member or element follows; the reader then stands on it.
    pub(super) fn more(&mut self, reader: &mut Reader<'_>) -> Result<bool, Broken> {
        reader.skip_whitespace();
        let found = reader.peek();
        if found == Some(self.close) {
            reader.at += 1;
            return Ok(false);
        }
        if !self.started {
            self.started = true;
            return if found.is_some() { Ok(true) } else { Err(self.unfinished(reader)) };
        }
        if found != Some(b',') {
            return Err(self.unfinished(reader));
        }
        reader.at += 1;
        reader.skip_whitespace();
        match reader.peek() {
            Some(byte) if byte == self.close => {
                Err(reader.broken("the last element must not be followed by a comma"))
            }
            Some(_) => Ok(true),
            None => Err(self.unfinished(reader)),
        }
    }

    #[cold]
    fn unfinished(&self, reader: &Reader<'_>) -> Broken {
        reader.broken(match (self.close, reader.peek()) {
            (b'}', Some(_)) => "a comma or the closing } is expected",
            (b'}', None) => "the text ends inside an object",
            (_, Some(_)) => "a comma or the closing ] is expected",
            (_, None) => "the text ends inside an array",
        })
    }
}

/// Bytes inside a string that have to be looked at; all others are copied in one go.
const ENDS_A_RUN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = true;
        byte += 1;
    }
    table[b'"' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<(), Broken> {
        let mut reader = Reader::new(text);
        reader.skip()?;
        reader.end()
    }

    fn problem(text: &str) -> (usize, &'static str) {
        let broken = read(text).expect_err(text);
        (broken.at, broken.problem)
    }

    #[test]
    fn a_mistake_is_told_in_plain_words_at_its_byte() {
        assert_eq!(problem(""), (0, "the text ends where a value is expected"));
        assert_eq!(problem("{\"a\": 1"), (7, "the text ends inside an object"));
        assert_eq!(problem("[1 2]"), (3, "a comma or the closing ] is expected"));
        assert_eq!(problem("[1,]"), (3, "the last element must not be followed by a comma"));
        assert_eq!(problem("{a: 1}"), (1, "a field name in double quotes is expected"));
        assert_eq!(problem("{\"a\" 1}"), (5, "a colon is expected after the field name"));
        assert_eq!(problem("['a']"), (1, "a string needs double quotes"));
        assert_eq!(problem("[NaN]"), (1, "a value is expected; NaN and Infinity are not JSON"));
        assert_eq!(problem("[\"a"), (1, "the text ends inside the string that begins here"));
        assert_eq!(problem("\"a\nb\""), (2, "a control character in a string must be escaped"));
        assert_eq!(problem("\"\\x\""), (1, "this escape sequence is not JSON"));
        assert_eq!(problem("\"\\u12g4\""), (1, "four hexadecimal digits are expected after \\u"));
        assert_eq!(problem("01"), (1, "a number has no leading zeros"));
        assert_eq!(problem("1."), (2, "a digit is expected"));
        assert_eq!(problem("{} {}"), (3, "there is more text after the end of the value"));
        assert_eq!(
            problem("nul"),
            (0, "a value is expected; words other than true, false and null need quotes")
        );
    }

    #[test]
    fn nesting_that_no_schema_describes_has_a_limit() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(read(&nested(128)), Ok(()));
        assert_eq!(problem(&nested(129)).0, 128);
        assert_eq!(problem(&"[".repeat(1_000_000)).0, 128);
    }

    proptest! {
        #[test]
        fn what_another_parser_takes_for_json_is_json_here_and_nothing_else(
            text in r#"([ \n]|[\[\]{},:]|"a"|"\\u00e9"|"\\uD83D"|"[^"]"|true|null|-?(0|12)(\.5)?(e-?1)?|[0-9.eE+-]|\\){0,9}"#
        ) {
            let expected = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            prop_assert_eq!(read(&text).is_ok(), expected, "{}", text);
        }
    }
}
