//! `POST [/prefix]/ingest/<Model>[/<version>]`: an event, an array of events, or NDJSON.
//!
//! The answer 200 is given once the topics have everything durably: the good records, and a dead
//! letter for each bad one. Both are one append, so a request is never stored in part.

use std::{sync::Arc, time::Duration};

use antler_core::validate::Violation;
use antler_store::topics::Appended;
use axum::{
    Router,
    extract::{
        Path, Query, Request, State,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use super::{
    blocks::blocks,
    body::{self, Received},
    drain::Drain,
    idempotency::{Fingerprint, IdempotencyKey, REPLAYED},
    path_prefix::PathPrefix,
    problem::{Problem, is_zero},
    sorted::{self, Mode, Sorted, Unsorted},
};
use crate::{Runtime, clock, endpoints::Endpoint};

/// From this size on, a body is validated on a thread of its own, so that it does not hold up
/// other requests.
const LARGE_BODY: usize = 64 << 10;
/// The longest answer that is kept for a repeated request; of a longer one the counts are kept.
const KEPT_ANSWER: usize = 16 << 10;

/// What the configuration says of the endpoints.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What stands before `/ingest` in their paths.
    pub prefix: PathPrefix,
    /// How long a request with an `Idempotency-Key` is remembered.
    pub idempotency_window: Duration,
}

#[derive(Clone)]
struct Ingest {
    runtime: Arc<Runtime>,
    settings: Arc<Settings>,
    drain: Drain,
}

/// The answer to events of which at least some are accepted.
#[derive(Debug, Serialize)]
struct Accepted<'a> {
    accepted: u32,
    /// How many became dead letters.
    #[serde(skip_serializing_if = "is_zero")]
    rejected: u32,
    /// What is wrong with those.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Violation],
    /// How many errors there are beside those listed.
    #[serde(skip_serializing_if = "is_zero")]
    more_errors: u64,
}

impl Accepted<'_> {
    fn json(&self) -> Result<Vec<u8>, Problem> {
        serde_json::to_vec(self).map_err(|error| Problem::not_accepted(error.to_string()))
    }

    /// The answer for a repetition.
    fn kept(&self) -> Result<Vec<u8>, Problem> {
        let whole = self.json()?;
        if whole.len() <= KEPT_ANSWER {
            return Ok(whole);
        }
        let more_errors = self.more_errors + u64::try_from(self.errors.len()).unwrap_or(u64::MAX);
        Accepted { errors: &[], more_errors, ..*self }.json()
    }
}

/// What a request may ask for.
#[derive(Debug, Deserialize)]
struct Asked {
    /// Whether a body with a bad record is refused as a whole.
    #[serde(default)]
    strict: bool,
}

pub(super) fn router(runtime: Arc<Runtime>, settings: Settings, drain: Drain) -> Router {
    let prefix = settings.prefix.clone();
    Router::new()
        .route(&format!("{prefix}/ingest/{{model}}"), post(to_current))
        .route(&format!("{prefix}/ingest/{{model}}/{{version}}"), post(to_version))
        .route("/health", get(health))
        .fallback(no_route)
        .with_state(Ingest { runtime, settings: Arc::new(settings), drain })
}

async fn to_current(
    State(state): State<Ingest>,
    path: Result<Path<String>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let Path(model) = path.map_err(|_| nothing_at(&state.runtime, request.uri()))?;
    ingest(&state, &model, None, asked, request).await
}

async fn to_version(
    State(state): State<Ingest>,
    path: Result<Path<(String, String)>, PathRejection>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let Path((model, version)) = path.map_err(|_| nothing_at(&state.runtime, request.uri()))?;
    ingest(&state, &model, Some(&version), asked, request).await
}

async fn health(State(state): State<Ingest>) -> Result<&'static str, Problem> {
    state.drain.enter().map(|_| "ok\n")
}

async fn no_route(State(state): State<Ingest>, uri: Uri) -> Problem {
    if let Err(problem) = state.drain.enter() {
        return problem;
    }
    nothing_at(&state.runtime, &uri)
}

async fn ingest(
    Ingest { runtime, settings, drain }: &Ingest,
    model: &str,
    version: Option<&str>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let _under_way = drain.enter()?;
    let (parts, body) = request.into_parts();
    let received = body::read(&parts.headers, body).await?;
    let Query(asked) = asked.map_err(|error| Problem::query(error.body_text()))?;
    let mode = if asked.strict { Mode::Strict } else { Mode::Partial };
    let key = IdempotencyKey::of(&parts.headers, model, version)?;
    let entered = runtime.enter(model, version).await;
    let endpoint = entered.ok_or_else(|| no_such_model(runtime, model, version))?;
    if !endpoint.ingestion.format.takes(received.format, &received.body) {
        return Err(Problem::other_form(&endpoint.of, endpoint.ingestion.format));
    }
    let fingerprint = key.is_some().then(|| Fingerprint::new(&received, mode));
    let received_at = clock::now();
    let Sorted { good, letters, violations } = sort(&endpoint, received, mode, received_at).await?;
    let accepted = Accepted {
        accepted: good.records,
        rejected: letters.records,
        errors: violations.listed(),
        more_errors: violations.more(),
    };
    let once = match key.zip(fingerprint) {
        Some((key, fingerprint)) => {
            Some(key.once(fingerprint, accepted.kept()?, received_at, settings.idempotency_window))
        }
        None => None,
    };
    let (good, letters) = (blocks(good, received_at), blocks(letters, received_at));
    let appended = runtime.append(&endpoint, good, letters, once).await;
    match appended.map_err(|error| Problem::not_durable(&error))? {
        Appended::Now { .. } => {
            let writer = parts.headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok());
            runtime.count(&endpoint, accepted.accepted, received_at, writer);
            Ok(json(accepted.json()?))
        }
        Appended::Before { fingerprint: first, answer } if fingerprint == Some(Fingerprint(first)) => {
            let mut answer = json(answer);
            answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            Ok(answer)
        }
        Appended::Before { .. } => Err(Problem::key_reused()),
    }
}

fn json(body: Vec<u8>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Validates a body; a large one on a thread of its own.
async fn sort(
    endpoint: &Arc<Endpoint>,
    received: Received,
    mode: Mode,
    received_at: i64,
) -> Result<Sorted, Problem> {
    let large = received.body.len() >= LARGE_BODY;
    let run = move |endpoint: &Endpoint| {
        let Received { body, format } = received;
        sorted::sort(&endpoint.of, &endpoint.validator, &body, format, mode, received_at)
    };
    let sorted = if large {
        let endpoint = Arc::clone(endpoint);
        let on_its_own = tokio::task::spawn_blocking(move || run(&endpoint));
        on_its_own.await.map_err(|error| Problem::not_accepted(error.to_string()))?
    } else {
        run(endpoint)
    };
    sorted.map_err(|unsorted| match unsorted {
        Unsorted::Invalid { violations, reason } => Problem::invalid(&violations, reason),
        Unsorted::TooLarge => Problem::too_large_to_store(),
    })
}

pub(super) fn nothing_at(runtime: &Runtime, uri: &Uri) -> Problem {
    no_endpoint(runtime, format!("Nothing is served at {}.", uri.path()))
}

pub(super) fn no_such_model(runtime: &Runtime, model: &str, version: Option<&str>) -> Problem {
    if let Some((version, successor)) =
        version.and_then(|version| Some((version, runtime.endpoints().retired(model, version)?.cloned())))
    {
        return Problem::retired(model, version, successor.as_ref());
    }
    let which =
        version.map_or_else(|| "the current version".to_owned(), |version| format!("version {version}"));
    no_endpoint(runtime, format!("There is no data model {model} at {which}."))
}

fn no_endpoint(runtime: &Runtime, detail: String) -> Problem {
    let endpoints = runtime.endpoints();
    let paths = endpoints
        .iter()
        .map(|endpoint| format!("/ingest/{}/{}", endpoint.of.model.in_url(), endpoint.of.version));
    Problem::no_endpoint(detail, paths.collect())
}
