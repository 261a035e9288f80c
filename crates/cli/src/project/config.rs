//! `moose.config.toml`, or `project.toml` as older projects call it.
//!
//! A key is looked up in three places, and the first that has it wins: a flag, an environment
//! variable (`MOOSE_HTTP_SERVER_CONFIG__PORT`), the file. Keys that Antler does not know are
//! accepted: the file belongs to Moose as much as to Antler. Wrong values are all reported at
//! once, each where it was written.
//!
//! Passwords may stand in the file. The text that messages and debug prints show has them masked.

mod edit;
mod keys;
mod secrets;

use std::{collections::BTreeMap, fmt, num::NonZeroU64, ops::Range, sync::Arc, time::Duration};

use antler_core::{
    diagnostic::{Code, Diagnostic, SourceFile},
    names::{Naming, TopicName, Version},
    retention::Retention,
};
use antler_store::git::CommitId;
use clap::ValueEnum;
use toml_edit::{Document, Item, Key};

use self::keys::{Keys, Place};
pub use self::{
    edit::{with_old_version, without_old_version},
    keys::Override,
};
use crate::problems::Problems;

/// The names of the file; the first that exists is read.
pub const FILE_NAMES: [&str; 2] = ["moose.config.toml", "project.toml"];

/// How long an `Idempotency-Key` holds when the file does not say it: a day.
const IDEMPOTENCY_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// The table that lists the old versions.
const OLD_VERSIONS: &str = "supported_old_versions";

/// The configuration of a project.
#[derive(Debug)]
pub struct Config {
    /// The file as messages show it: with passwords masked.
    pub file: Arc<SourceFile>,
    /// The language of the models, if it is said.
    pub language: Option<Language>,
    /// The names of tables and topics.
    pub naming: Naming,
    /// The HTTP server.
    pub http: Http,
    /// The branch that versions come from.
    pub main_branch: String,
    /// Old versions that are alive.
    pub old_versions: BTreeMap<Version, Pin>,
    /// When an event counts as stored.
    pub durability: Durability,
    /// How long a request with an `Idempotency-Key` is remembered.
    pub idempotency_window: Duration,
    /// How long topics keep what the tables have.
    pub retention: Retention,
    /// The most rows in a second that initial loads may load.
    pub load_max_rate: Option<NonZeroU64>,
}

/// A language that data models are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// TypeScript.
    Typescript,
    /// Python.
    Python,
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Typescript => "typescript",
            Self::Python => "python",
        })
    }
}

/// Where the HTTP server listens.
#[derive(Debug, PartialEq, Eq)]
pub struct Http {
    /// A host name or address.
    pub host: String,
    /// The port of the endpoints.
    pub port: u16,
    /// The port of the console and of metrics.
    pub management_port: u16,
    /// What stands before `/ingest`, without slashes at its ends.
    pub path_prefix: Option<String>,
}

/// What an acknowledged event survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A loss of power.
    Fsync,
    /// The end of the process.
    Os,
}

/// An entry of `[supported_old_versions]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The commit.
    pub commit: CommitPointer,
    /// Where the entry's value stands in the file.
    pub span: Range<usize>,
}

/// A commit as users write it: its hexadecimal name, or enough of it.
///
/// A branch or tag is not accepted: it could move, and the version's schema with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitPointer(String);

impl CommitPointer {
    fn new(text: &str) -> Option<Self> {
        let hexadecimal = text.bytes().all(|b| b.is_ascii_hexdigit());
        (hexadecimal && (4..=64).contains(&text.len())).then(|| Self(text.to_ascii_lowercase()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it can mean the commit of that full name.
    pub fn matches(&self, commit: &CommitId) -> bool {
        commit.as_str().starts_with(&self.0)
    }
}

impl fmt::Display for CommitPointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(file: &SourceFile, overrides: &[Override]) -> Result<Self, Problems> {
        let shown = Arc::new(SourceFile { path: file.path.clone(), text: secrets::masked(&file.text) });
        let document = Document::parse(file.text.as_str()).map_err(|error| {
            let problem = Diagnostic::error(Code::Config, format!("{} is not valid TOML", file.path));
            match error.span() {
                Some(span) => problem.with_label(&shown, span, error.message()),
                None => problem.in_file(&shown).with_help(error.message()),
            }
        })?;
        let mut keys = Keys::new(document.as_table(), &shown, overrides);
        let language = language(&mut keys);
        let naming = naming(&mut keys);
        let http = http(&mut keys);
        let main_branch = keys.text(["git_config", "main_branch_name"]);
        let old_versions = old_versions(&mut keys);
        let durability = durability(&mut keys);
        let idempotency_window = keys.seconds(["antler", "idempotency_window_seconds"]);
        let retention = retention(&mut keys);
        let load_max_rate = keys.rate(["antler", "load_max_rate"]);
        let problems = keys.into_problems();
        let Some(naming) = naming else { return Err(problems.into()) };
        let config = Self {
            file: shown,
            language,
            naming,
            http,
            main_branch: main_branch.map_or_else(|| "main".to_owned(), |found| found.value),
            old_versions,
            durability: durability.unwrap_or(Durability::Fsync),
            idempotency_window: idempotency_window.unwrap_or(IDEMPOTENCY_WINDOW),
            retention,
            load_max_rate,
        };
        Problems::none_of(problems, config)
    }

    /// Lets a message point at the entry of an old version.
    pub fn at_pin(&self, diagnostic: Diagnostic, pin: &Pin, label: &str) -> Diagnostic {
        diagnostic.with_label(&self.file, pin.span.clone(), label)
    }
}

fn language(keys: &mut Keys) -> Option<Language> {
    let found = keys.text(["language"])?;
    match found.value.to_lowercase().as_str() {
        "typescript" | "ts" => Some(Language::Typescript),
        "python" | "py" => Some(Language::Python),
        _ => keys.refuse(&found.place, "language must be \"typescript\" or \"python\""),
    }
}

fn naming(keys: &mut Keys) -> Option<Naming> {
    let database = keys.text(["clickhouse_config", "db_name"]);
    let namespace = keys.text(["redpanda_config", "namespace"]).filter(|found| !found.value.is_empty());
    if let Some(found) = &namespace
        && let Err(error) = found.value.parse::<TopicName>()
    {
        return keys.refuse(&found.place, format!("redpanda_config.namespace cannot be used: {error}"));
    }
    let namespace = namespace.as_ref().map(|found| found.value.as_str());
    let Some(found) = database else { return Naming::new("local", namespace).ok() };
    match Naming::new(&found.value, namespace) {
        Ok(naming) => Some(naming),
        Err(error) => keys.refuse(&found.place, format!("clickhouse_config.db_name cannot be used: {error}")),
    }
}

fn http(keys: &mut Keys) -> Http {
    let host = keys.text(["http_server_config", "host"]);
    Http {
        host: host.map_or_else(|| "localhost".to_owned(), |found| found.value),
        port: keys.port(["http_server_config", "port"]).unwrap_or(4000),
        management_port: keys.port(["http_server_config", "management_port"]).unwrap_or(5000),
        path_prefix: path_prefix(keys),
    }
}

fn path_prefix(keys: &mut Keys) -> Option<String> {
    let found = keys.text(["http_server_config", "path_prefix"])?;
    let prefix = found.value.trim_matches('/');
    let usable = |c: char| c.is_ascii_alphanumeric() || "/-_.~".contains(c);
    if !prefix.chars().all(usable) || prefix.contains("//") {
        let message = "http_server_config.path_prefix must be a path of letters, digits, '-', '_', '.' and '~', \
                       such as \"api/v1\"";
        return keys.refuse(&found.place, message);
    }
    Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty())
}

fn durability(keys: &mut Keys) -> Option<Durability> {
    let found = keys.text(["antler", "durability"])?;
    match found.value.as_str() {
        "fsync" => Some(Durability::Fsync),
        "os" => Some(Durability::Os),
        _ => keys.refuse(&found.place, "antler.durability must be \"fsync\" or \"os\""),
    }
}

/// As Kafka writes it, -1 is no limit.
fn retention(keys: &mut Keys) -> Retention {
    let default = Retention::default();
    let age = keys.limit(["redpanda_config", "retention_ms"]);
    Retention {
        age: age.map_or(default.age, |limit| limit.map(Duration::from_millis)),
        bytes: keys.limit(["antler", "retention_bytes"]).unwrap_or(default.bytes),
    }
}

fn old_versions(keys: &mut Keys) -> BTreeMap<Version, Pin> {
    let Some(table) = keys.table(OLD_VERSIONS) else { return BTreeMap::new() };
    let pin = |(name, item): (&str, &Item)| {
        let span = table.key(name).and_then(Key::span).unwrap_or(0..0);
        // Without quotes, the dot in 0.0 makes a table of a table.
        let Some(version) = name.parse::<Version>().ok().filter(|_| !item.is_table_like()) else {
            let message = format!(
                "`{name}` in {OLD_VERSIONS} is not a version in quotes: write \"0.0\" = \"<commit>\""
            );
            return keys.refuse(&Place::File(span), message);
        };
        let span = item.span().unwrap_or(span);
        match item.as_str().and_then(CommitPointer::new) {
            Some(commit) => Some((version, Pin { commit, span })),
            None => {
                let message = format!(
                    "the commit of version {version} must be its hexadecimal name, or the first digits of it \
                     (four or more); a branch or tag could move"
                );
                keys.refuse(&Place::File(span), message)
            }
        }
    };
    table.iter().filter_map(pin).collect()
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn read(text: &str, overrides: &[Override]) -> Result<Config, Vec<String>> {
        let file = SourceFile { path: "moose.config.toml".into(), text: text.into() };
        Config::read(&file, overrides)
            .map_err(|problems| problems.to_string().lines().map(str::to_owned).collect())
    }

    fn environment(name: &str, value: &str) -> Override {
        Override::from_environment(OsStr::new(name), OsStr::new(value)).unwrap()
    }

    #[test]
    fn an_empty_file_has_all_defaults() {
        let config = read("", &[]).unwrap();
        assert_eq!(
            config.http,
            Http { host: "localhost".into(), port: 4000, management_port: 5000, path_prefix: None }
        );
        assert_eq!(config.naming.database().as_str(), "local");
        assert_eq!(config.main_branch, "main");
        assert_eq!(config.durability, Durability::Fsync);
        assert_eq!(config.idempotency_window, Duration::from_secs(86_400));
        assert_eq!(config.retention, Retention { age: Some(Duration::from_secs(604_800)), bytes: None });
        assert_eq!((config.language, config.load_max_rate), (None, None));
        assert!(config.old_versions.is_empty());
    }

    #[test]
    fn the_file_of_a_moose_project_is_read() {
        let text = r#"
language = "Typescript"
[redpanda_config]
broker = "localhost:19092"
namespace = "team"
retention_ms = 30000
[clickhouse_config]
db_name = "events"
use_ssl = false
native_port = 9000
[http_server_config]
host = "0.0.0.0"
port = 8000
path_prefix = "/api/v1/"
proxy = { unknown = [1, 2] }
[git_config]
main_branch_name = "trunk"
[features]
streaming_engine = true
[supported_old_versions]
"0.0" = "AbCdEf1"
"0.10" = "0123456789012345678901234567890123456789"
[antler]
durability = "os"
idempotency_window_seconds = 60
retention_bytes = 1000000000
load_max_rate = 50000
"#;
        let config = read(text, &[]).unwrap();
        assert_eq!(config.language, Some(Language::Typescript));
        assert_eq!(config.naming, Naming::new("events", Some("team")).unwrap());
        assert_eq!(config.http.path_prefix.as_deref(), Some("api/v1"));
        assert_eq!((config.http.host.as_str(), config.http.port), ("0.0.0.0", 8000));
        assert_eq!(config.main_branch, "trunk");
        assert_eq!(config.durability, Durability::Os);
        assert_eq!(config.idempotency_window, Duration::from_secs(60));
        let retention = Retention { age: Some(Duration::from_secs(30)), bytes: Some(1_000_000_000) };
        assert_eq!(config.retention, retention);
        assert_eq!(config.load_max_rate, NonZeroU64::new(50_000));
        let versions: Vec<_> =
            config.old_versions.iter().map(|(v, pin)| (v.to_string(), pin.commit.as_str())).collect();
        assert_eq!(
            versions,
            [("0.0".to_owned(), "abcdef1"), ("0.10".to_owned(), "0123456789012345678901234567890123456789")]
        );
        let pin = &config.old_versions[&"0.0".parse().unwrap()];
        assert_eq!(&config.file.text[pin.span.clone()], "\"AbCdEf1\"");
    }

    #[test]
    fn a_flag_wins_over_a_variable_and_a_variable_over_the_file() {
        let text = "[http_server_config]\nport = 1\nhost = \"a\"\n";
        let variable = || environment("MOOSE_HTTP_SERVER_CONFIG__PORT", "2");
        assert_eq!(read(text, &[]).unwrap().http.port, 1);
        assert_eq!(read(text, &[variable()]).unwrap().http.port, 2);
        let flag = Override::new("--port", ["http_server_config", "port"], "3".to_owned());
        let config = read(text, &[variable(), flag]).unwrap();
        assert_eq!((config.http.port, config.http.host.as_str()), (3, "a"));
    }

    #[test]
    fn without_a_limit_topics_are_kept_for_ever() {
        let text = "[redpanda_config]\nretention_ms = -1\n[antler]\nretention_bytes = -1\n";
        assert_eq!(read(text, &[]).unwrap().retention, Retention { age: None, bytes: None });
        let variable = environment("MOOSE_REDPANDA_CONFIG__RETENTION_MS", "5");
        assert_eq!(read(text, &[variable]).unwrap().retention.age, Some(Duration::from_millis(5)));
        let wrong = "[redpanda_config]\nretention_ms = -2\n[antler]\nretention_bytes = \"1G\"\n";
        insta::assert_snapshot!(read(wrong, &[]).unwrap_err().join("\n"), @r#"
        moose.config.toml:2:16: redpanda_config.retention_ms must be a number from 0, or -1 for no limit
        moose.config.toml:4:19: antler.retention_bytes must be a number from 0, or -1 for no limit
        "#);
    }

    #[test]
    fn every_wrong_value_is_reported_where_it_was_written() {
        let text = concat!(
            "language = \"cobol\"\nclickhouse_config = 3\n",
            "[http_server_config]\nport = \"4000\"\npath_prefix = \"a b\"\n",
            "[supported_old_versions]\nnew = \"abcdef\"\n0.0 = \"abcdef\"\n\"0.1\" = \"main\"\n",
            "[antler]\nidempotency_window_seconds = 0\nload_max_rate = 0\n",
        );
        let wrong = [environment("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "99999")];
        insta::assert_snapshot!(read(text, &wrong).unwrap_err().join("\n"), @r#"
        moose.config.toml:1:12: language must be "typescript" or "python"
        moose.config.toml:2:21: clickhouse_config must be a table
        moose.config.toml:4:8: http_server_config.port must be a number from 0 to 65535
        http_server_config.management_port must be a number from 0 to 65535
        moose.config.toml:5:15: http_server_config.path_prefix must be a path of letters, digits, '-', '_', '.' and '~', such as "api/v1"
        moose.config.toml:7:1: `new` in supported_old_versions is not a version in quotes: write "0.0" = "<commit>"
        moose.config.toml:8:1: `0` in supported_old_versions is not a version in quotes: write "0.0" = "<commit>"
        moose.config.toml:9:9: the commit of version 0.1 must be its hexadecimal name, or the first digits of it (four or more); a branch or tag could move
        moose.config.toml:11:30: antler.idempotency_window_seconds must be a number of seconds, from 1 to 31536000 (a year)
        moose.config.toml:12:17: antler.load_max_rate must be a number of rows per second, from 1
        "#);
    }

    #[test]
    fn broken_toml_points_at_the_place() {
        insta::assert_snapshot!(read("[http_server_config\nport = 1\n", &[]).unwrap_err().join("\n"), @"moose.config.toml:1:20: moose.config.toml is not valid TOML");
    }

    #[test]
    fn passwords_are_in_no_message_and_no_debug_print() {
        let text = "[clickhouse_config]\npassword = \"grün s3cret\"\ndb_name = \"d\"\nuser = \"u\"\n";
        let config = read(text, &[environment("MOOSE_CLICKHOUSE_CONFIG__PASSWORD", "s3cret")]).unwrap();
        assert_eq!(config.file.text.len(), text.len());
        assert_eq!(config.naming.database().as_str(), "d");
        let variable = environment("MOOSE_CLICKHOUSE_CONFIG__PASSWORD", "s3cret");
        let printed = format!("{config:?} {variable:?}");
        assert!(!printed.contains("grün") && !printed.contains("s3cret"), "{printed}");
        let inline = "clickhouse_config = { user = \"u\", password = \"s3cret\" }\n";
        let printed = format!("{:?}", read(inline, &[]).unwrap());
        assert!(!printed.contains("s3cret"), "{printed}");
    }
}
