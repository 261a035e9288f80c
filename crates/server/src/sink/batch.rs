//! One batch of a sink: from a range of a topic into its table.

use std::sync::Arc;

use antler_core::{
    coordinates, dead_letter,
    names::{SqlIdent, TableName, TopicName},
    pace::Batch,
    sink::{Range, SinkState, token},
    sql::statement,
    validate::INSERT_SETTINGS,
};
use antler_store::{
    StoreError,
    journal::Durability,
    tables::Session,
    topics::{Block, ReadLimit, Topics},
};

use crate::{
    ServerError,
    fail_point::{FailPoint, attempt, reach},
    staging::{self, Ways},
    state::State,
};

/// The most that goes into one insert. One block of the database, so that its token covers it.
const BATCH: ReadLimit = ReadLimit { records: 100_000, bytes: 32 << 20 };

/// Where the records of a topic go.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) topic: TopicName,
    pub(crate) table: TableName,
    pub(crate) columns: Vec<SqlIdent>,
    pub(crate) form: Form,
}

/// What the records of a topic are.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// Rows of the table, which get their offsets on the way.
    Rows {
        /// Where they go from there.
        ways: Arc<Ways>,
        /// The table for those that the database refuses.
        staging: TableName,
    },
    /// Dead letters, which get their place in the topic on the way.
    Letters,
}

/// Inserts the pending batch, or the next one. Returns what it had: no records when there was
/// nothing to insert. `state` always says what the journal says, also after an error.
pub(crate) fn run(
    target: &Target,
    state: &mut SinkState,
    topics: &dyn Topics,
    journal: &State,
    session: &mut dyn Session,
) -> Result<Batch, ServerError> {
    let (range, blocks) = match state.pending() {
        Some(range) => (range, read_pending(target, range, topics)?),
        None => {
            let blocks = topics.read(&target.topic, state.stored(), BATCH)?;
            let intended = blocks.last().and_then(|block| state.intend(block.end()));
            let Some((inserting, range)) = intended.and_then(|state| Some((state, state.pending()?))) else {
                return Ok(Batch::default());
            };
            reach(FailPoint::SinkChosen);
            // Durable before the insert begins: after a loss of power, too, the same range must
            // be sent again, because its token is all that the database compares.
            journal.set_sink(&target.topic, &inserting, Durability::Now)?;
            *state = inserting;
            reach(FailPoint::SinkIntended);
            (range, blocks)
        }
    };
    let token = attempt(token(&target.topic, 0, range));
    let statement = statement::insert_batch(&target.table, &target.columns, &token, INSERT_SETTINGS);
    let rows = target.rows(&blocks);
    let inserted = session.insert(&statement, "JSONEachRow", &rows);
    match (inserted, &target.form) {
        (Ok(()), _) => {}
        (Err(error), Form::Rows { ways, staging }) if error.is_about_rows() => {
            tracing::warn!(topic = %target.topic, %error, "a batch was refused; its rows are looked at one by one");
            let letters = staging::isolate(ways, staging.clone(), &blocks, session)?;
            tracing::warn!(topic = %target.topic, letters, "the rest of the batch is stored");
        }
        (Err(error), _) => return Err(error.into()),
    }
    reach(FailPoint::SinkInserted);
    *state = state.finish();
    journal.set_sink(&target.topic, state, Durability::Soon)?;
    reach(FailPoint::SinkDone);
    Ok(Batch { records: range.end - range.first, bytes: rows.len() as u64 })
}

/// Reads exactly the records that were intended before.
fn read_pending(target: &Target, range: Range, topics: &dyn Topics) -> Result<Vec<Block>, StoreError> {
    let limit = ReadLimit { records: range.end - range.first, bytes: u64::MAX };
    let blocks = topics.read(&target.topic, range.first, limit)?;
    let end = blocks.last().map(|block| block.end());
    if end == Some(range.end) {
        Ok(blocks)
    } else {
        let reason = format!(
            "a batch from {} to {} was begun, but the topic now has records up to {}",
            range.first,
            range.end,
            end.unwrap_or(range.first)
        );
        Err(StoreError::Damaged { what: format!("topic {}", target.topic), reason })
    }
}

impl Target {
    /// What is inserted for some blocks. Always the same for the same ones.
    fn rows(&self, blocks: &[Block]) -> Vec<u8> {
        let mut rows = Vec::new();
        for block in blocks {
            match self.form {
                Form::Rows { .. } => coordinates::with_offsets(block.first, &block.ndjson, &mut rows),
                Form::Letters => {
                    dead_letter::with_places(&self.topic, block.first, &block.ndjson, &mut rows);
                }
            }
        }
        rows
    }
}
