//! Checked names, and the one place that derives one name from another.
//!
//! Every name that leaves Antler (a table, a topic, an endpoint) is made here from a
//! [`ModelName`] and a [`Version`]; the resulting forms are a contract with users. A value of
//! one of these types has passed its check, so no other module looks at the text again.

use std::{cmp::Ordering, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Why a text is not a valid name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is not a dotted version number.
    #[error("`{0}` is not a version: expected numbers separated by dots, such as 0.1")]
    Version(String),
    /// The text cannot name a model.
    #[error(
        "`{0}` is not a model name: expected a letter or underscore, then letters, digits or underscores, at most 80 of them, where a letter outside of ASCII counts for three times its bytes"
    )]
    Model(String),
    /// The text cannot be an SQL identifier.
    #[error(
        "`{0}` is not a usable name in the database: it is empty, longer than 200 bytes, or has a control character"
    )]
    Identifier(String),
    /// The text does not name a migration.
    #[error(
        "`{0}` is not the name of a migration: expected <Model>_migrate__0_0__0_1 or <Model>_migrate__0_0__<Target>__0_1"
    )]
    Migration(String),
    /// The text cannot name a topic.
    #[error("`{0}` is not a topic name: expected letters, digits, '.', '_' or '-', at most 249 characters")]
    Topic(String),
}

/// Implements the traits that every name has in common, on top of its checked `FromStr`.
macro_rules! checked_text {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

/// A version of the data model: one to four numbers separated by dots, ordered numerically.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(Vec<u32>);

impl Version {
    /// The next version: the last number raised by one (`0.1` becomes `0.2`).
    pub fn successor(&self) -> Self {
        let mut parts = self.0.clone();
        if let Some(last) = parts.last_mut() {
            *last = last.saturating_add(1);
        }
        Self(parts)
    }

    /// The form used inside table, topic and file names: `0_1`.
    pub fn underscored(&self) -> String {
        self.to_string().replace('.', "_")
    }

    /// Reads the form that [`Version::underscored`] writes.
    pub fn from_underscored(text: &str) -> Result<Self, NameError> {
        if text.contains('.') {
            return Err(NameError::Version(text.to_owned()));
        }
        text.replace('_', ".").parse()
    }
}

impl FromStr for Version {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let error = || NameError::Version(text.to_owned());
        let parts = text
            .split('.')
            .map(|part| {
                let canonical = part == "0" || !part.starts_with('0');
                let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
                if canonical && digits { part.parse::<u32>().map_err(|_| error()) } else { Err(error()) }
            })
            .collect::<Result<Vec<_>, _>>()?;
        if parts.len() > 4 { Err(error()) } else { Ok(Self(parts)) }
    }
}

impl TryFrom<String> for Version {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

/// The name of a data model, such as `UserActivity`.
///
/// Two underscores in a row are allowed in it; the migration file name is split from the right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelName(String);
checked_text!(ModelName);

impl ModelName {
    /// How long a name may be, where every letter counts for what it takes in the name of a file: the
    /// database writes other ones than those of ASCII as `%C3%BC`. A name of a table may have about 200 of
    /// them, and a view that leads from one version to another is named after both.
    const LONGEST: usize = 80;

    /// The name in ASCII: every other letter as its number between dashes, which no name has. `$` too.
    /// Different names stay different.
    pub fn ascii(&self) -> String {
        let mut out = String::new();
        for c in self.0.chars() {
            if is_plain(c) {
                out.push(c);
            } else {
                out.push_str(&format!("-{:x}-", u32::from(c)));
            }
        }
        out
    }

    /// The name as a part of the path of an address.
    pub fn in_url(&self) -> String {
        let mut out = String::new();
        for byte in self.0.bytes() {
            if is_plain(char::from(byte)) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    }
}

/// Whether a character is itself in every name that is made from a model's.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

impl FromStr for ModelName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let mut chars = text.chars();
        let first = chars.next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '$');
        let rest = chars.all(|c| c.is_alphanumeric() || c == '_' || c == '$');
        // `-24-` is the longest form of `$`; of other letters it is `%C3%BC`.
        let length = |c: char| if is_plain(c) { 1 } else { (3 * c.len_utf8()).max(4) };
        if first && rest && text.chars().map(length).sum::<usize>() <= Self::LONGEST {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameError::Model(text.to_owned()))
        }
    }
}

/// One model at one version: the unit that has an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelVersion {
    /// The model.
    pub model: ModelName,
    /// The version.
    pub version: Version,
}

impl ModelVersion {
    /// Puts a model and a version together.
    pub fn new(model: ModelName, version: Version) -> Self {
        Self { model, version }
    }

    /// `<Model>_<0_1>`: the name of the storage table, and of the topic before its namespace.
    pub fn flat(&self) -> String {
        format!("{}_{}", self.model, self.version.underscored())
    }

    /// The same in ASCII: see [`ModelName::ascii`].
    pub fn ascii(&self) -> String {
        format!("{}_{}", self.model.ascii(), self.version.underscored())
    }
}

impl fmt::Display for ModelVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.model, self.version)
    }
}

impl TryFrom<String> for ModelVersion {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        let (model, version) = text.split_once(' ').ok_or_else(|| NameError::Model(text.clone()))?;
        Ok(Self::new(model.parse()?, version.parse()?))
    }
}

impl From<ModelVersion> for String {
    fn from(value: ModelVersion) -> Self {
        value.to_string()
    }
}

/// An identifier in the database: a column, table, view or database name, not yet quoted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SqlIdent(String);
checked_text!(SqlIdent);

impl SqlIdent {
    /// A name that this program chose.
    pub(crate) fn known(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl FromStr for SqlIdent {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        if text.is_empty() || text.len() > 200 || text.chars().any(char::is_control) {
            Err(NameError::Identifier(text.to_owned()))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// A table or view, in its database.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TableName {
    /// The database that holds it.
    pub database: SqlIdent,
    /// Its name inside the database.
    pub table: SqlIdent,
}

impl fmt::Display for TableName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

/// The name of a topic, in the alphabet that Kafka allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TopicName(String);
checked_text!(TopicName);

impl FromStr for TopicName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
        if text.is_empty() || text.len() > 249 || text == "." || text == ".." || !text.bytes().all(allowed) {
            Err(NameError::Topic(text.to_owned()))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

/// Derives every name of the data plane from a model and a version.
///
/// User-facing tables live in the project's database. Landing tables, views of the star and
/// clones live in a second database beside it, so that `SHOW TABLES` shows users what is theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Naming {
    database: SqlIdent,
    internal: SqlIdent,
    namespace: Option<String>,
}

impl Naming {
    /// Names for one project: its database, and the namespace before its topics, if any.
    pub fn new(database: &str, namespace: Option<&str>) -> Result<Self, NameError> {
        if let Some(namespace) = namespace {
            namespace.parse::<TopicName>()?;
        }
        Ok(Self {
            database: database.parse()?,
            internal: format!("{database}_antler").parse()?,
            namespace: namespace.map(str::to_owned),
        })
    }

    /// The database of storage tables.
    pub fn database(&self) -> &SqlIdent {
        &self.database
    }

    /// The database of landing tables, views and clones.
    pub fn internal_database(&self) -> &SqlIdent {
        &self.internal
    }

    /// The storage table `<Model>_<0_1>`.
    pub fn storage(&self, of: &ModelVersion) -> TableName {
        self.table(of.flat())
    }

    /// Where the storage table of a retired node is kept.
    pub fn archive(&self, of: &ModelVersion) -> TableName {
        self.internal_table(format!("{}_archive", of.flat()))
    }

    /// `<Model>`: always a view of the current version.
    pub fn current(&self, model: &ModelName) -> TableName {
        self.table(model.to_string())
    }

    /// `<Model>_dead_letters`: the records of a model that failed a hop.
    pub fn dead_letters(&self, model: &ModelName) -> TableName {
        self.table(format!("{model}_dead_letters"))
    }

    /// The landing table that the sink of a topic writes into.
    pub fn landing(&self, of: &ModelVersion) -> TableName {
        self.internal_table(format!("{}_landing", of.flat()))
    }

    /// The view that carries rows from one landing table to one storage table.
    pub fn route(&self, from: &ModelVersion, to: &ModelVersion) -> TableName {
        self.internal_table(format!("{}_to_{}", from.flat(), to.flat()))
    }

    /// The view that carries failing rows of a route to the dead letters.
    pub fn route_failures(&self, from: &ModelVersion, to: &ModelVersion) -> TableName {
        self.internal_table(format!("{}_to_{}_failures", from.flat(), to.flat()))
    }

    /// The view that keeps which rows of a route were filtered.
    pub fn route_filtered(&self, from: &ModelVersion, to: &ModelVersion) -> TableName {
        self.internal_table(format!("{}_to_{}_filtered", from.flat(), to.flat()))
    }

    /// Which events of a model a migration filtered: for the ledger.
    pub fn filtered(&self, model: &ModelName) -> TableName {
        self.internal_table(format!("{model}_filtered"))
    }

    /// Rows of a batch that the database refused, on their way to single targets.
    pub fn staging(&self, of: &ModelVersion) -> TableName {
        self.internal_table(format!("{}_staging", of.flat()))
    }

    /// Rows of dead letters that are replayed, on their way to single targets.
    pub fn replay(&self, of: &ModelVersion) -> TableName {
        self.internal_table(format!("{}_replay", of.flat()))
    }

    /// The clone that an initial load reads.
    pub fn load_source(&self, of: &ModelVersion) -> TableName {
        self.internal_table(format!("{}_load_source", of.flat()))
    }

    /// Where a node's rows, dead letters and filtered events are made anew.
    pub fn beside(&self, of: &ModelVersion) -> [TableName; 3] {
        ["beside", "beside_dead_letters", "beside_filtered"]
            .map(|what| self.internal_table(format!("{}_{what}", of.flat())))
    }

    /// The topic `[<namespace>.]<Model>_<0_1>`, with the name of the model in ASCII: Kafka knows no other
    /// letters.
    ///
    /// # Errors
    /// It is too long, which only a namespace can bring about.
    pub fn topic(&self, of: &ModelVersion) -> Result<TopicName, NameError> {
        self.topic_named(of.ascii())
    }

    /// The topic `[<namespace>.]<Model>_dead_letters`: records that endpoints of the model have
    /// refused. No version ends like that, so it is never the topic of one.
    ///
    /// # Errors
    /// As [`Naming::topic`].
    pub fn dead_letter_topic(&self, model: &ModelName) -> Result<TopicName, NameError> {
        self.topic_named(format!("{}_dead_letters", model.ascii()))
    }

    fn topic_named(&self, name: String) -> Result<TopicName, NameError> {
        match &self.namespace {
            Some(namespace) => format!("{namespace}.{name}").parse(),
            None => name.parse(),
        }
    }

    fn table(&self, table: String) -> TableName {
        TableName { database: self.database.clone(), table: SqlIdent(table) }
    }

    fn internal_table(&self, table: String) -> TableName {
        TableName { database: self.internal.clone(), table: SqlIdent(table) }
    }
}

/// What a migration file migrates, as its name says: `<Model>_migrate__0_0__[<Target>__]0_1`.
///
/// The first Moose versions also wrote a single underscore before the target's version; both are read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MigrationName {
    /// Where rows come from.
    pub from: ModelVersion,
    /// Where they go.
    pub to: ModelVersion,
}

impl FromStr for MigrationName {
    type Err = NameError;

    /// Reads a file name without its extension.
    fn from_str(stem: &str) -> Result<Self, NameError> {
        let error = || NameError::Migration(stem.to_owned());
        let (model, rest) = stem.split_once("_migrate__").ok_or_else(error)?;
        let model: ModelName = model.parse()?;
        let (from, target) = rest.split_once("__").ok_or_else(error)?;
        let from = Version::from_underscored(from)?;
        let to = match Version::from_underscored(target) {
            Ok(version) => ModelVersion::new(model.clone(), version),
            Err(_) => {
                let digits = target.len()
                    - target.bytes().rev().take_while(|b| b.is_ascii_digit() || *b == b'_').count();
                let (name, version) = target.split_at(digits);
                ModelVersion::new(
                    name.parse()?,
                    Version::from_underscored(version.trim_start_matches('_')).map_err(|_| error())?,
                )
            }
        };
        Ok(Self { from: ModelVersion::new(model, from), to })
    }
}

impl fmt::Display for MigrationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_migrate__{}__", self.from.model, self.from.version.underscored())?;
        if self.to.model != self.from.model {
            write!(f, "{}__", self.to.model)?;
        }
        f.write_str(&self.to.version.underscored())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number_not_by_text() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        assert!(version("0.9") < version("0.10"));
        assert!(version("0.10") < version("1.0"));
        assert_eq!(version("0.9").successor(), version("0.10"));
    }

    #[test]
    fn a_version_has_one_spelling() {
        for text in ["", ".", "0.", "01.2", "1.2.3.4.5", "v1", "0.-1", "0.4294967296"] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
        assert_eq!(Version::from_underscored("0_12").unwrap().to_string(), "0.12");
    }

    #[test]
    fn names_of_the_data_plane_follow_the_contract() {
        let naming = Naming::new("local", Some("team")).unwrap();
        let from = ModelVersion::new("Flight".parse().unwrap(), "0.0".parse().unwrap());
        let to = ModelVersion::new("Flight".parse().unwrap(), "0.1".parse().unwrap());
        assert_eq!(naming.storage(&to).to_string(), "local.Flight_0_1");
        assert_eq!(naming.current(&to.model).to_string(), "local.Flight");
        assert_eq!(naming.topic(&to).unwrap().as_str(), "team.Flight_0_1");
        assert_eq!(naming.dead_letters(&to.model).to_string(), "local.Flight_dead_letters");
        assert_eq!(naming.dead_letter_topic(&to.model).unwrap().as_str(), "team.Flight_dead_letters");
        assert_eq!(naming.landing(&from).to_string(), "local_antler.Flight_0_0_landing");
        assert_eq!(naming.route(&from, &to).to_string(), "local_antler.Flight_0_0_to_Flight_0_1");
    }

    #[test]
    fn a_model_may_be_named_in_any_script_as_long_as_the_database_has_room() {
        let name = |text: &str| text.parse::<ModelName>();
        let of = ModelVersion::new(name("Größe_航班$").unwrap(), "0.1".parse().unwrap());
        let naming = Naming::new("local", Some("team")).unwrap();
        assert_eq!(naming.storage(&of).to_string(), "local.Größe_航班$_0_1");
        assert_eq!(naming.topic(&of).unwrap().as_str(), "team.Gr-f6--df-e_-822a--73ed--24-_0_1");
        assert_eq!(of.model.in_url(), "Gr%C3%B6%C3%9Fe_%E8%88%AA%E7%8F%AD%24");
        for (letter, most) in [("a", 80), ("$", 20), ("ü", 13), ("航", 8)] {
            assert!(name(&letter.repeat(most)).is_ok(), "{letter}");
            assert!(name(&letter.repeat(most + 1)).is_err(), "{letter}");
        }
        // The database keeps `<database>.<table>.<uuid>.sql` of a table that was dropped.
        let room = 255 - (naming.internal_database().as_str().len() + 1 + 1 + 36 + ".sql".len());
        let at = |version: &str| ModelVersion::new(name(&"a".repeat(80)).unwrap(), version.parse().unwrap());
        assert!(naming.route_failures(&at("0.10"), &at("10.11")).table.as_str().len() <= room);
        for text in ["", "1a", "a-b", "a b", "a.b", "a/b", "e\u{301}", "😀"] {
            assert!(name(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_migration_name_reads_back_as_it_was_written() {
        for stem in
            ["Flight_migrate__0_0__0_1", "Flight_migrate__0_0__Leg__0_1", "a__b_migrate__1_2_3__c__d__10_0"]
        {
            assert_eq!(stem.parse::<MigrationName>().unwrap().to_string(), stem);
        }
        let legacy: MigrationName = "A_migrate__0_0__B_0_1".parse().unwrap();
        assert_eq!(legacy.to_string(), "A_migrate__0_0__B__0_1");
        for stem in ["Flight", "Flight_migrate__0_0", "Flight_migrate__0_0__", "_migrate__0_0__0_1"] {
            assert!(stem.parse::<MigrationName>().is_err(), "{stem}");
        }
    }
}
