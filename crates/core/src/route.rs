//! Where the rows of a route go: each event has one fate in each version that it can reach.
//!
//! | fate     | what the migration did                 | where the row goes            |
//! |----------|----------------------------------------|-------------------------------|
//! | stored   | it returned a record                   | the target's storage table    |
//! | failed   | it threw, or the record does not fit   | `<Model>_dead_letters`        |
//! | filtered | it returned nothing                    | `<Model>_filtered`, as its coordinates |
//!
//! Dead letters and filtered events are in the tables of the target's model, wherever they came from.
//!
//! An [`Outlet`] is the `SELECT` for one fate and the table behind it. The same outlets make the
//! views of the star (over the landing table), the initial load (over a clone) and whatever brings
//! single rows through later (over the staging table), so that a row means the same on every way.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    coordinates, dead_letter,
    deployment::Hop,
    names::{ModelName, ModelVersion, Naming, SqlIdent, TableName},
    schema::Model,
    sql::{Expr, Projection, Select},
};

/// What becomes of a row on its way to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is in the storage table.
    Stored,
    /// It is a dead letter.
    Failed,
    /// The migration left it out.
    Filtered,
}

/// Where the rows of one fate go. A stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    /// The fate.
    pub fate: Fate,
    /// The table.
    pub table: TableName,
    /// Its columns, in the order of the select.
    pub columns: Vec<SqlIdent>,
    /// The rows, over a source that is named when they are brought there.
    pub select: Select,
}

/// The columns of the table of filtered events, with their types.
pub const FILTERED_COLUMNS: [(&str, &str); 3] =
    [("target", "LowCardinality(String)"), ("topic", "LowCardinality(String)"), ("topic_offset", "UInt64")];

/// The outlets of a route, one for each fate that its rows can have.
pub fn outlets(naming: &Naming, hop: &Hop, source: &Model, projection: &Projection) -> Vec<Outlet> {
    let rows = Projection {
        columns: projection.columns.iter().cloned().chain(coordinates::carried()).collect(),
        ..projection.clone()
    };
    let stored = Outlet {
        fate: Fate::Stored,
        table: naming.storage(&hop.to),
        columns: names(&rows.columns),
        select: rows.rows(),
    };
    let failed =
        projection.failures(|reason| dead_letter::of_row(&hop.from, &hop.to, source, reason)).map(|select| {
            Outlet {
                fate: Fate::Failed,
                table: naming.dead_letters(&hop.to.model),
                columns: dead_letter::columns().collect(),
                select,
            }
        });
    let filtered_columns = filtered_columns(&hop.to);
    let filtered = projection.filtered(&filtered_columns).map(|select| Outlet {
        fate: Fate::Filtered,
        table: naming.filtered(&hop.to.model),
        columns: names(&filtered_columns),
        select,
    });
    [Some(stored), failed, filtered].into_iter().flatten().collect()
}

/// The way from a landing table to the storage table of its own node: every row as it is.
pub fn own(naming: &Naming, node: &ModelVersion, model: &Model) -> Vec<Outlet> {
    let hop = Hop { from: node.clone(), to: node.clone() };
    outlets(naming, &hop, model, &Projection::identity(model.fields.iter().map(|field| &field.name)))
}

impl Outlet {
    /// The view that brings rows of a hop there.
    pub fn view(&self, naming: &Naming, hop: &Hop) -> TableName {
        match self.fate {
            Fate::Stored => naming.route(&hop.from, &hop.to),
            Fate::Failed => naming.route_failures(&hop.from, &hop.to),
            Fate::Filtered => naming.route_filtered(&hop.from, &hop.to),
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stored => "stored",
            Self::Failed => "failed",
            Self::Filtered => "filtered",
        })
    }
}

/// Whether a model may have a field of this name.
pub fn is_reserved(field: &str) -> bool {
    // Loads choose rows by the two columns that MergeTree gives every table.
    field.starts_with(coordinates::RESERVED_PREFIX) || matches!(field, "_part" | "_part_offset")
}

/// Whether a field of a nested object cannot have this name, because the database uses it for a part of
/// every value that may be absent.
pub fn is_reserved_inside(field: &str) -> bool {
    field == "null"
}

/// The tables of events that did not reach a model: its dead letters, and those that were filtered.
pub fn side_tables(naming: &Naming, model: &ModelName) -> [TableName; 2] {
    [naming.dead_letters(model), naming.filtered(model)]
}

fn filtered_columns(target: &ModelVersion) -> Vec<(SqlIdent, Expr)> {
    let values = [Expr::string(target.to_string()), coordinates::topic(), coordinates::offset()];
    FILTERED_COLUMNS.into_iter().map(|(name, _)| SqlIdent::known(name)).zip(values).collect()
}

fn names(columns: &[(SqlIdent, Expr)]) -> Vec<SqlIdent> {
    columns.iter().map(|(name, _)| name.clone()).collect()
}
