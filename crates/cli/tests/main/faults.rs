//! What the machine can do to a server: a full disk, one that cannot be written, a torn end of the
//! log, a holder of the data folder that is killed.
//!
//! Disks are small file systems in memory, mounted over a project's data folder. That needs root;
//! where it is not to be had, the tests fail unless [`WITHOUT_MOUNTS`] says that this is known.

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    sandbox::Sandbox,
    server::{Server, eventually},
};

/// Set to leave out the tests that mount file systems.
const WITHOUT_MOUNTS: &str = "ANTLER_TEST_WITHOUT_MOUNTS";

/// A file system of a limited size.
struct Disk(PathBuf);

impl Disk {
    /// Mounts one over a folder. `None` when the environment says to do without.
    fn over(folder: &Path, megabytes: u32) -> Option<Self> {
        if std::env::var_os(WITHOUT_MOUNTS).is_some() {
            println!("left out: {WITHOUT_MOUNTS} is set");
            return None;
        }
        fs::create_dir_all(folder).unwrap();
        let disk = Self(folder.to_owned());
        let size = format!("size={megabytes}m");
        let mounted = disk.mount(&["-t", "tmpfs", "-o", &size, "tmpfs"]);
        assert!(
            mounted.is_ok(),
            "this test has to mount a file system, as root: {}; set {WITHOUT_MOUNTS}=1 to leave it out",
            mounted.unwrap_err()
        );
        Some(disk)
    }

    fn remount(&self, option: &str) {
        self.mount(&["-o", &format!("remount,{option}")]).unwrap();
    }

    fn mount(&self, args: &[&str]) -> Result<(), String> {
        let output =
            Command::new("mount").args(args).arg(&self.0).output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        if output.status.success() { Ok(()) } else { Err(said) }
    }

    /// Takes all space but a little; removing the file gives it back.
    fn fill(&self, left: u64) -> PathBuf {
        let path = self.0.join("filler");
        let mut filler = File::create(&path).unwrap();
        let megabyte = vec![b'x'; 1 << 20];
        while filler.write_all(&megabyte).is_ok() {}
        let size = filler.metadata().unwrap().len();
        filler.set_len(size.saturating_sub(left)).unwrap();
        path
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a server of a failed test may still be ending.
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// Events with the ids from one on, and something to fill a disk with.
fn events(first: u32, count: u32, bytes: usize) -> String {
    let ballast = "x".repeat(bytes);
    let event = |id| {
        format!(r#"{{"eventId":"{id}","userId":"{ballast}","timestamp":1700000000,"activity":"a"}}"#) + "\n"
    };
    (first..first + count).map(event).collect()
}

fn post(server: &Server<'_>, events: &str) -> (u16, String) {
    let answer = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", events).unwrap();
    (answer.status, answer.body)
}

/// The ids in a table; a doubled one fails.
fn ids(sandbox: &Sandbox, table: &str) -> BTreeSet<u32> {
    let text = sandbox.ask(&format!("SELECT eventId FROM {table}"));
    let all: Vec<u32> = text.lines().map(|id| id.parse().unwrap()).collect();
    let distinct: BTreeSet<_> = all.iter().copied().collect();
    assert_eq!(all.len(), distinct.len(), "{table} has events twice");
    distinct
}

#[test]
fn a_full_disk_refuses_events_with_its_cause_and_costs_none_that_was_accepted() {
    let sandbox = Sandbox::project();
    let Some(disk) = Disk::over(&sandbox.path(".antler"), 400) else { return };
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    sandbox.bump_to_loud();
    sandbox.wait_for("UserActivity 0.0 → 0.1");
    sandbox.settle();
    assert_eq!(post(&server, &events(0, 100, 10)).0, 200);

    let filler = disk.fill(8 << 20);
    let mut acknowledged: BTreeSet<u32> = (0..100).collect();
    let mut next = 100;
    let refusal = loop {
        assert!(next < 100_000, "the disk was never full");
        let (status, body) = post(&server, &events(next, 100, 1000));
        if status != 200 {
            break (status, body);
        }
        acknowledged.extend(next..next + 100);
        next += 100;
    };
    assert!(matches!(refusal.0, 429 | 503), "{refusal:?}");
    for _ in 0..5 {
        let (status, body) = post(&server, &events(next, 100, 1000));
        assert!(matches!(status, 429 | 503), "{status} {body}");
        assert!(body.contains("No space left on device"), "{body}");
    }

    fs::remove_file(filler).unwrap();
    server.stop();
    let server = sandbox.serve();
    assert_eq!(post(&server, &events(1_000_000, 100, 10)).0, 200);
    acknowledged.extend(1_000_000..1_000_100);
    sandbox.settle();
    let stored = ids(&sandbox, "UserActivity_0_0");
    assert_eq!(acknowledged.difference(&stored).count(), 0, "accepted events are lost");
    // A refused request may have been written before the disk said no.
    let unknown: Vec<_> = stored.difference(&acknowledged).collect();
    assert!(unknown.iter().all(|id| (next..next + 100).contains(*id)), "{unknown:?}");
    assert_eq!(ids(&sandbox, "UserActivity_0_1"), stored);
}

/// Events that no compression makes smaller than about 700 bytes each.
fn noise(count: u32) -> String {
    let mut state = 1_u64;
    let mut next = || {
        // The generator of Knuth's MMIX.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from(state >> 58).unwrap()).to_string().replace(['"', '\\'], "~")
    };
    let event = |id| {
        let noise: String = (0..1000).map(|_| next()).collect();
        format!(r#"{{"eventId":"{id}","userId":"{noise}","timestamp":1700000000,"activity":"a"}}"#) + "\n"
    };
    (0..count).map(event).collect()
}

#[test]
fn a_plan_that_the_disk_has_no_room_for_says_so_and_is_not_applied_until_there_is() {
    let sandbox = Sandbox::project();
    let Some(disk) = Disk::over(&sandbox.path(".antler"), 400) else { return };
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    assert_eq!(post(&server, &noise(20_000)).0, 200);
    sandbox.settle();
    assert!(server.stop().success());
    sandbox.bump_to_loud();

    let filler = disk.fill(8 << 20);
    let plan = sandbox.antler(&["plan"]);
    assert!(plan.starts_with("exit 0") && plan.contains("warning[A606]: the plan loads about"), "{plan}");
    let refused = sandbox.antler(&["apply", "--yes"]);
    assert!(refused.starts_with("exit 1") && refused.contains("error[A606]"), "{refused}");
    assert!(refused.contains("antler apply --ignore-space"), "{refused}");
    assert!(sandbox.antler(&["plan"]).contains("initial load"), "nothing was applied");

    fs::remove_file(filler).unwrap();
    let applied = sandbox.antler(&["apply", "--yes"]);
    assert!(applied.starts_with("exit 0") && applied.contains("loaded 20,000 rows"), "{applied}");
}

#[test]
fn a_data_folder_that_cannot_be_written_is_reported_and_left_as_it_is() {
    let sandbox = Sandbox::project();
    let Some(disk) = Disk::over(&sandbox.path(".antler"), 400) else { return };
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    assert_eq!(post(&server, &events(0, 10, 10)).0, 200);
    assert!(server.stop().success());

    disk.remount("ro");
    let free = [("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "0")];
    for command in [&["dev", "--port", "0"][..], &["query", "SELECT 1"], &["ps"]] {
        let shown = sandbox.antler_with(&free, command);
        assert!(shown.starts_with("exit 1"), "{shown}");
        assert!(shown.contains(".antler") && shown.contains("Read-only file system"), "{shown}");
    }
    disk.remount("rw");
    let server = sandbox.serve();
    assert_eq!(post(&server, &events(10, 10, 10)).0, 200);
    sandbox.settle();
    assert_eq!(ids(&sandbox, "UserActivity"), (0..20).collect());
}

/// The newest file of the log's own journal, and where what is written in it ends.
fn journal(sandbox: &Sandbox) -> (PathBuf, usize) {
    let files = fs::read_dir(sandbox.path(".antler/log/fjall")).unwrap().map(|file| file.unwrap().path());
    let newest = files.filter(|path| path.extension().is_some_and(|extension| extension == "jnl")).max();
    let newest = newest.unwrap();
    let written = fs::read(&newest).unwrap().iter().rposition(|byte| *byte != 0).unwrap() + 1;
    (newest, written)
}

/// Damages a file from a byte on.
type Tear = fn(&Path, usize);

#[test]
fn a_torn_end_of_the_log_of_a_killed_server_costs_nothing_that_was_on_the_disk() {
    // What is not synced at once, and so can be torn, is that a batch was stored: the log ends with it.
    let tear: [(&str, Tear); 3] = [
        ("cut off", |path, end| {
            OpenOptions::new().write(true).open(path).unwrap().set_len(end as u64 - 9).unwrap()
        }),
        ("zeros", |path, end| {
            let mut bytes = fs::read(path).unwrap();
            bytes[end - 9..].fill(0);
            fs::write(path, bytes).unwrap();
        }),
        ("nothing at all", |_, _| {}),
    ];
    for (how, tear) in tear {
        let sandbox = Sandbox::project();
        let server = sandbox.serve();
        sandbox.wait_for("POST http://localhost");
        for first in (0..100).step_by(10) {
            assert_eq!(post(&server, &events(first, 10, 100)).0, 200);
        }
        sandbox.settle();
        server.kill_now();
        drop(server);
        let (path, end) = journal(&sandbox);
        tear(&path, end);

        let server = sandbox.serve();
        assert_eq!(post(&server, &events(100, 10, 100)).0, 200, "{how}");
        sandbox.settle();
        assert_eq!(ids(&sandbox, "UserActivity"), (0..110).collect(), "{how}");
    }
}

#[test]
fn a_log_with_a_wrong_byte_is_reported_and_left_as_it_is() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    assert_eq!(post(&server, &events(0, 10, 1000)).0, 200);
    sandbox.settle();
    server.kill_now();
    drop(server);
    let (path, _) = journal(&sandbox);
    let mut bytes = fs::read(&path).unwrap();
    let ballast = bytes.windows(100).position(|window| window.iter().all(|byte| *byte == b'x')).unwrap();
    bytes[ballast] = b'y';
    fs::write(&path, &bytes).unwrap();

    let free = [("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "0")];
    let shown = sandbox.antler_with(&free, &["dev", "--port", "0"]);
    assert!(shown.starts_with("exit 1") && shown.contains("A603"), "{shown}");
    assert!(shown.contains("is damaged") && shown.contains("ChecksumMismatch"), "{shown}");
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_data_folder_has_one_server_whichever_it_is_until_that_is_killed() {
    let sandbox = Sandbox::project();
    let free = [("MOOSE_HTTP_SERVER_CONFIG__MANAGEMENT_PORT", "0")];
    let mut expected = BTreeSet::new();
    for (round, (holder, other)) in [("dev", "prod"), ("prod", "dev"), ("dev", "dev")].into_iter().enumerate()
    {
        let server = sandbox.serve_as(&[holder]);
        let second = sandbox.antler_with(&free, &[other, "--port", "0"]);
        assert!(second.starts_with("exit 1") && second.contains("A602"), "{second}");
        eventually("endpoints", || {
            let first = round as u32 * 10;
            (post(&server, &events(first, 10, 10)).0 == 200).then(|| expected.extend(first..first + 10))
        });
        server.kill_now();
    }
    let _server = sandbox.serve();
    sandbox.settle();
    assert_eq!(ids(&sandbox, "UserActivity"), expected);
}
