//! A table that is made anew beside the one that is read, and takes its place at once.
//!
//! ```text
//!   cut ──▶ load: the edited migration over the sources' clones ──▶ beside
//!           then, from the table that is read: every event that beside lacks
//!           hold ──▶ what has come meanwhile ──▶ EXCHANGE TABLES ──▶ release
//! ```
//!
//! From the cut on, new rows are of the edited migration in the table that is read; so are those of the
//! load. All others are kept as they are: events of the target's own endpoint, of retired versions, of
//! migrations that were not edited, and those that the source itself lacks. Which those are needs no
//! bookkeeping: an event that has a fate beside is not kept again. Dead letters and filtered events are
//! gathered beside in the same way, and take the place of the others after the exchange.
//!
//! A table tells by its comment whether it is the new one, so the exchange happens once, wherever the
//! process dies.

use serde::{Deserialize, Serialize};

use crate::{
    names::{ModelVersion, Naming, TableName},
    route::{self, Fate, Outlet},
    schema::Model,
    sql::statement::{self, Known, Sync},
};

/// Where a load gathers the rows of its target. A stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// The comment of the new table: no other reload has the same.
    pub mark: String,
    /// The table that is read, and the dead letters and filtered events of its model.
    pub read: Tables,
    /// The ones that take their places.
    pub new: Tables,
    /// Brings a row of the table that is read to the new one as it is.
    pub kept: Outlet,
}

/// A storage table and its side tables. A stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// The rows.
    pub storage: TableName,
    /// The dead letters.
    pub dead_letters: TableName,
    /// The filtered events.
    pub filtered: TableName,
}

impl Tables {
    /// The events that have a fate there on the way to a node.
    pub fn known(&self, target: &ModelVersion) -> Known {
        Known::in_tables(target, self)
    }
}

impl Beside {
    /// Of a node. `mark` is like no other one's.
    pub fn of(naming: &Naming, target: &ModelVersion, model: &Model, mark: String) -> Option<Self> {
        let [dead_letters, filtered] = route::side_tables(naming, &target.model);
        let read = Tables { storage: naming.storage(target), dead_letters, filtered };
        let [storage, dead_letters, filtered] = naming.beside(target);
        let new = Tables { storage, dead_letters, filtered };
        let own = route::own(naming, target, model).into_iter();
        let kept = own.map(|outlet| new.instead_of(outlet)).find(|outlet| outlet.fate == Fate::Stored)?;
        Some(Self { mark, read, new, kept })
    }

    /// Makes the new tables.
    pub fn make(&self, model: &Model, sync: Sync) -> [String; 3] {
        [
            statement::create_marked_storage(&self.new.storage, model, sync, &self.mark),
            statement::create_dead_letters(&self.new.dead_letters, sync),
            statement::create_filtered(&self.new.filtered, sync),
        ]
    }

    /// Drops them; after the exchange, that is what was read before.
    pub fn drop(&self) -> [String; 3] {
        let Tables { storage, dead_letters, filtered } = &self.new;
        [storage, dead_letters, filtered].map(statement::drop_table)
    }
}

impl Tables {
    /// The same outlet, into these tables.
    #[must_use]
    pub fn instead_of(&self, outlet: Outlet) -> Outlet {
        let table = match outlet.fate {
            Fate::Stored => self.storage.clone(),
            Fate::Failed => self.dead_letters.clone(),
            Fate::Filtered => self.filtered.clone(),
        };
        Outlet { table, ..outlet }
    }
}
