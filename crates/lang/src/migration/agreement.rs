//! Whether both ways to run a migration agree on a row that fails.
//!
//! A compiled migration may fail although the language has a value: it says so with one of these reasons,
//! and never stores a wrong value instead. Where both fail, the words are the author's, which are the same,
//! or those of a runtime for its own errors, which each runtime chooses.

use antler_core::udf::OVER_THE_LIMIT;

/// Parts of reasons of rows that fail although the language has a value.
const LIMITS: &[&str] = &[
    "is not an ISO 8601 date",
    "is outside of the years 1900 to 2299",
    "is too large to be computed exactly",
    "does not fit into 64 bits",
    "would be cut inside a character",
    "says that it is not",
    "is not written in decimal digits",
    "has no order",
    "give the expression the flag `u`",
    "is not a key of its own",
    "has no exact digits in another base",
    "stands for a part of what is replaced",
    // Of Python.
    "too young to be computed exactly",
    "too complex to be computed exactly",
    "is outside of the years 1900 to 2096",
];

/// Parts of reasons that compiled migrations have in the words of V8.
const OF_RUNTIME: &[&str] = &[
    "cannot be converted to a BigInt",
    "Cannot convert",
    "Cannot mix",
    "Cannot read prop",
    "Invalid time value",
];

/// What errors of Python begin with whose texts show values: SQL does not escape what cannot be printed.
const OF_PYTHON: &[&str] = &[
    "AttributeError: ",
    "IndexError: ",
    "KeyError: ",
    "OverflowError: ",
    "TypeError: ",
    "ValueError: could not convert string to float",
    "ValueError: invalid literal for int()",
    "ZeroDivisionError: ",
];

/// Whether a compiled migration says that it has no exact value for a row.
pub fn is_limit(reason: &str) -> bool {
    LIMITS.iter().any(|limit| reason.contains(limit))
}

/// Whether a row of a migration that is called took too long or needed too much.
pub fn is_over_the_limit(reason: &str) -> bool {
    OVER_THE_LIMIT.iter().any(|words| reason.starts_with(words))
}

/// Whether the reasons of both ways for one row mean the same.
pub fn is_same_failure(compiled: &str, called: &str) -> bool {
    let both_begin = |words: &str| compiled.starts_with(words) && called.starts_with(words);
    compiled == called
        || OF_RUNTIME.iter().any(|words| compiled.contains(words))
        || OF_PYTHON.iter().any(|words| both_begin(words))
}
