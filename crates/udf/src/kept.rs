//! The last answers of a process.
//!
//! The database asks for the same rows once for each fate that they can have, one statement after the
//! other and of the same process.

use std::collections::VecDeque;

use crate::chunk::Chunk;

/// How much is kept of chunks and their answers, in bytes.
pub(crate) const KEPT: usize = 64 * 1024 * 1024;

/// The last chunks and their answers, oldest first.
#[derive(Default)]
pub(crate) struct Kept {
    chunks: VecDeque<(Chunk, Vec<u8>)>,
    bytes: usize,
}

impl Kept {
    /// The answers to a chunk that was asked before.
    pub(crate) fn answers(&self, chunk: &Chunk) -> Option<&[u8]> {
        self.chunks.iter().find(|(kept, _)| *kept == *chunk).map(|(_, answers)| answers.as_slice())
    }

    /// Keeps the answers to a chunk, and forgets the oldest ones for them.
    pub(crate) fn keep(&mut self, chunk: Chunk, answers: Vec<u8>) {
        self.bytes += chunk.size() + answers.len();
        self.chunks.push_back((chunk, answers));
        while self.bytes > KEPT
            && let Some((chunk, answers)) = self.chunks.pop_front()
        {
            self.bytes -= chunk.size() + answers.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(text: &[u8]) -> Chunk {
        let stream = [b"1\n", text].concat();
        let field = antler_core::schema::Field {
            name: "x".parse().unwrap(),
            data_type: antler_core::schema::DataType::Number,
            absence: antler_core::schema::Absence::Never,
            key: false,
        };
        Chunk::read(&mut &stream[..], &[field]).unwrap().unwrap()
    }

    #[test]
    fn the_last_answers_are_kept_as_long_as_there_is_room() {
        let mut kept = Kept::default();
        let [a, b, c] = [b"aaaaaaaa", b"bbbbbbbb", b"cccccccc"].map(|text| chunk(text));
        kept.keep(a.clone(), vec![1]);
        kept.keep(b.clone(), vec![2; KEPT / 2]);
        assert_eq!(kept.answers(&a), Some(&[1][..]));
        kept.keep(c.clone(), vec![3; KEPT / 2]);
        assert_eq!((kept.answers(&a), kept.answers(&b)), (None, None));
        assert_eq!(kept.answers(&c).map(<[u8]>::len), Some(KEPT / 2));
    }
}
