//! Topics: the durable log behind each endpoint.
//!
//! A topic is a sequence of records with offsets from zero, without gaps. Records are kept in
//! blocks as they were appended: NDJSON, one record a line, already validated and in the
//! canonical form of the landing table. Offsets are given out by the topic and never reused.
//!
//! A topic can be trimmed: its oldest records go, and the offsets of all others stay.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use antler_core::{names::TopicName, retention::Segment};
use tokio::sync::oneshot;

use crate::StoreError;

/// The position of a record in a topic.
pub type Offset = u64;

/// Records to append: all of them become durable together, next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewBlock {
    /// How many records there are; the number of lines in `ndjson`. At least one.
    pub records: u32,
    /// When they were received, in milliseconds since 1970, UTC.
    pub received_at: i64,
    /// The records, each ended by `\n`.
    pub ndjson: Vec<u8>,
}

/// Records as they were appended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The offset of the first record.
    pub first: Offset,
    /// How many records there are.
    pub records: u32,
    /// When they were received, in milliseconds since 1970, UTC.
    pub received_at: i64,
    /// The records, each ended by `\n`.
    pub ndjson: Vec<u8>,
}

impl NewBlock {
    /// Checks that the block is what it says: at least one record, each ended by `\n`. Offsets
    /// are counted by `records`, so a wrong number would shift every later record.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), StoreError> {
        let lines = memchr::memchr_iter(b'\n', &self.ndjson).count();
        let reason = if self.records == 0 {
            "it has no records".to_owned()
        } else if self.ndjson.last() != Some(&b'\n') {
            "its last record is not ended by a line break".to_owned()
        } else if u64::try_from(lines) != Ok(u64::from(self.records)) {
            format!("it has {lines} lines for {} records", self.records)
        } else {
            return Ok(());
        };
        Err(StoreError::Unstorable { what: "a block".to_owned(), reason })
    }
}

impl Block {
    /// The offset after the last record.
    pub fn end(&self) -> Offset {
        self.first + Offset::from(self.records)
    }
}

/// Blocks to append together: all of them become durable, or none does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The blocks, each with its topic. Those of one topic follow each other in this order.
    pub blocks: Vec<(TopicName, NewBlock)>,
    /// Says which append it is, for one that may come again.
    pub once: Option<Once>,
}

/// What makes an append happen once. While its key is remembered, another append with it stores
/// nothing and gets the answer of the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// Which append it is. All topics share the keys.
    pub key: String,
    /// Tells whether another append with the key is the same one.
    pub fingerprint: [u8; 32],
    /// What to answer to that.
    pub answer: Vec<u8>,
    /// Now, in milliseconds since 1970, UTC.
    pub at: i64,
    /// When the key may be forgotten. It goes earlier when there are too many.
    pub until: i64,
}

impl Once {
    /// The longest key and the longest answer, in bytes.
    pub const LONGEST: (usize, usize) = (1024, 64 << 10);
}

impl Append {
    /// An append of a single block.
    pub fn one(topic: &TopicName, block: NewBlock) -> Self {
        Self { blocks: vec![(topic.clone(), block)], once: None }
    }
}

/// What came of an append.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// Its records are durable.
    Now {
        /// The offset of the first record of each block.
        firsts: Vec<Offset>,
    },
    /// An append with the same key is durable already; nothing was stored.
    Before {
        /// The fingerprint of that append.
        fingerprint: [u8; 32],
        /// Its answer.
        answer: Vec<u8>,
    },
}

impl Appended {
    /// The offset of the first record of each block that was stored now.
    pub fn firsts(&self) -> &[Offset] {
        match self {
            Self::Now { firsts } => firsts,
            Self::Before { .. } => &[],
        }
    }
}

/// How much to read at once. The first block is returned even when it alone exceeds the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimit {
    /// Records at the most.
    pub records: u64,
    /// Bytes of NDJSON at the most.
    pub bytes: u64,
}

/// From where to where a topic reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The offset of the oldest record that is kept; all before it were trimmed.
    pub start: Offset,
    /// The offset that the next record will get.
    pub end: Offset,
    /// The bytes of the records in between.
    pub bytes: u64,
}

/// An append on its way to the disk. Resolves once all of its records are durable.
#[derive(Debug)]
pub struct Appending(oneshot::Receiver<Result<Appended, StoreError>>);

impl Appending {
    /// An append that the holder of the sender will answer.
    pub(crate) fn new(receiver: oneshot::Receiver<Result<Appended, StoreError>>) -> Self {
        Self(receiver)
    }

    /// Blocks this thread until the records are durable. Not for async code.
    ///
    /// # Errors
    /// The records are not durable; whether they are stored is unknown.
    pub fn wait(self) -> Result<Appended, StoreError> {
        self.0.blocking_recv().unwrap_or_else(|_| Err(closed()))
    }
}

impl Future for Appending {
    type Output = Result<Appended, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx).map(|answer| answer.unwrap_or_else(|_| Err(closed())))
    }
}

fn closed() -> StoreError {
    StoreError::Log("it was closed before the records were durable".to_owned())
}

/// Called with the name of a topic each time records in it have become durable.
pub type OnAppend = Arc<dyn Fn(&TopicName) + Send + Sync>;

/// A set of topics.
pub trait Topics: Send + Sync {
    /// Makes a topic; does nothing when it is there already. Durable on return.
    ///
    /// # Errors
    /// The log failed.
    fn create(&self, topic: &TopicName) -> Result<(), StoreError>;

    /// Removes a topic with all its records; does nothing when it is not there. A topic made
    /// later under the same name starts at offset zero.
    ///
    /// # Errors
    /// The log failed.
    fn remove(&self, topic: &TopicName) -> Result<(), StoreError>;

    /// Appends blocks, all or none; an append whose key is known is answered as the first one. Blocks of one topic get their offsets in the order of these
    /// calls. Never waits: when too much is on its way already, the append resolves to
    /// [`StoreError::Overloaded`] and nothing was stored.
    fn append(&self, append: Append) -> Appending;

    /// Reads whole blocks from the one that starts at `from`, up to the limit. Empty when
    /// nothing durable is there yet. Reading the same range again gives the same bytes.
    ///
    /// # Errors
    /// There is no such topic, its records cannot be read, the record at `from` was trimmed
    /// ([`StoreError::Trimmed`]), or `from` is neither the start of a block nor the end of the topic
    /// ([`StoreError::NoBlock`]).
    fn read(&self, topic: &TopicName, from: Offset, limit: ReadLimit) -> Result<Vec<Block>, StoreError>;

    /// The offset that the next record will get; all before it are durable.
    ///
    /// # Errors
    /// There is no such topic.
    fn end(&self, topic: &TopicName) -> Result<Offset, StoreError>;

    /// From where to where a topic reaches.
    ///
    /// # Errors
    /// There is no such topic.
    fn extent(&self, topic: &TopicName) -> Result<Extent, StoreError>;

    /// The oldest segments of a topic, in order, without gaps, up to a number of them. All of them
    /// reach from the start of the topic to its end.
    ///
    /// # Errors
    /// There is no such topic, or it cannot be read.
    fn segments(&self, topic: &TopicName, limit: usize) -> Result<Vec<Segment>, StoreError>;

    /// Forgets every segment that ends at an offset or before it. Durable on return; everything
    /// that was written before is, too. The space is given back some time later. Changes nothing
    /// where records came to such a segment meanwhile, or another trim did.
    ///
    /// # Errors
    /// There is no such topic, or the log failed.
    fn trim(&self, topic: &TopicName, before: Offset) -> Result<(), StoreError>;

    /// Asks to be called after every append. One listener; the last one set wins. It is called on
    /// the thread that writes, so it must return at once and must not wait for the log.
    fn on_append(&self, listener: OnAppend);
}
