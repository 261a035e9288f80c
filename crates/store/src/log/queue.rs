//! What waits to be written: a queue that is bounded in bytes, and the fuse of the log.
//!
//! Whoever writes takes everything that waits at once, up to [`GROUP_BYTES`], so appends that arrive
//! while the disk is busy share its next sync, and a lone append waits for nobody. Waking a thread
//! costs more than appending an event, so the writer thread lets others run for a moment before it sleeps:
//! under load the next appends are there by then, and nobody has to wake it.
//!
//! Appends come from async code and must never block it, so an append that would put more than
//! [`IN_FLIGHT_BYTES`] on its way is refused at once, and the caller can tell its client to try
//! later. An append that is larger than that by itself is taken while nothing else is on its way.
//! Other requests block their caller until they are answered; the number of threads bounds
//! them, and they are always taken.
//!
//! Once the disk has failed, the first cause is kept and answers every later request.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc::SyncSender},
    thread,
};

use antler_core::{names::TopicName, retention::Segment};
use tokio::sync::oneshot;

use super::layout::{BlockKey, TopicId};
use crate::{
    StoreError,
    journal::{Change, Durability},
    topics::{Appended, Offset, Once},
};

/// Bytes of appends between their acceptance and their answer.
pub(super) const IN_FLIGHT_BYTES: usize = 64 << 20;
/// Bytes that are written and synced together, unless one request alone is larger.
const GROUP_BYTES: usize = 16 << 20;
/// What a request costs beside its bytes, so that tiny ones are bounded, too.
const OVERHEAD: usize = 256;
/// How often the writer lets others run before it sleeps.
const YIELDS: u32 = 16;

/// What a trim found when it looked: it is carried out as far as that is still so.
pub(super) struct Trim {
    pub(super) id: TopicId,
    /// Where the topic started.
    pub(super) from: Offset,
    /// Where it is to start.
    pub(super) to: Offset,
    /// The bytes in between.
    pub(super) bytes: u64,
    /// The complete segments in between.
    pub(super) segments: Vec<BlockKey>,
    /// The open segment, if it is to go as well.
    pub(super) open: Option<Segment>,
}

/// Where the outcome of a request without a value goes.
pub(super) type Done = SyncSender<Result<(), StoreError>>;

/// Something for the writer to do.
pub(super) enum Request {
    /// Stores encoded blocks at the ends of their topics.
    Append {
        blocks: Vec<EncodedBlock>,
        once: Option<Once>,
        done: oneshot::Sender<Result<Appended, StoreError>>,
    },
    /// Makes a topic.
    Create { topic: TopicName, done: Done },
    /// Forgets the oldest segments of a topic.
    Trim { topic: TopicName, trim: Trim, done: Done },
    /// Removes a topic.
    Remove { topic: TopicName, done: Done },
    /// Changes the journal.
    Journal { changes: Vec<Change>, durability: Durability, done: Done },
}

/// A block in its stored form.
pub(super) struct EncodedBlock {
    pub(super) topic: TopicName,
    pub(super) records: u32,
    pub(super) received_at: i64,
    pub(super) value: Vec<u8>,
}

impl Request {
    /// Answers that it was not done. Nobody may be there to hear it.
    pub(super) fn refuse(self, error: StoreError) {
        match self {
            Self::Append { done, .. } => drop(done.send(Err(error))),
            Self::Create { done, .. }
            | Self::Trim { done, .. }
            | Self::Remove { done, .. }
            | Self::Journal { done, .. } => {
                drop(done.send(Err(error)));
            }
        }
    }

    /// What it counts for in the limits.
    pub(super) fn cost(&self) -> usize {
        OVERHEAD
            + match self {
                Self::Append { blocks, once, .. } => {
                    let key = once.as_ref().map_or(0, |once| once.key.len() + once.answer.len());
                    blocks.iter().map(|block| block.value.len()).sum::<usize>() + key
                }
                Self::Journal { changes, .. } => changes.iter().map(change_bytes).sum(),
                Self::Trim { trim, .. } => trim.segments.len() * size_of::<BlockKey>(),
                Self::Create { .. } | Self::Remove { .. } => 0,
            }
    }
}

fn change_bytes(change: &Change) -> usize {
    match change {
        Change::Put { key, value } => key.len() + value.len(),
        Change::Delete { key } => key.len(),
    }
}

/// The queue between callers and the writer.
#[derive(Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Request>,
    in_flight: usize,
    /// Whether the writer has to be woken.
    asleep: bool,
    closed: bool,
    failure: Option<String>,
}

impl Queue {
    /// Puts a request in line, or answers it at once with the reason why not. Whoever does so sees to it
    /// that it is served: wakes the writer thread, or writes.
    pub(super) fn submit(&self, request: Request) {
        let cost = request.cost();
        let mut state = self.lock();
        let refusal = match (&state.failure, &request) {
            (Some(cause), _) => Some(StoreError::Log(cause.clone())),
            (None, Request::Append { .. })
                if state.in_flight > 0 && state.in_flight + cost > IN_FLIGHT_BYTES =>
            {
                Some(StoreError::Overloaded { waiting: state.in_flight })
            }
            (None, _) => None,
        };
        if let Some(error) = refusal {
            drop(state);
            return request.refuse(error);
        }
        state.in_flight += cost;
        state.waiting.push_back(request);
    }

    /// Blocks while nothing waits. False once the queue is closed and empty.
    pub(super) fn wait_for_more(&self) -> bool {
        let mut state = self.lock();
        let mut yields = YIELDS;
        while state.waiting.is_empty() && !state.closed {
            if yields > 0 {
                yields -= 1;
                drop(state);
                thread::yield_now();
                state = self.lock();
            } else {
                state.asleep = true;
                state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
        !state.waiting.is_empty()
    }

    /// Takes what waits, in order.
    pub(super) fn next_group(&self) -> Vec<Request> {
        let mut state = self.lock();
        let mut bytes = 0;
        let mut group = Vec::new();
        while let Some(request) = state.waiting.pop_front() {
            bytes += request.cost();
            if bytes > GROUP_BYTES && !group.is_empty() {
                state.waiting.push_front(request);
                break;
            }
            group.push(request);
        }
        group
    }

    /// Whether anything waits.
    pub(super) fn is_empty(&self) -> bool {
        self.lock().waiting.is_empty()
    }

    /// Whether no more is coming.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Wakes the writer thread if it sleeps.
    pub(super) fn wake(&self) {
        let asleep = std::mem::take(&mut self.lock().asleep);
        if asleep {
            self.arrived.notify_one();
        }
    }

    /// Says that requests of this cost have been answered.
    pub(super) fn release(&self, cost: usize) {
        self.lock().in_flight -= cost;
    }

    /// Refuses everything that waits and everything to come. The first cause wins.
    pub(super) fn fail(&self, cause: &str) {
        let mut state = self.lock();
        let cause = state.failure.get_or_insert_with(|| cause.to_owned()).clone();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        for request in waiting {
            request.refuse(StoreError::Log(cause.clone()));
        }
    }

    /// Lets the writer finish what waits and end.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    /// Every change of the state is a single step, so a panic elsewhere cannot leave it half done.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Answer = oneshot::Receiver<Result<Appended, StoreError>>;

    fn append(bytes: usize) -> (Request, Answer) {
        let (done, answer) = oneshot::channel();
        let topic = "t".parse().unwrap();
        let block = EncodedBlock { topic, records: 1, received_at: 0, value: vec![b'\n'; bytes] };
        (Request::Append { blocks: vec![block], once: None, done }, answer)
    }

    fn submit(queue: &Queue, bytes: usize) -> Answer {
        let (request, answer) = append(bytes);
        queue.submit(request);
        answer
    }

    #[test]
    fn a_full_queue_refuses_appends_at_once_until_the_writer_has_caught_up() {
        let queue = Queue::default();
        let quarter = IN_FLIGHT_BYTES / 4 - OVERHEAD;
        let _accepted: Vec<_> = (0..4).map(|_| submit(&queue, quarter)).collect();
        let refused = submit(&queue, 1).blocking_recv().unwrap();
        assert!(matches!(refused, Err(StoreError::Overloaded { waiting: IN_FLIGHT_BYTES })), "{refused:?}");

        let group = queue.next_group();
        let still = submit(&queue, 1).blocking_recv().unwrap();
        assert!(matches!(still, Err(StoreError::Overloaded { .. })), "taken is not yet written: {still:?}");
        queue.release(group.iter().map(Request::cost).sum());
        assert!(submit(&queue, 1).try_recv().is_err(), "accepted, so not answered yet");
    }

    #[test]
    fn an_append_larger_than_the_queue_is_taken_when_it_is_alone() {
        let queue = Queue::default();
        assert!(submit(&queue, IN_FLIGHT_BYTES + 1).try_recv().is_err(), "accepted, so not answered yet");
        let refused = submit(&queue, 1).blocking_recv().unwrap();
        assert!(matches!(refused, Err(StoreError::Overloaded { .. })), "{refused:?}");
    }

    #[test]
    fn a_group_is_all_that_waits_up_to_its_limit_and_never_empty_handed() {
        let queue = Queue::default();
        let _small: Vec<_> = (0..100).map(|_| submit(&queue, 10)).collect();
        let _large = submit(&queue, GROUP_BYTES + 1);
        assert_eq!(queue.next_group().len(), 100);
        assert!(queue.wait_for_more());
        assert_eq!(queue.next_group().len(), 1);
        assert!(queue.next_group().is_empty() && queue.is_empty());
    }

    #[test]
    fn a_failure_answers_what_waits_and_what_comes_with_the_first_cause() {
        let queue = Queue::default();
        let before = submit(&queue, 1);
        queue.fail("disk on fire");
        queue.fail("something later");
        for answer in [before, submit(&queue, 1)] {
            let error = answer.blocking_recv().unwrap().unwrap_err();
            assert_eq!(error.to_string(), "the embedded log failed: disk on fire");
        }
    }

    #[test]
    fn a_closed_queue_hands_out_what_waits_and_then_ends() {
        let queue = Queue::default();
        let _waiting = submit(&queue, 1);
        queue.close();
        assert!(queue.wait_for_more());
        assert_eq!(queue.next_group().len(), 1);
        assert!(!queue.wait_for_more());
    }
}
