//! The only SQL printer.
//!
//! [`Expr`] is an expression over the columns of one source row, [`Projection`] is a compiled
//! migration, and [`statement`] has one function for each statement that Antler sends. No other
//! module writes SQL. The text is formatted for a reader: it ends up in `SHOW CREATE TABLE`.

mod conversion;
mod expr;
mod projection;
pub mod statement;
mod types;

pub use conversion::misfit;
pub use expr::{BinaryOp, Expr, Literal, Part};
pub use projection::{Let, Projection, Select};
pub use types::{column_type, item_type, object_type};

use crate::names::{SqlIdent, TableName};

/// Quotes an identifier where ClickHouse needs it quoted.
///
/// Plain words that are not reserved stay as they are, so that generated SQL reads well.
/// See <https://clickhouse.com/docs/sql-reference/syntax#identifiers>.
pub fn ident(name: &SqlIdent) -> String {
    quote_ident(name.as_str())
}

/// A table with its database, quoted where needed.
pub fn table(name: &TableName) -> String {
    format!("{}.{}", ident(&name.database), ident(&name.table))
}

/// Quotes a string literal.
/// See <https://clickhouse.com/docs/sql-reference/syntax#string>.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\'' => out.push_str("\\'"),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}

fn quote_ident(name: &str) -> String {
    let plain = name
        .bytes()
        .enumerate()
        .all(|(i, b)| b == b'_' || b.is_ascii_alphabetic() || (i > 0 && b.is_ascii_digit()));
    if plain && !is_reserved(name) {
        return name.to_owned();
    }
    let mut out = String::with_capacity(name.len() + 2);
    out.push('`');
    for c in name.chars() {
        if matches!(c, '`' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('`');
    out
}

/// Words that are not read as identifiers in every place where Antler writes one.
fn is_reserved(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "all",
        "and",
        "anti",
        "any",
        "array",
        "as",
        "asc",
        "asof",
        "between",
        "by",
        "case",
        "cast",
        "collate",
        "constraint",
        "cross",
        "cube",
        "date",
        "desc",
        "distinct",
        "else",
        "end",
        "event",
        "except",
        "exists",
        "extract",
        "false",
        "final",
        "first",
        "format",
        "from",
        "full",
        "global",
        "grant",
        "group",
        "having",
        "if",
        "ilike",
        "in",
        "index",
        "inf",
        "inner",
        "intersect",
        "interval",
        "into",
        "is",
        "join",
        "key",
        "last",
        "left",
        "like",
        "limit",
        "nan",
        "not",
        "null",
        "nulls",
        "offset",
        "on",
        "or",
        "order",
        "outer",
        "prewhere",
        "projection",
        "qualify",
        "right",
        "rollup",
        "sample",
        "select",
        "semi",
        "settings",
        "substring",
        "table",
        "then",
        "timestamp",
        "to",
        "top",
        "totals",
        "trim",
        "true",
        "tuple",
        "union",
        "using",
        "values",
        "view",
        "when",
        "where",
        "window",
        "with",
    ];
    WORDS.binary_search(&name.to_ascii_lowercase().as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_readable_and_others_are_quoted() {
        assert_eq!(quote_ident("dep_time"), "dep_time");
        assert_eq!(quote_ident("from"), "`from`");
        assert_eq!(quote_ident("a-b"), "`a-b`");
        assert_eq!(quote_ident("a`b\\"), "`a\\`b\\\\`");
    }

    #[test]
    fn strings_are_escaped() {
        assert_eq!(string("it's \\ \n\0"), "'it\\'s \\\\ \\n\\0'");
    }

    #[test]
    fn reserved_words_are_sorted_for_the_search() {
        assert!(is_reserved("Values") && is_reserved("all") && is_reserved("with"));
        assert!(!is_reserved("carrier"));
    }
}
