//! What every implementation of [`Topics`] has to keep.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    thread,
};

use antler_core::names::TopicName;
use antler_store::{
    StoreError,
    topics::{Append, Appended, Block, Extent, NewBlock, Offset, Once, ReadLimit, Topics},
};

/// A limit that no test reaches.
pub const NO_LIMIT: ReadLimit = ReadLimit { records: u64::MAX, bytes: u64::MAX };

/// Runs the whole suite on one instance.
pub fn conforms(topics: &dyn Topics) {
    offsets_follow_the_order_of_appends(topics);
    appends_that_are_not_waited_for_keep_their_order(topics);
    concurrent_appends_leave_no_gap_and_lose_nothing(topics);
    a_read_stops_before_its_limit_but_returns_one_block(topics);
    a_read_starts_where_a_block_starts(topics);
    topics_do_not_see_each_other(topics);
    creating_twice_and_removing_nothing_are_harmless(topics);
    an_unknown_topic_is_named(topics);
    a_removed_topic_starts_again_at_zero(topics);
    a_block_that_is_not_what_it_says_is_refused(topics);
    blocks_that_are_appended_together_are_stored_together_or_not_at_all(topics);
    an_append_whose_key_is_known_stores_nothing_and_gets_the_first_answer(topics);
    appends_with_one_key_at_the_same_time_store_one_of_them(topics);
    the_listener_hears_of_records_that_can_be_read(topics);
    segments_cover_a_topic_and_go_oldest_first(topics);
    a_topic_can_be_trimmed_to_its_end_and_goes_on_there(topics);
    a_trim_beside_appends_keeps_everything_after_it(topics);
}

/// A block whose records are `{"n":first}`, `{"n":first+1}` and so on.
pub fn numbered(first: u64, records: u32) -> NewBlock {
    let ndjson: String = (first..).take(records as usize).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    NewBlock {
        records,
        received_at: 1_700_000_000_000 + i64::try_from(first).unwrap(),
        ndjson: ndjson.into_bytes(),
    }
}

/// The whole topic; panics when it has a gap or does not reach its end.
pub fn read_all(topics: &dyn Topics, topic: &TopicName) -> Vec<Block> {
    let end = topics.end(topic).unwrap();
    let mut blocks: Vec<Block> = Vec::new();
    let mut next = 0;
    while next < end {
        let read = topics.read(topic, next, ReadLimit { records: 1000, bytes: 1 << 20 }).unwrap();
        assert!(!read.is_empty(), "{topic} ends at {end}, but nothing is read at {next}");
        for block in read {
            assert_eq!(block.first, next, "{topic} has a gap or an overlap");
            let lines = block.ndjson.iter().filter(|byte| **byte == b'\n').count();
            assert_eq!(lines, block.records as usize, "a block has other records than it says");
            next = block.end();
            blocks.push(block);
        }
    }
    blocks
}

fn fresh(topics: &dyn Topics, name: &str) -> TopicName {
    let topic: TopicName = format!("conformance.{name}").parse().unwrap();
    topics.remove(&topic).unwrap();
    topics.create(&topic).unwrap();
    topic
}

fn append(topics: &dyn Topics, topic: &TopicName, block: NewBlock) -> Offset {
    topics.append(Append::one(topic, block)).wait().unwrap().firsts()[0]
}

fn firsts(blocks: &[Block]) -> Vec<Offset> {
    blocks.iter().map(|block| block.first).collect()
}

/// An append returns the offset of its first record, and what is read is what was appended.
pub fn offsets_follow_the_order_of_appends(topics: &dyn Topics) {
    let topic = fresh(topics, "order");
    assert_eq!(topics.end(&topic).unwrap(), 0);
    assert_eq!(topics.read(&topic, 0, NO_LIMIT).unwrap(), []);
    let mut next = 0;
    for records in [1, 3, 2, 500, 1] {
        assert_eq!(append(topics, &topic, numbered(next, records)), next);
        next += u64::from(records);
        assert_eq!(topics.end(&topic).unwrap(), next);
    }
    let read = topics.read(&topic, 0, NO_LIMIT).unwrap();
    assert_eq!(firsts(&read), [0, 1, 4, 6, 506]);
    for block in &read {
        let appended = numbered(block.first, block.records);
        assert_eq!((&block.ndjson, block.received_at), (&appended.ndjson, appended.received_at));
    }
    assert_eq!(topics.read(&topic, 0, NO_LIMIT).unwrap(), read, "reading again gives the same");
}

/// Offsets follow the order of the calls, not of their completion.
pub fn appends_that_are_not_waited_for_keep_their_order(topics: &dyn Topics) {
    let topic = fresh(topics, "pipelined");
    let pending: Vec<_> = (0..200).map(|n| topics.append(Append::one(&topic, numbered(n, 1)))).collect();
    for (expected, append) in (0..).zip(pending) {
        assert_eq!(append.wait().unwrap().firsts(), [expected]);
    }
    for block in read_all(topics, &topic) {
        assert_eq!(block.ndjson, numbered(block.first, 1).ndjson);
    }
}

/// Many threads at once: every append is there once, where its answer said.
pub fn concurrent_appends_leave_no_gap_and_lose_nothing(topics: &dyn Topics) {
    const THREADS: u64 = 8;
    const APPENDS: u64 = 25;
    let topic = fresh(topics, "concurrent");
    let answered = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (topic, answered) = (&topic, &answered);
            scope.spawn(move || {
                for n in 0..APPENDS {
                    let block = numbered(thread * 1000 + n * 10, u32::try_from(1 + n % 4).unwrap());
                    let first = append(topics, topic, block.clone());
                    answered.lock().unwrap().push((first, block.ndjson));
                }
            });
        }
    });
    let mut answered = answered.into_inner().unwrap();
    answered.sort();
    let read: Vec<_> =
        read_all(topics, &topic).into_iter().map(|block| (block.first, block.ndjson)).collect();
    assert_eq!(read, answered);
}

/// A read returns whole blocks, at least one, and no more than its limit.
pub fn a_read_stops_before_its_limit_but_returns_one_block(topics: &dyn Topics) {
    let topic = fresh(topics, "limits");
    for n in 0..6 {
        append(topics, &topic, numbered(n * 10, 10));
    }
    let bytes = numbered(10, 10).ndjson.len() as u64;
    let read =
        |from, records, bytes| firsts(&topics.read(&topic, from, ReadLimit { records, bytes }).unwrap());
    assert_eq!(read(10, 30, u64::MAX), [10, 20, 30], "exactly the limit in records");
    assert_eq!(read(10, 29, u64::MAX), [10, 20], "one record too few for the third block");
    assert_eq!(read(10, u64::MAX, 3 * bytes), [10, 20, 30], "exactly the limit in bytes");
    assert_eq!(read(10, u64::MAX, 3 * bytes - 1), [10, 20], "one byte too few for the third block");
    assert_eq!(read(10, 1, 1), [10], "the first block comes even when it alone is too large");
    assert_eq!(read(10, 0, 0), [10]);
    assert_eq!(read(50, u64::MAX, u64::MAX), [50]);
}

/// A read from the end is empty; one from inside a block or from beyond the end is an error.
pub fn a_read_starts_where_a_block_starts(topics: &dyn Topics) {
    let topic = fresh(topics, "starts");
    append(topics, &topic, numbered(0, 5));
    append(topics, &topic, numbered(5, 5));
    assert_eq!(topics.read(&topic, 10, NO_LIMIT).unwrap(), []);
    for offset in [1, 4, 6, 9, 11, u64::MAX] {
        match topics.read(&topic, offset, NO_LIMIT) {
            Err(StoreError::NoBlock { offset: named, end: 10, .. }) => assert_eq!(named, offset),
            other => panic!("a read from {offset} gave {other:?}"),
        }
    }
}

/// Each topic counts for itself, also when one name begins with the other.
pub fn topics_do_not_see_each_other(topics: &dyn Topics) {
    let (short, long) = (fresh(topics, "Flight_0_1"), fresh(topics, "Flight_0_10"));
    append(topics, &short, numbered(0, 3));
    append(topics, &long, numbered(100, 2));
    assert_eq!(topics.end(&short).unwrap(), 3);
    assert_eq!(topics.end(&long).unwrap(), 2);
    assert_eq!(read_all(topics, &short)[0].ndjson, numbered(0, 3).ndjson);
    topics.remove(&short).unwrap();
    assert_eq!(read_all(topics, &long)[0].ndjson, numbered(100, 2).ndjson);
}

/// Creating a topic that is there keeps its records; removing one that is not there does nothing.
pub fn creating_twice_and_removing_nothing_are_harmless(topics: &dyn Topics) {
    let topic = fresh(topics, "twice");
    append(topics, &topic, numbered(0, 2));
    topics.create(&topic).unwrap();
    assert_eq!(topics.end(&topic).unwrap(), 2);
    topics.remove(&topic).unwrap();
    topics.remove(&topic).unwrap();
}

/// Whoever uses a topic that is not there hears its name.
pub fn an_unknown_topic_is_named(topics: &dyn Topics) {
    let topic = fresh(topics, "unknown");
    topics.remove(&topic).unwrap();
    let errors = [
        topics.append(Append::one(&topic, numbered(0, 1))).wait().map(drop).unwrap_err(),
        topics.read(&topic, 0, NO_LIMIT).map(drop).unwrap_err(),
        topics.end(&topic).map(drop).unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(&error, StoreError::UnknownTopic(name) if *name == topic), "{error:?}");
    }
}

/// A new topic under an old name has nothing of the old one.
pub fn a_removed_topic_starts_again_at_zero(topics: &dyn Topics) {
    let topic = fresh(topics, "again");
    for n in 0..300 {
        topics.append(Append::one(&topic, numbered(n, 1)));
    }
    append(topics, &topic, numbered(300, 1));
    topics.remove(&topic).unwrap();
    topics.create(&topic).unwrap();
    assert_eq!(topics.end(&topic).unwrap(), 0);
    assert_eq!(topics.read(&topic, 0, NO_LIMIT).unwrap(), []);
    assert_eq!(append(topics, &topic, numbered(7, 2)), 0);
    assert_eq!(read_all(topics, &topic)[0].ndjson, numbered(7, 2).ndjson);
}

/// Offsets are counted by what a block says of itself, so a wrong block must not get any.
pub fn a_block_that_is_not_what_it_says_is_refused(topics: &dyn Topics) {
    let topic = fresh(topics, "refused");
    let wrong = [
        NewBlock { records: 3, ..numbered(0, 2) },
        NewBlock { records: 1, ..numbered(0, 2) },
        NewBlock { records: 0, received_at: 0, ndjson: Vec::new() },
        NewBlock { records: 1, received_at: 0, ndjson: b"{}".to_vec() },
    ];
    for block in wrong {
        let error = topics.append(Append::one(&topic, block)).wait().unwrap_err();
        assert!(matches!(error, StoreError::Unstorable { .. }), "{error:?}");
    }
    assert_eq!(topics.end(&topic).unwrap(), 0);
}

/// An append of several blocks, to several topics, is one step.
pub fn blocks_that_are_appended_together_are_stored_together_or_not_at_all(topics: &dyn Topics) {
    let (one, two, none) =
        (fresh(topics, "together.one"), fresh(topics, "together.two"), fresh(topics, "none"));
    topics.remove(&none).unwrap();
    let blocks = |last: &TopicName, block: NewBlock| Append {
        blocks: vec![
            (one.clone(), numbered(0, 2)),
            (two.clone(), numbered(0, 3)),
            (one.clone(), numbered(2, 1)),
            (last.clone(), block),
        ],
        once: None,
    };
    for round in 0..2 {
        let appended = topics.append(blocks(&two, numbered(3, 1))).wait().unwrap();
        assert_eq!(appended.firsts(), [round * 3, round * 4, round * 3 + 2, round * 4 + 3]);
        for (last, block) in [(&none, numbered(0, 1)), (&two, NewBlock { records: 9, ..numbered(0, 1) })] {
            topics.append(blocks(last, block)).wait().unwrap_err();
        }
        assert_eq!((topics.end(&one).unwrap(), topics.end(&two).unwrap()), (round * 3 + 3, round * 4 + 4));
    }
    assert_eq!(firsts(&read_all(topics, &one)), [0, 2, 3, 5]);
    let nothing = topics.append(Append { blocks: Vec::new(), once: None }).wait().unwrap();
    assert!(nothing.firsts().is_empty());
}

/// An append that is made once. Its fingerprint and its answer say which one it was.
pub fn once(topic: &TopicName, key: &str, number: u8, at: i64) -> Append {
    let key = format!("{topic} {key}");
    let once = Once { key, fingerprint: [number; 32], answer: vec![number], at, until: at + 1000 };
    Append { once: Some(once), ..Append::one(topic, numbered(number.into(), 2)) }
}

/// A time after that of every earlier run, so that its keys are over.
fn run() -> i64 {
    static RUN: AtomicI64 = AtomicI64::new(0);
    RUN.fetch_add(1_000_000, Ordering::SeqCst)
}

fn before(number: u8) -> Appended {
    Appended::Before { fingerprint: [number; 32], answer: vec![number] }
}

/// A key holds from its first append to the end of its time, whatever the topic.
pub fn an_append_whose_key_is_known_stores_nothing_and_gets_the_first_answer(topics: &dyn Topics) {
    let (topic, other) = (fresh(topics, "keys"), fresh(topics, "keys.other"));
    let append = |append| topics.append(append).wait().unwrap();
    let time = run();
    assert_eq!(append(once(&topic, "a", 1, time)).firsts(), [0]);
    assert_eq!(append(once(&topic, "a", 1, time + 1)), before(1));
    assert_eq!(append(once(&topic, "a", 2, time + 999)), before(1), "whoever asks compares fingerprints");
    let elsewhere = Append { once: once(&topic, "a", 3, time).once, ..Append::one(&other, numbered(0, 1)) };
    assert_eq!(append(elsewhere), before(1));
    assert_eq!((topics.end(&topic).unwrap(), topics.end(&other).unwrap()), (2, 0));
    assert_eq!(append(once(&topic, "b", 4, time)).firsts(), [2]);
    assert_eq!(append(once(&topic, "a", 5, time + 1000)).firsts(), [4], "its time is over");
    assert_eq!(append(once(&topic, "a", 6, time + 1001)), before(5));

    // What was refused is not remembered.
    let mut refused = once(&topic, "c", 7, time);
    refused.blocks[0].1.records = 9;
    topics.append(refused).wait().unwrap_err();
    topics.remove(&other).unwrap();
    let nowhere = Append { once: once(&topic, "c", 8, time).once, ..Append::one(&other, numbered(0, 1)) };
    topics.append(nowhere).wait().unwrap_err();
    assert_eq!(append(once(&topic, "c", 9, time)).firsts(), [6]);
    // Nothing to store is remembered, too.
    let nothing = |number| Append { blocks: Vec::new(), ..once(&topic, "d", number, time) };
    assert_eq!((append(nothing(1)).firsts(), append(nothing(2))), (&[][..], before(1)));
}

/// Appends with one key have an order, and only the first is stored.
pub fn appends_with_one_key_at_the_same_time_store_one_of_them(topics: &dyn Topics) {
    let topic = fresh(topics, "raced");
    let time = run();
    for round in 0..20 {
        let key = format!("{time} {round}");
        let appending: Vec<_> = (0..8).map(|n| topics.append(once(&topic, &key, n, 0))).collect();
        let answers: Vec<_> = appending.into_iter().map(|append| append.wait().unwrap()).collect();
        assert_eq!(answers[0].firsts(), [round * 2]);
        assert_eq!(answers[1..], vec![before(0); 7]);
    }
    assert_eq!(topics.end(&topic).unwrap(), 40);
}

/// The listener is called with the name of a topic once its new records can be read.
pub fn the_listener_hears_of_records_that_can_be_read(topics: &dyn Topics) {
    let (one, two) = (fresh(topics, "heard.one"), fresh(topics, "heard.two"));
    let (heard, hears) = std::sync::mpsc::channel();
    let heard = Mutex::new(heard);
    topics.on_append(Arc::new(move |topic| drop(heard.lock().unwrap().send(topic.clone()))));
    for (topic, end) in [(&one, 1), (&two, 1), (&one, 2)] {
        append(topics, topic, numbered(0, 1));
        assert_eq!(hears.recv_timeout(std::time::Duration::from_secs(30)).as_ref(), Ok(topic));
        assert_eq!(topics.end(topic).unwrap(), end);
    }
    topics.on_append(Arc::new(|_| {}));
}

/// A block of one record that is a segment by itself: 5 MiB.
fn heavy(received_at: i64) -> NewBlock {
    NewBlock { records: 1, received_at, ndjson: [vec![b'x'; 5 << 20], vec![b'\n']].concat() }
}

/// Segments say how large and how old the records of a range are; a trim takes whole ones, and what
/// is left keeps its offsets.
pub fn segments_cover_a_topic_and_go_oldest_first(topics: &dyn Topics) {
    let topic = fresh(topics, "segments");
    assert_eq!(topics.segments(&topic, 10).unwrap(), []);
    assert_eq!(topics.extent(&topic).unwrap(), Extent { start: 0, end: 0, bytes: 0 });
    let times = [70, 50, 60, 40];
    for time in times {
        append(topics, &topic, heavy(time));
    }
    let segments = topics.segments(&topic, 10).unwrap();
    assert_eq!(segments.iter().map(|segment| segment.newest).collect::<Vec<_>>(), times);
    assert_eq!(segments.iter().map(|segment| segment.first).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(segments.iter().map(|segment| segment.end).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(segments.iter().all(|segment| segment.bytes >= 5 << 20));
    assert_eq!(topics.segments(&topic, 2).unwrap(), segments[..2]);
    let bytes = segments.iter().map(|segment| segment.bytes).sum();
    assert_eq!(topics.extent(&topic).unwrap(), Extent { start: 0, end: 4, bytes });

    topics.trim(&topic, 0).unwrap();
    assert_eq!(topics.segments(&topic, 10).unwrap(), segments);
    topics.trim(&topic, 2).unwrap();
    let bytes = segments[2].bytes + segments[3].bytes;
    assert_eq!(topics.extent(&topic).unwrap(), Extent { start: 2, end: 4, bytes });
    assert_eq!(topics.end(&topic).unwrap(), 4);
    assert_eq!(topics.segments(&topic, 10).unwrap(), segments[2..]);
    assert_eq!(firsts(&topics.read(&topic, 2, NO_LIMIT).unwrap()), [2, 3]);
    for offset in [0, 1] {
        match topics.read(&topic, offset, NO_LIMIT) {
            Err(error @ StoreError::Trimmed { start: 2, .. }) => {
                let message = format!(
                    "the records of topic {topic} before offset 2 were deleted, and {offset} is one of them"
                );
                assert_eq!(error.to_string(), message);
            }
            other => panic!("a read of trimmed records gave {other:?}"),
        }
    }
    topics.trim(&topic, 1).unwrap();
    assert_eq!(topics.extent(&topic).unwrap().start, 2, "a trim never goes back");
}

/// A topic without records keeps its place.
pub fn a_topic_can_be_trimmed_to_its_end_and_goes_on_there(topics: &dyn Topics) {
    let topic = fresh(topics, "emptied");
    append(topics, &topic, numbered(0, 7));
    append(topics, &topic, numbered(7, 3));
    topics.trim(&topic, 9).unwrap();
    assert_eq!(topics.extent(&topic).unwrap().start, 0, "a segment goes as a whole");
    topics.trim(&topic, u64::MAX).unwrap();
    assert_eq!(topics.extent(&topic).unwrap(), Extent { start: 10, end: 10, bytes: 0 });
    assert_eq!(topics.segments(&topic, 10).unwrap(), []);
    assert_eq!(topics.read(&topic, 10, NO_LIMIT).unwrap(), []);
    assert!(matches!(topics.read(&topic, 0, NO_LIMIT), Err(StoreError::Trimmed { start: 10, .. })));
    assert_eq!(append(topics, &topic, numbered(10, 2)), 10);
    assert_eq!(topics.read(&topic, 10, NO_LIMIT).unwrap()[0].ndjson, numbered(10, 2).ndjson);
    topics.remove(&topic).unwrap();
    assert!(matches!(topics.trim(&topic, 0), Err(StoreError::UnknownTopic(_))));
    topics.create(&topic).unwrap();
    assert_eq!(topics.extent(&topic).unwrap(), Extent { start: 0, end: 0, bytes: 0 });
}

/// Stops threads however their scope ends.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Trims and appends at the same time: the topic always reaches from its start to its end.
pub fn a_trim_beside_appends_keeps_everything_after_it(topics: &dyn Topics) {
    let topic = fresh(topics, "beside");
    // The clock jumps by minutes, so that there are many segments.
    let block = |n: u64| NewBlock { received_at: i64::try_from(n * 20_000).unwrap(), ..numbered(n * 2, 2) };
    let stop = AtomicBool::new(false);
    let appended = thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    topics.trim(&topic, topics.end(&topic).unwrap()).unwrap();
                }
            });
        }
        let _stop = StopAtEnd(&stop);
        let mut appended = 0;
        // The threads that trim may be slow to start.
        while appended < 150 || topics.extent(&topic).unwrap().start == 0 {
            assert!(appended < 1_000_000, "nothing was trimmed");
            assert_eq!(append(topics, &topic, block(appended)), appended * 2);
            appended += 1;
        }
        appended
    });
    let Extent { start, end, bytes } = topics.extent(&topic).unwrap();
    assert_eq!(end, appended * 2);
    let segments = topics.segments(&topic, usize::MAX).unwrap();
    assert_eq!(segments.iter().map(|segment| segment.bytes).sum::<u64>(), bytes);
    let mut next = start;
    for segment in segments {
        assert_eq!(segment.first, next);
        next = segment.end;
    }
    assert_eq!(next, end);
    for (n, block) in (start / 2..).zip(topics.read(&topic, start, NO_LIMIT).unwrap()) {
        assert_eq!((block.first, block.ndjson), (n * 2, numbered(n * 2, 2).ndjson));
    }
}

/// What was answered is there after the topics were closed and opened again, and offsets go on.
pub fn survive_reopening(open: &dyn Fn() -> Box<dyn Topics>) {
    let topics = open();
    let (kept, removed) = (fresh(&*topics, "kept"), fresh(&*topics, "removed"));
    let (trimmed, emptied) = (fresh(&*topics, "trimmed"), fresh(&*topics, "gone"));
    for time in 0..3 {
        append(&*topics, &trimmed, heavy(time));
        append(&*topics, &emptied, numbered(0, 2));
    }
    topics.trim(&trimmed, 1).unwrap();
    topics.trim(&emptied, 6).unwrap();
    let held = (topics.extent(&trimmed).unwrap(), topics.segments(&trimmed, 10).unwrap());
    append(&*topics, &removed, numbered(0, 9));
    topics.remove(&removed).unwrap();
    append(&*topics, &kept, numbered(0, 3));
    let (answered, time) = (fresh(&*topics, "answered"), run());
    topics.append(once(&answered, "a", 1, time)).wait().unwrap();
    drop(topics);

    for round in 1..4 {
        let topics = open();
        assert!(matches!(topics.end(&removed), Err(StoreError::UnknownTopic(_))));
        assert_eq!((topics.extent(&trimmed).unwrap(), topics.segments(&trimmed, 10).unwrap()), held);
        assert_eq!(topics.extent(&emptied).unwrap(), Extent { start: 6, end: 6, bytes: 0 });
        assert!(matches!(topics.read(&trimmed, 0, NO_LIMIT), Err(StoreError::Trimmed { start: 1, .. })));
        assert_eq!(read_all(&*topics, &kept).len(), usize::try_from(round).unwrap());
        assert_eq!(append(&*topics, &kept, numbered(round * 3, 3)), round * 3);
    }
    let topics = open();
    assert_eq!(topics.append(once(&answered, "a", 2, time + 1)).wait().unwrap(), before(1));
    for block in read_all(&*topics, &kept) {
        assert_eq!(block.ndjson, numbered(block.first, 3).ndjson);
    }
    topics.create(&removed).unwrap();
    assert_eq!(topics.end(&removed).unwrap(), 0);
}
