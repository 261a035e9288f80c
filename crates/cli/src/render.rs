//! How values look in the terminal: numbers with units, changes as lines, lists as tables.

use antler_core::plan::Change;
use comfy_table::{CellAlignment, Table, presets::NOTHING};

/// A count with separators: `336,776`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size: `12.3 MiB`.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = number as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{number} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

/// A duration: `0.4 s`, `2 min 5 s`, `3 h 20 min`.
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    if seconds < 60 {
        format!("{:.1} s", milliseconds as f64 / 1000.0)
    } else if seconds < 3600 {
        format!("{} min {} s", seconds / 60, seconds % 60)
    } else {
        format!("{} h {} min", count(seconds / 3600), seconds / 60 % 60)
    }
}

/// How long ago something was, roughly: `just now`, `5 minutes ago`, `3 days ago`.
pub fn ago(time: std::time::Duration) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let seconds = time.as_secs();
    match UNITS.into_iter().find(|(unit, _)| seconds >= *unit) {
        Some((unit, name)) if seconds / unit == 1 => format!("1 {name} ago"),
        Some((unit, name)) => format!("{} {name}s ago", seconds / unit),
        None => "just now".to_owned(),
    }
}

/// How fast a load is: `1,200,000 rows/s, 7.5 s left`.
pub fn pace(rows_per_second: u64, left_ms: Option<u64>) -> String {
    let rate = format!("{} rows/s", count(rows_per_second));
    left_ms.map(|left| format!("{rate}, {} left", duration(left))).unwrap_or(rate)
}

/// A change as a line.
pub fn change(change: &Change) -> String {
    match change {
        Change::Create { node } => format!("{node}  has its own table, topic and endpoint"),
        Change::Share { version, node } => {
            format!("{} {version}  shares the table of {}: same schema", node.model, node.version)
        }
        Change::Rebuild { node } => format!("{node}  is made anew; it has no events of its own"),
        Change::Drop { node } => format!("{node}  is removed; it was never used"),
        Change::Retire { of } => format!("{of}  is retired: its endpoint closes"),
        Change::Archive { node, rows, bytes: size } => {
            format!("{node}  its table is archived: {} rows, {}", count(*rows), bytes(*size))
        }
        Change::Unretire { of } => format!("{of}  is live again: its endpoint opens"),
        Change::Restore { node, rows, bytes: size } => {
            format!("{node}  its table comes back: {} rows, {}", count(*rows), bytes(*size))
        }
        Change::Purge { node, rows, bytes: size } => {
            format!("{node}  is deleted for good: {} rows, {}", count(*rows), bytes(*size))
        }
        Change::Configure { of, ingestion } => format!("{of}  takes {ingestion}, from now on"),
        Change::Connect { from, to } => format!("{from} → {}  every event from now on", target(from, to)),
        Change::Replace { from, to } => {
            format!("{from} → {}  the edited migration, for every event from now on", target(from, to))
        }
        Change::Disconnect { from, to } => format!("{from} → {}  no longer", target(from, to)),
        Change::Reload { from, to, rows, bytes: size } => {
            let to = target(from, to);
            format!(
                "{from} → {to}  the edited migration over about {} rows, {}, beside the table that is read",
                count(*rows),
                bytes(*size)
            )
        }
        Change::Load { from, to, rows, bytes: size } => {
            let to = target(from, to);
            format!("{from} → {to}  initial load of about {} rows, {}", count(*rows), bytes(*size))
        }
    }
}

/// A way over versions: `Event 0.0 → 0.1 → Trip 0.2`.
pub fn path(nodes: &[antler_core::names::ModelVersion]) -> String {
    let first = nodes.first().map(ToString::to_string).unwrap_or_default();
    nodes.windows(2).fold(first, |path, ends| format!("{path} → {}", target(&ends[0], &ends[1])))
}

/// The version alone while the model stays the same.
fn target(from: &antler_core::names::ModelVersion, to: &antler_core::names::ModelVersion) -> String {
    if from.model == to.model { to.version.to_string() } else { to.to_string() }
}

/// How a column of a table is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A table: a line of headings, then a line for each row.
pub fn table(columns: &[(&str, Align)], rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING);
    table.set_header(columns.iter().map(|(heading, _)| *heading));
    table.add_rows(rows);
    for (column, (_, align)) in table.column_iter_mut().zip(columns) {
        column.set_padding((0, 2));
        column.set_cell_alignment(match align {
            Align::Left => CellAlignment::Left,
            Align::Right => CellAlignment::Right,
        });
    }
    let lines: Vec<_> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_units_and_separators() {
        assert_eq!(
            [0, 999, 1000, 336_776, 1_000_000].map(count),
            ["0", "999", "1,000", "336,776", "1,000,000"]
        );
        assert_eq!([0, 1023, 1536, 31_053_850].map(bytes), ["0 B", "1023 B", "1.5 KiB", "29.6 MiB"]);
        assert_eq!(
            [40, 59_900, 125_000, 12_059_999].map(duration),
            ["0.0 s", "59.9 s", "2 min 5 s", "3 h 20 min"]
        );
        assert_eq!(pace(1_200_000, Some(7500)), "1,200,000 rows/s, 7.5 s left");
        let seconds = std::time::Duration::from_secs;
        assert_eq!(
            [59, 60, 7200, 90_000].map(|s| ago(seconds(s))),
            ["just now", "1 minute ago", "2 hours ago", "1 day ago"]
        );
        assert_eq!(pace(0, None), "0 rows/s");
    }

    #[test]
    fn a_table_aligns_numbers_to_the_right() {
        let columns = [("table", Align::Left), ("rows", Align::Right)];
        let rows = vec![vec!["a".to_owned(), "1".to_owned()], vec!["longer".to_owned(), "1,000".to_owned()]];
        assert_eq!(table(&columns, rows), "table    rows\na           1\nlonger  1,000\n");
    }
}
