//! Where a row came from: the topic and the offset of the event that it was made from.
//!
//! Every landing and storage table has both as hidden columns, and every migration carries them
//! along, so each row in each version tells which event it is. The ledger, dead letters and replays
//! stand on that.
//!
//! They are `MATERIALIZED`, which keeps them out of `SELECT *` and of inserts without a list of
//! columns. ClickHouse lets nobody write to such a column, so each is computed from an `EPHEMERAL`
//! one, which takes the value on its way in and is not stored. See
//! <https://clickhouse.com/docs/sql-reference/statements/create/table#ephemeral>.

use crate::{names::SqlIdent, sql::Expr};

/// The topic of the event.
pub const TOPIC: &str = "_antler_topic";
/// Its offset in that topic.
pub const OFFSET: &str = "_antler_offset";
/// Takes the topic in an insert.
pub const IN_TOPIC: &str = "_antler_in_topic";
/// Takes the offset in an insert.
pub const IN_OFFSET: &str = "_antler_in_offset";

/// What the names of hidden columns begin with. No field of a model may.
pub const RESERVED_PREFIX: &str = "_antler_";

/// Appends records as an insert takes them, each with its offset. `lines` are JSON objects, one a
/// line; the first of them has the offset `first`.
pub fn with_offsets(first: u64, lines: &[u8], out: &mut Vec<u8>) {
    out.reserve(lines.len() + lines.len() / 4);
    for (offset, line) in (first..).zip(lines.split_inclusive(|byte| *byte == b'\n')) {
        out.extend_from_slice(br#"{"_antler_in_offset":"#);
        out.extend_from_slice(offset.to_string().as_bytes());
        let fields = line.strip_prefix(b"{").unwrap_or(line);
        if !fields.starts_with(b"}") {
            out.push(b',');
        }
        out.extend_from_slice(fields);
    }
}

/// The columns of an insert of such records: the offset and the fields.
pub fn input_columns<'a>(fields: impl IntoIterator<Item = &'a SqlIdent>) -> Vec<SqlIdent> {
    std::iter::once(SqlIdent::known(IN_OFFSET)).chain(fields.into_iter().cloned()).collect()
}

/// The topic of a source row.
pub(crate) fn topic() -> Expr {
    Expr::Column(SqlIdent::known(TOPIC))
}

/// The offset of a source row.
pub(crate) fn offset() -> Expr {
    Expr::Column(SqlIdent::known(OFFSET))
}

/// The columns that carry both from a source row to its target.
pub(crate) fn carried() -> [(SqlIdent, Expr); 2] {
    [(SqlIdent::known(IN_TOPIC), topic()), (SqlIdent::known(IN_OFFSET), offset())]
}

/// The hidden columns of the source that some columns are made from.
pub(crate) fn among(columns: &[(SqlIdent, Expr)]) -> impl Iterator<Item = &'static str> {
    [TOPIC, OFFSET].into_iter().filter(|hidden| {
        columns.iter().any(|(_, value)| {
            let mut found = false;
            value.for_each_column(&mut |column| found |= column.as_str() == *hidden);
            found
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_gets_its_offset() {
        let mut out = Vec::new();
        with_offsets(9, b"{\"id\":\"a\"}\n{}\n", &mut out);
        let expected = "{\"_antler_in_offset\":9,\"id\":\"a\"}\n{\"_antler_in_offset\":10}\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
