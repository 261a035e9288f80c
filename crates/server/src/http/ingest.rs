//! `POST [/prefix]/ingest/<Model>[/<version>]`: an event, an array of events, or NDJSON.
//!
//! A body is accepted or refused as a whole. The answer 200 is given after the topic has every
//! record durably.

use std::{fmt, str::FromStr, sync::Arc};

use antler_core::validate::{BodyFormat, Violations};
use antler_store::topics::NewBlock;
use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http_body_util::BodyExt;
use serde::Serialize;

use super::problem::Problem;
use crate::{Runtime, clock, endpoints::Endpoint};

/// The largest body, in bytes.
const BODY_LIMIT: usize = 32 << 20;
/// A body that is too large is read up to this size, so that its sender gets an answer.
const DISCARDED: usize = 8 * BODY_LIMIT;
/// The largest block of a topic: a sink reads whole blocks, and one should fit well into a batch.
const BLOCK: (u32, usize) = (50_000, 8 << 20);
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

/// The answer to events that are accepted.
#[derive(Debug, Serialize)]
struct Accepted {
    accepted: u32,
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
    request: Request,
) -> Result<Response, Problem> {
    ingest(&runtime, &model, None, request).await
}

async fn to_version(
    State(runtime): State<Arc<Runtime>>,
    Path((model, version)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    ingest(&runtime, &model, Some(&version), request).await
}

async fn no_route(State(runtime): State<Arc<Runtime>>, uri: Uri) -> Problem {
    no_endpoint(&runtime, format!("Nothing is served at {}.", uri.path()))
}

async fn ingest(
    runtime: &Runtime,
    model: &str,
    version: Option<&str>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let body = read(body).await?;
    let format = body_format(&parts.headers)?;
    let entered = runtime.enter(model, version).await;
    let endpoint = entered.ok_or_else(|| no_such_model(runtime, model, version))?;
    let (records, ndjson) =
        validate(&endpoint, body, format).await?.map_err(|found| Problem::invalid(&found))?;
    // All blocks are on their way before the first is awaited, so that they share a sync.
    let appending: Vec<_> = blocks(records, ndjson, clock::now())
        .into_iter()
        .map(|block| runtime.append(&endpoint, block))
        .collect();
    for block in appending {
        block.await.map_err(|error| Problem::not_durable(&error))?;
    }
    Ok(Json(Accepted { accepted: records }).into_response())
}

/// Reads a body to its end, also one that is too large: a client that is still sending when the
/// answer comes sees a broken connection instead.
async fn read(mut body: Body) -> Result<Vec<u8>, Problem> {
    let mut read = Vec::new();
    let mut size = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Problem::unreadable_body(error.to_string()))?;
        let Ok(data) = frame.into_data() else { continue };
        size += data.len();
        if size <= BODY_LIMIT {
            read.extend_from_slice(&data);
        } else if size <= DISCARDED {
            read = Vec::new();
        } else {
            break;
        }
    }
    if size > BODY_LIMIT { Err(Problem::too_large(BODY_LIMIT)) } else { Ok(read) }
}

type Validated = Result<(u32, Vec<u8>), Violations>;

async fn validate(endpoint: &Arc<Endpoint>, body: Vec<u8>, format: BodyFormat) -> Result<Validated, Problem> {
    let run = move |endpoint: &Endpoint, body: &[u8]| {
        let mut ndjson = Vec::with_capacity(body.len() + body.len() / 4);
        let records = endpoint.validator.body(body, format, &mut ndjson)?;
        Ok((records, ndjson))
    };
    if body.len() < LARGE_BODY {
        return Ok(run(endpoint, &body));
    }
    let endpoint = Arc::clone(endpoint);
    let on_its_own = tokio::task::spawn_blocking(move || run(&endpoint, &body));
    on_its_own.await.map_err(|error| Problem::not_accepted(error.to_string()))
}

/// JSON unless the content type says NDJSON. Many producers send JSON under other names or under
/// none, so only types that are clearly something else are refused.
fn body_format(headers: &HeaderMap) -> Result<BodyFormat, Problem> {
    let Some(given) = headers.get(header::CONTENT_TYPE) else { return Ok(BodyFormat::Json) };
    let given = given.to_str().unwrap_or("?");
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" | "application/x-jsonlines" => {
            Ok(BodyFormat::Ndjson)
        }
        ""
        | "application/json"
        | "text/json"
        | "text/plain"
        | "application/octet-stream"
        | "application/x-www-form-urlencoded" => Ok(BodyFormat::Json),
        other if other.ends_with("+json") => Ok(BodyFormat::Json),
        _ => Err(Problem::media_type(given)),
    }
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

/// Cuts records into blocks: one for nearly every body.
fn blocks(records: u32, mut ndjson: Vec<u8>, received_at: i64) -> Vec<NewBlock> {
    let mut blocks = Vec::new();
    let mut left = records;
    while left > BLOCK.0 || (left > 1 && ndjson.len() > BLOCK.1) {
        let mut taken = 0;
        let mut end = 0;
        for line in ndjson.split_inclusive(|byte| *byte == b'\n') {
            if taken > 0 && (taken == BLOCK.0 || end + line.len() > BLOCK.1) {
                break;
            }
            taken += 1;
            end += line.len();
        }
        let rest = ndjson.split_off(end);
        blocks.push(NewBlock { records: taken, received_at, ndjson: std::mem::replace(&mut ndjson, rest) });
        left -= taken;
    }
    if left > 0 {
        blocks.push(NewBlock { records: left, received_at, ndjson });
    }
    blocks
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

    #[test]
    fn a_large_body_is_cut_into_blocks_at_the_ends_of_lines() {
        let ndjson: Vec<u8> = (0..120_000).flat_map(|i| format!("{{\"n\":{i}}}\n").into_bytes()).collect();
        let cut = blocks(120_000, ndjson.clone(), 7);
        assert_eq!(cut.iter().map(|block| block.records).collect::<Vec<_>>(), [50_000, 50_000, 20_000]);
        let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
        assert!(cut.iter().all(|block| lines(&block.ndjson) == block.records as usize));
        assert_eq!(cut.into_iter().flat_map(|block| block.ndjson).collect::<Vec<_>>(), ndjson);

        let long = [vec![b'x'; 9 << 20], vec![b'\n'], b"y\n".to_vec()].concat();
        assert_eq!(blocks(2, long, 7).iter().map(|block| block.records).collect::<Vec<_>>(), [1, 1]);
        assert!(blocks(0, Vec::new(), 7).is_empty());
    }

    #[test]
    fn only_content_types_that_are_clearly_not_json_are_refused() {
        let format = |given: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, given.parse().unwrap());
            body_format(&headers).ok()
        };
        assert_eq!(format("Application/JSON; charset=utf-8"), Some(BodyFormat::Json));
        assert_eq!(format("application/cloudevents+json"), Some(BodyFormat::Json));
        assert_eq!(format("application/x-ndjson"), Some(BodyFormat::Ndjson));
        assert_eq!(format("text/csv"), None);
    }
}
