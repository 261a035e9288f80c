//! The end of a load that gathered its rows beside the table that is read: what it does not bring is kept,
//! and the two tables change places. See [`antler_core::load::beside`].

use std::collections::{BTreeMap, BTreeSet};

use antler_core::{
    deployment::Deployed,
    load::{Load, beside::Beside},
    names::{ModelVersion, TopicName},
    sink::Range,
    sql::statement,
};
use antler_store::tables::{self, Number, Session};
use serde::Deserialize;

use crate::{ServerError, sink::Sinks, state::State};

/// How many offsets are kept at once: never more rows than fit one block.
const KEPT_OFFSETS: u64 = 1_000_000;

/// Keeps what the new table lacks, and exchanges the tables. All of it can be done again.
pub(super) fn take_place(
    load: &Load,
    beside: &Beside,
    state: &State,
    sinks: &Sinks,
    session: &mut dyn Session,
) -> Result<(), ServerError> {
    let (deployed, target) = (state.deployed()?, &load.spec.target);
    let mut keeping = Keeping { beside, target, deployed: &deployed, state, kept: BTreeMap::new() };
    if !took_place(beside, session)? {
        // The first time takes long, and more events come; the second time few are left.
        keeping.up_to_now(session)?;
        keeping.up_to_now(session)?;
    }
    // No batch is running or pending now, so that none is sent again to a table that does not know it.
    let held = sinks.hold(&keeping.live_topics())?;
    if !took_place(beside, session)? {
        keeping.up_to_now(session)?;
        // What sinks have done before must be durable before the tables of their tokens go.
        state.set_load(load)?;
        session.execute(&statement::exchange(&beside.read.storage, &beside.new.storage))?;
    }
    for statement in statement::settle(beside, target) {
        session.execute(&statement)?;
    }
    drop(held);
    Ok(())
}

/// Drops the tables that were read before.
pub(super) fn clear(beside: &Beside, session: &mut dyn Session) -> Result<(), ServerError> {
    for statement in beside.drop() {
        session.execute(&statement)?;
    }
    Ok(())
}

/// Whether the table that is read is the new one.
fn took_place(beside: &Beside, session: &mut dyn Session) -> Result<bool, ServerError> {
    #[derive(Deserialize)]
    struct Row {
        comment: String,
    }
    let row: Row = tables::row(session, &statement::comment(&beside.read.storage))?;
    Ok(row.comment == beside.mark)
}

struct Keeping<'a> {
    beside: &'a Beside,
    target: &'a ModelVersion,
    deployed: &'a Deployed,
    state: &'a State,
    /// How far each topic was kept.
    kept: BTreeMap<TopicName, u64>,
}

impl Keeping<'_> {
    /// Keeps every event that is in the table that is read.
    fn up_to_now(&mut self, session: &mut dyn Session) -> Result<(), ServerError> {
        for source in self.deployed.sources_of(self.target) {
            let Some(topic) = self.deployed.topic(source) else { continue };
            let end = if self.deployed.nodes.contains_key(source) {
                self.state.sink(topic)?.stored()
            } else {
                // A purged topic has no sink that knows.
                self.known_end(topic, session)?
            };
            let mut first = self.kept.get(topic).copied().unwrap_or(0);
            while first < end {
                let events = Range { first, end: end.min(first + KEPT_OFFSETS) };
                for statement in statement::keep(self.beside, self.target, topic, events) {
                    session.execute(&statement)?;
                }
                first = events.end;
            }
            self.kept.insert(topic.clone(), end);
        }
        Ok(())
    }

    fn known_end(&self, topic: &TopicName, session: &mut dyn Session) -> Result<u64, ServerError> {
        #[derive(Deserialize)]
        struct Row {
            end: Number,
        }
        let row: Row = tables::row(session, &statement::known_end(&self.beside.read, self.target, topic))?;
        Ok(row.end.0)
    }

    fn live_topics(&self) -> BTreeSet<TopicName> {
        let nodes = self.deployed.sources_of(self.target).filter_map(|id| self.deployed.nodes.get(id));
        nodes.map(|node| node.topic.clone()).collect()
    }
}
