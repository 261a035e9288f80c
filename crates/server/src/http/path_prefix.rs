//! The part of the paths of endpoints that the configuration chooses.

use std::{fmt, str::FromStr};

/// What stands before `/ingest` in a path: nothing, or `/` and a few plain segments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathPrefix(String);

/// The text is not a path prefix.
#[derive(Debug, thiserror::Error)]
#[error("expected segments of letters, digits, '-', '_', '.' or '~', separated by '/'")]
pub struct PathPrefixError;

impl FromStr for PathPrefix {
    type Err = PathPrefixError;

    fn from_str(text: &str) -> Result<Self, PathPrefixError> {
        let trimmed = text.trim_matches('/');
        if trimmed.is_empty() {
            return Ok(Self::default());
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
        let segment = |segment: &str| !segment.is_empty() && segment.bytes().all(plain);
        if trimmed.split('/').all(segment) { Ok(Self(format!("/{trimmed}"))) } else { Err(PathPrefixError) }
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_plain_segments() {
        for (text, path) in [("", ""), ("/", ""), ("api", "/api"), ("/api/v1/", "/api/v1")] {
            assert_eq!(text.parse::<PathPrefix>().unwrap().to_string(), path);
        }
        for text in ["a//b", "a b", "{model}", "a?b"] {
            assert!(text.parse::<PathPrefix>().is_err(), "{text}");
        }
    }
}
