//! A plan as people see it before it is applied: every step, what it takes, and what became of each
//! field of the models that changed.
//!
//! It is a function of the plan and of what is known of the machine. Nothing of it is needed to apply the
//! plan, but its id, which says whether a plan is the one that was shown.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::{Change, Edits, Plan, PlanId};
use crate::{
    compatibility::{Compatibility, FieldVerdict, compare, overall},
    deployment::{Deployed, Desired},
    load::{
        rate,
        speed::{Rate, Speed},
    },
    names::ModelVersion,
};

/// What is known of the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conditions {
    /// How fast loads have been.
    pub speed: Speed,
    /// The most rows in a second that loads may take.
    pub max_rate: Option<NonZeroU64>,
    /// Bytes that are free where the database keeps its tables.
    pub free_bytes: u64,
}

/// A plan before it is applied. Also the form of `antler plan --json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// Which plan it is.
    pub id: PlanId,
    /// What is done, in order.
    pub changes: Vec<Step>,
    /// The models whose schema differs from the one of the version before, in versions that the plan
    /// makes.
    pub models: Vec<ModelChange>,
    /// What all of it takes.
    pub total: Total,
}

/// A change, and what it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// The change.
    #[serde(flatten)]
    pub change: Change,
    /// The rows that it moves. `None` when no data moves.
    pub data: Option<Data>,
}

/// Rows that move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Data {
    /// How many there are now.
    pub rows: u64,
    /// What they weigh on disk now.
    pub bytes: u64,
    /// How long it will take, in milliseconds: an estimate.
    pub milliseconds: u64,
    /// What the disk will hold in addition, in bytes: an estimate, as much as is read.
    pub disk_bytes: u64,
}

/// What a plan takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Total {
    /// All the rows that move; those that are loaded into two versions count twice. `None` when no data
    /// moves.
    pub data: Option<Data>,
    /// How fast rows are loaded, one load after the other: what the estimates are made with.
    pub rate: Rate,
    /// Bytes that are free.
    pub free_bytes: u64,
    /// Whether they are enough.
    pub room: Room,
}

/// Whether the disk has room for what a plan loads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// It has.
    Enough,
    /// It likely has not.
    TooLittle,
}

/// A model of a new version beside the one of the version before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ModelChange {
    /// The version before.
    pub from: ModelVersion,
    /// The new version.
    pub to: ModelVersion,
    /// How the change weighs.
    pub compatibility: Compatibility,
    /// Each field.
    pub fields: Vec<FieldVerdict>,
}

impl Proposal {
    /// Shows a plan that leads from `before` to what is desired.
    pub fn of(
        plan: &Plan,
        desired: &Desired,
        edits: Edits,
        before: &Deployed,
        conditions: &Conditions,
    ) -> Self {
        let rate = conditions.speed.next(conditions.max_rate);
        let step = |change: &Change| Step { change: change.clone(), data: data(change, rate) };
        let changes: Vec<_> = plan.changes.iter().map(step).collect();
        let data = changes.iter().filter_map(|step| step.data).reduce(Data::and);
        let needed = data.map_or(0, |data| data.disk_bytes);
        let free_bytes = conditions.free_bytes;
        let room = if needed <= free_bytes { Room::Enough } else { Room::TooLittle };
        Self {
            id: PlanId::of(plan, desired, edits, before),
            models: plan.changes.iter().filter_map(|change| model_change(change, desired)).collect(),
            changes,
            total: Total { data, rate, free_bytes, room },
        }
    }
}

impl Data {
    fn and(self, other: Self) -> Self {
        Self {
            rows: self.rows.saturating_add(other.rows),
            bytes: self.bytes.saturating_add(other.bytes),
            milliseconds: self.milliseconds.saturating_add(other.milliseconds),
            disk_bytes: self.disk_bytes.saturating_add(other.disk_bytes),
        }
    }
}

/// What a change moves. The clone that a load reads is hard links, so it takes nothing.
fn data(change: &Change, rate: Rate) -> Option<Data> {
    let (Change::Load { rows, bytes, .. } | Change::Reload { rows, bytes, .. }) = change else { return None };
    let milliseconds = rate::left_ms(*rows, rate.rows_per_second.get()).unwrap_or(u64::MAX);
    Some(Data { rows: *rows, bytes: *bytes, milliseconds, disk_bytes: *bytes })
}

/// What became of the fields of a model that a change makes a table for.
fn model_change(change: &Change, desired: &Desired) -> Option<ModelChange> {
    let (Change::Create { node } | Change::Rebuild { node }) = change else { return None };
    let of_model = desired.nodes.iter().filter(|other| other.id.model == node.model);
    let before = of_model.clone().filter(|other| other.id.version < node.version);
    let before = before.max_by_key(|other| &other.id.version)?;
    let after = of_model.clone().find(|other| other.id == *node)?;
    let fields = compare(&before.model.fields, &after.model.fields);
    let compatibility = overall(&fields);
    Some(ModelChange { from: before.id.clone(), to: node.clone(), compatibility, fields })
}
