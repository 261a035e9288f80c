//! The embedded log on real files: the suites of its traits, and what happens to it when its process
//! or its disk fails.
//!
//! A test that is about the life of a process runs itself again as a child, with its folder in
//! [`CHILD`].
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

use std::{
    collections::VecDeque,
    env,
    fs::{self, OpenOptions},
    io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use antler_core::names::TopicName;
use antler_store::{
    StoreError,
    journal::{Durability, Journal},
    log::{EmbeddedLog, MAX_BLOCK_BYTES, SyncPolicy},
    topics::{Append, Appending, NewBlock, Topics},
};
use antler_testkit::{
    journal::{self, put},
    topics::{self, NO_LIMIT, numbered, read_all},
};
use tempfile::TempDir;

/// The folder that a child works in.
const CHILD: &str = "ANTLER_TEST_LOG";

fn open(dir: &Path) -> EmbeddedLog {
    EmbeddedLog::open(&dir.join("log"), SyncPolicy::Fsync).unwrap()
}

fn fresh() -> (TempDir, EmbeddedLog) {
    let dir = tempfile::tempdir().unwrap();
    let log = open(dir.path());
    (dir, log)
}

fn topic(name: &str) -> TopicName {
    name.parse().unwrap()
}

fn append(log: &EmbeddedLog, topic: &TopicName, block: NewBlock) -> u64 {
    log.append(Append::one(topic, block)).wait().unwrap().firsts()[0]
}

fn wait_for_all(appends: impl IntoIterator<Item = Appending>) {
    for append in appends {
        append.wait().unwrap();
    }
}

/// A block of one record that is not easily compressed.
fn large(n: u64, bytes: usize) -> NewBlock {
    let mut state = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let noise = std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        b'a' + u8::try_from(state >> 40 & 15).unwrap()
    });
    let mut ndjson: Vec<u8> = noise.take(bytes - 1).collect();
    ndjson.push(b'\n');
    NewBlock { records: 1, received_at: 0, ndjson }
}

// --- the suites -------------------------------------------------------------------------------------

#[test]
fn the_log_keeps_what_topics_promise() {
    let (dir, log) = fresh();
    topics::conforms(&log);
    drop(log);
    topics::survive_reopening(&|| Box::new(open(dir.path())));
    topics::conforms(&EmbeddedLog::open(&dir.path().join("log"), SyncPolicy::Os).unwrap());
}

#[test]
fn the_log_keeps_what_a_journal_promises() {
    let (dir, log) = fresh();
    journal::conforms(&log);
    drop(log);
    journal::survives_reopening(&|| Box::new(open(dir.path())));
    journal::conforms(&EmbeddedLog::open(&dir.path().join("log"), SyncPolicy::Os).unwrap());
}

#[test]
fn topics_and_journal_share_one_log_without_meeting() {
    let (_dir, log) = fresh();
    log.create(&topic("t")).unwrap();
    log.write(&[put("topic/t", "mine")], Durability::Now).unwrap();
    append(&log, &topic("t"), numbered(0, 1));
    assert_eq!(log.get("topic/t").unwrap().as_deref(), Some(&b"mine"[..]));
    assert_eq!(log.scan("").unwrap().len(), 1);
}

// --- size -------------------------------------------------------------------------------------------

#[test]
fn a_topic_larger_than_every_buffer_is_read_back_after_reopening() {
    const BLOCKS: u64 = 180;
    let (dir, log) = fresh();
    let (kept, removed) = (topic("kept"), topic("removed"));
    log.create(&kept).unwrap();
    log.create(&removed).unwrap();
    let mut pending = Vec::new();
    for n in 0..BLOCKS {
        pending.push(log.append(Append::one(&kept, large(n, 600_000))));
        pending.push(log.append(Append::one(&removed, numbered(n, 100))));
        if pending.len() > 40 {
            wait_for_all(pending.drain(..20));
        }
    }
    wait_for_all(pending);
    log.remove(&removed).unwrap();
    drop(log);

    let log = open(dir.path());
    let blocks = read_all(&log, &kept);
    assert_eq!(blocks.len() as u64, BLOCKS);
    for block in blocks {
        assert_eq!(block.ndjson, large(block.first, 600_000).ndjson, "block {}", block.first);
    }
    assert!(matches!(log.end(&removed), Err(StoreError::UnknownTopic(_))));
}

#[test]
fn what_can_never_be_stored_is_refused() {
    let (_dir, log) = fresh();
    log.create(&topic("t")).unwrap();
    let error = log.append(Append::one(&topic("t"), large(0, MAX_BLOCK_BYTES + 1))).wait().unwrap_err();
    assert_eq!(error.to_string(), "a block cannot be stored: it has 33554433 bytes, the limit is 33554432");
    assert_eq!(append(&log, &topic("t"), large(0, MAX_BLOCK_BYTES)), 0);
    for key in [String::new(), "k".repeat(5000)] {
        let error = log.write(&[put(&key, "")], Durability::Now).unwrap_err();
        assert!(matches!(error, StoreError::Unstorable { .. }), "{error}");
    }
}

#[test]
fn more_than_the_log_can_hold_is_refused_at_once_and_nothing_accepted_is_lost() {
    let (_dir, log) = fresh();
    log.create(&topic("t")).unwrap();
    // The listener holds the writer, as a slow disk would.
    let (go, gate) = mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    log.on_append(Arc::new(move |_| gate.lock().unwrap().recv().unwrap_or_default()));
    append(&log, &topic("t"), numbered(0, 1));
    let block = large(1, 4 << 20);
    let pending: Vec<_> = (0..40).map(|_| log.append(Append::one(&topic("t"), block.clone()))).collect();
    drop(go);
    let mut accepted = 1;
    for append in pending {
        match append.wait() {
            Ok(appended) => {
                assert_eq!(appended.firsts(), [accepted]);
                accepted += 1;
            }
            Err(StoreError::Overloaded { waiting }) => assert!(waiting > 0),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(accepted, 1 + 15, "64 MiB, less what each append costs beside its bytes");
    assert_eq!(log.end(&topic("t")).unwrap(), accepted);
}

/// The bytes of the files in a folder.
fn size(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).unwrap().map(Result::unwrap);
    // A file may go while its folder is read.
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => meta.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}

#[test]
fn the_disk_gets_back_what_is_trimmed() {
    for bytes in [2000, 600_000] {
        let (dir, log) = fresh();
        let topic = topic("t");
        log.create(&topic).unwrap();
        let blocks = 90_000_000 / bytes as u64;
        let mut pending = VecDeque::new();
        for n in 0..blocks {
            pending.push_back(log.append(Append::one(&topic, large(n, bytes))));
            if pending.len() > 20_000_000 / bytes {
                wait_for_all(pending.pop_front());
            }
        }
        wait_for_all(pending);
        // Beside it are fjall's journals, which are of a fixed size.
        let tables = dir.path().join("log/fjall/keyspaces");
        let full = size(&tables);
        assert!(full > 20_000_000, "{full} bytes");
        log.trim(&topic, blocks - 1).unwrap();
        let start = log.extent(&topic).unwrap().start;
        let started = Instant::now();
        while size(&tables) > 15_000_000 {
            assert!(
                started.elapsed() < Duration::from_secs(60),
                "of {full} bytes there are {}",
                size(&tables)
            );
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(append(&log, &topic, large(blocks, bytes)), blocks);
        drop(log);
        let log = open(dir.path());
        let left = log.read(&topic, start, NO_LIMIT).unwrap();
        assert_eq!(left.len() as u64, blocks + 1 - start);
        for block in left {
            assert_eq!(block.ndjson, large(block.first, bytes).ndjson);
        }
    }
}

// --- opening ----------------------------------------------------------------------------------------

#[test]
fn a_log_opens_once_and_again_when_its_last_clone_is_gone() {
    let (dir, log) = fresh();
    let clone = log.clone();
    drop(log);
    match EmbeddedLog::open(&dir.path().join("log"), SyncPolicy::Fsync) {
        Err(StoreError::FolderInUse { path, .. }) => assert!(path.ends_with("log")),
        other => panic!("{other:?}"),
    }
    drop(clone);
    open(dir.path());
}

#[test]
fn dropping_the_log_writes_what_waits() {
    let (dir, log) = fresh();
    log.create(&topic("t")).unwrap();
    let pending: Vec<_> = (0..100).map(|n| log.append(Append::one(&topic("t"), numbered(n, 1)))).collect();
    drop(log);
    wait_for_all(pending);
    assert_eq!(read_all(&open(dir.path()), &topic("t")).len(), 100);
}

#[test]
fn what_a_crash_left_of_the_first_start_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let unfinished = dir.path().join("log.new");
    fs::create_dir_all(unfinished.join("fjall")).unwrap();
    fs::write(unfinished.join("fjall/0.jnl"), "half").unwrap();
    fs::create_dir(dir.path().join("log")).unwrap();
    open(dir.path()).create(&topic("t")).unwrap();
    assert!(!unfinished.exists());
}

#[test]
fn a_folder_that_is_not_a_log_of_this_format_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    fs::create_dir(&log).unwrap();
    let refusal = || EmbeddedLog::open(&log, SyncPolicy::Fsync).unwrap_err().to_string();

    fs::write(log.join("holiday.jpg"), "").unwrap();
    assert!(refusal().ends_with("log is damaged: it has no file `format`, so it is not a log"));
    fs::write(log.join("format"), "2\n").unwrap();
    assert!(refusal().ends_with("log is damaged: it has format \"2\"; this antler reads format 1"));
    assert_eq!(fs::read_dir(&log).unwrap().count(), 2);

    fs::write(log.join("format"), "1\n").unwrap();
    fs::create_dir(log.join("fjall")).unwrap();
    fs::write(log.join("fjall/version"), "nonsense").unwrap();
    assert!(refusal().contains("is damaged: InvalidVersion"), "{}", refusal());
}

// --- a torn journal ---------------------------------------------------------------------------------

/// Fills a log, closes it, and returns the file with its newest writes: it ends with them.
fn newest_journal(dir: &Path) -> PathBuf {
    let log = open(dir);
    log.create(&topic("t")).unwrap();
    drop(log);
    // fjall cuts the reserved space off a journal when it opens it.
    let log = open(dir);
    for n in 0..20 {
        append(&log, &topic("t"), large(n, 2000));
    }
    drop(log);
    let entries = fs::read_dir(dir.join("log/fjall")).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|extension| extension == "jnl")).max().unwrap()
}

#[test]
fn a_torn_tail_costs_the_torn_append_and_no_other() {
    // An append of 2000 bytes takes about 2100 bytes of the journal.
    for (cut, kept) in [(1, 19), (15, 19), (1000, 19), (2500, 18), (6000, 17)] {
        let dir = tempfile::tempdir().unwrap();
        let journal = newest_journal(dir.path());
        let file = OpenOptions::new().write(true).open(&journal).unwrap();
        file.set_len(file.metadata().unwrap().len() - cut).unwrap();

        let log = open(dir.path());
        assert_eq!(log.end(&topic("t")).unwrap(), kept, "after cutting {cut} bytes");
        assert_eq!(append(&log, &topic("t"), large(99, 2000)), kept);
        drop(log);
        let blocks = read_all(&open(dir.path()), &topic("t"));
        assert_eq!(blocks.len() as u64, kept + 1);
        for block in &blocks[..blocks.len() - 1] {
            assert_eq!(block.ndjson, large(block.first, 2000).ndjson);
        }
    }
}

#[test]
fn a_tail_that_never_reached_the_disk_reads_as_zeros_and_costs_no_other_append() {
    let dir = tempfile::tempdir().unwrap();
    let journal = newest_journal(dir.path());
    let mut file = OpenOptions::new().write(true).open(&journal).unwrap();
    file.seek(SeekFrom::End(-1500)).unwrap();
    file.write_all(&[0; 1500]).unwrap();
    drop(file);
    assert_eq!(read_all(&open(dir.path()), &topic("t")).len(), 19);
}

#[test]
fn damage_before_the_tail_is_reported_and_nothing_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let journal = newest_journal(dir.path());
    let mut content = Vec::new();
    fs::File::open(&journal).unwrap().read_to_end(&mut content).unwrap();
    let middle = content.windows(16).position(|bytes| bytes == &large(10, 2000).ndjson[500..516]).unwrap();
    content[middle] ^= 1;
    fs::write(&journal, &content).unwrap();

    let error = EmbeddedLog::open(&dir.path().join("log"), SyncPolicy::Fsync).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("ChecksumMismatch"), "{error}");
    assert_eq!(fs::read(&journal).unwrap(), content);
}

// --- death of the process ---------------------------------------------------------------------------

/// This very test in a process of its own.
fn child(test: &str, dir: &Path) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(CHILD, dir);
    command
}

/// Kills it after so many lines, of which one has to be complete and begin with `word`: not every thread
/// gets its turn soon.
fn kill_after_lines(mut child: Child, lines: usize, word: &str) -> Vec<String> {
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut read: Vec<String> = Vec::new();
    while read.len() < lines || numbers(&read, word).is_empty() {
        read.push(output.next().unwrap().unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    read.extend(output.map_while(Result::ok));
    read
}

/// The numbers in `<word> <n> <n>` lines. The last line may be cut off by the death of its writer.
fn numbers(lines: &[String], word: &str) -> Vec<(u64, u64)> {
    let complete = lines.iter().filter(|line| line.ends_with(" ."));
    complete
        .filter_map(|line| {
            let mut parts = line.split(' ');
            (parts.next() == Some(word)).then_some(())?;
            Some((parts.next()?.parse().unwrap(), parts.next()?.parse().unwrap()))
        })
        .collect()
}

fn append_until_killed(dir: &Path, sync: SyncPolicy) {
    let log = EmbeddedLog::open(&dir.join("log"), sync).unwrap();
    let (t, gone) = (topic("t"), topic("gone"));
    log.create(&t).unwrap();
    thread::scope(|scope| {
        for thread in 0..4_u64 {
            let (log, t) = (&log, &t);
            scope.spawn(move || {
                for n in (thread * 1_000_000..).step_by(3) {
                    let first = append(log, t, numbered(n, 3));
                    println!("appended {first} {n} .");
                }
            });
        }
        scope.spawn(|| {
            for n in 0_u64.. {
                let durability = if n % 2 == 0 { Durability::Soon } else { Durability::Now };
                log.write(&[put("a", n.to_be_bytes()), put("b", n.to_be_bytes())], durability).unwrap();
                println!("wrote {n} {n} .");
            }
        });
        scope.spawn(|| {
            loop {
                log.remove(&gone).unwrap();
                log.create(&gone).unwrap();
                assert_eq!(append(&log, &gone, numbered(0, 1)), 0);
            }
        });
    });
}

#[test]
fn whatever_was_answered_before_sigkill_is_there_afterwards() {
    if let Some(dir) = env::var_os(CHILD) {
        let dir = PathBuf::from(dir);
        let sync = if dir.join("os").exists() { SyncPolicy::Os } else { SyncPolicy::Fsync };
        return append_until_killed(&dir, sync);
    }
    for sync in [SyncPolicy::Fsync, SyncPolicy::Os] {
        let dir = tempfile::tempdir().unwrap();
        if sync == SyncPolicy::Os {
            fs::write(dir.path().join("os"), "").unwrap();
        }
        let mut answered = Vec::new();
        for round in 1..=3 {
            let mut command = child("whatever_was_answered_before_sigkill_is_there_afterwards", dir.path());
            let lines =
                kill_after_lines(command.stdout(Stdio::piped()).spawn().unwrap(), 300 * round, "wrote");
            answered.extend(numbers(&lines, "appended"));

            let log = open(dir.path());
            let blocks = read_all(&log, &topic("t"));
            for (first, n) in &answered {
                let at = blocks.binary_search_by_key(first, |block| block.first).unwrap();
                assert_eq!(blocks[at].ndjson, numbered(*n, 3).ndjson, "at {first} in round {round}");
            }
            let value = |key| u64::from_be_bytes(log.get(key).unwrap().unwrap().try_into().unwrap());
            let (last, _) = *numbers(&lines, "wrote").last().unwrap();
            assert!(value("a") >= last, "{} was written, {last} was answered", value("a"));
            assert_eq!(value("a"), value("b"));
            if let Ok(end) = log.end(&topic("gone")) {
                assert!(end <= 1, "a removed topic has come back with {end} records");
                assert_eq!(read_all(&log, &topic("gone")).len() as u64, end);
            }
        }
        assert!(answered.len() > 100, "only {} appends were answered", answered.len());
    }
}

// --- a full disk ------------------------------------------------------------------------------------

/// Runs with a limit on the size of files, which fails writes as a full disk does.
fn append_until_the_disk_is_full(dir: &Path) {
    let log = open(dir);
    let mut acknowledged = 1;
    let first_cause = loop {
        assert!(acknowledged < 10_000, "the disk was never full");
        match log.append(Append::one(&topic("t"), large(acknowledged, 50_000))).wait() {
            Ok(appended) => assert_eq!(appended.firsts(), [acknowledged]),
            Err(error) => break error.to_string(),
        }
        acknowledged += 1;
    };
    assert!(first_cause.starts_with("the embedded log failed: File too large"), "{first_cause}");
    let later = [
        log.append(Append::one(&topic("t"), numbered(0, 1))).wait().map(drop),
        log.write(&[put("a", "2")], Durability::Soon),
        log.create(&topic("u")),
        log.remove(&topic("t")),
    ];
    for result in later {
        assert_eq!(result.unwrap_err().to_string(), first_cause);
    }
    assert_eq!(log.end(&topic("t")).unwrap(), acknowledged, "nothing that failed can be seen");
    assert_eq!(read_all(&log, &topic("t")).len() as u64, acknowledged, "reading goes on");
    assert_eq!(log.get("a").unwrap().as_deref(), Some(&b"1"[..]));
    fs::write(dir.join("acknowledged"), acknowledged.to_string()).unwrap();
}

#[cfg(unix)]
#[test]
fn a_full_disk_stops_all_writes_with_its_cause_and_loses_nothing_answered() {
    const TEST: &str = "a_full_disk_stops_all_writes_with_its_cause_and_loses_nothing_answered";
    if let Some(dir) = env::var_os(CHILD) {
        return append_until_the_disk_is_full(Path::new(&dir));
    }
    let (dir, log) = fresh();
    log.create(&topic("t")).unwrap();
    append(&log, &topic("t"), large(0, 50_000));
    log.write(&[put("a", "1")], Durability::Now).unwrap();
    drop(log);

    let test = child(TEST, dir.path());
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 4096; exec \"$@\"", "sh"])
        .arg(test.get_program())
        .args(test.get_args())
        .env(CHILD, dir.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let acknowledged: u64 = fs::read_to_string(dir.path().join("acknowledged")).unwrap().parse().unwrap();
    assert!(acknowledged > 5);

    let log = open(dir.path());
    let blocks = read_all(&log, &topic("t"));
    assert!(blocks.len() as u64 >= acknowledged);
    for block in blocks {
        assert_eq!(block.ndjson, large(block.first, 50_000).ndjson);
    }
    append(&log, &topic("t"), numbered(0, 1));
}

#[test]
fn a_listener_that_panics_does_not_leave_anyone_waiting() {
    let (_dir, log) = fresh();
    log.create(&topic("t")).unwrap();
    log.on_append(Arc::new(|topic| panic!("the listener of {topic} panics on purpose")));
    append(&log, &topic("t"), numbered(0, 1));
    let error = loop {
        match log.append(Append::one(&topic("t"), numbered(0, 1))).wait() {
            Ok(_) => thread::sleep(Duration::from_millis(1)),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, StoreError::Log(_)), "{error}");
    assert!(log.create(&topic("u")).unwrap_err().to_string().contains("its writer panicked"));
    assert!(!log.read(&topic("t"), 0, NO_LIMIT).unwrap().is_empty());
}
