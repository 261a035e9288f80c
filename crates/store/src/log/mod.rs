//! The embedded log: topics and the state journal on one fjall database.
//!
//! Every write goes through one queue (`queue`) to one writer (`writer`), which writes and
//! syncs what waits as a group. Readers go to the database directly and see durable blocks only.
//! The stored forms are in `layout`, the database and its settings in `database`.
//!
//! Invariants:
//! - An answered append or journal write survives `kill -9` under either [`SyncPolicy`]. Under
//!   [`SyncPolicy::Fsync`] it survives a loss of power, too, but for [`Durability::Soon`].
//! - A topic begins where a segment begins. Trimming moves that place and no offset.
//! - The offsets of a topic have no gaps, and a removed topic leaves nothing that a later topic
//!   of the same name could show.
//! - After the first failure of the disk nothing is written any more, and every write says why.
//!   Reading goes on. Opening the log again recovers what was answered.
//!
//! A half-written group at the end of fjall's own journal is dropped when the log is opened; it
//! was answered to nobody. A wrong byte in what was stored fails a checksum: that is reported, and
//! nothing is dropped. One limit: where the disk has damaged the structure of that journal, and
//! not only a value in it, fjall takes the place for the journal's end.
//!
//! Not here: partitions, deciding what may be trimmed, more than one process.

mod database;
mod keys;
mod layout;
mod queue;
mod segment;
mod sweep;
mod writer;

use std::{
    collections::BTreeMap,
    fmt,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock, mpsc::sync_channel},
    thread::{self, JoinHandle},
};

use antler_core::{names::TopicName, retention::Segment};
use fjall::Readable as _;
use tokio::sync::oneshot;

use self::{
    database::{Database, in_topic},
    keys::Keys,
    layout::{StoredBlock, TopicId, decode_segment, encode_block},
    queue::{Done, EncodedBlock, Queue, Request, Trim},
    segment::OpenSegment,
    writer::Writer,
};
use crate::{
    StoreError,
    journal::{Change, Durability, Journal},
    topics::{Append, Appending, Block, Extent, NewBlock, Offset, OnAppend, Once, ReadLimit, Topics},
};

/// The largest block that can be appended, in bytes of NDJSON.
pub const MAX_BLOCK_BYTES: usize = 32 << 20;
/// The longest key of the journal, in bytes.
pub const MAX_KEY_BYTES: usize = 4096;

/// What an answered write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncPolicy {
    /// Loss of power: the disk has confirmed it.
    Fsync,
    /// Death of the process: the operating system has it. Faster, and enough where losing power
    /// may lose the last seconds.
    Os,
}

/// Topics and a journal in one folder. Clones share it; when the last one is dropped, what waits
/// is written and the folder is released. A listener that holds a clone keeps it open for ever.
#[derive(Clone)]
pub struct EmbeddedLog(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    database: Database,
    writer: Arc<Mutex<Writer>>,
    thread: Option<JoinHandle<()>>,
    policy: SyncPolicy,
}

/// What callers and the writer share.
#[derive(Default)]
struct Shared {
    queue: Queue,
    /// Every topic as far as it is durable.
    topics: RwLock<BTreeMap<TopicName, TopicState>>,
    listener: RwLock<Option<OnAppend>>,
}

/// Where a topic keeps its blocks, and what it holds.
#[derive(Debug, Clone, Copy)]
struct TopicState {
    id: TopicId,
    /// The offset of its oldest record.
    start: Offset,
    /// The bytes of its blocks.
    bytes: u64,
    /// Its last records; they say where it ends.
    open: OpenSegment,
}

impl TopicState {
    /// Nothing, at an offset.
    fn new(id: TopicId, start: Offset) -> Self {
        Self { id, start, bytes: 0, open: OpenSegment::at(start) }
    }

    /// The offset after its last record.
    fn end(&self) -> Offset {
        self.open.so_far.end
    }
}

impl EmbeddedLog {
    /// Opens the log in a folder of its own; makes it when there is none.
    ///
    /// # Errors
    /// The folder cannot be used, another process has it open, or what it holds is damaged or
    /// from a newer version.
    pub fn open(dir: &Path, sync: SyncPolicy) -> Result<Self, StoreError> {
        Self::open_remembering(dir, sync, keys::MOST)
    }

    /// Opens the log; remembers so many keys at the most.
    fn open_remembering(dir: &Path, sync: SyncPolicy, most: usize) -> Result<Self, StoreError> {
        let database = Database::open(dir)?;
        let recovered = database.recover()?;
        let keys = Keys::recover(&database, most).map_err(|reason| database.damaged(reason))?;
        let shared = Arc::new(Shared { topics: RwLock::new(recovered.topics.clone()), ..Shared::default() });
        let writer = Writer::new(Arc::clone(&shared), database.clone(), sync, recovered, keys);
        let writer = Arc::new(Mutex::new(writer));
        let for_thread = (Arc::clone(&writer), Arc::clone(&shared));
        let thread = thread::Builder::new()
            .name("antler-log".to_owned())
            .spawn(move || writer::run(&for_thread.0, &for_thread.1))
            .map_err(|error| StoreError::Log(error.to_string()))?;
        Ok(Self(Arc::new(Handle { shared, database, writer, thread: Some(thread), policy: sync })))
    }

    /// What is durable of a topic. The snapshot is taken under the lock: blocks are deleted only
    /// after the map does not show them any more. It may show more than the state does.
    fn look_at(&self, topic: &TopicName) -> Result<(TopicState, fjall::Snapshot), StoreError> {
        let topics = self.0.shared.topics.read().unwrap_or_else(PoisonError::into_inner);
        let state = topics.get(topic).ok_or_else(|| StoreError::UnknownTopic(topic.clone()))?;
        Ok((*state, self.0.database.snapshot()))
    }

    fn segments_of(
        &self,
        state: &TopicState,
        snapshot: &fjall::Snapshot,
        limit: usize,
    ) -> Result<Vec<Segment>, StoreError> {
        let database = &self.0.database;
        let mut segments = Vec::new();
        for entry in snapshot.range(&database.segments, state.id.blocks_from(state.start)) {
            let (key, value) = entry.into_inner().map_err(|error| database.read_failed(&error))?;
            let segment = decode_segment(&key, &value).map_err(|reason| database.damaged(reason))?;
            if segments.len() == limit || segment.first >= state.open.so_far.first {
                break;
            }
            segments.push(segment);
        }
        if segments.len() < limit && !state.open.is_empty() {
            segments.push(state.open.so_far);
        }
        Ok(segments)
    }

    /// Hands a request to the writer and waits for its outcome.
    fn perform(&self, request: impl FnOnce(Done) -> Request) -> Result<(), StoreError> {
        let (done, outcome) = sync_channel(1);
        self.0.shared.queue.submit(request(done));
        self.0.shared.queue.wake();
        outcome.recv().unwrap_or_else(|_| Err(StoreError::Log("its writer is gone".to_owned())))
    }
}

impl Topics for EmbeddedLog {
    fn create(&self, topic: &TopicName) -> Result<(), StoreError> {
        self.perform(|done| Request::Create { topic: topic.clone(), done })
    }

    fn remove(&self, topic: &TopicName) -> Result<(), StoreError> {
        self.perform(|done| Request::Remove { topic: topic.clone(), done })
    }

    fn append(&self, append: Append) -> Appending {
        let (done, answer) = oneshot::channel();
        let Append { blocks, once } = append;
        let checked = once.as_ref().map_or(Ok(()), check_once);
        match checked.and_then(|()| blocks.into_iter().map(encoded).collect()) {
            Ok(blocks) => {
                let Handle { shared, writer, policy, .. } = &*self.0;
                shared.queue.submit(Request::Append { blocks, once, done });
                match policy {
                    SyncPolicy::Fsync => shared.queue.wake(),
                    SyncPolicy::Os => writer::write_now(writer, shared),
                }
            }
            Err(error) => drop(done.send(Err(error))),
        }
        Appending::new(answer)
    }

    fn read(&self, topic: &TopicName, from: Offset, limit: ReadLimit) -> Result<Vec<Block>, StoreError> {
        let database = &self.0.database;
        let (state, snapshot) = self.look_at(topic)?;
        let (start, end) = (state.start, state.end());
        if from < start {
            return Err(StoreError::Trimmed { topic: topic.clone(), offset: from, start });
        }
        let stored = snapshot.range(&database.blocks, state.id.blocks_from(from));
        let mut next = from;
        let (mut records, mut bytes) = (0, 0);
        let mut blocks = Vec::new();
        for entry in stored {
            if next >= end {
                break;
            }
            let (key, value) = entry.into_inner().map_err(|e| in_topic(topic, database.read_failed(&e)))?;
            let block =
                StoredBlock::decode(&key, &value).map_err(|r| in_topic(topic, database.damaged(r)))?;
            if block.first != next {
                break;
            }
            records += u64::from(block.records);
            bytes += block.ndjson.len() as u64;
            if !blocks.is_empty() && (records > limit.records || bytes > limit.bytes) {
                return Ok(blocks);
            }
            next = block.end;
            blocks.push(block.to_block());
        }
        if next == end {
            Ok(blocks)
        } else if blocks.is_empty() {
            Err(StoreError::NoBlock { topic: topic.clone(), offset: from, end })
        } else {
            Err(in_topic(topic, database.damaged(format!("the block at offset {next} is missing"))))
        }
    }

    fn end(&self, topic: &TopicName) -> Result<Offset, StoreError> {
        Ok(self.look_at(topic)?.0.end())
    }

    fn extent(&self, topic: &TopicName) -> Result<Extent, StoreError> {
        let (state, _) = self.look_at(topic)?;
        Ok(Extent { start: state.start, end: state.end(), bytes: state.bytes })
    }

    fn segments(&self, topic: &TopicName, limit: usize) -> Result<Vec<Segment>, StoreError> {
        let (state, snapshot) = self.look_at(topic)?;
        self.segments_of(&state, &snapshot, limit).map_err(|error| in_topic(topic, error))
    }

    fn trim(&self, topic: &TopicName, before: Offset) -> Result<(), StoreError> {
        let (state, snapshot) = self.look_at(topic)?;
        let segments =
            self.segments_of(&state, &snapshot, usize::MAX).map_err(|error| in_topic(topic, error))?;
        let gone = segments.iter().filter(|segment| segment.end <= before);
        let (open, complete): (Vec<&Segment>, Vec<&Segment>) =
            gone.partition(|segment| **segment == state.open.so_far);
        if open.is_empty() && complete.is_empty() {
            return Ok(());
        }
        let trim = Trim {
            id: state.id,
            from: state.start,
            to: complete.last().map_or(state.start, |segment| segment.end),
            bytes: complete.iter().map(|segment| segment.bytes).sum(),
            segments: complete.iter().map(|segment| state.id.block(segment.first)).collect(),
            open: open.first().map(|open| **open),
        };
        self.perform(|done| Request::Trim { topic: topic.clone(), trim, done })
    }

    fn on_append(&self, listener: OnAppend) {
        *self.0.shared.listener.write().unwrap_or_else(PoisonError::into_inner) = Some(listener);
    }
}

impl Journal for EmbeddedLog {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        check_key(key)?;
        let database = &self.0.database;
        let value = database.journal.get(key).map_err(|error| database.read_failed(&error))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn scan(&self, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
        let database = &self.0.database;
        let entry = |entry: fjall::Guard| {
            let (key, value) = entry.into_inner().map_err(|error| database.read_failed(&error))?;
            let key = String::from_utf8(key.to_vec())
                .map_err(|_| database.damaged("a key of the journal is not text".to_owned()))?;
            Ok((key, value.to_vec()))
        };
        database.snapshot().prefix(&database.journal, prefix).map(entry).collect()
    }

    fn write(&self, changes: &[Change], durability: Durability) -> Result<(), StoreError> {
        for change in changes {
            let (Change::Put { key, .. } | Change::Delete { key }) = change;
            check_key(key)?;
        }
        self.perform(|done| Request::Journal { changes: changes.to_vec(), durability, done })
    }
}

fn encoded((topic, block): (TopicName, NewBlock)) -> Result<EncodedBlock, StoreError> {
    check_block(&block)?;
    let NewBlock { records, received_at, .. } = block;
    Ok(EncodedBlock { topic, records, received_at, value: encode_block(&block) })
}

fn check_once(once: &Once) -> Result<(), StoreError> {
    let (key, answer) = (once.key.len(), once.answer.len());
    if key > Once::LONGEST.0 || answer > Once::LONGEST.1 {
        return Err(StoreError::Unstorable {
            what: "the key of an append".to_owned(),
            reason: format!("it has {key} bytes and its answer {answer}, the limits are {:?}", Once::LONGEST),
        });
    }
    Ok(())
}

fn check_block(block: &NewBlock) -> Result<(), StoreError> {
    block.check()?;
    if block.ndjson.len() > MAX_BLOCK_BYTES {
        return Err(StoreError::Unstorable {
            what: "a block".to_owned(),
            reason: format!("it has {} bytes, the limit is {MAX_BLOCK_BYTES}", block.ndjson.len()),
        });
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), StoreError> {
    if key.is_empty() || key.len() > MAX_KEY_BYTES {
        return Err(StoreError::Unstorable {
            what: "a journal entry".to_owned(),
            reason: format!("its key has {} bytes, not 1 to {MAX_KEY_BYTES}", key.len()),
        });
    }
    Ok(())
}

impl fmt::Debug for EmbeddedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedLog").finish_non_exhaustive()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.queue.close();
        // The listener may hold the last clone, and a thread cannot wait for itself.
        if let Some(handle) =
            self.thread.take().filter(|handle| handle.thread().id() != thread::current().id())
        {
            // A panic has already blown the fuse.
            let _ = handle.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::topics::Appended;

    fn block(records: u32) -> NewBlock {
        NewBlock { records, received_at: 0, ndjson: "{}\n".repeat(records as usize).into_bytes() }
    }

    fn open(dir: &Path) -> EmbeddedLog {
        EmbeddedLog::open(&dir.join("log"), SyncPolicy::Fsync).unwrap()
    }

    fn filled(dir: &Path, topic: &TopicName, blocks: usize) -> EmbeddedLog {
        let log = open(dir);
        log.create(topic).unwrap();
        let appends: Vec<_> = (0..blocks).map(|_| log.append(Append::one(topic, block(2)))).collect();
        for append in appends {
            append.wait().unwrap();
        }
        log
    }

    /// The blocks that exist, and the marks of removed topics.
    fn stored(log: &EmbeddedLog) -> (usize, usize) {
        let (database, snapshot) = (&log.0.database, log.0.database.snapshot());
        let marks = snapshot.prefix(&database.catalogue, layout::REMOVED_PREFIX);
        (snapshot.iter(&database.blocks).count(), marks.count())
    }

    #[test]
    fn the_blocks_of_a_removed_topic_are_deleted_even_when_the_log_is_closed_meanwhile() {
        let dir = tempfile::tempdir().unwrap();
        let topic: TopicName = "t".parse().unwrap();
        let log = filled(dir.path(), &topic, 1000);
        assert_eq!(stored(&log), (1000, 0));
        log.remove(&topic).unwrap();
        drop(log);

        let log = open(dir.path());
        log.create(&topic).unwrap();
        log.append(Append::one(&topic, block(1))).wait().unwrap();
        for _ in 0..1000 {
            if stored(&log) == (1, 0) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("left over: {:?}", stored(&log));
    }

    fn append_once(log: &EmbeddedLog, topic: &TopicName, key: &str, at: i64) -> Appended {
        let fingerprint = [0; 32];
        let once = Once { key: key.to_owned(), fingerprint, answer: Vec::new(), at, until: at + 1000 };
        log.append(Append { once: Some(once), ..Append::one(topic, block(1)) }).wait().unwrap()
    }

    fn keys(log: &EmbeddedLog) -> usize {
        log.0.database.snapshot().iter(&log.0.database.keys).count()
    }

    #[test]
    fn keys_are_forgotten_when_their_time_is_over_or_there_are_too_many() {
        let dir = tempfile::tempdir().unwrap();
        let topic: TopicName = "t".parse().unwrap();
        drop(filled(dir.path(), &topic, 0));
        let reopened =
            || EmbeddedLog::open_remembering(&dir.path().join("log"), SyncPolicy::Os, 500).unwrap();
        let log = reopened();
        for n in 0..700 {
            append_once(&log, &topic, &format!("k{n}"), n);
        }
        // Each key has two entries. The last group may still be forgetting.
        assert!((1000..=1002).contains(&keys(&log)), "{} entries", keys(&log));
        drop(log);
        let log = reopened();
        assert_eq!(append_once(&log, &topic, "k0", 700).firsts(), [700], "k0 went early");
        assert!(matches!(append_once(&log, &topic, "k699", 701), Appended::Before { .. }));
        assert_eq!(append_once(&log, &topic, "k699", 1699).firsts(), [701], "its time was over");
        append_once(&log, &topic, "late", 1_000_000);
        append_once(&log, &topic, "later", 1_000_000);
        assert!((2..=6).contains(&keys(&log)), "{} entries", keys(&log));
    }

    #[test]
    fn a_missing_or_damaged_block_is_reported_with_its_topic_and_offset() {
        let dir = tempfile::tempdir().unwrap();
        let topic: TopicName = "t".parse().unwrap();
        let log = filled(dir.path(), &topic, 4);
        let message = |result: Result<Vec<Block>, StoreError>| result.unwrap_err().to_string();
        let limit = ReadLimit { records: 100, bytes: 100 };

        let database = &log.0.database;
        database.blocks.insert(TopicId(0).block(4), *b"\x01\0").unwrap();
        let error = message(log.read(&topic, 0, limit));
        assert!(error.starts_with("topic t of the embedded log in "), "{error}");
        assert!(error.ends_with("log is damaged: the block at offset 4 is cut off after 2 bytes"), "{error}");
        database.blocks.remove(TopicId(0).block(4)).unwrap();
        let error = message(log.read(&topic, 0, limit));
        assert!(error.ends_with("log is damaged: the block at offset 4 is missing"), "{error}");
        database.blocks.insert(TopicId(0).block(6), *b"\x07").unwrap();
        drop(log);

        let error = EmbeddedLog::open(&dir.path().join("log"), SyncPolicy::Fsync).unwrap_err().to_string();
        assert!(error.starts_with("topic t of the embedded log in "), "{error}");
    }
}
