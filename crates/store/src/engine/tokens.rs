//! Mends the memory of tokens that a dead process left behind.
//!
//! For an insert with a token, ClickHouse writes the token and the name of the new part into the
//! table's deduplication log, and then gives the part that name. A process that dies in between
//! leaves a token without rows: the retry would be dropped, and its rows would be lost. So before
//! the engine starts, such records are cut off.
//!
//! They can only be the last ones of a log, since a table adds its parts one after another. A part
//! is there when a folder of its name is, or one of a part that it was merged into. Nothing else
//! of a log is changed, and nothing is guessed: a record that cannot be read stays.
//!
//! No other process may use the folder meanwhile; see [`crate::folder`].

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use crate::StoreError;

/// Mends every table of an engine that is not running.
pub(super) fn mend(data: &Path) -> Result<(), StoreError> {
    for group in entries(&data.join("store"))? {
        for table in entries(&group)? {
            mend_table(&table)?;
        }
    }
    Ok(())
}

fn mend_table(table: &Path) -> Result<(), StoreError> {
    let mut logs: Vec<_> = entries(&table.join("deduplication_logs"))?
        .into_iter()
        .filter_map(|log| Some((number(&log)?, log)))
        .collect();
    if logs.is_empty() {
        return Ok(());
    }
    logs.sort();
    let parts = entries(table)?;
    let parts: Vec<_> =
        parts.iter().filter_map(|part| Blocks::of_part(part.file_name()?.to_str()?)).collect();
    for (_, log) in logs.iter().rev() {
        let text = fs::read(log).map_err(at(log))?;
        let end = mended(&text, &parts);
        if end < text.len() {
            tracing::info!(log = %log.display(), "forgetting the token of an insert that was cut short");
            let file = File::options().write(true).open(log).map_err(at(log))?;
            file.set_len(end as u64).and_then(|()| file.sync_all()).map_err(at(log))?;
        }
        // The last record that stays ends the search; a log that was just begun has none.
        if end > 0 {
            break;
        }
    }
    Ok(())
}

/// How much of a log stays: up to the last whole record whose part is there.
fn mended(log: &[u8], parts: &[Blocks<'_>]) -> usize {
    let mut end = after_line_break(log);
    while let Some(record) = log.get(..end).filter(|kept| !kept.is_empty()) {
        let start = after_line_break(&record[..end - 1]);
        if !is_cut_short(&record[start..], parts) {
            break;
        }
        end = start;
    }
    end
}

fn after_line_break(text: &[u8]) -> usize {
    text.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1)
}

/// A record is `<1: added, 2: dropped>`, the part's name and a hash of the token, with tabs
/// between them.
fn is_cut_short(record: &[u8], parts: &[Blocks<'_>]) -> bool {
    let Ok(record) = str::from_utf8(record) else { return false };
    let mut fields = record.split('\t');
    let (Some("1"), Some(part)) = (fields.next(), fields.next()) else { return false };
    Blocks::of_part(part).is_some_and(|part| !parts.iter().any(|there| there.hold(part)))
}

/// Which inserts a part holds.
#[derive(Debug, Clone, Copy)]
struct Blocks<'a> {
    partition: &'a str,
    first: u64,
    last: u64,
}

impl<'a> Blocks<'a> {
    /// Reads the name of a part: `<partition>_<first>_<last>_<level>`, with `_<mutation>` behind.
    /// Names of unfinished parts have other words before that.
    fn of_part(name: &'a str) -> Option<Self> {
        let mut words = name.split('_');
        let (partition, first, last) =
            (words.next()?, words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        words.next()?.parse::<u64>().ok().map(|_level| Self { partition, first, last })
    }

    fn hold(&self, other: Self) -> bool {
        self.partition == other.partition && self.first <= other.first && other.last <= self.last
    }
}

/// The number in `deduplication_log_<number>.txt`.
fn number(log: &Path) -> Option<u64> {
    log.file_stem()?.to_str()?.strip_prefix("deduplication_log_")?.parse().ok()
}

/// What is in a folder; nothing if it is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>().map_err(at(folder)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Vec::new())
        }
        Err(error) => Err(at(folder)(error)),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    |source| StoreError::File { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "1\tall_1_1_0\thash\n1\tall_2_2_0\thash\n1\tall_3_3_0\thash\n";

    fn kept<'a>(log: &'a str, parts: &[&str]) -> &'a str {
        let parts: Vec<_> = parts.iter().filter_map(|part| Blocks::of_part(part)).collect();
        &log[..mended(log.as_bytes(), &parts)]
    }

    #[test]
    fn records_at_the_end_whose_part_is_not_there_are_cut_off() {
        assert_eq!(kept(LOG, &["all_1_1_0", "all_2_2_0", "all_3_3_0"]), LOG);
        assert_eq!(kept(LOG, &["all_1_3_1", "tmp_insert_all_4_4_0"]), LOG, "merged");
        assert_eq!(kept(LOG, &["all_1_2_1_9", "all_3_3_0_9"]), LOG, "mutated");
        let two = LOG.strip_suffix("1\tall_3_3_0\thash\n").unwrap();
        assert_eq!(kept(LOG, &["all_1_2_1", "tmp_insert_all_3_3_0", "detached"]), two);
        assert_eq!(kept(LOG, &["all_2_2_0"]), two, "only the end is looked at");
        assert_eq!(kept(LOG, &["2026_1_3_1"]), "", "another partition");
        assert_eq!(kept(LOG, &[]), "");
        assert_eq!(kept("", &[]), "");
    }

    #[test]
    fn half_a_record_is_cut_off_and_one_that_means_something_else_stays() {
        assert_eq!(kept("1\tall_1_1_0\thash\n1\tall_2", &["all_1_1_0"]), "1\tall_1_1_0\thash\n");
        for other in ["2\tall_1_1_0\thash\n", "1\tsomething\thash\n", "\n", "3\n"] {
            assert_eq!(kept(other, &[]), other);
        }
    }
}
