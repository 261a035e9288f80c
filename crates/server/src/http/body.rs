//! The body of a request to an endpoint: read, decoded, and named by what it holds.

use antler_core::validate::BodyFormat;
use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use http_body_util::BodyExt;

use super::{
    coding::{Coding, DecodeError},
    problem::Problem,
};

/// The largest body, in bytes, as it is sent and as it is once it is decoded.
const BODY_LIMIT: usize = 32 << 20;
/// A body that is too large is read up to this size, so that its sender gets an answer.
const DISCARDED: usize = 8 * BODY_LIMIT;

/// A body that was read.
#[derive(Debug)]
pub(super) struct Received {
    /// Its bytes, decoded.
    pub(super) body: Vec<u8>,
    /// How it holds its records.
    pub(super) format: BodyFormat,
}

/// Reads a body and decodes it.
pub(super) async fn read(headers: &HeaderMap, body: Body) -> Result<Received, Problem> {
    // To its end before anything is refused: a client that is still sending when the answer comes
    // sees a broken connection instead.
    let sent = to_end(body).await?;
    let format = format(headers)?;
    let body = match coding(headers)? {
        None => sent,
        Some(coding) => {
            let decoded = tokio::task::spawn_blocking(move || coding.decode(&sent, BODY_LIMIT)).await;
            match decoded.map_err(|error| Problem::not_accepted(error.to_string()))? {
                Ok(body) => body,
                Err(DecodeError::TooLarge) => return Err(Problem::too_large(BODY_LIMIT)),
                Err(error @ DecodeError::Broken { .. }) => {
                    return Err(Problem::unreadable_body(error.to_string()));
                }
            }
        }
    };
    Ok(Received { body, format })
}

async fn to_end(mut body: Body) -> Result<Vec<u8>, Problem> {
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

/// JSON unless the content type says NDJSON. Many producers send JSON under other names or under
/// none, so only types that are clearly something else are refused.
fn format(headers: &HeaderMap) -> Result<BodyFormat, Problem> {
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

/// The one coding of a body. Nobody sends two, and two are how a small body becomes a huge one.
fn coding(headers: &HeaderMap) -> Result<Option<Coding>, Problem> {
    let mut found = None;
    for given in headers.get_all(header::CONTENT_ENCODING) {
        let given = given.to_str().unwrap_or("?");
        let named = given.split(',').map(str::trim).filter(|name| !name.is_empty());
        for name in named.filter(|name| !name.eq_ignore_ascii_case("identity")) {
            let coding = Coding::named(name).filter(|_| found.is_none());
            found = Some(coding.ok_or_else(|| Problem::coding(given))?);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_content_types_that_are_clearly_not_json_are_refused() {
        let format = |given: &str| format(&headers(header::CONTENT_TYPE, &[given])).ok();
        assert_eq!(format("Application/JSON; charset=utf-8"), Some(BodyFormat::Json));
        assert_eq!(format("application/cloudevents+json"), Some(BodyFormat::Json));
        assert_eq!(format("application/x-ndjson"), Some(BodyFormat::Ndjson));
        assert_eq!(format("text/csv"), None);
    }

    #[test]
    fn a_body_has_one_coding_at_the_most() {
        let coding = |given: &[&str]| coding(&headers(header::CONTENT_ENCODING, given)).ok();
        assert_eq!(coding(&[]), Some(None));
        assert_eq!(coding(&["identity"]), Some(None));
        assert_eq!(coding(&["X-GZip"]), Some(Some(Coding::Gzip)));
        assert_eq!(coding(&["identity, zstd"]), Some(Some(Coding::Zstd)));
        for refused in [&["br"][..], &["gzip, gzip"], &["gzip", "zstd"], &["\u{e4}"]] {
            assert_eq!(coding(refused), None, "{refused:?}");
        }
    }
}
