//! A compiled migration: one SELECT over a source row.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::{Deserialize, Serialize};

use super::{Expr, expr::SOURCE, ident, table};
use crate::names::{SqlIdent, TableName};

/// A name for an expression that is used more than once.
///
/// It is computed in a step of its own before the projection, and is a column of the row from then
/// on, so it is referred to as [`Expr::Column`]. (An alias in a `WITH` list would be copied to
/// every place of use while the statement is analysed, and chains of them grow exponentially.)
#[derive(Debug, Clone, PartialEq)]
pub struct Let {
    /// The name; unique among the lets, lambda parameters and columns of the source.
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
        let mut before = String::new();
        // What stands behind the place of the condition from outside, once that place was passed.
        let mut after: Option<String> = None;
        let mut from = table(source);
        let steps = self.steps();
        for (i, lets) in steps.iter().enumerate() {
            let step = format!("step_{}", i + 1);
            let out = after.as_mut().unwrap_or(&mut before);
            let opening = if i == 0 { "WITH " } else { ",\n" };
            let _ = write!(out, "{opening}{step} AS (\n    SELECT\n        {SOURCE}.*");
            for Let { name, value } in lets {
                let _ = write!(out, ",\n        {} AS {}", value.wrapped(8), ident(name));
            }
            let _ = write!(out, "\n    FROM {from} AS {SOURCE}");
            // The condition from outside narrows what is read, so it stands where the table is.
            if i == 0 && room == Room::ForCondition {
                out.push_str("\n    WHERE ");
                after = Some(String::new());
            }
            after.as_mut().unwrap_or(&mut before).push_str("\n)");
            from = step;
        }
        let out = after.as_mut().unwrap_or(&mut before);
        out.push_str(if steps.is_empty() { "SELECT" } else { "\nSELECT" });
        for (i, (name, value)) in columns.iter().enumerate() {
            out.push_str(if i == 0 { "\n    " } else { ",\n    " });
            let _ = write!(out, "{} AS {}", value.wrapped(4), ident(name));
        }
        let _ = write!(out, "\nFROM {from} AS {SOURCE}");
        let here = room == Room::ForCondition && steps.is_empty();
        if here {
            out.push_str("\nWHERE ");
            after = Some(String::new());
        }
        let out = after.as_mut().unwrap_or(&mut before);
        for (i, condition) in conditions.iter().enumerate() {
            out.push_str(if i == 0 && !here { "\nWHERE " } else { "\n  AND " });
            let _ = if conditions.len() > 1 || here {
                write!(out, "({condition})")
            } else {
                write!(out, "{condition}")
            };
        }
        Filtered { before, after: after.unwrap_or_default() }
    }

    /// The lets in steps: each uses only those of earlier steps.
    fn steps(&self) -> Vec<Vec<&Let>> {
        let mut step_of: BTreeMap<&SqlIdent, usize> = BTreeMap::new();
        let mut steps: Vec<Vec<&Let>> = Vec::new();
        for named in &self.lets {
            let mut step = 0;
            named.value.for_each_column(&mut |column| {
                step = step.max(step_of.get(column).map_or(0, |earlier| earlier + 1));
            });
            step_of.insert(&named.name, step);
            if steps.len() <= step {
                steps.resize_with(step + 1, Vec::new);
            }
            if let Some(lets) = steps.get_mut(step) {
                lets.push(named);
            }
        }
        steps
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::BinaryOp;

    fn column(name: &str) -> Expr {
        Expr::Column(name.parse().unwrap())
    }

    fn named(name: &str, value: Expr) -> Let {
        Let { name: name.parse().unwrap(), value }
    }

    #[test]
    fn each_step_uses_the_names_of_earlier_ones() {
        let twice = |name| Expr::binary(BinaryOp::Plus, column(name), column(name));
        let projection = Projection {
            lets: vec![named("b", twice("a")), named("c", twice("b")), named("d", twice("a"))],
            columns: vec![("x".parse().unwrap(), Expr::binary(BinaryOp::Times, column("c"), column("d")))],
            keep: Some(Expr::binary(BinaryOp::Less, column("d"), column("a"))),
            failure: None,
        };
        let source = TableName { database: "local".parse().unwrap(), table: "T_0_0".parse().unwrap() };
        insta::assert_snapshot!(projection.select_where(&source).with("_part = 'x'"), @"
        WITH step_1 AS (
            SELECT
                event.*,
                event.a + event.a AS b,
                event.a + event.a AS d
            FROM local.T_0_0 AS event
            WHERE _part = 'x'
        ),
        step_2 AS (
            SELECT
                event.*,
                event.b + event.b AS c
            FROM step_1 AS event
        )
        SELECT
            event.c * event.d AS x
        FROM step_2 AS event
        WHERE event.d < event.a
        ");
    }
}
