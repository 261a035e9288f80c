//! Applying a plan: every step can be repeated, and a restart goes on where the last one died.
//!
//! ```text
//!            set_applying        hold, set_applying            finish_applying
//!   (none) ──────────────▶ Prepare ──────────────▶ Cut ─────────────────────▶ (none)
//!                          tables nobody           drop, clone, views         deployed, loads
//!                          writes to yet
//! ```
//!
//! While a plan is in its cut, no sink concerned has a pending batch and none starts one, over
//! restarts too: sinks are started after the plan is finished. So clones made in a second
//! attempt hold the same rows as in the first.

use std::collections::BTreeSet;

use antler_core::{
    deployment::{Deployed, DeployedNode},
    load::{Carry, Load, Part},
    names::TopicName,
    plan::{Applying, Cut, Make, Plan, Stage},
};
use antler_store::{
    tables::{self, Session},
    topics::Topics,
};
use serde::Deserialize;

use crate::{
    ServerError,
    fail_point::{FailPoint, reach},
    state::State,
};

/// Makes the tables and topics that nobody writes to yet.
pub(crate) fn prepare(
    plan: &Plan,
    topics: &dyn Topics,
    session: &mut dyn Session,
) -> Result<(), ServerError> {
    plan.prepare.iter().try_for_each(|make| make_node(make, topics, session))?;
    reach(FailPoint::PlanPrepared);
    Ok(())
}

/// Runs the cut and ends the plan. Returns the loads that begin with it; they are journalled.
pub(crate) fn cut(
    plan: &Plan,
    state: &State,
    topics: &dyn Topics,
    session: &mut dyn Session,
) -> Result<Vec<Load>, ServerError> {
    let Cut { hold: _, drop, moves, forget, make, clones, views, aliases } = &plan.cut;
    for statement in drop.iter().chain(moves) {
        session.execute(statement)?;
        reach(FailPoint::CutDropped);
    }
    for topic in forget {
        topics.remove(topic)?;
    }
    for node in make {
        make_node(node, topics, session)?;
    }
    let mut loads = Vec::new();
    let mut next_load = plan.after.next_load;
    for clone in clones {
        session.execute(&clone.drop)?;
        session.execute(&clone.create)?;
        reach(FailPoint::CutCloned);
        let parts = parts(&clone.parts, session)?;
        for spec in &clone.loads {
            // The sinks are held, so what they have stored is what the clone holds.
            let end = |carry: &Carry| Ok(state.sink(&carry.topic)?.stored());
            let ends = spec.carries.iter().map(end).collect::<Result<_, ServerError>>()?;
            loads.push(Load::new(next_load, spec.clone(), parts.clone(), ends));
            next_load += 1;
        }
    }
    for statement in views.iter().chain(aliases) {
        session.execute(statement)?;
        reach(FailPoint::CutConnected);
    }
    reach(FailPoint::CutDone);
    let mut deployed = plan.after.clone();
    deployed.next_load = next_load;
    state.finish_applying(&deployed, &loads, forget)?;
    reach(FailPoint::PlanDone);
    Ok(loads)
}

/// Records that a plan is on its way.
pub(crate) fn begin(plan: Plan, stage: Stage, state: &State) -> Result<Plan, ServerError> {
    let applying = Applying { plan, stage };
    state.set_applying(&applying)?;
    reach(match stage {
        Stage::Prepare => FailPoint::PlanBegun,
        Stage::Cut => FailPoint::CutBegun,
    });
    Ok(applying.plan)
}

/// The topics that a plan retires, which must be drained before its cut: rows that they still
/// hold reach the archive, the other tables and the clones that way.
pub(crate) fn retiring<'a>(plan: &'a Plan, before: &'a Deployed) -> impl Iterator<Item = &'a TopicName> {
    let retires = |node: &&DeployedNode| before.is_live(&node.node.id) && !node.is_live();
    plan.after.nodes.values().filter(retires).map(|node| &node.topic)
}

/// The topics whose endpoints change what they accept: tables that are made anew or go, and
/// endpoints that close. What a plan decides about them is only true while nothing arrives.
pub(crate) fn pausing<'a>(plan: &'a Plan, before: &'a Deployed) -> BTreeSet<&'a TopicName> {
    let made = plan.cut.make.iter().map(|make| &make.topic);
    made.chain(&plan.cut.forget).chain(retiring(plan, before)).collect()
}

fn make_node(make: &Make, topics: &dyn Topics, session: &mut dyn Session) -> Result<(), ServerError> {
    topics.create(&make.topic)?;
    topics.create(&make.dead_letters)?;
    for statement in &make.statements {
        session.execute(statement)?;
    }
    Ok(())
}

/// The parts of a table, in the order of names.
pub(crate) fn parts(statement: &str, session: &mut dyn Session) -> Result<Vec<Part>, ServerError> {
    #[derive(Deserialize)]
    struct Row {
        name: String,
        rows: u64,
        bytes: u64,
    }
    let rows: Vec<Row> = tables::rows(session, statement)?;
    Ok(rows.into_iter().map(|Row { name, rows, bytes }| Part { name, rows, bytes }).collect())
}
