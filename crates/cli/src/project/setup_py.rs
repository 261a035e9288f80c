//! The version in a `setup.py`: the `version="…"` argument of its call of `setup`.
//!
//! It is found by scanning words, strings, comments and brackets, which is all that is needed to
//! tell the argument from the same word anywhere else. Nothing of the file is run, so a version
//! that is computed is refused.

use std::{ops::Range, sync::Arc};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};

/// The string literal of the version, with its quotes.
///
/// # Errors
/// The argument is something else than a string literal.
pub fn version(file: &Arc<SourceFile>) -> Result<Option<Range<usize>>, Diagnostic> {
    let tokens = tokens(&file.text);
    let text = |token: &Token| &file.text[token.span.clone()];
    // How deep we are in brackets, and at which depth the arguments of `setup` are.
    let (mut depth, mut arguments) = (0_usize, None);
    for (at, token) in tokens.iter().enumerate() {
        match (token.kind, text(token)) {
            (Kind::Sign, "(" | "[" | "{") => {
                let called = at.checked_sub(1).and_then(|before| tokens.get(before));
                depth += 1;
                if called.is_some_and(|token| token.kind == Kind::Word && text(token) == "setup") {
                    arguments = arguments.or(Some(depth));
                }
            }
            (Kind::Sign, ")" | "]" | "}") => {
                if arguments == Some(depth) {
                    return Ok(None);
                }
                depth = depth.saturating_sub(1);
            }
            (Kind::Word, "version") if arguments == Some(depth) => {
                let [equals, value, end] = [1, 2, 3].map(|ahead| tokens.get(at + ahead));
                if equals.map(text) != Some("=") {
                    continue;
                }
                let Some(value) = value else { return Ok(None) };
                let alone = matches!(end.map(text), Some("," | ")"));
                if value.kind == Kind::String && alone {
                    return Ok(Some(value.span.clone()));
                }
                return Err(Diagnostic::error(Code::CurrentVersion, "the version in setup.py is computed")
                    .with_label(file, value.span.clone(), "expected a string, such as \"0.0\"")
                    .with_help(
                        "write the version itself here: antler reads and raises it without running the file",
                    ));
            }
            (Kind::Word | Kind::Sign | Kind::String, _) => {}
        }
    }
    Ok(None)
}

struct Token {
    kind: Kind,
    span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A name or number.
    Word,
    /// A string literal on one line, without a prefix.
    String,
    /// Anything else.
    Sign,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let (kind, length) = match c {
            c if c.is_whitespace() => (None, c.len_utf8()),
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '"' | '\'' if rest.starts_with("\"\"\"") || rest.starts_with("'''") => {
                let end = rest[3..].find(&rest[..3]).map_or(rest.len(), |end| end + 6);
                (Some(Kind::Sign), end)
            }
            '"' | '\'' => (Some(Kind::String), string_length(rest, c)),
            c if is_word(c) => (Some(Kind::Word), rest.find(|c| !is_word(c)).unwrap_or(rest.len())),
            '=' if rest.starts_with("==") => (Some(Kind::Sign), 2),
            c => (Some(Kind::Sign), c.len_utf8()),
        };
        tokens.extend(kind.map(|kind| Token { kind, span: at..at + length }));
        at += length;
    }
    tokens
}

/// The length of a string literal that begins here, or of what there is of it in the line.
fn string_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Option<String>, String> {
        let file = Arc::new(SourceFile { path: "setup.py".into(), text: text.into() });
        version(&file)
            .map(|span| span.map(|span| text[span].to_owned()))
            .map_err(|problem| problem.location().unwrap())
    }

    #[test]
    fn the_argument_of_setup_is_found_among_its_look_alikes() {
        let text = r#"
"""version="9.1" """
import setuptools  # setup(version="9.2")
version = "9.3"
def read(version="9.4"): return 'setup(version="9.5")'
setuptools.setup(
    name='it\'s', options={"version": "9.6", 'x': dict(version="9.7")},
    version == "9.8", version = "0.4" )
"#;
        assert_eq!(found(text).unwrap().as_deref(), Some("\"0.4\""));
    }

    #[test]
    fn a_file_without_the_argument_has_no_version() {
        for text in ["", "setup()", "setup(name='x')\nf(version='0.1')", "setup(version", "setup('"] {
            assert_eq!(found(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn a_computed_version_is_refused_at_its_place() {
        assert_eq!(found("setup(version=VERSION)"), Err("setup.py:1:15".to_owned()));
        assert_eq!(found("setup(version='0' + '.1')"), Err("setup.py:1:15".to_owned()));
        assert_eq!(found("setup(version=f'{x}')"), Err("setup.py:1:15".to_owned()));
    }
}
