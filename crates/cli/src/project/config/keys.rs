//! Looking up the keys of the configuration, and collecting what is wrong with them.
//!
//! A key is looked up in the overrides first, the strongest last in their list, and then in the
//! file. Only keys that are asked for are looked at.

use std::{ffi::OsStr, fmt, num::NonZeroU64, ops::Range, sync::Arc, time::Duration};

use antler_core::diagnostic::{Code, Diagnostic, SourceFile};
use toml_edit::{Table, TableLike, Value};

/// The longest time that can be asked for: a year.
const MOST_SECONDS: u64 = 31_536_000;

/// A value that stands above the one in the file.
pub struct Override {
    /// The flag or environment variable that it comes from.
    pub origin: String,
    path: Vec<String>,
    /// `None`: it is not UTF-8.
    value: Option<String>,
}

impl Override {
    /// A value for the key at that path.
    pub fn new<const N: usize>(origin: &str, path: [&str; N], value: String) -> Self {
        Self { origin: origin.to_owned(), path: path.map(str::to_owned).to_vec(), value: Some(value) }
    }

    /// `MOOSE_A__B` is the key `b` in the table `a`; other variables are not for us.
    pub fn from_environment(name: &OsStr, value: &OsStr) -> Option<Self> {
        let name = name.to_str()?;
        let path = name.strip_prefix("MOOSE_")?;
        Some(Self {
            origin: name.to_owned(),
            path: path.split("__").map(str::to_lowercase).collect(),
            value: value.to_str().map(str::to_owned),
        })
    }
}

impl fmt::Debug for Override {
    /// Leaves the value out: it may be a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Override")
            .field("origin", &self.origin)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// The path of a key: its name, or its table and name.
pub type Path<const N: usize> = [&'static str; N];

/// A value, and where it stands.
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub place: Place,
}

/// Where a value stands.
pub enum Place {
    /// In the file.
    File(Range<usize>),
    /// In a flag or environment variable of that name.
    Override(String),
}

/// The keys of a configuration.
pub struct Keys<'a> {
    root: &'a Table,
    /// What messages show of the file.
    shown: &'a Arc<SourceFile>,
    overrides: &'a [Override],
    problems: Vec<Diagnostic>,
}

impl<'a> Keys<'a> {
    /// The keys of a parsed file and of what stands above it.
    pub fn new(root: &'a Table, shown: &'a Arc<SourceFile>, overrides: &'a [Override]) -> Self {
        Self { root, shown, overrides, problems: Vec::new() }
    }

    /// A text.
    pub fn text<const N: usize>(&mut self, path: Path<N>) -> Option<Found<String>> {
        let from_toml = |value: &Value| value.as_str().map(str::to_owned);
        self.find(path, "text", |text| Some(text.to_owned()), from_toml)
    }

    /// The number of a port.
    pub fn port<const N: usize>(&mut self, path: Path<N>) -> Option<u16> {
        let from_toml = |value: &Value| value.as_integer().and_then(|port| u16::try_from(port).ok());
        self.find(path, "a number from 0 to 65535", |text| text.trim().parse().ok(), from_toml)
            .map(|found| found.value)
    }

    /// A length of time.
    pub fn seconds<const N: usize>(&mut self, path: Path<N>) -> Option<Duration> {
        let within = |seconds: &u64| (1..=MOST_SECONDS).contains(seconds);
        let from_toml = |value: &Value| u64::try_from(value.as_integer()?).ok().filter(within);
        let from_text = |text: &str| text.trim().parse().ok().filter(within);
        self.find(path, "a number of seconds, from 1 to 31536000 (a year)", from_text, from_toml)
            .map(|found| Duration::from_secs(found.value))
    }

    /// A number, or -1 for no limit.
    pub fn limit<const N: usize>(&mut self, path: Path<N>) -> Option<Option<u64>> {
        let limit = |number: i64| match number {
            -1 => Some(None),
            number => u64::try_from(number).ok().map(Some),
        };
        let from_toml = |value: &Value| value.as_integer().and_then(limit);
        let from_text = |text: &str| text.trim().parse().ok().and_then(limit);
        self.find(path, "a number from 0, or -1 for no limit", from_text, from_toml).map(|found| found.value)
    }

    /// How many each second, at least one.
    pub fn rate<const N: usize>(&mut self, path: Path<N>) -> Option<NonZeroU64> {
        let from_toml = |value: &Value| u64::try_from(value.as_integer()?).ok().and_then(NonZeroU64::new);
        self.find(path, "a number of rows per second, from 1", |text| text.trim().parse().ok(), from_toml)
            .map(|found| found.value)
    }

    /// A table of the file.
    pub fn table(&mut self, name: &str) -> Option<&'a dyn TableLike> {
        let item = self.root.get(name)?;
        if !item.is_table_like() {
            let message = format!("{name} must be a table");
            // Several keys are looked up in one table; one message is enough.
            if !self.problems.iter().any(|problem| problem.message == message) {
                return self.refuse(&Place::File(item.span().unwrap_or(0..0)), message);
            }
        }
        item.as_table_like()
    }

    /// Notes that what stands in a place is wrong. There is no value then.
    pub fn refuse<T>(&mut self, place: &Place, message: impl Into<String>) -> Option<T> {
        let problem = Diagnostic::error(Code::Config, message);
        self.problems.push(match place {
            Place::File(span) => problem.with_label(self.shown, span.clone(), "not this"),
            Place::Override(origin) => problem.with_help(format!("the value comes from {origin}")),
        });
        None
    }

    /// Everything that was wrong.
    pub fn into_problems(self) -> Vec<Diagnostic> {
        self.problems
    }

    fn find<T, const N: usize>(
        &mut self,
        path: Path<N>,
        expected: &str,
        from_text: impl Fn(&str) -> Option<T>,
        from_toml: impl Fn(&Value) -> Option<T>,
    ) -> Option<Found<T>> {
        let (value, place) = match self.overrides.iter().rev().find(|over| over.path == path) {
            Some(over) => (over.value.as_deref().and_then(from_text), Place::Override(over.origin.clone())),
            None => {
                let item = match path.split_last()? {
                    (key, []) => self.root.get(key)?,
                    (key, [table, ..]) => self.table(table)?.get(key)?,
                };
                (item.as_value().and_then(from_toml), Place::File(item.span().unwrap_or(0..0)))
            }
        };
        match value {
            Some(value) => Some(Found { value, place }),
            None => self.refuse(&place, format!("{} must be {expected}", path.join("."))),
        }
    }
}
