//! Producers: they send events to the versions there are until they are told to stop.

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use ureq::Agent;

use crate::{
    chance::Chance,
    ledger::{Answer, Ledger, Request},
    versions::{MODEL, VERSIONS, Version, event},
};

/// How long a producer rests after a request, in milliseconds.
const REST: Range<u64> = 2..25;

/// Where events go, and when that ends.
#[derive(Debug, Clone, Copy)]
pub struct Outlet<'a> {
    /// The server, as host and port.
    pub server: std::net::SocketAddr,
    /// How many versions there are; the oldest ones first.
    pub live: &'a AtomicUsize,
    /// Whether to stop.
    pub stop: &'a AtomicBool,
    /// What was sent and answered.
    pub ledger: &'a Ledger,
}

/// The forms of a body.
#[derive(Debug, Clone, Copy)]
pub enum Form {
    /// One event.
    Single,
    /// A JSON array.
    Array,
    /// An event on each line.
    Lines,
}

/// Sends requests until it is told to stop.
pub fn produce(outlet: Outlet<'_>, mut chance: Chance) {
    let agent = agent();
    while !outlet.stop.load(Ordering::SeqCst) {
        let live = outlet.live.load(Ordering::SeqCst) as u64;
        if live > 0 {
            // Half of the events are sent to the oldest version, which has the longest way.
            let place = if chance.happens(1, 2) { 0 } else { chance.from(0..live) };
            let (form, count) = match chance.from(0..4) {
                0 | 1 => (Form::Single, 1),
                2 => (Form::Array, chance.from(2..50)),
                _ => (Form::Lines, chance.from(10..200)),
            };
            send(&agent, &outlet, VERSIONS[place as usize], form, count);
        }
        thread::sleep(Duration::from_millis(chance.from(REST)));
    }
}

/// A client. A new one for each life of the server, so that no connection is an old one.
pub fn agent() -> Agent {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .proxy(None)
        .build();
    Agent::new_with_config(config)
}

/// Sends a request with new events and writes down what came of it.
pub fn send(agent: &Agent, outlet: &Outlet<'_>, version: Version, form: Form, count: u64) {
    let ids = outlet.ledger.draw(count);
    let events: Vec<_> = ids.clone().map(|id| event(id, version.table)).collect();
    let (content_type, body) = match form {
        Form::Single => ("application/json", events.concat()),
        Form::Array => ("application/json", format!("[{}]", events.join(","))),
        Form::Lines => ("application/x-ndjson", events.join("\n")),
    };
    let url = format!("http://{}/ingest/{MODEL}/{}", outlet.server, version.name);
    let answer = agent.post(url).header("content-type", content_type).send(body);
    // The status alone is the answer: what an acknowledging server says after it may get lost.
    let answer = match answer.map(|mut answer| (answer.status().as_u16(), answer.body_mut().read_to_string()))
    {
        Ok((200, _)) => Answer::Acknowledged,
        Ok((404, _)) => Answer::Refused,
        Ok((status, body)) => {
            outlet.ledger.surprise(format!(
                "{} answered {status}: {}",
                version.name,
                body.unwrap_or_default()
            ));
            Answer::Nothing
        }
        Err(_) => Answer::Nothing,
    };
    outlet.ledger.enter(Request { ids, version, answer });
}
