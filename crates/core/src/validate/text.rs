//! JSON strings, and what their escape sequences stand for.

use std::borrow::Cow;

/// A string as it is written, without its quotes. Its escape sequences are well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text<'a> {
    pub(super) raw: &'a str,
    pub(super) spelling: Spelling,
}

/// Whether the characters of a string are written as themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Plain,
    Escaped,
}

/// A `\u` escape that is one half of a pair whose other half is not there: no character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LoneSurrogate;

impl<'a> Text<'a> {
    /// The characters it stands for.
    pub(super) fn decode(self) -> Result<Cow<'a, str>, LoneSurrogate> {
        match self.spelling {
            Spelling::Plain => Ok(Cow::Borrowed(self.raw)),
            Spelling::Escaped => self.unescape().map(Cow::Owned),
        }
    }

    fn unescape(self) -> Result<String, LoneSurrogate> {
        let mut decoded = String::with_capacity(self.raw.len());
        let mut rest = self.raw;
        while let Some((plain, escape)) = rest.split_once('\\') {
            decoded.push_str(plain);
            let mut chars = escape.chars();
            decoded.push(match chars.next() {
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('u') => {
                    let (char, after) = unicode_escape(chars.as_str())?;
                    chars = after.chars();
                    char
                }
                Some(itself) => itself,
                None => break,
            });
            rest = chars.as_str();
        }
        decoded.push_str(rest);
        Ok(decoded)
    }
}

/// The character of the text after `\u`, which may go on with the second half of a pair.
fn unicode_escape(hex: &str) -> Result<(char, &str), LoneSurrogate> {
    let (first, rest) = code_unit(hex).ok_or(LoneSurrogate)?;
    if let Some(char) = char::from_u32(first) {
        return Ok((char, rest));
    }
    let (second, rest) = rest.strip_prefix("\\u").and_then(code_unit).ok_or(LoneSurrogate)?;
    let (0xD800..0xDC00, 0xDC00..0xE000) = (first, second) else { return Err(LoneSurrogate) };
    let char = char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00));
    Ok((char.ok_or(LoneSurrogate)?, rest))
}

fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (hex, rest) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(hex, 16).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::reader::Reader, *};

    #[test]
    fn a_pair_of_surrogates_is_one_character_and_half_a_pair_is_none() {
        let text = |raw| Text { raw, spelling: Spelling::Escaped }.decode();
        assert_eq!(text(r"\ud83d\ude00 \u00FC\/\n").unwrap(), "😀 ü/\n");
        for half in [r"\ud83d", r"\ude00", r"\ud83d\ud83d", r"\ude00\ud83d", r"\ud83dx", r"\ud83d\n"] {
            assert_eq!(text(half), Err(LoneSurrogate), "{half}");
        }
    }

    proptest! {
        #[test]
        fn a_string_is_decoded_as_another_parser_decodes_it(content in r#"([a-zé😀]|\\[nrtbf"\\/]|\\u[0-9a-f]{4}){0,8}"#) {
            let quoted = format!("\"{content}\"");
            let text = Reader::new(&quoted).string().unwrap();
            let expected = serde_json::from_str::<String>(&quoted).ok();
            prop_assert_eq!(text.decode().ok().map(Cow::into_owned), expected);
        }
    }
}
