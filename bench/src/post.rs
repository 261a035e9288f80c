//! Posts events that are all different, in NDJSON, on a few connections.

use std::{
    fmt::Write as _,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use ureq::Agent;

use crate::Outcome;

/// Events in a body.
const BODY: u64 = 1000;
/// Connections.
const CONNECTIONS: usize = 4;

/// Posts the events from number `first` on to an endpoint.
pub fn post(url: &str, first: u64, count: u64) -> Outcome {
    let next = AtomicU64::new(first);
    let end = first + count;
    let work = || {
        let agent = Agent::new_with_defaults();
        let mut body = String::new();
        loop {
            let from = next.fetch_add(BODY, Ordering::Relaxed);
            if from >= end {
                return Ok(());
            }
            body.clear();
            for n in from..end.min(from + BODY) {
                event(n, &mut body);
                body.push('\n');
            }
            // Anything but 200 is an error.
            agent.post(url).header("content-type", "application/x-ndjson").send(body.as_bytes())?;
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            let outcome: Result<(), ureq::Error> = worker.join().map_err(|_| "a thread died")?;
            outcome?;
        }
        Ok(())
    })
}

/// Event `n`, as one line without its end.
fn event(n: u64, out: &mut String) {
    let (user, minute, second, millisecond) = (n % 1000, n / 60 % 60, n % 60, n % 1000);
    // Writing to memory does not fail.
    let _ = write!(
        out,
        r#"{{"eventId":"event-{n:09}","userId":"user-{user:03}","timestamp":"2026-01-31T12:{minute:02}:{second:02}.{millisecond:03}Z","activity":"login from somewhere"}}"#
    );
}
