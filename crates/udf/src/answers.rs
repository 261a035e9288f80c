//! What a process writes, read in such a way that waiting for it can end.

use std::{
    io::{self, BufRead, Read},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

/// How much is read at once, in bytes, and how often before somebody takes it.
const BLOCK: usize = 1 << 16;
const BLOCKS: usize = 4;

/// The output of a process. A thread reads it, which ends with the process.
pub(crate) struct Answers {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    at: usize,
    /// How long to wait for the next bytes; without it, for ever. What comes later is a
    /// [`TimedOut`](io::ErrorKind::TimedOut).
    pub(crate) patience: Option<Duration>,
}

impl Answers {
    pub(crate) fn of(mut output: impl Read + Send + 'static) -> io::Result<Self> {
        let (sender, blocks) = mpsc::sync_channel(BLOCKS);
        let read = move || {
            loop {
                let mut block = vec![0; BLOCK];
                let read = output.read(&mut block).map(|length| {
                    block.truncate(length);
                    block
                });
                let is_end = !matches!(&read, Ok(block) if !block.is_empty());
                if sender.send(read).is_err() || is_end {
                    return;
                }
            }
        };
        thread::Builder::new().spawn(read)?;
        Ok(Self { blocks, block: Vec::new(), at: 0, patience: None })
    }

    /// Whether the next read may have to wait.
    pub(crate) fn is_empty(&self) -> bool {
        self.at >= self.block.len()
    }
}

impl BufRead for Answers {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.is_empty() {
            let next = match self.patience {
                Some(patience) => self.blocks.recv_timeout(patience),
                None => self.blocks.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            self.block = match next {
                Ok(block) => block?,
                Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::TimedOut.into()),
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
            };
            self.at = 0;
        }
        Ok(self.block.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}

impl Read for Answers {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let from = self.fill_buf()?;
        let count = from.len().min(to.len());
        if let (Some(to), Some(from)) = (to.get_mut(..count), from.get(..count)) {
            to.copy_from_slice(from);
        }
        self.consume(count);
        Ok(count)
    }
}
