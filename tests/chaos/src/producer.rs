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
    ledger::{Answer, Form, Ledger, Request},
    versions::{MODEL, VERSIONS, event, with_unknown_field},
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

/// Sends requests until it is told to stop. Requests with a key are sent again when they got no
/// answer, and a few when they did.
pub fn produce(outlet: Outlet<'_>, mut chance: Chance) {
    let agent = agent();
    while !outlet.stop.load(Ordering::SeqCst) {
        let live = outlet.live.load(Ordering::SeqCst) as u64;
        let open = outlet.ledger.take_open();
        if let Some(request) =
            open.or_else(|| (live > 0).then(|| new_request(outlet.ledger, live, &mut chance)))
        {
            let answered = send(&agent, &outlet, request);
            if answered.keyed && answered.answer == Answer::Acknowledged && chance.happens(1, 10) {
                outlet.ledger.note_repeated();
                repeat(&agent, &outlet, &answered);
            }
            outlet.ledger.enter(answered);
        }
        thread::sleep(Duration::from_millis(chance.from(REST)));
    }
}

fn new_request(ledger: &Ledger, live: u64, chance: &mut Chance) -> Request {
    // Half of the events are sent to the oldest version, which has the longest way.
    let place = if chance.happens(1, 2) { 0 } else { chance.from(0..live) };
    let (form, count) = match chance.from(0..4) {
        0 | 1 => (Form::Single, 1),
        2 => (Form::Array, chance.from(2..50)),
        _ => (Form::Lines, chance.from(10..200)),
    };
    let (ids, version) = (ledger.draw(count), VERSIONS[place as usize]);
    Request { ids, version, form, keyed: chance.happens(1, 2), answer: Answer::Nothing }
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

/// Sends a request and returns it with its answer.
pub fn send(agent: &Agent, outlet: &Outlet<'_>, request: Request) -> Request {
    let answer = match post(agent, outlet, &request) {
        Ok((200, _)) => Answer::Acknowledged,
        Ok((404, _)) => Answer::Refused,
        Ok((status, body)) => {
            outlet.ledger.surprise(format!("{request:?} was answered {status}: {body}"));
            Answer::Nothing
        }
        Err(_) => Answer::Nothing,
    };
    Request { answer, ..request }
}

/// Sends an acknowledged request once more, which must not change anything.
fn repeat(agent: &Agent, outlet: &Outlet<'_>, request: &Request) {
    match post(agent, outlet, request) {
        Ok((200, _)) | Err(_) => {}
        Ok((status, body)) => {
            outlet.ledger.surprise(format!("{request:?} was answered {status} when it was repeated: {body}"));
        }
    }
}

/// The status and the body of an answer. The status alone says what became of the request: what
/// comes after it may get lost.
fn post(agent: &Agent, outlet: &Outlet<'_>, request: &Request) -> Result<(u16, String), ureq::Error> {
    let Request { ids, version, form, keyed, .. } = request;
    let newest = VERSIONS.last().is_some_and(|newest| newest.name == version.name);
    // Never the first one: a body of which nothing is good has another answer.
    let is_strange = |id: u64| newest && id != ids.start && id % 4 == 1;
    let events: Vec<_> = ids
        .clone()
        .map(|id| (id, event(id, version.table)))
        .map(|(id, event)| if is_strange(id) { with_unknown_field(&event) } else { event })
        .collect();
    let (content_type, body) = match form {
        Form::Single => ("application/json", events.concat()),
        Form::Array => ("application/json", format!("[{}]", events.join(","))),
        Form::Lines => ("application/x-ndjson", events.join("\n")),
    };
    let url = format!("http://{}/ingest/{MODEL}/{}", outlet.server, version.name);
    let mut post = agent.post(url).header("content-type", content_type);
    if *keyed {
        post = post.header("idempotency-key", ids.start.to_string());
    }
    let mut answer = post.send(body)?;
    let status = answer.status().as_u16();
    Ok((status, answer.body_mut().read_to_string().unwrap_or_default()))
}
