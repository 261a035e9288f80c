//! Bodies of many records, some of them bad: the good ones are accepted, the bad ones become dead
//! letters.

use crate::sandbox::Sandbox;

const NDJSON: &str = "application/x-ndjson";

fn event(id: &str) -> String {
    format!(r#"{{"eventId":"{id}","userId":"ada","timestamp":0,"activity":"login"}}"#)
}

#[test]
fn the_good_records_of_a_body_are_accepted_and_the_bad_ones_are_dead_letters() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let post = |path: &str, content_type: &str, body: &[u8]| {
        let answer = server.post(&format!("/ingest/{path}"), content_type, body).unwrap();
        format!("{} {}", answer.status, answer.body)
    };
    let wrong = event("3").replace("\"ada\"", "7").replace(",\"activity\":\"login\"", "");
    let array = format!("[{}, {wrong} , {}]", event("1"), event("2"));
    let lines = [event("4").as_bytes(), b"\n{\"eventId\": \n \xff\xfe \n", event("5").as_bytes()].concat();
    let answers = [
        post("UserActivity/0.0", "application/json", array.as_bytes()),
        post("UserActivity", NDJSON, &lines),
        // Refused as a whole, so nothing of these is kept.
        post("UserActivity/0.0?strict=true", NDJSON, &lines),
        post("UserActivity/0.0", "application/json", format!("[{}, {{\"eventId\"]", event("6")).as_bytes()),
        post("UserActivity/0.0", NDJSON, b"{}\n{}\n"),
        post("UserActivity/0.0", "application/json", wrong.as_bytes()),
    ];
    insta::assert_snapshot!(answers.join("\n\n"));
    sandbox.settle();

    let letters = "SELECT id, source, target, version, reason, record, encoding, topic, topic_offset, \
                   abs(dateDiff('second', failed_at, now())) < 600 FROM UserActivity_dead_letters ORDER BY id";
    let before = sandbox.ask(letters);
    insta::assert_snapshot!(before);
    let ids = "SELECT arraySort(groupArray(eventId)) FROM UserActivity";
    assert_eq!(sandbox.ask(ids), "['1','2','4','5']");
    assert!(sandbox.antler(&["ps"]).contains("3 dead letters of UserActivity are open"));

    server.kill_now();
    drop(server);
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    sandbox.settle();
    assert_eq!(sandbox.ask(letters), before, "after a kill");
    assert_eq!(server.post("/ingest/UserActivity", NDJSON, &lines).unwrap().status, 200);
    sandbox.settle();
    assert_eq!(sandbox.ask("SELECT count(), uniqExact(id) FROM UserActivity_dead_letters"), "5\t5");
}

#[test]
fn the_answer_to_very_many_bad_records_is_short_and_all_of_them_are_kept() {
    let sandbox = Sandbox::project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    let bad: String = (0..60_000).map(|n| format!("{{\"eventId\":{n}}}\n")).collect();
    let answer = server.post("/ingest/UserActivity", NDJSON, event("a") + "\n" + &bad).unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.starts_with(r#"{"accepted":1,"rejected":60000,"errors":[{"record":1,"#));
    assert!(answer.body.ends_with(r#"],"more_errors":239900}"#), "{}", answer.body);
    assert!(answer.body.len() < 20_000, "{} bytes", answer.body.len());
    sandbox.settle();
    let kept =
        "SELECT count(), uniqExact(id), uniqExact(record), max(topic_offset) FROM UserActivity_dead_letters";
    assert_eq!(sandbox.ask(kept), "60000\t60000\t60000\t59999");
}
