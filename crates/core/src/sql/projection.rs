//! A compiled migration: one SELECT over a source row.

use std::fmt::Write as _;

use super::{Expr, expr::SOURCE, ident, table};
use crate::names::{SqlIdent, TableName};

/// A name for an expression that is used more than once.
///
/// The database evaluates it once for each row; naming it keeps the text of composed migrations
/// from doubling at every step.
#[derive(Debug, Clone, PartialEq)]
pub struct Let {
    /// The name; unique among the lets, lambda parameters and columns of a projection.
    pub name: SqlIdent,
    /// Its value. It may use earlier lets.
    pub value: Expr,
}

/// A compiled migration, from the columns of one storage table to the columns of another.
///
/// It is total: it never throws in the database. Rows for which the language would have thrown
/// have a `failure` and go to the dead letters; rows for which it returned `null` are not kept.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Projection {
    /// Shared sub-expressions, in the order of use.
    pub lets: Vec<Let>,
    /// One expression for each column of the target, already of the column's type.
    pub columns: Vec<(SqlIdent, Expr)>,
    /// Whether the row is kept; `None` keeps every row. Not looked at when there is a failure.
    pub keep: Option<Expr>,
    /// A `Nullable(String)`: the reason why this row fails, or NULL. `None` never fails.
    pub failure: Option<Expr>,
}

impl Projection {
    /// The projection that copies the named columns.
    pub fn identity<'a>(columns: impl IntoIterator<Item = &'a SqlIdent>) -> Self {
        let columns = columns.into_iter().map(|name| (name.clone(), Expr::Column(name.clone()))).collect();
        Self { columns, ..Self::default() }
    }

    /// `SELECT` of the rows that succeed and are kept, with an extra condition.
    pub fn select(&self, source: &TableName, also: Option<&str>) -> String {
        let mut conditions = Vec::new();
        if let Some(failure) = &self.failure {
            conditions.push(format!("isNull({failure})"));
        }
        if let Some(keep) = &self.keep {
            conditions.push(keep.to_string());
        }
        self.print(&self.columns, source, conditions, also)
    }

    /// `SELECT` of the rows that fail, into the columns given, with an extra condition.
    /// `None` when no row can fail.
    pub fn select_failures(
        &self,
        columns: impl FnOnce(&Expr) -> Vec<(SqlIdent, Expr)>,
        source: &TableName,
        also: Option<&str>,
    ) -> Option<String> {
        let failure = self.failure.as_ref()?;
        Some(self.print(&columns(failure), source, vec![format!("isNotNull({failure})")], also))
    }

    fn print(
        &self,
        columns: &[(SqlIdent, Expr)],
        source: &TableName,
        mut conditions: Vec<String>,
        also: Option<&str>,
    ) -> String {
        let mut out = String::new();
        for (i, Let { name, value }) in self.lets.iter().enumerate() {
            out.push_str(if i == 0 { "WITH\n    " } else { ",\n    " });
            let _ = write!(out, "{value} AS {}", ident(name));
        }
        if !self.lets.is_empty() {
            out.push('\n');
        }
        out.push_str("SELECT");
        for (i, (name, value)) in columns.iter().enumerate() {
            out.push_str(if i == 0 { "\n    " } else { ",\n    " });
            let _ = write!(out, "{value} AS {}", ident(name));
        }
        let _ = write!(out, "\nFROM {} AS {SOURCE}", table(source));
        // The condition from outside narrows what is read, so it stands first.
        if let Some(also) = also {
            conditions.insert(0, also.to_owned());
        }
        for (i, condition) in conditions.iter().enumerate() {
            out.push_str(if i == 0 { "\nWHERE " } else { "\n  AND " });
            let _ =
                if conditions.len() > 1 { write!(out, "({condition})") } else { write!(out, "{condition}") };
        }
        out
    }
}
