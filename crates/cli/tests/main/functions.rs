//! Streaming functions under what may happen to a server.

use std::{thread, time::Duration};

use crate::{sandbox::Sandbox, server::Server};

const MODELS: &str = r#"
import type { Key } from "antler";
export interface Click { id: Key<string>; agent: string; count: number }
export interface Visit { id: Key<string>; share: number }
export interface Total { id: Key<string>; text: string }
"#;
const VISITS: &str = "app/functions/Click__Visit.ts";
const TOTALS: &str = "app/functions/Visit__Total.ts";

fn visits(of_none: &str) -> String {
    format!(
        "import type {{ Click, Visit }} from \"../datamodels/models\";\n\
         export default function run(click: Click): Visit | null {{\n  \
         if (click.agent === \"bot\") return null;\n  {of_none}\n  \
         return {{ id: click.id, share: 1 / click.count }};\n}}\n"
    )
}

const FAILS: &str = "if (click.count === 0) throw new Error(\"a share of none\");";

/// Every tenth click is a bot's, and every other tenth one fails.
fn post(server: &Server<'_>, ids: std::ops::Range<u32>) -> Option<()> {
    let click = |id: u32| {
        let agent = if id.is_multiple_of(10) { "bot" } else { "fox" };
        format!("{{\"id\":\"{id}\",\"agent\":\"{agent}\",\"count\":{}}}\n", u32::from(id % 10 != 1))
    };
    let key = ids.start.to_string();
    let headers = [("content-type", "application/x-ndjson"), ("idempotency-key", &key)];
    let answer = server.post_with("/ingest/Click", &headers, ids.map(click).collect::<String>());
    answer.is_ok_and(|answer| answer.status == 200).then_some(())
}

/// A project with clicks and visits, and a function between them.
fn project() -> Sandbox {
    let sandbox = Sandbox::project();
    sandbox.write("app/datamodels/models.ts", MODELS);
    sandbox.write(VISITS, visits(FAILS));
    sandbox
}

fn counts(sandbox: &Sandbox, table: &str) -> String {
    sandbox.ask(&format!("SELECT count(), uniqExact(id) FROM {table}"))
}

#[test]
fn each_event_goes_through_a_chain_of_functions_once_though_the_server_is_killed() {
    const BATCH: u32 = 200;
    let sandbox = project();
    let mut sent = 0;
    for (round, after) in [60, 150, 20, 400, 90].into_iter().enumerate() {
        if round == 2 {
            // It is loaded from what there is, while the server is killed again.
            sandbox.write(
                TOTALS,
                "export default function run(visit: any) {\n  return { id: visit.id, text: `${visit.share}` };\n}\n",
            );
        }
        let server = sandbox.serve();
        sandbox.wait_for("POST http://localhost");
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(after));
                server.kill_now();
            });
            while post(&server, sent..sent + BATCH).is_some() {
                sent += BATCH;
            }
        });
    }
    let server = sandbox.serve();
    post(&server, sent..sent + BATCH).unwrap();
    sent += BATCH;
    assert!(sent > 10 * BATCH, "only {sent} events were sent");
    sandbox.settle();
    assert_eq!(counts(&sandbox, "Click"), format!("{sent}\t{sent}"));
    let made = sent / 10 * 8;
    assert_eq!(counts(&sandbox, "Visit"), format!("{made}\t{made}"));
    assert_eq!(counts(&sandbox, "Total"), format!("{made}\t{made}"));
    assert!(sandbox.antler(&["verify", "--ledger"]).contains("The ledger adds up"));
    assert!(server.stop().success());
}

#[test]
fn dead_letters_of_a_function_are_replayed_once_it_can_take_them() {
    let sandbox = project();
    let server = sandbox.serve();
    sandbox.wait_for("POST http://localhost");
    post(&server, 0..100).unwrap();
    sandbox.settle();
    assert_eq!(counts(&sandbox, "Visit"), "80\t80");
    let letters =
        "SELECT countIf(status = 'open'), any(reason), any(source), any(target) FROM Visit_dead_letters";
    assert_eq!(sandbox.ask(letters), "10\ta share of none\tClick 0.0\tVisit 0.0");

    // With an event of its own, its table is not made anew by an edit.
    server.accept("Visit", r#"{"id":"own","share":1}"#);
    sandbox.settle();
    sandbox.write(VISITS, visits("if (click.count === 0) return { id: click.id, share: 0 };"));
    sandbox.wait_for("Click 0.0 → Visit 0.0  the edited migration");
    assert!(sandbox.antler(&["dlq", "replay", "Visit"]).starts_with("exit 0"));
    assert_eq!(counts(&sandbox, "Visit"), "91\t91");
    assert!(sandbox.antler(&["verify", "--ledger"]).contains("The ledger adds up"));
}
