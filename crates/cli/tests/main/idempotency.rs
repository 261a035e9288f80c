//! Requests that are repeated with their `Idempotency-Key`: each is stored once.

use std::{thread, time::Duration};

use crate::{
    sandbox::Sandbox,
    server::{Answer, Server},
};

const ENDPOINT: &str = "/ingest/UserActivity/0.0";

fn events(ids: std::ops::Range<u32>) -> String {
    let event =
        |id| format!("{{\"eventId\":\"{id}\",\"userId\":\"ada\",\"timestamp\":0,\"activity\":\"login\"}}\n");
    ids.map(event).collect()
}

fn post_to(server: &Server<'_>, path: &str, key: &str, body: &str) -> Result<Answer, ureq::Error> {
    let headers = [("content-type", "application/x-ndjson"), ("idempotency-key", key)];
    server.post_with(path, &headers, body)
}

fn post(server: &Server<'_>, key: &str, body: &str) -> String {
    let answer = post_to(server, ENDPOINT, key, body).unwrap();
    format!("{} {}", answer.status, answer.body)
}

fn count(sandbox: &Sandbox) -> String {
    sandbox.settle();
    sandbox.ask("SELECT count(), uniqExact(eventId) FROM UserActivity")
}

#[test]
fn a_repeated_request_is_answered_as_the_first_one_and_stored_once() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let body = events(0..3) + "{}\n";
    let first = post(&server, "a", &body);
    assert!(first.starts_with(r#"200 {"accepted":3,"rejected":1,"errors":[{"record":3,"#), "{first}");
    assert_eq!(post(&server, "a", &body), first);
    assert_eq!(count(&sandbox), "3\t3");
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity_dead_letters"), "1");

    insta::assert_snapshot!(post(&server, "a", &events(3..4)));
    insta::assert_snapshot!(post(&server, "", &events(3..4)));
    // What was refused may be sent again, better, with its key.
    assert!(post(&server, "b", "{}\n").starts_with("400 "));
    assert_eq!(post(&server, "b", &events(3..4)), r#"200 {"accepted":1}"#);
    // Another endpoint has keys of its own.
    let current = post_to(&server, "/ingest/UserActivity", "b", &events(4..6)).unwrap();
    assert_eq!(current.body, r#"{"accepted":2}"#);
    assert_eq!(count(&sandbox), "6\t6");

    // The answer to very many bad records is kept without its list.
    let bad = events(6..7) + &"{\"eventId\":\"\"}\n".repeat(1000);
    assert!(post(&server, "c", &bad).starts_with(r#"200 {"accepted":1,"rejected":1000,"errors":[{"#));
    assert!(post(&server, "c", &bad).starts_with(r#"200 {"accepted":1,"rejected":1000,"#));
    assert_eq!(count(&sandbox), "7\t7");
}

#[test]
fn requests_with_one_key_at_the_same_time_are_stored_once() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    thread::scope(|scope| {
        for n in 0..80 {
            let server = &server;
            scope.spawn(move || {
                let (key, body) = ((n % 10).to_string(), events(n % 10 * 100..(n % 10 + 1) * 100));
                assert_eq!(post(server, &key, &body), r#"200 {"accepted":100}"#);
            });
        }
    });
    assert_eq!(count(&sandbox), "1000\t1000");
}

#[test]
fn a_key_holds_over_kills_and_for_as_long_as_the_project_says() {
    const BATCH: u32 = 20;
    let sandbox = Sandbox::project();
    sandbox.edit(
        "moose.config.toml",
        "idempotency_window_seconds = 86400",
        "idempotency_window_seconds = 600",
    );
    // Whoever gets no answer sends the same again, until it gets one.
    let mut batch = 0;
    for after in [5, 40, 120, 250] {
        let server = sandbox.serve();
        sandbox.wait_for("POST http://localhost");
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(after));
                server.kill_now();
            });
            while let Ok(answer) =
                post_to(&server, ENDPOINT, &batch.to_string(), &events(batch * BATCH..(batch + 1) * BATCH))
            {
                assert_eq!(answer.status, 200, "{}", answer.body);
                batch += 1;
            }
        });
    }
    assert!(batch > 20, "only {batch} requests were answered");
    let server = sandbox.serve();
    for batch in 0..=batch {
        let body = events(batch * BATCH..(batch + 1) * BATCH);
        assert_eq!(post(&server, &batch.to_string(), &body), r#"200 {"accepted":20}"#);
    }
    let sent = (batch + 1) * BATCH;
    assert_eq!(count(&sandbox), format!("{sent}\t{sent}"));
    assert!(server.stop().success());

    sandbox.edit("moose.config.toml", "idempotency_window_seconds = 600", "idempotency_window_seconds = 1");
    let server = sandbox.serve();
    post(&server, "short", &events(sent..sent + 1));
    assert_eq!(post(&server, "short", &events(sent..sent + 1)), r#"200 {"accepted":1}"#);
    assert_eq!(count(&sandbox), format!("{}\t{}", sent + 1, sent + 1));
    thread::sleep(Duration::from_millis(1100));
    post(&server, "short", &events(sent..sent + 1));
    assert_eq!(count(&sandbox), format!("{}\t{}", sent + 2, sent + 1));
}
