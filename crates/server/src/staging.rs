//! Rows that are brought to single versions, outside of batches and loads.
//!
//! A batch reaches every version at once, and one bad row in it holds up all others. Rows in a
//! staging table are brought to one version after the other, in ranges that get smaller where the
//! database refuses them, until each refused row stands alone ([`Staging::bring`]). What is there
//! already is left out by its offset, so all of it can be done again from its beginning.
//!
//! The way of a batch that was refused ends here ([`isolate`]), and dead letters that are replayed
//! begin here.

use antler_core::{
    coordinates,
    dead_letter::Unstorable,
    deployment::{Deployed, DeployedNode, Hop},
    names::{Naming, TableName, TopicName},
    route::{self, Fate, Outlet},
    schema::Model,
    sink::Range,
    sql::statement::{self, Events, Fates},
    validate::INSERT_SETTINGS,
};
use antler_store::{
    StoreError,
    tables::{self, Number, Session},
    topics::Block,
};
use serde::Deserialize;

use crate::{ServerError, clock};

/// Every way that rows of a node can go: to its own table, and to those of other versions.
#[derive(Debug, Clone)]
pub(crate) struct Ways {
    topic: TopicName,
    model: Model,
    storage: TableName,
    ways: Vec<Way>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) hop: Hop,
    pub(crate) outlets: Vec<Outlet>,
    /// Of events of the node's own topic.
    fates: Fates,
    dead_letters: TableName,
}

/// A row that the database refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) offset: u64,
    pub(crate) reason: String,
}

/// What is done with some items at once.
type Act<'f, S, T> = &'f mut dyn FnMut(&mut S, &[T]) -> Result<(), StoreError>;

/// A staging table with rows of one node.
pub(crate) struct Staging<'a> {
    ways: &'a Ways,
    table: TableName,
    session: &'a mut dyn Session,
}

impl Ways {
    pub(crate) fn of(node: &DeployedNode, deployed: &Deployed, naming: &Naming) -> Self {
        let id = &node.node.id;
        let way = |hop: Hop, outlets| {
            let fates = Fates::on_the_way(naming, &node.topic, &hop.to);
            let dead_letters = naming.dead_letters(&hop.to.model);
            Way { hop, outlets, fates, dead_letters }
        };
        let own = Hop { from: id.clone(), to: id.clone() };
        let own = way(own, route::own(naming, id, &node.node.model));
        let routes = deployed.flowing().filter(|(hop, _)| hop.from == *id);
        let others = routes.map(|(hop, route)| way(hop.clone(), route.outlets.clone()));
        Self {
            topic: node.topic.clone(),
            model: node.node.model.clone(),
            storage: node.rows(naming),
            // Nothing comes into an archive any more.
            ways: node.is_live().then_some(own).into_iter().chain(others).collect(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Way> {
        self.ways.iter()
    }
}

impl<'a> Staging<'a> {
    /// An empty one.
    pub(crate) fn open(
        ways: &'a Ways,
        table: TableName,
        session: &'a mut dyn Session,
    ) -> Result<Self, ServerError> {
        session.execute(&statement::drop_table(&table))?;
        session.execute(&statement::create_staging(&table, &ways.model, &ways.topic))?;
        Ok(Self { ways, table, session })
    }

    /// Puts records there, each with its offset, in their canonical form. Returns those that cannot
    /// be read.
    pub(crate) fn put(&mut self, records: &[(u64, &[u8])]) -> Result<Vec<Refusal>, ServerError> {
        let columns = coordinates::input_columns(self.ways.model.fields.iter().map(|field| &field.name));
        let insert = statement::insert_rows(&self.table, &columns, INSERT_SETTINGS);
        let mut refused = Vec::new();
        self.divide(records, &mut refused, |(offset, _)| *offset, &mut |staging, records| {
            let mut rows = Vec::new();
            for (offset, record) in records {
                coordinates::with_offsets(*offset, record, &mut rows);
                if !record.ends_with(b"\n") {
                    rows.push(b'\n');
                }
            }
            staging.session.insert(&insert, "JSONEachRow", &rows)
        })?;
        Ok(refused)
    }

    /// The topic that records are put there as events of.
    pub(crate) fn topic(&self) -> &TopicName {
        &self.ways.topic
    }

    /// Puts those of some events of a topic there that the node's own table has; returns their
    /// offsets.
    pub(crate) fn put_stored(&mut self, topic: &TopicName, due: &[u64]) -> Result<Vec<u64>, ServerError> {
        let Ways { storage, model, .. } = self.ways;
        self.session.execute(&statement::stage(&self.table, storage, model, topic, due))?;
        offsets(self.session, &statement::staged(&self.table))
    }

    /// Brings staged rows to a version, except for those that have one of the fates already.
    /// Returns those that the database refused.
    pub(crate) fn bring(
        &mut self,
        outlets: &[&Outlet],
        fates: &Fates,
        offsets: &[u64],
    ) -> Result<Vec<Refusal>, ServerError> {
        let mut refused = Vec::new();
        self.divide(offsets, &mut refused, |offset| *offset, &mut |staging, offsets| {
            let (Some(first), Some(last)) = (offsets.first(), offsets.last()) else { return Ok(()) };
            let events = Range { first: *first, end: last + 1 };
            for outlet in outlets {
                staging.session.execute(&statement::fill(outlet, &staging.table, fates, events))?;
            }
            Ok(())
        })?;
        Ok(refused)
    }

    /// Which events have one of the fates.
    pub(crate) fn with_fate(&mut self, fates: &Fates, events: Events<'_>) -> Result<Vec<u64>, ServerError> {
        offsets(self.session, &statement::with_fate(fates, events))
    }

    /// Staged rows that fail on a way, with the reason.
    pub(crate) fn failing(&mut self, way: &Way) -> Result<Vec<Refusal>, ServerError> {
        #[derive(Deserialize)]
        struct Row {
            topic_offset: u64,
            reason: String,
        }
        let mut failing = Vec::new();
        for outlet in way.outlets.iter().filter(|outlet| outlet.fate == Fate::Failed) {
            let select = statement::failing(outlet, &self.table);
            let rows: Vec<Row> = tables::rows(self.session, &select)?;
            failing
                .extend(rows.into_iter().map(|row| Refusal { offset: row.topic_offset, reason: row.reason }));
        }
        Ok(failing)
    }

    /// Writes dead letters.
    fn letters(&mut self, way: &Way, letters: &[u8]) -> Result<(), ServerError> {
        let insert = statement::insert_letters(&way.dead_letters);
        Ok(self.session.insert(&insert, "JSONEachRow", letters)?)
    }

    /// Takes the table away.
    pub(crate) fn close(self) -> Result<(), ServerError> {
        Ok(self.session.execute(&statement::drop_table(&self.table))?)
    }

    /// Does something to all items at once; where the database refuses that because of a row, to
    /// each half, and so on down to the single ones that are to blame.
    fn divide<T>(
        &mut self,
        items: &[T],
        refused: &mut Vec<Refusal>,
        offset: fn(&T) -> u64,
        act: Act<'_, Self, T>,
    ) -> Result<(), ServerError> {
        if items.is_empty() {
            return Ok(());
        }
        match act(self, items) {
            Ok(()) => Ok(()),
            Err(error) if error.is_about_rows() => match items {
                [only] => {
                    refused.push(Refusal { offset: offset(only), reason: reason(&error) });
                    Ok(())
                }
                many => {
                    let (left, right) = many.split_at(many.len() / 2);
                    self.divide(left, refused, offset, act)?;
                    self.divide(right, refused, offset, act)
                }
            },
            Err(error) => Err(error.into()),
        }
    }
}

/// Brings a batch that the database has refused to every version row by row where need be, and
/// makes dead letters of the rows that are to blame. Some versions may have the batch already.
/// Returns how many letters were written.
pub(crate) fn isolate(
    ways: &Ways,
    table: TableName,
    blocks: &[Block],
    session: &mut dyn Session,
) -> Result<u64, ServerError> {
    let records: Vec<(u64, &[u8])> = blocks
        .iter()
        .flat_map(|block| (block.first..).zip(block.ndjson.split_inclusive(|byte| *byte == b'\n')))
        .collect();
    let (Some((first, _)), Some((last, _))) = (records.first(), records.last()) else { return Ok(0) };
    let events = Range { first: *first, end: last + 1 };
    let mut staging = Staging::open(ways, table, session)?;
    let unreadable = staging.put(&records)?;
    let mut count = 0;
    for way in ways.iter() {
        let mut known = staging.with_fate(&way.fates, Events::Between(events))?;
        known.sort_unstable();
        let due = |offset: &u64| known.binary_search(offset).is_err();
        let offsets: Vec<u64> = records.iter().map(|(offset, _)| *offset).filter(due).collect();
        let outlets: Vec<_> = way.outlets.iter().collect();
        let mut refused = staging.bring(&outlets, &way.fates, &offsets)?;
        refused.extend(unreadable.iter().filter(|refusal| due(&refusal.offset)).cloned());
        let mut letters = Vec::new();
        for Refusal { offset, reason } in &refused {
            let found = records.binary_search_by_key(offset, |(offset, _)| *offset);
            let record = found
                .ok()
                .and_then(|at| records.get(at))
                .map_or(&b""[..], |(_, record)| record.trim_ascii_end());
            let (from, to, topic, offset) = (&way.hop.from, &way.hop.to, &ways.topic, *offset);
            Unstorable { from, to, topic, offset, reason, record, failed_at: clock::now() }
                .write(&mut letters);
        }
        if !refused.is_empty() {
            // In one insert, so that each is known at a second attempt, or none.
            staging.letters(way, &letters)?;
            count += refused.len() as u64;
        }
    }
    staging.close()?;
    Ok(count)
}

/// Offsets that a statement selects.
pub(crate) fn offsets(session: &mut dyn Session, statement: &str) -> Result<Vec<u64>, ServerError> {
    #[derive(Deserialize)]
    struct Row {
        offset: Number,
    }
    let rows: Vec<Row> = tables::rows(session, statement)?;
    Ok(rows.into_iter().map(|row| row.offset.0).collect())
}

/// What the database said, without the statement that nobody has written by hand.
fn reason(error: &StoreError) -> String {
    match error {
        StoreError::Database { message, .. } => message.trim_end().to_owned(),
        other => other.to_string(),
    }
}
