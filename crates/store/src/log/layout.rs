//! The stored forms of the embedded log: keys and values, byte by byte.
//!
//! | keyspace    | key                              | value                                         |
//! |-------------|----------------------------------|-----------------------------------------------|
//! | `catalogue` | `next`                           | topic id that the next created topic gets     |
//! |             | `topic/<name>`                   | topic id                                      |
//! |             | `start/` topic id                | offset: records before it are trimmed         |
//! |             | `compacted`                      | empty: means nothing                          |
//! |             | `removed/` topic id              | empty: blocks of this id are to be deleted    |
//! | `blocks`    | topic id, offset of first record | block version u8, records u32, received_at i64, NDJSON |
//! | `segments`  | topic id, offset of first record | segment version u8, end u64, bytes u64, newest received_at i64 |
//! | `journal`   | the journal's key                | the journal's value                           |
//! | `keys`      | `key/` key of an append          | key version u8, until i64, fingerprint, answer |
//! |             | `until/` until, key              | empty: sorts keys by when they are forgotten  |
//!
//! Numbers are big endian, so that keys sort by topic and offset. A topic id is given out once
//! and never again, so what is left of a removed topic can never be read through a new one.
//!
//! All topics share one keyspace: a keyspace of its own would cost each of a thousand topics a
//! memtable, files and a part of the journal's life time, and creating one is slow.
//!
//! A segment is written when it is complete. The records after the last one are the open segment.
//! Logs from before there were segments have one large open one.
//!
//! Nothing here reads or writes; damage is reported as a text and located by the caller.

use std::ops::RangeInclusive;

use antler_core::{names::TopicName, retention::Segment};

use crate::topics::{Block, NewBlock, Offset, Once};

/// The format of the database as a whole.
pub(super) const FORMAT: u32 = 1;
/// Key of the next topic id.
pub(super) const NEXT_KEY: &[u8] = b"next";
/// A key that is written for the sake of writing.
pub(super) const COMPACTED_KEY: &[u8] = b"compacted";
/// Before the names of topics.
pub(super) const TOPIC_PREFIX: &[u8] = b"topic/";
/// Before the ids of removed topics.
pub(super) const REMOVED_PREFIX: &[u8] = b"removed/";

/// Before the keys of appends, in the order of time.
pub(super) const UNTIL_PREFIX: &[u8] = b"until/";

const KEY_VERSION: u8 = 1;
const KEY_HEADER: usize = 1 + size_of::<i64>() + 32;
const START_PREFIX: &[u8] = b"start/";
const SEGMENT_VERSION: u8 = 1;
const SEGMENT: usize = 1 + 2 * size_of::<u64>() + size_of::<i64>();
const BLOCK_VERSION: u8 = 1;
const HEADER: usize = 1 + size_of::<u32>() + size_of::<i64>();

/// One life of a topic: from its creation to its removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TopicId(pub(super) u64);

/// The key of a block or of a segment.
pub(super) type BlockKey = [u8; 16];

impl TopicId {
    /// The stored form.
    pub(super) fn to_bytes(self) -> [u8; 8] {
        self.0.to_be_bytes()
    }

    /// Reads the stored form.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let bytes = bytes.try_into().map_err(|_| format!("a topic id of {} bytes", bytes.len()))?;
        Ok(Self(u64::from_be_bytes(bytes)))
    }

    /// The key of the block or segment that starts at an offset.
    pub(super) fn block(self, first: Offset) -> BlockKey {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&self.to_bytes());
        key[8..].copy_from_slice(&first.to_be_bytes());
        key
    }

    /// The keys of all blocks or segments that start at an offset or after it.
    pub(super) fn blocks_from(self, first: Offset) -> RangeInclusive<BlockKey> {
        self.block(first)..=self.block(Offset::MAX)
    }
}

/// The key of a topic in the catalogue.
pub(super) fn topic_key(topic: &TopicName) -> Vec<u8> {
    [TOPIC_PREFIX, topic.as_str().as_bytes()].concat()
}

/// The key that marks an id as removed.
pub(super) fn removed_key(id: TopicId) -> Vec<u8> {
    [REMOVED_PREFIX, &id.to_bytes()].concat()
}

/// The key of the offset where a topic starts.
pub(super) fn start_key(id: TopicId) -> Vec<u8> {
    [START_PREFIX, &id.to_bytes()].concat()
}

/// The stored form of an offset.
pub(super) fn encode_offset(offset: Offset) -> Vec<u8> {
    offset.to_be_bytes().to_vec()
}

/// Reads the stored form of an offset.
pub(super) fn decode_offset(bytes: &[u8]) -> Result<Offset, String> {
    Ok(Offset::from_be_bytes(array(bytes)?))
}

/// The value of a segment.
pub(super) fn encode_segment(segment: &Segment) -> Vec<u8> {
    let Segment { first: _, end, bytes, newest } = segment;
    let mut value = Vec::with_capacity(SEGMENT);
    value.push(SEGMENT_VERSION);
    value.extend_from_slice(&end.to_be_bytes());
    value.extend_from_slice(&bytes.to_be_bytes());
    value.extend_from_slice(&newest.to_be_bytes());
    value
}

/// Reads the key and the value of a segment.
pub(super) fn decode_segment(key: &[u8], value: &[u8]) -> Result<Segment, String> {
    let first = offset_of(key)?;
    let value: &[u8; SEGMENT] = value
        .try_into()
        .map_err(|_| format!("the segment at offset {first} has {} bytes, not {SEGMENT}", value.len()))?;
    if value[0] != SEGMENT_VERSION {
        return Err(format!(
            "the segment at offset {first} has format {}; this antler reads format {SEGMENT_VERSION}",
            value[0]
        ));
    }
    let end = u64::from_be_bytes(array(&value[1..9])?);
    let bytes = u64::from_be_bytes(array(&value[9..17])?);
    let newest = i64::from_be_bytes(array(&value[17..])?);
    if end <= first {
        return Err(format!("the segment at offset {first} claims to end at {end}"));
    }
    Ok(Segment { first, end, bytes, newest })
}

/// The offset in the key of a block or of a segment.
pub(super) fn offset_of(key: &[u8]) -> Result<Offset, String> {
    let key: &BlockKey = key.try_into().map_err(|_| format!("a block key of {} bytes", key.len()))?;
    Ok(Offset::from_be_bytes(array(&key[8..])?))
}

/// The value of a block.
pub(super) fn encode_block(block: &NewBlock) -> Vec<u8> {
    let mut value = Vec::with_capacity(HEADER + block.ndjson.len());
    value.push(BLOCK_VERSION);
    value.extend_from_slice(&block.records.to_be_bytes());
    value.extend_from_slice(&block.received_at.to_be_bytes());
    value.extend_from_slice(&block.ndjson);
    value
}

/// A block as it is stored, its records not yet copied.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StoredBlock<'a> {
    pub(super) first: Offset,
    pub(super) end: Offset,
    pub(super) records: u32,
    pub(super) received_at: i64,
    pub(super) ndjson: &'a [u8],
}

impl<'a> StoredBlock<'a> {
    /// Reads a key and its value.
    pub(super) fn decode(key: &[u8], value: &'a [u8]) -> Result<Self, String> {
        let first = offset_of(key)?;
        let (header, ndjson) = value
            .split_at_checked(HEADER)
            .ok_or_else(|| format!("the block at offset {first} is cut off after {} bytes", value.len()))?;
        if header[0] != BLOCK_VERSION {
            return Err(format!(
                "the block at offset {first} has format {}; this antler reads format {BLOCK_VERSION}",
                header[0]
            ));
        }
        let records = u32::from_be_bytes(array(&header[1..5])?);
        let received_at = i64::from_be_bytes(array(&header[5..])?);
        match first.checked_add(Offset::from(records)) {
            Some(end) if records > 0 => Ok(Self { first, end, records, received_at, ndjson }),
            _ => Err(format!("the block at offset {first} claims {records} records")),
        }
    }

    /// Copies it out of the database's memory.
    pub(super) fn to_block(&self) -> Block {
        Block {
            first: self.first,
            records: self.records,
            received_at: self.received_at,
            ndjson: self.ndjson.to_vec(),
        }
    }
}

/// The key of what is remembered of an append.
pub(super) fn key_key(key: &str) -> Vec<u8> {
    [b"key/", key.as_bytes()].concat()
}

/// The key that finds the key of an append by its time. The sign of the time is turned round, so
/// that the order of bytes is the order of time.
pub(super) fn until_key(until: i64, key: &str) -> Vec<u8> {
    [UNTIL_PREFIX, &(until ^ i64::MIN).to_be_bytes(), key.as_bytes()].concat()
}

/// The time and the key of an append in what [`until_key`] has made.
pub(super) fn until_of(stored: &[u8]) -> Result<(i64, &str), String> {
    let wrong = || format!("a key of an append in {} bytes", stored.len());
    let (until, key) =
        stored.get(UNTIL_PREFIX.len()..).and_then(|rest| rest.split_at_checked(8)).ok_or_else(wrong)?;
    let key = std::str::from_utf8(key).map_err(|_| wrong())?;
    Ok((i64::from_be_bytes(array(until)?) ^ i64::MIN, key))
}

/// What is remembered of an append.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StoredKey<'a> {
    pub(super) until: i64,
    pub(super) fingerprint: [u8; 32],
    pub(super) answer: &'a [u8],
}

impl<'a> StoredKey<'a> {
    /// The stored form.
    pub(super) fn encode(once: &Once) -> Vec<u8> {
        [&[KEY_VERSION], &once.until.to_be_bytes()[..], &once.fingerprint, &once.answer].concat()
    }

    /// Reads the stored form.
    pub(super) fn decode(value: &'a [u8]) -> Result<Self, String> {
        let (header, answer) = value.split_at_checked(KEY_HEADER).ok_or_else(|| {
            format!("what is remembered of an append is cut off after {} bytes", value.len())
        })?;
        if header[0] != KEY_VERSION {
            return Err(format!(
                "what is remembered of an append has format {}; this antler reads format {KEY_VERSION}",
                header[0]
            ));
        }
        let until = i64::from_be_bytes(array(&header[1..9])?);
        Ok(Self { until, fingerprint: array(&header[9..])?, answer })
    }
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], String> {
    bytes.try_into().map_err(|_| format!("{} bytes where {N} belong", bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block as format 1 stores it. Must stay readable by every later version.
    const FROZEN: &[u8] = b"\x01\x00\x00\x00\x02\x00\x00\x01\x93\x5c\x2a\x1f\x40{\"a\":1}\n{\"a\":2}\n";

    fn sample() -> NewBlock {
        NewBlock { records: 2, received_at: 0x0193_5c2a_1f40, ndjson: b"{\"a\":1}\n{\"a\":2}\n".to_vec() }
    }

    #[test]
    fn a_block_is_stored_in_the_frozen_form_and_read_from_it() {
        assert_eq!(encode_block(&sample()), FROZEN);
        let key = TopicId(7).block(40);
        assert_eq!(key, *b"\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x28");
        assert_eq!(topic_key(&"a.B_0_1".parse().unwrap()), b"topic/a.B_0_1");
        assert_eq!(removed_key(TopicId(7)), b"removed/\0\0\0\0\0\0\0\x07");
        let block = StoredBlock::decode(&key, FROZEN).unwrap();
        assert_eq!((block.first, block.end), (40, 42));
        assert_eq!(block.to_block().ndjson, sample().ndjson);
        assert_eq!(block.to_block().received_at, sample().received_at);
    }

    #[test]
    fn what_is_remembered_of_an_append_is_stored_in_the_frozen_form() {
        let (key, answer) = ("k".to_owned(), b"{}".to_vec());
        let once = Once { key, fingerprint: [7; 32], answer, at: 0, until: 0x0193_5c2a_1f40 };
        let frozen = [b"\x01\x00\x00\x01\x93\x5c\x2a\x1f\x40", &[7; 32][..], b"{}"].concat();
        assert_eq!(StoredKey::encode(&once), frozen);
        let stored = StoredKey { until: once.until, fingerprint: [7; 32], answer: b"{}" };
        assert_eq!(StoredKey::decode(&frozen), Ok(stored));
        assert!(StoredKey::decode(&frozen[..KEY_HEADER - 1]).unwrap_err().contains("cut off after 40 bytes"));
        assert!(StoredKey::decode(&[2; KEY_HEADER]).unwrap_err().contains("format 2"));

        let times = [i64::MIN, -1, 0, 1, i64::MAX];
        let keys = times.map(|until| until_key(until, "k"));
        assert!(keys.is_sorted());
        assert_eq!(keys.each_ref().map(|key| until_of(key).unwrap()), times.map(|until| (until, "k")));
        assert!(until_of(b"until/1234567").is_err());
    }

    #[test]
    fn a_segment_is_stored_in_the_frozen_form_and_read_from_it() {
        const FROZEN: &[u8] = b"\x01\0\0\0\0\0\0\0\x2a\0\0\0\0\0\0\x01\0\x00\x00\x01\x93\x5c\x2a\x1f\x40";
        let segment = Segment { first: 40, end: 42, bytes: 256, newest: 0x0193_5c2a_1f40 };
        assert_eq!(encode_segment(&segment), FROZEN);
        let key = TopicId(7).block(40);
        assert_eq!(decode_segment(&key, FROZEN), Ok(segment));
        assert_eq!(start_key(TopicId(7)), b"start/\0\0\0\0\0\0\0\x07");
        assert_eq!(decode_offset(&encode_offset(40)), Ok(40));

        let mut newer = FROZEN.to_vec();
        newer[0] = 2;
        let reason = "the segment at offset 40 has format 2; this antler reads format 1";
        assert_eq!(decode_segment(&key, &newer).unwrap_err(), reason);
        let reason = "the segment at offset 40 has 24 bytes, not 25";
        assert_eq!(decode_segment(&key, &FROZEN[1..]).unwrap_err(), reason);
        assert!(decode_segment(&TopicId(7).block(42), FROZEN).unwrap_err().contains("claims to end at 42"));
    }

    #[test]
    fn every_damaged_header_is_refused_with_a_reason() {
        let key = TopicId(7).block(40);
        for length in 0..HEADER {
            let reason = StoredBlock::decode(&key, &FROZEN[..length]).unwrap_err();
            assert_eq!(reason, format!("the block at offset 40 is cut off after {length} bytes"));
        }
        let mut newer = FROZEN.to_vec();
        newer[0] = 2;
        assert_eq!(
            StoredBlock::decode(&key, &newer).unwrap_err(),
            "the block at offset 40 has format 2; this antler reads format 1"
        );
        let mut empty = FROZEN.to_vec();
        empty[1..5].fill(0);
        assert!(StoredBlock::decode(&key, &empty).unwrap_err().contains("claims 0 records"));
        assert!(StoredBlock::decode(&TopicId(7).block(Offset::MAX), FROZEN).is_err());
        assert!(StoredBlock::decode(&key[..15], FROZEN).is_err());
    }

    #[test]
    fn keys_sort_by_topic_then_by_offset() {
        assert!(TopicId(1).block(256) > TopicId(1).block(255));
        assert!(TopicId(2).block(0) > TopicId(1).block(Offset::MAX));
        assert!(TopicId::from_bytes(b"short").is_err());
    }
}
