//! `kill -9` while events come in and versions are made: every acknowledged event is in every
//! version once, and every record that was refused beside them is a dead letter once.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use crate::{sandbox::Sandbox, server::Server};

/// How many events a request of a producer carries, beside one bad record that names the first.
const BATCH: u32 = 50;

/// Ids whose request was answered with 200, and ids of requests without an answer, which may or
/// may not be stored.
#[derive(Default)]
struct Sent {
    next: AtomicU32,
    acknowledged: Mutex<BTreeSet<u32>>,
    unanswered: Mutex<BTreeSet<u32>>,
}

fn events(first: u32) -> String {
    let event = |id: u32| {
        format!(r#"{{"eventId":"{id}","userId":"u{id}","timestamp":{},"activity":"a"}}"#, 1_700_000_000 + id)
            + "\n"
    };
    let bad = format!("{{\"eventId\":{first}}}\n");
    (first..first + BATCH).map(event).chain([bad]).collect()
}

/// Posts batches until the server is gone.
fn produce(server: &Server<'_>, sent: &Sent, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let first = sent.next.fetch_add(BATCH, Ordering::SeqCst);
        let answer = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", events(first));
        let ids = first..first + BATCH;
        match answer {
            Ok(answer) => {
                assert_eq!(answer.status, 200, "{}", answer.body);
                sent.acknowledged.lock().unwrap().extend(ids);
            }
            Err(_) => sent.unanswered.lock().unwrap().extend(ids),
        }
    }
}

/// Runs a server with producers for a while and kills it.
fn serve_and_kill(sandbox: &Sandbox, sent: &Sent, after: Duration, meanwhile: impl FnOnce()) {
    let server = sandbox.serve();
    let stop = AtomicBool::new(false);
    // Endpoints are there once something was applied, in this life or an earlier one.
    sandbox.wait_for("POST http://localhost");
    thread::scope(|scope| {
        (0..3).for_each(|_| drop(scope.spawn(|| produce(&server, sent, &stop))));
        meanwhile();
        thread::sleep(after);
        server.kill_now();
        stop.store(true, Ordering::SeqCst);
    });
}

/// Enough events for a load that takes longer than a kill.
fn fill(server: &Server<'_>, sent: &Sent) {
    for _ in 0..10 {
        let first = sent.next.fetch_add(30_000, Ordering::SeqCst);
        let body: String = (first..first + 30_000).step_by(BATCH as usize).map(events).collect();
        let answer = server.post("/ingest/UserActivity/0.0", "application/x-ndjson", body).unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
        sent.acknowledged.lock().unwrap().extend(first..first + 30_000);
    }
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
fn every_acknowledged_event_is_in_every_version_once_after_kills_during_ingest_and_load() {
    let sandbox = Sandbox::project();
    let sent = Sent::default();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    fill(&server, &sent);
    server.kill_now();
    drop(server);
    // Different moments: in ingest, in the cut and the loads after a bump, right after a start.
    serve_and_kill(&sandbox, &sent, Duration::from_millis(400), || {});
    serve_and_kill(&sandbox, &sent, Duration::from_millis(30), || {});
    serve_and_kill(&sandbox, &sent, Duration::from_millis(180), || sandbox.bump_to_loud());
    for after in [5, 60, 250] {
        serve_and_kill(&sandbox, &sent, Duration::from_millis(after), || {});
    }
    serve_and_kill(&sandbox, &sent, Duration::from_millis(210), || sandbox.bump_to_user());
    serve_and_kill(&sandbox, &sent, Duration::from_millis(120), || {});

    let server = sandbox.serve();
    sandbox.settle();
    let acknowledged = sent.acknowledged.into_inner().unwrap();
    let possible: BTreeSet<u32> =
        acknowledged.union(&sent.unanswered.into_inner().unwrap()).copied().collect();
    assert!(acknowledged.len() > 1000, "only {} events were acknowledged", acknowledged.len());
    let oldest = ids(&sandbox, "UserActivity_0_0");
    assert_eq!(acknowledged.difference(&oldest).count(), 0, "acknowledged events are lost");
    assert_eq!(oldest.difference(&possible).count(), 0, "there are events that nobody sent");
    for table in ["UserActivity_0_1", "UserActivity_0_2"] {
        assert_eq!(ids(&sandbox, table), oldest, "{table} has other events");
    }
    let letters = ids(
        &sandbox,
        "(SELECT JSONExtractUInt(record, 'eventId') AS eventId FROM UserActivity_dead_letters)",
    );
    let firsts = oldest.into_iter().filter(|id| id % BATCH == 0).collect();
    assert_eq!(letters, firsts, "a request is stored with its dead letters or not at all");
    drop(server);
}
