//! A server that is asked to stop while requests are under way.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::{sandbox::Sandbox, server::eventually};

const EVENT: &str = r#"{"eventId":"1","userId":"ada","timestamp":0,"activity":"login"}"#;

#[test]
fn requests_under_way_are_answered_and_those_that_come_meanwhile_are_told_to_come_again() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let mut slow = TcpStream::connect(server.http).unwrap();
    let (first, rest) = EVENT.split_at(20);
    let head = format!(
        "POST /ingest/UserActivity HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        EVENT.len()
    );
    slow.write_all(head.as_bytes()).unwrap();
    // The server asks for the body once the request is under way.
    let mut answer = [0; 12];
    slow.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100");
    slow.write_all(first.as_bytes()).unwrap();

    server.ask_to_stop();
    let refused = eventually("a refusal", || {
        // Until the signal has arrived, this is not a path that is served.
        let answer = server.post("/elsewhere", "application/json", EVENT).unwrap();
        (answer.status == 503).then_some(answer)
    });
    insta::assert_snapshot!(refused.body);

    slow.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("HTTP/1.1 200") && answer.ends_with(r#"{"accepted":1}"#), "{answer}");
    assert!(server.ended().success(), "{}", sandbox.said());
    let _server = sandbox.serve();
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count() FROM UserActivity"), "1");
}
