//! The fjall database under the embedded log: its settings, how it comes to be, and what is read
//! from it when it is opened.
//!
//! ```text
//! <dir>/format    the number of the format, as text: read before anything else is touched
//! <dir>/fjall/    the database
//! ```
//!
//! A new database is built complete under another name and then renamed, so a crash during the
//! first start leaves either no log or a whole one. The caller holds the lock of the data folder;
//! fjall's own lock file is the second guard against two processes.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use antler_core::names::TopicName;
use fjall::{
    CompressionType, Database as Fjall, Keyspace, KeyspaceCreateOptions, KvSeparationOptions,
    OwnedWriteBatch, PersistMode, Snapshot,
};

use super::{
    OpenSegment, TopicState,
    layout::{self, COMPACTED_KEY, FORMAT, NEXT_KEY, REMOVED_PREFIX, StoredBlock, TOPIC_PREFIX, TopicId},
    sweep::{Sweep, SweepUntil},
};
use crate::StoreError;

const FORMAT_FILE: &str = "format";
const DATABASE: &str = "fjall";
const MIB: u64 = 1 << 20;

/// An open database. Clones share it.
#[derive(Clone)]
pub(super) struct Database {
    fjall: Fjall,
    dir: PathBuf,
    /// Which topics there are.
    pub(super) catalogue: Keyspace,
    /// The blocks of all topics.
    pub(super) blocks: Keyspace,
    /// The complete segments of all topics.
    pub(super) segments: Keyspace,
    /// The state journal.
    pub(super) journal: Keyspace,
    /// Keys of appends that may come again.
    pub(super) keys: Keyspace,
}

/// What a database holds when it is opened.
pub(super) struct Recovered {
    /// Each topic.
    pub(super) topics: BTreeMap<TopicName, TopicState>,
    /// Blocks that are still there and should not be.
    pub(super) sweeps: Vec<Sweep>,
    /// The id for the next topic.
    pub(super) next_id: TopicId,
}

impl Database {
    /// Opens the database in a folder; makes it when there is none.
    pub(super) fn open(dir: &Path) -> Result<Self, StoreError> {
        if is_absent_or_empty(dir)? {
            create(dir)?;
        }
        check_format(dir)?;
        Self::open_fjall(dir)
    }

    fn open_fjall(dir: &Path) -> Result<Self, StoreError> {
        let fjall = Fjall::builder(dir.join(DATABASE))
            // Small: the sink reads what was just written, and that is still in a memtable.
            .cache_size(16 * MIB)
            .max_journaling_size(128 * MIB)
            // Tables are compressed, on other threads. fjall's journal is not: it is
            // on the way of every append, and fjall takes a value that it cannot decompress for the
            // torn end of the journal, while a wrong byte in a plain value fails its checksum.
            .journal_compression(CompressionType::None)
            .worker_threads(2)
            .open()
            .map_err(|error| opening_failed(dir, error))?;
        let keyspace = |name: &str, options: fn() -> KeyspaceCreateOptions| {
            fjall.keyspace(name, options).map_err(|error| opening_failed(dir, error))
        };
        Ok(Self {
            catalogue: keyspace("catalogue", small_values)?,
            blocks: keyspace("blocks", blocks)?,
            segments: keyspace("segments", small_values)?,
            journal: keyspace("journal", small_values)?,
            keys: keyspace("keys", small_values)?,
            dir: dir.to_owned(),
            fjall,
        })
    }

    /// Reads the catalogue and what each topic holds.
    pub(super) fn recover(&self) -> Result<Recovered, StoreError> {
        let next_id = self.catalogue.get(NEXT_KEY).map_err(|error| self.read_failed(&error))?;
        let next_id = TopicId::from_bytes(&next_id.unwrap_or_default()).map_err(|r| self.damaged(r))?;

        let mut topics = BTreeMap::new();
        let mut sweeps = Vec::new();
        for entry in self.catalogue.prefix(TOPIC_PREFIX) {
            let (key, value) = entry.into_inner().map_err(|error| self.read_failed(&error))?;
            let name = String::from_utf8_lossy(&key[TOPIC_PREFIX.len()..]);
            let name: TopicName =
                name.parse().map_err(|_| self.damaged(format!("a topic named `{name}`")))?;
            let id = TopicId::from_bytes(&value).map_err(|reason| self.damaged(reason))?;
            let state = self.state_of(id).map_err(|error| in_topic(&name, error))?;
            if self.blocks.range(id.block(0)..id.block(state.start)).next().is_some() {
                sweeps.push(Sweep { id, from: 0, until: SweepUntil::Offset(state.start), bytes: 0 });
            }
            topics.insert(name, state);
        }
        for entry in self.catalogue.prefix(REMOVED_PREFIX) {
            let key = entry.key().map_err(|error| self.read_failed(&error))?;
            let id = TopicId::from_bytes(&key[REMOVED_PREFIX.len()..]).map_err(|r| self.damaged(r))?;
            sweeps.push(Sweep { id, from: 0, until: SweepUntil::NothingIsLeft, bytes: 0 });
        }
        Ok(Recovered { topics, sweeps, next_id })
    }

    /// Adds up the segments of a topic, and the blocks after the last of them.
    fn state_of(&self, id: TopicId) -> Result<TopicState, StoreError> {
        let start = self.catalogue.get(layout::start_key(id)).map_err(|error| self.read_failed(&error))?;
        let start =
            start.map_or(Ok(0), |start| layout::decode_offset(&start)).map_err(|r| self.damaged(r))?;
        let mut state = TopicState::new(id, start);
        for segment in self.segments.range(id.blocks_from(start)) {
            let (key, value) = segment.into_inner().map_err(|error| self.read_failed(&error))?;
            let segment = layout::decode_segment(&key, &value).map_err(|reason| self.damaged(reason))?;
            state.bytes += segment.bytes;
            state.open = OpenSegment::at(segment.end);
        }
        for block in self.blocks.range(id.blocks_from(state.open.so_far.end)) {
            let (key, value) = block.into_inner().map_err(|error| self.read_failed(&error))?;
            let block = StoredBlock::decode(&key, &value).map_err(|reason| self.damaged(reason))?;
            state.bytes += value.len() as u64;
            state.open.grow(block.end, value.len() as u64, block.received_at);
        }
        Ok(state)
    }

    /// Starts a group of changes.
    pub(super) fn batch(&self) -> OwnedWriteBatch {
        self.fjall.batch()
    }

    /// Writes a group of changes, all or none, then makes everything written so far as durable as
    /// asked. What is written becomes visible to readers after that.
    pub(super) fn commit(&self, batch: OwnedWriteBatch, mode: PersistMode) -> Result<(), fjall::Error> {
        if batch.is_empty() { self.fjall.persist(mode) } else { batch.durability(Some(mode)).commit() }
    }

    /// Makes everything written so far durable. Fails when a background write has failed.
    pub(super) fn persist(&self, mode: PersistMode) -> Result<(), fjall::Error> {
        self.fjall.persist(mode)
    }

    /// Whether writing has to wait for the background threads. fjall waits by itself a little
    /// later than this, but without end, even when those threads have died of a full disk.
    pub(super) fn is_behind(&self) -> bool {
        [&self.blocks, &self.segments, &self.journal, &self.catalogue, &self.keys]
            .iter()
            .any(|keyspace| keyspace.sealed_memtable_count() > 1 || keyspace.l0_table_count() >= 20)
    }

    /// Gives the space of deleted blocks back to the disk. Takes a while and reads every key; large
    /// blocks, which have files of their own, are not rewritten.
    pub(super) fn compact(&self) -> Result<(), fjall::Error> {
        self.blocks.rotate_memtable_and_wait()?;
        self.forget_the_past()?;
        self.blocks.major_compact()?;
        // A compaction counts what is dead in the files of large blocks; the next one drops them.
        if self.blocks.fragmented_blob_bytes() > 0 {
            self.blocks.major_compact()?;
        }
        self.forget_the_past()
    }

    /// Lets go of states that no snapshot sees any more. fjall does so when it exchanges a memtable
    /// that is not empty, and holds back what the last two writes have made.
    fn forget_the_past(&self) -> Result<(), fjall::Error> {
        for _ in 0..3 {
            self.catalogue.insert(COMPACTED_KEY, [])?;
        }
        self.catalogue.rotate_memtable_and_wait()
    }

    /// The state of all keyspaces now. Iterating a keyspace itself would see writes that come
    /// while it runs.
    pub(super) fn snapshot(&self) -> Snapshot {
        self.fjall.snapshot()
    }

    /// A failure to read.
    pub(super) fn read_failed(&self, error: &fjall::Error) -> StoreError {
        self.damaged(cause(error))
    }

    /// Something in this database that cannot be as it is.
    pub(super) fn damaged(&self, reason: String) -> StoreError {
        damaged(&self.dir, reason)
    }
}

/// Says in which topic damage was found.
pub(super) fn in_topic(topic: &TopicName, error: StoreError) -> StoreError {
    match error {
        StoreError::Damaged { what, reason } => {
            StoreError::Damaged { what: format!("topic {topic} of {what}"), reason }
        }
        other => other,
    }
}

/// What went wrong inside fjall, in words.
pub(super) fn cause(error: &fjall::Error) -> String {
    match error {
        fjall::Error::Io(error) => error.to_string(),
        fjall::Error::Storage(fjall::LsmError::Io(error)) => error.to_string(),
        fjall::Error::Poisoned => "a write in the background has failed".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Blocks are written once and read a few times. The larger ones go to files of their own, which
/// compaction does not rewrite; only their keys are sorted.
fn blocks() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default()
        .max_memtable_size(32 * MIB)
        .with_kv_separation(Some(KvSeparationOptions::default().separation_threshold(4096)))
}

fn small_values() -> KeyspaceCreateOptions {
    KeyspaceCreateOptions::default().max_memtable_size(4 * MIB)
}

fn is_absent_or_empty(dir: &Path) -> Result<bool, StoreError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(file(dir)(error)),
    }
}

/// Builds a whole database beside its place, then moves it there.
fn create(dir: &Path) -> Result<(), StoreError> {
    let mut building = dir.as_os_str().to_owned();
    building.push(".new");
    let building = PathBuf::from(building);
    match fs::remove_dir_all(&building) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file(&building)(error)),
        _ => {}
    }
    fs::create_dir_all(&building).map_err(file(&building))?;

    let database = Database::open_fjall(&building)?;
    let mut batch = database.batch();
    batch.insert(&database.catalogue, NEXT_KEY, TopicId(0).to_bytes());
    database.commit(batch, PersistMode::SyncAll).map_err(|error| opening_failed(&building, error))?;
    drop(database);
    write_format(&building.join(FORMAT_FILE)).map_err(file(&building))?;
    sync_folder(&building).map_err(file(&building))?;

    fs::rename(&building, dir).map_err(file(dir))?;
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync_folder(parent).map_err(file(parent))
}

fn write_format(path: &Path) -> io::Result<()> {
    let mut format = File::create(path)?;
    writeln!(format, "{FORMAT}")?;
    format.sync_all()
}

fn check_format(dir: &Path) -> Result<(), StoreError> {
    let format = match fs::read_to_string(dir.join(FORMAT_FILE)) {
        Ok(format) => format,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(damaged(dir, "it has no file `format`, so it is not a log".to_owned()));
        }
        Err(error) => return Err(file(dir)(error)),
    };
    if format.trim_end() == FORMAT.to_string() {
        return Ok(());
    }
    Err(damaged(dir, format!("it has format {:?}; this antler reads format {FORMAT}", format.trim_end())))
}

/// Makes a renamed entry of a folder durable.
#[cfg(unix)]
fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

/// Makes a renamed entry of a folder durable. Other systems have no such call.
#[cfg(not(unix))]
fn sync_folder(_dir: &Path) -> io::Result<()> {
    Ok(())
}

fn opening_failed(dir: &Path, error: fjall::Error) -> StoreError {
    match error {
        fjall::Error::Locked => StoreError::FolderInUse { path: dir.to_owned(), pid: None },
        fjall::Error::Io(source) | fjall::Error::Storage(fjall::LsmError::Io(source)) => {
            StoreError::File { path: dir.to_owned(), source }
        }
        other => damaged(dir, cause(&other)),
    }
}

fn damaged(dir: &Path, reason: String) -> StoreError {
    StoreError::Damaged { what: format!("the embedded log in {}", dir.display()), reason }
}

fn file(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}
