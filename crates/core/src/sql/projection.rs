//! A compiled migration: one SELECT over a source row.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

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

    /// `SELECT` of the rows that succeed and are kept.
    pub fn select(&self, source: &TableName) -> String {
        self.print(&self.columns, source, &self.kept(), Room::None).join()
    }

    /// `SELECT` of the rows that succeed and are kept, with room for one more condition.
    pub fn select_where(&self, source: &TableName) -> Filtered {
        self.print(&self.columns, source, &self.kept(), Room::ForCondition)
    }

    /// `SELECT` of the rows that fail, into columns made from the reason. `None` when no row
    /// can fail.
    pub fn failures(&self, columns: impl FnOnce(&Expr) -> Vec<(SqlIdent, Expr)>) -> Option<Failures<'_>> {
        let failure = self.failure.as_ref()?;
        Some(Failures {
            projection: self,
            columns: columns(failure),
            condition: format!("isNotNull({failure})"),
        })
    }

    fn kept(&self) -> Vec<String> {
        let succeeds = self.failure.as_ref().map(|failure| format!("isNull({failure})"));
        succeeds.into_iter().chain(self.keep.as_ref().map(ToString::to_string)).collect()
    }

    fn print(
        &self,
        columns: &[(SqlIdent, Expr)],
        source: &TableName,
        conditions: &[String],
        room: Room,
    ) -> Filtered {
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
        let mut rest = String::new();
        for (i, condition) in conditions.iter().enumerate() {
            rest.push_str(if i == 0 && room == Room::None { "\nWHERE " } else { "\n  AND " });
            let _ = if conditions.len() > 1 || room == Room::ForCondition {
                write!(rest, "({condition})")
            } else {
                write!(rest, "{condition}")
            };
        }
        // The condition from outside narrows what is read, so it stands first.
        if room == Room::ForCondition {
            out.push_str("\nWHERE ");
        }
        Filtered { before: out, after: rest }
    }
}

/// Whether a printed `SELECT` leaves room for a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    None,
    ForCondition,
}

/// The `SELECT` of failing rows; see [`Projection::failures`].
#[derive(Debug, Clone, PartialEq)]
pub struct Failures<'a> {
    projection: &'a Projection,
    columns: Vec<(SqlIdent, Expr)>,
    condition: String,
}

impl Failures<'_> {
    /// The columns that it selects, in order.
    pub fn columns(&self) -> impl Iterator<Item = &SqlIdent> {
        self.columns.iter().map(|(name, _)| name)
    }

    /// The `SELECT`.
    pub fn select(&self, source: &TableName) -> String {
        self.print(source, Room::None).join()
    }

    /// The `SELECT`, with room for one more condition.
    pub fn select_where(&self, source: &TableName) -> Filtered {
        self.print(source, Room::ForCondition)
    }

    fn print(&self, source: &TableName, room: Room) -> Filtered {
        self.projection.print(&self.columns, source, std::slice::from_ref(&self.condition), room)
    }
}

/// A `SELECT` with room for a condition: the text before and after it.
///
/// This is how a load keeps its statement over restarts, independent of the migration file that
/// it was compiled from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filtered {
    before: String,
    after: String,
}

impl Filtered {
    /// The statement with the condition in its place. The condition has to be an `AND` chain of
    /// comparisons, or a single one.
    pub fn with(&self, condition: &str) -> String {
        format!("{}{condition}{}", self.before, self.after)
    }

    fn join(self) -> String {
        self.before + &self.after
    }
}
