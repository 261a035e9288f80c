//! Bodies that were compressed on their way.

use std::io::{Read, Write, repeat};

use flate2::{Compression, write::GzEncoder};

use crate::sandbox::Sandbox;

const ENDPOINT: &str = "/ingest/UserActivity/0.0";

fn events(ids: std::ops::Range<u32>) -> String {
    let event =
        |id| format!("{{\"eventId\":\"{id}\",\"userId\":\"ada\",\"timestamp\":0,\"activity\":\"login\"}}\n");
    ids.map(event).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn zstd(text: impl Read) -> Vec<u8> {
    zstd::encode_all(text, 1).unwrap()
}

#[test]
fn gzip_and_zstd_bodies_are_taken_as_what_they_hold() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let post = |content_type, coding, body: &[u8]| {
        let headers = [("content-type", content_type), ("content-encoding", coding)];
        let answer = server.post_with(ENDPOINT, &headers, body).unwrap();
        format!("{} {}", answer.status, answer.body)
    };
    let ndjson = "application/x-ndjson";
    assert_eq!(post(ndjson, "gzip", &gzip(&events(0..1000))), r#"200 {"accepted":1000}"#);
    assert_eq!(post(ndjson, "zstd", &zstd(events(1000..3000).as_bytes())), r#"200 {"accepted":2000}"#);
    assert_eq!(post("application/json", "gzip", &gzip(&events(3000..3001))), r#"200 {"accepted":1}"#);
    assert_eq!(post("application/json", "identity", events(3001..3002).as_bytes()), r#"200 {"accepted":1}"#);
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count(), uniqExact(eventId) FROM UserActivity"), "3002\t3002");
}

#[test]
fn a_compressed_body_that_cannot_be_taken_says_why_and_costs_no_memory() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let post = |coding: &str, body: &[u8]| {
        let answer = server.post_with(ENDPOINT, &[("content-encoding", coding)], body).unwrap();
        format!("{} {}", answer.status, answer.body)
    };
    let whole = gzip(&events(0..10));
    let answers = [
        post("gzip", &whole[..whole.len() - 4]),
        post("gzip", b"{}"),
        post("zstd", b"{}"),
        post("br", b"{}"),
        post("gzip, zstd", b"{}"),
    ];
    insta::assert_snapshot!(answers.join("\n\n"));

    let bomb = zstd(repeat(b'[').take(1 << 30));
    assert!(bomb.len() < 1 << 20);
    let before = server.peak_memory();
    for _ in 0..3 {
        assert!(post("zstd", &bomb).starts_with("413 "));
    }
    // The engine's own work counts too, so the bound is well above the 32 MiB of the largest body.
    let grown = server.peak_memory() - before;
    assert!(grown < 512, "1 GiB of brackets took {grown} MiB");
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity"), "0");
}
