//! `POST [/prefix]/ingest/<Model>[/<version>]`: an event, an array of events, or NDJSON.
//!
//! The answer 200 is given once the topics have everything durably: the good records, and a dead
//! letter for each bad one. Both are one append, so a request is never stored in part.

use std::{
    fmt,
    str::FromStr,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use antler_core::validate::Violation;
use axum::{
    Json, Router,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::Uri,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

use super::{
    blocks::blocks,
    body::{self, Received},
    problem::{Problem, is_zero},
    sorted::{self, Mode, Sorted, Unsorted},
};
use crate::{Runtime, endpoints::Endpoint};

/// From this size on, a body is validated on a thread of its own, so that it does not hold up
/// other requests.
const LARGE_BODY: usize = 64 << 10;

/// What stands before `/ingest` in a path: nothing, or `/` and a few plain segments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathPrefix(String);

/// The text is not a path prefix.
#[derive(Debug, thiserror::Error)]
#[error("expected segments of letters, digits, '-', '_', '.' or '~', separated by '/'")]
pub struct PathPrefixError;

impl FromStr for PathPrefix {
    type Err = PathPrefixError;

    fn from_str(text: &str) -> Result<Self, PathPrefixError> {
        let trimmed = text.trim_matches('/');
        if trimmed.is_empty() {
            return Ok(Self::default());
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
        let segment = |segment: &str| !segment.is_empty() && segment.bytes().all(plain);
        if trimmed.split('/').all(segment) { Ok(Self(format!("/{trimmed}"))) } else { Err(PathPrefixError) }
    }
}

impl fmt::Display for PathPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
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

/// What a request may ask for.
#[derive(Debug, Deserialize)]
struct Asked {
    /// Whether a body with a bad record is refused as a whole.
    #[serde(default)]
    strict: bool,
}

pub(super) fn router(runtime: Arc<Runtime>, prefix: &PathPrefix) -> Router {
    Router::new()
        .route(&format!("{prefix}/ingest/{{model}}"), post(to_current))
        .route(&format!("{prefix}/ingest/{{model}}/{{version}}"), post(to_version))
        .route("/health", get(|| async { "ok\n" }))
        .fallback(no_route)
        .with_state(runtime)
}

async fn to_current(
    State(runtime): State<Arc<Runtime>>,
    Path(model): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    ingest(&runtime, &model, None, asked, request).await
}

async fn to_version(
    State(runtime): State<Arc<Runtime>>,
    Path((model, version)): Path<(String, String)>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    ingest(&runtime, &model, Some(&version), asked, request).await
}

async fn no_route(State(runtime): State<Arc<Runtime>>, uri: Uri) -> Problem {
    no_endpoint(&runtime, format!("Nothing is served at {}.", uri.path()))
}

async fn ingest(
    runtime: &Runtime,
    model: &str,
    version: Option<&str>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let received = body::read(&parts.headers, body).await?;
    let Query(asked) = asked.map_err(|error| Problem::query(error.body_text()))?;
    let mode = if asked.strict { Mode::Strict } else { Mode::Partial };
    let entered = runtime.enter(model, version).await;
    let endpoint = entered.ok_or_else(|| no_such_model(runtime, model, version))?;
    let received_at = now();
    let Sorted { good, letters, violations } = sort(&endpoint, received, mode, received_at).await?;
    let answer = Json(Accepted {
        accepted: good.records,
        rejected: letters.records,
        errors: violations.listed(),
        more_errors: violations.more(),
    })
    .into_response();
    let append = runtime.append(&endpoint, blocks(good, received_at), blocks(letters, received_at));
    append.await.map_err(|error| Problem::not_durable(&error))?;
    Ok(answer)
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

fn no_such_model(runtime: &Runtime, model: &str, version: Option<&str>) -> Problem {
    let which =
        version.map_or_else(|| "the current version".to_owned(), |version| format!("version {version}"));
    no_endpoint(runtime, format!("There is no data model {model} at {which}."))
}

fn no_endpoint(runtime: &Runtime, detail: String) -> Problem {
    let endpoints = runtime.endpoints();
    let paths =
        endpoints.iter().map(|endpoint| format!("/ingest/{}/{}", endpoint.of.model, endpoint.of.version));
    Problem::no_endpoint(detail, paths.collect())
}

/// Milliseconds since 1970, UTC.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_plain_segments() {
        for (text, path) in [("", ""), ("/", ""), ("api", "/api"), ("/api/v1/", "/api/v1")] {
            assert_eq!(text.parse::<PathPrefix>().unwrap().to_string(), path);
        }
        for text in ["a//b", "a b", "{model}", "a?b"] {
            assert!(text.parse::<PathPrefix>().is_err(), "{text}");
        }
    }
}
