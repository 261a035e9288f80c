//! A compiled migration: one SELECT over a source row.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::{Deserialize, Serialize};

use super::{Expr, expr::SOURCE, ident, table};
use crate::{
    coordinates,
    names::{SqlIdent, TableName},
    udf,
};

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
    /// The migrations that it calls: those that run in their language.
    pub functions: Vec<udf::Function>,
}

impl Projection {
    /// The projection that copies the named columns.
    pub fn identity<'a>(columns: impl IntoIterator<Item = &'a SqlIdent>) -> Self {
        let columns = columns.into_iter().map(|name| (name.clone(), Expr::Column(name.clone()))).collect();
        Self { columns, ..Self::default() }
    }

    /// `SELECT` of the rows that succeed and are kept.
    pub fn rows(&self) -> Select {
        let conditions = self.succeeds().into_iter().chain(self.keep.as_ref().map(ToString::to_string));
        self.print(&self.columns, conditions.collect())
    }

    /// `SELECT` of the rows that fail, into columns made from the reason. `None` when no row can
    /// fail.
    pub fn failures(&self, columns: impl FnOnce(&Expr) -> Vec<(SqlIdent, Expr)>) -> Option<Select> {
        let failure = self.failure.as_ref()?;
        Some(self.print(&columns(failure), vec![format!("isNotNull({failure})")]))
    }

    /// `SELECT` of the rows that succeed and are not kept, into the given columns. `None` when
    /// every row is kept.
    pub fn filtered(&self, columns: &[(SqlIdent, Expr)]) -> Option<Select> {
        let dropped = Expr::call("not", [self.keep.clone()?]).to_string();
        Some(self.print(columns, self.succeeds().into_iter().chain([dropped]).collect()))
    }

    fn succeeds(&self) -> Option<String> {
        self.failure.as_ref().map(|failure| format!("isNull({failure})"))
    }

    fn print(&self, columns: &[(SqlIdent, Expr)], conditions: Vec<String>) -> Select {
        let mut select = Printed::default();
        let steps = self.steps();
        for (i, lets) in steps.iter().enumerate() {
            let step = format!("step_{}", i + 1);
            let opening = if i == 0 { "WITH " } else { ",\n" };
            select.add(&format!("{opening}{step} AS (\n    SELECT\n        {SOURCE}.*"));
            if i == 0 {
                // Not among `*`, and from here on a column like any other.
                for hidden in coordinates::among(columns) {
                    select.add(&format!(",\n        {SOURCE}.{hidden} AS {hidden}"));
                }
            }
            for Let { name, value } in lets {
                select.add(&format!(",\n        {} AS {}", value.wrapped(8), ident(name)));
            }
            select.from(i, "\n    ");
            select.add("\n)");
        }
        select.add(if steps.is_empty() { "SELECT" } else { "\nSELECT" });
        for (i, (name, value)) in columns.iter().enumerate() {
            select.add(if i == 0 { "\n    " } else { ",\n    " });
            select.add(&format!("{} AS {}", value.wrapped(4), ident(name)));
        }
        select.from(steps.len(), "\n");
        if steps.is_empty() {
            return select.end(conditions);
        }
        select.add(&filter("\n", &conditions));
        select.end(Vec::new())
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

/// A `SELECT` over a table that is named later, with room for one more condition. A stored form.
///
/// This is how a route is kept: its view, its initial load and a replay read different tables, and
/// none of them depends on the migration file, which may have been edited since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// The text before the table.
    before: String,
    /// Conditions at the same place as the one from outside.
    conditions: Vec<String>,
    /// The text behind them; empty where the table stands in the last step.
    after: String,
}

impl Select {
    /// The statement over a table.
    pub fn over(&self, source: &TableName) -> String {
        self.print(source, &self.conditions)
    }

    /// The statement over those rows of a table for which the conditions hold. Each of them has to
    /// be one that `AND` does not take apart.
    pub fn over_where(&self, source: &TableName, conditions: &[String]) -> String {
        let all: Vec<_> = conditions.iter().chain(&self.conditions).cloned().collect();
        self.print(source, &all)
    }

    fn print(&self, source: &TableName, conditions: &[String]) -> String {
        let Self { before, after, .. } = self;
        let margin = if after.is_empty() { "\n" } else { "\n    " };
        format!("{before}{} AS {SOURCE}{}{after}", table(source), filter(margin, conditions))
    }
}

/// `WHERE` with all conditions, each on a line of its own.
fn filter(margin: &str, conditions: &[String]) -> String {
    let mut out = String::new();
    for (i, condition) in conditions.iter().enumerate() {
        out.push_str(margin);
        out.push_str(if i == 0 { "WHERE " } else { "  AND " });
        if conditions.len() > 1 {
            let _ = write!(out, "({condition})");
        } else {
            out.push_str(condition);
        }
    }
    out
}

/// A `SELECT` while it is written.
#[derive(Default)]
struct Printed {
    before: String,
    /// What stands behind the table, once its place was passed.
    after: Option<String>,
}

impl Printed {
    fn add(&mut self, text: &str) {
        self.after.as_mut().unwrap_or(&mut self.before).push_str(text);
    }

    /// `FROM` the table, after no step, or from the last of so many steps.
    fn from(&mut self, steps: usize, margin: &str) {
        self.add(&format!("{margin}FROM "));
        if steps == 0 {
            self.after = Some(String::new());
        } else {
            self.add(&format!("step_{steps} AS {SOURCE}"));
        }
    }

    fn end(self, conditions: Vec<String>) -> Select {
        Select { before: self.before, conditions, after: self.after.unwrap_or_default() }
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
            functions: Vec::new(),
        };
        let source = TableName { database: "local".parse().unwrap(), table: "T_0_0".parse().unwrap() };
        insta::assert_snapshot!(projection.rows().over_where(&source, &["_part = 'x'".to_owned()]), @"
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
