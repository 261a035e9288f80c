//! The thread that has the sandbox. It answers chunks in pieces, so that the database sees that
//! the process is alive.

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
    },
    thread,
    time::{Duration, Instant},
};

use antler_core::udf::Function;

use crate::{
    chunk::Chunk,
    sandbox::{Limits, Sandbox, fail, took_longer},
};

/// The stack of the thread: more than that of the engine.
const STACK: usize = 8 * 1024 * 1024;
/// Answers of so many bytes are sent on.
const PIECE: usize = 256 * 1024;
/// Answers that are this old are sent on.
const PIECE_AGE: Duration = Duration::from_millis(200);
/// How many pieces may wait to be written.
const PIECES: usize = 4;
/// When so many rows of a chunk have hit a limit, the others have this part of the time: a migration with
/// a mistake holds up the table for minutes, not for days. Rows that fail so can be replayed.
const PATIENCE: usize = 10;
const HASTE: u32 = 20;
/// How long the engine may take to notice that the time of a row is up, which it does at most steps
/// but not within some built-in functions.
const GRACE: Duration = Duration::from_secs(4);

/// Rows to be answered.
struct Job {
    chunk: Arc<Chunk>,
    rows: Range<usize>,
    /// Rows that hang the engine.
    hanging: BTreeSet<usize>,
}

/// Answers of the next so many rows.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) rows: usize,
    pub(crate) bytes: Vec<u8>,
}

/// A thread with a sandbox.
pub(crate) struct Worker {
    jobs: Sender<Job>,
    pieces: Receiver<Piece>,
    at: Arc<AtomicUsize>,
    limits: Limits,
}

/// What became of the next piece.
pub(crate) enum Next {
    Piece(Piece),
    /// The row that hangs the engine.
    Hanging(usize),
}

impl Worker {
    pub(crate) fn start(function: &Arc<Function>, limits: Limits) -> std::io::Result<Self> {
        let (jobs, to_do) = mpsc::channel();
        let (done, pieces) = mpsc::sync_channel(PIECES);
        let at = Arc::new(AtomicUsize::new(0));
        let (function, current) = (Arc::clone(function), Arc::clone(&at));
        let work = move || work(&function, limits, &to_do, &done, &current);
        thread::Builder::new().stack_size(STACK).spawn(work)?;
        Ok(Self { jobs, pieces, at, limits })
    }

    /// Has rows answered; [`Worker::next`] gives the answers.
    pub(crate) fn answer(&self, chunk: &Arc<Chunk>, rows: Range<usize>, hanging: &BTreeSet<usize>) {
        self.at.store(rows.start, Ordering::Relaxed);
        // A thread that is gone is found by `next`.
        let _ = self.jobs.send(Job { chunk: Arc::clone(chunk), rows, hanging: hanging.clone() });
    }

    /// Waits for the next piece, or until a row has hung the engine for too long.
    pub(crate) fn next(&self) -> Next {
        let mut at = self.at.load(Ordering::Relaxed);
        let mut since = Instant::now();
        loop {
            match self.pieces.recv_timeout(PIECE_AGE) {
                Ok(piece) => return Next::Piece(piece),
                Err(RecvTimeoutError::Disconnected) => return Next::Hanging(self.at.load(Ordering::Relaxed)),
                Err(RecvTimeoutError::Timeout) => {
                    let now_at = self.at.load(Ordering::Relaxed);
                    if now_at != at {
                        (at, since) = (now_at, Instant::now());
                    } else if since.elapsed() > self.limits.time + GRACE {
                        return Next::Hanging(at);
                    }
                }
            }
        }
    }
}

fn work(
    function: &Function,
    limits: Limits,
    jobs: &Receiver<Job>,
    pieces: &SyncSender<Piece>,
    at: &AtomicUsize,
) {
    let mut sandbox: Option<Sandbox> = None;
    for Job { chunk, rows, hanging } in jobs {
        let mut answers = Answers { sent: rows.start, since: Instant::now(), pieces };
        let mut bytes = Vec::new();
        let mut row = rows.start;
        let mut spent = hanging.len();
        while row < rows.end {
            if hanging.contains(&row) {
                fail(function, &took_longer(limits.time), &mut bytes);
                answers.done(row, &mut bytes);
                row += 1;
                continue;
            }
            let ready = match sandbox.take() {
                Some(ready) => Ok(ready),
                None => Sandbox::new(function, limits),
            };
            match ready {
                Ok(mut ready) => {
                    if spent >= PATIENCE {
                        ready.hurry(limits.time / HASTE);
                    }
                    let end = hanging.range(row..).next().copied().unwrap_or(rows.end);
                    let ran =
                        ready.run(&chunk, row..end, at, &mut bytes, |row, bytes| answers.done(row, bytes));
                    spent += usize::from(ran.spent);
                    sandbox = (!ran.spent && spent < PATIENCE).then_some(ready);
                    row = ran.next;
                }
                Err(broken) => {
                    fail(function, &format!("the migration cannot be run: {broken}"), &mut bytes);
                    answers.done(row, &mut bytes);
                    row += 1;
                }
            }
        }
        answers.send(rows.end, &mut bytes);
    }
}

/// Answers on their way.
struct Answers<'p> {
    /// The first row whose answer is not sent.
    sent: usize,
    since: Instant,
    pieces: &'p SyncSender<Piece>,
}

impl Answers<'_> {
    /// Notes that the answer of a row is complete.
    fn done(&mut self, row: usize, bytes: &mut Vec<u8>) {
        if bytes.len() >= PIECE || self.since.elapsed() >= PIECE_AGE {
            self.send(row + 1, bytes);
        }
    }

    /// Sends the answers of all rows before one.
    fn send(&mut self, end: usize, bytes: &mut Vec<u8>) {
        let piece = Piece { rows: end - self.sent, bytes: std::mem::take(bytes) };
        (self.sent, self.since) = (end, Instant::now());
        // Whoever does not want it any more has started another worker.
        let _ = self.pieces.send(piece);
    }
}
