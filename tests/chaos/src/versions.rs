//! The versions of the one model, its migrations in TypeScript, and the same migrations once more
//! in Rust, which share nothing with the SQL that Antler makes.
//!
//! | version | change                                   | its migration                           |
//! |---------|------------------------------------------|-----------------------------------------|
//! | 0.0     |                                          |                                         |
//! | 0.1     | `parity` is new                          | keeps every row                         |
//! | 0.2     | none: it shares the table of 0.1         |                                         |
//! | 0.3     | `n` becomes `value`                      | filters `n % 5 == 0`; at first it throws at some `n` |
//! | 0.4     | `half` is new                            | throws at some `value`                  |
//!
//! The endpoint of 0.4 refuses fields that it does not know, until the last step lets it drop them.
//!
//! An event is its number: `id` is the number as a text, `n` is made from it.

/// The name of the model.
pub const MODEL: &str = "Reading";

/// A live version, the oldest one first.
pub const VERSIONS: [Version; 5] = [
    Version { name: "0.0", table: 0 },
    Version { name: "0.1", table: 1 },
    Version { name: "0.2", table: 1 },
    Version { name: "0.3", table: 2 },
    Version { name: "0.4", table: 3 },
];

/// A storage table.
pub const TABLES: [Table; 4] = [
    Table { node: "0.0", name: "Reading_0_0", columns: "id, n" },
    Table { node: "0.1", name: "Reading_0_1", columns: "id, n, parity" },
    Table { node: "0.3", name: "Reading_0_3", columns: "id, value, parity" },
    Table { node: "0.4", name: "Reading_0_4", columns: "id, value, parity, half" },
];

/// A version of the model.
#[derive(Debug, Clone, Copy)]
pub struct Version {
    /// Its name.
    pub name: &'static str,
    /// Its storage table, as a place in [`TABLES`].
    pub table: usize,
}

/// A storage table.
#[derive(Debug, Clone, Copy)]
pub struct Table {
    /// The version that it is named after.
    pub node: &'static str,
    /// Its name in the database.
    pub name: &'static str,
    /// What to compare.
    pub columns: &'static str,
}

/// The migrations as files: from the newest version of one table to the oldest one of the next.
pub const TO_0_1_DRAFT: (&str, &str) = (
    "Reading_migrate__0_0__0_1",
    r#"export default function migrate(event: any) {
  return { ...event, parity: "draft" };
}
"#,
);
pub const TO_0_1: (&str, &str) = (
    "Reading_migrate__0_0__0_1",
    r#"export default function migrate(event: any) {
  return { ...event, parity: event.n % 2 === 0 ? "even" : "odd" };
}
"#,
);
pub const TO_0_3_THROWS: (&str, &str) = (
    "Reading_migrate__0_2__0_3",
    r#"export default function migrate({ n, ...rest }: any) {
  if (n % 5 === 0) return null;
  if (n % 11 === 4) throw new Error("4 of 11");
  return { ...rest, value: n };
}
"#,
);
pub const TO_0_3: (&str, &str) = (
    "Reading_migrate__0_2__0_3",
    r#"export default function migrate({ n, ...rest }: any) {
  if (n % 5 === 0) return null;
  return { ...rest, value: n };
}
"#,
);
/// What the last step mends: the version that records did not reach, and a part of the reason.
pub const MENDED: [(&str, &str); 2] = [("0.3", "4 of 11"), ("0.4", "no field of this name")];
pub const TO_0_4_DRAFT: (&str, &str) = (
    "Reading_migrate__0_3__0_4",
    r#"export default function migrate(event: any) {
  if (event.value % 3 === 0) throw new Error("draft");
  return { ...event, half: 0 };
}
"#,
);
pub const TO_0_4: (&str, &str) = (
    "Reading_migrate__0_3__0_4",
    r#"export default function migrate(event: any) {
  if (event.value % 7 === 3) throw new Error("3 of 7");
  return { ...event, half: event.value / 2 };
}
"#,
);

/// What the endpoint of the newest version does with fields that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownFields {
    /// It refuses the record.
    Refuse,
    /// It drops them.
    Drop,
}

/// The file of data models with the model as it is in a table.
pub fn models(table: usize, unknown: UnknownFields) -> String {
    let fields = match table {
        0 => "n: number;",
        1 => "n: number;\n  parity: string;",
        2 => "value: number;\n  parity: string;",
        _ => "value: number;\n  parity: string;\n  half: number;",
    };
    let config = match unknown {
        UnknownFields::Refuse => format!(
            "\nexport const {MODEL}Config: DataModelConfig<{MODEL}> = {{ ingestion: {{ unknownFields: \"refuse\" }} }};\n"
        ),
        UnknownFields::Drop => String::new(),
    };
    format!(
        "import type {{ DataModelConfig, Key }} from \"antler\";\n\nexport interface {MODEL} {{\n  id: Key<string>;\n  {fields}\n}}\n{config}"
    )
}

/// An event with a field that no version has.
pub fn with_unknown_field(event: &str) -> String {
    event.replacen('{', r#"{"stray":[{"deep":null}],"#, 1)
}

/// `n` or `value` of an event.
fn n(id: u64) -> u64 {
    id.wrapping_mul(7919) % 1000
}

/// An event in the form in which it is sent to a table's versions.
pub fn event(id: u64, table: usize) -> String {
    let n = n(id);
    match table {
        0 => format!(r#"{{"id":"{id}","n":{n}}}"#),
        1 => format!(r#"{{"id":"{id}","n":{n},"parity":"sent"}}"#),
        2 => format!(r#"{{"id":"{id}","value":{n},"parity":"sent"}}"#),
        _ => format!(r#"{{"id":"{id}","value":{n},"parity":"sent","half":0.5}}"#),
    }
}

/// What becomes of an event in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is there.
    Stored,
    /// It is not: no migration leads there, or one on the way returned null.
    Absent,
    /// A migration on the way threw, so it is in the dead letters for this table.
    Failed,
}

/// What becomes in table `at` of an event that was sent to a version of table `sent`, once the
/// dead letters of the mended migration are replayed.
pub fn fate(id: u64, sent: usize, at: usize) -> Fate {
    if at < sent {
        return Fate::Absent;
    }
    for hop in sent + 1..=at {
        match migrated(n(id), hop) {
            Migrated::Kept => {}
            Migrated::Filtered => return Fate::Absent,
            Migrated::Threw => return Fate::Failed,
        }
    }
    Fate::Stored
}

enum Migrated {
    Kept,
    Filtered,
    Threw,
}

fn migrated(n: u64, hop: usize) -> Migrated {
    match hop {
        2 if n.is_multiple_of(5) => Migrated::Filtered,
        3 if n % 7 == 3 => Migrated::Threw,
        _ => Migrated::Kept,
    }
}

/// The row of an event in a table, as TSV.
pub fn row(id: u64, sent: usize, at: usize) -> String {
    let n = n(id);
    let parity = match (sent, n % 2) {
        (0, 0) => "even",
        (0, _) => "odd",
        (_, _) => "sent",
    };
    match at {
        0 => format!("{id}\t{n}"),
        1 | 2 => format!("{id}\t{n}\t{parity}"),
        // Halves have an exact text in every language.
        _ if sent < 3 => format!("{id}\t{n}\t{parity}\t{}", n as f64 / 2.0),
        _ => format!("{id}\t{n}\t{parity}\t0.5"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_the_oldest_version_meet_every_fate() {
        let fates: Vec<_> = (0..1000).map(|id| fate(id, 0, 3)).collect();
        for expected in [Fate::Stored, Fate::Absent, Fate::Failed] {
            assert!(fates.contains(&expected), "{expected:?}");
        }
        assert_eq!(fate(1, 3, 0), Fate::Absent, "no migration leads back");
        assert!((0..1000).all(|id| fate(id, 3, 3) == Fate::Stored), "its own table keeps every event");
    }
}
