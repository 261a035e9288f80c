//! Problem documents: how a request is told what is wrong with it (RFC 9457).

use antler_core::{
    ingestion::JsonForm,
    names::ModelVersion,
    validate::{Violation, Violations},
};
use antler_store::StoreError;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::coding::TAKEN;

/// The body of an answer that is not a success.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    /// A stable word for this kind of problem.
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    #[serde(skip_serializing_if = "String::is_empty")]
    detail: String,
    /// What is wrong with the records, for a body that is refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Violation>,
    /// How many errors there are beside those listed.
    #[serde(skip_serializing_if = "is_zero")]
    more_errors: u64,
    /// The endpoints there are, for a path that is none; the one to send to, for one that is retired.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    endpoints: Vec<String>,
}

/// What an endpoint may answer instead of 200: each status, and the kinds of problems that have it.
pub(super) const OF_ENDPOINTS: &[(StatusCode, &[&str])] = &[
    (
        StatusCode::BAD_REQUEST,
        &[
            "malformed-json",
            "invalid-record",
            "unexpected-form",
            "invalid-query",
            "invalid-idempotency-key",
            "unreadable-body",
        ],
    ),
    (StatusCode::NOT_FOUND, &["no-such-endpoint"]),
    (StatusCode::GONE, &["version-retired"]),
    (StatusCode::PAYLOAD_TOO_LARGE, &["body-too-large"]),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, &["unsupported-media-type", "unsupported-content-encoding"]),
    (StatusCode::UNPROCESSABLE_ENTITY, &["idempotency-key-reused"]),
    (StatusCode::TOO_MANY_REQUESTS, &["overloaded"]),
    (StatusCode::SERVICE_UNAVAILABLE, &["shutting-down", "not-accepted"]),
];

/// Whether the same request may be taken a little later, so that the answer says when.
pub(super) fn comes_again(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

pub(super) fn is_zero<N: Default + PartialEq>(count: &N) -> bool {
    *count == N::default()
}

impl Problem {
    fn new(status: StatusCode, kind: &'static str, title: &'static str, detail: String) -> Self {
        let status = status.as_u16();
        Self { kind, title, status, detail, errors: Vec::new(), more_errors: 0, endpoints: Vec::new() }
    }

    pub(super) fn no_endpoint(detail: String, endpoints: Vec<String>) -> Self {
        let problem =
            Self::new(StatusCode::NOT_FOUND, "no-such-endpoint", "There is no such endpoint", detail);
        Self { endpoints, ..problem }
    }

    /// An endpoint that there was.
    pub(super) fn retired(model: &str, version: &str, successor: Option<&ModelVersion>) -> Self {
        let detail = match successor {
            Some(to) => format!(
                "{model} {version} is retired; its successor is {to}. Nothing was accepted: send the events to \
                 the endpoint of {to}, as its data model asks for them."
            ),
            None => {
                format!("{model} {version} is retired, and no version succeeds it. Nothing was accepted.")
            }
        };
        let problem = Self::new(
            StatusCode::GONE,
            "version-retired",
            "This version of the data model is retired",
            detail,
        );
        let path = successor.map(|to| format!("/ingest/{}/{}", to.model.in_url(), to.version));
        Self { endpoints: path.into_iter().collect(), ..problem }
    }

    pub(super) fn method_not_allowed() -> Self {
        let detail = "The header Allow names the methods that are; events are sent with POST.".to_owned();
        let title = "The method is not allowed here";
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", title, detail)
    }

    /// A body of which nothing was accepted; `reason` says why not its good records.
    pub(super) fn invalid(violations: &Violations, reason: Option<&str>) -> Self {
        let (kind, title) = if violations.is_malformed() {
            ("malformed-json", "The body is not valid JSON")
        } else {
            ("invalid-record", "The body does not fit the data model")
        };
        let nothing = "Nothing of this body was accepted.";
        let detail = reason.map_or_else(|| nothing.to_owned(), |reason| format!("{nothing} {reason}"));
        let problem = Self::new(StatusCode::BAD_REQUEST, kind, title, detail);
        Self { errors: violations.listed().to_vec(), more_errors: violations.more(), ..problem }
    }

    /// A JSON body of the form that the configuration of the model does not allow.
    pub(super) fn other_form(of: &ModelVersion, form: JsonForm) -> Self {
        let (takes, configured, sent) = match form {
            JsonForm::Array => ("an array of objects", "JSON_ARRAY", "one object"),
            JsonForm::Object => ("one object", "JSON", "an array"),
            // No body is of another form then.
            JsonForm::Either => ("an object or an array", "not set", "neither"),
        };
        let detail = format!(
            "The body is {sent}, and {of} takes {takes}: ingestion.format is {configured} in the \
             DataModelConfig of {}. Nothing of it was accepted. Lines of NDJSON are taken too.",
            of.model
        );
        let title = "The endpoint takes JSON bodies of another form";
        Self::new(StatusCode::BAD_REQUEST, "unexpected-form", title, detail)
    }

    pub(super) fn too_large(limit: usize) -> Self {
        let detail = format!("A body may have {} MiB at the most; send it in several requests.", limit >> 20);
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large", detail)
    }

    pub(super) fn too_large_to_store() -> Self {
        let detail = "Its records take too much room once they are written out; send it in several requests.";
        let title = "The body is too large";
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", title, detail.to_owned())
    }

    pub(super) fn idempotency_key(detail: &str) -> Self {
        let title = "The Idempotency-Key cannot be used";
        Self::new(StatusCode::BAD_REQUEST, "invalid-idempotency-key", title, detail.to_owned())
    }

    pub(super) fn key_reused() -> Self {
        let detail = "An earlier request with this Idempotency-Key had another body; send another key with each \
                      body, and the same one only to repeat it.";
        let title = "The Idempotency-Key belongs to another request";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency-key-reused", title, detail.to_owned())
    }

    pub(super) fn query(detail: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid-query", "The query of the URL is not understood", detail)
    }

    pub(super) fn unreadable_body(detail: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable-body", "The body could not be read", detail)
    }

    pub(super) fn media_type(given: &str) -> Self {
        let detail = format!("`{given}` is not taken; send application/json or application/x-ndjson.");
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The content type is not supported",
            detail,
        )
    }

    pub(super) fn coding(given: &str) -> Self {
        let detail = format!("`{given}` is not taken; send the body as it is, or as gzip or zstd.");
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-content-encoding",
            "The content encoding is not supported",
            detail,
        )
    }

    /// The topic did not take the records.
    pub(super) fn not_durable(error: &StoreError) -> Self {
        match error {
            StoreError::Overloaded { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "overloaded",
                "The disk cannot keep up; send the events again",
                error.to_string(),
            ),
            _ => Self::not_accepted(error.to_string()),
        }
    }

    pub(super) fn not_accepted(detail: String) -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "not-accepted",
            "The events could not be made durable; send them again",
            detail,
        )
    }

    pub(super) fn shutting_down() -> Self {
        let detail = "Antler is shutting down. Nothing of this request was stored; send it again.";
        let title = "The server is shutting down";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "shutting-down", title, detail.to_owned())
    }

    pub(super) fn statement(detail: String) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "statement-refused", "The database refused the statement", detail)
    }

    pub(super) fn not_now(detail: String) -> Self {
        Self::new(StatusCode::CONFLICT, "not-now", "The server cannot do that now", detail)
    }

    pub(super) fn forbidden() -> Self {
        let detail = "Requests to the management port carry the header `X-Antler: 1`.".to_owned();
        Self::new(StatusCode::FORBIDDEN, "missing-header", "The request lacks a header", detail)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(&self)).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        if comes_again(status) {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNSUPPORTED_MEDIA_TYPE {
            let taken = HeaderValue::from_static(TAKEN);
            response.headers_mut().insert(header::ACCEPT_ENCODING, taken);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_lists_every_problem_of_an_endpoint() {
        let page = include_str!("../../../../docs/ingest.md");
        let table = page.split("| status | `type` | |").nth(1).unwrap();
        let mut listed = Vec::new();
        for row in table.lines().filter(|line| line.starts_with("| ")) {
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            listed.extend(
                cells[2]
                    .split(", ")
                    .filter(|kind| !kind.is_empty())
                    .map(|kind| format!("{} {}", cells[1], kind.trim_matches('`'))),
            );
        }
        let known = OF_ENDPOINTS
            .iter()
            .flat_map(|(status, kinds)| kinds.iter().map(move |kind| format!("{} {kind}", status.as_str())));
        assert_eq!(listed, known.collect::<Vec<_>>());
    }

    #[test]
    fn whoever_is_to_come_again_is_told_when() {
        let overloaded = Problem::not_durable(&StoreError::Overloaded { waiting: 64 << 20 }).into_response();
        let failed = Problem::not_durable(&StoreError::Log("disk on fire".to_owned())).into_response();
        let ending = Problem::shutting_down().into_response();
        for (answer, status) in [(overloaded, 429), (failed, 503), (ending, 503)] {
            assert_eq!(answer.status(), status);
            assert_eq!(answer.headers()[header::RETRY_AFTER], "1");
        }
    }
}
