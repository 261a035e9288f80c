//! What every implementation of [`Journal`] has to keep.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use antler_store::journal::{Change, Durability, Journal};

/// Runs the whole suite on one instance.
pub fn conforms(journal: &dyn Journal) {
    a_value_can_be_set_replaced_and_forgotten(journal);
    a_scan_returns_the_keys_with_the_prefix_in_order(journal);
    the_last_change_of_a_key_in_a_group_counts(journal);
    a_group_is_seen_as_a_whole_or_not_at_all(journal);
    writes_from_many_threads_are_all_kept(journal);
}

/// A change that sets a value.
pub fn put(key: &str, value: impl AsRef<[u8]>) -> Change {
    Change::Put { key: key.to_owned(), value: value.as_ref().to_vec() }
}

/// A change that forgets a value.
pub fn delete(key: &str) -> Change {
    Change::Delete { key: key.to_owned() }
}

fn keys(journal: &dyn Journal, prefix: &str) -> Vec<String> {
    journal.scan(prefix).unwrap().into_iter().map(|(key, _)| key).collect()
}

/// Forgets what an earlier run left, so that the suite can run twice on one journal.
fn clear(journal: &dyn Journal, prefix: &str) {
    let changes: Vec<_> = keys(journal, prefix).iter().map(|key| delete(key)).collect();
    journal.write(&changes, Durability::Now).unwrap();
    assert_eq!(journal.scan(prefix).unwrap(), []);
}

/// A write can be read when it has returned, whatever its durability.
pub fn a_value_can_be_set_replaced_and_forgotten(journal: &dyn Journal) {
    clear(journal, "value/");
    for durability in [Durability::Now, Durability::Soon] {
        assert_eq!(journal.get("value/a").unwrap(), None);
        for value in [&b"first"[..], b"", b"\0\xff"] {
            journal.write(&[put("value/a", value)], durability).unwrap();
            assert_eq!(journal.get("value/a").unwrap().as_deref(), Some(value));
        }
        journal.write(&[delete("value/a"), delete("value/never")], durability).unwrap();
    }
    assert_eq!(journal.get("value/a").unwrap(), None);
    journal.write(&[], Durability::Now).unwrap();
}

/// Keys come in the order of their bytes, and a prefix is not a path.
pub fn a_scan_returns_the_keys_with_the_prefix_in_order(journal: &dyn Journal) {
    clear(journal, "scan");
    let written = ["scan/b", "scan/a/2", "scan/a", "scan0", "scan/é", "scan/a/10", "scan/\u{10ffff}", "scam"];
    let changes: Vec<_> = written.iter().map(|key| put(key, key)).collect();
    journal.write(&changes, Durability::Soon).unwrap();
    assert_eq!(
        keys(journal, "scan/"),
        ["scan/a", "scan/a/10", "scan/a/2", "scan/b", "scan/é", "scan/\u{10ffff}"]
    );
    assert_eq!(keys(journal, "scan/a"), ["scan/a", "scan/a/10", "scan/a/2"]);
    assert_eq!(keys(journal, "scan/a/"), ["scan/a/10", "scan/a/2"]);
    assert_eq!(keys(journal, "scan/\u{10ffff}"), ["scan/\u{10ffff}"]);
    assert_eq!(keys(journal, "scan0"), ["scan0"]);
    for (key, value) in journal.scan("scan").unwrap() {
        assert_eq!(key.as_bytes(), value);
    }
    let everything = keys(journal, "");
    assert!(everything.is_sorted() && written.iter().all(|key| everything.iter().any(|k| k == key)));
    journal.write(&[delete("scan/a/10")], Durability::Soon).unwrap();
    assert_eq!(keys(journal, "scan/a/"), ["scan/a/2"]);
}

/// Changes of one group apply in their order.
pub fn the_last_change_of_a_key_in_a_group_counts(journal: &dyn Journal) {
    clear(journal, "last/");
    let group = [
        put("last/a", "1"),
        put("last/a", "2"),
        put("last/b", "1"),
        delete("last/b"),
        delete("last/c"),
        put("last/c", "1"),
    ];
    journal.write(&group, Durability::Now).unwrap();
    assert_eq!(journal.get("last/a").unwrap().as_deref(), Some(&b"2"[..]));
    assert_eq!(keys(journal, "last/"), ["last/a", "last/c"]);
}

/// While groups are written, no reader sees a part of one.
pub fn a_group_is_seen_as_a_whole_or_not_at_all(journal: &dyn Journal) {
    clear(journal, "group/");
    let writing = AtomicBool::new(true);
    thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0..100_u32 {
                let keys = ["group/a", "group/b", "group/c"];
                let changes =
                    if n % 10 == 9 { keys.map(delete) } else { keys.map(|k| put(k, n.to_be_bytes())) };
                let durability = if n % 2 == 0 { Durability::Now } else { Durability::Soon };
                journal.write(&changes, durability).unwrap();
            }
            writing.store(false, Ordering::Release);
        });
        while writing.load(Ordering::Acquire) {
            let seen = journal.scan("group/").unwrap();
            assert!(seen.is_empty() || seen.len() == 3, "{seen:?}");
            assert!(seen.windows(2).all(|pair| pair[0].1 == pair[1].1), "{seen:?}");
        }
    });
}

/// Writers do not get in each other's way.
pub fn writes_from_many_threads_are_all_kept(journal: &dyn Journal) {
    clear(journal, "many/");
    thread::scope(|scope| {
        for thread in 0..8 {
            scope.spawn(move || {
                for n in 0..20 {
                    let durability = if n % 3 == 0 { Durability::Now } else { Durability::Soon };
                    journal.write(&[put(&format!("many/{thread}/{n:02}"), "x")], durability).unwrap();
                }
            });
        }
    });
    assert_eq!(keys(journal, "many/").len(), 8 * 20);
}

/// What was written is there after the journal was closed and opened again.
pub fn survives_reopening(open: &dyn Fn() -> Box<dyn Journal>) {
    let journal = open();
    clear(&*journal, "kept/");
    journal.write(&[put("kept/now", "1"), put("kept/gone", "1")], Durability::Now).unwrap();
    journal.write(&[put("kept/soon", "1"), delete("kept/gone")], Durability::Soon).unwrap();
    drop(journal);
    assert_eq!(keys(&*open(), "kept/"), ["kept/now", "kept/soon"]);
}
