//! What writes: one group after another, each with one write and one sync.
//!
//! Where the disk has to confirm a group, that is the work of a thread of its own. Where the operating
//! system is enough, a group costs less than to wake a thread, so whoever appends writes: what it has put in
//! line itself, and what others put there meanwhile ([`write_now`]).
//!
//! ```text
//! take a group ─▶ give out offsets ─▶ one batch ─▶ one sync ─▶ publish ends ─▶ answer ─▶ tell the listener
//!                                          │
//!                                          └─ failed: the fuse blows; this group, everything that waits and
//!                                             everything to come is refused with the first cause
//! ```
//!
//! Offsets are given out here and nowhere else, so they follow the order of the queue and have
//! no gaps. Readers learn of a block only after its sync: [`Shared::topics`] is what is durable.
//!
//! The blocks of removed and trimmed topics, and keys whose time is over, are deleted here, too, a few
//! after each group.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use antler_core::{names::TopicName, retention::Segment};
use fjall::{Keyspace, OwnedWriteBatch, PersistMode};
use tokio::sync::oneshot;

use super::{
    OpenSegment, Shared, SyncPolicy, TopicState,
    database::{Database, Recovered, cause},
    keys::{Keys, NewKeys},
    layout::{self, BlockKey, NEXT_KEY, TopicId},
    queue::{Done, EncodedBlock, Request, Trim},
    sweep::{Reclaim, Sweep, SweepUntil},
};
use crate::{
    StoreError,
    journal::{Change, Durability},
    topics::{Appended, Offset},
};

/// How long the background threads may stand still before the log counts as failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many groups somebody writes who only wanted to append, before the thread has to.
const GROUPS_FOR_OTHERS: u32 = 8;

/// The writer and what only it knows.
pub(super) struct Writer {
    shared: Arc<Shared>,
    database: Database,
    policy: SyncPolicy,
    /// Every topic, with the offset that comes next, durable or not.
    topics: BTreeMap<TopicName, TopicState>,
    next_id: TopicId,
    sweeps: VecDeque<Sweep>,
    keys: Keys,
    reclaim: Reclaim,
}

/// The outcome of a group, decided but not yet durable.
///
/// fjall gives all changes of a batch one sequence number, so a key must not occur twice in it:
/// what can be changed twice within a group is collected in maps first.
#[derive(Default)]
struct Group {
    blocks: Vec<(BlockKey, Vec<u8>)>,
    catalogue: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    segments: BTreeMap<BlockKey, Option<Vec<u8>>>,
    journal: BTreeMap<String, Option<Vec<u8>>>,
    keys: NewKeys,
    sync: bool,
    /// Topics whose durable state changes, `None` when they are removed.
    changed: BTreeMap<TopicName, Option<TopicState>>,
    grown: BTreeSet<TopicName>,
    appended: Vec<(oneshot::Sender<Result<Appended, StoreError>>, Appended)>,
    done: Vec<Done>,
}

impl Writer {
    /// A writer that goes on from what was recovered.
    pub(super) fn new(
        shared: Arc<Shared>,
        database: Database,
        policy: SyncPolicy,
        recovered: Recovered,
        keys: Keys,
    ) -> Self {
        Self {
            shared,
            database,
            policy,
            topics: recovered.topics,
            next_id: recovered.next_id,
            sweeps: recovered.sweeps.into(),
            keys,
            reclaim: Reclaim::default(),
        }
    }

    fn serve(&mut self, requests: Vec<Request>) -> Result<(), String> {
        if requests.is_empty() {
            return Ok(());
        }
        let cost = requests.iter().map(Request::cost).sum();
        let mut group = Group::default();
        for request in requests {
            self.decide(request, &mut group);
        }
        if let Err(cause) = self.write(&mut group) {
            self.shared.queue.fail(&cause);
            group.refuse(&cause);
            return Err(cause);
        }
        self.shared.publish(group.changed);
        self.shared.queue.release(cost);
        for (answer, appended) in group.appended {
            let _ = answer.send(Ok(appended));
        }
        for answer in group.done {
            let _ = answer.send(Ok(()));
        }
        self.shared.tell(&group.grown);
        self.forget(group.keys.added())
    }

    /// Forgets keys whose time is over. Needs no sync: it is done again when it is lost.
    fn forget(&mut self, added: usize) -> Result<(), String> {
        let forgotten = self.keys.forget(added)?;
        if forgotten.is_empty() {
            return Ok(());
        }
        let mut batch = self.database.batch();
        for (key, value) in forgotten {
            change(&mut batch, &self.database.keys, key, value);
        }
        self.wait_for_background()?;
        self.database.commit(batch, PersistMode::Buffer).map_err(|error| cause(&error))
    }

    /// Adds what a request means to the group.
    fn decide(&mut self, request: Request, group: &mut Group) {
        match request {
            Request::Append { blocks, once, done } => {
                if let Some(block) = blocks.iter().find(|block| !self.topics.contains_key(&block.topic)) {
                    let _ = done.send(Err(StoreError::UnknownTopic(block.topic.clone())));
                    return;
                }
                if let Some(once) = &once {
                    let earlier = self.keys.earlier(once, &mut group.keys);
                    match earlier.map_err(|reason| self.database.damaged(reason)) {
                        Ok(None) => {}
                        // The first append may be in this very group: it is answered with it.
                        Ok(Some(before)) => return group.appended.push((done, before)),
                        Err(error) => return drop(done.send(Err(error))),
                    }
                }
                let firsts = blocks.into_iter().filter_map(|block| self.place(block, group)).collect();
                if let Some(once) = once {
                    self.keys.remember(once, &mut group.keys);
                    group.sync = true;
                }
                group.appended.push((done, Appended::Now { firsts }));
            }
            Request::Create { topic, done } => {
                group.done.push(done);
                if self.topics.contains_key(&topic) {
                    return;
                }
                let state = TopicState::new(self.next_id, 0);
                self.next_id = TopicId(state.id.0 + 1);
                group.catalogue.insert(NEXT_KEY.to_vec(), Some(self.next_id.to_bytes().to_vec()));
                group.catalogue.insert(layout::topic_key(&topic), Some(state.id.to_bytes().to_vec()));
                group.sync = true;
                group.changed.insert(topic.clone(), Some(state));
                self.topics.insert(topic, state);
            }
            Request::Trim { topic, trim, done } => {
                group.done.push(done);
                self.trim(topic, trim, group);
            }
            Request::Remove { topic, done } => {
                group.done.push(done);
                let Some(state) = self.topics.remove(&topic) else { return };
                group.catalogue.insert(layout::topic_key(&topic), None);
                group.catalogue.insert(layout::removed_key(state.id), Some(Vec::new()));
                group.sync = true;
                group.grown.remove(&topic);
                group.changed.insert(topic, None);
                self.sweeps.push_back(Sweep {
                    id: state.id,
                    from: 0,
                    until: SweepUntil::NothingIsLeft,
                    bytes: state.bytes,
                });
            }
            Request::Journal { changes, durability, done } => {
                group.journal.extend(changes.into_iter().map(|change| match change {
                    Change::Put { key, value } => (key, Some(value)),
                    Change::Delete { key } => (key, None),
                }));
                group.sync |= durability == Durability::Now;
                group.done.push(done);
            }
        }
    }

    /// Gives a block its offset. `None` when there is no such topic.
    fn place(&mut self, block: EncodedBlock, group: &mut Group) -> Option<Offset> {
        let EncodedBlock { topic, records, received_at, value } = block;
        let state = self.topics.get_mut(&topic)?;
        if state.open.is_complete(received_at) {
            let Segment { first, end, .. } = state.open.so_far;
            let segment = layout::encode_segment(&state.open.so_far);
            group.segments.insert(state.id.block(first), Some(segment));
            state.open = OpenSegment::at(end);
        }
        let first = state.end();
        let bytes = value.len() as u64;
        state.bytes += bytes;
        state.open.grow(first + Offset::from(records), bytes, received_at);
        group.blocks.push((state.id.block(first), value));
        group.sync = true;
        group.changed.insert(topic.clone(), Some(*state));
        group.grown.insert(topic);
        Some(first)
    }

    /// Lets a topic start later, as far as what the caller saw of it is still so.
    fn trim(&mut self, topic: TopicName, trim: Trim, group: &mut Group) {
        let Trim { id, from, mut to, mut bytes, segments, open } = trim;
        let Some(state) = self.topics.get_mut(&topic).filter(|state| state.id == id && state.start == from)
        else {
            return;
        };
        if let Some(open) = open.filter(|open| state.open.so_far == *open) {
            (to, bytes) = (open.end, bytes + open.bytes);
            state.open = OpenSegment::at(to);
        }
        if to == from {
            return;
        }
        state.start = to;
        state.bytes = state.bytes.saturating_sub(bytes);
        group.segments.extend(segments.into_iter().map(|key| (key, None)));
        group.catalogue.insert(layout::start_key(id), Some(layout::encode_offset(to)));
        group.sync = true;
        group.changed.insert(topic, Some(*state));
        self.sweeps.push_back(Sweep { id, from, until: SweepUntil::Offset(to), bytes });
    }

    /// Writes a group, all or nothing, and makes it as durable as it has to be.
    fn write(&self, group: &mut Group) -> Result<(), String> {
        let mut batch = self.database.batch();
        for (key, block) in group.blocks.drain(..) {
            batch.insert(&self.database.blocks, key, block);
        }
        for (key, value) in std::mem::take(&mut group.catalogue) {
            change(&mut batch, &self.database.catalogue, key, value);
        }
        for (key, value) in std::mem::take(&mut group.segments) {
            change(&mut batch, &self.database.segments, key.to_vec(), value);
        }
        for (key, value) in std::mem::take(&mut group.journal) {
            change(&mut batch, &self.database.journal, key.into_bytes(), value);
        }
        for (key, value) in std::mem::take(&mut group.keys.changes) {
            change(&mut batch, &self.database.keys, key, value);
        }
        let mode = match self.policy {
            SyncPolicy::Fsync if group.sync => PersistMode::SyncAll,
            SyncPolicy::Fsync | SyncPolicy::Os => PersistMode::Buffer,
        };
        self.wait_for_background()?;
        self.database.commit(batch, mode).map_err(|error| cause(&error))
    }

    /// Lets flushes and compactions catch up, for as long as they are alive.
    fn wait_for_background(&self) -> Result<(), String> {
        let started = Instant::now();
        while self.database.is_behind() {
            self.database.persist(PersistMode::Buffer).map_err(|error| cause(&error))?;
            if started.elapsed() > PATIENCE {
                return Err(format!("its background threads did nothing for {} s", PATIENCE.as_secs()));
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Deletes some of the blocks that are to go.
    fn sweep(&mut self) -> Result<(), String> {
        if self.sweeps.is_empty() {
            return Ok(());
        }
        self.wait_for_background()?;
        let Some(sweep) = self.sweeps.front_mut() else { return Ok(()) };
        if sweep.step(&self.database)? {
            let left = self.topics.values().map(|state| state.bytes).sum();
            self.reclaim.deleted(sweep.bytes, left, &self.database);
            self.sweeps.pop_front();
        }
        Ok(())
    }
}

/// The life of the writer thread: serves the queue until it is closed or the disk fails.
pub(super) fn run(writer: &Mutex<Writer>, shared: &Arc<Shared>) {
    let fuse = Fuse(Arc::clone(shared));
    // A writer that has panicked has blown the fuse, so nothing is in line any more.
    let writer = || writer.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let swept = writer().sweeps.is_empty();
        if swept && !shared.queue.wait_for_more() {
            break;
        }
        // Taken once nobody else writes: what was put in line first is written first.
        let mut writer = writer();
        let group = shared.queue.next_group();
        if group.is_empty() && shared.queue.is_closed() && !swept {
            break;
        }
        if let Err(cause) = writer.serve(group).and_then(|()| writer.sweep()) {
            shared.queue.fail(&cause);
            return;
        }
    }
    // What was only promised to survive the process survives the machine after a clean end.
    if let Err(error) = writer().database.persist(PersistMode::SyncAll) {
        shared.queue.fail(&cause(&error));
    }
    drop(fuse);
}

/// Writes what is in line, unless somebody else does or the disk is busy. Called after something was put
/// there: it is written then, or will be by whoever holds the writer, who looks once more after letting go.
pub(super) fn write_now(writer: &Mutex<Writer>, shared: &Arc<Shared>) {
    for _ in 0..GROUPS_FOR_OTHERS {
        let Ok(mut writer) = writer.try_lock() else { return };
        if writer.database.is_behind() {
            break;
        }
        let fuse = Fuse(Arc::clone(shared));
        let served = writer.serve(shared.queue.next_group());
        drop((writer, fuse));
        if let Err(cause) = served {
            return shared.queue.fail(&cause);
        }
        if shared.queue.is_empty() {
            return;
        }
    }
    shared.queue.wake();
}

fn change(batch: &mut OwnedWriteBatch, keyspace: &Keyspace, key: Vec<u8>, value: Option<Vec<u8>>) {
    match value {
        Some(value) => batch.insert(keyspace, key, value),
        None => batch.remove(keyspace, key),
    }
}

impl Group {
    /// Answers everyone that it is unknown whether their request is stored.
    fn refuse(self, cause: &str) {
        for (answer, _) in self.appended {
            let _ = answer.send(Err(StoreError::Log(cause.to_owned())));
        }
        for answer in self.done {
            let _ = answer.send(Err(StoreError::Log(cause.to_owned())));
        }
    }
}

/// Blows when the writer ends by a panic, so that nobody waits for a thread that is gone.
struct Fuse(Arc<Shared>);

impl Drop for Fuse {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.queue.fail("its writer panicked");
        }
    }
}

impl Shared {
    fn publish(&self, changed: BTreeMap<TopicName, Option<TopicState>>) {
        let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        for (name, state) in changed {
            match state {
                Some(state) => topics.insert(name, state),
                None => topics.remove(&name),
            };
        }
    }

    fn tell(&self, grown: &BTreeSet<TopicName>) {
        let listener = self.listener.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(listener) = listener {
            for topic in grown {
                listener(topic);
            }
        }
    }
}
