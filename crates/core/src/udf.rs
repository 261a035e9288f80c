//! Migrations that run in the runtime of their language, called by the database.
//!
//! A [`Function`] is everything that such a call needs: the code, and the fields before and after
//! it. Its name holds a hash of all that, so an edited migration is another function, and what was
//! deployed with the old one keeps its meaning. A statement calls it by name with the columns of a
//! row, and gets a tuple back: why the row fails, whether it is kept, and what it becomes.
//!
//! Here is what the database has to be told. Running the code is the task of `antler-udf`.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    names::SqlIdent,
    schema::{Absence, DataType, Field},
    sql::{column_type, object_type},
};

/// How many processes may run one function at a time. They are started when they are needed.
const PROCESSES: u32 = 16;
/// How long the database waits for the next bytes of an answer, in milliseconds. The process writes what
/// it has several times a second, and ends the call of a row long before.
const PATIENCE_MS: u32 = 30_000;
/// How long a process may take to end when it is told to, in seconds.
const END_S: u32 = 2;
/// How long a statement waits for one of the processes, in seconds.
const QUEUE_S: u32 = 600;

/// What the reasons of rows begin with that took more time or memory than a row may take. The same row may be
/// within its limits the next time.
pub const OVER_THE_LIMIT: [&str; 2] = ["the migration took longer than", "the migration needed more than"];

/// A migration that the database calls. A stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// What it is called after: the migration.
    pub migration: SqlIdent,
    /// The fields of the source, in the order of the arguments.
    pub source: Vec<Field>,
    /// The fields of the target.
    pub target: Vec<Field>,
    /// JavaScript: the body of a function that returns the function to run. Python: a
    /// [`Program`](crate::python::Program).
    pub code: String,
    /// What runs the code.
    #[serde(default, skip_serializing_if = "Runtime::is_java_script")]
    pub runtime: Runtime,
}

/// What runs the code of a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Runtime {
    /// The engine that is a part of Antler.
    #[default]
    #[serde(rename = "javascript")]
    JavaScript,
    /// An interpreter on the machine of the database.
    #[serde(rename = "python")]
    Python,
}

impl Runtime {
    // Of functions that were stored before there was another one.
    fn is_java_script(&self) -> bool {
        *self == Self::JavaScript
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JavaScript => "JavaScript",
            Self::Python => "Python",
        })
    }
}

impl Function {
    /// Its name in statements: that of the migration, and the beginning of a hash of the rest.
    pub fn name(&self) -> SqlIdent {
        let mut hash = Sha256::new();
        for part in [object_type(&self.source), object_type(&self.target), self.code.clone()] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        // A field that may be absent is `null` or `undefined` in the code, but one type in the database.
        for field in self.source.iter().chain(&self.target) {
            hash.update([field.absence as u8]);
        }
        match self.runtime {
            Runtime::JavaScript => {}
            Runtime::Python => hash.update("python"),
        }
        let mut name = format!("{}_", self.migration);
        for byte in hash.finalize().iter().take(6) {
            let _ = write!(name, "{byte:02x}");
        }
        name.parse().unwrap_or_else(|_| self.migration.clone())
    }

    /// What a call returns, as the fields of a tuple.
    pub fn result(&self) -> Vec<Field> {
        let field = |name, data_type, absence| Field { name, data_type, absence, key: false };
        vec![
            field(failure(), DataType::String, Absence::Null),
            field(keep(), DataType::Boolean, Absence::Never),
            field(row(), DataType::Object(self.target.clone()), Absence::Never),
        ]
    }

    /// The declaration of the function, as a file of the database's configuration. `runner` is the name of
    /// the program that runs it, in the folder of such programs.
    ///
    /// See <https://clickhouse.com/docs/sql-reference/functions/udf#executable-user-defined-functions>.
    pub fn declaration(&self, runner: &str) -> String {
        let mut arguments = String::new();
        for field in &self.source {
            let (name, data_type) = (escaped(field.name.as_str()), escaped(&column_type(field)));
            let _ = write!(
                arguments,
                "    <argument>\n      <name>{name}</name>\n      <type>{data_type}</type>\n    </argument>\n"
            );
        }
        let name = self.name();
        let result = escaped(&object_type(&self.result()));
        format!(
            "<functions>\n  <function>\n    \
             <type>executable_pool</type>\n    \
             <name>{name}</name>\n    \
             <command>{runner} udf {name}</command>\n    \
             <format>RowBinary</format>\n    \
             <send_chunk_header>true</send_chunk_header>\n    \
             <deterministic>true</deterministic>\n    \
             <pool_size>{PROCESSES}</pool_size>\n    \
             <max_command_execution_time>{QUEUE_S}</max_command_execution_time>\n    \
             <command_read_timeout>{PATIENCE_MS}</command_read_timeout>\n    \
             <command_write_timeout>{PATIENCE_MS}</command_write_timeout>\n    \
             <command_termination_timeout>{END_S}</command_termination_timeout>\n    \
             <return_type>{result}</return_type>\n\
             {arguments}  \
             </function>\n</functions>\n"
        )
    }
}

/// The field of a result that says why the row fails.
pub fn failure() -> SqlIdent {
    SqlIdent::known("failure")
}

/// The field of a result that says whether the row is kept.
pub fn keep() -> SqlIdent {
    SqlIdent::known("keep")
}

/// The field of a result that holds what the row becomes.
pub fn row() -> SqlIdent {
    SqlIdent::known("row")
}

/// A text in XML. White space is written out, because the reader of the configuration trims it.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' | '\n' | '\t' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, data_type: DataType, absence: Absence) -> Field {
        Field { name: name.parse().unwrap(), data_type, absence, key: false }
    }

    fn function() -> Function {
        Function {
            migration: "Flight_migrate__0_0__0_1".parse().unwrap(),
            source: vec![
                field("carrier", DataType::String, Absence::Never),
                field("tags", DataType::StringEnum(["a<b".into(), "c&d".into()].into()), Absence::Undefined),
            ],
            target: vec![field("delay", DataType::Number, Absence::Null)],
            code: "return (row) => null;".to_owned(),
            runtime: Runtime::JavaScript,
        }
    }

    #[test]
    fn the_database_is_told_types_processes_and_limits() {
        insta::assert_snapshot!(function().declaration("antler"));
    }

    #[test]
    fn whatever_changes_what_a_call_means_changes_the_name() {
        let name = |change: fn(&mut Function)| {
            let mut function = function();
            change(&mut function);
            function.name().to_string()
        };
        let unchanged = name(|_| {});
        assert!(unchanged.starts_with("Flight_migrate__0_0__0_1_"), "{unchanged}");
        let changed = [
            name(|function| function.code.push(' ')),
            name(|function| function.source[0].data_type = DataType::Number),
            name(|function| function.source[1].absence = Absence::Null),
            name(|function| function.target[0].data_type = DataType::BigInt),
            name(|function| function.runtime = Runtime::Python),
        ];
        assert!(changed.iter().all(|name| *name != unchanged));
    }
}
